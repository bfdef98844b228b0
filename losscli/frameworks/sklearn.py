"""scikit-learn 1.9: float64, weighted means divided by the sum of the weights, one value an output first.

The formulas are sklearn/metrics/_regression.py's and _classification.py's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np

from losscli.errors import BadValue, LosscliError
from losscli.frameworks import SKLEARN
from losscli.frameworks.adapted import Adapted
from losscli.frameworks.call import Call, Style
from losscli.frameworks.convention import MEAN, SUM, Departure, Framework, Survey
from losscli.losses.domain import AboveMinusOne, Array, ClassIndex, Domain, Real, RealScalar
from losscli.losses.ranges import TweediePower
from losscli.losses.stable import xlogy

EPSILON = float(np.finfo(np.float64).eps)

_EVERY_CLASS = "labels=range(y_pred.shape[1])"

_RAVELED = Adapted(
    "It takes one root for each output and averages them; flat arrays have one root.",
    swap=("y_true, y_pred", "y_true.ravel(), y_pred.ravel()"),
)
FRAMEWORK = Framework(
    SKLEARN,
    Style(
        {"sklearn": "sklearn.metrics"},
        template="{path}({arrays}{more}{weight})",
        weight=", sample_weight=sample_weight",
        reduction="normalize=False",
    ),
    {
        # Without them a class that does not occur in y_true is not known to be one.
        "bce": (Call(keywords="labels=[0, 1]"),),
        "scce": (Call(keywords=_EVERY_CLASS),),
        "quantile": (Call(names={"q": "alpha={}"}),),
    },
    {
        "mape": Adapted("It gives a fraction, the definition percent.", form="100 * {call}"),
        "rmse": _RAVELED,
        "rmsle": _RAVELED,
    },
    common={"reductions": {"mean": MEAN}, "checked": True, "axes": 2},
)
same, formula = FRAMEWORK.same, FRAMEWORK.formula

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
        lambda y_true, y_pred: np.abs(y_true) < EPSILON,
        cause="clipping",
    ),
)
def _(y_true: Real, y_pred: Real) -> Array:
    return np.abs(y_pred - y_true) / np.maximum(np.abs(y_true), EPSILON)


same("quantile", "mean_pinball_loss")


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


def _clipped(p: Array) -> Array:
    return np.clip(p, EPSILON, 1 - EPSILON)


def _outside(p: Array) -> Array:
    return (p < EPSILON) | (p > 1 - EPSILON)


CLIPPED = Departure(
    "scikit-learn clips probabilities to [2.2e-16, 1 − 2.2e-16], so that certainty in the wrong class "
    "costs 36.04 instead of infinity",
    lambda y_true, y_pred, **_: _outside(y_pred),
    cause="clipping",
)
WARNED = Departure(
    "scikit-learn warns of rows that do not sum to 1 and takes them as they are",
    lambda y_true, y_pred, **_: np.abs(y_pred.sum(axis=-1) - 1) > np.sqrt(EPSILON),
    cause="input",
)


_Label = Annotated[Array, Domain("a label: 0 or 1", "label", grain="scalar", values=(0.0, 1.0))]
_OneProbability = Annotated[
    Array, Domain("a probability in [0, 1]", "probability", grain="scalar", low=0.0, high=1.0)
]


@formula("bce", "log_loss", CLIPPED, reductions={"mean": MEAN, "sum": SUM})
def _(y_true: _Label, y_pred: _OneProbability) -> Array:
    p = _clipped(y_pred)
    return -np.log(np.where(y_true == 1, p, 1 - p))


_Rows = Annotated[Array, Domain("a probability in [0, 1]", "probability", grain="row", low=0.0, high=1.0)]
_OneHot = Annotated[
    Array, Domain("a label: 0 or 1 (soft labels are refused)", "label", grain="row", values=(0.0, 1.0))
]


@formula("cce", "log_loss", CLIPPED, WARNED, reductions={"mean": MEAN, "sum": SUM})
def _(y_true: _OneHot, y_pred: _Rows) -> Array:
    return -np.sum(np.where(y_true == 1, np.log(_clipped(y_pred)), 0.0), axis=-1)


@formula("scce", "log_loss", CLIPPED, WARNED, reductions={"mean": MEAN, "sum": SUM})
def _(y_true: ClassIndex, y_pred: _Rows) -> Array:
    return -np.log(np.take_along_axis(_clipped(y_pred), y_true[:, None], axis=-1)[:, 0])


@formula("brier", "brier_score_loss")
def _(y_true: _Label, y_pred: _OneProbability) -> Array:
    return (y_pred - y_true) ** 2


_Class = Annotated[Array, Domain("a class label: a whole number", "label", whole=True)]


def _refuse_classes_by_column(y_true: Array, y_pred: Array) -> None:
    """Of several columns scikit-learn takes labels of 0 and 1 only."""
    for argument, labels in (("y_true", y_true), ("y_pred", y_pred)):
        wrong = np.argwhere((labels != 0) & (labels != 1))
        if labels.ndim > 1 and labels.shape[1] > 1 and wrong.size:
            row, column = map(int, wrong[0])
            raise BadValue(argument, row, (column,), f"{labels[row, column]:g} is not 0 or 1, one of several")


@formula("hamming", "hamming_loss")
def _(y_true: _Class, y_pred: _Class) -> Array:
    _refuse_classes_by_column(y_true, y_pred)
    return (y_true != y_pred).astype(np.float64)


@formula("zero_one", "zero_one_loss", reductions={"mean": MEAN, "sum": SUM})
def _(y_true: _Class, y_pred: _Class) -> Array:
    _refuse_classes_by_column(y_true, y_pred)
    return np.any((y_true != y_pred).reshape(len(y_pred), -1), axis=1).astype(np.float64)


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


def _labels(y_true: Array) -> tuple[float, ...]:
    labels = tuple(np.unique(y_true[~np.isnan(y_true)]).tolist())
    if not all(label.is_integer() for label in labels):
        raise LosscliError("sklearn.metrics.hinge_loss takes whole numbers for labels: y_true holds others")
    return _merged(labels, ())


def _merged(one: tuple[float, ...], other: tuple[float, ...]) -> tuple[float, ...]:
    labels = tuple(sorted({*one, *other}))
    if len(labels) > 2:
        raise LosscliError(
            f"sklearn.metrics.hinge_loss takes two labels for one score a row, y_true has {len(labels)}"
        )
    return labels


_MarginScalar = Annotated[Array, Domain("a finite number", "margin", grain="scalar")]


@formula(
    "hinge",
    "hinge_loss",
    Departure(
        "scikit-learn takes the smaller label for −1, and a lone label too: rows of 1 alone count as −1",
        lambda y_true, y_pred, *, labels: np.full(y_true.shape, len(labels) == 1 and labels[0] > 0),
        cause="label coding",
    ),
    survey=Survey("labels", _labels, _merged),
    checked=False,
)
def _(y_true: RealScalar, y_pred: _MarginScalar, *, labels: tuple[float, ...]) -> Array:
    side = np.where((y_true == labels[-1]) & (len(labels) == 2), 1.0, -1.0)
    return np.maximum(0, 1 - side * y_pred)
