"""compute --steps: every printed line is true, and they lead to the computed value."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from support.close import close
from support.requests import request, score
from support.steps_check import draw, ways
from support.steps_reading import Reader, as_python

import losscli
from losscli import LosscliError
from losscli.analysis.steps import steps as worked
from losscli.batch import Batch, arrays_stream
from losscli.catalogue import pages as catalogue
from losscli.catalogue import registry
from losscli.results.steps import Step, Steps

NAMES = losscli.names()
CASES = 4  # of each way with each loss; fewer where most draws are refused


def alike(one: Any, other: Any, dtype: Any, size: float = 0.0) -> bool:
    """Equal to 12 digits of the value (or, of a sum, of what is added up); to 6 in float32."""
    relative, absolute = (3e-6, 3e-6) if dtype is np.float32 else (1e-12, 2e-13)
    one, other = np.asarray(one, np.float64), np.asarray(other, np.float64)
    scale = max([size, 0.1, *np.abs(other[np.isfinite(other)]).ravel().tolist()])
    return one.shape == other.shape and bool(
        np.allclose(one, other, rtol=relative, atol=absolute * scale, equal_nan=True)
    )


def sizes(code: str) -> float:
    """The largest number that stands in the code."""
    return max((float(found) for found in re.findall(r"(?<![\w.])\d[\d.]*(?:e[-+]?\d+)?", code)), default=0.0)


def check_line(step: Step, dtype: Any, names: dict[str, Any] | None = None) -> None:
    """The line's expression, its numbers and its printed numbers all give its value."""
    said = f"{step.name} = {step.expression} = {step.substituted} = {step.value}"
    size = sizes(step.substituted)
    assert alike(Reader(dtype).value(step.substituted), step.value, dtype, size), said
    if names is not None:
        assert alike(Reader(dtype, names).value(step.expression), step.value, dtype, size), said
    if step.cut:
        return
    first, *rest = step.texts[1:]
    numbers = rest[0] if len(rest) > 1 else first
    printed = Reader(dtype).value(as_python([first, *rest][-1]))
    assert alike(printed, step.value, dtype, size), step.texts
    if len(rest) > 1 or not names_in(numbers):
        assert alike(Reader(dtype).value(as_python(numbers)), step.value, dtype, size), step.texts


def names_in(text: str) -> bool:
    """Whether a printed expression holds a name, functions left out."""
    return (
        re.search(r"[^\W\d](?![\w(]*\()", re.sub(r"\d[\d.]*e[−]?\d+|true|false|and|or|not|None", "", text))
        is not None
    )


def check_lines(steps: Iterable[Step], dtype: Any, names: dict[str, Any]) -> None:
    for step in steps:
        known = set(re.findall(r"[^\W\d]\w*(?!\w*\()", step.expression)) - {
            "inf",
            "nan",
            "pi",
            "and",
            "or",
            "not",
        }
        check_line(step, dtype, names if known <= set(names) | {"None"} else None)
        names[step.name] = step.value


def check_all(found: Steps) -> None:
    dtype = np.float32 if found.precision == "float32" else np.float64
    params = {k: v for k, v in found.params.items() if isinstance(v, int | float | list)}
    for row in found.rows:
        for place in row.places:
            check_lines(place.steps, dtype, dict(params))
            if not place.entry and row.loss is not None and not row.made and not row.notes:
                assert alike(place.steps[-1].value, row.loss, dtype)
        check_lines(row.made, np.float64, {})
        if row.made and row.loss is not None and not row.notes:
            assert alike(row.made[-1].value, row.loss, dtype)
    check_lines(found.whole, dtype, dict(params))
    check_lines(found.reduced, np.float64, {})


def last_value(found: Steps) -> Any:
    if found.reduced:
        return found.reduced[-1].value
    return found.rows[0].loss


