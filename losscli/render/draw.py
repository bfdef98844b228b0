"""Blocks as lines of spans, for a width: what plain text and the screen share. Grids are fitted apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from losscli.render.blocks import (
    CommandLine,
    Drawing,
    Facts,
    FormulaLines,
    Grid,
    Head,
    Items,
    Paragraph,
    Section,
    Span,
    as_grid,
)
from losscli.render.text import clean, width_of, wrap, wrap_clauses, wrap_formula

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from losscli.render.blocks import Block

PROSE = 100  # the widest line of running text that reads well

Line: TypeAlias = tuple[Span, ...]


def pieces(blocks: Sequence[Block], width: int) -> Iterator[Line | Grid]:
    """The lines of `blocks` (an empty line between blocks that stand apart), and their grids in place."""
    after_section = True
    for block in blocks:
        if not after_section and not getattr(block, "tight", False):
            yield ()
        after_section = isinstance(block, Section)
        if isinstance(block, Grid):
            yield block
        elif isinstance(block, Drawing):
            yield from block.lines
        elif isinstance(block, Facts):
            yield as_grid(block)
        else:
            yield from _lines(block, min(width, PROSE))


def _lines(
    block: Head | Section | Paragraph | FormulaLines | CommandLine | Items, width: int
) -> Iterator[Line]:
    match block:
        case Head():
            yield from _head(block, width)
        case Section():
            yield from _wrapped(Span(block.title, "title"), width)
        case Paragraph():
            yield from _wrapped(block.span, width, block.indent)
        case FormulaLines():
            yield from _formula(block, width)
        case CommandLine():
            yield from _command(block, width)
        case Items():
            for item in block.items:
                for i, line in enumerate(wrap(clean(item.text), width - 4)):
                    yield (Span("    " if i else "  · "), Span(line, item.role))


def _wrapped(span: Span, width: int, indent: int = 0) -> Iterator[Line]:
    for line in wrap(clean(span.text), width - indent):
        yield (Span(" " * indent), Span(line, span.role))


def _ends(left: Line, right: Span, width: int) -> Line | None:
    """`left` and `right` at the two ends of a line, or None where they do not fit."""
    space = width - sum(width_of(span.text) for span in left) - width_of(right.text)
    return (*left, Span(" " * space), right) if space >= (3 if right.text else 0) else None


def _head(head: Head, width: int) -> Iterator[Line]:
    title, rest, right = (clean(text) for text in (head.title, head.rest, head.right))
    left = (Span(title, "title"), *((Span("   "), Span(rest)) if rest else ()))
    if line := _ends(left, Span(right, "quiet"), width):
        yield line
        return
    if sum(width_of(span.text) for span in left) <= width:
        yield left
    else:
        yield from _wrapped(Span(title, "title"), width)
        if rest:
            yield from _wrapped(Span(rest), width, 2)
    if right:
        yield from _wrapped(Span(right, "quiet"), width, 2)


def _formula(formula: FormulaLines, width: int) -> Iterator[Line]:
    indent, room = Span(" " * formula.indent), width - formula.indent
    where = Span(clean(formula.where), "quiet")
    if len(formula.lines) == 1:
        line = _ends((Span(clean(formula.lines[0])),), where, room)
        if line:
            yield (indent, *line)
            return
    for text in formula.lines:
        yield from ((indent, Span(line)) for line in wrap_formula(clean(text), room))
    if formula.where:
        yield from ((indent, Span(line, "quiet")) for line in wrap_clauses(where.text, room))


def _command(command: CommandLine, width: int) -> Iterator[Line]:
    """The command, continued with a backslash; long JSON breaks inside its quotes, where it may."""
    room = width - command.indent - 2
    lines = [""]
    for word in map(clean, command.words):
        if lines[-1] and width_of(lines[-1]) + 1 + width_of(word) > room:
            lines[-1] += " \\"
            lines.append("    " + word)
        else:
            lines[-1] += " " * bool(lines[-1]) + word
        while width_of(lines[-1]) > room:
            end = lines[-1].rfind("],", 0, room - 1) + 2
            if end < 6:
                break
            lines[-1:] = [lines[-1][:end], "    " + lines[-1][end:]]
    for line in lines:
        yield from _wrapped(Span(line, "accent"), width, command.indent)
