"""TensorFlow Addons' losses of a whole batch: distances by |a|² + |b|² − 2ab, masks instead of selections."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from losscli.frameworks.convention import OVER_SAMPLES
from losscli.frameworks.departure import Departure
from losscli.frameworks.tfa.framework import formula, same
from losscli.losses.domain import Array, ClassLabel, Embedding, Labels01, Similarities, Vector
from losscli.losses.ranges import Flag, KappaWeights, NonNegative
from losscli.losses.stable import log_softmax

# One number for the batch: TensorFlow adds up and averages it alike, and no sample has a weight.
_ONE_NUMBER: dict[str, Any] = {
    "weights": False,
    "empty": math.nan,
    "reductions": {"mean": OVER_SAMPLES, "sum": OVER_SAMPLES},
}
NO_PAIR = Departure(
    "TensorFlow Addons divides by the number of pairs of one class even if there is none, which gives nan",
    lambda y_true, y_pred, **_: np.asarray(len(np.unique(y_true)) == len(y_true)),
    cause="divisor",
)


@formula(
    "triplet_semihard",
    "losses.TripletSemiHardLoss",
    NO_PAIR,
    Departure(
        "TensorFlow Addons takes distance 0 for the negative of a row that has none, where the definition "
        "leaves it out",
        lambda y_true, y_pred, **_: np.asarray(len(np.unique(y_true)) == 1),
        cause="negatives",
    ),
    **_ONE_NUMBER,
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


def _hardest(distance: Array, same_class: Array) -> tuple[Array, Array]:
    """Each row's farthest of its class (0 if alone) and its nearest of another (else the farthest)."""
    own = same_class & ~np.eye(len(distance), dtype=bool)
    farthest = np.where(own, distance, 0).max(axis=1)
    nearest = np.where(same_class, distance.max(axis=1, keepdims=True), distance).min(axis=1)
    return farthest, nearest


@formula(
    "triplet_hard",
    "losses.TripletHardLoss",
    Departure(
        "TensorFlow Addons counts every row as an anchor: one without a second of its class has distance "
        "0 to its positive, where the definition leaves it out",
        lambda y_true, y_pred, **_: np.sum(y_true[:, None] == y_true, axis=-1) == 1,
        cause="divisor",
    ),
    **_ONE_NUMBER,
)
def _(y_true: ClassLabel, y_pred: Embedding, *, margin: NonNegative = 1.0, soft: Flag = False) -> Array:
    near, far = _hardest(_pairwise(y_pred.astype(np.float64)), y_true[:, None] == y_true)
    return np.log1p(np.exp(near - far)) if soft else np.maximum(near - far + margin, 0)


@formula("lifted_struct", "losses.LiftedStructLoss", NO_PAIR, **_ONE_NUMBER)
def _(y_true: ClassLabel, y_pred: Embedding, *, margin: NonNegative = 1.0) -> Array:
    distance, other = _pairwise(y_pred.astype(np.float64)), y_true[:, None] != y_true
    if not other.any():
        return np.array([math.nan])  # log 0 times a mask of 0
    pushed = np.sum(np.where(other, np.exp(margin - distance), 0), axis=1)
    cost = np.log(pushed[:, None] + pushed) + distance
    return np.maximum(0, cost[np.triu(~other, 1)]) ** 2 / 2


@formula(
    "weighted_kappa",
    "losses.WeightedKappaLoss",
    Departure(
        "TensorFlow Addons adds 1e-6 inside the logarithm: a perfect prediction gives −13.8, not −∞",
        cause="epsilon",
    ),
    **_ONE_NUMBER,
)
def _(y_true: Vector, y_pred: Vector, *, weightage: KappaWeights = "quadratic") -> Array:
    classes = np.arange(y_true.shape[-1])
    apart = np.abs(classes[:, None] - classes) ** (2 if weightage == "quadratic" else 1)
    observed = np.sum((y_true @ apart) * y_pred)
    expected = y_true.sum(axis=0) @ apart @ y_pred.sum(axis=0) / len(y_true)
    return np.array([np.log(observed / expected + 1e-6)])


same("npairs", "losses.NpairsLoss", **_ONE_NUMBER)


@formula(
    "npairs_multilabel",
    "losses.NpairsMultilabelLoss",
    Departure(
        "TensorFlow Addons divides 0 by 0 for a row without labels, which makes the whole nan, where the "
        "definition leaves the row out",
        lambda y_true, y_pred: ~y_true.any(axis=-1),
        cause="divisor",
    ),
    **_ONE_NUMBER,
)
def _(y_true: Labels01, y_pred: Similarities) -> Array:
    common = y_true @ y_true.T
    shares = common / common.sum(axis=-1, keepdims=True)
    return -np.sum(shares * log_softmax(y_pred), axis=-1)
