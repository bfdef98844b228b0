"""Help that begins with examples, for the application and for each command. An epilog holds the examples."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand, TyperGroup

from losscli.cli.options import DATA, LOSS, READING, RESULT
from losscli.cli.output import write_stdout
from losscli.errors import LosscliError, did_you_mean

PANELS = ("Arguments", DATA, READING, LOSS, RESULT, "Options")


def _examples_first(command: TyperCommand | TyperGroup, ctx: Any, formatter: Any) -> None:
    with formatter.section("Examples"):
        for line in (command.epilog or "").strip().splitlines():
            formatter.write(f"{'':{formatter.current_indent}}{line}\n")  # never wrapped: made to be copied
    formatter.write_paragraph()
    command.format_usage(ctx, formatter)
    command.format_help_text(ctx, formatter)
    command.format_options(ctx, formatter)


def _options_by_panel(command: TyperCommand | TyperGroup, ctx: Any, formatter: Any) -> None:
    panels: dict[str, list[tuple[str, str]]] = {panel: [] for panel in PANELS}
    for parameter in command.get_params(ctx):
        record = parameter.get_help_record(ctx)
        if record is not None:
            is_argument = parameter.param_type_name == "argument"
            panel = "Arguments" if is_argument else getattr(parameter, "rich_help_panel", None)
            panels[panel or "Options"].append(record)
    for panel, records in panels.items():
        if records:
            with formatter.section(panel):
                formatter.write_dl(records)


def _bare_is_help(command: TyperCommand | TyperGroup, ctx: Any, args: list[str]) -> None:
    if not args and command.no_args_is_help and not ctx.resilient_parsing:
        write_stdout(ctx.get_help() + "\n")
        ctx.exit()


class Command(TyperCommand):
    """A command whose help begins with its examples."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _examples_first(self, ctx, formatter)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        _options_by_panel(self, ctx, formatter)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        return [piece.strip("{}") for piece in super().collect_usage_pieces(ctx)]  # LOSS, not {LOSS}

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        _bare_is_help(self, ctx, args)
        return super().parse_args(ctx, args)


class Group(TyperGroup):
    """The application: the same help, and a way out for a word that is no command."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _examples_first(self, ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        # Typer would cut what a command does short where it does not fit on one line.
        shown = [(name, command) for name, command in self.commands.items() if not command.hidden]
        with formatter.section("Commands"):
            formatter.write_dl([(name, (command.help or "").partition("\n\n")[0]) for name, command in shown])

    def format_options(self, ctx: Any, formatter: Any) -> None:
        self.format_commands(ctx, formatter)
        _options_by_panel(self, ctx, formatter)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        _bare_is_help(self, ctx, args)
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        word = args[0]
        if word in self.commands or word.startswith("-") or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        raise LosscliError(f'there is no command "{word}"', self._instead_of(word))

    def _instead_of(self, word: str) -> str:
        from losscli.catalogue.find import lookup

        try:
            name = lookup(word).name
        except LosscliError:
            return (
                did_you_mean(word, self.commands)
                or f"there are: {', '.join(self.commands)}; losscli -h shows them"
            )
        return f"to compute this loss: losscli compute {name}; to read about it: losscli explain {name}"
