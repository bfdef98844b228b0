"""What a pass keeps of a column, and of an array of columns."""

from __future__ import annotations

import math
from hashlib import blake2b

import numpy as np

from losscli.batch import Origin
from losscli.losses.domain import SUM_SLACK, Array
from losscli.results.profile import ColumnProfile, ValueCount

DISTINCT = 1000  # values of a column that are counted one by one
WIDEST = 200  # columns that are described one by one
# What files write where there is no value; each only counts as one when it lies far from the others.
SENTINELS = tuple(
    float(value)
    for value in (
        *(sign * number for number in (99, 999, 9999, 99999, 999999) for sign in (1, -1)),
        *(-8888, -32768, 32767, 2**31 - 1, -(2**31), 2**63 - 1, -(2**63)),
        *(
            1e20,
            -1e20,
            1e30,
            -1e30,
            1e37,
            9.969209968386869e36,
            3.4028234663852886e38,
            -3.4028234663852886e38,
        ),
    )
)


def names_of(origin: Origin, argument: str, columns: int) -> tuple[str, ...]:
    """The columns' names: the file's, or `y_pred[1]` … where one name stands for several."""
    labels = origin.labels.get(argument, (argument,))
    if len(labels) == columns:
        return labels
    return tuple(f"{labels[0]}[{i + 1}]" for i in range(columns))


class ColumnPass:
    """A column, after the values so far."""

    def __init__(self, role: str, model: str | None, name: str) -> None:
        self.role, self.model, self.name = role, model, name
        self.count = self.missing = self.infinite = self.minus_infinite = 0
        self.zeros = self.ones = self.negatives = 0
        self.low = self.smallest = self.inner_low = math.inf
        self.high = self.inner_high = -math.inf
        self.mean = self.squares = 0.0
        self.whole = True
        self.distinct: dict[float, int] | None = {}
        self.digest = blake2b(digest_size=16)

    def add(self, values: Array) -> None:
        """Adds values (n,) of any kind."""
        values = values + 0.0  # -0.0 is 0.0
        self.digest.update(np.ascontiguousarray(values).data)
        finite = np.isfinite(values)
        if not finite.all():
            missing = int(np.count_nonzero(np.isnan(values)))
            self.missing += missing
            self.infinite += int(np.count_nonzero(~finite)) - missing
            self.minus_infinite += int(np.count_nonzero(values == -np.inf))
            values = values[finite]
        if values.size == 0:
            return
        self._spread(values)
        zeros = int(np.count_nonzero(values == 0))
        self.zeros += zeros
        self.ones += int(np.count_nonzero(values == 1))
        self.negatives += int(np.count_nonzero(values < 0))
        sizes = np.abs(values)
        sizes = sizes[sizes > 0] if zeros else sizes
        self.smallest = min(self.smallest, float(sizes.min(initial=math.inf)))
        self._bounds(values)
        self.whole = self.whole and bool((values == np.floor(values)).all())
        self._count(values)

    def _spread(self, values: Array) -> None:
        """Mean and Σ(x - mean)², merged as Chan does."""
        n = values.size
        with np.errstate(over="ignore", invalid="ignore"):
            mean = float(values.mean())
            if not math.isfinite(mean):
                mean = float((values / n).sum())
            squares = float(np.square(values - mean).sum())
            both = self.count + n
            apart = mean - self.mean
            self.squares += squares + float(np.square(apart)) * (self.count / both * n)
            self.mean += apart * (n / both)
        self.count = both

    def _bounds(self, values: Array) -> None:
        low, high = float(values.min()), float(values.max())
        self.low, self.high = min(self.low, low), max(self.high, high)
        if low in SENTINELS or high in SENTINELS:
            values = values[~np.isin(values, SENTINELS)]
            low, high = float(values.min(initial=math.inf)), float(values.max(initial=-math.inf))
        self.inner_low, self.inner_high = min(self.inner_low, low), max(self.inner_high, high)

    def _count(self, values: Array) -> None:
        # Where the first values are too many already, the others need not be sorted.
        if self.distinct is not None and np.unique(values[: 4 * DISTINCT]).size <= DISTINCT:
            distinct, counts = np.unique(values, return_counts=True)
            if distinct.size <= DISTINCT:
                for value, count in zip(distinct.tolist(), counts.tolist(), strict=True):
                    self.distinct[value] = self.distinct.get(value, 0) + count
                if len(self.distinct) <= DISTINCT:
                    return
        self.distinct = None

    def finish(self) -> ColumnProfile:
        some = self.count > 0
        return ColumnProfile(
            role=self.role,
            model=self.model,
            name=self.name,
            count=self.count,
            missing=self.missing,
            infinite=self.infinite,
            minus_infinite=self.minus_infinite,
            low=self.low if some else math.nan,
            high=self.high if some else math.nan,
            mean=self.mean if some else math.nan,
            std=math.sqrt(self.squares / self.count) if some else math.nan,
            smallest=self.smallest,
            inner=(self.inner_low, self.inner_high),
            zeros=self.zeros,
            ones=self.ones,
            negatives=self.negatives,
            whole=self.whole and some,
            distinct=None
            if self.distinct is None
            else tuple(ValueCount(value, self.distinct[value]) for value in sorted(self.distinct)),
            digest=self.digest.digest(),
        )


class ArrayPass:
    """An array (N, ...) after the batches so far: its columns, and what its rows sum to.

    Of several columns, `off_rows` do not sum to 1, `off_logs` are no logarithms of probabilities, and
    `hot` counts the rows that are 1 in one column and 0 in the others, by that column.
    """

    def __init__(self, role: str, model: str | None, array: Array, origin: Origin) -> None:
        self.shape = tuple(array.shape[1:])
        self.rows = self.outside = self.off_rows = self.off_logs = 0
        wide = array.ndim == 2 and 1 <= array.shape[1] <= WIDEST
        names = names_of(origin, model or role, array.shape[1] if wide else 1)
        self.columns = [ColumnPass(role, model, name) for name in names]
        self.hot = np.zeros(array.shape[1] if array.ndim == 2 else 0, np.int64)

    def add(self, array: Array) -> None:
        self.rows += len(array)
        if len(self.columns) == 1:
            self.columns[0].add(array.ravel())
        else:
            for column, values in zip(self.columns, array.T, strict=True):
                column.add(values)
        finite = np.isfinite(array)
        self.outside += int(np.count_nonzero(((array < 0) | (array > 1)) & finite))
        if array.ndim == 2 and array.shape[1] > 1:
            every = finite.all()
            self._add_rows(array if every else array[finite.all(axis=1)])
            # Without nan; −inf is the logarithm of 0.
            self._add_logs(array if every else array[(array < np.inf).all(axis=1)])

    def _add_rows(self, rows: Array) -> None:
        with np.errstate(over="ignore", invalid="ignore"):
            off = ~(np.abs(rows.sum(axis=1) - 1) <= SUM_SLACK)
        self.off_rows += int(np.count_nonzero(off))
        if any(column.ones for column in self.columns):
            hot = ~off & ((rows == 0) | (rows == 1)).all(axis=1)
            self.hot += rows[hot].sum(axis=0).astype(np.int64)

    def _add_logs(self, rows: Array) -> None:
        low = rows[(rows <= SUM_SLACK).all(axis=1)]  # of a larger one, the exponential is too large alone
        sums = np.exp(low).sum(axis=1)
        self.off_logs += len(rows) - int(np.count_nonzero(np.abs(sums - 1) <= SUM_SLACK))

    def finish(self) -> tuple[ColumnProfile, ...]:
        return tuple(column.finish() for column in self.columns)
