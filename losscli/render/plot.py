"""The page of a Picture: curves in the terminal, and the same points for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from losscli.render import words
from losscli.render.blocks import Block, Drawing, Facts, Head, Items, Paragraph, Role, Span
from losscli.render.canvas import MARKS, CanvasLine, Panel, curve_role, frame, label_width
from losscli.render.jsonable import plain, remark_object
from losscli.render.numbers import scalar, share
from losscli.render.score import remarks
from losscli.render.text import width_of, wrap

if TYPE_CHECKING:
    from losscli.results.plot import Curve, Histogram, Picture

_SIDE_BY_SIDE = 100  # columns from which the two panels stand beside each other
_SMALL_SIDE_BY_SIDE = 56
_WIDEST, _WIDEST_PANEL = 180, 100
_GAP = 3  # columns between panels
_INDENT = 2
_BARS = 3  # rows of a histogram

_Lines = list[tuple[Span, ...]]


def page(picture: Picture, width: int) -> list[Block]:
    """Everything a person sees of `picture`, laid out for `width` columns."""
    blocks: list[Block] = [Head(picture.title, _named(picture), "picture")]
    if picture.why_not is not None:
        return [*blocks, Paragraph(Span(picture.why_not)), _more(picture)]
    blocks.append(drawing(picture, width))
    blocks += said(picture)
    outside = [_outside(histogram) for histogram in picture.histograms]
    if outside:
        of = f"{picture.source}: " if picture.source else ""
        blocks.append(Items(tuple(Span(of + text) for text in outside)))
    return [*blocks, *remarks(picture.remarks), _more(picture)]


def said(picture: Picture) -> list[Block]:
    """What the axis does not say of itself, and what the drawing cannot."""
    told = ((picture.axis.says,) if picture.axis and picture.axis.says else ()) + picture.notes
    return [Items(tuple(Span(note, "quiet") for note in told))] if told else []


def drawing(picture: Picture, width: int, *, small: bool = False) -> Drawing:
    """The loss and its gradient: beside each other where `width` has room, else under each other."""
    assert picture.axis is not None
    beside = width >= (_SMALL_SIDE_BY_SIDE if small else _SIDE_BY_SIDE) and picture.gradient_span is not None
    room = min(width, _WIDEST if beside else _WIDEST_PANEL) - _INDENT
    lines = _legend(picture, room)
    if beside:
        one = (room - _GAP) // 2
        height = 7 if small else 18
        under = [] if small else _bars(picture)
        left_heights = [height - len(under) * (_BARS + 2), *[_BARS] * len(under)]
        left = _stack([_loss(picture, one), *under], left_heights, one)
        right = _stack([_gradient(picture, one)], [height], one)
        gap = Span(" " * _GAP)
        lines += [(*a, gap, *b) for a, b in zip(left, right, strict=True)]
    else:
        panels, heights = [_loss(picture, room)], [6 if small else 14]
        if not small:
            panels += _bars(picture)
            heights += [_BARS] * (len(panels) - 1)
        if picture.gradient_span is not None:
            panels.append(_gradient(picture, room))
            heights.append(5 if small else 9)
        lines += _stack(panels, heights, room)
    lines += [(Span(text.center(room).rstrip(), "quiet"),) for text in wrap(axis_words(picture), room)]
    return Drawing(tuple((Span(" " * _INDENT), *line) for line in lines))


def _stack(panels: list[Panel], heights: list[int], width: int) -> _Lines:
    """Panels under each other, their frames aligned, the numbers of x under the last."""
    label = label_width(panels, heights, width)
    lines: _Lines = []
    for i, (panel, height) in enumerate(zip(panels, heights, strict=True)):
        lines += frame(panel, width, height, label, x_labels=i == len(panels) - 1)
    return lines


def _loss(picture: Picture, width: int) -> Panel:
    title = "loss" if not picture.unit or picture.unit.startswith("none") else f"loss · {picture.unit}"
    title = title if width_of(title) < width - 10 else "loss"
    lines = tuple(_line(c, c.values.tolist(), c.jumps) for c in picture.curves)
    return _panel(picture, title, picture.loss_span, lines)


def _gradient(picture: Picture, width: int) -> Panel:
    assert picture.gradient_span is not None
    assert picture.axis is not None
    title = f"gradient · d loss / d {picture.axis.letter}"
    lines = tuple(
        None if c.gradient is None else _line(c, c.gradient.tolist(), c.gradient_jumps)
        for c in picture.curves
    )
    return _panel(picture, title if width_of(title) < width - 6 else "gradient", picture.gradient_span, lines)


def _panel(
    picture: Picture, title: str, y: tuple[float, float], lines: tuple[CanvasLine | None, ...]
) -> Panel:
    return Panel(title, (picture.low, picture.high), y, lines, marked=len(picture.curves) > 1)


def _line(curve: Curve, y: list[float], jumps: tuple[float, ...]) -> CanvasLine:
    return CanvasLine(curve.x.tolist(), y, jumps)


def _bars(picture: Picture) -> list[Panel]:
    x = (picture.low, picture.high)
    return [
        Panel(
            f"{h.noun} of the data" + (f", {h.label}" if h.label else ""),
            x,
            (0.0, 1.0),
            bars=tuple(h.counts.tolist()),
        )
        for h in picture.histograms
    ]


def _legend(picture: Picture, room: int) -> _Lines:
    """Each curve's mark and label, as many on a line as fit; none for a single curve."""
    if len(picture.curves) < 2:
        return []
    lines: _Lines = [()]
    used = 0
    for number, curve in enumerate(picture.curves):
        text = curve.label
        if used and used + width_of(text) + 5 > room:
            lines.append(())
            used = 0
        role: Role = curve_role(number)
        entry = (Span("   " if used else ""), Span(f"{MARKS[number]} ", role), Span(text))
        lines[-1] = (*lines[-1], *entry)
        used += width_of(text) + 2 + 3 * bool(used)
    return [*lines, ()]


