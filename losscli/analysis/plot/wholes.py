"""Views of losses whose value belongs to a few rows or points together: masks, boxes, triplets, sequences."""

from __future__ import annotations

from typing import Any

import numpy as np

from losscli.analysis.plot.views import DrawnLoss, Laid, Scene, View, logit, margin_reach, rows, sine, stacked
from losscli.losses.domain import Array
from losscli.results.plot import Axis

_SIMILARITY = Axis("pairs", "similarity within a class", "cos", "")
_HAIR = 1e-9  # by which one box is lower: edges that meet all along have no gradient
_TILT = 1e-7  # between classes, so that no two are just as near: equal distances have no gradient
_DISTANCES = (1.0, 0.5, 2.0)


def overlap(case: DrawnLoss) -> View:
    """A mask and a prediction of its size that covers the share x of it, and spills what it misses."""
    axis = Axis(
        "overlap",
        "share of the mask covered",
        "x",
        "",
        "The prediction is as large as the mask: what it misses lies outside.",
    )
    logits = bool(case.params.get("from_logits"))

    def at(x: Array) -> Any:
        if not logits:
            return (x, 1 - x)
        with np.errstate(divide="ignore"):
            far = np.clip(logit(x), -700.0, 700.0)
        return (far, -far)

    def slope(x: Array) -> Any:
        if not logits:
            return (1.0, -1.0)
        with np.errstate(divide="ignore"):
            steep = 1 / (x * (1 - x))
        return (steep, -steep)

    scene = Scene("", rows((1.0, 0.0), at, slope))
    why = "a mask's overlap is of all its entries together"
    return View(axis, (scene,), 0.0, 1.0, (0.0, 1.0), why_no_data=why)


def shifted_box(case: DrawnLoss) -> View:
    axis = Axis(
        "shift",
        "shift of the predicted box",
        "x",
        "box widths",
        "Two boxes of the same size, one moved sideways; from 1 on they do not overlap.",
    )
    low, high, tall = _HAIR, 1 - _HAIR, 1 - 2 * _HAIR
    ways: dict[str, tuple[Any, Any, Any]] = {
        "xyxy": ((0.0, 0.0, 1.0, 1.0), lambda x: (x, low, 1 + x, high), (1.0, 0.0, 1.0, 0.0)),
        "yxyx": ((0.0, 0.0, 1.0, 1.0), lambda x: (low, x, high, 1 + x), (0.0, 1.0, 0.0, 1.0)),
        "xywh": ((0.0, 0.0, 1.0, 1.0), lambda x: (x, low, 1.0, tall), (1.0, 0.0, 0.0, 0.0)),
    }
    true, at, slope = ways[str(case.params.get(str(case.pred.ordered), "xyxy"))]
    scene = Scene("", rows(true, at, lambda x: slope))
    why = "boxes differ in their sizes too, not by a shift alone"
    return View(axis, (scene,), -2.0, 2.0, why_no_data=why)


def distances(case: DrawnLoss) -> View:
    """Points on a line: the positive at x, the negatives at −d (and −2d): the loss over two distances."""
    axis = Axis(
        "triplet",
        "distance of anchor and positive",
        "d₊",
        "",
        "On a line: the positive on one side of the anchor, the negative d₋ away on the other.",
    )
    if case.pred.size == 4:
        says = axis.says.replace("the negative d₋ away", "the negatives d₋ and 2 d₋ away")
        axis = axis._replace(says=says)

    def lay(d: float) -> Any:
        if case.pred.size == 3:
            return rows(None, lambda x: ((0.0,), (x,), (-d,)), lambda x: ((0.0,), (1.0,), (0.0,)))
        return rows(
            None,
            lambda x: ((0.0,), (x,), (-d,), (-2 * d,)),
            lambda x: ((0.0,), (1.0,), (0.0,), (0.0,)),
        )

    kept = _DISTANCES if case.alone else _DISTANCES[:1]
    scenes = tuple(Scene(f"d₋ = {d:g}", lay(d)) for d in kept)

    def place(true: Any, pred: Array) -> tuple[Array, Array]:
        x = np.linalg.norm(pred[:, 0] - pred[:, 1], axis=-1)[:, None]
        return x, np.zeros(x.shape, np.intp)

    return View(axis, scenes, 0.0, margin_reach(case, 3.0), (0.0, np.inf), place)


