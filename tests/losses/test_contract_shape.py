"""Properties of a loss's shape over y_pred: convex, smooth, a bounded gradient."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.conditions import Condition, admitted, condition, parts
from support.inputs import Case, array, declared, loss_of
from test_contract_perfect import values_of

import losscli
from losscli.losses.declare import Loss
from losscli.losses.domain import Array, Domain

seeds = st.integers(0, 2**32)
EXAMPLES = settings.default.max_examples


def gradient_of(case: Case) -> Array:
    return losscli.gradient(case.loss.name, case.y_true, case.y_pred, **case.params)


def another(case: Case, seed: int, wide: bool = False) -> Array:
    """Other predictions for the same rows."""
    bound = case.loss.signature.bind(case.loss.name, case.params)
    domain = case.loss.signature.y_pred.given(bound)
    return array(np.random.default_rng(seed), domain, case.y_pred.shape, wide, bound)


def convex(loss: Loss, _: str | None, asked: Condition) -> None:
    """In y_pred; of probabilities without the condition that says so, in the logits behind them too."""

    @settings(max_examples=2 * EXAMPLES * asked.tries)
    @given(st.data(), st.booleans(), seeds, st.sampled_from([0.5, 0.1, 0.9]))
    def check(data: Any, wide: bool, seed: int, part: float) -> None:
        case = tamed(data.draw(admitted(loss, asked, wide=wide, rows=(2, 6))))
        other = tamed(replace(case, y_pred=another(case, seed, wide)))
        between = replace(case, y_pred=part * case.y_pred + (1 - part) * other.y_pred)
        chord = part * values_of(case) + (1 - part) * values_of(other)
        assert (values_of(between) <= chord + 1e-11 * (1 + np.abs(chord))).all()
        domain = loss.signature.y_pred.given(loss.signature.bind(loss.name, case.params))
        if domain.means == "logit" or (domain.means == "probability" and not asked.probabilities):
            z = np.random.default_rng(seed).normal(size=(2, *case.y_pred.shape), scale=6)
            ends = [values_of(replace(case, y_pred=squeezed(end, domain))) for end in z]
            middle = values_of(replace(case, y_pred=squeezed(z.mean(axis=0), domain)))
            assert (middle <= np.mean(ends, axis=0) + 1e-9).all()

    check()


def squeezed(logits: Array, domain: Domain) -> Array:
    """The probabilities of logits, or the logits where the loss takes those."""
    if domain.means == "logit":
        return logits
    if not domain.sums_to_one:
        return 1 / (1 + np.exp(-logits))
    odds = np.exp(logits)
    return odds / odds.sum(axis=-1, keepdims=True)


def tamed(case: Case) -> Case:
    """With numbers of at most a thousand, where a difference of values keeps its digits."""
    y_true = None if case.y_true is None else np.clip(case.y_true, -1e3, 1e3)
    return replace(case, y_true=y_true, y_pred=np.clip(case.y_pred, -1e3, 1e3))


def smooth(loss: Loss, _: str | None, asked: Condition) -> None:
    @settings(max_examples=(EXAMPLES // 2 + 1) * asked.tries)
    @given(admitted(loss, asked, wide=False, rows=(2, 4)), seeds)
    def check(case: Case, seed: int) -> None:
        if loss.kind == "sample":
            case = case.take(np.isfinite(values_of(case)))
        start, end = case.y_pred, another(case, seed)
        # along a segment: the largest jump must vanish as one looks closer
        low, high, steepest = 0.0, 1.0, 0.0
        while high - low > 1e-9:
            parts = np.linspace(low, high, 33)
            slopes = gradients_of(case, [(1 - t) * start + t * end for t in parts])
            assert not np.isnan(slopes).any()
            steepest = max(steepest, np.abs(slopes).max(initial=0))
            jumps = np.abs(np.diff(slopes, axis=0)).reshape(32, -1).max(axis=1, initial=0)
            low, high = parts[jumps.argmax()], parts[jumps.argmax() + 1]
        assert jumps.max() < 1e-5 * (1 + steepest)
        for special in specials(case):  # at a point where several things coincide
            before, here, after = gradients_of(
                case, [special + sign * 1e-8 * (end - start) for sign in (-1, 0, 1)]
            )
            assert not np.isnan(here).any(), special
            assert (np.abs(after - before) < 1e-4 * (1 + np.abs(here))).all()

    check()


def gradients_of(case: Case, predictions: list[Array]) -> Array:
    """The gradient at each of several predictions; at once where rows do not depend on one another."""
    if case.loss.kind != "sample":
        return np.array([gradient_of(replace(case, y_pred=y_pred)) for y_pred in predictions])
    true = None if case.y_true is None else np.concatenate([case.y_true] * len(predictions))
    found = gradient_of(replace(case, y_true=true, y_pred=np.concatenate(predictions)))
    return found.reshape(len(predictions), *case.y_pred.shape)


def specials(case: Case) -> list[Array]:
    """Predictions inside the domain where kinks like to be: at the truth, at 0, all rows or parts equal."""
    bound = case.loss.signature.bind(case.loss.name, case.params)
    domain = case.loss.signature.y_pred.given(bound)
    found = [np.broadcast_to(case.y_pred[:1], case.y_pred.shape), np.zeros_like(case.y_pred)]
    if domain.grain == "parts":
        found.append(np.broadcast_to(case.y_pred[:, :1], case.y_pred.shape))
    if case.y_true is not None and case.y_true.shape == case.y_pred.shape:
        found.append(case.y_true)
    outside = [p for p in found if (p <= domain.low).any() or (p >= domain.high).any()]
    outside += [p for p in found if domain.sums_to_one and (np.abs(p.sum(axis=-1) - 1) > 1e-6).any()]
    outside += [p for p in found if domain.nonzero and not np.any(p, axis=-1).all()]
    outside += [p for p in found if any((p[:, column] <= 0).any() for column in domain.positive)]
    return [p for p in found if not any(p is other for other in outside)]


def bounded_gradient(loss: Loss, detail: str | None, asked: Condition) -> None:
    """Of the mean and, without the condition that says so, of the sum."""
    expression = compile(detail or "", loss.name, "eval")
    sums = loss.kind != "statistic" and not asked.mean

    @settings(max_examples=3 * EXAMPLES * asked.tries)
    @given(data=st.data())
    def check(data: Any) -> None:
        case = data.draw(admitted(loss, asked, wide=data.draw(st.booleans())))
        bound = loss.signature.bind(loss.name, case.params)
        lists = [name for name, value in bound.items() if isinstance(value, np.ndarray) and value.ndim == 1]
        each = [dict(bound)]
        for name in lists:  # a column each: the bound of all is the greatest
            each = [{**one, name: value} for one in each for value in bound[name].tolist()]
        names = {"__builtins__": {}, "max": max, "min": min, "math": math}
        try:
            limit = max(eval(expression, names, one) for one in each)
        except ZeroDivisionError:  # no bound under these parameters
            limit = np.inf
        for reduction in ("mean", "sum")[: 1 + sums]:
            slopes = losscli.gradient(loss.name, case.y_true, case.y_pred, reduction=reduction, **case.params)
            assert np.nanmax(np.abs(slopes), initial=0.0) <= limit * (1 + 1e-12)

    check()


CHECKS: dict[str, Callable[[Loss, str | None, Condition], None]] = {
    "convex": convex,
    "smooth": smooth,
    "bounded_gradient": bounded_gradient,
}


@pytest.mark.parametrize(("name", "what", "detail", "when"), declared(CHECKS))
def test_property(name: str, what: str, detail: str | None, when: str | None) -> None:
    loss = loss_of(name)
    CHECKS[what](loss, detail, condition(loss, parts(when)))
