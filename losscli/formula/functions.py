"""The functions of the language of steps, over NumPy numbers and arrays."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from losscli.losses import stable


def _float(x: Any) -> Any:
    return np.asarray(x, np.float64) if np.asarray(x).dtype.kind != "f" else np.asarray(x)


def _number(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A function of arrays for numbers and arrays alike."""
    return lambda x: function(_float(x))[()]


def _xlogy(x: Any, y: Any) -> Any:
    return np.where(np.equal(x, 0), x * np.ones_like(y), np.multiply(x, np.log(y)))[()]


def _xlog1py(x: Any, y: Any) -> Any:
    return np.where(np.equal(x, 0), x * np.ones_like(y), np.multiply(x, np.log1p(y)))[()]


def _ratio(a: Any, b: Any) -> Any:
    empty = np.equal(a, 0) & np.equal(b, 0)
    return np.where(empty, a * np.ones_like(b), np.true_divide(a, np.where(empty, np.ones_like(b), b)))[()]


def _log_sum_exp(v: Any) -> Any:
    v = _float(v)
    peak = v.max(axis=-1, keepdims=True, initial=-np.inf)
    peak = np.where(np.isfinite(peak), peak, 0)
    return (peak[..., 0] + np.log(np.exp(v - peak).sum(axis=-1)))[()]


def _weighted_median(v: Any, weight: Any) -> Any:
    """The value at which half of the weight is reached; the mean of two where it is reached exactly."""
    if np.ndim(v) > 1:
        return np.array([_weighted_median(row, weight) for row in v])
    order = np.argsort(v, kind="stable")
    v, weight = np.asarray(v)[order], np.asarray(weight)[order]
    v, weight = v[weight > 0], weight[weight > 0]
    reached = np.cumsum(weight)
    at = int(np.searchsorted(reached, reached[-1] / 2))
    exactly = reached[at] == reached[-1] / 2 and at + 1 < v.size
    return (v[at] + v[at + 1]) / 2 if exactly else v[at]


def _sort_by(v: Any, key: Any) -> Any:
    return np.take_along_axis(np.asarray(v), np.argsort(key, axis=-1, kind="stable"), axis=-1)


def _listed(v: Any, classes: Any) -> Any:
    counted = np.logical_and.accumulate(np.asarray(v) >= 0, axis=-1)
    return np.sum(_one_hot(v, classes) * counted[..., None], axis=-2)


def _one_hot(k: Any, classes: Any) -> Any:
    return np.equal(np.asarray(k)[..., None], np.arange(int(classes))) * 1.0


def _rank(v: Any) -> Any:
    order = np.argsort(v, axis=-1, kind="stable")
    return np.argsort(order, axis=-1, kind="stable") + 1


def _shift(v: Any, places: Any, fill: Any) -> Any:
    by = int(places)
    moved = np.full_like(v, fill)
    if by >= 0:
        moved[..., by:] = v[..., : v.shape[-1] - by]
    else:
        moved[..., :by] = v[..., -by:]
    return moved


def _lgamma(x: Any) -> Any:
    return np.vectorize(math.lgamma, otypes=[np.float64])(x).astype(_float(x).dtype)[()]


def _last(function: Callable[..., Any]) -> Callable[[Any], Any]:
    return lambda v: function(np.asarray(v), axis=-1)


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "abs": np.abs,
    "sqrt": np.sqrt,
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "sign": np.sign,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "atan": np.arctan,
    "erf": _number(stable.erf),
    "lgamma": _lgamma,
    "sigmoid": _number(stable.sigmoid),
    "softplus": _number(stable.softplus),
    "round": np.round,
    "floor": np.floor,
    "max": np.maximum,
    "min": np.minimum,
    "logaddexp": np.logaddexp,
    "clip": lambda x, low, high: np.minimum(np.maximum(x, low), high),
    "where": lambda c, a, b: np.asarray(np.where(c, a, b))[()],
    "xlogy": _xlogy,
    "xlog1py": _xlog1py,
    "ratio": _ratio,
    "sum": _last(np.sum),
    "mean": lambda v: stable.mean(_float(v))[()],
    "largest": _last(np.max),
    "smallest": _last(np.min),
    "median": lambda v: stable.median(_float(v))[()],
    "weighted_median": _weighted_median,
    "norm": lambda v: stable.norm(_float(v)),
    "dot": lambda a, b: np.sum(np.multiply(a, b), axis=-1),
    "logsumexp": _log_sum_exp,
    "prod": _last(np.prod),
    "count": _last(np.count_nonzero),
    "argmax": _last(np.argmax),
    "any": _last(np.any),
    "all": _last(np.all),
    "size": lambda v: np.shape(v)[-1],
    "softmax": lambda v: stable.softmax(_float(v))[0],
    "log_softmax": lambda v: stable.log_softmax(_float(v)),
    "sort": _last(np.sort),
    "sort_by": _sort_by,
    "rank": _rank,
    "cumsum": _last(np.cumsum),
    "one_hot": _one_hot,
    "listed": _listed,
    "upto": lambda n: np.arange(1.0, int(n) + 1),
    "flat": np.ravel,
    "shift": _shift,
    "keep": lambda x, mask: np.broadcast_to(x, np.broadcast_shapes(np.shape(x), np.shape(mask)))[
        np.broadcast_to(mask, np.broadcast_shapes(np.shape(x), np.shape(mask)))
    ],
    "off_diagonal": lambda n: ~np.eye(int(n), dtype=bool),
    "eye": lambda n: np.eye(int(n), dtype=bool),
    "transpose": lambda a: np.asarray(a).T,
    "steps": len,
}
