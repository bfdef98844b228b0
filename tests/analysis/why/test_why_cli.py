"""`--why` on the command line: pages, JSON by its schema, and the cells of the worst rows in every format."""

from __future__ import annotations

import csv
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from support.close import close
from support.command import ROOT, losscli

from losscli.cli.app import run
from losscli.data import open_table
from losscli.render import FORMATS
from losscli.render.text import width_of

DIABETES = ["compute", "mae", "examples/diabetes.csv", "--pred", "ridge", "--why"]
COMPARE = ["compare", "examples/diabetes.csv", "--pred", "ridge,forest", "--losses", "mae,mse,rmse", "--why"]
FILES = [
    DIABETES,
    COMPARE,
    ["compute", "bce", "examples/breast_cancer.csv", "--pred", "logistic_logit", "--from-logits", "--why"],
    ["compute", "bce", "examples/breast_cancer.csv", "--pred", "logistic", "--like", "keras", "--why"],
    [
        "compute",
        "bce",
        "examples/breast_cancer.csv",
        "--pred",
        "forest",
        "--class-weight",
        "balanced",
        "--why",
    ],
    ["compute", "gaussian_nll", "examples/sunspots.csv", "--pred", "ar_mean,ar_sd", "--why"],
    ["compute", "mape", "examples/sunspots.csv", "--pred", "ar_mean", "--why"],
    ["compute", "scce", "examples/digits.jsonl", "--why"],
    ["compute", "giou", "examples/boxes.json", "--why"],
    ["compute", "triplet_semihard", "examples/embeddings.npz", "--why"],
    ["compute", "mae", "--true", "1,2,3", "--pred", "1,2,5", "--why"],
    ["compute", "mae", "--true", "1", "--pred", "1", "--why"],
    ["compare", "--true", "1,2", "--pred", "1,3", "--losses", "mae", "--why"],
]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("NO_COLOR", "1")

    def show(*arguments: str, columns: int = 80) -> str:
        monkeypatch.setenv("COLUMNS", str(columns))
        assert run([*arguments]) == 0
        return capsys.readouterr().out

    return show


def schema(name: str) -> Any:
    return json.loads(files("losscli.render").joinpath(f"schema/{name}.json").read_text(encoding="utf-8"))


def asked(shown: Any, *arguments: str) -> Any:
    return json.loads(shown(*arguments, "--format", "json"))


def described(told: Any, name: str) -> None:
    """No key that the schema does not describe, none that it does and is not there."""
    properties = schema(name)["$defs"]["why"]["properties"]
    assert set(told) == set(properties)
    for part in ("lorenz", "without", "constants"):
        for entry in told[part]:
            assert set(entry) == set(properties[part]["items"]["properties"])
    for row in told["worst"]:
        assert set(row) == set(schema(name)["$defs"]["worst"]["properties"])


@pytest.mark.parametrize("arguments", FILES, ids=lambda value: " ".join(value[:3]))
def test_json_follows_its_schema(arguments: list[str], shown: Any) -> None:
    whole = asked(shown, *arguments)
    Draft202012Validator(schema(arguments[0])).validate(whole)
    for told in [whole["why"]] if arguments[0] == "compute" else [s["why"] for s in whole["scores"]]:
        described(told, arguments[0])


@pytest.mark.parametrize("arguments", FILES, ids=lambda value: " ".join(value[:3]))
@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize("format", ["table", "plain"])
def test_pages_fit_the_terminal(arguments: list[str], columns: int, format: str, shown: Any) -> None:
    page = shown(*arguments, "--format", format, columns=columns)
    assert max(map(width_of, page.splitlines())) <= columns
    assert "What makes" in page


def test_worst_rows_have_every_cell_of_the_file_as_it_stands(shown: Any) -> None:
    told = asked(shown, *DIABETES)["why"]
    with open(ROOT / "examples/diabetes.csv", newline="") as stream:
        table = list(csv.DictReader(stream))
    errors = np.array([abs(float(row["ridge"]) - float(row["y_true"])) for row in table])
    order = np.argsort(-errors, kind="stable")[:5]
    assert [row["row"] for row in told["worst"]] == (order + 1).tolist()
    assert [row["cells"] for row in told["worst"]] == [table[i] for i in order]
    median = np.median([float(row["y_true"]) for row in table])
    assert told["constants"][0]["constant"] == median
    cost = np.mean([abs(float(row["y_true"]) - median) for row in table])
    assert told["constants"][0]["skill"] == pytest.approx(1 - errors.mean() / cost)
    assert told["without"][0]["value"] == close(np.delete(errors, order[0]).mean(), 1e-14)


@pytest.mark.parametrize("columns", [60, 80, 160])
def test_no_value_is_lost_when_rows_are_folded(columns: int, shown: Any) -> None:
    page = shown(*DIABETES, "--rows", "0", "--format", "plain", columns=columns)
    part = page.partition("The worst rows")[2]
    told = asked(shown, *DIABETES)["why"]
    for row in told["worst"]:
        assert all(part.count(row["cells"][name]) for name in ("patient", "sex", "age"))
        assert f"{float(row['cells']['boosting']):.6g}" in part


