"""What the data is: a reader for its shapes and values, or for the task it is said to be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from losscli.analysis.profile.kinds import even
from losscli.analysis.recommend import (
    amounts,
    classes,
    counts,
    forecasts,
    images,
    multilabel,
    ratings,
    structures,
    two_classes,
    vectors,
)
from losscli.analysis.recommend.case import (
    AdviceCase,
    Reading,
    binary,
    rows,
    shape_words,
    unfit,
    whole,
)
from losscli.analysis.recommend.residuals import regression
from losscli.classes.columns import class_numbers
from losscli.classes.levels import levels
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Callable

    from losscli.analysis.recommend.numbers import Array

    Reader = Callable[[AdviceCase], Reading]


def _forecasting(case: AdviceCase) -> Reading:
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


def _alike(case: AdviceCase, reader: Reader) -> Reading:
    """`reader`, for a truth and predictions of one shape."""
    y, p = case.y_true, case.y_pred
    if y is not None and p is not None and y.shape != p.shape:
        raise _mismatch(y, p)
    return reader(case)


def _alone(case: AdviceCase, reader: Reader) -> Reading:
    if case.y_true is not None:
        raise unfit(str(case.task), "it takes no y_true", "leave --true out")
    return reader(case)


def _embeddings(case: AdviceCase) -> Reading:
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


def _signs_or_01(case: AdviceCase) -> Reading:
    return _alike(case, two_classes.signs if case.kind == "signs" else two_classes.zero_one)


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


def read(case: AdviceCase) -> Reading:
    """What a case is taken for, measured and advised on. LosscliError where nothing fits."""
    if case.task is not None:
        if case.y_true is None and case.task not in ("embeddings", "generative"):
            raise unfit(case.task, "there is no y_true", "name its column: --true NAME")
        return TASKS[case.task](case)
    y, p = case.y_true, case.y_pred
    if y is not None and y.shape[1:] == (1,) and (p is None or p.shape == y.shape):
        y, p = y[:, 0], None if p is None else p[:, 0]
        case = replace(case, y_true=y, y_pred=p)
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


def _one_number(case: AdviceCase, y: Array, p: Array | None) -> Reading:
    """A number a row in y_true."""
    if p is None or p.ndim == 1:
        return _target(case, y, p)
    if p.ndim == 2 and p.shape[1] == 1:
        raise _mismatch(y, p)
    if p.ndim == 3 and p.shape[1] == 2 and _all_signs(y):
        return vectors.parts(case)
    if p.ndim != 2:
        raise _mismatch(y, p)
    if case.read_as in ("probability_rows", "log_probability"):
        from_1 = class_numbers(case.pred_names) == list(range(1, p.shape[1] + 1)) and y.min() >= 1
        if not from_1:
            return classes.multiclass(_sound(case))
        counted = classes.multiclass(_sound(replace(case, y_true=y - 1)))
        return counted._replace(
            reading=f"{counted.reading}; the classes are counted from 1, as the columns' names say"
        )
    if levels(case.pred_names) is not None and case.kind != "binary01":
        return forecasts.quantiles(case)
    logits = case.from_logits and whole(y) and y.min() >= 0 and y.max() < p.shape[1]
    if case.read_as == "logits" or logits:
        return classes.multiclass(case)
    return vectors.embeddings(case) if case.read_as == "vectors" else _forecasting(case)


def _sound(case: AdviceCase) -> AdviceCase:
    """The case. LosscliError where some of what y_pred is taken for is none: a fault to mend first."""
    scores, kind = case.scores, case.read_as
    if scores is None or case.from_logits:
        return case
    bad = ""
    if kind == "log_probability" and scores.off_logs:
        bad = f"{rows(scores.off_logs)} of log-probabilities whose exponentials do not sum to 1"
    elif kind in ("probability", "probabilities", "probability_rows") and scores.outside:
        bad = f"probabilities, {scores.outside} of {scores.entries} out of [0, 1]"
    elif kind == "probability_rows" and scores.off_rows:
        bad = f"{rows(scores.off_rows)} of probabilities whose sum is not 1"
    if bad:
        hint = "mend them (losscli check shows the rows); or say that they are logits: --from-logits"
        raise LosscliError(f"y_pred holds {bad}", hint)
    return case


def _target(case: AdviceCase, y: Array, p: Array | None) -> Reading:
    """One number a row, and a prediction or none."""
    if case.kind == "binary01":
        return _two_classes(_sound(case), y, "labels 0 and 1", ())
    if case.kind == "signs":
        if case.read_as in ("probability", "percent") and not case.from_logits:
            return _two_classes(_sound(case), (y + 1) / 2, "labels −1 and 1", ("y01 = (y + 1) / 2",))
        return two_classes.signs(case)
    if levels(case.pred_names) is not None and p is not None:
        return forecasts.quantiles(case)
    if case.truth is not None and {label.value for label in case.truth.classes} == {1.0, 2.0}:
        if p is not None and case.read_as == "labels":
            case = replace(case, y_pred=p - 1)
        return _two_classes(_sound(case), y - 1, "labels 1 and 2", ("y01 = y − 1",))
    if case.kind in ("index", "labels"):
        several = classes.multiclass(case)
        if case.truth is None or not case.truth.second:
            return several
        why = "as many of each, or nearly" if even(case.truth.columns[0]) else "predicted by one another"
        return several._replace(reading=f"{several.reading} ({why}; if they are counts: --task counts)")
    if case.kind == "counts":
        return counts.counts(case)
    if case.kind == "ratings":
        return ratings.ratings(case)
    ratios = case.kind != "fraction" and amounts.in_proportion(y, p)
    return amounts.amounts(case) if ratios else regression(case)


def _two_classes(case: AdviceCase, y: Array, coded: str, first: tuple[str, ...]) -> Reading:
    """Advice on two classes, which `first` brings to 0 and 1, and percent to probabilities."""
    p = case.y_pred
    if case.read_as == "percent" and p is not None and not case.from_logits:
        p, first = p / 100, (*first, "p = y_pred / 100")
    zero_one = two_classes.zero_one(replace(case, y_true=y, y_pred=p))
    reading = zero_one.reading.replace("labels 0 and 1", coded)
    if not first:
        return zero_one
    told = f"bring the data to it first: {', '.join(first)}"
    choices = tuple(
        choice._replace(runs=False, reasons=(*choice.reasons, told)) for choice in zero_one.choices
    )
    if case.read_as == "percent":
        reading = reading.replace("probabilities", "percent")
    return zero_one._replace(reading=reading, choices=choices)


def _several(case: AdviceCase, y: Array, p: Array | None) -> Reading:
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
        if case.kind in ("one_hot", "soft"):
            return classes.multiclass(_sound(case))
        if case.kind == "multilabel":
            return multilabel.multilabel(_sound(case))
        if images.looks_like_boxes(y, p) == "xyxy":
            return images.boxes(case)
        if p is None and y.shape[1] == 2 and binary(y[:, 1]) and y[:, 0].min() >= 0:
            return structures.survival(case)
        if whole(y) and y.min() >= 0 and y.max() <= 10 and y.shape[1] >= 3 and p is not None and p.min() < 0:
            return structures.ranking(case)
    return regression(case)
