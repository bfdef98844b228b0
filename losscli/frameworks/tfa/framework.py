"""What all TensorFlow Addons losses share."""

from __future__ import annotations

import numpy as np

from losscli.frameworks import TFA
from losscli.frameworks.convention import NONE, OVER_SAMPLES, SUM, Framework
from losscli.frameworks.tfa.calls import CALLS, STYLE

EPSILON = np.float32(1e-7)
NEAR_ONE = np.float32(1 - 1e-7)

FRAMEWORK = Framework(
    TFA,
    STYLE,
    CALLS,
    common={
        "dtype": np.float32,
        "grain": "last_axis",
        "reductions": {"mean": OVER_SAMPLES, "sum": SUM, "none": NONE},
    },
)
same, formula = FRAMEWORK.same, FRAMEWORK.formula
