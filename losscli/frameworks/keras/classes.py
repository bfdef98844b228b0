"""Keras losses of several classes, and of label sequences and labelled embeddings."""

from __future__ import annotations

from typing import Any

import numpy as np

from losscli.frameworks.convention import Reduction, Totals
from losscli.frameworks.departure import Departure
from losscli.frameworks.keras.framework import (
    CLIPPING,
    EPSILON,
    IN_THE_RIGHT,
    NEAR_ONE,
    REDUCTIONS,
    formula,
    same,
    smoothed,
)
from losscli.frameworks.optax.classes import ctc_forward, no_path
from losscli.frameworks.writing import of_probabilities
from losscli.losses.domain import (
    Array,
    ClassIndex,
    ClassLabel,
    ClassProbabilitiesOrLogits,
    ClassTarget,
    Embedding,
    LabelIndices,
    Sequences,
    Vector,
)
from losscli.losses.ranges import (
    Between01,
    Flag,
    NonNegative,
    Number,
    PerColumn,
    Positive,
    Smoothing,
    WholeOrNone,
)
from losscli.losses.stable import log_softmax, one_hot, softmax, softplus


def _off_sum(y_true: Array, y_pred: Array, *, from_logits: bool, **_: Any) -> Array:
    if from_logits:
        return np.zeros(len(y_pred), bool)
    return np.abs(y_pred.sum(axis=-1, dtype=np.float64) - 1) > 1e-6


RESCALED = Departure(
    "Keras divides each row of probabilities by its sum, where the definition takes the row as it is and "
    "refuses one whose sum is off by more than 0.001",
    _off_sum,
    of_probabilities,
    cause="rescaling",
)


def _of_rows(y_true: Array, y_pred: Array, label_smoothing: float = 0.0) -> tuple[Array, Array]:
    """The targets of each class, and its probability once the row is divided by its sum."""
    t = one_hot(y_true, y_pred.shape[-1]) if y_true.ndim < y_pred.ndim else y_true
    return smoothed(t, label_smoothing, t.shape[-1]), y_pred / y_pred.sum(axis=-1, keepdims=True)


def _unlikely(y_true: Array, y_pred: Array, *, label_smoothing: float = 0.0, **_: Any) -> Array:
    t, p = _of_rows(y_true, y_pred, label_smoothing)
    return (t > 0) & (p < EPSILON)


def _certain(y_true: Array, y_pred: Array, *, label_smoothing: float = 0.0, **_: Any) -> Array:
    t, p = _of_rows(y_true, y_pred, label_smoothing)
    return (t > 0) & (p > NEAR_ONE)


ROWS_CLIPPED = (
    Departure(
        CLIPPING + "wrong class costs 16.1 instead of infinity", _unlikely, of_probabilities, cause="clipping"
    ),
    Departure(IN_THE_RIGHT, _certain, of_probabilities, cause="clipping"),
)


def _log_probabilities(y_pred: Array, from_logits: bool) -> Array:
    if from_logits:
        return log_softmax(y_pred)
    return np.log(np.clip(y_pred / np.sum(y_pred, axis=-1, keepdims=True), EPSILON, NEAR_ONE))


@formula("cce", "losses.CategoricalCrossentropy", RESCALED, *ROWS_CLIPPED)
def _(
    y_true: ClassTarget,
    y_pred: ClassProbabilitiesOrLogits,
    *,
    from_logits: Flag = False,
    label_smoothing: Smoothing = 0.0,
) -> Array:
    t = smoothed(y_true, label_smoothing, y_true.shape[-1])
    return -np.sum(t * _log_probabilities(y_pred, from_logits), axis=-1)


def _kept(t: Totals) -> float:
    """Keras scales the mask of kept rows by N / (kept + 1e-7)."""
    return t.counts if t.counts == t.n else t.counts + float(EPSILON)


@formula(
    "scce",
    "losses.SparseCategoricalCrossentropy",
    RESCALED,
    *ROWS_CLIPPED,
    reductions={
        **REDUCTIONS,
        "mean": Reduction("mean", "/N", _kept),
        "sum_over_batch_size": Reduction("sum_over_batch_size", "/N", _kept),
    },
)
def _(
    y_true: ClassIndex,
    y_pred: ClassProbabilitiesOrLogits,
    *,
    from_logits: Flag = False,
    ignore_class: WholeOrNone = None,
) -> Array:
    t = one_hot(y_true, y_pred.shape[-1], y_pred.dtype)
    values = -np.sum(t * _log_probabilities(y_pred, from_logits), axis=-1)
    return np.where(y_true == ignore_class, 0.0, values)


@formula(
    "kld",
    "losses.KLDivergence",
    Departure(
        "Keras clips y_pred to [1e-7, 1], so that a class of probability 0 costs 16.1 times y_true instead "
        "of infinity",
        lambda y_true, y_pred: (y_pred < EPSILON) & (y_true > EPSILON),
        cause="clipping",
    ),
    Departure(
        "Keras clips y_true to [1e-7, 1], so that a target of 0 adds a little instead of nothing",
        lambda y_true, y_pred: (y_true < EPSILON) & (y_pred > EPSILON),
        cause="clipping",
    ),
    Departure(
        "Keras takes 1 for a probability above 1",
        lambda y_true, y_pred: (y_true > 1) | (y_pred > 1),
        cause="clipping",
    ),
)
def _(y_true: Vector, y_pred: Vector) -> Array:
    y, p = np.clip(y_true, EPSILON, 1), np.clip(y_pred, EPSILON, 1)
    return np.sum(y * np.log(y / p), axis=-1)


