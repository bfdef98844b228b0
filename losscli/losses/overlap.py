"""Overlap: one minus a ratio of areas, for masks and rare positives.

With FN = Σ y(1 − p) and FP = Σ (1 − y)p every loss here is a ratio of sums of positive terms: one minus
an index near 1 would cancel, Σ y(1 − p) does not.
"""

from __future__ import annotations

import numpy as np

from losscli.losses.declare import statistic
from losscli.losses.domain import (
    Array,
    Flag,
    NonNegative,
    Positive,
    Probability,
    ProbabilityOrLogit,
    SoftLabel,
)
from losscli.losses.stable import quotient, sigmoid


def _areas(y: Array, p: Array, q: Array) -> dict[str, Array]:
    """The terms: what was missed y(1 − p), what was falsely found (1 − y)p, the true and the predicted area."""
    return {"missed": y * q, "false": (1 - y) * p, "true": y, "found": p}


@statistic("sorensen", "f1_loss", title="Dice", highest=1.0)
def dice(
    y_true: SoftLabel,
    y_pred: ProbabilityOrLogit,
    *,
    smooth: NonNegative = 0.0,
    from_logits: Flag = False,
) -> dict[str, Array]:
    """1 − (2I + s)/(Sy + Sp + s) = (FN + FP)/(Sy + Sp + s), a ratio. Dice 1945, Milletari et al. 2016."""
    p, q = (sigmoid(y_pred), sigmoid(-y_pred)) if from_logits else (y_pred, 1 - y_pred)
    return _areas(y_true, p, q)


@dice.finish
def _(
    missed: float, false: float, true: float, found: float, *, smooth: float, from_logits: bool
) -> Array:
    return quotient(missed + false, true + found + smooth, empty=0.0)


@dice.gradient
def _(
    y_true: Array,
    y_pred: Array,
    missed: float,
    false: float,
    true: float,
    found: float,
    *,
    smooth: float,
    from_logits: bool,
) -> Array:
    both = true + found + smooth
    slope = quotient((1 - 2 * y_true) * both - (missed + false), both * both, empty=np.nan)
    return slope * sigmoid(y_pred) * sigmoid(-y_pred) if from_logits else slope


@statistic("f_beta", "fbeta_loss", title="Soft F-beta", highest=1.0)
def fbeta(y_true: SoftLabel, y_pred: Probability, *, beta: Positive = 1.0) -> dict[str, Array]:
    """1 − (1 + β²)I/(β² Sy + Sp) = (β² FN + FP)/(β² Sy + Sp), a ratio. van Rijsbergen 1979."""
    return _areas(y_true, y_pred, 1 - y_pred)


@fbeta.finish
def _(missed: float, false: float, true: float, found: float, *, beta: float) -> Array:
    return quotient(beta**2 * missed + false, beta**2 * true + found, empty=0.0)


@fbeta.gradient
def _(
    y_true: Array,
    y_pred: Array,
    missed: float,
    false: float,
    true: float,
    found: float,
    *,
    beta: float,
) -> Array:
    both = beta**2 * true + found
    slope = (1 - y_true - beta**2 * y_true) * both - (beta**2 * missed + false)
    return quotient(slope, both * both, empty=np.nan)
