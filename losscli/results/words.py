"""Words: what a page says about a loss."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple


class ParameterWords(NamedTuple):
    """A parameter: its default, what values it takes ("a number > 0"), and what it does."""

    name: str
    default: Any
    takes: str
    text: str
    required: bool = False


class Advice(NamedTuple):
    """A situation in which another loss serves better."""

    when: str
    instead: tuple[str, ...]


class Property(NamedTuple):
    """A property that the contract suite checks: what it names or its bound, and on what it hangs."""

    name: str
    detail: str | None = None
    when: str | None = None

    @property
    def words(self) -> str:
        details = ", ".join(part for part in (self.detail, self.when) if part)
        return self.name.replace("_", " ") + (f" ({details})" if details else "")


class Elsewhere(NamedTuple):
    """The same loss in a framework: the call, and how its number differs (empty: it does not).

    `note` is what holds for all its numbers: precision, and what weighted means are divided by.
    """

    framework: str
    title: str
    call: str
    differences: tuple[str, ...]
    note: str = ""


class Relative(NamedTuple):
    """A neighbouring loss and the one reason to prefer it."""

    name: str
    why: str


class Citation(NamedTuple):
    """A source; `identifier` is "doi:…", "arXiv:…", "isbn:…" or "url:…", or None where none exists."""

    text: str
    identifier: str | None = None


class Example(NamedTuple):
    """The worked example: arrays, parameters, and what to see in it."""

    y_true: Any
    y_pred: Any
    params: Mapping[str, Any]
    shows: str


@dataclass(frozen=True, eq=False)
class Words:
    """What is said about a loss. A loss without a page has no `example`."""

    name: str
    title: str
    family: str
    kind: str
    aliases: tuple[str, ...]
    summary: str
    formula: str
    where: str
    latex: str
    gradient: str
    meaning: str
    unit: str
    range: str
    lowest: float
    highest: float
    best: float | None
    infinite: str | None
    axes: str | None
    parameters: tuple[ParameterWords, ...]
    use_when: tuple[str, ...]
    not_when: tuple[Advice, ...]
    pitfalls: tuple[str, ...]
    properties: tuple[Property, ...]
    elsewhere: tuple[Elsewhere, ...]
    relatives: tuple[Relative, ...]
    example: Example | None
    sources: tuple[Citation, ...]
