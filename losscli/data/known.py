"""The labels that a column was seen to hold, numbered by Polars, the same in all parts of a file."""

from __future__ import annotations

from threading import Lock
from typing import Any

import numpy as np

from losscli.batch import MISSING, Labels
from losscli.data.blocks import polars


class Known:
    """The labels of one column so far. Sent elsewhere, it begins anew.

    All parts' Labels share `names`, which grows: so their groups need not be matched label by label.
    """

    def __init__(self, column: str) -> None:
        self.column = column
        self.names: list[tuple[str, ...]] = []
        self._lock = Lock()
        self._none: Any = None  # a series without rows: Polars forgets its numbers with the last series

    def __reduce__(self) -> tuple[type[Known], tuple[str]]:
        return Known, (self.column,)

    def labels(self, texts: Any) -> Any:
        """A series of texts as Labels, which stand among a table's arrays."""
        pl = polars("reading labels")
        texts = texts.str.strip_chars().fill_null("")
        if (texts == "").any():
            texts = texts.replace("", MISSING)
        with self._lock:
            if self._none is None:
                self._none = pl.Series(dtype=pl.Categorical(pl.Categories.random("losscli")))
            codes = texts.cast(self._none.dtype).to_physical().to_numpy().astype(np.int64)
            new = np.flatnonzero(codes >= len(self.names))
            if new.size:
                seen, first = np.unique(codes[new], return_index=True)
                # Polars counts on from the last, so the new ones come in a row.
                assert seen[0] == len(self.names)
                self.names += [(name,) for name in texts.gather(new[first]).to_list()]
        return Labels((self.column,), codes, self.names)
