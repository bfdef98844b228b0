"""losscli check: the clean examples, what a named loss does, exit codes, formats, and odd data."""

from __future__ import annotations

import csv
import io
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from support.command import ROOT
from support.command import losscli as process
from support.reference import EXAMPLES

import losscli
from losscli.analysis.check import examine
from losscli.batch import Batch
from losscli.cli.app import run
from losscli.render import FORMATS, render
from losscli.results.check import Checkup

INFINITY, NAN = float("inf"), float("nan")


def column(file: str, name: str) -> Any:
    with open(EXAMPLES / file, encoding="utf-8") as lines:
        return np.array([float(row[name]) for row in csv.DictReader(lines)])


def ids(checked: Checkup) -> list[str]:
    return [finding.id for finding in checked.findings]


@pytest.mark.parametrize(
    ("file", "model"),
    [
        *(("diabetes.csv", model) for model in ("ridge", "forest", "boosting")),
        *(("sunspots.csv", model) for model in ("ar_mean", "ar_lower", "ar_upper", "persistence")),
        ("breast_cancer.csv", "boosting"),
    ],
)
@pytest.mark.parametrize("loss", [None, "mse", "huber", "mae"])
def test_real_predictions_are_clean(file: str, model: str, loss: str | None) -> None:
    true, pred = column(file, "y_true"), column(file, model)
    spread = float(np.median(np.abs(pred - true - np.median(pred - true))))
    fits: dict[str, Any] = {"delta": 1.345 * 1.4826 * spread} if loss == "huber" else {}
    checked = losscli.check(true, pred, loss=loss, **fits)
    assert ids(checked) == []
    assert checked.clean
    if loss == "huber":  # at 1 it is of another order of magnitude than the errors of each of these
        assert ids(losscli.check(true, pred, loss=loss)) == ["scale"]
    assert checked.looked


@pytest.mark.parametrize("loss", ["bce", "brier", "binary_focal", "dice"])
def test_real_probabilities_are_clean_for_their_losses(loss: str) -> None:
    true, pred = column("breast_cancer.csv", "y_true"), column("breast_cancer.csv", "boosting")
    assert ids(losscli.check(true, pred, loss=loss)) == []


@pytest.mark.parametrize(
    ("model", "saturated"),
    [
        ("logistic", lambda p: np.isin(p, (0, 1))),
        ("forest", lambda p: np.isin(p, (0, 1))),
        ("logistic", lambda p: (p.astype(np.float32) == 1) & (p < 1)),
    ],
)
def test_saturated_probabilities_are_counted(model: str, saturated: Any) -> None:
    true, p = column("breast_cancer.csv", "y_true"), column("breast_cancer.csv", model)
    rows = np.flatnonzero(saturated(p)) + 1
    findings = losscli.check(true, p).findings
    assert (len(rows), tuple(rows[:5])) in [(found.count, found.rows) for found in findings]
    assert {found.id for found in findings} <= {"saturated", "saturated_float32"}


# Loss, y_true, y_pred, parameters: what the loss makes of it, with no finding in general to explain it.
ON_A_LOSS: list[tuple[str, Any, Any, dict[str, Any], list[str]]] = [
    ("giou", [[0, 0, 2, 2], [0, 0, 2, 2]], [[0, 0, 1, 1], [3, 3, 1, 1]], {}, ["refused"]),
    ("cosine_embedding", [1, -1], [[1, 0, 1, 0, 1, 1], [1, 2, 1, 1, 1, 1]], {}, []),
    ("gaussian_nll", [1, 2, 3.5], [[1, 1], [2, 1], [3, -1]], {}, ["refused"]),
    ("poisson_deviance", [0, 1.5, 3], [1e-320, 2, 3], {}, []),
    ("huber", [1, 2.5, 3], [1, 2, 3.5], {"delta": 2}, []),
    ("mse", [[1.5, 2], [3, 4]], [[1, 2.5], [3, 5]], {}, []),
    ("bce", [0, 1, 1], [[0.2, 0.8], [0.1, 0.9], [0.5, 0.5]], {}, ["shape_mismatch"]),
    ("scce", [0, 1, 1], [0.2, 0.7, 0.9], {}, ["refused"]),
    ("mape", [1.5, 2, 3], [1, 2, 2.5], {}, []),
    ("exponential", [1, -1, 1], [-800.0, 0.5, 0.3], {}, ["logits_overflow", "infinite_loss"]),
]


@pytest.mark.parametrize(("loss", "true", "pred", "params", "expected"), ON_A_LOSS)
def test_what_a_loss_makes_of_the_data(
    loss: str, true: Any, pred: Any, params: dict[str, Any], expected: list[str]
) -> None:
    checked = losscli.check(true, pred, loss=loss, **params)
    assert sorted(ids(checked)) == sorted(expected)
    # The truth of it: computing the loss.
    try:
        value = losscli.compute(loss, true, pred, **params).value
    except losscli.LosscliError:
        value = None
    errors = any(finding.severity == "error" for finding in checked.findings)
    assert errors == (value is None or not np.isfinite(value))


