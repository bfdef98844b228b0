r"""Reads a catalogue page's LaTeX as arithmetic and computes it: fractions, sums, cases, definitions.

What letters mean is given (`names`): numbers, arrays (indexed by a subscript), functions, and the values that
an index runs over under "∈" and its letter. Juxtaposed factors multiply; \sum, \max and \log reach as far as
the product does; after a \quad stand definitions.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Names = dict[str, Any]
Part = Callable[[Names], Any]

TOKEN = re.compile(
    r"\\(?:begin|end)\{cases\}|\\(?:text|mathrm|operatorname)\{[^}]*\}|\\\\|\\[A-Za-z]+|\\[{}]|\d+\.?\d*|\S"
)
SPACE = re.compile(r"(?<!\\)\\[,;:! ]|\\(?:left|right|[bB]igl|[bB]igr)(?![A-Za-z])")
OPEN = {"(": ")", "[": "]", r"\{": r"\}"}
RELATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "=": lambda a, b: a == b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    r"\le": lambda a, b: a <= b,
    r"\ge": lambda a, b: a >= b,
    r"\ne": lambda a, b: a != b,
    r"\in": lambda a, b: a in b,
    r"\notin": lambda a, b: a not in b,
}
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    r"\log": math.log,
    r"\exp": math.exp,
    r"\cosh": math.cosh,
    r"\arctan": math.atan,
    "softplus": lambda x: math.log1p(math.exp(x)),
}
ENDS = {"+", "-", ")", "]", "}", "|", "&", ",", r"\\", r"\end{cases}", r"\}", r"\rVert", *RELATIONS}


def value(text: str, names: Mapping[str, Any]) -> Any:
    """L by the formula, which may go on in definitions of what stands in it."""
    made = dict(names)
    first, *others = re.split(r",?\s*\\q?quad", text)
    for definition in others:
        _define(definition, made)
    sides = (
        [Reader(side).whole() for side in first.split("=", 1)[1].split(" = ")]
        if _plain(first)
        else [Reader(first.split("=", 1)[1]).whole()]
    )
    found = [side(made) for side in sides]
    assert all(math.isclose(other, found[0], rel_tol=1e-11) for other in found[1:]), found
    return found[0]


def _plain(text: str) -> bool:
    """Whether each = at its top says the same once more."""
    return not re.search(r"cases|\[|_\{[^}]*=", text)


def _define(text: str, names: Names) -> None:
    left, right = text.split("=", 1)
    reader = Reader(left)
    name = reader.take().lstrip("\\")
    body = Reader(right).whole()
    arguments = [token for token in reader.rest() if re.fullmatch(r"[a-z]", token)]
    if not arguments:
        names[name] = Later(body)
    else:
        names[name] = lambda *given: body({**names, **dict(zip(arguments, given, strict=True))})


class Later:
    """A definition without arguments: computed where it is used."""

    def __init__(self, body: Part) -> None:
        self.body = body


class Reader:
    """Turns the tokens of one side of an equation into a function of names."""

    def __init__(self, text: str) -> None:
        self.tokens = TOKEN.findall(SPACE.sub(" ", text))
        self.at = 0
        self.inside = 0  # of how many |…|

    def whole(self) -> Part:
        part = self.sum()
        assert self.peek() is None, f"left unread: {self.rest()}"
        return part

    def rest(self) -> list[str]:
        return self.tokens[self.at :]

    def peek(self) -> str | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self, wanted: str | None = None) -> str:
        token = self.tokens[self.at]
        assert wanted in (None, token), f"{wanted} wanted before {self.rest()}"
        self.at += 1
        return token

    def sum(self) -> Part:
        sign = self.take() if self.peek() in ("+", "-") else "+"
        terms = [(sign, self.product())]
        while self.peek() in ("+", "-"):
            terms.append((self.take(), self.product()))
        if len(terms) == 1 and sign == "+":
            return terms[0][1]
        return lambda names: sum(part(names) if sign == "+" else -part(names) for sign, part in terms)

    def product(self) -> Part:
        parts = [self.factor()]
        while self.peek() is not None and (
            self.peek() not in ENDS or (self.peek() == "|" and not self.inside)
        ):
            if self.peek() == r"\cdot":
                self.take()
                left, right = parts.pop(), self.factor()
                parts.append(lambda names, left=left, right=right: np.dot(left(names), right(names)))
            elif self.peek() == "/":
                self.take()
                left, right = parts.pop(), self.factor()
                parts.append(lambda names, left=left, right=right: left(names) / right(names))
            else:
                parts.append(self.factor())

        def multiplied(names: Names) -> Any:
            found = parts[0](names)
            for part in parts[1:]:
                found = found * part(names)
            return found

        return multiplied

    def factor(self) -> Part:
        part = self.atom()
        while self.peek() == "^":
            self.take()
            part = _power(part, self.group())
        return part

    def group(self) -> Part:
        """A braced group or a single token."""
        if self.peek() == "{":
            self.take()
            part = self.sum()
            self.take("}")
            return part
        return self.atom()

    def atom(self) -> Part:
        token = self.take()
        if token in OPEN:
            return self.bracketed(token)
        if token == "|":
            self.inside += 1
            inner = self.sum()
            self.take("|")
            self.inside -= 1
            return lambda names: np.abs(inner(names))
        if token == r"\lVert":
            inner = self.sum()
            self.take(r"\rVert")
            order = self.subscript()
            return lambda names: np.linalg.norm(inner(names), names[order[0]] if order else 2)
        if token == r"\overline":  # the mean of one
            return self.group()
        if token == r"\frac":
            above, below = self.group(), self.group()
            return lambda names: above(names) / below(names)
        if token == r"\sqrt":
            inner = self.group()
            return lambda names: np.sqrt(inner(names))
        if token in (r"\sum", r"\max", r"\min"):
            return self.over(token)
        if token == r"\begin{cases}":
            return self.cases()
        if re.fullmatch(r"\d+\.?\d*", token):
            return lambda names: float(token)
        if token == r"\pi":
            return lambda names: math.pi
        name = (
            re.sub(r"\\(?:text|mathrm|operatorname)\{([^}]*)\}", r"\1", token)
            .replace(r"\_", "_")
            .lstrip("\\")
        )
        if token in FUNCTIONS or name in FUNCTIONS:
            return self.applied(FUNCTIONS.get(token) or FUNCTIONS[name])
        return self.symbol(name)

    def bracketed(self, token: str) -> Part:
        """(a), or [a = b], which is 1 or 0."""
        inner = self.condition()
        self.take(OPEN[token])
        return lambda names: float(found) if isinstance(found := inner(names), bool | np.bool_) else found

    def condition(self) -> Part:
        """a, or a < b < c."""
        parts, relations = [self.sum()], []
        while self.peek() in RELATIONS:
            relations.append(RELATIONS[self.take()])
            parts.append(self.sum())
        if not relations:
            return parts[0]

        def holds(names: Names) -> bool:
            values = [part(names) for part in parts]
            return all(r(a, b) for r, a, b in zip(relations, values, values[1:], strict=False))

        return holds

    def applied(self, function: Callable[[Any], Any]) -> Part:
        base = self.group() if self.peek() == "_" and self.take() else None
        inner = self.factor() if self.peek() in OPEN else self.product()
        if base is None:
            return lambda names: function(inner(names))
        return lambda names: math.log(inner(names)) / math.log(base(names))

    def over(self, token: str) -> Part:
        r"""\sum_k …, \max_{k \ne y} …, \max(a, b), or \sum … over whole arrays."""
        join = {r"\sum": sum, r"\max": max, r"\min": min}[token]
        if self.peek() in OPEN:
            close, parts = OPEN[self.take()], [self.sum()]
            while self.peek() == ",":
                self.take()
                parts.append(self.sum())
            self.take(close)
            return lambda names: join([part(names) for part in parts])
        under = Reader(" ".join(self.subscript()))
        letters = []
        while under.peek() is not None and re.fullmatch("[a-z]", under.peek() or ""):
            letters.append(under.take())
            if under.peek() == ",":
                under.take()
        if under.peek() == ":":
            under.take()
        elif under.peek() is not None:
            under.at -= 1  # the condition begins with the letter itself
        met = None if under.peek() in (None, "=") or _counts(under) else under.condition()
        if self.peek() == "^":
            self.take()
            self.group()
        body = self.product()
        if not letters:
            return lambda names: np.sum(body(names))

        def joined(names: Names) -> Any:
            found = []
            for place in np.ndindex(*(len(names[f"∈{letter}"]) for letter in letters)):
                here = {**names, **{x: names[f"∈{x}"][k] for x, k in zip(letters, place, strict=True)}}
                if met is None or met(here):
                    found.append(body(here))
            return join(found) if found else 0.0

        return joined

    def cases(self) -> Part:
        ways: list[tuple[Part, Part]] = []
        while self.peek() != r"\end{cases}":
            part = self.sum()
            self.take("&")
            if self.peek() == r"\text{otherwise}":
                self.take()
                ways.append((part, lambda names: True))
            else:
                ways.append((part, self.condition()))
            if self.peek() == r"\\":
                self.take()
        self.take()
        return lambda names: next(part(names) for part, met in ways if met(names))

    def subscript(self) -> list[str]:
        if self.peek() != "_":
            return []
        self.take()
        if self.peek() != "{":
            return [self.take()]
        depth, found = 0, []
        while True:
            token = self.take()
            depth += (token == "{") - (token == "}")
            found.append(token)
            if depth == 0:
                return found[1:-1]

    def symbol(self, name: str) -> Part:
        under = self.subscript()
        long = name + "_" + "".join(under).replace("\\", "") if under else name
        power = None
        if self.peek() == "^" and self.tokens[self.at + 2 : self.at + 3] == ["("] and name in ("d",):
            self.take()
            power = self.group()
        call = self.peek() == "(" and not under and name in CALLED
        if call:
            self.take()
            given = [self.sum()]
            while self.peek() == ",":
                self.take()
                given.append(self.sum())
            self.take(")")
            part = _called(name, given)
            return part if power is None else _power(part, power)

        def looked_up(names: Names) -> Any:
            if long in names:
                found = names[long]
                return found.body(names) if isinstance(found, Later) else found
            if not under and name == "e":
                return math.e
            found = names[name]
            places = [int(names[x]) if x in names else int(x) for x in under if x not in (",", " ")]
            return found(*places) if callable(found) else np.asarray(found)[tuple(places)]

        return looked_up


CALLED = {"S", "d", "cos", "Phi", "varphi", "sigma", "omega"}  # where a bracket follows


def _counts(under: Reader) -> bool:
    """d = 1 under a sum: its first value, with no condition in it."""
    return under.tokens[under.at + 1 : under.at + 2] == ["="]


def _called(name: str, given: list[Part]) -> Part:
    """A function's value; of a letter that is a number, the product."""

    def part(names: Names) -> Any:
        values = [one(names) for one in given]
        return names[name](*values) if callable(names[name]) else names[name] * values[0]

    return part


def _power(base: Part, exponent: Part) -> Part:
    return lambda names: base(names) ** exponent(names)
