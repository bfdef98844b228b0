"""What makes a number, as the last part of a Score's and of a Comparison's page; and as JSON."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from losscli.render.blocks import Bar, Block, Column, Facts, Grid, Paragraph, Section, Span, natural_width
from losscli.render.jsonable import plain
from losscli.render.numbers import aligned, column, nested, scalar, share, shares
from losscli.render.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from losscli.results.compare import Comparison
    from losscli.results.score import Score
    from losscli.results.why import Cells, Constant, Ranking, Why, Without

_LINE = (0.01, 0.05, 0.1, 0.25, 0.5)  # the points of the Lorenz line that a page shows
_COLUMNS, _LONGEST = 30, 60  # columns of a file, and characters of a cell, that a page shows
_FLOAT = re.compile(r"-?\d+\.\d{5,}(e[+-]?\d+)?", re.ASCII)


def blocks(told: Why, width: int) -> list[Block]:
    """What makes one score: concentration, the value without the worst, constants, the worst rows."""
    made: list[Block] = [Section(f"What makes {scalar(told.value)}")]
    made += _concentration(told)
    if told.without:
        made += [Section("Without the worst"), _without(told)]
    if told.constants:
        made += [Section("Against a constant prediction"), _constants(told)]
        made.append(Paragraph(Span(_standing(told), "strong"), 2, tight=True))
    if any(row.cells for row in told.worst):
        made.append(Section("The worst rows"))
        texts = [[str(row.row) for row in told.worst], column([row.loss for row in told.worst])]
        names = ["row", "loss"]
        if all(row.share is not None for row in told.worst):
            names.append("share")
            texts.append(shares([row.share for row in told.worst]))
        heads = [tuple(zip(names, cells, strict=True)) for cells in zip(*texts, strict=True)]
        made += _rows(heads, [row.cells for row in told.worst], width)
    return made


def compared(comparison: Comparison, width: int) -> list[Block]:
    """The same for a comparison, in a table each; and how the order of the worst rows changes."""
    scores = [score for score in comparison.scores if score.why is not None]
    if not scores:
        return []
    several = len(comparison.models) > 1
    made: list[Block] = [Section("What makes these numbers"), *_shares(scores, several, width)]
    if held := _held(comparison, scores):
        made += [Section("Against a constant prediction"), *held]
    if comparison.ranking is not None:
        made += [Section("The worst rows, and their places"), *_places(comparison.ranking, several, width)]
    return made


def why_object(told: Why) -> dict[str, Any]:
    """A Why as a JSON object: `why` in schema/compute.json."""
    whole = {name: getattr(told, name) for name in told.__dataclass_fields__}
    worst = [row._asdict() | {"cells": dict(row.cells)} for row in told.worst]
    lists = {name: [part._asdict() for part in whole[name]] for name in ("lorenz", "without", "constants")}
    made: dict[str, Any] = plain(whole | lists | {"worst": worst})
    return made


def ranking_object(ranked: Ranking) -> dict[str, Any]:
    """A Ranking as a JSON object: `ranking` in schema/compare.json."""
    rows = [
        {"row": row.row, "ranks": [rank._asdict() for rank in row.ranks], "cells": dict(row.cells)}
        for row in ranked.rows
    ]
    return {"rows": rows, "moves": ranked.moves}


def _concentration(told: Why) -> list[Block]:
    if told.uneven is not None or told.half is None or told.ninety is None or told.gini is None:
        return [Paragraph(Span(f"No shares: {told.uneven}."), 2, tight=True)]
    facts = [
        ("half of it is made by", _of(told.half, told)),
        ("90 % of it by", _of(told.ninety, told)),
        ("Gini", f"{told.gini:.2f}: 0 if every row costs the same, near 1 if one row makes it all"),
    ]
    made: list[Block] = [Facts(tuple((label, Span(text)) for label, text in facts), tight=True)]
    points = [point for point in told.lorenz if point.fraction in _LINE]
    if len(points) > 1:
        texts = shares([point.share for point in points])
        rows = tuple(
            (
                Span(f"{point.fraction:.0%}".replace("%", " %")),
                Span(str(point.rows)),
                Span(text),
                Bar(point.share),
            )
            for point, text in zip(points, texts, strict=True)
        )
        columns = (Column("the worst", right=True), Column("rows", right=True), Column("make", right=True))
        made.append(Grid((*columns, Column("of it", bar=True)), rows))
    return made


def _of(count: int, told: Why) -> str:
    about = "" if told.exact else "about "
    return f"{about}{count} of {plural(told.n, 'row')} ({share(count / told.n)})"


def _without(told: Why) -> Grid:
    values = aligned([scalar(left.value) for left in told.without])
    rows = [
        (Span(_left_out(left)), Span(value, "strong"), Span(_change(left.falls), "quiet"))
        for left, value in zip(told.without, values, strict=True)
    ]
    return Grid((Column(""), Column(""), Column("", flex=True)), tuple(rows), header=False, tight=True)


def _left_out(left: Without) -> str:
    if left.fraction is None:
        return f"without row {left.rows[0]}"
    return f"without the worst {left.fraction * 100:g} % ({plural(left.left_out, 'row')})"


def _change(falls: float | None) -> str:
    if falls is None:
        return ""
    return f"({share(abs(falls))} {'lower' if falls >= 0 else 'higher'})"


def _constants(told: Why) -> Grid:
    values = column([constant.value for constant in told.constants])
    rows = [
        (Span(constant.what), Span(_predicted(constant)), Span(value, "strong"))
        for constant, value in zip(told.constants, values, strict=True)
    ]
    columns = (Column("for every row", flex=True), Column("y_pred", right=True), Column("loss", right=True))
    return Grid(columns, tuple(rows))


def _predicted(constant: Constant) -> str:
    value = constant.constant
    text = nested(value, 24) if isinstance(value, list) else scalar(value)
    return text if constant.exact else f"~{text}"


def _standing(told: Why) -> str:
    held = told.constants[told.reference or 0]
    which = "the best constant" if held.best else "that constant"
    if len(told.constants) > 1 and not held.best:
        which = "the better constant"
    value, other = scalar(told.value), scalar(held.value)
    if told.value == held.value:
        return f"{value} is what {which} would cost, too."
    below = told.value < held.value
    if held.skill is None:
        side = "less than" if below else "more than"
    else:
        side = f"{share(abs(held.skill))} {'below' if below else 'above'}"
    return f"{value} is {side} the {other} of {which}" + ("." if below else ", which does better.")


def _rows(heads: Sequence[Cells], cells: Sequence[Cells], width: int) -> list[Block]:
    """Rows of a file: a line, a column or a list each, the first that `width` has room for."""
    rows = [
        [*head, *((name, _cell(text)) for name, text in row[:_COLUMNS])]
        for head, row in zip(heads, cells, strict=True)
    ]
    names = [name for name, _ in rows[0]]
    blocks: list[Block] = []
    if all([name for name, _ in row] == names for row in rows):
        columns = tuple(
            Column(name, right=_numbers(row[i][1] for row in rows)) for i, name in enumerate(names)
        )
        lines = Grid(columns, tuple(tuple(Span(text) for _, text in row) for row in rows))
        across = Grid(
            (Column(names[0]), *(Column(row[0][1], right=True) for row in rows)),
            tuple(
                (Span(name, "quiet"), *(Span(row[i][1]) for row in rows)) for i, name in enumerate(names) if i
            ),
        )
        blocks = next(([grid] for grid in (lines, across) if natural_width(grid, 2) <= width), [])
    if not blocks:
        for row in rows:
            blocks += [Facts(tuple((name, Span(text)) for name, text in row))]
    hidden = max(len(row) - _COLUMNS for row in cells)
    cut = any(len(text) > _LONGEST for row in cells for _, text in row)
    said = f"{plural(hidden, 'column')} more" if hidden > 0 else ""
    said += " and " * bool(said and cut) + "the whole of the long cells" * cut
    if said:
        blocks.append(Paragraph(Span(f"--format json has {said}", "quiet"), 2))
    return blocks


def _cell(text: str) -> str:
    """A cell as a page shows it: long decimals rounded, as all numbers are; long texts cut and marked so."""
    if _FLOAT.fullmatch(text):
        return scalar(float(text))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]}… ({len(text)} characters)"


def _numbers(texts: Iterable[str]) -> bool:
    return all(re.fullmatch(r"[-+]?[\d.]+(e[+-]?\d+)?( %)?|", text) for text in map(str.strip, texts))


def _named(scores: Sequence[Score], several: bool) -> tuple[list[Column], list[list[Span]]]:
    """The columns that name a score: its loss, at its first, and its model where there are several."""
    losses = [score.loss for score in scores]
    firsts = [loss if losses.index(loss) == i else "" for i, loss in enumerate(losses)]
    columns, cells = [Column("loss")], [[Span(text, "strong") for text in firsts]]
    if several:
        columns.append(Column("model"))
        cells.append([Span(score.model or "") for score in scores])
    return columns, cells


def _shares(scores: Sequence[Score], several: bool, width: int) -> list[Block]:
    whys = [score.why for score in scores if score.why is not None]
    named, names = _named(scores, several)
    made_by, without = [], []
    for i, header in enumerate(("half is made by", "90 % by")):
        counts = [(told, (told.half, told.ninety)[i]) for told in whys]
        cells = ["–" if n is None else _count(n, told) for told, n in counts]
        made_by.append((header, cells))
    for fraction, header in ((None, "without the worst row"), (0.01, "without the worst 1 %")):
        left = [next((w for w in told.without if w.fraction == fraction), None) for told in whys]
        if any(left):
            values = aligned(["–" if w is None else scalar(w.value) for w in left])
            changes = ["" if w is None else _change(w.falls) for w in left]
            cells = [f"{value} {change}".rstrip() for value, change in zip(values, changes, strict=True)]
            without.append((header, cells))

    def grid(parts: Sequence[tuple[str, list[str]]]) -> Grid:
        columns = [*named, *(Column(header) for header, _ in parts)]
        cells = [*names, *([Span(text) for text in texts] for _, texts in parts)]
        return Grid(tuple(columns), tuple(zip(*cells, strict=True)))

    whole = grid([*made_by, *without])
    blocks: list[Block] = [whole]
    if natural_width(whole, 2) > width:
        blocks = [grid(parts) for parts in (made_by, without) if parts]
    uneven = dict.fromkeys(told.uneven for told in whys if told.uneven is not None)
    for why in uneven:
        of = ", ".join(dict.fromkeys(told.loss for told in whys if told.uneven == why))
        blocks.append(Paragraph(Span(f"{of}: {why}.", "quiet"), 2))
    return blocks


def _count(count: int, told: Why) -> str:
    return f"{'' if told.exact else '~'}{plural(count, 'row')} ({share(count / told.n)})"


def _held(comparison: Comparison, scores: Sequence[Score]) -> list[Block]:
    """A row a loss, and a constant of it: what it costs, and how far each model is below or above it."""
    rows = []
    for loss in comparison.losses:
        whys = [score.why for score in scores if score.loss == loss and score.why is not None]
        held = [None if told.reference is None else told.constants[told.reference] for told in whys]
        known = [(f"{one.what}, {_predicted(one)}", scalar(one.value)) if one else None for one in held]
        for number, words in enumerate(filter(None, dict.fromkeys(known))):
            skills = [
                _skill(one) if one and words == own else Span("")
                for one, own in zip(held, known, strict=True)
            ]
            rows.append((Span("" if number else loss, "strong"), *map(Span, words), *skills))
    if not rows:
        return []
    models = comparison.models if len(comparison.models) > 1 else ("the model",)
    columns = (Column("loss"), Column("for every row", flex=True), Column("costs", right=True))
    return [Grid((*columns, *(Column(model, right=True) for model in models)), tuple(rows))]


def _skill(held: Constant) -> Span:
    if held.skill is None:
        return Span("–")
    return Span(f"{share(abs(held.skill))} {'below' if held.skill >= 0 else 'above'}")


def _places(ranked: Ranking, several: bool, width: int) -> list[Block]:
    ranks = ranked.rows[0].ranks
    losses = [rank.loss for rank in ranks]
    rows = [
        (
            Span(rank.loss if losses.index(rank.loss) == i else "", "strong"),
            *((Span(rank.model or ""),) if several else ()),
            *(Span(str(row.ranks[i].rank)) for row in ranked.rows),
        )
        for i, rank in enumerate(ranks)
    ]
    named = [Column("loss"), *([Column("model", flex=True)] if several else [])]
    grid = Grid((*named, *(Column(f"row {row.row}", right=True) for row in ranked.rows)), tuple(rows))
    blocks: list[Block] = [grid, Paragraph(Span(ranked.moves), 2)]
    if any(row.cells for row in ranked.rows):
        heads = [(("row", str(row.row)),) for row in ranked.rows]
        blocks += _rows(heads, [row.cells for row in ranked.rows], width)
    return blocks
