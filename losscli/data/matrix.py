"""A table of text as one array, such as numpy.savetxt writes."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.data.convert import ValuePlace
from losscli.data.delimited import Delimited
from losscli.data.dialect import NUMBERED
from losscli.data.source import BATCH_ROWS
from losscli.data.tables import Pick
from losscli.rows import UNTOLD, TextOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from losscli.batch import Array
    from losscli.data.files import File


class _Matrix(Delimited):
    """The same as one array: its columns have no names that a message could give."""

    unsaid = NUMBERED

    def place(self, pick: Pick, first_row: int = 1) -> ValuePlace:
        return ValuePlace(self.name, None, None, first_row, self.written(pick.index)[0])


def read_matrix(
    file: File, form: str, name: str, text: TextOptions = UNTOLD
) -> tuple[Array, list[str], Callable[[], Iterator[Any]]]:
    """The numbers of a file, with or without a header line: (N,) of one column, (N, k) of k; what to say.

    Last comes what looks for whole numbers as they are written. `name` stands for the file in messages.
    """
    table = _Matrix(file._replace(name=name), form, text)
    picks = [Pick(index, "") for index in range(len(table.columns))]
    parts = list(table.read(picks, BATCH_ROWS))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    said = [*table.said, *table.as_read(range(len(picks)))]
    first = 0
    if len(columns) > 1 and not table.columns[0] and np.array_equal(columns[0], np.arange(len(columns[0]))):
        del columns[0]
        first = 1
        said.append(f"{name}: the first column, which has no name and counts the rows, is left out")
    array = columns[0] if len(columns) == 1 else np.stack(columns, axis=1)
    return array, said, lambda: chain.from_iterable(map(table.integers, range(first, len(picks))))
