"""The numbers that advice quotes, against direct computation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from support.close import close

import losscli
from losscli.classes.levels import level
from losscli.results.recommend import Recommendations
from losscli.stats import interval, moments


def evidence(told: Recommendations, name: str) -> Any:
    return {found.name: found for found in told.evidence}[name]


def test_residuals() -> None:
    r = np.random.default_rng(5)
    p = r.normal(0, 20, 900)
    y = p + 4 * r.standard_t(3, 900)
    e = p - y
    told = losscli.recommend(y, p)
    mad = np.median(np.abs(e - np.median(e)))
    z = (e - e.mean()) / e.std()
    assert evidence(told, "spread").value == close(1.4826 * mad, 1e-12)
    assert evidence(told, "kurtosis").value == close((z**4).mean(), 1e-9)
    assert evidence(told, "skewness").value == pytest.approx((z**3).mean(), rel=1e-9, abs=1e-12)
    far = np.abs(e - np.median(e)) > 3 * 1.4826 * mad
    assert evidence(told, "beyond_3").value == far.mean()
    first = told.recommendations[0]
    assert first.loss == "huber"
    delta = 1.345 * 1.4826 * mad
    assert first.params["delta"] == float(f"{delta:.3g}")
    beyond = np.abs(e) > delta
    made = 100 * (e[beyond] ** 2).sum() / (e**2).sum()
    assert f"the {beyond.sum()} rows beyond delta make {made:.0f} % of the squared error" in first.reasons[1]
    assert f"{far.sum()} of 900 rows beyond three robust spreads" in first.reasons[0]


def test_the_rows_that_mse_needs_are_a_ratio_of_variances() -> None:
    """Of the mean over many samples of t3, against that of huber's constant fitted by iteration."""
    r = np.random.default_rng(2)
    samples = r.standard_t(3, (2000, 100))
    delta = 1.345 * 1.4826 * np.median(np.abs(samples))
    fitted = np.median(samples, axis=1)
    for _ in range(50):
        fitted += np.clip(samples - fitted[:, None], -delta, delta).mean(axis=1) / 0.8
    wanted = samples.mean(axis=1).var() / fitted.var()
    p = np.zeros(20_000)
    found = evidence(losscli.recommend(p - r.standard_t(3, p.size), p), "mse_over_huber")
    assert found.value == close(wanted, 0.15)  # of 20,000 heavy-tailed draws
    assert found.low < found.value < found.high
    medians = np.median(samples, axis=1)
    by_mae = evidence(losscli.recommend(p - r.standard_t(3, p.size), p), "mse_over_mae")
    assert by_mae.value == close(samples.mean(axis=1).var() / medians.var(), 0.2)  # the same


def test_intervals_of_shares_are_wilsons() -> None:
    found = interval.share(7, 50)
    for bound in (found.low, found.high):  # the score test's two roots: |p̂ − p| = z √(p(1 − p)/n)
        assert abs(0.14 - bound) == close(1.959964 * math.sqrt(bound * (1 - bound) / 50), 1e-9)
    assert interval.share(0, 9).low == 0
    assert interval.share(9, 9).high == 1


def test_bootstrap_intervals_cover() -> None:
    """The skewness of an exponential, 2, in most of 60 samples; of a mean they are as wide as its error."""
    r = np.random.default_rng(0)
    found = [moments.skewness(r.exponential(size=4000)) for _ in range(60)]
    assert sum(one.low <= 2 <= one.high for one in found) >= 45
    values = r.normal(size=2000)
    by_resampling = interval.of_means(values[None], lambda m: m[0])
    plain = interval.mean(values)
    assert by_resampling.value == pytest.approx(values.mean())
    assert by_resampling.high - by_resampling.low == close(plain.high - plain.low, 0.15)  # of 200 resamples
    many = r.normal(size=90_000)
    wide, narrow = interval.of_means(many[None], lambda m: m[0]), interval.mean(many)
    assert wide.high - wide.low == close(narrow.high - narrow.low, 0.2)  # the same


@pytest.mark.parametrize("power", [0.0, 1.0, 1.5, 2.0])
def test_the_power_of_the_variance_is_found(power: float) -> None:
    inside = 0
    for seed in range(20):
        r = np.random.default_rng(seed)
        at = np.exp(r.normal(1, 0.8, 1500))
        found = moments.variance_power(r.normal(size=1500) * at ** (power / 2), at)
        assert found.value == pytest.approx(power, abs=0.3)  # what 1,500 draws tell of it
        inside += found.low <= power <= found.high
    assert inside >= 16


def test_counts() -> None:
    r = np.random.default_rng(1)
    p = np.exp(r.normal(1, 0.6, 800))
    y = r.negative_binomial(0.5, 0.5 / (0.5 + p)).astype(float)
    told = losscli.recommend(y, p)
    pearson = (y - p) ** 2 / p
    half = 1.959964 * pearson.std() / math.sqrt(800)
    found = evidence(told, "dispersion")
    assert (found.value, found.low, found.high) == pytest.approx(
        (pearson.mean(), pearson.mean() - half, pearson.mean() + half)
    )
    assert evidence(told, "zeros").value == (y == 0).mean()
    zeros, expected = 100 * (y == 0).mean(), 100 * np.exp(-p).mean()
    assert f"zeros: {zeros:.0f} % (" in told.recommendations[0].reasons[1]
    assert f"a Poisson with these means has {expected:.0f} %" in told.recommendations[0].reasons[1]
    power = evidence(told, "variance_power")
    assert told.recommendations[0].params == {"power": round(min(1.9, max(1.1, power.value)), 2)}


