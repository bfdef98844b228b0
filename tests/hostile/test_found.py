"""What the fuzzer found, each with what is said of it since."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.inside import losscli

TABLE = "y,p\n1,2\n3,5\n"
# Words behind `losscli compute mae t.csv`, and the line that answers.
LINES = [
    (["--decimal", "x"], '--decimal "x" is no such mark'),
    (["--thousands", ""], '--thousands "" is no such mark'),
    (["--thousands", ".."], '--thousands ".." is no such mark'),
]


@pytest.mark.parametrize(
    ("words", "said"), LINES, ids=lambda part: " ".join(part) if isinstance(part, list) else ""
)
def test_a_line(tmp_path: Path, words: list[str], said: str) -> None:
    (tmp_path / "t.csv").write_text(TABLE)
    done = losscli("compute", "mae", "t.csv", "--true", "y", "--pred", "p", *words, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[0] == f"losscli: {said}"


def test_an_apostrophe_as_typesetters_write_it_groups_digits(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("y,p\n1\u2019234,1\u2019235.5\n", "utf-8")
    line = [
        "compute",
        "mae",
        "t.csv",
        "--true",
        "y",
        "--pred",
        "p",
        "--thousands",
        "\u2019",
        "--format",
        "csv",
    ]
    assert ",1.5," in losscli(*line, cwd=tmp_path).stdout
