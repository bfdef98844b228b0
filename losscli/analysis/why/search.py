"""The constant that costs least, by search where no page names it: on a grid, then between its neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from losscli.engine.partial import Task
    from losscli.losses.domain import Array, Domain

_STEPS = 160  # of the grid
_ODDS = 16.0  # log-odds up to which probabilities are looked through
_GOLDEN = 0.6180339887498949
_TIMES = 80  # narrowings, each to 0.62: to the last digits
MOST = 1_000_000  # values that are looked at some 250 times


def searchable(task: Task) -> bool:
    """Whether what a row costs depends on its values alone, by the definition."""
    way = task.convention
    return way.loss.kind == "sample" and way.kernel is way.loss.kernel and way.survey is None


def least(task: Task, pred: Domain, values: Array, weights: Array) -> float | None:
    """The constant with the least Σ w·loss over y_true's `values`; None where each is infinite or nan."""
    if not 0 < values.size <= MOST:
        return None

    def cost(constant: float) -> float:
        if not (pred.low <= constant <= pred.high) or (pred.open_low and constant == pred.low):
            return np.inf
        each = task.convention.kernel(values, np.full(values.shape, constant), **task.kernel_params)
        total = float(np.sum(np.asarray(each, np.float64) * weights))
        return np.inf if np.isnan(total) else total

    with np.errstate(all="ignore"):
        grid = _grid(pred, values)
        costs = [cost(float(constant)) for constant in grid]
        at = int(np.argmin(costs))
        if not np.isfinite(costs[at]):
            return None
        low, high = float(grid[max(at - 1, 0)]), float(grid[min(at + 1, len(grid) - 1)])
        found = _narrowed(cost, low, high)
        return found if cost(found) < costs[at] else float(grid[at])


def _grid(pred: Domain, values: Array) -> Array:
    odds = np.linspace(-_ODDS, _ODDS, _STEPS + 1)
    if pred.means in ("logit", "margin"):
        return odds
    if (pred.low, pred.high) == (0.0, 1.0):
        return np.concatenate([[0.0], 1 / (1 + np.exp(-odds)), [1.0]])
    spread = np.quantile(values, np.linspace(0, 1, _STEPS + 1))
    return np.unique(np.clip(np.append(spread, values.mean()), pred.low, pred.high))


def _narrowed(cost: Callable[[float], float], low: float, high: float) -> float:
    """Where a function with one dip between two points is least."""
    one, two = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    of_one, of_two = cost(one), cost(two)
    for _ in range(_TIMES):
        if of_one <= of_two:
            high, two, of_two = two, one, of_one
            one = high - _GOLDEN * (high - low)
            of_one = cost(one)
        else:
            low, one, of_one = one, two, of_two
            two = low + _GOLDEN * (high - low)
            of_two = cost(two)
    return one if of_one <= of_two else two
