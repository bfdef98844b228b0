"""A sketch of a distribution in bounded memory: quantiles, mean distance, variance."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.stats.concentration import KEPT_EXACTLY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


GROUPS = 250_000  # what a sketch is pressed into, each with as much weight


@dataclass(eq=False)
class Sketch:
    """Weighted values: one by one up to a million, beyond that in groups of neighbours of equal weight."""

    values: list[Array] = field(default_factory=list)
    weights: list[Array] = field(default_factory=list)
    held: int = 0
    exact: bool = True
    _in_order: bool = False  # where there is one array

    def add(self, values: Array, weights: Array) -> None:
        counts = weights > 0
        self.values.append(values[counts])
        self.weights.append(weights[counts])
        self.held += int(counts.sum())
        if self.held > KEPT_EXACTLY:
            self._press()

    def merge(self, other: Sketch) -> None:
        self.values += other.values
        self.weights += other.weights
        self.held += other.held
        self.exact &= other.exact
        if self.held > KEPT_EXACTLY:
            self._press()

    def _press(self) -> None:
        values, weights = self.ordered()
        upto = np.cumsum(weights)
        group = ((upto - weights / 2) / upto[-1] * GROUPS).astype(np.int64)
        heavy = np.bincount(group, weights)
        kept = heavy > 0
        means = np.bincount(group, weights * values)[kept] / heavy[kept]
        self.values, self.weights, self.held, self.exact = [means], [heavy[kept]], len(means), False

    def ordered(self) -> tuple[Array, Array]:
        if len(self.values) > 1 or not self._in_order:
            values, weights = np.concatenate(self.values), np.concatenate(self.weights)
            if weights.size and weights.min() == weights.max():
                values = np.sort(values)
            else:
                order = np.argsort(values, kind="stable")
                values, weights = values[order], weights[order]
            self.values, self.weights, self._in_order = [values], [weights], True
        return self.values[0], self.weights[0]

    def quantile(self, q: float) -> float:
        """The least value with at least a share q of the weight at or below it; halfway where it is a tie."""
        values, weights = self.ordered()
        upto = np.cumsum(weights)
        # A hair below, so that a sum rounded up does not pass over the value that reaches q.
        at = min(int(np.searchsorted(upto, q * upto[-1] * (1 - 1e-12))), len(values) - 1)
        tie = at + 1 < len(values) and np.isclose(upto[at], q * upto[-1], rtol=1e-12, atol=0)
        return float(values[at] / 2 + values[at + 1] / 2) if tie else float(values[at])

    def mean(self) -> float:
        values, weights = self.ordered()
        return float(np.sum(values * weights) / np.sum(weights))

    def distance(self, center: float) -> float:
        """The mean distance from `center`."""
        values, weights = self.ordered()
        return float(np.sum(np.abs(values - center) * weights) / np.sum(weights))

    def variance(self) -> float:
        values, weights = self.ordered()
        center = self.mean()
        return float(np.sum((values - center) ** 2 * weights) / np.sum(weights))
