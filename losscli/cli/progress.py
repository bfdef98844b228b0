"""How far a long run has come: one line on a terminal's stderr, from its second second on, then gone."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

AFTER = 1.0  # seconds without a word
EVERY = 0.1  # seconds between two looks


class Progress:
    """Draws a line where stderr is a terminal, unless `quiet`; imports Rich only then.

    `size` is the source's (in bytes or rows), None if nobody knows: then there is no share and no time left.
    """

    def __init__(self, quiet: bool, size: int | None) -> None:
        self._drawn = not quiet and sys.stderr is not None and sys.stderr.isatty()
        self._size = size
        self._began = self._looked = time.monotonic()
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    @property
    def hook(self) -> Progress | None:
        """What a fold calls; None where nothing would be drawn."""
        return self if self._drawn else None

    def __call__(self, rows: int, size: int) -> None:
        """So many rows are done, and so much of the source's size."""
        now = time.monotonic()
        if now - self._began < AFTER or now - self._looked < EVERY:
            return
        self._looked = now
        if self._bar is None:
            self._draw()
        self._bar.update(self._task, completed=size, told=self._words(rows, size, now - self._began))
        self._bar.refresh()

    def _draw(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn
        from rich.progress import Progress as Bar

        shares = [BarColumn(bar_width=20), TaskProgressColumn()] if self._size else []
        self._bar = Bar(
            TextColumn("{task.fields[told]}"),
            *shares,
            console=Console(stderr=True),
            transient=True,
            auto_refresh=False,
        )
        self._task = self._bar.add_task("", total=self._size, told="")
        self._bar.start()

    def _words(self, rows: int, size: int, seconds: float) -> str:
        """1.2 million rows · 8.1 million/s · 12 s left"""
        return " · ".join([f"{_many(rows)} rows", f"{_many(rows / seconds)}/s", *self._left(size, seconds)])

    def _left(self, size: int, seconds: float) -> list[str]:
        if self._size and 0 < size <= self._size:
            return [f"{_duration(seconds * (self._size - size) / size)} left"]
        return []


class Arrival(Progress):
    """The same for bytes that are taken in, from a pipe or an address, before there are rows."""

    def __init__(self, quiet: bool) -> None:
        super().__init__(quiet, None)

    def came(self, done: int, total: int | None) -> None:
        """So many bytes have come, of so many."""
        self._size = total
        self(0, done)

    def _words(self, rows: int, size: int, seconds: float) -> str:
        """120 MB taken in · 40 MB/s · 12 s left"""
        told = [f"{_bytes(size)} taken in", f"{_bytes(size / seconds)}/s"]
        return " · ".join([*told, *self._left(size, seconds)])


@contextmanager
def arriving(quiet: bool) -> Iterator[None]:
    """Within it, what is piped in or fetched is told of."""
    with Arrival(quiet) as arrival:
        if arrival.hook is None:
            yield
            return
        from losscli.data.spool import watched

        with watched(arrival.came):
            yield


def _many(number: float) -> str:
    """412, 38 thousand, 1.2 million, 3.4 billion"""
    for unit, word in ((1e9, "billion"), (1e6, "million"), (1e3, "thousand")):
        if number >= unit:
            return f"{number / unit:.{1 if number < 10 * unit and unit > 1e3 else 0}f} {word}"
    return f"{number:.0f}"


def _bytes(number: float) -> str:
    """38 kB, 1.2 MB, 3.4 GB"""
    for unit, word in ((1e9, "GB"), (1e6, "MB")):
        if number >= unit:
            return f"{number / unit:.{1 if number < 10 * unit else 0}f} {word}"
    return f"{number / 1e3:.0f} kB"


def _duration(seconds: float) -> str:
    """12 s, 3 min 05 s, 2 h 10 min"""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
