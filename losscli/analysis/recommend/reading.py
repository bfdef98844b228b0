"""What the data is: a reader for its shapes and values, or for the task it is said to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from losscli.analysis.recommend import (
    amounts,
    classes,
    counts,
    forecasts,
    images,
    multilabel,
    structures,
    two_classes,
    vectors,
)
from losscli.analysis.recommend.case import (
    Case,
    Finding,
    binary,
    fractions,
    one_hot,
    shape_words,
    sums_to_one,
    unfit,
    whole,
)
from losscli.analysis.recommend.residuals import regression
from losscli.errors import LosscliError
from losscli.stats.interval import mean

if TYPE_CHECKING:
    from collections.abc import Callable

    from losscli.analysis.recommend.numbers import Array

    Reader = Callable[[Case], Finding]

_MOST_CLASSES = 100


def _forecasting(case: Case) -> Finding:
    kind = forecasts.two_columns(case)
    if (
        case.y_true is not None
        and case.y_pred is not None
        and case.y_pred.ndim == 2
        and case.y_true.ndim == 1
    ):
        return {"interval": forecasts.intervals, "spread": forecasts.spread}.get(
            kind or "", forecasts.ensemble
        )(case)
    return _alike(case, regression)


def _alike(case: Case, reader: Reader) -> Finding:
    """`reader`, for a truth and predictions of one shape."""
    y, p = case.y_true, case.y_pred
    if y is not None and p is not None and y.shape != p.shape:
        raise _mismatch(y, p)
    return reader(case)


def _alone(case: Case, reader: Reader) -> Finding:
    if case.y_true is not None:
        raise unfit(str(case.task), "it takes no y_true", "leave --true out")
    return reader(case)


def _embeddings(case: Case) -> Finding:
    y, p = case.y_true, case.y_pred
    if p is not None and p.ndim == 3 and (y is None or (p.shape[1] == 2 and _all_signs(y))):
        return vectors.parts(case)
    if y is None or y.ndim != 1 or not whole(y) or np.abs(y).max() > 2**53 or (p is not None and p.ndim != 2):
        raise unfit(
            "embeddings", "it takes a class label and a vector a row", "give (N,) labels with (N, D) vectors"
        )
    return vectors.embeddings(case)


def _all_signs(y: Array) -> bool:
    return y.ndim == 1 and bool((np.abs(y) == 1).all())


def _signs_or_01(case: Case) -> Finding:
    y = case.y_true
    sides = y is not None and _all_signs(y) and y.min() < 0  # all 1 is one class of 0 and 1
    return _alike(case, two_classes.signs if sides else two_classes.zero_one)


TASKS: dict[str, Reader] = {
    "regression": lambda case: _alike(case, regression),
    "regression-outliers": lambda case: _alike(case, regression),
    "counts": lambda case: _alike(case, counts.counts),
    "positive-amounts": lambda case: _alike(case, amounts.amounts),
    "quantiles": forecasts.quantiles,
    "intervals": forecasts.intervals,
    "forecasting": _forecasting,
    "binary": _signs_or_01,
    "imbalanced": _signs_or_01,
    "multiclass": classes.multiclass,
    "multilabel": lambda case: _alike(case, multilabel.multilabel),
    "ordinal": classes.multiclass,
    "segmentation": lambda case: _alike(case, images.masks),
    "detection": lambda case: _alike(case, images.boxes),
    "embeddings": _embeddings,
    "ranking": lambda case: _alike(case, structures.ranking),
    "survival": structures.survival,
    "sequences": structures.sequences,
    "generative": lambda case: _alone(case, vectors.generative),
}


def read(case: Case) -> Finding:
    """What a case is taken for, measured and advised on. LosscliError where nothing fits."""
    if case.task is not None:
        if case.y_true is None and case.task not in ("embeddings", "generative"):
            raise unfit(case.task, "there is no y_true", "name its column: --true NAME")
        return TASKS[case.task](case)
    y, p = case.y_true, case.y_pred
    if y is None:
        if p is None or p.ndim != 3 or p.shape[1] not in (2, 3, 4):
            raise LosscliError(
                "there is no y_true"
                + ("" if p is None else f", and y_pred {shape_words(p)} holds no vectors to compare"),
                "name its column: --true NAME",
            )
        return vectors.parts(case)
    if case.quantile is not None:
        return forecasts.quantiles(case)
    if y.ndim == 1:
        return _one_number(case, y, p)
    return _several(case, y, p)


def _mismatch(y: Array, p: Array) -> LosscliError:
    return LosscliError(
        f"y_true is {shape_words(y)} and y_pred {shape_words(p)}: no loss takes the two together as they are",
        "name as many columns of each"
        if y.ndim == p.ndim
        else "give both one shape, or say what they are: --task NAME",
    )


def _one_number(case: Case, y: Array, p: Array | None) -> Finding:
    """A number a row in y_true."""
    if p is None or p.ndim == 1:
        return _target(case, y, p)
    if p.ndim == 2 and p.shape[1] == 1:
        raise _mismatch(y, p)
    labels = whole(y) and y.min() >= 0 and y.max() < max(2, p.shape[-1])
    if p.ndim == 3 and p.shape[1] == 2 and _all_signs(y):
        return vectors.parts(case)
    if p.ndim != 2:
        raise _mismatch(y, p)
    if labels and (sums_to_one(p) or (p.max() <= 0 and sums_to_one(np.exp(p)))):
        return classes.multiclass(case)
    if forecasts.levels(case) is not None and not (labels and binary(y)):
        return forecasts.quantiles(case)
    if whole(y) and len(np.unique(y)) <= max(2, len(y) // 2):
        if labels and (case.from_logits or _knows(y, p)):
            return classes.multiclass(case)
        if p.shape[1] >= 3 and (len(np.unique(y)) <= _MOST_CLASSES or p.shape[1] >= 16) and not _near(y, p):
            return vectors.embeddings(case)
    return _forecasting(case)


def _knows(y: Array, p: Array) -> bool:
    """Whether the highest column names the class more often than chance: logits, not an embedding."""
    present = int(y.max()) + 1
    if present < p.shape[1] / 2 and p.shape[1] > 3:
        return False
    guess = p.argmax(axis=1)
    if (guess >= present).mean() > 0.1:  # columns that no class has would hardly be the highest
        return False
    right = mean((guess == y).astype(float))
    guesses = np.bincount(guess, minlength=present)[:present] / len(y)
    return right.low > float(guesses @ (np.bincount(y.astype(int), minlength=present) / len(y)))


def _near(y: Array, p: Array) -> bool:
    """Whether each column lies as near to y as a forecast of it would: correlated, and on its scale."""
    spread = y.std()
    if spread == 0:
        return False
    error = np.sqrt(((p - y[:, None]) ** 2).mean(axis=0))
    return bool((error < spread).mean() > 0.5)


def _target(case: Case, y: Array, p: Array | None) -> Finding:
    """One number a row, and a prediction or none."""
    if binary(y) and (y.max() == 1 or (p is not None and fractions(p))):
        return two_classes.zero_one(case)
    if _all_signs(y) and y.min() < 0:
        return two_classes.signs(case)
    if forecasts.levels(case) is not None and p is not None:
        return forecasts.quantiles(case)
    if whole(y) and y.min() >= 0:
        if _class_like(y) and (p is None or (whole(p) and bool(np.isin(p, y).all()))):
            found = classes.multiclass(case)
            return found._replace(
                reading=found.reading + " (as many of each, or nearly; if they are counts: --task counts)"
            )
        if _count_like(y, p):
            return counts.counts(case)
    if amounts.in_proportion(y, p):
        return amounts.amounts(case)
    return regression(case)


def _class_like(y: Array) -> bool:
    """Whole numbers from 0 or 1 on, none left out, none much rarer than the others."""
    values, times = np.unique(y, return_counts=True)
    k = len(values)
    run = values[0] in (0, 1) and bool((np.diff(values) == 1).all())
    return 2 < k <= _MOST_CLASSES and run and len(y) >= 5 * k and bool(times.min() * k >= 0.3 * len(y))


def _count_like(y: Array, p: Array | None) -> bool:
    """Whole numbers that begin near 0, or whose variance is that of counts."""
    if y.min() <= 5 and len(np.unique(y)) > 1:
        return True
    if p is None or p.min() <= 0:
        return False
    return 0.5 < float(((y - p) ** 2 / p).mean()) < 2


def _several(case: Case, y: Array, p: Array | None) -> Finding:
    """Several numbers a row in y_true."""
    if p is not None and y.shape != p.shape:
        if y.ndim == 2 and y.shape[1] == 2 and p.ndim == 1 and binary(y[:, 1]):
            return structures.survival(case)
        if y.ndim == 2 and p.ndim == 3 and whole(y):
            return structures.sequences(case)
        raise _mismatch(y, p)
    if y.ndim >= 3:
        return images.masks(case) if binary(y) else regression(case)
    if y.shape[1] > 1:
        if one_hot(y):
            return classes.multiclass(case)
        if binary(y):
            return multilabel.multilabel(case)
        if sums_to_one(y):
            return multilabel.soft_rows(case)
        if images.looks_like_boxes(y, p) == "xyxy":
            return images.boxes(case)
        if p is None and y.shape[1] == 2 and binary(y[:, 1]) and y[:, 0].min() >= 0:
            return structures.survival(case)
        if whole(y) and y.min() >= 0 and y.max() <= 10 and y.shape[1] >= 3 and p is not None and p.min() < 0:
            return structures.ranking(case)
    return regression(case)
