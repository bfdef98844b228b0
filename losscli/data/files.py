"""Where bytes come from: a file, an address, standard input, and what can be wrong with them."""

from __future__ import annotations

import io
import os
import re
import stat
import sys
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from losscli.data.formats import no_text
from losscli.data.limits import TEXTS, BoundedLines, State, allowed, changed, within
from losscli.data.spool import Unnamed, blocks_of, hold, path_of
from losscli.data.unpack import LONGEST, compression_of, inner
from losscli.data.words import shown
from losscli.errors import LosscliError, did_you_mean
from losscli.sizes import USUAL

if TYPE_CHECKING:
    from losscli.data.formats import FileFormat

REMOTE = re.compile("(s3a?|gs|gcs|az|azure|adl|abfss?|https?|hf)://", re.IGNORECASE)
_NUMBERS = re.compile(r"[-+.,\d\s\[\]]*\d[-+.,\d\s\[\]]*")  # values that were taken for a path
STDIN = "standard input"


class File(NamedTuple):
    """A named source of bytes that can be opened again and again.

    `name` is for messages. What can be read only once (standard input, pipes) has its bytes in `content`, or
    in the file that `unnamed` keeps open, at `path`. What is `compressed` (with gzip, bz2, xz, zstd) is read
    as what it holds. A `remote` one has an address in place of a path: see `at_hand`. `most`: the bytes that
    may be held of it at once. `state` tells whether it is still the file that was found.
    """

    path: str
    name: str
    content: bytes | None = None
    compressed: str | None = None
    remote: bool = False
    unnamed: Unnamed | None = None
    most: int = USUAL
    state: State | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """As a worker of a cluster gets it, whose disk has an inode and a time of its own."""
        return File, (*self._replace(state=None),)

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
            stream = open(self.path, "rb")  # noqa: SIM115
        except (OSError, ValueError) as error:
            raise _cannot_open(self.path, error) from None
        if self.state is not None and State.of(os.fstat(stream.fileno())) != self.state:
            stream.close()
            raise changed(self.name)
        return stream

    def check_unchanged(self) -> None:
        """LosscliError where the file is no longer what was found at its path."""
        if self.state is not None:
            try:
                same = State.of(os.stat(self.path)) == self.state
            except OSError:
                same = False
            if not same:
                raise changed(self.name)

    def lines(self) -> BinaryIO:
        """The bytes of a text from the start. LosscliError, while reading, where a line is too long."""
        return io.BufferedReader(BoundedLines(self.open(), self.name, self.most), 1 << 16)

    def whole(self) -> bytes:
        """All bytes. LosscliError where they are too many to be held, or change meanwhile."""
        with self.open() as stream:
            blocks = blocks_of(stream.read, self.name)
            content = b"".join(within(blocks, self.most, f"{self.name} is held whole, and has", TEXTS))
        self.check_unchanged()
        return content

    def head(self, size: int = 1 << 16) -> bytes:
        with self.open() as stream:
            return stream.read(size)

    def tail(self, size: int) -> bytes:
        """The last bytes, where they are at hand: not of what is compressed."""
        if not self.plain:
            return b"" if self.content is None or self.compressed else self.content[-size:]
        with self.open() as stream:
            stream.seek(max(0, self.size - size))
            return stream.read()

    def text(self) -> io.TextIOWrapper:
        """The text from the start, line ends untranslated. LosscliError when it is empty or binary.

        Text that is not UTF-8 shows only while reading: see `undecodable`.
        """
        head = self.head()
        if told := no_text(head):
            raise LosscliError(
                f"{self.name} is no table of text: it is {told[0]}", told[1].replace("FILE", self.name)
            )
        if b"\0" in head:
            raise LosscliError(
                f"{self.name} is not text: it holds NUL bytes",
                "it may be another kind of file, or --encoding utf-16-le",
            )
        if len(head) < 1 << 16 and not head.removeprefix(b"\xef\xbb\xbf").strip():
            raise LosscliError(f"{self.name} is empty")
        return io.TextIOWrapper(self.lines(), encoding="utf-8-sig", newline="")

    def whole_text(self) -> str:
        self.text().close()
        try:
            return self.whole().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise self.undecodable() from None

    def undecodable(self) -> LosscliError:
        """The error for text that is not UTF-8, with the first line that is not."""
        hint = "name its encoding: --encoding cp1252, or save it as UTF-8"
        with self.lines() as stream:
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
            state = State.of(os.fstat(stream.fileno()))
    except (OSError, ValueError) as error:
        raise _cannot_open(path, error) from None
    return File(path, shown(path), compressed=compression_of(head), most=allowed(), state=state)


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
    return None if path is None else of_bytes(STDIN, Unnamed(path, STDIN))


def _held(name: str, stream: Any) -> File:
    """A stream that is read here, to its end."""
    return of_bytes(name, hold(blocks_of(stream.read, name), name))


def of_bytes(name: str, held: bytes | Unnamed) -> File:
    """The file of bytes that have no path of their own."""
    if isinstance(held, bytes):
        return File(name, name, held, compression_of(held[:LONGEST]), most=allowed())
    with open(held.path, "rb") as stream:
        compressed = compression_of(stream.read(LONGEST))
        state = State.of(os.fstat(stream.fileno()))
    return File(held.path, name, None, compressed, unnamed=held, most=allowed(), state=state)


def at_hand(file: File, form: FileFormat) -> File:
    """The file where its format can be read: fetched if it is remote, unpacked if not read line by line.

    Of Parquet and Arrow only parts are read: it stays where it is if the server hands those out.
    """
    if file.remote:
        from losscli.data.remote import fetched, fetched_unless_ranged

        in_parts = form.kind == "frame" and inner(bare(file)) == bare(file)
        held = (fetched_unless_ranged if in_parts else fetched)(file.path, file.name)
        if held is None:
            return file
        file = of_bytes(file.name, held)
    if file.compressed and not form.lines:
        with file.open() as stream:
            blocks = within(blocks_of(stream.read, file.name), file.most, f"{file.name} unpacks to")
            unpacked = of_bytes(file.name, hold(blocks, file.name))
        file.check_unchanged()
        return unpacked
    return file


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


def bare(file: File) -> str:
    """The name whose ending tells what is in the file."""
    return re.split("[?#]", file.name)[0] if file.remote else file.name
