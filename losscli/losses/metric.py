"""Metric learning by distances: a batch of embeddings with labels, its pairs chosen in the batch."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from losscli.losses.declare import batch
from losscli.losses.domain import Array, ClassLabel, Embedding
from losscli.losses.ranges import Flag, MetricDistance, NonNegative
from losscli.losses.stable import norm, nowhere, sigmoid, softplus, times, unit


class _Distances:
    """Distances from one point to all, and their gradients: euclidean, squared, or cosine (1 − cos)."""

    def __init__(self, points: Array, kind: str) -> None:
        self.points, self.kind = points, kind
        if kind == "cosine":
            self.direction, self.length = unit(points), norm(points)

    def __iter__(self) -> Iterator[Array]:
        """For each point, its distances to all (N,)."""
        return map(self._from, range(len(self.points)))

    def _from(self, anchor: int) -> Array:
        if self.kind == "cosine":
            half_square = np.sum((self.direction - self.direction[anchor]) ** 2, axis=-1) / 2
            return np.where((self.length == 0) | (self.length[anchor] == 0), 1.0, half_square)
        vectors = self.points - self.points[anchor]
        squares = np.einsum("nd,nd->n", vectors, vectors)
        if self.kind == "squared":
            return squares
        limits = np.finfo(squares.dtype)
        unsafe = ~((squares > limits.tiny / limits.eps) & (squares < limits.max * limits.eps))
        lengths = np.sqrt(squares)
        lengths[unsafe] = norm(vectors[unsafe])
        return lengths

    def slopes(self, anchor: int, near: Array, j: Array, side: int) -> tuple[Array, Array]:
        """The gradients of D(anchor, j) by the anchor and by each j, (J, D), to one side: |x|'s at 0."""
        if self.kind == "cosine":
            cosine, here, there = 1 - near[j, None], self.direction[anchor], self.direction[j]
            own, others = self.length[anchor], self.length[j, None]
            by_anchor, by_other = (cosine * here - there) / own, (cosine * there - here) / others
            # a zero vector is at distance 1 of all, and jumps from there
            jump = nowhere(there != 0, 0.0), nowhere(np.broadcast_to(here != 0, there.shape), 0.0)
            return np.where(own == 0, jump[0], by_anchor), np.where(others == 0, jump[1], by_other)
        vectors = self.points[anchor] - self.points[j]
        if self.kind == "squared":
            return 2 * vectors, -2 * vectors
        vectors = vectors / near[j, None]
        same = near[j, None] == 0
        return np.where(same, side, vectors), np.where(same, side, -vectors)

    def add_slope(self, slope: Array, anchor: int, near: Array, weight: Array) -> None:
        """Adds to `slope` the gradient of Σⱼ weightⱼ D(anchor, j); none where that distance is 0 (a kink)."""
        j = np.flatnonzero(weight)
        right, left = (self.slopes(anchor, near, j, side) for side in (1, -1))
        by_anchor, by_other = (weight[j, None] * nowhere(a != b, a) for a, b in zip(right, left, strict=True))
        slope[anchor] += by_anchor.sum(axis=0)
        slope[j] += by_other

    def extreme(
        self, anchor: int, near: Array, j: Array, side: int, least: bool = False
    ) -> tuple[Array, Array]:
        """The gradients of the largest (or least) of some equal D(anchor, j), by the anchor and each j."""
        by_anchor, by_other = self.slopes(anchor, near, j, side)
        most = np.minimum if (side > 0) is least else np.maximum
        return most.reduce(by_anchor, axis=0), by_other if len(j) == 1 else most(by_other, 0)


def _same_and_other(label: Array, anchor: int) -> tuple[Array, Array]:
    """Masks over the batch: the others of the anchor's class, and those of another."""
    same = label == label[anchor]
    other = ~same
    same[anchor] = False
    return same, other


def _semihard(near: Array, same: Array, other: Array) -> tuple[Array, Array, Array, Array]:
    """Of one anchor: its positives j, and for each the nearest negative k beyond it, or the farthest.

    Then masks over the positives: k is as far as another negative; j is as far as a negative passed over, and
    the choice of k jumps there.
    """
    if not other.any():
        none = np.empty(0, int)
        return none, none, none == 0, none == 0
    positives, negatives = np.flatnonzero(same), np.flatnonzero(other)
    negatives = negatives[np.argsort(near[negatives], kind="stable")]
    reach, sought = near[negatives], near[positives]
    place = np.minimum(np.searchsorted(reach, sought, side="right"), negatives.size - 1)
    alike = np.searchsorted(reach, reach, side="right") - np.searchsorted(reach, reach, side="left")
    passed = np.minimum(np.searchsorted(reach, sought, side="left"), negatives.size - 1)
    return positives, negatives[place], alike[place] > 1, reach[passed] < reach[place]


@batch(
    "TripletSemiHardLoss",
    title="Triplet with semi-hard mining",
    memory=lambda n, d: 8 * n * (n + 4 * d),
)
def triplet_semihard(
    y_true: ClassLabel,
    y_pred: Embedding,
    *,
    margin: NonNegative = 1.0,
    distance: MetricDistance = "euclidean",
) -> Array:
    """max(0, m + D_ij − D_ik) for every pair (i, j) of one class, k semi-hard. Schroff et al. 2015."""
    values = [np.empty(0, y_pred.dtype)]
    for anchor, near in enumerate(_Distances(y_pred, distance)):
        positives, negatives, _, _ = _semihard(near, *_same_and_other(y_true, anchor))
        values.append(np.maximum(0, margin + near[positives] - near[negatives]))
    return np.concatenate(values)


