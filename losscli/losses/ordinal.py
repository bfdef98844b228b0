"""Ordered classes: being wrong by one grade costs less than being wrong by three."""

from __future__ import annotations

import math

import numpy as np

from losscli.losses.declare import batch
from losscli.losses.domain import Array, ClassProbabilities, OneHot
from losscli.losses.ranges import KappaWeights
from losscli.losses.stable import log_ratio, quotient


def _disagreement(y_true: Array, y_pred: Array, weightage: str) -> tuple[Array, Array, Array]:
    """ω(cᵢ, l) for every sample (N, C), Σₖ ω(k, l) nₖ / N for every class (C,), and ω's two sums O and E."""
    grades = np.arange(y_true.shape[-1], dtype=y_pred.dtype)
    apart = np.abs(grades[:, None] - grades)
    weights = apart if weightage == "linear" else apart**2
    costs, by_chance = y_true @ weights, y_true.mean(axis=0) @ weights
    return costs, by_chance, np.array([np.sum(costs * y_pred), np.sum(by_chance * y_pred.sum(axis=0))])


@batch(
    "WeightedKappaLoss",
    "quadratic_weighted_kappa",
    "qwk",
    title="Weighted kappa",
    memory=lambda n, d: 8 * n * d * 3,
    lowest=-math.inf,
    highest=math.log(2),
    best=-math.inf,
)
def weighted_kappa(
    y_true: OneHot, y_pred: ClassProbabilities, *, weightage: KappaWeights = "quadratic"
) -> Array:
    """log(Σᵢ Σₖ ω(cᵢ, k) pᵢₖ / (Σₖ Σₗ ω(k, l) nₖ mₗ / N)) = log(1 − κ): one value. De la Torre 2018."""
    _, _, (observed, expected) = _disagreement(y_true, y_pred, weightage)
    return np.atleast_1d(log_ratio(observed, expected))


@weighted_kappa.gradient
def _(y_true: Array, y_pred: Array, *, weightage: str) -> Array:
    costs, by_chance, (observed, expected) = _disagreement(y_true, y_pred, weightage)
    return quotient(costs, observed, empty=0.0) - quotient(by_chance, expected, empty=0.0)
