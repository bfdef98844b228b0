"""Weights of any rank under Keras's own rule: those that fall on their samples' values, and no others."""

from __future__ import annotations

import numpy as np
import pytest
from support.close import close
from support.keras_weights import CASES, REDUCTIONS, UNFIT, arrays, reduced, values

import losscli
from losscli import LosscliError


@pytest.mark.parametrize(("loss", "shape", "weights", "zero"), CASES)
def test_the_value_is_keras_s(
    loss: str, shape: tuple[int, ...], weights: tuple[int, ...], zero: bool
) -> None:
    y, p, w = arrays(loss, shape, weights, zero)
    for reduction in REDUCTIONS:
        found = losscli.compute(loss, y, p, w, like="keras", reduction=reduction).value
        np.testing.assert_allclose(found, reduced(values(loss, y, p), w, reduction), rtol=3e-6, atol=3e-7)


@pytest.mark.parametrize(("shape", "weights"), UNFIT)
@pytest.mark.parametrize("loss", ["mse", "cosine_similarity"])
def test_weights_that_would_fall_on_other_samples_are_refused(
    loss: str, shape: tuple[int, ...], weights: tuple[int, ...]
) -> None:
    y, p, w = arrays(loss, shape, weights, zero=False)
    with pytest.raises(LosscliError, match="the weights are") as refused:
        losscli.compute(loss, y, p, w, like="keras")
    assert str(refused.value.hint).startswith("give one weight for each ")


def test_one_weight_of_one_value_is_a_product_and_nothing_divides_it() -> None:
    found = losscli.compute("mse", [1.0], [0.5], [3.0], like="keras", reduction="mean_with_sample_weight")
    assert found.value == 0.75


def test_dice_takes_a_weight_a_sample_alone() -> None:
    y, p, w = arrays("mse", (3, 4, 2), (3, 4), zero=False)
    with pytest.raises(LosscliError, match="the weights are"):
        losscli.compute("dice", y, p, w, like="keras")
    whole = losscli.compute("dice", y, p, like="keras").value
    assert whole is not None
    weighted = losscli.compute("dice", y, p, [1.0, 2.0, 6.0], like="keras").value
    assert weighted == close(3 * whole, 1e-6)


def test_groups_divide_as_their_rows_alone_do() -> None:
    y, p, w = arrays("mse", (3, 4, 2), (3, 1), zero=False)
    by = ["a", "b", "b"]
    found = losscli.compute("mse", y, p, w, like="keras", reduction="mean_with_sample_weight", by=by).groups
    assert found is not None
    for group, at in enumerate(([0], [1, 2])):
        alone = reduced(values("mse", y[at], p[at]), w[at], "mean_with_sample_weight")
        assert found.value[group] == close(alone, 1e-6)
