"""What the cells of a table say of how its numbers are written, where they are text."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.batch import Labels
from losscli.data.convert import word
from losscli.data.numbers import PLAIN, refuse_doubt
from losscli.data.words import listed, shown
from losscli.rows import UNTOLD, TextOptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from losscli.data.numbers import NumberFormat


class TextCells:
    """Named columns whose numbers may be texts."""

    name: str
    columns: tuple[str, ...]
    text: TextOptions = UNTOLD  # what was said of how text is written

    def texts(self, index: int) -> Sequence[str]:
        """Cells of a column that are text, enough of them to tell how it writes numbers."""
        return ()

    def written(self, index: int) -> tuple[NumberFormat, str]:
        """How a column writes numbers where they are text, and a cell that is not written as most are."""
        kept = self.__dict__.setdefault("_written", {})
        if index not in kept:
            kept[index] = PLAIN, ""
            texts = self.texts(index)
            if texts or self.text != UNTOLD:
                from losscli.data.heads import formats_in

                forms, examples = formats_in([texts], self.text)
                kept[index] = forms.get(0, PLAIN), examples.get(0, "")
        written: tuple[NumberFormat, str] = kept[index]
        return written

    def integers(self, index: int) -> Iterator[Any]:
        """A column's values as they stand in the file, where these may be whole numbers: arrays, or lists."""
        return iter(())

    def as_read(self, indices: Sequence[int]) -> list[str]:
        """What is to be said of how these columns' numbers are read. LosscliError where they may mean two."""
        examples: dict[NumberFormat, tuple[str, list[str]]] = {}
        for index in dict.fromkeys(indices):
            form, example = self.written(index)
            column = self.columns[index]
            refuse_doubt(f"{self.name}, column {shown(column)}", form)
            if example:
                examples.setdefault(form, (example, []))[1].append(column)
        return [
            f'{self.name}: "{shown(example)}" is read as {word(example, form):.15g} (in {listed(names)})'
            for form, (example, names) in examples.items()
        ]

    def without_marks(self, column: Any) -> Any:
        """An array with NaN for the numbers that --na says are missing; Labels as they are."""
        if not self._marks or isinstance(column, Labels):
            return column
        return np.where(np.isin(column, self._marks), np.nan, column)

    @cached_property
    def _marks(self) -> list[float]:
        marks = map(word, (self.text.na or "").split(","))
        return [mark for mark in marks if mark is not None and mark == mark]
