"""The page of a Checkup: each finding in a few lines, worst first; or what was looked at and found clean."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from losscli.render import words
from losscli.render.blocks import Block, Facts, Head, Paragraph, Span
from losscli.render.jsonable import plain

if TYPE_CHECKING:
    from losscli.render.blocks import Role
    from losscli.results.check import Checkup, Finding

    Record = dict[str, Any]

_LABEL = 9
_ROLES: dict[str, Role] = {"error": "title", "warning": "strong", "note": "quiet"}


def page(checkup: Checkup, width: int) -> list[Block]:
    """Everything a person sees of `checkup`, laid out for `width` columns."""
    blocks: list[Block] = [Head("Check", _subject(checkup), _verdict(checkup))]
    for finding in checkup.findings:
        blocks += _finding(finding)
    if checkup.clean:
        looked = [("looked at", Span(sentence)) for sentence in checkup.looked[:1]]
        looked += [("for", Span(sentence)) for sentence in checkup.looked[1:]]
        nothing = "No errors and no warnings." if checkup.notes else "Nothing was found."
        blocks.append(Paragraph(Span(nothing, "strong")))
        blocks.append(Facts(tuple(looked), _LABEL, tight=True))
    for finding in checkup.notes:
        blocks += _finding(finding)
    blocks += [Paragraph(Span(sentence + ".", "quiet"), 2) for sentence in checkup.chosen]
    return blocks


def _subject(checkup: Checkup) -> str:
    of = f"{words.plural(checkup.n, 'row')}" + (f" of {checkup.source}" if checkup.source else "")
    if checkup.loss is None:
        return of
    like = "" if checkup.like == "exact" else f" like {checkup.like}"
    return f"{of} · for {checkup.loss}{like}"


def _verdict(checkup: Checkup) -> str:
    """How many there are of what is printed: `1 error, 2 notes`, `no errors, 1 note`, or `clean`."""
    if not (checkup.findings or checkup.notes):
        return "clean"
    found = Counter(finding.severity for finding in (*checkup.findings, *checkup.notes))
    errors = words.plural(found["error"], "error") if found["error"] else "no errors"
    others = (words.plural(found[kind], kind) for kind in ("warning", "note") if found[kind])
    return ", ".join([errors, *others])


def _finding(finding: Finding) -> list[Block]:
    title = f"{finding.severity}: {finding.title}"
    facts = [("where", Span(_where(finding)))] if finding.columns or finding.count is not None else []
    facts.append(("why", Span(finding.why)))
    if finding.do:
        facts.append(("do", Span(finding.do, "accent")))
    if finding.losses and finding.severity != "note":
        facts.append(("for", Span(", ".join(finding.losses), "quiet")))
    return [Paragraph(Span(title, _ROLES[finding.severity])), Facts(tuple(facts), _LABEL, tight=True)]


def _where(finding: Finding) -> str:
    parts = []
    if finding.columns:
        parts.append(", ".join(finding.columns))
    if finding.count is not None:
        rows = ", ".join(map(str, finding.rows))
        more = finding.count > len(finding.rows)
        if not more:
            parts.append(("row " if finding.count == 1 else "rows ") + rows)
        else:
            parts.append(f"{words.plural(finding.count, 'row')}" + (f", the first: {rows}" if rows else ""))
    return " · ".join(parts)


def json_object(checkup: Checkup) -> Record:
    """A Checkup as a JSON object: schema/check.json."""
    return {
        "clean": checkup.clean,
        "n": checkup.n,
        "source": checkup.source,
        "loss": checkup.loss,
        "like": checkup.like,
        "params": plain(checkup.params),
        "models": list(checkup.models),
        "findings": [_object(finding) for finding in checkup.findings],
        "notes": [_object(finding) for finding in checkup.notes],
        "columns": _columns(checkup),
        "looked": list(checkup.looked),
        "chosen": list(checkup.chosen),
        "version": checkup.version,
    }


def records(checkup: Checkup) -> list[Record]:
    """A record a finding, then a note; none where there is neither."""
    return [_object(finding) for finding in (*checkup.findings, *checkup.notes)]


def _object(finding: Finding) -> Record:
    return {key: plain(value) for key, value in finding._asdict().items()}


def _columns(checkup: Checkup) -> list[Record]:
    seen = checkup.profile
    kinds = {prediction.model: prediction.kind for prediction in seen.predictions}
    truth = seen.truth.kind if seen.truth else ""
    return [
        {
            "name": column.name,
            "role": column.role,
            "model": column.model,
            "kind": kinds.get(column.model or "", truth) if column.role != "weight" else "weight",
            "count": column.count,
            "missing": column.missing,
            "infinite": column.infinite,
            "zeros": column.zeros,
            "negatives": column.negatives,
            "low": plain(column.low),
            "high": plain(column.high),
            "mean": plain(column.mean),
            "std": plain(column.std),
            "distinct": None if column.distinct is None else len(column.distinct),
        }
        for column in seen.columns
    ]
