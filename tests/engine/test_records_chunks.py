"""What chunks leave behind, joined, renumbered or sent: each field against what is written by hand.

As test_records.py, for the records that hold those; with what a look at all labels, a profile and the reasons
keep between batches.
"""

from __future__ import annotations

import math
import pickle
import pkgutil
from hashlib import blake2b
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from support.close import close
from support.full import (
    KERAS,
    OTHER,
    SKLEARN,
    TASK,
    array,
    keys,
    mine_done,
    mine_partial,
    other_done,
    other_groups,
    refusal,
)
from support.records import Case, act, check, methods, plain

import losscli.analysis.profile
import losscli.analysis.steps
import losscli.analysis.why
import losscli.engine
import losscli.parallel
import losscli.stats
from losscli.analysis.profile import _Pass
from losscli.analysis.profile import sample as samples
from losscli.analysis.profile.columns import ArrayPass, ColumnPass
from losscli.analysis.profile.pairs import PairPass
from losscli.analysis.profile.sample import EntrySample
from losscli.analysis.steps.totals import _Others
from losscli.batch import Batch, Origin
from losscli.engine import group_sums as groups
from losscli.engine import partial, sums
from losscli.engine import top as kept
from losscli.engine.chunk import ChunkWork, Done
from losscli.engine.group_sums import GroupSums
from losscli.engine.partial import Partial
from losscli.engine.survey import _Seen
from losscli.engine.top import Tally, Top
from losscli.engine.walk import HeldRows, _Walked
from losscli.engine.without import Rest, RowKeys
from losscli.errors import LosscliError
from losscli.parallel.dask import Stretch
from losscli.stats import concentration as spread
from losscli.stats import errorsample
from losscli.stats import sketch as sketches
from losscli.stats.sketch import Sketch

ONCE = "both sides have it from the same fold"
UNNUMBERED = "it holds no row's number"


def followed(before: int) -> dict[str, Any]:
    """What two chunks are as one, if the second one's rows are numbered so much further down."""
    groups = GroupSums(keys("a"))
    groups.merge(other_groups())
    codings = {0.0: min(7, 1 + before), 1.0: 2 + before}
    part = Partial(TASK, Top(3), n=7, codings=codings, groups=groups)
    return {
        "partials": [part],
        "relative": before > 0,
        "several": True,
        "keys": {"names": [["a"], ["c"]], "columns": ["h"]},
        "refused": {
            0: refusal("mine", 3),
            4: refusal("only mine", 2),
            1: refusal("theirs", 5 + before),
        },
        "missing": {"count": 3, "rows": sorted([6, 1 + before, 2 + before])},
        "rows": 57,
        "read": 54,
        "size": 1200,
        "files": {"a.csv": 30, "b.csv": 23, "c.csv": 4},
        "origin": Origin("c.csv", before=9),
        "far": {"m", "weight", "y_true"},
    }


class Joined(list[int]):
    """Results that join while they are of one kind: all even or all odd."""

    def follow(self, other: Joined) -> bool:
        if self[0] % 2 != other[0] % 2:
            return False
        self += other
        return True


LATER = LosscliError("the later one")
FIRST = LosscliError("the first one")


def column_pass(*values: float) -> ColumnPass:
    made = ColumnPass("y_pred", "m", "c")
    made.add(array(*values[:4]))
    made.add(array(*values[4:], math.nan)[:-1])
    return made


def array_pass() -> ArrayPass:
    first = np.array([[1.0, 0.0], [0.75, 1.5]])
    made = ArrayPass("y_pred", "m", first, Origin())
    made.add(first)
    return made


def pair_pass() -> PairPass:
    made = PairPass()
    made.add(array(0.0, 1.0), np.array([[3.0, 1.0], [0.0, 2.0]]))
    return made


def one_pair() -> PairPass:
    made = PairPass()
    made.add(array(2.0), array(1.0))
    return made


