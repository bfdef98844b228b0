"""compute --steps beside sums written by hand: weights, reductions, ignored rows, statistics, hidden rows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.close import close
from support.requests import request
from support.steps_reading import Reader, as_python

import losscli
from losscli.analysis.steps import steps as worked
from losscli.batch import Batch
from losscli.results.steps import Steps

LN2, LN43 = math.log(2), math.log(4 / 3)
P2 = [[0.5, 0.5], [0.25, 0.75], [0.5, 0.5]]


def lines(found: Steps) -> list[str]:
    return [" = ".join(step.texts) for step in found.reduced]


def numbers(found: Steps) -> list[tuple[str, float]]:
    """The lines to the value: each name with what its printed numbers come to, read anew."""
    read = []
    for step in found.reduced:
        code = step.texts[-2] if len(step.texts) > 2 else step.texts[-1]
        read.append((step.name, float(Reader(np.float64).value(as_python(code)))))
    return read


# loss, y_true, y_pred, weights, options, and the lines as written by hand
SPELLED: list[tuple[str, Any, Any, Any, dict[str, Any], list[str]]] = [
    ("mae", [1], [3], None, {}, ["mean = 2"]),
    ("mae", [1], [3], [5], {}, ["sum = 5·2 = 10", "weights = 5", "mean = sum/weights = 10/5 = 2"]),
    ("mae", [1], [3], [5], {"reduction": "sum"}, ["sum = 5·2 = 10"]),
    (
        "mse",
        [0, 0, 0],
        [1, 2, 3],
        [2, 0.5, 0],
        {},
        ["sum = 2·1 + 0.5·4 + 0 = 4", "weights = 2 + 0.5 + 0 = 2.5", "mean = sum/weights = 4/2.5 = 1.6"],
    ),
    ("mse", [0, 0, 0], [1, 2, 3], [2, 0.5, 0], {"reduction": "sum"}, ["sum = 2·1 + 0.5·4 + 0 = 4"]),
    (
        "mse",
        [[0, 0], [0, 0]],
        [[1, 3], [2, 4]],
        [1, 3],
        {},
        ["sum = 1·5 + 3·10 = 35", "weights = 1 + 3 = 4", "mean = sum/weights = 35/4 = 8.75"],
    ),
    (
        "mse",
        [0] * 7,
        [1, 2, 3, 4, 5, 6, 7],
        [1, 1, 1, 1, 1, 1, 9],
        {"rows": 2},
        [
            "sum = 1·36 + 9·49 + 55 = 532",
            "weights = 1 + 9 + 5 = 15",
            "mean = sum/weights = 532/15 = 35.4666666666667",
        ],
    ),
    ("mse", [0] * 4, [1, 2, 3, 4], None, {"rows": 2, "reduction": "sum"}, ["sum = 9 + 16 + 5 = 30"]),
    (
        "mse",
        [[1, 2]],
        [[1, 4]],
        None,
        {"reduction": "sum", "like": "torch"},
        ["total = 2", "sum = 2·total = 2·2 = 4"],
    ),
    (
        "mse",
        [0, 0, 0],
        [1, 2, 3],
        [1, 3, 0.5],
        {"like": "keras", "rows": 1},
        [
            "total = 4 + 10 = 14",
            "one = total/3 = 14/3 = 4.66666666666667",
            "weights = 3 + 1.5 = 4.5",
            "mean = one·weights/3 = 4.66666666666667·4.5/3 = 7",
        ],
    ),
    ("mse", [[1, 2]], [[1, 4]], None, {"like": "torch"}, ["mean = 2"]),
    ("mse", [0] * 4, [1, 2, 3, 4], None, {"rows": 0}, ["sum = 30", "mean = sum/4 = 30/4 = 7.5"]),
    (
        "mse",
        [[1, 2], [1, 2]],
        [[2, 4], [1, 2]],
        [1, 3],
        {"like": "keras"},
        ["sum = 1·2.5 + 3·0 = 2.5", "mean = sum/2 = 2.5/2 = 1.25"],
    ),
    (
        "mse",
        [1, 2],
        [2, 4],
        [1, 3],
        {"like": "keras", "reduction": "sum"},
        [
            "total = 1 + 4 = 5",
            "one = total/2 = 5/2 = 2.5",
            "weights = 1 + 3 = 4",
            "sum = one·weights = 2.5·4 = 10",
        ],
    ),
    (
        "rmse",
        [0, 0, 0],
        [3, 4, 5],
        [1, 1, 0],
        {},
        [
            "√(Σ(w·e²)) = √(1·9 + 1·16 + 0) = 5",
            "Σw = 1·1 + 1·1 + 0 = 2",
            "L = √(Σ(w·e²))/√Σw = 5/√2 = 3.53553390593274",
        ],
    ),
    ("max_error", [0, 0, 0], [3, 4, 5], [1, 1, 0], {}, ["max(|e|) = max([3, 4]) = 4", "L = max(|e|) = 4"]),
    (
        "max_error",
        [0, 0, 0, 0],
        [3, 4, 5, 9],
        [1, 2, 1, 0],
        {"rows": 2},
        ["max(|e|) = max([3, 4, 5]) = 5", "L = max(|e|) = 5"],
    ),
    (
        "wape",
        [1, 2, 3],
        [2, 2, 5],
        [1, 2, 4],
        {},
        [
            "Σ(w·|e|) = 1·1 + 2·0 + 4·2 = 9",
            "Σ(w·|y|) = 1·1 + 2·2 + 4·3 = 17",
            "L = 100·(Σ(w·|e|)/Σ(w·|y|)) = 100·(9/17) = 52.9411764705882",
        ],
    ),
    (
        "dice",
        [[1, 0], [1, 1]],
        [[0.5, 0.25], [1, 0.5]],
        [1, 3],
        {"smooth": 1.0},
        [
            "Σ(w·(y_true·p)) = 1·0.5 + 3·1.5 = 5",
            "Σ(w·y_true) = 1·1 + 3·2 = 7",
            "Σ(w·p) = 1·0.75 + 3·1.5 = 5.25",
            "a = 2·Σ(w·(y_true·p)) + smooth = 2·5 + 1 = 11",
            "b = Σ(w·y_true) + Σ(w·p) + smooth = 7 + 5.25 + 1 = 13.25",
            "L = 1 − a/b = 1 − 11/13.25 = 0.169811320754717",
        ],
    ),
]


@pytest.mark.parametrize(("name", "true", "pred", "weight", "options", "wanted"), SPELLED)
def test_the_lines_to_the_value(
    name: str, true: Any, pred: Any, weight: Any, options: dict[str, Any], wanted: list[str]
) -> None:
    assert lines(losscli.steps(name, true, pred, weight, **options)) == wanted


# the same, of numbers that are not short: name and value of each line
VALUED: list[tuple[str, Any, Any, Any, dict[str, Any], list[tuple[str, float]]]] = [
    (
        "scce",
        [0, 1, 1],
        P2,
        [1, 2, 4],
        {"ignore_class": 0},
        [("sum", 2 * LN43 + 4 * LN2), ("weights", 6), ("mean", (2 * LN43 + 4 * LN2) / 6)],
    ),
    (
        "scce",
        [0, 1, 1],
        P2,
        [1, 2, 4],
        {"class_weight": [1.0, 3.0]},
        [("sum", 13 * LN2 + 6 * LN43), ("weights", 7), ("mean", (13 * LN2 + 6 * LN43) / 7)],
    ),
    (
        "nll",
        [0, 1, 1],
        np.log(P2),
        None,
        {"class_weight": [1.0, 3.0], "like": "torch"},
        [("sum", 4 * LN2 + 3 * LN43), ("weights", 7), ("mean", (4 * LN2 + 3 * LN43) / 7)],
    ),
    (
        "nll",
        [0, 1, 1],
        np.log(P2),
        None,
        {"class_weight": [1.0, 3.0], "like": "torch", "reduction": "sum"},
        [("sum", 4 * LN2 + 3 * LN43)],
    ),
    (
        "scce",
        [0, 1, 1],
        P2,
        None,
        {"ignore_class": 0},
        [("sum", LN43 + LN2), ("mean", (LN43 + LN2) / 2)],
    ),
    (
        "cox",
        [[1, 1], [2, 1], [3, 0]],
        [0, 0, 0],
        None,
        {},
        [("sum", math.log(6)), ("mean", math.log(6) / 2)],
    ),
    ("cox", [[1, 1], [2, 1], [3, 0]], [0, 0, 0], None, {"reduction": "sum"}, [("sum", math.log(6))]),
    (
        "bce",
        [1, 1, 0, 0],
        [1, 0.5, 0.5, 0.25],
        [0, 3, 1, 2],
        {"rows": 1},
        [("sum", 4 * LN2 + 2 * LN43), ("weights", 6), ("mean", (4 * LN2 + 2 * LN43) / 6)],
    ),
]


@pytest.mark.parametrize(("name", "true", "pred", "weight", "options", "wanted"), VALUED)
def test_the_numbers_on_the_lines(
    name: str, true: Any, pred: Any, weight: Any, options: dict[str, Any], wanted: list[tuple[str, float]]
) -> None:
    found = numbers(losscli.steps(name, true, pred, weight, **options))
    assert [line for line, _ in found] == [line for line, _ in wanted]
    assert [value for _, value in found] == close([value for _, value in wanted], 1e-13)


def test_what_is_said_of_the_divisor() -> None:
    p = [0.5, 0.5, 0.25]
    assert losscli.steps("bce", [0, 1, 1], p).reduced[-1].note == "divided by 3 samples"
    assert losscli.steps("bce", [0, 1, 1], p, [1, 2, 3]).reduced[-1].note == (
        "divided by the sum of the weights of 3 samples"
    )
    assert losscli.steps("scce", [0, 1, 1], P2, ignore_class=0).reduced[-1].note == (
        "divided by 2 of 3 samples (1 ignored)"
    )
    assert losscli.steps("nll", [0, 1], np.log(P2[:2]), class_weight=[1, 3], like="torch").reduced[
        -1
    ].note == ("divided by the sum of the class weights of 2 samples")
    assert losscli.steps("scce", [0, 1, 1], P2, [1, 2, 4], ignore_class=0).reduced[-1].note == (
        "divided by the sum of the weights of 2 of 3 samples (1 ignored)"
    )
    by_class = losscli.steps("dice", [[1, 0], [1, 1]], [[0.5, 0.25], [1, 0.5]], per="class")
    assert by_class.reduced[-1].note == "of 2 classes"
    assert by_class.reduced[-1].value == close((1 / 7 + 3 / 7) / 2, 1e-14)
    keras = losscli.steps("mse", [1, 2], [2, 4], [1, 3], like="keras")
    assert keras.reduced[1].note == "Keras takes (N,) arrays for one value: their mean"
    assert keras.reduced[3].note == "Keras scales its one value by the weights"
    torch = losscli.steps("mse", [[1.0, 2.0]], [[1.0, 4.0]], reduction="sum", like="torch")
    assert torch.reduced[-1].note == "each of a row's 2 values counts, not their mean"


@pytest.mark.parametrize(
    ("errors", "weight", "rows", "hidden", "rest"),
    [
        ([1, 2, 3, 4], None, 2, 2, 5),
        ([1, 2, 3, 4], [4, 3, 0, 1], 1, 3, 16),
        ([1, 2, 3, 4], [4, 3, 0, 0], 2, 2, 0),  # what is hidden weighs nothing, and adds just that
        ([1e3, 1e-3, 2e-3, 2e3], None, 2, 2, 5e-6),
        ([1e3, 0.1, 0.3, 2e3, 0.7], [1 / 3, 0, 0, 1 / 7, 0], 2, 3, 0),
        ([1e8, 1e-9], None, 1, 1, 1e-18),
        ([1e3, 1234.5, 2e4, 3e4], None, 2, 2, 2523990.25),
    ],
)
def test_the_rows_that_are_not_shown_are_one_exact_number(
    errors: Any, weight: Any, rows: int, hidden: int, rest: float
) -> None:
    found = losscli.steps("mse", np.zeros(len(errors)), errors, weight, rows=rows)
    assert (found.hidden, len(found.rows)) == (hidden, rows)
    note = found.reduced[0].note
    assert note is not None
    said, _, number = note.partition(": ")
    assert said == f"the other {hidden} row{'s' * (hidden > 1)}"
    assert float(number) == close(rest, 1e-12)
    last = found.reduced[0].substituted.rpartition("+")[2]
    assert float(Reader(np.float64).value(last)) == close(rest, 1e-12)


@pytest.mark.parametrize("size", [1, 2, 3, 9])
@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("max_error", ["max(|e|) = max([1, 9]) = 9", "L = max(|e|) = 9"]),
        (
            "rmse",
            ["√(Σ(w·e²)) = √(2·1 + 110) = 10.5830052442584", "Σw = 2·1 + 7 = 9", "L = √(Σ(w·e²))/√Σw ="],
        ),
        ("mse", ["sum = 1·81 + 31 = 112", "weights = 1 + 8 = 9", "mean = sum/weights = 112/9 = "]),
    ],
)
def test_hidden_rows_of_several_batches_are_one(name: str, wanted: list[str], size: int) -> None:
    pred, weight = np.array([1.0, 3.0, 9.0, 2.0, 20.0]), np.array([2.0, 1.0, 1.0, 5.0, 0.0])

    def stream() -> Any:
        for k in range(0, 5, size):
            part = slice(k, k + size)
            yield Batch(np.zeros(len(pred[part])), {"y_pred": pred[part]}, weight[part], k + 1)

    found = lines(worked(request(name), stream, rows=1))
    assert len(found) == len(wanted)
    assert all(line.startswith(start) for line, start in zip(found, wanted, strict=True)), found


@given(
    st.lists(
        st.tuples(
            st.floats(-3, 3), st.floats(-3, 3), st.sampled_from([0.0, 0.5, 1.0, 3.0]), st.integers(0, 2)
        ),
        min_size=1,
        max_size=9,
    ),
    st.sampled_from([0, 1, 3, None]),
    st.sampled_from(["mean", "sum"]),
    st.booleans(),
)
def test_lines_of_drawn_rows_come_to_plain_numpy_s_value(
    drawn: list[tuple[float, float, float, int]], rows: Any, reduction: str, weighing: bool
) -> None:
    true, pred, weight, _ = np.array(drawn, float).T
    if weighing and not weight.sum():
        return
    e = pred - true
    costs = np.where(np.abs(e) <= 1, e**2 / 2, np.abs(e) - 0.5)
    w = weight if weighing else np.ones(len(e))
    total = (w * costs).sum()
    wanted = total if reduction == "sum" else total / w.sum()
    found = losscli.steps("huber", true, pred, weight if weighing else None, rows=rows, reduction=reduction)
    (_, value) = numbers(found)[-1]
    assert value == pytest.approx(wanted, rel=1e-12, abs=1e-13)
    order = [row.row for row in found.rows]
    shown = np.array(order, int) - 1
    worst = np.sort((w * costs)[np.argsort(-(w * costs), kind="stable")][: len(shown)])
    np.testing.assert_allclose(np.sort((w * costs)[shown]), worst, rtol=1e-12, atol=1e-15)
    for row in found.rows:
        k = row.row - 1
        assert (row.y_true, row.y_pred) == (true[k], pred[k])
        assert row.loss == pytest.approx(costs[k], rel=1e-13, abs=1e-15)
        assert row.weight == (weight[k] if weighing else None)
        (place,) = row.places
        error, cost = place.steps
        assert float(Reader(np.float64).value(error.substituted)) == pytest.approx(e[k], rel=1e-13, abs=1e-15)
        assert float(Reader(np.float64).value(cost.substituted)) == pytest.approx(
            costs[k], rel=1e-12, abs=1e-15
        )
        size, sign, bound = str(cost.because).removeprefix("|e| = ").split(" ", 2)
        assert float(size.replace("−", "-")) == pytest.approx(abs(e[k]), rel=1e-13, abs=1e-300)
        assert (sign, bound) == (">" if abs(e[k]) > 1 else "≤", "δ = 1")


LOSES = "these lines overflow or lose digits here; computed without that"


def sure(loss: str, value: float, **options: Any) -> Any:
    return loss, [1.0, 1.0], [1 - value, 1.0], options


@pytest.mark.parametrize(
    ("name", "true", "pred", "options"),
    [
        ("rmse", [0.0, 0.0], [1e200, 1e200], {}),
        ("rmse", [0.0, 0.0], [1e-170, 1e-170], {}),
        sure("dice", 1e-9),
        sure("jaccard", 1e-7),
        sure("fbeta", 1e-9),
        sure("focal_tversky", 1e-9, gamma=0.5),
    ],
)
def test_a_value_whose_lines_lose_digits_is_told_with_all_of_them(
    name: str, true: Any, pred: Any, options: Any
) -> None:
    found = losscli.steps(name, true, pred, **options)
    last = found.reduced[-1]
    assert found.value is not None
    assert last.value != close(found.value, 1e-11)
    assert last.note == f"{LOSES}: {found.value:.15g}"


@pytest.mark.parametrize(
    ("name", "true", "pred", "options"),
    [
        ("rmse", [0.0, 0.0], [1e20, 1e20], {}),
        ("rmse", [0.0, 0.0], [1e-20, 1e-20], {}),
        sure("dice", 0.125),
        sure("focal_tversky", 0.125, gamma=0.5),
        ("mse", [0.0, 1.0], [1e-170, 1.0], {}),
        ("tweedie", [3.0], [1.0], {}),
    ],
)
def test_and_nothing_is_said_where_they_lose_none(name: str, true: Any, pred: Any, options: Any) -> None:
    found = losscli.steps(name, true, pred, **options)
    assert not any(LOSES in (step.note or "") for step in found.reduced)
    assert not any(LOSES in note for row in found.rows for note in row.notes)


def test_a_row_whose_lines_lose_five_digits_says_so_with_its_value() -> None:
    """Half the deviance near its least: a difference of terms a thousand million times its size."""
    found = losscli.steps("tweedie", [1e6, 2.0], [1e6 + 1, 3.0])
    lost, whole = found.rows
    # Σ of the series in (p − y)/y, whose second term is a 1e-6th of the first
    wanted = 1e6**0.5 * ((1e-6) ** 2 - 1.5 * 1e-6**3 * 5 / 6 * 0.8)
    assert lost.loss == close(wanted, 1e-6)
    (note,) = lost.notes
    assert note == f"{LOSES}, L = {lost.loss:.15g}"
    assert lost.places[0].steps[-1].value != close(lost.loss, 1e-9)
    assert whole.notes == ()
    assert found.reduced[-1].note == "divided by 2 samples"


def test_what_a_page_shows_of_rows_with_weights() -> None:
    found = losscli.steps("mse", [0, 0], [1, 2], [2, 3])
    assert [(row.weight, row.loss) for row in found.rows] == [(2, 1), (3, 4)]
    assert [step.expression for step in found.reduced] == [
        "w_1 * L_1 + w_2 * L_2",
        "w_1 + w_2",
        "sum / weights",
    ]
    assert [step.substituted for step in found.reduced] == ["2 * 1 + 3 * 4", "2 + 3", "14 / 5"]
    assert [step.value for step in found.reduced] == [14, 5, 2.8]
