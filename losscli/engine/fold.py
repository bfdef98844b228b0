"""One pass over batches for many tasks: missing values, surveys, the fold, and where a complaint lies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import numpy as np

from losscli.batch import Batch, Origin
from losscli.engine.align import Extents
from losscli.engine.chunks import Chunk, blocks, chunks_of, in_order
from losscli.engine.chunks import Stream as Stream
from losscli.engine.kept import Rows, Tally, Top, missing_rows, numbers_of
from losscli.engine.partial import Partial, Task, add
from losscli.errors import BadValue, LosscliError
from losscli.losses.domain import Array

Missing = Literal["refuse", "drop", "propagate"]


@dataclass(eq=False)
class Folded:
    """A partial for each task, how many rows were read, and which held missing values.

    `refused` says, by the task's number, which losses the data does not fit. `again` goes over the same
    complete batches once more.
    """

    partials: list[Partial]
    read: int
    missing: Tally
    refused: dict[int, LosscliError]
    again: Callable[[], Iterator[tuple[Batch, Rows]]]


def fold(
    stream: Stream,
    tasks: Sequence[Task],
    *,
    missing: Missing = "refuse",
    keep: int | None = 20,
) -> Folded:
    """Folds every batch through every task. `keep` rows are kept to be shown (None: all).

    Raises LosscliError, naming file, row and column, for missing values (unless dropped or propagated).
    Values that a loss does not admit end that loss alone: see `refused`.
    """
    absent = Tally()
    facts = _survey(stream, tasks, missing)
    partials = [Partial(task, Top(keep)) for task in tasks]
    refused: dict[int, LosscliError] = {}
    read = 0

    def work(chunk: Chunk) -> _Done:
        return _fold_chunk(chunk, partials, refused, facts, missing)

    for done in in_order(chunks_of(stream), work):
        if done.missing.count and missing == "refuse":
            _refuse_missing(stream)
        absent.merge(done.missing)
        read += done.read
        for number, why in done.refused.items():
            refused.setdefault(number, why)
        for number, running in enumerate(partials):
            if number not in refused:
                running.merge(done.partials[number])
                try:
                    _check_codings(running, done.origin)
                except LosscliError as why:
                    refused[number] = why
        if len(refused) == len(tasks):
            break
    else:
        _check_rows(read, absent, missing, [p for i, p in enumerate(partials) if i not in refused])
    read += absent.count if missing == "drop" else 0
    return Folded(partials, read, absent, refused, lambda: complete(stream, missing, Tally()))


class _Done(NamedTuple):
    """What a chunk leaves behind: a partial for each task, and what was found on the way."""

    partials: list[Partial]
    refused: dict[int, LosscliError]
    missing: Tally
    read: int
    origin: Origin


def _fold_chunk(
    chunk: Chunk,
    running: Sequence[Partial],
    ended: Mapping[int, LosscliError],
    facts: Sequence[Mapping[str, Any]],
    missing: Missing,
) -> _Done:
    """Folds a chunk's batches, block by block, through every task that has not `ended`."""
    partials = [one.like() for one in running]
    refused: dict[int, LosscliError] = {}
    absent, read, origin = Tally(), 0, Origin()
    for whole in chunk():
        origin = whole.origin
        for block in blocks(whole):
            extents = Extents()
            batch, rows = _complete(block, missing, absent, extents)
            if absent.count and missing == "refuse":
                return _Done(partials, refused, absent, read, origin)
            _check_weight(batch, rows)
            read += len(batch)
            for number, part in enumerate(partials):
                if number in refused or number in ended:
                    continue
                try:
                    add(part, batch, rows, facts[number], extents)
                except BadValue as bad:
                    refused[number] = located(bad, batch, rows, part.task.model)
                except LosscliError as unfit:
                    refused[number] = unfit
    return _Done(partials, refused, absent, read, origin)


def complete(stream: Stream, missing: Missing, absent: Tally) -> Iterator[tuple[Batch, Rows]]:
    """The batches without their missing values (with them, if propagated), and their row numbers."""
    for batch in stream():
        full, rows = _complete(batch, missing, absent, Extents())
        if absent.count and missing == "refuse":
            _refuse_missing(stream)
        _check_weight(full, rows)
        yield full, rows


