"""Embeddings, given as pairs, triplets or fours: what is alike should lie near, the rest away."""

from __future__ import annotations

import numpy as np

from losscli.losses.declare import loss
from losscli.losses.domain import (
    Array,
    Distance,
    EmbeddingPair,
    Pair,
    Quadruplets,
    SameOrNot,
    SignScalar,
    Triplets,
)
from losscli.losses.ranges import AtLeastOne, CosineMargin, Flag, NonNegative, Number
from losscli.losses.stable import difference, norm, nowhere, one_minus_cosine, power_of_two, times, unit


@loss("siamese", "siamese_contrastive", title="Contrastive (siamese)")
def contrastive(y_true: SameOrNot, y_pred: Distance, *, margin: NonNegative = 1.0) -> Array:
    """y d² + (1 − y) max(0, m − d)², in squared distance. Hadsell, Chopra, LeCun 2006, without its ½."""
    short = np.maximum(0, margin - y_pred)
    return times(y_true, y_pred**2) + times(1 - y_true, short**2)


@contrastive.gradient
def _(y_true: Array, y_pred: Array, *, margin: float) -> Array:
    return 2 * y_true * y_pred - 2 * (1 - y_true) * np.maximum(0, margin - y_pred)


@loss("CosineEmbeddingLoss", title="Cosine embedding", highest=2.0)
def cosine_embedding(y_true: SignScalar, y_pred: EmbeddingPair, *, margin: CosineMargin = 0.0) -> Array:
    """1 − cos for a pair marked 1, max(0, cos − m) for one marked −1; a zero vector has cos 0. PyTorch."""
    a, b = np.moveaxis(y_pred, 1, 0)
    cosine = np.sum(unit(a) * unit(b), axis=-1)
    return np.where(y_true > 0, one_minus_cosine(a, b), np.maximum(0, cosine - margin))


@cosine_embedding.gradient
def _(y_true: Array, y_pred: Array, *, margin: float) -> Array:
    direction, length = unit(y_pred), norm(y_pred)[..., None]
    cosine = np.sum(direction[:, 0] * direction[:, 1], axis=-1)[:, None, None]
    other = direction[:, ::-1]
    slope = (other - cosine * direction) / length
    same = (y_true > 0)[:, None, None]
    slope = np.where(same, -slope, np.where(cosine < margin, 0.0, slope))
    slope = nowhere(~same & (cosine == margin) & (slope != 0), slope)
    # a zero vector has cosine 0 with all; once it moves, the cosine jumps to ± the other's direction
    jumps = np.where(same, other != 0, np.maximum(0, np.abs(other) - margin) != np.maximum(0, -margin))
    return np.where(length == 0, nowhere(jumps, 0.0), slope)


@loss("HingeEmbeddingLoss", title="Hinge embedding")
def hinge_embedding(y_true: SignScalar, y_pred: Distance, *, margin: NonNegative = 1.0) -> Array:
    """d for a pair marked 1, max(0, m − d) for one marked −1, a distance. PyTorch."""
    return np.where(y_true > 0, y_pred, np.maximum(0, margin - y_pred))


@hinge_embedding.gradient
def _(y_true: Array, y_pred: Array, *, margin: float) -> Array:
    slope = np.where(y_true > 0, 1.0, np.where(y_pred < margin, -1.0, 0.0))
    return nowhere((y_true < 0) & (y_pred == margin), slope)


@loss("MarginRankingLoss", "pairwise_hinge", title="Margin ranking")
def margin_ranking(y_true: SignScalar, y_pred: Pair, *, margin: Number = 0.0) -> Array:
    """max(0, m − y (s₁ − s₂)), in score units: the winner leads by m. Herbrich, Graepel, Obermayer 2000."""
    return np.maximum(0, _lacking(y_true, y_pred, margin))


def _lacking(y_true: Array, y_pred: Array, margin: float) -> Array:
    """m − y (s₁ − s₂), rounded once."""
    lead, lost = difference(y_pred[:, 0], y_pred[:, 1])
    lacking, lost_too = difference(np.full_like(lead, margin), y_true * lead)
    return lacking + (lost_too - y_true * lost)


@margin_ranking.gradient
def _(y_true: Array, y_pred: Array, *, margin: float) -> Array:
    lacking = _lacking(y_true, y_pred, margin)
    slope = np.where(lacking > 0, y_true, 0.0)
    return nowhere((lacking == 0)[:, None], np.stack([-slope, slope], axis=1))


def _length(vector: Array, p: float) -> Array:
    """The P-norm along the last axis, without over- or underflow on the way."""
    if p == 2:
        return norm(vector)
    exponent = power_of_two(vector)
    scaled = np.abs(np.ldexp(vector, -exponent))
    return np.ldexp(np.sum(scaled**p, axis=-1) ** (1 / p), exponent[..., 0])


