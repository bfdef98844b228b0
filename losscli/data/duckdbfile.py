"""DuckDB databases, opened to read alone: the rows of a table, a view or a query, in one pass."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from losscli.data.blocks import polars
from losscli.data.database import (
    HINT,
    as_text,
    asking,
    chosen,
    complaints,
    ensure_readable,
    in_quotes,
    no_rows,
    no_select,
    whole_of,
)
from losscli.data.frames import Scanned
from losscli.data.tables import Pick, Table
from losscli.data.words import shown
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Sequence

    from losscli.batch import Array
    from losscli.data.files import File
    from losscli.data.tables import Cells
    from losscli.data.within import Within

# What DuckDB may take, which keeps all that it has read for as long as there is room.
SCAN_MEMORY, QUERY_MEMORY = "128MB", "2GB"
HEEDED = 0.2  # seconds between two looks at whether Ctrl-C was pressed
AT_ONCE = 131_072  # rows that DuckDB hands over
# A database may come from a stranger, and hold views: they see nothing but what is in it.
CLOSED = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
}
SHUT = "a DuckDB file is opened without other files, the network and extensions: copy the rows into it"


class Duckdb(Scanned):
    """Rows of a DuckDB database, which hands them over as Arrow's."""

    def __init__(self, file: File, within: Within) -> None:
        polars("reading DuckDB", "duckdb")
        if file.content is not None:
            raise LosscliError(f"{file.name} is a DuckDB database", "name its file: DuckDB reads no stream")
        ensure_readable(file, "duckdb")
        self._file, self._form, self._what = file, "duckdb", "DuckDB"
        self._widths: dict[int, int] = {}
        with self._connected() as connection:
            stored = connection.execute(
                "SELECT table_schema, table_name, table_type = 'VIEW' FROM information_schema.tables"
                " WHERE table_catalog = current_database()"
            ).fetchall()
            tables = {
                name if schema == "main" else f"{schema}.{name}": whole_of(
                    f"{in_quotes(schema)}.{in_quotes(name)}", view
                )
                for schema, name, view in stored
            }
            self._statement = chosen(tables, within, file.name)
            # While it hands rows over, its errors come as Arrow's, which are OSError or ValueError.
            errors = (_duckdb().Error, OSError, ValueError)
            self._asking = partial(asking, file.name, within, tuple(tables), errors)
            with self._asking(), self._shut():
                if within.query is not None:
                    _check_select(within.query, file.name)
                described = connection.sql(self._statement.select)
                columns = described.columns
                kinds = zip(columns, described.types, strict=True)
                self._texts = [name for name, kind in kinds if str(kind) == "VARCHAR"]
        self._empty = no_rows(file.name, within)
        Table.__init__(self, file.name, columns)

    def text_columns(self) -> Container[str]:
        return self._texts

    def read(self, picks: Sequence[Pick], rows: int) -> Iterator[list[Array]]:
        statement, at = self._statement.of(self.columns, picks)
        first_row = 1
        for batch in self._batches_of(statement):
            for start in range(0, batch.num_rows, rows):
                part = batch.slice(start, rows)
                yield [
                    self._values(part.column(i), pick, first_row) for pick, i in zip(picks, at, strict=True)
                ]
                first_row += part.num_rows
        if first_row == 1:
            raise self._empty

    def cells(self, rows: Sequence[int]) -> dict[int, Cells]:
        wanted, named, before = set(rows), dict[int, Any](), 0
        for batch in self._batches_of(self._statement.select):
            for row in wanted.intersection(range(before + 1, before + batch.num_rows + 1)):
                cells = (column[row - before - 1].as_py() for column in batch.columns)
                named[row] = self.named(map(as_text, cells))
            before += batch.num_rows
            if len(named) == len(wanted):
                break
        return named

    def _values(self, column: Any, pick: Pick, first_row: int) -> Any:
        pl = polars("reading DuckDB", "duckdb")
        try:
            series = pl.from_arrow(column)
        except pl.exceptions.PolarsError:
            raise LosscliError(
                f"{self.place(pick).whole} holds {column.type}, no numbers", self.place(pick).hint
            ) from None
        return self.column(series, pick, first_row)

    def _batches_of(self, statement: str) -> Iterator[Any]:
        with self._connected() as connection:
            table = self._statement.table is not None
            connection.execute(f"SET memory_limit = '{SCAN_MEMORY if table else QUERY_MEMORY}'")
            if not table:
                # On several threads, what has no order comes in another one each time.
                connection.execute("SET threads = 1")
            with self._asking(), self._shut():
                reader = _interruptible(
                    connection, lambda: connection.sql(statement).to_arrow_reader(AT_ONCE)
                )
                while (batch := _interruptible(connection, lambda: next(reader, None))) is not None:
                    yield batch

    @contextmanager
    def _shut(self) -> Iterator[None]:
        """Tells of a view or query that looks outside of the database."""
        try:
            yield
        except _duckdb().PermissionException as error:
            why = shown(str(error).strip().partition("\n")[0])[:200]
            raise LosscliError(f"{self._file.name}: {why}", SHUT) from None

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        duckdb = _duckdb()
        # Else a query could name this program's variables; a view, any file or address.
        config: dict[str, Any] = {"python_enable_replacements": False, **CLOSED}
        with (
            complaints(f"{self._file.name} cannot be read", HINT, (duckdb.Error, OSError)),
            duckdb.connect(self._file.path, read_only=True, config=config) as connection,
        ):
            yield connection


def _interruptible(connection: Any, work: Callable[[], Any]) -> Any:
    """What `work` returns, done on another thread, so that Ctrl-C is heeded here and ends the query."""
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(work)
        try:
            while not wait([waiting], HEEDED).done:  # a signal does not end an endless wait everywhere
                pass
            return waiting.result()
        except KeyboardInterrupt:
            connection.interrupt()
            raise


def _duckdb() -> Any:
    try:
        import duckdb
    except ImportError:
        raise LosscliError("reading DuckDB needs duckdb", "pip install 'losscli[duckdb]'") from None
    return duckdb


def _check_select(query: str, name: str) -> None:
    """LosscliError unless it is one SELECT: others write, if not here, into other files."""
    duckdb = _duckdb()
    kinds = [statement.type for statement in duckdb.extract_statements(query)]
    if len(kinds) > 1:
        raise LosscliError(f"{name}: --query holds {len(kinds)} statements", "give one SELECT")
    if kinds != [duckdb.StatementType.SELECT]:
        raise no_select(name)
