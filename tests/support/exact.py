"""Pointwise losses against their definitions in mpmath: under which parameters, how far apart in ulps."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from mpmath import mp, mpf
from support.draws import CLASSES
from support.truth import TRUTH

from losscli.losses.declare import Loss
from losscli.losses.domain import Array

BOXES: tuple[dict[str, Any], ...] = ({}, {"box_format": "xywh"}, {"box_format": "cxcywh"})
MIXING = np.round(np.linspace(0.1, 1.6, CLASSES**2), 1).reshape(CLASSES, CLASSES).tolist()

# Parameters beside the defaults, where other values take other ways through the kernel.
VARIANTS: dict[str, Sequence[dict[str, Any]]] = {
    "huber": ({}, {"delta": 0.3}, {"delta": 1e5}),
    "smooth_l1": ({}, {"beta": 0.0}, {"beta": 0.3}),
    "pseudo_huber": ({}, {"delta": 1e-100}, {"delta": 1e100}),
    "cauchy": ({}, {"scale": 0.3}, {"scale": 1e-10}),
    "geman_mcclure": ({}, {"scale": 0.3}, {"scale": 1e100}),
    "welsch": ({}, {"scale": 0.3}),
    "tukey": ({}, {"c": 0.3}, {"c": 1e100}),
    "barron": (
        *({"alpha": a} for a in (1.0, -math.inf, -100.0, -2.0, -1e-10, 0.0, 1e-10, 0.5, 1.9999999, 2.0, 3.0)),
        {"scale": 0.3},
    ),
    "quantile": ({}, {"q": 0.9}, {"q": 0.01}),
    "expectile": ({}, {"q": 0.9}),
    "epsilon_insensitive": ({}, {"epsilon": 0.0}, {"epsilon": 3.7}),
    "squared_epsilon_insensitive": ({}, {"epsilon": 0.0}, {"epsilon": 3.7}),
    "linex": ({}, {"a": -0.5}, {"a": 1e-5}),
    "poisson": ({}, {"full": True}, {"from_log": True}, {"from_log": True, "full": True}),
    "tweedie": tuple({"power": r} for r in (1.5, -0.7, 0.0, 1.0, 1.01, 2.0, 2.1, 3.0)),
    "gaussian_nll": ({}, {"full": True}),
    "interval_score": ({}, {"alpha": 1e-9}),
    "bce": ({}, {"from_logits": True}, {"label_smoothing": 0.1, "pos_weight": 3.7}),
    "binary_focal": ({}, {"gamma": 0.0}, {"alpha": 0.25}, {"from_logits": True}, {"label_smoothing": 0.1}),
    "brier": ({}, {"multiclass": True}, {"multiclass": True, "half": True}),
    "cce": ({}, {"from_logits": True}, {"label_smoothing": 0.1}),
    "scce": ({}, {"from_logits": True}, {"label_smoothing": 0.1}),
    "categorical_focal": ({}, {"gamma": 0.5}, {"from_logits": True}),
    "generalized_cce": ({}, {"q": 0.0}, {"q": 0.1}, {"q": 1.0}),
    "symmetric_cce": ({}, {"alpha": 0.7, "beta": 0.3, "log_zero": -2.5}),
    "poly_cce": ({}, {"from_logits": False}, {"epsilon": -1.0}),
    "matrix_cce": ({"matrix": MIXING},),
    "multi_margin": ({}, {"p": 2}, {"margin": 0.1}),
    "asymmetric": ({}, {"clip": 0.0}, {"from_logits": True}),
    "contrastive": ({}, {"margin": 0.3}),
    "triplet": ({}, {"squared": True}, {"swap": True}, {"p": 1.0}, {"p": 3.0}),
    "cosine_embedding": ({}, {"margin": 0.5}),
    "margin_ranking": ({}, {"margin": 1.0}),
    "iou": BOXES,
    "giou": BOXES,
    "diou": BOXES,
    "ciou": BOXES,
    "vae_kl": ({}, {"latent_reduction": "mean"}),
    "l1_penalty": ({}, {"factor": 1e-200}),
    "l2_penalty": ({}, {"factor": 1e-200}),
}


def exactly(value: Any) -> Any:
    """A number, or nested lists of them, in mpmath."""
    return [exactly(part) for part in value] if isinstance(value, list) else mpf(value)


def error(got: float, wanted: Any) -> float:
    """The distance in ulps of the wanted value; of an infinity 0 or inf."""
    top = mpf(2) ** 1024
    if math.isnan(got) or mp.isnan(wanted):
        return math.inf
    if abs(wanted) >= top * (1 - mpf(2) ** -54) or math.isinf(got):  # rounds to infinity
        same = math.isinf(got) and (got > 0) == (wanted > 0) and abs(wanted) >= top * (1 - mpf(2) ** -51)
        return 0.0 if same else math.inf
    return float(abs(mpf(got) - wanted) / mpf(math.ulp(float(wanted))))


def largest(got: Array, wanted: Sequence[Any]) -> float:
    return max(error(float(a), b) for a, b in zip(got, wanted, strict=True))


def truths(loss: Loss, y_true: Array | None, y_pred: Array, params: Mapping[str, Any]) -> list[Any]:
    """The definition's value of every sample."""
    true = [None] * len(y_pred) if y_true is None else exactly(y_true.tolist())
    formula = TRUTH[loss.name]
    return [formula(y, p, **params) for y, p in zip(true, exactly(y_pred.tolist()), strict=True)]


