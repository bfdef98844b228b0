"""Class weights: the loss's own parameter where it has one, elsewhere a weight for each label."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from losscli.batch import Batch, Stream
from losscli.engine.missing import MissingRule, class_counts
from losscli.engine.positions import lay
from losscli.errors import LosscliError
from losscli.frameworks.convention import Convention
from losscli.losses.domain import Array
from losscli.results.score import Remark

if TYPE_CHECKING:
    from losscli.classes.names import Classes
    from losscli.engine.partial import Task

ClassWeight = Mapping[Any, float] | Literal["balanced"]


def weigh_classes(
    task: Task, wanted: ClassWeight, stream: Stream, missing: MissingRule
) -> tuple[Callable[[Batch], Batch] | None, dict[str, Any], tuple[Remark, ...]]:
    """How class weights enter: a way to reweigh batches or None, the task's parameters, and what to say.

    "balanced" is N / (C · count): of N labels, C classes, `count` labels of the class. Raises LosscliError
    for a real-valued target.
    """
    _refuse_reals(task.convention)
    classes = Stream.of(stream).classes

    def name(label: float) -> str:
        return f"{label:g}" if classes is None else classes.name(label)

    axes = set()

    def labels(batch: Batch) -> Array:
        known = _labels(task, batch)
        axes.add(known.ndim)
        return known

    counts = class_counts(stream, missing, labels)
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
    if "class_weight" in task.convention.signature.parameters:
        vector = [weights.get(float(k), 1.0) for k in range(_columns(task, stream))]
        text = f"class weights {how} ({listed}), as the loss's own parameter class_weight"
        return None, {**task.params, "class_weight": vector}, (Remark("data", text),)

    def reweigh(batch: Batch) -> Batch:
        known = _labels(task, batch)
        each, places = np.unique(known, return_inverse=True)
        of_class = np.array([weights.get(label, 1.0) for label in each.tolist()])
        by_class = of_class[places].reshape(known.shape)
        return replace(batch, weight=by_class if batch.weight is None else _product(batch.weight, by_class))

    whose = "sample weights" if max(axes, default=1) < 2 else "weights of the labels"
    text = f"class weights {how} ({listed}), as {whose} by class"
    return reweigh, dict(task.params), (Remark("data", text),)


def _product(one: Array, other: Array) -> Array:
    """Of weights for each sample, or for each of its values."""
    axes = max(one.ndim, other.ndim)
    first, second = (weight.reshape(weight.shape + (1,) * (axes - weight.ndim)) for weight in (one, other))
    return np.asarray(first * second)


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


def _labels(task: Task, batch: Batch) -> Array:
    """The class of each sample (N,), position or entry (N, ...): an index, a label of two, or the place of
    the 1 in a one-hot row; nan for a label that is left out.
    """
    assert batch.y_true is not None
    laid = lay(task, batch.y_true, next(iter(batch.y_pred.values())))
    y_true = laid.y_true if laid.rows and laid.y_true is not None else batch.y_true
    if y_true.ndim > 1 and y_true.shape[-1] == 1:
        y_true = y_true[..., 0]
    true = task.convention.loss.signature.y_true
    if true is not None and true.given(task.params).grain == "row" and y_true.ndim > 1:
        y_true = _of_rows(y_true)
    whole = np.isnan(y_true) | (y_true == np.floor(y_true))
    if not whole.all():
        raise LosscliError(
            f"--class-weight: {y_true[~whole][0]:.15g} in y_true is no class", "labels must be whole numbers"
        )
    if laid.rows:
        kept = np.ones(laid.n * laid.per, bool) if laid.kept is None else laid.kept.ravel()
        y_true = (np.where(kept, y_true, np.nan) if kept.any() else np.full(kept.size, np.nan)).reshape(
            laid.n, *laid.inner
        )
    return y_true if task.ignored is None else np.where(y_true == task.ignored, np.nan, y_true)


def _of_rows(y_true: Array) -> Array:
    """The place of the 1 in one-hot rows; nan where a value is missing."""
    gone = np.isnan(y_true).any(axis=-1)
    if not (np.isin(y_true, (0, 1)) | np.isnan(y_true)).all():
        raise LosscliError("--class-weight: y_true holds soft labels, which belong to no one class")
    several = ~gone & (y_true.sum(axis=-1) != 1)
    if several.any():
        count = int(y_true[several][0].sum())
        raise LosscliError(
            f"--class-weight: a row of y_true holds {count} labels, class weights are for rows of one class",
            "weigh rows with --weight instead",
        )
    return np.where(gone, np.nan, y_true.argmax(axis=-1))


def _columns(task: Task, stream: Stream) -> int:
    for batch in stream():
        return int(lay(task, batch.y_true, next(iter(batch.y_pred.values()))).y_pred.shape[-1])
    return 0
