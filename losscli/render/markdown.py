"""Pages as Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

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
)
from losscli.render.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from losscli.render.blocks import Block

_SPECIAL = re.compile(r"[\\`*<|]|(?<!\w)_|_(?!\w)|\](?=\()|~~|&(?=#?\w+;)|^[#>+-](?=\s)")


def markdown(blocks: Sequence[Block]) -> str:
    """`blocks` as Markdown: headings, tables, lists and fenced formulas; what users named is literal."""
    return "\n\n".join("\n".join(lines) for block in blocks if (lines := list(_lines(block)))) + "\n"


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Head():
            yield f"# {_literal(block.title)}"
            after = " · ".join(_literal(text) for text in (block.rest, block.right) if text)
            if after:
                yield from ("", after)
        case Section():
            yield f"## {_literal(block.title)}"
        case Paragraph():
            yield _span(block.span)
        case FormulaLines():
            yield from ("```text", *(clean(line) for line in block.lines), "```")
            if block.where:
                yield from ("", _literal(block.where))
        case Drawing():
            drawn = ("".join(s.text for s in line).rstrip() for line in block.lines)
            yield from (f"```{block.language}", *drawn, "```")
        case CommandLine():
            yield from ("```sh", clean(" ".join(block.words)), "```")
        case Items():
            yield from (f"- {_span(item)}" for item in block.items)
        case Facts():
            yield from _facts(block)
        case Grid():
            yield from _table(block) if block.header else _list(block)


def _facts(facts: Facts) -> Iterator[str]:
    for label, span in facts.facts:
        yield (f"- **{_literal(label.strip())}:** " if label else "  ") + _literal(span.text)


def _list(grid: Grid) -> Iterator[str]:
    for row in grid.rows:
        label, *texts = (cell.text.strip() for cell in row if isinstance(cell, Span))
        yield f"- **{_literal(label)}:** " + " ".join(_literal(text) for text in texts if text)


def _table(grid: Grid) -> Iterator[str]:
    kept = [i for i, column in enumerate(grid.columns) if not column.bar]
    yield _row([_literal(grid.columns[i].header.strip()) for i in kept])
    yield _row(["--:" if grid.columns[i].right else "---" for i in kept])
    for row in grid.rows:
        yield _row([_literal(cell.text.strip()) for i in kept if isinstance(cell := row[i], Span)])


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _span(span: Span) -> str:
    text = _literal(span.text)
    return f"**{text}**" if span.role == "strong" else text


def _literal(text: str) -> str:
    """`text` so that Markdown shows it as it is."""
    return _SPECIAL.sub(lambda match: "".join("\\" + character for character in match[0]), clean(text))
