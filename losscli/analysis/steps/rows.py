"""Rows worked out: the lines of each of a row's values, and how they make the row's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from losscli.analysis.steps.lines import Term, added, agree, plain, written
from losscli.analysis.steps.work import FormulaWork
from losscli.batch import Array
from losscli.formula.evaluate import run
from losscli.results.score import Sample
from losscli.results.steps import Place, Row, Step

ENTRIES = 4  # entries of a row whose lines are shown: of more, those that cost most
# How far lines may be from the kernel that takes the same steps: of a value, and at all (float32 rounds small
# values' lines and the kernel's differently).
_ROUNDING = {np.float64: (1e-12, 0.0), np.float32: (1e-5, 1e-8)}


def worked(work: FormulaWork, sample: Sample) -> Row:
    """A row of a loss that gives each row a value of its own."""
    true, pred = work.aligned(None if sample.y_true is None else [sample.y_true], [sample.y_pred])
    row_true = None if true is None else true[0]
    lines = work.lines("lines")
    values = work.values(row_true, pred[0])
    made: tuple[Step, ...] = ()
    if work.entrywise and pred[0].ndim:
        costs = np.broadcast_to(run(lines, work.values(row_true, pred[0]))["L"], pred[0].shape)
        places, hidden = _entries(work, lines, values, costs)
        made = (_folded(work, costs, places),)
        value = made[0].value
    else:
        steps = tuple(written(lines, values, work.speller))
        places, hidden = (Place((), None, None, steps),), 0
        value = plain(values["L"])
    return Row(
        sample.row,
        sample.y_true,
        sample.y_pred,
        sample.weight,
        sample.loss,
        places,
        hidden,
        made,
        rounded(work, sample.y_true, sample.y_pred),
        _left_out(work, true) + lost_digits(work, value, sample.loss),
    )


def _entries(work: FormulaWork, lines: Any, values: Any, costs: Array) -> tuple[tuple[Place, ...], int]:
    """The lines of a row's entries: of all, or of those that cost most."""
    shown = chosen(costs)
    places = []
    for place in shown:
        one = work.at(values, place)
        y_true, y_pred = (plain(one[name]) if name in one else None for name in ("y_true", "y_pred"))
        places.append(Place(place, y_true, y_pred, tuple(written(lines, one, work.speller))))
    return tuple(places), costs.size - len(shown)


def chosen(costs: Array) -> list[tuple[int, ...]]:
    """The places of a row that are shown, in order: the costliest."""
    key = np.where(np.isnan(costs), math.inf, costs).ravel()
    order = np.sort(np.argsort(-key, kind="stable")[:ENTRIES])
    return [tuple(int(i) for i in np.unravel_index(k, costs.shape)) for k in order]


def _folded(work: FormulaWork, costs: Array, places: Sequence[Place]) -> Step:
    """A row's value from its entries': their mean, or their sum over the last axis."""
    exact = costs.astype(np.float64)
    by_sum = work.way.trailing == "sum"
    divisor = costs.size // costs.shape[-1] if by_sum else costs.size
    value = (exact.sum(axis=-1) if by_sum else exact).reshape(-1).mean()
    terms = [Term((f"L_{label(p.entry)}",), (float(exact[p.entry]),)) for p in places]
    hidden = costs.size - len(places)
    note = f"the {'sum' if by_sum else 'mean'} of {costs.size} entr{'y' if costs.size == 1 else 'ies'}"
    if hidden:
        left = exact.copy()
        for place in places:
            left[place.entry] = 0
        terms.append(Term(("others",), (float(left.sum()),)))
        together = f"the other {hidden} together" if hidden > 1 else "the other"
        note += f"; {together} {float(left.sum()):.15g}"
    return added(
        "L", terms, float(value), work.speller, over=f"x/{divisor}" if divisor > 1 else "", note=note
    )


def label(entry: tuple[int, ...]) -> str:
    """An entry's number from 1: 3, or 2_3 on two axes."""
    return "_".join(str(i + 1) for i in entry)


def rounded(work: FormulaWork, y_true: Any, y_pred: Any) -> dict[str, Any] | None:
    """What float32 makes of a row's numbers, where that is another number."""
    if not work.way.float32:
        return None
    changed = {}
    for name, value in (("y_true", y_true), ("y_pred", y_pred)):
        if value is None:
            continue
        exact = np.asarray(value, np.float64)
        with np.errstate(over="ignore"):
            less = exact.astype(np.float32).astype(np.float64)
        if not np.array_equal(exact, less, equal_nan=True):
            changed[name] = less.tolist()
    return changed or None


def _left_out(work: FormulaWork, true: Array | None) -> tuple[str, ...]:
    if work.way.adds is None or true is None or float(work.way.adds(true, **work.task.params)[0]):
        return ()
    return ("this row is left out: it adds nothing to the divisor",)


def lost_digits(work: FormulaWork, value: float, loss: float | None) -> tuple[str, ...]:
    """A word on a row whose lines overflow, or cancel, where the kernel does not."""
    if loss is None or agree(value, loss, *_ROUNDING[work.way.dtype]):
        return ()
    return (f"these lines overflow or lose digits here; computed without that, L = {loss:.15g}",)
