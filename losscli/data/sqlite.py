"""SQLite databases, opened to read alone: the rows of a table, a view or a query, in one pass."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from losscli.data.arraytable import LOOKED_AT, texts_in
from losscli.data.convert import from_cells, labels
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
from losscli.data.source import BATCH_ROWS
from losscli.data.tables import Pick, Table
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from losscli.batch import Array
    from losscli.data.files import File
    from losscli.data.tables import Cells
    from losscli.data.within import Within


HEEDED = 100_000  # steps of SQLite's machine between two looks at whether Ctrl-C was pressed


class Sqlite(Table):
    """Rows of a SQLite database, through the standard library."""

    def __init__(self, file: File, within: Within) -> None:
        ensure_readable(file, "sqlite")
        self._file = file
        with self._connected() as connection:
            stored = connection.execute(
                "SELECT name, type = 'view' FROM sqlite_master WHERE type IN ('table', 'view')"
                r" AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY rowid"
            ).fetchall()
            # An index that has the columns would be read in the table's place, in an order of its own.
            tables = {
                name: whole_of(in_quotes(name) + ("" if view else " NOT INDEXED"), view)
                for name, view in stored
            }
            self._statement = chosen(tables, within, file.name)
            self._asking = partial(asking, file.name, within, tuple(tables), (sqlite3.Error,))
            with self._asking():
                # SQLite tells the columns of a query when it has found its first row.
                described = connection.execute(self._statement.select).description
        if described is None:
            raise no_select(file.name)
        self._empty = no_rows(file.name, within)
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

    def integers(self, index: int) -> Iterator[Any]:
        statement, (at,) = self._statement.of(self.columns, [Pick(index, "")])
        return ([row[at] for row in chunk] for chunk in self._rows(statement, BATCH_ROWS))

    def texts(self, index: int) -> Sequence[str]:
        statement, (at,) = self._statement.of(self.columns, [Pick(index, "")])
        some = next(self._rows(statement, LOOKED_AT), [])
        return texts_in([row[at] for row in some])

    def cells(self, rows: Sequence[int]) -> dict[int, Cells]:
        wanted, cells, before = set(rows), dict[int, Any](), 0
        for chunk in self._rows(self._statement.select, BATCH_ROWS):
            for row in wanted.intersection(range(before + 1, before + len(chunk) + 1)):
                cells[row] = self.named(map(as_text, chunk[row - before - 1]))
            before += len(chunk)
            if len(cells) == len(wanted):
                break
        return cells

    def _rows(self, statement: str, rows: int) -> Iterator[list[tuple[Any, ...]]]:
        with self._connected() as connection, self._asking():
            cursor = connection.execute(statement)
            while chunk := cursor.fetchmany(rows):
                yield chunk

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        with (
            complaints(f"{self._file.name} cannot be read", HINT, (sqlite3.Error, UnicodeDecodeError)),
            closing(self._connect()) as connection,
            _interruptible(connection),
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


@contextmanager
def _interruptible(connection: sqlite3.Connection) -> Iterator[None]:
    """Within, Ctrl-C ends a query that is running: Python heeds signals in its own code alone."""
    connection.set_progress_handler(lambda: 0, HEEDED)
    try:
        yield
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT:
            raise KeyboardInterrupt from None
        raise
