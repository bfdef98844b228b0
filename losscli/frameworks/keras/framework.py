"""What all Keras losses share: the clip, the reductions."""

from __future__ import annotations

import math

import numpy as np

from losscli.frameworks import KERAS
from losscli.frameworks.convention import MEAN, NONE, OVER_SAMPLES, SUM, Framework, Reduction
from losscli.frameworks.keras.calls import ADAPTED, CALLS, STYLE
from losscli.losses.domain import Array

EPSILON = np.float32(1e-7)
NEAR_ONE = np.float32(1 - 1e-7)  # rounds to 1 − 2⁻²³

# Where nothing counts, Keras divides 0 by 0 and takes 0 for it.
REDUCTIONS = {
    "mean": OVER_SAMPLES,
    "sum_over_batch_size": Reduction("sum_over_batch_size", OVER_SAMPLES.sign, OVER_SAMPLES.divisor),
    "mean_with_sample_weight": Reduction(
        "mean_with_sample_weight",
        MEAN.sign,
        lambda t: (t.weighted_counts if t.masked else t.weights) or math.inf,
    ),
    "sum": SUM,
    "none": NONE,
}

FRAMEWORK = Framework(
    KERAS,
    STYLE,
    CALLS,
    ADAPTED,
    searched=True,
    tall=True,
    broadcasts=True,
    axis_of=("cce", "categorical_focal", "cosine_similarity"),  # of indices its axis is the last alone
    common={
        "dtype": np.float32,
        "grain": "last_axis",
        "collapse": True,
        "reductions": REDUCTIONS,
    },
)
same, formula = FRAMEWORK.same, FRAMEWORK.formula


def in_the_wrong(t: Array, p: Array) -> Array:
    """Where a probability is clipped that has left almost nothing to a class that has some of the truth."""
    return ((p < EPSILON) & (t > 0)) | ((p > NEAR_ONE) & (t < 1))


def outside(p: Array) -> Array:
    """Where a probability is clipped."""
    return (p < EPSILON) | (p > NEAR_ONE)


def smoothed(t: Array, label_smoothing: float, classes: int) -> Array:
    """Targets with a part of the truth spread over all classes."""
    return t * (1 - label_smoothing) + label_smoothing / classes


CLIPPING = "Keras clips probabilities to [1e-7, 1 − 1e-7], so that certainty in the "
IN_THE_WRONG = CLIPPING + "wrong class costs 16.1 (15.9 for a predicted 1, in float32) instead of infinity"
IN_THE_RIGHT = CLIPPING + "right class costs 1.2e-7 (in float32) instead of 0"
