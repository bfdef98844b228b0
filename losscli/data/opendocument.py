"""OpenDocument's sheets: where their filled cells stand, and formulas without values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscli.data.limits import within
from losscli.data.spool import blocks_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias
    from zipfile import ZipFile

    # A sheet's number and name; the first and the last row and column, from 0; a formula without a value, or
    # the digits of a long whole number.
    Filled: TypeAlias = tuple[int, str, tuple[int, int], tuple[int, int], str]

CELLS = ("table:table-cell", "table:covered-table-cell")


def read_content(archive: ZipFile, name: str, most: int) -> Iterator[Filled]:
    """The filled cells of all sheets. LosscliError where their text has more than `most` bytes."""
    from xml.parsers.expat import ParserCreate

    number, row, column, rows, sheet = -1, 0, 0, 1, ""
    cells: list[Filled] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal number, row, column, rows, sheet
        if tag == "table:table":
            number, row, sheet = number + 1, 0, attributes.get("table:name", "")
        elif tag == "table:table-row":
            column, rows = 0, int(attributes.get("table:number-rows-repeated", 1))
        elif tag in CELLS:
            columns = int(attributes.get("table:number-columns-repeated", 1))
            formula = "" if "office:value-type" in attributes else attributes.get("table:formula", "")
            digits = attributes.get("office:value", "")
            if len(digits) > 15 and digits.removeprefix("-").isdecimal():
                formula = digits
            if formula or "office:value-type" in attributes:
                place = (row, row + rows - 1), (column, column + columns - 1)
                cells.append((number, sheet, *place, formula))
            column += columns

    def end(tag: str) -> None:
        nonlocal row
        if tag == "table:table-row":
            row += rows

    parser = ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    with archive.open("content.xml") as stream:
        for block in within(blocks_of(stream.read, name), most, f"{name} unpacks to"):
            parser.Parse(block)
            yield from cells
            cells.clear()
