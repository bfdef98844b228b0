"""y_true in a file of its own, joined to the predictions row by row or by a key. It is held; they stream."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from losscli.classes.resolve import TRUTH
from losscli.data.coding import Columns, coding_of, with_coding
from losscli.data.keys import Places, check_partners, disagreement
from losscli.data.probability import beside_labels
from losscli.data.roundings import of_joined
from losscli.data.selection import paired, select_key, select_truth
from losscli.data.words import counted, shown
from losscli.errors import LosscliError
from losscli.rows import Roles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from losscli.batch import Array, Batch, Chunk, Labels
    from losscli.classes.names import ClassNames
    from losscli.data.selection import Selection
    from losscli.data.source import Source
    from losscli.data.tables import Table
    from losscli.rows import Rows

NOTHING = Roles()


def join(
    predictions: Table,
    truth: Table,
    rows: Rows,
    takes: Roles = NOTHING,
    *,
    models: bool = False,
    drop: bool = False,
    asked: ClassNames | None = None,
) -> Source:
    """The rows of `predictions` with the y_true of `truth`; `rows` names the columns of both.

    The key is in both; without, the rows are in the same order. With `models`, commas in --pred separate
    models. `takes` and `asked` are those of `Table.select`. LosscliError where the lengths differ, a key
    stands twice, or (unless `drop`) one file has a key that the other lacks.
    """
    key = rows.key
    truth, picked = _chosen(truth, lambda table: select_truth(table.name, table.columns, rows.true, key))
    true = picked.models["y_pred"]

    def choose(table: Table) -> Selection:
        chosen = table.selection(None, rows.pred, rows.weight, rows.by, truth=False, models=models)
        chosen = paired([truth.columns[i] for i in true], table.columns, chosen)
        if takes.probability and chosen.common:
            chosen = beside_labels(table, chosen, models=models)
        return chosen._replace(by=select_key(table.name, table.columns, key) + chosen.by)

    predictions, chosen = _chosen(predictions, choose)
    held = {model: Columns(predictions, indices) for model, indices in chosen.models.items()}
    coding = coding_of(Columns(truth, true), held, takes, asked)
    if coding is not None:
        chosen = with_coding(chosen, coding)
        if TRUTH in coding.roles:
            picked = picked._replace(classes=coding.classes, coded=("y_pred",))
    opened, source = truth.source(picked), predictions.source(chosen)
    integers = partial(of_joined, opened, source)
    source = replace(source, files=[*source.files, *opened.files])
    batches = list(opened())
    values = np.concatenate([batch.y_pred["y_pred"] for batch in batches])
    if not len(values):
        raise LosscliError(f"{truth.name} has no rows")
    column = ", ".join(shown(truth.columns[i]) for i in true)
    said = [*opened.chosen, *source.chosen]
    if key is None:
        held_truth = _Truth(predictions.name, truth.name, values, column, 0)
        said.append(f"y_true is that of {truth.name}, row by row")
        taken = {truth.columns[i] for i in true}
        taken |= {predictions.columns[i] for indices in chosen.models.values() for i in indices}
        other = disagreement(predictions, truth, taken)
        if other is not None and other.differ and other.rows == len(values):
            if 2 * other.common >= len(values):
                raise LosscliError(
                    f"{predictions.name} and {truth.name} would be joined row by row, and {other.words}",
                    f"{other.option} joins them by it",
                )
            said.append(f"{other.words} between {predictions.name} and {truth.name}: not joined by it")
        hint = "" if other is None or not other.common else f"; {other.option} joins them by it"
        reading = partial(_by_row, source, held_truth, hint)
        source = replace(source, split=None, cells=None, shapes=None)
        return replace(source, chosen=tuple(said), read=reading, integers=integers)
    places = Places.of(truth.name, batches, len(picked.by), drop=drop)
    held_truth = _Truth(predictions.name, truth.name, values, column, places.width)
    keyed = predictions.source(chosen._replace(weight=None))
    said.append(
        f"y_true is that of {truth.name}, joined by {key}"
        + check_partners(predictions.name, truth.name, keyed, batches, places, drop=drop)
    )
    return replace(
        source,
        chosen=tuple(said),
        read=partial(_by_key, source, held_truth, places),
        split=partial(_chunks, source, held_truth, places),
        cells=None,
        shapes=None,
        integers=integers,
    )


def _chosen(table: Table, choose: Callable[[Table], Selection]) -> tuple[Table, Selection]:
    """The columns that `choose` takes of a table, or of the table in full where only later rows have them."""
    try:
        selection = choose(table)
        table.source(selection)  # several files may differ in their columns
        return table, selection
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


def _by_row(source: Source, held: _Truth, hint: str, rows: int) -> Iterator[Batch]:
    n, done = len(held.values), 0
    for batch in source.batches(rows):
        if done + len(batch) <= n:
            yield held.beside(batch, held.values[done : done + len(batch)])
        done += len(batch)
    if done != n:
        raise LosscliError(
            f"{held.predictions} has {counted(done, 'row')} and {held.truth} has {n}",
            f"without --key the rows of both are the same ones, in the same order{hint}",
        )


def _joined(batch: Batch, held: _Truth, places: Places) -> Batch:
    assert batch.by is not None
    matched = places.find(batch.by)
    values = np.where((matched >= 0).reshape(-1, *[1] * (held.values.ndim - 1)), held.values[matched], np.nan)
    return held.beside(batch, values)


def _by_key(source: Source, held: _Truth, places: Places, rows: int) -> Iterator[Batch]:
    return (_joined(batch, held, places) for batch in source.batches(rows))


def _chunks(source: Source, held: _Truth, places: Places) -> Iterator[Chunk]:
    return (_joined_chunk(chunk, held, places) for chunk in source.chunks())


def _joined_chunk(chunk: Chunk, held: _Truth, places: Places) -> Chunk:
    """A chunk of the predictions, with its y_true. It is not light: it holds the truth."""
    return replace(chunk, read=partial(_joined_rows, chunk, held, places), light=False)


def _joined_rows(chunk: Chunk, held: _Truth, places: Places) -> Iterator[Batch]:
    return (_joined(batch, held, places) for batch in chunk())
