"""From a partial's sums to a value: the mean, the sum, a statistic's end, the pairs of a batch loss."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from losscli.engine.align import align
from losscli.engine.partial import Partial
from losscli.engine.sums import UP, Sum
from losscli.errors import LosscliError
from losscli.frameworks.convention import SUM, Reduction, Totals
from losscli.losses.domain import Array


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


def leaves_out(part: Partial) -> bool:
    """Whether what does not count is left out by the loss itself: labels, or rows without a pair."""
    return part.task.params.get("ignore_class") is not None or part.task.convention.loss.kind == "batch"


def _totals(part: Partial, exponent: int = 0) -> Totals:
    """The sums that divide; those of weights over 2^exponent."""
    weights, both = (total.over(1.0, exponent) for total in (part.weights, part.weighted_counts))
    counts = float(part.counts)
    class_weighted = part.task.params.get("class_weight") is not None
    n = part.n * max(part.positions, 1)
    masked = leaves_out(part)
    why = "left out" if part.task.layout.masked else "ignored"
    return Totals(n, weights, counts, both, part.weighted, class_weighted, unit_of(part), masked, why)


def unit_of(part: Partial) -> str:
    """What a mean counts: samples, their positions, or where some may be left out their entries."""
    if part.positions < 2:
        return "sample"
    grain = part.task.convention.signature.y_pred.given(part.task.params).grain
    return "entry" if grain == "entry" else "position"


def _of_samples(part: Partial, ratio: Reduction) -> Reduced:
    """Σwv over a divisor; where a framework makes one value of (N,) arrays, that value with the weights."""
    convention, totals = part.task.convention, _totals(part)
    collapsed = convention.collapse and len(part.shape) == 1

    def over(ratio: Reduction) -> float:
        divisor, exponent = 1.0 if ratio.divisor is None else ratio.divisor(totals), 0
        if ratio.divisor is not None and math.isinf(divisor):  # finite weights whose sum leaves float64
            divisor, exponent = ratio.divisor(_totals(part, UP)), UP
        if collapsed:
            one = part.terms["plain" if part.weighted else "value"].over(
                part.n if convention.trailing == "mean" else 1
            )
            return _weigh(one, divisor, totals)
        value = part.terms["scaled" if ratio.scaled else "value"]
        times, parts = times_of(part, ratio)
        return Sum(value.units * times, value.special).over(divisor * parts, exponent)

    mean = over(convention.reductions["mean"])
    total: float | None = over(SUM)
    value = over(ratio)
    dividing = ratio if ratio.divisor is not None else convention.reductions["mean"]
    assert dividing.divisor is not None
    if collapsed and ratio.divisor is not None:
        total = None  # the one value again, which nobody takes for the sum of the rows
    if collapsed and convention.trailing == "sum":
        return Reduced(value, mean, total, None, "not divided: the framework adds the samples up")
    return Reduced(value, mean, total, dividing.divisor(totals), dividing.words(totals))


def times_of(part: Partial, ratio: Reduction) -> tuple[int, int]:
    """What the sum of the values is taken times, and divided by, beside the divisor: a sum has all of a
    sample's values that the convention makes.
    """
    whole = ratio.whole or ratio.divisor is None
    return (part.cells if whole else 1), (max(part.positions, 1) if ratio.divisor is None else 1)


def _weigh(one: float, divisor: float, totals: Totals) -> float:
    """What a framework makes of one finished value and N weights: a product, which is reduced where N > 1."""
    if not totals.weighted:
        return one
    return one * totals.weights / (divisor if totals.n > 1 else 1.0)


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
    if totals.weighted and totals.weights == 0 and convention.framework.name != "exact":
        return Reduced(convention.empty, None, None, None, "one value, of weights that are all 0")
    if convention.collapse:
        totals = totals._replace(counts=float(part.n), weighted_counts=totals.weights)  # every row counts
        value = _weigh(value, 1.0 if ratio.divisor is None else ratio.divisor(totals), totals)
    return Reduced(value, None, None, None, "one value, from sums over all samples")


def term_totals(part: Partial) -> dict[str, Any]:
    """Each term's total: a sum (C of them if kept by class), the root of a sum of squares, or the largest.

    A sum beyond float64 is a long double, as what is made of it may be inside.
    """
    merges = part.task.convention.merges
    totals: dict[str, Any] = dict(part.largest)
    for name, total in part.terms.items():
        term, _, column = name.partition("/")
        rooted = merges.get(term) in ("norm", "column_norms")
        value = total.root() if rooted else total.long()
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
    sums = float(weight.sum()), float(counts.sum()), float(weight @ counts)
    totals = Totals(part.n, *sums, part.weighted, masked=True)
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
