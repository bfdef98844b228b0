"""What cannot be read is told by file, row, column and value: in every reader, wherever it stands."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from support.written import PACKED

from losscli.cli.app import run
from losscli.data import blocks, delimited, jsonrows, open_table
from losscli.data.convert import ValuePlace, labels
from losscli.errors import LosscliError
from losscli.rows import TextOptions

N = 100
BATCH = 7
# The first and the last row; the last of the first batch, the first of the second; one in the middle.
ROWS = (1, BATCH, BATCH + 1, 50, N)
Cells = list[tuple[int, Any]]


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file counts as large, and is read in blocks of a few rows."""
    pytest.importorskip("polars")
    monkeypatch.setattr(blocks, "LARGE", 0)
    for module in (blocks, delimited, jsonrows):
        monkeypatch.setattr(module, "BLOCK", 64)
    monkeypatch.setattr(jsonrows, "WINDOW", 256)


def cells(row: int | None = None, wrong: Any = "oops") -> Cells:
    """y and p of N rows; p of one of them is `wrong`."""
    return [(k, wrong if k == row else k + 0.5) for k in range(1, N + 1)]


def delimited_text(rows: Cells, mark: str) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=mark, lineterminator="\n").writerows([("y", "p"), *rows])
    return buffer.getvalue().encode()


def records(rows: Cells) -> list[dict[str, Any]]:
    return [{"y": y, "p": p} for y, p in rows]


def write_sqlite(path: Path, rows: Cells) -> None:
    made = sqlite3.connect(path)
    with made:
        made.execute("CREATE TABLE t (y, p)")
        made.executemany("INSERT INTO t VALUES (?, ?)", rows)
    made.close()


def write_excel(path: Path, rows: Cells) -> None:
    book = openpyxl.Workbook()
    for row in [("y", "p"), *rows]:
        book.active.append(row)
    book.save(path)


WRITERS: dict[str, Callable[[Path, Cells], Any]] = {
    "csv": lambda path, rows: path.write_bytes(delimited_text(rows, ",")),
    "tsv": lambda path, rows: path.write_bytes(delimited_text(rows, "\t")),
    "json": lambda path, rows: path.write_text(json.dumps(records(rows))),
    "arrays.json": lambda path, rows: path.write_text(
        json.dumps({"y": [y for y, _ in rows], "p": [p for _, p in rows]})
    ),
    "jsonl": lambda path, rows: path.write_text("".join(json.dumps(r) + "\n" for r in records(rows))),
    "sqlite": write_sqlite,
    "xlsx": write_excel,
}
TEXT = ("csv", "tsv", "json", "jsonl")


def complaint(path: Path | str, way: str = "batches") -> str:
    """What is said of the first cell that cannot be read."""
    table = open_table(str(path)).select("y", "p", None, truth=True, models=False)
    with pytest.raises(LosscliError) as caught:
        list(table.batches(BATCH) if way == "batches" else table())
    return caught.value.what


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("form", WRITERS)
def test_a_wrong_cell_in_every_format(form: str, row: int, tmp_path: Path) -> None:
    path = tmp_path / f"t.{form}"
    WRITERS[form](path, cells(row))
    assert complaint(path) == f'{path}, row {row}, column p: "oops" is not a number'


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("form", [*TEXT, "csv.gz", "csv.bz2", "jsonl.xz", "jsonl.zst"])
@pytest.mark.usefixtures("large")
def test_a_wrong_cell_in_blocks_and_behind_compression(form: str, row: int, tmp_path: Path) -> None:
    path = tmp_path / f"t.{form}"
    kind, _, packing = form.partition(".")
    WRITERS[kind](path, cells(row))
    if packing:
        path.write_bytes(PACKED[packing](path.read_bytes()))
    assert complaint(path, "all") == f'{path}, row {row}, column p: "oops" is not a number'


@pytest.mark.parametrize("row", [1, BATCH, 50, N])
@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_a_row_of_another_shape_where_columns_have_types(form: str, row: int, tmp_path: Path) -> None:
    polars = pytest.importorskip("polars")
    path = tmp_path / f"t.{form}"
    values = [[1.0, 2.0, 3.0] if k == row else [1.0, 2.0] for k in range(1, N + 1)]
    frame = polars.DataFrame({"y": range(1, N + 1), "p": values})
    frame.write_parquet(path, row_group_size=10) if form == "parquet" else frame.write_ipc(path)
    wrong, entries = (2, "2 entries where row 1 has 3") if row == 1 else (row, "3 entries where row 1 has 2")
    assert complaint(path) == f"{path}, row {wrong}, column p: {entries}"


@pytest.mark.parametrize("first", [3, BATCH])
@pytest.mark.parametrize("form", [*TEXT, "sqlite"])
def test_of_two_wrong_cells_the_first_is_told(form: str, first: int, tmp_path: Path) -> None:
    path = tmp_path / f"t.{form}"
    rows = cells(60, "later")
    rows[first - 1] = (first, "sooner")
    WRITERS[form](path, rows)
    assert complaint(path) == f'{path}, row {first}, column p: "sooner" is not a number'


@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize("form", TEXT)
def test_of_several_files_the_one_is_named_and_its_own_row(form: str, at: int, tmp_path: Path) -> None:
    for number in range(3):
        WRITERS[form](tmp_path / f"{number}.{form}", cells(50 if number == at else None))
    assert complaint(tmp_path) == f'{tmp_path / f"{at}.{form}"}, row 50, column p: "oops" is not a number'


