"""Curves drawn with Braille dots in a frame with ticks: two dots a column, four a row."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple, cast

from losscli.render.blocks import Role, Span
from losscli.render.text import width_of
from losscli.render.ticks import beneath, short, tick_texts, ticks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MARKS = "●▲■◆○△□◇"
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))  # by column and row within a cell
_LEVELS = " ▁▂▃▄▅▆▇█"
_BETWEEN_MARKS = 16  # columns, about


class CanvasLine(NamedTuple):
    """A curve: its points, nan where there is none, and places that nothing joins across."""

    x: Sequence[float]
    y: Sequence[float]
    jumps: Sequence[float]


class Panel(NamedTuple):
    """What a frame holds: `lines`, or `bars` over x, and the range of either. `marked`: lines carry marks."""

    title: str
    x: tuple[float, float]
    y: tuple[float, float]
    lines: tuple[CanvasLine | None, ...] = ()
    bars: tuple[float, ...] = ()
    marked: bool = False


class _Cell(NamedTuple):
    text: str
    role: Role


_Cells = dict[tuple[int, int], _Cell]  # by row and column


def curve_role(number: int) -> Role:
    """The role of the curve of this number, from 0; there are as many as marks."""
    return cast("Role", f"curve{number % len(MARKS) + 1}")


def frame(
    panel: Panel, width: int, height: int, label_width: int, *, x_labels: bool
) -> list[tuple[Span, ...]]:
    """`panel` in `width` columns: a title, `height` rows, the axis and (with `x_labels`) its numbers."""
    room = width - label_width - 2
    cells = _bars(panel, room, height) if panel.bars else _curves(panel, room, height)
    labels = {row: text for row, text in _y_labels(panel, height, room) if len(text) <= label_width}
    lines = [_padded([Span(" " * (label_width + 1)), Span(panel.title, "quiet")], width)]
    for row in range(height):
        label = labels.get(row, "")
        tick = "┤" if label else "│"
        spans = [Span(label.rjust(label_width) + " ", "quiet"), Span(tick, "quiet")]
        lines.append((*spans, *_row(cells, row, room)))
    ticks = beneath(panel.x, room)
    rule = "".join("┴" if column in ticks else "─" for column in range(room))
    lines.append((Span(" " * (label_width + 1) + "└" + rule, "quiet"),))
    if x_labels:
        lines.append(_padded([Span(_numbers(ticks, label_width + 2, width), "quiet")], width))
    return lines


def label_width(panels: Sequence[Panel], heights: Sequence[int], width: int) -> int:
    """The columns that the numbers beside `panels` take, in frames of `width` columns."""
    label = 1
    for _ in range(3):  # how high a bar stands depends on the room, and the room on the label
        texts = [
            text
            for panel, height in zip(panels, heights, strict=True)
            for _, text in _y_labels(panel, height, width - label - 2)
        ]
        label = max(map(len, texts), default=1)
    return label


def _padded(spans: list[Span], width: int) -> tuple[Span, ...]:
    """Spans as one line of exactly `width` columns, the last of them cut where it is too long."""
    used = sum(width_of(span.text) for span in spans[:-1])
    last = spans[-1]
    text = last.text if used + width_of(last.text) <= width else last.text[: max(0, width - used - 1)] + "…"
    return (*spans[:-1], Span(text, last.role), Span(" " * (width - used - width_of(text))))


def _row(cells: _Cells, row: int, room: int) -> Iterator[Span]:
    """Neighbouring cells of one role as one span."""
    text = ""
    role: Role = "plain"
    for column in range(room):
        cell = cells.get((row, column), _Cell(" ", role))
        if cell.role != role and text:
            yield Span(text, role)
            text = ""
        text, role = text + cell.text, cell.role
    yield Span(text, role)


def _curves(panel: Panel, room: int, height: int) -> _Cells:
    low, high = panel.y
    cells: _Cells = {}
    if low < 0 < high:
        at = round(high / (high - low) * (4 * height - 1)) // 4
        cells |= {(at, column): _Cell("╌", "quiet") for column in range(room)}
    bits: dict[tuple[int, int], int] = {}
    owner: dict[tuple[int, int], int] = {}
    arrows: _Cells = {}
    for number, line in reversed(list(enumerate(panel.lines))):  # the first lies on top
        if line is None:
            continue
        pixels = _pixels(line, panel, 2 * room - 1, 4 * height - 1)
        for one, other in pixels:
            for px, py in _segment(one, other, 4 * height - 1):
                cell = (py // 4, px // 2)
                bits[cell] = bits.get(cell, 0) | _DOTS[px % 2][py % 4]
                owner[cell] = number
            arrows |= _leaving(one, other, 4 * height - 1, number)
        arrows |= _endless(line, panel, room, height, number)
    cells |= {cell: _Cell(chr(0x2800 + dots), curve_role(owner[cell])) for cell, dots in bits.items()}
    cells |= arrows
    if panel.marked:
        cells |= _marks(panel, room, height, arrows)
    return cells


_Point = tuple[float, float]


def _pixels(line: CanvasLine, panel: Panel, right: int, bottom: int) -> Iterator[tuple[_Point, _Point]]:
    """The curve's segments in dots, unclipped: (x, y), y downwards."""
    (low, high), (least, greatest) = panel.x, panel.y

    def at(i: int) -> _Point:
        return (
            (line.x[i] - low) / (high - low) * right,
            (greatest - line.y[i]) / (greatest - least) * bottom,
        )

    for i in range(len(line.x) - 1):
        if not (math.isfinite(line.y[i]) and math.isfinite(line.y[i + 1])):
            if math.isfinite(line.y[i]) and math.isnan(line.y[i - 1] if i else math.nan):
                yield at(i), at(i)  # a point alone
            continue
        if any(line.x[i] <= jump <= line.x[i + 1] for jump in line.jumps):
            yield at(i), at(i)
            yield at(i + 1), at(i + 1)
            continue
        yield at(i), at(i + 1)


