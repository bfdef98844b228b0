"""`losscli parity LOSS [DATA]`."""

from __future__ import annotations

from typing import Annotated, get_args

from typer import Option

from losscli.cli import options
from losscli.cli.assignments import read_class_weight, read_parameters
from losscli.cli.output import choose

EXAMPLES = """\
losscli parity bce
losscli parity huber --true 3,-0.5,2,7 --pred 2.5,0,2,10 -p delta=1.5
losscli parity bce examples/breast_cancer.csv --pred forest
losscli parity scce examples/digits.jsonl --format json --output digits.json
losscli parity bce --live
"""


def parity(
    loss: options.LossName,
    data: options.Data = None,
    true: options.TrueOption = None,
    pred: options.PredOption = None,
    input_format: options.InputFormat = None,
    table: options.TableName = None,
    query: options.Query = None,
    weight: options.Weight = None,
    truth: options.Truth = None,
    key: options.Key = None,
    class_weight: options.ClassWeight = None,
    missing: options.Missing = "refuse",
    param: options.Param = None,
    from_logits: options.FromLogits = False,
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
    out = choose(format, output, get_args(options.FormatName))
    params = read_parameters(param, from_logits=from_logits)
    class_weights = read_class_weight(class_weight)

    from losscli import render
    from losscli.analysis.parity import parity as confronted
    from losscli.analysis.request import Request
    from losscli.catalogue.find import lookup
    from losscli.cli.reading import Beside, open_source
    from losscli.results.score import Remark

    found = lookup(loss)
    source = None
    if data or any(given is not None for given in (true, pred, weight, truth, key, table, query)):
        beside = Beside(truth, key, missing)
        source = open_source(
            found.name,
            data,
            true,
            pred,
            weight,
            input_format,
            truth=found.truth,
            models=False,
            beside=beside,
            table=table,
            query=query,
        )
    request = Request.of(found, params, missing=missing, class_weight=class_weights)
    record = confronted(request, source, source=None if source is None else source.name, live=live)
    if source is not None:
        chosen = tuple(Remark("data", sentence) for sentence in source.chosen)
        record = record._replace(remarks=(*chosen, *record.remarks))
    out.write(render.render(record, out.format, width=out.width, color=out.color))
