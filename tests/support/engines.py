"""The command on small chunks, by threads of this process, or by processes that are really forked.

Run as a module it serves commands: a fork of this fresh process for each, so that threads of one command
never keep the next from forking.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from support.command import ROOT, environment


class Told(NamedTuple):
    """What a command came to: its exit code, its two streams, and how many processes it forked."""

    code: int
    out: str
    said: str
    forked: int = 0


def small_chunks(put: Callable[[object, str, object], None]) -> None:
    """Files count as large, text comes in blocks of 512 bytes, arrays in chunks of 25 rows; three cores."""
    from losscli.data import blocks, delimited, jsonrows, numpyfiles, parquet, values
    from losscli.parallel import executor as chunks
    from losscli.parallel import processes as forks

    put(blocks, "LARGE", 0)
    for module in (blocks, delimited, jsonrows):
        put(module, "BLOCK", 512)
    put(parquet, "AT_LEAST", 25)
    put(values, "CHUNK", 25)
    put(numpyfiles, "CHUNK", 25)
    put(forks, "RUNS", 1)  # of several chunks each
    put(chunks, "FORKED", 4)
    put(chunks, "cores", lambda: 3)


def here(*line: str) -> Told:
    """The command in this process, as it is."""
    from losscli.cli.app import run

    out, said = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(said):
        code = run(list(line))
    return Told(code, out.getvalue(), said.getvalue())


def by_threads(patch: pytest.MonkeyPatch, *line: str) -> Told:
    """The command in this process, on small chunks and three threads."""
    from losscli.parallel import processes as forks

    with patch.context() as within:
        small_chunks(within.setattr)
        within.setattr(forks, "can_fork", lambda: False)
        return here(*line)


class Server:
    """Runs commands on small chunks and processes."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __call__(self, *line: str) -> Told:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(line), file=self._process.stdin, flush=True)
        return Told(*json.loads(self._process.stdout.readline()))


@contextmanager
def processes() -> Iterator[Server]:
    """A server that ends with the block."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    with subprocess.Popen(
        [sys.executable, "-m", "support.engines"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**environment(), "PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1"},
        encoding="utf-8",
    ) as process:
        try:
            yield Server(process)
        finally:
            process.kill()


def _serve() -> None:
    import losscli.cli.app  # noqa: F401 — once, for all commands

    small_chunks(setattr)
    for line in sys.stdin:
        with tempfile.TemporaryDirectory() as folder:
            child = os.fork()
            if child == 0:
                _answer(json.loads(line), Path(folder))
            os.waitpid(child, 0)
            told = [(Path(folder) / name).read_text(encoding="utf-8") for name in ("out", "said", "code")]
        out, said, code = told
        print(json.dumps([*map(int, code.split()[:1]), out, said, int(code.split()[1])]), flush=True)


def _answer(line: list[str], folder: Path) -> None:
    forked: list[int] = []
    fork = os.fork

    def counted() -> int:
        forked.append(fork())
        return forked[-1]

    os.fork = counted
    with suppress(BaseException):
        told = here(*line)
        (folder / "out").write_text(told.out, encoding="utf-8")
        (folder / "said").write_text(told.said, encoding="utf-8")
        (folder / "code").write_text(f"{told.code} {len(forked)}", encoding="utf-8")
    os._exit(0)


if __name__ == "__main__":
    _serve()
