"""scikit-learn's losses of numbers: sklearn/metrics/_regression.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np

from losscli.frameworks.convention import MEAN
from losscli.frameworks.departure import Departure
from losscli.frameworks.sklearn.framework import EPSILON, formula, same
from losscli.losses.domain import AboveMinusOne, Array, Domain, Real, RealScalar
from losscli.losses.ranges import Range, TweediePower
from losscli.losses.stable import xlogy

same("mse", "mean_squared_error", reductions={"mean": MEAN})
same("mae", "mean_absolute_error")
same("msle", "mean_squared_log_error")
same("label_ranking", "label_ranking_loss")
same("coverage_error", "coverage_error")


def _mean_of_roots(error: Array, count: Array) -> float:
    return float(np.mean(error / np.sqrt(count)))


A_ROOT_AN_OUTPUT = Departure(
    "scikit-learn takes one root for each output and averages them, the definition one root over everything",
    cause="outputs",
    totals=lambda error, count: np.size(error) > 1,
)
_BY_OUTPUT = {"error": "column_norms", "count": "columns"}


@formula("rmse", "root_mean_squared_error", A_ROOT_AN_OUTPUT, finish=_mean_of_roots, merges=_BY_OUTPUT)
def _(y_true: Real, y_pred: Real) -> dict[str, Array]:
    return {"error": y_pred - y_true, "count": np.ones_like(y_pred)}


@formula("rmsle", "root_mean_squared_log_error", A_ROOT_AN_OUTPUT, finish=_mean_of_roots, merges=_BY_OUTPUT)
def _(y_true: AboveMinusOne, y_pred: AboveMinusOne) -> dict[str, Array]:
    return {"error": np.log1p(y_pred) - np.log1p(y_true), "count": np.ones_like(y_pred)}


@formula(
    "mape",
    "mean_absolute_percentage_error",
    Departure(
        "scikit-learn gives a fraction, not percent: 1/100 of the definition's number", cause="percent"
    ),
    Departure(
        "scikit-learn divides by at least 2.2e-16, so that a target of 0 costs 4.5e15 times the error "
        "instead of infinity",
        lambda y_true, y_pred: (np.abs(y_true) < EPSILON) & (y_true != y_pred),
        cause="clipping",
    ),
)
def _(y_true: Real, y_pred: Real) -> Array:
    return np.abs(y_pred - y_true) / np.maximum(np.abs(y_true), EPSILON)


ONE_LEVEL = Range("one number from 0 to 1: the call takes no list", low=0.0, high=1.0)
same("quantile", "mean_pinball_loss", narrower={"q": ONE_LEVEL})


def _weighted_median(values: Array, weight: Array) -> float:
    """The value at which half of the weight is reached; the mean of two where it is reached exactly."""
    order = np.argsort(values, kind="stable")
    values, running = values[order], np.cumsum(weight[order])
    half = running[-1] / 2
    at = int(np.searchsorted(running, half))
    if running[at] == half:
        later = np.flatnonzero(weight[order][at + 1 :] > 0)
        return float(values[at] + values[at + 1 + later[0]]) / 2 if later.size else float(values[at])
    return float(values[at])


@formula("median_absolute_error", "median_absolute_error", weighs=True, reductions={"mean": MEAN})
def _(y_true: Real, y_pred: Real, *, sample_weight: Array) -> Array:
    error = np.abs(y_pred - y_true).reshape(len(y_pred), -1)
    if np.all(sample_weight == 1):
        return np.median(error, axis=0)
    return np.array([_weighted_median(column, sample_weight) for column in error.T])


@formula("max_error", "max_error", weights=False)
def _(y_true: RealScalar, y_pred: RealScalar) -> dict[str, Array]:
    return {"error": np.abs(y_pred - y_true)}


# The deviances: one output, and a rate of 0 is refused even where the count is 0.

_CountScalar = Annotated[Array, Domain("a count of 0 or more", "count", grain="scalar", low=0.0)]
_PositiveScalar = Annotated[Array, Domain("above 0", "amount", grain="scalar", low=0.0, open_low=True)]


@formula("poisson_deviance", "mean_poisson_deviance")
def _(y_true: _CountScalar, y_pred: _PositiveScalar) -> Array:
    return 2 * (xlogy(y_true, y_true / y_pred) - y_true + y_pred)


@formula("gamma_deviance", "mean_gamma_deviance")
def _(y_true: _PositiveScalar, y_pred: _PositiveScalar) -> Array:
    return 2 * (np.log(y_pred / y_true) + y_true / y_pred - 1)


def _tweedie_domain(of_truth: bool) -> Domain:
    """What mean_tweedie_deviance accepts: by the power."""
    positive = Domain("above 0", "amount", grain="scalar", low=0.0, open_low=True)
    count = Domain("0 or more", "amount", grain="scalar", low=0.0)
    real = Domain("a finite number", "number", grain="scalar")

    def by(params: Mapping[str, Any]) -> Domain:
        power = params["power"]
        if power == 0 or (power < 0 and of_truth):
            return real
        return count if of_truth and power < 2 else positive

    return Domain("a finite number", "number", grain="scalar", by=by)


_TweedieTruth = Annotated[Array, _tweedie_domain(True)]
_TweedieMean = Annotated[Array, _tweedie_domain(False)]


@formula(
    "tweedie",
    "mean_tweedie_deviance",
    Departure(
        "scikit-learn's power is 0 (squared error) unless told otherwise, the definition's 1.5",
        when=lambda params: params["power"] == 0,
        cause="default",
    ),
)
def _(y_true: _TweedieTruth, y_pred: _TweedieMean, *, power: TweediePower = 0.0) -> Array:
    if power == 0:
        return (y_true - y_pred) ** 2
    if power == 1:
        return 2 * (xlogy(y_true, y_true / y_pred) - y_true + y_pred)
    if power == 2:
        return 2 * (np.log(y_pred / y_true) + y_true / y_pred - 1)
    one, two = 1 - power, 2 - power
    first = np.power(np.maximum(y_true, 0), two) / (one * two)
    return 2 * (first - y_true * np.power(y_pred, one) / one + np.power(y_pred, two) / two)
