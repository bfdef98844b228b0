"""Binary classification: a label of two and a probability for it; and whether a label was hit at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from losscli.losses.declare import Objective, facts, loss
from losscli.losses.domain import (
    Array,
    Label,
    LabelOrScore,
    LabelOrSign,
    ProbabilityOrClasses,
    ProbabilityOrLogit,
    SoftLabel,
    SoftLabelOrClass,
)
from losscli.losses.elementary import log1p
from losscli.losses.ranges import Flag, FractionOrNone, NonNegative, NumberOrNone, PerColumn, Smoothing
from losscli.losses.stable import (
    difference,
    divide,
    product,
    quotient,
    sigmoid,
    softpluses,
    times,
    total,
    xlog1py,
    xlogy,
)


def _targets(y_true: Array, label_smoothing: float) -> tuple[Array, Array]:
    """t = y(1 − s) + s/2 = y + s(½ − y), and 1 − t."""
    shift = label_smoothing * (0.5 - y_true)
    return y_true + shift, (1 - y_true) - shift


def _boosted(name: str) -> Objective:
    """A booster's objective of hard labels, class 1 weighted."""

    def objective(params: Mapping[str, Any]) -> str | None:
        weight = "" if params["pos_weight"] == 1 else ", scale_pos_weight={pos_weight:.15g}"
        return None if params["label_smoothing"] else name + weight

    return objective


@facts("log of a probability", xgboost=_boosted("binary:logistic"), lightgbm=_boosted("binary"))
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
        missed, raised = softpluses(y_pred)
        return pos_weight * t * missed + other * raised
    return -xlogy(pos_weight * t, y_pred) - xlog1py(other, -y_pred)


@bce.gradient
def _(y_true: Array, y_pred: Array, *, from_logits: bool, label_smoothing: float, pos_weight: float) -> Array:
    t, other = _targets(y_true, label_smoothing)
    soft = (t > 0) & (other > 0) & np.equal(pos_weight, 1)  # there both terms may all but cancel
    if from_logits:
        slope = other * sigmoid(y_pred) - pos_weight * t * sigmoid(-y_pred)
        return np.where(soft, _sigmoid_minus(t, other, y_pred), slope) if soft.any() else slope
    slope = quotient(other, 1 - y_pred, empty=0.0) - quotient(pos_weight * t, y_pred, empty=0.0)
    return np.where(soft, (y_pred - t) / y_pred / (1 - y_pred), slope) if soft.any() else slope


def _sigmoid_minus(t: Array, other: Array, z: Array) -> Array:
    """σ(z) − t, other = 1 − t, with its digits next to 0."""
    near = (0.5 - t) + np.tanh(z / 2) / 2
    return np.where(np.abs(z) < 1, near, np.where(z > 0, other - sigmoid(-z), sigmoid(z) - t))


@facts("log of a probability")
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
    missed, lost = _missed(t, other, y_pred, from_logits)
    half = missed ** (gamma / 2)  # twice, around the entropy: the power alone may underflow
    exact = 1 + gamma * quotient(lost, missed, empty=0.0)
    balance = _balance(t, other, alpha)
    return times(balance, half * _entropy(t, other, y_pred, from_logits) * half * exact)


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
    missed, _ = _missed(t, other, y_pred, from_logits)
    if from_logits:
        p, q = sigmoid(y_pred), sigmoid(-y_pred)
        slope, step = other * p - t * q, (t - other) * p * q
    else:
        slope = quotient(other, 1 - y_pred, empty=0.0) - quotient(t, y_pred, empty=0.0)
        step = t - other
    falling = times(gamma, quotient(_entropy(t, other, y_pred, from_logits), missed, empty=1.0)) * step
    steep = np.where(
        np.isinf(slope), slope, slope - falling
    )  # the logarithm is infinite there too, but slower
    return times(_balance(t, other, alpha), missed**gamma * steep)


def _entropy(t: Array, other: Array, y_pred: Array, from_logits: bool) -> Array:
    """−t log p − (1 − t) log(1 − p); from a logit z what is wrong of |z|, + log(1 + exp(−|z|))."""
    if from_logits:
        wrong = np.where(y_pred > 0, other, t) * np.abs(y_pred)
        return wrong + log1p(np.exp(-np.abs(y_pred)))
    return -xlogy(t, y_pred) - xlog1py(other, -y_pred)


def _missed(t: Array, other: Array, y_pred: Array, from_logits: bool) -> tuple[Array, Array]:
    """1 − pₜ = (t q + (1 − t)p)/(p + q), p : q the odds, and what its rounding lost, as γ multiplies that."""
    if from_logits:
        small, one = np.exp(-np.abs(y_pred)), np.ones_like(y_pred)
        p, q = np.where(y_pred > 0, (one, small), (small, one))
        q_lost, (whole, whole_lost) = 0.0 * one, difference(one, -small)
    else:
        p, (q, q_lost) = y_pred, difference(np.ones_like(y_pred), y_pred)
        whole, whole_lost = np.ones_like(y_pred), np.zeros_like(y_pred)
    (true, true_lost), (false, false_lost) = product(t, q), product(other, p)
    both, lost = difference(true, -false)
    return divide(both, lost + true_lost + false_lost + t * q_lost, whole, whole_lost)


def _balance(t: Array, other: Array, alpha: float | None) -> Array | float:
    """aₜ = α t + (1 − α)(1 − t), or 1 without α."""
    return 1.0 if alpha is None else alpha * t + (1 - alpha) * other


@facts(classes="multiclass")
@loss("brier_score", title="Brier score", highest=2.0)
def brier(
    y_true: SoftLabelOrClass, y_pred: ProbabilityOrClasses, *, multiclass: Flag = False, half: Flag = False
) -> Array:
    """(p − y)², no unit: half of Brier's sum over both classes; least at the probability. Brier 1950.

    `multiclass`: Σ (pₖ − yₖ)² over the classes of a row, as Brier has it; `half` of it.
    """
    squares = (y_pred - y_true) ** 2
    return _share(multiclass, half) * total(squares) if multiclass else squares


@brier.gradient
def _(y_true: Array, y_pred: Array, *, multiclass: bool, half: bool) -> Array:
    return 2 * _share(multiclass, half) * (y_pred - y_true)


def _share(multiclass: bool, half: bool) -> float:
    return 0.5 if multiclass and half else 1.0


@loss("misclassification", "misclassification_rate", "error_rate", title="Zero-one", highest=1.0)
def zero_one(y_true: LabelOrSign, y_pred: LabelOrScore, *, threshold: NumberOrNone = None) -> Array:
    """[y ≠ p] of a row, where p may be 1 above a threshold; a share, least at the mode. Wald 1939."""
    if threshold is not None:
        y_true, y_pred = np.heaviside(y_true, 0), np.heaviside(y_pred - threshold, 0)
    return _differs(y_true, y_pred).max(axis=tuple(range(1, y_true.ndim)))


@loss("hamming_distance", title="Hamming", highest=1.0)
def hamming(y_true: Label, y_pred: Label) -> Array:
    """[y ≠ p] of an entry, a share of labels; least at each output's mode. Hamming 1950."""
    return _differs(y_true, y_pred)


def _differs(y: Array, p: Array) -> Array:
    """1 where y ≠ p, else 0; a missing label stays missing."""
    return np.sign(np.abs(p - y))
