"""Detection: how far one box is from another. Boxes are (N, 4)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from losscli.losses.declare import loss
from losscli.losses.domain import Array, BoxFormat, Boxes
from losscli.losses.stable import quotient


class Box(NamedTuple):
    """Edges, width and height, each (N,). Width and height are kept: x + w − x is not w."""

    left: Array
    top: Array
    right: Array
    bottom: Array
    width: Array
    height: Array

    @property
    def area(self) -> Array:
        return self.width * self.height


def read_boxes(boxes: Array, box_format: str) -> Box:
    """(N, 4) in xyxy, yxyx or xywh order as edges, width and height."""
    a, b, c, d = boxes.T
    if box_format == "xywh":
        return Box(a, b, a + c, b + d, c, d)
    if box_format == "yxyx":
        a, b, c, d = b, a, d, c
    return Box(a, b, c, d, c - a, d - b)


class Areas(NamedTuple):
    """Intersection, union and hull of two boxes with the factors that make them, each (N,)."""

    overlap: Array
    union: Array
    hull: Array
    overlap_sides: tuple[Array, Array]
    hull_sides: tuple[Array, Array]


def areas(y: Box, p: Box) -> Areas:
    """I, U and C of two boxes."""
    across = np.minimum(y.right, p.right) - np.maximum(y.left, p.left)
    down = np.minimum(y.bottom, p.bottom) - np.maximum(y.top, p.top)
    across, down = np.maximum(0, across), np.maximum(0, down)
    wide = np.maximum(y.right, p.right) - np.minimum(y.left, p.left)
    high = np.maximum(y.bottom, p.bottom) - np.minimum(y.top, p.top)
    overlap = across * down
    return Areas(overlap, y.area + p.area - overlap, wide * high, (across, down), (wide, high))


@loss("GIoULoss", "generalized_iou", "generalized_box_iou", title="Generalized IoU", highest=2.0)
def giou(y_true: Boxes, y_pred: Boxes, *, box_format: BoxFormat = "xyxy") -> Array:
    """1 − I/U + (C − U)/C, a ratio from 0 to 2. Rezatofighi et al. 2019."""
    y, p = read_boxes(y_true, box_format), read_boxes(y_pred, box_format)
    a = areas(y, p)
    apart = (y.area - a.overlap) + (p.area - a.overlap)  # U − I, before it cancels
    return np.where(a.union == 0, 1.0, quotient(apart, a.union, empty=0.0)) + quotient(
        a.hull - a.union, a.hull, empty=0.0
    )


@giou.gradient
def _(y_true: Array, y_pred: Array, *, box_format: str) -> Array:
    y, p = read_boxes(y_true, box_format), read_boxes(y_pred, box_format)
    a = areas(y, p)
    overlap, hull, area = _edge_slopes(y, p, a)
    union = area - overlap
    i, u, c = (x[:, None] for x in (a.overlap, a.union, a.hull))
    slope = -(overlap * u - i * union) / u**2 - (union * c - u * hull) / c**2
    kink = _touching(y, p) | (a.union == 0)
    return _back(np.where(kink[:, None], np.nan, slope), box_format)


def _edge_slopes(y: Box, p: Box, a: Areas) -> tuple[Array, Array, Array]:
    """∂I, ∂C and ∂(area of p) with respect to p's left, top, right and bottom edge, each (N, 4)."""
    across, down = a.overlap_sides
    wide, high = a.hull_sides
    inside = (across > 0) & (down > 0)
    overlap = np.stack(
        [
            -down * (p.left > y.left),
            -across * (p.top > y.top),
            down * (p.right < y.right),
            across * (p.bottom < y.bottom),
        ],
        axis=1,
    )
    hull = np.stack(
        [
            -high * (p.left < y.left),
            -wide * (p.top < y.top),
            high * (p.right > y.right),
            wide * (p.bottom > y.bottom),
        ],
        axis=1,
    )
    area = np.stack([-p.height, -p.width, p.height, p.width], axis=1)
    return np.where(inside[:, None], overlap, 0.0), hull, area


def _touching(y: Box, p: Box) -> Array:
    """Where edges coincide or just touch: the areas have a kink there."""
    pairs = ((y.left, p.left), (y.right, p.right), (y.left, p.right), (y.right, p.left))
    pairs += ((y.top, p.top), (y.bottom, p.bottom), (y.top, p.bottom), (y.bottom, p.top))
    return np.logical_or.reduce([a == b for a, b in pairs])


def _back(slope: Array, box_format: str) -> Array:
    """From left, top, right, bottom to the order of the format."""
    left, top, right, bottom = slope.T
    if box_format == "yxyx":
        return np.stack([top, left, bottom, right], axis=1)
    if box_format == "xywh":
        return np.stack([left + right, top + bottom, right, bottom], axis=1)
    return slope