@pytest.mark.parametrize("name", NAMES)
def test_lines_are_true_and_lead_to_the_computed_value(name: str) -> None:
    loss = registry.get(name)
    for number, (framework, way) in enumerate(ways(loss).items()):
        rng = np.random.default_rng([number, len(name)])
        held = 0
        for _ in range(40):
            given, y_true, y_pred, _ = draw(way, rng, (1, 9))
            weight = (
                rng.choice([0.0, 0.5, 1.0, 3.0], len(y_pred)) if way.weights and rng.random() < 0.5 else None
            )
            reduction = str(rng.choice([word for word in way.reductions if word != "none"]))
            options: dict[str, Any] = {"reduction": reduction, "like": framework, **given}
            try:
                wanted = losscli.compute(name, y_true, y_pred, weight, **options)
            except LosscliError:
                continue  # not what this call takes
            rows = rng.choice([0, 1, 2, None, "default"]) if loss.kind == "sample" else "default"
            found = losscli.steps(name, y_true, y_pred, weight, rows=rows, **options)
            check_all(found)
            np.testing.assert_equal(found.value, wanted.value)
            assert alike(last_value(found), wanted.value, np.float64, size_of(found)), found.reduced
            assert found.signature == wanted.signature
            held += 1
            if held == CASES:
                break
        assert held, framework


def size_of(found: Steps) -> float:
    return max((sizes(step.substituted) for step in found.reduced), default=0.0)


def all_steps(found: Steps) -> list[Step]:
    rows = [step for row in found.rows for place in row.places for step in place.steps]
    return [*rows, *(step for row in found.rows for step in row.made), *found.whole, *found.reduced]


def texts(found: Steps) -> list[str]:
    return [" = ".join(step.texts) for step in all_steps(found)]


def test_a_line_that_is_not_true_is_noticed() -> None:
    (_, line, *_) = all_steps(losscli.steps("huber", [7], [10]))
    check_line(line, np.float64)
    for false in (
        line._replace(substituted="1 * (abs(3) - 1 / 3)"),
        line._replace(value=2.5 + 1e-11),
        line._replace(texts=(*line.texts[:-1], "2.51")),
        line._replace(texts=(*line.texts[:2], line.texts[2].replace("3", "4"), line.texts[3])),
    ):
        with pytest.raises(AssertionError):
            check_line(false, np.float64)


def test_the_lines_of_huber() -> None:
    found = losscli.steps("huber", [3, -0.5, 2, 7], [2.5, 0, 2, 10])
    (first, *_, last) = found.rows
    assert [" = ".join(step.texts) for step in last.places[0].steps] == [
        "e = y_pred − y_true = 10 − 7 = 3",
        "L = δ·(|e| − δ/2) = 1·(|3| − 1/2) = 2.5",
    ]
    assert last.places[0].steps[1].because == "|e| = 3 > δ = 1"
    assert first.places[0].steps[1].because == "|e| = 0.5 ≤ δ = 1"
    assert [step.expression for step in last.places[0].steps] == [
        "y_pred - y_true",
        "delta * (abs(e) - delta / 2)",
    ]
    assert [step.substituted for step in last.places[0].steps] == ["10 - 7", "1 * (abs(3) - 1 / 2)"]
    assert [" = ".join(step.texts) for step in found.reduced] == [
        "sum = 0.125 + 0.125 + 0 + 2.5 = 2.75",
        "mean = sum/4 = 2.75/4 = 0.6875",
    ]
    assert found.reduced[1].note == "divided by 4 samples"


def test_of_many_rows_the_costliest_are_shown_and_the_others_are_one_number() -> None:
    rng = np.random.default_rng(5)
    y_true, y_pred, weight = rng.normal(size=(3, 443))
    found = losscli.steps("mse", y_true, y_pred, np.abs(weight))
    costs = np.abs(weight) * (y_pred - y_true) ** 2
    worst = np.argsort(-costs)[:3]
    assert [row.row for row in found.rows] == sorted((worst + 1).tolist())
    assert found.hidden == 440
    total, weights, mean = found.reduced
    rest = np.delete(costs, worst).sum()
    assert Reader(np.float64).value(total.substituted.rpartition("+")[2]) == close(rest, 1e-12)
    assert total.note == f"the other 440 rows: {float(total.substituted.rpartition('+')[2]):.15g}"
    assert weights.value == close(np.abs(weight).sum(), 1e-14)
    assert mean.value == close(np.average((y_pred - y_true) ** 2, weights=np.abs(weight)), 1e-13)


