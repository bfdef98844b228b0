"""From a partial to a Score: its value, the rows that are shown, how the number was made."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from losscli.engine.fold import Folded
from losscli.engine.misscaled import misscaled, remark
from losscli.engine.partial import Partial
from losscli.engine.provenance import remarks, signature
from losscli.engine.reduce import Reduced, reduce, rows_of, term_totals
from losscli.engine.top import Top
from losscli.frameworks.convention import Reduction
from losscli.losses.domain import Array
from losscli.results.score import Concentration, Sample, Score
from losscli.version import __version__

if TYPE_CHECKING:
    from losscli.results.groups import Groups

SHOWN_ALL, SHOWN_WORST = 20, 10  # up to 20 samples are all shown; of more, the 10 worst


class Show(NamedTuple):
    """What a Score is to hold of its rows, largest contribution first if `by_loss`.

    `rows` are shown at most (None: all; "default": all up to 20, the 10 worst of more). `values` keeps every
    row's value as an array.
    """

    rows: int | Literal["default"] | None = None
    by_loss: bool = False
    gradient: bool = False
    values: bool = False

    def keep(self) -> int | None:
        """How many rows the fold must keep."""
        if self.values or self.rows is None:
            return None
        return SHOWN_ALL if self.rows == "default" else max(self.rows, 1)

    def of(self, n: int) -> int | None:
        """How many of n rows are shown."""
        if self.rows == "default":
            return n if n <= SHOWN_ALL else SHOWN_WORST
        return self.rows


def finish(folded: Folded, number: int, reduction: str, show: Show) -> Score:
    """The Score of one task. The gradient of a statistic takes a second pass over the rows."""
    part = folded.partials[number]
    convention, loss = part.task.convention, part.task.convention.loss
    ratio = convention.reduction(reduction)
    rowwise = part.task.rowwise and not part.collected
    reduced = _reduced(part, ratio)
    samples, per_sample = _samples(part, show)
    misfit = misscaled(part)
    return Score(
        loss=loss.name,
        kind="sample" if rowwise else loss.kind,
        params={k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in part.task.shown.items()},
        like=convention.framework.name,
        n=part.n,
        reduction=reduction,
        value=None if reduction == "none" else reduced.value,
        mean=reduced.mean,
        sum=reduced.sum,
        divisor=reduced.divisor,
        divided_by=reduced.divided_by,
        samples=samples,
        hidden=part.n - len(samples) if rowwise else 0,
        signature=signature(part, ratio, folded),
        version=__version__,
        model=None if part.task.model == "y_pred" else part.task.model,
        weighted=part.weighted,
        concentration=_concentration(part),
        about=part.task.words,
        remarks=(*remarks(part, folded, reduction), *([remark(loss.name, {"": misfit})] if misfit else ())),
        gradients=_gradients(part, folded, show, ratio) if show.gradient and not part.task.rowwise else (),
        per_sample=per_sample,
        groups=_groups(part, reduction),
        classes=() if part.task.classes is None else part.task.classes.names,
        predicted=convention.signature.y_pred.given(part.task.params).means == "label",
        misscaled=misfit,
    )


def value_of(part: Partial, reduction: str) -> float | None:
    """The value alone."""
    return _reduced(part, part.task.convention.reduction(reduction)).value


def _reduced(part: Partial, ratio: Reduction) -> Reduced:
    reduced = reduce(part, ratio)
    rowwise = part.task.rowwise and not part.collected
    if "gone" in part.tallies and not rowwise and part.task.convention.checked:
        return reduced._replace(value=math.nan)  # one missing leaves the whole unknown
    return reduced


def _groups(part: Partial, reduction: str) -> Groups | None:
    if part.groups is None:
        return None
    from losscli.engine.group_values import groups_of

    return groups_of(part, reduction)


def _samples(part: Partial, show: Show) -> tuple[tuple[Sample, ...], Array | None]:
    if not part.top.arrays:
        return (), None
    per_sample = part.top.select(None, by_loss=False)[1]["loss"] if show.values else None
    numbers, arrays = part.top.select(show.of(part.n), show.by_loss)
    shares = shares_of(part, arrays["cost"])
    slopes = None
    if show.gradient and numbers.size:
        from losscli.engine.gradient import of_samples

        slopes = of_samples(part.task, arrays.get("y_true"), arrays["y_pred"], arrays["loss"])
    samples = tuple(
        Sample(
            row=int(row),
            y_true=arrays["y_true"][i].tolist() if "y_true" in arrays else None,
            y_pred=arrays["y_pred"][i].tolist(),
            loss=float(arrays["loss"][i]) + 0.0,  # −0 is 0 to a reader
            share=None if shares is None else float(shares[i]),
            weight=float(arrays["weight"][i]) if part.weighted else None,
            gradient=None if slopes is None else slopes[i].tolist(),
        )
        for i, row in enumerate(numbers)
    )
    return samples, per_sample


def shares_of(part: Partial, cost: Array) -> Array | None:
    """Each row's part of the sum; None where some value is negative, or the sum is 0 or not finite."""
    total = float(part.terms["value"])
    if part.spread.lowest < 0 or not 0 < total < math.inf:
        return None
    return cost / total + 0.0


def _gradients(part: Partial, folded: Folded, show: Show, ratio: Reduction) -> tuple[Sample, ...]:
    """For statistic and batch losses: rows with the gradient of the value, the steepest first on demand."""
    top = Top(show.of(part.n))
    for rows, y_true, y_pred, slopes in _slopes(part, folded, ratio):
        arrays = {"y_pred": y_pred, "gradient": slopes}
        if y_true is not None:
            arrays["y_true"] = y_true
        steepness = np.nan_to_num(np.abs(slopes.reshape(len(slopes), -1))).max(axis=1)
        top.add(rows, steepness, arrays)
    numbers, arrays = top.select(None, show.by_loss)
    return tuple(
        Sample(
            row=int(row),
            y_true=arrays["y_true"][i].tolist() if "y_true" in arrays else None,
            y_pred=arrays["y_pred"][i].tolist(),
            loss=None,
            share=None,
            gradient=arrays["gradient"][i].tolist(),
        )
        for i, row in enumerate(numbers)
    )


def _slopes(
    part: Partial, folded: Folded, ratio: Reduction
) -> Iterator[tuple[Array, Array | None, Array, Array]]:
    """Rows with d(value)/d(y_pred): at once for batch losses, batch by batch for statistics."""
    from losscli.engine import gradient

    task = part.task
    if part.collected:
        y_true, y_pred = rows_of(part)
        mean = reduce(part, task.convention.reductions["mean"])
        divisor = 1.0 if ratio.divisor is None else mean.divisor or 1.0
        slopes = gradient.of_batch(task, y_true, y_pred, divisor)
        yield np.concatenate([rows for rows, _, _, _ in part.collected]), y_true, y_pred, slopes
        return
    totals = term_totals(part)
    for read, rows in folded.again():
        batch = read if task.adjust is None else task.adjust(read)
        y_pred = batch.y_pred[task.model]
        slopes = gradient.of_statistic(task, batch.y_true, y_pred, batch.weight, totals)
        yield np.asarray(rows), batch.y_true, y_pred, slopes


def _concentration(part: Partial) -> Concentration | None:
    if not part.top.rows.size or part.spread.lowest < 0:
        return None
    total = float(part.terms["value"])
    if not 0 < total < math.inf:
        return None
    half, exact = part.spread.half(total)
    worst = int(np.lexsort((part.top.rows, -part.top.key))[0])
    share = float(part.top.key[worst]) / total
    return Concentration(half, part.n, int(part.top.rows[worst]), share, exact)
