"""Formats and streams: what a terminal, a pipe and a file get; files are written whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
from pathlib import Path

import pytest
from support import command
from support.command import LOSSCLI, ROOT, environment
from support.inside import losscli

INLINE = ("compute", "mse", "--true", "3,-0.5,2,7", "--pred", "2.5,0,2,8")
DIABETES = ("compute", "mae", "examples/diabetes.csv", "--pred", "ridge")


def on_a_terminal(*arguments: str, **extra: str) -> str:
    """What losscli writes where its stdout is a terminal of 80 columns."""
    ours, theirs = pty.openpty()
    try:
        process = subprocess.Popen(
            [*LOSSCLI, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=subprocess.PIPE,
            env=environment(**{"TERM": "xterm-256color", "COLUMNS": "80", **extra}),
            cwd=ROOT,
        )
        os.close(theirs)
        written = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the other end is closed: how a terminal says that there is no more
                break
            if not part:
                break
            written += part
        _, stderr = process.communicate(timeout=60)
        assert (process.returncode, stderr) == (0, b"")
    finally:
        os.close(ours)
    return written.decode().replace("\r\n", "\n")


def test_a_pipe_gets_plain_text_without_color() -> None:
    piped = command.losscli(*INLINE)
    assert piped.stderr == ""
    assert "\x1b" not in piped.stdout
    assert piped.stdout == losscli(*INLINE, "--format", "plain").stdout


def test_a_terminal_gets_a_table_in_color() -> None:
    drawn = on_a_terminal(*INLINE)
    assert "\x1b[" in drawn
    assert drawn == losscli(*INLINE, FORCE_COLOR="1").stdout


def test_no_color_keeps_the_table_and_drops_the_codes() -> None:
    drawn = on_a_terminal(*INLINE, NO_COLOR="1")
    assert "\x1b" not in drawn
    assert drawn == losscli(*INLINE, "--format", "table").stdout


def test_a_dumb_terminal_gets_plain_text() -> None:
    assert on_a_terminal(*INLINE, TERM="dumb") == losscli(*INLINE, "--format", "plain").stdout


@pytest.mark.parametrize("off", ["", "0"])
def test_force_color_that_is_empty_or_0_forces_nothing(off: str) -> None:
    assert losscli(*INLINE, FORCE_COLOR=off).stdout == losscli(*INLINE).stdout


@pytest.mark.parametrize("columns", [60, 120])
def test_columns_are_respected_on_a_pipe(columns: int) -> None:
    narrow, wide = losscli(*INLINE, COLUMNS="60").stdout, losscli(*INLINE, COLUMNS="120").stdout
    assert narrow != wide
    assert losscli(*INLINE, COLUMNS="80").stdout == losscli(*INLINE).stdout
    longest = max(map(len, losscli(*INLINE, COLUMNS=str(columns)).stdout.splitlines()))
    assert longest <= columns


@pytest.mark.parametrize("format", ["json", "jsonl", "csv", "tsv", "markdown"])
def test_machine_formats_never_hold_color(format: str) -> None:
    forced = losscli(*INLINE, "--format", format, FORCE_COLOR="1")
    assert "\x1b" not in forced.stdout
    assert forced.stdout == losscli(*INLINE, "--format", format).stdout


def rows(*arguments: str) -> list[int]:
    """The rows that a JSON answer shows, in its order."""
    return [sample["row"] for sample in json.loads(losscli(*arguments, "--format", "json").stdout)["samples"]]


def test_rows_keep_the_order_of_the_file_in_machine_formats_and_the_largest_loss_is_first_on_the_screen() -> (
    None
):
    assert rows(*INLINE) == [1, 2, 3, 4]
    assert rows(*INLINE, "--sort", "loss") == [4, 1, 2, 3]
    # By losses 0.25, 0.25, 0, 1. The first number of a line of the table is the row's.
    lines = losscli(*INLINE).stdout.splitlines()
    table = lines[next(i for i, line in enumerate(lines) if line.split()[:1] == ["row"]) + 1 :][:4]
    assert [int(line.split()[0]) for line in table] == [4, 1, 2, 3]


def test_how_many_rows_are_shown() -> None:
    worst = rows(*DIABETES)
    assert len(worst) == 10
    assert worst == sorted(worst)
    assert rows(*DIABETES, "--rows", "all") == list(range(1, 443))
    assert rows(*DIABETES, "--rows", "0") == []
    with (ROOT / "examples/diabetes.csv").open() as file:
        errors = {
            row: abs(float(line["ridge"]) - float(line["y_true"]))
            for row, line in enumerate(csv.DictReader(file), 1)
        }
    largest = sorted(errors, key=lambda row: -errors[row])
    assert rows(*DIABETES, "--rows", "3", "--sort", "loss") == largest[:3]
    assert sorted(largest[:10]) == worst


@pytest.mark.parametrize(("format", "header"), [("csv", 1), ("tsv", 1), ("jsonl", 0)])
def test_formats_of_rows_say_on_stderr_how_many_rows_are_hidden(format: str, header: int) -> None:
    hidden = losscli(*DIABETES, "--format", format)
    assert hidden.stderr == "losscli: 432 of 442 rows are not shown; --rows all shows them\n"
    assert len(hidden.stdout.splitlines()) == 10 + header
    whole = losscli(*DIABETES, "--format", format, "--rows", "all")
    assert whole.stderr == ""
    assert len(whole.stdout.splitlines()) == 442 + header


@pytest.mark.parametrize(
    ("ending", "format"),
    [
        ("json", "json"),
        ("jsonl", "jsonl"),
        ("csv", "csv"),
        ("tsv", "tsv"),
        ("md", "markdown"),
        ("txt", "plain"),
    ],
)
def test_the_ending_of_the_output_names_the_format(ending: str, format: str, tmp_path: Path) -> None:
    file = tmp_path / f"out.{ending}"
    done = losscli(*INLINE, "--output", str(file))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert file.read_text(encoding="utf-8") == losscli(*INLINE, "--format", format).stdout
    assert os.listdir(tmp_path) == [file.name]


def test_a_format_that_is_named_wins_over_the_ending(tmp_path: Path) -> None:
    losscli(*INLINE, "--output", str(tmp_path / "out.txt"), "--format", "json")
    assert json.loads((tmp_path / "out.txt").read_text())["loss"] == "mse"


def test_latex_by_ending_is_the_formula(tmp_path: Path) -> None:
    losscli("explain", "huber", "--output", str(tmp_path / "huber.tex"))
    assert (tmp_path / "huber.tex").read_text() == losscli("explain", "huber", "--format", "latex").stdout
    assert "\\delta" in (tmp_path / "huber.tex").read_text()


def test_a_dash_is_stdout() -> None:
    assert losscli(*INLINE, "--output", "-").stdout == losscli(*INLINE).stdout


def test_a_failure_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    file.write_text("before")
    assert losscli("compute", "mse", "--true", "1,2", "--pred", "1,x", "--output", str(file)).returncode == 2
    assert file.read_text() == "before"
    assert os.listdir(tmp_path) == ["out.json"]


def test_a_link_keeps_pointing_where_it_did(tmp_path: Path) -> None:
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    losscli(*INLINE, "--output", str(tmp_path / "link.json"))
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "real.json").read_text())["n"] == 4


def test_a_device_is_written_to_and_not_replaced() -> None:
    assert losscli(*INLINE, "--output", "/dev/null", "--format", "json").returncode == 0
    assert not Path("/dev/null").is_file()


@pytest.mark.parametrize("format", ["plain", "json"])
def test_output_is_utf_8_in_every_locale(format: str) -> None:
    explained = command.losscli("explain", "huber", "--format", format, PYTHONIOENCODING="ascii")
    assert "δ" in explained.stdout
    assert explained.stdout == losscli("explain", "huber", "--format", format).stdout


def test_what_was_chosen_is_said_in_every_format_that_has_room() -> None:
    arguments = ("compute", "mse", "examples/diabetes.csv", "--pred", "ridge")
    sentence = "y_true is the column y_true"
    assert sentence in losscli(*arguments).stdout
    remarks = json.loads(losscli(*arguments, "--format", "json").stdout)["remarks"]
    assert any(remark["kind"] == "data" and sentence in remark["text"] for remark in remarks)


def test_stdin_is_data_and_module_and_numbers_agree() -> None:
    text = (ROOT / "examples/diabetes.csv").read_text()
    piped = command.losscli("compute", "mae", "-", "--pred", "ridge", "--format", "json", stdin=text)
    named = losscli(*DIABETES, "--format", "json")
    assert json.loads(piped.stdout)["value"] == json.loads(named.stdout)["value"]


def test_csv_reads_back() -> None:
    table = list(csv.DictReader(io.StringIO(losscli(*INLINE, "--format", "csv").stdout)))
    assert [float(row["loss"]) for row in table] == [0.25, 0.25, 0.0, 1.0]
