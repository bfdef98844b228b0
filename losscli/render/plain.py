"""Pages as plain text: no colour, no Rich, the same facts as the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscli.render.blocks import Grid, fit
from losscli.render.draw import PROSE, pieces

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from losscli.render.blocks import Block


def plain(blocks: Sequence[Block], width: int) -> str:
    """`blocks` as text of at most `width` columns."""
    lines: list[str] = []
    for piece in pieces(blocks, width):
        lines.extend(_grid(piece, width) if isinstance(piece, Grid) else ("".join(s.text for s in piece),))
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _grid(grid: Grid, width: int) -> Iterator[str]:
    fitted = fit(grid, width if grid.header else min(width, PROSE), bars=False)
    rows = [tuple(tuple(span.text for span in cell) for cell in row) for row in fitted.rows]
    for row in [fitted.header, *rows] if grid.header else rows:
        for i in range(max(map(len, row))):
            blank = (" " * width for width in fitted.widths)
            cells = (cell[i] if i < len(cell) else space for cell, space in zip(row, blank, strict=True))
            yield " " * grid.indent + (" " * fitted.gap).join(cells)
