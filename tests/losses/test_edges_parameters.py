"""Every parameter of every loss, away from its default: it changes the value, to a number worked out by hand.

A kernel that ignores one, or takes one for another, gives the value under the defaults or another number.
"""

from __future__ import annotations

from math import atan, e, exp, log, log1p, pi, sqrt
from typing import Any, NamedTuple

import pytest
from support.close import close

import losscli
from losscli import LosscliError
from losscli.catalogue import registry


class Case(NamedTuple):
    loss: str
    y_true: Any
    y_pred: Any
    params: dict[str, Any]
    value: float


def softplus(x: float) -> float:
    return log1p(exp(x))


def each(loss: str, y_true: Any, y_pred: Any, *found: tuple[dict[str, Any], float]) -> list[Case]:
    """The value of one set of arrays under several sets of parameters."""
    return [Case(loss, y_true, y_pred, params, value) for params, value in found]


# One class taken for the other with a probability of ¾.
HOT, MISSED, LOGITS, COST = [[0, 1]], [[0.75, 0.25]], [[log(3), 0.0]], log(4)
SMOOTH = 0.1 * log(4 / 3) + 0.9 * log(4)  # under label_smoothing 0.2
# x and y against (x, y, w, h): two 2 by 4 boxes, one apart; read as corners the second is 1 by 4
BOX, MOVED = [[0, 0, 2, 4]], [[1, 0, 2, 4]]
XYWH = {"box_format": "xywh"}
V = 4 / pi**2 * (atan(1 / 2) - atan(1)) ** 2
# Unit vectors with the products 0.6 (one class), 0 and 0.8
CLASSES, UNIT = [0, 0, 1], [[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]]
LINE, PAIRS = [[0.0], [1.0], [3.0], [5.0]], [0, 0, 1, 1]
ROUND = [
    [1.0, 0.0],
    [0.6, 0.8],
    [0.0, 1.0],
    [0.0, 2.0],
]  # 1 − cos: 0.4 and 0 within, 1 or 0.2 across
# Hits 1.5, misses 0.5, false alarms 0.75; by row 0.5 0.5 0.25 and 1 0 0.5; by class 0.5 0.5 0.5 and 1 0 0.25
MASK, GUESS = [[1, 0], [0, 1]], [[0.5, 0.25], [0.5, 1.0]]
ODDS = [[0.0, -log(3)], [0.0, log(3)]]  # their logits, but for 0.75 in place of 1: 1.25 hit, 0.75 missed


def overlap(hit: float, missed: float, false: float, smooth: float = 0.0) -> float:
    return (missed + false) / (hit + missed + false + smooth)


def groups(hits: float, misses: float = 1.0, alarms: float = 1.0) -> list[tuple[dict[str, Any], float]]:
    """`per` sample and class, of a loss that weighs the three so."""
    row = [overlap(hits * a, misses * b, alarms * c) for a, b, c in ((0.5, 0.5, 0.25), (1, 0, 0.5))]
    column = [overlap(hits * a, misses * b, alarms * c) for a, b, c in ((0.5, 0.5, 0.5), (1, 0, 0.25))]
    return [({"per": "sample"}, sum(row) / 2), ({"per": "class"}, sum(column) / 2)]


TVERSKY = [
    ({"alpha": 2.0}, overlap(1.5, 0.25, 1.5)),
    ({"beta": 2.0}, overlap(1.5, 1.0, 0.375)),
    ({"smooth": 1.0}, overlap(1.5, 0.25, 0.375, 1.0)),
    *groups(1, 0.5, 0.5),
]

