"""Source: what a reader hands on, Batches that can be iterated again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from losscli.batch import Batch

BATCH_ROWS = 32_768


@dataclass(frozen=True)
class Source:
    """The rows that were asked for, as a stream of Batches.

    `name` is the file (None for values), `models` the names in each Batch's `y_pred`, `chosen` says in
    sentences what was chosen without being named. `read` takes the most rows that a Batch may have. `cells`
    gives every cell of the rows of these numbers (from 1, in order) as (column, text), once they were read;
    None where there are no columns.
    """

    name: str | None
    models: tuple[str, ...]
    chosen: tuple[str, ...]
    read: Callable[[int], Iterator[Batch]]
    cells: Callable[[Sequence[int]], Mapping[int, tuple[tuple[str, str], ...]]] | None = None

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[Batch]:
        """Batches of at most `rows` rows; each call starts from the first row.

        Raises LosscliError, while iterating, where a row cannot be read.
        """
        return self.read(rows)
