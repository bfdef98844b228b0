"""Perfect predictions, built from the domains: the best value is reached, and nothing is better."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.conditions import hard, predictable
from support.inputs import NAMES, Case, cases, compute, loss_of

from losscli.losses.domain import Array, Domain

BEST = [name for name in NAMES if loss_of(name).best is not None]


def values_of(case: Case) -> Array:
    """The samples' values, or the one value there is."""
    found = compute(case)
    return np.atleast_1d(found.value if found.per_sample is None else found.per_sample)


def perfect(case: Case, size: float, *, wrong: bool = False) -> Case:
    """The case with predictions that are right by `size`: certain, far on the right side, equal to the truth.

    `wrong`: on the other side.
    """
    bound = case.loss.signature.bind(case.loss.name, case.params)
    domain = case.loss.signature.y_pred.given(bound)
    truth = case.loss.signature.y_true
    given_truth = None if truth is None else truth.given(bound)
    if case.y_true is None or given_truth is None:
        if domain.nonzero:  # pairs that agree, each against one other pair
            case = case.take(slice(2))
        return replace(case, y_pred=_without_truth(case, domain, -size if wrong else size))
    if _scored(given_truth, domain):
        made = _scores(case, given_truth, -size if wrong else size)
    else:
        made = _others(case, given_truth, domain, size, wrong)
    return replace(case, y_pred=made)


def _scored(truth: Domain, domain: Domain) -> bool:
    """Whether scores or logits are held against labels, classes or grades."""
    embedded = truth.grain == "index" and not truth.below_classes
    labels = truth.values is not None or truth.high == 1 or truth.sums_to_one or "grade" in truth.words
    free = np.isinf(domain.low) and np.isinf(domain.high) and not domain.minus_infinity and not domain.whole
    flat = domain.grain in ("row", "entry", "rest", "steps")
    return free and flat and not embedded and (labels or truth.grain in ("index", "indices"))


def _without_truth(case: Case, domain: Domain, size: float) -> Array:
    made = np.zeros_like(case.y_pred)
    if domain.grain == "columns":  # a better and a worse score
        made[:, 0], made[:, 1] = size, -size
    elif domain.nonzero:
        made[0], made[1:] = 1, -1
    elif domain.grain == "parts" and domain.size >= 3:  # anchor, positive, negative, second negative
        parts = made if made.ndim == 3 else made.reshape(len(made), domain.size, -1)
        parts[:, 2, 0] = size
        parts[:, 3:, 0] = -size
        if size < 0:
            parts[:, 1, 0], parts[:, 2, 0] = size, 0
    return made


def _classes(case: Case, truth: Domain) -> Array:
    """Where the true class (or label) of each prediction is 1, others 0."""
    assert case.y_true is not None
    if truth.grain == "indices":
        members = np.zeros_like(case.y_pred)
        for row, labels in zip(members, case.y_true.astype(int), strict=True):
            row[labels[: (labels >= 0).cumprod().sum()]] = 1
        return members
    if case.y_true.ndim == 1 and case.y_pred.ndim == 2:
        return (case.y_true[:, None] == np.arange(case.y_pred.shape[1])).astype(float)
    return (case.y_true > 0).astype(float) if truth.values else case.y_true


def _scores(case: Case, truth: Domain, size: float) -> Array:
    if case.loss.signature.y_pred.grain == "steps":
        return _paths(case, size)
    if "grade" in truth.words:  # rank them
        assert case.y_true is not None
        return size * case.y_true.argsort(axis=1).argsort(axis=1)
    right = _classes(case, truth)
    return size * (2 * right - 1) if truth.values or truth.high == 1 else size * right


def _paths(case: Case, size: float) -> Array:
    """Logits that spell each label sequence, with a blank (class 0) between its labels."""
    assert case.y_true is not None
    steps = np.zeros((len(case), 2 * case.y_true.shape[1] + 1), int)
    for row, labels in zip(steps, case.y_true.astype(int), strict=True):
        length = int((labels > 0).cumprod().sum())
        row[1 : 2 * length : 2] = labels[:length]
    return size * np.eye(case.y_pred.shape[2])[steps]


def _others(case: Case, truth: Domain, domain: Domain, size: float, wrong: bool) -> Array:
    y_true, y_pred = case.y_true, case.y_pred
    assert y_true is not None
    if "distance" in domain.words:
        return np.where((y_true > 0) != wrong, 0.0, size)
    if domain.grain == "columns" and truth.values is not None:  # two scores, the first to be higher or lower
        sign = -y_true if wrong else y_true
        return np.stack([size * sign, np.zeros(len(case))], axis=1)
    if domain.grain == "parts":  # two embeddings: the same, or opposite
        made = np.ones_like(y_pred)
        made[:, 1] *= np.where(y_true > 0, 1, -1)[:, None]
        return made
    if domain.minus_infinity:
        return np.where(_classes(case, truth) > 0, 0.0, -np.inf)
    if (
        truth.grain == "index" and not truth.below_classes
    ):  # embeddings: a direction for each class, or all at 0
        made = np.zeros_like(y_pred)
        if not wrong:
            made[:, 0], made[:, 1] = size * np.cos(y_true * np.pi / 2), size * np.sin(y_true * np.pi / 2)
        return made
    if truth.grain == "index" or (y_true.ndim == 1 and truth.index is not None):
        return _classes(case, truth)
    if truth.grain == "columns" and domain.grain == "scalar":  # the sooner the event, the higher the hazard
        return -size * y_true[:, 0].argsort().argsort()
    if y_true.ndim < y_pred.ndim:
        made = np.repeat(y_true[:, None], y_pred.shape[1], axis=1)
        made[:, domain.positive] = 1e-6  # as sure as can be
        return made
    return y_true.copy()


@pytest.mark.parametrize("name", BEST)
@given(data=st.data())
def test_a_perfect_prediction_reaches_the_best_value_and_nothing_is_better(
    name: str, data: st.DataObject
) -> None:
    loss = loss_of(name)
    case = predictable(hard(data.draw(cases(loss, wide=False, default=True))))
    reached = [compute(perfect(case, size)).value for size in (1.0, 30.0, 1e3, 1e6)]
    reached = [value for value in reached if not np.isnan(value)]  # 0/0: nothing to tell apart
    assert loss.best is not None
    if reached:  # some are approached only
        assert min(reached) == pytest.approx(loss.best, abs=1e-4)
    assert not compute(data.draw(cases(loss, default=True))).value < loss.best - 1e-12
