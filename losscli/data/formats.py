"""The formats of files, and how they are told: by name, by extension, by the first bytes."""

from __future__ import annotations

import io
import os
import re
from typing import TYPE_CHECKING

from losscli.data.unpack import inner
from losscli.data.words import shown
from losscli.errors import LosscliError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from losscli.data.files import File

TEXTS = ("csv", "tsv", "json", "jsonl")
LINES = ("csv", "tsv", "jsonl")  # read from the beginning on, compressed or not
FRAMES = ("parquet", "arrow")  # of which Polars reads what is needed, wherever they are
DATABASES = ("sqlite", "duckdb")
FORMATS = (*TEXTS, "npy", "npz", *FRAMES, *DATABASES, "excel")
EXTENSIONS = {
    **{f".{name}": name for name in FORMATS if name != "excel"},
    **dict.fromkeys((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"), "excel"),
    ".sqlite3": "sqlite",
    ".db": "sqlite",  # or duckdb: their first bytes tell
    ".ndjson": "jsonl",
    ".pq": "parquet",
    ".feather": "arrow",
    ".ipc": "arrow",
}

NPY_MAGIC = b"\x93NUMPY"
ZIP_MAGIC = b"PK\x03\x04"
PARQUET_MAGIC = b"PAR1"
ARROW_MAGIC = b"ARROW1"
SQLITE_MAGIC = b"SQLite format 3\0"
DUCKDB_MAGIC = b"DUCK"  # after a checksum of 8 bytes
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BINARY = {
    NPY_MAGIC: "a npy file",
    ZIP_MAGIC: "a zip archive, as npz and xlsx are",
    PARQUET_MAGIC: "a Parquet file",
    ARROW_MAGIC: "an Arrow file",
    SQLITE_MAGIC: "a SQLite database",
    OLE_MAGIC: "an Excel file",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
}
# A table's header may begin with a bracket too ("[red]x"), so a list must go on as JSON does.
JSON_START = r'\s*(\{|\[\s*([\[{"\]\-0-9]|null|NaN|Infinity))'


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


def database_of(head: bytes) -> str | None:
    """Which of DATABASES a file with these first bytes is, if any."""
    if head.startswith(SQLITE_MAGIC):
        return "sqlite"
    return "duckdb" if head[8:12] == DUCKDB_MAGIC and b"\0" in head else None


def bare(file: File) -> str:
    """The name whose ending tells what is in the file."""
    return re.split("[?#]", file.name)[0] if file.remote else file.name


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


def other_format(what: str) -> str:
    """The hint for a file that is no text but `what`, one of BINARY's values."""
    for form in ("parquet", "arrow", *DATABASES, "excel"):
        if form in what.lower():
            return f"--input-format {form} reads it"
    if "npy" in what or "npz" in what:
        return "--input-format npy or npz reads NumPy's files, excel reads sheets"
    return "unpack it or convert it to CSV first" if "UTF-16" not in what else "save it as UTF-8"
