"""Metric learning by similarities: a softmax over a batch, each sample against all the others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from losscli.losses.declare import batch
from losscli.losses.domain import (
    Array,
    ClassLabel,
    Labels01,
    NonzeroEmbedding,
    NonzeroEmbeddingPair,
    Similarities,
    UnitEmbedding,
)
from losscli.losses.ranges import NonNegative, Positive
from losscli.losses.stable import (
    log_softmax,
    norm,
    nowhere,
    power_of_two,
    sigmoid,
    softmax,
    softplus,
    unit,
)

_BLOCK = 2**20  # similarities held at a time: 8 MB an array


def _memory(n: int, d: int) -> int:
    return 8 * (8 * max(_BLOCK, n) + 6 * n * d)


def _blocks(n: int) -> Iterator[slice]:
    """The anchors in blocks whose similarities to all n are about _BLOCK numbers."""
    size = max(1, _BLOCK // max(n, 1))
    return (slice(start, min(start + size, n)) for start in range(0, n, size))


def _same_and_other(label: Array, rows: slice) -> tuple[Array, Array]:
    """Masks (block, N): the others of the anchor's class, and those of another."""
    same = label[rows, None] == label
    index = np.arange(len(label))
    return same & (index[rows, None] != index), ~same


def _log_sum_exp(x: Array, where: Array) -> Array:
    """log Σ exp x along the last axis, kept as an axis, over the entries of the mask; −∞ without any."""
    masked = np.where(where, x, -np.inf)
    peak = masked.max(axis=-1, keepdims=True)
    peak = np.where(np.isfinite(peak), peak, 0)
    return peak + np.log(np.exp(masked - peak).sum(axis=-1, keepdims=True))


def _through_unit(slope: Array, points: Array) -> Array:
    """The gradient with respect to x of what has the gradient `slope` with respect to x / ‖x‖."""
    direction = unit(points)
    along = np.sum(slope * direction, axis=-1, keepdims=True)
    return (slope - along * direction) / norm(points)[:, None]


def _shares(common: Array) -> Array:
    """Each row divided by its sum; NaN where that is 0."""
    return common / common.sum(axis=-1, keepdims=True)


def _cross_entropy(target: Array, logit: Array) -> Array:
    """−Σⱼ tⱼ log softmax(s)ⱼ of each row that has a target."""
    terms = np.where(target == 0, 0, target * log_softmax(logit))
    return 0 - terms.sum(axis=-1)[~np.isnan(target[:, 0])]


def _cross_entropy_slope(target: Array, logit: Array) -> Array:
    """softmax(s) − t, with its digits where both are near 1; 0 in a row without a target."""
    p, complement = softmax(logit)
    slope = np.where(target == 1, -complement, p - target)
    return np.where(np.isnan(target), 0.0, slope)


@batch("NpairsLoss", "multiclass_npairs", title="N-pairs", memory=lambda n, d: 64 * n * n, best=None)
def npairs(y_true: ClassLabel, y_pred: Similarities) -> Array:
    """−Σⱼ tⱼ log softmax(sᵢ)ⱼ a row, in nats; t even over the row's class, itself included. Sohn 2016."""
    return _cross_entropy(_shares((y_true[:, None] == y_true).astype(y_pred.dtype)), y_pred)


@npairs.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    return _cross_entropy_slope(_shares((y_true[:, None] == y_true).astype(y_pred.dtype)), y_pred)


@batch(
    "NpairsMultilabelLoss",
    "multilabel_npairs",
    title="N-pairs with several labels",
    memory=lambda n, d: 64 * n * n,
    best=None,
)
def npairs_multilabel(y_true: Labels01, y_pred: Similarities) -> Array:
    """−Σⱼ tⱼ log softmax(sᵢ)ⱼ a row, in nats; t by the labels in common. Sohn 2016, TensorFlow Addons."""
    return _cross_entropy(_shares(y_true @ y_true.T), y_pred)


@npairs_multilabel.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    return _cross_entropy_slope(_shares(y_true @ y_true.T), y_pred)


