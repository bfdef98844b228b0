"""Counts and likelihoods: minus the logarithm of what a distribution gives the target."""

from __future__ import annotations

import numpy as np

from losscli.losses.declare import Objective, facts, loss
from losscli.losses.domain import (
    Array,
    Count,
    LocationAndScale,
    MeanAndVariance,
    PositiveEntry,
    Rate,
    RealScalar,
    TweedieMean,
    TweedieTarget,
)
from losscli.losses.factorial import log_factorial_rest
from losscli.losses.ranges import Flag, TweediePower
from losscli.losses.stable import (
    difference,
    distance,
    excess,
    expm1_minus,
    log_ratio,
    nowhere,
    product,
    quotient,
)
from losscli.losses.tweedie import half_deviance
from losscli.losses.twofold import HALF_LOG_2PI, LOG_2, Number, Twofold, exp, log, total, xlogy


@facts("log of a prediction", xgboost="count:poisson", lightgbm="poisson")
@loss("poisson_nll", "PoissonNLLLoss", title="Poisson", lowest=-np.inf, best=None)
def poisson(y_true: Count, y_pred: Rate, *, from_log: Flag = False, full: Flag = False) -> Array:
    """p − y log p, in nats less log y!; least at the mean. Poisson 1837, parameters as PyTorch's."""
    # full: y log y − y is taken out of log y!, which leaves a sum of two terms of 0 or more
    if from_log:
        value = _excess_log(y_true, y_pred) if full else _from_log(y_true, y_pred)
    else:
        value = excess(y_true, y_pred) if full else total(lambda y, p: (p, -xlogy(y, p)), y_true, y_pred)
    return value + log_factorial_rest(y_true) if full else value


@poisson.gradient
def _(y_true: Array, y_pred: Array, *, from_log: bool, full: bool) -> Array:
    if not from_log:
        return quotient(y_pred - y_true, y_pred, empty=1.0)
    rate, above = np.exp(y_pred), _above(y_true, y_pred)
    return np.where(np.abs(above) <= 1, y_true * np.expm1(above), rate - y_true)


def _from_log(y: Array, z: Array) -> Array:
    """exp z − y z, which exp decides where both leave the floats."""
    value = total(lambda y, z: (exp(z), -(y * z)), y, z)
    return np.where((np.exp(z) == np.inf) & ~np.isnan(y), np.inf, value)


def _excess_log(y: Array, z: Array) -> Array:
    """y log y − y z − y + exp z, with 0 log 0 = 0."""
    above, rate = _above(y, z), np.exp(z)
    far = np.where(rate == np.inf, rate, rate - y * (1 + above))
    value = np.where(np.abs(above) <= 1, y * expm1_minus(above), far)
    return np.where(y == 0, rate, value).astype(z.dtype, copy=False)


def _above(y: Array, z: Array) -> Array:
    """z − log y, all of its digits; infinite for y = 0."""
    return np.where(y == 0, np.inf, (Twofold(z) - log(Twofold(np.where(y == 0, 1.0, y)))).high)


@facts("log of a prediction", "free of scale", xgboost="count:poisson", lightgbm="poisson")
@loss("mean_poisson_deviance", title="Poisson deviance")
def poisson_deviance(y_true: Count, y_pred: Rate) -> Array:
    """2(y log(y/p) − y + p), in nats; least at the mean, 0 at the truth. Nelder, Wedderburn 1972."""
    return 2 * excess(y_true, y_pred)


@poisson_deviance.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    return 2 * quotient(y_pred - y_true, y_pred, empty=1.0)


@facts("log of a prediction", "free of scale", xgboost="reg:gamma", lightgbm="gamma")
@loss("mean_gamma_deviance", title="Gamma deviance")
def gamma_deviance(y_true: PositiveEntry, y_pred: PositiveEntry) -> Array:
    """2(log(p/y) + y/p − 1), no unit; least at the mean, 0 at the truth. McCullagh, Nelder 1989."""
    return 2 * _gamma(y_true, y_pred)


