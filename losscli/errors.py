"""Errors a person can act on: what is wrong, and how to mend it."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class LosscliError(Exception):
    """Wrong usage or wrong data. The command line prints it and exits with 2.

    `what` is one line that names the thing and its place; `hint`, if any, says how to mend it.
    """

    def __init__(self, what: str, hint: str | None = None) -> None:
        super().__init__(what if hint is None else f"{what} ({hint})")
        self.what = what
        self.hint = hint


class TooMuch(LosscliError):
    """More memory is needed than is allowed."""


class BadValue(LosscliError):
    """A value outside its domain, named by where it stands in the arrays a loss was given.

    `argument` is "y_true", "y_pred" or "weight"; `row` counts from 0 within the batch; `entry` is the
    position inside that row (empty for a scalar row). The engine knows where the batch lies and turns
    this into a LosscliError that names the file, the row and the column.
    """

    def __init__(
        self, argument: str, row: int, entry: tuple[int, ...], what: str, hint: str | None = None
    ) -> None:
        super().__init__(what, hint)
        self.argument = argument
        self.row = row
        self.entry = entry

    def __reduce__(self) -> tuple[type[BadValue], tuple[object, ...]]:
        return BadValue, (self.argument, self.row, self.entry, self.what, self.hint)


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """`did you mean "huber"?`, or None when nothing known is close to `word`."""
    candidates = list(known)
    folded = {name.casefold(): name for name in candidates}
    close = get_close_matches(word.casefold(), folded, n=1, cutoff=0.65)
    return f'did you mean "{folded[close[0]]}"?' if close else None


def shown(text: str) -> str:
    r"""`text` with what a terminal would act on or hide (control characters …) escaped, as in `\x1b`."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
