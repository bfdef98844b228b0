"""Losses that need every row at once: their lines over all rows, and how the values they give are reduced."""

from __future__ import annotations

from typing import Any

import numpy as np

from losscli.analysis.steps.lines import Term, added, plain, written
from losscli.analysis.steps.reduced import line, total, weigh
from losscli.analysis.steps.rows import rounded
from losscli.analysis.steps.work import FormulaWork, flat
from losscli.batch import Array
from losscli.errors import LosscliError
from losscli.formula.evaluate import Values
from losscli.results.score import Score
from losscli.results.steps import Place, Row, Step

ROWS = 200  # more are not written out: their lines hold a number for every pair of rows


def worked(work: FormulaWork, score: Score) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """The lines over all rows, and those from the values they give to the score's."""
    if score.n > ROWS:
        raise LosscliError(
            f"{score.loss} compares every row with every other: lines are written for at most {ROWS} rows, "
            f"here are {score.n}",
            "leave --steps out, or give a part of the rows",
        )
    y_true, y_pred, weights = _all(work)
    true, pred = work.aligned(y_true, y_pred)
    if work.entrywise:  # one column an output
        true, pred = flat(true), flat(pred)
    more = {"sample_weight": weights} if work.way.weighs else {}
    values = work.values(true, pred, whole=True, **more)
    lines = tuple(written(work.lines("all"), values, work.speller))
    losses = np.atleast_1d(np.asarray(values["L"], np.float64)).ravel()
    return lines, _reduced(work, score, _as_computed(work, losses, true, pred, more), weights)


def _as_computed(work: FormulaWork, losses: Array, true: Any, pred: Any, more: Any) -> Array:
    """The lines' values as the kernel has them, which may give them in another order."""
    made = np.atleast_1d(work.kernel(true, pred, **more)).ravel()
    if made.shape != losses.shape:
        return losses
    ranks = np.argsort(np.argsort(losses, kind="stable"), kind="stable")
    return np.sort(made)[ranks]


def one_vector(work: FormulaWork, score: Score) -> tuple[tuple[Row, ...], tuple[Step, ...]]:
    """Of (N,) arrays that a framework takes for one row: that row, and how the weights scale its value."""
    y_true, y_pred, weights = _all(work)
    true, pred = work.aligned(y_true, y_pred)
    values = work.values(None if true is None else true[0], pred[0])
    steps = tuple(written(work.lines("lines"), values, work.speller))
    loss = float(work.kernel(true, pred)[0])
    given = None if y_true is None else y_true.tolist()
    changed = rounded(work, given, y_pred.tolist())
    row = Row(1, given, y_pred.tolist(), None, loss, (Place((), None, None, steps),), 0, (), changed)
    if not score.weighted:
        return (row,), ()
    return (row,), weigh(work, score, "L", loss, dict(enumerate(weights.tolist(), 1)))


def _all(work: FormulaWork) -> tuple[Array | None, Array, Array]:
    """y_true, y_pred and the weights of all rows."""
    trues, preds, weights = [], [], []
    for batch, _ in work.batches():
        trues += [] if batch.y_true is None else [batch.y_true]
        preds.append(batch.y_pred[work.task.model])
        weights.append(np.ones(len(batch)) if batch.weight is None else batch.weight)
    weight = np.concatenate(weights).astype(work.way.dtype).astype(np.float64)
    return (np.concatenate(trues) if trues else None), np.concatenate(preds), weight


def _reduced(work: FormulaWork, score: Score, values: Array, weights: Array) -> tuple[Step, ...]:
    ratio = work.way.reduction(score.reduction)
    many = f"{values.size} {work.way.loss.of}{'s' * (values.size != 1)}"
    if values.size == 0:
        empty = line(score.reduction, _written(work.way.empty), Values(np.float64), work)
        return (empty._replace(note=f"there is no {work.way.loss.of}: the value is {work.way.empty:g}"),)
    by_row = work.way.counted is not None and score.weighted
    terms = []
    for k, value in enumerate(plain(values), 1):
        own = Term((f"L_{k}",), (value,))
        if by_row:
            own = Term((f"w_{k}", *own.names), (float(weights[k - 1]), value))
        terms.append(own)
    product = total([float(np.prod(term.numbers)) for term in terms])
    made = added("sum", terms, product, work.speller)
    if ratio.divisor is None:
        return (made,)
    if values.size == 1 and not by_row and score.divisor == 1:
        return (added(score.reduction, terms, product, work.speller),)
    assert score.divisor is not None
    values_ = Values(np.float64, {"sum": np.float64(product)})
    said = f"divided by {score.divided_by or many}"
    return (made, line(score.reduction, f"sum/{_written(score.divisor)}", values_, work, said))


def _written(number: Any) -> str:
    return repr(int(number) if float(number).is_integer() else float(number))
