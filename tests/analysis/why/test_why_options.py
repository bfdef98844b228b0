"""`--why` beside weights, class weights, parameters, missing values, groups and reductions, by NumPy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.close import close
from support.requests import request

import losscli
from losscli.analysis import why as reasons
from losscli.analysis.compare import compare
from losscli.analysis.why.lorenz import unevenness
from losscli.batch import arrays_stream
from losscli.cli.app import run
from losscli.stats import sketch as sketches
from losscli.stats.sketch import Sketch

R = np.random.default_rng(4)
N = 250
LABEL = (R.random(N) < 0.3) * 1.0
CHANCE = np.clip(0.5 * LABEL + R.uniform(0.05, 0.45, N), 0, 1)
WEIGHT = R.uniform(0, 3, N) * (R.random(N) < 0.9)
GROUP = np.where(R.random(N) < 0.4, "a", "b")
HOLES = np.isin(np.arange(N), (3, 77, 200))
CLASS = {0.0: 1.5, 1.0: 4.0}
FRACTIONS = [0.01, *(k / 100 for k in range(5, 101, 5))]


@pytest.fixture
def file(tmp_path: Path) -> str:
    y = [("" if hole else f"{label:g}") for hole, label in zip(HOLES, LABEL, strict=True)]
    rows = [
        f"{i},{a},{b!r},{c!r},{w!r},{g}"
        for i, (a, b, c, w, g) in enumerate(
            zip(y, CHANCE.tolist(), (1 - CHANCE).tolist(), WEIGHT.tolist(), GROUP, strict=True), start=1
        )
    ]
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(["id,y_true,p,q,w,g", *rows, ""]), encoding="utf-8")
    return str(path)


OPTIONS: dict[str, list[str]] = {
    "nothing": [],
    "weight": ["--weight", "w"],
    "class weight": ["--class-weight", "0=1.5,1=4"],
    "both": ["--weight", "w", "--class-weight", "0=1.5,1=4"],
    "sum": ["--reduction", "sum", "--weight", "w"],
    "parameter": ["-p", "pos_weight=3"],
    "all": ["--weight", "w", "--class-weight", "0=1.5,1=4", "-p", "pos_weight=3", "--reduction", "sum"],
    "groups": ["--by", "g", "--weight", "w"],
}


def expected(options: list[str], p: Any) -> dict[str, Any]:
    """The facts of bce by NumPy: on the rows that are whole, each with its number in the file."""
    whole = ~HOLES
    number, y, p = np.arange(1, N + 1)[whole], LABEL[whole], p[whole]
    positive = 3.0 if "pos_weight=3" in options else 1.0
    weight = WEIGHT[whole] if "--weight" in options else np.ones(len(y))
    if "--class-weight" in options:
        weight = weight * np.where(y == 1, CLASS[1], CLASS[0])
    loss = -np.where(y == 1, positive * np.log(p), np.log1p(-p))
    made = weight * loss
    order = np.argsort(-made, kind="stable")
    running = np.cumsum(made[order]) / made.sum()
    total = weight.sum() if "sum" not in options else 1.0

    def value(keep: Any) -> float:
        return float(made[keep].sum() / (1.0 if "sum" in options else weight[keep].sum()))

    ascending, n = np.sort(made), len(made)
    base = np.average(y, weights=weight)
    constant = -np.where(y == 1, positive * np.log(base), np.log1p(-base)) @ weight / total
    return {
        "n": n,
        "value": value(slice(None)),
        "half": int(np.argmax(running >= 0.5)) + 1,
        "ninety": int(np.argmax(running >= 0.9)) + 1,
        "gini": 2 * (np.arange(1, n + 1) @ ascending) / (n * ascending.sum()) - (n + 1) / n,
        "rows": number[order[:5]].tolist(),
        "losses": loss[order[:5]].tolist(),
        "shares": (made[order[:5]] / made.sum()).tolist(),
        "without": [value(order[1:]), value(order[3:])],
        "base": base,
        "constant": float(constant),
        "least": None if positive == 1 else positive * base / (positive * base + 1 - base),
    }


def holds(told: Any, wanted: dict[str, Any]) -> None:
    """A why of JSON against the facts."""
    assert (told["n"], told["half"], told["ninety"]) == (wanted["n"], wanted["half"], wanted["ninety"])
    assert told["value"] == close(wanted["value"], 1e-12)
    assert told["gini"] == close(wanted["gini"], 1e-9)
    assert [row["row"] for row in told["worst"]] == wanted["rows"]
    assert [row["loss"] for row in told["worst"]] == close(wanted["losses"], 1e-12)
    assert [row["share"] for row in told["worst"]] == close(wanted["shares"], 1e-12)
    assert [left["value"] for left in told["without"]] == close(wanted["without"], 1e-12)
    assert [left["falls"] for left in told["without"]] == close(
        [1 - value / wanted["value"] for value in wanted["without"]], 1e-9
    )
    *searched, held = told["constants"]
    assert bool(searched) == (wanted["least"] is not None)
    for best in searched:  # pos_weight moves the minimiser
        assert best["best"]
        assert best["constant"] == pytest.approx(wanted["least"], rel=1e-6, abs=0)  # of a dip half the digits
    assert held["constant"] == close(wanted["base"], 1e-12)
    assert held["value"] == close(wanted["constant"], 1e-12)
    assert held["skill"] == close(1 - wanted["value"] / wanted["constant"], 1e-9)


@pytest.mark.parametrize("name", OPTIONS)
def test_why_of_a_file_beside_each_option(name: str, file: str, capsys: pytest.CaptureFixture[str]) -> None:
    options = OPTIONS[name]
    line = ["compute", "bce", file, "--pred", "p", "--missing", "drop", *options, "--why", "--format", "json"]
    assert run(line) == 0
    told = json.loads(capsys.readouterr().out)
    holds(told["why"], expected(options, CHANCE))
    assert [row["cells"]["id"] for row in told["why"]["worst"]] == [
        str(row["row"]) for row in told["why"]["worst"]
    ]
    assert [row["weight"] is None for row in told["why"]["worst"]] == [
        "--weight" not in options and "--class-weight" not in options
    ] * 5
    # What claims to be the best constant is so for the plain loss alone.
    assert told["why"]["constants"][0]["best"]


@pytest.mark.parametrize("name", [name for name in OPTIONS if name != "groups"])
def test_why_of_a_comparison_beside_each_option(
    name: str, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    options = [f"bce.{word}" if word.startswith("pos_") else word for word in OPTIONS[name]]
    line = ["compare", file, "--pred", "q,p", "--losses", "bce", "--missing", "drop", *options]
    assert run([*line, "--why", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    wanted = {"p": expected(OPTIONS[name], CHANCE), "q": expected(OPTIONS[name], 1 - CHANCE)}
    for score in told["scores"]:
        holds(score["why"], wanted[score["model"]])
    # Places: how many rows make more than this one, and it.
    whole = ~HOLES
    weight = WEIGHT[whole] if "--weight" in options else np.ones(whole.sum())
    if "--class-weight" in options:
        weight = weight * np.where(LABEL[whole] == 1, CLASS[1], CLASS[0])
    positive = 3.0 if "pos_weight=3" in OPTIONS[name] else 1.0
    numbers = np.arange(1, N + 1)[whole]
    for row in told["ranking"]["rows"]:
        at = int(np.flatnonzero(numbers == row["row"])[0])
        for rank in row["ranks"]:
            p = (CHANCE if rank["model"] == "p" else 1 - CHANCE)[whole]
            made = weight * -np.where(LABEL[whole] == 1, positive * np.log(p), np.log1p(-p))
            assert rank["rank"] == 1 + int((made > made[at] * (1 + 1e-12)).sum())
        assert row["cells"]["id"] == str(row["row"])


def test_parameters_go_to_their_own_loss_of_a_comparison() -> None:
    y, p = R.normal(size=60), R.normal(size=60)
    asked = request(["huber", "quantile"], {"huber": {"delta": 0.5}, "quantile": {"q": 0.9}})
    stream = arrays_stream(y, {"y_pred": p}, None)
    made = reasons.with_whys(compare(asked, stream), stream, asked)
    e = p - y
    costs = {
        "huber": np.where(np.abs(e) <= 0.5, e**2 / 2, 0.5 * np.abs(e) - 0.125),
        "quantile": np.where(e < 0, -0.9 * e, 0.1 * e),
    }
    for score in made.scores:
        told, cost = score.why, costs[score.loss]
        assert told is not None
        order = np.argsort(-cost, kind="stable")
        assert [row.row for row in told.worst] == (order[:5] + 1).tolist()
        assert told.without[0].value == close(np.delete(cost, order[0]).mean(), 1e-12)
    quantile = made.scores[1].why
    assert quantile is not None
    assert quantile.constants[0].what == "0.9-quantile of y_true"
    assert quantile.constants[0].constant == np.quantile(y, 0.9, method="averaged_inverted_cdf")


def test_weights_move_the_majority() -> None:
    y = np.repeat([0.0, 1.0], [30, 10])
    held = losscli.why("zero_one", y, 1 - y, np.where(y == 1, 4.0, 1.0)).constants[0]
    assert (held.what, held.value, held.skill) == ("majority class (1)", 30 / 70, 1 - 70 / 30)
    plain = losscli.why("zero_one", y, 1 - y).constants[0]
    assert (plain.what, plain.value, plain.best) == ("majority class (0)", 0.25, True)


def test_rows_left_out_are_numbered_and_at_most_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    p = R.exponential(size=1000)
    order = np.argsort(-p, kind="stable") + 1
    told = losscli.why("mae", np.zeros(1000), p)
    assert [left.left_out for left in told.without] == [1, 10]
    assert told.without[1].rows == tuple(order[:5])
    monkeypatch.setattr(reasons, "LEFT_OUT", 9)
    assert [left.left_out for left in losscli.why("mae", np.zeros(1000), p).without] == [1]
    monkeypatch.setattr(reasons, "LEFT_OUT", 10)
    assert [left.left_out for left in losscli.why("mae", np.zeros(1000), p).without] == [1, 10]
    assert losscli.why("mae", [0.0], [1.0]).without == ()
    assert [left.left_out for left in losscli.why("mae", [0.0, 0], [1.0, 2]).without] == [1]


@pytest.mark.parametrize("n", [1, 3, 20, 100, 130])
def test_points_of_the_line_and_the_fewest_rows(n: int) -> None:
    e = R.gamma(0.7, size=n)
    told = losscli.why("mae", np.zeros(n), e)
    made = np.cumsum(np.sort(e)[::-1]) / e.sum()
    many = [max(1, -(-round(fraction * 100) * n // 100)) for fraction in FRACTIONS]
    assert [point.rows for point in told.lorenz] == sorted(set(many))
    for point in told.lorenz:
        assert point.share == close(made[point.rows - 1], 1e-12)
        # Of several fractions that are the same number of rows the last names it.
        assert point.fraction == max(f for f, m in zip(FRACTIONS, many, strict=True) if m == point.rows)
    assert told.half == int(np.argmax(made >= 0.5)) + 1
    assert told.ninety == int(np.argmax(made >= 0.9)) + 1
    area = (np.concatenate([[0], made[:-1]]) + made).sum() / 2 / n
    assert told.gini == pytest.approx(2 * area - 1, abs=1e-12)


def test_alike_rows_are_told_in_proportion_where_they_are_sampled() -> None:
    """One run of 10 rows that make 10: half is 5 rows, 90 % 9; of 3 and 7 the largest come first."""

    class Runs:
        stride = 2

        def __init__(self, counts: list[int], sums: list[float]) -> None:
            self.counts, self.sums = np.array(counts), np.array(sums)

        def largest_first(self) -> Any:
            return self.counts, self.sums

    one: Any = unevenness(Runs([10], [10.0]), 10)  # type: ignore[arg-type]
    assert (one.half, one.ninety, one.exact) == (5, 9, False)
    assert one.gini == pytest.approx(0, abs=1e-12)
    two: Any = unevenness(Runs([2, 8], [8.0, 2.0]), 10)  # type: ignore[arg-type]
    assert (two.half, two.ninety) == (2, 6)  # 2 rows make 0.8, and 4 of the other 8 the 0.1 more
    assert two.gini == close(2 * (0.8 / 2 * 2 + (0.8 + 1) / 2 * 8) / 10 - 1, 1e-12)


def test_a_sketch_keeps_all_weight_and_the_order_of_its_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sketches, "KEPT_EXACTLY", 500)
    monkeypatch.setattr(sketches, "GROUPS", 100)
    values, weights = R.gamma(1.0, size=2000), R.uniform(0, 2, 2000) * (R.random(2000) < 0.8)
    sketch = Sketch()
    for part in range(0, 2000, 250):
        sketch.add(values[part : part + 250], weights[part : part + 250])
        assert sketch.held <= 500 + 250
    assert not sketch.exact
    held, heavy = sketch.ordered()
    assert heavy.sum() == close(weights.sum(), 1e-12)
    assert (heavy > 0).all()
    assert (np.diff(held) >= 0).all()
    assert sketch.mean() == close(np.average(values, weights=weights), 1e-12)
    variance = float(np.cov(values, aweights=weights, ddof=0))
    assert 0.97 * variance < sketch.variance() < variance  # that within a group is lost
    middle = np.average(values, weights=weights)
    assert sketch.distance(middle) == close(
        np.average(np.abs(values - middle), weights=weights), 0.01
    )  # by groups of neighbours
    for q in (0.1, 0.5, 0.9):
        at = sketch.quantile(q)
        below = weights[values <= at].sum() / weights.sum()
        assert below == pytest.approx(q, abs=0.02)  # two groups of a hundred


def test_an_exact_sketch_takes_the_least_value_that_reaches_a_share() -> None:
    sketch = Sketch()
    sketch.add(np.array([5.0, 1, 3, 9]), np.array([1.0, 2, 1, 0]))
    sketch.add(np.array([2.0]), np.array([0.0]))
    assert sketch.exact
    assert sketch.held == 3  # of weight 0 none counts
    assert [sketch.quantile(q) for q in (0.1, 0.49, 0.5, 0.51, 0.74, 0.75, 0.76, 1.0)] == [
        *(1, 1, 2, 3, 3, 4, 5, 5)  # halfway where exactly the share lies at or below
    ]
    assert (sketch.mean(), sketch.variance(), sketch.distance(3.0)) == (2.5, 2.75, 1.5)


@pytest.mark.parametrize("weight", [None, np.array([1.0, 1, 5])])
def test_constants_of_two_numbers_have_their_own_formulas(weight: Any) -> None:
    y = np.array([1.0, 2, 6])
    w = np.ones(3) if weight is None else weight
    p = np.ones((3, 2))
    mean = np.average(y, weights=w)
    variance = np.average((y - mean) ** 2, weights=w)
    median = 2.0 if weight is None else 6.0
    for loss, constant, best in (
        ("gaussian_nll", [mean, variance], True),
        ("crps_gaussian", [mean, np.sqrt(variance)], False),
        ("laplace_nll", [median, np.average(np.abs(y - median), weights=w)], True),
    ):
        held = losscli.why(loss, y, p, weight).constants[0]
        assert held.constant == close(constant, 1e-12)
        assert held.best is best


def test_sides_are_chosen_by_weight_and_at_a_tie_above() -> None:
    y, score = np.array([1.0, -1, -1]), np.array([0.5, 0.5, -2])
    found = {c.what: c for c in losscli.why("hinge", y, score).constants}
    assert set(found) == {"best constant, by search", "always -1", "log-odds of the base rate"}
    assert found["best constant, by search"].value <= min(c.value for c in found.values())
    assert found["always -1"].value == close(2 / 3, 1e-12)
    assert found["log-odds of the base rate"].constant == close(np.log(1 / 2), 1e-12)
    heavy = {c.what: c for c in losscli.why("hinge", y, score, [3.0, 1, 1]).constants}
    assert heavy["always +1"].value == close(2 * 2 / 5, 1e-12)
    assert heavy["log-odds of the base rate"].constant == close(np.log(3 / 2), 1e-12)
    tie = losscli.why("hinge", [1.0, -1], [0.5, 0.5]).constants
    assert "always +1" in {c.what for c in tie}
