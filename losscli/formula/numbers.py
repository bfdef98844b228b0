"""An expression with its numbers put in: choices made, names replaced by values, few digits where they do."""

from __future__ import annotations

import ast
import copy
import math
from collections.abc import Callable
from typing import Any, NamedTuple, cast

import numpy as np

from losscli.formula.evaluate import Values, value_of

DIGITS = {np.float64: 15, np.float32: 9}  # 9 digits name a float32 exactly
CLOSE = {np.float64: 2e-14, np.float32: 0.0}  # how far the printed numbers may lead from the value

_FAR_FROM_0 = 0.01  # from here on ln(1 + x) is log1p(x) to 13 digits


class Reason(NamedTuple):
    """A condition on data that decided what a line says, and whether it held."""

    condition: ast.expr
    held: bool


def decided(node: ast.expr, values: Values) -> tuple[ast.expr, list[Reason]]:
    """The expression with its choices made, and the conditions that made them.

    A condition on an array becomes where(…); xlogy, xlog1py and ratio become the plain formula where their
    special case does not occur, and 0 where a number is one.
    """
    chooser = _Chooser(values)
    with np.errstate(all="ignore"):
        made: ast.expr = chooser.visit(copy.deepcopy(node))
    return ast.fix_missing_locations(made), chooser.reasons


def substituted(node: ast.expr, values: Values, value: Any) -> ast.expr:
    """The decided expression with a number, a list or nested lists for each name.

    Numbers have 15 digits (9 in float32) where those lead to `value`, else as many as there are.
    """
    with np.errstate(all="ignore"):
        short: ast.expr = _Filler(values, DIGITS[values.dtype]).visit(copy.deepcopy(node))
        if _leads_to(short, values, value):
            return short
        full: ast.expr = _Filler(values, 17).visit(copy.deepcopy(node))
        return full


def constant(value: Any, digits: int = 17) -> ast.expr:
    """A number, list or truth value as an expression: −3 as a minus and a 3."""
    if isinstance(value, np.ndarray):
        return ast.List([constant(item, digits) for item in value], ast.Load())
    if isinstance(value, bool | np.bool_):
        return ast.Constant(bool(value))
    if isinstance(value, int):
        return ast.Constant(value) if value >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-value))
    number = shortened(float(value), digits)
    if math.isnan(number):
        return ast.Name("nan", ast.Load())
    size = ast.Name("inf", ast.Load()) if math.isinf(number) else ast.Constant(_whole(abs(number)))
    return ast.UnaryOp(ast.USub(), size) if number < 0 else size


def shortened(number: float, digits: int) -> float:
    """The number to so many digits; to 17 it is itself."""
    return number if digits >= 17 else float(f"{number:.{digits}g}")


def _whole(number: float) -> float | int:
    return int(number) if number.is_integer() and number < 1e15 else number


def _leads_to(node: ast.expr, values: Values, value: Any) -> bool:
    nothing = Values(values.dtype, whole=values.whole)
    nothing.printed = True
    reached = np.asarray(value_of(node, nothing))
    if reached.dtype == bool or np.shape(reached) != np.shape(value):
        return bool(np.array_equal(reached, value))
    slack = CLOSE[values.dtype]
    return bool(np.all(np.isclose(reached, value, rtol=slack, atol=0.0, equal_nan=True)))


def _call(name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(args), [])


class _Chooser(ast.NodeTransformer):
    """Makes an expression's choices with the values there are."""

    def __init__(self, values: Values) -> None:
        self.values = values
        self.reasons: list[Reason] = []

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        met = value_of(node.test, self.values)
        if np.ndim(met):
            return cast("ast.expr", self.generic_visit(_call("where", node.test, node.body, node.orelse)))
        self.reasons.append(Reason(node.test, bool(met)))
        chosen: ast.expr = self.visit(node.body if met else node.orelse)
        return chosen

    def visit_Call(self, node: ast.Call) -> ast.expr:
        made = cast("ast.Call", self.generic_visit(node))
        name = made.func.id if isinstance(made.func, ast.Name) else ""
        if name == "log1p" and self.values.dtype is np.float64:
            return self._log1p(made)
        plain = _PLAIN.get(name)
        if plain is None:
            return made
        a, b = (np.asarray(value_of(arg, self.values)) for arg in made.args)
        special = (a == 0) & ((b == 0) if name == "ratio" else _no_log(name, b))
        if not special.any():
            return self.visit(plain(*made.args)) if name == "xlog1py" else plain(*made.args)
        if special.ndim:
            return made
        if name == "ratio":
            self.reasons.append(Reason(made, False))
        return ast.Constant(0)

    def _log1p(self, node: ast.Call) -> ast.expr:
        """ln(1 + x), where that loses no digit that is shown."""
        (x,) = node.args
        size = np.abs(value_of(x, self.values))
        if not np.all((size == 0) | (size > _FAR_FROM_0)):
            return node
        if isinstance(x, ast.UnaryOp) and isinstance(x.op, ast.USub):
            return _call("log", ast.BinOp(ast.Constant(1), ast.Sub(), x.operand))
        return _call("log", ast.BinOp(ast.Constant(1), ast.Add(), x))

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        if not np.ndim(value_of(node, self.values)):
            return self.generic_visit(node)  # type: ignore[return-value]
        join = ast.BitAnd() if isinstance(node.op, ast.And) else ast.BitOr()
        first, *others = (self.visit(part) for part in node.values)
        for other in others:
            first = ast.BinOp(first, join, other)
        return first  # type: ignore[no-any-return]

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        made: ast.UnaryOp = self.generic_visit(node)  # type: ignore[assignment]
        if isinstance(made.op, ast.Not) and np.ndim(value_of(made.operand, self.values)):
            return ast.UnaryOp(ast.Invert(), made.operand)
        return made

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        if len(node.ops) == 1 or not np.ndim(value_of(node, self.values)):
            return self.generic_visit(node)  # type: ignore[return-value]
        sides = [node.left, *node.comparators]
        pairs = [ast.Compare(a, [op], [b]) for a, op, b in zip(sides, node.ops, sides[1:], strict=False)]
        made: ast.expr = self.visit(ast.BoolOp(ast.And(), pairs))  # type: ignore[arg-type]
        return made


def _no_log(name: str, b: Any) -> Any:
    return ~(b > (0 if name == "xlogy" else -1))


_PLAIN: dict[str, Callable[[ast.expr, ast.expr], ast.expr]] = {
    "xlogy": lambda x, y: ast.BinOp(x, ast.Mult(), _call("log", y)),
    "xlog1py": lambda x, y: ast.BinOp(x, ast.Mult(), _call("log1p", y)),
    "ratio": lambda a, b: ast.BinOp(a, ast.Div(), b),
}


class _Filler(ast.NodeTransformer):
    """Puts numbers in the place of names; for p[k] the number that it is, or the row of a matrix."""

    def __init__(self, values: Values, digits: int) -> None:
        self.values, self.digits = values, digits

    def visit_Name(self, node: ast.Name) -> ast.expr:
        value = self.values.get(node.id)
        return node if value is None else constant(value, self.digits)

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        value = self.values.held(value_of(node, self.values))
        if not np.ndim(value) or (np.ndim(value) == 1 and isinstance(node.slice, ast.Name | ast.Constant)):
            return constant(value, self.digits)
        node.value = self.visit(node.value)
        node.slice = self.visit(node.slice)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if isinstance(node.func, ast.Name) and node.func.id in ("size", "steps"):
            return constant(value_of(node, self.values))
        node.args = [self.visit(arg) for arg in node.args]
        return node
