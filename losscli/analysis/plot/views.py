"""View: how a loss is laid along an axis, and how rows of data find their place on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from losscli.losses.declare import Loss
from losscli.losses.domain import Array, Domain
from losscli.results.plot import Axis

Laid = tuple[Array | None, Array, Array]
Placed = tuple[Array, Array]


class DrawnLoss(NamedTuple):
    """A loss with its parameters bound, and what its arrays hold under them. `alone`: the only one drawn."""

    loss: Loss
    true: Domain | None
    pred: Domain
    params: Mapping[str, Any]
    properties: frozenset[str]
    alone: bool


class Scene(NamedTuple):
    """One curve of a view: `lay` turns the axis's x (K,) into y_true, y_pred and d y_pred / d x.

    They are (K, ...), a row for each x; (K, R, ...) where `grouped`: R rows that belong together. `label`
    tells it from the view's other scenes.
    """

    label: str
    lay: Callable[[Array], Laid]
    grouped: bool = False


class View(NamedTuple):
    """An axis from `low` to `high`, by default, and the curves over it; `ends` are its utmost ends.

    `anchor` is always on it: where a prediction is right, or a margin is 0.

    `place(y_true, y_pred)` finds each row's x and scene, (N, M) both, x NaN for what has no place. None where
    a row of data is more than a number, which `why_no_data` then says.
    """

    axis: Axis
    scenes: tuple[Scene, ...]
    low: float
    high: float
    ends: tuple[float, float] = (-np.inf, np.inf)
    place: Callable[[Any, Array], Placed] | None = None
    anchor: float = 0.0
    why_no_data: str = ""


def values(true: float, of: Callable[[Array], Array] | None = None, slope: Any = None) -> Callable[..., Laid]:
    """One number a row, the truth `true`: y_pred is x, or `of` x, whose slope is `slope`."""

    def lay(x: Array) -> Laid:
        pred = x if of is None else of(x)
        return np.full(len(x), true), pred, np.ones_like(x) if slope is None else slope(x)

    return lay


def rows(true: Any, at: Callable[[Array], Any], slope: Callable[[Array], Any]) -> Callable[[Array], Laid]:
    """A row of several numbers: `at(x)` gives its columns, `slope(x)` their slopes; the truth is `true`.

    Both may nest columns as rows do; the shape after (K,) is theirs.
    """

    def lay(x: Array) -> Laid:
        pred, tangent = stacked(at(x), x), stacked(slope(x), x)
        if true is None:
            return None, pred, tangent
        one = np.asarray(true)
        return np.broadcast_to(one, (len(x), *one.shape)).copy(), pred, tangent

    return lay


def stacked(columns: Any, x: Array) -> Array:
    """Nested tuples of numbers and (K,) arrays as one array (K, ...)."""
    if isinstance(columns, (tuple, list)):
        return np.stack([stacked(column, x) for column in columns], axis=1)
    return np.broadcast_to(np.asarray(columns, np.float64), x.shape)


def sine(x: Array) -> Array:
    """√(1 − x²), the other coordinate of a unit vector."""
    return np.asarray(np.sqrt((1 - x) * (1 + x)))


def one_scene(x: Array) -> Placed:
    """Every number in the view's first scene."""
    flat = x.reshape(len(x), -1)
    return flat, np.zeros(flat.shape, np.intp)


def logit(p: Array) -> Array:
    return np.asarray(np.log(p) - np.log1p(-p))


# Parameters that are lengths on the axis: the picture reaches beyond them.
_LENGTHS = ("delta", "scale", "beta", "c", "epsilon")
_MARGINS = ("margin", "margin1")


def reach(case: DrawnLoss, least: float) -> float:
    """How far an axis of errors goes: three times as far as 1, twice as far as a larger scale."""
    return _farthest(case, least, _LENGTHS)


def margin_reach(case: DrawnLoss, least: float) -> float:
    return _farthest(case, least, _MARGINS)


def _farthest(case: DrawnLoss, least: float, names: Sequence[str]) -> float:
    lengths = (case.params.get(name) for name in names)
    return max([least, *(2.0 * length for length in lengths if isinstance(length, (int, float)))])
