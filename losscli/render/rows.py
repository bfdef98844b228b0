"""The columns of a row, on a page's end of JSON and in files of every row alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from losscli.results.rows import RowValues
    from losscli.results.score import Sample

_ALWAYS = ("row", "y_true", "y_pred", "loss", "share")
_WHERE_THERE_ARE = ("weight", "file", "gradient")


def columns(of: Sample | RowValues) -> dict[str, Any]:
    """A row, or some at once, by column; tables have the signature behind them."""
    there = [name for name in _WHERE_THERE_ARE if getattr(of, name) is not None]
    return {name: getattr(of, name) for name in (*_ALWAYS, *there)}
