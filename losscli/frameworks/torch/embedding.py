"""PyTorch's losses of points and pairs."""

from __future__ import annotations

import numpy as np

from losscli.frameworks.departure import Departure
from losscli.frameworks.torch.framework import FRAMEWORK, not_a_sign
from losscli.losses.domain import Array, EmbeddingPair, Pair, RealScalar, Triplets
from losscli.losses.ranges import Flag, Number, Positive

formula = FRAMEWORK.formula

EPSILON = float(np.float32(1e-12))  # ATen holds it as a float


@formula(
    "margin_ranking",
    "nn.MarginRankingLoss",
    Departure(
        "PyTorch multiplies by the label as it stands, whatever it is", not_a_sign, cause="label coding"
    ),
)
def _(y_true: RealScalar, y_pred: Pair, *, margin: Number = 0.0) -> Array:
    return np.maximum(0, -y_true * (y_pred[:, 0] - y_pred[:, 1]) + margin)


@formula(
    "cosine_embedding",
    "nn.CosineEmbeddingLoss",
    Departure(
        "PyTorch adds 1e-12 to each squared length, so that the cosine of short vectors comes out too near "
        "0: by half at length 1e-6, by 1e-6 of it at 1e-3",
        lambda y_true, y_pred, *, margin: (
            np.any(np.sum(y_pred * y_pred, axis=-1) < 1e-6, axis=-1) & _matters(y_true, y_pred, margin)
        ),
        cause="epsilon",
    ),
    Departure("PyTorch counts a pair whose label is neither 1 nor −1 as 0", not_a_sign, cause="label coding"),
)
def _(y_true: RealScalar, y_pred: EmbeddingPair, *, margin: Number = 0.0) -> Array:
    a, b = y_pred[:, 0], y_pred[:, 1]
    lengths = (np.sum(a * a, axis=-1) + EPSILON) * (np.sum(b * b, axis=-1) + EPSILON)
    cosine = np.sum(a * b, axis=-1) / np.sqrt(lengths)
    near = np.where(y_true == 1, 1 - cosine, 0.0)
    return near + np.where(y_true == -1, np.maximum(0, cosine - margin), 0.0)


@formula(
    "triplet",
    "nn.TripletMarginLoss",
    Departure(
        "PyTorch adds 1e-6 to every difference of coordinates, so that equal points are 1e-6·√D apart and a "
        "distance is off by as much",
        cause="epsilon",
    ),
)
def _(y_pred: Triplets, *, margin: Positive = 1.0, p: Number = 2.0, swap: Flag = False) -> Array:
    anchor, positive, negative = np.moveaxis(y_pred, 1, 0)
    near, far = _distance(anchor, positive, p), _distance(anchor, negative, p)
    if swap:
        far = np.minimum(far, _distance(positive, negative, p))
    return np.maximum(0, margin + near - far)


def _matters(y_true: Array, y_pred: Array, margin: float) -> Array:
    """Where a cosine nearer to 0 costs something else (N,)."""
    across = np.sum(y_pred[:, 0] * y_pred[:, 1], axis=-1)
    cosine = across / np.prod(np.linalg.norm(y_pred, axis=-1), axis=-1)
    return np.asarray((across != 0) & ((y_true != -1) | (cosine > margin)))


def _distance(a: Array, b: Array, p: float) -> Array:
    apart = a - b + 1e-6
    return np.abs(apart[:, 0]) if apart.shape[-1] == 1 and p != 0 else np.linalg.norm(apart, ord=p, axis=-1)
