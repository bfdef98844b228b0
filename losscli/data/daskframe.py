"""Dask's DataFrames and arrays as tables, whose parts are known to its workers alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.batch import Chunk
from losscli.data.blocks import Part
from losscli.data.convert import labels
from losscli.data.tables import Pick, Table
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from losscli.batch import Array, Batch
    from losscli.data.selection import Selection


def aligned(arrays: Mapping[str, Any]) -> list[Any]:
    """For each run of rows, what its part of every array is."""
    for name, array in arrays.items():
        if not hasattr(array, "rechunk"):
            raise LosscliError(f"{name} is a {type(array).__name__}", "give Dask arrays, or name a file")
    if "y_pred" not in arrays:
        raise LosscliError("there is no y_pred", "give it as pred")
    rows = arrays["y_pred"].chunks[0]
    for name, array in arrays.items():
        if array.shape[0] != arrays["y_pred"].shape[0] and not np.isnan(array.shape[0]):
            n = arrays["y_pred"].shape[0]
            raise LosscliError(f"{name} has {array.shape[0]} rows and y_pred {n}", "one value for each row")
    from dask.delayed import delayed

    whole = [
        array if np.isnan(sum(rows)) else array.rechunk({0: rows, **dict.fromkeys(range(1, array.ndim), -1)})
        for array in arrays.values()
    ]
    blocks = [array.to_delayed().ravel() for array in whole]
    together = delayed(_together, pure=False)
    return [together(*parts) for parts in zip(*blocks, strict=True)]


def _together(*parts: Any) -> tuple[Any, ...]:
    return parts


class Parted(Table):
    """The columns of a Dask collection; `bring` brings one of its parts here, `texts` may hold words."""

    def __init__(
        self,
        name: str,
        columns: Sequence[str],
        parts: Sequence[Any],
        bring: Callable[[Any], Any],
        texts: Sequence[int] = (),
    ) -> None:
        super().__init__(name, columns)
        self._texts = texts
        self._parts = parts
        self._bring = bring

    def first_values(self, index: int) -> Iterable[str]:
        return super().first_values(index) if index in self._texts else ()

    def integers(self, index: int) -> Iterator[Any]:
        parts = (PartTable(self.name, self.columns, self._bring(part)) for part in self._parts)
        return (part.held(index) for part in parts)

    def read(self, picks: Sequence[Pick], rows: int) -> Iterator[list[Array]]:
        for part in self._parts:
            arrays = PartTable(self.name, self.columns, self._bring(part)).numbers(picks)
            for start in range(0, len(arrays[0]), rows):
                yield [array[start : start + rows] for array in arrays]

    def _chunks(self, selection: Selection) -> Iterator[Chunk]:
        for part in self._parts:
            yield Chunk(partial(_rows, self.name, self.columns, selection), relative=True, delayed=part)


def _rows(name: str, columns: Sequence[str], selection: Selection, values: Any) -> Iterator[Batch]:
    return PartTable(name, columns, values).part_batches(selection, Part(0, 0))


class PartTable(Table):
    """The columns of one part: a pandas DataFrame, or an array a column."""

    def __init__(self, name: str, columns: Sequence[str], values: Any) -> None:
        super().__init__(name, columns)
        self._values = values

    def read(self, picks: Sequence[Pick], rows: int) -> Iterator[list[Array]]:
        yield self.numbers(picks)

    def read_part(self, picks: Sequence[Pick], part: Part) -> list[Array]:
        return self.numbers(picks)

    def held(self, index: int) -> Any:
        """A column as the part holds it."""
        if isinstance(self._values, tuple):
            return np.asarray(self._values[index])
        return self._values.iloc[:, index].to_numpy()

    def numbers(self, picks: Sequence[Pick]) -> list[Array]:
        """A column (N, …) for each pick, float64."""
        return [self._column(pick) for pick in picks]

    def _column(self, pick: Pick) -> Array:
        try:
            if isinstance(self._values, tuple):
                return np.asarray(self._values[pick.index], np.float64)
            column = self._values.iloc[:, pick.index]
            if pick.label:
                texts = column.astype(object).where(column.notna(), None).tolist()
                held: Array = labels(texts, self.place(pick))
                return held
            return np.asarray(column.to_numpy(np.float64, na_value=np.nan))
        except (TypeError, ValueError) as error:
            raise LosscliError(f"{self.place(pick).whole} holds no numbers: {error}") from None
