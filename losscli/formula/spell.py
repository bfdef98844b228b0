"""Expressions as people write them: δ·(|e| − δ/2), y_pred², ln(p), √x, and why a choice was made."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from losscli.formula.evaluate import Values, value_of
from losscli.formula.numbers import DIGITS, Reason, constant

LETTERS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eta": "η", "theta": "θ",
    "kappa": "κ", "lambda_": "λ", "mu": "μ", "nu": "ν", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ",
    "Phi": "Φ", "omega": "ω", "ell": "ℓ", "pi": "π", "inf": "∞",
}  # fmt: skip
SUBSCRIPTS = dict(zip("0123456789aeijoruvxhklmnpst", "₀₁₂₃₄₅₆₇₈₉ₐₑᵢⱼₒᵣᵤᵥₓₕₖₗₘₙₚₛₜ", strict=True))
POWERS = dict(zip("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True))
SHOWN = 12  # entries of a vector; of a longer one the first three and the last
SHOWN_IN_ALL = 6  # numbers of a matrix

_FUNCTIONS = {"log": "ln", "sum": "Σ", "sqrt": "√", "lgamma": "lnΓ", "largest": "max", "smallest": "min"}
_SIGNS: Mapping[type[ast.AST], str] = {
    ast.Add: " + ", ast.Sub: " − ", ast.Mult: "·", ast.Div: "/", ast.BitAnd: " and ", ast.BitOr: " or ",
    ast.Lt: " < ", ast.LtE: " ≤ ", ast.Gt: " > ", ast.GtE: " ≥ ", ast.Eq: " == ", ast.NotEq: " ≠ ",
}  # fmt: skip
_NEGATED: Mapping[type[ast.AST], type[ast.cmpop]] = {
    ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.GtE: ast.Lt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
}  # fmt: skip
_OR, _AND, _NOT, _COMPARE, _ADD, _MULTIPLY, _MINUS, _POWER, _ATOM = range(9)


class Speller:
    """Writes expressions for people; `letters` are the names that a page writes in another way."""

    def __init__(self, letters: Mapping[str, str]) -> None:
        self.letters = dict(letters)

    def name(self, name: str) -> str:
        """δ for delta, pₜ for p_t; other names as they are."""
        if name in self.letters:
            return self.letters[name]
        stem, _, index = name.rpartition("_")
        if (
            stem
            and all(character in SUBSCRIPTS for character in index)
            and (len(index) == 1 or index.isdigit())
        ):
            return self.name(stem) + "".join(SUBSCRIPTS[character] for character in index)
        return name

    def text(self, node: ast.expr) -> str:
        """The expression in one line."""
        return self._in(node, 0, False)

    def because(self, reasons: list[Reason], values: Values) -> str | None:
        """`|e| = 3 > δ = 1`: why a line says what it says; None where there was no choice."""
        said = [self._reason(reason.condition, reason.held, values) for reason in reasons]
        return " and ".join(dict.fromkeys(said)) or None

    def _reason(self, node: ast.expr, held: bool, values: Values) -> str:
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self._reason(operand, not held, values)
            case ast.BoolOp(op=op, values=parts):
                met = [bool(value_of(part, values)) for part in parts]
                if isinstance(op, ast.And) == held:  # all of them speak
                    return " and ".join(self._reason(part, held, values) for part in parts)
                return self._reason(parts[met.index(held)], held, values)
            case ast.Compare(left=left, ops=ops, comparators=others):
                sides = [left, *others]
                pairs = [(a, op, b) for a, op, b in zip(sides, ops, others, strict=False)]
                if not held:
                    pairs = [p for p in pairs if not value_of(ast.Compare(p[0], [p[1]], [p[2]]), values)][:1]
                    pairs = [(a, _NEGATED[type(op)](), b) for a, op, b in pairs]
                return " and ".join(self._pair(*pair, values) for pair in pairs)
            case ast.Call(func=ast.Name(id="ratio")):
                return "0/0 counts as 0"
        return f"{self.text(node)} is {'true' if held else 'false'}"

    def _pair(self, left: ast.expr, op: ast.cmpop, right: ast.expr, values: Values) -> str:
        if isinstance(op, ast.Eq):
            same = self._valued(right, values)
            return f"{self.text(left)} = {same}" if self.text(left) != same else same
        return self._valued(left, values) + _SIGNS[type(op)] + self._valued(right, values)

    def _valued(self, node: ast.expr, values: Values) -> str:
        text = self.text(node)
        value = self.text(constant(values.held(value_of(node, values)), DIGITS[values.dtype]))
        return text if text == value else f"{text} = {value}"

    def _in(self, node: ast.expr, outer: int, bars: bool) -> str:
        """The text, in brackets where what stands around binds tighter; `bars`: between | |."""
        text, own = self._of(node, bars)
        return f"({text})" if own < outer else text

    def _of(self, node: ast.expr, bars: bool) -> tuple[str, int]:
        match node:
            case ast.Constant(value=value):
                return _number(value), _ATOM
            case ast.Name(id=name):
                return (LETTERS[name] if name in ("pi", "inf") else self.name(name)), _ATOM
            case ast.List(elts=parts):
                return self._list(parts), _ATOM
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return "−" + _apart(self._in(operand, _MINUS, bars)), _MINUS
            case ast.UnaryOp(operand=operand):
                return "not " + self._in(operand, _NOT, bars), _NOT
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return self._power(left, right, bars), _POWER
            case ast.BinOp(left=left, op=op, right=right):
                own = {ast.Add: _ADD, ast.Sub: _ADD, ast.BitAnd: _AND, ast.BitOr: _OR}.get(
                    type(op), _MULTIPLY
                )
                after = own + (_MULTIPLY - _ADD if own == _ADD else 1)
                return self._in(left, own, bars) + _SIGNS[type(op)] + _apart(
                    self._in(right, after, bars)
                ), own
            case ast.BoolOp(op=op, values=parts):
                own = _AND if isinstance(op, ast.And) else _OR
                return (" and " if own == _AND else " or ").join(
                    self._in(part, own + 1, bars) for part in parts
                ), own
            case ast.Compare(left=left, ops=ops, comparators=others):
                text = self._in(left, _ADD, bars)
                for sign, other in zip(ops, others, strict=True):
                    text += _SIGNS[type(sign)] + self._in(other, _ADD, bars)
                return text, _COMPARE
            case ast.Subscript(value=value, slice=index):
                return f"{self._in(value, _ATOM, bars)}[{self._index(index, bars)}]", _ATOM
            case ast.Call(func=ast.Name(id=name), args=args):
                return self._call(name, args, bars), _ATOM
        raise AssertionError(ast.dump(node))

    def _call(self, name: str, args: list[ast.expr], bars: bool) -> str:
        if name == "abs" and not bars:
            return f"|{self._in(args[0], 0, True)}|"
        if name == "sqrt" and isinstance(args[0], ast.Name | ast.Constant):
            return f"√{self._in(args[0], _ATOM, bars)}"
        return f"{_FUNCTIONS.get(name, name)}({', '.join(self._in(arg, 0, bars) for arg in args)})"

    def _power(self, base: ast.expr, exponent: ast.expr, bars: bool) -> str:
        text = self._in(base, _ATOM, bars)
        if isinstance(exponent, ast.Constant) and isinstance(exponent.value, int):
            return text + "".join(POWERS[digit] for digit in str(exponent.value))
        return f"{text}^{self._in(exponent, _ATOM, bars)}"

    def _index(self, index: ast.expr, bars: bool) -> str:
        match index:
            case ast.Tuple(elts=parts):
                return ", ".join(self._index(part, bars) for part in parts)
            case ast.Slice(lower=lower, upper=upper):
                return ":".join("" if end is None else self._in(end, 0, bars) for end in (lower, upper))
            case ast.Constant(value=None):
                return "None"
        return self._in(index, 0, bars)

    def _list(self, parts: list[ast.expr]) -> str:
        whole = ast.List(parts)
        if _is_matrix(whole):
            if matrices(whole):
                return f"[{' × '.join(map(str, _lengths(whole)))} numbers]"
        elif len(parts) > SHOWN:
            first = ", ".join(self._in(part, 0, False) for part in parts[:3])
            return f"[{first}, … {self._in(parts[-1], 0, False)}]"
        return "[" + ", ".join(self._in(part, 0, False) for part in parts) + "]"


def _apart(text: str) -> str:
    """In brackets where it begins with a minus: 10 − (−3)."""
    return f"({text})" if text.startswith("−") else text


def letters_of(page: str, parameters: Any) -> dict[str, str]:
    """The names written as a letter: all that lines may assign, and parameters whose letter the page uses."""
    return {name: letter for name, letter in LETTERS.items() if name not in parameters or letter in page}


def cut(node: ast.expr) -> bool:
    """Whether the text of an expression leaves numbers out."""
    lists = [part for part in ast.walk(node) if isinstance(part, ast.List)]
    return matrices(node) or any(len(part.elts) > SHOWN for part in lists)


def matrices(node: ast.expr) -> bool:
    """Whether an expression holds a matrix too large to be written out."""
    nested = (part for part in ast.walk(node) if isinstance(part, ast.List) and _is_matrix(part))
    return any(math.prod(_lengths(part)) > SHOWN_IN_ALL for part in nested)


def _is_matrix(node: ast.List) -> bool:
    return bool(node.elts) and isinstance(node.elts[0], ast.List)


def python(node: ast.expr) -> str:
    """The expression as Python."""
    return ast.unparse(ast.fix_missing_locations(node))


def _lengths(node: ast.expr) -> list[int]:
    lengths = []
    while isinstance(node, ast.List):
        lengths.append(len(node.elts))
        if not node.elts:
            break
        node = node.elts[0]
    return lengths


def _number(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | np.integer):
        return str(value)
    text = repr(float(value))
    return text.removesuffix(".0").replace("e-0", "e-").replace("e-", "e−").replace("e+", "e")
