"""Where bytes come from: a file, an address, standard input; their format, and what can be wrong with it."""

from __future__ import annotations

import io
import os
import re
import stat
import sys
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from losscli.data.spool import Unnamed, blocks_of, hold, path_of
from losscli.data.unpack import LONGEST, compression_of, inner
from losscli.data.words import shown
from losscli.errors import LosscliError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

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
REMOTE = re.compile("(s3a?|gs|gcs|az|azure|adl|abfss?|https?|hf)://", re.IGNORECASE)

_NUMBERS = re.compile(r"[-+.,\d\s\[\]]*\d[-+.,\d\s\[\]]*")  # values that were taken for a path
STDIN = "standard input"

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


class File(NamedTuple):
    """A named source of bytes that can be opened again and again.

    `name` is for messages. What can be read only once (standard input, pipes) has its bytes in `content`, or
    in the file that `unnamed` keeps open, at `path`. What is `compressed` (with gzip, bz2, xz, zstd) is read
    as what it holds. A `remote` one has an address in place of a path: see `at_hand`.
    """

    path: str
    name: str
    content: bytes | None = None
    compressed: str | None = None
    remote: bool = False
    unnamed: Unnamed | None = None

    @property
    def plain(self) -> bool:
        """Whether it lies on a disk as it is, so that any part of it can be read."""
        return self.content is None and self.compressed is None and not self.remote

    @property
    def size(self) -> int:
        """Its bytes, as they lie (compressed, if it is); 0 of a remote one."""
        if self.content is not None:
            return len(self.content)
        return 0 if self.remote else os.stat(self.path).st_size

    @property
    def unpacked(self) -> int | None:
        """The bytes that opening it gives, where they are known without reading it."""
        return None if self.compressed or self.remote else self.size

    def open(self) -> BinaryIO:
        """The bytes from the start. LosscliError when it is missing, a folder, or unreadable."""
        if self.remote:
            raise LosscliError(f"{self.name} is a remote address", "copy the file to this machine first")
        stream = self._as_it_lies()
        if self.compressed is None:
            return stream
        from losscli.data.unpack import unpacked

        return unpacked(stream, self.compressed, self.name)

    def _as_it_lies(self) -> BinaryIO:
        if self.content is not None:
            return io.BytesIO(self.content)
        try:
            return open(self.path, "rb")
        except (OSError, ValueError) as error:
            raise _cannot_open(self.path, error) from None

    def head(self, size: int = 1 << 16) -> bytes:
        with self.open() as stream:
            return stream.read(size)

    def text(self) -> io.TextIOWrapper:
        """The text from the start, line ends untranslated. LosscliError when it is empty or binary.

        Text that is not UTF-8 shows only while reading: see `undecodable`.
        """
        head = self.head()
        found = next((what for magic, what in BINARY.items() if head.startswith(magic)), None)
        if database_of(head) == "duckdb":
            found = "a DuckDB database"
        if found is not None:
            raise LosscliError(f"{self.name} is not UTF-8 text: it is {found}", _other_format(found))
        if b"\0" in head:
            raise LosscliError(f"{self.name} is not text: it holds NUL bytes", "is it another file's name?")
        if len(head) < 1 << 16 and not head.removeprefix(b"\xef\xbb\xbf").strip():
            raise LosscliError(f"{self.name} is empty")
        return io.TextIOWrapper(self.open(), encoding="utf-8-sig", newline="")

    def whole_text(self) -> str:
        with self.text() as stream:
            try:
                return stream.read()
            except UnicodeDecodeError:
                raise self.undecodable() from None

    def undecodable(self) -> LosscliError:
        """The error for text that is not UTF-8, with the first line that is not."""
        hint = "save it as UTF-8"
        with self.open() as stream:
            for number, line in enumerate(stream, 1):
                try:
                    line.decode()
                except UnicodeDecodeError as error:
                    byte = line[error.start]
                    return LosscliError(
                        f"{self.name}, line {number}: the byte {byte:#04x} is not UTF-8 text", hint
                    )
        return LosscliError(f"{self.name} is not UTF-8 text", hint)


