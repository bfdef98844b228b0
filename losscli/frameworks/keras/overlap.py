"""Keras losses of one ratio over the array (axis=None), over each sample or over each class."""

from __future__ import annotations

from typing import Any

from losscli.frameworks.convention import Departure
from losscli.frameworks.keras.framework import EPSILON, formula
from losscli.losses.domain import Array, Probability, SoftLabel
from losscli.losses.ranges import NonNegative

EMPTY = Departure(
    "Keras adds 1e-7 to the denominator alone, so that nothing true and nothing predicted costs 1, not 0",
    cause="epsilon",
)


def _dice(overlap: Any, true: Any, found: Any) -> Any:
    return 1 - 2 * overlap / (true + found + float(EPSILON))


@formula("dice", "losses.Dice", EMPTY, finish=_dice, per=True)
def _(y_true: SoftLabel, y_pred: Probability) -> dict[str, Array]:
    return {"overlap": y_true * y_pred, "true": y_true, "found": y_pred}


def _tversky(overlap: Any, missed: Any, false: Any, *, alpha: float, beta: float) -> Any:
    return 1 - overlap / (overlap + alpha * missed + beta * false + float(EPSILON))


@formula(
    "tversky",
    "losses.Tversky",
    EMPTY,
    Departure(
        "Keras 3.15 weighs false negatives by alpha and false positives by beta, the definition the reverse",
        when=lambda params: params["alpha"] != params["beta"],
        cause="parameters",
    ),
    finish=_tversky,
    per=True,
)
def _(
    y_true: SoftLabel, y_pred: Probability, *, alpha: NonNegative = 0.5, beta: NonNegative = 0.5
) -> dict[str, Array]:
    return {"overlap": y_true * y_pred, "missed": y_true * (1 - y_pred), "false": (1 - y_true) * y_pred}
