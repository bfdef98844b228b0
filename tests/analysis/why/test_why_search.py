"""The constant that --why names is not beaten by any other: for each loss, by parameters and weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import losscli
from losscli.catalogue import registry
from losscli.errors import LosscliError

RNG = np.random.default_rng(23)
N = 50
AMOUNT = RNG.gamma(2.0, size=N) + 0.1
BOTH = RNG.normal(size=N)
LABEL = (RNG.random(N) < 0.2).astype(float)
CLASS = RNG.integers(0, 3, N)
SHARE = RNG.uniform(0.05, 0.95, N)
ROWS = RNG.dirichlet(np.ones(3), N)
WEIGHT = RNG.uniform(0.1, 3, N)

# Beside each loss's defaults.
MORE: dict[str, list[dict[str, Any]]] = {
    "bce": [{"pos_weight": 38.1}, {"label_smoothing": 0.1}, {"from_logits": True, "pos_weight": 5.0}],
    "binary_focal": [{"gamma": 5.0}, {"alpha": 0.9}, {"from_logits": True}],
    "huber": [{"delta": 0.3}, {"delta": 30.0}],
    "tukey": [{"c": 1.0}],
    "barron": [{"alpha": -2.0}, {"alpha": 1.5}],
    "quantile": [{"q": 0.9}],
    "expectile": [{"q": 0.9}],
    "linex": [{"a": -1.5}],
    "tweedie": [{"power": 1.2}, {"power": 3.0}],
    "epsilon_insensitive": [{"epsilon": 0.7}],
}
SCALARS = [
    (name, params)
    for name in registry.names()
    if registry.get(name).kind == "sample"
    and registry.get(name).signature.y_true is not None
    and registry.get(name).signature.y_pred.means != "label"
    and registry.get(name).signature.y_true.grain == registry.get(name).signature.y_pred.grain == "entry"
    for params in ({}, *MORE.get(name, ()))
]


def told(name: str, params: dict[str, Any], weight: Any) -> tuple[Any, Any, Any]:
    """What --why says on the first of these targets that the loss takes, with that target and predictions."""
    for true, pred in ((LABEL, SHARE), (AMOUNT, AMOUNT[::-1]), (BOTH, BOTH[::-1]), (2 * LABEL - 1, BOTH)):
        try:
            return losscli.why(name, true, pred, weight, **params), true, pred
        except LosscliError:
            continue
    pytest.fail(f"{name} takes none of them")


@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["", "weighted"])
@pytest.mark.parametrize(("name", "params"), SCALARS)
def test_no_constant_costs_less_than_the_best(name: str, params: dict[str, Any], weight: Any) -> None:
    why, true, _ = told(name, params, weight)
    if why.reference is None or not why.constants[why.reference].best:
        return
    best = why.constants[why.reference]
    grid = [*np.linspace(0.01, 0.99, 12), *np.linspace(-5, 8, 12)]
    near = [best.constant * (1 + step) + step for step in (-0.01, -1e-3, 1e-3, 0.01)]
    for constant in (*grid, *near):
        try:
            value = losscli.compute(name, true, np.full(N, constant), weight, **params).value
        except LosscliError:  # outside what it takes
            continue
        assert best.value <= value * (1 + 1e-9) + 1e-9, (constant, best)


def test_where_nothing_names_it_a_constant_is_searched() -> None:
    found = {name for name, params in SCALARS if not params and told(name, {}, None)[0].reference is not None}
    assert {"bce", "binary_focal", "huber", "msle", "mape", "tukey", "logcosh", "expectile"} <= found
    for name, true, pred, params in (
        ("bce", LABEL, SHARE, {"pos_weight": 38.1}),
        ("binary_focal", LABEL, SHARE, {}),
        ("msle", AMOUNT, AMOUNT[::-1], {}),
        ("huber", AMOUNT, AMOUNT[::-1], {"delta": 0.5}),
    ):
        why = losscli.why(name, true, pred, **params)
        assert why.constants[0].what == "best constant, by search"
        assert why.constants[0].best
        assert why.reference == 0
    (logs,) = (losscli.why("msle", AMOUNT, AMOUNT[::-1]).constants[0].constant,)
    assert logs == pytest.approx(
        np.expm1(np.log1p(AMOUNT).mean()), rel=1e-6, abs=0
    )  # half the digits of a dip
    rate = LABEL.mean()
    (odds,) = (losscli.why("bce", LABEL, SHARE, pos_weight=4.0).constants[0].constant,)
    assert odds == pytest.approx(
        4 * rate / (4 * rate + 1 - rate), rel=1e-6, abs=0
    )  # half the digits of a dip


@pytest.mark.parametrize("params", [{"class_weight": [1.0, 2.0, 7.0]}, {"label_smoothing": 0.2}, {}])
@pytest.mark.parametrize("name", ["scce", "cce"])
def test_no_shares_of_classes_cost_less(name: str, params: dict[str, Any]) -> None:
    true = CLASS if name == "scce" else np.eye(3)[CLASS]
    for weight in (None, WEIGHT):
        best = losscli.why(name, true, ROWS, weight, **params).constants[0]
        assert best.best
        for size in (1e-3, 1e-2, 0.1, 0.5):
            for _ in range(10):
                other = np.asarray(best.constant) * np.exp(RNG.normal(scale=size, size=3))
                rows = np.tile(other / other.sum(), (N, 1))
                assert losscli.compute(name, true, rows, weight, **params).value >= best.value * (1 - 1e-12)
