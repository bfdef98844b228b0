"""Derivatives of a scalar program by y_pred, in the language of steps, simplified to be read."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence

from losscli.errors import LosscliError
from losscli.formula.algebra import simple
from losscli.formula.arrays import expression
from losscli.formula.language import Line

# d f(a) / d a
_SLOPES: Mapping[str, str] = {
    "abs": "sign(a)",
    "sqrt": "1/(2*sqrt(a))",
    "exp": "exp(a)",
    "expm1": "exp(a)",
    "log": "1/a",
    "log1p": "1/(1 + a)",
    "sign": "0",
    "tanh": "1 - tanh(a)**2",
    "atan": "1/(1 + a**2)",
    "erf": "2/sqrt(pi)*exp(-a**2)",
    "sigmoid": "sigmoid(a)*(1 - sigmoid(a))",
    "softplus": "sigmoid(a)",
    "round": "0",
    "floor": "0",
}
_BY_VALUE = {"exp": "f", "sigmoid": "f*(1 - f)", "sqrt": "1/(2*f)", "tanh": "1 - f**2"}
# d f(a, b): of the slopes da and db
_PAIRS: Mapping[str, str] = {
    "max": "da if a > b else db",
    "min": "da if a < b else db",
    "ratio": "da/b - a*db/b**2",
    "xlogy": "da*log(b) + a*db/b",
    "xlog1py": "da*log1p(b) + a*db/(1 + b)",
    "logaddexp": "da*sigmoid(a - b) + db*sigmoid(b - a)",
}


_LONG = 16  # a slope that is longer gets a name


class _Squares(ast.NodeTransformer):
    """sign(x)² and the squares of `signs` as 1."""

    def __init__(self, signs: Collection[str]) -> None:
        self.signs = signs

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.BinOp(left=ast.Name(id=name), op=ast.Pow(), right=ast.Constant(value=2)) if (
                name in self.signs
            ):
                return ast.Constant(1)
            case ast.BinOp(
                left=ast.Call(func=ast.Name(id="sign")), op=ast.Pow(), right=ast.Constant(value=2)
            ):
                return ast.Constant(1)
        return node


class Derivatives:
    """The derivatives by y_pred of what a program's lines assign. Names of the lines stand in the results.

    `signs` are names that stand for 1 or −1. `lines` are the program's, with lines added for slopes that are
    long: dm, of m.
    """

    def __init__(self, lines: Sequence[Line], signs: Collection[str] = ()) -> None:
        self.signs = frozenset(signs)
        self.slopes: dict[str, ast.expr] = {"y_pred": ast.Constant(1)}
        self.lines: list[Line] = []
        for line in lines:
            self.lines.append(line)
            (name,) = line.targets
            slope = self._of_line(name, line.expression)
            if _zero(slope):
                continue
            self.slopes[name] = slope if name == "L" else self._named(f"d{name}", slope)
            if name != "L" and isinstance(self.slopes[name], ast.Name):
                self.slopes[f"d{name}"] = self._named(f"d2{name}", self.of(slope))

    def _named(self, name: str, slope: ast.expr) -> ast.expr:
        """A slope, or where it is long the name of a line that holds it."""
        if len(ast.unparse(slope)) <= _LONG:
            return slope
        self.lines.append(Line((name,), slope, ""))
        return ast.Name(name)

    def of(self, node: ast.expr) -> ast.expr:
        """The simplified derivative of an expression of y_pred and the lines' names."""
        return simple(_Squares(self.signs).visit(simple(self._slope(node))))

    def _of_line(self, name: str, node: ast.expr) -> ast.expr:
        """A slope that the line's own name tells: of p = sigmoid(z), p·(1 − p)."""
        match node:
            case ast.Call(func=ast.Name(id=function), args=[arg]) if function in _BY_VALUE:
                slope = expression(f"({_BY_VALUE[function]})*da", f=ast.Name(name), da=self._slope(arg))
                return simple(_Squares(self.signs).visit(simple(slope)))
        return self.of(node)

    def _slope(self, node: ast.expr) -> ast.expr:
        match node:
            case ast.Constant():
                return ast.Constant(0)
            case ast.Name(id=name):
                return self.slopes.get(name, ast.Constant(0))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return simple(ast.UnaryOp(ast.USub(), self._slope(operand)))
            case ast.BinOp(left=left, op=op, right=right):
                return self._of_pair(op, left, right)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._branched(test, self._slope(body), self._slope(orelse))
            case ast.Call(func=ast.Name(id=name), args=args):
                return self._of_call(name, args)
        raise LosscliError(f"{ast.unparse(node)} has no derivative here")

    def _of_pair(self, op: ast.operator, a: ast.expr, b: ast.expr) -> ast.expr:
        da, db = self._slope(a), self._slope(b)
        match op:
            case ast.Add() | ast.Sub():
                return simple(ast.BinOp(da, op, db))
            case ast.Mult():
                return simple(expression("da*b + a*db", a=a, b=b, da=da, db=db))
            case ast.Div():
                if _zero(db):
                    return simple(expression("da/b", b=b, da=da))
                return simple(expression("da/b - a*db/b**2", a=a, b=b, da=da, db=db))
        if not _zero(db):
            raise LosscliError(f"{ast.unparse(b)} is an exponent that y_pred moves")
        if isinstance(b, ast.Constant) and isinstance(b.value, int) and (inner := _above_zero(a)):
            da = self._slope(inner)  # below 0 the power itself is 0
        return simple(expression("b*a**(b - 1)*da", a=a, b=b, da=da))

    def _of_call(self, name: str, args: Sequence[ast.expr]) -> ast.expr:
        if name == "where":
            return self._branched(args[0], self._slope(args[1]), self._slope(args[2]))
        slopes = [self._slope(arg) for arg in args]
        if all(map(_zero, slopes)):
            return ast.Constant(0)
        if name in _SLOPES:
            return simple(expression(f"({_SLOPES[name]})*da", a=args[0], da=slopes[0]))
        if name in ("max", "min"):
            a, b = (args[1], args[0]) if _zero(slopes[0]) else (args[0], args[1])
            da, db = (slopes[1], slopes[0]) if _zero(slopes[0]) else (slopes[0], slopes[1])
            choice = expression(_PAIRS[name], a=a, b=b)
            assert isinstance(choice, ast.IfExp)
            return self._branched(choice.test, da, db)
        if name in _PAIRS:
            parts = {"a": args[0], "b": args[1], "da": slopes[0], "db": slopes[1]}
            return simple(expression(_PAIRS[name], **parts))
        raise LosscliError(f"{name} has no derivative here")

    @staticmethod
    def _branched(test: ast.expr, body: ast.expr, orelse: ast.expr) -> ast.expr:
        if ast.dump(body) == ast.dump(orelse):
            return body
        return ast.IfExp(test, body, orelse)


def _zero(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == 0


def _above_zero(node: ast.expr) -> ast.expr | None:
    """x of max(0, x)."""
    match node:
        case ast.Call(func=ast.Name(id="max"), args=[ast.Constant(value=0), inner]):
            return inner
    return None
