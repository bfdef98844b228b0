"""Where a result goes and in which format: decided before anything is computed, written whole or not.

Rows that are written one and all, by the million, go to the file or to stdout in one pass, the result beside
them to stdout (or nowhere).
"""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from losscli.errors import LosscliError
from losscli.render.formats import ENDINGS, PAGES, ROWS, VALUES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from typing import IO

    from losscli.results.rows import RowSink
    from losscli.rows import Rows

WIDTH_ON_A_PIPE = 80


class Output(NamedTuple):  # a dataclass takes five times as long to make
    """A destination (None: stdout), a format, and for people's formats a width and colour or not."""

    file: Path | None
    format: str
    width: int
    color: bool
    rows: str | None = None  # the format of every row, where they are written one and all

    @property
    def read_by_eye(self) -> bool:
        """False for machine formats, in which rows keep the file's order."""
        return self.format in PAGES

    @property
    def rows_alone(self) -> bool:
        """Whether stdout has every row, which leaves no place for the result."""
        return self.rows is not None and self.file is None

    def write(self, text: str) -> None:
        """`text` and the end of its last line: to the file; to stdout if it holds rows or there is none.

        Of no records there is no text, and no line either.
        """
        if text and not text.endswith("\n"):
            text += "\n"
        if self.file is not None and self.rows is None:
            from losscli.cli.destination import replacing

            with replacing(self.file) as beside:
                beside.write(text.encode())
        else:
            write_stdout(text)

    def write_bytes(self, content: bytes) -> None:
        """A figure, to the file or to stdout; LosscliError where stdout is a terminal."""
        if self.file is not None:
            from losscli.cli.destination import replacing

            with replacing(self.file) as beside:
                beside.write(content)
        elif sys.stdout is not None:
            if sys.stdout.isatty():
                raise LosscliError(
                    f"a {self.format} is not for a terminal", f"--output figure.{self.format} writes a file"
                )
            with _pipe():
                sys.stdout.buffer.write(content)
                sys.stdout.buffer.flush()

    @contextmanager
    def each_row(self) -> Iterator[RowSink | None]:
        """What every row's value goes to, if they are to be written; the file is in its place at the end."""
        if self.rows is None:
            yield None
            return
        from losscli.cli.destination import replacing, unnamed
        from losscli.render.rowfile import check_format, writer

        check_format(self.rows)
        with _whole_on_stdout() if self.file is None else replacing(self.file) as there:
            folder = os.path.dirname(there.name) if isinstance(there.name, str) else None
            with unnamed(folder) as held:  # the disk that has room for the file
                yield writer(self.rows, there, held)


def choose(
    format: str | None,
    output: str | None,
    known: Collection[str],
    *,
    data: Rows | None = None,
    values: bool = False,
    rows: bool = False,
) -> Output:
    """What the options and the terminal ask for; LosscliError when the file cannot be written, is one of
    `data` that is to be read, or has an ending that names none of the `known` formats.

    With `values` a file may be of a format that holds every row's value and nothing else; with `rows` every
    row is asked for, and a format of rows holds them all.
    """
    file = None if output in (None, "-") else Path(str(output))
    each = None
    if file is not None:
        from losscli.cli.destination import check_file

        check_file(file, data)
        ending = ENDINGS.get(file.suffix.lower())
        if values and ending in VALUES:
            each = ending
        else:
            format = format or _format_by_ending(file, known, values)
    if rows and each is None and format in ROWS:
        each, format = format, None if file is not None else format
    drawn = (file is None or each is not None) and _on_a_terminal()
    return Output(
        file,
        format or ("table" if drawn else "plain"),
        shutil.get_terminal_size((WIDTH_ON_A_PIPE, 24)).columns,  # COLUMNS first
        drawn and not os.environ.get("NO_COLOR"),
        each,
    )


def _on_a_terminal() -> bool:
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _format_by_ending(file: Path, known: Collection[str], values: bool) -> str:
    form = ENDINGS.get(file.suffix.lower())
    if form not in known:
        also = VALUES if values else ()
        endings = ", ".join(ending for ending, name in ENDINGS.items() if name in known or name in also)
        raise LosscliError(
            f"--output {file}: its ending names no format",
            f"end the name in one of {endings}, or add --format",
        )
    return str(form)


@contextmanager
def _whole_on_stdout() -> Iterator[IO[bytes]]:
    """A temporary file that is copied to stdout at the end; nothing is where an error ends it."""
    from losscli.cli.destination import unnamed

    with unnamed() as beside:
        yield beside
        beside.seek(0)
        if sys.stdout is not None:
            with _pipe():
                sys.stdout.flush()
                shutil.copyfileobj(beside, sys.stdout.buffer)
                sys.stdout.buffer.flush()


def write_stdout(text: str) -> None:
    """To stdout, silently if its reader has gone (`| head`)."""
    if sys.stdout is None:  # closed by the caller: >&-
        return
    with _pipe():
        sys.stdout.write(text)
        sys.stdout.flush()


@contextmanager
def _pipe() -> Iterator[None]:
    """Around what writes to stdout: silent if its reader has gone."""
    try:
        yield
    except BrokenPipeError:
        # The interpreter flushes once more at exit; that must not complain either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise LosscliError(f"the result cannot be written: {error.strerror or error}") from error


def flushed(code: int) -> int:
    """The exit code, when stdout has all of what was printed: 2 where it takes no more, which is told."""
    try:
        write_stdout("")
    except LosscliError as error:
        if not code:
            say(error.what)
        return code or 2
    return code


def not_in_rows(out: Output, option: str) -> None:
    """Tells that a format of rows has no place for what `option` adds to pages and to JSON."""
    if out.format in ROWS:
        say(f"{option}: {out.format} holds rows alone; table, plain, markdown and json show it")


def say(what: str, hint: str | None = None) -> None:
    """A message, on stderr."""
    from losscli.render import message

    if sys.stderr is not None:
        width = shutil.get_terminal_size().columns if sys.stderr.isatty() else None
        sys.stderr.write(message(what, hint, width))
