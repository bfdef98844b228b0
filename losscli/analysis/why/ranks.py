"""How the order of the worst rows changes between losses, and between models."""

from __future__ import annotations

from collections.abc import Sequence

from losscli.losses.domain import Array
from losscli.results.why import Rank, RankedRow, Ranking


def ranking_of(
    named: Sequence[tuple[str, str | None]], rows: Sequence[int], places: Array, size: int
) -> Ranking:
    """The `size` of these rows that stand highest anywhere, with their places (tasks, rows) everywhere.

    `named` has each task's loss and model.
    """
    order = sorted(range(len(rows)), key=lambda i: (places[:, i].min(), places[:, i].sum(), rows[i]))[:size]
    ranked = tuple(
        RankedRow(
            rows[i],
            tuple(Rank(*name, int(place)) for name, place in zip(named, places[:, i], strict=True)),
        )
        for i in order
    )
    return Ranking(ranked, _moves(ranked))


def _moves(rows: Sequence[RankedRow]) -> str:
    """Which row moves furthest, by ratio of its places: `row 103: 1st under mse, 7th under mae`."""
    losses = {rank.loss for rank in rows[0].ranks}
    models = {rank.model for rank in rows[0].ranks}

    def words(rank: Rank) -> str:
        if len(losses) == 1:
            return f"{nth(rank.rank)} for {rank.model}"
        return f"{nth(rank.rank)} under {rank.loss}" + f" for {rank.model}" * (len(models) > 1)

    def ends(row: RankedRow) -> tuple[Rank, Rank]:
        ordered = sorted(row.ranks, key=lambda rank: rank.rank)
        return ordered[0], ordered[-1]

    moved = max(rows, key=lambda row: ends(row)[1].rank / ends(row)[0].rank)
    first, last = ends(moved)
    if first.rank == last.rank:
        return "These rows stand in the same order throughout."
    return f"Row {moved.row} moves most: {words(first)}, {words(last)}."


def nth(place: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th") if place % 100 not in (11, 12, 13) else "th"
    return f"{place}{ending}"