STEP = mpf(2) ** -1400  # below anything that a float64 can resolve, above what the precision can


def slopes(
    loss: Loss, y_true: Array | None, y_pred: Array, params: Mapping[str, Any], only: int | None = None
) -> list[Any]:
    """The definition's slope at every entry of y_pred (or of its rows): None at a kink, one-sided at an end.

    `only` is the one entry of a row that is wanted.
    """
    true = [None] * len(y_pred) if y_true is None else exactly(y_true.tolist())
    formula = TRUTH[loss.name]
    found: list[Any] = []
    for y, p in zip(true, exactly(y_pred.tolist()), strict=True):
        here = formula(y, p, **params)

        def side(path: tuple[int, ...], step: Any, y: Any = y, p: Any = p, here: Any = here) -> Any:
            try:
                there = formula(y, moved(p, path, step), **params)
            except (ValueError, ZeroDivisionError):  # outside the domain
                return None
            return (there - here) / step if isinstance(there, mpf) and mp.isfinite(there) else None

        paths = list(np.ndindex(y_pred.shape[1:]))
        noise = mpf(2) ** (64 - mp.prec) * (1 + abs(here)) / STEP if mp.isfinite(here) else mpf(0)
        found.extend(
            _slope(side, path, noise) for path in (paths if only is None else paths[only : only + 1])
        )
    return found


def _slope(side: Any, path: tuple[int, ...], noise: Any) -> Any:
    """The slope that both sides agree on: what they are apart must vanish with the step."""
    right, left = side(path, STEP), side(path, -STEP)
    if all(slope is not None and abs(slope) < noise for slope in (right, left)):
        return mpf(0)
    if right is None or left is None:
        sign, slope = (1, right) if left is None else (-1, left)
        if slope is None or mp.isinf(slope):  # the value is infinite there, and falls off it vertically
            return slope
        nearer = side(path, sign * STEP / 4)
        if 4 * abs(slope) < abs(nearer) * (1 + mpf(2) ** -60):  # a jump, of one height whatever the step
            return None
        return nearer if 4 * abs(nearer) > 3 * abs(slope) else mpf(0)
    if 4 * abs(right) < abs(side(path, STEP / 4)) * (1 + mpf(2) ** -60) and abs(right) > 1 / mp.sqrt(STEP):
        return None
    apart = abs(right - left)
    if apart > mpf(2) ** -60 * max(abs(right), abs(left)):
        nearer = abs(side(path, STEP / 4) - side(path, -STEP / 4))
        if 2 * nearer > apart:
            return None
    return (right + left) / 2


def moved(value: Any, path: tuple[int, ...], step: Any) -> Any:
    """Nested lists with one number raised."""
    if not path:
        return value + step
    return [moved(part, path[1:], step) if k == path[0] else part for k, part in enumerate(value)]
