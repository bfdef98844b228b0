"""Robust regression: losses that an outlier cannot rule."""

from __future__ import annotations

import numpy as np

from losscli.losses.declare import loss
from losscli.losses.domain import Array, Positive, Real


@loss("HuberLoss", title="Huber")
def huber(y_true: Real, y_pred: Real, *, delta: Positive = 1.0) -> Array:
    """e²/2 up to |e| = δ, δ(|e| − δ/2) beyond; between mean and median. Huber 1964."""
    error = np.abs(y_pred - y_true)
    capped = np.minimum(error, delta)
    return capped * (error - capped / 2)


@huber.gradient
def _(y_true: Array, y_pred: Array, *, delta: float) -> Array:
    return np.clip(y_pred - y_true, -delta, delta)


@loss("log_cosh", "LogCosh", title="Log-cosh")
def logcosh(y_true: Real, y_pred: Real) -> Array:
    """log cosh e: e²/2 near 0, |e| − log 2 far out; between mean and median. Green 1990."""
    error = np.abs(y_pred - y_true)
    near = np.minimum(error, 20)  # beyond 20, log cosh grows by the error itself to every digit
    decay = np.exp(-near)
    return np.log1p(np.expm1(-near) ** 2 / (2 * decay)) + (error - near)


@logcosh.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    return np.tanh(y_pred - y_true)
