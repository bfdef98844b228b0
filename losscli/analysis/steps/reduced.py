"""How rows' values become the one number: weights, the rows that are not shown, the divisor."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from losscli.analysis.steps.lines import Term, added, of
from losscli.analysis.steps.work import FormulaWork
from losscli.engine.partial import Partial
from losscli.engine.reduce import leaves_out
from losscli.engine.sums import Sum
from losscli.engine.without import without
from losscli.formula.evaluate import Values
from losscli.frameworks.convention import Reduction, Totals
from losscli.results.score import Score
from losscli.results.steps import Row, Step

_LEAST = 1e-3  # of what is shown: of less, the difference has too few digits


def of_rows(work: FormulaWork, score: Score, rows: Sequence[Row]) -> tuple[Step, ...]:
    """The lines that lead from the rows' values to the score's."""
    if score.value is None:
        return ()
    ratio = work.way.reduction(score.reduction)
    if work.way.collapse and work.shape == ():
        return _collapsed(work, score, rows)
    scaled = ratio.scaled and work.way.scale is not None
    terms = [_term(work, row, score.weighted, scaled) for row in rows]
    times = _cells(work) if ratio.whole or ratio.divisor is None else 1
    alone = score.n == 1 and rows and terms[0].numbers == (rows[0].loss,)
    if alone and score.divisor == times == 1:
        return (added(score.reduction, terms, rows[0].loss, work.speller),)
    name = "sum" if times == 1 or ratio.divisor is not None else "total"
    numbers = [row.row for row in rows]
    summed = _sum(name, terms, lambda part: part.terms["scaled" if scaled else "value"], work, numbers)
    if ratio.divisor is None:
        note = f"each of a row's {times} values counts, not their mean"
        last = [_then("sum", f"{times}*total", work, note, total=summed.value)] if times > 1 else []
        return (summed, *last)
    divisor = _divisor(work, ratio, rows, score)
    assert score.divisor is not None
    over = divisor.name if divisor else repr(_short(score.divisor))
    known = {"sum": summed.value, **({divisor.name: divisor.value} if divisor else {})}
    expression = f"sum/{over}" if times == 1 else f"{times}*sum/{over}"
    mean = _then(score.reduction, expression, work, f"divided by {score.divided_by}", **known)
    return (summed, divisor, mean) if divisor else (summed, mean)


def weigh(
    work: FormulaWork, score: Score, name: str, value: float, weights: Mapping[int, float]
) -> tuple[Step, Step]:
    """What a framework makes of one finished value and N weights: the value times Σw over its divisor.

    `weights` are those of the rows shown, by row.
    """
    terms = [Term((f"w_{row}",), (weight,)) for row, weight in weights.items()]
    summed = _sum("weights", terms, lambda part: part.weights, work, list(weights))
    ratio, part = work.way.reduction(score.reduction), work.part
    way = f"{name}*weights"
    if ratio.divisor is not None and part.n > 1:  # of one weight and one value nothing is left to divide
        counts, both = float(part.counts), float(part.weighted_counts)
        if work.way.loss.kind == "statistic" or work.one_vector:  # every row counts
            counts, both = float(part.n), float(part.weights)
        totals = Totals(part.n, float(part.weights), counts, both, True, masked=leaves_out(part))
        way += f"/{_short(ratio.divisor(totals))!r}"
    said = f"{work.way.framework.title} scales its one value by the weights"
    return summed, _then(score.reduction, way, work, said, **{name: value, "weights": summed.value})


def _collapsed(work: FormulaWork, score: Score, rows: Sequence[Row]) -> tuple[Step, ...]:
    """Of (N,) arrays the framework makes one value: their mean (or sum), which the weights then scale."""
    numbers = [row.row for row in rows]
    terms = [Term((f"L_{row.row}",), (row.loss,)) for row in rows]
    plain = "plain" if score.weighted else "value"
    made = _sum("total", terms, lambda part: part.terms[plain], work, numbers)
    by_sum = work.way.trailing == "sum"
    name = "one" if score.weighted else score.reduction
    title = work.way.framework.title
    said = f"{title} takes (N,) arrays for one value: their {'sum' if by_sum else 'mean'}"
    expression = "total" if by_sum else f"total/{score.n}"
    steps = [made, _then(name, expression, work, said, total=made.value)]
    if not score.weighted:
        return tuple(steps)
    weights = {row.row: row.weight or 0.0 for row in rows}
    return (*steps, *weigh(work, score, "one", steps[-1].value, weights))


def _term(work: FormulaWork, row: Row, weighted: bool, scaled: bool) -> Term:
    names, numbers = [f"L_{row.row}"], [row.loss]
    if scaled:
        names.insert(0, f"s_{row.row}")
        numbers.insert(0, _of_truth(work, row, work.way.scale))
    if weighted:
        names.insert(0, f"w_{row.row}")
        numbers = [row.weight, *numbers] if row.weight else [0.0]  # a weight of 0 silences any value
    return Term(tuple(names), tuple(numbers))


def _of_truth(work: FormulaWork, row: Row, function: Callable[..., Any] | None) -> float:
    """What a convention's function of y_true says of one row."""
    assert function is not None
    true, _ = work.aligned([row.y_true], [row.y_pred])
    return float(function(true, **work.task.params)[0])


