"""Faults of the values themselves: missing, infinite, stand-ins for missing, constant, twice there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from losscli.analysis.check.fault import CheckedData, Fault, Mask, any_entry, names
from losscli.analysis.check.unread import explained, unread_in
from losscli.analysis.profile.columns import SENTINELS
from losscli.analysis.profile.kinds import CLASSES
from losscli.batch import Batch
from losscli.losses.domain import Array
from losscli.results.profile import ColumnProfile

_TWINS = 0.05  # the share of twin rows that is no accident where values rarely repeat
_SEVERAL = 3  # rows, below which a constant or equal columns say nothing
_FEWEST = 10  # rows, below which a constant column or twin rows are an accident
_FLAT = 1e-6  # a spread of predictions below this part of the truth's is none


def faults(case: CheckedData) -> Iterator[Fault]:
    """All faults of this kind."""
    yield from _missing(case)
    yield from _infinite(case)
    yield from _sentinels(case)
    yield from _constant(case)
    yield from _twin_columns(case)
    yield from _twin_rows(case)


def _missing(case: CheckedData) -> Iterator[Fault]:
    columns = tuple(c.name for c in case.profile.columns if c.missing > unread_in(case, c.name))
    if columns:
        yield Fault(
            "missing",
            "note" if case.missing == "drop" else "error",
            "Missing values",
            "one nan makes the mean nan, and in training every weight after the next step",
            "--missing drop leaves them out; or mend the cells",
            columns,
            case.concerns(),
            lambda batch: _missing_cells(batch) > (explained(case, batch) if case.unread else 0),
        )


def _missing_cells(batch: Batch) -> Array:
    """How many values of each row (n,) are missing."""
    arrays = [batch.y_true, batch.weight, *batch.y_pred.values()]
    counts = [np.isnan(array).reshape(len(batch), -1).sum(axis=1) for array in arrays if array is not None]
    return np.asarray(np.sum(counts, axis=0))


def _infinite(case: CheckedData) -> Iterator[Fault]:
    logs = {m.model for m in case.profile.predictions if case.expects(m) == "log_probability"}
    columns = tuple(
        column.name
        for column in case.profile.columns
        if column.infinite > (column.minus_infinite if column.model in logs else 0)
    )
    if not columns:
        return

    def where(batch: Batch) -> Array:
        marked = _in_any(batch, np.isinf, leave_out=logs)
        for model in logs:  # −inf is the logarithm of 0
            marked |= any_entry(batch.y_pred[model] == np.inf)
        return marked

    yield Fault(
        "infinite",
        "error",
        "Infinite values",
        "inf − inf and 0 · inf are nan: the loss, its gradient and then the weights become so; infinite "
        "predictions come of a training that diverged, or of a division by 0",
        "mend or leave out these rows; if the model made them, lower the learning rate or clip the gradient",
        columns,
        case.concerns(),
        where,
    )


def _in_any(batch: Batch, test: np.ufunc, leave_out: set[str] | None = None) -> Array:
    arrays = [array for name, array in batch.y_pred.items() if name not in (leave_out or ())]
    marked = np.zeros(len(batch), bool)
    for array in (batch.y_true, batch.weight, *arrays):
        if array is not None:
            marked |= any_entry(test(array))
    return marked


def stand_ins(column: ColumnProfile) -> tuple[float, ...]:
    """The lowest or highest value, where it is a usual sign of "missing" and far from all others."""
    low, high = column.inner
    if not column.count or low > high:
        return ()
    room = max(high - low, abs(low), abs(high)) or 1.0
    values = []
    for value in (column.low, column.high):
        # 99 and 999 may well be true values: they must stand alone.
        far = 10 if 0 < value < 9999 else 3
        if value in SENTINELS and max(low - value, value - high) > far * room:
            values.append(value)
    return tuple(values)


def _sentinels(case: CheckedData) -> Iterator[Fault]:
    for column in case.profile.columns:
        for value in dict.fromkeys(stand_ins(column)):
            rest = f"{column.inner[0]:.6g} to {column.inner[1]:.6g}"
            yield Fault(
                "sentinel",
                "warning",
                f"{value:.6g} where a value is missing",
                f"the other values run from {rest}: {value:.6g} looks like a sign for a missing one, and "
                "squared it outweighs every other row",
                "leave the cell empty (or write nan), then --missing drop",
                (column.name,),
                case.concerns(),
                _equal(column, value),
            )


def _equal(column: ColumnProfile, value: float) -> Mask:
    def where(batch: Batch) -> Array:
        array = {"y_true": batch.y_true, "weight": batch.weight}.get(column.role)
        if column.model is not None:
            array = batch.y_pred[column.model]
        assert array is not None
        return any_entry(array == value)

    return where


def _constant(case: CheckedData) -> Iterator[Fault]:
    truth, profile = case.truth, case.profile
    few = profile.n < _SEVERAL
    if truth is not None and not case.classes and not few and all(c.constant for c in truth.columns):
        yield Fault(
            "constant_truth",
            "warning",
            f"y_true is {truth.columns[0].low:.6g} in every row",
            "there is nothing to learn or to compare: the same constant as prediction has no loss",
            "look whether --true names the right column",
            tuple(column.name for column in truth.columns),
            case.concerns(),
        )
    for model in profile.predictions:
        if few or not model.columns or model.kind == "empty":
            continue
        residual = profile.residual(model.model)
        spread = truth.columns[0].std if residual is not None and truth is not None else 0.0
        flat = all(c.std <= _FLAT * spread for c in model.columns) and spread > 0
        if flat or all(column.constant for column in model.columns):
            yield Fault(
                "constant_prediction",
                "warning",
                "The predictions are constant",
                f"the model gives {model.columns[0].mean:.6g} to every row: it has collapsed (a dead "
                "output, a learning rate that is too large), or was never trained",
                "look at the model's last layer; compare with another with --pred",
                names(model),
                case.concerns(),
            )
        elif case.expects(model) != "numbers":
            yield from _constant_columns(case, model.columns)
        elif truth is not None and truth.shape == model.shape:
            pairs = zip(model.columns, truth.columns, strict=True)  # a coordinate may well be the same in all
            yield from _constant_columns(case, tuple(column for column, true in pairs if not true.constant))
    if truth is not None and truth.kind == "multilabel":
        yield from _constant_columns(case, truth.columns)


def _constant_columns(case: CheckedData, columns: tuple[ColumnProfile, ...]) -> Iterator[Fault]:
    still = tuple(column.name for column in columns if column.constant)
    if still and len(still) < len(columns) and case.profile.n >= _FEWEST:
        yield Fault(
            "constant_column",
            "warning",
            "Constant columns among others",
            "a column with one value in every row says nothing of its class or output, and hides that in the "
            "mean over all columns",
            "leave it out of --true and --pred, or look why it does not move",
            still,
            case.concerns(),
        )


def _twin_columns(case: CheckedData) -> Iterator[Fault]:
    profile, truth = case.profile, case.truth
    of_truth = (
        {} if truth is None else {c.digest: c.name for c in truth.columns if not c.constant and c.count > 1}
    )
    seen: dict[bytes, str] = {}
    for model in profile.predictions:
        same = [column for column in model.columns if column.digest in of_truth]
        if truth is not None and same and len(same) == len(model.columns):
            labels = model.kind == "labels" or truth.kind in ("one_hot", "multilabel")
            yield Fault(
                "leakage",
                "note" if labels else "warning",
                "The predictions are y_true",
                "every prediction equals the truth, to the last digit: a copied column, or a model that was "
                "shown the target; every loss is at its best here and says nothing",
                "look whether --pred names the right column",
                names(model),
                case.concerns(),
            )
            continue
        for column in model.columns:
            if column.constant or column.count < _SEVERAL:
                continue
            if column.digest in seen:
                yield Fault(
                    "duplicate_columns",
                    "warning",
                    "Two columns hold the same predictions",
                    "they are equal in every row: one was copied over the other, or was named twice",
                    "look which of them is meant",
                    (seen[column.digest], column.name),
                    case.concerns(),
                )
            seen.setdefault(column.digest, column.name)


def _twin_rows(case: CheckedData) -> Iterator[Fault]:
    profile, truth = case.profile, case.truth
    if truth is None or profile.n < _FEWEST or profile.duplicates < max(3, _TWINS * profile.n):
        return
    models = profile.predictions
    if all(len(model.columns) == 1 for model in models) and truth.kind in (*CLASSES, "counts", "ratings"):
        return  # few labels beside one number: rows repeat by themselves
    varied = [
        column
        for model in models
        for column in model.columns
        if not column.whole and (column.distinct is None or 4 * len(column.distinct) >= profile.n)
    ]
    if varied:
        about = "about " if profile.estimated else ""
        yield Fault(
            "duplicate_rows",
            "warning",
            f"{about}{profile.duplicates} rows equal an earlier row",
            "truth and predictions agree to the last digit: a file joined or appended twice counts these "
            "rows twice, in every mean and every interval",
            "leave the copies out, or give them a smaller weight with --weight",
            (),
            case.concerns(),
        )
