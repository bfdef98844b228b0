"""The page of a Comparison: a row a loss and a column a model, or a row each where that is too wide."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from losscli.render import why, words
from losscli.render.blocks import (
    Block,
    Column,
    Facts,
    Grid,
    Head,
    Items,
    Paragraph,
    Section,
    Span,
    least_width,
)
from losscli.render.jsonable import plain, remark_object
from losscli.render.numbers import aligned, column, scalar
from losscli.render.score import NO_GROUPS, SUMMARY, remarks, warnings
from losscli.render.score import json_object as score_object

if TYPE_CHECKING:
    from collections.abc import Callable

    from losscli.results.compare import Comparison
    from losscli.results.score import Remark, Score

    Record = dict[str, Any]
    Groups = dict[str, list[Score]]  # loss by loss, each loss's models
    Layout = tuple[Grid, Callable[[Score], str]]  # and the words for what the grid has no column for

_LOSS = (Column("loss"), Column("unit", flex=True))
_HALF = Column("half is made by")


def page(comparison: Comparison, width: int) -> list[Block]:
    """Everything a person sees of `comparison`, laid out for `width` columns."""
    several = len(comparison.models) > 1
    groups: Groups = {}
    for score in comparison.scores:
        groups.setdefault(score.loss, []).append(score)
    best = any(comparison.best.values())
    own = {said for score in comparison.scores for said in score.remarks}
    said = [*(r for r in comparison.remarks if r not in own), *_remarks(groups, several)]
    blocks: list[Block] = [Head(_title(comparison), right="★ best of its loss" if best else "")]
    blocks += warnings(said)
    if groups:
        layouts = _several(comparison, groups) if several else _single(groups)
        grid, untold = next((pair for pair in layouts if least_width(pair[0]) <= width), layouts[-1])
        blocks.append(grid)
        if leaning := _leaning(comparison, groups):
            blocks.append(Paragraph(Span(leaning), 2))
        beside = [(_beside(scores), untold(_leader(comparison, scores))) for scores in groups.values()]
        facts = zip(groups, ("; ".join(filter(None, parts)) for parts in beside), strict=True)
        blocks.append(Facts(tuple((loss, Span(said, "quiet")) for loss, said in facts), role="plain"))
    if comparison.group_best:
        from losscli.render.groups import of_comparison

        blocks += of_comparison(comparison, width)
    blocks += remarks(said)
    blocks += why.compared(comparison, width)
    if comparison.refused:
        refused = [
            (f"{r.loss} ({r.model})" if r.model and several else r.loss, r.why) for r in comparison.refused
        ]
        blocks += [Section("Left out"), Items(tuple(Span(f"{name}: {why}") for name, why in refused))]
    return blocks


def _title(comparison: Comparison) -> str:
    rows = words.plural(comparison.n, "row") + (f" of {comparison.source}" if comparison.source else "")
    models = comparison.models
    against = words.counted(len(models), "model") if len(models) > 1 else models[0] if models else "y_pred"
    examples = [score.about and score.about.example for score in comparison.scores]
    untold = examples and all(example and example.y_true is None for example in examples)
    return f"{rows}, {against}" if untold else f"{rows}, y_true against {against}"


def _several(comparison: Comparison, groups: Groups) -> list[Layout]:
    """The layouts for several models, widest first, each with what it leaves untold of a loss."""
    columns = _side_by_side(comparison, groups)
    narrower = Grid(columns.columns[:-1], tuple(row[:-1] for row in columns.rows))
    return [
        (columns, _worst),
        (narrower, lambda score: "; ".join(filter(None, (_half(score), _worst(score))))),
        (_stacked(comparison, groups), _worst),
    ]


def _side_by_side(comparison: Comparison, groups: Groups) -> Grid:
    units = [Span(_unit(scores[0])) for scores in groups.values()]
    columns, cells = list(_LOSS), [[Span(loss, "strong") for loss in groups], units]
    written = {loss: _written(comparison, scores) for loss, scores in groups.items()}
    for model in comparison.models:
        texts = _aligned([written[loss].get(model, "–") for loss in groups])
        starred = any("★" in text for text in texts)
        columns.append(Column(model + "  " * starred, right=True))
        cells.append([_marked(text) for text in texts])
    columns.append(_HALF)
    leaders = [_leader(comparison, scores) for scores in groups.values()]
    cells.append(
        [Span(f"{s.model}: {words.half(s.concentration)}" if s.concentration else "–") for s in leaders]
    )
    return Grid(tuple(columns), tuple(zip(*cells, strict=True)))


def _stacked(comparison: Comparison, groups: Groups) -> Grid:
    """A row for each loss and model; the loss and its unit stand at its first."""
    values = [text for scores in groups.values() for text in _written(comparison, scores).values()]
    texts = iter(_aligned(values))
    rows = [
        (
            Span(score.loss if first else "", "strong"),
            Span(_unit(score) if first else ""),
            Span(score.model or ""),
            _marked(next(texts)),
            Span(words.half(score.concentration)),
        )
        for scores in groups.values()
        for score, first in zip(scores, [True] + [False] * len(scores), strict=False)
    ]
    return Grid((*_LOSS, Column("model", flex=True), Column("value"), _HALF), tuple(rows))


def _single(groups: Groups) -> list[Layout]:
    """The layouts for one model, a row a loss; the narrower leaves the worst row untold."""
    scores = [score for row in groups.values() for score in row]
    texts = aligned(["–" if score.value is None else scalar(score.value) for score in scores])
    rows = [
        (
            Span(score.loss, "strong"),
            Span(_unit(score)),
            Span(text, "title"),
            Span(words.half(score.concentration)),
            Span(words.worst(score.concentration)),
        )
        for score, text in zip(scores, texts, strict=True)
    ]
    columns = (*_LOSS, Column("value", right=True), _HALF, Column("worst row"))
    return [
        (Grid(columns, tuple(rows)), lambda score: ""),
        (Grid(columns[:-1], tuple(row[:-1] for row in rows)), _worst),
    ]


def _unit(score: Score) -> str:
    return score.about.unit if score.about else ""


def _written(comparison: Comparison, scores: list[Score]) -> dict[str | None, str]:
    """One loss's values by model, with as many decimals each, the best with a star."""
    texts = column([score.value for score in scores])
    best = comparison.best.get(scores[0].loss, ())
    return {
        score.model: (text.strip() or "–") + (" ★" if score.model in best else "")
        for score, text in zip(scores, texts, strict=True)
    }


