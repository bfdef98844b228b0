"""scikit-learn's losses of classes, from rows alone: sklearn/metrics/_classification.py."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from losscli.errors import BadValue
from losscli.frameworks.convention import MEAN, SUM
from losscli.frameworks.departure import Departure
from losscli.frameworks.sklearn.framework import EPSILON, formula
from losscli.losses.domain import Array, ClassIndex, Domain


def _clipped(p: Array) -> Array:
    return np.clip(p, EPSILON, 1 - EPSILON)


CLIPPED = Departure(
    "scikit-learn clips probabilities to [2.2e-16, 1 − 2.2e-16], so that certainty in the wrong class "
    "costs 36.04 instead of infinity",
    lambda y_true, y_pred: ((y_pred < EPSILON) & (y_true > 0)) | ((y_pred > 1 - EPSILON) & (y_true < 1)),
    cause="clipping",
)
ROWS_CLIPPED = CLIPPED._replace(rows=lambda y_true, y_pred: (y_true > 0) & (y_pred < EPSILON))
INDEX_CLIPPED = CLIPPED._replace(
    rows=lambda y_true, y_pred: np.take_along_axis(y_pred, y_true[:, None], axis=-1)[:, 0] < EPSILON
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


@formula("cce", "log_loss", ROWS_CLIPPED, WARNED, reductions={"mean": MEAN, "sum": SUM})
def _(y_true: _OneHot, y_pred: _Rows) -> Array:
    return -np.sum(np.where(y_true == 1, np.log(_clipped(y_pred)), 0.0), axis=-1)


@formula("scce", "log_loss", INDEX_CLIPPED, WARNED, reductions={"mean": MEAN, "sum": SUM})
def _(y_true: ClassIndex, y_pred: _Rows) -> Array:
    return -np.log(np.take_along_axis(_clipped(y_pred), y_true[:, None], axis=-1)[:, 0])


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
