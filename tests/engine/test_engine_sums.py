"""engine/sums.py against math.fsum and exact fractions: cancellation, overflow on the way, any order."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.close import close

import losscli
from losscli.engine.sums import Sum

finite = st.floats(allow_nan=False, allow_infinity=False)


def exact(values: list[float]) -> Fraction:
    return sum(map(Fraction, values), Fraction(0))


def nearest(number: Fraction) -> float:
    """The float64 nearest to a fraction; infinite beyond float64."""
    try:
        return number.numerator / number.denominator
    except OverflowError:
        return math.copysign(math.inf, number)


@given(st.lists(finite, max_size=30))
def test_a_sum_of_single_numbers_is_exact(values: list[float]) -> None:
    total = Sum()
    for value in values:
        total.add(value)
    assert float(total) == nearest(exact(values))
    assert total.over(3.0) == nearest(exact(values) / 3)


@given(st.lists(finite, min_size=1, max_size=30), st.integers(0, 2**32))
def test_order_and_merging_change_nothing(values: list[float], seed: int) -> None:
    mixed = random.Random(seed).sample(values, len(values))
    one, first, second = Sum(), Sum(), Sum()
    for value in values:
        one.add(value)
    for i, value in enumerate(mixed):
        (first if i % 3 else second).add(value)
    first.merge(second)
    assert first.units == one.units
    assert float(first) == float(one)


@pytest.mark.parametrize(
    "values",
    [
        [1e16, 1.0, -1e16],
        [1e100, 1.0, -1e100, 1e-100],
        [0.1] * 10 + [-1.0],
        [1.0, 1e-16, -1.0, 1e-16, 3.0, -3.0],
        [2.0**53, 1.0, 1.0, -(2.0**53)],
    ],
)
def test_known_cancellations(values: list[float]) -> None:
    total = Sum()
    total.add_block(np.array(values), one_sign=False)
    assert float(total) == math.fsum(values)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=200))
def test_a_block_of_both_signs_is_added_without_any_loss(values: list[float]) -> None:
    total = Sum()
    total.add_block(np.array(values), one_sign=False)
    assert Fraction(total.units, 2**4000) == exact(values)


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=200))
def test_a_block_of_one_sign_keeps_its_digits(values: list[float]) -> None:
    total = Sum()
    total.add_block(np.array(values), one_sign=True)
    assert float(total) == close(math.fsum(values), 1e-14)


@pytest.mark.parametrize("one_sign", [True, False])
def test_a_sum_may_pass_through_values_beyond_float64(one_sign: bool) -> None:
    top = np.finfo(float).max
    total = Sum()
    total.add_block(np.full(4, top), one_sign)
    assert float(total) == math.inf
    assert total.over(4.0) == top
    total.add_block(np.full(3, -top), one_sign)
    assert float(total) == top


def test_a_mean_of_values_near_the_end_of_float64_is_finite() -> None:
    found = losscli.compute("mae", [0.0] * 3, [1.5e308] * 3)
    assert found.mean == 1.5e308
    assert found.sum == math.inf


@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=20), st.floats(0.01, 100))
def test_squares_are_summed_beyond_float64_too(values: list[float], weight: float) -> None:
    total = Sum()
    total.add_squares(np.array(values), np.full(len(values), weight))
    wanted = sum((Fraction(weight) * Fraction(v) ** 2 for v in values), Fraction(0))
    root = float(total.root())
    if wanted == 0:
        assert root == 0
    else:  # values far below the largest may leave the last digits
        assert abs(Fraction(root) ** 2 / wanted - 1) < Fraction(1, 10**14)


tiny = st.lists(st.floats(1e-300, 1e-190), min_size=1, max_size=20)


@given(tiny, st.floats(0.01, 100))
def test_squares_are_summed_below_float64_too(values: list[float], weight: float) -> None:
    total = Sum()
    total.add_squares(np.array(values), np.full(len(values), weight))
    wanted = sum((Fraction(weight) * Fraction(v) ** 2 for v in values), Fraction(0))
    assert abs(Fraction(float(total.root())) ** 2 / wanted - 1) < Fraction(1, 10**13)


@pytest.mark.parametrize("weight", [None, 3.0])
@pytest.mark.parametrize("exponent", [-600, -401, -400, -399, -1, 0, 399, 400, 401, 511, 600])
def test_squares_at_the_ends_of_float64(exponent: int, weight: float | None) -> None:
    values = np.ldexp(np.array([1.0, -1.75, 1.5]), exponent)
    total = Sum()
    total.add_squares(values, None if weight is None else np.full(3, weight))
    wanted = sum((Fraction(v) ** 2 for v in values.tolist()), Fraction(0)) * Fraction(weight or 1.0)
    assert Fraction(total.units) == wanted * 2**4000


def test_squares_of_what_is_not_finite() -> None:
    for odd, wanted in ((math.inf, math.inf), (-math.inf, math.inf), (math.nan, math.nan)):
        total = Sum()
        total.add_squares(np.array([1.0, odd, 2.0]))
        assert (total.units, total.special) == pytest.approx((0, wanted), nan_ok=True)


@pytest.mark.parametrize("size", [1e200, 1e-200, 1e308, 1e-320])
def test_rmse_is_finite_where_the_squares_are_not(size: float) -> None:
    found = losscli.compute("rmse", [0.0, 0.0, 0.0, 0.0], [size, -size, size, size])
    assert found.value == close(size, 1e-15)


def test_a_huge_value_of_weight_0_leaves_the_squares_of_the_others() -> None:
    total = Sum()
    total.add_squares(np.array([1e256, 3.0, 4.0]), np.array([0.0, 1.0, 1.0]))
    assert total.root() == 5.0
    assert losscli.compute("rmse", [0.0, 0.0], [1e256, 2.0], [0.0, 1.0]).value == 2.0


def test_infinities_and_nan_are_kept_apart() -> None:
    total = Sum()
    total.add_block(np.array([1.0, np.inf, 2.0]), one_sign=True)
    assert float(total) == math.inf
    assert total.over(2.0) == math.inf
    total.add_block(np.array([-np.inf]), one_sign=False)
    assert math.isnan(float(total))


def test_nothing_over_nothing_is_nan() -> None:
    assert math.isnan(Sum().over(0.0))
    assert float(Sum()) == 0
    assert Sum().over(5.0) == 0
