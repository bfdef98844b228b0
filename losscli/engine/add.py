"""How one batch is added to a partial: its values or its terms, weighted, in all and by group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from losscli.batch import Batch
from losscli.engine.align import as_held
from losscli.engine.broadcast import as_multiplied
from losscli.engine.domains import Extents
from losscli.engine.group_sums import Block, GroupSums
from losscli.engine.misscaled import add_errors
from losscli.engine.notes import note_codings, note_departures, note_lengths
from losscli.engine.partial import Partial, Task
from losscli.engine.positions import Laid, aligned, lay
from losscli.engine.row_sums import Rowed, by_positions, by_rows, cells_of, counted_terms, spread_over
from losscli.engine.sums import Sum, products
from losscli.engine.top import Rows, Tally, missing_rows, numbers_of
from losscli.errors import LosscliError
from losscli.frameworks.convention import Convention
from losscli.losses import stable
from losscli.losses.declare import OWN
from losscli.losses.domain import Array
from losscli.results.rows import RowValues


def partial(task: Task, batch: Batch, rows: Rows, facts: Mapping[str, Any], keep: int | None) -> Partial:
    """What one batch leaves behind. `rows` numbers its samples; `facts` are what a survey found."""
    part = Partial.of(task, keep)
    add(part, batch, rows, facts, Extents())
    return part


def add(
    part: Partial,
    batch: Batch,
    rows: Rows,
    facts: Mapping[str, Any],
    extents: Extents,
    groups: Block | None = None,
) -> None:
    """Adds one batch to a partial, or leaves the partial as it is and raises LosscliError.

    `extents` has the extremes of its arrays, which several losses look at; `groups` its rows by group.
    """
    task, convention, params = part.task, part.task.convention, part.task.params
    if task.adjust is not None:
        batch = task.adjust(batch)
    raw = batch.y_pred[task.model]
    true, pred = as_held(convention, batch, task.model)
    factors, each = (None, 1) if batch.weight is None else as_multiplied(task, pred, batch.weight)
    laid = lay(task, true, pred, factors)
    y_true, y_pred = aligned(task, laid, extents)
    if batch.weight is not None and not convention.weights:
        why = "it is made of all rows at once" if convention.loss.kind == "batch" else "its call has none"
        raise LosscliError(f"{convention.owner} takes no sample weights: {why}", "leave --weight out")
    weight = of_samples = None
    if laid.weight is not None:
        weight = laid.weight.astype(convention.dtype, copy=False).astype(np.float64, copy=False)
        of_samples = weight if weight.ndim == 1 else weight.sum(axis=1) / each
    collects = _needs_all(convention, y_pred, laid.y_pred)
    if part.values is not None and collects:
        raise no_values(task)
    made: Any = None
    counted = None
    if not collects:
        args = (y_pred,) if y_true is None else (y_true, y_pred)
        with np.errstate(all="ignore"):
            made = convention.kernel(*args, **task.kernel_params, **facts)
            if laid.per and convention.loss.kind == "statistic":
                made = counted_terms(laid, made, convention.merges)
            if convention.adds is not None and y_true is not None:
                counted = convention.adds(y_true, **params)
            if task.rowwise:
                made = _rowed(part, laid, args, made, counted, weight, extents)

    part.n += len(raw)
    part.weighted |= weight is not None
    part.shape = pred.shape if laid.per else laid.y_pred.shape
    add_weights(part.weights, of_samples, len(raw))
    by = None if part.groups is None or groups is None else _By(part.groups, groups)
    gone = None
    masked = task.layout.masked  # of others' missing values, this model's may be complete
    if not masked and extents.missing(batch.y_true, batch.weight, raw):
        gone = missing_rows(len(raw), batch.y_true, batch.weight, raw)
        part.tallies.setdefault("gone", Tally()).add(numbers_of(rows, gone))
    if by is not None:
        by.sums.count(by.block, gone)
        if of_samples is not None:
            by.add("weights", of_samples, True)
    note_codings(part, laid, y_true, rows)
    note_lengths(part, laid, y_pred, rows)
    if collects:
        given = np.ones(len(raw)) if weight is None else weight
        part.collected.append((np.asarray(rows), laid.y_true, laid.y_pred, given))
        part.counts.add(float(len(raw)))
        part.weighted_counts.add_block(given, one_sign=True)
        if by is not None:
            by.sums.collect(by.block)
        return
    note_departures(part, laid, y_true, y_pred, rows, facts)
    if part.errors is not None:
        add_errors(part, laid, weight, rows)
    with np.errstate(all="ignore"):
        if not task.rowwise:
            _add_terms(part, made, weight, len(raw), by)
            return
        if convention.scale is not None and y_true is not None:
            scaled, unit = products(weight, made.values * convention.scale(y_true, **params))
            part.term("scaled").add_block(scaled, False, unit)
            if by is not None:
                by.add("scaled", scaled, False, unit)
        add_values(part, made, rows, batch, raw, by)


class _By(NamedTuple):
    """Where a block's values are added up by group."""

    sums: GroupSums
    block: Block

    def add(self, name: str, values: Array, one_sign: bool, exponent: int = 0) -> None:
        self.sums.add(self.block, name, values, one_sign, exponent)


