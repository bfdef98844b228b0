"""Faults of cells that are no numbers, and of rows of another number of fields: the rest is judged."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

import numpy as np

from losscli.analysis.check.fault import CheckedData, Fault, Mask
from losscli.batch import Batch, UnreadCell
from losscli.errors import shown
from losscli.losses.domain import Array

IDS = ("no_number", "odd_rows")
_SHOWN = 3  # different texts that are quoted
_WORD = 20  # characters that a word for what is missing has at most
_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.*|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}.*|\d{1,2}:\d{2}.*")
_UNIT = re.compile(r"[-+]?[\d.,]+ *[^\W\d_%]+[/²³^0-9]*[^\W\d_]*")


def faults(case: CheckedData) -> Iterator[Fault]:
    """All faults of this kind."""
    kinds: dict[tuple[str, str], list[UnreadCell]] = {}
    for cell in case.unread:
        kinds.setdefault((cell.column or "", "" if cell.column is None else _kind(cell.text)), []).append(
            cell
        )
    for (column, kind), cells in kinds.items():
        rows = {cell.row for cell in cells}
        if not column:
            yield Fault(
                "odd_rows",
                "error",
                "Rows of another number of fields",
                f"{_texts(cells, str)}, so that nothing tells which cell is whose: compute refuses such "
                "rows, here they count as missing",
                cells[0].why.hint or "mend these lines",
                (),
                case.concerns(),
                _in(rows),
            )
            continue
        title, mend = _TOLD[kind]
        yield Fault(
            "no_number",
            "error",
            title,
            f"{_texts(cells)}: compute refuses such cells, here they count as missing and the rest is judged",
            _marks(cells) if kind == "word" else mend or cells[0].why.hint or "mend the cells",
            (column,),
            case.concerns(),
            _in(rows),
        )


_TOLD = {
    "word": ("Words in a column of numbers", ""),
    "date": (
        "Dates in a column of numbers",
        "mend the cells; look whether the cells of these rows have moved",
    ),
    "unit": ("Numbers with a unit", "write the number alone, in the unit of the other cells"),
    "number": ("Numbers that are written in another way", ""),
}


def _kind(text: str) -> str:
    text = text.strip()
    if _DATE.fullmatch(text):
        return "date"
    if _UNIT.fullmatch(text):
        return "unit"
    return "number" if any(map(str.isdigit, text)) and not any(map(str.isalpha, text)) else "word"


def _quoted(text: str) -> str:
    short = text if len(text) <= 2 * _WORD else f"{text[: 2 * _WORD]}…"
    return f'"{shown(short)}"'


def _texts(cells: Sequence[UnreadCell], quote: object = _quoted) -> str:
    """The different texts, the commonest first, with how often each stands there."""
    assert callable(quote)
    counts = Counter(cell.text.strip() for cell in cells).most_common()
    said = [f"{quote(text)}{f' ({n} times)' * (n > 1)}" for text, n in counts[:_SHOWN]]
    more = len(counts) - len(said)
    return ", ".join(said) + (f" and {more} more" if more else "")


def _marks(cells: Sequence[UnreadCell]) -> str:
    """The option that takes these words for missing, and what else there is to do."""
    words = list(dict.fromkeys(cell.text.strip() for cell in cells))
    them = "it stands for a missing value" if len(words) == 1 else "they stand for missing values"
    if len(words) > _SHOWN or any("," in word or len(word) > _WORD for word in words):
        return "mend the cells; or leave them empty, if there is no value"
    return f"if {them}: --na {shlex.quote(','.join(words))}, then --missing drop; else mend the cells"


def _in(rows: Collection[int]) -> Mask:
    wanted = np.array(sorted(rows))

    def where(batch: Batch) -> Array:
        return np.isin(np.arange(batch.first_row, batch.first_row + len(batch)), wanted)

    return where


def explained(case: CheckedData, batch: Batch) -> Array:
    """How many missing values of each row (n,) are cells that could not be read."""
    counts = Counter(cell.row for cell in case.unread if cell.column is not None)
    odd = {cell.row for cell in case.unread if cell.column is None}
    rows = range(batch.first_row, batch.first_row + len(batch))
    return np.array([np.inf if row in odd else counts.get(row, 0) for row in rows])


def unread_in(case: CheckedData, column: str) -> int:
    """How many cells of a column could not be read."""
    return sum(cell.column in (None, column) for cell in case.unread)
