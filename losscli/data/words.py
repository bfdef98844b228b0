"""How names and values from outside are written in messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from losscli.errors import shown as shown

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_VALUE = 60
LONGEST_LISTING = 12


def quoted(value: Any) -> str:
    """A value as it stands in a message: text in double quotes, the rest as JSON has it, cut when long."""
    if isinstance(value, str):
        text = shown(value)
        return f'"{text}"' if len(text) <= LONGEST_VALUE else f'"{text[:LONGEST_VALUE]}…"'
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if value is None:
        return "null"
    # Python refuses to print an integer of more than 4300 digits.
    return "a huge integer" if isinstance(value, int) and value.bit_length() > 200 else str(value).lower()


def listed(names: Sequence[str]) -> str:
    """`date, price, forecast`; of many names the first twelve, and how many more there are."""
    some = [shown(name) or '""' for name in names[:LONGEST_LISTING]]
    rest = len(names) - len(some)
    return ", ".join(some) + (f" … and {rest} more" if rest else "")


def counted(n: int, noun: str) -> str:
    """`1 row`, `2 rows`; an "entry" becomes "entries"."""
    if n == 1:
        return f"1 {noun}"
    return f"{n} {noun[:-1]}ies" if noun.endswith("y") else f"{n} {noun}s"
