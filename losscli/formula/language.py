"""The language of a page's `steps`: lines `name = expression` in a small part of Python, read and checked.

A page gives a list of lines for one value (kind sample), `row` and `value` (statistic) or `all` (batch).
Nothing is executed here: an expression is a tree of the nodes and functions below, and anything else is an
error that names the page and the line.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from losscli.errors import LosscliError, did_you_mean
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

_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
_COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)


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


def parse(loss: str, kind: str, source: Any, parameters: Iterable[str], truth: bool = True) -> Formula:
    """The formula that a page's `steps` says. `parameters` are the names that may stand in it.

    Raises LosscliError naming the page and the line for anything outside the language.
    """
    wanted = {"sample": ("lines",), "statistic": ("row", "value"), "batch": ("all",)}[kind]
    lists = {"lines": source} if kind == "sample" else source
    if not isinstance(lists, Mapping) or tuple(lists) != wanted:
        what = "a list of lines" if kind == "sample" else "a mapping with " + " and ".join(wanted)
        raise LosscliError(f"page {loss}, steps: kind {kind} wants {what}")
    reader = _Reader(loss, frozenset(parameters))
    arrays = {"y_pred", *(["y_true"] if truth else [])}
    read: dict[str, tuple[Item, ...]] = {}
    for part in wanted:
        if part == "value":
            reader.terms = frozenset(reader.seen)
            reader.seen = set()
        reader.seen |= set() if part == "value" else arrays
        read[part] = reader.items(lists[part], part)
        if part != "row" and "L" not in reader.seen:
            raise LosscliError(f"page {loss}, steps: no line assigns L")
    return Formula(loss, read)


def _chosen(items: Sequence[Item], params: Mapping[str, Any]) -> Iterable[Line | Repeat]:
    for item in items:
        if isinstance(item, Choice):
            yield from _chosen(item.then if holds(item.condition, params) else item.otherwise, params)
        else:
            yield item


class _Reader:
    """Reads lists of one page; `seen` are the names assigned so far, `terms` those of a statistic's rows."""

    def __init__(self, loss: str, parameters: frozenset[str]) -> None:
        self.loss, self.parameters = loss, parameters
        self.seen: set[str] = set()
        self.terms: frozenset[str] | None = None
        self.text = ""

    def items(self, source: Any, part: str) -> tuple[Item, ...]:
        if not isinstance(source, list) or (not source and part != "otherwise"):
            raise LosscliError(f"page {self.loss}, steps: {part} wants a list of lines")
        return tuple(self._item(item) for item in source)

    def _item(self, item: Any) -> Item:
        if isinstance(item, str):
            return self._line(item)
        self.text = str(item)
        if isinstance(item, Mapping) and set(item) in ({"if", "then"}, {"if", "then", "else"}):
            return self._choice(item)
        if isinstance(item, Mapping) and set(item) == {"repeat", "do"}:
            return self._repeat(item)
        raise self._wrong("is neither a line, nor {if, then, else}, nor {repeat, do}")

    def _choice(self, item: Mapping[str, Any]) -> Choice:
        condition = self._expression(str(item["if"]))
        self._check_condition(condition)
        before = set(self.seen)
        then = self.items(item["then"], "then")
        after, self.seen = self.seen, before
        otherwise = self.items(item.get("else", []), "otherwise")
        # a name assigned in one branch alone may be read only in lines under the same condition
        self.seen |= after
        return Choice(condition, then, otherwise)

    def _repeat(self, item: Mapping[str, Any]) -> Repeat:
        name, _, counted = str(item["repeat"]).partition(" in ")
        loop = self._expression(counted)
        match loop:
            case ast.Call(func=ast.Name(id="range"), args=[start, stop], keywords=[]):
                pass
            case _:
                raise self._wrong("repeats what is not `t in range(first, end)`")
        self._check(start)
        self._check(stop)
        self.seen.add(name)
        lines = tuple(self._line(line) for line in item["do"])
        return Repeat(name, start, stop, lines)

    def _line(self, text: str) -> Line:
        self.text = text
        try:
            tree = ast.parse(text.strip())
        except SyntaxError as fault:
            raise self._wrong(f"is no line: {fault.msg}") from None
        match tree.body:
            case [ast.Assign(targets=[target], value=expression)]:
                pass
            case _:
                raise self._wrong("is not `name = expression`")
        names = target.elts if isinstance(target, ast.Tuple) else [target]
        if not all(isinstance(name, ast.Name) for name in names):
            raise self._wrong("assigns to something that is not a name")
        targets = tuple(name.id for name in names if isinstance(name, ast.Name))
        for name in targets:
            if name in (*CONSTANTS, "y_true", "y_pred") or name in FUNCTIONS or name in self.parameters:
                raise self._wrong(f"assigns to {name}, which has a meaning already: take another name")
        if len(targets) > 1 and not (isinstance(expression, ast.Name) and expression.id in self.seen):
            raise self._wrong("takes apart what is not a name: write a, b = y_pred")
        self._check(expression)
        self.seen |= set(targets)
        return Line(targets, expression, text.strip())

    def _expression(self, text: str) -> ast.expr:
        try:
            return ast.parse(text.strip(), mode="eval").body
        except SyntaxError as fault:
            raise self._wrong(f"{text!r} is no expression: {fault.msg}") from None

    def _wrong(self, what: str) -> LosscliError:
        return LosscliError(f"page {self.loss}, steps, line {self.text!r}: {what}")

    def _check_condition(self, node: ast.expr) -> None:
        """A condition of parameters, constants, comparisons, and, or, not."""
        for part in ast.walk(node):
            match part:
                case ast.Name(id=name) if name not in (*self.parameters, "inf"):
                    raise self._wrong(
                        f"{name} is no parameter: a choice by data is `A if … else B` in a line"
                    )
                case ast.Compare(ops=ops) if len(ops) > 1:
                    raise self._wrong("a choice by parameters compares two things at a time")
                case (
                    ast.Name()
                    | ast.Constant()
                    | ast.Compare()
                    | ast.BoolOp()
                    | ast.boolop()
                    | ast.cmpop()
                    | ast.UnaryOp(op=ast.Not() | ast.USub())
                    | ast.unaryop()
                    | ast.expr_context()
                ):
                    pass
                case _:
                    raise self._wrong("a choice by parameters compares them and joins with and, or, not")

    def _check(self, node: ast.expr, inside: bool = False) -> None:
        """Raises for what is outside the language; `inside` a total, where the names of rows may stand."""
        match node:
            case ast.Constant(value=bool() | int() | float()):
                pass
            case ast.Name(id=name):
                self._check_name(name, inside)
            case ast.UnaryOp(op=ast.USub() | ast.Not(), operand=operand):
                self._check(operand, inside)
            case ast.BinOp(left=left, op=op, right=right) if isinstance(op, _OPERATORS):
                self._check(left, inside)
                self._check(right, inside)
            case ast.BoolOp(values=values):
                for value in values:
                    self._check(value, inside)
            case ast.Compare(left=left, ops=ops, comparators=others) if all(
                isinstance(op, _COMPARISONS) for op in ops
            ):
                for part in (left, *others):
                    self._check(part, inside)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                for part in (test, body, orelse):
                    self._check(part, inside)
            case ast.Subscript(value=value, slice=index):
                self._check(value, inside)
                self._check_index(index, inside)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
                self._check_call(name, args, inside)
            case _:
                raise self._wrong(f"{ast.unparse(node)} is outside the language of steps")

    def _check_name(self, name: str, inside: bool) -> None:
        known = {*self.seen, *self.parameters, *CONSTANTS, LENGTH}
        if inside and self.terms is not None:
            known |= self.terms
        if name not in known:
            if self.terms is not None and name in self.terms:
                raise self._wrong(f"{name} is a row's: in `value` it stands only inside a total")
            raise self._wrong(f"{name} is not known here" + _near(name, {*known, *FUNCTIONS}))

    def _check_call(self, name: str, args: list[ast.expr], inside: bool) -> None:
        summing = name in TOTALS and self.terms is not None
        wanted = TOTALS[name] if summing else FUNCTIONS.get(name)
        if wanted is None:
            raise self._wrong(f"there is no function {name}" + _near(name, FUNCTIONS))
        if len(args) != wanted:
            raise self._wrong(f"{name} takes {wanted} argument{'s' * (wanted > 1)}, it has {len(args)}")
        if summing and inside:
            raise self._wrong(f"{name} stands inside another total")
        for arg in args:
            self._check(arg, inside or summing)

    def _check_index(self, index: ast.expr, inside: bool) -> None:
        """p[k], a[:, None], a[None, :], a[1:]."""
        for part in index.elts if isinstance(index, ast.Tuple) else [index]:
            match part:
                case ast.Constant(value=None):
                    pass
                case ast.Slice(lower=lower, upper=upper, step=None):
                    for end in (lower, upper):
                        if end is not None:
                            self._check(end, inside)
                case _:
                    self._check(part, inside)


def _near(name: str, known: Iterable[str]) -> str:
    hint = did_you_mean(name, known)
    return f", {hint}" if hint else ""
