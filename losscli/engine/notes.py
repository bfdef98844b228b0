"""What is seen in passing of a batch's rows and must be said beside the number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.engine.top import Rows, Tally, numbers_of
from losscli.losses.domain import Array

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
    for number, departure in enumerate(part.task.convention.departures):
        if departure.rows is None:
            continue
        with np.errstate(all="ignore"):
            changed = np.asarray(departure.rows(y_true, y_pred, **part.task.params, **facts))
        if changed.any() and len(changed) == len(y_pred):
            where = laid.touched(changed)
            part.tallies.setdefault(number, Tally()).add(numbers_of(rows, where))
