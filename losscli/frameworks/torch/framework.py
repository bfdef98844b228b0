"""What PyTorch's losses share."""

from __future__ import annotations

from typing import Any

import numpy as np

from losscli.errors import BadValue
from losscli.frameworks import TORCH
from losscli.frameworks.convention import NONE, OVER_SAMPLES, SUM, Framework
from losscli.frameworks.torch.calls import ADAPTED, CALLS, STYLE
from losscli.losses.domain import Array

REDUCTIONS = {"mean": OVER_SAMPLES, "sum": SUM, "none": NONE}

FRAMEWORK = Framework(
    TORCH,
    STYLE,
    CALLS,
    ADAPTED,
    searched=True,
    takes_with={("bce", "pos_weight"): "from_logits"},
    common={"grain": "entry", "weights": False, "class_axis": 1, "reductions": REDUCTIONS},
)


def demand(argument: str, array: Array, allowed: Array, words: str, hint: str | None = None) -> None:
    """BadValue for the first entry that the call refuses."""
    if not allowed.all():
        first = tuple(int(i) for i in np.argwhere(~allowed)[0])
        raise BadValue(argument, first[0], first[1:], f"{array[first]:.15g} is not {words}", hint)


def not_a_sign(y_true: Array, y_pred: Array, **_: Any) -> Array:
    """Rows whose label is neither 1 nor −1."""
    return np.abs(y_true) != 1


def log_sigmoid(x: Array) -> Array:
    """log(1 / (1 + exp(−x))) as ATen takes it."""
    return np.minimum(0, x) - np.log1p(np.exp(-np.abs(x)))


def log_softmax(z: Array) -> Array:
    """Along the last axis, as ATen takes it: the peak's own digits end at 1e-16."""
    shifted = z - z.max(axis=-1, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))
