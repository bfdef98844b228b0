"""Binary classification: a label of two and a probability for it; and whether a label was hit at all."""

from __future__ import annotations

import numpy as np

from losscli.losses.declare import loss
from losscli.losses.domain import (
    Array,
    Flag,
    FractionOrNone,
    Label,
    LabelOrScore,
    LabelOrSign,
    NonNegative,
    NumberOrNone,
    PerColumn,
    Probability,
    ProbabilityOrLogit,
    Smoothing,
    SoftLabel,
)
from losscli.losses.stable import quotient, sigmoid, softplus, xlog1py, xlogy


def _targets(y_true: Array, label_smoothing: float) -> tuple[Array, Array]:
    """t = y(1 − s) + s/2 and 1 − t, each without cancellation."""
    half = label_smoothing / 2
    return y_true * (1 - label_smoothing) + half, (1 - y_true) * (1 - label_smoothing) + half


@loss(
    "binary_crossentropy",
    "binary_cross_entropy",
    "log_loss",
    "logloss",
    "BCELoss",
    "BCEWithLogitsLoss",
    "sigmoid_binary_cross_entropy",
    title="Binary cross-entropy",
)
def bce(
    y_true: SoftLabel,
    y_pred: ProbabilityOrLogit,
    *,
    from_logits: Flag = False,
    label_smoothing: Smoothing = 0.0,
    pos_weight: PerColumn = 1.0,
) -> Array:
    """−w t log p − (1 − t) log(1 − p), in nats; least at the probability. Good 1952."""
    t, other = _targets(y_true, label_smoothing)
    if from_logits:
        return pos_weight * t * softplus(-y_pred) + other * softplus(y_pred)
    return -pos_weight * xlogy(t, y_pred) - xlog1py(other, -y_pred)


@bce.gradient
def _(y_true: Array, y_pred: Array, *, from_logits: bool, label_smoothing: float, pos_weight: float) -> Array:
    t, other = _targets(y_true, label_smoothing)
    if from_logits:
        return other * sigmoid(y_pred) - pos_weight * t * sigmoid(-y_pred)
    return quotient(other, 1 - y_pred, empty=0.0) - pos_weight * quotient(t, y_pred, empty=0.0)


@loss("focal", "binary_focal_crossentropy", "sigmoid_focal", title="Binary focal")
def binary_focal(
    y_true: SoftLabel,
    y_pred: ProbabilityOrLogit,
    *,
    gamma: NonNegative = 2.0,
    alpha: FractionOrNone = None,
    from_logits: Flag = False,
    label_smoothing: Smoothing = 0.0,
) -> Array:
    """aₜ (1 − pₜ)^γ · cross-entropy, in nats; pₜ the probability of the true class. Lin et al. 2017."""
    t, other = _targets(y_true, label_smoothing)
    if from_logits:
        entropy = t * softplus(-y_pred) + other * softplus(y_pred)
        missed = t * sigmoid(-y_pred) + other * sigmoid(y_pred)
    else:
        entropy = -xlogy(t, y_pred) - xlog1py(other, -y_pred)
        missed = t * (1 - y_pred) + other * y_pred
    return _balance(t, other, alpha) * missed**gamma * entropy


@binary_focal.gradient
def _(
    y_true: Array,
    y_pred: Array,
    *,
    gamma: float,
    alpha: float | None,
    from_logits: bool,
    label_smoothing: float,
) -> Array:
    t, other = _targets(y_true, label_smoothing)
    if from_logits:
        p, q = sigmoid(y_pred), sigmoid(-y_pred)
        entropy = t * softplus(-y_pred) + other * softplus(y_pred)
        slope, step = other * p - t * q, (t - other) * p * q
    else:
        p, q = y_pred, 1 - y_pred
        entropy = -xlogy(t, p) - xlog1py(other, -p)
        slope, step = quotient(other, q, empty=0.0) - quotient(t, p, empty=0.0), t - other
    missed = t * q + other * p
    falling = gamma * quotient(entropy, missed, empty=1.0) * step
    return _balance(t, other, alpha) * missed**gamma * (slope - falling)


def _balance(t: Array, other: Array, alpha: float | None) -> Array | float:
    """aₜ = α t + (1 − α)(1 − t), or 1 without α."""
    return 1.0 if alpha is None else alpha * t + (1 - alpha) * other


@loss("brier_score", title="Brier score", highest=1.0)
def brier(y_true: SoftLabel, y_pred: Probability) -> Array:
    """(p − y)², no unit: half of Brier's sum over both classes; least at the probability. Brier 1950."""
    return (y_pred - y_true) ** 2


@brier.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    return 2 * (y_pred - y_true)


@loss("misclassification", "misclassification_rate", "error_rate", title="Zero-one", highest=1.0)
def zero_one(y_true: LabelOrSign, y_pred: LabelOrScore, *, threshold: NumberOrNone = None) -> Array:
    """[y ≠ p] of a row, where p may be 1 above a threshold; a share, least at the mode. Wald 1939."""
    if threshold is not None:
        y_true, y_pred = np.heaviside(y_true, 0), np.heaviside(y_pred - threshold, 0)
    return _differs(y_true, y_pred).reshape(len(y_true), -1).max(axis=1)


@loss("hamming_distance", title="Hamming", highest=1.0)
def hamming(y_true: Label, y_pred: Label) -> Array:
    """[y ≠ p] of an entry, a share of labels; least at each output's mode. Hamming 1950."""
    return _differs(y_true, y_pred)


def _differs(y: Array, p: Array) -> Array:
    """1 where y ≠ p, else 0; a missing label stays missing."""
    return np.sign(np.abs(p - y))
