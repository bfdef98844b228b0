"""Errors in bounded memory: a look at all, and where it says so every one, or of rows drawn by number."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.stats.concentration import SAMPLED, is_drawn, rows_drawn

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Array = NDArray[Any]

MOST_ROWS = 200_000
MOST_VALUES = 4_000_000
LOOKED = 256  # rows that a look takes of a block
MOST_LOOKS = 1_000


def most_rows(width: int) -> int:
    """How many rows of so many values are kept."""
    return max(100, min(MOST_ROWS, MOST_VALUES // max(1, width)))


@dataclass(eq=False, repr=False)
class ErrorSample:
    """The errors (n, ...) of blocks of rows: of each a few, in `looks`, and all while no block needs no more.

    All rows are kept while they are few enough, of more one of `stride`, drawn as in Spread; `pieces` are the
    number of the first row, or the numbers of all, with their errors. Of `seen` rows `held` are kept, or none
    once a block needed no more than its look (`partly`). Rows are numbered from `start` on.
    """

    stride: int = 1
    pieces: list[tuple[int | Array, Array]] = field(default_factory=list)
    held: int = 0
    seen: int = 0
    looks: list[Array] = field(default_factory=list)
    partly: bool = False
    start: int = 0

    def add(
        self, first: int, n: int, errors: Callable[[slice | Array], Array], enough: Callable[[Array], bool]
    ) -> None:
        """Adds n consecutive rows, the first of them number `first`, whose `errors` are taken by position.

        `enough` says of a look that there need be no more.
        """
        look = errors(slice(None, None, max(1, n // LOOKED)))
        self.seen += n
        self._look(look)
        if self.partly or enough(look):
            self._forget()
            return
        first += self.start
        if self.stride == 1:
            self._keep(first, errors(slice(None)))
        else:
            rows = rows_drawn(first, first + n, self.stride)
            self._keep(rows, errors(rows - first))
        self._thin()

    def merge(self, other: ErrorSample) -> None:
        self.seen += other.seen
        self._look(*other.looks)
        if self.partly or other.partly:
            self._forget()
            return
        stride = max(self.stride, other.stride)
        for sample in (self, other):
            if sample.stride < stride:
                sample._coarsen(stride)
        self.pieces += other.pieces
        self.held += other.held
        self._thin()

    def like(self, start: int = 0) -> ErrorSample:
        """An empty one that keeps as this one does by now."""
        return ErrorSample(self.stride, partly=self.partly, start=start)

    def look(self) -> Array:
        """The errors looked at, one after the other."""
        return _joined(self.looks)

    def errors(self) -> tuple[Array, bool]:
        """Those kept, one after the other, and whether that is every one."""
        if self.partly:
            return self.look(), False
        return _joined([errors for _, errors in self.pieces]), self.stride == 1

    def _look(self, *looks: Array) -> None:
        self.looks += looks[: max(0, MOST_LOOKS - len(self.looks))]

    def _forget(self) -> None:
        self.partly, self.pieces, self.held = True, [], 0

    def _keep(self, rows: int | Array, errors: Array) -> None:
        if len(errors):
            self.pieces.append((rows, errors))
            self.held += len(errors)

    def _thin(self) -> None:
        if not self.pieces:
            return
        most = most_rows(self.pieces[0][1][0].size)
        while self.held > (most if self.stride == 1 else 2 * min(most, SAMPLED)):
            stride = 2 * self.stride
            while self.held * self.stride > min(most, SAMPLED) * stride:
                stride *= 2
            self._coarsen(stride)

    def _coarsen(self, stride: int) -> None:
        """Keeps one row of `stride`."""
        self.stride, pieces, self.pieces, self.held = stride, self.pieces, [], 0
        for rows, errors in pieces:
            if isinstance(rows, int):
                drawn = rows_drawn(rows, rows + len(errors), stride)
                self._keep(drawn, errors[drawn - rows])
            else:
                kept = is_drawn(rows, stride)
                self._keep(rows[kept], errors[kept])


def _joined(parts: list[Array]) -> Array:
    return np.concatenate([part.ravel() for part in parts] or [np.empty(0)])
