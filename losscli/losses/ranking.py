"""Ranking: scores that should put the items of a list, or the labels of a sample, in the right order."""

from __future__ import annotations

import numpy as np

from losscli.losses.declare import loss
from losscli.losses.domain import Array, Grades, Labels01, Pair, Scores
from losscli.losses.stable import difference, log_softmax, sigmoid, softmax, softplus


@loss("pairwise_logistic", "RankNetLoss", title="RankNet (pairwise logistic)")
def ranknet(y_true: Grades, y_pred: Scores) -> Array:
    """Σ log(1 + exp(sⱼ − sᵢ)) over the pairs with yᵢ > yⱼ, in nats. Burges et al. 2005."""
    total = np.zeros_like(y_pred[:, 0])
    for i in range(y_pred.shape[1]):
        cost = _softplus_of_difference(y_pred, y_pred[:, i, None])
        total += np.where(y_true[:, i, None] > y_true, cost, 0).sum(axis=-1)
    return total


def _softplus_of_difference(a: Array, b: Array) -> Array:
    """log(1 + exp(a − b)), the difference's rounding made good: exp would magnify it."""
    rounded, lost = difference(a, b)
    return softplus(rounded) + lost * sigmoid(rounded)


@ranknet.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    slope = np.zeros_like(y_pred)
    for i in range(y_pred.shape[1]):
        force = np.where(y_true[:, i, None] > y_true, sigmoid(y_pred - y_pred[:, i, None]), 0)
        slope += force
        slope[:, i] -= force.sum(axis=-1)
    return slope


@loss("softmax_ranking", "ranking_softmax", title="ListNet (softmax)", best=None)
def listnet(y_true: Grades, y_pred: Scores) -> Array:
    """−Σ softmax(y) log softmax(s), in nats; least at s = y + a constant. Cao et al. 2007."""
    target, _ = softmax(y_true)
    return -np.sum(np.where(target == 0, 0, target * log_softmax(y_pred)), axis=-1)


@listnet.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    (target, missed), (p, rest) = softmax(y_true), softmax(y_pred)
    return np.where(p > 0.5, missed - rest, p - target)


@loss("plackett_luce", title="ListMLE")
def listmle(y_true: Grades, y_pred: Scores) -> Array:
    """Σₖ log(1 + Σ_{j after k} exp(sⱼ − sₖ)), −log p(the right order), in nats. Xia et al. 2008."""
    return np.sum(softplus(_behind(np.take_along_axis(y_pred, _order(y_true), axis=-1))), axis=-1)


def _order(grade: Array) -> Array:
    """Places by falling grade; equal grades keep their given order."""
    return np.argsort(-grade, axis=-1, kind="stable")


def _behind(score: Array) -> Array:
    """log Σ_{j>k} exp sⱼ − sₖ for every place k; −∞ at the last."""
    behind = np.full_like(score, -np.inf)
    peak, mass = score[:, -1], np.ones_like(score[:, -1])
    for k in range(score.shape[1] - 2, -1, -1):
        behind[:, k] = (peak - score[:, k]) + np.log(mass)
        higher = np.maximum(peak, score[:, k])
        mass = mass * np.exp(peak - higher) + np.exp(score[:, k] - higher)
        peak = higher
    return behind


@listmle.gradient
def _(y_true: Array, y_pred: Array) -> Array:
    order = _order(y_true)
    score = np.take_along_axis(y_pred, order, axis=-1)
    behind = _behind(score)
    slope = -sigmoid(behind)
    for k in range(score.shape[1] - 1):
        slope[:, k + 1 :] += np.exp((score[:, k + 1 :] - score[:, [k]]) - softplus(behind[:, [k]]))
    unsorted = np.empty_like(slope)
    np.put_along_axis(unsorted, order, slope, axis=-1)
    return unsorted


@loss("label_ranking_loss", "ranking_loss", "pairwise_label_ranking", title="Label ranking", highest=1.0)
def label_ranking(y_true: Labels01, y_pred: Scores) -> Array:
    """The share of pairs (true label, false label) scored wrongly or tied. Tsoumakas et al. 2010."""
    false = y_true == 0
    wrong = np.zeros_like(y_pred[:, 0])
    for k in range(y_pred.shape[1]):
        wrong += y_true[:, k] * np.count_nonzero(false & (y_pred >= y_pred[:, [k]]), axis=-1)
    pairs = y_true.sum(axis=-1) * false.sum(axis=-1, dtype=y_pred.dtype)
    return wrong / np.maximum(pairs, 1)


@loss("coverage", title="Coverage error", best=None)
def coverage_error(y_true: Labels01, y_pred: Scores) -> Array:
    """How many labels, best score first, cover every true one, ties included. Tsoumakas et al. 2010."""
    lowest = np.where(y_true == 1, y_pred, np.inf).min(axis=-1, keepdims=True)
    return np.sum(y_pred >= lowest, axis=-1).astype(y_pred.dtype)


@loss("BPRLoss", "bayesian_personalized_ranking", title="Bayesian personalized ranking")
def bpr(y_pred: Pair) -> Array:
    """log(1 + exp(s₋ − s₊)) for a taken and a passed-over item, in nats. Rendle et al. 2009."""
    return _softplus_of_difference(y_pred[:, 1], y_pred[:, 0])


@bpr.gradient
def _(y_pred: Array) -> Array:
    force = sigmoid(y_pred[:, 1] - y_pred[:, 0])
    return np.stack([-force, force], axis=1)