@batch("simclr", "normalized_temperature_cross_entropy", title="NT-Xent (SimCLR)", memory=_memory)
def ntxent(y_true: ClassLabel, y_pred: NonzeroEmbedding, *, temperature: Positive = 0.07) -> Array:
    """log(1 + Σₖ exp((s_ik − s_ij)/τ)) a pair of one class, k i's negatives; nats. Chen et al. 2020."""
    direction = unit(y_pred)
    values = [np.empty(0, y_pred.dtype)]
    for rows in _blocks(len(y_pred)):
        logit = direction[rows] @ direction.T / temperature
        same, other = _same_and_other(y_true, rows)
        values.append(softplus(_log_sum_exp(logit, other) - logit)[same])
    return np.concatenate(values)


@ntxent.gradient
def _(y_true: Array, y_pred: Array, *, temperature: float) -> Array:
    direction = unit(y_pred)
    slope = np.zeros_like(direction)
    for rows in _blocks(len(y_pred)):
        logit = direction[rows] @ direction.T / temperature
        same, other = _same_and_other(y_true, rows)
        negative = _log_sum_exp(logit, other)
        force = np.where(same, sigmoid(negative - logit), 0)
        share = np.where(other, np.exp(logit - negative), 0)
        _add_slope(slope, direction, rows, (force.sum(axis=-1, keepdims=True) * share - force) / temperature)
    return _through_unit(slope, y_pred)


def _add_slope(slope: Array, points: Array, rows: slice, by_similarity: Array) -> None:
    """Adds what a block of gradients with respect to s_ij = xᵢ · xⱼ says at xᵢ and at xⱼ."""
    slope[rows] += by_similarity @ points
    slope += by_similarity.T @ points[rows]


@batch("clip", "contrastive_language_image", title="InfoNCE (CLIP, symmetric)", memory=_memory)
def infonce(y_pred: NonzeroEmbeddingPair, *, temperature: Positive = 0.07) -> Array:
    """−½ log softmax(sᵢ./τ)ᵢ − ½ log softmax(s.ᵢ/τ)ᵢ a pair, s the cosines, in nats. Radford et al. 2021."""
    first, second = unit(y_pred[:, 0]), unit(y_pred[:, 1])
    return _find_partner(first, second, temperature) / 2 + _find_partner(second, first, temperature) / 2


def _find_partner(first: Array, second: Array, temperature: float) -> Array:
    """−log softmax(first · secondᵀ / τ) on the diagonal."""
    values = np.empty(len(first), first.dtype)
    for rows in _blocks(len(first)):
        log_p = log_softmax(first[rows] @ second.T / temperature)
        values[rows] = 0 - np.diagonal(log_p, rows.start)
    return values


@infonce.gradient
def _(y_pred: Array, *, temperature: float) -> Array:
    first, second = unit(y_pred[:, 0]), unit(y_pred[:, 1])
    slopes = np.zeros_like(first), np.zeros_like(second)
    for (here, there), (at_here, at_there) in (((first, second), slopes), ((second, first), slopes[::-1])):
        for rows in _blocks(len(here)):
            p, complement = softmax(here[rows] @ there.T / temperature)
            diagonal = np.arange(len(p)), np.arange(rows.start, rows.stop)
            p[diagonal] = -complement[diagonal]
            p /= 2 * temperature
            at_here[rows] += p @ there
            at_there += p.T @ here[rows]
    return np.stack([_through_unit(slope, y_pred[:, part]) for part, slope in enumerate(slopes)], axis=1)


@batch(
    "supervised_contrastive",
    "SupConLoss",
    title="Supervised contrastive",
    memory=_memory,
    best=None,
)
def supcon(y_true: ClassLabel, y_pred: NonzeroEmbedding, *, temperature: Positive = 0.1) -> Array:
    """−mean over its positives j of log softmax over k ≠ i of s_ij/τ, an anchor; nats. Khosla et al. 2020."""
    values = [np.empty(0, y_pred.dtype)]
    for _, target, logit in _supcon_blocks(y_true, unit(y_pred), temperature):
        values.append(_cross_entropy(target, logit))
    return np.concatenate(values)


