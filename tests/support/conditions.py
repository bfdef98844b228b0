"""The conditions that pages print beside properties: "in the probabilities, for labels 0 and 1".

A property without one holds for every label, parameter and reduction that the loss admits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from support.inputs import Case, cases

from losscli.losses.declare import Loss

# A part of a condition: the values of parameters under which it holds, by the words that say so.
NAMED: dict[str, Mapping[str, tuple[Any, ...]]] = {
    "in the probabilities": {"from_logits": (False,)},
    "from logits": {"from_logits": (True,)},
    "of corners": {"box_format": ("xyxy", "yxyx")},
    "of distances": {"distance": ("euclidean", "squared")},
    "of Euclidean distances": {"distance": ("euclidean",)},
}
HARD = {"for labels 0 and 1", "for one-hot labels"}
BOUNDS: dict[str, Callable[[float, float], bool]] = {
    "above": lambda value, bound: value > bound,
    "up to": lambda value, bound: value <= bound,
    "from": lambda value, bound: value >= bound,
}
WITHOUT = re.compile(r"without (\w+)")  # which is left at its default
AT = re.compile(r"at (\w+) = (\S+)")
BOUND = re.compile(rf"at (\w+) ({'|'.join(BOUNDS)}) (\S+)")


class Condition(NamedTuple):
    """What a condition asks of a case: values of parameters, bounds, labels of 0 and 1, the mean alone."""

    params: Mapping[str, tuple[Any, ...]] = {}
    bounds: tuple[tuple[str, str, float], ...] = ()
    hard: bool = False
    mean: bool = False
    probabilities: bool = False
    tries: int = 1  # how many times as many examples to draw as usual


def parts(words: str | None) -> list[str]:
    """The parts of a condition: "without a and b, of the mean" has three."""
    return [] if not words else re.sub(r"(without \w+) and ", r"\1, without ", words).split(", ")


def condition(loss: Loss, words: list[str], tries: int = 1) -> Condition:
    """A condition of these parts; AssertionError for words that are not in the vocabulary."""
    params: dict[str, tuple[Any, ...]] = {}
    bounds = []
    for part in words:
        if part in NAMED:
            params |= {name: values for name, values in NAMED[part].items() if name in loss.parameters}
        elif named := WITHOUT.fullmatch(part):
            params[named[1]] = (loss.parameters[named[1]].default,)
        elif named := AT.fullmatch(part):
            params[named[1]] = (float(named[2]),)
        elif named := BOUND.fullmatch(part):
            bounds.append((named[1], named[2], float(named[3])))
        else:
            assert part in HARD | {"of the mean"}, f"no test knows what is meant by: {part}"
    return Condition(
        params,
        tuple(bounds),
        hard=bool(HARD & {*words}),
        mean="of the mean" in words,
        probabilities="in the probabilities" in words,
        tries=tries,
    )


def variants(loss: Loss, asked: Condition) -> Iterator[dict[str, Any]]:
    """Parameters to draw the rest around: those asked for, and each flag and choice in turn."""
    first = {name: values[0] for name, values in asked.params.items()}
    yield first
    for name, values in asked.params.items():
        yield from ({**first, name: value} for value in values[1:])
    for name, parameter in loss.parameters.items():
        choices = {"flag": (False, True), "choice": parameter.range.choices}.get(parameter.range.kind) or ()
        if name not in asked.params:
            admitted = (value for value in choices if isinstance(value, str) or parameter.range.admits(value))
            yield from ({**first, name: value} for value in admitted)


@st.composite
def admitted(draw: Any, loss: Loss, asked: Condition, **options: Any) -> Case:
    """A case that the loss admits and the condition holds for, with any parameters."""
    chosen = draw(st.sampled_from([*variants(loss, asked)]))
    case: Case = draw(cases(loss, given_params=chosen, **options))
    bound = loss.signature.bind(loss.name, case.params)
    for name, how, limit in asked.bounds:
        assume(BOUNDS[how](bound[name], limit))
    return hard(case) if asked.hard else case


def hard(case: Case) -> Case:
    """With labels and class probabilities of 0 and 1 alone."""
    domain = case.loss.signature.y_true
    if case.y_true is None or domain is None:
        return case
    if domain.sums_to_one and case.y_true.ndim == 2:
        return replace(case, y_true=np.eye(case.y_true.shape[1])[case.y_true.argmax(axis=1)])
    if domain.low == 0 and domain.high == 1:
        return replace(case, y_true=np.round(case.y_true))
    return case


def predictable(case: Case) -> Case:
    """With no truth that cannot be predicted: of a loss that takes predictions above a bound alone."""
    domain = case.loss.signature.y_pred
    if domain.open_low and case.y_true is not None and case.y_true.shape == case.y_pred.shape:
        return replace(case, y_true=np.where(case.y_true <= domain.low, 1.0, case.y_true))
    return case
