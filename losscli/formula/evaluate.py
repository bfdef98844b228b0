"""Evaluates the lines of a formula over NumPy numbers and arrays, in float64 or float32."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from losscli.formula.language import Line, Repeat
from losscli.losses import stable


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


def _float(x: Any) -> Any:
    return np.asarray(x, np.float64) if np.asarray(x).dtype.kind != "f" else np.asarray(x)


def _number(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A function of arrays for numbers and arrays alike."""
    return lambda x: function(_float(x))[()]


def _xlogy(x: Any, y: Any) -> Any:
    return np.where(np.equal(x, 0), x * np.ones_like(y), np.multiply(x, np.log(y)))[()]


def _xlog1py(x: Any, y: Any) -> Any:
    return np.where(np.equal(x, 0), x * np.ones_like(y), np.multiply(x, np.log1p(y)))[()]


def _ratio(a: Any, b: Any) -> Any:
    empty = np.equal(a, 0) & np.equal(b, 0)
    return np.where(empty, a * np.ones_like(b), np.true_divide(a, np.where(empty, np.ones_like(b), b)))[()]


def _log_sum_exp(v: Any) -> Any:
    v = _float(v)
    peak = v.max(axis=-1, keepdims=True, initial=-np.inf)
    peak = np.where(np.isfinite(peak), peak, 0)
    return (peak[..., 0] + np.log(np.exp(v - peak).sum(axis=-1)))[()]


def _weighted_median(v: Any, weight: Any) -> Any:
    """The value at which half of the weight is reached; the mean of two where it is reached exactly."""
    if np.ndim(v) > 1:
        return np.array([_weighted_median(row, weight) for row in v])
    order = np.argsort(v, kind="stable")
    v, weight = np.asarray(v)[order], np.asarray(weight)[order]
    v, weight = v[weight > 0], weight[weight > 0]
    reached = np.cumsum(weight)
    at = int(np.searchsorted(reached, reached[-1] / 2))
    exactly = reached[at] == reached[-1] / 2 and at + 1 < v.size
    return (v[at] + v[at + 1]) / 2 if exactly else v[at]


def _sort_by(v: Any, key: Any) -> Any:
    return np.take_along_axis(np.asarray(v), np.argsort(key, axis=-1, kind="stable"), axis=-1)


def _listed(v: Any, classes: Any) -> Any:
    counted = np.logical_and.accumulate(np.asarray(v) >= 0, axis=-1)
    return np.sum(_one_hot(v, classes) * counted[..., None], axis=-2)


def _one_hot(k: Any, classes: Any) -> Any:
    return np.equal(np.asarray(k)[..., None], np.arange(int(classes))) * 1.0


def _rank(v: Any) -> Any:
    order = np.argsort(v, axis=-1, kind="stable")
    return np.argsort(order, axis=-1, kind="stable") + 1


def _shift(v: Any, places: Any, fill: Any) -> Any:
    by = int(places)
    moved = np.full_like(v, fill)
    if by >= 0:
        moved[..., by:] = v[..., : v.shape[-1] - by]
    else:
        moved[..., :by] = v[..., -by:]
    return moved


def _lgamma(x: Any) -> Any:
    return np.vectorize(math.lgamma, otypes=[np.float64])(x).astype(_float(x).dtype)[()]


def _last(function: Callable[..., Any]) -> Callable[[Any], Any]:
    return lambda v: function(np.asarray(v), axis=-1)


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "abs": np.abs,
    "sqrt": np.sqrt,
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "sign": np.sign,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "atan": np.arctan,
    "erf": _number(stable.erf),
    "lgamma": _lgamma,
    "sigmoid": _number(stable.sigmoid),
    "softplus": _number(stable.softplus),
    "round": np.round,
    "floor": np.floor,
    "max": np.maximum,
    "min": np.minimum,
    "logaddexp": np.logaddexp,
    "clip": lambda x, low, high: np.minimum(np.maximum(x, low), high),
    "where": lambda c, a, b: np.asarray(np.where(c, a, b))[()],
    "xlogy": _xlogy,
    "xlog1py": _xlog1py,
    "ratio": _ratio,
    "sum": _last(np.sum),
    "mean": _last(np.mean),
    "largest": _last(np.max),
    "smallest": _last(np.min),
    "median": _last(np.median),
    "weighted_median": _weighted_median,
    "norm": lambda v: stable.norm(_float(v)),
    "dot": lambda a, b: np.sum(np.multiply(a, b), axis=-1),
    "logsumexp": _log_sum_exp,
    "prod": _last(np.prod),
    "count": _last(np.count_nonzero),
    "argmax": _last(np.argmax),
    "any": _last(np.any),
    "all": _last(np.all),
    "size": lambda v: np.shape(v)[-1],
    "softmax": lambda v: stable.softmax(_float(v))[0],
    "log_softmax": lambda v: stable.log_softmax(_float(v)),
    "sort": _last(np.sort),
    "sort_by": _sort_by,
    "rank": _rank,
    "cumsum": _last(np.cumsum),
    "one_hot": _one_hot,
    "listed": _listed,
    "upto": lambda n: np.arange(1.0, int(n) + 1),
    "flat": np.ravel,
    "shift": _shift,
    "keep": lambda x, mask: np.broadcast_to(x, np.broadcast_shapes(np.shape(x), np.shape(mask)))[
        np.broadcast_to(mask, np.broadcast_shapes(np.shape(x), np.shape(mask)))
    ],
    "off_diagonal": lambda n: ~np.eye(int(n), dtype=bool),
    "eye": lambda n: np.eye(int(n), dtype=bool),
    "transpose": lambda a: np.asarray(a).T,
    "steps": len,
}
