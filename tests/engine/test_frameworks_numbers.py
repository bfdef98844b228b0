"""The frameworks' own numbers again: as a group among other rows, and from rows that come in parts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from support.reference import REFERENCE, arrays, numbers, reference_cases
from support.requests import score

import losscli
from losscli.batch import Batch
from losscli.catalogue import registry
from losscli.frameworks import FRAMEWORKS
from losscli.frameworks.convention import framework

FILES = sorted(file.stem for file in REFERENCE.glob("*.jsonl") if file.stem != "articles")


def cases(file: str) -> Iterator[tuple[dict[str, Any], Any, Any, Any]]:
    """Those with a value of all rows, and their arrays; not those with a value of pairs of rows, (N, N)."""
    for case in reference_cases(file):
        like, loss, value = case["like"], case["loss"], case["reduced"]
        if value is None or case["reduction"] == "none" or loss not in registry.names():
            continue
        if like == "exact" or (like in FRAMEWORKS and loss in framework(like).entries):
            found = (None if given is None else np.array(given) for given in arrays(case))
            true, pred, weight = found
            if losscli.find(loss).signature.y_pred.grain != "square":
                yield case, true, pred, weight


def check(found: list[tuple[dict[str, Any], float]]) -> None:
    off = []
    for case, value in found:
        wanted = numbers(case["reduced"])
        if not np.isclose(value, wanted, rtol=case["rtol"], atol=case["atol"], equal_nan=True):
            off.append(f"{case['id']}: {value!r}, not {wanted!r}")
    assert not off, "\n".join(off)
    assert found


@pytest.mark.parametrize("file", FILES)
def test_a_group_among_others_has_the_value_that_the_framework_gives_for_its_rows(file: str) -> None:
    found = []
    for case, true, pred, weight in cases(file):
        n = len(pred)
        rows = np.stack([np.arange(n)[::-1], np.arange(n), np.arange(n)], axis=1).ravel()  # b, a, b
        by = ["b", "a", "b"] * n
        way = {"like": case["like"], "reduction": case["reduction"] or "mean", **case["params"]}
        given = [None if array is None else array[rows] for array in (true, pred, weight)]
        groups = losscli.compute(case["loss"], *given, by=by, **way).groups
        assert groups is not None
        assert groups.labels == (("a",), ("b",))
        assert groups.n.tolist() == [n, 2 * n]
        found.append((case, groups.value[0]))
    check(found)


@pytest.mark.parametrize("file", FILES)
def test_rows_that_come_in_parts_have_the_value_that_the_framework_gives(file: str) -> None:
    found = []
    for case, true, pred, weight in cases(file):

        def parts(true: Any = true, pred: Any = pred, weight: Any = weight) -> Iterator[Batch]:
            for start in range(0, len(pred), 2):
                at = slice(start, start + 2)
                y_true, held = (None if array is None else array[at] for array in (true, weight))
                yield Batch(y_true, {"y_pred": pred[at]}, held, start + 1)

        reduction = case["reduction"] or "mean"
        made = score(case["loss"], parts, params=case["params"], like=case["like"], reduction=reduction)
        found.append((case, made.value))
    check(found)
