"""Numerics shared by kernels: the textbook functions, where the textbook formula loses digits.

All work elementwise (or along the last axis, where said) on float arrays of any shape and keep the dtype.
"""

from __future__ import annotations

import math

import numpy as np

from losscli.losses.domain import Array


def xlogy(x: Array, y: Array) -> Array:
    """x log y, with 0 log 0 = 0."""
    product = x * np.log(y)
    return product if y.size == 0 or y.min() > 0 else np.where(x == 0, np.zeros_like(product), product)


def xlog1py(x: Array, y: Array) -> Array:
    """x log(1 + y), with 0 log 0 = 0."""
    product = x * np.log1p(y)
    return product if y.size == 0 or y.min() > -1 else np.where(x == 0, np.zeros_like(product), product)


def softplus(x: Array) -> Array:
    """log(1 + exp x)."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(−x)), with all its digits at both ends."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))


def log_softmax(z: Array) -> Array:
    """log(exp z / Σ exp z) along the last axis: the peak is left out of the sum, so that −0 keeps its digits."""
    shifted = z - z.max(axis=-1, keepdims=True)
    others = np.exp(shifted)
    np.put_along_axis(others, z.argmax(axis=-1)[..., None], 0, axis=-1)
    return shifted - np.log1p(others.sum(axis=-1, keepdims=True))


def softmax(z: Array) -> tuple[Array, Array]:
    """p = exp z / Σ exp z along the last axis, and 1 − p, neither by subtraction from 1 at the peak."""
    scaled = np.exp(z - z.max(axis=-1, keepdims=True))
    peak = z.argmax(axis=-1)[..., None]
    others = scaled.copy()
    np.put_along_axis(others, peak, 0, axis=-1)
    rest = others.sum(axis=-1, keepdims=True)
    p = scaled / (1 + rest)
    complement = 1 - p
    np.put_along_axis(complement, peak, rest / (1 + rest), axis=-1)
    return p, complement


def log_ratio(a: Array, b: Array) -> Array:
    """log(a / b) for a, b ≥ 0, exact also where a is near b: ±log1p(|a − b| / min(a, b))."""
    difference = a - b
    part = np.abs(difference) / np.minimum(a, b)
    near = np.copysign(np.log1p(part), difference)
    return near if np.isfinite(part).all() else np.where(np.isfinite(part), near, np.log(a) - np.log(b))


def expm1_minus(x: Array) -> Array:
    """exp(x) − 1 − x, by its series near 0."""
    near = np.clip(x, -1.0, 1.0)
    series = np.ones_like(near)
    for k in range(22, 2, -1):
        series = 1 + near / k * series
    return np.where(np.abs(x) <= 1, near * near / 2 * series, np.expm1(x) - x)


def log_factorial(y: Array) -> Array:
    """log Γ(y + 1) for y ≥ 0, once a distinct value (counts repeat)."""
    distinct, inverse = np.unique(y, return_inverse=True)
    logs = np.array([math.lgamma(v + 1) if math.isfinite(v) else v for v in distinct.tolist()], dtype=y.dtype)
    return logs[inverse].reshape(y.shape)


def quotient(a: Array, b: Array, *, empty: float) -> Array:
    """a / b, and `empty` where both are 0."""
    ratio = np.divide(a, b)
    return np.where((a == 0) & (b == 0), empty, ratio).astype(np.result_type(a, b), copy=False)


def power_of_two(x: Array) -> Array:
    """The power of two at the largest |entry| along the last axis, kept as an axis: dividing by it is exact."""
    _, exponent = np.frexp(np.abs(x).max(axis=-1, keepdims=True))
    return exponent


def norm(x: Array) -> Array:
    """√Σx² along the last axis, without over- or underflow."""
    exponent = power_of_two(x)
    scaled = np.ldexp(x, -exponent)
    return np.ldexp(np.sqrt(np.sum(scaled * scaled, axis=-1)), exponent[..., 0])


def unit(x: Array) -> Array:
    """x / ‖x‖ along the last axis; a zero vector stays zero."""
    scaled = np.ldexp(x, -power_of_two(x))
    length = np.sqrt(np.sum(scaled * scaled, axis=-1, keepdims=True))
    return quotient(scaled, np.broadcast_to(length, scaled.shape), empty=0.0)


def one_hot(index: Array, classes: int) -> Array:
    """(N,) whole numbers to (N, C) zeros and ones; a row of zeros for an index outside."""
    return (index[:, None] == np.arange(classes)).astype(np.float64)


def nowhere(condition: Array, slope: Array) -> Array:
    """`slope`, and NaN where `condition` says that there is none."""
    return np.where(condition, np.nan, slope)
