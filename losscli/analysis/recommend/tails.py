"""The tails of residuals: how far the far ones lie, and what they make of a fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from losscli.losses.robust import huber
from losscli.stats.interval import Measure, of_means
from losscli.stats.moments import TO_SIGMA, kurtosis, robust_spread, skewness

if TYPE_CHECKING:
    from losscli.analysis.recommend.numbers import Array

FEW = 20  # rows under which tails cannot be told
assert huber.scale is not None
HUBER = huber.scale.spreads


class Tails(NamedTuple):
    """What `n` residuals say.

    `spread` is 1.4826 times their median absolute deviation. `beyond` lie past three spreads, `far`
    past six, `past_delta` past huber's delta: these make `their_share` of the squared error. `by_huber` and
    `by_mae`: how many times the rows mse needs to fix a constant as precisely as that loss does.
    """

    n: int
    spread: float
    kurtosis: Measure
    skewness: Measure
    beyond: int
    far: int
    past_delta: int
    their_share: float
    by_huber: Measure
    by_mae: Measure

    @property
    def mad(self) -> float:
        """The median absolute deviation."""
        return self.spread / TO_SIGMA

    @property
    def heavy(self) -> bool:
        """Huber is more precise than mse, beyond what chance explains."""
        return self.by_huber.low > 1 and self.by_huber.value > 1.05

    @property
    def apart(self) -> bool:
        """The rows far out are a group of their own, not the end of a tail."""
        return self.far >= 0.005 * self.n and self.far > self.beyond - self.far


def tails(residuals: Array) -> Tails | None:
    """None where over half of the residuals are one number, or there are too few."""
    spread = robust_spread(residuals) if len(residuals) >= FEW else 0.0
    if spread == 0:
        return None
    r = (residuals - np.median(residuals)) / spread
    size = np.abs(r)
    cut = np.clip(r, -HUBER, HUBER)
    # The precision of a constant fitted under a loss: mean ψ² / (mean ψ')², ψ its slope.
    window = 0.6 * len(r) ** -0.2
    columns = np.stack([r, r**2, cut, cut**2, size <= HUBER, size <= window]).astype(float)

    def over_huber(m: Array) -> Array:
        return np.asarray((m[1] - m[0] ** 2) / ((m[3] - m[2] ** 2) / m[4] ** 2))

    def over_mae(m: Array) -> Array:
        density = np.maximum(m[5], 1e-12) / (2 * window)
        return np.asarray((m[1] - m[0] ** 2) * 4 * density**2)

    square = residuals**2
    past = np.abs(residuals) > HUBER * spread
    return Tails(
        len(r),
        spread,
        kurtosis(r),
        skewness(r),
        int((size > 3).sum()),
        int((size > 6).sum()),
        int(past.sum()),
        float(square[past].sum() / square.sum()),
        of_means(columns, over_huber),
        of_means(columns, over_mae),
    )
