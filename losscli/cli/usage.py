"""What went wrong, in one line and a hint, for whatever exception ended a command."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import typer

from losscli.errors import LosscliError, did_you_mean, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORDS = {"is not a valid float": "is not a number", "is not a valid integer": "is not a whole number"}
SHOWN = 5  # losses that a hint names
LONGEST, SOME = 300, 60  # characters: of a word of the line that is shown whole, and of one that is cut
WHOLE = 800  # characters of a message that is shown whole: some list what there is
_QUOTED = re.compile(rf'"([^"]{{{LONGEST},}})"')
_EXTRA = re.compile(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)")


def explain(error: Exception, line: Sequence[str] = ()) -> tuple[str, str | None]:
    """(what, hint) of an error that ended this command line, whose long words are cut."""
    what, hint = _explain(error, line)
    words = {part for word in line for part in (word, word.partition("=")[2]) if len(part) > LONGEST}
    long = sorted({written for word in words for written in (word, shown(word))}, key=len, reverse=True)
    return _cut(what, long), hint and _cut(hint, long)


def _cut(text: str, long: Sequence[str]) -> str:
    """A message without most of these long words, and of a part of one that it quotes."""
    for word in long:
        text = text.replace(word, f"{word[:SOME]}…")
    text = shown(_QUOTED.sub(lambda part: f'"{part[1][:SOME]}…"', text) if long else text)
    # Some word may be told in a way of its own.
    return text if len(text) <= WHOLE else f"{text[:LONGEST]} … {text[-SOME:]}"


def _explain(error: Exception, line: Sequence[str]) -> tuple[str, str | None]:
    if isinstance(error, LosscliError):
        return error.what, error.hint
    if isinstance(error, typer.TyperException):
        return _explain_usage(error, line, getattr(error, "ctx", None), getattr(error, "param", None))
    if isinstance(error, MemoryError):
        return "the memory is not enough for this", "give it fewer rows at once, or a machine with more"
    if isinstance(error, OSError):  # a disk that is full, a folder that is gone
        where = "" if error.filename is None else f"{shown(str(error.filename))}: "
        return f"{where}{error.strerror or error}", None
    if isinstance(error, ImportError):  # a library that is there, and has no room or no match
        return f"{error.name or 'a library'} cannot be loaded: {error}", "free memory, or install it again"
    if isinstance(error, RecursionError):
        return "what was given is nested too deeply", "write it with fewer brackets inside one another"
    return (
        f"this is a bug in losscli: {type(error).__name__}: {error}",
        "run it again with --debug for the traceback, and report it",
    )


def _explain_usage(
    error: typer.TyperException, line: Sequence[str], context: Any, parameter: Any
) -> tuple[str, str | None]:
    # Typer publishes the base class alone; what tells the kinds apart is held by its range in pyproject.toml.
    from typer._click import exceptions

    message = error.message.rstrip(".")
    for typers, ours in _WORDS.items():
        message = message.replace(typers, ours)
    more = f"{context.command_path} -h shows examples and every option" if context else None
    if isinstance(error, exceptions.NoSuchOption):
        known = [name for option in context.command.get_params(context) for name in option.opts]
        if "-p" in known and (hint := _as_parameter(error.option_name, line)):
            return f"there is no option {error.option_name}", hint
        return f"there is no option {error.option_name}", did_you_mean(error.option_name, known) or more
    if isinstance(error, exceptions.BadOptionUsage) and "requires an argument" in message:
        return f"{error.option_name} is without its value", f"write it behind: {error.option_name} …"
    if isinstance(error, exceptions.MissingParameter):
        name = parameter.metavar if parameter.param_type_name == "argument" else parameter.opts[0]
        return f"{name} is missing", more
    if isinstance(error, exceptions.BadParameter) and parameter is not None:
        given = message.partition(" is not one of ")[0].strip("'\"")
        known = getattr(parameter.type, "choices", [])
        return f"{parameter.opts[0]}: {message.replace(chr(39), '')}", did_you_mean(given, known) or more
    if extra := _EXTRA.match(message):
        return f"there is no place for {extra[1]} in {context.command_path}", more
    return message[:1].lower() + message[1:], more


def _as_parameter(option: str, line: Sequence[str]) -> str | None:
    """How an option that is a parameter of a loss is written; None where no loss has it."""
    from losscli.catalogue import registry
    from losscli.cli.complete import parameters_of

    name = option.lstrip("-").replace("-", "_")
    words = {part for word in line for part in word.split(",")}
    takers = [loss for loss in registry.names() if name in parameters_of(loss)]
    losses = words & set(registry.names())
    if not takers:
        return None
    if losses and not losses & set(takers):
        return f"{name} is a parameter of {', '.join(takers[:SHOWN])}" + (" …" if len(takers) > SHOWN else "")
    written = next((word for word in line if word.partition("=")[0] == option), option)
    _, equals, value = written.partition("=")
    after = line[line.index(written) + 1 :] if written in line else ()
    value = value if equals else next((word for word in after if not word.startswith("--")), "…")
    return f"a parameter of the loss is written -p {name}={value}"
