"""Several classes: a distribution over C classes against a class index, a one-hot row or a distribution."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from losscli.losses.declare import facts, loss
from losscli.losses.domain import (
    Array,
    ClassIndex,
    ClassProbabilities,
    ClassProbabilitiesOrLogits,
    ClassTarget,
    LogProbabilities,
    OneHot,
)
from losscli.losses.ranges import (
    Flag,
    Fraction,
    Matrix,
    Negative,
    NonNegative,
    Number,
    PerClass,
    PerColumn,
    Smoothing,
    WholeOrNone,
)
from losscli.losses.stable import log_softmax, minus_log1p, one_hot, quotient, softmax, times, xlogy


def _hot(y_true: Array, y_pred: Array) -> Array:
    """The one-hot rows of class indices, in y_pred's dtype; a row of zeros for an index outside."""
    return one_hot(y_true, y_pred.shape[-1], y_pred.dtype)


def _smooth(y_true: Array, label_smoothing: float, class_weight: Array | float | None) -> Array:
    """wₖ tₖ with t = y(1 − s) + s/C."""
    t = y_true * (1 - label_smoothing) + label_smoothing / y_true.shape[-1]
    return t if class_weight is None else class_weight * t


@facts("log of a probability", twin="scce")
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
    logs = xlogy(t, y_pred) if not from_logits else times(t, log_softmax(y_pred))
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


@facts("log of a probability", twin="cce", xgboost="multi:softprob", lightgbm="multiclass")
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
        _hot(y_true, y_pred),
        y_pred,
        from_logits=from_logits,
        label_smoothing=label_smoothing,
        class_weight=class_weight,
    )
    return np.where(y_true == ignore_class, 0.0, values)


@scce.count
def _(y_true: Array, *, ignore_class: int | None = None, **_: Any) -> Array:
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
        _hot(y_true, y_pred),
        y_pred,
        from_logits=from_logits,
        label_smoothing=label_smoothing,
        class_weight=class_weight,
    )
    return np.where((y_true == ignore_class)[:, None], 0.0, slope)


@loss("NLLLoss", "negative_log_likelihood", title="Negative log-likelihood", lowest=-np.inf, best=None)
def nll(
    y_true: ClassIndex,
    y_pred: LogProbabilities,
    *,
    class_weight: PerClass = None,
    ignore_class: WholeOrNone = None,
) -> Array:
    """−w_y p_y, p a log-probability; an ignored sample has value 0. torch.nn.NLLLoss."""
    w = _smooth(_hot(y_true, y_pred), 0.0, class_weight)
    values = -np.sum(times(w, y_pred), axis=-1)
    return np.where(y_true == ignore_class, 0.0, values)


@nll.count
def _(y_true: Array, *, ignore_class: int | None = None, **_: Any) -> Array:
    return (y_true != ignore_class).astype(np.float64)


@nll.gradient
def _(y_true: Array, y_pred: Array, *, class_weight: Array | None, ignore_class: int | None) -> Array:
    w = _smooth(_hot(y_true, y_pred), 0.0, class_weight)
    return np.where((y_true == ignore_class)[:, None], 0.0, -w)


def _chances(y_pred: Array, from_logits: bool) -> tuple[Array, Array, Array]:
    """p, 1 − p and log p, each with its digits at both ends."""
    if from_logits:
        return *softmax(y_pred), log_softmax(y_pred)
    return y_pred, 1 - y_pred, np.log(y_pred)


@facts("log of a probability")
@loss("categorical_focal_crossentropy", title="Categorical focal")
def categorical_focal(
    y_true: ClassTarget,
    y_pred: ClassProbabilitiesOrLogits,
    *,
    gamma: NonNegative = 2.0,
    alpha: PerColumn = 0.25,
    from_logits: Flag = False,
    label_smoothing: Smoothing = 0.0,
) -> Array:
    """−Σ αₖ (1 − pₖ)^γ tₖ log pₖ, in nats. Lin et al. 2017; keras.losses.CategoricalFocalCrossentropy."""
    t = _smooth(y_true, label_smoothing, alpha)
    _, missed, log_p = _chances(y_pred, from_logits)
    return -np.sum(times(t, missed**gamma * log_p), axis=-1)


