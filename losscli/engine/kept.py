"""What a fold keeps of its rows: how many a remark is about, the spread of their values, the worst."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from losscli.losses.domain import Array

FIRST_ROWS = 5  # how many rows a remark names
KEPT_EXACTLY = 1_000_000  # values kept one by one for the concentration; beyond, a sample of them
KEPT_AT_LEAST = 65_536  # so many of them where many losses share the memory
KEPT_LARGEST = 1_024  # the largest stay exact whatever their number
SORTED = 2_048  # so few values are sorted whole

Rows: TypeAlias = "range | Array"  # row numbers: consecutive ones take no array


def numbers_of(rows: Rows, where: Array) -> Array:
    """The row numbers at these positions, or where a mask holds."""
    at = np.flatnonzero(where) if where.dtype == bool else where
    return at + rows.start if isinstance(rows, range) else rows[at]


def shifted(rows: Rows, before: int) -> Rows:
    """The row numbers, `before` rows further down."""
    return range(rows.start + before, rows.stop + before) if isinstance(rows, range) else rows + before


@dataclass(eq=False, repr=False)
class Tally:
    """How many rows a remark is about, and the first few."""

    count: int = 0
    rows: tuple[int, ...] = ()

    def add(self, rows: Array) -> None:
        self.count += len(rows)
        self.rows = (*self.rows, *map(int, rows[:FIRST_ROWS]))[:FIRST_ROWS]

    def shift(self, before: int) -> None:
        self.rows = tuple(row + before for row in self.rows)

    def merge(self, other: Tally) -> None:
        self.count += other.count
        self.rows = tuple(sorted((*self.rows, *other.rows)))[:FIRST_ROWS]


@dataclass(eq=False, repr=False)
class Spread:
    """The contributions w·v of rows, to say how few make half.

    One by one up to `most`; of more the largest, and one of each run of `stride` values, drawn by the run's
    number so that no period of the rows meets one of the sample. A piece is its first value's number in the
    sequence, or once thinned the numbers of its runs, and its values.
    """

    stride: int = 1
    cut: float = -np.inf  # the least of the largest
    pieces: list[tuple[int | Array, Array]] = field(default_factory=list)
    largest: Array = field(default_factory=lambda: np.empty(0))
    held: int = 0
    seen: int = 0
    lowest: float = 0.0
    most: int = field(default_factory=lambda: KEPT_EXACTLY)

    def add(
        self, values: Array, first: int, lowest: float | None = None, greatest: float | None = None
    ) -> None:
        """Values of consecutive rows, the first of them number `first`; their extremes where known."""
        if values.size == 0:
            return
        self.seen += values.size
        self.lowest = min(self.lowest, float(values.min()) if lowest is None else lowest)
        if self.stride > 1:
            if greatest is None or not greatest <= self.cut:  # nan is not
                self._add_largest(values[values > self.cut])
            self.pieces.append(_drawn(first, values, self.stride))
            self.held += self.pieces[-1][1].size
            self._thin()
            return
        self.pieces.append((first, values))
        self.held += values.size
        self._thin()

    def merge(self, other: Spread) -> None:
        self.seen += other.seen
        self.lowest = min(self.lowest, other.lowest)
        stride = max(self.stride, other.stride)
        for spread in (self, other):
            if spread.stride < stride:
                spread._coarsen(stride)
        self._add_largest(other.largest)
        self.pieces += other.pieces
        self.held += other.held
        self._thin()

    def like(self, relative: bool = False) -> Spread:
        """An empty one that keeps as this one does by now; every value, as long as numbers are relative."""
        if relative:  # thinned by numbers that are not theirs, they would not fit the others
            return Spread(1, self.cut, most=sys.maxsize)
        return Spread(self.stride, self.cut, most=self.most)

    def shift(self, before: int) -> None:
        self.pieces = [(first + before // self.stride, values) for first, values in self.pieces]

    def half(self, total: float) -> tuple[int, bool]:
        """The fewest values that make half of `total`, their sum, and whether that count is exact."""
        if self.stride == 1:
            return fewest(self._values(), total / 2), True
        largest = self.largest
        if largest.sum() >= total / 2:
            return fewest(largest, total / 2), True
        sample = self._values()
        sample = sample[sample <= self.cut]
        each = (self.seen - largest.size) / sample.size
        scale = (total - largest.sum()) / sample.sum()
        rest = fewest(sample, (total / 2 - largest.sum()) / scale)
        return int(largest.size + rest * each), False

    def largest_first(self) -> tuple[Array, Array]:
        """Runs of like values: how many rows each stands for (estimated of a sample), and their sum."""
        if self.stride == 1:
            sums = np.sort(self._values())[::-1]
            return np.ones(len(sums)), sums
        sample = self._values()
        sample = np.sort(sample[sample <= self.cut])[::-1]
        each = (self.seen - self.largest.size) / sample.size
        counts = np.concatenate([np.ones(self.largest.size), np.full(sample.size, each)])
        return counts, np.concatenate([np.sort(self.largest)[::-1], sample * each])

    def _values(self) -> Array:
        return np.concatenate([values for _, values in self.pieces])

    def _thin(self) -> None:
        while self.held > self.most * (1 if self.stride == 1 else 2):
            self._coarsen(2 * self.stride)

    def _coarsen(self, stride: int) -> None:
        """Keeps one of each run of `stride` values, counted from the first of all."""
        if self.stride == 1 and self.pieces:
            self._add_largest(np.concatenate([values[values > self.cut] for _, values in self.pieces]))
        thinned: list[tuple[int | Array, Array]] = []
        for runs, values in self.pieces:
            if isinstance(runs, int):
                thinned.append(_drawn(runs, values, stride))
                continue
            level = self.stride
            while level < stride:
                level *= 2
                kept = (runs & 1) == _draw(runs >> 1, level)
                runs, values = runs[kept] >> 1, values[kept]
            thinned.append((runs, values))
        self.stride = stride
        self.pieces = [piece for piece in thinned if piece[1].size]
        self.held = sum(values.size for _, values in self.pieces)

    def _add_largest(self, values: Array) -> None:
        if values.size == 0:
            return
        self.largest = np.concatenate([self.largest, values])
        if self.largest.size > KEPT_LARGEST:
            self.largest = np.partition(self.largest, -KEPT_LARGEST)[-KEPT_LARGEST:]
            self.cut = float(self.largest.min())


def _drawn(first: int, values: Array, stride: int) -> tuple[Array, Array]:
    """Of consecutive values, the first number `first`, the one drawn from each run of `stride`."""
    runs = np.arange(first // stride, (first + values.size - 1) // stride + 1)
    at, level = runs, stride
    while level > 1:  # from halves to halves, so that what a longer run keeps a shorter one has kept
        at = 2 * at + _draw(at, level)
        level //= 2
    inside = (at >= first) & (at < first + values.size)
    return runs[inside], values[at[inside] - first]


def _draw(runs: Array, level: int) -> Array:
    """0 or 1 for each run of this length, as good as by chance: the top bit of a mixed product."""
    mixed = (runs + 1).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(level)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    return (mixed >> np.uint64(63)).astype(np.int64)


def fewest(values: Array, sum_of_them: float) -> int:
    """How many of these values (0 or more), the largest first, reach a sum (all, where rounding falls short).

    Many are parted by a value near the one sought, again and again: sorting all takes ten times as long.
    """
    taken = 0
    while values.size > SORTED:
        sample = np.sort(values[:: values.size // SORTED])[::-1]
        sought = np.searchsorted(np.cumsum(sample), sum_of_them / values.size * sample.size)
        pivot = sample[min(int(sought), sample.size - 1)]
        above = values[values > pivot]
        reached = float(np.add.reduce(above))
        if reached >= sum_of_them:
            values = above
            continue
        level = int(np.count_nonzero(values == pivot))
        if reached + level * pivot >= sum_of_them:
            return taken + above.size + math.ceil((sum_of_them - reached) / pivot)
        taken, sum_of_them = taken + above.size + level, sum_of_them - reached - level * pivot
        values = values[values < pivot]
    ordered = np.sort(values)[::-1]
    return taken + min(int(np.searchsorted(np.cumsum(ordered), sum_of_them)) + 1, ordered.size)


@dataclass(eq=False, repr=False)
class Top:
    """The rows kept to be shown: all of them, or the `size` with the largest contribution.

    Once there are so many, a row whose key does not exceed `floor` is not among them.
    """

    size: int | None
    floor: float | None = None
    rows: Array = field(default_factory=lambda: np.empty(0, np.int64))
    key: Array = field(default_factory=lambda: np.empty(0))
    arrays: dict[str, list[Array]] = field(default_factory=dict)

    def wants(self, greatest: float) -> bool:
        """Whether a key as great as this one, the greatest of some, is kept."""
        return self.size != 0 and (self.floor is None or not greatest <= self.floor)  # nan is kept

    def add(self, rows: Rows, key: Array, arrays: Mapping[str, Array]) -> None:
        if key.size == 0 or not self.wants(float(key.max())):
            return
        key = np.where(np.isnan(key), np.inf, key)
        chosen: Array = np.arange(key.size)
        if self.size is not None:
            chosen = _largest(key, self.size)
            if self.floor is not None:
                chosen = chosen[key[chosen] > self.floor]
        self.rows = np.concatenate([self.rows, numbers_of(rows, chosen)])
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
