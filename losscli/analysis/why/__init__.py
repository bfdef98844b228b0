"""Why a number is what it is: the rows that make it, its value without them, and a scale to hold it against.

Everything here looks at the rows again, for all scores at once: over y_true, for the rows that cost most, for
constants, without those rows, for their places in a comparison, and for the cells of the worst.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.analysis.request import Request
from losscli.analysis.why.constants import constants, plans
from losscli.analysis.why.lorenz import Unevenness, unevenness
from losscli.analysis.why.ranks import ranking_of
from losscli.analysis.why.target import judged
from losscli.batch import Stream
from losscli.engine.finish import value_of
from losscli.engine.fold import Run, fold
from losscli.engine.missing import MissingRule
from losscli.engine.partial import Partial, Task
from losscli.engine.survey import survey
from losscli.engine.walk import HeldRows, Look, walk
from losscli.engine.without import Rest, RowKeys
from losscli.parallel.executor import THREADS
from losscli.results.compare import Comparison
from losscli.results.score import Score
from losscli.results.why import Cells, Constant, Ranking, Why, Without, WorstRow

if TYPE_CHECKING:
    from losscli.parallel.executor import Executor

WORST = 5  # rows that are looked at one by one
MANY = 200  # from so many rows on, the value without the worst hundredth is told too
LEFT_OUT = 100_000  # the most rows kept to be left out
FIRST_ROWS = 5

ReadCells = Callable[[Sequence[int]], Mapping[int, Cells]]


def with_why(
    made: Score,
    stream: Stream,
    request: Request,
    cells: ReadCells | None = None,
    executor: Executor = THREADS,
) -> Score:
    """The score with `why`. `stream` gives the same rows again, `cells` the text of rows by number."""
    return replace(made, why=whys_of([made], stream, request, cells, executor)[0][0])


def with_whys(
    compared: Comparison,
    stream: Stream,
    request: Request,
    cells: ReadCells | None = None,
    executor: Executor = THREADS,
) -> Comparison:
    """The comparison with a `why` for each score, and with the worst rows' places under each."""
    whys, ranking = whys_of(compared.scores, stream, request, cells, executor)
    scores = tuple(replace(s, why=w) for s, w in zip(compared.scores, whys, strict=True))
    return replace(compared, scores=scores, ranking=ranking)


def _task(made: Score, stream: Stream, request: Request) -> Task:
    (loss,) = (loss for loss in request.losses if loss.name == made.loss)
    return request.task(loss, stream, made.model or "y_pred")


def whys_of(
    scores: Sequence[Score],
    stream: Stream,
    request: Request,
    cells: ReadCells | None = None,
    executor: Executor = THREADS,
) -> tuple[list[Why], Ranking | None]:
    """A Why for each score, and the places of the worst rows, where two scores give each row a value.

    At most five passes: over y_true, for the rows that cost most, for the constants, for what those rows cost
    under the others, and without them; all but the first over memory, where the rows fit there.
    """
    request = request.over(stream)
    tasks = [_task(made, stream, request) for made in scores]
    reduction = "mean" if request.reduction == "none" else request.reduction
    firsts = {judged(task): task for task in reversed(tasks)}
    planned = plans(list(firsts.values()))
    held_rows = HeldRows()
    looks: list[Look] = [held_rows, *dict.fromkeys(plan.target for plan in planned)]
    lengths = walk(executor, stream, looks, request.missing, tasks)
    if held_rows.batches is not None:
        stream, executor, lengths = Stream(held_rows), THREADS, None
    parts = _worst_rows(stream, tasks, scores[0].n, request.missing, executor)
    held = constants(planned, stream, request.missing, reduction, executor)
    left, ranking = _looked_at(scores, parts, stream, reduction, request.missing, executor, lengths)
    whys = [
        _why(made, tasks[i], parts.get(i), left.get(i, ()), held.get(judged(tasks[i]), ()), reduction)
        for i, made in enumerate(scores)
    ]
    if cells is not None:
        text = cells(sorted({row.row for why in whys for row in why.worst}))
        whys = [
            replace(why, worst=tuple(row._replace(cells=text[row.row]) for row in why.worst)) for why in whys
        ]
        if ranking is not None:
            ranking = ranking._replace(rows=tuple(row._replace(cells=text[row.row]) for row in ranking.rows))
    return whys, ranking


def _worst_rows(
    stream: Stream, tasks: Sequence[Task], n: int, missing: MissingRule, executor: Executor
) -> dict[int, Partial]:
    """By the tasks' numbers, the partials of those that give rows a value, with the rows that cost most."""
    rowwise = [i for i, task in enumerate(tasks) if task.rowwise]
    if not rowwise:
        return {}
    keep = max(WORST, _hundredth(n))
    folded = fold(stream, [tasks[i] for i in rowwise], missing=missing, keep=keep, run=Run(executor))
    # Where a framework makes one value of all rows no row is kept, though the loss has a value for each.
    return {i: part for i, part in zip(rowwise, folded.partials, strict=True) if part.top.rows.size}


def _hundredth(n: int) -> int:
    """How many rows the worst hundredth is; 0 where its value is not told."""
    hundredth = math.ceil(n / 100) if n >= MANY else 0
    return hundredth if hundredth <= LEFT_OUT else 0


def _looked_at(
    scores: Sequence[Score],
    parts: Mapping[int, Partial],
    stream: Stream,
    reduction: str,
    missing: MissingRule,
    executor: Executor,
    lengths: Sequence[int] | None,
) -> tuple[dict[int, tuple[Without, ...]], Ranking | None]:
    """Each part's value without its worst row, and without its worst hundredth; and the worst rows' places.

    `falls` comes later.
    """
    if not parts:
        return {}, None
    tasks = [part.task for part in parts.values()]
    facts = survey(executor, stream, tasks, drop=missing == "drop")
    sizes = ((1, None), (_hundredth(scores[0].n), 0.01))
    jobs = {
        i: [
            (fraction, part.top.select(size, by_loss=True)[0])
            for size, fraction in sizes
            if 0 < size < part.n and float(part.terms["value"]) != 0
        ]
        for i, part in parts.items()
    }
    worst = sorted(
        {row for part in parts.values() for row in part.top.select(WORST, by_loss=True)[0].tolist()}
    )
    ranked = worst if len(parts) > 1 else []
    own = None
    if ranked:
        keys = RowKeys(tasks, facts, np.array(ranked, np.int64))
        walk(executor, stream, [keys], missing, tasks, lengths)
        own = keys.own
    rest = Rest(tasks, facts, [[rows for _, rows in of] for of in jobs.values()], own)
    walk(executor, stream, [rest], missing, tasks, lengths)
    left = {
        i: tuple(
            Without(len(rows), fraction, tuple(rows[:FIRST_ROWS].tolist()), value, None)
            for (fraction, rows), part in zip(of, partials, strict=True)
            if part.n and (value := value_of(part, reduction)) is not None and not math.isnan(value)
        )
        for (i, of), partials in zip(jobs.items(), rest.partials, strict=True)
    }
    if not ranked:
        return left, None
    named = [(scores[i].loss, scores[i].model) for i in parts]
    return left, ranking_of(named, ranked, rest.above + 1, WORST)


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
    contributions = np.nan_to_num(arrays["cost"])
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
