"""Advice on counts and on amounts: dispersion, zeros, powers and logarithms, with what each means."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from support.advice import (
    Z,
    by_mean,
    entry,
    everything,
    evidence,
    interval,
    losses,
    names,
    normal,
    percent,
    shares,
    short,
    shuffled,
    why,
)
from support.close import close

import losscli
from losscli.stats.moments import variance_power

MEANS = np.exp(np.linspace(0, 3, 1200))


def counted(spread: float, seed: int = 0) -> Any:
    """Counts whose variance is about `spread` times their mean."""
    r = np.random.default_rng(seed)
    if spread == 1:
        return r.poisson(MEANS).astype(float)
    if spread < 1:
        return r.binomial(np.ceil(MEANS / (1 - spread)).astype(int), 1 - spread).astype(float)
    return r.negative_binomial(MEANS / (spread - 1), 1 / spread).astype(float)


@pytest.mark.parametrize(
    ("spread", "first", "words", "absent"),
    [
        (0.3, "poisson", "the variance is below the mean", "over-dispersed"),
        (1.0, "poisson", "the variance is as large as the mean", "over-dispersed"),
        (3.0, "poisson", "counts are over-dispersed", "the variance is"),  # quasi-Poisson: the mean stays
    ],
)
def test_the_variance_of_counts_against_their_mean(
    spread: float, first: str, words: str, absent: str
) -> None:
    y = counted(spread)
    told = losscli.recommend(y, MEANS, task="counts")
    assert losses(told)[0] == first
    measured = by_mean((y - MEANS) ** 2 / MEANS)
    found = evidence(told, "dispersion")
    assert (found.value, found.low, found.high) == close(measured, 1e-7)
    assert f"mean of (y_true − y_pred)²/y_pred {interval(*measured)}; a Poisson's is 1" in found.text
    assert words in why(told)
    assert absent not in why(told)
    assert f"(y_true − y_pred)²/y_pred is {interval(*measured)} on average" in why(told)
    zeros = f"zeros: {shares(int((y == 0).sum()), 1200)}"
    expected = f"a Poisson with these means has {percent(np.exp(-MEANS).mean())}"
    assert evidence(told, "zeros").text == f"{zeros}; {expected}"
    assert zeros in why(told)
    assert expected in why(told)
    assert evidence(told, "n").text == f"1200 counts, mean {short(y.mean())}"


@pytest.mark.parametrize(
    ("distance", "first", "words"),
    [
        (22, "poisson", "over-dispersed"),  # 1.21
        (21, "poisson", "as large as"),  # 1.1025
        (19, "poisson", "as large as"),  # 0.9025
        (18, "poisson", "below"),  # 0.81, less than 1/1.2
    ],
)
def test_dispersion_is_judged_by_its_interval(distance: int, first: str, words: str) -> None:
    # All squared errors are one number, so that the interval has no width.
    p = np.full(200, 400.0)
    told = losscli.recommend(p + np.where(np.arange(200) % 2, distance, -distance), p, task="counts")
    found = evidence(told, "dispersion")
    assert found.value == close(distance**2 / 400, 1e-12)
    assert losses(told)[0] == first
    assert words in why(told)
    assert "variance_power" not in names(told)  # all means are one
    assert entry(told, "tweedie").params == {"power": 1.5}
    assert "too alike to fit one" in entry(told, "tweedie").derived[0]


@pytest.mark.parametrize("power", [0.0, 1.4, 2.6])
def test_the_power_of_the_variance_solves_its_equation(power: float) -> None:
    e = shuffled(normal(1200)) * MEANS ** (power / 2)
    found = variance_power(e, MEANS)
    x = np.log(MEANS) - np.log(MEANS).mean()
    z = e**2 * np.exp(-found.value * x)
    assert abs(z @ x) < 1e-9 * (z @ np.abs(x))
    assert found.value == pytest.approx(power, abs=0.15)  # what 1,200 residuals tell of it
    z /= z.mean()
    half = Z * math.sqrt((((z - 1) * x) ** 2).sum()) / (z * x**2).sum()
    assert (found.low, found.high) == close((found.value - half, found.value + half), 1e-6)
    told = losscli.recommend(MEANS - 0.01 * e, MEANS, task="positive-amounts")  # in any unit the same
    measured = evidence(told, "variance_power")
    assert measured.value == pytest.approx(found.value, abs=1e-6)
    said = interval(found.value, found.low, found.high)
    assert f"the variance grows as the mean to the power {said}: 0 is an error in units, 2 one in" in why(
        told
    )


@pytest.mark.parametrize(
    ("power", "suggested", "kept"), [(1.4, None, False), (0.4, 1.1, True), (2.6, 1.9, True)]
)
def test_a_fitted_power_stays_where_zeros_are_possible(
    power: float, suggested: float | None, kept: bool
) -> None:
    e = shuffled(normal(1200)) * MEANS ** (power / 2)
    y = np.round(np.maximum(MEANS - 4 * e, 0))
    told = losscli.recommend(y, MEANS, task="counts")
    found = evidence(told, "variance_power")
    tweedie = entry(told, "tweedie")
    value = suggested or round(found.value, 2)
    assert value != 1.5
    assert (1.1 <= found.value <= 1.9) is not kept
    assert tweedie.params == {"power": value}
    assert tweedie.derived[0].startswith(f"power {value:g}: fitted to variance ∝ mean^power, ")
    assert ("kept inside 1.1 to 1.9" in tweedie.derived[0]) is kept
    assert found.low is not None
    assert found.high is not None
    assert interval(found.value, found.low, found.high) in tweedie.derived[0]
    assert f"to the power {interval(found.value, found.low, found.high)}" in why(told)


def test_counts_alone() -> None:
    y = counted(3.0)
    told = losscli.recommend(y, task="counts")
    assert losses(told) == ["poisson", "tweedie", "mse"]
    found = evidence(told, "dispersion")
    assert found.value == close(y.var() / y.mean(), 1e-9)
    assert f"variance/mean {interval(found.value, found.low, found.high)} before any model" in why(told)
    assert f"1200 counts, mean {short(y.mean())}, variance {short(y.var())}" in evidence(told, "n").text
    zeros = shares(int((y == 0).sum()), 1200)
    assert f"zeros: {zeros} of the rows; one Poisson for all rows has {percent(np.exp(-y.mean()))}" in why(
        told
    )
    assert entry(told, "tweedie").params == {"power": 1.5}


@pytest.mark.parametrize("factor", [1.0, 0.7, 1.5])
def test_predictions_that_may_be_logarithms_of_rates(factor: float) -> None:
    means = 0.4 * MEANS
    y = np.random.default_rng(0).poisson(means).astype(float)
    p = np.log(means * factor)
    told = losscli.recommend(y, p, task="counts")
    low = int((p <= 0).sum())
    assert low
    if factor != 1:  # exp(y_pred) is no mean of the counts
        assert "logarithms" not in everything(told)
        assert losses(told)[0] == "poisson"  # the target decides, not a model's fault
        assert f"{low} of 1200 predictions are 0 or less, where a count's mean cannot be" in why(told)
        assert ("too low" in why(told)) == (p.mean() < y.mean())
        assert "losscli.explain" in entry(told, "poisson").command
        return
    assert entry(told, "poisson").params == {"from_log": True}
    rate = np.exp(p)
    assert f"{low} of 1200 predictions are 0 or less, and exp(y_pred) is {short(rate.mean())} on" in why(told)
    assert f"average where the counts are {short(y.mean())}" in why(told)
    measured = by_mean((y - rate) ** 2 / rate)
    assert evidence(told, "dispersion").value == close(measured[0], 1e-9)
    assert f"(y_true − rate)²/rate is {interval(*measured)} on average" in why(told)
    assert evidence(told, "zeros").value == (y == 0).mean()
    assert "take exp(y_pred) first" in " ".join(entry(told, "tweedie").reasons)


@pytest.mark.parametrize(
    ("ratio", "read"), [(1.2499, True), (1.2501, False), (0.8001, True), (0.7999, False)]
)
def test_exponentials_of_predictions_are_within_a_quarter_of_the_counts(ratio: float, read: bool) -> None:
    y = np.tile([0.0, 1.0], 50)
    p = np.log(np.full(100, 0.5 * ratio))
    told = losscli.recommend(y, p, task="counts")
    assert ("logarithms of rates" in told.reading) is read


def lean(values: Any) -> float:
    return float((((values - values.mean()) / values.std()) ** 3).mean())


AMOUNTS = {
    "lognormal": (np.exp(0.5 * shuffled(normal(800)) + 4), "msle"),
    "gamma": (np.random.default_rng(3).gamma(1.5, 40, 800) + 1e-6, "gamma_deviance"),
    "below 1": (np.exp(0.5 * shuffled(normal(800)) - 1), "gamma_deviance"),
}


@pytest.mark.parametrize("predicted", [False, True])
@pytest.mark.parametrize("name", AMOUNTS)
def test_amounts_by_the_skew_of_their_logarithm(name: str, predicted: bool) -> None:
    y, first = AMOUNTS[name]
    p = np.exp(np.linspace(-0.2, 0.2, 800)) * np.median(y) if predicted else None
    told = losscli.recommend(y, p, task="positive-amounts")
    assert losses(told)[0] == first
    logs = np.log(y) if p is None else np.log(y / p)
    what = "log(y_true)" if p is None else "log(y_true/y_pred)"
    skew, spread = evidence(told, "log_skewness"), evidence(told, "log_spread")
    assert skew.value == pytest.approx(lean(logs), rel=1e-9, abs=1e-9)
    assert f"skewness of {what} {interval(skew.value, skew.low, skew.high)}" in skew.text or name != "gamma"
    assert spread.value == close(logs.std(), 1e-12)
    assert spread.text.endswith(f"{short(logs.std())}: a factor of {short(math.exp(logs.std()))}")
    assert f"800 amounts, median {short(np.median(y))}, mean {short(y.mean())}" == evidence(told, "n").text
    leans, symmetric = "leans to the left", "is about symmetric"
    assert (leans in why(told)) is (name == "gamma")
    assert (symmetric in why(told)) is (name == "lognormal")
    below = (y < 1).mean()
    assert (f"{percent(below)} of the targets are below 1" in why(told)) is (name == "below 1")
    if name == "gamma":
        assert skew.high < 0
        assert f"about {short(-logs.std(), 2)}, a lognormal 0" in why(told)
    assert entry(told, "mape").reasons == ("none of the 800 targets is 0",)
    assert ("measured on the target itself" in why(told)) is not predicted
    assert evidence(told, "zeros").value == 0
    assert ("rmsle" in losses(told)) is (name == "lognormal")


def test_what_leans_to_the_right_is_no_gamma() -> None:
    y = np.exp(-np.log(AMOUNTS["gamma"][0]) + 9)
    told = losscli.recommend(y, task="positive-amounts")
    assert evidence(told, "log_skewness").value > 0.5
    assert losses(told)[0] == "msle"
    assert "leans" not in everything(told)


@pytest.mark.parametrize(("below", "first"), [(50, "msle"), (51, "gamma_deviance")])
def test_a_quarter_of_the_targets_below_1(below: int, first: str) -> None:
    y = np.where(np.arange(200) < below, 0.9, 1.0)  # 1 is not below 1
    y[140:] = 3.0
    told = losscli.recommend(y, task="positive-amounts")
    assert losses(told)[0] == first
    assert ("of the targets are below 1" in why(told)) is (first != "msle")


@pytest.mark.parametrize("predicted", [False, True])
def test_amounts_with_zeros(predicted: bool) -> None:
    y = AMOUNTS["lognormal"][0].copy()
    y[::8] = 0
    told = losscli.recommend(
        y, np.exp(np.linspace(3, 5, 800)) if predicted else None, task="positive-amounts"
    )
    assert losses(told) == ["tweedie", "poisson_deviance", "msle", "mse"]
    assert f"{shares(100, 800)} of the amounts are exactly 0" in why(told)
    assert evidence(told, "zeros").text == f"zeros: {shares(100, 800)} of the targets"
    assert told.reading.endswith(", 100 of them 0")
    power = told.recommendations[0].params["power"]
    assert power == (
        min(1.9, max(1.1, round(evidence(told, "variance_power").value, 2))) if predicted else 1.5
    )
    assert ("with predictions it can be fitted" in everything(told)) is not predicted


def test_predictions_of_0_or_less_are_counted() -> None:
    y = AMOUNTS["lognormal"][0]
    p = y * np.exp(0.1 * normal(800))
    p[[3, 5, 9]] = 0, -1, 0
    told = losscli.recommend(y, p, task="positive-amounts")
    assert "3 of 800 predictions are 0 or less" in why(told)
    assert evidence(told, "not_positive").value == 3
    assert "log_skewness" not in names(told)


@pytest.mark.parametrize(
    ("power", "span", "zeros", "task"),
    [
        (2.0, 3.0, 0, "positive-amounts"),
        (0.0, 3.0, 0, "regression"),
        (2.0, 0.5, 0, "regression"),  # too narrow to tell
        (0.9, 3.0, 0, "regression"),
        (1.0, 3.0, 40, "positive-amounts"),  # enough of them 0: half the power will do
    ],
)
def test_errors_in_proportion_are_told_from_those_in_units(
    power: float, span: float, zeros: int, task: str
) -> None:
    p = 20 * np.exp(np.linspace(0, span, 600))
    y = p + shuffled(normal(600)) * 0.15 * 20 ** (1 - power / 2) * p ** (power / 2)
    y[np.arange(zeros) * 15] = 0
    assert losscli.recommend(y, p).task == task
