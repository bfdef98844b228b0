"""From DATA, --true, --pred and --weight to a Source, the same way for every command that takes data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from losscli.errors import LosscliError
from losscli.results.score import Remark

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeVar

    from losscli.data.source import Source
    from losscli.data.tables import Table
    from losscli.results.compare import Comparison
    from losscli.results.score import Score
    from losscli.results.steps import Steps

    Result = TypeVar("Result", Score, Comparison, Steps)


class Beside(NamedTuple):
    """--truth and --key; `missing` says whether rows without a partner may be dropped."""

    truth: str | None = None
    key: str | None = None
    missing: str = "refuse"


ALONE = Beside()
EXAMPLE = {"--true": "1,2,3", "--pred": "1,2,5"}


def open_source(
    losses: str,
    data: Sequence[str] | str | None,
    true: str | None,
    pred: str | None,
    weight: str | None,
    input_format: str | None,
    by: str | None = None,
    *,
    truth: bool,
    models: bool,
    beside: Beside = ALONE,
    table: str | None = None,
    query: str | None = None,
) -> Source:
    """The rows that the options name: columns of DATA, or values where there is no DATA.

    `truth` says whether any of the losses takes y_true; with `models` the commas of --pred separate models.
    `losses` names them in messages; `beside` is where y_true is, if in a file of its own. `table` and
    `query` say which rows of a database are meant.
    """
    data = data or None
    if true is not None and not truth:
        raise LosscliError(f"{losses} takes no y_true", "leave --true out")
    from losscli import data as reader

    if beside.truth is None and beside.key is not None:
        raise LosscliError(f"--key {beside.key} joins two files", "name that of y_true: --truth truth.csv")
    if beside.truth is not None and not truth:
        raise LosscliError(f"{losses} takes no y_true", "leave --truth out")
    if beside.truth is not None and data is None:
        raise LosscliError(
            f"--truth {beside.truth}: there is no file of predictions", "name it as DATA, as in preds.csv"
        )
    if data is not None and beside.truth is not None:
        from losscli.data.joined import Choice, join

        predictions = reader.open_table(data, input_format=input_format, table=table, query=query)
        choice = Choice(pred, weight, by, models)
        return join(
            predictions, _open_truth(beside.truth), true, beside.key, choice, beside.missing == "drop"
        )
    if data is not None:
        opened = reader.open_table(data, input_format=input_format, table=table, query=query)
        return opened.select(true, pred, weight, by, truth=truth, models=models)
    if table is not None or query is not None:
        option = "--query" if table is None else "--table"
        raise LosscliError(
            f"{option}: there is no file of which it says the rows", "name a database, as in runs.sqlite"
        )
    if by is not None:
        raise LosscliError(f"--by {by}: there is no file that has such a column", "name one, as in sales.csv")
    if pred is None or (true is None and truth):
        needed = {"--true": true, "--pred": pred} if truth else {"--pred": pred}
        lacking = [option for option, given in needed.items() if given is None]
        raise LosscliError(
            f"there is no data: neither DATA nor {' and '.join(lacking)}",
            "name a file (sales.csv, or - for stdin), or give values: "
            + " ".join(f"{option} {values}" for option, values in EXAMPLE.items() if option in needed),
        )
    return reader.read_stream(true, pred, weight, input_format=input_format)


def _open_truth(path: str) -> Table:
    from losscli.data import open_table
    from losscli.data.within import SeveralTables

    try:
        return open_table(path)
    except SeveralTables as error:
        raise LosscliError(
            f"--truth: {error.what}", "--truth takes a file of one table; a --query of DATA can join others"
        ) from None


def mention_chosen(source: Source, result: Result) -> Result:
    """The result, with what was chosen without being named as its first remarks."""
    chosen: tuple[Remark, ...] = tuple(Remark("data", sentence) for sentence in source.chosen)
    return replace(result, remarks=(*chosen, *result.remarks))
