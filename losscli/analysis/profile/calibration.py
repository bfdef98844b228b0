"""Whether probabilities of two classes are off on average: one answer for check and recommend."""

from __future__ import annotations

import numpy as np

from losscli.losses.domain import Array

_FEWEST = 100  # rows, below which little is said of a mean
_ERRORS = 5  # standard errors between the mean and the rate that no chance explains
_APART = 0.4  # in log-odds: odds half as large again


def calibration_shift(p: Array, rate: float) -> float | None:
    """What is to be taken off the log-odds of probabilities p (n,) for their mean to be `rate`.

    None where they are too few to tell, or so near that chance may have made it or nobody would mind.
    """
    if p.size < _FEWEST or not 0 < rate < 1:
        return None
    chance = float(np.sqrt((p * (1 - p)).sum())) / p.size
    if abs(float(p.mean()) - rate) <= _ERRORS * chance:
        return None
    shift = _offset(p, rate)
    return shift if abs(shift) >= _APART else None


def _offset(p: Array, rate: float) -> float:
    with np.errstate(all="ignore"):
        odds = np.log(p) - np.log1p(-p)
        low, high = -40.0, 40.0
        for _ in range(60):
            middle = (low + high) / 2
            too_high = float(np.mean(1 / (1 + np.exp(middle - odds)))) > rate
            low, high = (middle, high) if too_high else (low, middle)
    return low
