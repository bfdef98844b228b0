"""`losscli code LOSS --framework FRAMEWORK`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, get_args

from typer import Option

from losscli.cli import options
from losscli.cli.assignments import read_parameters
from losscli.cli.output import choose
from losscli.frameworks import ARRAYS, BOOSTERS

EXAMPLES = """\
losscli code huber --framework torch -p delta=1.5
losscli code tukey --framework keras
losscli code bce --framework optax --from-logits
losscli code focal_tversky --framework numpy --output focal_tversky.py
losscli code quantile --framework lightgbm -p q=0.9
losscli code rmse --framework sklearn --format json
"""

if TYPE_CHECKING:
    FrameworkName = str
else:
    FrameworkName = Literal[tuple(ARRAYS | BOOSTERS)]
ReductionName = Literal["mean", "sum", "none"]


def code(
    loss: options.LossName,
    framework: Annotated[
        FrameworkName,
        Option(
            "--framework",
            metavar="FRAMEWORK",
            rich_help_panel=options.LOSS,
            help=f"Whose arrays the code takes: {', '.join(ARRAYS)}; for {' and '.join(BOOSTERS)} it is an "
            "objective.",
        ),
    ] = "numpy",
    param: options.Param = None,
    from_logits: options.FromLogits = False,
    reduction: Annotated[
        ReductionName,
        Option(
            "--reduction",
            metavar="mean|sum|none",
            rich_help_panel=options.LOSS,
            help="How rows become one number; none: they do not.",
        ),
    ] = "mean",
    format: options.Format = None,
    output: options.Output = None,
    debug: options.Debug = False,
) -> None:
    """Write a loss as code to paste, in a framework.

    The framework's own call where it gives the definition's number, else a short implementation; for the
    boosters an objective with gradient and hessian.
    """
    if output is not None and output.endswith(".py"):
        format = format or "plain"
    out = choose(format, output, get_args(options.FormatName))
    params = read_parameters(param, from_logits=from_logits)

    from losscli import render
    from losscli.analysis import code as snippets
    from losscli.catalogue.find import named
    from losscli.cli.reading import mention_read

    read = named(loss)
    mention_read([read], params)
    snippet = snippets.snippet(read.loss, framework, read.given(params), reduction)
    out.write(render.render(snippet, out.format, width=out.width, color=out.color))
