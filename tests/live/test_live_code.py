"""What `losscli code` writes for a framework, run in that framework where it is installed.

A loss written out gives the registry's number for whatever is drawn. A framework's own call does so too, but
for what its comment says: where it clips or refuses data, the case is left out.
"""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.inputs import NAMES, Case, loss_of
from support.snippets_running import (
    accepts,
    asked,
    definition,
    departs,
    handed,
    of_example,
    run,
    way_of,
    written,
)

import losscli
from losscli import LosscliError
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


@pytest.mark.parametrize("library", NEEDED)
@pytest.mark.parametrize("name", NAMES)
def test_code_takes_the_example_as_its_page_has_it(name: str, library: str) -> None:
    missing = [module for module in NEEDED[library] if find_spec(module) is None]
    if missing:
        pytest.skip(f"{missing[0]} is not installed")
    os.environ.setdefault("KERAS_BACKEND", "jax")
    made, y_true, y_pred, wanted = of_example(name, library)
    value = run(made.code, y_true, y_pred, converter(library))["value"]
    slack = {"rtol": 1e-5, "atol": 1e-6} if library in SINGLE else {"rtol": 1e-12, "atol": 1e-14}
    np.testing.assert_allclose(np.asarray(value, np.float64), wanted, **slack, err_msg=made.code)


# Parameters that must suit the diabetes data's errors.
SUITED: dict[str, dict[str, Any]] = {
    "cauchy": {"scale": 50.0},
    "geman_mcclure": {"scale": 60.0},
    "linex": {"a": 0.02},
    "tukey": {"c": 200.0},
    "welsch": {"scale": 80.0},
}


def classic(name: str) -> tuple[Array, Array]:
    """The diabetes data, or for labels the breast cancer data."""
    datasets = importlib.import_module("sklearn.datasets")
    true = loss_of(name).signature.y_true
    if true.means != "label":
        return datasets.load_diabetes(return_X_y=True)
    x, y = datasets.load_breast_cancer(return_X_y=True)
    return x, np.where(y == 1, 1.0, -1.0 if true.values == (-1.0, 1.0) else 0.0)


def own_objective(name: str, library: str, code: str, x: Array, y: Array) -> Array | None:
    """What the library's own objective predicts, as the loss takes it; None where it has none."""
    said = re.search(r'has one of its own: objective="([^"]+)"(.*)\.$', code, re.MULTILINE)
    if said is None or name in ("hinge", "pseudo_huber"):  # labels; and XGBoost's diverges in this unit
        return None
    module = importlib.import_module(library)
    made = module.XGBRegressor if library == "xgboost" else module.LGBMRegressor
    options = {key: float(value) for key, value in re.findall(r"(\w+)=([-\d.e]+)", said[2])}
    model = made(objective=said[1], n_jobs=1, **options, **({"verbose": -1} if library == "lightgbm" else {}))
    return np.asarray(model.fit(x, y).predict(x), np.float64)


@pytest.mark.parametrize("library", ["xgboost", "lightgbm"])
@pytest.mark.parametrize("name", NAMES)
def test_a_booster_learns_by_its_objective(name: str, library: str) -> None:
    """By half better than the best constant, and no worse than 1.3 times what the library's own reaches."""
    if find_spec(library) is None or find_spec("sklearn") is None:
        pytest.skip(f"{library} is not installed")
    params = SUITED.get(name, {})
    try:
        code = losscli.code(name, library, **params)
    except LosscliError:
        return  # with a sentence instead of the code
    x, y = classic(name)
    model = run(code, y, np.zeros(len(y)))["model"]
    model.set_params(n_jobs=1, **({"verbose": -1} if library == "lightgbm" else {}))
    predicted = np.asarray(model.fit(x, y).predict(x), np.float64)

    def value(prediction: Array) -> float:
        return float(losscli.compute(name, y, prediction, **params).value)

    pred = loss_of(name).signature.y_pred
    tried = np.r_[np.quantile(y, np.linspace(0, 1, 21)), y.mean(), np.linspace(-2, 2, 21)]
    tried = tried[(tried > pred.low) & (tried < pred.high)]
    constant = min(value(np.full(len(y), one)) for one in tried)
    best = value(np.where(y > 0, y, 1e-300)) if name == "poisson" else 0.0  # the one whose least is not 0
    assert value(predicted) - best < 0.5 * (constant - best)
    own = own_objective(name, library, code, x, y)
    if own is not None:
        assert value(predicted) - best < 1.3 * (value(own) - best)


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
