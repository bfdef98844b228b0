"""The command on several processes: what threads would tell, whatever goes wrong on the way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.command import environment

from losscli.parallel import executor as chunks

pytest.importorskip("pyarrow")
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks are for Linux")

# Small blocks, at least two cores, and at the end on stderr how many processes were forked.
BEGIN = """
import os, sys
os.environ["OPENBLAS_NUM_THREADS"] = "1"
from losscli.cli.app import run
from losscli.data import blocks, delimited, parquet, numpyfiles, values
from losscli.engine import chunk
from losscli.parallel import executor as chunks, processes as forks
blocks.LARGE, blocks.BLOCK, delimited.BLOCK, parquet.AT_LEAST = 0, 4096, 4096, 100
values.CHUNK = numpyfiles.CHUNK = 200
chunk.BLOCK, chunks.FORKED, chunks.cores = 64, 8, lambda: 3
forked, fork = [], os.fork
def counted():
    forked.append(fork())
    return forked[-1]
os.fork = counted
"""
THREADS_ALONE = "forks.can_fork = lambda: False\n"
END = "code = run(sys.argv[1:]); print('forked', len(forked), file=sys.stderr); sys.exit(code)"


def told(folder: Path, *line: str, also: str = "") -> tuple[int, str, str, int]:
    """Exit code, stdout, what stderr says to people, and how many processes were forked."""
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + also + END, *line],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment(),
        timeout=60,
        check=False,
    )
    said, _, forked = done.stderr.rpartition("forked ")
    return done.returncode, done.stdout, said, int(forked)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same 5,000 rows in several formats; `late.csv` ends with a word, `gap.csv` lacks a value."""
    made = tmp_path_factory.mktemp("forks")
    rng = np.random.default_rng(3)
    true = rng.normal(100, 20, 5000)
    pred = true + rng.standard_t(3, 5000)
    weight = rng.integers(0, 3, 5000).astype(float)
    rows = [
        f"{a!r},{b!r},{c!r}" for a, b, c in zip(true.tolist(), pred.tolist(), weight.tolist(), strict=True)
    ]
    (made / "t.csv").write_text("y,p,w\n" + "\n".join(rows))
    (made / "late.csv").write_text("y,p,w\n" + "\n".join([*rows[:4000], "1,wrong,1", *rows[4000:]]))
    (made / "gap.csv").write_text("y,p,w\n" + "\n".join([*rows[:4000], "1,,1", *rows[4000:]]))
    lines = [json.dumps({"y": a, "p": b}) for a, b in zip(true.tolist(), pred.tolist(), strict=True)]
    (made / "t.jsonl").write_text("\n".join(lines))
    (made / "t.json").write_text("[" + ", ".join(lines) + "]")
    np.save(made / "y.npy", true)
    np.save(made / "p.npy", pred)
    labels = np.where(rng.random((1000, 3)) < 0.2, -1.0, rng.integers(0, 4, (1000, 3)))
    labels[rng.random((1000, 3)) < 0.1] = np.nan
    np.save(made / "labels.npy", labels)
    np.save(made / "logits.npy", rng.normal(size=(1000, 3, 4)))
    np.save(made / "weights.npy", rng.random((1000, 3)))
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.table({"y": true, "p": pred, "w": weight}), made / "t.parquet", row_group_size=150)
    return made


COLUMNS = ("--true", "y", "--pred", "p", "--format", "json")
TOKENS = (
    *("--true", "@labels.npy", "--pred", "@logits.npy", "--weight", "@weights.npy", "--format", "json"),
    *("--from-logits", "-p", "ignore_class=-1", "--missing", "drop"),
)
LOSSES = "mae,mse,logcosh,max_error,huber,rmse,wape"


