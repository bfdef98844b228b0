"""The page of a Score: what was computed, the samples, the number and what it means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from losscli.render import words
from losscli.render.blocks import (
    Bar,
    Block,
    Column,
    Facts,
    FormulaLines,
    Grid,
    Head,
    Paragraph,
    Role,
    Span,
    natural_width,
)
from losscli.render.jsonable import plain, remark_object
from losscli.render.numbers import aligned, column, nested, scalar, shares
from losscli.render.rows import columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from losscli.results.score import Concentration, Remark, Sample, Score
    from losscli.results.why import Why

    Record = dict[str, Any]

SUMMARY = ("loss", "params", "like", "n", "reduction", "value", "mean", "sum", "divisor", "divided_by")
NO_GROUPS: Mapping[str, Any] = {"by": [], "groups": []}  # none were asked for
# In this order; warnings stand above the number.
_REMARKS: dict[str, Role] = {"nonfinite": "strong", "departure": "plain", "data": "quiet"}
_MANY = 20  # samples that make one ask what makes the number
_LABEL = 12  # columns for the labels beside the results
_DETAIL = ((5, 40), (5, 30), (5, 20), (4, 16), (3, 14), (3, 9))  # digits, and characters for a vector


def page(score: Score, width: int) -> list[Block]:
    """Everything a person sees of `score`, laid out for `width` columns."""
    about = score.about
    named = [score.loss, words.parameters(score.params)]
    if score.model is not None and score.model != "y_pred":
        named.append(f"model {score.model}")
    title = about.title if about else score.loss
    blocks: list[Block] = [Head(title, " · ".join(filter(None, named)), words.definition(score))]
    if about:
        blocks.append(FormulaLines(tuple(about.formula.split("\n")), about.where, tight=True))
    blocks += warnings(score.remarks)
    blocks += samples(score, width)
    if score.groups is not None:
        from losscli.render.groups import of_score

        blocks += of_score(score)
    blocks += results(score)
    blocks += remarks(score.remarks)
    if score.why is not None:
        from losscli.render import why

        blocks += why.blocks(score.why, width)
    if about:
        advice = [("use it when", Span(about.use_when[0]))] if about.use_when else []
        if about.not_when:
            advice.append(("not when", Span(words.instead(about.not_when[0]))))
        advice.append(("more", Span(f"losscli explain {score.loss}", "accent")))
        if score.why is None and score.n > _MANY and score.kind == "sample":
            advice.append(("", Span("--why: what makes this number", "quiet")))
        blocks.append(Facts(tuple(advice), _LABEL))
    return blocks


def samples(score: Score, width: int) -> list[Block]:
    """The tables of samples and of gradients, and how many samples are not shown."""
    blocks: list[Block] = []
    if score.samples:
        blocks.append(table(score.samples, width, score.classes, score.predicted))
        if score.hidden:
            hidden = Span(f"{score.hidden} more not shown (--rows all)", "quiet")
            blocks.append(Paragraph(hidden, 2, tight=True))
    if score.gradients:
        blocks.append(table(score.gradients, width, score.classes, score.predicted))
    return blocks


def table(rows: Sequence[Sample], width: int, classes: Sequence[str] = (), predicted: bool = False) -> Grid:
    """Samples as a grid, with as many digits as `width` has room for; empty columns are left out.

    Where `classes` have names, these stand for the numbers of y_true (and of y_pred, if these are `predicted`
    classes), and beside a row of y_pred stands the class that is highest.
    """
    for digits, limit in _DETAIL:
        grid = _table(rows, digits, min(limit, max(9, width // 3)), classes, predicted)
        if natural_width(grid, 2) <= width:
            break
    return grid


def _table(rows: Sequence[Sample], digits: int, limit: int, classes: Sequence[str], predicted: bool) -> Grid:
    columns: list[Column] = []
    cells: list[list[Span | Bar]] = []

    def add(header: str, held: list[Any], role: Role = "plain", nan: str = "nan") -> None:
        if all(value is None for value in held):
            return
        scalars = all(value is None or isinstance(value, (int, float)) for value in held)
        if scalars:
            texts = column(held, digits, nan)
        else:
            texts = [
                value if isinstance(value, str) else "" if value is None else nested(value, limit, nan)
                for value in held
            ]
        columns.append(Column(header, right=scalars))
        cells.append([Span(text, role) for text in texts])

    add("file", [sample.file for sample in rows], "quiet")
    add("row", [sample.row for sample in rows], "quiet")
    add("y_true", [_named(sample.y_true, classes) for sample in rows])
    add("y_pred", [_named(sample.y_pred, classes if predicted else ()) for sample in rows])
    add("highest", [_highest(sample.y_pred, classes) for sample in rows])
    add("weight", [sample.weight for sample in rows])
    add("loss", [sample.loss for sample in rows], "strong")
    add("gradient", [sample.gradient for sample in rows], nan="none")
    parts = [sample.share for sample in rows]
    known = [part for part in parts if part is not None]
    if known:
        columns.extend((Column("share", right=True), Column("", bar=True)))
        cells.append([Span(text) for text in shares(parts)])
        largest = max(known) or 1.0
        cells.append([Bar(None if part is None else part / largest) for part in parts])
    return Grid(tuple(columns), tuple(zip(*cells, strict=True)))


def _named(value: Any, classes: Sequence[str]) -> Any:
    """The name of a class in place of its number; anything else as it is."""
    number = isinstance(value, float) and value.is_integer() and 0 <= value < len(classes)
    return classes[int(value)] if number else value


def _highest(value: Any, classes: Sequence[str]) -> str | None:
    """The name of the class that a row of y_pred, one number a class, gives most; None of another row."""
    if not (classes and isinstance(value, list) and len(value) == len(classes)):
        return None
    if not all(isinstance(one, float) and one == one for one in value):
        return None
    return classes[value.index(max(value))]


def results(score: Score) -> list[Block]:
    """The number and what it is: mean, sum, n, divisor, unit, range, best, and which samples dominate."""
    facts: list[tuple[str, Span]] = []
    if score.about:
        facts += [("unit", Span(score.about.unit)), ("range", Span(words.best(score.about, score.like)))]
    if dominant := words.dominate(score.concentration):
        facts.append(("dominated by", Span(dominant)))
    return [numbers(score), Facts(tuple(facts), _LABEL, tight=True)] if facts else [numbers(score)]


def numbers(score: Score) -> Grid:
    """The reduced value first, then what goes with it: sum or mean, how many samples, what was divided by."""
    divided = words.divided(score) or ""
    samples = ("sample" if score.n == 1 else "samples") + ", weighted" * score.weighted
    totals: list[tuple[str, float | None, str]]
    if score.kind == "sample":
        what = "the entries' sum" if score.divided_by.split(" (")[0].endswith("entries") else "the sum"
        divided = divided if score.divisor is None else f"{what} {divided}"
        totals = [("mean", score.mean, divided), ("sum", score.sum, "")]
        if score.reduction == "sum":
            totals.reverse()
        elif score.reduction not in ("mean", "none"):  # a framework's own word
            totals = [(score.reduction, score.value, divided), ("sum", score.sum, "")]
    else:
        reduced = score.kind == "batch" and score.reduction != "none"
        totals = [(score.reduction if reduced else "value", score.value, divided)]
    lines = [*totals, ("n", score.n, samples)]
    known = [(name, scalar(value), note) for name, value, note in lines if value is not None]
    texts = aligned([text for _, text, _ in known])
    rows = []
    for i, ((name, _, note), text) in enumerate(zip(known, texts, strict=True)):
        role: Role = "title" if i == 0 and score.reduction != "none" else "plain"
        rows.append((Span(name.ljust(_LABEL), "quiet"), Span(text, role), Span(note, "quiet")))
    return Grid((Column(""), Column(""), Column("", flex=True)), tuple(rows), header=False)


def warnings(said: Sequence[Remark]) -> list[Block]:
    """The warnings among the remarks, to stand above the number."""
    return [
        Paragraph(Span(f"warning: {words.remark(remark)}", "strong"), 2)
        for remark in dict.fromkeys(said)
        if remark.kind == "warning"
    ]


def remarks(said: Sequence[Remark]) -> list[Block]:
    """The remarks that are no warnings, what is not finite first."""
    ordered = [(remark, role) for kind, role in _REMARKS.items() for remark in said if remark.kind == kind]
    return [
        Paragraph(Span(words.remark(remark), role), 2, tight=i > 0)
        for i, (remark, role) in enumerate(ordered)
    ]


def json_object(score: Score) -> Record:
    """A Score as a JSON object: schema/compute.json."""
    about = score.about
    grouped = NO_GROUPS if score.groups is None else _groups(score)
    return {
        "loss": score.loss,
        "title": about.title if about else score.loss,
        "kind": score.kind,
        "params": plain(score.params),
        "like": score.like,
        "model": score.model,
        "n": score.n,
        "weighted": score.weighted,
        "reduction": score.reduction,
        "value": plain(score.value),
        "mean": plain(score.mean),
        "sum": plain(score.sum),
        "divisor": plain(score.divisor),
        "divided_by": score.divided_by,
        "unit": about.unit if about else None,
        "range": about.range if about else None,
        "best": plain(about.best) if about else None,
        "formula": about.formula if about else None,
        "samples": [_sample(sample) for sample in score.samples],
        "hidden": score.hidden,
        "gradients": [_sample(sample) for sample in score.gradients],
        "concentration": _concentration(score.concentration),
        "remarks": [remark_object(said) for said in score.remarks],
        "why": None if score.why is None else _why(score.why),
        "signature": score.signature,
        "version": score.version,
        **({"classes": list(score.classes)} if score.classes else {}),
        **grouped,
    }


def _groups(score: Score) -> Record:
    from losscli.render import groups

    assert score.groups is not None
    return {"by": list(score.groups.by), "groups": plain(groups.objects(score))}


def _why(told: Why) -> Record:
    from losscli.render.why import why_object

    return why_object(told)


def records(score: Score) -> list[Record]:
    """A record a group, or a sample; where there are neither, one of the number."""
    sign = {"signature": score.signature}
    if score.groups is not None:
        from losscli.render import groups

        return [{"loss": score.loss} | plain(group) | sign for group in groups.records(score)]
    if score.samples:
        return [_sample(sample) | sign for sample in score.samples]
    whole = json_object(score)
    gradients = {"gradients": whole["gradients"]} if score.gradients else {}
    return [{key: whole[key] for key in (*SUMMARY, "unit", "signature", "version")} | gradients]


def _sample(sample: Sample) -> Record:
    return {
        name: plain(value, nan=None if name == "gradient" else "nan")
        for name, value in columns(sample).items()
    }


def _concentration(made: Concentration | None) -> Record | None:
    if made is None:
        return None
    whole = made._asdict()
    return whole if made.file else {key: value for key, value in whole.items() if key != "file"}
