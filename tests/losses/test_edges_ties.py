"""Ties, thresholds, emptiness: what counts where two things are equal, absent or alone, by hand."""

from __future__ import annotations

from math import exp, inf, log, nan, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.close import close
from support.inputs import NAMES, cases, compute, loss_of

import losscli
from losscli import LosscliError

HUGE = 1e308


def value(loss: str, y_true: Any, y_pred: Any, **params: Any) -> float:
    return losscli.compute(loss, y_true, y_pred, **params).value


@pytest.mark.parametrize(
    ("loss", "y_true", "y_pred", "params", "wanted"),
    [
        # a threshold, met exactly, one ulp above and below
        ("zero_one", [0, 0, 1], [0.5, np.nextafter(0.5, 1), 0.5], {"threshold": 0.5}, 2 / 3),
        ("zero_one", [-1, 1], [0.0, 1e-300], {"threshold": 0.0}, 0.0),
        ("huber", [0, 0], [2.0, -2.0], {"delta": 2.0}, 2.0),
        ("smooth_l1", [0, 0], [2.0, -2.0], {"beta": 2.0}, 1.0),
        ("smooth_l1", [0, 0], [0.0, -2.0], {"beta": 0.0}, 1.0),
        ("tukey", [0, 0], [3.0, -3.0], {"c": 3.0}, 1.5),
        ("epsilon_insensitive", [0, 0], [0.5, -0.5], {"epsilon": 0.5}, 0.0),
        ("hinge", [1, 0], [1.0, -1.0], {}, 0.0),
        ("modified_huber", [1, 1], [-1.0, np.nextafter(-1.0, -2)], {}, 4.0),
        ("binary_sparsemax", [1, 1, 1], [-1.0, 1.0, 0.0], {}, 1.25 / 3),
        ("perceptron", [1, -1], [0.0, 0.0], {}, 0.0),
        ("contrastive", [0, 0], [1.0, 0.0], {}, 0.5),
        ("hinge_embedding", [-1, -1], [1.0, 0.0], {}, 0.5),
        ("asymmetric", [[0, 0]], [[0.05, 0.04]], {}, 0.0),
        # equal scores
        ("multiclass_hinge", [0], [[2.0, 2.0, 2.0]], {}, 1.0),
        ("multiclass_perceptron", [1], [[2.0, 2.0, 2.0]], {}, 0.0),
        ("categorical_hinge", [[1, 0]], [[2.0, 2.0]], {}, 1.0),
        ("label_ranking", [[1, 0, 0]], [[0.5, 0.5, 0.1]], {}, 0.5),
        ("coverage_error", [[1, 0, 0]], [[0.5, 0.5, 0.1]], {}, 2.0),
        ("sparsemax", [0], [[1.0, 1.0]], {}, 0.25),
        ("ranknet", [[1, 0]], [[3.0, 3.0]], {}, log(2)),
        ("ranknet", [[1, 1]], [[3.0, -3.0]], {}, 0.0),
        ("bpr", None, [[3.0, 3.0]], {}, log(2)),
        ("margin_ranking", [1], [[3.0, 3.0]], {}, 0.0),
        ("crps_ensemble", [1.0], [[0.0, 0.0, 3.0]], {}, 4 / 3 - 12 / 18),
        # no label at all, or every one
        ("label_ranking", [[0, 0], [1, 1]], [[0.5, 0.1], [0.1, 0.5]], {}, 0.0),
        ("coverage_error", [[0, 0]], [[0.5, 0.1]], {}, 0.0),
        ("multilabel_margin", [[-1, 0, 1]], [[0.1, 0.2, 0.3]], {}, 0.0),
        ("multilabel_margin", [[2, -1, 0]], [[0.1, 0.2, 0.3]], {}, (0.8 + 0.9) / 3),
        ("ctc", [[-1, 0]], [[[0.0, log(3)], [0.0, log(3)]]], {}, 2 * log(4)),
        ("ctc", [[1, 1, -1]], [[[0.0, log(3)]] * 3], {}, -log(9 / 64)),
        ("ctc", [[1, 1]], [[[0.0, 0.0]] * 2], {}, inf),
        # one row, one class, one member
        ("cce", [[1.0]], [[1.0]], {}, 0.0),
        ("scce", [0], [[5.0]], {"from_logits": True}, 0.0),
        ("listmle", [[1.0]], [[7.0]], {}, 0.0),
        ("listnet", [[1.0]], [[7.0]], {}, 0.0),
        ("multi_margin", [0], [[3.0]], {}, 0.0),
        ("multiclass_perceptron", [0], [[3.0]], {}, 0.0),
        ("crps_ensemble", [1.0], [[3.0]], {}, 2.0),
        ("rmse", [1.0], [3.0], {}, 2.0),
        ("median_absolute_error", [1.0], [3.0], {}, 2.0),
        ("median_absolute_error", [0.0, 0.0], [1.0, 4.0], {}, 2.5),
        ("infonce", None, [[[1.0, 0.0], [0.0, 1.0]]], {}, 0.0),
        ("cox", [[1.0, 1.0]], [4.0], {}, 0.0),
        ("lovasz_hinge", [1], [-1.0], {}, 2.0),
        ("lovasz_hinge", [0], [1.0], {}, 2.0),
        # nothing on either side, a class that is absent
        ("dice", [[0, 0]], [[0.0, 0.0]], {}, 0.0),
        ("jaccard", [[0, 0]], [[0.5, 0.0]], {}, 1.0),
        ("mape", [0.0, 0.0], [0.0, 0.0], {}, 0.0),
        ("mape", [0.0], [1e-300], {}, inf),
        ("smape", [0.0, 2.0], [0.0, 0.0], {}, 100.0),
        ("wape", [0.0, 0.0], [0.0, 0.0], {}, 0.0),
        ("generalized_dice", [[1, 0, 0], [0, 1, 0]], [[0.8, 0.1, 0.1], [0.2, 0.8, 0.0]], {}, 0.7 / 3.9),
        ("cosine_similarity", [[0.0, 0.0]], [[1.0, 2.0]], {}, 0.0),
        ("cosine_distance", [[1.0, 2.0]], [[0.0, 0.0]], {}, 1.0),
        ("iou", [[0, 0, 1, 1]], [[1, 0, 2, 1]], {}, 1.0),  # they touch
        ("iou", [[3, 3, 3, 3]], [[3, 3, 3, 3]], {}, 1.0),
        ("giou", [[0, 0, 1, 1]], [[1, 0, 2, 1]], {}, 1.0),
        ("giou", [[0, 0, 1, 1]], [[2, 0, 3, 1]], {}, 1 + 1 / 3),
        ("diou", [[0, 0, 1, 1]], [[1, 0, 2, 1]], {}, 1 + 1 / 5),
        ("poisson", [0.0], [0.0], {}, 0.0),
        ("poisson", [0.0, 1.0], [3.0, 1.0], {"full": True}, 2.0),
        ("generalized_kld", [[0.0, 2.0]], [[3.0, 2.0]], {}, 3.0),
        ("kld", [[1.0, 0.0]], [[0.5, 0.5]], {}, log(2)),
        ("jsd", [[1.0, 0.0]], [[0.0, 1.0]], {}, log(2)),
        ("bce", [1.0, 0.0], [1.0, 0.0], {}, 0.0),
        ("bce", [1.0], [0.0], {}, inf),
        # far apart
        ("logcosh", [0.0, 0.0], [3000.0, -HUGE], {}, (3000 - log(2)) / 2 + HUGE / 2),
        ("logcosh", [0.0], [3000.0], {}, 3000 - log(2)),
        ("smape", [HUGE], [-HUGE], {}, 200.0),
        ("smape", [5e-324], [1e-323], {}, 200 / 3),
        ("rmse", [0.0, 0.0], [3e-200, 4e-200], {}, sqrt(12.5) * 1e-200),
        ("rmse", [0.0, 0.0], [3e200, 4e200], {}, sqrt(12.5) * 1e200),
        ("l2_penalty", None, [[1e200]], {"factor": 1e-200}, 1e200),
        ("soft_margin", [1, 1], [-800.0, 800.0], {}, 400.0),
        ("wape", [1e200, 3e200], [2e200, 3e200], {}, 25.0),
        ("cosine_similarity", [[3e200, 4e200]], [[4e-200, 3e-200]], {}, -0.96),
        ("quantile", [5.0], [5.0], {"q": 0.0}, 0.0),
        ("quantile", [5.0, 0.0], [0.0, 5.0], {"q": 1.0}, 2.5),
        ("generalized_cce", [[1, 0]], [[0.0, 1.0]], {"q": 0.5}, 2.0),
        ("tweedie", [0.0], [4.0], {"power": 1.5}, 2 * 4**0.5 / 0.5),
        ("tweedie", [1e-100], [1e-100], {"power": 5.0}, 0.0),
        # p⁻⁴ is beyond the floats, y p⁻⁴ is not
        ("tweedie", [2.0**-322], [2.0**-332], {"power": 5.0}, 2.0**997 * (2.0**-30 / 12 + 256 - 1 / 3)),
    ],
)
def test_a_value_at_an_edge(loss: str, y_true: Any, y_pred: Any, params: Any, wanted: float) -> None:
    assert value(loss, y_true, y_pred, **params) == close(wanted, 1e-14)


