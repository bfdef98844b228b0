"""What is asked, by the losses' names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from losscli.analysis.request import Request
from losscli.analysis.score import Show
from losscli.analysis.score import score as score_of
from losscli.batch import Stream
from losscli.catalogue.find import lookup
from losscli.losses.declare import Loss
from losscli.results.score import Score


def losses(names: Sequence[str]) -> tuple[Loss, ...]:
    """The losses of these names."""
    return tuple(map(lookup, names))


def request(named: str | Sequence[str], params: Any = None, **how: Any) -> Request:
    """A Request of one loss with its parameters, or of several with theirs by name."""
    if isinstance(named, str):
        return Request.of(lookup(named), params or {}, **how)
    return Request(losses(named), params or {}, **how)


def score(
    name: str,
    stream: Stream,
    *,
    params: Any = None,
    rows: int | Literal["default"] | None = None,
    order: str = "index",
    gradient: bool = False,
    keep_values: bool = False,
    **how: Any,
) -> Score:
    """The Score of one loss, asked for by name."""
    return score_of(
        request(name, params, **how), stream, show=Show(rows, order == "loss", gradient, keep_values)
    )
