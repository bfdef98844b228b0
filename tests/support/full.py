"""Records of a fold that are full to their last field: one of a kind, and another that differs in each."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from losscli.batch import Origin
from losscli.catalogue.find import lookup as find
from losscli.engine.chunk import Done, Misfit
from losscli.engine.group_sums import UP, GroupSums, Keys
from losscli.engine.partial import Partial, Task
from losscli.engine.sums import Sum
from losscli.engine.top import Tally, Top
from losscli.errors import BadValue
from losscli.frameworks.convention import convention
from losscli.results.rows import RowValues
from losscli.stats.concentration import Spread
from losscli.stats.errorsample import ErrorSample

TASK = Task(convention(find("huber"), "exact"), {"delta": 2.0})
OTHER = Task(convention(find("mae"), "exact"), {})
KERAS = Task(convention(find("hinge"), "keras"), {})
SKLEARN = Task(convention(find("hinge"), "sklearn"), {})


def array(*values: float) -> Any:
    return np.array(values)


def rows(*numbers: int) -> Any:
    return np.array(numbers, np.int64)


def of(number: float, special: float = 0.0) -> Sum:
    made = Sum(special=special)
    made.add(number)
    return made


def keys(*names: str, columns: tuple[str, ...] = ("g",)) -> Keys:
    made = Keys()
    made.numbers([(name,) for name in names])
    made.columns = columns
    return made


# ---- what is kept of rows


def mine_top() -> Top:
    kept = {"loss": [array(4.0), array(9.0)]}
    return Top(3, 1.5, rows(5, 2), array(4.0, 9.0), kept)


def other_top() -> Top:
    return Top(2, 0.5, rows(11, 12, 13), array(7.0, 1.0, 4.0), {"loss": [array(7.0, 1.0), array(4.0)]})


def mine_spread() -> Spread:
    kept: list[Any] = [(rows(3, 9), array(2.0, 1.0)), (rows(14), array(3.0))]
    return Spread(4, 2.5, kept, array(8.0, 3.0), 3, 12, -1.0, 500, 7)


def other_spread() -> Spread:
    return Spread(4, 6.5, [(rows(21), array(5.0))], array(7.0), 1, 5, -4.0, 900, 1 << 40)


def mine_errors() -> ErrorSample:
    return ErrorSample(4, [(rows(3, 7, 11), array(2.0, 1.0, 6.0))], 3, 12, [array(2.0)], False, 7)


def other_errors() -> ErrorSample:
    return ErrorSample(8, [(rows(21), array(5.0))], 1, 5, [array(5.0), array(4.0)], False, 1 << 40)


def mine_groups() -> GroupSums:
    sums = {("value", 0): (array(1.0, 2.0), array(0.25, 0.5)), ("mine", 0): (array(3.0, 4.0), array(0, 0))}
    tops = {"m": array(5.0, 1.0)}
    return GroupSums(keys("a", "b"), rows(2, 3), rows(1, 0), sums, tops, [rows(0, 1)])


def other_groups() -> GroupSums:
    sums = {
        ("value", 0): (array(10.0, 20.0), array(1.0, 2.0)),
        ("value", UP): (array(6.0, 7.0), array(0.0, 0.125)),
    }
    tops = {"m": array(8.0, 4.0), "other": array(2.0, 3.0)}
    return GroupSums(keys("c", "a", columns=("h",)), rows(10, 20), rows(4, 5), sums, tops, [rows(0, 1, 1)])


# ---- a partial, full to the last field, and another one


def mine_partial() -> Partial:
    return Partial(
        TASK,
        mine_top(),
        n=10,
        weights=of(3.0),
        counts=of(11.0),
        weighted_counts=of(0.5, math.inf),
        terms={"value": of(2.0), "plain": of(5.0)},
        largest={"a": 3.0, "b": 9.0},
        spread=mine_spread(),
        tallies={"inf": Tally(2, (1, 7)), 3: Tally(1, (4,))},
        codings={0.0: 7, -1.0: 12},
        cells=2,
        positions=4,
        axis=1,
        shape=(10, 4),
        collected=[(rows(1, 2), array(1, 0), array(0.5, 0.25), array(1, 3))],
        weighted=True,
        values=[
            RowValues(range(1, 3), array(9, 8), array(1, 2), array(3, 4), array(5, 6), array(7, 0)),
            RowValues(rows(8), array(7), array(5), array(6), array(4), array(3)),
        ],
        groups=mine_groups(),
        errors=mine_errors(),
    )


def other_partial() -> Partial:
    return Partial(
        OTHER,
        other_top(),
        n=20,
        weights=of(4.0),
        counts=of(22.0),
        weighted_counts=of(1.0, -math.inf),
        terms={"value": of(8.0), "scaled": of(6.0)},
        largest={"a": 5.0, "b": 2.0, "c": -1.0},
        spread=other_spread(),
        tallies={"inf": Tally(3, (5, 6, 9)), "nan": Tally(1, (2,))},
        codings={0.0: 4, 1.0: 6, -1.0: 15},
        cells=6,
        positions=9,
        axis=2,
        shape=(20, 5),
        collected=[(rows(3), None, array(0.75), array(2))],
        weighted=False,
        values=[RowValues(range(3, 4), None, array(7), array(8))],
        groups=other_groups(),
        errors=other_errors(),
    )


# ---- a chunk


def mine_done(relative: bool = True) -> Done:
    return Done(
        [Partial(TASK, Top(3), n=2, codings={0.0: 7})],
        relative,
        several=False,
        keys=keys("a"),
        refused={0: refusal("mine", 3), 4: refusal("only mine", 2)},
        missing=Tally(1, (6,)),
        rows=50,
        read=49,
        size=1000,
        files={"a.csv": 30, "b.csv": 20},
        origin=Origin("b.csv"),
        far={"y_true"},
    )


def other_done(relative: bool = True) -> Done:
    return Done(
        [Partial(TASK, Top(3), n=5, codings={0.0: 1, 1.0: 2}, groups=other_groups())],
        relative,
        several=True,
        keys=keys("c", "d"),
        refused={0: refusal("later", 4), 1: refusal("theirs", 5)},
        missing=Tally(2, (1, 2)),
        rows=7,
        read=5,
        size=200,
        files={"b.csv": 3, "c.csv": 4},
        origin=Origin("c.csv", before=9),
        far={"m", "weight"},
    )


def refusal(why: str, row: int) -> Misfit:
    return Misfit(BadValue("y_pred", 0, (), why), Origin(f"{why}.csv"), "y_pred", row)
