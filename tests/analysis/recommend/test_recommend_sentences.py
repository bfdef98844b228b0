"""Sentences of advice that hold no number of the data: which way they point, and that the loss does so."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.advice import entry, laplace, normal, shuffled
from support.close import close

import losscli

P = np.linspace(-50, 50, 400)
EXPONENTIAL = shuffled(-np.log1p(-(np.arange(400) + 0.5) / 400))
LAPLACE = shuffled(laplace(400))
HEAVY = shuffled(normal(400)) ** 3
COUNTS = np.random.default_rng(0).poisson(np.linspace(1, 9, 400)).astype(float)
RATES = np.linspace(1, 9, 400)
OVER = np.random.default_rng(0).negative_binomial(0.5, 0.5 / (0.5 + RATES)).astype(float)
HALVES = (np.arange(400) % 2).astype(float)
RARE = (np.arange(400) % 20 == 0).astype(float)
SIDES = 2 * HALVES - 1
CLASSES = (np.arange(400) % 4).astype(int)
ROWS = np.eye(4)[CLASSES] * 0.6 + 0.1
MASKS = (np.arange(4000) % 10 == 0).reshape(10, 20, 20).astype(float)
BOXES = np.concatenate([np.zeros((40, 2)), np.linspace(5, 50, 80).reshape(40, 2)], axis=1)
ENDS = np.stack([P - 1, P + 1], axis=1)
SPREADS = np.stack([P + 30 * shuffled(normal(400)), np.full(400, 30.0)], axis=1)
FEW = np.maximum((np.arange(2000) % 41 == 0).reshape(400, 5), np.eye(400, 5, -7))
TIMES = np.stack([P + 51, HALVES], axis=1)
GRADES = (np.arange(1200) % 5).reshape(400, 3).astype(float)
TRIPLES = np.random.default_rng(0).normal(size=(40, 3, 4))
AMOUNTS = np.exp(shuffled(normal(400)) / 2 + 4)

NORMAL = (P + shuffled(normal(400)), P, {})
CASES: list[tuple[tuple[Any, Any, dict[str, Any]], str, str]] = [
    (NORMAL, "mse", "least at the mean, and an error ten times larger costs a hundred times more"),
    (NORMAL, "mae", "the median is wanted, or an error ten times larger costs ten times more"),
    (NORMAL, "huber", "below delta it is mse/2"),
    (NORMAL, "huber", "outliers are expected that these rows do not show"),
    ((P - HEAVY, P, {}), "huber", "huber counts them linearly"),
    ((P - HEAVY, P, {}), "mse", "those rows are right and a large error is what costs you"),
    ((P - LAPLACE, P, {}), "cauchy", "a far row pulls the less the farther it is"),
    ((P - LAPLACE, P, {}), "cauchy", "the far rows are more likely wrong than right"),
    ((P - EXPONENTIAL, P, {}), "quantile", "errors of one side cost more than those of the other"),
    ((COUNTS, RATES, {}), "poisson_deviance", "0 at a perfect fit: the same minimiser"),
    ((COUNTS, RATES, {}), "tweedie", "more spread than its mean, or has more zeros"),
    ((COUNTS, RATES, {}), "mse", "an error of one count costs the same at every mean"),
    ((OVER, RATES, {}), "poisson", "only intervals from it are too narrow"),
    ((OVER, RATES, {}), "poisson", "both are least at the mean"),
    ((AMOUNTS, None, {"task": "positive-amounts"}), "msle", "least near the geometric mean"),
    ((AMOUNTS, None, {"task": "positive-amounts"}), "gamma_deviance", "msle's minimiser lies below it"),
    ((AMOUNTS, None, {"task": "positive-amounts"}), "mse", "one unit costs the same at every size"),
    ((HALVES, None, {}), "bce", "least at the true probability: its predictions can be read as"),
    ((HALVES, None, {}), "brier", "from 0 to 1 a row, never infinite"),
    ((HALVES, 0.2 + 0.6 * HALVES, {}), "binary_focal", "easy rows drown the hard ones"),
    ((RARE, None, {}), "binary_focal", "easy rows drown the hard ones and ranking is what counts"),
    ((HALVES, 1 - HALVES, {}), "fbeta", "beta above 1 favours recall"),
    ((RARE, 1 - RARE, {}), "zero_one", "every mistake costs the same, whichever the class"),
    ((SIDES, 3 * SIDES, {}), "modified_huber", "quadratic inside the margin, linear far on the wrong side"),
    ((SIDES, 3 * SIDES, {}), "squared_hinge", "a row far on the wrong side is what costs you"),
    ((SIDES, 3 * SIDES, {}), "soft_margin", "beyond the margin is to go on counting a little"),
    ((SIDES, 0.5 * SIDES, {}), "hinge", "rows beyond the margin are to count for nothing"),
    ((CLASSES.astype(float), ROWS, {}), "scce", "over-confident, or some labels are wrong"),
    (
        (np.eye(4)[CLASSES], ROWS, {"task": "ordinal"}),
        "weighted_kappa",
        "the square of its distance in classes",
    ),
    ((np.eye(4)[CLASSES], ROWS, {"task": "ordinal"}), "cce", "every mistake costs the same, however far off"),
    ((ROWS, ROWS[::-1], {}), "jsd", "both rows may hold zeros: it is bounded by log 2"),
    ((MASKS, None, {}), "tversky", "a missed pixel costs more than a false one"),
    ((MASKS, None, {}), "jaccard", "the same order of models as dice"),
    ((MASKS, None, {}), "binary_focal", "easy background drowns a few small objects"),
    ((BOXES, BOXES + 1, {}), "giou", "IoU is the same for large and small"),
    ((BOXES, BOXES + 1, {}), "smooth_l1", "a pixel costs the same on every object"),
    ((P, P, {"quantile": 0.9}), "mae", "quantile at 0.5 is half of it"),
    ((P, None, {"quantile": 0.9}), "expectile", "expectiles are no quantiles"),
    ((P, ENDS, {"task": "intervals"}), "interval_score", "width and 2/alpha for each unit outside"),
    (
        (P, SPREADS, {"task": "forecasting"}),
        "laplace_nll",
        "heavy tails: its second column is the mean distance",
    ),
    (
        (P, SPREADS, {"task": "forecasting"}),
        "crps_gaussian",
        "mean and standard deviation at once, in target",
    ),
    ((P, SPREADS * [1, 30], {"task": "forecasting"}), "gaussian_nll", "punishes a variance too small most"),
    ((FEW, None, {}), "asymmetric", "easy negatives fade fast, and below 0.05 cost nothing"),
    ((FEW, None, {}), "bce", "a missed label costs more than a false one"),
    ((TIMES, P, {}), "cox", "needs only the order of the times; y_pred is a log hazard"),
    ((GRADES, None, {"task": "ranking"}), "listnet", "weighs a list's top most"),
    ((GRADES, None, {"task": "ranking"}), "listmle", "an order without ties"),
    ((None, TRIPLES, {}), "triplet", "half of the median distance to the negative"),
    ((CLASSES * 1.0, ROWS - 40, {"task": "embeddings"}), "supcon", "every anchor has several positives"),
    ((ROWS, ROWS[::-1], {}), "kld", "kld is 0 where the rows agree"),
]


def first_with(told: Any, loss: str, words: str) -> bool:
    texts = [" ".join([*e.reasons, e.when or "", *e.derived]) for e in told.recommendations if e.loss == loss]
    assert texts, loss
    return any(words in text for text in texts)


@pytest.mark.parametrize(("data", "loss", "words"), CASES, ids=lambda v: v if isinstance(v, str) else "")
def test_a_sentence_points_the_right_way(data: Any, loss: str, words: str) -> None:
    y, p, options = data
    assert first_with(losscli.recommend(y, p, **options), loss, words)


def cost(loss: str, y: float, p: float, **params: Any) -> float:
    return float(losscli.compute(loss, [y], [p], **params).value)


def test_the_losses_do_what_is_said_of_them() -> None:
    for loss, times in (("mse", 100), ("mae", 10)):
        assert cost(loss, 0, 50) == close(times * cost(loss, 0, 5), 1e-12)
    assert cost("huber", 0, 0.5, delta=1) == close(cost("mse", 0, 0.5) / 2, 1e-12)
    assert cost("huber", 0, 0.5, delta=1) < cost("mae", 0, 0.5)  # small errors count less than their size
    steps = [cost("cauchy", 0, far + 1, scale=1) - cost("cauchy", 0, far, scale=1) for far in (3, 30)]
    assert steps[1] < steps[0]
    assert cost("tukey", 0, 50, c=4) == cost("tukey", 0, 5, c=4)
    assert cost("quantile", 5, 4, q=0.75) == close(3 * cost("quantile", 5, 6, q=0.75), 1e-12)
    assert cost("poisson_deviance", 3, 3) == 0
    assert cost("hinge", 1, 1) == 0 < cost("soft_margin", 1, 1)
    assert cost("squared_hinge", 1, -9) == close(10 * cost("hinge", 1, -9), 1e-12)
    # A mistake two classes off costs more in kappa than one class off, and the same in cross-entropy.
    near, far = np.roll(ROWS, 1, axis=1)[:4], np.roll(ROWS, 2, axis=1)[:4]
    one_hot = np.eye(4)
    kappas = [losscli.compute("weighted_kappa", one_hot, p, weightage="quadratic").value for p in (near, far)]
    assert kappas[0] < kappas[1]
    assert losscli.compute("cce", one_hot, near).value == losscli.compute("cce", one_hot, far).value
    assert losscli.compute("kld", ROWS, ROWS).value == pytest.approx(0, abs=1e-12)
    fading = [losscli.compute("asymmetric", [[0.0]], [[p]]).value for p in (0.04, 0.2)]
    assert fading[0] == 0 < fading[1] < cost("bce", 0, 0.2)
    nll = [losscli.compute("gaussian_nll", [0.0], [[1.0, v]]).value for v in (0.2, 1.0, 5.0)]
    assert nll[0] > nll[2] > nll[1]  # five times too small costs more than five times too large
    # beta on missed pixels, alpha on false ones; beta above 1 favours recall.
    hit, missed, false = [1.0, 1, 0, 0], [1.0, 0, 0, 0], [1.0, 1, 1, 0]
    assert losscli.compute("tversky", hit, missed, alpha=0.1, beta=0.9).value > (
        losscli.compute("tversky", hit, false, alpha=0.1, beta=0.9).value
    )
    assert (
        losscli.compute("fbeta", hit, missed, beta=3).value
        > losscli.compute("fbeta", hit, false, beta=3).value
    )


def test_entries_name_one_recommendation_each() -> None:
    told = losscli.recommend(RARE)
    assert entry(told, "bce", "pos_weight").params["pos_weight"] == 19
