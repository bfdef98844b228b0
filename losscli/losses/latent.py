"""Latent variables and penalties: what is added to a loss, computed from y_pred alone."""

from __future__ import annotations

import math

import numpy as np

from losscli.losses.declare import loss
from losscli.losses.domain import Array, MeanAndLogVariance, Weights
from losscli.losses.ranges import LatentReduction, NonNegative
from losscli.losses.stable import expm1_minus, mean, nowhere


@loss(title="VAE latent KL")
def vae_kl(y_pred: MeanAndLogVariance, *, latent_reduction: LatentReduction = "sum") -> Array:
    """−½ Σ (1 + ℓ − μ² − exp ℓ), in nats; 0 at the standard normal. Kingma, Welling 2014."""
    location, log_variance = y_pred[:, 0], y_pred[:, 1]
    terms = location * (location / 2) + expm1_minus(log_variance) / 2
    return mean(terms) if latent_reduction == "mean" else np.sum(terms, axis=-1)


@vae_kl.gradient
def _(y_pred: Array, *, latent_reduction: str) -> Array:
    location, log_variance = y_pred[:, 0], y_pred[:, 1]
    slope = np.stack([location, np.expm1(log_variance) / 2], axis=1)
    return slope / y_pred.shape[-1] if latent_reduction == "mean" else slope


@loss(title="L1 penalty")
def l1_penalty(y_pred: Weights, *, factor: NonNegative = 0.01) -> Array:
    """λ Σ |p| over a sample's values, in λ times their unit. Tibshirani 1996."""
    return np.sum(_rows(factor * np.abs(y_pred)), axis=-1)


@l1_penalty.gradient
def _(y_pred: Array, *, factor: float) -> Array:
    return nowhere((y_pred == 0) & (factor > 0), factor * np.sign(y_pred))


@loss("l2_regularization", "ridge_penalty", title="L2 penalty")
def l2_penalty(y_pred: Weights, *, factor: NonNegative = 0.01) -> Array:
    """λ Σ p² (no ½) over a sample's values, in λ times their unit squared. Hoerl, Kennard 1970."""
    return np.sum(_rows(factor * y_pred * y_pred), axis=-1)


@l2_penalty.gradient
def _(y_pred: Array, *, factor: float) -> Array:
    return 2 * factor * y_pred


@loss("elastic_net_penalty", "l1_l2", title="Elastic-net penalty")
def elastic_net(y_pred: Weights, *, l1: NonNegative = 0.01, l2: NonNegative = 0.01) -> Array:
    """λ₁ Σ |p| + λ₂ Σ p² (no ½) over a sample's values. Zou, Hastie 2005."""
    size = np.abs(y_pred)
    return np.sum(_rows(size * (l1 + l2 * size)), axis=-1)


@elastic_net.gradient
def _(y_pred: Array, *, l1: float, l2: float) -> Array:
    slope = l1 * np.sign(y_pred) + 2 * l2 * y_pred
    return slope if l1 == 0 else nowhere(y_pred == 0, slope)


def _rows(values: Array) -> Array:
    return values.reshape(len(values), math.prod(values.shape[1:]))
