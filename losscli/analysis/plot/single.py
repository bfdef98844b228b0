"""Views in which one row stands for itself: its error, its probability, its margin, its similarity."""

from __future__ import annotations

from typing import Any

import numpy as np

from losscli.analysis.plot.views import (
    DrawnLoss,
    Laid,
    Placed,
    Scene,
    View,
    margin_reach,
    one_scene,
    reach,
    rows,
    sine,
    values,
)
from losscli.losses.domain import Array
from losscli.results.plot import Axis

_SPREADS = (1.0, 0.5, 2.0)
_ERROR = Axis("error", "error y_pred − y_true", "e", "the target's unit")


def error(case: DrawnLoss) -> View:
    far = reach(case, 3.0)
    scene = Scene("", _deep(case, values(0.0)))
    return View(_ERROR, (scene,), -far, far, place=lambda true, pred: one_scene(pred - true))


def _deep(case: DrawnLoss, lay: Any) -> Any:
    """A row's one number in an axis of its own, where the loss takes rows (N, D)."""
    if case.pred.grain != "row":
        return lay

    def deeper(x: Array) -> Laid:
        true, pred, tangent = lay(x)
        return true[:, None], pred[:, None], tangent[:, None]

    return deeper


def location(case: DrawnLoss) -> View:
    """A mean and its spread: over the mean's error, a curve for each of three spreads."""
    axis = _ERROR._replace(title="error μ − y_true", says="y_pred is (μ, s): a mean and a spread s.")
    spreads = _SPREADS if case.alone else _SPREADS[:1]
    if not case.alone:
        axis = axis._replace(says="y_pred is (μ, 1): a mean and a spread of 1.")

    def lay(spread: float) -> Any:
        return rows(0.0, lambda x: (x, spread), lambda x: (1.0, 0.0))

    scenes = tuple(Scene(f"s = {s:g}", lay(s)) for s in spreads)
    return View(axis, scenes, -3.0, 3.0, place=lambda true, pred: one_scene(pred[:, 0] - true))


def ensemble(case: DrawnLoss) -> View:
    axis = _ERROR._replace(
        title="error μ − y_true", says="y_pred is three members, μ − 1, μ and μ + 1, moved together."
    )
    scene = Scene("", rows(0.0, lambda x: (x - 1, x, x + 1), lambda x: (1.0, 1.0, 1.0)))
    return View(axis, (scene,), -4.0, 4.0, place=lambda true, pred: one_scene(pred.mean(axis=-1) - true))


def interval(case: DrawnLoss) -> View:
    axis = Axis(
        "interval",
        "interval's middle − y_true",
        "m",
        "the target's unit",
        "y_pred is an interval of width w.",
    )

    def lay(wide: float) -> Any:
        return rows(0.0, lambda x: (x - wide / 2, x + wide / 2), lambda x: (1.0, 1.0))

    scenes = tuple(Scene(f"w = {w:g}", lay(w)) for w in ((2.0, 1.0, 4.0) if case.alone else (2.0,)))
    place = lambda true, pred: one_scene(pred.mean(axis=-1) - true)  # noqa: E731
    return View(axis, scenes, -4.0, 4.0, place=place)


def ratio(case: DrawnLoss) -> View:
    says = "" if "scale_invariant" in case.properties else "y_true is 1: at another truth, another curve."
    axis = Axis("ratio", "y_pred / y_true", "r", "", says)
    ends = (case.pred.low, np.inf)

    def place(true: Array, pred: Array) -> Placed:
        with np.errstate(all="ignore"):
            quotient = pred / true
        return one_scene(np.where(true == 0, np.nan, quotient))

    low = max(-1.0, case.pred.low)
    return View(axis, (Scene("", _deep(case, values(1.0))),), low, 3.0, ends, place, anchor=1.0)


def log_rate(case: DrawnLoss) -> View:
    axis = Axis("log rate", "y_pred: log of the rate", "l", "nats", "y_true is 1.")
    scene = Scene("", _deep(case, values(1.0)))
    return View(axis, (scene,), -3.0, 3.0, place=lambda true, pred: one_scene(pred))


def probability(case: DrawnLoss) -> View:
    """Both labels over the probability of class 1; beside others, label 1 over that of the true class."""
    axis = Axis("probability", "probability of class 1", "p", "")
    scenes = tuple(Scene(f"y_true = {y:g}", _deep(case, values(y))) for y in (1.0, 0.0))
    if not case.alone:
        axis = axis._replace(title="probability of the true class", says="y_true is 1.")
        scenes = scenes[:1]

    def place(true: Array, pred: Array) -> Placed:
        x = pred if case.alone else np.where(true == 1, pred, 1 - pred)
        flat, scene = one_scene(np.where((true == 0) | (true == 1), x, np.nan))
        return flat, scene + ((true == 0) & case.alone).reshape(flat.shape)

    return View(axis, scenes, 0.0, 1.0, (0.0, 1.0), place)


