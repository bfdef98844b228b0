"""What a framework does otherwise with some rows: those that it changes are told, and no others.

The rows of tests/support/departing_rows.py are told where the framework's value differs from the definition's
The rows of tests/support/departing_rows.py are told where the framework's value differs from the
definition's as the sentence says. Alone, the rows that are not told must leave it unsaid. Every departure
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.close import close
from support.departing import ALL, in_turn, one, said
from support.departing_rows import CASES, QUIET, REFUSED, Case, Row
from support.departing_whole import CASES as WHOLE
from support.requests import score

import losscli
from losscli import LosscliError


def table(case: Case) -> list[Row]:
    return [Row(*row) for row in case.rows]


def columns(rows: list[Row]) -> tuple[list[Any], list[Any]]:
    return [row.true for row in rows], [row.pred for row in rows]


def test_every_departure_of_rows_has_a_case() -> None:
    assert set(CASES) == {key for key, departure in ALL.items() if departure.rows is not None} - set(WHOLE)


@pytest.mark.parametrize("key", CASES)
def test_the_rows_it_changes_are_told(key: tuple[str, str, int]) -> None:
    case = CASES[key]
    rows = table(case)
    (remark,) = said(key, one(key, *columns(rows), **case.params))
    told = tuple(number for number, row in enumerate(rows, 1) if row.told)
    assert (remark.kind, remark.count, remark.rows) == ("departure", len(told), told)
    for word in case.words:
        assert word in remark.text


@pytest.mark.parametrize("key", CASES)
def test_they_are_told_over_many_batches(key: tuple[str, str, int]) -> None:
    """Each row a batch, all of them three times over: every count, and the first five rows."""
    case = CASES[key]
    rows = table(case) * 3

    (remark,) = said(key, score(key[1], in_turn(*columns(rows)), params=case.params, like=key[0]))
    told = [number for number, row in enumerate(rows, 1) if row.told]
    assert (remark.count, remark.rows) == (len(told), tuple(told[:5]))


@pytest.mark.parametrize("key", CASES)
def test_other_rows_leave_it_unsaid(key: tuple[str, str, int]) -> None:
    case = CASES[key]
    quiet = [row for row in table(case) if not row.told]
    if key == ("sklearn", "hinge", 0):  # whose rows are told by what all labels are
        assert not quiet
        return
    assert quiet
    assert not said(key, one(key, *columns(quiet), **case.params))


@pytest.mark.parametrize(("key", "true", "pred", "params"), QUIET)
def test_it_is_unsaid_where_its_condition_does_not_hold(
    key: tuple[str, str, int], true: Any, pred: Any, params: dict[str, Any]
) -> None:
    assert not said(key, one(key, true, pred, **params))


@pytest.mark.parametrize("key", CASES)
def test_each_row_is_what_the_framework_makes_of_it(key: tuple[str, str, int]) -> None:
    case = CASES[key]
    rows = table(case)
    found = one(key, *columns(rows), **case.params).per_sample
    np.testing.assert_allclose(found, [row.theirs for row in rows], rtol=case.rel, atol=1e-12)


@pytest.mark.parametrize("key", CASES)
def test_the_definition_makes_of_it_what_the_sentence_says(key: tuple[str, str, int]) -> None:
    case = CASES[key]
    for row in table(case):
        if row.ours is None:
            continue
        if row.ours == REFUSED:
            with pytest.raises(LosscliError):
                losscli.compute(key[1], [row.true], [row.pred], **case.params)
            continue
        found = losscli.compute(key[1], [row.true], [row.pred], **case.params)
        assert found.value == close(row.ours, 1e-12)
        assert not [remark for remark in found.remarks if remark.kind == "departure"]
