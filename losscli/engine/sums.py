"""Sums that lose nothing: exact where terms may cancel, pairwise inside a block where all have one sign.

A running sum is a whole number of units of 2⁻⁴⁰⁰⁰, so merging is exact, order does not matter, and a sum
(or a sum of squares, or of products) may pass through values that float64 cannot hold.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from losscli.losses.domain import Array
from losscli.losses.stable import times

_SHIFT = 4000
_SQUARED_SAFELY = (
    400  # the largest of a block's values below 2⁴⁰⁰ and above 2⁻⁴⁰⁰: its squares are in float64
)
HUGE, TINY = 2.0**900, 2.0**-900
UP = 1_100  # what larger and smaller products are apart, as a power of 2


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
        shift = _SHIFT + exponent - denominator.bit_length() + 1
        self.units += numerator << shift if shift >= 0 else numerator >> -shift

    def add_block(self, values: Array, one_sign: bool, exponent: int = 0) -> bool:
        """Adds an array times 2^exponent. Says whether all of it is finite.

        With `one_sign`, which holds for every block of the sum, pairwise: nothing cancels. Otherwise exactly,
        as what one block leaves may cancel with another.
        """
        if values.size == 0:
            return True
        values = values.ravel().astype(np.float64, copy=False)
        if one_sign:
            with np.errstate(over="ignore", invalid="ignore"):
                total = float(np.add.reduce(values))
            if math.isfinite(total):
                self.add(total, exponent)
                return True
        finite = np.isfinite(values)
        if finite.all():
            self._add_exactly(values, exponent)
            return True
        self._add_exactly(values[finite], exponent)
        with np.errstate(invalid="ignore"):
            self.add(float(np.sum(values[~finite])))
        return False

    def _add_exactly(self, values: Array, exponent: int) -> None:
        """Adds finite values, each cut at the same bit, so high that the upper parts add up exactly; what is
        below it again, until nothing is left. Rump, Ogita, Oishi 2008.
        """
        while values.size and (top := max(-float(values.min()), float(values.max()))) > 0:
            if top > HUGE:  # there is no room above them for the cut
                huge = np.abs(values) > HUGE
                self._add_exactly(np.ldexp(values[huge], -UP), exponent + UP)
                values = values[~huge]
                continue
            cut = math.ldexp(1.0, math.frexp(top)[1] + values.size.bit_length())
            upper = values + cut
            upper -= cut
            self.add(float(np.add.reduce(upper)), exponent)
            values = np.subtract(values, upper, out=upper)

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
        squares, unit = products(weight, scaled * scaled)
        self.add_block(squares, True, 2 * exponent + unit)

    def merge(self, other: Sum) -> None:
        self.units += other.units
        self.special += other.special

    def over(self, divisor: float, exponent: int = 0) -> float:
        """The sum divided by divisor · 2^exponent, rounded once; 0/0 is nan."""
        if self.special != 0 or math.isnan(self.special) or not math.isfinite(divisor):
            with np.errstate(invalid="ignore"):
                return float(np.divide(self.special, divisor)) if divisor else math.nan
        if divisor == 0:
            return math.nan if self.units == 0 else self._infinity()
        top, bottom = divisor.as_integer_ratio()
        try:
            return (self.units * bottom) / (top << (_SHIFT + exponent))
        except OverflowError:
            return self._infinity()

    def _infinity(self) -> float:
        return math.inf if self.units > 0 else -math.inf

    def long(self) -> np.floating[Any]:
        """The sum; near the end of float64 and beyond it a long double, which may be longer."""
        near = float(self)
        if abs(near) < HUGE or self.special != 0 or math.isnan(self.special):
            return np.float64(near)
        length = self.units.bit_length()
        return np.ldexp(np.longdouble(self.units / (1 << length)), length - _SHIFT)

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


def products(weight: Array | None, values: Array) -> tuple[Array, int]:
    """w·v (weights of 1 if None) over a power of 2, and its exponent: 0 unless w·v would leave float64."""
    if weight is None:
        return values, 0
    made = times(weight, values)
    if made.size == 0:
        return made, 0
    top = max(-float(made.min()), float(made.max()))
    if TINY <= top < math.inf or not (np.isfinite(values) & np.isfinite(weight) | (weight == 0)).all():
        return made, 0
    unit = UP if top > 1 else -UP if np.any(values) and np.any(weight) else 0
    if unit == 0:
        return made, 0
    with np.errstate(over="ignore"):  # of what 0 is a factor of
        product = times(np.ldexp(weight, -unit // 2), np.ldexp(values, -unit // 2))
    return np.where(values == 0, 0.0, product), unit
