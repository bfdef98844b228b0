"""Lists, label sequences, and times to an event."""

from __future__ import annotations

from typing import Any

import numpy as np

from losscli.analysis.recommend.case import (
    AdviceCase,
    Advised,
    Reading,
    binary,
    shape_words,
    shown,
    unfit,
    whole,
)
from losscli.analysis.recommend.numbers import percent, percents
from losscli.stats.interval import number, share


def survival(case: AdviceCase) -> Reading:
    """A time and whether its event was seen, with a log hazard a row."""
    y = case.y_true
    assert y is not None
    if (
        y.ndim != 2
        or y.shape[1] != 2
        or not binary(y[:, 1])
        or (case.y_pred is not None and case.y_pred.ndim != 1)
    ):
        raise unfit(
            "survival",
            f"y_true {shape_words(y)} is no time with an event of 0 or 1",
            "name both columns: --true time,event",
        )
    seen = share(int(y[:, 1].sum()), len(y))
    events = int(y[:, 1].sum())
    evidence = [
        shown("events", f"{events} events in {len(y)} rows: {percents(seen)}; the others are censored", seen)
    ]
    why = (
        f"times of {number(float(y[:, 0].min()))} to {number(float(y[:, 0].max()))} with an event of "
        f"0 or 1: {events} of {len(y)} rows ended in one"
    )
    if seen.value < 1:
        why += f", {percent(1 - seen.value)} are censored, which cox keeps among those at risk until then"
    choices = [
        Advised("cox", (why, "it needs only the order of the times; y_pred is a log hazard")),
        Advised(
            "bce",
            when="a probability by one date is wanted: label the rows whose outcome is known then",
            runs=False,
        ),
    ]
    late = (
        "nothing is censored and the time itself is wanted"
        if seen.value == 1
        else "the censored rows can be left out without bias and the time itself is wanted"
    )
    choices.append(Advised("gamma_deviance", when=late, runs=False))
    return Reading("survival", "times with an event of 0 or 1", tuple(evidence), tuple(choices))


def ranking(case: AdviceCase) -> Reading:
    """Lists of graded items with scores, a list a row."""
    y, p = case.y_true, case.y_pred
    assert y is not None
    if y.ndim != 2:
        raise unfit(
            "ranking",
            f"y_true {shape_words(y)} is no list of grades for each row",
            "a row is a list: name its columns, --true 'grade_*'",
        )
    grades = np.unique(y)
    best = None
    if p is not None:
        graded = np.take_along_axis(y, p.argmax(axis=1)[:, None], axis=1)[:, 0]
        best = share(int((graded == y.max(axis=1)).sum()), len(y))
    evidence = [shown("lists", f"{len(y)} lists of {y.shape[1]} items with {len(grades)} grades", len(y))]
    told = [
        f"{len(y)} lists of {y.shape[1]} items, graded {number(float(grades[0]))} to "
        f"{number(float(grades[-1]))}"
    ]
    if best is not None:
        evidence.append(
            shown(
                "top", f"the highest score stands on the highest grade in {percents(best)} of the lists", best
            )
        )
        told.append(
            f"the highest score stands on the highest grade in {percents(best)} of the lists; scores "
            "have a scale of their own"
        )
    told.append("listnet weighs a list's top most: one grade more is 2.7 times the weight")
    return Reading(
        "ranking",
        "lists of graded items",
        tuple(evidence),
        (
            Advised("listnet", tuple(told)),
            Advised("ranknet", when="only which of two items is better counts, anywhere in the list"),
            Advised("listmle", when="grades give an order without ties and their distances mean nothing"),
            Advised("mse", when="the grade itself is to be predicted"),
        ),
    )


def sequences(case: AdviceCase) -> Reading:
    """Label sequences without times, with logits a step."""
    y, p = case.y_true, case.y_pred
    assert y is not None
    if y.ndim != 2 or not whole(y) or (p is not None and p.ndim != 3):
        raise unfit("sequences", "labels are (N, L) whole numbers, logits (N, T, C)", "give such arrays")
    lengths = np.where((y < 0).any(axis=1), (y < 0).argmax(axis=1), y.shape[1])
    told = [f"sequences of {int(lengths.min())} to {int(lengths.max())} labels"]
    if p is not None:
        told[0] += f" against {p.shape[1]} steps of {p.shape[2]} classes, without times"
    evidence = [shown("labels", told[0])]
    params: dict[str, Any] = {}
    derived: tuple[str, ...] = ()
    valid = y[y >= 0]
    if p is not None and valid.size and (valid == 0).any() and not (valid == p.shape[2] - 1).any():
        params, derived = (
            {"blank": p.shape[2] - 1},
            (f"blank {p.shape[2] - 1}: the last class, as class 0 is a label here",),
        )
    told.append("ctc sums over every way of laying the labels out in time")
    return Reading(
        "sequences",
        "label sequences without times",
        tuple(evidence),
        (
            Advised("ctc", tuple(told), params, derived),
            Advised("scce", when="every step has a label of its own", runs=False),
        ),
    )
