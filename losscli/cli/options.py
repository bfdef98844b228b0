"""The options that commands share, declared once. What a command would ignore, it does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from typer import Argument, Option

from losscli.cli import complete
from losscli.data import formats
from losscli.frameworks import FRAMEWORKS
from losscli.render.formats import FORMATS, FORMULAS

if TYPE_CHECKING:
    from collections.abc import Iterable

DATA, READING, LOSS, RESULT = "Data", "Reading text", "Loss", "Result"

if TYPE_CHECKING:  # of names that are listed elsewhere
    InputFormatName = str
    FormatName = str
    PageFormatName = str
else:
    InputFormatName = Literal[tuple(formats.FORMATS)]
    FormatName = Literal[FORMATS]
    PageFormatName = Literal[FORMATS + FORMULAS]
MissingName = Literal["refuse", "drop", "propagate"]
EngineName = Literal["local", "dask"]
SortName = Literal["index", "loss"]


def either(names: Iterable[str]) -> str:
    """`csv, tsv or json`."""
    *others, last = names
    return f"{', '.join(others)} or {last}"


def shown_in(before_last: str = ", ") -> str:
    """The formats of results, and which are taken by themselves."""
    usual = {"table": "table (on a terminal)", "plain": "plain (on a pipe)"}
    *others, last = (usual.get(name, name) for name in FORMATS)
    return ", ".join(others) + before_last + last


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
        help=f"{either(formats.FORMATS)}, where DATA's name does not tell.",
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
Separator = Annotated[
    str | None,
    Option(
        "--separator",
        metavar="C",
        rich_help_panel=READING,
        help="What parts the columns: a character, tab, pipe or blanks.",
    ),
]
Decimal = Annotated[
    str | None,
    Option(
        "--decimal", metavar="C", rich_help_panel=READING, help="The mark of decimals, a point or a comma."
    ),
]
Thousands = Annotated[
    str | None,
    Option(
        "--thousands", metavar="C", rich_help_panel=READING, help="The mark that groups digits, as in 1,234."
    ),
]
Encoding = Annotated[
    str | None,
    Option("--encoding", metavar="NAME", rich_help_panel=READING, help="cp1252, latin-1, utf-16 and so on."),
]
Header = Annotated[
    bool | None,
    Option(
        "--header/--no-header",
        rich_help_panel=READING,
        help="Whether a line names the columns; without one they are numbered from 1.",
    ),
]
Skip = Annotated[
    int | None,
    Option("--skip", metavar="N", min=0, rich_help_panel=READING, help="Leave out the first N lines."),
]
Comment = Annotated[
    str | None,
    Option(
        "--comment", metavar="MARK", rich_help_panel=READING, help="Leave out the lines that begin with it."
    ),
]
Na = Annotated[
    str | None,
    Option(
        "--na",
        metavar="WORD,…",
        rich_help_panel=READING,
        help="What else stands for a missing value: -, -999.",
    ),
]
CLASSES = "The names of the classes in y_true, in the order of their columns: cat,dog,bird. Without it, names"
Classes = Annotated[
    str | None,
    Option(
        "--classes",
        metavar="NAME,…",
        rich_help_panel=DATA,
        help=f"{CLASSES} that columns bear (p_cat, p_dog) are matched.",
    ),
]
POSITIVE = "Of two class names in y_true, the one that is class 1."
Positive = Annotated[str | None, Option("--positive", metavar="NAME", rich_help_panel=DATA, help=POSITIVE)]
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
        help="What holds NaN: refuse, drop or propagate it: the row, or the entry that counts alone.",
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
Squeeze = Annotated[
    bool,
    Option(
        "--squeeze", rich_help_panel=DATA, help="Drop axes of length 1, as in (N, 1) from a model's predict."
    ),
]
Like = Annotated[
    str,
    Option(
        "--like",
        metavar="FRAMEWORK",
        rich_help_panel=LOSS,
        autocompletion=complete.like,
        help=f"The number a framework would print: {', '.join(FRAMEWORKS)}; exact is the definition's.",
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
        help=shown_in(" or ") + ".",
    ),
]
PageFormat = Annotated[
    PageFormatName | None,
    Option(
        "--format",
        metavar="FORMAT",
        rich_help_panel=RESULT,
        help=f"{shown_in()}, or {', '.join(FORMULAS)}: the formula alone.",
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
        help="Write to a file, whole or not at all; its ending names the format. - is stdout. A "
        ".parquet file gets every row, as .csv does with --rows all, a .npy file their losses alone; the "
        "result then is on stdout.",
    ),
]
MaxMemory = Annotated[
    str,
    Option(
        "--max-memory",
        metavar="SIZE",
        rich_help_panel=DATA,
        help="The most that may be held in memory: 500M, 8G. A loss of all rows at once may take it whole, a "
        "text held whole has a quarter of it, a line a sixteenth.",
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
