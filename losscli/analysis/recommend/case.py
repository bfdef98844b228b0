"""What advice is made of: a Case goes into a reader, a Finding comes out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from losscli.errors import LosscliError
from losscli.losses.domain import SUM_SLACK
from losscli.results.recommend import Evidence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from losscli.analysis.recommend.numbers import Array
    from losscli.classes.names import Classes
    from losscli.results.profile import PredictionProfile, TruthProfile
    from losscli.stats.interval import Measure

NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, eq=False)
class AdviceCase:
    """Complete rows: `y_true` (N, ...) or None, `y_pred` (N, ...) or None, and their columns' names.

    `quantile` is one that was asked for, `from_logits` says that y_pred holds logits, `task` is what the
    user said the data is (None: to be found out). Of `n` rows those here are all, or a sample; `truth` and
    `scores` say what kind of values the two hold; `classes` are the names of the labels'.
    """

    y_true: Array | None
    y_pred: Array | None
    true_names: tuple[str, ...] = ()
    pred_names: tuple[str, ...] = ()
    quantile: float | None = None
    from_logits: bool = False
    task: str | None = None
    n: int = 0
    truth: TruthProfile | None = None
    scores: PredictionProfile | None = None
    classes: Classes | None = None

    def named(self, label: int) -> str:
        """`class 1`, or with its name `class 1 (spam)`."""
        return f"class {label}" + ("" if self.classes is None else f" ({self.classes.name(label)})")

    @property
    def kind(self) -> str:
        return self.truth.kind if self.truth else ""

    @property
    def read_as(self) -> str:
        """The kind of y_pred."""
        return self.scores.kind if self.scores else ""


class Advised(NamedTuple):
    """A loss to recommend.

    `pred` names the column of y_pred where it is one of several; `runs` is False where the data would have to
    be changed first, so that the next line explains instead of computing.
    """

    loss: str
    reasons: tuple[str, ...] = ()
    params: Mapping[str, Any] = NOTHING
    derived: tuple[str, ...] = ()
    when: str | None = None
    pred: str | None = None
    runs: bool = True


class Reading(NamedTuple):
    """What a reader makes of a case: the task it took it for and why, what it measured, and its choices."""

    task: str
    reading: str
    evidence: tuple[Evidence, ...]
    choices: tuple[Advised, ...]


def shown(name: str, text: str, measured: Measure | float | None = None) -> Evidence:
    """Evidence of a measure, or of a bare number."""
    if measured is None or isinstance(measured, int | float):
        return Evidence(name, text, None if measured is None else float(measured))
    return Evidence(name, text, *map(float, measured))


def rows(n: int) -> str:
    return "1 row" if n == 1 else f"{n} rows"


def unfit(task: str, why: str, hint: str) -> LosscliError:
    return LosscliError(f"the data is not what the task {task} takes: {why}", hint)


def shape_words(array: Array) -> str:
    """(N,), (N, 3)."""
    return "(" + ", ".join(["N", *map(str, array.shape[1:])]) + ("," if array.ndim == 1 else "") + ")"


def whole(array: Array) -> bool:
    return bool((array == np.floor(array)).all())


def binary(array: Array) -> bool:
    return bool(((array == 0) | (array == 1)).all())


def fractions(array: Array) -> bool:
    """Every value from 0 to 1."""
    return bool(array.min() >= 0 and array.max() <= 1)


def sums_to_one(array: Array) -> bool:
    """Probability rows: none negative, each row summing to 1 as nearly as the losses ask."""
    return bool(array.min() >= 0 and np.abs(array.sum(axis=-1) - 1).max() <= SUM_SLACK)
