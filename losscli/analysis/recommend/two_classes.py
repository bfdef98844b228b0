"""Two classes: how many of each, and how much of the loss the easy rows make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.analysis.profile.calibration import calibration_shift
from losscli.analysis.recommend.case import (
    AdviceCase,
    Advised,
    Reading,
    binary,
    fractions,
    rows,
    shown,
    unfit,
)
from losscli.analysis.recommend.decided import decided
from losscli.analysis.recommend.numbers import percent, percents, rounded, value_range
from losscli.stats.interval import mean, number, share

if TYPE_CHECKING:
    from losscli.analysis.recommend.numbers import Array
    from losscli.results.recommend import Evidence

RARE = 0.1  # a share of positives from which the classes are called imbalanced
_EASY = 0.6  # a probability of the true class from which Lin et al. call a row well classified


def zero_one(case: AdviceCase) -> Reading:
    """Labels 0 and 1."""
    y, p = case.y_true, case.y_pred
    assert y is not None
    if not binary(y):
        raise unfit(
            "binary", "y_true holds more than the labels 0 and 1", "use --task multiclass or regression"
        )
    y = y.ravel()
    positives = int(y.sum())
    part = share(positives, len(y))
    evidence = [
        shown(
            "n",
            f"{len(y)} labels: {positives} of {case.named(1)}, {len(y) - positives} of {case.named(0)}",
            len(y),
        ),
        shown("positives", f"{case.named(1)}: {percents(part)}", part),
    ]
    rarer = min(positives, len(y) - positives)
    imbalanced = 0 < rarer / len(y) < RARE
    task = "imbalanced" if imbalanced else "binary"
    reading = "labels 0 and 1"
    classes = f"{positives} of {len(y)} labels are of class 1: {percents(part)}"
    if positives in (0, len(y)):
        classes += "; there is one class only, from which nothing is learnt"
    params: dict[str, Any] = {}
    easy: tuple[str, ...] = ()
    made = 0.0  # by the easy rows
    logits = False
    off: tuple[str, ...] = ()
    if p is not None:
        p = p.ravel()
        if binary(p) and not case.from_logits:
            return Reading(
                task,
                reading + ", predicted by labels",
                tuple(evidence),
                decided(y, p, classes, imbalanced=imbalanced),
            )
        logits = case.from_logits or not fractions(p)
        if logits:
            params["from_logits"] = True
            reading += f", predicted by logits ({value_range(p)})"
        else:
            reading += f", predicted by probabilities ({value_range(p)})"
        at_true, cost = _binary_cost(y, p, logits)
        well = at_true >= _EASY
        made = float(cost[well].sum() / cost.sum()) if np.isfinite(cost).all() and cost.sum() > 0 else 0.0
        count = int(well.sum())
        evidence.append(
            shown(
                "easy_rows",
                f"rows given {_EASY} or more to their class: {count}, which make "
                f"{percent(made)} of the cross-entropy",
                made,
            )
        )
        easy = (
            f"{count} of {len(y)} rows are well classified ({_EASY} or more to their class) and still make "
            f"{percent(made)} of the cross-entropy",
        )
        impossible = int((at_true == 0).sum())
        if impossible and not logits:
            evidence.append(
                shown("impossible", f"{rows(impossible)} gave probability 0 to what happened", impossible)
            )
            return Reading(task, reading, tuple(evidence), _with_zeros(impossible, classes))
        probability = 1 / (1 + np.exp(-np.clip(p, -700, 700))) if logits else p
        apart = mean(probability - y)
        evidence.append(shown("calibration", f"predicted less observed share of class 1: {apart}", apart))
        off = _miscalibrated(probability, part.value)
    bce = Advised("bce", params=params)
    brier = Advised(
        "brier",
        ("squared error of the probability: from 0 to 1 a row, never infinite",),
        when="a bounded score is wanted" + ": it takes probabilities, so put a sigmoid before" * logits,
        runs=not logits,
    )
    proper = "least at the true probability: its predictions can be read as probabilities"
    if not imbalanced:
        return Reading(
            task,
            reading,
            tuple(evidence),
            (
                bce._replace(reasons=(classes, *off, *_reads(params, case.from_logits), proper)),
                brier,
                Advised(
                    "binary_focal",
                    easy,
                    {**params, "gamma": 2},
                    ("gamma 2: the paper's",),
                    "easy rows drown the hard ones and probabilities are not what is wanted",
                ),
            ),
        )
    reads = (*off, *_reads(params, case.from_logits))
    choices = _rare(bce, brier, part.value, classes, easy, made, proper, reads)
    return Reading(task, reading, tuple(evidence), choices)


def _miscalibrated(p: Array, rate: float) -> tuple[str, ...]:
    """A sentence where probabilities (N,) are surely and notably above or below what happens."""
    shift = calibration_shift(p, rate)
    if shift is None:
        return ()
    side = "high" if shift > 0 else "low"
    return (
        f"probabilities are too {side}: {percent(float(p.mean()))} on average, class 1 occurs in "
        f"{percent(rate)}: recalibrate them before any threshold",
    )


def _rare(
    bce: Advised,
    brier: Advised,
    part: float,
    classes: str,
    easy: tuple[str, ...],
    made: float,
    proper: str,
    off: tuple[str, ...],
) -> tuple[Advised, ...]:
    """Few of one class: a proper score first; weights are for costs, which a count of labels does not say."""
    weight, alpha = rounded((1 - part) / part), rounded(1 - part)
    weighted = bce._replace(
        params={**bce.params, "pos_weight": weight},
        derived=(
            f"pos_weight {number(weight)} = {percent(1 - part)} / {percent(part)}, the other class for "
            "each row of class 1",
        ),
    )
    focal = Advised(
        "binary_focal",
        params={**bce.params, "gamma": 2, "alpha": alpha},
        derived=(
            f"alpha {number(alpha)}: 1 less the share of class 1, so that both classes weigh alike; "
            "with easy rows faded at gamma 2 its paper took 0.25",
        ),
    )
    rare = (classes + ", imbalanced",)
    focal = focal._replace(
        reasons=easy if made >= 0.5 else (), when="easy rows drown the hard ones and ranking is what counts"
    )
    return (
        bce._replace(reasons=(*rare, *off, proper + "; weights and focal shift them")),
        brier,
        weighted._replace(
            when=f"a missed row of class 1 costs about {number(weight)} times a false alarm: its best answer "
            "is no longer the probability"
        ),
        focal,
    )


def _reads(params: dict[str, Any], said: bool) -> tuple[str, ...]:
    """Why y_pred was read as logits, where it was."""
    if not params:
        return ()
    why = "y_pred is said to hold logits" if said else "y_pred leaves 0 to 1: read as logits"
    return (f"{why}, from which the loss is exact however sure they are",)


def _binary_cost(y: Array, p: Array, logits: bool) -> tuple[Array, Array]:
    """The probability given to each row's label, and its cross-entropy."""
    side = np.where(y == 1, 1.0, -1.0)
    if logits:
        cost = np.logaddexp(0, -side * p)
        return np.exp(-cost), cost
    at_true = np.where(y == 1, p, 1 - p)
    with np.errstate(divide="ignore"):
        return at_true, -np.log(at_true)


