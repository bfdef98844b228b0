"""Every row's value to a file: csv, tsv, jsonl, npy or parquet, block by block."""

from __future__ import annotations

import csv
import io
import json
from typing import IO, TYPE_CHECKING, Any, Protocol

import numpy as np

from losscli.errors import LosscliError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from losscli.results.rows import RowValues

DELIMITERS = {"csv": ",", "tsv": "\t"}
ROW_GROUP = 262_144  # rows
MANY = 200_000  # rows from which on Polars is worth its import


class Writer(Protocol):
    """Takes rows in order (losscli.results.rows.RowSink); `close` writes what ends the file."""

    def take(self, rows: RowValues) -> None: ...

    def restart(self) -> None: ...

    def close(self) -> None: ...


def writer(form: str, file: IO[bytes]) -> Writer:
    """The writer of a format into a file that can be read back, from its beginning.

    csv, tsv, jsonl and parquet hold row, y_true, y_pred, loss, and weight and gradient where there are some;
    npy the losses alone, float64 (N,).
    """
    if form == "npy":
        return _Npy(file)
    if form == "parquet":
        return _Parquet(file)
    return _Lines(file) if form == "jsonl" else _Delimited(file, DELIMITERS[form])


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


def _columns(rows: RowValues) -> dict[str, NDArray[Any]]:
    """The columns of a file, by name."""
    named = {
        "row": np.asarray(rows.rows) if not isinstance(rows.rows, range) else _numbers(rows.rows),
        "y_true": rows.y_true,
        "y_pred": rows.y_pred,
        "loss": rows.loss + 0.0,  # −0 is 0 to a reader
        "weight": rows.weight,
        "gradient": rows.gradient,
    }
    return {name: column for name, column in named.items() if column is not None}


def _numbers(rows: range) -> NDArray[np.int64]:
    return np.arange(rows.start, rows.stop, dtype=np.int64)


class _Text:
    """What text formats share: nothing to write at the end."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def restart(self) -> None:
        self._file.seek(0)
        self._file.truncate()

    def close(self) -> None:
        self._file.flush()


class _Delimited(_Text):
    def __init__(self, file: IO[bytes], delimiter: str) -> None:
        super().__init__(file)
        self._delimiter = delimiter
        self._n = 0

    def restart(self) -> None:
        super().restart()
        self._n = 0

    def take(self, rows: RowValues) -> None:
        columns = _columns(rows)
        buffer = io.StringIO()
        made = csv.writer(buffer, delimiter=self._delimiter, lineterminator="\n")
        if not self._n:
            made.writerow(columns)
        self._n += len(rows.loss)
        quick = _by_polars(columns, self._delimiter) if self._n > MANY else None
        if quick is None:
            cells = (_cells(column, blank=name == "gradient") for name, column in columns.items())
            made.writerows(zip(*cells, strict=True))
        self._file.write(buffer.getvalue().encode() + (quick or b""))


def _by_polars(columns: dict[str, NDArray[Any]], delimiter: str) -> bytes | None:
    """The same by Polars, in a tenth of the time: numbers that read back the same, 1e-7 in place of 1e-07.

    None if it is not installed, or if there is more than finite numbers.
    """
    if any(column.ndim > 1 or not np.isfinite(column).all() for column in columns.values()):
        return None
    try:
        import polars
    except ImportError:
        return None
    frame = polars.DataFrame({name: np.ascontiguousarray(column) for name, column in columns.items()})
    return frame.write_csv(separator=delimiter, include_header=False).encode()


def _cells(column: NDArray[Any], blank: bool) -> list[Any]:
    """A column for the csv module, which writes a float so that it reads back; lists are JSON text."""
    if column.ndim > 1:
        return _json_texts(column, blank)
    if blank and np.isnan(column).any():
        return ["" if value != value else value for value in column.tolist()]
    found: list[Any] = column.tolist()
    return found


def _json_texts(column: NDArray[Any], blank: bool) -> list[str]:
    """Each entry as JSON, where infinity and nan are strings, or null if `blank`."""
    values = column.tolist()
    if column.ndim == 1 and np.isfinite(column).all():
        return list(map(repr, values))
    return [json.dumps(_plain(value, blank), allow_nan=False) for value in values]


def _plain(value: Any, blank: bool) -> Any:
    if isinstance(value, list):
        return [_plain(entry, blank) for entry in value]
    if np.isfinite(value):
        return value
    return None if blank and np.isnan(value) else str(value)


class _Lines(_Text):
    def take(self, rows: RowValues) -> None:
        columns = _columns(rows)
        line = "{" + ", ".join(f'"{name}": %s' for name in columns) + "}\n"
        cells = (_json_texts(column, blank=name == "gradient") for name, column in columns.items())
        self._file.write("".join(map(line.__mod__, zip(*cells, strict=True))).encode())


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
        self._file.write(np.ascontiguousarray(rows.loss + 0.0, "<f8").data)

    def close(self) -> None:
        self._file.seek(0)
        self._write_header()


class _Parquet:
    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.restart()

    def restart(self) -> None:
        self._file.seek(0)
        self._file.truncate()
        self._made: Any = None
        self._waiting: list[Any] = []
        self._held = 0

    def take(self, rows: RowValues) -> None:
        import pyarrow

        columns = {name: _arrow(np.ascontiguousarray(column)) for name, column in _columns(rows).items()}
        self._waiting.append(pyarrow.table(columns))
        self._held += len(rows.loss)
        if self._held >= ROW_GROUP:
            self._write_group()

    def _write_group(self) -> None:
        import pyarrow
        from pyarrow import parquet

        if not self._waiting:
            return
        if self._made is None:
            self._made = parquet.ParquetWriter(self._file, self._waiting[0].schema, compression="zstd")
        self._made.write_table(pyarrow.concat_tables(self._waiting), row_group_size=self._held)
        self._waiting, self._held = [], 0

    def close(self) -> None:
        self._write_group()
        if self._made is not None:
            self._made.close()


def _arrow(column: NDArray[Any]) -> Any:
    """A column for Arrow: numbers, or lists of one length for each trailing axis."""
    import pyarrow

    array = pyarrow.array(column.ravel())
    for length in reversed(column.shape[1:]):
        array = pyarrow.FixedSizeListArray.from_arrays(array, length)
    return array
