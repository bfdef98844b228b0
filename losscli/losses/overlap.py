"""Overlap: one minus a ratio of areas, for masks and rare positives.

With the hits TP = Σ y p, the misses FN = Σ y(1 − p) and the false alarms FP = Σ (1 − y)p every loss here is
wrong / (right + wrong), sums of positive terms: one minus an index near 1 would cancel, Σ y(1 − p) does not.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from losscli.losses.declare import batch, statistic
from losscli.losses.domain import Array, Label01, Probability, ProbabilityOrLogit, Real, SoftLabel
from losscli.losses.ranges import Flag, NonNegative, Positive
from losscli.losses.stable import nowhere, quotient, sigmoid, times


def _areas(y: Array, p: Array, from_logits: bool = False) -> dict[str, Array]:
    """The terms, with 1 − p from the logit where there is one."""
    p, q = (sigmoid(p), sigmoid(-p)) if from_logits else (p, 1 - p)
    return {"hit": y * p, "missed": y * q, "false": (1 - y) * p}


def _ratio(wrong: Any, right: Any) -> Any:
    """wrong / (right + wrong); nothing right and nothing wrong costs 0."""
    return quotient(wrong, right + wrong, empty=0.0)


def _slope(y: Array, right: Any, wrong: Any, hit: float, missed: float, false: float) -> Array:
    """d(wrong / (right + wrong))/dp, right = hit·TP + s, wrong = missed·FN + false·FP, uncancelled."""
    both = right + wrong
    return ((1 - y) * false * (right / both) - y * (missed * (right / both) + hit * (wrong / both))) / both


def _through_sigmoid(slope: Array, y_pred: Array, from_logits: bool) -> Array:
    """The slope by p, or by the logit of p."""
    return slope * sigmoid(y_pred) * sigmoid(-y_pred) if from_logits else slope


@statistic("sorensen", "f1_loss", "soft_dice", "binary_dice", title="Dice", highest=1.0, per=True)
def dice(
    y_true: SoftLabel,
    y_pred: ProbabilityOrLogit,
    *,
    smooth: NonNegative = 0.0,
    from_logits: Flag = False,
) -> dict[str, Array]:
    """1 − (2TP + s)/(Sy + Sp + s) = (FN + FP)/(2TP + FN + FP + s). Dice 1945, Milletari et al. 2016."""
    return _areas(y_true, y_pred, from_logits)


@dice.finish
def _(hit: Any, missed: Any, false: Any, *, smooth: float, from_logits: bool) -> Any:
    return _ratio(missed + false, 2 * hit + smooth)


@dice.gradient
def _(
    y_true: Array, y_pred: Array, hit: Any, missed: Any, false: Any, *, smooth: float, from_logits: bool
) -> Array:
    slope = _slope(y_true, 2 * hit + smooth, missed + false, 2, 1, 1)
    return _through_sigmoid(slope, y_pred, from_logits)


@statistic(
    "generalised_dice",
    "multiclass_generalized_dice",
    title="Generalized Dice",
    highest=1.0,
    merges={"hit": "columns", "missed": "columns", "false": "columns"},
)
def generalized_dice(
    y_true: SoftLabel, y_pred: Probability, *, smooth: NonNegative = 0.0
) -> dict[str, Array]:
    """Dice's sums by class, each times ωₖ = 1/Syₖ², before the ratio. Sudre et al. 2017."""
    return _areas(y_true, y_pred)


def _class_weights(true: Array) -> tuple[Array, Any]:
    """ωₖ = 1/Syₖ² in units of the rarest class's, 0 for a class that is absent, and 1 in that unit."""
    present = true > 0
    rarest = np.min(true[present]) if present.any() else 1.0
    return np.where(present, rarest / true, 0.0) ** 2, rarest**2


@generalized_dice.finish
def _(hit: Array, missed: Array, false: Array, *, smooth: float) -> Any:
    weight, unit = _class_weights(hit + missed)
    return _ratio(np.sum(weight * (missed + false)), np.sum(weight * 2 * hit) + smooth * unit)


@generalized_dice.remark
def _(hit: Array, missed: Array, false: Array) -> str | None:
    absent = (np.atleast_1d(hit + missed) == 0) & (np.atleast_1d(false) > 0)
    if not absent.any():
        return None
    classes = ", ".join(map(str, np.flatnonzero(absent)[:5].tolist()))
    where = "nothing is true" if absent.all() else f"nothing is true in class {classes}"
    predicted = float(np.sum(np.atleast_1d(false)[absent]))
    return (
        f"{where}: a class counts by 1/(its true sum)², and not at all where that is 0, "
        f"so that the {predicted:.6g} predicted there cost nothing"
    )


@generalized_dice.gradient
def _(y_true: Array, y_pred: Array, hit: Array, missed: Array, false: Array, *, smooth: float) -> Array:
    weight, unit = _class_weights(hit + missed)
    right = np.sum(weight * 2 * hit) + smooth * unit
    return times(weight, _slope(y_true, right, np.sum(weight * (missed + false)), 2, 1, 1))


@statistic("soft_iou", "jaccard_distance", title="Jaccard (soft IoU)", highest=1.0, per=True)
def jaccard(
    y_true: SoftLabel,
    y_pred: ProbabilityOrLogit,
    *,
    smooth: NonNegative = 0.0,
    from_logits: Flag = False,
) -> dict[str, Array]:
    """1 − (TP + s)/(Sy + Sp − TP + s) = (FN + FP)/(TP + FN + FP + s), a ratio. Jaccard 1912."""
    return _areas(y_true, y_pred, from_logits)


@jaccard.finish
def _(hit: Any, missed: Any, false: Any, *, smooth: float, from_logits: bool) -> Any:
    return _ratio(missed + false, hit + smooth)


