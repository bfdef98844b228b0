"""The first lines of a table of text, from which its dialect is told."""

from __future__ import annotations

import csv
import re
from contextlib import suppress
from io import StringIO
from typing import TYPE_CHECKING

from losscli.data.convert import MISSING, word
from losscli.data.dialect import SEPARATORS, TextDialect, delimiter_of, parted, separator_named
from losscli.data.layout import SAMPLE, lay_out
from losscli.data.numbers import NumberFormat, formats_of, is_number
from losscli.data.printed import is_list
from losscli.data.selection import COMMON_PRED, COMMON_TRUE
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from losscli.data.layout import TextLayout
    from losscli.rows import TextOptions

ROWS = 2000  # rows that tell how the numbers of a column are written
_TWO_NUMBERS = re.compile(r"\d[)%]?[\t;| ]+[-+(]?\d")  # parted by another mark: no column's name
_COMMENT = re.compile(r"\s*(#|%(?=[ %])|//(?= ))")


def likeliest(head: str, cut: bool, name: str, usual: str, text: TextOptions) -> TextDialect | None:
    """The dialect of the table `name`, told by its `head`, whose last line may be `cut`; None: no line.

    `usual` is the separator that the file's name speaks of. `text` goes before what is told.
    """
    lines = list(StringIO(head, newline=""))
    lines = lines[:-1] if cut and len(lines) > 1 else lines
    if text.separator is None:
        separators = [usual, *(each for each in SEPARATORS if each != usual)]
    else:
        separators = [separator_named(text.separator)]
    heads = [FirstLines(lines, separator, name, text) for separator in separators]
    best = max(heads, key=lambda head: head.likeness)
    if best.layout is None:
        return None
    if best.doubt is not None:
        raise best.doubt
    return best.dialect(usual)


