"""Masks and boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.analysis.recommend.case import (
    AdviceCase,
    Advised,
    Reading,
    binary,
    fractions,
    shape_words,
    shown,
    unfit,
)
from losscli.analysis.recommend.numbers import percents, rounded
from losscli.stats.interval import number, share

if TYPE_CHECKING:
    from losscli.analysis.recommend.numbers import Array
    from losscli.results.recommend import Evidence

_EVEN = 0.2  # a share of foreground from which pixels of both kinds are plenty


def masks(case: AdviceCase) -> Reading:
    """Arrays of 0 and 1 for each row."""
    y, p = case.y_true, case.y_pred
    assert y is not None
    if y.ndim < 2 or not fractions(y):
        raise unfit(
            "segmentation",
            f"y_true {shape_words(y)} is no array of 0 and 1 for each row",
            "give masks as (N, H, W)",
        )
    part = share(int((y > 0.5).sum()), y.size)
    empty = int((y.reshape(len(y), -1).max(axis=1) == 0).sum())
    evidence = [
        shown("foreground", f"foreground: {percents(part)} of the {y.size} pixels", part),
        shown("empty_masks", f"masks without any foreground: {empty} of {len(y)}", empty),
    ]
    logits = p is not None and (case.from_logits or not fractions(p))
    params: dict[str, Any] = {"from_logits": True} if logits else {}
    told = [
        f"masks {shape_words(y)}: foreground is {percents(part)} of the pixels, so that bce is mostly "
        "background"
    ]
    if part.value >= _EVEN:
        told = [f"masks {shape_words(y)}, judged by overlap: foreground is {percents(part)} of the pixels"]
    if p is not None and not logits:
        both = float((y * p).sum())
        over = 2 * both / max(float(y.sum() + p.sum()), 1e-300)
        pixel = float(np.abs(y - p).mean())
        told.append(
            f"the overlap 2·Σyp/(Σy + Σp) is {number(over)}, while a pixel is off by {number(pixel)} on "
            "average"
        )
        evidence.append(shown("overlap", f"2·Σyp/(Σy + Σp) over all pixels is {number(over)}", over))
    if empty:
        told.append(
            f"{empty} of {len(y)} masks are empty: add them up over the batch (per batch, the default), "
            "not each by itself"
        )
    dice = Advised("dice", tuple(told), params)
    beta = rounded(min(0.9, max(0.5, 1 - part.value)), 1)
    tversky = Advised(
        "tversky",
        (),
        {**params, "alpha": rounded(1 - beta, 1), "beta": beta},
        (
            f"beta {number(beta)} on missed pixels and alpha {number(1 - beta)} on false ones"
            + (", as the foreground is the rarer" if beta > 0.5 else ": both alike"),
        ),
        "a missed pixel costs more than a false one",
    )
    bce = Advised(
        "bce",
        ("every pixel counts alike",),
        params,
        when="pixels of both kinds are plenty, or a probability a pixel is wanted",
    )
    focal = Advised(
        "binary_focal",
        (),
        {**params, "gamma": 2},
        ("gamma 2: the paper's",),
        "easy background drowns a few small objects",
    )
    jaccard = Advised(
        "jaccard", ("the same order of models as dice",), params, when="IoU is what is reported"
    )
    reading = f"masks {shape_words(y)}" + (
        "" if p is None else ", predicted by logits" if logits else ", predicted by probabilities"
    )
    return Reading("segmentation", reading, tuple(evidence), (dice, tversky, jaccard, bce, focal))


def looks_like_boxes(y: Array, p: Array | None) -> str | None:
    """The box format of (N, 4) rows: xyxy where the second corner lies beyond the first, xywh where a width
    and height stand there; None for other numbers."""
    both = [array for array in (y, p) if array is not None]
    if any(array.ndim != 2 or array.shape[1] != 4 for array in both) or binary(y):
        return None
    if bool((y < 0).any()) and bool((y[:, 2:] < y[:, :2]).any()):
        return None
    if all(bool((array[:, 2:] >= array[:, :2]).all()) for array in both):
        return "xyxy"
    return "xywh" if all(bool((array[:, 2:] > 0).all()) for array in both) else None


def boxes(case: AdviceCase) -> Reading:
    """Rows of four coordinates."""
    y, p = case.y_true, case.y_pred
    assert y is not None
    form = looks_like_boxes(y, p)
    if form is None:
        raise unfit(
            "detection",
            f"y_true {shape_words(y)} holds no boxes of four numbers",
            "give x1, y1, x2, y2, or --task regression",
        )
    params = {"box_format": form} if form != "xyxy" else {}
    how = (
        "the second corner beyond the first" if form == "xyxy" else "a width and a height behind each corner"
    )
    told = [f"four numbers a row, {how} in every row: boxes as {form}"]
    size = _edges(y, form)
    spread = np.sqrt(np.maximum((size[:, 2] - size[:, 0]) * (size[:, 3] - size[:, 1]), 0))
    low, high = (float(v) for v in np.quantile(spread, [0.05, 0.95]))
    sizes = f"true boxes are {number(low)} to {number(high)} on a side (5 % to 95 %)"
    evidence: list[Evidence] = [shown("box_size", sizes)]
    told.append(sizes + "; IoU is the same for large and small")
    giou, ciou = Advised("giou", params=params), Advised("ciou", params=params)
    if p is not None:
        overlap = _iou(size, _edges(p, form))
        apart = share(int((overlap == 0).sum()), len(y))
        mean_iou = float(overlap.mean())
        evidence += [
            shown("apart", f"boxes that do not overlap: {percents(apart)}", apart),
            shown("iou", f"mean IoU {number(mean_iou)}", mean_iou),
        ]
        flat = "1 − IoU is flat there, and giou still falls as they come nearer"
        if apart.value == 0:
            flat = "giou is then 1 − IoU and the empty share of the box around both"
        told.append(f"{percents(apart)} of the pairs do not overlap (mean IoU {number(mean_iou)}): {flat}")
    return Reading(
        "detection",
        f"boxes as {form}",
        tuple(evidence),
        (
            giou._replace(reasons=tuple(told)),
            ciou._replace(
                when="predictions lie inside their object or around it, off centre, or in other proportions"
            ),
            Advised("iou", (), params, (), "the number is to be reported, not trained on"),
            Advised(
                "smooth_l1",
                (),
                {"beta": 1},
                ("beta 1: PyTorch's default, in pixels",),
                "a pixel costs the same on every object",
            ),
        ),
    )


def _edges(box: Array, form: str) -> Array:
    return np.concatenate([box[:, :2], box[:, :2] + box[:, 2:]], axis=1) if form == "xywh" else box


def _iou(a: Array, b: Array) -> Array:
    side = np.maximum(np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2]), 0)
    shared = side.prod(axis=1)
    union = (a[:, 2:] - a[:, :2]).prod(axis=1) + (b[:, 2:] - b[:, :2]).prod(axis=1) - shared
    return np.asarray(np.divide(shared, union, out=np.zeros_like(shared), where=union > 0))
