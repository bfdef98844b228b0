"""The library on arrays: a function a question. The rooms that answer are imported when they are asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.analysis.request import Request
from losscli.analysis.score import score
from losscli.batch import arrays_stream, as_array
from losscli.catalogue.find import find as find
from losscli.catalogue.find import lookup
from losscli.catalogue.registry import names as names
from losscli.engine import gradient as slopes
from losscli.engine.finish import Show
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from losscli.analysis.steps import RowCount
    from losscli.engine.missing import Missing
    from losscli.losses.declare import Loss
    from losscli.results.check import Checkup
    from losscli.results.compare import Comparison
    from losscli.results.explain import Explanation
    from losscli.results.parity import Parity
    from losscli.results.plot import Picture
    from losscli.results.recommend import Recommendations
    from losscli.results.score import Score
    from losscli.results.steps import Steps
    from losscli.results.why import Why

    Groupings = ArrayLike | Mapping[str, ArrayLike]


def explain(name: str | Loss) -> Explanation:
    """What is said about a loss, with its worked example computed and its picture drawn up."""
    from losscli.analysis.plot import small
    from losscli.catalogue.pages import explanation
    from losscli.results.explain import Explanation

    loss = find(name)
    words = explanation(loss)
    example = words.example
    if example is None:
        return Explanation(**vars(words), picture=small(loss, {}))
    score = compute(loss, example.y_true, example.y_pred, **example.params)
    return Explanation(**vars(words), example_score=score, picture=small(loss, example.params))


def compute(
    loss: str | Loss,
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
    request = Request.of(lookup(loss), params, reduction, like, missing)
    stream = arrays_stream(y_true, {"y_pred": y_pred}, sample_weight, by)
    return score(request, stream, show=Show(values=True))


def gradient(
    loss: str | Loss,
    y_true: ArrayLike | None,
    y_pred: ArrayLike,
    sample_weight: ArrayLike | None = None,
    *,
    reduction: str = "mean",
    **params: Any,
) -> NDArray[np.float64]:
    """The exact definition's gradient, the shape of y_pred, an entry at a time: NaN where there is none,
    an infinity where it is vertical or beyond float64.

    d(a sample's loss)/d(y_pred) for kind sample (weights and reduction do not enter), d(the reduced
    value)/d(y_pred) for statistic and batch.
    """
    request = Request.of(lookup(loss), params, reduction)
    pred = as_array(y_pred, "y_pred")
    stream = arrays_stream(y_true, {"y_pred": pred}, sample_weight)
    task = request.task(request.loss, stream)
    told = score(request, stream, show=Show(0 if task.rowwise else None, gradient=True))
    if task.rowwise:
        true = None if y_true is None else as_array(y_true, "y_true")
        return slopes.of_samples(task, true, pred)
    return np.array([sample.gradient for sample in told.gradients], dtype=np.float64).reshape(pred.shape)


def compare(
    y_true: ArrayLike | None,
    predictions: Mapping[str, ArrayLike] | ArrayLike,
    losses: Sequence[str | Loss],
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
    from losscli.analysis.compare import compare as compared

    resolved = tuple(map(lookup, losses))
    request = Request(resolved, params or {}, reduction, like, missing)
    models = predictions if isinstance(predictions, Mapping) else {"y_pred": predictions}
    return compared(request, arrays_stream(y_true, models, sample_weight, by), skip_unfit=skip_unfit)


def steps(
    loss: str | Loss,
    y_true: ArrayLike | None,
    y_pred: ArrayLike,
    sample_weight: ArrayLike | None = None,
    *,
    rows: RowCount = "default",
    reduction: str = "mean",
    like: str = "exact",
    missing: Missing = "refuse",
    **params: Any,
) -> Steps:
    """A loss on arrays, worked out: the lines of each row shown, and how all rows become the value.

    `rows`: how many rows are shown, those that cost most (None: all; "default": all up to 5, of more 3).
    The rest is as in `compute`. Raises LosscliError for what does not fit, and for a page without lines.
    """
    from losscli.analysis.steps import steps as worked

    request = Request.of(lookup(loss), params, reduction, like, missing)
    stream = arrays_stream(y_true, {"y_pred": y_pred}, sample_weight)
    return worked(request, stream, rows=rows, order="index")


def why(
    loss: str | Loss,
    y_true: ArrayLike | None,
    y_pred: ArrayLike,
    sample_weight: ArrayLike | None = None,
    *,
    reduction: str = "mean",
    like: str = "exact",
    missing: Missing = "refuse",
    **params: Any,
) -> Why:
    """What makes a loss's value on arrays: y_true (N, ...) or None, y_pred (N, ...), sample_weight (N,).

    `params` are the loss's own. Raises LosscliError for anything that does not fit, as compute does.
    """
    from losscli.analysis.why import whys_of

    request = Request.of(lookup(loss), params, reduction, like, missing)
    stream = arrays_stream(y_true, {"y_pred": y_pred}, sample_weight)
    return whys_of([score(request, stream, show=Show(0))], stream, request)[0][0]


def check(
    y_true: ArrayLike | None,
    y_pred: ArrayLike | Mapping[str, ArrayLike],
    sample_weight: ArrayLike | None = None,
    loss: str | Loss | None = None,
    like: str = "exact",
    *,
    missing: Missing = "refuse",
    **params: Any,
) -> Checkup:
    """What is wrong with y_true (N, ...) or None, y_pred (N, ...) (or several, by name) and weights (N,).

    With `loss`, what this loss (with `params`, under `like`) would do with them; without, faults in general,
    each with the losses that it matters for; `from_logits=True` then says that y_pred holds logits. With
    `missing="drop"` missing values are no fault. Raises LosscliError where the arrays are no numbers, empty,
    or of different lengths, or where there is no such loss or parameter.
    """
    from losscli.analysis.check import examine

    models = y_pred if isinstance(y_pred, Mapping) else {"y_pred": y_pred}
    known = None if loss is None else lookup(loss)
    return examine(arrays_stream(y_true, models, sample_weight), known, like, params=params, missing=missing)


def recommend(
    y_true: ArrayLike | None = None,
    y_pred: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
    *,
    task: str | None = None,
    quantile: float | None = None,
    from_logits: bool = False,
    missing: Missing = "refuse",
) -> Recommendations:
    """Losses that fit y_true (N, ...) and y_pred (N, ...), or y_true alone, or without data a task.

    `task` says what the data is where its values do not; `quantile` is one that is wanted; `from_logits`
    says that y_pred holds logits. Rows of weight 0 are left out; otherwise each row counts once. Raises
    LosscliError for an unknown task, and for data that no loss or not the task takes.
    """
    from losscli.analysis.recommend import advise, by_task

    if y_true is None and y_pred is None:
        if task is None:
            if quantile is None:
                raise LosscliError(
                    "there is nothing to advise on: neither data nor a task",
                    "give y_true and y_pred, or task=",
                )
            task = "quantiles"
        return by_task(task, quantile, library=True)
    alone = y_pred is None
    first = y_true if y_pred is None else y_pred
    assert first is not None
    return advise(
        arrays_stream(None if alone else y_true, {"y_pred": first}, sample_weight),
        task=task,
        quantile=quantile,
        from_logits=from_logits,
        missing=missing,
        truth_alone=alone,
        weighted=sample_weight is not None,
    )


def curve(
    loss: str | Loss | Sequence[str | Loss],
    y_true: ArrayLike | None = None,
    y_pred: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
    *,
    like: str = "exact",
    span: tuple[float, float] | None = None,
    missing: Missing = "refuse",
    **params: Any,
) -> Picture:
    """One loss, or several, over their natural axis: arrays of points, of which the pictures are drawn.

    A tuple among `params` draws a curve for each of its values (delta=(0.5, 1, 2)). With y_pred (N, ...) and
    y_true (N, ...) the rows are counted along the axis. `span` is the axis's (low, high). `like` draws a
    framework's own beside the exact one. Raises LosscliError for losses on different axes.
    """
    from losscli.analysis.plot.picture import draw

    stream = None if y_pred is None else arrays_stream(y_true, {"y_pred": y_pred}, sample_weight)
    named = loss if isinstance(loss, Sequence) and not isinstance(loss, str) else [loss]
    losses = [lookup(one) for one in named]
    return draw(losses, params, stream, like=like, limits=span, missing=missing)


def code(loss: str | Loss, framework: str = "numpy", *, reduction: str = "mean", **params: Any) -> str:
    """Python that computes a loss on y_true and y_pred of a framework's arrays, ready to paste.

    `framework` is one of FRAMEWORKS; `params` are the loss's own (delta=1.5). The framework's own call stands
    there where it gives the definition's number; for the boosters a custom objective, with gradient and
    hessian. Raises LosscliError where the framework cannot have the loss.
    """
    from losscli.analysis.code import snippet

    return snippet(lookup(loss), framework, params, reduction).code


def parity(
    loss: str | Loss,
    y_true: ArrayLike | None = None,
    y_pred: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
    *,
    missing: Missing = "refuse",
    live: bool = False,
    **params: Any,
) -> Parity:
    """A loss by its definition and by every framework that has it, on y_true (N, ...) and y_pred (N, ...).

    Without y_pred, on the catalogue's worked example. `params` are the definition's (delta=1.5). `live` runs
    the frameworks that are installed. Raises LosscliError where the data does not fit the definition; a
    framework that it does not fit says so in its row.
    """
    from losscli.analysis.parity import parity as confronted

    request = Request.of(lookup(loss), params, missing=missing)
    stream = None if y_pred is None else arrays_stream(y_true, {"y_pred": y_pred}, sample_weight)
    return confronted(request, stream, live=live)
