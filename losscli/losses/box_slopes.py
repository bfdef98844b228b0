"""The slopes of the box losses, an entry of y_pred at a time: from either side, and none where they differ.

An entry moves the ends of p along one axis, both or one of them. Lengths are then linear to either side.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from losscli.losses.boxes import Intervals, Pair, distance, one_minus_iou, scale, turn
from losscli.losses.domain import Array
from losscli.losses.stable import nowhere, quotient


@dataclass(frozen=True, eq=False)
class Move:
    """What an entry does, to one side: p's start and end along `span` by `start` and `end` (±1, ±½ or 0)."""

    pair: Pair
    axis: int
    start: float
    end: float

    @cached_property
    def scaled(self) -> tuple[Pair, Array]:
        """The boxes over powers of two, and the exponent of this move's axis."""
        pair, exponents = scale(self.pair)
        return pair, exponents[self.axis]

    def spans(self, pair: Pair) -> tuple[Intervals, Intervals]:
        """The axis that is moved along, and the other."""
        return (pair.x, pair.y) if self.axis == 0 else (pair.y, pair.x)

    @property
    def widens(self) -> float:
        """How p's length changes."""
        return self.end - self.start

    @cached_property
    def common(self) -> Array:
        """How the length that both have changes."""
        along, _ = self.spans(self.pair)
        end = np.where(along.end == 0, min(self.end, 0), (along.end < 0) * self.end)
        start = np.where(along.start == 0, max(self.start, 0), (along.start > 0) * self.start)
        change = np.where(along.both > 0, end - start, np.maximum(0, end - start))
        return np.where(along.gap > 0, 0, change)

    @cached_property
    def hull(self) -> Array:
        """How the length of the hull changes."""
        along, _ = self.spans(self.pair)
        end = np.where(along.end == 0, max(self.end, 0), (along.end > 0) * self.end)
        start = np.where(along.start == 0, min(self.start, 0), (along.start < 0) * self.start)
        return end - start


def slopes(pair: Pair, box_format: str, slope: Callable[[Move], Array]) -> Array:
    """(N, 4): the slope of each entry, where it is the same to both sides or there is but one side."""
    moves = {"xywh": ((1.0, 1.0), (0.0, 1.0)), "cxcywh": ((1.0, 1.0), (-0.5, 0.5))}
    first, last = moves.get(box_format, ((1.0, 0.0), (0.0, 1.0)))
    axes = (1, 0) if box_format == "yxyx" else (0, 1)
    columns = []
    for start, end in (first, last):
        for axis in axes:
            up, down = Move(pair, axis, start, end), Move(pair, axis, -start, -end)
            right, left = slope(up), -slope(down)
            flat = up.spans(pair)[0].pred == 0  # p cannot become shorter there
            right, left = (
                np.where(flat & (one.widens < 0), other, own)
                for one, own, other in ((up, right, left), (down, left, right))
            )
            columns.append(nowhere(right != left, right + 0.0))
    return np.stack(columns, axis=1)


def iou_slope(move: Move) -> Array:
    """Of 1 − I/U. Where neither box has an area I stays 0, and the loss 1."""
    pair, exponent = move.scaled
    _, across = move.spans(pair)
    union = pair.overlap + pair.alone
    common = move.common * across.both
    grows = move.widens * across.pred - common
    slope = -(common - quotient(pair.overlap, union, empty=0.0) * grows) / union
    return np.ldexp(np.where(union == 0, 0.0, slope), -exponent)


def giou_slope(move: Move) -> Array:
    """Of 1 − I/U + (C − U)/C, whose last term jumps where a hull without an area gets one beside p's."""
    pair, exponent = move.scaled
    along, across = move.spans(pair)
    union, hull = pair.overlap + pair.alone, along.hull * across.hull
    grows = move.widens * across.pred - move.common * across.both
    slope = -(grows - quotient(union, hull, empty=0.0) * (move.hull * across.hull)) / hull
    opens = (hull == 0) & (move.hull * across.hull > 0)
    jumps = opens & (move.widens * across.pred != move.hull * across.hull)
    return iou_slope(move) + nowhere(jumps, np.ldexp(np.where(hull == 0, 0.0, slope), -exponent))


def diou_slope(move: Move) -> Array:
    """Of 1 − I/U + ρ²/c², which jumps from 0 where both boxes are one point."""
    along, across = move.spans(move.pair)
    diagonal = np.hypot(along.hull, across.hull)
    pull = (along.start + along.end) / 2 / diagonal * (move.start + move.end)
    grow = 2 * distance(move.pair) ** 2 * along.hull / diagonal * move.hull
    return iou_slope(move) + nowhere(diagonal == 0, (pull - grow) / diagonal)


def ciou_slope(move: Move) -> Array:
    """Of diou + α v: α v = v²/(A + v), A = 1 − I/U, has slope 2α − α² in v and −α² in A.

    A point that becomes a line across turns by π/2, which changes v unless y is a square.
    """
    pair = move.pair
    away = turn(pair)
    v = (2 / math.pi * away) ** 2
    alpha = quotient(v, one_minus_iou(pair) + v, empty=0.0)
    along, across = move.spans(pair)
    diagonal = np.hypot(along.pred, across.pred)
    turns = quotient(across.pred, diagonal, empty=0.0) * quotient(
        move.widens * np.ones_like(v), diagonal, empty=0.0
    )
    turns = np.where(diagonal == 0, 0.0, -turns if move.axis == 0 else turns)
    square = (pair.x.true == pair.y.true) & (pair.x.true > 0)
    jumps = (diagonal == 0) & (move.widens != 0) & ~square & (move.axis == 0)
    rest = alpha * (2 - alpha) * (8 / math.pi**2 * away) * turns
    return diou_slope(move) - alpha**2 * iou_slope(move) + nowhere(jumps, rest)
