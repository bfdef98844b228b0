"""Every property that a catalogue page declares, held against the numbers. No property is printed untested.

Over all labels, parameters and reductions, or those of the condition that the page prints beside it, which
must be needed. What the words mean stands in losscli.catalogue.pages.PROPERTIES. Those that concern the shape
of the loss over y_pred are in test_contract_shape.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.conditions import Condition, admitted, condition, parts, predictable
from support.inputs import Case, array, compute, declared, loss_of
from test_contract_perfect import perfect, values_of
from test_contract_shape import CHECKS as SHAPES

from losscli.catalogue import pages as catalogue
from losscli.errors import LosscliError
from losscli.losses.declare import Loss


def real_truth(case: Case) -> bool:
    """Whether y_true holds numbers of y_pred's kind rather than labels."""
    domain = case.loss.signature.y_true
    label = (
        domain is None
        or domain.values is not None
        or domain.grain in ("index", "indices")
        or domain.high == 1
    )
    return not label and case.y_true is not None


seeds = st.integers(0, 2**32)
EXAMPLES = settings.default.max_examples


def same_after(change: Callable[[Case, np.random.Generator], Case], slack: float = 1e-9) -> Any:
    """A check that a change of the inputs leaves every value."""

    def check_loss(loss: Loss, _: str | None, asked: Condition) -> None:
        @settings(max_examples=2 * EXAMPLES * asked.tries)
        @given(admitted(loss, asked, wide=False, rows=(2, 6)), seeds)
        def check(case: Case, seed: int) -> None:
            changed = change(case, np.random.default_rng(seed))
            np.testing.assert_allclose(values_of(changed), values_of(case), rtol=slack, atol=slack)

        check()

    return check_loss


def exchanged(case: Case, _: np.random.Generator) -> Case:
    assert case.y_true is not None
    return replace(case, y_true=case.y_pred, y_pred=case.y_true)


def shifted(case: Case, rng: np.random.Generator) -> Case:
    """One number added to y_true and y_pred; without a real y_true, one vector to every embedding."""
    if not real_truth(case):
        return replace(case, y_pred=case.y_pred + rng.uniform(-20, 20, case.y_pred.shape[-1]))
    number = rng.uniform(-20, 20)
    moved = case.y_pred + number
    for column in case.loss.signature.y_pred.positive:
        moved[:, column] = case.y_pred[:, column]
    return replace(case, y_true=case.y_true + number, y_pred=moved)


def scaled(case: Case, rng: np.random.Generator) -> Case:
    number = 10 ** rng.uniform(-3, 3)
    return replace(
        case, y_true=case.y_true * number if real_truth(case) else case.y_true, y_pred=case.y_pred * number
    )


def rotated(case: Case, rng: np.random.Generator) -> Case:
    if case.y_pred.ndim == 1:
        assert case.loss.signature.y_pred.grain in ("entry", "rest"), "there are no vectors to rotate"
        return case
    size = case.y_pred.shape[-1]
    turn, _ = np.linalg.qr(rng.normal(size=(size, size)))
    turn[0] *= np.sign(np.linalg.det(turn))
    return replace(
        case, y_true=case.y_true @ turn if real_truth(case) else case.y_true, y_pred=case.y_pred @ turn
    )


def zero_at_truth(loss: Loss, _: str | None, asked: Condition) -> None:
    @settings(max_examples=2 * EXAMPLES * asked.tries)
    @given(data=st.data())
    def check(data: Any) -> None:
        wide = data.draw(st.booleans()) and not loss.signature.y_pred.ordered  # no area, no overlap: 1
        case = predictable(data.draw(admitted(loss, asked, wide=wide)))
        logits = loss.signature.bind(loss.name, case.params).get("from_logits", False)
        right = perfect(case, 1e4 if logits else 1.0)  # certain is a logit far out
        assert (np.abs(values_of(right)) <= 1e-15).all()

    check()


def bounded(loss: Loss, detail: str | None, _: Condition) -> None:
    low, _, high = (detail or "").replace("−", "-").partition(" to ")
    ends = {"log 2": math.log(2)}
    found = tuple(float(ends.get(end, end)) for end in (low, high))
    assert found == (loss.lowest, loss.highest)  # which the values never leave: test_contract_values


def margin(loss: Loss, _: str | None, asked: Condition) -> None:
    @settings(max_examples=2 * EXAMPLES * asked.tries)
    @given(admitted(loss, asked, wide=False, rows=(2, 6)), st.sampled_from([10.0, 1e3]))
    def check(case: Case, size: float) -> None:
        assert (values_of(perfect(case, size)) == 0).all()

    check()

    worst: list[float] = []

    @given(admitted(loss, asked, wide=False, rows=(4, 6)))
    def look_at_the_wrong_side(case: Case) -> None:
        worst.append(float(values_of(perfect(case, 10.0, wrong=True)).max()))

    look_at_the_wrong_side()
    assert max(worst) > 0


