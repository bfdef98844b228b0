"""Several classes: a distribution over C classes against a class index, a one-hot row or another distribution."""

from __future__ import annotations

import numpy as np

from losscli.losses.declare import loss
from losscli.losses.domain import (
    Array,
    ClassIndex,
    ClassProbabilities,
    ClassProbabilitiesOrLogits,
    ClassTarget,
    Flag,
    Matrix,
    PerClass,
    Scores,
    Smoothing,
    WholeOrNone,
)
from losscli.losses.stable import log_ratio, log_softmax, nowhere, one_hot, quotient, softmax, xlogy


def _smooth(y_true: Array, label_smoothing: float, class_weight: Array | None) -> Array:
    """wₖ tₖ with t = y(1 − s) + s/C."""
    t = y_true * (1 - label_smoothing) + label_smoothing / y_true.shape[-1]
    return t if class_weight is None else class_weight * t


@loss(
    "categorical_crossentropy",
    "softmax_cross_entropy",
    "cross_entropy",
    "CrossEntropyLoss",
    title="Categorical cross-entropy",
)
def cce(
    y_true: ClassTarget,
    y_pred: ClassProbabilitiesOrLogits,
    *,
    from_logits: Flag = False,
    label_smoothing: Smoothing = 0.0,
    class_weight: PerClass = None,
) -> Array:
    """−Σ wₖ tₖ log pₖ, in nats; least at the class probabilities. Good 1952, Bridle 1990."""
    t = _smooth(y_true, label_smoothing, class_weight)
    logs = xlogy(t, y_pred) if not from_logits else t * log_softmax(y_pred)
    return -np.sum(logs, axis=-1)


@cce.gradient
def _(
    y_true: Array,
    y_pred: Array,
    *,
    from_logits: bool,
    label_smoothing: float,
    class_weight: Array | None,
) -> Array:
    t = _smooth(y_true, label_smoothing, class_weight)
    if from_logits:
        p, other = softmax(y_pred)
        return p * (np.sum(t, axis=-1, keepdims=True) - t) - t * other
    return -quotient(t, y_pred, empty=0.0)


@loss(
    "sparse_categorical_crossentropy",
    "softmax_cross_entropy_with_integer_labels",
    title="Sparse categorical cross-entropy",
)
def scce(
    y_true: ClassIndex,
    y_pred: ClassProbabilitiesOrLogits,
    *,
    from_logits: Flag = False,
    label_smoothing: Smoothing = 0.0,
    ignore_class: WholeOrNone = None,
    class_weight: PerClass = None,
) -> Array:
    """cce of the one-hot row of class y_true, in nats; an ignored sample has value 0. As cce."""
    values = cce.kernel(
        one_hot(y_true, y_pred.shape[-1]),
        y_pred,
        from_logits=from_logits,
        label_smoothing=label_smoothing,
        class_weight=class_weight,
    )
    return np.where(y_true == ignore_class, 0.0, values)


@scce.count
def _(y_true: Array, *, ignore_class: int | None) -> Array:
    return (y_true != ignore_class).astype(np.float64)


@scce.gradient
def _(
    y_true: Array,
    y_pred: Array,
    *,
    from_logits: bool,
    label_smoothing: float,
    ignore_class: int | None,
    class_weight: Array | None,
) -> Array:
    assert cce.slope is not None
    slope = cce.slope(
        one_hot(y_true, y_pred.shape[-1]),
        y_pred,
        from_logits=from_logits,
        label_smoothing=label_smoothing,
        class_weight=class_weight,
    )
    return np.where((y_true == ignore_class)[:, None], 0.0, slope)


@loss(
    "kl",
    "kl_divergence",
    "KLDivergence",
    "kullback_leibler_divergence",
    "relative_entropy",
    "KLDivLoss",
    title="Kullback-Leibler divergence",
)
def kld(y_true: ClassTarget, y_pred: ClassProbabilities) -> Array:
    """Σ yₖ log(yₖ / pₖ), in nats; 0 where the distributions agree. Kullback, Leibler 1951."""
    return np.sum(np.where(y_true == 0, 0.0, y_true * log_ratio(y_true, y_pred)), axis=-1)


@kld.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    return -quotient(y_true, y_pred, empty=0.0)


@loss(title="Categorical hinge")
def categorical_hinge(y_true: ClassTarget, y_pred: Scores) -> Array:
    """max(0, 1 + max (1 − yₖ) pₖ − Σ yₖ pₖ), no unit. keras.losses.CategoricalHinge; Weston, Watkins 1999."""
    rival = np.max((1 - y_true) * y_pred, axis=-1)
    return np.maximum(0, 1 + rival - np.sum(y_true * y_pred, axis=-1))


@categorical_hinge.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    rivals = (1 - y_true) * y_pred
    top = rivals == rivals.max(axis=-1, keepdims=True)
    margin = 1 + rivals.max(axis=-1) - np.sum(y_true * y_pred, axis=-1)
    slope = np.where(margin[:, None] > 0, top * (1 - y_true) - y_true, 0.0)
    tied = (top.sum(axis=-1) > 1) & (margin > 0)
    return nowhere((tied | (margin == 0))[:, None], slope)


@loss(title="Matrix-based cross-entropy", lowest=-np.inf, best=None)
def matrix_cce(y_true: ClassTarget, y_pred: ClassProbabilities, *, matrix: Matrix) -> Array:
    """−Σ yₖ log₂ pₖ + Σ (A y)ₖ exp pₖ − Σ yₖ exp pₖ: cross-entropy in bits, and the pattern of wrong answers."""
    bits = -np.sum(xlogy(y_true, y_pred), axis=-1) / np.log(2)
    return bits + np.sum((y_true @ matrix.T - y_true) * np.exp(y_pred), axis=-1)


@matrix_cce.gradient
def _(y_true: Array, y_pred: Array, *, matrix: Array) -> Array:
    bits = -quotient(y_true, y_pred, empty=0.0) / np.log(2)
    return bits + (y_true @ matrix.T - y_true) * np.exp(y_pred)
