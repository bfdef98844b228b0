"""Opening tables: the reader of each format, and several files as one table."""

from __future__ import annotations

import io
import os
import re
from functools import partial
from typing import TYPE_CHECKING

from losscli.data.encodings import as_utf8
from losscli.data.files import at_hand, bare, find
from losscli.data.formats import EXTENSIONS, FORMATS, JSON_START, by_first_bytes, database_of
from losscli.data.unpack import inner
from losscli.data.within import ALONE, Within, check_one_table
from losscli.data.words import counted, shown
from losscli.errors import LosscliError, did_you_mean
from losscli.rows import UNTOLD, TextOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from losscli.data.files import File
    from losscli.data.formats import FileFormat
    from losscli.data.tables import Table

MARKDOWN = (".md", ".markdown")  # not among a folder's tables, beside which a README lies
PATTERN = frozenset("*?[")  # what makes a path a pattern of files


def open_table(
    path: str | Sequence[str],
    *,
    input_format: str | None = None,
    table: str | None = None,
    query: str | None = None,
    text: TextOptions = UNTOLD,
    lenient: bool = False,
) -> Table:
    """The table at `path` ("-": standard input), in the format named or told by its extension.

    Several paths, a folder, or a pattern (preds/*.parquet), are the table of all files, one after the other.
    Of a database, `table` names the table or view, or `query` is the SELECT, whose rows are meant; of an
    Excel file, `table` names the sheet. `text` says how text is written; `lenient` leaves out of it what says
    nothing of a file's format.
    LosscliError when one cannot be read, has no columns or no rows, or is in another format.
    """
    if table is not None and query is not None:
        raise LosscliError("--table and --query both say which rows are meant", "give one of them")
    opened = partial(
        open_one, input_format=input_format, within=Within(table, query), text=text, lenient=lenient
    )
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


def open_one(
    path: str,
    *,
    input_format: str | None = None,
    within: Within = ALONE,
    text: TextOptions = UNTOLD,
    lenient: bool = False,
) -> Table:
    """The same of a single file."""
    file = find(path)
    form = format_of(file, input_format)
    if not form.reader:
        raise LosscliError(f"{file.name} {form.refusal[0]}", form.refusal[1])
    text = applicable(text, form, file.name, lenient)
    table: Table
    if form.several:
        if form.kind == "database":  # a database sees to it itself that what is read is of one state
            file = file._replace(state=None)
        table = form.open(file, text, within)
        return table
    check_one_table(within, file.name)
    file, encoded = at_hand(file, form), ""
    if form.kind == "json":
        file, encoded = as_utf8(file, text.encoding)
    table = form.open(file, text)
    if encoded:
        table.said = (f"{file.name}: {encoded}", *table.said)
    return table


# What --separator and others say something of, by the kind of format.
_SAYING = {
    "delimited": TextOptions._fields,
    "json": ("decimal", "thousands", "encoding", "na"),
    "sheet": ("decimal", "thousands", "header", "skip", "na"),
    "frame": ("decimal", "thousands", "na"),
    "database": ("decimal", "thousands", "na"),
}


def applicable(text: TextOptions, form: FileFormat, name: str, lenient: bool) -> TextOptions:
    """What was said of text, if it says something of this format. LosscliError, unless `lenient`, if not.

    LosscliError in any case where a mark that was said is none.
    """
    saying = _SAYING.get(form.kind, ())
    if text.decimal is not None or text.thousands is not None:
        from losscli.data.numbers import check_marks

        check_marks(text.decimal, text.thousands)
    for field, value in text._asdict().items():
        if value is not None and field not in saying:
            if not lenient:
                option = "no-header" if value is False else field
                raise LosscliError(
                    f"{name} is read as {form.name}, of which --{option} says nothing",
                    f"leave --{option} out",
                )
            text = text._replace(**{field: None})
    return text


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
    if extension in MARKDOWN:
        return FORMATS["text"]
    if file.content is not None or file.unnamed is not None:
        return _sniff(file.head(1 << 20))
    from losscli.data.unread import unread

    if (kind := unread(extension, b"" if file.remote else file.head(1 << 10))) is not None:
        raise LosscliError(f"{file.name} is {kind[0]}", kind[1].format(file.name))
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
