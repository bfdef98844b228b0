"""Excel's sheets (.xlsx, .xlsb, .xls) and OpenDocument's, through python-calamine. A sheet is held whole."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from losscli.data.arraytable import ArrayTable
from losscli.data.convert import from_cells, labels
from losscli.data.tables import Pick
from losscli.data.within import Within, table_named
from losscli.data.words import shown
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from losscli.data.files import File

ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # what a workbook with a password has in its place


class Sheet(ArrayTable):
    """A sheet: its first row that is not empty names the columns."""

    def __init__(self, file: File, within: Within) -> None:
        if within.query is not None:
            raise LosscliError(
                f"{file.name} is no database: --query has nothing to ask", "--table NAME chooses a sheet"
            )
        rows = [[_cell(value) for value in row] for row in self._sheet(file, within.table)]
        while rows and not any(cell is not None for cell in rows[-1]):  # formatted, and never filled
            rows.pop()
        if not rows:
            raise LosscliError(f"{file.name}: the sheet {shown(self._name)} is empty")
        header = rows.pop(0)
        if all(isinstance(cell, int | float) for cell in header):
            raise LosscliError(
                f"{file.name}: the sheet {shown(self._name)} has no header: its first row is all numbers",
                "add a first row that names each column",
            )
        if not rows:
            raise LosscliError(f"{file.name}: the sheet {shown(self._name)} has a header and no rows")
        self._columns = list(zip(*rows, strict=True))
        super().__init__(file.name, [_text(cell).strip() for cell in header])

    def _sheet(self, file: File, asked: str | None) -> list[list[Any]]:
        """The rows of the sheet that is meant, all of one length."""
        try:
            import python_calamine as calamine
        except ImportError:
            raise LosscliError(
                "reading Excel needs python-calamine", "pip install 'losscli[excel]'"
            ) from None
        with file.open() as stream:
            content = stream.read()
        try:
            with calamine.load_workbook(io.BytesIO(content)) as book:
                names = [
                    sheet.name
                    for sheet in book.sheets_metadata
                    if sheet.typ == calamine.SheetTypeEnum.WorkSheet
                ]
                if not names:
                    raise LosscliError(f"{file.name} holds no sheets")
                self._name = names[0] if asked is None else table_named(asked, names, file.name, "sheet")
                if asked is None and len(names) > 1:
                    self.said = (
                        f"the sheet is {shown(self._name)}, the first of {len(names)} in {file.name}",
                    )
                return book.get_sheet_by_name(self._name).to_python()
        except calamine.CalamineError as error:
            if isinstance(error, calamine.PasswordError) or ENCRYPTED in content:
                raise LosscliError(f"{file.name} is protected by a password", "save it without one") from None
            raise LosscliError(
                f"{file.name} is no Excel file, or damaged: {shown(str(error))}",
                "save it again, or copy it again",
            ) from None

    def whole(self, index: int) -> Sequence[Any]:
        return [_text(cell) for cell in self._columns[index]]

    def load(self, pick: Pick) -> Any:
        convert = labels if pick.label else from_cells
        return convert(self._columns[pick.index], self.place(pick))


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
