"""An evaluator of printed steps that shares nothing with losscli: text to Python, Python to numbers."""

from __future__ import annotations

import ast
import math
import operator
import re
from typing import Any

import numpy as np

_POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_SIGNS = {"−": "-", "·": "*", "≤": "<=", "≥": ">=", "≠": "!=", "^": "**", "∞": "inf", "π": "pi", "Σ(": "sum("}
_WORDS = {"lnΓ(": "lgamma(", "√(": "sqrt("}


def as_python(text: str) -> str:
    """The numbers of a printed line as Python: (−5.5)²/2 → (-5.5)**2/2."""
    for sign, code in {**_WORDS, **_SIGNS}.items():
        text = text.replace(sign, code)
    text = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda found: "**" + found[0].translate(_POWERS), text)
    text = re.sub(r"√([\w.]+)", r"sqrt(\1)", text)
    parts = text.split("|")
    assert len(parts) % 2, text
    text = "".join(f"abs({part})" if k % 2 else part for k, part in enumerate(parts))
    text = re.sub(r"\btrue\b", "True", text)
    return re.sub(r"\bfalse\b", "False", text)


class Reader:
    """Evaluates Python of numbers, lists (arrays) and the functions below, all in one precision."""

    def __init__(self, dtype: Any, names: dict[str, Any] | None = None) -> None:
        self.dtype, self.names = dtype, names or {}

    def value(self, code: str) -> Any:
        with np.errstate(all="ignore"):
            return self._of(ast.parse(code.strip(), mode="eval").body)

    def _number(self, value: Any) -> Any:
        array = np.asarray(value)
        return array if array.dtype == bool else array.astype(self.dtype)

    def _of(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=bool() as value):
                return np.bool_(value)
            case ast.Constant(value=None):
                return None
            case ast.Constant(value=value):
                return self.dtype(value)
            case ast.Name(id=name):
                known = {"inf": np.inf, "nan": np.nan, "pi": np.pi}
                return self._number(self.names[name] if name in self.names else known[name])
            case ast.List(elts=parts):
                return self._number([self._of(part) for part in parts])
            case ast.UnaryOp(op=ast.USub(), operand=part):
                return -self._of(part)
            case ast.UnaryOp(operand=part):
                return np.logical_not(self._of(part))
            case ast.BinOp(left=left, op=op, right=right):
                done: Any = {
                    ast.Add: operator.add,
                    ast.Sub: operator.sub,
                    ast.Mult: operator.mul,
                    ast.Div: operator.truediv,
                    ast.Pow: operator.pow,
                    ast.BitAnd: np.logical_and,
                    ast.BitOr: np.logical_or,
                }[type(op)]
                return done(self._of(left), self._of(right))
            case ast.BoolOp(op=op, values=parts):
                join = np.logical_and if isinstance(op, ast.And) else np.logical_or
                met = self._of(parts[0])
                for part in parts[1:]:
                    met = join(met, self._of(part))
                return met
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                held: Any = {
                    ast.Lt: operator.lt,
                    ast.LtE: operator.le,
                    ast.Gt: operator.gt,
                    ast.GtE: operator.ge,
                    ast.Eq: operator.eq,
                    ast.NotEq: operator.ne,
                }[type(op)]
                return held(self._of(left), self._of(right))
            case ast.Subscript(value=of, slice=index):
                return np.asarray(self._of(of))[self._index(index)]
            case ast.Call(func=ast.Name(id=name), args=args):
                return self._number(getattr(self, f"f_{name}")(*map(self._of, args)))
        raise AssertionError(ast.dump(node))

    def _index(self, node: ast.expr) -> Any:
        match node:
            case ast.Tuple(elts=parts):
                return tuple(map(self._index, parts))
            case ast.Constant(value=None):
                return None
            case ast.Slice(lower=lower, upper=upper):
                return slice(*(None if end is None else int(self._of(end)) for end in (lower, upper)))
        found = np.asarray(self._of(node))
        return found if found.dtype == bool else found.astype(int)

    # The functions of the lines, written anew.
    f_abs, f_sqrt, f_exp, f_expm1 = (staticmethod(f) for f in (np.abs, np.sqrt, np.exp, np.expm1))
    f_log, f_ln, f_log1p, f_sign = (staticmethod(f) for f in (np.log, np.log, np.log1p, np.sign))
    f_cosh, f_tanh, f_atan, f_floor = (staticmethod(f) for f in (np.cosh, np.tanh, np.arctan, np.floor))
    f_round, f_where, f_clip = (staticmethod(f) for f in (np.rint, np.where, np.clip))
    f_logaddexp = staticmethod(np.logaddexp)

    def f_erf(self, x: Any) -> Any:
        return np.vectorize(math.erf, otypes=[float])(x)

    def f_lgamma(self, x: Any) -> Any:
        return np.vectorize(math.lgamma, otypes=[float])(x)

    def f_sigmoid(self, x: Any) -> Any:
        return 1 / (1 + np.exp(-x))

    def f_softplus(self, x: Any) -> Any:
        return np.logaddexp(self.dtype(0), x)

    def f_max(self, *args: Any) -> Any:
        return np.maximum(*args) if len(args) == 2 else np.asarray(args[0]).max(axis=-1)

    def f_min(self, *args: Any) -> Any:
        return np.minimum(*args) if len(args) == 2 else np.asarray(args[0]).min(axis=-1)

    f_largest, f_smallest = f_max, f_min

    def f_xlogy(self, x: Any, y: Any) -> Any:
        return np.where(x == 0, 0, x * np.log(np.where(x == 0, 1, y)))

    def f_xlog1py(self, x: Any, y: Any) -> Any:
        return np.where(x == 0, 0, x * np.log1p(np.where(x == 0, 0, y)))

    def f_ratio(self, a: Any, b: Any) -> Any:
        empty = (a == 0) & (b == 0)
        return np.where(empty, 0, a / np.where(empty, 1, b))

    def f_sum(self, v: Any) -> Any:
        return np.asarray(v).sum(axis=-1)

    def f_mean(self, v: Any) -> Any:
        return np.asarray(v).mean(axis=-1)

    def f_prod(self, v: Any) -> Any:
        return np.asarray(v).prod(axis=-1)

    def f_norm(self, v: Any) -> Any:
        return np.sqrt((v * v).sum(axis=-1))

    def f_dot(self, a: Any, b: Any) -> Any:
        return (a * b).sum(axis=-1)

    def f_logsumexp(self, v: Any) -> Any:
        return np.logaddexp.reduce(v, axis=-1)

    def f_count(self, v: Any) -> Any:
        return np.count_nonzero(v, axis=-1)

    def f_any(self, v: Any) -> Any:
        return np.any(v, axis=-1)

    def f_all(self, v: Any) -> Any:
        return np.all(v, axis=-1)

    def f_argmax(self, v: Any) -> Any:
        return np.argmax(v, axis=-1)

    def f_size(self, v: Any) -> Any:
        return np.shape(v)[-1]

    def f_steps(self, v: Any) -> Any:
        return len(v)

    def f_median(self, v: Any) -> Any:
        return np.median(v, axis=-1)

    def f_weighted_median(self, v: Any, w: Any) -> Any:
        def one(v: Any) -> float:
            found = sorted((x, k) for x, k in zip(v.tolist(), w.tolist(), strict=True) if k)
            half, seen = sum(w.tolist()) / 2, 0.0
            for k, (x, weight) in enumerate(found):
                seen += weight
                if seen > half or k == len(found) - 1:
                    return float(x)
                if seen == half:
                    return float(x + found[k + 1][0]) / 2
            raise AssertionError

        return one(v) if v.ndim == 1 else np.array([one(row) for row in v])

    def f_softmax(self, v: Any) -> Any:
        return np.exp(self.f_log_softmax(v))

    def f_log_softmax(self, v: Any) -> Any:
        return v - np.logaddexp.reduce(v, axis=-1, keepdims=True)

    def f_sort(self, v: Any) -> Any:
        return np.sort(v, axis=-1)

    def f_sort_by(self, v: Any, key: Any) -> Any:
        return np.array([x for _, _, x in sorted(zip(key.tolist(), range(len(v)), v.tolist(), strict=True))])

    def f_rank(self, v: Any) -> Any:
        return np.array([[(v < x).sum() + 1] for x in v]).ravel()

    def f_cumsum(self, v: Any) -> Any:
        return np.cumsum(v, axis=-1)

    def f_upto(self, n: Any) -> Any:
        return np.arange(1, int(n) + 1)

    def f_flat(self, a: Any) -> Any:
        return np.asarray(a).ravel()

    def f_one_hot(self, k: Any, classes: Any) -> Any:
        return np.asarray(k)[..., None] == np.arange(int(classes))

    def f_listed(self, v: Any, classes: Any) -> Any:
        kept = [int(k) for k in v[: int(np.argmax([*(v < 0), True]))]]
        return np.array([kept.count(k) for k in range(int(classes))])

    def f_shift(self, v: Any, k: Any, fill: Any) -> Any:
        k = int(k)
        moved = np.roll(v, k)
        moved[slice(0, k) if k > 0 else slice(len(v) + k, len(v))] = fill
        return moved

    def f_keep(self, x: Any, mask: Any) -> Any:
        return (x + np.zeros(mask.shape))[mask]

    def f_eye(self, n: Any) -> Any:
        return np.eye(int(n)) == 1

    def f_off_diagonal(self, n: Any) -> Any:
        return np.eye(int(n)) == 0

    def f_transpose(self, a: Any) -> Any:
        return np.asarray(a).T
