"""losscli check as a command: columns by pattern, a truth of its own, values, exit codes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.checking import B, K, P, Q, Y, put
from support.close import close
from support.command import ROOT

import losscli
from losscli.cli.app import run
from losscli.version import __version__

NAN, INF = float("nan"), float("inf")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")


def written(name: str, **columns: Any) -> str:
    """A CSV of these columns in the folder of the test; an empty cell for nan."""
    rows = zip(*(list(values) for values in columns.values()), strict=True)
    cells = [["" if value != value else f"{value}" for value in row] for row in rows]
    Path(name).write_text("\n".join([",".join(columns), *(",".join(row) for row in cells)]) + "\n")
    return name


def check(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    """The exit code, and the JSON that was written."""
    code = run(["check", *arguments, "--format", "json"])
    return code, json.loads(capsys.readouterr().out)


def told(seen: Any) -> dict[str, tuple[Any, ...]]:
    """Where each finding lies: its columns, how many rows, the first."""
    return {one["id"]: (one["columns"], one["count"], one["rows"]) for one in seen["findings"]}


def test_columns_of_truth_stand_beside_predictions(capsys: pytest.CaptureFixture[str]) -> None:
    file = written("two.csv", y_a=Y, y_b=2 * Y + K, p_a=P, p_b=2 * P)
    for true, pred in (("y_*", "p_*"), ("y_a,y_b", "p_a,p_b"), ("y_*", "p_a,p_b"), ("y_a,y_b", "p_*")):
        code, seen = check(capsys, file, "--true", true, "--pred", pred)
        assert (code, seen["models"], seen["n"]) == (0, ["y_pred"], 40)
        names = [(column["name"], column["role"], column["kind"]) for column in seen["columns"]]
        assert names == [
            *(("y_a", "y_true", "columns"), ("y_b", "y_true", "columns")),
            *(("p_a", "y_pred", "columns"), ("p_b", "y_pred", "columns")),
        ]
    # Beside one column of truth they are models.
    code, seen = check(capsys, file, "--true", "y_a", "--pred", "p_a,p_b")
    assert seen["models"] == ["p_a", "p_b"]
    assert [column["model"] for column in seen["columns"]] == [None, "p_a", "p_b"]
    code, seen = check(capsys, file, "--true", "y_*", "--pred", "p_*", "--loss", "mse")
    assert (code, seen["models"], seen["loss"]) == (0, ["y_pred"], "mse")


def test_a_loss_of_rows_takes_columns_and_one_of_entries_models(capsys: pytest.CaptureFixture[str]) -> None:
    file = written("spread.csv", y_true=Y, mean=P, sd=5 + B)
    assert check(capsys, file, "--pred", "mean,sd", "--loss", "gaussian_nll")[1]["models"] == ["y_pred"]
    assert check(capsys, file, "--pred", "mean,sd", "--loss", "mse")[1]["models"] == ["mean", "sd"]
    assert check(capsys, file, "--pred", "mean,sd")[1]["models"] == ["mean", "sd"]


def test_json_has_the_values(capsys: pytest.CaptureFixture[str]) -> None:
    pred = put(P, 1, INF, 2, -INF, 5, INF, 7, NAN, 8, 0, 9, -2.5)
    weight = put(1 + K / 40, 3, 0, 4, NAN)
    file = written("odd.csv", y_true=Y, model=pred, w=weight)
    code, seen = check(capsys, file, "--pred", "model", "--weight", "w", "--loss", "huber", "-p", "delta=2")
    assert code == 1
    given = [("y_true", "y_true", None, "positive", Y), ("model", "y_pred", "model", "real", pred)]
    given.append(("w", "weight", None, "weight", weight))
    assert len(seen["columns"]) == 3
    for column, (name, role, model, kind, values) in zip(seen["columns"], given, strict=True):
        finite = values[np.isfinite(values)]
        assert [column[key] for key in ("name", "role", "model", "kind")] == [name, role, model, kind]
        assert column["count"] == len(finite)
        assert column["missing"] == np.isnan(values).sum()
        assert column["infinite"] == np.isinf(values).sum()
        assert column["zeros"] == (finite == 0).sum()
        assert column["negatives"] == (finite < 0).sum()
        assert column["distinct"] == len(np.unique(finite))
        assert (column["low"], column["high"]) == (finite.min(), finite.max())
        assert column["mean"] == close(finite.mean(), 1e-13)
        assert column["std"] == close(finite.std(), 1e-13)
    assert (seen["clean"], seen["n"], seen["source"], seen["loss"]) == (False, 40, "odd.csv", "huber")
    assert (seen["like"], seen["params"], seen["models"]) == ("exact", {"delta": 2.0}, ["model"])
    assert seen["version"] == __version__
    assert told(seen) == {
        "infinite": (["model"], 3, [2, 3, 6]),
        "missing": (["model", "w"], 2, [5, 8]),
    }
    assert [note["id"] for note in seen["notes"]] == ["zero_weights"]


def test_json_of_a_column_without_a_value(capsys: pytest.CaptureFixture[str]) -> None:
    _, seen = check(capsys, written("none.csv", y_true=Y[:3], y_pred=[NAN] * 3))
    column = seen["columns"][1]
    assert (column["count"], column["missing"], column["kind"]) == (0, 3, "empty")
    assert [column[key] for key in ("low", "high", "mean", "std")] == ["nan"] * 4
    many = np.arange(1001) / 7
    _, seen = check(capsys, written("many.csv", y_true=many, y_pred=many + 1))
    assert seen["columns"][0]["distinct"] is None


def test_records_are_the_findings_then_the_notes(capsys: pytest.CaptureFixture[str]) -> None:
    file = written("odd.csv", y_true=put(Y, 3, NAN), y_pred=put(P, 5, INF, 9, INF), w=put(K, 0, 0))
    line = ["check", file, "--weight", "w", "--format"]
    assert run([*line, "json"]) == 1
    whole = json.loads(capsys.readouterr().out)
    records = [*whole["findings"], *whole["notes"]]
    assert [(record["id"], record["severity"]) for record in records] == [
        ("infinite", "error"),
        ("missing", "error"),
        ("zero_weights", "note"),
    ]
    assert run([*line, "jsonl"]) == 1
    assert [json.loads(text) for text in capsys.readouterr().out.splitlines()] == records
    for name, delimiter in (("csv", ","), ("tsv", "\t")):
        assert run([*line, name]) == 1
        rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out), delimiter=delimiter))
        assert len(rows) == len(records)
        for row, record in zip(rows, records, strict=True):
            assert list(row) == list(record)
            for key, value in record.items():
                if not isinstance(value, list):
                    assert row[key] == ("" if value is None else str(value))
            cells = row["rows"].strip("[]").replace(",", " ").split()
            assert list(map(int, cells)) == record["rows"]


def test_exit_codes(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    clean = written("clean.csv", y_true=Y, y_pred=P)
    odd = written("odd.csv", y_true=Y, y_pred=put(P, 3, NAN))
    noted = written("noted.csv", y_true=B, y_pred=Q)
    assert run(["check", clean]) == 0
    shown = capsys.readouterr().out
    assert "Nothing was found." in shown
    assert shown.splitlines()[0].endswith("  clean")
    assert run(["check", noted]) == 0  # notes are none
    shown = capsys.readouterr().out
    assert shown.splitlines()[0].endswith("  no errors, 1 note")
    assert "clean" not in shown
    assert "Nothing was found" not in shown
    assert "No errors and no warnings." in shown
    assert "note: How the labels are coded" in shown
    assert run(["check", odd]) == 1
    assert run(["check", odd, "--missing", "propagate"]) == 1
    assert run(["check", odd, "--missing", "drop"]) == 0
    assert run(["check", odd, "--format", "json", "--output", "out.json"]) == 1
    assert json.loads(Path("out.json").read_text())["clean"] is False
    assert run(["check", "nothing.csv"]) == 2
    capsys.readouterr()
    monkeypatch.chdir(ROOT)
    assert run(["check", "examples/diabetes.csv", "--pred", "ridge,forest,boosting"]) == 0


def test_a_truth_in_a_file_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    order = np.argsort(np.sin(5 * K))  # the files in different orders
    truth = written("truth.csv", id=K, y_true=put(Y, 3, -999, 8, NAN))
    preds = written("preds.csv", id=K[order], ridge=P[order])
    code, seen = check(capsys, preds, "--truth", truth, "--key", "id", "--true", "y_true", "--pred", "ridge")
    at = {int(k): row + 1 for row, k in enumerate(order)}
    assert code == 1
    assert told(seen) == {
        "missing": (["y_true of truth.csv"], 1, [at[8]]),
        "sentinel": (["y_true of truth.csv"], 1, [at[3]]),
    }
    # In the wrong order the two have nothing to do with each other, with the key they have.
    both = losscli.check(Y, P).profile.predictions[0].correlation
    truth = written("truth.csv", id=K, y_true=Y)
    code, seen = check(capsys, preds, "--truth", truth, "--key", "id", "--pred", "ridge", "--loss", "mse")
    assert (code, seen["findings"], seen["n"]) == (0, [], 40)
    assert both > 0.9
    few = written("few.csv", id=K[:39], y_true=Y[:39])
    assert run(["check", preds, "--truth", few, "--key", "id", "--pred", "ridge"]) == 2
    assert "40" in capsys.readouterr().err
    code, seen = check(capsys, preds, "--truth", few, "--key", "id", "--pred", "ridge", "--missing", "drop")
    assert (code, seen["findings"]) == (0, [])


def test_logits_by_the_option(capsys: pytest.CaptureFixture[str]) -> None:
    file = written("logits.csv", y_true=B, y_pred=4 * np.log(Q / (1 - Q)))
    assert list(told(check(capsys, file, "--loss", "bce")[1])) == ["logits"]
    code, seen = check(capsys, file, "--loss", "bce", "--from-logits")
    assert (code, seen["params"]["from_logits"]) == (0, True)
    assert check(capsys, file, "--from-logits")[0] == 0
    assert list(told(check(capsys, file)[1])) == ["logits"]


def test_what_was_chosen_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    file = written("chosen.csv", y_true=Y, prediction=P, other=2 * P)
    _, seen = check(capsys, file)
    assert any("prediction" in sentence for sentence in seen["chosen"])
    assert run(["check", file, "--format", "plain"]) == 0
    assert all(sentence in " ".join(capsys.readouterr().out.split()) for sentence in seen["chosen"])


# What the page says of where a finding lies.
PAGES: list[tuple[Any, Any, str]] = [
    (put(Y, 3, NAN), P, "y_true · row 4"),
    (put(Y, 3, NAN, 4, NAN), P, "y_true · rows 4, 5"),
    (put(Y, slice(3, 8), NAN), P, "y_true · rows 4, 5, 6, 7, 8"),
    (put(Y, slice(3, 9), NAN), P, "y_true · 6 rows, the first: 4, 5, 6, 7, 8"),
    (put(Y, 3, NAN), put(P, 9, NAN), "y_true, y_pred · rows 4, 10"),
]


@pytest.mark.parametrize(("true", "pred", "words"), PAGES)
def test_the_page_says_where(true: Any, pred: Any, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    run(["check", written("page.csv", y_true=true, y_pred=pred), "--format", "table"])
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert [line.split(None, 1)[1] for line in lines if line.startswith("where")] == [words]


def test_the_page_counts_its_findings(capsys: pytest.CaptureFixture[str]) -> None:
    odd = written("odd.csv", y_true=put(Y, 3, NAN), y_pred=put(P, 5, INF))
    run(["check", odd, "--format", "plain"])
    shown = capsys.readouterr().out
    head = "Check   40 rows of odd.csv"
    assert shown.splitlines()[0].split(head)[1].split() == ["2", "errors"]
    run(["check", odd, "--loss", "mse", "--like", "keras", "--missing", "drop", "--format", "plain"])
    shown = capsys.readouterr().out
    assert "for mse like keras" in shown
    assert shown.splitlines()[0].endswith("  1 error, 1 note")
    assert "note: Missing values" in shown
