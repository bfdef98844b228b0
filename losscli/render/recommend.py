"""The pages of Recommendations and Tasks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from losscli.render import words
from losscli.render.blocks import (
    Block,
    Column,
    CommandLine,
    Facts,
    Grid,
    Head,
    Items,
    Paragraph,
    Section,
    Span,
)
from losscli.render.jsonable import plain, remark_object
from losscli.render.score import remarks
from losscli.results.recommend import Recommendations, Tasks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from losscli.results.recommend import Recommendation


def page(record: Recommendations | Tasks, width: int) -> list[Block]:
    """The first loss with its reasons and the line to run, the runners-up, and all that was measured."""
    if isinstance(record, Tasks):
        return _tasks(record)
    first, *others = record.recommendations
    blocks: list[Block] = [Head(first.title, first.loss, record.task)]
    blocks.append(Paragraph(Span(_where(record), "quiet"), tight=True))
    blocks.append(Items(tuple(Span(reason) for reason in first.reasons)))
    blocks += _parameters(first)
    blocks.append(_command(first.command))
    if others:
        blocks.append(Section("Runners-up"))
        for other in others:
            blocks += _runner_up(other)
    measured = tuple(
        Span(evidence.text) for evidence in record.evidence if evidence.text not in first.reasons
    )
    if measured:
        blocks += [Section("Measured"), Items(measured)]
    if record.examples:
        blocks.append(Section("In Keras's examples"))
        blocks.append(Paragraph(Span(record.examples), 2, tight=True))
    return [*blocks, *remarks(record.remarks)]


def json_object(record: Recommendations | Tasks) -> dict[str, Any]:
    """schema/recommend.json."""
    if isinstance(record, Tasks):
        return {"tasks": [task._asdict() for task in record.tasks], "version": record.version}
    return {
        "task": record.task,
        "title": record.title,
        "n": record.n,
        "source": record.source,
        "reading": record.reading,
        "recommendations": [_object(entry) for entry in record.recommendations],
        "evidence": [plain(evidence._asdict()) for evidence in record.evidence],
        "examples": record.examples,
        "remarks": [remark_object(said) for said in record.remarks],
        "version": record.version,
    }


def records(record: Recommendations | Tasks) -> list[dict[str, Any]]:
    """A recommendation, or a task, a record."""
    if isinstance(record, Tasks):
        return [task._asdict() for task in record.tasks]
    return [
        {"task": record.task, **_object(entry), "n": record.n, "version": record.version}
        for entry in record.recommendations
    ]


def _object(entry: Recommendation) -> dict[str, Any]:
    return {
        **entry._asdict(),
        "params": plain(entry.params),
        "reasons": list(entry.reasons),
        "derived": list(entry.derived),
    }


def _where(record: Recommendations) -> str:
    if record.n is None:
        return f"{record.title}; {record.reading}"
    of = f" of {record.source}" if record.source else ""
    return f"{words.plural(record.n, 'row')}{of}: {record.reading}. Evidence, not a verdict."


def _parameters(entry: Recommendation) -> list[Block]:
    if not entry.params:
        return []
    return [Facts(tuple(("" if i else "with", Span(text)) for i, text in enumerate(_suggested(entry))))]


def _suggested(entry: Recommendation) -> Sequence[str]:
    """How each parameter was got, or where that is not said what they are."""
    return entry.derived or [words.parameters(entry.params)] * bool(entry.params)


def _runner_up(entry: Recommendation) -> list[Block]:
    facts = [("when", Span(entry.when or ""))]
    facts += [("" if i else "why", Span(reason)) for i, reason in enumerate(entry.reasons)]
    facts += [("" if i else "with", Span(text)) for i, text in enumerate(_suggested(entry))]
    rows = tuple((Span(label, "quiet"), text) for label, text in facts)
    return [
        Paragraph(Span(f"{entry.loss}   {entry.title}", "strong"), 2),
        Grid((Column(""), Column("", flex=True)), rows, header=False, indent=4, tight=True),
        _command(entry.command, indent=4, tight=True),
    ]


def _command(line: str, indent: int = 2, tight: bool = False) -> Block:
    # An option stays with its value where the line is broken.
    return CommandLine(tuple(re.split(r" (?=--?[a-z])", line)), indent, tight)


def _tasks(record: Tasks) -> list[Block]:
    columns = (Column("task"), Column("what is predicted", flex=True), Column("first"))
    rows = tuple((Span(t.name, "strong"), Span(t.title), Span(t.first, "accent")) for t in record.tasks)
    return [
        Head("Tasks", f"{len(record.tasks)} that advice can be asked for by name"),
        Grid(columns, rows),
        Facts((("more", Span("losscli recommend --task NAME", "accent")),)),
    ]
