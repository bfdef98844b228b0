"""What is measured, with intervals of 95 %: shares by Wilson, functions of means by a seeded bootstrap."""

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
NORMAL_BEYOND_3 = 0.0026998  # the share of a normal beyond three standard deviations
TO_SIGMA = 1.4826  # from a median absolute deviation to a normal's standard deviation


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


def standardised(values: Array) -> Array:
    """Less their mean, over their standard deviation: moments then stay inside the floats."""
    spread = values.std()
    return np.asarray((values - values.mean()) / (spread if spread > 0 else 1.0))


def skewness(values: Array) -> Measure:
    z = standardised(values)

    def ratio(m: Array) -> Array:
        variance = m[1] - m[0] ** 2
        return np.asarray((m[2] - 3 * m[0] * m[1] + 2 * m[0] ** 3) / np.maximum(variance, 1e-300) ** 1.5)

    return of_means(np.stack([z, z**2, z**3]), ratio)


def kurtosis(values: Array) -> Measure:
    """The fourth standardised moment: 3 for a normal."""
    z = standardised(values)

    def ratio(m: Array) -> Array:
        variance = np.maximum(m[1] - m[0] ** 2, 1e-300)
        fourth = m[3] - 4 * m[0] * m[2] + 6 * m[0] ** 2 * m[1] - 3 * m[0] ** 4
        return np.asarray(fourth / variance**2)

    return of_means(np.stack([z, z**2, z**3, z**4]), ratio)


def variance_power(error: Array, at: Array) -> Measure:
    """p of variance ∝ mean^p, from squared errors at predicted means above 0: the gamma quasi-likelihood's
    estimate, with a sandwich interval. Infinitely wide where the means hardly differ."""
    x = np.log(at)
    x = x - x.mean()
    square = error**2
    if float(x.std()) < 0.05 or not float(square.sum()) > 0:
        return Measure(math.nan, -math.inf, math.inf)
    low, high = -10.0, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if float(square * np.exp(-middle * x) @ x) > 0 else (low, middle)
    z = square * np.exp(-low * x)
    z /= z.mean()
    slope = float(z @ x**2)
    half = _Z * math.sqrt(float((z - 1) ** 2 @ x**2)) / slope if slope > 0 else math.inf
    return Measure(low, low - half, low + half)


def rank_correlation(a: Array, b: Array) -> Measure:
    """Spearman's, with Fisher's interval; 0 where one is constant."""
    if len(a) < 5 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return Measure(0.0, -1.0, 1.0)
    r = float(np.corrcoef(_ranks(a), _ranks(b))[0, 1])
    z, half = math.atanh(min(0.999999, max(-0.999999, r))), _Z / math.sqrt(len(a) - 3)
    return Measure(r, math.tanh(z - half), math.tanh(z + half))


def _ranks(values: Array) -> Array:
    _, place, times = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(times) - times / 2)[place.reshape(-1)])


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


def rounded(value: float, digits: int = 3) -> float:
    """`value` in `digits` significant digits: a suggested parameter, as it stands in the command."""
    return float(f"{value:.{digits - 1}e}")


def percent(value: float) -> str:
    """`0.43 %`."""
    if 0 < value < 1e-5:
        return "under 0.001 %"
    return f"{number(100 * value, 2 if value < 0.995 else 3)} %"


def percents(measured: Measure) -> str:
    """`2.1 % (1.3 to 3.3 %)`."""
    low, high = (number(100 * bound, 2 if bound < 0.995 else 3) for bound in (measured.low, measured.high))
    return f"{percent(measured.value)} ({low} to {high} %)"


def value_range(values: Array) -> str:
    """`0.02 to 0.98`."""
    return f"{number(float(values.min()))} to {number(float(values.max()))}"