@jaccard.gradient
def _(
    y_true: Array, y_pred: Array, hit: Any, missed: Any, false: Any, *, smooth: float, from_logits: bool
) -> Array:
    slope = _slope(y_true, hit + smooth, missed + false, 1, 1, 1)
    return _through_sigmoid(slope, y_pred, from_logits)


@statistic(title="Tversky", highest=1.0, per=True)
def tversky(
    y_true: SoftLabel,
    y_pred: ProbabilityOrLogit,
    *,
    alpha: NonNegative = 0.5,
    beta: NonNegative = 0.5,
    smooth: NonNegative = 0.0,
    from_logits: Flag = False,
) -> dict[str, Array]:
    """1 − (TP + s)/(TP + α FP + β FN + s), a ratio. Tversky 1977, Salehi et al. 2017."""
    return _areas(y_true, y_pred, from_logits)


@tversky.finish
def _tversky(
    hit: Any, missed: Any, false: Any, *, alpha: float, beta: float, smooth: float, from_logits: bool
) -> Any:
    return _ratio(alpha * false + beta * missed, hit + smooth)


@tversky.gradient
def _tversky_slope(
    y_true: Array,
    y_pred: Array,
    hit: Any,
    missed: Any,
    false: Any,
    *,
    alpha: float,
    beta: float,
    smooth: float,
    from_logits: bool,
) -> Array:
    slope = _slope(y_true, hit + smooth, alpha * false + beta * missed, 1, beta, alpha)
    return _through_sigmoid(slope, y_pred, from_logits)


@statistic(title="Focal Tversky", highest=1.0, per=True)
def focal_tversky(
    y_true: SoftLabel,
    y_pred: ProbabilityOrLogit,
    *,
    alpha: NonNegative = 0.5,
    beta: NonNegative = 0.5,
    gamma: Positive = 1.0,
    smooth: NonNegative = 0.0,
    from_logits: Flag = False,
) -> dict[str, Array]:
    """T^γ, T the Tversky loss, a ratio. Abraham, Khan 2019, who write 1/γ."""
    return _areas(y_true, y_pred, from_logits)


@focal_tversky.finish
def _(hit: Any, missed: Any, false: Any, *, gamma: float, **others: Any) -> Any:
    return _tversky(hit, missed, false, **others) ** gamma


@focal_tversky.gradient
def _(
    y_true: Array, y_pred: Array, hit: Any, missed: Any, false: Any, *, gamma: float, **others: Any
) -> Array:
    steep = gamma * _tversky(hit, missed, false, **others) ** (gamma - 1)
    return times(_tversky_slope(y_true, y_pred, hit, missed, false, **others), steep)


@statistic("f_beta", "fbeta_loss", title="Soft F-beta", highest=1.0, per=True)
def fbeta(y_true: SoftLabel, y_pred: Probability, *, beta: Positive = 1.0) -> dict[str, Array]:
    """1 − (1 + β²)TP/(β² Sy + Sp) = (β² FN + FP)/((1 + β²)TP + β² FN + FP), a ratio. van Rijsbergen 1979."""
    return _areas(y_true, y_pred)


def _fbeta_weights(beta: float) -> tuple[float, float]:
    """β²/(1 + β²) and 1/(1 + β²), the weights of FN and FP beside TP: F-beta is a Tversky index."""
    return 1 / (1 + 1 / beta * (1 / beta)), 1 / (1 + beta * beta)


@fbeta.finish
def _(hit: Any, missed: Any, false: Any, *, beta: float) -> Any:
    misses, alarms = _fbeta_weights(beta)
    return _ratio(misses * missed + alarms * false, hit)


@fbeta.gradient
def _(y_true: Array, y_pred: Array, hit: Any, missed: Any, false: Any, *, beta: float) -> Array:
    misses, alarms = _fbeta_weights(beta)
    return _slope(y_true, hit, misses * missed + alarms * false, 1, misses, alarms)


@batch("lovasz", title="Lovasz hinge", memory=lambda n, d: 96 * n * d)
def lovasz_hinge(y_true: Label01, y_pred: Real) -> Array:
    """Σₖ max(0, m₍ₖ₎) gₖ over the hinge margins m = 1 − t p, largest first. Berman et al. 2018."""
    _, margin, _, steps = _by_margin(y_true, y_pred)
    return np.sum(np.maximum(0, margin) * steps, keepdims=True).astype(margin.dtype)


def _by_margin(y_true: Array, y_pred: Array) -> tuple[Array, Array, Array, Array]:
    """The order of margins downwards, and in that order m, y and gₖ = J(k) − J(k − 1), J(k) = k / U.

    The union U = G + k − cₖ stays at a positive, which adds 1/U, and grows by 1 at a negative, which adds
    (G − cₖ)/(U(U − 1)), or all of the loss where nothing is positive.
    """
    margin = (1 - (2 * y_true - 1) * y_pred).ravel()
    order = np.argsort(-margin, kind="stable")
    margin, y = margin[order], y_true.ravel()[order]
    left = y.sum() - np.cumsum(y)
    union = left + np.arange(1, y.size + 1)
    return order, margin, y, np.where(y == 1, 1 / union, quotient(left, union * (union - 1), empty=1.0))


@lovasz_hinge.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    order, margin, y, steps = _by_margin(y_true, y_pred)
    tied = (np.diff(margin) == 0) & ((np.diff(y) != 0) | (np.diff(steps) != 0))
    kink = (margin == 0) | ((margin > 0) & np.isin(margin, margin[1:][tied]))
    slope = np.empty_like(margin)
    slope[order] = nowhere(kink, np.where(margin > 0, (1 - 2 * y) * steps, 0.0))
    return slope.reshape(y_pred.shape)
