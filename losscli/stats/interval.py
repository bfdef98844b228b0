"""Means with their intervals: normal, and by a bootstrap over rows for functions of means."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Array = NDArray[Any]


SEED = 20_200_101
RESAMPLES = 200
MOST_RESAMPLED = 10_000  # rows; of more, the interval of so many is narrowed by the root of their ratio
_Z = 1.959964


def number(value: float, digits: int = 3) -> str:
    """`value` in about `digits` significant digits, whole thousands in full."""
    if not math.isfinite(value) or value == 0:
        return "0" if value == 0 else "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    if not 1e-4 <= abs(value) < 1e7:
        mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class Measure(NamedTuple):
    """A number and its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{number(self.value)} ({number(self.low)} to {number(self.high)})"


def share(count: int, n: int) -> Measure:
    """count/n, with Wilson's interval."""
    p, z2 = count / n, _Z**2
    middle, half = p + z2 / (2 * n), _Z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    low, high = (middle - half) / (1 + z2 / n), (middle + half) / (1 + z2 / n)
    return Measure(p, 0.0 if count == 0 else low, 1.0 if count == n else high)  # no rounding at the ends


def mean(values: Array) -> Measure:
    """The mean, with its standard error's interval."""
    at, half = float(values.mean()), _Z * float(values.std()) / math.sqrt(max(1, len(values)))
    return Measure(at, at - half, at + half)


@lru_cache(maxsize=2)
def _times(n: int) -> NDArray[np.float64]:
    """How often each of n rows is drawn in each of RESAMPLES resamples, as shares (RESAMPLES, n)."""
    draw = np.random.default_rng(SEED)
    drawn = [np.bincount(draw.integers(n, size=n), minlength=n) / n for _ in range(RESAMPLES)]
    return np.asarray(drawn, dtype=np.float64)


def of_means(columns: Array, function: Callable[[Array], Array]) -> Measure:
    """function(means of the columns), columns (k, n), with its bootstrap interval.

    `function` takes (k, ...) and gives (...).
    """
    n = columns.shape[1]
    value = float(function(columns.mean(axis=1)))
    step = -(-n // MOST_RESAMPLED)
    some = columns[:, ::step]
    spread = function((_times(some.shape[1]) @ some.T).T)
    low, high = np.quantile(spread, [0.025, 0.975]) - float(np.median(spread))
    narrow = math.sqrt(some.shape[1] / n)
    return Measure(value, value + narrow * float(low), value + narrow * float(high))
