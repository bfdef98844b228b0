"""What the checks share: the case that they judge, and a fault before its rows are found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from losscli.analysis.profile.kinds import AMOUNTS, CLASSES
from losscli.batch import Batch
from losscli.classes.names import Classes
from losscli.frameworks.convention import Convention
from losscli.losses.declare import Loss
from losscli.losses.domain import Array, Domain
from losscli.results.check import Severity
from losscli.results.profile import PredictionProfile, Profile, TruthProfile

Mask = Callable[[Batch], Array]

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

    `names` are those of the classes, if they have some; `own` are parameters that only a model's columns say.
    """

    profile: Profile
    loss: Loss | None
    way: Convention | None
    params: Mapping[str, Any]
    missing: str
    names: Classes | None = None
    own: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

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

    def _happens(self, model: PredictionProfile) -> bool:
        """Whether values in [0, 1] are on average as many as there are rows of class 1."""
        truth = self.truth
        if truth is None or truth.kind != "binary01" or model.kind != "probability":
            return False
        share, predicted = truth.columns[0].mean, model.columns[0].mean
        return bool(share / _NEAR < predicted < share * _NEAR)

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
        if self.params.get("from_logits"):
            return "logits"
        if model.kind in _JUDGED and says_scores(model) and not self._happens(model):
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


_NEAR = 1.5  # times the share of class 1, and probabilities are on average what happens
_JUDGED = ("probability", "percent", "probabilities", "probability_rows", "logits")


def says_scores(model: PredictionProfile) -> bool:
    """Whether a name says that these are logits or scores."""
    named = " ".join([model.model, *(column.name for column in model.columns)]).casefold()
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
