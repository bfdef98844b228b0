"""What a pass over y_true leaves behind: means, quantiles, class counts, in bounded memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from losscli.batch import Stream
from losscli.engine.missing import Missing, complete
from losscli.engine.partial import Task
from losscli.engine.sums import Sum
from losscli.engine.top import Tally
from losscli.losses.domain import Array
from losscli.stats.sketch import Sketch

COLUMNS = 100  # outputs that each get a constant of their own; of more, all get one
CLASSES = 10_000  # distinct labels counted


@dataclass(eq=False)
class Target:
    """y_true seen as a whole. `columns` has a sketch an output, or one for all where there are many.

    `means` are theirs; `counts` holds each label's weight, where labels were asked for.
    """

    shape: tuple[int, ...]
    pred_shape: tuple[int, ...]
    columns: list[Sketch]
    sums: list[Sum]
    weight: Sum
    counts: dict[float, float]

    @property
    def means(self) -> Array:
        return np.array([total.over(float(self.weight)) for total in self.sums])

    @property
    def exact(self) -> bool:
        return all(sketch.exact for sketch in self.columns)

    def of(self, values: list[float] | Array) -> Array:
        """A value a column as a constant: one number, or one an output in y_true's shape."""
        flat = np.asarray(values, np.float64)
        return flat.reshape(self.shape) if len(flat) == int(np.prod(self.shape)) else flat.reshape(())


def survey(
    stream: Stream, task: Task, missing: Missing, *, values: bool, labels: bool, ignored: float | None = None
) -> Target | None:
    """A pass over y_true with its weights; None where nothing has a weight, or there are too many labels.

    `values` keeps a sketch a column, `labels` counts labels; rows of the label `ignored` are left out.
    """
    target: Target | None = None
    for read, _ in complete(stream, missing, Tally()):
        batch = read if task.adjust is None else task.adjust(read)
        if batch.y_true is None:
            return None
        y_true = batch.y_true
        width = y_true.shape[1] if y_true.ndim == 2 and (y_true.shape[1] <= COLUMNS or not values) else 1
        table = y_true.reshape(-1, width)
        weight = np.ones(len(batch)) if batch.weight is None else batch.weight
        weight = np.repeat(weight, len(table) // max(len(batch), 1))
        whole = ~np.isnan(table).any(axis=1)
        if ignored is not None:
            whole &= (table != ignored).any(axis=1)
        table, weight = table[whole], weight[whole]
        if target is None:
            shape, pred = y_true.shape[1:], batch.y_pred[task.model].shape[1:]
            sketches, sums = [Sketch() for _ in range(width)], [Sum() for _ in range(width)]
            target = Target(shape, pred, sketches, sums, Sum(), {})
        for column, total in zip(table.T, target.sums, strict=True):
            total.add_block(weight * column, one_sign=False)
        target.weight.add_block(weight, one_sign=True)
        if values:
            for column, sketch in zip(table.T, target.columns, strict=True):
                sketch.add(column, weight)
        if labels:
            _count(target.counts, table.ravel(), np.repeat(weight, width))
            if len(target.counts) > CLASSES:
                return None
    return target if target is not None and float(target.weight) > 0 else None


def _count(counts: dict[float, float], labels: Array, weights: Array) -> None:
    found, at = np.unique(labels, return_inverse=True)
    for label, weight in zip(found.tolist(), np.bincount(at, weights).tolist(), strict=True):
        counts[label] = counts.get(label, 0.0) + weight
