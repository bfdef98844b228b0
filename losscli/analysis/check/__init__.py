"""The doctor: what is wrong with the data, in general or for one loss (arrays: check; streams: examine)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from losscli.analysis.check import (
    amounts,
    labels,
    layout,
    order,
    probabilities,
    scales,
    trial,
    unread,
    values,
)
from losscli.analysis.check.fault import CheckedData, Fault, RowCells
from losscli.analysis.profile import profile
from losscli.analysis.request import Request, meant
from losscli.batch import Stream, UnreadCell
from losscli.catalogue.find import Named
from losscli.engine.missing import Missing
from losscli.engine.walk import read_once
from losscli.errors import LosscliError
from losscli.integers import EXACT
from losscli.losses.declare import Loss
from losscli.losses.domain import SUM_SLACK
from losscli.results.check import Checkup, Finding
from losscli.version import __version__

__all__ = ["are_classes", "check", "examine"]

FIRST_ROWS = 5
_KINDS_OF_FAULT = (unread, values, labels, probabilities, amounts, scales, layout, order, trial)
_SEVERITY = ("error", "warning", "note")


def examine(
    stream: Stream,
    loss: str | Loss | Named | None = None,
    like: str = "exact",
    *,
    params: Mapping[str, Any],
    missing: Missing = "refuse",
    source: str | None = None,
    chosen: tuple[str, ...] = (),
    max_memory: int | None = None,
    let_pass: Mapping[Any, UnreadCell] | None = None,
    cells: Callable[[Sequence[int]], RowCells] | None = None,
) -> Checkup:
    """The same over a stream of batches, which is callable again.

    One pass describes the data; where something is suspect, a second finds its rows. With a loss there is one
    more for each model, which computes it: within `max_memory` bytes, or LosscliError. All but the first go
    over memory, where the rows fit there. `let_pass` gathers, while the rows are read, the cells that are no
    numbers, `cells` gives every cell of rows of these numbers.
    """
    rows = Stream.of(stream)
    stream = read_once(rows, max_memory)
    read = None if loss is None else meant(loss, stream)
    if read is not None:
        chosen, params = (*read.besides(params).said, *chosen), read.given(params)
    with np.errstate(all="ignore"):  # numbers beyond the floats are what is looked for
        case, said = _case(stream, None if read is None else read.loss, like, params, missing)
        case = replace(_with_unread(case, let_pass or {}, source), cells=cells)
        suspects = [fault for module in _KINDS_OF_FAULT for fault in module.faults(case)]
        kept = _once(_located(suspects, stream))
        if case.loss is not None:
            request = trial.request_of(case, like)
            for model in case.profile.predictions:
                kept += trial.verdict(case, request, stream, model.model, kept, max_memory)
    ranked = sorted(kept, key=_rank)
    return Checkup(
        n=case.profile.n,
        source=source,
        loss=None if case.loss is None else case.loss.name,
        like=like,
        params=_shown(case),
        models=tuple(model.model for model in case.profile.predictions),
        findings=tuple(finding for finding in ranked if finding.severity != "note"),
        notes=tuple(finding for finding in ranked if finding.severity == "note"),
        looked=_looked(case),
        profile=case.profile,
        version=__version__,
        chosen=(*chosen, *said, *_rounded(case, rows)),
    )


def are_classes(stream: Stream) -> bool:
    """Whether what stands as models are the class probabilities of one: three or more, which sum to 1 in each
    row of the first batch, beside whole numbers.
    """
    if len(Stream.of(stream).models or ()) < 3:
        return False
    for batch in stream():
        models = list(batch.y_pred.values())
        if batch.y_true is None or batch.y_true.ndim > 1 or any(pred.ndim > 1 for pred in models):
            return False
        rows = np.stack(models, axis=1)
        whole = batch.y_true == np.floor(batch.y_true)
        inside = (rows >= 0) & (rows <= 1)
        sums = np.abs(rows.sum(axis=1) - 1) <= SUM_SLACK
        return bool(inside.all() and sums.all() and whole.all())
    return False


def _with_unread(case: CheckedData, cells: Mapping[Any, UnreadCell], source: str | None) -> CheckedData:
    """The case with the cells that are no numbers; LosscliError where most of a column are none."""
    unread = tuple(cells.values())
    many = Counter(cell.column for cell in unread)
    for cell in unread:
        if cell.name != source or 2 * many[cell.column] > case.profile.n:
            raise cell.why
    return replace(case, unread=unread)


def _rounded(case: CheckedData, rows: Stream) -> list[str]:
    """The sentences that tell of whole numbers which float64 rounds."""
    far = {column.array for column in case.profile.columns if max(-column.low, column.high) >= EXACT}
    return [sentence for said in rows.rounded(far).values() for sentence in said] if far else []


def _shown(case: CheckedData) -> dict[str, Any]:
    """The parameters; of one that the models have their own of, each model's."""
    params = case.asked
    for name in dict.fromkeys(name for own in case.own.values() for name in own):
        each = {model: np.asarray(own[name]).tolist() for model, own in case.own.items()}
        values = list(each.values())
        params[name] = each if any(value != values[0] for value in values) else values[0]
    return {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in params.items()}


