"""Columns that are quantiles, each judged at its own level: as given, or as their names say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.close import close
from support.inside import losscli as command

import losscli
from losscli import LosscliError

# The case by hand: 10 and 12 against 8, 10, 13 and 9, 12, 15 cost 0.25, 0 and 0.3 on average.
Y = np.array([10.0, 12.0])
P = np.array([[8.0, 10.0, 13.0], [9.0, 12.0, 15.0]])
MEAN = 0.55 / 3
# Six rows, and what sklearn.metrics.mean_pinball_loss (1.9.1) gives of each column at 0.1, 0.5 and 0.9.
TRUE = np.array([3.0, -0.5, 2.0, 7.0, 4.2, 1.0])
PRED = np.array(
    [[1, 2.5, 4], [-1, 0, 1.5], [1.5, 2, 2.5], [5, 8, 9], [4, 4.5, 6], [1.5, 2, 0.5]], dtype=np.float64
)
WEIGHT = np.array([1.0, 2.0, 0.5, 1.0, 3.0, 1.0])
LEVELS = (0.1, 0.5, 0.9)
SKLEARN = (0.16166666666666665, 0.27499999999999997, 0.19666666666666663)
SKLEARN_WEIGHTED = (0.12176470588235296, 0.2588235294117647, 0.2017647058823529)


def near(value: Any, rel: float = 1e-12) -> Any:
    return close(value, rel)


class Frame(np.ndarray[Any, Any]):
    """An array with names of its columns, as a DataFrame has."""

    columns: list[str]


def frame(values: np.ndarray[Any, Any], *names: str) -> Frame:
    made = values.view(Frame)
    made.columns = list(names)
    return made


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "q.csv"
    path.write_text("y,q10,q50,q90,mean,g\n10,8,10,13,11,a\n12,9,12,15,13,b\n")
    return path


def says(*arguments: object) -> dict[str, Any]:
    done = command(*map(str, arguments), "--format", "json")
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


def texts(told: dict[str, Any]) -> list[str]:
    return [remark["text"] for remark in told["remarks"]]


def refused(*arguments: object) -> str:
    done = command(*map(str, arguments))
    assert done.returncode == 2
    assert done.stdout == ""
    return done.stderr


def test_a_list_has_a_level_a_column() -> None:
    assert losscli.compute("quantile", Y, P, q=LEVELS).value == near(MEAN)
    assert losscli.compute("quantile", Y, P[:, ::-1], q=LEVELS[::-1]).value == near(MEAN)
    assert losscli.compute("quantile", Y[:, None], P, q=LEVELS).value == near(MEAN)
    assert losscli.compute("quantile", np.stack([Y] * 3, axis=1), P, q=LEVELS).value == near(MEAN)
    assert losscli.compute("quantile", TRUE, PRED, q=LEVELS).value == near(sum(SKLEARN) / 3)
    weighted = losscli.compute("quantile", TRUE, PRED, WEIGHT, q=LEVELS)
    assert weighted.value == near(sum(SKLEARN_WEIGHTED) / 3)
    for column, level, value in zip(PRED.T, LEVELS, SKLEARN, strict=True):
        assert losscli.compute("quantile", TRUE, column, q=level).value == near(value)


def test_horizons_stand_before_the_levels() -> None:
    true, pred = TRUE.reshape(3, 2), PRED.reshape(3, 2, 3)
    assert losscli.compute("quantile", true, pred, q=LEVELS).value == near(sum(SKLEARN) / 3)
    each = losscli.compute("quantile", true, pred, WEIGHT.reshape(3, 2)[..., None], q=LEVELS)
    assert each.value == near(sum(SKLEARN_WEIGHTED) / 3)


def test_each_column_has_its_own_gradient() -> None:
    slopes = losscli.gradient("quantile", Y, P, q=LEVELS)
    assert slopes[:, [0, 2]] == near(np.array([[-0.1 / 3, 0.1 / 3]] * 2))
    assert np.isnan(slopes[:, 1]).all()  # a hit has none


def test_names_say_the_levels(table: Path) -> None:
    told = says("compute", "quantile", table, "--true", "y", "--pred", "q*")
    assert told["value"] == near(MEAN)
    assert told["params"] == {"q": list(LEVELS)}
    assert "q is 0.1, 0.5, 0.9: the names q10, q50, q90 say so" in texts(told)
    turned = says("compute", "quantile", table, "--true", "y", "--pred", "q90,q50,q10", "--by", "g")
    assert turned["value"] == near(MEAN)
    assert turned["params"] == {"q": [0.9, 0.5, 0.1]}
    groups = {group["labels"]["g"]: group["value"] for group in turned["groups"]}
    assert groups == {"a": near(0.5 / 3), "b": near(0.6 / 3)}
    one = says("compute", "quantile", table, "--true", "y", "--pred", "q90")
    assert (one["value"], one["params"]) == (near(0.3), {"q": 0.9})
    assert texts(one) == ["q is 0.9: the name q90 says so"]


def test_a_level_that_is_given_wins_and_what_the_names_say_is_told(table: Path) -> None:
    columns = ["compute", "quantile", table, "--true", "y", "--pred"]
    same = says(*columns, "q10,q50,q90", "-p", "q=0.1,0.5,0.9")
    assert (same["value"], texts(same)) == (near(MEAN), [])
    other = says(*columns, "q10,q50,q90", "-p", "q=0.9,0.5,0.1")
    assert other["value"] == near((0.9 * 2.5 + 0.9 * 3) / 3)
    assert texts(other) == ["q is 0.9, 0.5, 0.1, as given; the names q10, q50, q90 say 0.1, 0.5, 0.9"]
    one = says(*columns, "q90", "-p", "q=0.5")
    assert (one["value"], texts(one)) == (near(1.5), ["q is 0.5, as given; the name q90 says 0.9"])


def test_one_level_for_columns_that_all_say_it_is_no_other(tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    path.write_text("y_a,y_b,a_q50,b_q50\n10,10,8,14\n")
    told = says("compute", "quantile", path, "--true", "y_a,y_b", "--pred", "a_q50,b_q50", "-p", "q=0.5")
    assert (told["value"], texts(told)) == (near(1.5), [])


def test_a_pattern_takes_fractions_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    path.write_text("y,q0.5,q0.05,q0.25\n10,10,7,9\n")
    told = says("compute", "quantile", path, "--true", "y", "--pred", "q*", "-p", "q=0.05,0.25,0.5")
    assert told["value"] == near((0.05 * 3 + 0.25 * 1) / 3)
    assert not [text for text in texts(told) if "as given" in text]


def test_arrays_with_names_say_them_too() -> None:
    told = losscli.compute("quantile", Y, frame(P, "q0.1", "q0.5", "q0.9"))
    assert told.value == near(MEAN)
    assert [remark.text for remark in told.remarks] == [
        "q is 0.1, 0.5, 0.9: the names q0.1, q0.5, q0.9 say so"
    ]
    assert losscli.compute("quantile", Y, frame(P, "yhat_0.1", "yhat_0.5", "yhat_0.9")).value == near(MEAN)


def test_names_that_say_no_level_change_nothing(table: Path) -> None:
    told = says("compute", "quantile", table, "--true", "y", "--pred", "mean")
    assert (told["value"], told["params"], told["remarks"]) == (near(0.5), {"q": 0.5}, [])


def test_it_asks_where_the_names_leave_it_open(table: Path) -> None:
    start = ["quantile", table, "--true"]
    assert "for a quantile a column say its level: -p q=0.1,0.5,0.9" in refused(
        "compute", *start, "y", "--pred", "mean,q10"
    )
    both = refused("compute", *start, "q10,q50", "--pred", "q50,q90")
    assert "the names q50, q90 say 0.5, 0.9, and y_true has a column for each" in both
    assert "-p q=0.5,0.9, a level a column, or -p q=0.5 for all" in both
    mixed = refused("compare", table, "--true", "y", "--pred", "q10,mean", "--losses", "quantile")
    assert "the name q10 says 0.1, mean says no level" in mixed
    assert says("compare", table, "--true", "y", "--pred", "q10,mean", "--losses", "quantile", "-p", "q=0.5")
    with pytest.raises(LosscliError, match="parameter q has 2 entries, y_pred has 3 columns"):
        losscli.compute("quantile", Y, P, q=[0.1, 0.9])
    models = refused(
        *("compare", table, "--true", "y", "--pred", "q10,q90", "--losses", "quantile", "-p", "q=0.1,0.9")
    )
    assert "--pred 'q*' is one model of several" in models
    with pytest.raises(LosscliError, match="they must have one shape"):
        losscli.compute("quantile", Y, P, q=0.5)


def test_models_are_each_judged_at_their_own_level(table: Path) -> None:
    told = says(
        *("compare", table, "--true", "y", "--pred", "q10,q50,q90", "--losses", "quantile,mae", "--why"),
        *("--by", "g"),
    )
    first = {score["model"]: score for score in told["scores"] if score["loss"] == "quantile"}
    assert {m: (s["value"], s["params"]["q"]) for m, s in first.items()} == {
        "q10": (near(0.25), 0.1),
        "q50": (0, 0.5),
        "q90": (near(0.3), 0.9),
    }
    assert told["best"] == {"quantile": [], "mae": ["q50"]}
    assert not any(group["best"] for group in told["groups"] if group["loss"] == "quantile")
    assert texts(told) == [
        "each model is judged at the q that its name says: q10 0.1, q50 0.5, q90 0.9; "
        "values at different q do not compare"
    ]
    # Each is held against the constant that is best at its level: 10, 11 and 12.
    held = {model: score["why"]["constants"][0] for model, score in first.items()}
    assert {m: (c["constant"], c["value"], c["best"]) for m, c in held.items()} == {
        "q10": (10, near(0.1), True),
        "q50": (11, near(0.5), True),
        "q90": (12, near(0.1), True),
    }
    page = command(
        *("compare", str(table), "--true", "y", "--pred", "q10,q50,q90", "--losses", "quantile", "--why")
    ).stdout
    assert "q by model" in page
    assert all(f"{level:g}-quantile of" in page for level in LEVELS)


def test_models_at_one_level_compare() -> None:
    told = losscli.compare(Y, {"a_p90": P[:, 1], "b_p90": P[:, 2]}, ["quantile"])
    assert [score.params["q"] for score in told.scores] == [0.9, 0.9]
    assert told.best == {"quantile": ("a_p90",)}
    assert [remark.text for remark in told.remarks] == ["q is 0.9: the names a_p90, b_p90 say so"]


def test_the_best_constants_are_each_column_s_quantile() -> None:
    best, mean, median = losscli.why("quantile", TRUE, PRED, WEIGHT, q=LEVELS).constants
    order = np.argsort(TRUE)
    share = np.cumsum(WEIGHT[order]) / WEIGHT.sum()
    wanted = [TRUE[order][np.searchsorted(share, level)] for level in LEVELS]
    assert best.constant == wanted
    assert (best.what, best.best) == ("quantiles 0.1, 0.5, 0.9 of y_true, by column", True)
    errors = TRUE[:, None] - np.array(wanted)
    cost = np.average(
        np.maximum(LEVELS * errors, (np.array(LEVELS) - 1) * errors).mean(axis=1), weights=WEIGHT
    )
    assert best.value == near(cost)
    assert best.value < min(mean.value, median.value)
    # Of two outputs, each at its own level; of two horizons, each with all levels.
    two = losscli.why("quantile", PRED[:, :2], PRED[:, 1:], q=[0.1, 0.9]).constants[0]
    assert two.constant == [-1.0, 8.0]
    horizons = losscli.why("quantile", TRUE.reshape(3, 2), PRED.reshape(3, 2, 3), q=LEVELS).constants[0]
    assert horizons.constant == [[2.0, 3.0, 4.2], [-0.5, 1.0, 7.0]]


def test_steps_write_each_column_with_its_level() -> None:
    told = losscli.steps("quantile", Y, P, q=LEVELS)
    assert told.value == near(MEAN)
    numbers = [place.steps[-1].texts[2] for place in told.rows[0].places]
    assert numbers == ["0.1·(10 − 8)", "0.5·(10 − 10)", "(1 − 0.9)·(13 − 10)"]


def test_check_judges_each_column_at_its_level(table: Path) -> None:
    told = says("check", table, "--loss", "quantile", "--true", "y", "--pred", "q*")
    assert told["clean"]
    assert told["params"] == {"q": list(LEVELS)}
    assert "q is 0.1, 0.5, 0.9: the names q10, q50, q90 say so" in told["chosen"]
    models = losscli.check(Y, {"q10": P[:, 0], "q90": P[:, 2]}, loss="quantile")
    assert models.params == {"q": {"q10": 0.1, "q90": 0.9}}
    assert any(text.startswith("each model is judged at the q") for text in models.chosen)
    assert {one.id for one in losscli.check(Y, P, loss="quantile").findings} == {"shape_mismatch"}


def test_frameworks_get_the_levels_or_say_that_they_take_one(table: Path) -> None:
    columns = ["quantile", table, "--true", "y", "--pred"]
    rows = {row["framework"]: row for row in says("parity", *columns, "q*")["rows"]}
    assert rows["exact"]["value"] == near(MEAN)
    assert rows["tfa"]["value"] == near(MEAN, 1e-6)
    assert "tau=[0.1, 0.5, 0.9]" in rows["tfa"]["call"]
    assert "(y_true[:, None], y_pred)" in rows["tfa"]["call"]
    assert rows["sklearn"]["value"] is None
    assert "not one number from 0 to 1: the call takes no list" in rows["sklearn"]["takes"]
    one = {row["framework"]: row for row in says("parity", *columns, "q90")["rows"]}
    assert [row["value"] for row in one.values()] == [near(0.3, 1e-6)] * 3
    assert one["sklearn"]["call"] == "sklearn.metrics.mean_pinball_loss(y_true, y_pred, alpha=0.9)"
    alone = refused("compute", *columns, "q*", "--like", "sklearn")
    assert "mean_pinball_loss takes one level, and the names q10, q50, q90 say 0.1, 0.5, 0.9" in alone
    assert says("compute", *columns, "q90", "--like", "sklearn")["value"] == near(0.3)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_code_takes_the_levels(reduction: str) -> None:
    names = {"y_true": TRUE, "y_pred": PRED}
    exec(losscli.code("quantile", "numpy", reduction=reduction, q=LEVELS), names)
    rows = np.array([sample.loss for sample in losscli.compute("quantile", TRUE, PRED, q=LEVELS).samples])
    wanted = {"mean": rows.mean(), "sum": rows.sum(), "none": rows}[reduction]
    assert names["value"] == near(wanted)


@pytest.mark.parametrize("booster", ["xgboost", "lightgbm"])
def test_a_booster_takes_a_model_a_level(booster: str) -> None:
    with pytest.raises(
        LosscliError, match=r"q has 3 numbers \(give one: a model each, the first with -p q=0.1\)"
    ):
        losscli.code("quantile", booster, q=LEVELS)


def test_a_picture_has_a_curve_a_level(table: Path) -> None:
    names = ["q = 0.1", "q = 0.5", "q = 0.9"]
    assert [curve.label for curve in losscli.curve("quantile", q=list(LEVELS)).curves] == names
    told = losscli.curve("quantile", Y, frame(P, "q10", "q50", "q90"))
    assert [curve.label for curve in told.curves] == names
    assert told.histograms[0].total == 6
    assert "q is 0.1, 0.5, 0.9: the names q10, q50, q90 say so" in [remark.text for remark in told.remarks]
    one = losscli.curve("quantile", Y, {"q90": P[:, 2]}["q90"])
    assert one.curves[0].params["q"] == 0.5
    drawn = says("plot", "quantile", "--data", table, "--true", "y", "--pred", "q90")
    assert drawn["curves"][0]["params"]["q"] == 0.9