CASES = [
    *each(
        "asymmetric",
        [[1, 0]],
        [[0.6, 0.3]],
        ({"gamma_neg": 1.0}, -0.4 * log(0.6) - 0.25 * log(0.75)),
        ({"gamma_pos": 2.0}, -(0.4**2) * log(0.6) - 0.25**4 * log(0.75)),
        ({"clip": 0.2}, -0.4 * log(0.6) - 0.1**4 * log(0.9)),
    ),
    Case(
        "asymmetric",
        [[1, 0]],
        [[0.0, log(3)]],
        {"from_logits": True},
        -0.5 * log(0.5) - 0.7**4 * log(0.3),
    ),
    *each("barron", [0], [2], ({"alpha": -2.0}, 1.0), ({"scale": 2.0}, sqrt(2) - 1)),
    *each(
        "bce",
        [1],
        [0.25],
        ({"pos_weight": 3.0}, 3 * COST),
        ({"label_smoothing": 0.2}, -0.9 * log(0.25) - 0.1 * log(0.75)),
        ({"from_logits": True}, softplus(-0.25)),
    ),
    *each(
        "binary_focal",
        [1],
        [0.25],
        ({"gamma": 1.0}, 0.75 * COST),
        ({"alpha": 0.3}, 0.3 * 0.5625 * COST),
        ({"label_smoothing": 0.2}, 0.7**2 * (-0.9 * log(0.25) - 0.1 * log(0.75))),
    ),
    Case("binary_focal", [1], [-log(3)], {"from_logits": True}, 0.5625 * COST),
    *each(
        "categorical_focal",
        HOT,
        MISSED,
        ({"gamma": 1.0}, 0.25 * 0.75 * COST),
        ({"alpha": [0.5, 0.1]}, 0.1 * 0.5625 * COST),
        ({"label_smoothing": 0.2}, 0.25 * (0.1 * 0.0625 * log(4 / 3) + 0.9 * 0.5625 * COST)),
    ),
    Case("categorical_focal", HOT, LOGITS, {"from_logits": True}, 0.25 * 0.5625 * COST),
    Case("cauchy", [0], [2], {"scale": 2.0}, log(1.5)),
    *each("cce", HOT, MISSED, ({"class_weight": [2, 3]}, 3 * COST), ({"label_smoothing": 0.2}, SMOOTH)),
    Case("cce", HOT, LOGITS, {"from_logits": True}, COST),
    *each("scce", [1], MISSED, ({"class_weight": [2, 3]}, 3 * COST), ({"label_smoothing": 0.2}, SMOOTH)),
    Case("scce", [1], LOGITS, {"from_logits": True}, COST),
    Case("scce", [0, 1], [[0.5, 0.5], *MISSED], {"ignore_class": 0}, COST),
    Case("iou", BOX, MOVED, XYWH, 2 / 3),
    Case("giou", BOX, MOVED, XYWH, 2 / 3),
    Case("diou", BOX, MOVED, XYWH, 2 / 3 + 1 / 25),
    Case("ciou", BOX, MOVED, XYWH, 2 / 3 + 1 / 25),
    Case("ciou", BOX, [[1, 0, 4, 4]], XYWH, 0.8 + 4 / 41 + V * V / (0.8 + V)),
    *each(
        "circle",
        CLASSES,
        UNIT,
        ({"gamma": 1.0}, (softplus(-0.16) + softplus(0.48)) / 2),
        ({"margin": 0.2}, (softplus(6.4) + softplus(57.6)) / 2),
    ),
    Case("contrastive", [0], [0.5], {"margin": 2.0}, 2.25),
    Case("cosine_embedding", [-1], [[[1.0, 0.0], [0.6, 0.8]]], {"margin": 0.5}, 0.6 - 0.5),
    Case("ctc", [[0]], [[[0.0, log(3)], [0.0, log(3)]]], {"blank": 1}, -log(1 / 16 + 3 / 16 + 3 / 16)),
    *each("dice", MASK, GUESS, ({"smooth": 1.0}, overlap(3, 0.5, 0.75, 1)), *groups(2)),
    Case("dice", MASK, ODDS, {"from_logits": True}, overlap(2.5, 0.75, 0.75)),
    *each("jaccard", MASK, GUESS, ({"smooth": 1.0}, overlap(1.5, 0.5, 0.75, 1)), *groups(1)),
    Case("jaccard", MASK, ODDS, {"from_logits": True}, overlap(1.25, 0.75, 0.75)),
    *each("tversky", MASK, GUESS, *TVERSKY),
    Case("tversky", MASK, ODDS, {"from_logits": True}, overlap(1.25, 0.375, 0.375)),
    *each("focal_tversky", MASK, GUESS, *TVERSKY, ({"gamma": 3.0}, overlap(1.5, 0.25, 0.375) ** 3)),
    Case("focal_tversky", MASK, ODDS, {"from_logits": True}, overlap(1.25, 0.375, 0.375)),
    *each("fbeta", MASK, GUESS, ({"beta": 2.0}, overlap(5 * 1.5, 4 * 0.5, 0.75)), *groups(2)),
    Case(
        "generalized_dice",
        [[1, 0], [0, 1], [0, 1]],
        [[0.5, 0.5], [0.5, 0.5], [0.0, 1.0]],
        {"smooth": 0.5},
        1.25 / 3.5,  # wrong 1 + 1/4, right 2(0.5 + 1.5/4)
    ),
    *each("elastic_net", None, [[1, -2]], ({"l1": 0.5}, 1.55), ({"l2": 0.5}, 2.53)),
    Case("l1_penalty", None, [[1, -2]], {"factor": 2.0}, 6.0),
    Case("l2_penalty", None, [[1, -2]], {"factor": 2.0}, 10.0),
    Case("epsilon_insensitive", [0], [-3], {"epsilon": 1.0}, 2.0),
    Case("squared_epsilon_insensitive", [0], [-3], {"epsilon": 1.0}, 4.0),
    *each("expectile", [2, 0], [0, 1], ({"q": 0.9}, (3.6 + 0.1) / 2)),
    *each("quantile", [2, 0], [0, 1], ({"q": 0.9}, (1.8 + 0.1) / 2)),
    Case("gaussian_nll", [1], [[0, 4]], {"full": True}, (log(4) + 0.25 + log(2 * pi)) / 2),
    Case("geman_mcclure", [0], [2], {"scale": 2.0}, 2 / 5),
    *each("generalized_cce", HOT, MISSED, ({"q": 1.0}, 0.75), ({"q": 0.0}, COST)),
    Case("hinge_embedding", [-1], [0.5], {"margin": 2.0}, 1.5),
    Case("huber", [0], [2], {"delta": 0.5}, 0.875),
    Case(
        "infonce",
        None,
        [[[1.0, 0.0], [1.0, 0.0]], [[0.0, 1.0], [0.6, 0.8]]],
        {"temperature": 0.5},
        (softplus(-0.8) + softplus(-1.6) + softplus(-2.0) + softplus(-0.4)) / 4,
    ),
    Case("interval_score", [3], [[0, 1]], {"alpha": 0.5}, 9.0),
    Case(
        "lifted_struct",
        CLASSES,
        [[0.0], [1.0], [3.0]],
        {"margin": 2.0},
        (1 + log(exp(-1) + 1)) ** 2 / 2,
    ),
    Case("linex", [0], [1], {"a": -1.0}, 1 / e),
    *each(
        "brier",
        [[0, 1, 0]],
        [[0.5, 0.25, 0.25]],
        ({"multiclass": True}, 0.875),
        ({"multiclass": True, "half": True}, 0.4375),
    ),
    Case("margin_ranking", [1], [[0.5, 0.0]], {"margin": 1.0}, 0.5),
    Case("matrix_cce", HOT, MISSED, {"matrix": [[1, 2], [3, 4]]}, 2 + 2 * exp(0.75) + 3 * exp(0.25)),
    *each(
        "multi_margin",
        [0],
        [[1.0, 0.5, 0.75]],
        ({"p": 2}, (0.25 + 0.5625) / 3),
        ({"margin": 0.5}, 0.25 / 3),
        ({"class_weight": [2, 1, 1]}, 2 * 1.25 / 3),
    ),
    Case("multilabel_soft_margin", [[1, 0]], [[0, 0]], {"class_weight": [1, 3]}, 2 * log(2)),
    Case("nll", [1], [[-1, -2]], {"class_weight": [2, 3]}, 6.0),
    Case("nll", [0, 1], [[-5, -1], [-1, -2]], {"ignore_class": 0}, 2.0),
    Case("ntxent", CLASSES, UNIT, {"temperature": 0.5}, (softplus(-1.2) + softplus(0.4)) / 2),
    Case("supcon", CLASSES, UNIT, {"temperature": 0.5}, (softplus(-1.2) + softplus(0.4)) / 2),
    Case("poisson", [2], [1], {"from_log": True}, e - 2),
    Case("poisson", [3], [2], {"full": True}, 2 - 3 * log(2) + log(6)),
    Case("poly_cce", HOT, LOGITS, {"epsilon": 1.0}, COST + 0.75),
    Case("poly_cce", HOT, MISSED, {"from_logits": False}, COST + 1.5),
    Case("pseudo_huber", [0], [2], {"delta": 2.0}, 4 * (sqrt(2) - 1)),
    *each(
        "quadruplet",
        None,
        [[[0.0], [1.0], [1.0], [3.0]]],
        ({"margin1": 2.0}, 2.0),
        ({"margin2": 5.0}, 3.0),
    ),
    Case("smooth_l1", [0], [2], {"beta": 0.5}, 1.75),
    *each(
        "symmetric_cce",
        HOT,
        MISSED,
        ({"alpha": 1.0}, COST + 3),
        ({"beta": 0.5}, 0.1 * COST + 1.5),
        ({"log_zero": -2.0}, 0.1 * COST + 1.5),
    ),
    *each(
        "triplet",
        None,
        [[[0, 0], [3, 4], [1, 1]]],
        ({"margin": 0.5}, 5.5 - sqrt(2)),
        ({"p": 1.0}, 6.0),
        ({"squared": True}, 24.0),
    ),
    Case("triplet", None, [[[0, 0], [3, 4], [6, 8]]], {"swap": True}, 1.0),
    *each(
        "triplet_hard",
        PAIRS,
        LINE,
        ({"margin": 2.0}, 3 / 4),
        ({"soft": True}, (2 * softplus(-2) + softplus(-1) + log(2)) / 4),
        ({"margin": 4.0, "distance": "squared"}, 5 / 4),
    ),
    Case("triplet_hard", PAIRS, ROUND, {"distance": "cosine"}, 3.2 / 4),
    *each(
        "triplet_semihard",
        PAIRS,
        LINE,
        ({"margin": 3.0}, 6 / 4),
        ({"margin": 4.0, "distance": "squared"}, 1 / 4),
    ),
    Case("triplet_semihard", PAIRS, ROUND, {"distance": "cosine"}, 3.2 / 4),
    Case("tukey", [0], [1], {"c": 2.0}, 4 / 6 * (1 - 0.75**3)),
    *each("tweedie", [1], [2], ({"power": 3.0}, 0.25), ({"power": 0.0}, 1.0)),
    Case("vae_kl", None, [[[1, 2], [0, 0]]], {"latent_reduction": "mean"}, 1.25),
    Case(
        "weighted_kappa",
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        [[0.5, 0.5, 0], [0, 1, 0], [0, 0, 1]],
        {"weightage": "linear"},
        -log(5),
    ),
    Case("welsch", [0], [2], {"scale": 2.0}, 1 - exp(-0.5)),
    Case("zero_one", [1, 0, 0], [0.5, 0.5, 0.6], {"threshold": 0.5}, 2 / 3),
]


def value(case: Case, **params: Any) -> float:
    return losscli.compute(case.loss, case.y_true, case.y_pred, **params).value


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.loss}-{'-'.join(case.params)}")
def test_a_parameter_has_its_meaning(case: Case) -> None:
    assert value(case, **case.params) == close(case.value, 1e-14)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.loss}-{'-'.join(case.params)}")
def test_without_a_parameter_the_number_is_another(case: Case) -> None:
    for left_out in case.params:
        others = {name: given for name, given in case.params.items() if name != left_out}
        try:
            assert value(case, **others) != close(case.value, 1e-3), left_out
        except LosscliError:  # logits are no probabilities; no matrix, no loss
            assert left_out in ("from_logits", "matrix", "threshold")


def test_every_parameter_of_every_loss_has_a_case() -> None:
    wanted = {(name, parameter) for name in losscli.names() for parameter in registry.get(name).parameters}
    assert {(case.loss, parameter) for case in CASES for parameter in case.params} == wanted
