"""Parquet and Arrow, here or at an address, through Polars. Only the columns asked for are read."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.data.arraytable import LOOKED_AT
from losscli.data.blocks import Part, polars
from losscli.data.convert import ValuePlace, from_nested, from_texts, labels
from losscli.data.formats import FORMATS
from losscli.data.source import BATCH_ROWS
from losscli.data.tables import Pick, Table
from losscli.data.words import counted, shown
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from losscli.batch import Array
    from losscli.data.files import File
    from losscli.data.tables import Cells

PART_BYTES = 8 << 20  # of the numbers that a part holds at once


class Scanned(Table):
    """A table that Polars scans."""

    def __init__(self, file: File, form: str) -> None:
        self.setup(file, form)
        if not file.remote and (form == "arrow" or file.content is not None):
            _check_sound(file, form)
        if file.remote:
            # Polars asks the bucket itself; where that fails, the error says so.
            warnings.filterwarnings("ignore", message=".*region' not set")
        with reading(file, form):
            self._schema = self.scan().collect_schema()
        super().__init__(file.name, self._schema.names())

    def setup(self, file: File, form: str) -> None:
        """What is known before the file is opened."""
        self._file = file
        self._form = form
        self._what = "a remote file" if file.remote else FORMATS[form].title
        self._widths: dict[int, int] = {}

    def text_columns(self) -> Container[str]:
        """The columns that hold text."""
        pl = polars(f"reading {self._what}")
        return [name for name, kind in self._schema.items() if kind in (pl.String, pl.Categorical)]

    def texts(self, index: int) -> Sequence[str]:
        if self.columns[index] not in self.text_columns():
            return ()
        some: Any = next(iter(self.read([Pick(index, "", label=True)], LOOKED_AT)))[0]
        return [some.names[code][0] for code in np.unique(some.codes)]

    def integers(self, index: int) -> Iterator[Any]:
        reading: Iterator[list[Any]] = self.read([Pick(index, "", as_written=True)], BATCH_ROWS)
        for (series,) in reading:
            while str(series.dtype).startswith(("List", "Array")):
                series = series.explode()
            if series.dtype.is_integer():
                yield series.drop_nulls().to_numpy()
            elif not series.dtype.is_float():
                yield list(map(str, series.to_list()))

    def scan(self) -> Any:
        """A new LazyFrame over the file."""
        pl = polars(f"reading {self._what}")
        source: Any = self._file.path
        if self._file.content is not None:
            source = BytesIO(self._file.content)
        if self._form == "parquet":
            return pl.scan_parquet(source, glob=False, hive_partitioning=False)
        return pl.scan_ipc(source, glob=False, hive_partitioning=False)

    def _numbers(self, frame: Any, picks: Sequence[Pick], first_row: int) -> list[Array]:
        """A frame's columns, which are the picks' in their order, as float64."""
        named = [frame.get_column(self.columns[pick.index]) for pick in picks]
        return [self.column(series, pick, first_row) for series, pick in zip(named, picks, strict=True)]

    def column(self, series: Any, pick: Pick, first_row: int) -> Any:
        """A Polars column as float64, (N,) or of lists (N, k); as Labels where it holds groups.

        One that is wanted as it is written stays as it is.
        """
        pl = polars(f"reading {self._what}")
        kind = series.dtype
        place = self.place(pick, first_row)
        if pick.as_written:
            return series
        if pick.label:
            if isinstance(kind, (pl.List, pl.Array, pl.Struct)):
                raise LosscliError(f"{place.whole} holds lists, no labels", place.hint)
            if kind.is_float():
                return labels(series.to_list(), place)
            return self.known(pick).labels(series.cast(pl.String))
        if isinstance(kind, (pl.List, pl.Array)):
            return self._lists(series, pick, place)
        if kind in (pl.String, pl.Categorical):
            return from_texts(series.cast(pl.String).fill_null("").to_list(), place)
        _check_type(kind, place)
        return _floats(series)

    def _lists(self, series: Any, pick: Pick, place: ValuePlace) -> Array:
        """Lists of one length, (N, k)."""
        pl = polars(f"reading {self._what}")
        if isinstance(series.dtype, pl.Array):
            series = series.arr.to_list()
        if series.dtype.inner == pl.String:
            width = self._widths.setdefault(pick.index, series.list.len()[0] or 0)
            return from_nested(series.to_list(), place, (width,))
        _check_type(series.dtype.inner, place)
        width = self._widths.setdefault(pick.index, series.list.len()[0] or 0)
        lengths = series.list.len()
        odd = (lengths != width).fill_null(True)
        if odd.any() or not width:
            at = odd.arg_true()[0] if odd.any() else 0
            length = "no list" if lengths[at] is None else counted(lengths[at], "entry")
            what = f"{length} where row 1 has {width}" if width else "a list without entries"
            raise place.error(at, (), what)
        return _floats(series.explode()).reshape(-1, width)


class Frame(Scanned):
    """A file whose rows can be read from any row on."""

    def __init__(self, file: File, form: str) -> None:
        super().__init__(file, form)
        pl = polars(f"reading {self._what}")
        with reading(file, form):
            self._rows = int(self.scan().select(pl.len()).collect().item())
        if not self._rows:
            raise LosscliError(f"{self.name} has no rows")

    def first_values(self, index: int) -> Iterable[str]:
        kind = self._schema[self.columns[index]]
        return super().first_values(index) if str(kind).startswith(("String", "Categorical", "Enum")) else ()

    def read(self, picks: Sequence[Pick], rows: int) -> Iterator[list[Array]]:
        for part in self.parts(picks):
            arrays = self.read_part(picks, part)
            for start in range(0, part.stop - part.start, rows):
                yield [array[start : start + rows] for array in arrays]

    @property
    def size(self) -> int | None:
        return self._rows

    def parts(self, picks: Sequence[Pick]) -> Iterator[Part]:
        # Of lists, row 1 says how long all are.
        first = self.read_part(picks, Part(0, 1, 1))
        entries = sum(map(np.size, first))
        rows = max(1, PART_BYTES // (8 * entries))
        for start in range(0, self._rows, rows):
            yield Part(start, min(start + rows, self._rows), start + 1)

    def cells(self, rows: Sequence[int]) -> dict[int, Cells]:
        with reading(self._file, self._form):
            tuples = [self.scan().slice(row - 1, 1).collect().row(0) for row in rows]
        texts = [["" if cell is None else str(cell) for cell in cells] for cells in tuples]
        return {row: self.named(cells) for row, cells in zip(rows, texts, strict=True)}

    def read_part(self, picks: Sequence[Pick], part: Part) -> list[Array]:
        names = list(dict.fromkeys(self.columns[pick.index] for pick in picks))
        with reading(self._file, self._form):
            frame = self.scan().slice(part.start, part.stop - part.start).select(names).collect()
        return self._numbers(frame, picks, part.start + 1)


def _check_sound(file: File, form: str) -> None:
    """LosscliError where Arrow finds the file damaged: Polars would panic, and print pages of that itself."""
    try:
        import pyarrow as pa
    except ImportError:
        return
    try:
        with pa.memory_map(file.path) if file.content is None else pa.BufferReader(file.content) as source:
            schema = _read_parquet(source) if form == "parquet" else _read_arrow(source)
    except (pa.ArrowException, OSError) as error:
        with reading(file, form):
            raise ValueError(str(error)) from None
    for column in schema:
        if str(column.type).startswith("decimal256"):
            raise LosscliError(
                f"{file.name}, column {shown(column.name)} holds {column.type}, which is not read from here",
                "write it as float64, or the file as Parquet that is not compressed as a whole",
            )


def _read_arrow(source: Any) -> Any:
    """The schema of an Arrow file whose batches are sound."""
    import pyarrow as pa

    batches = pa.ipc.open_file(source)
    for i in range(batches.num_record_batches):
        batches.get_batch(i).validate()
    return batches.schema


def _read_parquet(source: Any) -> Any:
    """The schema of a Parquet file whose row groups are sound."""
    from pyarrow.parquet import ParquetFile

    file = ParquetFile(source)
    for i in range(file.num_row_groups):
        file.read_row_group(i, use_threads=False)
    return file.schema_arrow


def _floats(series: Any) -> Array:
    """Numbers as float64, nulls as NaN."""
    pl = polars("reading columns")
    return np.asarray(series.cast(pl.Float64).to_numpy(), np.float64)


def _check_type(kind: Any, place: ValuePlace) -> None:
    if not (kind.is_numeric() or str(kind) in ("Boolean", "Null")):
        raise LosscliError(f"{place.whole} holds {shown(str(kind))}, no numbers", place.hint)


@contextmanager
def reading(file: File, form: str) -> Iterator[None]:
    """Turns Polars' complaints about a file into one line."""
    try:
        yield
    except (LosscliError, MemoryError):
        raise
    except BaseException as error:
        # A damaged file, or a server, makes it raise nearly anything: ComputeError, OSError, TypeError …
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":  # Rust's
            raise
        why = shown(str(error).strip().partition("\n")[0])[:200]
        if file.remote:
            raise LosscliError(
                f"{file.name} cannot be read: {why}",
                "check the address, and the credentials in the environment",
            ) from None
        raise LosscliError(
            f"{file.name} is no {FORMATS[form].title} file, or damaged: {why}",
            "write it again, or copy it again",
        ) from None
