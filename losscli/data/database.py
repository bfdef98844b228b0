"""SQLite and DuckDB databases, opened to read alone: the rows of a table, a view or a query, in one pass."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from losscli.data.blocks import polars
from losscli.data.convert import from_cells, labels
from losscli.data.files import database_of
from losscli.data.frames import Scanned
from losscli.data.source import BATCH_ROWS
from losscli.data.tables import Pick, Table
from losscli.data.within import Within, only_table, table_named
from losscli.data.words import listed, shown
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from losscli.batch import Array
    from losscli.data.files import File
    from losscli.data.tables import Cells

TITLES = {"sqlite": "SQLite", "duckdb": "DuckDB"}
HINT = "it may be damaged, or in use by another program"
REFUSED = (sqlite3.SQLITE_AUTH, sqlite3.SQLITE_READONLY)
# What DuckDB may take, which keeps all that it has read for as long as there is room.
SCAN_MEMORY, QUERY_MEMORY = "128MB", "2GB"
AT_ONCE = 131_072  # rows that DuckDB hands over


class Statement(NamedTuple):
    """A SELECT of every column. Of a `table`, the columns that are needed can be asked for.

    A view or a query stays as it is: with other columns, its rows might come in another order.
    """

    select: str
    table: str | None = None

    def of(self, columns: Sequence[str], picks: Sequence[Pick]) -> tuple[str, list[int]]:
        """What to execute, and where in its rows each pick stands."""
        if self.table is None:
            return self.select, [pick.index for pick in picks]
        wanted = list(dict.fromkeys(pick.index for pick in picks))
        names = ", ".join(_in_quotes(columns[index]) for index in wanted)
        return f"SELECT {names} FROM {self.table}", [wanted.index(pick.index) for pick in picks]


class Sqlite(Table):
    """Rows of a SQLite database, through the standard library."""

    def __init__(self, file: File, within: Within) -> None:
        _check(file, "sqlite")
        self._file = file
        with self._connected() as connection:
            stored = connection.execute(
                "SELECT name, type = 'view' FROM sqlite_master WHERE type IN ('table', 'view')"
                r" AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY rowid"
            ).fetchall()
            # An index that has the columns would be read in the table's place, in an order of its own.
            tables = {
                name: _statement(_in_quotes(name) + ("" if view else " NOT INDEXED"), view)
                for name, view in stored
            }
            self._statement = _chosen(tables, within, file.name)
            self._asking = partial(_asking, file.name, within, tuple(tables), (sqlite3.Error,))
            with self._asking():
                # SQLite tells the columns of a query when it has found its first row.
                described = connection.execute(self._statement.select).description
        if described is None:
            raise _no_select(file.name)
        self._empty = _no_rows(file.name, within)
        super().__init__(file.name, [column[0] for column in described])

    def read(self, picks: Sequence[Pick], rows: int) -> Iterator[list[Array]]:
        statement, at = self._statement.of(self.columns, picks)
        places = [self.place(pick) for pick in picks]
        first_row = 1
        for chunk in self._rows(statement, rows):
            columns = list(zip(*chunk, strict=True))
            arrays = []
            for pick, place, i in zip(picks, places, at, strict=True):
                if pick.label and bytes in map(type, columns[i]):
                    raise LosscliError(f"{place.whole} holds bytes, no labels", place.hint)
                convert = labels if pick.label else from_cells
                arrays.append(convert(columns[i], place._replace(first_row=first_row)))
            yield arrays
            first_row += len(chunk)
        if first_row == 1:
            raise self._empty

    def cells(self, rows: Sequence[int]) -> dict[int, Cells]:
        wanted, found, before = set(rows), dict[int, Any](), 0
        for chunk in self._rows(self._statement.select, BATCH_ROWS):
            for row in wanted.intersection(range(before + 1, before + len(chunk) + 1)):
                found[row] = self.named(map(_text, chunk[row - before - 1]))
            before += len(chunk)
            if len(found) == len(wanted):
                break
        return found

    def _rows(self, statement: str, rows: int) -> Iterator[list[tuple[Any, ...]]]:
        with self._connected() as connection, self._asking():
            cursor = connection.execute(statement)
            while chunk := cursor.fetchmany(rows):
                yield chunk

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        with (
            _complaints(f"{self._file.name} cannot be read", HINT, (sqlite3.Error,)),
            closing(self._connect()) as connection,
        ):
            # What would write into the file is refused where it is open; this refuses other files.
            connection.set_authorizer(
                lambda action, *_: sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_ATTACH else 0
            )
            yield connection

    def _connect(self) -> sqlite3.Connection:
        head = self._file.head(20)
        ahead = head[18:20] == b"\2\2"  # written by a log ahead of it (WAL), which readers too would begin
        if self._file.content is not None:
            connection = sqlite3.connect(":memory:", check_same_thread=False)
            content = self._file.content
            connection.deserialize(content[:18] + b"\1\1" + content[20:] if ahead else content)
            return connection
        # Where there is no log, nobody is writing: none must be begun beside the file.
        still = ahead and not os.path.exists(f"{self._file.path}-wal")
        how = "mode=ro&immutable=1" if still else "mode=ro"
        path = quote(os.fsencode(self._file.path))
        return sqlite3.connect(f"file:{path}?{how}", uri=True, check_same_thread=False)


class Duckdb(Scanned):
    """Rows of a DuckDB database, which hands them over as Arrow's."""

    def __init__(self, file: File, within: Within) -> None:
        polars("reading DuckDB")
        if file.content is not None:
            raise LosscliError(f"{file.name} is a DuckDB database", "name its file: DuckDB reads no stream")
        _check(file, "duckdb")
        self._file, self._form, self._what = file, "duckdb", "DuckDB"
        self._widths: dict[int, int] = {}
        with self._connected() as connection:
            stored = connection.execute(
                "SELECT table_schema, table_name, table_type = 'VIEW' FROM information_schema.tables"
                " WHERE table_catalog = current_database()"
            ).fetchall()
            tables = {
                name if schema == "main" else f"{schema}.{name}": _statement(
                    f"{_in_quotes(schema)}.{_in_quotes(name)}", view
                )
                for schema, name, view in stored
            }
            self._statement = _chosen(tables, within, file.name)
            # While it hands rows over, its errors come as Arrow's, which are OSError or ValueError.
            errors = (_duckdb().Error, OSError, ValueError)
            self._asking = partial(_asking, file.name, within, tuple(tables), errors)
            with self._asking():
                if within.query is not None:
                    _check_select(within.query, file.name)
                columns = connection.sql(self._statement.select).columns
        self._empty = _no_rows(file.name, within)
        Table.__init__(self, file.name, columns)

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
        wanted, found, before = set(rows), dict[int, Any](), 0
        for batch in self._batches_of(self._statement.select):
            for row in wanted.intersection(range(before + 1, before + batch.num_rows + 1)):
                cells = (column[row - before - 1].as_py() for column in batch.columns)
                found[row] = self.named(map(_text, cells))
            before += batch.num_rows
            if len(found) == len(wanted):
                break
        return found

    def _values(self, column: Any, pick: Pick, first_row: int) -> Any:
        pl = polars("reading DuckDB")
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
            with self._asking():
                yield from connection.sql(statement).to_arrow_reader(AT_ONCE)

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        duckdb = _duckdb()
        # Else a query could name this program's variables.
        config = {"python_enable_replacements": False}
        with (
            _complaints(f"{self._file.name} cannot be read", HINT, (duckdb.Error, OSError)),
            duckdb.connect(self._file.path, read_only=True, config=config) as connection,
        ):
            yield connection


