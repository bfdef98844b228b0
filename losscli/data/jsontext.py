"""JSON (an object of arrays, an array of objects) and JSONL (an object a line)."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any

from losscli.data.arraytable import ArrayTable, cell_text, texts_in
from losscli.data.blocks import cut, cut_unread, is_large
from losscli.data.convert import ValuePlace, from_nested, labels
from losscli.data.jsonshapes import flat, is_scores, record_of, table_of
from losscli.data.tables import FIRST_ROWS, Pick, Table
from losscli.data.words import quoted, shown
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from losscli.batch import Array
    from losscli.data.blocks import Part
    from losscli.data.files import File
    from losscli.data.tables import Cells

SHAPES = "a table is an object of arrays, or an array of objects"
LOOKED_AT = 100  # lines of a JSONL file whose keys make its columns


class Decoder:
    """Decodes JSON text and remembers which keys stood twice in one object (of which json keeps the last)."""

    def __init__(self) -> None:
        self.twice: set[str] = set()
        self._decoder = json.JSONDecoder(object_pairs_hook=self._object)

    def decode(self, text: str, name: str, first_line: int = 1, hint: str | None = None) -> Any:
        """The value of `text`; LosscliError with line, column and the parser's word where it is broken."""
        try:
            return self._decoder.decode(text)
        except json.JSONDecodeError as error:
            place = f"{name}, line {first_line + error.lineno - 1}, column {error.colno}"
            raise LosscliError(f"{place}: broken JSON: {error.msg}", hint or "mend the JSON there") from None
        except RecursionError:
            raise LosscliError(f"{name}: the JSON is nested too deeply") from None
        except ValueError:
            # Python refuses to read an integer of more than 4300 digits.
            raise LosscliError(f"{name}: an integer in the JSON is too large for a 64-bit float") from None

    def __reduce__(self) -> tuple[type[Decoder], tuple[()]]:
        # What json compiles for itself cannot be sent to another process; a new one can stand in for it.
        return Decoder, ()

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        if len(value) < len(pairs):
            seen: set[str] = set()
            for key, _ in pairs:
                if key in seen:
                    self.twice.add(key)
                seen.add(key)
        return value


def read_json(file: File) -> Table:
    """The same, read whole, here."""
    decoder = Decoder()
    value = decoder.decode(file.whole_text(), file.name)
    if isinstance(value, list) and value and isinstance(value[0], dict) and not is_scores(value):
        for row, record in enumerate(value, 1):
            _check_record(record, f"{file.name}, row {row}")
        return JsonRecords(file.name, list(map(flat, value)), decoder.twice)
    columns, said = table_of(value, file.name)
    if columns is None:
        raise _no_table(value, file.name)
    table: Table
    if isinstance(columns, dict):
        table = JsonArrays(file.name, columns, decoder.twice)
    else:
        table = JsonRecords(file.name, columns, decoder.twice)
    table.said = (f"{file.name}: {said}",) if said else ()
    return table


def _no_table(value: Any, name: str) -> LosscliError:
    """The error for JSON that is no table."""
    if isinstance(value, dict):
        what = "an object without arrays" if value else "an object without anything"
        return LosscliError(f"{name} holds {what}: no table", SHAPES)
    if not isinstance(value, list):
        return LosscliError(f"{name} holds {quoted(value)}: no table", SHAPES)
    if not value:
        return LosscliError(f"{name} holds an empty array: no rows")
    return LosscliError(
        f"{name} holds one array, without names of columns",
        f"{SHAPES}; for one array: --true @y.json --pred @p.json, without DATA",
    )


class JsonArrays(ArrayTable):
    """An object of arrays, each nested to any depth."""

    def __init__(self, name: str, arrays: dict[str, list[Any]], twice: set[str]) -> None:
        super().__init__(name, list(arrays))
        self._arrays = arrays
        self._twice = twice

    def whole(self, index: int) -> Sequence[Any]:
        return self._arrays[self.columns[index]]

    def load(self, pick: Pick) -> Any:
        column = self.columns[pick.index]
        _check_once(self, pick, self._twice)
        if pick.label:
            return labels(self._arrays[column], self.place(pick))
        return _filled(from_nested(self._arrays[column], self.place(pick)), self.place(pick))


class JsonRecords(ArrayTable):
    """An array of objects. A key that an object lacks is a missing value, as null is."""

    def __init__(self, name: str, records: list[dict[str, Any]], twice: set[str]) -> None:
        super().__init__(name, _keys(records))
        if not self.columns:
            raise LosscliError(f"{name} holds empty objects: no columns")
        self._records = records
        self._twice = twice

    def whole(self, index: int) -> Sequence[Any]:
        return [record.get(self.columns[index]) for record in self._records]

    def load(self, pick: Pick) -> Any:
        column = self.columns[pick.index]
        _check_once(self, pick, self._twice)
        values = [record.get(column) for record in self._records]
        if pick.label:
            return labels(values, self.place(pick))
        return _filled(from_nested(values, self.place(pick)), self.place(pick))


