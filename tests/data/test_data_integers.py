"""Whole numbers beyond 2^53: what every reader says of them, counted by Python's own integers; and keys."""

from __future__ import annotations

import json
import random
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import openpyxl
import pandas as pd
import polars as pl
import pytest

import losscli
from losscli.cli.app import run
from losscli.integers import Rounding

TRUE = [2**53 + 1, 5, -(2**53) - 3, 2**60]
PRED = [2**53, 5, -(2**53) - 2, 2**60 + 1]
ODD = {
    name: sum(int(float(value)) != value for value in values)
    for name, values in (("y_true", TRUE), ("y_pred", PRED))
}
FRAME = pd.DataFrame({"y_true": TRUE, "y_pred": PRED})


def many(frame: pd.DataFrame) -> pd.DataFrame:
    """So many rows that a file is read in parts."""
    return pd.concat([frame] * 20_000, ignore_index=True)


def sheet(path: Path) -> None:
    """A sheet whose XML has every digit, as programs write that are no spreadsheet."""
    book = openpyxl.Workbook()
    for row in [["y_true", "y_pred"], *([i, i + 100] for i in range(4))]:
        book.active.append(row)
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    for i, (true, pred) in enumerate(zip(TRUE, PRED, strict=True)):
        for short, long in ((i, true), (i + 100, pred)):
            members[name] = members[name].replace(b"<v>%d</v>" % short, b"<v>%d</v>" % long)
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in members.items():
            archive.writestr(member, content)


