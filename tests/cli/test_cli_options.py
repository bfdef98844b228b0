"""Every option of every command does what it says: a line each, and the number that comes of it, by hand.

An option that a command has and that is neither in the table nor in HELD_ELSEWHERE fails the last test.
"""

from __future__ import annotations

import json
import math
import re
import shlex
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from support.close import close
from typer.main import get_command

from losscli.cli.app import COMMANDS, application, run

FILES = {
    # Errors 1, 2, 0; beside z 2, 4, 3; of z as the prediction −1, −2, −3.
    "t.csv": "y,p,w,k,z\n1,2,1,a,0\n2,4,3,b,0\n4,4,1,a,1\n",
    "t.xyz": "y,p\n1,2\n2,4\n4,4\n",
    "preds.csv": "id,p\n1,2\n2,4\n3,4\n",
    "truth.csv": "id,y\n3,4\n1,1\n2,2\n",
    "multi.csv": "y_1,y_2,p_1,p_2\n1,0,0.5,0.25\n0,1,0.25,0.5\n1,1,0.75,0.5\n",
    "some.csv": "id,y\n3,4\n1,1\n",
    "beside.csv": "y\n4\n1\n2\n",
    "names.csv": "y,p\ncat,1\ndog,1\nbird,1\n",
    "two.csv": "y,p\nspam,0\nham,3\nspam,1\n",
    "gap.csv": "y,p\n1,2\n,3\n4,7\n",
    "t.colons": "y:p\n1:2\n2:4\n4:4\n",
    "small.csv": "y;p\n1,125;2,125\n2,125;4,125\n4,125;4,125\n",
    "grouped.csv": "y;p\n1.000;2.000\n2.000;4.000\n4.000;4.000\n",
    "numbers.csv": "0,1\n2,4\n4,4\n",
    "comments.csv": "y,p\n1,2\n!9,9\n2,4\n4,4\n",
    "skipped.csv": "1,9\ny,p\n1,2\n2,4\n4,4\n",
    "words.csv": "y,p\n1,2\n2,4\n4,4\n-,5\n",
}
BASE = "{folder}/t.csv --true y --pred p"
BINARY = "--true 1,0 --pred 0.5,0.75"  # bce: log 2, log 4
COLUMN = "--true 1,2 --pred '[[1],[3]]'"  # (N, 1), as a model's predict gives
LOGITS = "--true 1,0,1,0 --pred 0.5,0.25,0.75,0.25"  # as logits: all above one half
LOG2 = math.log(2)
COMMAND = "recommendations.0.command"

# What every command that reads rows does with them: option → what stands in place of BASE, and the mse of it.
ROWS: dict[str, tuple[str, float | str]] = {
    "DATA": (BASE, 5 / 3),
    "--true": ("{folder}/t.csv --true z --pred p", 29 / 3),
    "--pred": ("{folder}/t.csv --true y --pred z", 14 / 3),
    "--input-format": ("{folder}/t.xyz --pred p --input-format csv", 5 / 3),
    "--table": ("{folder}/t.sqlite --pred p --table b", 25.0),
    "--query": ("{folder}/t.sqlite --pred p --query 'SELECT y, p FROM a WHERE y > 1'", 2.0),
    "--weight": (f"{BASE} --weight w", 13 / 5),
    "--truth": ("{folder}/preds.csv --pred p --truth {folder}/beside.csv --true y", 17 / 3),
    "--key": ("{folder}/preds.csv --pred p --truth {folder}/truth.csv --true y --key id", 5 / 3),
    "--classes": ("{folder}/names.csv --pred p --classes bird,cat,dog", 2 / 3),
    "--positive": ("{folder}/two.csv --pred p --positive spam", 10 / 3),
    "--missing": ("{folder}/gap.csv --pred p --missing drop", 5.0),
}
# How text is written, which every command that reads rows takes: the mse of three rows, unless it says more.
TEXT = {
    "--separator": ("{folder}/t.colons --pred p --separator : --input-format csv", 5 / 3),
    "--decimal": ("{folder}/small.csv --pred p --decimal ,", 5 / 3),
    "--thousands": ("{folder}/grouped.csv --pred p --thousands .", 5e6 / 3),
    "--encoding": ("{folder}/kurz.csv --true größe --pred p --encoding cp850", 5 / 3),
    "--header": ("{folder}/numbers.csv --true 0 --pred 1 --header", 2.0),
    "--skip": ("{folder}/skipped.csv --pred p --skip 1", 5 / 3),
    "--comment": ("{folder}/comments.csv --pred p --comment !", 5 / 3),
    "--na": ("{folder}/words.csv --pred p --na - --missing drop", 5 / 3),
}
PROPAGATED = ("{folder}/gap.csv --pred p --missing propagate", "nan")

