"""From a partial to a Score: reduce, choose what is shown, say how the number was made."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import numpy as np

from losscli import __version__
from losscli.conventions.declare import SUM, Reduction, Totals
from losscli.engine import gradient
from losscli.engine.align import align
from losscli.engine.fold import Folded
from losscli.engine.kept import Top
from losscli.engine.partial import Partial, weighted
from losscli.engine.provenance import remarks, signature
from losscli.engine.sums import Sum
from losscli.errors import LosscliError
from losscli.losses.domain import Array
from losscli.results import Concentration, Sample, Score

SHOWN_ALL, SHOWN_WORST = 20, 10  # up to 20 samples are all shown; of more, the 10 worst


class Show(NamedTuple):
    """What a Score is to hold of its rows, largest contribution first if `by_loss`.

    `rows` are shown at most (None: all; "default": all up to 20, the 10 worst of more). `values` keeps every
    row's value as an array.
    """

    rows: int | Literal["default"] | None = None
    by_loss: bool = False
    gradient: bool = False
    values: bool = False

    def keep(self) -> int | None:
        """How many rows the fold must keep."""
        if self.values or self.rows is None:
            return None
        return SHOWN_ALL if self.rows == "default" else max(self.rows, 1)

    def of(self, n: int) -> int | None:
        """How many of n rows are shown."""
        if self.rows == "default":
            return n if n <= SHOWN_ALL else SHOWN_WORST
        return self.rows


def finish(folded: Folded, number: int, reduction: str, show: Show) -> Score:
    """The Score of one task. The gradient of a statistic takes a second pass over the rows."""
    part = folded.partials[number]
    convention, loss = part.task.convention, part.task.convention.loss
    ratio = convention.reduction(reduction)
    rowwise = part.task.rowwise and not part.collected
    reduced = reduce(part, ratio)
    propagated = folded.missing.count > 0 and part.n == folded.read
    if propagated and not rowwise and convention.checked:  # one missing value leaves the whole unknown
        reduced = reduced._replace(value=math.nan)
    samples, per_sample = _samples(part, show)
    return Score(
        loss=loss.name,
        kind="sample" if rowwise else loss.kind,
        params={k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in part.task.params.items()},
        like=convention.framework.name,
        n=part.n,
        reduction=reduction,
        value=None if reduction == "none" else reduced.value,
        mean=reduced.mean,
        sum=reduced.sum,
        divisor=reduced.divisor,
        divided_by=reduced.divided_by,
        samples=samples,
        hidden=part.n - len(samples) if rowwise else 0,
        signature=signature(part, ratio, folded),
        version=__version__,
        model=None if part.task.model == "y_pred" else part.task.model,
        weighted=part.weighted,
        concentration=_concentration(part),
        remarks=remarks(part, folded, reduction),
        gradients=_gradients(part, folded, show, ratio) if show.gradient and not part.task.rowwise else (),
        per_sample=per_sample,
    )


def reduce(part: Partial, ratio: Reduction) -> Reduced:
    """The value of a partial's rows, with the mean and the sum where there are some."""
    if part.collected:
        return _of_collected(part, ratio)
    return _of_samples(part, ratio) if part.task.rowwise else _of_statistic(part, ratio)


class Reduced(NamedTuple):
    """A value, and what it was made from."""

    value: float
    mean: float | None
    sum: float | None
    divisor: float | None
    divided_by: str


def _totals(part: Partial) -> Totals:
    weights, counts, both = float(part.weights), float(part.counts), float(part.weighted_counts)
    class_weighted = part.task.params.get("class_weight") is not None
    return Totals(part.n, weights, counts, both, part.weighted, class_weighted)


def _of_samples(part: Partial, ratio: Reduction) -> Reduced:
    """Σwv over a divisor; where a framework makes one value of (N,) arrays, that value with the weights."""
    convention, totals = part.task.convention, _totals(part)
    collapsed = convention.collapse and len(part.shape) == 1

    def over(ratio: Reduction) -> float:
        divisor = 1.0 if ratio.divisor is None else ratio.divisor(totals)
        if collapsed:
            one = part.terms["plain" if part.weighted else "value"].over(
                part.n if convention.fold == "mean" else 1
            )
            return _weigh(one, divisor, totals)
        value = part.terms["scaled" if ratio.scaled else "value"]
        times = part.cells if ratio.whole or ratio.divisor is None else 1
        return Sum(value.units * times, value.special).over(divisor)

    mean, total = (over(known) for known in (convention.reductions["mean"], SUM))
    value = total if ratio.divisor is None else over(ratio)
    dividing = ratio if ratio.divisor is not None else convention.reductions["mean"]
    assert dividing.divisor is not None
    if collapsed and convention.fold == "sum":
        return Reduced(value, mean, total, None, "not divided: the framework adds the samples up")
    return Reduced(value, mean, total, dividing.divisor(totals), dividing.words(totals))


