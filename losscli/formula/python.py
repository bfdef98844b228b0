"""Lines of steps as vectorised Python: a line for one row becomes a line for all rows.

Conditions on data become `where`, sums get their axis, an index of each row picks from each row.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence

from losscli.formula.arrays import Kind, Meeting, Mode, Value, constant, expression, negative, source
from losscli.formula.dialects import Dialect
from losscli.formula.language import REDUCING, Line, Repeat

# Truth values and whole numbers may stay what they are.
_OF_ANYTHING = {
    "any",
    "all",
    "count",
    "sum",
    "cumsum",
    "keep",
    "argmax",
    "rank",
    "sort",
    "shift",
    "transpose",
}
_LONG = 80  # a line that is longer is taken apart where it can be
_KEEPING = set(REDUCING) - {"argmax", "size", "weighted_median"}


class Translator(Meeting):
    """Translates the lines of one formula into a dialect. `names` are the values known so far.

    `totals`, of a statistic's value, makes code of a total: it gets the function's name and its argument.
    """

    def __init__(
        self,
        dialect: Dialect,
        mode: Mode,
        names: Mapping[str, Value],
        totals: Callable[[str, ast.expr], Value] | None = None,
        branch: bool = False,
    ) -> None:
        super().__init__(dialect, mode, branch)
        self.names, self.totals = dict(names), totals

    def lines(self, lines: Sequence[Line | Repeat]) -> list[str]:
        """The source of the lines, each name's value remembered."""
        out: list[str] = []
        for line in lines:
            out += self._repeat(line, out) if isinstance(line, Repeat) else self._kept(line)
        return out

    def _kept(self, line: Line) -> list[str]:
        """The line; before it the mask of what it keeps, where both are long."""
        written = self._line(line)
        match line.expression:
            case ast.Call(func=ast.Name(id="keep"), args=[of, mask]) if len(written) > _LONG:
                kept = self.value(mask)
                self.names["kept"] = kept._replace(node=ast.Name("kept"))
                keeping = ast.Call(ast.Name("keep"), [of, ast.Name("kept")], [])
                return [f"kept = {source(kept.node)}", self._line(line._replace(expression=keeping))]
        return [written]

    def _line(self, line: Line) -> str:
        value = self.value(line.expression)
        if len(line.targets) == 1:
            (name,) = line.targets
            self.names[name] = value._replace(node=ast.Name(name))
            return f"{name} = {source(value.node)}"
        parts = [expression(f"a[:, {k}]", a=value.node) for k in range(len(line.targets))]
        for name in line.targets:
            self.names[name] = Value(ast.Name(name), max(value.rank - 1, 0))
        return f"{', '.join(line.targets)} = {', '.join(map(source, parts))}"

    def _repeat(self, loop: Repeat, before: list[str]) -> list[str]:
        start, stop = self.value(loop.start), self.value(loop.stop)
        self.names[loop.name] = constant(0)._replace(node=ast.Name(loop.name))
        known = dict(self.names)
        for line in loop.lines:  # once to see what the names become, once to write
            self._line(line)
        for name, value in known.items():
            if value.const and self.names[name].batched:  # a number at first, a number a row later
                zeros = source(self._fill("zeros", ast.Name("y_pred")))
                before[before.index(f"{name} = 0")] = f"{name} = {zeros}"
        self.names[loop.name] = known[loop.name]
        head = f"for {loop.name} in range({source(start.node)}, {source(stop.node)}):"
        if source(start.node) == "0":
            head = f"for {loop.name} in range({source(stop.node)}):"
        return [head, *("    " + self._line(line) for line in loop.lines)]

    def value(self, node: ast.expr) -> Value:
        """The code of an expression, with what is known of its value."""
        match node:
            case ast.Constant(value=number):
                return constant(number)
            case ast.Name(id="pi"):
                return constant(0)._replace(node=self._constant("pi"))
            case ast.Name(id="inf"):
                return constant(0)._replace(node=self._fill("inf"))
            case ast.Name(id=name):
                return self.names[name]
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                value = self._number(self.value(operand))
                return value._replace(node=negative(value.node))
            case ast.UnaryOp(operand=operand):
                value = self.value(operand)
                return value._replace(node=ast.UnaryOp(ast.Invert(), value.node))
            case ast.BinOp(left=left, op=op, right=right):
                return self._binary(op, self.value(left), self.value(right))
            case ast.BoolOp(op=op, values=values):
                join: ast.operator = ast.BitAnd() if isinstance(op, ast.And) else ast.BitOr()
                return self._joined(join, [self.value(value) for value in values])
            case ast.Compare(left=left, ops=ops, comparators=others):
                sides = [self.value(side) for side in (left, *others)]
                pairs = zip(ops, sides[:-1], sides[1:], strict=True)
                return self._joined(ast.BitAnd(), [self._compare(op, a, b) for op, a, b in pairs])
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._where(self.value(test), self.value(body), self.value(orelse))
            case ast.Subscript(value=of, slice=index):
                return self._index(self.value(of), index)
            case ast.Call(func=ast.Name(id=name), args=args):
                return self._call(name, args)
        raise AssertionError(ast.dump(node))

    # Indices and functions

    def _index(self, of: Value, index: ast.expr) -> Value:
        if isinstance(index, ast.Tuple | ast.Slice):
            return self._sliced(of, index)
        at = self.value(index)
        if self.mode != "row" or not of.batched:
            if at.const:
                return Value(ast.Subscript(of.node, at.node), of.rank - 1, of.kind, of.batched)
            node = self._fill("take", of.node, self._whole(at).node)
            return Value(node, of.rank - 1 + at.rank, of.kind, at.batched)
        if at.const:
            return Value(expression("a[:, b]", a=of.node, b=at.node), of.rank - 1, of.kind)
        at = self._whole(at)
        if at.rank == 0 and isinstance(of.node, ast.Name):
            return Value(self._fill("pick", of.node, at.node), 0, of.kind)
        placed = self._fill("along", of.node, self._deeper(at, 1).node)
        return Value(placed if at.rank else expression("a[:, 0]", a=placed), at.rank, of.kind)

    def _whole(self, value: Value) -> Value:
        if value.kind == "int":
            return value
        return value._replace(node=self._fill("whole", value.node), kind="int")

    def _sliced(self, of: Value, index: ast.expr) -> Value:
        parts = index.elts if isinstance(index, ast.Tuple) else [index]
        written = [self._slice(part) for part in parts]
        if self.mode == "row" and of.batched:
            written.insert(0, ast.Slice())
        while len(written) > 1 and source(written[-1]) == ":":
            written.pop()
        slices = ast.Tuple(written) if len(written) > 1 else written[0]
        added = sum(isinstance(part, ast.Constant) and part.value is None for part in parts)
        return of._replace(node=ast.Subscript(of.node, slices), rank=of.rank + added)

    def _slice(self, part: ast.expr) -> ast.expr:
        match part:
            case ast.Slice(lower=lower, upper=upper):
                return ast.Slice(*(None if end is None else self.value(end).node for end in (lower, upper)))
            case ast.Constant(value=None):
                return part
        return self.value(part).node

    def _call(self, name: str, args: Sequence[ast.expr]) -> Value:
        if self.totals is not None and name in ("total", "root_total", "largest_of", "columns"):
            return self.totals(name, args[0])
        values = [self.value(arg) for arg in args]
        if values and all(value.const for value in values) and name not in ("eye", "off_diagonal", "upto"):
            return self._of_constants(name, values)
        match name:
            case "where":
                return self._where(*values)
            case "dot" if self.mode == "whole" and (pair := _table(*args)):
                left, right = (self.value(part) for part in pair)
                turned = self._fill("transpose", right.node)
                return self._met(ast.BinOp(left.node, ast.MatMult(), turned), [left, right])
            case "sum" if inner := _summed(values[0].node):
                inner.value = ast.Tuple([ast.Constant(-2), ast.Constant(-1)])
                return values[0]._replace(rank=values[0].rank - 1)
            case "max" | "min":
                return self._extreme(name, *values)
            case "size" | "steps":
                return constant(0)._replace(node=self._last_or_first(name, values[0]))
            case "off_diagonal":
                outside = ast.UnaryOp(ast.Invert(), self._fill("eye", values[0].node))
                return Value(outside, 2, "bool", batched=False)
            case "eye":
                return Value(self._fill(name, values[0].node), 2, "bool", batched=False)
            case "upto":
                return Value(self._fill(name, values[0].node), 1, "int", batched=False)
            case "one_hot" | "listed":
                rank = values[0].rank + (name == "one_hot")
                node = self._fill(name, values[0].node, values[1].node)
                return Value(node, rank, "bool" if name == "one_hot" else "int", values[0].batched)
            case "flat":
                return values[0]._replace(node=self._fill(name, values[0].node), rank=1)
        return self._function(name, values)

    def _function(self, name: str, values: list[Value]) -> Value:
        if name not in _OF_ANYTHING:
            values = [self._precise(self._number(value)) for value in values]
        if name == "shift" and self.mode == "row" and values[2].batched:
            values = [*values[:2], self._deeper(values[2], values[0].rank)]
        elif name != "keep":
            values = self._aligned(*values)
        node = self._fill(name, *(value.node for value in values))
        met = self._met(node, values)
        if name == "keep":
            met = met._replace(rank=1, kind=values[0].kind)
        if name in REDUCING:
            node.keeps = name in _KEEPING and isinstance(node, ast.Call)  # type: ignore[attr-defined]
            met = met._replace(rank=met.rank - 1)
        kinds: dict[str, Kind] = {
            "count": "int",
            "argmax": "int",
            "rank": "int",
            "any": "bool",
            "all": "bool",
        }
        kind = kinds.get(name, "int" if name in ("sum", "cumsum") and met.kind == "bool" else met.kind)
        return met._replace(kind=kind, const=False)

    def _extreme(self, name: str, left: Value, right: Value) -> Value:
        left, right = self._number(left), self._number(right)
        left, right = self._aligned(left, right)
        if self.dialect.torch and (left.const or right.const):
            number, of = (left, right) if left.const else (right, left)
            end = "min" if name == "max" else "max"
            return self._met(expression(f"torch.clamp(a, {end}=b)", a=of.node, b=number.node), [of])
        return self._met(self._fill(name, left.node, right.node), [left, right])

    def _of_constants(self, name: str, values: list[Value]) -> Value:
        """A function of Python numbers."""
        nodes = [value.node for value in values]
        if name in ("max", "min", "abs", "round"):
            return values[0]._replace(node=ast.Call(ast.Name(name), nodes, []))
        module = "np" if self.dialect.name == "numpy" and name != "lgamma" else "math"
        return values[0]._replace(node=ast.Call(ast.Attribute(ast.Name(module), name), nodes, []))

    def _constant(self, name: str) -> ast.expr:
        return ast.Attribute(ast.Name("np" if self.dialect.name == "numpy" else "math"), name)

    def _last_or_first(self, name: str, value: Value) -> ast.expr:
        if name == "steps" and self.mode == "row":
            return expression("a.shape[1]", a=value.node)
        return self._fill(name, value.node)


def _table(left: ast.expr, right: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    """a and b of a[:, None] and b[None, :], whose dot is a matrix product."""
    match left, right:
        case ast.Subscript(value=a), ast.Subscript(value=b):
            return (a, b) if (source(left)[-9:], source(right)[-9:]) == ("[:, None]", "[None, :]") else None
    return None


def _summed(node: ast.expr) -> ast.keyword | None:
    """The axis of a sum along the last axis, which a sum around it may share."""
    match node:
        case ast.Call(func=ast.Attribute(attr="sum"), keywords=[keyword]):
            return keyword if source(keyword.value) == "-1" else None
    return None
