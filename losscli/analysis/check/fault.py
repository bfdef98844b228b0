"""What the checks share: the case that they judge, and a fault before its rows are found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from losscli.analysis.profile.kinds import AMOUNTS, CLASSES
from losscli.batch import Batch, UnreadCell
from losscli.classes.names import Classes
from losscli.frameworks.convention import Convention
from losscli.losses.declare import Loss
from losscli.losses.domain import Array, Domain
from losscli.losses.layout import PLAIN, Layout
from losscli.results.check import Severity
from losscli.results.profile import PredictionProfile, Profile, TruthProfile

Mask = Callable[[Batch], Array]
RowCells = Mapping[int, Sequence[tuple[str, str]]]  # row → (column, text) of each column

_SCORES = ("logit", "score", "margin", "decision", "raw")


class Fault(NamedTuple):
    """A Finding whose rows are still to be found: those that `where` marks. Marking none, it is none.

    Without `where` it concerns the whole.
    """

    id: str
    severity: Severity
    title: str
    why: str
    do: str
    columns: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()
    where: Mask | None = None


@dataclass(frozen=True, eq=False)
class CheckedData:
    """The data as its profile has it, and what it is for: a loss under a convention, or nothing named.

    `names` are those of the classes, if they have some; `layout` says how the arrays stand, `own` are
    parameters that only a model's columns say. `unread` cells are no numbers, and missing in the profile;
    `cells` gives all columns of rows by number.
    """

    profile: Profile
    loss: Loss | None
    way: Convention | None
    params: Mapping[str, Any]
    missing: str
    names: Classes | None = None
    layout: Layout = PLAIN
    own: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    unread: Sequence[UnreadCell] = ()
    cells: Callable[[Sequence[int]], RowCells] | None = None

    @property
    def asked(self) -> dict[str, Any]:
        """The parameters, and how the arrays stand."""
        return {**self.params, **self.layout.said()}

    def of_model(self, model: str) -> Mapping[str, Any]:
        """The parameters with which a model is judged."""
        return {**self.params, **self.own.get(model, {})}

    def name(self, label: float) -> str:
        """A class by its name, if it has one."""
        return f"{label:g}" if self.names is None else self.names.name(label)

    @property
    def truth(self) -> TruthProfile | None:
        return self.profile.truth

    @cached_property
    def true_domain(self) -> Domain | None:
        """What the loss admits as y_true; None without a loss."""
        if self.way is None or self.way.signature.y_true is None:
            return None
        return self.way.signature.y_true.given(self.params)

    @cached_property
    def pred_domain(self) -> Domain | None:
        """What the loss admits as y_pred; None without a loss."""
        return None if self.way is None else self.way.signature.y_pred.given(self.params)

    @cached_property
    def classes(self) -> bool:
        """Whether the truth is classes: labels, which the named loss does not take for numbers."""
        if self.truth is None or self.truth.kind not in CLASSES:
            return False
        domain = self.true_domain
        return domain is None or bool(
            domain.values
            or domain.high == 1
            or domain.sums_to_one
            or domain.index
            or domain.grain in ("index", "indices")
            or domain.means == "label"
        )

    @property
    def refuses(self) -> Severity:
        """How bad a value outside the domain is: a framework that makes no check computes with it."""
        return "error" if self.loss is not None and self.way is not None and self.way.checked else "warning"

    def concerns(self, *losses: str) -> tuple[str, ...]:
        """The loss that was named, or these; none stands for every loss."""
        return losses if self.loss is None else (self.loss.name,)

    def expects(self, model: PredictionProfile) -> str:
        """What the loss takes as y_pred; without one, what the predictions look like.

        "probability", "probability_rows" (rows that sum to 1), "logits", "log_probability" or "numbers".
        """
        domain = self.pred_domain
        if domain is not None and self.loss is not None:
            if domain.minus_infinity:
                return "log_probability"
            if (domain.low, domain.high) == (0.0, 1.0):
                return "probability_rows" if domain.sums_to_one else "probability"
            return "logits" if domain.means in ("logit", "margin") else "numbers"
        if self.params.get("from_logits") or (model.kind in _JUDGED and says_scores(model)):
            return "logits"
        if model.kind == "logits" and self.truth is not None:
            if self.truth.kind in ("signs", "labels"):
                return "logits"
            sums = self.truth.kind in ("index", "one_hot", "soft") and model.shape not in ((), (1,))
            return "probability_rows" if sums else "probability"
        return {
            "probability": "probability",
            "percent": "probability",
            "probabilities": "probability",
            "probability_rows": "probability_rows",
            "log_probability": "log_probability",
        }.get(model.kind, "numbers")


_JUDGED = ("probability", "percent", "probabilities", "probability_rows", "logits")


def says_scores(model: PredictionProfile) -> bool:
    """Whether a name says that these are logits or scores; a model of probabilities may be called logit."""
    named = " ".join({model.model, *(column.name for column in model.columns)}).casefold()
    if named == "logit" and not model.outside:
        return False
    return any(word in named for word in _SCORES)


def names(model: PredictionProfile) -> tuple[str, ...]:
    """The model's columns, the first and the last where there are many."""
    every = tuple(column.name for column in model.columns)
    return every if len(every) <= 3 else (f"{every[0]} … {every[-1]}",)


def truth_names(truth: TruthProfile) -> tuple[str, ...]:
    """The same of y_true."""
    every = tuple(column.name for column in truth.columns)
    return every if len(every) <= 3 else (f"{every[0]} … {every[-1]}",)


def any_entry(marked: Array) -> Array:
    """Rows (N,) with a marked entry."""
    return np.asarray(marked.reshape(len(marked), -1).any(axis=1))


def is_numeric(case: CheckedData, model: PredictionProfile) -> bool:
    """Whether truth and predictions are two numbers of one shape, in one unit."""
    truth = case.truth
    if truth is None or truth.kind not in AMOUNTS or case.expects(model) != "numbers":
        return False
    if case.loss is not None:
        true, pred = case.true_domain, case.pred_domain
        if true is None or pred is None or (true.grain, pred.grain) != ("entry", "entry"):
            return False
        if case.params.get("from_log"):
            return False
    return case.profile.residual(model.model) is not None
