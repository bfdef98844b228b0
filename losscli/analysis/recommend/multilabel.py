"""Rows of several labels, or of class shares."""

from __future__ import annotations

from typing import Any

from losscli.analysis.recommend.case import (
    AdviceCase,
    Advised,
    Reading,
    binary,
    fractions,
    rows,
    shape_words,
    shown,
    sums_to_one,
    unfit,
)
from losscli.analysis.recommend.numbers import percent, percents, rounded
from losscli.analysis.recommend.two_classes import RARE
from losscli.stats.interval import number, share


def multilabel(case: AdviceCase) -> Reading:
    """Rows of labels, any number of them true."""
    y, p = case.y_true, case.y_pred
    assert y is not None
    if y.ndim != 2 or not binary(y):
        raise unfit(
            "multilabel",
            f"y_true {shape_words(y)} is no row of labels 0 and 1",
            "name several columns: --true 'label_*'",
        )
    part, held = share(int(y.sum()), y.size), y.sum(axis=-1)
    many = (
        f"{y.shape[-1]} labels a row, {number(float(held.mean()))} of them true on average (from "
        f"{int(held.min())} to {int(held.max())})"
    )
    evidence = (
        shown("labels", many, y.shape[-1]),
        shown("positives", f"true labels: {percents(part)} of the entries", part),
    )
    logits = p is not None and (case.from_logits or not fractions(p))
    params: dict[str, Any] = {"from_logits": True} if logits else {}
    bce = Advised("bce", params=params, when="each label is to be a probability of its own")
    asymmetric = Advised(
        "asymmetric",
        ("easy negatives fade fast, and below 0.05 cost nothing",),
        params,
        when="true labels are few, or some are missing",
    )
    told = (many, f"true labels are {percents(part)} of the entries")
    reading = "rows of labels" + (
        "" if p is None else ", predicted by logits" if logits else ", predicted by probabilities"
    )
    weight = rounded((1 - part.value) / part.value) if part.value > 0 else 1.0
    weighted = Advised(
        "bce",
        params={**params, "pos_weight": weight},
        derived=(
            f"pos_weight {number(weight)} = {percent(1 - part.value)} / {percent(part.value)}, the "
            "zeros for each one",
        ),
        when="a missed label costs more than a false one",
    )
    if part.value < RARE:
        first = asymmetric._replace(when=None, reasons=(*told, *asymmetric.reasons))
        return Reading("multilabel", reading, evidence, (first, bce, weighted))
    if logits:
        soft = Advised(
            "multilabel_soft_margin", (*told, "it takes logits: the mean of the labels' cross-entropies")
        )
        return Reading("multilabel", reading, evidence, (soft, asymmetric, weighted))
    return Reading(
        "multilabel",
        reading,
        evidence,
        (
            bce._replace(when=None, reasons=(*told, "each label is a yes or no of its own")),
            asymmetric,
            weighted,
        ),
    )


def soft_rows(case: AdviceCase) -> Reading:
    """Rows of class shares."""
    y, p = case.y_true, case.y_pred
    assert y is not None
    largest = float(y.max(axis=-1).mean())
    evidence = [
        shown(
            "largest_share",
            f"the largest share of a row is {number(largest)} on average; one-hot rows have 1",
            largest,
        )
    ]
    why = (
        f"rows of y_true sum to 1 and are not one-hot (the largest share is {number(largest)} on "
        "average): distributions"
    )
    logits = p is not None and (case.from_logits or not sums_to_one(p))
    kld = Advised(
        "kld",
        (why, "kld is 0 where the rows agree; cce of them ends at their entropy, with the same gradient"),
    )
    cce = Advised(
        "cce",
        when="logits are at hand, or hard labels are mixed in",
        params={"from_logits": True} if logits else {},
    )
    if logits:
        kld = kld._replace(when="the softmax of the logits is taken first", runs=False)
        reads = (
            "y_pred is said to hold logits"
            if case.from_logits
            else "rows of y_pred do not sum to 1: read as logits"
        )
        cce = cce._replace(when=None, reasons=(why, f"{reads}, which cce takes"))
        return Reading("multiclass", "class shares, predicted by logits", tuple(evidence), (cce, kld))
    jsd = Advised("jsd", when="both rows may hold zeros: it is bounded by log 2")
    if p is not None:
        gone = int(((p == 0) & (y > 0)).any(axis=-1).sum())
        if gone:
            told = (
                f"{rows(gone)} {'gives' if gone == 1 else 'give'} 0 to a class that has a share: kld is "
                "infinite there, jsd bounded by log 2"
            )
            return Reading(
                "multiclass",
                "class shares, predicted by probability rows",
                tuple(evidence),
                (
                    jsd._replace(when=None, reasons=(why, told)),
                    kld._replace(when="those zeros are mended"),
                    cce,
                ),
            )
    return Reading(
        "multiclass",
        "class shares" + ", predicted by probability rows" * (p is not None),
        tuple(evidence),
        (kld, cce, jsd),
    )