def _segment(one: _Point, other: _Point, bottom: int) -> Iterator[tuple[int, int]]:
    """The dots from one point to another, those inside alone."""
    (x0, y0), (x1, y1) = one, other
    first, last = 0.0, 1.0
    if y0 != y1:  # the part of the way that is inside
        inside = sorted(((-0.5 - y0) / (y1 - y0), (bottom + 0.5 - y0) / (y1 - y0)))
        first, last = max(first, inside[0]), min(last, inside[1])
    elif not -0.5 <= y0 <= bottom + 0.5:
        return
    if first > last:
        return
    steps = max(1, math.ceil(max(abs(x1 - x0), abs(y1 - y0)) * (last - first)))
    for step in range(steps + 1):
        part = first + (last - first) * step / steps
        y = round(y0 + (y1 - y0) * part)
        yield round(x0 + (x1 - x0) * part), min(max(y, 0), bottom)


def _leaving(one: _Point, other: _Point, bottom: int, number: int) -> _Cells:
    """An arrow where a segment goes out at the top or at the bottom."""
    inside = [-0.5 <= y <= bottom + 0.5 for _, y in (one, other)]
    if inside[0] == inside[1]:
        return {}
    within, without = (one, other) if inside[0] else (other, one)
    up = without[1] < 0
    cell = (0 if up else bottom // 4, round(within[0]) // 2)
    return {cell: _Cell("↑" if up else "↓", curve_role(number))}


def _endless(line: CanvasLine, panel: Panel, room: int, height: int, number: int) -> _Cells:
    """An arrow where the curve is infinite."""
    low, high = panel.x
    return {
        (0 if y > 0 else height - 1, min(int((x - low) / (high - low) * room), room - 1)): _Cell(
            "↑" if y > 0 else "↓", curve_role(number)
        )
        for x, y in zip(line.x, line.y, strict=True)
        if math.isinf(y)
    }


def _marks(panel: Panel, room: int, height: int, taken: _Cells) -> _Cells:
    """Each curve's own mark at a few columns, no two curves at the same; one where it is by itself."""
    heights = {
        number: [_row_of(line, column, panel, room, height) for column in range(room)]
        for number, line in enumerate(panel.lines)
        if line is not None
    }
    every = max(_BETWEEN_MARKS, 3 * len(heights))
    marks: _Cells = {}
    for place, (number, rows) in enumerate(heights.items()):
        others = [other for n, other in heights.items() if n != number]
        apart = [_apart(row, [other[column] for other in others]) for column, row in enumerate(rows)]
        columns = list(range((2 * place + 1) * every // (2 * len(heights)), room, every))
        best = max(range(room), key=lambda column: apart[column])
        if max((apart[column] for column in columns), default=-1) < 1 <= apart[best]:
            columns.append(best)
        for column in columns:
            row = rows[column]
            if row is not None and (row, column) not in taken:
                marks.setdefault((row, column), _Cell(MARKS[number % len(MARKS)], curve_role(number)))
    return marks


def _row_of(line: CanvasLine, column: int, panel: Panel, room: int, height: int) -> int | None:
    """The row that the curve is in at the middle of a column; None where it is not drawn."""
    (low, high), (least, greatest) = panel.x, panel.y
    y = _height(line, low + (column + 0.5) / room * (high - low))
    if y is None or not least <= y <= greatest:
        return None
    return round((greatest - y) / (greatest - least) * (4 * height - 1)) // 4


def _apart(row: int | None, others: Sequence[int | None]) -> float:
    """Rows between a curve and the nearest other; below 0 where it is not drawn."""
    if row is None:
        return -1.0
    return min((abs(row - other) for other in others if other is not None), default=math.inf)


def _height(line: CanvasLine, x: float) -> float | None:
    """The curve's height at x, between its points; None where it has none."""
    span = line.x[-1] - line.x[0]
    i = min(max(int((x - line.x[0]) / span * (len(line.x) - 1)), 0), len(line.x) - 2)
    part = (x - line.x[i]) / (line.x[i + 1] - line.x[i])
    y = line.y[i] + (line.y[i + 1] - line.y[i]) * part
    if not math.isfinite(y) or any(line.x[i] <= jump <= line.x[i + 1] for jump in line.jumps):
        return None
    return y


def _bars(panel: Panel, room: int, height: int) -> _Cells:
    """Bars of eighths, a column each; what is not nothing shows. Bins are shared out over the columns."""
    columns = _shared(panel.bars, room)
    most = max(columns, default=0.0) or 1.0
    cells: _Cells = {}
    for column, count in enumerate(columns):
        eighths = max(round(8 * height * count / most), 1 if count > 0 else 0)
        for row in range(height):
            level = min(max(eighths - 8 * (height - 1 - row), 0), 8)
            if level:
                cells[row, column] = _Cell(_LEVELS[level], "plain")
    return cells


def _shared(bins: Sequence[float], columns: int) -> list[float]:
    """Counts of bins as counts of columns, each bin shared out by how much of it a column covers."""
    shares = [0.0] * columns
    for i, count in enumerate(bins):
        start, end = i * columns / len(bins), (i + 1) * columns / len(bins)
        for column in range(int(start), min(math.ceil(end), columns)):
            shares[column] += count * (min(end, column + 1) - max(start, column)) / (end - start)
    return shares


def _y_labels(panel: Panel, height: int, room: int) -> Iterator[tuple[int, str]]:
    low, high = panel.y
    if panel.bars:
        low, high = 0.0, max(_shared(panel.bars, room)) or 1.0
        values, texts = [low, high], ["0", f"{high:.0f}" if 10 <= high < 1e5 else short(high)]
    else:
        values = ticks(low, high, max(3, height // 3 + 1))
        texts = tick_texts(values)
    for value, text in zip(values, texts, strict=True):
        yield round((high - value) / (high - low) * (4 * height - 1)) // 4, text


def _numbers(labels: dict[int, str], left: int, width: int) -> str:
    line = [" "] * width
    for column, text in labels.items():
        start = min(left + column - len(text) // 2, width - len(text))
        line[start : start + len(text)] = text
    return "".join(line)
