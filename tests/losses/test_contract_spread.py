"""The suite's inputs spread: a generator that draws a single point would prove nothing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from support.inputs import NAMES, Case, cases, compute, loss_of

from losscli.losses.domain import Domain
from losscli.losses.ranges import Range


def test_the_generators_know_every_field_of_a_domain_and_a_range() -> None:
    """A new kind of relation must be drawn too, or the suite would pass it by."""
    assert {field.name for field in fields(Domain)} == {
        *("words", "grain", "low", "high", "open_low", "values", "exclusive", "whole", "size", "positive"),
        *("minus_infinity", "below_classes", "sums_to_one", "nonzero", "ordered", "hint", "under", "by"),
        *("index", "zero_one", "unit_length", "means"),
    }
    assert {field.name for field in fields(Range)} == {
        *("words", "low", "high", "open_low", "open_high", "choices", "kind", "nullable", "hole"),
        *("minus_infinity", "below_classes", "level"),
    }


@pytest.mark.parametrize("name", NAMES)
def test_what_is_drawn_is_admitted_and_spreads(name: str) -> None:
    loss = loss_of(name)
    domains: dict[str, Domain] = {}
    seen: dict[str, list[float]] = defaultdict(list)
    params: dict[str, set[str]] = defaultdict(set)

    @settings(max_examples=60, derandomize=True)
    @given(cases(loss))
    def draw(case: Case) -> None:
        compute(case)
        bound = loss.signature.bind(loss.name, case.params)
        both = {
            "y_true": (case.y_true, loss.signature.y_true),
            "y_pred": (case.y_pred, loss.signature.y_pred),
        }
        for argument, (values, domain) in both.items():
            if values is not None and domain is not None:
                key = f"{argument}: {domain.given(bound).words}"
                domains[key] = domain.given(bound)
                seen[key].extend(values.ravel())
        for parameter, value in case.params.items():
            params[parameter].add(str(value))

    draw()
    for key, domain in domains.items():
        if len(seen[key]) > 100:  # else it is a rare parameter's
            assert_spread(seen[key], domain)
    assert max(map(len, seen.values())) > 150
    for parameter in loss.parameters.values():
        two = parameter.range.kind in ("flag", "choice", "whole")
        assert len(params[parameter.name]) >= (2 if two else 4), parameter.name


def assert_spread(values: list[float], domain: Domain) -> None:
    """Many values, of many sizes, both signs, both ends: whatever the domain has room for."""
    drawn = np.array(values)
    finite = drawn[np.isfinite(drawn)]
    if domain.values is not None:
        assert set(drawn) == set(domain.values)
    elif domain.grain in ("index", "indices") or domain.whole:
        assert len(set(drawn)) >= 3
    else:
        assert len(set(drawn)) >= 30
        sizes = np.log10(np.abs(finite[finite != 0]))
        assert np.ptp(sizes) > 5
        assert (np.isinf(domain.high) and not domain.sums_to_one) == bool((finite > 100).any())
        assert np.isfinite(domain.low) or (finite < -100).any()
        if domain.high == 1:
            assert 0 in drawn
            assert 1 in drawn
            assert ((drawn > 0.9) & (drawn < 1)).any()
