"""Choices by parameters: whether a condition like `alpha is None or power == 2` holds."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from typing import Any


def holds(condition: ast.expr, params: Mapping[str, Any]) -> bool:
    """Whether a condition on parameters holds."""
    return bool(_of_parameters(condition, params))


def _of_parameters(node: ast.expr, params: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id="inf"):
            return math.inf
        case ast.Name(id=name):
            return params[name]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _of_parameters(operand, params)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_of_parameters(operand, params)
        case ast.BoolOp(op=op, values=values):
            met = (bool(_of_parameters(value, params)) for value in values)
            return all(met) if isinstance(op, ast.And) else any(met)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _compare(op, _of_parameters(left, params), _of_parameters(right, params))
    raise AssertionError(ast.dump(node))


def _compare(op: ast.cmpop, a: Any, b: Any) -> bool:
    match op:
        case ast.Is():
            return a is b
        case ast.IsNot():
            return a is not b
        case ast.Eq():
            return bool(a == b)
        case ast.NotEq():
            return bool(a != b)
        case ast.Lt():
            return bool(a < b)
        case ast.LtE():
            return bool(a <= b)
        case ast.Gt():
            return bool(a > b)
        case _:
            return bool(a >= b)
