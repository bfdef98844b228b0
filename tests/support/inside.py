"""losscli's command line in this process: fifty times as quick as a process of its own.

It has no pipe, no terminal and no signals, and its standard input is empty: what those are for takes
`support.command.losscli`, which has the same arguments and results.
"""

from __future__ import annotations

import io
import os
import subprocess
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

from support.command import ROOT, environment

from losscli.cli.app import run


def losscli(*arguments: str, cwd: Path = ROOT, **extra: str) -> subprocess.CompletedProcess[str]:
    """`losscli ARGUMENTS`, as on a pipe; keywords in capitals are environment variables."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="ascii") for _ in range(2))
    # Without COLUMNS it would ask the terminal that the tests run on.
    there = environment(**{"COLUMNS": "80", **extra})
    with mock.patch.dict(os.environ, there, clear=True), chdir(cwd):
        with redirect_stdout(out), redirect_stderr(err):
            try:
                code = run(list(arguments))
            except SystemExit as ended:  # what completes lines for a shell
                code = int(ended.code or 0)
        texts = []
        for stream in (out, err):
            stream.flush()
            texts.append(stream.buffer.getvalue().decode())  # type: ignore[attr-defined]
    return subprocess.CompletedProcess(arguments, code, *texts)
