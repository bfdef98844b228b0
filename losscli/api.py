"""The library on arrays: a function a question. The rooms that answer are imported when they are asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.advice import recommend as recommend
from losscli.analysis.request import Request, meant, takes
from losscli.analysis.score import score
from losscli.arrays import ReadArrays, models_of
from losscli.catalogue.find import find as find
from losscli.catalogue.find import lookup, named
from losscli.catalogue.registry import names as names
from losscli.engine.finish import Show
from losscli.engine.gradient import of_samples

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
    from losscli.results.score import Score
    from losscli.results.steps import Steps
    from losscli.results.why import Why

    Groupings = ArrayLike | Mapping[str, ArrayLike]


def explain(name: str | Loss) -> Explanation:
    """What is said about a loss, with its worked example computed and its picture drawn up."""
    from losscli.analysis.plot import small
    from losscli.catalogue.pages import explanation
    from losscli.results.explain import Explanation

    read = named(name)
    loss = find(read.loss)
    words = explanation(loss)
    example = words.example
    score = None if example is None else compute(loss, example.y_true, example.y_pred, **example.params)
    picture = small(loss, {} if example is None else example.params)
    said = next(iter(read.said), None)
    return Explanation(**vars(words), example_score=score, picture=picture, read_as=said)


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
    classes: Sequence[Any] | None = None,
    positive: Any = None,
    **params: Any,
) -> Score:
    """A loss on arrays: y_true (N, ...) or None, y_pred (N, ...), sample_weight (N,) or None.

    Where several vectors make a row (triplet), y_pred is (N, 3, D) or a tuple of three arrays (N, D).

    `by` has a label for each sample (N,), or several by name ({"region": …}): the Score then holds `groups`.
    `params` are the loss's own (delta=1.5). `reduction` is "mean", "sum", "none" or a framework's word under
    `like`. Labels may be names: `classes` are those of the classes 0, 1, …, in the order of y_pred's columns
    (a DataFrame's columns may name them too), `positive` is that of class 1 of two. The Score holds every
    sample, in order. Raises LosscliError for anything that does not fit.
    """
    read = named(loss)
    roles = takes(read.labelled, params)
    arrays = ReadArrays.of(y_true, {"y_pred": y_pred}, sample_weight, by, roles, classes, positive)
    request = Request.of(meant(read, arrays.stream), params, reduction, like, missing)
    return arrays.mention(score(request, arrays.stream, show=Show(values=True)))


def gradient(
    loss: str | Loss,
    y_true: ArrayLike | None,
    y_pred: ArrayLike,
    sample_weight: ArrayLike | None = None,
    *,
    reduction: str = "mean",
    classes: Sequence[Any] | None = None,
    positive: Any = None,
    **params: Any,
) -> NDArray[np.float64]:
    """The exact definition's gradient, the shape of y_pred, an entry at a time: NaN where there is none,
    an infinity where it is vertical or beyond float64.

    d(a sample's loss)/d(y_pred) for kind sample (weights and reduction do not enter), d(the reduced
    value)/d(y_pred) for statistic and batch.
    """
    read = named(loss)
    roles = takes(read.labelled, params)
    arrays = ReadArrays.of(y_true, {"y_pred": y_pred}, sample_weight, None, roles, classes, positive)
    stream, pred = arrays.stream, arrays.predictions["y_pred"]
    request = Request.of(meant(read, stream), params, reduction)
    task = request.task(request.loss, stream)
    told = score(request, stream, show=Show(0 if task.rowwise else None, gradient=True))
    if task.rowwise:
        slopes = of_samples(task, arrays.y_true, pred)
    else:
        slopes = np.array([sample.gradient for sample in told.gradients], np.float64).reshape(pred.shape)
    return arrays.as_given(slopes, "y_pred")


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
    classes: Sequence[Any] | None = None,
    positive: Any = None,
) -> Comparison:
    """Several losses, and models ({"ridge": p1, "forest": p2}), on the same rows in one pass.

    `params` gives parameters by loss ({"huber": {"delta": 2}}), `by` groups as in `compute`. With
    `skip_unfit`, losses that do not fit the data are listed in `refused` instead of raising.
    """
    from losscli.analysis.compare import compare as compared

    read = tuple(map(named, losses))
    roles = takes([loss for one in read for loss in one.labelled], {})
    models = models_of(predictions)
    arrays = ReadArrays.of(y_true, models, sample_weight, by, roles, classes, positive)
    called = [meant(one, arrays.stream) for one in read]
    request = Request.of_several(called, params or {}, reduction, like, missing)
    return arrays.mention(compared(request, arrays.stream, skip_unfit=skip_unfit))


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
    classes: Sequence[Any] | None = None,
    positive: Any = None,
    **params: Any,
) -> Steps:
    """A loss on arrays, worked out: the lines of each row shown, and how all rows become the value.

    `rows`: how many rows are shown, those that cost most (None: all; "default": all up to 5, of more 3).
    The rest is as in `compute`. Raises LosscliError for what does not fit, and for a page without lines.
    """
    from losscli.analysis.steps import steps as worked

    read = named(loss)
    roles = takes(read.labelled, params)
    arrays = ReadArrays.of(y_true, {"y_pred": y_pred}, sample_weight, None, roles, classes, positive)
    request = Request.of(meant(read, arrays.stream), params, reduction, like, missing)
    return arrays.mention(worked(request, arrays.stream, rows=rows, order="index"))


def why(
    loss: str | Loss,
    y_true: ArrayLike | None,
    y_pred: ArrayLike,
    sample_weight: ArrayLike | None = None,
    *,
    reduction: str = "mean",
    like: str = "exact",
    missing: Missing = "refuse",
    classes: Sequence[Any] | None = None,
    positive: Any = None,
    **params: Any,
) -> Why:
    """What makes a loss's value on arrays: y_true (N, ...) or None, y_pred (N, ...), sample_weight (N,).

    `params` are the loss's own. Raises LosscliError for anything that does not fit, as compute does.
    """
    from losscli.analysis.why import whys_of

    read = named(loss)
    roles = takes(read.labelled, params)
    arrays = ReadArrays.of(y_true, {"y_pred": y_pred}, sample_weight, None, roles, classes, positive)
    stream = arrays.stream
    request = Request.of(meant(read, stream), params, reduction, like, missing)
    return whys_of([score(request, stream, show=Show(0))], stream, request)[0][0]


def check(
    y_true: ArrayLike | None,
    y_pred: ArrayLike | Mapping[str, ArrayLike],
    sample_weight: ArrayLike | None = None,
    loss: str | Loss | None = None,
    like: str = "exact",
    *,
    missing: Missing = "refuse",
    classes: Sequence[Any] | None = None,
    positive: Any = None,
    **params: Any,
) -> Checkup:
    """What is wrong with y_true (N, ...) or None, y_pred (N, ...) (or several, by name) and weights (N,).

    With `loss`, what this loss (with `params`, under `like`) would do with them; without, faults in general,
    each with the losses that it matters for; `from_logits=True` then says that y_pred holds logits. With
    `missing="drop"` missing values are no fault. Raises LosscliError where the arrays are no numbers, empty,
    or of different lengths, or where there is no such loss or parameter.
    """
    from losscli.analysis.check import examine

    read = None if loss is None else named(loss)
    roles = takes(() if read is None else read.labelled, params)
    arrays = ReadArrays.of(y_true, models_of(y_pred), sample_weight, None, roles, classes, positive)
    return examine(arrays.stream, read, like, params=params, missing=missing, chosen=arrays.said)


def curve(
    loss: str | Loss | Sequence[str | Loss],
    y_true: ArrayLike | None = None,
    y_pred: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
    *,
    like: str = "exact",
    span: tuple[float, float] | None = None,
    missing: Missing = "refuse",
    classes: Sequence[Any] | None = None,
    positive: Any = None,
    **params: Any,
) -> Picture:
    """One loss, or several, over their natural axis: arrays of points, of which the pictures are drawn.

    A tuple among `params` draws a curve for each of its values (delta=(0.5, 1, 2)). With y_pred (N, ...) and
    y_true (N, ...) the rows are counted along the axis. `span` is the axis's (low, high). `like` draws a
    framework's own beside the exact one. Raises LosscliError for losses on different axes.
    """
    from losscli.analysis.plot.picture import draw

    read = [
        named(one) for one in (loss if isinstance(loss, Sequence) and not isinstance(loss, str) else [loss])
    ]
    if y_pred is None:
        return draw(read, params, None, like=like, limits=span, missing=missing)
    roles = takes([each for one in read for each in one.labelled], {})
    arrays = ReadArrays.of(y_true, {"y_pred": y_pred}, sample_weight, None, roles, classes, positive)
    return arrays.mention(draw(read, params, arrays.stream, like=like, limits=span, missing=missing))


def code(loss: str | Loss, framework: str = "numpy", *, reduction: str = "mean", **params: Any) -> str:
    """Python that computes a loss on y_true and y_pred of a framework's arrays, ready to paste.

    `framework` is one of FRAMEWORKS; `params` are the loss's own (delta=1.5). The framework's own call stands
    there where it gives the definition's number; for the boosters a custom objective, with gradient and
    hessian. Raises LosscliError where the framework cannot have the loss.
    """
    from losscli.analysis.code import snippet

    read = named(loss)
    return snippet(read.loss, framework, read.given(params), reduction).code


def parity(
    loss: str | Loss,
    y_true: ArrayLike | None = None,
    y_pred: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
    *,
    missing: Missing = "refuse",
    live: bool = False,
    classes: Sequence[Any] | None = None,
    positive: Any = None,
    **params: Any,
) -> Parity:
    """A loss by its definition and by every framework that has it, on y_true (N, ...) and y_pred (N, ...).

    Without y_pred, on the catalogue's worked example. `params` are the definition's (delta=1.5). `live` runs
    the frameworks that are installed. Raises LosscliError where the data does not fit the definition; a
    framework that it does not fit says so in its row.
    """
    from losscli.analysis.parity import parity as confronted

    if y_pred is None:
        return confronted(Request.of(lookup(loss), params, missing=missing), live=live)
    read = named(loss)
    roles = takes(read.labelled, params)
    arrays = ReadArrays.of(y_true, {"y_pred": y_pred}, sample_weight, None, roles, classes, positive)
    request = Request.of(meant(read, arrays.stream), params, missing=missing)
    return arrays.mention(confronted(request, arrays.stream, live=live))
