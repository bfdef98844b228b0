"""Arrays of several axes, held against the frameworks themselves: classes on either axis, labels left out."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import pytest

import losscli
from losscli.catalogue.find import lookup
from losscli.frameworks import live
from losscli.frameworks.convention import convention

pytestmark = pytest.mark.filterwarnings("ignore")  # theirs
RNG = np.random.default_rng(53)
LOGITS = RNG.normal(size=(3, 5, 4))
PROBABILITIES = np.exp(LOGITS) / np.exp(LOGITS).sum(-1, keepdims=True)
INDEX = RNG.integers(0, 4, (3, 5))
PADDED = np.where(RNG.random((3, 5)) < 0.4, -1, INDEX)
HOT, SOFT = np.eye(4)[INDEX], RNG.dirichlet(np.ones(4), (3, 5))
MAPS = RNG.normal(size=(2, 3, 4, 5))
PIXELS = np.where(RNG.random((2, 4, 5)) < 0.3, 255, RNG.integers(0, 3, (2, 4, 5)))
MASK = (RNG.random((2, 1, 4, 5)) < 0.5).astype(float)


def first(array: Any) -> Any:
    return np.moveaxis(array, -1, 1)


CASES: dict[str, tuple[str, Any, Any, dict[str, Any], str]] = {
    "tokens": ("scce", INDEX, LOGITS, {"from_logits": True}, "keras torch optax"),
    "tokens, classes first": ("scce", INDEX, first(LOGITS), {"from_logits": True}, "keras torch optax"),
    "tokens, padded": ("scce", PADDED, LOGITS, {"from_logits": True, "ignore_class": -1}, "keras torch"),
    "probabilities": ("scce", INDEX, first(PROBABILITIES), {}, "keras torch optax"),
    "pixels": ("scce", PIXELS, MAPS, {"from_logits": True, "ignore_index": 255}, "keras torch"),
    "smoothed": (
        "scce",
        PIXELS,
        MAPS,
        {"from_logits": True, "ignore_index": 255, "label_smoothing": 0.1, "class_weight": [0.5, 2.0, 1.0]},
        "torch",
    ),
    "log-probabilities": ("nll", INDEX, np.log(PROBABILITIES), {}, "torch"),
    "one-hot": ("cce", HOT, LOGITS, {"from_logits": True, "label_smoothing": 0.1}, "keras torch optax"),
    "one-hot, classes first": ("cce", first(HOT), first(LOGITS), {"from_logits": True}, "keras torch optax"),
    "soft": ("cce", first(SOFT), first(PROBABILITIES), {"class_axis": 1}, "keras torch optax"),
    "divergence": ("kld", first(SOFT), first(PROBABILITIES), {"class_axis": 1}, "keras torch optax"),
    "mask": ("bce", MASK, RNG.normal(size=MASK.shape), {"from_logits": True}, "keras torch optax"),
}
RUNS = [(name, like) for name, case in CASES.items() for like in case[4].split()]


CODED = [
    (name, like)
    for name, like in RUNS
    if CASES[name][0] in ("cce", "scce", "kld") and CASES[name][3].keys() & {"class_axis", "ignore_class"}
]


@pytest.mark.parametrize(("name", "like"), CODED, ids=[f"{like}, {name}" for name, like in CODED])
def test_a_snippet_takes_the_arrays_as_they_stand(name: str, like: str) -> None:
    loss, true, pred, params, _ = CASES[name]
    way = convention(lookup(loss), like)
    if missing := live.not_installed(way):
        pytest.skip(f"{missing} is not installed")
    live.version(way)  # which chooses a backend for Keras
    style = way.framework.style
    modules = {name: import_module(module) for name, module in style.imports.items()}
    given = {**params, "class_axis": params.get("class_axis", -1)}
    names: dict[str, Any] = {
        "y_true": style.hand_over(modules, true),
        "y_pred": style.hand_over(modules, pred),
    }
    exec(losscli.code(loss, framework=like, **given), names)
    wanted = losscli.compute(loss, true, pred, **params).value
    assert float(names["value"]) == pytest.approx(wanted, rel=1e-6 if way.float32 else 1e-12, abs=0)


@pytest.mark.parametrize(("name", "like"), RUNS, ids=[f"{like}, {name}" for name, like in RUNS])
def test_a_call_on_positions_is_what_parity_says(name: str, like: str) -> None:
    loss, true, pred, params, _ = CASES[name]
    if missing := live.not_installed(convention(lookup(loss), like)):
        pytest.skip(f"{missing} is not installed")
    made = losscli.parity(loss, true, pred, live=True, **params)
    (row,) = [row for row in made.rows if row.framework == like]
    assert row.verified, (row.takes, row.live_note, row.value, row.live)
