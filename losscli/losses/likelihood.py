"""Counts and likelihoods: minus the logarithm of what a distribution gives the target."""

from __future__ import annotations

import numpy as np

from losscli.losses.declare import loss
from losscli.losses.domain import Array, Count, Flag, Rate
from losscli.losses.stable import log_factorial, quotient, xlogy


@loss("poisson_nll", "PoissonNLLLoss", title="Poisson", lowest=-np.inf, best=None)
def poisson(y_true: Count, y_pred: Rate, *, from_log: Flag = False, full: Flag = False) -> Array:
    """p − y log p, in nats less log y!; least at the mean. Poisson 1837, parameters as torch.nn.PoissonNLLLoss."""
    value = np.exp(y_pred) - y_true * y_pred if from_log else y_pred - xlogy(y_true, y_pred)
    return value + log_factorial(y_true) if full else value


@poisson.gradient
def _(y_true: Array, y_pred: Array, *, from_log: bool, full: bool) -> Array:
    return np.exp(y_pred) - y_true if from_log else 1 - quotient(y_true, y_pred, empty=0.0)
