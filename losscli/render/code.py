"""The page of a Snippet: its code and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from losscli.render.blocks import Block, Drawing, Span
from losscli.render.jsonable import plain

if TYPE_CHECKING:
    from losscli.results.code import Snippet


def page(record: Snippet, width: int) -> list[Block]:
    """The code as it stands, whatever the width: a line of Python does not wrap."""
    lines = record.code.rstrip("\n").split("\n")
    return [Drawing(tuple((Span(line),) for line in lines), language="python")]


def json_object(record: Snippet) -> dict[str, Any]:
    """A Snippet as a JSON object: schema/code.json."""
    return {
        "loss": record.loss,
        "title": record.title,
        "framework": record.framework,
        "params": plain(record.params),
        "reduction": record.reduction,
        "code": record.code,
        "calls": list(record.calls),
        "notes": list(record.notes),
        "version": record.version,
    }


def records(record: Snippet) -> None:
    """It lists nothing: it is one record."""
