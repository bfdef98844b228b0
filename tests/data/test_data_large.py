"""Large files of text, read in blocks by Polars: the same numbers and words as line by line."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import pickle
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.batch import Batch
from losscli.cli.app import run
from losscli.data import blocks, delimited, jsonrows, open_table
from losscli.errors import LosscliError

pytest.importorskip("polars")


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of 64 bytes, so that a table of a few rows has many."""
    for module in (blocks, delimited, jsonrows):
        monkeypatch.setattr(module, "BLOCK", 64)
    monkeypatch.setattr(jsonrows, "WINDOW", 256)
    monkeypatch.setattr(blocks, "LONGEST_ROW", 1 << 20)


class Large:
    """Within it, every file counts as large."""

    def __enter__(self) -> None:
        self.kept, blocks.LARGE = blocks.LARGE, 0

    def __exit__(self, *_: object) -> None:
        blocks.LARGE = self.kept


def numbers(batches: Iterator[Batch]) -> tuple[Any, Any]:
    read = list(batches)
    y_true = [batch.y_true for batch in read if batch.y_true is not None]
    return np.concatenate(y_true), np.concatenate([batch.y_pred["y_pred"] for batch in read])


def told(path: Path, way: str) -> tuple[str, Any]:
    """What a reading comes to: its numbers, or its complaint."""
    try:
        source = open_table(str(path)).select("y", "p", None, truth=True, models=False)
        if way == "batches":
            return "read", numbers(source.batches(5))
        return "read", numbers(batch for chunk in source.chunks() for batch in chunk())
    except LosscliError as error:
        return "error", str(error)


def same_as_line_by_line(path: Path) -> str:
    """Asserts that blocks come to what lines come to, and says what that is."""
    kind, wanted = told(path, "batches")
    with Large():
        for way in ("batches", "chunks"):
            got, value = told(path, way)
            if way == "chunks" and got == "error":
                continue  # the fold goes over the batches then, for the row's number
            assert got == kind
            if kind == "read":
                np.testing.assert_array_equal(value[0], wanted[0])
                np.testing.assert_array_equal(value[1], wanted[1])
            else:
                assert value == wanted
    return kind


CELLS = st.one_of(
    st.floats().map(repr),
    st.integers(-(10**25), 10**25).map(str),
    st.sampled_from(
        ["", "NA", "nan", "-inf", "Infinity", "true", " 1.5 ", "1e400", "+.5", "7.", "0x1", "1_0"]
    ),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
)
TEXTS = st.one_of(
    st.sampled_from(["a", "", "two words", "x,y", 'say "hi"', "line\nbreak", "é", "\t", '5" pipe', " "]),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=5),
)


@given(
    st.lists(st.tuples(CELLS, TEXTS, CELLS), min_size=1, max_size=25),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.booleans(),
)
def test_csv_in_blocks_is_csv_in_lines(rows: list[Any], end: str, quoting: Any, bom: bool) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator=end, quoting=quoting)
    writer.writerows([("y", "text", "p"), *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "t.csv")
        path.write_bytes(buffer.getvalue().encode("utf-8-sig" if bom else "utf-8"))
        same_as_line_by_line(path)


MANY = "".join(f"{i}.5,w{i},-{i}e-3\n" for i in range(40))


@pytest.mark.parametrize(
    ("end", "kind"),
    [
        ("", "read"),
        ("1,,2\n\n3,,4\n", "read"),
        ("1,,2\n  \n3,,4\n\n\n", "read"),
        ("\r\n\r\n", "read"),
        ("1,,2\r3,,4\r", "read"),
        ('1,5" pipe,2\n', "read"),
        ('"1","a\nb","2"\n1,"x,y",\n', "read"),
        ('1,"a""b",2\n1,"""",NA\n', "read"),
        ('1, "a,b",2\n', "read"),
        ("NA,NA, null \n", "read"),
        ("1,,2,3\n", "error"),
        ("1,2\n", "error"),
        ("1,2\n1,,2,3\n", "error"),
        ("1,,oops\n", "error"),
        ("1,,1_000\n", "error"),
        ('1,"open,2\n1,,2\n', "error"),
        ('1,"a"b,2\n', "error"),
    ],
)
@pytest.mark.parametrize("before", [MANY, ""])
def test_what_is_odd_in_csv(tmp_path: Path, before: str, end: str, kind: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(f"y,text,p\n0,,0\n{before}{end}{MANY}".encode())
    assert same_as_line_by_line(path) == kind


def test_bytes_that_are_no_text_are_told_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(f"y,text,p\n{MANY}1,".encode() + b"\x81,2\n" + MANY.encode())
    assert same_as_line_by_line(path) == "error"
    assert "line 42: the byte 0x81" in told(path, "batches")[1]


VALUES = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(10**25), 10**25),
    st.sampled_from([None, True, "inf", "-inf", "nan", "1.5", [1.0], {"y": 1}]),
)


