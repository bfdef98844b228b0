"""Batch: a run of consecutive samples, with where they came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
else:
    Array = Any


@dataclass(frozen=True)
class Origin:
    """Where rows come from, for messages.

    `name` is the file as the user named it (None for arrays and inline values). `labels` gives, for
    "y_true", "weight" and each model, the names of its columns: one, or one for each entry along the
    last axis. For inline values the label is the option ("--true"). `noun` stands before a label:
    "column" for tables, "" otherwise.
    """

    name: str | None = None
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    noun: str = ""

    def place(self, argument: str, row: int | None = None, entry: tuple[int, ...] = ()) -> str:
        """`sales.csv, row 3, column forecast`; `row` counts data rows from 1."""
        labels = self.labels.get(argument, (argument,))
        parts = [self.name] if self.name is not None else []
        if row is not None:
            parts.append(f"row {row}")
        if len(labels) == 1:
            label = labels[0]
            if entry:
                label += "[" + ", ".join(str(i + 1) for i in entry) + "]"
        else:
            label = labels[entry[-1]] if entry else f"{labels[0]} … {labels[-1]}"
        parts.append(f"{self.noun} {label}".strip())
        return ", ".join(parts)


@dataclass(frozen=True)
class Batch:
    """Consecutive samples: `y_true` (N, ...) or None, each model's `y_pred` (N, ...), weights (N,) or None.

    `first_row` is the data row (from 1) of the first sample. One model is the usual case; its name is
    then "y_pred".
    """

    y_true: Array | None
    y_pred: Mapping[str, Array]
    weight: Array | None = None
    first_row: int = 1
    origin: Origin = field(default_factory=Origin)

    def __len__(self) -> int:
        return len(next(iter(self.y_pred.values())))
