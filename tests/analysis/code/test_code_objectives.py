"""Objectives of XGBoost and LightGBM: the registry's gradient and differences of it; no booster is needed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.boosters import booster
from support.inputs import NAMES, cases, loss_of
from support.snippets_running import run

import losscli
from losscli import LosscliError
from losscli.analysis.code import snippet
from losscli.analysis.code.slopes import score_of

BOOSTERS = ("xgboost", "lightgbm")


def named(name: str) -> dict[str, float]:
    """Every number that is a parameter: some losses are refused unless theirs is given."""
    return {p.name: p.default for p in loss_of(name).parameters.values() if isinstance(p.default, float)}


def boosted() -> list[str]:
    names = []
    for name in NAMES:
        try:
            snippet(loss_of(name), "xgboost", named(name))
        except LosscliError:
            continue
        names.append(name)
    return names


BOOSTED = boosted()
# d prediction / d raw score, for the links that a snippet's comment names
SLOPES = {
    "np.exp(-np.logaddexp(0, -z))": lambda p: p * (1 - p),
    "np.exp(z)": lambda p: p,
    "np.expm1(z)": lambda p: p + 1,
}


@pytest.mark.parametrize("library", BOOSTERS)
@pytest.mark.parametrize("name", BOOSTED)
@given(data=st.data())
def test_an_objective_s_gradient_is_the_registry_s_and_its_hessian_the_gradient_s(
    name: str, library: str, data: Any
) -> None:
    loss = loss_of(name)
    raw = {key: True for key in ("from_logits", "from_log") if key in loss.parameters}
    fixed = raw if loss.classes is None else {**raw, loss.classes: False}  # boosters predict one column
    case = data.draw(cases(loss, wide=False, rows=(3, 6), given_params=fixed))
    n = len(case)
    if any(np.size(value) > 1 for value in case.params.values()):
        with pytest.raises(LosscliError, match="predicts one column"):
            snippet(loss_of(name), library, case.params)
        return
    y_true = case.y_true.reshape(n, -1)[:, 0]
    # raw scores that are no kink's, whatever the case's predictions are
    z = np.random.default_rng(n).uniform(-2, 2, n) + 0.0123
    made = snippet(loss, library, {**named(name), **case.params})
    with pytest.MonkeyPatch.context() as patch:
        estimators = booster(patch, library)
        names = run(made.code, y_true, z)
        objective = names[f"{name}_objective"]
        ahead, behind = (objective(y_true, z + step)[0] for step in (1e-6, -1e-6))
        scaled = names["scaled_objective"](y_true, z)
    link = score_of(loss, made.params).code
    prediction, slope = z, 1.0
    if link and not raw:
        prediction = eval(link, {"np": np, "z": z})
        slope = SLOPES[link](prediction)
    gradient = losscli.gradient(name, y_true, prediction, **case.params)
    assert not np.isnan(gradient).any()
    np.testing.assert_allclose(names["grad"], gradient * slope, rtol=1e-9, atol=1e-12, err_msg=made.code)
    if "gap =" not in made.code:
        curvature = (ahead - behind) / 2e-6
        np.testing.assert_allclose(names["hess"], curvature, rtol=1e-5, atol=1e-6, err_msg=made.code)
    # what the library is given is both by one number: the same steps, of hessians above 0
    unit = np.abs(names["hess"]).max(initial=1e-16) / scaled[1].max()
    np.testing.assert_allclose(scaled[0] * unit, names["grad"], rtol=1e-9, atol=1e-300)
    np.testing.assert_allclose(scaled[1] * unit, np.maximum(np.abs(names["hess"]), 1e-16), rtol=1e-9)
    assert (scaled[1] > 0).all()
    (options,) = estimators
    assert options["objective"] is names["scaled_objective"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("triplet", "predicts one number a row; triplet takes 3 vectors a row"),
        ("cce", "predicts one number a row; cce takes a vector a row"),
        ("dice", "adds up a loss a row; dice is one value from all rows"),
        ("cox", "takes a loss a row; cox compares rows with one another"),
        ("zero_one", "follows a gradient; zero_one is flat almost everywhere"),
    ],
)
@pytest.mark.parametrize("library", BOOSTERS)
def test_a_loss_that_is_no_objective_is_refused_with_the_reason(library: str, name: str, why: str) -> None:
    with pytest.raises(LosscliError, match=why):
        losscli.code(name, library)
