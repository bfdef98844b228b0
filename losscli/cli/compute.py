"""`losscli compute LOSS [DATA]`."""

from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from typer import Option

from losscli.cli import options
from losscli.cli.assignments import read_size
from losscli.cli.engines import working
from losscli.cli.output import choose, not_in_rows, say
from losscli.cli.progress import arriving
from losscli.cli.records import Machine, Settings, expanded
from losscli.data.words import quoted
from losscli.errors import LosscliError
from losscli.render.formats import ROWS
from losscli.rows import Rows

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from losscli.analysis.request import Request
    from losscli.analysis.score import Run
    from losscli.cli.output import Output
    from losscli.data.source import Source
    from losscli.results.score import Score
    from losscli.results.steps import Steps

EXAMPLES = """\
losscli compute mse --true 3,-0.5,2,7 --pred 2.5,0,2,8
losscli compute cce --true '[[0,1,0],[0,0,1]]' --pred '[[0.1,0.8,0.1],[0.3,0.3,0.4]]'
losscli compute huber examples/diabetes.csv --pred ridge -p delta=50 --rows 5
losscli compute bce examples/breast_cancer.csv --pred logistic_logit --from-logits --class-weight balanced
losscli compute bce examples/breast_cancer.csv --pred forest --like keras
losscli compute mae examples/diabetes.csv --pred ridge --rows 0 --why
losscli compute huber --true 3,-0.5,2,7 --pred 2.5,0,2,10 --steps
losscli compute scce examples/digits.jsonl --format json --output digits.json
losscli compute mae - --pred forest < examples/diabetes.csv
losscli compute mae examples/diabetes.csv --pred forest --by sex,age
losscli compute mae examples/diabetes.csv --pred forest --output per_sample.npy
"""


@expanded()
def compute(
    *,
    loss: options.LossName,
    rows: Rows,
    settings: Settings,
    gradient: Annotated[
        bool, Option("--gradient", rich_help_panel=options.RESULT, help="Add each row's gradient.")
    ] = False,
    sort: Annotated[
        options.SortName | None,
        Option(
            "--sort",
            metavar="ORDER",
            rich_help_panel=options.RESULT,
            help="The order of the rows: loss (the largest first) or index (as in the data). By itself loss "
            "in table, plain and markdown, index in the other formats.",
        ),
    ] = None,
    shown: Annotated[
        str | None,
        Option(
            "--rows",
            metavar="N|all",
            rich_help_panel=options.RESULT,
            help="How many rows are shown: by itself all up to 20, of more the 10 worst; 0 for the summary "
            "alone. A csv, tsv or jsonl file gets all of them, however many.",
        ),
    ] = None,
    steps: Annotated[
        bool,
        Option(
            "--steps",
            rich_help_panel=options.RESULT,
            help="Work the number out: the formula line by line with your numbers put in, for up to 5 rows "
            "(of more, the 3 that cost most), then how all rows become the value.",
        ),
    ] = False,
    why: options.Why = False,
    machine: Machine,
    format: options.Format = None,
    output: options.ValuesOutput = None,
    debug: options.Debug = False,
) -> None:
    """Compute a loss, row by row and reduced."""
    beside = {"--gradient": gradient, "--why": why, "--by": rows.by, "--scheduler": machine.scheduler}
    beside["--engine"] = machine.engine != "local"
    if steps and (refused := [option for option, value in beside.items() if value]):
        raise LosscliError(
            "--steps works the value out alone, in this process", f"leave {' and '.join(refused)} out"
        )
    many = 0 if rows.by is not None and shown is None else _read_rows(shown)
    asked = settings.read()
    most = read_size(machine.max_memory, "--max-memory")

    from losscli import render
    from losscli.analysis.request import Request, meant
    from losscli.catalogue.find import named
    from losscli.cli.reading import mention_chosen, open_source
    from losscli.data.limits import limited
    from losscli.frameworks.convention import convention

    read = named(loss)
    resolved = read.loss
    # Sorted by loss they must be held; a loss without rows has its result alone.
    each = resolved.kind == "sample" or asked["params"].get("per") == "sample"
    every = many is None and sort != "loss" and rows.by is None and each and not steps
    out = choose(format, output, get_args(options.FormatName), data=rows, values=not steps, rows=every)
    if (
        out.rows_alone and convention(resolved, settings.like).collapse
    ):  # whether rows have values the data says
        out = out._replace(rows=None)
    _check_values(out.rows, settings.missing, gradient)
    with arriving(machine.quiet), limited(most):
        drop = settings.missing == "drop"
        source = open_source(rows, read.labelled, asked["params"], drop=drop)
    request = Request.of(meant(read, source), **asked)
    order = sort or ("loss" if out.read_by_eye else "index")
    result: Score | Steps
    if steps:
        result = _work_out(request, source, many, order)
    else:
        held = "default" if out.rows and many is None else many
        work = working(machine, rows, source, most)
        result = _score(request, source, out, work, rows=held, by_loss=order == "loss", gradient=gradient)
        if why:
            from losscli.analysis.why import with_why
            from losscli.parallel.executor import CORES

            result = with_why(result, source, request, source.cells, CORES)
    if not out.rows_alone:
        result = mention_chosen(source, result)
        out.write(render.render(result, out.format, width=out.width, color=out.color))
    if why:
        not_in_rows(out, "--why")
    if result.hidden and rows.by is None and out.format in ROWS and out.rows is None:
        say(f"{result.hidden} of {result.n} rows are not shown; --rows all shows them")


def _work_out(
    request: "Request", source: "Source", rows: int | Literal["default"] | None, order: options.SortName
) -> "Steps":
    from losscli.analysis.steps import steps

    return steps(request, source, rows=rows, order=order)


def _score(
    request: "Request", source: "Source", out: "Output", work: "AbstractContextManager[Run]", **shown: Any
) -> "Score":
    from losscli.analysis.score import Show, score

    with out.each_row() as sink, work as run:
        return score(request, source, run=run._replace(sink=sink), show=Show(**shown))


def _check_values(form: str | None, missing: str, gradient: bool) -> None:
    if form == "npy" and gradient:
        raise LosscliError(
            "a .npy file holds the losses alone", "take .parquet or .csv for --gradient, or leave it out"
        )
    if form == "npy" and missing == "drop":
        raise LosscliError(
            "a .npy file has no row numbers to tell which rows --missing drop left out",
            "take .parquet or .csv, or --missing propagate",
        )


def _read_rows(text: str | None) -> int | Literal["default"] | None:
    """--rows as `score` takes it: None for all of them."""
    if text is None:
        return "default"
    if text == "all":
        return None
    if not text.isdecimal():
        raise LosscliError(
            f"--rows: {quoted(text)} is not a number of rows", "give a whole number from 0, or all"
        )
    return int(text) if len(text) < 4300 else None  # Python reads no longer ones: more rows than there are
