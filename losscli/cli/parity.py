"""`losscli parity LOSS [DATA]`."""

from __future__ import annotations

from typing import Annotated, get_args

from typer import Option

from losscli.cli import options
from losscli.cli.output import choose
from losscli.cli.records import Settings, expanded
from losscli.rows import Rows

EXAMPLES = """\
losscli parity bce
losscli parity huber --true 3,-0.5,2,7 --pred 2.5,0,2,10 -p delta=1.5
losscli parity bce examples/breast_cancer.csv --pred forest
losscli parity scce examples/digits.jsonl --format json --output digits.json
losscli parity bce --live
"""


@expanded(without=("by", "like", "reduction"))
def parity(
    *,
    loss: options.LossName,
    rows: Rows,
    settings: Settings,
    live: Annotated[
        bool,
        Option(
            "--live",
            rich_help_panel=options.RESULT,
            help="Run the frameworks that are installed, and show what they give.",
        ),
    ] = False,
    format: options.Format = None,
    output: options.Output = None,
    debug: options.Debug = False,
) -> None:
    """Show each framework's number for a loss, and why.

    Without data, on the worked example of the loss's page.
    """
    out = choose(format, output, get_args(options.FormatName), data=rows)
    asked = settings.read()

    from losscli import render
    from losscli.analysis.parity import parity as confronted
    from losscli.analysis.request import Request, meant
    from losscli.catalogue.find import named
    from losscli.cli.reading import open_source
    from losscli.results.score import Remark

    read = named(loss)
    source = None
    if rows.named:
        drop = settings.missing == "drop"
        source = open_source(rows, read.labelled, asked["params"], drop=drop)
    # The worked example is the loss's own, whatever the name implies.
    request = Request.of(read.loss if source is None else meant(read, source), **asked)
    record = confronted(request, source, source=None if source is None else source.name, live=live)
    if source is not None:
        chosen = tuple(Remark("data", sentence) for sentence in source.chosen)
        record = record._replace(remarks=(*chosen, *record.remarks))
    out.write(render.render(record, out.format, width=out.width, color=out.color))
