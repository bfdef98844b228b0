"""Margins between classes: a score for each class, and how far the true one leads the others."""

from __future__ import annotations

import numpy as np

from losscli.losses.declare import facts, loss
from losscli.losses.domain import Array, ClassIndex, ClassScores, ClassTargetOrIndex, Logits, OneHot
from losscli.losses.ranges import NonNegative, OneOrTwo, PerClass
from losscli.losses.stable import mean, nowhere, over_margin, times, total


@facts(twin="multiclass_hinge")
@loss(title="Categorical hinge")
def categorical_hinge(y_true: OneHot, y_pred: ClassScores) -> Array:
    """max(0, 1 + max (1 − yₖ) pₖ − Σ yₖ pₖ), no unit. keras.losses.CategoricalHinge; Weston, Watkins 1999."""
    rival = np.max((1 - y_true) * y_pred, axis=-1)
    return np.maximum(0, over_margin(1.0, rival, np.sum(y_true * y_pred, axis=-1)))


@categorical_hinge.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    rivals = (1 - y_true) * y_pred
    margin = over_margin(1.0, rivals.max(axis=-1), np.sum(y_true * y_pred, axis=-1))[:, None]
    return _hinged(margin, rivals, y_true)


def _hinged(margin: Array, rivals: Array, own: Array) -> Array:
    """The slope of max(0, margin), which the largest rivals raise and what is `own` lowers."""
    top = rivals == rivals.max(axis=-1, keepdims=True)
    slope = np.where(margin >= 0, 1.0 * (top & (own == 0)) - own, 0.0)
    tied = top & (own == 0) & (top.sum(axis=-1, keepdims=True) > 1)
    return nowhere((slope != 0) & (tied | (margin == 0)), slope)


def _true_class(y_true: Array, y_pred: Array) -> tuple[Array, Array]:
    """Where the true class stands (N, C), and its score (N, 1)."""
    hot = np.arange(y_pred.shape[-1]) == y_true[:, None]
    return hot, np.take_along_axis(y_pred, y_true[:, None], axis=-1)


@facts(twin="categorical_hinge")
@loss("crammer_singer", title="Multiclass hinge (Crammer-Singer)")
def multiclass_hinge(y_true: ClassIndex, y_pred: ClassScores) -> Array:
    """max(0, 1 + max_{k≠y} pₖ − p_y), no unit. Crammer, Singer 2001."""
    hot, own = _true_class(y_true, y_pred)
    rival = np.max(np.where(hot, -np.inf, y_pred), axis=-1)
    return np.maximum(0, over_margin(1.0, rival, own[:, 0]))


@multiclass_hinge.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    hot, own = _true_class(y_true, y_pred)
    rivals = np.where(hot, -np.inf, y_pred)
    return _hinged(over_margin(1.0, rivals.max(axis=-1, keepdims=True), own), rivals, 1.0 * hot)


@loss(title="Multiclass perceptron", constant="none")
def multiclass_perceptron(y_true: ClassIndex, y_pred: ClassScores) -> Array:
    """maxₖ pₖ − p_y, no unit; 0 where the true class has the largest score. Rosenblatt 1958, Collins 2002."""
    _, own = _true_class(y_true, y_pred)
    return np.max(y_pred, axis=-1) - own[:, 0]


@multiclass_perceptron.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    hot, _ = _true_class(y_true, y_pred)
    top = y_pred == y_pred.max(axis=-1, keepdims=True)
    return nowhere(top & (top.sum(axis=-1, keepdims=True) > 1), 1.0 * top - hot)


def project_simplex(z: Array) -> tuple[Array, Array]:
    """sparsemax(z) = max(0, z − τ), the nearest point of the simplex; and τ, for z whose maximum is 0."""
    ordered = -np.sort(-z, axis=-1)
    sums = np.cumsum(ordered, axis=-1)
    sizes = np.arange(1, z.shape[-1] + 1)
    size = np.sum(1 + sizes * ordered > sums, axis=-1, keepdims=True)
    threshold = ((np.take_along_axis(sums, size - 1, axis=-1) - 1) / size).astype(z.dtype)
    return np.maximum(0, z - threshold), threshold


@loss("multiclass_sparsemax", title="Sparsemax")
def sparsemax(y_true: ClassTargetOrIndex, y_pred: Logits) -> Array:
    """½ Σ_S (zₖ² − τ²) + ½‖q‖² − q·z, no unit; least where sparsemax(z) = q. Martins, Astudillo 2016.

    Written with s = sparsemax(z) as ½‖s − q‖² + Σ qₖ max(0, τ − zₖ) + τ(1 − Σq), where nothing cancels.
    """
    peak = y_pred.max(axis=-1, keepdims=True)
    s, threshold = project_simplex(y_pred - peak)
    below = y_true * np.maximum(0, threshold - (y_pred - peak))
    rest = (threshold + peak) * total(np.append(np.ones_like(peak), -y_true, axis=-1))[:, None]
    return total(np.append((s - y_true) ** 2 / 2 + below, rest, axis=-1))


@sparsemax.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    return project_simplex(y_pred - y_pred.max(axis=-1, keepdims=True))[0] - y_true


@loss("MultiMarginLoss", title="Multi-class margin")
def multi_margin(
    y_true: ClassIndex,
    y_pred: ClassScores,
    *,
    p: OneOrTwo = 1,
    margin: NonNegative = 1.0,
    class_weight: PerClass = None,
) -> Array:
    """(w_y / C) Σ_{k≠y} max(0, m − p_y + pₖ)^P, no unit. torch.nn.MultiMarginLoss; Weston, Watkins 1999."""
    hot, own = _true_class(y_true, y_pred)
    over = np.where(hot, 0.0, np.maximum(0, over_margin(margin, y_pred, own)))
    values = mean(over**p)
    return values if class_weight is None else times(class_weight[y_true], values)


@multi_margin.gradient
def _(y_true: Array, y_pred: Array, *, p: int, margin: float, class_weight: Array | None) -> Array:
    hot, own = _true_class(y_true, y_pred)
    over = over_margin(margin, y_pred, own)
    push = 1.0 * (over > 0) if p == 1 else 2 * np.maximum(0, over)
    push = np.where(hot, 0.0, nowhere((over == 0) & (p == 1), push))
    slope = np.where(hot, -push.sum(axis=-1, keepdims=True), push) / y_pred.shape[-1]
    return slope if class_weight is None else times(class_weight[y_true][:, None], slope)
