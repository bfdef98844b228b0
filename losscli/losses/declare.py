"""The Loss record and the decorators that declare one: @loss, @statistic, @batch."""

import inspect
import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from importlib import import_module
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

from losscli.errors import LosscliError, did_you_mean
from losscli.losses.domain import Array, Domain
from losscli.losses.ranges import PerGroup, Range, respelled

Kind = Literal["sample", "statistic", "batch"]
Merge = Literal["sum", "norm", "max", "columns", "column_norms"]
Constants = Literal["usual", "least", "none"]

# What a loss does with its arrays that their domains do not say; checks of the data ask for it.
Tag = Literal[
    "log of a probability",
    "log of a prediction",
    "square of the error",
    "divides by the target",
    "free of scale",  # targets of any size give gradients of one size
    "quantiles",
]
Objective = str | Callable[[Mapping[str, Any]], str | None]
Saying = str | Callable[[Mapping[str, Any]], str | None]
OWN = "own"  # the family of a loss that is not the package's


class Scale(NamedTuple):
    """A parameter in the unit of the errors, and how many of their robust spreads it takes.

    With as many a loss is within 5 % of mse's efficiency on normal errors. `beyond` says what the loss does
    for errors above `bend` times the parameter, `within` what for those of at most `near` times: a sentence
    without its subject, or what makes one of the parameters (None: nothing is to be said).
    """

    parameter: str
    spreads: float
    beyond: Saying
    within: Saying
    bend: float = 1.0
    near: float = 1.0

    def fitted(self, spread: float) -> float:
        """The parameter for errors of this robust spread, in three significant digits."""
        return float(f"{self.spreads * spread:.2e}")


class Parameter(NamedTuple):
    """A parameter of a loss: its name, default and range. `required` parameters have no default."""

    name: str
    default: Any
    range: Range
    required: bool = False

    @property
    def takes(self) -> str:
        """What it may be, in words: "a number above 0"."""
        return self.range.words

    def read(self, value: Any) -> Any:
        """The value as the kernel takes it; LosscliError when it is outside the range."""
        return self.range.read(self.name, value)


