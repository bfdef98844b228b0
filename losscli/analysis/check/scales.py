"""Faults of scale: truth and predictions in other units, columns apart, wild rows, what float32 loses."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from losscli.analysis.check.fault import CheckedData, Fault, any_entry, is_numeric, names, truth_names
from losscli.analysis.check.values import stand_ins
from losscli.batch import Batch
from losscli.losses.domain import Array
from losscli.results.profile import ColumnProfile, PredictionProfile

_APART = 100  # how many times larger a typical prediction is than a typical target
_COLUMNS = 1000  # the same between columns that one mean is taken over
_WILD = 200  # errors of so many times the median error
_LARGE, _SMALL = 1e6, 1e-6  # typical targets beyond these are far from what networks are initialised for
_FLOAT32 = 3.4028235e38
_ROOT = 1.84e19  # its square is beyond float32
_REVERSED = {True: -0.5, False: -0.3}  # correlations below which predictions point the other way


def faults(case: CheckedData) -> Iterator[Fault]:
    """All faults of this kind."""
    overflow = list(_overflow(case))
    yield from overflow
    mended = False
    for model in case.profile.predictions:
        if is_numeric(case, model) and not _collapsed(model):
            paired = list(_pair(case, model))
            mended |= any(fault.id in ("scales", "log_scale") for fault in paired)
            yield from paired
        yield from _reversed(case, model)
    if not mended:
        yield from _unscaled(case)
    yield from _columns(case)


def _collapsed(model: PredictionProfile) -> bool:
    return all(column.constant for column in model.columns)


def _true(batch: Batch) -> Array:
    assert batch.y_true is not None
    return batch.y_true


def _pair(case: CheckedData, model: PredictionProfile) -> Iterator[Fault]:
    truth, residual = case.truth, case.profile.residual(model.model)
    assert truth is not None
    assert residual is not None
    true, pred = case.profile.true_sample, case.profile.pred_sample[model.model]
    one, other = _typical(true), _typical(pred)
    if _fractions(true, pred):
        yield _percent(case, model, one, other)
        return
    logs = _logarithms(true, pred)
    centred = abs(truth.columns[0].mean) <= 0.5 * truth.columns[0].std  # shrunk to its mean, 0: no fault
    apart = one > 0 and other > 0 and (other >= _APART * one or (one >= _APART * other and not centred))
    if logs or apart:
        yield _scales(case, model, one, other, logs=logs)
        return
    yield from _sign(case, model)
    middle = 2 * float(np.median(np.abs(residual.sample) / 2))
    spread = _width(true)
    limit = max(_WILD * middle, spread)
    largest = max(-residual.quantiles[0][1], residual.quantiles[-1][1])
    stand = any(stand_ins(column) for column in (*truth.columns, *model.columns))
    if residual.n >= 5 and middle > 0 and largest > limit and not stand:
        yield Fault(
            "wild_errors",
            "warning",
            f"Errors of more than {_WILD} times the median error",
            f"half of the errors are below {middle:.3g}, the largest is {largest:.3g}: squared, such a row "
            "outweighs all others; a training that diverges (an exploding gradient) looks like this",
            "look at these rows; huber or logcosh bound their pull; clip the gradient",
            names(model),
            case.concerns("mse", "rmse"),
            lambda batch: _beyond(batch, model.model, limit),
        )
    yield from _float32(case, model, largest, _average(residual.sample))


def _typical(values: Array) -> float:
    sizes = np.abs(values)
    if not sizes.size:
        return 0.0
    return 2 * float(np.median(sizes / 2)) or float((sizes / sizes.size).sum())  # halves do not overflow


def _average(values: Array) -> float:
    return float((np.abs(values) / values.size).sum())


def _width(values: Array) -> float:
    low, high = np.quantile(values, (0.05, 0.95))
    return float(high - low)


def _error(batch: Batch, model: str) -> Array:
    pred = batch.y_pred[model]
    with np.errstate(all="ignore"):
        apart: Array = np.abs(pred - _true(batch).reshape(pred.shape))
    return apart


def _beyond(batch: Batch, model: str, limit: float, largest: float = np.inf) -> Array:
    """Rows with an error above `limit`, of a truth and a prediction of at most `largest`."""
    apart, pred = _error(batch, model), batch.y_pred[model]
    size = np.maximum(np.abs(pred), np.abs(_true(batch).reshape(pred.shape)))
    return any_entry(np.isfinite(apart) & (apart > limit) & (size <= largest))


def _logarithms(true: Array, pred: Array) -> bool:
    """Whether the predictions look like logarithms of the truth."""
    if true.size < 5 or true.size != pred.size or true.min() <= 0:
        return False
    logs = np.log(true)
    middle, other, width = float(np.median(logs)), float(np.median(pred)), float(logs.std())
    if middle < 3 or abs(other - middle) > 0.15 * middle or width == 0:
        return False
    return bool(pred.std() <= 3 * width and pred.max() < 0.25 * float(np.median(true)))


def _fractions(true: Array, pred: Array) -> bool:
    """Whether one side is percent and the other the same as fractions: far apart, and alike times 100."""
    if true.size < 5 or true.size != pred.size or min(true.min(), pred.min()) < 0:
        return False
    high, low = max(true.max(), pred.max()), min(true.max(), pred.max())
    if not (low <= 1 and 5 < high <= 100):
        return False
    larger, smaller = (true, pred) if true.max() == high else (pred, true)
    apart = np.median(np.abs(larger - smaller))
    return bool(np.median(np.abs(larger - 100 * smaller)) < apart / 2)


def _percent(case: CheckedData, model: PredictionProfile, one: float, other: float) -> Fault:
    sides = ["y_true", "the predictions"]
    percent, fraction = sides if one > other else sides[::-1]
    return Fault(
        "scales",
        "warning",
        "Percent beside fractions",
        f"a typical target is {one:.4g}, a typical prediction {other:.4g}: {fraction} times 100 lie near "
        f"{percent}; as they are, every error is about as large as the larger of the two",
        f"divide {percent} by 100",
        names(model),
        case.concerns("mse", "mae", "huber"),
    )


def _scales(case: CheckedData, model: PredictionProfile, one: float, other: float, *, logs: bool) -> Fault:
    if logs:
        mend = "np.exp(y_pred), or the logarithm of both; msle takes both as they are before the logarithm"
    else:
        power = round(np.log10(one) - np.log10(other))
        times = f"{10**power:,}".replace(",", " ") if 0 < power < 7 else f"1e{power}"
        mend = f"bring both to one unit: the predictions times about {times} match"
    return Fault(
        "log_scale" if logs else "scales",
        "warning",
        "Predictions look like logarithms of y_true"
        if logs
        else "y_true and the predictions differ in scale",
        f"a typical target is {one:.4g}, a typical prediction {other:.4g}: every error is about as large "
        "as the larger of the two, whatever the model",
        mend,
        names(model),
        case.concerns("mse", "mae", "huber"),
    )


def _sign(case: CheckedData, model: PredictionProfile) -> Iterator[Fault]:
    truth = case.truth
    assert truth is not None
    low, high = (f(getattr(c, end) for c in truth.columns) for f, end in ((min, "low"), (max, "high")))
    if not (low >= 0 < high or high <= 0 > low):
        return
    sign = 1.0 if low >= 0 else -1.0
    pred = case.profile.pred_sample[model.model]
    if np.mean(sign * pred < 0) > 0.5:
        yield Fault(
            "other_sign",
            "warning",
            "Most predictions have the other sign",
            f"y_true is never {'below' if sign > 0 else 'above'} 0, most predictions are",
            "look for a factor of −1 (a score that is maximised), or for logarithms",
            names(model),
            case.concerns(),
            lambda batch: any_entry(sign * batch.y_pred[model.model] < 0),
        )


def _reversed(case: CheckedData, model: PredictionProfile) -> Iterator[Fault]:
    truth, numeric = case.truth, is_numeric(case, model)
    if truth is None or case.profile.n < 10:
        return
    if case.pred_domain is not None and case.pred_domain.means == "distance":
        return  # between what is alike it is to be small: the labels of these losses turn it round
    binary = truth.kind in ("binary01", "signs") and model.kind in (
        "probability",
        "logits",
        "labels",
        "percent",
    )
    signs = numeric and any(True for _ in _sign(case, model))
    if not (numeric or binary) or signs or not model.correlation < _REVERSED[numeric]:
        return
    yield Fault(
        "reversed",
        "warning",
        "The predictions point the other way",
        f"their correlation with y_true is {model.correlation:.2f}: where the truth is high they are low"
        + (" (the probability of the other class, or labels turned round)" if binary else ""),
        "1 − p, if it is the probability of the other class" if binary else "look for a factor of −1",
        names(model),
        case.concerns(),
    )


def _unscaled(case: CheckedData) -> Iterator[Fault]:
    truth = case.truth
    if truth is None or not any(is_numeric(case, model) for model in case.profile.predictions):
        return
    if case.loss is not None and "free of scale" in case.loss.tags:
        return
    typical = _typical(case.profile.true_sample)
    if typical == 0 or _SMALL <= typical < _LARGE:
        return
    large = typical >= _LARGE
    yield Fault(
        "unscaled",
        "warning",
        f"y_true is not scaled: a typical value is {typical:.3g}",
        f"the first errors of a network are as large, squared {typical**2 if typical < 1e150 else np.inf:.2g}"
        + (
            ": its first gradients explode, and nan follows"
            if large
            else ": its gradients vanish beside every penalty and ε"
        ),
        "train on (y − mean) / standard deviation (or on the logarithm), and undo it before you compute",
        truth_names(truth),
        case.concerns("mse", "huber", "logcosh"),
    )


def _columns(case: CheckedData) -> Iterator[Fault]:
    truth = case.truth
    if truth is None or truth.kind != "columns" or len(truth.columns) < 2:
        return
    if not any(is_numeric(case, model) for model in case.profile.predictions):
        return
    sizes = {column: max(column.std, abs(column.mean)) for column in truth.columns if column.count}
    known = [column for column, size in sizes.items() if size > 0]
    if len(known) < 2:
        return
    least, most = min(known, key=sizes.__getitem__), max(known, key=sizes.__getitem__)
    if sizes[most] >= _COLUMNS * sizes[least]:
        yield Fault(
            "column_scales",
            "warning",
            "Columns of y_true differ in scale",
            f"{most.name} is about {sizes[most]:.3g}, {least.name} about {sizes[least]:.3g}: in one mean "
            f"over both, {least.name} has no say",
            "divide each column by its standard deviation, or compute one at a time",
            (most.name, least.name),
            case.concerns("mse", "mae", "huber"),
        )


def _overflow(case: CheckedData) -> Iterator[Fault]:
    def beyond(column: ColumnProfile) -> bool:
        return bool(column.count) and max(-column.low, column.high) > _FLOAT32 and not stand_ins(column)

    columns = tuple(column.name for column in case.profile.columns if beyond(column))
    if columns:
        yield Fault(
            "float32_overflow",
            "warning",
            "Values beyond float32",
            "above 3.4e38 a number is infinite in float32, in which frameworks compute",
            "bring them to another unit",
            columns,
            case.concerns(),
            lambda batch: np.logical_or.reduce(
                [
                    any_entry((np.abs(array) > _FLOAT32) & np.isfinite(array))
                    for array in (batch.y_true, batch.weight, *batch.y_pred.values())
                    if array is not None
                ]
            ),
        )


def _float32(case: CheckedData, model: PredictionProfile, largest: float, average: float) -> Iterator[Fault]:
    if largest > _ROOT and (case.loss is None or "square of the error" in case.loss.tags):
        yield Fault(
            "float32_squares",
            "warning",
            "Errors whose squares are beyond float32",
            "the square of an error above 1.8e19 is infinite in float32, and the mean with it",
            "bring y_true and y_pred to another unit; or take mae or huber",
            names(model),
            case.concerns("mse", "rmse"),
            lambda batch: _beyond(batch, model.model, _ROOT, largest=_FLOAT32),
        )
    typical = _typical(case.profile.true_sample)
    step = float(np.spacing(np.float32(typical))) if typical < _FLOAT32 else 0.0
    if average > 0 and step > 0.01 * average:
        yield Fault(
            "float32_digits",
            "warning",
            "Errors that float32 cannot hold",
            f"near {typical:.4g} two numbers of float32 are {step:.2g} apart, and an average error is "
            f"{average:.2g}: rounding the inputs changes the loss",
            "take the mean (or the first date) off y_true and y_pred before you hand them over",
            (*truth_names(case.truth), *names(model)) if case.truth else names(model),
            case.concerns("mse", "mae"),
        )
