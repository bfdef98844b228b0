"""What the values of truth and predictions are: labels and how they are coded, probabilities, logits, …"""

from __future__ import annotations

from collections.abc import Sequence

from losscli.analysis.profile.columns import ArrayPass
from losscli.results.profile import ColumnProfile, TruthProfile, ValueCount

MOST = 0.9  # the share of rows that settles a kind: the others are faults
FEW = 50  # labels of one column
SMALL_COUNTS = 50  # whole numbers of a larger mean, without a zero, are amounts rather than counts
CLASSES = ("binary01", "signs", "index", "labels", "one_hot", "multilabel")
AMOUNTS = ("counts", "positive", "nonnegative", "fraction", "real", "columns")
_ONE_CLASS = ("binary01", "signs", "index", "labels", "one_hot", "soft")  # a row

Model = tuple[ArrayPass, tuple[ColumnProfile, ...]]


def truth_kind(seen: ArrayPass, columns: Sequence[ColumnProfile], models: Sequence[Model]) -> str:
    """The kind of y_true, as TruthProfile names them."""
    if not any(column.count for column in columns):
        return "empty"
    if len(seen.shape) > 1:
        return "array"
    if seen.shape in ((), (1,)):
        return _scalar_kind(columns[0], models)
    binary = all(column.zeros + column.ones == column.count for column in columns)
    sums = _share(seen.rows - seen.off_rows, seen.rows) >= MOST
    rows_of_one = any(model.shape == seen.shape and _rows_of_one(model) for model, _ in models)
    if binary:
        return "one_hot" if (seen.off_rows == 0 or (sums and rows_of_one)) else "multilabel"
    unit = _share(seen.outside, seen.rows * seen.shape[0]) < 1 - MOST
    return "soft" if unit and sums else "columns"


def _scalar_kind(column: ColumnProfile, models: Sequence[Model]) -> str:
    values = {found.value for found in column.distinct or ()}
    if values and values <= {0.0, 1.0}:
        return "binary01"
    if values and values <= {-1.0, 1.0}:
        return "signs"
    wide = [model.shape[0] for model, _ in models if len(model.shape) == 1 and model.shape[0] > 1]
    # A few stray values among 0 and 1, beside probabilities, are faulty labels.
    beside = any(c.bounded and not c.whole for model, cs in models if model.shape in ((), (1,)) for c in cs)
    if beside and column.zeros and column.ones and column.zeros + column.ones >= MOST * column.count:
        return "binary01"
    if column.whole:
        return _whole_kind(column, values, models, wide, beside)
    if wide and max(wide) > 2 and len(values) <= max(wide) + 3 and column.count > 2 * len(values):
        return "index"  # with values between
    if column.bounded:
        return "fraction"
    return _amounts(column)


def _whole_kind(
    column: ColumnProfile, values: set[float], models: Sequence[Model], wide: list[int], beside: bool
) -> str:
    few = 0 < len(values) <= FEW
    if wide and values and len(values) <= max(wide) + 1 and (max(wide) > 2 or column.high <= 2):
        return "index"
    decided = any(
        c.whole and c.distinct is not None and {v for v, _ in c.distinct} <= values
        for model, cs in models
        if model.shape in ((), (1,))
        for c in cs
    )
    if few and column.negatives:
        return "labels" if decided or values == {-1.0, 0.0, 1.0} else "real"
    if beside and len(values) == 2 and column.low >= 0 and column.high <= 2:
        return "index"  # 1 and 2
    if few and decided and column.low >= 0 and column.high < FEW and column.count >= 2 * len(values):
        return "index"
    if column.low >= 0 and (column.zeros or column.mean <= SMALL_COUNTS):
        return "counts"
    return _amounts(column)


def _amounts(column: ColumnProfile) -> str:
    if column.low > 0:
        return "positive"
    return "nonnegative" if column.low == 0 else "real"


def truth_classes(kind: str, seen: ArrayPass, columns: Sequence[ColumnProfile]) -> tuple[ValueCount, ...]:
    """How often each class occurs; empty where the truth is no class."""
    if kind in ("binary01", "signs", "index", "labels"):
        return columns[0].distinct or ()
    if kind == "one_hot":
        return tuple(ValueCount(float(k), int(count)) for k, count in enumerate(seen.hot))
    if kind == "multilabel":
        return tuple(ValueCount(float(k), column.ones) for k, column in enumerate(columns))
    return ()


def prediction_kind(seen: ArrayPass, columns: Sequence[ColumnProfile], truth: TruthProfile | None) -> str:
    """The kind of y_pred, as PredictionProfile names them."""
    if not any(column.count or column.infinite for column in columns):
        return "empty"
    kind = truth.kind if truth is not None else ""
    if len(seen.shape) > 1:
        return "array"
    if seen.shape in ((), (1,)):
        return _scalar_prediction(seen, columns[0], truth)
    if kind not in _ONE_CLASS and kind != "multilabel":
        return "columns"
    entries = sum(column.count for column in columns)
    if _share(seen.outside, entries) < 1 - MOST:
        return "probabilities" if kind == "multilabel" else "probability_rows"
    if kind != "multilabel" and all(c.high <= 0 or not c.count for c in columns):
        logs = _share(seen.rows - seen.off_logs, seen.rows) >= MOST
        return "log_probability" if logs else "logits"
    return "logits"


def _scalar_prediction(seen: ArrayPass, column: ColumnProfile, truth: TruthProfile | None) -> str:
    kind = truth.kind if truth is not None else ""
    if kind == "counts":
        return "rate" if column.count and column.low >= 0 else "real"
    if kind not in _ONE_CLASS and kind != "fraction":
        return "real"
    labels = {found.value for found in truth.classes} if truth is not None else set()
    values = {found.value for found in column.distinct or ()}
    if kind in _ONE_CLASS and values and values <= (labels | ({0.0, 1.0} if kind == "binary01" else set())):
        return "labels"
    if column.count == 0:
        return "empty"
    if _share(seen.outside, column.count) < 1 - MOST:
        return "probability"
    if kind == "fraction":
        return "real"
    if kind == "index" and max(labels, default=0) > 2:
        return "labels" if column.whole else "real"
    if column.low >= 0 and 20 < column.high <= 100:
        return "percent"
    return "logits"


def _rows_of_one(model: ArrayPass) -> bool:
    return _share(model.rows - model.off_rows, model.rows) >= MOST


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
