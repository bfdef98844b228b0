"""Keras losses of one ratio over the array (axis=None), over each sample or over each class."""

from __future__ import annotations

from typing import Any

import numpy as np

from losscli.frameworks.departure import Departure
from losscli.frameworks.keras.framework import EPSILON, formula
from losscli.losses.domain import Array, Probability, SoftLabel
from losscli.losses.ranges import NonNegative


def _empty(overlap: Any, **totals: Any) -> Any:
    """Nothing true and nothing predicted."""
    rest = [total for name, total in totals.items() if name in ("true", "found", "missed", "false")]
    return overlap + sum(rest) == 0


EMPTY = Departure(
    "Keras adds 1e-7 to the denominator alone, so that nothing true and nothing predicted costs 1, not 0",
    lambda y_true, y_pred, **_: ~np.any((y_true > 0) | (y_pred > 0), axis=tuple(range(1, y_pred.ndim))),
    cause="epsilon",
    totals=_empty,
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
        "Where alpha and beta differ, Keras 3.15 weighs false negatives by alpha and false positives by "
        "beta, the definition the reverse",
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
