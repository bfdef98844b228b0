"""From the labels of rows to their groups: each label is written once, rows hold its number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

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
        found, codes = np.unique(pairs, return_inverse=True)
        ones, twos = np.divmod(found, many)
        names = [first.names[i] + other.names[j] for i, j in zip(ones.tolist(), twos.tolist(), strict=True)]
        first = Labels(first.columns + other.columns, codes.reshape(-1), names)
    return first
