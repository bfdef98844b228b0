"""CSV and TSV, read in chunks with the csv module."""

from __future__ import annotations

import csv
import math
from contextlib import contextmanager
from itertools import chain, islice, repeat
from typing import TYPE_CHECKING

import numpy as np

from losscli.data.blocks import BLOCK, cut, cut_unread, is_large, next_line
from losscli.data.convert import BOOLEANS, ValuePlace, from_texts, labels, word
from losscli.data.formats import DELIMITERS
from losscli.data.source import BATCH_ROWS
from losscli.data.tables import FIRST_ROWS, Pick, Table
from losscli.data.words import counted
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from losscli.batch import Array
    from losscli.data.blocks import Part
    from losscli.data.files import File
    from losscli.data.tables import Cells

    Row = list[str]

SEPARATORS = {",": "commas", "\t": "tabs", ";": "semicolons"}


class Delimited(Table):
    """A table of text with a header line."""

    def __init__(self, file: File, form: str) -> None:
        self._file = file
        self._form = form
        with _reader(file, form) as lines:
            header = _next_row(lines, 2)
            if header is None:
                raise LosscliError(f"{file.name} is empty")
            super().__init__(file.name, [name.strip() for name in header])
            row = _next_row(lines, len(header))
            self._check_separator(row)
            if all(_is_number(name) for name in header):
                raise LosscliError(
                    f"{self.name} has no header line: its first line is all numbers",
                    "add a first line that names each column",
                )
            if row is None:
                raise LosscliError(f"{self.name} has a header line and no rows")

    def read(self, picks: Sequence[Pick], rows: int) -> Iterator[list[Array]]:
        return self.read_in_parts(self._cut(quoted=True), picks, rows, self._read_lines)

    @property
    def size(self) -> int | None:
        return self._file.unpacked

    def parts(self, picks: Sequence[Pick]) -> Iterator[Part] | None:
        return self._cut(quoted=False)

    def read_part(self, picks: Sequence[Pick], part: Part) -> list[Array]:
        from losscli.data.quick import parse_delimited

        columns = [pick.index for pick in picks]
        groups = [self.known(pick) if pick.label else None for pick in picks]
        separator = DELIMITERS[self._form]
        data = part.read(self._file)
        return parse_delimited(data, columns, groups, len(self.columns), separator, part.quoted)

    def first_values(self, index: int) -> list[str]:
        with _reader(self._file, self._form) as lines:
            _next_row(lines, 2)
            return [row[index] for row in islice(lines, FIRST_ROWS) if len(row) == len(self.columns)]

    def _cut(self, quoted: bool) -> Iterator[Part] | None:
        """A large file in parts that Polars reads; None of a small one, or one with an odd header.

        Without `quoted`, parts may still be so if the first lines are.
        """
        # A line without anything is a row in a table of one column.
        if len(self.columns) < 2 or not is_large(self._file):
            return None
        with self._file.open() as stream:
            line = next_line(stream)
            start = stream.tell()
            first = stream.read(BLOCK)
        try:
            header = next(
                csv.reader([line.decode("utf-8-sig")], delimiter=DELIMITERS[self._form], strict=True)
            )
        except (csv.Error, UnicodeDecodeError, StopIteration):
            return None
        if tuple(name.strip() for name in header) != self.columns:
            return None
        quoted = quoted or b'"' in first
        if quoted or not self._file.plain:
            return cut(self._file, start, quoted)
        return cut_unread(self._file, start)

    def _read_lines(self, picks: Sequence[Pick], rows: int) -> Iterator[list[Array]]:
        with _reader(self._file, self._form) as lines:
            _next_row(lines, 2)
            places = [self.place(pick) for pick in picks]
            against = f"the header has {len(self.columns)}"
            for first_row, chunk in _chunks(lines, len(self.columns), rows, self.name, against, self._form):
                yield [
                    (labels if pick.label else from_texts)(
                        [row[pick.index] for row in chunk], place._replace(first_row=first_row)
                    )
                    for pick, place in zip(picks, places, strict=True)
                ]

    def cells(self, rows: Sequence[int]) -> dict[int, Cells]:
        cells = self._cells_of_lines(rows)
        if cells is not None:
            return cells
        cells = {}
        with _reader(self._file, self._form) as lines:
            _next_row(lines, 2)
            against = f"the header has {len(self.columns)}"
            for first_row, chunk in _chunks(
                lines, len(self.columns), BATCH_ROWS, self.name, against, self._form
            ):
                here = range(first_row, first_row + len(chunk))
                cells |= {row: self.named(chunk[row - first_row]) for row in rows if row in here}
                if len(cells) == len(rows):
                    break
        return cells

    def _cells_of_lines(self, rows: Sequence[int]) -> dict[int, Cells] | None:
        """The same of a large file whose rows are its lines, which are counted, not read; None of another."""
        parts = self._cut(quoted=False)
        if parts is None:
            return None
        cells: dict[int, Cells] = {}
        before, separator = 0, DELIMITERS[self._form]
        for part in parts:
            data = part.read(self._file)
            ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n"))
            if data and not data.endswith(b"\n"):
                ends = np.append(ends, len(data))
            separators = (len(self.columns) - 1) * len(ends)  # fewer where a line is blank
            if b'"' in data or b"\r" in data or data.count(separator.encode()) != separators:
                return None
            for row in rows:
                if 0 < (at := row - before) <= len(ends):
                    line = data[0 if at == 1 else ends[at - 2] + 1 : ends[at - 1]].decode()
                    (texts,) = csv.reader([line], delimiter=separator, strict=True, skipinitialspace=True)
                    cells[row] = self.named(texts)
            before += len(ends)
            if len(cells) == len(rows):
                break
        return cells

    def _check_separator(self, row: Row | None) -> None:
        """A table that seems to have one column may have several, parted by something else."""
        if len(self.columns) > 1 or row is None or len(row) > 1:
            return
        for by, what in SEPARATORS.items():
            count = self.columns[0].count(by)
            if by != DELIMITERS[self._form] and count and row[0].count(by) == count:
                form = next((form for form, delimiter in DELIMITERS.items() if delimiter == by), None)
                raise LosscliError(
                    f"{self.name}: its columns are separated by {what}, not by "
                    f"{SEPARATORS[DELIMITERS[self._form]]}",
                    f"name the format: --input-format {form}" if form else "save it with commas or tabs",
                )


