"""Optax losses of several classes, of rankings and of label sequences."""

from __future__ import annotations

import numpy as np

from losscli.frameworks.departure import Departure
from losscli.frameworks.optax.framework import LOGITS, formula, smooth
from losscli.losses.domain import (
    Array,
    ClassIndex,
    ClassLabel,
    ClassScores,
    LabelIndices,
    Scores,
    Sequences,
    Vector,
)
from losscli.losses.ranges import Class, Flag, LogitsOnly, Number, Smoothing
from losscli.losses.stable import log_softmax, one_hot, softmax

LOGARITHMS = Departure(
    "Optax takes log-probabilities: y_pred must hold log p", cause="input", takes="log-probabilities"
)


@formula(
    "cce",
    "softmax_cross_entropy",
    LOGITS,
    Departure(
        "Optax multiplies a target of 0 by log 0 = −∞ and gets nan, where the definition counts nothing; "
        "optax.safe_softmax_cross_entropy counts nothing either",
        lambda y_true, y_pred, *, label_smoothing, **_: (
            (smooth(y_true, label_smoothing, y_true.shape[-1]) == 0) & (y_pred == -np.inf)
        ),
        lambda params: not params["safe"],
        cause="log 0",
    ),
    also={"safe_softmax_cross_entropy": {"safe": True}},
)
def _(
    y_true: Vector,
    y_pred: Scores,
    *,
    from_logits: LogitsOnly = True,
    label_smoothing: Smoothing = 0.0,
    safe: Flag = False,
) -> Array:
    targets = smooth(y_true, label_smoothing, y_true.shape[-1])
    terms = targets * log_softmax(y_pred)
    return -np.sum(np.where(targets == 0, 0, terms) if safe else terms, axis=-1)


def _at(values: Array, index: Array) -> Array:
    """values[i, index[i]]: a negative index counts from the end, one beyond it gives nan, as in JAX."""
    classes = values.shape[-1]
    inside = (index >= -classes) & (index < classes)
    of_true = np.take_along_axis(values, np.where(inside, index, 0)[:, None], axis=-1)[:, 0]
    return np.where(inside, of_true, np.nan)


@formula(
    "scce",
    "softmax_cross_entropy_with_integer_labels",
    LOGITS,
    Departure(
        "Optax counts a negative class from the last one and gives nan for a class that is not there, where "
        "the definition refuses both",
        lambda y_true, y_pred, **_: (y_true < 0) | (y_true >= y_pred.shape[-1]),
        cause="label coding",
    ),
)
def _(y_true: ClassLabel, y_pred: Scores, *, from_logits: LogitsOnly = True) -> Array:
    return -_at(log_softmax(y_pred), y_true)


@formula("poly_cce", "losses.poly_loss_cross_entropy", LOGITS)
def _(y_true: Vector, y_pred: Scores, *, epsilon: Number = 2.0, from_logits: LogitsOnly = True) -> Array:
    missed = np.sum(y_true * (1 - softmax(y_pred)[0]), axis=-1)
    return -np.sum(y_true * log_softmax(y_pred), axis=-1) + epsilon * missed