@given(
    st.lists(
        st.one_of(
            st.fixed_dictionaries({"y": VALUES, "p": st.floats(-9, 9), "text": TEXTS}),
            st.fixed_dictionaries({"y": st.floats(-9, 9)}, optional={"p": st.floats(-9, 9), "z": VALUES}),
        ),
        min_size=1,
        max_size=15,
    ),
    st.booleans(),
    st.sampled_from([None, 1]),
    st.sampled_from([(",", ":"), (", ", ": ")]),
    st.sampled_from(["utf-8", "utf-8-sig"]),
)
def test_json_in_blocks_is_json_read_whole(
    records: list[Any], ascii: bool, indent: int | None, separators: tuple[str, str], coding: str
) -> None:
    first = {"y": 1.5, "p": 2, "text": "},{"}
    with tempfile.TemporaryDirectory() as folder:
        lines, array = Path(folder, "t.jsonl"), Path(folder, "t.json")
        texts = [json.dumps(record, ensure_ascii=ascii) for record in [first, *records]]
        lines.write_text("\n".join(texts), encoding=coding)
        whole = json.dumps([first, *records], ensure_ascii=ascii, indent=indent, separators=separators)
        array.write_text(whole, encoding=coding)
        same_as_line_by_line(lines)
        same_as_line_by_line(array)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=50))
def test_numbers_come_back_bit_for_bit(values: list[float]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, lines, array = (Path(folder, name) for name in ("t.csv", "t.jsonl", "t.json"))
        records = [{"y": value, "p": -value} for value in values]
        path.write_text("y,p\n" + "".join(f"{value!r},{-value!r}\n" for value in values))
        lines.write_text("".join(json.dumps(record) + "\n" for record in records))
        array.write_text(json.dumps(records))
        for written in (path, lines, array):
            with Large():
                for way in ("batches", "chunks"):
                    kind, value = told(written, way)
                    assert kind == "read"
                    np.testing.assert_array_equal(value, [values, [-v for v in values]])


@pytest.mark.parametrize(
    "odd",
    [
        '{"y": 1, "y": 2, "p": 3}',
        '{"y": 1, "p": "x"}',
        '{"y": 1, "p": 2',
        '{"y": 1, "p": 2} {"y": 1, "p": 2}',
        '{"y": 1, "p": [1, 2]}',
        '{"y": 1}\n{"y": 1, "p": 2, "p": 3}',
        "[1, 2]",
        "",
    ],
)
def test_what_is_odd_in_jsonl(tmp_path: Path, odd: str) -> None:
    many = "".join(json.dumps({"y": i, "p": i / 7}) + "\n" for i in range(30))
    lines, array = tmp_path / "t.jsonl", tmp_path / "t.json"
    lines.write_text(f"{many}{odd}\n{many}")
    array.write_text("[" + ",".join(f"{many}{odd}\n{many}".split("\n")).removesuffix(",") + "]")
    assert same_as_line_by_line(lines) == ("error" if odd else "read")
    same_as_line_by_line(array)


def lines_of(n: int) -> str:
    return "y,p\n" + "".join(f"{i / 3!r},{i / 7 - i!r}\n" for i in range(n))


def test_chunks_travel_and_say_that_their_rows_have_no_number_yet(tmp_path: Path) -> None:
    files = {"t.csv": lines_of(50), "t.jsonl": "".join(f'{{"y": {i}, "p": {i}.5}}\n' for i in range(50))}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
        with Large():
            source = open_table(str(tmp_path / name)).select("y", "p", None, truth=True, models=False)
            chunks = pickle.loads(pickle.dumps(list(source.chunks())))
            assert len(chunks) > 5
            assert all(chunk.relative for chunk in chunks)
            y_true, _ = numbers(batch for chunk in chunks for batch in chunk())
        assert len(y_true) == 50


@pytest.mark.parametrize(
    ("cell", "options"),
    [
        ("oops", []),
        ("", []),
        ("", ["--missing", "drop"]),
        ("-1", ["--weight", "p"]),
        ("nan", ["--missing", "propagate"]),
        ("inf", []),
        ("7e300", []),
    ],
)
@pytest.mark.parametrize("loss", ["mse", "poisson", "poisson_deviance"])
def test_what_is_said_of_rows_does_not_depend_on_blocks(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], cell: str, options: list[str], loss: str
) -> None:
    path = tmp_path / "t.csv"
    rows = [f"{i % 7},{i / 3 + 1}" for i in range(60)]
    rows[40], rows[50] = f"3,{cell}", "3,900"
    path.write_text("\n".join(["y,p", *rows]) + "\n")

    def said() -> tuple[int, str, str]:
        columns = ["--true", "y", "--pred", "p"]
        code = run(["compute", loss, str(path), *columns, "--format", "plain", *options])
        out, err = capfd.readouterr()
        return code, out, err

    wanted = said()
    with Large():
        assert said() == wanted


