"""Which axis of y_pred has the classes, where it has several behind the samples'."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from losscli.engine.align import shape_words
from losscli.errors import LosscliError
from losscli.losses.domain import SUM_SLACK

if TYPE_CHECKING:
    from losscli.engine.partial import Task
    from losscli.frameworks.convention import Convention
    from losscli.losses.domain import Array, Domain


def classes_at(way: Convention, axes: int) -> int:
    """The axis on which the call has the classes, of an array of so many."""
    return axes - 1 if way.class_axis < 0 else min(way.class_axis, axes - 1)


def moves_axis(way: Convention) -> bool:
    """Whether the call can be told where the classes are."""
    return way.loss.name in way.framework.axis_of


def holds_indices(task: Task, y_true: Array | None, y_pred: Array, true: Domain | None) -> bool:
    """Whether y_true holds class indices where a loss of labels takes one-hot."""
    way = task.convention
    return (
        way.framework.name == "exact"
        and way.loss.kind == "statistic"
        and true is not None
        and y_true is not None
        and true.means == "label"
        and y_true.ndim < y_pred.ndim
        and y_pred.shape[-1] > 1
    )


def class_axis(task: Task, y_true: Array | None, y_pred: Array, true: Domain | None, indices: bool) -> int:
    """Which axis of y_pred has the classes: as asked for, as the framework has it, or as the shapes say.

    `true` is what y_true may hold; `indices`: it holds class indices where a loss of labels takes one-hot.
    """
    way, last = task.convention, y_pred.ndim - 1
    asked, free = task.layout.class_axis, way.framework.name == "exact"
    columns = free or way.framework.tall
    usual = classes_at(way, y_pred.ndim)

    def fits(axis: int) -> bool:
        if y_true is None:
            return True
        rest = (*y_pred.shape[:axis], *y_pred.shape[axis + 1 :])
        single = true is not None and true.grain in ("index", "scalar")
        alone = indices or single or (true is not None and true.index is not None)
        if alone and (y_true.shape == rest or (columns and y_true.shape == (*rest, 1))):
            return True
        return y_true.shape == y_pred.shape and not (indices or single)

    axis = usual
    if asked is not None:
        axis = asked + y_pred.ndim if asked < 0 else asked
        if not 1 <= axis <= last:
            axes = f"1 to {last}, or −1 for the last" if last > 0 else "none but the samples'"
            raise LosscliError(
                f"class_axis={asked}: y_pred is {shape_words(y_pred)}",
                f"its axes are {axes}; 0 is the samples'",
            )
        if not free and axis != usual and not moves_axis(way):
            raise LosscliError(
                f"class_axis={asked}: {way.owner} has the classes on axis {usual} of {shape_words(y_pred)}",
                f"move them there: np.moveaxis(y_pred, {axis}, {usual})",
            )
    if asked is not None or not free:
        if fits(axis):
            return axis
        raise _unfit(task, y_true, y_pred, [axis])
    fitting = [axis for axis in dict.fromkeys((usual, 1, last)) if fits(axis)]
    fitting = fitting or [axis for axis in range(1, last + 1) if fits(axis)]
    if not fitting:
        raise _unfit(task, y_true, y_pred, [last, 1] if last > 1 else [last])
    same = y_true is None or y_true.shape == y_pred.shape
    if len(fitting) > 1 and not same:
        assert y_true is not None
        raise LosscliError(
            f"{way.loss.name}: y_pred is {shape_words(y_pred)} and y_true {shape_words(y_true)}: the classes "
            f"may be on axis {fitting[1]} or on axis {fitting[0]}",
            f"say which: -p class_axis={fitting[1]}, or -p class_axis={fitting[0]}",
        )
    return fitting[0]


def _unfit(task: Task, y_true: Array | None, y_pred: Array, axes: list[int]) -> LosscliError:
    assert y_true is not None
    wanted = []
    for axis in axes:
        rest = y_pred[(slice(None),) * axis + (0,)]
        where = "last" if axis == y_pred.ndim - 1 else f"on axis {axis}"
        wanted.append(f"{shape_words(rest)} where the classes are {where}")
    true = task.convention.signature.y_true
    whole = true is not None and true.grain in ("row", "columns") and true.index is None
    hint, twin = "they must have one shape" if whole else f"y_true must be {', '.join(wanted)}", ""
    if task.convention.loss.twin and (y_true.shape == y_pred.shape) != whole:
        twin = f"for {'class indices' if whole else 'one-hot rows'} take {task.convention.loss.twin}; "
    return LosscliError(
        f"{task.convention.owner}: y_true is {shape_words(y_true)} and y_pred {shape_words(y_pred)}",
        f"{twin}{hint}",
    )


def axis_of_sums(array: Array) -> int | None:
    """The one axis along which every sum is 1, where those along the last are not; else None."""
    whole = array[~np.isnan(array.reshape(len(array), -1)).any(axis=1)]
    axes = [axis for axis in range(1, array.ndim) if (np.abs(whole.sum(axis) - 1) <= SUM_SLACK).all()]
    return axes[0] if len(axes) == 1 and len(whole) and axes[0] != array.ndim - 1 else None
