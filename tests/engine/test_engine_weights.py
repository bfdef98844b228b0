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
            "its values belong to pairs of rows",
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