def _duckdb() -> Any:
    try:
        import duckdb
    except ImportError:
        raise LosscliError("reading DuckDB needs duckdb", "pip install 'losscli[duckdb]'") from None
    return duckdb


def _check(file: File, form: str) -> None:
    """LosscliError unless the file begins as such a database does, and can be opened where it lies."""
    if file.compressed is not None:
        raise LosscliError(f"{file.name} is compressed", "unpack it first: a database is read here and there")
    if file.unnamed is not None:
        raise LosscliError(
            f"{file.name}: so large a database is not read from a pipe", "save it to a file first"
        )
    head = file.head()
    found = database_of(head)
    if found == form:
        return
    if not head:
        raise LosscliError(f"{file.name} is empty")
    if found is not None:
        raise LosscliError(f"{file.name} is a {TITLES[found]} database", f"--input-format {found} reads it")
    raise LosscliError(
        f"{file.name} is no {TITLES[form]} database, or damaged or encrypted",
        "name its format with --input-format, or copy it again",
    )


def _in_quotes(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _statement(source: str, view: bool) -> Statement:
    return Statement(f"SELECT * FROM {source}", None if view else source)


def _chosen(tables: Mapping[str, Statement], within: Within, name: str) -> Statement:
    if within.query is not None:
        return Statement(within.query)
    if not tables:
        raise LosscliError(f"{name} holds no tables")
    names = list(tables)
    return tables[
        only_table(names, name) if within.table is None else table_named(within.table, names, name, "table")
    ]


def _no_rows(name: str, within: Within) -> LosscliError:
    return LosscliError(f"{name} has no rows" if within.query is None else f"{name}: --query gives no rows")


def _no_select(name: str) -> LosscliError:
    return LosscliError(
        f"{name}: --query is no SELECT", "it is opened to read alone: --query 'SELECT y, p FROM runs'"
    )


def _check_select(query: str, name: str) -> None:
    """LosscliError unless it is one SELECT: others write, if not here, into other files."""
    duckdb = _duckdb()
    kinds = [statement.type for statement in duckdb.extract_statements(query)]
    if len(kinds) > 1:
        raise LosscliError(f"{name}: --query holds {len(kinds)} statements", "give one SELECT")
    if kinds != [duckdb.StatementType.SELECT]:
        raise _no_select(name)


@contextmanager
def _asking(
    name: str, within: Within, tables: Sequence[str], errors: tuple[type[Exception], ...]
) -> Iterator[None]:
    """Turns what a database says of a query into one line."""
    if within.query is None:
        yield
        return
    hint = f"its tables: {listed(tables)}" if tables else "it holds no tables"
    with _complaints(f"{name}: --query", hint, errors):
        try:
            yield
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) in REFUSED:
                raise _no_select(name) from None
            raise


@contextmanager
def _complaints(what: str, hint: str, errors: tuple[type[Exception], ...]) -> Iterator[None]:
    try:
        yield
    except errors as error:
        why = shown(str(error).strip().partition("\n")[0])[:200]
        raise LosscliError(f"{what}: {why}", hint) from None


def _text(value: Any) -> str:
    return "" if value is None else str(value)
