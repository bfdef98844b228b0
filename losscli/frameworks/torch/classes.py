"""PyTorch's losses of several classes or labels, and of label sequences."""

from __future__ import annotations

import math
from typing import Annotated, Any

import numpy as np

from losscli.errors import LosscliError
from losscli.frameworks.convention import OVER_SAMPLES, Reduction
from losscli.frameworks.departure import Departure
from losscli.frameworks.torch.framework import FRAMEWORK, REDUCTIONS, demand, log_sigmoid, log_softmax
from losscli.losses.domain import (
    Array,
    ClassIndex,
    ClassScores,
    ClassTarget,
    LabelIndices,
    LogProbabilities,
    Real,
    Scores,
    SoftLabels,
)
from losscli.losses.ranges import Flag, Fraction, LogitsOnly, Number, OneOrTwo, Range
from losscli.losses.stable import xlogy

same, formula = FRAMEWORK.same, FRAMEWORK.formula

Whole = Annotated[int, Range("a whole number", kind="whole")]
ClassWeight = Annotated[
    Any, Range("a list of numbers, one a class, or null", kind="per_class", nullable=True)
]

TAKES_LOGITS = Departure(
    "PyTorch takes logits: y_pred must hold them; probabilities that sum to 1 go in as their logarithms, "
    "CrossEntropyLoss()(p.log(), y)",
    cause="input",
    takes="logits",
)
MASKED = Departure(
    "PyTorch multiplies a target of 0 by log 0 = −∞ and gets nan, where the definition counts nothing",
    lambda y_true, y_pred, **_: (y_true == 0) & (y_pred == -np.inf),
    cause="log 0",
)


@formula("cce", "nn.CrossEntropyLoss", TAKES_LOGITS, MASKED, collapse=True)
def _(
    y_true: ClassTarget,
    y_pred: Scores,
    *,
    from_logits: LogitsOnly = True,
    label_smoothing: Fraction = 0.0,
    class_weight: ClassWeight = None,
) -> Array:
    t = y_true * (1 - label_smoothing) + label_smoothing / y_pred.shape[-1]
    return -np.sum(log_softmax(y_pred) * t * (1.0 if class_weight is None else class_weight), axis=-1)


# Of class indices the mean divides by the class weights of the samples that are not ignored.


def _weight_of(y_true: Array, *, ignore_class: int, class_weight: Array | None, **_: Any) -> Array:
    """The weight of each sample's class (N,), 0 where it is ignored."""
    kept = y_true != ignore_class
    return 1.0 * kept if class_weight is None else np.where(kept, class_weight[y_true * kept], 0.0)


BY_INDEX: dict[str, Any] = {
    "adds": _weight_of,
    "reductions": {**REDUCTIONS, "mean": Reduction("mean", "/Σw_y", lambda t: t.counts or math.nan)},
}
BY_CLASS_WEIGHTS = Departure(
    "With class_weight PyTorch divides by the class weights of the samples added up, the definition by the "
    "number of samples",
    when=lambda params: params["class_weight"] is not None,
    cause="divisor",
    reductions=("mean",),
)
IGNORED = Departure(
    "PyTorch leaves samples of class −100 out unless ignore_class names another",
    lambda y_true, y_pred, *, ignore_class, **_: (y_true == -100) & (ignore_class == -100),
    cause="label coding",
)


def _picked(logs: Array, y_true: Array, ignore_class: int, class_weight: Array | None) -> Array:
    """−w_y log p_y of each sample (N,), 0 where it is ignored."""
    kept = y_true != ignore_class
    own = np.take_along_axis(logs, (y_true * kept)[:, None], axis=-1)[:, 0]
    weight = _weight_of(y_true, ignore_class=ignore_class, class_weight=class_weight)
    return np.where(kept, -own * weight, 0.0)


@formula("scce", "nn.CrossEntropyLoss", TAKES_LOGITS, BY_CLASS_WEIGHTS, IGNORED, **BY_INDEX)
def _(
    y_true: ClassIndex,
    y_pred: Scores,
    *,
    from_logits: LogitsOnly = True,
    label_smoothing: Fraction = 0.0,
    ignore_class: Whole = -100,
    class_weight: ClassWeight = None,
) -> Array:
    logs = log_softmax(y_pred)
    picked = _picked(logs, y_true, ignore_class, class_weight)
    if label_smoothing == 0:
        return picked
    spread = -np.sum(logs if class_weight is None else logs * class_weight, axis=-1) / y_pred.shape[-1]
    return (1 - label_smoothing) * picked + label_smoothing * np.where(y_true == ignore_class, 0.0, spread)


@formula("nll", "nn.NLLLoss", BY_CLASS_WEIGHTS, IGNORED, **BY_INDEX)
def _(
    y_true: ClassIndex,
    y_pred: LogProbabilities,
    *,
    ignore_class: Whole = -100,
    class_weight: ClassWeight = None,
) -> Array:
    return _picked(y_pred, y_true, ignore_class, class_weight)