def proper(loss: Loss, _: str | None, asked: Condition) -> None:
    @settings(max_examples=(EXAMPLES // 2 + 1) * asked.tries)
    @given(admitted(loss, asked, wide=False, rows=(1, 1)), seeds)
    def check(case: Case, seed: int) -> None:
        truth, pred = (
            loss.signature.y_true,
            loss.signature.y_pred.given(loss.signature.bind(loss.name, case.params)),
        )
        assert truth is not None
        rng = np.random.default_rng(seed)
        if pred.positive:
            return proper_density(case)
        if pred.grain == "entry":
            chance = np.append(rng.uniform(0.02, 0.98), np.linspace(0.02, 0.98, 97))
            outcomes, weights = np.array([0.0, 1.0]), np.array([1 - chance[0], chance[0]])
        else:
            classes = case.y_pred.shape[1]
            best = rng.dirichlet(np.ones(classes))
            others = [rng.dirichlet(1 + 1e4 * best, 20), rng.dirichlet(np.ones(classes), 200)]
            chance, weights = np.concatenate([[best], *others]), best
            outcomes = np.eye(classes) if truth.grain == "row" else np.arange(classes)
        forecasts = chance
        if pred.means == "logit":
            forecasts = np.log(chance) - (np.log1p(-chance) if pred.grain == "entry" else 0)
        costs = [replace(case, y_true=np.array([y] * len(chance)), y_pred=forecasts) for y in outcomes]
        expected = weights @ np.array([compute(cost).per_sample for cost in costs])
        assert (expected[1:] > expected[0]).all()
        return None

    check()


def proper_density(case: Case) -> None:
    """A location and a scale: least, on average over the distribution, at its own (0 and 1)."""
    chances = (np.arange(4001) + 0.5) / 4001
    if "laplace" in case.loss.name:
        sample = np.where(chances < 0.5, np.log(2 * chances), -np.log(2 * (1 - chances)))
    else:
        sample = np.array([NormalDist().inv_cdf(chance) for chance in chances])

    def expected(place: float, scale: float) -> float:
        forecast = np.tile([place, scale], (4001, 1))
        return float(compute(replace(case, y_true=sample, y_pred=forecast)).value)

    others = [(0.1, 1.0), (-0.1, 1.0), (0.0, 0.9), (0.0, 1.1), (0.5, 2.0), (-1.0, 0.3), (0.0, 10.0)]
    assert all(expected(*other) > expected(0.0, 1.0) for other in others)


def minimiser(loss: Loss, detail: str | None, asked: Condition) -> None:
    @settings(max_examples=EXAMPLES * asked.tries)
    @given(data=st.data())
    def check(data: Any) -> None:
        case = data.draw(admitted(loss, asked, wide=False, rows=(5, 5)))
        rng = np.random.default_rng(data.draw(seeds))
        assert loss.signature.y_true is not None
        targets = array(rng, loss.signature.y_true, (7, *case.y_pred.shape[1:][-1:]), False, {})
        if detail == "quantile q":
            columns = targets.reshape(7, -1).T
            levels = np.broadcast_to(loss.signature.bind(loss.name, case.params)["q"], len(columns))
            each = zip(columns, levels, strict=True)
            best = np.array([np.quantile(column, q, method="inverted_cdf") for column, q in each])
            best = best.reshape(targets.shape[1:])
        elif detail == "mode":
            labels, counts = np.unique(targets.ravel()[:7], return_counts=True)
            targets, best = targets.ravel()[:7], labels[counts.argmax()]
        else:
            best = {"mean": np.mean, "median": np.median}[str(detail)](targets, axis=0)

        def cost(constant: Any) -> float:
            if loss.signature.y_pred.given(loss.signature.bind(loss.name, case.params)).means == "logit":
                constant = np.log(constant) - np.log1p(-constant)
            y_pred = np.broadcast_to(constant, targets.shape)
            return float(compute(replace(case, y_true=targets, y_pred=y_pred)).value)

        lowest = cost(best)
        others = [*targets]
        if detail != "mode":
            parts = [rng.dirichlet(np.ones(7)) for _ in range(30)]
            others += [part @ targets for part in parts] + [0.999 * best + 0.001 * other for other in targets]
        assert all(cost(other) >= lowest - 1e-12 * (1 + abs(lowest)) for other in others)

    check()


CHECKS: dict[str, Callable[[Loss, str | None, Condition], None]] = {
    "symmetric": same_after(exchanged),
    "shift_invariant": same_after(shifted),
    "scale_invariant": same_after(scaled),
    "rotation_invariant": same_after(rotated),
    "zero_at_truth": zero_at_truth,
    "bounded": bounded,
    "proper": proper,
    "minimiser": minimiser,
    "margin": margin,
}


def test_every_word_of_the_vocabulary_has_a_check() -> None:
    assert {*CHECKS, *SHAPES} == set(catalogue.PROPERTIES)


ALL = {**CHECKS, **SHAPES}


@pytest.mark.parametrize(("name", "what", "detail", "when"), declared(CHECKS))
def test_property(name: str, what: str, detail: str | None, when: str | None) -> None:
    loss = loss_of(name)
    CHECKS[what](loss, detail, condition(loss, parts(when)))


@pytest.mark.parametrize(
    ("name", "what", "detail", "words", "part"),
    [
        (name, what, detail, parts(when), part)
        for name, what, detail, when in declared(ALL)
        for part in parts(when)
    ],
)
def test_every_part_of_a_condition_is_needed(
    name: str, what: str, detail: str | None, words: list[str], part: str
) -> None:
    loss = loss_of(name)
    with pytest.raises((AssertionError, LosscliError)):  # not so, or not even admitted
        ALL[what](loss, detail, condition(loss, [word for word in words if word != part], tries=20))
