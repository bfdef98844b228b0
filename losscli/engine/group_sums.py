"""Sums by group, in the same pass as the sums over all rows: two float64 numbers a group and sum.

A block's rows are put in the order of their groups once, for all losses. Inside of a block a group's values
are added as all rows' are: pairwise if they have one sign, else cut at a bit of the group's own so high that
the upper parts add up exactly. Between blocks the rounding of each addition is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

import numpy as np

from losscli.batch import Labels
from losscli.engine.sums import HUGE, UP, Sum, products
from losscli.losses.domain import Array

Label: TypeAlias = "tuple[str, ...]"

SQUARED, TINY = 2.0**400, 2.0**-400  # squares of larger and of smaller values are kept in other units


class Keys:
    """The groups met so far: each label has a number, in the order in which they came.

    `names` are those of the first Labels, shared with them (and growing with them), until others come.
    """

    def __init__(self) -> None:
        self.names: Sequence[Label] = []
        self.columns: tuple[str, ...] = ()
        self._own: list[Label] = []
        self._sorted: Array = np.empty(0, np.int64)
        self._numbers: dict[Label, int] | None = None
        self._last: tuple[Sequence[Label], Array] = (self.names, np.empty(0, np.int64))

    def numbers(self, names: Sequence[Label]) -> Array:
        """The number of each label (K,), which are different; new ones get the next."""
        if not self.names and self._numbers is None:
            self.names = names
        if self.names is names:
            return np.arange(len(names))
        if self._numbers is None:
            self.names = self._own = list(self.names)
            self._numbers = {name: number for number, name in enumerate(self.names)}
        known = self._last[1] if self._last[0] is names else np.empty(0, np.int64)
        new = [self._number(name, self._numbers) for name in names[len(known) :]]
        if new:
            self._last = names, np.concatenate([known, np.array(new, np.int64)])
        return self._last[1]

    def _number(self, name: Label, numbers: dict[Label, int]) -> int:
        number = numbers.setdefault(name, len(numbers))
        if number == len(self._own):
            self._own.append(name)
        return number

    def sorted(self, sort: Callable[[Sequence[Label]], Array]) -> Array:
        """The groups' numbers as `sort` orders their labels; sorted once for all losses."""
        if len(self._sorted) != len(self.names):
            self._sorted = sort(self.names)
        return self._sorted

    def block(self, labels: Labels) -> Block | None:
        """The groups of a block of rows; None where it has no rows."""
        if not len(labels):
            return None
        self.columns = labels.columns
        codes = self.numbers(labels.names)[labels.codes]
        order = None
        if (codes[1:] < codes[:-1]).any():
            order = np.argsort(codes, kind="stable")
            codes = codes[order]
        starts = np.flatnonzero(np.concatenate([[True], codes[1:] != codes[:-1]]))
        counts = np.diff(np.append(starts, len(codes)))
        return Block(order, starts, counts, codes[starts])


class Block(NamedTuple):
    """The rows of a block by group: `order` sorts them (None: they are), a group's begin at `starts`."""

    order: Array | None
    starts: Array
    counts: Array
    groups: Array

    def sort(self, values: Array) -> tuple[Array, int]:
        """Values (N·m,), m of them a row, with the groups' rows together; and m."""
        each = len(values) // int(self.counts.sum())
        if self.order is None:
            return values, each
        return values.reshape(len(self.order), each)[self.order].ravel(), each

    def sums(self, values: Array, one_sign: bool) -> tuple[Array, Array]:
        """Each group's sum of values (N·m,), and what its additions rounded away."""
        values, each = self.sort(values)
        starts = self.starts * each
        plain = np.add.reduceat(values, starts)
        if one_sign:
            return plain, np.zeros(len(plain))
        counts = self.counts * each
        top = np.maximum.reduceat(np.abs(values), starts)
        finite = np.isfinite(top)
        _, exponent = np.frexp(np.where(finite, top, 0.0))
        _, room = np.frexp(counts.astype(np.float64))
        cut = np.repeat(np.ldexp(1.0, exponent + room), counts)
        upper = values + cut
        upper -= cut
        total = np.add.reduceat(upper, starts)
        np.subtract(values, upper, out=upper)
        lost = np.add.reduceat(upper, starts)
        return np.where(finite, total, plain), np.where(finite, lost, 0.0)


