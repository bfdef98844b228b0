"""A scene followed along its axis: the loss, its slope, where they jump, and the heights worth showing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from losscli.analysis.plot.views import Scene
from losscli.analysis.request import Request
from losscli.analysis.score import score
from losscli.batch import Batch, arrays_stream
from losscli.engine.add import partial
from losscli.engine.align import align
from losscli.engine.finish import Show
from losscli.engine.gradient import of_batch, of_samples, of_statistic
from losscli.engine.partial import Task
from losscli.engine.reduce import term_totals
from losscli.frameworks.convention import convention
from losscli.losses.domain import Array

POINTS = 241  # odd and round, so that 0, 1 and ½ of a round range are among them
FEW_POINTS = 121  # where each costs a computation of its own
_WITHIN = 17  # points between two neighbours that look like the two sides of a jump
_LOOKS = 6  # closer and closer
_SUSPECTS = 12
_SUDDEN = 8.0  # times steeper than its neighbours' steps, a step may be a jump


class Trace(NamedTuple):
    x: Array
    values: Array
    gradient: Array | None
    jumps: tuple[float, ...]
    gradient_jumps: tuple[float, ...]


def trace(
    request: Request,
    scene: Scene,
    ends: tuple[float, float],
    points: int | None = None,
) -> Trace:
    """The one loss of a request along `scene`, and of the exact definition its slope d loss / d x.

    Raises LosscliError where the convention refuses the rows.
    """
    low, high = ends
    x = np.linspace(low, high, points or (POINTS if request.loss.kind == "sample" else FEW_POINTS))
    x[np.abs(x) < 1e-12 * (high - low)] = 0.0
    follow = _follower(request, scene)
    values, gradient = follow(x)
    jumps = _jumps(x, values, lambda at: follow(at)[0])
    if gradient is None:
        return Trace(x, values, None, jumps, ())
    return Trace(x, values, gradient, jumps, _jumps(x, gradient, lambda at: follow(at)[1]))


Follower = Callable[[Array], tuple[Array, Any]]


def _follower(request: Request, scene: Scene) -> Follower:
    """What turns places on the axis into values and slopes there (None for a framework: it has none)."""
    loss = request.loss
    way = convention(loss, request.like)
    task = Task(way, way.signature.bind(way.owner, request.params[loss.name]))
    each = _each if loss.kind == "sample" else None
    one = _one_of_batch if loss.kind == "batch" else _one_of_statistic
    if request.like != "exact" or task.rowwise:
        one = _one_by_engine

    def follow(x: Array) -> tuple[Array, Any]:
        with np.errstate(all="ignore"):
            true, pred, tangent = scene.lay(x)
        if each is not None:
            values, gradient = each(task, true, pred)
        else:
            rows = [i if scene.grouped else slice(i, i + 1) for i in range(len(x))]
            points = [one(task, None if true is None else true[i], pred[i]) for i in rows]
            values = np.array([value for value, _ in points], np.float64)
            slopes = [slope.reshape(pred.shape[1:]) for _, slope in points if slope is not None]
            gradient = np.stack(slopes) if slopes else None
        if gradient is None:
            return values, None
        with np.errstate(all="ignore"):
            along = np.where(
                tangent == 0, 0.0, gradient * tangent
            )  # what does not move has no say, kink or not
        slope = along.reshape(len(x), -1).sum(axis=1)
        return values, np.where(np.isfinite(slope), slope, np.nan)

    return follow


def _each(task: Task, true: Array | None, pred: Array) -> tuple[Array, Array | None]:
    """Every row's own value and gradient, at once."""
    loss, like = task.convention.loss, task.convention.framework.name
    stream = arrays_stream(true, {"y_pred": pred}, None)
    made = score(Request.of(loss, task.params, like=like), stream, show=Show(0, values=True))
    sloping = like == "exact" and loss.slope is not None
    return np.asarray(made.per_sample), of_samples(task, true, pred) if sloping else None


def _one_of_statistic(task: Task, true: Array | None, pred: Array) -> tuple[float, Array | None]:
    convention = task.convention
    assert convention.finish is not None
    part = partial(task, Batch(true, {"y_pred": pred}), np.arange(len(pred)), {}, 0)
    totals = term_totals(part)
    with np.errstate(all="ignore"):
        value = float(np.mean(convention.finish(**totals, **task.kernel_params)))
    slope = None if convention.loss.slope is None else of_statistic(task, true, pred, None, totals)
    return value, slope


