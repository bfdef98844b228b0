"""`losscli compute LOSS [DATA]`."""

from typing import Annotated, Literal, get_args

from typer import Option

from losscli.cli import options
from losscli.cli.assignments import read_class_weight, read_parameters, read_size
from losscli.cli.engines import chosen_engine
from losscli.cli.output import choose, not_in_rows, say
from losscli.cli.progress import Progress, arriving
from losscli.errors import LosscliError
from losscli.render.formats import ROWS

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


def compute(
    loss: options.LossName,
    data: options.Data = None,
    true: options.TrueOption = None,
    pred: options.PredOption = None,
    input_format: options.InputFormat = None,
    table: options.TableName = None,
    query: options.Query = None,
    weight: options.Weight = None,
    by: options.By = None,
    truth: options.Truth = None,
    key: options.Key = None,
    class_weight: options.ClassWeight = None,
    missing: options.Missing = "refuse",
    param: options.Param = None,
    from_logits: options.FromLogits = False,
    like: options.Like = "exact",
    reduction: options.Reduction = "mean",
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
    rows: Annotated[
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
    max_memory: options.MaxMemory = options.MAX_MEMORY,
    engine: options.Engine = "local",
    scheduler: options.Scheduler = None,
    format: options.Format = None,
    output: options.ValuesOutput = None,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> None:
    """Compute a loss, row by row and reduced."""
    beside = {"--gradient": gradient, "--why": why, "--by": by, "--scheduler": scheduler}
    beside["--engine"] = engine != "local"
    if steps and (given := [option for option, value in beside.items() if value]):
        raise LosscliError(
            "--steps works the value out alone, in this process", f"leave {' and '.join(given)} out"
        )
    shown = 0 if by is not None and rows is None else _read_rows(rows)
    params = read_parameters(param, from_logits=from_logits)
    class_weights = read_class_weight(class_weight)
    most = read_size(max_memory, "--max-memory")

    from losscli import render
    from losscli.analysis.request import Request
    from losscli.catalogue.find import lookup
    from losscli.cli.reading import Beside, mention_chosen, open_source
    from losscli.frameworks.convention import convention

    found = lookup(loss)
    request = Request.of(found, params, reduction, like, missing, class_weights)
    # Sorted by loss they must be held; a loss without rows has its result alone.
    every = shown is None and sort != "loss" and by is None
    every &= found.kind == "sample" or params.get("per") == "sample"
    out = choose(format, output, get_args(options.FormatName), values=not steps, rows=every and not steps)
    if out.rows_alone and convention(found, like).collapse:  # whether rows have values the data says
        out = out._replace(rows=None)
    _check_values(out.rows, missing, gradient)
    with arriving(quiet):
        source = open_source(
            found.name,
            data,
            true,
            pred,
            weight,
            input_format,
            by,
            truth=found.truth,
            models=False,
            beside=Beside(truth, key, missing),
            table=table,
            query=query,
        )
    order = sort or ("loss" if out.read_by_eye else "index")
    if steps:
        from losscli.analysis.steps import steps as worked_out

        worked = mention_chosen(source, worked_out(request, source, rows=shown, order=order))
        out.write(render.render(worked, out.format, width=out.width, color=out.color))
        if worked.hidden and out.format in ROWS:
            say(f"{worked.hidden} of {worked.n} rows are not shown; --rows all shows them")
        return
    from losscli.analysis.score import Run, Show
    from losscli.analysis.score import score as score_of

    show = Show("default" if out.rows and shown is None else shown, order == "loss", gradient)
    with (
        out.each_row() as sink,
        chosen_engine(engine, scheduler, data) as executor,
        Progress(quiet, source.size) as progress,
    ):
        score = score_of(request, source, run=Run(executor, progress.hook, most, sink), show=show)
    if why:
        from losscli.analysis.why import with_why
        from losscli.parallel.executor import CORES

        score = with_why(score, source, request, source.cells, CORES)
    score = mention_chosen(source, score)

    if not out.rows_alone:
        out.write(render.render(score, out.format, width=out.width, color=out.color))
    if why:
        not_in_rows(out, "--why")
    if score.hidden and by is None and out.format in ROWS and out.rows is None:
        say(f"{score.hidden} of {score.n} rows are not shown; --rows all shows them")


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
        raise LosscliError(f'--rows: "{text}" is not a number of rows', "give a whole number from 0, or all")
    return int(text)
