"""How a table of text is written: what parts its columns, where it begins, how it writes numbers."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from losscli.data.blocks import Odd
from losscli.data.convert import word
from losscli.data.numbers import NumberFormat
from losscli.data.words import shown
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from losscli.data.files import File


NUMBERED = "there is no header line, so the columns are numbered from 1"
UNIT = "\x1f"  # in place of a run of blanks, where blanks part the columns
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", " ": "blanks"}
NAMED = {
    "comma": ",",
    "semicolon": ";",
    "tab": "\t",
    "\\t": "\t",
    "pipe": "|",
    "bar": "|",
    "space": " ",
    "blank": " ",
    "blanks": " ",
    "whitespace": " ",
    "\\s+": " ",
}
EDGE = 1 << 11  # bytes at either end in which lines are looked for that are no rows
NUMERALS = b"0123456789.,;|\t -+eE\"'"
_QUOTED = re.compile(r'("(?:[^"]|"")*")|[ \t]+')


class TextDialect(NamedTuple):
    """How a table of text is written.

    `separator` parts the fields, " " any run of blanks. The first `skip` lines are left out, then `header`
    rows of names, and every line that begins with `comment`; `after` empty fields end each row. `formats`
    are those of columns that are not written plainly, by their number from 0, `examples` a cell of each.
    """

    names: tuple[str, ...]
    separator: str = ","
    skip: int = 0
    header: int = 1
    comment: str = ""
    after: int = 0
    said: tuple[str, ...] = ()
    formats: Mapping[int, NumberFormat] = {}
    examples: Mapping[int, str] = {}
    rows: bool = True  # whether there is a row

    @property
    def delimiter(self) -> str:
        """What parts the fields of `lines`."""
        return delimiter_of(self.separator)

    @property
    def width(self) -> int:
        """The fields of a row."""
        return len(self.names) + self.after

    def lines(self, stream: Iterable[str]) -> Iterator[str]:
        """The lines of the header and the rows, for a csv reader that parts fields at `delimiter`."""
        lines = islice(stream, self.skip, None)
        kept = (
            (line for line in lines if not line.lstrip().startswith(self.comment)) if self.comment else lines
        )
        return map(parted, kept) if self.separator == " " else iter(kept)

    def normal(self, data: bytes) -> bytes:
        """The bytes of some lines without comments, one UNIT in place of blanks; Odd where in doubt."""
        if self.comment:
            data = re.sub(rb"(?m)^[ \t]*" + re.escape(self.comment.encode()) + rb".*\n?", b"", data)
        if self.separator == " ":
            if b'"' in data:
                raise Odd("blanks may stand in quotes")
            data = re.sub(rb"[ \t]*(\r?\n)[ \t]*", rb"\1", data.strip(b" \t"))
            data = re.sub(rb"[ \t]+", UNIT.encode(), data)
        return data


def parted(line: str) -> str:
    """A line whose runs of blanks, outside of quotes, are one UNIT each."""
    if '"' not in line:
        return UNIT.join(line.split())
    return _QUOTED.sub(lambda found: found[1] or UNIT, line.strip())


def separator_named(text: str) -> str:
    """The separator that --separator names, as a character or a word."""
    separator = NAMED.get(text.lower(), text)
    if len(separator) != 1 or separator in '"\r\n':
        raise LosscliError(
            f"--separator {shown(text)} is not one character", "as in --separator ';', tab, pipe or blanks"
        )
    return separator


def delimiter_of(separator: str) -> str:
    """What parts the fields of lines whose columns this separates."""
    return UNIT if separator == " " else separator


def plain_dialect(head: str, cut: bool, separator: str) -> TextDialect | None:
    """The dialect of a table that is written as most are, told at once; None of any other."""
    # Letters, digits, points and signs, blanks beside letters: nothing that could be a mark or a quote.
    plain = rf"[0-9A-Za-z_.+\- \r\n{separator}]*"
    if not re.fullmatch(plain, head) or head.count("\r") != head.count("\r\n"):
        return None
    if re.search(rf"[0-9.+-] [0-9.+-]| [\r\n{separator} ]|[\n{separator}] |^ ", head):
        return None
    lines = [line for line in head.removesuffix("\n").split("\n")[: -1 if cut else None] if line.strip()]
    commas = {line.count(separator) for line in lines}
    if len(lines) < 2 or len(commas) > 1 or not all(commas):
        return None
    names, first = (tuple(cell.strip() for cell in line.split(separator)) for line in lines[:2])
    if any(word(name) is not None for name in names) or all(word(cell) is None for cell in first):
        return None
    return TextDialect(names, separator)


def without_drawing(file: File) -> tuple[File, str]:
    """The file without lines that are no rows, if it has some, and what is to be said of it."""
    head, last = file.head(EDGE), file.tail(EDGE).rstrip().rpartition(b"\n")[2]
    # A footer is words, a total's row begins with one; "4 rows" alone begins with a number.
    worded = last.translate(None, NUMERALS) and (not last[:1].isdigit() or b"row" in last.lower())
    if not worded and b"--" not in head and b"\xe2\x94" not in head:
        return file, ""
    from losscli.data.footers import undrawn

    return undrawn(file, head.decode("utf-8", "replace"), last.decode("utf-8", "replace"))
