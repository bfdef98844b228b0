"""A request over a stream of batches: what is folded, and the Scores of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.engine.add import no_values
from losscli.engine.finish import Show as Show
from losscli.engine.finish import finish, shares_of
from losscli.engine.fold import HERE, fold
from losscli.engine.fold import Run as Run
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from losscli.analysis.request import Request
    from losscli.batch import Stream
    from losscli.engine.fold import Folded
    from losscli.engine.partial import Task
    from losscli.results.rows import RowSink, RowValues
    from losscli.results.score import Sample, Score

EVERY_ROW = Show()


def score(request: Request, stream: Stream, *, run: Run = HERE, show: Show = EVERY_ROW) -> Score:
    """The one loss of a request over a stream of batches, which is callable again for a second look.

    The run's sink takes every row's value, with the gradient if that is shown. From a cluster no rows come.
    """
    if not run.executor.local and (run.sink is not None or show.keep() is None):
        raise LosscliError(
            "from a cluster partial results alone come here, not every row",
            "leave --engine dask out, or have fewer --rows shown",
        )
    if show.gradient:
        way = request.way(request.loss)
        if request.like != "exact":
            raise LosscliError(
                f"the gradient is of the exact definition only, not of {way.framework.title}'s formula",
                "leave --like or --gradient out",
            )
        from losscli.engine.gradient import slope_of

        slope_of(request.loss)
    request = request.over(stream)
    task = request.task(request.loss, stream)
    if run.sink is not None and not task.rowwise:
        raise no_values(task)
    (made,) = scores_of([task], request, stream, run, show)
    if isinstance(made, LosscliError):
        raise made
    return largest_first([made])[0] if show.by_loss else made


def scores_of(
    tasks: Sequence[Task], request: Request, stream: Stream, run: Run, show: Show
) -> list[Score | LosscliError]:
    """The Score of each task, from one pass, or why the data is not what its loss takes."""
    sloped = show.gradient and run.sink is not None
    folded = fold(stream, tasks, missing=request.missing, keep=show.keep(), run=run, sloped=sloped)
    made: list[Score | LosscliError] = []
    for number in range(len(tasks)):
        try:
            if number in folded.refused:
                raise folded.refused[number]
            made.append(in_files(finish(folded, number, request.reduction, show), folded.files))
        except LosscliError as why:
            made.append(why)
    if run.sink is not None and not isinstance(made[0], LosscliError):
        _end(run.sink, folded, made[0].signature)
    return made


def _end(sink: RowSink, folded: Folded, signature: str) -> None:
    """Tells the sink what of its rows is known after the last one."""
    part, files = folded.partials[0], folded.files

    def complete(rows: RowValues) -> RowValues:
        file, row = (None, rows.row) if len(files) < 2 else place(files, rows.row)
        share = None if rows.cost is None else shares_of(part, rows.cost)
        return rows._replace(row=row, file=file, share=share)

    sink.finish(complete, signature)


def largest_first(scores: Sequence[Score]) -> tuple[Score, ...]:
    """The scores with their groups in the order of the shares of each loss's first model."""
    orders: dict[str, NDArray[np.int64]] = {}
    ordered = []
    for made in scores:
        if made.groups is not None:
            from losscli.engine.group_values import by_size, in_order

            order = orders.setdefault(made.loss, by_size(made.groups))
            made = replace(made, groups=in_order(made.groups, order))
        ordered.append(made)
    return tuple(ordered)


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
