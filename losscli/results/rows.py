"""RowValues: some rows with their values, on the way from the fold to a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    import numpy as np
    from numpy.typing import NDArray

    class RowSink(Protocol):
        """Where every row's value goes, in order, block by block."""

        def take(self, rows: RowValues) -> None:
            """The next rows."""

        def restart(self) -> None:
            """All rows will come again, from the first: what came counts no more."""

        def finish(self, complete: Callable[[RowValues], RowValues], signature: str) -> None:
            """All rows have come; `complete` adds to some what only all of them tell: share and file."""


class RowValues(NamedTuple):
    """Consecutive samples of one loss: row numbers (N,) from 1, what was given, and each one's value.

    `y_true` (N, …) is None for a loss that takes none, `weight` (N,) where there are no weights, `cost` (N,)
    is what each adds to the sum, `gradient`
    (the shape of `y_pred`, NaN where there is none) unless it was asked for. `share` and `file` (N,) are a
    Sample's.
    """

    row: NDArray[np.int64] | range
    y_true: NDArray[np.float64] | None
    y_pred: NDArray[np.float64]
    loss: NDArray[np.float64]
    weight: NDArray[np.float64] | None = None
    gradient: NDArray[np.float64] | None = None
    share: NDArray[np.float64] | None = None
    file: NDArray[Any] | None = None
    cost: NDArray[np.float64] | None = None