def _sum(
    name: str, terms: Sequence[Term], of_all: Callable[[Partial], Sum], work: FormulaWork, rows: Sequence[int]
) -> Step:
    """A sum over the rows shown (by number) and, as one number, the others."""
    numbers = products(terms)
    hidden = work.part.n - len(rows)
    if not hidden:
        return added(name, terms, total(numbers), work.speller)
    others = _rest(work, of_all, numbers, rows)
    note = f"the other {hidden} row{'s' * (hidden != 1)}: {others:.15g}"
    every = [*terms, Term(("others",), (others,))]
    return added(name, every, total([*numbers, others]), work.speller, note=note)


def _rest(
    work: FormulaWork, of_all: Callable[[Partial], Sum], shown: Sequence[float], rows: Sequence[int]
) -> float:
    """What the rows that are not shown add: all less those shown.

    Beside infinities, or where they are next to nothing of it all, a look at them.
    """
    every = of_all(work.part)
    if every.special == 0:
        left = Sum(every.units)
        for number in shown:
            left.add(-number)
        if abs(float(left)) > _LEAST * max(map(abs, shown), default=0.0):
            return float(left)
    left_out = np.array(rows, np.int64)
    return float(of_all(without(work.stream, work.task, left_out, work.missing)))


def _divisor(work: FormulaWork, ratio: Reduction, rows: Sequence[Row], score: Score) -> Step | None:
    """How a divisor that is a sum of weights is made."""
    by_weight = ratio.sign == "/Σw" and score.weighted
    by_class = ratio.sign == "/Σw_y" and score.params.get("class_weight") is not None
    if not by_weight and not by_class:
        return None
    terms = []
    for row in rows:
        term = {f"w_{row.row}": row.weight} if by_weight else {}
        if work.way.adds is not None:
            term[f"c_{row.row}"] = _of_truth(work, row, work.way.adds)
        terms.append(Term(tuple(term), tuple(term.values())))
    every = _weighted_counts if by_weight else _counts
    return _sum("weights", terms, every, work, [row.row for row in rows])


def _weighted_counts(part: Partial) -> Sum:
    return part.weighted_counts


def _counts(part: Partial) -> Sum:
    return part.counts


def _then(name: str, expression: str, work: FormulaWork, note: str | None = None, **known: Any) -> Step:
    """A line that goes on from numbers that are known by name."""
    values = Values(np.float64, {name: np.float64(number) for name, number in known.items()})
    return line(name, expression, values, work, note)


def line(name: str, expression: str, values: Values, work: FormulaWork, note: str | None = None) -> Step:
    """A line of named numbers, taken in float64."""
    with np.errstate(all="ignore"):
        return of(name, ast.parse(expression, mode="eval").body, values, work.speller, note)


def _cells(work: FormulaWork) -> int:
    """How many values the framework makes of one sample."""
    if not work.entrywise or work.way.grain == "sample" or work.way.loss.kind != "sample":
        return 1
    return math.prod(work.shape[:-1] if work.way.grain == "last_axis" else work.shape)


def products(terms: Sequence[Term]) -> list[float]:
    """Each term's factors multiplied."""
    with np.errstate(all="ignore"):
        return [float(np.prod([np.float64(x) for x in term.numbers])) for term in terms]


def total(numbers: Sequence[float]) -> float:
    """A sum that loses nothing; infinities and nan add as floats do."""
    with np.errstate(all="ignore"):
        plain = float(np.sum(np.asarray(numbers, np.float64)))
    return math.fsum(numbers) if math.isfinite(plain) else plain


def _short(number: float) -> float | int:
    return int(number) if float(number).is_integer() else number
