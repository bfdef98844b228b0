"""Every row's value to a file: the same numbers in every format, whole or not at all, in constant memory."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from support.close import close
from support.command import LOSSCLI, ROOT, environment
from support.inside import losscli
from support.requests import request

import losscli as library
from losscli.analysis.score import Run, Show
from losscli.analysis.score import score as score_of
from losscli.batch import Batch, Chunk, Stream, arrays_stream
from losscli.engine import chunk
from losscli.errors import LosscliError
from losscli.parallel import executor as chunks
from losscli.render import rowfile as write
from losscli.render.rowfile import writer
from losscli.results.rows import RowValues

DIABETES = ("compute", "huber", "examples/diabetes.csv", "--pred", "ridge", "-p", "delta=50")

ROWS = "y,p,w\n0,2,1\n1,-1,1\n1,4,0.5\n"


def diabetes() -> tuple[list[float], list[float]]:
    with (ROOT / "examples/diabetes.csv").open() as file:
        lines = list(csv.DictReader(file))
    return [float(line["y_true"]) for line in lines], [float(line["ridge"]) for line in lines]


def huber(error: float, delta: float = 50.0) -> float:
    size = abs(error)
    return size * size / 2 if size <= delta else delta * (size - delta / 2)


def read(file: Path) -> list[dict[str, float]]:
    """A file's rows, each as its columns' values."""
    if file.suffix == ".jsonl":
        return [json.loads(line) for line in file.read_text().splitlines()]
    if file.suffix == ".parquet":
        parquet = pytest.importorskip("pyarrow.parquet")
        rows: list[dict[str, float]] = parquet.read_table(file).to_pylist()
        return rows
    with file.open() as text:
        delimited = csv.DictReader(text, delimiter="\t" if file.suffix == ".tsv" else ",")
        return [{name: float(row[name]) for name in row if name != "signature"} for row in delimited]


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "parquet"])
def test_a_file_of_rows_holds_every_row_with_what_was_given_its_loss_and_gradient(
    ending: str, tmp_path: Path
) -> None:
    if ending == "parquet":
        pytest.importorskip("pyarrow")
    file = tmp_path / f"rows.{ending}"
    done = losscli(*DIABETES, "--rows", "all", "--gradient", "--output", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    assert os.listdir(tmp_path) == [file.name]
    y_true, y_pred = diabetes()
    rows = read(file)
    assert [row["row"] for row in rows] == list(range(1, 443))
    assert [row["y_true"] for row in rows] == y_true
    assert [row["y_pred"] for row in rows] == y_pred
    errors = [p - y for y, p in zip(y_true, y_pred, strict=True)]
    assert [row["loss"] for row in rows] == close([huber(e) for e in errors], 1e-14)
    assert [row["gradient"] for row in rows] == [max(-50.0, min(50.0, e)) for e in errors]


def test_npy_holds_the_losses_alone_and_the_result_is_on_stdout(tmp_path: Path) -> None:
    file = tmp_path / "values.npy"
    done = losscli(*DIABETES, "--output", str(file), "--format", "json")
    values = np.load(file)
    assert (values.dtype, values.shape) == (np.dtype("<f8"), (442,))
    assert json.loads(done.stdout)["mean"] == close(values.mean(), 1e-14)


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl"])
@pytest.mark.parametrize(
    "arguments",
    [
        DIABETES,
        (*DIABETES, "--gradient", "--weight", "patient"),
        ("compute", "mse", "one.csv", "two.csv", "--true", "y", "--pred", "p", "--missing", "drop"),
        ("compute", "gaussian_nll", "one.csv", "--true", "y", "--pred", "p,w"),
        ("compute", "vae_kl", "--pred", "[[[0,1],[1,0.5]],[[2,1],[0,0]]]"),
        ("compute", "cce", "--true", "[[1,0],[1,0]]", "--pred", "[[0,1],[1,0]]", "-p", "class_weight=[1,2]"),
    ],
)
def test_rows_are_the_same_in_a_file_on_stdout_and_among_those_a_page_shows(
    arguments: tuple[str, ...], form: str, tmp_path: Path
) -> None:
    (tmp_path / "one.csv").write_text("y,p,w\n0,2,1\n1,,1\n1,4,0.5\n" if "mse" in arguments else ROWS)
    (tmp_path / "two.csv").write_text("y,p\n1,2\n1,2.5\n")
    (tmp_path / "examples").symlink_to(ROOT / "examples")

    def ask(*more: str) -> str:
        done = losscli(*arguments, *more, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    ask("--rows", "all", "--output", f"rows.{form}")
    kept = (tmp_path / f"rows.{form}").read_bytes().decode()
    assert ask("--rows", "all", "--format", form) == kept
    assert ask("--rows", "1000", "--format", form) == kept
    ask("--rows", "1000", "--output", f"few.{form}")
    assert (tmp_path / f"few.{form}").read_bytes().decode() == kept
    if form == "csv":
        header = kept.partition("\n")[0].split(",")
        assert header[:5] == ["row", "y_true", "y_pred", "loss", "share"]
        assert header[-1] == "signature"
        assert ("file" in header) == ("two.csv" in arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        (*DIABETES, "--by", "sex"),
        ("compute", "cosine", "--true", "1,0", "--pred", "1,1", "--like", "keras"),
    ],
)
def test_groups_and_a_framework_s_one_value_stand_in_place_of_rows(arguments: tuple[str, ...]) -> None:
    shown = losscli(*arguments, "--rows", "all", "--format", "csv")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout == losscli(*arguments, "--rows", "0", "--format", "csv").stdout


def test_dropped_rows_keep_their_numbers_and_weights_stand_beside(tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    data.write_text("y,p,w\n1,2,1\n1,,1\n1,4,0.5\n")
    given = ("compute", "mse", str(data), "--true", "y", "--pred", "p", "--weight", "w", "--missing", "drop")
    losscli(*given, "--rows", "all", "--output", str(tmp_path / "rows.csv"))
    signature = f"mse|like:exact|mean:/Σw|n:2|weighted|dropped:1|losscli:{library.__version__}"
    assert (tmp_path / "rows.csv").read_text() == (
        "row,y_true,y_pred,loss,share,weight,signature\n"
        f"1,1.0,2.0,1.0,{1 / 5.5},1.0,{signature}\n3,1.0,4.0,9.0,{4.5 / 5.5},0.5,{signature}\n"
    )
    refused = losscli(*given, "--output", str(tmp_path / "values.npy"))
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "no row numbers" in refused.stderr


def test_lists_infinities_and_kinks_read_back() -> None:
    given = ("--true", "[[1,0],[1,0]]", "--pred", "[[0,1],[1,0]]", "--rows", "all", "--gradient")
    lines = losscli("compute", "cce", *given, "--format", "jsonl").stdout.splitlines()
    first = json.loads(lines[0])
    assert (first["y_true"], first["loss"], first["gradient"]) == ([1.0, 0.0], "inf", ["-inf", 0.0])
    (row, *_) = csv.DictReader(io.StringIO(losscli("compute", "cce", *given, "--format", "csv").stdout))
    assert (json.loads(row["y_pred"]), row["loss"]) == ([0.0, 1.0], "inf")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("rmse",), "rmse makes one value of all rows"),
        (("medae",), "median_absolute_error makes one value of all rows"),
        (("dice", "--true", "1,0", "--pred", "0.5,0.5"), "-p per=sample"),
        (("mse", "--gradient"), "the losses alone"),
    ],
)
def test_what_no_file_of_values_can_hold_is_refused_and_nothing_is_left(
    arguments: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    given = () if "--true" in arguments else ("--true", "1,2", "--pred", "1,4")
    done = losscli("compute", *arguments, *given, "--output", str(tmp_path / "values.npy"))
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("ending", ["csv", "jsonl", "npy", "parquet"])
def test_an_error_in_the_last_row_leaves_the_file_as_it_was(ending: str, tmp_path: Path) -> None:
    if ending == "parquet":
        pytest.importorskip("pyarrow")
    data, file = tmp_path / "data.csv", tmp_path / f"values.{ending}"
    data.write_text("y,p\n" + "1,2\n" * 100_000 + "1,x\n")
    file.write_text("before")
    named = ("compute", "mse", str(data), "--true", "y", "--pred", "p", "--rows", "all")
    done = losscli(*named, "--output", str(file))
    assert (done.returncode, done.stdout) == (2, "")
    assert "row 100001" in done.stderr
    assert file.read_text() == "before"
    assert sorted(os.listdir(tmp_path)) == sorted(["data.csv", file.name])


class Kept:
    """A sink that remembers: each row's number and loss, and the most values that came at once."""

    def __init__(self) -> None:
        self.restart()

    def take(self, rows: RowValues) -> None:
        self.rows += list(rows.row)
        self.loss += rows.loss.tolist()
        self.most = max(self.most, len(rows.loss))

    def restart(self) -> None:
        self.rows: list[int] = []
        self.loss: list[float] = []
        self.most = 0

    def finish(self, complete: Callable[[RowValues], RowValues], signature: str) -> None:
        self.signature = signature


