"""Regression: the distance between a real target and its prediction."""

from __future__ import annotations

import numpy as np

from losscli.losses.declare import batch, facts, loss, statistic
from losscli.losses.domain import AboveMinusOne, Array, Real, Vector
from losscli.losses.ranges import Between01, Levels, NonNegative, Nonzero
from losscli.losses.stable import (
    cosine_slope,
    difference,
    distance,
    divide,
    expm1_minus,
    log_ratio,
    median,
    nowhere,
    one_minus_cosine,
    percent,
    power_of_two,
    product,
    quotient,
    unit,
)


@facts("square of the error", xgboost="reg:squarederror", lightgbm="regression")
@loss("mean_squared_error", "MSELoss", "squared_error", "l2", "quadratic", title="Mean squared error")
def mse(y_true: Real, y_pred: Real) -> Array:
    """Squared error, in squared target units; least at the mean. Gauss 1809."""
    return (y_pred - y_true) ** 2


@mse.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    return 2 * (y_pred - y_true)


@facts("square of the error", xgboost="reg:squarederror", lightgbm="regression")
@loss("half_squared_error", title="Half squared error")
def half_mse(y_true: Real, y_pred: Real) -> Array:
    """e²/2, in squared target units; least at the mean. Gauss 1809."""
    return (y_pred - y_true) * ((y_pred - y_true) / 2)


@half_mse.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    return y_pred - y_true


@facts("square of the error")
@statistic("root_mean_squared_error", title="Root mean squared error", merges={"error": "norm"})
def rmse(y_true: Real, y_pred: Real) -> dict[str, Array]:
    """Root of the mean squared error over every entry, in target units; least at the mean. Gauss 1809."""
    return {"error": y_pred - y_true, "count": np.ones_like(y_pred)}


@rmse.finish
def _(error: float, count: float) -> float:
    return error / np.sqrt(count)


@rmse.gradient
def _(y_true: Array, y_pred: Array, error: float, count: float) -> Array:
    return (y_pred - y_true) / error / np.sqrt(count)


@facts("free of scale", xgboost="reg:absoluteerror", lightgbm="regression_l1")
@loss("mean_absolute_error", "L1Loss", "absolute_error", "l1", title="Mean absolute error")
def mae(y_true: Real, y_pred: Real) -> Array:
    """Absolute error, in target units; least at the median. Laplace 1774."""
    return np.abs(y_pred - y_true)


@mae.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    return nowhere(y_pred == y_true, np.sign(y_pred - y_true))


@batch("medae", title="Median absolute error", memory=lambda n, d: 32 * n * d)
def median_absolute_error(y_true: Real, y_pred: Real) -> Array:
    """The median over samples of |e|, one an output, in target units. Hampel 1974."""
    return median(np.abs(y_pred - y_true).reshape(len(y_pred), -1).T)