def find(path: str) -> File:
    """The file at `path` (of a remote one nothing is read here), or standard input for "-".

    What is no regular file is read to its end, here.
    """
    if REMOTE.match(path):
        return File(path, shown(path), remote=True)
    if path == "-":
        return _standard_input()
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError
        with open(path, "rb") as stream:
            if not stat.S_ISREG(mode):
                return _held(shown(path), stream)
            head = stream.read(LONGEST)
    except (OSError, ValueError) as error:
        raise _cannot_open(path, error) from None
    return File(path, shown(path), compressed=compression_of(head))


_piped: list[tuple[Any, File]] = []  # standard input, once it was read: it is asked for more than once


def _standard_input() -> File:
    stdin = sys.stdin
    if stdin is None or stdin.isatty():
        raise LosscliError(
            "standard input (-): nothing is piped into it",
            "pipe a table in, or name a file in place of -",
        )
    if not _piped or _piped[0][0] is not stdin:
        _piped[:] = [(stdin, _redirected(stdin) or _held(STDIN, stdin.buffer))]
    return _piped[0][1]


def _redirected(stdin: Any) -> File | None:
    """The file that the shell made standard input, if it did and nothing of it was read yet."""
    try:
        descriptor = stdin.fileno()
        if not stat.S_ISREG(os.fstat(descriptor).st_mode) or os.lseek(descriptor, 0, os.SEEK_CUR):
            return None
    except (OSError, AttributeError):
        return None
    path = path_of(descriptor)
    return None if path is None else _of(STDIN, Unnamed(path, STDIN))


def _held(name: str, stream: Any) -> File:
    """A stream that is read here, to its end."""
    return _of(name, hold(blocks_of(stream.read, name), name))


def _of(name: str, held: bytes | Unnamed) -> File:
    """The file of bytes that have no path of their own."""
    if isinstance(held, bytes):
        return File(name, name, held, compression_of(held[:LONGEST]))
    with open(held.path, "rb") as stream:
        return File(held.path, name, None, compression_of(stream.read(LONGEST)), unnamed=held)


def at_hand(file: File, form: str) -> File:
    """The file where its format can be read: fetched if it is remote, unpacked if not read line by line.

    Of Parquet and Arrow only parts are read: it stays where it is if the server hands those out.
    """
    if file.remote:
        from losscli.data.remote import fetched, fetched_unless_ranged

        in_parts = form in FRAMES and inner(_bare(file)) == _bare(file)
        held = (fetched_unless_ranged if in_parts else fetched)(file.path, file.name)
        if held is None:
            return file
        file = _of(file.name, held)
    if file.compressed and form not in LINES:
        with file.open() as stream:
            return _held(file.name, stream)
    return file


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
    extension = os.path.splitext(inner(_bare(file)))[1].lower()
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


def _bare(file: File) -> str:
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


def _cannot_open(path: str, error: OSError | ValueError) -> LosscliError:
    name = shown(path) or '""'
    if isinstance(error, IsADirectoryError):
        return LosscliError(f"{name} is a folder", "name a file in it")
    if isinstance(error, FileNotFoundError):
        folder = os.path.dirname(path)
        try:
            beside = sorted(os.listdir(folder or "."))
        except OSError:
            return LosscliError(f"{name}: there is no folder {shown(folder)}", "check the path")
        guess = did_you_mean(os.path.basename(path), beside)
        hint = shown(guess) if guess else "check the path"
        if _NUMBERS.fullmatch(path):
            hint = "values stand in one word behind their option: --true 1,2,3 --pred 1,2,5"
        elif path and not guess and not os.path.splitext(path)[1]:
            hint = "check the path; columns are named with --true and --pred"
        return LosscliError(f"{name}: there is no such file", hint)
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return LosscliError(f"{name} cannot be read: {shown(why)}", "check the path and its permissions")


def _other_format(what: str) -> str:
    for form in ("parquet", "arrow", *DATABASES, "excel"):
        if form in what.lower():
            return f"--input-format {form} reads it"
    if "npy" in what or "npz" in what:
        return "--input-format npy or npz reads NumPy's files, excel reads sheets"
    return "unpack it or convert it to CSV first" if "UTF-16" not in what else "save it as UTF-8"
