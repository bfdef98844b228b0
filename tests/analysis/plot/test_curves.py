"""Pictures' points are the losses: held against `compute` and against differences of `compute`."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from support.pictures import DRAWN, NAMES, NEEDED, PICTURES, UNDRAWN
from support.reference import EXAMPLES
from support.requests import losses

import losscli
from losscli import LosscliError
from losscli.analysis.plot import draw
from losscli.analysis.plot.picture import _views
from losscli.analysis.plot.variants import variants_of
from losscli.catalogue import registry
from losscli.frameworks.convention import convention
from losscli.results.plot import Curve, Picture


def test_all_but_the_losses_of_labels_have_a_picture() -> None:
    assert {name for name in NAMES if not PICTURES[name].curves} == set(UNDRAWN)
    for name in UNDRAWN:
        assert PICTURES[name].why_not
        equal = losscli.compute(name, [1, 2], [1, 2]).value
        different = losscli.compute(name, [1, 2], [2, 1]).value
        assert (equal, different) == (0, 1)  # as the sentence says


@pytest.mark.parametrize("name", DRAWN)
def test_values_are_those_of_compute(name: str) -> None:
    params = NEEDED.get(name, {})
    variants = variants_of([registry.get(name)], params, "exact")
    views, _ = _views(variants)
    for scene, curve in zip(views[0].scenes, PICTURES[name].curves, strict=True):
        for i in (3, len(curve.x) // 3, len(curve.x) // 2, len(curve.x) - 4):
            true, pred, _ = scene.lay(curve.x[i : i + 1])
            if scene.grouped:
                true, pred = None if true is None else true[0], pred[0]
            value = losscli.compute(name, true, pred, **params).value
            assert value is not None
            np.testing.assert_allclose(curve.values[i], value, rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("name", DRAWN)
def test_the_gradient_is_the_slope_of_the_curve(name: str) -> None:
    checked = 0
    for curve in PICTURES[name].curves:
        if curve.gradient is None:
            assert registry.get(name).slope is None
            return
        for i in range(2, len(curve.x) - 2):
            if _smooth_around(curve, i):
                slope = (curve.values[i + 1] - curve.values[i - 1]) / (curve.x[i + 1] - curve.x[i - 1])
                bend = np.abs(np.diff(curve.gradient[i - 1 : i + 2])).max()
                assert curve.gradient[i] == pytest.approx(slope, abs=bend + 1e-6 * (1 + abs(slope)))
                checked += 1
    assert checked > 30


def _smooth_around(curve: Curve, i: int) -> bool:
    assert curve.gradient is not None
    near = slice(i - 1, i + 2)
    joints = (*curve.jumps, *curve.gradient_jumps)
    whole = not any(curve.x[i - 1] <= joint <= curve.x[i + 1] for joint in joints)
    return whole and bool(np.isfinite([*curve.values[near], *curve.gradient[near]]).all())


@pytest.mark.parametrize("name", DRAWN)
def test_what_is_shown_holds_most_of_every_picture(name: str) -> None:
    picture = PICTURES[name]
    low, high = picture.loss_span
    heights = np.concatenate([curve.values for curve in picture.curves])
    slack = 1e-9 * (high - low)
    assert low < high
    assert np.mean((heights >= low - slack) & (heights <= high + slack)) > 0.85
    assert picture.axis is not None
    assert picture.axis.title
    assert len({curve.label for curve in picture.curves}) == len(picture.curves)
    assert all(before < after for curve in picture.curves for before, after in pairwise(curve.x.tolist()))


@pytest.mark.parametrize(
    ("name", "params", "jumps", "gradient_jumps"),
    [
        ("mse", {}, [], []),
        ("label_ranking", {}, [0.0], []),
        ("epsilon_insensitive", {"epsilon": 0.123}, [], [-0.123, 0.123]),
        ("zero_one", {"threshold": 0.4}, [0.4], []),
        ("exponential", {}, [], []),
        ("gamma_deviance", {}, [], []),  # steep without end, and yet no jump
    ],
)
def test_jumps_are_found_and_steepness_is_none(
    name: str, params: dict[str, Any], jumps: list[float], gradient_jumps: list[float]
) -> None:
    curve = losscli.curve(name, **params).curves[0]
    assert curve.jumps == pytest.approx(jumps)
    assert curve.gradient_jumps == pytest.approx(gradient_jumps)


def test_a_kink_has_no_gradient_and_is_told() -> None:
    picture = PICTURES["mae"]
    curve = picture.curves[0]
    assert curve.gradient is not None
    assert np.isnan(curve.gradient[curve.x == 0]).all()
    assert set(curve.gradient[curve.x != 0]) == {-1.0, 1.0}
    assert picture.notes == ("The gradient jumps at e = 0.",)


def test_infinity_is_told_and_cut_off() -> None:
    picture = PICTURES["bce"]
    positive, negative = picture.curves
    assert positive.values[0] == negative.values[-1] == np.inf
    assert np.isfinite(picture.loss_span).all()
    assert picture.notes[0].startswith("y_true = 1: infinite at p = 0")


@pytest.mark.parametrize("names", [["weighted_kappa", "cce"], ["cce", "weighted_kappa"]])
def test_beside_others_a_loss_of_all_rows_is_still_drawn_of_all_its_rows(names: list[str]) -> None:
    def said(picture: Any) -> bool:
        return any("the value of one row alone" in note for note in picture.notes)

    joined = losscli.curve(names)
    assert not said(joined)
    assert "in a row the other 2 share the rest evenly (weighted_kappa)." in joined.axis.says
    assert "Of 3 classes, the other 2 share the rest evenly (cce)." in joined.axis.says
    assert not said(PICTURES["weighted_kappa"])
    assert said(PICTURES["dice"])


def test_several_values_of_a_parameter() -> None:
    picture = losscli.curve("huber", delta=(0.5, 1, 2))
    assert [curve.label for curve in picture.curves] == ["delta = 0.5", "delta = 1", "delta = 2"]
    assert [curve.params["delta"] for curve in picture.curves] == [0.5, 1, 2]
    for curve in picture.curves:
        assert curve.gradient is not None
        assert np.nanmax(curve.gradient) == curve.params["delta"]


def test_a_parameter_of_one_loss_among_several() -> None:
    picture = draw(losses(["mse", "huber", "pseudo_huber"]), {"huber.delta": 2.0, "delta": 3.0})
    assert [curve.params.get("delta") for curve in picture.curves] == [None, 2.0, 3.0]


def test_beside_others_a_binary_loss_is_drawn_for_the_true_class() -> None:
    picture = losscli.curve(["bce", "cce", "nll"])
    assert picture.axis is not None
    assert picture.axis.title == "probability of the true class"
    for curve in picture.curves:
        assert curve.values[0] == np.inf
        np.testing.assert_allclose(curve.values[1:], -np.log(curve.x[1:]), atol=1e-12, rtol=1e-9)


def test_like_draws_the_framework_beside_the_definition() -> None:
    exact, keras = losscli.curve("bce", like="keras").curves[::2]
    assert (exact.like, keras.like) == ("exact", "keras")
    assert keras.label == "Keras, y_true = 1"
    assert np.isinf(exact.values[0])
    assert keras.values[0] == losscli.compute("bce", [1], [0], like="keras").value
    assert keras.gradient is None


@pytest.mark.parametrize("name", DRAWN)
def test_a_framework_is_drawn_or_refused_with_a_reason(name: str) -> None:
    for framework in losscli.find(name).conventions:
        try:
            picture = draw(losses([name]), NEEDED.get(name, {}), like=framework)
        except LosscliError:  # it takes other arrays: told in what is raised
            continue
        theirs = [curve for curve in picture.curves if curve.like == framework]
        assert theirs
        assert convention(registry.get(name), framework).framework.title in theirs[0].label


@pytest.mark.parametrize(
    ("names", "params", "limits", "what"),
    [
        (["mse", "bce"], {}, None, "different axes: mse over error y_pred − y_true; bce over probability"),
        (["cce", "poly_cce"], {}, None, "different axes"),
        (["huber"], {"dleta": 1}, None, "huber has no parameter dleta"),
        (["mse", "mae"], {"delta": 1}, None, "none of these losses takes the parameter delta"),
        (["huber"], {"delta": tuple(range(1, 10))}, None, "9 curves; 8 can be told apart"),
        (["zero_one", "mse"], {}, None, "zero_one compares labels"),
        (["mse"], {}, (3.0, 1.0), "--range 3,1 is no range"),
        (["bce"], {}, (-1.0, 1.0), "runs from 0 to 1"),
        (["matrix_cce"], {}, None, "needs the parameter matrix"),
    ],
)
def test_what_cannot_be_drawn_is_refused(names: Any, params: Any, limits: Any, what: str) -> None:
    with pytest.raises(LosscliError, match=what):
        draw(losses(names), params, limits=limits)


def test_a_new_range_moves_the_ends() -> None:
    curve = losscli.curve("mse", span=(-7, 2)).curves[0]
    assert (curve.x[0], curve.x[-1]) == (-7, 2)


def _counted(picture: Picture) -> float:
    return sum(float(h.counts.sum()) + h.below + h.above + h.elsewhere for h in picture.histograms)


def test_rows_lie_where_their_errors_are() -> None:
    table = np.genfromtxt(EXAMPLES / "diabetes.csv", delimiter=",", names=True, dtype=None, encoding="utf-8")
    errors = table["ridge"] - table["y_true"]
    picture = losscli.curve("huber", table["y_true"], table["ridge"], delta=50.0)
    (histogram,) = picture.histograms
    np.testing.assert_array_equal(histogram.counts, np.histogram(errors, histogram.edges)[0])
    assert (picture.low, picture.high) == (histogram.edges[0], histogram.edges[-1])
    assert histogram.below == np.sum(errors < picture.low)
    assert histogram.above == np.sum(errors > picture.high)
    assert _counted(picture) == histogram.total == 442
    assert np.mean((errors >= picture.low) & (errors <= picture.high)) >= 0.98
    assert "middle 98 % of the first 442 rows" in picture.remarks[0].text


def test_rows_of_two_labels_are_counted_apart() -> None:
    true, pred = [1, 1, 0, 0, 0, 0.5], [0.9, 0.2, 0.2, 0.1, 1.0, 0.5]
    ones, zeros = losscli.curve("bce", true, pred, [1, 1, 1, 1, 2.5, 1]).histograms
    assert (ones.label, zeros.label) == ("y_true = 1", "y_true = 0")
    assert (ones.total, zeros.total) == (3, 4.5)
    assert ones.elsewhere == 1  # the soft label
    assert zeros.counts[-1] == 2.5


@pytest.mark.parametrize(
    ("name", "true", "pred", "x"),
    [
        ("hinge", [1, -1, -1], [2, 2, -0.5], [2, -2, 0.5]),
        ("scce", [0, 2], [[0.7, 0.2, 0.1], [0.3, 0.3, 0.4]], [0.7, 0.4]),
        ("cce", [[0, 1, 0]], [[0.2, 0.5, 0.3]], [0.5]),
        ("multi_margin", [0, 2], [[2, 1, 0], [1.5, 0, 1]], [1, -0.5]),
        ("mape", [2, 4, 0], [1, 6, 1], [0.5, 1.5]),
        ("cosine_similarity", [[1, 0]], [[3, 4]], [0.6]),
        ("contrastive", [1, 0], [0.5, 1.25], [0.5, 1.25]),
        ("bpr", None, [[2, 0.5]], [1.5]),
        ("margin_ranking", [-1], [[2, 0.5]], [-1.5]),
        ("triplet", None, [[[0, 0], [0.6, 0.8], [1, 1]]], [1]),
        ("gaussian_nll", [1], [[2.5, 1]], [1.5]),
        ("nll", [1], np.log([[0.25, 0.75]]), [0.75]),
        ("crps_ensemble", [1], [[1, 2, 6]], [2]),
        ("interval_score", [1], [[1, 2]], [0.5]),
    ],
)
def test_a_row_finds_its_place(name: str, true: Any, pred: Any, x: list[float]) -> None:
    picture = losscli.curve(name, true, pred, span=None if name in ("scce", "cce", "nll") else _span_of(name))
    edges = picture.histograms[0].edges
    counts = sum(histogram.counts for histogram in picture.histograms)
    np.testing.assert_array_equal(counts, np.histogram(x, edges)[0])


def _span_of(name: str) -> tuple[float, float]:
    if name == "cosine_similarity":
        return -1.0, 1.0
    return (0.0, 3.01) if name in ("contrastive", "triplet", "mape") else (-3.01, 3.03)


def test_rows_that_have_no_place_are_refused() -> None:
    with pytest.raises(LosscliError, match="no place on this axis: a mask's overlap"):
        losscli.curve("dice", [1, 0], [0.5, 0.5])
    with pytest.raises(LosscliError, match=r"y_pred, row 2: 1.5 is not a probability"):
        losscli.curve("bce", [1, 0], [0.5, 1.5])


def test_missing_values_are_refused_or_counted() -> None:
    with pytest.raises(LosscliError, match="nan or no value"):
        losscli.curve("mse", [1, 2], [1, np.nan])
    picture = losscli.curve("mse", [1, 2, 3], [1, np.nan, 4], missing="drop")
    assert picture.histograms[0].total == 2
    assert picture.remarks[-1].text == "Rows with missing values are left out"
    assert picture.remarks[-1].count == 1
