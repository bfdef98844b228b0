"""Optax losses of embeddings and masks."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from losscli.errors import BadValue, LosscliError
from losscli.frameworks.convention import OVER_SAMPLES, Departure
from losscli.frameworks.optax.entries import cosine
from losscli.frameworks.optax.framework import formula
from losscli.losses.domain import Array, ClassLabel, Embedding, Real, Triplets
from losscli.losses.ranges import LogitsOnly, NonNegative, Number, Positive, Range


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
        cause="divisor",
    ),
    Departure(
        "Optax takes squared lengths of at least 1.2e-7, so that shorter vectors count as nearly zero",
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
    finish=_weighted_dice,
    merges={"overlap": "columns", "true": "columns", "found": "columns"},
    reductions={"mean": OVER_SAMPLES},
)
def _(y_true: Real, y_pred: Real, *, smooth: NonNegative = 1.0) -> dict[str, Array]:
    if y_pred.ndim == 1:
        raise LosscliError("Optax takes one column a class: y_pred must be (N, C), it is (N,)")
    sums = y_pred.sum(axis=-1)
    off = np.argwhere(np.abs(sums - 1) > 1e-8 + 1e-5)
    if off.size:
        first = tuple(map(int, off[0]))
        raise BadValue("y_pred", first[0], (), f"{sums[first]:.6g} is the sum of its classes; Optax wants 1")
    return {"overlap": y_true * y_pred, "true": y_true, "found": y_pred}


def _dice(overlap: Array, true: Array, found: Array, *, smooth: float, from_logits: bool) -> Array:
    return 1 - (overlap + smooth) / ((true + found) / 2 + smooth)


_PerSample = Annotated[str, Range('"sample", which is Optax\'s way', kind="choice", choices=("sample",))]


@formula(
    "dice",
    "losses.binary_dice_loss",
    Departure(
        "Optax takes one ratio for each sample and averages them, the definition one over everything",
        cause="averaging",
    ),
    Departure(
        "Optax takes logits only: told apply_sigmoid=False it refuses every probability but 1", cause="input"
    ),
    Departure(
        "Optax's smooth is 1 unless told otherwise and stands for twice the definition's", cause="factor"
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
