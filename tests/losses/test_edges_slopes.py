"""Gradients where there may be none, an entry at a time: ties, thresholds, points and segments.

Rows of few whole numbers, so that ties are common; the truth is the definition in mpmath, from either side.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf
from support.exact import exactly, moved, slopes
from support.truth import precision

import losscli
from losscli.catalogue import registry
from losscli.losses.domain import Array


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20)


NAN, INF = math.nan, math.inf


def near(got: float, wanted: Any) -> bool:
    """Equal to 12 digits, infinities alike; nan for None."""
    if wanted is None or math.isnan(got):
        return wanted is None and math.isnan(got)
    wanted = float(wanted)
    return got == wanted if math.isinf(got) else math.isclose(got, wanted, rel_tol=1e-12, abs_tol=1e-15)


def held(name: str, y_true: Array | None, y_pred: Array, **params: Any) -> tuple[int, int]:
    """Every entry's gradient against the definition's; how many entries have one, and how many have none."""
    loss = registry.get(name)
    mp.prec = precision(name) + 1500
    bound = loss.signature.bind(name, params)
    found = losscli.gradient(name, y_true, y_pred, reduction="sum", **params)
    wanted = slopes(loss, y_true, y_pred, bound)
    for place, (got, exact) in enumerate(zip(found.ravel().tolist(), wanted, strict=True)):
        row = place // (y_pred.size // len(y_pred))
        y = None if y_true is None else y_true[row].tolist()
        assert near(got, exact), (name, params, y, y_pred[row].tolist(), found[row].tolist(), place, exact)
    return sum(exact is not None for exact in wanted), sum(exact is None for exact in wanted)


SPANS = [(low, high) for low in (0.0, 1.0, 3.0) for high in (0.0, 1.0, 3.0) if low <= high]
CORNERS = np.array([[a, c, b, d] for (a, b), (c, d) in product(SPANS, SPANS)])


@pytest.mark.parametrize("name", ["iou", "giou", "diou", "ciou"])
@pytest.mark.parametrize("box_format", ["xyxy", "yxyx", "xywh"])
def test_boxes_that_are_points_or_segments_or_touch(
    name: str, box_format: str, rng: np.random.Generator
) -> None:
    y, p = (CORNERS[rng.integers(len(CORNERS), size=120)] for _ in range(2))
    if box_format == "xywh":
        y, p = (np.concatenate([box[:, :2], box[:, 2:] - box[:, :2]], axis=1) for box in (y, p))
    there, none = held(name, y, p, box_format=box_format)
    assert there > 100
    assert none > 2


def scores(rng: np.random.Generator, *shape: int) -> Array:
    return rng.integers(-1, 3, shape).astype(np.float64)


@pytest.mark.parametrize(
    ("name", "true", "shape", "params"),
    [
        ("multi_margin", "index", (3,), {}),
        ("multi_margin", "index", (3,), {"margin": 0.0}),
        ("multi_margin", "index", (3,), {"p": 2}),
        ("multiclass_hinge", "index", (3,), {}),
        ("multiclass_perceptron", "index", (3,), {}),
        ("categorical_hinge", "hot", (3,), {}),
        ("multilabel_margin", "indices", (3,), {}),
        ("margin_ranking", "sign", (2,), {"margin": 1.0}),
        ("crps_ensemble", "number", (3,), {}),
        ("interval_score", "number", (2,), {}),
        ("cosine_similarity", "row", (2,), {}),
        ("cosine_distance", "row", (2,), {}),
        ("cosine_embedding", "sign", (2, 2), {}),
        ("cosine_embedding", "sign", (2, 2), {"margin": 0.5}),
        ("cosine_embedding", "sign", (2, 2), {"margin": -0.5}),
        ("triplet", None, (3, 2), {}),
        ("triplet", None, (3, 2), {"squared": True}),
        ("triplet", None, (3, 2), {"swap": True, "margin": 0.5}),
        ("triplet", None, (3, 2), {"p": 1.0}),
        ("triplet", None, (3, 2), {"p": 3.0, "swap": True}),
        ("quadruplet", None, (4, 2), {}),
        ("elastic_net", None, (3,), {}),
        ("l1_penalty", None, (3,), {}),
    ],
)
def test_ties_and_thresholds(
    name: str, true: str | None, shape: tuple[int, ...], params: Any, rng: np.random.Generator
) -> None:
    n = 60 if params.get("p") != 3 else 8  # cube roots of 800 bits
    p = scores(rng, n, *shape)
    if name == "interval_score":
        p = np.sort(p, axis=-1)
    y = {
        None: lambda: None,
        "index": lambda: rng.integers(0, 3, n),
        "hot": lambda: np.eye(3)[rng.integers(0, 3, n)],
        "indices": lambda: np.where(np.arange(3) < rng.integers(0, 3, (n, 1)), [2, 0, 1], -1),
        "sign": lambda: rng.choice([-1.0, 1.0], n),
        "number": lambda: scores(rng, n),
        "row": lambda: scores(rng, n, 2),
    }[true]()
    there, none = held(name, y, p, **params)
    assert there > 30
    smooth = params.get("p") == 2 and name == "multi_margin"
    assert (none == 0) if smooth else (none > 3)


# Losses that need every row at once: the value as a function of all numbers, moved by little to either side.


def sided(value: Callable[[Any], Any], y_pred: Array, divisor: int) -> list[Any]:
    """The slope of each entry, None where the sides differ or the value jumps."""
    mp.prec = 800
    step = mpf(2) ** -200
    points = exactly(y_pred.tolist())
    here, made = value(points), []
    for path in np.ndindex(y_pred.shape):
        right, left = ((value(moved(points, path, s * step)) - here) / s for s in (1, -1))
        same = abs(right - left) <= mpf(2) ** -100 * step
        made.append(right / step / divisor if same and abs(right) < mpf(2) ** 90 * step else None)
    return made


def median_of(errors: list[Any]) -> Any:
    ordered, n = sorted(errors), len(errors)
    return (ordered[(n - 1) // 2] + ordered[n // 2]) / 2


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6])
def test_the_median_of_absolute_errors(n: int, rng: np.random.Generator) -> None:
    for _ in range(12):
        p = scores(rng, n)
        found = losscli.gradient("median_absolute_error", np.zeros(n), p)
        wanted = sided(lambda points: median_of([abs(x) for x in points]), p, 1)
        assert all(map(near, found.tolist(), wanted)), (p, found, wanted)


def test_two_errors_in_the_middle_share_the_slope() -> None:
    found = losscli.gradient("median_absolute_error", [0.0] * 4, [1.0, -2.0, 2.0, 5.0])
    assert found.tolist() == [0.0, -0.5, 0.5, 0.0]


def far_apart(a: Any, b: Any, kind: str) -> Any:
    square = mp.fsum((x - y) ** 2 for x, y in zip(a, b, strict=True))
    return square if kind == "squared" else mp.sqrt(square)


def hard(label: list[int], kind: str, soft: bool, margin: float) -> Callable[[Any], Any]:
    def value(points: Any) -> Any:
        total = mpf(0)
        for i, own in enumerate(label):
            same = [
                far_apart(points[i], points[j], kind) for j in range(len(label)) if j != i and label[j] == own
            ]
            other = [far_apart(points[i], points[k], kind) for k in range(len(label)) if label[k] != own]
            if same and other:
                gap = max(same) - min(other)
                total += mp.log(1 + mp.exp(gap)) if soft else max(mpf(0), margin + gap)
        return total

    return value


@pytest.mark.parametrize("kind", ["squared", "euclidean"])
@pytest.mark.parametrize("soft", [True, False])
def test_hard_triplets(kind: str, soft: bool, rng: np.random.Generator) -> None:
    there = none = 0
    for _ in range(30):
        p, label = scores(rng, 5, 2), [0, 0, 0, 1, 1]
        found = losscli.gradient("triplet_hard", label, p, reduction="sum", soft=soft, distance=kind)
        wanted = sided(hard(label, kind, soft, 1.0), p, 1)
        assert all(map(near, found.ravel().tolist(), wanted)), (
            p.tolist(),
            found,
            [x and float(x) for x in wanted],
        )
        there += sum(x is not None for x in wanted)
        none += sum(x is None for x in wanted)
    assert there > 30
    assert none > 30
