"""Standard input and pipes: held in memory or in an unnamed file, they come to what the file comes to."""

from __future__ import annotations

import gc
import io
import itertools
import json
import os
import pickle
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.command import LOSSCLI, ROOT, environment, losscli
from support.written import PACKED, TABLES, P, Y, read, write

from losscli.data import blocks, delimited, jsonrows, open_table, read_values, spool
from losscli.data.files import File, find
from losscli.errors import LosscliError

pytest.importorskip("polars")
EXAMPLE = ROOT / "examples/diabetes.csv"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Few bytes stay in memory and every file is large; the folder of the temporary files."""
    monkeypatch.setattr(spool, "IN_MEMORY", 4_000)
    monkeypatch.setattr(spool, "BLOCK", 1_000)
    monkeypatch.setattr(blocks, "LARGE", 0)
    for module in (blocks, delimited, jsonrows):
        monkeypatch.setattr(module, "BLOCK", 20_000)
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@contextmanager
def piped(content: bytes) -> Iterator[None]:
    """Within it, standard input is a pipe that gives `content`."""
    out, into = os.pipe()

    def fill() -> None:
        with os.fdopen(into, "wb") as stream:
            stream.write(content)

    writer = threading.Thread(target=fill)
    writer.start()
    before, sys.stdin = sys.stdin, os.fdopen(out, "r")
    try:
        yield
    finally:
        writer.join()
        sys.stdin.close()
        sys.stdin = before


@contextmanager
def redirected(path: Path) -> Iterator[None]:
    """Within it, standard input is the file, as after `<`."""
    before, sys.stdin = sys.stdin, path.open()
    try:
        yield
    finally:
        sys.stdin.close()
        sys.stdin = before


def same(found: object, wanted: object) -> None:
    np.testing.assert_array_equal(found, wanted)  # type: ignore[arg-type]


@pytest.mark.parametrize("chunks", [False, True])
@pytest.mark.parametrize("form", TABLES)
def test_a_large_pipe_and_a_redirect_are_read_as_the_file_is(small: Path, form: str, chunks: bool) -> None:
    path = write(small.parent, f"t.{form}")
    wanted = read(str(path), chunks=chunks)
    same(wanted, (Y, P))
    with piped(path.read_bytes()):
        file = find("-")
        assert (file.name, file.plain, file.content) == ("standard input", True, None)
        same(read("-", chunks=chunks), wanted)
    with redirected(path):
        assert find("-").plain
        same(read("-", chunks=chunks), wanted)
    assert list(small.iterdir()) == []


@pytest.mark.parametrize(("form", "packing"), list(itertools.product(TABLES, PACKED)))
def test_compressed_it_is_read_as_what_it_holds(small: Path, form: str, packing: str) -> None:
    path = write(small.parent, f"t.{form}.{packing}")
    same(read(str(path)), (Y, P))
    with piped(path.read_bytes()):
        same(read("-"), (Y, P))
    with redirected(path):
        same(read("-"), (Y, P))


@pytest.mark.parametrize("name", ["t.npy", "t.npy.gz", "t.json", "t.csv.zst"])
def test_one_array(small: Path, name: str) -> None:
    path = write(small.parent, name)
    if "npy" not in name:
        path.write_bytes(PACKED["zst"](b"\n".join(map(repr_, Y))) if "zst" in name else numbers_as_json())
    same(read_values(f"@{path}", option="--true"), Y)
    with piped(path.read_bytes()):
        same(read_values("@-", option="--true"), Y)


def repr_(value: float) -> bytes:
    return repr(float(value)).encode()


def numbers_as_json() -> bytes:
    return json.dumps(Y.tolist()).encode()


def test_what_is_small_stays_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))  # a file there would be refused
    with piped(b"y,p\n1,2\n"):
        assert find("-") == File("standard input", "standard input", b"y,p\n1,2\n")
        same(read("-"), ([1], [2]))


def test_what_the_shell_has_read_of_a_redirect_is_no_part_of_it(small: Path) -> None:
    path = small.parent / "t.csv"
    path.write_text("a comment of its own\ny,p\n1,2\n", encoding="utf-8")
    with redirected(path):
        os.lseek(sys.stdin.fileno(), len("a comment of its own\n"), os.SEEK_SET)
        same(read("-"), ([1], [2]))


def test_a_named_pipe_has_the_format_of_its_ending(small: Path) -> None:
    table, pipe = write(small.parent, "t.tsv"), small.parent / "pipe.tsv"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(table.read_bytes()))
    writer.start()
    file = find(str(pipe))
    writer.join()
    assert (file.name, file.content) == (str(pipe), None)
    assert Path(file.path).read_bytes() == table.read_bytes()


def test_without_a_place_to_open_it_again_the_file_has_a_name_until_it_is_let_go(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "path_of", lambda descriptor: None)
    monkeypatch.setattr("losscli.data.files.path_of", lambda descriptor: None)
    path = write(small.parent, "t.csv")
    held = spool.hold([path.read_bytes()], "standard input")
    assert isinstance(held, spool.Unnamed)
    assert [str(file) for file in small.iterdir()] == [held.path]
    assert Path(held.path).read_bytes() == path.read_bytes()
    del held
    gc.collect()
    assert list(small.iterdir()) == []
    with redirected(path):
        same(read("-", chunks=True), (Y, P))


def test_it_is_read_once_and_may_be_asked_for_again(small: Path) -> None:
    path = write(small.parent, "t.csv")
    with piped(path.read_bytes()):
        assert find("-") is find("-")
        same(read("-"), (Y, P))
        same(read("-"), (Y, P))
    with piped(b"y,p\n1,2\n"):
        same(read("-"), ([1], [2]))


def test_a_full_disk_is_one_line(small: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with piped(b"y,p\n" + b"1,2\n" * 4_000), pytest.raises(LosscliError) as caught:
            find("-")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert caught.value.what == (
        f"standard input is large, and the folder for temporary files ({small}) does not take it: "
        "File too large"
    )
    assert caught.value.hint == "name a folder that has room: TMPDIR=/path"


def test_no_folder_for_temporary_files_is_one_line(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(small / "none"))
    with piped(b"y,p\n" + b"1,2\n" * 4_000), pytest.raises(LosscliError, match="No such file or directory"):
        find("-")


def test_a_stream_that_breaks_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(Broken()))
    with pytest.raises(LosscliError, match="standard input cannot be read: Input/output error"):
        find("-")


def test_it_does_not_travel(small: Path) -> None:
    path = write(small.parent, "t.csv")
    with piped(path.read_bytes()):
        source = open_table("-").select("y", "p", None, truth=True, models=False)
        with pytest.raises(LosscliError, match="standard input is read here, where no worker"):
            pickle.dumps(list(source.chunks()))


def test_its_bytes_are_told_as_they_come(small: Path) -> None:
    told: list[tuple[int, int | None]] = []
    content = write(small.parent, "t.csv").read_bytes()
    with piped(content), spool.watched(lambda done, total: told.append((done, total))):
        find("-")
    assert [done for done, _ in told] == [*range(1_000, len(content), 1_000), len(content)]
    assert {total for _, total in told} == {None}
    spool.hold([b"1"], "later")
    assert told[-1][0] == len(content)


# wait4 and getrusage tell of a child no less than its parent had when it forked: here, all of pytest.
MEASURED = """
import sys
from losscli.cli.app import run
code = run(sys.argv[1:])
with open("/proc/self/status") as status:
    print(next(line for line in status if line.startswith("VmHWM")).split()[1], file=sys.stderr)
