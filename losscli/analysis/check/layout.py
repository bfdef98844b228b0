"""Faults of shape, of weights, and of bounds and quantiles that cross."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from losscli.analysis.check.fault import CheckedData, Fault, any_entry, names
from losscli.analysis.profile.kinds import AMOUNTS
from losscli.batch import Batch
from losscli.classes.levels import levels
from losscli.losses.domain import Array
from losscli.results.profile import PredictionProfile

_FEW = 0.05  # of the rows: as many as the weights let count
_FEWEST = 20  # rows, below which unequal weights are not judged
_ENDS = {"lower": 0.0, "low": 0.0, "lo": 0.0, "median": 0.5, "upper": 1.0, "high": 1.0, "hi": 1.0}


def faults(case: CheckedData) -> Iterator[Fault]:
    """All faults of this kind."""
    yield from _shapes(case)
    yield from _weights(case)
    yield from _crossed(case)


def _shapes(case: CheckedData) -> Iterator[Fault]:
    truth = case.truth
    if truth is None:
        return
    true, pred = case.true_domain, case.pred_domain
    if true is not None and pred is not None and (true.grain != pred.grain or true.index is not None):
        return  # what the loss wants of each is for the engine to say
    for model in case.profile.predictions:
        shapes = {truth.shape, model.shape}
        if shapes == {(), (1,)}:
            one = "y_pred" if model.shape else "y_true"
            yield Fault(
                "shape_n1",
                "error",
                "(N, 1) beside (N,)",
                f"{one} has an axis of length 1 that the other has not: NumPy, PyTorch and TensorFlow "
                "make an N × N table of their difference, and its mean is a number of no meaning; "
                "losscli refuses it",
                f"drop the axis: {one}[:, 0], or squeeze(-1)",
                names(model),
                case.concerns("mse", "mae", "bce"),
            )
        elif len(shapes) == 2 and _must_match(case, model, truth.shape):
            yield Fault(
                "shape_mismatch",
                "error",
                f"y_true is {_words(truth.shape)}, y_pred {_words(model.shape)}",
                "no loss matches them entry by entry",
                "name as many columns with --pred as with --true",
                names(model),
                case.concerns("mse", "bce"),
            )


def _must_match(case: CheckedData, model: PredictionProfile, true: tuple[int, ...]) -> bool:
    """With a loss of entries, unless it takes quantiles of one y_true; else where no loss takes the two."""
    pred = model.shape
    if true in (pred[:-1], (*pred[:-1], 1)) and any(map(np.ndim, case.own.get(model.model, {}).values())):
        return False
    if case.true_domain is not None:
        return case.true_domain.grain in ("entry", "rest") or true not in ((), (1,))
    truth = case.truth
    event = truth.columns[1] if truth is not None and true == (2,) else None
    survival = event is not None and event.zeros + event.ones == event.count
    return true not in ((), (1,)) and len(pred) < 2 and not survival


def _words(shape: tuple[int, ...]) -> str:
    return "(N,)" if not shape else f"(N, {', '.join(map(str, shape))})"


def _weights(case: CheckedData) -> Iterator[Fault]:
    weight = case.profile.weight
    if weight is None or not weight.count:
        return

    def given(batch: Batch) -> Array:
        assert batch.weight is not None
        return batch.weight.ravel()

    if weight.negatives:
        yield Fault(
            "negative_weights",
            "error",
            "Weights below 0",
            "such a row's loss is taken off the mean: training makes it worse without end; losscli "
            "refuses it",
            "give 0 to a row that is not to count",
            (weight.name,),
            case.concerns(),
            lambda batch: given(batch) < 0,
        )
        return
    if weight.zeros == weight.count:
        yield Fault(
            "zero_weights",
            "error",
            "Every weight is 0",
            "the mean is 0 divided by 0",
            "give some row a weight above 0",
            (weight.name,),
            case.concerns(),
        )
        return
    if weight.zeros:
        yield Fault(
            "zero_weights",
            "note",
            "Rows of weight 0",
            "they do not count",
            "",
            (weight.name,),
            case.concerns(),
            lambda batch: given(batch) == 0,
        )
    n = weight.count - weight.zeros
    relative = np.float64(weight.std) / weight.mean
    counting = weight.count / (1 + relative**2)
    if n >= _FEWEST and counting < _FEW * n:
        mean = weight.mean
        yield Fault(
            "unequal_weights",
            "warning",
            "A few weights outweigh all others",
            f"the {n} weighted rows count like {counting:.3g} equal ones ((Σw)² / Σw²): the value is theirs",
            "look at these rows; cut the weights off at a few times their mean",
            (weight.name,),
            case.concerns(),
            lambda batch: given(batch) > 10 * mean,
        )


def _crossed(case: CheckedData) -> Iterator[Fault]:
    truth = case.truth
    if truth is None or truth.kind not in AMOUNTS or truth.shape not in ((), (1,)):
        return
    predictions = case.profile.predictions
    bounds = case.pred_domain is not None and case.pred_domain.means == "bounds"
    if case.loss is not None and "quantiles" not in case.loss.tags:
        return
    if len(predictions) == 1:
        model = predictions[0]
        labels = tuple(column.name for column in model.columns)
        order = [0, 1] if bounds and model.shape == (2,) else _order(labels)
        if order:
            yield _bounds(case, labels, lambda batch: batch.y_pred[model.model][:, order])
    else:
        labels = tuple(model.model for model in predictions)
        order = _order(labels)
        if order and all(model.shape == () for model in predictions):
            yield _bounds(
                case, labels, lambda batch: np.stack([batch.y_pred[labels[i]] for i in order], axis=1)
            )


def _bounds(case: CheckedData, labels: tuple[str, ...], ordered: object) -> Fault:
    assert callable(ordered)

    def where(batch: Batch) -> Array:
        with np.errstate(invalid="ignore"):
            return any_entry(np.diff(ordered(batch), axis=1) < 0)

    return Fault(
        "bounds_crossed",
        "warning",
        "Quantiles or bounds that cross",
        "a lower one lies above a higher one: the interval is empty, and its score rewards the crossing",
        "sort each row (np.sort), or look whether the columns are in order",
        labels,
        case.concerns("interval_score", "quantile"),
        where,
    )


def _order(labels: Sequence[str]) -> list[int]:
    """The columns in the order of the levels that their names say; empty where a name says none."""
    ends = [_ENDS.get(label.casefold().rpartition("_")[2]) for label in labels]
    stated = iter(levels([label for label, end in zip(labels, ends, strict=True) if end is None]) or ())
    each = [next(stated, None) if end is None else end for end in ends]
    known = [level for level in each if level is not None]
    if len(known) < 2 or len(known) < len(labels) or len(set(known)) < len(known):
        return []
    return sorted(range(len(labels)), key=lambda i: known[i])