@pytest.mark.parametrize(
    ("loss", "y_true", "y_pred", "params", "wanted"),
    [
        ("mae", [1.0, 1.0, 1.0], [1.0, 2.0, 0.0], {}, [nan, 1, -1]),
        ("hinge", [1, 1, 0], [1.0, 0.9, -0.9], {}, [nan, -1, 1]),
        ("perceptron", [1, 1, 1], [0.0, -1.0, 1.0], {}, [nan, -1, 0]),
        ("quantile", [1.0, 1.0, 1.0], [1.0, 2.0, 0.0], {"q": 0.9}, [nan, 0.1, -0.9]),
        ("expectile", [1.0, 1.0, 1.0], [1.0, 2.0, 0.0], {"q": 0.9}, [0, 0.2, -1.8]),
        ("epsilon_insensitive", [0.0, 0.0, 0.0], [0.5, 0.75, -0.25], {"epsilon": 0.5}, [nan, 1, 0]),
        ("huber", [0.0, 0.0, 0.0], [2.0, 3.0, -1.0], {"delta": 2.0}, [2, 2, -1]),
        ("tukey", [0.0, 0.0], [2.0, 1.0], {"c": 2.0}, [0, 0.5625]),
        ("hinge_embedding", [-1, -1, -1, 1], [1.0, 0.5, 2.0, 1.0], {}, [nan, -1, 0, 1]),
        ("contrastive", [0, 0, 1], [1.0, 0.5, 2.0], {}, [0, -1, 4]),
        ("smape", [1.0, 2.0, 0.0, -1.0], [1.0, 0.0, 1.0, 1.0], {}, [nan, nan, 0, 0]),
        ("mape", [1.0, -4.0], [1.0, 3.0], {}, [nan, 25]),
        ("max_error", [0.0, 0.0, 0.0], [3.0, -3.0, 1.0], {}, [nan, nan, 0]),
        ("max_error", [0.0, 0.0], [2.0, -3.0], {}, [0, -1]),
        ("median_absolute_error", [0.0] * 3, [1.0, -2.0, 5.0], {}, [0, -1, 0]),
        ("median_absolute_error", [0.0] * 3, [1.0, -2.0, 2.0], {}, [0, nan, nan]),
        ("rmse", [0.0, 0.0], [3.0, 4.0], {}, [3 / sqrt(50), 4 / sqrt(50)]),
        ("rmse", [0.0], [-1e-200], {}, [-1]),
        ("multiclass_hinge", [0], [[0.0, 2.0, 2.0]], {}, [[-1, nan, nan]]),
        ("multiclass_hinge", [0], [[3.0, 2.0, 1.0]], {}, [[nan, nan, 0]]),
        ("multiclass_hinge", [0], [[0.0, 2.0, 1.0]], {}, [[-1, 1, 0]]),
        (
            "margin_ranking",
            [1, 1, -1],
            [[1.0, 1.0], [0.0, 1.0], [0.0, 1.0]],
            {},
            [[nan] * 2, [-1, 1], [0, 0]],
        ),
        ("triplet", None, [[[0.0], [1.0], [2.0]]], {}, [[[0], [nan], [nan]]]),
        ("triplet", None, [[[0.0], [1.0], [1.5]]], {}, [[[0], [1], [-1]]]),
        (
            "triplet_hard",
            [0, 0, 1, 1],
            [[0.0], [1.0], [2.0], [5.0]],
            {"margin": 0.5},
            [[-1], [3], [-3], [1]],  # of 2x₁ − x₀ − x₂ and x₃ − 2x₂ + x₁
        ),
        (
            "triplet_hard",
            [0, 0, 1, 1],
            [[0.0], [3.0], [-1.0], [1.0]],
            {},
            [[nan], [1], [nan], [nan]],
        ),  # as near on both sides; the vector that is no part of that has its slope
        ("interval_score", [0.0, 5.0], [[0.0, 1.0], [0.0, 1.0]], {"alpha": 0.5}, [[nan, 1], [-1, -3]]),
        ("iou", [[0, 0, 2, 4]], [[1, 1, 3, 3]], {}, [[0.2, 0.08, 0.04, -0.08]]),
        ("iou", [[0, 0, 4, 2]], [[1, 1, 3, 3]], {"box_format": "yxyx"}, [[0.08, 0.2, -0.08, 0.04]]),
        (
            "iou",
            [[0, 0, 4, 2]],
            [[3, 1, 5, 3]],
            {"box_format": "yxyx"},
            [[10 / 121, 10 / 121, 2 / 121, 2 / 121]],
        ),
        (
            "iou",
            [[0, 0, 2, 4]],
            [[1, 3, 2, 2]],
            {"box_format": "xywh"},
            [[12 / 121, 12 / 121, 2 / 121, 2 / 121]],
        ),
        ("iou", [[0, 0, 2, 4]], [[2, 1, 3, 3]], {}, [[nan, 0, 0, 0]]),  # they touch: moved left, p overlaps y
    ],
)
def test_a_slope_at_an_edge(loss: str, y_true: Any, y_pred: Any, params: Any, wanted: Any) -> None:
    """NaN at the kink itself and nowhere else."""
    reduction = "mean" if loss_of(loss).kind == "statistic" else "sum"
    found = losscli.gradient(loss, y_true, y_pred, reduction=reduction, **params)
    np.testing.assert_allclose(found, wanted, rtol=1e-14, atol=0)


