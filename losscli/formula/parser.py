"""Reads the lines of a page's `steps`, and checks that they keep to the language.

Nothing is executed here: what is not of the language is an error that names the page and the line.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import Any

from losscli.errors import LosscliError, did_you_mean
from losscli.formula.language import CONSTANTS, FUNCTIONS, LENGTH, TOTALS, Choice, Formula, Item, Line, Repeat

_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
_COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)


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