@pytest.mark.parametrize(
    "line",
    [
        ("compare", "t.csv", "--losses", LOSSES, *COLUMNS),
        ("compare", "t.csv", "--losses", LOSSES, "--weight", "w", *COLUMNS),
        ("compare", "t.parquet", "--losses", LOSSES, *COLUMNS),
        ("compare", "t.jsonl", "--losses", LOSSES, *COLUMNS),
        ("compare", "t.json", "--losses", LOSSES, *COLUMNS),
        ("compute", "mse", "t.csv", "--rows", "7", *COLUMNS),
        ("compute", "mse", "t.csv", "--rows", "7", "--sort", "loss", *COLUMNS),
        ("compute", "mse", "--true", "@y.npy", "--pred", "@p.npy", "--rows", "3", "--format", "json"),
        ("compute", "mape", "t.parquet", "--like", "keras", "--rows", "3", *COLUMNS),
        ("compute", "mae", "gap.csv", "--missing", "drop", "--rows", "3", *COLUMNS),
        ("compute", "scce", *TOKENS),
    ],
    ids=lambda line: " ".join(line[:4]),
)
def test_processes_tell_what_threads_tell(folder: Path, line: tuple[str, ...]) -> None:
    *wanted, none = told(folder, *line, also=THREADS_ALONE)
    *got, some = told(folder, *line)
    assert wanted[0] == 0, wanted[2]
    assert (none, some) == (0, 3)
    assert got == wanted


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("compute", "mae", "late.csv", *COLUMNS), "late.csv, row 4001, column p"),
        (("compute", "mae", "gap.csv", *COLUMNS), "nan or no value in row 4001"),
        (("compute", "msle", "t.csv", *COLUMNS, "--pred", "y"), ""),
        (("compute", "poisson", "t.parquet", *COLUMNS, "--true", "w"), ""),
        (("compute", "bce", "t.csv", *COLUMNS), "row 1"),
    ],
    ids=lambda part: " ".join(part[1:3]) if isinstance(part, tuple) else "",
)
def test_what_is_wrong_is_told_as_by_threads(folder: Path, line: tuple[str, ...], said: str) -> None:
    *wanted, _ = told(folder, *line, also=THREADS_ALONE)
    *got, some = told(folder, *line)
    assert some == 3
    assert said in wanted[2]
    assert got == wanted


@pytest.mark.parametrize("when", ["in its first run", "after a run"])
def test_a_process_that_dies_changes_nothing(folder: Path, when: str) -> None:
    line = ("compare", "t.csv", "--losses", LOSSES, *COLUMNS)
    killing = """
from losscli.engine.chunk import ChunkWork
run_, parent, done = ChunkWork.run, os.getpid(), []
def killed(self, chunks, of):
    if os.getpid() != parent and len(done) == RUNS and len(forked) == 1:
        os.kill(os.getpid(), 9)
    done.append(1)
    return run_(self, chunks, of)
ChunkWork.run = killed
""".replace("RUNS", "0" if when == "in its first run" else "1")
    *wanted, _ = told(folder, *line, also=THREADS_ALONE)
    *got, some = told(folder, *line, also=killing)
    assert some == 3
    assert got == wanted


def test_rows_kept_one_by_one_groups_and_threads_need_this_process(folder: Path) -> None:
    for line in (
        ("compute", "mae", "t.csv", "--rows", "all", *COLUMNS),
        ("compute", "mae", "t.csv", "--by", "w", *COLUMNS),
        ("compute", "mae", "t.csv", "--output", str(folder / "values.npy"), *COLUMNS[:4]),
        ("compute", "median_absolute_error", "t.csv", *COLUMNS),
    ):
        code, _, said, some = told(folder, *line)
        assert (code, some) == (0, 0), said
    waiting = "import threading, time; threading.Thread(target=time.sleep, args=(3,), daemon=True).start()\n"
    assert told(folder, "compute", "mae", "t.csv", *COLUMNS, also=waiting)[3] == 0


def children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def test_an_interrupt_ends_all_processes_at_once(folder: Path) -> None:
    slow = """
import time
from losscli.engine.chunk import ChunkWork
call = ChunkWork.__call__
def slowly(self, chunk):
    time.sleep(60)
    return call(self, chunk)
ChunkWork.__call__ = slowly
"""
    line = ("compare", "t.csv", "--losses", LOSSES, *COLUMNS)
    command: Any = [sys.executable, "-c", BEGIN + slow + END, *line]
    process = subprocess.Popen(
        command, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    until = time.monotonic() + 30
    while len(forked := children(process.pid)) < 3 and time.monotonic() < until:
        time.sleep(0.02)
    assert len(forked) == 3
    os.kill(process.pid, signal.SIGINT)  # this one alone: it has to end the others
    out, said = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in said
    assert not [child for child in forked if Path(f"/proc/{child}").exists()]


@pytest.mark.parametrize("allowed", [0, 1])
def test_where_no_more_processes_are_allowed_this_one_does_the_work(folder: Path, allowed: int) -> None:
    line = ("compare", "t.csv", "--losses", LOSSES, *COLUMNS)
    few = f"""
counting = os.fork
def refused():
    if len(forked) == {allowed}:
        raise BlockingIOError(11, "Resource temporarily unavailable")
    return counting()
os.fork = refused
"""
    *wanted, _ = told(folder, *line, also=THREADS_ALONE)
    *got, some = told(folder, *line, also=few)
    assert some == allowed
    assert got == wanted


@pytest.mark.parametrize(
    ("quota", "wanted"), [("max 100000", 4), ("150000 100000", 2), ("50000 100000", 1), ("900000 100000", 4)]
)
def test_a_container_has_the_cores_that_it_has_time_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quota: str, wanted: int
) -> None:
    (tmp_path / "cpu.max").write_text(quota + "\n")
    monkeypatch.setattr(chunks, "QUOTA", str(tmp_path / "cpu.max"))
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 1, 2, 3})
    assert chunks.cores() == wanted