def in_the_given_order(score: list[float]) -> float:
    """−log of the chance that this is the order, place after place."""
    return sum(log(sum(exp(s) for s in score[k:])) - score[k] for k in range(len(score)))


def test_tied_items_of_a_list_keep_the_given_order() -> None:
    score = np.random.default_rng(7).normal(size=60).tolist()
    assert value("listmle", [[1.0] * 60], [score]) == close(in_the_given_order(score), 1e-13)
    # two grades, each with ties: the higher first, and each in its order
    grade = [float(k % 2) for k in range(60)]
    assert value("listmle", [grade], [score]) == close(in_the_given_order(score[1::2] + score[::2]), 1e-13)


def test_the_farthest_positive_and_the_nearest_negative_count() -> None:
    # 3 − 7, 2 − 6, 3 − 4 in class 0 and 1 − 4, 1 − 5 in class 1
    line = [[0.0], [1.0], [3.0], [7.0], [8.0]]
    assert value("triplet_hard", [0, 0, 0, 1, 1], line, margin=2.0) == close(1 / 5, 1e-14)
    assert value("triplet_hard", [0, 0, 0, 1, 1], line, margin=4.0) == close((0 + 0 + 3 + 1 + 0) / 5, 1e-14)


def test_equally_far_negatives_and_positives() -> None:
    # from 0: its positive at 1; negatives at 1 (not beyond it) and 2
    line = [[0.0], [1.0], [-1.0], [2.0]]
    # (0, 1): 1 − 2; (1, 0): 1, none beyond but 2: 1 − 2; (−1, 2): 3, farthest 2; (2, −1): 3, farthest 2
    assert value("triplet_semihard", [0, 0, 1, 1], line, margin=1.0) == close((0 + 0 + 2 + 2) / 4, 1e-14)
    # hard: 1 − 1, 1 − 1, 3 − 1, 3 − 1
    assert value("triplet_hard", [0, 0, 1, 1], line, margin=1.0) == close((1 + 1 + 3 + 3) / 4, 1e-14)


