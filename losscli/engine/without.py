"""Further looks at single rows: what is left without some of them, and how many cost more than they do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from losscli.batch import Batch, Stream
from losscli.engine.add import add, add_values, add_weights
from losscli.engine.domains import Extents
from losscli.engine.missing import MissingRule
from losscli.engine.partial import Partial, Task
from losscli.engine.row_sums import by_rows
from losscli.engine.survey import survey
from losscli.engine.top import Rows, numbers_of
from losscli.engine.walk import walk
from losscli.losses.domain import Array
from losscli.parallel.executor import THREADS
from losscli.results.rows import RowValues
from losscli.stats.concentration import Spread

_ROUNDING = 4  # units in the last place


def without(stream: Stream, task: Task, left_out: Array, missing: MissingRule) -> Partial:
    """One pass in which a task leaves out some rows (numbered from 1); the others count as ever."""
    rest = Rest([task], survey(THREADS, stream, [task], drop=missing == "drop"), [[left_out]])
    walk(THREADS, stream, [rest], missing, lengths=None)
    return rest.partials[0][0]


def _keyed(task: Task, batch: Batch, rows: Rows, facts: Mapping[str, Any], extents: Extents) -> Partial:
    """The partial of a batch with the value of every row."""
    part = Partial.of(task, spread=Spread.unkept(), values=[])
    add(part, batch, rows, facts, extents)
    return part


def _values(part: Partial) -> RowValues:
    assert part.values is not None
    (values,) = part.values
    return values


def _keys(part: Partial) -> Array:
    """What each row adds to the sum, the larger the worse: nan is infinite."""
    cost = _values(part).cost
    assert cost is not None
    return np.where(np.isnan(cost), np.inf, cost)


def _among(rows: Array, numbers: Rows) -> tuple[Array, Array]:
    """Which of the rows are among these numbers, which ascend, and where."""
    if isinstance(numbers, range):
        at = np.flatnonzero((rows >= numbers.start) & (rows < numbers.stop))
        return at, rows[at] - numbers.start
    places = np.minimum(np.searchsorted(numbers, rows), len(numbers) - 1)
    at = np.flatnonzero(numbers[places] == rows)
    return at, places[at]


def _only(batch: Batch, model: str, at: Array) -> Batch:
    """The rows at these places, and of the predictions this model's."""
    return replace(
        batch,
        y_true=None if batch.y_true is None else batch.y_true[at],
        y_pred={model: batch.y_pred[model][at]},
        weight=None if batch.weight is None else batch.weight[at],
    )


@dataclass(eq=False, repr=False)
class RowKeys:
    """w·loss of the rows `wanted` for each task (tasks, rows): only theirs is computed."""

    tasks: Sequence[Task]
    facts: Sequence[Mapping[str, Any]]
    wanted: Array
    own: Array = field(init=False)

    def __post_init__(self) -> None:
        self.own = np.full((len(self.tasks), len(self.wanted)), np.nan)

    def like(self) -> RowKeys:
        return RowKeys(self.tasks, self.facts, self.wanted)

    def add(self, batch: Batch, rows: Rows, extents: Extents) -> None:
        at, places = _among(self.wanted, rows)
        if at.size:
            for i, (task, known) in enumerate(zip(self.tasks, self.facts, strict=True)):
                some = _only(batch, task.model, places)
                self.own[i, at] = _keys(_keyed(task, some, numbers_of(rows, places), known, Extents()))

    def merge(self, other: RowKeys) -> None:
        self.own = np.fmax(self.own, other.own)


@dataclass(eq=False, repr=False)
class Rest:
    """Partials without some rows, several for each task; and how many rows have a larger w·loss than `own`.

    `own` is (tasks, rows), the RowKeys of single rows; equal ones share a place, and those that rounding
    alone tells apart: what a kernel gives for a row may depend on the rows beside it, in the last digit.
    """

    tasks: Sequence[Task]
    facts: Sequence[Mapping[str, Any]]
    left_out: Sequence[Sequence[Array]]
    own: Array | None = None
    partials: list[list[Partial]] = field(init=False)
    above: Array = field(init=False)

    def __post_init__(self) -> None:
        self.partials = [
            [Partial.of(task, spread=Spread.unkept()) for _ in rows]
            for task, rows in zip(self.tasks, self.left_out, strict=True)
        ]
        self.above = np.zeros((0,) if self.own is None else self.own.shape, np.int64)

    def like(self) -> Rest:
        return Rest(self.tasks, self.facts, self.left_out, self.own)

    def add(self, batch: Batch, rows: Rows, extents: Extents) -> None:
        for i, (task, known) in enumerate(zip(self.tasks, self.facts, strict=True)):
            full = _keyed(task, batch, rows, known, extents)
            if self.own is not None:
                keys, own = _keys(full), self.own[i]
                slack = _ROUNDING * np.finfo(task.convention.dtype).eps
                own = np.where(np.isinf(own), own, own + slack * np.abs(own))
                larger = np.sort(keys[keys > own.min()])
                self.above[i] += len(larger) - np.searchsorted(larger, own, side="right")
            for running, left_out in zip(self.partials[i], self.left_out[i], strict=True):
                _, gone = _among(left_out, rows)
                if not gone.size:
                    running.merge(full)
                elif gone.size < len(batch):
                    running.merge(_fewer(full, batch, known, np.delete(np.arange(len(batch)), gone), rows))

    def merge(self, other: Rest) -> None:
        for mine, theirs in zip(self.partials, other.partials, strict=True):
            for running, part in zip(mine, theirs, strict=True):
                running.merge(part)
        self.above += other.above


def _fewer(full: Partial, batch: Batch, known: Mapping[str, Any], kept: Array, rows: Rows) -> Partial:
    """What the rows `kept` leave behind, from the values of all where these are all that counts."""
    task, values = full.task, _values(full)
    if task.convention.adds is not None or task.convention.scale is not None or full.positions:
        return _keyed(task, _only(batch, task.model, kept), numbers_of(rows, kept), known, Extents())
    part = Partial.of(
        task, spread=Spread.unkept(), shape=full.shape, cells=full.cells, weighted=full.weighted
    )
    part.n = len(kept)
    weight = None if values.weight is None else values.weight[kept]
    add_weights(part.weights, weight, len(kept))
    made = by_rows(values.loss[kept], None, weight)
    add_values(part, made, numbers_of(rows, kept), batch, values.y_pred, None)
    return part
