"""How Keras's calls are written."""

from __future__ import annotations

from typing import Any

from losscli.frameworks.adapted import Adapted
from losscli.frameworks.call import Call, Conversion, Given, Style, single
from losscli.frameworks.writing import class_of

STYLE = Style(
    {"keras": "keras"}, hand_over=single, backends=("jax", "torch"), moved="keras.ops.moveaxis({}, {}, {})"
)


def _axis(per: Any, given: Given) -> str:
    """The axes a ratio is taken over: all but the samples', or all but the last."""
    axes = tuple(range(1, given.axes)) if per == "sample" else tuple(range(given.axes - 1))
    return f"axis={axes}"


_OVERLAP = (Call(names={"per": _axis}),)
CALLS = {
    "binary_focal": (Call(names={"alpha": "apply_class_balancing=True, alpha={}"}),),
    "dice": _OVERLAP,
    "tversky": _OVERLAP,
    "generalized_cce": (Call(conversion=Conversion({"y_true": "y_true.argmax(-1)"}, class_of)),),
}

ADAPTED = {
    "ctc": Adapted(
        "It takes rows of labels filled up with 0, the blank.",
        swap=("y_true", 'y_true * keras.ops.cumprod(keras.ops.cast(y_true > 0, "int32"), axis=1)'),
    ),
}
