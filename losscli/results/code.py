"""The record of `code`: a loss as code to paste."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, eq=False)
class Snippet:
    """A loss as a framework's code. `calls` are its own calls that the code uses (empty: it is written out).

    `notes` are the sentences that stand in the code as comments.
    """

    loss: str
    title: str
    framework: str
    params: Mapping[str, Any]
    reduction: str
    code: str
    calls: tuple[str, ...]
    notes: tuple[str, ...]
    version: str