def _case(
    stream: Stream, loss: Loss | None, like: str, params: Mapping[str, Any], missing: Missing
) -> tuple[CheckedData, tuple[str, ...]]:
    """The case, and the sentences that say what was read of the data unasked."""
    if loss is None:
        unknown = [name for name in params if name != "from_logits"]
        if unknown or like != "exact":
            what = f"the parameter {unknown[0]}" if unknown else f"--like {like}"
            raise LosscliError(f"{what} belongs to a loss, and none was named", "name it: --loss huber")
        return CheckedData(profile(stream), None, None, params, missing, Stream.of(stream).classes), ()
    request, described = Request.of(loss, params, like=like), profile(stream)
    shared, level = request.shared(loss, stream), loss.signature.level
    tasks = {model.model: request.task(loss, stream, model.model) for model in described.predictions}
    said = dict.fromkeys(remark.text for task in (shared, *tasks.values()) for remark in task.said)
    own = {} if level is None else {m: {level.name: task.params[level.name]} for m, task in tasks.items()}
    way, classes, stands = shared.convention, shared.classes, shared.layout
    return CheckedData(described, loss, way, shared.params, missing, classes, stands, own), tuple(said)


def _located(faults: list[Fault], stream: Stream) -> list[Finding]:
    """The faults with their rows, from one pass; those that no row has are none."""
    marked = [fault for fault in faults if fault.where is not None]
    counts = dict.fromkeys(range(len(marked)), 0)
    rows: dict[int, tuple[int, ...]] = dict.fromkeys(counts, ())
    for batch in stream() if marked else ():
        for number, fault in enumerate(marked):
            assert fault.where is not None
            at = np.flatnonzero(fault.where(batch))
            counts[number] += at.size
            missing = FIRST_ROWS - len(rows[number])
            rows[number] += tuple(int(i) + batch.first_row for i in at[:missing])
    findings = []
    for fault in faults:
        at_fault = next((i for i, other in enumerate(marked) if other is fault), None)
        if at_fault is None:
            findings.append(_finding(fault, None, ()))
        elif counts[at_fault]:
            findings.append(_finding(fault, counts[at_fault], rows[at_fault]))
    return findings


def _finding(fault: Fault, count: int | None, rows: tuple[int, ...]) -> Finding:
    return Finding(
        fault.id,
        fault.severity,
        fault.title,
        count,
        rows,
        fault.columns,
        fault.losses,
        fault.why,
        fault.do,
    )


def _once(findings: list[Finding]) -> list[Finding]:
    """The findings without those that another one explains, on the same columns."""
    ids = {(finding.id, column) for finding in findings for column in finding.columns}
    kept = []
    for finding in findings:
        explained = finding.id == "float32_infinite" and any(
            (other, column) in ids for other in trial.EXPLAIN_FLOAT32 for column in finding.columns
        )
        if not explained:
            kept.append(finding)
    return kept


def _rank(finding: Finding) -> tuple[int, float]:
    rows = float("inf") if finding.count is None else finding.count
    return _SEVERITY.index(finding.severity), -rows


def _looked(case: CheckedData) -> tuple[str, ...]:
    """What was looked at, in a sentence or two."""
    seen = case.profile
    truth = "no y_true" if seen.truth is None else f"y_true ({_KINDS[seen.truth.kind]})"
    if seen.truth is not None and seen.truth.second:
        truth = f"{truth[:-1]}; or {_KINDS[seen.truth.second]})"
    models = ", ".join(f"{model.model} ({_KINDS[model.kind]})" for model in seen.predictions)
    weight = ", the weights" if seen.weight is not None else ""
    looked = [f"{truth}, {models}{weight}"]
    classes = seen.truth is not None and seen.truth.classes
    own = "labels and their counts, probabilities" if classes else "zeros, signs, scales"
    whole = "" if case.loss is None else f"; {case.loss.name} itself, on every row"
    shapes = "shapes, the rows' order" if order.seen(case) else "shapes"
    looked.append(f"missing, infinite, constant and doubled values, {own}, {shapes}, float32{whole}")
    return tuple(looked)


_KINDS = {
    "binary01": "labels 0 and 1",
    "signs": "labels −1 and 1",
    "index": "class indices",
    "labels": "labels",
    "one_hot": "one-hot rows",
    "multilabel": "rows of several labels",
    "soft": "rows of class probabilities",
    "counts": "counts",
    "ratings": "steps of a scale",
    "positive": "amounts above 0",
    "nonnegative": "amounts from 0",
    "fraction": "fractions",
    "real": "numbers",
    "columns": "rows of numbers",
    "vectors": "vectors",
    "array": "arrays",
    "empty": "no value",
    "probability": "probabilities",
    "probability_rows": "rows of class probabilities",
    "probabilities": "a probability a label",
    "percent": "percent",
    "logits": "logits or scores",
    "log_probability": "log-probabilities",
    "rate": "rates",
}
