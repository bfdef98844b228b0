"""`losscli recommend [DATA]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, get_args

from typer import Option

from losscli.cli import options
from losscli.cli.output import choose
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from losscli.analysis.recommend import Given
    from losscli.data.source import Source

EXAMPLES = """\
losscli recommend examples/diabetes.csv --pred ridge
losscli recommend examples/breast_cancer.csv --pred boosting
losscli recommend examples/sunspots.csv --pred ar_lower,ar_upper
losscli recommend examples/diabetes.csv --true y_true --quantile 0.9
losscli recommend --task counts
losscli recommend --task list
losscli recommend examples/digits.jsonl --format json --output advice.json
"""


def recommend(
    data: options.Data = None,
    true: options.TrueOption = None,
    pred: options.PredOption = None,
    input_format: options.InputFormat = None,
    table: options.TableName = None,
    query: options.Query = None,
    weight: options.Weight = None,
    truth: options.Truth = None,
    key: options.Key = None,
    missing: options.Missing = "refuse",
    task: Annotated[
        str | None,
        Option(
            "--task",
            metavar="T",
            rich_help_panel=options.LOSS,
            help="What is to be predicted: counts, imbalanced, segmentation … (list shows all). Without DATA "
            "advice by the task alone, with DATA how its values are to be read.",
        ),
    ] = None,
    quantile: Annotated[
        float | None,
        Option(
            "--quantile",
            metavar="Q",
            rich_help_panel=options.LOSS,
            help="The quantile that is wanted, as 0.9.",
        ),
    ] = None,
    from_logits: Annotated[
        bool, Option("--from-logits", rich_help_panel=options.LOSS, help="y_pred holds logits.")
    ] = False,
    format: options.Format = None,
    output: options.Output = None,
    debug: options.Debug = False,
) -> None:
    """Show which losses fit data or a task, and why.

    With --true alone, by the values of the target.
    """
    out = choose(format, output, get_args(options.FormatName))

    from losscli import render
    from losscli.analysis import recommend as advice
    from losscli.results.recommend import Recommendations, Tasks

    found: Recommendations | Tasks
    if task == "list":
        found = advice.every_task()
    elif data or any(given is not None for given in (true, pred, weight, truth, key, table, query)):
        asked = advice.Given(tuple(data or ()), true, pred, weight, input_format, table, query, truth, key)
        source, alone = _open(asked, missing)
        found = advice.advise(
            source,
            task=task,
            quantile=quantile,
            from_logits=from_logits,
            missing=missing,
            truth_alone=alone,
            weighted=weight is not None,
            source=source.name,
            given=asked,
            chosen=source.chosen,
        )
    elif from_logits:
        raise LosscliError(
            "--from-logits says how y_pred is read, and there is no data", "name DATA, or leave it out"
        )
    elif task is not None or quantile is not None:
        found = advice.by_task(task or "quantiles", quantile)
    else:
        raise LosscliError(
            "there is nothing to advise on: neither DATA nor --task",
            "name a file (sales.csv --pred forecast), or a task: --task list shows them",
        )
    out.write(render.render(found, out.format, width=out.width, color=out.color))


def _open(asked: Given, missing: str) -> tuple[Source, bool]:
    """The rows, and whether they hold the truth alone (as y_pred). Losses without a truth are asked for by
    --pred alone, where no column has a common name of the truth."""
    joined = asked.truth is not None or asked.key is not None
    if asked.data and not joined:
        return _of_one(asked)
    from losscli.cli.reading import Beside, open_source

    true, pred = asked.true, asked.pred
    alone = not joined and pred is None and true is not None
    if alone:
        true, pred = None, true
    source = open_source(
        "recommend",
        asked.data or None,
        true,
        pred,
        asked.weight,
        asked.input_format,
        truth=joined or true is not None,
        models=False,
        beside=Beside(asked.truth, asked.key, missing),
        table=asked.table,
        query=asked.query,
    )
    return source, alone


def _of_one(asked: Given) -> tuple[Source, bool]:
    """The same of DATA that holds all there is."""
    from losscli import data as reader
    from losscli.data.selection import COMMON_PRED, COMMON_TRUE

    opened = reader.open_table(
        asked.data, input_format=asked.input_format, table=asked.table, query=asked.query
    )
    columns = {column.casefold() for column in opened.columns}
    true, pred = asked.true, asked.pred
    has_true = true is not None or not columns.isdisjoint(COMMON_TRUE)
    alone = pred is None and true is not None and columns.isdisjoint(COMMON_PRED)
    if alone:
        true, pred, has_true = None, true, False
    return opened.select(true, pred, asked.weight, truth=has_true or pred is None, models=False), alone
