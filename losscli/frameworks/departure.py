"""Departure: one difference of a framework from the definition, and for which rows and numbers it is told."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from losscli.losses.domain import Array


class Departure(NamedTuple):
    """One difference from the definition, in a sentence told by its consequence.

    `rows(y_true, y_pred, **params)` marks the entries it changed; `totals(**totals, **params)` says of a
    statistic's totals whether it changed their value. Where it can be told by neither, the sentence stands
    beside every number. In each case it is told only where `when(params)` holds (None: always) and the
    reduction is one of `reductions` (None: any). `cause` is what kind of difference it is, in a word or two:
    "clipping", "divisor"; "input" where it says what the call takes. `takes` names what y_pred must hold
    where the definition takes probabilities, "logits": data that looks like probabilities is then told.
    """

    why: str
    rows: Callable[..., Array] | None = None
    when: Callable[[Mapping[str, Any]], bool] | None = None
    cause: str = "formula"
    totals: Callable[..., Any] | None = None
    reductions: Collection[str] | None = None
    takes: str = ""

    def holds(self, params: Mapping[str, Any], reduction: str | None = None) -> bool:
        """Whether its conditions are met, whatever the rows are; None: for any reduction."""
        known = self.reductions is None or reduction is None or reduction in self.reductions
        return known and (self.when is None or self.when(params))


class Survey(NamedTuple):
    """A look at all of y_true before the first row: `look` at a batch, `merge` looks, hand over as `name`.

    It is needed `when(params)` (None: always).
    """

    name: str
    look: Callable[[Array], Any]
    merge: Callable[[Any, Any], Any]
    when: Callable[[Mapping[str, Any]], bool] | None = None
