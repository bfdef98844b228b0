"""losscli run as a person runs it: a process of its own, its streams captured."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
LOSSCLI = [sys.executable, "-m", "losscli"]
# What changes the output, and may be set where the tests run.
_UNSET = {
    *("FORCE_COLOR", "NO_COLOR", "COLUMNS", "LINES", "TERM", "_LOSSCLI_COMPLETE"),
    "PYTEST_ADDOPTS",  # of the tests that run tests
    "PYTHONUNBUFFERED",  # hides a flush that is forgotten
    "PYTHONDONTWRITEBYTECODE",  # a third of every start would be compiling
}


def environment(**extra: str) -> dict[str, str]:
    """The environment of this process without what changes output, with this checkout importable."""
    kept = {name: value for name, value in os.environ.items() if name not in _UNSET}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **extra}


def losscli(
    *arguments: str, stdin: str | None = None, cwd: Path = ROOT, **extra: str
) -> subprocess.CompletedProcess[str]:
    """`losscli ARGUMENTS`, on a pipe; keywords in capitals are environment variables."""
    return subprocess.run(
        [*LOSSCLI, *arguments],
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        encoding="utf-8",
        cwd=cwd,
        env=environment(**extra),
        timeout=60,
        check=False,
    )
