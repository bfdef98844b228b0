"""The levels of quantiles that the names of predictions state, where nobody gave others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from losscli.batch import Stream
from losscli.classes.levels import levels
from losscli.errors import LosscliError, shown
from losscli.results.score import Remark

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from losscli.batch import Batch
    from losscli.engine.partial import Task
    from losscli.losses.declare import Parameter

MOST = 6  # names that a sentence lists


class _LevelledModel(NamedTuple):
    """A model's columns by their names, with the levels that these state (None: not all of them do).

    `beside` says that one y_true stands beside all of them.
    """

    columns: tuple[str, ...]
    levels: tuple[float, ...] | None
    beside: bool

    @property
    def value(self) -> Any:
        """The levels as the loss takes them."""
        assert self.levels is not None
        return list(self.levels) if len(self.levels) > 1 else self.levels[0]

    @property
    def words(self) -> str:
        return _listed([f"{q:g}" for q in self.levels or ()])


def with_levels(task: Task, given: Mapping[str, Any], stream: Stream) -> Task:
    """The task with the levels that its predictions' names state, and what is to be said of them.

    `given` are the parameters that were given, by our names: a level among them is kept. LosscliError where
    only some names state one, or the level may be meant for other outputs.
    """
    level, names = task.convention.loss.signature.level, Stream.of(stream).names
    if level is None or not any(levels(columns, alike=True) for columns in names.values()):
        return task
    batch = next(iter(stream()), None)
    if batch is None:  # which is told when it is computed
        return task
    named = {model: _named(batch, model, names.get(model, ())) for model in batch.y_pred}
    mine = named[task.model]
    if level.name in given:
        return _given(task, level, mine)
    if not any(one.levels for one in named.values()):
        return task
    _check(task, level, named)
    params, said = _read(task, level, mine), Remark("data", _said(level, named))
    return replace(task, params=params, said=(*task.said, said))


def _named(batch: Batch, model: str, names: tuple[str, ...]) -> _LevelledModel:
    y_true, y_pred = batch.y_true, batch.y_pred[model]
    width = y_pred.shape[-1] if y_pred.ndim > 1 else 1
    if len(names) != width:
        return _LevelledModel((), None, False)
    beside = y_true is not None and width > 1 and y_true.shape in (y_pred.shape[:-1], (*y_pred.shape[:-1], 1))
    return _LevelledModel(names, levels(names, alike=beside), beside or width == 1)


def _given(task: Task, level: Parameter, mine: _LevelledModel) -> Task:
    """A level that was given stays, and it is said where the names state another."""
    if mine.levels is None:
        return task
    value = np.atleast_1d(task.params[level.name])
    if len(value) in (1, len(mine.levels)) and np.allclose(value, mine.levels, rtol=0, atol=1e-9):
        return task
    asked = _listed([f"{q:g}" for q in value])
    text = f"{level.name} is {asked}, as given; {_names(mine)} {mine.words}"
    return replace(task, said=(*task.said, Remark("data", text)))


def _check(task: Task, level: Parameter, named: Mapping[str, _LevelledModel]) -> None:
    """LosscliError where the names leave it open what level each column has."""
    q, owner = level.name, task.convention.loss.name
    stated = {model: one for model, one in named.items() if one.levels}
    untold = next((model for model in named if model not in stated), None)
    if untold is not None:
        first = next(iter(stated))
        raise LosscliError(
            f"{owner}: {_names(stated[first])} {stated[first].words}, {shown(untold)} says no level",
            f"-p {q}=0.5 judges all at one level; columns that all say theirs are each judged at it",
        )
    for one in stated.values():
        if not one.beside:
            values = ",".join(f"{v:g}" for v in one.levels or ())
            raise LosscliError(
                f"{owner}: {_names(one)} {one.words}, and y_true has a column for each",
                f"say which is meant: -p {q}={values}, a level a column, or -p {q}=0.5 for all",
            )


def _read(task: Task, level: Parameter, mine: _LevelledModel) -> dict[str, Any]:
    known = task.convention.signature.parameters[level.name]
    try:
        return {**task.params, level.name: known.read(mine.value)}
    except LosscliError as why:
        raise LosscliError(
            f"{task.convention.owner} takes one level, and {_names(mine)} {mine.words}",
            f"take one column at a time, --pred {shown(mine.columns[0])}, or leave --like out",
        ) from why


def _said(level: Parameter, named: Mapping[str, _LevelledModel]) -> str:
    values = {one.levels for one in named.values()}
    if len(named) > 1 and len(values) > 1:
        each = _listed([f"{shown(model)} {one.words}" for model, one in named.items()])
        q = level.name
        judged = f"each model is judged at the {q} that its name says: {each}"
        return f"{judged}; values at different {q} do not compare"
    one, *others = named.values()
    every = one._replace(columns=tuple(name for each in (one, *others) for name in each.columns))
    return f"{level.name} is {one.words}: {_names(every)} so"


def _names(one: _LevelledModel) -> str:
    """`the names q10, q90 say`."""
    noun, verb = ("name", "says") if len(one.columns) == 1 else ("names", "say")
    return f"the {noun} {_listed([shown(name) for name in one.columns])} {verb}"


def _listed(words: Sequence[str]) -> str:
    if len(words) <= MOST:
        return ", ".join(words)
    return ", ".join([*words[: MOST - 2], "…", words[-1]])
