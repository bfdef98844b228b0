"""Sums that lose nothing: exact between blocks, pairwise or compensated inside one.

A running sum is a whole number of units of 2⁻⁴⁰⁰⁰, so merging is exact, order does not matter, and a sum
(or a sum of squares) may pass through values that float64 cannot hold.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from losscli.losses.domain import Array

_SHIFT = 4000
_SQUARED_SAFELY = (
    400  # the largest of a block's values below 2⁴⁰⁰ and above 2⁻⁴⁰⁰: its squares are in float64
)
_FEW = 1_024  # of fewer values than this, a tree of TwoSum steps costs nothing
_SCALED = 900  # beyond 2⁹⁰⁰ (or so) there is no room above the values to round them at


@dataclass(eq=False, repr=False)
class Sum:
    """A running sum of float64 numbers. Infinities and NaN are kept apart, and add as floats do."""

    units: int = 0
    special: float = 0.0

    def add(self, number: float, exponent: int = 0) -> None:
        """Adds number · 2^exponent, exactly."""
        if not math.isfinite(number):
            self.special += number
            return
        numerator, denominator = number.as_integer_ratio()
        self.units += numerator << (_SHIFT + exponent - denominator.bit_length() + 1)

    def add_block(self, values: Array, one_sign: bool) -> bool:
        """Adds an array: pairwise if its values have one sign (nothing cancels), compensated otherwise.

        Says whether all of them are finite.
        """
        if values.size == 0:
            return True
        values = values.ravel()
        with np.errstate(over="ignore", invalid="ignore"):
            total, error = (float(np.add.reduce(values)), 0.0) if one_sign else _two_sums(values)
        if math.isfinite(total) and math.isfinite(error):
            self.add(total)
            self.add(error)
            return True
        if np.isfinite(values).all():  # finite values whose sum leaves float64
            scaled, error = compensated(np.ldexp(values, -64))
            self.add(scaled, 64)
            self.add(error, 64)
            return True
        finite = np.isfinite(values)
        self.add_block(values[finite], one_sign)
        self.add(float(np.sum(values[~finite])))
        return False

    def add_squares(self, values: Array, weight: Array | None = None) -> None:
        """Adds Σ w v² (weights of 1 if None), also where v² would leave float64."""
        if weight is not None:
            counts = weight > 0
            values, weight = values[counts], weight[counts]
        if values.size == 0:
            return
        top = max(-float(values.min()), float(values.max()))
        if not math.isfinite(top):
            self.add(abs(top))
            return
        _, exponent = math.frexp(top)
        if abs(exponent) < _SQUARED_SAFELY:
            exponent = 0
        scaled = np.ldexp(values, -exponent) if exponent else values
        squares = scaled * scaled
        if weight is not None:
            squares *= weight
        self.add(float(np.add.reduce(squares)), 2 * exponent)  # of one sign: nothing cancels

    def merge(self, other: Sum) -> None:
        self.units += other.units
        self.special += other.special

    def over(self, divisor: float) -> float:
        """The sum divided by a number, rounded once; 0/0 is nan."""
        if self.special != 0 or math.isnan(self.special) or not math.isfinite(divisor):
            return float(np.divide(self.special, divisor)) if divisor else math.nan
        if divisor == 0:
            return math.nan if self.units == 0 else self._infinity()
        top, bottom = divisor.as_integer_ratio()
        try:
            return (self.units * bottom) / (top << _SHIFT)
        except OverflowError:
            return self._infinity()

    def _infinity(self) -> float:
        return math.inf if self.units > 0 else -math.inf

    def root(self) -> np.longdouble:
        """√ of the sum, which may be outside float64; so may the root, where a long double is longer."""
        if self.special != 0 or math.isnan(self.special):
            return np.longdouble(math.sqrt(self.special) if self.special > 0 else math.nan)
        # √(u · 2⁻⁴⁰⁰⁰) = √(u · 2^2s) · 2^(−2000 − s), with s large enough for all the digits of √u
        shift = max(0, 64 - self.units.bit_length() // 2)
        root = math.isqrt(self.units << (2 * shift))
        length = root.bit_length()
        return np.ldexp(np.longdouble(root / (1 << length)), length - _SHIFT // 2 - shift)

    def __float__(self) -> float:
        return self.over(1.0)


def _two_sums(values: Array) -> tuple[float, float]:
    """A sum and what its additions rounded away, by the cheapest way that keeps twice the digits.

    Values of one sign need no second sum. Others are each cut at the same bit, so high that the upper parts
    add up exactly and the lower ones, at most N·2⁻⁵² of the largest value each, lose nothing that counts:
    half the time of a tree of TwoSum steps (Rump, Ogita, Oishi 2008, without their repetition).
    """
    low, high = float(values.min()), float(values.max())
    if low >= 0 or high <= 0:
        return float(np.add.reduce(values)), 0.0
    if values.size < _FEW or not (exponent := math.frexp(max(-low, high))[1]) < _SCALED or low != low:
        return compensated(values)
    cut = math.ldexp(1.0, exponent + values.size.bit_length())
    upper = values + cut
    upper -= cut
    total = float(np.add.reduce(upper))
    np.subtract(values, upper, out=upper)
    return total, float(np.add.reduce(upper))


def compensated(values: Array) -> tuple[float, float]:
    """A sum and what its additions rounded away: a tree of TwoSum steps (Ogita, Rump, Oishi 2005)."""
    level = np.ravel(values).astype(np.float64, copy=False)
    lost = 0.0
    while level.size > 1:
        half = level.size // 2
        a, b = level[:half], level[half : 2 * half]
        total = a + b
        virtual = total - a
        lost += float(np.sum((a - (total - virtual)) + (b - virtual)))
        level = np.append(total, level[-1]) if level.size % 2 else total
    return float(level[0]), lost
