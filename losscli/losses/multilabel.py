"""Several labels at once: any number of the C classes may be true of one sample."""

from __future__ import annotations

import numpy as np

from losscli.losses.declare import facts, loss
from losscli.losses.domain import (
    Array,
    LabelIndices,
    LabelProbabilitiesOrLogits,
    Labels01,
    Logits,
    Scores,
    SoftLabels,
)
from losscli.losses.elementary import log1p
from losscli.losses.ranges import Flag, NonNegative, PerClass, Smoothing
from losscli.losses.stable import mean, nowhere, over_margin, quotient, sigmoid, softpluses, times


def _listed(y_true: Array, classes: int) -> Array:
    """Which classes (N, C) the rows of indices name before their first negative entry."""
    rows, places = np.nonzero(np.logical_and.accumulate(y_true >= 0, axis=1))
    listed = np.zeros((len(y_true), classes), bool)
    listed[rows, y_true[rows, places]] = True
    return listed


@loss("MultiLabelMarginLoss", title="Multi-label margin")
def multilabel_margin(y_true: LabelIndices, y_pred: Scores) -> Array:
    """(1/C) Σ_{j∈T} Σ_{k∉T} max(0, 1 − (p_j − pₖ)), no unit. torch.nn.MultiLabelMarginLoss."""
    listed = _listed(y_true, y_pred.shape[-1])
    values = np.zeros(len(y_pred), y_pred.dtype)
    for j in np.flatnonzero(listed.any(axis=0)):
        rows = listed[:, j]
        over = np.maximum(0, over_margin(1.0, y_pred[rows], y_pred[rows, j, None]))
        values[rows] += np.sum(np.where(listed[rows], 0.0, over), axis=-1)
    return values / y_pred.shape[-1]


@multilabel_margin.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    listed = _listed(y_true, y_pred.shape[-1])
    slope = np.zeros_like(y_pred)
    for j in np.flatnonzero(listed.any(axis=0)):
        rows = listed[:, j]
        over = over_margin(1.0, y_pred[rows], y_pred[rows, j, None])
        push = np.where(listed[rows], 0.0, nowhere(over == 0, 1.0 * (over > 0)))
        slope[rows] += push
        slope[rows, j] -= push.sum(axis=-1)
    return slope / y_pred.shape[-1]


@loss("MultiLabelSoftMarginLoss", title="Multi-label soft margin")
def multilabel_soft_margin(y_true: SoftLabels, y_pred: Logits, *, class_weight: PerClass = None) -> Array:
    """(1/C) Σ wₖ [yₖ softplus(−zₖ) + (1 − yₖ) softplus(zₖ)], in nats: the mean bce of the labels. As bce."""
    missed, raised = softpluses(y_pred)
    values = y_true * missed + (1 - y_true) * raised
    return mean(values if class_weight is None else times(class_weight, values))


@multilabel_soft_margin.gradient
def _(y_true: Array, y_pred: Array, *, class_weight: Array | None) -> Array:
    slope = ((1 - y_true) * sigmoid(y_pred) - y_true * sigmoid(-y_pred)) / y_pred.shape[-1]
    return slope if class_weight is None else class_weight * slope


def _chances(y_pred: Array, clip: float, from_logits: bool) -> tuple[Array, ...]:
    """p, 1 − p, log p, m = max(0, p − clip) and log(1 − m), each with its digits at both ends."""
    if from_logits:
        missed, raised = softpluses(y_pred)
        p, other, log_p, log_other = sigmoid(y_pred), sigmoid(-y_pred), -missed, -raised
    else:
        p, other, log_p, log_other = y_pred, 1 - y_pred, np.log(y_pred), log1p(-y_pred)
    shifted = np.maximum(0, p - clip)
    if clip > 0:
        log_other = np.where(shifted < 0.5, log1p(-shifted), np.log(other + clip))
    return p, other, log_p, shifted, log_other


@facts("log of a probability")
@loss("asl", title="Asymmetric multi-label")
def asymmetric(
    y_true: Labels01,
    y_pred: LabelProbabilitiesOrLogits,
    *,
    gamma_neg: NonNegative = 4.0,
    gamma_pos: NonNegative = 1.0,
    clip: Smoothing = 0.05,
    from_logits: Flag = False,
) -> Array:
    """−Σ (1 − p)^γ₊ log p where y = 1, m^γ₋ log(1 − m) with m = max(0, p − clip) where y = 0. Ridnik 2021."""
    _, other, log_p, m, log_other = _chances(y_pred, clip, from_logits)
    return -np.sum(np.where(y_true == 1, other**gamma_pos * log_p, m**gamma_neg * log_other), axis=-1)


@asymmetric.gradient
def _(
    y_true: Array, y_pred: Array, *, gamma_neg: float, gamma_pos: float, clip: float, from_logits: bool
) -> Array:
    p, other, log_p, m, log_other = _chances(y_pred, clip, from_logits)
    if from_logits:  # d p, d log p and −d log(1 − m) with respect to the logit
        rise, log_rise, fall = p * other, other, p * quotient(other, other + clip, empty=1.0)
    else:
        rise, log_rise, fall = np.ones_like(p), 1 / p, 1 / (other + clip)
    hit = other**gamma_pos * (times(gamma_pos, quotient(log_p, other, empty=-1.0)) * rise - log_rise)
    miss = m**gamma_neg * (fall - times(gamma_neg, quotient(log_other, m, empty=-1.0)) * rise)
    miss = np.where(p < clip, 0.0, miss)
    kink = (y_true == 0) & (p == clip) & (clip > 0) & (gamma_neg == 0)
    return nowhere(kink, np.where(y_true == 1, hit, miss))
