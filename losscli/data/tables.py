"""Table: named columns, read in chunks, from which y_true, y_pred and weights are chosen."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import partial
from typing import TYPE_CHECKING, cast

import numpy as np

from losscli.batch import MISSING, Batch, Chunk, Origin, combined, whole
from losscli.data.convert import ValuePlace, is_word
from losscli.data.limits import watched
from losscli.data.numbers import PLAIN
from losscli.data.picks import GroupColumns, numbers
from losscli.data.picks import Pick as Pick
from losscli.data.roundings import of_columns
from losscli.data.selection import Selection, select, there_are
from losscli.data.source import BATCH_ROWS, Source, known_shapes
from losscli.data.textcells import TextCells
from losscli.data.words import shown
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from losscli.batch import Array, Labels
    from losscli.classes.names import Classes, ClassNames
    from losscli.data.blocks import Part
    from losscli.data.known import Known
    from losscli.rows import Roles

    Cells = tuple[tuple[str, str], ...]  # (column, text)

FIRST_ROWS = 50  # rows, of which most must be words where a column is to hold names


class Table(TextCells, ABC):
    """A file of named columns. `name` is the file as messages show it.

    `said` tells what was chosen in the file without being named. Columns of a `shaped` one are arrays.
    """

    said: tuple[str, ...] = ()
    shaped = False

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
        takes: Roles | None = None,
        asked: ClassNames | None = None,
    ) -> Source:
        """The columns that the texts of --true, --pred, --weight and --by name, as a Source.

        Each is a name, a comma list or a pattern such as p_*, or a position from 1; several columns are
        stacked into (N, k). Left out, common names are tried. With `models`, commas in `pred` separate
        models; without, there is one, named "y_pred". Without `truth` there is no y_true. `takes` is what the
        losses make of the columns, `asked` how classes are named.
        """
        try:
            selection = self.selection(true, pred, weight, by, truth=truth, models=models)
            if takes is not None and (asked or takes.labels or takes.probability):
                from losscli.data.coding import coded

                selection = coded(self, selection, takes, asked)
                if takes.probability and "y_pred" in selection.common:
                    from losscli.data.probability import beside_labels

                    selection = beside_labels(self, selection, models=models)
            return self.source(selection)
        except LosscliError:
            full = self.in_full()
            if full is self:
                raise
            return full.select(true, pred, weight, by, truth=truth, models=models, takes=takes, asked=asked)

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
        indices = [pick.index for pick in GroupColumns(selection).picks if not pick.label]
        return Source(
            self.name,
            tuple(selection.models),
            (*self.said, *self.as_read(indices), *selection.chosen),
            partial(self._batches, selection),
            partial(self._chunks, selection),
            self.size,
            self.cells,
            selection.classes,
            self.names(selection),
            known_shapes(selection, self.single),
            partial(of_columns, self, selection),
            [file] if (file := getattr(self, "_file", None)) is not None else (),
        )

    def single(self, index: int) -> bool:
        return False  # whether a column is known to have one value a row, before it is read

    def names(self, selection: Selection) -> dict[str, tuple[str, ...]]:
        """The names of each model's columns."""
        return {model: tuple(self.columns[i] for i in columns) for model, columns in selection.models.items()}

    def labels(self, index: int, rows: int = BATCH_ROWS) -> Iterator[Labels]:
        """A column as labels, in chunks of at most `rows` rows."""
        for (labels,) in watched(self, self.read([Pick(index, "--key", label=True)], rows)):
            yield cast("Labels", labels)

    def first_values(self, index: int) -> Iterable[str]:
        """A column's first values as text."""
        pick = Pick(index, "--true", label=True)
        for (labels,) in self.read([pick], FIRST_ROWS):
            names = cast("Labels", labels).names
            return [names[code][0] for code in cast("Labels", labels).codes.tolist()]
        return ()

    def worded(self, index: int) -> bool:
        """Whether most of a column's first values are words, that are no numbers."""
        known = [is_word(text) for text in self.first_values(index) if text not in ("", MISSING)]
        return 2 * sum(known) > len(known)

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
        groups = GroupColumns(selection)
        return watched(self, self._arranged(groups, self.read(groups.picks, rows), 1))

    def _chunks(self, selection: Selection) -> Iterator[Chunk]:
        parts = self.parts(GroupColumns(selection).picks)
        if parts is None:
            yield from map(whole, self._batches(selection, BATCH_ROWS))
            return
        for part in watched(self, parts):
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
        groups = GroupColumns(selection)
        for arrays in watched(self, (self.read_part(groups.picks, one) for one in (part,))):
            if len(arrays[0]):
                yield from self._arranged(groups, [arrays], part.first_row or 1)

    def _arranged(
        self, groups: GroupColumns, reading: Iterable[Sequence[Array]], first_row: int
    ) -> Iterator[Batch]:
        """What was read, as Batches."""
        labels = {model: self._labels(picks) for model, picks in groups.models.items()}
        true, weight = groups.true, groups.weight
        if true:
            labels["y_true"] = self._labels(true)
        if weight:
            labels["weight"] = self._labels(weight)
        origin = Origin(self.name, labels, "column", columns=not self.shaped)
        for arrays in reading:
            columns = map(self.without_marks, arrays)
            y_true = self._stack(true, columns, first_row, groups.classes) if true else None
            weights = self._stack(weight, columns) if weight else None
            y_pred = {
                model: self._stack(group, columns, first_row, groups.classes)
                for model, group in groups.models.items()
            }
            by = combined(cast("list[Labels]", list(columns))) if groups.by else None
            yield Batch(y_true, y_pred, weights, first_row, origin, by)
            first_row += len(arrays[0])

    def _labels(self, picks: Sequence[Pick]) -> tuple[str, ...]:
        return tuple(shown(self.columns[pick.index]) for pick in picks)

    def _stack(
        self,
        picks: Sequence[Pick],
        columns: Iterator[Array],
        first_row: int = 1,
        classes: Classes | None = None,
    ) -> Array:
        group = [next(columns) for _ in picks]
        if classes is not None:
            group = [
                numbers(column, self.place(pick, first_row), classes) if pick.label else column
                for pick, column in zip(picks, group, strict=True)
            ]
        if len(picks) == 1:
            return group[0]
        for pick, column in zip(picks, group, strict=True):
            if column.shape != group[0].shape:
                held = [
                    f"column {shown(self.columns[p.index])} holds {_row_of(values.shape[1:])}"
                    for p, values in ((picks[0], group[0]), (pick, column))
                ]
                raise LosscliError(
                    f"{self.name}: {held[0]}, {held[1]}",
                    f"name it alone in {pick.option}, or columns that are alike",
                )
        return np.stack(group, axis=1)


def _row_of(shape: tuple[int, ...]) -> str:
    return f"rows of the shape {shape}" if shape else "a number a row"
