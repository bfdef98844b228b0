"""The README cannot lie: its console lines run, and so does its Python."""

from __future__ import annotations

import re
import shlex

import pytest
from support.command import ROOT, losscli

README = (ROOT / "README.md").read_text(encoding="utf-8")


def _commands() -> list[str]:
    """The losscli command lines of console blocks; installing is .ci/run's to try."""
    blocks = re.findall(r"^```console\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
    lines = [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]
    return [part for line in lines for part in line.split(" && ") if part.startswith("losscli ")]


def test_there_is_something_to_run() -> None:
    assert len(_commands()) >= 5


@pytest.mark.parametrize("line", _commands())
def test_a_printed_command_runs(line: str) -> None:
    done = losscli(*shlex.split(line)[1:])
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_the_python_of_the_readme_runs() -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})
