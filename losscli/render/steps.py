"""The page of Steps: rows line by line, how they become the value; and the same for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from losscli.render import words
from losscli.render.blocks import Block, Facts, FormulaLines, Head, Paragraph, Section, Span
from losscli.render.draw import PROSE
from losscli.render.jsonable import plain, remark_object
from losscli.render.numbers import nested
from losscli.render.score import remarks, warnings
from losscli.render.text import width_of, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from losscli.results.steps import Place, Row, Step, Steps

    Record = dict[str, Any]

_VECTOR = 60  # characters for a vector of a row's head
_TURNS = 3  # of lines that are repeated the first turns are shown, and the last


def page(steps: Steps, width: int) -> list[Block]:
    """Everything a person sees of `steps`, laid out for `width` columns."""
    about = steps.about
    room = min(width, PROSE)
    rest = " · ".join(filter(None, [steps.loss, words.parameters(steps.params)]))
    title = about.title if about else steps.loss
    blocks: list[Block] = [Head(title, rest, words.definition(steps))]
    if about:
        blocks.append(FormulaLines(tuple(about.formula.split("\n")), about.where, tight=True))
    if steps.precision == "float32":
        said = "The lines of a row are taken in float32, to 9 digits; sums in float64."
        blocks.append(Paragraph(Span(said, "quiet"), tight=True))
    blocks += warnings(steps.remarks)
    for row in steps.rows:
        blocks += _row(row, room)
    if steps.hidden:
        what = f"{words.plural(steps.hidden, 'more row')} not shown (--rows all)"
        blocks.append(Paragraph(Span(what, "quiet"), tight=False))
    if steps.whole:
        blocks += [Section(f"All {steps.n} rows at once"), _lines(steps.whole, room, 2)]
    if steps.reduced:
        blocks += [Section("Together"), _lines(steps.reduced, room, 2)]
    blocks += remarks(steps.remarks)
    if about:
        facts = (("unit", Span(about.unit)), ("range", Span(words.best(about, steps.like))))
        blocks.append(Facts((*facts, ("more", Span(f"losscli explain {steps.loss}", "accent"))), 12))
    return blocks


def _row(row: Row, width: int) -> list[Block]:
    named = {"y_true": row.y_true, "y_pred": row.y_pred, "weight": row.weight}
    said = [f"{name} {_given(value)}" for name, value in named.items() if value is not None]
    blocks: list[Block] = [Paragraph(Span("   ".join([f"row {row.row}", *said]), "strong"))]
    if row.rounded:
        numbers = ", ".join(f"{name} {_given(value, 9)}" for name, value in row.rounded.items())
        blocks.append(Paragraph(Span(f"rounded to float32: {numbers}", "quiet"), 2, tight=True))
    for place in row.places:
        blocks += _place(place, width)
    if row.made:
        blocks.append(_lines(row.made, width, 2))
    blocks += [Paragraph(Span(note, "quiet"), 2, tight=True) for note in row.notes]
    return blocks


def _place(place: Place, width: int) -> list[Block]:
    if not place.entry:
        return [_lines(place.steps, width, 2)]
    where = ", ".join(str(k + 1) for k in place.entry)
    named = {"y_true": place.y_true, "y_pred": place.y_pred}
    said = [f"{name} {_given(value)}" for name, value in named.items() if value is not None]
    head = Paragraph(Span("   ".join([f"entry {where}", *said]), "quiet"), 2, tight=True)
    return [head, _lines(place.steps, width, 4)]


def _given(value: Any, digits: int = 15) -> str:
    return f"{value:.{digits}g}" if isinstance(value, (int, float)) else nested(value, _VECTOR)


def _lines(steps: Sequence[Step], width: int, indent: int) -> FormulaLines:
    """The lines of steps; of many turns of a repetition only the first and the last."""
    turns = sorted({step.turn for step in steps if step.turn is not None})
    shown = {None, *turns[:_TURNS], *turns[-1:]}
    lines: list[str] = []
    turn: int | None = None
    for step in steps:
        if step.turn not in shown:
            continue
        if step.turn is not None and step.turn != turn:
            if turn is not None and step.turn > turn + 1:
                lines.append(f"… {words.plural(step.turn - turn - 1, 'turn')} like these …")
            lines.append(f"with {step.note}")
        turn = step.turn
        lines += _line(step._replace(note=None) if step.turn is not None else step, width - indent)
    return FormulaLines(tuple(lines), indent=indent, tight=True)


def _line(step: Step, width: int) -> list[str]:
    """A line as it is where it fits, else each of its parts on its own line, an = under the other."""
    because = [f"because {step.because}"] if step.because else []
    asides = because + [f"({step.note})"] * bool(step.note)
    name, *parts = step.texts
    whole = "   ".join([" = ".join(step.texts), *asides])
    if width_of(whole) <= width:
        return [whole]
    if width_of(" = ".join(step.texts)) <= width:
        lines = [" = ".join(step.texts)]
    else:
        hang = min(width_of(name), 12)
        first = [f"{name} = {parts[0]}", *(" " * hang + f" = {part}" for part in parts[1:])]
        if width_of(name) > hang:
            first = [name, *(" " * hang + f" = {part}" for part in parts)]
        lines = [line for text in first for line in _hung(text, width, hang + 5)]
    return lines + [line for aside in asides for line in _hung("    " + aside, width, 6)]


def _hung(text: str, width: int, hang: int) -> list[str]:
    """`text` in lines of at most `width`, its own indent kept and later lines hung by `hang`."""
    bare = text.lstrip(" ")
    indent = len(text) - len(bare)
    return [" " * indent + line for line in wrap(bare, width - indent, max(hang - indent, 0))]


def json_object(steps: Steps) -> Record:
    """Steps as a JSON object: schema/steps.json."""
    about = steps.about
    return {
        "loss": steps.loss,
        "title": about.title if about else steps.loss,
        "kind": steps.kind,
        "params": plain(steps.params),
        "like": steps.like,
        "precision": steps.precision,
        "n": steps.n,
        "weighted": steps.weighted,
        "reduction": steps.reduction,
        "value": plain(steps.value),
        "divided_by": steps.divided_by,
        "formula": about.formula if about else None,
        "where": about.where if about else None,
        "unit": about.unit if about else None,
        "rows": [_row_object(row) for row in steps.rows],
        "hidden": steps.hidden,
        "whole": [_step_object(step) for step in steps.whole],
        "reduced": [_step_object(step) for step in steps.reduced],
        "remarks": [remark_object(said) for said in steps.remarks],
        "signature": steps.signature,
        "version": steps.version,
    }


def records(steps: Steps) -> list[Record]:
    """A line a record: which row and entry it is of (neither: of all rows together), and the line."""
    lines: list[Record] = []

    def add(made: Iterable[Step], row: int | None = None, entry: tuple[int, ...] = ()) -> None:
        place = {"row": row, "entry": [k + 1 for k in entry]}
        lines.extend({**place, **_step_object(step), "signature": steps.signature} for step in made)

    for row in steps.rows:
        for place in row.places:
            add(place.steps, row.row, place.entry)
        add(row.made, row.row)
    add(steps.whole)
    add(steps.reduced)
    return lines


def _row_object(row: Row) -> Record:
    return {
        "row": row.row,
        "y_true": plain(row.y_true),
        "y_pred": plain(row.y_pred),
        "weight": plain(row.weight),
        "loss": plain(row.loss),
        "rounded": plain(row.rounded),
        "places": [
            {
                "entry": [k + 1 for k in place.entry],
                "y_true": plain(place.y_true),
                "y_pred": plain(place.y_pred),
                "steps": [_step_object(step) for step in place.steps],
            }
            for place in row.places
        ],
        "hidden": row.hidden,
        "steps": [_step_object(step) for step in row.made],
        "notes": list(row.notes),
    }


def _step_object(step: Step) -> Record:
    return {
        "name": step.name,
        "expression": step.expression,
        "substituted": step.substituted,
        "value": plain(step.value),
        "because": step.because,
        "note": step.note,
        "text": " = ".join(step.texts),
        "cut": step.cut,
    }
