"""Detection: how far one box is from another. Boxes are (N, 4)."""

from __future__ import annotations

import math

from losscli.losses.box_slopes import ciou_slope, diou_slope, giou_slope, iou_slope, slopes
from losscli.losses.boxes import distance, one_minus_iou, read_pair, scale, turn
from losscli.losses.declare import loss
from losscli.losses.domain import Array, Boxes
from losscli.losses.ranges import BoxFormat
from losscli.losses.stable import quotient


@loss("IoULoss", "intersection_over_union", "box_iou", title="IoU", highest=1.0)
def iou(y_true: Boxes, y_pred: Boxes, *, box_format: BoxFormat = "xyxy") -> Array:
    """1 − I/U, a ratio from 0 to 1; 1 for boxes apart. Yu et al. 2016, Rezatofighi et al. 2019."""
    return one_minus_iou(read_pair(y_true, y_pred, box_format))


@iou.gradient
def _(y_true: Array, y_pred: Array, *, box_format: str) -> Array:
    return slopes(read_pair(y_true, y_pred, box_format), box_format, iou_slope)


@loss("GIoULoss", "generalized_iou", "generalized_box_iou", title="Generalized IoU", highest=2.0)
def giou(y_true: Boxes, y_pred: Boxes, *, box_format: BoxFormat = "xyxy") -> Array:
    """1 − I/U + (C − U)/C, a ratio from 0 to 2. Rezatofighi et al. 2019."""
    pair = read_pair(y_true, y_pred, box_format)
    scaled, _ = scale(pair)
    return one_minus_iou(pair) + quotient(scaled.empty, scaled.x.hull * scaled.y.hull, empty=0.0)


@giou.gradient
def _(y_true: Array, y_pred: Array, *, box_format: str) -> Array:
    return slopes(read_pair(y_true, y_pred, box_format), box_format, giou_slope)


@loss("DIoULoss", "distance_iou", "distance_box_iou", title="Distance IoU", highest=2.0)
def diou(y_true: Boxes, y_pred: Boxes, *, box_format: BoxFormat = "xyxy") -> Array:
    """1 − I/U + ρ²/c², ρ between the centres, c the hull's diagonal; from 0 to 2. Zheng et al. 2020."""
    pair = read_pair(y_true, y_pred, box_format)
    return one_minus_iou(pair) + distance(pair) ** 2


@diou.gradient
def _(y_true: Array, y_pred: Array, *, box_format: str) -> Array:
    return slopes(read_pair(y_true, y_pred, box_format), box_format, diou_slope)


@loss("CIoULoss", "complete_iou", "complete_box_iou", title="Complete IoU", highest=2.5)
def ciou(y_true: Boxes, y_pred: Boxes, *, box_format: BoxFormat = "xyxy") -> Array:
    """diou + α v, v = (2/π · difference of atan(w/h))², α = v/(1 − I/U + v); 0 to 2.5. Zheng et al. 2020."""
    pair = read_pair(y_true, y_pred, box_format)
    apart, v = one_minus_iou(pair), (2 / math.pi * turn(pair)) ** 2
    return apart + distance(pair) ** 2 + v * quotient(v, apart + v, empty=0.0)


@ciou.gradient
def _(y_true: Array, y_pred: Array, *, box_format: str) -> Array:
    return slopes(read_pair(y_true, y_pred, box_format), box_format, ciou_slope)
