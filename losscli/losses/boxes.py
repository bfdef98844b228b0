"""Two boxes in lengths along each axis, none of which cancels.

1 − I/U is (what one box has alone)/U, and C − U a sum of products of such lengths.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from losscli.losses.domain import Array
from losscli.losses.stable import quotient


@dataclass(frozen=True, eq=False)
class Intervals:
    """Two intervals on one axis: how far p's ends lie beyond y's, and the lengths of y and p, each (N,)."""

    start: Array
    end: Array
    true: Array
    pred: Array

    @cached_property
    def true_only(self) -> Array:
        return np.minimum(np.maximum(0, self.start) + np.maximum(0, -self.end), self.true)

    @cached_property
    def pred_only(self) -> Array:
        return np.minimum(np.maximum(0, -self.start) + np.maximum(0, self.end), self.pred)

    @cached_property
    def both(self) -> Array:
        return self.true - self.true_only

    @cached_property
    def gap(self) -> Array:
        return np.maximum(0, np.maximum(self.start, -self.end) - self.true)

    @cached_property
    def hull(self) -> Array:
        return self.true + np.maximum(0, -self.start) + np.maximum(0, self.end)


@dataclass(frozen=True, eq=False)
class Pair:
    """Two boxes: their spans across (x) and down (y)."""

    x: Intervals
    y: Intervals

    @cached_property
    def overlap(self) -> Array:
        return self.x.both * self.y.both

    @cached_property
    def alone(self) -> Array:
        """The area in one box only: U − I."""
        x, y = self.x, self.y
        true = x.true_only * y.true + x.both * y.true_only
        return true + (x.pred_only * y.pred + x.both * y.pred_only)

    @cached_property
    def empty(self) -> Array:
        """The area of the hull in neither box: C − U."""
        x, y = self.x, self.y
        beside = x.gap * (y.both + y.true_only + y.pred_only) + y.gap * x.hull
        return x.true_only * y.pred_only + x.pred_only * y.true_only + beside


def read_pair(y_true: Array, y_pred: Array, box_format: str) -> Pair:
    """(N, 4) boxes in xyxy, yxyx, xywh or (by their centres) cxcywh order, side by side."""
    y, p = y_true.T, y_pred.T
    if box_format == "yxyx":
        y, p = y[[1, 0, 3, 2]], p[[1, 0, 3, 2]]
    start = p[:2] - y[:2]
    if box_format in ("xywh", "cxcywh"):
        true, pred = y[2:], p[2:]
        if box_format == "cxcywh":
            start = start - (pred - true) / 2
        end = start + (pred - true)
    else:
        true, pred, end = y[2:] - y[:2], p[2:] - p[:2], p[2:] - y[2:]
    return Pair(*(Intervals(start[i], end[i], true[i], pred[i]) for i in (0, 1)))


def scale(pair: Pair) -> tuple[Pair, Array]:
    """Each span over a power of two near its hull, to keep areas inside the floats; the exponents (2, N)."""
    x, y = pair.x, pair.y
    exponents = np.stack([np.frexp(x.hull)[1], np.frexp(y.hull)[1]])
    return Pair(_shrink(x, exponents[0]), _shrink(y, exponents[1])), exponents


def _shrink(span: Intervals, exponent: Array) -> Intervals:
    return Intervals(*(np.ldexp(a, -exponent) for a in (span.start, span.end, span.true, span.pred)))


def one_minus_iou(pair: Pair) -> Array:
    scaled, _ = scale(pair)
    return quotient(scaled.alone, scaled.overlap + scaled.alone, empty=1.0)


def distance(pair: Pair) -> Array:
    """Between the centres, over the hull's diagonal."""
    x, y = pair.x, pair.y
    exponent = -np.frexp(np.maximum(x.hull, y.hull))[1]
    lengths = (x.start + x.end, y.start + y.end, x.hull, y.hull)
    across, down, wide, high = (np.ldexp(length, exponent) for length in lengths)
    return quotient(np.hypot(across, down) / 2, np.hypot(wide, high), empty=0.0)


def turn(pair: Pair) -> Array:
    """From p's diagonal to y's, in radians."""
    return np.arctan2(pair.x.true, pair.y.true) - np.arctan2(pair.x.pred, pair.y.pred)
