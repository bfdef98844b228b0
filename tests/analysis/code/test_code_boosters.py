"""Objectives of XGBoost and LightGBM beside slopes written by hand, and what their comments say."""

from __future__ import annotations

import inspect
import re
from typing import Any

import numpy as np
import pytest
from support.boosters import ESTIMATORS, KEYWORDS, OBJECTIVES, booster, signature
from support.inputs import NAMES, loss_of
from support.snippets_running import run

import losscli
from losscli import LosscliError
from losscli.analysis.code import snippet

LIBRARIES = ("xgboost", "lightgbm")
Z = np.array([-2.3, -0.4, 0.1, 0.7, 1.9])
REALS = np.array([1.5, -0.3, 0.6, 0.2, -3.0])
LABELS = np.array([1.0, 0.0, 1.0, 0.0, 1.0])
AMOUNTS = np.array([0.5, 3.0, 1.0, 4.0, 2.5])
E = Z - REALS
P = 1 / (1 + np.exp(-Z))
M = np.exp(Z)
SIGNS = 2 * LABELS - 1
ONE = np.ones(5)
Slopes = tuple[Any, Any]


def way(error: Any) -> Any:
    """The way to a row's best score, no shorter than the mean of the nearer nine tenths (four of five)."""
    return np.maximum(np.abs(error), np.sort(np.abs(error))[:4].mean())


WAY = way(E)
ROOT = np.sqrt(1 + E**2 / 4)
LINEX = np.maximum(0.25 * np.exp(0.5 * E), np.abs(0.5 * (np.exp(0.5 * E) - 1)) / WAY)
# The gradient by the raw score; the hessian, or |grad| over the way to the row's best score.
BY_HAND: list[tuple[str, dict[str, Any], Any, Slopes]] = [
    ("mse", {}, REALS, (2 * E, 2 * ONE)),
    ("half_mse", {}, REALS, (E, ONE)),
    ("mae", {}, REALS, (np.sign(E), 1 / WAY)),
    ("huber", {"delta": 1.5}, REALS, (np.clip(E, -1.5, 1.5), np.minimum(np.abs(E), 1.5) / WAY)),
    ("smooth_l1", {"beta": 0.6}, REALS, (np.clip(E / 0.6, -1, 1), np.minimum(np.abs(E) / 0.6, 1) / WAY)),
    ("quantile", {"q": 0.3}, REALS, (np.where(E > 0, 0.7, -0.3), np.where(E > 0, 0.7, 0.3) / WAY)),
    ("expectile", {"q": 0.3}, REALS, (2 * np.where(E > 0, 0.7, 0.3) * E, 2 * np.where(E > 0, 0.7, 0.3))),
    (
        "pseudo_huber",
        {"delta": 2.0},
        REALS,
        (E / np.sqrt(1 + E**2 / 4), np.abs(E / np.sqrt(1 + E**2 / 4)) / WAY),
    ),
    ("logcosh", {}, REALS, (np.tanh(E), np.tanh(np.abs(E)) / WAY)),
    ("cauchy", {"scale": 1.0}, REALS, (E / (1 + E**2 / 2), np.abs(E) / (1 + E**2 / 2) / WAY)),
    (
        "linex",
        {"a": 0.5},
        REALS,
        (
            0.5 * (np.exp(0.5 * E) - 1),
            np.maximum(0.25 * np.exp(0.5 * E), np.abs(0.5 * (np.exp(0.5 * E) - 1)) / WAY),
        ),
    ),
    ("epsilon_insensitive", {"epsilon": 0.45}, REALS, (np.sign(E) * (np.abs(E) > 0.45), 1 / WAY)),
    ("bce", {}, LABELS, (P - LABELS, P * (1 - P))),
    (
        "bce",
        {"pos_weight": 3.0},
        LABELS,
        (np.where(LABELS == 1, 3 * (P - 1), P), np.where(LABELS == 1, 3, 1) * P * (1 - P)),
    ),
    ("bce", {"label_smoothing": 0.2}, LABELS, (P - (0.8 * LABELS + 0.1), P * (1 - P))),
    ("soft_margin", {}, LABELS, (P - LABELS, P * (1 - P))),
    ("hinge", {}, LABELS, (np.where(SIGNS * Z < 1, -SIGNS, 0), 1 / np.maximum(np.abs(Z - SIGNS), 1))),
    ("exponential", {}, LABELS, (-SIGNS * np.exp(-SIGNS * Z), np.exp(-SIGNS * Z))),
    ("poisson", {}, AMOUNTS, (M - AMOUNTS, M)),
    ("poisson_deviance", {}, AMOUNTS, (2 * (M - AMOUNTS), 2 * M)),
    ("gamma_deviance", {}, AMOUNTS, (2 * (1 - AMOUNTS / M), 2 * AMOUNTS / M)),
    (
        "tweedie",
        {"power": 1.25},
        AMOUNTS,
        (2 * (M**0.75 - AMOUNTS * M**-0.25), 2 * (0.75 * M**0.75 + 0.25 * AMOUNTS * M**-0.25)),
    ),
    ("tweedie", {"power": 0}, AMOUNTS, (2 * (Z - AMOUNTS), 2 * ONE)),
    ("msle", {}, AMOUNTS, (2 * (Z - np.log1p(AMOUNTS)), 2 * ONE)),
    (
        "mape",
        {},
        AMOUNTS,
        (
            100 * np.sign(Z - AMOUNTS) / AMOUNTS,
            100 / AMOUNTS / np.maximum(np.abs(Z - AMOUNTS), np.sort(np.abs(Z - AMOUNTS))[:4].mean()),
        ),
    ),
    (
        "brier",
        {},
        LABELS,
        (
            2 * (P - LABELS) * P * (1 - P),
            2 * (P * (1 - P)) ** 2 + 2 * (P - LABELS) * P * (1 - P) * (1 - 2 * P),
        ),
    ),
]


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(("name", "params", "y_true", "wanted"), BY_HAND)
def test_slopes_are_those_worked_out_by_hand(
    name: str, params: dict[str, Any], y_true: Any, wanted: Slopes, library: str
) -> None:
    code = losscli.code(name, library, **params)
    with pytest.MonkeyPatch.context() as patch:
        booster(patch, library)
        names = run(code, y_true, Z)
    np.testing.assert_allclose(names["grad"], wanted[0], rtol=1e-12, atol=1e-15, err_msg=code)
    np.testing.assert_allclose(names["hess"], wanted[1], rtol=1e-11, err_msg=code)


