"""The levels of quantiles that columns' names state: q10, p90, 0.1, quantile_0.5, model-lo-90."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_NUMBER = r"(0[._]\d+|\d*\.\d+|\d+)"
_WORD = "quantile|quant|q|percentile|pctl|pct|p|ql|tau"
_EDGE = r"(?=$|[^0-9A-Za-z.])"
# q10, p975, forecast_q0.5, quantile_0.25, q0_1 (where a name may hold no point), tau=0.1
_BEHIND = re.compile(rf"(?:^|[\W_])({_WORD})[\s_=:-]*{_NUMBER}(%)?{_EDGE}", re.IGNORECASE)
# 10%, 0.1_quantile, 90th percentile
_BEFORE = re.compile(rf"(?:^|[^0-9A-Za-z.]){_NUMBER}(?:(%)|(th)?[\s_-]?({_WORD}){_EDGE})", re.IGNORECASE)
_INTERVAL = re.compile(r"[\W_](lo|hi)[\W_](\d+(?:\.\d+)?)$", re.IGNORECASE)  # Nixtla's: 90 % lie between
_BARE = re.compile(r"0?\.\d+")


class _Stated(NamedTuple):
    """What a name states: digits with the unit beside them ("%", "percentile" or ""); or the level itself."""

    digits: str = ""
    unit: str = ""
    known: float | None = None


def level(name: str) -> float | None:
    """The level that a column's name states by itself: q10 → 0.1, p975 → 0.975, q_0.5 → 0.5."""
    known = levels([name])
    return None if known is None else known[0]


def levels(names: Sequence[str], *, alike: bool = False) -> tuple[float, ...] | None:
    """The level, between 0 and 1, that each name states; None where one states none, or may mean another.

    What is said of several together decides: q5 is 0.05 beside q50 and nothing beside q6. `alike`: names that
    differ in a number between 0 and 1 alone (yhat_0.1, yhat_0.9) state it too.
    """
    stated = [_stated(name) for name in names]
    if alike and any(one is None for one in stated):
        stated = _differing(names) or stated
    known = [one for one in stated if one is not None]
    if len(known) < len(names) or not any(one.digits or one.known != 0.5 for one in known):
        return None
    values = [_value(one, known) for one in known]
    inside = tuple(value for value in values if value is not None and 0 < value < 1)
    return inside if len(inside) == len(names) and not _numbering(known) else None


def _stated(name: str) -> _Stated | None:
    if _BARE.fullmatch(name):
        return _Stated(name)
    if match := _INTERVAL.search(name):
        share = float(match[2]) / 100
        return _Stated(known=round((1 - share if match[1].lower() == "lo" else 1 + share) / 2, 12))
    said = {(m[2], _unit(m[1], m[3])) for m in _BEHIND.finditer(name)}
    said = said or {(m[1], _unit(m[4], m[2] or m[3])) for m in _BEFORE.finditer(name)}
    if not said and re.search(r"(?:^|[\W_])median$", name, re.IGNORECASE):
        return _Stated(known=0.5)
    if len(said) != 1:
        return None
    digits, unit = said.pop()
    return _Stated(digits.replace("_", "."), unit)


def _unit(word: str | None, mark: str | None) -> str:
    """That of a number with a word and a mark (% or th) beside it."""
    return "%" if mark else "percentile" if (word or "").lower() in ("percentile", "pctl", "pct") else ""


def _differing(names: Sequence[str]) -> list[_Stated | None] | None:
    """The numbers between 0 and 1 of names that are the same but for these."""
    parts = [re.split(r"(?<![\d.])(0?\.\d+)(?![\d.])", name) for name in names]
    if len(names) < 2 or any(len(part) != 3 for part in parts) or len({(p[0], p[2]) for p in parts}) > 1:
        return None
    return [_Stated(part[1]) for part in parts]


def _value(one: _Stated, beside: Sequence[_Stated]) -> float | None:
    """The level that digits stand for, beside the others; None where it may be another."""
    if one.known is not None:
        return one.known
    whole = [other.digits for other in beside if other.digits.isdigit()]
    if "." in one.digits:
        percents = any(float(other.digits) > 1 for other in beside if "." in other.digits)
        if one.unit == "percentile" and not percents:
            return None
        return _over(one.digits, 2 if percents or one.unit == "%" else 0)
    longest = max(map(len, whole))
    if len(one.digits) == 1 and longest == 1 and not one.unit:
        return None  # q1 … q4 are quarters as well
    if one.digits == "100":
        return None  # the maximum, or a tenth
    return _over(one.digits, 2 if len(one.digits) < 3 else 3) if longest < 4 else None


def _over(digits: str, places: int) -> float:
    return float(f"{digits}e-{places}")


def _numbering(known: Sequence[_Stated]) -> bool:
    """Whether names may just be counted: one after the other, unless up to 99, as percentiles are."""
    numbers = sorted(int(one.digits) for one in known if one.digits.isdigit())
    steps = {high - low for low, high in pairwise(numbers)}
    return len(numbers) == len(known) > 1 and steps == {1} and numbers[-1] != 99
