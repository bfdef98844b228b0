"""One loss over a stream of batches: what is folded, and the Score of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from losscli.catalogue.find import lookup
from losscli.catalogue.pages import explanation
from losscli.engine import gradient as slopes
from losscli.engine.add import no_values
from losscli.engine.finish import Show, finish, shares_of
from losscli.engine.fold import Watch, fold
from losscli.engine.missing import Missing
from losscli.engine.partial import Task
from losscli.errors import LosscliError
from losscli.frameworks.convention import convention
from losscli.parallel.executor import THREADS

if TYPE_CHECKING:
    from collections.abc import Callable

    from losscli.batch import Stream
    from losscli.engine.class_weight import ClassWeight
    from losscli.engine.missing import Missing
    from losscli.engine.partial import Partial
    from losscli.losses.declare import Loss
    from losscli.parallel.executor import Executor
    from losscli.results.groups import Groups
    from losscli.results.rows import RowSink, RowValues
    from losscli.results.score import Remark, Sample, Score

    Progress = Callable[[int, int], None]

Order = Literal["index", "loss"]


def score(
    name: str,
    stream: Stream,
    *,
    params: Mapping[str, Any],
    reduction: str = "mean",
    like: str = "exact",
    missing: Missing = "refuse",
    class_weight: ClassWeight | None = None,
    rows: int | Literal["default"] | None = None,
    order: Order = "index",
    gradient: bool = False,
    keep_values: bool = False,
    sink: RowSink | None = None,
    progress: Progress | None = None,
    max_memory: int | None = None,
    engine: Executor = THREADS,
) -> Score:
    """One loss over a stream of batches, which is callable again for a second look at the rows.

    `rows` are held at most in `order`: None for all, "default" for all up to 20 and the 10 worst of more.
    `keep_values` adds every row's value as an array; `sink` takes them as they come, in order, with the
    gradient if it is asked for. `progress` is told after each chunk how many rows are done, and of what size
    the chunks were. A loss that holds every row at once is refused beyond `max_memory` bytes. `engine` is
    where the chunks are worked on: this process's threads, or a `losscli.cluster`, from which no rows come.
    """
    show = Show(rows, by_loss=order == "loss", gradient=gradient, values=keep_values)
    if not engine.local and (sink is not None or show.keep() is None):
        raise LosscliError(
            "from a cluster partial results alone come here, not every row",
            "leave --engine dask out, or have fewer --rows shown",
        )
    loss = lookup(name)
    way = convention(loss, like)
    way.reduction(reduction)
    if gradient:
        if like != "exact":
            raise LosscliError(
                f"the gradient is of the exact definition only, not of {way.framework.title}'s formula",
                "leave --like or --gradient out",
            )
        slopes.slope_of(loss)
    task, told = task_of(loss, like, params, class_weight, stream, missing, "y_pred")
    if sink is not None and not task.rowwise:
        raise no_values(task)
    watch = Watch(progress, sink, gradient and sink is not None, max_memory)
    folded = fold(stream, [task], missing=missing, keep=show.keep(), watch=watch, engine=engine)
    if folded.refused:
        raise folded.refused[0]
    result = finish(folded, 0, reduction, show)
    about = explanation(loss, elsewhere=like != "exact")
    groups = None if folded.partials[0].groups is None else grouped(folded.partials[0], reduction, order)
    result = in_files(result, folded.files)
    if sink is not None:
        part, files = folded.partials[0], folded.files

        def complete(rows: RowValues) -> RowValues:
            file, row = (None, rows.row) if len(files) < 2 else place(files, rows.row)
            return rows._replace(row=row, file=file, share=shares_of(part, rows.weight, rows.loss))

        sink.finish(complete, result.signature)
    return replace(result, about=about, remarks=told + result.remarks, groups=groups)


def in_files(score: Score, files: Mapping[str | None, int]) -> Score:
    """The score with its rows numbered in their files, where there are several."""
    if len(files) < 2:
        return score

    def placed(sample: Sample) -> Sample:
        file, row = place(files, sample.row)
        return sample._replace(file=file, row=int(row))

    made = score.concentration
    if made is not None:
        file, row = place(files, made.worst)
        made = made._replace(file=file, worst=int(row))
    samples, gradients = (tuple(map(placed, rows)) for rows in (score.samples, score.gradients))
    return replace(score, samples=samples, gradients=gradients, concentration=made)


def place(files: Mapping[str | None, int], rows: Any) -> tuple[Any, Any]:
    """The file of each of the rows, and its number there."""
    sizes = np.array(list(files.values()))
    ends = sizes.cumsum()
    at = np.searchsorted(ends, rows)
    return np.array(list(files), object)[at], rows - (ends - sizes)[at]


def grouped(part: Partial, reduction: str, order: Order) -> Groups:
    """The loss's value in each group of rows."""
    from losscli.engine.group_values import groups_of

    return groups_of(part, reduction, by_share=order == "loss")


def task_of(
    loss: Loss,
    like: str,
    params: Mapping[str, Any],
    class_weight: ClassWeight | None,
    stream: Stream,
    missing: Missing,
    model: str,
) -> tuple[Task, tuple[Remark, ...]]:
    """What to fold, and what there is to say of its class weights."""
    way = convention(loss, like)
    given, reweigh = dict(params), None
    told: tuple[Remark, ...] = ()
    if class_weight is not None:
        from losscli.engine.class_weight import weigh_classes

        reweigh, given, told = weigh_classes(way, given, class_weight, stream, missing)
    infinite = explanation(loss, elsewhere=False).infinite
    return Task(way, way.signature.bind(way.owner, given), model, infinite, reweigh), told
