"""parity where y_pred has several axes: each call gets the classes where it has them, and the same number."""

from typing import Any

import numpy as np
import pytest

import losscli

RNG = np.random.default_rng(59)
LOGITS = RNG.normal(size=(3, 5, 4))
PROBABILITIES = np.exp(LOGITS) / np.exp(LOGITS).sum(-1, keepdims=True)
INDEX = RNG.integers(0, 4, (3, 5))
LOGS = np.log(PROBABILITIES)
WANTED = -np.take_along_axis(LOGS, INDEX[..., None], -1).mean()


def rows(loss: str, *arrays: Any, **params: Any) -> dict[str, Any]:
    return {row.framework: row for row in losscli.parity(loss, *arrays, **params).rows}


@pytest.mark.parametrize(
    ("first", "probabilities", "calls"),
    [
        (False, False, {"torch": "()(y_pred.movedim(2, 1), y_true)", "keras": "(y_true, y_pred)"}),
        (True, False, {"torch": "()(y_pred, y_true)", "optax": "(y_pred, y_true, axis=1)"}),
        (False, True, {"torch": "()(y_pred.log().movedim(2, 1), y_true)"}),
        (True, True, {"torch": "()(y_pred.log(), y_true)", "keras": "keras.ops.moveaxis(y_pred, 1, 2)"}),
    ],
)
def test_indices(first: bool, probabilities: bool, calls: dict[str, str]) -> None:
    pred = PROBABILITIES if probabilities else LOGITS
    made = rows("scce", INDEX, np.moveaxis(pred, -1, 1) if first else pred, from_logits=not probabilities)
    for like in ("keras", "torch", "optax"):
        assert made[like].same
        assert made[like].value == pytest.approx(WANTED, rel=1e-6, abs=0)
    for like, call in calls.items():
        assert call in made[like].call


def test_one_hot_rows_whose_axis_the_sums_show() -> None:
    hot = np.eye(4)[INDEX]
    made = rows("cce", np.moveaxis(hot, -1, 1), np.moveaxis(LOGITS, -1, 1), from_logits=True)
    assert all(made[like].same for like in ("keras", "torch", "optax"))
    assert "class_axis=1" in made["exact"].call
    assert "axis=1" in made["keras"].call
    made = rows("cce", hot, LOGITS, from_logits=True)
    assert "(y_pred.movedim(2, 1), y_true.movedim(2, 1))" in made["torch"].call


def test_what_a_call_has_no_word_for() -> None:
    made = rows("scce", np.where(INDEX == 0, -1, INDEX), LOGITS, from_logits=True, ignore_index=-1)
    assert "ignore_index=-1" in made["torch"].call
    assert made["torch"].same
    assert made["optax"].takes.startswith("the call has no ignore_class")


def test_axes_of_length_1() -> None:
    made = rows("mse", [1.0, 2.0], [[1.5], [2.5]], squeeze=True)
    assert "squeeze=True" in made["exact"].call
    assert [row.value for row in made.values()] == [0.25] * len(made)
