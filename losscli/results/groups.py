"""Groups: a loss's value in each group of rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Groups:
    """One loss on one model's predictions in each of K groups.

    `labels` are a group's, one for each of the columns in `by`. `n` (K,) counts its rows, `value` (K,) is
    what the loss is on them alone, `share` (K,) their part of the sum of w·loss over all rows (None where
    some value is negative, the sum is 0 or not finite, or the loss has no sum).
    """

    by: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    n: NDArray[np.int64]
    value: NDArray[np.float64]
    share: NDArray[np.float64] | None
