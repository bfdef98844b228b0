"""Why a number is what it is: the rows that make it, its value without them, and a scale to hold it against.

Everything here looks at the rows again: two passes for what the rows make, two a loss for its constants, two
for their places in a comparison, and one for the cells of the worst.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from losscli.analysis.request import Request
from losscli.analysis.why.constants import constants
from losscli.analysis.why.lorenz import Unevenness, unevenness
from losscli.analysis.why.ranks import ranking
from losscli.batch import Stream
from losscli.engine.finish import value_of
from losscli.engine.fold import fold
from losscli.engine.missing import Missing
from losscli.engine.partial import Partial, Task
from losscli.engine.without import without
from losscli.results.compare import Comparison
from losscli.results.score import Score
from losscli.results.why import Cells, Constant, Ranking, Why, Without, WorstRow

WORST = 5  # rows that are looked at one by one
MANY = 200  # from so many rows on, the value without the worst hundredth is told too
LEFT_OUT = 100_000  # the most rows kept to be left out
FIRST_ROWS = 5

ReadCells = Callable[[Sequence[int]], Mapping[int, Cells]]


def with_why(made: Score, stream: Stream, request: Request, cells: ReadCells | None = None) -> Score:
    """The score with `why`. `stream` gives the same rows again, `cells` the text of rows by number."""
    return replace(made, why=whys_of([made], stream, request, cells)[0])


def with_whys(
    compared: Comparison, stream: Stream, request: Request, cells: ReadCells | None = None
) -> Comparison:
    """The comparison with a `why` for each score, and with the worst rows' places under each."""
    whys = whys_of(compared.scores, stream, request, cells)
    scores = tuple(replace(s, why=w) for s, w in zip(compared.scores, whys, strict=True))
    ranked = _ranking(scores, stream, request)
    if ranked is not None and cells is not None:
        found = cells([row.row for row in ranked.rows])
        ranked = ranked._replace(rows=tuple(row._replace(cells=found[row.row]) for row in ranked.rows))
    return replace(compared, scores=scores, ranking=ranked)


def _task(made: Score, stream: Stream, request: Request) -> Task:
    (loss,) = (loss for loss in request.losses if loss.name == made.loss)
    return request.task(loss, stream, made.model or "y_pred")


def _ranking(scores: Sequence[Score], stream: Stream, request: Request) -> Ranking | None:
    """The places of the worst rows, where there are two scores that give each row a value."""
    known = [s for s in scores if s.why is not None and s.why.worst]
    if len(known) < 2:
        return None
    tasks = [_task(s, stream, request) for s in known]
    rows = sorted({row.row for s in known if s.why for row in s.why.worst})
    return ranking(stream, [(s.loss, s.model) for s in known], tasks, rows, request.missing, WORST)


def whys_of(scores: Sequence[Score], stream: Stream, request: Request, cells: ReadCells | None) -> list[Why]:
    """A Why for each score: a pass for its rows, one without the worst, two a loss for its constants."""
    tasks = [_task(made, stream, request) for made in scores]
    reduction = "mean" if request.reduction == "none" else request.reduction
    n = scores[0].n
    hundredth = math.ceil(n / 100) if n >= MANY else 0
    hundredth = hundredth if hundredth <= LEFT_OUT else 0
    rowwise = [i for i, task in enumerate(tasks) if task.rowwise]
    parts: dict[int, Partial] = {}
    if rowwise:
        asked = [tasks[i] for i in rowwise]
        folded = fold(stream, asked, missing=request.missing, keep=max(WORST, hundredth))
        # Where a framework makes one value of all rows no row is kept, though the loss has a value for each.
        found_parts = zip(rowwise, folded.partials, strict=True)
        parts = {i: part for i, part in found_parts if part.top.rows.size}
    left = _without(stream, parts, hundredth, reduction, request.missing)
    held: dict[str, tuple[Constant, ...]] = {}
    whys = []
    for i, (made, task) in enumerate(zip(scores, tasks, strict=True)):
        if made.loss not in held:
            properties = () if task.words is None else task.words.properties
            held[made.loss] = constants(stream, task, properties, request.missing, reduction)
        whys.append(_why(made, task, parts.get(i), left.get(i, ()), held[made.loss], reduction))
    if cells is not None:
        found = cells(sorted({row.row for told in whys for row in told.worst}))
        whys = [
            replace(told, worst=tuple(row._replace(cells=found[row.row]) for row in told.worst))
            for told in whys
        ]
    return whys


