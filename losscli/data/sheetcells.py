"""What a sheet of an .xlsx or .ods file holds that its reader does not tell.

How many cells it would hold in memory, before it does; formulas whose values nobody worked out; and whole
numbers of more digits than its floats have.
"""

from __future__ import annotations

import re
import zlib
from contextlib import contextmanager
from io import BytesIO
from itertools import product
from typing import TYPE_CHECKING, TypeAlias
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile, ZipFile

from losscli.data.limits import LINES, within
from losscli.data.spool import blocks_of
from losscli.data.words import shown
from losscli.errors import LosscliError
from losscli.sizes import size_words, too_much

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# What reading a damaged archive or its XML raises.
DAMAGED = (
    BadZipFile,
    zlib.error,
    ExpatError,
    EOFError,
    KeyError,
    IndexError,
    NotImplementedError,
    OSError,
    ValueError,
)
CELL = 128  # bytes that a cell takes: the reader's, Python's value, and its places in lists
_FILLED = re.compile(rb""" r=["']([A-Z]{1,7})(\d{1,9})["'][^>]*(?<!/)>""")
_WHOLE_CELL = re.compile(rb"<(?:\w+:)?c ([^>]*[^/>])>(.*?)</(?:\w+:)?c>", re.DOTALL)
_PLACE = re.compile(rb"""(?:^| )r=["']([A-Z]{1,7})(\d{1,9})["']""")
_FORMULA = re.compile(rb"<(?:\w+:)?f(?:\s[^>]*)?/?>([^<]*)")
_VALUE = re.compile(rb"<(?:\w+:)?(?:v(?:\s[^>]*)?>[^<]|is\b)")
_LONG = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>(-?\d{16,})<")
_EMPTY_TEXT = re.compile(rb"""t=["']str["']""")  # the value of a formula that gives ""
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")


class Unworked(str):
    """A formula that stands in a sheet without its value, as written by programs that work nothing out."""


# By row and column from 0: formulas, and the digits of long whole numbers.
CellTexts: TypeAlias = dict[tuple[int, int], str]


def untold(content: bytes, name: str, most: int) -> Callable[[int, str], CellTexts]:
    """What gives formulas without values and long numbers in a workbook's sheet of a number and a name.

    There are none where a file has another format. LosscliError, here or there, where a sheet takes more than
    `most` bytes. `name` is the file's.
    """
    with _archive(content) as archive:
        if archive is not None and "content.xml" in archive.namelist():
            sheets = _in_document(archive, name, most)  # its reader reads all at once
            return lambda number, _: sheets.get(number, {})

    def texts(number: int, sheet: str) -> CellTexts:
        with _archive(content) as archive:
            member = None if archive is None else _member(archive, number)
            if archive is None or member is None:
                return {}
            place = f"{name}: the sheet {shown(sheet)}"
            shared = next((i for i in archive.infolist() if i.filename.endswith("sharedStrings.xml")), None)
            if shared is not None and shared.file_size > most:
                raise too_much(f"{place} has texts of {size_words(shared.file_size)}", most, shared.file_size)
            return _in_sheet(archive, member, place, most)
        return {}

    return texts


@contextmanager
def _archive(content: bytes) -> Iterator[ZipFile | None]:
    """The archive that a file is, if it is one. Where it is damaged, what follows is left out."""
    try:
        archive = ZipFile(BytesIO(content))
    except (BadZipFile, NotImplementedError, OSError, ValueError):
        yield None
        return
    with archive:
        try:
            yield archive
        except LosscliError:
            raise
        except DAMAGED:  # its reader says what is wrong
            pass


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