def test_a_stand_in_takes_the_library_s_keywords_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    for library in LIBRARIES:
        booster(monkeypatch, library)
        for name in ESTIMATORS[library]:
            estimator = getattr(__import__(library), name)
            estimator(**dict.fromkeys(KEYWORDS[library], 0))
            with pytest.raises(TypeError, match="min_sum_hessians"):
                estimator(min_sum_hessians=0)
            with pytest.raises(TypeError):
                estimator(0)
    assert str(inspect.signature(__import__("xgboost").XGBRegressor)) == str(signature(KEYWORDS["xgboost"]))


OWN: list[tuple[str, str, dict[str, Any], str | None, dict[str, float]]] = [
    ("xgboost", "mse", {}, "reg:squarederror", {}),
    ("xgboost", "mae", {}, "reg:absoluteerror", {}),
    ("xgboost", "msle", {}, "reg:squaredlogerror", {}),
    ("xgboost", "bce", {}, "binary:logistic", {}),
    ("xgboost", "bce", {"pos_weight": 2.5}, "binary:logistic", {"scale_pos_weight": 2.5}),
    ("xgboost", "bce", {"label_smoothing": 0.1}, None, {}),
    ("xgboost", "hinge", {}, "binary:hinge", {}),
    ("xgboost", "poisson", {}, "count:poisson", {}),
    ("xgboost", "gamma_deviance", {}, "reg:gamma", {}),
    ("xgboost", "tweedie", {"power": 1.25}, "reg:tweedie", {"tweedie_variance_power": 1.25}),
    ("xgboost", "tweedie", {"power": 1}, "reg:tweedie", {"tweedie_variance_power": 1}),
    ("xgboost", "tweedie", {"power": 0}, None, {}),
    ("xgboost", "tweedie", {"power": 2}, None, {}),
    ("xgboost", "tweedie", {"power": 3}, None, {}),
    ("xgboost", "quantile", {"q": 0.1234567}, "reg:quantileerror", {"quantile_alpha": 0.1234567}),
    ("xgboost", "pseudo_huber", {"delta": 0.75}, "reg:pseudohubererror", {"huber_slope": 0.75}),
    ("xgboost", "huber", {"delta": 0.75}, None, {}),
    ("xgboost", "mape", {}, None, {}),
    ("xgboost", "expectile", {}, None, {}),
    ("lightgbm", "mse", {}, "regression", {}),
    ("lightgbm", "mae", {}, "regression_l1", {}),
    ("lightgbm", "mape", {}, "mape", {}),
    ("lightgbm", "bce", {}, "binary", {}),
    ("lightgbm", "bce", {"pos_weight": 2.5}, "binary", {"scale_pos_weight": 2.5}),
    ("lightgbm", "bce", {"label_smoothing": 0.1}, None, {}),
    ("lightgbm", "poisson", {}, "poisson", {}),
    ("lightgbm", "gamma_deviance", {}, "gamma", {}),
    ("lightgbm", "tweedie", {"power": 1.25}, "tweedie", {"tweedie_variance_power": 1.25}),
    ("lightgbm", "tweedie", {"power": 2}, None, {}),
    ("lightgbm", "quantile", {"q": 0.3}, "quantile", {"alpha": 0.3}),
    ("lightgbm", "huber", {"delta": 0.75}, "huber", {"alpha": 0.75}),
    ("lightgbm", "pseudo_huber", {"delta": 0.75}, None, {}),
    ("lightgbm", "hinge", {}, None, {}),
    ("lightgbm", "msle", {}, None, {}),
]