def _gamma(y: Array, p: Array) -> Array:
    exponent = -np.frexp(p)[1]
    near = excess(np.ldexp(p, exponent), np.ldexp(y, exponent)) / np.ldexp(p, exponent)
    off = (y - p) / p
    return np.where((off > -0.75) & (off < 3), near, off + log_ratio(p, y))


@gamma_deviance.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    return 2 * ((y_pred - y_true) / y_pred) / y_pred


def _boosted(name: str) -> Objective:
    """A booster's objective: neither of them has another power."""
    wanted = name + ", tweedie_variance_power={power:.15g}"
    return lambda params: wanted if 1 <= params["power"] < 2 else None


@facts("log of a prediction", xgboost=_boosted("reg:tweedie"), lightgbm=_boosted("tweedie"))
@loss("tweedie_deviance", "mean_tweedie_deviance", title="Tweedie deviance")
def tweedie(y_true: TweedieTarget, y_pred: TweedieMean, *, power: TweediePower = 1.5) -> Array:
    """2 ∫ (y − v) / vʳ dv from p to y, in target^(2 − power); least at the mean. Jørgensen 1987."""
    if power == 0:
        return (y_pred - y_true) ** 2
    if power == 1:
        return 2 * excess(y_true, y_pred)
    if power == 2:
        return 2 * _gamma(y_true, y_pred)
    return 2 * half_deviance(y_true, y_pred, power)


@tweedie.gradient
def _(y_true: Array, y_pred: Array, *, power: float) -> Array:
    if power == 0:
        return 2 * (y_pred - y_true)
    root = y_pred ** (power / 2)
    return 2 * np.where(y_pred == y_true, 0.0, (y_pred - y_true) / root / root)


@loss(
    "GaussianNLLLoss",
    "normal_nll",
    title="Gaussian negative log-likelihood",
    lowest=-np.inf,
    best=None,
    constant="least",
)
def gaussian_nll(y_true: RealScalar, y_pred: MeanAndVariance, *, full: Flag = False) -> Array:
    """½(log v + (y − μ)²/v), in nats less ½ log 2π; least at the mean and the variance. Nix, Weigend 1994."""

    def terms(y: Number, mean: Number, variance: Number) -> tuple[Number, ...]:
        constant = (HALF_LOG_2PI,) if full else ()
        return (0.5 * log(variance), _half_square_over(y - mean, variance), *constant)

    return total(terms, y_true, y_pred[:, 0], y_pred[:, 1])


@gaussian_nll.gradient
def _(y_true: Array, y_pred: Array, *, full: bool) -> Array:
    variance = y_pred[:, 1]
    error, lost = difference(y_pred[:, 0], y_true)
    half = _half_square_over(error, variance)
    square, square_lost = product(error, error)
    left = ((variance - square) - square_lost - 2 * error * lost) / variance / 2
    near = np.abs(half - 0.5) < 0.25
    return np.stack([error / variance, np.where(near, left, 0.5 - half) / variance], axis=1)


def _half_square_over(e: Number, v: Number) -> Number:
    """e²/(2v), without leaving the floats on the way."""
    ratio = 0.5 * e / v
    if isinstance(ratio, Twofold) or np.isfinite(ratio).all():
        return e * ratio
    return np.where(np.isfinite(ratio), e * ratio, (e / np.sqrt(2 * v)) ** 2)


@loss("LaplaceNLLLoss", title="Laplace negative log-likelihood", lowest=-np.inf, best=None, constant="least")
def laplace_nll(y_true: RealScalar, y_pred: LocationAndScale) -> Array:
    """log(2b) + |y − μ|/b, in nats; least at the median and the mean distance from it. Laplace 1774."""

    def terms(y: Number, location: Number, scale: Number) -> tuple[Number, ...]:
        return log(scale), abs(y - location) / scale, LOG_2

    return total(terms, y_true, y_pred[:, 0], y_pred[:, 1])


@laplace_nll.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    (error, lost), scale = distance(y_pred[:, 0], y_true), y_pred[:, 1]
    location_slope = nowhere(error == 0, np.sign(y_pred[:, 0] - y_true) / scale)
    return np.stack([location_slope, ((scale - error) - lost) / scale / scale], axis=1)
