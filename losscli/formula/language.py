"""The language of a page's `steps`: lines `name = expression` in a small part of Python.

A page gives a list of lines for one value (kind sample), `row` and `value` (statistic) or `all` (batch).
An expression is a tree of Python's own nodes, in which the functions below stand.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from losscli.formula.choices import holds

CONSTANTS = ("pi", "inf")
LENGTH = "D"  # of the last axis of y_pred, where no line assigns it

# How many arguments each function takes.
ELEMENTWISE: Mapping[str, int] = {
    **dict.fromkeys(("abs", "sqrt", "exp", "expm1", "log", "log1p", "sign", "round", "floor"), 1),
    **dict.fromkeys(("cosh", "tanh", "atan", "erf", "lgamma", "sigmoid", "softplus"), 1),
    "max": 2,
    "min": 2,
    "logaddexp": 2,
    "clip": 3,
    "where": 3,
    "xlogy": 2,  # x·log y, 0 where x is 0
    "xlog1py": 2,  # x·log(1 + y), 0 where x is 0
    "ratio": 2,  # a/b, 0 where both are 0
}
# Over the last axis: a vector becomes a number, a matrix a vector.
REDUCING: Mapping[str, int] = {
    **dict.fromkeys(("sum", "mean", "largest", "smallest", "norm", "logsumexp", "prod", "count"), 1),
    **dict.fromkeys(("argmax", "any", "all", "size", "median"), 1),
    "dot": 2,
    "weighted_median": 2,
}
# A vector becomes a vector (of a matrix, each row). rank: 1 for the smallest, ties in their order.
# sort_by(v, key): v in the order of rising key. one_hot(k, C): all 0 where k is no class. upto(n): 1, 2, … n.
# listed(v, C): how often each of C classes stands in v before its first negative entry.
# shift(v, k, fill): k places to the right, `fill` moving in. flat(a): every entry, as one vector.
ALONG: Mapping[str, int] = {
    **dict.fromkeys(("softmax", "log_softmax", "sort", "rank", "cumsum", "upto", "flat"), 1),
    **dict.fromkeys(("sort_by", "one_hot", "listed"), 2),
    "shift": 3,
}
# Of a whole batch. keep(x, mask): the values where mask holds, as one vector.
WHOLE: Mapping[str, int] = {"keep": 2, "off_diagonal": 1, "eye": 1, "transpose": 1}
TIME: Mapping[str, int] = {"steps": 1}  # the length of the first axis
TOTALS: Mapping[str, int] = {"total": 1, "root_total": 1, "largest_of": 1, "columns": 1}
FUNCTIONS: Mapping[str, int] = {**ELEMENTWISE, **REDUCING, **ALONG, **WHOLE, **TIME}


class Line(NamedTuple):
    """`targets = expression`; several targets take the columns or parts of y_pred (or y_true) apart."""

    targets: tuple[str, ...]
    expression: ast.expr
    text: str


class Choice(NamedTuple):
    """Lines chosen by parameters: `then` where the condition holds."""

    condition: ast.expr
    then: tuple[Item, ...]
    otherwise: tuple[Item, ...]


class Repeat(NamedTuple):
    """Lines repeated for `name` from `start` up to, not including, `stop`."""

    name: str
    start: ast.expr
    stop: ast.expr
    lines: tuple[Line, ...]


Item = Line | Choice | Repeat


@dataclass(frozen=True)
class Formula:
    """The lines of one loss (or of one framework's way with it), under the names of their lists.

    `lists` has "lines" for kind sample, "row" and "value" for statistic, "all" for batch.
    """

    loss: str
    lists: Mapping[str, tuple[Item, ...]]

    def lines(self, part: str, params: Mapping[str, Any]) -> tuple[Line | Repeat, ...]:
        """The lines of a list that hold under these parameters."""
        return tuple(_chosen(self.lists[part], params))


def _chosen(items: Sequence[Item], params: Mapping[str, Any]) -> Iterable[Line | Repeat]:
    for item in items:
        if isinstance(item, Choice):
            yield from _chosen(item.then if holds(item.condition, params) else item.otherwise, params)
        else:
            yield item
