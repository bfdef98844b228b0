"""Opening tables: the reader of each format, and several files as one table."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from losscli.data.files import at_hand, find
from losscli.data.formats import format_of
from losscli.data.within import ALONE, Within, check_one_table
from losscli.data.words import counted, shown
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from losscli.data.tables import Table

PATTERN = frozenset("*?[")  # what makes a path a pattern of files


def open_table(
    path: str | Sequence[str],
    *,
    input_format: str | None = None,
    table: str | None = None,
    query: str | None = None,
) -> Table:
    """The table at `path` ("-": standard input), in the format named or told by its extension.

    Several paths, a folder, or a pattern (preds/*.parquet), are the table of all files, one after the other.
    Of a database, `table` names the table or view, or `query` is the SELECT, whose rows are meant; of an
    Excel file, `table` names the sheet.
    LosscliError when one cannot be read, has no columns or no rows, or is in another format.
    """
    if table is not None and query is not None:
        raise LosscliError("--table and --query both say which rows are meant", "give one of them")
    opened = partial(open_one, input_format=input_format, within=Within(table, query))
    if not isinstance(path, str):
        if len(path) > 1:
            return _open_several(path, opened)
        path = path[0]
    if path != "-" and (os.path.isdir(path) or not PATTERN.isdisjoint(path)):
        from losscli.data.many import Many, expanded

        files = expanded(path)
        if files is not None:
            return Many.open(shown(path), files, opened)
    return opened(path)


def _open_several(paths: Sequence[str], opened: Callable[[str], Table]) -> Table:
    from losscli.data.many import Many, expanded

    files = [file for path in paths for file in expanded(path) or [path]]
    return Many.open(f"{shown(paths[0])} and {counted(len(paths) - 1, 'more path')}", files, opened)


def open_one(path: str, *, input_format: str | None = None, within: Within = ALONE) -> Table:
    """The same of a single file."""
    file = find(path)
    form = format_of(file, input_format)
    if form == "npy":
        raise LosscliError(
            f"{file.name} holds one array, without names of columns",
            "give arrays as values, without DATA: --true @y.npy --pred @p.npy",
        )
    if form == "excel":
        from losscli.data.excel import Sheet

        return Sheet(file, within)
    if form == "sqlite":
        from losscli.data.sqlite import Sqlite

        return Sqlite(file, within)
    if form == "duckdb":
        from losscli.data.duckdbfile import Duckdb

        return Duckdb(file, within)
    check_one_table(within, file.name)
    file = at_hand(file, form)
    if form in ("parquet", "arrow"):
        from losscli.data.frames import open_frame

        return open_frame(file, form)
    if form in ("csv", "tsv"):
        from losscli.data.delimited import Delimited

        return Delimited(file, form)
    if form == "json":
        from losscli.data.jsontext import open_json

        return open_json(file)
    if form == "jsonl":
        from losscli.data.jsontext import JsonLines

        return JsonLines(file)
    from losscli.data.numpyfiles import Npz

    return Npz(file)
