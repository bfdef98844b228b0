"""Where the rows of data lie on an axis: a histogram, from one pass."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

import numpy as np

from losscli.analysis.plot.views import View
from losscli.batch import Batch, Stream
from losscli.engine.align import align
from losscli.engine.chunk import located
from losscli.engine.missing import Missing, complete
from losscli.engine.top import Tally
from losscli.errors import BadValue, LosscliError
from losscli.frameworks.convention import Convention
from losscli.losses.domain import Array
from losscli.results.plot import Histogram
from losscli.results.score import Remark

BINS = 120
_TAILS = (0.01, 0.99)


class Where(NamedTuple):
    """A batch's places on the axis: x, the scene it is of and its weight, flat; and numbers a row."""

    x: Array
    scene: Array
    weight: Array
    each: int


class Found(NamedTuple):
    low: float
    high: float
    histograms: tuple[Histogram, ...]
    remarks: tuple[Remark, ...]


def find(
    view: View,
    convention: Convention,
    params: dict[str, object],
    stream: Stream,
    missing: Missing,
    given: tuple[float, float] | None,
) -> Found:
    """The axis's ends and the histograms over them. Raises LosscliError for rows that do not fit the loss.

    The ends are those `given`, the view's own where it has two, else around the middle 98 % of the first
    batch.
    """
    if view.place is None:
        raise LosscliError(
            f"rows of data have no place on this axis: {view.why_no_data}", "draw the loss without data"
        )
    absent = Tally()
    places = _places(view, convention, params, complete(stream, missing, absent))
    first = next(places, None)
    if first is None:
        raise LosscliError("there are no samples", "give at least one row")
    remarks = []
    if given is not None:
        low, high = given
    elif np.isfinite(view.ends).all():
        low, high = view.low, view.high
    else:
        low, high = _around(first.x, view)
        remarks.append(Remark("data", _said(len(first.x) // first.each)))
    edges = np.linspace(low, high, BINS + 1)
    histograms = _count(view, chain([first], places), edges)
    if absent.count:
        how = "left out" if missing == "drop" else "without a place on the axis"
        remarks.append(Remark("data", f"Rows with missing values are {how}", absent.count, absent.rows))
    return Found(low, high, histograms, tuple(remarks))


def _said(rows: int) -> str:
    return f"The axis spans the middle 98 % of the first {rows:,} rows (--range LOW,HIGH sets another)"


def _places(
    view: View,
    convention: Convention,
    params: dict[str, object],
    batches: Iterator[tuple[Batch, Array]],
) -> Iterator[Where]:
    assert view.place is not None
    for batch, numbers in batches:
        if not len(batch):
            continue
        model = next(iter(batch.y_pred))
        try:
            true, pred = align(convention, batch.y_true, batch.y_pred[model], params)
        except BadValue as bad:
            raise located(bad, batch, numbers, model) from None
        x, scene = view.place(true, pred)
        weight = np.ones(len(x)) if batch.weight is None else batch.weight
        yield Where(x.ravel(), scene.ravel(), np.repeat(weight, x.shape[1]), x.shape[1])


def _around(x: Array, view: View) -> tuple[float, float]:
    """The middle 98 %, stretched to the view's anchor and to round numbers."""
    known = x[np.isfinite(x)]
    if not known.size:
        return view.low, view.high
    low, high = (float(q) for q in np.quantile(known, _TAILS))
    low, high = min(low, view.anchor), max(high, view.anchor)
    if high <= low:
        return view.low, view.high
    step = 10.0 ** np.floor(np.log10((high - low) / 4))
    low, high = np.floor(low / step) * step, np.ceil(high / step) * step
    return max(float(low), view.ends[0]), min(float(high), view.ends[1])


def _count(view: View, places: Iterator[Where], edges: Array) -> tuple[Histogram, ...]:
    """A histogram for each scene that rows belong to, in the scenes' order."""
    scenes = len(view.scenes)
    counts = np.zeros((scenes, BINS))
    beside = np.zeros((scenes, 4))  # total, below, above, elsewhere
    used = np.zeros(scenes, bool)
    noun = "rows"
    for x, scene, weight, each in places:
        noun = "rows" if each == 1 else "values"
        for k in range(scenes):
            mine = scene == k
            used[k] |= bool(mine.any())
            at, w = x[mine], weight[mine]
            inside, _ = np.histogram(at, edges, weights=w)
            counts[k] += inside
            for column, which in enumerate(
                (np.ones(at.shape, bool), at < edges[0], at > edges[-1], np.isnan(at))
            ):
                beside[k, column] += w[which].sum()
    several = used[1:].any()
    made = []
    for k in map(int, np.flatnonzero(used)):
        total, below, above, elsewhere = map(float, beside[k])
        label = view.scenes[k].label if several else ""
        made.append(Histogram(label, edges, counts[k], total, below, above, elsewhere, noun))
    return tuple(made)
