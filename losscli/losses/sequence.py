"""Sequences: labels in order, without knowing which time step each belongs to."""

from __future__ import annotations

import numpy as np

from losscli.losses.declare import loss
from losscli.losses.domain import Array, LabelIndices, Sequences
from losscli.losses.ranges import Class
from losscli.losses.stable import log_softmax, softmax


def _places(y_true: Array, blank: int) -> tuple[Array, Array, Array]:
    """The labels with a blank around each (N, 2L + 1), the last place, and the places a path may jump to.

    A label may follow the label before it at once, without the blank between them, unless the two are equal.
    """
    counted = np.logical_and.accumulate((y_true >= 0) & (y_true != blank), axis=1)
    places = np.full((len(y_true), 2 * y_true.shape[1] + 1), blank)
    places[:, 1::2] = np.where(counted, y_true, blank)
    jumps = np.zeros(places.shape, bool)
    jumps[:, 3::2] = y_true[:, 1:] != y_true[:, :-1]
    return places, 2 * counted.sum(axis=1), jumps


def _shifted(logs: Array, by: int) -> Array:
    """Along the last axis, −inf moving in: `by` places to the right, or to the left below 0."""
    moved = np.full_like(logs, -np.inf)
    if by > 0:
        moved[:, by:] = logs[:, :-by]
    else:
        moved[:, :by] = logs[:, -by:]
    return moved


def _forward(emitted: Array, jumps: Array) -> Array:
    """log of the paths' sum at each place after each step (N, T + 1, S), from the first blank on."""
    sums = np.full((emitted.shape[0], emitted.shape[1] + 1, emitted.shape[2]), -np.inf, emitted.dtype)
    sums[:, 0, 0] = 0
    for t in range(emitted.shape[1]):
        now = sums[:, t]
        jumped = np.where(jumps, _shifted(now, 2), -np.inf)
        sums[:, t + 1] = np.logaddexp(np.logaddexp(now, _shifted(now, 1)), jumped) + emitted[:, t]
    return sums


def _backward(emitted: Array, jumps: Array, ends: Array) -> Array:
    """log of the paths' sum from each place after each step to one of the ends (N, T + 1, S)."""
    sums = np.full((emitted.shape[0], emitted.shape[1] + 1, emitted.shape[2]), -np.inf, emitted.dtype)
    sums[:, -1] = np.where(ends, 0, -np.inf)
    for t in reversed(range(emitted.shape[1])):
        then = sums[:, t + 1] + emitted[:, t]
        jumped = _shifted(np.where(jumps, then, -np.inf), -2)
        sums[:, t] = np.logaddexp(np.logaddexp(then, _shifted(then, -1)), jumped)
    return sums


def _paths(y_true: Array, y_pred: Array, blank: int) -> tuple[Array, Array, Array, Array, Array]:
    """Places, what each step gives them, jumps, ends (last label and last blank), forward sums."""
    places, last, jumps = _places(y_true, blank)
    emitted = np.take_along_axis(log_softmax(y_pred), places[:, None, :], axis=-1)
    at = np.arange(places.shape[1])
    ends = (at == last[:, None]) | (at == last[:, None] - 1)
    return places, emitted, jumps, ends, _forward(emitted, jumps)


@loss("CTCLoss", "connectionist_temporal_classification", title="Connectionist temporal classification")
def ctc(y_true: LabelIndices, y_pred: Sequences, *, blank: Class = 0) -> Array:
    """−log Σ_π Π_t softmax(z_t)_{π_t} over the paths π that give the labels, in nats. Graves et al. 2006."""
    *_, ends, forward = _paths(y_true, y_pred, blank)
    return -np.logaddexp.reduce(np.where(ends, forward[:, -1], -np.inf), axis=-1)


@ctc.gradient
def _(y_true: Array, y_pred: Array, *, blank: int) -> Array:
    places, emitted, jumps, ends, forward = _paths(y_true, y_pred, blank)
    paths = (forward + _backward(emitted, jumps, ends))[:, 1:]
    share = np.exp(paths - paths.max(axis=-1, keepdims=True))
    share /= share.sum(
        axis=-1, keepdims=True
    )  # the total is the same at each step; taken here, it rounds alike
    slope, _ = softmax(y_pred)
    rows, steps = np.arange(len(y_pred))[:, None, None], np.arange(y_pred.shape[1])[:, None]
    np.subtract.at(slope, (rows, steps, places[:, None, :]), share)
    return slope