def _with_zeros(impossible: int, classes: str) -> tuple[Advised, ...]:
    gave = (
        f"{rows(impossible)} gave probability 0 to what happened: bce is infinite there and ranks no models"
    )
    return (
        Advised(
            "brier", (classes, gave, "brier is bounded by 1 a row and least at the true probability too")
        ),
        Advised(
            "bce",
            (gave,),
            when="the model's zeros are mended, or a framework's clipping is to be shown: --like keras",
        ),
        Advised(
            "binary_focal",
            (gave.replace("bce", "binary_focal"),),
            {"gamma": 2},
            ("gamma 2: the paper's",),
            "the zeros are mended and easy rows drown the hard ones",
        ),
    )


def signs(case: AdviceCase) -> Reading:
    """Labels −1 and 1, with scores."""
    y, p = case.y_true, case.y_pred
    assert y is not None
    y = y.ravel()
    positives = int((y > 0).sum())
    part = share(positives, len(y))
    labels = f"labels are −1 and 1, {percents(part)} of them 1"
    evidence: list[Evidence] = [shown("positives", f"class 1: {percents(part)}", part)]
    hinge = Advised("hinge", (labels,))
    soft = Advised(
        "soft_margin",
        when="a row beyond the margin is to go on counting a little, or 1/(1 + exp(−score)) to be a "
        "probability",
    )
    if p is None:
        return Reading("binary", "labels −1 and 1", tuple(evidence), (hinge, soft))
    p = p.ravel()
    if bool(np.isin(p, (-1, 1)).all()):
        wrong = share(int((y != p).sum()), len(y))
        return Reading(
            "binary",
            "labels −1 and 1, predicted by labels",
            tuple(evidence),
            (
                Advised(
                    "zero_one",
                    (labels, f"predictions are labels too: {percents(wrong)} of the rows are wrong"),
                ),
                Advised("hinge", when="the scores behind the labels can be had", runs=False),
            ),
        )
    margin = y * p
    lost, inside = int((margin < 0).sum()), int(((margin >= 0) & (margin < 1)).sum())
    beyond = len(y) - lost - inside
    evidence.append(
        shown(
            "margins", f"score × label: {lost} of {len(y)} below 0, {inside} from 0 to 1, {beyond} from 1 on"
        )
    )
    told = (
        f"of {len(y)} rows {lost} are on the wrong side, {inside} inside the margin and {beyond} beyond it",
    )
    free = f"{percent(beyond / len(y))} of the rows lie beyond the margin and cost hinge nothing"
    if beyond >= len(y) / 2:
        first, second = hinge._replace(reasons=(labels, *told, free)), soft
    else:
        first = soft._replace(
            when=None,
            reasons=(labels, *told, "soft_margin has a slope on every row, and reads scores as logits"),
        )
        second = hinge._replace(reasons=(free,), when="rows beyond the margin are to count for nothing")
    return Reading(
        "binary",
        f"labels −1 and 1, predicted by scores ({value_range(p)})",
        tuple(evidence),
        (
            first,
            second,
            Advised(
                "modified_huber",
                ("quadratic inside the margin, linear far on the wrong side",),
                when="some labels may be flipped, and a kink is in the way",
            ),
            Advised("squared_hinge", when="a row far on the wrong side is what costs you"),
        ),
    )
