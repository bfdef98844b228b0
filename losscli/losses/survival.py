"""Survival: times until an event that may not have been seen yet."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from losscli.losses.declare import batch, facts
from losscli.losses.domain import Array, RealScalar, TimeAndEvent
from losscli.losses.stable import softplus


@facts(xgboost="survival:cox")
@batch(
    "cox_ph",
    "cox_partial_likelihood",
    "CoxPHLoss",
    "neg_log_partial_likelihood",
    title="Cox partial likelihood",
    memory=lambda n, d: 8 * 20 * n,
)
def cox(y_true: TimeAndEvent, y_pred: RealScalar) -> Array:
    """log Σ_{tⱼ ≥ tᵢ} exp ηⱼ − ηᵢ an event: −log p(i is next), in nats. Cox 1972, Breslow 1974."""
    order, _, cost, _, _ = _risk(y_true, y_pred)
    return cost[y_true[order, 1] == 1]


def _risk(y_true: Array, hazard: Array) -> tuple[Array, Array, Array, Array, Array]:
    """By falling time: the rows, their η less the largest, the cost of being next, where ties begin and end.

    Of tied times the largest hazard comes last: what was summed before it is all its competition, and set
    against that alone its cost keeps its digits near 0.
    """
    order = np.lexsort((hazard, -y_true[:, 0]))
    time, x = y_true[order, 0], hazard[order] - hazard.max()
    starts = np.searchsorted(-time, -time, side="left")
    ends = np.searchsorted(-time, -time, side="right") - 1
    peak, log_mass = _running_log_sum(x)
    cost = (peak[ends] - x) + log_mass[ends]
    top = np.flatnonzero(ends == np.arange(len(x)))
    before = top[top > 0]
    cost[before] = softplus((peak[before - 1] - x[before]) + log_mass[before - 1])
    return order, x, cost, starts, ends


def _running_log_sum(x: Array) -> tuple[Array, Array]:
    """log Σ_{j≤k} exp xⱼ for every k, as the largest x so far and the rest."""
    peak = np.maximum.accumulate(x)
    mass = np.empty_like(x)
    rises = np.flatnonzero(np.diff(peak)) + 1
    carried = 0.0
    for begin, end in pairwise([0, *rises.tolist(), len(x)]):
        carried *= np.exp(peak[begin - 1] - peak[begin]) if begin else 0.0
        mass[begin:end] = carried + np.cumsum(np.exp(x[begin:end] - peak[begin]))
        carried = mass[end - 1]
    return peak, np.log(mass)


@cox.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    order, x, cost, starts, ends = _risk(y_true, y_pred)
    event = y_true[order, 1] == 1
    slope = np.zeros_like(y_pred)
    if event.any():
        at = np.flatnonzero(event)
        so_far = np.searchsorted(at, ends, side="right")
        tied = so_far - np.searchsorted(at, starts, side="left")
        earlier = at.size - so_far  # events that this row outlived, each with it in its risk set
        peak, log_mass = _running_log_sum(-(x + cost)[at][::-1])
        outlived = np.where(earlier > 0, np.exp((x + peak[earlier - 1]) + log_mass[earlier - 1]), 0)
        slope[order] = outlived + (tied - event) * np.exp(-cost) + event * np.expm1(-cost)
    return slope