class Area:
    """The rectangle of a sheet's filled cells, which its reader holds; refused beyond `most` bytes."""

    def __init__(self, place: str, most: int) -> None:
        self._place, self._most = place, most
        self._rows: list[int] = []
        self._columns: list[int] = []

    def take(self, rows: tuple[int, int], columns: tuple[int, int]) -> None:
        """Takes in the cells from the first to the last of these rows and columns, from 0."""
        self._rows = [min(*self._rows, *rows), max(*self._rows, *rows)]
        self._columns = [min(*self._columns, *columns), max(*self._columns, *columns)]
        height, width = (last - first + 1 for first, last in (self._rows, self._columns))
        self.check(height * width, f"{height} rows of {width} columns")

    def check(self, cells: int, size: str) -> None:
        """LosscliError if so many cells are too many; `size` says them."""
        need = CELL * cells
        if need > self._most:
            raise too_much(
                f"{self._place} has {size}, about {size_words(need)} in memory",
                self._most,
                need,
                ", or delete what stands far from the table",
            )


def _in_document(archive: ZipFile, name: str, most: int) -> dict[int, CellTexts]:
    """The same of the sheets of an OpenDocument, by their numbers."""
    from losscli.data.opendocument import read_content

    areas: dict[int, Area] = {}
    sheets: dict[int, CellTexts] = {}
    for number, sheet, rows, columns, formula in read_content(archive, name, most):
        if number not in areas:
            areas[number] = Area(f"{name}: the sheet {shown(sheet)}", most)
        areas[number].take(rows, columns)
        if formula:
            text = Unworked("=" + formula.partition("=")[2]) if "=" in formula else formula
            places = product(range(rows[0], rows[1] + 1), range(columns[0], columns[1] + 1))
            sheets.setdefault(number, {}).update(dict.fromkeys(places, text))
    return sheets


def _in_sheet(archive: ZipFile, member: str, place: str, most: int) -> CellTexts:
    formulas: CellTexts = {}
    area = Area(place, most)
    filled = 0
    for data in _runs(archive, member, place, most):
        cells = _FILLED.findall(data)
        if cells:
            rows = {int(row) - 1 for _, row in cells}
            columns = {_column(letters) for letters in {letters for letters, _ in cells}}
            area.take((min(rows), max(rows)), (min(columns), max(columns)))
        filled += max(data.count(b"</c>"), len(cells))
        area.check(filled, f"{filled} cells")
        if b"<f" in data or b":f" in data:
            formulas |= _formulas(data)
        if _LONG.search(data):
            formulas |= _long_numbers(data)
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


def _formulas(data: bytes) -> CellTexts:
    formulas: CellTexts = {}
    for attributes, inside in _WHOLE_CELL.findall(data):
        formula = _FORMULA.search(inside)
        if not formula or _VALUE.search(inside) or not (place := _PLACE.search(attributes)):
            continue
        if not (_EMPTY_TEXT.search(attributes) and (b"<v" in inside or b":v" in inside)):
            text = Unworked("=" + formula[1].decode("utf-8", "replace"))
            formulas[int(place[2]) - 1, _column(place[1])] = text
    return formulas


def _long_numbers(data: bytes) -> CellTexts:
    numbers: CellTexts = {}
    for attributes, inside in _WHOLE_CELL.findall(data):
        number, place = _LONG.search(inside), _PLACE.search(attributes)
        if number and place:
            numbers[int(place[2]) - 1, _column(place[1])] = number[1].decode()
    return numbers


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - ord("A") + 1
    return number - 1


def put_in(rows: list[list[object]], start: tuple[int, int] | None, texts: CellTexts) -> list[list[object]]:
    """The rows of a sheet that begin at `start`, with what its reader does not tell where it stands."""
    if not texts:
        return rows
    top = min([row for row, _ in texts] + ([start[0]] if start else []))
    left = min([column for _, column in texts] + ([start[1]] if start else []))
    above, before = (start[0] - top, start[1] - left) if start else (0, 0)
    width = max([before + len(row) for row in rows] + [column - left + 1 for _, column in texts])
    height = max(above + len(rows), max(row - top + 1 for row, _ in texts))
    grid: list[list[object]] = [[None] * width for _ in range(height)]
    for i, row in enumerate(rows, above):
        grid[i][before : before + len(row)] = row
    for (row_number, column), text in texts.items():
        grid[row_number - top][column - left] = text
    return grid
