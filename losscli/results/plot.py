"""The record of a picture: losses and their gradients over one axis, and where rows lie on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from losscli.results.score import Remark

    Array = NDArray[np.float64]


class Axis(NamedTuple):
    """What a loss is drawn over.

    `title` is written at the axis ("error y_pred − y_true"), `letter` stands in "d loss / d e". `unit` is the
    axis's own ("the target's unit"), empty where the title names it or there is none. `says` is a sentence
    on the rows behind the picture; empty where the title says it all.
    """

    name: str
    title: str
    letter: str
    unit: str
    says: str = ""


class Curve(NamedTuple):
    """A loss over the axis. `x`, `loss` and `gradient` are (K,), x ascending.

    `gradient` is d loss / d x, NaN where there is none; None where it is not known (a framework's formula) or
    is none anywhere. Between neighbours around a value of `jumps` the loss jumps: nothing joins them;
    `gradient_jumps` likewise. `label` tells the curve from the others.
    """

    label: str
    loss: str
    like: str
    params: Mapping[str, Any]
    x: Array
    values: Array
    gradient: Array | None
    jumps: tuple[float, ...] = ()
    gradient_jumps: tuple[float, ...] = ()


class Histogram(NamedTuple):
    """The rows of the data by their place on the axis: K bins between K + 1 `edges`.

    `counts` are numbers of `noun` ("rows", "values"), or sums of weights. `total` counts all, of which
    `below` and `above` lie outside of the axis, and `elsewhere` have no place on it.
    """

    label: str
    edges: Array
    counts: Array
    total: float
    below: float = 0.0
    above: float = 0.0
    elsewhere: float = 0.0
    noun: str = "rows"


@dataclass(frozen=True, eq=False)
class Picture:
    """Curves over one axis from `low` to `high`, and the heights worth showing.

    `title` is the loss's, or the names of several; `unit` the loss's, empty for several.
    `loss_span` and `gradient_span` are (least, greatest) of what is shown: the most that a curve needs, less
    where a few steep points would flatten the rest. `gradient_span` is None where no curve has a gradient.
    `notes` say what a drawing cannot: where it is infinite, what is cut off. Without curves, `why_not` says
    in a sentence why there is nothing to draw.
    """

    losses: tuple[str, ...]
    title: str
    unit: str
    axis: Axis | None
    curves: tuple[Curve, ...]
    low: float
    high: float
    loss_span: tuple[float, float]
    gradient_span: tuple[float, float] | None
    histograms: tuple[Histogram, ...]
    notes: tuple[str, ...]
    remarks: tuple[Remark, ...]
    source: str | None
    version: str
    why_not: str | None = None
