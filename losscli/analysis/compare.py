"""Losses, and models, side by side on the same rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from losscli.analysis.score import largest_first, scores_of
from losscli.batch import Stream
from losscli.engine.finish import Show
from losscli.engine.fold import HERE
from losscli.engine.misscaled import SCALE, remark
from losscli.errors import LosscliError
from losscli.results.compare import Comparison, Refusal
from losscli.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from losscli.analysis.request import Request
    from losscli.engine.fold import Run
    from losscli.engine.partial import Task
    from losscli.losses.declare import Loss
    from losscli.results.score import Remark, Score

LEADING = Show(rows=3, by_loss=True)  # rows named for each loss of a comparison


def compare(
    request: Request,
    stream: Stream,
    *,
    run: Run = HERE,
    skip_unfit: bool = False,
    source: str | None = None,
    by_loss: bool = False,
) -> Comparison:
    """Losses side by side, for each model of the stream, in one pass.

    A loss that does not fit raises, or with `skip_unfit` is listed in `refused`. Groups are in the order of
    their labels, or `by_loss`: the largest share of the first model first.
    """
    losses = request.losses
    if not losses:
        raise LosscliError("there is no loss to compare", "name at least one")
    if len({loss.name for loss in losses}) < len(losses):
        raise LosscliError("a loss is named twice, or by two of its names", "name each loss once")
    models, request = _models(stream), request.over(stream)
    tasks: list[Task] = []
    unfit: dict[str, LosscliError] = {}
    for loss in losses:
        try:
            tasks += [request.task(loss, stream, model) for model in models]
        except LosscliError as why:
            unfit[loss.name] = why
    scores: list[Score] = []
    for task, made in zip(tasks, scores_of(tasks, request, stream, run, LEADING), strict=True):
        if isinstance(made, LosscliError):
            unfit.setdefault(task.convention.loss.name, made)
        else:
            scores.append(replace(made, model=task.model))
    _settle(unfit, skip_unfit, len(losses))
    kept = tuple(score for score in scores if score.loss not in unfit)
    if by_loss:
        kept = largest_first(kept)
    fitting = tuple(loss.name for loss in losses if loss.name not in unfit)
    kept, misfits = _told_once(kept, [loss for loss in losses if loss.name in fitting], models)
    return Comparison(
        n=kept[0].n,
        source=source,
        losses=fitting,
        models=models,
        scores=kept,
        best={name: _best([s for s in kept if s.loss == name]) for name in fitting},
        refused=tuple(Refusal(name, None, why.what) for name, why in unfit.items()),
        version=__version__,
        remarks=(*dict.fromkeys(r for s in kept for r in s.remarks if r.kind == "data"), *misfits),
        group_best={
            name: _group_best([s for s in kept if s.loss == name]) for name in fitting if kept[0].groups
        },
    )


def _told_once(
    scores: tuple[Score, ...], losses: Sequence[Loss], models: Sequence[str]
) -> tuple[tuple[Score, ...], list[Remark]]:
    """The scores without what they say of a scale that does not fit, and that said once for each loss."""
    said = []
    for loss in losses:
        own = [score for score in scores if score.loss == loss.name]
        for below in (True, False):
            misfits = {s.model or "": s.misscaled for s in own if s.misscaled and s.misscaled.below == below}
            if misfits:
                (name,) = {misfit.parameter for misfit in misfits.values()}
                shared = sum(name in other.parameters for other in losses) > 1
                of = "" if len(misfits) == len(models) == 1 else " and ".join(misfits)
                of = "every model" if len(misfits) == len(models) > 1 else of
                said.append(remark(loss.name, misfits, of, f"{loss.name}.{name}" if shared else name))
    bare = (replace(s, remarks=tuple(r for r in s.remarks if r.cause != SCALE)) for s in scores)
    return tuple(bare), said


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
    """The models with the lowest value; none where there is one model, a value is nan, or levels differ."""
    values = [score.value for score in scores]
    if len(scores) < 2 or not _alike(scores) or any(value is None or np.isnan(value) for value in values):
        return ()
    lowest = min(value for value in values if value is not None)
    return tuple(s.model for s in scores if s.value == lowest and s.model is not None)


def _alike(scores: Sequence[Score]) -> bool:
    """Whether one loss judges the models with the same parameters, so that its values compare."""
    return all(score.params == scores[0].params for score in scores)


def _group_best(scores: Sequence[Score]) -> tuple[tuple[str, ...], ...]:
    """For each group the models with the lowest value, as `_best` says it of all rows."""
    values = [score.groups.value for score in scores if score.groups is not None]
    if not values:
        return ()
    table = np.array(values)
    best = (table == table.min(axis=0)) if len(values) > 1 and _alike(scores) else np.zeros(table.shape, bool)
    models = [score.model or "" for score in scores]
    return tuple(tuple(m for m, b in zip(models, row, strict=True) if b) for row in best.T.tolist())
