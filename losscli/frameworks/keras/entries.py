"""Keras losses of one value an entry, averaged over the last axis."""

from __future__ import annotations

import numpy as np

from losscli.frameworks.convention import MEAN
from losscli.frameworks.departure import Departure, Survey
from losscli.frameworks.keras.framework import (
    EPSILON,
    IN_THE_RIGHT,
    IN_THE_WRONG,
    NEAR_ONE,
    formula,
    in_the_wrong,
    outside,
    same,
    smoothed,
)
from losscli.frameworks.writing import of_probabilities
from losscli.losses.domain import Array, Margin, ProbabilityOrLogit, Real, SoftLabel, Vector
from losscli.losses.ranges import Flag, FractionOrNone, NonNegative, Smoothing
from losscli.losses.stable import sigmoid, softplus

CLIPPED = (
    Departure(
        IN_THE_WRONG,
        lambda y_true, y_pred, *, label_smoothing, **_: in_the_wrong(
            smoothed(y_true, label_smoothing, 2), y_pred
        ),
        of_probabilities,
        cause="clipping",
    ),
    Departure(
        IN_THE_RIGHT,
        lambda y_true, y_pred, *, label_smoothing, **_: (
            outside(y_pred) & ~in_the_wrong(smoothed(y_true, label_smoothing, 2), y_pred)
        ),
        of_probabilities,
        cause="clipping",
    ),
)

same("mse", "losses.MeanSquaredError")
same("mae", "losses.MeanAbsoluteError")
same("huber", "losses.Huber")
same(
    "rmse",
    "metrics.RootMeanSquaredError",
    collapse=False,
    reductions={"mean": MEAN},
)


@formula("logcosh", "losses.LogCosh")
def _(y_true: Real, y_pred: Real) -> Array:
    error = y_pred - y_true
    return error + softplus(-2 * error) - np.float32(np.log(2))


@formula(
    "mape",
    "losses.MeanAbsolutePercentageError",
    Departure(
        "Keras divides by at least 1e-7, so that a target of 0 costs 1e9 times the error instead of infinity",
        lambda y_true, y_pred: (np.abs(y_true) < EPSILON) & (y_true != y_pred),
        cause="clipping",
    ),
)
def _(y_true: Real, y_pred: Real) -> Array:
    return 100 * np.abs((y_true - y_pred) / np.maximum(np.abs(y_true), EPSILON))


@formula(
    "msle",
    "losses.MeanSquaredLogarithmicError",
    Departure(
        "Keras raises every value below 1e-7 to 1e-7, negative ones too, where the definition takes the "
        "logarithm of 1 + the value as it is",
        lambda y_true, y_pred: ((y_true < EPSILON) | (y_pred < EPSILON)) & (y_true != y_pred),
        cause="clipping",
    ),
)
def _(y_true: Real, y_pred: Real) -> Array:
    first = np.log(np.maximum(y_pred, EPSILON) + 1)
    second = np.log(np.maximum(y_true, EPSILON) + 1)
    return (first - second) ** 2


@formula(
    "cosine_similarity",
    "losses.CosineSimilarity",
    Departure(
        "Keras divides by a length of at least 1e-7, so that shorter vectors count as nearly zero",
        lambda y_true, y_pred: (
            (np.minimum(np.linalg.norm(y_true, axis=-1), np.linalg.norm(y_pred, axis=-1)) < EPSILON)
            & (np.sum(y_true.astype(np.float64) * y_pred, axis=-1) != 0)
        ),
        cause="clipping",
    ),
)
def _(y_true: Vector, y_pred: Vector) -> Array:
    lengths = (np.sqrt(np.sum(x * x, axis=-1, keepdims=True)) for x in (y_true, y_pred))
    y, p = (x / np.maximum(n, EPSILON) for x, n in zip((y_true, y_pred), lengths, strict=True))
    return -np.sum(y * p, axis=-1)


@formula(
    "poisson",
    "losses.Poisson",
    Departure(
        "Keras adds 1e-7 to the rate inside the logarithm, so that a rate of 0 costs 16.1 a count instead of "
        "infinity; it has no log input and no log y! term",
        lambda y_true, y_pred: (y_pred <= EPSILON) & (y_true != 0),
        cause="epsilon",
    ),
)
def _(y_true: Real, y_pred: Real) -> Array:
    return y_pred - y_true * np.log(y_pred + EPSILON)


def _cross_entropy(t: Array, p: Array) -> Array:
    """−t log p − (1 − t) log(1 − p) of clipped p, as Keras writes it: not log1p(−p)."""
    clipped = np.clip(p, EPSILON, NEAR_ONE)
    return -(t * np.log(clipped) + (1 - t) * np.log(1 - clipped))


@formula("bce", "losses.BinaryCrossentropy", *CLIPPED)
def _(
    y_true: SoftLabel,
    y_pred: ProbabilityOrLogit,
    *,
    from_logits: Flag = False,
    label_smoothing: Smoothing = 0.0,
) -> Array:
    t = smoothed(y_true, label_smoothing, 2)
    if from_logits:
        return t * softplus(-y_pred) + (1 - t) * softplus(y_pred)
    return _cross_entropy(t, y_pred)


@formula(
    "binary_focal",
    "losses.BinaryFocalCrossentropy",
    Departure(
        IN_THE_WRONG + "; logits pass a sigmoid first and are clipped too",
        lambda y_true, y_pred, *, from_logits, label_smoothing, **_: in_the_wrong(
            smoothed(y_true, label_smoothing, 2), sigmoid(y_pred) if from_logits else y_pred
        ),
        cause="clipping",
    ),
    Departure(
        "Keras weighs by alpha only with apply_class_balancing=True, which giving alpha stands for here",
        when=lambda params: params["alpha"] is not None,
        cause="input",
    ),
)
def _(
    y_true: SoftLabel,
    y_pred: ProbabilityOrLogit,
    *,
    gamma: NonNegative = 2.0,
    alpha: FractionOrNone = None,
    from_logits: Flag = False,
    label_smoothing: Smoothing = 0.0,
) -> Array:
    t = smoothed(y_true, label_smoothing, 2)
    p = sigmoid(y_pred) if from_logits else y_pred
    p_true = t * p + (1 - t) * (1 - p)
    value = (1 - p_true) ** gamma * _cross_entropy(t, p)
    return value if alpha is None else (t * alpha + (1 - t) * (1 - alpha)) * value


HINGE_LABELS = Departure(
    "Keras reads labels as −1 and 1 only if all of them are 0 or 1, and takes them as they stand otherwise",
    lambda y_true, y_pred, *, all_binary: (np.abs(y_true) != 1) & (y_pred != 0) & (not all_binary),
    cause="label coding",
)
ALL_BINARY = Survey(
    "all_binary",
    lambda y_true: bool(np.all((y_true == 0) | (y_true == 1))),
    lambda one, other: one and other,
)


def _margin(y_true: Array, y_pred: Array, all_binary: bool) -> Array:
    return np.maximum(0, 1 - (2 * y_true - 1 if all_binary else y_true) * y_pred)


@formula("hinge", "losses.Hinge", HINGE_LABELS, survey=ALL_BINARY)
def _(y_true: Real, y_pred: Margin, *, all_binary: bool) -> Array:
    return _margin(y_true, y_pred, all_binary)


@formula("squared_hinge", "losses.SquaredHinge", HINGE_LABELS, survey=ALL_BINARY)
def _(y_true: Real, y_pred: Margin, *, all_binary: bool) -> Array:
    return _margin(y_true, y_pred, all_binary) ** 2
