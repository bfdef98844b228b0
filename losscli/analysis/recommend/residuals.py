"""Real targets: what the residuals' tails, skew and spread say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from losscli.analysis.recommend.bias import bias
from losscli.analysis.recommend.case import AdviceCase, Advised, Reading, shown
from losscli.analysis.recommend.numbers import percent, percents, value_range
from losscli.analysis.recommend.tails import FEW, Tails, tails
from losscli.catalogue import registry
from losscli.stats.interval import number, share
from losscli.stats.moments import NORMAL_BEYOND_3, rank_correlation

if TYPE_CHECKING:
    from losscli.analysis.recommend.numbers import Array
    from losscli.results.recommend import Evidence


def regression(case: AdviceCase) -> Reading:
    """Advice for a real target, from its residuals; without predictions, from its distances to its median."""
    y = case.y_true
    assert y is not None
    if case.y_pred is None:
        residuals = y.ravel() - np.median(y)
        return _find(case, residuals, "the target's distances from its median", "truth")
    residuals = (case.y_pred - y).ravel()
    return _find(case, residuals, "the residuals", "residuals")


def _find(case: AdviceCase, residuals: Array, subject: str, kind: str) -> Reading:
    entries = "values" if case.y_true is not None and case.y_true.ndim > 1 else "rows"
    target = "a target of fractions" if case.kind == "fraction" else "a real target"
    told = (
        f"{target}: what follows is measured on {subject}"
        if kind == "truth"
        else f"{target} and its predictions: what follows is measured on the residuals, y_pred − y_true"
    )
    tail = tails(residuals)
    if tail is None:
        return Reading("regression", told, *_untold(residuals, subject, entries))
    evidence = [
        shown("n", f"{tail.n} {entries}", tail.n),
        _range_of(case),
        shown(
            "spread",
            f"robust spread {number(tail.spread)}, in target units: 1.4826 × the median absolute "
            f"deviation {number(tail.mad)}",
            tail.spread,
        ),
        shown("kurtosis", f"kurtosis {tail.kurtosis}; a normal's is 3", tail.kurtosis),
        shown("skewness", f"skewness {tail.skewness}; a symmetric distribution's is 0", tail.skewness),
        shown(
            "beyond_3",
            f"{tail.beyond} of {tail.n} beyond three spreads: "
            f"{percents(share(tail.beyond, tail.n))}; a normal has {percent(NORMAL_BEYOND_3)}",
            share(tail.beyond, tail.n),
        ),
        shown(
            "mse_over_huber",
            f"to fix a constant as precisely, mse needs {tail.by_huber} times huber's rows; 0.95 for a "
            "normal",
            tail.by_huber,
        ),
        shown(
            "mse_over_mae",
            f"and {tail.by_mae} times mae's rows; a normal 0.64",
            tail.by_mae,
        ),
    ]
    extra, last = _further(case, residuals, tail)
    choices = _ordered(tail, subject, entries)
    if kind == "residuals" and case.y_true is not None and case.y_pred is not None and case.y_true.ndim == 1:
        off, measured = bias(case.y_true, case.y_pred)
        evidence.insert(2, measured)
        choices[0] = choices[0]._replace(reasons=(*off, *choices[0].reasons))
    return Reading("regression", told, (*evidence, *extra), (*choices, *last))


def _range_of(case: AdviceCase) -> Evidence:
    """The targets' range, and by what factor those above 0 differ."""
    assert case.y_true is not None
    y = case.y_true
    text = f"targets from {value_range(y)}"
    low, high = (float(v) for v in np.quantile(y, [0.05, 0.95]))
    if low <= 0 or y.min() < 0:
        return shown("targets", text)
    return shown("targets", f"{text}; the middle 90 % spans a factor of {number(high / low)}", high / low)


def _ordered(t: Tails, subject: str, entries: str) -> list[Advised]:
    """mse, huber, mae and a loss that lets go of far rows, in the order that the tails say."""
    count = (
        f"{t.beyond} of {t.n} {entries} beyond three robust spreads (a normal has {percent(NORMAL_BEYOND_3)})"
    )
    spread = f"the robust spread of {subject} (1.4826 × their median absolute deviation {number(t.mad)})"
    huber = _scaled("huber", t, spread)
    by_huber = f"to fix a constant to {subject} as precisely, mse needs {t.by_huber} times huber's rows"
    by_mae = f"to fix a constant to {subject} as precisely, mse needs {t.by_mae} times mae's rows"
    if not t.heavy:
        weight = "no heavier than" if t.kurtosis.low <= 3 else "hardly heavier than"
        first = Advised(
            "mse",
            (
                f"the tails of {subject} are {weight} a normal's: kurtosis {t.kurtosis}, {count}",
                by_huber,
                "it is least at the mean, and an error ten times larger costs a hundred times more",
            ),
        )
        others = [
            huber._replace(
                when="outliers are expected that these rows do not show",
                reasons=(f"below delta it is mse/2; {t.past_delta} of {t.n} {entries} lie beyond it",),
            ),
            Advised(
                "mae",
                (by_mae,),
                when="the median is wanted, or an error ten times larger costs ten times more",
            ),
        ]
        return [first, *others]
    heavier = f"the tails of {subject} are heavier than a normal's: kurtosis {t.kurtosis}, {count}"
    their = f"the {t.past_delta} {entries} beyond delta make {percent(t.their_share)} of the squared error"
    if t.by_mae.value > 1.1 * t.by_huber.value:
        chosen = [
            Advised("mae", (heavier, by_mae, f"huber comes next: {by_huber}")),
            huber._replace(
                when="small errors are to count less than their size, or a kink at 0 is in the way",
                reasons=(f"{their}; huber counts them linearly",),
            ),
        ]
    else:
        chosen = [
            huber._replace(reasons=(heavier, f"{their}; huber counts them linearly", by_huber)),
            Advised("mae", (by_mae,), when="the median is wanted, or no delta can be defended"),
        ]
    # A group apart may be plain wrong; the end of a tail is the last thing to let go of.
    chosen.insert(1 if t.apart else 2, _redescending(t, entries, subject))
    chosen.append(
        Advised(
            "mse",
            (f"{t.past_delta} of {t.n} {entries} make {percent(t.their_share)} of it",),
            when="those rows are right and a large error is what costs you",
        )
    )
    return chosen


