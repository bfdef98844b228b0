"""Calls that are one case of a loss: asked for by their own names they give their own numbers."""

from __future__ import annotations

from math import exp, inf, log, log1p
from typing import Any

import pytest
from support.close import close

import losscli
from losscli.catalogue import registry
from losscli.frameworks import FrameworkRecord
from losscli.frameworks.call import Style
from losscli.frameworks.convention import Framework

BRIER = [[0.7, 0.2, 0.1], [0.2, 0.5, 0.3], [0.1, 0.1, 0.8]]
ONE_COLUMN = [0.1, 0.7, 0.4]


def test_a_framework_keeps_other_calls_of_the_same_loss_with_their_parameters() -> None:
    own = Framework(FrameworkRecord("own", "Own", "own"), Style({"own": "own"}))
    own.same("mse", "square", also={"quadratic": {"half": False}})
    own.formula("mae", "absolute", also={"l1": {}})(lambda y_true, y_pred: y_pred)
    assert own.entries["mse"].also == {"quadratic": {"half": False}}
    assert own.entries["mae"].also == {"l1": {}}
    assert own.convention(registry.get("mse")).kernel is registry.get("mse").kernel


@pytest.mark.parametrize(
    ("call", "like", "true", "pred", "wanted"),
    [
        ("optax.safe_softmax_cross_entropy", "optax", [[1, 0, 0]], [[0, -inf, 1]], log1p(exp(1))),
        (
            "optax.losses.kl_divergence_with_log_targets",
            "optax",
            [[log(0.5), log(0.5)]],
            [[log(0.4), log(0.6)]],
            0.5 * log(0.5 / 0.4) + 0.5 * log(0.5 / 0.6),
        ),
        ("optax.losses.dice_loss", "optax", [[1, 0]], [[0.0, 0.0]], 1 - (1.5 / 1.75 + 0.8) / 2),
        ("scipy.stats.entropy", "scipy", [[1, 3]], [[2, 2]], 0.25 * log(0.5) + 0.75 * log(1.5)),
        ("torch.nn.BCEWithLogitsLoss", "torch", [1], [2.0], log1p(exp(-2))),
        ("sklearn.metrics.hinge_loss", "sklearn", [0, 1, 2], [[1, 2, 0], [0, 1, 0], [0, 1, 3]], 2 / 3),
    ],
)
def test_a_call_s_name_asks_for_its_own_number(
    call: str, like: str, true: Any, pred: Any, wanted: float
) -> None:
    assert losscli.compute(call, true, pred, like=like).value == close(wanted, 2e-6)


# sklearn.metrics.brier_score_loss 1.9.1, run.
@pytest.mark.parametrize(
    ("true", "pred", "params", "wanted"),
    [
        ([0, 1, 2], BRIER, {}, 0.58 / 3),
        ([1, 2, 3], BRIER, {}, 0.58 / 3),
        ([0, 1, 1], BRIER, {}, 0.66),
        ([0, 1, 2], BRIER, {"scale_by_half": True}, 0.29 / 3),
        ([0, 1, 1], [[0.7, 0.3], [0.2, 0.8], [0.1, 0.9]], {}, 0.14 / 3),
        ([0, 0, 0], [[0.7, 0.3], [0.2, 0.8], [0.1, 0.9]], {"scale_by_half": False}, 3.08 / 3),
        ([1, 2, 2], ONE_COLUMN, {}, 0.46 / 3),
        ([0, 0, 0], ONE_COLUMN, {}, 0.22),
        ([-1, 1, 1], ONE_COLUMN, {}, 0.46 / 3),
        ([-1, -1, -1], ONE_COLUMN, {}, 0.22),
        ([2, 2, 2], ONE_COLUMN, {}, 0.42),
        ([2, 3, 3], ONE_COLUMN, {"pos_label": 2}, 1.46 / 3),
        ([0, 1, 1], ONE_COLUMN, {"pos_label": 5}, 0.22),
        ([0, 1, 1], ONE_COLUMN, {"scale_by_half": False}, 0.92 / 3),
        ([[0], [1], [1]], [[0.1], [0.7], [0.4]], {}, 0.46 / 3),
    ],
)
def test_brier_as_scikit_learn_reads_labels(true: Any, pred: Any, params: Any, wanted: float) -> None:
    assert losscli.compute("brier", true, pred, like="sklearn", **params).value == close(wanted, 1e-12)
