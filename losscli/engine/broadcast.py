"""Weights as a framework multiplies its values by them: Keras by NumPy's broadcasting, rank by rank."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from losscli.engine.align import shape_words
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from losscli.engine.partial import Task
    from losscli.losses.domain import Array


def as_multiplied(task: Task, y_pred: Array, weight: Array) -> tuple[Array, int]:
    """The weights of some samples as one for each value that the call makes, and for how many values each is.

    As keras/src/losses/loss.py's reduce_weighted_values: an axis of length 1 at the end is dropped or added
    where the ranks differ by one, then NumPy broadcasts. LosscliError where weights would fall on other
    samples' values, as (N,) on values (N, T): Keras fails there, or takes them for T weights where T is N.
    """
    way = task.convention
    if not way.framework.broadcasts or way.loss.kind == "batch":
        return weight, 1
    shape = _values(task, y_pred)
    held = weight
    if held.ndim == len(shape) + 1 and held.shape[-1] == 1:
        held = held[..., 0]
    elif held.ndim + 1 == len(shape) and shape[-1] == 1:
        held = held[..., None]
    if held.ndim != len(shape) or any(a not in (1, b) for a, b in zip(held.shape, shape, strict=True)):
        each = "(" + ", ".join(["N", *map(str, shape[1:])]) + ("" if shape[1:] else ",") + ")"
        alone = "(" + ", ".join(["N", *["1"] * len(shape[1:])]) + ")"
        raise LosscliError(
            f"the weights are {shape_words(weight)}, the values of {way.owner} {each}",
            f"give one weight for each value, {each}, or for each sample as {alone}"
            if shape[1:]
            else "give one weight for each sample, (N,)",
        )
    return np.broadcast_to(held, shape), math.prod(shape) // max(math.prod(held.shape), 1)


def _values(task: Task, y_pred: Array) -> tuple[int, ...]:
    """The shape of the values that the call makes, the samples first: of (N,) arrays, and of all, (N,)."""
    way, grain = task.convention, task.convention.signature.y_pred.given(task.params).grain
    if y_pred.ndim == 1 or way.loss.kind == "statistic" or grain not in ("entry", "row"):
        return y_pred.shape[:1]
    axis = -1 if task.layout.class_axis is None else task.layout.class_axis
    return tuple(np.delete(y_pred.shape, axis).tolist())
