"""The frozen records that everything shown is in: Score and Explanation here, a module each for the others.

Their parts are named tuples: a frozen dataclass takes five times as long to make, at every start. Annotations
are no text (`from __future__ import annotations`), which both would have to read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from losscli.results.groups import Groups
    from losscli.results.plot import Picture
    from losscli.results.why import Why


class Sample(NamedTuple):
    """One row of a Score. `row` counts data rows from 1.

    `y_true`, `y_pred` and `gradient` are a float, or nested lists for a sample with trailing axes.
    `loss` is the sample's value before its weight; `share` is w·loss over the sum of w·loss (None when some
    value is negative, or the sum is 0 or not finite). In `gradient`, NaN stands for "there is none here" (a
    kink, an infinite value). `file` is the file whose row it is, where there are several.
    """

    row: int
    y_true: Any
    y_pred: Any
    loss: float | None
    share: float | None
    weight: float | None = None
    gradient: Any = None
    file: str | None = None


class Concentration(NamedTuple):
    """How few samples make half of the loss (of the sum of w·loss, where no value is negative).

    `half` samples of `n` make at least half; `worst` is the row (from 1) with the largest share.
    `file` is the worst row's, where there are several.
    `exact` is False when `half` is estimated (over a million rows).
    """

    half: int
    n: int
    worst: int
    worst_share: float
    exact: bool = True
    file: str | None = None


@dataclass(frozen=True)
class Remark:
    """A sentence about how a number was made, with the rows it concerns.

    `kind`: "nonfinite" (a value that is inf or nan), "departure" (a framework did something else than the
    definition), "data" (what was chosen, dropped or converted). `count` rows are concerned (None: all, or
    it is not about rows), of which `rows` (from 1) are the first few.
    """

    kind: str
    text: str
    count: int | None = None
    rows: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Score:
    """A finished result for one loss on one model's predictions.

    `value` is what `reduction` gives (None for "none"). `mean` and `sum` are None for statistic and batch
    losses. `divisor` is the number that the mean divides by, `divided_by` says what it counts. `samples` are
    the rows to show, `hidden` how many more there are. `per_sample` (N,) holds every row's value in library
    calls. `gradients` holds rows with their gradient for statistic and batch losses.
    `about` is the loss explained: title, formula, unit, range, when to use it. `groups` holds its value in
    each group of rows, `why` says what makes it, where these were asked for.
    """

    loss: str
    kind: str
    params: Mapping[str, Any]
    like: str
    n: int
    reduction: str
    value: float | None
    mean: float | None
    sum: float | None
    divisor: float | None
    divided_by: str
    samples: tuple[Sample, ...]
    hidden: int
    signature: str
    version: str
    model: str | None = None
    weighted: bool = False
    concentration: Concentration | None = None
    remarks: tuple[Remark, ...] = ()
    gradients: tuple[Sample, ...] = ()
    per_sample: "NDArray[np.float64] | None" = field(default=None, compare=False, repr=False)
    about: "Explanation | None" = field(default=None, compare=False, repr=False)
    groups: "Groups | None" = field(default=None, compare=False, repr=False)
    why: "Why | None" = field(default=None, compare=False, repr=False)


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
    """A property that the contract suite checks, with a bound or a qualifier where it has one."""

    name: str
    detail: str | None = None

    @property
    def words(self) -> str:
        return self.name.replace("_", " ") + (f" ({self.detail})" if self.detail else "")


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
class Explanation:
    """What is said about a loss. `example_score` and `picture` are computed when the page is made."""

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
    parameters: tuple[ParameterWords, ...]
    use_when: tuple[str, ...]
    not_when: tuple[Advice, ...]
    pitfalls: tuple[str, ...]
    properties: tuple[Property, ...]
    elsewhere: tuple[Elsewhere, ...]
    relatives: tuple[Relative, ...]
    example: Example
    sources: tuple[Citation, ...]
    example_score: Score | None = None
    picture: "Picture | None" = None
