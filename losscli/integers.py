"""Whole numbers that float64 does not hold: how many of a column's values they are, and one of them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

EXACT = 2**53  # float64 has every integer up to here
# A whole number of so many digits as it is written, in a text of one value or of many.
_LONG = re.compile(r"(?<![\w.])(?<!\w-)([-+\u2212]?\d{16,})(?:\.0*)?(?![\w.]|[-+]\d)")


class Rounding:
    """Of the values of a column, those that are whole numbers which float64 rounds."""

    def __init__(self) -> None:
        self.of = self.count = 0
        self.example: int | None = None

    def add(self, values: Any) -> None:
        """Takes in an array of any kind, or nested lists of numbers and texts, as they stand in a file.

        Also what another found in rows that follow.
        """
        if isinstance(values, Rounding):
            self.of += values.of
            self.count += values.count
            self.example = values.example if self.example is None else self.example
        elif not isinstance(values, np.ndarray):
            self._add_nested(values)
        elif values.dtype.kind in "iu":
            self.of += values.size
            self._add_integers(values.ravel())
        elif values.dtype.kind in "OSU":
            self._add_nested(values.ravel().tolist())
        else:
            self.of += values.size

    def add_text(self, text: str, of: int = 1) -> None:
        """Takes in the text of so many values, whatever stands between them."""
        self.of += of
        for digits in _LONG.findall(text):
            self._add(int(digits.replace("\u2212", "-")))

    def sentences(self, name: str) -> tuple[str, ...]:
        """The sentence that tells of them; none where there are none. `name` is that of the column."""
        if self.example is None:
            return ()
        many = f"{self.count} of {self.of} values are whole numbers beyond 2^53 and were rounded"
        if self.count == 1:
            many = f"1 of {self.of} values is a whole number beyond 2^53 and was rounded"
        return (f"{name}: {many}: {self.example} → {int(float(self.example))}",)

    def _add(self, value: int) -> None:
        try:
            same = int(float(value)) == value
        except OverflowError:  # read as infinite, which is told where it is met
            return
        if not same:
            self.count += 1
            self.example = value if self.example is None else self.example

    def _add_nested(self, values: Any) -> None:
        rest = [values]
        while rest:
            value = rest.pop()
            if isinstance(value, (list, tuple)):
                rest += reversed(value)
            elif isinstance(value, (str, bytes)):
                text = value if isinstance(value, str) else value.decode("latin-1")
                self.add_text(text, 1 + text.count(",") if text.lstrip()[:1] in ("[", "(") else 1)
            else:
                self.of += 1
                if isinstance(value, (int, np.integer)) and abs(int(value)) > EXACT:
                    self._add(int(value))

    def _add_integers(self, values: Any) -> None:
        far = values[(values > EXACT) | (values < -EXACT)]
        if not far.size:
            return
        size = np.abs(far).astype(np.uint64)  # of the least int64 too, whose absolute value is itself
        # What is left without the twos in it must fit into the 53 bits of a float's digits.
        lowest = size & (~size + np.uint64(1))
        odd = size // lowest > EXACT
        self.count += int(np.count_nonzero(odd))
        if odd.any() and self.example is None:
            self.example = int(far[odd][0])


def rounded(values: Any, array: Any, name: str) -> tuple[str, ...]:
    """The sentence for a person's values, of which `array` was made; none where float64 has all of them."""
    if not array.size or (isinstance(values, np.ndarray) and values.dtype.kind in "fb"):
        return ()
    if not max(np.fmax.reduce(array, axis=None), -np.fmin.reduce(array, axis=None)) >= EXACT:
        return ()
    found = Rounding()
    try:
        found.add(values if isinstance(values, (list, tuple)) else np.asarray(values))
    except (TypeError, ValueError):
        return ()
    return found.sentences(name)
