"""Divergences: how far one distribution over classes is from another, 0 only where they agree."""

from __future__ import annotations

import math

import numpy as np

from losscli.losses.declare import facts, loss
from losscli.losses.domain import Array, ClassProbabilities, ClassTarget, NonNegativeRow
from losscli.losses.stable import excess, log_ratio, minus_log1p, quotient, total


@facts("log of a probability", twin="scce")
@loss(
    "kl",
    "kl_divergence",
    "KLDivergence",
    "kullback_leibler_divergence",
    "relative_entropy",
    "KLDivLoss",
    "kl_div",
    title="Kullback-Leibler divergence",
)
def kld(y_true: ClassTarget, y_pred: ClassProbabilities) -> Array:
    """Σ yₖ log(yₖ / pₖ), in nats; 0 where the distributions agree. Kullback, Leibler 1951."""
    near = (y_true <= 2 * y_pred) & (y_pred <= 2 * y_true)  # there y − p is exact, and y log(y/p) cancels
    far = np.where(y_true == 0, 0.0, y_true * log_ratio(y_true, y_pred))
    parts = np.where(near, excess(y_true, y_pred), far)
    return total(np.concatenate([parts, np.where(near, y_true - y_pred, 0.0)], axis=-1))


@kld.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    return -quotient(y_true, y_pred, empty=0.0)


@facts("log of a probability")
@loss(
    "generalized_kl_divergence",
    "convex_kl_divergence",
    "i_divergence",
    title="Generalized Kullback-Leibler divergence",
)
def generalized_kld(y_true: NonNegativeRow, y_pred: NonNegativeRow) -> Array:
    """Σ yₖ log(yₖ / pₖ) − yₖ + pₖ, in nats × the rows' unit; 0 at p = y. Csiszár 1975."""
    return np.sum(excess(y_true, y_pred), axis=-1)


@generalized_kld.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    return quotient(y_pred - y_true, y_pred, empty=1.0)


def _towards_middle(y: Array, p: Array) -> Array:
    """y log(y / m) − y + m with m = (y + p)/2."""
    t = (p - y) / (2 * y)
    near = (t >= -0.5) & (t <= 2)
    return np.where(near, y * minus_log1p(t), excess(y, y / 2 + p / 2))


@loss(
    "js_divergence",
    "jensen_shannon",
    "jensen_shannon_divergence",
    title="Jensen-Shannon divergence",
    highest=math.log(2),
)
def jsd(y_true: ClassTarget, y_pred: ClassProbabilities) -> Array:
    """½ Σ y log(y / m) + ½ Σ p log(p / m), m = (y + p)/2, in nats; 0 where they agree. Lin 1991."""
    return np.sum(_towards_middle(y_true, y_pred) + _towards_middle(y_pred, y_true), axis=-1) / 2


@jsd.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    t = quotient(y_true - y_pred, 2 * y_pred, empty=-0.5)  # m / p − 1
    far = np.log(y_pred) - np.log(y_true / 2)
    return np.where(np.isfinite(t), -np.log1p(t), far) / 2
