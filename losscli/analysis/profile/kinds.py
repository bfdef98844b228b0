"""What the values of truth and predictions are: labels and how they are coded, probabilities, logits, …"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from losscli.analysis.profile.columns import ArrayPass
from losscli.analysis.profile.pairs import PairPass
from losscli.batch import Origin
from losscli.losses.domain import Array
from losscli.results.profile import ColumnProfile, PredictionProfile, TruthProfile, ValueCount

MOST = 0.9  # the share of rows that settles a kind: the others are faults
FEW = 50  # labels of one column
SMALL_COUNTS = 50  # whole numbers of a larger mean, without a zero, are amounts rather than counts
CLASSES = ("binary01", "signs", "index", "labels", "one_hot", "multilabel")
AMOUNTS = ("counts", "ratings", "positive", "nonnegative", "fraction", "real", "columns")
_ONE_CLASS = ("binary01", "signs", "index", "labels", "one_hot", "soft")  # a row
_STEPS = 11  # values at most of a scale, such as 1 to 5 or 0 to 10
_EVEN = 0.6  # a variance over the mean below which whole numbers vary less than counts do
_LOW = 5  # whole numbers that begin so near 0 are counted from there
_MANY = 100  # classes that a model has a column for, or a label in few dimensions
_SURE = 20  # logits as far from 0 as this that know nothing are none
_SCALAR = ((), (1,))


class Model(NamedTuple):
    """A model's predictions, and what they are beside a truth of one number a row."""

    seen: ArrayPass
    columns: tuple[ColumnProfile, ...]
    pair: PairPass


class KindPass:
    """What a truth and its models' predictions are, after the batches so far: the one reader of kinds."""

    def __init__(self) -> None:
        self.truth: ArrayPass | None = None
        self.models: dict[str, tuple[ArrayPass, PairPass]] = {}

    def add(self, y_true: Array | None, y_pred: Mapping[str, Array], origin: Origin) -> None:
        if y_true is not None:
            if self.truth is None:
                self.truth = ArrayPass("y_true", None, y_true, origin)
            self.truth.add(y_true)
        for name, array in y_pred.items():
            if name not in self.models:
                self.models[name] = ArrayPass("y_pred", name, array, origin), PairPass()
            seen, pair = self.models[name]
            seen.add(array)
            if y_true is not None and y_true.shape[1:] in _SCALAR:
                pair.add(y_true.ravel(), array)

    def finish(self) -> tuple[TruthProfile | None, tuple[PredictionProfile, ...]]:
        """The truth and the predictions, each with its kind; correlations are still unknown."""
        models = {name: Model(seen, seen.finish(), pair) for name, (seen, pair) in self.models.items()}
        truth = None if self.truth is None else _truth(self.truth, list(models.values()))
        return truth, tuple(_prediction(name, model, truth) for name, model in models.items())


def _truth(seen: ArrayPass, models: Sequence[Model]) -> TruthProfile:
    columns = seen.finish()
    kind, second = truth_kind(seen, columns, models)
    classes = truth_classes(kind, seen, columns)
    return TruthProfile(kind, seen.shape, columns, classes, seen.off_rows, second)


def _prediction(name: str, model: Model, truth: TruthProfile | None) -> PredictionProfile:
    seen, columns, _ = model
    return PredictionProfile(
        model=name,
        kind=prediction_kind(model, truth),
        shape=seen.shape,
        columns=columns,
        entries=sum(column.count for column in columns),
        outside=seen.outside,
        off_rows=seen.off_rows,
        off_logs=seen.off_logs,
        correlation=math.nan,
    )


