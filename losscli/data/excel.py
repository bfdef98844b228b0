"""Excel's sheets (.xlsx, .xlsb, .xls) and OpenDocument's, through python-calamine. A sheet is held whole."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from losscli.data.arraytable import LOOKED_AT, ArrayTable, texts_in
from losscli.data.convert import from_cells, labels
from losscli.data.layout import lay_out
from losscli.data.selection import COMMON_PRED, COMMON_TRUE
from losscli.data.sheetcells import Unworked, put_in, untold
from losscli.data.tables import Pick
from losscli.data.within import Within, table_named
from losscli.data.words import listed, shown
from losscli.errors import LosscliError
from losscli.rows import UNTOLD, TextOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from losscli.data.files import File
    from losscli.data.layout import TextLayout

ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # what a workbook with a password has in its place


class Sheet(ArrayTable):
    """A sheet: the first row of names above its numbers names the columns."""

    def __init__(self, file: File, within: Within, text: TextOptions = UNTOLD) -> None:
        if within.query is not None:
            raise LosscliError(
                f"{file.name} is no database: --query has nothing to ask", "--table NAME chooses a sheet"
            )
        self.text = text
        rows, layout = self._sheet(file, within.table)
        name = f"{file.name}: the sheet {shown(self._name)}"
        if layout is None:
            raise LosscliError(f"{name} is empty")
        rows = rows[layout.body :]
        while rows and not any(cell is not None for cell in rows[-1]):  # formatted, and never filled
            rows.pop()
        if not rows:
            raise LosscliError(f"{name} has a header and no rows")
        self.said += tuple(f"{name}: {sentence}" for sentence in layout.said)
        self._columns = list(zip(*rows, strict=True))
        super().__init__(file.name, layout.names)

    def _sheet(self, file: File, asked: str | None) -> tuple[list[list[Any]], TextLayout | None]:
        """The rows of the sheet that is meant, all of one length, and where its table stands in them."""
        try:
            import python_calamine as calamine
        except ImportError:
            raise LosscliError(
                "reading Excel needs python-calamine", "pip install 'losscli[excel]'"
            ) from None
        content = file.whole()
        texts_of = untold(content, file.name, file.most)
        try:
            with calamine.load_workbook(io.BytesIO(content)) as book:
                names = [
                    sheet.name
                    for sheet in book.sheets_metadata
                    if sheet.typ == calamine.SheetTypeEnum.WorkSheet
                ]
                if not names:
                    raise LosscliError(f"{file.name} holds no sheets")

                def read(name: str) -> tuple[list[list[Any]], TextLayout | None]:
                    place = f"{file.name}: the sheet {shown(name)}"
                    number = [sheet.name for sheet in book.sheets_metadata].index(name)
                    held = texts_of(number, name)  # first: it says whether the sheet is too large
                    sheet = book.get_sheet_by_name(name)
                    rows = [[_cell(value) for value in row] for row in sheet.to_python()]
                    rows = put_in(rows, sheet.start, held)[self.text.skip or 0 :]
                    texts = [
                        ["0" if isinstance(cell, Unworked) else _text(cell) for cell in row]
                        for row in rows[:LOOKED_AT]
                    ]
                    return rows, lay_out(texts, place, self.text.header, {*COMMON_TRUE, *COMMON_PRED})

                self._name = names[0] if asked is None else table_named(asked, names, file.name, "sheet")
                rows, layout = read(self._name)
                if asked is None and len(names) > 1:
                    if _holds_numbers(layout):
                        self.said = (
                            f"the sheet is {shown(self._name)}, the first of {len(names)} in {file.name}",
                        )
                        return rows, layout
                    others = {name: sheet for name in names[1:] if _holds_numbers((sheet := read(name))[1])}
                    if len(others) > 1:
                        raise LosscliError(
                            f"{file.name}: its first sheet, {shown(self._name)}, holds no columns of numbers",
                            f"choose another with --table NAME: {listed(list(others))}",
                        )
                    if others:
                        ((self._name, (rows, layout)),) = others.items()
                        self.said = (
                            f"the sheet is {shown(self._name)}, the only one of {len(names)} in {file.name} "
                            f"with columns of numbers",
                        )
                return rows, layout
        except calamine.CalamineError as error:
            if isinstance(error, calamine.PasswordError) or ENCRYPTED in content:
                raise LosscliError(f"{file.name} is protected by a password", "save it without one") from None
            raise LosscliError(
                f"{file.name} is no Excel file, or damaged: {shown(str(error))}",
                "save it again, or copy it again",
            ) from None

    def texts(self, index: int) -> Sequence[str]:
        return [text for text in texts_in(self._columns[index]) if not isinstance(text, Unworked)]

    def whole(self, index: int) -> Sequence[Any]:
        return [_text(None if isinstance(cell, Unworked) else cell) for cell in self._columns[index]]

    def load(self, pick: Pick) -> Any:
        convert, column = labels if pick.label else from_cells, self._columns[pick.index]
        for row, cell in enumerate(column, 1):
            if isinstance(cell, Unworked):
                raise LosscliError(
                    f"{self.name}, row {row}, column {shown(self.columns[pick.index])}: "
                    f"the formula {shown(cell)} stands without its value",
                    "open the file in Excel or LibreOffice and save it: that works its formulas out",
                )
        return convert(column, self.place(pick))


def _cell(value: Any) -> Any:
    """A cell as a number, a boolean or text; None of an empty one, and of a formula's error."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool | int | float):
        return value
    return str(value)  # dates and times


def _text(cell: Any) -> str:
    """A cell as it is read on a sheet, where all numbers are floats."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def _holds_numbers(layout: TextLayout | None) -> bool:
    return layout is not None and layout.numeric > 0