def _divergence(y_true: Array, y_pred: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.sum(y_true * (np.where(y_true == 0, 0, np.log(y_true)) - y_pred), axis=-1)


ZERO_BY_INFINITY = Departure(
    "Optax multiplies a target of 0 by log 0 = −∞ and gets nan, where the definition counts nothing",
    lambda y_true, y_pred, *, log_target=False: (
        (y_true == -np.inf) if log_target else (y_true == 0) & np.isinf(y_pred)
    ),
    cause="log 0",
)


@formula(
    "kld",
    "kl_divergence",
    LOGARITHMS,
    ZERO_BY_INFINITY,
    Departure(
        "With log_target the call is optax.losses.kl_divergence_with_log_targets: y_true must hold log y",
        when=lambda params: params["log_target"],
        cause="input",
    ),
    also={"losses.kl_divergence_with_log_targets": {"log_target": True}},
)
def _(y_true: Vector, y_pred: Vector, *, log_target: Flag = False) -> Array:
    if log_target:
        return np.sum(np.exp(y_true) * (y_true - y_pred), axis=-1)
    return _divergence(y_true, y_pred)


@formula(
    "generalized_kld",
    "losses.generalized_kl_divergence",
    LOGARITHMS,
    ZERO_BY_INFINITY,
    also={"losses.convex_kl_divergence": {}},
)
def _(y_true: Vector, y_pred: Vector) -> Array:
    return _divergence(y_true, y_pred) + np.sum(np.exp(y_pred) - y_true, axis=-1)


@formula("multiclass_hinge", "losses.multiclass_hinge_loss")
def _(y_true: ClassLabel, y_pred: ClassScores) -> Array:
    t = one_hot(y_true, y_pred.shape[-1], y_pred.dtype)
    return np.max(y_pred + 1 - t, axis=-1) - np.sum(y_pred * t, axis=-1)


@formula("multiclass_perceptron", "losses.multiclass_perceptron_loss")
def _(y_true: ClassLabel, y_pred: ClassScores) -> Array:
    t = one_hot(y_true, y_pred.shape[-1], y_pred.dtype)
    return np.max(y_pred, axis=-1) - np.sum(y_pred * t, axis=-1)


@formula("sparsemax", "losses.multiclass_sparsemax_loss")
def _(y_true: ClassIndex, y_pred: ClassScores) -> Array:
    z = y_pred - y_pred.max(axis=-1, keepdims=True)
    falling = -np.sort(-z, axis=-1)
    sums = np.cumsum(falling, axis=-1)
    size = np.arange(1, z.shape[-1] + 1, dtype=z.dtype)
    support = np.sum(1 + size * falling > sums, axis=-1, keepdims=True)
    tau = (np.take_along_axis(sums, support - 1, axis=-1) - 1) / support
    q = np.maximum(0, z - tau).astype(z.dtype)
    own = np.take_along_axis(z, y_true[:, None], axis=-1)
    return np.sum(q * (z - own), axis=-1) + (1 - np.sum(q * q, axis=-1)) / 2


@formula(
    "listnet",
    "losses.ranking_softmax_loss",
    Departure(
        "Optax takes the grades as they are, where the definition puts them through a softmax first",
        cause="input scale",
    ),
)
def _(y_true: Vector, y_pred: Scores) -> Array:
    return -np.sum(y_true * log_softmax(y_pred), axis=-1)


def _ctc_labels(y_true: Array, blank: int) -> Array:
    """Which labels of each row count: those before the first blank or negative one (N, L)."""
    return np.cumprod((y_true != blank) & (y_true >= 0), axis=-1).astype(bool)


@formula(
    "ctc",
    "ctc_loss",
    Departure(
        "Optax counts log 0 as −1e5, so that a sequence no path fits costs about 1e5 instead of infinity",
        lambda y_true, y_pred, *, blank: no_path(y_true, _ctc_labels(y_true, blank).sum(axis=-1), y_pred),
        cause="clipping",
    ),
    also={"losses.ctc_loss_with_forward_probs": {}},
)
def _(y_true: LabelIndices, y_pred: Sequences, *, blank: Class = 0) -> Array:
    return ctc_forward(y_true, _ctc_labels(y_true, blank).sum(axis=-1), y_pred, blank)


def no_path(labels: Array, lengths: Array, logits: Array) -> Array:
    """Which rows (N,) have too few steps for their first `lengths` labels; equal neighbours take one more."""
    counted = np.arange(labels.shape[-1]) < lengths[:, None]
    repeats = np.sum((labels[:, 1:] == labels[:, :-1]) & counted[:, 1:], axis=-1)
    return np.asarray(lengths + repeats > logits.shape[1])


def ctc_forward(labels: Array, lengths: Array, logits: Array, blank: int) -> Array:
    """−log of the probability of each row's first `lengths` labels (N,), with log 0 as −1e5."""
    logs = log_softmax(logits)
    n, length = labels.shape
    zero = np.float32(-1e5)
    known = (labels >= 0) & (labels < logs.shape[-1])
    inside = np.where(known, labels, blank)
    repeat = np.pad((labels[:, :-1] == labels[:, 1:]).astype(logs.dtype), ((0, 0), (0, 1)))
    silent = np.full((n, length + 1), zero)
    silent[:, 0] = 0
    spoken = np.full((n, length), zero)
    for t in range(logs.shape[1]):
        # A one-hot row of an unknown label is empty: what it emits counts as log 1.
        emit = np.where(known, np.take_along_axis(logs[:, t], inside, axis=-1), 0)
        hush = logs[:, t, blank : blank + 1]
        before = _joined(silent, spoken + zero * repeat)
        silent = _joined(before + hush, spoken + hush + zero * (1 - repeat))
        spoken = np.logaddexp(before[:, :-1] + emit, spoken + emit)
    last = _joined(silent, spoken)
    return -np.take_along_axis(last, lengths[:, None], axis=-1)[:, 0]


def _joined(silent: Array, score: Array) -> Array:
    return np.concatenate([silent[:, :1], np.logaddexp(silent[:, 1:], score)], axis=-1)