@pytest.mark.parametrize("name", losscli.names())
def test_no_error_on_the_worked_example_of_a_loss_that_has_a_value(name: str) -> None:
    example = losscli.explain(name).example
    checked = losscli.check(example.y_true, example.y_pred, loss=name, **example.params)
    value = losscli.compute(name, example.y_true, example.y_pred, **example.params).value
    errors = [finding.id for finding in checked.findings if finding.severity == "error"]
    assert bool(errors) == (value is not None and not np.isfinite(value)), errors


def test_frameworks_compute_what_losscli_refuses() -> None:
    true, logits = [1, 0, 1, 0], [3.0, -2.0, 1.5, -1.0]
    exact = losscli.check(true, logits, loss="bce")
    keras = losscli.check(true, logits, loss="bce", like="keras")
    assert [(found.id, found.severity) for found in exact.findings] == [("logits", "error")]
    assert [(found.id, found.severity) for found in keras.findings] == [("logits", "warning")]
    assert "departure" in [found.id for found in keras.notes]


def test_missing_values_dropped_are_no_fault() -> None:
    true, pred = [1.5, NAN, 3], [1, 2, 2.5]
    assert ids(losscli.check(true, pred)) == ["missing"]
    dropped = losscli.check(true, pred, loss="mse", missing="drop")
    assert dropped.clean
    assert [found.id for found in dropped.notes] == ["missing"]


def test_names_say_what_values_are() -> None:
    true, scores = [0, 1, 1, 0], [-2.0, 3.0, 1.5, -4.0]
    assert ids(losscli.check(true, {"prediction": scores})) == ["logits"]
    assert ids(losscli.check(true, {"model_logit": scores})) == []
    assert ids(losscli.check(true, {"logits": [0.1, 0.8, 0.9, 0.3]})) == ["probabilities_as_logits"]


def test_quantiles_that_cross_are_told_by_their_names() -> None:
    true, low, high = [1.5, 2.5, 3.5], [1.0, 3.0, 3.0], [2.0, 2.0, 4.0]
    (found,) = losscli.check(true, {"q05": low, "q95": high}).findings
    assert (found.id, found.rows) == ("bounds_crossed", (2,))
    assert ids(losscli.check(true, {"q05": np.minimum(low, high), "q95": np.maximum(low, high)})) == []
    assert ids(losscli.check(true, {"p10": low, "p90": high})) == ["bounds_crossed"]
    for names in (("a", "b"), ("p1", "p2")):
        assert ids(losscli.check(true, dict(zip(names, (low, high), strict=True)))) == []


@pytest.mark.parametrize("rows", [1, 7, 100])
def test_batches_change_nothing(rows: int) -> None:
    random = np.random.default_rng(0)
    true, pred = random.normal(50, 9, 100), random.normal(50, 9, 100)
    true[13], pred[57], pred[58] = NAN, 1e7, INFINITY

    def stream() -> Any:
        for start in range(0, 100, rows):
            part = slice(start, start + rows)
            yield Batch(true[part], {"y_pred": pred[part]}, None, start + 1)

    whole, split = losscli.check(true, pred), examine(stream, params={})
    assert split.findings == whole.findings
    assert {found.id: found.rows for found in split.findings} == {
        "missing": (14,),
        "infinite": (59,),
        "wild_errors": (58,),
    }


def test_minus_infinity_is_a_log_probability_and_infinity_a_fault() -> None:
    rows = np.log([[0.2, 0.8, 1.0], [0.5, 1.0, 0.5], [0.1, 0.6, 0.3]])
    rows[0, 2] = rows[1, 1] = -INFINITY
    assert ids(losscli.check([1, 0, 2], rows, loss="nll")) == []
    rows[1, 2] = INFINITY
    (found,) = losscli.check([1, 0, 2], rows, loss="nll").findings
    assert (found.id, found.columns, found.count, found.rows) == ("infinite", ("y_pred[3]",), 1, (2,))
    # Of any other prediction both are faults.
    (found, *_) = losscli.check([1.5, 0.2, 2.7], rows[:, 1:], loss="gaussian_nll").findings
    assert (found.id, found.columns) == ("infinite", ("y_pred[1]", "y_pred[2]"))


ODD = [NAN, INFINITY, -INFINITY, 0.0, 1.0, -1.0, 0.5, 2.0, 1e308, -1e308, 5e-324, 1e39, -999.0, 88.8]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.filterwarnings("error")
def test_odd_data_never_crashes(seed: int) -> None:
    random = np.random.default_rng(seed)
    names = losscli.names()
    for _ in range(80):
        n = int(random.choice([1, 2, 3, 12]))
        true, pred = (
            random.choice(
                ODD if random.random() < 0.6 else ODD[3:6], (n, *SHAPES[random.integers(len(SHAPES))])
            )
            for _ in range(2)
        )
        weight = random.choice(ODD, n) if random.random() < 0.3 else None
        loss = str(random.choice(names)) if random.random() < 0.6 else None
        like = "keras" if loss is not None and random.random() < 0.3 else "exact"
        try:
            checked = losscli.check(true, pred, weight, loss, like)
        except losscli.LosscliError:
            continue  # the framework has no such loss, a parameter is needed
        assert checked.n == n
        if np.isnan(true).any() or np.isnan(pred).any():
            assert "missing" in ids(checked)


