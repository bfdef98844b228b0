"""Framework, Convention and Reduction: how a framework departs from the definition, as data.

A convention means: the number that the framework's call gives when handed exactly these arrays. It is the
definition's own kernel where the framework's formula is the same, else the framework's formula written out.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from losscli.errors import LosscliError, did_you_mean
from losscli.frameworks import FRAMEWORKS, FrameworkRecord
from losscli.frameworks.call import NOTHING, Style, in_our_words, words_of
from losscli.frameworks.departure import Departure, Survey
from losscli.losses.declare import Loss, Merge, Signature, read_signature
from losscli.losses.domain import Array
from losscli.losses.ranges import Range

if TYPE_CHECKING:
    from losscli.frameworks.adapted import Adapted
    from losscli.frameworks.call import Call


class Totals(NamedTuple):
    """What a fold knows when it divides: n samples (or what `unit` is), Σw, Σc and Σwc (weights w, counts c).

    `class_weighted`: the loss was given class weights; `masked`: labels to leave out; `without`: why some of
    n do not count.
    """

    n: int
    weights: float
    counts: float
    weighted_counts: float
    weighted: bool
    class_weighted: bool = False
    unit: str = "sample"
    masked: bool = False
    without: str = "ignored"


class Reduction(NamedTuple):
    """A ratio of two sums over rows. `divisor` is the lower (None: no division), `sign` its short form.

    `whole` takes all of a sample's values above the line, as a sum does, where a mean takes their average;
    `scaled` takes each sample's value times the convention's `scale`.
    """

    name: str
    sign: str = ""
    divisor: Callable[[Totals], float] | None = None
    whole: bool = False
    scaled: bool = False

    def words(self, totals: Totals) -> str:
        """What was divided by: "4 samples", "the sum of the weights"."""
        if self.divisor is None:
            return "nothing"
        plural = "entries" if totals.unit == "entry" else f"{totals.unit}s"
        rows = f"{totals.n} {totals.unit if totals.n == 1 else plural}"
        if totals.class_weighted and self.sign == "/Σw_y":
            return f"the sum of the class weights of {rows}"
        ignored = totals.n - totals.counts
        if ignored > 0 and float(ignored).is_integer():
            rows = f"{totals.counts:.0f} of {rows} ({ignored:.0f} {totals.without})"
        if totals.weighted and self.sign == "/Σw":
            return f"the sum of the weights of {rows}"
        return rows


SUM = Reduction("sum")
NONE = Reduction("none")
MEAN = Reduction("mean", "/Σw", lambda t: t.weighted_counts)
OVER_SAMPLES = Reduction("mean", "/N", lambda t: t.counts)


@dataclass(eq=False, repr=False)
class Convention:
    """How one framework computes one loss. Fields left alone mean: as the definition does.

    `dtype`: inputs, weights and array parameters are rounded to it; sums stay in float64.
    `trailing`: a sample's trailing axes are averaged ("mean") or its last axis summed ("sum").
    `grain`: how many values the framework makes of a sample: one ("sample"), one for each index but the
    last ("last_axis"), one an entry ("entry"). Its `sum` adds them all.
    `collapse`: on (N,) arrays the framework reduces the one axis there is: the N samples become one value.
    `checked`: the definition's domain is held against the data (a framework that makes no check computes).
    `weights`: the call takes sample weights; `weighs`: its kernel does the weighing (`sample_weight`).
    `adds(y_true, **params)` is what each sample adds to the mean's divisor, `scale(y_true, **params)` what
    its value is multiplied by in a scaled mean; of a batch loss with a value a row, `counted(values)` says
    which rows count. `class_axis` is where it has the classes of arrays of more axes. `per`: it, too, takes a
    ratio a sample or class. `empty`: the value of no pairs. It takes `axes` axes at most, `narrower` values.
    """

    framework: "Framework"
    loss: Loss
    call: str
    kernel: Callable[..., Any]
    departures: tuple[Departure, ...] = ()
    dtype: type[np.floating[Any]] = np.float64
    trailing: Literal["mean", "sum"] = "mean"
    grain: Literal["sample", "last_axis", "entry"] = "sample"
    collapse: bool = False
    checked: bool = False
    finish: Callable[..., Any] | None = None
    adds: Callable[..., Array] | None = None
    scale: Callable[..., Array] | None = None
    merges: Mapping[str, Merge] = field(default_factory=dict)
    counted: Callable[[Array], Array] | None = None
    weights: bool = True
    weighs: bool = False
    survey: Survey | None = None
    empty: float = 0.0
    per: bool = False
    axes: int | None = None
    narrower: Mapping[str, Range] = field(default_factory=dict)
    class_axis: int = -1
    reductions: Mapping[str, Reduction] = field(default_factory=dict)

    @cached_property
    def signature(self) -> Signature:
        """Layout and parameters: the kernel's own, as far as the call takes them."""
        same = self.kernel is self.loss.kernel
        own = self.loss.signature if same else read_signature(self.kernel, self.per)
        less = {name: own.parameters[name]._replace(range=known) for name, known in self.narrower.items()}
        return own._replace(parameters={**own.parameters, **less}) if less else own

    def __reduce__(self) -> "tuple[Callable[[Loss, str], Convention], tuple[Loss, str]]":
        return convention, (self.loss, self.framework.name)

    def bind(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Every parameter with its value, those given by our names or by a framework's, its own first."""
        return self.signature.bind(self.owner, self.spelled(given))

    def spelled(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters that are given, by our names."""
        own, words = self.signature.parameters, dict[str, str]()
        if not own.keys() >= given.keys():
            for known in (*map(framework, FRAMEWORKS), self.framework):
                words |= known.words(self.loss.name)
        return in_our_words(given, words, own)

    def reduction(self, name: str) -> Reduction:
        """The framework's reduction of this name; LosscliError when it has none."""
        reduction = self.reductions.get(name)
        if reduction is None:
            hint = did_you_mean(name, self.reductions) or "there are: " + ", ".join(self.reductions)
            raise LosscliError(f"{self.owner} has no reduction {name}", hint)
        return reduction

    @property
    def float32(self) -> bool:
        """Whether the framework computes in single precision."""
        return self.dtype is np.float32

    def over_samples(self, reduction: str) -> bool:
        """Whether a weighted mean is divided by the samples, where the definition divides by the weights."""
        return self.framework.name != "exact" and self.reduction(reduction).sign == OVER_SAMPLES.sign

    @property
    def owner(self) -> str:
        """Who takes the parameters, for messages: "huber", or "keras.losses.Huber"."""
        return self.loss.name if self.framework.name == "exact" else f"{self.framework.module}.{self.call}"


class Entry(NamedTuple):
    """What a framework's module says of one loss, before the loss itself is imported.

    `also` names other calls of the same framework that are this loss, each with the parameters that make
    this call give its number.
    """

    call: str
    facts: Mapping[str, Any]
    kernel: Callable[..., Any] | None = None
    also: Mapping[str, Mapping[str, Any]] = NOTHING


@dataclass(eq=False, repr=False)
class Framework:
    """A framework and what all its losses share. `style` is how its calls are written, `calls` what is
    particular about a loss's: the first that holds. `adapted` makes a call give the definition's number;
    `takes_with`: parameters taken only where another is true. `searched`: all its losses are known. `tall`:
    a column is (N, 1) to it. `wants_weight`: not all may be 0. `broadcasts`: weights multiply as in NumPy.
    `axis_of`: losses whose call takes the classes' `axis`.
    """

    about: FrameworkRecord
    style: Style
    calls: "Mapping[str, tuple[Call, ...]]" = field(default_factory=dict)
    adapted: "Mapping[str, Adapted]" = field(default_factory=dict)
    takes_with: Mapping[tuple[str, str], str] = field(default_factory=dict)
    common: Mapping[str, Any] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    searched: bool = False
    tall: bool = False
    wants_weight: bool = False
    broadcasts: bool = False
    axis_of: Collection[str] = ()

    @property
    def name(self) -> str:
        return self.about.name

    @property
    def title(self) -> str:
        return self.about.title

    @property
    def module(self) -> str:
        return self.about.module

    def words(self, loss: str) -> dict[str, str]:
        """The framework's names of a loss's parameters where they are not ours, with ours."""
        return words_of(self.calls.get(loss, ()))

    def same(
        self,
        loss: str,
        call: str,
        *why: Departure,
        also: Mapping[str, Mapping[str, Any]] = NOTHING,
        **facts: Any,
    ) -> None:
        """Declares that the framework's formula is the definition's; `facts` override the common ones."""
        self.entries[loss] = Entry(call, {"departures": why, **facts}, also=also)

    def formula(
        self,
        loss: str,
        call: str,
        *why: Departure,
        also: Mapping[str, Mapping[str, Any]] = NOTHING,
        **facts: Any,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Decorator: declares the framework's own formula."""

        def decorate(kernel: Callable[..., Any]) -> Callable[..., Any]:
            self.entries[loss] = Entry(call, {"departures": why, **facts}, kernel, also)
            return kernel

        return decorate

    def convention(self, loss: Loss) -> Convention:
        """This framework's way with a loss; LosscliError when it has no such call."""
        entry = self.entries.get(loss.name)
        if entry is None:
            none = f"{self.title} has no call" if self.searched else f"losscli knows no call of {self.title}"
            raise LosscliError(
                f"{none} for {loss.name}", f"losscli explain {loss.name} lists those that have"
            )
        own = {"finish": loss.finish_, "adds": loss.adds, "merges": loss.merges}
        facts: dict[str, Any] = {**own, **self.common, **entry.facts}
        return Convention(self, loss, entry.call, entry.kernel or loss.kernel, **facts)


EXACT = Framework(
    FrameworkRecord("exact", "the exact definition", "losscli"),
    Style({"losscli": "losscli"}),
    wants_weight=True,
)


def exact(loss: Loss) -> Convention:
    """The definition itself, as a convention."""
    by_row = loss.kind == "sample" or loss.per
    reductions = {"mean": MEAN, "sum": SUM, "none": NONE} if by_row else {"mean": MEAN}
    if loss.kind == "batch":
        reductions = {"mean": OVER_SAMPLES, "sum": SUM}
    return Convention(
        EXACT,
        loss,
        loss.name,
        loss.kernel,
        checked=True,
        finish=loss.finish_,
        adds=loss.adds,
        merges=loss.merges,
        weights=loss.kind != "batch",
        reductions=reductions,
    )


def framework(name: str) -> Framework:
    """The framework of this name; LosscliError when losscli knows none."""
    if name not in FRAMEWORKS:
        hint = did_you_mean(name, FRAMEWORKS) or "there are: exact, " + ", ".join(FRAMEWORKS)
        raise LosscliError(f'--like: there is no framework called "{name}"', hint)
    record: Framework = import_module(f"losscli.frameworks.{name}").FRAMEWORK
    return record


def convention(loss: Loss, like: str) -> Convention:
    """How `like` ("exact" or a framework) computes `loss`."""
    return exact(loss) if like == "exact" else framework(like).convention(loss)


def conventions(loss: Loss) -> dict[str, Convention]:
    """Every framework that has this loss, with its convention."""
    known = {name: framework(name) for name in FRAMEWORKS}
    return {name: record.convention(loss) for name, record in known.items() if loss.name in record.entries}