def read_matrix(file: File, form: str, place: ValuePlace) -> Array:
    """The numbers of a file, with or without a header line: (N,) of one column, (N, k) of k."""
    with _reader(file, form) as lines:
        first = next(filter(None, lines), None)
        if first is None:
            raise LosscliError(f"{place.name} is empty")
        width = len(first)
        start = list(islice(lines, 1))
        if not _is_header(first, *start):
            start.insert(0, first)
        against = f"the first line has {width}"
        parts = [
            [from_texts([row[i] for row in chunk], place._replace(first_row=first_row)) for i in range(width)]
            for first_row, chunk in _chunks(chain(start, lines), width, BATCH_ROWS, place.name, against, form)
        ]
    if not parts:
        raise LosscliError(f"{place.name} holds no numbers")
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return columns[0] if width == 1 else np.stack(columns, axis=1)


@contextmanager
def _reader(file: File, form: str) -> Iterator[Iterator[Row]]:
    """The lines' fields; a line without anything is []."""
    with file.text() as stream:
        # Strict: a quote that is never closed is an error, not a cell that swallows the rest of the file.
        reader = csv.reader(stream, delimiter=DELIMITERS[form], strict=True, skipinitialspace=True)
        try:
            yield reader
        except UnicodeDecodeError:
            raise file.undecodable() from None
        except csv.Error as error:
            raise LosscliError(
                f"{file.name}, line {reader.line_num}: {error}",
                "look for a quote that is not closed before it",
            ) from None


def _chunks(
    lines: Iterator[Row], width: int, size: int, name: str, against: str, form: str
) -> Iterator[tuple[int, list[Row]]]:
    """Runs of at most `size` rows of `width` fields, each with the number of its first row, from 1."""
    first_row = 1
    if width == 1:
        lines = _with_empty_cells(lines)
    while chunk := list(islice(lines, size)):
        if set(map(len, chunk)) != {width}:
            chunk = [row for row in chunk if not _is_blank(row, width)]
            for number, row in enumerate(chunk, first_row):
                if len(row) != width:
                    example = '"1,5"' if form == "csv" else '"a\\tb"'
                    raise LosscliError(
                        f"{name}, row {number}: {counted(len(row), 'field')} where {against}",
                        f"mend the line; a cell that holds a separator stands in quotes, as {example}",
                    )
        if chunk:
            yield first_row, chunk
            first_row += len(chunk)


def _with_empty_cells(lines: Iterator[Row]) -> Iterator[Row]:
    """In a table of one column, a line without anything is an empty cell, unless only such lines follow."""
    empty = 0
    for row in lines:
        if row:
            yield from repeat([""], empty)
            empty = 0
            yield row
        else:
            empty += 1


def _is_blank(row: Row, width: int) -> bool:
    return not row or (width > 1 and len(row) == 1 and not row[0].strip())


def _next_row(lines: Iterator[Row], width: int) -> Row | None:
    return next((row for row in lines if not _is_blank(row, width)), None)


def _is_number(text: str) -> bool:
    value = word(text)
    return value is not None and not math.isnan(value) and text.strip().lower() not in BOOLEANS


def _is_header(first: Row, second: Sequence[str] = ()) -> bool:
    """Whether a first line names columns: nothing in it reads as a value.

    "true" is a column's name, unless a boolean stands below it.
    """

    def is_value(text: str, below: str) -> bool:
        if text.strip().lower() in BOOLEANS:
            return below.strip().lower() in BOOLEANS
        return word(text) is not None

    return not any(map(is_value, first, chain(second, repeat(""))))
