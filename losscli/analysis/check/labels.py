"""Faults of labels: how they are coded, which are no class, how often each occurs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from losscli.analysis.check.fault import CheckedData, Fault, Mask, any_entry, truth_names
from losscli.analysis.check.values import stand_ins
from losscli.batch import Batch
from losscli.classes.columns import class_numbers
from losscli.losses.domain import Array
from losscli.results.check import Severity
from losscli.results.profile import TruthProfile, ValueCount

_HEAVY = 20  # how often the commonest class occurs for the rarest, before it is called heavy
_FEWEST = 20  # rows, below which a rare class is an accident
_IGNORED = (-1.0, -100.0, 255.0)  # what frameworks write where a label is to be ignored

ACCEPTED = {
    "binary01": "labels 0 and 1: bce, binary_focal, brier, dice, hinge and their kin take them; scce takes "
    "them beside two columns of predictions",
    "signs": "labels −1 and 1: hinge, squared_hinge, exponential, soft_margin and their kin take them; bce "
    "and dice take 0 and 1 (y01 = (y + 1) / 2)",
    "index": "class indices: scce, nll, multi_margin, multiclass_hinge take them; cce, kld and "
    "categorical_hinge take one-hot rows",
    "one_hot": "one-hot rows: cce, categorical_focal, kld, categorical_hinge take them; scce and nll take "
    "indices",
    "multilabel": "rows of several 0 and 1: bce, binary_focal, asymmetric, multilabel_soft_margin and "
    "label_ranking take them",
}


def faults(case: CheckedData) -> Iterator[Fault]:
    """All faults of this kind."""
    truth = case.truth
    if truth is None or not case.classes:
        return
    coded = list(_coding(case, truth))
    yield from coded
    if not coded:
        yield from _outside(case, truth)
        if truth.kind in ACCEPTED and case.loss is None:
            yield Fault("coding", "note", "How the labels are coded", ACCEPTED[truth.kind], "")
    if not any(fault.id == "mixed_codings" for fault in coded):
        yield from _counts(case, truth)


def _coding(case: CheckedData, truth: TruthProfile) -> Iterator[Fault]:
    """Labels that are coded as another loss wants them; each concerns all rows."""
    values = {each.value for each in truth.classes}
    severity: Severity = "error" if case.loss is not None else "warning"
    domain = case.true_domain
    named = truth_names(truth)
    rows = domain is not None and domain.grain == "row" and domain.index is None
    if rows and truth.shape in ((), (1,)) and truth.kind in ("index", "binary01") and _columns(case) > 1:
        other = case.loss.twin if case.loss else None
        yield Fault(
            "index_for_one_hot",
            "error",
            "Class indices where one-hot rows are expected",
            "this loss takes a row of numbers for each sample",
            (f"take {other}, which takes indices; or " if other else "")
            + "make one-hot rows of them: np.eye(C)[y]",
            named,
            case.concerns("cce"),
        )
        return
    if domain is not None and domain.grain == "index" and truth.kind in ("one_hot", "multilabel"):
        yield Fault(
            "one_hot_for_index",
            "error",
            "One-hot rows where class indices are expected",
            "this loss takes one whole number for each sample",
            "take cce, which takes one-hot rows; or hand over y.argmax(axis=1)",
            named,
            case.concerns("scce"),
        )
        return
    if truth.kind == "labels" and values == {-1.0, 0.0, 1.0}:
        if domain is None or domain.exclusive is not None:
            yield Fault(
                "mixed_codings",
                severity,
                "Labels −1, 0 and 1 together",
                "of two classes these are two codings: 0 is the same class as −1 in one of them, and none in "
                "the other; hinge losses take −1 and 1, or 0 and 1",
                "code them alike: y = 2 · (y > 0) − 1",
                named,
                case.concerns("hinge", "bce"),
                lambda batch: _true(batch) == _rarer(truth, -1.0, 0.0),
            )
        return
    if truth.kind == "signs" and _takes_01(case):
        yield Fault(
            "label_coding",
            severity,
            "Labels −1 and 1 where 0 and 1 are expected",
            "of −1, cross-entropy makes a value without meaning that may fall below 0: losscli refuses it, "
            "frameworks compute it",
            "y01 = (y + 1) / 2; or take a loss for −1 and 1: hinge, soft_margin",
            named,
            case.concerns("bce", "binary_focal", "brier", "dice"),
        )
    elif truth.kind == "binary01" and domain is not None and domain.values == (-1.0, 1.0):
        yield Fault(
            "label_coding",
            severity,
            "Labels 0 and 1 where −1 and 1 are expected",
            "this loss multiplies by the label: of 0 it makes 0, whatever the prediction",
            "y = 2 · y01 − 1",
            named,
            case.concerns("hinge_embedding"),
        )
    elif _from_1(case, truth, values):
        last = max(*values, _columns(case))
        yield Fault(
            "labels_from_1",
            "error",
            f"Classes are counted from 1 to {last:.0f}",
            f"there are {last:.0f} classes, and indices run from 0 to {last - 1:.0f}: every label names the "
            "class after its own, the last one none"
            if _columns(case) > 1
            else "two classes are coded 0 and 1: of 2, cross-entropy makes a value without meaning",
            "take 1 off the labels",
            named,
            case.concerns("scce", "nll", "bce"),
        )


def _true(batch: Batch) -> Array:
    assert batch.y_true is not None
    return batch.y_true.reshape(len(batch), -1)[:, 0]


def _rarer(truth: TruthProfile, one: float, other: float) -> float:
    counts = {each.value: each.count for each in truth.classes}
    return min((one, other), key=lambda value: counts.get(value, 0))


def _columns(case: CheckedData) -> int:
    """Columns of the widest model: the classes, for labels that are indices."""
    return max((m.shape[0] if len(m.shape) == 1 else 1 for m in case.profile.predictions), default=1)


def _takes_01(case: CheckedData) -> bool:
    """Whether the loss takes labels in [0, 1]; without one, whether the predictions are probabilities."""
    domain = case.true_domain
    if domain is not None:
        return domain.low == 0.0 or domain.values == (0.0, 1.0)
    return any(model.kind in ("probability", "percent") for model in case.profile.predictions)


def _from_1(case: CheckedData, truth: TruthProfile, values: set[float]) -> bool:
    if truth.kind != "index" or not values or min(values) != 1:
        return False
    if case.true_domain is not None and not (case.true_domain.below_classes or _takes_01(case)):
        return False
    classes = _columns(case)
    if classes > max(values) and any(
        class_numbers([column.name for column in model.columns]) == list(range(1, classes + 1))
        for model in case.profile.predictions
        if not model.columns[0].name.endswith("]")  # arrays' columns, which losscli numbers
    ):
        return True  # the columns are numbered so, and the last class does not occur
    return max(values) == (classes if classes > 1 else 2) and (
        classes > 1 or case.loss is None or _takes_01(case)
    )


def _outside(case: CheckedData, truth: TruthProfile) -> Iterator[Fault]:
    odd, between = _strays(case, truth)
    if between:
        yield Fault(
            "labels_not_whole",
            case.refuses if case.loss else "error",
            "Labels between the classes",
            "a class index is a whole number: frameworks cut the rest off and take the class below",
            "look whether --true names the labels; rows of class probabilities take cce",
            truth_names(truth),
            case.concerns("scce", "nll"),
            lambda batch: np.isfinite(_true(batch)) & (_true(batch) != np.floor(_true(batch))),
        )
    if not odd:
        return
    allowed = _allowed(case, truth)
    assert allowed is not None
    first, last, known = allowed
    shown = ", ".join(f"{value:.6g}" for value in odd[:5]) + (", …" if len(odd) > 5 else "")
    classes = ", ".join(map(case.name, known)) if known else f"{first:g} to {last:g}"
    mend = "mend these labels, or leave the rows out"
    if set(odd) <= set(_IGNORED) and truth.kind == "index":
        mend = f"if {odd[0]:g} says “ignore”: -p ignore_class={odd[0]:g}; else leave the rows out"
    yield Fault(
        "labels_outside",
        case.refuses if case.loss else "error",
        f"Labels that are no class: {shown}",
        f"the classes are {classes}: losscli refuses the others, PyTorch stops on an index out of range, "
        "TensorFlow on a GPU makes nan of it",
        mend,
        truth_names(truth),
        case.concerns(*_label_losses(truth)),
        _marks(odd),
    )


def _strays(case: CheckedData, truth: TruthProfile) -> tuple[list[float], list[float]]:
    """Labels that are no class, and among class indices those between two."""
    domain, allowed = case.true_domain, _allowed(case, truth)
    numbers = domain is not None and domain.grain == "entry" and domain.values is None and domain.high != 1
    if allowed is None or numbers or truth.shape not in ((), (1,)):
        return [], []
    first, last, known = allowed
    ignored = case.params.get("ignore_class")
    leave = {*stand_ins(truth.columns[0]), *([] if ignored is None else [float(ignored)])}
    values = [each.value for each in truth.classes if each.value not in leave]
    between = [value for value in values if truth.kind == "index" and not value.is_integer()]
    outside = [v for v in values if not first <= v <= last or (known and v not in known)]
    return [value for value in outside if value not in between], between


def _marks(values: list[float]) -> Mask:
    return lambda batch: any_entry(np.isin(_true(batch), values))


def _label_losses(truth: TruthProfile) -> tuple[str, ...]:
    return ("bce", "binary_focal", "dice") if truth.kind == "binary01" else ("scce", "nll", "multi_margin")


def _allowed(case: CheckedData, truth: TruthProfile) -> tuple[float, float, tuple[float, ...]] | None:
    """The least and the greatest label, and the only ones where there are few."""
    domain = case.true_domain
    if domain is not None and domain.grain == "index" and not domain.below_classes:
        return None  # any whole number is a class
    if domain is not None and domain.values is not None:
        return min(domain.values), max(domain.values), domain.values
    if truth.kind == "binary01" and (domain is None or not domain.below_classes):
        soft = domain is not None and domain.values is None
        return 0.0, 1.0, () if soft else (0.0, 1.0)
    if truth.kind == "index" and _columns(case) > 1:
        return 0.0, float(_columns(case) - 1), ()
    if domain is not None and domain.high == 1:
        return 0.0, 1.0, ()
    return None


def _counts(case: CheckedData, truth: TruthProfile) -> Iterator[Fault]:
    if truth.kind == "multilabel":
        return  # a label that never changes is a constant column
    leave = {value for column in truth.columns for value in stand_ins(column)}
    if not _from_1(case, truth, {each.value for each in truth.classes if each.count} - leave):
        leave.update(*_strays(case, truth))
    seen = [each for each in truth.classes if each.count and each.value not in leave]
    total = sum(each.count for each in seen)
    if len(seen) == 1 and case.profile.n > 2 and total == case.profile.n:
        yield Fault(
            "single_class",
            "warning",
            f"Every row is of class {case.name(seen[0].value)}",
            "a constant answer is right in all rows: the loss says nothing of telling classes apart, and "
            "rankings (AUC) are not defined",
            "add rows of the other class; if the file is sorted, shuffle before you split it",
            truth_names(truth),
            case.concerns(),
        )
    if len(seen) < 2 or total < _FEWEST:
        return
    rare, common = min(seen, key=_count), max(seen, key=_count)
    if rare.count * _HEAVY >= common.count:
        return
    every = ", ".join(f"{case.name(each.value)}: {each.count}" for each in seen[:6])
    yield Fault(
        "imbalance",
        "warning",
        f"Class {case.name(rare.value)} is rare: {rare.count} of {total} rows",
        f"always saying {case.name(common.value)} is right in {100 * common.count / total:.4g} % of "
        f"the rows, so accuracy and a plain mean say little of class {case.name(rare.value)} (rows: "
        f"{every}{', …' if len(seen) > 6 else ''})",
        "judge probabilities by bce, scce or brier as they are: these need no balance; --class-weight "
        "balanced (compute, compare), or focal losses, only if a missed one costs as many times more as it "
        "is rarer",
        truth_names(truth),
        case.concerns("bce", "scce", "cce"),
        _marks([rare.value]) if truth.shape in ((), (1,)) else _hot(int(rare.value)),
    )


def _count(each: ValueCount) -> int:
    return each.count


def _hot(k: int) -> Mask:
    def where(batch: Batch) -> Array:
        assert batch.y_true is not None
        hot: Array = batch.y_true[:, k] == 1
        return hot

    return where
