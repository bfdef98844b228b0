"""What advice says, taken apart; and its numbers in words, worked out apart from losscli."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np

from losscli.results.recommend import Evidence, Recommendation, Recommendations

Z = NormalDist().inv_cdf(0.975)
Array = Any


def evidence(told: Recommendations, name: str) -> Evidence:
    """The one piece of evidence of this name."""
    (found,) = (piece for piece in told.evidence if piece.name == name)
    return found


def names(told: Recommendations) -> list[str]:
    return [piece.name for piece in told.evidence]


def losses(told: Recommendations) -> list[str]:
    return [entry.loss for entry in told.recommendations]


def entry(told: Recommendations, loss: str, *params: str) -> Recommendation:
    """The one recommendation of this loss that suggests (among others) these parameters."""
    (found,) = (e for e in told.recommendations if e.loss == loss and set(params) <= set(e.params))
    return found


def why(told: Recommendations) -> str:
    """The reasons for the first, as one text."""
    return " | ".join(told.recommendations[0].reasons)


def everything(told: Recommendations) -> str:
    """Every sentence of an advice."""
    texts = [told.reading, *(piece.text for piece in told.evidence)]
    for one in told.recommendations:
        texts += [*one.reasons, *one.derived, one.when or "", one.command]
    return " | ".join(texts)


def short(value: float, digits: int = 3) -> str:
    """0.0357, 12.3, 1234: in so many digits, whole parts in full."""
    if value == 0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if decimals else text


def percent(part: float) -> str:
    return f"{short(100 * part, 2 if part < 0.995 else 3)} %"


def wilson(count: int, n: int) -> tuple[float, float]:
    """The two p at which |count/n − p| is z √(p(1 − p)/n): the roots of a quadratic."""
    found, z2 = count / n, Z**2
    low, high = sorted(np.roots([1 + z2 / n, -(2 * found + z2 / n), found**2]).real)
    return max(float(low), 0.0), min(float(high), 1.0)


def shares(count: int, n: int) -> str:
    """`2.1 % (1.3 to 3.3 %)`."""
    low, high = (percent(bound).removesuffix(" %") for bound in wilson(count, n))
    return f"{percent(count / n)} ({low} to {high} %)"


def by_mean(values: Array) -> tuple[float, float, float]:
    """A mean with the interval of its standard error."""
    half = Z * np.std(values) / math.sqrt(len(values))
    return float(np.mean(values)), float(np.mean(values) - half), float(np.mean(values) + half)


def interval(value: float, low: float, high: float) -> str:
    return f"{short(value)} ({short(low)} to {short(high)})"


def normal(n: int) -> Array:
    """n quantiles of a standard normal."""
    return np.array([NormalDist().inv_cdf((i + 0.5) / n) for i in range(n)])


def laplace(n: int) -> Array:
    """n quantiles of a Laplace distribution."""
    u = (np.arange(n) + 0.5) / n - 0.5
    return -np.sign(u) * np.log1p(-2 * np.abs(u))


def shuffled(values: Array, seed: int = 0) -> Array:
    """In another order, so that they go with nothing beside them."""
    return np.random.default_rng(seed).permutation(values)