# Command, option, line, where in the JSON, and what is there.
Row = tuple[str, str, str, str, Any]
OPTIONS: list[Row] = [
    *(("compute", option, f"compute mse {line}", "value", value) for option, (line, value) in ROWS.items()),
    *(("compute", option, f"compute mse {line}", "value", value) for option, (line, value) in TEXT.items()),
    ("compute", "--missing", f"compute mse {PROPAGATED[0]}", "value", "nan"),
    ("compute", "--by", f"compute mse {BASE} --by k", "groups.*.value", [0.5, 4.0]),
    ("compute", "--class-weight", f"compute bce {BINARY} --class-weight 0=1,1=3", "value", 5 / 4 * LOG2),
    ("compute", "-p", f"compute huber {BASE} -p delta=0.5", "value", (0.375 + 0.875) / 3),
    ("compute", "--from-logits", "compute bce --true 1 --pred 0 --from-logits", "value", LOG2),
    ("compute", "--like", "compute bce --true 1 --pred 0 --like torch", "value", 100.0),
    ("compute", "--reduction", f"compute mse {BASE} --reduction sum", "value", 5.0),
    ("compute", "--gradient", f"compute mse {BASE} --gradient", "samples.*.gradient", [2.0, 4.0, 0.0]),
    ("compute", "--sort", f"compute mse {BASE} --sort loss", "samples.*.row", [2, 1, 3]),
    ("compute", "--rows", f"compute mse {BASE} --rows 1", "samples.*.row", [2]),
    ("compute", "--steps", f"compute mse {BASE} --steps", "rows.*.places.0.steps.1.value", [1.0, 4.0, 0.0]),
    ("compute", "--why", f"compute mse {BASE} --why", "why.worst.*.row", [2, 1, 3]),
    *(
        ("compute", option, f"compute mse {line} --steps", "value", value)
        for option, (line, value) in ROWS.items()
    ),
    ("compute", "--reduction", f"compute mse {BASE} --steps --reduction sum", "value", 5.0),
    ("compute", "--like", "compute bce --true 1 --pred 0 --like torch --steps", "value", 100.0),
    ("compute", "--sort", f"compute mse {BASE} --steps --sort loss", "rows.*.row", [2, 1, 3]),
    ("compute", "--rows", f"compute mse {BASE} --steps --rows 1", "rows.*.row", [2]),
    ("compute", "-p", f"compute huber {BASE} -p delta=0.5 --steps", "value", (0.375 + 0.875) / 3),
    (
        "compute",
        "--class-weight",
        f"compute bce {BINARY} --class-weight 0=1,1=3 --steps",
        "value",
        5 / 4 * LOG2,
    ),
    *(
        ("compare", option, f"compare {line} --losses mse", "scores.0.value", value)
        for option, (line, value) in ROWS.items()
    ),
    *(
        ("compare", option, f"compare {line} --losses mse", "scores.0.value", value)
        for option, (line, value) in TEXT.items()
    ),
    ("compare", "--missing", f"compare {PROPAGATED[0]} --losses mse", "scores.0.value", "nan"),
    ("compare", "--losses", f"compare {BASE} --losses mae,mse", "scores.*.value", [1.0, 5 / 3]),
    ("compare", "--pred", "compare {folder}/t.csv --pred p,z --losses mae", "scores.*.value", [1.0, 2.0]),
    ("compare", "--by", f"compare {BASE} --losses mae,mse --by k", "groups.*.value", [0.5, 2.0, 0.5, 4.0]),
    (
        "compare",
        "--class-weight",
        f"compare {BINARY} --losses bce --class-weight 1=3",
        "scores.0.value",
        5 / 4 * LOG2,
    ),
    ("compare", "-p", f"compare {BASE} --losses huber,mae -p delta=0.5", "scores.*.value", [1.25 / 3, 1.0]),
    (
        "compare",
        "--from-logits",
        "compare --true 1 --pred 0 --losses bce --from-logits",
        "scores.0.value",
        LOG2,
    ),
    ("compare", "--like", "compare --true 1 --pred 0 --losses bce --like torch", "scores.0.value", 100.0),
    (
        "compare",
        "--reduction",
        f"compare {BASE} --losses mae,mse --reduction sum",
        "scores.*.value",
        [3.0, 5.0],
    ),
    ("compare", "--skip-unfit", f"compare {BASE} --losses bce,mse --skip-unfit", "refused.*.loss", ["bce"]),
    ("compare", "--why", f"compare {BASE} --losses mse,mae --why", "ranking.rows.*.row", [2, 1, 3]),
    *(
        ("parity", option, f"parity mse {line}", "rows.0.value", value)
        for option, (line, value) in ROWS.items()
    ),
    *(
        ("parity", option, f"parity mse {line}", "rows.0.value", value)
        for option, (line, value) in TEXT.items()
    ),
    ("parity", "--missing", f"parity mse {PROPAGATED[0]}", "rows.0.value", "nan"),
    ("parity", "--class-weight", f"parity bce {BINARY} --class-weight 0=1,1=3", "rows.0.value", 5 / 4 * LOG2),
    ("parity", "-p", f"parity huber {BASE} -p delta=0.5", "rows.0.value", 1.25 / 3),
    ("parity", "--from-logits", "parity bce --true 1 --pred 0 --from-logits", "rows.0.value", LOG2),
    ("parity", "--live", f"parity mse {BASE} --live", "live", True),
    ("check", "DATA", f"check {BASE}", "columns.*.mean", [7 / 3, 10 / 3]),
    ("check", "--true", "check {folder}/t.csv --true z --pred p", "columns.0.mean", 1 / 3),
    ("check", "--pred", "check {folder}/t.csv --true y --pred p,z", "models", ["p", "z"]),
    # Of a truth of several columns, and of a loss of rows, the columns of --pred are one model.
    ("check", "--pred", "check {folder}/multi.csv --true y_1 --pred p_1,p_2", "models", ["p_1", "p_2"]),
    ("check", "--true", "check {folder}/multi.csv --true y_1,y_2 --pred p_1,p_2", "models", ["y_pred"]),
    ("check", "--true", "check {folder}/multi.csv --true 'y*' --pred 'p*'", "models", ["y_pred"]),
    ("check", "--true", "check {folder}/multi.csv --true 'y*' --pred p_1,p_2", "models", ["y_pred"]),
    (
        "check",
        "--loss",
        "check {folder}/multi.csv --true y_1 --pred p_1,p_2 --loss scce --classes 0,1",
        "models",
        ["y_pred"],
    ),
    ("compute", "--pred", "compute mse {folder}/multi.csv --true 'y*' --pred 'p*'", "value", 0.9375 / 6),
    ("check", "--input-format", "check {folder}/t.xyz --pred p --input-format csv", "n", 3),
    ("check", "--table", "check {folder}/t.sqlite --pred p --table b", "columns.*.mean", [1.0, 6.0]),
    ("check", "--query", "check {folder}/t.sqlite --pred p --query 'SELECT y, p FROM a WHERE y > 1'", "n", 2),
    ("check", "--weight", f"check {BASE} --weight w", "columns.2.mean", 5 / 3),
    ("check", "--truth", f"check {ROWS['--truth'][0]}", "columns.*.mean", [7 / 3, 10 / 3]),
    (
        "check",
        "--key",
        "check {folder}/preds.csv --pred p --truth {folder}/some.csv --key id --missing drop",
        "columns.0.count",
        2,
    ),
    *(
        ("check", option, f"check {line}", "n", {"--header": 2, "--na": 4}.get(option, 3))
        for option, (line, _) in TEXT.items()
    ),
    ("check", "--classes", f"check {ROWS['--classes'][0]}", "columns.0.high", 2.0),
    ("check", "--positive", f"check {ROWS['--positive'][0]}", "columns.0.mean", 2 / 3),
    ("check", "--missing", "check {folder}/gap.csv --pred p --missing drop", "findings", []),
    ("check", "--loss", f"check {BASE} --loss mape", "loss", "mape"),
    ("check", "-p", f"check {BASE} --loss huber -p delta=0.5", "params", {"delta": 0.5}),
    (
        "check",
        "--from-logits",
        "check --true 1,0 --pred 3,-2 --loss bce --from-logits",
        "findings",
        [],
    ),
    ("check", "--like", f"check {BASE} --loss mape --like keras", "like", "keras"),
    *(
        ("plot", option, f"plot mse {line}", "histograms.0.total", total)
        for option, line, total in [
            ("--data", "--data {folder}/t.csv --true y --pred p", 3.0),
            ("--input-format", "--data {folder}/t.xyz --pred p --input-format csv", 3.0),
            ("--table", "--data {folder}/t.sqlite --pred p --table b", 1.0),
            ("--query", "--data {folder}/t.sqlite --pred p --query 'SELECT y, p FROM a WHERE y > 1'", 2.0),
            ("--weight", "--data {folder}/t.csv --true y --pred p --weight w", 5.0),
            ("--missing", "--data {folder}/gap.csv --pred p --missing drop", 2.0),
            # The errors are 0, −1, 1 of the classes and −1, 3, 0 of the two words.
            ("--classes", "--data {folder}/names.csv --pred p --classes bird,cat,dog", 3.0),
            ("--positive", "--data {folder}/two.csv --pred p --positive spam", 3.0),
        ]
    ),
    *(
        (
            "plot",
            option,
            f"plot mse --data {line}",
            "histograms.0.total",
            2.0 if option == "--header" else 3.0,
        )
        for option, (line, _) in TEXT.items()
    ),
    # Within [−3.5, 3.5]: 2, 4, 3 of z; −1, −2, −3 of z as the prediction.
    (
        "plot",
        "--true",
        "plot mse --data {folder}/t.csv --true z --pred p --range -3.5,3.5",
        "histograms.0.above",
        1.0,
    ),
    (
        "plot",
        "--pred",
        "plot mse --data {folder}/t.csv --true y --pred z --range -1.5,3",
        "histograms.0.below",
        2.0,
    ),
    # Row by row the errors are −2, 3, 2; by the key 1, 2, 0.
    (
        "plot",
        "--truth",
        "plot mse --data {folder}/preds.csv --pred p --truth {folder}/beside.csv --range -1.5,3.5",
        "histograms.0.below",
        1.0,
    ),
    (
        "plot",
        "--key",
        "plot mse --data {folder}/preds.csv --pred p --truth {folder}/truth.csv --key id --range -1.5,1.5",
        "histograms.0.above",
        1.0,
    ),
    (
        "plot",
        "--missing",
        "plot mse --data {folder}/preds.csv --pred p --truth {folder}/some.csv --key id --missing drop",
        "histograms.0.total",
        2.0,
    ),
    ("plot", "LOSS", "plot mse mae", "losses", ["mse", "mae"]),
    ("compute", "--squeeze", f"compute mse {COLUMN} --squeeze", "value", 0.5),  # (0 + 1) / 2
    ("compare", "--squeeze", f"compare {COLUMN} --losses mse,mae --squeeze", "scores.*.value", [0.5, 0.5]),
    ("check", "--squeeze", f"check {COLUMN} --loss mse --squeeze", "params.squeeze", True),
    ("parity", "--squeeze", f"parity mse {COLUMN} --squeeze", "rows.0.value", 0.5),
    ("plot", "-p", "plot huber -p delta=0.5,2", "curves.*.params.delta", [0.5, 2.0]),
    ("plot", "--from-logits", "plot bce --from-logits", "curves.0.params.from_logits", True),
    ("plot", "--like", "plot bce --like torch", "curves.*.like", ["exact", "exact", "torch", "torch"]),
    ("plot", "--range", "plot mse --range -7,5", "low", -7.0),
    *(
        ("recommend", option, f"recommend {line}", path, wanted)
        for option, line, path, wanted in [
            ("DATA", BASE, "n", 3),
            ("--true", "{folder}/t.csv --true z --pred p", COMMAND, re.compile("--true z --pred p ")),
            (
                "--pred",
                "{folder}/t.csv --true y --pred z --task regression",
                COMMAND,
                re.compile("--true y --pred z$"),
            ),
            ("--input-format", "{folder}/t.xyz --pred p --input-format csv", "n", 3),
            ("--table", "{folder}/t.sqlite --pred p --table b", "n", 1),
            ("--query", "{folder}/t.sqlite --pred p --query 'SELECT y, p FROM a WHERE y > 1'", "n", 2),
            ("--weight", f"{BASE} --weight w", COMMAND, re.compile("--weight w$")),
            ("--truth", ROWS["--truth"][0], COMMAND, re.compile("--truth .*beside.csv$")),
            (
                "--key",
                "{folder}/preds.csv --pred p --truth {folder}/some.csv --key id --missing drop",
                "n",
                2,
            ),
            ("--classes", ROWS["--classes"][0], COMMAND, re.compile("--classes bird,cat,dog$")),
            ("--positive", ROWS["--positive"][0], COMMAND, re.compile("--positive spam")),
            ("--missing", "{folder}/gap.csv --pred p --missing drop", "n", 2),
            ("--quantile", f"{BASE} --quantile 0.75", "recommendations.0.params.q", 0.75),
            ("--from-logits", f"{LOGITS} --from-logits", COMMAND, re.compile("bce .* --from-logits$")),
        ]
    ),
    *(
        ("recommend", option, f"recommend {line}", COMMAND, re.compile(f" {option}( |$)"))
        for option, (line, _) in TEXT.items()
    ),
    ("recommend", "--task", f"recommend {BASE} --task counts", "task", "counts"),
    ("recommend", "--task", "recommend --task segmentation", "recommendations.0.loss", "dice"),
    ("code", "--framework", "code mse --framework torch", "framework", "torch"),
    ("code", "-p", "code huber -p delta=2.5", "params", {"delta": 2.5}),
    ("code", "--from-logits", "code bce --from-logits", "params.from_logits", True),
    ("code", "--reduction", "code mse --framework torch --reduction sum", "reduction", "sum"),
    ("explain", "LOSS", "explain HuberLoss", "name", "huber"),
    ("list", "--family", "list --family ordinal", "losses.*.family", ["ordinal"]),
    (
        "list",
        "--property",
        "list --property proper --property bounded --family binary",
        "losses.*.name",
        ["brier"],
    ),
    ("list", "--search", "list --search 'pinball QUANTILE'", "losses.*.name", ["quantile"]),
]
HELD_ELSEWHERE = {
    *("--format", "--output", "--help", "-h"),  # test_cli_output.py
    *("--quiet", "-q", "--debug"),  # test_progress.py, test_cli_usage.py
    *("--engine", "--scheduler", "--max-memory"),  # test_cluster.py, test_memory.py
}
LONG = {"--param": "-p"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).write_text(content)
    (tmp_path / "kurz.csv").write_bytes("größe,p\n1,2\n2,4\n4,4\n".encode("cp850"))
    with sqlite3.connect(tmp_path / "t.sqlite") as made:
        made.executescript(
            "CREATE TABLE a (y, p); INSERT INTO a VALUES (1, 2), (2, 4), (4, 4);"
            "CREATE TABLE b (y, p); INSERT INTO b VALUES (1, 6);"
        )
    made.close()
    return tmp_path


