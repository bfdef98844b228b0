"""The profile: what one pass says of columns, kinds and residuals, held against NumPy on whole arrays."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from support.close import close

from losscli.analysis.profile import profile, sample
from losscli.batch import Batch, arrays_stream
from losscli.errors import LosscliError
from losscli.results.profile import Profile


def of(y_true: Any, y_pred: Any, weight: Any = None) -> Profile:
    models = y_pred if isinstance(y_pred, dict) else {"y_pred": y_pred}
    return profile(arrays_stream(y_true, models, weight))


def drawn(n: int = 500, seed: int = 0) -> tuple[Any, Any]:
    random = np.random.default_rng(seed)
    true = random.gamma(2, 30, n)
    return true, true + random.standard_t(5, n) * 4


def test_columns_are_numpys() -> None:
    true, pred = drawn()
    true[:7], pred[3], pred[4] = 0, np.nan, -np.inf
    seen = of(true, pred)
    one, other = seen.columns
    finite = pred[np.isfinite(pred)]
    assert (one.count, one.missing, one.infinite, one.zeros, one.ones) == (500, 0, 0, 7, 0)
    assert (other.count, other.missing, other.infinite) == (498, 1, 1)
    assert other.negatives == np.sum(finite < 0)
    assert (other.low, other.high) == (finite.min(), finite.max())
    assert other.mean == close(finite.mean(), 1e-13)
    assert other.std == close(finite.std(), 1e-13)
    assert one.smallest == true[true > 0].min()
    assert one.distinct is not None
    assert dict(one.distinct) == dict(zip(*np.unique(true, return_counts=True), strict=True))
    assert other.distinct is not None
    assert not one.whole
    assert not one.constant


def test_many_distinct_values_are_not_held() -> None:
    assert of(np.arange(1000.0), np.arange(1000.0)).columns[0].distinct is not None
    assert of(np.arange(1001.0), np.arange(1001.0)).columns[0].distinct is None


def test_residuals_are_numpys() -> None:
    true, pred = drawn(2000)
    (found,) = of(true, pred).residuals
    errors = pred - true
    away = errors - errors.mean()
    assert found.n == 2000
    assert not found.sampled
    assert found.mean == pytest.approx(errors.mean())
    assert found.median == pytest.approx(np.median(errors))
    assert found.std == pytest.approx(errors.std())
    assert found.mad == pytest.approx(np.median(np.abs(errors - np.median(errors))))
    assert found.skewness == pytest.approx(np.mean(away**3) / errors.std() ** 3)
    assert found.kurtosis == pytest.approx(np.mean(away**4) / errors.var() ** 2 - 3)
    for level, value in found.quantiles:
        assert value == pytest.approx(np.quantile(errors, level))
    assert of(true, pred).predictions[0].correlation == pytest.approx(np.corrcoef(true, pred)[0, 1])


@pytest.mark.parametrize("rows", [1, 7, 64, 1000])
def test_any_split_into_batches_gives_the_same(rows: int) -> None:
    true, pred = drawn(1000)
    true[5], pred[11] = np.nan, np.inf
    weight = np.abs(pred[::-1]) + 1

    def stream() -> Iterator[Batch]:
        for start in range(0, 1000, rows):
            part = slice(start, start + rows)
            yield Batch(true[part], {"a": pred[part], "b": true[part]}, weight[part], start + 1)

    split, whole = profile(stream), of(true, {"a": pred, "b": true}, weight)
    assert split.n == whole.n
    for one, other in zip(split.columns, whole.columns, strict=True):
        assert one.mean == close(other.mean, 1e-12)
        assert one.std == close(other.std, 1e-12)
        assert one._replace(mean=0, std=0) == other._replace(mean=0, std=0)
    for mine, theirs in zip(split.residuals, whole.residuals, strict=True):
        assert np.array_equal(mine.sample, theirs.sample)
    assert split.truth is not None
    assert whole.truth is not None
    assert split.truth.kind == whole.truth.kind
    assert split.columns[0].digest == split.columns[2].digest != split.columns[1].digest


def test_beyond_the_kept_a_seeded_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample, "KEPT", 2000)
    true, pred = drawn(20_000)
    arrays = list(zip(np.split(true, 40), np.split(pred, 40), strict=True))

    def stream() -> Iterator[Batch]:
        for number, (one, other) in enumerate(arrays):
            yield Batch(one, {"y_pred": other}, None, 500 * number + 1)

    (found,) = profile(stream).residuals
    assert found.sampled
    assert found.n == found.sample.size == 2000
    errors = pred - true
    assert np.isin(found.sample, errors).all()
    assert abs(found.mean - errors.mean()) < 5 * errors.std() / math.sqrt(2000)
    assert np.array_equal(found.sample, of(true, pred).residuals[0].sample)


def test_twin_rows_are_counted_and_beyond_the_kept_estimated(monkeypatch: pytest.MonkeyPatch) -> None:
    true, pred = drawn(3000)
    double = np.concatenate([true, true[:1000]]), np.concatenate([pred, pred[:1000]])
    seen = of(*double)
    assert (seen.duplicates, seen.estimated) == (1000, False)
    monkeypatch.setattr(sample, "KEPT", 1000)
    seen = of(*double)
    assert seen.estimated
    assert 700 < seen.duplicates < 1300


def test_huge_and_tiny_values_do_not_overflow() -> None:
    seen = of([1e308, 1.5e308, 1.7e308], [1e-320, 5e-324, 0.0])
    assert seen.columns[0].mean == pytest.approx(1.4e308)
    assert seen.columns[1].smallest == 5e-324
    assert seen.residuals[0].mean == pytest.approx(-1.4e308)


def test_no_rows() -> None:
    with pytest.raises(LosscliError, match="no samples"):
        profile(lambda: iter(()))


RANDOM = np.random.default_rng(3)
P = RANDOM.uniform(0.1, 0.9, 12)
ROWS = RANDOM.dirichlet([1, 1, 1], 12)
ONE_HOT = np.eye(3)[[0, 1, 2] * 4]
SEVERAL = np.array([[1.0, 1, 0], [0, 0, 0], [1, 0, 1], [0, 1, 0]] * 3)
KINDS: list[tuple[str, Any, Any, str, str]] = [
    ("0 and 1", [0, 1] * 6, P, "binary01", "probability"),
    ("0 and 1", [0, 1] * 6, np.log(P / (1 - P)) * 5, "binary01", "logits"),
    ("0 and 1", [0, 1] * 6, 100 * P, "binary01", "percent"),
    ("0 and 1", [0, 1] * 6, [0, 1, 1] * 4, "binary01", "labels"),
    ("-1 and 1", [-1, 1] * 6, np.log(P), "signs", "logits"),
    ("three", [0, 1, 2] * 4, ROWS, "index", "probability_rows"),
    ("three", [0, 1, 2] * 4, 7 * ROWS - 3, "index", "logits"),
    ("three", [0, 1, 2] * 4, np.log(ROWS), "index", "log_probability"),
    ("three", [0, 1, 2] * 4, [0, 1, 1] * 4, "index", "labels"),
    ("one-hot", ONE_HOT, ROWS, "one_hot", "probability_rows"),
    ("several", SEVERAL, RANDOM.random((12, 3)), "multilabel", "probabilities"),
    ("soft", ROWS, ROWS[::-1], "soft", "probability_rows"),
    ("counts", [0, 3, 1, 5, 2, 9] * 2, 8 * P, "counts", "rate"),
    ("amounts", 100 * P, 100 * P + 1, "positive", "real"),
    ("from 0", [0, *(100 * P[1:])], 100 * P + 1, "nonnegative", "real"),
    ("fractions", P, P[::-1], "fraction", "probability"),
    ("numbers", np.log(P) + 1, P, "real", "real"),
    ("mean and sd", np.log(P) + 1, np.c_[P, P], "real", "columns"),
    ("columns", np.c_[P, 3 * P], np.c_[P, P], "columns", "columns"),
    ("axes", RANDOM.random((12, 2, 2)), RANDOM.random((12, 2, 2)), "array", "array"),
    ("nothing", [np.nan] * 12, [np.nan] * 12, "empty", "empty"),
]


@pytest.mark.parametrize(("_", "true", "pred", "kind", "other"), KINDS)
def test_kinds(_: str, true: Any, pred: Any, kind: str, other: str) -> None:
    seen = of(true, pred)
    assert seen.truth is not None
    assert (seen.truth.kind, seen.predictions[0].kind) == (kind, other)


def test_classes_are_counted() -> None:
    for true, pred, counts in (
        ([0, 1, 1, 0, 1], P[:5], {0.0: 2, 1.0: 3}),
        (np.eye(3)[[0, 2, 2]], ROWS[:3], {0.0: 1, 1.0: 0, 2.0: 2}),
        (SEVERAL, RANDOM.random((12, 3)), {0.0: 6, 1.0: 6, 2.0: 3}),
    ):
        seen = of(true, pred)
        assert seen.truth is not None
        assert dict(seen.truth.classes) == counts
