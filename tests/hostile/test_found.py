"""What the fuzzer found, each with what is said of it since."""

from __future__ import annotations

import struct
import sys
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


def test_an_array_that_python_2_wrote_is_read_without_a_warning(tmp_path: Path) -> None:
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (2L,), }".ljust(117) + b"\n"
    start = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
    (tmp_path / "y.npy").write_bytes(start + struct.pack("<2d", 1, 3))
    done = losscli("compute", "mae", "--true", "@y.npy", "--pred", "2,5", "--format", "csv", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1,1.0,2.0,1.0," in done.stdout


def test_a_part_of_a_long_word_is_cut_too() -> None:
    done = losscli("compute", "f(\n" * 400 + ".mse(x=1)", "--true", "1", "--pred", "2")
    assert (done.returncode, done.stdout) == (2, "")
    assert max(map(len, done.stderr.splitlines())) < 300


def test_without_polars_a_duckdb_file_names_its_own_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "t.duckdb").write_bytes(b"\0" * 8 + b"DUCK" + b"\0" * 100)
    monkeypatch.setitem(sys.modules, "polars", None)
    done = losscli("compute", "mae", "t.duckdb", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'losscli[duckdb]'" in done.stderr
