"""Regression: the distance between a real target and its prediction."""

from __future__ import annotations

import numpy as np

from losscli.losses.declare import loss, statistic
from losscli.losses.domain import AboveMinusOne, Array, Fraction, Real, Vector
from losscli.losses.stable import log_ratio, norm, nowhere, quotient, unit


@loss(
    "mean_squared_error", "MSELoss", "squared_error", "l2", "quadratic", title="Mean squared error"
)
def mse(y_true: Real, y_pred: Real) -> Array:
    """Squared error, in squared target units; least at the mean. Gauss 1809."""
    return (y_pred - y_true) ** 2


@mse.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    return 2 * (y_pred - y_true)


@statistic(
    "root_mean_squared_error", title="Root mean squared error", merges={"error": "norm"}
)
def rmse(y_true: Real, y_pred: Real) -> dict[str, Array]:
    """Root of the mean squared error over every entry, in target units; least at the mean. Gauss 1809."""
    return {"error": y_pred - y_true, "count": np.ones_like(y_pred)}


@rmse.finish
def _(error: float, count: float) -> float:
    return error / np.sqrt(count)


@rmse.gradient
def _(y_true: Array, y_pred: Array, error: float, count: float) -> Array:
    if error == 0:
        return np.full_like(y_pred, np.nan)
    return (y_pred - y_true) / error / np.sqrt(count)


@loss("mean_absolute_error", "L1Loss", "absolute_error", "l1", title="Mean absolute error")
def mae(y_true: Real, y_pred: Real) -> Array:
    """Absolute error, in target units; least at the median. Laplace 1774."""
    return np.abs(y_pred - y_true)


@mae.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    return nowhere(y_pred == y_true, np.sign(y_pred - y_true))


@loss("mean_absolute_percentage_error", title="Mean absolute percentage error")
def mape(y_true: Real, y_pred: Real) -> Array:
    """Absolute error over |y_true|, in percent; 0/0 is read as 0. Makridakis 1993."""
    return 100 * quotient(np.abs(y_pred - y_true), np.abs(y_true), empty=0.0)


@mape.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    return nowhere(y_pred == y_true, 100 * np.sign(y_pred - y_true) / np.abs(y_true))


@loss(
    "mean_squared_logarithmic_error", "mean_squared_log_error", title="Mean squared logarithmic error"
)
def msle(y_true: AboveMinusOne, y_pred: AboveMinusOne) -> Array:
    """Squared log((1 + y_pred) / (1 + y_true)), no unit; the square of a log ratio."""
    return _log1p_difference(y_pred, y_true) ** 2


@msle.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    return 2 * _log1p_difference(y_pred, y_true) / (1 + y_pred)


def _log1p_difference(p: Array, y: Array) -> Array:
    """log(1 + p) − log(1 + y) = ±log1p(|p − y| / (1 + min(p, y))), which keeps its digits for p near y."""
    difference = p - y
    near = np.copysign(np.log1p(np.abs(difference) / (1 + np.minimum(p, y))), difference)
    return near if np.isfinite(near).all() else np.where(np.isfinite(near), near, log_ratio(1 + p, 1 + y))


@loss("pinball", "tilted", title="Quantile (pinball)")
def quantile(y_true: Real, y_pred: Real, *, q: Fraction = 0.5) -> Array:
    """q a unit too low, 1 − q a unit too high, in target units; least at the q-quantile. Koenker, Bassett 1978."""
    return np.maximum(q * (y_true - y_pred), (q - 1) * (y_true - y_pred))


@quantile.gradient
def _(y_true: Array, y_pred: Array, *, q: float) -> Array:
    return nowhere(y_pred == y_true, np.where(y_pred < y_true, -q, 1 - q))


@loss(
    "cosine",
    "cosine_proximity",
    title="Cosine similarity (negated)",
    lowest=-1.0,
    highest=1.0,
    best=-1.0,
)
def cosine_similarity(y_true: Vector, y_pred: Vector) -> Array:
    """−cos of the angle between two vectors, from −1 (same direction) to 1; 0 for a zero vector. Salton 1975."""
    return -np.sum(unit(y_true) * unit(y_pred), axis=-1)


@cosine_similarity.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    y, p, length = unit(y_true), unit(y_pred), norm(y_pred)[:, None]
    cosine = np.sum(y * p, axis=-1, keepdims=True)
    zero_true = ~np.any(y_true, axis=-1, keepdims=True)
    return np.where(zero_true, 0.0, nowhere(length == 0, (cosine * p - y) / length))