def margin(case: DrawnLoss) -> View:
    """A label and a score: over y · f; a 0/1 label by itself over the score, with a curve for each label."""
    assert case.true is not None
    signs = case.true.exclusive is not None or case.true.values == (-1.0, 1.0)
    both = case.alone and (not signs or case.true.grain == "rest")
    far = margin_reach(case, 3.0)
    if both:
        noun = "logit" if case.pred.means == "logit" else "score"
        axis = Axis("margin", f"{noun} f", "f", "log-odds" if noun == "logit" else "")
    else:
        axis = Axis("margin", "margin y · f", "m", "", "y is −1 or 1, and 1 in the picture.")
    labels = (1.0, 0.0)
    scenes = tuple(Scene(f"y_true = {y:g}", _deep(case, values(y))) for y in labels[: 1 + both])

    def place(true: Array, pred: Array) -> Placed:
        known = (true == 1) | (true == 0) | (true == -1)
        x = pred if both else np.where(true == 1, pred, -pred)
        flat, scene = one_scene(np.where(known, x, np.nan))
        return flat, scene + ((true != 1) & both).reshape(flat.shape)

    return View(axis, scenes, -far, far, place=place)


def distance(case: DrawnLoss) -> View:
    assert case.true is not None
    assert case.true.values is not None
    axis = Axis("distance", "distance of the pair", "d", "")
    labels = sorted(case.true.values, reverse=True)
    kinds = ("same", "different")
    scenes = tuple(
        Scene(f"y_true = {y:g} ({kind})", values(y)) for y, kind in zip(labels, kinds, strict=True)
    )

    def place(true: Array, pred: Array) -> Placed:
        flat, scene = one_scene(pred)
        return flat, scene + (true != 1).reshape(flat.shape)

    return View(axis, scenes, 0.0, margin_reach(case, 2.0), (0.0, np.inf), place)


def pair_similarity(case: DrawnLoss) -> View:
    axis = Axis("similarity", "cosine of the pair", "cos", "")
    scenes = tuple(
        Scene(f"y_true = {y:g}", rows(y, lambda x: ((1.0, 0.0), (x, sine(x))), _turning_pair))
        for y in (1.0, -1.0)
    )

    def place(true: Array, pred: Array) -> Placed:
        flat, scene = one_scene(_cosine(pred[:, 0], pred[:, 1]))
        return flat, scene + (true != 1).reshape(flat.shape)

    return View(axis, scenes, -1.0, 1.0, (-1.0, 1.0), place)


def _turning_pair(x: Array) -> Any:
    return ((0.0, 0.0), (1.0, -x / sine(x)))


def row_similarity(case: DrawnLoss) -> View:
    axis = Axis("similarity", "cosine of y_true and y_pred", "cos", "")
    scene = Scene("", rows((1.0, 0.0), lambda x: (x, sine(x)), lambda x: (1.0, -x / sine(x))))
    return View(axis, (scene,), -1.0, 1.0, (-1.0, 1.0), lambda true, pred: one_scene(_cosine(true, pred)))


def _cosine(one: Array, other: Array) -> Array:
    with np.errstate(all="ignore"):
        lengths = np.linalg.norm(one, axis=-1) * np.linalg.norm(other, axis=-1)
        return np.asarray(np.sum(one * other, -1) / lengths)


def weight(case: DrawnLoss) -> View:
    axis = Axis("weight", "y_pred: a weight", "w", "", "A row of one weight.")
    lay = values(0.0)
    scene = Scene("", lambda x: (None, *lay(x)[1:]))
    return View(axis, (scene,), -3.0, 3.0, place=lambda true, pred: one_scene(pred))


def latent_mean(case: DrawnLoss) -> View:
    axis = Axis(
        "latent", "mean μ of one latent dimension", "μ", "the prior's σ", "y_pred is (μ, v): v = log σ²."
    )

    def lay(v: float) -> Any:
        return rows(None, lambda x: ((x,), (v,)), lambda x: ((1.0,), (0.0,)))

    scenes = tuple(Scene(f"v = {v:g}", lay(v)) for v in ((0.0, -2.0, 1.0) if case.alone else (0.0,)))
    return View(axis, scenes, -3.0, 3.0, place=lambda true, pred: one_scene(pred[:, 0]))
