"""From Rows to a Source, the same way for every command that takes data."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from losscli.analysis.request import takes
from losscli.cli.output import say
from losscli.errors import LosscliError
from losscli.results.score import Remark

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeVar

    from losscli.catalogue.find import Named
    from losscli.classes.names import ClassNames
    from losscli.data.source import Source
    from losscli.data.tables import Table
    from losscli.losses.declare import Loss
    from losscli.results.compare import Comparison
    from losscli.results.plot import Picture
    from losscli.results.score import Score
    from losscli.results.steps import Steps
    from losscli.rows import Rows

    Result = TypeVar("Result", bound=Score | Comparison | Steps | Picture)


EXAMPLE = {"--true": "1,2,3", "--pred": "1,2,5"}


def open_source(
    rows: Rows,
    losses: Sequence[Loss],
    params: Mapping[str, Any],
    *,
    command: str = "",
    truth: bool | None = None,
    models: bool = False,
    drop: bool = False,
) -> Source:
    """The rows that are meant, for these losses: columns of DATA, or values where there is no DATA.

    `truth` says whether there is a y_true, where no loss does; with `models` the commas of --pred separate
    models. With `drop` rows without a partner in --truth may be left out. Messages name the losses, or the
    `command`.
    """
    named = ", ".join(loss.name for loss in losses) or command
    truth = any(loss.truth for loss in losses) if truth is None else truth
    roles = takes(losses, params)
    true, pred = rows.true, rows.pred
    if true is not None and not truth:
        raise LosscliError(f"{named} takes no y_true", "leave --true out")
    if rows.truth is None and rows.key is not None:
        raise LosscliError(f"--key {rows.key} joins two files", "name that of y_true: --truth truth.csv")
    if rows.truth is not None and not truth:
        raise LosscliError(f"{named} takes no y_true", "leave --truth out")
    if rows.truth is not None and not rows.files:
        raise LosscliError(
            f"--truth {rows.truth}: there is no file of predictions", "name it as DATA, as in preds.csv"
        )
    if rows.truth is not None:
        from losscli.data.joined import join

        return join(
            open_data(rows),
            _open_truth(rows),
            rows,
            roles,
            models=models,
            drop=drop,
            asked=asked(rows),
        )
    if rows.files:
        return open_data(rows).select(
            true, pred, rows.weight, rows.by, truth=truth, models=models, takes=roles, asked=asked(rows)
        )
    if rows.table is not None or rows.query is not None:
        option = "--query" if rows.table is None else "--table"
        raise LosscliError(
            f"{option}: there is no file of which it says the rows", "name a database, as in runs.sqlite"
        )
    if rows.by is not None:
        raise LosscliError(
            f"--by {rows.by}: there is no file that has such a column", "name one, as in sales.csv"
        )
    if pred is None or (true is None and truth):
        needed = {"--true": true, "--pred": pred} if truth else {"--pred": pred}
        lacking = [option for option, text in needed.items() if text is None]
        raise LosscliError(
            f"there is no data: neither DATA nor {' and '.join(lacking)}",
            "name a file (sales.csv, or - for stdin), or give values: "
            + " ".join(f"{option} {values}" for option, values in EXAMPLE.items() if option in needed),
        )
    from losscli.data import read_stream

    read = partial(
        read_stream, weight=rows.weight, input_format=rows.input_format, text=rows.text, parts=roles.parts
    )
    names = asked(rows)
    if names is None:
        return read(true, pred)
    from losscli.classes.inline import numbered

    texts, classes = numbered(names, {"--true": true, "--pred": pred})
    assert texts["--pred"] is not None
    source = read(texts["--true"], texts["--pred"])
    return replace(source, classes=classes, chosen=(*source.chosen, f"classes: {classes.words}"))


def asked(rows: Rows) -> ClassNames | None:
    """How classes are named; None where they are not."""
    if rows.classes is None and rows.positive is None:
        return None
    from losscli.classes.names import ClassNames

    return ClassNames(rows.classes, rows.positive)


def open_data(rows: Rows) -> Table:
    """The table that DATA is."""
    from losscli.data import open_table

    return open_table(
        rows.files,
        input_format=rows.input_format,
        table=rows.table,
        query=rows.query,
        text=rows.text,
        lenient=rows.truth is not None,
    )


def _open_truth(rows: Rows) -> Table:
    from losscli.data import open_table
    from losscli.data.within import SeveralTables

    try:
        return open_table(rows.truth or "", text=rows.text, lenient=True)
    except SeveralTables as error:
        raise LosscliError(
            f"--truth: {error.what}", "--truth takes a file of one table; a --query of DATA can join others"
        ) from None


def mention_read(read: Sequence[Named], params: Mapping[str, Any]) -> None:
    """Says on stderr what was read under names that are not the losses' own, where no result says it."""
    for one in read:
        for sentence in one.besides(params).said:
            say(sentence)


def mention_chosen(source: Source, result: Result) -> Result:
    """The result, with what was chosen without being named as its first remarks."""
    chosen: tuple[Remark, ...] = tuple(Remark("data", sentence) for sentence in source.chosen)
    return replace(result, remarks=(*chosen, *result.remarks))
