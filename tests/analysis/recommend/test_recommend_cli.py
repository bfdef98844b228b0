"""`losscli recommend` as a person runs it: files, columns, formats, and what is wrong."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from support.command import LOSSCLI, ROOT, environment, losscli

from losscli.cli.app import run
from losscli.render.text import width_of

SCHEMA = json.loads((ROOT / "losscli/render/schema/recommend.json").read_text(encoding="utf-8"))


def advice(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert run(["recommend", *arguments, "--format", "json"]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    jsonschema.validate(told, SCHEMA)
    return told


def run_lines(told: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    """Every line as a shell would split it, in this process."""
    for entry in told["recommendations"]:
        program, *arguments = shlex.split(entry["command"])
        assert program == "losscli"
        assert run([*arguments, "--format", "json"]) == 0, entry["command"]
        assert json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("arguments", "task", "first"),
    [
        (["examples/diabetes.csv", "--pred", "ridge"], "regression", "mse"),
        (["examples/sunspots.csv", "--pred", "ar_mean"], "regression", "huber"),
        (["examples/sunspots.csv", "--pred", "ar_lower,ar_upper"], "intervals", "interval_score"),
        (["examples/sunspots.csv", "--pred", "ar_mean,ar_sd"], "forecasting", "crps_gaussian"),
        (["examples/breast_cancer.csv", "--pred", "boosting"], "binary", "bce"),
        (["examples/breast_cancer.csv", "--pred", "logistic_logit"], "binary", "bce"),
        (["examples/digits.jsonl"], "multiclass", "scce"),
        (["examples/embeddings.npz"], "embeddings", "supcon"),
        (["examples/boxes.json"], "detection", "giou"),
        (["examples/diabetes.csv", "--true", "y_true"], "regression", "mse"),
        (["examples/diabetes.csv", "--true", "y_true", "--quantile", "0.9"], "quantiles", "quantile"),
        (["--true", "1,0,1,1,0", "--pred=-1,2,0.5,3,0.1"], "binary", "bce"),
        (["--task", "counts"], "counts", "poisson"),
        (["--quantile", "0.8"], "quantiles", "quantile"),
    ],
)
def test_data_is_taken_for_what_it_is_and_the_lines_run(
    arguments: list[str],
    task: str,
    first: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(ROOT)
    told = advice(capsys, *arguments)
    assert (told["task"], told["recommendations"][0]["loss"]) == (task, first)
    run_lines(told, capsys)


def test_names_that_a_shell_would_split_and_quantiles_in_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    r = np.random.default_rng(0)
    y = r.normal(size=80)
    rows = "\n".join(f"{a},{a - 1.3},{a + 1.3},{a},1" for a in y)
    Path("my data.csv").write_text(f"the truth,low q10,high q90,$(it's),w\n{rows}\n", encoding="utf-8")
    told = advice(capsys, "my data.csv", "--true", "the truth", "--pred", "low q10,high q90", "--weight", "w")
    assert told["task"] == "quantiles"
    assert [e["params"] for e in told["recommendations"]] == [{"q": 0.1}, {"q": 0.9}, {"alpha": 0.2}]
    assert "--pred 'low q10' --weight w -p q=0.1" in told["recommendations"][0]["command"]
    run_lines(told, capsys)
    odd = advice(capsys, "my data.csv", "--true", "the truth", "--pred", "$(it's)")
    run_lines(odd, capsys)
    shell = f'losscli() {{ "{LOSSCLI[0]}" -m losscli "$@"; }}\n{odd["recommendations"][0]["command"]}'
    done = subprocess.run(
        ["bash", "-c", shell], capture_output=True, cwd=tmp_path, env=environment(), check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_missing_values_are_left_out_in_the_line_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "gaps.csv"
    file.write_text("y,pred\n1,1.5\n,2\n3,2.5\n", encoding="utf-8")
    assert run(["recommend", str(file)]) == 2
    assert "row 2" in capsys.readouterr().err
    told = advice(capsys, str(file), "--missing", "drop")
    assert told["n"] == 2
    assert "--missing drop" in told["recommendations"][0]["command"]
    run_lines(told, capsys)


def test_the_list_of_tasks_and_advice_for_each(capsys: pytest.CaptureFixture[str]) -> None:
    listed = advice(capsys, "--task", "list")
    names = [task["name"] for task in listed["tasks"]]
    assert {
        "regression-outliers",
        "imbalanced",
        "segmentation",
        "survival",
        "sequences",
        "generative",
    } <= set(names)
    for task in listed["tasks"]:
        assert advice(capsys, "--task", task["name"])["recommendations"][0]["loss"] == task["first"]


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--task", "contract"], 'no task "contract"'),
        (["--task", "multi-label"], 'did you mean "multilabel"?'),
        (["--from-logits", "--task", "binary"], "there is no data"),
        (["examples/diabetes.csv", "--pred", "rdge"], 'did you mean "ridge"?'),
        (["examples/diabetes.csv", "--pred", "ridge", "--quantile", "90"], "between 0 and 1"),
        (["examples/diabetes.csv", "--pred", "ridge", "--missing", "propagate"], "--missing drop"),
        (
            ["examples/diabetes.csv", "--true", "age", "--pred", "ridge"],
            "--classes '40 to 59,60 and over,under 40' counts them",
        ),
        (["--pred", "1,2,3"], "there is no y_true"),
        (["nowhere.csv"], "no such file"),
    ],
)
def test_wrong_usage_is_one_message_and_exit_2(
    arguments: list[str], what: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert run(["recommend", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert what in err
    assert "Traceback" not in err


def test_an_unknown_task_lists_those_there_are() -> None:
    done = losscli("recommend", "--task", "unknown")
    assert done.returncode == 2
    assert "regression-outliers" in done.stderr
    assert "survival" in done.stderr


@pytest.mark.parametrize("format", ["table", "plain"])
@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_a_page_fits_its_width_and_its_lines_run_where_they_are_broken(
    format: str, width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("NO_COLOR", "1")
    for arguments in (
        ["examples/sunspots.csv", "--pred", "ar_mean"],
        ["--task", "list"],
        ["--task", "detection"],
    ):
        assert run(["recommend", *arguments, "--format", format]) == 0
        page = capsys.readouterr().out
        assert max(map(width_of, page.splitlines())) <= width
        assert "verdict" in page or "--task" in arguments


def test_every_machine_format(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    told = advice(capsys, "examples/diabetes.csv", "--pred", "ridge")
    line = ["recommend", "examples/diabetes.csv", "--pred", "ridge", "--format"]
    assert run([*line, "jsonl"]) == 0
    records = [json.loads(record) for record in capsys.readouterr().out.splitlines()]
    assert [r["loss"] for r in records] == [e["loss"] for e in told["recommendations"]]
    for form, mark in (("csv", ","), ("tsv", "\t")):
        assert run([*line, form]) == 0
        header, *rows = capsys.readouterr().out.splitlines()
        assert header.split(mark)[:3] == ["task", "loss", "title"]
        assert len(rows) == len(records)
    assert run([*line, "markdown"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("# Mean squared error\n")
    assert "losscli compute huber examples/diabetes.csv --pred ridge -p delta=" in page
