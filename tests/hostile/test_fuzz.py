"""The corpus as it is, and a few mutations: a short run of `python tests/hostile fuzz`; and its judge."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hostile.cases import Answer, Case, wrong_with
from hostile.children import judged
from hostile.fuzz import smaller

pytest.importorskip("matplotlib")
pytest.importorskip("polars")
pytest.importorskip("pyarrow")
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks are for Linux")

# In a process of its own: children of one with the readers' threads would wait for these.
RUN = """
from hostile.fuzz import fuzz
from hostile.targets import seeds
report = fuzz(seed=7, until=lambda inputs: inputs >= 200)
assert not report.findings, [(finding.what, finding.case.words) for finding in report.findings]
assert set(report.inputs) == set(seeds())
"""


def test_nothing_goes_wrong() -> None:
    path = os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


CASE = Case("csv", ("compute", "mae", "@F", "--format", "json"), b"y,p\n", "t.csv")


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        (Answer(0, b"{}\n", b""), None),
        (Answer(2, b"", b"losscli: t.csv is empty\n         give it rows\n"), None),
        (Answer(2, b"", b""), "exit code 2 without a message"),
        (Answer(2, b"{", b"losscli: no\n"), "exit code 2 after a part of the result"),
        (Answer(2, b"", b"losscli: no\n", left=("out.csv",)), "exit code 2 leaves files: out.csv"),
        (Answer(1, b"{}", b""), "exit code 1 of a command that finds nothing"),
        (Answer(3, b"", b""), "exit code 3"),
        (Answer(0, b"{", b""), "JSON that is none"),
        (Answer(0, b"{}", b"RuntimeWarning: overflow\n"), "on stderr: RuntimeWarning: overflow"),
        (Answer(0, b"{}", b"losscli: \x1b[31m\n"), "control characters on stderr"),
        (Answer(2, b"", b"losscli: " + b"x" * 5000 + b"\n"), "a line without end on stderr"),
        (Answer(0, b"{}", b"", memory=2 << 30), "memory: 2048 MB"),
        (Answer(2, b"", b"thread '<unnamed>' panicked at src/a.rs:1\n"), "panic:  src/a.rs:1"),
        (Answer(2, b"", b"", trace="Traceback\nKeyError: 3\n"), "uncaught: KeyError: 0"),
    ],
    ids=lambda part: str(part)[:40],
)
def test_what_is_judged_wrong(answer: Answer, wrong: str | None) -> None:
    assert wrong_with(CASE, answer) == wrong


def test_a_process_that_ends_or_hangs_is_one_case_s_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import os

    from hostile import children

    from losscli.cli import app

    monkeypatch.setattr(children, "SECONDS", 0.2)
    run = app.run

    def hostile(words: list[str]) -> int:
        if "abort" in words:
            os.kill(os.getpid(), 9)
        while "spin" in words:
            pass
        if "raise" in words:
            raise KeyError(3)
        return run(words)

    monkeypatch.setattr(app, "run", hostile)
    lines = ["list", "abort", "spin", "raise", "list"]
    told = [wrong for _, wrong in judged([Case("t", (word,), b"") for word in lines])]
    assert told[0] is None
    assert told[1] == "ends the process: -9"
    assert told[2] == "takes more than 0.2 s of the processor"
    assert "KeyError: 0" in str(told[3])
    assert told[4] is None


def test_a_finding_is_made_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    from losscli.cli import app

    def hostile(words: list[str]) -> int:
        if "X" in words[1]:
            raise KeyError(3)
        return 0

    monkeypatch.setattr(app, "run", hostile)
    case = Case("t", ("list", "@T", "b", "--quiet", "--skip", "3"), b"abcdefgXhijk")
    ((_, wrong),) = judged([case])
    assert wrong is not None
    assert smaller(case, wrong) == Case("t", ("list", "@T", "b"), b"X")