@median_absolute_error.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    error = np.abs(y_pred - y_true)
    ordered, n = np.sort(error, axis=0), len(error)
    falls, rises = np.zeros_like(error), np.zeros_like(error)
    for place in ((n - 1) // 2, n // 2):  # one and the same for odd n
        at, before = error == ordered[place], (ordered < ordered[place]).sum(axis=0)
        falls += at * (before == place) / 2  # of equal errors, one that falls becomes the first
        rises += at * (before + at.sum(axis=0) - 1 == place) / 2  # and one that rises the last
    return nowhere(rises != np.where(error == 0, 0, falls), rises * np.sign(y_pred - y_true))


@statistic("linf", "chebyshev", title="Maximum residual error", merges={"error": "max"})
def max_error(y_true: Real, y_pred: Real) -> dict[str, Array]:
    """The largest |e| of all entries, in target units; least at the midrange. Chebyshev 1854."""
    return {"error": np.abs(y_pred - y_true)}


max_error.finish(lambda error: error)


@max_error.gradient
def _(y_true: Array, y_pred: Array, error: float) -> Array:
    largest = np.abs(y_pred - y_true) == error
    slope = np.where(largest, np.sign(y_pred - y_true), 0)
    return nowhere(largest & ((largest.sum() > 1) | (error == 0)), slope)


@facts("divides by the target", "free of scale", lightgbm="mape")
@loss("mean_absolute_percentage_error", title="Mean absolute percentage error")
def mape(y_true: Real, y_pred: Real) -> Array:
    """Absolute error over |y_true|, in percent; 0/0 is read as 0. Makridakis 1993."""
    return percent(np.abs(y_pred - y_true), np.abs(y_true))


@mape.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    return nowhere((y_pred == y_true) | (y_true == 0), 100 * np.sign(y_pred - y_true) / np.abs(y_true))


@facts("free of scale")
@loss(
    "symmetric_mean_absolute_percentage_error",
    title="Symmetric mean absolute percentage error",
    highest=200.0,
)
def smape(y_true: Real, y_pred: Real) -> Array:
    """200|e| / (|y| + |p|), in percent, 0 to 200; 0/0 is read as 0. Armstrong 1985."""
    size = np.abs(y_true) + np.abs(y_pred)
    if size.size and float(np.finfo(size.dtype).tiny) ** 0.5 < size.min() and np.isfinite(size.max()):
        return 200 * (np.abs(y_pred - y_true) / size)
    exponent = power_of_two(np.stack([y_true, y_pred], axis=-1))[..., 0]
    y, p = np.ldexp(y_true, -exponent), np.ldexp(y_pred, -exponent)
    return 200 * quotient(np.abs(p - y), np.abs(y) + np.abs(p), empty=0.0)


@smape.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    size = np.abs(y_true) + np.abs(y_pred)
    slope = np.sign(y_pred - y_true) * 400 * (np.abs(y_true) / size) / size
    kink = (y_pred == y_true) | ((y_pred == 0) & (y_true != 0))
    return nowhere(kink, np.where(np.sign(y_true) == np.sign(y_pred), slope, 0))


@facts("free of scale")
@statistic("wmape", "weighted_mape", title="Weighted absolute percentage error")
def wape(y_true: Real, y_pred: Real) -> dict[str, Array]:
    """100 Σ|e| / Σ|y| over every entry, in percent; least near the median. Kolassa, Schütz 2007."""
    return {"error": np.abs(y_pred - y_true), "size": np.abs(y_true)}


@wape.finish
def _(error: Array, size: Array) -> Array:
    return percent(error, size)


@wape.gradient
def _(y_true: Array, y_pred: Array, error: float, size: float) -> Array:
    return nowhere((y_pred == y_true) | (size == 0), 100 * np.sign(y_pred - y_true) / size)


@facts("free of scale", xgboost="reg:squaredlogerror")
@loss("mean_squared_logarithmic_error", "mean_squared_log_error", title="Mean squared logarithmic error")
def msle(y_true: AboveMinusOne, y_pred: AboveMinusOne) -> Array:
    """Squared log((1 + y_pred) / (1 + y_true)), no unit; the square of a log ratio."""
    return _log1p_difference(y_pred, y_true) ** 2


@msle.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    return 2 * _log1p_difference(y_pred, y_true) / (1 + y_pred)


def _log1p_difference(p: Array, y: Array) -> Array:
    """log(1 + p) − log(1 + y) = ±log1p(|p − y| / (1 + min(p, y))), which keeps its digits for p near y."""
    ratio, lost = divide(*distance(p, y), *difference(np.minimum(p, y), -1))
    near = np.copysign(np.log1p(ratio) + lost / (1 + ratio), p - y)
    return near if np.isfinite(near).all() else np.where(np.isfinite(near), near, log_ratio(1 + p, 1 + y))


@facts("free of scale")
@statistic(
    "root_mean_squared_log_error",
    "root_mean_squared_logarithmic_error",
    title="Root mean squared logarithmic error",
    merges={"log": "norm"},
)
def rmsle(y_true: AboveMinusOne, y_pred: AboveMinusOne) -> dict[str, Array]:
    """Root of the mean of msle over every entry, no unit; nearly a relative error while small."""
    return {"log": _log1p_difference(y_pred, y_true), "count": np.ones_like(y_pred)}


@rmsle.finish
def _(log: float, count: float) -> float:
    return log / np.sqrt(count)


@rmsle.gradient
def _(y_true: Array, y_pred: Array, log: float, count: float) -> Array:
    return _log1p_difference(y_pred, y_true) / log / np.sqrt(count) / (1 + y_pred)


@facts(
    "free of scale",
    "quantiles",
    xgboost="reg:quantileerror, quantile_alpha={q:.15g}",
    lightgbm="quantile, alpha={q:.15g}",
)
@loss("pinball", "tilted", title="Quantile (pinball)")
def quantile(y_true: Real, y_pred: Real, *, q: Levels = 0.5) -> Array:
    """q a unit too low, 1 − q too high, in target units; least at the q-quantile. Koenker, Bassett 1978."""
    return np.maximum(q * (y_true - y_pred), (q - 1) * (y_true - y_pred))


@quantile.gradient
def _(y_true: Array, y_pred: Array, *, q: float | Array) -> Array:
    return nowhere(y_pred == y_true, np.where(y_pred < y_true, -q, 1 - q))


@facts("square of the error")
@loss("asymmetric_squared", title="Expectile (asymmetric squared)")
def expectile(y_true: Real, y_pred: Real, *, q: Between01 = 0.5) -> Array:
    """q e² too low, (1 − q) e² too high, in target units²; least at the q-expectile. Newey, Powell 1987."""
    error = y_pred - y_true
    low, high = np.minimum(error, 0), np.maximum(error, 0)  # one is 0: a third of np.where's time
    return q * low * low + (1 - q) * high * high


@expectile.gradient
def _(y_true: Array, y_pred: Array, *, q: float) -> Array:
    error = y_pred - y_true
    return 2 * np.where(error < 0, q * error, (1 - q) * error)


def _excess(y_true: Array, y_pred: Array, epsilon: float) -> Array:
    """|e| − ε rounded once: where |e| is near ε, the rounding of e would show."""
    error, lost = distance(y_pred, y_true)
    return (error - epsilon) + lost


@loss("svr", title="Epsilon-insensitive")
def epsilon_insensitive(y_true: Real, y_pred: Real, *, epsilon: NonNegative = 0.1) -> Array:
    """|e| beyond ε, in target units; least near the median. Vapnik 1995."""
    return np.maximum(0, _excess(y_true, y_pred, epsilon))


@epsilon_insensitive.gradient
def _(y_true: Array, y_pred: Array, *, epsilon: float) -> Array:
    excess = _excess(y_true, y_pred, epsilon)
    return nowhere(excess == 0, np.where(excess > 0, np.sign(y_pred - y_true), 0))


@facts("square of the error")
@loss(title="Squared epsilon-insensitive")
def squared_epsilon_insensitive(y_true: Real, y_pred: Real, *, epsilon: NonNegative = 0.1) -> Array:
    """The square of |e| beyond ε, in squared target units; least near the mean. Vapnik 1995."""
    return np.maximum(0, _excess(y_true, y_pred, epsilon)) ** 2


@squared_epsilon_insensitive.gradient
def _(y_true: Array, y_pred: Array, *, epsilon: float) -> Array:
    return 2 * np.maximum(0, _excess(y_true, y_pred, epsilon)) * np.sign(y_pred - y_true)


@loss("linear_exponential", title="LINEX")
def linex(y_true: Real, y_pred: Real, *, a: Nonzero = 1.0) -> Array:
    """exp(ae) − ae − 1, no unit; one side grows like exp, the other like |ae|. Varian 1975."""
    error, lost_error = difference(y_pred, y_true)
    x, lost = product(a, error)
    value = expm1_minus(x)
    return np.where(value < np.inf, value + np.expm1(x) * (lost + a * lost_error), value)


@linex.gradient
def _(y_true: Array, y_pred: Array, *, a: float) -> Array:
    return a * np.expm1(a * (y_pred - y_true))


@loss("cosine", "cosine_proximity", title="Cosine similarity (negated)", lowest=-1.0, highest=1.0, best=-1.0)
def cosine_similarity(y_true: Vector, y_pred: Vector) -> Array:
    """−cos of the angle between vectors, from −1 (same direction) to 1; 0 for a zero vector. Salton 1975."""
    return -np.sum(unit(y_true) * unit(y_pred), axis=-1)


cosine_similarity.gradient(cosine_slope)


@loss(title="Cosine distance", highest=2.0)
def cosine_distance(y_true: Vector, y_pred: Vector) -> Array:
    """1 − cos of the angle between vectors: 0 (same direction) to 2; 1 for a zero vector. Salton 1975."""
    return one_minus_cosine(y_true, y_pred)


cosine_distance.gradient(cosine_slope)
