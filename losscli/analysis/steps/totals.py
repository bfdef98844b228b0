"""Statistics: the terms of rows, their totals over all rows (or in one row, or by class), and the value."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from losscli.analysis.steps.lines import Term, added, plain, written
from losscli.analysis.steps.reduced import line, weigh
from losscli.analysis.steps.rows import ENTRIES, lost_digits, rounded
from losscli.analysis.steps.work import FormulaWork
from losscli.batch import Array
from losscli.engine.sums import Sum
from losscli.formula.evaluate import Values, run, value_of
from losscli.formula.language import TOTALS, Line
from losscli.formula.spell import python
from losscli.losses.stable import times
from losscli.results.score import Sample, Score
from losscli.results.steps import Place, Row, Step


class Total(NamedTuple):
    """One total that the lines of `value` ask for: total(h), of the expression h."""

    name: str
    kind: str
    of: ast.expr


class Shown(NamedTuple):
    """A row whose lines are shown."""

    row: int
    y_true: Any
    y_pred: Any
    weight: float


def worked(work: FormulaWork, score: Score, count: int | None) -> tuple[tuple[Row, ...], tuple[Step, ...]]:
    """The first `count` rows (None: all), and the lines from all rows' terms to the value."""
    totals, lines = _asked(work)
    shown: list[Shown] = []
    kept: dict[str, list[Any]] = {total.name: [] for total in totals}
    others = {total.name: _Others(total.kind) for total in totals}
    for batch, rows in work.batches():
        weight = np.ones(len(batch)) if batch.weight is None else batch.weight.astype(work.way.dtype)
        weight = weight.astype(np.float64)
        raw = batch.y_pred[work.task.model]
        first = len(batch) if count is None else min(len(batch), count - len(shown))
        shown += [
            Shown(int(rows[k]), _item(batch.y_true, k), raw[k].tolist(), float(weight[k]))
            for k in range(first)
        ]
        used = np.ones_like(weight) if work.way.collapse else weight
        for total, terms in zip(totals, _terms(work, batch.y_true, raw, totals), strict=True):
            by_class = _by_class(work, total)
            for k in range(first):
                kept[total.name].append(merged(total.kind, terms[k : k + 1], np.ones(1), by_class))
            others[total.name].add(terms[first:], used[first:], by_class)
    values = Values(np.float64, {**work.task.kernel_params, **work.facts})
    scales = None if work.way.collapse or not score.weighted else [one.weight for one in shown]
    labels = [str(one.row) for one in shown]
    steps = []
    for total in totals:
        pieces = _Pieces(labels, kept[total.name], scales, others[total.name].value, score.n - len(shown))
        steps.append(_sum_step(work, total, pieces, values))
    steps += written(lines, values, work.speller)
    steps += _end(work, score, values["L"], {one.row: one.weight for one in shown})
    return tuple(_row(work, one, score) for one in shown), tuple(steps)


def of_row(work: FormulaWork, sample: Sample) -> Row:
    """A row of a statistic taken in each row: its terms, its totals, its value."""
    totals, lines = _asked(work)
    y_true = None if sample.y_true is None else np.asarray([sample.y_true], np.float64)
    y_pred = np.asarray([sample.y_pred], np.float64)
    values = Values(np.float64, {**work.task.kernel_params, **work.facts})
    made = []
    for total, terms in zip(totals, _terms(work, y_true, y_pred, totals), strict=True):
        flat = terms.reshape(-1)
        kept = [merged(total.kind, flat[k : k + 1], np.ones(1), False) for k in range(flat.size)]
        labels = [str(k) for k in range(1, flat.size + 1)]
        made.append(_sum_step(work, total, _Pieces(labels, kept), values))
    made += written(lines, values, work.speller)
    shown = Shown(sample.row, sample.y_true, sample.y_pred, 1.0)
    return Row(
        sample.row,
        sample.y_true,
        sample.y_pred,
        sample.weight,
        sample.loss,
        *_places(work, shown),
        tuple(made),
        rounded(work, sample.y_true, sample.y_pred),
        lost_digits(work, float(values["L"]), sample.loss),
    )


def _asked(work: FormulaWork) -> tuple[list[Total], list[Line]]:
    """The totals in the lines of `value`, and those lines with each total as a name."""
    totals: dict[str, Total] = {}

    class Name(ast.NodeTransformer):
        def visit_Call(self, node: ast.Call) -> ast.AST:
            if isinstance(node.func, ast.Name) and node.func.id in TOTALS:
                name = python(node)
                totals[name] = Total(name, node.func.id, node.args[0])
                return ast.Name(name, ast.Load())
            return self.generic_visit(node)

    lines = []
    for item in work.lines("value"):
        assert isinstance(item, Line)
        lines.append(item._replace(expression=Name().visit(copy.deepcopy(item.expression))))
    return list(totals.values()), lines


def _terms(work: FormulaWork, y_true: Any, y_pred: Any, totals: Sequence[Total]) -> list[Array]:
    """What each entry of the rows adds to each total, in the layout of y_pred."""
    true, pred = work.aligned(y_true, y_pred)
    values = run(work.lines("row"), work.values(true, pred))
    with np.errstate(all="ignore"):
        return [
            np.broadcast_to(np.asarray(value_of(total.of, values), np.float64), pred.shape)
            for total in totals
        ]


def _by_class(work: FormulaWork, total: Total) -> bool:
    return total.kind == "columns" or work.task.per == "class"


