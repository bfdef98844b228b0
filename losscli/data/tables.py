"""Table: named columns, read in chunks, from which y_true, y_pred and weights are chosen."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.batch import Batch, Origin
from losscli.data.convert import Place
from losscli.data.files import find, format_of
from losscli.data.selection import Selection, select, there_are
from losscli.data.source import Source
from losscli.data.words import shown
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from losscli.batch import Array

    Cells = tuple[tuple[str, str], ...]  # (column, text)


@dataclass(frozen=True)
class Pick:
    """A column to read: its index, and the option that chose it."""

    index: int
    option: str


class Table(ABC):
    """A file of named columns. `name` is the file as messages show it."""

    def __init__(self, name: str, columns: Sequence[str]) -> None:
        self.name = name
        self.columns = tuple(columns)

    @abstractmethod
    def read(self, picks: Sequence[Pick], rows: int) -> Iterator[list[Array]]:
        """Chunks of at most `rows` rows from the first row on: float64, one array (n, ...) a pick."""

    @abstractmethod
    def cells(self, rows: Sequence[int]) -> dict[int, Cells]:
        """Every cell of the rows of these numbers, from 1 and in order, as it stands in the file."""

    def select(
        self, true: str | None, pred: str | None, weight: str | None, *, truth: bool, models: bool
    ) -> Source:
        """The columns that the texts of --true, --pred and --weight name, as a Source.

        Each is a name, a comma list or a pattern such as p_*, or a position from 1; several columns are
        stacked into (N, k). Left out, common names are tried. With `models`, commas in `pred` separate
        models; without, there is one, named "y_pred". Without `truth` there is no y_true.
        """
        selection = select(self.name, self.columns, true, pred, weight, truth=truth, models=models)
        return Source(
            self.name,
            tuple(selection.models),
            selection.chosen,
            lambda rows: self._batches(selection, rows),
            self.cells,
        )

    def named(self, cells: Iterable[str]) -> Cells:
        """A row's cells with their columns' names; a name that stands twice gets its position."""
        twice = {name for name in self.columns if self.columns.count(name) > 1}
        names = [f"{name} (column {i})" if name in twice else name for i, name in enumerate(self.columns, 1)]
        return tuple(zip(names, cells, strict=True))

    def place(self, pick: Pick, first_row: int = 1) -> Place:
        """Where a column's values stand, with the hint for a value that is no number."""
        return Place(
            self.name,
            shown(self.columns[pick.index]),
            f"mend the cell, or choose other columns with {pick.option} ({there_are(self.columns)})",
            first_row,
        )

    def _batches(self, selection: Selection, rows: int) -> Iterator[Batch]:
        groups: dict[str, list[Pick]] = {
            model: [Pick(index, "--pred") for index in columns] for model, columns in selection.models.items()
        }
        labels = {model: self._labels(picks) for model, picks in groups.items()}
        true = [Pick(index, "--true") for index in selection.true]
        weight = [] if selection.weight is None else [Pick(selection.weight, "--weight")]
        if true:
            labels["y_true"] = self._labels(true)
        if weight:
            labels["weight"] = self._labels(weight)
        origin = Origin(self.name, labels, "column")
        picks = [*true, *weight, *(pick for group in groups.values() for pick in group)]

        first_row = 1
        for arrays in self.read(picks, rows):
            columns = iter(arrays)
            y_true = self._stack(true, columns) if true else None
            weights = self._stack(weight, columns) if weight else None
            if weights is not None and weights.ndim > 1:
                raise LosscliError(
                    f"{self.place(weight[0]).whole} holds lists", "a weight is one number a row"
                )
            y_pred = {model: self._stack(group, columns) for model, group in groups.items()}
            yield Batch(y_true, y_pred, weights, first_row, origin)
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


class ArrayTable(Table):
    """A table whose columns are whole arrays in memory, each loaded when it is first asked for."""

    def __init__(self, name: str, columns: Sequence[str]) -> None:
        super().__init__(name, columns)
        self._loaded: dict[int, NDArray[Any]] = {}

    def cells(self, rows: Sequence[int]) -> dict[int, Cells]:
        n = len(next(iter(self._loaded.values())))  # what was read before tells how long a column of rows is
        columns = [
            column if len(column) == n else None for column in map(self.whole, range(len(self.columns)))
        ]
        names = self.named([""] * len(columns))
        return {
            row: tuple(
                (name, cell_text(column[row - 1]))
                for (name, _), column in zip(names, columns, strict=True)
                if column is not None
            )
            for row in rows
        }

    @abstractmethod
    def whole(self, index: int) -> Sequence[Any] | NDArray[Any]:
        """A column as it stands in the file, whatever it holds; () where it cannot be shown."""

    @abstractmethod
    def load(self, pick: Pick) -> NDArray[Any]:
        """A column (N, ...) of real numbers or booleans, N at least 1."""

    def read(self, picks: Sequence[Pick], rows: int) -> Iterator[list[Array]]:
        for pick in picks:
            if pick.index not in self._loaded:
                self._loaded[pick.index] = self.load(pick)
        arrays = [self._loaded[pick.index] for pick in picks]
        n = len(arrays[0])
        for pick, array in zip(picks, arrays, strict=True):
            if len(array) != n:
                first, other = (shown(self.columns[p.index]) for p in (picks[0], pick))
                raise LosscliError(
                    f"{self.name}: {first} has {n} rows and {other} has {len(array)}",
                    "the columns of a table are of one length",
                )
        for start in range(0, n, rows):
            yield [array[start : start + rows].astype(np.float64) for array in arrays]


def cell_text(value: Any) -> str:
    """A value as a cell: text as it is, the rest as JSON; what is missing is empty."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False, default=str)


def open_table(path: str, *, input_format: str | None = None) -> Table:
    """The table at `path` ("-": standard input), in the format named or told by its extension.

    LosscliError when it cannot be read, has no columns or no rows, or is in another format.
    """
    file = find(path)
    form = format_of(file, input_format)
    if form in ("csv", "tsv"):
        from losscli.data.delimited import Delimited

        return Delimited(file, form)
    if form == "json":
        from losscli.data.jsontext import open_json

        return open_json(file)
    if form == "jsonl":
        from losscli.data.jsontext import JsonLines

        return JsonLines(file)
    if form == "npz":
        from losscli.data.numpyfiles import Npz

        return Npz(file)
    raise LosscliError(
        f"{file.name} holds one array, without names of columns",
        "give arrays as values, without DATA: --true @y.npy --pred @p.npy",
    )
