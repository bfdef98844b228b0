"""A number worked out line by line on the user's own rows: the formula with numbers in, and the reduction."""

from __future__ import annotations

from typing import Literal

from losscli.analysis.request import Request
from losscli.analysis.steps import reduced, totals, whole
from losscli.analysis.steps import rows as sample_rows
from losscli.analysis.steps.lines import agree
from losscli.analysis.steps.work import FormulaWork
from losscli.batch import Stream
from losscli.catalogue import pages as catalogue
from losscli.engine.finish import Show, finish
from losscli.engine.fold import fold
from losscli.engine.missing import Masked
from losscli.engine.survey import survey
from losscli.errors import LosscliError
from losscli.formula.spell import Speller, letters_of
from losscli.frameworks.convention import convention
from losscli.parallel.executor import THREADS
from losscli.results.score import Score
from losscli.results.steps import Row, Step, Steps
from losscli.version import __version__

ALL, FEW = 5, 3  # up to 5 rows are all written out; of more, the 3 that cost most

RowCount = int | Literal["default"] | None


def steps(
    request: Request,
    stream: Stream,
    *,
    rows: RowCount = "default",
    order: Literal["index", "loss"] = "loss",
) -> Steps:
    """One loss over a stream of batches, which is callable again for a further look at the rows."""
    loss, like = request.loss, request.like
    way = convention(loss, like)
    formula = catalogue.formula(way)
    if formula is None:
        whose = "" if like == "exact" else f" as {way.framework.title} computes it"
        raise LosscliError(
            f"{loss.name}{whose} has no steps on its page: it cannot be written out line by line",
            "leave --steps out to compute it",
        )
    task = request.task(loss, stream)
    show = Show(ALL if rows == "default" else rows, by_loss=order == "loss" or rows == "default")
    folded = fold(stream, [task], missing=request.missing, keep=show.keep())
    if folded.refused:
        raise folded.refused[0]
    if folded.missing.count and isinstance(request.over(stream).missing, Masked):
        raise LosscliError(
            f"{loss.name}: --steps writes out whole rows, --missing drop leaves single values out here",
            "leave --steps out, or take the rows that miss a value out of the data",
        )
    if folded.partials[0].positions:
        raise LosscliError(
            f"{loss.name}: --steps writes out one value a sample, here each has several that count alone",
            "leave --steps out, or give each position a row of its own",
        )
    score = finish(folded, 0, request.reduction, show)
    page = catalogue.page(loss)
    speller = Speller(letters_of(page["formula"] + page["where"], way.signature.parameters))
    facts = survey(THREADS, stream, [task], drop=request.missing == "drop")[0]
    work = FormulaWork(task, formula, speller, facts, stream, request.missing, folded.partials[0])
    shown, together, after = _worked(work, score, rows, order)
    rowless = loss.kind == "batch" or work.one_vector
    return Steps(
        loss=loss.name,
        kind=score.kind,
        params=score.params,
        like=like,
        precision="float32" if way.float32 else "float64",
        n=score.n,
        reduction=request.reduction,
        value=score.value,
        divided_by=score.divided_by,
        rows=shown,
        hidden=0 if rowless else score.n - len(shown),
        whole=together,
        reduced=_checked(after, score.value),
        signature=score.signature,
        version=__version__,
        weighted=score.weighted,
        remarks=score.remarks,
        about=score.about,
    )


def _worked(
    work: FormulaWork, score: Score, count: RowCount, order: str
) -> tuple[tuple[Row, ...], tuple[Step, ...], tuple[Step, ...]]:
    """Rows, the lines over all of them, and the lines that lead to the value."""
    if work.way.loss.kind == "batch":
        return (), *whole.worked(work, score)
    few = ALL if score.n <= ALL else FEW
    if work.one_vector:
        shown, after = whole.one_vector(work, score)
    elif score.kind == "statistic":
        shown, after = totals.worked(work, score, few if count == "default" else count)
    else:
        samples = list(score.samples)
        if count == "default":
            samples = samples[:few]
            if order == "index":
                samples.sort(key=lambda sample: sample.row)
        one = totals.of_row if work.way.loss.kind == "statistic" else sample_rows.worked
        shown = tuple(one(work, sample) for sample in samples)
        after = reduced.of_rows(work, score, shown)
    return shown, (), after


def _checked(after: tuple[Step, ...], value: float | None) -> tuple[Step, ...]:
    """The lines, with a word at the last where they lose what the computation keeps."""
    if not after or value is None or agree(after[-1].value, value, 1e-11):
        return after
    said = f"these lines overflow or lose digits here; computed without that: {value:.15g}"
    last = after[-1]
    return (*after[:-1], last._replace(note=f"{last.note}; {said}" if last.note else said))
