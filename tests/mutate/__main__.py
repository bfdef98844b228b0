"""How well the tests see: one-place faults are put into losscli's files, and the tests that run them are run.

    python tests/mutate losscli/engine/partial.py          every fault of a file
    python tests/mutate losscli/losses --most 100          100 of a folder's, drawn by --seed
    python tests/mutate losscli/render/rowfile.py --tests tests/render/test_output_values.py

First every test is run once and what it runs is recorded (kept in the user's cache until a source changes).
A fault that no test notices is printed; the last line counts. Faults are made in copies of the checkout.
Of the tools that exist, mutmut passes over decorated functions, which all losses are, and cosmic-ray runs the
same tests for every fault.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing.util
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, NoReturn

import pytest
from choosing import STAGES, Tests, record
from faults import Fault, faults

# What every run of the tests needs and no fault touches: imported once, before the forks.
for module in ("hypothesis.strategies", "numpy.testing", "rich.console", "typer", "yaml"):
    import_module(module)

ROOT = Path(__file__).resolve().parent.parent.parent
KNOWN = ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # of what is imported before pytest starts
PATIENCE = 60.0  # seconds beyond three times what the tests take: then they hang


class Job(NamedTuple):
    file: str
    fault: Fault


class Outcome(NamedTuple):
    job: Job
    noticed: bool
    asked: int  # tests


def main() -> int:
    parser = argparse.ArgumentParser(
        "python tests/mutate", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paths", nargs="+", help="files or folders of losscli")
    parser.add_argument("--most", type=int, help="so many faults at most, drawn by chance (else all)")
    parser.add_argument("--seed", type=int, default=0, help="of the draw")
    parser.add_argument("--tests", nargs="+", help="run these tests instead of those that run the line")
    parser.add_argument("--recording", type=Path, help="folder of an earlier recording")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()

    files = sorted({file for path in options.paths for file in _python(path)})
    jobs = [Job(file, fault) for file in files for fault in faults((ROOT / file).read_bytes())]
    if options.most is not None and options.most < len(jobs):
        jobs = sorted(random.Random(options.seed).sample(jobs, options.most))
    recording = options.recording or _recording()
    if options.tests is None and not recording.exists():
        print("recording what each test runs …", file=sys.stderr)
        record(ROOT, recording)
    start = (recording, options.tests)
    with ProcessPoolExecutor(options.workers, initializer=_start, initargs=start) as pool:
        outcomes = []
        for outcome in pool.map(_try, jobs):
            outcomes.append(outcome)
            if not outcome.noticed:
                file, fault = outcome.job
                print(f"{file}:{fault.line}: {fault.what}   ({outcome.asked} tests)", flush=True)
    seen = sum(outcome.noticed for outcome in outcomes)
    print(f"{seen} of {len(outcomes)} faults noticed: {seen / max(len(outcomes), 1):.0%}")
    return 0


def _python(path: str) -> list[str]:
    whole = Path(path).resolve()
    found = sorted(whole.rglob("*.py")) if whole.is_dir() else [whole]
    return [str(file.relative_to(ROOT)) for file in found]


def _sources() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def _recording() -> Path:
    """Where the recording of these very sources lies, or will."""
    digest = hashlib.sha256()
    for name in _sources():
        if name.startswith(("losscli/", "tests/")):
            digest.update(name.encode() + (ROOT / name).read_bytes())
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return cache / f"losscli-mutate-{digest.hexdigest()[:12]}"


def _start(recording: Path, tests: list[str] | None) -> None:
    """Makes a worker's own copy of the checkout."""
    global _copy, _tests, _given
    _copy = Path(tempfile.mkdtemp(prefix="losscli-mutate-"))
    for name in _sources():
        (_copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, _copy / name)
    multiprocessing.util.Finalize(None, shutil.rmtree, (_copy,), exitpriority=1)
    _given = tests
    _tests = None if tests is not None else Tests(ROOT, recording)
    if tests is not None and not _passes(tests, STAGES[-1]):
        raise SystemExit("the tests fail as they are")


def _try(job: Job) -> Outcome:
    file = _copy / job.file
    source = file.read_bytes()
    stages = [_given] if _tests is None else _tests.stages(job.file, job.fault.line, source)
    asked = 0
    file.write_bytes(job.fault.applied(source))
    try:
        for stage, seconds in zip(stages, STAGES, strict=False):
            asked += len(stage or ())
            if not _passes(stage or [], seconds):
                return Outcome(job, True, asked)
    finally:
        file.write_bytes(source)
    return Outcome(job, False, asked)


def _passes(tests: list[str], seconds: float) -> bool:
    """Whether these tests, which take so long, pass in the copy, in a process of their own."""
    process = os.fork()
    if process == 0:
        _run(tests)
    until = time.monotonic() + 3 * seconds + PATIENCE
    while time.monotonic() < until:
        done, status = os.waitpid(process, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) == 0
        time.sleep(0.02)
    os.killpg(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return False


def _run(tests: list[str]) -> NoReturn:
    """Runs the tests of the copy, and ends this process."""
    code = 1
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        os.chdir(_copy)
        sys.path.insert(0, str(_copy))
        sys.dont_write_bytecode = True
        os.environ["PYTHONPATH"] = str(_copy)
        code = int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *KNOWN, *tests]))
    finally:
        os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
