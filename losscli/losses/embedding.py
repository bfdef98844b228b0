"""Embeddings: points that should lie near their own kind and away from the others."""

from __future__ import annotations

import numpy as np

from losscli.losses.declare import batch, loss
from losscli.losses.domain import (
    Array,
    AtLeastOne,
    ClassLabel,
    Distance,
    Embedding,
    Flag,
    MetricDistance,
    NonNegative,
    Quadruplets,
    SameOrNot,
    Triplets,
)
from losscli.losses.stable import norm, nowhere, power_of_two, unit


@loss("siamese", title="Contrastive (siamese)")
def contrastive(y_true: SameOrNot, y_pred: Distance, *, margin: NonNegative = 1.0) -> Array:
    """y d² + (1 − y) max(0, m − d)², in squared distance. Hadsell, Chopra, LeCun 2006, without its ½."""
    return y_true * y_pred**2 + (1 - y_true) * np.maximum(0, margin - y_pred) ** 2


@contrastive.gradient
def _(y_true: Array, y_pred: Array, *, margin: float) -> Array:
    return 2 * y_true * y_pred - 2 * (1 - y_true) * np.maximum(0, margin - y_pred)


def _length(difference: Array, p: float, squared: bool) -> Array:
    """The P-norm along the last axis, or its square, without over- or underflow on the way."""
    if p == 2:
        return np.sum(difference * difference, axis=-1) if squared else norm(difference)
    exponent = power_of_two(difference)
    scaled = np.abs(np.ldexp(difference, -exponent))
    length = np.ldexp(np.sum(scaled**p, axis=-1) ** (1 / p), exponent[..., 0])
    return length * length if squared else length


def _length_slope(difference: Array, p: float, squared: bool) -> Array:
    """The gradient of `_length`; none at length 0 unless squared."""
    if squared and p == 2:
        return 2 * difference
    length = _length(difference, p, squared=False)[..., None]
    direction = np.sign(difference) * (np.abs(difference) / length) ** (p - 1)
    if squared:
        return np.where(length == 0, 0.0, 2 * length * direction)
    return nowhere(length == 0, direction)


@loss("TripletMarginLoss", title="Triplet margin")
def triplet(
    y_pred: Triplets,
    *,
    margin: NonNegative = 1.0,
    p: AtLeastOne = 2.0,
    squared: Flag = False,
    swap: Flag = False,
) -> Array:
    """max(0, d(a, q) − d(a, n) + m), a distance. Balntas et al. 2016; Schroff et al. 2015 (squared)."""
    anchor, positive, negative = np.moveaxis(y_pred, 1, 0)
    near = _length(anchor - positive, p, squared)
    far = _length(anchor - negative, p, squared)
    if swap:
        far = np.minimum(far, _length(positive - negative, p, squared))
    return np.maximum(0, near - far + margin)


@triplet.gradient
def _(y_pred: Array, *, margin: float, p: float, squared: bool, swap: bool) -> Array:
    anchor, positive, negative = np.moveaxis(y_pred, 1, 0)
    far, swapped = (_length(x - negative, p, squared) for x in (anchor, positive))
    near = _length(anchor - positive, p, squared)
    from_positive = ((swapped < far) if swap else np.zeros(far.shape, bool))[:, None]
    value = near - np.where(from_positive[:, 0], swapped, far) + margin
    pull = _length_slope(anchor - positive, p, squared)
    push = _length_slope(np.where(from_positive, positive, anchor) - negative, p, squared)
    slope = np.stack(
        [
            pull - np.where(from_positive, 0.0, push),
            -pull - np.where(from_positive, push, 0.0),
            push,
        ],
        axis=1,
    )
    tied = (value == 0) | ((value > 0) & (swapped == far) if swap else False)
    return nowhere(tied[:, None, None], np.where(value[:, None, None] < 0, 0.0, slope))


@loss(title="Quadruplet")
def quadruplet(y_pred: Quadruplets, *, margin1: NonNegative = 1.0, margin2: NonNegative = 0.5) -> Array:
    """Two hinges on squared distances: d²(a, q) against d²(a, n) and d²(n₂, n). Chen et al. 2017."""
    first, second = _quadruplet_terms(y_pred, margin1, margin2)
    return np.maximum(0, first) + np.maximum(0, second)