def two_classes(case: DrawnLoss) -> View:
    """Two classes of two unit vectors: x the cosine within a class, 0 between them."""
    axis = _SIMILARITY._replace(
        says="Four unit vectors, two of each class; between the classes the cosine is 0."
    )

    def at(x: Array) -> Any:
        one, two, three = (1.0, 0.0, 0.0, 0.0), (x, sine(x), 0.0, 0.0), (_TILT, 0.0, 1.0, 0.0)
        return one, two, three, (0.0, 2 * _TILT, x, sine(x))

    def slope(x: Array) -> Any:
        turn, still = -x / sine(x), (0.0, 0.0, 0.0, 0.0)
        return still, (1.0, turn, 0.0, 0.0), still, (0.0, 0.0, 1.0, turn)

    scene = Scene("", rows((0, 0, 1, 1), at, slope), grouped=True)
    why = "its value is of all pairs of rows, which have a similarity each"
    return View(axis, (scene,), -1.0, 1.0, (-1.0, 1.0), why_no_data=why)


def query_and_key(case: DrawnLoss) -> View:
    """Two rows of a query and its key, x their cosine; every other cosine is 0."""
    axis = _SIMILARITY._replace(
        title="cosine of a query and its key", says="Two rows; a query and the other row's key have cosine 0."
    )

    def at(x: Array) -> Any:
        one, two = (1.0, 0.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0)
        return (one, (x, sine(x), 0.0, 0.0)), (two, (0.0, 0.0, x, sine(x)))

    def slope(x: Array) -> Any:
        turn, still = -x / sine(x), (0.0, 0.0, 0.0, 0.0)
        return (still, (1.0, turn, 0.0, 0.0)), (still, (0.0, 0.0, 1.0, turn))

    scene = Scene("", rows(None, at, slope), grouped=True)
    why = "its value is of all pairs of rows, which have a similarity each"
    return View(axis, (scene,), -1.0, 1.0, (-1.0, 1.0), why_no_data=why)


def similarities(case: DrawnLoss) -> View:
    """A matrix of similarities of two anchors and two positives: x on the diagonal, 0 beside it."""
    axis = _SIMILARITY._replace(
        says="Two anchors and two positives, of two classes; between the classes the similarity is 0."
    )
    assert case.true is not None
    truth: Any = (0, 1) if case.true.grain == "index" else ((1.0, 0.0), (0.0, 1.0))
    scene = Scene(
        "",
        rows(truth, lambda x: ((x, 0.0), (0.0, x)), lambda x: ((1.0, 0.0), (0.0, 1.0))),
        grouped=True,
    )
    why = "its value is of all pairs of rows, which have a similarity each"
    return View(axis, (scene,), -1.0, 1.0, why_no_data=why)


def risk_lead(case: DrawnLoss) -> View:
    """Two subjects, one with an event while the other is still at risk."""
    axis = Axis(
        "risk lead",
        "risk of the case − of the other",
        "η",
        "log-hazard",
        "Two subjects: the case has its event while the other is still at risk.",
    )
    scene = Scene(
        "",
        rows(((1.0, 1.0), (2.0, 0.0)), lambda x: (x, np.zeros_like(x)), lambda x: (1.0, 0.0)),
        grouped=True,
    )
    why = "an event's loss is over all who are still at risk"
    return View(axis, (scene,), -4.0, 4.0, why_no_data=why)


def label_of_steps(case: DrawnLoss) -> View:
    """Sequences of three steps whose label is one class: x its logit at every step, the blank's 0."""
    blank = int(case.params.get("blank", 0))
    label = 1 if blank == 0 else 0
    axis = Axis(
        "steps",
        "label's logit − the blank's",
        "z",
        "log-odds",
        "Sequences of T steps with one label, its logit the same at every step.",
    )

    def lay(steps: int) -> Any:
        def at(x: Array) -> Laid:
            one = stacked(tuple(float(k == label) for k in range(max(blank, label) + 1)), x)
            tangent = np.repeat(one[:, None, :], steps, axis=1)
            return np.full((len(x), 1), label), tangent * x[:, None, None], tangent

        return at

    scenes = tuple(Scene(f"T = {t}", lay(t)) for t in (3, 1, 6))
    why = "a row is a whole sequence"
    return View(axis, scenes, -4.0, 4.0, why_no_data=why)
