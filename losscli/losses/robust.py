"""Robust regression: losses that an outlier cannot rule."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.losses.declare import Scale, facts, loss
from losscli.losses.domain import Array, Real
from losscli.losses.elementary import log1p, log_cosh
from losscli.losses.ranges import NonNegative, NumberOrMinusInfinity, Positive
from losscli.losses.stable import distance, half_square, log_ratio

if TYPE_CHECKING:
    from collections.abc import Mapping


@facts(
    scale=Scale(
        "delta",
        1.345,
        lambda params: "is the absolute error less half of delta" + ", times delta," * (params["delta"] != 1),
        "is half of the squared error",
    ),
    lightgbm="huber, alpha={delta:.15g}",
)
@loss("HuberLoss", title="Huber")
def huber(y_true: Real, y_pred: Real, *, delta: Positive = 1.0) -> Array:
    """e²/2 up to |e| = δ, δ(|e| − δ/2) beyond; between mean and median. Huber 1964."""
    error = np.abs(y_pred - y_true)
    capped = np.minimum(error, delta)
    return capped * (error - capped / 2)


@huber.gradient
def _(y_true: Array, y_pred: Array, *, delta: float) -> Array:
    return np.clip(y_pred - y_true, -delta, delta)


@facts(
    scale=Scale(
        "beta", 1.345, "is the absolute error less half of beta", "is half of the squared error over beta"
    )
)
@loss("SmoothL1Loss", title="Smooth L1")
def smooth_l1(y_true: Real, y_pred: Real, *, beta: NonNegative = 1.0) -> Array:
    """e²/(2β) up to |e| = β, |e| − β/2 beyond, in target units; between mean and median. Girshick 2015."""
    error = np.abs(y_pred - y_true)
    share = np.fmin(error / beta, 1)  # 0/0, which is no error at β = 0, gives 1
    return share * (error - np.minimum(error, beta) / 2)


@smooth_l1.gradient
def _(y_true: Array, y_pred: Array, *, beta: float) -> Array:
    return np.clip((y_pred - y_true) / beta, -1, 1)


@facts(
    scale=Scale(
        "delta",
        1.287,
        "tends to the absolute error less delta, times delta,",
        "is within 1 % of half of the squared error",
        near=0.2,
    ),
    xgboost="reg:pseudohubererror, huber_slope={delta:.15g}",
)
@loss("charbonnier", title="Pseudo-Huber")
def pseudo_huber(y_true: Real, y_pred: Real, *, delta: Positive = 1.0) -> Array:
    """δ²(√(1 + (e/δ)²) − 1) = e²/(1 + √(1 + (e/δ)²)); between mean and median. Charbonnier et al. 1994."""
    error, lost = distance(y_pred, y_true)
    small, large = np.minimum(error, delta), np.maximum(error, delta)
    ratio = small / large
    root = np.sqrt(1 + ratio * ratio)  # of 1 + (e/δ)², divided by |e|/δ where that is above 1
    value = error * (small / (delta / large + root))
    return np.where(value < np.inf, value + small / root * lost, value)


@pseudo_huber.gradient
def _(y_true: Array, y_pred: Array, *, delta: float) -> Array:
    error = y_pred - y_true
    near = error / np.hypot(1, error / delta)
    return np.where(np.abs(error) <= delta, near, error / np.hypot(error, delta) * delta)


@loss("log_cosh", "LogCosh", title="Log-cosh")
def logcosh(y_true: Real, y_pred: Real) -> Array:
    """log cosh e: e²/2 near 0, |e| − log 2 far out; between mean and median. Green 1990."""
    return log_cosh(y_pred - y_true)


@logcosh.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    return np.tanh(y_pred - y_true)


_HALF_SQUARE = "is within 1 % of half of the square of the error over scale"
_LOGARITHM = "grows as the logarithm of the error"


@facts(scale=Scale("scale", 1.686, _LOGARITHM, _HALF_SQUARE, bend=math.sqrt(2), near=0.2))
@loss("lorentzian", title="Cauchy (Lorentzian)")
def cauchy(y_true: Real, y_pred: Real, *, scale: Positive = 1.0) -> Array:
    """log(1 + x²/2), x = e/c, no unit; its pull is largest at e = 1.41c. Black, Anandan 1996."""
    error, lost = distance(y_pred, y_true)
    return _log_of_square(error, half_square(error, lost, scale), scale, 2.0)


def _log_of_square(error: Array, half: Array, scale: float, b: float) -> Array:
    """(b/2) log(1 + x²/b), x = e/c, half = x²/2, also where that has left the floats; x²/2 for small x."""
    ratio = half / (b / 2)
    log = log1p(ratio)
    if not (near := ratio < 1e20).all():
        far = 2 * log_ratio(error, error.dtype.type(scale)) - math.log(b)
        log = np.where(near, log, far)
    value = b / 2 * log
    small = ratio < 1e-17
    return np.where(small, half, value) if small.any() else value


@cauchy.gradient
def _(y_true: Array, y_pred: Array, *, scale: float) -> Array:
    error = y_pred - y_true
    x = error / scale
    return np.where(np.abs(x) <= 1, x / scale / (1 + x * x / 2), 2 / (error + 2 * scale * (scale / error)))


@facts(scale=Scale("scale", 1.894, "levels off towards 2", _HALF_SQUARE, bend=2 / math.sqrt(3), near=0.2))
@loss(title="Geman-McClure", highest=2.0)
def geman_mcclure(y_true: Real, y_pred: Real, *, scale: Positive = 1.0) -> Array:
    """2x²/(x² + 4), x = e/c, no unit, tending to 2; near the mode. Geman, McClure 1985."""
    half = np.minimum(half_square(*distance(y_pred, y_true), scale), 1e20)  # 2 to every digit there
    return 2 * half / (half + 2)


@geman_mcclure.gradient
def _(y_true: Array, y_pred: Array, *, scale: float) -> Array:
    error = y_pred - y_true
    root = np.hypot(error, 2 * scale)
    return 4 * (error / root) * (2 * scale / root) ** 2 / root


@facts(scale=Scale("scale", 2.11, "levels off towards 1", _HALF_SQUARE, near=0.2))
@loss("leclerc", title="Welsch (Leclerc)", highest=1.0)
def welsch(y_true: Real, y_pred: Real, *, scale: Positive = 1.0) -> Array:
    """1 − exp(−x²/2), x = e/c, no unit, tending to 1; near the mode. Dennis, Welsch 1978."""
    return -np.expm1(-half_square(*distance(y_pred, y_true), scale))


@welsch.gradient
def _(y_true: Array, y_pred: Array, *, scale: float) -> Array:
    x = np.clip((y_pred - y_true) / scale, -50, 50)  # beyond, the slope is 0 to every digit
    return x / scale * np.exp(-x * (x / 2))


@facts(
    scale=Scale(
        "c",
        4.685,
        "is c²/6, whatever the error,",
        "is within 1 % of half of the squared error",
        near=0.1,
    )
)
@loss("biweight", "bisquare", title="Tukey's biweight")
def tukey(y_true: Real, y_pred: Real, *, c: Positive = 4.685) -> Array:
    """c²/6 (1 − (1 − u)³) = e²/2 (1 − u + u²/3), u = (e/c)² up to 1, c²/6 beyond. Beaton, Tukey 1974."""
    error = np.abs(y_pred - y_true)
    np.minimum(error, c, out=error)
    rest = error / c
    rest *= rest
    np.subtract(1, rest, out=rest)  # w = 1 − u, of which (1 − w³)/u = 1 + w (1 + w) does not cancel
    value = rest + 1
    value *= rest
    value += 1
    value /= 6
    value *= error
    value *= error
    return value


@tukey.gradient
def _(y_true: Array, y_pred: Array, *, c: float) -> Array:
    error = np.clip(y_pred - y_true, -c, c)
    return error * ((1 - error / c) * (1 + error / c)) ** 2


def _far_out(params: Mapping[str, Any]) -> str | None:
    """What Barron's loss tends to, by its alpha; of alpha 2 the scale says nothing of the shape."""
    alpha = params["alpha"]
    if alpha == 2:
        return None
    if alpha == 0:
        return _LOGARITHM
    if alpha > 0:
        return "grows as the error itself" if alpha == 1 else f"grows as the error to the power {alpha:.4g}"
    return f"levels off towards {1 if alpha == -math.inf else (2 - alpha) / -alpha:.4g}"


