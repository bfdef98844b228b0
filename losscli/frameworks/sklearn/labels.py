"""scikit-learn's losses whose reading of a label depends on which labels there are in all rows."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from losscli.errors import LosscliError
from losscli.frameworks.departure import Departure, Survey
from losscli.frameworks.sklearn.framework import formula
from losscli.losses.domain import Array, ClassLabel, ClassScores, Domain, RealScalar
from losscli.losses.ranges import Flag, NumberOrNone, Range

Labels = tuple[float, ...]


def _survey(call: str, most: int | None = None) -> Survey:
    """The labels of all rows in order, of which `call` takes `most`."""

    def look(y_true: Array) -> Labels:
        labels: Labels = tuple(np.unique(y_true[~np.isnan(y_true)]).tolist())
        if not all(label.is_integer() for label in labels):
            raise LosscliError(f"sklearn.metrics.{call} takes whole numbers for labels: y_true holds others")
        return merge(labels, ())

    def merge(one: Labels, other: Labels) -> Labels:
        labels = tuple(sorted({*one, *other}))
        if most is not None and len(labels) > most:
            raise LosscliError(
                f"sklearn.metrics.{call} takes two labels for one score a row, y_true has {len(labels)}",
                "for a score a class name several columns: multiclass_hinge",
            )
        return labels

    return Survey("labels", look, merge)


_MarginScalar = Annotated[Array, Domain("a finite number", "margin", grain="scalar")]


@formula(
    "hinge",
    "hinge_loss",
    Departure(
        "scikit-learn takes the smaller label for −1, and a lone label too: rows of 1 alone count as −1",
        lambda y_true, y_pred, *, labels: (y_pred != 0) & (len(labels) == 1 and labels[0] > 0),
        cause="label coding",
    ),
    survey=_survey("hinge_loss", 2),
    checked=False,
)
def _(y_true: RealScalar, y_pred: _MarginScalar, *, labels: Labels) -> Array:
    side = np.where((y_true == labels[-1]) & (len(labels) == 2), 1.0, -1.0)
    return np.maximum(0, 1 - side * y_pred)


def _column(y_true: Array, labels: Labels, classes: int, call: str) -> Array:
    """The column of each label (N,): by its place among as many labels, else the columns are 0 to C − 1."""
    known = labels if len(labels) == classes else tuple(map(float, range(classes)))
    if not set(labels) <= set(known):
        raise LosscliError(
            f"sklearn.metrics.{call}: y_true has the labels {', '.join(f'{label:g}' for label in labels)}, "
            f"y_pred {classes} columns",
            "give a column for each label, or labels from 0",
        )
    return np.searchsorted(known, y_true)


@formula("multiclass_hinge", "hinge_loss", survey=_survey("hinge_loss"))
def _(y_true: ClassLabel, y_pred: ClassScores, *, labels: Labels) -> Array:
    classes = y_pred.shape[1]
    if classes < 3:
        raise LosscliError(
            f"sklearn.metrics.hinge_loss takes one score a row for two classes: y_pred has {classes} columns",
            "take hinge for one column of scores",
        )
    own = _column(y_true, labels, classes, "hinge_loss")[:, None]
    others = np.where(np.arange(classes) == own, -np.inf, y_pred).max(axis=1)
    return np.maximum(0, 1 - (np.take_along_axis(y_pred, own, axis=1)[:, 0] - others))


_Class = Annotated[Array, Domain("a class label: a whole number", "label", grain="index", whole=True)]
_Probabilities = Annotated[
    Array, Domain("a probability in [0, 1]", "probability", grain="rest", low=0.0, high=1.0)
]
_Half = Annotated[Any, Range('true, false or "auto"', kind="choice", choices=("auto", True, False))]


@formula(
    "brier",
    "brier_score_loss",
    Departure(
        "scikit-learn halves the sum over two classes, and over more where scale_by_half is true",
        lambda y_true, y_pred, *, scale_by_half, **_: np.asarray(_halves(y_pred.shape[1], scale_by_half)),
        lambda params: params["multiclass"] and params["scale_by_half"] is not False,
        cause="factor",
    ),
    Departure(
        "scikit-learn gives twice the definition's number where it is told not to halve",
        lambda y_true, y_pred, **_: np.asarray(True),
        lambda params: not params["multiclass"] and params["scale_by_half"] is False,
        cause="factor",
    ),
    survey=_survey("brier_score_loss"),
)
def _(
    y_true: _Class,
    y_pred: _Probabilities,
    *,
    multiclass: Flag = False,
    pos_label: NumberOrNone = None,
    scale_by_half: _Half = "auto",
    labels: Labels,
) -> Array:
    classes = 1 if y_pred.ndim == 1 else y_pred.shape[1]
    if multiclass != (classes > 1):
        columns = "one column" if classes == 1 else f"{classes} columns"
        raise LosscliError(f"multiclass={str(multiclass).lower()}: y_pred has {columns}", "leave it out")
    if multiclass:
        own = _column(y_true, labels, classes, "brier_score_loss")
        squares = np.sum((y_pred - (np.arange(classes) == own[:, None])) ** 2, axis=1)
    else:
        positive = y_true == _positive(labels, pos_label)
        squares = 2 * (y_pred.reshape(len(y_pred)) - positive) ** 2
    return squares / 2 if _halves(classes, scale_by_half) else squares


def _halves(classes: int, scale_by_half: str | bool) -> bool:
    return classes < 3 if scale_by_half == "auto" else bool(scale_by_half)


def _positive(labels: Labels, pos_label: float | None) -> float:
    """The label whose probability a single column holds."""
    if len(labels) > 2:
        raise LosscliError(
            f"sklearn.metrics.brier_score_loss takes two labels for one column, y_true has {len(labels)}",
            "name a column of probabilities for each class",
        )
    if pos_label is not None:
        return pos_label
    return 1.0 if set(labels) <= {0.0, 1.0} or set(labels) <= {-1.0, 1.0} else labels[-1]
