"""Options that belong together: a record for each such set, of which every command that takes it is made."""

import inspect
from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple, TypeVar

from losscli.cli import options
from losscli.cli.assignments import read_class_weight, read_parameters
from losscli.rows import Rows

Outcome = TypeVar("Outcome")


class Settings(NamedTuple):
    """How to compute, as it was written."""

    class_weight: str | None = None
    missing: options.MissingName = "refuse"
    param: Sequence[str] | None = None
    from_logits: bool = False
    squeeze: bool = False
    like: str = "exact"
    reduction: str = "mean"

    def params(self) -> dict[str, Any]:
        """The parameters by name."""
        return read_parameters(self.param, from_logits=self.from_logits, squeeze=self.squeeze)

    def read(self) -> dict[str, Any]:
        """All of them, by the names under which the analyses take them."""
        return {
            "params": self.params(),
            "class_weight": read_class_weight(self.class_weight),
            "missing": self.missing,
            "like": self.like,
            "reduction": self.reduction,
        }


class Machine(NamedTuple):
    """Where the rows are worked on, as it was written."""

    max_memory: str = "2G"
    engine: options.EngineName = "local"
    scheduler: str | None = None
    quiet: bool = False


RECORDS = (Rows, Settings, Machine)
# A field of one of them → its option.
OPTIONS: dict[str, Any] = {
    "data": options.Data,
    "true": options.TrueOption,
    "pred": options.PredOption,
    "input_format": options.InputFormat,
    "table": options.TableName,
    "query": options.Query,
    "weight": options.Weight,
    "by": options.By,
    "truth": options.Truth,
    "key": options.Key,
    "separator": options.Separator,
    "decimal": options.Decimal,
    "thousands": options.Thousands,
    "encoding": options.Encoding,
    "header": options.Header,
    "skip": options.Skip,
    "comment": options.Comment,
    "na": options.Na,
    "classes": options.Classes,
    "positive": options.Positive,
    "class_weight": options.ClassWeight,
    "missing": options.Missing,
    "param": options.Param,
    "from_logits": options.FromLogits,
    "squeeze": options.Squeeze,
    "like": options.Like,
    "reduction": options.Reduction,
    "max_memory": options.MaxMemory,
    "engine": options.Engine,
    "scheduler": options.Scheduler,
    "quiet": options.Quiet,
}


def expanded(
    *, without: Collection[str] = (), **own: Any
) -> Callable[[Callable[..., Outcome]], Callable[..., Outcome]]:
    """Makes a command of a function that takes records: Typer sees an option for each of their fields.

    `without` are fields that the command has no use for, and `own` its own options in place of the shared.
    """

    def expand(function: Callable[..., Outcome]) -> Callable[..., Outcome]:
        parameters: list[inspect.Parameter] = []
        fields: dict[str, tuple[Any, list[str]]] = {}
        for parameter in inspect.signature(function, eval_str=True).parameters.values():
            record = parameter.annotation
            if record not in RECORDS:
                parameters.append(parameter)
                continue
            names = [name for name in record._fields if name not in without]
            fields[parameter.name] = record, names
            parameters += [
                inspect.Parameter(
                    name,
                    inspect.Parameter.KEYWORD_ONLY,
                    default=record._field_defaults[name],
                    annotation=own.get(name, OPTIONS[name]),
                )
                for name in names
            ]

        def command(**values: Any) -> Outcome:
            for name, (record, names) in fields.items():
                values[name] = record(**{field: values.pop(field) for field in names})
            return function(**values)

        command.__doc__ = function.__doc__
        command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        return command

    return expand
