"""What `losscli code` writes for a framework, run in that framework where it is installed.

A loss written out gives the registry's number for whatever is drawn. A framework's own call does so too, but
for what its comment says: where it clips or refuses data, the case is left out.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.inputs import NAMES, Case, loss_of
from support.snippets_running import accepts, asked, definition, departs, handed, run, way_of, written

import losscli
from losscli import LosscliError
from losscli.analysis.code import snippet
from losscli.losses.domain import Array

pytestmark = pytest.mark.filterwarnings("ignore")  # theirs
NEEDED = {"torch": ["torch"], "keras": ["keras", "jax"], "optax": ["optax", "jax"], "sklearn": ["sklearn"]}
# The first of these compile each operation for each shape they meet.
EXAMPLES = {"keras": 4, "optax": 4, "torch": 8, "sklearn": 8}
SINGLE = {"keras", "optax"}


def single(array: Array) -> Array:
    return array.astype(np.int32 if array.dtype.kind == "i" else np.float32)


def converter(library: str) -> Callable[[Array], Any]:
    """How the framework is handed an array."""
    if library == "torch":
        from_numpy: Callable[[Array], Any] = importlib.import_module("torch").from_numpy
        return lambda array: from_numpy(np.ascontiguousarray(array))
    if library in SINGLE:
        asarray = importlib.import_module("jax.numpy").asarray
        return lambda array: asarray(single(array))
    return lambda array: array


@pytest.mark.parametrize("library", NEEDED)
@pytest.mark.parametrize("name", NAMES)
def test_code_gives_the_registry_s_number(name: str, library: str) -> None:
    missing = [module for module in NEEDED[library] if find_spec(module) is None]
    if missing:
        pytest.skip(f"{missing[0]} is not installed")
    os.environ.setdefault("KERAS_BACKEND", "jax")
    way, convert = way_of(name, library), converter(library)
    compared = 0

    @settings(max_examples=EXAMPLES[library])
    @given(st.data())
    def compare(data: Any) -> None:
        nonlocal compared
        case, reduction = data.draw(asked(name, library))
        made = written(case, library, reduction)
        wanted = definition(case, reduction)
        own = way if made.calls else None
        if wanted is None or (own is not None and (not accepts(case, own) or departs(case, own))):
            return
        compared += 1
        found = run(made.code, *handed(case, own), convert)["value"]
        exact = library == "sklearn" or (library == "torch" and own is None)
        slack = {"rtol": 1e-11, "atol": 1e-12} if exact else {"rtol": 3e-4, "atol": 3e-5}
        np.testing.assert_allclose(np.asarray(found, np.float64), wanted, **slack, err_msg=made.code)

    compare()
    if library in ("torch", "numpy"):
        assert compared >= 2, "what is drawn is nearly always left out"


@pytest.mark.parametrize("library", ["xgboost", "lightgbm"])
@pytest.mark.parametrize("name", ["mse", "mae", "huber", "quantile", "bce", "poisson", "tukey"])
def test_a_booster_learns_by_its_objective(name: str, library: str) -> None:
    if find_spec(library) is None or find_spec("sklearn") is None:
        pytest.skip(f"{library} is not installed")
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 3))
    score = 2 * x[:, 0] + np.sin(3 * x[:, 1])
    y = {"bce": (score > 0) * 1.0, "poisson": rng.poisson(np.exp(score / 2)) * 1.0}.get(
        name, score + 0.3 * rng.normal(size=300)
    )
    names = run(snippet(loss_of(name), library, {}).code, y, np.zeros(300))
    model = names["model"].set_params(n_estimators=60, **({"verbose": -1} if library == "lightgbm" else {}))
    raw = np.asarray(model.fit(x, y).predict(x), np.float64)
    by_raw = {"bce": {"from_logits": True}, "poisson": {"from_log": True}}.get(name, {})
    before, after = (losscli.compute(name, y, p, **by_raw).value for p in (np.zeros(300), raw))
    assert after < before - 0.2 * abs(before)


@pytest.mark.parametrize("name", NAMES)
def test_torch_s_code_has_the_registry_s_gradient(name: str) -> None:
    if find_spec("torch") is None:
        pytest.skip("torch is not installed")
    torch = importlib.import_module("torch")
    loss = loss_of(name)
    if loss.slope is None:
        return  # flat: there is none to hold it against

    @settings(max_examples=6)
    @given(st.data())
    def compare(data: Any) -> None:
        case, _ = data.draw(asked(name, "torch"))
        made = written(case, "torch", "mean")
        wanted = gradient_of(case)
        if wanted is None or made.calls or not np.isfinite(wanted).all():
            return
        y_true, y_pred = handed(case, None)
        leaf = torch.tensor(y_pred, requires_grad=True)
        names = {"y_true": None if y_true is None else torch.tensor(y_true), "y_pred": leaf}
        exec(made.code, names)
        value: Any = names["value"]
        if not value.requires_grad:  # no pair, or nothing that y_pred moves
            np.testing.assert_array_equal(wanted, 0)
            return
        value.backward()
        np.testing.assert_allclose(leaf.grad.numpy(), wanted, rtol=1e-8, atol=1e-10, err_msg=made.code)

    compare()


def gradient_of(case: Case) -> Array | None:
    """d(mean)/d(y_pred) by the registry; None where it refuses the case."""
    try:
        slope = losscli.gradient(case.loss.name, case.y_true, case.y_pred, **case.params)
        counted = losscli.compute(case.loss.name, case.y_true, case.y_pred, **case.params)
    except LosscliError:
        return None
    rowwise = counted.kind == "sample"
    return slope / (counted.divisor or 1.0) if rowwise else slope
