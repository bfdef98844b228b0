"""From a stream of batches to the rows that advice looks at: all of them, or a seeded sample of many."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from losscli.engine.missing import complete
from losscli.engine.top import Tally
from losscli.errors import LosscliError
from losscli.stats.errorsample import most_rows
from losscli.stats.interval import SEED

if TYPE_CHECKING:
    from losscli.analysis.recommend.numbers import Array
    from losscli.batch import Batch, Stream
    from losscli.engine.missing import Missing


class Gathered(NamedTuple):
    """The rows kept of `n` read, in their order; `absent` were left out for missing values, `unweighted` for
    a weight of 0."""

    y_true: Array | None
    y_pred: Array
    true_names: tuple[str, ...]
    pred_names: tuple[str, ...]
    n: int
    absent: int
    unweighted: int


def gather(stream: Stream, missing: Missing) -> Gathered:
    """The rows of `stream`'s one model. LosscliError for missing (unless dropped) and infinite values."""
    if missing == "propagate":
        raise LosscliError(
            "--missing propagate: nothing can be measured on missing values",
            "--missing drop leaves them out",
        )
    draw = np.random.default_rng(SEED)
    absent = Tally()
    n = unweighted = 0
    first: Batch | None = None
    keys: Array = np.empty(0)
    trues: list[Array] = []
    preds: list[Array] = []
    for batch, numbers in complete(stream, missing, absent):
        first = first or batch
        pred = next(iter(batch.y_pred.values()))
        _check_finite(batch, pred, numbers)
        counts = slice(None) if batch.weight is None else batch.weight > 0
        preds.append(pred[counts])
        if batch.y_true is not None:
            trues.append(batch.y_true[counts])
        new = len(preds[-1])
        unweighted += len(batch) - new
        n += new
        keys = np.concatenate([keys, draw.random(new)])
        most = most_rows(math.prod(pred.shape[1:]))
        if len(keys) > 2 * most:
            keys, trues, preds = _thinned(keys, trues, preds, most)
    if first is None or n == 0:
        raise LosscliError(
            "there are no rows to look at" + " without missing values" * bool(absent.count),
            "give at least one complete row",
        )
    keys, trues, preds = _thinned(keys, trues, preds, most_rows(math.prod(preds[0].shape[1:])))
    return Gathered(
        trues[0] if trues else None,
        preds[0],
        first.origin.labels.get("y_true", ()),
        first.origin.labels.get(next(iter(first.y_pred)), ()),
        n,
        absent.count,
        unweighted,
    )


def _thinned(
    keys: Array, trues: list[Array], preds: list[Array], most: int
) -> tuple[Array, list[Array], list[Array]]:
    """The rows of the `most` lowest keys, each list joined into one array."""
    kept = np.sort(np.argpartition(keys, most - 1)[:most]) if len(keys) > most else slice(None)
    true, pred = ([np.concatenate(part)[kept]] if part else [] for part in (trues, preds))
    return keys[kept], true, pred


def _check_finite(batch: Batch, pred: Array, numbers: Array) -> None:
    """-inf is a log-probability; any other infinity has no place in what is measured."""
    for name, array in (("y_true", batch.y_true), (next(iter(batch.y_pred)), pred)):
        if array is None:
            continue
        logs = array.ndim == 2 and name != "y_true"
        bad = array == np.inf if logs else np.isinf(array)
        if bad.any():
            row, *entry = (int(i) for i in np.argwhere(bad)[0])
            place = batch.origin.place(name, int(numbers[row]), tuple(entry))
            raise LosscliError(
                f"{place}: {array[(row, *entry)]} is no value to measure", "mend the row, or leave it out"
            )
