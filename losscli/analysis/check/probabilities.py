"""Faults of probabilities and logits: out of range, one for the other, saturated."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from losscli.analysis.check.calibration import miscalibrated
from losscli.analysis.check.fault import CheckedData, Fault, any_entry, names, says_scores, truth_names
from losscli.batch import Batch
from losscli.losses.domain import SUM_SLACK, Array
from losscli.results.profile import PredictionProfile

_LARGEST_EXP = 88.72  # e to more than this is beyond float32
_LEAST_FLOAT32 = 1.1754944e-38  # smaller ones have few digits, or are 0 where denormals are flushed
_BELOW_1 = 1 - 2.0**-25  # larger ones round to 1 in float32
_STRAYS = 0.1  # the share of values out of [0, 1] beyond which they are no strays
BINARY, ROWS = ("bce", "binary_focal", "brier", "dice"), ("cce", "scce", "categorical_focal", "kld")


def faults(case: CheckedData) -> Iterator[Fault]:
    """All faults of this kind."""
    for model in case.profile.predictions:
        if model.kind == "empty" or not model.entries:
            continue
        expects = case.expects(model)
        if expects in ("probability", "probability_rows"):
            yield from _probabilities(case, model, sums=expects == "probability_rows")
            yield from miscalibrated(case, model)
        elif expects == "logits":
            yield from _logits(case, model)
        elif expects == "log_probability":
            yield from _logarithms(case, model)
    yield from _true_rows(case)


def _probabilities(case: CheckedData, model: PredictionProfile, *, sums: bool) -> Iterator[Fault]:
    if model.outside:
        yield _outside(case, model, sums=sums)
        return
    if model.kind == "labels" and case.loss is None:
        return
    if sums and model.off_rows and len(model.columns) > 1:
        yield Fault(
            "row_sums",
            case.refuses if case.loss else "error",
            "Rows of probabilities that do not sum to 1",
            "the class probabilities of a row are one distribution: Keras's cross-entropies divide such a "
            "row by its sum and go on, PyTorch's reads it as logits, losscli refuses it",
            "put a softmax at the end (not sigmoids); or divide each row by its sum",
            names(model),
            case.concerns(*ROWS),
            lambda batch: _off(batch.y_pred[model.model]),
        )
    if case.loss is None or "log of a probability" in case.loss.tags:
        yield from _saturated(case, model)


def _outside(case: CheckedData, model: PredictionProfile, *, sums: bool) -> Fault:
    low = min(column.low for column in model.columns if column.count)
    high = max(column.high for column in model.columns if column.count)
    losses = case.concerns(*(ROWS if sums else BINARY))
    severity = case.refuses

    def where(batch: Batch) -> Array:
        array = batch.y_pred[model.model]
        return any_entry(((array < 0) | (array > 1)) & np.isfinite(array))

    can = case.pred_domain is None or "from_logits" in case.pred_domain.under or case.loss is None
    logs = model.off_logs == 0 and len(model.columns) > 1 and high <= 0
    if logs:
        return Fault(
            "log_probabilities",
            severity,
            "Logarithms of probabilities where probabilities are expected",
            "e to each value sums to 1 in every row: these are log-probabilities (log_softmax)",
            "take nll; or --from-logits, which gives the same number for them",
            names(model),
            losses,
            where,
        )
    if low >= 0 and 20 < high <= 100 and model.outside > _STRAYS * model.entries:
        return Fault(
            "percent",
            severity,
            "Percent where probabilities are expected",
            f"the values run from {low:.6g} to {high:.6g}: a loss of probabilities takes them from 0 to 1",
            "divide them by 100",
            names(model),
            losses,
            where,
        )
    if model.outside > _STRAYS * model.entries:
        return Fault(
            "logits",
            severity,
            "Logits where probabilities are expected",
            f"the values run from {low:.6g} to {high:.6g}: losscli and PyTorch's BCELoss refuse what lies "
            "out of [0, 1]; Keras clips it silently, and a clipped row has no gradient",
            "--from-logits" if can else "put a sigmoid (of rows a softmax) before this loss",
            names(model),
            losses,
            where,
        )
    return Fault(
        "probability_range",
        case.refuses if case.loss else "error",
        "Probabilities out of [0, 1]",
        f"the values run from {low:.6g} to {high:.6g}: the logarithm of a number below 0 is nan, and "
        "above 1 the loss falls below 0",
        "look where they come from; if rounding alone moved them, np.clip(p, 0, 1)",
        names(model),
        losses,
        where,
    )


def _off(rows: Array) -> Array:
    whole = np.isfinite(rows).all(axis=1)
    off: Array = whole & ~(np.abs(rows.sum(axis=1) - 1) <= SUM_SLACK)
    return off


def _saturated(case: CheckedData, model: PredictionProfile) -> Iterator[Fault]:
    losses = case.concerns("bce", "binary_focal", "cce", "scce", "kld")
    exact = any(column.zeros or column.ones for column in model.columns)
    nearly = any(column.smallest < _LEAST_FLOAT32 or column.high >= _BELOW_1 for column in model.columns)
    if exact:
        yield Fault(
            "saturated_wrong",
            "error",
            "Probability 0 for what happened",
            "the cross-entropy of such a row is infinite, and with it the mean; Keras clips at 1e-7 and "
            "PyTorch's BCELoss at 100 instead, so the number is the clip's",
            "compute from logits (--from-logits); or smooth: p = (1 − ε) · p + ε / C; a forest's votes need "
            "it",
            names(model),
            losses,
            lambda batch: _wrong(batch, model.model),
        )
        yield Fault(
            "saturated",
            "warning",
            "Probabilities of exactly 0 or 1",
            "such a row says that the other class is impossible: one wrong row makes an infinite "
            "cross-entropy, and through a saturated sigmoid no gradient comes back",
            "compute from logits (--from-logits); or smooth: p = (1 − ε) · p + ε / C",
            names(model),
            losses,
            lambda batch: any_entry(np.isin(batch.y_pred[model.model], (0.0, 1.0))),
        )
    if nearly:
        yield Fault(
            "saturated_float32",
            "warning",
            "Probabilities that become 0 or 1 in float32",
            "frameworks compute in float32, in which 1 − p of these is 0 (p above 1 − 3e-8) or p is lost "
            "(below 1.2e-38): the logarithm is −inf there, or a clip, where float64 still has a number",
            "hand over logits (--from-logits), which keep their digits in float32",
            names(model),
            losses,
            lambda batch: any_entry(_lost(batch.y_pred[model.model])),
        )


def _lost(p: Array) -> Array:
    with np.errstate(all="ignore"):
        rounded = p.astype(np.float32)
    lost: Array = ((rounded == 1) & (p < 1)) | ((p > 0) & (p < _LEAST_FLOAT32))
    return lost


def _wrong(batch: Batch, model: str) -> Array:
    """Rows whose prediction gives 0 to what the truth has."""
    p, y = batch.y_pred[model], batch.y_true
    if y is None:
        return np.zeros(len(p), bool)
    if y.ndim == p.ndim and y.shape[1:] == p.shape[1:]:
        return any_entry(((p == 0) & (y > 0)) | ((p == 1) & (y < 1)))
    if p.ndim != 2 or p.shape[1] < 2 or y.size != len(p):
        return np.zeros(len(p), bool)
    label = y.ravel()
    known = (label >= 0) & (label < p.shape[1]) & (label == np.floor(label))
    of = np.where(known, label, 0).astype(np.int64)
    zero: Array = known & (p[np.arange(len(p)), of] == 0)
    return zero


def _logits(case: CheckedData, model: PredictionProfile) -> Iterator[Fault]:
    if (
        case.loss is None
        and model.kind == "logits"
        and says_scores(model)
        and not case.params.get("from_logits")
    ):
        yield Fault(
            "scores",
            "note",
            "Logits, as the name says",
            "losses of probabilities (bce, cce) take them with --from-logits, margin losses (hinge) as they "
            "are",
            "",
            names(model),
        )
    inside = model.entries > 2 and not model.outside
    sums = len(model.columns) > 1 and not model.off_rows
    constant = all(column.constant for column in model.columns)
    if inside and (sums or not constant) and model.kind != "labels":
        yield Fault(
            "probabilities_as_logits",
            "warning",
            "Probabilities where logits are expected",
            "every value lies in [0, 1]"
            + (", every row sums to 1" if sums else "")
            + ": read as logits they say 0.5 to 0.73, and a second sigmoid or softmax flattens what the "
            "model says",
            "leave --from-logits out"
            if case.params.get("from_logits")
            else "hand over what is before the sigmoid",
            names(model),
            case.concerns("bce", "cce", "hinge"),
        )
    if any(max(-column.low, column.high) > _LARGEST_EXP for column in model.columns if column.count):
        yield Fault(
            "logits_overflow",
            "warning",
            "Logits beyond ±88.7",
            "e to such a number is infinite in float32: a hand-written sigmoid or softmax makes nan of "
            "it (stable calls do not), and the sigmoid's gradient is 0 there",
            "use the framework's call that takes logits; shrink the weights (regularise, clip the gradient)",
            names(model),
            case.concerns("bce", "cce", "scce"),
            lambda batch: any_entry(np.abs(batch.y_pred[model.model]) > _LARGEST_EXP),
        )


def _logarithms(case: CheckedData, model: PredictionProfile) -> Iterator[Fault]:
    inside = not model.outside and model.entries > 2 and not (len(model.columns) > 1 and not model.off_logs)
    if inside:
        yield Fault(
            "probabilities_as_logs",
            "warning",
            "Probabilities where their logarithms are expected",
            "every value lies in [0, 1]: nll negates what it is given, so this mean is −p, a negative loss",
            "hand over log p (log_softmax); or take scce, which takes probabilities",
            names(model),
            case.concerns("nll"),
        )
    elif model.off_logs and case.loss is not None and len(model.columns) > 1:
        yield Fault(
            "log_sums",
            "warning",
            "Rows that are no logarithms of probabilities",
            "e to their values does not sum to 1: logits, on which nll falls without end",
            "put a log_softmax before nll; or take scce with --from-logits",
            names(model),
            case.concerns("nll"),
            lambda batch: _no_logs(batch.y_pred[model.model]),
        )


def _no_logs(rows: Array) -> Array:
    with np.errstate(all="ignore"):
        sums = np.exp(rows).sum(axis=1)
    off: Array = (rows < np.inf).all(axis=1) & ~(np.abs(sums - 1) <= SUM_SLACK)
    return off


def _true_rows(case: CheckedData) -> Iterator[Fault]:
    truth = case.truth
    if truth is None or not truth.off_rows or len(truth.shape) != 1:
        return
    wanted = truth.kind in ("one_hot", "soft") if case.true_domain is None else case.true_domain.sums_to_one
    if not wanted:
        return

    def where(batch: Batch) -> Array:
        assert batch.y_true is not None
        return _off(batch.y_true)

    yield Fault(
        "truth_row_sums",
        case.refuses if case.loss else "error",
        "Rows of y_true that do not sum to 1",
        "a row of classes is one distribution: of a row of zeros cross-entropy is 0 whatever was "
        "predicted, two ones count the row twice",
        "mend these rows; where several labels may hold, take bce",
        truth_names(truth),
        case.concerns("cce", "categorical_focal", "kld"),
        where,
    )
