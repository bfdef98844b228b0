"""Table: named columns, read in chunks, from which y_true, y_pred and weights are chosen."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

import numpy as np

from losscli.batch import Batch, Chunk, Origin, combined, whole
from losscli.data.convert import ValuePlace
from losscli.data.numbers import PLAIN
from losscli.data.selection import Selection, select, there_are
from losscli.data.source import BATCH_ROWS, Source
from losscli.data.textcells import TextCells
from losscli.data.words import shown
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from losscli.batch import Array, Labels
    from losscli.data.blocks import Part
    from losscli.data.known import Known

    Cells = tuple[tuple[str, str], ...]  # (column, text)


@dataclass(eq=False, repr=False)
class Pick:
    """A column to read: its index, and the option that chose it. A `label` column is read as Labels."""

    index: int
    option: str
    label: bool = False


class Table(TextCells, ABC):
    """A file of named columns. `name` is the file as messages show it.

    `said` tells in sentences what was chosen in the file without being named.
    """

    said: tuple[str, ...] = ()

    def __init__(self, name: str, columns: Sequence[str]) -> None:
        self.name = name
        self.columns = tuple(columns)
        self._known: dict[int, Known] = {}

    @abstractmethod
    def read(self, picks: Sequence[Pick], rows: int) -> Iterator[list[Array]]:
        """Chunks of at most `rows` rows from the first row on: float64, one array (n, ...) a pick.

        Labels stand in the place of an array of text.
        """

    @property
    def size(self) -> int | None:
        """How much there is of what its parts count, bytes or rows; None where nobody knows."""
        return None

    def parts(self, picks: Sequence[Pick]) -> Iterator[Part] | None:
        """The rows in parts that can be read apart from one another; None where that is not worth it."""
        return None

    def read_part(self, picks: Sequence[Pick], part: Part) -> list[Array]:
        """The rows of one of its `parts`: float64, one array (n, ...) a pick."""
        raise NotImplementedError(f"{type(self).__name__} has no parts")

    def read_in_parts(
        self,
        parts: Iterator[Part] | None,
        picks: Sequence[Pick],
        rows: int,
        otherwise: Callable[[Sequence[Pick], int], Iterator[list[Array]]],
    ) -> Iterator[list[Array]]:
        """What `read` says, part by part; from where a part cannot be read so on, as `otherwise` reads it.

        That judges what is odd or wrong, and tells it with its row.
        """
        if parts is None:
            yield from otherwise(picks, rows)
            return
        done = 0
        try:
            for part in parts:
                arrays = self.read_part(picks, part)
                n = len(arrays[0])
                for start in range(0, n, rows):
                    yield [array[start : start + rows] for array in arrays]
                done += n
        except LosscliError:
            for arrays in otherwise(picks, rows):
                skipped = min(done, len(arrays[0]))
                done -= skipped
                if skipped < len(arrays[0]):
                    yield [array[skipped:] for array in arrays]

    def cells(self, rows: Sequence[int]) -> dict[int, Cells]:
        """Every cell of the rows of these numbers, from 1 and in order, as it stands in the file.

        Empty where a table's rows cannot be read again one by one.
        """
        return dict.fromkeys(rows, ())

    def select(
        self,
        true: str | None,
        pred: str | None,
        weight: str | None,
        by: str | None = None,
        *,
        truth: bool,
        models: bool,
    ) -> Source:
        """The columns that the texts of --true, --pred, --weight and --by name, as a Source.

        Each is a name, a comma list or a pattern such as p_*, or a position from 1; several columns are
        stacked into (N, k). Left out, common names are tried. With `models`, commas in `pred` separate
        models; without, there is one, named "y_pred". Without `truth` there is no y_true.
        """
        try:
            return self.source(self.selection(true, pred, weight, by, truth=truth, models=models))
        except LosscliError:
            full = self.in_full()
            if full is self:
                raise
            return full.select(true, pred, weight, by, truth=truth, models=models)

    def in_full(self) -> Table:
        """The table with the columns that only later rows have, where opening it did not look; or itself."""
        return self

    def selection(
        self,
        true: str | None,
        pred: str | None,
        weight: str | None,
        by: str | None = None,
        *,
        truth: bool,
        models: bool,
    ) -> Selection:
        """The columns that `select` takes."""
        return select(self.name, self.columns, true, pred, weight, by, truth=truth, models=models)

    def source(self, selection: Selection) -> Source:
        """The rows of these columns."""
        numbers = [pick.index for pick in _GroupColumns(selection).picks if not pick.label]
        return Source(
            self.name,
            tuple(selection.models),
            (*self.said, *self.as_read(numbers), *selection.chosen),
            partial(self._batches, selection),
            partial(self._chunks, selection),
            self.size,
            self.cells,
        )

    def named(self, cells: Iterable[str]) -> Cells:
        """A row's cells with their columns' names; a name that stands twice gets its position."""
        twice = {name for name in self.columns if self.columns.count(name) > 1}
        names = [f"{name} (column {i})" if name in twice else name for i, name in enumerate(self.columns, 1)]
        return tuple(zip(names, cells, strict=True))

    def known(self, pick: Pick) -> Known:
        """The labels that a column was seen to hold."""
        from losscli.data.known import Known

        return self._known.setdefault(pick.index, Known(self.columns[pick.index]))

    def place(self, pick: Pick, first_row: int = 1) -> ValuePlace:
        """Where a column's values stand, with the hint for a value that is no number."""
        return ValuePlace(
            self.name,
            shown(self.columns[pick.index]),
            f"mend the cell, or choose other columns with {pick.option} ({there_are(self.columns)})",
            first_row,
            PLAIN if pick.label else self.written(pick.index)[0],
        )

    def _batches(self, selection: Selection, rows: int) -> Iterator[Batch]:
        groups = _GroupColumns(selection)
        return self._arranged(groups, self.read(groups.picks, rows), 1)

    def _chunks(self, selection: Selection) -> Iterator[Chunk]:
        parts = self.parts(_GroupColumns(selection).picks)
        if parts is None:
            yield from map(whole, self._batches(selection, BATCH_ROWS))
            return
        for part in parts:
            yield Chunk(
                partial(self.part_batches, selection, part),
                relative=part.first_row is None,
                start=part.start,
                size=part.stop - part.start,
                light=part.held is None,
                grouped=bool(selection.by),
            )

    def part_batches(self, selection: Selection, part: Part) -> Iterator[Batch]:
        """The rows of one of its `parts`, numbered from 1 where their first is not known."""
        groups = _GroupColumns(selection)
        arrays = self.read_part(groups.picks, part)
        if len(arrays[0]):
            yield from self._arranged(groups, [arrays], part.first_row or 1)

    def _arranged(
        self, groups: _GroupColumns, reading: Iterable[Sequence[Array]], first_row: int
    ) -> Iterator[Batch]:
        """What was read, as Batches."""
        labels = {model: self._labels(picks) for model, picks in groups.models.items()}
        true, weight = groups.true, groups.weight
        if true:
            labels["y_true"] = self._labels(true)
        if weight:
            labels["weight"] = self._labels(weight)
        origin = Origin(self.name, labels, "column")
        for arrays in reading:
            columns = map(self.without_marks, arrays)
            y_true = self._stack(true, columns) if true else None
            weights = self._stack(weight, columns) if weight else None
            if weights is not None and weights.ndim > 1:
                raise LosscliError(
                    f"{self.place(weight[0]).whole} holds lists", "a weight is one number a row"
                )
            y_pred = {model: self._stack(group, columns) for model, group in groups.models.items()}
            by = combined(cast("list[Labels]", list(columns))) if groups.by else None
            yield Batch(y_true, y_pred, weights, first_row, origin, by)
            first_row += len(arrays[0])

    def _labels(self, picks: Sequence[Pick]) -> tuple[str, ...]:
        return tuple(shown(self.columns[pick.index]) for pick in picks)

    def _stack(self, picks: Sequence[Pick], columns: Iterator[Array]) -> Array:
        if len(picks) == 1:
            return next(columns)
        group = [next(columns) for _ in picks]
        for pick, column in zip(picks, group, strict=True):
            if column.ndim > 1:
                raise LosscliError(
                    f"{self.place(pick).whole} holds lists (its rows have the shape {column.shape[1:]}): "
                    f"it cannot stand beside other columns",
                    f"name it alone in {pick.option}",
                )
        return np.stack(group, axis=1)


class _GroupColumns:
    """The columns of a selection in the order in which they are read."""

    def __init__(self, selection: Selection) -> None:
        self.true = [Pick(index, "--true") for index in selection.true]
        self.weight = [] if selection.weight is None else [Pick(selection.weight, "--weight")]
        self.models = {
            model: [Pick(index, "--pred") for index in columns] for model, columns in selection.models.items()
        }
        self.by = [Pick(index, "--by", label=True) for index in selection.by]
        models = [pick for group in self.models.values() for pick in group]
        self.picks = [*self.true, *self.weight, *models, *self.by]
