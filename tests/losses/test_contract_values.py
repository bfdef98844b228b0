"""The contract of every loss's values: splits, order, weights, range, number types."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support.close import close
from support.inputs import NAMES, Case, cases, compute, loss_of
from support.requests import score

import losscli
from losscli import LosscliError
from losscli.batch import Batch
from losscli.engine.align import align
from losscli.frameworks.convention import exact
from losscli.losses.declare import Loss
from losscli.losses.domain import Array

SAMPLES = [name for name in NAMES if loss_of(name).kind == "sample"]
WEIGHED = [name for name in NAMES if loss_of(name).kind != "batch"]
BATCHES = [name for name in NAMES if loss_of(name).kind == "batch"]


def reductions(case: Case) -> tuple[str, ...]:
    """The reductions that give a number: a statistic over the batch has the mean alone."""
    rowwise = case.loss.kind == "statistic" and case.params.get("per") != "sample"
    return ("mean",) if rowwise else ("mean", "sum")


def assert_same(one: float | None, other: float | None, scale: float, ulps: float = 45) -> None:
    """Equal within 1e-14 of the values that were added up, infinities and nan alike."""
    slack = ulps * np.finfo(float).eps * (scale if np.isfinite(scale) else 0.0)
    np.testing.assert_allclose(one, other, rtol=ulps * np.finfo(float).eps, atol=slack)


def scale_of(case: Case, reduction: str) -> float:
    """The size of what is added up; a statistic's value is made of positive sums."""
    with np.errstate(over="ignore"):
        values = compute(case).per_sample
        if values is None:
            return 1.0 if np.isfinite(case.loss.highest) else 0.0
        total = float(np.abs(values).sum())
    return total if reduction == "sum" else total / len(case)


def finite(score: Any) -> float:
    """The largest finite value among the samples."""
    return float(np.abs(score.per_sample[np.isfinite(score.per_sample)]).max(initial=0))


def split(case: Case, cuts: list[int], weight: Array | None) -> Any:
    """A stream of the case's rows in several batches."""
    ends = sorted({0, len(case), *(min(cut, len(case)) for cut in cuts)})

    def stream() -> Any:
        for first, last in pairwise(ends):
            y_true = None if case.y_true is None else case.y_true[first:last]
            part = None if weight is None else weight[first:last]
            yield Batch(y_true, {"y_pred": case.y_pred[first:last]}, part, first + 1)

    return stream


weights = st.lists(st.sampled_from([0.0, 0.25, 1.0, 2.0, 3.5, 1e-3, 1e6]), min_size=6, max_size=6)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_any_split_of_the_rows_gives_the_one_batch_answer(name: str, data: Any) -> None:
    case = data.draw(cases(loss_of(name)))
    cuts = data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    drawn = data.draw(weights)[: len(case)]
    weight = np.array(drawn) if name in WEIGHED and sum(drawn) and data.draw(st.booleans()) else None
    for reduction in reductions(case):
        whole = compute(case, weight, reduction=reduction)
        parts = score(
            name, split(case, cuts, weight), params=case.params, reduction=reduction, keep_values=True
        )
        biggest = scale_of(case, reduction) * (1.0 if weight is None else float(weight.max()))
        assert_same(parts.value, whole.value, biggest)
        assert parts.n == whole.n
        assert_same(parts.divisor or 0.0, whole.divisor or 0.0, 0.0)
        assert parts.signature == whole.signature
        if whole.per_sample is not None:
            # a kernel's matrix product may add in another order
            np.testing.assert_allclose(
                parts.per_sample, whole.per_sample, rtol=1e-14, atol=1e-14 * finite(whole)
            )


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_the_order_of_the_rows_does_not_matter(name: str, data: Any) -> None:
    case = data.draw(cases(loss_of(name)))
    order = np.array(data.draw(st.permutations(range(len(case)))))
    for reduction in reductions(case):
        found = compute(case.take(order), reduction=reduction).value
        # a batch loss adds inside its kernel, in the rows' order
        ulps = 1e4 if name in BATCHES else 45
        assert_same(found, compute(case, reduction=reduction).value, scale_of(case, reduction), ulps)


@pytest.mark.parametrize("name", WEIGHED)
@given(data=st.data())
def test_weight_0_leaves_a_row_out_and_weight_2_counts_it_twice(name: str, data: Any) -> None:
    case = data.draw(cases(loss_of(name), rows=(2, 6)))
    weight = np.array(data.draw(st.lists(st.sampled_from([0.0, 1.0, 2.0]), min_size=6, max_size=6)))
    weight = weight[: len(case)]
    assume(weight.any())
    counted = case.take(np.repeat(np.arange(len(case)), weight.astype(int)))
    for reduction in reductions(case):
        found, wanted = (compute(case, weight, reduction=reduction), compute(counted, reduction=reduction))
        assert_same(found.value, wanted.value, 2 * scale_of(counted, reduction))
        if reduction == "mean" and found.divisor is not None:
            assert found.divisor == close(wanted.divisor, 1e-14)


