"""The README cannot lie: its console lines run, its Python runs, and so does every example of a help text."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from command import ROOT, losscli

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = {page.name: page.read_text(encoding="utf-8") for page in (ROOT / "losscli" / "cli").glob("*.py")}


def _commands(text: str) -> list[str]:
    """The losscli command lines of console blocks; installing is .ci/run's to try."""
    blocks = re.findall(r"^```console\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    lines = [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]
    return [part for line in lines for part in line.split(" && ") if part.startswith("losscli ")]


def _examples() -> list[str]:
    found = [
        text for page in PAGES.values() for text in re.findall(r'EXAMPLES = """\\\n(.*?)"""', page, re.DOTALL)
    ]
    return [line for text in found for line in text.splitlines() if line.startswith("losscli ")]


def test_there_is_something_to_run() -> None:
    assert len(_commands(README)) >= 5
    assert len(_examples()) >= 15


@pytest.mark.parametrize("line", sorted({*_commands(README), *_examples()}))
def test_a_printed_command_runs(line: str, tmp_path: Path) -> None:
    command, _, redirected = line.partition(" < ")
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    stdin = (ROOT / redirected.strip()).read_text(encoding="utf-8") if redirected else None
    done = losscli(*shlex.split(command)[1:], cwd=tmp_path, stdin=stdin)
    assert done.returncode == 0, done.stderr
    assert done.stdout or "--output" in line


def test_the_python_of_the_readme_runs() -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})
