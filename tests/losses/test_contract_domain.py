"""What a loss does not admit is refused, with the row and the value named; NaN is missing data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.close import close
from support.inputs import NAMES, Case, cases, compute, loss_of

from losscli import LosscliError
from losscli.frameworks.convention import conventions
from losscli.losses.domain import Array, Domain, Means

ARGUMENTS = [
    (name, argument)
    for name in NAMES
    for argument in ("y_true", "y_pred")
    if getattr(loss_of(name).signature, argument) is not None
]


def becomes(domain: Domain) -> Iterator[Domain]:
    """A domain and what it becomes under its parameters."""
    yield domain
    for other in (*domain.under.values(), *([domain.index] if domain.index else [])):
        yield from becomes(other)


@pytest.mark.parametrize(("name", "argument"), ARGUMENTS)
def test_what_values_mean_is_declared_and_fits_their_range(name: str, argument: str) -> None:
    loss = loss_of(name)
    for signature in (loss.signature, *(way.signature for way in conventions(loss).values())):
        for domain in becomes(getattr(signature, argument) or loss.signature.y_pred):
            assert domain.means in get_args(Means)
            if domain.means in ("amount", "count", "rate", "distance"):
                assert domain.low in (0.0, -1.0)
            assert (domain.means == "probability") <= (domain.low == 0.0)
            assert (domain.means == "log-probability") == domain.minus_infinity
            assert (domain.means == "class index") == domain.below_classes
            assert (domain.means == "bounds") <= (domain.size == 2)
            if domain.values is not None:
                assert domain.means == "label"


def bad_values(domain: Domain, classes: int) -> Iterator[float]:
    """Values that one entry may not be."""
    yield np.inf
    if not domain.minus_infinity:
        yield -np.inf
    if domain.values is not None or domain.whole or domain.grain in ("index", "indices"):
        yield 0.5
    if domain.values is not None:
        yield 7.0
    if domain.below_classes:
        yield float(classes)
    if domain.below_classes and domain.grain == "index":
        yield -3.0
    if np.isfinite(domain.low):
        yield domain.low if domain.open_low else domain.low - 0.25
    if np.isfinite(domain.high):
        yield domain.high + 0.25


def bound_of(case: Case, argument: str) -> Domain:
    domain: Domain = getattr(case.loss.signature, argument)
    given_domain = domain.given(case.loss.signature.bind(case.loss.name, case.params))
    values = getattr(case, argument)
    if given_domain.index is not None and values.ndim == 1:
        return given_domain.index
    return given_domain


def drawn(data: Any, name: str) -> Case:
    case: Case = data.draw(cases(loss_of(name), rows=(2, 6)))
    # ignore_class admits one label outside the classes
    return replace(case, params={k: v for k, v in case.params.items() if k != "ignore_class"})


@pytest.mark.parametrize(("name", "argument"), ARGUMENTS)
@given(data=st.data())
def test_a_value_outside_the_domain_is_refused_by_row_and_value(name: str, argument: str, data: Any) -> None:
    case = drawn(data, name)
    domain = bound_of(case, argument)
    values: Array = getattr(case, argument)
    value = data.draw(st.sampled_from([*bad_values(domain, case.y_pred.shape[-1])]))
    row = data.draw(st.integers(0, len(case) - 1))
    spoiled = values.copy()
    # the entries of a row of labels that count come first
    spoiled.reshape(len(case), -1)[row, 0 if domain.grain == "indices" else -1] = value
    with pytest.raises(LosscliError) as refused:
        compute(replace(case, **{argument: spoiled}))
    place = refused.value.what.partition(":")[0]
    assert argument in place
    assert re.search(rf"\brow {row + 1}\b", place)
    assert f"{value:.15g}" in refused.value.what


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_relations_within_a_row_are_held(name: str, data: Any) -> None:
    case = drawn(data, name)
    row = data.draw(st.integers(0, len(case) - 1))
    for argument in ("y_true", "y_pred"):
        if getattr(case.loss.signature, argument) is None:
            continue
        domain, values = bound_of(case, argument), getattr(case, argument).copy()
        if domain.sums_to_one:
            values[row] = 0.3 if values.shape[1] == 2 else 0.2
            if domain.values is not None:
                values[row] = 1.0
        elif domain.ordered == "box_format":
            low_high = case.params.get("box_format") not in ("xywh", "cxcywh")
            values[row] = [5.0, 5.0, 4.0, 6.0] if low_high else [5.0, 5.0, -1.0, 6.0]
        elif domain.positive:
            values[row, domain.positive[0]] = 0.0
        elif domain.zero_one:
            values[row, domain.zero_one[0]] = 0.5
        elif domain.nonzero:
            values[row] = 0.0
        elif domain.exclusive is not None and values.size > 1:
            values.flat[0], values.flat[-1] = domain.exclusive
            with pytest.raises(LosscliError, match="two codings"):
                compute(replace(case, **{argument: values}))
            continue
        else:
            continue
        with pytest.raises(LosscliError, match=rf"\brow {row + 1}\b"):
            compute(replace(case, **{argument: values}))


@pytest.mark.parametrize(("name", "argument"), ARGUMENTS)
@given(data=st.data())
def test_nan_is_refused_dropped_or_propagated(name: str, argument: str, data: Any) -> None:
    case = drawn(data, name)
    row = data.draw(st.integers(0, len(case) - 1))
    values = getattr(case, argument).copy()
    values.reshape(len(case), -1)[row, 0] = np.nan
    holed = replace(case, **{argument: values})
    with pytest.raises(LosscliError, match=rf"row {row + 1}\b"):
        compute(holed)
    rest = case.take(np.arange(len(case)) != row)
    if case.loss.signature.y_pred.grain != "square":  # where a row is a column too
        dropped = compute(holed, missing="drop")
        if any("not the whole row" in remark.text for remark in dropped.remarks):
            assert dropped.n == len(case)
            if case.loss.family == "regression" and not case.params:  # as one column without it
                there = ~np.isnan(values.ravel())
                flat = replace(case, y_true=case.y_true.ravel()[there], y_pred=case.y_pred.ravel()[there])
                assert dropped.value == close(compute(flat).value, 1e-9)
        else:
            np.testing.assert_equal(dropped.value, compute(rest).value)
            assert dropped.n == len(case) - 1
        assert any(remark.rows == (row + 1,) for remark in dropped.remarks)
    domain = bound_of(case, argument)
    if domain.grain in ("index", "indices"):  # no kernel computes with a class nan
        with pytest.raises(LosscliError, match=rf"row {row + 1}\b.*nan"):
            compute(holed, missing="propagate")
        return
    told = compute(holed, missing="propagate")
    assert any(remark.count == 1 and remark.rows == (row + 1,) for remark in told.remarks)
    assert np.isnan(told.value)
    if told.per_sample is not None:
        wanted = compute(case).per_sample
        wanted[row] = np.nan
        np.testing.assert_array_equal(told.per_sample, wanted)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_lengths_and_shapes_that_differ_are_refused(name: str, data: Any) -> None:
    case = drawn(data, name)
    if case.y_true is None:
        with pytest.raises(LosscliError, match="takes no y_true"):
            compute(replace(case, y_true=np.ones(len(case))))
        return
    with pytest.raises(LosscliError, match="samples"):
        compute(replace(case, y_true=case.y_true[1:]))
    if case.loss.signature.y_pred.grain == "entry" and case.y_pred.ndim == 1:
        for one, other in ((case.y_true[:, None], case.y_pred), (case.y_true, case.y_pred[:, None])):
            with pytest.raises(LosscliError, match="N × N"):
                compute(replace(case, y_true=one, y_pred=other))
    with pytest.raises(LosscliError, match="needs y_true"):
        compute(replace(case, y_true=None))


@pytest.mark.parametrize("name", NAMES)
def test_parameters_outside_their_range_and_unknown_ones_are_refused(name: str) -> None:
    loss = loss_of(name)
    with pytest.raises(LosscliError, match="no parameter nonesuch"):
        loss.signature.bind(name, {"nonesuch": 1})
    for parameter in loss.parameters.values():
        range_ = parameter.range
        wrong: list[Any] = ["word", float("nan"), [[[1.0]]]]
        wrong += [] if range_.nullable else [None]
        wrong += [range_.low - 1] if np.isfinite(range_.low) else []
        wrong += [range_.high + 1] if np.isfinite(range_.high) else []
        wrong += [range_.low] if range_.open_low else []
        wrong += [range_.high] if range_.open_high else []
        for value in wrong:
            with pytest.raises(LosscliError, match=f"{parameter.name}.* is not "):
                parameter.read(value)
        if parameter.required:
            with pytest.raises(LosscliError, match=f"needs the parameter {parameter.name}"):
                loss.signature.bind(name, {})
        else:
            assert parameter.default is None or parameter.read(parameter.default) == parameter.default
