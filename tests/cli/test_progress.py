"""Progress: what is told after a second, to a terminal alone; and what a fold tells."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from support.command import ROOT, environment, losscli
from support.requests import request

from losscli import data
from losscli.analysis.compare import compare
from losscli.analysis.score import Run, Show
from losscli.analysis.score import score as score_of
from losscli.batch import Batch
from losscli.cli import progress
from losscli.cli.progress import Progress, arriving
from losscli.data import spool
from losscli.parallel import executor as chunks


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm")
    return clock


def words(terminal: Terminal) -> str:
    """What is on the terminal, without its escape codes."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.getvalue())


def test_after_a_second_rows_rate_share_and_time_left_are_told(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with Progress(quiet=False, size=4_000) as told:
        assert told.hook is told
        clock.now += 0.9
        told(1_000_000, 500)
        assert terminal.getvalue() == ""
        clock.now += 1.1
        told(3_000_000, 1_000)
        assert "3.0 million rows · 1.5 million/s · 6 s left" in words(terminal)
        assert "25%" in words(terminal)
        clock.now += 0.01  # too soon to look again
        before = terminal.getvalue()
        told(3_100_000, 1_100)
        assert terminal.getvalue() == before
    assert terminal.getvalue().endswith("\x1b[2K")  # the line is gone


def test_what_is_piped_in_or_fetched_is_told_in_bytes(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())

    def slowly() -> Iterator[bytes]:
        yield b"1" * 1_000_000
        clock.now += 2
        yield b"2" * 3_000_000
        assert "4.0 MB taken in · 2.0 MB/s · 3 s left" in words(terminal)
        assert "40%" in words(terminal)

    with arriving(quiet=False):
        spool.hold(slowly(), "t.csv", 10_000_000)
    assert terminal.getvalue().endswith("\x1b[2K")
    before = terminal.getvalue()
    with arriving(quiet=True):
        assert spool.hold([b"1"], "t.csv") == b"1"
    assert terminal.getvalue() == before


def test_a_source_of_no_known_size_has_no_share(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with Progress(quiet=False, size=None) as told:
        clock.now += 2
        told(412, 0)
        assert "412 rows · 206/s" in words(terminal)
        assert "%" not in words(terminal)
        assert "left" not in words(terminal)


def test_quiet_and_a_pipe_have_nothing_to_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert Progress(quiet=True, size=1).hook is None
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert Progress(quiet=False, size=1).hook is None
    monkeypatch.setattr(sys, "stderr", None)
    assert Progress(quiet=False, size=1).hook is None


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.4, "0 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (185, "3 min 05 s"), (7_800, "2 h 10 min")],
)
def test_durations(seconds: float, said: str) -> None:
    assert progress._duration(seconds) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (999, "999"),
        (38_400, "38 thousand"),
        (1_234_567, "1.2 million"),
        (12_345_678, "12 million"),
        (3.4e9, "3.4 billion"),
    ],
)
def test_large_numbers(number: float, said: str) -> None:
    assert progress._many(number) == said


@pytest.mark.parametrize("threads", [1, 2])
def test_a_fold_tells_all_rows_in_order(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "cores", lambda: threads)

    def stream():
        for start in range(0, 10_000, 1_000):
            yield Batch(np.zeros(1_000), {"y_pred": np.ones(1_000)}, first_row=start + 1)

    told: list[tuple[int, int]] = []
    score_of(request("mse"), stream, run=Run(progress=lambda *done: told.append(done)), show=Show(0))
    assert told == [(rows, 0) for rows in range(1_000, 10_001, 1_000)]


def test_a_file_in_parts_ends_at_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("polars")
    from losscli.data import blocks

    monkeypatch.setattr(blocks, "LARGE", 1_000)
    monkeypatch.setattr(blocks, "BLOCK", 5_000)
    file = tmp_path / "data.csv"
    file.write_text("y,p\n" + "1.5,2.25\n" * 4_000)
    source = data.open_table(str(file)).select("y", "p", None, truth=True, models=False)
    told: list[tuple[int, int]] = []
    score_of(request("mse"), source, run=Run(progress=lambda *done: told.append(done)), show=Show(0))
    assert len(told) > 2
    assert source.size == file.stat().st_size
    header = len("y,p\n")
    assert told[-1] in {(4_000, source.size), (4_000, source.size - header)}


def test_arrays_count_their_rows() -> None:
    source = data.read_stream("1,2,3", "1,2,4", None)
    told: list[tuple[int, int]] = []
    compare(request(["mse"]), source, run=Run(progress=lambda *done: told.append(done)))
    assert (source.size, told) == (3, [(3, 3)])


def test_a_pipe_sees_no_progress_and_the_run_no_rich() -> None:
    done = losscli("compute", "mse", "--true", "1,2", "--pred", "1,3", "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
    code = (
        "import sys; from losscli.cli.app import run; "
        "run(['compute', 'mse', '--true', '1,2', '--pred', '1,3', '--format', 'csv']); "
        "print('rich' in sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment(), cwd=ROOT, check=True
    )
    assert ran.stdout.splitlines()[-1] == "False"
