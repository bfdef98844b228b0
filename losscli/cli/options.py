"""The options that commands share, declared once. What a command would ignore, it does not have."""

from __future__ import annotations

from typing import Annotated, Literal

from typer import Argument, Option

from losscli.cli import complete

DATA, LOSS, RESULT = "Data", "Loss", "Result"

InputFormatName = Literal[
    "csv", "tsv", "json", "jsonl", "npy", "npz", "parquet", "arrow", "sqlite", "duckdb", "excel"
]
FormatName = Literal["table", "plain", "json", "jsonl", "csv", "tsv", "markdown"]
PageFormatName = Literal["table", "plain", "json", "jsonl", "csv", "tsv", "markdown", "latex"]
MissingName = Literal["refuse", "drop", "propagate"]
EngineName = Literal["local", "dask"]
SortName = Literal["index", "loss"]

LossName = Annotated[
    str,
    Argument(metavar="LOSS", autocompletion=complete.loss, help="A name, an alias or a framework's call."),
]
Data = Annotated[
    list[str] | None,
    Argument(
        metavar="DATA…",
        help="A file of rows, several, a folder or a pattern of files ('preds/*.csv'); - is stdin.",
    ),
]
TrueOption = Annotated[
    str | None,
    Option(
        "--true",
        metavar="T",
        rich_help_panel=DATA,
        autocompletion=complete.column,
        help="y_true: a column, a comma list of columns or a pattern (p_*); without DATA, values "
        "(1,2,3 or JSON) or a file of one array (@y.npy).",
    ),
]
PredOption = Annotated[
    str | None,
    Option(
        "--pred",
        metavar="P",
        rich_help_panel=DATA,
        autocompletion=complete.column,
        help="y_pred, in the same way.",
    ),
]
ModelsOption = Annotated[
    str | None,
    Option(
        "--pred",
        metavar="P",
        rich_help_panel=DATA,
        autocompletion=complete.column,
        help="y_pred, in the same way; in a comma list each is a model, of one column or of a pattern.",
    ),
]
InputFormat = Annotated[
    InputFormatName | None,
    Option(
        "--input-format",
        metavar="FORMAT",
        rich_help_panel=DATA,
        help="csv, tsv, json, jsonl, npy, npz, parquet, arrow, sqlite, duckdb or excel, where DATA's name "
        "does not tell.",
    ),
]
TableName = Annotated[
    str | None,
    Option(
        "--table",
        metavar="NAME",
        rich_help_panel=DATA,
        autocompletion=complete.table,
        help="The table or view of a database, or the sheet of an Excel file, whose rows are meant.",
    ),
]
Query = Annotated[
    str | None,
    Option(
        "--query",
        metavar="SQL",
        rich_help_panel=DATA,
        help="The rows of a SQLite or DuckDB database: 'SELECT y, p FROM runs WHERE …'.",
    ),
]
Weight = Annotated[
    str | None,
    Option(
        "--weight",
        metavar="W",
        rich_help_panel=DATA,
        autocompletion=complete.column,
        help="A weight a row: a column, or values.",
    ),
]
Truth = Annotated[
    str | None,
    Option(
        "--truth",
        metavar="FILE",
        rich_help_panel=DATA,
        help="The file that holds y_true, where DATA holds predictions alone; row by row, or by --key.",
    ),
]
Key = Annotated[
    str | None,
    Option(
        "--key",
        metavar="COLUMN,…",
        rich_help_panel=DATA,
        autocompletion=complete.column,
        help="The columns of DATA and of --truth by which their rows are joined.",
    ),
]
By = Annotated[
    str | None,
    Option(
        "--by",
        metavar="COLUMN,…",
        rich_help_panel=DATA,
        autocompletion=complete.column,
        help="The value of each group of rows too; these columns hold the groups' labels.",
    ),
]
ClassWeight = Annotated[
    str | None,
    Option(
        "--class-weight",
        metavar="C=W,…",
        rich_help_panel=DATA,
        help="A weight a class, 0=1.0,1=2.5; or balanced: N / (classes · count).",
    ),
]
Missing = Annotated[
    MissingName,
    Option(
        "--missing",
        metavar="HOW",
        rich_help_panel=DATA,
        help="Rows that hold NaN: refuse, drop or propagate them.",
    ),
]
Param = Annotated[
    list[str] | None,
    Option(
        "-p",
        "--param",
        metavar="NAME=VALUE",
        rich_help_panel=LOSS,
        autocompletion=complete.parameter,
        help="A parameter, its value a number, a word or JSON; repeatable.",
    ),
]
FromLogits = Annotated[
    bool,
    Option(
        "--from-logits", rich_help_panel=LOSS, help="y_pred holds logits; the same as -p from_logits=true."
    ),
]
Like = Annotated[
    str,
    Option(
        "--like",
        metavar="FRAMEWORK",
        rich_help_panel=LOSS,
        autocompletion=complete.like,
        help="The number a framework would print: keras, torch, optax, sklearn, tfa, torchvision, scipy; "
        "exact is the definition's.",
    ),
]
Reduction = Annotated[
    str,
    Option(
        "--reduction",
        metavar="mean|sum|none",
        rich_help_panel=LOSS,
        autocompletion=complete.reduction,
        help="How rows become one number; with --like, the framework's own words too.",
    ),
]
Why = Annotated[
    bool,
    Option(
        "--why",
        rich_help_panel=RESULT,
        help="Say what makes the number: its worst rows, its value without them, and constant predictions to "
        "hold it against. Reads the data a few times more.",
    ),
]
Format = Annotated[
    FormatName | None,
    Option(
        "--format",
        metavar="FORMAT",
        rich_help_panel=RESULT,
        help="table (on a terminal), plain (on a pipe), json, jsonl, csv, tsv or markdown.",
    ),
]
PageFormat = Annotated[
    PageFormatName | None,
    Option(
        "--format",
        metavar="FORMAT",
        rich_help_panel=RESULT,
        help="table (on a terminal), plain (on a pipe), json, jsonl, csv, tsv, markdown, or latex: the "
        "formula alone.",
    ),
]
Output = Annotated[
    str | None,
    Option(
        "--output",
        metavar="FILE",
        rich_help_panel=RESULT,
        help="Write to a file, whole or not at all; its ending names the format. - is stdout.",
    ),
]
ValuesOutput = Annotated[
    str | None,
    Option(
        "--output",
        metavar="FILE",
        rich_help_panel=RESULT,
        help="Write to a file, whole or not at all; its ending names the format. - is stdout. A .npy or "
        ".parquet file gets every row's value, as .csv does with --rows all; the result then is on stdout.",
    ),
]
MaxMemory = Annotated[
    str,
    Option(
        "--max-memory",
        metavar="SIZE",
        rich_help_panel=DATA,
        help="The most that a loss which holds every row may take: 500M, 8G.",
    ),
]
Engine = Annotated[
    EngineName,
    Option(
        "--engine",
        metavar="local|dask",
        rich_help_panel=DATA,
        help="Where the rows are worked on: this machine's cores, or a Dask cluster whose workers read "
        "their own parts.",
    ),
]
Scheduler = Annotated[
    str | None,
    Option(
        "--scheduler",
        metavar="ADDRESS",
        rich_help_panel=DATA,
        help="The Dask scheduler, as tcp://host:8786; without it, one for this run, with a worker a core.",
    ),
]
Quiet = Annotated[bool, Option("-q", "--quiet", help="Draw no progress on stderr.")]
# Declared for help and parsing; the boundary (app.run) heeds it, for errors in the line itself too.
Debug = Annotated[bool, Option("--debug", help="Show the traceback of whatever goes wrong.")]
