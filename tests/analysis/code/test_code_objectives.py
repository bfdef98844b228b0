"""Objectives of XGBoost and LightGBM: the registry's gradient and differences of it; no booster is needed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.boosters import LEAST_HESSIANS, booster
from support.inputs import NAMES, cases, loss_of
from support.snippets_running import run

import losscli
from losscli import LosscliError
from losscli.analysis.code import boosters, snippet
from losscli.analysis.code.forms import LINKS

BOOSTERS = ("xgboost", "lightgbm")


def boosted() -> list[str]:
    names = []
    for name in NAMES:
        try:
            snippet(loss_of(name), "xgboost", {})
        except LosscliError:
            continue
        names.append(name)
    return names


BOOSTED = boosted()
# d prediction / d raw score, for the links that a snippet's comment names
SLOPES = {
    "1 / (1 + np.exp(-z))": lambda p: p * (1 - p),
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
    case = data.draw(cases(loss, wide=False, rows=(3, 6), given_params=raw))
    n = len(case)
    if any(np.size(value) > 1 for value in case.params.values()):
        with pytest.raises(LosscliError, match="predicts one column"):
            snippet(loss_of(name), library, case.params)
        return
    y_true = case.y_true.reshape(n, -1)[:, 0]
    # raw scores that are no kink's, whatever the case's predictions are
    z = np.random.default_rng(n).uniform(-2, 2, n) + 0.0123
    made = snippet(loss_of(name), library, case.params)
    with pytest.MonkeyPatch.context() as patch:
        estimators = booster(patch, library)
        names = run(made.code, y_true, z)
        objective = names.get("objective") or names[f"{name}_objective"]
        ahead, behind = (objective(y_true, z + step)[0] for step in (1e-6, -1e-6))
    linked = any("the prediction is" in note for note in made.notes)
    prediction, slope = z, 1.0
    if linked and not raw:
        prediction = eval(LINKS[name], {"np": np, "z": z})
        slope = SLOPES[LINKS[name]](prediction)
    elif name == "msle":
        prediction = z
    gradient = losscli.gradient(name, y_true, prediction, **case.params)
    assert not np.isnan(gradient).any()
    np.testing.assert_allclose(names["grad"], gradient * slope, rtol=1e-9, atol=1e-12, err_msg=made.code)
    curvature = (ahead - behind) / 2e-6
    if "np.ones_like" in made.code:
        np.testing.assert_allclose(curvature, 0, atol=1e-6)
        np.testing.assert_array_equal(names["hess"], 1.0)
    else:
        floored = np.maximum(curvature, boosters.FLOOR) if "np.maximum(hess" in made.code else curvature
        np.testing.assert_allclose(names["hess"], floored, rtol=1e-5, atol=1e-6, err_msg=made.code)
    assert (names["hess"] > 0).all()
    (given_to,) = estimators
    assert given_to["objective"] is objective
    lowering, least = LEAST_HESSIANS[library]
    lowered = lowering & set(given_to)
    assert {given_to[keyword] for keyword in lowered} <= {0}
    assert lowered or names["hess"].min() >= least, "one row alone might not be a leaf"


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