def _supcon_blocks(
    label: Array, direction: Array, temperature: float
) -> Iterator[tuple[slice, Array, Array]]:
    """Blocks of anchors: their target shares, and their similarities over τ, −∞ with themselves."""
    for rows in _blocks(len(direction)):
        logit = direction[rows] @ direction.T / temperature
        logit[np.arange(len(logit)), np.arange(rows.start, rows.stop)] = -np.inf
        yield rows, _shares(_same_and_other(label, rows)[0].astype(direction.dtype)), logit


@supcon.gradient
def _(y_true: Array, y_pred: Array, *, temperature: float) -> Array:
    direction = unit(y_pred)
    slope = np.zeros_like(direction)
    for rows, target, logit in _supcon_blocks(y_true, direction, temperature):
        _add_slope(slope, direction, rows, _cross_entropy_slope(target, logit) / temperature)
    return _through_unit(slope, y_pred)


@batch("CircleLoss", title="Circle", memory=_memory)
def circle(
    y_true: ClassLabel, y_pred: UnitEmbedding, *, gamma: Positive = 80.0, margin: NonNegative = 0.4
) -> Array:
    """softplus(LSEⱼ γ[1 + m − s]₊(1 − m − s) + LSEₖ γ[s + m]₊(s − m)) an anchor. Sun et al. 2020."""
    values = [np.empty(0, y_pred.dtype)]
    for rows in _blocks(len(y_pred)):
        same, other = _same_and_other(y_true, rows)
        pull, push = _pull_and_push(_products(y_pred, rows), gamma, margin)
        both = same.any(axis=-1) & other.any(axis=-1)
        values.append(softplus(_log_sum_exp(pull, same) + _log_sum_exp(push, other))[both, 0])
    return np.concatenate(values)


def _products(points: Array, rows: slice) -> Array:
    """xᵢ·xⱼ of some rows with all, held where its square is beyond the floats: 0 times it is 0 then."""
    exponent = power_of_two(points)
    scaled = np.ldexp(points, -exponent)
    s = np.ldexp(scaled[rows] @ scaled.T, exponent[rows] + exponent.T)
    limit = np.finfo(s.dtype).max ** 0.6
    return np.clip(s, -limit, limit)


def _pull_and_push(s: Array, gamma: float, margin: float) -> tuple[Array, Array]:
    """γ max(0, 1 + m − s)(1 − m − s) for a pair of one class, γ max(0, s + m)(s − m) for another."""
    pull = gamma * np.maximum(0, 1 + margin - s) * (1 - margin - s)
    return pull, gamma * np.maximum(0, s + margin) * (s - margin)


@circle.gradient
def _(y_true: Array, y_pred: Array, *, gamma: float, margin: float) -> Array:
    slope = np.zeros_like(y_pred)
    for rows in _blocks(len(y_pred)):
        same, other = _same_and_other(y_true, rows)
        both = same.any(axis=-1, keepdims=True) & other.any(axis=-1, keepdims=True)
        s = _products(y_pred, rows)
        pull, push = _pull_and_push(s, gamma, margin)
        pulls, pushes = _log_sum_exp(pull, same), _log_sum_exp(push, other)
        pull_slope = nowhere(
            (s == 1 + margin) & (margin > 0), np.where(s < 1 + margin, -2 * gamma * (1 - s), 0.0)
        )
        push_slope = nowhere((s == -margin) & (margin > 0), np.where(s > -margin, 2 * gamma * s, 0.0))
        by_pull, by_push = np.exp(pull - pulls) * pull_slope, np.exp(push - pushes) * push_slope
        by_similarity = np.where(same, by_pull, np.where(other, by_push, 0.0)) * sigmoid(pulls + pushes)
        _add_slope(slope, y_pred, rows, np.where(both, by_similarity, 0.0))
    return slope
