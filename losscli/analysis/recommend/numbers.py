"""How what was measured is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from losscli.stats.interval import Measure, number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


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