@pytest.mark.parametrize(
    "loss", ["triplet_hard", "triplet_semihard", "lifted_struct", "ntxent", "supcon", "circle"]
)
def test_a_batch_without_a_pair_costs_nothing(loss: str) -> None:
    found = losscli.compute(loss, [0, 1], [[1.0, 0.0], [0.0, 1.0]])
    assert found.divisor == 0
    assert found.value == 0


@pytest.mark.parametrize("loss", ["scce", "nll"])
def test_rows_that_are_all_ignored_have_no_mean_and_a_sum_of_0(loss: str) -> None:
    y_pred = [[0.5, 0.5]] * 2 if loss == "scce" else [[-1.0, -2.0]] * 2
    found = losscli.compute(loss, [1, 1], y_pred, ignore_class=1)
    assert np.isnan(found.value)
    assert found.divisor == 0
    assert losscli.compute(loss, [1, 1], y_pred, reduction="sum", ignore_class=1).value == 0
    assert losscli.compute(loss, [1, 0], y_pred, ignore_class=1).divisor == 1


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=3)
@given(data=st.data())
def test_no_rows_are_refused(name: str, data: st.DataObject) -> None:
    case = data.draw(cases(loss_of(name), wide=False, rows=(2, 2)))
    case = case.take(np.empty(0, int))
    with pytest.raises(LosscliError, match="no samples"):
        compute(case)
    if case.loss.slope is not None:
        with pytest.raises(LosscliError, match="no samples"):
            losscli.gradient(name, case.y_true, case.y_pred, **case.params)


