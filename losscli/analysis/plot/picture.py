"""A Picture of losses: what is asked, onto one axis, traced, and what a drawing cannot say put into words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.analysis.plot.axes import view as view_of
from losscli.analysis.plot.levels import levelled
from losscli.analysis.plot.notes import notes
from losscli.analysis.plot.rows import find
from losscli.analysis.plot.trace import span as height
from losscli.analysis.plot.trace import trace
from losscli.analysis.plot.variants import MOST, Variant, variants_of
from losscli.analysis.plot.views import DrawnLoss, View
from losscli.analysis.request import Request, meant
from losscli.batch import Stream
from losscli.catalogue.find import Named, together
from losscli.catalogue.pages import explanation, page
from losscli.engine.missing import Missing
from losscli.errors import LosscliError
from losscli.losses.declare import Loss
from losscli.results.plot import Curve, Picture
from losscli.results.score import Remark
from losscli.version import __version__

if TYPE_CHECKING:
    pass

LOGARITHMS = ("logit", "log-probability", "log-rate")
SMALL = 81  # points of a small picture


def draw(
    asked: Sequence[str | Loss | Named],
    params: Mapping[str, Any],
    stream: Stream | None = None,
    *,
    like: str = "exact",
    limits: tuple[float, float] | None = None,
    missing: Missing = "refuse",
    source: str | None = None,
    points: int | None = None,
) -> Picture:
    """The same over a stream of batches. `params` go to every loss that takes them, huber.delta to huber."""
    read = [meant(one, stream) for one in asked]
    said = tuple(Remark("data", text) for one in read for text in one.besides(params).said)
    losses = [one.loss for one in read]
    params, levels, by_column = levelled(losses, together(read, params), stream)
    said = (*said, *levels)
    variants = variants_of(losses, params, like)
    views, why_not = _views(variants)
    if why_not is not None:
        if len(losses) > 1:
            raise LosscliError(why_not.rstrip("."), f"leave {why_not.partition(' ')[0]} out")
        return _nothing(losses[0], why_not)
    first = views[0]
    low, high = _limits(views, limits)
    span = None
    if stream is not None:
        way = variants[0].way
        aligned = {**variants[0].params, **by_column}
        span = find(first, way, aligned, stream, missing, None if limits is None else (low, high))
        low, high = span.low, span.high
    curves = _curves(variants, views, low, high, points)
    loss_span = height([c.values for c in curves], zero=False)
    slopes = [c.gradient for c in curves if c.gradient is not None]
    sloping = any(np.isfinite(slope).any() for slope in slopes)
    gradient_span = height(slopes, zero=True) if sloping else None
    axis = first.axis._replace(says=_says(variants, views))
    one = len(losses) == 1
    return Picture(
        losses=tuple(loss.name for loss in losses),
        title=losses[0].title if one else ", ".join(loss.name for loss in losses),
        unit=explanation(losses[0], elsewhere=False).unit if one else "",
        axis=axis,
        curves=curves,
        low=low,
        high=high,
        loss_span=loss_span,
        gradient_span=gradient_span,
        histograms=() if span is None else span.histograms,
        notes=notes(
            losses, variants[-1].way, _of_one_row(variants, views), axis, curves, loss_span, gradient_span
        ),
        remarks=said if span is None else (*said, *span.remarks),
        source=source,
        version=__version__,
    )


def small(loss: Loss, params: Mapping[str, Any]) -> Picture:
    """The picture of an explanation; parameters that the loss must be given are the worked example's."""
    needed = {name for name, parameter in loss.parameters.items() if parameter.required}
    given = {name: value for name, value in params.items() if name in needed}
    return draw([loss], given, points=SMALL)


def _says(variants: Sequence[Variant], views: Sequence[View]) -> str:
    """What the axis says of the rows behind the picture, with the losses it is said of where not of all."""
    whose: dict[str, set[str]] = {}
    for variant, view in zip(variants, views, strict=True):
        whose.setdefault(view.axis.says, set()).add(variant.loss.name)
    said = {says: ", ".join(sorted(names)) for says, names in whose.items() if says}
    return " ".join(says if len(whose) == 1 else f"{says[:-1]} ({names})." for says, names in said.items())


def _of_one_row(variants: Sequence[Variant], views: Sequence[View]) -> tuple[str, ...]:
    """The losses drawn for one row, whose value for many is not the mean of theirs."""
    drawn = zip(variants, views, strict=True)
    return tuple(
        dict.fromkeys(
            variant.loss.name
            for variant, view in drawn
            if variant.loss.kind != "sample" and not all(scene.grouped for scene in view.scenes)
        )
    )