@triplet_semihard.gradient
def _(y_true: Array, y_pred: Array, *, margin: float, distance: str) -> Array:
    slope = np.zeros_like(y_pred)
    distances = _Distances(y_pred, distance)
    for anchor, near in enumerate(distances):
        same, other = _same_and_other(y_true, anchor)
        positives, negatives, tied, jumps = _semihard(near, same, other)
        value = margin + near[positives] - near[negatives]
        weight = np.zeros_like(near)
        np.add.at(weight, positives, value > 0)
        np.subtract.at(weight, negatives, value > 0)
        distances.add_slope(slope, anchor, near, weight)
        kink = (value == 0) | (tied & (value > 0)) | (jumps & (margin > 0))
        if kink.any():
            involved = np.concatenate([near[positives[kink]], near[negatives[kink]]])
            slope[anchor] = slope[positives[kink]] = slope[other & np.isin(near, involved)] = np.nan
    return slope


@batch(
    "TripletHardLoss",
    "batch_hard",
    "batch_hard_triplet",
    title="Triplet with hard mining",
    memory=lambda n, d: 8 * n * (8 + 4 * d),
)
def triplet_hard(
    y_true: ClassLabel,
    y_pred: Embedding,
    *,
    margin: NonNegative = 1.0,
    soft: Flag = False,
    distance: MetricDistance = "euclidean",
) -> Array:
    """max(0, m + D_ij − D_ik) an anchor: farthest positive j, nearest negative k. Hermans et al. 2017."""
    gaps = [gap for _, _, gap, _, _ in _hardest(y_true, _Distances(y_pred, distance))]
    gap = np.array(gaps, y_pred.dtype)
    return softplus(gap) if soft else np.maximum(0, margin + gap)


def _hardest(label: Array, distances: _Distances) -> Iterator[tuple[int, Array, Array, Array, Array]]:
    """Of each anchor with both: its distances, D_ij − D_ik, masks of the farthest j and the nearest k."""
    for anchor, near in enumerate(distances):
        same, other = _same_and_other(label, anchor)
        if same.any() and other.any():
            far, close = near[same].max(), near[other].min()
            yield anchor, near, far - close, same & (near == far), other & (near == close)


@triplet_hard.gradient
def _(y_true: Array, y_pred: Array, *, margin: float, soft: bool, distance: str) -> Array:
    distances = _Distances(y_pred, distance)
    right, left = np.zeros_like(y_pred), np.zeros_like(y_pred)
    for anchor, near, gap, farthest, nearest in _hardest(y_true, distances):
        force = sigmoid(gap) if soft else float(margin + gap >= 0)
        for slope, side in ((right, 1), (left, -1)):
            raised = _raised(distances, anchor, near, np.flatnonzero(farthest), np.flatnonzero(nearest), side)
            if not soft and margin + gap == 0:
                raised = np.maximum(raised, 0) if side > 0 else np.minimum(raised, 0)
            slope += times(force, raised)
    return nowhere(right != left, right)


def _raised(distances: _Distances, anchor: int, near: Array, far: Array, close: Array, side: int) -> Array:
    """(N, D): the slope, to one side, of the largest D(anchor, far) less the least D(anchor, close)."""
    slope = np.zeros_like(distances.points)
    by_anchor, by_other = distances.extreme(anchor, near, far, side)
    slope[anchor] += by_anchor
    slope[far] += by_other
    by_anchor, by_other = distances.extreme(anchor, near, close, side, least=True)
    slope[anchor] -= by_anchor
    slope[close] -= by_other
    return slope


@batch(
    "LiftedStructLoss",
    "lifted_structure",
    "lifted_structured",
    title="Lifted structure",
    memory=lambda n, d: 8 * n * (n + 4 * d),
)
def lifted_struct(y_true: ClassLabel, y_pred: Embedding, *, margin: NonNegative = 1.0) -> Array:
    """½ max(0, J)² a pair of one class, J = D_ij + log Σₖ (exp(m − D_ik) + exp(m − D_jk)). Song 2016."""
    distances = _Distances(y_pred, "euclidean")
    push = _push(y_true, distances, margin)
    values = [np.empty(0, y_pred.dtype)]
    for anchor, near in enumerate(distances):
        partners = anchor + 1 + np.flatnonzero(y_true[anchor + 1 :] == y_true[anchor])
        lifted = near[partners] + np.logaddexp(push[anchor], push[partners])
        values.append(np.maximum(0, lifted) ** 2 / 2)
    return np.concatenate(values)


def _push(label: Array, distances: _Distances, margin: float) -> Array:
    """log Σ exp(m − D_ik) over the negatives k of each anchor i; −∞ without any."""
    sums = [
        np.logaddexp.reduce(margin - near[label != label[anchor]]) for anchor, near in enumerate(distances)
    ]
    return np.array(sums, distances.points.dtype)


@lifted_struct.gradient
def _(y_true: Array, y_pred: Array, *, margin: float) -> Array:
    slope = np.zeros_like(y_pred)
    distances = _Distances(y_pred, "euclidean")
    push = _push(y_true, distances, margin)
    for anchor, near in enumerate(distances):
        same, other = _same_and_other(y_true, anchor)
        both = np.logaddexp(push[anchor], push[same])
        force = np.maximum(0, near[same] + both)
        if force.any():
            weight = np.zeros_like(near)
            weight[same] = force / 2  # the pair comes twice, once from either end
            shared = np.sum(force * np.exp(push[anchor] - both))
            weight[other] = -shared * np.exp(margin - near[other] - push[anchor])
            distances.add_slope(slope, anchor, near, weight)
    return slope
