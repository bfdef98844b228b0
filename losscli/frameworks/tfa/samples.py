"""TensorFlow Addons' losses of one value a sample."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from losscli.frameworks.departure import Departure
from losscli.frameworks.tfa.framework import EPSILON, NEAR_ONE, formula, same
from losscli.losses.domain import Array, ClassScores, Domain, ProbabilityOrLogit, SoftLabel, Vector
from losscli.losses.multiclass_margin import project_simplex
from losscli.losses.ranges import Flag, FractionOrNone, LogitsOnly, NonNegative, Range
from losscli.losses.stable import quotient, sigmoid, softplus

same("quantile", "losses.PinballLoss", collapse=True)
same("contrastive", "losses.ContrastiveLoss")


@formula(
    "binary_focal",
    "losses.SigmoidFocalCrossEntropy",
    Departure(
        "TensorFlow Addons sums over the last axis, where the definition averages",
        lambda y_true, y_pred, **_: np.asarray(y_pred.ndim == 1 or y_pred.shape[-1] != 1),
        cause="divisor",
    ),
    Departure(
        "TensorFlow Addons weighs by alpha = 0.25 unless told otherwise, the definition by nothing",
        when=lambda params: bool(params["alpha"]),
        cause="alpha",
    ),
    Departure(
        "TensorFlow Addons clips probabilities to [1e-7, 1 − 1e-7] and adds 1e-7 inside the logarithm, so "
        "that certainty in the wrong class costs 15.4 times its weight instead of infinity",
        lambda y_true, y_pred, *, from_logits, **_: (
            ((y_pred < EPSILON) & (y_true > 0) | (y_pred > NEAR_ONE) & (y_true < 1)) & (not from_logits)
        ),
        cause="clipping",
    ),
    trailing="sum",
    collapse=True,
)
def _(
    y_true: SoftLabel,
    y_pred: ProbabilityOrLogit,
    *,
    gamma: NonNegative = 2.0,
    alpha: FractionOrNone = 0.25,
    from_logits: Flag = False,
) -> Array:
    p = sigmoid(y_pred) if from_logits else y_pred
    if from_logits:
        entropy = y_true * softplus(-y_pred) + (1 - y_true) * softplus(y_pred)
    else:
        clipped = np.clip(p, EPSILON, NEAR_ONE)
        entropy = -(y_true * np.log(clipped + EPSILON) + (1 - y_true) * np.log(1 - clipped + EPSILON))
    p_true = y_true * p + (1 - y_true) * (1 - p)
    weight = y_true * alpha + (1 - y_true) * (1 - alpha) if alpha else np.ones_like(p)
    return weight * (1 - p_true) ** gamma * entropy


_Corners = Annotated[Array, Domain("a finite coordinate", "box", grain="columns", size=4)]
_BoxFormat = Annotated[str, Range('"yxyx", the only order it takes', kind="choice", choices=("yxyx",))]


def _area(low: Array, high: Array) -> Array:
    return np.prod(np.maximum(0, high - low), axis=-1)


def _areas(y_true: Array, y_pred: Array) -> tuple[Array, Array, Array]:
    """Intersection, union and hull; a side the wrong way round counts as 0."""
    y_low, y_high, p_low, p_high = y_true[:, :2], y_true[:, 2:], y_pred[:, :2], y_pred[:, 2:]
    overlap = _area(np.maximum(y_low, p_low), np.minimum(y_high, p_high))
    union = _area(y_low, y_high) + _area(p_low, p_high) - overlap
    return overlap, union, _area(np.minimum(y_low, p_low), np.maximum(y_high, p_high))


WRONG_WAY_ROUND = Departure(
    "TensorFlow Addons reads a box with a corner on the wrong side as one of width or height 0",
    lambda y_true, y_pred, **_: (y_pred[:, 2:] < y_pred[:, :2]) | (y_true[:, 2:] < y_true[:, :2]),
    cause="box corners",
)


@formula("giou", "losses.GIoULoss", WRONG_WAY_ROUND)
def _(y_true: _Corners, y_pred: _Corners, *, box_format: _BoxFormat = "yxyx") -> Array:
    overlap, union, hull = _areas(y_true, y_pred)
    return 1 - quotient(overlap, union, empty=0.0) + quotient(hull - union, hull, empty=0.0)


@formula("iou", "losses.GIoULoss(mode='iou')", WRONG_WAY_ROUND)
def _(y_true: _Corners, y_pred: _Corners, *, box_format: _BoxFormat = "yxyx") -> Array:
    overlap, union, _ = _areas(y_true, y_pred)
    return 1 - quotient(overlap, union, empty=0.0)


@formula("sparsemax", "losses.SparsemaxLoss")
def _(y_true: Vector, y_pred: ClassScores, *, from_logits: LogitsOnly = True) -> Array:
    q, _ = project_simplex(y_pred - y_pred.max(axis=-1, keepdims=True))
    return np.sum(np.where(q > 0, q * (y_pred - q / 2), 0.0), axis=-1) + np.sum(
        y_true * (y_true / 2 - y_pred), axis=-1
    )
