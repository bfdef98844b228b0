"""Probabilities of two classes that are too high, or too low, on average."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from losscli.analysis.check.fault import CheckedData, Fault, names
from losscli.losses.domain import Array
from losscli.results.profile import PredictionProfile

_FEWEST = 100
_ERRORS = 5  # standard errors between the mean and the rate that no chance explains
_APART = 0.4  # in log-odds: odds half as large again


def miscalibrated(case: CheckedData, model: PredictionProfile) -> Iterator[Fault]:
    """Whether the mean probability is another than the share of class 1, as weights in training make it."""
    truth = case.truth
    if truth is None or truth.kind not in ("binary01", "signs") or model.kind != "probability":
        return
    p, column = case.profile.pred_sample[model.model], truth.columns[0]
    if p.size < _FEWEST or model.outside or not 0 < column.ones < column.count:
        return
    mean, rate = float(p.mean()), column.ones / column.count
    chance = float(np.sqrt((p * (1 - p)).sum())) / p.size
    shift = _offset(p, rate)
    if abs(mean - rate) <= _ERRORS * chance or abs(shift) < _APART:
        return
    side = "high" if mean > rate else "low"
    yield Fault(
        "miscalibrated",
        "warning",
        f"The probabilities are too {side} on average",
        f"their mean is {mean:.3g}, and class 1 is {rate:.3g} of the rows: bce and brier count that in every "
        "row; class weights or balanced rows in training do it",
        f"train without weights, or {'take' if shift > 0 else 'add'} {abs(shift):.3g} "
        f"{'off' if shift > 0 else 'to'} the log-odds, which brings the mean to {rate:.3g}",
        names(model),
        case.concerns("bce", "brier"),
    )


def _offset(p: Array, rate: float) -> float:
    """What is to be taken off the log-odds of p for their mean to be `rate`."""
    with np.errstate(all="ignore"):
        odds = np.log(p) - np.log1p(-p)
        low, high = -40.0, 40.0
        for _ in range(60):
            middle = (low + high) / 2
            too_high = float(np.mean(1 / (1 + np.exp(middle - odds)))) > rate
            low, high = (middle, high) if too_high else (low, middle)
    return low
