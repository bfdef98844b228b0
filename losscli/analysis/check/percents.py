"""Percent on one side, fractions on the other."""

from __future__ import annotations

import numpy as np

from losscli.analysis.check.fault import CheckedData, Fault, names
from losscli.losses.domain import Array
from losscli.results.profile import PredictionProfile


def fractions(true: Array, pred: Array) -> bool:
    """Whether one side is percent and the other the same as fractions: far apart, and alike times 100."""
    if true.size < 5 or true.size != pred.size or min(true.min(), pred.min()) < 0:
        return False
    high, low = max(true.max(), pred.max()), min(true.max(), pred.max())
    if not (low <= 1 and 5 < high <= 100):
        return False
    larger, smaller = (true, pred) if true.max() == high else (pred, true)
    apart = np.median(np.abs(larger - smaller))
    return bool(np.median(np.abs(larger - 100 * smaller)) < apart / 2)


def percent(case: CheckedData, model: PredictionProfile, one: float, other: float) -> Fault:
    """The fault that the two are in different units: typically `one` and `other`."""
    sides = ["y_true", "the predictions"]
    hundreds, ones = sides if one > other else sides[::-1]
    return Fault(
        "scales",
        "warning",
        "Percent beside fractions",
        f"a typical target is {one:.4g}, a typical prediction {other:.4g}: {ones} times 100 lie near "
        f"{hundreds}; as they are, every error is about as large as the larger of the two",
        f"divide {hundreds} by 100",
        names(model),
        case.concerns("mse", "mae", "huber"),
    )
