"""From texts, JSON lists and NumPy arrays to float64, with the place of what is no number."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from losscli.batch import encoded
from losscli.data.numbers import PLAIN, NumberFormat, advice, is_number, number
from losscli.data.words import counted, quoted
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from losscli.batch import Array

USUAL = ("", "nan", "na", "n/a", "null", "none")
MISSING = frozenset(
    {*USUAL, "#n/a", "#na", "#n/a n/a", "<na>", "-nan", "1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan"}
)
BOOLEANS = {"true": 1.0, "false": 0.0}
UNREADABLE = {"S": "text", "U": "text", "V": "records", "M": "dates", "m": "time spans"}
DEEPEST = 64  # the most axes that NumPy's arrays have


class ValuePlace(NamedTuple):
    """Where values stand, for messages: a file or an option, a column if it has columns, the first row."""

    name: str
    column: str | None = None
    hint: str | None = None
    first_row: int = 1
    form: NumberFormat = PLAIN

    def error(self, row: int, entry: tuple[int, ...], what: str, hint: str | None = None) -> LosscliError:
        """`sales.csv, row 3, column forecast[2]: what`; `row` counts from 0 in these values."""
        place = f"{self.name}, row {self.first_row + row}"
        if self.column is not None:
            place += f", column {self.column}"
        if entry:
            at = "[" + ", ".join(str(i + 1) for i in entry) + "]"
            place += at if self.column is not None else f", entry {at}"
        return LosscliError(f"{place}: {what}", hint or self.hint)

    def no_number(self, row: int, entry: tuple[int, ...], value: Any) -> float:
        """Raises LosscliError of a value that is no number; NaN where such a cell is let pass."""
        hint = advice(value, self.form) if isinstance(value, str) else None
        why = self.error(row, entry, f"{quoted(value)} is not a number", hint)
        if entry or self.column is None or not isinstance(value, str):
            raise why
        from losscli.data.lenient import let_pass

        let_pass(self.name, self.column, self.first_row + row, value, why)
        return math.nan

    @property
    def whole(self) -> str:
        return self.name if self.column is None else f"{self.name}, column {self.column}"


def word(text: str, form: NumberFormat = PLAIN) -> float | None:
    """The number that a text stands for in this format: NaN when it is missing, None when it is no number."""
    stripped = text.strip().lower()
    if stripped in MISSING or stripped in form.na:
        return math.nan
    if stripped in BOOLEANS:
        return BOOLEANS[stripped]
    # float() reads 1_000 as 1000: nobody who writes data means that.
    if "_" in stripped:
        return None
    infinite = stripped.lstrip("+-") in ("inf", "infinity")
    # float() knows points alone, and no percent.
    if not infinite and (form.percent or (form.decimal != "." and "." in stripped)):
        return number(text, form)
    try:
        return float(stripped)
    except ValueError:
        return number(text, form)


def from_texts(texts: list[str], place: ValuePlace, trailing: tuple[int, ...] | None = None) -> Array:
    """Texts (N,) as float64; empty ones and words such as NA are NaN.

    Where a cell holds a list (N, ...): `trailing` is the shape that each must have.
    """
    if place.form.lists:
        return _from_lists(texts, place, trailing)
    array = _from_plain(texts, place.form)
    if array is not None:
        return array
    values = np.empty(len(texts))
    for row, text in enumerate(texts):
        value = word(text, place.form)
        values[row] = place.no_number(row, (), text) if value is None else value
    return values


def _from_plain(texts: list[str], form: NumberFormat) -> Array | None:
    """The same, where NumPy reads each text; None where it does not."""
    joined = "".join(texts)
    if "_" in joined or form.percent:
        return None
    if form.decimal != ".":
        if "." in joined:
            return None
        texts = [text.replace(form.decimal, ".") for text in texts]
    try:
        return np.array(texts, dtype=np.float64)
    except ValueError:
        return None


def _from_lists(texts: list[str], place: ValuePlace, trailing: tuple[int, ...] | None) -> Array:
    """Texts of lists, such as "[0.1, 0.9]", as float64 (N, ...)."""
    rows = [_list_of(text, place, row) for row, text in enumerate(texts)]
    return from_nested(rows, place._replace(form=PLAIN), trailing)


def _list_of(text: str, place: ValuePlace, row: int) -> list[Any]:
    from losscli.data.printed import read_printed

    try:
        value = read_printed(text)
    except LosscliError as error:
        raise place.error(row, (), error.what, error.hint) from None
    if value is None:
        raise place.error(row, (), f"{quoted(text)} where other rows hold a list of numbers")
    return value


def is_word(text: str) -> bool:
    """Whether a text is a word: it has letters, and is no number, none missing, no list."""
    if word(text) is not None or not any(map(str.isalpha, text)):
        return False
    from losscli.data.printed import is_list

    return not is_number(text) and not is_list(text)


def from_cells(cells: Sequence[Any], place: ValuePlace) -> Array:
    """Cells of a database or a sheet (N,) as float64: None is NaN, texts are read as in from_texts."""
    kinds = set(map(type, cells))
    if kinds <= {float, int, bool, type(None)}:
        return np.array(cells, np.float64)
    if kinds <= {str, type(None)}:
        return from_texts([cell or "" for cell in cells], place)
    values = np.empty(len(cells))
    for row, cell in enumerate(cells):
        value = word(cell, place.form) if isinstance(cell, str) else cell
        if isinstance(value, bytes):
            raise place.error(row, (), "a value of bytes is not a number")
        if value is None and cell is not None:
            value = place.no_number(row, (), cell)
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

    `trailing` is the shape a row must have (the first row's where it is None). null is NaN; texts are read
    as in from_texts.
    """
    if place.form.lists:
        rows = [
            _list_of(each, place, row) if isinstance(each, str) else each for row, each in enumerate(rows)
        ]
    elif trailing in (None, ()) and set(map(type, rows[:1])) == {str} == set(map(type, rows)):
        return from_texts(list(rows), place)
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
        read = word(value, place.form)
        if read is not None:
            return read
    elif isinstance(value, list):
        raise place.error(row, entry, f"{quoted(value)} where row 1 has one number")
    elif not isinstance(value, dict):
        try:
            return float(value)
        except OverflowError:
            raise place.error(row, entry, f"{quoted(value)} is too large for a 64-bit float") from None
    return place.no_number(row, entry, value)


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
