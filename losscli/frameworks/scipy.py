"""SciPy 1.17: its functions that are losses, of entries or rows; reduced here with NumPy's mean and sum."""

from __future__ import annotations

import numpy as np

from losscli.frameworks import SCIPY
from losscli.frameworks.call import Call, Style
from losscli.frameworks.convention import NONE, OVER_SAMPLES, SUM, Framework
from losscli.frameworks.departure import Departure
from losscli.losses.domain import SUM_SLACK, Array, Real, Vector
from losscli.losses.ranges import Flag, Number

_ROWS = "np.{reduction}({path}({arrays}).sum(axis=-1))"  # a value an entry: a sample is its row's sum
FRAMEWORK = Framework(
    SCIPY,
    Style(
        {"scipy": "scipy", "np": "numpy"},
        template="np.{reduction}({path}({arrays}))",
        weight="",
        reduction="",
    ),
    {
        "pseudo_huber": (Call(arrays="{delta}, y_pred - y_true"),),
        "huber": (Call(arrays="{delta}, y_pred - y_true"),),
        "generalized_kld": (Call(template=_ROWS),),
        "kld": (
            Call(
                "stats.entropy",
                template="np.{reduction}({path}({arrays}, axis=-1))",
                when=lambda given: bool(given.params["normalize"]),
            ),
            Call(template=_ROWS),
        ),
        "jsd": (Call(template="np.{reduction}({path}({arrays}, axis=-1))"),),
        "cosine_distance": (Call(template="np.{reduction}([{path}(y, p) for y, p in zip(y_true, y_pred)])"),),
    },
    common={
        "grain": "entry",
        "weights": False,
        "reductions": {"mean": OVER_SAMPLES, "sum": SUM, "none": NONE},
    },
)
formula = FRAMEWORK.formula


@formula("pseudo_huber", "special.pseudo_huber")
def _(y_true: Real, y_pred: Real, *, delta: Number = 1.0) -> Array:
    if delta < 0:
        return np.full_like(y_pred, np.inf)
    if delta == 0:
        return np.zeros_like(y_pred)
    return delta**2 * _sqrt1pm1(((y_pred - y_true) / delta) ** 2)


def _sqrt1pm1(x: Array) -> Array:
    """√(1 + x) − 1, as SciPy takes it: by expm1 and log1p."""
    return np.expm1(np.log1p(x) / 2)


@formula("huber", "special.huber")
def _(y_true: Real, y_pred: Real, *, delta: Number = 1.0) -> Array:
    if delta < 0:
        return np.full_like(y_pred, np.inf)
    size = np.abs(y_pred - y_true)
    return np.where(size <= delta, size * size / 2, delta * (size - delta / 2))


def _entropy(y_true: Array, y_pred: Array) -> Array:
    """scipy.special.rel_entr: y log(y/p), ∞ where y has what p has not, or either is negative."""
    inside = (y_true > 0) & (y_pred > 0)
    ratio = np.where(inside, y_true, 1) / np.where(inside, y_pred, 1)
    return np.where(inside, y_true * np.log(ratio), np.where((y_true == 0) & (y_pred >= 0), 0.0, np.inf))


ANY_SUM = Departure(
    "SciPy takes rows as they are, whatever they sum to, where the definition refuses one whose sum is off "
    "by more than 0.001",
    lambda y_true, y_pred, *, normalize: (
        (_off_sum(y_true, SUM_SLACK) | _off_sum(y_pred, SUM_SLACK)) & (not normalize)
    ),
    cause="input",
)
DIVIDED = "SciPy divides each row by its sum, where the definition takes it as it is"


def _off_sum(rows: Array, slack: float = 1e-12) -> Array:
    return np.asarray(np.abs(rows.sum(axis=-1) - 1) > slack)


@formula(
    "kld",
    "special.rel_entr",
    ANY_SUM,
    Departure(
        DIVIDED,
        lambda y_true, y_pred, **_: _off_sum(y_true) | _off_sum(y_pred),
        lambda params: params["normalize"],
        cause="rescaling",
    ),
    also={"stats.entropy": {"normalize": True}},
)
def _(y_true: Vector, y_pred: Vector, *, normalize: Flag = False) -> Array:
    return np.sum(_entropy(*_shares(y_true, y_pred)) if normalize else _entropy(y_true, y_pred), axis=-1)


def _shares(y_true: Array, y_pred: Array) -> tuple[Array, Array]:
    """Each row divided by its sum."""
    return y_true / y_true.sum(axis=-1, keepdims=True), y_pred / y_pred.sum(axis=-1, keepdims=True)


@formula("generalized_kld", "special.kl_div")
def _(y_true: Vector, y_pred: Vector) -> Array:
    entropy = _entropy(y_true, y_pred)
    return np.sum(np.where(np.isinf(entropy), entropy, entropy - y_true + y_pred), axis=-1)


@formula(
    "jsd",
    "spatial.distance.jensenshannon",
    Departure("SciPy gives the square root of the divergence, a distance", cause="root"),
    Departure(DIVIDED, lambda y_true, y_pred: _off_sum(y_true) | _off_sum(y_pred), cause="rescaling"),
)
def _(y_true: Vector, y_pred: Vector) -> Array:
    y, p = _shares(y_true, y_pred)
    middle = (y + p) / 2
    return np.sqrt(np.sum(_entropy(y, middle) + _entropy(p, middle), axis=-1) / 2)


@formula(
    "cosine_distance",
    "spatial.distance.cosine",
    Departure(
        "SciPy divides by the length as it is, so that a zero vector gives nan, where the definition reads "
        "its cosine as 0",
        lambda y_true, y_pred: ~(y_true.any(axis=-1) & y_pred.any(axis=-1)),
        cause="zero vectors",
    ),
)
def _(y_true: Vector, y_pred: Vector) -> Array:
    across = np.sum(y_true * y_pred, axis=-1)
    lengths = np.sum(y_true * y_true, axis=-1) * np.sum(y_pred * y_pred, axis=-1)
    return np.clip(1 - across / np.sqrt(lengths), 0, 2)
