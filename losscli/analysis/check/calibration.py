"""Probabilities of two classes that are too high, or too low, on average."""

from __future__ import annotations

from collections.abc import Iterator

from losscli.analysis.check.fault import CheckedData, Fault, names
from losscli.analysis.profile.calibration import calibration_shift
from losscli.results.profile import PredictionProfile


def miscalibrated(case: CheckedData, model: PredictionProfile) -> Iterator[Fault]:
    """Whether the mean probability is another than the share of class 1, as weights in training make it."""
    truth = case.truth
    if truth is None or truth.kind not in ("binary01", "signs") or model.kind != "probability":
        return
    p, column = case.profile.pred_sample[model.model], truth.columns[0]
    if model.outside or not column.count:
        return
    rate = column.ones / column.count
    shift = calibration_shift(p, rate)
    if shift is None:
        return
    mean = float(p.mean())
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