@pytest.mark.parametrize("name", BATCHES)
@given(data=st.data())
def test_a_batch_loss_takes_no_weights(name: str, data: Any) -> None:
    case = data.draw(cases(loss_of(name)))
    with pytest.raises(LosscliError, match="weight"):
        compute(case, np.ones(len(case)))


def bounds(loss: Loss) -> list[tuple[float, int]]:
    return [(loss.lowest, -1), (loss.highest, 1)]


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_the_value_stays_within_its_declared_range(name: str, data: Any) -> None:
    case = data.draw(cases(loss_of(name), default=data.draw(st.booleans())))
    found = compute(case)
    values = np.atleast_1d(found.value if found.per_sample is None else found.per_sample)
    # only what is 0/0 by definition is nan: nothing counted
    if not (found.divisor == 0 or (name == "weighted_kappa" and np.isnan(found.value))):
        assert not np.isnan(found.value)
    ulps = 4 * np.finfo(float).eps
    lowest, highest = (bound + side * ulps * max(1, abs(bound)) for bound, side in bounds(case.loss))
    assert ((values >= lowest) & (values <= highest) | np.isnan(values)).all()


@pytest.mark.parametrize("name", SAMPLES)
@given(data=st.data())
def test_the_samples_make_up_the_sum_and_the_mean(name: str, data: Any) -> None:
    case = data.draw(cases(loss_of(name)))
    found = compute(case)
    size = scale_of(case, "sum")
    with np.errstate(over="ignore", invalid="ignore"):
        total = np.sum(found.per_sample.astype(np.longdouble))
    assert found.per_sample.shape == (len(case),)
    assert_same(found.sum, float(total), size)
    np.testing.assert_equal(found.value, found.mean)
    assert found.mean == pytest.approx(found.sum / found.divisor if found.divisor else np.nan, nan_ok=True)
    assert [sample.row for sample in found.samples] == list(range(1, len(case) + 1))
    np.testing.assert_array_equal([sample.loss for sample in found.samples], found.per_sample)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_float32_integers_and_lists_give_the_same_numbers(name: str, data: Any) -> None:
    case = data.draw(cases(loss_of(name), wide=False))
    rounded = replace(
        case,
        y_true=None if case.y_true is None else case.y_true.astype(np.float32),
        y_pred=case.y_pred.astype(np.float32),
    )
    wanted = compute(
        replace(
            case,
            y_true=None if case.y_true is None else case.y_true.astype(np.float32).astype(np.float64),
            y_pred=case.y_pred.astype(np.float32).astype(np.float64),
        )
    )
    listed = losscli.compute(
        name,
        None if rounded.y_true is None else rounded.y_true.tolist(),
        rounded.y_pred.tolist(),
        **case.params,
    )
    for found in (compute(rounded), listed):
        np.testing.assert_equal(found.value, wanted.value)
        assert found.signature == wanted.signature
    if case.y_true is not None and (case.y_true == np.floor(case.y_true)).all():
        whole = replace(case, y_true=case.y_true.astype(np.int32))
        np.testing.assert_equal(compute(whole).value, compute(case).value)


SIGNATURE = re.compile(r"\w+(\|\w+:[^|]+)*\|like:exact\|(statistic|mean(:/\w+)?)\|n:\d+\|losscli:[\d.]+")


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_the_signature_names_every_parameter_and_is_stable(name: str, data: Any) -> None:
    case = data.draw(cases(loss_of(name)))
    found = compute(case)
    assert SIGNATURE.fullmatch(found.signature)
    for parameter in case.loss.parameters:
        assert f"|{parameter}:" in found.signature
    assert found.signature == compute(case).signature


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_kernels_keep_float32(name: str, data: Any) -> None:
    """Framework conventions compute in float32 with them: one float64 constant would give another number."""
    loss = loss_of(name)
    case = data.draw(cases(loss, wide=False))
    bound = loss.signature.bind(name, case.params)
    true, pred = align(replace(exact(loss), dtype=np.float32), case.y_true, case.y_pred, bound)
    bound = {
        k: v.astype(np.float32) if isinstance(v, np.ndarray) else v for k, v in bound.items() if k != "per"
    }
    with np.errstate(all="ignore"):
        made = loss.kernel(*((pred,) if true is None else (true, pred)), **bound)
    for term in made.values() if isinstance(made, dict) else [made]:
        assert np.asarray(term).dtype == np.float32