def truth_kind(seen: ArrayPass, columns: Sequence[ColumnProfile], models: Sequence[Model]) -> tuple[str, str]:
    """The kind of y_true, as TruthProfile names them, and a second one that is as near ("" where none is)."""
    if not any(column.count for column in columns):
        return "empty", ""
    if len(seen.shape) > 1:
        return "array", ""
    if seen.shape in _SCALAR:
        return _scalar_kind(columns[0], models)
    binary = all(column.zeros + column.ones == column.count for column in columns)
    sums = _share(seen.rows - seen.off_rows, seen.rows) >= MOST
    rows_of_one = any(model.seen.shape == seen.shape and _rows_of_one(model.seen) for model in models)
    if binary:
        return "one_hot" if (seen.off_rows == 0 or (sums and rows_of_one)) else "multilabel", ""
    unit = _share(seen.outside, seen.rows * seen.shape[0]) < 1 - MOST
    return "soft" if unit and sums else "columns", ""


def _scalar_kind(column: ColumnProfile, models: Sequence[Model]) -> tuple[str, str]:
    values = {value for value, _ in column.distinct or ()}
    scalar = [model for model in models if model.seen.shape in _SCALAR]
    roles = {wide_role(column, model) for model in models if model not in scalar}
    # Zeros alone are labels beside what may be probabilities of the other class.
    zeros = values == {0.0} and not (roles or any(model.seen.outside == 0 for model in scalar))
    if values and values <= {0.0, 1.0} and not zeros:
        return "binary01", ""
    if values and values <= {-1.0, 1.0}:
        return "signs", ""
    if "classes" in roles or "vectors" in roles:
        return "labels" if column.negatives and "classes" not in roles else "index", ""
    # A few stray values among 0 and 1, beside probabilities, are faulty labels.
    beside = any(c.bounded and not c.whole for model in scalar for c in model.columns)
    if beside and column.zeros and column.ones and column.zeros + column.ones >= MOST * column.count:
        return "binary01", ""
    if column.whole:
        return _whole_kind(column, values, scalar, beside=beside, alone=not models)
    return "fraction" if column.bounded else _amounts(column), ""


def _whole_kind(
    column: ColumnProfile, values: set[float], models: Sequence[Model], *, beside: bool, alone: bool
) -> tuple[str, str]:
    few = 0 < len(values) <= FEW
    decided = any(
        c.whole and c.distinct is not None and {v for v, _ in c.distinct} <= values
        for model in models
        for c in model.columns
    )
    if few and column.negatives:
        return "labels" if decided or values == {-1.0, 0.0, 1.0} else "real", ""
    if column.negatives:
        return "real", ""
    rates = any(c.low > 0 and 1 < c.high <= 20 for model in models for c in model.columns)
    labels = decided or alone or (bool(models) and not rates)
    if len(values) == 2 and column.high <= 2 and (beside or (column.low == 1 and labels)):
        return "index", ""  # 1 and 2
    if decided and few and column.high < FEW and column.count >= 2 * len(values):
        return "index", "counts"
    if (decided or alone) and even(column):
        return "index", "counts"
    if few and _scale(column, values, models):
        return "ratings", "counts"
    near_0 = column.zeros or (column.low <= _LOW and column.mean <= SMALL_COUNTS)
    dispersed = any(1 / 2 < model.pair.dispersion < 2 for model in models)
    if column.low < column.high and (near_0 or dispersed):
        return "counts", ""
    return _amounts(column), ""


def _scale(column: ColumnProfile, values: set[float], models: Sequence[Model]) -> bool:
    """Whether whole numbers are steps of a scale, such as ratings: few, and more alike than counts."""
    steps = 4 <= column.high - column.low + 1 <= _STEPS and column.low in (0, 1)
    known = [model.pair.dispersion for model in models if math.isfinite(model.pair.dispersion)]
    alike = column.std**2 < _EVEN * column.mean and all(each < _EVEN for each in known)
    return steps and len(values) >= 3 and column.count >= 5 * len(values) and alike


def even(column: ColumnProfile) -> bool:
    """Whole numbers from 0 or 1 on, none left out, none much rarer than the others."""
    counts = [count for _, count in column.distinct or ()]
    k = len(counts)
    run = column.low in (0, 1) and column.high - column.low == k - 1
    return 2 < k <= _MANY and run and column.count >= 5 * k and min(counts) * k >= 0.3 * column.count


