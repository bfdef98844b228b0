"""Every gradient against differences of the value, and NaN where the slopes from both sides disagree."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.inputs import NAMES, Case, cases, compute, loss_of

import losscli
from losscli import LosscliError
from losscli.losses.domain import Array, Domain

STEPS = np.array([-1.0, -0.5, -0.25, 0.0, 0.25, 0.5, 1.0])
WITH = [name for name in NAMES if loss_of(name).slope is not None]
WITHOUT = [name for name in NAMES if loss_of(name).slope is None]


class Slopes:
    """Slopes from values at x + STEPS · h: central (error h⁶), and from the right and the left alone (h³).

    `error` and `side_error` are the last extrapolation's change: what is known of their accuracy.
    """

    def __init__(self, values: Array, h: Array) -> None:
        values = np.where(np.isfinite(values).all(axis=0), values, np.nan)  # no slope beside infinity
        far_left, left, near_left, here, near_right, right, far_right = values
        wide, middle, narrow = far_right - far_left, right - left, near_right - near_left
        thirds = [(4 * a - b) / 3 for a, b in ((middle / h, wide / (2 * h)), (2 * narrow / h, middle / h))]
        self.central = (16 * thirds[1] - thirds[0]) / 15
        self.noise = 100 * np.finfo(float).eps * np.abs(values).max(axis=0) / h
        self.error = np.abs(self.central - thirds[1]) + self.noise
        sides = []
        for sign, (one, two, three) in (
            (1, (near_right, right, far_right)),
            (-1, (near_left, left, far_left)),
        ):
            quarter, half, full = (
                sign * (value - here) / (part * h) for value, part in ((one, 0.25), (two, 0.5), (three, 1))
            )
            halves = 2 * quarter - half, 2 * half - full
            sides.append(((4 * halves[0] - halves[1]) / 3, np.abs(halves[0] - halves[1])))
        (self.right, right_error), (self.left, left_error) = sides
        self.side_error = np.maximum(right_error, left_error) + self.noise


def room(domain: Domain, y_pred: Array) -> Array:
    """How far each entry lies from the border of the domain, at most 1."""
    far = np.minimum(np.minimum(y_pred - domain.low, domain.high - y_pred), 1.0)
    for column in domain.positive:
        far[:, column] = np.minimum(far[:, column], y_pred[:, column])
    if domain.ordered:  # a corner must not pass the other
        sides = np.minimum(np.abs(y_pred[:, 2:] - y_pred[:, :2]), np.abs(y_pred[:, 2:]))
        far = np.minimum(far, np.tile(sides, 2))
    return far


def of_rows(case: Case, h: Array) -> Array:
    """Each row's value with each of its entries moved: (steps, rows, entries)."""
    n = len(case)
    flat = case.y_pred.reshape(n, -1)
    m = flat.shape[1]
    moved = np.tile(flat, (len(STEPS), m, 1, 1))
    for k in range(m):
        moved[:, k, :, k] += STEPS[:, None] * h.reshape(n, -1)[:, k]
    times = len(STEPS) * m
    true = None if case.y_true is None else np.tile(case.y_true, (times, *[1] * (case.y_true.ndim - 1)))
    stacked = replace(case, y_true=true, y_pred=moved.reshape(times * n, *case.y_pred.shape[1:]))
    values = compute(stacked).per_sample
    return np.moveaxis(values.reshape(len(STEPS), m, n), 1, 2)


def of_value(case: Case, h: Array, weight: Array | None, reduction: str) -> Array:
    """The reduced value with each of the entries moved: (steps, entries)."""
    values = np.empty((len(STEPS), case.y_pred.size))
    for k in range(case.y_pred.size):
        for step, part in enumerate(STEPS):
            moved = case.y_pred.copy()
            moved.flat[k] += part * h.flat[k]
            values[step, k] = compute(replace(case, y_pred=moved), weight, reduction=reduction).value
    return values