def merged(kind: str, terms: Array, weight: Array, by_class: bool) -> Any:
    """A total of some rows' terms: a number, or one a class. Of root_total: the sum under the root."""
    spread = np.broadcast_to(weight.reshape(-1, *[1] * (terms.ndim - 1)), terms.shape)
    if kind == "largest_of":
        return float(np.max(np.where(spread > 0, terms, -np.inf), initial=-np.inf))
    with np.errstate(over="ignore"):
        values = times(spread, terms * terms if kind == "root_total" else terms)
    if not by_class:
        return float(_summed(values))
    width = terms.shape[-1] if terms.ndim > 1 else 1
    return np.array([float(_summed(column)) for column in values.reshape(-1, width).T])


def _summed(values: Array) -> Sum:
    total = Sum()
    total.add_block(values, one_sign=False)
    return total


class _Others:
    """A running total of the rows that are not shown."""

    def __init__(self, kind: str) -> None:
        self.kind, self.value = kind, None

    def add(self, terms: Array, weight: Array, by_class: bool) -> None:
        if not len(terms):
            return
        more = merged(self.kind, terms, weight, by_class)
        join: Callable[[Any, Any], Any] = max if self.kind == "largest_of" else np.add
        self.value = more if self.value is None else join(self.value, more)


class _Pieces(NamedTuple):
    """What the rows shown add to a total (times `scales`), and what the `n` others add together."""

    labels: Sequence[str]
    kept: Sequence[Any]
    scales: Sequence[float] | None = None
    others: Any = None
    n: int = 0

    def terms(self, letter: str) -> list[Term]:
        terms = []
        for k, (label, piece) in enumerate(zip(self.labels, self.kept, strict=True)):
            own = Term((f"{letter}_{label}",), (piece,))
            if self.scales is not None:
                scale = self.scales[k]
                own = Term(
                    (f"w_{label}", *own.names), (scale, piece) if scale else (0.0 * np.ones_like(piece),)
                )
            terms.append(own)
        return terms if self.others is None else [*terms, Term(("others",), (self.others,))]

    @property
    def note(self) -> str | None:
        if self.others is None:
            return None
        rest = np.asarray(self.others, np.float64).tolist()
        said = f"{rest:.15g}" if isinstance(rest, float) else "[" + ", ".join(f"{x:.15g}" for x in rest) + "]"
        return f"the other {self.n} row{'s' * (self.n != 1)}: {said}"


def _sum_step(work: FormulaWork, total: Total, pieces: _Pieces, values: Values) -> Step:
    """A total as a line, kept in `values` under its name."""
    text = work.speller.text(total.of)
    letter = total.of.id if isinstance(total.of, ast.Name) else "t"
    times = "w·" * (pieces.scales is not None)
    terms = pieces.terms(letter)
    if total.kind == "largest_of":
        counted = [t for t, scale in zip(terms, pieces.scales or [1] * len(terms), strict=False) if scale]
        counted += terms[len(pieces.labels) :] if pieces.scales else []
        numbers = np.array([term.numbers[-1] for term in counted], np.float64)
        terms = [Term((f"[{', '.join(term.names[-1] for term in counted)}]",), (numbers,))]
        value, over, letters = np.float64(numbers.max(initial=-np.inf)), "largest(x)", f"max({text})"
    else:
        loose = text if isinstance(total.of, ast.Name | ast.Call) else f"({text})"
        one = isinstance(total.of, ast.Name | ast.Call) and not times
        value, over = joined(terms), ""
        letters = f"Σ{text}" if one else f"Σ({times}{loose if times else text})"
        if total.kind == "root_total":
            value, over, letters = np.sqrt(value), "sqrt(x)", f"√(Σ({times}{loose}²))"
        elif text == "1":
            letters = "Σw" if times else "n"
    values[total.name] = value
    work.speller.letters[total.name] = letters
    return added(total.name, terms, value, work.speller, over=over, note=pieces.note)


def joined(terms: Sequence[Term]) -> Any:
    """The terms' products added up, without loss; of vectors, each place."""
    with np.errstate(all="ignore"):
        products = np.array(
            [np.prod(np.broadcast_arrays(*term.numbers), axis=0) for term in terms], np.float64
        )
    if products.ndim == 1:
        return np.float64(float(_summed(products)))
    return np.array([float(_summed(column)) for column in products.T])


def _end(work: FormulaWork, score: Score, value: Any, weights: Mapping[int, float]) -> list[Step]:
    """Of a value for each class their mean; the weights, where the framework lets them scale the value."""
    steps = []
    name = "L"
    if np.ndim(value):
        known = Values(np.float64, {"L": value})
        steps.append(line("mean", "mean(L)", known, work, f"of {len(value)} classes"))
        name, value = "mean", float(np.mean(value))
    if work.way.collapse and score.weighted:
        steps += weigh(work, score, name, float(value), weights)
    return steps


def _row(work: FormulaWork, one: Shown, score: Score) -> Row:
    weight = one.weight if score.weighted else None
    places, hidden = _places(work, one)
    return Row(
        one.row,
        one.y_true,
        one.y_pred,
        weight,
        None,
        places,
        hidden,
        (),
        rounded(work, one.y_true, one.y_pred),
    )


def _places(work: FormulaWork, one: Shown) -> tuple[tuple[Place, ...], int]:
    """The lines of a row's first entries."""
    true, pred = work.aligned(None if one.y_true is None else [one.y_true], [one.y_pred])
    values = work.values(None if true is None else true[0], pred[0])
    lines = work.lines("row")
    shape = pred[0].shape
    chosen = list(np.ndindex(shape))[:ENTRIES]
    places = []
    for place in chosen:
        own = work.at(values, place)
        y_true, y_pred = (plain(own[name]) if name in own else None for name in ("y_true", "y_pred"))
        places.append(Place(place, y_true, y_pred, tuple(written(lines, own, work.speller))))
    return tuple(places), int(np.prod(shape)) - len(chosen)


def _item(array: Any, k: int) -> Any:
    return None if array is None else array[k].tolist()
