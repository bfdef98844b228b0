"""What check makes of a named loss, and how it orders, counts and sums up what it finds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from support.checking import (
    HOT,
    ROWS,
    B,
    C,
    Data,
    K,
    P,
    Q,
    Told,
    Y,
    Z,
    checked,
    data,
    found,
    hold,
    ids,
    put,
)  # fmt: skip

import losscli
from losscli.analysis.check import examine
from losscli.batch import Batch
from losscli.engine import walk
from losscli.errors import LosscliError

SINE = np.sin(K)
FLAT = np.resize([1.0, -1.0], 40)
NEAR = SINE + 0.1 * FLAT
S = 2 * B - 1
SPREAD = put(np.full(40, 1.0), 3, -1, 6, 0)
SEVERAL = np.stack([K % 2, K // 2 % 2, K // 4 % 2], axis=1).astype(float)

TOLD = [
    # e to 89 is beyond float32, and to 88 is not.
    Told("float32_infinite", "warning", data(SINE, put(NEAR, 3, SINE[3] + 89.5, 5, 100), loss="linex"),
         data(SINE, put(NEAR, 3, SINE[3] + 87.5), loss="linex"), *(2, (4, 6)), losses=("linex",),
         title="in float32", why=("in float64 these rows have a value",), do=("another unit",)),
    Told("vanishing_gradient", "warning", data(SINE, put(NEAR, 3, 30, 8, -30), loss="tukey"),
         data(SINE, put(NEAR, 3, 3, 8, -3), loss="tukey"), *(2, (4, 9)), losses=("tukey",),
         title="a loss and no gradient", why=("tukey has levelled off",), do=("raise its scale", "huber")),
    Told("vanishing_gradient", "warning", data(SINE, put(NEAR, 3, 30), loss="tukey"),
         data(SINE, put(NEAR, 3, 30), loss="tukey", c=100), *(1, (4,)), losses=("tukey",)),
    Told("vanishing_gradient", "warning", data(SINE, put(NEAR, 3, 30), loss="tukey"),
         data(SINE, put(NEAR, 3, 30), loss="huber"), *(1, (4,)), losses=("tukey",)),
    Told("infinite_loss", "error", data(S, put(SINE, 2, -800, 3, 900, 5, 900), loss="exponential"),
         data(S, put(SINE, 2, 800, 3, -900), loss="exponential"), *(3, (3, 4, 6)), losses=("exponential",),
         title="The loss is infinite", why=("709.78",), do=("mend these rows",)),
    Told("infinite_loss", "error", data(1e154 * FLAT, put(1e154 * FLAT, 4, -1e154), loss="mse"),
         data(1e153 * FLAT, put(1e153 * FLAT, 4, -1e153), loss="mse"), *(1, (5,)), losses=("mse",)),
    Told("refused", "error", data(Y, np.stack([P, SPREAD], 1), loss="gaussian_nll"),
         data(Y, np.stack([P, np.abs(SPREAD) + B], 1), loss="gaussian_nll"),
         *(None, (), ("y_pred[1]", "y_pred[2]")), losses=("gaussian_nll",), title="refuses the data",
         why=("y_pred[2], row 4: -1 is not above 0",)),
    Told("departure", "note", data(B, put(Q, 3, 1e-9, 6, 1 - 1e-9), loss="bce", like="keras"),
         data(B, Q, loss="bce", like="keras"), *(2, (4, 7)), losses=("bce",), title="the framework changes",
         why=("Keras clips",)),
]  # fmt: skip


@pytest.mark.parametrize("told", TOLD, ids=lambda told: told.id)
def test_a_finding_and_its_twin(told: Told) -> None:
    hold(told)


def test_the_advice_cures() -> None:
    given = data(SINE, put(NEAR, 3, 30), loss="tukey")
    assert "vanishing_gradient" in ids(given)
    for options in ({"loss": "tukey", "c": 100}, {"loss": "huber"}):
        assert "vanishing_gradient" not in ids(given._replace(options=options))
    huge = data(SINE, put(NEAR, 3, 95), loss="linex")
    assert "float32_infinite" in ids(huge)
    assert "float32_infinite" not in ids(data(SINE / 10, huge.pred / 10, loss="linex"))


def test_what_is_infinite_in_float64_too_is_another_finding() -> None:
    given = data(SINE, put(NEAR, 3, 95, 5, 900), loss="linex")
    assert found(given, "float32_infinite").rows == (4,)
    assert found(given, "infinite_loss").rows == (6,)


def test_an_infinite_float32_is_told_once() -> None:
    # Each of these has an infinite loss in float32 too, which another finding explains on the same columns.
    for given, name in (
        (data(B, put(Q, 1, 1 - 1e-9), loss="bce"), "saturated_float32"),
        (data(1e20 * FLAT, 3e20 * FLAT, loss="mse"), "float32_squares"),
        (data(1e39 * Y, 1e39 * P, loss="mae"), "float32_overflow"),
        (data(S, put(SINE, 3, 90, 4, -90), loss="exponential"), "logits_overflow"),
    ):
        assert name in ids(given)
        assert "float32_infinite" not in ids(given)
    # Of another model, or with an explanation of another column, it is told.
    both = checked(data(SINE, {"a": put(NEAR, 3, 95), "b": put(NEAR, 5, np.inf)}, loss="linex")).findings
    assert [f.columns for f in both if f.id == "float32_infinite"] == [("a",)]


def test_a_loss_that_is_refused_or_infinite_by_a_known_error_is_told_once() -> None:
    for given, name in (
        (data(B, put(Q, 3, 1.5), loss="bce"), "probability_range"),
        (data(B, put(Q, 0, 0), loss="bce"), "saturated_wrong"),
        (data(put(Y, 3, 0), P, loss="mape"), "zeros"),
        (data(Y, put(P, 3, np.inf), loss="mse"), "infinite"),
    ):
        errors = [finding.id for finding in checked(given).findings if finding.severity == "error"]
        assert errors == [name]
    # A warning does not explain it.
    seen = checked(data(S, put(SINE, 2, -800), loss="exponential")).findings
    assert [finding.id for finding in seen] == ["infinite_loss", "logits_overflow"]


def test_missing_rows_hide_no_other_fault_of_the_loss() -> None:
    for missing in ("refuse", "drop"):
        pred = put(SINE, 2, -800, 7, np.nan)
        given = data(put(S, 0, np.nan), pred, loss="exponential", missing=missing)
        one = found(given, "infinite_loss")
        assert (one.count, one.rows) == (1, (3,))


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("missing", ["refuse", "propagate"])
def test_neither_do_rows_that_are_not_finite(value: float, missing: str) -> None:
    rows = put(SINE, 10, value), put(NEAR, 3, 30)
    for true, pred in (rows, (put(SINE, 3, 30), put(NEAR, 10, value))):
        given = data(true, pred, loss="tukey", missing=missing)
        assert found(given, "vanishing_gradient").rows == (4,)


def test_a_missing_value_that_propagates_explains_the_nan() -> None:
    for options, expected in (({"missing": "propagate"}, ["missing"]), ({"missing": "drop"}, [])):
        given = data(Y, put(P, 3, np.nan), loss="mse", **options)
        assert [finding.id for finding in checked(given).findings] == expected


def test_each_model_is_tried() -> None:
    seen = checked(
        data(S, {"a": put(SINE, 2, -800), "b": SINE, "c": put(SINE, 3, 900, 5, 900)}, loss="exponential")
    ).findings
    told = [(finding.columns, finding.rows) for finding in seen if finding.id == "infinite_loss"]
    assert told == [(("c",), (4, 6)), (("a",), (3,))]


def test_parameters_reach_the_loss() -> None:
    pred = put(NEAR, 3, SINE[3] + 30)
    assert "float32_infinite" not in ids(data(SINE, pred, loss="linex"))
    seen = checked(data(SINE, pred, loss="linex", a=3))
    assert "float32_infinite" in [finding.id for finding in seen.findings]
    assert seen.params == {**losscli.compute("linex", SINE, pred, a=3).params}
    assert seen.params["a"] == 3


def test_errors_come_first_then_the_many() -> None:
    pred = put(Q, 0, 0, 2, 1, 4, 1, 5, 1.0, 8, 1 - 1e-9)
    seen = checked(data(put(B, 9, np.nan, 11, np.nan, 13, np.nan), pred, loss="bce"))
    told = [(finding.severity, finding.id, finding.count) for finding in seen.findings]
    assert told == [
        ("error", "missing", 3),
        ("error", "saturated_wrong", 2),
        ("warning", "saturated", 4),
        ("warning", "saturated_float32", 1),
    ]
    # What concerns the whole comes before what concerns rows.
    whole = checked(data(1e24 * Y, put(1e24 * P, 3, 5e26)))
    assert whole.findings[0].count is None
    counts = [finding.count for finding in whole.findings if finding.count is not None]
    assert counts == sorted(counts, reverse=True)


@pytest.mark.parametrize("rows", [1, 3, 4, 40])
def test_rows_are_counted_over_batches_and_the_first_five_kept(rows: int) -> None:
    true = put(Y, [2, 3, 9, 10, 20, 21, 39], np.nan)
    pred = put(P, [5, 33], np.inf)

    def stream() -> Iterator[Batch]:
        for start in range(0, 40, rows):
            part = slice(start, start + rows)
            yield Batch(true[part], {"m": pred[part]}, None, start + 1)

    seen = {finding.id: finding for finding in examine(stream, params={}).findings}
    assert (seen["missing"].count, seen["missing"].rows) == (7, (3, 4, 10, 11, 21))
    assert (seen["infinite"].count, seen["infinite"].rows) == (2, (6, 34))


# What was looked at, in words.
LOOKED: list[tuple[Data, str]] = [
    (data(Y, P), "y_true (amounts above 0), y_pred (numbers)"),
    (data(Y, {"a": P, "b": P + SINE}), "y_true (amounts above 0), a (numbers), b (numbers)"),
    (data(Y, P, K), "y_true (amounts above 0), y_pred (numbers), the weights"),
    (data(None, ROWS), "no y_true, y_pred (rows of numbers)"),
    (data(B, Q), "y_true (labels 0 and 1), y_pred (probabilities)"),
    (data(B, 100 * Q), "y_true (labels 0 and 1), y_pred (percent)"),
    (data(B, B[::-1]), "y_true (labels 0 and 1), y_pred (labels)"),
    (data(S, SINE), "y_true (labels −1 and 1), y_pred (logits or scores)"),
    (data(C, ROWS), "y_true (class indices), y_pred (rows of class probabilities)"),
    (data(C, np.log(ROWS)), "y_true (class indices), y_pred (log-probabilities)"),
    (data(HOT, Z), "y_true (one-hot rows), y_pred (logits or scores)"),
    (data(SEVERAL, put(ROWS, 3, 0.9)), "y_true (rows of several labels), y_pred (a probability a label)"),
    (data(ROWS, ROWS[::-1]), "y_true (rows of class probabilities), y_pred (rows of class probabilities)"),
    (data(K % 7, 1 + K % 5 + 0.2 * SINE), "y_true (counts), y_pred (rates)"),
    (data(put(Y, 3, 0), P), "y_true (amounts from 0), y_pred (numbers)"),
    (data(Q, Q[::-1]), "y_true (fractions), y_pred (probabilities)"),
    (data(SINE, NEAR), "y_true (numbers), y_pred (numbers)"),
    (data(put(S, 3, 0), SINE), "y_true (labels), y_pred (logits or scores)"),
    (data(np.c_[Y, P], np.c_[P, Y]), "y_true (rows of numbers), y_pred (rows of numbers)"),
    (data(np.ones((3, 2, 2)), np.ones((3, 2, 2))), "y_true (arrays), y_pred (arrays)"),
    (data(Y, P * np.nan), "y_true (amounts above 0), y_pred (no value)"),
]


@pytest.mark.parametrize(("given", "words"), LOOKED)
def test_what_was_looked_at_is_told(given: Data, words: str) -> None:
    first, second = checked(given).looked
    assert first == words
    classes = "label" in words.partition(",")[0] or "class ind" in words or "one-hot" in words
    assert ("labels and their counts" in second) == classes
    assert ("zeros, signs, scales" in second) != classes
    assert "itself" not in second
    assert "float32" in second


def test_a_named_loss_is_looked_at_itself() -> None:
    seen = checked(data(Y, P, loss="huber", delta=2))
    assert seen.looked[1].endswith("huber itself, on every row")
    assert (seen.loss, seen.like, dict(seen.params)) == ("huber", "exact", {"delta": 2.0})
    keras = checked(data(Y, P, loss="Huber", like="keras"))
    assert (keras.loss, keras.like) == ("huber", "keras")


@pytest.mark.parametrize(
    ("options", "words"),
    [({"delta": 1}, "the parameter delta belongs"), ({"like": "keras"}, "--like keras belongs")],
)
def test_what_belongs_to_a_loss_needs_one(options: dict[str, Any], words: str) -> None:
    with pytest.raises(LosscliError, match=words):
        checked(data(Y, P, **options))
    checked(data(B, Q, from_logits=True))


def test_rows_that_fit_into_memory_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    y, p = SINE, put(NEAR, 3, SINE[3] + 89.5, 5, 100)
    reads = 0

    def stream() -> Iterator[Batch]:
        nonlocal reads
        reads += 1
        for start in range(0, len(y), 15):
            rows = slice(start, start + 15)
            yield Batch(y[rows], {"y_pred": p[rows]}, first_row=start + 1)

    record = examine(stream, "linex", params={})
    assert reads == 1
    assert [(one.id, one.rows) for one in record.findings] == [
        ("wild_errors", (4, 6)),
        ("float32_infinite", (4, 6)),
    ]
    monkeypatch.setattr(walk, "HELD", len(y))  # half of the numbers
    assert examine(stream, "linex", params={}).findings == record.findings
    assert reads == 1 + 4  # the profile, the rows, a look at their shapes, the loss