def _check_rows(read: int, absent: Tally, missing: Missing, partials: Sequence[Partial]) -> None:
    if missing == "drop" and read == 0 and absent.count:
        raise LosscliError("every row has a missing value: --missing drop leaves none")
    if read == 0:
        raise LosscliError("there are no samples", "give at least one row")
    for running in partials:
        if running.weighted and float(running.weights) == 0:
            raise LosscliError("the weights are all zero: no sample counts", "give some row a weight above 0")


def located(bad: BadValue, batch: Batch, rows: Rows, model: str) -> LosscliError:
    """A kernel's complaint with the place of the batch added: file, row, column."""
    argument = model if bad.argument == "y_pred" else bad.argument
    place = batch.origin.place(argument, int(rows[bad.row]), bad.entry)
    return LosscliError(f"{place}: {bad.what}", bad.hint)


def _absent(batch: Batch) -> Array:
    """Which rows hold a NaN anywhere."""
    return missing_rows(len(batch), batch.y_true, batch.weight, *batch.y_pred.values())


def _complete(batch: Batch, missing: Missing, absent: Tally, extents: Extents) -> tuple[Batch, Rows]:
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
    return replace(batch, y_true=y_true, y_pred=arrays, weight=weight), numbers_of(rows, kept)


def _refuse_missing(stream: Stream) -> None:
    """Counts every missing value before it complains, so that one message tells all."""
    tally, place = Tally(), ""
    for batch in stream():
        gone = _absent(batch)
        if gone.any() and not place:
            place = _missing_place(batch)
        tally.add(np.flatnonzero(gone) + batch.first_row)
    rows = ", ".join(map(str, tally.rows)) + (", …" if tally.count > len(tally.rows) else "")
    many = "row " + rows if tally.count == 1 else f"{tally.count} rows: {rows}"
    raise LosscliError(
        f"{place}: nan or no value in {many}",
        "--missing drop leaves such rows out, --missing propagate computes",
    )


def _missing_place(batch: Batch) -> str:
    named = {"y_true": batch.y_true, **batch.y_pred, "weight": batch.weight}
    for argument, array in named.items():
        if array is not None and np.isnan(array).any():
            entry = tuple(int(i) for i in np.argwhere(np.isnan(array))[0][1:])
            return batch.origin.place(argument, None, entry)
    raise AssertionError("no missing value in a batch that has one")


def _check_weight(batch: Batch, rows: Rows) -> None:
    if batch.weight is None or batch.weight.size == 0:
        return
    if batch.weight.shape != (len(batch),):
        raise LosscliError(
            f"the weights are {batch.weight.shape}, the samples {len(batch)}",
            "give one weight for each sample",
        )
    bad = (batch.weight < 0) | np.isinf(batch.weight)
    if bad.any():
        at = int(np.flatnonzero(bad)[0])
        place = batch.origin.place("weight", int(rows[at]))
        raise LosscliError(f"{place}: {batch.weight[at]:.15g} is not a weight of 0 or more")


def _check_codings(running: Partial, origin: Origin) -> None:
    if len(running.codings) > 1:
        (one, first), (other, second) = sorted(running.codings.items(), key=lambda seen: seen[1])
        raise LosscliError(
            f"{origin.place('y_true', second)}: label {other:g} after label {one:g} (row {first}): "
            "these are two codings",
            "code the labels as −1 and 1, or as 0 and 1",
        )


def _survey(stream: Stream, tasks: Sequence[Task], missing: Missing) -> list[dict[str, Any]]:
    """What must be known of all labels before the first row, for the tasks that ask."""
    found: list[dict[str, Any]] = [{} for _ in tasks]
    asking = [(task.convention.survey, facts) for task, facts in zip(tasks, found, strict=True)]
    wanted = [(survey, facts) for survey, facts in asking if survey is not None]
    if not wanted:
        return found
    for batch in stream():
        if batch.y_true is None:
            break
        labels = batch.y_true[~_absent(batch)] if missing == "drop" else batch.y_true
        for survey, facts in wanted:
            look = survey.look(labels)
            facts[survey.name] = survey.merge(facts[survey.name], look) if survey.name in facts else look
    return found


def class_counts(stream: Stream, missing: Missing, labels: Callable[[Batch], Array]) -> Mapping[float, int]:
    """How often each class occurs, from a pass over the rows that count."""
    counts: dict[float, int] = {}
    for batch, _ in complete(stream, missing, Tally()):
        found, times = np.unique(labels(batch), return_counts=True)
        for label, count in zip(found.tolist(), times.tolist(), strict=True):
            counts[label] = counts.get(label, 0) + count
    return counts
