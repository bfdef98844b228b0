"""What SQLite and DuckDB databases share: which rows are meant, and what can be wrong with a query."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from losscli.data.formats import FORMATS, database_of
from losscli.data.within import Within, only_table, table_named
from losscli.data.words import listed, shown
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from losscli.data.files import File
    from losscli.data.tables import Pick

HINT = "it may be damaged, or in use by another program"
REFUSED = (sqlite3.SQLITE_AUTH, sqlite3.SQLITE_READONLY)


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
        names = ", ".join(in_quotes(columns[index]) for index in wanted)
        return f"SELECT {names} FROM {self.table}", [wanted.index(pick.index) for pick in picks]


def ensure_readable(file: File, form: str) -> None:
    """LosscliError unless the file begins as such a database does, and can be opened where it lies."""
    if file.compressed is not None:
        raise LosscliError(f"{file.name} is compressed", "unpack it first: a database is read here and there")
    if file.unnamed is not None:
        raise LosscliError(
            f"{file.name}: so large a database is not read from a pipe", "save it to a file first"
        )
    head = file.head()
    known = database_of(head)
    if known is FORMATS[form]:
        return
    if not head:
        raise LosscliError(f"{file.name} is empty")
    if known is not None:
        raise LosscliError(f"{file.name} is {known.what}", f"--input-format {known.name} reads it")
    raise LosscliError(
        f"{file.name} is no {FORMATS[form].title} database, or damaged or encrypted",
        "name its format with --input-format, or copy it again",
    )


def in_quotes(name: str) -> str:
    """A name as SQL writes it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def whole_of(source: str, view: bool) -> Statement:
    """Every column of a table or view, whose name is in quotes."""
    return Statement(f"SELECT * FROM {source}", None if view else source)


def chosen(tables: Mapping[str, Statement], within: Within, name: str) -> Statement:
    """The query, or the one of `tables` that is meant. LosscliError when none is, or more than one may be."""
    if within.query is not None:
        return Statement(within.query)
    if not tables:
        raise LosscliError(f"{name} holds no tables")
    names = list(tables)
    return tables[
        only_table(names, name) if within.table is None else table_named(within.table, names, name, "table")
    ]


def no_rows(name: str, within: Within) -> LosscliError:
    """The error for a table or a query without rows."""
    return LosscliError(f"{name} has no rows" if within.query is None else f"{name}: --query gives no rows")


def no_select(name: str) -> LosscliError:
    """The error for a query that would do more than read."""
    return LosscliError(
        f"{name}: --query is no SELECT", "it is opened to read alone: --query 'SELECT y, p FROM runs'"
    )


@contextmanager
def asking(
    name: str, within: Within, tables: Sequence[str], errors: tuple[type[Exception], ...]
) -> Iterator[None]:
    """Turns what a database says of a query into one line."""
    if within.query is None:
        yield
        return
    hint = f"its tables: {listed(tables)}" if tables else "it holds no tables"
    with complaints(f"{name}: --query", hint, errors):
        try:
            yield
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) in REFUSED:
                raise no_select(name) from None
            raise


@contextmanager
def complaints(what: str, hint: str, errors: tuple[type[Exception], ...]) -> Iterator[None]:
    """Turns these errors into one line: `what`, and their first line."""
    try:
        yield
    except errors as error:
        why = shown(str(error).strip().partition("\n")[0])[:200]
        raise LosscliError(f"{what}: {why}", hint) from None


def as_text(value: Any) -> str:
    """A value as a cell; what is missing is empty."""
    return "" if value is None else str(value)
