"""How a person or a program sees the results. Formats only: every number and word is in the records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscli.errors import LosscliError
from losscli.render.pages import page_module
from losscli.results import Explanation

if TYPE_CHECKING:
    from losscli.render.blocks import Block
    from losscli.render.pages import Shown

FORMATS = ("table", "plain", "json", "jsonl", "csv", "tsv", "markdown")

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
    if format in ("json", "jsonl", "csv", "tsv"):
        from losscli.render import machine

        if format == "json":
            return machine.json_text(record, version)
        if format == "jsonl":
            return machine.jsonl_text(record, version)
        return machine.csv_text(record, version, "," if format == "csv" else "\t")
    if format == "latex" and isinstance(record, Explanation):
        return record.latex.strip() + "\n"
    if format not in FORMATS:
        hint = f"use one of {', '.join(FORMATS)}" + "; latex is for explain" * (format == "latex")
        raise LosscliError(f'format "{format}" is not one that this can be shown in', hint)
    columns = max(width or _WIDTH, _LEAST_WIDTH)
    blocks = _page(record, _PAGE_WIDTH if format == "markdown" else columns)
    if format == "markdown":
        from losscli.render.markdown import markdown

        return markdown(blocks)
    if format == "plain":
        from losscli.render.plain import plain

        return plain(blocks, columns)
    from losscli.render.screen import screen

    return screen(blocks, columns, color)


def message(what: str, hint: str | None = None) -> str:
    """An error as standard error shows it: `losscli: WHAT`, and the hint indented beneath."""
    from losscli.render.text import clean

    return f"losscli: {clean(what)}\n" + (f"         {clean(hint)}\n" if hint else "")


def _page(record: Shown, width: int) -> list[Block]:
    blocks: list[Block] = page_module(record).page(record, width)
    return blocks
