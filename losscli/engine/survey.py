"""A look at all labels before the first row, for conventions whose coding depends on all of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from losscli.batch import whole
from losscli.engine.partial import Task
from losscli.engine.top import missing_rows
from losscli.errors import LosscliError
from losscli.parallel.executor import Job

if TYPE_CHECKING:
    from losscli.batch import Chunk, Stream
    from losscli.frameworks.departure import Survey
    from losscli.parallel.executor import Executor


def survey(executor: Executor, stream: Stream, tasks: Sequence[Task], drop: bool) -> list[dict[str, Any]]:
    """What each task must know of all labels, by name; `drop` leaves rows with missing values out."""
    if all(_asked(task) is None for task in tasks):
        return [{} for _ in tasks]
    look = _SurveyLook(tasks, drop)
    try:
        return _joined(executor.in_order(executor.chunks(stream), look))
    except LosscliError:  # one batch after another, what is odd is read, and what is wrong is told
        return _joined(look(whole(batch)) for batch in stream())


def _asked(task: Task) -> Survey | None:
    asked = task.convention.survey
    return None if asked is None or (asked.when is not None and not asked.when(task.params)) else asked


def _joined(seen: Iterable[_Seen]) -> list[dict[str, Any]]:
    parts = iter(seen)
    first = next(parts, None)
    if first is None:
        raise LosscliError("there are no samples", "give at least one row")
    for other in parts:
        first.follow(other)
    return first.facts


class _Seen(NamedTuple):
    """What was seen in some rows, by name, for each task."""

    tasks: Sequence[Task]
    facts: list[dict[str, Any]]

    def follow(self, other: _Seen) -> bool:
        """Takes in what was seen in the rows after these."""
        for task, mine, theirs in zip(self.tasks, self.facts, other.facts, strict=True):
            asked = _asked(task)
            for name, look in theirs.items():
                assert asked is not None
                mine[name] = asked.merge(mine[name], look) if name in mine else look
        return True


@dataclass(eq=False, repr=False)
class _SurveyLook(Job[_Seen]):
    """Looks at a chunk's labels."""

    tasks: Sequence[Task]
    drop: bool

    def __call__(self, chunk: Chunk) -> _Seen:
        seen = _Seen(self.tasks, [{} for _ in self.tasks])
        for batch in chunk():
            y_true = batch.y_true
            if y_true is None:
                break
            if self.drop:
                y_true = y_true[~missing_rows(len(batch), y_true, batch.weight, *batch.y_pred.values())]
            looks = [
                {} if (asked := _asked(task)) is None else {asked.name: asked.look(y_true)}
                for task in self.tasks
            ]
            seen.follow(_Seen(self.tasks, looks))
        return seen
