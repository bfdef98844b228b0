"""One of several classes: how many of each, in what coding, and whether mistakes are neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.analysis.recommend.case import (
    AdviceCase,
    Advised,
    Reading,
    rows,
    shape_words,
    shown,
    sums_to_one,
    unfit,
    whole,
)
from losscli.analysis.recommend.multilabel import soft_rows
from losscli.analysis.recommend.numbers import percent, percents, rounded, value_range
from losscli.stats.interval import number, share

if TYPE_CHECKING:
    from losscli.analysis.recommend.numbers import Array
    from losscli.results.recommend import Evidence

_MOST = 1_000_000  # classes
_UNEVEN = 10  # times the rarest class in the commonest


def multiclass(case: AdviceCase) -> Reading:
    """Class indices or one-hot rows, with probabilities, log-probabilities, logits or labels."""
    y, p, truth = case.y_true, case.y_pred, case.truth
    assert y is not None
    assert truth is not None
    hot = y.ndim > 1
    if hot and truth.kind == "soft" and sums_to_one(y):
        return soft_rows(case)
    if hot and (truth.kind != "one_hot" or truth.off_rows):
        raise unfit("multiclass", f"y_true {shape_words(y)} holds no one-hot rows", "use --task multilabel")
    if not hot and not (whole(y) and y.min() >= 0 and y.max() < _MOST):
        raise unfit("multiclass", "y_true holds no class indices from 0", "use --task regression")
    labelled = p is not None and not hot and p.ndim == 1
    if p is not None and p.shape[1:] != (y.shape[1:] if hot else p.shape[1:2]):
        raise unfit(
            "multiclass", f"y_true is {shape_words(y)}, y_pred {shape_words(p)}", "give a column a class"
        )
    if labelled and p is not None and not whole(p):
        raise unfit(
            "multiclass", "y_pred is one number a row, and no label", "give a column a class: --pred 'p_*'"
        )
    index = (y.argmax(axis=-1) if hot else y).astype(int)
    columns = y.shape[-1] if hot else p.shape[-1] if p is not None and p.ndim > 1 else int(index.max()) + 1
    if index.max() >= columns:
        raise unfit(
            "multiclass", f"class {index.max()} has no column: there are {columns}", "count classes from 0"
        )
    times = np.bincount(index, minlength=columns)
    some = times[times > 0]
    uneven = float(some.max() / some.min())
    coded = "one-hot rows" if hot else "class indices"
    names = "" if case.classes is None else f" ({', '.join(case.classes.names[:12])})"
    labels = f"{coded} of {columns} classes{names}, from {some.min()} to {some.max()} rows a class"
    imbalance = f"the commonest class has {number(uneven)} times the rows of the rarest"
    if case.classes is not None and uneven > 1:
        least = np.where(times > 0, times, times.max()).argmin()
        imbalance += f" ({case.classes.name(float(times.argmax()))}, {case.classes.name(float(least))})"
    evidence = [shown("classes", labels, columns), shown("imbalance", imbalance, uneven)]
    name = "cce" if hot else "scce"
    if p is None:
        return Reading(
            "multiclass", coded, tuple(evidence), _class_choices(name, labels, {}, times, uneven, ())
        )
    if labelled:
        wrong = share(int((p.ravel() != index).sum()), len(y))
        return Reading(
            "multiclass",
            f"{coded}, predicted by labels",
            tuple(evidence),
            (
                Advised(
                    "hamming",
                    (labels, f"predictions are labels too: {percents(wrong)} of the rows are wrong"),
                ),
                Advised(name, when="the model's probabilities can be had", runs=False),
            ),
        )
    right = share(int((p.argmax(axis=-1) == index).sum()), len(y))
    evidence.append(
        shown("accuracy", f"the highest prediction is the class in {percents(right)} of the rows", right)
    )
    told: tuple[str, ...] = (f"the highest of each row is its class in {percents(right)} of the rows",)
    if not case.from_logits and sums_to_one(p):
        gone = int((p[np.arange(len(p)), index] == 0).sum())
        if gone:
            told = (
                *told,
                f"{rows(gone)} gave probability 0 to their class: the mean is infinite until that is mended",
            )
            evidence.append(shown("impossible", f"{rows(gone)} gave probability 0 to their class", gone))
        reading, params = f"{coded}, predicted by probability rows", {}
    elif not case.from_logits and not hot and p.max() <= 0 and sums_to_one(np.exp(p)):
        why = (
            "rows are 0 or less, and their exponentials sum to 1: log-probabilities, which nll takes as "
            "they are",
        )
        return Reading(
            "multiclass",
            f"{coded}, predicted by log-probabilities",
            tuple(evidence),
            (
                Advised("nll", (labels, *why, *told)),
                Advised(
                    "scce",
                    ("a log-probability is a logit too: the same number",),
                    {"from_logits": True},
                    (),
                    "labels are to be smoothed",
                ),
            ),
        )
    else:
        reading, params = f"{coded}, predicted by logits", {"from_logits": True}
        reads = (
            "y_pred is said to hold logits"
            if case.from_logits
            else f"rows of y_pred do not sum to 1 ({value_range(p)}): read as logits"
        )
        told = (*told, reads)
    choices = _class_choices(name, labels, params, times, uneven, told)
    ordered = neighbours(index, p, times)
    if ordered is not None:
        evidence.append(shown("neighbours", ordered[0], ordered[1]))
        return _ordinal(case, reading, tuple(evidence), choices, ordered[0], hot and not params)
    if case.task == "ordinal":
        return _ordinal(
            case, reading, tuple(evidence), choices, "classes are said to be ordered", hot and not params
        )
    return Reading("multiclass", reading, tuple(evidence), choices)


def _class_choices(
    name: str, labels: str, params: dict[str, Any], times: Array, uneven: float, told: tuple[str, ...]
) -> tuple[Advised, ...]:
    same = "scce of indices and cce of one-hot rows are the same number"
    first = Advised(name, (labels, *told, same), params)
    weighted = None
    if uneven >= 2 and len(times) <= 20 and times.min() > 0:
        weights = [rounded(float(times.sum() / (len(times) * t))) for t in times]
        weighted = Advised(
            name,
            (f"the commonest class has {number(uneven)} times the rows of the rarest",),
            {**params, "class_weight": weights},
            ("class_weight: rows / (classes × rows of the class)",),
            "rare classes are to count as much as common ones",
        )
    smooth = Advised(
        name,
        (),
        {**params, "label_smoothing": 0.1},
        ("label_smoothing 0.1: a customary start",),
        "the model grows over-confident, or some labels are wrong",
    )
    focal = Advised("categorical_focal", (), params, (), "easy rows drown the hard ones", runs=name == "cce")
    if weighted is not None and uneven >= _UNEVEN:
        uneven_words = f"the commonest class has {number(uneven)} times the rows of the rarest"
        proper = "least at the true probabilities, which weights shift"
        first = first._replace(reasons=(labels, *told, uneven_words, proper, same))
    return (first, *((weighted,) if weighted else ()), smooth, focal)


def neighbours(index: Array, p: Array, times: Array) -> tuple[str, float] | None:
    """Whether mistakes fall next to the true class more often than chance has it: a sign of order."""
    if len(times) < 4:
        return None
    guess = p.argmax(axis=-1)
    wrong = guess != index
    n = int(wrong.sum())
    if n < 30:
        return None
    near = share(int((np.abs(guess - index)[wrong] == 1).sum()), n)
    # By chance: a guess drawn from the classes that are guessed, the true one left out.
    guessed = np.bincount(guess, minlength=len(times)) / len(guess)
    sides = np.concatenate([[0], guessed[:-1]]) + np.concatenate([guessed[1:], [0]])
    chance = float((sides / np.maximum(1 - guessed, 1e-9))[index[wrong]].mean())
    if near.low < min(0.95, chance + 0.5 * (1 - chance)):
        return None
    return (
        f"of {n} mistakes {percents(near)} fall on a neighbouring class, {percent(chance)} if they fell "
        "by chance: a sign that the classes are ordered",
        near.value,
    )


def _ordinal(
    case: AdviceCase,
    reading: str,
    evidence: tuple[Evidence, ...],
    choices: tuple[Advised, ...],
    why: str,
    fits: bool,
) -> Reading:
    """weighted_kappa first where it takes the data as it is, or where order was said to matter."""
    kappa = Advised(
        "weighted_kappa",
        (why, "weighted_kappa costs a mistake the square of its distance in classes"),
        {"weightage": "quadratic"},
        ("weightage quadratic: the usual one",),
        runs=fits,
    )
    if not fits:
        kappa = kappa._replace(
            reasons=(*kappa.reasons, "it takes one-hot rows and probability rows: code the data so first")
        )
    if fits or case.task == "ordinal":
        told = choices[0]._replace(
            when="every mistake costs the same, however far off", reasons=choices[0].reasons[:2]
        )
        return Reading("ordinal", reading + ", in an order", evidence, (kappa, told))
    later = kappa._replace(when="classes are ordered and a mistake costs by its distance")
    return Reading("multiclass", reading, evidence, (choices[0], later, *choices[1:]))
