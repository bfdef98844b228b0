"""Where --output goes: never onto what is read, whole or not at all, as private as what it replaces."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.command import environment

TABLE = "y_true,y_pred,note\n1,2,keep\n3,5,me\n"
NAMED_ONLY = "import os, sys; del os.O_TMPFILE; from losscli.cli.app import main; main()"


def run(folder: Path, *arguments: str, code: str = "", **more: object) -> subprocess.CompletedProcess[str]:
    start = ["-c", code] if code else ["-m", "losscli"]
    return subprocess.run(
        [sys.executable, *start, *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        **more,  # type: ignore[call-overload]
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in.csv").write_text(TABLE)
    (tmp_path / "link.csv").symlink_to("in.csv")
    os.link(tmp_path / "in.csv", tmp_path / "hard.csv")
    (tmp_path / "y.json").write_text("[1, 3]")
    (tmp_path / "p.json").write_text("[2, 5]")
    (tmp_path / "truth.csv").write_text("y_true\n1\n3\n")
    (tmp_path / "preds.csv").write_text("y_pred\n2\n5\n")
    return tmp_path


@pytest.mark.parametrize(
    "command",
    [
        "compute mae in.csv --output in.csv",
        "compute mae in.csv --output ./in.csv",
        "compute mae in.csv --output link.csv",
        "compute mae link.csv --output in.csv",
        "compute mae in.csv --output hard.csv",
        "compute mae i*.csv --output in.csv",
        "compute mae [ip]*.csv --output in.csv",
        "compute mae in.csv --rows all --output in.csv",
        "compute mae --true @y.json --pred @p.json --output p.json",
        "compute mae --true @y.json --pred @p.json --output y.json",
        "compute mae preds.csv --truth truth.csv --output truth.csv",
        "compute mae preds.csv --truth truth.csv --output preds.csv",
        "compare in.csv --losses mae --format csv --output in.csv",
        "check in.csv --format csv --output in.csv",
        "recommend in.csv --format csv --output in.csv",
        "parity mae in.csv --format csv --output in.csv",
        "plot mae --data in.csv --format csv --output in.csv",
    ],
)
def test_what_is_read_is_never_replaced(folder: Path, command: str) -> None:
    before = {file: file.read_bytes() for file in folder.iterdir()}
    done = run(folder, *command.split())
    assert done.returncode == 2, done.stdout
    assert done.stderr.startswith(f"losscli: --output {Path(command.split()[-1])} is the file that is read: ")
    assert {file: file.read_bytes() for file in folder.iterdir()} == before


def test_neither_is_what_stands_behind_a_pipe(folder: Path) -> None:
    with (folder / "in.csv").open() as there:
        done = run(folder, "compute", "mae", "-", "--output", "in.csv", stdin=there)
    assert (done.returncode, (folder / "in.csv").read_text()) == (2, TABLE)


@pytest.mark.skipif(not Path("/dev/fd/1").exists(), reason="the system has no paths of open files")
@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "out"])
def test_an_open_file_is_written_to_where_it_stands(folder: Path, name: str) -> None:
    (folder / "out").symlink_to("/dev/stdout")
    log = folder / "log"
    log.write_text("before\n")
    with log.open("a") as there:
        for _ in range(2):
            subprocess.run(
                [
                    sys.executable,
                    *[
                        "-m",
                        "losscli",
                        "compute",
                        "mae",
                        "--true",
                        "1",
                        "--pred",
                        "2.5",
                        "--format",
                        "csv",
                        "--output",
                    ],
                    name,
                ],
                cwd=folder,
                env=environment(),
                stdout=there,
                check=True,
            )
    first, *lines = log.read_text().splitlines()
    assert first == "before"
    assert len(lines) == 4
    assert lines[:2] == lines[2:]
    assert ",1.5," in lines[1]


@pytest.mark.parametrize("code", ["", NAMED_ONLY], ids=["unnamed", "named"])
def test_a_file_keeps_its_mode_and_a_new_one_has_the_usual(folder: Path, code: str) -> None:
    private = folder / "private.csv"
    private.write_text("old")
    private.chmod(0o600)
    for name in ("private.csv", "new.csv", "n" * 251 + ".csv"):
        done = run(folder, "compute", "mae", "in.csv", "--output", name, code=code, umask=0o027)
        assert done.returncode == 0, done.stderr
    assert private.read_text() == (folder / "new.csv").read_text() != "old"
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert stat.S_IMODE((folder / "new.csv").stat().st_mode) == 0o640
    assert not list(folder.glob(".*"))


def test_what_is_read_only_stays(folder: Path) -> None:
    (folder / "kept.csv").write_text("old")
    (folder / "kept.csv").chmod(0o400)
    done = run(folder, "compute", "mae", "in.csv", "--output", "kept.csv")
    assert done.returncode == 2
    assert "kept.csv is read-only" in done.stderr
    assert (folder / "kept.csv").read_text() == "old"


@pytest.mark.parametrize("code", ["", NAMED_ONLY], ids=["unnamed", "named"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_writer_that_is_told_to_end_leaves_nothing(
    tmp_path: Path, number: signal.Signals, code: str
) -> None:
    """It waits in the middle of a write for what comes through a pipe."""
    reading, writing = os.pipe()
    start = code or "from losscli.cli.app import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", start, "compute", "mae", "-", "--rows", "all", "--output", "o.csv"],
        cwd=tmp_path,
        env=environment(),
        stdin=reading,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as writer:
        os.close(reading)
        os.write(writing, b"y_true,y_pred\n1,2\n")
        time.sleep(1.0)
        writer.send_signal(number)
        os.close(writing)
        assert writer.wait(30) != 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("code", ["", NAMED_ONLY], ids=["unnamed", "named"])
def test_an_error_on_the_way_leaves_what_was_there(folder: Path, code: str) -> None:
    (folder / "o.csv").write_text("old")
    (folder / "bad.csv").write_text("y_true,y_pred\n" + "1,2\n" * 50 + "1,x\n")
    done = run(folder, "compute", "mae", "bad.csv", "--rows", "all", "--output", "o.csv", code=code)
    assert (done.returncode, (folder / "o.csv").read_text()) == (2, "old")
    assert not list(folder.glob(".*"))


def test_two_writers_of_one_name_never_mix(folder: Path) -> None:
    """As in two containers, where both have the same process number."""
    code = "import os; os.getpid = lambda: 7; from losscli.cli.app import main; main()"
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", code, "compute", loss, "in.csv", "--rows", "all", "--output", "o.csv"],
            cwd=folder,
            env=environment(),
            stdout=subprocess.DEVNULL,
        )
        for loss in ("mae", "mse")
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    alone = {}
    for loss in ("mae", "mse"):
        run(folder, "compute", loss, "in.csv", "--rows", "all", "--output", f"{loss}.csv")
        alone[loss] = (folder / f"{loss}.csv").read_bytes()
    assert (folder / "o.csv").read_bytes() in alone.values()