def _nothing(loss: Loss, why_not: str) -> Picture:
    return Picture(
        losses=(loss.name,),
        title=loss.title,
        unit=explanation(loss, elsewhere=False).unit,
        axis=None,
        curves=(),
        low=0.0,
        high=1.0,
        loss_span=(0.0, 1.0),
        gradient_span=None,
        histograms=(),
        notes=(),
        remarks=(),
        source=None,
        version=__version__,
        why_not=why_not,
    )


def _views(variants: Sequence[Variant]) -> tuple[list[View], str | None]:
    """Every variant's view, all on one axis, or why there is none."""
    alone = sum(variant.way.framework.name == "exact" for variant in variants) == 1
    views = []
    for variant in variants:
        made = _view(variant, alone=alone)
        if isinstance(made, str):
            return [], made
        views.append(made)
    _check_axes(variants, views)
    return views, None


def _view(variant: Variant, *, alone: bool) -> View | str:
    # What arrays hold is the definition's to say, as frameworks look at them less closely, if at all; but a
    # framework may take logits, or logarithms, for probabilities.
    exact, params = variant.loss.signature, variant.params
    defaults = {name: parameter.default for name, parameter in variant.loss.parameters.items()}
    stated = page(variant.loss)["properties"]
    properties = frozenset(p if isinstance(p, str) else next(iter(p)) for p in stated)
    bound = {**defaults, **params}
    true = None if exact.y_true is None else exact.y_true.given(bound)
    pred, theirs = exact.y_pred.given(bound), variant.way.signature.y_pred.given(params)
    if theirs.means in LOGARITHMS and pred.means not in LOGARITHMS:
        pred = theirs
    coded = variant.way.signature.y_true
    if true is not None and coded is not None and {true.grain, coded.grain} == {"row", "index"}:
        true = coded  # class indices, where the definition takes one-hot rows
    return view_of(DrawnLoss(variant.loss, true, pred, params, properties, alone))


def _check_axes(variants: Sequence[Variant], views: Sequence[View]) -> None:
    axes: dict[str, list[str]] = {}
    titles = {}
    for variant, view in zip(variants, views, strict=True):
        here = axes.setdefault(view.axis.name, [])
        who = variant.label if variant.way.framework.name != "exact" else variant.loss.name
        if who not in here:
            here.append(who)
        titles[view.axis.name] = view.axis.title
    if len(axes) < 2:
        return
    told = "; ".join(f"{', '.join(who)} over {titles[name]}" for name, who in axes.items())
    switches = [set(v.loss.signature.y_pred.under) & set(v.way.signature.parameters) for v in variants]
    hint = "draw those over one axis at a time"
    for switch in sorted(set.intersection(*switches)):
        hint += f", or set -p {switch}=true (or false) for all"
    raise LosscliError(f"these are drawn over different axes: {told}", hint)


def _limits(views: Sequence[View], given: tuple[float, float] | None) -> tuple[float, float]:
    """The axis's ends: the widest that the views ask for, or those given."""
    ends = max(view.ends[0] for view in views), min(view.ends[1] for view in views)
    if given is None:
        low, high = min(view.low for view in views), max(view.high for view in views)
        return max(low, ends[0]), min(high, ends[1])
    low, high = given
    if not (np.isfinite(low) and np.isfinite(high) and low < high):
        raise LosscliError(f"--range {low:g},{high:g} is no range", "give LOW,HIGH with LOW below HIGH")
    if low < ends[0] or high > ends[1]:
        title = views[0].axis.title
        raise LosscliError(
            f"--range {low:g},{high:g}: {title} runs from {ends[0]:g} to {ends[1]:g}", "take a part of that"
        )
    return low, high


def _curves(
    variants: Sequence[Variant], views: Sequence[View], low: float, high: float, points: int | None
) -> tuple[Curve, ...]:
    curves = []
    for variant, view in zip(variants, views, strict=True):
        domain = variant.way.signature.y_pred.given(variant.params)
        start = low
        if domain.open_low and low == domain.low:
            start = low + 1e-6 * (high - low)  # the end itself is not in the domain
        for scene in view.scenes:
            label = ", ".join(filter(None, (variant.label, scene.label if len(view.scenes) > 1 else "")))
            name = variant.way.framework.name
            request = Request.of(variant.loss, variant.given, like=name)
            made = trace(request, scene, (start, high), points)
            curves.append(
                Curve(
                    label=label,
                    loss=variant.loss.name,
                    like=name,
                    params=variant.params,
                    x=made.x,
                    values=made.values,
                    gradient=made.gradient,
                    jumps=made.jumps,
                    gradient_jumps=made.gradient_jumps,
                )
            )
    if len(curves) > MOST:
        raise LosscliError(f"these are {len(curves)} curves; {MOST} can be told apart", "ask for fewer")
    return tuple(curves)
