"""How unevenly a total is spread over its rows: every value of some, a sample of many."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


KEPT_EXACTLY = 1_000_000  # values kept one by one; beyond, a sample of them
KEPT_AT_LEAST = 65_536  # so many of them where many losses share the memory
SAMPLED = 16_384  # values that a sample has at least, and at most twice as many: enough for two digits
KEPT_LARGEST = 1_024  # the largest stay exact whatever their number
SORTED = 2_048  # so few values are sorted whole
CELL = 512  # rows that one draw decides for


@dataclass(eq=False, repr=False)
class Spread:
    """The contributions w·v of rows, to say how few make half.

    One by one up to `most`; of more the largest, and one row of `stride`. Which one is drawn for each cell of
    rows by its number, so that a sample is the same every time, that a longer stride keeps some of what a
    shorter one kept, and that no period of the rows meets one of the sample. For that, rows are numbered
    from `start` on: where their own numbers are not known yet, any that others do not have will do. A piece
    is the number of its first value and consecutive values, or once thinned the numbers of all its values.
    """

    stride: int = 1
    cut: float = -np.inf  # no greater than the least of the largest
    pieces: list[tuple[int | Array, Array]] = field(default_factory=list)
    largest: Array = field(default_factory=lambda: np.empty(0))
    held: int = 0
    seen: int = 0
    lowest: float = 0.0
    most: int = field(default_factory=lambda: KEPT_EXACTLY)
    start: int = 0

    def add(
        self, values: Array, first: int, lowest: float | None = None, greatest: float | None = None
    ) -> None:
        """Values of consecutive rows, the first of them number `first`; their extremes where known."""
        if values.size == 0:
            return
        first += self.start
        self.seen += values.size
        self.lowest = min(self.lowest, float(values.min()) if lowest is None else lowest)
        if self.stride == 1:
            self._keep(first, values)
        else:
            if greatest is None or not greatest <= self.cut:  # nan is not
                self._add_largest(values[values > self.cut])
            self._keep(*_drawn(first, values, self.stride))
        self._thin()

    @classmethod
    def unkept(cls) -> Spread:
        """One that keeps next to nothing, where nobody asks."""
        return cls(stride=1 << 40, cut=np.inf)

    def merge(self, other: Spread) -> None:
        self.seen += other.seen
        self.lowest = min(self.lowest, other.lowest)
        stride = max(self.stride, other.stride)
        for spread in (self, other):
            if spread.stride < stride:
                spread._coarsen(stride)
        self._add_largest(other.largest)
        self.cut = max(self.cut, other.cut)  # what either left out is no greater
        self.pieces += other.pieces
        self.held += other.held
        self._thin()

    def like(self, start: int = 0) -> Spread:
        """An empty one that keeps as this one does by now."""
        return Spread(self.stride, self.cut, most=self.most, start=start)

    def expect(self, count: int) -> None:
        """Keeps no more than a sample of `count` values will hold of these, if there will be so many."""
        if count > 2 * self.most:
            stride = self.stride
            while count > 2 * SAMPLED * stride:
                stride *= 2
            if stride > self.stride:
                self._coarsen(stride)

    def half(self, total: float) -> tuple[int, bool]:
        """The fewest values that make half of `total`, their sum; and whether that is exact, not rounded."""
        if self.stride == 1:
            return fewest(self._values(), total / 2), True
        self._part_largest()
        largest = self.largest
        if largest.sum() >= total / 2:
            return fewest(largest, total / 2), True
        sample = self._values()
        sample = sample[sample <= self.cut]
        each = (self.seen - largest.size) / sample.size
        scale = (total - largest.sum()) / sample.sum()
        rest = fewest(sample, (total / 2 - largest.sum()) / scale)
        return int(float(f"{largest.size + rest * each:.2g}")), False  # more digits it does not know

    def largest_first(self) -> tuple[Array, Array]:
        """Runs of like values: how many rows each stands for (estimated of a sample), and their sum."""
        if self.stride == 1:
            sums = np.sort(self._values())[::-1]
            return np.ones(len(sums)), sums
        self._part_largest()
        sample = self._values()
        sample = np.sort(sample[sample <= self.cut])[::-1]
        each = (self.seen - self.largest.size) / sample.size
        counts = np.concatenate([np.ones(self.largest.size), np.full(sample.size, each)])
        return counts, np.concatenate([np.sort(self.largest)[::-1], sample * each])

    def _values(self) -> Array:
        return np.concatenate([values for _, values in self.pieces])

    def _keep(self, rows: int | Array, values: Array) -> None:
        if values.size:
            self.pieces.append((rows, values))
            self.held += values.size

    def _thin(self) -> None:
        while self.held > (limit := self.most if self.stride == 1 else 2 * min(self.most, SAMPLED)):
            enough = min(self.most, SAMPLED) if self.stride == 1 else limit // 2
            stride = 2 * self.stride
            while self.held * self.stride > enough * stride:
                stride *= 2
            self._coarsen(stride)

    def _coarsen(self, stride: int) -> None:
        """Keeps one row of `stride`."""
        pieces, self.pieces, self.held = self.pieces, [], 0
        if self.stride == 1 and pieces:
            self._add_largest(np.concatenate([values[values > self.cut] for _, values in pieces]))
        self.stride = stride
        for rows, values in pieces:
            if isinstance(rows, int):
                self._keep(*_drawn(rows, values, stride))
            else:
                kept = is_drawn(rows, stride)
                self._keep(rows[kept], values[kept])

    def _add_largest(self, values: Array) -> None:
        if values.size:
            self.largest = np.concatenate([self.largest, values])
            if self.largest.size > 4 * KEPT_LARGEST:  # parted now and then only
                self._part_largest()

    def _part_largest(self) -> None:
        if self.largest.size > KEPT_LARGEST:
            self.largest = np.partition(self.largest, -KEPT_LARGEST)[-KEPT_LARGEST:]
            self.cut = float(self.largest.min())


def _drawn(first: int, values: Array, stride: int) -> tuple[Array, Array]:
    """Of consecutive values, the first number `first`, the numbers and values of those drawn."""
    rows = rows_drawn(first, first + values.size, stride)
    return rows, values[rows - first]


@lru_cache(maxsize=16)  # of one block, every loss asks
def rows_drawn(first: int, last: int, stride: int) -> Array:
    """Of the rows from `first` up to `last`, the numbers of those drawn."""
    cells = np.arange(first // CELL, (last - 1) // CELL + 1)
    draws = _draws(cells)
    if stride > CELL:
        chosen = draws // CELL % (stride // CELL) == 0
        cells, draws = cells[chosen], draws[chosen]
    steps = np.arange(0, CELL, stride)
    rows = ((cells * CELL + draws % min(stride, CELL))[:, None] + steps).ravel()
    return rows[(rows >= first) & (rows < last)]


def is_drawn(rows: Array, stride: int) -> Array:
    """Which of these rows, each drawn for a shorter stride, are drawn for this one too."""
    draws = _draws(rows // CELL)
    drawn = (rows - draws) % min(stride, CELL) == 0
    return drawn & (draws // CELL % (stride // CELL) == 0) if stride > CELL else drawn


def _draws(cells: Array) -> Array:
    """A number from 0 to 2³² for each cell, as good as by chance: the upper bits of a mixed product."""
    mixed = (cells + 1).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    return (mixed >> np.uint64(32)).astype(np.int64)


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
