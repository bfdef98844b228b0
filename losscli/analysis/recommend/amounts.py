"""Amounts of 0 or more: how their spread grows with their mean, and what the zeros say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from losscli.analysis.recommend.case import AdviceCase, Advised, Reading, shown, unfit
from losscli.analysis.recommend.numbers import percent, percents
from losscli.analysis.recommend.residuals import regression
from losscli.analysis.recommend.tails import FEW
from losscli.stats.interval import Measure, number, share
from losscli.stats.moments import skewness, variance_power

if TYPE_CHECKING:
    from losscli.analysis.recommend.numbers import Array
    from losscli.results.recommend import Evidence


def amounts(case: AdviceCase) -> Reading:
    """Amounts of 0 or more: msle for errors in proportion that are symmetric in the logarithm, gamma_deviance
    where the logarithm is skewed to the left, tweedie with zeros."""
    y, p = flat(case, "positive-amounts")
    none = int((y == 0).sum())
    reading = f"amounts from {number(float(y.min()))} to {number(float(y.max()))}" + (
        f", {none} of them 0" if none else ", none of them 0"
    )
    if p is None:
        return _ratio_advice(y, None, reading, None)
    if p.min() <= 0:
        return _not_positive(case, int((p <= 0).sum()), len(p), reading)
    return _ratio_advice(y, p, reading, variance_power(y - p, p))


def in_proportion(y: Array, p: Array | None) -> bool:
    """Whether errors of a target of 0 or more grow with it, so that a loss of amounts fits it."""
    if len(y) < FEW or y.min() < 0 or not y.max() > 0:
        return False
    if p is None:
        return (y == 0).mean() > 0.02 or bool(skewness(y).low > 0.75)
    if p.min() <= 0:
        return False
    low, high = np.quantile(y, [0.05, 0.95])
    spans = low == 0 or bool(high / max(float(low), 1e-300) >= 5)
    return spans and variance_power(y - p, p).low > (0.5 if (y == 0).mean() > 0.02 else 1)


def _ratio_advice(y: Array, p: Array | None, reading: str, power: Measure | None) -> Reading:
    none = share(int((y == 0).sum()), len(y))
    evidence = [
        shown(
            "n",
            f"{len(y)} amounts, median {number(float(np.median(y)))}, mean {number(float(y.mean()))}",
            len(y),
        ),
        zeros(y),
    ]
    grows = (
        ""
        if power is None or not np.isfinite(power.low)
        else (
            f"the variance grows as the mean to the power {power}: 0 is an error in units, 2 one in "
            "proportion"
        )
    )
    if grows and power is not None:
        evidence.append(shown("variance_power", grows, power))
    alone = () if p is not None else ("measured on the target itself; residuals may tell otherwise",)
    told = (grows,) if grows else alone
    mse = Advised("mse", when="an error of one unit costs the same at every size")
    if none.value > 0:
        value, derived = (
            (1.5, "power 1.5, the middle of 1 to 2: with predictions it can be fitted")
            if power is None
            else tweedie_power(power)
        )
        zero = (
            f"{percents(none)} of the amounts are exactly 0 and the others continuous: gamma and "
            "lognormal have no zeros"
        )
        return Reading(
            "positive-amounts",
            reading,
            tuple(evidence),
            (
                Advised("tweedie", (zero, *told), {"power": value}, (derived,)),
                Advised(
                    "poisson_deviance",
                    ("tweedie at power 1",),
                    when="the variance grows as the mean, no faster",
                ),
                Advised(
                    "msle", when="the logarithm of 1 + the amount is what should be near, zeros included"
                ),
                mse,
            ),
        )
    logs = np.log(y) if p is None else np.log(y / p)
    lean = skewness(logs)
    spread = float(logs.std())
    what = "log(y_true)" if p is None else "log(y_true/y_pred)"
    evidence.append(
        shown("log_skewness", f"skewness of {what} {lean}; a lognormal's is 0, a gamma's is below", lean)
    )
    evidence.append(
        shown(
            "log_spread",
            f"standard deviation of {what} {number(spread)}: a factor of {number(np.exp(spread))}",
            spread,
        )
    )
    gamma = Advised("gamma_deviance")
    msle = Advised("msle")
    below_1 = float((y < 1).mean())
    msle_words = "msle is squared error of log(1 + y), least near the geometric mean"
    gammas = -min(spread, 2.0)  # nearly, of a gamma with this spread of its logarithm
    if lean.high < 0 and lean.value < gammas / 3:
        why = (
            f"{what} leans to the left, as a gamma's does: skewness {lean}; a gamma of this spread has "
            f"about {number(gammas, 2)}, a lognormal 0",
            *told,
            "least at the mean, and the same in any unit",
        )
        chosen = [
            gamma._replace(reasons=why),
            msle._replace(when="the typical factor counts, not the mean", reasons=(msle_words,)),
        ]
    elif below_1 > 0.25:
        why = (
            f"errors are in proportion, but {percent(below_1)} of the targets are below 1, where the 1 in "
            "msle's log(1 + y) rules; gamma_deviance is the same in any unit",
            *told,
        )
        chosen = [
            gamma._replace(reasons=why),
            msle._replace(when="the targets are given in a smaller unit", reasons=(msle_words,)),
        ]
    else:
        why = (f"{what} is about symmetric: skewness {lean}; errors multiply", *told, msle_words)
        chosen = [
            msle._replace(reasons=why),
            Advised("rmsle", when="the number is to be reported: the root of msle, a typical log-ratio"),
            gamma._replace(
                when="the mean is wanted: msle's minimiser lies below it",
                reasons=("least at the mean, and the same in any unit",),
            ),
        ]
    mape = Advised(
        "mape",
        (f"none of the {len(y)} targets is 0",),
        when="a relative error is to be reported in per cent of the truth",
    )
    return Reading("positive-amounts", reading, tuple(evidence), (*chosen, mape, mse))


def flat(case: AdviceCase, task: str) -> tuple[Array, Array | None]:
    assert case.y_true is not None
    y = case.y_true.ravel()
    if y.min() < 0:
        raise unfit(task, f"y_true goes down to {number(float(y.min()))}", "use --task regression")
    return y, None if case.y_pred is None else case.y_pred.ravel()


def zeros(y: Array) -> Evidence:
    none = share(int((y == 0).sum()), len(y))
    return shown("zeros", f"zeros: {percents(none)} of the targets", none)


def tweedie_power(power: Measure) -> tuple[float, str]:
    """Between 1.1 and 1.9, where zeros are possible."""
    if not np.isfinite(power.low) or power.high - power.low > 2:
        return 1.5, "power 1.5, the middle of 1 to 2: the predictions are too alike to fit one"
    fitted = float(np.round(np.clip(power.value, 1.1, 1.9), 2))
    kept = "" if 1.1 <= power.value <= 1.9 else ", kept inside 1.1 to 1.9"
    return fitted, f"power {number(fitted)}: fitted to variance ∝ mean^power, {power}{kept}"


def _not_positive(case: AdviceCase, low: int, n: int, reading: str) -> Reading:
    regressed = regression(case)
    why = f"{low} of {n} predictions are 0 or less, where poisson, gamma_deviance and tweedie are not defined"
    first = regressed.choices[0]._replace(reasons=(why, *regressed.choices[0].reasons))
    evidence = (shown("not_positive", why, low), *regressed.evidence)
    return Reading("positive-amounts", reading, evidence, (first, *regressed.choices[1:]))
