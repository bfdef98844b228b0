"""How TensorFlow Addons' calls are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from losscli.frameworks.call import Call, Conversion, Style, single
from losscli.losses.domain import Array
from losscli.losses.stable import one_hot

# Each loss has a default reduction of its own: it is always written.
STYLE = Style(
    {"tfa": "tensorflow_addons", "tf": "tensorflow"},
    unsaid="",
    words={"mean": "sum_over_batch_size"},
    hand_over=lambda modules, array: modules["tf"].constant(single(modules, array)),
)


def _turned(y_true: Array, y_pred: Array) -> tuple[Array, Array]:
    return y_true[:, [1, 0, 3, 2]], y_pred[:, [1, 0, 3, 2]]


def _xyxy(params: Mapping[str, Any]) -> bool:
    return bool(params["box_format"] == "xyxy")


def _rows(y_true: Array, y_pred: Array) -> tuple[Array, Array]:
    return one_hot(y_true.astype(np.int64), y_pred.shape[-1]), y_pred


_BOXES = Conversion(
    {name: f"tf.gather({name}, [1, 0, 3, 2], axis=-1)" for name in ("y_true", "y_pred")},
    _turned,
    _xyxy,
    {"box_format": "yxyx"},
)

_LEVELS = Conversion(
    {"y_true": "y_true[:, None]"},
    lambda y_true, y_pred: (y_true[:, None], y_pred),
    lambda params: np.size(params["q"]) > 1,
    axes=1,
)


_ONE_NUMBER = (Call(reduction=""),)
CALLS = {
    "quantile": (Call(names={"q": "tau={}"}, conversion=_LEVELS),),
    "giou": (Call(conversion=_BOXES),),
    "iou": (Call(path="losses.GIoULoss", keywords="mode='iou'", conversion=_BOXES),),
    "sparsemax": (
        Call(conversion=Conversion({"y_true": "tf.one_hot(y_true, y_pred.shape[-1])"}, _rows, axes=1)),
    ),
    "weighted_kappa": (Call(keywords="num_classes=y_pred.shape[1]", reduction=""),),
    "triplet_semihard": _ONE_NUMBER,
    "triplet_hard": _ONE_NUMBER,
    "lifted_struct": _ONE_NUMBER,
    "npairs": _ONE_NUMBER,
    "npairs_multilabel": _ONE_NUMBER,
}
