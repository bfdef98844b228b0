"""Gradients with respect to y_pred, of the exact definition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from losscli.conventions.declare import Convention
from losscli.engine.align import align
from losscli.errors import LosscliError
from losscli.losses.declare import Loss
from losscli.losses.domain import Array


def slope_of(loss: Loss) -> Any:
    """The loss's gradient function; LosscliError when it has none."""
    if loss.slope is None:
        raise LosscliError(f"{loss.name} has no gradient: it is flat almost everywhere")
    return loss.slope


def of_samples(
    convention: Convention, y_true: Array | None, y_pred: Array, params: Mapping[str, Any]
) -> Array:
    """d(a sample's value)/d(y_pred), the shape of y_pred; NaN where there is none."""
    slope = slope_of(convention.loss)
    true, pred = align(convention, y_true, y_pred, params)
    args = (pred,) if true is None else (true, pred)
    with np.errstate(all="ignore"):
        values = np.asarray(convention.kernel(*args, **params))
        found = np.asarray(slope(*args, **params), np.float64)
    entries = int(np.prod(values.shape[1:]))  # averaged by the engine
    found = np.where(np.isfinite(found), found, np.nan) / entries
    lost = ~np.isfinite(values.reshape(len(values), -1)).all(axis=1)
    found[lost] = np.nan
    return found.reshape(y_pred.shape)


def of_statistic(
    convention: Convention,
    y_true: Array | None,
    y_pred: Array,
    weight: Array | None,
    totals: Mapping[str, Any],
    params: Mapping[str, Any],
) -> Array:
    """d(value)/d(y_pred) of some rows, given the totals over all of them."""
    slope = slope_of(convention.loss)
    true, pred = align(convention, y_true, y_pred, params)
    args = (pred,) if true is None else (true, pred)
    with np.errstate(all="ignore"):
        found = np.asarray(slope(*args, **totals, **params), np.float64)
    found = np.where(np.isfinite(found), found, np.nan)
    if weight is not None:
        found = found * weight.reshape(-1, *[1] * (found.ndim - 1))
    return found.reshape(y_pred.shape)


def of_batch(
    convention: Convention,
    y_true: Array | None,
    y_pred: Array,
    params: Mapping[str, Any],
    divisor: float,
) -> Array:
    """d(value)/d(y_pred) of a loss that needs every row; `divisor` is what its mean divides by."""
    slope = slope_of(convention.loss)
    true, pred = align(convention, y_true, y_pred, params)
    args = (pred,) if true is None else (true, pred)
    with np.errstate(all="ignore"):
        found = np.asarray(slope(*args, **params), np.float64) / max(divisor, 1.0)
    return np.where(np.isfinite(found), found, np.nan).reshape(y_pred.shape)