@pytest.mark.parametrize(("rows", "shown"), [("default", 5), (0, 0), (2, 2), (None, 5), (9, 5)])
def test_how_many_rows_are_shown(rows: Any, shown: int) -> None:
    found = losscli.steps("mae", [0, 0, 0, 0, 0], [1, 2, 3, 4, 5], rows=rows)
    assert (len(found.rows), found.hidden) == (shown, 5 - shown)
    assert last_value(found) == 3
    assert [row.row for row in found.rows] == [*range(6 - shown, 6)]


def test_of_many_entries_the_costliest_are_shown() -> None:
    found = losscli.steps("mae", [[[0, 0, 0], [0, 0, 0]]], [[[5, 1, 3], [2, 6, 4]]])
    (row,) = found.rows
    assert [place.entry for place in row.places] == [(0, 0), (0, 2), (1, 1), (1, 2)]
    assert row.hidden == 2
    (made,) = row.made
    assert " = ".join(made.texts) == "L = (5 + 3 + 6 + 4 + 3)/6 = 3.5"
    assert made.note == "the mean of 6 entries; the other 2 together 3"


def of(name: str, *args: Any, **options: Any) -> list[str]:
    """The lines that lead to the value."""
    return [" = ".join(step.texts) for step in losscli.steps(name, *args, **options).reduced]


def test_ignored_rows_and_class_weights_in_the_divisor() -> None:
    p = [[0.5, 0.5], [0.25, 0.75], [1.0, 0.0]]
    found = losscli.steps("scce", [0, 1, 1], p, ignore_class=1)
    assert found.reduced[-1].note == "divided by 1 of 3 samples (2 ignored)"
    assert [row.notes for row in found.rows] == [
        (),
        *[("this row is left out: it adds nothing to the divisor",)] * 2,
    ]
    by_class = of(
        "nll", [0, 1, 1], np.log([[0.5, 0.5], [0.25, 0.75], [0.5, 0.5]]), like="torch", class_weight=[1, 3]
    )
    assert by_class[1] == "weights = 1 + 3 + 3 = 7"
    assert by_class[2].startswith("mean = sum/weights = ")


def test_a_framework_s_reductions() -> None:
    y_true, y_pred = [[1.0, 2.0], [3.0, 4.0]], [[1.0, 1.0], [2.0, 2.0]]
    assert of("mse", y_true, y_pred, reduction="sum") == ["sum = 0.5 + 2.5 = 3"]
    assert of("mse", y_true, y_pred, reduction="sum", like="torch") == [
        "total = 0.5 + 2.5 = 3",
        "sum = 2·total = 2·3 = 6",
    ]
    assert of("mse", [1, 2], [2, 4], [1, 3], like="keras") == [
        "total = 1 + 4 = 5",
        "one = total/2 = 5/2 = 2.5",
        "weights = 1 + 3 = 4",
        "mean = one·weights/2 = 2.5·4/2 = 5",
    ]
    assert of("mse", y_true, y_pred, reduction="none") == []


def test_a_statistic_by_batch_sample_and_class() -> None:
    y_true, y_pred = [[1, 0], [0, 1]], [[0.5, 0.5], [0.25, 0.75]]
    whole = losscli.steps("jaccard", y_true, y_pred)
    assert whole.reduced[-1].value == pytest.approx(1 - 1.25 / (2 + 2 - 1.25))
    by_row = losscli.steps("jaccard", y_true, y_pred, per="sample")
    assert [row.made[-1].value for row in by_row.rows] == pytest.approx([1 - 0.5 / 1.5, 1 - 0.75 / 1.25])
    assert " = ".join(by_row.reduced[-1].texts).startswith("mean = sum/2 = ")
    by_class = losscli.steps("jaccard", y_true, y_pred, per="class")
    assert by_class.reduced[-1].expression == "mean(L)"
    assert by_class.reduced[-2].value == pytest.approx([1 - 0.5 / 1.25, 1 - 0.75 / 1.5])


