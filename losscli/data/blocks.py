"""Large files of lines in blocks that end with a line, so that each can be parsed by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType
    from typing import BinaryIO

    from losscli.data.files import File

BLOCK = 2 << 20  # bytes; more take memory, fewer take longer
LARGE = 1 << 20  # bytes (30,000 rows of two numbers) from which on importing Arrow is worth it
LONGEST_ROW = 4 * BLOCK  # a cell in quotes with more bytes than this is a quote left open


class Odd(LosscliError):
    """A block that only the reader of whole files can judge. It never reaches a person."""


class Part(NamedTuple):
    """Some rows of a table: from `start` to `stop`, which count rows or bytes; `first_row` where it is known.

    `held` has the bytes of what cannot be read from the middle on. `quoted`: quotes may be in it. A `loose`
    one has the lines that begin there.
    """

    start: int
    stop: int
    first_row: int | None = None
    held: bytes | None = None
    quoted: bool = False
    loose: bool = False

    def read(self, file: File) -> bytes:
        """The bytes of this part of a file."""
        if self.held is not None:
            return self.held
        with file.lines() as stream:
            at = self.start
            if self.loose and at > 0:  # behind the end of the line that began earlier
                stream.seek(at - 1)
                at += len(stream.readline()) - 1
            stream.seek(at)
            data = stream.read(max(0, self.stop - at))
            if self.loose and data and not data.endswith(b"\n"):
                data += stream.readline()
            return data


def polars(what: str, extra: str = "data") -> ModuleType:
    """The module, or a LosscliError that says with which extra it is installed to have `what`."""
    try:
        import polars as module
    except ImportError:
        raise LosscliError(f"{what} needs Polars", f"pip install 'losscli[{extra}]'") from None
    return module


def import_arrow() -> None:
    """Imports what reads parts, before there are processes that read them: then they share it."""
    import pyarrow.csv  # noqa: F401


def is_large(file: File) -> bool:
    """Whether Arrow and Polars are there, and their start is worth the time for this file."""
    from importlib.util import find_spec

    held = file.size if file.compressed is None else 3 * file.size
    return held >= LARGE and find_spec("pyarrow") is not None and find_spec("polars") is not None


def cut(file: File, start: int, quoted: bool) -> Iterator[Part]:
    """The bytes from `start` on in parts of about BLOCK, each of whole lines.

    With `quoted` no part ends inside of quotes, as long as quotes come in pairs.
    """
    with file.lines() as stream:
        stream.read(start)
        while data := stream.read(BLOCK):
            data += stream.readline()
            if quoted and data.count(b'"') % 2:
                data += _until_closed(stream, LONGEST_ROW - len(data))
            stop = start + len(data)
            yield Part(start, stop, held=None if file.plain else data, quoted=quoted)
            start = stop


def _until_closed(stream: BinaryIO, most: int) -> bytes:
    """The lines up to that with the quote that closes an open one, or about `most` bytes of them."""
    lines: list[bytes] = []
    size = 0
    while size < most and (line := stream.readline()):
        lines.append(line)
        size += len(line)
        if line.count(b'"') % 2:
            break
    return b"".join(lines)


def cut_unread(file: File, start: int) -> Iterator[Part]:
    """The same for a file on a disk whose lines have no quotes, not read for it; `start` is behind a line."""
    import_arrow()
    size = file.size
    while start < size:
        stop = min(start + BLOCK, size)
        yield Part(start, stop, loose=True)
        start = stop


def next_line(stream: BinaryIO) -> bytes:
    """The next line that is not blank, with its end; nothing at the end of the file."""
    while line := stream.readline(BLOCK):
        if line.strip(b" \t\r\n\xef\xbb\xbf"):
            return line
    return b""
