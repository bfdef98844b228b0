"""Anything array-like as a stream of one batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.batch import Batch
from losscli.errors import LosscliError
from losscli.labels import Labels, combined, encoded

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from losscli.parallel.executor import Stream


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
) -> Stream:
    """One batch of arrays, as often as asked for. `by` has a label a row (N,), or several by name."""
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

    def stream() -> Iterator[Batch]:
        yield batch

    return stream


def _labels(by: ArrayLike | Mapping[str, ArrayLike]) -> Labels:
    """Labels (N,) as groups: each the text of a value; None, nan and "" are missing."""
    named = by if isinstance(by, Mapping) else {"group": by}
    columns = []
    for name, values in named.items():
        column = np.asarray(values, dtype=object)
        if column.ndim != 1:
            raise LosscliError(f"by has the shape {column.shape}", "give one label for each sample")
        columns.append(encoded(name, [_text(value) for value in column.tolist()]))
    if not columns or len({len(column) for column in columns}) > 1:
        raise LosscliError("by has columns of different lengths", "give one label for each sample")
    return combined(columns)


def _text(value: Any) -> str:
    try:
        return "" if value is None or value != value else str(value)
    except TypeError:  # pandas.NA compares to nothing
        return ""
