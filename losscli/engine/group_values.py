"""From the sums by group to each group's value: what the rows of that group alone would give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from losscli.batch import MISSING
from losscli.engine.group_sums import GroupSums, Label
from losscli.engine.partial import Partial
from losscli.engine.reduce import leaves_out, reduce, rows_of, times_of, unit_of, weights_of
from losscli.errors import LosscliError
from losscli.frameworks.convention import MEAN, Reduction, Totals
from losscli.losses.domain import Array
from losscli.results.groups import Groups


def groups_of(part: Partial, reduction: str) -> Groups:
    """A task's value in each group, in the order of the labels."""
    sums = part.groups
    assert sums is not None
    ratio = part.task.convention.reduction(reduction)
    if reduction == "none":
        raise LosscliError("--reduction none leaves a group without a value", "take mean or sum, or no --by")
    n = np.append(sums.n, np.zeros(len(sums.keys.names) - len(sums.n), np.int64))
    if part.collected:
        values = _of_collected(part, sums, ratio)
    elif part.task.rowwise and sums.plain:
        values = _of_samples(part, sums, n, ratio)
    else:
        values = np.array([reduce(part.select(k), ratio).value for k in range(len(n))])
    if not part.task.rowwise and part.task.convention.checked and sums.gone.any():
        values[: len(sums.gone)][sums.gone > 0] = np.nan
    groups = Groups(sums.keys.columns, tuple(sums.keys.names), n, values, _shares(part, sums))
    return in_order(groups, sums.keys.sorted(by_label))


def in_order(groups: Groups, order: Array) -> Groups:
    """The same groups in another order; those without rows are left out."""
    order = order[groups.n[order] > 0]
    labels = tuple(groups.labels[k] for k in order)
    share = None if groups.share is None else groups.share[order]
    return replace(groups, labels=labels, n=groups.n[order], value=groups.value[order], share=share)


def by_size(groups: Groups) -> Array:
    """The largest share first, or the largest value where there are no shares; equal ones as they are."""
    size = groups.value if groups.share is None else groups.share
    return np.argsort(-np.where(np.isnan(size), np.inf, size), kind="stable")


def by_label(labels: Sequence[Label]) -> Array:
    """The order of labels: a column of numbers by number, others by their letters; what is missing last."""
    columns = [_sortable(column) for column in zip(*labels, strict=True)]
    keys = list(zip(*columns, strict=True))
    return np.array(sorted(range(len(keys)), key=keys.__getitem__), np.int64)


def _sortable(column: Sequence[str]) -> list[tuple[bool, float, str]]:
    def number(text: str) -> float:
        return 0.0 if text == MISSING else float(text)

    try:
        numbers = [number(text) for text in column]
    except ValueError:
        numbers = [0.0] * len(column)
    if any(map(math.isnan, numbers)):
        numbers = [0.0] * len(column)
    return [(text == MISSING, value, text) for text, value in zip(column, numbers, strict=True)]


def _shares(part: Partial, sums: GroupSums) -> Array | None:
    if part.collected or not part.task.rowwise or part.spread.lowest < 0:
        return None
    total = float(part.terms["value"])
    if not 0 < total < math.inf:
        return None
    if sums.plain:
        return sums.total("value") / total
    return np.array([sums.exact("value", k).over(total) for k in range(len(sums.keys.names))])


def _of_samples(part: Partial, sums: GroupSums, n: Array, ratio: Reduction) -> Array:
    """What `finish.reduce` does with rows that have values, for all groups at once."""
    convention = part.task.convention
    rows = n.astype(np.float64)
    weights = sums.total("weights") if part.weighted else rows
    counted = sums.has("counts")  # each row counts as 1 otherwise
    counts, both = (sums.total("counts"), sums.total("weighted_counts")) if counted else (rows, weights)
    class_weighted = part.task.params.get("class_weight") is not None
    divisors = np.ones(len(n))
    if ratio.divisor is MEAN.divisor:
        divisors = both
    elif ratio.divisor is not None:
        known = zip(
            (n * max(part.positions, 1)).tolist(),
            weights.tolist(),
            counts.tolist(),
            both.tolist(),
            strict=True,
        )
        said = (part.weighted, class_weighted, unit_of(part), leaves_out(part))
        divisors = np.array([ratio.divisor(Totals(*t, *said)) for t in known])
    with np.errstate(all="ignore"):
        if convention.collapse and len(part.shape) == 1:
            one = sums.total("plain" if part.weighted else "value") / (
                rows if convention.trailing == "mean" else 1
            )
            return one * weights / np.where(rows > 1, divisors, 1.0) if part.weighted else one
        values = sums.total("scaled" if ratio.scaled else "value")
        times, over = times_of(part, ratio)
        return values * times / (divisors * over)


def _of_collected(part: Partial, sums: GroupSums, ratio: Reduction) -> Array:
    """The value of a loss that needs all rows of a group at once."""
    codes = np.concatenate(sums.collected)
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(len(sums.keys.names) + 1))
    rows = np.concatenate([rows for rows, _, _, _ in part.collected])
    (true, pred), weight = rows_of(part), weights_of(part)
    square = part.task.convention.signature.y_pred.grain == "square"  # a similarity for each pair of rows
    values = np.full(len(bounds) - 1, np.nan)
    for k, (start, stop) in enumerate(pairwise(bounds.tolist())):
        at = order[start:stop]
        if at.size:
            chosen = pred[at][:, at] if square else pred[at]
            held = (rows[at], None if true is None else true[at], chosen, weight[at])
            alone = part.some(at.size)
            alone.collected = [held]
            try:
                values[k] = reduce(alone, ratio).value
            except LosscliError as why:
                raise LosscliError(
                    f"in the group {', '.join(sums.keys.names[k])}: {why.what}", why.hint
                ) from None
    return values
