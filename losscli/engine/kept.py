"""What a fold keeps of its rows: how many a remark is about, the spread of their values, the worst."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from losscli.losses.domain import Array

FIRST_ROWS = 5  # how many rows a remark names
KEPT_EXACTLY = 1_000_000  # values kept one by one for the concentration; beyond, a sample of them
KEPT_LARGEST = 1_024  # the largest stay exact whatever their number

Rows: TypeAlias = "range | Array"  # row numbers: consecutive ones take no array


def numbers_of(rows: Rows, where: Array) -> Array:
    """The row numbers at these positions, or where a mask holds."""
    at = np.flatnonzero(where) if where.dtype == bool else where
    return at + rows.start if isinstance(rows, range) else rows[at]


@dataclass
class Tally:
    """How many rows a remark is about, and the first few."""

    count: int = 0
    rows: tuple[int, ...] = ()

    def add(self, rows: Array) -> None:
        self.count += len(rows)
        self.rows = (*self.rows, *map(int, rows[:FIRST_ROWS]))[:FIRST_ROWS]

    def merge(self, other: Tally) -> None:
        self.count += other.count
        self.rows = tuple(sorted((*self.rows, *other.rows)))[:FIRST_ROWS]


@dataclass(eq=False)
class Spread:
    """The contributions w·v of rows, to say how few make half.

    One by one up to a million; of more, every `stride`-th and the largest. Each piece is its first value's
    number in the sequence and its values.
    """

    stride: int = 1
    cut: float = -np.inf  # the least of the largest
    pieces: list[tuple[int, Array]] = field(default_factory=list)
    largest: Array = field(default_factory=lambda: np.empty(0))
    held: int = 0
    seen: int = 0
    lowest: float = 0.0

    def add(self, values: Array, first: int) -> None:
        """Values of consecutive rows, the first of them number `first`."""
        if values.size == 0:
            return
        self.seen += values.size
        self.lowest = min(self.lowest, float(values.min()))
        if self.stride > 1:
            self._add_largest(values[values > self.cut])
            offset = -first % self.stride
            first, values = first + offset, values[offset :: self.stride].copy()
        self.pieces.append((first, values))
        self.held += values.size
        self._thin()

    def merge(self, other: Spread) -> None:
        self.seen += other.seen
        self.lowest = min(self.lowest, other.lowest)
        stride = max(self.stride, other.stride)
        for spread in (self, other):
            while spread.stride < stride:
                spread._double()
        self._add_largest(other.largest)
        self.pieces += other.pieces
        self.held += other.held
        self._thin()

    def like(self) -> Spread:
        """An empty one that keeps as this one does by now."""
        return Spread(self.stride, self.cut)

    def half(self, total: float) -> tuple[int, bool]:
        """The fewest values that make half of `total`, their sum, and whether that count is exact."""
        if self.stride == 1:
            return fewest(np.sort(self._values())[::-1], total / 2), True
        largest = np.sort(self.largest)[::-1]
        if largest.sum() >= total / 2:
            return fewest(largest, total / 2), True
        sample = self._values()
        sample = np.sort(sample[sample <= self.cut])[::-1]
        each = (self.seen - largest.size) / sample.size
        scale = (total - largest.sum()) / sample.sum()
        rest = fewest(sample, (total / 2 - largest.sum()) / scale)
        return int(largest.size + rest * each), False

    def _values(self) -> Array:
        return np.concatenate([values for _, values in self.pieces])

    def _thin(self) -> None:
        while self.held > KEPT_EXACTLY * (1 if self.stride == 1 else 2):
            self._double()

    def _double(self) -> None:
        if self.stride == 1 and self.pieces:
            self._add_largest(self._values())
        thinned = []
        for first, values in self.pieces:
            odd = first // self.stride % 2
            thinned.append((first + odd * self.stride, values[odd::2].copy()))
        self.stride *= 2
        self.pieces = [piece for piece in thinned if piece[1].size]
        self.held = sum(values.size for _, values in self.pieces)

    def _add_largest(self, values: Array) -> None:
        if values.size == 0:
            return
        self.largest = np.concatenate([self.largest, values])
        if self.largest.size > KEPT_LARGEST:
            self.largest = np.partition(self.largest, -KEPT_LARGEST)[-KEPT_LARGEST:]
            self.cut = float(self.largest.min())


def fewest(descending: Array, sum_of_them: float) -> int:
    """How many of these values, the largest first, reach a sum (all of them, where rounding falls short)."""
    return min(int(np.searchsorted(np.cumsum(descending), sum_of_them)) + 1, descending.size)


@dataclass(eq=False)
class Top:
    """The rows kept to be shown: all of them, or the `size` with the largest contribution.

    Once there are so many, a row whose key does not exceed `floor` is not among them.
    """

    size: int | None
    floor: float | None = None
    rows: Array = field(default_factory=lambda: np.empty(0, np.int64))
    key: Array = field(default_factory=lambda: np.empty(0))
    arrays: dict[str, list[Array]] = field(default_factory=dict)

    def wants(self, key: Array) -> bool:
        """Whether any of these keys is large enough."""
        if self.size == 0 or key.size == 0:
            return False
        return self.floor is None or not key.max() <= self.floor  # nan is

    def add(self, rows: Rows, key: Array, arrays: Mapping[str, Array]) -> None:
        if not self.wants(key):
            return
        key = np.where(np.isnan(key), np.inf, key)
        chosen: Array | slice = slice(None)
        if self.size is not None:
            chosen = _largest(key, self.size)
            if self.floor is not None:
                chosen = chosen[key[chosen] > self.floor]
        self.rows = np.concatenate([self.rows, np.asarray(rows)[chosen]])
        self.key = np.concatenate([self.key, key[chosen]])
        for name, array in arrays.items():
            self.arrays.setdefault(name, []).append(array[chosen])
        if self.size is not None and self.rows.size >= self.size:
            self._keep(np.sort(np.lexsort((self.rows, -self.key))[: self.size]))

    def _keep(self, chosen: Array) -> None:
        self.rows, self.key = self.rows[chosen], self.key[chosen]
        self.arrays = {name: [np.concatenate(parts)[chosen]] for name, parts in self.arrays.items()}
        self.floor = float(self.key.min())

    def merge(self, other: Top) -> None:
        if other.rows.size:
            arrays = {name: np.concatenate(parts) for name, parts in other.arrays.items()}
            self.add(other.rows, other.key, arrays)

    def like(self) -> Top:
        """An empty one for rows further down, of which those at the floor come too late."""
        return Top(self.size, self.floor)

    def select(self, size: int | None, by_loss: bool) -> tuple[Array, dict[str, Array]]:
        """The `size` largest (None: all), in row order or largest first; their row numbers and arrays."""
        order = np.lexsort((self.rows, -self.key))[:size]
        if not by_loss:
            order = order[np.argsort(self.rows[order])]
        arrays = {name: np.concatenate(parts)[order] for name, parts in self.arrays.items()}
        return self.rows[order], arrays


def _largest(key: Array, size: int) -> Array:
    """Positions of the `size` largest, in order; of equal ones the first."""
    if key.size <= size:
        return np.arange(key.size)
    least = np.partition(key, -size)[-size]
    above = np.flatnonzero(key > least)
    return np.sort(np.concatenate([above, np.flatnonzero(key == least)[: size - above.size]]))


def missing_rows(n: int, *arrays: Array | None) -> Array:
    """Which of n rows hold a NaN in any of the arrays (N,)."""
    gone = np.zeros(n, bool)
    for array in arrays:
        if array is not None and array.size and np.isnan(array.max()):
            gone |= np.isnan(array.reshape(n, -1)).any(axis=1)
    return gone
