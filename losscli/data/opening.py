"""Opening tables: the reader of each format, and several files as one table."""

from __future__ import annotations

import io
import os
import re
from functools import partial
from typing import TYPE_CHECKING

from losscli.data.blocks import Odd, is_large
from losscli.data.files import at_hand, bare, find
from losscli.data.formats import EXTENSIONS, FORMATS, JSON_START, by_first_bytes, database_of
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
    from losscli.data.formats import FileFormat

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
    if not form.reader:
        raise LosscliError(f"{file.name} {form.refusal[0]}", form.refusal[1])
    if form.several:
        opened: Table = form.open(file, within)
        return opened
    check_one_table(within, file.name)
    table: Table = form.open(at_hand(file, form))
    return table


def format_of(file: File, input_format: str | None) -> FileFormat:
    """The format of a file: as named, else by extension, else (standard input, pipes) by the first bytes.

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
        return FORMATS[input_format]
    extension = os.path.splitext(inner(bare(file)))[1].lower()
    if extension in EXTENSIONS:
        form = EXTENSIONS[extension]
        return form if file.remote or form.kind != "database" else database_of(file.head()) or form
    if file.content is not None or file.unnamed is not None:
        return _sniff(file.head(1 << 20))
    if not file.remote and (database := database_of(file.head())):
        return database
    what = f"the extension {shown(extension)}" if extension else "a name without extension"
    raise LosscliError(
        f"{file.name}: {what} does not tell the format", f"name it: --input-format {'|'.join(FORMATS)}"
    )


def _sniff(content: bytes) -> FileFormat:
    if known := by_first_bytes(content):
        return known
    text = content.decode("utf-8-sig", errors="replace")
    if re.match(JSON_START, text):
        return FORMATS["jsonl" if _is_jsonl(text) else "json"]
    first = next(_lines(text), "")
    return FORMATS["tsv" if "\t" in first else "csv"]


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

        table = Parquet(file)
        if table.fits:
            return table
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
