"""Numbers kept as a sum of two floats, for formulas whose terms all but cancel.

A formula written with +, −, ×, ÷, `log` and `exp` of this module works on float arrays and on Twofold numbers
alike, there with twice the digits of a float (about 100 bits).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from losscli.losses import stable
from losscli.losses.domain import Array
from losscli.losses.stable import difference, product


@dataclass(frozen=True, eq=False)
class Twofold:
    """high + low, of which high is the sum rounded to a float. T. J. Dekker 1971."""

    high: Any
    low: Any = 0.0

    def __neg__(self) -> Twofold:
        return Twofold(-self.high, -self.low)

    def __abs__(self) -> Twofold:
        return Twofold(np.copysign(self.high, 1.0), np.copysign(1.0, self.high) * self.low)

    def __add__(self, other: Number) -> Twofold:
        other = _twofold(other)
        high, lost = difference(self.high, -other.high)
        return _normal(high, lost + (self.low + other.low))

    def __sub__(self, other: Number) -> Twofold:
        return self + (-_twofold(other))

    def __rsub__(self, other: Number) -> Twofold:
        return _twofold(other) - self

    def __mul__(self, other: Number) -> Twofold:
        other = _twofold(other)
        high, lost = product(self.high, np.asarray(other.high))
        return _normal(high, lost + (self.high * other.low + self.low * other.high))

    def __truediv__(self, other: Number) -> Twofold:
        other = _twofold(other)
        high = self.high / other.high
        rest = self - other * high
        return _normal(high, rest.high / other.high)

    __radd__, __rmul__ = __add__, __mul__


Number: TypeAlias = Any  # a float array, a float or a Twofold

LOG_2 = Twofold(0.6931471805599453, 2.3190468138462996e-17)
HALF_LOG_2PI = Twofold(0.9189385332046728, -3.8782941580672414e-17)

_EXACT_STEPS, _STEPS = 9, 24


def _twofold(number: Number) -> Twofold:
    return number if isinstance(number, Twofold) else Twofold(number)


def _normal(high: Any, low: Any) -> Twofold:
    """The same sum with all of it that a float can hold in `high`."""
    total = high + low
    return Twofold(total, low - (total - high))


def log(x: Any) -> Any:
    """log x for x > 0."""
    if not isinstance(x, Twofold):
        return np.log(x)
    mantissa, exponent = np.frexp(x.high)
    small = mantissa < np.sqrt(0.5)
    exponent = exponent - small
    scaled = Twofold(np.ldexp(x.high, -exponent), np.ldexp(x.low, -exponent))
    s = (scaled - 1.0) / (scaled + 1.0)
    square = s * s
    # log((1 + s)/(1 − s)) = 2s (1 + s²/3 + s⁴/5 + …): the first steps decide the last digits
    tail = np.zeros_like(square.high)
    for k in range(_STEPS, _EXACT_STEPS, -1):
        tail = square.high * tail + 1 / (2 * k + 1)
    series = Twofold(tail)
    for k in range(_EXACT_STEPS, -1, -1):
        series = square * series + Twofold(1.0) / (2.0 * k + 1.0)
    return 2.0 * s * series + LOG_2 * exponent.astype(np.float64)


def exp(x: Any) -> Any:
    """exp x."""
    if not isinstance(x, Twofold):
        return np.exp(x)
    high = np.exp(x.high)
    rest = x - log(Twofold(high))
    return _normal(high, high * rest.high)


def xlogy(x: Any, y: Any) -> Any:
    """x log y, with 0 log 0 = 0."""
    return x * log(y) if isinstance(x, Twofold) else stable.xlogy(x, y)


def total(terms: Callable[..., tuple[Number, ...]], *arrays: Array) -> Array:
    """Σ terms(*arrays), in twofold numbers where float64 terms lose digits against each other."""
    parts = [part.high if isinstance(part, Twofold) else part for part in terms(*arrays)]
    value = np.asarray(sum(parts))
    if value.dtype != np.float64:
        return value
    size = sum(map(abs, parts))
    lost = (size > 3 * np.abs(value)) & np.isfinite(size)
    if lost.any():
        again = terms(*(Twofold(array[lost]) for array in arrays))
        mended = sum(again[1:], start=_twofold(again[0]))
        value[lost] = np.where(np.isfinite(mended.high), mended.high, value[lost])
    return value
