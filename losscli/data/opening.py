"""Opening tables: the reader of each format, and several files as one table."""

from __future__ import annotations

import io
import os
import re
from functools import partial
from typing import TYPE_CHECKING

from losscli.data.blocks import Odd, is_large
from losscli.data.files import at_hand, bare, find
from losscli.data.formats import (
    ARROW_MAGIC,
    DATABASES,
    EXTENSIONS,
    FORMATS,
    JSON_START,
    NPY_MAGIC,
    OLE_MAGIC,
    PARQUET_MAGIC,
    ZIP_MAGIC,
    database_of,
)
from losscli.data.frames import Frame
from losscli.data.jsontext import read_json
from losscli.data.tables import Table
from losscli.data.unpack import inner
from losscli.data.within import ALONE, Within, check_one_table
from losscli.data.words import counted, shown
from losscli.errors import LosscliError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from losscli.data.files import File
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
        return open_frame(file, form)
    if form in ("csv", "tsv"):
        from losscli.data.delimited import Delimited

        return Delimited(file, form)
    if form == "json":
        return open_json(file)
    if form == "jsonl":
        from losscli.data.jsontext import JsonLines

        return JsonLines(file)
    from losscli.data.numpyfiles import Npz

    return Npz(file)


def format_of(file: File, input_format: str | None) -> str:
    """One of FORMATS: as named, else by extension, else (standard input, pipes) by the first bytes.

    Of a compressed file it is the format of what it holds.
    """
    if input_format is not None:
        if input_format not in FORMATS:
            guess = did_you_mean(input_format, FORMATS)
            known = f"the formats are {', '.join(FORMATS)}"
            raise LosscliError(
                f"--input-format: there is no format {shown(input_format)}",
                f"{guess} {known}" if guess else known,
            )
        return input_format
    extension = os.path.splitext(inner(bare(file)))[1].lower()
    if extension in EXTENSIONS:
        form = EXTENSIONS[extension]
        return form if file.remote or form not in DATABASES else database_of(file.head()) or form
    if file.content is not None or file.unnamed is not None:
        return _sniff(file.head(1 << 20))
    if not file.remote and (found := database_of(file.head())):
        return found
    what = f"the extension {shown(extension)}" if extension else "a name without extension"
    raise LosscliError(
        f"{file.name}: {what} does not tell the format", f"name it: --input-format {'|'.join(FORMATS)}"
    )


def _sniff(content: bytes) -> str:
    if found := database_of(content):
        return found
    if content.startswith(NPY_MAGIC):
        return "npy"
    if content.startswith(ZIP_MAGIC):
        # Office's archives begin with a list of what they hold, or with their type.
        return "excel" if b"[Content_Types].xml" in content or content[30:38] == b"mimetype" else "npz"
    if content.startswith(OLE_MAGIC):
        return "excel"
    if content.startswith(PARQUET_MAGIC):
        return "parquet"
    if content.startswith(ARROW_MAGIC):
        return "arrow"
    text = content.decode("utf-8-sig", errors="replace")
    if re.match(JSON_START, text):
        return "jsonl" if _is_jsonl(text) else "json"
    first = next(_lines(text), "")
    return "tsv" if "\t" in first else "csv"


def _is_jsonl(text: str) -> bool:
    """Whether the first line is an object by itself: followed by others, or one row of single values."""
    import json

    lines = _lines(text)
    try:
        first = json.loads(next(lines))
    except (ValueError, RecursionError):
        return False
    if not isinstance(first, dict):
        return False
    return next(lines, None) is not None or not any(isinstance(value, list) for value in first.values())


def _lines(text: str) -> Iterator[str]:
    return (line for line in io.StringIO(text) if line.strip())


def open_frame(file: File, form: str) -> Table:
    """The table of a Parquet or Arrow file, at hand or at an address that hands out parts of it."""
    if form == "parquet" and file.plain:
        from losscli.data.parquet import Parquet

        found = Parquet(file)
        if found.fits:
            return found
    return Frame(file, form)


def open_json(file: File) -> Table:
    """The table in a JSON file: an object of arrays, or an array of objects."""
    if file.plain and is_large(file):
        from losscli.data.jsonrows import JsonRows

        try:
            return JsonRows(file)
        except Odd:
            pass
    return read_json(file)
