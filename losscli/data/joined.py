"""y_true in a file of its own, joined to the predictions row by row or by a key. It is held; they stream."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from losscli.data.selection import select_key, select_truth
from losscli.data.source import Source
from losscli.data.words import counted, shown
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from losscli.batch import Array, Batch, Chunk, Labels
    from losscli.data.selection import Selection
    from losscli.data.tables import Table
    from losscli.rows import Rows

FIRST = 5  # rows that a message names


def join(predictions: Table, truth: Table, rows: Rows, *, models: bool = False, drop: bool = False) -> Source:
    """The rows of `predictions` with the y_true of `truth`; `rows` names the columns of both.

    The key is in both; without, the rows are in the same order. With `models`, commas in --pred separate
    models. LosscliError where the lengths differ, a key stands twice in `truth`, or (unless `drop`) one file
    has a key that the other lacks.
    """
    key = rows.key
    truth, selection, opened = _chosen(
        truth, lambda table: select_truth(table.name, table.columns, rows.true, key)
    )
    batches = list(opened())
    values = np.concatenate([batch.y_pred["y_pred"] for batch in batches])
    if not len(values):
        raise LosscliError(f"{truth.name} has no rows")
    column = ", ".join(shown(truth.columns[i]) for i in selection.models["y_pred"])
    held = _Truth(predictions.name, truth.name, values, column, len(selection.by))

    def choose(table: Table) -> Selection:
        chosen = table.selection(None, rows.pred, rows.weight, rows.by, truth=False, models=models)
        return chosen._replace(by=select_key(table.name, table.columns, key) + chosen.by)

    predictions, chosen, source = _chosen(predictions, choose)
    said = [*opened.chosen, *source.chosen]
    if key is None:
        said.append(f"y_true is that of {truth.name}, row by row")
        return Source(
            source.name, source.models, tuple(said), partial(_by_row, source, held), None, source.size
        )
    places = _places(truth.name, batches)
    keyed = predictions.source(chosen._replace(by=chosen.by[: held.key], weight=None))
    said.append(f"y_true is that of {truth.name}, joined by {key}" + _check(keyed, held, places, drop))
    return Source(
        source.name,
        source.models,
        tuple(said),
        partial(_by_key, source, held, places),
        partial(_chunks, source, held, places),
        source.size,
    )


def _chosen(table: Table, choose: Callable[[Table], Selection]) -> tuple[Table, Selection, Source]:
    """The columns that `choose` takes of a table, or of the table in full where only later rows have them."""
    try:
        selection = choose(table)
        return table, selection, table.source(selection)
    except LosscliError:
        full = table.in_full()
        if full is table:
            raise
        return _chosen(full, choose)


@dataclass(frozen=True, eq=False)
class _Truth:
    """The truth: its values (N, ...), their column and file, and how many columns the key has."""

    predictions: str
    truth: str
    values: Array
    column: str
    key: int

    def beside(self, batch: Batch, values: Array) -> Batch:
        """The batch with its y_true, and without the key among its labels."""
        labels = {**batch.origin.labels, "y_true": (f"{self.column} of {self.truth}",)}
        by = batch.by
        if by is not None and self.key:
            rest = [tuple(name[self.key :]) for name in by.names]
            by = replace(by, columns=by.columns[self.key :], names=rest) if by.columns[self.key :] else None
            by = None if by is None else _fewer(by)
        return replace(batch, y_true=values, origin=batch.origin._replace(labels=labels), by=by)


def _fewer(by: Labels) -> Labels:
    """The same labels, each of them once."""
    numbers: dict[tuple[str, ...], int] = {}
    codes = np.array([numbers.setdefault(name, len(numbers)) for name in by.names], np.int64)
    return replace(by, codes=codes[by.codes], names=list(numbers))


def _by_row(source: Source, held: _Truth, rows: int) -> Iterator[Batch]:
    n, done = len(held.values), 0
    for batch in source.batches(rows):
        if done + len(batch) <= n:
            yield held.beside(batch, held.values[done : done + len(batch)])
        done += len(batch)
    if done != n:
        raise LosscliError(
            f"{held.predictions} has {counted(done, 'row')} and {held.truth} has {n}",
            "without --key the rows of both are the same ones, in the same order",
        )


def _places(truth: str, batches: Sequence[Batch]) -> dict[tuple[str, ...], int]:
    """The row, from 0, of each key of the truth."""
    places: dict[tuple[str, ...], int] = {}
    at = 0
    for batch in batches:
        assert batch.by is not None
        names = batch.by.names
        for code in batch.by.codes.tolist():
            first = places.setdefault(names[code], at)
            if first != at:
                written = ", ".join(names[code])
                raise LosscliError(
                    f"{truth}, row {at + 1}: the key {shown(written)} stands in row {first + 1} too",
                    "each key has one y_true: name more columns in --key, or mend the file",
                )
            at += 1
    return places


def _rows(by: Labels, key: int, places: dict[tuple[str, ...], int]) -> Array:
    """The truth's row of each of a batch's rows, from 0; -1 where it has none."""
    used = np.unique(by.codes)
    row_of = np.full(len(by.names), -1)
    row_of[used] = [places.get(tuple(by.names[code][:key]), -1) for code in used.tolist()]
    return np.asarray(row_of[by.codes])


def _check(source: Source, held: _Truth, places: dict[tuple[str, ...], int], drop: bool) -> str:
    """What is to be said of rows that have no partner; LosscliError unless they may be dropped."""
    met = np.zeros(len(held.values), bool)
    lost, rows, at = 0, list[int](), 0
    example = ""
    for batch in source():
        assert batch.by is not None
        matched = _rows(batch.by, held.key, places)
        met[matched[matched >= 0]] = True
        gone = np.flatnonzero(matched < 0)
        if gone.size and not example:
            example = ", ".join(batch.by.names[batch.by.codes[gone[0]]])
        lost += gone.size
        rows += [at + int(row) + 1 for row in gone[: FIRST - len(rows)]]
        at += len(batch)
    alone = int(np.count_nonzero(~met))
    if not lost and not alone:
        return ""
    hint = "--missing drop leaves rows without a partner out"
    if lost and not drop:
        listed = ", ".join(map(str, rows)) + (", …" if lost > len(rows) else "")
        raise LosscliError(
            f"{held.predictions}: {counted(lost, 'row')} with a key that {held.truth} lacks, "
            f"as {shown(example)} (row {listed})",
            hint,
        )
    if alone and not drop:
        first = int(np.flatnonzero(~met)[0]) + 1
        raise LosscliError(
            f"{held.truth}: {counted(alone, 'row')} with a key that {held.predictions} lacks, "
            f"the first of them row {first}",
            hint,
        )
    return f"; without a partner: {counted(lost, 'row')} of {held.predictions}, {alone} of {held.truth}"


def _joined(batch: Batch, held: _Truth, places: dict[tuple[str, ...], int]) -> Batch:
    assert batch.by is not None
    matched = _rows(batch.by, held.key, places)
    values = np.where((matched >= 0).reshape(-1, *[1] * (held.values.ndim - 1)), held.values[matched], np.nan)
    return held.beside(batch, values)


def _by_key(source: Source, held: _Truth, places: dict[tuple[str, ...], int], rows: int) -> Iterator[Batch]:
    return (_joined(batch, held, places) for batch in source.batches(rows))


def _chunks(source: Source, held: _Truth, places: dict[tuple[str, ...], int]) -> Iterator[Chunk]:
    return (_joined_chunk(chunk, held, places) for chunk in source.chunks())


def _joined_chunk(chunk: Chunk, held: _Truth, places: dict[tuple[str, ...], int]) -> Chunk:
    """A chunk of the predictions, with its y_true. It is not light: it holds the truth."""
    return replace(chunk, read=partial(_joined_rows, chunk, held, places), light=False)


def _joined_rows(chunk: Chunk, held: _Truth, places: dict[tuple[str, ...], int]) -> Iterator[Batch]:
    return (_joined(batch, held, places) for batch in chunk())
