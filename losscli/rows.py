"""Rows: what a command line, or anyone else, says of where the data is; Roles: what the losses take of it."""

from collections.abc import Sequence
from typing import NamedTuple


class TextOptions(NamedTuple):
    """What was said of how a table of text is written; None: nothing, so it is told by the text itself."""

    separator: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    encoding: str | None = None
    header: bool | None = None
    skip: int | None = None
    comment: str | None = None
    na: str | None = None


UNTOLD = TextOptions()


class Rows(NamedTuple):  # a dataclass takes eight times as long to make
    """Where the data is and which of its columns play which part, as it was written; None: it was not."""

    data: Sequence[str] | str | None = None
    true: str | None = None
    pred: str | None = None
    input_format: str | None = None
    table: str | None = None
    query: str | None = None
    weight: str | None = None
    by: str | None = None
    truth: str | None = None
    key: str | None = None
    separator: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    encoding: str | None = None
    header: bool | None = None
    skip: int | None = None
    comment: str | None = None
    na: str | None = None
    classes: str | None = None
    positive: str | None = None

    @property
    def text(self) -> TextOptions:
        """How text is written, as far as it was said."""
        return TextOptions(*(getattr(self, name) for name in TextOptions._fields))

    @property
    def text_options(self) -> dict[str, str]:
        """The options that say so, as they were written; "" behind one that takes no value."""
        written = {
            f"--{name}": str(value)
            for name, value in self.text._asdict().items()
            if value is not None and name != "header"
        }
        return written if self.header is None else {**written, f"--{'' if self.header else 'no-'}header": ""}

    @property
    def files(self) -> tuple[str, ...]:
        """The files, folders and patterns of DATA."""
        return (self.data,) if isinstance(self.data, str) else tuple(self.data or ())

    @property
    def named(self) -> bool:
        """Whether any rows are spoken of; a format, or how text is written, alone speaks of none."""
        how = ("input_format", "classes", "positive", *TextOptions._fields)
        return any(getattr(self, name) is not None for name in self._fields if name not in how)


class Roles(NamedTuple):
    """What the losses make of y_true and y_pred, as far as it decides how columns are read.

    `labels`: y_true is a class, which may have a name; `columns`: y_pred has a column for each class;
    `numbers`: so surely that the numbers in the columns' names count; `alike`: y_pred holds labels too;
    `equality`: of labels it matters only which are equal; `alone`: there is a truth alone; `probability`:
    y_pred is one; `let`: labels that are no class, which a loss leaves out; `parts`: so many vectors make a
    row of y_pred, which may come as so many arrays (0: they do not).
    """

    labels: bool = False
    columns: bool = False
    numbers: bool = False
    alike: bool = False
    equality: bool = False
    alone: bool = False
    probability: bool = False
    let: tuple[float | str, ...] = ()
    parts: int = 0