@formula(
    "kld",
    "nn.KLDivLoss",
    Departure(
        "PyTorch takes log-probabilities: y_pred must hold log p, KLDivLoss()(p.log(), y)",
        cause="input",
        takes="log-probabilities",
    ),
    Departure(
        "PyTorch's mean divides by N·C, which gives 1/C of the definition's; its batchmean divides by N",
        cause="divisor",
        reductions=("mean",),
    ),
    Departure(
        "PyTorch multiplies a target of 0 by log 0 = −∞ and gets nan, where the definition counts nothing",
        lambda y_true, y_pred, *, log_target: (
            (y_true == (-np.inf if log_target else 0)) & (np.isinf(y_pred) | log_target)
        ),
        cause="log 0",
    ),
    Departure(
        "With log_target PyTorch takes the logarithms of the targets too: y_true must hold log y",
        when=lambda params: params["log_target"],
        cause="input",
    ),
    reductions={**REDUCTIONS, "batchmean": Reduction("batchmean", "/N", OVER_SAMPLES.divisor, whole=True)},
)
def _(y_true: Real, y_pred: Real, *, log_target: Flag = False) -> Array:
    if log_target:
        return np.exp(y_true) * (y_true - y_pred)
    return xlogy(y_true, y_true) - y_true * y_pred


def _beyond(margin: float, own: Array, other: Array, power: int = 1) -> Array:
    """max(0, margin − own + other)^power; nan counts as 0."""
    over = margin - own + other
    return np.where(over > 0, over**power, 0.0)


@formula("multi_margin", "nn.MultiMarginLoss", axes=2)
def _(
    y_true: ClassIndex,
    y_pred: ClassScores,
    *,
    p: OneOrTwo = 1,
    margin: Number = 1.0,
    class_weight: ClassWeight = None,
) -> Array:
    over = _beyond(margin, np.take_along_axis(y_pred, y_true[:, None], axis=-1), y_pred, p)
    over = over if class_weight is None else class_weight[y_true][:, None] * over
    np.put_along_axis(over, y_true[:, None], 0, axis=-1)
    return np.sum(over, axis=-1) / y_pred.shape[-1]


def _listings(y_true: Array) -> Array:
    """How often each class is listed (N, C) before a row's first −1."""
    counted = np.logical_and.accumulate(y_true >= 0, axis=-1)
    return np.sum((y_true[..., None] == np.arange(y_true.shape[-1])) & counted[..., None], axis=1)


@formula(
    "multilabel_margin",
    "nn.MultiLabelMarginLoss",
    Departure(
        "PyTorch counts a class as often as it is listed, the definition once",
        lambda y_true, y_pred: np.any(_listings(y_true) > 1, axis=-1),
        cause="label coding",
    ),
    axes=2,
)
def _(y_true: LabelIndices, y_pred: Scores) -> Array:
    if y_true.shape != y_pred.shape:
        raise LosscliError(
            f"torch.nn.MultiLabelMarginLoss takes as many indices as classes: y_true has {y_true.shape[1]} a "
            f"sample, y_pred {y_pred.shape[1]}",
            "fill y_true up with −1",
        )
    classes = y_pred.shape[-1]
    demand("y_true", y_true, (y_true >= -1) & (y_true < classes), f"a class from 0 to {classes - 1}, or −1")
    listings = _listings(y_true)
    values = np.zeros(len(y_pred))
    for j in range(classes):
        over = np.where(listings > 0, 0.0, _beyond(1.0, y_pred[:, j, None], y_pred))
        values += np.where(listings[:, j] > 0, listings[:, j] * np.sum(over, axis=-1), 0.0)
    return values / classes


@formula("multilabel_soft_margin", "nn.MultiLabelSoftMarginLoss", collapse=True, class_axis=-1)
def _(y_true: SoftLabels, y_pred: Scores, *, class_weight: ClassWeight = None) -> Array:
    values = -(y_true * log_sigmoid(y_pred) + (1 - y_true) * log_sigmoid(-y_pred))
    return np.sum(values if class_weight is None else values * class_weight, axis=-1) / y_pred.shape[-1]


def _per_label(y_true: Array, *, blank: int) -> Array:
    """1 / L (N,) of each sample's L labels; of none, 1."""
    labels = np.logical_and.accumulate((y_true >= 0) & (y_true != blank), axis=-1)
    return 1 / np.maximum(labels.sum(axis=-1), 1)


same(
    "ctc",
    "nn.CTCLoss",
    Departure(
        "PyTorch's mean divides each sample's value by its number of labels first, so that a long sequence "
        "weighs no more than a short one",
        cause="divisor",
        reductions=("mean",),
    ),
    Departure(
        "PyTorch takes log-probabilities, steps first: "
        "CTCLoss(blank)(y_pred.log_softmax(-1).transpose(0, 1), y_true, steps, labels)",
        cause="input",
    ),
    scale=_per_label,
    reductions={**REDUCTIONS, "mean": Reduction("mean", "/N", OVER_SAMPLES.divisor, scaled=True)},
)
