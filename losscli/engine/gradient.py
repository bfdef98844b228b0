"""Gradients with respect to y_pred, of the exact definition, an entry at a time.

NaN stands for "there is none"; an infinite one is steeper than float64 can hold, or vertical.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from losscli.engine.add import row_totals
from losscli.engine.partial import Task
from losscli.engine.positions import Laid, aligned, lay
from losscli.engine.row_sums import counted_terms, spread_over
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
    loss, kernel = task.convention.loss, task.convention.kernel
    slope = slope_of(loss)
    laid, args = _aligned(task, y_true, y_pred)
    with np.errstate(all="ignore"):
        made = kernel(*args, **task.kernel_params)
        if loss.kind == "statistic":
            ones = [1] * (args[-1].ndim - 1)
            terms = counted_terms(laid, made, task.convention.merges)
            totals = {name: total.reshape(-1, *ones) for name, total in row_totals(terms).items()}
            gradient = np.asarray(slope(*args, **totals, **task.kernel_params), np.float64)
            return laid.slope_back(gradient)
        values = np.asarray(made)
        gradient = np.asarray(slope(*args, **task.kernel_params), np.float64)
    gradient[np.isnan(values.reshape(len(values), -1)).any(axis=1)] = np.nan
    if laid.per:  # a sample's value is the mean of its positions that count
        gradient = laid.slope_back(gradient)
        some = np.maximum(laid.counting().sum(axis=1), 1.0)
        gradient = gradient / some.reshape(-1, *[1] * (gradient.ndim - 1))
    else:
        gradient = gradient.reshape(y_pred.shape) / int(np.prod(values.shape[1:]))  # the engine's average
    if losses is not None:  # of a row with a missing value, also where its kernel does not look at it
        gradient[np.isnan(losses)] = np.nan
    return gradient


def of_statistic(
    task: Task, y_true: Array | None, y_pred: Array, weight: Array | None, totals: Mapping[str, Any]
) -> Array:
    """d(value)/d(y_pred) of some rows, given the totals over all of them."""
    slope = slope_of(task.convention.loss)
    laid, args = _aligned(task, y_true, y_pred, weight)
    with np.errstate(all="ignore"):
        gradient = np.asarray(slope(*args, **totals, **task.kernel_params), np.float64)
        if task.per == "class":
            gradient = gradient / gradient.shape[-1]
        if laid.weight is not None:  # a maximum asks of a weight only whether there is one
            counts = laid.weight > 0 if "max" in task.convention.merges.values() else laid.weight
            gradient = times(spread_over(counts, gradient.shape), gradient)
    return laid.slope_back(gradient)


def of_batch(task: Task, y_true: Array | None, y_pred: Array, divisor: float) -> Array:
    """d(value)/d(y_pred) of a loss that needs every row; `divisor` is what its mean divides by."""
    slope = slope_of(task.convention.loss)
    _, args = _aligned(task, y_true, y_pred)
    with np.errstate(all="ignore"):
        gradient = np.asarray(slope(*args, **task.kernel_params), np.float64) / max(divisor, 1.0)
    return gradient.reshape(y_pred.shape)


def _aligned(
    task: Task, y_true: Array | None, y_pred: Array, weight: Array | None = None
) -> tuple[Laid, tuple[Array, ...]]:
    laid = lay(task, y_true, y_pred, weight)
    true, pred = aligned(task, laid)
    return laid, ((pred,) if true is None else (true, pred))
