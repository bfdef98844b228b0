"""The library: compute, gradient, compare, explain, find, names; and a score over a stream of batches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from losscli.arrays import arrays_stream, as_array
from losscli.catalogue import registry
from losscli.catalogue.pages import explanation
from losscli.engine import gradient as slopes
from losscli.engine.add import no_values
from losscli.engine.finish import Show, finish
from losscli.engine.fold import Watch, fold
from losscli.engine.partial import Task
from losscli.errors import LosscliError
from losscli.frameworks import by_call, convention, conventions
from losscli.parallel.executor import CORES as CORES  # the command's engine
from losscli.parallel.executor import THREADS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

    from losscli.engine.class_weight import ClassWeight
    from losscli.engine.missing import Missing
    from losscli.engine.partial import Partial
    from losscli.losses.declare import Loss
    from losscli.parallel.executor import Engine, Stream
    from losscli.results import Explanation, Remark, Sample, Score
    from losscli.results.compare import Comparison
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
    from losscli.frameworks.left_out import LEFT_OUT

    called = by_call(name)
    if called is None and name in LEFT_OUT:
        raise LosscliError(f"{name} is left out: {LEFT_OUT[name]}", "losscli list shows every loss")
    return registry.get(called) if called else registry.find(name.rpartition(".")[2])


def explain(name: str) -> Explanation:
    """What is said about a loss, with its worked example computed and its picture drawn up."""
    from losscli.analysis.plot import small

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
    from losscli.analysis.compare import contrast

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
    return replace(result, about=about, remarks=told + result.remarks, groups=groups)


def in_files(score: Score, files: Mapping[str | None, int]) -> Score:
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
