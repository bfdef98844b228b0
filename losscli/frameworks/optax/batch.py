"""Optax losses of embeddings and masks."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from losscli.errors import BadValue, LosscliError
from losscli.frameworks.convention import OVER_SAMPLES
from losscli.frameworks.departure import Departure
from losscli.frameworks.optax.entries import cosine
from losscli.frameworks.optax.framework import formula
from losscli.losses.domain import Array, ClassLabel, Embedding, Real, Triplets
from losscli.losses.ranges import Flag, LogitsOnly, NonNegative, Number, Positive, Range
from losscli.losses.stable import sigmoid, softmax


@formula(
    "triplet",
    "losses.triplet_margin_loss",
    Departure("Optax adds 1e-6 to each sum of powers before its root", cause="epsilon"),
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
    Departure(
        "Optax divides by the number of pairs of one class even if there is none, which gives nan",
        lambda y_true, y_pred, **_: np.asarray(len(np.unique(y_true)) == len(y_true)),
        cause="divisor",
    ),
    Departure(
        "Optax takes squared lengths of at least 1.2e-7, so that shorter vectors count as nearly zero",
        lambda y_true, y_pred, **_: np.sum(y_pred * y_pred, axis=-1) < np.finfo(np.float32).eps,
        cause="clipping",
    ),
    empty=float("nan"),
    reductions={"mean": OVER_SAMPLES, "sum": OVER_SAMPLES},
)
def _(y_true: ClassLabel, y_pred: Embedding, *, temperature: Positive = 0.07) -> Array:
    values = [np.empty(0)]
    epsilon = float(np.finfo(np.float32).eps)
    for anchor in range(len(y_pred)):
        similarity = cosine(y_pred, y_pred[anchor][None], epsilon) / temperature
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


@formula(
    "generalized_dice",
    "losses.multiclass_generalized_dice_loss",
    Departure(
        "Optax averages one Dice a class, weighed by 1/(Sy² + 1e-7), where the definition takes one ratio",
        cause="averaging",
    ),
    Departure(
        "Optax's smooth is 1 unless told otherwise, the definition's 0",
        when=lambda params: params["smooth"] == 1,
        cause="default",
    ),
    finish=_weighted_dice,
    merges={"overlap": "columns", "true": "columns", "found": "columns"},
    reductions={"mean": OVER_SAMPLES},
)
def _(y_true: Real, y_pred: Real, *, smooth: NonNegative = 1.0) -> dict[str, Array]:
    if y_pred.ndim == 1:
        raise LosscliError("Optax takes one column a class: y_pred must be (N, C), it is (N,)")
    _sum_to_one(y_pred)
    return {"overlap": y_true * y_pred, "true": y_true, "found": y_pred}


def _dice(overlap: Array, true: Array, found: Array, *, smooth: float, from_logits: bool) -> Array:
    return 1 - (overlap + smooth) / ((true + found) / 2 + smooth)


def _own(value: Array, **_: Any) -> Array:
    """The value that the kernel has made of each sample."""
    return value


_PerSampleAndClass = Annotated[
    str, Range('"sample_class", which is Optax\'s way', kind="choice", choices=("sample_class",))
]


@formula(
    "tversky",
    "losses.dice_loss",
    Departure(
        "Optax takes one ratio for each sample and class and averages them, the definition one over "
        "everything",
        cause="averaging",
    ),
    Departure(
        "Optax takes logits unless told apply_softmax=False (from_logits=false)",
        when=lambda params: params["from_logits"],
        cause="input",
        takes="logits",
    ),
    Departure(
        "Optax's smooth is 1 unless told otherwise, the definition's 0",
        when=lambda params: params["smooth"] == 1,
        cause="default",
    ),
    finish=_own,
    merges={"value": "sum"},
)
def _(
    y_true: Real,
    y_pred: Real,
    *,
    alpha: NonNegative = 0.5,
    beta: NonNegative = 0.5,
    smooth: NonNegative = 1.0,
    from_logits: Flag = True,
    per: _PerSampleAndClass = "sample_class",
) -> dict[str, Array]:
    if y_pred.ndim == 1:
        raise LosscliError("Optax takes the samples' classes on the last axis: y_pred must be (N, …, C)")
    p = y_pred
    if from_logits:
        p = sigmoid(y_pred) if y_pred.shape[-1] == 1 else softmax(y_pred)[0]
    else:
        _sum_to_one(y_pred)
    inner = tuple(range(1, y_pred.ndim - 1))
    hit, found, true = (np.sum(x, axis=inner) for x in (p * y_true, p, y_true))
    ratio = (hit + smooth) / (hit + alpha * (found - hit) + beta * (true - hit) + smooth)
    return {"value": np.mean(1 - ratio, axis=-1)}


def _sum_to_one(y_pred: Array) -> None:
    """BadValue for the first row of classes whose sum Optax refuses."""
    sums = y_pred.sum(axis=-1)
    off = np.argwhere(np.abs(sums - 1) > 1e-8 + 1e-5)
    if off.size:
        first = tuple(map(int, off[0]))
        raise BadValue("y_pred", first[0], (), f"{sums[first]:.6g} is the sum of its classes; Optax wants 1")


_PerSample = Annotated[str, Range('"sample", which is Optax\'s way', kind="choice", choices=("sample",))]


@formula(
    "dice",
    "losses.binary_dice_loss",
    Departure(
        "Optax takes one ratio for each sample and averages them, the definition one over everything",
        cause="averaging",
    ),
    Departure(
        "Optax takes logits only: told apply_sigmoid=False it refuses every probability but 1",
        cause="input",
        takes="logits",
    ),
    Departure(
        "Optax's smooth is 1 unless told otherwise and stands for twice the definition's",
        when=lambda params: params["smooth"] != 0,
        cause="factor",
    ),
    finish=_dice,
)
def _(
    y_true: Real,
    y_pred: Real,
    *,
    smooth: NonNegative = 1.0,
    from_logits: LogitsOnly = True,
    per: _PerSample = "sample",
) -> dict[str, Array]:
    p = 1 / (1 + np.exp(-y_pred))
    return {"overlap": y_true * p, "true": y_true, "found": p}
