"""Bytes that can be read only once (a pipe, an address), held so that they can be read again and again.

A few stay in memory; the rest goes to a temporary file without a name, so that nothing is left behind
however the run ends, and from there on is read as any file of that size.
"""

from __future__ import annotations

import os
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from losscli.data.words import shown
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TypeAlias

    # Told how many bytes have come, of how many (None where nobody knows).
    Watch: TypeAlias = Callable[[int, int | None], None]

BLOCK = 1 << 20
# Bytes that stay in memory. Windows cannot open a temporary file a second time.
IN_MEMORY = 32 << 20 if os.name == "posix" else 1 << 62

_watch: Watch | None = None


@contextmanager
def watched(watch: Watch | None) -> Iterator[None]:
    """Within it, `watch` is called as bytes come in."""
    global _watch
    before, _watch = _watch, watch
    try:
        yield
    finally:
        _watch = before


class Unnamed:
    """A file that has no name of its own: it can be opened at `path`, as long as this is held."""

    def __init__(self, path: str, name: str) -> None:
        self.path = path
        self._name = name

    def __reduce__(self) -> tuple[Any, ...]:
        raise LosscliError(
            f"{self._name} is read here, where no worker of a cluster can read it",
            "save it to a file that the workers can read, or leave --engine dask out",
        )


def hold(blocks: Iterable[bytes], name: str, total: int | None = None) -> bytes | Unnamed:
    """All of `blocks`, in memory or beyond IN_MEMORY in a file. `name` is for messages.

    LosscliError when the disk has no room for it.
    """
    few: list[bytes] = []
    size = 0
    coming = _counted(blocks, total)
    for block in coming:
        few.append(block)
        size += len(block)
        if size > IN_MEMORY:
            break
    else:
        return b"".join(few)
    with _writing(name):
        file, path = _temporary()
    held = Unnamed(path, name)
    weakref.finalize(held, file.close)
    few.reverse()
    while few:
        _write(file, few.pop(), name)
    for block in coming:
        _write(file, block, name)
    return held


def blocks_of(read: Callable[[int], bytes], name: str) -> Iterator[bytes]:
    """What a stream gives until its end. LosscliError when it cannot be read."""
    while True:
        try:
            block = read(BLOCK)
        except OSError as error:
            why = error.strerror or str(error)
            raise LosscliError(f"{name} cannot be read: {shown(why)}", "run what writes it again") from None
        if not block:
            return
        yield block


def path_of(descriptor: int) -> str | None:
    """Where an open file can be opened again, though it may have no name; None where the system has no such
    place."""
    path = f"/proc/self/fd/{descriptor}"
    try:
        with open(path, "rb") as again:
            return path if os.path.samestat(os.fstat(again.fileno()), os.fstat(descriptor)) else None
    except OSError:
        return None


def _counted(blocks: Iterable[bytes], total: int | None) -> Iterator[bytes]:
    done = 0
    for block in blocks:
        done += len(block)
        if _watch is not None:
            _watch(done, total)
        yield block


def _temporary() -> tuple[Any, str]:
    """A new file and where it can be opened again."""
    import tempfile

    file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
    path = path_of(file.fileno())
    if path is not None:
        return file, path
    file.close()
    # It is deleted when it is closed, or when nothing holds it any more.
    named = tempfile.NamedTemporaryFile(buffering=0)  # noqa: SIM115
    return named, named.name


def _write(file: Any, block: bytes, name: str) -> None:
    rest = memoryview(block)
    with _writing(name):
        while rest:
            rest = rest[file.write(rest) :]


@contextmanager
def _writing(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        import tempfile

        try:
            folder = shown(tempfile.gettempdir())
        except OSError:
            folder = "no folder"
        why = error.strerror or str(error)
        raise LosscliError(
            f"{name} is large, and the folder for temporary files ({folder}) does not take it: {shown(why)}",
            "name a folder that has room: TMPDIR=/path",
        ) from None