def dig(whole: Any, path: str) -> Any:
    """`groups.*.value`: the value of each group."""
    name, _, rest = path.partition(".")
    if name == "*":
        return [dig(entry, rest) if rest else entry for entry in whole]
    found = whole[int(name)] if isinstance(whole, list) else whole[name]
    return dig(found, rest) if rest else found


@pytest.mark.parametrize(
    ("command", "option", "line", "path", "wanted"), OPTIONS, ids=[row[2] for row in OPTIONS]
)
def test_an_option_does_what_it_says(
    command: str,
    option: str,
    line: str,
    path: str,
    wanted: Any,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert line.split()[0] == command
    code = run([*shlex.split(line.format(folder=folder)), "--format", "json"])
    out, err = capsys.readouterr()
    assert code == (command == "check" and json.loads(out)["clean"] is False), err
    found = dig(json.loads(out), path)
    if isinstance(wanted, re.Pattern):
        assert wanted.search(found)
        return
    numeric = isinstance(wanted, float) or (
        isinstance(wanted, list) and wanted and isinstance(wanted[0], float)
    )
    assert found == (close(wanted, 1e-12) if numeric else wanted)


@pytest.mark.parametrize("command", COMMANDS)
def test_no_option_is_without_a_line(command: str) -> None:
    made: Any = get_command(application(command))
    named = {name for parameter in made.commands[command].params for name in parameter.opts if name[0] == "-"}
    held = {option for name, option, *_ in OPTIONS if name == command}
    assert {LONG.get(name, name) for name in named} - HELD_ELSEWHERE - held == set()
    assert {option for option in held if option[0] == "-"} <= named