def test_amounts() -> None:
    r = np.random.default_rng(1)
    p = np.exp(r.normal(3, 0.8, 800))
    y = r.gamma(2, p / 2)
    told = losscli.recommend(y, p)
    logs = np.log(y / p)
    assert evidence(told, "log_spread").value == pytest.approx(logs.std())
    assert evidence(told, "log_skewness").value == pytest.approx(
        (((logs - logs.mean()) / logs.std()) ** 3).mean()
    )


def test_rare_positives() -> None:
    r = np.random.default_rng(4)
    p = 1 / (1 + np.exp(-r.normal(-4.5, 1.5, 4000)))
    y = (r.random(4000) < p).astype(float)
    told = losscli.recommend(y, p)
    shifting = [entry for entry in told.recommendations if {"alpha", "pos_weight"} & set(entry.params)]
    by_name = {entry.loss: entry for entry in shifting}
    share = y.mean()
    assert told.task == "imbalanced"
    assert by_name["bce"].params["pos_weight"] == float(f"{(1 - share) / share:.3g}")
    assert by_name["binary_focal"].params["alpha"] == float(f"{1 - share:.3g}")
    cost = -np.where(y == 1, np.log(p), np.log1p(-p))
    easy = np.where(y == 1, p, 1 - p) >= 0.6
    assert evidence(told, "easy_rows").value == close(cost[easy].sum() / cost.sum(), 1e-12)
    assert told.recommendations[0].params == {}
    assert all(entry.when for entry in shifting)


def test_a_proper_score_comes_first_though_easy_rows_make_the_loss() -> None:
    y = np.zeros(3000)
    y[:60] = 1
    p = np.where(y == 1, 0.7, 0.1)
    told = losscli.recommend(y, p)
    assert told.recommendations[0].loss == "bce"
    assert evidence(told, "easy_rows").value == pytest.approx(1)
    (focal,) = (entry for entry in told.recommendations if entry.loss == "binary_focal")
    assert "3000 of 3000 rows are well classified" in focal.reasons[0]


def test_a_probability_of_0_for_what_happened_makes_brier_first() -> None:
    y, p = np.array([1.0, 0.0] * 50), np.array([0.9, 0.2] * 50)
    p[0] = 0
    told = losscli.recommend(y, p)
    assert told.recommendations[0].loss == "brier"
    assert evidence(told, "impossible").value == 1


def test_boxes() -> None:
    y = np.array([[0.0, 0, 2, 2], [0, 0, 2, 2], [0, 0, 2, 2]])
    p = np.array([[0.0, 0, 2, 2], [1, 0, 3, 2], [5, 5, 6, 6]])
    told = losscli.recommend(y, p)
    assert evidence(told, "apart").value == pytest.approx(1 / 3)
    assert evidence(told, "iou").value == pytest.approx((1 + 1 / 3 + 0) / 3)
    wide = losscli.recommend([[5.0, 5, 2, 2]] * 4, [[5.0, 5, 2, 1]] * 4, task="detection")
    assert wide.recommendations[0].params == {"box_format": "xywh"}
    assert evidence(wide, "iou").value == pytest.approx(0.5)


def test_a_mean_with_a_variance_and_with_a_standard_deviation_are_told_apart() -> None:
    r = np.random.default_rng(0)
    sd = np.exp(r.normal(1, 0.3, 500))
    y = sd * r.normal(size=500)
    with_sd, with_variance = np.stack([0 * y, sd], 1), np.stack([0 * y, sd**2], 1)
    assert losscli.recommend(y, with_sd).recommendations[0].loss == "crps_gaussian"
    told = losscli.recommend(y, with_variance)
    assert told.recommendations[0].loss == "gaussian_nll"
    assert evidence(told, "second_column").value == pytest.approx((y**2 / sd**2).mean())


def test_an_interval_is_judged_by_its_cover() -> None:
    y = np.linspace(0, 1, 200)
    told = losscli.recommend(y, np.stack([np.full(200, 0.1), np.full(200, 0.9)], 1), task="intervals")
    assert evidence(told, "inside").value == ((y >= 0.1) & (y <= 0.9)).mean()
    assert told.recommendations[0].params == {"alpha": 0.2}


def test_order_among_classes_shows_in_the_mistakes() -> None:
    r = np.random.default_rng(0)
    y = r.integers(0, 5, 400)
    near = np.clip(y + r.integers(-1, 2, 400), 0, 4)
    anywhere = np.where(r.random(400) < 0.6, r.integers(0, 5, 400), y)
    for guess, ordered in ((near, True), (anywhere, False)):
        p = np.full((400, 5), 0.1)
        p[np.arange(400), guess] = 0.6
        told = losscli.recommend(np.eye(5)[y], p)
        assert (told.recommendations[0].loss == "weighted_kappa") is ordered
    wrong = near != y
    p = np.full((400, 5), 0.1)
    p[np.arange(400), near] = 0.6
    found = evidence(losscli.recommend(np.eye(5)[y], p), "neighbours")
    assert found.value == (np.abs(near - y)[wrong] == 1).mean()


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("q10", 0.1),
        ("p90", 0.9),
        ("forecast_p975", 0.975),
        ("q_0.5", 0.5),
        ("Quantile 0.25", 0.25),
        ("p_1", None),
        ("p1", None),
        ("step10", None),
        ("prob", None),
        ("q00", None),
    ],
)
def test_quantiles_are_read_off_columns_names(name: str, wanted: float | None) -> None:
    assert level(name) == wanted


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (12345.6, "12346"),
        (0.000123456, "0.000123"),
        (1e-9, "1e-9"),
        (2.5e12, "2.5e12"),
        (100, "100"),
        (-3.14159, "-3.14"),
    ],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert interval.number(value) == text