def _weigh(one: float, divisor: float, totals: Totals) -> float:
    """What a framework makes of one finished value and N weights."""
    return one * totals.weights / divisor if totals.weighted else one


def _of_statistic(part: Partial, ratio: Reduction) -> Reduced:
    convention, totals = part.task.convention, _totals(part)
    if convention.framework.name == "exact" and ratio.name != "mean":
        raise LosscliError(
            f"{convention.loss.name} is one value from sums over all samples: it has no {ratio.name}",
            "-p per=sample gives each sample a value",
        )
    assert convention.finish is not None
    with np.errstate(all="ignore"):
        value = float(np.mean(convention.finish(**term_totals(part), **part.task.kernel_params)))
    if convention.collapse:
        totals = totals._replace(counts=float(part.n), weighted_counts=totals.weights)  # every row counts
        value = _weigh(value, 1.0 if ratio.divisor is None else ratio.divisor(totals), totals)
    return Reduced(value, None, None, None, "one value, from sums over all samples")


def term_totals(part: Partial) -> dict[str, Any]:
    """Each term's total: a sum (C of them if kept by class), the root of a sum of squares, or the largest."""
    merges = part.task.convention.merges
    totals: dict[str, Any] = dict(part.largest)
    for name, total in part.terms.items():
        term, _, column = name.partition("/")
        rooted = merges.get(term) in ("norm", "column_norms")
        value = total.root() if rooted else np.float64(float(total))
        if column:
            totals.setdefault(term, []).append(value)
        else:
            totals[term] = value
    return {name: np.array(v) if isinstance(v, list) else v for name, v in totals.items()}


def _of_collected(part: Partial, ratio: Reduction) -> Reduced:
    """A loss that needed every row at once: its pairs', anchors' or events' values reduced."""
    convention = part.task.convention
    loss = convention.loss
    true, pred = align(convention, *rows_of(part), part.task.params)
    if convention.signature.y_pred.grain == "square" and pred.shape[0] != pred.shape[1]:
        raise LosscliError(
            f"{loss.name} takes a similarity for each pair of rows: y_pred must be (N, N), it is {pred.shape}"
        )
    with np.errstate(all="ignore"):
        args = (pred,) if true is None else (true, pred)
        weighing = {"sample_weight": weights_of(part)} if convention.weighs else {}
        values = np.asarray(convention.kernel(*args, **part.task.kernel_params, **weighing))
    total = Sum()
    total.add_block(values.astype(np.float64), one_sign=False)
    n = float(values.size)
    dividing = ratio if ratio.divisor is not None else convention.reductions["mean"]
    if loss.kind == "sample":  # (N,) arrays that the framework takes for one vector
        totals = _totals(part)
        value = _weigh(float(total), 1.0 if ratio.divisor is None else ratio.divisor(totals), totals)
        return Reduced(value, value, value, 1.0, "1 vector: the framework takes (N,) arrays for one")
    assert dividing.divisor is not None
    if convention.counted is not None:  # a value a row, with its weight
        return _of_rows(part, values.astype(np.float64), ratio, dividing)
    pairs = Totals(values.size, n, n, n, weighted=False)
    words = f"{values.size} {loss.of}" + ("" if values.size == 1 else "s")
    if values.size == 0:
        return Reduced(convention.empty, None, None, 0.0, words)
    value = float(total) if ratio.divisor is None else total.over(ratio.divisor(pairs))
    return Reduced(value, None, None, dividing.divisor(pairs), words)


def _of_rows(part: Partial, values: Array, ratio: Reduction, dividing: Reduction) -> Reduced:
    counted = part.task.convention.counted
    assert counted is not None
    assert dividing.divisor is not None
    weight, counts = weights_of(part), counted(values).astype(np.float64)
    totals = Totals(part.n, float(weight.sum()), float(counts.sum()), float(weight @ counts), part.weighted)
    total = Sum()
    total.add_block(weight * values, one_sign=False)
    value = float(total) if ratio.divisor is None else total.over(ratio.divisor(totals))
    return Reduced(value, None, None, dividing.divisor(totals), dividing.words(totals))