def others(kind: str) -> _Others:
    made = _Others(kind)
    made.add(array(10.0, 2.0), array(1.0, 0.0), False)
    return made


def row_keys(*own: float) -> RowKeys:
    made = RowKeys([TASK], [{"a": 1}], np.array([4, 9]))
    made.own[:] = own
    return made


def rest(n: int, *above: int) -> Rest:
    """Of `n` rows that are left, with how many rows cost more than 5 and than 2."""
    made = Rest([TASK], [{"a": 1}], [[np.array([4])]], np.array([[5.0, 2.0]]))
    made.above += above
    made.partials[0][0].n = n
    return made


BATCH = Batch(array(1.0, 2.0), {"m": array(3.0, 4.0)})
SURVEYED = [OTHER, KERAS, SKLEARN, KERAS]
WORK = ChunkWork([mine_partial()], {4: "why", 2: "why"}, [{"a": 1}], "drop", True)
BEGUN = {
    **plain(Partial(TASK, Top(3, 1.5))),
    "spread": {"stride": 4, "cut": 2.5, "pieces": [], "largest": [], "held": 0, "seen": 0, "lowest": 0.0}
    | {"most": 500, "start": 0},
    "values": [],
    "errors": {"stride": 4, "pieces": [], "held": 0, "seen": 0, "looks": [], "partly": False, "start": 0},
}
CASES = [
    Case(
        "Done.shift",
        lambda: (mine_done(), 100),
        act("shift"),
        {**plain(mine_done()), "partials": [Partial(TASK, Top(3), n=2, codings={0.0: 107})]}
        | {"refused": {0: refusal("mine", 103), 4: refusal("only mine", 102)}, "missing": Tally(1, (106,))},
        dict.fromkeys(
            ["relative", "several", "keys", "rows", "read", "size", "files", "origin", "far"], UNNUMBERED
        ),
        bare=["several"],
    ),
    Case(
        "Done.follow",
        lambda: (mine_done(), other_done()),
        act("follow"),
        followed(50),
        {"relative": "they are alike in this"},
        bare=["several"],
    ),
    Case(
        "Done.follow, absolute",
        lambda: (mine_done(False), other_done(False)),
        act("follow"),
        followed(0),
        {"relative": "they are alike in this"},
        bare=["several"],
    ),
    Case(
        "Stretch.add",
        lambda: (Stretch([Joined([1])], FIRST, 3, 1.5), [Joined([3]), Joined([4]), Joined([6])]),
        act("add"),
        {"results": [[1, 3], [4, 6]], "error": FIRST, "chunks": 3, "seconds": 1.5},
        dict.fromkeys(["error", "chunks", "seconds"], "the task knows them"),
    ),
    Case(
        "Stretch.follow",
        lambda: (Stretch([Joined([1])], None, 3, 1.5), Stretch([Joined([3]), Joined([4])], LATER, 5, 2.25)),
        act("follow"),
        {"results": [[1, 3], [4]], "error": LATER, "chunks": 8, "seconds": 3.75},
        bare=["error"],
    ),
    Case(
        "Stretch.follow, after an error",
        lambda: (Stretch([Joined([1])], FIRST, 3, 1.5), Stretch([Joined([3])], LATER, 5, 2.25)),
        act("follow"),
        {"results": [[1]], "error": FIRST, "chunks": 8, "seconds": 3.75},
        {"results": "rows after an error are not told", "error": "the first is told"},
    ),
    Case(
        "_Seen.follow",
        lambda: (
            _Seen(SURVEYED, [{}, {"all_binary": True}, {"labels": (1.0,)}, {}]),
            _Seen(SURVEYED, [{}, {"all_binary": False}, {"labels": (3.0,)}, {"all_binary": True}]),
        ),
        act("follow"),
        {
            "tasks": SURVEYED,
            "facts": [{}, {"all_binary": False}, {"labels": [1.0, 3.0]}, {"all_binary": True}],
        },
        {"tasks": ONCE},
    ),
    Case(
        "_Walked.follow",
        lambda: (_Walked([HeldRows([BATCH], 4)], [2, 3]), _Walked([HeldRows([BATCH, BATCH], 8)], [5])),
        act("follow"),
        {"looks": [HeldRows([BATCH, BATCH, BATCH], 12)], "lengths": [2, 3, 5]},
    ),
    Case(
        "ChunkWork.__getstate__",
        lambda: (WORK,),
        lambda work: pickle.loads(pickle.dumps(work)),
        {
            "running": [BEGUN],
            "ended": {4, 2},
            "facts": [{"a": 1}],
        }
        | {"missing": "drop", "sloped": True},
        dict.fromkeys(["facts", "missing", "sloped"], "the other side must know it"),
    ),
    Case(
        "Sketch.add",
        lambda: (
            Sketch([array(4.0)], [array(2.0)], 1, exact=False, _in_order=True),
            array(7.0, 1.0, 5.0, 3.0),
            array(1.0, 0.0, 0.5, 3.0),
        ),
        act("add"),
        {"values": [[4.0], [7.0, 5.0, 3.0]], "weights": [[2.0], [1.0, 0.5, 3.0]], "held": 4, "exact": False}
        | {"_in_order": True},
        {"exact": "it was pressed before", "_in_order": "it counts where there is one array"},
    ),
    Case(
        "Sketch.merge",
        lambda: (
            Sketch([array(4.0)], [array(2.0)], 1, _in_order=True),
            Sketch([array(7.0, 1.0)], [array(1.0, 3.0)], 2, exact=False),
        ),
        act("merge"),
        {"values": [[4.0], [7.0, 1.0]], "weights": [[2.0], [1.0, 3.0]], "held": 3, "exact": False}
        | {"_in_order": True},
        {"_in_order": "it counts where there is one array"},
        bare=["exact"],
    ),
    Case(
        "RowKeys.merge",
        lambda: (row_keys(2.0, np.nan), row_keys(np.nan, 7.0)),
        act("merge"),
        {**plain(row_keys(2.0, 7.0))},
        dict.fromkeys(["tasks", "facts", "wanted"], ONCE),
    ),
    Case(
        "RowKeys.like",
        lambda: (row_keys(2.0, 7.0),),
        lambda full: full.like(),
        {**plain(row_keys(np.nan, np.nan))},
        dict.fromkeys(["tasks", "facts", "wanted"], ONCE),
    ),
    Case(
        "Rest.merge",
        lambda: (rest(3, 2, 0), rest(4, 1, 3)),
        act("merge"),
        {**plain(rest(7, 3, 3))},
        dict.fromkeys(["tasks", "facts", "left_out", "own"], ONCE),
    ),
    Case(
        "Rest.like",
        lambda: (rest(3, 2, 1),),
        lambda full: full.like(),
        {**plain(rest(0, 0, 0))},
        dict.fromkeys(["tasks", "facts", "left_out", "own"], ONCE),
    ),
    Case(
        "HeldRows.merge",
        lambda: (HeldRows([BATCH], 4), HeldRows([BATCH, BATCH], 8)),
        act("merge"),
        {"batches": [BATCH, BATCH, BATCH], "size": 12},
    ),
    Case(
        "HeldRows.like",
        lambda: (HeldRows([BATCH], 4),),
        lambda full: full.like(),
        {"batches": [], "size": 0},
    ),
    Case(
        "HeldRows.add",
        lambda: (HeldRows([BATCH], 4), BATCH, range(1, 3), None),
        act("add"),
        {"batches": [BATCH, BATCH], "size": 8},
    ),
    Case(
        "ColumnPass.add",
        lambda: (
            column_pass(2.0, -3.0, 0.0, 1.0, math.inf),
            array(-4.5, 99, 1, 0, math.nan, -math.inf, math.inf),
        ),
        act("add"),
        {
            "role": "y_pred",
            "model": "m",
            "name": "c",
            "count": 8,
            "missing": 1,
            "infinite": 3,
            "minus_infinite": 1,
            "zeros": 2,
            "ones": 2,
            "negatives": 2,
            "low": -4.5,
            "high": 99.0,
            "smallest": 1.0,
            "inner_low": -4.5,
            "inner_high": 2.0,  # 99 may stand for a missing value
            "mean": 95.5 / 8,
            "squares": 14 + 9822.25 - 95.5**2 / 8,
            "whole": False,
            "distinct": {2.0: 1, -3.0: 1, 0.0: 2, 1.0: 2, -4.5: 1, 99.0: 1},
            "digest": blake2b(
                array(2, -3, 0, 1, math.inf, -4.5, 99, 1, 0, math.nan, -math.inf, math.inf).tobytes(),
                digest_size=16,
            ),
        },
        dict.fromkeys(["role", "model", "name"], "the column's own")
        | dict.fromkeys(["smallest", "inner_high"], "the other values are larger in size, or left out"),
    ),
    Case(
        "ArrayPass.add",
        lambda: (array_pass(), np.array([[0.0, 1.0], [2.0, -1.0], [0.5, 0.5], [-math.inf, 0.0], [1.0, 0.5]])),
        act("add"),
        {
            "shape": [2],
            "rows": 7,
            "outside": 3,
            "off_rows": 2,
            "off_logs": 6,
            "columns": [[6, 0, 1, 0.875], [7, 0, 0, round(2.5 / 7, 12)]],
            "hot": [1, 1],
        },
        {"shape": "of every row"},
    ),
    Case(
        "PairPass.add",
        lambda: (pair_pass(), array(1.0, 0.0, 2.0, math.nan), np.array([[0, 4], [4, 0], [2, 1], [1, 1]])),
        act("add"),
        {"n": 5, "right": 4, "ratios": 0.0, "highest": [3, 2], "squares": [27.0, 12.0]},
        {"ratios": "of several columns there are none"},
    ),
    Case(
        "PairPass.add, of one column",
        lambda: (one_pair(), array(3.0, 5.0), array(1.0, 4.0)),
        act("add"),
        {"n": 3, "right": 0, "ratios": 5.25, "highest": [3], "squares": [6.0]},
        {"right": "the only column is no label"},
    ),
    Case(
        "_Others.add",
        lambda: (others("sum"), array(1.0, 4.0), array(2.0, 0.5), False),
        act("add"),
        {"kind": "sum", "value": 14.0},
        {"kind": "it is asked for once"},
    ),
    Case(
        "_Others.add, of the largest",
        lambda: (others("largest_of"), array(30.0, 12.0), array(0.0, 0.5), False),
        act("add"),
        {"kind": "largest_of", "value": 12.0},
        {"kind": "it is asked for once"},
    ),
]
ELSEWHERE = {
    "_By.add": "test_groups.py",
    "_Pass.add": "below",
    "KindPass.add": "below",
    "EntrySample.add": "below",
    "Duplicates.add": "test_profile.py",
    **dict.fromkeys(
        ["RowKeys.add", "Rest.add", "Target.add", "Target.like", "Target.merge"],
        "test_why_passes.py",
    ),
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_field_is_what_is_written_by_hand(case: Case) -> None:
    check(case)


def test_no_method_lacks_a_case() -> None:
    rooms = (losscli.analysis.profile, losscli.analysis.why, losscli.analysis.steps)
    inside = [losscli.engine, losscli.parallel, losscli.stats, *rooms]
    modules = [
        import_module(f"{p.__name__}.{m.name}") for p in inside for m in pkgutil.iter_modules(p.__path__)
    ]
    others = set(modules) - {errorsample, groups, kept, partial, spread, sums}
    assert set(methods(*inside, *others)) == {case.name.partition(",")[0] for case in CASES} | set(ELSEWHERE)


def test_chunks_that_number_their_rows_in_different_ways_stay_apart() -> None:
    for one, other in ((mine_done(True), other_done(False)), (mine_done(False), other_done(True))):
        before = plain(one), plain(other)
        assert one.follow(other) is False
        assert (plain(one), plain(other)) == before


def test_what_comes_after_no_loss_fits_any_more_stays_apart() -> None:
    one, other = Done([Partial(TASK, Top(3))], True, refused={0: refusal("why", 3)}, rows=5), other_done()
    before = plain(one), plain(other)
    assert one.follow(other) is False
    assert (plain(one), plain(other)) == before
    some = Done([Partial(TASK, Top(3)), Partial(TASK, Top(3))], True, refused={0: refusal("why", 3)})
    assert some.follow(
        Done([Partial(TASK, Top(3)), Partial(TASK, Top(3))], True, refused={1: refusal("b", 4)})
    )
    assert plain(some.refused) == plain({0: refusal("why", 3), 1: refusal("b", 4)})


def test_a_pass_over_two_batches_has_seen_both() -> None:
    seen = _Pass()
    seen.add(Batch(array(1, 2), {"m": array(3, 4), "n": array(5, 6)}, array(1, 1)))
    seen.add(Batch(array(1, 2, 7), {"m": array(3, 0, 8), "n": array(5, 6, 9)}, array(0, 2, 3)))
    assert seen.n == 5
    truth, models = seen.kinds.truth, seen.kinds.models
    assert truth is not None
    assert seen.weight is not None
    sums = [one.columns[0].mean * one.columns[0].count for one in (truth, models["m"][0], models["n"][0])]
    assert [pair.n for _, pair in models.values()] == [5, 5]
    assert [*sums, seen.weight.mean * 5] == close([13, 18, 31, 7], 1e-15)
    assert (truth.rows, seen.weight.count) == (5, 5)
    assert seen.duplicates.count() == (1, False)
    assert plain(seen.sample.entries(None)) == [1, 2, 1, 2, 7]
    assert plain(seen.sample.pair("m")) == [[1, 2, 1, 2, 7], [3, 4, 3, 0, 8]]
    assert plain(seen.sample.entries("n")) == [5, 6, 5, 6, 9]
    assert not seen.sample.sampled("n")


def test_a_sample_keeps_the_entries_of_a_row_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "KEPT", 100)
    sample = EntrySample()
    for start in range(0, 1_000, 90):
        numbers = np.arange(start, min(start + 90, 1_000), dtype=float)
        sample.add({None: numbers, "m": -numbers, "two": np.stack([numbers, numbers + 0.5], axis=1)})
    true, pred = sample.pair("m")
    assert (true.size, sample.sampled("m"), sample.sampled("two")) == (100, True, True)
    assert (pred == -true).all()
    assert (np.diff(true) > 0).all()  # in the order of the rows
    least = np.argsort(np.random.default_rng(0).random(1_000))[:100]
    assert true.tolist() == sorted(least.tolist())


def test_pressed_values_keep_their_weight_their_mean_and_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sketches, "KEPT_EXACTLY", 1_000)
    monkeypatch.setattr(sketches, "GROUPS", 250)
    rng = np.random.default_rng(3)
    values, weights = rng.exponential(size=3_000), rng.integers(0, 3, 3_000).astype(float)
    sketch = Sketch()
    for start in range(0, 3_000, 400):
        sketch.add(values[start : start + 400], weights[start : start + 400])
    held, heavy = sketch.ordered()
    assert (sketch.exact, sketch.held) == (False, held.size)
    assert held.size <= 1_000
    assert heavy.sum() == weights.sum()
    assert sketch.mean() == close(float(np.average(values, weights=weights)), 1e-12)
    order = np.argsort(values)
    middle = values[order][np.searchsorted(np.cumsum(weights[order]), weights.sum() / 2)]
    assert sketch.quantile(0.5) == close(middle, 0.01)  # a group is a 250th of the weight