def _without(
    stream: Stream, parts: Mapping[int, Partial], hundredth: int, reduction: str, missing: Missing
) -> dict[int, tuple[Without, ...]]:
    """Each part's value without its worst row, and without its worst hundredth; `falls` comes later."""
    sizes = ((1, None), (hundredth, 0.01))
    jobs = [
        (i, fraction, part.top.select(size, by_loss=True)[0])
        for i, part in parts.items()
        for size, fraction in sizes
        if 0 < size < part.n and float(part.terms["value"]) != 0
    ]
    if not jobs:
        return {}
    folded = without(stream, [parts[i].task for i, _, _ in jobs], [rows for _, _, rows in jobs], missing)
    found: dict[int, tuple[Without, ...]] = {}
    for number, (i, fraction, rows) in enumerate(jobs):
        value = value_of(folded.partials[number], reduction)
        if value is not None and not math.isnan(value):
            told = Without(len(rows), fraction, tuple(rows[:FIRST_ROWS].tolist()), value, None)
            found[i] = (*found.get(i, ()), told)
    return found


def _why(
    made: Score,
    task: Task,
    part: Partial | None,
    left: Sequence[Without],
    held: Sequence[Constant],
    reduction: str,
) -> Why:
    value = made.mean if made.value is None else made.value
    assert value is not None
    measurable = task.convention.loss.lowest >= 0 and 0 <= value < math.inf
    uneven, spread = _uneven(made, part), None
    if uneven is None and part is not None:
        spread = unevenness(part.spread, part.n)
    against = tuple(
        constant._replace(
            skill=1 - value / constant.value if measurable and 0 < constant.value < math.inf else None
        )
        for constant in held
    )
    return Why(
        loss=made.loss,
        model=made.model,
        reduction=reduction,
        value=value,
        n=made.n,
        **_spread_facts(spread),
        uneven=uneven,
        worst=() if part is None else _worst(part, made.weighted, spread is not None),
        without=tuple(
            told if spread is None else told._replace(falls=1 - told.value / value) for told in left
        ),
        constants=against,
        reference=0 if against else None,
    )


def _spread_facts(spread: Unevenness | None) -> dict[str, Any]:
    if spread is None:
        return {"half": None, "ninety": None, "gini": None, "lorenz": (), "exact": True}
    return {
        "half": spread.half,
        "ninety": spread.ninety,
        "gini": spread.gini,
        "lorenz": spread.points,
        "exact": spread.exact,
    }


def _uneven(made: Score, part: Partial | None) -> str | None:
    """Why nothing can be said of shares, if so."""
    if part is None:
        if made.kind == "sample":
            return "the framework makes one value of all rows: no row has a share of it"
        of = "pairs or groups of rows" if made.kind == "batch" else "sums over all samples"
        return f"the value comes from {of}, no row has a loss of its own"
    total = float(part.terms["value"])
    if math.isnan(total) or math.isinf(total):
        return "the sum is not finite, so that no row has a share of it"
    if part.spread.lowest < 0:
        return "some rows have a negative loss, so that a share of the sum says nothing"
    return "every row costs 0" if total == 0 else None


def _worst(part: Partial, weighted: bool, shared: bool) -> tuple[WorstRow, ...]:
    total = float(part.terms["value"])
    rows, arrays = part.top.select(WORST, by_loss=True)
    contributions = np.where(arrays["weight"] == 0, 0.0, arrays["weight"]) * np.nan_to_num(arrays["loss"])
    return tuple(
        WorstRow(
            int(row),
            float(arrays["loss"][i]),
            float(contributions[i]) / total if shared else None,
            float(arrays["weight"][i]) if weighted else None,
            arrays["y_true"][i].tolist() if "y_true" in arrays else None,
            arrays["y_pred"][i].tolist(),
        )
        for i, row in enumerate(rows)
    )
