"""Sheets of Excel and OpenDocument, written by openpyxl and by hand."""

from __future__ import annotations

import datetime
import math
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from support.requests import score

from losscli.data import open_table
from losscli.errors import LosscliError


def book(path: Path, **sheets: Sequence[Sequence[Any]]) -> str:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(path)
    return str(path)


def column(path: str, name: str, by: str | None = None, table: str | None = None) -> tuple[list[float], Any]:
    source = open_table(path, table=table).select(None, name, None, by, truth=False, models=False)
    (batch,) = source()
    labels = None if batch.by is None else [" ".join(batch.by.names[code]) for code in batch.by.codes]
    return batch.y_pred["y_pred"].tolist(), labels


def test_cells(tmp_path: Path) -> None:
    rows = [
        ["y", "label", "text"],
        [1, datetime.date(2024, 1, 5), "0.1"],
        [2.5, 7, " 2 "],
        [True, "a b", None],
        [None, 0.5, "NA"],
        ["#N/A", None, 1e-300],
    ]
    path = book(tmp_path / "a.xlsx", one=rows)
    values, labels = column(path, "y", "label")
    assert values == pytest.approx([1, 2.5, 1, math.nan, math.nan], nan_ok=True)
    assert labels == ["2024-01-05", "7", "a b", "0.5", "(missing)"]
    assert column(path, "text")[0] == pytest.approx([0.1, 2, math.nan, math.nan, 1e-300], nan_ok=True)


@pytest.mark.parametrize(
    ("cell", "said"),
    [("x", '"x" is not a number'), (datetime.date(2024, 1, 5), '"2024-01-05" is not a number')],
)
def test_what_is_no_number_is_named_by_its_row(tmp_path: Path, cell: Any, said: str) -> None:
    path = book(tmp_path / "a.xlsx", one=[["y"], [1], [2], [cell]])
    with pytest.raises(LosscliError, match=f"a.xlsx, row 3, column y: {said}"):
        column(path, "y")


def test_sheets(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", one=[["y"], [1]], Two=[["y"], [2]], empty=[], header=[["y"]])
    assert column(path, "y")[0] == [1]
    said = f"the sheet is one, the first of 4 in {path}"
    assert said in open_table(path).select(None, "y", None, truth=False, models=False).chosen
    for name in ("Two", "two"):
        assert column(path, "y", table=name)[0] == [2]
    assert not open_table(path, table="Two").said
    for name, wrong in {
        "twoo": 'has no sheet twoo .did you mean "Two"[?] there are: one, Two, empty, header',
        "empty": "the sheet empty is empty",
        "header": "the sheet header has a header and no rows",
    }.items():
        with pytest.raises(LosscliError, match=wrong):
            column(path, "y", table=name)
    with pytest.raises(LosscliError, match=r"a\.xlsx is no database: --query has nothing to ask"):
        open_table(path, query="SELECT y FROM one")


def test_a_folder_of_sheets(tmp_path: Path) -> None:
    folder = tmp_path / "region=north"
    folder.mkdir()
    for i in range(3):
        book(folder / f"{i}.xlsx", one=[["y_true", "y_pred"], [1, 2 + i]], more=[])
    (folder / "~$0.xlsx").write_bytes(b"a lock")
    source = open_table(str(tmp_path)).select(None, None, None, "region", truth=True, models=False)
    found = score("mae", source, params={})
    assert (found.n, found.value) == (3, 2)
    assert (found.groups.labels, found.groups.n.tolist()) == ((("north",),), [3])
    assert f"the sheet is one, the first of 2 in {folder / '0.xlsx'}" in source.chosen


def test_rows_that_are_blank(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    sheet = made.active
    for row, value in {3: "y", 4: 1, 6: 3}.items():
        sheet.cell(row, 2, value)
    sheet.cell(9, 2).font = openpyxl.styles.Font(bold=True)
    made.save(tmp_path / "a.xlsx")
    assert column(str(tmp_path / "a.xlsx"), "y")[0] == pytest.approx([1, math.nan, 3], nan_ok=True)


def test_a_sheet_without_a_header(tmp_path: Path) -> None:
    assert column(book(tmp_path / "a.xlsx", one=[[1, 2], [3, 4]]), "1")[0] == [1, 3]
    assert column(book(tmp_path / "b.xlsx", one=[["id", 2021], [3, 4]]), "2021")[0] == [4]


ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>
<table:table table:name="one">
<table:table-row><table:table-cell office:value-type="string"><text:p>y</text:p></table:table-cell>\
</table:table-row><table:table-row>\
<table:table-cell office:value-type="float" office:value="1.25"/></table:table-row>
</table:table></office:spreadsheet></office:body></office:document-content>"""


def test_open_document(tmp_path: Path) -> None:
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", ODS)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>',
        )
    assert column(str(tmp_path / "a.ods"), "y")[0] == [1.25]


def test_a_password(tmp_path: Path) -> None:
    # An encrypted workbook is an OLE file that holds a stream of this name.
    content = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 3000 + "EncryptedPackage".encode("utf-16-le")
    (tmp_path / "a.xlsx").write_bytes(content)
    with pytest.raises(LosscliError, match="is protected by a password"):
        open_table(str(tmp_path / "a.xlsx"))
