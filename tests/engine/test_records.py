"""Records that merge, follow, shift, add or begin anew: each of their fields against what is written by hand.

Both sides hold different values in every field, so that one that is forgotten or mixed up shows; a new field
fails until it has its line here. What is copied or sent elsewhere is in test_records_copied.py.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from support.full import (
    OTHER,
    TASK,
    array,
    mine_errors,
    mine_groups,
    mine_partial,
    mine_spread,
    mine_top,
    of,
    other_errors,
    other_groups,
    other_partial,
    other_spread,
    other_top,
    rows,
)
from support.records import Case, act, check, fields, methods, plain, total

from losscli.engine import group_sums as groups
from losscli.engine import partial, sums
from losscli.engine import top as kept
from losscli.engine.group_sums import UP
from losscli.engine.partial import Partial
from losscli.engine.top import Tally, Top
from losscli.results.rows import RowValues
from losscli.stats import concentration as spread
from losscli.stats import errorsample
from losscli.stats.concentration import Spread

ONCE = "both sides have it from the same fold"

# The groups of the other, c and a, are here the third and the first.
MERGED_GROUPS = {
    "keys": {"names": [["a"], ["b"], ["c"]], "columns": ["h"]},
    "n": [22, 3, 10],
    "gone": [6, 0, 4],
    "sums": {
        ("value", 0): [[21.0, 2.0, 10.0], [2.25, 0.5, 1.0]],
        ("mine", 0): [[3.0, 4.0], [0.0, 0.0]],
        ("value", UP): [[7.0, 0.0, 6.0], [0.125, 0.0, 0.0]],
    },
    "largest": {"m": [5.0, 1.0, 8.0], "other": [3.0, -math.inf, 2.0]},
    "collected": [[0, 1], [2, 0, 0]],
}


MERGED_SPREAD = {
    "stride": 4,
    "cut": 6.5,  # above it, the largest of both are known
    "pieces": [[[3, 9], [2.0, 1.0]], [[14], [3.0]], [[21], [5.0]]],
    "largest": [8.0, 3.0, 7.0],
    "held": 4,
    "seen": 17,
    "lowest": -4.0,
    "most": 500,
    "start": 7,
}
MERGED_ERRORS = {
    "stride": 8,
    "pieces": [[[7], [1.0]], [[21], [5.0]]],  # of every eighth row, 3 and 11 are not drawn
    "held": 2,
    "seen": 17,
    "looks": [[2.0], [5.0], [4.0]],
    "partly": False,
    "start": 7,
}
MERGED_TOP = {
    "size": 3,
    "floor": 4.0,
    "rows": [5, 2, 11],
    "key": [4.0, 9.0, 7.0],
    "arrays": {"loss": [[4.0, 9.0, 7.0]]},
}
VALUES_STAY = "the fold hands the values of each chunk on by itself"
MERGED = {
    "task": TASK,
    "top": MERGED_TOP,
    "n": 30,
    "weights": total(7.0),
    "counts": total(33.0),
    "weighted_counts": total(1.5, math.nan),
    "terms": {"value": total(10.0), "plain": total(5.0), "scaled": total(6.0)},
    "largest": {"a": 5.0, "b": 9.0, "c": -1.0},
    "spread": MERGED_SPREAD,
    "tallies": {
        "inf": {"count": 5, "rows": [1, 5, 6, 7, 9]},
        3: {"count": 1, "rows": [4]},
        "nan": {"count": 1, "rows": [2]},
    },
    "codings": {0.0: 4, -1.0: 12, 1.0: 6},
    "cells": 6,
    "positions": 9,
    "axis": 1,
    "shape": [20, 5],
    "collected": [[[1, 2], [1, 0], [0.5, 0.25], [1, 3]], [[3], None, [0.75], [2]]],
    "weighted": True,
    "values": mine_partial().values,
    "groups": MERGED_GROUPS,
    "errors": MERGED_ERRORS,
}
# The other way round: what was the greater is now on this side, and must hold its place.
TURNED = {
    **MERGED,
    "task": OTHER,
    "top": {"size": 2, "floor": 7.0, "rows": [11, 2], "key": [7.0, 9.0], "arrays": {"loss": [[7.0, 9.0]]}},
    "terms": {"value": total(10.0), "scaled": total(6.0), "plain": total(5.0)},
    "spread": {
        **MERGED_SPREAD,
        "pieces": [[[21], [5.0]], [[3, 9], [2.0, 1.0]], [[14], [3.0]]],
        "largest": [7.0, 8.0, 3.0],
        "most": 900,
        "start": 1 << 40,
    },
    "axis": 2,
    "shape": [10, 4],
    "collected": [[[3], None, [0.75], [2]], [[1, 2], [1, 0], [0.5, 0.25], [1, 3]]],
    "values": other_partial().values,
    "errors": {
        **MERGED_ERRORS,
        "pieces": [[[21], [5.0]], [[7], [1.0]]],
        "looks": [[5.0], [4.0], [2.0]],
        "start": 1 << 40,
    },
    "groups": {
        "keys": {"names": [["c"], ["a"], ["b"]], "columns": ["g"]},
        "n": [10, 22, 3],
        "gone": [4, 6, 0],
        "sums": {
            ("value", 0): [[10.0, 21.0, 2.0], [1.0, 2.25, 0.5]],
            ("mine", 0): [[0.0, 3.0, 4.0], [0.0, 0.0, 0.0]],
            ("value", UP): [[6.0, 7.0], [0.0, 0.125]],
        },
        "largest": {"m": [8.0, 5.0, 1.0], "other": [2.0, 3.0]},
        "collected": [[0, 1, 1], [1, 2]],
    },
}
SHIFTED = {
    **plain(mine_partial()),
    "top": {**plain(mine_top()), "rows": [105, 102]},
    "tallies": {"inf": {"count": 2, "rows": [101, 107]}, 3: {"count": 1, "rows": [104]}},
    "codings": {0.0: 107, -1.0: 112},
    "collected": [[[101, 102], [1, 0], [0.5, 0.25], [1, 3]]],
    "values": [
        RowValues(range(101, 103), array(9, 8), array(1, 2), array(3, 4), array(5, 6), array(7, 0)),
        RowValues(rows(108), array(7), array(5), array(6), array(4), array(3)),
    ],
}
UNNUMBERED = "it holds no row's number"
BEGUN = {
    **plain(Partial(TASK, Top(3, 1.5))),
    "spread": {"stride": 4, "cut": 2.5, "pieces": [], "largest": [], "held": 0, "seen": 0, "lowest": 0.0}
    | {"most": 500, "start": 77},
    "values": [],
    "errors": {"stride": 4, "pieces": [], "held": 0, "seen": 0, "looks": [], "partly": False, "start": 77},
}


CASES = [
    Case(
        "Sum.merge",
        lambda: (of(1.5, math.inf), of(2.25, -math.inf)),
        act("merge"),
        {"units": 15 * 2**4000 // 4, "special": math.nan},
    ),
    Case(
        "Tally.merge",
        lambda: (Tally(7, (4, 9, 20)), Tally(6, (1, 5, 8, 30))),
        act("merge"),
        {"count": 13, "rows": [1, 4, 5, 8, 9]},
    ),
    Case(
        "Tally.shift",
        lambda: (Tally(7, (4, 9)), 100),
        act("shift"),
        {"count": 7, "rows": [104, 109]},
        {"count": UNNUMBERED},
    ),
    Case(
        "Tally.add",
        lambda: (Tally(3, (2, 3, 4)), rows(10, 11, 12, 13)),
        act("add"),
        {"count": 7, "rows": [2, 3, 4, 10, 11]},
    ),
    Case("Top.merge", lambda: (mine_top(), other_top()), act("merge"), MERGED_TOP, {"size": ONCE}),
    Case(
        "Top.like",
        lambda: (mine_top(),),
        lambda top: top.like(),
        {"size": 3, "floor": 1.5, "rows": [], "key": [], "arrays": {}},
        {"size": "as many are kept", "floor": "what comes later must exceed it too"},
    ),
    Case(
        "Top.add",
        lambda: (mine_top(), range(20, 24), array(1.0, math.nan, 5.0, 1.5), {"loss": array(1, 2, 3, 4)}),
        act("add"),
        {
            "size": 3,
            "floor": 5.0,
            "rows": [2, 21, 22],
            "key": [9.0, math.inf, 5.0],
            "arrays": {"loss": [[9.0, 2, 3]]},
        },
        {"size": "as many are kept"},
    ),
    Case(
        "Spread.merge",
        lambda: (mine_spread(), other_spread()),
        act("merge"),
        MERGED_SPREAD,
        {"stride": "the same here", "most": ONCE, "start": "its own rows are numbered so"},
    ),
    Case(
        "Spread.like",
        lambda: (mine_spread(), 77),
        lambda spread, start: spread.like(start),
        BEGUN["spread"],
        {"stride": ONCE, "cut": "what is no greater is not among the largest", "most": ONCE},
    ),
    Case(
        "Spread.add",
        lambda: (Spread(1, 2.5, [(0, array(4.0))], array(9.0), 1, 1, -1.0, 500, 7), array(6.0, -2.0), 30),
        act("add"),
        {
            "stride": 1,
            "cut": 2.5,
            "pieces": [[0, [4.0]], [37, [6.0, -2.0]]],
            "largest": [9.0],
            "held": 3,
            "seen": 3,
        }
        | {"lowest": -2.0, "most": 500, "start": 7},
        dict.fromkeys(["stride", "cut", "largest", "most", "start"], "until it is thinned"),
        bare=["stride"],
    ),
    Case(
        "ErrorSample.merge",
        lambda: (mine_errors(), other_errors()),
        act("merge"),
        MERGED_ERRORS,
        {"partly": "both hold all that they are to", "start": "its own rows are numbered so"},
        bare=["partly"],
    ),
    Case(
        "ErrorSample.like",
        lambda: (mine_errors(), 77),
        lambda sample, start: sample.like(start),
        BEGUN["errors"],
        {"stride": ONCE, "partly": ONCE},
        bare=["partly"],
    ),
    Case("GroupSums.merge", lambda: (mine_groups(), other_groups()), act("merge"), MERGED_GROUPS),
    Case(
        "Partial.merge",
        lambda: (mine_partial(), other_partial()),
        act("merge"),
        MERGED,
        {"task": ONCE, "values": VALUES_STAY, "weighted": "it was", "axis": "it is the same"},
    ),
    Case(
        "Partial.merge, turned",
        lambda: (other_partial(), mine_partial()),
        act("merge"),
        TURNED,
        {
            "task": ONCE,
            "values": VALUES_STAY,
            "cells": "the most of both",
            "positions": "the most of both",
            "axis": "it is the same",
        },
        bare=["weighted"],
    ),
    Case(
        "Partial.shift",
        lambda: (mine_partial(), 100),
        act("shift"),
        SHIFTED,
        dict.fromkeys(
            [
                "task",
                "n",
                "weights",
                "counts",
                "weighted_counts",
                "terms",
                "largest",
                "cells",
                "positions",
                "axis",
                "shape",
                "weighted",
            ],
            UNNUMBERED,
        )
        | {
            "groups": "it knows groups, not rows",
            "spread": "its numbers are from its own start on",
            "errors": "as the spread's",
        },
    ),
    Case(
        "Partial.like",
        lambda: (mine_partial(), 77),
        lambda part, start: part.like(start),
        BEGUN,
        {"task": ONCE},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_field_is_what_is_written_by_hand(case: Case) -> None:
    check(case)


# What adds numbers to sums is held to exact sums instead.
ELSEWHERE = {
    "ErrorSample.add": "test_misscaled.py",
    "Sum.add": "test_engine_sums.py",
    "GroupSums.add": "test_groups.py",
}


def test_no_method_lacks_a_case() -> None:
    assert set(methods(errorsample, groups, kept, partial, spread, sums)) == {
        case.name.partition(",")[0] for case in CASES
    } | set(ELSEWHERE)


def test_rows_without_a_shape_leave_the_one_that_is_known() -> None:
    part, nothing = mine_partial(), Partial(TASK, Top(3))
    part.merge(nothing)
    assert plain(part) == plain(mine_partial())
    nothing.merge(part)
    assert nothing.shape == (10, 4)


def test_values_that_are_not_handed_on_are_not_begun_either() -> None:
    assert Partial(TASK, Top(3)).like().values is None


def test_a_first_chunk_with_groups_gives_them_to_those_without() -> None:
    part = Partial(TASK, Top(3))
    part.merge(other_partial())
    assert plain(part.groups) == plain(other_groups())
    assert part.groups is not None
    assert fields(part.groups) == fields(other_groups())


@pytest.mark.parametrize("finer", ["this", "other"])
def test_the_longer_stride_of_both_holds_and_each_row_is_drawn_for_it(finer: str) -> None:
    """In each cell of 512 rows a stride of 8 draws every 8th row, from one that it has drawn on."""
    values = np.arange(2_048.0)
    fine, coarse = Spread(2, 10.0), Spread(8, 20.0)
    fine.add(values[:1_024], 0)
    coarse.add(values[1_024:], 1_024)
    one, two = (fine, coarse) if finer == "this" else (coarse, fine)
    one.merge(two)
    assert (one.stride, one.seen, one.held) == (8, 2_048, 256)
    numbers = np.concatenate([numbers for numbers, _ in one.pieces])
    kept = np.concatenate([kept for _, kept in one.pieces])
    assert kept.tolist() == numbers.tolist()  # the values are their rows' numbers here
    assert sorted(numbers // 512) == [cell for cell in range(4) for _ in range(64)]
    assert all(len(set((numbers[numbers // 512 == cell] % 8).tolist())) == 1 for cell in range(4))


def test_rows_not_thinned_yet_are_thinned_and_their_largest_kept() -> None:
    for turned in (False, True):
        whole, thinned = Spread(), Spread(8, 20.0)
        whole.add(np.arange(512.0), 512)
        thinned.add(np.arange(512.0), 0)
        one, two = (thinned, whole) if turned else (whole, thinned)
        one.merge(two)
        assert (one.stride, one.held, one.seen) == (8, 128, 1_024)
        assert sorted(one.largest) == sorted([*range(512), *range(21, 512)])
