"""Lines as Steps: an expression, the same with numbers, its value, and each as people write it."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from losscli.formula.evaluate import Values, value_of
from losscli.formula.language import Line, Repeat
from losscli.formula.numbers import DIGITS, constant, decided, substituted
from losscli.formula.spell import SHOWN, Speller, cut, matrices, python
from losscli.results.steps import Step

EXACT = Values(np.float64)  # sums and what follows from them are taken in float64
_SLACK = 1e-14


def written(lines: Sequence[Line | Repeat], values: Values, speller: Speller) -> list[Step]:
    """The lines evaluated in order into `values`, each as a Step; repeated ones once for every turn."""
    steps: list[Step] = []
    with np.errstate(all="ignore"):
        for line in lines:
            if isinstance(line, Line):
                steps += _of_line(line, values, speller)
                continue
            first, end = (int(value_of(node, values)) for node in (line.start, line.stop))
            for turn in range(first, end):
                values[line.name] = turn
                note = f"{speller.name(line.name)} = {turn}"
                for each in line.lines:
                    made = _of_line(each, values, speller)
                    steps += [step._replace(note=note, turn=turn - first) for step in made]
    return steps


def _of_line(line: Line, values: Values, speller: Speller) -> list[Step]:
    if len(line.targets) == 1:
        return [of(line.targets[0], line.expression, values, speller)]
    steps = []
    for k, name in enumerate(line.targets):
        index: ast.expr = ast.Constant(k)
        if values.whole:
            index = ast.Tuple([ast.Slice(), index], ast.Load())
        steps.append((name, ast.Subscript(line.expression, index, ast.Load())))
    return [of(name, node, values, speller) for name, node in steps]


def of(name: str, node: ast.expr, values: Values, speller: Speller, note: str | None = None) -> Step:
    """One line as a Step; its value is kept in `values` under its name."""
    made, reasons = decided(node, values)
    value = values.held(value_of(made, values))
    numbers = substituted(made, values, value)
    because = speller.because(reasons, values)
    values[name] = value
    return _step(name, made, numbers, value, speller, DIGITS[values.dtype])._replace(
        because=because, note=note
    )


def _step(name: str, node: ast.expr, numbers: ast.expr, value: Any, speller: Speller, digits: int) -> Step:
    result = constant(value, digits)
    texts = [speller.name(name), speller.text(node)]
    for part in [result] if matrices(numbers) else [numbers, result]:
        text = speller.text(part)
        if text != texts[-1]:
            texts.append(text)
    return Step(
        name,
        python(node),
        python(numbers),
        plain(value),
        tuple(texts),
        cut=cut(numbers) or cut(result),
    )


def plain(value: Any) -> Any:
    """A value in Python's types; a float32 as the float64 that it is."""
    if isinstance(value, np.ndarray | np.generic):
        return value.astype(np.float64).tolist() if value.dtype.kind == "f" else value.tolist()
    return value


class Term(NamedTuple):
    """What one row (or all the others) adds to a sum: a product of named numbers.

    `names` and `numbers` go together; a number may be an array.
    """

    names: tuple[str, ...]
    numbers: tuple[Any, ...]


def added(
    name: str, terms: Sequence[Term], value: Any, speller: Speller, *, over: str = "", note: str | None = None
) -> Step:
    """A sum as a Step: the terms' products added up, then what `over` says is done to it.

    `value` is the sum as computed, which loses no digit. `over` is Python with x for the sum: "sqrt(x)".
    """
    expression = _sum([_product([ast.Name(n, ast.Load()) for n in term.names]) for term in terms])
    for digits in (15, 17):
        numbers = _sum([_product([constant(x, digits) for x in term.numbers]) for term in terms])
        if over:
            numbers = _around(over, numbers)
        with np.errstate(all="ignore"):
            spelled = value_of(numbers, EXACT)
        if np.allclose(spelled, value, rtol=_SLACK, atol=0, equal_nan=True):
            break
    expression = _around(over, expression) if over else expression
    made = _step(name, expression, numbers, value, speller, 15)
    texts = [made.texts[0]]
    if len(terms) <= SHOWN:
        texts += [speller.text(numbers)]
    else:
        few = [*numbers_of(terms[:3]), ast.Name("…", ast.Load()), *numbers_of(terms[-1:])]
        texts += [speller.text(_around(over, _sum(few)) if over else _sum(few))]
    texts += [text for text in [speller.text(constant(value, 15))] if text != texts[-1]]
    return made._replace(texts=tuple(texts), note=note, cut=made.cut or len(terms) > SHOWN)


def numbers_of(terms: Sequence[Term]) -> list[ast.expr]:
    """The terms' products with their numbers put in."""
    return [_product([constant(x, 15) for x in term.numbers]) for term in terms]


def _around(over: str, inner: ast.expr) -> ast.expr:
    class Put(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return inner if node.id == "x" else node

    made: ast.expr = Put().visit(ast.parse(over, mode="eval").body)
    return made


def _sum(parts: Sequence[ast.expr]) -> ast.expr:
    if not parts:
        return ast.Constant(0)
    total = parts[0]
    for part in parts[1:]:
        total = ast.BinOp(total, ast.Add(), part)
    return total


def _product(parts: Sequence[ast.expr]) -> ast.expr:
    total = parts[0]
    for part in parts[1:]:
        total = ast.BinOp(total, ast.Mult(), part)
    return total


def agree(one: Any, other: Any, slack: float, least: float = 0.0) -> bool:
    """Whether two values are one, to `slack` of them or to `least`; nan is nan, an infinity itself."""
    return bool(np.allclose(one, other, rtol=slack, atol=least, equal_nan=True))