def test_totals_count_the_rows_that_are_not_shown() -> None:
    rng = np.random.default_rng(6)
    y_true, y_pred, weight = rng.normal(size=(3, 100))
    found = losscli.steps("rmse", y_true, y_pred, np.abs(weight))
    assert [row.row for row in found.rows] == [1, 2, 3]
    root, count, value = found.reduced
    squares = np.abs(weight) * (y_pred - y_true) ** 2
    assert root.value == close(math.sqrt(squares.sum()), 1e-13)
    assert root.note == f"the other 97 rows: {squares[3:].sum():.15g}"
    assert count.texts[0] == "Σw"
    assert count.value == close(np.abs(weight).sum(), 1e-13)
    assert value.value == close(math.sqrt(squares.sum() / np.abs(weight).sum()), 1e-13)


def test_float32_shows_what_rounding_does() -> None:
    found = losscli.steps("bce", [0, 1], [1, 0.1], like="keras")
    assert found.precision == "float32"
    sure, other = found.rows
    assert sure.rounded is None
    assert other.rounded == {"y_pred": float(np.float32(0.1))}
    assert [step.value for step in sure.places[0].steps][1] == float(np.float32(1) - np.float32(2**-23))
    assert any("clips probabilities" in remark.text for remark in found.remarks)


def test_lines_that_lose_digits_say_so() -> None:
    found = losscli.steps("rmse", [0.0, 0.0], [1e200, 1e200])
    assert found.value == 1e200
    assert found.reduced[-1].note == "these lines overflow or lose digits here; computed without that: 1e+200"


def test_infinite_and_missing_values() -> None:
    infinite = losscli.steps("bce", [0, 1, 0, 1, 1, 1], [1, 0.5, 1, 0, 0.5, 1], rows=1)
    assert texts(infinite)[-2:] == ["sum = ∞ + ∞ = ∞", "mean = sum/6 = ∞/6 = ∞"]
    missing = losscli.steps("mse", [math.nan, 1], [1, 2], missing="propagate")
    assert texts(missing)[:2] == ["e = y_pred − y_true = 1 − nan = nan", "L = e² = nan² = nan"]
    assert math.isnan(missing.reduced[-1].value)
    dropped = losscli.steps("mse", [math.nan, 1], [1, 2], missing="drop")
    assert [row.row for row in dropped.rows] == [2]


def test_a_batch_that_makes_no_pair_says_so() -> None:
    found = losscli.steps("triplet_hard", [0, 1, 2], [[0, 1], [1, 0], [2, 2]])
    assert found.reduced[-1].note == "there is no value: the value is 0"
    assert (found.value, found.reduced[-1].value) == (0, 0)


def test_many_rows_of_a_loss_that_compares_them_all_are_refused() -> None:
    with pytest.raises(LosscliError, match="at most 200 rows, here are 201"):
        losscli.steps("cox", np.ones((201, 2)), np.zeros(201))


def test_class_weights_reach_the_lines() -> None:
    stream = arrays_stream([0, 1, 1], {"y_pred": [0.5, 0.5, 0.25]}, None)
    found = worked(request("bce", class_weight={0: 1.0, 1: 3.0}), stream, order="index")
    assert [row.weight for row in found.rows] == [1, 3, 3]
    assert found.reduced[-1].value == score("bce", stream, params={}, class_weight={0: 1.0, 1: 3.0}).value
    assert any(remark.text.startswith("class weights as given") for remark in found.remarks)


def test_batches_give_the_lines_of_one() -> None:
    y_true, y_pred = np.arange(9.0), np.arange(9.0) ** 1.5

    def stream() -> Any:
        for k in range(0, 9, 2):
            yield Batch(y_true[k : k + 2], {"y_pred": y_pred[k : k + 2]}, None, k + 1)

    for name in ("mae", "rmse", "median_absolute_error"):
        cut = worked(request(name), stream, order="index")
        assert texts(cut) == texts(losscli.steps(name, y_true, y_pred))


def test_a_page_without_steps_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    read = catalogue.read

    def bare(name: str, family: str) -> Any:
        return {key: words for key, words in read(name, family).items() if not key.startswith("steps")}

    monkeypatch.setattr(catalogue, "read", bare)
    with pytest.raises(LosscliError, match=r"^mse has no steps on its page: it cannot be written out"):
        losscli.steps("mse", [1], [2])
    with pytest.raises(LosscliError, match=r"^mape as Keras computes it has no steps on its page"):
        losscli.steps("mape", [1], [2], like="keras")
