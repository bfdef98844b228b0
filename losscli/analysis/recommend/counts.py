"""Counts: variance against mean, and zeros against a Poisson's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from losscli.analysis.recommend.amounts import flat, tweedie_power, zeros
from losscli.analysis.recommend.bias import bias
from losscli.analysis.recommend.case import AdviceCase, Advised, Reading, shown, unfit, whole
from losscli.analysis.recommend.numbers import percent, percents
from losscli.stats.interval import mean, number, of_means, share
from losscli.stats.moments import variance_power

if TYPE_CHECKING:
    from losscli.analysis.recommend.numbers import Array

_OVER = 1.2  # a variance/mean from which counts are called over-dispersed


def counts(case: AdviceCase) -> Reading:
    """Poisson where variance and mean agree, tweedie where zeros and spread exceed it."""
    y, p = flat(case, "counts")
    if not whole(y):
        raise unfit("counts", "y_true holds numbers that are not whole", "use --task positive-amounts")
    reading = f"whole numbers from {number(float(y.min()))} to {number(float(y.max()))}: counts"
    if p is None:
        return _counts_alone(y, reading)
    if p.min() <= 0:
        return _log_rates(y, p, reading)
    pearson = mean((y - p) ** 2 / p)
    power = variance_power(y - p, p)
    expected = float(np.exp(-p).mean())
    zeros = share(int((y == 0).sum()), len(y))
    few_zeros = f"a Poisson with these means has {percent(expected)}"
    evidence = [
        shown("n", f"{len(y)} counts, mean {number(float(y.mean()))}", len(y)),
        shown("dispersion", f"mean of (y_true − y_pred)²/y_pred {pearson}; a Poisson's is 1", pearson),
        shown("zeros", f"zeros: {percents(zeros)}; {few_zeros}", zeros),
    ]
    if np.isfinite(power.low):
        evidence.append(shown("variance_power", f"variance ∝ mean^{power}; a Poisson's is 1", power))
    off, bias_evidence = bias(y, p, "counts")
    evidence.append(bias_evidence)
    p_tweedie, derived = tweedie_power(power)
    tweedie = Advised("tweedie", params={"power": p_tweedie}, derived=(derived,))
    poisson = Advised("poisson")
    mean_is = "both are least at the mean; they differ in how much a row of large mean weighs"
    mse = Advised("mse", when="an error of one count costs the same at every mean")
    zero_words = f"zeros: {percents(zeros)} of the rows, where {few_zeros}"
    if pearson.low <= _OVER:
        word = "as large as" if pearson.high >= 1 / _OVER else "below"
        return Reading(
            "counts",
            reading,
            tuple(evidence),
            (
                poisson._replace(
                    reasons=(
                        *off,
                        f"the variance is {word} the mean: (y_true − y_pred)²/y_pred is {pearson} on "
                        "average, a Poisson's 1",
                        zero_words,
                    )
                ),
                Advised(
                    "poisson_deviance", when="the number is to be 0 at a perfect fit: the same minimiser"
                ),
                tweedie._replace(
                    when="new data is more spread than its mean, or has more zeros", reasons=(mean_is,)
                ),
                mse,
            ),
        )
    over: tuple[str, ...] = (
        *off,
        f"counts are over-dispersed: (y_true − y_pred)²/y_pred is {pearson} on average, where a "
        "Poisson's is 1",
        zero_words,
    )
    grows: tuple[str, ...] = ()
    if np.isfinite(power.low):
        grows = (f"the variance grows as the mean to the power {power}; poisson weighs rows as if it were 1",)
    if 1 < power.low < np.inf:
        choices = (
            tweedie._replace(reasons=(*over, *grows)),
            poisson._replace(
                when="the mean alone is wanted: it stays poisson's minimiser, only intervals from it "
                "are too narrow",
                reasons=(mean_is,),
            ),
            mse,
        )
        return Reading("counts", reading, tuple(evidence), choices)
    stays = "the mean stays its minimiser; intervals from it are too narrow (quasi-Poisson widens them)"
    choices = (
        poisson._replace(reasons=(*over, *grows, stays)),
        tweedie._replace(
            when="rows of a large mean are to weigh less than poisson has them", reasons=(mean_is,)
        ),
        mse,
    )
    return Reading("counts", reading, tuple(evidence), choices)


def _counts_alone(y: Array, reading: str) -> Reading:
    variance = float(y.var())
    over = of_means(np.stack([y, y**2]), lambda m: (m[1] - m[0] ** 2) / np.maximum(m[0], 1e-300))
    zeros = share(int((y == 0).sum()), len(y))
    expected = float(np.exp(-y.mean()))
    evidence = (
        shown("n", f"{len(y)} counts, mean {number(float(y.mean()))}, variance {number(variance)}", len(y)),
        shown("dispersion", f"variance/mean {over}; a Poisson's is 1", over),
        shown("zeros", f"zeros: {percents(zeros)}; one Poisson for all rows has {percent(expected)}", zeros),
    )
    poisson = Advised(
        "poisson",
        (
            f"whole numbers of 0 or more, variance/mean {over} before any model; the part of it beyond "
            "1 that predictions do not explain is over-dispersion",
            f"zeros: {percents(zeros)} of the rows; one Poisson for all rows has {percent(expected)}",
        ),
    )
    tweedie = Advised(
        "tweedie",
        ("with predictions its power can be fitted",),
        {"power": 1.5},
        ("power 1.5: the middle of 1 to 2",),
        "variance/mean stays above 1 once there are predictions",
    )
    mse = Advised("mse", when="an error of one count costs the same at every mean")
    return Reading("counts", reading, evidence, (poisson, tweedie, mse))


def _log_rates(y: Array, p: Array, reading: str) -> Reading:
    """Predictions of 0 or below are logarithms of rates, or no rates at all."""
    low = int((p <= 0).sum())
    rates = np.exp(np.clip(p, -700, 700))
    near = float(rates.mean() / max(float(y.mean()), 1e-300))
    if 0.8 < near < 1.25:
        pearson = mean((y - rates) ** 2 / rates)
        why = (
            f"{low} of {len(p)} predictions are 0 or less, and exp(y_pred) is "
            f"{number(float(rates.mean()))} on "
            f"average where the counts are {number(float(y.mean()))}: they are logarithms of rates",
            f"(y_true − rate)²/rate is {pearson} on average; a Poisson's is 1",
        )
        evidence = (
            shown("dispersion", f"mean of (y_true − exp(y_pred))²/exp(y_pred) {pearson}", pearson),
            zeros(y),
        )
        return Reading(
            "counts",
            reading + ", predicted by logarithms of rates",
            evidence,
            (
                Advised("poisson", why, {"from_log": True}),
                Advised(
                    "tweedie",
                    ("take exp(y_pred) first",),
                    {"power": 1.5},
                    ("power 1.5: the middle of 1 to 2",),
                    "counts are more spread than their mean",
                    runs=False,
                ),
            ),
        )
    return _below(y, p, low, reading)


def _below(y: Array, p: Array, low: int, reading: str) -> Reading:
    """Some predictions of 0 or below: a fault of the model, not of the target."""
    off, evidence = bias(y, p, "counts")
    why = (
        f"{low} of {len(p)} predictions are 0 or less, where a count's mean cannot be: a log link keeps "
        "them above",
        *off,
        "the target is counts, and poisson is least at their mean",
    )
    return Reading(
        "counts",
        reading,
        (evidence, zeros(y)),
        (
            Advised("poisson", why, runs=False),
            Advised(
                "mse", ("it takes predictions of 0 and below as they are",), when="the mean, as they stand"
            ),
            Advised(
                "mae",
                ("it is least at the median, which for skewed counts lies below the mean",),
                when="the median is wanted, and totals are not",
            ),
        ),
    )
