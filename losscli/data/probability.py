"""A column of probabilities in place of one of decided labels, for losses of a probability."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from losscli.data.picks import Pick
from losscli.data.words import listed, shown
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from losscli.batch import Array
    from losscli.data.coding import LabelColumns
    from losscli.data.selection import Selection

LOOKED_AT = 1000  # rows
# What columns of probabilities are called, in one of the parts of their name.
NAMES = re.compile(
    r"(?:^|[\W_])(?:p|prob|probs|proba|probability|score|scores|confidence)(?:$|[\W_\d])", re.I
)


def beside_labels(table: LabelColumns, selection: Selection, *, models: bool) -> Selection:
    """The selection with the column of probabilities that stands beside one of labels found by its name.

    LosscliError where several may be meant. Where there is none, the labels stay, and it is said.
    """
    ((model, indices),) = selection.models.items()
    (label,) = indices
    values = _first(table, label)
    if values is None or not np.isin(values, (0, 1)).all():
        return selection
    name = shown(table.columns[label])
    taken = {label, *selection.true, *selection.by, selection.weight}
    others = {
        index: column
        for index, text in enumerate(table.columns)
        if index not in taken and NAMES.search(text) and (column := _first(table, index)) is not None
    }
    others = {
        index: column
        for index, column in others.items()
        if ((column >= 0) & (column <= 1)).all() and not np.isin(column, (0, 1)).all()
    }
    probability = _of_class_1(table, others)
    if probability is None:
        if others:
            raise LosscliError(
                f"{table.name}: the column {name} holds 0 and 1, no probabilities, which may be those of "
                f"{listed([table.columns[index] for index in others])}",
                f"choose: --pred {shown(table.columns[max(others)])}, or --pred {name}",
            )
        why = f"{name} holds 0 and 1: decided labels, no probabilities"
        return selection._replace(chosen=(*selection.chosen, why))
    said = f"y_pred is the column {shown(table.columns[probability])}: {name} holds 0 and 1, no probabilities"
    first = f", y_pred the column {name}"
    chosen = [
        text.replace(first, "") for text in selection.chosen if not text.startswith("y_pred is the col")
    ]
    taken_for = {table.columns[probability] if models else model: (probability,)}
    return selection._replace(models=taken_for, chosen=(*chosen, said))


def _of_class_1(table: LabelColumns, columns: dict[int, Array]) -> int | None:
    """The only column, or of two that sum to 1 the one that is named after class 1."""
    if len(columns) == 1:
        return next(iter(columns))
    if len(columns) == 2:
        from losscli.classes.columns import class_numbers

        numbers = class_numbers([table.columns[index] for index in columns])
        if (
            numbers is not None
            and sorted(numbers) == [0, 1]
            and np.allclose(sum(columns.values()), 1, atol=1e-3)
        ):
            return list(columns)[numbers.index(1)]
    return None


def _first(table: LabelColumns, index: int) -> Array | None:
    """The numbers in a column's first rows that are not missing; None where it holds others, or none."""
    try:
        (values,) = next(table.read([Pick(index, "--pred")], LOOKED_AT))
    except (LosscliError, StopIteration):
        return None
    values = values[:LOOKED_AT]
    return None if values.ndim > 1 or np.isnan(values).all() else np.nan_to_num(values, nan=0.0)
