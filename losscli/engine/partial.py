"""Partial: what a run of rows leaves behind for one loss. Partials merge; any split gives the same answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from losscli.batch import Batch
from losscli.engine.group_sums import GroupSums, Keys
from losscli.engine.sums import Sum
from losscli.engine.top import Tally, Top, shifted
from losscli.frameworks.convention import Convention
from losscli.losses.domain import Array
from losscli.losses.layout import PLAIN, Layout
from losscli.results.rows import RowValues
from losscli.results.score import Remark
from losscli.results.words import Words
from losscli.stats.concentration import Spread
from losscli.stats.errorsample import ErrorSample

if TYPE_CHECKING:
    from losscli.classes.names import Classes


@dataclass(eq=False, repr=False)
class Task:
    """One loss under one convention on one model's predictions, with its parameters bound.

    `words` are its page's, `said` stands beside its number whatever the rows are; `adjust` changes each
    batch before the kernel sees it: class weights do. `sure`: it was said what y_pred holds. `classes` are
    the names of those that labels number. `layout` says how the arrays stand.
    """

    convention: Convention
    params: Mapping[str, Any]
    model: str = "y_pred"
    words: Words | None = None
    said: tuple[Remark, ...] = ()
    adjust: Callable[[Batch], Batch] | None = None
    sure: bool = False
    classes: Classes | None = None
    layout: Layout = PLAIN

    @property
    def per(self) -> str:
        """Over what a ratio is taken: "batch", "sample", "class" or "sample_class"."""
        return str(self.params.get("per", "batch"))

    @property
    def rowwise(self) -> bool:
        """Whether each row has a value of its own."""
        return self.convention.loss.kind == "sample" or self.per.startswith("sample")

    @property
    def shown(self) -> dict[str, Any]:
        """The parameters, and what was asked for beside them: all that makes the number."""
        return {**self.params, **self.layout.said()}

    @property
    def ignored(self) -> float | None:
        """The label that is left out, by the loss's own parameter or by the layout's."""
        own: float | None = self.params.get("ignore_class")
        return own if self.layout.ignore is None else self.layout.ignore

    @property
    def kernel_params(self) -> dict[str, Any]:
        """The parameters without `per`, which is the engine's."""
        return {name: value for name, value in self.params.items() if name != "per"}


@dataclass(eq=False, repr=False)
class Partial:
    """n, the sums and what is kept, of one task over some rows.

    Where rows have values `terms` holds "value" (Σwv) and, if weighted, "plain" (Σv); for a statistic one
    sum a term ("term/k" where kept by class). Rows of batch losses are collected in `collected`. `tallies`
    counts rows by "inf", "nan", "gone" (a missing value was let through), the number of a departure, and
    "inside", "sums" and "nonzero", by which y_pred looks like probabilities.
    `values` holds every row's, where they are handed on. `groups` has the sums by group, where groups are
    asked for. Of samples whose `positions` each (0: not so) count by themselves, the sums are over positions,
    and `axis` is the one of y_pred's classes. `errors` are y_pred − y_true, where a loss has a scale.
    """

    task: Task
    top: Top
    n: int = 0
    weights: Sum = field(default_factory=Sum)
    counts: Sum = field(default_factory=Sum)
    weighted_counts: Sum = field(default_factory=Sum)
    terms: dict[str, Sum] = field(default_factory=dict)
    largest: dict[str, float] = field(default_factory=dict)
    spread: Spread = field(default_factory=Spread)
    tallies: dict[str | int, Tally] = field(default_factory=dict)
    codings: dict[float, int] = field(default_factory=dict)
    cells: int = 1
    positions: int = 0
    axis: int | None = None
    shape: tuple[int, ...] = ()
    collected: list[tuple[Array, Array | None, Array, Array]] = field(default_factory=list)
    weighted: bool = False
    values: list[RowValues] | None = None
    groups: GroupSums | None = None
    errors: ErrorSample | None = None

    @classmethod
    def of(cls, task: Task, keep: int | None = 0, **known: Any) -> Partial:
        """Of no rows yet; `keep` will be kept to be shown (None: all). `known` are fields known before."""
        return cls(task, Top(keep), **known)

    def some(self, n: int) -> Partial:
        """What holds for any n of these rows, without their sums."""
        shared = ("cells", "positions", "axis", "shape", "weighted")
        return self.of(self.task, n=n, **{name: getattr(self, name) for name in shared})

    def select(self, group: int) -> Partial:
        """Of one group's rows, as far as its value is made from sums."""
        sums = self.groups
        assert sums is not None
        alone = self.some(int(sums.n[group]) if group < len(sums.n) else 0)
        alone.weights.add(float(alone.n))
        if self.weighted:
            alone.weights = sums.exact("weights", group)
        if sums.has("counts"):
            alone.counts, alone.weighted_counts = (
                sums.exact(name, group) for name in ("counts", "weighted_counts")
            )
        else:  # each row counts as 1
            alone.counts.add(float(alone.n))
            alone.weighted_counts.merge(alone.weights)
        alone.terms = {name: sums.exact(name, group) for name in self.terms}
        alone.largest = {name: float(tops[group]) for name, tops in sums.largest.items() if group < len(tops)}
        return alone

    def term(self, name: str) -> Sum:
        """The sum of this name, 0 at first."""
        return self.terms.setdefault(name, Sum())

    def like(self, start: int = 0) -> Partial:
        """An empty one for rows further down, which keeps what this one would; `start` is its spread's."""
        empty = self.of(self.task, spread=self.spread.like(start), values=None if self.values is None else [])
        empty.top = self.top.like()
        empty.errors = None if self.errors is None else self.errors.like(start)
        return empty

    def shift(self, before: int) -> None:
        """Numbers the rows anew, `before` rows further down."""
        self.top.rows = self.top.rows + before
        for tally in self.tallies.values():
            tally.shift(before)
        self.codings = {label: row + before for label, row in self.codings.items()}
        self.collected = [(rows + before, y, raw, given) for rows, y, raw, given in self.collected]
        if self.values:
            self.values = [values._replace(row=shifted(values.row, before)) for values in self.values]

    def merge(self, other: Partial) -> None:
        """Adds the other's rows to this one's."""
        self.n += other.n
        for mine, theirs in (
            (self.weights, other.weights),
            (self.counts, other.counts),
            (self.weighted_counts, other.weighted_counts),
        ):
            mine.merge(theirs)
        for name, total in other.terms.items():
            self.terms.setdefault(name, Sum()).merge(total)
        for name, largest in other.largest.items():
            self.largest[name] = max(self.largest.get(name, largest), largest)
        self.spread.merge(other.spread)
        self.top.merge(other.top)
        for what, tally in other.tallies.items():
            self.tallies.setdefault(what, Tally()).merge(tally)
        for label, row in other.codings.items():
            self.codings[label] = min(self.codings.get(label, row), row)
        self.cells, self.shape = max(self.cells, other.cells), other.shape or self.shape
        self.positions = max(self.positions, other.positions)
        self.axis = other.axis if self.axis is None else self.axis
        self.collected += other.collected
        self.weighted |= other.weighted
        if self.errors is not None and other.errors is not None:
            self.errors.merge(other.errors)
        if other.groups is not None:
            self.groups = self.groups or GroupSums(Keys())
            self.groups.merge(other.groups)
