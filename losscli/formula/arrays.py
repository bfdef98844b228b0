"""Code of arrays, and how it meets: axes that line up, truth values that become numbers, precision kept.

Of a row's lines the rank of every value is known (a number, a vector or a matrix a row), so that a number a
row gets its axis where it meets a vector a row.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from losscli.errors import LosscliError
from losscli.formula.dialects import Dialect

# entry: every name is a number an entry, arrays of one shape; row: as said above; whole: lines of arrays
Mode = Literal["entry", "row", "whole"]
# single: exact in PyTorch's default float32, as small whole numbers are, whatever y_pred's precision
Kind = Literal["float", "single", "int", "bool"]


class Value(NamedTuple):
    """An expression of arrays. `rank` counts axes behind the rows; a `const` is a Python number.

    `batched`: its first axis are the rows.
    """

    node: ast.expr
    rank: int = 0
    kind: Kind = "float"
    batched: bool = True
    const: bool = False


def constant(value: Any) -> Value:
    """A Python number."""
    return Value(ast.Constant(value), kind="single", batched=False, const=True)


def expression(text: str, **parts: ast.expr) -> ast.expr:
    """The expression of a template, its names replaced by `parts`."""
    tree = ast.parse(text, mode="eval").body
    filled: ast.expr = _Filled(parts).visit(tree)
    return filled


class _Filled(ast.NodeTransformer):
    def __init__(self, parts: Mapping[str, ast.expr]) -> None:
        self.parts = parts

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.parts.get(node.id, node)


class Meeting:
    """Values of one dialect that meet in expressions. `helpers` are the functions wanted on the way.

    `branch`: a condition of single numbers is written as Python's, not as `where`.
    """

    def __init__(self, dialect: Dialect, mode: Mode, branch: bool = False) -> None:
        self.dialect, self.mode, self.branch = dialect, mode, branch
        self.helpers: dict[str, None] = {}

    def _aligned(self, *values: Value) -> list[Value]:
        """The values with axes put in behind the rows, where another has more."""
        if self.mode != "row":
            return list(values)
        rank = max(value.rank for value in values)
        return [self._deeper(value, rank) for value in values]

    def _deeper(self, value: Value, rank: int) -> Value:
        missing = rank - value.rank
        if not value.batched or missing <= 0:
            return value
        if missing == 1 and value.rank == 0 and getattr(value.node, "keeps", False):
            kept = ast.keyword("keepdim" if self.dialect.torch else "keepdims", ast.Constant(True))
            assert isinstance(value.node, ast.Call)
            node: ast.expr = ast.Call(value.node.func, value.node.args, [*value.node.keywords, kept])
        else:
            node = expression(f"a[:{', None' * missing}]", a=value.node)
        return value._replace(node=node, rank=rank)

    def _met(self, node: ast.expr, values: Sequence[Value], kind: Kind | None = None) -> Value:
        """What comes of values that meet: the largest rank, the kind of the most exact."""
        arrays = [value for value in values if not value.const]
        order: tuple[Kind, ...] = ("float", "single", "int", "bool")
        kinds = [value.kind for value in arrays]
        best: Kind = next((known for known in order if known in kinds), "single")
        return Value(
            node,
            max(value.rank for value in values),
            kind or best,
            any(value.batched for value in values),
            const=not arrays,
        )

    def _number(self, value: Value) -> Value:
        """A truth value as 0 or 1, where arithmetic wants one."""
        if value.kind != "bool" or value.const:
            return value
        if self.dialect.torch:
            return self._precise(value)
        return value._replace(node=expression("a * 1.0", a=value.node), kind="single")

    def _precise(self, value: Value) -> Value:
        """Of PyTorch, in y_pred's precision: what is no float would become float32."""
        if not self.dialect.torch or value.kind == "float" or value.const:
            return value
        return value._replace(node=self._fill("float", value.node), kind="float")

    def _binary(self, op: ast.operator, left: Value, right: Value) -> Value:
        # a truth value times a number is a number everywhere
        if isinstance(op, ast.Pow) or "bool" == left.kind == right.kind:
            left, right = self._number(left), self._number(right)
        exact = (ast.Add, ast.Sub, ast.Mult)
        if "float" not in (left.kind, right.kind) and not (isinstance(op, exact) and _whole(left, right)):
            left, right = self._precise(left), self._precise(right)
        if self.dialect.torch and not isinstance(op, ast.Mult):
            left, right = self._number(left), self._number(right)
        left, right = self._aligned(left, right)
        met = self._met(ast.BinOp(left.node, op, right.node), [left, right])
        if isinstance(op, ast.Div) and met.kind == "int":
            met = met._replace(kind="single")
        return met

    def _joined(self, op: ast.operator, values: list[Value]) -> Value:
        values = self._aligned(*values)
        node = values[0].node
        for value in values[1:]:
            node = ast.BinOp(node, op, value.node)
        return self._met(node, values, "bool")

    def _compare(self, op: ast.cmpop, left: Value, right: Value) -> Value:
        if left.kind == "bool" and isinstance(op, ast.Eq) and source(right.node) == "1":
            return left
        left, right = self._aligned(left, right)
        return self._met(ast.Compare(left.node, [op], [right.node]), [left, right], "bool")

    def _where(self, test: Value, body: Value, orelse: Value) -> Value:
        body, orelse = self._number(body), self._number(orelse)
        if test.const or (self.branch and not test.batched and test.rank == 0):
            return self._met(ast.IfExp(test.node, body.node, orelse.node), [body, orelse], "float")
        kind: Kind | None = None
        if body.const and orelse.const:
            body, orelse, kind = _as_float(body), _as_float(orelse), "single"
        test, body, orelse = self._aligned(test, body, orelse)
        met = self._met(self._fill("where", test.node, body.node, orelse.node), [test, body, orelse])
        if kind is None:
            kind = self._met(met.node, [body, orelse]).kind
        return met._replace(kind=kind)

    def _fill(self, name: str, *args: ast.expr) -> ast.expr:
        """A function's code: its template, or a call of its helper, which is then wanted."""
        template = self.dialect.template(name)
        if template is None:
            if name not in self.dialect.helpers:
                raise LosscliError(f"{self.dialect.name} has no {name}")
            self.helpers[name] = None
            return ast.Call(ast.Name(name), list(args), [])
        node = expression(template, xp=ast.Name(self.dialect.module), **dict(zip("abc", args, strict=False)))
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and part.id in self.dialect.helpers:
                self.helpers[part.id] = None
            if isinstance(part, ast.keyword) and part.arg == "axis" and self.dialect.torch:
                part.arg = "dim"
        return node


def _whole(*values: Value) -> bool:
    """Whether the Python numbers among the values are whole: no digit is lost in any precision."""
    return all(not value.const or source(value.node).lstrip("-").isdigit() for value in values)


def _as_float(value: Value) -> Value:
    """0 as 0.0: of whole numbers alone a library would make an array of whole numbers."""
    match value.node:
        case ast.Constant(value=int() as number):
            return value._replace(node=ast.Constant(float(number)))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as number)):
            return value._replace(node=ast.UnaryOp(ast.USub(), ast.Constant(float(number))))
    return value


def negative(node: ast.expr) -> ast.expr:
    """−x; of −x, x."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return node.operand
    return ast.UnaryOp(ast.USub(), node)


def source(node: ast.expr) -> str:
    """An expression as a formatter writes it: powers of simple operands close, strings in double quotes."""
    return _CLOSE.sub("**", ast.unparse(node)).replace("'", '"')


_CLOSE = re.compile(r"(?<![)\]]) \*\* (?=-?[\w.]+(?![\w.(\[]))")