def _redescending(t: Tails, entries: str, subject: str) -> Advised:
    """Tukey where the outliers are a group by themselves, cauchy where they are the end of a tail."""
    spread = f"the robust spread of {subject}"
    if t.apart:
        return _scaled("tukey", t, spread)._replace(
            reasons=(
                f"{t.far} of {t.n} {entries} lie beyond six spreads and {t.beyond - t.far} from three "
                "to six: a group apart; beyond c a row pulls with nothing",
            ),
            when="those rows are plain wrong, and the fit starts near its end",
        )
    return _scaled("cauchy", t, spread)._replace(
        reasons=(
            f"{t.far} of {t.n} {entries} lie beyond six spreads; here a far row pulls the less the "
            "farther it is",
        ),
        when="the far rows are more likely wrong than right, and the fit starts near its end",
    )


def _scaled(name: str, t: Tails, spread: str) -> Advised:
    """A robust loss with its scale fitted to the residuals, and from what."""
    scale = registry.get(name).scale
    assert scale is not None
    value = scale.fitted(t.spread)
    derived = f"{scale.parameter} {number(value)} = {scale.spreads:g} × {number(t.spread)}, {spread}"
    return Advised(name, params={scale.parameter: value}, derived=(derived,))


def _further(case: AdviceCase, residuals: Array, t: Tails) -> tuple[list[Evidence], list[Advised]]:
    """Skew, spread that grows with the prediction, outputs of unlike scale, and directions."""
    evidence: list[Evidence] = []
    choices: list[Advised] = []
    y, p = case.y_true, case.y_pred
    if y is None or p is None:
        return evidence, choices
    if t.skewness.low > 0.5 or t.skewness.high < -0.5:
        side = "too high" if t.skewness.value > 0 else "too low"
        choices.append(
            Advised(
                "quantile",
                (f"skewness {t.skewness}: predictions that are {side} miss by more than the others",),
                {"q": 0.75},
                (
                    "q 0.75 = 3 / (3 + 1), if a prediction too low costs 3 times one too high: put in "
                    "your costs",
                ),
                "errors of one side cost more than those of the other",
            )
        )
    if min(float(y.min()), float(p.min())) >= 0 and max(float(y.max()), float(p.max())) <= 1:
        choices.append(
            Advised(
                "bce",
                ("targets and predictions lie from 0 to 1",),
                when="the targets are probabilities, or shares of a whole",
            )
        )
    if y.ndim == 1:
        grows = rank_correlation(np.abs(residuals), p)
        evidence.append(
            shown(
                "spread_by_prediction",
                f"the size of a residual goes with its prediction by a rank correlation of {grows}",
                grows,
            )
        )
        if grows.low > 0.2 or grows.high < -0.2:
            way = "grow" if grows.value > 0 else "shrink"
            choices.append(
                Advised(
                    "gaussian_nll",
                    (f"residuals {way} with the prediction: rank correlation {grows}",),
                    when="the model can predict its own variance as a second output",
                    runs=False,
                )
            )
    elif y.ndim == 2:
        scales = y.std(axis=0)
        scales = scales[scales > 0]
        if len(scales) > 1:
            ratio = float(scales.max() / scales.min())
            text = f"outputs differ in spread by a factor of {number(ratio)}"
            evidence.append(
                shown("output_scales", text + (", the widest decides every mean" * (ratio > 10)), ratio)
            )
        if y.shape[1] >= 16 and bool((np.abs(y).sum(axis=1) > 0).all()):
            choices.append(
                Advised(
                    "cosine_distance",
                    (f"each target is a vector of {y.shape[1]} numbers",),
                    when="the direction of a vector counts and its length does not",
                )
            )
    return evidence, choices


def _untold(residuals: Array, subject: str, entries: str) -> tuple[tuple[Evidence, ...], tuple[Advised, ...]]:
    """Too few rows, or over half of the residuals one number: no spread to measure tails by."""
    n = len(residuals)
    same = int((residuals == np.median(residuals)).sum())
    evidence = (shown("n", f"{n} {entries}", n),)
    if n < FEW:
        few = f"1 {entries[:-1]} is" if n == 1 else f"{n} {entries} are"
        why = f"{few} too few to tell the tails of {subject}: they give no evidence against mse"
        first, second = (
            Advised("mse", (why,)),
            Advised("mae", when="the median is wanted, or a row may be wrong"),
        )
    elif same == n:
        why = f"{subject} are all {number(float(residuals[0]))}: nothing tells one loss from another"
        first, second = Advised("mse", (why,)), Advised("mae", when="the number is to be in target units")
    else:
        why = (
            f"{same} of {n} {entries} of {subject} are one number, so that their robust spread is 0: "
            "mae, like the median, keeps to the many"
        )
        first, second = Advised("mae", (why,)), Advised("mse", when="the few other rows are what costs you")
    return (*evidence, shown("most_common", f"{same} of {n} are the same number", same)), (first, second)
