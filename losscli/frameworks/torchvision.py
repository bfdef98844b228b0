"""torchvision 0.28 on float64 arrays: its losses of boxes, and the focal loss of logits.

The formulas are torchvision/ops/*_loss.py's.
"""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from losscli.frameworks import TORCHVISION
from losscli.frameworks.call import Call, Given, Style, tensor
from losscli.frameworks.convention import NONE, OVER_SAMPLES, SUM, Framework
from losscli.frameworks.departure import Departure
from losscli.frameworks.torch.framework import log_sigmoid
from losscli.losses.domain import Array, Domain, Real
from losscli.losses.ranges import FractionOrNone, LogitsOnly, Number, Range


def _alpha(value: Any, given: Given) -> str:
    return f"alpha={-1 if value is None else value}"


FRAMEWORK = Framework(
    TORCHVISION,
    Style(
        {"torchvision": "torchvision"},
        template="{path}({arrays}{more})",
        arrays="y_pred, y_true",
        weight="",
        unsaid="none",
        hand_over=tensor,
    ),
    {"binary_focal": (Call(names={"alpha": _alpha}),)},
    common={
        "grain": "entry",
        "weights": False,
        "reductions": {"mean": OVER_SAMPLES, "sum": SUM, "none": NONE},
    },
)
formula = FRAMEWORK.formula

EPSILON = 1e-7


@formula(
    "binary_focal",
    "ops.sigmoid_focal_loss",
    Departure("torchvision takes logits only: of probabilities hand over log(p / (1 − p))", cause="input"),
    Departure(
        "torchvision weighs by alpha = 0.25 unless told alpha=-1 (here null), the definition by nothing",
        when=lambda params: params["alpha"] is not None,
        cause="alpha",
    ),
)
def _(
    y_true: Real,
    y_pred: Real,
    *,
    gamma: Number = 2.0,
    alpha: FractionOrNone = 0.25,
    from_logits: LogitsOnly = True,
) -> Array:
    p = 1 / (1 + np.exp(-y_pred))
    entropy = (1 - y_true) * y_pred - log_sigmoid(y_pred)
    p_true = p * y_true + (1 - p) * (1 - y_true)
    value = entropy * (1 - p_true) ** gamma
    return value if alpha is None else (alpha * y_true + (1 - alpha) * (1 - y_true)) * value


_Boxes = Annotated[Array, Domain("a coordinate", "box", grain="columns", size=4)]
_Order = Annotated[str, Range('"xyxy", the only order it takes', kind="choice", choices=("xyxy",))]

OFFSET = Departure(
    "torchvision adds 1e-7 to what it divides by, so that equal boxes cost 1e-7 over their area instead of 0",
    cause="epsilon",
)
BACKWARDS = Departure(
    "torchvision computes with a negative side where a corner lies on the wrong side, as it stands",
    lambda y_true, y_pred, **_: (y_pred[:, 2:] < y_pred[:, :2]) | (y_true[:, 2:] < y_true[:, :2]),
    cause="box corners",
)


def _corners(y_true: Array, y_pred: Array) -> tuple[Array, Array, Array, Array]:
    """The inner and the outer two corners of two boxes, each (N, 2)."""
    a, b, c, d = y_pred[:, :2], y_pred[:, 2:], y_true[:, :2], y_true[:, 2:]
    return np.maximum(a, c), np.minimum(b, d), np.minimum(a, c), np.maximum(b, d)


def _area(boxes: Array) -> Array:
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def _overlap_and_union(y_true: Array, y_pred: Array) -> tuple[Array, Array]:
    low, high, *_ = _corners(y_true, y_pred)
    overlap = np.where((high > low).all(axis=-1), np.prod(high - low, axis=-1), 0.0)
    return overlap, _area(y_pred) + _area(y_true) - overlap


@formula("giou", "ops.generalized_box_iou_loss", OFFSET, BACKWARDS)
def _(y_true: _Boxes, y_pred: _Boxes, *, box_format: _Order = "xyxy") -> Array:
    overlap, union = _overlap_and_union(y_true, y_pred)
    *_, low, high = _corners(y_true, y_pred)
    hull = np.prod(high - low, axis=-1)
    return 1 - (overlap / (union + EPSILON) - (hull - union) / (hull + EPSILON))


def _distance_iou(y_true: Array, y_pred: Array) -> tuple[Array, Array]:
    """The loss, and IoU."""
    overlap, union = _overlap_and_union(y_true, y_pred)
    *_, low, high = _corners(y_true, y_pred)
    diagonal = np.sum((high - low) ** 2, axis=-1) + EPSILON
    centres = [(boxes[:, 2:] + boxes[:, :2]) / 2 for boxes in (y_pred, y_true)]
    iou = overlap / (union + EPSILON)
    return 1 - iou + np.sum((centres[0] - centres[1]) ** 2, axis=-1) / diagonal, iou


@formula("diou", "ops.distance_box_iou_loss", OFFSET, BACKWARDS)
def _(y_true: _Boxes, y_pred: _Boxes, *, box_format: _Order = "xyxy") -> Array:
    return _distance_iou(y_true, y_pred)[0]


@formula(
    "ciou",
    "ops.complete_box_iou_loss",
    OFFSET,
    BACKWARDS,
    Departure(
        "torchvision divides width by height even where both are 0, which gives nan",
        lambda y_true, y_pred, **_: _pointlike(y_true) | _pointlike(y_pred),
        cause="epsilon",
    ),
)
def _(y_true: _Boxes, y_pred: _Boxes, *, box_format: _Order = "xyxy") -> Array:
    loss, iou = _distance_iou(y_true, y_pred)
    angles = [np.arctan(np.divide(*(boxes[:, 2:] - boxes[:, :2]).T)) for boxes in (y_true, y_pred)]
    v = 4 / np.pi**2 * (angles[0] - angles[1]) ** 2
    return loss + v / (1 - iou + v + EPSILON) * v


def _pointlike(boxes: Array) -> Array:
    return (boxes[:, 2:] == boxes[:, :2]).all(axis=-1)
