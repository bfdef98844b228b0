"""Where bytes come from: a file, an address, standard input; their format, and what can be wrong with it."""

from __future__ import annotations

import io
import os
import re
import stat
import sys
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from losscli.data.unpack import LONGEST, compression_of, inner
from losscli.data.words import shown
from losscli.errors import LosscliError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMATS = ("csv", "tsv", "json", "jsonl", "npy", "npz", "parquet", "arrow")
TEXTS = FORMATS[:4]
EXTENSIONS = {
    **{f".{name}": name for name in FORMATS},
    ".ndjson": "jsonl",
    ".pq": "parquet",
    ".feather": "arrow",
    ".ipc": "arrow",
}
REMOTE = re.compile("(s3a?|gs|gcs|az|azure|adl|abfss?|https?|hf)://", re.IGNORECASE)

NPY_MAGIC = b"\x93NUMPY"
ZIP_MAGIC = b"PK\x03\x04"
PARQUET_MAGIC = b"PAR1"
ARROW_MAGIC = b"ARROW1"
BINARY = {
    NPY_MAGIC: "a npy file",
    ZIP_MAGIC: "a zip archive, as npz and xlsx are",
    PARQUET_MAGIC: "a Parquet file",
    ARROW_MAGIC: "an Arrow file",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
}
# A table's header may begin with a bracket too ("[red]x"), so a list must go on as JSON does.
JSON_START = r'\s*(\{|\[\s*([\[{"\]\-0-9]|null|NaN|Infinity))'


class File(NamedTuple):
    """A named source of bytes that can be opened again and again.

    `name` is for messages. `content` holds the bytes of what can be read only once (standard input, pipes).
    What is `compressed` (with gzip, bz2, xz, zstd) is read as what it holds. A `remote` one has an address
    in place of a path, which Polars alone reads.
    """

    path: str
    name: str
    content: bytes | None = None
    compressed: str | None = None
    remote: bool = False

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
        for magic, what in BINARY.items():
            if head.startswith(magic):
                raise LosscliError(f"{self.name} is not UTF-8 text: it is {what}", _other_format(what))
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

    What is no regular file is read whole, here.
    """
    if REMOTE.match(path):
        return File(path, shown(path), remote=True)
    if path == "-":
        if sys.stdin is None or sys.stdin.isatty():
            raise LosscliError(
                "standard input (-): nothing is piped into it",
                "pipe a table in, or name a file in place of -",
            )
        return _held(path, "standard input", sys.stdin.buffer.read())
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError
        if not stat.S_ISREG(mode):
            with open(path, "rb") as stream:
                return _held(path, shown(path), stream.read())
        with open(path, "rb") as stream:
            head = stream.read(LONGEST)
    except (OSError, ValueError) as error:
        raise _cannot_open(path, error) from None
    return File(path, shown(path), compressed=compression_of(head))


def _held(path: str, name: str, content: bytes) -> File:
    return File(path, name, content, compression_of(content[:LONGEST]))


def format_of(file: File, input_format: str | None) -> str:
    """One of FORMATS: as named, else by extension, else (standard input, pipes) by the first bytes.

    Of a compressed file it is the format of what it holds.
    """
    form = _format_of(file, input_format)
    if file.compressed and form not in TEXTS:
        raise LosscliError(f"{file.name} is compressed with {file.compressed}", f"unpack it to read {form}")
    return form


def _format_of(file: File, input_format: str | None) -> str:
    if input_format is not None:
        if input_format not in FORMATS:
            guess = did_you_mean(input_format, FORMATS)
            known = f"the formats are {', '.join(FORMATS)}"
            raise LosscliError(
                f"--input-format: there is no format {shown(input_format)}",
                f"{guess} {known}" if guess else known,
            )
        return input_format
    path = inner(re.split("[?#]", file.path)[0] if file.remote else file.path)
    extension = os.path.splitext(path)[1].lower()
    if extension in EXTENSIONS:
        return EXTENSIONS[extension]
    if file.content is not None:
        return _sniff(file.head(1 << 20))
    what = f"the extension {shown(extension)}" if extension else "a name without extension"
    raise LosscliError(
        f"{file.name}: {what} does not tell the format", f"name it: --input-format {'|'.join(FORMATS)}"
    )


def _sniff(content: bytes) -> str:
    if content.startswith(NPY_MAGIC):
        return "npy"
    if content.startswith(ZIP_MAGIC):
        return "npz"
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
        return LosscliError(f"{name}: there is no such file", shown(guess) if guess else "check the path")
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return LosscliError(f"{name} cannot be read: {shown(why)}", "check the path and its permissions")


def _other_format(what: str) -> str:
    for form in ("parquet", "arrow"):
        if form in what.lower():
            return f"--input-format {form} reads it"
    if "npy" in what or "npz" in what:
        return "--input-format npy or npz reads NumPy's files"
    return "unpack it or convert it to CSV first" if "UTF-16" not in what else "save it as UTF-8"
