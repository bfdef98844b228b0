"""Which loss fits: advice from the rows themselves, or by task. It words evidence, and gives no verdict."""

from __future__ import annotations

import json
import shlex
from itertools import chain
from typing import TYPE_CHECKING, Any

from losscli.analysis.recommend import tasks
from losscli.batch import Stream
from losscli.catalogue import registry
from losscli.errors import LosscliError
from losscli.integers import EXACT
from losscli.results.recommend import AdviceTask, Recommendation, Recommendations, Tasks
from losscli.results.score import Remark
from losscli.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from losscli.analysis.recommend.case import Advised
    from losscli.engine.missing import Missing
    from losscli.rows import Rows

__all__ = ["advise", "by_task", "every_task", "recommend"]


def by_task(task: str, quantile: float | None = None, *, library: bool = False) -> Recommendations:
    """What is advised for a task alone. LosscliError, which lists the tasks, for an unknown one."""
    name = tasks.known(task)
    _check_quantile(quantile, name)
    told = tasks.words()[name]
    recommendations = tuple(
        _recommendation(choice, _explain(choice.loss, library)) for choice in tasks.choices(name, quantile)
    )
    return Recommendations(
        task=name,
        title=told["title"],
        n=None,
        source=None,
        reading="by task alone: with data, reasons are quoted from it",
        evidence=(),
        recommendations=recommendations,
        examples=told.get("examples"),
        remarks=(),
        version=__version__,
    )


def every_task() -> Tasks:
    """The tasks that advice can be asked for."""
    return Tasks(
        tuple(
            AdviceTask(name, told["title"], told["losses"][0]["loss"]) for name, told in tasks.words().items()
        ),
        __version__,
    )


def advise(
    stream: Stream,
    *,
    task: str | None = None,
    quantile: float | None = None,
    from_logits: bool = False,
    missing: Missing = "refuse",
    truth_alone: bool = False,
    weighted: bool = False,
    source: str | None = None,
    given: Rows | None = None,
    chosen: Sequence[str] = (),
) -> Recommendations:
    """Losses for a stream of one model. With `truth_alone` what stands as y_pred is the truth.

    `given` is how a command line named the rows (None: a library call).
    """
    import numpy as np

    from losscli.analysis.profile.kinds import KindPass
    from losscli.analysis.recommend.case import AdviceCase
    from losscli.analysis.recommend.reading import read
    from losscli.analysis.recommend.rows import gather
    from losscli.batch import Origin

    said = None if task is None else tasks.known(task)
    _check_quantile(quantile, said)
    rows = gather(stream, missing)
    y_true = rows.y_pred if truth_alone else rows.y_true
    y_pred = None if truth_alone else rows.y_pred
    kinds = KindPass()
    kinds.add(y_true, {} if y_pred is None else {"y_pred": y_pred}, Origin())
    truth, scores = kinds.finish()
    case = AdviceCase(
        y_true=y_true,
        y_pred=y_pred,
        true_names=rows.pred_names if truth_alone else rows.true_names,
        pred_names=() if truth_alone else rows.pred_names,
        quantile=quantile,
        from_logits=from_logits,
        task=said,
        n=rows.n,
        truth=truth,
        scores=scores[0] if scores else None,
        classes=Stream.of(stream).classes,
    )
    # Logits and probabilities at their ends overflow in exp and log on purpose.
    with np.errstate(over="ignore", divide="ignore", invalid="ignore", under="ignore"):
        read_as = read(case)
    roles = {"y_true": y_true, next(iter(Stream.of(stream).models or ("y_pred",))): rows.y_pred}
    far = {role for role, array in roles.items() if array is not None and np.abs(array).max() >= EXACT}
    rounded = Stream.of(stream).rounded(far).values() if far else ()
    remarks = [Remark("data", sentence) for sentence in (*chosen, *chain.from_iterable(rounded))]
    if rows.absent:
        remarks.append(Remark("data", "rows with missing values are left out", rows.absent))
    if weighted:
        left = f"; rows of weight 0 are left out: {rows.unweighted}" * bool(rows.unweighted)
        remarks.append(Remark("data", f"what is measured counts every row once, whatever its weight{left}"))
    if len(rows.y_pred) < rows.n:
        remarks.append(
            Remark("data", f"measured on a sample of {len(rows.y_pred)} of {rows.n} rows, by a fixed seed")
        )
    library = given is None
    recommendations = []
    for choice in read_as.choices:
        line = _explain(choice.loss, library)
        if choice.runs and not truth_alone:
            # Rows of the truth that have no partner are not among those that are seen here.
            joined = given is not None and given.key is not None
            drop = missing == "drop" and (rows.absent > 0 or joined)
            line = _compute(choice, given, weighted=weighted, drop=drop, truth=case.y_true is not None)
        recommendations.append(_recommendation(choice, line))
    told = tasks.words()[read_as.task]
    return Recommendations(
        task=read_as.task,
        title=told["title"],
        n=rows.n,
        source=source,
        reading=read_as.reading,
        evidence=read_as.evidence,
        recommendations=tuple(recommendations),
        examples=told.get("examples"),
        remarks=tuple(remarks),
        version=__version__,
    )