SHAPES = [(), (), (), (1,), (2,), (3,), (4,), (2, 3)]


@pytest.mark.parametrize("missing", ["refuse", "drop", "propagate"])
def test_nothing_but_missing_values(missing: Any) -> None:
    for shape in ((3,), (3, 2)):
        checked = losscli.check(np.full(shape, NAN), np.full(shape, NAN), loss="mse", missing=missing)
        assert set(ids(checked)) <= {"missing", "refused"}
        assert not checked.clean


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing.csv"], "there is no such file"),
        (["examples/diabetes.csv"], "no column has a common name of y_pred"),
        (["examples/diabetes.csv", "--pred", "rigde"], 'did you mean "ridge"?'),
        (["examples/diabetes.csv", "--pred", "sex"], '"b" is not a number'),
        (["--true", "1,2", "--pred", "1,2,3"], "--true has 2 rows and --pred has 3"),
        (["--true", "1,2", "--pred", "1,2", "--loss", "hubr"], 'did you mean "huber"?'),
        (["--true", "1,2", "--pred", "1,2", "-p", "delta=1"], "none was named"),
        (["--true", "1,2", "--pred", "1,2", "--like", "keras"], "none was named"),
        (["--true", "1,2", "--pred", "1,2", "--loss", "mse", "--like", "kears"], 'did you mean "keras"?'),
        (["--true", "1,2"], "neither DATA nor --pred"),
    ],
)
def test_unusable_is_2(
    arguments: list[str], words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    code, done = run(["check", *arguments]), capsys.readouterr()
    assert (code, done.out) == (2, "")
    assert words in done.err
    assert "Traceback" not in done.err


def test_an_empty_file_is_unusable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "header.csv").write_text("y_true,y_pred\n")
    for name in ("empty.csv", "header.csv"):
        assert run(["check", str(tmp_path / name)]) == 2
        assert name in capsys.readouterr().err


def test_exit_codes_of_a_process_and_its_stdin() -> None:
    found = process("check", "examples/breast_cancer.csv", "--pred", "forest", "--loss", "bce")
    assert (found.returncode, found.stderr) == (1, "")
    assert "Probabilities of exactly 0 or 1" in found.stdout
    from_stdin = process("check", "-", stdin="y_true,y_pred\n1,2\n3,\n")
    assert from_stdin.returncode == 1
    assert "Missing values" in from_stdin.stdout


def test_a_loss_of_rows_takes_its_columns_from_pred(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    for loss, pred in (("gaussian_nll", "ar_mean,ar_sd"), ("interval_score", "ar_lower,ar_upper")):
        line = ["check", "examples/sunspots.csv", "--pred", pred, "--loss", loss, "--format", "json"]
        assert run(line) == 0
        assert json.loads(capsys.readouterr().out)["models"] == ["y_pred"]


@pytest.mark.parametrize(
    ("true", "pred"), [([1, 0, 1, 1], [0.9, 0.2, 0.4, 0.3]), ([1, 0, 1, NAN], [INFINITY, -0.2, 0.4, -999])]
)
def test_machine_formats(true: Any, pred: Any) -> None:
    checked = losscli.check(true, pred, np.ones(4))
    shown = {form: render(checked, form) for form in FORMATS}
    whole = json.loads(shown["json"])
    schema = json.loads(files("losscli.render").joinpath("schema/check.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(whole)
    assert set(whole) == set(schema["properties"])
    for part, name in (("findings", "finding"), ("columns", "column")):
        assert all(set(entry) == set(schema["$defs"][name]["properties"]) for entry in whole[part])
    assert whole["clean"] == (not whole["findings"])
    listed = [*whole["findings"], *whole["notes"]]
    assert [json.loads(line) for line in shown["jsonl"].splitlines()] == listed
    for form, delimiter in (("csv", ","), ("tsv", "\t")):
        rows = list(csv.DictReader(io.StringIO(shown[form]), delimiter=delimiter))
        assert [row["id"] for row in rows] == [entry["id"] for entry in listed]
    for form in ("markdown", "plain", "table"):
        assert all(entry["title"] in " ".join(shown[form].split()) for entry in listed)


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_a_page_fits_its_width(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(columns))
    models = "forest,logistic,logistic_logit"
    line = ["check", "examples/breast_cancer.csv", "--pred", models, "--loss", "bce", "--format", "table"]
    assert run(line) == 1
    shown = capsys.readouterr().out.splitlines()
    assert max(map(len, shown)) <= columns
    kinds = [line.partition(":")[0] for line in shown if not line.startswith(" ")]
    kinds = [kind for kind in kinds if kind in ("error", "warning")]
    assert len(kinds) >= 4
    assert kinds == sorted(kinds)  # errors before warnings
