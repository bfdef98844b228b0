"""Sums of many values: all their digits, whatever the blocks, the threads and the order."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.close import close
from support.requests import request

from losscli.analysis.score import Show
from losscli.analysis.score import score as score_of
from losscli.batch import Batch, Stream
from losscli.catalogue.find import lookup as find
from losscli.engine import chunk
from losscli.engine.sums import Sum
from losscli.losses.domain import Array
from losscli.parallel import executor as chunks

N = 100_000


def total_of(values: Array) -> Fraction:
    total = Sum()
    total.add_block(values, one_sign=False)
    return Fraction(total.units, 2**4000)


@given(st.integers(0, 2**32), st.integers(1_024, 5_000), st.integers(-300, 300), st.floats(0, 40))
def test_a_large_block_is_as_good_as_twice_the_digits(seed: int, n: int, scale: int, spread: float) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=n) * np.exp2(scale + spread * rng.normal(size=n))
    wanted = sum(map(Fraction, values.tolist()), Fraction(0))
    bound = Fraction(2) ** -99 * n * n * Fraction(float(np.abs(values).max()))
    assert abs(total_of(values) - wanted) <= bound


@pytest.mark.parametrize("rest", [1e-6, 3.0, 0.0])
def test_what_cancels_within_a_block_leaves_the_rest(rest: float) -> None:
    rng = np.random.default_rng(3)
    large = rng.normal(size=20_000) * 1e12
    values = rng.permutation(np.concatenate([large, -large, [rest]]))
    assert float(total_of(values)) == pytest.approx(rest, rel=1e-6, abs=0)


@pytest.mark.parametrize("where", [0, 2_500])
@pytest.mark.parametrize("odd", [np.inf, -np.inf, np.nan])
def test_a_large_block_with_a_value_that_is_not_finite(odd: float, where: int) -> None:
    values = np.random.default_rng(4).normal(size=5_000)
    values[where] = odd
    total = Sum()
    assert not total.add_block(values, one_sign=False)
    assert float(total) == pytest.approx(odd, nan_ok=True)


def test_a_large_block_near_the_end_of_float64() -> None:
    values = np.tile([1.5e308, -1.5e308, 1e292], 1_000)
    assert float(total_of(values)) == close(1e295, 1e-14)


def stream(y_true: Array, y_pred: Array, size: int) -> Stream:
    def batches() -> Iterator[Batch]:
        for start in range(0, len(y_true), size):
            part = slice(start, start + size)
            yield Batch(y_true[part], {"y_pred": y_pred[part]}, first_row=start + 1)

    return batches


def data(name: str) -> tuple[Array, Array]:
    rng = np.random.default_rng(11)
    if name == "poisson":  # values of 13.03 and −13.03 in turn, all but for a millionth: their sum cancels
        y_true = np.tile([0.0, 10.0], N // 2)
        y_pred = np.where(y_true == 0, 10 * math.log(10) - 10, 10.0) * (1 + 1e-6 * rng.random(N))
        return y_true, y_pred
    y_true = rng.normal(100, 20, N)
    return y_true, y_true + rng.standard_t(3, N)


@pytest.mark.parametrize("name", ["mse", "mae", "poisson", "rmse"])
def test_blocks_threads_and_order_change_no_digit_that_counts(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    y_true, y_pred = data(name)
    mixed = np.random.default_rng(1).permutation(N)
    found = []
    for block, threads, size in ((32_768, 1, N), (100, 1, N), (32_768, 3, 7_000), (4_096, 2, 50_000)):
        monkeypatch.setattr(chunk, "BLOCK", block)
        monkeypatch.setattr(chunks, "cores", lambda threads=threads: threads)
        for order in (slice(None), mixed):
            rows = stream(y_true[order], y_pred[order], size)
            found.append(score_of(request(name), rows, show=Show(0)).value)
    kernel = find("mse" if name == "rmse" else name).kernel
    wanted = math.fsum(kernel(y_true, y_pred).tolist()) / N
    wanted = math.sqrt(wanted) if name == "rmse" else wanted
    assert found == close([wanted] * len(found), 1e-14)
