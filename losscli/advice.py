"""The library's advice: which losses fit arrays, or a task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from losscli.analysis.request import takes
from losscli.arrays import ReadArrays
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from losscli.engine.missing import Missing
    from losscli.results.recommend import Recommendations


def recommend(
    y_true: ArrayLike | None = None,
    y_pred: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
    *,
    task: str | None = None,
    quantile: float | None = None,
    from_logits: bool = False,
    missing: Missing = "refuse",
    classes: Sequence[Any] | None = None,
    positive: Any = None,
) -> Recommendations:
    """Losses that fit y_true (N, ...) and y_pred (N, ...), or y_true alone, or without data a task.

    `task` says what the data is where its values do not; `quantile` is one that is wanted; `from_logits`
    says that y_pred holds logits. Rows of weight 0 are left out; otherwise each row counts once. Raises
    LosscliError for an unknown task, and for data that no loss or not the task takes.
    """
    from losscli.analysis.recommend import advise, by_task

    if y_true is None and y_pred is None:
        if task is None:
            if quantile is None:
                raise LosscliError(
                    "there is nothing to advise on: neither data nor a task",
                    "give y_true and y_pred, or task=",
                )
            task = "quantiles"
        return by_task(task, quantile, library=True)
    alone = y_pred is None
    first = y_true if y_pred is None else y_pred
    assert first is not None
    true, roles = None if alone else y_true, takes((), {})._replace(alone=alone)
    arrays = ReadArrays.of(true, {"y_pred": first}, sample_weight, None, roles, classes, positive)
    return advise(
        arrays.stream,
        chosen=arrays.said,
        task=task,
        quantile=quantile,
        from_logits=from_logits,
        missing=missing,
        truth_alone=alone,
        weighted=sample_weight is not None,
    )
