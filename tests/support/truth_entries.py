"""The definitions in mpmath of the losses with a value an entry, or a value from a few named columns.

Arguments are exact numbers (or the columns' list of them), as the loss's kernel takes them for one sample.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mpmath import mp, mpf

Number = Any  # mpmath has no types
Row = list[Any]


def xlog(x: Number, y: Number) -> Number:
    return x * mp.log(y) if x else mpf(0)


def hinge(x: Number) -> Number:
    return max(mpf(0), x)


def softplus(x: Number) -> Number:
    return hinge(x) + mp.log1p(mp.exp(-abs(x)))


def sigmoid(x: Number) -> Number:
    return 1 / (1 + mp.exp(-x))


def signed(y: Number, p: Number) -> Number:
    """The margin, label 0 read as −1."""
    return p if y > 0 else -p


def smape(y: Number, p: Number) -> Number:
    return 200 * abs(p - y) / (abs(y) + abs(p)) if y or p else mpf(0)


def mape(y: Number, p: Number) -> Number:
    if not y:
        return mp.inf if p else mpf(0)
    return 100 * abs(p - y) / abs(y)


def huber(e: Number, delta: Number) -> Number:
    return e * e / 2 if abs(e) <= delta else delta * (abs(e) - delta / 2)


def barron(e: Number, alpha: float, scale: float) -> Number:
    square = (e / mpf(scale)) ** 2
    if alpha == 2:
        return square / 2
    if alpha == 0:
        return mp.log1p(square / 2)
    if alpha == -mp.inf:
        return -mp.expm1(-square / 2)
    b = abs(mpf(alpha) - 2)
    return b / mpf(alpha) * mp.expm1(mpf(alpha) / 2 * mp.log1p(square / b))


def tukey(e: Number, c: Number) -> Number:
    u = min(mpf(1), (e / c) ** 2)
    return c * c / 6 * u * (3 - 3 * u + u * u)


def linex(x: Number) -> Number:
    return mp.expm1(x) - x


def poisson(y: Number, p: Number, from_log: bool, full: bool) -> Number:
    value = mp.exp(p) - y * p if from_log else p - xlog(y, p)
    if not full:
        return value
    with mp.workprec(1300):  # enough for 1 + the least y, and slow enough
        rest = mp.loggamma(y + 1)
    return value + rest


def excess(y: Number, p: Number) -> Number:
    """y log(y/p) − y + p."""
    return xlog(y, y / p) - y + p if p else (mp.inf if y else mpf(0))


def gamma_deviance(y: Number, p: Number) -> Number:
    return 2 * (mp.log(p / y) + y / p - 1)


def tweedie(y: Number, p: Number, power: float) -> Number:
    r = mpf(power)
    if power == 0:
        return (p - y) ** 2
    if power == 1:
        return 2 * excess(y, p)
    if power == 2:
        return gamma_deviance(y, p) if y else mp.inf
    head = y ** (2 - r) / ((1 - r) * (2 - r)) if y > 0 else mpf(0)
    return 2 * (head - y * p ** (1 - r) / (1 - r) + p ** (2 - r) / (2 - r))


def gaussian_nll(y: Number, p: Row, full: bool) -> Number:
    mean, variance = p
    return (mp.log(variance) + (y - mean) ** 2 / variance + (mp.log(2 * mp.pi) if full else 0)) / 2


def crps_gaussian(y: Number, p: Row) -> Number:
    z = (y - p[0]) / p[1]
    if abs(z) > 60:  # to 2⁻²⁶⁰⁰
        return p[1] * (abs(z) - 1 / mp.sqrt(mp.pi))
    return p[1] * (z * mp.erf(z / mp.sqrt(2)) + 2 * mp.npdf(z) - 1 / mp.sqrt(mp.pi))


def bce(y: Number, p: Number, from_logits: bool, label_smoothing: float, pos_weight: float) -> Number:
    t = y * (1 - mpf(label_smoothing)) + mpf(label_smoothing) / 2
    if from_logits:
        return mpf(pos_weight) * t * softplus(-p) + (1 - t) * softplus(p)
    return -mpf(pos_weight) * xlog(t, p) - xlog(1 - t, 1 - p)


def binary_focal(
    y: Number, p: Number, gamma: float, alpha: float | None, from_logits: bool, label_smoothing: float
) -> Number:
    t = y * (1 - mpf(label_smoothing)) + mpf(label_smoothing) / 2
    entropy = bce(y, p, from_logits, label_smoothing, 1.0)
    chance, other = (sigmoid(p), sigmoid(-p)) if from_logits else (p, 1 - p)
    missed = t * other + (1 - t) * chance
    balance = 1 if alpha is None else mpf(alpha) * t + (1 - mpf(alpha)) * (1 - t)
    return balance * missed ** mpf(gamma) * entropy if entropy else mpf(0)


def binary_sparsemax(y: Number, z: Number) -> Number:
    u = -signed(y, z)
    return mpf(0) if u <= -1 else (u if u >= 1 else (u + 1) ** 2 / 4)


def modified_huber(y: Number, p: Number) -> Number:
    m = signed(y, p)
    return hinge(1 - m) ** 2 if m >= -1 else -4 * m


OF_ENTRIES: dict[str, Callable[..., Number]] = {
    "mse": lambda y, p: (p - y) ** 2,
    "half_mse": lambda y, p: (p - y) ** 2 / 2,
    "mae": lambda y, p: abs(p - y),
    "mape": mape,
    "smape": smape,
    "msle": lambda y, p: (mp.log1p(p) - mp.log1p(y)) ** 2,
    "quantile": lambda y, p, q: max(mpf(q) * (y - p), (mpf(q) - 1) * (y - p)),
    "expectile": lambda y, p, q: (mpf(q) if p < y else 1 - mpf(q)) * (p - y) ** 2,
    "epsilon_insensitive": lambda y, p, epsilon: hinge(abs(p - y) - mpf(epsilon)),
    "squared_epsilon_insensitive": lambda y, p, epsilon: hinge(abs(p - y) - mpf(epsilon)) ** 2,
    "linex": lambda y, p, a: linex(mpf(a) * (p - y)),
    "logcosh": lambda y, p: softplus(2 * abs(p - y)) - abs(p - y) - mp.log(2),
    "huber": lambda y, p, delta: huber(p - y, mpf(delta)),
    "smooth_l1": lambda y, p, beta: huber(p - y, mpf(beta)) / mpf(beta) if beta else abs(p - y),
    "pseudo_huber": lambda y, p, delta: (p - y) ** 2 / (1 + mp.sqrt(1 + ((p - y) / mpf(delta)) ** 2)),
    "cauchy": lambda y, p, scale: barron(p - y, 0, scale),
    "geman_mcclure": lambda y, p, scale: barron(p - y, -2, scale),
    "welsch": lambda y, p, scale: barron(p - y, -mp.inf, scale),
    "tukey": lambda y, p, c: tukey(p - y, mpf(c)),
    "barron": lambda y, p, alpha, scale: barron(p - y, alpha, scale),
    "poisson": poisson,
    "poisson_deviance": lambda y, p: 2 * excess(y, p),
    "gamma_deviance": gamma_deviance,
    "tweedie": tweedie,
    "gaussian_nll": gaussian_nll,
    "laplace_nll": lambda y, p: mp.log(2 * p[1]) + abs(y - p[0]) / p[1],
    "crps_gaussian": crps_gaussian,
    "bce": bce,
    "binary_focal": binary_focal,
    "zero_one": lambda y, p, threshold: mpf(y != p),
    "hamming": lambda y, p: mpf(y != p),
    "hinge": lambda y, p: hinge(1 - signed(y, p)),
    "squared_hinge": lambda y, p: hinge(1 - signed(y, p)) ** 2,
    "soft_margin": lambda y, p: softplus(-signed(y, p)),
    "modified_huber": modified_huber,
    "exponential": lambda y, p: mp.exp(-signed(y, p)),
    "perceptron": lambda y, p: hinge(-signed(y, p)),
    "wasserstein": lambda y, p: -y * p,
    "binary_sparsemax": binary_sparsemax,
    "contrastive": lambda y, d, margin: d * d if y else hinge(mpf(margin) - d) ** 2,
    "hinge_embedding": lambda y, d, margin: d if y > 0 else hinge(mpf(margin) - d),
}