def sqlite(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        FRAME.to_sql("rows", connection, index=False)


def duck(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.register("frame", FRAME)
        connection.execute("create table rows as select y_true::hugeint y_true, y_pred from frame")


def grouped(path: Path) -> None:
    lines = [f"{true:_};{pred:_}".replace("_", ".") for true, pred in zip(TRUE, PRED, strict=True)]
    path.write_text("\n".join(["y_true;y_pred", *lines, "1,5;1,5"]) + "\n")


WRITERS: dict[str, tuple[Callable[[Path], Any], int]] = {
    "a.csv": (lambda path: FRAME.to_csv(path, index=False), 4),
    "large.csv": (lambda path: many(FRAME).to_csv(path, index=False), 80_000),
    "german.csv": (grouped, 5),
    "a.json": (lambda path: path.write_text(json.dumps({"y_true": TRUE, "y_pred": PRED})), 4),
    "records.json": (lambda path: FRAME.to_json(path, orient="records"), 4),
    "large.json": (lambda path: many(FRAME).to_json(path, orient="records"), 80_000),
    "a.jsonl": (lambda path: FRAME.to_json(path, orient="records", lines=True), 4),
    "large.jsonl": (lambda path: many(FRAME).to_json(path, orient="records", lines=True), 80_000),
    "a.parquet": (FRAME.to_parquet, 4),
    "text.parquet": (FRAME.astype(str).to_parquet, 4),
    "a.feather": (FRAME.to_feather, 4),
    "a.npz": (lambda path: np.savez(path, y_true=TRUE, y_pred=np.array(PRED)), 4),
    "a.sqlite": (sqlite, 4),
    "a.duckdb": (duck, 4),
    "a.xlsx": (sheet, 4),
}


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    remarks = json.loads(capsys.readouterr().out)["remarks"]
    return [remark["text"] for remark in remarks if "2^53" in remark["text"]]


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_tells_what_float64_rounds(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, (write, rows) = tmp_path / name, WRITERS[name]
    write(path)
    assert run(["compute", "mae", str(path), "--format", "json", "--rows", "0"]) == 0
    times = rows // 4
    count = {column: times * odd for column, odd in ODD.items()}
    example = f"{2**53 + 1} → {2**53}"
    true, pred = said(capsys)
    assert f"column y_true: {count['y_true']} of {rows} values are" in true
    assert true.endswith(example)
    assert f"column y_pred: {count['y_pred']} of {rows} value" in pred
    assert pred.endswith(f"{2**60 + 1} → {2**60}")


def test_a_weight_and_lists_are_looked_at_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "w.parquet"
    pl.DataFrame({"t": [[TRUE[0], 1], [2, 3]], "p": [[1, 2], [3, 4]], "w": [2**53 + 1, 1]}).write_parquet(
        path
    )
    columns = ["--true", "t", "--pred", "p", "--weight", "w"]
    assert run(["compute", "mae", str(path), *columns, "--format", "json", "--rows", "0"]) == 0
    text = "is a whole number beyond 2^53 and was rounded"
    lists, weight = said(capsys)
    assert f"column t: 1 of 4 values {text}" in lists
    assert f"column w: 1 of 2 values {text}" in weight


def test_values_and_files_of_one_array(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.save(tmp_path / "t.npy", np.array(TRUE))
    (tmp_path / "t.json").write_text(json.dumps(TRUE))
    (tmp_path / "t.jsonl").write_text("\n".join(map(str, TRUE)))
    (tmp_path / "t.txt").write_text("\n".join(map(str, TRUE)))
    np.savez(tmp_path / "t.npz", np.array(TRUE))
    listed = ",".join(map(str, TRUE))
    for given in (listed, f"[{listed}]", f"array([{listed}])", *(f"@{path}" for path in tmp_path.iterdir())):
        form = ["--input-format", "csv"] if given.endswith("txt") else []
        assert run(["compute", "mae", "--true", given, "--pred", "1,2,3,4", *form, "--format", "json"]) == 0
        (text,) = said(capsys)
        assert text.startswith("--true"), given
        assert f"{ODD['y_true']} of 4 values are" in text, given


@pytest.mark.parametrize("command", ["check", "recommend", "compare", "parity"])
def test_every_command_says_it(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    FRAME.to_csv(tmp_path / "a.csv", index=False)
    path = str(tmp_path / "a.csv")
    line = {"compare": [path, "--losses", "mae,mse"], "parity": ["mae", path]}.get(command, [path])
    assert run([command, *line]) in (0, 1)
    text = " ".join(capsys.readouterr().out.split())
    assert f"{ODD['y_true']} of 4 values are whole numbers beyond 2^53" in text


def test_two_files_and_several(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    FRAME.to_csv(tmp_path / "1.csv", index=False)
    FRAME.to_csv(tmp_path / "2.csv", index=False)
    pattern = str(tmp_path / "*.csv")
    assert run(["compute", "mae", pattern, "--format", "json", "--rows", "0"]) == 0
    assert [text for text in said(capsys) if f"column y_true: {2 * ODD['y_true']} of 8" in text]
    truth = ["--truth", str(tmp_path / "2.csv")]
    line = ["compute", "mae", str(tmp_path / "1.csv"), *truth, "--format", "json", "--rows", "0"]
    assert run(line) == 0
    assert any(f"of {tmp_path / '2.csv'}: {ODD['y_true']} of 4 values" in text for text in said(capsys))


@pytest.mark.parametrize("far", ["1e300", "123456789012345680000.5", "9007199254740992"])
def test_what_float64_holds_or_no_whole_number_is_not_told(
    far: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.csv").write_text(f"y_true,y_pred\n{far},1\n")
    assert run(["compute", "mae", str(tmp_path / "a.csv"), "--format", "json"]) == 0
    assert said(capsys) == []


@pytest.mark.parametrize("kind", [np.int64, np.uint64])
def test_arrays_are_counted_as_python_counts(kind: Any) -> None:
    draw = random.Random(3)
    info = np.iinfo(kind)
    ends = [info.max, info.min, info.max - 1, 2**53, 2**53 + 1]
    values = [
        draw.randrange(info.min, info.max) >> draw.randrange(64) << draw.randrange(8) for _ in range(300)
    ]
    held = [value for value in [*values, *ends] if info.min <= value <= info.max]
    arrays, lists = Rounding(), Rounding()
    arrays.add(np.array(held, kind))
    lists.add(held)
    odd = [value for value in held if int(float(value)) != value]
    assert len(odd) > 20
    assert (arrays.count, arrays.of, arrays.example) == (len(odd), len(held), odd[0])
    assert (lists.count, lists.of, lists.example) == (len(odd), len(held), odd[0])


@pytest.mark.parametrize(
    "true", [[2**53 + 1, 1], [2**53 + 1, 0.5], np.array([2**53 + 1, 1]), pd.Series([2**53 + 1, 1])]
)
def test_the_library_says_it(true: Any) -> None:
    (remark,) = (one for one in losscli.compute("mae", true, [1, 1]).remarks if "2^53" in one.text)
    assert remark.text.startswith("y_true: 1 of 2 values is a whole number beyond 2^53 and was rounded")
    weighted = losscli.compute("mae", [1, 1], [1, 2], sample_weight=[1, 2**53 + 1])
    assert any(one.text.startswith("sample_weight: 1 of 2") for one in weighted.remarks)
    assert not any("2^53" in one.text for one in losscli.compute("mae", [2**60, 1e300], [2**53, 1]).remarks)


@pytest.mark.parametrize("ending", ["csv", "parquet", "json", "jsonl", "sqlite", "npz"])
def test_keys_are_compared_as_the_integers_they_are(
    ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In float64 the two keys are one."""
    keys = [2**53 + 1, 2**53]
    frame = pd.DataFrame({"id": keys[::-1], "pred": [10.0, 30.0]})
    path = tmp_path / f"preds.{ending}"
    if ending == "sqlite":
        with sqlite3.connect(path) as connection:
            frame.to_sql("rows", connection, index=False)
    elif ending == "npz":
        np.savez(path, **{name: frame[name].to_numpy() for name in frame})
    else:
        writers: dict[str, Callable[[], Any]] = {
            "csv": lambda: frame.to_csv(path, index=False),
            "parquet": lambda: frame.to_parquet(path),
            "json": lambda: frame.to_json(path, orient="records"),
            "jsonl": lambda: frame.to_json(path, orient="records", lines=True),
        }
        writers[ending]()
    pd.DataFrame({"id": keys, "true": [29.0, 10.0]}).to_csv(tmp_path / "truth.csv", index=False)
    line = ["compute", "mae", str(path), "--truth", str(tmp_path / "truth.csv"), "--key", "id"]
    assert run([*line, "--true", "true", "--pred", "pred", "--format", "json", "--rows", "0"]) == 0
    assert json.loads(capsys.readouterr().out)["value"] == 0.5
