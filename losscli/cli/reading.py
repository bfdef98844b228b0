"""From DATA, --true, --pred and --weight to a Source, the same way for every command that takes data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from losscli.errors import LosscliError
from losscli.results import Comparison, Remark, Score

if TYPE_CHECKING:
    from losscli.data.source import Source
    from losscli.results.steps import Steps

Result = TypeVar("Result", Score, Comparison, "Steps")

EXAMPLE = {"--true": "1,2,3", "--pred": "1,2,5"}


def open_source(
    losses: str,
    data: str | None,
    true: str | None,
    pred: str | None,
    weight: str | None,
    input_format: str | None,
    by: str | None = None,
    *,
    truth: bool,
    models: bool,
) -> Source:
    """The rows that the options name: columns of DATA, or values where there is no DATA.

    `truth` says whether any of the losses takes y_true; with `models` the commas of --pred separate models.
    `losses` names them in messages.
    """
    if true is not None and not truth:
        raise LosscliError(f"{losses} takes no y_true", "leave --true out")
    from losscli import data as reader

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
