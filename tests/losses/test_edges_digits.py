"""Sums, ratios and gradients that must not lose what the inputs say: overflow on the way, cancellation."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf
from support.close import close

import losscli
from losscli.batch import Labels
from losscli.engine.group_sums import GroupSums, Keys
from losscli.engine.sums import products

INF = math.inf


@pytest.mark.parametrize(
    ("loss", "y_true", "y_pred", "weight", "wanted"),
    [
        # sums that leave float64, of which the ratio is inside
        ("wape", [1.6e308] * 4, [0.8e308] * 4, None, 50.0),
        ("mae", [1.0, 2.0], [1.0, 3.0], [1e308, 1e308], 0.5),
        ("mae", [1e10, 1e10], [0.0, 0.0], [1e308, 1e308], 1e10),
        ("mae", [0.0, 0.0], [1e-200, 3e-200], [1e-200, 1e-200], 2e-200),
        ("rmse", [0.0, 0.0], [3.0, 3.0], [1e308, 1e308], 3.0),
        ("dice", [1.0, 0.0, 1.0], [0.5, 0.0, 0.5], [1e308] * 3, 1 / 3),
        # a mean of numbers near the largest
        ("mae", [[0.0, 0.0]], [[1.7e308, 1.7e308]], None, 1.7e308),
        ("median_absolute_error", [0.0, 0.0], [1.7e308, 1.5e308], None, 1.6e308),
        ("l1_penalty", None, [[1.5e308, 1.5e308]], None, 3e306),
    ],
)
def test_nothing_leaves_float64_on_the_way(
    loss: str, y_true: Any, y_pred: Any, weight: Any, wanted: float
) -> None:
    assert losscli.compute(loss, y_true, y_pred, weight).value == close(wanted, 1e-15)


def test_groups_of_huge_weights_have_their_own_means() -> None:
    weight, loss = np.array([1e308, 1e308, 1e308]), np.array([1e10, 3e10, 5.0])
    keys = Keys()
    sums = GroupSums(keys)
    block = keys.block(Labels(("g",), np.array([0, 0, 1]), [("a",), ("b",)]))
    assert block is not None
    values, unit = products(weight, loss)
    sums.add(block, "value", values, True, unit)
    sums.add(block, "weights", weight, True)
    for group, wanted in ((0, 2e10), (1, 5.0)):
        value, total = sums.exact("value", group), sums.exact("weights", group)
        assert float(Fraction(value.units) / total.units) == close(wanted, 1e-15)


@pytest.mark.parametrize("at", [(1, 150_000), (199_998, 3), (65_535, 65_536)])
def test_what_cancels_between_blocks_leaves_the_ones(at: tuple[int, int]) -> None:
    critic = np.full(200_000, -1.0)
    critic[at[0]], critic[at[1]] = -1e16, 1e16
    assert losscli.compute("wasserstein", np.ones(200_000), critic, reduction="sum").value == 199_998
    # as the entries of one row too
    row = np.full((1, 1000), -1.0)
    row[0, 3], row[0, 500] = 1e16, -1e16
    assert losscli.compute("wasserstein", np.ones((1, 1000)), row).value == 0.998


def poisson(y: Any, p: Any) -> Any:
    return 1 - y / p


SLOPES = {
    "poisson": poisson,
    "poisson_deviance": lambda y, p: 2 * poisson(y, p),
    "gamma_deviance": lambda y, p: 2 * (p - y) / p**2,
    "tweedie": lambda y, p: 2 * (p - y) / p ** mpf(1.5),
    "bce": lambda y, p: (p - y) / (p * (1 - p)),
}


@pytest.mark.parametrize("loss", SLOPES)
@pytest.mark.parametrize("apart", [1e-3, 1e-8, -1e-8, 1e-15, -1e-15])
def test_a_slope_keeps_its_digits_next_to_the_truth(loss: str, apart: float) -> None:
    y = 0.25 if loss == "bce" else 3.0
    p = y * (1 + apart)
    mp.prec = 300
    wanted = float(SLOPES[loss](mpf(y), mpf(p)))
    assert losscli.gradient(loss, [y], [p])[0] == close(wanted, 1e-14)


@pytest.mark.parametrize(
    ("loss", "y_true", "y_pred", "params", "wanted"),
    [
        # from log-rates and logits
        ("poisson", [3.0], [math.log(3.0)], {"from_log": True}, lambda y, z: mp.exp(z) - y),
        ("poisson", [7.0], [1.9459101], {"from_log": True}, lambda y, z: mp.exp(z) - y),
        ("bce", [0.5], [1e-20], {"from_logits": True}, lambda y, z: mp.tanh(z / 2) / 2 + mpf(0.5) - y),
        ("bce", [0.625], [0.51], {"from_logits": True}, lambda y, z: mp.tanh(z / 2) / 2 + mpf(0.5) - y),
    ],
)
def test_a_slope_from_logarithms_too(loss: str, y_true: Any, y_pred: Any, params: Any, wanted: Any) -> None:
    mp.prec = 300
    right = float(wanted(mpf(y_true[0]), mpf(y_pred[0])))
    assert losscli.gradient(loss, y_true, y_pred, **params)[0] == close(right, 1e-13)


def test_the_scale_of_a_likelihood_at_the_size_of_the_error() -> None:
    mp.prec = 300
    y, mean, variance = mpf(0), mpf(1.1), mpf(1.21)
    found = losscli.gradient("gaussian_nll", [0.0], [[1.1, 1.21]])[0, 1]
    assert found == close(float((variance - (y - mean) ** 2) / (2 * variance**2)), 1e-14)
    found = losscli.gradient("laplace_nll", [0.0], [[1.1, 1.1 * (1 + 1e-12)]])[0, 1]
    assert found == close(float((mpf(1.1 * (1 + 1e-12)) - mean) / mpf(1.1 * (1 + 1e-12)) ** 2), 1e-14)


@pytest.mark.parametrize(
    ("loss", "y_true", "y_pred", "params", "wanted"),
    [
        ("bce", [1.0, 0.0, 1.0], [0.0, 1.0, 1e-310], {}, [-INF, INF, -INF]),
        ("cce", [[1.0, 0.0]], [[0.0, 1.0]], {}, [[-INF, 0.0]]),
        ("scce", [0], [[1e-310, 1.0]], {}, [[-INF, 0.0]]),
        ("binary_focal", [1.0], [0.0], {}, [-INF]),
        ("categorical_focal", [[1.0, 0.0]], [[0.0, 1.0]], {}, [[-INF, 0.0]]),
        ("poisson_deviance", [1.0, 0.0], [1e-310, 0.0], {}, [-INF, 2.0]),
        ("gamma_deviance", [1.0], [1e-200], {}, [-INF]),
        ("gaussian_nll", [0.0], [[1e150, 1e-5]], {}, [[1e155, -INF]]),
        ("mse", [0.0, 0.0], [1e200, 1.0], {}, [2e200, 2.0]),
        # a weight or factor of 0 times what is infinite
        (
            "multi_margin",
            [0, 1],
            [[-1e200, 1e200], [0.0, 0.0]],
            {"p": 2, "class_weight": [0.0, 1.0]},
            [[0, 0], [1, -1]],
        ),
        ("binary_focal", [1.0], [0.0], {"alpha": 0.0}, [0.0]),
        ("binary_focal", [1.0], [0.0], {"gamma": 0.0}, [-INF]),
        ("asymmetric", [[1.0]], [[0.0]], {"gamma_pos": 0.0}, [[-INF]]),
    ],
)
def test_an_infinite_slope_is_one_and_stays_where_it_is(
    loss: str, y_true: Any, y_pred: Any, params: Any, wanted: Any
) -> None:
    np.testing.assert_allclose(losscli.gradient(loss, y_true, y_pred, **params), wanted, rtol=1e-12)


def test_a_class_without_weight_costs_nothing_where_its_margin_overflows() -> None:
    found = losscli.compute("multi_margin", [0], [[-1e200, 1e200]], p=2, class_weight=[0.0, 1.0])
    assert found.value == 0.0


def test_optax_computes_the_hinge_in_its_own_order() -> None:
    found = losscli.compute("multiclass_hinge", [0, 1], [[1e8, 0.0], [500.0, -500.0]], like="optax")
    assert found.value == 500.5


def said(found: Any, cause: str) -> str | None:
    return next((remark.text for remark in found.remarks if remark.cause == cause), None)


def test_a_divergence_below_0_is_not_one_of_distributions() -> None:
    below = losscli.compute("kld", [[0.5, 0.45], [0.5, 0.5]], [[0.5, 0.5]] * 2, like="keras")
    assert below.value < 0
    text = said(below, "below_range")
    assert text is not None
    assert "below 0" in text
    (remark,) = (remark for remark in below.remarks if remark.cause == "below_range")
    assert (remark.count, remark.rows) == (1, (1,))
    assert said(losscli.compute("kld", [[0.4, 0.6]], [[0.5, 0.5]], like="keras"), "below_range") is None


def test_a_generalized_dice_of_nothing_is_not_the_best_one() -> None:
    nothing = losscli.compute("generalized_dice", [[0, 0], [0, 0]], [[1.0, 1.0], [1.0, 0.5]])
    text = said(nothing, "nothing_true")
    assert nothing.value == 0
    assert text is not None
    assert text.startswith("nothing is true: ")
    assert "the 3.5 predicted" in text
    some = said(
        losscli.compute("generalized_dice", [[0, 1], [0, 0]], [[1.0, 1.0], [1.0, 0.5]]), "nothing_true"
    )
    assert some is not None
    assert some.startswith("nothing is true in class 0: ")
    assert said(losscli.compute("generalized_dice", [[0, 1]], [[0.0, 1.0]]), "nothing_true") is None
    finding = losscli.check([[0, 0], [0, 0]], [[1.0, 1.0], [1.0, 0.5]], loss="generalized_dice").findings
    assert "nothing_true" in [one.id for one in finding]