def _aligned(texts: list[str]) -> list[str]:
    """Values aligned on the point, the stars under each other."""
    numbers = aligned([text.removesuffix(" ★") for text in texts])
    if not any("★" in text for text in texts):
        return numbers
    return [number + (" ★" if "★" in text else "  ") for number, text in zip(numbers, texts, strict=True)]


def _marked(text: str) -> Span:
    return Span(text, "title" if "★" in text else "plain")


def _leader(comparison: Comparison, scores: list[Score]) -> Score:
    """The best model's score, or the first where none is marked."""
    best = comparison.best.get(scores[0].loss, ())
    return next((score for score in scores if score.model in best), scores[0])


def _half(score: Score) -> str:
    made = score.concentration
    return f"half is made by {score.model}: {words.half(made)}" if made else ""


def _worst(score: Score) -> str:
    return f"worst {words.worst(score.concentration)}" if score.concentration else ""


def _leaning(comparison: Comparison, groups: Groups) -> str | None:
    """Which loss rests on the fewest rows, where that is less than half as many as for another."""
    leaders = [_leader(comparison, scores) for scores in groups.values()]
    known = sorted((s.concentration.half, s.loss, s.concentration.worst) for s in leaders if s.concentration)
    if len(known) < 2 or 2 * known[0][0] > known[-1][0]:
        return None
    (few, loss, row), (many, other, _) = known[0], known[-1]
    return f"{loss} leans on fewer rows ({few}) than {other} does ({many}): look at row {row} first."


