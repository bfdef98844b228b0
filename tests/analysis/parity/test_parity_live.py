"""Parity with `--live`, without the frameworks: stand-ins take their place and note what they are handed."""

from __future__ import annotations

import json
import math
import os
import sys
from importlib.machinery import ModuleSpec
from math import inf, nan
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from support.close import close
from support.requests import request

import losscli
from losscli.analysis.parity import gather
from losscli.batch import arrays_stream
from losscli.catalogue import registry
from losscli.frameworks import live
from losscli.frameworks.convention import convention
from losscli.render import render
from losscli.results.parity import Parity, ParityRow


def way(loss: str, like: str) -> Any:
    return convention(registry.get(loss), like)


def row(table: Parity, framework: str) -> ParityRow:
    return next(row for row in table.rows if row.framework == framework)


@pytest.fixture
def torch_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = ("torch", "keras")
    monkeypatch.setattr(
        live, "not_installed", lambda way: None if way.framework.name in installed else way.framework.name
    )
    monkeypatch.setattr(live, "version", lambda way: "9.9")


@pytest.mark.usefixtures("torch_alone")
@pytest.mark.parametrize(
    ("framework", "true", "given", "verified"),
    [
        ("torch", [0.0, 1.0], 0.5, True),
        ("torch", [0.0, 1.0], 0.5 * (1 + 5e-13), True),
        ("torch", [0.0, 1.0], 0.5 * (1 + 3e-12), False),
        ("torch", [0.0, 1.0], -0.5, False),
        ("torch", [0.0, 1.0], nan, False),
        ("torch", [0.0, 1.0], inf, False),
        ("torch", [0.0, 2.0], 5e-15, True),
        ("torch", [0.0, 2.0], 5e-14, False),
        ("keras", [0.0, 1.0], 0.5 * (1 + 5e-6), True),
        ("keras", [0.0, 1.0], 0.5 * (1 - 3e-5), False),
        ("keras", [0.0, 2.0], 5e-8, True),
        ("keras", [0.0, 2.0], 5e-7, False),
    ],
)
def test_a_measured_number_is_verified_within_the_precision(
    framework: str, true: list[float], given: float, verified: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "run", lambda way, code, arrays: given)
    table = losscli.parity("mse", true, [0.0, 2.0], live=True)
    found = row(table, framework)
    np.testing.assert_equal(found.live, given)
    np.testing.assert_equal(found.live_difference, given - (found.value or 0.0))
    assert (found.verified, found.live_version, found.live_note) == (verified, "9.9", None)
    assert row(table, "sklearn").live_note == "sklearn is not installed"
    assert (row(table, "sklearn").live, row(table, "sklearn").live_version) == (None, None)
    page = render(table, "plain", width=100)
    measured = page.partition("Run here")[2].splitlines()
    (line,) = (line for line in measured if row(table, framework).title in line)
    assert ("verified" in line, "another number" in line) == (verified, not verified)
    assert "sklearn is not installed" in next(line for line in measured if "scikit-learn" in line)
    entry = next(e for e in json.loads(render(table, "json"))["rows"] if e["framework"] == framework)
    value = given if math.isfinite(given) else str(given)
    assert (entry["live"], entry["verified"], entry["live_version"]) == (value, verified, "9.9")
    assert json.loads(render(table, "json"))["live"] is True


@pytest.mark.usefixtures("torch_alone")
@pytest.mark.parametrize(
    ("true", "value", "given", "verified"),
    [
        ([1.0, 0.0], inf, inf, True),
        ([1.0, 0.0], inf, -inf, False),
        ([1.0, 0.0], inf, 1e308, False),
        ([0.0, 1.0], nan, nan, True),
        ([0.0, 1.0], nan, 0.0, False),
    ],
)
def test_infinities_and_nan_agree_with_themselves(
    true: list[float], value: float, given: float, verified: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "run", lambda way, code, arrays: given)
    found = row(losscli.parity("kld", [true], [[0.0, 1.0]], live=True), "torch")
    np.testing.assert_equal(found.value, value)
    assert found.verified == verified


