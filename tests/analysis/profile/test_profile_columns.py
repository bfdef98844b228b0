"""Each statistic of a column and of a pair is plain NumPy's, over batches; kinds at their boundaries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from support.checking import HOT, ROWS, B, C, K, P, Q, Y, Z, put
from support.close import close

from losscli.analysis.profile import profile
from losscli.batch import Batch, arrays_stream
from losscli.results.profile import ColumnProfile, Profile

NAN, INF = float("nan"), float("inf")
S = 2 * B - 1
SINE = np.sin(K)
SIGNS = (-999.0, 9999.0)


def of(true: Any, pred: Any, weight: Any = None) -> Profile:
    return profile(arrays_stream(true, pred if isinstance(pred, dict) else {"y_pred": pred}, weight))


def in_batches(rows: int, true: Any, pred: dict[str, Any], weight: Any) -> Profile:
    def stream() -> Iterator[Batch]:
        for at in range(0, len(true), rows):
            part = slice(at, at + rows)
            yield Batch(true[part], {m: p[part] for m, p in pred.items()}, weight[part], at + 1)

    return profile(stream)


def held(column: ColumnProfile, values: Any) -> None:
    """Every field of a column that can be counted by hand."""
    finite = values[np.isfinite(values)]
    usual = finite[~np.isin(finite, SIGNS)]
    assert column.count == len(finite)
    assert column.missing == np.isnan(values).sum()
    assert column.infinite == np.isinf(values).sum()
    assert column.minus_infinite == (values == -INF).sum()
    assert column.zeros == (finite == 0).sum()
    assert column.ones == (finite == 1).sum()
    assert column.negatives == (finite < 0).sum()
    assert (column.low, column.high) == (finite.min(), finite.max())
    assert column.inner == (usual.min(), usual.max())
    assert column.smallest == np.abs(finite[finite != 0]).min()
    assert column.mean == close(finite.mean(), 1e-12)
    assert column.std == close(finite.std(), 1e-12)
    assert column.whole == (finite == np.round(finite)).all()
    assert column.distinct is not None
    assert dict(column.distinct) == dict(zip(*np.unique(finite, return_counts=True), strict=True))
    assert [value for value, _ in column.distinct] == sorted(set(finite))
    assert column.constant == (finite.min() == finite.max() and len(finite) == len(values))
    assert column.bounded == (finite.min() >= 0 and finite.max() <= 1)


@pytest.mark.parametrize("rows", [1, 3, 40])
def test_every_column_is_numpys(rows: int) -> None:
    true = np.stack([put(Y, 0, NAN, 7, 0, 8, 1, 20, -999), put(K - 20, 3, INF, 4, -INF), 7.0 + 0 * K], axis=1)
    wide = np.stack([Q, put(SINE, 11, 1, 12, 1, 30, -INF, 31, -INF), put(P, 39, 9999, 2, -3)], axis=1)
    weight = put(1 + K / 7, 5, 0, 6, 0)
    seen = in_batches(rows, true, {"a": wide, "b": true[:, 1]}, weight)
    assert seen.n == 40
    assert seen.weight is not None
    assert [(c.role, c.model, c.name) for c in seen.columns] == [
        *(("y_true", None, f"y_true[{k}]") for k in (1, 2, 3)),
        *(("y_pred", "a", f"a[{k}]") for k in (1, 2, 3)),
        *(("y_pred", "b", "b"), ("weight", None, "weight")),
    ]
    given = [*true.T, *wide.T, true[:, 1], weight]
    for column, values in zip(seen.columns, given, strict=True):
        held(column, values)
    # The same values have the same digest, whatever their names and batches.
    assert seen.columns[1].digest == seen.columns[6].digest == of(None, true[:, 1]).columns[0].digest
    assert len({column.digest for column in seen.columns}) == 7


@pytest.mark.parametrize("rows", [1, 3, 40])
def test_rows_and_entries_are_counted(rows: int) -> None:
    true = put(HOT, 3, 0, 5, [1, 1, 0], 8, NAN)
    pred = put(ROWS, 2, [0.9, 0.9, 0.9], 4, [1.5, -0.25, -0.25], 6, [NAN, 3, 3], 7, [INF, -1, 0])
    logs = put(
        np.log(ROWS),
        3,
        -1,
        9,
        [-INF, np.log(0.5), np.log(0.5)],
        10,
        [NAN, 0, 0],
        11,
        [INF, 0, 0],
        12,
        [-INF, -3, -3],
    )
    seen = in_batches(rows, true, {"p": pred, "logs": logs}, 1.0 + 0 * K)
    assert seen.truth is not None
    assert (seen.truth.shape, seen.truth.off_rows) == ((3,), 2)
    p, other = seen.predictions
    assert (p.model, p.shape, p.entries, p.outside, p.off_rows) == ("p", (3,), 118, 6, 1)
    finite = logs[np.isfinite(logs).all(axis=1)]
    assert other.off_logs == 2
    assert other.off_rows == (np.abs(finite.sum(axis=1) - 1) > 1e-3).sum()
    assert other.outside == (((logs < 0) | (logs > 1)) & np.isfinite(logs)).sum()


@pytest.mark.parametrize("total", [1.0009, 0.9991, 1.0011, 0.9989])
def test_a_row_sums_to_one_within_a_thousandth(total: float) -> None:
    off = int(abs(total - 1) > 1e-3)
    rows = put(ROWS, 2, [0.5, 0.25, total - 0.75])
    assert of(C, rows).predictions[0].off_rows == off
    assert of(rows, ROWS).truth.off_rows == off  # type: ignore[union-attr]
    assert of(C, np.log(rows)).predictions[0].off_logs == off


def test_a_pair_is_numpys_where_both_are_finite() -> None:
    true, pred = put(Y, 3, NAN, 5, INF), put(P, 3, INF, 9, NAN, 20, 400)
    both = np.isfinite(true) & np.isfinite(pred)
    errors = pred[both] - true[both]
    seen = of(true, {"a": pred, "b": np.stack([P, P], 1)})
    (found,) = seen.residuals
    assert (found.model, found.n, found.sampled) == ("a", 37, False)
    assert np.array_equal(found.sample, errors)
    away, spread = errors - errors.mean(), errors.std()
    assert found.mean == close(errors.mean(), 1e-12)
    assert found.std == close(spread, 1e-12)
    assert found.median == close(np.median(errors), 1e-12)
    assert found.mad == close(np.median(np.abs(errors - np.median(errors))), 1e-12)
    assert found.skewness == close((away**3).mean() / spread**3, 1e-11)
    assert found.kurtosis == close((away**4).mean() / spread**4 - 3, 1e-11)
    levels = (0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1)
    assert [level for level, _ in found.quantiles] == list(levels)
    assert [value for _, value in found.quantiles] == close(list(np.quantile(errors, levels)), 1e-12)
    assert seen.predictions[0].correlation == close(np.corrcoef(true[both], pred[both])[0, 1], 1e-12)
    assert np.isnan(seen.predictions[1].correlation)
    assert np.array_equal(seen.true_sample, true[np.isfinite(true)])
    assert np.array_equal(seen.pred_sample["a"], pred[np.isfinite(pred)])
    assert np.isnan(of(Y, 0 * Y + 3).predictions[0].correlation)
    assert of(Y, -Y).predictions[0].correlation == close(-1.0, 1e-12)
    assert np.isnan(of(Y, Y + 1e-17).residuals[0].skewness)


def test_which_pairs_have_residuals() -> None:
    assert [r.model for r in of(Y, {"a": P, "b": P[:, None], "c": np.stack([P, P], 1)}).residuals] == [
        "a",
        "b",
    ]
    assert of(B, Q).residuals == ()  # labels
    assert of(None, P).residuals == ()
    assert of(np.full(3, NAN), P[:3]).residuals == ()


@pytest.mark.parametrize("weighted", [False, True])
def test_copies_count_truth_and_predictions_alone(weighted: bool) -> None:
    at = np.r_[0:36, 0, 0, 5, 5]
    weight = 1.0 + K if weighted else None  # the weights differ
    assert of(Y[at], P[at], weight).duplicates == 4
    assert of(Y[at], {"a": P[at], "b": 0.0 + K}).duplicates == 0
    assert of(put(Y[at], 36, 1), P[at]).duplicates == 3
    assert of(put(Y[at], [0, 36], [0.0, -0.0]), P[at]).duplicates == 3  # zeros are equal, of either sign


# Truth, predictions, and the kinds on one side of a boundary and on the other.
KINDS: list[tuple[Any, Any, tuple[str, str]]] = [
    # A tenth may be strays, and no more.
    (put(B, slice(0, 4), 5.5), Q, ("binary01", "probability")),
    (put(B, slice(0, 5), 5.5), Q, ("nonnegative", "real")),
    (B, put(Q, slice(0, 3), 7), ("binary01", "probability")),
    (B, put(Q, slice(0, 4), 7), ("binary01", "logits")),
    (C, put(ROWS, slice(0, 3), [3, 3, 3]), ("index", "probability_rows")),
    (C, put(ROWS, slice(0, 5), [3, 3, 3]), ("index", "logits")),
    (C, put(np.log(ROWS), slice(0, 4), -9), ("index", "log_probability")),
    (C, put(np.log(ROWS), slice(0, 5), -9), ("index", "logits")),
    (put(HOT, slice(0, 4), [1, 1, 0]), ROWS, ("one_hot", "probability_rows")),
    (put(HOT, slice(0, 5), [1, 1, 0]), ROWS, ("multilabel", "probabilities")),
    (put(HOT, 0, [1, 1, 0]), Z, ("multilabel", "logits")),
    (put(ROWS, slice(0, 4), 0.9), ROWS, ("soft", "probability_rows")),
    (put(ROWS, slice(0, 5), 0.9), ROWS, ("columns", "columns")),
    # Percent reach from 0 to beyond 20, and no further than 100.
    (B, put(20 * Q, 0, 20), ("binary01", "logits")),
    (B, put(20 * Q, 0, 20.5), ("binary01", "percent")),
    (B, put(20 * Q, 0, 100), ("binary01", "percent")),
    (B, put(20 * Q, 0, 100.5), ("binary01", "logits")),
    (B, put(20 * Q, 0, 50, 1, -0.1), ("binary01", "logits")),
    # Labels, counts and amounts.
    (S, Q, ("signs", "probability")),
    (S, S, ("signs", "labels")),
    (B + 1, Q, ("index", "probability")),
    (B + 2, Q, ("counts", "rate")),
    (C, Q, ("counts", "rate")),
    (C, put(ROWS, 0, [0.5, 0.25, 0.25]), ("index", "probability_rows")),
    (put(C, 0, 3), ROWS, ("index", "probability_rows")),
    (put(C, slice(0, 4), [3, 4, 5, 6]), ROWS, ("index", "probability_rows")),
    (put(C, slice(0, 5), [4, 5, 6, 7, 8]), ROWS, ("index", "vectors")),
    (C, 1 + 0 * C, ("index", "labels")),
    (put(S, 0, 0), SINE, ("labels", "logits")),
    (put(S, 0, -2), SINE, ("real", "real")),
    (100.0 + K, P, ("positive", "real")),
    (K + 4.0, P, ("counts", "rate")),  # from 5 on
    (K + 5.0, P, ("positive", "real")),
    (K + 29.0, K + 24.0, ("counts", "rate")),  # as far apart as counts are from their mean
    (K + 29.0, K + 28.0, ("positive", "real")),
    (np.round(2.4 * K), 0.1 * P, ("counts", "rate")),
    (np.round(2.5 * K), 0.1 * P, ("positive", "real")),  # the mean is above 50
    (K + 100.0 - 101 * (K == 1), P, ("counts", "rate")),
    (Y, P, ("positive", "real")),
    (put(Y, 0, 0), P, ("nonnegative", "real")),
    (put(Y, 0, -0.5), P, ("real", "real")),
    (Q, Q[::-1], ("fraction", "probability")),
    (put(Q, 0, 1.01), Q[::-1], ("positive", "real")),
    (Q, put(Q[::-1], slice(0, 4), 3), ("fraction", "real")),
    (K % 9, SINE, ("counts", "real")),
    (K % 9, SINE + 1, ("counts", "rate")),
]  # fmt: skip


@pytest.mark.parametrize(("true", "pred", "kinds"), KINDS)
def test_kinds_at_their_boundaries(true: Any, pred: Any, kinds: tuple[str, str]) -> None:
    seen = of(true, pred)
    assert seen.truth is not None
    assert (seen.truth.kind, seen.predictions[0].kind) == kinds


def test_an_empty_prediction_is_none_and_an_infinite_one_is() -> None:
    assert of(Y, np.full(40, NAN)).predictions[0].kind == "empty"
    assert of(Y, put(np.full(40, NAN), 3, INF)).predictions[0].kind == "real"
    assert of(None, ROWS).truth is None


def test_wide_arrays_are_one_column() -> None:
    wide = np.zeros((3, 200)) + np.arange(200)
    assert len(of(None, wide).columns) == 200
    (one,) = of(None, np.c_[wide, [1, 2, 3]]).columns
    assert (one.name, one.count, one.high) == ("y_pred", 603, 199)
    (one,) = of(None, np.ones((3, 2, 2))).columns
    assert one.count == 12


def test_zeros_of_either_sign_are_one_value() -> None:
    one, other = (of(None, put(Y, 0, zero)).columns[0] for zero in (0.0, -0.0))
    assert one.digest == other.digest
