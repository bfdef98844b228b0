"""TensorFlow Addons 0.23 on TensorFlow 2.15: float32, weighted sums divided by N. The project ended in 2024.

The formulas are tensorflow_addons/losses/*.py's.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np

from losscli.conventions.declare import NONE, OVER_SAMPLES, SUM, Departure, Framework
from losscli.losses.domain import (
    Array,
    ClassLabel,
    Domain,
    Embedding,
    Flag,
    FractionOrNone,
    NonNegative,
    ProbabilityOrLogit,
    Range,
    SoftLabel,
)
from losscli.losses.stable import quotient, sigmoid, softplus

EPSILON = np.float32(1e-7)
NEAR_ONE = np.float32(1 - 1e-7)

FRAMEWORK = Framework(
    "tfa",
    "TensorFlow Addons",
    "tfa",
    common={
        "dtype": np.float32,
        "grain": "last_axis",
        "reductions": {"mean": OVER_SAMPLES, "sum": SUM, "none": NONE},
    },
)
same, formula = FRAMEWORK.same, FRAMEWORK.formula

same("quantile", "losses.PinballLoss", collapse=True)
same("contrastive", "losses.ContrastiveLoss")


@formula(
    "binary_focal",
    "losses.SigmoidFocalCrossEntropy",
    Departure("TensorFlow Addons sums over the last axis, where the definition averages"),
    Departure(
        "TensorFlow Addons weighs by alpha = 0.25 unless told otherwise, the definition by nothing",
        when=lambda params: bool(params["alpha"]),
    ),
    Departure(
        "TensorFlow Addons clips probabilities to [1e-7, 1 − 1e-7] and adds 1e-7 inside the logarithm, so "
        "that certainty in the wrong class costs 15.4 times its weight instead of infinity",
        lambda y_true, y_pred, *, from_logits, **_: (
            np.zeros(y_pred.shape, bool) if from_logits else (y_pred < EPSILON) | (y_pred > NEAR_ONE)
        ),
    ),
    fold="sum",
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


@formula(
    "triplet_semihard",
    "losses.TripletSemiHardLoss",
    Departure(
        "TensorFlow Addons divides by the number of pairs of one class even if there is none, which gives nan"
    ),
    Departure(
        "TensorFlow Addons takes distance 0 for the negative of a row that has none, where the definition "
        "leaves it out"
    ),
    empty=float("nan"),
    reductions={"mean": OVER_SAMPLES, "sum": OVER_SAMPLES},
)
def _(y_true: ClassLabel, y_pred: Embedding, *, margin: NonNegative = 1.0) -> Array:
    distance = _pairwise(y_pred.astype(np.float64))
    values = [np.empty(0)]
    for anchor, near in enumerate(distance):
        same_class = y_true == y_true[anchor]
        negatives = np.sort(near[~same_class]) if not same_class.all() else np.array([near.min()])
        same_class[anchor] = False
        positives = near[same_class]
        beyond = np.minimum(np.searchsorted(negatives, positives, side="right"), negatives.size - 1)
        values.append(np.maximum(0, margin + positives - negatives[beyond]))
    return np.concatenate(values)


def _pairwise(points: Array) -> Array:
    """√(|a|² + |b|² − 2ab), the diagonal 0."""
    squares = np.sum(points * points, axis=-1)
    distance = np.sqrt(np.maximum(0, squares[:, None] + squares - 2 * points @ points.T))
    np.fill_diagonal(distance, 0)
    return distance


_Corners = Annotated[Array, Domain("a finite coordinate", grain="columns", size=4)]
_BoxFormat = Annotated[str, Range('"yxyx", the only order it takes', kind="choice", choices=("yxyx",))]


@formula(
    "giou",
    "losses.GIoULoss",
    Departure(
        "TensorFlow Addons reads a box with a corner on the wrong side as one of width or height 0",
        lambda y_true, y_pred, **_: (y_pred[:, 2:] < y_pred[:, :2]) | (y_true[:, 2:] < y_true[:, :2]),
    ),
)
def _(y_true: _Corners, y_pred: _Corners, *, box_format: _BoxFormat = "yxyx") -> Array:
    def area(low: Array, high: Array) -> Array:
        return np.prod(np.maximum(0, high - low), axis=-1)

    y_low, y_high, p_low, p_high = y_true[:, :2], y_true[:, 2:], y_pred[:, :2], y_pred[:, 2:]
    overlap = area(np.maximum(y_low, p_low), np.minimum(y_high, p_high))
    union = area(y_low, y_high) + area(p_low, p_high) - overlap
    hull = area(np.minimum(y_low, p_low), np.maximum(y_high, p_high))
    return 1 - quotient(overlap, union, empty=0.0) + quotient(hull - union, hull, empty=0.0)
