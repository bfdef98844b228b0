"""Source: what a reader hands on, Batches that can be iterated again and again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from losscli.batch import Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from losscli.batch import Batch, Chunk
    from losscli.classes.names import Classes
    from losscli.data.files import File
    from losscli.data.selection import Selection
    from losscli.integers import Rounding

BATCH_ROWS = 32_768
CHUNK = 262_144  # numbers of an array that one thread takes at a time


@dataclass(eq=False, repr=False)
class Source(Stream):
    """The rows that were asked for, as a stream of Batches.

    `name` is the file (None for values), `models` the names in each Batch's `y_pred`, `chosen` says in
    sentences what was chosen without being named. `read` takes the most rows that a Batch may have. `split`
    hands out the rows as chunks in their order, where reading them on several threads is worth it;
    `size` is what the sizes of all chunks add up to, in bytes or rows (None where nobody knows). `cells`
    gives every cell of the rows of these numbers (from 1, in order) as (column, text), once they were read;
    None where they cannot be read again. `classes` are the names of the classes 0, 1, …, if these have names,
    `names` those of each model's columns, `shapes` a Stream's. `integers` looks again, in every column of
    "y_true", "weight" or a model, for whole numbers that float64 does not hold: by the columns' names.
    `files` are those that the rows are read from.
    """

    name: str | None
    models: tuple[str, ...]
    chosen: tuple[str, ...]
    read: Callable[[int], Iterator[Batch]]
    split: Callable[[], Iterator[Chunk]] | None = None
    size: int | None = None
    cells: Callable[[Sequence[int]], Mapping[int, tuple[tuple[str, str], ...]]] | None = None
    classes: Classes | None = None
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    shapes: tuple[tuple[int, ...], tuple[int, ...]] | None = None
    integers: Callable[[str], Mapping[str, Rounding]] | None = None
    files: Sequence[File] = ()

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[Batch]:
        """Batches of at most `rows` rows; each call starts from the first row.

        Raises LosscliError, while iterating, where a row cannot be read.
        """
        return self.read(rows)

    def __call__(self) -> Iterator[Batch]:
        """The same, with a reader's usual number of rows."""
        return self.read(BATCH_ROWS)

    def check_unchanged(self) -> None:
        """LosscliError where one of its files changed since it was found."""
        for file in self.files:
            file.check_unchanged()

    def rounded(self, far: Collection[str]) -> Mapping[str, Sequence[str]]:
        """What is to be said of whole numbers beyond 2^53 in the arrays of these names."""
        if self.integers is None:
            return {}
        place = "" if self.name is None else f"{self.name}, column "
        roundings = {role: self.integers(role).items() for role in sorted(far)}
        return {
            role: [sentence for name, one in columns for sentence in one.sentences(place + name)]
            for role, columns in roundings.items()
        }

    def chunks(self) -> Iterator[Chunk]:
        """The rows as chunks in their order, each to be read wherever it is called."""
        return super().chunks() if self.split is None else self.split()


def known_shapes(
    selection: Selection, single: Callable[[int], bool]
) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """A Stream's `shapes`; `single` says of a column whether it is known to have one value a row."""
    groups = [selection.true, *selection.models.values()]
    widths = {len(columns) for columns in groups[1:]}
    if not selection.true or len(widths) > 1 or not all(single(i) for each in groups for i in each):
        return None
    true, pred = ((len(columns),) if len(columns) > 1 else () for columns in groups[:2])
    return true, pred
