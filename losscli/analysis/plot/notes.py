"""What a drawing cannot show, in words: infinities, what is cut off, jumps, a gradient that is not there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from losscli.frameworks.convention import Convention
from losscli.losses.declare import Loss
from losscli.losses.domain import Array
from losscli.results.plot import Axis, Curve

_MOST = 6


def notes(
    losses: Sequence[Loss],
    way: Convention,
    of_one_row: Sequence[str],
    axis: Axis,
    curves: Sequence[Curve],
    loss_span: tuple[float, float],
    gradient_span: tuple[float, float] | None,
) -> tuple[str, ...]:
    """Sentences, a few at most. `way` is the last variant's: the framework's where there is one.

    `of_one_row` are the losses drawn for one row whose value for many is not the mean of theirs.
    """
    said: list[str] = []
    for curve in curves:
        whose = f"{curve.label}: " if len(curves) > 1 else ""
        told = _of(curve, axis, loss_span, gradient_span)
        if told:
            sentence = "; ".join(told) + "."
            said.append(whose + sentence if whose else sentence[0].upper() + sentence[1:])
    if len(said) > _MOST:
        said[_MOST - 1 :] = [f"{len(said) - _MOST + 1} more curves are cut off, infinite or jump somewhere."]
    flat = [loss.name for loss in losses if loss.slope is None]
    if flat:
        said.append(f"{', '.join(flat)}: no gradient is drawn; it is 0 or not there.")
    if way.framework.name != "exact":
        said.append(f"{way.framework.title}'s own gradient is not drawn: the gradient is the definition's.")
    if of_one_row:
        whose = ", ".join(of_one_row)
        said.append(f"{whose}: the value of one row alone; that of many rows is not the rows' mean.")
    return tuple(said)


def _of(
    curve: Curve, axis: Axis, loss_span: tuple[float, float], gradient_span: tuple[float, float] | None
) -> list[str]:
    told = []
    infinite = curve.x[np.isinf(curve.values)]
    if infinite.size:
        told.append(f"infinite {_at(axis, infinite, curve.x)}")
    missing = curve.x[np.isnan(curve.values)]
    if missing.size:
        told.append(f"undefined {_at(axis, missing, curve.x)}")
    if not infinite.size and (cut := _cut(curve.values, *loss_span)):
        told.append(f"the loss goes on to {_number(cut)}")
    if curve.jumps:
        told.append(f"the loss jumps at {_listed(axis, curve.jumps)}")
    if curve.gradient is not None and gradient_span is not None:
        if cut := _cut(curve.gradient, *gradient_span):
            told.append(f"the gradient goes on to {_number(cut)}")
        kinks = _kinks(curve)
        if kinks:
            told.append(f"the gradient jumps at {_listed(axis, kinks)}")
    return told


def _kinks(curve: Curve) -> tuple[float, ...]:
    """Jumps of the gradient, and lone points without one between different slopes."""
    assert curve.gradient is not None
    lone = []
    for i in np.flatnonzero(np.isnan(curve.gradient[1:-1])) + 1:
        before, after = curve.gradient[i - 1], curve.gradient[i + 1]
        if np.isfinite([before, after]).all() and not np.isclose(before, after, rtol=0.1, atol=1e-12):
            lone.append(float(curve.x[i]))
    return tuple(sorted({*curve.gradient_jumps, *lone}))


def _cut(y: Array, low: float, high: float) -> float | None:
    """The height, of those drawn, that lies farthest outside of what is shown; None where all are inside."""
    known = y[np.isfinite(y)]
    slack = 1e-9 * (high - low)
    above = float(known.max()) - high if known.size else 0.0
    below = low - float(known.min()) if known.size else 0.0
    if max(above, below) <= slack:
        return None
    return float(known.max()) if above >= below else float(known.min())


def _at(axis: Axis, where: Array, x: Array) -> str:
    """`at p = 0`, or `from r = −1 to r = 0`."""
    if where.size <= 2:
        return "at " + _listed(axis, tuple(map(float, where)))
    step = float(x[1] - x[0])
    if float(where[-1] - where[0]) > step * (where.size - 0.5):
        return "in several places"
    return f"from {axis.letter} = {_number(float(where[0]))} to {_number(float(where[-1]))}"


def _listed(axis: Axis, places: Sequence[float]) -> str:
    shown = ", ".join(_number(place) for place in places[:3]) + ", …" * (len(places) > 3)
    return f"{axis.letter} = {shown}"


def _number(value: float) -> str:
    return f"{0.0 if abs(value) < 1e-9 else value:.3g}"
