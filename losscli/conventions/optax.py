"""Optax 0.2.8: float32, logits and log-probabilities only, elementwise values that the caller reduces.

The formulas are optax/losses/*.py's. `mean` and `sum` are jnp.mean and jnp.sum of what a call returns.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np

from losscli.conventions.declare import NONE, OVER_SAMPLES, SUM, Departure, Framework
from losscli.losses.domain import (
    Array,
    ClassIndex,
    ClassLabel,
    Domain,
    Embedding,
    Flag,
    FractionOrNone,
    Logit,
    LogitsOnly,
    NonNegative,
    Number,
    Positive,
    Range,
    Real,
    Scores,
    Smoothing,
    SoftLabel,
    Triplets,
    Vector,
)
from losscli.losses.stable import log_softmax, one_hot, softmax, softplus

FRAMEWORK = Framework(
    "optax",
    "Optax",
    "optax",
    common={
        "dtype": np.float32,
        "grain": "entry",
        "weights": False,
        "reductions": {"mean": OVER_SAMPLES, "sum": SUM, "none": NONE},
    },
)
same, formula = FRAMEWORK.same, FRAMEWORK.formula

LOGITS = Departure("Optax takes logits only: y_pred must hold what comes before the sigmoid or softmax")
LOGARITHMS = Departure("Optax takes log-probabilities: y_pred must hold log p")

same("mse", "squared_error")
same("half_mse", "l2_loss")
same("huber", "huber_loss")


@formula("logcosh", "log_cosh")
def _(y_true: Real, y_pred: Real) -> Array:
    error = y_pred - y_true
    return np.logaddexp(error, -error) - np.float32(np.log(2))


def _cosine(y_true: Array, y_pred: Array, epsilon: float = 0.0) -> Array:
    lengths = (np.sqrt(np.maximum(np.sum(x * x, axis=-1), epsilon)) for x in (y_true, y_pred))
    y, p = (x / n[..., None] for x, n in zip((y_true, y_pred), lengths, strict=True))
    return np.sum(y * p, axis=-1)


ZERO_VECTOR = Departure(
    "Optax divides by the length as it is, so that a zero vector gives nan, where the definition reads its "
    "cosine as 0",
    lambda y_true, y_pred: ~np.any(y_true, axis=-1) | ~np.any(y_pred, axis=-1),
)


@formula(
    "cosine_similarity",
    "cosine_similarity",
    Departure("Optax gives the cosine itself, +1 for vectors that point the same way, not its negative"),
    ZERO_VECTOR,
)
def _(y_true: Vector, y_pred: Vector) -> Array:
    return _cosine(y_true, y_pred)


@formula("cosine_distance", "cosine_distance", ZERO_VECTOR)
def _(y_true: Vector, y_pred: Vector) -> Array:
    return 1 - _cosine(y_true, y_pred)


def _entropy(y_true: Array, y_pred: Array) -> Array:
    return y_true * softplus(-y_pred) + (1 - y_true) * softplus(y_pred)


def _smooth(y_true: Array, label_smoothing: float) -> Array:
    """optax.smooth_labels: (1 − s) y + s/D, D the length of the last axis."""
    return y_true * (1 - label_smoothing) + label_smoothing / y_true.shape[-1]


@formula(
    "bce",
    "sigmoid_binary_cross_entropy",
    LOGITS,
    Departure(
        "Optax's smooth_labels spreads over the last axis, s/D, where the definition spreads over two classes, s/2",
        when=lambda params: params["label_smoothing"] > 0,
    ),
)
def _(
    y_true: Real,
    y_pred: Logit,
    *,
    from_logits: LogitsOnly = True,
    label_smoothing: Smoothing = 0.0,
) -> Array:
    return _entropy(_smooth(y_true, label_smoothing) if label_smoothing else y_true, y_pred)


@formula("binary_focal", "sigmoid_focal_loss", LOGITS)
def _(
    y_true: SoftLabel,
    y_pred: Logit,
    *,
    gamma: NonNegative = 2.0,
    alpha: FractionOrNone = None,
    from_logits: LogitsOnly = True,
) -> Array:
    with np.errstate(divide="ignore"):
        missed = np.logaddexp(np.log(1 - y_true) - softplus(-y_pred), np.log(y_true) - softplus(y_pred))
    value = _entropy(y_true, y_pred) * np.exp(gamma * missed)
    return value if alpha is None else (alpha * y_true + (1 - alpha) * (1 - y_true)) * value


AS_THEY_STAND = Departure(
    "Optax takes labels as they stand: a label of 0 is no −1, and its value does not depend on the score",
    lambda y_true, y_pred: y_true == 0,
)


@formula("hinge", "hinge_loss", AS_THEY_STAND)
def _(y_true: Real, y_pred: Real) -> Array:
    return np.maximum(0, 1 - y_pred * y_true)


@formula("perceptron", "losses.perceptron_loss", AS_THEY_STAND)
def _(y_true: Real, y_pred: Real) -> Array:
    return np.maximum(0, -y_pred * y_true)


@formula("binary_sparsemax", "losses.sparsemax_loss")
def _(y_true: Real, y_pred: Logit) -> Array:
    u = np.where(y_true != 0, -y_pred, y_pred)
    return np.where(u <= -1, 0, np.where(u >= 1, u, (u + 1) ** 2 / 4)).astype(y_pred.dtype)


@formula("cce", "softmax_cross_entropy", LOGITS)
def _(
    y_true: Vector,
    y_pred: Scores,
    *,
    from_logits: LogitsOnly = True,
    label_smoothing: Smoothing = 0.0,
) -> Array:
    return -np.sum(_smooth(y_true, label_smoothing) * log_softmax(y_pred), axis=-1)


def _at(values: Array, index: Array) -> Array:
    """values[i, index[i]]: a negative index counts from the end, one beyond it gives nan, as in JAX."""
    classes = values.shape[-1]
    inside = (index >= -classes) & (index < classes)
    found = np.take_along_axis(values, np.where(inside, index, 0)[:, None], axis=-1)[:, 0]
    return np.where(inside, found, np.nan)


@formula(
    "scce",
    "softmax_cross_entropy_with_integer_labels",
    LOGITS,
    Departure(
        "Optax counts a negative class from the last one and gives nan for a class that is not there, where "
        "the definition refuses both",
        lambda y_true, y_pred, **_: (y_true < 0) | (y_true >= y_pred.shape[-1]),
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
    lambda y_true, y_pred: (y_true == 0) & np.isinf(y_pred),
)


@formula("kld", "kl_divergence", LOGARITHMS, ZERO_BY_INFINITY)
def _(y_true: Vector, y_pred: Vector) -> Array:
    return _divergence(y_true, y_pred)


@formula("generalized_kld", "losses.generalized_kl_divergence", LOGARITHMS, ZERO_BY_INFINITY)
def _(y_true: Vector, y_pred: Vector) -> Array:
    return _divergence(y_true, y_pred) + np.sum(np.exp(y_pred) - y_true, axis=-1)


@formula("multiclass_hinge", "losses.multiclass_hinge_loss")
def _(y_true: ClassLabel, y_pred: Scores) -> Array:
    t = one_hot(y_true, y_pred.shape[-1])
    return np.max(y_pred + 1 - t, axis=-1) - np.sum(y_pred * t, axis=-1)


@formula("multiclass_perceptron", "losses.multiclass_perceptron_loss")
def _(y_true: ClassLabel, y_pred: Scores) -> Array:
    t = one_hot(y_true, y_pred.shape[-1])
    return np.max(y_pred, axis=-1) - np.sum(y_pred * t, axis=-1)


@formula("sparsemax", "losses.multiclass_sparsemax_loss")
def _(y_true: ClassIndex, y_pred: Scores) -> Array:
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
    Departure("Optax takes the grades as they are, where the definition puts them through a softmax first"),
)
def _(y_true: Vector, y_pred: Scores) -> Array:
    return -np.sum(y_true * log_softmax(y_pred), axis=-1)


@formula(
    "triplet",
    "losses.triplet_margin_loss",
    Departure("Optax adds 1e-6 to each sum of powers before its root"),
    Departure(
        "Optax takes powers of the signed differences: for an odd p they cancel and the root may be nan",
        when=lambda params: params["p"] % 2 != 0,
    ),
)
def _(y_pred: Triplets, *, margin: Number = 1.0, p: Positive = 2.0) -> Array:
    anchor, positive, negative = np.moveaxis(y_pred, 1, 0)
    near, far = (
        (np.sum((anchor - x) ** p, axis=-1) + np.float32(1e-6)) ** (1 / p) for x in (positive, negative)
    )
    return np.maximum(near - far + margin, 0)


@formula(
    "ntxent",
    "losses.ntxent",
    Departure("Optax divides by the number of pairs of one class even if there is none, which gives nan"),
    Departure("Optax takes squared lengths of at least 1.2e-7, so that shorter vectors count as nearly zero"),
    empty=float("nan"),
    reductions={"mean": OVER_SAMPLES, "sum": OVER_SAMPLES},
)
def _(y_true: ClassLabel, y_pred: Embedding, *, temperature: Positive = 0.07) -> Array:
    values = [np.empty(0)]
    epsilon = float(np.finfo(np.float32).eps)
    for anchor in range(len(y_pred)):
        similarity = _cosine(y_pred, y_pred[anchor][None], epsilon) / temperature
        same_class = y_true == y_true[anchor]
        shifted = similarity - similarity.max()
        others = np.sum(np.exp(shifted[~same_class]))
        same_class[anchor] = False
        positives = shifted[same_class]
        values.append(np.log(np.exp(positives) + others) - positives)
    return np.concatenate(values)


def _weighted_dice(overlap: Array, true: Array, found: Array, *, smooth: float) -> float:
    weight = 1 / (true**2 + 1e-7)
    loss = 1 - (overlap + smooth) / ((true + found) / 2 + smooth)
    return float(np.mean(loss * weight / np.sum(weight) * len(weight)))


_Masks = Annotated[Array, Domain("a finite number")]


@formula(
    "generalized_dice",
    "losses.multiclass_generalized_dice_loss",
    Departure(
        "Optax averages one Dice a class, weighed by 1/(Sy² + 1e-7), where the definition takes one ratio"
    ),
    finish=_weighted_dice,
    merges={"overlap": "columns", "true": "columns", "found": "columns"},
    reductions={"mean": OVER_SAMPLES},
)
def _(y_true: _Masks, y_pred: _Masks, *, smooth: NonNegative = 1.0) -> dict[str, Array]:
    return {"overlap": y_true * y_pred, "true": y_true, "found": y_pred}


def _dice(overlap: Array, true: Array, found: Array, *, smooth: float, from_logits: bool) -> Array:
    return 1 - (overlap + smooth) / ((true + found) / 2 + smooth)


_PerSample = Annotated[str, Range('"sample", which is Optax\'s way', kind="choice", choices=("sample",))]


@formula(
    "dice",
    "losses.binary_dice_loss",
    Departure("Optax takes one ratio for each sample and averages them, the definition one over everything"),
    Departure("Optax takes logits unless told apply_sigmoid=False, the definition probabilities"),
    Departure("Optax's smooth is 1 unless told otherwise and stands for twice the definition's"),
    finish=_dice,
)
def _(
    y_true: _Masks,
    y_pred: _Masks,
    *,
    smooth: NonNegative = 1.0,
    from_logits: Flag = True,
    per: _PerSample = "sample",
) -> dict[str, Array]:
    p = 1 / (1 + np.exp(-y_pred)) if from_logits else y_pred
    return {"overlap": y_true * p, "true": y_true, "found": p}


def _ctc_labels(y_true: Array, blank: int) -> Array:
    """Which labels of each row count: those before the first blank or negative one (N, L)."""
    return np.cumprod((y_true != blank) & (y_true >= 0), axis=-1).astype(bool)


_Labels = Annotated[Array, Domain("a class index: a whole number", grain="indices", whole=True)]
_Steps = Annotated[Array, Domain("a finite logit", grain="steps")]
_Blank = Annotated[int, Range("a class index: a whole number from 0", kind="whole", low=0)]


@formula(
    "ctc",
    "ctc_loss",
    Departure(
        "Optax counts log 0 as −1e5, so that a sequence no path fits costs about 1e5 instead of infinity"
    ),
)
def _(y_true: _Labels, y_pred: _Steps, *, blank: _Blank = 0) -> Array:
    kept = _ctc_labels(y_true, blank)
    labels = np.where(kept, y_true, blank).astype(np.int64)
    logs = log_softmax(y_pred)
    n, length = labels.shape
    zero = np.float32(-1e5)
    repeat = np.pad((labels[:, :-1] == labels[:, 1:]).astype(logs.dtype), ((0, 0), (0, 1)))
    silent = np.full((n, length + 1), zero)
    silent[:, 0] = 0
    spoken = np.full((n, length), zero)
    for t in range(logs.shape[1]):
        emit = np.take_along_axis(logs[:, t], labels, axis=-1)
        hush = logs[:, t, blank : blank + 1]
        before = _joined(silent, spoken + zero * repeat)
        silent = _joined(before + hush, spoken + hush + zero * (1 - repeat))
        spoken = np.logaddexp(before[:, :-1] + emit, spoken + emit)
    last = _joined(silent, spoken)
    return -np.take_along_axis(last, kept.sum(axis=-1)[:, None], axis=-1)[:, 0]


def _joined(silent: Array, score: Array) -> Array:
    return np.concatenate([silent[:, :1], np.logaddexp(silent[:, 1:], score)], axis=-1)
