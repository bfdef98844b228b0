"""What a pass keeps of a truth of one number a row beside a model's predictions."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from losscli.losses.domain import Array

_Z = 1.959964  # two sides of 95 %


class PairPass:
    """Rows where all is finite, after those so far.

    Of one prediction a row: `dispersion`, the mean of (y − p)²/p, 1 for counts of these means. Of several:
    how often each is the highest (`highest`) and the label then names it (`right`), and their squared errors.
    """

    def __init__(self) -> None:
        self.n = self.right = 0
        self.ratios = 0.0
        self.highest = np.zeros(1, np.int64)
        self.squares = np.zeros(1)

    def add(self, y_true: Array, y_pred: Array) -> None:
        """Adds a truth (n,) and predictions (n,) or (n, k); those of more axes say nothing."""
        if y_pred.ndim > 2:
            return
        pred = y_pred.reshape(len(y_true), -1)
        true = y_true
        if not (np.isfinite(true).all() and np.isfinite(pred).all()):
            finite = np.isfinite(true) & (pred < np.inf).all(axis=1)
            true, pred = true[finite], pred[finite]
        self.n += len(true)
        guess = pred.argmax(axis=1)
        self.right += int(np.count_nonzero(guess == true))
        self.highest = self.highest + np.bincount(guess, minlength=pred.shape[1])
        with np.errstate(all="ignore"):
            squares = pred - true[:, None]
            squares *= squares
            self.squares = self.squares + squares.sum(axis=0)
            if pred.shape[1] == 1:
                self.ratios += float((squares / np.where(pred > 0, pred, np.nan)).sum())

    @property
    def dispersion(self) -> float:
        """Nan where a prediction is no mean of counts: 0 or less."""
        return self.ratios / self.n if self.n else math.nan

    def knows(self, classes: Mapping[int, int]) -> bool:
        """Whether the highest column names the class more often than chance: logits, not an embedding."""
        present, width = max(classes, default=-1) + 1, len(self.highest)
        if not self.n or (present < width / 2 and width > 3):
            return False
        if self.highest[present:].sum() > 0.1 * self.n:  # columns that no class has would hardly be highest
            return False
        right = self.right / self.n
        chance = sum(int(self.highest[k]) * count for k, count in classes.items()) / self.n**2
        return right - _Z * math.sqrt(right * (1 - right) / self.n) > chance

    def near(self, spread: float) -> bool:
        """Whether each column lies as near to y as a forecast of it would: correlated, and on its scale."""
        with np.errstate(all="ignore"):
            error = np.sqrt(self.squares / max(self.n, 1))
        return bool(spread > 0 and (error < spread).mean() >= 0.5)
