"""Arrays of several axes laid out as a kernel takes them: a row of classes for each position of a sample.

(N, L, C), or (N, C, L) with the classes on axis 1, is N samples of L positions. A position, or an entry where
each has its own value, may be left out: by its label, or because a value is missing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from losscli.engine.align import SQUEEZED, align, bare, shape_words
from losscli.engine.class_axis import class_axis, holds_indices
from losscli.engine.domains import Extents
from losscli.engine.missing import Masked
from losscli.errors import BadValue, LosscliError
from losscli.losses.layout import PLAIN

if TYPE_CHECKING:
    from losscli.engine.partial import Task
    from losscli.losses.domain import Array


@dataclass(eq=False, repr=False)
class Laid:
    """Arrays as `align` takes them, and the way back.

    `inner` are the axes of a sample's positions (or entries), `per` how many it has; 0: the arrays stand as
    they are, each sample with one value or entries that count alike. `kept` (n, per) marks those that count
    (None: all), `weight` is (n,) or (n, per). `axis` is where y_pred had its classes, if they are rows here.
    Where nothing is kept the arrays have no rows.
    """

    y_true: Array | None
    y_pred: Array
    weight: Array | None
    shape: tuple[int, ...]
    inner: tuple[int, ...] = ()
    per: int = 0
    kept: Array | None = None
    axis: int | None = None
    rows: bool = False

    @property
    def n(self) -> int:
        """How many samples there are."""
        return self.shape[0]

    @property
    def noun(self) -> str:
        """What a row of these arrays is."""
        return "positions" if self.rows and self.per > 1 else "rows"

    def by_sample(self, values: Array) -> Array:
        """Values of positions or entries, a row a sample (n, per); 0 where nothing is kept."""
        if not len(values) and self.n:
            return np.zeros((self.n, self.per), values.dtype)
        return values.reshape(self.n, self.per)

    def counting(self) -> Array:
        """1.0 for what counts, else 0.0 (n, per)."""
        return np.ones((self.n, self.per)) if self.kept is None else self.kept.astype(np.float64)

    def touched(self, mask: Array) -> Array:
        """Which samples (n,) have something, that counts, where a mask over these arrays holds."""
        if not self.per or not len(mask):
            rows = mask.reshape(len(mask), -1) if len(mask) else np.zeros((self.n, 1), bool)
            return np.asarray(rows.any(axis=1))
        if self.rows or mask.size != self.n * self.per:
            mask = np.asarray(mask.reshape(len(mask), -1).any(axis=1))
        if mask.size != self.n * self.per:
            return mask
        mask = mask.reshape(self.n, self.per)
        return np.asarray((mask if self.kept is None else mask & self.kept).any(axis=1))

    def placed(self, bad: BadValue) -> BadValue:
        """A complaint about these arrays as one about those that were given."""
        entry = bad.entry
        row = bad.row
        if self.rows:
            row, position = divmod(bad.row, self.per)
            at = [int(i) for i in np.unravel_index(position, self.inner)] if self.inner else []
            if entry and self.axis is not None and (bad.argument == "y_pred" or len(entry)):
                at.insert(self.axis - 1, *entry)
            entry = tuple(at)
        elif self.axis is not None and entry:
            entry = (*entry[: self.axis - 1], entry[-1], *entry[self.axis - 1 : -1])
        return BadValue(bad.argument, row, entry, bad.what, bad.hint)

    def slope_back(self, slope: Array) -> Array:
        """A gradient in the shape of these arrays as one in y_pred's: 0 for what is left out."""
        if not len(slope) and self.n:
            return np.zeros(self.shape)
        if self.kept is not None:
            single = self.rows or not self.inner
            shape = (-1, *[1] * (slope.ndim - 1)) if single else slope.shape
            kept = self.kept.reshape(shape)
            slope = np.where(kept, slope, 0.0)
        if self.axis is not None:
            width = slope.shape[-1]
            slope = np.moveaxis(slope.reshape(self.n, *self._behind(), width), -1, self.axis)
        return slope.reshape(self.shape)

    def _behind(self) -> tuple[int, ...]:
        assert self.axis is not None
        return (*self.shape[1 : self.axis], *self.shape[self.axis + 1 :])


