"""Tables whose columns are whole arrays in memory, and values as the texts of cells."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.data.tables import FIRST_ROWS, Pick, Table
from losscli.data.words import shown
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from losscli.batch import Array
    from losscli.data.tables import Cells


LOOKED_AT = 2000  # values of a column that tell how its texts write numbers


class ArrayTable(Table):
    """A table whose columns are whole arrays in memory, each loaded when it is first asked for."""

    def __init__(self, name: str, columns: Sequence[str]) -> None:
        super().__init__(name, columns)
        self._loaded: dict[Pick, Any] = {}

    def cells(self, rows: Sequence[int]) -> dict[int, Cells]:
        # What was read before tells how long a column of rows is.
        n = len(next(iter(self._loaded.values()), self.whole(0)))
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

    def first_values(self, index: int) -> list[str]:
        return [value for value in self.whole(index)[:FIRST_ROWS] if isinstance(value, str)]

    @abstractmethod
    def whole(self, index: int) -> Sequence[Any] | Array:
        """A column as it stands in the file, whatever it holds; () where it cannot be shown."""

    def texts(self, index: int) -> Sequence[str]:
        return texts_in(self.whole(index))

    def integers(self, index: int) -> Iterator[Any]:
        return iter((self.whole(index),))

    @abstractmethod
    def load(self, pick: Pick) -> Any:
        """A column (N, ...) of real numbers or booleans, N at least 1; or Labels."""

    def loaded(self, picks: Sequence[Pick]) -> list[Any]:
        """Whole columns, all of one length."""
        for pick in picks:
            if pick not in self._loaded:
                self._loaded[pick] = self.load(pick)
        arrays = [self._loaded[pick] for pick in picks]
        n = len(arrays[0])
        for pick, array in zip(picks, arrays, strict=True):
            if len(array) != n:
                first, other = (shown(self.columns[p.index]) for p in (picks[0], pick))
                raise LosscliError(
                    f"{self.name}: {first} has {n} rows and {other} has {len(array)}",
                    "the columns of a table are of one length",
                )
        return arrays

    def read(self, picks: Sequence[Pick], rows: int) -> Iterator[list[Array]]:
        n = len(self.loaded(picks)[0])
        for start in range(0, n, rows):
            yield self.rows(picks, start, min(start + rows, n))

    def rows(self, picks: Sequence[Pick], start: int, stop: int) -> list[Array]:
        """Some rows of columns that were loaded."""
        cut = [self._loaded[pick][start:stop] for pick in picks]
        return [c if pick.label else c.astype(np.float64) for pick, c in zip(picks, cut, strict=True)]


def texts_in(values: Sequence[Any] | Array) -> list[str]:
    """The texts among a column's first values, or in their lists."""
    if isinstance(values, np.ndarray):
        return []
    texts: list[str] = []
    rest = list(reversed(values[:LOOKED_AT]))
    while rest:
        value = rest.pop()
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, list):
            rest += reversed(value)
    return texts


def cell_text(value: Any) -> str:
    """A value as a cell: text as it is, the rest as JSON; what is missing is empty."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if value is None or isinstance(value, str):
        return value or ""
    import json

    return json.dumps(value, ensure_ascii=False, default=str)