class FirstLines:
    """The first lines of a file, as they are with one separator."""

    def __init__(self, lines: Sequence[str], separator: str, name: str, text: TextOptions) -> None:
        self.separator, self.text = separator, text
        self.skip = text.skip or 0
        self.lines = lines[self.skip :]
        self.comment = self._comment() if text.comment is None else text.comment
        self.starts: list[int] = []  # the line on which each row begins
        self.rows = list(self._rows())
        self.doubt: LosscliError | None = None
        likely = {*COMMON_TRUE, *COMMON_PRED}
        try:
            self.layout = lay_out(self.rows, name, text.header, likely)
        except LosscliError as error:
            self.doubt = error
            self.layout = lay_out(self.rows, name, True, likely)

    @property
    def likeness(self) -> tuple[bool, bool, bool, float, int]:
        """How much like a table it is: of several columns, all rows alike, under names, full of numbers.

        Of two that are so alike the one whose words hold less of what parts columns elsewhere.
        """
        layout = self.layout
        several = layout is not None and len(layout.names) > 1
        if layout is None or layout.fits < 1:
            return (False, several, False, 0.0, 0)
        share = layout.numeric / len(layout.names)
        cells = [cell for row in self.rows[layout.body :][:SAMPLE] for cell in row if not is_number(cell)]
        parting = sum(any(mark in cell for mark in SEPARATORS) for cell in cells)
        named = layout.named and not any(map(_TWO_NUMBERS.search, layout.names))
        return (several, several, named and share > 0, share, -parting)

    def dialect(self, usual: str) -> TextDialect:
        """What the lines say, beside what was said of them."""
        layout = self.layout
        assert layout is not None
        said = list(layout.said)
        names = () if layout.named or self.text.header is not None else self._names_in_comment(layout)
        if names:
            said = ["the columns' names stand in a comment, the last above the numbers"]
        elif self.comment and self.text.comment is None:
            said.append(f"lines that begin with {self.comment} are left out")
        if self.separator != usual and self.text.separator is None:
            said.insert(0, f"its columns are separated by {SEPARATORS[self.separator]}")
        names = names or layout.names
        below = [row for row in self.rows[layout.body :] if len(row) >= len(names)][:ROWS]
        columns = [[row[j] for row in below] for j in range(len(names))]
        formats, examples = formats_in(columns, self.text, self.separator)
        return TextDialect(
            names,
            self.separator,
            self.skip + self.starts[layout.start],
            sum(map(any, self.rows[layout.start : layout.body])),
            self.comment,
            layout.after,
            tuple(said),
            formats,
            examples,
            any(map(any, self.rows[layout.body :])),
        )

    def _rows(self) -> Iterator[list[str]]:
        """The rows of cells; a comment is one without any, so that lines stay counted."""
        read = 0

        def counted() -> Iterator[str]:
            nonlocal read
            for line in self.lines:
                read += 1
                yield "\n" if self._is_comment(line) else line

        lines = map(parted, counted()) if self.separator == " " else counted()
        reader = csv.reader(lines, delimiter=delimiter_of(self.separator), skipinitialspace=True)
        with suppress(csv.Error):  # whoever reads on tells it
            self.starts.append(read)
            for row in reader:
                yield row
                self.starts.append(read)

    def _is_comment(self, line: str) -> bool:
        return bool(self.comment) and line.lstrip().startswith(self.comment)

    def _comment(self) -> str:
        """The mark of lines that are comments, if there are such."""
        filled = [line.strip() for line in self.lines if line.strip()][:SAMPLE]
        marked = {line: mark[1] for line in filled if (mark := _COMMENT.match(line))}
        others = [line for line in filled if line not in marked]
        if not marked or not others:
            return ""
        width = len(self._fields(others[-1]))
        # A mark before a separator is a cell.
        marked = {
            line: mark
            for line, mark in marked.items()
            if line[len(mark) :][:1] != self.separator or len(self._fields(line)) != width
        }
        if not marked:
            return ""
        alike = any(len(self._fields(line)) == width for line in marked)
        return "" if alike and filled[0] not in marked else next(iter(marked.values()))

    def _names_in_comment(self, layout: TextLayout) -> tuple[str, ...]:
        """The names in the last comment above the numbers, as NumPy's savetxt writes them."""
        above = [line.strip() for line in self.lines[: self.starts[layout.start]] if self._is_comment(line)]
        cells = (
            [cell.strip() for cell in self._fields(above[-1][len(self.comment) :].strip())] if above else []
        )
        fits = len(cells) == len(layout.names) and not any(word(cell) is not None for cell in cells)
        return tuple(cells) if fits else ()

    def _fields(self, line: str) -> list[str]:
        return line.split() if self.separator == " " else line.split(self.separator)


def formats_in(
    columns: Sequence[Sequence[str]], text: TextOptions, separator: str = ""
) -> tuple[dict[int, NumberFormat], dict[int, str]]:
    """The formats of those columns of cells that are not written plainly, and an example of each."""
    words = marks_of(text)
    cells = [[cell for cell in map(str.strip, column) if cell.lower() not in MISSING] for column in columns]
    formats = formats_of(cells, text.decimal, text.thousands, separator, words)
    odd: dict[int, NumberFormat] = {}
    examples: dict[int, str] = {}
    for j, form in enumerate(formats):
        if cells[j] and is_list(cells[j][0]):
            form = form._replace(lists=True)
        if form != NumberFormat():
            odd[j] = form
        strange = [cell for cell in cells[j] if _is_strange(cell, form)]
        if strange and not form.lists:
            examples[j] = max(strange, key=lambda cell: sum(not character.isdigit() for character in cell))
    return odd, examples


def marks_of(text: TextOptions) -> frozenset[str]:
    """The words of --na, in lower case."""
    return frozenset(mark.strip().lower() for mark in (text.na or "").split(",") if mark.strip())


def _is_strange(cell: str, form: NumberFormat) -> bool:
    """Whether a cell is a number that Python would not read, or read as another."""
    value = word(cell, form)
    if value is None:
        return False
    try:
        return float(cell) != value
    except ValueError:
        return any(map(str.isdigit, cell))
