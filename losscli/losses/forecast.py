"""Forecasts of a whole distribution: how far it lies from the one number that came true."""

from __future__ import annotations

import math

import numpy as np

from losscli.losses.declare import facts, loss
from losscli.losses.domain import Array, Bounds, MeanAndDeviation, Members, RealScalar
from losscli.losses.ranges import Between01
from losscli.losses.stable import erf, nowhere

_AT_MEAN = 0.23369497725510907  # 2φ(0) − 1/√π = (√2 − 1)/√π


@loss("gaussian_crps", "crps_normal", title="CRPS of a Gaussian forecast")
def crps_gaussian(y_true: RealScalar, y_pred: MeanAndDeviation) -> Array:
    """σ(z(2Φ(z) − 1) + 2φ(z) − 1/√π), z = (y − μ)/σ, in target units. Gneiting et al. 2005."""
    error, sigma = np.abs(y_true - y_pred[:, 0]), y_pred[:, 1]
    z = error / sigma
    return error * erf(z / math.sqrt(2)) + sigma * _spread_slope(z)


@crps_gaussian.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    z = (y_true - y_pred[:, 0]) / y_pred[:, 1]
    return np.stack([-erf(z / math.sqrt(2)), _spread_slope(z)], axis=1)


def _spread_slope(z: Array) -> Array:
    """2φ(z) − 1/√π, as its value at 0 and the fall from there."""
    return _AT_MEAN + math.sqrt(2 / math.pi) * np.expm1(-z * z / 2)


@loss("crps", "ensemble_crps", "continuous_ranked_probability_score", title="CRPS of an ensemble forecast")
def crps_ensemble(y_true: RealScalar, y_pred: Members) -> Array:
    """∫ (F(v) − [v ≥ y])² dv, F the members' step function, in target units. Gneiting, Raftery 2007."""
    below, above = _member_shares(y_pred)
    y, x = y_true[:, None], np.sort(y_pred, axis=-1)
    under = np.diff(
        np.minimum(x, y), append=y, axis=-1
    )  # the gaps between members, as far as they lie below y
    over = np.diff(np.maximum(x, y), prepend=y, axis=-1)
    return np.sum(under * below**2 + over * above**2, axis=-1)


@crps_ensemble.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    below, above = _member_shares(y_pred)
    order = np.argsort(y_pred, axis=-1)
    x, y = np.take_along_axis(y_pred, order, axis=-1), y_true[:, None]
    same = x[:, 1:] == x[:, :-1]
    tied = np.pad(same, ((0, 0), (1, 0))) | np.pad(same, ((0, 0), (0, 1))) | (x == y)
    slope = np.empty_like(y_pred)
    np.put_along_axis(slope, order, nowhere(tied, np.sign(x - y) - (below - above)) / x.shape[-1], axis=-1)
    return slope


def _member_shares(members: Array) -> tuple[Array, Array]:
    """For the m-th member from below: the share of members up to it, and the share from it on."""
    m = members.shape[-1]
    count = np.arange(m, dtype=members.dtype)
    return (count + 1) / m, (m - count) / m


@facts("quantiles")
@loss("winkler", "winkler_score", "mean_interval_score", title="Interval (Winkler) score", constant="least")
def interval_score(y_true: RealScalar, y_pred: Bounds, *, alpha: Between01 = 0.1) -> Array:
    """Width, and 2/α a unit outside; least at the α/2 and 1 − α/2 quantiles. Winkler 1972."""
    low, high = y_pred[:, 0], y_pred[:, 1]
    outside = np.maximum(0, low - y_true) + np.maximum(0, y_true - high)
    return (high - low) + 2 * outside / alpha


@interval_score.gradient
def _(y_true: Array, y_pred: Array, *, alpha: float) -> Array:
    low, high = y_pred[:, 0], y_pred[:, 1]
    low_slope = nowhere(y_true == low, -1 + 2 / alpha * (y_true < low))
    high_slope = nowhere(y_true == high, 1 - 2 / alpha * (y_true > high))
    return np.stack([low_slope, high_slope], axis=1)
