"""Round numbers for the axes of a drawing, and where they stand without touching."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_LEAST_GAP = 2  # columns between two numbers


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers from low to high, `most` at most: multiples of 1, 2 or 5 times a power of ten."""
    if not high > low or most < 1:
        return []
    step = 10.0 ** math.floor(math.log10((high - low) / most))
    for times in (1, 2, 5, 10, 20):
        wide = step * times
        first, last = math.ceil(low / wide - 1e-9), math.floor(high / wide + 1e-9)
        if last - first < most:
            break
    return [k * wide for k in range(first, last + 1)]


def tick_texts(values: Sequence[float]) -> list[str]:
    """Tick labels with as many decimals as their step needs; very large and small ones with an exponent."""
    if not values:
        return []
    largest = max(map(abs, values))
    step = values[1] - values[0] if len(values) > 1 else largest or 1.0
    if largest >= 1e5 or step < 1e-4:
        return [short(value) for value in values]
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return [f"{value if abs(value) > step / 2 else 0:.{decimals}f}" for value in values]


def short(value: float) -> str:
    """Three digits, with an exponent where they need one."""
    text = f"{value:.3g}"
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}" if e else text


def beneath(x: tuple[float, float], room: int) -> dict[int, str]:
    """Column → number, as many as fit side by side."""
    low, high = x
    for most in range(max(3, room // 6), 1, -1):
        values = ticks(low, high, most)
        texts = tick_texts(values)
        columns = [round((value - low) / (high - low) * (room - 1)) for value in values]
        ends = [
            (column - len(text) // 2, column - len(text) // 2 + len(text))
            for column, text in zip(columns, texts, strict=True)
        ]
        gaps = [after[0] - before[1] for before, after in pairwise(ends)]
        if len(values) < 2 or min(gaps) >= _LEAST_GAP:
            return dict(zip(columns, texts, strict=True))
    return {}
