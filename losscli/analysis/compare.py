"""Losses, and models, side by side on the same rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.analysis.score import grouped, in_files, task_of
from losscli.batch import Stream
from losscli.catalogue.find import lookup
from losscli.catalogue.pages import explanation
from losscli.engine.finish import Show, finish
from losscli.engine.fold import Watch, fold
from losscli.errors import LosscliError
from losscli.frameworks.convention import convention
from losscli.parallel.executor import THREADS
from losscli.results.compare import Comparison, Refusal
from losscli.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from losscli.analysis.score import Order, Progress
    from losscli.engine.class_weight import ClassWeight
    from losscli.engine.missing import Missing
    from losscli.engine.partial import Task
    from losscli.parallel.executor import Executor
    from losscli.results.score import Remark, Score

LEADING = 3  # rows named for each loss of a comparison


def contrast(
    losses: Sequence[str],
    stream: Stream,
    *,
    params: Mapping[str, Mapping[str, Any]],
    reduction: str = "mean",
    like: str = "exact",
    missing: Missing = "refuse",
    class_weight: ClassWeight | None = None,
    skip_unfit: bool = False,
    source: str | None = None,
    order: Order = "index",
    progress: Progress | None = None,
    max_memory: int | None = None,
    engine: Executor = THREADS,
) -> Comparison:
    """Losses side by side, for each model of the stream, in one pass. `params` are by loss name.

    A loss that does not fit raises, or with `skip_unfit` is listed in `refused`. `order` is that of groups:
    by label, or by "loss", the largest share of the first model first. `progress`, `max_memory` and `engine`
    are as in `api.score`.
    """
    found = [lookup(name) for name in losses]
    if not found:
        raise LosscliError("there is no loss to compare", "name at least one")
    if len({loss.name for loss in found}) < len(found):
        raise LosscliError("a loss is named twice, or by two of its names", "name each loss once")
    models = _models(stream)
    tasks: list[Task] = []
    told: dict[str, tuple[Remark, ...]] = {}
    unfit: dict[str, LosscliError] = {}
    for loss in found:
        try:
            convention(loss, like).reduction(reduction)
            for model in models:
                given = params.get(loss.name, {})
                task, told[loss.name] = task_of(loss, like, given, class_weight, stream, missing, model)
                tasks.append(task)
        except LosscliError as why:
            unfit[loss.name] = why
    watch = Watch(progress, max_memory=max_memory)
    folded = fold(stream, tasks, missing=missing, keep=LEADING, watch=watch, engine=engine)
    scores: list[Score] = []
    for number, task in enumerate(tasks):
        loss = task.convention.loss
        try:
            if number in folded.refused:
                raise folded.refused[number]
            result = finish(folded, number, reduction, Show(rows=LEADING, by_loss=True))
            result = in_files(result, folded.files)
            part = folded.partials[number]
            groups = None if part.groups is None else grouped(part, reduction, "index")
        except LosscliError as why:
            unfit.setdefault(loss.name, why)
        else:
            about = explanation(loss, elsewhere=like != "exact")
            said = told[loss.name] + result.remarks
            scores.append(replace(result, model=task.model, about=about, remarks=said, groups=groups))
    _settle(unfit, skip_unfit, len(found))
    kept = tuple(score for score in scores if score.loss not in unfit)
    if order == "loss":
        kept = _largest_first(kept)
    fitting = tuple(loss.name for loss in found if loss.name not in unfit)
    return Comparison(
        n=kept[0].n,
        source=source,
        losses=fitting,
        models=models,
        scores=kept,
        best={name: _best([s for s in kept if s.loss == name]) for name in fitting},
        refused=tuple(Refusal(name, None, why.what) for name, why in unfit.items()),
        version=__version__,
        remarks=tuple(dict.fromkeys(r for s in kept for r in s.remarks if r.kind == "data")),
        group_best={
            name: _group_best([s for s in kept if s.loss == name]) for name in fitting if kept[0].groups
        },
    )


def _models(stream: Stream) -> tuple[str, ...]:
    """The models' names: a file's source knows them, another stream is looked into."""
    known = Stream.of(stream).models
    if known is not None:
        return known
    for batch in stream():
        return tuple(batch.y_pred)
    raise LosscliError("there are no samples", "give at least one row")


def _settle(unfit: Mapping[str, LosscliError], skip_unfit: bool, asked: int) -> None:
    """Raises for losses that do not fit, unless the others were asked for and there are some."""
    for name, why in unfit.items():
        if not skip_unfit or len(unfit) == asked:
            others = "" if len(unfit) == asked else "; --skip-unfit shows the other losses"
            raise LosscliError(f"{name} does not fit: {why.what}", (why.hint or "take another loss") + others)


def _best(scores: Sequence[Score]) -> tuple[str, ...]:
    """The models with the lowest value; none where there is one model or a value is nan."""
    values = [score.value for score in scores]
    if len(scores) < 2 or any(value is None or np.isnan(value) for value in values):
        return ()
    lowest = min(value for value in values if value is not None)
    return tuple(s.model for s in scores if s.value == lowest and s.model is not None)


def _largest_first(scores: Sequence[Score]) -> tuple[Score, ...]:
    """The scores with their groups in the order of the shares of each loss's first model."""
    from losscli.engine.group_values import by_size, in_order

    orders: dict[str, NDArray[np.int64]] = {}
    ordered = []
    for score in scores:
        if score.groups is not None:
            order = orders.setdefault(score.loss, by_size(score.groups))
            score = replace(score, groups=in_order(score.groups, order))
        ordered.append(score)
    return tuple(ordered)


def _group_best(scores: Sequence[Score]) -> tuple[tuple[str, ...], ...]:
    """For each group the models with the lowest value, as `_best` says it of all rows."""
    values = [score.groups.value for score in scores if score.groups is not None]
    if not values:
        return ()
    table = np.array(values)
    best = (table == table.min(axis=0)) if len(values) > 1 else np.zeros(table.shape, bool)
    models = [score.model or "" for score in scores]
    return tuple(tuple(m for m, b in zip(models, row, strict=True) if b) for row in best.T.tolist())
