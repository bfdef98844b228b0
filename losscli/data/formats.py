"""The formats of files, and how they are told: by name, by extension, by the first bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass

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


def database_of(head: bytes) -> str | None:
    """Which of DATABASES a file with these first bytes is, if any."""
    if head.startswith(SQLITE_MAGIC):
        return "sqlite"
    return "duckdb" if head[8:12] == DUCKDB_MAGIC and b"\0" in head else None


def other_format(what: str) -> str:
    """The hint for a file that is no text but `what`, one of BINARY's values."""
    for form in ("parquet", "arrow", *DATABASES, "excel"):
        if form in what.lower():
            return f"--input-format {form} reads it"
    if "npy" in what or "npz" in what:
        return "--input-format npy or npz reads NumPy's files, excel reads sheets"
    return "unpack it or convert it to CSV first" if "UTF-16" not in what else "save it as UTF-8"
