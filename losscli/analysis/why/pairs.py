"""Two numbers of one forecast for every row, by what two columns of y_pred mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from losscli.analysis.why.target import Target
    from losscli.engine.partial import Task


def _mean_and_variance(target: Target, task: Task) -> tuple[str, float, float]:
    return "mean and variance of y_true", float(target.means[0]), target.columns[0].variance()


def _mean_and_deviation(target: Target, task: Task) -> tuple[str, float, float]:
    _, mean, variance = _mean_and_variance(target, task)
    return "mean and standard deviation of y_true", mean, float(np.sqrt(variance))


def _median_and_distance(target: Target, task: Task) -> tuple[str, float, float]:
    column = target.columns[0]
    middle = column.quantile(0.5)
    return "median of y_true and mean distance from it", middle, column.distance(middle)


def _quantiles(target: Target, task: Task) -> tuple[str, float, float]:
    column, alpha = target.columns[0], task.params["alpha"]
    low, high = alpha / 2, 1 - alpha / 2
    return f"{low:g}- and {high:g}-quantile of y_true", column.quantile(low), column.quantile(high)


# What two columns of y_pred mean → the two numbers of one forecast for every row.
PAIRS = {
    "mean and variance": _mean_and_variance,
    "mean and deviation": _mean_and_deviation,
    "location and scale": _median_and_distance,
    "bounds": _quantiles,
}
