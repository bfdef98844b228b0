"""What a framework does otherwise with the whole: its sentences, each with a number that shows it to be true.

A case of tests/support/departing_whole.py holds data on which the framework's number and the definition's
differ as the sentence says. A sentence that stands under a condition is unsaid under the parameters in QUIET;
one that always stands is this framework's alone. Every departure that tells no rows must have a case.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.departing import ALL, one, said
from support.departing_whole import CASES, QUIET, UNTOUCHED

import losscli
from losscli.catalogue import registry
from losscli.frameworks import FRAMEWORKS
from losscli.frameworks.convention import conventions, framework

TITLES = {
    "keras": "Keras",
    "torch": "PyTorch",
    "optax": "Optax",
    "sklearn": "scikit-learn",
    "tfa": "TensorFlow Addons",
    "torchvision": "torchvision",
    "scipy": "SciPy",
}
PRECISION = {like: 1e-12 if like in ("torch", "sklearn", "torchvision") else 2e-6 for like in TITLES}


def test_every_departure_of_the_whole_has_a_case() -> None:
    assert set(CASES) >= {key for key, departure in ALL.items() if departure.rows is None}
    assert set(QUIET) >= {key for key, departure in ALL.items() if departure.when and departure.rows is None}
    always = {key for key in CASES if not ALL[key].rows and not ALL[key].totals and not ALL[key].reductions}
    assert {key for key, *_ in UNTOUCHED} >= set(CASES) - always


@pytest.mark.parametrize("key", CASES)
def test_it_is_said_and_true(key: tuple[str, str, int]) -> None:
    case = CASES[key]
    score = one(key, case.true, case.pred, **case.params)
    (remark,) = said(key, score)
    assert (remark.kind, remark.count, remark.rows) == ("departure", len(case.told) or None, case.told)
    for word in case.words:
        assert word in remark.text
    np.testing.assert_allclose(score.value, case.theirs, rtol=case.rel or PRECISION[key[0]], atol=0)


@pytest.mark.parametrize("key", [key for key, case in CASES.items() if case.ours is not None])
def test_the_definition_gives_the_other_number(key: tuple[str, str, int]) -> None:
    case = CASES[key]
    true = case.true if case.own_true is None else case.own_true
    pred = case.pred if case.own_pred is None else case.own_pred
    score = losscli.compute(key[1], true, pred, **(case.params if case.own is None else case.own))
    np.testing.assert_allclose(score.value, case.ours, rtol=1e-12, atol=1e-15)
    assert not [remark for remark in score.remarks if remark.kind == "departure"]


@pytest.mark.parametrize(("key", "params"), [(key, given) for key, many in QUIET.items() for given in many])
def test_it_is_unsaid_where_its_condition_does_not_hold(
    key: tuple[str, str, int], params: dict[str, Any]
) -> None:
    case = CASES[key]
    pred = np.clip(case.pred, 0, 1) if key[:2] == ("torch", "bce") else case.pred
    assert not said(key, one(key, case.true, pred, **params))


@pytest.mark.parametrize(("key", "true", "pred", "params"), UNTOUCHED)
def test_it_is_unsaid_of_what_it_does_not_change(
    key: tuple[str, str, int], true: Any, pred: Any, params: dict[str, Any]
) -> None:
    assert not said(key, one(key, true, pred, **params))


def test_an_empty_row_of_many_is_told_by_row_alone() -> None:
    true, pred = [[1, 0], [0, 0]], [[0.5, 0.0], [0.0, 0.0]]
    key = ("keras", "dice", 0)
    assert not said(key, one(key, true, pred))
    (remark,) = said(key, one(key, true, pred, per="sample"))
    assert (remark.count, remark.rows) == (1, (2,))


@pytest.mark.parametrize("key", CASES)
def test_no_other_way_says_it(key: tuple[str, str, int]) -> None:
    case = CASES[key]
    loss = registry.get(key[1])
    for like in ("exact", *conventions(loss)):
        if like == key[0]:
            continue
        known = (
            losscli.find(loss.name).parameters
            if like == "exact"
            else conventions(loss)[like].signature.parameters
        )
        params = {name: value for name, value in case.params.items() if name in known}
        try:
            score = losscli.compute(loss.name, case.true, case.pred, like=like, **params)
        except losscli.LosscliError:
            continue
        assert not said(key, score)


@pytest.mark.parametrize("key", ALL)
def test_a_sentence_names_its_own_framework_alone(key: tuple[str, str, int]) -> None:
    sentence = ALL[key].why.replace("torchvision.", "").lower()
    named = {name for name, title in TITLES.items() if title.lower() in sentence}
    if key == ("torch", "bce", 1):  # names its call
        named |= {"torch"} if "torch.nn." in sentence else set()
    assert named == {key[0]}


def test_the_titles_are_the_frameworks() -> None:
    assert {name: framework(name).title for name in FRAMEWORKS} == TITLES
