"""What is seen in passing of a batch's rows and must be said beside the number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.engine.top import Rows, Tally, numbers_of
from losscli.losses.domain import SUM_SLACK, Array

if TYPE_CHECKING:
    from losscli.engine.partial import Partial
    from losscli.engine.positions import Laid

UNIT_SLACK = 1e-3  # how far a squared length may be from 1 without a word


def note_lengths(part: Partial, laid: Laid, y_pred: Array, rows: Rows) -> None:
    if not part.task.convention.signature.y_pred.unit_length:
        return
    with np.errstate(over="ignore", invalid="ignore"):
        off = np.abs(np.sum(y_pred * y_pred, axis=-1) - 1) > UNIT_SLACK
    if off.any():
        part.tallies.setdefault("unit", Tally()).add(numbers_of(rows, laid.touched(off)))


def note_codings(part: Partial, laid: Laid, y_true: Array | None, rows: Rows) -> None:
    """Remembers which of two label codings that exclude each other were seen, and where first."""
    declared = part.task.convention.signature.y_true
    if y_true is None or declared is None or not part.task.convention.checked:
        return
    domain = declared.given(part.task.params)
    if domain.exclusive is None:
        return
    for label in domain.exclusive:
        if label not in part.codings and (coded := y_true == label).any():
            part.codings[label] = int(rows[int(np.argmax(laid.touched(coded)))])


def note_departures(
    part: Partial,
    laid: Laid,
    y_true: Array | None,
    y_pred: Array,
    rows: Rows,
    facts: Mapping[str, Any],
) -> None:
    """Counts the rows that each departure changed, and those that do not look like what the call takes."""
    task = part.task
    for number, departure in enumerate(task.convention.departures):
        if not departure.holds(task.params):
            continue
        if departure.takes and not task.sure:
            _note_probabilities(part, y_pred, rows)
        if departure.rows is None or (departure.totals is not None and not task.rowwise):
            continue
        with np.errstate(all="ignore"):
            changed: Array = np.asarray(departure.rows(y_true, y_pred, **task.params, **facts))
        if changed.any():
            tally = part.tallies.setdefault(number, Tally())
            if changed.ndim:  # else it is no matter of rows
                where = laid.touched(changed) if laid.per else _by_row(changed, len(rows))
                tally.add(numbers_of(rows, np.broadcast_to(where, len(rows))))


def _by_row(marked: Array, n: int) -> Array:
    """Which of n rows hold a marked entry; an array of one row may stand for n that a framework takes so."""
    if len(marked) != n and marked.size == n:
        return marked.reshape(n)
    return np.asarray(marked.reshape(len(marked), -1).any(axis=1))


def _note_probabilities(part: Partial, y_pred: Array, rows: Rows) -> None:
    """Counts rows whose values all lie in [0, 1], those among them that sum to 1, and those not all 0."""
    if not y_pred.size:
        return
    table = y_pred.reshape(len(rows), -1)
    inside: Array = np.asarray(((table >= 0) & (table <= 1)).all(axis=1))
    if not inside.any():
        return
    whole = np.zeros(len(rows), bool)
    if y_pred.ndim > 1 and y_pred.shape[-1] > 1:
        sums = np.abs(y_pred.sum(axis=-1, dtype=np.float64) - 1).reshape(len(rows), -1)
        whole = inside & (sums <= SUM_SLACK).all(axis=1)
    for name, where in (("inside", inside), ("sums", whole), ("nonzero", inside & table.any(axis=1))):
        part.tallies.setdefault(name, Tally()).add(numbers_of(rows, where))