sys.exit(code)
"""


def measured(stdin: Any, *line: str) -> tuple[Any, int]:
    """What losscli tells in JSON, and the most memory that it took (kB)."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *line, "--format", "json"],
        cwd=ROOT,
        env=environment(),
        stdin=stdin,
        capture_output=True,
        check=True,
    )
    return json.loads(done.stdout), int(done.stderr)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks into /proc")
def test_memory_does_not_grow_with_the_pipe(tmp_path: Path) -> None:
    """150 MB of long rows of one value, whose mean is known: it is the bytes that could be held."""
    block, blocks = (b"1.25,2.75," + b"x" * 989 + b"\n") * 5_000, 30
    path = tmp_path / "t.csv"
    with path.open("wb") as file:
        file.write(b"y_true,y_pred,note\n")
        file.writelines(itertools.repeat(block, blocks))
    line = ("compute", "mse", "--rows", "0")
    with subprocess.Popen(["cat", str(path)], stdout=subprocess.PIPE) as feeder:
        from_pipe, most = measured(feeder.stdout, *line, "-")
    from_file, usual = measured(subprocess.DEVNULL, *line, str(path))
    for found in (from_pipe, from_file):
        assert (found["n"], found["value"]) == (5_000 * blocks, 2.25)
    assert most < usual + 60_000  # the 32 MB that are held at first, and what a run differs by from the next


def test_ctrl_c_while_it_comes_in_leaves_nothing(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*LOSSCLI, "compute", "mse", "-"],
        cwd=ROOT,
        env=environment(TMPDIR=str(tmp_path)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin
        much = threading.Event()  # more than stays in memory

        def fill(stream: Any) -> None:
            with suppress(BrokenPipeError), stream:
                for million in itertools.count():
                    stream.write(b"1.5,2.5\n" * (1 << 17))
                    if million == 40:
                        much.set()

        writer = threading.Thread(target=fill, args=(process.stdin,))
        writer.start()
        assert much.wait(20)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
        writer.join()
        process.stdin = None
        assert process.communicate() == (b"", b"")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["recommend", "check", "compute mae", "compare --losses mae,mse"])
def test_every_command_reads_it_as_the_file(command: str) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    line = [*command.split(), "--pred", "ridge", "--format", "json"]
    piped, named = losscli(*line, "-", stdin=text), losscli(*line, str(EXAMPLE))
    assert (piped.returncode, piped.stderr) == (named.returncode, "")
    # The rows' place is told by the file's name, in the lines to run next by its path.
    told = piped.stdout.replace(" - --", f" {EXAMPLE} --").replace("standard input", str(EXAMPLE))
    assert json.loads(told) == json.loads(named.stdout)


def test_the_truth_may_be_piped_in(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("id,p\n2,7\n1,5\n", encoding="utf-8")
    line = ["--truth", "-", "--key", "id", "--true", "y", "--pred", "p", "--format", "json"]
    done = losscli("compute", "mae", str(tmp_path / "p.csv"), *line, stdin="id,y\n1,1\n2,2\n")
    assert json.loads(done.stdout)["value"] == (abs(5 - 1) + abs(7 - 2)) / 2
