"""Views in which a row holds several scores: of classes, of which one is true, or of items to be ranked."""

from __future__ import annotations

from typing import Any

import numpy as np

from losscli.analysis.plot.views import DrawnLoss, Placed, Scene, View, margin_reach, one_scene, rows
from losscli.losses.domain import Array
from losscli.results.plot import Axis

_CLASSES = 3  # of a row of probabilities, where no parameter says how many there are


def classes(case: DrawnLoss, usual: int) -> tuple[int, int]:
    """How many classes the picture's rows have, and which of them is the true one."""
    lists = [len(value) for value in case.params.values() if isinstance(value, np.ndarray) and value.ndim]
    return (lists[0] if lists else usual), int(case.params.get("ignore_class") == 0)


def class_probability(case: DrawnLoss) -> View:
    """Over the probability of the true class, the others sharing the rest evenly."""
    count, right = classes(case, _CLASSES)
    others = "another shares" if count == 1 else f"the other {count - 1} share"
    axis = Axis(
        "probability",
        "probability of the true class",
        "p",
        "",
        f"Of {count} classes, {others} the rest evenly.",
    )
    log = case.pred.minus_infinity

    def columns(true: int) -> Any:
        def at(x: Array) -> Any:
            rest = (1 - x) / max(count - 1, 1)
            p = [x if k == true else rest for k in range(count)]
            with np.errstate(divide="ignore"):
                return tuple(np.log(column) for column in p) if log else tuple(p)

        return at

    def slopes(true: int) -> Any:
        def at(x: Array) -> Any:
            rest = -1.0 / max(count - 1, 1)
            if not log:
                return tuple(1.0 if k == true else rest for k in range(count))
            with np.errstate(divide="ignore"):
                return tuple(1 / x if k == true else -1 / (1 - x) for k in range(count))

        return at

    def truth(true: int) -> Any:
        assert case.true is not None
        return true if case.true.grain == "index" else np.eye(count)[true]

    if case.loss.kind != "batch":
        scene = Scene("", rows(truth(right), columns(right), slopes(right)))
    else:
        axis = axis._replace(says=f"{count} rows, one of each class; in a row {others} the rest evenly.")
        scene = Scene(
            "",
            rows(
                np.array([truth(k) for k in range(count)]),
                lambda x: tuple(columns(k)(x) for k in range(count)),
                lambda x: tuple(slopes(k)(x) for k in range(count)),
            ),
            grouped=True,
        )

    def place(true: Array, pred: Array) -> Placed:
        p = np.exp(pred) if log else pred
        return one_scene(_of_true_class(true, p))

    return View(axis, (scene,), 0.0, 1.0, (0.0, 1.0), place)


def _of_true_class(true: Array, pred: Array) -> Array:
    """The true class's entry of each row (N,); NaN where the truth is soft or no class."""
    if true.ndim == 1:
        known = (true >= 0) & (true < pred.shape[-1])
        probability = pred[np.arange(len(pred)), np.where(known, true, 0)]
        return np.where(known, probability, np.nan)
    probability = np.sum(np.where(true == 1, pred, 0.0), axis=-1)
    return np.where((true == 1).any(axis=-1), probability, np.nan)


def class_lead(case: DrawnLoss) -> View:
    count, right = classes(case, 2)
    assert case.true is not None
    noun = "logit" if case.pred.means == "logit" else "score"
    axis = Axis(
        "class lead",
        "true class's score − the best other",
        "s",
        "log-odds" if noun == "logit" else "",
        f"Of 2 classes, the other has a {noun} of 1."
        if count == 2
        else f"Of {count} classes, the others have {noun}s of 1, 0, −1 and so on.",
    )
    truth: Any = right if case.true.grain == "index" else np.eye(count)[right]
    others = iter(range(count))  # all different, the first not 0: equal scores have no gradient
    rest = [1 if k == right else 1 - next(others) for k in range(count)]
    at = tuple(float(k == right) for k in range(count))
    scene = Scene(
        "", rows(truth, lambda x: tuple(o + one * x for one, o in zip(at, rest, strict=True)), lambda x: at)
    )

    def place(true: Array, pred: Array) -> Placed:
        own = _of_true_class(true, pred)
        mine = (np.arange(pred.shape[-1]) == true[:, None]) if true.ndim == 1 else true == 1
        return one_scene(own - np.where(mine, -np.inf, pred).max(axis=-1))

    far = margin_reach(case, 4.0)
    return View(axis, (scene,), -far, far, place=place)


def item_lead(case: DrawnLoss) -> View:
    """Two items, the first the better: over how much higher the first is scored."""
    axis = Axis("item lead", "better item's score − the other's", "s", "", "A list of two items.")
    truth: Any = None
    if case.true is not None:
        truth = {"indices": (0, -1), "scalar": 1.0}.get(case.true.grain, (1.0, 0.0))
    scene = Scene("", rows(truth, lambda x: (x, 0.0), lambda x: (1.0, 0.0)))
    far = margin_reach(case, 4.0)

    def place(true: Any, pred: Array) -> Placed:
        lead = pred[:, 0] - pred[:, 1]
        return one_scene(lead if true is None else true * lead)

    pairs = case.pred.size == 2
    why = "" if pairs else "a row is a list, and its score leads are many"
    return View(axis, (scene,), -far, far, place=place if pairs else None, why_no_data=why)
