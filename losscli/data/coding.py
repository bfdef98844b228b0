"""Columns of labels: the words that they hold, and the classes that these stand for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol

from losscli.batch import MISSING
from losscli.classes.names import ClassNames
from losscli.classes.resolve import MOST, TRUTH, Labelled, resolve
from losscli.data.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from losscli.batch import Array, Labels
    from losscli.classes.resolve import Coding
    from losscli.data.picks import Pick
    from losscli.data.selection import Selection
    from losscli.rows import Roles


class LabelColumns(Protocol):
    """What is asked of a table."""

    name: str
    columns: tuple[str, ...]

    def read(self, picks: Sequence[Pick], rows: int) -> Iterator[list[Array]]: ...
    def worded(self, index: int) -> bool: ...
    def labels(self, index: int) -> Iterator[Labels]: ...


class Columns(NamedTuple):
    """Columns of a table, by their index, that make one array."""

    table: LabelColumns
    indices: Sequence[int]

    def seen(self, *, labels: bool) -> Labelled:
        """What is known of them; `labels`: they may hold names of classes."""
        names = tuple(shown(self.table.columns[index]) for index in self.indices)
        worded = labels and any(map(self.table.worded, self.indices))
        return Labelled(names, worded, partial(_words, self.table, tuple(self.indices)))


def coded(
    table: LabelColumns, selection: Selection, takes: Roles, asked: ClassNames | None = None
) -> Selection:
    """The selection, with the classes of its labels."""
    truth = Columns(table, selection.true) if selection.true else None
    models = {model: Columns(table, indices) for model, indices in selection.models.items()}
    return with_coding(selection, coding_of(truth, models, takes, asked))


def coding_of(
    truth: Columns | None, models: dict[str, Columns], takes: Roles, asked: ClassNames | None = None
) -> Coding | None:
    """What numbers the labels of y_true and of the models."""
    labels = takes.labels
    alike = takes.alike or takes.alone
    return resolve(
        asked or ClassNames(),
        None if truth is None else truth.seen(labels=labels),
        {model: held.seen(labels=alike and len(held.indices) == 1) for model, held in models.items()},
        takes,
    )


def with_coding(selection: Selection, coding: Coding | None) -> Selection:
    """The selection, its labels read as these classes, and the models' columns in the classes' order."""
    if coding is None:
        return selection
    models = dict(selection.models)
    for model, order in coding.order.items():
        models[model] = tuple(models[model][i] for i in order)
    coded = tuple(role for role in coding.roles if role in models or (role == TRUTH and selection.true))
    chosen = (*selection.chosen, coding.said)
    return selection._replace(models=models, classes=coding.classes, coded=coded, chosen=chosen)


def _words(table: LabelColumns, indices: Sequence[int]) -> set[str]:
    """Every different value of some columns as text, but for missing ones; of very many only so many."""
    words: set[str] = set()
    for index in indices:
        for labels in table.labels(index):
            words.update(name for (name,) in labels.names)
            if len(words) > MOST + 1:
                break
    return words - {MISSING}
