"""Sheets that would take more memory than there is, and formulas without values."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from support.requests import score

from losscli.data import open_table
from losscli.data.limits import limited
from losscli.data.sheetcells import put_in
from losscli.errors import LosscliError


def saved(path: Path, rows: list[list[Any]], **cells: Any) -> str:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for place, value in cells.items():
        book.active[place] = value
    book.save(path)
    return str(path)


def mae(path: str, true: str | None = None, pred: str | None = None) -> float:
    return float(score("mae", open_table(path).select(true, pred, None, truth=True, models=False)).value)


HEADER = ["y_true", "y_pred"]
SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def test_a_cell_at_the_far_corner(tmp_path: Path) -> None:
    path = saved(tmp_path / "far.xlsx", [HEADER, [1, 2]], XFD1048576=1)
    with pytest.raises(LosscliError) as error:
        open_table(path)
    assert error.value.what == (
        f"{path}: the sheet Sheet has 1048576 rows of 16384 columns, about 2.2 TB in memory"
    )
    assert error.value.hint == (
        "compute, compare, check and recommend allow more: --max-memory 5T, "
        "or delete what stands far from the table"
    )


def test_a_format_at_the_far_corner_takes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "far.xlsx"
    book = openpyxl.Workbook()
    for row in (HEADER, [1, 2]):
        book.active.append(row)
    book.active["XFD1048576"].font = openpyxl.styles.Font(bold=True)
    book.save(path)
    assert mae(str(path)) == 1


def test_rows_without_end(tmp_path: Path) -> None:
    path = saved(tmp_path / "long.xlsx", [HEADER, *([1, 2] for _ in range(5000))])
    with limited(1_000_000), pytest.raises(LosscliError, match=r"has \d+ rows of 2 columns, about .* MB in"):
        open_table(path)
    with limited(2_000_000):
        assert mae(path) == 1


def sheet_of(path: Path, xml: str) -> str:
    """A workbook whose only sheet holds this XML."""
    saved(path, [HEADER])
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    start = f'<worksheet xmlns="{SPACE}"><sheetData>'
    members["xl/worksheets/sheet1.xml"] = f"{start}{xml}</sheetData></worksheet>".encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return str(path)


TOP = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>y_true</t></is></c>'
    '<c r="B1" t="inlineStr"><is><t>y_pred</t></is></c></row>'
)


def test_blanks_without_end_in_a_sheet(tmp_path: Path) -> None:
    rows = TOP + '<row r="2"><c r="A2"><v>1</v></c><c r="B2"><v>2</v></c></row>'
    path = sheet_of(tmp_path / "blank.xlsx", rows + " " * 3_000_000)
    assert mae(path) == 1
    with limited(2_000_000), pytest.raises(LosscliError, match="unpacks to more than 2 MB"):
        open_table(path)
    with limited(8_000_000), pytest.raises(LosscliError, match="has a row of more than 500 KB"):
        open_table(path)


@pytest.mark.parametrize(
    "formula", ["<f>1+1</f>", "<f>1+1</f><v/>", "<f>1+1</f><v></v>", '<f t="shared" si="0"/>']
)
@pytest.mark.parametrize("ns", ["", "x:"])
def test_a_formula_without_its_value_is_told(tmp_path: Path, formula: str, ns: str) -> None:
    tags = {"c": f"{ns}c", "f": f"{ns}f", "v": f"{ns}v"}
    cell = f'<c r="B3" s="0">{formula}</c>'
    rows = TOP + '<row r="2"><c r="A2"><v>1</v></c><c r="B2"><v>2</v></c></row>'
    xml = f'{rows}<row r="3"><c r="A3"><v>5</v></c>{cell}</row>'
    if ns:
        for tag, named in {**tags, "row": "x:row", "is": "x:is", "t": "x:t"}.items():
            for end in (" ", ">", "/"):
                xml = xml.replace(f"<{tag}{end}", f"<{named}{end}")
            xml = xml.replace(f"</{tag}>", f"</{named}>")
        xml = xml.replace(
            "<x:row", '<x:row xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
        )
    path = sheet_of(tmp_path / "f.xlsx", xml)
    told = r"f\.xlsx, row 2, column y_pred: the formula .* stands without its value"
    with pytest.raises(LosscliError, match=told) as error:
        mae(path)
    assert "save it" in str(error.value.hint)


def test_rows_of_formulas_alone_are_not_dropped(tmp_path: Path) -> None:
    path = saved(tmp_path / "f.xlsx", [[*HEADER, "item"], [1, 2, 3], ["=1+1", "=A3*3", "=B3"]])
    with pytest.raises(LosscliError, match=r"row 2, column y_true: the formula =1\+1 stands without"):
        mae(path)


def test_only_the_columns_that_are_read_need_values(tmp_path: Path) -> None:
    path = saved(tmp_path / "f.xlsx", [[*HEADER, "ratio"], [1, 2, "=B2/A2"], [1, 4, "=B3/A3"]])
    assert mae(path) == 2
    with pytest.raises(LosscliError, match="row 1, column ratio: the formula"):
        mae(path, "y_true", "ratio")
    with pytest.raises(LosscliError, match="row 1, column ratio: the formula"):  # as labels too
        list(open_table(path).select("y_true", "y_pred", None, "ratio", truth=True, models=False)())


def test_worked_out_formulas_are_values(tmp_path: Path) -> None:
    rows = (
        '<row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2"><v>5</v></c></row>'
        '<row r="3"><c r="A3"><v>2</v></c><c r="B3"><f>1+0</f><v>1</v></c>'
        '<c r="C3" t="str"><f>""</f><v></v></c></row>'
    )
    assert mae(sheet_of(tmp_path / "f.xlsx", TOP + rows), "y_true", "y_pred") == 2


def test_formulas_stand_where_they_stood() -> None:
    from losscli.data.sheetcells import Unworked

    a, b = Unworked("=a"), Unworked("=b")
    assert put_in([[1, 2]], (1, 1), {(0, 0): a, (3, 2): b}) == [
        [a, None, None],
        [None, 1, 2],
        [None, None, None],
        [None, None, b],
    ]
    assert put_in([], None, {(5, 5): a}) == [[a]]


def opendocument(path: Path, rows: str) -> str:
    """A sheet with the columns y_true and y_pred, one row, and then these."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    names = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{name}</text:p></table:table-cell>'
        for name in HEADER
    )
    content = (
        f'<office:document-content {spaces} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="S"><table:table-row>{names}</table:table-row>'
        f"<table:table-row>{value(1)}{value(2)}</table:table-row>{rows}"
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return str(path)


def value(number: float) -> str:
    return f'<table:table-cell office:value-type="float" office:value="{number}"/>'


def row_of(cells: str, times: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{times}">{cells}</table:table-row>'


def empty(times: int) -> str:
    return f'<table:table-cell table:number-columns-repeated="{times}"/>'


def test_opendocument_too(tmp_path: Path) -> None:
    path = tmp_path / "t.ods"
    assert mae(opendocument(path, row_of(empty(16384), 1_048_574))) == 1
    wide = value(1).replace("/>", ' table:number-columns-repeated="16384"/>')
    far = row_of(empty(16384), 1_048_573) + row_of(empty(16383) + value(1))
    with pytest.raises(
        LosscliError, match=r"the sheet S has 1048576 rows of 16384 columns, about 2\.2 TB in"
    ):
        open_table(opendocument(path, far))
    with pytest.raises(LosscliError, match="the sheet S has 1048576 rows of 16384 columns"):
        open_table(opendocument(path, row_of(wide, 1_048_574)))
    formula = '<table:table-cell table:formula="of:=1+1"/>'
    with pytest.raises(LosscliError, match=r"t\.ods, row 2, column y_true: the formula =1\+1 stands without"):
        mae(opendocument(path, row_of(formula * 2)))


def test_cells_that_do_not_say_where_they_stand(tmp_path: Path) -> None:
    path = sheet_of(tmp_path / "t.xlsx", "<row><c><v>1</v></c><c><v>2</v></c></row>" * 5000)
    with limited(1_000_000), pytest.raises(LosscliError, match=r"has \d+ cells, about 1\.\d+ MB in memory"):
        open_table(path)
