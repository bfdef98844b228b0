"""Arrays and weights of every rank for Keras's losses, and what Keras's own rule makes of their values."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

REDUCTIONS = ("sum_over_batch_size", "sum", "mean_with_sample_weight")
SHAPES = {  # of y_pred, with the weights that fit it and those that would fall on other samples' values
    (3,): (((3,), (3, 1)), ((3, 2),)),
    (3, 1): (((3,), (3, 1)), ((3, 2),)),
    (3, 2): (((3,), (3, 1)), ((3, 2), (3, 3))),
    (3, 3): (((3,), (3, 1)), ((3, 3),)),
    (3, 4, 2): (((3, 1), (3, 4), (3, 4, 1)), ((3,), (3, 4, 2))),
    (3, 3, 2): (((3, 1), (3, 3)), ((3,),)),
    (3, 1, 2): (((3,), (3, 1)), ((3, 2),)),
    (2, 3, 4, 2): (((2, 1, 1), (2, 3, 1), (2, 1, 4), (2, 3, 4), (2, 3, 4, 1)), ((2,), (2, 3), (2, 4))),
}
FIT = [(shape, weights) for shape, (fit, _) in SHAPES.items() for weights in fit]
UNFIT = [(shape, weights) for shape, (_, unfit) in SHAPES.items() for weights in unfit]
LOSSES = ("mse", "bce", "cosine_similarity", "scce")
CASES = [
    (loss, shape, weights, zero)
    for loss, (shape, weights), zero in product(LOSSES, FIT, (False, True))
    if loss != "scce" or (shape[-1] > 1 and len(shape) > 1)
]


def arrays(loss: str, shape: tuple[int, ...], weights: tuple[int, ...], zero: bool) -> tuple[Any, Any, Any]:
    """y_true, y_pred and weights of these shapes."""
    p = 0.5 + 0.4 * np.sin(1.7 * np.arange(np.prod(shape))).reshape(shape)
    y = (np.arange(np.prod(shape)) % 3 % 2).astype(float).reshape(shape)
    if loss == "scce":
        p /= p.sum(axis=-1, keepdims=True)
        y = y[..., 0]
    w = np.zeros(weights) if zero else 0.5 + np.arange(np.prod(weights)).reshape(weights) / 4
    return y, p, w


def values(loss: str, y: Any, p: Any) -> Any:
    """A value for each index but the last, as Keras's losses have them."""
    if loss == "mse":
        return ((p - y) ** 2).mean(axis=-1)
    if loss == "bce":
        return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean(axis=-1)
    if loss == "scce":
        return -np.log(np.take_along_axis(p, y[..., None].astype(int), -1)[..., 0])
    lengths = np.sqrt((y * y).sum(axis=-1)), np.sqrt((p * p).sum(axis=-1))
    return -(y * p).sum(axis=-1) / np.maximum(lengths[0], 1e-7) / np.maximum(lengths[1], 1e-7)


def reduced(v: Any, w: Any, reduction: str) -> float:
    """keras/src/losses/loss.py, reduce_weighted_values: an axis of 1 dropped or added, then a product."""
    if w.ndim == v.ndim + 1 and w.shape[-1] == 1:
        v, w = (v[..., None], w) if v.ndim == 1 else (v, w[..., 0])
    elif v.ndim == w.ndim + 1 and v.shape[-1] == 1:
        v, w = (v, w[..., None]) if w.ndim == 1 else (v[..., 0], w)
    product_ = v * w
    total, over = (
        product_.sum(),
        {"sum": 1.0, "mean_with_sample_weight": w.sum()}.get(reduction, product_.size),
    )
    return float(total / over) if over else 0.0
