"""Where a result goes and in which format: decided before anything is computed, written whole or not."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

ENDINGS = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".md": "markdown",
    ".tex": "latex",
    ".txt": "plain",
    ".png": "png",
    ".svg": "svg",
    ".pdf": "pdf",
}
ROW_FORMATS = {"csv", "tsv", "jsonl"}
READ_BY_EYE = {"table", "plain", "markdown"}
WIDTH_ON_A_PIPE = 80


class Output(NamedTuple):  # a dataclass takes five times as long to make
    """A destination (None: stdout), a format, and for people's formats a width and colour or not."""

    file: Path | None
    format: str
    width: int
    color: bool

    @property
    def read_by_eye(self) -> bool:
        """False for machine formats, in which rows keep the file's order."""
        return self.format in READ_BY_EYE

    def write(self, text: str) -> None:
        """`text` and the end of its last line, to the file or to stdout."""
        if not text.endswith("\n"):
            text += "\n"
        if self.file is None:
            write_stdout(text)
        else:
            _replace(self.file, text.encode())

    def write_bytes(self, content: bytes) -> None:
        """A figure, to the file or to stdout; LosscliError where stdout is a terminal."""
        if self.file is not None:
            _replace(self.file, content)
        elif sys.stdout is not None:
            if sys.stdout.isatty():
                raise LosscliError(
                    f"a {self.format} is not for a terminal", f"--output figure.{self.format} writes a file"
                )
            with _pipe():
                sys.stdout.buffer.write(content)
                sys.stdout.buffer.flush()


def choose(format: str | None, output: str | None, known: Collection[str]) -> Output:
    """What the options and the terminal ask for; LosscliError when the file cannot be written or its ending
    names none of the `known` formats."""
    file = None if output in (None, "-") else Path(str(output))
    drawn = file is None and _on_a_terminal()
    if file is not None:
        _check(file)
        format = format or _format_by_ending(file, known)
    return Output(
        file,
        format or ("table" if drawn else "plain"),
        shutil.get_terminal_size((WIDTH_ON_A_PIPE, 24)).columns,  # COLUMNS first
        drawn and not os.environ.get("NO_COLOR"),
    )


def _on_a_terminal() -> bool:
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _format_by_ending(file: Path, known: Collection[str]) -> str:
    found = ENDINGS.get(file.suffix.lower())
    if found not in known:
        endings = ", ".join(ending for ending, name in ENDINGS.items() if name in known)
        raise LosscliError(
            f"--output {file}: its ending names no format",
            f"end the name in one of {endings}, or add --format",
        )
    return str(found)


def _check(file: Path) -> None:
    if file.is_dir():
        raise LosscliError(f"--output {file} is a folder", "name a file in it")
    if not file.parent.is_dir():
        raise LosscliError(f"--output {file}: there is no folder {file.parent}", "make it first")


def _replace(file: Path, content: bytes) -> None:
    """Write a temporary file beside `file`, then put it in its place."""
    target = file.resolve()  # a link keeps pointing where it did
    beside = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        if target.exists() and not target.is_file():  # /dev/null, a named pipe: nothing to put in its place
            target.write_bytes(content)
            return
        beside.write_bytes(content)
        beside.replace(target)
    except OSError as error:
        raise LosscliError(f"--output {file}: {error.strerror or error}") from error
    finally:
        beside.unlink(missing_ok=True)


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


def not_in_rows(out: Output, option: str) -> None:
    """Tells that a format of rows has no place for what `option` adds to pages and to JSON."""
    if out.format in ROW_FORMATS:
        say(f"{option}: {out.format} holds rows alone; table, plain, markdown and json show it")


def say(what: str, hint: str | None = None) -> None:
    """A message, on stderr."""
    from losscli.render import message

    if sys.stderr is not None:
        sys.stderr.write(message(what, hint))
