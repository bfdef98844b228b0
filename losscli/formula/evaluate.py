"""Evaluates the lines of a formula over NumPy numbers and arrays, in float64 or float32."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from losscli.formula.functions import FUNCTIONS
from losscli.formula.language import Line, Repeat


class Values(dict[str, Any]):
    """The values of the names so far, all arrays of one precision.

    `whole`: y_true and y_pred hold all rows, not one, and a, b = y_pred takes the axis behind them apart.
    `printed`: the numbers in an expression have the precision too, being values put in for names.
    """

    printed = False

    def __init__(
        self, dtype: type[np.floating[Any]], given: Mapping[str, Any] | None = None, whole: bool = False
    ) -> None:
        """Numbers alone stay Python's: in float32 they take the precision of the array they meet."""
        super().__init__()
        self.dtype, self.whole = dtype, whole
        for name, value in (given or {}).items():
            self[name] = self.held(
                np.asarray(value, np.float64) if isinstance(value, list | tuple) else value
            )

    def held(self, value: Any) -> Any:
        """A value in this precision; whole numbers alone as Python's, truth values as they are."""
        if isinstance(value, np.integer):
            return int(value)
        if isinstance(value, np.ndarray) and value.ndim == 0:
            value = value[()]
        if isinstance(value, np.ndarray | np.floating) and value.dtype.kind in "iuf":
            return value.astype(self.dtype)
        return value


_BINARY: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.true_divide,
    ast.BitAnd: np.logical_and,  # what `and` and `or` of arrays are written as
    ast.BitOr: np.logical_or,
}
_COMPARING: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


def run(lines: Sequence[Line | Repeat], values: Values) -> Values:
    """Evaluates the lines in order; each adds its names to `values`, which is returned."""
    with np.errstate(all="ignore"):
        for line in lines:
            if isinstance(line, Repeat):
                first, end = (int(value_of(node, values)) for node in (line.start, line.stop))
                for count in range(first, end):
                    values[line.name] = count
                    run(line.lines, values)
            else:
                assign(line, values)
    return values


def assign(line: Line, values: Values) -> None:
    """Evaluates one line into `values`."""
    value = values.held(value_of(line.expression, values))
    if len(line.targets) == 1:
        values[line.targets[0]] = value
        return
    parts = np.moveaxis(value, 1, 0) if values.whole else value
    values.update({name: values.held(part) for name, part in zip(line.targets, parts, strict=True)})


def value_of(node: ast.expr, values: Values) -> Any:
    """The value of an expression. Of a condition on a number only the branch taken is evaluated."""
    match node:
        case ast.Constant(value=value):
            return values.dtype(value) if values.printed and isinstance(value, float) else value
        case ast.Name(id="pi") if "pi" not in values:
            return math.pi
        case ast.Name(id="inf"):
            return math.inf
        case ast.Name(id="nan"):
            return math.nan
        case ast.List(elts=parts):
            return values.held(np.array([value_of(part, values) for part in parts]))
        case ast.Name(id=name):
            return values[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -value_of(operand, values)
        case ast.UnaryOp(operand=operand):
            return np.logical_not(value_of(operand, values))
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(op, value_of(left, values), value_of(right, values))
        case ast.BoolOp(op=op, values=parts):
            join = np.logical_and if isinstance(op, ast.And) else np.logical_or
            met = value_of(parts[0], values)
            for part in parts[1:]:
                met = join(met, value_of(part, values))
            return met
        case ast.Compare(left=left, ops=ops, comparators=others):
            sides = [value_of(side, values) for side in (left, *others)]
            compared = [_COMPARING[type(op)](sides[k], sides[k + 1]) for k, op in enumerate(ops)]
            return compared[0] if len(compared) == 1 else np.logical_and.reduce(compared)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            met = value_of(test, values)
            if np.ndim(met) == 0:
                return value_of(body if met else orelse, values)
            return np.where(met, value_of(body, values), value_of(orelse, values))
        case ast.Subscript(value=of, slice=index):
            return np.asarray(value_of(of, values))[_index(index, values)]
        case ast.Call(func=ast.Name(id=name), args=args):
            return values.held(call(name, [value_of(arg, values) for arg in args]))
    raise AssertionError(ast.dump(node))


def _index(node: ast.expr, values: Values) -> Any:
    match node:
        case ast.Tuple(elts=parts):
            return tuple(_index(part, values) for part in parts)
        case ast.Constant(value=None):
            return None
        case ast.Slice(lower=lower, upper=upper):
            return slice(*(None if end is None else int(value_of(end, values)) for end in (lower, upper)))
        case _:
            index = np.asarray(value_of(node, values))
            return index if index.dtype == bool else index.astype(np.int64)


def _binary(op: ast.operator, a: Any, b: Any) -> Any:
    plain = isinstance(a, int | float) and isinstance(b, int | float)
    if isinstance(op, ast.Pow):
        value = np.float_power(a, b) if plain else np.power(a, _exponent(b))
    else:
        value = _BINARY[type(op)](a, b)
    return value.item() if plain else value  # a number of parameters alone stays weak beside float32


def _exponent(b: Any) -> Any:
    """2.0 as 2: NumPy squares by a product."""
    return int(b) if isinstance(b, float) and b.is_integer() and abs(b) < 2**31 else b


def call(name: str, args: Sequence[Any]) -> Any:
    """A function of the language. Of Python numbers alone the value is a Python number."""
    value = FUNCTIONS[name](*args)
    if isinstance(value, np.generic) and all(isinstance(arg, int | float) for arg in args):
        return value.item()
    return value
