"""What check says of data: a finding, the data that it is said of, and a twin without it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

import losscli
from losscli.results.check import Checkup, Finding

K = np.arange(1, 41)
Y = 40 + 12 * np.sin(K)  # amounts from 28 to 52, and predictions of them
P = Y + 3 * np.cos(2 * K)
B = (K % 2).astype(float)  # labels 0 and 1, and probabilities on the right side of a half
Q = 0.5 + (2 * B - 1) * (0.1 + 0.3 * np.abs(np.sin(K)))
C = (K % 3).astype(float)  # class indices, and logits
Z = 2 * np.eye(3)[K % 3] + np.sin(K[:, None] * [1, 2, 3])
ROWS = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
HOT = np.eye(3)[K % 3]


class Data(NamedTuple):
    """The arguments of check."""

    true: Any
    pred: Any
    weight: Any = None
    options: dict[str, Any] = {}  # noqa: RUF012


class Told(NamedTuple):
    """A finding: its fields, words of its sentences, the data that has it (`on`) and a twin that has not."""

    id: str
    severity: str
    on: Data
    off: Data
    count: int | None  # type: ignore[assignment]  # it hides tuple.count
    rows: tuple[int, ...] = ()
    columns: tuple[str, ...] = ("y_pred",)
    losses: tuple[str, ...] = ()
    title: str = ""
    why: tuple[str, ...] = ()
    do: tuple[str, ...] = ()


def data(true: Any, pred: Any, weight: Any = None, **options: Any) -> Data:
    """Data, its options as keywords."""
    return Data(true, pred, weight, options)


def put(array: Any, *changes: Any) -> Any:
    """A copy with changes: index, value, index, value …"""
    made = np.array(array, float)
    for at, value in zip(changes[::2], changes[1::2], strict=True):
        made[at] = value
    return made


def checked(given: Data) -> Checkup:
    """What check says of it."""
    return losscli.check(given.true, given.pred, given.weight, **given.options)


def ids(given: Data) -> list[str]:
    """The ids of the findings and the notes."""
    seen = checked(given)
    return [finding.id for finding in (*seen.findings, *seen.notes)]


def found(given: Data, name: str) -> Finding:
    """The one finding or note of this id."""
    seen = checked(given)
    (one,) = (finding for finding in (*seen.findings, *seen.notes) if finding.id == name)
    return one


def hold(told: Told) -> None:
    """The finding says what it should, stands in the right list, and is not said of the twin."""
    one = found(told.on, told.id)
    assert (one.severity, one.count, one.rows) == (told.severity, told.count, told.rows)
    assert (one.columns, one.losses) == (told.columns, told.losses)
    assert told.title in one.title
    assert [word for word in told.why if word not in one.why] == []
    assert [word for word in told.do if word not in one.do] == []
    assert (one in checked(told.on).notes) == (told.severity == "note")
    assert told.id not in ids(told.off)


def evaluated(sentence: str, start: str, end: str = "", **values: Any) -> Any:
    """The value of the formula that an advice writes from `start` on, up to `end`."""
    assert start in sentence
    formula = sentence[sentence.index(start) :]
    formula = formula.partition(end)[0] if end else formula
    formula = formula.replace("−", "-").replace("·", "*")
    return eval(formula, {"np": np, **values})  # the formula is one that losscli wrote