same("categorical_hinge", "losses.CategoricalHinge")


@formula(
    "categorical_focal",
    "losses.CategoricalFocalCrossentropy",
    RESCALED,
    Departure(
        CLIPPING + "wrong class costs 16.1 instead of infinity; logits pass a softmax first and are clipped "
        "too",
        lambda y_true, y_pred, *, from_logits, **given: _unlikely(
            y_true, softmax(y_pred)[0] if from_logits else y_pred, **given
        ),
        cause="clipping",
    ),
)
def _(
    y_true: ClassTarget,
    y_pred: ClassProbabilitiesOrLogits,
    *,
    gamma: NonNegative = 2.0,
    alpha: PerColumn = 0.25,
    from_logits: Flag = False,
    label_smoothing: Smoothing = 0.0,
) -> Array:
    t = smoothed(y_true, label_smoothing, y_true.shape[-1])
    p = np.clip(_probabilities(y_pred, from_logits), EPSILON, NEAR_ONE)
    return -np.sum((1 - p) ** gamma * alpha * t * np.log(p), axis=-1)


def _probabilities(y_pred: Array, from_logits: bool) -> Array:
    p = softmax(y_pred)[0] if from_logits else y_pred
    return p / p.sum(axis=-1, keepdims=True)


@formula(
    "generalized_cce",
    "losses.CategoricalGeneralizedCrossEntropy",
    Departure("Keras takes class indices in y_true, the definition one-hot rows", cause="input"),
)
def _(y_true: ClassIndex, y_pred: Vector, *, q: Between01 = 0.5) -> Array:
    return (1 - np.sum(y_pred * one_hot(y_true, y_pred.shape[-1], y_pred.dtype), axis=-1) ** q) / q


@formula(
    "ctc",
    "losses.CTC",
    Departure(
        "Keras on JAX counts log 0 as −1e5, so that a sequence no path fits costs about 1e5, not infinity; "
        "on TensorFlow it costs 707.7",
        lambda y_true, y_pred: no_path(y_true, np.sum(y_true != 0, axis=-1), y_pred),
        cause="clipping",
    ),
    Departure(
        "Keras takes 0 for the blank, and as many labels of a row as are not 0",
        lambda y_true, y_pred: (
            (y_true < 0).any(axis=-1) | ((y_true[:, :-1] == 0) & (y_true[:, 1:] != 0)).any(axis=-1)
        ),
        cause="label coding",
    ),
)
def _(y_true: LabelIndices, y_pred: Sequences) -> Array:
    return ctc_forward(y_true, np.sum(y_true != 0, axis=-1), y_pred, 0)


def _circle(y_true: ClassLabel, y_pred: Embedding, *, gamma: Positive = 80.0, margin: Number = 0.4) -> Array:
    distance = np.maximum(1 - y_pred @ y_pred.T, 0)
    same_class = y_true[:, None] == y_true
    own = same_class & ~np.eye(len(y_true), dtype=bool)
    pull = -gamma * np.maximum(margin + distance, 0) * (margin - distance)
    push = gamma * np.maximum(1 + margin - distance, 0) * (1 - margin - distance)
    return softplus(_log_sum_exp(pull, own) + _log_sum_exp(push, ~same_class))


formula(
    "circle",
    "losses.Circle",
    Departure(
        "Keras divides by the anchors whose loss is above 0, the definition by all that have a pair of each "
        "kind",
        lambda y_true, y_pred, **given: (_circle(y_true, y_pred, **given) == 0) & _paired(y_true),
        cause="divisor",
        reductions=("mean", "sum_over_batch_size"),
    ),
    Departure(
        "Keras takes no similarity above 1, the definition what the vectors give",
        lambda y_true, y_pred, **_: (y_pred @ y_pred.T > 1 + 1e-6).any(axis=-1),
        cause="clipping",
    ),
    weights=True,
    counted=lambda values: values > 0,
    reductions={
        **REDUCTIONS,
        "mean": Reduction("mean", "/N", _kept),
        "sum_over_batch_size": Reduction("sum_over_batch_size", "/N", _kept),
    },
)(_circle)


def _paired(y_true: Array) -> Array:
    """Which anchors have another of their class, and one of another class (N,)."""
    alike = np.sum(y_true[:, None] == y_true, axis=-1)
    return (alike > 1) & (alike < len(y_true))


def _log_sum_exp(x: Array, where: Array) -> Array:
    """log Σ exp x along the last axis over `where`; −inf where there is nothing."""
    kept = np.where(where, x, -np.inf)
    peak = kept.max(axis=-1, keepdims=True)
    peak = np.where(np.isfinite(peak), peak, 0.0)
    return np.log(np.sum(np.exp(kept - peak), axis=-1)) + peak[:, 0]
