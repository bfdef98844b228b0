"""Detection: how far one box is from another. Boxes are (N, 4).

A value is made of lengths along one axis, none of which cancels: 1 − I/U is (what one box has alone)/U,
and C − U is a sum of products of such lengths.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from losscli.losses.declare import loss
from losscli.losses.domain import Array, Boxes
from losscli.losses.ranges import BoxFormat
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

    @cached_property
    def touching(self) -> Array:
        """Where two ends meet: the lengths have a kink there."""
        return (self.start == 0) | (self.end == 0) | (self.start == self.true) | (self.end == -self.true)


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

    @cached_property
    def kink(self) -> Array:
        return self.x.touching | self.y.touching | (self.overlap + self.alone == 0)


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


def _one_minus_iou(pair: Pair) -> Array:
    scaled, _ = scale(pair)
    return quotient(scaled.alone, scaled.overlap + scaled.alone, empty=1.0)


@loss("IoULoss", "intersection_over_union", "box_iou", title="IoU", highest=1.0)
def iou(y_true: Boxes, y_pred: Boxes, *, box_format: BoxFormat = "xyxy") -> Array:
    """1 − I/U, a ratio from 0 to 1; 1 for boxes apart. Yu et al. 2016, Rezatofighi et al. 2019."""
    return _one_minus_iou(read_pair(y_true, y_pred, box_format))


@iou.gradient
def _(y_true: Array, y_pred: Array, *, box_format: str) -> Array:
    pair = read_pair(y_true, y_pred, box_format)
    return _back(pair, _iou_slope(pair), box_format)


@loss("GIoULoss", "generalized_iou", "generalized_box_iou", title="Generalized IoU", highest=2.0)
def giou(y_true: Boxes, y_pred: Boxes, *, box_format: BoxFormat = "xyxy") -> Array:
    """1 − I/U + (C − U)/C, a ratio from 0 to 2. Rezatofighi et al. 2019."""
    pair = read_pair(y_true, y_pred, box_format)
    scaled, _ = scale(pair)
    return _one_minus_iou(pair) + quotient(scaled.empty, scaled.x.hull * scaled.y.hull, empty=0.0)


@giou.gradient
def _(y_true: Array, y_pred: Array, *, box_format: str) -> Array:
    pair = read_pair(y_true, y_pred, box_format)
    scaled, exponents = scale(pair)
    overlap, area, hull = _area_slopes(scaled)
    u, c = (scaled.overlap + scaled.alone)[:, None], (scaled.x.hull * scaled.y.hull)[:, None]
    slope = -((area - overlap) * c - u * hull) / c**2
    return _back(pair, _iou_slope(pair) + _unscale(slope, exponents), box_format)


@loss("DIoULoss", "distance_iou", "distance_box_iou", title="Distance IoU", highest=2.0)
def diou(y_true: Boxes, y_pred: Boxes, *, box_format: BoxFormat = "xyxy") -> Array:
    """1 − I/U + ρ²/c², ρ between the centres, c the hull's diagonal; from 0 to 2. Zheng et al. 2020."""
    pair = read_pair(y_true, y_pred, box_format)
    return _one_minus_iou(pair) + _distance(pair) ** 2


@diou.gradient
def _(y_true: Array, y_pred: Array, *, box_format: str) -> Array:
    pair = read_pair(y_true, y_pred, box_format)
    return _back(pair, _iou_slope(pair) + _distance_slope(pair), box_format)


@loss("CIoULoss", "complete_iou", "complete_box_iou", title="Complete IoU", highest=2.5)
def ciou(y_true: Boxes, y_pred: Boxes, *, box_format: BoxFormat = "xyxy") -> Array:
    """diou + α v, v = (2/π · difference of atan(w/h))², α = v/(1 − I/U + v); 0 to 2.5. Zheng et al. 2020."""
    pair = read_pair(y_true, y_pred, box_format)
    apart, v = _one_minus_iou(pair), (2 / math.pi * _turn(pair)) ** 2
    return apart + _distance(pair) ** 2 + v * quotient(v, apart + v, empty=0.0)


