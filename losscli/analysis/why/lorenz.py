"""How unevenly a loss is spread over its rows: how few make half of it, and the line in between."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from losscli.losses.domain import Array
from losscli.results.why import LorenzPoint
from losscli.stats.concentration import Spread

FRACTIONS = (0.01, *(k / 20 for k in range(1, 21)))


class Unevenness(NamedTuple):
    half: int
    ninety: int
    gini: float
    points: tuple[LorenzPoint, ...]
    exact: bool


def unevenness(spread: Spread, n: int) -> Unevenness:
    """Of contributions of 0 or more whose sum is finite and above 0. Exact up to a million rows."""
    counts, sums = spread.largest_first()
    rows = np.concatenate([[0], np.cumsum(counts)])
    made = np.concatenate([[0.0], np.cumsum(sums)])
    made /= made[-1]
    area = float(np.sum((made[1:] + made[:-1]) / 2 * counts)) / n
    points = [_many(fraction, n) for fraction in FRACTIONS]
    shares = np.interp(points, rows, made)
    lorenz = {
        many: LorenzPoint(fraction, many, float(share))
        for fraction, many, share in zip(FRACTIONS, points, shares, strict=True)
    }
    # Of few rows several fractions are the same number of them: one point for each number, its last name.
    half, ninety = (_fewest(rows, made, share) for share in (0.5, 0.9))
    return Unevenness(half, ninety, 2 * area - 1, tuple(lorenz.values()), spread.stride == 1)


def _many(fraction: float, n: int) -> int:
    """That fraction of n rows, rounded up; 0.55 · 100 is 55, not the 56 that floats make of it."""
    return max(1, int(np.ceil(round(fraction * n, 9))))


def _fewest(rows: Array, made: Array, share: float) -> int:
    """The fewest rows that make `share`; inside a run of alike rows, in proportion."""
    at = int(np.searchsorted(made, share))
    inside = (share - made[at - 1]) / (made[at] - made[at - 1])
    return int(rows[at - 1] + np.ceil(inside * (rows[at] - rows[at - 1])))
