"""Every row's value to a file: csv, tsv, jsonl, npy or parquet, block by block."""

from __future__ import annotations

import csv
import io
import pickle
from itertools import repeat
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from losscli.errors import LosscliError
from losscli.render.formats import DELIMITERS
from losscli.render.jsonable import plain
from losscli.render.machine import dumped
from losscli.render.rows import columns
from losscli.render.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import NDArray

    from losscli.results.rows import RowSink, RowValues

ROW_GROUP = 262_144  # rows
MANY = 200_000  # rows from which on Polars is worth its import


def writer(form: str, file: IO[bytes], held: IO[bytes]) -> RowSink:
    """The writer of a format into `file`, from its beginning; both files can be read back.

    csv, tsv, jsonl and parquet have the columns that the rows on a page have (losscli.render.rows), and the
    signature. A row's share takes the sum of all, so rows wait in `held`. npy has the losses alone, float64
    (N,), as they come.
    """
    if form == "npy":
        return _Npy(file)
    if form == "parquet":
        return _ParquetRows(file, held)
    return _Lines(file, held) if form == "jsonl" else _DelimitedRows(file, held, DELIMITERS[form])


def check_format(form: str) -> None:
    """LosscliError if what writes the format is not installed."""
    if form == "parquet":
        try:
            import pyarrow.parquet  # noqa: F401
        except ImportError:
            raise LosscliError(
                "writing Parquet takes pyarrow, which is not installed",
                "pip install 'losscli[data]', or name the file .csv or .npy",
            ) from None


def _positive(loss: NDArray[np.float64]) -> NDArray[np.float64]:
    return loss + 0.0  # −0 is 0 to a reader


class _Waiting:
    """Rows that wait for what only all of them tell."""

    def __init__(self, file: IO[bytes], held: IO[bytes]) -> None:
        self._file = file
        self._held = held

    def take(self, rows: RowValues) -> None:
        row = (
            np.arange(rows.row.start, rows.row.stop) if isinstance(rows.row, range) else np.asarray(rows.row)
        )
        pickle.dump(rows._replace(row=row, loss=_positive(rows.loss)), self._held, protocol=5)

    def restart(self) -> None:
        self._held.seek(0)
        self._held.truncate()

    def finish(self, complete: Callable[[RowValues], RowValues], signature: str) -> None:
        end = self._held.tell()
        self._held.seek(0)
        while self._held.tell() < end:
            rows = complete(pickle.load(self._held))
            self.write(columns(rows) | {"signature": signature}, len(rows.loss))

    def write(self, table: Mapping[str, Any], n: int) -> None:
        """The next n rows, by column: an array, or one value for all of them."""
        raise NotImplementedError


class _DelimitedRows(_Waiting):
    def __init__(self, file: IO[bytes], held: IO[bytes], delimiter: str) -> None:
        super().__init__(file, held)
        self._delimiter = delimiter
        self._n = 0

    def write(self, table: Mapping[str, Any], n: int) -> None:
        buffer = io.StringIO()
        made = csv.writer(buffer, delimiter=self._delimiter, lineterminator="\n")
        if not self._n:
            made.writerow(table)
        self._n += n
        quick = _by_polars(table, self._delimiter) if self._n > MANY else None
        if quick is None:
            made.writerows(zip(*(_cells(name, column, n) for name, column in table.items()), strict=True))
        self._file.write(buffer.getvalue().encode() + (quick or b""))


def _by_polars(table: Mapping[str, Any], delimiter: str) -> bytes | None:
    """The same by Polars, in a tenth of the time: numbers that read back the same, 1e-7 in place of 1e-07.

    None if it is not installed, or if there is more than finite numbers and single texts.
    """
    arrays = [column for column in table.values() if isinstance(column, np.ndarray)]
    if any(array.ndim > 1 or array.dtype == object or not np.isfinite(array).all() for array in arrays):
        return None
    try:
        import polars
    except ImportError:
        return None
    made = {
        name: np.ascontiguousarray(column) if isinstance(column, np.ndarray) else column
        for name, column in table.items()
    }
    return polars.DataFrame(made).write_csv(separator=delimiter, include_header=False).encode()


def _cells(name: str, column: Any, n: int) -> Iterable[Any]:
    """A column for the csv module, which writes a float so that it reads back; lists are JSON text."""
    if not isinstance(column, np.ndarray):
        return repeat("" if column is None else clean(column), n)
    if column.ndim > 1:
        return _json_texts(name, column, n)
    values: list[Any] = column.tolist()
    if column.dtype == object:
        return map(clean, values)
    if name == "gradient" and np.isnan(column).any():
        return ["" if value != value else value for value in values]
    return values


def _json_texts(name: str, column: Any, n: int) -> Iterable[str]:
    """Each entry as JSON, where infinity and nan are strings, or null in a gradient."""
    if not isinstance(column, np.ndarray):
        return repeat(dumped(column), n)
    if column.ndim == 1 and column.dtype != object and np.isfinite(column).all():
        return map(repr, column.tolist())
    return map(dumped, plain(column, nan=None if name == "gradient" else "nan"))


class _Lines(_Waiting):
    def write(self, table: Mapping[str, Any], n: int) -> None:
        line = "{" + ", ".join(f'"{name}": %s' for name in table) + "}\n"
        texts = (_json_texts(name, column, n) for name, column in table.items())
        self._file.write("".join(map(line.__mod__, zip(*texts, strict=True))).encode())


class _Npy:
    """The header comes first and says how many there are: it is written over at the end, of one length."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.restart()

    def restart(self) -> None:
        self._n = 0
        self._file.seek(0)
        self._file.truncate()
        self._write_header()

    def _write_header(self) -> None:
        facts = {"descr": "<f8", "fortran_order": False, "shape": (self._n,)}
        np.lib.format.write_array_header_1_0(self._file, facts)

    def take(self, rows: RowValues) -> None:
        self._n += len(rows.loss)
        self._file.write(np.ascontiguousarray(_positive(rows.loss), "<f8").data)

    def finish(self, complete: Callable[[RowValues], RowValues], signature: str) -> None:
        self._file.seek(0)
        self._write_header()


class _ParquetRows(_Waiting):
    _made: Any = None  # begun when it is known what the columns are

    def finish(self, complete: Callable[[RowValues], RowValues], signature: str) -> None:
        self._waiting: list[Any] = []
        self._rows = 0
        super().finish(complete, signature)
        self._write_group()
        self._made.close()

    def write(self, table: Mapping[str, Any], n: int) -> None:
        import pyarrow

        self._waiting.append(pyarrow.table({name: _arrow(column, n) for name, column in table.items()}))
        self._rows += n
        if self._rows >= ROW_GROUP:
            self._write_group()

    def _write_group(self) -> None:
        import pyarrow
        from pyarrow import parquet

        if not self._waiting:
            return
        if self._made is None:
            self._made = parquet.ParquetWriter(self._file, self._waiting[0].schema, compression="zstd")
        self._made.write_table(pyarrow.concat_tables(self._waiting), row_group_size=self._rows)
        self._waiting, self._rows = [], 0


def _arrow(column: Any, n: int) -> Any:
    """A column for Arrow: numbers, texts, or lists of one length for each trailing axis."""
    import pyarrow

    if column is None:
        return pyarrow.nulls(n, pyarrow.float64())
    if isinstance(column, str):
        return pyarrow.repeat(column, n)
    array = pyarrow.array(np.ascontiguousarray(column).ravel())
    for length in reversed(column.shape[1:]):
        array = pyarrow.FixedSizeListArray.from_arrays(array, length)
    return array
