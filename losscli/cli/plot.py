"""`losscli plot LOSS [LOSS…]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, get_args

from typer import Argument, Option

from losscli.cli import complete, options
from losscli.cli.assignments import read_value
from losscli.cli.output import choose
from losscli.cli.records import Settings, expanded
from losscli.errors import LosscliError
from losscli.frameworks import FRAMEWORKS
from losscli.render.formats import FIGURES, FORMATS
from losscli.rows import Rows

EXAMPLES = """\
losscli plot huber
losscli plot huber -p delta=0.5,1,2
losscli plot mse mae huber logcosh --range -4,4
losscli plot bce --data examples/breast_cancer.csv --pred forest
losscli plot huber -p delta=50 --data examples/diabetes.csv --pred ridge
losscli plot bce --like keras --range 0,0.000001
losscli plot hinge soft_margin exponential --format csv --output margins.csv
"""
if TYPE_CHECKING:
    PlotFormatName = str
else:
    PlotFormatName = Literal[FORMATS + FIGURES]


Data = Annotated[
    str | None,
    Option(
        "--data",
        metavar="FILE",
        rich_help_panel=options.DATA,
        help="A file of any format whose rows are counted along the axis; - is stdin.",
    ),
]
Curves = Annotated[
    list[str] | None,
    Option(
        "-p",
        "--param",
        metavar="NAME=VALUE,…",
        rich_help_panel=options.LOSS,
        autocompletion=complete.parameter,
        help="A parameter, its values separated by commas: a curve each; repeatable.",
    ),
]
Like = Annotated[
    str,
    Option(
        "--like",
        metavar="FRAMEWORK",
        rich_help_panel=options.LOSS,
        autocompletion=complete.like,
        help=f"Add the framework's own curve: {', '.join(FRAMEWORKS)}.",
    ),
]


@expanded(without=("by", "class_weight", "reduction", "squeeze"), data=Data, param=Curves, like=Like)
def plot(
    *,
    names: Annotated[
        list[str],
        Argument(metavar="LOSS…", autocompletion=complete.loss, help="Losses over the same axis."),
    ],
    rows: Rows,
    settings: Settings,
    range_: Annotated[
        str | None,
        Option(
            "--range",
            metavar="LOW,HIGH",
            rich_help_panel=options.RESULT,
            help="Where the axis begins and ends.",
        ),
    ] = None,
    format: Annotated[
        PlotFormatName | None,
        Option(
            "--format",
            metavar="FORMAT",
            rich_help_panel=options.RESULT,
            help=options.shown_in(" or ") + f"; {options.either(FIGURES)}: a figure.",
        ),
    ] = None,
    output: options.Output = None,
    debug: options.Debug = False,
) -> None:
    """Draw losses and their gradients, and your errors under them.

    Over the error, the probability, the margin: the axis that is natural to the loss.
    """
    out = choose(format, output, get_args(PlotFormatName), data=rows)
    params = {name: _several(value) for name, value in settings.params().items()}
    limits = None if range_ is None else _read_range(range_)

    from losscli import render
    from losscli.analysis import plot as curves
    from losscli.catalogue.find import named
    from losscli.cli.reading import mention_chosen, open_source

    read = [named(name) for name in names]
    source = None
    if rows.named:
        resolved = [loss for one in read for loss in one.labelled]
        source = open_source(rows, resolved, {}, drop=settings.missing == "drop")
    picture = curves.draw(
        read,
        params,
        source,
        like=settings.like,
        limits=limits,
        missing=settings.missing,
        source=None if source is None else source.name,
    )
    if source is not None:
        picture = mention_chosen(source, picture)
    if out.format in FIGURES:
        from losscli.render.figure import figure

        out.write_bytes(figure(picture, out.format))
    else:
        out.write(render.render(picture, out.format, width=out.width, color=out.color))


def _several(value: object) -> object:
    """`0.5,1,2` is three values, a curve each, and `linear,quadratic` two; a JSON list is one."""
    if isinstance(value, str) and "," in value:
        return tuple(read_value(part.strip()) for part in value.split(","))
    return value


def _read_range(text: str) -> tuple[float, float]:
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError:
        raise LosscliError(f'--range "{text}" is not LOW,HIGH', "for example --range -3,3") from None
    return low, high