def _beside(scores: list[Score]) -> str:
    """What belongs beside a loss's numbers: reduction and divisor, range and best, parameters, framework."""
    score, params = scores[0], dict(scores[0].params)
    for name in params:
        if any(other.params[name] != params[name] for other in scores):
            params[name] = "by model"
    reduced = {"statistic": None}.get(score.kind, "value" if score.reduction == "none" else score.reduction)
    parts = [
        ", ".join(filter(None, (reduced, words.divided(score) if reduced != "sum" else None))),
        words.best(score.about, score.like) if score.about else "",
        words.parameters(params),
        "" if score.like == "exact" else words.definition(score),
    ]
    return "; ".join(filter(None, parts))


def _remarks(groups: Groups, several: bool) -> list[Remark]:
    """The scores' remarks, each named by its loss, and by its model unless it holds for all of them."""
    said: list[Remark] = []
    for loss, scores in groups.items():
        common = [r for r in scores[0].remarks if all(r in score.remarks for score in scores)]
        said += [_named(loss, r) for r in common]
        for score in scores:
            name = f"{loss}, {score.model}" if several else loss
            said += [_named(name, r) for r in score.remarks if r not in common]
    return said


def _named(name: str, said: Remark) -> Remark:
    return replace(said, text=f"{name}: {said.text}")


def json_object(comparison: Comparison) -> Record:
    """A Comparison as a JSON object: schema/compare.json. Its scores come without their samples."""
    left_out = {"samples", "hidden", "gradients", "version", "by", "groups"}
    scores = [score_object(score) for score in comparison.scores]
    return {
        "n": comparison.n,
        "source": comparison.source,
        "losses": list(comparison.losses),
        "models": list(comparison.models),
        "scores": [{key: value for key, value in score.items() if key not in left_out} for score in scores],
        "best": {loss: list(models) for loss, models in comparison.best.items()},
        "refused": [refusal._asdict() for refusal in comparison.refused],
        "ranking": None if comparison.ranking is None else why.ranking_object(comparison.ranking),
        "remarks": [remark_object(said) for said in comparison.remarks],
        "version": comparison.version,
        **(_compared_groups(comparison) if comparison.group_best else NO_GROUPS),
    }


def _compared_groups(comparison: Comparison) -> Record:
    grouped = [_grouped(comparison, score) for score in comparison.scores]
    by = next((list(score.groups.by) for score in comparison.scores if score.groups is not None), [])
    return {"by": by, "groups": [group for groups in grouped for group in groups]}


def _grouped(comparison: Comparison, score: Score, flat: bool = False) -> list[Record]:
    """A score's groups, each with its loss and model and whether it is the best."""
    from losscli.render import groups

    by_group = groups.records(score) if flat else groups.objects(score)
    best = comparison.group_best[score.loss]
    return [
        {"loss": score.loss, "model": score.model, **plain(group), "best": score.model in models}
        for group, models in zip(by_group, best, strict=True)
    ]


def records(comparison: Comparison) -> list[Record]:
    """A record a score, or a group of each."""
    if not comparison.group_best:
        return [_compared(comparison, score) for score in comparison.scores]
    return [
        group | {"signature": score.signature, "version": comparison.version}
        for score in comparison.scores
        for group in _grouped(comparison, score, flat=True)
    ]


def _compared(comparison: Comparison, score: Score) -> Record:
    whole, made = score_object(score), score.concentration
    return {
        **{key: whole[key] for key in ("loss", "model", *SUMMARY[1:], "unit")},
        "best": score.model in comparison.best.get(score.loss, ()),
        "half": made.half if made else None,
        "worst": made.worst if made else None,
        "worst_share": made.worst_share if made else None,
        "signature": score.signature,
        "version": comparison.version,
    }
