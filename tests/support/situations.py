"""Data drawn from known situations: what is to be recommended first, and a draw of (y_true, y_pred)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

Array = Any
Draw = Callable[[np.random.Generator, int], tuple[Array | None, Array | None]]


class Situation(NamedTuple):
    expected: tuple[str, ...]
    draw: Draw
    options: dict[str, Any]


SITUATIONS: dict[str, Situation] = {}


def situation(*expected: str, **options: Any) -> Callable[[Draw], Draw]:
    def keep(draw: Draw) -> Draw:
        SITUATIONS[draw.__name__] = Situation(expected, draw, options)
        return draw

    return keep


def sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def softmax(z: Array) -> Array:
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def drawn(r: np.random.Generator, p: Array) -> Array:
    """A class for each row of probabilities."""
    return (p.cumsum(axis=1) < r.random((len(p), 1))).sum(axis=1).clip(max=p.shape[1] - 1).astype(float)


@situation("mse")
def normal(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    p = r.normal(0, 10, n)
    return p + r.normal(0, 3, n), p


@situation("mae", "huber")
def laplace(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    p = r.normal(0, 10, n)
    return p + r.laplace(0, 3, n), p


@situation("huber", "mae")
def t2(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    p = r.normal(0, 10, n)
    return p + 3 * r.standard_t(2, n), p


@situation("huber", "tukey")
def gross(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    p = r.normal(0, 10, n)
    e = r.normal(0, 1, n)
    e[r.random(n) < 0.05] += 40
    return p + e, p


@situation("mse")
def uniform(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    p = r.normal(0, 10, n)
    return p + r.uniform(-3, 3, n), p


@situation("msle", "rmsle")
def lognormal(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    p = np.exp(r.normal(4, 1, n))
    return p * np.exp(r.normal(0, 0.5, n)), p


@situation("poisson")
def poisson(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    p = np.exp(r.normal(1, 0.6, n))
    return r.poisson(p).astype(float), p


@situation("poisson")
def poisson_log(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    p = np.exp(r.normal(0.5, 0.6, n))
    return r.poisson(p).astype(float), np.log(p)


@situation("poisson")
def poisson_big(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    p = np.exp(r.normal(5, 0.3, n))
    return r.poisson(p).astype(float), p


@situation("tweedie")
def overdispersed(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    p = np.exp(r.normal(1, 0.6, n))
    return r.negative_binomial(0.5, 0.5 / (0.5 + p)).astype(float), p


@situation("gamma_deviance")
def gamma(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    p = np.exp(r.normal(3, 0.8, n))
    return r.gamma(2, p / 2), p


@situation("tweedie")
def claims(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    p = np.exp(r.normal(3, 0.8, n))
    k = r.poisson(1, n)
    return np.array([r.gamma(2 * a, b / 2) if a else 0.0 for a, b in zip(k, p, strict=True)]), p


@situation("bce")
def binary(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    p = sigmoid(r.normal(0, 1.5, n))
    return (r.random(n) < p) * 1.0, p


@situation("binary_focal", "bce")
def rare(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    p = sigmoid(r.normal(-5, 1.5, n))
    return (r.random(n) < p) * 1.0, p


@situation("bce")
def logits(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    p = r.normal(0, 2, n)
    return (r.random(n) < sigmoid(p)) * 1.0, p


@situation("hinge", "soft_margin")
def signs(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    p = r.normal(0, 2, n)
    return np.where(r.random(n) < sigmoid(p), 1.0, -1.0), p


@situation("scce")
def index(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    p = softmax(r.normal(0, 1.5, (n, 5)))
    return drawn(r, p), p


@situation("scce")
def index_logits(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    z = r.normal(0, 1.5, (n, 5))
    return drawn(r, softmax(z)), z


@situation("nll")
def logprob(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    z = r.normal(0, 1.5, (n, 5))
    return drawn(r, softmax(z)), np.log(softmax(z))


@situation("cce")
def onehot(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    p = softmax(r.normal(0, 1.5, (n, 5)))
    return np.eye(5)[drawn(r, p).astype(int)], p


@situation("kld", "cce")
def softrows(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    z = r.normal(0, 1.5, (n, 5))
    return softmax(z + r.normal(0, 0.3, z.shape)), softmax(z)


@situation("bce", "multilabel_soft_margin", "asymmetric")
def multilabel(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    p = sigmoid(r.normal(-0.5, 1.5, (n, 6)))
    return (r.random(p.shape) < p) * 1.0, p


@situation("asymmetric")
def multilabel_rare(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    p = sigmoid(r.normal(-4, 1.5, (n, 20)))
    return (r.random(p.shape) < p) * 1.0, p


@situation("weighted_kappa")
def ordinal(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    y = r.integers(0, 6, n)
    c = y + r.normal(0, 0.8, n)
    p = softmax(-((np.arange(6) - c[:, None]) ** 2))
    return np.eye(6)[y], p


@situation("dice", "tversky", "focal_tversky")
def masks(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    y = (r.random((40, 16, 16)) < 0.1) * 1.0
    return y, np.clip(0.7 * y + 0.15 + r.normal(0, 0.1, y.shape), 0, 1)


@situation("dice")
def masks_logits(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    y = (r.random((40, 16, 16)) < 0.1) * 1.0
    return y, 6 * y - 3 + r.normal(0, 2, y.shape)


@situation("supcon", "triplet_semihard")
def embed(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    y = r.integers(0, 8, 200)
    c = r.normal(0, 1, (8, 16))
    return y * 1.0, c[y] + r.normal(0, 0.5, (200, 16))


@situation("giou", "ciou")
def boxes(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    a = r.uniform(0, 100, (n, 2))
    y = np.concatenate([a, a + r.uniform(5, 50, (n, 2))], 1)
    return y, y + r.normal(0, 1, y.shape)


@situation("cox")
def surv(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    h = r.normal(0, 1, n)
    t = r.exponential(np.exp(-h))
    c = r.exponential(2, n)
    return np.stack([np.minimum(t, c), (t <= c) * 1.0], 1), h


@situation("gaussian_nll", "crps_gaussian")
def meansd(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    m = r.normal(0, 10, n)
    sd = np.exp(r.normal(0, 0.5, n))
    return m + sd * r.normal(0, 1, n), np.stack([m, sd], 1)


@situation("gaussian_nll")
def meanvar(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    m = r.normal(0, 10, n)
    sd = np.exp(r.normal(1, 0.5, n))
    return m + sd * r.normal(0, 1, n), np.stack([m, sd**2], 1)


@situation("interval_score")
def interval(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    m = r.normal(0, 10, n)
    return m + r.normal(0, 1, n), np.stack([m - 1.64, m + 1.64], 1)


@situation("crps_ensemble")
def ens(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    m = r.normal(0, 10, n)
    return m + r.normal(0, 1, n), m[:, None] + r.normal(0, 1, (n, 8))


@situation("listnet", "ranknet")
def rank(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    y = r.integers(0, 5, (n, 6)) * 1.0
    return y, y - 2 + r.normal(0, 1, y.shape)


@situation("ctc")
def ctc(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    y = r.integers(1, 5, (30, 4)) * 1.0
    y[:, 3] = -1
    return y, r.normal(0, 1, (30, 12, 5))


@situation("triplet")
def trip(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    return None, r.normal(0, 1, (50, 3, 8))


@situation("infonce")
def pairs(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    return None, r.normal(0, 1, (50, 2, 8))


@situation("mse", "huber", "mae")
def multi(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    y = r.normal(0, 1, (n, 3))
    return y, y + r.normal(0, 0.2, y.shape)


@situation("quantile", quantile=0.9)
def quant(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    p = r.normal(0, 10, n)
    return p + r.normal(0, 1, n), p + 1.28


@situation("zero_one", "hamming")
def hard(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    y = (r.random(n) < 0.5) * 1.0
    return y, np.where(r.random(n) < 0.1, 1 - y, y)


@situation("hamming")
def hardm(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    y = r.integers(0, 5, n) * 1.0
    return y, np.where(r.random(n) < 0.1, (y + 1) % 5, y)


@situation("mse")
def a_normal(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    return r.normal(0, 10, n), None


@situation("poisson")
def a_poisson(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    return r.poisson(3, n) * 1.0, None


@situation("msle")
def a_lognormal(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    return np.exp(r.normal(4, 1, n)), None


@situation("gamma_deviance")
def a_gamma(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    return r.gamma(1.0, 50, n), None


@situation("tweedie")
def a_zeros(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    return r.gamma(1.0, 50, n) * (r.random(n) < 0.6), None


@situation("bce")
def a_binary(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    return (r.random(n) < 0.4) * 1.0, None


@situation("scce")
def a_classes(r: np.random.Generator, n: int) -> tuple[Array | None, Array | None]:
    return r.integers(0, 5, n) * 1.0, None
