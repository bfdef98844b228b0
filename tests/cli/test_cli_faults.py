"""Hostile files, signals and full disks end in one line and 2, or in 130: never in a traceback."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from pyarrow import parquet

import losscli
from losscli.cli.app import INTERRUPTED, run

DAMAGED = Path(__file__).parent.parent / "data" / "damaged"
COUNTING = (
    "WITH RECURSIVE r(y) AS (SELECT 1 UNION ALL SELECT y + 1 FROM r) "
    "SELECT y y_true, y y_pred FROM r WHERE y < 0"
)
CROSSED = (
    "SELECT a.range::DOUBLE y_true, b.range::DOUBLE y_pred FROM range(10000000) a, range(10000000) b "
    "WHERE a.range * b.range < -1"
)
ONE = ["compute", "mae", "--true", "1", "--pred", "2"]


@pytest.mark.parametrize("name", sorted(path.name for path in DAMAGED.iterdir()))
def test_a_damaged_file_is_one_line(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["compute", "mae", str(DAMAGED / name), "--true", "y_true", "--pred", "y_pred"]) == 2
    out, err = capfd.readouterr()  # what Rust prints by itself, too
    assert out == ""
    assert len(err.splitlines()) <= 3
    assert "damaged" in err
    assert "bug" not in err.replace("bug-", "")


def test_decimal256_is_read(tmp_path: Path) -> None:
    truth = pa.array([Decimal("1.5")] * 4, pa.decimal256(60, 2))
    table = pa.table({"y_true": truth, "y_pred": [1.0, 2.0, 3.0, 5.0]})
    parquet.write_table(table, tmp_path / "t.parquet")
    out = tmp_path / "out.json"
    assert run(["compute", "mae", str(tmp_path / "t.parquet"), "--output", str(out)]) == 0
    assert '"value": 1.5' in out.read_text()  # (0.5 + 0.5 + 1.5 + 3.5) / 4


def test_decimal256_in_arrow_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    table = pa.table({"y_true": pa.array([Decimal("1.5")], pa.decimal256(60, 2)), "y_pred": [1.0]})
    with pa.ipc.new_file(tmp_path / "t.arrow", table.schema) as file:
        file.write_table(table)
    assert run(["compute", "mae", str(tmp_path / "t.arrow")]) == 2
    err = capfd.readouterr().err
    assert "column y_true holds decimal256(60, 2)" in err
    assert len(err.splitlines()) <= 3


@pytest.fixture
def pressable() -> Iterator[None]:
    """Ctrl-C as in a terminal: a shell starts what runs in its background with SIGINT ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("form", ["sqlite", "duckdb"])
def test_ctrl_c_ends_a_query(form: str, tmp_path: Path, pressable: None) -> None:
    path = str(tmp_path / f"runs.{form}")
    if form == "sqlite":
        with sqlite3.connect(path) as database:
            database.execute(f"CREATE VIEW v AS {COUNTING}")
    else:
        with duckdb.connect(path) as database:
            database.execute(f"CREATE VIEW v AS {CROSSED}")
    done = threading.Event()

    def press() -> None:
        if not done.wait(0.7):
            os.kill(os.getpid(), signal.SIGINT)

    presser = threading.Thread(target=press)
    begin = time.monotonic()
    presser.start()
    try:
        assert run(["compute", "mae", path, "--table", "v", "--quiet"]) == INTERRUPTED
    finally:
        done.set()
        presser.join()
    assert time.monotonic() - begin < 30


def test_ctrl_c_in_the_first_imports() -> None:
    """Struck where the command's own imports begin."""
    struck = (
        "import sys, losscli.__main__ as main\n"
        "class Striking:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'typer': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Striking())\n"
        "main.main()\n"
    )
    ended = subprocess.run([sys.executable, "-c", struck], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (130, "")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["compute", "huber", *ONE[2:], "-p", "delta=" + "[" * 3000], "delta"),
        (["compute", "huber", *ONE[2:], "-p", "delta=" + "9" * 500], "delta"),
        (["code", "categorical_focal", "--framework", "sklearn", "-p", "gamma=" + "9" * 500], "gamma"),
    ],
)
def test_long_and_deep_arguments(line: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(line) == 2
    err = capsys.readouterr().err
    assert said in err
    assert "bug" not in err
    assert len(err) < 600


def test_more_rows_than_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*ONE, "--rows", "1" * 5000]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("line", [["--help"], ["--version"], ONE])
def test_a_full_disk_behind_stdout(line: list[str]) -> None:
    with open("/dev/full", "w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "losscli", *line],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
        )
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1
    assert "No space left on device" in ended.stderr


def test_an_output_that_is_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("loop.csv").symlink_to("loop.csv")
    assert run([*ONE, "--output", "loop.csv"]) == 2
    assert "loop.csv is a link that leads back to itself" in capsys.readouterr().err
    Path("gone").mkdir()
    monkeypatch.chdir("gone")
    Path("../gone").rmdir()
    assert run([*ONE, "--output", "x.csv"]) == 2
    assert "this folder is gone" in capsys.readouterr().err


def test_memory_that_ends(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def full(_text: object) -> None:
        raise MemoryError

    monkeypatch.setattr("losscli.cli.compute._read_rows", full)
    assert run(ONE) == 2
    assert "memory is not enough" in capsys.readouterr().err


@pytest.mark.parametrize(
    "select",
    ["SELECT 1.0 y_true, length(content)::DOUBLE y_pred FROM read_text('{}')", "FROM read_csv('{}')"],
)
def test_a_stranger_s_database_sees_no_other_file(
    select: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("y_true,y_pred\n1,2\n")
    path = str(tmp_path / "gift.duckdb")
    with duckdb.connect(path) as database:
        database.execute(f"CREATE VIEW data AS {select.format(secret)}")
    assert run(["compute", "mae", path]) == 2
    assert "opened without other files, the network and extensions" in capsys.readouterr().err
    query = "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')"
    assert run(["compute", "mae", path, "--query", query]) == 2
    assert "opened without other files" in capsys.readouterr().err


def test_the_library_raises_its_own_error() -> None:
    with pytest.raises(losscli.LosscliError):
        losscli.compute("huber", [1.0], [2.0], delta=10**400)