@pytest.mark.usefixtures("torch_alone")
def test_a_call_that_fails_says_its_first_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(error: Exception) -> Any:
        def run(way: Any, code: str, arrays: Any) -> float:
            raise error

        return run

    for error, words in (
        (RuntimeError("no kernel\nfor this"), "the call failed: no kernel"),
        (KeyError(), "the call failed: KeyError"),
    ):
        monkeypatch.setattr(live, "run", failing(error))
        found = row(losscli.parity("mse", [0.0], [1.0], live=True), "torch")
        assert (found.live, found.live_version, found.live_note) == (None, "9.9", words)
        assert (found.verified, found.live_difference) == (False, None)


@pytest.mark.usefixtures("torch_alone")
def test_where_there_is_nothing_to_run_nothing_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(way: Any, code: str, arrays: Any) -> float:
        raise AssertionError(code)

    monkeypatch.setattr(live, "run", never)
    monkeypatch.setattr(live, "not_installed", lambda way: None if way.framework.name == "torch" else "it")
    table = losscli.parity("bce", [1, 0], [0.5, 0.5], live=True, label_smoothing=0.5)
    found = row(table, "torch")
    assert (found.live, found.live_version, found.live_note, found.verified) == (None, "9.9", None, False)
    page = render(
        losscli.parity("bce", [1, 0], [0.5, 0.5], live=True, label_smoothing=0.5), "plain", width=100
    )
    assert "nothing to run" in page


def gathered(loss: str, like: str, true: Any, pred: Any, weight: Any = None, **given: Any) -> live.LiveArrays:
    return gather(request(loss, **given), arrays_stream(true, {"y_pred": pred}, weight), way(loss, like))


def test_rows_are_gathered_in_the_definition_s_layout() -> None:
    found = gathered("scce", "torch", [1.0, 0.0], [[0.5, 0.5], [1.0, 0.0]], [1.0, 2.0])
    assert found.y_true is not None
    assert (found.y_true.dtype, found.y_true.tolist()) == (np.int64, [1, 0])
    assert found.y_pred.tolist() == [[0.5, 0.5], [1.0, 0.0]]
    assert found.sample_weight is not None
    assert found.sample_weight.tolist() == [1.0, 2.0]
    column = gathered("scce", "torch", [[1.0], [0.0]], [[0.5, 0.5], [1.0, 0.0]])
    assert column.y_true is not None
    assert column.y_true.tolist() == [1, 0]
    assert column.sample_weight is None
    labels = gathered("ctc", "torch", [[1.0, -1.0]], [[[0.0, 1.0]]])
    assert labels.y_true is not None
    assert (labels.y_true.dtype, labels.y_true.tolist()) == (np.int64, [[1, -1]])
    points = gathered("triplet", "torch", None, [[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]])
    assert points.y_true is None
    assert points.y_pred.tolist() == [[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]]
    plain = gathered("mse", "torch", [1.0], [2.0])
    assert plain.y_true is not None
    assert plain.y_true.dtype == np.float64


def test_missing_rows_and_class_weights_are_the_engine_s() -> None:
    found = gathered(
        "bce",
        "sklearn",
        [1.0, 0.0, nan, 1.0],
        [0.5, 0.25, 0.5, 0.75],
        [1.0, 2.0, 3.0, 4.0],
        missing="drop",
        class_weight={0: 5.0, 1: 1.0},
    )
    assert found.y_true is not None
    assert found.sample_weight is not None
    assert (found.y_true.tolist(), found.y_pred.tolist()) == ([1.0, 0.0, 1.0], [0.5, 0.25, 0.75])
    assert found.sample_weight.tolist() == [1.0, 10.0, 4.0]


def module(name: str, **held: Any) -> ModuleType:
    made = ModuleType(name)
    made.__spec__ = ModuleSpec(name, None)
    made.__dict__.update(held)
    return made


