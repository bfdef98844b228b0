"""Further looks at single rows: what is left without some of them, and how many cost more than they do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from losscli.batch import Batch, Stream
from losscli.engine.add import add
from losscli.engine.domains import Extents
from losscli.engine.missing import Missing
from losscli.engine.partial import Partial, Task
from losscli.engine.survey import survey
from losscli.engine.top import Rows, numbers_of
from losscli.engine.walk import walk
from losscli.losses.domain import Array
from losscli.losses.stable import times
from losscli.parallel.executor import THREADS
from losscli.stats.concentration import Spread


def without(stream: Stream, task: Task, left_out: Array, missing: Missing) -> Partial:
    """One pass in which a task leaves out some rows (numbered from 1); the others count as ever."""
    rest = Rest([task], survey(THREADS, stream, [task], drop=missing == "drop"), [[left_out]])
    walk(THREADS, stream, [rest], missing, lengths=None)
    return rest.partials[0][0]


def _keyed(task: Task, batch: Batch, rows: Rows, facts: Mapping[str, Any], extents: Extents) -> Partial:
    """The partial of a batch with the value of every row."""
    part = Partial.of(task, spread=Spread.unkept(), values=[])
    add(part, batch, rows, facts, extents)
    return part


def _keys(part: Partial) -> Array:
    """w·loss of each row, the larger the worse: nan is infinite."""
    assert part.values is not None
    (values,) = part.values
    made = values.loss if values.weight is None else times(values.weight, values.loss)
    return np.where(np.isnan(made), np.inf, made)


def _among(rows: Array, numbers: Array) -> tuple[Array, Array]:
    """Which of the rows are among these numbers, which ascend, and where."""
    places = np.minimum(np.searchsorted(numbers, rows), len(numbers) - 1)
    at = np.flatnonzero(numbers[places] == rows)
    return at, places[at]


@dataclass(eq=False, repr=False)
class Rest:
    """Partials without some rows, several for each task; and w·loss of the rows `wanted`, for each task."""

    tasks: Sequence[Task]
    facts: Sequence[Mapping[str, Any]]
    left_out: Sequence[Sequence[Array]]
    wanted: Array = field(default_factory=lambda: np.empty(0, np.int64))
    partials: list[list[Partial]] = field(init=False)
    own: Array = field(init=False)

    def __post_init__(self) -> None:
        self.partials = [
            [Partial.of(task, spread=Spread.unkept()) for _ in rows]
            for task, rows in zip(self.tasks, self.left_out, strict=True)
        ]
        self.own = np.full((len(self.tasks), len(self.wanted)), np.nan)

    def like(self) -> Rest:
        return Rest(self.tasks, self.facts, self.left_out, self.wanted)

    def add(self, batch: Batch, rows: Rows, extents: Extents) -> None:
        numbers = numbers_of(rows, np.arange(len(batch)))
        at, places = _among(self.wanted, numbers)
        for i, (task, known) in enumerate(zip(self.tasks, self.facts, strict=True)):
            gone = [_among(left_out, numbers)[1] for left_out in self.left_out[i]]
            full = None
            if at.size or not all(some.size for some in gone):
                full = _keyed(task, batch, rows, known, extents)
            if full is not None and at.size:
                self.own[i, at] = _keys(full)[places]
            for running, some in zip(self.partials[i], gone, strict=True):
                if full is not None and not some.size:
                    running.merge(full)
                elif some.size < len(numbers):
                    kept = np.delete(np.arange(len(numbers)), some)
                    y_true = None if batch.y_true is None else batch.y_true[kept]
                    weight = None if batch.weight is None else batch.weight[kept]
                    y_pred = {task.model: batch.y_pred[task.model][kept]}
                    rest = replace(batch, y_true=y_true, y_pred=y_pred, weight=weight)
                    add(running, rest, numbers[kept], known, Extents())

    def merge(self, other: Rest) -> None:
        for mine, theirs in zip(self.partials, other.partials, strict=True):
            for running, part in zip(mine, theirs, strict=True):
                running.merge(part)
        self.own = np.fmax(self.own, other.own)


@dataclass(eq=False, repr=False)
class Above:
    """How many rows have a larger w·loss than each of `own` (tasks, rows); equal ones share a place."""

    tasks: Sequence[Task]
    facts: Sequence[Mapping[str, Any]]
    own: Array
    counts: Array = field(init=False)

    def __post_init__(self) -> None:
        self.counts = np.zeros(self.own.shape, np.int64)

    def like(self) -> Above:
        return Above(self.tasks, self.facts, self.own)

    def add(self, batch: Batch, rows: Rows, extents: Extents) -> None:
        for count, own, task, known in zip(self.counts, self.own, self.tasks, self.facts, strict=True):
            keys = _keys(_keyed(task, batch, rows, known, extents))
            larger = np.sort(keys[keys > own.min()])
            count += len(larger) - np.searchsorted(larger, own, side="right")

    def merge(self, other: Above) -> None:
        self.counts += other.counts
