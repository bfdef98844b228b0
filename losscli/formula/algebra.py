"""Expressions made simple: sums of products, with like terms collected and fractions kept whole.

An expression is a sum of terms, a term a rational number times powers of atoms. An atom is a name, a call,
a condition, or a sum in brackets. Brackets are multiplied out only where that leaves less to read.
"""

from __future__ import annotations

import ast
from fractions import Fraction
from typing import TypeAlias

# Powers of atoms, by their text; an exponent is a number, or the text of one with parameters in it.
_Power: TypeAlias = Fraction | str
_Product: TypeAlias = tuple[tuple[str, _Power], ...]
_Sum: TypeAlias = dict[_Product, Fraction]


_WORTH = 3  # p·(1 − p) says more than p − p²


def simple(node: ast.expr) -> ast.expr:
    """The expression with like terms collected, in the shorter of its two forms."""
    sums = folded, expanded = _sum(node, False), _sum(node, True)
    written = [_written(value) for value in sums]
    short, long = (len(ast.unparse(form)) for form in reversed(written))
    return written[len(expanded) <= len(folded) and short + _WORTH < long]


def _sum(node: ast.expr, expand: bool) -> _Sum:
    match node:
        case ast.Constant(value=int() | float() as value):
            return _number(Fraction(str(value)))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _times(_sum(operand, expand), _number(Fraction(-1)), expand)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _plus(_sum(left, expand), _sum(right, expand))
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return _plus(_sum(left, expand), _times(_sum(right, expand), _number(Fraction(-1)), expand))
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _times(_sum(left, expand), _sum(right, expand), expand)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return _times(_sum(left, expand), _to_the(_sum(right, expand), Fraction(-1)), expand)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _to_the(_sum(left, expand), _exponent(right))
        case ast.IfExp(test=test, body=body, orelse=orelse):
            branches = [simple(body), simple(orelse)]
            if ast.dump(branches[0]) == ast.dump(branches[1]):
                return _sum(branches[0], expand)
            return _atom(ast.IfExp(test, *branches))
        case ast.Call(func=ast.Name(id=name), args=[arg]) if name in _OF_OPPOSITE:
            inner = simple(arg)
            if isinstance(inner, ast.UnaryOp) and (expand or name == "abs"):
                opposite = _atom(ast.Call(ast.Name(name), [inner.operand], []))
                return _plus(_number(Fraction(_OF_OPPOSITE[name])), _scaled(opposite, name))
            return _atom(ast.Call(ast.Name(name), [inner], []))
        case ast.Call(func=func, args=args):
            return _atom(ast.Call(func, [simple(arg) for arg in args], []))
    return _atom(node)


_OF_OPPOSITE = {"sigmoid": 1, "abs": 0, "sign": 0}  # f(−x) = 1 − f(x), f(x), −f(x)


def _scaled(value: _Sum, name: str) -> _Sum:
    return value if name == "abs" else {term: -number for term, number in value.items()}


def _number(value: Fraction) -> _Sum:
    return {(): value} if value else {}


def _atom(node: ast.expr) -> _Sum:
    return {((ast.unparse(node), Fraction(1)),): Fraction(1)}


def _plus(one: _Sum, other: _Sum) -> _Sum:
    total = dict(one)
    for term, number in other.items():
        total[term] = total.get(term, Fraction(0)) + number
    return {term: number for term, number in total.items() if number}


def _times(one: _Sum, other: _Sum, expand: bool) -> _Sum:
    if not one or not other:
        return {}
    for a, b in ((one, other), (other, one)):
        if (branched := _condition(a)) is not None:
            test, *branches = branched.test, branched.body, branched.orelse
            made = [_written(_times(_sum(branch, expand), b, expand)) for branch in branches]
            return _sum(ast.IfExp(test, *made), expand)
    if not expand and {(): Fraction(-1)} not in (one, other):
        one, other = _closed(one), _closed(other)
    total: _Sum = {}
    for term, number in one.items():
        for factor, times in other.items():
            total = _plus(total, {_product(term, factor): number * times})
    return total