def _one_of_batch(task: Task, true: Array | None, pred: Array) -> tuple[float, Array | None]:
    convention = task.convention
    args = [array for array in align(convention, true, pred, task.params) if array is not None]
    with np.errstate(all="ignore"):
        values = np.asarray(convention.kernel(*args, **task.kernel_params), np.float64)
    mean = float(values.mean()) if values.size else convention.empty
    slope = None if convention.loss.slope is None else of_batch(task, true, pred, float(values.size))
    return mean, slope


def _one_by_engine(task: Task, true: Array | None, pred: Array) -> tuple[float, Array | None]:
    """A framework's number, or a statistic's for each row alone."""
    loss, like = task.convention.loss, task.convention.framework.name
    stream = arrays_stream(true, {"y_pred": pred}, None)
    made = score(Request.of(loss, task.params, like=like), stream, show=Show(0))
    if like != "exact" or loss.slope is None:
        return float(np.nan if made.value is None else made.value), None
    return float(np.nan if made.value is None else made.value), of_samples(task, true, pred)


def _jumps(x: Array, y: Array, follow: Callable[[Array], Array]) -> tuple[float, ...]:
    """Where y jumps: a step that stays one step however closely it is looked at."""
    finite = y[np.isfinite(y)]
    if finite.size < 4:
        return ()
    with np.errstate(invalid="ignore"):
        step = np.abs(np.diff(y))
    step = np.where(np.isfinite(step), step, 0.0)
    around = np.maximum(np.append(step[1:], 0.0), np.append(0.0, step[:-1]))
    least = max(1e-3 * float(np.ptp(finite)), 1e-9 * float(np.abs(finite).max()))
    suspects = np.flatnonzero((step > _SUDDEN * around) & (step > least))[:_SUSPECTS]
    places = (_settled(x[i], x[i + 1], step[i], follow) for i in suspects)
    return tuple(place for place in places if place is not None)


def _settled(low: float, high: float, step: float, follow: Callable[[Array], Array]) -> float | None:
    """The place of a jump between low and high; None where a closer look makes a slope of it."""
    nothing = 1e-4 * (high - low)  # how far from 0 a place between them still is 0
    for _ in range(_LOOKS):
        within = np.linspace(low, high, _WITHIN)
        y = follow(within)
        with np.errstate(invalid="ignore"):
            finer = np.nan_to_num(np.abs(np.diff(y)), nan=0.0, posinf=0.0)
        at = int(np.argmax(finer))
        gap = np.flatnonzero(~np.isfinite(y))
        if finer[at] <= step / 2:
            return float(within[gap[0]]) if gap.size else None  # its two sides do not meet: no value between
        low, high = float(within[at]), float(within[at + 1])
    middle = (low + high) / 2
    return 0.0 if abs(middle) < nothing else float(f"{middle:.6g}")


def span(curves: Sequence[Array], *, zero: bool) -> tuple[float, float]:
    """The heights to show: all of them, less what a few steep points would flatten the rest for.

    Where the greatest (or least) height is farther from the middle 90 % than these are wide, half of that is
    shown. 0 is shown where it is near, or asked for.
    """
    known = np.concatenate([values[np.isfinite(values)] for values in curves])
    if not known.size:
        return 0.0, 1.0
    least, greatest = float(known.min()), float(known.max())
    bottom, top = (float(q) for q in np.quantile(known, (0.05, 0.95)))
    middle = top - bottom
    if middle > 0:
        least = bottom - middle / 2 if least < bottom - middle else least
        greatest = top + middle / 2 if greatest > top + middle else greatest
    if least > 0 and (zero or least < greatest - least):
        least = 0.0
    elif greatest < 0 and (zero or -greatest < greatest - least):
        greatest = 0.0
    noise = 1e-9 * (greatest - least)
    least, greatest = (0.0 if abs(end) <= noise else end for end in (least, greatest))
    if greatest - least <= 1e-9 * max(abs(least), abs(greatest)):
        return least - max(abs(least), 1.0), greatest + max(abs(greatest), 1.0)
    return least, greatest
