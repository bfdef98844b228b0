"""Gradients with respect to y_pred, of the exact definition, an entry at a time.

NaN stands for "there is none"; an infinite one is steeper than float64 can hold, or vertical.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from losscli.engine.add import row_totals
from losscli.engine.align import align
from losscli.engine.partial import Task
from losscli.errors import LosscliError
from losscli.losses.declare import Loss
from losscli.losses.domain import Array
from losscli.losses.stable import times


def slope_of(loss: Loss) -> Callable[..., Array]:
    """The loss's gradient function; LosscliError when it has none."""
    if loss.slope is None:
        raise LosscliError(f"{loss.name} has no gradient: it is flat almost everywhere")
    return loss.slope


def of_samples(task: Task, y_true: Array | None, y_pred: Array, losses: Array | None = None) -> Array:
    """d(a sample's value)/d(y_pred), the shape of y_pred; NaN where its loss (N,), if given, is NaN."""
    slope, kernel = slope_of(task.convention.loss), task.convention.kernel
    args = _aligned(task, y_true, y_pred)
    with np.errstate(all="ignore"):
        made = kernel(*args, **task.kernel_params)
        if task.convention.loss.kind == "statistic":
            ones = [1] * (args[-1].ndim - 1)
            totals = {name: total.reshape(-1, *ones) for name, total in row_totals(made).items()}
            gradient = np.asarray(slope(*args, **totals, **task.kernel_params), np.float64)
            return gradient.reshape(y_pred.shape)
        values = np.asarray(made)
        gradient = np.asarray(slope(*args, **task.kernel_params), np.float64)
    gradient = gradient / int(np.prod(values.shape[1:]))  # the engine averages the entries
    gradient[np.isnan(values.reshape(len(values), -1)).any(axis=1)] = np.nan
    if losses is not None:  # of a row with a missing value, also where its kernel does not look at it
        gradient[np.isnan(losses)] = np.nan
    return gradient.reshape(y_pred.shape)


def of_statistic(
    task: Task, y_true: Array | None, y_pred: Array, weight: Array | None, totals: Mapping[str, Any]
) -> Array:
    """d(value)/d(y_pred) of some rows, given the totals over all of them."""
    slope = slope_of(task.convention.loss)
    args = _aligned(task, y_true, y_pred)
    with np.errstate(all="ignore"):
        gradient = np.asarray(slope(*args, **totals, **task.kernel_params), np.float64)
        if task.per == "class":
            gradient = gradient / gradient.shape[-1]
        if weight is not None:  # a maximum asks of a weight only whether there is one
            counts = weight > 0 if "max" in task.convention.merges.values() else weight
            gradient = times(counts.reshape(-1, *[1] * (gradient.ndim - 1)), gradient)
    return gradient.reshape(y_pred.shape)


def of_batch(task: Task, y_true: Array | None, y_pred: Array, divisor: float) -> Array:
    """d(value)/d(y_pred) of a loss that needs every row; `divisor` is what its mean divides by."""
    slope = slope_of(task.convention.loss)
    args = _aligned(task, y_true, y_pred)
    with np.errstate(all="ignore"):
        gradient = np.asarray(slope(*args, **task.kernel_params), np.float64) / max(divisor, 1.0)
    return gradient.reshape(y_pred.shape)


def _aligned(task: Task, y_true: Array | None, y_pred: Array) -> tuple[Array, ...]:
    true, pred = align(task.convention, y_true, y_pred, task.params)
    return (pred,) if true is None else (true, pred)