def owned(code: str) -> tuple[str | None, dict[str, float]]:
    """The library's own objective that a comment names, and the parameters that go with it."""
    said = re.search(r'has one of its own: objective="([^"]+)"(.*)\.$', code, re.MULTILINE)
    if said is None:
        return None, {}
    return said[1], {key: float(value) for key, value in re.findall(r"(\w+)=([-\d.e]+)", said[2])}


@pytest.mark.parametrize(("library", "name", "params", "objective", "given"), OWN)
def test_the_library_s_own_objective_is_named_where_it_is_the_same_loss(
    library: str, name: str, params: dict[str, Any], objective: str | None, given: dict[str, float]
) -> None:
    found = owned(losscli.code(name, library, **params))
    assert found == (objective, given)
    if objective is not None:
        own = OBJECTIVES[library][objective].parameters
        assert set(given) <= set(own)
        assert set(given) <= set(KEYWORDS[library]) | {
            "huber_slope",
            "quantile_alpha",
            "tweedie_variance_power",
        }
        assert all(own[key][0] <= value < own[key][1] for key, value in given.items())


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_objective_named_is_the_library_s_with_the_parameters_that_it_needs(library: str) -> None:
    named: set[str] = set()
    for name in NAMES:
        try:
            objective, given = owned(losscli.code(name, library))
        except LosscliError as why:
            said = re.search(r'its own objective is "([^"]+)"', str(why.hint))
            objective, given = (said[1] if said else None), {}
        if objective is not None:
            own = OBJECTIVES[library][objective].parameters
            assert set(given) == set(own) - {"scale_pos_weight"}, name
            named.add(objective)
    assert named == set(OBJECTIVES[library])


@pytest.mark.parametrize(
    ("name", "params", "link", "by_way"),
    [
        ("mse", {}, None, False),
        ("huber", {}, None, True),
        ("quantile", {"q": 0.3}, None, True),
        ("bce", {}, "np.exp(-np.logaddexp(0, -z))", False),
        ("hinge", {}, None, True),
        ("poisson", {}, "np.exp(z)", False),
        ("msle", {}, "np.expm1(z)", False),
        ("tweedie", {"power": 1.5}, "np.exp(z)", False),
        ("tweedie", {"power": 0}, None, False),
    ],
)
@pytest.mark.parametrize("library", LIBRARIES)
def test_comments_say_what_holds_and_nothing_else(
    name: str, params: dict[str, Any], link: str | None, by_way: bool, library: str
) -> None:
    notes = snippet(loss_of(name), library, params).notes
    said = " ".join(notes)
    assert ("a raw score z" in said) == (link is not None)
    if link is not None:
        assert f"model.predict(X) is the prediction, {link}." in said
    assert ("hess is |grad| over the way" in said) == by_way
    title, other = ("XGBoost", "LightGBM") if library == "xgboost" else ("LightGBM", "XGBoost")
    assert title in notes[0]
    assert notes[0].endswith("its estimator starts at the best constant.")
    assert other not in said


@pytest.mark.parametrize("library", LIBRARIES)
def test_an_objective_s_parameters_are_its_arguments(library: str) -> None:
    code = losscli.code("huber", library, delta=1.5)
    with pytest.MonkeyPatch.context() as patch:
        booster(patch, library)
        names = run(code, REALS, Z)
    np.testing.assert_allclose(
        names["huber_objective"](REALS, Z, delta=2.5)[0], np.clip(E, -2.5, 2.5), rtol=1e-15
    )