def axis_words(picture: Picture) -> str:
    """`e = error y_pred − y_true, in the target's unit`."""
    axis = picture.axis
    assert axis is not None
    return f"{axis.letter} = {axis.title}" + (f", in {axis.unit}" if axis.unit else "")


def _named(picture: Picture) -> str:
    """The loss's name and the parameters that all curves share; nothing of several losses."""
    if len(picture.losses) > 1:
        return ""
    if not picture.curves:
        return picture.losses[0]
    first = picture.curves[0].params
    shared = {
        name: value
        for name, value in first.items()
        if all(_same(curve.params.get(name), value) for curve in picture.curves)
    }
    return " · ".join(filter(None, (picture.losses[0], words.parameters(shared))))


def _same(one: Any, other: Any) -> bool:
    return bool(plain(one) == plain(other))


def _outside(histogram: Histogram) -> str:
    """`442 rows, of which 12 (2.7 %) lie outside of the axis: 5 below, 7 above`."""
    total, out = histogram.total, histogram.below + histogram.above
    label = f"{histogram.label}: " if histogram.label else ""
    text = f"{label}{scalar(total)} {histogram.noun}"
    if out:
        where = f"{scalar(histogram.below)} below, {scalar(histogram.above)} above"
        text += f", {scalar(out)} of them ({share(out / total)}) outside of the axis: {where}"
    else:
        text += ", all of them on the axis" if not histogram.elsewhere else ""
    if histogram.elsewhere:
        text += f"; {scalar(histogram.elsewhere)} without a place on it"
    return text + "."


def _more(picture: Picture) -> Block:
    return Facts((("more", Span(f"losscli explain {picture.losses[0]}", "accent")),), 12)


def json_object(picture: Picture) -> dict[str, Any]:
    """A Picture as a JSON object: schema/plot.json."""
    axis = picture.axis
    return {
        "losses": list(picture.losses),
        "title": picture.title,
        "unit": picture.unit,
        "axis": None if axis is None else dict(axis._asdict()),
        "low": plain(picture.low),
        "high": plain(picture.high),
        "loss_span": list(picture.loss_span),
        "gradient_span": None if picture.gradient_span is None else list(picture.gradient_span),
        "curves": [_curve_object(curve) for curve in picture.curves],
        "histograms": [{name: plain(v) for name, v in h._asdict().items()} for h in picture.histograms],
        "notes": list(picture.notes),
        "why_not": picture.why_not,
        "remarks": [remark_object(remark) for remark in picture.remarks],
        "source": picture.source,
        "version": picture.version,
    }


def _curve_object(curve: Curve) -> dict[str, Any]:
    return {
        "label": curve.label,
        "loss": curve.loss,
        "like": curve.like,
        "params": plain(curve.params),
        "x": plain(curve.x),
        "values": plain(curve.values),
        "gradient": None if curve.gradient is None else plain(curve.gradient, nan=None),
        "jumps": list(curve.jumps),
        "gradient_jumps": list(curve.gradient_jumps),
    }


def records(picture: Picture) -> list[dict[str, Any]]:
    """A point a record: the curve's label, its loss, x, the loss there, the gradient there."""
    records = []
    for curve in picture.curves:
        slopes = [None] * len(curve.x) if curve.gradient is None else plain(curve.gradient, nan=None)
        for x, value, slope in zip(plain(curve.x), plain(curve.values), slopes, strict=True):
            records.append(
                {
                    "curve": curve.label or curve.loss,
                    "loss": curve.loss,
                    "like": curve.like,
                    "x": x,
                    "value": value,
                    "gradient": slope,
                    "version": picture.version,
                }
            )
    return records
