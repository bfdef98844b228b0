"""`losscli compare DATA --losses a,b,c`."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, get_args

from typer import Option

from losscli.cli import complete, options
from losscli.cli.assignments import read_size
from losscli.cli.engines import working
from losscli.cli.output import choose, not_in_rows
from losscli.cli.progress import arriving
from losscli.cli.records import Machine, Settings, expanded
from losscli.errors import LosscliError, did_you_mean
from losscli.rows import Rows

if TYPE_CHECKING:
    from losscli.losses.declare import Loss

EXAMPLES = """\
losscli compare examples/diabetes.csv --pred ridge,forest,boosting --losses mae,mse,logcosh
losscli compare examples/breast_cancer.csv --pred logistic --losses bce,binary_focal,hinge --skip-unfit
losscli compare examples/diabetes.csv --pred ridge --losses huber,quantile -p delta=50 -p quantile.q=0.9
losscli compare examples/diabetes.csv --pred ridge,forest --losses mae,mape --why
losscli compare examples/diabetes.csv --pred ridge,forest --losses mae,mse --by age
losscli compare --true 3,-0.5,2,7 --pred 2.5,0,2,8 --losses mae,mse --format csv
"""


@expanded(pred=options.ModelsOption)
def compare(
    *,
    losses: Annotated[
        str,
        Option(
            "--losses",
            metavar="A,B,…",
            rich_help_panel=options.LOSS,
            autocompletion=complete.losses,
            help="The losses, separated by commas.",
        ),
    ],
    rows: Rows,
    settings: Settings,
    skip_unfit: Annotated[
        bool,
        Option(
            "--skip-unfit",
            rich_help_panel=options.LOSS,
            help="Show the other losses when some do not fit the data.",
        ),
    ] = False,
    why: options.Why = False,
    machine: Machine,
    format: options.Format = None,
    output: options.Output = None,
    debug: options.Debug = False,
) -> None:
    """Compare losses, and models, on the same rows."""
    out = choose(format, output, get_args(options.FormatName), data=rows)
    asked = settings.read()
    most = read_size(machine.max_memory, "--max-memory")

    from losscli import render
    from losscli.analysis.compare import compare as compared
    from losscli.analysis.request import Request, meant
    from losscli.catalogue.find import named
    from losscli.cli.reading import mention_chosen, open_source
    from losscli.data.limits import limited

    read = [named(name) for name in _split(losses)]
    names = [one.loss.name for one in read]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise LosscliError(f'--losses "{losses}" names {twice} twice', "name each loss once")
    with arriving(machine.quiet), limited(most):
        losses_read = [loss for one in read for loss in one.labelled]
        source = open_source(rows, losses_read, asked["params"], models=True, drop=settings.missing == "drop")
    read = [meant(one, source) for one in read]
    request = Request.of_several(
        read, **asked | {"params": _share_out(asked["params"], [one.loss for one in read])}
    )
    with working(machine, rows, source, most) as run:
        comparison = compared(
            request,
            source,
            run=run,
            skip_unfit=skip_unfit,
            source=source.name,
            by_loss=out.read_by_eye,
        )
    if why:
        from losscli.analysis.why import with_whys
        from losscli.parallel.executor import CORES

        comparison = with_whys(comparison, source, request, source.cells, CORES)
        not_in_rows(out, "--why")
    comparison = mention_chosen(source, comparison)
    out.write(render.render(comparison, out.format, width=out.width, color=out.color))


def _split(losses: str) -> list[str]:
    names = [name.strip() for name in losses.split(",")]
    if "" in names:
        raise LosscliError(f'--losses "{losses}" has an empty name', "for example --losses mae,mse")
    if apart := next((name for name in names if " " in name), None):
        joined = ",".join(losses.replace(",", " ").split())
        raise LosscliError(f'--losses: "{apart}" is no loss', f"separate losses by commas: --losses {joined}")
    return names


def _share_out(given: Mapping[str, Any], losses: "Sequence[Loss]") -> dict[str, dict[str, Any]]:
    """Loss → its parameters: `delta` goes to every loss that takes it, `huber.delta` to huber."""
    from losscli.losses.layout import SQUEEZE
    from losscli.losses.ranges import ALSO, AXIS, IGNORE

    shares: dict[str, dict[str, Any]] = {loss.name: {} for loss in losses}
    # How the arrays stand is said to every loss.
    standing = {key for key in given if key in (SQUEEZE, AXIS, IGNORE, *ALSO)}
    takers = [(loss.name, name) for loss in losses for name in (*loss.parameters, *standing)]
    known = {*(name for _, name in takers), *(f"{loss}.{name}" for loss, name in takers)}
    for key, value in given.items():
        if key not in known:
            listed = ", ".join(f"{loss}.{name}" for loss, name in takers if name not in standing) or "none"
            raise LosscliError(
                f"none of these losses takes the parameter {key}",
                did_you_mean(key, known) or f"their parameters are: {listed}",
            )
        for loss, name in takers:
            # `huber.delta` wins over `delta`, whichever stands first.
            if key == f"{loss}.{name}" or (key == name and f"{loss}.{name}" not in given):
                shares[loss][name] = value
    return shares
