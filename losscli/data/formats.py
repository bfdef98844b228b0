"""The formats of files, a record each: how they are told by name, ending or first bytes, what reads them."""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple


class FileFormat(NamedTuple):
    """A format of files that are read.

    `reader` is the module and the name of what opens one; without one, `refusal` says what is wrong and what
    to do. Files begin with `magic`, and are then called `what`. `lines`: read from the beginning on,
    compressed or not.
    """

    name: str
    endings: tuple[str, ...]
    kind: str  # delimited, json, array, frame (Polars reads what is needed of it), database or sheet
    reader: str = ""
    magic: bytes = b""
    what: str = ""
    lines: bool = False
    delimiter: str = ""
    spoken: bool = True  # whether its endings speak of a table: one of a folder's files is one
    refusal: tuple[str, str] = ("", "")

    @property
    def title(self) -> str:
        """Parquet, of "a Parquet file"."""
        return self.what.split()[1]

    @property
    def several(self) -> bool:
        """Whether a file may hold several tables."""
        return self.kind in ("database", "sheet")

    @property
    def in_folders(self) -> bool:
        """Whether it is read where DATA is a folder: no databases, no arrays without names, no notes."""
        return bool(self.reader) and self.kind != "database" and self.spoken

    def open(self, file: Any, text: Any, *within: Any) -> Any:
        """The table in a file, where `text` is what was said of its text; of several that `within`."""
        module, _, name = self.reader.partition(":")
        named = (self.name,) if self.kind in ("delimited", "frame") else ()
        written = (text,) if self.kind in ("delimited", "sheet") else ()
        table = getattr(import_module(f"losscli.data.{module}"), name)(file, *named, *within, *written)
        table.text = text
        return table


_NPY = (
    "holds one array, without names of columns",
    "give arrays as values, without DATA: --true @y.npy --pred @p.npy",
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ALL = (
    FileFormat("csv", (".csv",), "delimited", "delimited:Delimited", lines=True, delimiter=","),
    FileFormat("tsv", (".tsv", ".tab"), "delimited", "delimited:Delimited", lines=True, delimiter="\t"),
    FileFormat(
        "text",
        (".txt", ".dat", ".data", ".psv", ".asc", ".prn", ".out"),
        "delimited",
        "delimited:Delimited",
        lines=True,
        delimiter=",",
        spoken=False,
    ),
    FileFormat("json", (".json",), "json", "jsonfile:open_json"),
    FileFormat("jsonl", (".jsonl", ".ndjson"), "json", "jsonfile:open_jsonl", lines=True),
    FileFormat("npy", (".npy",), "array", "", b"\x93NUMPY", "a npy file", refusal=_NPY),
    FileFormat(
        "npz", (".npz",), "array", "numpyfiles:Npz", b"PK\x03\x04", "a zip archive, as npz and xlsx are"
    ),
    FileFormat("parquet", (".parquet", ".pq"), "frame", "parquet:open_frame", b"PAR1", "a Parquet file"),
    FileFormat(
        "arrow", (".arrow", ".feather", ".ipc"), "frame", "parquet:open_frame", b"ARROW1", "an Arrow file"
    ),
    FileFormat(  # .db: or duckdb's, as the first bytes tell
        "sqlite",
        (".sqlite", ".sqlite3", ".db"),
        "database",
        "sqlite:Sqlite",
        b"SQLite format 3\0",
        "a SQLite database",
    ),
    FileFormat("duckdb", (".duckdb",), "database", "duckdbfile:Duckdb", what="a DuckDB database"),
    FileFormat(
        "excel", (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"), "sheet", "excel:Sheet", _OLE, "an Excel file"
    ),
)
FORMATS = {known.name: known for known in _ALL}
EXTENSIONS = {ending: known for known in _ALL for ending in known.endings}
DELIMITERS = {name: known.delimiter for name, known in FORMATS.items() if known.delimiter}
# A table's header may begin with a bracket too ("[red]x"), so a list must go on as JSON does.
JSON_START = r'\s*(\{|\[\s*([\[{"\]\-0-9]|null|NaN|Infinity))'


def by_first_bytes(head: bytes) -> FileFormat | None:
    """The format that a file with these first bytes has, if they tell."""
    if head[8:12] == b"DUCK" and b"\0" in head:  # after a checksum
        return FORMATS["duckdb"]
    known = next((each for each in _ALL if each.magic and head.startswith(each.magic)), None)
    # Office's archives begin with a list of what they hold, or with their type.
    if known is FORMATS["npz"] and (b"[Content_Types].xml" in head or head[30:38] == b"mimetype"):
        return FORMATS["excel"]
    return known


def database_of(head: bytes) -> FileFormat | None:
    """Which database a file with these first bytes is, if any."""
    known = by_first_bytes(head)
    return known if known and known.kind == "database" else None


def no_text(head: bytes) -> tuple[str, str] | None:
    """What a file with these first bytes is, if it is known to be no table of text, and what to do."""
    if head.lstrip()[:1] == b"<" or b"\0" in head or not head.isascii():
        from losscli.data.unread import by_bytes

        if kind := by_bytes(head):
            return kind.what, kind.how.format("FILE")
    known = FORMATS["npz"] if head.startswith(FORMATS["npz"].magic) else by_first_bytes(head)
    if known and known.kind == "array":
        return known.what, "--input-format npy or npz reads NumPy's files, excel reads sheets"
    return known and (known.what, f"--input-format {known.name} reads it")
