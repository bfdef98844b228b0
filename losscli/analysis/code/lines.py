"""The lines of a loss's steps, made ready to be written as code."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from losscli.catalogue.pages import formula
from losscli.errors import LosscliError
from losscli.formula.arrays import expression
from losscli.formula.language import Formula, Line, Repeat
from losscli.frameworks.convention import exact
from losscli.losses.declare import Loss


def formula_of(loss: Loss) -> Formula:
    """The steps of a loss's page; LosscliError where it has none."""
    steps = formula(exact(loss))
    if steps is None:
        raise LosscliError(f"the page of {loss.name} has no steps to write code from", "add them to the page")
    return steps


def propagated(lines: Sequence[Line | Repeat], same: dict[str, ast.expr]) -> list[Line | Repeat]:
    """The lines without those that only give another name (t = y_true), which is put in instead.

    `same` holds those names, of a statistic's rows for its value too.
    """
    if any(isinstance(line, Repeat) for line in lines):
        return list(lines)
    out: list[Line | Repeat] = []
    for line in lines:
        assert isinstance(line, Line)
        text = ast.unparse(line.expression)
        replaced = expression(text, **same)
        if len(line.targets) == 1 and isinstance(replaced, ast.Name) and line.targets != ("L",):
            same[line.targets[0]] = replaced
        else:
            out.append(line._replace(expression=replaced))
    return out


def calls(lines: Sequence[Line | Repeat]) -> list[ast.expr]:
    return [
        part
        for line in lines
        if isinstance(line, Line)
        for part in ast.walk(line.expression)
        if isinstance(part, ast.Call)
    ]
