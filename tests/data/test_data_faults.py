"""Files that change while they are read, that take memory without bound, or hold what is easily lost."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
import pickle
import time
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.requests import score

from losscli.cli.app import run
from losscli.data import blocks, open_table
from losscli.data.files import find
from losscli.data.limits import limited
from losscli.errors import LosscliError

CHANGED = "changed while it was read"


def table_of(path: Path, rows: int, pred: float) -> None:
    """A file of columns y and p, y 0 and p `pred`."""
    form = path.suffixes[0]
    if form == ".csv":
        text = "y,p\n" + f"0,{pred:.4f}\n" * rows
    elif form == ".jsonl":
        text = f'{{"y": 0, "p": {pred:.4f}}}\n' * rows
    elif form == ".json":
        text = json.dumps([{"y": 0, "p": pred}] * rows)
    else:
        pl = pytest.importorskip("polars")
        frame = pl.DataFrame({"y": np.zeros(rows), "p": np.full(rows, pred)})
        if form == ".parquet":
            frame.write_parquet(path, row_group_size=rows // 4)
        else:
            frame.write_ipc(path)
        return
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode(), 1))
    else:
        path.write_text(text)


def replaced(path: Path, rows: int) -> None:
    other = path.with_name("other" + "".join(path.suffixes))
    table_of(other, rows, 3)
    os.replace(other, path)


def overwritten(path: Path, rows: int) -> None:
    table_of(path, rows, 3)


def touched(path: Path, rows: int) -> None:
    """Appended to, as a log is."""
    with path.open("ab") as stream:
        stream.write(path.read_bytes()[-11:])


WAYS = [replaced, overwritten, touched]


@pytest.mark.parametrize("change", WAYS)
@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.jsonl", "t.json", "t.parquet", "t.arrow"])
def test_a_file_that_changes_while_its_rows_are_read(
    tmp_path: Path, name: str, change: Callable[[Path, int], None]
) -> None:
    rows = 700_000 if ".csv" in name or ".arrow" in name else 400_000
    path = tmp_path / name
    table_of(path, rows, 1)
    source = open_table(str(path)).select("y", "p", None, truth=True, models=False)
    chunks = source.chunks()
    assert len(next(iter(next(chunks)()))) < rows
    change(path, rows)
    with pytest.raises(LosscliError, match=CHANGED):
        list(chain.from_iterable(chunk() for chunk in chunks))
    with pytest.raises(LosscliError, match=CHANGED):  # and in order
        list(source())


@pytest.mark.parametrize("change", WAYS)
def test_a_small_file_that_changes_between_two_passes(
    tmp_path: Path, change: Callable[[Path, int], None]
) -> None:
    path = tmp_path / "t.csv"
    table_of(path, 5, 1)
    source = open_table(str(path)).select("y", "p", None, truth=True, models=False)
    assert score("mae", source).value == 1
    change(path, 5)
    with pytest.raises(LosscliError, match=CHANGED):
        score("mae", source)


def test_a_file_written_to_while_a_pass_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    table_of(path, 5000, 1)
    batches = open_table(str(path)).select("y", "p", None, truth=True, models=False).batches(1000)
    assert len(next(batches)) == 1000
    touched(path, 0)
    with pytest.raises(LosscliError, match=CHANGED):
        list(batches)


def test_an_array_that_changes_between_two_passes(tmp_path: Path) -> None:
    from losscli.data import read_stream

    path = tmp_path / "p.npy"
    np.save(path, np.ones(1000))
    stream = read_stream("@" + str(path), "@" + str(path), None)
    list(stream())
    np.save(tmp_path / "q.npy", np.full(1000, 3.0))
    os.replace(tmp_path / "q.npy", path)
    with pytest.raises(LosscliError, match=CHANGED):
        list(stream())
    path.unlink()
    with pytest.raises(LosscliError, match=CHANGED):
        list(stream())


def test_a_change_ends_the_command_with_2_in_processes_too(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.csv"
    table_of(path, 300_000, 1)
    monkeypatch.setattr(blocks, "BLOCK", 1 << 16)  # so that there are parts enough for processes
    import losscli.data.delimited as delimited

    read = delimited.Delimited._cut

    def cut(self: Any, picks: Any, quoted: bool) -> Any:
        parts = list(read(self, picks, quoted) or ())
        if picks and path.exists() and path.stat().st_size and not quoted:
            replaced(path, 300_000)
        return iter(parts)

    monkeypatch.setattr(delimited.Delimited, "_cut", cut)
    assert run(["compute", "mae", str(path), "--pred", "p", "--rows", "0", "-q"]) == 2
    captured = capfd.readouterr()
    assert captured.out == ""
    assert f"t.csv {CHANGED}" in captured.err


def test_a_cluster_s_worker_has_a_file_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    table_of(path, 5, 1)
    there = pickle.loads(pickle.dumps(find(str(path))))
    path.rename(tmp_path / "here.csv")
    table_of(path, 5, 1)
    assert there.path == str(path)
    assert there.whole() == path.read_bytes()


def inches(path: Path, quotes: str) -> None:
    """About 3 MB in 92,000 rows, with `quotes` in the item of row 11."""
    rows = (
        f"0.{i:06d},0.{i * 7 % 1_000_000:06d},{quotes if i == 10 else ''}steel pipe {i % 1000}\n"
        for i in range(92_000)
    )
    path.write_text("y_true,y_pred,item\n" + "".join(rows))


def test_a_stray_quote_takes_no_more_time_than_none(tmp_path: Path) -> None:
    path = tmp_path / "inch.csv"
    inches(path, '12" ')
    i = np.arange(92_000)
    right = np.abs(i - i * 7 % 1_000_000).mean() / 1e6
    started = time.perf_counter()
    source = open_table(str(path)).select(None, None, None, truth=True, models=False)
    assert score("mae", source).value == pytest.approx(right, rel=1e-12, abs=0)
    assert time.perf_counter() - started < 10  # it took 106


def test_a_quote_left_open_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "open.csv"
    path.write_text('y_true,y_pred\n1,2\n1,"2\n' + "1,2\n" * 1_000_000)
    started = time.perf_counter()
    with pytest.raises(LosscliError, match=r"open\.csv, line .* a quote that is not closed"):
        score("mae", open_table(str(path)).select(None, None, None, truth=True, models=False))
    assert time.perf_counter() - started < 10


def test_cutting_reads_each_line_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.csv"
    path.write_text('a,b\n"' + "1,2\n" * 50_000)
    monkeypatch.setattr(blocks, "BLOCK", 1 << 10)
    monkeypatch.setattr(blocks, "LONGEST_ROW", 1 << 12)
    parts = list(blocks.cut(find(str(path)), 4, quoted=True))
    assert parts[0].stop - parts[0].start < (1 << 12) + 10
    assert [part.start for part in parts[1:]] == [part.stop for part in parts[:-1]]
    assert b"".join(part.read(find(str(path))) for part in parts) == path.read_bytes()[4:]


def packed(path: Path, blocks_: Iterator[bytes]) -> str:
    with gzip.open(path, "wb", 1) as stream:
        for block in blocks_:
            stream.write(block)
    return str(path)


@pytest.mark.parametrize("name", ["l.csv.gz", "l.jsonl.gz", "l.tsv.gz"])
@pytest.mark.parametrize("filler", [b"1", b" "])
def test_a_line_without_end(tmp_path: Path, name: str, filler: bytes) -> None:
    start = b'{"y_true": 1, "y_pred": 2}\n' if "json" in name else b"y_true,y_pred\n1,2\n"
    start = start.replace(b",", b"\t") if "tsv" in name else start
    path = packed(tmp_path / name, (start if i == 0 else filler * (1 << 20) for i in range(30)))
    tracemalloc.start()
    with limited(64_000_000), pytest.raises(LosscliError) as error:
        score("mae", open_table(path).select(None, None, None, truth=True, models=False))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert error.value.what == f"{path} has a line of more than 4.19 MB"
    assert error.value.hint == "compute, compare, check and recommend allow more: --max-memory 256M"
    assert peak < 29 << 20  # what the line has


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("blank.json.gz", "unpacks to more than 8 MB"),
        ("blank.parquet.gz", "unpacks to more than 8 MB"),
        ("blank.xlsx.gz", "is held whole, and has more than 2 MB"),
    ],
)
def test_blanks_without_end_are_not_unpacked(tmp_path: Path, name: str, told: str) -> None:
    path = packed(tmp_path / name, (b" " * (1 << 20) for _ in range(30)))
    with limited(8_000_000), pytest.raises(LosscliError) as error:
        open_table(path)
    assert error.value.what == f"{path} {told}"
    assert error.value.hint == "compute, compare, check and recommend allow more: --max-memory 32M"


def test_a_text_that_is_held_whole_has_a_limit(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "t.json"
    path.write_text(json.dumps({"y_true": [1.0] * 100_000, "y_pred": [3.0] * 100_000}))
    assert run(["compute", "mae", str(path), "--rows", "0", "--max-memory", "2M"]) == 2
    err = capfd.readouterr().err
    assert "t.json is held whole, and has more than 500 KB" in err
    assert "--max-memory 8M" in err
    assert run(["compute", "mae", str(path), "--rows", "0", "--max-memory", "8M"]) == 0


PACKERS: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


@pytest.mark.parametrize("ending", PACKERS)
def test_a_second_stream_is_read_or_told_to_be_damaged(tmp_path: Path, ending: str) -> None:
    pack = PACKERS[ending]
    first, second = pack(b"y,p\n1,2\n"), pack(b"1,4\n")
    path = tmp_path / f"t.csv.{ending}"

    def value() -> float:
        source = open_table(str(path)).select("y", "p", None, truth=True, models=False)
        return float(score("mae", source).value)

    path.write_bytes(first + second)
    assert value() == 2
    path.write_bytes(first + b"\0" * 512)  # as tape drives fill up
    assert value() == 1
    flipped = bytes([second[0] ^ 1]) + second[1:]
    for damaged in (flipped, second[:-3], second[: len(second) // 2], b"rest"):
        path.write_bytes(first + damaged)
        with pytest.raises(LosscliError, match="is damaged or cut short"):
            value()