def no_values(task: Task) -> LosscliError:
    """Why there is no value for each row to be written."""
    name = task.convention.owner if task.convention.loss.kind == "sample" else task.convention.loss.name
    hint = "its result goes to a .json file, or to any with --format json"
    if "per" in task.params:
        hint = "-p per=sample gives each row one"
    return LosscliError(f"{name} makes one value of all rows: there is none for each row", hint)


def _rowed(
    part: Partial,
    laid: Laid,
    args: tuple[Array, ...],
    made: Any,
    counted: Array | None,
    weight: Array | None,
    extents: Extents,
) -> Rowed:
    """What each sample adds to the sums, from what the kernel made of the arrays."""
    task, checked = part.task, part.task.convention.checked
    if task.convention.loss.kind != "sample":
        values = _ratios(task, made)
    elif laid.per:
        part.positions, part.axis, part.cells = laid.per, laid.axis, cells_of(task.convention, laid)
        return by_positions(laid, args, np.asarray(made), counted, weight, checked)
    else:
        values = _per_sample(part, np.asarray(made), weight is not None)
    if checked and extents.missing(*args):  # 0 · log p of a missing p is missing too
        gone = missing_rows(len(values), *args)
        values = np.where(gone if counted is None else gone & (counted > 0), np.nan, values)
    return by_rows(values, counted, weight)


def _needs_all(convention: Convention, y_pred: Array, given: Array) -> bool:
    """Batch losses, and rows that a framework takes for one vector."""
    return convention.loss.kind == "batch" or (given.ndim == 1 and y_pred.ndim == 2)


def _ratios(task: Task, terms: Mapping[str, Array]) -> Array:
    """A statistic's value for each row alone (N,)."""
    assert task.convention.finish is not None
    return np.asarray(task.convention.finish(**row_totals(terms), **task.kernel_params), np.float64)


def row_totals(terms: Mapping[str, Array]) -> dict[str, Array]:
    """Each term's sum over a row's entries (N,)."""
    return {
        name: term.reshape(len(term), int(np.prod(term.shape[1:]))).sum(axis=1, dtype=np.float64)
        for name, term in terms.items()
    }


def _per_sample(part: Partial, values: Array, has_weights: bool) -> Array:
    """A value a sample (N,) in float64: the trailing axes averaged, or the last one summed first."""
    convention = part.task.convention
    values = values.astype(np.float64, copy=False)
    if values.ndim == 1:
        return values
    cells = 1
    if convention.grain == "last_axis":
        cells = int(np.prod(values.shape[1:-1]))
    elif convention.grain == "entry":
        cells = int(np.prod(values.shape[1:]))
    if cells > 1 and has_weights and convention.grain == "last_axis":
        raise LosscliError(
            f"{convention.owner} makes {cells} values of each sample here and takes no weight for them",
            "leave --weight out, or give y_true and y_pred as (N, D)",
        )
    part.cells = cells
    loss = convention.loss
    cancels = loss.lowest < 0 < loss.highest
    if convention.trailing == "sum":
        values = stable.total(values) if cancels else values.sum(axis=-1)
    # The size is named: with no rows left, −1 would have none to give.
    return stable.mean(values.reshape(len(values), int(np.prod(values.shape[1:]))), cancels)


def add_weights(total: Sum, weight: Array | None, n: int) -> None:
    """Adds the weights (N,), or of each position, 1 for each of `n` rows where there are none."""
    if weight is None:
        total.add(float(n))
    else:
        total.add_block(weight.ravel(), one_sign=True)


