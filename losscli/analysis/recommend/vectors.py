"""Embeddings with labels, and vectors compared within a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.analysis.recommend.case import AdviceCase, Advised, Reading, rows, shown, unfit
from losscli.analysis.recommend.numbers import percent, percents, rounded
from losscli.stats.interval import number, share

if TYPE_CHECKING:
    from losscli.analysis.recommend.numbers import Array

_MOST_PAIRS = 1000  # embeddings compared with one another


def embeddings(case: AdviceCase) -> Reading:
    """Vectors with a class label a row."""
    y, p = case.y_true, case.y_pred
    assert y is not None
    labels, times = np.unique(y, return_counts=True)
    single = int((times == 1).sum())
    each = float(np.median(times))
    counted = f"{len(labels)} classes, {number(each)} rows a class (median)"
    evidence = [shown("classes", counted + f", {single} of a single row", len(labels))]
    told = [
        counted
        + (
            ""
            if not single
            else f"; the {single} of a single row have no positive and teach only as negatives"
        )
    ]
    supcon = Advised(
        "supcon", params={"temperature": 0.1}, derived=("temperature 0.1: the paper's, for cosines",)
    )
    margin: dict[str, Any] = {"margin": 1}
    derived = ("margin 1: the default, half of what unit vectors can be apart",)
    zero = False
    if p is not None and p.ndim == 2:
        length = np.linalg.norm(p, axis=1)
        unit = bool((np.abs(length - 1) < 1e-3).all())
        zero = bool((length == 0).any())
        near, far = _distances(y, p)
        told.append(
            "rows of y_pred are of length 1"
            if unit
            else f"rows of y_pred are {number(float(length.min()))} to {number(float(length.max()))} long"
        )
        if np.isfinite(near) and np.isfinite(far):
            told.append(f"rows of one class are {number(near)} apart (median), of two {number(far)}")
            evidence.append(
                shown(
                    "distances",
                    f"median distance {number(near)} within a class, {number(far)} between classes",
                )
            )
        if not unit and np.isfinite(far) and far > 0:
            m = rounded(far / 2, 2)
            margin, derived = (
                {"margin": m},
                (f"margin {number(m)}: half of the median distance between classes",),
            )
    triplet = Advised("triplet_semihard", params=margin, derived=derived)
    first, second = (supcon, triplet) if each >= 4 and not zero else (triplet, supcon)
    why = (
        f"a class has {number(each)} rows in the median, so that every anchor has several positives: "
        "supcon uses all of them"
        if first is supcon
        else "a row has length 0, which has no cosine: triplet takes distances"
        if zero
        else "few rows of a class: triplets need one positive each"
    )
    other = (
        "few rows of a class come in a batch, or rows are searched by distance"
        if second is triplet
        else "batches are large, with several rows of a class"
    )
    hard = Advised("triplet_hard", (), margin, derived, "training with semi-hard triplets has settled")
    return Reading(
        "embeddings",
        "vectors with a class label each",
        tuple(evidence),
        (
            first._replace(reasons=(*told, why)),
            second._replace(when=other, runs=not (zero and second is supcon)),
            hard,
            Advised("scce", when="classes are fixed and few, and only the label is wanted", runs=False),
        ),
    )


def _distances(y: Array, p: Array) -> tuple[float, float]:
    """The median distance of rows of one class, and of two; nan where there is no such pair."""
    some = np.random.default_rng(0).permutation(len(y))[:_MOST_PAIRS]
    y, p = y[some], p[some]
    square = (p**2).sum(axis=1)
    apart = np.sqrt(np.maximum(square[:, None] + square - 2 * p @ p.T, 0))
    upper = np.triu(np.ones(apart.shape, bool), 1)
    same = y[:, None] == y
    near, far = apart[upper & same], apart[upper & ~same]
    return (float(np.median(near)) if near.size else np.nan), (float(np.median(far)) if far.size else np.nan)


def parts(case: AdviceCase) -> Reading:
    """(N, 2, D), (N, 3, D) or (N, 4, D): vectors compared within a row."""
    y, p = case.y_true, case.y_pred
    assert p is not None
    k, d = p.shape[1:]
    shape = f"y_pred is (N, {k}, {d})"
    if y is not None:  # two vectors and whether they belong together
        return Reading(
            "embeddings",
            "pairs of vectors with labels 1 and −1",
            (shown("pairs", f"{len(y)} pairs", len(y)),),
            (
                Advised(
                    "cosine_embedding",
                    (f"{shape}, with labels 1 and −1: two vectors a row, alike or not",),
                    {"margin": 0.5},
                    (
                        "margin 0.5: PyTorch's advice is 0 to 0.5; pairs that are not alike are left "
                        "alone below it",
                    ),
                ),
                Advised(
                    "contrastive",
                    when="the distance of each pair is taken first, and the labels are 1 and 0",
                    runs=False,
                ),
            ),
        )
    if k not in (2, 3, 4):
        raise unfit(
            "embeddings", f"{shape}: neither pairs, triplets nor quadruplets", "give (N, 2, D) or (N, 3, D)"
        )
    a, others = p[:, 0], p[:, 1:]
    gaps = np.linalg.norm(others - a[:, None], axis=-1)
    if k == 2:
        return Reading(
            "embeddings",
            "pairs of vectors, without labels",
            (shown("pairs", f"{len(p)} pairs", len(p)),),
            (
                Advised(
                    "infonce",
                    (f"{shape}, no labels: two views of each item, every other row a negative",),
                    {"temperature": 0.07},
                    ("temperature 0.07: the customary one",),
                ),
                Advised("vae_kl", when="the two are means and log variances: --task generative"),
            ),
        )
    wrong = share(int((gaps[:, 0] >= gaps[:, 1]).sum()), len(p))
    m = rounded(float(np.median(gaps[:, 1])) / 2, 2) or 1.0
    told = (
        f"{shape}: "
        f"{'anchor, positive and negative' if k == 3 else 'anchor, positive and two negatives'} a row",
        f"in {percents(wrong)} of the {rows(len(p))} the negative is no farther than the positive",
    )
    evidence = (shown("wrong", told[1], wrong),)
    half = f"{number(m)}: half of the median distance to the negative"
    if k == 3:
        return Reading(
            "embeddings",
            "triplets",
            evidence,
            (
                Advised("triplet", told, {"margin": m}, (f"margin {half}",)),
                Advised(
                    "triplet_semihard",
                    when="rows come with class labels, and a batch can choose the triplets itself",
                    runs=False,
                ),
            ),
        )
    return Reading(
        "embeddings",
        "quadruplets",
        evidence,
        (
            Advised(
                "quadruplet",
                told,
                {"margin1": m, "margin2": rounded(m / 2, 2)},
                (f"margin1 {half}; margin2 half of it",),
            ),
            Advised("triplet", when="the second negative is left out", runs=False),
        ),
    )


def generative(case: AdviceCase) -> Reading:
    """Means and log variances of a latent code."""
    p = case.y_pred
    if p is None or p.ndim != 3 or p.shape[1] != 2:
        raise unfit(
            "generative", "it takes means and log variances, (N, 2, D)", "stack the two along a second axis"
        )
    mean, log_variance = p[:, 0], p[:, 1]
    idle = float(((mean.std(axis=0) < 0.05) & (np.abs(log_variance).mean(axis=0) < 0.05)).mean())
    told = (
        f"y_pred is (N, 2, {p.shape[2]}): means of spread {number(float(mean.std()))} and log variances of "
        f"{number(float(log_variance.mean()))} on average",
        f"{percent(idle)} of the latent columns say nothing: mean 0, variance 1",
    )
    return Reading(
        "generative",
        "means and log variances",
        (shown("idle", told[1], idle),),
        (
            Advised(
                "vae_kl",
                (*told, "added to a reconstruction loss: mse for real data, bce for data from 0 to 1"),
            ),
            Advised(
                "mse", when="the reconstruction of real data is scored, the other half of the sum", runs=False
            ),
        ),
    )
