"""The page of a Parity: a row a framework, its call, its number, and why it differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from losscli.render import words
from losscli.render.blocks import (
    Block,
    Column,
    Facts,
    FormulaLines,
    Grid,
    Head,
    Paragraph,
    Section,
    Span,
    natural_width,
)
from losscli.render.jsonable import plain, remark_object
from losscli.render.numbers import aligned, scalar
from losscli.render.score import remarks

if TYPE_CHECKING:
    from losscli.results.parity import Parity, ParityRow

_FOR_CODE = ("kinds", "names")  # what JSON leaves out
_DIGITS = 8  # of a number beside others that may differ from it in the seventh


def page(parity: Parity, width: int) -> list[Block]:
    """Everything a person sees of `parity`, laid out for `width` columns."""
    about = parity.about
    named = " · ".join(filter(None, (parity.loss, words.parameters(parity.params))))
    blocks: list[Block] = [Head(about.title, named, "parity")]
    blocks.append(FormulaLines(tuple(about.formula.split("\n")), about.where, tight=True))
    blocks.append(Paragraph(Span(_data(parity), "quiet")))
    blocks += _table(parity, width)
    blocks += _causes(parity)
    if parity.live:
        blocks += _measured(parity)
    blocks += remarks(parity.remarks)
    if len(parity.rows) == 1:
        blocks.append(Paragraph(Span("No framework that losscli knows has a call for this loss.")))
    blocks.append(Facts((("more", Span(f"losscli explain {parity.loss}", "accent")),), 12))
    return blocks


def _data(parity: Parity) -> str:
    of = f" of {parity.source}" if parity.source else ""
    return f"mean over {words.plural(parity.n, 'row')}{of}" + ", weighted" * parity.weighted


def _table(parity: Parity, width: int) -> list[Block]:
    """The grid with its calls; where these do not fit, each stands on a line of its own beneath."""
    numbers = aligned(["–" if row.value is None else scalar(row.value, _DIGITS) for row in parity.rows])
    columns = (Column("framework"), Column("number"), Column("beside the definition", flex=True))
    rows = tuple(
        (
            Span(row.title, "strong"),
            Span(text, "title" if row.framework == "exact" else "plain"),
            Span(_said(row)),
        )
        for row, text in zip(parity.rows, numbers, strict=True)
    )
    calls = tuple(Span(row.call, "accent") for row in parity.rows)
    wide = Grid(
        (*columns, Column("call")), tuple((*row, call) for row, call in zip(rows, calls, strict=True))
    )
    if natural_width(wide, 2) <= width:
        return [wide]
    named = tuple((row.title, call) for row, call in zip(parity.rows, calls, strict=True))
    return [Grid(columns, rows), Section("Calls"), Facts(named, role="plain")]


def _said(row: ParityRow) -> str:
    if row.framework == "exact":
        return ""
    if row.takes is not None:
        return f"takes {row.takes}" if row.names else row.takes
    if row.same:
        return "the same number" + " in float32" * (row.precision == "float32")
    return ", ".join(row.kinds)


def _causes(parity: Parity) -> list[Block]:
    """The sentences, framework by framework; that a number is float32's is told in the table."""
    said = [
        (row.title if first else "", Span(cause))
        for row in parity.rows
        for first, cause in zip(
            [True] + [False] * len(row.causes), [c for c in row.causes if c != "float32"], strict=False
        )
    ]
    return [Section("Why"), Facts(tuple(said), role="plain")] if said else []


def _measured(parity: Parity) -> list[Block]:
    rows = []
    for row in parity.rows[1:]:
        if row.live is None:
            note = row.live_note or "nothing to run"
            rows.append((Span(row.title), Span(row.live_version or ""), Span("–"), Span("–"), Span(note)))
            continue
        difference = "–" if row.live_difference is None else scalar(row.live_difference, 2)
        verdict = Span("verified", "strong") if row.verified else Span("another number", "strong")
        rows.append(
            (
                Span(row.title),
                Span(row.live_version or ""),
                Span(scalar(row.live, _DIGITS)),
                Span(difference),
                verdict,
            )
        )
    if not rows:
        return []
    columns = (
        Column("framework"),
        Column("version", flex=True),
        Column("measured", right=True),
        Column("difference", right=True),
        Column("", flex=True),
    )
    return [Section("Run here"), Grid(columns, tuple(rows))]


def json_object(parity: Parity) -> dict[str, Any]:
    """A Parity as a JSON object: schema/parity.json."""
    return {
        "loss": parity.loss,
        "title": parity.about.title,
        "params": plain(parity.params),
        "n": parity.n,
        "weighted": parity.weighted,
        "source": parity.source,
        "formula": parity.about.formula,
        "unit": parity.about.unit,
        "rows": [_row_object(row) for row in parity.rows],
        "live": parity.live,
        "remarks": [remark_object(said) for said in parity.remarks],
        "signature": parity.signature,
        "version": parity.version,
    }


def _row_object(row: ParityRow) -> dict[str, Any]:
    return {key: plain(value) for key, value in row._asdict().items() if key not in _FOR_CODE}


def records(parity: Parity) -> list[dict[str, Any]]:
    """A record a row: a framework's number."""
    shared = {"signature": parity.signature, "version": parity.version}
    return [{"loss": parity.loss, **_row_object(row), **shared} for row in parity.rows]
