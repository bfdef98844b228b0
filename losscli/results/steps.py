"""The record of a number worked out line by line: Steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from losscli.results.score import Remark
    from losscli.results.words import Words


class Step(NamedTuple):
    """A line: `name = expression = substituted = value`, each of which follows from the one before.

    `expression` and `substituted` are Python (with the functions of the language of steps; a list is an
    array); in `substituted` every name is a number. `value` is a number, a truth value or nested lists.
    `because` says what in the data decided the expression. `texts` are the same for people, the name first;
    what is too long to be read is cut short there (`cut`). `turn` counts a repetition's turns, from 0.
    """

    name: str
    expression: str
    substituted: str
    value: Any
    texts: tuple[str, ...]
    because: str | None = None
    note: str | None = None
    cut: bool = False
    turn: int | None = None


class Place(NamedTuple):
    """The lines of one value of a row: of an entry (its place, from 0), or of the row (no `entry`)."""

    entry: tuple[int, ...]
    y_true: Any
    y_pred: Any
    steps: tuple[Step, ...]


class Row(NamedTuple):
    """A row (from 1) worked out: its places, how they make its value, and what must be said of it.

    `y_true` and `y_pred` are as given; `rounded` holds what float32 makes of them where that is another
    number. `loss` is the row's value as computed, None where a row has none of its own.
    """

    row: int
    y_true: Any
    y_pred: Any
    weight: float | None
    loss: float | None
    places: tuple[Place, ...]
    hidden: int
    made: tuple[Step, ...]
    rounded: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Steps:
    """A loss worked out: rows line by line (`rows`, of which `hidden` are left out), the lines over all rows
    at once (`whole`, of a loss that needs them), and how these become the value (`reduced`).

    `precision` ("float64", "float32") is that of the lines of rows; sums are taken in float64.
    """

    loss: str
    kind: str
    params: Mapping[str, Any]
    like: str
    precision: str
    n: int
    reduction: str
    value: float | None
    divided_by: str
    rows: tuple[Row, ...]
    hidden: int
    whole: tuple[Step, ...]
    reduced: tuple[Step, ...]
    signature: str
    version: str
    weighted: bool = False
    remarks: tuple[Remark, ...] = ()
    about: Words | None = field(default=None, compare=False, repr=False)
