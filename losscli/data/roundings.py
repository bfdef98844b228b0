"""Whole numbers beyond 2^53 in the columns of a table, looked for where values so large were met."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscli.data.limits import watched
from losscli.data.words import shown
from losscli.integers import Rounding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from losscli.data.selection import Selection
    from losscli.data.source import Source
    from losscli.data.textcells import TextCells


def of_columns(table: TextCells, selection: Selection, role: str) -> dict[str, Rounding]:
    """What float64 rounds in each column of "y_true", "weight" or a model, by the columns' names."""
    if role in selection.coded:  # names, whose numbers nobody wrote
        return {}
    weight = () if selection.weight is None else (selection.weight,)
    columns = {"y_true": selection.true, "weight": weight, **selection.models}.get(role, ())
    roundings = {}
    for index in columns:
        rounding = roundings[shown(table.columns[index])] = Rounding()
        for values in watched(table, table.integers(index)):
            rounding.add(values)
    return roundings


def of_files(sources: Sequence[Source], role: str) -> dict[str, Rounding]:
    """The same of several files together."""
    roundings: dict[str, Rounding] = {}
    for source in sources:
        for name, rounding in _of(source, role).items():
            roundings.setdefault(name, Rounding()).add(rounding)
    return roundings


def of_joined(truth: Source, predictions: Source, role: str) -> Mapping[str, Rounding]:
    """The same where y_true is that of another file."""
    if role != "y_true":
        return _of(predictions, role)
    return {f"{name} of {truth.name}": rounding for name, rounding in _of(truth, "y_pred").items()}


def _of(source: Source, role: str) -> Mapping[str, Rounding]:
    return {} if source.integers is None else source.integers(role)
