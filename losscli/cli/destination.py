"""The file that a result is written to: whole or not at all, never one that is being read."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import stat
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType
    from typing import IO

    from losscli.rows import Rows

_DESCRIPTORS = re.compile(r"/dev/fd/(\d+)|/proc/(?:self|\d+)/fd/(\d+)")
_STREAMS = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}
_ENDINGS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


def check_file(file: Path, data: Rows | None) -> None:
    """LosscliError where nothing can be written to `file`, or where it is among what is to be read."""
    try:
        here = descriptor_of(file) is not None
    except FileNotFoundError:
        raise LosscliError(f"--output {file}: this folder is gone", "cd into one that is there") from None
    if here:
        return
    if file.is_symlink() and os.path.realpath(file) == os.path.abspath(file):
        raise LosscliError(
            f"--output {file} is a link that leads back to itself", "remove it, or name another"
        )
    if file.is_dir():
        raise LosscliError(f"--output {file} is a folder", "name a file in it")
    if not file.parent.is_dir():
        raise LosscliError(f"--output {file}: there is no folder {file.parent}", "make it first")
    if not file.is_file():
        return
    if not file.stat().st_mode & 0o222:  # root may write it, and still it is meant to stay
        raise LosscliError(f"--output {file} is read-only", "name another file, or chmod u+w it")
    for option, path in () if data is None else _inputs(data):
        with contextlib.suppress(OSError):
            if os.path.samestat(os.stat(file), os.fstat(0) if path == "-" else os.stat(path)):
                read = "standard input" if path == "-" else f"{option}{path}"
                raise LosscliError(
                    f"--output {file} is the file that is read: {read}", "name another file: it would be lost"
                )


def _inputs(data: Rows) -> Iterator[tuple[str, str]]:
    """Every file that is read, with the option that names it ("" for DATA)."""
    for path in data.files:
        if path != "-" and not os.path.isfile(path) and (os.path.isdir(path) or set("*?[") & set(path)):
            from losscli.data.many import expanded

            yield from (("", file) for file in expanded(path) or ())
        else:
            yield "", path
    if data.truth is not None:
        yield "--truth ", data.truth
    for option, text in (("--true ", data.true), ("--pred ", data.pred), ("--weight ", data.weight)):
        for part in () if text is None else (text, *text.split(",")):
            yield option, part.removeprefix("@")


def descriptor_of(file: Path) -> int | None:
    """The number of an open file that the path stands for, as /dev/stdout does; None of any other path.

    Opened by such a path, a file would be cut to nothing, though it was opened to be added to.
    """
    path = os.path.abspath(file)
    for _ in range(40):  # links, as the system follows them
        if path in _STREAMS:
            return _STREAMS[path]
        named = _DESCRIPTORS.fullmatch(path)
        if named is not None:
            return int(named[1] or named[2])
        if not os.path.islink(path):
            return None
        path = os.path.normpath(os.path.join(os.path.dirname(path), os.readlink(path)))
    return None


@contextmanager
def replacing(file: Path) -> Iterator[IO[bytes]]:
    """An open file that is put in the place of `file` at the end; nothing is left where an error ends it."""
    number = descriptor_of(file)
    try:
        target = Path(os.path.realpath(file))  # a link keeps pointing where it did
        if number is not None or (target.exists() and not target.is_file()):
            with unnamed() as beside:  # a stream, /dev/null, a named pipe: nothing to put in its place
                yield beside
                beside.seek(0)
                if sys.stdout is not None:
                    sys.stdout.flush()
                with target.open("wb") if number is None else os.fdopen(os.dup(number), "wb") as there:
                    shutil.copyfileobj(beside, there)
            return
        with _beside(target) as (beside, name):
            yield beside
            beside.flush()
            _like(beside.fileno(), target)
            _put(beside.fileno(), name, target)
    except OSError as error:
        raise LosscliError(f"--output {file}: {error.strerror or error}") from error


def unnamed(folder: str | None = None) -> IO[bytes]:
    """A file that is gone when it is closed, however that comes about."""
    from tempfile import TemporaryFile  # 4 ms that a result on stdout need not wait for

    return TemporaryFile(dir=folder)


@contextmanager
def _beside(target: Path) -> Iterator[tuple[IO[bytes], str | None]]:
    """An open file in the target's folder: without a name where the system can, else with a random one."""
    flags = getattr(os, "O_TMPFILE", 0)
    if flags and os.path.isdir("/proc/self/fd"):
        try:
            number = os.open(target.parent, flags | os.O_RDWR, 0o666)
        except OSError as error:
            if not os.access(target.parent, os.W_OK):
                raise error
        else:
            with os.fdopen(number, "w+b") as beside:
                yield beside, None
            return
    from tempfile import mkstemp

    with _ended_by_signals():
        number, name = mkstemp(prefix=f".{target.name[:40]}.", suffix=".tmp", dir=target.parent)
        try:
            os.chmod(name, 0o666 & ~_mask())
            with os.fdopen(number, "w+b") as beside:
                yield beside, name
        finally:
            Path(name).unlink(missing_ok=True)


def _like(number: int, target: Path) -> None:
    """Gives the open file the mode of the one it replaces, and its owner where that is allowed."""
    if not target.exists() or not hasattr(os, "fchown"):
        return
    known, new = target.stat(), os.fstat(number)
    if (known.st_uid, known.st_gid) != (new.st_uid, new.st_gid):
        with contextlib.suppress(PermissionError):
            os.fchown(number, known.st_uid, known.st_gid)
    os.fchmod(number, stat.S_IMODE(known.st_mode))


def _put(number: int, name: str | None, target: Path) -> None:
    """In the target's place, at once. A file without a name is given one first: no link replaces another."""
    if name is None:
        from secrets import token_hex

        name = str(target.with_name(f".{target.name[:40]}.{token_hex(8)}.tmp"))
        # With a folder beside it, which an absolute path does not need, Python has the link followed.
        os.link(f"/proc/self/fd/{number}", name, src_dir_fd=number, follow_symlinks=True)
    try:
        os.replace(name, target)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """A signal that asks the process to end unwinds it first, so that what it wrote can be removed."""

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.getsignal(number) for number in _ENDINGS}
    try:
        for number, handler in before.items():
            if handler is signal.SIG_DFL:
                signal.signal(number, end)
    except ValueError:  # not the main thread: a library's caller has its own way
        before = {}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