@ciou.gradient
def _(y_true: Array, y_pred: Array, *, box_format: str) -> Array:
    """α v = v²/(A + v), A = 1 − I/U, has slope 2α − α² in v and −α² in A."""
    pair = read_pair(y_true, y_pred, box_format)
    turn = _turn(pair)
    v = (2 / math.pi * turn) ** 2
    alpha = quotient(v, _one_minus_iou(pair) + v, empty=0.0)[:, None]
    wide, high = pair.x.pred, pair.y.pred
    diagonal = np.hypot(wide, high)
    by_width, by_height = -high / diagonal / diagonal, wide / diagonal / diagonal  # of the turn
    turn_slope = np.stack([-by_width, -by_height, by_width, by_height], axis=1)
    v_slope = 8 / math.pi**2 * turn[:, None] * turn_slope
    slope = (1 - alpha**2) * _iou_slope(pair) + _distance_slope(pair) + alpha * (2 - alpha) * v_slope
    return _back(pair, slope, box_format)


def _distance(pair: Pair) -> Array:
    """Between the centres, over the hull's diagonal."""
    x, y = pair.x, pair.y
    exponent = -np.frexp(np.maximum(x.hull, y.hull))[1]
    lengths = (x.start + x.end, y.start + y.end, x.hull, y.hull)
    across, down, wide, high = (np.ldexp(length, exponent) for length in lengths)
    return quotient(np.hypot(across, down) / 2, np.hypot(wide, high), empty=0.0)


def _turn(pair: Pair) -> Array:
    """From p's diagonal to y's, in radians."""
    return np.arctan2(pair.x.true, pair.y.true) - np.arctan2(pair.x.pred, pair.y.pred)


# Slopes with respect to p's left, top, right and bottom edge, each (N, 4).


def _area_slopes(pair: Pair) -> tuple[Array, Array, Array]:
    """Of the overlap, of p's area and of the hull."""
    x, y = pair.x, pair.y
    inside = (x.both > 0) & (y.both > 0)
    across, down = np.where(inside, y.both, 0.0), np.where(inside, x.both, 0.0)
    overlap = np.stack(
        [-across * (x.start > 0), -down * (y.start > 0), across * (x.end < 0), down * (y.end < 0)], axis=1
    )
    area = np.stack([-y.pred, -x.pred, y.pred, x.pred], axis=1)
    hull = np.stack(
        [-y.hull * (x.start < 0), -x.hull * (y.start < 0), y.hull * (x.end > 0), x.hull * (y.end > 0)], axis=1
    )
    return overlap, area, hull


def _iou_slope(pair: Pair) -> Array:
    scaled, exponents = scale(pair)
    overlap, area, _ = _area_slopes(scaled)
    i, u = scaled.overlap[:, None], (scaled.overlap + scaled.alone)[:, None]
    return _unscale(-(overlap * u - i * (area - overlap)) / u**2, exponents)


def _distance_slope(pair: Pair) -> Array:
    """ρ²/c² = (shift/2c)² summed over both axes."""
    c = np.hypot(pair.x.hull, pair.y.hull)
    squared = _distance(pair) ** 2
    spans = (pair.x, pair.y)
    pulls = [(span.start + span.end) / 2 / c for span in spans]
    grows = [2 * squared * span.hull / c for span in spans]
    before = [pull + grow * (span.start < 0) for pull, grow, span in zip(pulls, grows, spans, strict=True)]
    after = [pull - grow * (span.end > 0) for pull, grow, span in zip(pulls, grows, spans, strict=True)]
    return np.stack(before + after, axis=1) / c[:, None]


def _unscale(slope: Array, exponents: Array) -> Array:
    return np.ldexp(slope, -exponents[[0, 1, 0, 1]].T)


def _back(pair: Pair, slope: Array, box_format: str) -> Array:
    """None at a kink; from left, top, right, bottom to the order of the format."""
    left, top, right, bottom = np.where(pair.kink[:, None], np.nan, slope).T
    if box_format == "yxyx":
        return np.stack([top, left, bottom, right], axis=1)
    if box_format == "xywh":
        return np.stack([left + right, top + bottom, right, bottom], axis=1)
    if box_format == "cxcywh":
        sides = [left + right, top + bottom, (right - left) / 2, (bottom - top) / 2]
        return np.stack(sides, axis=1)
    return np.stack([left, top, right, bottom], axis=1)
