"""Help, version, exit codes, and one clear message for every way of holding the command wrong."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest
from support import command
from support.command import LOSSCLI, ROOT, environment
from support.inside import losscli

import losscli as package
from losscli.cli import app
from losscli.cli.output import choose
from losscli.errors import LosscliError

COMMANDS = ("compute", "explain", "compare", "recommend", "list")


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)])
def test_help_begins_with_examples(command: tuple[str, ...]) -> None:
    short, long = losscli(*command, "-h"), losscli(*command, "--help")
    assert short.returncode == 0
    assert short.stdout == long.stdout
    first, example, *_ = short.stdout.splitlines()
    assert first == "Examples:"
    assert example.startswith(f"  losscli {' '.join(command)}")
    assert short.stderr == ""


@pytest.mark.parametrize("command", [(), ("compute",), ("explain",), ("compare",)])
def test_a_bare_command_gives_its_help(command: tuple[str, ...]) -> None:
    bare = losscli(*command)
    assert (bare.returncode, bare.stderr) == (0, "")
    assert bare.stdout == losscli(*command, "-h").stdout


@pytest.mark.parametrize("columns", [50, 120])
def test_what_a_command_does_is_never_cut_short(columns: int) -> None:
    shown = " ".join(losscli("-h", COLUMNS=str(columns)).stdout.split())
    for name in app.COMMANDS:
        _, told, *_ = losscli(name, "-h").stdout.partition("Usage:")[2].split("\n\n")
        assert f"{name} {' '.join(told.split())}" in shown


def test_help_names_every_option_once() -> None:
    shown = losscli("compute", "-h", COLUMNS="120").stdout
    options = [line.split()[0].rstrip(",") for line in shown.splitlines() if line.startswith("  -")]
    assert len(options) == len(set(options))
    assert {"--true", "--pred", "--weight", "--class-weight", "--like", "--rows"} <= set(options)


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_help_fits_the_terminal_except_for_examples(columns: int) -> None:
    _, _, rest = losscli("compute", "-h", COLUMNS=str(columns)).stdout.partition("Usage:")
    assert max(map(len, rest.splitlines())) <= columns


def test_version() -> None:
    assert command.losscli("--version").stdout == f"losscli {package.__version__}\n"


WRONG = [
    (["comput"], 'no command "comput"', 'did you mean "compute"?'),
    (
        ["frobnicate"],
        'no command "frobnicate"',
        "compute, explain, compare, parity, check, recommend, plot, code, list",
    ),
    (["huber"], 'no command "huber"', "losscli compute huber"),
    (["log_loss"], 'no command "log_loss"', "losscli compute bce"),
    (["--versoin"], "no option --versoin", 'did you mean "--version"?'),
    (["compute", "mse", "--ture", "1"], "no option --ture", 'did you mean "--true"?'),
    (["compute", "mse", "-z"], "no option -z", "losscli compute -h"),
    (["compute", "huber", "--delta", "2", "--true", "1"], "no option --delta", "written -p delta=2"),
    (["compute", "log_loss", "--label-smoothing=.1"], "no option --label-smoothing", "-p label_smoothing=.1"),
    (["compare", "--losses", "mae,linex", "--a", "-1"], "no option --a", "-p a=-1"),
    (["compute", "mse", "--delta"], "no option --delta", "delta is a parameter of huber, pseudo_huber"),
    (["compute", "mse", "--nonesuch"], "no option --nonesuch", "losscli compute -h"),
    (["compute", "mse", "-p", "reduction=sum"], "reduction is no parameter", "--reduction sum"),
    (["explain", "mse", "--class-weight", "0=1"], "no option --class-weight", "losscli explain -h"),
    (["compute", "--true", "1"], "LOSS is missing", "losscli compute -h"),
    (["compare", "examples/diabetes.csv"], "--losses is missing", "losscli compare -h"),
    (["compute", "mse", "--true"], "--true is without its value", "--true …"),
    (["explain", "mse", "b.csv"], "no place for b.csv in losscli explain", "losscli explain -h"),
    (["explain", "mse", "a", "b"], "no place for a b in losscli explain", "losscli explain -h"),
    (["recommend", "--quantile", "abc"], "--quantile: abc is not a number", "losscli recommend -h"),
    (["help"], 'no command "help"', "losscli -h shows them"),
    (["compute", "mse", "1,2", "1,3"], "1,2: there is no such file", "--true 1,2,3 --pred 1,2,5"),
    (["compute", "mse", "--true", "1", "2", "--pred", "1", "3"], "2: there is no such file", "--true 1,2,3"),
    (["compute", "mse", "examples/diabetes.csv", "ridge"], "no such file", "named with --true and --pred"),
    (["compute", "mse", "--true", "1", "--pred", "1", "--steps", "--why"], "--steps", "leave --why out"),
    (["compare", "--losses", "mae mse", "--true", "1", "--pred", "1"], '"mae mse"', "--losses mae,mse"),
    (
        ["code", "max_error", "--framework", "xgboost"],
        "max_error",
        "losscli code max_error --framework numpy",
    ),
    (["compute", "mse", "--format", "jsn"], "--format: jsn is not one of", 'did you mean "json"?'),
    (["compute", "mse", "--format", "latex"], "--format: latex is not one of table", None),
    (["compute", "mse", "--sort", "value"], "--sort: value is not one of index, loss", None),
    (["compute", "mse", "--missing", "drp"], "--missing: drp is not one of", 'did you mean "drop"?'),
    (["compute", "mse", "--rows", "some"], '--rows: "some" is not a number of rows', "or all"),
    (["compute", "mse", "--rows", "-1"], '--rows: "-1"', "from 0"),
    (["compute", "mse", "--rows", "1.5"], '--rows: "1.5"', "whole number"),
    (["compute", "mse", "-p", "delta"], '-p "delta"', "-p delta=1.5"),
    (["compute", "mse", "-p", "=1"], '-p "=1"', "NAME=VALUE"),
    (["compute", "huber", "-p", "delta=1", "-p", "delta=2"], "delta is given twice", "keep one"),
    (["compute", "bce", "--from-logits", "-p", "from_logits=false"], "--from-logits contradicts", "keep one"),
    (["compute", "bce", "--class-weight", "0:1"], '--class-weight "0:1"', "0=1.0,1=2.5"),
    (["compute", "bce", "--class-weight", "0=1,0=2"], "gives class 0 twice", "0=1.0,1=2.5"),
    (["compute", "bce", "--class-weight", "=2"], "names no class", "0=1.0,1=2.5"),
    (["compute", "mse", "--output", "nowhere/out.json"], "there is no folder nowhere", "make it first"),
    (["compute", "mse", "--output", "examples"], "--output examples is a folder", "name a file in it"),
    (["compute", "mse", "--output", "out.xlsx"], "its ending names no format", ".json, .jsonl, .csv"),
    (["compute", "mse", "--output", "out.tex"], "its ending names no format", "--format"),
    (["compute", "mse"], "neither DATA nor --true and --pred", "--true 1,2,3 --pred 1,2,5"),
    (["compute", "mse", "--true", "1,2"], "neither DATA nor --pred", "--pred 1,2,5"),
    (["compute", "mse", "--pred", "1,2"], "neither DATA nor --true", "--true 1,2,3"),
    (
        ["compute", "l1_penalty", "--true", "1", "--pred", "1"],
        "l1_penalty takes no y_true",
        "leave --true out",
    ),
    (["compute", "hubr", "--true", "1", "--pred", "1"], 'no loss called "hubr"', 'did you mean "huber"?'),
    (["explain", "hubr"], 'no loss called "hubr"', 'did you mean "huber"?'),
    (["explain", "AUC"], 'no loss "AUC" here', "the nearest is ranknet"),
    (["compute", "foo.bar.huber", "--true", "1", "--pred", "1"], 'no library "foo.bar"', "huber alone"),
    (["compare", "--losses", "mse,AUC", "--true", "1", "--pred", "1"], 'no loss "AUC" here', "ranknet"),
    (["plot", "precision"], 'no loss "precision" here', "the nearest is fbeta"),
    (["check", "--loss", "r2", "--true", "1", "--pred", "1"], 'no loss "r2" here', "the nearest is mse"),
    (["compare", "--losses", "mse,,mae", "--true", "1", "--pred", "1"], "empty name", "mae,mse"),
    (["compare", "--losses", "mse,mse", "--true", "1", "--pred", "1"], "mse twice", "once"),
    (["compare", "--losses", "mse,MSELoss", "--true", "1", "--pred", "1"], "mse twice", "once"),
    (["list", "--family", "robst"], 'no family "robst"', 'did you mean "robust"?'),
    (["list", "--property", "convx"], 'no property "convx"', 'did you mean "convex"?'),
]


@pytest.mark.parametrize(("arguments", "what", "hint"), WRONG, ids=lambda value: str(value)[:60])
def test_wrong_usage_is_one_clear_message(arguments: list[str], what: str, hint: str | None) -> None:
    done = losscli(*arguments)
    lines = done.stderr.splitlines()
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(lines) <= 2
    assert lines[0].startswith("losscli: ")
    assert what in lines[0]
    if hint is not None:
        assert lines[1].startswith(" " * len("losscli: "))
        assert hint in done.stderr


def test_what_is_not_printable_is_escaped_and_markup_is_not_read() -> None:
    done = losscli("explain", "[red]x[/red]\x1b[31m\n")
    assert "[red]x[/red]\\x1b[31m\\n" in done.stderr.splitlines()[0]


def test_debug_adds_the_traceback_and_keeps_the_message_last() -> None:
    plain = losscli("compute", "mse", "--rows", "x")
    debug = losscli("compute", "mse", "--rows", "x", "--debug")
    assert "Traceback" not in plain.stderr
    assert debug.stderr.startswith("Traceback")
    assert debug.stderr.endswith(plain.stderr)
    assert debug.returncode == 2


def test_an_unexpected_exception_says_that_it_is_a_bug(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(app, "get_command", broken)
    assert app.run(["list"]) == 2
    what, hint = capsys.readouterr().err.splitlines()
    assert what == "losscli: this is a bug in losscli: ZeroDivisionError: oops"
    assert "--debug" in hint
    assert app.run(["list", "--debug"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_ctrl_c_ends_silently_with_130(tmp_path: Path) -> None:
    pipe = tmp_path / "data.csv"
    os.mkfifo(pipe)
    process = subprocess.Popen(
        [*LOSSCLI, "compute", "mse", str(pipe)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        cwd=ROOT,
    )
    with pipe.open("w"):  # returns once the process has opened the other end, and waits in it
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, b"", b"")


@pytest.mark.parametrize("arguments", [["list"], ["explain", "huber"], []])
def test_a_closed_pipe_is_silent(arguments: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [*LOSSCLI, *arguments], stdout=write, stderr=subprocess.PIPE, env=environment(), cwd=ROOT, check=False
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")


FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")


@FULL
def test_a_full_disk_is_told() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*LOSSCLI, "list"], stdout=full, stderr=subprocess.PIPE, text=True, env=environment(), check=False
        )
    assert done.returncode == 2
    assert done.stderr == "losscli: the result cannot be written: No space left on device\n"


# Less than a buffer holds: what is written is known to be lost only once it is flushed.
SHORT = [
    ["compute", "mse", "--true", "1,2", "--pred", "1,3"],
    ["compute", "mse", "--true", "1,2", "--pred", "1,3", "--format", "csv"],
    ["explain", "mse", "--format", "latex"],
    ["code", "mse"],
    ["list", "--family", "ordinal"],
]


@FULL
@pytest.mark.parametrize("arguments", SHORT, ids=" ".join)
def test_a_full_disk_is_told_of_a_short_result(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with open("/dev/full", "w") as full:
        monkeypatch.setattr("sys.stdout", full)
        assert app.run(arguments) == 2
    assert capsys.readouterr().err == "losscli: the result cannot be written: No space left on device\n"


@FULL
def test_a_full_disk_is_told_of_a_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    with open("/dev/full", "w") as full:
        monkeypatch.setattr("sys.stdout", full)
        with pytest.raises(LosscliError, match="cannot be written: No space left"):
            choose("png", None, ["png"]).write_bytes(b"few")
