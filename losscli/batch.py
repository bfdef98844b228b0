"""Batch: a run of consecutive samples, with where they came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from losscli.labels import Labels

    Array = NDArray[np.float64]
else:
    Array = Any


class Origin(NamedTuple):
    """Where rows come from, for messages.

    `name` is the file as the user named it (None for arrays and inline values). `labels` gives, for
    "y_true", "weight" and each model, the names of its columns: one, or one for each entry along the
    last axis. For inline values the label is the option ("--true"). `noun` stands before a label:
    "column" for tables, "" otherwise. `before` rows of other files are numbered before this one's.
    """

    name: str | None = None
    labels: Mapping[str, tuple[str, ...]] = {}
    noun: str = ""
    before: int = 0

    def place(self, argument: str, row: int | None = None, entry: tuple[int, ...] = ()) -> str:
        """`sales.csv, row 3, column forecast`; `row` counts data rows from 1."""
        labels = self.labels.get(argument, (argument,))
        noun = self.noun
        if len(labels) == 1:
            label = labels[0] + ("[" + ", ".join(str(i + 1) for i in entry) + "]" if entry else "")
        elif entry:
            label = labels[entry[-1]]
        else:
            noun, label = noun and f"{noun}s", f"{labels[0]} … {labels[-1]}"
        label = f"{noun} {label}".strip()
        numbered = [] if row is None else [f"row {row - self.before}"]
        return ", ".join([label, *numbered] if self.name is None else [self.name, *numbered, label])


NOWHERE = Origin()


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
    by: "Labels | None" = None

    def __len__(self) -> int:
        return len(next(iter(self.y_pred.values())))