def test_a_comparison_shows_places_and_cells(shown: Any) -> None:
    whole = asked(shown, *COMPARE)
    assert len(whole["ranking"]["rows"]) == 5
    for row in whole["ranking"]["rows"]:
        assert row["cells"]["patient"] == str(row["row"])
        assert [(r["loss"], r["model"]) for r in row["ranks"]] == [
            (loss, model) for loss in ("mae", "mse") for model in ("ridge", "forest")
        ]
    page = shown(*COMPARE, "--format", "plain")
    assert whole["ranking"]["moves"] in page.replace("\n  ", " ")
    assert "rmse: the value comes from sums over all samples" in page


def test_markdown_has_every_section(shown: Any) -> None:
    page = shown(*DIABETES, "--format", "markdown")
    for title in (
        "What makes 44.487",
        "Without the worst",
        "Against a constant prediction",
        "The worst rows",
    ):
        assert f"## {title}" in page


@pytest.mark.parametrize("format", [f for f in FORMATS if f in ("csv", "tsv", "jsonl")])
def test_formats_of_rows_say_that_they_leave_it_out(format: str) -> None:
    done = losscli(*DIABETES, "--format", format)
    assert done.returncode == 0
    assert f"--why: {format} holds rows alone" in done.stderr


def test_stdin_can_be_read_again(shown: Any) -> None:
    text = (ROOT / "examples/diabetes.csv").read_text()
    done = losscli("compute", "mae", "-", "--pred", "ridge", "--why", "--format", "json", stdin=text)
    assert done.stderr == ""
    assert json.loads(done.stdout)["why"] == asked(shown, *DIABETES)["why"]


def test_the_page_hints_at_it_where_there_are_many_samples(shown: Any) -> None:
    hint = "--why: what makes this number"
    assert hint in shown(*DIABETES[:-1])
    assert hint not in shown(*DIABETES)
    assert hint not in shown("compute", "mae", "--true", "1,2", "--pred", "1,3")
    assert hint not in shown("compute", "rmse", *DIABETES[2:-1])


def test_rows_are_numbered_as_in_the_file_when_some_are_dropped(tmp_path: Path, shown: Any) -> None:
    file = tmp_path / "d.csv"
    file.write_text("name,y_true,y_pred\n\na,1,1\nb,,3\nc,2,9\n\nd,5,6\n")
    told = asked(shown, "compute", "mae", str(file), "--missing", "drop", "--why")["why"]
    assert [(row["row"], row["cells"]["name"]) for row in told["worst"]] == [(3, "c"), (4, "d"), (1, "a")]


def test_cells_of_every_format(tmp_path: Path) -> None:
    texts = {
        "a.csv": 'x,note,x\n1,"a, b",7\n2,"",8\n3,c,\n',
        "a.jsonl": '{"x": 1.5, "note": "a"}\n\n'
        '{"x": 2, "note": null, "late": [1, {"b": true}]}\n{"note": "c", "x": 3}\n',
        "a.json": '[{"x": 1, "on": true}, {"x": 2, "note": "é"}, {"x": 3}]',
        "b.json": '{"x": [1, 2, 3], "z": [[1, 2], [3, 4], [5, 6]], "classes": ["a"], "name": "t"}',
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    objects = np.array([{}, None, 1], dtype=object)
    np.savez(tmp_path / "a.npz", x=[1, 2, 3], s=["p", "q", "r"], m=np.eye(3), names=["n"], one=4, o=objects)

    def cells(name: str, column: str = "x") -> Any:
        table = open_table(str(tmp_path / name))
        source = table.select(None, column, None, truth=False, models=False)
        assert [len(batch) for batch in source.batches()] == [3]
        assert source.cells is not None
        return source.cells([2, 3])

    assert cells("a.csv", "1") == {
        2: (("x (column 1)", "2"), ("note", ""), ("x (column 3)", "8")),
        3: (("x (column 1)", "3"), ("note", "c"), ("x (column 3)", "")),
    }
    assert cells("a.jsonl") == {
        2: (("x", "2"), ("note", ""), ("late", '[1, {"b": true}]')),
        3: (("x", "3"), ("note", "c"), ("late", "")),
    }
    assert cells("a.json")[2] == (("x", "2"), ("on", ""), ("note", "é"))
    assert cells("b.json")[3] == (("x", "3"), ("z", "[5, 6]"))
    assert cells("a.npz")[2] == (("x", "2"), ("s", "q"), ("m", "[0.0, 1.0, 0.0]"))


def test_rows_far_into_a_file_are_found(tmp_path: Path) -> None:
    file = tmp_path / "long.csv"
    file.write_text("i,y_pred\n" + "".join(f"{i},{i % 7}\n" for i in range(1, 70_001)))
    source = open_table(str(file)).select(None, None, None, truth=False, models=False)
    assert source.cells is not None
    found = source.cells([5, 65_536, 70_000])
    assert [dict(found[row])["i"] for row in (5, 65_536, 70_000)] == ["5", "65536", "70000"]


def test_many_and_long_columns_are_not_cut_silently(tmp_path: Path, shown: Any) -> None:
    file = tmp_path / "wide.csv"
    names = [f"c{i}" for i in range(40)]
    file.write_text(",".join(["y_true", "y_pred", *names]) + "\n" + "1,3," + "w" * 90 + "," * 39 + "\n")
    page = shown("compute", "mae", str(file), "--why", "--format", "plain")
    assert "… (90 characters)" in page
    assert "--format json has 12 columns more and the whole of the long cells" in page
    told = asked(shown, "compute", "mae", str(file), "--why")["why"]
    assert told["worst"][0]["cells"]["c0"] == "w" * 90
    assert len(told["worst"][0]["cells"]) == 42