@pytest.mark.parametrize("threads", [1, 3])
def test_rows_come_in_order_in_pieces_whatever_the_threads(
    threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "cores", lambda: threads)
    monkeypatch.setattr(chunk, "BLOCK", 1_000)
    rng = np.random.default_rng(5)
    y_true, y_pred = rng.normal(size=(2, 12_345))

    def stream():
        for start in range(0, 12_345, 3_000):
            part = slice(start, start + 3_000)
            yield Batch(y_true[part], {"y_pred": y_pred[part]}, first_row=start + 1)

    kept = Kept()
    score_of(request("mse"), stream, run=Run(sink=kept), show=Show(0))
    assert kept.rows == list(range(1, 12_346))
    assert kept.loss == ((y_pred - y_true) ** 2).tolist()
    assert kept.most <= 1_000


class Relative(Stream):
    """Rows as chunks that do not know how many rows come before; the second's first value is `second`."""

    def __init__(self, second: float) -> None:
        super().__init__(iter)
        self.batches = [
            Batch(np.zeros(2), {"y_pred": np.array([1.0, 2.0])}, first_row=1),
            Batch(np.zeros(2), {"y_pred": np.array([second, 4.0])}, first_row=3),
        ]

    def __call__(self):
        yield from self.batches

    def chunks(self):
        for batch in self.batches:
            yield Chunk(partial(iter, [replace(batch, first_row=1)]), relative=True)


