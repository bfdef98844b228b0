"""Tables of text, such as CSV and TSV, read in chunks with the csv module, or in blocks by Arrow."""

from __future__ import annotations

import csv
from contextlib import contextmanager
from itertools import islice, repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.data.blocks import BLOCK, Odd, cut, cut_unread, is_large, next_line
from losscli.data.convert import from_texts, labels
from losscli.data.dialect import TextDialect, plain_dialect, without_drawing
from losscli.data.encodings import HEAD, as_utf8
from losscli.data.formats import DELIMITERS
from losscli.data.numbers import PLAIN
from losscli.data.source import BATCH_ROWS
from losscli.data.tables import FIRST_ROWS, Pick, Table
from losscli.data.words import counted
from losscli.errors import LosscliError
from losscli.rows import UNTOLD, TextOptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from losscli.batch import Array
    from losscli.data.blocks import Part
    from losscli.data.files import File
    from losscli.data.numbers import NumberFormat
    from losscli.data.tables import Cells

    Row = list[str]


class Delimited(Table):
    """A table of text: columns parted by a character or by blanks, with or without a header."""

    unsaid = ""  # a sentence that does not matter

    def __init__(self, file: File, form: str, text: TextOptions = UNTOLD) -> None:
        file, encoded = as_utf8(file, text.encoding)
        file, plain = without_drawing(file) if text.skip is None else (file, "")
        self._file = file
        dialect = _dialect(file, DELIMITERS[form], text)
        if dialect is None:
            raise LosscliError(f"{file.name} is empty")
        if not dialect.rows:
            raise LosscliError(f"{file.name} has a header line and no rows")
        self._dialect = dialect
        self.text = text
        super().__init__(file.name, dialect.names)
        sentences = [
            sentence for sentence in (encoded, plain, *dialect.said) if sentence not in ("", self.unsaid)
        ]
        if sentences:
            self.said = (f"{file.name}: {'; '.join(sentences)}",)

    def written(self, index: int) -> tuple[NumberFormat, str]:
        dialect = self._dialect
        return dialect.formats.get(index, PLAIN), dialect.examples.get(index, "")

    def single(self, index: int) -> bool:
        return not self.written(index)[0].lists

    def read(self, picks: Sequence[Pick], rows: int) -> Iterator[list[Array]]:
        return self.read_in_parts(self._cut(picks, quoted=True), picks, rows, self._read_lines)

    @property
    def size(self) -> int | None:
        return self._file.unpacked

    def parts(self, picks: Sequence[Pick]) -> Iterator[Part] | None:
        return self._cut(picks, quoted=False)

    def read_part(self, picks: Sequence[Pick], part: Part) -> list[Array]:
        from losscli.data.quick import FieldLines, parse_delimited

        dialect = self._dialect
        columns = [pick.index for pick in picks]
        groups = [self.known(pick) if pick.label else None for pick in picks]
        forms = [self.written(pick.index)[0] for pick in picks]
        data = dialect.normal(part.read(self._file))
        if part.start == 0:
            data = data.removeprefix(b"\xef\xbb\xbf")
        lines = FieldLines(len(self.columns), dialect.delimiter, dialect.after, part.quoted)
        return parse_delimited(data, columns, groups, forms, lines)

    def integers(self, index: int) -> Iterator[Any]:
        form, dialect = self.written(index)[0], self._dialect
        parts = None if form.thousands else self._cut((Pick(index, ""),), quoted=True)
        if parts is not None:
            from losscli.data.quick import FieldLines, long_integers

            lines = FieldLines(len(self.columns), dialect.delimiter, dialect.after, quoted=True)
            try:
                yield from [long_integers(dialect.normal(p.read(self._file)), index, lines) for p in parts]
                return
            except Odd:
                pass
        marks = dict.fromkeys(map(ord, f"{form.thousands} '\u00a0\u202f"))
        for _, chunk in self._runs(BATCH_ROWS):
            yield [row[index] if form.lists else row[index].translate(marks) for row in chunk]

    def first_values(self, index: int) -> list[str]:
        _, chunk = next(self._runs(FIRST_ROWS), (1, []))
        return [row[index] for row in chunk]

    def _cut(self, picks: Sequence[Pick], quoted: bool) -> Iterator[Part] | None:
        """A large file in parts that Arrow reads; None of a small one, or one with an odd header.

        Without `quoted`, parts may still be so if the first lines are.
        """
        # A line without anything is a row in a table of one column; a list in a cell may go over lines.
        lists = any(self.written(pick.index)[0].lists for pick in picks if not pick.label)
        if len(self.columns) < 2 or lists or not is_large(self._file):
            return None
        with self._file.lines() as stream:
            header = self._skip(stream)
            start = stream.tell()
            first = stream.read(BLOCK)
        if header.count(b'"') % 2 or header.count(b"\r") != header.count(b"\r\n"):
            return None
        quoted = quoted or b'"' in first
        if quoted or not self._file.plain:
            return cut(self._file, start, quoted)
        return cut_unread(self._file, start)

    def _skip(self, stream: BinaryIO) -> bytes:
        """The lines before the first row, which are read."""
        dialect = self._dialect
        lines = [stream.readline() for _ in range(dialect.skip)]
        header = 0
        while header < dialect.header and (line := next_line(stream)):
            header += not (dialect.comment and line.lstrip().startswith(dialect.comment.encode()))
            lines.append(line)
        return b"".join(lines)

    def _read_lines(self, picks: Sequence[Pick], rows: int) -> Iterator[list[Array]]:
        shapes: list[tuple[int, ...] | None] = [None] * len(picks)
        places = [self.place(pick) for pick in picks]
        for first_row, chunk in self._runs(rows):
            arrays = []
            for i, (pick, place) in enumerate(zip(picks, places, strict=True)):
                texts = [row[pick.index] for row in chunk]
                here = place._replace(first_row=first_row)
                array = labels(texts, here) if pick.label else from_texts(texts, here, shapes[i])
                if place.form.lists and not pick.label:
                    shapes[i] = array.shape[1:]
                arrays.append(array)
            yield arrays

    def _runs(self, rows: int) -> Iterator[tuple[int, list[Row]]]:
        """Runs of rows, each with the number of its first."""
        with _reader(self._file, self._dialect) as lines:
            for _ in range(self._dialect.header):
                _next_row(lines, 2)
            yield from _chunks(lines, len(self.columns), rows, self.name, self._dialect)

    def cells(self, rows: Sequence[int]) -> dict[int, Cells]:
        cells = self._cells_of_lines(rows)
        if cells is not None:
            return cells
        cells = {}
        for first_row, chunk in self._runs(BATCH_ROWS):
            here = range(first_row, first_row + len(chunk))
            cells |= {row: self.named(chunk[row - first_row]) for row in rows if row in here}
            if len(cells) == len(rows):
                break
        return cells

    def _cells_of_lines(self, rows: Sequence[int]) -> dict[int, Cells] | None:
        """The same of a large file whose rows are its lines, which are counted, not read; None of another."""
        dialect = self._dialect
        parts = None if dialect.comment or dialect.separator == " " else self._cut((), quoted=False)
        if parts is None:
            return None
        cells: dict[int, Cells] = {}
        before, separator = 0, dialect.separator
        for part in parts:
            data = part.read(self._file)
            ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n"))
            if data and not data.endswith(b"\n"):
                ends = np.append(ends, len(data))
            separators = (dialect.width - 1) * len(ends)  # fewer where a line is blank
            if b'"' in data or b"\r" in data or data.count(separator.encode()) != separators:
                return None
            for row in rows:
                if 0 < (at := row - before) <= len(ends):
                    line = data[0 if at == 1 else ends[at - 2] + 1 : ends[at - 1]].decode()
                    (texts,) = csv.reader([line], delimiter=separator, strict=True, skipinitialspace=True)
                    cells[row] = self.named(texts[: len(self.columns)])
            before += len(ends)
            if len(cells) == len(rows):
                break
        return cells


