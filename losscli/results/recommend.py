"""Recommendations: which losses fit a task or the user's own data, and what in it says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from losscli.results.score import Remark


class Evidence(NamedTuple):
    """Something measured.

    `low` and `high` bound `value` with 95 % confidence, where there is a bound to give; `text` says it in
    words, its unit included.
    """

    name: str
    text: str
    value: float | None = None
    low: float | None = None
    high: float | None = None


class Recommendation(NamedTuple):
    """A loss that fits, with reasons.

    `derived` says how each suggested parameter was got. `when` says when a runner-up would serve better than
    the first (None for the first). `command` is the line to run next.
    """

    loss: str
    title: str
    params: Mapping[str, Any]
    reasons: tuple[str, ...]
    command: str
    derived: tuple[str, ...] = ()
    when: str | None = None


@dataclass(frozen=True, eq=False)
class Recommendations:
    """Losses for a task, the first the best supported, the others the runners-up.

    `n` rows were read (None: advice by task alone) from `source` (None: values or arrays). `reading` says
    what the data was taken for, and why. `examples` says what Keras's own examples use, where that was
    counted.
    """

    task: str
    title: str
    n: int | None
    source: str | None
    reading: str
    evidence: tuple[Evidence, ...]
    recommendations: tuple[Recommendation, ...]
    examples: str | None
    remarks: tuple[Remark, ...]
    version: str


class AdviceTask(NamedTuple):
    """A task that advice can be asked for by name."""

    name: str
    title: str
    first: str


@dataclass(frozen=True, eq=False)
class Tasks:
    """Every task that is known."""

    tasks: tuple[AdviceTask, ...]
    version: str
