"""The words of `--why`: numbers worked out by hand, higher or lower, below or above, or nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.advice import normal, shuffled
from support.command import ROOT

from losscli.cli.app import run
from losscli.render import FORMATS

TRUE = ["--true", "0,0,0,0"]


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """The end of a page, from "What makes" on, its lines joined and runs of spaces made one."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")

    def show(*arguments: str) -> str:
        assert run([*arguments, "--why", "--format", "plain"]) == 0
        told = capsys.readouterr().out
        return " ".join(told[told.index("What makes") :].split())

    return show


def test_few_rows_that_make_most(page: Any) -> None:
    """Losses 1, 2, 3, 14 of 20: Gini 2·(1·1 + 2·2 + 3·3 + 4·14)/(4·20) − 5/4 = 0.5."""
    told = page("compute", "mae", *TRUE, "--pred", "1,-2,14,3")
    assert told.startswith(
        "What makes 5 half of it is made by 1 of 4 rows (25 %) 90 % of it by 3 of 4 rows (75 %)"
    )
    assert "Gini 0.50:" in told
    assert "25 % 1 70 %" in told
    assert "50 % 2 85 %" in told
    assert "without row 3 2 (60 % lower)" in told
    assert "without the worst 1 %" not in told
    assert "about" not in told


@pytest.mark.parametrize(
    ("weights", "left", "words"),
    [
        ("1,1,1,1", "row 3", "(60 % lower)"),
        ("1,20,1,1", "row 2", "(140 % higher)"),  # 58/23 with it, 18/3 without
    ],
)
def test_a_value_without_its_worst_row_falls_or_rises(weights: str, left: str, words: str, page: Any) -> None:
    told = page("compute", "mae", *TRUE, "--pred", "1,-2,14,3", "--weight", weights)
    w, loss = np.array(weights.split(","), float), np.array([1.0, 2, 14, 3])
    at = int((w * loss).argmax())
    assert left == f"row {at + 1}"
    whole, rest = (w * loss).sum() / w.sum(), (np.delete(w * loss, at)).sum() / np.delete(w, at).sum()
    change = f"({abs(1 - rest / whole):.0%} {'lower' if rest < whole else 'higher'})".replace("%", " %")
    if words.startswith("(60"):
        assert change == words
    assert f"without {left} {rest:.6g} {change}" in told


STANDING = [
    # The median of 1, 2, 3, 4 costs 1 in mae and the mean 1.25 in mse.
    ("mae", "1,2,3,4", "1,2,3,6", "0.5 is 50 % below the 1 of the best constant."),
    ("mae", "1,2,3,4", "4,3,2,0", "2.25 is 125 % above the 1 of the best constant, which does better."),
    ("mae", "1,2,3,4", "2,3,4,5", "1 is what the best constant would cost, too."),
    ("mse", "1,2,3,4", "1,2,3,5", "0.25 is 80 % below the 1.25 of the best constant."),
    ("mse", "1,2,3,4", "3,4,5,6", "4 is 220 % above the 1.25 of the best constant, which does better."),
    # Nothing is said to be best for huber: the better of two.
    ("huber", "1,2,3,4", "1,2,3,4.5", "0.03125 is 94 % below the 0.5625 of the best constant."),
    ("huber", "0,0,0,8", "0,0,0,1", "1.625 is 11 % below the 1.83333 of the best constant."),
    # Where all targets are one number, the constant costs nothing and a ratio says nothing.
    ("mae", "2,2,2", "2,2,5", "1 is more than the 0 of the best constant, which does better."),
    ("mae", "2,2,2", "2,2,2", "0 is what the best constant would cost, too."),
    # Where a loss may be negative, there is no ratio: the mean 5 costs 5 − 5 log 5.
    (
        "poisson",
        "5,1,9",
        "4,2,1",
        "-0.208206 is more than the -3.04719 of the best constant, which does better.",
    ),
    ("poisson", "5,1,9", "5,1,9", "is less than the -3.04719 of the best constant."),
]


@pytest.mark.parametrize(("loss", "true", "pred", "words"), STANDING)
def test_a_value_is_above_or_below_a_constant(loss: str, true: str, pred: str, words: str, page: Any) -> None:
    told = page("compute", loss, "--true", true, "--pred", pred)
    assert words in told
    assert ("which does better" in told) is ("which does better" in words)
    for side in ("below", "above", "less than", "more than"):
        assert (f" {side} the " in told) is (f" {side} the " in words)


