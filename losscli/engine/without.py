"""Further looks at single rows: what is left without some of them, and how many cost more than they do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from losscli.batch import Stream
from losscli.engine.add import partial
from losscli.engine.fold import Folded
from losscli.engine.missing import Missing, complete
from losscli.engine.partial import Partial, Task
from losscli.engine.survey import survey
from losscli.engine.top import Tally
from losscli.losses.domain import Array
from losscli.parallel.executor import THREADS


def without(stream: Stream, tasks: Sequence[Task], left_out: Sequence[Array], missing: Missing) -> Folded:
    """One pass in which each task leaves out its own rows (numbered from 1); the others count as ever."""
    facts = survey(THREADS, stream, tasks, drop=missing == "drop")
    partials = [Partial.of(task) for task in tasks]
    absent = Tally()
    read = 0
    for batch, rows in complete(stream, missing, absent):
        read += len(batch)
        for running, task, gone, known in zip(partials, tasks, left_out, facts, strict=True):
            kept = ~np.isin(rows, gone)
            if not kept.any():
                continue
            y_true = None if batch.y_true is None else batch.y_true[kept]
            weight = None if batch.weight is None else batch.weight[kept]
            y_pred = {task.model: batch.y_pred[task.model][kept]}
            some = replace(batch, y_true=y_true, y_pred=y_pred, weight=weight)
            running.merge(partial(task, some, rows[kept], known, 0))
    return Folded(partials, read, absent, {}, lambda: complete(stream, missing, Tally()))


def places(stream: Stream, tasks: Sequence[Task], rows: Sequence[int], missing: Missing) -> Array:
    """The rows' places (tasks, rows) by w·loss under each task, 1 the largest; equal ones share a place.

    Two passes: one for the rows themselves, one for how many lie above them. A nan counts as infinite.
    """
    facts = survey(THREADS, stream, tasks, drop=missing == "drop")
    wanted = np.array(rows)
    own = np.full((len(tasks), len(rows)), np.nan)
    above = np.zeros((len(tasks), len(rows)), np.int64)
    for counting in (False, True):
        for batch, numbers in complete(stream, missing, Tally()):
            for i, (task, known) in enumerate(zip(tasks, facts, strict=True)):
                top = partial(task, batch, numbers, known, None).top
                if counting:
                    ordered = np.sort(top.key)
                    above[i] += len(ordered) - np.searchsorted(ordered, own[i], side="right")
                else:
                    at = np.flatnonzero(np.isin(wanted, top.rows))
                    own[i, at] = top.key[np.searchsorted(top.rows, wanted[at])]
    return above + 1