def _dialect(file: File, usual: str, text: TextOptions) -> TextDialect | None:
    """How a file in UTF-8 is written; None of one without a line."""
    with file.text() as stream:
        try:
            head = stream.read(HEAD)
            cut = len(head) == HEAD and bool(stream.read(1))
        except UnicodeDecodeError:
            raise file.undecodable() from None
    plain = plain_dialect(head, cut, usual) if text == UNTOLD else None
    if plain is not None:
        return plain
    from losscli.data.heads import likeliest

    return likeliest(head, cut, file.name, usual, text)


@contextmanager
def _reader(file: File, dialect: TextDialect) -> Iterator[Iterator[Row]]:
    """The fields of the lines from the header on; a line without anything is []."""
    with file.text() as stream:
        # Strict: a quote that is never closed is an error, not a cell that swallows the rest of the file.
        reader = csv.reader(
            dialect.lines(stream), delimiter=dialect.delimiter, strict=True, skipinitialspace=True
        )
        try:
            yield reader
        except UnicodeDecodeError:
            raise file.undecodable() from None
        except csv.Error as error:
            raise LosscliError(
                f"{file.name}, line {dialect.skip + reader.line_num}: {error}",
                "look for a quote that is not closed before it",
            ) from None


def _chunks(
    lines: Iterator[Row], width: int, size: int, name: str, dialect: TextDialect
) -> Iterator[tuple[int, list[Row]]]:
    """Runs of at most `size` rows of `width` fields, each with the number of its first row, from 1."""
    first_row = 1
    if width == 1:
        lines = _with_empty_cells(lines)
    while chunk := list(islice(lines, size)):
        if set(map(len, chunk)) != {width}:
            chunk = [
                _without_trailing(row, width, dialect.after) for row in chunk if not _is_blank(row, width)
            ]
            for number, row in enumerate(chunk, first_row):
                if len(row) != width:
                    from losscli.data.lenient import let_pass

                    against = f"the header has {width}" if dialect.header else f"the first row has {width}"
                    what = f"{counted(len(row), 'field')} where {against}"
                    let_pass(name, None, number, what, _odd_row(name, number, row, what, dialect))
            chunk = [row if len(row) == width else [""] * width for row in chunk]
        if chunk:
            yield first_row, chunk
            first_row += len(chunk)


def _without_trailing(row: Row, width: int, after: int) -> Row:
    return row[:width] if len(row) == width + after and not any(cell.strip() for cell in row[width:]) else row


def _odd_row(name: str, number: int, row: Row, what: str, dialect: TextDialect) -> LosscliError:
    example = '"a\\tb"' if dialect.separator == "\t" else f'"1{dialect.separator}5"'
    hint = f"mend the line; a cell that holds a separator stands in quotes, as {example}"
    if row and row[0].lstrip()[:1] in ("#", "%") and not dialect.comment:
        hint = f"if such lines are comments: --comment '{row[0].lstrip()[0]}'"
    return LosscliError(f"{name}, row {number}: {what}", hint)


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
