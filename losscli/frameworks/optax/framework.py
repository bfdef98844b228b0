"""What all Optax losses share."""

from __future__ import annotations

import numpy as np

from losscli.frameworks import OPTAX
from losscli.frameworks.convention import NONE, OVER_SAMPLES, SUM, Framework
from losscli.frameworks.departure import Departure
from losscli.frameworks.optax.calls import ADAPTED, CALLS, STYLE
from losscli.losses.domain import Array

FRAMEWORK = Framework(
    OPTAX,
    STYLE,
    CALLS,
    ADAPTED,
    searched=True,
    axis_of=("cce", "scce", "poly_cce", "kld", "generalized_kld", "cosine_similarity", "cosine_distance"),
    common={
        "dtype": np.float32,
        "grain": "entry",
        "weights": False,
        "reductions": {"mean": OVER_SAMPLES, "sum": SUM, "none": NONE},
    },
)
same, formula = FRAMEWORK.same, FRAMEWORK.formula


LOGITS = Departure(
    "Optax takes logits only: y_pred must hold what comes before the sigmoid or softmax",
    cause="input",
    takes="logits",
)


def smooth(y_true: Array, label_smoothing: float, length: int) -> Array:
    """optax.smooth_labels: (1 − s) y + s/D, D the `length` of the last axis."""
    return y_true * (1 - label_smoothing) + label_smoothing / length