def test_one_constant_that_is_not_known_to_be_best(page: Any) -> None:
    told = page("compute", "crps_gaussian", "--true", "1,2,3", "--pred", "[[1,1],[2,1],[3,1]]")
    assert "of that constant." in told
    assert "mean and standard deviation of y_true" in told
    assert "best constant" not in told


def test_the_best_constant_comes_first_though_another_costs_the_same(page: Any) -> None:
    told = page("compute", "mae", "--true", "1,2,3,4", "--pred", "1,2,3,6")
    assert told.index("median of y_true 2.5 1") < told.index("mean of y_true 2.5 1")
    other = page("compute", "mse", "--true", "1,2,3,4", "--pred", "1,2,3,6")
    assert other.index("mean of y_true 2.5 1.25") < other.index("median of y_true 2.5 1.25")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["compute", "rmse", *TRUE, "--pred", "1,2,3,4"], "sums over all samples"),
        (["compute", "mae", *TRUE, "--pred", "0,0,0,0"], "every row costs 0"),
        (["compute", "bce", "--true", "1,0", "--pred", "0,0.5"], "not finite"),
        (["compute", "poisson", "--true", "5,1,9", "--pred", "4,2,1"], "a negative loss"),
    ],
)
def test_no_shares_and_why(arguments: list[str], why: str, page: Any) -> None:
    told = page(*arguments)
    assert re.search(rf"No shares: [^.]*{why}", told)
    assert "half of it" not in told
    assert "Gini" not in told
    assert "No shares" not in page("compute", "mae", *TRUE, "--pred", "1,2,3,4")


