"""Labels 0 and 1 predicted by labels: a constant answer is what such a model is held against."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscli.analysis.recommend.case import Advised
from losscli.analysis.recommend.numbers import percent, percents
from losscli.stats.interval import share

if TYPE_CHECKING:
    from losscli.analysis.recommend.numbers import Array


def decided(y: Array, p: Array, classes: str, *, imbalanced: bool) -> tuple[Advised, ...]:
    """Losses of labels p (N,) beside labels y (N,); `classes` says how many there are of each.

    zero_one comes last where one class is rare and the model not surely better than saying the other always.
    """
    wrong = share(int((y != p).sum()), len(y))
    common = float(y.mean() > 0.5)
    constant = float((y != common).mean())
    why = f"predictions are labels too: {percents(wrong)} of the rows are wrong"
    always = f"always saying class {common:.0f} is wrong in {percent(constant)}"
    zero_one = Advised("zero_one", (classes, why, always))
    fbeta = Advised(
        "fbeta",
        ("one minus F-beta of the labels; beta above 1 favours recall",),
        {"beta": 1},
        ("beta 1: both alike",),
        "false positives and false negatives cost unlike amounts",
    )
    bce = Advised("bce", when="the model's probabilities can be had in place of its labels", runs=False)
    if not imbalanced or wrong.high < constant:
        return zero_one, fbeta, bce
    versus = (
        "zero_one does not tell this model from that"
        if wrong.low <= constant
        else "by zero_one that is better"
    )
    first = fbeta._replace(reasons=(classes, why, f"{always}: {versus}", *fbeta.reasons), when=None)
    zero_one = zero_one._replace(reasons=(always,), when="every mistake costs the same, whichever the class")
    return first, bce, zero_one
