"""The table of what other libraries' calls give, and what gives it here."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from support.peers import arrays

import losscli


class Peer(NamedTuple):
    """A library's `call` on the arrays of arrays.py, and what gives its `value` here (`ours`; none: nothing).

    They agree `within` so much, relatively. `told` is a page, or a name that is typed, and `words` there.
    """

    library: str
    call: str
    ours: str
    value: float
    within: float
    told: str
    words: str


def peers() -> list[Peer]:
    """The rows of the table."""
    lines = Path(__file__).with_name("table.tsv").read_text(encoding="utf-8").splitlines()
    return [_peer(line) for line in lines if not line.startswith("#")]


def _peer(line: str) -> Peer:
    library, call, ours, value, within, why = [*line.split("\t"), "", ""][:6]
    told, _, words = why.partition(": ")
    return Peer(library, call, ours, float(value), float(within or 0), told, words)


def columns(*given: Any) -> Any:
    """Arrays (N,) as the columns of one."""
    return np.stack(given, axis=1)


def loss(name: str, y_true: Any, y_pred: Any, weight: Any = None, /, **given: Any) -> float | None:
    """The value of a loss here."""
    return losscli.compute(name, y_true, np.asarray(y_pred, float), weight, **given).value


def evaluate(expression: str, libraries: dict[str, Any] | None = None) -> float:
    """The number that an expression of the table gives, of NumPy's functions, the arrays and `libraries`."""
    own = {name: value for name, value in vars(arrays).items() if not name.startswith("_")}
    known = {} if libraries is None else libraries
    known.update(vars(np))
    known.update(own, columns=columns, loss=loss, __builtins__=builtins)
    return float(np.asarray(eval(expression, known)))