@pytest.mark.parametrize("name", WITH)
def test_gradient_is_the_slope_of_the_value(name: str) -> None:
    loss = loss_of(name)
    tally: Counter[str] = Counter()
    part = 1 if loss.kind == "sample" else 2  # a value for each step and entry takes its time

    @settings(max_examples=settings.default.max_examples // part)
    @given(data=st.data())
    def check(data: Any) -> None:
        case = data.draw(cases(loss, wide=False, rows=(1, 6) if loss.kind == "sample" else (3, 5)))
        rowwise = loss.kind == "sample" or case.params.get("per") == "sample"
        bound = loss.signature.bind(name, case.params)
        h = 2e-3 * room(loss.signature.y_pred.given(bound), case.y_pred)
        weight, reduction = None, "mean"
        if loss.kind == "statistic" and not rowwise and data.draw(st.booleans()):
            weight = np.linspace(0.5, 2.0, len(case))
        if loss.kind == "batch" and data.draw(st.booleans()):
            reduction = "sum"
        found = losscli.gradient(name, case.y_true, case.y_pred, weight, reduction=reduction, **case.params)
        assert found.shape == case.y_pred.shape
        if rowwise:
            slopes = Slopes(of_rows(case, h), h.reshape(len(case), -1))
        else:
            slopes = Slopes(of_value(case, h, weight, reduction), h.ravel())
        compare(found.reshape(slopes.central.shape), slopes, tally)

    check()
    # many entries lie away from kinks and borders, or nothing was compared
    assert tally["compared"] > 0.4 * tally["entries"]


def compare(found: Array, slopes: Slopes, tally: Counter[str]) -> None:
    size = 1 + np.abs(slopes.central)
    smooth = slopes.error < 1e-5 * size
    sided = slopes.side_error < 1e-2 * size
    kink = sided & (np.abs(slopes.right - slopes.left) > 0.1 * size + 4 * slopes.side_error)
    given_, wanted = found[smooth & ~kink], slopes.central[smooth & ~kink]
    there = ~np.isnan(given_)
    # a kink of the slope within the steps: the sides tell how much it matters
    apart = np.abs(slopes.right - slopes.left)
    slack = (30 * slopes.error + 2 * apart + 1e-9 * size)[smooth & ~kink][there]
    assert (np.abs(given_ - wanted)[there] <= slack).all(), f"{given_} is not {wanted}"
    assert np.isnan(found[kink]).all(), "a gradient where the slopes from both sides differ"
    tally["entries"] += found.size
    tally["compared"] += int(there.sum())
    # no gradient, although the value is smooth here: only where the definition says so (ties, zero vectors)
    tally["withheld"] += int((~there).sum())
    assert tally["withheld"] <= 0.2 * max(tally["entries"], 100)


@pytest.mark.parametrize("name", WITHOUT)
@given(data=st.data())
def test_a_loss_that_is_flat_almost_everywhere_has_no_gradient(name: str, data: Any) -> None:
    case = data.draw(cases(loss_of(name), wide=False))
    with pytest.raises(LosscliError, match="no gradient"):
        losscli.gradient(name, case.y_true, case.y_pred, **case.params)


@pytest.mark.parametrize("name", WITH)
@given(data=st.data())
def test_an_entry_has_its_gradient_or_nan_whatever_the_others_are(name: str, data: Any) -> None:
    case = data.draw(cases(loss_of(name)))
    found = losscli.gradient(name, case.y_true, case.y_pred, **case.params)
    assert found.shape == case.y_pred.shape
    if case.loss.kind != "sample":
        return
    values = compute(case).per_sample
    assert np.isnan(found[np.isnan(values)]).all()
    for row in range(len(case)):  # what another row is does not matter
        alone = case.take([row])
        mine = losscli.gradient(name, alone.y_true, alone.y_pred, **case.params)
        np.testing.assert_allclose(mine[0], found[row], rtol=1e-13, atol=0)
