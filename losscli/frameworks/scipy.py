"""SciPy 1.17: the special functions that are losses, elementwise; reduced here with NumPy's mean and sum."""

from __future__ import annotations

import numpy as np

from losscli.frameworks import SCIPY
from losscli.frameworks.call import Style
from losscli.frameworks.convention import NONE, OVER_SAMPLES, SUM, Framework
from losscli.losses.domain import Array, Real
from losscli.losses.ranges import Number

FRAMEWORK = Framework(
    SCIPY,
    Style(
        {"scipy": "scipy.special", "np": "numpy"},
        template="np.{reduction}({path}({arrays}))",
        arrays="{delta}, y_pred - y_true",
        weight="",
        reduction="",
    ),
    common={
        "grain": "entry",
        "weights": False,
        "reductions": {"mean": OVER_SAMPLES, "sum": SUM, "none": NONE},
    },
)


@FRAMEWORK.formula("pseudo_huber", "special.pseudo_huber")
def _(y_true: Real, y_pred: Real, *, delta: Number = 1.0) -> Array:
    if delta < 0:
        return np.full_like(y_pred, np.inf)
    if delta == 0:
        return np.zeros_like(y_pred)
    return delta**2 * _sqrt1pm1(((y_pred - y_true) / delta) ** 2)


def _sqrt1pm1(x: Array) -> Array:
    """√(1 + x) − 1, as SciPy takes it: by expm1 and log1p."""
    return np.expm1(np.log1p(x) / 2)
