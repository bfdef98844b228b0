"""The application: its commands, and the one place where errors become messages and exit codes.

Exit codes: 0 it worked; 1 check has findings; 2 wrong usage or data (and a bug in losscli, which says so);
130 after Ctrl-C.
"""

from __future__ import annotations

import gc
import io
import os
import sys
from importlib import import_module
from typing import Annotated

import typer
from typer.main import get_command

from losscli.cli.help import Command, Group
from losscli.cli.options import Debug
from losscli.cli.output import flushed, say

EXAMPLES = """\
losscli compute mse --true 3,-0.5,2,7 --pred 2.5,0,2,8
losscli compute huber examples/diabetes.csv --pred ridge -p delta=50 --why
losscli explain huber
losscli plot mse mae huber logcosh
losscli compare examples/diabetes.csv --pred ridge,forest,boosting --losses mae,mse,logcosh
losscli recommend examples/diabetes.csv --pred ridge
losscli check examples/diabetes.csv --pred ridge
losscli parity bce
losscli code huber --framework torch
losscli list --search outlier
"""
# Command → where it is: the module, and the function that Typer makes it of.
COMMANDS = {
    "compute": ("compute", "compute"),
    "explain": ("explain", "explain"),
    "compare": ("compare", "compare"),
    "parity": ("parity", "parity"),
    "check": ("check", "check"),
    "recommend": ("recommend", "recommend"),
    "plot": ("plot", "plot"),
    "code": ("code", "code"),
    "list": ("listing", "list_losses"),
}
INTERRUPTED = 130


def _show_version(wanted: bool) -> None:
    if wanted:
        from losscli.version import __version__

        typer.echo(f"losscli {__version__}")
        raise typer.Exit


def losscli(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
    debug: Debug = False,
) -> None:
    """Compute, compare and explain loss functions.

    Results go to stdout, messages to stderr. Exit codes: 0 it worked, 1 check has findings,
    2 wrong usage or data, 130 after Ctrl-C.
    """


def application(first: str) -> typer.Typer:
    """The command that the line begins with; every command where it begins with something else.

    Typer reads the signature of each command it is given, which takes a twentieth of the whole start.
    """
    app = typer.Typer(
        cls=Group,
        epilog=EXAMPLES,
        no_args_is_help=True,
        # Without markup Typer leaves Rich alone, which would double the time that help takes.
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
        add_completion=first not in COMMANDS,
    )
    app.callback()(losscli)
    for name in (first,) if first in COMMANDS else COMMANDS:
        module, function = COMMANDS[name]
        page = import_module(f"losscli.cli.{module}")
        app.command(name, cls=Command, epilog=page.EXAMPLES, no_args_is_help=name != "list")(
            getattr(page, function)
        )
    return app


def _ignored(error: sys.UnraisableHookArgs) -> None:
    """What Python could only ignore is reported, but for a Ctrl-C that struck while another was heeded."""
    if not issubclass(error.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(error)


def main() -> None:
    """The console script."""
    sys.unraisablehook = _ignored
    code = run(sys.argv[1:])
    if code == INTERRUPTED:
        # Not by the interpreter's own end, which waits for threads that may be in the middle of a file.
        os._exit(code)
    # What the imports made lasts until the end, where the interpreter would look for garbage among it: a
    # fifteenth of the start.
    gc.freeze()
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run one command line; returns its exit code. Every error ends here, as a message on stderr."""
    # One thread does for what NumPy's matrix products do here; starting a pool takes a tenth of the start.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for stream in (sys.stdout, sys.stderr):
        # UTF-8 whatever the locale, as in files; what is not even Unicode (a path's bytes) is escaped.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        command = get_command(application(next(iter(arguments), "")))
        # Not standalone: Typer would print usage errors itself.
        code: int | None = command.main(arguments, prog_name="losscli", standalone_mode=False)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # whatever it is, a person gets one clear message
        if isinstance(error.__cause__, KeyboardInterrupt):  # in the making of a class, until Python 3.12
            return INTERRUPTED
        if "--debug" in arguments:
            import traceback

            traceback.print_exc()
        from losscli.cli.usage import explain

        say(*explain(error, arguments))
        return flushed(2)
    return flushed(code or 0)
