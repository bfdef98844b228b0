"""Reading on past what is no number: such cells and rows are missing values, and are remembered."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from losscli.batch import UnreadCell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from losscli.errors import LosscliError

MOST = 100_000  # cells that are remembered


class UnreadCells(dict[tuple[str, str | None, int], UnreadCell]):
    """Each cell once, however often it was read."""

    def take(self, cell: UnreadCell) -> None:
        if len(self) < MOST:
            self.setdefault(cell[:3], cell)


_unread: UnreadCells | None = None


@contextmanager
def lenient() -> Iterator[UnreadCells]:
    """Within it, what cannot be read is taken for missing and gathered in what is yielded."""
    global _unread
    before, _unread = _unread, UnreadCells()
    try:
        yield _unread
    finally:
        _unread = before


def let_pass(name: str, column: str | None, row: int, text: str, why: LosscliError) -> None:
    """Remembers a cell or row, counted from 1; raises `why` where such are not let pass."""
    if _unread is None:
        raise why
    _unread.take(UnreadCell(name, column, row, text, why))
