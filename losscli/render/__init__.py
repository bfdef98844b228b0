"""How a person or a program sees the results. Formats only: every number and word is in the records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscli.errors import LosscliError
from losscli.render.formats import DELIMITERS, FORMATS, PAGES
from losscli.render.pages import renderer

if TYPE_CHECKING:
    from losscli.render.pages import Shown

__all__ = ["FORMATS", "message", "render"]

_WIDTH, _LEAST_WIDTH, _PAGE_WIDTH = 80, 40, 120


def render(
    record: Shown,
    format: str,
    *,
    width: int | None = None,
    color: bool = False,
    version: str | None = None,
) -> str:
    """`record` as text in one of FORMATS (or `latex`, an explanation's formula), ending in a newline.

    `width` is in columns (80 if None; never under 40) and shapes table and plain; `color` allows escape codes
    in table. `version` is losscli's, for the JSON of explanations and listings, whose records do not have it.
    A LosscliError says that the record cannot be shown in `format`.
    """
    shown = renderer(record)
    if format in shown.texts:
        text: str = getattr(shown.module, format)(record)
        return text
    if format not in FORMATS:
        hint = f"use one of {', '.join(FORMATS)}" + "; latex is for explain" * (format == "latex")
        raise LosscliError(f'format "{format}" is not one that this can be shown in', hint)
    if format not in PAGES:
        from losscli.render import machine

        if format in DELIMITERS:
            return machine.csv_text(record, version, DELIMITERS[format])
        return (machine.jsonl_text if format == "jsonl" else machine.json_text)(record, version)
    columns = max(width or _WIDTH, _LEAST_WIDTH)
    blocks = shown.module.page(record, _PAGE_WIDTH if format == "markdown" else columns)
    if format == "markdown":
        from losscli.render.markdown import markdown

        return markdown(blocks)
    if format == "plain":
        from losscli.render.plain import plain

        return plain(blocks, columns)
    from losscli.render.screen import screen

    return screen(blocks, columns, color)


def message(what: str, hint: str | None = None, width: int | None = None) -> str:
    """An error as standard error shows it: `losscli: WHAT`, and the hint indented beneath.

    With a `width`, as on a terminal, lines are broken between words to it; no word is cut.
    """
    from textwrap import TextWrapper

    from losscli.render.text import clean

    indent = " " * len("losscli: ")
    lines = [f"losscli: {clean(what)}", *([f"{indent}{clean(hint)}"] if hint else [])]
    if width is not None:
        wrapper = TextWrapper(
            width, subsequent_indent=f"{indent}  ", break_long_words=False, break_on_hyphens=False
        )
        lines = [part for line in lines for part in wrapper.wrap(line)]
    return "".join(line + "\n" for line in lines)
