"""Half the Tweedie deviance: y^a/(a b) − y p^b/b + p^a/a, a = 2 − power, b = 1 − power, neither 0.

The three terms cancel for y near p, and for a power near 1 or 2; each of these has a form of its own here.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from losscli.losses.domain import Array
from losscli.losses.stable import difference, divide, log_ratio

_NEAR = 3.0  # of x in _near
_STEPS = 28


def half_deviance(y: Array, p: Array, power: float) -> Array:
    """Its value for p > 0, with y^a read as 0 where y ≤ 0."""
    a, b = 2 - power, 1 - power
    positive = y > 0
    reach = _log_ratio(np.where(positive, y, p), p)
    below = _raise(p, 2, power) / a - _times_raised(y, p, power) / b
    value = np.where(positive, _far(y, p, reach, power), below)
    close = np.abs(y - p) <= 0.25 / max(1.0, abs(power) / 2) * p
    value[close] = _close(y[close], p[close], power)
    for sign in (1.0, -1.0):
        least, _, most = sorted((0.0, sign, sign * a))
        near = positive & ~close & (sign * reach >= 0) & (np.abs(reach) * (most - least) <= _NEAR)
        value[near] = _near(y[near], p[near], reach[near], sign, power)
    return value


def _raise(x: Array, whole: float, power: float) -> Array:
    """x^(whole − power)."""
    return x ** (whole - power) * _exponent_rest(x, whole, power)


def _times_raised(y: Array, p: Array, power: float) -> Array:
    """y p^(1 − power); the second factor alone may leave the floats."""
    if abs(1 - power) < 0.9:
        return y * _raise(p, 1, power)
    root = p ** ((1 - power) / 2)
    return np.where(y == 0, 0.0, y * root * root * _exponent_rest(p, 1, power))


def _exponent_rest(x: Array, whole: float, power: float) -> Array | float:
    """x to the power of what rounding whole − power lost: 0 for most, but a large x magnifies it."""
    _, lost = difference(np.asarray(whole, np.float64), np.asarray(power, np.float64))
    return 1.0 if lost == 0 else 1 + float(lost) * np.log(np.where(x > 0, x, 1))


def _log_ratio(y: Array, p: Array) -> Array:
    """log(y/p), with what the rounding of y/p lost: the series below magnify it."""
    ratio, lost = divide(y, np.zeros_like(y), p)
    inside = (ratio > 1e-290) & (ratio < 1e290)
    return np.where(inside, np.log(ratio) + lost / ratio, log_ratio(y, p))


def _close(y: Array, p: Array, power: float) -> Array:
    """∫ (y − v)/v^power dv from p to y = e² p^−power Σ C(−power, n) (e/p)ⁿ/((n + 1)(n + 2)), e = y − p."""
    error = y - p
    t = error / p
    series = np.zeros_like(t)
    for n in range(_STEPS, 0, -1):
        series = t * ((1 - power - n) / (n + 2)) * (1 + series)
    factor = p**-power
    inside = (factor > 1e-290) & (factor < 1e290)
    squared = np.where(inside, error * factor * error, (t * p ** (1 - power / 2)) ** 2)
    return np.where(error == 0, 0.0, squared * (1 + series) / 2)


def _near(y: Array, p: Array, reach: Array, sign: float, power: float) -> Array:
    """p^a L² exp[0, L, a L], the second divided difference, with L = log(y/p) = `reach` and its sign.

    Around the least of 0, L and a L, its Taylor series Σ xⁿ (1 + s + … + sⁿ)/(n + 2)! has no negative term.
    """
    a = 2 - power
    least, middle, most = sorted((0.0, sign, sign * a))
    x = np.abs(reach) * (most - least)
    series = np.zeros_like(x)
    for coefficient in _coefficients((middle - least) / (most - least)):
        series = coefficient + x * series
    at_least = _times_raised(y, p, power) if least == sign else _raise(p if least == 0 else y, 2, power)
    return at_least * reach * reach * series


def _coefficients(share: float) -> list[float]:
    """(1 + s + … + sⁿ)/(n + 2)!, each rounded once, the last first."""
    s = Fraction(share)
    sums = [Fraction(1)]
    for _ in range(_STEPS):
        sums.append(1 + s * sums[-1])
    return [float(total / math.factorial(n + 2)) for n, total in enumerate(sums)][::-1]


def _far(y: Array, p: Array, reach: Array, power: float) -> Array:
    a, b = 2 - power, 1 - power
    if abs(b) < 0.25:
        value = (y * (_box_cox(y, p, reach, b) - p**b) + p**a) / a
    elif abs(a) < 0.25:
        value = (_times_raised(y - p, p, power) - _box_cox(y, p, reach, a)) / -b
    else:
        both = _raise(y, 2, power) / (a * b) + _raise(p, 2, power) / a
        value = both - _times_raised(y, p, power) / b
    overflown = np.isnan(value) & ~np.isnan(p)  # of two infinite terms the larger one is the positive
    return np.where(overflown, np.inf, value)


def _box_cox(y: Array, p: Array, reach: Array, c: float) -> Array:
    """(y^c − p^c)/c."""
    return np.where(np.abs(c * reach) <= 1, p**c * np.expm1(c * reach), y**c - p**c) / c
