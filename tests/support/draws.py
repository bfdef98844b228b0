"""Inputs drawn from a loss's domains: log-uniform from subnormal to 1e300, near-equal pairs among them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from losscli.losses.declare import Loss
from losscli.losses.domain import Array, Domain

Rng = np.random.Generator
CLASSES = 4
LEAST = 5e-324
LOWEST, HIGHEST = -1074.0, np.log2(1e300)  # of the exponents of 2


def log_uniform(rng: Rng, shape: tuple[int, ...], low: float = LOWEST, high: float = HIGHEST) -> Array:
    # 2^x in two factors, as NumPy's exp2 may flush a subnormal
    exponent = rng.uniform(low, high, shape)
    found: Array = np.exp2(exponent / 2) * np.exp2(exponent / 2)
    return found


def near(rng: Rng, a: Array) -> Array:
    """Numbers that differ from these by 1 ulp to one half."""
    return a * (1 + rng.choice([-1, 1], a.shape) * np.exp2(rng.uniform(-52, -1, a.shape)))


def reals(rng: Rng, shape: tuple[int, ...]) -> Array:
    """Both signs; a row has any sizes, sizes about 1, ±1 and nearly (where margins lie), or one size."""
    n, rest = shape[0], (1,) * (len(shape) - 1)
    ways = [
        log_uniform(rng, shape),
        log_uniform(rng, shape, -10, 10),
        near(rng, np.ones(shape)),
        log_uniform(rng, (n, *rest)) * log_uniform(rng, shape, -8, 0),
    ]
    return rng.choice([-1.0, 1.0], shape) * np.choose(rng.integers(0, 4, (n, *rest)), ways)


def fractions(rng: Rng, shape: tuple[int, ...]) -> Array:
    """From 0 to 1: near 0, near 1, anywhere, and the ends."""
    ways = [
        log_uniform(rng, shape, LOWEST, 0),
        1 - log_uniform(rng, shape, -53, 0),
        rng.random(shape),
        rng.choice([0.0, 0.5, 1.0], shape),
    ]
    return np.choose(rng.choice(4, shape, p=[0.35, 0.3, 0.3, 0.05]), ways)


def distributions(rng: Rng, shape: tuple[int, ...]) -> Array:
    """Rows that sum to 1: even, spread, peaked to the last digit, one-hot."""
    n, c = shape
    peaked = log_uniform(rng, shape, LOWEST, -5)
    top = rng.integers(0, c, n)
    peaked[np.arange(n), top] = 0
    peaked[np.arange(n), top] = 1 - peaked.sum(axis=1)
    spread = log_uniform(rng, shape, -60, 0)
    even = near(rng, np.ones(shape))
    ways = [
        rng.dirichlet(np.ones(c), n),
        np.eye(c)[top],
        peaked,
        spread / spread.sum(axis=1, keepdims=True),
        even / even.sum(axis=1, keepdims=True),
    ]
    return np.choose(rng.choice(5, (n, 1), p=[0.2, 0.1, 0.3, 0.2, 0.2]), ways)


def boxes(rng: Rng, n: int, box_format: str) -> Array:
    plain = rng.random((n, 1)) < 0.5
    corner = np.where(plain, rng.uniform(0, 500, (n, 2)), reals(rng, (n, 2)))
    sides = np.where(plain, rng.uniform(1, 200, (n, 2)), log_uniform(rng, (n, 2)))
    return np.concatenate([corner, sides if box_format in ("xywh", "cxcywh") else corner + sides], axis=1)


def shifted(rng: Rng, box: Array, box_format: str) -> Array:
    """The same boxes, most edges moved by a part of their side."""
    sides = box[:, 2:] if box_format in ("xywh", "cxcywh") else box[:, 2:] - box[:, :2]
    part = rng.choice([-0.4, 0.4], box.shape) * np.exp2(rng.uniform(-52, 0, box.shape))
    return box + part * np.tile(sides, 2) * (rng.random(box.shape) < 0.8)


def lowest(domain: Domain) -> float:
    """The least float64 that the domain admits."""
    return float(np.nextafter(domain.low, np.inf)) if domain.open_low else domain.low


def array(rng: Rng, domain: Domain, shape: tuple[int, ...], params: Mapping[str, Any]) -> Array:
    """An array of this shape within the domain."""
    if domain.values is not None and domain.sums_to_one:
        return np.eye(shape[1])[rng.integers(0, shape[1], shape[0])]
    if domain.values is not None:
        out = domain.exclusive[0] if domain.exclusive else None
        return rng.choice([value for value in domain.values if value != out], shape)
    if domain.grain == "index" or domain.whole:
        return rng.integers(0, CLASSES, shape).astype(np.float64)
    if domain.grain == "indices":
        order = rng.permuted(np.tile(np.arange(shape[1]), (shape[0], 1)), axis=1)
        return np.where(np.arange(shape[1]) < rng.integers(0, shape[1] + 1, (shape[0], 1)), order, -1.0)
    if domain.sums_to_one:
        return distributions(rng, shape)
    if domain.ordered is not None:
        return boxes(rng, shape[0], params[domain.ordered])
    if domain.high == 1:
        return fractions(rng, shape)
    found = reals(rng, shape)
    if domain.low == 0:
        found = np.abs(found)
    elif domain.low == -1:  # what lies below becomes near −1
        found = np.where(found > -1, found, -1 + np.exp2(rng.uniform(-52, 0, shape)))
    for column in domain.positive:
        found[:, column] = np.maximum(np.abs(found[:, column]), LEAST)
    found = np.maximum(found, lowest(domain))
    if domain.minus_infinity:
        found[rng.random(shape) < 0.02] = -np.inf
    return found


def draw(rng: Rng, loss: Loss, params: Mapping[str, Any], n: int) -> tuple[Array | None, Array]:
    """y_true (None where the loss takes none) and y_pred of n samples, a third of them near-equal pairs."""
    pred = loss.signature.y_pred.given(params)
    own = {"scalar": (n,), "entry": (n,), "index": (n,)}
    tail = {"columns": (pred.size,), "parts": (pred.size, 3), "rest": () if pred.whole else (CLASSES,)}
    y_pred = array(rng, pred, own.get(pred.grain, (n, *tail.get(pred.grain, (CLASSES,)))), params)
    third = np.flatnonzero(rng.random(n) < 1 / 3)
    y_true = None
    if loss.signature.y_true is not None:
        true = loss.signature.y_true.given(params)
        shape = own.get(true.grain, (n, true.size) if true.grain == "columns" else y_pred.shape)
        y_true = array(rng, true, shape, params)
        comparable = true.values is None and not true.whole and true.grain not in ("index", "indices")
        if comparable and true.low == max(pred.low, true.low):
            y_pred[third] = _near_truth(rng, y_true[third], y_pred[third], pred, params)
        elif y_pred.ndim > 1 and not pred.sums_to_one:
            y_pred[third] = np.clip(_near_first(rng, y_pred[third]), pred.low, pred.high)
    elif pred.grain in ("parts", "columns"):
        y_pred[third] = _near_first(rng, y_pred[third])
    if loss.name in NEAR_ZERO:
        rows = np.flatnonzero(rng.random(n) < 0.2)
        assert y_true is not None
        y_true[rows], y_pred[rows] = NEAR_ZERO[loss.name](rng, len(rows), params)
    return y_true, y_pred


def _near_truth(rng: Rng, y: Array, p: Array, domain: Domain, params: Mapping[str, Any]) -> Array:
    """Predictions near what is true; where there are columns, some of those that may be near it."""
    if domain.ordered is not None:
        return shifted(rng, y, params[domain.ordered])
    if domain.sums_to_one:
        close = np.clip(near(rng, y), 0, 1)
        some = np.abs(close.sum(axis=1, keepdims=True) - 1) < 1e-3
        return np.where(some, close, close / close.sum(axis=1, keepdims=True))
    if y.ndim < p.ndim:
        free = [k for k in range(p.shape[1]) if k not in domain.positive]
        some = np.isin(np.arange(p.shape[1]), free) & (rng.random(p.shape) < 0.7)
        return np.where(some, near(rng, np.broadcast_to(y[:, None], p.shape)), p)
    return np.clip(near(rng, y), lowest(domain), domain.high)


def _near_first(rng: Rng, p: Array) -> Array:
    """Rows whose parts all lie near their first."""
    close = near(rng, np.broadcast_to(p[:, :1], p.shape))
    close[:, 0] = p[:, 0]
    return np.where(rng.random(p.shape) < 0.8, close, p)


def _poisson(rng: Rng, n: int, params: Mapping[str, Any]) -> tuple[Array, Array]:
    y = np.exp(rng.uniform(1.1, 6, n))
    rate = np.ones(n)
    for _ in range(200):  # to the root of p − y log p that lies between 1 and e
        rate = np.exp(rate / y)
    return y, near(rng, np.log(rate) if params["from_log"] else rate)


def _gaussian(rng: Rng, n: int, params: Mapping[str, Any]) -> tuple[Array, Array]:
    mean, variance = rng.normal(size=n), np.exp(rng.uniform(-20, -0.01, n))
    return mean + near(rng, np.sqrt(-variance * np.log(variance))), np.stack([mean, variance], axis=1)


def _laplace(rng: Rng, n: int, params: Mapping[str, Any]) -> tuple[Array, Array]:
    mean, scale = rng.normal(size=n), np.exp(rng.uniform(-20, -0.7, n))
    return mean - near(rng, scale * np.log(2 * scale)), np.stack([mean, scale], axis=1)


# Losses that change sign: inputs near the zeros of their value, where the terms cancel.
NEAR_ZERO: dict[str, Callable[[Rng, int, Mapping[str, Any]], tuple[Array, Array]]] = {
    "poisson": _poisson,
    "gaussian_nll": _gaussian,
    "laplace_nll": _laplace,
}