@dataclass(eq=False, repr=False)
class GroupSums:
    """What a task adds up by group. Each sum is two arrays by the groups' numbers, high and low.

    A sum's key is its name and the power of 2 that it is in units of. `n` counts rows, `gone` those with a
    missing value that was let through; `largest` keeps maxima. Of losses that need every row at once,
    `collected` has the group of each row.
    """

    keys: Keys
    n: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    gone: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    sums: dict[tuple[str, int], tuple[Array, Array]] = field(default_factory=dict)
    largest: dict[str, Array] = field(default_factory=dict)
    collected: list[Array] = field(default_factory=list)

    def count(self, block: Block, gone: Array | None = None) -> None:
        """Counts a block's rows, and those with a missing value."""
        self.n = _grown(self.n, len(self.keys.names), 0)
        self.n[block.groups] += block.counts
        if gone is not None:
            self.gone = _grown(self.gone, len(self.keys.names), 0)
            self.gone[block.groups] += np.add.reduceat(block.sort(gone.astype(np.int64))[0], block.starts)

    def add(self, block: Block, name: str, values: Array, one_sign: bool, exponent: int = 0) -> None:
        """Adds values (N·m,) times 2^exponent to the sum of this name, each to its row's group."""
        values = values.astype(np.float64, copy=False).ravel()
        size = max(-float(values.min()), float(values.max()))
        if not size <= HUGE:  # or nan
            huge = np.isfinite(values) & (np.abs(values) > HUGE)
            if huge.any():
                scaled = np.ldexp(np.where(huge, values, 0.0), -UP)
                self._put(block, name, exponent + UP, scaled, one_sign)
                values = np.where(huge, 0.0, values)
        self._put(block, name, exponent, values, one_sign)

    def add_squares(self, block: Block, name: str, values: Array, weight: Array | None) -> None:
        """Adds w v² (weights of 1 if None), also where v² would leave float64."""
        values = np.abs(values.astype(np.float64, copy=False).ravel())
        if weight is not None:
            values = np.where(weight > 0, values, 0.0)
        large = (values > SQUARED) & np.isfinite(values)
        small = (values < TINY) & (values > 0)
        for where, half in ((large, UP // 2), (small, -UP // 2), (~(large | small), 0)):
            if where.any():
                scaled = np.ldexp(np.where(where, values, 0.0), -half)
                squares, unit = products(weight, scaled * scaled)
                self._put(block, name, 2 * half + unit, squares, True)

    def collect(self, block: Block) -> None:
        """Keeps the group of each of a block's rows, which are held themselves."""
        codes = np.empty(int(block.counts.sum()), np.int64)
        codes[slice(None) if block.order is None else block.order] = np.repeat(block.groups, block.counts)
        self.collected.append(codes)

    def raise_to(self, block: Block, name: str, values: Array) -> None:
        """Keeps the largest of values (N·m,) by group."""
        values, each = block.sort(np.ravel(values))
        tops = np.maximum.reduceat(values, block.starts * each)
        kept = _grown(self.largest.get(name, np.empty(0)), len(self.keys.names), -np.inf)
        kept[block.groups] = np.maximum(kept[block.groups], tops)
        self.largest[name] = kept

    def _put(self, block: Block, name: str, unit: int, values: Array, one_sign: bool) -> None:
        self._add(name, unit, block.groups, *block.sums(values, one_sign))

    def _add(self, name: str, unit: int, groups: Array, high: Array, low: Array) -> None:
        """Adds to different groups, keeping what each addition rounds away."""
        size = len(self.keys.names)
        none = np.empty(0)
        mine, lost = (_grown(kept, size, 0) for kept in self.sums.get((name, unit), (none, none)))
        before = mine[groups]
        with np.errstate(invalid="ignore", over="ignore"):  # infinities
            total = before + high
            virtual = total - before
            error = (before - (total - virtual)) + (high - virtual) + low
        mine[groups] = total
        lost[groups] += np.where(np.isfinite(error), error, 0.0)
        self.sums[name, unit] = mine, lost

    def merge(self, other: GroupSums) -> None:
        """Adds the other's groups to those with the same labels."""
        self.keys.columns = other.keys.columns
        groups = self.keys.numbers(other.keys.names)
        size = len(self.keys.names)
        self.n, self.gone = _grown(self.n, size, 0), _grown(self.gone, size, 0)
        self.n[groups[: len(other.n)]] += other.n
        self.gone[groups[: len(other.gone)]] += other.gone
        for (name, unit), (high, low) in other.sums.items():
            self._add(name, unit, groups[: len(high)], high, low)
        for name, tops in other.largest.items():
            kept = _grown(self.largest.get(name, np.empty(0)), size, -np.inf)
            at = groups[: len(tops)]
            kept[at] = np.maximum(kept[at], tops)
            self.largest[name] = kept
        self.collected += [groups[codes] for codes in other.collected]

    def has(self, name: str) -> bool:
        """Whether anything was added under this name."""
        return any(name == known for known, _ in self.sums)

    def total(self, name: str) -> Array:
        """A sum by group (K,), rounded once; its units must be `plain`."""
        high, low = (_grown(kept, len(self.keys.names), 0) for kept in self.sums[name, 0])
        return np.asarray(high + low)

    @property
    def plain(self) -> bool:
        """Whether every sum is in units of 1, so that `total` tells it."""
        return all(unit == 0 for _, unit in self.sums)

    def exact(self, name: str, group: int) -> Sum:
        """A group's sum as it is kept of all rows."""
        total = Sum()
        for (own, unit), (high, low) in self.sums.items():
            if own == name and group < len(high):
                total.add(float(high[group]), unit)
                total.add(float(low[group]), unit)
        return total


def _grown(array: Array, size: int, fill: float) -> Array:
    """The array with room for `size` groups."""
    if len(array) == size:
        return array
    bigger = np.full(size, fill, array.dtype)
    bigger[: len(array)] = array
    return bigger
