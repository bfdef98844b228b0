"""Advice on residuals: each sentence's number and direction, on data that makes the opposite false, and its
absence elsewhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.advice import (
    entry,
    everything,
    evidence,
    interval,
    laplace,
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
from losscli.analysis.recommend.tails import tails
from losscli.results.recommend import Recommendations
from losscli.stats.interval import Measure

AT = np.linspace(-50, 50, 1000)  # predictions, in an order that residuals do not follow
LOGISTIC = np.log((np.arange(4000) + 0.5) / (3999.5 - np.arange(4000)))


def planted(far: int, mid: int, n: int = 1000) -> Any:
    """Residuals of a normal, `far` of them eight spreads out and `mid` five, on both sides by turns."""
    e = shuffled(normal(n), 1)
    for at, many, size in ((0, far, 10.0), (far, mid, 5.0)):
        e[at : at + many] = size * np.where(np.arange(many) % 2, 1, -1)
    return e


def told_of(residuals: Any) -> Recommendations:
    p = np.linspace(-50, 50, len(residuals))
    return losscli.recommend(p - residuals, p)


def mad(e: Any) -> float:
    return float(np.median(np.abs(e - np.median(e))))


TAILS = {
    "normal": (shuffled(normal(1000)), "no heavier than", "mse"),
    "between": (shuffled(0.7 * normal(4000) + 0.3 * LOGISTIC), "hardly heavier than", "mse"),
    "laplace": (shuffled(laplace(1000)), "heavier than", "mae"),
    "cauchy-like": (planted(20, 60), "heavier than", "huber"),
}


@pytest.mark.parametrize("name", TAILS)
def test_tails_are_called_what_they_are(name: str) -> None:
    e, words, first = TAILS[name]
    told = told_of(e)
    z = (e - e.mean()) / e.std()
    kurtosis = evidence(told, "kurtosis")
    assert kurtosis.value == close((z**4).mean(), 1e-9)
    # The three wordings have each their own side of the two conditions.
    ratio = evidence(told, "mse_over_huber")
    assert (kurtosis.low <= 3) is (words == "no heavier than")
    if words == "hardly heavier than":
        assert 3 < kurtosis.low < 4
        assert ratio.value < 1.05
    assert losses(told)[0] == first
    assert f"the tails of the residuals are {words} a normal's: kurtosis" in why(told)
    for other in {"no heavier than", "hardly heavier than", "are heavier than"} - {words, f"are {words}"}:
        assert other not in why(told)
    n = len(e)
    far = int((np.abs(e - np.median(e)) > 3 * 1.4826 * mad(e)).sum())
    assert f"{far} of {n} rows beyond three robust spreads (a normal has 0.27 %)" in why(told)
    assert evidence(told, "beyond_3").text.startswith(f"{far} of {n} beyond three spreads: {shares(far, n)}")
    assert (evidence(told, "n").value, evidence(told, "n").text) == (n, f"{n} rows")


@pytest.mark.parametrize("name", TAILS)
def test_deltas_and_scales_are_multiples_of_the_robust_spread(name: str) -> None:
    e, _, first = TAILS[name]
    told = told_of(e)
    spread = 1.4826 * mad(e)
    assert evidence(told, "spread").value == close(spread, 1e-9)
    assert f"robust spread {short(spread)}, in target units" in evidence(told, "spread").text
    assert f"deviation {short(mad(e))}" in evidence(told, "spread").text
    huber = entry(told, "huber")
    delta = float(f"{1.345 * spread:.3g}")
    assert huber.params == {"delta": delta}
    assert huber.derived[0].startswith(f"delta {delta:g} = 1.345 × {short(spread)}, ")
    assert f"deviation {short(mad(e))})" in huber.derived[0]
    beyond = np.abs(e) > 1.345 * spread
    made = percent((e[beyond] ** 2).sum() / (e**2).sum())
    if first == "mse":
        assert f"{beyond.sum()} of {len(e)} rows lie beyond it" in " ".join(huber.reasons)
        assert "cauchy" not in losses(told)
        assert "tukey" not in losses(told)
    else:
        assert f"the {beyond.sum()} rows beyond delta make {made} of the squared" in " ".join(huber.reasons)
        assert f"{beyond.sum()} of {len(e)} rows make {made} of it" in " ".join(entry(told, "mse").reasons)


@pytest.mark.parametrize("name", TAILS)
def test_rows_that_mse_needs_by_the_asymptotic_variances(name: str) -> None:
    """Of the mean, var; of huber's constant, E ψ² / (E ψ')²; of the median, 1 / (2 f(0))²."""
    e, _, first = TAILS[name]
    told = told_of(e)
    r = (e - np.median(e)) / (1.4826 * mad(e))
    clipped = np.clip(r, -1.345, 1.345)
    by_huber = r.var() / (clipped.var() / (np.abs(r) <= 1.345).mean() ** 2)
    window = 0.6 * len(r) ** -0.2
    by_mae = r.var() * (2 * (np.abs(r) <= window).mean() / (2 * window)) ** 2
    huber, mae = evidence(told, "mse_over_huber"), evidence(told, "mse_over_mae")
    assert (huber.value, mae.value) == close((by_huber, by_mae), 1e-9)
    for found, loss in ((huber, "huber"), (mae, "mae")):
        words = f"mse needs {interval(found.value, found.low, found.high)} times {loss}'s rows"
        assert words in everything(told)
    if first != "mse":
        assert (mae.value > 1.1 * huber.value) is (first == "mae")


@pytest.mark.parametrize(
    ("low", "value", "heavy"),
    [(1.0, 1.2, False), (1.001, 1.2, True), (1.001, 1.05, False), (1.001, 1.051, True), (0.9, 2.0, False)],
)
def test_heavy_is_beyond_chance_and_by_more_than_a_twentieth(low: float, value: float, heavy: bool) -> None:
    found = tails(normal(30))
    assert found is not None
    assert found._replace(by_huber=Measure(value, low, 3.0)).heavy is heavy


@pytest.mark.parametrize(
    ("far", "beyond", "n", "apart"),
    [(5, 5, 1000, True), (4, 4, 1000, False), (5, 10, 1000, False), (6, 11, 1000, True), (5, 9, 1001, False)],
)
def test_a_group_apart_is_large_and_has_little_before_it(far: int, beyond: int, n: int, apart: bool) -> None:
    found = tails(normal(30))
    assert found is not None
    assert found._replace(far=far, beyond=beyond, n=n).apart is apart


@pytest.mark.parametrize(("far", "mid", "loss"), [(20, 5, "tukey"), (20, 60, "cauchy")])
def test_rows_far_out_are_let_go_of(far: int, mid: int, loss: str) -> None:
    e = planted(far, mid)
    told = told_of(e)
    spread = 1.4826 * mad(e)
    size = np.abs(e - np.median(e)) / spread
    sixfold, threefold = int((size > 6).sum()), int((size > 3).sum())
    assert sixfold == far
    assert threefold >= far + mid
    found = entry(told, loss)
    assert losses(told) == (
        ["huber", "tukey", "mae", "mse"] if loss == "tukey" else ["huber", "mae", "cauchy", "mse"]
    )
    assert f"{far} of 1000 rows lie beyond six spreads" in found.reasons[0]
    factor = 4.685 if loss == "tukey" else 1.686
    scale = float(f"{factor * spread:.3g}")
    assert list(found.params.values()) == [scale]
    assert f"{scale:g} = {factor} × {short(spread)}" in found.derived[0]
    rows = {"tukey": "those rows are plain wrong", "cauchy": "the far rows are more likely wrong than right"}
    assert found.when == f"{rows[loss]}, and the fit starts near its end"
    if loss == "tukey":
        assert f"and {threefold - sixfold} from three to six: a group apart" in found.reasons[0]
    assert ("a group apart" in everything(told)) is (loss == "tukey")


def test_twenty_rows_are_enough_for_tails_and_nineteen_are_not() -> None:
    e = shuffled(normal(20))
    assert "kurtosis" in names(told_of(e))
    few = told_of(e[:19])
    assert names(few) == ["n", "most_common"]
    assert losses(few) == ["mse", "mae"]
    assert "19 rows are too few to tell the tails of the residuals" in why(few)


@pytest.mark.parametrize(
    ("same", "n", "first", "words"),
    [
        (21, 40, "mae", "21 of 40 rows of the residuals are one number, so that their robust spread is 0"),
        (40, 40, "mse", "the residuals are all 2: nothing tells one loss from another"),
        (4, 5, "mse", "5 rows are too few"),
        (1, 1, "mse", "1 row is too few"),
    ],
)
def test_residuals_that_are_mostly_one_number(same: int, n: int, first: str, words: str) -> None:
    p = np.arange(n) - 3.0
    told = losscli.recommend(p - np.where(np.arange(n) < same, 2.0, np.arange(n) + 0.5), p)
    assert losses(told)[0] == first
    assert words in why(told)
    assert evidence(told, "most_common").value == same
    assert evidence(told, "most_common").text.startswith(f"{same} of {n} ")


def test_few_values_of_several_outputs_are_counted_as_values() -> None:
    told = losscli.recommend([[1.5, 2.5], [3.5, 9.5]], [[1.0, 2.0], [3.0, 4.0]])
    assert "4 values are too few" in why(told)
    assert "4 values" in evidence(told, "n").text


def test_half_of_the_residuals_in_one_number_still_have_a_spread() -> None:
    e = np.where(np.arange(40) < 20, 2.0, np.arange(40) - 9.0)
    assert "kurtosis" in names(told_of(e))


EXPONENTIAL = -np.log1p(-(np.arange(1000) + 0.5) / 1000)


@pytest.mark.parametrize(("sign", "side", "other"), [(1, "too high", "too low"), (-1, "too low", "too high")])
def test_skewed_residuals_say_which_predictions_miss_by_more(sign: int, side: str, other: str) -> None:
    e = sign * shuffled(EXPONENTIAL - 1)  # y_pred − y_true
    told = told_of(e)
    high, low = np.abs(e[e > 0]).max(), np.abs(e[e < 0]).max()
    assert (high > low) == (side == "too high")
    z = (e - e.mean()) / e.std()
    found = evidence(told, "skewness")
    assert found.value == close((z**3).mean(), 1e-9)
    assert found.value * sign > 1.5
    quantile = entry(told, "quantile")
    assert quantile.reasons[0].startswith(f"skewness {interval(found.value, found.low, found.high)}:")
    assert f"predictions that are {side} miss by more" in quantile.reasons[0]
    assert other not in quantile.reasons[0]
    # At q a prediction too low costs q a unit, one too high 1 − q: 3 to 1.
    assert quantile.params == {"q": 0.75}
    assert "a prediction too low costs 3 times one too high" in quantile.derived[0]


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("lean", "said"), [(0.1, False), (0.2, False), (0.3, True)])
def test_a_slight_skew_is_not_made_much_of(sign: int, lean: float, said: bool) -> None:
    e = sign * shuffled(np.exp(lean * normal(1000)) - 1)
    found = evidence(told_of(e), "skewness")
    assert (min(abs(found.low), abs(found.high)) > 0.5) is said
    assert ("quantile" in losses(told_of(e))) is said


def spearman(a: Any, b: Any) -> float:
    """Of ranks counted pair by pair."""
    ranks = [(np.sum(v[:, None] > v, axis=1) + np.sum(v[:, None] == v, axis=1) / 2) for v in (a, b)]
    return float(np.corrcoef(*ranks)[0, 1])


@pytest.mark.parametrize(("power", "way"), [(1, "grow"), (-1, "shrink"), (0, None)])
def test_residuals_grow_or_shrink_with_the_prediction(power: int, way: str | None) -> None:
    p = np.round(np.linspace(-20, -1, 600) if power else np.linspace(-20, 20, 600), 1)  # with ties
    e = shuffled(normal(600)) * (np.abs(p) + 20 if not power else (21 + p) ** power)
    told = losscli.recommend(p - e, p)
    found = evidence(told, "spread_by_prediction")
    r = spearman(np.abs(p - (p - e)), p)  # as rounded there: some sizes are equal, or not quite
    assert found.value == close(r, 1e-9)
    half = 1.959964 / np.sqrt(597)  # Fisher's
    bounds = np.tanh(np.arctanh(r) + np.array([-half, half]))
    assert (found.low, found.high) == close(tuple(bounds), 1e-6)
    assert f"rank correlation of {interval(found.value, found.low, found.high)}" in found.text
    if way is None:
        assert abs(r) < 0.2
        assert "gaussian_nll" not in losses(told)
        return
    assert (r > 0.2) == (way == "grow")
    nll = entry(told, "gaussian_nll")
    assert f"residuals {way} with the prediction" in nll.reasons[0]
    assert {"grow": "shrink", "shrink": "grow"}[way] not in nll.reasons[0]
    assert nll.command == 'losscli.explain("gaussian_nll")'  # there is no second output to compute it with


@pytest.mark.parametrize(("power", "said"), [(0.2, False), (0.35, False), (0.8, True)])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_slight_growth_is_not_made_much_of(power: float, said: bool, sign: int) -> None:
    p = np.linspace(-20, -1, 600)
    e = shuffled(normal(600)) * (21 + p) ** (sign * power)
    told = losscli.recommend(p - e, p)
    found = evidence(told, "spread_by_prediction")
    assert found.low is not None
    assert found.high is not None
    near, far = sorted((abs(found.low), abs(found.high)))
    assert (near > 0.2) is said
    assert far > 0.2 or power == 0.2  # one end alone lies beyond
    assert ("gaussian_nll" in losses(told)) is said


@pytest.mark.parametrize("outside", ["none", "y_true", "y_pred"])
def test_targets_and_predictions_from_0_to_1_may_be_shares(outside: str) -> None:
    p = np.linspace(0.1, 0.9, 60)
    y = np.clip(p + 0.05 * shuffled(normal(60)), 0, 1)
    y[0], p[1] = 0.25, 1.0
    if outside != "none":
        (y if outside == "y_true" else p)[5] = 1.0001
    told = losscli.recommend(y, p, task="regression")
    assert ("bce" in losses(told)) is (outside == "none")
    if outside == "none":
        assert entry(told, "bce").reasons == ("targets and predictions lie from 0 to 1",)


@pytest.mark.parametrize(("factor", "words"), [(4.0, False), (40.0, True)])
def test_outputs_of_unlike_scale(factor: float, words: bool) -> None:
    e = shuffled(normal(300)).reshape(100, 3)
    y = 5 + np.stack([normal(100), factor * normal(100), np.full(100, 7.0)], axis=1)
    told = losscli.recommend(y, y + e)
    found = evidence(told, "output_scales")
    assert found.value == close(factor, 1e-9)
    assert f"by a factor of {factor:g}" in found.text
    assert ("the widest decides every mean" in found.text) is words
    assert evidence(told, "n").text == "300 values"
    assert "of 300 values beyond three" in why(told)
    assert "spread_by_prediction" not in names(told)


def test_one_output_that_varies_has_none_to_differ_from() -> None:
    y = np.stack([normal(100), np.full(100, 7.0)], axis=1)
    assert "output_scales" not in names(losscli.recommend(y, y + shuffled(normal(200)).reshape(100, 2)))


@pytest.mark.parametrize(
    ("columns", "zero", "said"), [(16, False, True), (15, False, False), (16, True, False)]
)
def test_long_vectors_have_a_direction(columns: int, zero: bool, said: bool) -> None:
    y = shuffled(normal(30 * columns)).reshape(30, columns)
    y[4] *= not zero
    told = losscli.recommend(y, y + shuffled(normal(y.size), 3).reshape(y.shape) * 0.1)
    assert ("cosine_distance" in losses(told)) is said
    if said:
        assert "each target is a vector of 16 numbers" in entry(told, "cosine_distance").reasons


@pytest.mark.parametrize(("low", "said"), [(1.0, True), (-1.0, False)])
def test_the_range_of_targets_and_its_factor(low: float, said: bool) -> None:
    p = np.linspace(low, 81, 401)
    told = losscli.recommend(p, p + shuffled(normal(401)), task="regression")
    found = evidence(told, "targets")
    assert f"targets from {low:g} to 81" in found.text
    ends = np.quantile(p, [0.05, 0.95])
    assert ("spans a factor of" in found.text) is said
    if said:
        assert found.value == close(ends[1] / ends[0], 1e-9)
        assert f"a factor of {short(ends[1] / ends[0])}" in found.text


def test_targets_of_which_many_are_0_span_no_factor() -> None:
    p = np.where(np.arange(400) < 40, 0.0, np.linspace(1, 81, 400))
    found = evidence(losscli.recommend(p, p + shuffled(normal(400)), task="regression"), "targets")
    assert (found.text, found.value) == ("targets from 0 to 81", None)


def test_a_target_alone_is_measured_from_its_median() -> None:
    y = 100 + 7 * shuffled(laplace(1000))
    told = losscli.recommend(-y)
    assert evidence(told, "spread").value == close(1.4826 * mad(y), 1e-9)
    assert "the tails of the target's distances from its median are heavier" in why(told)
    delta = entry(told, "huber").params["delta"]
    assert delta == float(f"{1.345 * 1.4826 * mad(y):.3g}")
    assert "spread_by_prediction" not in names(told)
    assert "residuals" not in everything(told)