def test_cox_counts_tied_times_in_each_other_s_risk_set() -> None:
    time_and_event, hazard = [[2.0, 1], [2.0, 1], [5.0, 0], [1.0, 1]], [0.5, -0.5, 1.0, 2.0]
    at_2 = log(exp(0.5) + exp(-0.5) + exp(1.0))
    at_1 = log(exp(0.5) + exp(-0.5) + exp(1.0) + exp(2.0))
    wanted = (at_2 - 0.5) + (at_2 + 0.5) + (at_1 - 2.0)
    assert value("cox", time_and_event, hazard) == close(wanted / 3, 1e-14)
    assert value("cox", time_and_event, [x + 1000 for x in hazard]) == close(wanted / 3, 1e-12)


def test_lovasz_hinge_is_the_jaccard_loss_of_the_worst_entries_taken_together() -> None:
    y, score = np.array([1, 0, 1, 0, 0]), np.array([-1.0, 0.5, 2.0, -3.0, 0.0])
    margin = 1 - (2 * y - 1) * score
    order, found, before = np.argsort(-margin), 0.0, 0.0
    for k in range(1, 6):
        wrong = np.isin(np.arange(5), order[:k])
        guess = np.where(wrong, 1 - y, y)
        jaccard = 1 - (guess * y).sum() / np.maximum(guess, y).sum()
        found, before = found + max(0.0, margin[order[k - 1]]) * (jaccard - before), jaccard
    assert value("lovasz_hinge", y, score) == close(found, 1e-14)


def test_ctc_adds_up_every_path() -> None:
    logit = np.random.default_rng(3).normal(size=(4, 3))
    chance = np.exp(logit) / np.exp(logit).sum(axis=1, keepdims=True)

    def read(path: tuple[int, ...], blank: int) -> list[int]:
        merged = [k for place, k in enumerate(path) if place == 0 or path[place - 1] != k]
        return [k for k in merged if k != blank]

    for label, blank in (([1, 2], 0), ([1, 1], 0), ([], 0), ([0, 1], 2), ([2], 1)):
        paths = [path for path in np.ndindex(3, 3, 3, 3) if read(path, blank) == label]
        total = sum(np.prod([chance[t, k] for t, k in enumerate(path)]) for path in paths)
        assert value("ctc", [[*label, -1]], [logit], blank=blank) == close(-log(total), 1e-13), (label, blank)


def test_a_class_without_weight_costs_nothing_even_where_it_is_infinite() -> None:
    rows = [1.0, 0.0, 1.0], [0.0, 1.0, 0.5]
    half = 0.25 * np.log(2)
    found = losscli.compute("binary_focal", *rows, alpha=0.0).per_sample
    assert found is not None
    assert found.tolist() == [0.0, np.inf, 0.0]
    found = losscli.compute("binary_focal", *rows, alpha=1.0).per_sample
    assert found is not None
    np.testing.assert_allclose(found, [np.inf, 0.0, half], rtol=1e-15)
    assert losscli.gradient("binary_focal", [1.0, 1.0], [0.0, 0.5], alpha=0.0).tolist() == [0.0, 0.0]
