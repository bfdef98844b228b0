"""`losscli recommend [DATA]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, get_args

from typer import Option

from losscli.cli import options
from losscli.cli.assignments import read_size
from losscli.cli.output import choose
from losscli.cli.records import Machine, expanded
from losscli.errors import LosscliError
from losscli.rows import Rows

if TYPE_CHECKING:
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


@expanded(without=("by", "engine", "scheduler", "quiet"))
def recommend(
    *,
    rows: Rows,
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
    machine: Machine,
    format: options.Format = None,
    output: options.Output = None,
    debug: options.Debug = False,
) -> None:
    """Show which losses fit data or a task, and why.

    With --true alone, by the values of the target.
    """
    out = choose(format, output, get_args(options.FormatName), data=rows)
    most = read_size(machine.max_memory, "--max-memory")

    from losscli import render
    from losscli.analysis import recommend as advice
    from losscli.data.limits import limited
    from losscli.results.recommend import Recommendations, Tasks

    result: Recommendations | Tasks
    if task == "list":
        result = advice.every_task()
    elif rows.named:
        with limited(most):
            source, alone = _open(rows, drop=missing == "drop")
        result = advice.advise(
            source,
            task=task,
            quantile=quantile,
            from_logits=from_logits,
            missing=missing,
            truth_alone=alone,
            weighted=rows.weight is not None,
            source=source.name,
            given=rows,
            chosen=source.chosen,
        )
    elif from_logits:
        raise LosscliError(
            "--from-logits says how y_pred is read, and there is no data", "name DATA, or leave it out"
        )
    elif task is not None or quantile is not None:
        result = advice.by_task(task or "quantiles", quantile)
    else:
        raise LosscliError(
            "there is nothing to advise on: neither DATA nor --task",
            "name a file (sales.csv --pred forecast), or a task: --task list shows them",
        )
    out.write(render.render(result, out.format, width=out.width, color=out.color))


def _open(rows: Rows, drop: bool) -> tuple[Source, bool]:
    """The rows, and whether they hold the truth alone (as y_pred). Losses without a truth are asked for by
    --pred alone, where no column has a common name of the truth."""
    from losscli.analysis.request import takes
    from losscli.cli.reading import asked, open_data, open_source

    joined = rows.truth is not None or rows.key is not None
    if joined or not rows.files:
        alone = not joined and rows.pred is None and rows.true is not None
        truth = joined or (rows.true is not None and not alone)
        meant = rows._replace(true=None, pred=rows.true) if alone else rows
        return open_source(meant, (), {}, command="recommend", truth=truth, drop=drop), alone
    from losscli.data.selection import COMMON_PRED, COMMON_TRUE

    table = open_data(rows)
    columns = {column.casefold() for column in table.columns}
    true, pred = rows.true, rows.pred
    has_true = true is not None or not columns.isdisjoint(COMMON_TRUE)
    alone = pred is None and true is not None and columns.isdisjoint(COMMON_PRED)
    if alone:
        true, pred, has_true = None, true, False
    truth = has_true or pred is None
    roles = takes((), {})._replace(alone=alone)
    source = table.select(true, pred, rows.weight, truth=truth, models=False, takes=roles, asked=asked(rows))
    return source, alone
