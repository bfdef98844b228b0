"""The page of an Explanation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from losscli.render import plot as pictures
from losscli.render import score as scores
from losscli.render import words
from losscli.render.blocks import (
    Block,
    Column,
    CommandLine,
    Facts,
    FormulaLines,
    Grid,
    Head,
    Items,
    Paragraph,
    Section,
    Span,
)
from losscli.render.jsonable import plain
from losscli.render.numbers import parameter

if TYPE_CHECKING:
    from losscli.results.explain import Explanation
    from losscli.results.words import Elsewhere

_PICTURE = 100  # columns at most
_COMPUTED_ON = {
    "statistic": "totals over all rows: no row has a value of its own",
    "batch": "all rows at once: a part of them gives another number",
}


def page(about: Explanation, width: int) -> list[Block]:
    """The whole page on a loss, from the one sentence to the sources."""
    return [
        *_opening(about),
        *_picture(about, width),
        *_meaning(about),
        *_parameters(about),
        *_advice(about),
        *_neighbours(about),
        *_example(about, width),
        *_sources(about),
    ]


def _opening(about: Explanation) -> list[Block]:
    read = [] if about.read_as is None else [Paragraph(Span(about.read_as, "quiet"), tight=True)]
    return [
        Head(about.title, about.name, about.family),
        *read,
        Paragraph(Span(about.summary, "strong"), tight=True),
        FormulaLines(tuple(about.formula.split("\n")), about.where, indent=4),
        Facts(_lines("gradient", about.gradient)),
    ]


def _picture(about: Explanation, width: int) -> list[Block]:
    """The loss and its gradient, small; or a sentence on why there is nothing to draw."""
    picture = about.picture
    if picture is None:
        return []
    if picture.why_not is not None:
        return [Paragraph(Span(picture.why_not, "quiet"))]
    return [pictures.drawing(picture, min(width, _PICTURE), small=True), *pictures.said(picture)]


def _lines(label: str, text: str) -> tuple[tuple[str, Span], ...]:
    """A fact of several lines, its label before the first."""
    return tuple((label if i == 0 else "", Span(line)) for i, line in enumerate(text.split("\n")))


def _meaning(about: Explanation) -> list[Block]:
    facts = [("range", Span(words.best(about))), ("unit", Span(about.unit))]
    if about.infinite:
        facts.append(("infinite", Span(f"where {about.infinite}")))
    if about.axes:
        facts.append(("more axes", Span(about.axes)))
    if about.properties:
        facts.append(("properties", Span(" · ".join(p.words for p in about.properties))))
    if about.kind != "sample":
        facts.append(("computed on", Span(_COMPUTED_ON[about.kind])))
    if about.aliases:
        facts.append(("also called", Span(", ".join(about.aliases))))
    return [Paragraph(Span(about.meaning)), Facts(tuple(facts))]


def _parameters(about: Explanation) -> list[Block]:
    if not about.parameters:
        return []
    facts = []
    for p in about.parameters:
        default = "required" if p.required else f"default {parameter(p.default)}"
        facts.append((p.name, Span(f"{p.takes}, {default}. {p.text}".rstrip())))
    return [Section("Parameters"), Facts(tuple(facts), role="strong")]


def _advice(about: Explanation) -> list[Block]:
    lists = {
        "Use it when": about.use_when,
        "Not when": tuple(words.instead(advice) for advice in about.not_when),
        "Pitfalls": about.pitfalls,
    }
    return [
        block
        for title, items in lists.items()
        if items
        for block in (Section(title), Items(tuple(Span(item) for item in items)))
    ]


def _difference(e: Elsewhere) -> str:
    """`the same number (float32)`, or the sentences that say how it differs."""
    told = ". ".join(e.differences) or "the same number"
    return told + (f" ({e.note})" if e.note else "")


def _neighbours(about: Explanation) -> list[Block]:
    blocks: list[Block] = []
    if about.elsewhere:
        columns = (Column("framework"), Column("call", flex=True), Column("its number", flex=True))
        rows = tuple((Span(e.title, "strong"), Span(e.call), Span(_difference(e))) for e in about.elsewhere)
        blocks += [Section("The same loss elsewhere"), Grid(columns, rows)]
    if about.relatives:
        facts = tuple((relative.name, Span(relative.why)) for relative in about.relatives)
        blocks += [Section("Relatives"), Facts(facts, role="strong")]
    return blocks


def _example(about: Explanation, width: int) -> list[Block]:
    if about.example is None:
        return []
    blocks: list[Block] = [Section("Worked example"), CommandLine(words.command(about.name, about.example))]
    if score := about.example_score:
        blocks += [*scores.samples(score, width), scores.numbers(score)]
    return [*blocks, Paragraph(Span(about.example.shows), 2)]


def _sources(about: Explanation) -> list[Block]:
    cited = tuple(Span(words.citation(source.text, source.identifier)) for source in about.sources)
    return [Section("Sources"), Items(cited)] if cited else []


def json_object(about: Explanation) -> dict[str, Any]:
    """An Explanation as a JSON object: schema/explain.json."""
    whole = {name: getattr(about, name) for name in about.__dataclass_fields__}
    score, picture = whole.pop("example_score"), whole.pop("picture")
    entries = ("parameters", "not_when", "properties", "elsewhere", "relatives", "sources")
    whole |= {name: [entry._asdict() for entry in whole[name]] for name in entries}
    if about.example is not None:
        whole["example"] = about.example._asdict() | {"score": scores.json_object(score) if score else None}
    whole["picture"] = pictures.json_object(picture) if picture else None
    made: dict[str, Any] = plain(whole)
    return made


def records(about: Explanation) -> None:
    """It lists nothing: it is one record."""


def latex(about: Explanation) -> str:
    """Its formula."""
    return about.latex.strip() + "\n"
