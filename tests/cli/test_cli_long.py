"""No value on a command line, however long, is told in more than a short line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from losscli.cli.app import COMMANDS, application, run

DATA = "data.csv"
LINES = {
    "compute": ["mae", DATA],
    "explain": ["mae"],
    "compare": [DATA, "--losses", "mae,mse"],
    "parity": ["mae"],
    "check": [DATA],
    "recommend": [DATA],
    "plot": ["mae"],
    "code": ["mae", "--framework", "torch"],
    "list": [],
}
WORDS = ("x" * 10_000, "é\x1b\n" * 3_000)
ANY = {"--comment", "--na"}  # take whatever it is
MOST = 400  # characters of a line


def options(name: str) -> list[str]:
    command: Any = get_command(application(name))
    command = getattr(command, "commands", {name: command})[name]
    values = [one for one in command.params if one.param_type_name == "option" and not one.is_flag]
    return [parameter.opts[0] for parameter in values]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_long_value_is_told_short(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(DATA).write_text("y_true,y_pred\n1,2\n3,4\n")
    known = options(name)
    assert known
    lines = [[name, *LINES[name], option, WORDS[1]] for option in known if option not in ANY]
    for word in WORDS:
        lines += [[name, word], [name, *LINES[name], f"--{word}"], [name, *LINES[name], word]]
    lengths = []
    for line in lines:
        code = run(line)
        told = capsys.readouterr().err.splitlines()
        lengths += map(len, told)
        assert code in (0, 1, 2), line[:-1]
        assert len(told) <= 2, (line[:-1], [text[:200] for text in told])
        assert all(len(text) <= MOST and "bug" not in text for text in told), line[:-1]
    assert lengths
