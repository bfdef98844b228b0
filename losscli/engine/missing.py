"""Rows that hold NaN: refused in one message that tells all of them, left out, or passed on; and weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Literal, NamedTuple

import numpy as np

from losscli.batch import Batch, Stream
from losscli.engine.domains import Extents
from losscli.engine.top import FIRST_ROWS, Rows, Tally, missing_rows, numbers_of
from losscli.errors import LosscliError
from losscli.losses.domain import Array

Missing = Literal["refuse", "drop", "propagate"]


class Masked(NamedTuple):
    """What is missing is left out by itself, not with its row: an entry, or a position, whose classes are on
    this axis of y_pred.
    """

    axis: int | None

    def of(self, batch: Batch, absent: Tally) -> Batch:
        """The batch with nan in y_true for all that is left out, which `absent` counts."""
        y_true, weight = batch.y_true, batch.weight
        assert y_true is not None
        gone = np.isnan(y_true)
        if self.axis is not None and y_true.shape == next(iter(batch.y_pred.values())).shape:
            gone = np.asarray(gone.any(axis=self.axis, keepdims=True))
        for pred in batch.y_pred.values():
            lost = np.isnan(pred)
            if self.axis is not None:
                lost = np.asarray(lost.any(axis=self.axis, keepdims=True))
            gone = gone | lost.reshape(gone.shape)
        if weight is not None and np.isnan(weight).any():
            gone, weight = gone | self._unweighed(weight, gone), np.where(np.isnan(weight), 0.0, weight)
        at = np.flatnonzero(gone.reshape(len(batch), -1).any(axis=1))[:FIRST_ROWS] + batch.first_row
        absent.merge(Tally(int(np.count_nonzero(gone)), tuple(at.tolist())))
        return replace(batch, y_true=np.where(gone, np.nan, y_true), weight=weight)

    def _unweighed(self, weight: Array, gone: Array) -> Array:
        lost: Array = np.isnan(weight)
        if lost.ndim > gone.ndim:
            lost = lost[..., 0]
        if self.axis is not None and lost.ndim == gone.ndim - 1 and gone.shape[self.axis] == 1:
            lost = np.expand_dims(lost, self.axis)
        lost = lost.reshape(lost.shape + (1,) * (gone.ndim - lost.ndim))
        shapes: Iterator[tuple[int, int]] = zip(lost.shape, gone.shape, strict=True)
        if any(one not in (1, other) for one, other in shapes):
            raise LosscliError(f"the weights {weight.shape} hold nan", "give each value a weight, or none")
        return np.broadcast_to(lost, gone.shape)


MissingRule = Missing | Masked


def complete(stream: Stream, missing: MissingRule, absent: Tally) -> Iterator[tuple[Batch, Array]]:
    """The batches without their missing values (with them, if propagated), and their row numbers.

    A batch of which nothing is left is passed over.
    """
    for batch in stream():
        full, rows = completed(batch, missing, absent, Extents())
        if absent.count and missing == "refuse":
            refuse_missing(stream)
        check_weight(full, rows)
        if len(full):
            yield full, np.arange(rows.start, rows.stop) if isinstance(rows, range) else rows


def _absent(batch: Batch) -> Array:
    """Which rows hold a NaN anywhere."""
    return missing_rows(len(batch), batch.y_true, batch.weight, *batch.y_pred.values())


def completed(batch: Batch, missing: MissingRule, absent: Tally, extents: Extents) -> tuple[Batch, Rows]:
    """The batch as the tasks get it, and the row number of each of its samples."""
    rows = range(batch.first_row, batch.first_row + len(batch))
    if not extents.missing(batch.y_true, batch.weight, *batch.y_pred.values()):
        return batch, rows
    if isinstance(missing, Masked):
        return missing.of(batch, absent), rows
    gone = _absent(batch)
    absent.add(numbers_of(rows, gone))
    if missing == "propagate":
        return batch, rows
    kept = ~gone
    arrays = {name: array[kept] for name, array in batch.y_pred.items()}
    y_true = None if batch.y_true is None else batch.y_true[kept]
    weight = None if batch.weight is None else batch.weight[kept]
    by = None if batch.by is None else batch.by[kept]
    full = replace(batch, y_true=y_true, y_pred=arrays, weight=weight, by=by)
    return full, numbers_of(rows, kept)


def refuse_missing(stream: Stream) -> None:
    """Counts every missing value before it complains, so that one message tells all."""
    tally, place, file, elsewhere = Tally(), "", None, 0
    for batch in stream():
        gone = _absent(batch)
        if gone.any() and not place:
            place, file = _missing_place(batch), batch.origin.name
        if batch.origin.name == file:
            tally.add(np.flatnonzero(gone) + batch.first_row - batch.origin.before)
        else:
            elsewhere += int(np.count_nonzero(gone))
    rows = ", ".join(map(str, tally.rows)) + (", …" if tally.count > len(tally.rows) else "")
    many = "row " + rows if tally.count == 1 else f"{tally.count} rows: {rows}"
    others = f", and in {elsewhere} of other files" if elsewhere else ""
    raise LosscliError(
        f"{place}: nan or no value in {many}{others}",
        "--missing drop leaves them out, --missing propagate computes",
    )


def _missing_place(batch: Batch) -> str:
    named = {"y_true": batch.y_true, **batch.y_pred, "weight": batch.weight}
    for argument, array in named.items():
        if array is not None and np.isnan(array).any():
            entry = tuple(int(i) for i in np.argwhere(np.isnan(array))[0][1:])
            return batch.origin.place(argument, None, entry)
    raise AssertionError("no missing value in a batch that has one")


def check_weight(batch: Batch, rows: Rows) -> None:
    """LosscliError for a weight below 0 or infinite; whether their shape fits, the loss says."""
    if batch.weight is None or batch.weight.size == 0:
        return
    bad = (batch.weight < 0) | np.isinf(batch.weight)
    if bad.any():
        first = tuple(int(i) for i in np.argwhere(bad)[0])
        place = batch.origin.place("weight", int(rows[first[0]]), first[1:])
        raise LosscliError(f"{place}: {batch.weight[first]:.15g} is not a weight of 0 or more")


def class_counts(
    stream: Stream, missing: MissingRule, labels: Callable[[Batch], Array]
) -> Mapping[float, int]:
    """How often each class occurs, from a pass over the rows that count."""
    counts: dict[float, int] = {}
    for batch, _ in complete(stream, missing, Tally()):
        known = labels(batch)
        values, times = np.unique(known[~np.isnan(known)], return_counts=True)
        for label, count in zip(values.tolist(), times.tolist(), strict=True):
            counts[label] = counts.get(label, 0) + count
    return counts
