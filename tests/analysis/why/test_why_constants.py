"""The constants that a loss is held against: the right ones, what they cost, none where none makes sense."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.close import close

import losscli
from losscli.catalogue.pages import explanation
from losscli.results.why import Constant, Why

RNG = np.random.default_rng(5)
N = 60
AMOUNT = RNG.gamma(2.0, size=N) + 0.1
WEIGHT = RNG.uniform(0.1, 2, N)
LABEL = (RNG.random(N) < 0.3).astype(float)
SCORE = RNG.normal(size=N)
CLASS = RNG.integers(0, 3, N)
ROWS = RNG.dirichlet(np.ones(3), N)
CHANCE = RNG.uniform(0.05, 0.95, N)


def first(told: Why) -> Constant:
    assert told.reference == 0
    return told.constants[0]


def logit(p: Any) -> Any:
    return np.log(p / (1 - p))


def costs(loss: str, y_true: Any, constant: Any, beside: Any, weight: Any = None, **params: Any) -> float:
    y_pred = np.broadcast_to(constant, np.shape(beside)).copy()
    return float(losscli.compute(loss, y_true, y_pred, weight, **params).value)


BEST: list[tuple[str, Any, Any, dict[str, Any], Any]] = [
    ("mse", AMOUNT, CHANCE, {}, AMOUNT.mean()),
    ("rmse", AMOUNT, CHANCE, {}, AMOUNT.mean()),
    ("mae", AMOUNT, CHANCE, {}, np.median(AMOUNT)),
    ("wape", AMOUNT, CHANCE, {}, np.median(AMOUNT)),
    ("quantile", AMOUNT, CHANCE, {"q": 0.91}, np.quantile(AMOUNT, 0.91, method="inverted_cdf")),
    ("poisson", AMOUNT, CHANCE, {}, AMOUNT.mean()),
    ("poisson", AMOUNT, CHANCE, {"from_log": True}, np.log(AMOUNT.mean())),
    ("tweedie", AMOUNT, CHANCE, {"power": 1.5}, AMOUNT.mean()),
    ("gamma_deviance", AMOUNT, CHANCE, {}, AMOUNT.mean()),
    ("bce", LABEL, CHANCE, {}, LABEL.mean()),
    ("bce", LABEL, SCORE, {"from_logits": True}, logit(LABEL.mean())),
    ("brier", LABEL, CHANCE, {}, LABEL.mean()),
    ("scce", CLASS, ROWS, {}, np.bincount(CLASS) / N),
    ("cce", np.eye(3)[CLASS], ROWS, {}, np.bincount(CLASS) / N),
    ("scce", CLASS, ROWS, {"from_logits": True}, np.log(np.bincount(CLASS) / N)),
    ("zero_one", CLASS, CLASS[::-1], {}, np.bincount(CLASS).argmax()),
    ("gaussian_nll", AMOUNT, ROWS[:, :2], {}, [AMOUNT.mean(), AMOUNT.var()]),
    ("laplace_nll", AMOUNT, ROWS[:, :2], {}, [np.median(AMOUNT), np.abs(AMOUNT - np.median(AMOUNT)).mean()]),
    (
        "interval_score",
        AMOUNT,
        ROWS[:, :2],
        {"alpha": 0.21},
        np.quantile(AMOUNT, [0.105, 0.895], method="inverted_cdf"),
    ),
    ("generalized_kld", ROWS * 3, ROWS, {}, ROWS.mean(axis=0) * 3),
    ("mse", ROWS, ROWS[::-1], {}, ROWS.mean(axis=0)),
    ("mae", ROWS, ROWS[::-1], {}, np.median(ROWS, axis=0)),
]


@pytest.mark.parametrize(("loss", "y_true", "y_pred", "params", "constant"), BEST)
def test_the_best_constant_and_what_it_costs(
    loss: str, y_true: Any, y_pred: Any, params: dict[str, Any], constant: Any
) -> None:
    told = losscli.why(loss, y_true, y_pred, **params)
    held = first(told)
    assert held.best
    assert held.constant == close(np.asarray(constant).tolist(), 1e-12)
    cost = costs(loss, y_true, held.constant, y_pred, **params)
    assert held.value == close(cost, 1e-12)
    if held.skill is not None:
        assert held.skill == pytest.approx(1 - told.value / cost)
    # No constant near it, or far from it, costs less.
    for _ in range(40):
        other = np.asarray(constant) * np.exp(RNG.normal(scale=0.3, size=np.shape(constant)))
        if loss in ("scce", "cce") and not params:
            other = other / other.sum()
        if loss == "zero_one":
            other = RNG.integers(0, 3)
        if loss in ("bce", "brier") and not params:
            other = min(float(other), 0.99)
        assert costs(loss, y_true, other, y_pred, **params) >= cost - 1e-12 * abs(cost)


@pytest.mark.parametrize(("loss", "make"), [("mse", np.average), ("bce", np.average)])
def test_weights_move_the_constant(loss: str, make: Any) -> None:
    y_true = LABEL if loss == "bce" else AMOUNT
    held = first(losscli.why(loss, y_true, CHANCE, WEIGHT))
    assert held.constant == close(make(y_true, weights=WEIGHT), 1e-12)
    assert held.value == close(costs(loss, y_true, held.constant, CHANCE, WEIGHT), 1e-12)


def test_a_weighted_median_has_half_of_the_weight_on_either_side() -> None:
    held = first(losscli.why("mae", AMOUNT, CHANCE, WEIGHT))
    assert held.best
    below, above = WEIGHT[held.constant > AMOUNT].sum(), WEIGHT[held.constant < AMOUNT].sum()
    assert max(below, above) <= WEIGHT.sum() / 2
    whole = first(losscli.why("mae", AMOUNT, CHANCE, np.round(WEIGHT * 10)))
    repeated = np.repeat(AMOUNT, np.round(WEIGHT * 10).astype(int))
    assert whole.constant == close(np.median(repeated), 1e-12)


def test_class_weights_count_as_weights() -> None:
    held = first(losscli.why("scce", CLASS, ROWS, class_weight=[1.0, 2.0, 4.0]))
    shares = np.bincount(CLASS) * [1.0, 2.0, 4.0]
    assert held.best
    assert held.constant == close((shares / shares.sum()).tolist(), 1e-12)
    assert held.value == pytest.approx(
        costs("scce", CLASS, held.constant, ROWS, class_weight=[1.0, 2.0, 4.0])
    )


RATE = LABEL.mean()


@pytest.mark.parametrize(
    ("params", "constant"),
    [
        ({"label_smoothing": 0.1}, 0.9 * RATE + 0.05),
        ({"pos_weight": 3.0}, 3 * RATE / (3 * RATE + 1 - RATE)),
    ],
)
def test_what_moves_the_minimiser_moves_the_constant(params: dict[str, Any], constant: float) -> None:
    held = first(losscli.why("bce", LABEL, CHANCE, **params))
    assert (held.what, held.best) == ("best constant, by search", True)
    assert held.constant == pytest.approx(constant, rel=1e-6, abs=0)  # of a dip half the digits


def test_without_a_known_minimiser_the_better_comes_first() -> None:
    told = losscli.why("huber", AMOUNT, CHANCE, delta=0.5)
    searched, *others = told.constants
    assert (searched.what, searched.best) == ("best constant, by search", True)
    assert {c.what for c in others} == {"mean of y_true", "median of y_true"}
    assert searched.value <= others[0].value <= others[1].value
    assert not any(c.best for c in others)


@pytest.mark.parametrize("coding", [0.0, -1.0])
@pytest.mark.parametrize(("loss", "like"), [("hinge", "exact"), ("hinge", "keras"), ("soft_margin", "exact")])
def test_margins_are_held_against_the_side_with_more_rows(loss: str, coding: float, like: str) -> None:
    y_true = np.where(LABEL == 1, 1.0, coding)
    told = losscli.why(loss, y_true, SCORE, like=like)
    values = {c.what: c.value for c in told.constants}
    assert values["always -1"] == close(costs(loss, y_true, -1.0, SCORE, like=like), 1e-6)
    if loss == "soft_margin":
        p = LABEL.mean()
        assert first(told).constant == pytest.approx(logit(p))
        assert first(told).value == pytest.approx(-p * np.log(p) - (1 - p) * np.log(1 - p))


def test_a_threshold_is_held_against_all_on_one_side_of_it() -> None:
    held = first(losscli.why("zero_one", LABEL, SCORE, threshold=0.3))
    assert (held.what, held.best, held.value) == ("always below the threshold", True, LABEL.mean())


def test_scores_of_classes_are_held_against_the_majority() -> None:
    largest = int(np.bincount(CLASS).argmax())
    held = first(losscli.why("multiclass_hinge", CLASS, ROWS))
    assert held.constant == np.eye(3)[largest].tolist()
    assert held.value == pytest.approx(costs("multiclass_hinge", CLASS, held.constant, ROWS))


def test_masks_are_held_against_all_ones_too() -> None:
    told = losscli.why("dice", LABEL, CHANCE)
    values = {c.what: c.value for c in told.constants}
    p = LABEL.mean()
    assert values["all ones"] == pytest.approx(1 - 2 * p / (p + 1))
    logits = {c.what: c.value for c in losscli.why("dice", LABEL, SCORE, from_logits=True).constants}
    assert logits["all ones"] == close(values["all ones"], 1e-12)


@pytest.mark.parametrize("like", ["torch", "optax"])
def test_a_framework_that_takes_logits_gets_the_constant_in_logits(like: str) -> None:
    held = first(losscli.why("scce", CLASS, ROWS, like=like))
    shares = np.bincount(CLASS) / N
    assert held.constant == pytest.approx(np.log(shares).tolist())
    assert held.value == close(-(shares * np.log(shares)).sum(), 1e-6)


def test_ignored_labels_do_not_count() -> None:
    held = first(losscli.why("scce", np.where(CLASS == 2, 9, CLASS), ROWS, ignore_class=9))
    counts = np.bincount(CLASS)[:2]
    assert held.constant == pytest.approx([*(counts / counts.sum()), 0.0])


def test_many_outputs_get_one_constant_which_is_not_called_best() -> None:
    y_true = RNG.normal(size=(5, 4, 4))
    held = first(losscli.why("mse", y_true, y_true[::-1]))
    assert held.constant == pytest.approx(y_true.mean())
    assert not held.best


def test_a_constant_outside_the_domain_is_left_out() -> None:
    told = losscli.why("tweedie", [0.0, 0, 0, 8, 0], [1.0, 1, 1, 2, 1], power=1.5)
    assert [c.what for c in told.constants] == ["mean of y_true"]  # the median, 0, is no rate
    assert losscli.why("bce", [1.0, 1], [3.0, 4], from_logits=True).constants == ()


NONE = ["triplet", "cosine_embedding", "giou", "listnet", "ctc", "contrastive", "cox", "vae_kl", "l2_penalty"]
NONE += ["perceptron", "wasserstein", "cosine_distance", "circle", "weighted_kappa", "crps_ensemble", "bpr"]


@pytest.mark.parametrize("loss", NONE)
def test_no_constant_where_none_makes_sense(loss: str) -> None:
    example = explanation(losscli.find(loss)).example
    assert losscli.why(loss, example.y_true, example.y_pred, **example.params).constants == ()


@pytest.mark.parametrize("like", ["torch", "optax"])
def test_no_constant_where_a_call_takes_logarithms_of_probabilities(like: str) -> None:
    assert losscli.why("kld", ROWS, np.log(ROWS[::-1]), like=like).constants == ()


@pytest.mark.parametrize("loss", losscli.names())
def test_every_loss_says_something_true_of_its_example(loss: str) -> None:
    found = losscli.find(loss)
    example = explanation(found).example
    told = losscli.why(loss, example.y_true, example.y_pred, **example.params)
    whole = losscli.compute(loss, example.y_true, example.y_pred, **example.params)
    assert (told.value, told.n) == (whole.value, whole.n)
    assert (told.uneven is None) == (told.half is not None)
    if whole.concentration is not None:
        assert (told.half, told.worst[0].row) == (whole.concentration.half, whole.concentration.worst)
    for constant in told.constants:
        again = costs(loss, example.y_true, constant.constant, example.y_pred, **example.params)
        assert constant.value == close(again, 1e-12)