class JsonLines(Table):
    """An object a line, read in chunks; blank lines are no rows. The first lines' keys are its columns."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._decoder = Decoder()
        # Whether the objects hold others.
        lines = [value for _, value in islice(read_lines(file, self._decoder), LOOKED_AT)]
        self._nested = any(
            is_scores(line) or (isinstance(line, dict) and flat(line) is not line) for line in lines
        )
        self._first = list(islice(self._records(), LOOKED_AT))
        super().__init__(file.name, _keys(self._first))
        if not self.columns:
            raise LosscliError(f"{file.name} holds empty objects: no columns")

    def read(self, picks: Sequence[Pick], rows: int) -> Iterator[list[Array]]:
        return self.read_in_parts(self.parts(picks), picks, rows, self._read_lines)

    @property
    def size(self) -> int | None:
        return self._file.unpacked

    def parts(self, picks: Sequence[Pick]) -> Iterator[Part] | None:
        # Of numbers as labels, Polars does not tell how they are written.
        if self._nested or not is_large(self._file) or any(pick.label for pick in picks):
            return None
        if self._file.plain:
            return cut_unread(self._file, 0)
        return cut(self._file, 0, quoted=False)

    def read_part(self, picks: Sequence[Pick], part: Part) -> list[Array]:
        from losscli.data.quick import parse_lines

        data = part.read(self._file)
        if part.start == 0:
            data = data.removeprefix(b"\xef\xbb\xbf")
        return parse_lines(data, [self.columns[pick.index] for pick in picks])

    def first_values(self, index: int) -> list[str]:
        column = self.columns[index]
        values = (record.get(column) for record in islice(self._records(), FIRST_ROWS))
        return [value for value in values if isinstance(value, str)]

    def _read_lines(self, picks: Sequence[Pick], rows: int) -> Iterator[list[Array]]:
        records = self._records()
        places = [self.place(pick) for pick in picks]
        shapes: list[tuple[int, ...] | None] = [None] * len(picks)
        first_row = 1
        while chunk := list(islice(records, rows)):
            arrays: list[Array] = []
            for i, (pick, place) in enumerate(zip(picks, places, strict=True)):
                column = self.columns[pick.index]
                _check_once(self, pick, self._decoder.twice)
                values = [record.get(column) for record in chunk]
                if pick.label:
                    arrays.append(labels(values, place))
                    continue
                array = from_nested(values, place._replace(first_row=first_row), shapes[i])
                shapes[i] = array.shape[1:]
                arrays.append(_filled(array, place))
            yield arrays
            first_row += len(chunk)

    def cells(self, rows: Sequence[int]) -> dict[int, Cells]:
        wanted, cells = set(rows), {}
        for number, record in enumerate(self._records(), 1):
            if number in wanted:
                later = [key for key in record if key not in self.columns]
                cells[number] = tuple((key, cell_text(record.get(key))) for key in (*self.columns, *later))
                if len(cells) == len(wanted):
                    break
        return cells

    def _records(self) -> Iterator[dict[str, Any]]:
        for number, value in read_lines(self._file, self._decoder):
            place = f"{self._file.name}, line {number}"
            yield (
                flat(_check_record(record_of(value), place)) if self._nested else _check_record(value, place)
            )

    def texts(self, index: int) -> Sequence[str]:
        return texts_in([record.get(self.columns[index]) for record in self._first])

    def integers(self, index: int) -> Iterator[Any]:
        return ([record.get(self.columns[index])] for record in self._records())


def read_lines(file: File, decoder: Decoder, name: str | None = None) -> Iterator[tuple[int, Any]]:
    """The values of a JSONL file, a line each, with the line's number from 1."""
    with file.text() as stream:
        try:
            for number, line in enumerate(stream, 1):
                if line.strip():
                    yield number, decoder.decode(line.rstrip("\r\n"), name or file.name, number)
        except UnicodeDecodeError:
            raise file.undecodable() from None


def read_array(value: Any, place: ValuePlace) -> Array:
    """A JSON value, numbers in lists, as one array (N, ...)."""
    if isinstance(value, dict):
        raise LosscliError(
            f"{place.name} is a JSON object, where one array is wanted",
            "a file of columns is given as DATA: losscli compute LOSS DATA --true NAME --pred NAME",
        )
    if not isinstance(value, list):
        raise LosscliError(
            f"{place.name} holds {quoted(value)}, where an array is wanted", "write it as [1, 2]"
        )
    return _filled(from_nested(value, place), place)


def _filled(array: Array, place: ValuePlace) -> Array:
    if not array.size:
        raise LosscliError(f"{place.whole} has no values (its shape is {array.shape})")
    return array


def _keys(records: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(key for record in records for key in record))


def _check_record(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise LosscliError(
            f"{place}: {quoted(value)} where an object is wanted", "each row is an object of named values"
        )
    return value


def _check_once(table: Table, pick: Pick, twice: set[str]) -> None:
    column = table.columns[pick.index]
    if column in twice:
        raise LosscliError(
            f"{table.name}: the column {shown(column)} stands twice in one object",
            "name each key of an object once",
        )
