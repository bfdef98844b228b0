"""The numbers that pages state, recomputed from the data that they name."""

from __future__ import annotations

import importlib
import re

import numpy as np
import pytest
from support.claims.premises import PREMISES
from support.claims.reading import MARK, Claim, plain, printed, text_of

import losscli

NAMES = losscli.names()
MODULES = ("binary", "classes", "forecasts", "pairs", "regression")
CLAIMS: list[Claim] = [
    claim for name in MODULES for claim in importlib.import_module(f"support.claims.{name}").CLAIMS
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: f"{claim[0]}: {plain(claim[1])[:60]}")
def test_a_number_on_a_page_is_what_is_computed(claim: Claim) -> None:
    name, fragment, computed = claim
    assert plain(fragment) in text_of(name)
    marks, values = MARK.findall(fragment), np.atleast_1d(np.asarray(computed(), dtype=float))
    assert len(marks) == len(values)
    for mark, value in zip(marks, values, strict=True):
        number, slack = printed(mark)
        assert abs(number - value) <= slack * (1 + 1e-9) + 1e-12, f"{mark} is {value:.6g}"


DECIMAL = re.compile(r"(?<![\w.])\d+\.\d+")


@pytest.mark.parametrize("name", NAMES)
def test_every_decimal_on_a_page_is_recomputed_or_a_premise(name: str) -> None:
    left = text_of(name)
    for page, fragment, _ in CLAIMS:
        if page == name:
            left = left.replace(plain(fragment), "·")
    assert {*DECIMAL.findall(left)} == {*PREMISES.get(name, "").split()}