def add_values(part: Partial, made: Rowed, rows: Rows, batch: Batch, raw: Array, by: _By | None) -> None:
    """Adds the values of rows (N,)."""
    loss = part.task.convention.loss
    one_sign = loss.lowest >= 0 or loss.highest <= 0
    values, weight, counts = made.values, made.weight, made.counts
    finite = part.term("value").add_block(made.cost, one_sign, made.unit)
    if weight is not None:
        finite &= part.term("plain").add_block(made.plain, one_sign)
    if counts is None or made.weighted_counts is None:
        part.counts.add(float(len(values)))
        add_weights(part.weighted_counts, weight, len(values))
    else:
        part.counts.add_block(counts, one_sign=True)
        part.weighted_counts.add_block(made.weighted_counts, one_sign=True)
    if by is not None:
        by.add("value", made.cost, one_sign, made.unit)
        if weight is not None:
            by.add("plain", made.plain, one_sign)
        if counts is not None and made.weighted_counts is not None:
            by.add("counts", counts, True)
            by.add("weighted_counts", made.weighted_counts, True)
    if made.cost.size == 0:
        return
    cost = np.ldexp(made.cost, made.unit) if made.unit else made.cost
    greatest = float(cost.max())
    part.spread.add(cost, int(rows[0]), 0.0 if loss.lowest >= 0 else None, greatest)
    if loss.lowest == 0 and loss.signature.y_pred.given(part.task.params).sums_to_one:
        below = values < -1e-6  # more than float32 rounds away
        if below.any():
            part.tallies.setdefault("below", Tally()).add(numbers_of(rows, below))
    if not finite:
        for kind, where in (("inf", np.isinf(values)), ("nan", np.isnan(values))):
            if where.any():
                part.tallies.setdefault(kind, Tally()).add(numbers_of(rows, where))
    if part.top.wants(greatest):
        given = np.ones(len(values)) if weight is None else weight
        arrays = {"loss": values, "y_pred": raw, "weight": given, "cost": cost}
        if batch.y_true is not None:
            arrays["y_true"] = batch.y_true
        part.top.add(rows, cost, arrays)
    if part.values is not None:
        part.values.append(RowValues(rows, batch.y_true, raw, values, weight, cost=cost))


def _add_terms(
    part: Partial, terms: Mapping[str, Array], weight: Array | None, n: int, by: _By | None
) -> None:
    convention = part.task.convention
    if convention.collapse:  # the framework weighs the finished value, not the terms
        weight = None
    for name, term in terms.items():
        merge = convention.merges.get(name, "sum")
        spread = None if weight is None else spread_over(weight, term.shape)
        if merge == "max":
            counts = term if spread is None else np.where(spread > 0, term, -np.inf)
            largest = float(np.max(counts, initial=-np.inf))
            part.largest[name] = max(part.largest.get(name, largest), largest)
            if by is not None:
                by.sums.raise_to(by.block, name, counts)
            continue
        if part.task.per == "class" and term.ndim < 2:
            raise LosscliError(
                f"{convention.loss.name} by class needs the classes on the last axis: y_pred (N, …, C)"
            )
        term = term.astype(np.float64, copy=False)
        spread = None if spread is None else np.broadcast_to(spread, term.shape)
        if not (merge.startswith("column") or part.task.per == "class"):
            _add_term(part, name, term.ravel(), None if spread is None else spread.ravel(), merge, by)
            continue
        width = term.shape[-1] if term.ndim > 1 else 1
        for k, values in enumerate(term.reshape(-1, width).T):
            weights = None if spread is None else spread.reshape(-1, width)[:, k]
            _add_term(part, f"{name}/{k}", values, weights, merge, by)
    part.counts.add(float(n))
    add_weights(part.weighted_counts, weight, n)


def _add_term(
    part: Partial, name: str, values: Array, weight: Array | None, merge: str, by: _By | None
) -> None:
    if merge in ("norm", "column_norms"):
        part.term(name).add_squares(values, weight)
        if by is not None:
            by.sums.add_squares(by.block, name, values, weight)
        return
    one_sign = part.task.convention.loss.family != OWN  # every term of the package is 0 or more
    values, unit = products(weight, values)
    part.term(name).add_block(values, one_sign, unit)
    if by is not None:
        by.add(name, values, one_sign, unit)