@categorical_focal.gradient
def _(
    y_true: Array,
    y_pred: Array,
    *,
    gamma: float,
    alpha: Array | float,
    from_logits: bool,
    label_smoothing: float,
) -> Array:
    t = _smooth(y_true, label_smoothing, alpha)
    p, missed, log_p = _chances(y_pred, from_logits)
    kept = missed**gamma  # and log p / (1 − p) is −1 at p = 1
    if from_logits:
        falling = times(gamma, quotient(times(p, log_p), missed, empty=-1.0))
        slope = times(t, kept * (falling - 1))  # p times the slope in p
        return slope * missed - p * (np.sum(slope, axis=-1, keepdims=True) - slope)
    falling = times(t, kept * times(gamma, quotient(log_p, missed, empty=-1.0)))
    return falling - quotient(t * kept, p, empty=0.0)


@loss(
    "gce",
    "categorical_generalized_cross_entropy",
    "generalized_cross_entropy",
    title="Generalized cross-entropy",
)
def generalized_cce(y_true: OneHot, y_pred: ClassProbabilities, *, q: Fraction = 0.5) -> Array:
    """(1 − P^q)/q, P = Σ yₖ pₖ, no unit; at q = 0 −log P, in nats. Zhang, Sabuncu 2018."""
    log_p = np.log(np.sum(y_true * y_pred, axis=-1))
    if q == 0:
        return -log_p
    power = q * log_p
    return np.where(power > -(2.0**-54), -log_p, -np.expm1(power) / q)


@generalized_cce.gradient
def _(y_true: Array, y_pred: Array, *, q: float) -> Array:
    p = np.sum(y_true * y_pred, axis=-1, keepdims=True)
    return np.where(y_true == 0, 0.0, -(p ** (q - 1)))


@facts("log of a probability")
@loss("symmetric_cross_entropy", "sce", title="Symmetric cross-entropy")
def symmetric_cce(
    y_true: ClassTarget,
    y_pred: ClassProbabilities,
    *,
    alpha: NonNegative = 0.1,
    beta: NonNegative = 1.0,
    log_zero: Negative = -4.0,
) -> Array:
    """−α Σ y log p − β Σ p log y, log 0 in the second read as log_zero; in nats. Wang et al. 2019."""
    log_y = np.where(y_true > 0, np.log(y_true), log_zero)
    return -np.sum(xlogy(alpha * y_true, y_pred) + beta * y_pred * log_y, axis=-1)


@symmetric_cce.gradient
def _(y_true: Array, y_pred: Array, *, alpha: float, beta: float, log_zero: float) -> Array:
    log_y = np.where(y_true > 0, np.log(y_true), log_zero)
    return -quotient(alpha * y_true, y_pred, empty=0.0) - beta * log_y


@facts("log of a probability")
@loss("poly_loss", "poly1", "poly_loss_cross_entropy", title="Poly-1 cross-entropy", lowest=-np.inf)
def poly_cce(
    y_true: ClassTarget,
    y_pred: ClassProbabilitiesOrLogits,
    *,
    epsilon: Number = 2.0,
    from_logits: Flag = True,
) -> Array:
    """−Σ yₖ log pₖ + ε Σ yₖ (1 − pₖ), in nats. Leng et al. 2022."""
    _, missed, log_p = _chances(y_pred, from_logits)
    beyond = np.where(missed < 0.75, minus_log1p(-missed), -log_p - missed)  # −log p − (1 − p) ≥ 0
    return np.sum(times(y_true, beyond + (1 + epsilon) * missed), axis=-1)


@poly_cce.gradient
def _(y_true: Array, y_pred: Array, *, epsilon: float, from_logits: bool) -> Array:
    if not from_logits:
        return -quotient(y_true, y_pred, empty=0.0) - epsilon * y_true
    p, missed = softmax(y_pred)
    true = y_true * p
    others = np.sum(true, axis=-1, keepdims=True) - true
    pulled = p * (np.sum(y_true, axis=-1, keepdims=True) - y_true) - y_true * missed
    return pulled - epsilon * p * (y_true * missed - others)


@facts("log of a probability")
@loss(title="Matrix-based cross-entropy", lowest=-np.inf, best=None)
def matrix_cce(y_true: ClassTarget, y_pred: ClassProbabilities, *, matrix: Matrix) -> Array:
    """−Σ yₖ log₂ pₖ + Σ (A y)ₖ exp pₖ − Σ yₖ exp pₖ: cross-entropy in bits, and priced confusions."""
    bits = -np.sum(xlogy(y_true, y_pred), axis=-1) / math.log(2)
    return bits + np.sum((y_true @ matrix.T.astype(y_true.dtype) - y_true) * np.exp(y_pred), axis=-1)


@matrix_cce.gradient
def _(y_true: Array, y_pred: Array, *, matrix: Array) -> Array:
    bits = -quotient(y_true, y_pred, empty=0.0) / math.log(2)
    return bits + (y_true @ matrix.T.astype(y_true.dtype) - y_true) * np.exp(y_pred)
