"""From texts, JSON lists and NumPy arrays to float64, with the place of what is no number."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from losscli.batch import encoded
from losscli.data.words import counted, quoted
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from losscli.batch import Array

MISSING = frozenset({"", "nan", "na", "n/a", "null", "none"})
BOOLEANS = {"true": 1.0, "false": 0.0}
JSON_WORDS = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}
UNREADABLE = {"S": "text", "U": "text", "V": "records", "M": "dates", "m": "time spans"}
DEEPEST = 64  # the most axes that NumPy's arrays have


class ValuePlace(NamedTuple):
    """Where values stand, for messages: a file or an option, a column if it has columns, the first row."""

    name: str
    column: str | None = None
    hint: str | None = None
    first_row: int = 1

    def error(self, row: int, entry: tuple[int, ...], what: str) -> LosscliError:
        """`sales.csv, row 3, column forecast[2]: what`; `row` counts from 0 in these values."""
        place = f"{self.name}, row {self.first_row + row}"
        if self.column is not None:
            place += f", column {self.column}"
        if entry:
            at = "[" + ", ".join(str(i + 1) for i in entry) + "]"
            place += at if self.column is not None else f", entry {at}"
        return LosscliError(f"{place}: {what}", self.hint)

    @property
    def whole(self) -> str:
        return self.name if self.column is None else f"{self.name}, column {self.column}"


def word(text: str) -> float | None:
    """The number that a text stands for: NaN when it is missing, None when it is no number."""
    stripped = text.strip().lower()
    if stripped in MISSING:
        return math.nan
    if stripped in BOOLEANS:
        return BOOLEANS[stripped]
    # float() reads 1_000 as 1000: nobody who writes data means that.
    if "_" in stripped:
        return None
    try:
        return float(stripped)
    except ValueError:
        return None


def is_word(text: str) -> bool:
    """Whether a text is a word: it has letters, and is no number, none missing."""
    return word(text) is None and any(map(str.isalpha, text))


def from_texts(texts: list[str], place: ValuePlace) -> Array:
    """Texts (N,) as float64; empty ones and words such as NA are NaN."""
    if "_" not in "".join(texts):
        try:
            return np.array(texts, dtype=np.float64)
        except ValueError:
            pass
    values = np.empty(len(texts))
    for row, text in enumerate(texts):
        value = word(text)
        if value is None:
            raise place.error(row, (), f"{quoted(text)} is not a number")
        values[row] = value
    return values


def from_cells(cells: Sequence[Any], place: ValuePlace) -> Array:
    """Cells of a database or a sheet (N,) as float64: None is NaN, texts are read as in from_texts."""
    kinds = set(map(type, cells))
    if kinds <= {float, int, bool, type(None)}:
        return np.array(cells, np.float64)
    if kinds <= {str, type(None)}:
        return from_texts([cell or "" for cell in cells], place)
    values = np.empty(len(cells))
    for row, cell in enumerate(cells):
        value = word(cell) if isinstance(cell, str) else cell
        if isinstance(value, bytes) or (value is None and cell is not None):
            what = "a value of bytes" if isinstance(cell, bytes) else quoted(cell)
            raise place.error(row, (), f"{what} is not a number")
        values[row] = math.nan if value is None else value
    return values


def labels(values: Iterable[Any], place: ValuePlace) -> Any:
    """Texts or JSON values (N,) as the Labels of groups, which stand among a table's arrays."""
    texts = (value if isinstance(value, str) else _label(value) for value in values)
    return encoded(place.column or place.name, texts)


def _label(value: Any) -> str:
    """A value as a label: a whole number without a point; nothing for what is missing."""
    if value is None or value != value:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    import json

    return json.dumps(value, ensure_ascii=False)


def from_nested(rows: Sequence[Any], place: ValuePlace, trailing: tuple[int, ...] | None = None) -> Array:
    """JSON values, a number or nested lists a row, as float64 (N, ...).

    `trailing` is the shape a row must have (the first row's where it is None). null is NaN; the strings
    "inf", "-inf" and "nan" are numbers, no others are.
    """
    try:
        array = np.asarray(rows)
    except ValueError:  # ragged, or nested deeper than NumPy goes
        array = None
    if array is not None and array.dtype.kind in "biuf" and trailing in (None, array.shape[1:]):
        return array.astype(np.float64)
    if trailing is None:
        trailing = _shape(rows[0]) if rows else ()
        if len(trailing) >= DEEPEST:
            raise LosscliError(f"{place.whole}: lists nested {len(trailing) + 1} deep are too deep")
    values: list[float] = []
    for row, value in enumerate(rows):
        _flatten(value, trailing, place, row, (), values)
    return np.array(values, dtype=np.float64).reshape(len(rows), *trailing)


def _shape(value: Any) -> tuple[int, ...]:
    shape: list[int] = []
    while isinstance(value, list):
        shape.append(len(value))
        value = value[0] if value else None
    return tuple(shape)


def _flatten(
    value: Any, shape: tuple[int, ...], place: ValuePlace, row: int, entry: tuple[int, ...], into: list[float]
) -> None:
    if not shape:
        into.append(_number(value, place, row, entry))
    elif not isinstance(value, list):
        raise place.error(row, entry, f"{quoted(value)} where row 1 has {_entries(shape)}")
    elif len(value) != shape[0]:
        raise place.error(row, entry, f"{counted(len(value), 'entry')} where row 1 has {shape[0]}")
    else:
        for i, item in enumerate(value):
            _flatten(item, shape[1:], place, row, (*entry, i), into)


def _entries(shape: tuple[int, ...]) -> str:
    return "a list of " + counted(shape[0], "entry")


def _number(value: Any, place: ValuePlace, row: int, entry: tuple[int, ...]) -> float:
    if value is None:
        return math.nan
    if isinstance(value, str):
        number = JSON_WORDS.get(value.lower())
        if number is not None:
            return number
    elif isinstance(value, list):
        raise place.error(row, entry, f"{quoted(value)} where row 1 has one number")
    elif not isinstance(value, dict):
        try:
            return float(value)
        except OverflowError:
            raise place.error(row, entry, f"{quoted(value)} is too large for a 64-bit float") from None
    raise place.error(row, entry, f"{quoted(value)} is not a number")


def check_numeric(array: NDArray[Any], whole: str) -> None:
    """LosscliError unless a NumPy array holds real numbers or booleans, at least one, on an axis."""
    kind = array.dtype.kind
    if kind == "c":
        raise LosscliError(f"{whole} holds complex numbers ({array.dtype})", "save its real part: array.real")
    if kind not in "biuf":
        what = UNREADABLE.get(kind, "no numbers")
        raise LosscliError(f"{whole} holds {what} ({array.dtype})", "save an array of numbers")
    if array.ndim == 0:
        raise LosscliError(
            f"{whole} holds a single number, not an array", "save it with one axis: np.atleast_1d(x)"
        )
    if array.size == 0:
        raise LosscliError(f"{whole} has no values (its shape is {array.shape})")
