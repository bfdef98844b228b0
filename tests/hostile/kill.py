"""Writers killed at random moments: the file is the old one whole or the new one whole; nothing else is left.

Each writer is a fork of this process, so that a start costs little; the moments crowd towards the end of what
a whole run takes. A system that has files without names leaves nothing behind, whatever the signal; where
such a file is given its name, for a moment, SIGKILL may leave it, and that is counted. A third of the writers
that can heed their signal do as where there are no such files.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import tempfile
import time
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, NoReturn

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGKILL)
ROWS = 3_000
ENDINGS = ("csv", "tsv", "jsonl", "json", "md", "txt", "npy", "parquet", "png", "svg", "pdf", "tex", "py")
IMPORTED = (
    "losscli.cli.app",
    "losscli.analysis.score",
    "losscli.analysis.plot",
    "losscli.analysis.code",
    "matplotlib.figure",
)
OLD = b"what was there before\n"


class Killed(NamedTuple):
    """What a writer left: its signal and ending, whether the file was old or new, and what was wrong."""

    number: signal.Signals
    ending: str
    state: str
    wrong: str = ""


class Told(NamedTuple):
    """What was seen of all writers."""

    seen: list[Killed]

    @property
    def wrong(self) -> list[Killed]:
        return [one for one in self.seen if one.wrong]

    def table(self) -> str:
        """A line a signal: how many writers, and which file stood there; then what was wrong."""
        lines = []
        for number in SIGNALS:
            states = Counter(one.state for one in self.seen if one.number == number)
            parts = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
            lines.append(f"{number.name:8} {sum(states.values()):5} writers: {parts}")
        lines += [f"WRONG {one.ending} {one.number.name}: {one.wrong}" for one in self.wrong]
        endings = len({one.ending for one in self.seen})
        return "\n".join([*lines, f"{len(self.seen)} writers of {endings} formats, {len(self.wrong)} wrong"])


def words(ending: str) -> list[str]:
    """The line that writes a file of this ending."""
    match ending:
        case "png" | "svg" | "pdf":
            line = ["plot", "mse", "huber"]
        case "tex":
            return ["explain", "huber", "--format", "latex", "--output", "out.tex"]
        case "py":
            line = ["code", "huber", "--framework", "torch"]
        case _:
            line = ["compute", "mae", "in.csv", "--rows", "all", "--quiet"]
    return [*line, "--output", f"out.{ending}"]


def kill(times: int, seed: int, signals: tuple[signal.Signals, ...] = SIGNALS) -> Told:
    """Kills so many writers, signals and endings in turn, every other one over a file that is there."""
    for module in IMPORTED:  # once, before the forks
        import_module(module)
    draw = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="losscli-kill-") as name:
        folder = Path(name)
        rows = (f"{draw.random()!r},{draw.random()!r}\n" for _ in range(ROWS))
        (folder / "in.csv").write_text("y_true,y_pred\n" + "".join(rows))
        whole = {ending: _whole(folder, ending) for ending in ENDINGS[:times]}
        seen = []
        for at in range(times):
            ending = ENDINGS[at % len(ENDINGS)]
            number = signals[(at + at // len(ENDINGS)) % len(signals)]
            new, seconds = whole[ending]
            moment = draw.triangular(0, 1.2 * seconds, seconds)
            named = at % 3 == 0 and number != signal.SIGKILL
            seen.append(_killed(folder, ending, number, moment, new, over=at % 2 == 0, named=named))
    return Told(seen)


def _whole(folder: Path, ending: str) -> tuple[bytes, float]:
    """What a writer that nobody kills writes, and how many seconds it takes."""
    before = time.monotonic()
    _, status = os.waitpid(_writer(folder, ending, named=False), 0)
    seconds = time.monotonic() - before
    target = folder / f"out.{ending}"
    if status or not target.stat().st_size:
        raise RuntimeError(
            f"losscli {' '.join(words(ending))}: exit code {os.waitstatus_to_exitcode(status)}"
        )
    return target.read_bytes(), seconds


def _killed(
    folder: Path,
    ending: str,
    number: signal.Signals,
    moment: float,
    new: bytes,
    *,
    over: bool,
    named: bool,
) -> Killed:
    target = folder / f"out.{ending}"
    target.unlink(missing_ok=True)
    if over:
        target.write_bytes(OLD)
    expected = {"in.csv", *([target.name] if over else [])}
    for path in folder.iterdir():
        if path.name not in expected:
            path.unlink() if path.is_file() else shutil.rmtree(path)
    child = _writer(folder, ending, named)
    time.sleep(moment)
    os.kill(child, number)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    there = target.read_bytes() if target.exists() else None
    old = OLD if over else None
    state = "new" if _same(there, new, ending) else "old" if there == old else "neither"
    left = sorted(path.name for path in folder.iterdir() if path.name not in {"in.csv", target.name})
    wrong = "the file is neither the old nor the new one" if state == "neither" else ""
    if left and not (number == signal.SIGKILL and state == "old" and _complete(folder, left, new, ending)):
        wrong = f"left behind: {', '.join(left)}"
    elif left:
        state = "old, with a name given a moment before"
    if code not in _codes(number) and not (code == 0 and state == "new"):
        wrong = f"exit code {code}"
    return Killed(number, ending, state, wrong)


def _codes(number: signal.Signals) -> tuple[int, ...]:
    """What a process ends with that was sent a signal: by it, or with 128 and its number, as shells say."""
    return (-number, 128 + number) if number != signal.SIGKILL else (-number,)


def _complete(folder: Path, left: list[str], new: bytes, ending: str) -> bool:
    """Whether what lies there is the new file whole, between its two names."""
    return len(left) == 1 and _same((folder / left[0]).read_bytes(), new, ending)


def _same(there: bytes | None, new: bytes, ending: str) -> bool:
    """Whether it is the new file whole; figures bear the time and random names: their ends tell."""
    if there is None or ending not in ("png", "svg", "pdf"):
        return there == new
    return (there[:4], there[-8:].strip()) == (new[:4], new[-8:].strip()) and len(there) > 0.9 * len(new)


def _writer(folder: Path, ending: str, named: bool) -> int:
    """The process number of a writer, where a file has a name from the beginning if `named`."""
    child = os.fork()
    if child == 0:
        _write(folder, ending, named)
    return child


def _write(folder: Path, ending: str, named: bool) -> NoReturn:
    """As the console script does."""
    from losscli.cli.app import run

    code = 70
    try:
        # Where it was started in the background, Ctrl-C is ignored.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        os.chdir(folder)
        if named and hasattr(os, "O_TMPFILE"):
            del os.O_TMPFILE
            tempfile._O_TMPFILE_WORKS = False  # type: ignore[attr-defined]
        code = run(words(ending))
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:  # an exception that left it ends here too, with a code that no run has
        os._exit(code)
