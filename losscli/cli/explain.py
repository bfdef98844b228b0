"""`losscli explain LOSS`."""

from __future__ import annotations

from typing import get_args

from losscli.cli import options
from losscli.cli.output import choose

EXAMPLES = """\
losscli explain huber
losscli explain log_loss
losscli explain dice --format markdown --output dice.md
losscli explain quantile --format latex
"""


def explain(
    loss: options.LossName,
    format: options.PageFormat = None,
    output: options.Output = None,
    debug: options.Debug = False,
) -> None:
    """Explain a loss: meaning, use, pitfalls, an example."""
    out = choose(format, output, get_args(options.PageFormatName))

    from losscli import api, render
    from losscli.version import __version__

    page = api.explain(loss)
    out.write(render.render(page, out.format, width=out.width, color=out.color, version=__version__))
