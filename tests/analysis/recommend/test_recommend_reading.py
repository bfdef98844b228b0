"""What data is taken for, from both sides of each condition; which rows count; and the intervals."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from support.advice import Z, evidence, losses, normal, shuffled
from support.close import close

import losscli
from losscli.analysis import recommend as advice
from losscli.analysis.recommend import numbers
from losscli.batch import Batch
from losscli.errors import LosscliError
from losscli.stats import errorsample, interval, moments

R = np.random.default_rng(8)
P60 = np.linspace(20, 80, 60)
NOISE = shuffled(normal(60))


@pytest.mark.parametrize(
    ("y", "p", "task"),
    [
        (np.arange(60) % 2, NOISE, "binary"),
        (np.arange(60) % 2 * 1.01, NOISE, "regression"),
        (np.zeros(60), np.full(60, 0.3), "binary"),
        (np.zeros(60), np.full(60, 9.0), "regression"),
        (np.ones(60), NOISE, "binary"),
        (np.full(60, -1.0), NOISE, "binary"),
        (np.where(NOISE > 0, 1.0, -1.0), NOISE, "binary"),
        (np.arange(60) + 5.0, np.arange(60) + 5.5, "counts"),
        (np.round(P60 + 0.1 * NOISE), P60, "regression"),  # far from 0, of a variance far below the mean
        (np.round(P60 + np.sqrt(P60) * NOISE), P60, "counts"),  # of a variance that is about the mean
        (np.round(P60 + 0.6 * np.sqrt(P60) * NOISE), P60, "regression"),
        (np.round(P60 + np.sqrt(3 * P60) * NOISE) + 30, P60, "regression"),
        (np.arange(60) - 1.0, np.arange(60) + 5.5, "regression"),
        (np.full(60, 3.0), np.full(60, 3.2), "regression"),  # all one number count nothing
    ],
)
def test_a_number_a_row(y: Any, p: Any, task: str) -> None:
    assert losscli.recommend(np.asarray(y, float), p).task == task


def test_two_codings_together_are_no_class_indices() -> None:
    y = np.where(NOISE > 0, 1.0, 0.0) * np.where(NOISE > 1, -1, 1)
    with pytest.raises(LosscliError, match="no class indices from 0"):
        losscli.recommend(y, NOISE)
    assert losscli.recommend(y, NOISE, task="regression").task == "regression"


ONE_HOT = np.eye(4)[np.arange(60) % 4]
BOXES = np.concatenate([R.uniform(0, 50, (60, 2)), R.uniform(60, 99, (60, 2))], axis=1)
GRADES = R.integers(0, 5, (60, 3)).astype(float)


@pytest.mark.parametrize(
    ("y", "p", "task"),
    [
        (ONE_HOT, ONE_HOT * 0.6 + 0.1, "multiclass"),
        (np.maximum(ONE_HOT, ONE_HOT[::-1]), ONE_HOT, "multilabel"),
        (ONE_HOT * 0.6 + 0.1, ONE_HOT * 0.2 + 0.2, "multiclass"),
        (ONE_HOT * 0.6 + 0.11, ONE_HOT, "regression"),
        (BOXES, BOXES + 1, "detection"),
        (BOXES[:, ::-1], BOXES[:, ::-1], "regression"),
        (np.concatenate([BOXES, BOXES[:1, [2, 1, 0, 3]]]), None, "regression"),
        (GRADES, GRADES - 2.5, "ranking"),
        (GRADES + 10, GRADES - 2.5, "regression"),
        (GRADES, GRADES + 0.5, "regression"),  # scores that may be the grades themselves
        (GRADES[:, :2], GRADES[:, :2] - 2.5, "regression"),
        (ONE_HOT.reshape(-1, 4, 2, 2)[:, 0] * 1.0, None, "segmentation"),
        (0.5 * ONE_HOT.reshape(60, 2, 2), None, "regression"),
        (np.stack([P60, np.arange(60) % 2], 1), NOISE, "survival"),
        (np.stack([P60, np.arange(60) % 2], 1), None, "survival"),
        (np.stack([-P60, np.arange(60) % 2], 1), None, "regression"),
    ],
)
def test_several_numbers_a_row(y: Any, p: Any, task: str) -> None:
    assert losscli.recommend(y, p).task == task


@pytest.mark.parametrize(
    ("above", "inside", "kind"),
    [
        (0.76, 0.7, "intervals"),
        (0.75, 0.7, "forecasting"),
        (0.9, 0.41, "intervals"),
        (0.9, 0.4, "forecasting"),
    ],
)
def test_two_columns_hold_enough_of_the_targets_to_be_an_interval(
    above: float, inside: float, kind: str
) -> None:
    n = 100
    y = np.full(n, 10.5)
    low = np.where(np.arange(n) < round(above * n), 10.0, 11.0)
    high = np.where(np.arange(n) < round(inside * n), 12.0, np.where(low == 10, 10.25, 12.0))
    assert losscli.recommend(y, np.stack([low, high], 1)).task == kind


@pytest.mark.parametrize(
    ("share", "loss"), [(0.2, "spread"), (0.19, "members"), (0.8, "spread"), (0.81, "members")]
)
def test_a_mean_lies_in_the_middle_of_the_targets(share: float, loss: str) -> None:
    """Else two columns are forecasts of one number. A spread is above 0."""
    n = 100
    y = np.where(np.arange(n) < round(share * n), 10.5, 8.5)
    p = np.stack([np.full(n, 9.5), np.full(n, 3.0)], 1)
    assert (losses(losscli.recommend(y, p))[0] == "crps_ensemble") is (loss == "members")
    p[0, 1] = 0
    assert losses(losscli.recommend(y, p))[0] == "crps_ensemble"


@pytest.mark.parametrize("batch", [37, 1000])
def test_of_many_rows_those_of_the_lowest_draws_are_looked_at(
    batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errorsample, "MOST_ROWS", 150)
    n = 640
    y, p = np.arange(n) ** 1.3, np.arange(n) ** 1.3 + shuffled(normal(n))
    weight = np.where(np.arange(n) % 16 == 3, 0.0, 2.0)

    def stream() -> Any:
        for i in range(0, n, batch):
            part = slice(i, i + batch)
            yield Batch(y[part], {"y_pred": p[part]}, weight[part], i + 1)

    told = advice.advise(stream, weighted=True)
    counts = np.flatnonzero(weight)
    drawn = np.random.default_rng(interval.SEED).random(len(counts))
    kept = np.sort(counts[np.argsort(drawn)[:150]])
    alone = losscli.recommend(y[kept], p[kept])
    assert told.evidence == alone.evidence
    assert told.n == 600
    assert [said.text for said in told.remarks] == [
        "what is measured counts every row once, whatever its weight; rows of weight 0 are left out: 40",
        "measured on a sample of 150 of 600 rows, by a fixed seed",
    ]


def test_of_wide_rows_fewer_are_looked_at() -> None:
    assert errorsample.most_rows(10) == 200_000
    assert errorsample.most_rows(25) == 160_000
    assert errorsample.most_rows(10**6) == 100


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("gaps", [0, 3])
def test_what_is_said_of_rows_left_out(gaps: int, weighted: bool) -> None:
    y = P60.copy()
    y[:gaps] = np.nan
    weight = np.where(np.arange(60) < 5, 0.0, 1.0)  # the first of these are missing anyway
    told = losscli.recommend(y, P60 + NOISE, weight if weighted else None, missing="drop")
    said = {remark.text: remark.count for remark in told.remarks}
    assert ("rows with missing values are left out" in said) is bool(gaps)
    if gaps:
        assert said["rows with missing values are left out"] == gaps
    assert told.n == 60 - (5 if weighted else gaps)
    once = "what is measured counts every row once, whatever its weight"
    zero = f"{once}; rows of weight 0 are left out: {5 - gaps}"
    assert (zero in said) is weighted
    assert ("drop" in told.recommendations[0].command) is bool(gaps)
    even = losscli.recommend(P60, P60 + NOISE, np.full(60, 2.0))
    assert [remark.text for remark in even.remarks] == [once]


@pytest.mark.parametrize(
    ("y", "p", "bad"),
    [
        ([1.0, 2, np.inf], [1.0, 2, 3], "y_true, row 3: inf"),
        ([1.0, 2, -np.inf], [1.0, 2, 3], "y_true, row 3: -inf"),
        ([1.0, 2, 3], [1.0, -np.inf, 3], "y_pred, row 2: -inf"),
        ([0.0, 1], [[-0.1, -3], [np.inf, -1]], r"y_pred\[1\], row 2: inf"),
    ],
)
def test_infinities_are_no_values_to_measure(y: Any, p: Any, bad: str) -> None:
    with pytest.raises(LosscliError, match=bad):
        losscli.recommend(y, p)


def test_a_log_probability_may_be_minus_infinity() -> None:
    with np.errstate(divide="ignore"):
        p = np.log(np.tile([[0.0, 0.5, 0.5], [0.9, 0.05, 0.05]], (10, 1)))
    assert losses(losscli.recommend(np.tile([1.0, 0.0], 10), p))[0] == "nll"


def test_bootstrap_intervals_are_those_of_resampled_rows() -> None:
    values = np.concatenate([normal(300), np.exp(normal(200))])
    draw = np.random.default_rng(interval.SEED)

    def skew(v: Any) -> float:
        return float((((v - v.mean()) / v.std()) ** 3).mean())

    drawn = [skew(values[draw.integers(500, size=500)]) for _ in range(200)]
    low, high = np.quantile(drawn, [0.025, 0.975]) - np.median(drawn)
    found = moments.skewness(values)
    assert tuple(found) == close((skew(values), skew(values) + low, skew(values) + high), 1e-9)


def test_intervals_of_means_and_of_rank_correlations() -> None:
    values = np.array([1.0, 4, 4, 7])
    assert tuple(interval.mean(values)) == close(
        (4.0, 4 - Z * math.sqrt(4.5) / 2, 4 + Z * math.sqrt(4.5) / 2), 1e-6
    )
    assert moments.rank_correlation(values, np.ones(4)) == (0, -1, 1)
    assert moments.rank_correlation(np.arange(4.0), np.arange(4.0)) == (0, -1, 1)  # too few
    assert moments.rank_correlation(np.arange(5.0), np.ones(5)) == (0, -1, 1)
    five = moments.rank_correlation(np.array([1.0, 2, 3, 4, 5]), np.array([2.0, 1, 3, 5, 5.5]))
    assert five.value == close(1 - 6 * 2 / (5 * 24), 1e-12)
    half = Z / math.sqrt(2)
    assert five.low == close(math.tanh(math.atanh(0.9) - half), 1e-6)
    assert five.high == close(math.tanh(math.atanh(0.9) + half), 1e-6)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0 %"),
        (9e-6, "under 0.001 %"),
        (1.1e-5, "0.0011 %"),
        (0.12345, "12 %"),
        (0.9949, "99 %"),
        (0.9951, "99.5 %"),
        (1.0, "100 %"),
    ],
)
def test_per_cents_in_two_digits_and_near_all_in_three(value: float, text: str) -> None:
    assert numbers.percent(value) == text


def test_a_dispersion_that_is_known_is_no_accident() -> None:
    """The evidence of a call is that of the same call, and of any other order of calls."""
    y = R.poisson(3, 500) * 1.0
    once = losscli.recommend(y, task="counts")
    losscli.recommend(P60, P60 + NOISE)
    assert evidence(losscli.recommend(y, task="counts"), "dispersion") == evidence(once, "dispersion")
