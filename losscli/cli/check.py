"""`losscli check [DATA]`."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from typing import Annotated, get_args

from typer import Option

from losscli.cli import complete, options
from losscli.cli.assignments import read_size
from losscli.cli.output import choose
from losscli.cli.records import Machine, Settings, expanded
from losscli.rows import Rows

EXAMPLES = """\
losscli check examples/diabetes.csv --pred ridge,forest,boosting
losscli check examples/sunspots.csv --pred ar_mean --loss mse
losscli check examples/breast_cancer.csv --pred forest --loss bce || echo "look at it first"
losscli check examples/breast_cancer.csv --pred logistic_logit --loss bce --from-logits
losscli check examples/digits.jsonl --format json --output digits.json
"""
ENTRIES = ("entry", "scalar")
UNUSED = ("by", "class_weight", "reduction", "engine", "scheduler", "quiet")


@expanded(without=UNUSED, pred=options.ModelsOption)
def check(
    *,
    rows: Rows,
    loss: Annotated[
        str | None,
        Option(
            "--loss",
            metavar="LOSS",
            rich_help_panel=options.LOSS,
            autocompletion=complete.loss,
            help="Judge for this loss; --pred then names what it takes, as for compute.",
        ),
    ] = None,
    settings: Settings,
    machine: Machine,
    format: options.Format = None,
    output: options.Output = None,
    debug: options.Debug = False,
) -> int:
    """Find what is wrong with the data, before a loss does.

    Exit codes: 0 nothing was found, 1 there are findings, 2 the data cannot be used.
    """
    out = choose(format, output, get_args(options.FormatName), data=rows)
    params = settings.params()
    most = read_size(machine.max_memory, "--max-memory")

    from losscli import render
    from losscli.analysis import check as checkup
    from losscli.catalogue.find import named
    from losscli.cli.reading import open_source
    from losscli.data.lenient import lenient
    from losscli.data.limits import limited

    alone = len(rows.files) == 1 and rows.truth is None  # else a row is not the file's row of that number
    read = None if loss is None else named(loss)
    resolved = None if read is None else read.loss
    entries = resolved is None or resolved.signature.y_pred.grain in ENTRIES
    with limited(most), lenient() if alone else nullcontext() as let_pass:
        opened = partial(
            open_source,
            rows,
            () if read is None else read.labelled,
            params,
            command="check",
            truth=resolved is None or resolved.truth,
            drop=settings.missing == "drop",
        )
        # Of a truth of several columns, and of a loss of rows, the columns of --pred stand side by side.
        source = opened(models=entries and "," not in (rows.true or "") and "*" not in (rows.true or ""))
        chosen = source.chosen
        if resolved is None and alone and checkup.are_classes(source):
            columns = f"{len(source.models)} columns {source.models[0]} … {source.models[-1]}"
            source = opened(models=False)
            said = f"the {columns} are one model's class probabilities: each row sums to 1"
            chosen = (*source.chosen, said)
        record = checkup.examine(
            source,
            read,
            settings.like,
            params=params,
            missing=settings.missing,
            source=source.name,
            chosen=chosen,
            max_memory=most,
            let_pass=let_pass,
            cells=source.cells if alone else None,
        )
    out.write(render.render(record, out.format, width=out.width, color=out.color))
    return 0 if record.clean else 1
