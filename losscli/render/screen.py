"""Pages on a terminal, drawn with Rich: bold for what matters, dim for what explains, one accent colour."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from losscli.render.blocks import Grid, fit
from losscli.render.draw import PROSE, pieces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from losscli.render.blocks import Block, Span

# One of the eight colours a terminal's own theme sets, so that it suits dark and light backgrounds.
_STYLES = {
    "plain": "",
    "title": "bold magenta",
    "strong": "bold",
    "quiet": "dim",
    "accent": "magenta",
    # Curves: the order of Okabe and Ito, as near as a terminal's own sixteen colours come.
    "curve1": "bright_blue",
    "curve2": "red",
    "curve3": "cyan",
    "curve4": "magenta",
    "curve5": "green",
    "curve6": "yellow",
    "curve7": "blue",
    "curve8": "",
}


def screen(blocks: Sequence[Block], width: int, color: bool) -> str:
    """`blocks` in at most `width` columns, with escape codes only if `color`."""
    console = Console(
        file=StringIO(),
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        no_color=not color,
        highlight=False,
        legacy_windows=False,
    )
    with console.capture() as capture:
        for piece in pieces(blocks, width):
            if isinstance(piece, Grid):
                console.print(Padding(_table(piece, width), (0, 0, 0, piece.indent)))
            else:
                console.print(_text(piece), no_wrap=True, overflow="ignore", crop=False)
    return "\n".join(line.rstrip() for line in capture.get().rstrip("\n").split("\n")) + "\n"


def _text(spans: Sequence[Span]) -> Text:
    # Text, never markup: a column called [red]x[/red] is printed as it is.
    return Text.assemble(*((span.text, _STYLES[span.role]) for span in spans))


def _table(grid: Grid, width: int) -> Table:
    fitted = fit(grid, width if grid.header else min(width, PROSE), bars=True)
    table = Table(
        box=None, pad_edge=False, padding=(0, fitted.gap, 0, 0), show_header=grid.header, header_style=""
    )
    for header, size in zip(fitted.header, fitted.widths, strict=True):
        table.add_column(Text("\n".join(header), "dim"), width=size, no_wrap=True, overflow="ignore")
    for row in fitted.rows:
        table.add_row(*(Text("\n").join(_text((line,)) for line in cell) for cell in row))
    return table