def rows_of(part: Partial) -> tuple[Array | None, Array]:
    """All rows of a loss that needs them at once, as they were given."""
    trues = [true for _, true, _, _ in part.collected if true is not None]
    pred = np.concatenate([pred for _, _, pred, _ in part.collected])
    return (np.concatenate(trues) if trues else None), pred


def weights_of(part: Partial) -> Array:
    """The weights (N,) of those rows."""
    return np.concatenate([weight for _, _, _, weight in part.collected])


def _samples(part: Partial, show: Show) -> tuple[tuple[Sample, ...], Array | None]:
    if not part.top.arrays:
        return (), None
    per_sample = part.top.select(None, by_loss=False)[1]["loss"] if show.values else None
    numbers, arrays = part.top.select(show.of(part.n), show.by_loss)
    total = float(part.terms["value"])
    shared = part.spread.lowest >= 0 and 0 < total < math.inf
    slopes = None
    if show.gradient and numbers.size:
        slopes = gradient.of_samples(part.task, arrays.get("y_true"), arrays["y_pred"])
    samples = tuple(
        Sample(
            row=int(row),
            y_true=arrays["y_true"][i].tolist() if "y_true" in arrays else None,
            y_pred=arrays["y_pred"][i].tolist(),
            loss=float(arrays["loss"][i]) + 0.0,  # −0 is 0 to a reader
            share=float(weighted(arrays["weight"][i], arrays["loss"][i]) / total) + 0.0 if shared else None,
            weight=float(arrays["weight"][i]) if part.weighted else None,
            gradient=None if slopes is None else slopes[i].tolist(),
        )
        for i, row in enumerate(numbers)
    )
    return samples, per_sample


def _gradients(part: Partial, folded: Folded, show: Show, ratio: Reduction) -> tuple[Sample, ...]:
    """For statistic and batch losses: rows with the gradient of the value, the steepest first on demand."""
    top = Top(show.of(part.n))
    for rows, y_true, y_pred, slopes in _slopes(part, folded, ratio):
        arrays = {"y_pred": y_pred, "gradient": slopes}
        if y_true is not None:
            arrays["y_true"] = y_true
        steepness = np.nan_to_num(np.abs(slopes.reshape(len(slopes), -1))).max(axis=1)
        top.add(rows, steepness, arrays)
    numbers, arrays = top.select(None, show.by_loss)
    return tuple(
        Sample(
            row=int(row),
            y_true=arrays["y_true"][i].tolist() if "y_true" in arrays else None,
            y_pred=arrays["y_pred"][i].tolist(),
            loss=None,
            share=None,
            gradient=arrays["gradient"][i].tolist(),
        )
        for i, row in enumerate(numbers)
    )


def _slopes(
    part: Partial, folded: Folded, ratio: Reduction
) -> Iterator[tuple[Array, Array | None, Array, Array]]:
    """Rows with d(value)/d(y_pred): at once for batch losses, batch by batch for statistics."""
    task = part.task
    if part.collected:
        y_true, y_pred = rows_of(part)
        mean = _of_collected(part, task.convention.reductions["mean"])
        divisor = 1.0 if ratio.divisor is None else mean.divisor or 1.0
        slopes = gradient.of_batch(task, y_true, y_pred, divisor)
        yield np.concatenate([rows for rows, _, _, _ in part.collected]), y_true, y_pred, slopes
        return
    totals = term_totals(part)
    for read, rows in folded.again():
        batch = read if task.reweigh is None else task.reweigh(read)
        y_pred = batch.y_pred[task.model]
        slopes = gradient.of_statistic(task, batch.y_true, y_pred, batch.weight, totals)
        yield np.asarray(rows), batch.y_true, y_pred, slopes


def _concentration(part: Partial) -> Concentration | None:
    if not part.top.rows.size or part.spread.lowest < 0:
        return None
    total = float(part.terms["value"])
    if not 0 < total < math.inf:
        return None
    half, exact = part.spread.half(total)
    worst = int(np.lexsort((part.top.rows, -part.top.key))[0])
    share = float(part.top.key[worst]) / total
    return Concentration(half, part.n, int(part.top.rows[worst]), share, exact)
