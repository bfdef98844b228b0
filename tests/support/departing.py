"""The departures that the conventions record, and whether one is said beside a number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

import losscli
from losscli.batch import Batch, Stream
from losscli.catalogue import registry
from losscli.frameworks import FRAMEWORKS
from losscli.frameworks.convention import framework
from losscli.frameworks.departure import Departure
from losscli.results.score import Remark, Score

ALL: dict[tuple[str, str, int], Departure] = {
    (name, loss, number): departure
    for name in FRAMEWORKS
    for loss in framework(name).entries
    for number, departure in enumerate(framework(name).convention(registry.get(loss)).departures)
}


def one(key: tuple[str, str, int], true: Any, pred: Any, **options: Any) -> Score:
    """The framework's score of some rows; keywords are parameters, or compute's own."""
    return losscli.compute(key[1], true, pred, like=key[0], **options)


def said(key: tuple[str, str, int], score: Score) -> list[Remark]:
    """The remarks of a score that are this departure's sentence."""
    return [remark for remark in score.remarks if remark.text == ALL[key].why]


def in_turn(true: Sequence[Any], pred: Sequence[Any]) -> Stream:
    """A batch a row."""

    def stream() -> Iterator[Batch]:
        for row, (y, p) in enumerate(zip(true, pred, strict=True), 1):
            yield Batch(np.array([y], float), {"y_pred": np.array([p], float)}, first_row=row)

    return stream
