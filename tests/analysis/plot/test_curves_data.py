"""Rows of data under a picture: which bin each falls into, with what weight, and what is said of the rest."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.requests import losses

import losscli
from losscli import LosscliError
from losscli.analysis.plot import draw
from losscli.batch import Batch
from losscli.render import render
from losscli.results.plot import Picture


def batches(y_true: Any, y_pred: Any, weight: Any, size: int) -> Any:
    """The arrays as a stream of batches of `size` rows."""

    def stream() -> Iterator[Batch]:
        for k in range(0, len(y_pred), size):
            part = slice(k, k + size)
            w = None if weight is None else np.asarray(weight, float)[part]
            yield Batch(
                np.asarray(y_true, float)[part], {"y_pred": np.asarray(y_pred, float)[part]}, w, k + 1
            )

    return stream


def counted(picture: Picture) -> list[dict[float, float]]:
    """Of each histogram the bins that are not empty: how much is at each middle."""
    found = []
    for histogram in picture.histograms:
        middles = (histogram.edges[1:] + histogram.edges[:-1]) / 2
        full = histogram.counts > 0
        found.append(dict(zip(middles[full].tolist(), histogram.counts[full].tolist(), strict=True)))
    return found


def test_each_entry_of_a_row_has_the_row_s_weight() -> None:
    picture = losscli.curve("mse", [[0, 0], [0, 0]], [[-1.01, 0.04], [1.04, 2.04]], [1, 10], span=(-3, 3))
    (histogram,) = picture.histograms
    found = counted(picture)[0]
    assert list(found.values()) == [1, 1, 10, 10]
    assert np.allclose(list(found), [-1.01, 0.04, 1.04, 2.04], atol=0.03)  # a bin is 0.05 wide
    assert (histogram.total, histogram.noun) == (22, "values")


def test_rows_of_one_number_are_rows() -> None:
    assert losscli.curve("mse", [0, 0], [1, 2]).histograms[0].noun == "rows"
    assert losscli.curve("scce", [0, 1], [[0.5, 0.5], [0.9, 0.1]]).histograms[0].noun == "rows"


def test_the_axis_s_ends_belong_to_it_and_what_is_beyond_is_counted() -> None:
    errors = [-1, -1.0001, 1, 1.0001, 7, 0.5, -0.999]
    picture = losscli.curve("mse", np.zeros(7), errors, [1, 2, 4, 8, 16, 32, 64], span=(-1, 1))
    (histogram,) = picture.histograms
    assert (histogram.below, histogram.above, histogram.elsewhere) == (2, 24, 0)
    assert histogram.total == 127
    assert (histogram.counts[0], histogram.counts[-1], histogram.counts.sum()) == (65, 4, 101)
    assert len(histogram.counts) == 120


CASES: list[tuple[str, Any, Any, list[tuple[str, list[float], float]]]] = [
    # loss, y_true, y_pred, then a histogram each: label, places of rows of weight 1, 2, 4, …, what has none
    ("mse", [1, 2, 3], [1.5, 1.0, 3.0], [("", [0.5, -1.0, 0.0], 0)]),
    ("mape", [2, 0, -4], [3, 1, -2], [("", [1.5, np.nan, 0.5], 2)]),
    (
        "bce",
        [1, 0, 0.5, 0],
        [0.9, 0.2, 0.4, 0.75],
        [("y_true = 1", [0.9, np.nan, np.nan, np.nan], 4), ("y_true = 0", [np.nan, 0.2, np.nan, 0.75], 0)],
    ),
    ("hinge", [1, -1, 1], [0.5, 0.25, -2], [("", [0.5, -0.25, -2.0], 0)]),
    (
        "binary_sparsemax",
        [0, 1],
        [0.5, -1],
        [("y_true = 1", [np.nan, -1], 0), ("y_true = 0", [0.5, np.nan], 0)],
    ),
    ("brier", [0], [0.3], [("", [0.3], 0)]),
    ("scce", [0, 2, 1], [[0.7, 0.2, 0.1], [0.3, 0.3, 0.4], [0.1, 0.6, 0.3]], [("", [0.7, 0.4, 0.6], 0)]),
    ("cce", [[0, 1], [0.5, 0.5]], [[0.2, 0.8], [0.4, 0.6]], [("", [0.8, np.nan], 2)]),
    ("multiclass_hinge", [0, 2], [[2, 1, 0.5], [0.5, 0.25, 1]], [("", [1.0, 0.5], 0)]),
    (
        "contrastive",
        [1, 0, 0],
        [0.5, 1.25, 0.75],
        [("y_true = 1 (same)", [0.5], 0), ("y_true = 0 (different)", [np.nan, 1.25, 0.75], 0)],
    ),
    (
        "cosine_embedding",
        [1, -1],
        [[[1, 0], [3, 4]], [[0, 2], [4, -3]]],
        [("y_true = 1", [0.6], 0), ("y_true = -1", [np.nan, -0.6], 0)],
    ),
    ("cosine_similarity", [[1, 0], [0, 1]], [[3, 4], [0, 2]], [("", [0.6, 1.0], 0)]),
    ("margin_ranking", [-1, 1], [[2, 0.5], [2, 0.5]], [("", [-1.5, 1.5], 0)]),
    ("gaussian_nll", [1, 2], [[2.5, 1], [1, 3]], [("", [1.5, -1.0], 0)]),
    ("interval_score", [1, 2], [[1, 2], [0, 1]], [("", [0.5, -1.5], 0)]),
    ("crps_ensemble", [1], [[1, 2, 6]], [("", [2.0], 0)]),
    ("poisson", [2, 4], [1, 6], [("", [0.5, 1.5], 0)]),
]


@pytest.mark.parametrize("size", [1, 2, 9])
@pytest.mark.parametrize(("name", "true", "pred", "wanted"), CASES)
def test_a_row_s_place_scene_and_weight(name: str, true: Any, pred: Any, wanted: Any, size: int) -> None:
    weights = 2.0 ** np.arange(len(pred))
    limits = losscli.curve(name)
    low, high = limits.low, limits.high
    picture = draw(losses([name]), {}, batches(true, pred, weights, size), limits=(low, high))
    if len(wanted) == 1 and name != "brier":
        assert len(picture.histograms) == 1
    labels = [histogram.label for histogram in picture.histograms]
    if name != "brier":
        assert labels == [label for label, _, _ in wanted]
    for histogram, (_, places, elsewhere) in zip(picture.histograms[-len(wanted) :], wanted, strict=True):
        x = np.array(places)
        known = np.isfinite(x)
        w = weights[: len(x)]
        np.testing.assert_array_equal(
            histogram.counts, np.histogram(x[known], histogram.edges, weights=w[known])[0]
        )
        assert histogram.elsewhere == elsewhere
        assert histogram.total == w[known].sum() + elsewhere


@given(
    st.lists(
        st.tuples(st.floats(-5, 5), st.floats(-5, 5), st.sampled_from([0.0, 0.5, 1.0, 3.0])),
        min_size=1,
        max_size=20,
    ),
    st.integers(1, 7),
)
def test_batches_counts_and_weights_are_numpy_s(rows: list[tuple[float, float, float]], size: int) -> None:
    true, pred, weight = np.array(rows).T
    picture = draw(losses(["huber"]), {}, batches(true, pred, weight, size), limits=(-2.0, 1.5))
    errors = pred - true
    edges = np.linspace(-2.0, 1.5, 121)
    (histogram,) = picture.histograms
    np.testing.assert_allclose(histogram.edges, edges, atol=1e-15)
    np.testing.assert_allclose(histogram.counts, np.histogram(errors, edges, weights=weight)[0], atol=1e-12)
    assert histogram.total == pytest.approx(weight.sum(), abs=1e-12)
    assert histogram.below == pytest.approx(weight[errors < -2].sum(), abs=1e-12)
    assert histogram.above == pytest.approx(weight[errors > 1.5].sum(), abs=1e-12)


@pytest.mark.parametrize(
    ("name", "true", "pred", "ends"),
    [
        # the middle 98 % of 101 even steps leaves one step at each end; the anchor stays on the axis
        ("mse", np.zeros(101), np.linspace(2, 6, 101), (0.0, 6.0)),
        ("mse", np.zeros(101), np.linspace(-6, -2, 101), (-6.0, 0.0)),
        ("mse", np.zeros(101), np.linspace(-20, 37, 101), (-20.0, 40.0)),
        ("mse", np.zeros(101), np.append(np.linspace(-0.11, 0.34, 100), [9e9]), (-0.2, 0.4)),
        ("mse", np.zeros(3), np.zeros(3), (-3.0, 3.0)),
        ("mape", np.ones(101), np.linspace(2, 6, 101), (1.0, 6.0)),
        ("poisson", np.ones(101), np.linspace(0.001, 0.5, 101), (0.0, 1.0)),
        ("bce", np.ones(4), [0.4, 0.5, 0.5, 0.6], (0.0, 1.0)),
        ("contrastive", np.ones(4), [4.0, 5.0, 5.0, 7.0], (0.0, 7.0)),
    ],
)
def test_without_a_range_the_axis_spans_the_middle_of_the_rows(
    name: str, true: Any, pred: Any, ends: Any
) -> None:
    picture = losscli.curve(name, true, pred)
    assert (picture.low, picture.high) == pytest.approx(ends, abs=1e-12)
    said = [remark.text for remark in picture.remarks]
    if name == "bce":  # its axis has two ends
        assert said == []
    else:
        assert len(said) == 1
        assert said[0].startswith(f"The axis spans the middle 98 % of the first {len(true)} rows")
    assert losscli.curve(name, true, pred, span=(0.25, 0.75)).remarks == ()


def test_the_remark_counts_rows_and_not_entries() -> None:
    rows = np.arange(2400.0).reshape(1200, 2)
    assert "of the first 1,200 rows" in losscli.curve("mse", np.zeros((1200, 2)), rows).remarks[0].text
    cut = draw(losses(["mse"]), {}, batches(np.zeros((1200, 2)), rows, None, 500))
    assert "of the first 500 rows" in cut.remarks[0].text
    assert cut.histograms[0].total == 2400


def outside(*args: Any, **options: Any) -> list[str]:
    """What the page says of the rows, a sentence a histogram."""
    page = " ".join(render(losscli.curve(*args, **options), "plain", width=200).split())
    return re.findall(r"· ([\d.]+ (?:rows|values)[,;].*?)\.(?: |$)", page)


@pytest.mark.parametrize(
    ("errors", "weight", "said"),
    [
        ([0, 0.5, 1, -1], None, "4 rows, all of them on the axis"),
        ([0, 0.5, 2, -2], None, "4 rows, 2 of them (50 %) outside of the axis: 1 below, 1 above"),
        ([0, 2, 3, 4], None, "4 rows, 3 of them (75 %) outside of the axis: 0 below, 3 above"),
        ([0, 0, -2, 0], [1, 1, 6, 2], "10 rows, 6 of them (60 %) outside of the axis: 6 below, 0 above"),
        ([[0, 5], [1, 0]], [1, 4], "10 values, 1 of them (10 %) outside of the axis: 0 below, 1 above"),
    ],
)
def test_the_page_counts_what_lies_outside(errors: Any, weight: Any, said: str) -> None:
    assert said in outside("mse", np.zeros_like(errors), errors, weight, span=(-1.0, 1.0))


def test_the_page_counts_what_has_no_place() -> None:
    (said,) = outside("mape", [1, 0, 2], [1, 1, 9], span=(-1.0, 3.0))
    assert said == "3 rows, 1 of them (33 %) outside of the axis: 0 below, 1 above; 1 without a place on it"
    (said,) = outside("mape", [1, 0, 2], [1, 1, 1], span=(-1.0, 3.0))
    assert said == "3 rows; 1 without a place on it"


@pytest.mark.parametrize("size", [1, 2, 10])
@pytest.mark.parametrize("missing", ["drop", "propagate"])
def test_missing_values_in_every_batch_are_counted(missing: Any, size: int) -> None:
    true, pred = [1, 2, 3, np.nan, 5], [1.5, np.nan, 3.5, 4, 4]
    picture = draw(losses(["mse"]), {}, batches(true, pred, None, size), limits=(-3, 3), missing=missing)
    (remark,) = picture.remarks
    how = "left out" if missing == "drop" else "without a place on the axis"
    assert remark.text == f"Rows with missing values are {how}"
    assert (remark.count, list(remark.rows)) == (2, [2, 4])
    (histogram,) = picture.histograms
    assert histogram.counts.sum() == 3
    assert (histogram.total, histogram.elsewhere) == ((3, 0) if missing == "drop" else (5, 2))


def test_a_row_that_does_not_fit_is_named_in_any_batch() -> None:
    for size in (1, 2, 5):
        with pytest.raises(LosscliError, match=r"row 4: 1\.5 is not a probability"):
            draw(losses(["bce"]), {}, batches([1, 0, 1, 0, 1], [0.5, 0.5, 0.5, 1.5, 0.5], None, size))
    with pytest.raises(LosscliError, match="there are no samples"):
        draw(losses(["mse"]), {}, lambda: iter(()))


def test_json_holds_the_histograms_as_they_are() -> None:
    picture = losscli.curve("bce", [1, 0, 0.5], [0.9, 0.25, 0.5], [1, 2.5, 4])
    told = json.loads(render(picture, "json"))["histograms"]
    assert [(h["label"], h["total"], h["elsewhere"], h["below"], h["above"], h["noun"]) for h in told] == [
        ("y_true = 1", 5, 4, 0, 0, "rows"),
        ("y_true = 0", 2.5, 0, 0, 0, "rows"),
    ]
    assert [sum(h["counts"]) for h in told] == [1, 2.5]
    assert told[1]["counts"][30] == 2.5
    assert told[0]["edges"] == np.linspace(0, 1, 121).tolist()
