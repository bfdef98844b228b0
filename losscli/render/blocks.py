"""What a page is made of, before it is drawn: a few kinds of block, and how a grid fits a width.

The page modules say everything once, as blocks; `plain`, `screen` and `markdown` each draw the same blocks.
They are named tuples, which are made five times as fast as frozen dataclasses, and faster still without
annotations as text.
"""

from typing import Literal, NamedTuple

from losscli.render.text import clean, width_of, wrap

Role = Literal[
    "plain",
    "title",
    "strong",
    "quiet",
    "accent",
    "curve1",
    "curve2",
    "curve3",
    "curve4",
    "curve5",
    "curve6",
    "curve7",
    "curve8",
]
BAR = 18  # the widest bar
_LEAST_BAR, _LEAST_COLUMN = 4, 10


class Span(NamedTuple):
    """Text in one role."""

    text: str
    role: Role = "plain"


class Head(NamedTuple):
    """The first line: a title, what follows it, and a word at the right end."""

    title: str
    rest: str = ""
    right: str = ""


class Section(NamedTuple):
    title: str


class Paragraph(NamedTuple):
    span: Span
    indent: int = 0
    tight: bool = False  # no blank line before it


class FormulaLines(NamedTuple):
    """A formula of one or more lines, and the words that explain its letters."""

    lines: tuple[str, ...]
    where: str = ""
    indent: int = 0
    tight: bool = False


class CommandLine(NamedTuple):
    """A shell command in words that a line may break between."""

    words: tuple[str, ...]
    indent: int = 2
    tight: bool = False


class Items(NamedTuple):
    items: tuple[Span, ...]


class Facts(NamedTuple):
    """Labels in one role and what they name; labels are at least `label` columns wide."""

    facts: tuple[tuple[str, Span], ...]
    label: int = 0
    role: Role = "quiet"
    tight: bool = False


class Drawing(NamedTuple):
    """Lines that are drawn and stay as they are, none wider than the page."""

    lines: tuple[tuple[Span, ...], ...]
    tight: bool = False
    language: str = "text"  # of what Markdown fences


class Bar(NamedTuple):
    """A bar of `fraction` of the column's width; None for no bar."""

    fraction: float | None


class Column(NamedTuple):
    """`right`: header at the right; `flex`: gives way first when the grid is too wide; `bar`: holds Bars."""

    header: str
    right: bool = False
    flex: bool = False
    bar: bool = False


class Grid(NamedTuple):
    columns: tuple[Column, ...]
    rows: tuple[tuple[Span | Bar, ...], ...]
    header: bool = True
    indent: int = 2
    tight: bool = False


Block = Head | Section | Paragraph | FormulaLines | CommandLine | Items | Facts | Grid | Drawing


class Fitted(NamedTuple):
    """A grid laid out for a width: each cell is lines padded to its column's width."""

    widths: tuple[int, ...]
    gap: int
    header: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[tuple[Span, ...], ...], ...]  # row, column, line


def as_grid(facts: Facts) -> Grid:
    """Facts drawn as a grid without a header."""
    rows = tuple((Span(name.ljust(facts.label), facts.role), span) for name, span in facts.facts)
    return Grid((Column(""), Column("", flex=True)), rows, header=False, tight=facts.tight)


def natural_width(grid: Grid, gap: int = 1) -> int:
    """The columns `grid` takes, bars left out, when nothing is wrapped."""
    widths = _natural(grid)
    kept = [w for w, c in zip(widths, grid.columns, strict=True) if not c.bar]
    return grid.indent + sum(kept) + gap * (len(kept) - 1)


def least_width(grid: Grid, gap: int = 2) -> int:
    """The columns `grid` takes when only its flexible columns are wrapped, down to ten columns."""
    saved = [max(0, w - _LEAST_COLUMN) for w, c in zip(_natural(grid), grid.columns, strict=True) if c.flex]
    return natural_width(grid, gap) - sum(saved)


def fit(grid: Grid, width: int, *, bars: bool) -> Fitted:
    """Lay `grid` out in at most `width` columns: bars give way first, then gaps, then flexible columns."""
    room = width - grid.indent
    widths = _natural(grid)
    columns = grid.columns
    tight = 2 if any(column.flex for column in columns) else 1
    gap = next((g for g in (3, 2) if natural_width(grid, g) <= width), tight) if grid.header else 2
    kept = [i for i, column in enumerate(columns) if not column.bar]
    spare = room - sum(widths[i] + gap for i in kept)
    if bars and spare >= _LEAST_BAR:
        kept = list(range(len(columns)))
        widths = [min(BAR, spare) if c.bar else w for w, c in zip(widths, columns, strict=True)]
    else:
        _shrink(widths, kept, grid, room - gap * (len(kept) - 1))
    names = [wrap(clean(columns[i].header), widths[i]) for i in kept]
    deep = max(map(len, names))
    header = tuple(
        _pad([""] * (deep - len(lines)) + lines, widths[i], columns[i].right)
        for i, lines in zip(kept, names, strict=True)
    )
    rows = tuple(tuple(_cell(row[i], widths[i], columns[i]) for i in kept) for row in grid.rows)
    return Fitted(tuple(widths[i] for i in kept), gap, header, rows)


def bar(fraction: float, width: int) -> str:
    """`fraction` of `width` as a bar, in eighths; anything above nothing shows."""
    eighths = max(round(8 * width * fraction), 1 if fraction > 0 else 0)
    return "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()


def _natural(grid: Grid) -> list[int]:
    texts: list[list[str]] = [[clean(column.header)] if grid.header else [] for column in grid.columns]
    for row in grid.rows:
        for column, cell in zip(texts, row, strict=True):
            if isinstance(cell, Span):
                column.append(clean(cell.text))
    return [max(map(width_of, column), default=0) for column in texts]


def _shrink(widths: list[int], kept: list[int], grid: Grid, room: int) -> None:
    """Take columns off the widest flexible column until all fit, then off any column."""
    for flexible, least in ((True, _LEAST_COLUMN), (False, _LEAST_COLUMN), (False, 1)):
        while sum(widths[i] for i in kept) > room:
            able = [i for i in kept if widths[i] > least and (grid.columns[i].flex or not flexible)]
            if not able:
                break
            widths[max(able, key=lambda i: widths[i])] -= 1


def _pad(lines: list[str], width: int, right: bool) -> tuple[str, ...]:
    gaps = [" " * (width - width_of(line)) for line in lines]
    return tuple(g + line if right else line + g for g, line in zip(gaps, lines, strict=True))


def _cell(cell: Span | Bar, width: int, column: Column) -> tuple[Span, ...]:
    if isinstance(cell, Bar):
        return (Span("" if cell.fraction is None else bar(cell.fraction, width), "accent"),)
    return tuple(Span(line, cell.role) for line in _pad(wrap(clean(cell.text), width), width, column.right))
