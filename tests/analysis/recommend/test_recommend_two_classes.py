"""Advice on labels 0 and 1, and on labels −1 and 1: every share, count and parameter, and its direction."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.advice import (
    by_mean,
    entry,
    everything,
    evidence,
    interval,
    losses,
    names,
    percent,
    shares,
    short,
    why,
)
from support.close import close

import losscli
from losscli.results.recommend import Recommendations


def labels(ones: int, n: int) -> Any:
    return (np.arange(n) < ones).astype(float)


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


@pytest.mark.parametrize(
    ("ones", "n", "task"),
    [
        (10, 100, "binary"),
        (9, 100, "imbalanced"),
        (90, 100, "binary"),
        (91, 100, "imbalanced"),
        (0, 100, "binary"),
        (100, 100, "binary"),
    ],
)
@pytest.mark.parametrize("predicted", [True, False])
def test_how_many_of_each_class(ones: int, n: int, task: str, predicted: bool) -> None:
    y = labels(ones, n)
    told = losscli.recommend(y, np.where(y == 1, 0.7, 0.45) if predicted else None, task="binary")
    assert told.task == task
    assert f"{n} labels: {ones} of class 1, {n - ones} of class 0" in evidence(told, "n").text
    assert evidence(told, "positives").value == ones / n
    assert evidence(told, "positives").text == f"class 1: {shares(ones, n)}"
    assert f"{ones} of {n} labels are of class 1: {shares(ones, n)}" in why(told)
    assert ("imbalanced" in why(told)) is (task == "imbalanced")
    assert ("there is one class only" in why(told)) is (ones in (0, n))
    assert ("pos_weight" in everything(told)) is (task == "imbalanced")


@pytest.mark.parametrize("shift", [0.2, -0.2, 0.0])
@pytest.mark.parametrize("logits", [False, True])
def test_calibration_is_predicted_less_observed(shift: float, logits: bool) -> None:
    y = labels(60, 200)
    p = np.clip(0.3 + shift + np.where(np.arange(200) % 2, 0.05, -0.05), 0.01, 0.99)
    told = losscli.recommend(y, np.log(p / (1 - p)) if logits else p)
    found = evidence(told, "calibration")
    value, low, high = by_mean(p - y)
    assert found.value == pytest.approx(shift, abs=1e-12)
    assert (found.low, found.high) == close((low, high), 1e-6)
    assert found.text.startswith("predicted less observed share of class 1: ")
    if shift:
        assert interval(value, low, high) in found.text


def test_rows_that_are_easy_from_six_tenths_on() -> None:
    y = np.array([1.0, 1, 0, 0, 1, 0])
    p = np.array([0.6, 0.5999, 0.4, 0.4001, 0.2, 0.05])
    told = losscli.recommend(y, p)
    easy = np.array([True, False, True, False, False, True])
    cost = -np.log(np.where(y == 1, p, 1 - p))
    made = cost[easy].sum() / cost.sum()
    found = evidence(told, "easy_rows")
    assert found.value == close(made, 1e-12)
    assert f"rows given 0.6 or more to their class: 3, which make {percent(made)} of the" in found.text
    focal = entry(told, "binary_focal")
    assert "3 of 6 rows are well classified (0.6 or more to their class)" in focal.reasons[0]
    assert f"still make {percent(made)} of the cross-entropy" in focal.reasons[0]


@pytest.mark.parametrize(
    ("p_of_0", "easy"), [(0.3, True), (0.001, False)], ids=["easy rows make it", "hard rows do"]
)
def test_few_positives_get_a_proper_score_and_weights_by_what_a_miss_costs(p_of_0: float, easy: bool) -> None:
    y = labels(30, 1000)
    p = np.where(y == 1, 0.05, p_of_0)
    told = losscli.recommend(y, p)
    cost = -np.log(np.where(y == 1, p, 1 - p))
    assert (cost[30:].sum() / cost.sum() >= 0.5) == easy
    assert losses(told)[:2] == ["bce", "brier"]
    assert told.recommendations[0].params == {}
    assert ("probabilities are too high: 29 % on average" in why(told)) is easy
    assert ("probabilities are too low: 0.25 % on average" in why(told)) is not easy
    weighted, focal = entry(told, "bce", "pos_weight"), entry(told, "binary_focal")
    assert weighted.params == {"pos_weight": 32.3}  # 970/30
    assert weighted.derived[0].startswith(
        "pos_weight 32.3 = 97 % / 3 %, the other class for each row of class 1"
    )
    assert focal.params == {"gamma": 2, "alpha": 0.97}
    assert "alpha 0.97: 1 less the share of class 1" in focal.derived[0]
    assert "a missed row of class 1 costs about 32.3 times a false alarm" in (weighted.when or "")
    # Of costs as these, the weighted cross-entropy is least at W p / (W p + 1 - p): 1/2 at p = 1 / (1 + W).
    w, p0 = 32.3, 1 / 33.3
    grid = np.linspace(0.001, 0.999, 999)
    weighted_cost = -w * p0 * np.log(grid) - (1 - p0) * np.log(1 - grid)
    assert grid[weighted_cost.argmin()] == pytest.approx(0.5, abs=1e-9)
    assert bool(focal.reasons) is easy
    # Both classes count alike: the sum of the weights of each.
    assert 30 * weighted.params["pos_weight"] == close(970, 1e-2)  # two digits are suggested
    assert 30 * focal.params["alpha"] == close(970 * (1 - focal.params["alpha"]), 1e-2)  # likewise


def test_many_positives_weigh_less_than_one() -> None:
    y = labels(960, 1000)
    told = losscli.recommend(y)
    weighted = entry(told, "bce", "pos_weight")
    assert weighted.params == {"pos_weight": 0.0417}  # 40/960
    assert "= 4 % / 96 %" in weighted.derived[0]
    assert entry(told, "binary_focal").params["alpha"] == 0.04


def test_without_predictions_easy_rows_are_unknown() -> None:
    told = losscli.recommend(labels(30, 1000))
    assert losses(told)[0] == "bce"
    assert told.recommendations[0].params == {}
    assert names(told) == ["n", "positives"]
    assert "well classified" not in everything(told)


@pytest.mark.parametrize("gone", [0, 1, 3])
@pytest.mark.parametrize("side", [0.0, 1.0])
def test_a_probability_of_0_for_what_happened_makes_bce_infinite(gone: int, side: float) -> None:
    y = labels(50, 100)
    p = np.where(y == 1, 0.8, 0.3)
    p[np.flatnonzero(y == side)[:gone]] = 1 - side
    p[np.flatnonzero(y == side)[10:12]] = side  # certain and right
    told = losscli.recommend(y, p)
    assert losses(told)[0] == ("brier" if gone else "bce")
    assert ("impossible" in names(told)) is bool(gone)
    assert ("infinite there" in everything(told)) is bool(gone)
    assert ("calibration" in names(told)) is not gone
    if gone:
        assert evidence(told, "impossible").value == gone
        words = f"{gone} row{'s' * (gone > 1)} gave probability 0 to what happened"
        for loss in ("brier", "bce", "binary_focal"):
            assert words in " ".join(entry(told, loss).reasons)
        assert "binary_focal is infinite there" in entry(told, "binary_focal").reasons[0]
        assert "bce is infinite there" in entry(told, "bce").reasons[0]


@pytest.mark.parametrize(
    ("inside", "asked", "reads", "absent"),
    [
        (False, False, "y_pred leaves 0 to 1: read as logits", "said to hold"),
        (True, True, "y_pred is said to hold logits", "leaves 0 to 1"),
        (True, False, None, "logits"),
    ],
)
def test_why_predictions_are_read_as_logits(
    inside: bool, asked: bool, reads: str | None, absent: str
) -> None:
    y = labels(50, 100)
    z = np.linspace(0, 1 if inside else 3, 100)
    told = losscli.recommend(y, z, from_logits=asked)
    assert absent not in why(told)
    words = "probabilities" if reads is None else "logits"
    assert told.reading == f"labels 0 and 1, predicted by {words} (0 to {1 if inside else 3})"
    assert ("from_logits" in told.recommendations[0].params) is (reads is not None)
    brier = entry(told, "brier").command  # takes probabilities alone
    assert brier == f'losscli.{"compute" if reads is None else "explain"}("brier"' + (
        ", y_true, y_pred)" if reads is None else ")"
    )
    assert ("put a sigmoid before" in (entry(told, "brier").when or "")) is (reads is not None)
    if reads:
        assert reads in why(told)
        at = sigmoid(z)
        cost = -np.log(np.where(y == 1, at, 1 - at))
        easy = np.where(y == 1, at, 1 - at) >= 0.6
        assert evidence(told, "easy_rows").value == close(cost[easy].sum() / cost.sum(), 1e-9)
        assert entry(told, "binary_focal").params == {"from_logits": True, "gamma": 2}


def test_labels_for_predictions_have_a_share_of_wrong_rows() -> None:
    y = labels(40, 100)
    p = y.copy()
    p[[0, 1, 2, 50, 60, 70, 80]] = 1 - p[[0, 1, 2, 50, 60, 70, 80]]
    told = losscli.recommend(y, p)
    assert losses(told) == ["zero_one", "fbeta", "bce"]
    assert f"{shares(7, 100)} of the rows are wrong" in why(told)
    assert entry(told, "bce").command == 'losscli.explain("bce")'
    assert losses(losscli.recommend(y, p, from_logits=True))[0] == "bce"


def margins(below: int, inside: int, beyond: int) -> tuple[Any, Any]:
    """Labels by turns, and scores with so many on the wrong side, at 0, and at 1."""
    y = np.where(np.arange(below + inside + beyond) % 2, 1.0, -1.0)
    margin = np.repeat([-0.01, 0.0, 1.0], [below, inside, beyond])
    return y, y * margin


@pytest.mark.parametrize(
    ("below", "inside", "beyond", "first"), [(20, 30, 50, "hinge"), (20, 31, 49, "soft_margin")]
)
def test_margins_are_counted_by_their_sides(below: int, inside: int, beyond: int, first: str) -> None:
    y, p = margins(below, inside, beyond)
    told = losscli.recommend(y, p)
    n = len(y)
    assert losses(told)[:2] == [first, {"hinge": "soft_margin", "soft_margin": "hinge"}[first]]
    found = evidence(told, "margins").text
    assert f"{below} of {n} below 0, {inside} from 0 to 1, {beyond} from 1 on" in found
    assert (
        f"of {n} rows {below} are on the wrong side, {inside} inside the margin and {beyond} beyond"
        in why(told)
    )
    free = f"{percent(beyond / n)} of the rows lie beyond the margin and cost hinge nothing"
    assert free in " ".join(entry(told, "hinge").reasons)
    cost = losscli.compute("hinge", y, p, reduction="none").per_sample
    assert (cost == 0).sum() == beyond
    ones = int((y == 1).sum())
    assert f"labels are −1 and 1, {shares(ones, n)} of them 1" in why(told)
    assert evidence(told, "positives").value == ones / n


def test_labels_of_a_side_predicted_by_labels() -> None:
    y = np.where(np.arange(50) < 15, 1.0, -1.0)
    p = y.copy()
    p[:4] = -1
    told = losscli.recommend(y, p)
    assert losses(told) == ["zero_one", "hinge"]
    assert f"{shares(4, 50)} of the rows are wrong" in why(told)
    assert evidence(told, "positives").text == f"class 1: {shares(15, 50)}"
    assert losses(losscli.recommend(y)) == ["hinge", "soft_margin"]


def ask(ones: int, logits: bool | None) -> tuple[Any, Recommendations]:
    y = np.zeros(500)
    y[np.arange(ones) * (500 // ones)] = 1
    y = y.reshape(100, 5)
    y[0, :2], y[1] = 1, 0
    p = None if logits is None else np.where(y == 1, 2.0, -2.0) if logits else np.where(y == 1, 0.8, 0.2)
    return y, losscli.recommend(y, p, task="multilabel")


@pytest.mark.parametrize("logits", [None, False, True])
@pytest.mark.parametrize("ones", [25, 125])
def test_rows_of_labels(ones: int, logits: bool | None) -> None:
    y, told = ask(ones, logits)
    count = int(y.sum())
    held = y.sum(axis=1)
    part = count / 500
    many = f"5 labels a row, {short(held.mean())} of them true on average (from 0 to {int(held.max())})"
    assert evidence(told, "labels").text == many
    assert evidence(told, "positives").value == part
    assert evidence(told, "positives").text == f"true labels: {shares(count, 500)} of the entries"
    assert f"true labels are {shares(count, 500)} of the entries" in why(told)
    first = "asymmetric" if part < 0.1 else "multilabel_soft_margin" if logits else "bce"
    assert losses(told)[0] == first
    weight = entry(told, "bce", "pos_weight")
    assert weight.params["pos_weight"] == float(f"{(1 - part) / part:.3g}")
    assert f"= {percent(1 - part)} / {percent(part)}, the zeros for each one" in weight.derived[0]
    assert ("from_logits" in weight.params) is bool(logits)
    kind = {None: "", False: ", predicted by probabilities", True: ", predicted by logits"}[logits]
    assert told.reading == "rows of labels" + kind


@pytest.mark.parametrize(("true", "first"), [(50, "bce"), (49, "asymmetric")])
def test_labels_are_few_below_a_tenth(true: int, first: str) -> None:
    y = np.zeros(500)
    y[:true] = 1
    assert losses(losscli.recommend(y.reshape(5, 100).T, task="multilabel"))[0] == first


def test_no_true_label_at_all() -> None:
    told = losscli.recommend(np.zeros((4, 3)), task="multilabel")
    assert entry(told, "bce", "pos_weight").params["pos_weight"] == 1
