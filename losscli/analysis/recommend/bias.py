"""Predictions that are too high or too low on average: what every judgement of a model begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from losscli.analysis.recommend.case import shown
from losscli.analysis.recommend.numbers import percent
from losscli.stats.interval import mean, number

if TYPE_CHECKING:
    from losscli.analysis.recommend.numbers import Array
    from losscli.results.recommend import Evidence

_MUCH = 0.05  # of the mean target, or of the spread of the errors


def bias(y: Array, p: Array, amounts: str = "targets") -> tuple[tuple[str, ...], Evidence]:
    """The mean of y_pred − y_true (N,), and a sentence where it is surely and notably not 0."""
    apart = p - y
    off = mean(apart)
    evidence = shown("bias", f"mean of y_pred − y_true {off}", off)
    level, spread = float(y.mean()), float(np.std(apart))
    positive = bool(y.min() >= 0) and level > 0
    scale = level if positive else spread
    if off.low <= 0 <= off.high or abs(off.value) <= _MUCH * scale:
        return (), evidence
    side = "high" if off.value > 0 else "low"
    words = f"predictions are too {side}: {number(float(p.mean()))} on average, the {amounts} {number(level)}"
    return (f"{words} ({percent(abs(off.value) / level) if positive else off})",), evidence