def test_rows_of_several_files_are_numbered_through(tmp_path: Path) -> None:
    for number, length in enumerate((3, 5, 2, 4)):
        (tmp_path / f"{number}.csv").write_text("y,p\n" + f"{number},0\n" * length)
    table = open_table(str(tmp_path)).select("y", "p", None, truth=True, models=False)
    found = [(batch.first_row, batch.origin.before, len(batch)) for batch in table.batches(2)]
    assert found == [
        (1, 0, 2),
        (3, 0, 1),
        (4, 3, 2),
        (6, 3, 2),
        (8, 3, 1),
        (9, 8, 2),
        (11, 10, 2),
        (13, 10, 2),
    ]


@pytest.mark.parametrize("form", ["csv", "tsv"])
@pytest.mark.parametrize(("row", "text"), [(1, "3"), (BATCH + 1, "3"), (N, "3,4,5")])
def test_a_row_of_another_length(form: str, row: int, text: str, tmp_path: Path) -> None:
    path = tmp_path / f"t.{form}"
    lines = delimited_text(cells(), "\t" if form == "tsv" else ",").decode().splitlines()
    fields = text.replace(",", "\t") if form == "tsv" else text
    lines[row] = fields
    path.write_text("\n".join(lines) + "\n")
    count = "1 field" if text == "3" else "3 fields"
    assert complaint(path) == f"{path}, row {row}: {count} where the header has 2"


@pytest.mark.parametrize("in_blocks", [False, True])
@pytest.mark.parametrize("form", TEXT)
def test_a_byte_order_mark_is_no_part_of_the_data(
    form: str, in_blocks: bool, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if in_blocks:
        request.getfixturevalue("large")
    path = tmp_path / f"t.{form}"
    WRITERS[form](path, cells())
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    table = open_table(str(path))
    assert list(table.columns) == ["y", "p"]
    chosen = table.select("y", "p", None, truth=True, models=False)
    for batches in (chosen.batches(BATCH), (b for chunk in chosen.chunks() for b in chunk())):
        read = list(batches)
        assert np.concatenate([batch.y_pred["y_pred"] for batch in read]).tolist() == [
            k + 0.5 for k in range(1, N + 1)
        ]


@pytest.mark.parametrize("form", TEXT)
@pytest.mark.parametrize("coding", ["utf-16", "latin-1"])
def test_another_encoding_is_read_and_told(form: str, coding: str, tmp_path: Path) -> None:
    path = tmp_path / f"t.{form}"
    WRITERS[form](path, cells(50, "größer"))
    text = path.read_text(encoding="utf-8").replace("gr\\u00f6\\u00dfer", "größer")
    path.write_bytes(text.encode(coding))
    table = open_table(str(path))
    said = {"utf-16": "it is text in UTF-16", "latin-1": "it is not UTF-8, and is read as cp1252"}[coding]
    assert table.said[0].startswith(f"{path}: {said}")
    with pytest.raises(LosscliError, match='row 50, column p: "größer" is not a number'):
        list(table.select("y", "p", None, truth=True, models=False).batches(BATCH))


@pytest.mark.parametrize("form", TEXT)
def test_an_encoding_that_does_not_tell_itself(form: str, tmp_path: Path) -> None:
    """0x81 is no letter in cp1252, which is what text that is not UTF-8 is otherwise taken for."""
    path = tmp_path / f"t.{form}"
    WRITERS[form](path, cells(50, "group"))
    path.write_bytes(path.read_bytes().replace(b"group", b"gr\x81p"))
    with pytest.raises(LosscliError, match=r"the byte 0x81 is not UTF-8 text .name its encoding: --encoding"):
        open_table(str(path))
    table = open_table(str(path), text=TextOptions(encoding="cp437"))
    with pytest.raises(LosscliError, match='row 50, column p: "grüp" is not a number'):
        list(table.select("y", "p", None, truth=True, models=False).batches(BATCH))


def test_labels_from_json_are_what_a_csv_would_have() -> None:
    given = [3.0, -2.0, 2.5, 1e300, 1e15, 999999999999999.0, None, float("nan"), True, "a", "3", [1, "é"]]
    made = labels(given, ValuePlace("t.json", "k"))
    read = [made.names[code][0] for code in made.codes]
    assert read == [
        *("3", "-2", "2.5", "1e+300", "1000000000000000.0", "999999999999999"),
        *("(missing)", "(missing)", "true", "a", "3", '[1, "é"]'),
    ]


def test_folders_named_by_a_key_give_each_row_its_own_label(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for region, error in {"north": 1, "south": 2, "__HIVE_DEFAULT_PARTITION__": 4, "a%20b": 8}.items():
        folder = tmp_path / f"region={region}"
        folder.mkdir()
        (folder / "t.csv").write_text(f"y,p\n0,{error}\n0,{error}\n")
    code = run(
        ["compute", "mae", str(tmp_path), "--true", "y", "--pred", "p", "--by", "region", "--format", "json"]
    )
    groups = json.loads(capsys.readouterr().out)["groups"]
    assert code == 0
    found = {group["labels"]["region"]: (group["n"], group["value"]) for group in groups}
    assert found == {"(missing)": (2, 4.0), "a b": (2, 8.0), "north": (2, 1.0), "south": (2, 2.0)}
