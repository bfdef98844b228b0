"""Numerics shared by kernels: the textbook functions, where the textbook formula loses digits.

All work elementwise (or along the last axis, where said) on float arrays of any shape and keep the dtype.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from losscli.losses.domain import Array
from losscli.losses.elementary import log1p


def xlogy(x: Array, y: Array) -> Array:
    """x log y, with 0 log 0 = 0."""
    product = x * np.log(y)
    return product if y.size == 0 or y.min() > 0 else np.where(x == 0, np.zeros_like(product), product)


def xlog1py(x: Array, y: Array) -> Array:
    """x log(1 + y), with 0 log 0 = 0."""
    product = x * log1p(y)
    return product if y.size == 0 or y.min() > -1 else np.where(x == 0, np.zeros_like(product), product)


def softplus(x: Array) -> Array:
    """log(1 + exp x)."""
    return np.maximum(x, 0) + _rest(x)


def softpluses(x: Array) -> tuple[Array, Array]:
    """log(1 + exp(−x)) and log(1 + exp x), which differ by x."""
    rest = _rest(x)
    return np.maximum(-x, 0) + rest, np.maximum(x, 0) + rest


def _rest(x: Array) -> Array:
    """log(1 + exp(−|x|))."""
    return log1p(np.exp(-np.abs(x)))


def times(factor: Array | float, value: Array) -> Array:
    """factor · value, and 0 where the factor is 0, were the value infinite or NaN: it does not count."""
    with np.errstate(over="ignore", invalid="ignore"):
        product = np.asarray(factor * value)
    return product if np.all(factor) else np.where(np.equal(factor, 0), np.zeros_like(product), product)


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(−x)), with all its digits at both ends."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))


def _exp_below(z: Array) -> Array:
    """exp(z − max z) along the last axis; what the difference rounds away is put back as a factor."""
    shifted, lost = difference(z, z.max(axis=-1, keepdims=True))
    return np.exp(shifted) * (1 + lost)


def log_softmax(z: Array) -> Array:
    """log(exp z / Σ exp z) along the last axis: the peak is left out of the sum, for the digits near 0."""
    shifted = z - z.max(axis=-1, keepdims=True)
    others = _exp_below(z)
    np.put_along_axis(others, z.argmax(axis=-1)[..., None], 0, axis=-1)
    return shifted - log1p(others.sum(axis=-1, keepdims=True))


def softmax(z: Array) -> tuple[Array, Array]:
    """p = exp z / Σ exp z along the last axis, and 1 − p, neither by subtraction from 1 at the peak."""
    scaled = _exp_below(z)
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
    near = np.copysign(log1p(part), difference)
    return near if np.isfinite(part).all() else np.where(np.isfinite(part), near, np.log(a) - np.log(b))


def expm1_minus(x: Array) -> Array:
    """exp(x) − 1 − x, by its series near 0."""
    near = np.clip(x, -1.0, 1.0)
    series = np.ones_like(near)
    for k in range(22, 2, -1):
        series = 1 + near / k * series
    return np.where(np.abs(x) <= 1, near * near / 2 * series, np.expm1(x) - x)


def erf(x: Array) -> Array:
    """2/√π ∫ exp(−t²) from 0 to x."""
    return np.array([math.erf(v) for v in x.ravel().tolist()], dtype=x.dtype).reshape(x.shape)


def quotient(a: Array, b: Array, *, empty: float) -> Array:
    """a / b, and `empty` where both are 0."""
    ratio = np.divide(a, b)
    nothing = b == 0
    if not nothing.any():
        return ratio
    return np.where((a == 0) & nothing, empty, ratio).astype(np.result_type(a, b), copy=False)


def power_of_two(x: Array) -> Array:
    """The power of two at the largest |entry| along the last axis, kept as an axis: exact to divide by."""
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


def one_hot(index: Array, classes: int, dtype: Any = np.float64) -> Array:
    """(N,) whole numbers to (N, C) zeros and ones; a row of zeros for an index outside."""
    return (index[:, None] == np.arange(classes)).astype(dtype)


def nowhere(condition: Array, slope: Array | float) -> Array:
    """`slope`, and NaN where `condition` says that there is none."""
    return np.where(condition, np.nan, slope)


def difference(a: Array, b: Array | float) -> tuple[Array, Array]:
    """a − b, and what its rounding lost (0 where a − b leaves the floats). Knuth 1969."""
    rounded = a - b
    part = rounded - a
    lost = (a - (rounded - part)) - (b + part)
    return rounded, _finite(lost)


def _finite(lost: Array) -> Array:
    """With 0 in place of what has left the floats."""
    finite = np.isfinite(lost)
    return lost if finite.all() else np.where(finite, lost, 0)


def distance(a: Array, b: Array) -> tuple[Array, Array]:
    """|a − b|, and what its rounding lost."""
    rounded, lost = difference(a, b)
    return np.abs(rounded), np.copysign(1, rounded) * lost


def product(a: Array | float, b: Array) -> tuple[Array, Array]:
    """a · b, and what its rounding lost (0 where that over- or underflows). Veltkamp, Dekker 1971."""
    info = np.finfo(b.dtype)
    splitter = 2.0 ** ((info.nmant + 2) // 2) + 1
    (a_high, a_low), (b_high, b_low) = _halves(a, splitter), _halves(b, splitter)
    rounded = a * b
    lost = a_low * b_low - (((rounded - a_high * b_high) - a_low * b_high) - a_high * b_low)
    whole = np.isfinite(lost) & (np.abs(rounded) > float(info.tiny) / float(info.eps) ** 2)
    return rounded, lost if whole.all() else np.where(whole, lost, 0)


def _halves(x: Any, splitter: float) -> tuple[Any, Any]:
    high = splitter * x - (splitter * x - x)
    return high, x - high


def divide(a: Array, a_lost: Array, b: Any, b_lost: Any = 0.0) -> tuple[Array, Array]:
    """(a + a_lost) / (b + b_lost), and what its rounding lost."""
    rounded = a / b
    back, back_lost = product(b, rounded)
    lost = (((a - back) - back_lost) + a_lost - rounded * b_lost) / b
    return rounded, _finite(lost)


def half_square(error: Array, lost: Array, scale: float) -> Array:
    """((error + lost) / scale)² / 2, rounded hardly more than once."""
    x, x_lost = divide(error, lost, scale)
    square, square_lost = product(x, x / 2)
    value, finite = square + (square_lost + x * x_lost), np.isfinite(square)
    return value if finite.all() else np.where(finite, value, square)


def percent(part: Array, whole: Array) -> Array:
    """100 part / whole for numbers of 0 or more, without over- or underflow on the way; 0/0 is 0."""
    large = part > 1e30
    if not large.any():
        return quotient(100 * part, whole, empty=0.0)
    ratio = quotient(np.where(large, part, 100 * part), whole, empty=0.0)
    return np.where(large, 100 * ratio, ratio)


def one_minus_cosine(a: Array, b: Array) -> Array:
    """1 − cos(a, b) along the last axis, exact also where a and b are all but parallel; 1 for a zero vector.

    Near 1 the cosine says nothing about the angle; the part of b across a does: 1 − cos = sin² / (1 + cos).
    """
    a, b = (np.ldexp(x, -power_of_two(x)) for x in np.broadcast_arrays(a, b))
    aa, bb, ab = (np.sum(x * y, axis=-1, keepdims=True) for x, y in ((a, a), (b, b), (a, b)))
    along, lost = product(quotient(ab, aa, empty=0.0), a)
    across = (b - along) - lost
    across = across - quotient(np.sum(across * a, axis=-1, keepdims=True), aa, empty=0.0) * a
    cosine = quotient(ab, np.sqrt(aa) * np.sqrt(bb), empty=0.0)
    squared_sine = quotient(np.sum(across * across, axis=-1, keepdims=True), bb, empty=1.0)
    return np.where(cosine > 0.5, squared_sine / (1 + cosine), 1 - cosine)[..., 0]


def artanh_rest(r: Array) -> Array:
    """artanh(r)/r − 1 = r²/3 + r⁴/5 + …, for |r| ≤ 0.6."""
    square = r * r
    series = np.zeros_like(r)
    for k in range(81, 1, -2):
        series = 1 / k + square * series
    return square * series


def minus_log1p(t: Array) -> Array:
    """t − log(1 + t) for t > −1, by its series near 0: with r = t/(2 + t), log(1 + t) = 2 artanh r."""
    near = np.clip(t, -0.75, 2.0)
    r = near / (2 + near)
    far = t - log1p(np.minimum(t, np.finfo(t.dtype).max))
    return np.where(t == near, r * (near - 2 * artanh_rest(r)), far)


def excess(a: Array, b: Array) -> Array:
    """a log(a / b) − a + b for a, b ≥ 0: never negative, 0 at a = b; b where a is 0, inf where b alone is."""
    apart, lost = difference(b, a)
    r = (apart / 2) / (a / 2 + b / 2)
    near = np.abs(r) <= 0.6
    value = r * (apart - 2 * a * artanh_rest(np.where(near, r, 0))) + 2 * r * lost
    return np.where(near, value, np.where(a == 0, b, a * log_ratio(a, b) + apart))


def over_margin(margin: float, rival: Array, own: Array) -> Array:
    """margin + rival − own; what rival − own rounds away is added back, so that it holds next to 0 too."""
    lead, lost = difference(rival, own)
    return (margin + lead) + lost


def total(x: Array) -> Array:
    """Σ along the last axis, with what the additions round away added back. Ogita, Rump, Oishi 2005."""
    lost = np.zeros(x.shape[:-1], x.dtype)
    while x.shape[-1] > 1:
        half = x.shape[-1] // 2
        added, missed = difference(x[..., :half], -x[..., half : 2 * half])
        lost = lost + np.sum(missed, axis=-1)
        x = np.concatenate([added, x[..., 2 * half :]], axis=-1)
    return np.sum(x, axis=-1) + lost


def median(x: Array) -> Array:
    """The middle along the last axis, or the mean of the two in the middle."""
    places = [(x.shape[-1] - 1) // 2, x.shape[-1] // 2]
    middle = mean(np.partition(x, places, axis=-1)[..., places])
    return np.where(np.isnan(x).any(axis=-1), np.nan, middle).astype(x.dtype, copy=False)


def mean(x: Array, cancels: bool = False) -> Array:
    """The mean along the last axis, also where the sum leaves the floats; with `cancels`, as `total` adds."""
    means = np.asarray(np.divide(total(x), x.shape[-1]) if cancels else np.mean(x, axis=-1))
    beyond = ~np.isfinite(means) & np.isfinite(x).all(axis=-1)
    if beyond.any():
        means[beyond] = np.ldexp(np.mean(np.ldexp(x[beyond], -64), axis=-1), 64)
    return means


def cosine_slope(y_true: Array, y_pred: Array) -> Array:
    """The gradient of −cos by each row of y_pred."""
    y, p, length = unit(y_true), unit(y_pred), norm(y_pred)[:, None]
    cosine = np.sum(y * p, axis=-1, keepdims=True)
    zero_true = ~np.any(y_true, axis=-1, keepdims=True)
    slope = np.where(length == 0, nowhere(y != 0, 0.0), (cosine * p - y) / length)  # at 0 it jumps towards y
    return np.where(zero_true, 0.0, slope)
