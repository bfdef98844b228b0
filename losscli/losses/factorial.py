"""log n!, and of numbers between, without what counts in it most."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from losscli.losses.domain import Array
from losscli.losses.stable import artanh_rest, xlogy


def log_factorial_rest(y: Array) -> Array:
    """log Γ(y + 1) − (y log y − y) for y ≥ 0, once a distinct value (counts repeat); 0 at 0, else above."""
    distinct, inverse = np.unique(y, return_inverse=True)
    small = distinct < 1
    rest = np.zeros(distinct.shape)
    rest[small] = _log_factorial_rest_small(distinct[small].astype(np.float64))
    rest[~small] = _log_factorial_rest_large(distinct[~small].astype(np.float64))
    return rest.astype(y.dtype)[inverse].reshape(y.shape)


def _log_factorial_rest_large(y: Array) -> Array:
    """Stirling's series from 16 on; below, steps of rest(y) − rest(y + 1) = 1 − y log(1 + 1/y)."""
    steps = np.zeros_like(y)
    while (low := y < 16).any():
        s = 1 / (2 * y[low] + 1)  # log(1 + 1/y) = 2 artanh s
        steps[low] += s - (1 - s) * artanh_rest(s)
        y = np.where(low, y + 1, y)
    inverse, square = 1 / y, 1 / y / y
    series = np.zeros_like(y)
    for coefficient in (-691 / 360360, 1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12):
        series = coefficient + square * series
    return (np.log(y) / 2 + (math.log(2 * math.pi) / 2 - steps)) + inverse * series


def _log_factorial_rest_small(y: Array) -> Array:
    """log Γ(1 + y) = −log(1 + y) + (1 − γ) y + Σ (ζ(k) − 1) (−y)ᵏ/k for y < 1."""
    series = np.zeros_like(y)
    for k in range(50, 1, -1):
        series = _zeta_minus_one(k) / k - y * series
    log_gamma = (y * 0.42278433509846713 - np.log1p(y)) + y * y * series
    return (y - xlogy(y, y)) + log_gamma


@cache
def _zeta_minus_one(k: int) -> float:
    """ζ(k) − 1 = Σ n⁻ᵏ from n = 2: the terms below 150, and Euler and Maclaurin's rest."""
    n = 150.0
    first = math.fsum(i**-k for i in range(2, 150))
    rest = n ** (1 - k) / (k - 1) + n**-k / 2 + k * n ** (-k - 1) / 12
    return first + rest - k * (k + 1) * (k + 2) * n ** (-k - 3) / 720
