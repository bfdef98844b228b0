"""What a fold keeps of its rows: how many a remark is about, the spread of their values, the worst."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from losscli.losses.domain import Array

FIRST_ROWS = 5  # how many rows a remark names
KEPT_EXACTLY = 1_000_000  # values kept one by one for the concentration; beyond, they are binned
_BIN_SHIFT = np.int64(44)  # bins of the exponent and 8 bits of the fraction: a part in 256
_BINS = 1 << 19


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
    """The contributions w·v of rows, to say how few make half: one by one, binned when there are many."""

    values: list[Array] = field(default_factory=list)
    held: int = 0
    counts: Array | None = None
    sums: Array | None = None
    lowest: float = 0.0

    def add(self, values: Array) -> None:
        if values.size == 0:
            return
        self.lowest = min(self.lowest, float(values.min()))
        self.values.append(values)
        self.held += values.size
        if self.held > KEPT_EXACTLY:
            self._bin()

    def _bin(self) -> None:
        values = np.concatenate(self.values)
        bins = np.maximum(values, 0.0).view(np.int64) >> _BIN_SHIFT
        counts = np.bincount(bins, minlength=_BINS)
        sums = np.bincount(bins, weights=values, minlength=_BINS)
        self.counts = counts if self.counts is None else self.counts + counts
        self.sums = sums if self.sums is None else self.sums + sums
        self.values, self.held = [], 0

    def merge(self, other: Spread) -> None:
        self.lowest = min(self.lowest, other.lowest)
        if other.counts is not None and other.sums is not None:
            self.counts = other.counts if self.counts is None else self.counts + other.counts
            self.sums = other.sums if self.sums is None else self.sums + other.sums
        self.values += other.values
        self.held += other.held
        if self.held > KEPT_EXACTLY:
            self._bin()

    def half(self) -> tuple[int, bool]:
        """The fewest values that make half of the sum, and whether that count is exact."""
        if self.counts is None or self.sums is None:
            ordered = np.sort(np.concatenate(self.values))[::-1]
            running = np.cumsum(ordered)
            return int(np.searchsorted(running, running[-1] / 2)) + 1, True
        if self.held:
            self._bin()
        counts, sums = self.counts[::-1], self.sums[::-1]
        running = np.cumsum(sums)
        at = int(np.searchsorted(running, running[-1] / 2))
        before = running[at - 1] if at else 0.0
        share = (running[-1] / 2 - before) / sums[at]
        return int(counts[:at].sum() + np.ceil(share * counts[at])), False


@dataclass(eq=False)
class Top:
    """The rows kept to be shown: all of them, or the `size` with the largest contribution."""

    size: int | None
    rows: Array = field(default_factory=lambda: np.empty(0, np.int64))
    key: Array = field(default_factory=lambda: np.empty(0))
    arrays: dict[str, list[Array]] = field(default_factory=dict)

    def add(self, rows: Array, key: Array, arrays: Mapping[str, Array]) -> None:
        if self.size == 0:
            return
        key = np.where(np.isnan(key), np.inf, key)
        if self.size is not None and self.rows.size >= self.size:
            worth = key > self.key.min()
            if not worth.any():
                return
            rows, key = rows[worth], key[worth]
            arrays = {name: array[worth] for name, array in arrays.items()}
        self.rows = np.concatenate([self.rows, rows])
        self.key = np.concatenate([self.key, key])
        for name, array in arrays.items():
            self.arrays.setdefault(name, []).append(array)
        if self.size is not None and self.rows.size > self.size:
            self._keep(np.sort(np.lexsort((self.rows, -self.key))[: self.size]))

    def _keep(self, chosen: Array) -> None:
        self.rows, self.key = self.rows[chosen], self.key[chosen]
        self.arrays = {name: [np.concatenate(parts)[chosen]] for name, parts in self.arrays.items()}

    def merge(self, other: Top) -> None:
        if other.rows.size:
            arrays = {name: np.concatenate(parts) for name, parts in other.arrays.items()}
            self.add(other.rows, other.key, arrays)

    def select(self, size: int | None, by_loss: bool) -> tuple[Array, dict[str, Array]]:
        """The `size` largest (None: all), in row order or largest first; their row numbers and arrays."""
        order = np.lexsort((self.rows, -self.key))[:size]
        if not by_loss:
            order = order[np.argsort(self.rows[order])]
        arrays = {name: np.concatenate(parts)[order] for name, parts in self.arrays.items()}
        return self.rows[order], arrays


def missing_rows(n: int, *arrays: Array | None) -> Array:
    """Which of n rows hold a NaN in any of the arrays (N,)."""
    gone = np.zeros(n, bool)
    for array in arrays:
        if array is not None and array.size and np.isnan(array.max()):
            gone |= np.isnan(array.reshape(n, -1)).any(axis=1)
    return gone
