"""One-place faults of a source file: what a tired programmer writes, one at a time."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

COMPARISONS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
}
OPERATIONS: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.Pow: ("**", "*"),
    ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"),
}
# What is called, or named, for its opposite.
OPPOSITES = {
    "min": "max",
    "any": "all",
    "argmin": "argmax",
    "minimum": "maximum",
    "floor": "ceil",
    "zeros": "ones",
    "sum": "mean",
    "log1p": "log",
    "expm1": "exp",
    "cumsum": "sort",
    "less": "greater",
    "lowest": "highest",
}
OPPOSITES |= {other: one for one, other in OPPOSITES.items()}
# Words that turn a sentence round.
WORDS = {
    "above": "below",
    "high": "low",
    "higher": "lower",
    "more": "fewer",
    "larger": "smaller",
    "over": "under",
    "largest": "smallest",
    "first": "last",
    "grow": "shrink",
    "grows": "shrinks",
    "heavier": "lighter",
    "best": "worst",
    "before": "after",
    "times": "divided by",
    "rare": "common",
    "rows": "columns",
    "mean": "sum",
    "greater": "less",
    "true": "predicted",
    "positive": "negative",
    "upper": "lower",
}
WORDS |= {other: one for one, other in WORDS.items() if " " not in other}


class Fault(NamedTuple):
    """Bytes of a file, from `start` up to `stop` in `line`, that become `text`."""

    line: int
    start: int
    stop: int
    text: str
    what: str

    def applied(self, source: bytes) -> bytes:
        return source[: self.start] + self.text.encode() + source[self.stop :]


def faults(source: bytes) -> list[Fault]:
    """Every fault that this source can be given, in order; each leaves a program of as many lines."""
    tree = ast.parse(source)
    made = {(fault.start, fault.stop, fault.text): fault for fault in _Faults(source).of(tree)}
    return [fault for fault in sorted(made.values()) if _valid(fault.applied(source))]


def _valid(source: bytes) -> bool:
    try:
        compile(source, "fault", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


class _Faults:
    def __init__(self, source: bytes) -> None:
        self._source = source
        self._starts = [0]
        for line in source.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def of(self, node: ast.AST, sentence: bool = True) -> Iterator[Fault]:
        """The faults of a node and of what is below it; `sentence`: a text in it is for people."""
        yield from self._own(node)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and sentence:
            yield from self._turned(node)
        for name, child in ast.iter_fields(node):
            if name in {"annotation", "returns", "type_comment", "decorator_list"}:
                continue
            for one in child if isinstance(child, list) else [child]:
                if isinstance(one, ast.AST) and not _is_docstring(one) and not _for_types(one):
                    yield from self.of(one, sentence and not isinstance(node, ast.Subscript))

    def _own(self, node: ast.AST) -> Iterator[Fault]:
        match node:
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                yield from self._between(left, right, *COMPARISONS[type(op)])
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATIONS:
                if not (
                    isinstance(op, ast.BitOr) and isinstance(right, ast.Constant) and right.value is None
                ):
                    yield from self._between(left, right, *OPERATIONS[type(op)])
            case ast.BoolOp(op=op, values=values):
                one, other = ("and", "or") if isinstance(op, ast.And) else ("or", "and")
                for left, right in pairwise(values):
                    yield from self._between(left, right, one, other)
            case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
                yield self._at(node, self._text(operand), "a sign or a not is lost")
            case ast.Constant(value=bool() as value):
                yield self._at(node, str(not value), f"{value} → {not value}")
            case ast.Constant(value=int() | float() as value):
                other = value + 1 if abs(value) < 1e15 else value / 2
                yield self._at(node, f"({other!r})", f"{value!r} → {other!r}")
            case ast.IfExp(test=test, body=body, orelse=orelse):
                yield self._at(node, f"({self._text(body)})", "never else")
                yield self._at(node, f"({self._text(orelse)})", "always else")
                del test
            case ast.If(test=test) | ast.While(test=test):
                yield self._at(test, f"not ({self._text(test)})", "the condition is turned round")
            case ast.Call(func=func, args=args, keywords=keywords):
                for keyword in keywords:
                    if keyword.arg is not None:
                        yield self._without(node, keyword, f"{keyword.arg}= is forgotten")
                if (
                    args
                    and isinstance(func, ast.Name | ast.Attribute)
                    and self._text(func) in {"abs", "np.abs"}
                ):
                    yield self._at(node, self._text(args[0]), "abs is lost")
            case ast.Name(id=name) if name in OPPOSITES:
                yield self._at(node, OPPOSITES[name], f"{name} → {OPPOSITES[name]}")
            case ast.Attribute(attr=name, value=value) if name in OPPOSITES:
                text = f"{self._text(value)}.{OPPOSITES[name]}"
                yield self._at(node, text, f"{name} → {OPPOSITES[name]}")
            case ast.AugAssign(target=target, op=op, value=value):
                if type(op) in OPERATIONS:
                    one, other = OPERATIONS[type(op)]
                    yield from self._between(target, value, f"{one}=", f"{other}=")
                yield self._at(node, "pass", "the statement is forgotten")
            case ast.Expr(value=ast.Call()) | ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
                yield self._at(node, "pass", "the statement is forgotten")
            case ast.Continue() | ast.Break():
                yield self._at(node, "pass", "the statement is forgotten")
            case ast.Slice(lower=ast.Constant() as bound, upper=None):
                yield self._at(bound, "", "the slice begins at the start")

    def _turned(self, node: ast.Constant) -> Iterator[Fault]:
        """A word of a sentence that becomes its opposite. Texts without a blank are no sentences."""
        start, stop = self._span(node)
        text = self._source[start:stop].decode()
        if " " not in text.strip():
            return
        for word in re.finditer(r"(?<![\w{.])[a-z]+(?![\w}=(])", text):
            if word[0] in WORDS:
                begin = start + len(text[: word.start()].encode())
                line = node.lineno + text[: word.start()].count("\n")
                what = f"“{word[0]}” → “{WORDS[word[0]]}”"
                yield Fault(line, begin, begin + len(word[0].encode()), WORDS[word[0]], what)

    def _between(self, left: ast.expr, right: ast.expr, one: str, other: str) -> Iterator[Fault]:
        start, stop = self._span(left)[1], self._span(right)[0]
        gap = self._source[start:stop].decode()
        found = re.search(rf"(?<![\w*/=<>!]){re.escape(one)}(?![\w*/<>]|=(?!=))", gap)
        if found is not None and "#" not in gap[: found.start()]:
            begin = start + len(gap[: found.start()].encode())
            line = self._line(begin)
            yield Fault(line, begin, begin + len(one), other, f"{one} → {other}")

    def _without(self, call: ast.Call, keyword: ast.keyword, what: str) -> Fault:
        start, stop = self._span(keyword)
        after = re.match(rb"\s*,", self._source[stop:])
        return Fault(keyword.lineno, start, stop + (len(after[0]) if after else 0), "", what)

    def _at(self, node: ast.AST, text: str, what: str) -> Fault:
        start, stop = self._span(node)
        kept = self._source[start:stop].count(b"\n") - text.count("\n")
        # As many lines as before, so that what ran them is known: the rest of a statement's lines go blank.
        padded = (
            f"({text}{chr(10) * kept})" if kept > 0 and isinstance(node, ast.expr) else text + "\n" * kept
        )
        return Fault(node.lineno, start, stop, padded, what)  # type: ignore[attr-defined]

    def _span(self, node: ast.AST) -> tuple[int, int]:
        assert isinstance(node, ast.expr | ast.stmt | ast.keyword)
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        starts = self._starts
        return starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset

    def _text(self, node: ast.AST) -> str:
        start, stop = self._span(node)
        return self._source[start:stop].decode()

    def _line(self, at: int) -> int:
        return self._source[:at].count(b"\n") + 1


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _for_types(node: ast.AST) -> bool:
    """What no run reaches: imports, names for type checkers, what is for people who debug."""
    if isinstance(node, ast.If):
        return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    if isinstance(node, ast.AnnAssign):
        return "TypeAlias" in ast.unparse(node.annotation)
    return isinstance(node, ast.Import | ast.ImportFrom | ast.Assert)
