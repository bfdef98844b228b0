"""What a fold keeps of its rows: how many a remark is about, and the worst."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from losscli.losses.domain import Array

FIRST_ROWS = 5  # how many rows a remark names

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
        if key.size == 0 or self.size == 0:
            return
        chosen = np.arange(key.size)
        if self.floor is not None:  # what exceeds it is soon a handful
            chosen = np.flatnonzero(~(key <= self.floor))
        key = key[chosen]
        key = np.where(np.isnan(key), np.inf, key)
        if self.size is not None:
            largest = _largest(key, self.size)
            key, chosen = key[largest], chosen[largest]
        if chosen.size == 0:
            return
        self.rows = np.concatenate([self.rows, numbers_of(rows, chosen)])
        self.key = np.concatenate([self.key, key])
        for name, array in arrays.items():
            self.arrays.setdefault(name, []).append(array[chosen])
        if self.size is not None and self.rows.size >= self.size:
            self._keep(_largest(self.key, self.size))  # rows come in their order

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
