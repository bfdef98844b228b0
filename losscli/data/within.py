"""--table and --query: which rows are meant of a file that may hold several tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from losscli.data.words import listed, shown
from losscli.errors import LosscliError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence


class Within(NamedTuple):
    """The texts of --table and --query."""

    table: str | None = None
    query: str | None = None


ALONE = Within()


class SeveralTables(LosscliError):
    """A database holds several tables, and none was named."""


def check_one_table(within: Within, name: str) -> None:
    """LosscliError where something was chosen in a file that is one table."""
    option = "--table" if within.table is not None else "--query"
    if within != ALONE:
        raise LosscliError(
            f"{name} is one table, no database: {option} has nothing to choose", f"leave {option} out"
        )


def table_named(asked: str, names: Sequence[str], name: str, kind: str) -> str:
    """The one of `names`, the tables or sheets (`kind`) of the file `name`, that --table asks for."""
    if asked in names:
        return asked
    folded = [each for each in names if each.casefold() == asked.casefold()]
    if len(folded) == 1:
        return folded[0]
    guess = did_you_mean(asked, names)
    there_are = f"there are: {listed(names)}"
    raise LosscliError(
        f"--table: {name} has no {kind} {shown(asked)}",
        f"{shown(guess)} {there_are}" if guess else there_are,
    )


def only_table(names: Sequence[str], name: str) -> str:
    """The one table or view of a database."""
    if len(names) > 1:
        raise SeveralTables(
            f"{name} holds {len(names)} tables and views: {listed(names)}",
            "choose one with --table NAME, or rows with --query 'SELECT …'",
        )
    return names[0]
