"""Margins: a label t = ±1 and a real score p whose sign decides; t p says how far it is on the right side."""

from __future__ import annotations

import math

import numpy as np

from losscli.losses.declare import facts, loss
from losscli.losses.domain import Array, Critic, Label01, Logit, Margin, Sign, SignEntry
from losscli.losses.stable import nowhere, sigmoid, softplus


def _side(y_true: Array) -> Array:
    """t = ±1 from labels coded −1 and 1 or 0 and 1."""
    return np.where(y_true == 0, -1.0, y_true)


@facts(xgboost="binary:hinge")
@loss(title="Hinge")
def hinge(y_true: Sign, y_pred: Margin) -> Array:
    """max(0, 1 − t p), t = ±1, no unit: distance from the margin. Cortes, Vapnik 1995."""
    return np.maximum(0, 1 - _side(y_true) * y_pred)


@hinge.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    t = _side(y_true)
    return nowhere(t * y_pred == 1, np.where(t * y_pred < 1, -t, 0.0))


@loss(title="Squared hinge")
def squared_hinge(y_true: Sign, y_pred: Margin) -> Array:
    """max(0, 1 − t p)², t = ±1, no unit. Cortes, Vapnik 1995 (L2 support vector machine)."""
    return np.maximum(0, 1 - _side(y_true) * y_pred) ** 2


@squared_hinge.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    t = _side(y_true)
    return -2 * t * np.maximum(0, 1 - t * y_pred)


@loss("logistic", "SoftMarginLoss", title="Logistic (soft margin)")
def soft_margin(y_true: Sign, y_pred: Margin) -> Array:
    """log(1 + exp(−t p)), t = ±1, in nats: bce from logits; least at the log-odds. Cox 1958."""
    return softplus(-_side(y_true) * y_pred)


@soft_margin.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    t = _side(y_true)
    return -t * sigmoid(-t * y_pred)


@loss(title="Modified Huber")
def modified_huber(y_true: Sign, y_pred: Margin) -> Array:
    """max(0, 1 − t p)² if t p ≥ −1, else −4 t p, t = ±1, no unit; least at 2q − 1. Zhang 2004."""
    right = _side(y_true) * y_pred
    return np.where(right >= -1, np.maximum(0, 1 - right) ** 2, -4 * right)


@modified_huber.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    t = _side(y_true)
    return -2 * t * np.clip(1 - t * y_pred, 0, 2)


@loss("adaboost", title="Exponential (AdaBoost)")
def exponential(y_true: Sign, y_pred: Margin) -> Array:
    """exp(−t p), t = ±1, no unit; least at half the log-odds. Freund, Schapire 1997."""
    return np.exp(-_side(y_true) * y_pred)


@exponential.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    t = _side(y_true)
    return -t * np.exp(-t * y_pred)


@loss(title="Perceptron", constant="none")
def perceptron(y_true: Sign, y_pred: Margin) -> Array:
    """max(0, −t p), t = ±1, in units of the score: how far it is on the wrong side. Rosenblatt 1958."""
    return np.maximum(0, -_side(y_true) * y_pred)


@perceptron.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    t = _side(y_true)
    return nowhere(y_pred == 0, np.where(t * y_pred < 0, -t, 0.0))


@loss("wgan", "critic", title="Wasserstein critic", lowest=-math.inf, best=None)
def wasserstein(y_true: SignEntry, y_pred: Critic) -> Array:
    """−y p, y = ±1, in units of the score: fake minus real, to be made least. Arjovsky et al. 2017."""
    return -y_true * y_pred


@wasserstein.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    return -y_true


@loss(title="Binary sparsemax")
def binary_sparsemax(y_true: Label01, y_pred: Logit) -> Array:
    """S(−t z), t = ±1, no unit; S(u) = 0 up to −1, (u + 1)²/4 to 1, then u. Blondel et al. 2020."""
    wrong = -_side(y_true) * y_pred
    return np.where(wrong < 1, (np.maximum(0, 1 + wrong) / 2) ** 2, wrong)


@binary_sparsemax.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    t = _side(y_true)
    return -t * np.clip((1 - t * y_pred) / 2, 0, 1)
