"""PyTorch's losses that have a value an entry: regression, counts, and labels of two."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from losscli.errors import LosscliError
from losscli.frameworks.convention import MEAN
from losscli.frameworks.departure import Departure
from losscli.frameworks.torch.framework import FRAMEWORK, REDUCTIONS, demand, log_sigmoid, not_a_sign
from losscli.losses.domain import Array, Margin, Pair, ProbabilityOrLogit, Real, RealScalar, SoftLabel
from losscli.losses.ranges import Flag, Number, Positive, Range

same, formula = FRAMEWORK.same, FRAMEWORK.formula

PositiveWeight = Annotated[Any, Range("a number, or a list with one a column", kind="per_column")]

# mse_loss and l1_loss divide a weighted sum by the weights; huber_loss and binary_cross_entropy do not.
BY_WEIGHTS = {**REDUCTIONS, "mean": MEAN}

EPS = 1e-8  # PoissonNLLLoss's, unless told otherwise

same("mse", "nn.MSELoss", weights=True, reductions=BY_WEIGHTS)
same("mae", "nn.L1Loss", weights=True, reductions=BY_WEIGHTS)
same("huber", "nn.HuberLoss", weights=True)
same("smooth_l1", "nn.SmoothL1Loss")


@formula(
    "poisson",
    "nn.PoissonNLLLoss",
    Departure(
        "PyTorch reads y_pred as the logarithm of a rate unless told log_input=False (from_log=false)",
        when=lambda params: params["from_log"],
        cause="input",
    ),
    Departure(
        "PyTorch adds 1e-8 to the rate inside the logarithm, so that a rate of 0 costs 18.4 a count instead "
        "of infinity",
        lambda y_true, y_pred, **_: (y_pred <= EPS) & (y_true != 0),
        lambda params: params["eps"] == EPS and not params["from_log"],
        cause="epsilon",
    ),
    Departure(
        "With full=True PyTorch takes Stirling's y log y − y + ½ log 2πy for log y!, up to 0.08 too low, and "
        "0 for counts up to 1",
        lambda y_true, y_pred, **_: y_true > 1,
        lambda params: params["full"],
    ),
)
def _(y_true: Real, y_pred: Real, *, from_log: Flag = True, full: Flag = False, eps: Positive = EPS) -> Array:
    value = np.exp(y_pred) - y_true * y_pred if from_log else y_pred - y_true * np.log(y_pred + eps)
    stirling = y_true * np.log(y_true) - y_true + 0.5 * np.log(2 * np.pi * y_true)
    return value + np.where(y_true <= 1, 0.0, stirling) if full else value


@formula(
    "gaussian_nll",
    "nn.GaussianNLLLoss",
    Departure(
        "PyTorch raises a variance below 1e-6 to 1e-6, 0 too, where the definition has a variance above 0 as "
        "it is",
        lambda y_true, y_pred, **_: y_pred[:, 1] < 1e-6,
        cause="clipping",
    ),
)
def _(y_true: RealScalar, y_pred: Pair, *, full: Flag = False) -> Array:
    demand("y_pred", y_pred, ~(y_pred < [-np.inf, 0]), "a variance of 0 or more")
    mean, variance = y_pred[:, 0], np.maximum(y_pred[:, 1], 1e-6)
    value = 0.5 * (np.log(variance) + (mean - y_true) ** 2 / variance)
    return value + 0.5 * np.log(2 * np.pi) if full else value


@formula(
    "bce",
    "nn.BCELoss",
    Departure(
        "PyTorch holds log p and log(1 − p) at −100 or above, so that certainty in the wrong class costs 100 "
        "instead of infinity",
        lambda y_true, y_pred, *, from_logits, **_: (
            (((np.log(y_pred) < -100) & (y_true != 0)) | ((y_pred == 1) & (y_true != 1))) & (not from_logits)
        ),
        when=lambda params: not params["from_logits"],
        cause="clipping",
    ),
    Departure(
        "Of logits the call is torch.nn.BCEWithLogitsLoss: it clips nothing, and it alone takes pos_weight",
        when=lambda params: params["from_logits"],
        cause="input",
        takes="logits",
    ),
    weights=True,
    also={
        "nn.BCEWithLogitsLoss": {"from_logits": True},
        "nn.functional.binary_cross_entropy": {},
        "nn.functional.binary_cross_entropy_with_logits": {"from_logits": True},
    },
)
def _(
    y_true: SoftLabel,
    y_pred: ProbabilityOrLogit,
    *,
    from_logits: Flag = False,
    pos_weight: PositiveWeight = 1.0,
) -> Array:
    if from_logits:
        return (1 - y_true) * y_pred - log_sigmoid(y_pred) * ((pos_weight - 1) * y_true + 1)
    if np.any(np.asarray(pos_weight) != 1):
        raise LosscliError("torch.nn.BCELoss has no pos_weight", "BCEWithLogitsLoss has: add --from-logits")
    demand("y_pred", y_pred, (y_pred >= 0) & (y_pred <= 1), "a probability in [0, 1]", "or --from-logits")
    demand("y_true", y_true, (y_true >= 0) & (y_true <= 1), "a label in [0, 1]")
    return (y_true - 1) * np.maximum(np.log1p(-y_pred), -100) - y_true * np.maximum(np.log(y_pred), -100)


@formula(
    "soft_margin",
    "nn.SoftMarginLoss",
    Departure(
        "PyTorch takes labels as they stand, so that a label of 0 costs log 2 = 0.693, whatever the score",
        lambda y_true, y_pred: not_a_sign(y_true, y_pred) & ((y_true != 0) | (y_pred != 0)),
        cause="label coding",
    ),
    Departure(
        "PyTorch takes exp(−t p) before the logarithm, so that a score 710 or more on the wrong side costs "
        "infinity",
        lambda y_true, y_pred: -y_true * y_pred > 709.78,
        cause="overflow",
    ),
)
def _(y_true: Real, y_pred: Margin) -> Array:
    return np.log1p(np.exp(-y_true * y_pred))


@formula(
    "hinge_embedding",
    "nn.HingeEmbeddingLoss",
    Departure(
        "PyTorch adds both terms, d and max(0, margin − d), where the label is neither 1 nor −1",
        not_a_sign,
        cause="label coding",
    ),
)
def _(y_true: Real, y_pred: Real, *, margin: Number = 1.0) -> Array:
    apart = np.where(y_true == 1, 0.0, np.maximum(0, margin - y_pred))
    return apart + np.where(y_true == -1, 0.0, y_pred)
