"""Numbers as a person reads them: few digits, aligned on the point, never a nonzero shown as 0."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_SMALL, _LARGE = 1e-4, 1e9  # outside of these a number is written with an exponent
_EXACT = 7  # digits up to which a number is shown just as it is
_WHOLE = re.compile(r"-?(\d+|inf|nan|[a-z]+)?")


def scalar(value: float, digits: int = 6, exact: int = _EXACT + 1) -> str:
    """A number by itself: in full where `exact` digits hold it, else rounded to `digits` significant ones."""
    value = float(value)
    if not math.isfinite(value) or value == 0:
        return _special(value)
    if not _SMALL <= abs(value) < _LARGE:
        rounded = float(f"{value:.{digits - 1}e}")
        return _scientific(rounded, _mantissa(rounded))
    if _whole(value) + _decimals(value) <= exact:
        return f"{value:.{_decimals(value)}f}"
    text = f"{value:.{max(0, digits - 1 - _exponent(value))}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def column(values: Sequence[float | None], digits: int = 5, nan: str = "nan") -> list[str]:
    """Numbers for a column: as many decimals each, aligned on the point, all of one width.

    The largest shows about `digits` significant digits, and so many decimals are given that the smallest
    shows two; those that are too small or too large for it get an exponent. None is left blank.
    """
    finite = [float(v) for v in values if v is not None and math.isfinite(v) and v != 0]
    inside = [v for v in finite if _SMALL <= abs(v) < _LARGE]
    decimals = _shared_decimals(inside, digits) if inside else 0
    by_exponent = [v for v in finite if not _SMALL <= abs(v) < _LARGE or _need(v) > decimals]
    mantissa = min(2 if inside else digits - 1, max(map(_mantissa, by_exponent), default=0))

    def cell(value: float | None) -> str:
        if value is None:
            return ""
        if math.isnan(value):
            return nan
        if math.isinf(value):
            return _special(value)
        if value == 0:
            return f"{0:.{decimals}f}"
        return _scientific(value, mantissa) if value in by_exponent else f"{value:.{decimals}f}"

    return aligned([cell(v) for v in values])


def aligned(texts: Sequence[str]) -> list[str]:
    """Written numbers padded to one width, their decimal points under each other."""
    ends = [match.end() if (match := _WHOLE.match(text)) else 0 for text in texts]
    left = max(ends, default=0)
    right = max((len(text) - end for text, end in zip(texts, ends, strict=True)), default=0)
    return [
        " " * (left - end) + text + " " * (right - len(text) + end)
        for text, end in zip(texts, ends, strict=True)
    ]


def shares(values: Sequence[float | None]) -> list[str]:
    """Fractions as percentages of one width, about two digits of the largest; "<1 %" for what rounds to 0."""
    known = [v for v in values if v is not None]
    decimals = _percent_decimals(max(known, default=1.0))
    texts = ["" if v is None else _percent(v, decimals) for v in values]
    return [text.rjust(max(map(len, texts), default=0)) for text in texts]


def share(value: float) -> str:
    """One fraction as a percentage of about two digits."""
    return _percent(value, _percent_decimals(value))


def nested(value: Any, limit: int, nan: str = "nan") -> str:
    """A vector or matrix in about `limit` characters: `[0.999, 7e-10, … 10]` tells the cut one's length."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if not isinstance(value, (list, tuple)):
        if not isinstance(value, (int, float)):
            return str(value)
        return nan if math.isnan(value) else scalar(value, 3, exact=5)
    # One entry is at least a digit and a comma, so that more of them than this cannot fit.
    entries = [nested(item, limit, nan) for item in value[: limit // 2 + 1]]
    whole = "[" + ", ".join(entries) + "]"
    if len(whole) <= limit or not value:
        return whole
    end = f", … {len(value)}]"
    if isinstance(value[0], (list, tuple)):
        return "[" + nested(value[0], limit - len(end) - 1, nan) + end
    text = "[" + entries[0]
    for entry in entries[1:]:
        if len(text) + 2 + len(entry) + len(end) > limit:
            break
        text += ", " + entry
    return text + end


def parameter(value: Any) -> str:
    """A parameter's value in a few characters: 1, 0.25, false, none, [1, 2.5]."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return scalar(value)
    return nested(value, 40)


def _special(value: float) -> str:
    return "0" if value == 0 else "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"


def _exponent(value: float) -> int:
    return int(f"{abs(value):e}".partition("e")[2])


def _whole(value: float) -> int:
    return max(1, _exponent(value) + 1)


def _decimals(value: float) -> int:
    """Decimals that show `value` (of fixed notation) exactly."""
    text = repr(abs(float(value)))
    return 99 if "e" in text else len(text.partition(".")[2].rstrip("0"))


def _mantissa(value: float) -> int:
    """Decimals of the mantissa that show `value` exactly: its shortest digits, less the first."""
    digits = repr(abs(value)).partition("e")[0].replace(".", "").strip("0")
    return max(0, len(digits) - 1)


def _need(value: float) -> int:
    """Decimals that show two significant digits of `value`, or all there are."""
    return min(_decimals(value), max(0, 1 - _exponent(value)))


def _shared_decimals(values: list[float], digits: int) -> int:
    whole = max(map(_whole, values))
    exact = max(map(_decimals, values))
    if whole + exact <= min(_EXACT, digits + 2):
        return exact
    largest = max(map(_exponent, values))
    wanted = [n for n in map(_need, values) if whole + n <= digits + 3]
    return min(exact, max([0, digits - 1 - largest, *wanted]))


def _scientific(value: float, decimals: int) -> str:
    mantissa, _, exponent = f"{value:.{decimals}e}".partition("e")
    return f"{mantissa}e{int(exponent)}"


def _percent_decimals(largest: float) -> int:
    percent = 100 * largest
    return next((d for d, least in enumerate((9.95, 0.995, 0.0995, 0.00995)) if percent >= least), 4)


def _percent(value: float, decimals: int) -> str:
    if math.isnan(value):
        return "nan"
    percent, step = 100 * value, 10.0**-decimals
    text = f"{percent:.{decimals}f}"
    if percent > 0 and float(text) == 0:
        return f"<{step:.{decimals}f} %"
    if percent < 100 and float(text) >= 100:
        return f">{100 - step:.{decimals}f} %"
    return f"{text} %"
