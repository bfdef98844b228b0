"""Rows that hold NaN: refused in one message that tells all of them, left out, or passed on; and weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Literal

import numpy as np

from losscli.batch import Batch, Stream
from losscli.engine.domains import Extents
from losscli.engine.top import Rows, Tally, missing_rows, numbers_of
from losscli.errors import LosscliError
from losscli.losses.domain import Array

Missing = Literal["refuse", "drop", "propagate"]


def complete(stream: Stream, missing: Missing, absent: Tally) -> Iterator[tuple[Batch, Array]]:
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


def completed(batch: Batch, missing: Missing, absent: Tally, extents: Extents) -> tuple[Batch, Rows]:
    """The batch as the tasks get it, and the row number of each of its samples."""
    rows = range(batch.first_row, batch.first_row + len(batch))
    if not extents.missing(batch.y_true, batch.weight, *batch.y_pred.values()):
        return batch, rows
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
        "--missing drop leaves such rows out, --missing propagate computes",
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


def class_counts(stream: Stream, missing: Missing, labels: Callable[[Batch], Array]) -> Mapping[float, int]:
    """How often each class occurs, from a pass over the rows that count."""
    counts: dict[float, int] = {}
    for batch, _ in complete(stream, missing, Tally()):
        known = labels(batch)
        values, times = np.unique(known[~np.isnan(known)], return_counts=True)
        for label, count in zip(values.tolist(), times.tolist(), strict=True):
            counts[label] = counts.get(label, 0) + count
    return counts
