"""What is written for XGBoost and LightGBM trains: by a stand-in that grows trees of one split."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.boosters import booster
from support.inputs import NAMES, loss_of
from support.snippets_running import run

import losscli
from losscli import LosscliError
from losscli.losses.domain import Array

LIBRARIES = ("xgboost", "lightgbm")
# Parameters that must suit the data: those that the errors are measured with.
SUITED: dict[str, dict[str, Any]] = {
    "cauchy": {"scale": 60.0},
    "geman_mcclure": {"scale": 60.0},
    "linex": {"a": 0.02},
    "tukey": {"c": 200.0},
    "welsch": {"scale": 80.0},
}
BOOSTED = [
    name
    for name in NAMES
    if (loss := loss_of(name)).kind == "sample"
    and loss.slope is not None
    and loss.constant != "none"
    and loss.signature.y_pred.grain in ("entry", "scalar")
    and loss.signature.y_pred.means != "score"
]
SIDE = np.repeat([0.0, 1.0], 30)[:, None]  # the one feature


def truth_of(name: str) -> Array:
    """Amounts about 50 and 250, or labels of which 20 % and 90 % are 1."""
    true = loss_of(name).signature.y_true
    assert true is not None
    if true.means == "label":
        ones = np.r_[np.arange(30) < 6, np.arange(30) < 27]
        return np.where(ones, 1.0, -1.0 if true.values == (-1.0, 1.0) else 0.0)
    rng = np.random.default_rng(3)
    return np.r_[rng.gamma(25, 2, 30), rng.gamma(25, 10, 30)].round()


def least(name: str, y: Array) -> float:
    """The least value of a constant, of many tried: the independent truth."""
    pred = loss_of(name).signature.y_pred
    tried = np.unique(np.r_[y, y.mean(), np.linspace(-3, 3, 241), np.linspace(20, 500, 241)])
    tried = tried[(tried > pred.low) & (tried < pred.high)]
    true, constants = (side.ravel() for side in np.meshgrid(y, tried))
    rows = losscli.compute(name, true, constants, reduction="none", **SUITED.get(name, {})).per_sample
    return float(np.asarray(rows).reshape(len(tried), len(y)).mean(axis=1).min())


def fitted(monkeypatch: pytest.MonkeyPatch, name: str, library: str, y: Array) -> Any:
    booster(monkeypatch, library)
    code = losscli.code(name, library, **SUITED.get(name, {}))
    return run(code, y, np.full(len(y), 0.5))["model"].fit(SIDE[: len(y)], y)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("name", BOOSTED)
def test_each_side_comes_to_its_best_constant(
    name: str, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    y = truth_of(name)
    predicted = fitted(monkeypatch, name, library, y).predict(SIDE)
    value = losscli.compute(name, y, predicted, **SUITED.get(name, {})).value
    one, two = least(name, y), np.mean([least(name, y[:30]), least(name, y[30:])])
    assert one - value > 0.8 * (one - two), f"{value}: one constant has {one}, one a side {two}"


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(
    ("name", "best"),
    [
        ("mse", np.mean),
        ("poisson", np.mean),
        ("gamma_deviance", np.mean),
        ("msle", lambda y: np.expm1(np.log1p(y).mean())),
        ("bce", np.mean),
        ("brier", np.mean),
        ("soft_margin", lambda y: np.log(y.mean() / (1 - y.mean()))),
        ("exponential", lambda y: np.log(y.mean() / (1 - y.mean())) / 2),
    ],
)
def test_before_a_tree_it_predicts_the_best_constant(
    name: str, best: Any, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("support.boosters.LEARNS", dict.fromkeys(LIBRARIES, (0.1, 0.0, 1.0, 0)))
    y = truth_of(name)[:45]
    constant = fitted(monkeypatch, name, library, y).predict(SIDE[:45])
    np.testing.assert_allclose(constant, best(y), rtol=1e-5)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("name", ["mae", "huber", "quantile", "mse", "logcosh", "cauchy"])
def test_steps_are_as_long_in_every_unit(name: str, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    y = truth_of(name)
    scale = {loss.scale.parameter} if (loss := loss_of(name)).scale else set()
    predicted = []
    for unit in (1e-6, 1.0, 1e6):
        booster(monkeypatch, library)
        code = losscli.code(name, library, **dict.fromkeys(scale, 60 * unit))
        model = run(code, y * unit, y * unit)["model"]
        predicted.append(model.fit(SIDE, y * unit).predict(SIDE) / unit)
    if name == "logcosh":  # squared where errors are small, straight where they are large
        predicted = predicted[1:]
    for other in predicted[1:]:
        np.testing.assert_allclose(other, predicted[0], rtol=0.02)  # float32's gradients decide ties


@pytest.mark.parametrize("library", LIBRARIES)
def test_weights_count(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    booster(monkeypatch, library)
    y = truth_of("mse")
    weight = np.tile([1.0, 0.0, 2.0], 20)
    model = run(losscli.code("mse", library), y, y)["model"]
    weighted = model.fit(SIDE, y, sample_weight=weight).predict(SIDE)
    for side in (slice(0, 30), slice(30, 60)):
        np.testing.assert_allclose(
            weighted[side], np.average(y[side], weights=weight[side]), rtol=2e-3
        )  # 100 steps near it


def test_lightgbm_s_sets_to_watch_start_at_the_constant_too(monkeypatch: pytest.MonkeyPatch) -> None:
    booster(monkeypatch, "lightgbm")
    module = __import__("lightgbm")
    seen: dict[str, Any] = {}
    monkeypatch.setattr(module.LGBMRegressor, "fit", lambda self, X, y, **options: seen.update(options))
    y = truth_of("mse")
    model = run(losscli.code("mse", "lightgbm"), y, y)["model"]
    model.fit(SIDE, y, eval_set=[(SIDE[:7], y[:7])])
    np.testing.assert_allclose(seen["eval_init_score"], [np.full(7, y.mean())], rtol=1e-6)
    model.fit(SIDE, y)
    assert seen["eval_init_score"] is None


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("perceptron", "a constant 0 costs nothing"),
        ("wasserstein", "falls without end"),
        ("tukey", "from errors much larger than c"),
        ("welsch", "from errors much larger than scale"),
        ("geman_mcclure", "from errors much larger than scale"),
        ("cauchy", "from errors much larger than scale"),
        ("linex", "more than float32 holds"),
    ],
)
def test_where_boosting_cannot_work_a_sentence_stands_for_the_code(name: str, why: str, library: str) -> None:
    with pytest.raises(LosscliError, match=why) as error:
        losscli.code(name, library)
    if name in SUITED:
        (parameter,) = SUITED[name]
        assert error.value.hint == f"give a value that suits your errors: -p {parameter}=…"
        assert f"{parameter}={SUITED[name][parameter]}" in losscli.code(name, library, **SUITED[name])


def test_a_family_is_refused_where_its_shape_lets_go_of_far_rows() -> None:
    assert "alpha=1.0" in losscli.code("barron", "xgboost")
    for alpha in (0, -2, float("-inf")):
        with pytest.raises(LosscliError, match="much larger than scale"):
            losscli.code("barron", "xgboost", alpha=alpha)
