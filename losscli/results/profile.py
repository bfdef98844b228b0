"""Profile: what one pass over the data says of its columns and of the pair of truth and prediction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class ValueCount(NamedTuple):
    """A value, or a class, and how many rows have it."""

    value: float
    count: int  # type: ignore[assignment]  # it hides tuple.count


class ColumnProfile(NamedTuple):
    """A column of y_true, of a model's y_pred, or the weight.

    `role` is "y_true", "y_pred" or "weight", `model` the model's name for "y_pred". An array of more than two
    axes, or of very many columns, is one column here. `count` values are finite, `infinite` are not, of which
    `minus_infinite` are −inf; `low`, `high`, `mean` and `std` (divided by `count`) are over the finite ones,
    nan where there is none. `smallest` is the least magnitude above 0. `inner` are the lowest and highest of
    the values that are no usual sign of a missing value (-999, 9999 …). `distinct` has every value with its
    count, in order, or is None where there are more than 1000. `digest` is the same for
    columns that hold the same values in the same order.
    """

    role: str
    model: str | None
    name: str
    count: int  # type: ignore[assignment]
    missing: int
    infinite: int
    minus_infinite: int
    low: float
    high: float
    mean: float
    std: float
    smallest: float
    inner: tuple[float, float]
    zeros: int
    ones: int
    negatives: int
    whole: bool
    distinct: tuple[ValueCount, ...] | None
    digest: bytes

    @property
    def constant(self) -> bool:
        """One value, in more than one row, and nothing else."""
        return self.count > 1 and self.low == self.high and not (self.missing or self.infinite)

    @property
    def bounded(self) -> bool:
        """Every finite value lies in [0, 1]."""
        return self.count > 0 and self.low >= 0 and self.high <= 1

    @property
    def array(self) -> str:
        """The array that it is a column of: "y_true", "weight", or a model's name."""
        return self.model or self.role


class TruthProfile(NamedTuple):
    """y_true. `kind` is what its values are, judged together with the predictions:

    "binary01" (0 and 1), "signs" (-1 and 1), "index" (classes as whole numbers), "labels" (few whole numbers,
    some below 0), "one_hot", "multilabel" (rows of 0 and 1), "soft" (rows of probabilities that sum to 1),
    "counts" (whole, from 0), "ratings" (few whole steps, more alike than counts), "positive" (above 0),
    "nonnegative" (from 0), "fraction" (in [0, 1]), "real",
    "columns" (several numbers a row), "array" (more axes), "empty" (no finite value).

    `shape` is that of a row, `classes` how often each class occurs (of rows: the index of the column).
    `off_rows` are the rows of several columns whose sum is not 1 within a thousandth. `second` is the kind
    that is as near, where there is one.
    """

    kind: str
    shape: tuple[int, ...]
    columns: tuple[ColumnProfile, ...]
    classes: tuple[ValueCount, ...]
    off_rows: int
    second: str = ""


class PredictionProfile(NamedTuple):
    """A model's y_pred. `kind`: "probability", "probability_rows" (a probability a class, each row's sum 1),
    "probabilities" (a probability a label), "percent", "logits", "log_probability", "labels", "rate" (0 or
    more, where the truth is counts), "vectors" (beside labels), "real", "columns", "array" or "empty".

    `outside` entries lie out of [0, 1], of `entries` that are finite. `off_rows` as for the truth, `off_logs`
    the rows whose exponentials do not sum to 1. `correlation` with y_true, where the shapes match (nan
    where a side is constant).
    """

    model: str
    kind: str
    shape: tuple[int, ...]
    columns: tuple[ColumnProfile, ...]
    entries: int
    outside: int
    off_rows: int
    off_logs: int
    correlation: float


class ResidualProfile(NamedTuple):
    """y_pred - y_true of a model, where both are numbers of one shape. `n` residuals are finite.

    From all of them up to a million entries, beyond from a seeded `sample` of a million (`sampled`). `mad` is
    the median of |e - median|; `skewness` and `kurtosis` (3 is taken off: 0 for a normal) are nan where
    all are equal. `quantiles` are (level, value).
    """

    model: str
    n: int
    sampled: bool
    mean: float
    median: float
    mad: float
    std: float
    skewness: float
    kurtosis: float
    quantiles: tuple[tuple[float, float], ...]
    sample: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Profile:
    """What one pass over `n` rows says. `truth` is None where there is no y_true.

    `residuals` are by model, where there are any. `duplicates` rows are the same as an earlier row (truth and
    predictions), `estimated` from a sample of the rows. `true_sample` holds y_true's finite entries, and
    `pred_sample` each model's: every one up to a million, beyond a seeded sample.
    """

    n: int
    truth: TruthProfile | None
    predictions: tuple[PredictionProfile, ...]
    weight: ColumnProfile | None
    residuals: tuple[ResidualProfile, ...]
    duplicates: int
    estimated: bool
    true_sample: NDArray[np.float64] = field(repr=False)
    pred_sample: dict[str, NDArray[np.float64]] = field(repr=False)

    @property
    def columns(self) -> tuple[ColumnProfile, ...]:
        """Every column: the truth's, each model's, the weight."""
        truth = self.truth.columns if self.truth else ()
        models = tuple(column for model in self.predictions for column in model.columns)
        return (*truth, *models, *((self.weight,) if self.weight else ()))

    def prediction(self, model: str) -> PredictionProfile:
        """A model's profile; KeyError when there is none."""
        return {prediction.model: prediction for prediction in self.predictions}[model]

    def residual(self, model: str) -> ResidualProfile | None:
        """A model's residuals, None where they are not numbers of one shape."""
        return {residual.model: residual for residual in self.residuals}.get(model)