def _check_quantile(quantile: float | None, task: str | None) -> None:
    if quantile is None:
        return
    if not 0 < quantile < 1:
        raise LosscliError(f"quantile {quantile:g} is no number between 0 and 1", "the 90 % quantile is 0.9")
    if task not in (None, "quantiles"):
        raise LosscliError(f"a quantile is wanted, and the task is {task}", "leave one of the two out")


def _recommendation(choice: Advised, command: str) -> Recommendation:
    return Recommendation(
        choice.loss,
        registry.get(choice.loss).title,
        dict(choice.params),
        choice.reasons,
        command,
        choice.derived,
        choice.when,
    )


def _explain(loss: str, library: bool) -> str:
    return f'losscli.explain("{loss}")' if library else f"losscli explain {loss}"


def _compute(choice: Advised, given: Rows | None, *, weighted: bool, drop: bool, truth: bool) -> str:
    """The line that computes the loss on the same rows. Without `truth` there is no y_true to name."""
    loss = registry.get(choice.loss)
    weighted = weighted and loss.kind != "batch"  # such losses weigh no rows
    if given is None:
        arrays = ["y_true" if truth else "None", "y_pred", *["sample_weight"] * weighted]
        arrays += ['missing="drop"'] * drop
        values = [f"{name}={_short(value)!r}" for name, value in choice.params.items()]
        return f'losscli.compute("{choice.loss}", {", ".join([*arrays, *values])})'
    named = {
        "--true": given.true if truth else None,
        "--pred": choice.pred or given.pred,
        "--input-format": given.input_format,
        **given.text_options,
        "--table": given.table,
        "--query": given.query,
        "--weight": given.weight if weighted else None,
        "--truth": given.truth if truth else None,
        "--key": given.key if truth else None,
        "--classes": given.classes if truth else None,
        "--positive": given.positive if truth else None,
        "--missing": "drop" if drop else None,
    }
    words = ["losscli compute", choice.loss, *map(shlex.quote, given.files)]
    words += [
        f"{option} {shlex.quote(value)}" if value else option
        for option, value in named.items()
        if value is not None
    ]
    return " ".join([*words, *_parameters(choice.params)])


def _parameters(params: Mapping[str, Any]) -> list[str]:
    return [
        "--from-logits" if name == "from_logits" else "-p " + shlex.quote(f"{name}={_text(value)}")
        for name, value in params.items()
    ]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(_short(value), separators=(",", ":"))


def _short(value: Any) -> Any:
    """2 for 2.0."""
    whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e15
    return int(value) if whole else value
