"""Calls that take other arrays than the definition, and what code does to them first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from losscli.frameworks.call import NOTHING

# What changes the number only at the ends of the floats, or for labels that are coded otherwise; and what is
# met by handing data or parameters over in another form.
HARMLESS = {
    "clipping",
    "default",
    "epsilon",
    "input",
    "label coding",
    "log 0",
    "overflow",
    "rescaling",
    "zero vectors",
}


class Adapted(NamedTuple):
    """A call made to give the definition's number: `form` holds {call}, `swap` what stands for an argument.

    `reduction` is what the call is asked for, `comment` says what was done. `mean_alone`: the call's sum and
    values are the definition's as they are. `params` are the call's own parameters as they must be, where
    `when(params)` of the definition holds (None: always). `meets` is the cause of the departures that it
    does away with.
    """

    comment: str
    form: str = "{call}"
    swap: tuple[str, str] = ("", "")
    reduction: str = "mean"
    mean_alone: bool = False
    params: Mapping[str, Any] = NOTHING
    when: Callable[[Mapping[str, Any]], bool] | None = None
    meets: str = "label coding"


def signs(where: str) -> Adapted:
    """Labels of −1 and 1 from 0 and 1, by the framework's `where`."""
    return Adapted("It takes labels of −1 and 1.", swap=("y_true", f"{where}(y_true == 1, 1.0, -1.0)"))
