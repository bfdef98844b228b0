"""Forecasts of more than a middle: quantiles, intervals, a mean with its spread, ensembles."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from losscli.analysis.recommend.case import AdviceCase, Advised, Reading, shape_words, shown, unfit
from losscli.analysis.recommend.numbers import percents, rounded
from losscli.classes.levels import levels
from losscli.stats.interval import number, share

if TYPE_CHECKING:
    from losscli.analysis.recommend.numbers import Array

_NOMINAL = (0.5, 0.32, 0.2, 0.1, 0.05, 0.02, 0.01)  # customary shares outside an interval


def quantiles(case: AdviceCase) -> Reading:
    """Predicted quantiles, one a column."""
    y, p = case.y_true, case.y_pred
    assert y is not None
    wanted = [case.quantile] if case.quantile is not None else levels(case.pred_names)
    if wanted is None:
        raise unfit(
            "quantiles",
            "no column of y_pred states its quantile in its name (q10, p90)",
            "say which: --quantile 0.9",
        )
    if p is None:
        q = wanted[0]
        at = float(np.quantile(y, q))
        why = (f"quantile {number(q)} is wanted; that of the target itself is {number(at)}",)
        return Reading(
            "quantiles",
            f"quantile {number(q)} is wanted",
            (shown("quantile", why[0], at),),
            (
                Advised("quantile", why, {"q": q}, (f"q {number(q)}: as asked for",)),
                Advised(
                    "expectile",
                    params={"q": q},
                    derived=(f"q {number(q)}: as asked for",),
                    when="a smooth loss is needed: expectiles are no quantiles, but lie among them",
                ),
            ),
        )
    columns = p[:, None] if p.ndim == 1 else p
    if y.ndim > 1 or len(wanted) != columns.shape[1]:
        raise unfit(
            "quantiles",
            f"y_true is {shape_words(y)}, y_pred {shape_words(p)}, for {len(wanted)} quantiles",
            "one column a quantile",
        )
    evidence, choices = [], []
    crossed = int((np.diff(columns[:, np.argsort(wanted)], axis=1) < 0).any(axis=1).sum())
    for at, q in enumerate(wanted):
        below = share(int((y <= columns[:, at]).sum()), len(y))
        name = case.pred_names[at] if at < len(case.pred_names) and columns.shape[1] > 1 else None
        said = (
            f"{percents(below)} of the targets are at or below {name or 'the prediction'}, where "
            f"quantile {number(q)} wants {number(100 * q)} %"
        )
        evidence.append(shown(f"below_{number(q)}", said, below))
        source = "as asked for" if case.quantile is not None else "by the column's name"
        choices.append(
            Advised(
                "quantile",
                (said,),
                {"q": q},
                (f"q {number(q)}: {source}",),
                pred=name,
                runs=name is not None or columns.shape[1] == 1,
            )
        )
    if len(wanted) > 1:
        evidence.append(shown("crossed", f"rows whose quantiles cross: {crossed} of {len(y)}", crossed))
    first, *others = choices
    rest = [c._replace(when=f"quantile {number(c.params['q'])} is the one to be judged") for c in others]
    if len(wanted) == 2 and np.isclose(sum(wanted), 1) and not crossed:
        alpha = rounded(2 * min(wanted))
        pair = Advised(
            "interval_score",
            ("the two columns are the ends of one interval",),
            {"alpha": alpha},
            (f"alpha {number(alpha)}: twice the lower quantile",),
            "the interval is to be judged as one",
        )
        rest.append(pair._replace(runs=wanted[0] < wanted[1]))
    if len(wanted) == 1:
        rest.append(
            Advised(
                "mae", (), {}, (), "the median is what is wanted after all: quantile at 0.5 is half of it"
            )
        )
    return Reading(
        "quantiles", "quantiles, " + ", ".join(map(number, wanted)), tuple(evidence), (first, *rest)
    )


def _holds(y: Array, low: Array, high: Array) -> float:
    return float(((y >= low) & (y <= high)).mean())


def two_columns(case: AdviceCase) -> str | None:
    """What two columns beside one target are: "interval", "spread" or neither; by name, then by number."""
    y, p = case.y_true, case.y_pred
    if y is None or p is None or y.ndim != 1 or p.shape[1:] != (2,):
        return None
    ordered, positive = bool((p[:, 0] <= p[:, 1]).all()), bool((p[:, 1] > 0).all())
    first, second = ([*map(str.casefold, case.pred_names), "", ""])[:2]
    if ordered and re.search(r"lo|lower|min", first) and re.search(r"hi|up|max", second):
        return "interval"
    if positive and re.search(r"sd|std|sigma|scale|var|spread", second):
        return "spread"
    above = float((y > p[:, 0]).mean())
    if ordered and above > 0.75 and _holds(y, p[:, 0], p[:, 1]) > 0.4:
        return "interval"
    return "spread" if positive and 0.2 <= above <= 0.8 else None


def intervals(case: AdviceCase) -> Reading:
    """The two ends of an interval."""
    y, p = case.y_true, case.y_pred
    assert y is not None
    if p is None or p.shape[1:] != (2,) or y.ndim != 1:
        raise unfit(
            "intervals",
            "an interval is two columns of y_pred beside one of y_true",
            "name them: --pred lower,upper",
        )
    inside = share(int(((y >= p[:, 0]) & (y <= p[:, 1])).sum()), len(y))
    named = levels(case.pred_names)
    if named is not None:
        alpha, derived = rounded(2 * min(named)), "twice the lower quantile in the columns' names"
    else:
        outside = max(1 - inside.value, 1e-3)
        alpha = min(_NOMINAL, key=lambda a: abs(np.log(a / outside)))
        derived = (
            "the customary one nearest to the "
            f"{percents(share(len(y) - round(inside.value * len(y)), len(y)))} outside"
        )
    crossed = int((p[:, 0] > p[:, 1]).sum())
    width = float((p[:, 1] - p[:, 0]).mean())
    told = (
        f"{percents(inside)} of the targets lie inside, where alpha {number(alpha)} wants "
        f"{number(100 * (1 - alpha))} %",
        f"the intervals are {number(width)} wide on average; the score is width and 2/alpha for each "
        "unit outside",
    )
    evidence = (
        shown("inside", told[0], inside),
        shown("crossed", f"intervals whose ends are crossed: {crossed}", crossed),
    )
    return Reading(
        "intervals",
        "two columns a row, the lower before the upper: intervals",
        evidence,
        (
            Advised("interval_score", told, {"alpha": alpha}, (f"alpha {number(alpha)}: {derived}",)),
            Advised(
                "quantile",
                params={"q": alpha / 2},
                derived=(f"q {number(alpha / 2)}: half of alpha",),
                when="each end is to be judged by itself",
                pred=case.pred_names[0] if len(case.pred_names) == 2 else None,
                runs=len(case.pred_names) == 2,
            ),
        ),
    )


def spread(case: AdviceCase) -> Reading:
    """A mean and a standard deviation or variance."""
    y, p = case.y_true, case.y_pred
    assert y is not None
    if p is None or p.shape[1:] != (2,) or y.ndim != 1 or not bool((p[:, 1] > 0).all()):
        raise unfit(
            "forecasting",
            "a mean and its spread are two columns of y_pred, the second above 0",
            "name them: --pred mean,sd",
        )
    square = (y - p[:, 0]) ** 2
    as_sd, as_variance = float((square / p[:, 1] ** 2).mean()), float((square / p[:, 1]).mean())
    name = case.pred_names[1].casefold() if len(case.pred_names) == 2 else ""
    is_sd = abs(np.log(max(as_sd, 1e-300))) <= abs(np.log(max(as_variance, 1e-300)))
    if re.search(r"sd|std|sigma", name) or "var" in name:
        is_sd = "var" not in name
    z = (y - p[:, 0]) / (p[:, 1] if is_sd else np.sqrt(p[:, 1]))
    inside = share(int((np.abs(z) <= 1.959964).sum()), len(y))
    word = "standard deviation" if is_sd else "variance"
    why = (
        f"squared errors are {number(as_sd)} times the second column squared and "
        f"{number(as_variance)} times it on average: it is taken for a {word}"
    )
    cover = f"{percents(inside)} of the targets lie within 1.96 standard deviations, where a normal has 95 %"
    evidence = (shown("second_column", why, as_sd if is_sd else as_variance), shown("inside", cover, inside))
    nll = Advised(
        "gaussian_nll",
        (why, cover, "it scores mean and variance at once, in nats, and punishes a variance too small most"),
    )
    crps = Advised(
        "crps_gaussian", (why, cover, "it scores mean and standard deviation at once, in target units")
    )
    laplace = Advised(
        "laplace_nll",
        when="errors have heavy tails: its second column is the mean distance from the middle",
        runs=False,
    )
    if is_sd:
        return Reading(
            "forecasting",
            "a mean and a standard deviation a row",
            evidence,
            (
                crps,
                nll._replace(
                    reasons=(),
                    when="a likelihood is wanted: square the second column first, it takes a variance",
                    runs=False,
                ),
                laplace,
            ),
        )
    return Reading(
        "forecasting",
        "a mean and a variance a row",
        evidence,
        (
            nll,
            crps._replace(
                reasons=(),
                when="a number in target units is wanted: take the root of the second column first",
                runs=False,
            ),
            laplace,
        ),
    )


def ensemble(case: AdviceCase) -> Reading:
    """Several forecasts of one number."""
    y, p = case.y_true, case.y_pred
    assert y is not None
    assert p is not None
    out = share(int(((y < p.min(axis=1)) | (y > p.max(axis=1))).sum()), len(y))
    fair = 2 / (p.shape[1] + 1)
    told = (
        f"{p.shape[1]} predictions beside one target: read as members of an ensemble (if they are "
        "models, name one: --pred NAME)",
        f"{percents(out)} of the targets lie outside all members, where members drawn like the target "
        f"leave {number(100 * fair)} %",
    )
    return Reading(
        "forecasting",
        "members of an ensemble",
        (shown("outside", told[1], out),),
        (
            Advised("crps_ensemble", (*told, "it scores the members as one distribution, in target units")),
            Advised("mse", when="only the members' mean is used", runs=False),
        ),
    )