def _condition(value: _Sum) -> ast.IfExp | None:
    """A condition that is the whole of a sum."""
    match list(value.items()):
        case [((((text, power),)), number)] if power == 1 and number == 1 and " if " in text:
            node = ast.parse(text, mode="eval").body
            return node if isinstance(node, ast.IfExp) else None
    return None


def _closed(value: _Sum) -> _Sum:
    """A sum of several terms as one atom."""
    return _atom(_written(value)) if len(value) > 1 else value


def _product(one: _Product, other: _Product) -> _Product:
    powers: dict[str, _Power] = dict(one)
    for atom, power in other:
        powers[atom] = _added(powers[atom], power) if atom in powers else power
    return tuple((atom, power) for atom, power in powers.items() if power != 0)


def _added(one: _Power, other: _Power) -> _Power:
    if isinstance(one, Fraction) and isinstance(other, Fraction):
        return one + other
    return _exponent(ast.parse(f"({one}) + ({other})", mode="eval").body)


def _exponent(node: ast.expr) -> _Power:
    value = _sum(node, True)
    if not value or list(value) == [()]:
        return value.get((), Fraction(0))
    return ast.unparse(_written(value))


def _to_the(base: _Sum, power: _Power) -> _Sum:
    if power == 0:
        return _number(Fraction(1))
    if power == 1:
        return base
    if list(base) == [()] and isinstance(power, Fraction) and power.denominator == 1:
        return _number(base[()] ** int(power))
    if len(base) == 1 and isinstance(power, Fraction) and power.denominator == 1:
        ((term, number),) = base.items()
        if all(isinstance(known, Fraction) for _, known in term):
            raised = tuple((atom, known * power) for atom, known in term if isinstance(known, Fraction))
            return {raised: number ** int(power)}
    return {((ast.unparse(_written(base)), power),): Fraction(1)}


def _written(value: _Sum) -> ast.expr:
    """The sum as an expression, a positive term first where there is one."""
    terms = sorted(value.items(), key=lambda entry: entry[1] < 0)
    node: ast.expr = ast.Constant(0)
    for place, (term, number) in enumerate(terms):
        if place == 0:
            node = _term(term, number)
        else:
            node = ast.BinOp(node, ast.Sub() if number < 0 else ast.Add(), _term(term, abs(number)))
    return node


def _term(term: _Product, number: Fraction) -> ast.expr:
    above = [_raised(atom, power) for atom, power in term if not _below(power)]
    below = [_raised(atom, -power) for atom, power in term if isinstance(power, Fraction) and power < 0]
    size = abs(number)
    if size.numerator != 1 or not above:
        above.insert(0, ast.Constant(size.numerator))
    if size.denominator != 1:
        below.insert(0, ast.Constant(size.denominator))
    if size.denominator > 1000:  # a decimal reads better
        above, below = [ast.Constant(float(size)), *above[size.numerator != 1 :]], below[1:]
    if number < 0:  # −2·a, not −(2·a)
        above[0] = ast.UnaryOp(ast.USub(), above[0])
    node = _multiplied(above)
    return ast.BinOp(node, ast.Div(), _multiplied(below)) if below else node


def _below(power: _Power) -> bool:
    return isinstance(power, Fraction) and power < 0


def _raised(atom: str, power: _Power) -> ast.expr:
    node = ast.parse(atom, mode="eval").body
    if power == 1:
        return node
    if isinstance(power, str):
        return ast.BinOp(node, ast.Pow(), ast.parse(power, mode="eval").body)
    exponent = int(power) if power.denominator == 1 else float(power)
    return ast.BinOp(node, ast.Pow(), ast.Constant(exponent))


def _multiplied(factors: list[ast.expr]) -> ast.expr:
    node = factors[0]
    for factor in factors[1:]:
        node = ast.BinOp(node, ast.Mult(), factor)
    return node
