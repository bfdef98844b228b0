"""Cases run in forks of this process, many in each, so that a start costs nothing and a crash little.

The process that forks imports no library that starts threads; each fork imports what its cases need.
"""

from __future__ import annotations

import gc
import os
import pickle
import resource
import select
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

from hostile.cases import SECONDS, Answer, Case, wrong_with

ADDRESSES = 12 << 30  # bytes of address space: Arrow, Polars and DuckDB reserve some of it
BESIDE = Path(__file__).parent / "corpus" / "t.csv"  # the data of lines that name it
PATIENCE = 90.0  # seconds of a clock


def judged(cases: Sequence[Case]) -> Iterator[tuple[Answer | None, str | None]]:
    """For each case its answer (None where the process came to an end), and what is wrong with it, if so."""
    at = 0
    while at < len(cases):
        for result in _in_a_fork(cases[at:]):
            yield result
            at += 1


def _in_a_fork(cases: Sequence[Case]) -> Iterator[tuple[Answer | None, str | None]]:
    """The results until one ends the process, with that one."""
    reading, writing = os.pipe()
    with tempfile.TemporaryDirectory(prefix="losscli-hostile-") as folder:
        child = os.fork()
        if child == 0:
            os.close(reading)
            _serve(cases, Path(folder), writing)
        os.close(writing)
        done, ended = 0, ""
        with os.fdopen(reading, "rb", buffering=0) as results:
            while done < len(cases):
                ready, *_ = select.select([results], [], [], PATIENCE)
                if not ready:
                    ended = f"hangs for {PATIENCE:.0f} s"
                    break
                size = _exactly(results, 4)
                if len(size) < 4:
                    break
                yield pickle.loads(_exactly(results, int.from_bytes(size, "little")))
                done += 1
        if ended:
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if done < len(cases):
            code = os.waitstatus_to_exitcode(status)
            hung = f"takes more than {SECONDS} s of the processor"
            yield None, ended or (hung if code == -signal.SIGPROF else f"ends the process: {code}")


def _exactly(stream: Any, size: int) -> bytes:
    parts = b""
    while len(parts) < size and (part := stream.read(size - len(parts))):
        parts += part
    return parts


def _serve(cases: Sequence[Case], folder: Path, writing: int) -> NoReturn:
    """Answers all cases, and ends this process."""
    gc.disable()
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.environ.pop("FORCE_COLOR", None)
    os.environ["COLUMNS"] = "80"
    for number in (0, 1, 2):
        with tempfile.TemporaryFile() as file:
            os.dup2(file.fileno(), number)
    sys.stdout, sys.stderr = (open(number, "w", closefd=False) for number in (1, 2))  # noqa: SIM115
    for case in cases:
        answer = answer_to(case, folder)
        result = pickle.dumps((answer, wrong_with(case, answer)))
        data = len(result).to_bytes(4, "little") + result
        while data:
            data = data[os.write(writing, data) :]
    os._exit(0)


def answer_to(case: Case, folder: Path) -> Answer:
    """The case, run on this process's own streams in this folder, which is emptied first."""
    for left in folder.iterdir():
        left.unlink()
    os.chdir(folder)
    if BESIDE.name in case.line:
        (folder / BESIDE.name).write_bytes(BESIDE.read_bytes())
    if case.name:
        (folder / case.name).write_bytes(case.content)
    Path("/proc/self/clear_refs").write_text("5")
    before = _memory()
    answer = _run(case, case.words)
    left = tuple(sorted(path.name for path in folder.iterdir() if path.name not in (case.name, BESIDE.name)))
    answer = answer._replace(memory=_memory() - before, left=left)
    if not answer.trace and b"this is a bug" in answer.err:
        answer = answer._replace(trace=_run(case, [*case.words, "--debug"]).err.decode("utf-8", "replace"))
    return answer


def _run(case: Case, words: list[str]) -> Answer:
    from losscli.cli.app import run

    for number in (0, 1, 2):
        os.lseek(number, 0, os.SEEK_SET)
        os.ftruncate(number, 0)
    if {"-", "@-"} & set(case.line):
        os.write(0, case.content)
        os.lseek(0, 0, os.SEEK_SET)
    # Another object each time: losscli keeps what it read of one.
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    trace, code = "", 2
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        code = _parsed(words) if words[:1] == ["parse"] else run(words)
    except SystemExit as ended:
        code = int(ended.code or 0)
    except BaseException:
        trace = traceback.format_exc()
    signal.setitimer(signal.ITIMER_PROF, 0)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    out, err = (os.pread(number, 1 << 24, 0) for number in (1, 2))
    return Answer(code, out, err, trace=trace)


def _parsed(words: list[str]) -> int:
    """A line of a page's steps, read by the parser alone; what is refused is 2 with its line."""
    from losscli.errors import LosscliError
    from losscli.formula.parser import parse

    _, part, text = words[:3]
    text = text.encode("utf-8", "ignore").decode()  # a page is UTF-8
    source = {"row": ["e = y_true - y_pred"], part: [text]} if part == "value" else [text]
    try:
        parse("p", "statistic" if part == "value" else "sample", source, ("delta", "w"))
    except LosscliError as error:
        print("losscli:", error, file=sys.stderr)
        return 2
    return 0


def _memory() -> int:
    """The most bytes that this process had since it was asked to forget."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) << 10
    return 0
