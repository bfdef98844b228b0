"""Faults of amounts: zeros, values near 0, values below 0, where a loss divides or takes logarithms."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from losscli.analysis.check.fault import CheckedData, Fault, any_entry, names, truth_names
from losscli.analysis.profile.kinds import AMOUNTS
from losscli.batch import Batch
from losscli.losses.domain import Array, Domain
from losscli.results.profile import PredictionProfile, TruthProfile

_NEAR = 1e-3  # of the median: mape weighs such a row a thousand times as much as the middle one
_NEVER_BELOW_0 = ("counts", "positive", "nonnegative")


def faults(case: CheckedData) -> Iterator[Fault]:
    """All faults of this kind."""
    truth = case.truth
    if truth is not None and truth.kind in AMOUNTS and (case.loss is not None or case.profile.residuals):
        yield from _zeros(case, truth)
        yield from _near_zeros(case, truth)
        if case.loss is None and any(column.negatives for column in truth.columns):
            yield Fault(
                "negatives",
                "note",
                "Targets below 0",
                "msle, poisson, gamma_deviance and tweedie take none (msle from −1 on)",
                "",
                truth_names(truth),
                ("msle", "poisson", "gamma_deviance", "tweedie"),
                lambda batch: any_entry(_true(batch) < 0),
            )
    if case.true_domain is not None and truth is not None:
        yield from _below(case)
    yield from _predictions(case)


def _true(batch: Batch) -> Array:
    assert batch.y_true is not None
    return batch.y_true


def _zeros(case: CheckedData, truth: TruthProfile) -> Iterator[Fault]:
    if not any(column.zeros for column in truth.columns) or truth.kind == "columns":
        return
    domain = case.true_domain
    refused = domain is not None and domain.low == 0 and domain.open_low
    ratio = case.loss is not None and "divides by the target" in case.loss.tags
    if case.loss is not None and not (refused or ratio):
        return
    yield Fault(
        "zeros",
        "note" if case.loss is None else "error",
        "Targets of 0",
        "mape divides by the target: such a row is infinite, under Keras and scikit-learn a huge number "
        "(divided by 1e-7 or less)"
        if not refused
        else "this loss takes targets above 0: it has their logarithm, or divides by them",
        "wape divides by the sum of all targets, smape by both sides; or mae beside the mean target"
        if not refused
        else "poisson_deviance and tweedie (power below 2) take zeros; or leave these rows out",
        truth_names(truth),
        case.concerns("mape", "gamma_deviance"),
        lambda batch: any_entry(_true(batch) == 0),
    )


def _near_zeros(case: CheckedData, truth: TruthProfile) -> Iterator[Fault]:
    if case.loss is not None and "divides by the target" not in case.loss.tags:
        return
    sizes = np.abs(case.profile.true_sample)
    near = _NEAR * float(np.median(sizes)) if sizes.size else 0.0
    if truth.kind == "columns" or not any(column.smallest < near for column in truth.columns):
        return
    yield Fault(
        "near_zeros",
        "note" if case.loss is None else "warning",
        "Targets near 0",
        f"below {near:.3g}, a thousandth of the median: mape divides by the target, so such a row weighs "
        "more than a thousand ordinary ones and decides the mean",
        "take wape or smape, or mae beside the mean target; or leave these rows out",
        truth_names(truth),
        case.concerns("mape"),
        lambda batch: any_entry((np.abs(_true(batch)) < near) & (_true(batch) != 0)),
    )


def _below(case: CheckedData) -> Iterator[Fault]:
    """Targets below what the loss takes; labels are another matter."""
    domain, truth = case.true_domain, case.truth
    assert domain is not None
    assert truth is not None
    low = domain.low
    if domain.high == 1 or domain.grain != "entry" or low not in (0.0, -1.0):
        return
    if not any(column.low < low or (low < 0 and column.low == low) for column in truth.columns):
        return
    yield Fault(
        "negatives",
        case.refuses,
        "Targets below 0" if low == 0 else "Targets of −1 or less",
        f"this loss takes {domain.words}: of lower numbers the logarithm is nan",
        "look whether 0 is meant; for a target of both signs take huber or logcosh",
        truth_names(truth),
        case.concerns("msle", "poisson"),
        lambda batch: _at_most(_true(batch), low),
    )


def _predictions(case: CheckedData) -> Iterator[Fault]:
    for model in case.profile.predictions:
        if not model.entries:
            continue
        low = min(column.low for column in model.columns if column.count)
        if case.pred_domain is None:
            yield from _unlike_truth(case, model, low)
        elif case.pred_domain.grain == "entry" and case.pred_domain.high != 1:
            yield from _low_predictions(case, case.pred_domain, model, low)


def _unlike_truth(case: CheckedData, model: PredictionProfile, low: float) -> Iterator[Fault]:
    numbers = case.profile.residual(model.model) is not None
    if numbers and case.truth is not None and case.truth.kind in _NEVER_BELOW_0 and low < 0:
        yield Fault(
            "negative_predictions",
            "note",
            "Predictions below 0, of a target that never is",
            "poisson, gamma_deviance and tweedie refuse them, msle those of −1 or less",
            "",
            names(model),
            ("poisson", "gamma_deviance", "tweedie", "msle"),
            lambda batch: any_entry(batch.y_pred[model.model] < 0),
        )


def _low_predictions(
    case: CheckedData, domain: Domain, model: PredictionProfile, low: float
) -> Iterator[Fault]:
    least = domain.low
    if least not in (0.0, -1.0):
        return
    if low < least or (least < 0 and low == least):
        mend = "let the model end in exp or softplus"
        if case.loss is not None and "from_log" in case.loss.parameters:
            mend = f"if they are logarithms of rates: -p from_log=true; else {mend}"
        yield Fault(
            "negative_predictions",
            case.refuses,
            "Predictions below 0" if least == 0 else "Predictions of −1 or less",
            f"this loss takes {domain.words}: it has their logarithm, which is nan below",
            mend,
            names(model),
            case.concerns(),
            lambda batch: _at_most(batch.y_pred[model.model], least),
        )
    logs = case.loss is not None and "log of a prediction" in case.loss.tags
    if least == 0 and any(column.zeros for column in model.columns) and logs:
        yield Fault(
            "zero_predictions",
            "error",
            "Predictions of 0",
            "a rate of 0 gives probability 0 to every count above 0: the loss of such a row is infinite, or "
            "refused",
            "let the model end in exp or softplus, which stay above 0",
            names(model),
            case.concerns(),
            lambda batch: _zero(batch, model.model, refused=domain.open_low),
        )


def _zero(batch: Batch, model: str, *, refused: bool) -> Array:
    """Rows with a prediction of 0 that is refused, or of which more than 0 came true."""
    pred, true = batch.y_pred[model], batch.y_true
    if refused or true is None or true.shape != pred.shape:
        return any_entry(pred == 0)
    return any_entry((pred == 0) & (true > 0))


def _at_most(values: Array, least: float) -> Array:
    """Rows with a value that a loss from `least` on does not take: −1 itself is none of it."""
    return any_entry(values < least if least == 0 else values <= least)
