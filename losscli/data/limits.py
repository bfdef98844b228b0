"""How much of a file may be held in memory at once, and whether it is still the file that was found."""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from losscli.errors import LosscliError
from losscli.sizes import USUAL, size_words, too_much

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

# Of the bytes allowed, what a line and a whole text may have: as values in lists they take a multiple.
LINES, TEXTS = 16, 4
SHORTEST = 4 << 20  # bytes that a line may have in any case: parts of files are about as long
TAIL = 1 << 12  # bytes in which the end of a line is looked for first

T = TypeVar("T")

_most = USUAL


@contextmanager
def limited(most: int) -> Iterator[None]:
    """Within it, files are found of which `most` bytes may be held."""
    global _most
    before, _most = _most, most
    try:
        yield
    finally:
        _most = before


def allowed() -> int:
    """The bytes that may be held of a file that is found now."""
    return _most


class State(NamedTuple):
    """What tells that a file was replaced or written to."""

    device: int
    inode: int
    size: int
    written: int  # nanoseconds

    @classmethod
    def of(cls, status: os.stat_result) -> State:
        """The state in what os.stat says."""
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def changed(name: str) -> LosscliError:
    """The error for a file that is no longer the one that was found."""
    return LosscliError(
        f"{name} changed while it was read", "start again when nothing writes to it, or read a copy of it"
    )


def watched(table: Any, reading: Iterator[T]) -> Iterator[T]:
    """What is read of a table's file, if it has one; LosscliError where that is another by now."""
    file = getattr(table, "_file", None)
    try:
        yield from reading
    except LosscliError:  # of rows that nobody wrote so
        if file is not None:
            file.check_unchanged()
        raise
    if file is not None:
        file.check_unchanged()


class BoundedLines(io.RawIOBase):
    """A stream of text; LosscliError, while reading, where a line has more than its share of `most` bytes."""

    def __init__(self, below: BinaryIO, name: str, most: int) -> None:
        self._below: Any = below
        self._name = name
        self._most = most
        self._longest = max(most // LINES, SHORTEST)
        self._since = 0  # bytes since a line ended

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return bool(self._below.seekable())

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self._since = 0
        return int(self._below.seek(offset, whence))

    def tell(self) -> int:
        return int(self._below.tell())

    def readinto(self, buffer: Any) -> int:
        size = int(self._below.readinto(buffer))
        view = memoryview(buffer)
        since = _behind_last_line(bytes(view[max(0, size - TAIL) : size]))
        if since is None and size > TAIL:
            since = _behind_last_line(bytes(view[:size]))
        self._since = self._since + size if since is None else since
        if self._since > self._longest:
            raise too_much(f"{self._name} has a line of more than {size_words(self._longest)}", self._most)
        return size

    def close(self) -> None:
        if not self.closed:
            self._below.close()
        super().close()


def _behind_last_line(data: bytes) -> int | None:
    """How many bytes follow the last end of a line; None where no line ends."""
    end = max(data.rfind(b"\n"), data.rfind(b"\r"))
    return None if end < 0 else len(data) - 1 - end


def within(blocks: Iterable[bytes], most: int, what: str, share: int = 1) -> Iterator[bytes]:
    """The blocks; LosscliError that begins with `what` once they have more than their share of `most`."""
    size, limit = 0, most // share
    for block in blocks:
        size += len(block)
        if size > limit:
            raise too_much(f"{what} more than {size_words(limit)}", most)
        yield block