def test_a_comparison_says_each_model_and_loss(page: Any, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("y_true,a,b\n1,1,2\n2,2,4\n3,3,1\n4,6,4\n", encoding="utf-8")
    told = page("compare", str(file), "--pred", "a,b", "--losses", "mae,mse")
    # a: errors 0, 0, 0, 2; b: 1, 2, 2, 0.
    assert "mae a 1 row (25 %) 1 row (25 %) 0 (100 % lower)" in told
    assert "b 2 rows (50 %) 3 rows (75 %) 1 (20 % lower)" in told
    assert "mse a 1 row (25 %) 1 row (25 %) 0 (100 % lower)" in told
    assert "b 2 rows (50 %) 3 rows (75 %) 1.66667 (26 % lower)" in told
    assert "mae median of y_true, 2.5 1 50 % below 25 % above" in told
    assert "mse mean of y_true, 2.5 1.25 20 % below 80 % above" in told
    assert "loss model row 2 row 3 row 4 row 1" in told
    assert "mae a 2 2 1 2 b 1 1 4 3 mse a 2 2 1 2 b 1 1 4 3" in told
    assert "Row 4 moves most: 1st under mae for a, 4th under mse for b." in told


@pytest.mark.parametrize(
    ("losses", "models", "moves"),
    [
        ("mae", "a,b", "Row 4 moves most: 1st for a, 4th for b."),
        ("mae,mape", "c", "Row 1 moves most: 1st under mape, 3rd under mae."),
        ("mae,mse", "c", "These rows stand in the same order throughout."),
    ],
)
def test_what_moves_most_in_words(losses: str, models: str, moves: str, page: Any, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("y_true,a,b,c\n1,1,2,3\n20,20,22,23\n30,30,32,34\n40,42,40,40\n", encoding="utf-8")
    told = page("compare", str(file), "--pred", models, "--losses", losses)
    assert moves in told


@pytest.mark.parametrize("command", ["compute", "compare"])
@pytest.mark.parametrize("form", FORMATS)
def test_formats_of_rows_say_on_stderr_that_they_leave_it_out(
    command: str, form: str, page: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    named = ["compute", "mae"] if command == "compute" else ["compare", "--losses", "mae"]
    line = [*named, *TRUE, "--pred", "1,-2,14,3", "--format", form]
    assert run(line) == 0
    alone = capsys.readouterr()
    assert run([*line, "--why"]) == 0
    out, err = capsys.readouterr()
    rows = form in ("csv", "tsv", "jsonl")
    assert (f"--why: {form} holds rows alone" in err) is rows
    assert "--why" not in alone.err
    assert (out == alone.out) is rows


@pytest.fixture
def wide(tmp_path: Path) -> Any:
    def write(columns: int, cell: str) -> str:
        file = tmp_path / "wide.csv"
        names = ["y_true", "y_pred", *(f"c{i}" for i in range(columns - 2))]
        row = ["1", "3", cell, *["v"] * (columns - 3)]
        file.write_text(f"{','.join(names)}\n{','.join(row)}\n", encoding="utf-8")
        return str(file)

    return write


@pytest.mark.parametrize(
    ("columns", "cell", "said"),
    [
        (30, "w" * 60, None),
        (31, "w" * 60, "--format json has 1 column more"),
        (33, "w" * 60, "--format json has 3 columns more"),
        (30, "w" * 61, "--format json has the whole of the long cells"),
    ],
)
def test_what_is_cut_of_a_row_is_said(
    columns: int, cell: str, said: str | None, wide: Any, page: Any
) -> None:
    told = page("compute", "mae", wide(columns, cell))
    assert ("--format json has" in told) is (said is not None)
    assert said is None or said in told
    assert (cell in told) is (len(cell) == 60)
    assert ("(61 characters)" in told) is (len(cell) == 61)


@pytest.mark.parametrize(
    ("cell", "shown"), [("0.12345", "0.12345"), ("2.34567891234", "2.34568"), ("01.5", "01.5")]
)
def test_long_decimals_of_a_cell_are_rounded_and_texts_are_not(
    cell: str, shown: str, wide: Any, page: Any
) -> None:
    told = page("compute", "mae", wide(4, cell))
    assert shown in told.partition("The worst rows")[2].split()


@pytest.mark.parametrize(("n", "many"), [(199, 0), (200, 2), (201, 3), (1000, 10)])
def test_the_worst_hundredth_from_two_hundred_rows_on(n: int, many: int, page: Any, tmp_path: Path) -> None:
    e = shuffled(np.abs(normal(n)))
    file = tmp_path / "rows.csv"
    file.write_text("y_true,y_pred\n" + "".join(f"0,{a!r}\n" for a in e.tolist()), encoding="utf-8")
    told = page("compute", "mae", str(file), "--rows", "0")
    assert ("without the worst 1 %" in told) is bool(many)
    order = np.argsort(-e, kind="stable")
    made = np.cumsum(e[order]) / e.sum()
    half, ninety = int(np.argmax(made >= 0.5)) + 1, int(np.argmax(made >= 0.9)) + 1
    assert f"half of it is made by {half} of {n} rows" in told
    assert f"90 % of it by {ninety} of {n} rows" in told
    tenth = int(np.ceil(n / 10))
    assert f"10 % {tenth} {100 * made[tenth - 1]:.0f} %" in told
    if many:
        rest = e[order[many:]].mean()
        lower = f"{100 * (1 - rest / e.mean()):.1f} %"
        assert f"without the worst 1 % ({many} rows) {rest:.6g} ({lower} lower)" in told


def test_json_of_a_comparison_has_the_same_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("y_true,a,b\n1,1,2\n2,2,4\n3,3,1\n4,6,4\n", encoding="utf-8")
    line = ["compare", str(file), "--pred", "a,b", "--losses", "mae,mse", "--why", "--format", "json"]
    assert run(line) == 0
    told = json.loads(capsys.readouterr().out)
    found = {(s["loss"], s["model"]): s["why"] for s in told["scores"]}
    assert {key: (one["half"], one["ninety"], one["without"][0]["value"]) for key, one in found.items()} == {
        ("mae", "a"): (1, 1, 0.0),
        ("mae", "b"): (2, 3, 1.0),
        ("mse", "a"): (1, 1, 0.0),
        ("mse", "b"): (2, 3, 5 / 3),
    }
    assert {key: one["constants"][0]["skill"] for key, one in found.items()} == pytest.approx(
        {("mae", "a"): 0.5, ("mae", "b"): -0.25, ("mse", "a"): 0.2, ("mse", "b"): -0.8}
    )
    places = {row["row"]: [rank["rank"] for rank in row["ranks"]] for row in told["ranking"]["rows"]}
    assert places == {2: [2, 1, 2, 1], 3: [2, 1, 2, 1], 4: [1, 4, 1, 4], 1: [2, 3, 2, 3]}
    assert [row["row"] for row in told["ranking"]["rows"]] == [2, 3, 4, 1]
    assert told["ranking"]["rows"][0]["cells"] == {"y_true": "2", "a": "2", "b": "4"}