class Signature(NamedTuple):
    """A kernel's layout and parameters, read from its annotations."""

    y_true: Domain | None
    y_pred: Domain
    parameters: Mapping[str, Parameter]

    @property
    def level(self) -> Parameter | None:
        """The parameter that is the level of a quantile, if there is one."""
        return next((parameter for parameter in self.parameters.values() if parameter.range.level), None)

    def bind(self, owner: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Every parameter with its value: those given, checked, and the defaults."""
        given = respelled(given, self.parameters)
        for name in given:
            if name not in self.parameters:
                known = ", ".join(self.parameters) or "none"
                hint = did_you_mean(name, self.parameters) or f"it takes: {known}"
                raise LosscliError(f"{owner} has no parameter {name}", hint)
        for name, parameter in self.parameters.items():
            if parameter.required and name not in given:
                raise LosscliError(
                    f"{owner} needs the parameter {name}: {parameter.takes}", f"add -p {name}=…"
                )
        return {
            name: parameter.read(given[name]) if name in given else parameter.default
            for name, parameter in self.parameters.items()
        }


def read_signature(kernel: Callable[..., Any], per: bool = False) -> Signature:
    """The layout and parameters that a kernel's annotations state, with `per` where there is one."""
    hints = get_type_hints(kernel, include_extras=True)
    domains: dict[str, Domain] = {}
    parameters: dict[str, Parameter] = {}
    for name, argument in inspect.signature(kernel).parameters.items():
        if get_origin(hints[name]) is not Annotated:
            continue  # what a survey hands in: no argument of the user's
        _, mark = get_args(hints[name])
        if isinstance(mark, Range):
            required = argument.default is inspect.Parameter.empty
            parameters[name] = Parameter(name, None if required else argument.default, mark, required)
        else:
            domains[name] = mark
    if per:
        parameters["per"] = Parameter("per", "batch", PerGroup)
    return Signature(domains.get("y_true"), domains["y_pred"], parameters)


@dataclass(eq=False, repr=False)
class Loss:
    """What a loss is. Declared once, by decorating its kernel; never subclassed.

    `kernel(y_true, y_pred, **params)` (without `y_true` where there is no truth) returns for kind
    "sample" a value an entry or a row, for "statistic" a dict of terms, each with the layout of y_pred
    (its first axis the samples), for "batch" a value a pair, anchor or event. `merges` says how each term
    of a statistic merges: "sum" (the default), "norm" (√Σwx²), "max", "columns" and "column_norms" (a sum or
    norm for each index of the last axis); `finish(**totals, **params)` turns totals into the value. `per`
    adds the parameter of that name: one ratio over the batch, one a sample or one a class. `tags`, `twin`,
    `classes`, `scale` and `objectives` are what @facts declares.
    `says` is a sentence that must stand beside the value of a statistic with such totals, or None.
    `slope` is the gradient: of the entry's or row's value for kind sample; of the value, from rows and
    totals, for statistic; of the *sum* of its values for batch. `adds` says what a sample adds to the mean's
    divisor.
    `lowest`, `highest` and `best` bound the value (`best` None where it depends on the data). `family` is the
    module that declares it, which is the folder of its page; "own" of a loss that is not the package's.
    `constant` says of the constant prediction that the domains suggest that none costs less ("least"), or
    that none says anything: the nearer to 0 a prediction, the less it costs ("none").
    """

    name: str
    kind: Kind
    title: str
    aliases: tuple[str, ...]
    kernel: Callable[..., Any]
    lowest: float = 0.0
    highest: float = math.inf
    best: float | None = 0.0
    merges: Mapping[str, Merge] = field(default_factory=dict)
    per: bool = False
    memory: Callable[[int, int], int] | None = None
    of: str = "value"
    tags: tuple[Tag, ...] = ()
    twin: str | None = None
    classes: str | None = None
    objectives: Mapping[str, Objective] = field(default_factory=dict)
    scale: Scale | None = None
    slope: Callable[..., Array] | None = None
    finish_: Callable[..., Any] | None = None
    adds: Callable[..., Array] | None = None
    says: Callable[..., str | None] | None = None
    conventions: dict[str, Any] = field(default_factory=dict)
    family: str = ""
    constant: Constants = "usual"

    @cached_property
    def signature(self) -> Signature:
        return read_signature(self.kernel, self.per)

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        return self.signature.parameters

    @property
    def truth(self) -> bool:
        """False when the loss takes no y_true."""
        return self.signature.y_true is not None

    def gradient(self, slope: Callable[..., Array]) -> Callable[..., Array]:
        """Decorator: declares the gradient with respect to y_pred."""
        self.slope = slope
        return slope

    def finish(self, finish: Callable[..., Any]) -> Callable[..., Any]:
        """Decorator: declares how a statistic's totals become its value."""
        self.finish_ = finish
        return finish

    def count(self, adds: Callable[..., Array]) -> Callable[..., Array]:
        """Decorator: declares what each sample adds to the mean's divisor."""
        self.adds = adds
        return adds

    def remark(self, says: Callable[..., str | None]) -> Callable[..., str | None]:
        """Decorator: declares what must be said beside a statistic's value, given its totals."""
        self.says = says
        return says

    def __reduce__(self) -> "tuple[Any, ...]":
        # By its name where it is the package's: its functions cannot be pickled by theirs, which are its own.
        module = self.kernel.__module__
        if self.family != OWN and getattr(sys.modules.get(module), self.name, None) is self:
            return _declared, (module, self.name)
        # With its signature: where it arrives, its annotations may stand for nothing.
        given = tuple(getattr(self, field.name) for field in fields(self))
        return Loss, given, {"signature": self.signature}

    def __repr__(self) -> str:
        return f"<Loss {self.name}: {self.title}, {self.kind}>"


def _declared(module: str, name: str) -> Loss:
    """The loss that a module declares by this name."""
    loss: Loss = getattr(import_module(module), name)
    return loss


def _declare(kind: Kind, title: str, aliases: tuple[str, ...], **facts: Any) -> Callable[..., Loss]:
    def decorate(kernel: Callable[..., Any]) -> Loss:
        package, _, module = kernel.__module__.rpartition(".")
        family = module if package == __package__ else OWN
        return Loss(kernel.__name__, kind, title, aliases, kernel, family=family, **facts)

    return decorate


def facts(
    *tags: Tag,
    twin: str | None = None,
    classes: str | None = None,
    scale: Scale | None = None,
    **objectives: Objective,
) -> Callable[[Loss], Loss]:
    """Declares further facts of a loss, above what makes it one.

    `twin` is the loss to take where classes come as indices and this one takes rows, or the other way round.
    `classes` is the flag under which y_pred has a row of classes, not a value an entry: class indices set it.
    `objectives` are what boosters call it, with its parameters to format; or, from these, None where the
    booster has it not.
    """

    def decorate(loss: Loss) -> Loss:
        loss.tags, loss.twin, loss.classes = tags, twin, classes
        loss.scale, loss.objectives = scale, objectives
        return loss

    return decorate


def loss(
    *aliases: str,
    title: str,
    lowest: float = 0.0,
    highest: float = math.inf,
    best: float | None = 0.0,
    constant: Constants = "usual",
) -> Callable[[Callable[..., Array]], Loss]:
    """Declares a loss of kind sample: each row's value from that row alone."""
    return _declare("sample", title, aliases, lowest=lowest, highest=highest, best=best, constant=constant)


def statistic(
    *aliases: str,
    title: str,
    merges: Mapping[str, Merge] | None = None,
    per: bool = False,
    lowest: float = 0.0,
    highest: float = math.inf,
    best: float | None = 0.0,
) -> Callable[[Callable[..., Mapping[str, Array]]], Loss]:
    """Declares a loss of kind statistic: terms that merge over samples, then one value."""
    return _declare(
        "statistic",
        title,
        aliases,
        merges=merges or {},
        per=per,
        lowest=lowest,
        highest=highest,
        best=best,
    )


def batch(
    *aliases: str,
    title: str,
    memory: Callable[[int, int], int],
    of: str = "value",
    lowest: float = 0.0,
    highest: float = math.inf,
    best: float | None = 0.0,
) -> Callable[[Callable[..., Array]], Loss]:
    """Declares a loss of kind batch: it needs every row at once.

    `memory(n, d)` estimates its bytes, `of` names what its values belong to: "pair", "anchor", "event".
    """
    return _declare("batch", title, aliases, memory=memory, of=of, lowest=lowest, highest=highest, best=best)
