"""What a named loss does with the data: refuse it, become infinite or nan, lose its gradient or digits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from losscli.analysis.check.fault import CheckedData, Fault, any_entry, names
from losscli.analysis.check.unread import IDS
from losscli.analysis.request import Request
from losscli.analysis.score import Run, score
from losscli.batch import Batch, Stream
from losscli.engine.finish import Show
from losscli.engine.misscaled import SCALE, mend, misfit_words
from losscli.engine.missing import Missing, MissingRule
from losscli.engine.partial import Task
from losscli.engine.positions import aligned, lay
from losscli.engine.top import missing_rows
from losscli.errors import LosscliError, TooMuch
from losscli.frameworks.convention import Convention
from losscli.losses.domain import Array
from losscli.results.check import Finding, Severity
from losscli.results.profile import PredictionProfile
from losscli.results.score import Remark

_FLAT = 1e-3  # share · slope of a value: below, moving the prediction does not move the loss
# Findings that say why float32 makes something infinite.
EXPLAIN_FLOAT32 = (
    *("saturated", "saturated_float32", "saturated_wrong", "float32_overflow", "float32_squares"),
    *("float32_digits", "logits_overflow", "infinite", "zeros", "sentinel"),
)


# What a number says that it does not mean, by the remark's cause: the title and what to do.
_MISLEADING = {
    "below_range": ("The loss is below its range", "divide each row by its sum"),
    "nothing_true": ("What is predicted costs nothing", "take dice, or leave these classes out"),
}


def verdict(
    case: CheckedData,
    request: Request,
    stream: Stream,
    model: str,
    findings: Sequence[Finding],
    max_memory: int | None = None,
) -> Iterator[Finding]:
    """What computing the loss itself says, where no finding has said it."""
    columns = names(case.profile.prediction(model))
    known = any(_explains(finding, case, model, request.missing) for finding in findings)
    try:
        made = score(request, single(stream, model), run=Run(max_memory=max_memory), show=Show(0))
    except TooMuch:
        raise
    except LosscliError as why:
        if not known:
            yield _finding(
                "refused", "error", "The loss refuses the data", case, columns, None, why.what, why.hint
            )
        return
    for remark in made.remarks:
        if remark.kind == "nonfinite" and not known:
            name = "nan_loss" if remark.cause == "nan" else "infinite_loss"
            title = "The loss is nan" if name == "nan_loss" else "The loss is infinite"
            yield _finding(name, "error", title, case, columns, remark, remark.text, "mend these rows")
        elif remark.kind == "departure" and remark.count:
            title = "Rows that the framework changes"
            yield _finding("departure", "note", title, case, columns, remark, remark.text, "")
        elif remark.cause == SCALE and made.misscaled is not None:
            text, advice = misfit_words(made.loss, {"": made.misscaled}), mend(made.misscaled)
            title = "The scale of the loss is not that of the errors"
            yield _finding(SCALE, "warning", title, case, columns, remark, text, advice)
        elif remark.cause in _MISLEADING:
            title, advice = _MISLEADING[remark.cause]
            yield _finding(remark.cause, "warning", title, case, columns, remark, remark.text, advice)
    told = known or any(remark.kind == "nonfinite" for remark in made.remarks)
    if made.value is not None and not np.isfinite(made.value) and not told:
        text = f"its value is {made.value} though every row is finite"
        title = "The loss is not finite"
        yield _finding("nan_loss", "error", title, case, columns, None, text, "mend the data")


def _explains(finding: Finding, case: CheckedData, model: str, missing: MissingRule) -> bool:
    """Whether an error says why this model's loss is refused or not finite: one that is not another model's.

    A missing value is a finding of its own: the rest is judged without those rows.
    """
    if finding.severity != "error" or (finding.id in ("missing", *IDS) and missing != "propagate"):
        return False
    others = [other for other in case.profile.predictions if other.model != model]
    theirs = {name for other in others for name in (*names(other), *(c.name for c in other.columns))}
    return not finding.columns or not theirs.issuperset(finding.columns)


def request_of(case: CheckedData, like: str) -> Request:
    """What is computed: without the rows that miss a value, which are a finding of their own."""
    assert case.loss is not None
    assert case.way is not None
    defaults = {name: known.default for name, known in case.way.signature.parameters.items()}
    given = {name: value for name, value in case.asked.items() if value is not defaults.get(name)}
    missing: Missing = "propagate" if case.missing == "propagate" else "drop"
    return Request.of(case.loss, given, like=like, missing=missing)


def _finding(
    name: str,
    severity: Severity,
    title: str,
    case: CheckedData,
    columns: tuple[str, ...],
    remark: Remark | None,
    why: str,
    do: str | None,
) -> Finding:
    count, rows = (None, ()) if remark is None else (remark.count, remark.rows)
    return Finding(name, severity, title, count, rows, columns, case.concerns(), why, do or "")


def single(stream: Stream, model: str) -> Stream:
    """The stream with one model, under the name that a loss's kernel knows."""

    def one() -> Iterator[Batch]:
        for batch in stream():
            if missing_rows(len(batch), batch.y_true, batch.weight, batch.y_pred[model]).all():
                continue  # nothing of it is left to compute with
            labels = dict(batch.origin.labels)
            if model in labels:
                labels["y_pred"] = labels[model]
            origin = batch.origin._replace(labels=labels)
            yield replace(batch, y_pred={"y_pred": batch.y_pred[model]}, origin=origin)

    return Stream(one, names={"y_pred": Stream.of(stream).names.get(model, ())})