def _quadruplet_terms(y_pred: Array, margin1: float, margin2: float) -> tuple[Array, Array]:
    anchor, positive, negative, other = np.moveaxis(y_pred, 1, 0)
    near, far, apart = (
        np.sum((a - b) ** 2, axis=-1)
        for a, b in ((anchor, positive), (anchor, negative), (other, negative))
    )
    return near - far + margin1, near - apart + margin2


@quadruplet.gradient
def _(y_pred: Array, *, margin1: float, margin2: float) -> Array:
    anchor, positive, negative, other = np.moveaxis(y_pred, 1, 0)
    first, second = _quadruplet_terms(y_pred, margin1, margin2)
    one, two = (first > 0)[:, None], (second > 0)[:, None]
    slope = 2 * np.stack(
        [
            one * (negative - positive) + two * (anchor - positive),
            (one + two * 1) * (positive - anchor),
            one * (anchor - negative) + two * (other - negative),
            two * (negative - other),
        ],
        axis=1,
    )
    return nowhere(((first == 0) | (second == 0))[:, None, None], slope)


def _distances(points: Array, anchor: int, distance: str) -> Array:
    """D from one point to all (N,): euclidean, squared, or 1 − cosine."""
    if distance == "cosine":
        directions = unit(points)
        return np.sum((directions - directions[anchor]) ** 2, axis=-1) / 2
    return _length(points - points[anchor], 2.0, squared=distance == "squared")


def _semihard_pairs(label: Array, near: Array, anchor: int) -> tuple[Array, Array]:
    """Of one anchor: its positives j, and for each the nearest negative beyond it, or the farthest of all."""
    same = label == label[anchor]
    negatives = np.flatnonzero(~same)
    same[anchor] = False
    positives = np.flatnonzero(same)
    if negatives.size == 0:
        return negatives, negatives
    negatives = negatives[np.argsort(near[negatives], kind="stable")]
    beyond = np.searchsorted(near[negatives], near[positives], side="right")
    return positives, negatives[np.minimum(beyond, negatives.size - 1)]


@batch(title="Triplet with semi-hard mining", memory=lambda n, d: 8 * n * (n + 4 * d))
def triplet_semihard(
    y_true: ClassLabel,
    y_pred: Embedding,
    *,
    margin: NonNegative = 1.0,
    distance: MetricDistance = "euclidean",
) -> Array:
    """max(0, m + D_ij − D_ik) for every pair (i, j) of one class, k semi-hard. Schroff et al. 2015."""
    values = [np.empty(0)]
    for anchor in range(len(y_pred)):
        near = _distances(y_pred, anchor, distance)
        positives, negatives = _semihard_pairs(y_true, near, anchor)
        values.append(np.maximum(0, margin + near[positives] - near[negatives]))
    return np.concatenate(values)


@triplet_semihard.gradient
def _(y_true: Array, y_pred: Array, *, margin: float, distance: str) -> Array:
    slope = np.zeros_like(y_pred)
    for anchor in range(len(y_pred)):
        near = _distances(y_pred, anchor, distance)
        positives, negatives = _semihard_pairs(y_true, near, anchor)
        value = margin + near[positives] - near[negatives]
        for j, k, v in zip(positives, negatives, value, strict=True):
            if v == 0 or np.count_nonzero(near[y_true != y_true[anchor]] == near[k]) > 1:
                slope[[anchor, j, k]] = np.nan
            elif v > 0:
                for other, sign in ((j, 1.0), (k, -1.0)):
                    at_anchor, at_other = _distance_slope(y_pred[anchor], y_pred[other], distance)
                    slope[anchor] += sign * at_anchor
                    slope[other] += sign * at_other
    return slope


def _distance_slope(a: Array, b: Array, distance: str) -> tuple[Array, Array]:
    """∇_a and ∇_b of the distance between two points."""
    if distance == "cosine":
        u, v = unit(a), unit(b)
        cosine = np.sum(u * v)
        return (cosine * u - v) / norm(a), (cosine * v - u) / norm(b)
    slope = _length_slope(a - b, 2.0, squared=distance == "squared")
    return slope, -slope
