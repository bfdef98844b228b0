"""Weights: counted over all parts of the rows, and refused in words that say why."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from support.close import close
from support.requests import score

import losscli
from losscli import LosscliError
from losscli.batch import Batch


@pytest.mark.parametrize("size", [1, 2, 4, 6])
def test_classes_are_counted_over_all_parts(size: int) -> None:
    true, pred = np.array([1.0, 1.0, 0.0, 0.0, 0.0, 0.0]), np.array([0.5, 0.25, 0.5, 0.5, 0.75, 0.5])

    def parts() -> Iterator[Batch]:
        for start in range(0, 6, size):
            at = slice(start, start + size)
            yield Batch(true[at], {"y_pred": pred[at]}, None, start + 1)

    found = score("bce", parts, params={}, class_weight="balanced", reduction="sum")
    # 6 / (2 · 2) for the two of class 1, 6 / (2 · 4) for the four of class 0
    wanted = 1.5 * (math.log(2) + math.log(4)) + 0.75 * (3 * math.log(2) + math.log(4))
    assert found.value == close(wanted, 1e-14)
    assert any("(0: 0.75, 1: 1.5)" in remark.text for remark in found.remarks)


@pytest.mark.parametrize(
    ("loss", "rows", "options", "said"),
    [
        ("smooth_l1", [1.0, 2.0], {"like": "torch"}, "its call has none"),
        (
            "ntxent",
            [[0.6, 0.8], [1.0, 0.0], [0.8, 0.6], [0.0, 1.0]],
            {},
            "it is made of all rows at once",
        ),
    ],
)
def test_weights_that_are_not_taken_are_refused_with_the_reason(
    loss: str, rows: Any, options: dict[str, Any], said: str
) -> None:
    true = [0, 0, 1, 1][: len(rows)] if loss == "ntxent" else rows
    with pytest.raises(LosscliError, match="takes no sample weights") as caught:
        losscli.compute(loss, true, rows, np.ones(len(rows)), **options)
    assert caught.value.what.endswith(f"takes no sample weights: {said}")
    assert caught.value.hint == "leave --weight out"


def test_a_group_s_weights_are_its_own() -> None:
    """Half of a group's weight lies at or below its weighted median."""
    pred, weight, by = [1.0, 2.0, 10.0, 3.0, 5.0, 9.0], [1.0, 1.0, 5.0, 1.0, 3.0, 1.0], list("abaabb")
    groups = losscli.compute("medae", np.zeros(6), pred, weight, by=by, like="sklearn").groups
    assert groups is not None
    assert groups.value.tolist() == [10.0, 5.0]


def test_weights_whose_sum_leaves_float64_weigh_as_ever() -> None:
    weight = np.array([1.5e308, 1.5e308, 0.5e308])
    found = losscli.compute("mae", [0.0, 0.0, 0.0], [1.0, 2.0, 4.0], weight)
    assert found.value == close((1.5 + 3.0 + 2.0) / 3.5, 1e-14)


@pytest.mark.parametrize("weight", [None, [1.0, 2.0, 4.0]])
def test_the_slope_of_a_statistic_is_weighted(weight: list[float] | None) -> None:
    true, pred = np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 3.5])
    w, error = np.ones(3) if weight is None else np.array(weight), pred - true
    root = math.sqrt(float(w @ error**2) / w.sum())
    wanted = w * error / (root * w.sum())
    slope = losscli.gradient("rmse", true, pred, weight)
    np.testing.assert_allclose(slope, wanted, rtol=1e-13)
    shown = score(
        "rmse", lambda: iter([Batch(true, {"y_pred": pred}, None if weight is None else w, 1)]), gradient=True
    )
    np.testing.assert_allclose([row.gradient for row in shown.gradients], wanted, rtol=1e-13)


def test_a_missing_prediction_of_a_row_that_is_left_out_leaves_the_rest_as_it_is() -> None:
    pred = [[math.nan, 0.5, 0.25], [0.5, 0.25, 0.25], [0.25, 0.5, 0.25]]
    way = {"ignore_class": 2, "missing": "propagate"}
    assert losscli.compute("scce", [2, 0, 1], pred, **way).value == close(math.log(2), 1e-14)
    assert math.isnan(losscli.compute("scce", [0, 0, 1], pred, **way).value or 0.0)


@pytest.mark.parametrize(("off", "said"), [(5e-7, False), (5e-6, True)])
def test_below_the_range_is_more_than_rounding(off: float, said: bool) -> None:
    half = np.full((2, 2), 0.5)
    found = losscli.compute("kld", half, half * (1 + off))
    assert found.value == close(-math.log1p(off), 1e-9)
    assert any("the loss is below 0" in remark.text for remark in found.remarks) is said