def _amounts(column: ColumnProfile) -> str:
    if column.low > 0:
        return "positive"
    return "nonnegative" if column.low == 0 else "real"


def wide_role(column: ColumnProfile, model: Model) -> str:
    """What several numbers a row are beside one: "classes" (a column a class), "vectors" or "forecasts"."""
    width = model.seen.shape[0] if len(model.seen.shape) == 1 else 0
    values = column.distinct or ()
    if width < 2 or not column.count:
        return "forecasts"
    labels = len(values) or column.high - column.low + 1
    indices = {int(value): count for value, count in values if value in range(width + 1)}
    if sum(indices.values()) >= MOST * column.count:
        if _rows_of_one(model.seen) or _logs_of_one(model):
            return "classes"
        if model.pair.knows({k: count for k, count in indices.items() if k < width}):
            return "classes"
        fills = (column.low, column.high) in ((0, width - 1), (1, width))
        odds = all(abs(c.mean) + c.std <= _SURE for c in model.columns if c.count)
        if fills and odds and not model.pair.near(column.std):
            return "classes"
    repeated = column.whole and labels <= max(2, column.count // 2)
    if repeated and width >= 3 and (labels <= _MANY or width >= 16) and not model.pair.near(column.std):
        return "vectors"
    return "forecasts"


def truth_classes(kind: str, seen: ArrayPass, columns: Sequence[ColumnProfile]) -> tuple[ValueCount, ...]:
    """How often each class occurs; empty where the truth is no class."""
    if kind in ("binary01", "signs", "index", "labels"):
        return columns[0].distinct or ()
    if kind == "one_hot":
        return tuple(ValueCount(float(k), int(count)) for k, count in enumerate(seen.hot))
    if kind == "multilabel":
        return tuple(ValueCount(float(k), column.ones) for k, column in enumerate(columns))
    return ()


def prediction_kind(model: Model, truth: TruthProfile | None) -> str:
    """The kind of y_pred, as PredictionProfile names them."""
    seen, columns, _ = model
    if not any(column.count or column.infinite for column in columns):
        return "empty"
    kind = truth.kind if truth is not None else ""
    if len(seen.shape) > 1:
        return "array"
    if seen.shape in _SCALAR:
        return _scalar_prediction(seen, columns[0], truth)
    if truth is None or (kind not in _ONE_CLASS and kind != "multilabel"):
        return "columns"
    role = wide_role(truth.columns[0], model) if truth.shape in _SCALAR else "classes"
    if role != "classes":
        return "vectors" if role == "vectors" else "columns"
    entries = sum(column.count for column in columns)
    if _share(seen.outside, entries) < 1 - MOST:
        return "probabilities" if kind == "multilabel" else "probability_rows"
    if kind != "multilabel" and all(c.high <= 0 or not c.count for c in columns):
        return "log_probability" if _logs_of_one(model) else "logits"
    return "logits"


def _scalar_prediction(seen: ArrayPass, column: ColumnProfile, truth: TruthProfile | None) -> str:
    kind = truth.kind if truth is not None else ""
    if kind == "counts":
        return "rate" if column.count and column.low >= 0 else "real"
    if kind not in _ONE_CLASS and kind != "fraction":
        return "real"
    labels = {each.value for each in truth.classes} if truth is not None else set()
    values = {each.value for each in column.distinct or ()}
    labels |= {"binary01": {0.0, 1.0}, "signs": {-1.0, 1.0}}.get(kind, set())
    if kind in _ONE_CLASS and values and values <= labels:
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


def _logs_of_one(model: Model) -> bool:
    """Whether rows are logarithms of probabilities that sum to 1."""
    seen = model.seen
    below = all(column.high <= 0 or not column.count for column in model.columns)
    return below and _share(seen.rows - seen.off_logs, seen.rows) >= MOST


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
