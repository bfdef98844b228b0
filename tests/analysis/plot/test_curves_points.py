"""A picture's curves beside formulas written by hand: every point's height, its slope, its label and axis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import losscli
from losscli import LosscliError

Formula = Callable[[Any], Any]


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def hinge(x: Any) -> Any:
    return np.maximum(0, x)


def ctc(steps: int) -> Formula:
    """Of T steps with one label, k label steps in a row stand in T − k + 1 places."""

    def value(x: Any) -> Any:
        p = sigmoid(x)
        ways = [(steps - k + 1) * p**k * (1 - p) ** (steps - k) for k in range(1, steps + 1)]
        return -np.log(sum(ways))

    return value


def triplet(d: float) -> tuple[Formula, Formula]:
    return lambda x: hinge(x - d + 1), lambda x: np.where(x - d + 1 > 0, 1.0, 0.0)


def shifted(x: Any) -> Any:
    """giou of two unit squares, one moved sideways: the hull is 1 + |x| wide."""
    a = np.abs(x)
    overlap = hinge(1 - a)
    union = 2 - overlap
    return 1 - overlap / union + (1 + a - union) / (1 + a)


# What is asked for, the axis (name, low, high), and of each curve its label, height and slope by x.
BY_HAND: list[
    tuple[str, dict[str, Any], tuple[str, float, float], list[tuple[str, Formula, Formula | None]]]
] = [
    ("mse", {}, ("error", -3, 3), [("", lambda x: x**2, lambda x: 2 * x)]),
    ("mae", {}, ("error", -3, 3), [("", np.abs, np.sign)]),
    (
        "huber",
        {"delta": 1.75},
        ("error", -3.5, 3.5),
        [
            (
                "",
                lambda x: np.where(np.abs(x) <= 1.75, x**2 / 2, 1.75 * (np.abs(x) - 1.75 / 2)),
                lambda x: np.clip(x, -1.75, 1.75),
            )
        ],
    ),
    (
        "quantile",
        {"q": 0.3},
        ("error", -3, 3),
        [("", lambda x: np.where(x > 0, 0.7 * x, -0.3 * x), lambda x: np.where(x > 0, 0.7, -0.3))],
    ),
    (
        "linex",
        {"a": 0.5},
        ("error", -3, 3),
        [("", lambda x: np.exp(x / 2) - x / 2 - 1, lambda x: np.exp(x / 2) / 2 - 0.5)],
    ),
    (
        "bce",
        {},
        ("probability", 0, 1),
        [
            ("y_true = 1", lambda p: -np.log(p), lambda p: -1 / p),
            ("y_true = 0", lambda p: -np.log1p(-p), lambda p: 1 / (1 - p)),
        ],
    ),
    (
        "bce",
        {"from_logits": True, "pos_weight": 3.0},
        ("margin", -3, 3),
        [
            ("y_true = 1", lambda f: 3 * np.log1p(np.exp(-f)), lambda f: 3 * (sigmoid(f) - 1)),
            ("y_true = 0", lambda f: np.log1p(np.exp(f)), sigmoid),
        ],
    ),
    ("scce", {}, ("probability", 0, 1), [("", lambda p: -np.log(p), lambda p: -1 / p)]),
    (
        "cce",
        {"class_weight": [2.0, 1.0, 1.0, 1.0]},
        ("probability", 0, 1),
        [("", lambda p: -2 * np.log(p), lambda p: -2 / p)],
    ),
    ("hinge", {}, ("margin", -3, 3), [("", lambda m: hinge(1 - m), lambda m: np.where(m < 1, -1.0, 0.0))]),
    ("mape", {}, ("ratio", -1, 3), [("", lambda r: 100 * np.abs(r - 1), lambda r: 100 * np.sign(r - 1))]),
    ("poisson", {}, ("ratio", 0, 3), [("", lambda r: r - np.log(r), lambda r: 1 - 1 / r)]),
    (
        "poisson",
        {"from_log": True},
        ("log rate", -3, 3),
        [("", lambda x: np.exp(x) - x, lambda x: np.exp(x) - 1)],
    ),
    (
        "gamma_deviance",
        {},
        ("ratio", 0, 3),
        [("", lambda r: 2 * (np.log(r) + 1 / r - 1), lambda r: 2 * (1 / r - 1 / r**2))],
    ),
    ("cosine_similarity", {}, ("similarity", -1, 1), [("", lambda c: -c, lambda c: -np.ones_like(c))]),
    (
        "cosine_embedding",
        {"margin": 0.25},
        ("similarity", -1, 1),
        [
            ("y_true = 1", lambda c: 1 - c, lambda c: -np.ones_like(c)),
            ("y_true = -1", lambda c: hinge(c - 0.25), lambda c: np.where(c > 0.25, 1.0, 0.0)),
        ],
    ),
    (
        "laplace_nll",
        {},
        ("error", -3, 3),
        [
            (f"s = {s:g}", lambda x, s=s: np.log(2 * s) + np.abs(x) / s, lambda x, s=s: np.sign(x) / s)
            for s in (1.0, 0.5, 2.0)
        ],
    ),
    (
        "interval_score",
        {"alpha": 0.5},
        ("interval", -4, 4),
        [
            (
                f"w = {w:g}",
                lambda m, w=w: w + 4 * hinge(np.abs(m) - w / 2),
                lambda m, w=w: np.where(np.abs(m) > w / 2, 4 * np.sign(m), 0.0),
            )
            for w in (2.0, 1.0, 4.0)
        ],
    ),
    (
        "crps_ensemble",
        {},
        ("error", -4, 4),
        [("", lambda x: (np.abs(x - 1) + np.abs(x) + np.abs(x + 1)) / 3 - 4 / 9, None)],
    ),
    (
        "vae_kl",
        {},
        ("latent", -3, 3),
        [
            (f"v = {v:g}", lambda x, v=v: (x**2 + np.exp(v) - 1 - v) / 2, lambda x: x)
            for v in (0.0, -2.0, 1.0)
        ],
    ),
    (
        "l1_penalty",
        {"factor": 0.5},
        ("weight", -3, 3),
        [("", lambda w: np.abs(w) / 2, lambda w: np.sign(w) / 2)],
    ),
    (
        "contrastive",
        {"margin": 1.5},
        ("distance", 0, 3),
        [
            ("y_true = 1 (same)", lambda d: d**2, lambda d: 2 * d),
            ("y_true = 0 (different)", lambda d: hinge(1.5 - d) ** 2, lambda d: -2 * hinge(1.5 - d)),
        ],
    ),
    ("bpr", {}, ("item lead", -4, 4), [("", lambda s: np.log1p(np.exp(-s)), lambda s: -sigmoid(-s))]),
    (
        "margin_ranking",
        {"margin": 0.5},
        ("item lead", -4, 4),
        [("", lambda s: hinge(0.5 - s), lambda s: np.where(s < 0.5, -1.0, 0.0))],
    ),
    (
        "multiclass_hinge",
        {},
        ("class lead", -4, 4),
        [("", lambda s: hinge(1 - s), lambda s: np.where(s < 1, -1.0, 0.0))],
    ),
    (
        "categorical_hinge",
        {},
        ("class lead", -4, 4),
        [("", lambda s: hinge(1 - s), lambda s: np.where(s < 1, -1.0, 0.0))],
    ),
    (
        "cce",
        {"from_logits": True},
        ("class lead", -4, 4),
        [("", lambda s: np.log1p(np.exp(-s)), lambda s: -sigmoid(-s))],
    ),
    (
        "scce",
        {"from_logits": True, "ignore_class": 0},
        ("class lead", -4, 4),
        [("", lambda s: np.log1p(np.exp(-s)), lambda s: -sigmoid(-s))],
    ),
    ("triplet", {}, ("triplet", 0, 3), [(f"d₋ = {d:g}", *triplet(d)) for d in (1.0, 0.5, 2.0)]),
    ("giou", {}, ("shift", -2, 2), [("", shifted, None)]),
    ("giou", {"box_format": "xywh"}, ("shift", -2, 2), [("", shifted, None)]),
    ("dice", {}, ("overlap", 0, 1), [("", lambda x: 1 - x, lambda x: -np.ones_like(x))]),
    ("jaccard", {}, ("overlap", 0, 1), [("", lambda x: 1 - x / (2 - x), lambda x: -2 / (2 - x) ** 2)]),
    ("rmse", {}, ("error", -3, 3), [("", np.abs, np.sign)]),
    ("cox", {}, ("risk lead", -4, 4), [("", lambda x: np.log1p(np.exp(-x)), lambda x: -sigmoid(-x))]),
    ("ctc", {}, ("steps", -4, 4), [(f"T = {t}", ctc(t), None) for t in (3, 1, 6)]),
    (
        "infonce",
        {"temperature": 0.5},
        ("pairs", -1, 1),
        [("", lambda c: np.log1p(np.exp(-2 * c)), lambda c: -2 * sigmoid(-2 * c))],
    ),
]


@pytest.mark.parametrize(("name", "params", "axis", "curves"), BY_HAND)
def test_every_point_is_the_formula_s(name: str, params: Any, axis: Any, curves: Any) -> None:
    picture = losscli.curve(name, **params)
    assert picture.axis is not None
    assert (picture.axis.name, picture.low, picture.high) == axis
    assert [curve.label for curve in picture.curves] == [label for label, _, _ in curves]
    for curve, (_, height, slope) in zip(picture.curves, curves, strict=True):
        assert curve.x[0] == pytest.approx(axis[1], abs=5e-6)  # an open end is not in the domain
        assert curve.x[-1] == axis[2]
        with np.errstate(all="ignore"):
            wanted = height(curve.x)
            steep = np.gradient(wanted, curve.x) if slope is None else slope(curve.x)
        np.testing.assert_allclose(curve.values, wanted, rtol=3e-7, atol=3e-7)
        assert curve.gradient is not None
        known = np.isfinite(curve.gradient)
        assert known.mean() > 0.95
        if slope is not None:
            np.testing.assert_allclose(curve.gradient[known], steep[known], rtol=1e-6, atol=1e-6)
        else:  # differences of the formula: not where it bends within a step
            bend = np.abs(np.gradient(steep, curve.x)) * (curve.x[1] - curve.x[0])
            smooth = known & (bend < 0.05)
            assert smooth.mean() > 0.9
            np.testing.assert_allclose(curve.gradient[smooth], steep[smooth], atol=0.03)  # of differences


@pytest.mark.parametrize(
    ("names", "params", "low", "high"),
    [
        (["mse"], {}, -3, 3),
        (["huber"], {"delta": 4.0}, -8, 8),
        (["huber"], {"delta": (0.5, 4.0)}, -8, 8),
        (["mse", "tukey"], {"c": 3.0}, -6, 6),
        (["hinge"], {}, -3, 3),
        (["triplet"], {"margin": 2.5}, 0, 5),
        (["multi_margin"], {"margin": 3.0}, -6, 6),
        (["mape", "poisson"], {}, 0, 3),  # where poisson ends, both do
        (["mape"], {}, -1, 3),
    ],
)
def test_the_axis_reaches_beyond_every_length_of_the_parameters(
    names: list[str], params: Any, low: float, high: float
) -> None:
    picture = losscli.curve(names, **params)
    assert (picture.low, picture.high) == (low, high)


def test_framework_s_values_stand_beside_the_definition_s() -> None:
    exact, keras = losscli.curve("mape", like="keras").curves
    np.testing.assert_allclose(exact.values, 100 * np.abs(exact.x - 1), rtol=1e-12, atol=1e-12)
    # Keras keeps the truth above 1e-7 and computes in float32
    np.testing.assert_allclose(keras.values, 100 * np.abs(keras.x - 1), rtol=1e-5, atol=1e-5)
    assert not np.array_equal(keras.values, exact.values)


def test_what_the_bounds_of_an_axis_refuse() -> None:
    assert losscli.curve("bce", span=(0.25, 1.0)).curves[0].x[0] == 0.25
    for span in ((-0.01, 0.5), (0.5, 1.01)):
        with pytest.raises(LosscliError, match="runs from 0 to 1"):
            losscli.curve("bce", span=span)
    for span in ((1.0, 1.0), (2.0, 1.0), (0.0, np.inf), (np.nan, 1.0)):
        with pytest.raises(LosscliError, match="is no range"):
            losscli.curve("mse", span=span)


def test_eight_curves_are_told_apart_and_nine_are_not() -> None:
    assert len(losscli.curve("huber", delta=tuple(range(1, 9))).curves) == 8
    with pytest.raises(LosscliError, match="these are 9 curves"):
        losscli.curve("huber", delta=tuple(range(1, 10)))
    assert len(losscli.curve(["mse", "mae", "huber"], delta=(1, 2, 3, 4, 5, 6)).curves) == 8