def lay(task: Task, y_true: Array | None, y_pred: Array, weight: Array | None = None) -> Laid:
    """The arrays of some samples as the loss's kernel takes them; LosscliError where their shapes do not fit.

    Class indices of a loss of labels an entry become one-hot along the axis of the classes.
    """
    way, layout = task.convention, task.layout
    shape = y_pred.shape
    if layout.squeeze:
        y_true, y_pred = (None if y_true is None else squeezed(y_true)), squeezed(y_pred)
        weight = None if weight is None else squeezed(weight)
    if way.axes is not None and y_pred.ndim > way.axes:
        raise LosscliError(
            f"{way.owner} takes at most (N, D): y_pred is {shape_words(y_pred)}",
            "give each position a row of its own, or leave --like out",
        )
    of_samples = weight is not None and weight.ndim == 1
    if weight is not None and weight.ndim == 2 and weight.shape[1] == 1 and y_pred.ndim > 1:
        weight = weight[:, 0]
    many = weight is not None and weight.ndim > 1
    pred = way.signature.y_pred.given(task.params)
    true = None if way.signature.y_true is None else way.signature.y_true.given(task.params)
    rows = pred.grain in ("row", "columns") and way.loss.kind == "sample"
    indices = holds_indices(task, y_true, y_pred, true)
    several = rows and y_pred.ndim > 2
    laid = Laid(y_true, y_pred, weight, shape)
    if not (several or indices or many or layout._replace(squeeze=False) != PLAIN):
        return laid
    if weight is not None and many and way.loss.kind == "batch":
        raise LosscliError(f"the weights are {shape_words(weight)}", "give one weight for each sample, (N,)")
    if way.loss.kind == "batch" or (rows and y_pred.ndim == 1):
        return laid
    if several or indices or layout.class_axis is not None:
        laid.axis = class_axis(task, y_true, y_pred, true, indices)
        laid.y_pred = np.moveaxis(y_pred, laid.axis, -1)
        if y_true is not None and y_true.shape == y_pred.shape and not indices:
            laid.y_true = np.moveaxis(y_true, laid.axis, -1)
    if rows:
        laid.inner = laid.y_pred.shape[1:-1]
    elif pred.grain == "entry":
        laid.inner = laid.y_pred.shape[1:]
    laid.per, laid.rows = math.prod(laid.inner), rows
    if rows:
        laid.y_pred = laid.y_pred.reshape(laid.n * laid.per, laid.y_pred.shape[-1])
        if laid.y_true is not None:
            vectors = laid.y_true.ndim == y_pred.ndim and laid.y_true.shape[1:] != (*laid.inner, 1)
            width = laid.y_true.shape[-1:] if vectors else ()
            laid.y_true = laid.y_true.reshape(laid.n * laid.per, *width)
    if of_samples and rows and laid.per > 1 and way.grain == "last_axis":
        each, alone = (", ".join(["N", *map(str, sizes)]) for sizes in (laid.inner, [1] * len(laid.inner)))
        raise LosscliError(
            f"{way.owner} makes {laid.per} values of each sample here: weights (N,) are not of their shape",
            f"give one for each value, ({each}), or for each sample as ({alone})",
        )
    _leave_out(task, laid, indices)
    if many:
        laid.weight = _spread(task, laid, weight)
    return laid


def masked(task: Task, y_true: Array | None, *models: Array) -> Masked | None:
    """How what is missing is left out by itself: where each entry, or position, has a value of its own."""
    way, pred = task.convention, task.convention.signature.y_pred.given(task.params)
    if task.layout.squeeze:
        y_true, models = None if y_true is None else squeezed(y_true), tuple(map(squeezed, models))
    y_pred = models[0]
    if y_true is None or way.loss.kind == "batch" or way.survey is not None or y_pred.ndim < 2:
        return None
    if any(model.shape != y_pred.shape for model in models):
        return None
    true = None if way.signature.y_true is None else way.signature.y_true.given(task.params)
    own = way.framework.name == "exact" or way.grain == "entry"  # a value for each entry
    if pred.grain == "entry":
        indices = holds_indices(task, y_true, y_pred, true)
        if indices:
            return Masked(class_axis(task, y_true, y_pred, true, indices))
        return Masked(None) if y_true.shape == y_pred.shape and own else None
    if pred.grain in ("row", "columns") and way.loss.kind == "sample" and y_pred.ndim > 2:
        return Masked(class_axis(task, y_true, y_pred, true, indices=False))
    return None


