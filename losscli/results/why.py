"""Why a number is what it is: which rows make it, what it would be without them, how it stands to a constant.

Everything is of one loss on one model's predictions; `Ranking` sets several side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

Cells = tuple[tuple[str, str], ...]


class LorenzPoint(NamedTuple):
    """The worst `fraction` of the rows, `rows` of them, make `share` of the loss."""

    fraction: float
    rows: int
    share: float


class WorstRow(NamedTuple):
    """One of the rows with the largest w·loss, and every cell of it in the file, as text.

    `loss` is the row's value before its weight. `share` is None where there is no concentration. `cells` are
    (column, text), empty where the data has no columns.
    """

    row: int
    loss: float
    share: float | None
    weight: float | None
    y_true: Any
    y_pred: Any
    cells: Cells = ()


class Without(NamedTuple):
    """The value without the `left_out` worst rows, of which `rows` are the first few.

    `fraction` is what part of all rows that is, if it was chosen so. `falls` is 1 − value without / value,
    None where a ratio says nothing.
    """

    left_out: int
    fraction: float | None
    rows: tuple[int, ...]
    value: float
    falls: float | None


class Constant(NamedTuple):
    """The value that one constant prediction would have, and the model's skill, 1 − value / the constant's.

    `constant` is as y_pred takes it (a logit under from_logits). `best` says that no constant does better;
    `exact` is False where it was read off a sketch of many values. `skill` is None where a ratio says
    nothing.
    """

    what: str
    constant: Any
    value: float
    skill: float | None
    best: bool
    exact: bool


@dataclass(frozen=True, eq=False)
class Why:
    """What makes a value.

    The `half` worst rows of `n` make at least half of the loss, the `ninety` worst 90 %; `lorenz` has points
    in between and `gini` their unevenness (0: every row costs the same; near 1: one row makes it all). These
    are None and empty where `uneven` says why there are none. `exact` is False where they are estimates.
    `reference` is the constant, of `constants`, that the model is held against.
    """

    loss: str
    model: str | None
    reduction: str
    value: float
    n: int
    half: int | None
    ninety: int | None
    gini: float | None
    lorenz: tuple[LorenzPoint, ...]
    exact: bool
    uneven: str | None
    worst: tuple[WorstRow, ...]
    without: tuple[Without, ...]
    constants: tuple[Constant, ...]
    reference: int | None


class Rank(NamedTuple):
    """A row's place under a loss and model, 1 the worst; rows that cost the same share a place."""

    loss: str
    model: str | None
    rank: int


class RankedRow(NamedTuple):
    row: int
    ranks: tuple[Rank, ...]
    cells: Cells = ()


class Ranking(NamedTuple):
    """The same rows' places under every loss and model; `moves` says in a sentence what moves most."""

    rows: tuple[RankedRow, ...]
    moves: str