def test_rows_of_chunks_that_number_their_own_get_their_places() -> None:
    kept = Kept()
    score_of(request("mse"), Relative(3.0), run=Run(sink=kept))
    assert (kept.rows, kept.loss) == ([1, 2, 3, 4], [1.0, 4.0, 9.0, 16.0])


def test_keras_rows_that_are_one_vector_have_no_values() -> None:
    with pytest.raises(LosscliError, match="one value of all rows"):
        score_of(
            request("cosine", like="keras"),
            arrays_stream([1, 0], {"y_pred": [1, 1]}, None),
            run=Run(sink=Kept()),
        )


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl", "npy", "parquet"])
def test_a_writer_that_starts_again_writes_what_comes_then(form: str) -> None:
    if form == "parquet":
        pytest.importorskip("pyarrow")

    def written(*blocks: RowValues | None) -> bytes:
        file = io.BytesIO()
        file.close = lambda: None  # type: ignore[method-assign]  # Parquet's writer closes what it wrote
        made = writer(form, file, io.BytesIO())
        for block in blocks:
            made.restart() if block is None else made.take(block)
        made.finish(lambda rows: rows, "mse|n:9")
        return file.getvalue()

    first = RowValues(range(1, 4), None, np.array([7.0, 8.0, 9.0]), np.array([1.0, 2.0, 3.0]))
    second = RowValues(range(1, 3), None, np.array([5.0, 6.0]), np.array([0.25, np.inf]))
    assert written(first, None, second) == written(second)


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_many_rows_read_back_to_the_last_digit_as_few_do(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("polars")
    monkeypatch.setattr(write, "MANY", 3)
    loss = np.array([1e-7, 1.5e-9, 0.0001, 1e16, 1 / 3, 5e-324, 1.7976931348623157e308, 0.0])
    y_pred = -loss / 7
    file = io.BytesIO()
    made = writer(form, file, io.BytesIO())
    for first in range(0, 8, 2):
        part = slice(first, first + 2)
        made.take(RowValues(range(first + 1, first + 3), None, y_pred[part], loss[part]))
    made.take(RowValues(range(9, 10), None, np.array([np.nan]), np.array([np.inf])))
    made.finish(lambda rows: rows, "mse|n:9")
    rows = list(csv.DictReader(io.StringIO(file.getvalue().decode()), delimiter=write.DELIMITERS[form]))
    assert [int(row["row"]) for row in rows] == list(range(1, 10))
    assert [float(row["loss"]) for row in rows] == [*loss.tolist(), np.inf]
    assert [float(row["y_pred"]) for row in rows[:8]] == y_pred.tolist()


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks into /proc")
@pytest.mark.parametrize("arguments", [("--output", "values.csv"), ("--output", "values.jsonl")])
def test_ctrl_c_ends_at_once_and_leaves_nothing(arguments: tuple[str, ...], tmp_path: Path) -> None:
    data, out = tmp_path / "data.csv", tmp_path / "out"
    out.mkdir()
    data.write_text("y,p\n" + "1.5,2.25\n" * 2_000_000)  # seconds of work
    named = ("compute", "mse", str(data), "--true", "y", "--pred", "p", "--rows", "all")
    with subprocess.Popen(
        [*LOSSCLI, *named, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(TMPDIR=str(out)),
        cwd=out,
    ) as process:
        try:
            deadline = time.monotonic() + 30
            while not written(process.pid, out):
                assert time.monotonic() < deadline
                time.sleep(0.01)
            process.send_signal(signal.SIGINT)
            shown, said = process.communicate(timeout=30)
        finally:
            process.kill()
    assert (process.returncode, shown, said) == (130, b"", b"")
    assert os.listdir(out) == []


def written(pid: int, folder: Path) -> bool:
    """Whether the process has written some of a file in the folder, which may have no name."""
    sizes = []
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            if os.readlink(descriptor).startswith(str(folder)):
                sizes.append(descriptor.stat().st_size)
    return any(size > 100_000 for size in sizes)


def test_the_library_keeps_its_values_as_before() -> None:
    assert library.compute("mse", [1, 2], [1, 4]).per_sample.tolist() == [0.0, 4.0]
