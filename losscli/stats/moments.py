"""Shape of a sample: skewness, kurtosis, how variance grows with the mean, rank correlation."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.stats.interval import _Z, Measure, of_means

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

NORMAL_BEYOND_3 = 0.0026998  # the share of a normal beyond three standard deviations
TO_SIGMA = 1.4826  # from a median absolute deviation to a normal's standard deviation


def robust_spread(values: Array) -> float:
    """1.4826 times the median absolute deviation from the median: a normal's standard deviation."""
    return TO_SIGMA * float(np.median(np.abs(values - np.median(values))))


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
