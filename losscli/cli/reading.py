"""From DATA, --true, --pred and --weight to a Source, the same way for every command that takes data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from losscli.errors import LosscliError
from losscli.results import Remark

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeVar

    from losscli.data.source import Source
    from losscli.results import Score
    from losscli.results.comparison import Comparison
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
) -> Source:
    """The rows that the options name: columns of DATA, or values where there is no DATA.

    `truth` says whether any of the losses takes y_true; with `models` the commas of --pred separate models.
    `losses` names them in messages; `beside` is where y_true is, if in a file of its own.
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

        table = reader.open_table(data, input_format=input_format)
        other = reader.open_table(beside.truth, input_format=None)
        choice = Choice(pred, weight, by, models)
        return join(table, other, true, beside.key, choice, beside.missing == "drop")
    if data is not None:
        table = reader.open_table(data, input_format=input_format)
        return table.select(true, pred, weight, by, truth=truth, models=models)
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


def mention_chosen(source: Source, result: Result) -> Result:
    """The result, with what was chosen without being named as its first remarks."""
    chosen: tuple[Remark, ...] = tuple(Remark("data", sentence) for sentence in source.chosen)
    return replace(result, remarks=(*chosen, *result.remarks))