class Handed:
    """Keeps what a stand-in was called with."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def __call__(self, *arrays: Any, **keywords: Any) -> float:
        self.seen = [*arrays, keywords]
        return 2.5


@pytest.fixture
def stand_ins(monkeypatch: pytest.MonkeyPatch) -> Handed:
    handed = Handed()
    tensor = lambda array: ("tensor", array)  # noqa: E731
    of_torch = SimpleNamespace(MSELoss=lambda: handed)
    fakes = {
        "keras": module(
            "keras",
            __version__="3.15",
            losses=SimpleNamespace(MeanSquaredError=lambda: handed),
            backend=SimpleNamespace(backend=lambda: "jax"),
        ),
        "torch": module("torch", __version__="2.13", from_numpy=tensor, nn=of_torch),
        "optax": module("optax", __version__="0.2", squared_error=handed),
        "jax": module("jax"),
        "jax.numpy": module("jax.numpy", asarray=lambda array: ("jax", array), mean=lambda value: value),
        "tensorflow": module("tensorflow", constant=lambda array: ("tf", array)),
        "tensorflow_addons": module(
            "tensorflow_addons", losses=SimpleNamespace(ContrastiveLoss=lambda reduction: handed)
        ),
        "sklearn": module("sklearn", __version__="1.9"),
        "sklearn.metrics": module("sklearn.metrics", mean_squared_error=handed),
    }
    fakes["sklearn"].metrics = fakes["sklearn.metrics"]  # type: ignore[attr-defined]
    for name, fake in fakes.items():
        monkeypatch.setitem(sys.modules, name, fake)
    monkeypatch.setenv("KERAS_BACKEND", "")
    monkeypatch.delenv("KERAS_BACKEND")  # and put back as it was, whatever is set meanwhile
    return handed


ARRAYS = live.LiveArrays(np.array([1, 0], np.int64), np.array([0.1, 1.0]), None)


@pytest.mark.parametrize(
    ("loss", "like", "code", "kind"),
    [
        ("mse", "keras", "keras.losses.MeanSquaredError()(y_true, y_pred)", None),
        ("mse", "torch", "torch.nn.MSELoss()(y_true, y_pred)", "tensor"),
        ("mse", "optax", "jnp.mean(optax.squared_error(y_true, y_pred))", "jax"),
        ("contrastive", "tfa", "tfa.losses.ContrastiveLoss(reduction='sum')(y_true, y_pred)", "tf"),
        ("mse", "sklearn", "sklearn.metrics.mean_squared_error(y_true, y_pred)", None),
    ],
)
def test_a_framework_is_handed_its_own_type(
    stand_ins: Handed, loss: str, like: str, code: str, kind: str | None
) -> None:
    assert live.run(way(loss, like), code, ARRAYS) == 2.5
    *arrays, _ = stand_ins.seen
    if kind is not None:
        assert {found[0] for found in arrays} == {kind}
        arrays = [found[1] for found in arrays]
    single = like in ("keras", "optax", "tfa")
    assert arrays[0].dtype == (np.int32 if single else np.int64)
    assert arrays[1].dtype == (np.float32 if single else np.float64)
    assert arrays[1][0] == close(0.1, 1e-7)


@pytest.mark.usefixtures("stand_ins")
def test_a_version_is_the_framework_s_own() -> None:
    assert live.version(way("mse", "keras")) == "3.15 on jax"
    assert os.environ["KERAS_BACKEND"] == "jax"
    assert live.version(way("mse", "torch")) == "2.13"
    assert live.version(way("mse", "optax")) == "0.2"
    assert live.version(way("mse", "sklearn")) == "1.9"


@pytest.mark.parametrize(
    ("like", "there", "missing"),
    [
        ("keras", {"keras", "jax"}, None),
        ("keras", {"keras", "torch"}, None),
        ("keras", {"keras"}, "jax"),
        ("keras", {"torch", "jax"}, "keras"),
        ("torch", {"torch"}, None),
        ("torch", {"keras", "jax"}, "torch"),
        ("optax", {"optax", "jax"}, None),
        ("optax", {"optax"}, "jax"),
        ("optax", {"jax"}, "optax"),
        ("sklearn", {"sklearn"}, None),
        ("sklearn", set(), "sklearn"),
    ],
)
def test_the_first_package_that_is_not_there_is_named(
    like: str, there: set[str], missing: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "find_spec", lambda name: name if name in there else None)
    assert live.not_installed(way("mse", like)) == missing


def test_tensorflow_addons_needs_both_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    for there, missing in (
        ({"tensorflow_addons", "tensorflow"}, None),
        ({"tensorflow_addons"}, "tensorflow"),
        ({"tensorflow"}, "tensorflow_addons"),
    ):
        monkeypatch.setattr(live, "find_spec", lambda name, there=there: name if name in there else None)
        assert live.not_installed(way("contrastive", "tfa")) == missing
