"""What a pass over y_true leaves behind: means, quantiles, class counts, in bounded memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from losscli.batch import Batch
from losscli.engine.domains import Extents
from losscli.engine.partial import Task
from losscli.engine.sums import Sum
from losscli.engine.top import Rows
from losscli.losses.domain import Array
from losscli.stats.sketch import Sketch

COLUMNS = 100  # outputs that each get a constant of their own; of more, all get one
CLASSES = 10_000  # distinct labels counted


def judged(task: Task) -> tuple[str, tuple[float, ...]]:
    """What a task's constants are held against: its loss, at the levels of quantiles that it may have."""
    level = task.convention.signature.level
    levels = () if level is None else np.atleast_1d(task.params[level.name])
    return task.convention.loss.name, tuple(levels)


@dataclass(eq=False)
class Target:
    """y_true seen as a whole, with its weights, by one task after another that sees it in the same way.

    `values` keeps a sketch a column, or one for all where there are many columns; `labels` counts labels in
    `counts`, each with its weight; what is missing and the label `ignored` are left out. `means` and
    `weights` are the columns'.
    """

    task: Task
    values: bool
    labels: bool
    ignored: float | None
    shape: tuple[int, ...] = ()
    pred_shape: tuple[int, ...] = ()
    columns: list[Sketch] = field(default_factory=list)
    sums: list[Sum] = field(default_factory=list)
    weights: list[Sum] = field(default_factory=list)
    counts: dict[float, float] = field(default_factory=dict)
    many: bool = False

    @property
    def known(self) -> bool:
        """Whether each column has a weight, and there are not too many labels."""
        return bool(self.weights) and all(float(total) > 0 for total in self.weights) and not self.many

    @property
    def means(self) -> Array:
        both = zip(self.sums, self.weights, strict=True)
        return np.array([total.over(float(weight)) for total, weight in both])

    @property
    def exact(self) -> bool:
        return all(sketch.exact for sketch in self.columns)

    def of(self, values: list[float] | Array) -> Array:
        """A value a column as a constant: one number, or one an output in y_true's shape."""
        flat = np.asarray(values, np.float64)
        return flat.reshape(self.shape) if len(flat) == int(np.prod(self.shape)) else flat.reshape(())

    def like(self) -> Target:
        """One that has seen nothing yet."""
        return Target(self.task, self.values, self.labels, self.ignored)

    def add(self, batch: Batch, rows: Rows, extents: Extents) -> None:
        """Looks at a batch."""
        batch = batch if self.task.adjust is None else self.task.adjust(batch)
        if batch.y_true is None:
            return
        y_true = batch.y_true
        width = y_true.shape[1] if y_true.ndim == 2 and (y_true.shape[1] <= COLUMNS or not self.values) else 1
        table = y_true.reshape(-1, width)
        weight = np.ones(len(batch)) if batch.weight is None else batch.weight
        if weight.ndim > y_true.ndim or weight.shape != y_true.shape[: weight.ndim]:
            self.many = True  # weights of positions, which y_true's axes do not begin with
            return
        spread = weight.reshape(weight.shape + (1,) * (y_true.ndim - weight.ndim))
        weights = np.broadcast_to(spread, y_true.shape).reshape(-1, width)
        counts = ~np.isnan(table) if self.ignored is None else ~np.isnan(table) & (table != self.ignored)
        self._shape(y_true.shape[1:], batch.y_pred[self.task.model].shape[1:], width)
        for k, (column, weighing, some) in enumerate(zip(table.T, weights.T, counts.T, strict=True)):
            if not some.all():
                column, weighing = column[some], weighing[some]
            self.sums[k].add_block(weighing * column, one_sign=False)
            self.weights[k].add_block(weighing, one_sign=True)
            if self.values:
                self.columns[k].add(column, weighing)
        if self.labels and not self.many:
            labels, at = np.unique(table[counts], return_inverse=True)
            self._count(dict(zip(labels.tolist(), np.bincount(at, weights[counts]).tolist(), strict=True)))

    def merge(self, other: Target) -> None:
        """Takes in what another saw of other rows."""
        if other.sums:
            self._shape(other.shape, other.pred_shape, len(other.sums))
        for mine, theirs in zip(self.sums, other.sums, strict=False):
            mine.merge(theirs)
        for column, sketch in zip(self.columns, other.columns, strict=False):
            column.merge(sketch)
        for mine, theirs in zip(self.weights, other.weights, strict=False):
            mine.merge(theirs)
        self.many |= other.many
        self._count(other.counts)

    def _shape(self, shape: tuple[int, ...], pred_shape: tuple[int, ...], width: int) -> None:
        if not self.sums:
            self.shape, self.pred_shape = shape, pred_shape
            self.columns = [Sketch() for _ in range(width)]
            self.sums, self.weights = ([Sum() for _ in range(width)] for _ in range(2))

    def _count(self, weights: Mapping[float, float]) -> None:
        for label, weight in weights.items():
            self.counts[label] = self.counts.get(label, 0.0) + weight
        if len(self.counts) > CLASSES:
            self.many, self.counts = True, {}
