"""check on values: missing, infinite, stand-ins, constant, copied; each on both sides of its condition."""

from __future__ import annotations

import re

import numpy as np
import pytest
from support.checking import HOT, ROWS, B, Data, K, P, Q, Told, Y, checked, data, found, hold, ids, put

import losscli
from losscli.analysis.profile import sample

NAN, INF = float("nan"), float("inf")
W = 1 + K / 40
SEVERAL = np.stack([K % 2, K // 2 % 2, K // 4 % 2], axis=1).astype(float)
BESIDE = np.stack([0.2 + K / 80, 0.9 - K / 80, 0.5 + 0.3 * np.sin(K)], axis=1)
TWO, OTHER = np.stack([Y, 2 * Y + np.cos(K)], axis=1), np.stack([P, 2 * P], axis=1)

TOLD = [
    Told(
        "missing",
        "error",
        data(put(Y, 3, NAN, 20, NAN), put(P, 3, NAN), put(W, 8, NAN)),
        data(Y, P, W),
        *(3, (4, 9, 21), ("y_true", "y_pred", "weight")),
        title="Missing",
        why=("makes the mean nan",),
        do=("--missing drop",),
    ),
    Told(
        "missing",
        "note",
        data(Y, put(P, slice(2, 9), NAN), missing="drop", loss="mse"),
        data(Y, P, missing="drop", loss="mse"),
        *(7, (3, 4, 5, 6, 7)),
        losses=("mse",),
    ),
    Told("missing", "error", data(Y, put(P, 2, NAN), missing="propagate"), data(Y, P), 1, (3,)),
    Told(
        "infinite",
        "error",
        data(put(Y, 5, -INF), put(P, 5, INF, 0, INF), W),
        data(put(Y, 5, NAN), put(P, 0, 1e300), W),
        *(2, (1, 6), ("y_true", "y_pred")),
        title="Infinite",
        why=("inf − inf",),
        do=("leave out these rows",),
    ),
    Told("infinite", "error", data(Y, P, put(W, 39, INF)), data(Y, P, W), 1, (40,), ("weight",)),
    Told(
        "constant_truth",
        "warning",
        data([7.5] * 3, [7, 8, 9.5]),
        data([7.5] * 2, [7, 8.5]),
        *(None, (), ("y_true",)),
        title="y_true is 7.5 in every row",
        why=("nothing to learn",),
        do=("--true",),
    ),
    Told(
        "constant_truth",
        "warning",
        data([7.5] * 9, P[:9]),
        data(put([7.5] * 9, 4, 7), P[:9]),
        *(None, (), ("y_true",)),
    ),
    Told(
        "constant_truth",
        "warning",
        data([7.5] * 9, P[:9]),
        data(put([7.5] * 9, 4, NAN), P[:9]),
        *(None, (), ("y_true",)),
    ),
    Told(
        "constant_prediction",
        "warning",
        data(Y, np.full(40, 41.25)),
        data(Y, put(np.full(40, 41.25), 7, 41.5)),
        None,
        title="constant",
        why=("gives 41.25 to every row",),
        do=("--pred",),
    ),
    Told("constant_prediction", "warning", data([1, 2.5, 3], [2.5] * 3), data([1, 2.5], [2.5] * 2), None),
    # Nothing but rounding left: a spread of a millionth of the truth's.
    Told(
        "constant_prediction",
        "warning",
        data([0.5, 2.5] * 10, [1.5 + 0.9e-6, 1.5 - 0.9e-6] * 10),
        data([0.5, 2.5] * 10, [1.5 + 1.1e-6, 1.5 - 1.1e-6] * 10),
        None,
        why=("gives 1.5 to",),
    ),
    Told(
        "constant_column",
        "warning",
        data(SEVERAL[:10], put(BESIDE[:10], (slice(None), 1), 0.3)),
        data(SEVERAL[:9], put(BESIDE[:9], (slice(None), 1), 0.3)),
        *(None, (), ("y_pred[2]",)),
        title="Constant columns",
        do=("--true and --pred",),
    ),
    Told(
        "constant_column",
        "warning",
        data(put(SEVERAL, (slice(None), [0, 2]), 1), BESIDE),
        data(put(SEVERAL, (slice(None), [0, 2]), 1, (5, [0, 2]), 0), BESIDE),
        *(None, (), ("y_true[1]", "y_true[3]")),
    ),
    # A coordinate that is the same in the truth too is none.
    Told(
        "constant_column",
        "warning",
        data(TWO, put(OTHER, (slice(None), 1), 40)),
        data(put(TWO, (slice(None), 1), 41), put(OTHER, (slice(None), 1), 40)),
        *(None, (), ("y_pred[2]",)),
    ),
    Told("leakage", "warning", data(Y, Y), data(Y, put(Y, 9, np.nextafter(Y[9], 0))), None, do=("--pred",)),
    Told("leakage", "warning", data([1.5, 2], [1.5, 2]), data([1.5], [1.5]), None),
    Told("leakage", "note", data(B, B), data(B, put(B, 3, 1 - B[3])), None, title="are y_true"),
    Told(
        "leakage",
        "note",
        data(HOT, HOT),
        data(HOT, put(HOT, 0, [1, 0, 0])),
        *(None, (), ("y_pred[1]", "y_pred[2]", "y_pred[3]")),
    ),
    Told(
        "leakage",
        "warning",
        data(TWO, TWO),
        data(TWO, np.stack([Y, 2 * P], 1)),
        *(None, (), ("y_pred[1]", "y_pred[2]")),
    ),
    Told(
        "duplicate_columns",
        "warning",
        data(Y[:3], {"a": P[:3], "b": P[:3] + 1, "c": P[:3]}),
        data(Y[:2], {"a": P[:2], "b": P[:2] + 1, "c": P[:2]}),
        *(None, (), ("a", "c")),
        title="the same predictions",
    ),
    Told(
        "duplicate_columns",
        "warning",
        data(Y, {"a": P, "b": P}),
        data(Y, {"a": P, "b": put(P, 39, P[38])}),
        *(None, (), ("a", "b")),
    ),
]


@pytest.mark.parametrize("told", TOLD, ids=lambda told: told.id)
def test_a_finding_and_its_twin(told: Told) -> None:
    hold(told)


def test_each_copy_of_a_column_is_told_with_the_first() -> None:
    seen = checked(data(Y, {"a": P, "b": P, "c": P}))
    pairs = [finding.columns for finding in seen.findings if finding.id == "duplicate_columns"]
    assert pairs == [("a", "b"), ("a", "c")]


def test_only_minus_infinity_of_logarithms_is_none_and_only_theirs() -> None:
    logs = put(np.log(ROWS), (0, 0), -INF)  # class 0 of row 1, of class 1
    logs[0, 1:] = np.log([0.5, 0.5])
    assert "infinite" not in ids(data(K % 3, logs, loss="nll"))
    assert found(data(K % 3, put(logs, (6, 1), INF), loss="nll"), "infinite").rows == (7,)
    one = found(data(K % 3, logs, put(W, 4, INF), loss="nll"), "infinite")
    assert (one.columns, one.rows) == (("weight",), (5,))
    assert "infinite" in ids(data(Y, put(P, 0, -INF)))


SIGNS = [99, 999, 9999, 99999, 999999, 8888, 32768, 2**31, 2.0**63, 1e20, 1e30]
NEGATIVE = [-float(sign) for sign in SIGNS]
OTHERS = [
    32767,
    2**31 - 1,
    2.0**63,
    1e37,
    9.969209968386869e36,
    3.4028234663852886e38,
    -3.4028234663852886e38,
]
POSITIVE = [99, 999, 9999, 99999, 999999, 1e20, 1e30]


@pytest.mark.parametrize("value", [*NEGATIVE, *POSITIVE, *OTHERS])
def test_a_stand_in_for_missing_in_any_column(value: float) -> None:
    small = Y / 10
    for number, (true, pred, weight) in enumerate(
        [(put(small, 2, value, 9, value), P / 10, W), (small, put(P / 10, 2, value, 9, value), W)]
        + ([(small, P / 10, put(W, 2, value, 9, value))] if value > 0 else [])
    ):
        one = found(data(true, pred, weight), "sentinel")
        name = ("y_true", "y_pred", "weight")[number]
        assert (one.severity, one.count, one.rows, one.columns) == ("warning", 2, (3, 10), (name,))
        assert float(one.title.split()[0]) == pytest.approx(value, rel=1e-5, abs=0)
        rest = np.delete((true, pred, weight)[number], [2, 9])
        assert f"from {rest.min():.6g} to {rest.max():.6g}" in one.why
        # As it advises: the cells emptied, the rows dropped.
        arrays = [put(array, 2, NAN, 9, NAN) for array in (true, pred, weight)]
        assert checked(data(*arrays, missing="drop")).clean


@pytest.mark.parametrize("value", [-1000, 100, 998, -98, 8888, -32767, 1e19, -1e37])
def test_another_value_far_off_is_no_stand_in(value: float) -> None:
    assert "sentinel" not in ids(data(put(Y / 10, 2, value), P / 10))


# The sign, and the others' lowest and highest: just far enough, and not.
FAR: list[tuple[float, tuple[float, float], tuple[float, float]]] = [
    (-999, (0, 332), (0, 333)),  # three times the others' width
    (-999, (-249, -1), (-250, -1)),  # or size
    (999, (0, 90), (0, 91)),  # 99 and 999 may well be true: ten times
    (99, (1, 8), (1, 9)),
    (9999, (0, 2499), (0, 2500)),  # 9999 hardly: three times
    (-99, (0, 32), (0, 33)),
    (-999, (0, 0), (-250, 0)),  # of zeros alone
]


@pytest.mark.parametrize(("value", "near", "wide"), FAR)
def test_a_stand_in_lies_far_from_the_others(
    value: float, near: tuple[float, float], wide: tuple[float, float]
) -> None:
    for ends, told in ((near, True), (wide, False)):
        true = np.linspace(*ends, 40)
        true[7] = value
        assert ("sentinel" in ids(data(true, P))) == told


def test_both_ends_may_be_stand_ins() -> None:
    seen = checked(data(put(Y / 10, 2, -999, 5, 9999, 6, 9999), P / 10)).findings
    assert [(finding.title.split()[0], finding.rows) for finding in seen if finding.id == "sentinel"] == [
        ("9999", (6, 7)),
        ("-999", (3,)),
    ]


def copies(n: int, again: int) -> Data:
    """n rows, of which the last are the first over again."""
    at = np.r_[0 : n - again, 0:again]
    k = np.arange(n)
    return data((40 + 12 * np.sin(k))[at], (40 + 12 * np.sin(k) + np.cos(3 * k))[at])


@pytest.mark.parametrize(
    ("n", "told", "not_told"), [(10, 3, 2), (9, None, 4), (60, 3, 2), (80, 4, 3), (100, 5, 4), (1000, 50, 49)]
)
def test_copied_rows_are_counted_from_three_and_a_twentieth_on(
    n: int, told: int | None, not_told: int
) -> None:
    assert "duplicate_rows" not in ids(copies(n, not_told))
    if told is not None:
        one = found(copies(n, told), "duplicate_rows")
        assert one.title.startswith(f"{told} rows equal an earlier row")
        assert (one.severity, one.count, one.columns) == ("warning", None, ())
        # As it advises: the copies left out.
        mended = np.unique(np.stack(copies(n, told)[:2], axis=1), axis=0)
        assert "duplicate_rows" not in ids(data(mended[:, 0], mended[:, 1]))


def test_rows_repeat_by_themselves_where_values_are_few() -> None:
    at = np.r_[0:20, 0:20]
    assert "duplicate_rows" in ids(data(Y[at], P[at]))
    assert "duplicate_rows" not in ids(data(B[at], Q[at]))  # a label beside one number
    assert "duplicate_rows" in ids(data((K % 3)[at], ROWS[at]))  # but not beside three
    assert "duplicate_rows" not in ids(data(Y[at].round(), P[at].round()))  # whole numbers
    for many, told in ((10, True), (9, False)):  # a quarter of the rows differ, or fewer
        at = K % many
        assert ("duplicate_rows" in ids(data(Y[at], P[at]))) == told


def test_an_estimate_of_copied_rows_is_said_to_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    given = copies(6000, 2000)
    assert found(given, "duplicate_rows").title == "2000 rows equal an earlier row"
    monkeypatch.setattr(sample, "KEPT", 2000)
    (number,) = re.findall(r"^about (\d+) rows equal", found(given, "duplicate_rows").title)
    assert 1700 < int(number) < 2300
    assert int(number) == losscli.check(given.true, given.pred).profile.duplicates