def _half_square(params: Mapping[str, Any]) -> str | None:
    return None if params["alpha"] == 2 else _HALF_SQUARE


@facts(scale=Scale("scale", 1.287, _far_out, _half_square, near=0.2))
@loss("general_robust", "adaptive_robust", title="Barron's general robust loss")
def barron(y_true: Real, y_pred: Real, *, alpha: NumberOrMinusInfinity = 1.0, scale: Positive = 1.0) -> Array:
    """(b/α)((x²/b + 1)^(α/2) − 1), x = e/c, b = |α − 2|, no unit; its limits at 2, 0, −inf. Barron 2019."""
    error, lost = distance(y_pred, y_true)
    half, b = half_square(error, lost, scale), abs(alpha - 2)
    if alpha == 2:
        return half
    if alpha == -math.inf:
        return -np.expm1(-half)
    log = _log_of_square(error, half, scale, b)
    growth = alpha / b * log
    near = log * np.where(growth == 0, 1, np.expm1(growth) / growth)
    if alpha <= 0:
        return near
    far = np.where(
        half < 1e280, (1 + half / (b / 2)) ** (alpha / 4), (error / scale / math.sqrt(b)) ** (alpha / 2)
    )
    return np.where(growth < 1, near, b / alpha * far * far - b / alpha)


@barron.gradient
def _(y_true: Array, y_pred: Array, *, alpha: float, scale: float) -> Array:
    x, b = (y_pred - y_true) / scale, abs(alpha - 2)
    if alpha == 2:
        return x / scale
    if alpha == -math.inf:
        return x / scale * np.exp(-x * (x / 2))
    near = np.exp((alpha / 2 - 1) * np.log1p(x * (x / b)))
    size = np.hypot(1, x / math.sqrt(b))  # once beside x, so that its power stays within the floats
    far = x / size / scale * size ** (alpha - 1)
    if not np.isfinite(size).all():  # x or x²/b has left the floats, the slope need not have
        error, bend = y_pred - y_true, math.sqrt(b) * scale
        length = np.hypot(bend, error)
        huge = error / length * length ** (alpha - 1) * bend ** (2 - alpha) / scale / scale
        far = np.where(np.isfinite(size), far, huge)
    return np.where(x * x < b, x / scale * near, far)
