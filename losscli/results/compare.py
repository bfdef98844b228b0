"""Comparison: several losses and models on the same rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from losscli.results.score import Remark, Score
    from losscli.results.why import Ranking


class Refusal(NamedTuple):
    """A loss that does not fit the data, and why."""

    loss: str
    model: str | None
    why: str


@dataclass(frozen=True, eq=False)
class Comparison:
    """Several losses (and models) on the same rows.

    `scores` are loss by loss in the order asked for, each loss's models in their order. `best` names, for
    each loss, the models with the lowest value (several where they tie; none where a value is nan, or there
    is one model). `group_best` says the same of each group of a loss, in the order of its scores' groups.
    `ranking` has the worst rows' places under every score, where that was asked for.
    """

    n: int
    source: str | None
    losses: tuple[str, ...]
    models: tuple[str, ...]
    scores: tuple[Score, ...]
    best: Mapping[str, tuple[str, ...]]
    refused: tuple[Refusal, ...]
    version: str
    remarks: tuple[Remark, ...] = ()
    group_best: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    ranking: Ranking | None = None
