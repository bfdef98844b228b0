"""What samples add to the sums: of one value each, or of a value for each of their positions or entries."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from losscli.engine.sums import products
from losscli.engine.top import missing_rows
from losscli.losses.stable import times

if TYPE_CHECKING:
    from collections.abc import Mapping

    from losscli.engine.positions import Laid
    from losscli.frameworks.convention import Convention
    from losscli.losses.domain import Array


class Rowed(NamedTuple):
    """What samples (n,) add to the sums: `cost` Σwv (over 2^`unit`), `plain` Σv, their `weight` (None: none
    was given) and the `counts` Σc and `weighted_counts` Σwc (None: each sample counts 1, or its weight).

    `values` are the samples' own: of several positions, the mean over those that count.
    """

    values: Array
    cost: Array
    plain: Array
    weight: Array | None = None
    counts: Array | None = None
    weighted_counts: Array | None = None
    unit: int = 0


def spread_over(weight: Array, shape: tuple[int, ...]) -> Array:
    """Weights (n,), or one for each of a sample's entries, that multiply an array of n samples."""
    return weight.reshape(shape if weight.ndim > 1 else (-1, *[1] * (len(shape) - 1)))


def by_rows(values: Array, counted: Array | None, weight: Array | None) -> Rowed:
    """Of samples with one value each (n,); `counted` is what each adds to the mean's divisor."""
    both = counted if counted is None or weight is None else weight * counted
    cost, unit = products(weight, values)
    return Rowed(values, cost, values, weight, counted, both, unit)


def by_positions(
    laid: Laid,
    arrays: tuple[Array, ...],
    values: Array,
    counted: Array | None,
    weight: Array | None,
    checked: bool,
) -> Rowed:
    """Of samples whose positions have a value each, made of `arrays`.

    By a definition (`checked`) a position of which something is missing has none.
    """
    values, kept = values.astype(np.float64, copy=False), laid.counting()
    if checked:
        entries = values.ndim > 1
        gone = np.isnan(sum(arrays)) if entries else missing_rows(len(values), *arrays)
        values = np.where(gone, np.nan, values)
    values = laid.by_sample(values)
    adds = kept if counted is None else kept * laid.by_sample(counted)
    values = np.where(kept > 0, values, 0.0)
    if weight is not None and weight.ndim == 1:
        weight = weight[:, None]
    cost = values if weight is None else times(weight, values)
    some = np.maximum(kept.sum(axis=1), 1.0)
    plain = values.sum(axis=1)
    mean = None if weight is None else (np.broadcast_to(weight, kept.shape) * kept).sum(axis=1) / some
    counts = adds.sum(axis=1)
    both = counts if weight is None else (weight * adds).sum(axis=1)
    return Rowed(plain / some, cost.sum(axis=1), plain, mean, counts, both)


def cells_of(way: Convention, laid: Laid) -> int:
    """How many values the convention makes of a sample: its sum adds them all."""
    if laid.rows or way.grain == "entry":
        return laid.per
    return math.prod(laid.inner[:-1]) if way.grain == "last_axis" else 1


def counted_terms(laid: Laid, terms: Mapping[str, Array], merges: Mapping[str, str]) -> dict[str, Array]:
    """A statistic's terms without those of the entries that are left out."""
    if laid.kept is None:
        return dict(terms)
    kept = laid.kept.reshape(laid.n, *laid.inner)
    some = kept.any()
    empty = {name: -np.inf if merges.get(name) == "max" else 0.0 for name in terms}
    return {name: np.where(kept, term if some else 0.0, empty[name]) for name, term in terms.items()}
