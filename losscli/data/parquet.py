"""Parquet files on this machine, row group by row group through Arrow; what is no plain number, by Polars."""

from __future__ import annotations

import os
import threading
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.data.blocks import Part, polars
from losscli.data.frames import Frame, Scanned, reading
from losscli.data.limits import State
from losscli.data.quick import numbers_of
from losscli.data.tables import Pick, Table
from losscli.data.words import shown
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from losscli.batch import Array
    from losscli.data.files import File
    from losscli.data.tables import Cells

LARGEST = 4 << 20  # rows of a row group that a thread decodes at once
AT_LEAST = 131_072  # rows that a part has, where row groups are small

_open = threading.local()  # an open file remembers where it is: each thread has its own


class Parquet(Scanned):
    """A file whose row groups are read apart, each as often as it is asked for."""

    def __init__(self, file: File) -> None:
        self.setup(file, "parquet")
        with reading(file, "parquet"):
            described = self._opened()
            groups = [described.metadata.row_group(i).num_rows for i in range(described.num_row_groups)]
        names = described.schema_arrow.names
        if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
            raise LosscliError(
                f"{file.name}: the column {shown(twice[0])} stands {names.count(twice[0])} times",
                "write it with each name once",
            )
        Table.__init__(self, file.name, described.schema_arrow.names)
        self._nested = [field.name for field in described.schema_arrow if field.type.num_fields]
        self._texts = [field.name for field in described.schema_arrow if _is_text(field.type)]
        self._starts: list[int] = [0, *accumulate(groups)]
        if not self._starts[-1]:
            raise LosscliError(f"{self.name} has no rows")

    def text_columns(self) -> Container[str]:
        return self._texts

    def _opened(self) -> Any:
        try:
            from pyarrow.parquet import ParquetFile
        except ModuleNotFoundError:
            raise LosscliError("reading Parquet needs PyArrow", "pip install 'losscli[data]'") from None
        self._file.check_unchanged()
        # A file that was written again since is another file.
        kept: dict[str, tuple[Any, Any]] = _open.__dict__.setdefault("files", {})
        state = self._file.state or State.of(os.stat(self._file.path))
        if self._file.path not in kept or kept[self._file.path][0] != state:
            kept[self._file.path] = state, ParquetFile(self._file.path, pre_buffer=False)
        return kept[self._file.path][1]

    def single(self, index: int) -> bool:
        return self.columns[index] not in self._nested

    @property
    def fits(self) -> bool:
        """Whether no row group is too large to be decoded at once."""
        return max(stop - start for start, stop in pairwise(self._starts)) <= LARGEST

    @property
    def size(self) -> int | None:
        return self._starts[-1]

    def first_values(self, index: int) -> Iterable[str]:
        kind = str(self._opened().schema_arrow.field(index).type)
        return super().first_values(index) if "string" in kind else ()

    def parts(self, picks: Sequence[Pick]) -> Iterator[Part]:
        # Of lists, row 1 says how long all are.
        if set(self._nested).intersection(self.columns[pick.index] for pick in picks):
            first = next(stop for stop in self._starts if stop)
            self.read_part(picks, Part(0, first))
        start = 0
        for stop in self._starts[1:]:
            if stop > start and (stop - start >= AT_LEAST or stop == self._starts[-1]):
                yield Part(start, stop, start + 1)
                start = stop

    def read(self, picks: Sequence[Pick], rows: int) -> Iterator[list[Array]]:
        for part in self.parts(picks):
            arrays = self.read_part(picks, part)
            for start in range(0, part.stop - part.start, rows):
                yield [array[start : start + rows] for array in arrays]

    def read_part(self, picks: Sequence[Pick], part: Part) -> list[Array]:
        table = self._rows(part, [self.columns[pick.index] for pick in picks])
        named = [(pick, table.column(self.columns[pick.index])) for pick in picks]
        return [self._values(column, pick, part.start + 1) for pick, column in named]

    def cells(self, rows: Sequence[int]) -> dict[int, Cells]:
        cells = {}
        for row in rows:
            at = next(i for i, stop in enumerate(self._starts[1:]) if row <= stop)
            part = Part(self._starts[at], self._starts[at + 1])
            values = self._rows(part, self.columns).slice(row - 1 - part.start, 1).to_pylist()[0].values()
            cells[row] = self.named(["" if value is None else str(value) for value in values])
        return cells

    def _rows(self, part: Part, names: Sequence[str]) -> Any:
        first, last = self._starts.index(part.start), self._starts.index(part.stop)
        with reading(self._file, "parquet"):
            wanted = list(dict.fromkeys(names))
            return self._opened().read_row_groups(range(first, last), columns=wanted, use_threads=False)

    def _values(self, column: Any, pick: Pick, first_row: int) -> Any:
        import pyarrow as pa

        if str(column.type).startswith("decimal256"):  # which Polars does not know
            column = column.cast(pa.float64())
        kind = column.type
        plain = pa.types.is_floating(kind) or pa.types.is_integer(kind)
        if pick.label or pick.as_written or not plain:
            pl = polars("reading what is no plain number")
            return self.column(pl.from_arrow(column), pick, first_row)
        pieces = [numbers_of(piece) for piece in column.chunks]
        return np.asarray(pieces[0] if len(pieces) == 1 else np.concatenate(pieces), np.float64)


def _is_text(kind: Any) -> bool:
    """Whether a column of this type holds text, or categories of text."""
    held = kind.value_type if str(kind).startswith("dictionary") else kind
    return str(held) in ("string", "large_string", "string_view")


def open_frame(file: File, form: str) -> Table:
    """The table of a Parquet or Arrow file, at hand or at an address that hands out parts of it."""
    if form == "parquet" and file.plain:
        table = Parquet(file)
        if table.fits:
            return table
    return Frame(file, form)