def faults(case: CheckedData) -> Iterator[Fault]:
    """Rows on which the loss's own kernel loses its gradient, or in float32 its value."""
    loss, way = case.loss, case.way
    if loss is not None and way is not None and loss.kind == "sample" and way.framework.name == "exact":
        for model in case.profile.predictions:
            yield from _by_model(case, way, model)


def _by_model(case: CheckedData, way: Convention, model: PredictionProfile) -> Iterator[Fault]:
    yield Fault(
        "float32_infinite",
        "warning",
        "Infinite or nan in float32",
        "in float64 these rows have a value; frameworks compute in float32",
        "bring the data to another unit, or compute from logits",
        names(model),
        case.concerns(),
        lambda batch: _by_kernel(case, way, batch, model.model, _infinite32),
    )
    if _is_distance(case):
        yield Fault(
            "vanishing_gradient",
            "warning",
            "Rows with a loss and no gradient",
            f"their error is so large that {way.loss.name} has levelled off: training does not move them",
            "raise its scale (-p …), or start with huber; look whether these rows are wrong",
            names(model),
            case.concerns(),
            lambda batch: _by_kernel(case, way, batch, model.model, _flat),
        )


def _is_distance(case: CheckedData) -> bool:
    """A loss of the error of two numbers."""
    true, pred = case.true_domain, case.pred_domain
    if case.loss is None or case.loss.slope is None or true is None or pred is None:
        return False
    return (true.grain, true.means, pred.grain, pred.means) == ("entry", "number") * 2


Look = Callable[[Mapping[str, Any], Convention, tuple[Array, ...]], Array]


def _by_kernel(case: CheckedData, way: Convention, batch: Batch, model: str, look: Look) -> Array:
    """The rows that `look` marks; none where the loss does not take the batch (a finding of its own)."""
    none = np.zeros(len(batch), bool)
    whole = ~any_entry(~np.isfinite(batch.y_pred[model]))
    if batch.y_true is not None:
        whole &= ~any_entry(~np.isfinite(batch.y_true))
    if not whole.any():
        return none
    y_true = None if batch.y_true is None else batch.y_true[whole]
    params = case.of_model(model)
    task = Task(way, params, layout=case.layout)
    try:
        laid = lay(task, y_true, batch.y_pred[model][whole])
        true, pred = aligned(task, laid)
    except LosscliError:
        return none
    none[whole] = laid.touched(look(params, way, (pred,) if true is None else (true, pred)))
    return none


def _values(way: Convention, params: Mapping[str, Any], arrays: tuple[Array, ...]) -> Array:
    made = np.asarray(way.kernel(*arrays, **params), np.float64)
    return made.reshape(len(arrays[-1]), -1)


def _infinite32(params: Mapping[str, Any], way: Convention, arrays: tuple[Array, ...]) -> Array:
    single_precision = tuple(
        array.astype(np.float32) if array.dtype == np.float64 else array for array in arrays
    )
    exact, rounded = _values(way, params, arrays), _values(way, params, single_precision)
    return np.asarray(np.isfinite(exact) & ~np.isfinite(rounded))


def _flat(params: Mapping[str, Any], way: Convention, arrays: tuple[Array, ...]) -> Array:
    assert way.loss.slope is not None
    true, pred = arrays
    values = np.asarray(way.kernel(true, pred, **params), np.float64)
    slope = np.asarray(way.loss.slope(true, pred, **params), np.float64)
    moved = np.abs(slope * (pred - true))
    return np.asarray(np.isfinite(moved) & (values > 0) & (moved < _FLAT * values))
