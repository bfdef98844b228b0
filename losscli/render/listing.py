"""The page of a listing of losses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from losscli.render.blocks import Block, Facts, Section, Span
from losscli.render.text import width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from losscli.results.words import Property


class Listed(Protocol):
    """What a listing needs to know of a loss; an Explanation has it all."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def properties(self) -> Sequence[Property]: ...
    @property
    def aliases(self) -> Sequence[str]: ...


def page(losses: Sequence[Listed], width: int) -> list[Block]:
    """Losses by family, each with its one line."""
    label = max((width_of(entry.name) for entry in losses), default=0)
    blocks: list[Block] = []
    for family in dict.fromkeys(entry.family for entry in losses):
        facts = tuple((e.name, Span(e.summary)) for e in losses if e.family == family)
        blocks += [Section(family), Facts(facts, label, "strong")]
    count = f"{len(losses)} loss" + "es" * (len(losses) != 1)
    return [*blocks, Facts(((count.ljust(label), Span("losscli explain NAME", "accent")),))]


def json_object(losses: Sequence[Listed]) -> dict[str, Any]:
    """A listing as a JSON object: schema/list.json."""
    return {"n": len(losses), "losses": records(losses)}


def records(losses: Sequence[Listed]) -> list[dict[str, Any]]:
    """A record a loss."""
    return [_listed(entry) for entry in losses]


def _listed(entry: Listed) -> dict[str, Any]:
    return {
        "name": entry.name,
        "title": entry.title,
        "family": entry.family,
        "kind": entry.kind,
        "summary": entry.summary,
        "properties": [p._asdict() for p in entry.properties],
        "aliases": list(entry.aliases),
    }