def squeezed(array: Array) -> Array:
    """Without the axes of length 1 behind the samples'."""
    return array.reshape(bare(array.shape))


def _leave_out(task: Task, laid: Laid, indices: bool) -> None:
    """Marks what counts, and puts something that counts in the place of what does not."""
    true = laid.y_true
    if true is None:
        return
    width = laid.y_pred.shape[-1]
    if indices:  # a position counts with all of its classes
        true = true.reshape(laid.y_pred.shape[:-1])
    elif not laid.rows and true.shape != laid.y_pred.shape:
        return  # which `align` refuses
    ignore = task.ignored
    if ignore is not None and laid.rows and true.ndim > 1:
        raise LosscliError(
            f"{task.convention.owner}: ignore_class leaves class indices out, y_true holds rows of numbers",
            "give class indices in y_true, or leave ignore_class out",
        )
    kept = np.ones(true.shape, bool) if ignore is None else true != ignore
    if task.layout.masked:
        kept &= ~np.isnan(true)
    if laid.rows and kept.ndim > 1:
        kept = kept.all(axis=1)
    whole = bool(kept.all())
    if not kept.any():
        true, laid.y_pred = true[:0], laid.y_pred[:0]
    elif not whole:
        first = np.unravel_index(int(np.argmax(kept)), kept.shape)
        true, laid.y_pred = true.copy(), laid.y_pred.copy()
        true[~kept], laid.y_pred[~kept] = true[first], laid.y_pred[first]
    if indices:
        true = _hot(true, width)
        kept = np.broadcast_to(kept[..., None], (*kept.shape, width))
    laid.y_true = true
    if not whole:
        laid.kept = np.ascontiguousarray(kept).reshape(laid.n, laid.per)


def _hot(index: Array, classes: int) -> Array:
    """One-hot along a last axis; BadValue for what is no class."""
    bad = ~((index >= 0) & (index < classes) & (index == np.floor(index))) & ~np.isnan(index)
    if bad.any():
        first = tuple(int(i) for i in np.argwhere(bad)[0])
        what = f"class {index[first]:.15g} is not among the {classes} classes of y_pred (0 to {classes - 1})"
        hint = "count classes from 0, or leave a label out with -p ignore_class=…"
        raise BadValue("y_true", first[0], first[1:], what, hint)
    hot = (index[..., None] == np.arange(classes)).astype(np.float64)
    hot[np.isnan(index)] = np.nan
    return hot


def _spread(task: Task, laid: Laid, weight: Array | None) -> Array:
    """Weights of y's shape, or of its first axes, for each position or entry (n, per)."""
    assert weight is not None
    way = task.convention
    inner = laid.inner[:-1] if way.grain == "last_axis" and not laid.rows else laid.inner
    if laid.axis is not None and not laid.rows and weight.ndim == len(laid.shape):
        weight = np.moveaxis(weight, laid.axis, -1)
    given = weight.shape[1:]
    if inner and len(given) == len(inner) + 1 and given[-1] == 1:
        given = given[:-1]
    fits = len(given) <= len(inner) and all(a in (1, b) for a, b in zip(given, inner, strict=False))
    if not fits:
        wanted = "(" + ", ".join(["N", *map(str, inner)]) + ("" if inner else ",") + ")"
        alone = "give one weight for each sample, (N,)" + (f", or one for each value, {wanted}" * bool(inner))
        alike = bare(weight.shape) == bare((len(weight), *inner))
        raise LosscliError(
            f"the weights are {shape_words(weight)}, the values of {way.owner} {wanted}",
            f"{SQUEEZED}; {alone}" if alike else alone,
        )
    spread = weight.reshape(len(weight), *given, *[1] * (len(laid.inner) - len(given)))
    return np.broadcast_to(spread, (laid.n, *laid.inner)).reshape(laid.n, laid.per)


def aligned(task: Task, laid: Laid, extents: Extents | None = None) -> tuple[Array | None, Array]:
    """What `align` makes of the arrays; its complaints name the places in those that were given."""
    try:
        return align(task.convention, laid.y_true, laid.y_pred, task.params, extents, laid.noun)
    except BadValue as bad:
        raise laid.placed(bad) from None
