"""What pages say of arrays of more axes: the page's own example with an axis more has the example's value."""

from typing import Any

import numpy as np
import pytest

import losscli
from losscli.catalogue import registry
from losscli.losses.layout import axes_words

WORDS = {name: axes_words(registry.get(name)) for name in losscli.names()}
ROWS = [name for name, words in WORDS.items() if words and "each position" in words]
ENTRIES = [name for name, words in WORDS.items() if words and "each entry" in words]
OVERLAPS = [name for name, words in WORDS.items() if words and "may hold class indices" in words]
LEFT_OUT = [name for name, words in WORDS.items() if words and "leaves out" in words]


def example(name: str) -> tuple[Any, Any, dict[str, Any]]:
    shown = losscli.explain(name).example
    assert shown is not None
    return np.array(shown.y_true, float), np.array(shown.y_pred, float), dict(shown.params)


def test_the_losses_that_say_so() -> None:
    assert {"cce", "scce", "nll", "categorical_focal", "kld"} <= set(ROWS)
    assert {"bce", "binary_focal", "hinge"} <= set(ENTRIES)
    assert {"dice", "jaccard", "tversky"} <= set(OVERLAPS)
    assert WORDS["giou"] == "y_pred and y_true may be (N, M, 4), M boxes a sample: each has a value"
    assert WORDS["mse"] is None


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("axis", [1, -1])
def test_positions_of_one_sample_are_the_rows_of_the_example(name: str, axis: int) -> None:
    true, pred, params = example(name)
    wanted = losscli.compute(name, true, pred, **params).value
    whole = true.shape == pred.shape
    arrays = [np.moveaxis(array[None], -1, axis) for array in ([true, pred] if whole else [pred])]
    y_true = arrays[0] if whole else true.reshape(1, -1)
    score = losscli.compute(name, y_true, arrays[-1], class_axis=axis, **params)
    assert score.value == pytest.approx(wanted, rel=1e-12, abs=1e-15)
    assert score.n == 1


@pytest.mark.parametrize("name", ENTRIES)
def test_a_mask_is_its_entries(name: str) -> None:
    true, pred, params = example(name)
    wanted = losscli.compute(name, true.ravel(), pred.ravel(), **params).value
    score = losscli.compute(name, true.reshape(1, 1, -1), pred.reshape(1, 1, -1), **params)
    assert score.value == pytest.approx(wanted, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("name", OVERLAPS)
def test_class_indices_are_one_hot(name: str) -> None:
    rng = np.random.default_rng(61)
    index, pred = rng.integers(0, 3, (2, 4, 5)), rng.dirichlet(np.ones(3), (2, 4, 5)).transpose(0, 3, 1, 2)
    hot = np.moveaxis(np.eye(3)[index], -1, 1)
    wanted = losscli.compute(name, np.moveaxis(hot, 1, -1), np.moveaxis(pred, 1, -1)).value
    assert losscli.compute(name, index, pred).value == pytest.approx(wanted, rel=1e-12, abs=0)


@pytest.mark.parametrize("name", [name for name in LEFT_OUT if name in ENTRIES])
def test_a_label_is_left_out(name: str) -> None:
    true, pred, params = example(name)
    wanted = losscli.compute(name, true.ravel(), pred.ravel(), **params).value
    more = np.append(true.ravel(), 255.0), np.append(pred.ravel(), pred.ravel()[:1])
    score = losscli.compute(name, *more, ignore_class=255, **params)
    assert score.value == pytest.approx(wanted, rel=1e-12, abs=1e-15)
