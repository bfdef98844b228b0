"""Rows: what a command line, or anyone else, says of where the data is."""

from collections.abc import Sequence
from typing import NamedTuple


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

    @property
    def files(self) -> tuple[str, ...]:
        """The files, folders and patterns of DATA."""
        return (self.data,) if isinstance(self.data, str) else tuple(self.data or ())

    @property
    def named(self) -> bool:
        """Whether any rows are spoken of; a format alone speaks of none."""
        return any(text is not None for text in self._replace(input_format=None))
