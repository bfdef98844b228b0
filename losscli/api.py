"""The library: compute, gradient, compare, explain, find, names; and the same over a stream of batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from losscli import __version__
from losscli.arrays import arrays_stream, as_array
from losscli.catalogue import explanation
from losscli.conventions import by_call, convention, conventions
from losscli.conventions.left_out import LEFT_OUT
from losscli.engine import gradient as slopes
from losscli.engine.chunks import THREADS, Engine, Stream
from losscli.engine.class_weight import ClassWeight, weigh_classes
from losscli.engine.finish import Show, finish
from losscli.engine.fold import Watch, fold
from losscli.engine.missing import Missing
from losscli.engine.partial import Partial, Task, no_values
from losscli.errors import LosscliError
from losscli.losses import registry
from losscli.losses.declare import Loss
from losscli.results import Comparison, Explanation, Refusal, Remark, Sample, Score

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from losscli.results.groups import Groups
    from losscli.results.rows import RowSink

    Progress = Callable[[int, int], None]
    Groupings = ArrayLike | Mapping[str, ArrayLike]

Order = Literal["index", "loss"]

names = registry.names


def find(name: str) -> Loss:
    """The loss of this name, alias ("HuberLoss") or framework call ("torch.nn.HuberLoss").

    Raises LosscliError with the nearest known name if there is none.
    """
    loss = lookup(name)
    loss.conventions.update(conventions(loss))
    return loss


def lookup(name: str) -> Loss:
    """The loss alone: frameworks are imported only for a name with a dot."""
    if "." not in name:
        return registry.find(name)
    called = by_call(name)
    if called is None and name in LEFT_OUT:
        raise LosscliError(f"{name} is left out: {LEFT_OUT[name]}", "losscli list shows every loss")
    return registry.get(called) if called else registry.find(name.rpartition(".")[2])


def explain(name: str) -> Explanation:
    """What is said about a loss, with its worked example computed and its picture drawn up."""
    from losscli.curves import small

    loss = find(name)
    words = explanation(loss)
    example = words.example
    score = compute(loss.name, example.y_true, example.y_pred, **example.params)
    return replace(words, example_score=score, picture=small(loss, example.params))


def compute(
    loss: str,
    y_true: ArrayLike | None,
    y_pred: ArrayLike,
    sample_weight: ArrayLike | None = None,
    *,
    reduction: str = "mean",
    like: str = "exact",
    missing: Missing = "refuse",
    by: Groupings | None = None,
    **params: Any,
) -> Score:
    """A loss on arrays: y_true (N, ...) or None, y_pred (N, ...), sample_weight (N,) or None.

    `by` has a label for each sample (N,), or several by name ({"region": …}): the Score then holds `groups`.
    `params` are the loss's own (delta=1.5). `reduction` is "mean", "sum", "none" or a framework's word under
    `like`. The Score holds every sample, in order. Raises LosscliError for anything that does not fit.
    """
    return score(
        loss,
        arrays_stream(y_true, {"y_pred": y_pred}, sample_weight, by),
        params=params,
        reduction=reduction,
        like=like,
        missing=missing,
        keep_values=True,
    )


def gradient(
    loss: str,
    y_true: ArrayLike | None,
    y_pred: ArrayLike,
    sample_weight: ArrayLike | None = None,
    *,
    reduction: str = "mean",
    **params: Any,
) -> NDArray[np.float64]:
    """The exact definition's gradient, the shape of y_pred; NaN where there is none.

    d(a sample's loss)/d(y_pred) for kind sample (weights and reduction do not enter), d(the reduced
    value)/d(y_pred) for statistic and batch.
    """
    found = lookup(loss)
    way = convention(found, "exact")
    task = Task(way, way.signature.bind(way.owner, params))
    pred = as_array(y_pred, "y_pred")
    told = score(
        loss,
        arrays_stream(y_true, {"y_pred": pred}, sample_weight),
        params=params,
        reduction=reduction,
        rows=0 if task.rowwise else None,
        gradient=True,
    )
    if task.rowwise:
        true = None if y_true is None else as_array(y_true, "y_true")
        return slopes.of_samples(task, true, pred)
    return np.array([sample.gradient for sample in told.gradients], dtype=np.float64).reshape(pred.shape)


def compare(
    y_true: ArrayLike | None,
    predictions: Mapping[str, ArrayLike] | ArrayLike,
    losses: Sequence[str],
    sample_weight: ArrayLike | None = None,
    *,
    reduction: str = "mean",
    like: str = "exact",
    missing: Missing = "refuse",
    skip_unfit: bool = False,
    params: Mapping[str, Mapping[str, Any]] | None = None,
    by: Groupings | None = None,
) -> Comparison:
    """Several losses, and models ({"ridge": p1, "forest": p2}), on the same rows in one pass.

    `params` gives parameters by loss ({"huber": {"delta": 2}}), `by` groups as in `compute`. With
    `skip_unfit`, losses that do not fit the data are listed in `refused` instead of raising.
    """
    models = predictions if isinstance(predictions, Mapping) else {"y_pred": predictions}
    return contrast(
        losses,
        arrays_stream(y_true, models, sample_weight, by),
        params=params or {},
        reduction=reduction,
        like=like,
        missing=missing,
        skip_unfit=skip_unfit,
    )


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
    engine: Engine = THREADS,
) -> Score:
    """One loss over a stream of batches, which is callable again for a second look at the rows.

    `rows` are held at most in `order`: None for all, "default" for all up to 20 and the 10 worst of more.
    `keep_values` adds every row's value as an array; `sink` takes them as they come, in order, with the
    gradient if it is asked for. `progress` is told after each chunk how many rows are done, and of what size
    the chunks were. A loss that holds every row at once is refused beyond `max_memory` bytes. `engine` is
    where the chunks are worked on: this process's threads, or a `losscli.cluster`, from which no rows come.
    """
    show = Show(rows, by_loss=order == "loss", gradient=gradient, values=keep_values)
    if engine is not THREADS and (sink is not None or show.keep() is None):
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
    groups = None if folded.partials[0].groups is None else _groups(folded.partials[0], reduction, order)
    result = _in_files(result, folded.files)
    return replace(result, about=about, remarks=told + result.remarks, groups=groups)


def _in_files(score: Score, files: Mapping[str | None, int]) -> Score:
    """The score with its rows numbered in their files, where there are several."""
    if len(files) < 2:
        return score
    names, ends = list(files), np.cumsum(list(files.values()))

    def where(row: int) -> tuple[str | None, int]:
        at = int(np.searchsorted(ends, row))
        return names[at], row - (int(ends[at - 1]) if at else 0)

    def placed(sample: Sample) -> Sample:
        file, row = where(sample.row)
        return sample._replace(file=file, row=row)

    made = score.concentration
    if made is not None:
        file, row = where(made.worst)
        made = made._replace(file=file, worst=row)
    samples, gradients = (tuple(map(placed, rows)) for rows in (score.samples, score.gradients))
    return replace(score, samples=samples, gradients=gradients, concentration=made)


def _groups(part: Partial, reduction: str, order: Order) -> Groups:
    from losscli.engine.grouped import groups_of

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
        reweigh, given, told = weigh_classes(way, given, class_weight, stream, missing)
    infinite = explanation(loss, elsewhere=False).infinite
    return Task(way, way.signature.bind(way.owner, given), model, infinite, reweigh), told


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
    engine: Engine = THREADS,
) -> Comparison:
    """Losses side by side, for each model of the stream, in one pass. `params` are by loss name.

    A loss that does not fit raises, or with `skip_unfit` is listed in `refused`. `order` is that of groups:
    by label, or by "loss", the largest share of the first model first. `progress`, `max_memory` and `engine`
    are as in `score`.
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
            result = _in_files(result, folded.files)
            part = folded.partials[number]
            groups = None if part.groups is None else _groups(part, reduction, "index")
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


LEADING = 3  # rows named for each loss of a comparison


def _models(stream: Stream) -> tuple[str, ...]:
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
    from losscli.engine.grouped import by_size, in_order

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
