"""Optax's smooth_labels on (N,) arrays spreads over the N rows, however they come."""

from __future__ import annotations

import numpy as np
import pytest
from support.close import close
from support.departing import in_turn
from support.requests import score

import losscli

TRUE, LOGIT = np.array([1.0, 0.0, 1.0, 1.0, 0.0]), np.array([0.5, -1.0, -0.25, 2.0, 0.75])


def wanted(smoothing: float) -> float:
    t = TRUE * (1 - smoothing) + smoothing / len(TRUE)
    return float(np.mean(t * np.log1p(np.exp(-LOGIT)) + (1 - t) * np.log1p(np.exp(LOGIT))))


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_it_does_not_depend_on_the_batches(smoothing: float) -> None:
    params = {"label_smoothing": smoothing}
    whole = losscli.compute("bce", TRUE, LOGIT, like="optax", **params)
    apart = score("bce", in_turn(TRUE.tolist(), LOGIT.tolist()), params=params, like="optax")
    assert whole.value == close(wanted(smoothing), 1e-6)
    assert apart.value == close(wanted(smoothing), 1e-6)
    told = ["smooth_labels" in remark.text for remark in apart.remarks]
    assert any(told) == (smoothing > 0)


def test_columns_are_spread_over_each_by_itself() -> None:
    found = losscli.compute("bce", TRUE[:, None], LOGIT[:, None], like="optax", label_smoothing=0.2)
    t = TRUE * 0.8 + 0.2
    value = np.mean(t * np.log1p(np.exp(-LOGIT)) + (1 - t) * np.log1p(np.exp(LOGIT)))
    assert found.value == close(float(value), 1e-6)
