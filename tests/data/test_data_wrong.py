"""Files that cannot be read as a table: one line, with the file, the row, the column and the value."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from losscli.data import open_table
from losscli.errors import LosscliError


def npz_bytes(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


HINT = "mend the cell, or choose other columns with --pred (there are: y, pred)"
NESTED = "a table is an object of arrays, or an array of objects"
ROWS = json.dumps([{"y": 1, "pred": 1}] * 3)


@pytest.mark.parametrize(
    ("name", "content", "what", "hint"),
    [
        ("t.csv", "y,pred\n1,2\n\n1,oops\n", '{}, row 2, column pred: "oops" is not a number', HINT),
        ("t.csv", "y,pred\n1,2\n1,2\n1,1_000\n", '{}, row 3, column pred: "1_000" is not a number', HINT),
        ("t.csv", "y,pred\n1,\x1b[1m\n", r'{}, row 1, column pred: "\x1b[1m" is not a number', HINT),
        (
            "t.csv",
            f"y,pred\n1,{'x' * 99}\n",
            f'{{}}, row 1, column pred: "{"x" * 60}…" is not a number',
            HINT,
        ),
        ("t.csv", "y,pred\n1,2\n1,2\n1,2,3\n", "{}, row 3: 3 fields where the header has 2", None),
        ("t.csv", "y,pred\n1,2\n1\n", "{}, row 2: 1 field where the header has 2", None),
        ("t.csv", "", "{} is empty", None),
        ("t.csv", "\ufeff \n\n", "{} is empty", None),
        ("t.csv", "y,pred\n\n", "{} has a header line and no rows", None),
        ("t.csv", 'y,pred\n1,"2\n1,3\n', "{}, line 3: unexpected end of data", None),
        ("t.csv", b"y,pred\n1,\x00\n", "{} is not text: it holds NUL bytes", None),
        (
            "t.csv",
            b"y,pred\n1,2\n1,\x81\n",
            "{}, line 3: the byte 0x81 is not UTF-8 text",
            "name its encoding: --encoding cp1252, or save it as UTF-8",
        ),
        ("t.csv", npz_bytes(y=[1]), "{} is no table of text: it is a zip archive, as npz and xlsx are", None),
        ("t.csv", b"\x1f\x8b\x08\x00", "{} (gzip) is damaged or cut short", None),
        ("t.json", '{"y": [1, 2],\n "pred": [1, x]}', "{}, line 2, column 14: broken JSON: ", None),
        ("t.json", '"text"', '{} holds "text": no table', NESTED),
        ("t.json", "[1, 2]", "{} holds one array, without names of columns", None),
        ("t.json", "[]", "{} holds an empty array: no rows", None),
        ("t.json", "{}", "{} holds an object without anything: no table", None),
        ("t.json", '{"y": 1}', "{} holds an object without arrays: no table", None),
        ("t.json", ROWS.replace("}]", "}, 5]"), "{}, row 4: 5 where an object is wanted", None),
        ("t.json", '{"y": [1], "pred": [1, 2]}', "{}: y has 1 rows and pred has 2", None),
        ("t.json", '{"y": [], "pred": []}', "{}, column y has no values (its shape is (0,))", None),
        ("t.json", '{"y": [1], "pred": ["a"]}', '{}, row 1, column pred: "a" is not a number', HINT),
        ("t.json", '{"y": [1], "pred": [{}]}', "{}, row 1, column pred: an object is not a number", HINT),
        (
            "t.json",
            '{"y": [1, 1], "pred": [[1], [2, 3]]}',
            "{}, row 2, column pred: 2 entries where row 1 has 1",
            HINT,
        ),
        (
            "t.json",
            '{"y": [1, 1], "pred": [[[1]], [["a"]]]}',
            '{}, row 2, column pred[1, 1]: "a" is not a number',
            HINT,
        ),
        (
            "t.json",
            '{"y": [1], "pred": [1], "pred": [2]}',
            "{}: the column pred stands twice in one object",
            None,
        ),
        ("t.json", "[" * 100_000, "{}: the JSON is nested too deeply", None),
        (
            "t.json",
            '{"y": [1], "pred": [1' + "0" * 400 + "]}",
            "{}, row 1, column pred: a huge integer is too",
            HINT,
        ),
        (
            "t.json",
            '{"y": [1], "pred": [1' + "0" * 5000 + "]}",
            "{}: an integer in the JSON is too large",
            None,
        ),
        (
            "t.jsonl",
            '{"y": 1, "pred": 1}\n\n{"y": 1, pred: 1}\n',
            "{}, line 3, column 10: broken JSON: ",
            None,
        ),
        ("t.jsonl", '{"y": 1, "pred": 1}\n3\n', "{}, line 2: 3 where an object is wanted", None),
        (
            "t.jsonl",
            '{"y": 1, "pred": [1]}\n' * 3 + '{"y": 1, "pred": 1}',
            "{}, row 4, column pred: 1 where row 1",
            HINT,
        ),
        ("t.jsonl", "{}\n", "{} holds empty objects: no columns", None),
        (
            "t.jsonl",
            b'{"y": 1, "pred": 1}\n{"\x81": 1}\n',
            "{}, line 2: the byte 0x81 is not UTF-8 text",
            None,
        ),
        ("t.npy", npz_bytes(y=[1]), "{} holds one array, without names of columns", None),
        ("t.npz", b"", "{} is empty", None),
        ("t.npz", b"y,pred\n1,2\n", "{} is not a npz file, or damaged", None),
        ("t.npz", npz_bytes(y=[1], pred=[2])[:-9], "{} is damaged or cut short", None),
        ("t.npz", npz_bytes(), "{} is not a npz file, or damaged", None),
        ("t.npz", npz_bytes(y=[1], pred=[1j]), "{}, column pred holds complex numbers (complex128)", None),
        ("t.npz", npz_bytes(y=[1], pred=["a"]), "{}, column pred holds text (<U1)", None),
        (
            "t.npz",
            npz_bytes(y=[1], pred=np.array([None])),
            "{}, column pred holds Python objects (pickled)",
            None,
        ),
        ("t.npz", npz_bytes(y=[1], pred=np.array(["2020"], "M8[D]")), "{}, column pred holds dates", None),
        ("t.npz", npz_bytes(y=[1], pred=2.0), "{}, column pred holds a single number, not an array", None),
        ("t.npz", npz_bytes(y=[1], pred=[]), "{}, column pred has no values (its shape is (0,))", None),
        ("t.npz", npz_bytes(y=[1], pred=[1, 2]), "{}: y has 1 rows and pred has 2", None),
        ("t.npz", npz_bytes(a=[1]), "{}: no column has a common name of y_true", None),
        ("t.xyz", "x", "{}: the extension .xyz does not tell the format", None),
        ("t.csv", "0,1\n3,4\n", "{}: its first line (0, 1) may name the columns, or be the first row", None),
        ("t.csv", "y;pred\n1.000;2.000\n", '{}, column y: "1.000" may be 1 or 1000, and no other cell', None),
        ("t.csv", 'y,pred\n"1,000",2\n', '{}, column y: "1,000" may be 1 or 1000, and no other cell', None),
        ("table", "x", "{}: a name without extension does not tell the format", None),
        ("[b]\x1b[31m.csv", "", r"[b]\x1b[31m.csv is empty", None),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 60 else "…",
)
def test_wrong_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: Any, what: str, hint: str | None
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(LosscliError) as caught:
        for _ in open_table(name).select(None, None, None, truth=True, models=False).batches(2):
            pass
    assert caught.value.what.startswith(what.replace("{}", name, 1))
    assert hint is None or caught.value.hint == hint
    assert str(caught.value).isprintable()


def test_files_that_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("sales.csv").write_text("y,pred\n1,2\n")
    Path("empty").mkdir()
    for path, message in {
        "sale.csv": 'sale.csv: there is no such file (did you mean "sales.csv"?)',
        "no/sales.csv": "no/sales.csv: there is no folder no (check the path)",
        "empty": "empty: the folder holds no file of a known format (its files are told by their endings: "
        "csv, tsv, json, jsonl, npz, parquet, arrow, xlsx)",
        "": '"": there is no such file (check the path)',
        "sales.csv/x": "sales.csv/x cannot be read: Not a directory (check the path and its permissions)",
        "a\0.csv": r"a\x00.csv cannot be read: embedded null byte (check the path and its permissions)",
    }.items():
        with pytest.raises(LosscliError) as caught:
            open_table(str(path))
        assert str(caught.value) == message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("y,pred\n1,2\n")
    path.chmod(0)
    with pytest.raises(LosscliError, match="cannot be read: Permission denied"):
        open_table(str(path))
