"""Groups on the pages of a Score and of a Comparison, and in their records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from losscli.render import words
from losscli.render.blocks import Bar, Block, Column, Grid, Paragraph, Section, Span, least_width
from losscli.render.numbers import column, shares

if TYPE_CHECKING:
    from collections.abc import Sequence

    from losscli.results.compare import Comparison
    from losscli.results.groups import Groups
    from losscli.results.score import Score

    Record = dict[str, Any]
    Cells = list[Span | Bar]

SHOWN = 20  # groups


def of_score(score: Score) -> list[Block]:
    """A Score's groups: how many rows each has, its value, and its share of the whole."""
    groups = score.groups
    if groups is None:
        return []
    header = score.reduction if score.kind == "sample" else "value"
    columns, cells = _named(groups)
    columns.append(Column(header, right=True))
    cells.append([Span(text, "strong") for text in column(groups.value[:SHOWN].tolist())])
    _add_shares(groups, columns, cells)
    return [_grid(columns, cells), *_hidden(groups)]


def of_comparison(comparison: Comparison, width: int) -> list[Block]:
    """A Comparison's groups, one grid a loss: a row a group and a column a model, the best with a star."""
    blocks: list[Block] = []
    for loss in comparison.losses:
        scores = [score for score in comparison.scores if score.loss == loss]
        groups = scores[0].groups
        if groups is None:
            continue
        best = comparison.group_best.get(loss, ())
        columns, cells = _named(groups)
        texts = [_starred(score, best) for score in scores]
        several = len(scores) > 1
        for score, written in zip(scores, texts, strict=True):
            starred = any("★" in text for text in written)
            name = (score.model or "value") if several else "value"
            columns.append(Column(name + "  " * starred, right=True))
            cells.append([Span(text, "title" if "★" in text else "plain") for text in written])
        if not several:
            _add_shares(groups, columns, cells)
        grid = _grid(columns, cells)
        if several and least_width(grid) > width:
            grid = _stacked(groups, scores, texts)
        blocks += [Section(f"{loss} by {', '.join(groups.by)}"), grid, *_hidden(groups)]
    return blocks


def records(score: Score) -> list[Record]:
    """A flat record a group: its labels by column, n, value and share."""
    groups = score.groups
    assert groups is not None
    taken = {"loss", "model", "n", "value", "share", "best", "signature", "version"}
    names: list[str] = []
    for name in groups.by:
        while name in taken:
            name = f"by_{name}"
        taken.add(name)
        names.append(name)
    return [
        {**dict(zip(names, labels, strict=True)), "n": n, "value": value, "share": share}
        for labels, n, value, share in _each(groups)
    ]


def objects(score: Score) -> list[Record]:
    """The same as JSON objects, the labels in one of their own."""
    groups = score.groups
    assert groups is not None
    return [
        {"labels": dict(zip(groups.by, labels, strict=True)), "n": n, "value": value, "share": share}
        for labels, n, value, share in _each(groups)
    ]


def _each(groups: Groups) -> Any:
    parts = [None] * len(groups.labels) if groups.share is None else groups.share.tolist()
    return zip(groups.labels, groups.n.tolist(), groups.value.tolist(), parts, strict=True)


def _named(groups: Groups) -> tuple[list[Column], list[Cells]]:
    columns = [Column(name, flex=True) for name in groups.by]
    cells: list[Cells] = [[Span(label) for label in one] for one in zip(*groups.labels[:SHOWN], strict=True)]
    columns.append(Column("n", right=True))
    cells.append([Span(str(n), "quiet") for n in groups.n[:SHOWN].tolist()])
    return columns, cells


def _add_shares(groups: Groups, columns: list[Column], cells: list[Cells]) -> None:
    if groups.share is None:
        return
    parts = groups.share[:SHOWN].tolist()
    largest = max(parts, default=0.0) or 1.0
    columns += [Column("share", right=True), Column("", bar=True)]
    cells += [[Span(text) for text in shares(parts)], [Bar(part / largest) for part in parts]]


def _starred(score: Score, best: Sequence[Sequence[str]]) -> list[str]:
    assert score.groups is not None
    texts = column(score.groups.value[:SHOWN].tolist())
    marks = [score.model in models for models in best[:SHOWN]]
    if not any(marks):
        return texts
    return [text + (" ★" if mark else "  ") for text, mark in zip(texts, marks, strict=True)]


def _stacked(groups: Groups, scores: Sequence[Score], texts: Sequence[Sequence[str]]) -> Grid:
    """A row for each group and model; the group stands at its first."""
    columns = [*(Column(name, flex=True) for name in groups.by), Column("n", right=True)]
    rows: list[tuple[Span, ...]] = []
    for k, labels in enumerate(groups.labels[:SHOWN]):
        for i, score in enumerate(scores):
            named = [*labels, str(groups.n[k])] if i == 0 else [""] * (len(labels) + 1)
            text = texts[i][k]
            value = Span(text, "title" if "★" in text else "plain")
            rows.append((*map(Span, named), Span(score.model or ""), value))
    return Grid((*columns, Column("model"), Column("value", right=True)), tuple(rows))


def _grid(columns: Sequence[Column], cells: Sequence[Cells]) -> Grid:
    return Grid(tuple(columns), tuple(zip(*cells, strict=True)))


def _hidden(groups: Groups) -> list[Block]:
    more = len(groups.labels) - SHOWN
    if more <= 0:
        return []
    text = f"{words.plural(more, 'more group')} not shown (--format csv has them all)"
    return [Paragraph(Span(text, "quiet"), 2, tight=True)]
