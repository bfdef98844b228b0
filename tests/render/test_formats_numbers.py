"""The numbers in each command's JSON, against NumPy on the same rows or worked out by hand."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.close import close
from support.reference import EXAMPLES

from losscli.cli.app import run

DIABETES = str(EXAMPLES / "diabetes.csv")
# Four rows for mse: losses 0, 1, 4, 1; with their weights 0, 2, 4, 1 of 7.
VALUES = ("--true", "1,2,4,8", "--pred", "1,3,2,7")
WEIGHTS = ("--weight", "1,2,1,1")


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Any:
    def asked(*arguments: str, code: int = 0) -> Any:
        got = run([*arguments, "--format", "json"])
        out, err = capsys.readouterr()
        assert got == code, err
        return json.loads(out)

    return asked


def columns(*names: str) -> list[Any]:
    with open(DIABETES, newline="") as file:
        rows = list(csv.DictReader(file))
    return [np.array([row[name] for row in rows]) for name in names]


def numbers(*names: str) -> list[Any]:
    return [column.astype(float) for column in columns(*names)]


def test_compute(ask: Any) -> None:
    told = ask("compute", "mse", *VALUES, *WEIGHTS, "--gradient")
    assert (told["n"], told["weighted"], told["sum"], told["divisor"]) == (4, True, 7.0, 5.0)
    assert (told["value"], told["mean"], told["hidden"], told["best"]) == (1.4, 1.4, 0, 0.0)
    assert told["samples"] == [
        {"row": 1, "y_true": 1.0, "y_pred": 1.0, "loss": 0.0, "share": 0.0, "weight": 1.0, "gradient": 0.0},
        {"row": 2, "y_true": 2.0, "y_pred": 3.0, "loss": 1.0, "share": 2 / 7, "weight": 2.0, "gradient": 2.0},
        {
            "row": 3,
            "y_true": 4.0,
            "y_pred": 2.0,
            "loss": 4.0,
            "share": 4 / 7,
            "weight": 1.0,
            "gradient": -4.0,
        },
        {
            "row": 4,
            "y_true": 8.0,
            "y_pred": 7.0,
            "loss": 1.0,
            "share": 1 / 7,
            "weight": 1.0,
            "gradient": -2.0,
        },
    ]
    assert told["concentration"] == {"half": 1, "n": 4, "worst": 3, "worst_share": 4 / 7, "exact": True}
    assert told["gradients"] == told["groups"] == told["by"] == []
    assert (told["why"], told["remarks"]) == (None, [])


@pytest.mark.parametrize(
    ("reduction", "value", "divisor"), [("mean", 1.4, 5.0), ("sum", 7.0, 5.0), ("none", None, 5.0)]
)
def test_compute_by_reduction(reduction: str, value: float | None, divisor: float, ask: Any) -> None:
    told = ask("compute", "mse", *VALUES, *WEIGHTS, "--reduction", reduction)
    assert (told["reduction"], told["value"]) == (reduction, value)
    assert (told["mean"], told["sum"], told["divisor"]) == (1.4, 7.0, divisor)


def test_compute_a_statistic_with_its_gradients(ask: Any) -> None:
    told = ask("compute", "rmse", "--true", "0,0", "--pred", "3,4", "--gradient")
    value = math.sqrt(12.5)
    assert told["value"] == close(value, 1e-15)
    assert (told["mean"], told["sum"], told["divisor"]) == (None, None, None)
    assert (told["samples"], told["hidden"]) == ([], 0)
    assert [(g["row"], g["loss"], g["share"]) for g in told["gradients"]] == [
        (1, None, None),
        (2, None, None),
    ]
    assert [g["gradient"] for g in told["gradients"]] == close([1.5 / value, 2 / value], 1e-15)


def test_compute_what_is_not_finite(ask: Any) -> None:
    told = ask("compute", "bce", "--true", "1,0,0", "--pred", "0,1,0.5", "--rows", "2")
    assert (told["value"], told["mean"], told["sum"], told["divisor"]) == ("inf", "inf", "inf", 3.0)
    assert [(s["row"], s["loss"], s["share"]) for s in told["samples"]] == [
        (1, "inf", None),
        (2, "inf", None),
    ]
    assert (told["hidden"], told["concentration"]) == (1, None)
    ((remark),) = told["remarks"]
    assert (remark["kind"], remark["count"], remark["rows"]) == ("nonfinite", 2, [1, 2])


def test_why(ask: Any) -> None:
    why = ask("compute", "mse", *VALUES, *WEIGHTS, "--why")["why"]
    assert (why["value"], why["n"], why["half"], why["ninety"]) == (1.4, 4, 1, 3)
    # Sorted 0, 1, 2, 4: Σ(2i − n − 1)·x / (n·Σx) = (0·−3 − 1 + 2 + 3·4) / (4·7)
    assert why["gini"] == close(13 / 28, 1e-15)
    assert [(p["fraction"], p["rows"]) for p in why["lorenz"]] == [(0.25, 1), (0.5, 2), (0.75, 3), (1.0, 4)]
    assert [p["share"] for p in why["lorenz"]] == close([4 / 7, 6 / 7, 1.0, 1.0], 1e-15)
    assert [(w["row"], w["loss"], w["weight"]) for w in why["worst"]] == [
        (3, 4.0, 1.0),
        (2, 1.0, 2.0),
        (4, 1.0, 1.0),
        (1, 0.0, 1.0),
    ]
    assert [w["share"] for w in why["worst"]] == close([4 / 7, 2 / 7, 1 / 7, 0.0], 1e-15)
    ((without),) = why["without"]
    assert (without["left_out"], without["rows"], without["value"]) == (1, [3], 0.75)  # 3 of weight 4
    assert without["falls"] == close(1 - 0.75 / 1.4, 1e-15)
    mean, median = why["constants"]
    assert (mean["constant"], median["constant"]) == (17 / 5, 2.0)  # (1 + 2·2 + 4 + 8) / 5
    assert mean["value"] == close((2.4**2 + 2 * 1.4**2 + 0.6**2 + 4.6**2) / 5, 1e-15)
    assert median["value"] == close((1 + 2 * 0 + 4 + 36) / 5, 1e-15)
    assert [c["skill"] for c in (mean, median)] == close([1 - 1.4 / 6.24, 1 - 1.4 / 8.2], 1e-15)
    assert [c["best"] for c in (mean, median)] == [True, False]


def test_groups(ask: Any) -> None:
    ((sex,), (y, p)) = columns("sex"), numbers("y_true", "ridge")
    size = np.abs(p - y)
    for reduction, made in (("mean", np.mean), ("sum", np.sum)):
        told = ask("compute", "mae", DIABETES, "--pred", "ridge", "--by", "sex", "--reduction", reduction)
        assert told["by"] == ["sex"]
        assert [group["labels"] for group in told["groups"]] == [{"sex": "a"}, {"sex": "b"}]
        for group in told["groups"]:
            own = size[sex == group["labels"]["sex"]]
            assert group["n"] == len(own)
            assert group["value"] == close(float(made(own)), 1e-14)
            assert group["share"] == close(float(own.sum() / size.sum()), 1e-14)


def test_compare(ask: Any) -> None:
    y, *models = numbers("y_true", "ridge", "forest")
    told = ask("compare", DIABETES, "--pred", "ridge,forest", "--losses", "mae,rmse", "--reduction", "mean")
    assert (told["n"], told["losses"], told["models"]) == (442, ["mae", "rmse"], ["ridge", "forest"])
    assert [(s["loss"], s["model"]) for s in told["scores"]] == [
        (loss, model) for loss in ("mae", "rmse") for model in ("ridge", "forest")
    ]
    for score, p in zip(told["scores"], models * 2, strict=True):
        size = np.abs(p - y)
        if score["loss"] == "rmse":
            assert score["value"] == close(math.sqrt(float(np.mean(size**2))), 1e-14)
            assert (score["mean"], score["sum"], score["divisor"]) == (None, None, None)
            continue
        assert score["value"] == score["mean"] == close(float(size.mean()), 1e-14)
        assert score["sum"] == close(float(size.sum()), 1e-14)
        assert score["divisor"] == 442.0
        worst = np.sort(size)[::-1]
        made = score["concentration"]
        assert made["half"] == int(np.argmax(np.cumsum(worst) >= size.sum() / 2)) + 1
        assert made["worst"] == int(size.argmax()) + 1
        assert made["worst_share"] == close(float(worst[0] / size.sum()), 1e-13)
    assert told["best"] == {"mae": ["ridge"], "rmse": ["ridge"]}


def test_the_best_model_is_each_losss_own_and_each_groups(tmp_path: Path, ask: Any) -> None:
    data = tmp_path / "two.csv"
    # Absolute errors of a: 0, 0, 0, 8; of b: 3, 3, 3, 3. Its group g is a's, group h is b's.
    data.write_text("y,a,b,k\n0,0,3,g\n0,0,3,g\n0,0,3,h\n0,8,3,h\n")
    told = ask("compare", str(data), "--pred", "a,b", "--losses", "mae,mse", "--by", "k")
    assert told["best"] == {"mae": ["a"], "mse": ["b"]}
    found = {
        (g["loss"], g["model"], g["labels"]["k"]): (g["n"], g["value"], g["best"]) for g in told["groups"]
    }
    assert found == {
        ("mae", "a", "g"): (2, 0.0, True),
        ("mae", "a", "h"): (2, 4.0, False),
        ("mae", "b", "g"): (2, 3.0, False),
        ("mae", "b", "h"): (2, 3.0, True),
        ("mse", "a", "g"): (2, 0.0, True),
        ("mse", "a", "h"): (2, 32.0, False),
        ("mse", "b", "g"): (2, 9.0, False),
        ("mse", "b", "h"): (2, 9.0, True),
    }
    assert [g["share"] for g in told["groups"]] == [0.0, 1.0, 0.5, 0.5, 0.0, 1.0, 0.5, 0.5]


def test_ranks_of_a_comparison(ask: Any) -> None:
    told = ask("compare", *VALUES, "--losses", "mse,mae", "--why")
    assert [row["row"] for row in told["ranking"]["rows"]] == [3, 2, 4, 1]
    ranks = [[place["rank"] for place in row["ranks"]] for row in told["ranking"]["rows"]]
    assert ranks == [[1, 1], [2, 2], [2, 2], [4, 4]]  # rows 2 and 4 are equally far


def test_check_describes_each_column(ask: Any) -> None:
    line = (
        "--true",
        "1,2,4,inf,0,-1,nan,nan",
        "--pred",
        "1,nan,2,7,0,-0.5,3,4",
        "--weight",
        "1,2,1,1,1,0,2,2",
    )
    told = ask("check", *line, code=1)
    assert told["n"] == 8
    true, pred, weight = told["columns"]
    names = ("role", "count", "missing", "infinite", "zeros", "negatives", "low", "high", "distinct")
    assert [true[name] for name in names] == ["y_true", 5, 2, 1, 1, 1, -1.0, 4.0, 5]
    assert [pred[name] for name in names] == ["y_pred", 7, 1, 0, 1, 1, -0.5, 7.0, 7]
    assert [weight[name] for name in names] == ["weight", 8, 0, 0, 1, 0, 0.0, 2.0, 3]
    given = ([1, 2, 4, 0, -1], [1, 2, 7, 0, -0.5, 3, 4], [1, 2, 1, 1, 1, 0, 2, 2])
    for column, values in zip(told["columns"], given, strict=True):
        assert column["mean"] == close(float(np.mean(values)), 1e-15)
        assert column["std"] == close(float(np.std(values)), 1e-14)
    found = {entry["id"]: (entry["count"], entry["rows"]) for entry in (*told["findings"], *told["notes"])}
    wanted = {"missing": (3, [2, 7, 8]), "infinite": (1, [4]), "zeros": (1, [5]), "negatives": (1, [6])}
    assert {name: found[name] for name in wanted} == wanted


def test_plot(ask: Any) -> None:
    values = ("--true", "0,0,0,0,0", "--pred", "1,2,-5,0.5,0.1", "--weight", "1,2,3,4,1")
    told = ask("plot", "huber", "-p", "delta=1.5", *values, "--range", "-2,1")
    (curve,), (bars,) = told["curves"], told["histograms"]
    x = np.array(curve["x"])
    assert (told["low"], told["high"], x[0], x[-1]) == (-2.0, 1.0, -2.0, 1.0)
    assert curve["values"] == close(np.where(np.abs(x) <= 1.5, x * x / 2, 1.5 * (np.abs(x) - 0.75)), 1e-14)
    assert curve["gradient"] == close(np.clip(x, -1.5, 1.5), 1e-14)
    assert curve["params"] == {"delta": 1.5}
    assert told["gradient_span"] == [-1.5, 1.0]
    assert told["loss_span"] == [0.0, 1.875]  # at −2: 1.5·(2 − 0.75)
    assert bars["edges"] == close(np.linspace(-2, 1, len(bars["counts"]) + 1), 1e-12)
    counts, _ = np.histogram([1, 0.5, 0.1], bins=bars["edges"], weights=[1, 4, 1])
    assert bars["counts"] == counts.tolist()
    # Rows of weight 2 and 3 lie above and below the axis.
    assert (bars["below"], bars["above"], bars["elsewhere"], bars["total"]) == (3.0, 2.0, 0.0, 11.0)


def test_parity(ask: Any) -> None:
    told = ask("parity", "bce", "--true", "1,0", "--pred", "0.5,1")
    by_name = {row["framework"]: row for row in told["rows"]}
    assert by_name["exact"]["value"] == "inf"
    # What the second row costs: 1 − 1e-7 in float32 is 1 − 2⁻²³, which keras clips to; torch stops at 100.
    for name, second, rel in (("keras", 23 * math.log(2), 1e-7), ("torch", 100.0, 1e-15)):
        assert by_name[name]["value"] == close((math.log(2) + second) / 2, rel)
        assert not by_name[name]["same"]
        assert by_name[name]["causes"]
    agreeing = ask("parity", "mse", *VALUES)
    assert {row["value"] for row in agreeing["rows"]} == {1.5}
    assert all(row["same"] for row in agreeing["rows"])


def test_steps(ask: Any) -> None:
    told = ask("compute", "mse", "--true", "1,2", "--pred", "3,7", "--weight", "1,3", "--steps")
    assert [
        [step["value"] for step in row["steps"] or row["places"][0]["steps"]] for row in told["rows"]
    ] == [
        [2.0, 4.0],
        [5.0, 25.0],
    ]
    assert [(row["loss"], row["weight"]) for row in told["rows"]] == [(4.0, 1.0), (25.0, 3.0)]
    assert told["value"] == told["reduced"][-1]["value"] == 79 / 4


def test_an_explanations_worked_example_and_curve(ask: Any) -> None:
    told = ask("explain", "mae")
    example = told["example"]
    errors = np.array(example["y_pred"]) - np.array(example["y_true"])
    assert example["score"]["value"] == close(float(np.abs(errors).mean()), 1e-15)
    (curve,) = told["picture"]["curves"]
    assert curve["values"] == close(np.abs(curve["x"]), 1e-15)
    assert [g for g in curve["gradient"] if g is not None] == [float(np.sign(x)) for x in curve["x"] if x]


def test_a_listing_counts_its_losses(ask: Any) -> None:
    told = ask("list", "--family", "binary")
    assert told["n"] == len(told["losses"]) == 5
