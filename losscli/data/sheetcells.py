"""What a sheet of an .xlsx file holds that its reader does not tell.

How many cells it would hold in memory, before it does; and formulas whose values nobody worked out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zipfile import ZipFile

from losscli.data.limits import LINES, within
from losscli.data.spool import blocks_of
from losscli.errors import LosscliError
from losscli.sizes import size_words, too_much

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

CELL = 128  # bytes that a cell takes: the reader's, Python's value, and its places in lists
_FILLED = re.compile(rb"""<(?:\w+:)?c (?:[^>]*? )?r=["']([A-Z]{1,7})(\d{1,9})["'][^>]*(?<!/)>""")
_WHOLE_CELL = re.compile(rb"<(?:\w+:)?c ([^>]*[^/>])>(.*?)</(?:\w+:)?c>", re.DOTALL)
_PLACE = re.compile(rb"""(?:^| )r=["']([A-Z]{1,7})(\d{1,9})["']""")
_FORMULA = re.compile(rb"<(?:\w+:)?f(?:\s[^>]*)?/?>([^<]*)")
_VALUE = re.compile(rb"<(?:\w+:)?(?:v(?:\s[^>]*)?>[^<]|is\b)")
_EMPTY_TEXT = re.compile(rb"""t=["']str["']""")  # the value of a formula that gives ""
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")


class Unworked(str):
    """A formula that stands in a sheet without its value, as written by programs that work nothing out."""


def unworked(stream: BinaryIO, sheet: int, place: str, most: int) -> dict[tuple[int, int], Unworked]:
    """The formulas without values in a workbook's sheet of this number, by row and column from 0.

    Nothing of a file that is no .xlsx. LosscliError where the sheet takes more than `most` bytes.
    """
    try:
        with ZipFile(stream) as archive:
            member = _member(archive, sheet)
            if member is None:
                return {}
            texts = next((i for i in archive.infolist() if i.filename.endswith("sharedStrings.xml")), None)
            if texts is not None and texts.file_size > most:
                raise too_much(f"{place} has texts of {size_words(texts.file_size)}", most, texts.file_size)
            return _read(archive, member, place, most)
    except LosscliError:
        raise
    except Exception as error:  # zlib.error, KeyError, NotImplementedError …: its reader says what is wrong
        if isinstance(error, MemoryError):
            raise
        return {}


def _member(archive: ZipFile, sheet: int) -> str | None:
    """The archive's file that holds the sheet."""
    names = set(archive.namelist())
    if "xl/workbook.xml" not in names:
        return None
    sheets = _SHEET.findall(archive.read("xl/workbook.xml"))
    relations = _RELATION.findall(archive.read("xl/_rels/workbook.xml.rels"))
    wanted = _attribute(sheets[sheet], rb"\w+:id")
    target = next((_attribute(one, b"Target") for one in relations if _attribute(one, b"Id") == wanted), "")
    path = target[1:] if target.startswith("/") else f"xl/{target}"
    return path if path in names else None


def _attribute(tag: bytes, name: bytes) -> str:
    value = re.search(rb"\s" + name + rb"""\s*=\s*["']([^"']*)["']""", tag)
    return value[1].decode() if value else ""


def _read(archive: ZipFile, member: str, place: str, most: int) -> dict[tuple[int, int], Unworked]:
    formulas: dict[tuple[int, int], Unworked] = {}
    rows: set[int] = set()
    columns: set[int] = set()
    filled = 0
    for data in _runs(archive, member, place, most):
        cells = _FILLED.findall(data)
        filled += data.count(b"</c>") or len(cells)
        if cells:
            numbers = {int(row) for _, row in cells}
            rows |= {min(numbers), max(numbers)}
            columns |= {_column(letters) for letters in {letters for letters, _ in cells}}
            rows, columns = ({min(seen), max(seen)} for seen in (rows, columns))
            height, width = (max(seen) - min(seen) + 1 for seen in (rows, columns))
            if (need := CELL * max(height * width, filled)) > most:
                size = f"{height} rows of {width} columns, about {size_words(need)} in memory"
                raise too_much(
                    f"{place} has {size}", most, need, ", or delete what stands far from the table"
                )
        if b"<f" in data or b":f" in data:
            formulas |= _formulas(data)
    return formulas


def _runs(archive: ZipFile, member: str, place: str, most: int) -> Iterator[bytes]:
    """A sheet's text in runs of whole rows."""
    rest = b""
    with archive.open(member) as stream:
        for block in within(blocks_of(stream.read, place), most, f"{place} unpacks to"):
            before = len(rest)
            rest += block
            end = rest.rfind(b"row>", max(0, before - 3)) + 4
            if end > 3:
                yield rest[:end]
                rest = rest[end:]
            elif len(rest) > most // LINES:
                raise too_much(f"{place} has a row of more than {size_words(most // LINES)}", most)
    yield rest


def _formulas(data: bytes) -> dict[tuple[int, int], Unworked]:
    formulas = {}
    for attributes, inside in _WHOLE_CELL.findall(data):
        formula = _FORMULA.search(inside)
        if not formula or _VALUE.search(inside) or not (place := _PLACE.search(attributes)):
            continue
        if not (_EMPTY_TEXT.search(attributes) and (b"<v" in inside or b":v" in inside)):
            text = Unworked("=" + formula[1].decode("utf-8", "replace"))
            formulas[int(place[2]) - 1, _column(place[1])] = text
    return formulas


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - ord("A") + 1
    return number - 1


def put_in(
    rows: list[list[object]], start: tuple[int, int] | None, formulas: dict[tuple[int, int], Unworked]
) -> list[list[object]]:
    """The rows of a sheet that begin at `start`, and its formulas without values where they stand."""
    if not formulas:
        return rows
    top = min([row for row, _ in formulas] + ([start[0]] if start else []))
    left = min([column for _, column in formulas] + ([start[1]] if start else []))
    above, before = (start[0] - top, start[1] - left) if start else (0, 0)
    width = max([before + len(row) for row in rows] + [column - left + 1 for _, column in formulas])
    height = max(above + len(rows), max(row - top + 1 for row, _ in formulas))
    grid: list[list[object]] = [[None] * width for _ in range(height)]
    for i, row in enumerate(rows, above):
        grid[i][before : before + len(row)] = row
    for (row_number, column), formula in formulas.items():
        grid[row_number - top][column - left] = formula
    return grid