def _length_gap(near: Array, far: Array, p: float, squared: bool) -> Array:
    """‖near‖ − ‖far‖ in the P-norm, or ‖near‖² − ‖far‖², which may be finite where both squares are not."""
    if not squared:
        return _length(near, p) - _length(far, p)
    exponent = np.maximum(power_of_two(near), power_of_two(far))
    near, far = np.ldexp(near, -exponent), np.ldexp(far, -exponent)
    if p == 2:
        gap = np.sum(near * near, axis=-1) - np.sum(far * far, axis=-1)
    else:
        gap = _length(near, p) ** 2 - _length(far, p) ** 2
    return np.ldexp(gap, 2 * exponent[..., 0])


def _length_slope(vector: Array, p: float, squared: bool, side: int) -> Array:
    """The gradient of the P-norm or its square to one side: |x|'s at length 0, and at a 0 under p = 1."""
    if squared and p == 2:
        return 2 * vector
    length = _length(vector, p)[..., None]
    direction = np.sign(vector) * (np.abs(vector) / length) ** (p - 1)
    direction = np.where((length == 0) | ((vector == 0) & (p == 1)), side, direction)
    return 2 * length * direction if squared else direction


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
    near, far, _ = _near_and_far(y_pred, p, swap)
    return np.maximum(0, _length_gap(near, far, p, squared) + margin)


def _near_and_far(y_pred: Array, p: float, swap: bool) -> tuple[Array, Array, Array]:
    """a − q; a − n, or q − n where swap finds it shorter; and how that compares: −1 shorter, 0, 1."""
    anchor, positive, negative = np.moveaxis(y_pred, 1, 0)
    far, swapped = anchor - negative, positive - negative
    order = np.sign(_length(swapped, p) - _length(far, p))[:, None] if swap else np.ones((len(far), 1))
    return anchor - positive, np.where(order < 0, swapped, far), order


@triplet.gradient
def _(y_pred: Array, *, margin: float, p: float, squared: bool, swap: bool) -> Array:
    near, far, order = _near_and_far(y_pred, p, swap)
    value = (_length_gap(near, far, p, squared) + margin)[:, None, None]
    from_anchor = y_pred[:, 0] - y_pred[:, 2]
    from_positive = y_pred[:, 1] - y_pred[:, 2]

    def gap(side: int) -> Array:
        """The slope of d(a, q) − d(a, n), or − d(q, n) where that is shorter; where they tie, either's."""
        (pull, back), (push, away) = (
            (_length_slope(vector, p, squared, side), -_length_slope(vector, p, squared, -side))
            for vector in (near, from_anchor)
        )
        slope = np.stack([pull - push, back, -away], axis=1)
        if not swap:
            return slope
        push, away = (
            _length_slope(from_positive, p, squared, side),
            -_length_slope(from_positive, p, squared, -side),
        )
        swapped = np.stack([pull, back - push, -away], axis=1)
        steeper = np.maximum(slope, swapped) if side > 0 else np.minimum(slope, swapped)
        place = order[:, None]
        return np.where(place < 0, swapped, np.where(place == 0, steeper, slope))

    right, left = gap(1), gap(-1)
    right = np.where(value > 0, right, np.where(value < 0, 0.0, np.maximum(right, 0)))
    left = np.where(value > 0, left, np.where(value < 0, 0.0, np.minimum(left, 0)))
    return nowhere(right != left, right)


@loss("QuadrupletLoss", "quadruplet_margin", title="Quadruplet")
def quadruplet(y_pred: Quadruplets, *, margin1: NonNegative = 1.0, margin2: NonNegative = 0.5) -> Array:
    """Two hinges on squared distances: d²(a, q) against d²(a, n) and d²(n₂, n). Chen et al. 2017."""
    first, second = _quadruplet_terms(y_pred, margin1, margin2)
    return np.maximum(0, first) + np.maximum(0, second)


def _quadruplet_terms(y_pred: Array, margin1: float, margin2: float) -> tuple[Array, Array]:
    anchor, positive, negative, other = np.moveaxis(y_pred, 1, 0)
    first, second = (
        _length_gap(anchor - positive, far, 2.0, squared=True)
        for far in (anchor - negative, other - negative)
    )
    return first + margin1, second + margin2


@quadruplet.gradient
def _(y_pred: Array, *, margin1: float, margin2: float) -> Array:
    anchor, positive, negative, other = np.moveaxis(y_pred, 1, 0)
    zero = np.zeros_like(anchor)
    slopes = (
        np.stack([negative - positive, positive - anchor, anchor - negative, zero], axis=1),
        np.stack([anchor - positive, positive - anchor, other - negative, negative - other], axis=1),
    )
    total = np.zeros_like(y_pred)
    for term, slope in zip(_quadruplet_terms(y_pred, margin1, margin2), slopes, strict=True):
        at = term[:, None, None]
        total += nowhere((at == 0) & (slope != 0), np.where(at > 0, 2 * slope, 0.0))
    return total