PACKERS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


def packed(kind: str, content: bytes) -> bytes:
    if kind == "zst":
        return bytes(pytest.importorskip("backports.zstd").compress(content))
    return PACKERS[kind](content)


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz", "zst"])
@pytest.mark.parametrize("large", [False, True])
def test_compressed_files_are_read_as_what_they_hold(tmp_path: Path, kind: str, large: bool) -> None:
    plain = tmp_path / "plain.csv"
    plain.write_text(lines_of(60))
    _, wanted = told(plain, "batches")
    json_text = json.dumps({"y": [1, 2], "p": [3, 4]})
    for name, text in {
        f"t.csv.{kind}": lines_of(60),
        "t.csv": lines_of(60),
        f"t.json.{kind}": json_text,
    }.items():
        path = tmp_path / name
        path.write_bytes(packed(kind, text.encode()))
        blocks.LARGE, kept = 0 if large else blocks.LARGE, blocks.LARGE
        try:
            for way in ("batches", "chunks"):
                got, value = told(path, way)
                assert got == "read"
                np.testing.assert_array_equal(value, [[1, 2], [3, 4]] if "json" in name else wanted)
        finally:
            blocks.LARGE = kept


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz", "zst"])
def test_a_compressed_file_cut_short_is_told(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"t.csv.{kind}"
    path.write_bytes(packed(kind, lines_of(3000).encode())[:-20])
    names = {"gz": "gzip", "zst": "zstd"}
    wanted = f"{path} ({names.get(kind, kind)}) is damaged or cut short (compress it again, or copy it again)"
    assert told(path, "batches") == ("error", wanted)
    with Large():
        assert told(path, "batches") == ("error", wanted)


def test_what_a_compressed_file_holds_is_judged_as_if_it_were_not(tmp_path: Path) -> None:
    path = tmp_path / "t.npz"
    path.write_bytes(gzip.compress(b"x"))
    with pytest.raises(LosscliError, match=r"t.npz is not a npz file, or damaged"):
        open_table(str(path))


def test_without_polars_lines_are_read_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    path = tmp_path / "t.csv"
    path.write_text(lines_of(50))
    with Large():
        source = open_table(str(path)).select("y", "p", None, truth=True, models=False)
        assert not any(chunk.relative for chunk in source.chunks())
