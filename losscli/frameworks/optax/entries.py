"""Optax losses of one value an entry, or of two vectors."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

import numpy as np

from losscli.frameworks.departure import Departure, Survey
from losscli.frameworks.optax.framework import LOGITS, formula, same, smooth
from losscli.losses.domain import Array, Logit, Margin, Real, SoftLabel, Vector
from losscli.losses.ranges import FractionOrNone, LogitsOnly, NonNegative, Smoothing
from losscli.losses.stable import softplus

same("mse", "squared_error")
same("half_mse", "l2_loss")
same("huber", "huber_loss")


@formula("logcosh", "log_cosh")
def _(y_true: Real, y_pred: Real) -> Array:
    error = y_pred - y_true
    return np.logaddexp(error, -error) - np.float32(np.log(2))


def cosine(y_true: Array, y_pred: Array, epsilon: float = 0.0) -> Array:
    """The cosine of two rows, each squared length at least `epsilon`."""
    lengths = (np.sqrt(np.maximum(np.sum(x * x, axis=-1), epsilon)) for x in (y_true, y_pred))
    y, p = (x / n[..., None] for x, n in zip((y_true, y_pred), lengths, strict=True))
    return np.sum(y * p, axis=-1)


ZERO_VECTOR = Departure(
    "Optax divides by the length as it is, so that a zero vector gives nan, where the definition reads its "
    "cosine as 0",
    lambda y_true, y_pred: ~np.any(y_true, axis=-1) | ~np.any(y_pred, axis=-1),
    cause="zero vectors",
)


@formula(
    "cosine_similarity",
    "cosine_similarity",
    Departure(
        "Optax gives the cosine itself, +1 for vectors that point the same way, not its negative",
        cause="sign",
    ),
    ZERO_VECTOR,
)
def _(y_true: Vector, y_pred: Vector) -> Array:
    return cosine(y_true, y_pred)


@formula("cosine_distance", "cosine_distance", ZERO_VECTOR)
def _(y_true: Vector, y_pred: Vector) -> Array:
    return 1 - cosine(y_true, y_pred)


def _entropy(y_true: Array, y_pred: Array) -> Array:
    return y_true * softplus(-y_pred) + (1 - y_true) * softplus(y_pred)


def _smooths(params: Mapping[str, Any]) -> bool:
    return bool(params["label_smoothing"] > 0)


def _length(y_true: Array, count: int) -> int:
    """The length of the last axis: of (N,) arrays `count`, that of all rows."""
    return count if y_true.ndim == 1 else y_true.shape[-1]


@formula(
    "bce",
    "sigmoid_binary_cross_entropy",
    LOGITS,
    Departure(
        "Optax's smooth_labels spreads over the last axis, s/D, the definition over two classes, s/2",
        lambda y_true, y_pred, *, count=0, **_: np.asarray(_length(y_true, count) != 2),
        when=_smooths,
        cause="label smoothing",
    ),
    survey=Survey("count", len, operator.add, _smooths),
)
def _(
    y_true: Real,
    y_pred: Logit,
    *,
    from_logits: LogitsOnly = True,
    label_smoothing: Smoothing = 0.0,
    count: int = 0,
) -> Array:
    if label_smoothing:
        y_true = smooth(y_true, label_smoothing, _length(y_true, count))
    return _entropy(y_true, y_pred)


@formula("binary_focal", "sigmoid_focal_loss", LOGITS)
def _(
    y_true: SoftLabel,
    y_pred: Logit,
    *,
    gamma: NonNegative = 2.0,
    alpha: FractionOrNone = None,
    from_logits: LogitsOnly = True,
) -> Array:
    with np.errstate(divide="ignore"):
        missed = np.logaddexp(np.log(1 - y_true) - softplus(-y_pred), np.log(y_true) - softplus(y_pred))
    value = _entropy(y_true, y_pred) * np.exp(gamma * missed)
    return value if alpha is None else (alpha * y_true + (1 - alpha) * (1 - y_true)) * value


AS_THEY_STAND = Departure(
    "Optax takes labels as they stand: a label of 0 is no −1, and its value does not depend on the score",
    lambda y_true, y_pred: (y_true == 0) & (y_pred != 0),
    cause="label coding",
)


@formula("hinge", "hinge_loss", AS_THEY_STAND)
def _(y_true: Real, y_pred: Margin) -> Array:
    return np.maximum(0, 1 - y_pred * y_true)


@formula(
    "perceptron",
    "losses.perceptron_loss",
    AS_THEY_STAND._replace(rows=lambda y_true, y_pred: (y_true == 0) & (y_pred > 0)),
)
def _(y_true: Real, y_pred: Margin) -> Array:
    return np.maximum(0, -y_pred * y_true)


@formula("binary_sparsemax", "losses.sparsemax_loss")
def _(y_true: Real, y_pred: Logit) -> Array:
    u = np.where(y_true != 0, -y_pred, y_pred)
    return np.where(u <= -1, 0, np.where(u >= 1, u, (u + 1) ** 2 / 4)).astype(y_pred.dtype)
