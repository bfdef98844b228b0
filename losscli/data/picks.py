"""Which columns are read, in which order, and the numbers of labels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from losscli.batch import MISSING
from losscli.data.words import quoted

if TYPE_CHECKING:
    from losscli.batch import Array, Labels
    from losscli.classes.names import Classes
    from losscli.data.convert import ValuePlace
    from losscli.data.selection import Selection


@dataclass(eq=False, repr=False)
class Pick:
    """A column to read: its index, and the option that chose it.

    A `label` column is read as Labels, one `as_written` in whatever its reader holds it in.
    """

    index: int
    option: str
    label: bool = False
    as_written: bool = False


class GroupColumns:
    """The columns of a selection in the order in which they are read."""

    def __init__(self, selection: Selection) -> None:
        coded = selection.coded
        self.classes = selection.classes
        self.true = [Pick(index, "--true", label="y_true" in coded) for index in selection.true]
        self.weight = [] if selection.weight is None else [Pick(selection.weight, "--weight")]
        self.models = {
            model: [Pick(index, "--pred", label=model in coded) for index in columns]
            for model, columns in selection.models.items()
        }
        self.by = [Pick(index, "--by", label=True) for index in selection.by]
        models = [pick for group in self.models.values() for pick in group]
        self.picks = [*self.true, *self.weight, *models, *self.by]


def numbers(column: Array, place: ValuePlace, classes: Classes) -> Array:
    """The numbers of the classes of a column's Labels, nan for a missing one."""
    labels = cast("Labels", column)
    names = [name for (name,) in labels.names]
    known = [math.nan if name == MISSING else classes.number(name) for name in names]
    for code, number in enumerate(known):
        if number is None and (at := np.flatnonzero(labels.codes == code)).size:
            place = place._replace(hint=classes.hint or None)
            raise place.error(int(at[0]), (), f"{quoted(names[code])} is none of the classes")
    of_code = np.array([math.nan if number is None else number for number in known], np.float64)
    return np.asarray(of_code[labels.codes])
