"""Batch: consecutive samples, with where they came from and their groups; a stream, and chunks of one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import ArrayLike, NDArray

    from losscli.classes.names import Classes

    Array = NDArray[np.float64]
else:
    Array = Any


class Origin(NamedTuple):
    """Where rows come from, for messages.

    `name` is the file as the user named it (None for arrays and inline values). `labels` gives, for
    "y_true", "weight" and each model, the names of its columns: one, or one for each entry along the
    second axis. For inline values the label is the option ("--true"). `noun` stands before a label:
    "column" for tables, "" otherwise. `before` rows of other files are numbered before this one's.
    `columns`: an array (N,) is a column of a table, whose shape nobody chose.
    """

    name: str | None = None
    labels: Mapping[str, tuple[str, ...]] = {}
    noun: str = ""
    before: int = 0
    columns: bool = False

    def place(self, argument: str, row: int | None = None, entry: tuple[int, ...] = ()) -> str:
        """`sales.csv, row 3, column forecast`; `row` counts data rows from 1."""
        labels = self.labels.get(argument, (argument,))
        noun = self.noun
        if len(labels) == 1:
            label = labels[0] + ("[" + ", ".join(str(i + 1) for i in entry) + "]" if entry else "")
        elif entry:  # of columns of vectors, the place in one
            label = labels[entry[0]] + (
                "[" + ", ".join(str(i + 1) for i in entry[1:]) + "]" if entry[1:] else ""
            )
        else:
            noun, label = noun and f"{noun}s", f"{labels[0]} … {labels[-1]}"
        label = f"{noun} {label}".strip()
        numbered = [] if row is None else [f"row {row - self.before}"]
        return ", ".join([label, *numbered] if self.name is None else [self.name, *numbered, label])


NOWHERE = Origin()


class UnreadCell(NamedTuple):
    """A cell that is no number, or a row of another number of fields (without a `column`).

    `text` is the cell's, or what is odd about the row; `why` the error that it is where nothing is let pass.
    """

    name: str
    column: str | None
    row: int
    text: str
    why: LosscliError


@dataclass(eq=False, repr=False)  # frozen, with a repr, it takes three times as long to make
class Batch:
    """Consecutive samples: `y_true` (N, ...) or None, each model's `y_pred` (N, ...), weights (N,) or None.

    `first_row` is the data row (from 1) of the first sample. One model is the usual case; its name is
    then "y_pred". `by` (N,) is each sample's group, where groups were asked for.
    """

    y_true: Array | None
    y_pred: Mapping[str, Array]
    weight: Array | None = None
    first_row: int = 1
    origin: Origin = NOWHERE
    by: Labels | None = None

    def __len__(self) -> int:
        return len(next(iter(self.y_pred.values())))


@dataclass(eq=False, repr=False)
class Chunk:
    """Some of a stream's batches, read when it is called, on whichever thread that is.

    A `relative` one does not know how many rows are before it: it numbers its own from 1, and its `start`,
    such as the place of its first byte, sets it apart from others. What is wrong in one of `several` files is
    told by the reader in order. `size` is its share of the stream's, in bytes or rows. A `light` one reads
    its rows where it is called; others hold them. The rows of a `grouped` one have labels. Of a Dask
    collection `read` takes a part, which is `delayed`.
    """

    read: Callable[..., Iterable[Batch]]
    relative: bool = False
    several: bool = False
    start: int = 0
    size: int = 0
    light: bool = False
    grouped: bool = False
    delayed: Any = None

    def __call__(self) -> Iterable[Batch]:
        return self.read() if self.delayed is None else self.read(self.delayed.compute())


def whole(batch: Batch) -> Chunk:
    """A batch as a chunk."""
    return Chunk(partial(_alone, batch))


def _alone(batch: Batch) -> tuple[Batch]:
    return (batch,)


class Stream:
    """Rows, callable again and again, and as chunks; its `models` are None where only the rows name them.

    `classes` are those whose numbers the labels are, where they have names; `names` are those of each model's
    columns, as far as they have some. `shapes` are those of a row of y_true and of y_pred, where they are
    known before a row is read.
    """

    models: tuple[str, ...] | None
    classes: Classes | None
    names: Mapping[str, tuple[str, ...]]
    shapes: tuple[tuple[int, ...], tuple[int, ...]] | None = None

    def __init__(
        self,
        batches: Callable[[], Iterator[Batch]],
        models: tuple[str, ...] | None = None,
        classes: Classes | None = None,
        names: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self._batches, self.models, self.classes = batches, models, classes
        self.names = names or {}

    @classmethod
    def of(cls, rows: Callable[[], Iterator[Batch]]) -> Stream:
        """A function that yields batches as a stream; what is one stays as it is."""
        return rows if isinstance(rows, Stream) else cls(rows)

    def __call__(self) -> Iterator[Batch]:
        """Its batches, from the first row on."""
        return self._batches()

    def chunks(self) -> Iterator[Chunk]:
        """The rows as chunks in their order, each to be read wherever it is called."""
        return map(whole, self())

    def check_unchanged(self) -> None:
        """LosscliError where the rows come from a file that is another by now."""

    def rounded(self, far: Collection[str]) -> Mapping[str, Sequence[str]]:
        """What is said of whole numbers in "y_true", "weight" and models whose values lie beyond 2^53."""
        return {}


MISSING = "(missing)"


@dataclass(eq=False, repr=False)
class Labels:
    """The group of each row: `codes` (N,) point into `names`, where a group has one label for each column."""

    columns: tuple[str, ...]
    codes: NDArray[np.int64]
    names: Sequence[tuple[str, ...]]

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def size(self) -> int:
        """How many rows there are."""
        return len(self.codes)

    def __getitem__(self, rows: slice | NDArray[Any]) -> Labels:
        """Those of some rows."""
        return Labels(self.columns, self.codes[rows], self.names)


def encoded(column: str, texts: Iterable[str]) -> Labels:
    """The labels of one column; an empty one is (missing)."""
    numbers: dict[str, int] = {}
    codes = [numbers.setdefault(text.strip() or MISSING, len(numbers)) for text in texts]
    return Labels((column,), np.array(codes, np.int64), [(name,) for name in numbers])


def combined(columns: Sequence[Labels]) -> Labels:
    """The groups that several columns make together."""
    first, *others = columns
    for other in others:
        many = len(other.names)  # once: another thread may be adding to them
        pairs = first.codes * many + other.codes
        distinct, codes = np.unique(pairs, return_inverse=True)
        ones, twos = np.divmod(distinct, many)
        names = [first.names[i] + other.names[j] for i, j in zip(ones.tolist(), twos.tolist(), strict=True)]
        first = Labels(first.columns + other.columns, codes.reshape(-1), names)
    return first


def as_array(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """Anything array-like as float64 with at least one axis; LosscliError if it holds something else."""
    try:
        if isinstance(values, np.ma.MaskedArray):  # what is masked is missing
            values = np.ma.filled(values.astype(np.float64), np.nan)
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise LosscliError(f"{name} is not an array of numbers", "give nested lists of one shape") from None
    return array.reshape(1) if array.ndim == 0 else array


def arrays_stream(
    y_true: ArrayLike | None,
    predictions: Mapping[str, ArrayLike],
    weight: ArrayLike | None,
    by: ArrayLike | Mapping[str, ArrayLike] | None = None,
    classes: Classes | None = None,
    names: Mapping[str, tuple[str, ...]] | None = None,
) -> Stream:
    """One batch of arrays, as often as asked for. `by` has a label a row (N,), or several by name.

    `classes` are those whose numbers the labels are, `names` those of the arrays' columns.
    """
    arrays = {name: as_array(values, name) for name, values in predictions.items()}
    if not arrays:
        raise LosscliError("there are no predictions", "give those of at least one model")
    batch = Batch(
        None if y_true is None else as_array(y_true, "y_true"),
        arrays,
        None if weight is None else as_array(weight, "sample_weight"),
        by=None if by is None else _labels(by),
    )
    given = {**arrays, "y_true": batch.y_true, "sample_weight": batch.weight, "by": batch.by}
    for name, array in given.items():
        if array is not None and len(array) != len(batch):
            first = next(iter(arrays))
            raise LosscliError(
                f"{name} has {len(array)} samples and {first} {len(batch)}", "give one value for each sample"
            )

    return Stream(lambda: iter((batch,)), tuple(arrays), classes, names)


def _labels(by: ArrayLike | Mapping[str, ArrayLike]) -> Labels:
    """Labels (N,) as groups: each the text of a value; None, nan and "" are missing."""
    named = by if isinstance(by, Mapping) else {"group": by}
    columns = []
    for name, values in named.items():
        column = np.asarray(values, dtype=object)
        if column.ndim != 1:
            raise LosscliError(f"by has the shape {column.shape}", "give one label for each sample")
        columns.append(encoded(name, [as_label(value) for value in column.tolist()]))
    if not columns or len({len(column) for column in columns}) > 1:
        raise LosscliError("by has columns of different lengths", "give one label for each sample")
    return combined(columns)


def as_label(value: Any) -> str:
    """A value as a label; nothing for what is missing."""
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    try:
        return "" if value is None or value != value else str(value)
    except TypeError:  # pandas.NA compares to nothing
        return ""
