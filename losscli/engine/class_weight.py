"""Class weights: the loss's own parameter where it has one, a weight for each sample elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from losscli.batch import Batch, Stream
from losscli.engine.missing import Missing, class_counts
from losscli.errors import LosscliError
from losscli.frameworks.convention import Convention
from losscli.losses.domain import Array
from losscli.results.score import Remark

if TYPE_CHECKING:
    from losscli.classes.names import Classes

ClassWeight = Mapping[Any, float] | Literal["balanced"]


def weigh_classes(
    convention: Convention,
    params: Mapping[str, Any],
    wanted: ClassWeight,
    stream: Stream,
    missing: Missing,
) -> tuple[Callable[[Batch], Batch] | None, dict[str, Any], tuple[Remark, ...]]:
    """How class weights enter: a way to reweigh batches or None, the parameters, and what to say about it.

    "balanced" is N / (C · count): C classes, `count` samples of the class. Raises LosscliError for a
    real-valued target.
    """
    _refuse_reals(convention)
    ignored = params.get("ignore_class")
    classes = Stream.of(stream).classes

    def name(label: float) -> str:
        return f"{label:g}" if classes is None else classes.name(label)

    def labels(batch: Batch) -> Array:
        return _labels(convention, batch)

    counts = {k: n for k, n in class_counts(stream, missing, labels).items() if k != ignored}
    if wanted == "balanced":
        total = sum(counts.values())
        weights = {label: total / (len(counts) * count) for label, count in counts.items()}
        how = "balanced, N / (C · count)"
    else:
        weights = _given(wanted, classes)
        how = "as given"
        absent = sorted(set(weights) - set(counts))
        if absent:
            known = ", ".join(map(name, sorted(counts)[:12]))
            raise LosscliError(
                f"--class-weight: there is no class {name(absent[0])} in y_true", f"the classes are {known}"
            )
        if any(weight < 0 or not np.isfinite(weight) for weight in weights.values()):
            raise LosscliError("--class-weight: a weight must be a number of 0 or more")
    listed = ", ".join(f"{name(label)}: {weight:.6g}" for label, weight in sorted(weights.items())[:12])
    if "class_weight" in convention.signature.parameters:
        vector = [weights.get(float(k), 1.0) for k in range(_columns(stream))]
        text = f"class weights {how} ({listed}), as the loss's own parameter class_weight"
        return None, {**params, "class_weight": vector}, (Remark("data", text),)

    def reweigh(batch: Batch) -> Batch:
        by_class = np.array([weights.get(label, 1.0) for label in labels(batch).tolist()])
        return replace(batch, weight=by_class if batch.weight is None else batch.weight * by_class)

    text = f"class weights {how} ({listed}), as sample weights by class"
    return reweigh, dict(params), (Remark("data", text),)


def _given(wanted: Mapping[Any, float], classes: Classes | None) -> dict[float, float]:
    if classes is not None:
        numbers = {label: classes.number(label) for label in wanted}
        wanted = {label if numbers[label] is None else numbers[label]: w for label, w in wanted.items()}
    try:
        return {float(label): float(weight) for label, weight in wanted.items()}
    except (TypeError, ValueError):
        labels = ", ".join(map(str, wanted))
        raise LosscliError(
            f"--class-weight: the classes {labels} are not all numbers",
            "classes are the labels in y_true: 0=1.0,1=2.5",
        ) from None


def _refuse_reals(convention: Convention) -> None:
    domain = convention.loss.signature.y_true
    classes = domain is not None and (
        domain.grain == "index" or domain.values is not None or domain.sums_to_one or domain.high == 1.0
    )
    if not classes:
        raise LosscliError(
            f"--class-weight: the target of {convention.loss.name} is not a class",
            "weigh rows with --weight instead",
        )


def _labels(convention: Convention, batch: Batch) -> Array:
    """The class of each row: an index, a label of two, or the place of the 1 in a one-hot row."""
    assert batch.y_true is not None
    y_true = batch.y_true
    if y_true.ndim == 2 and y_true.shape[1] == 1:
        y_true = y_true[:, 0]
    if y_true.ndim == 2 and convention.loss.signature.y_true is not None:
        domain = convention.loss.signature.y_true
        if domain.grain == "row":
            if not (np.isin(y_true, (0, 1)) | np.isnan(y_true)).all():
                raise LosscliError("--class-weight: y_true holds soft labels, which belong to no one class")
            return np.where(np.isnan(y_true).any(axis=1), np.nan, y_true.argmax(axis=1))
    if y_true.ndim != 1:
        raise LosscliError("--class-weight takes one label a sample, y_true has several")
    whole = np.isnan(y_true) | (y_true == np.floor(y_true))
    if not whole.all():
        raise LosscliError(
            f"--class-weight: {y_true[~whole][0]:.15g} in y_true is no class", "labels must be whole numbers"
        )
    return y_true


def _columns(stream: Stream) -> int:
    for batch in stream():
        return int(next(iter(batch.y_pred.values())).shape[-1])
    return 0
