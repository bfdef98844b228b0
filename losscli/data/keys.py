"""Keys that join two files: where each stands, what has no partner, and keys that row by row disagree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from losscli.batch import MISSING
from losscli.classes.names import canonical
from losscli.data.words import counted, shown
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from losscli.batch import Batch, Labels
    from losscli.data.source import Source
    from losscli.data.tables import Table

    Key = tuple[str, ...]

FIRST = 5  # rows that a message names
EXAMPLES = 3  # keys that a message names
COMPARED = 1_000_000  # rows, of which a shared key is compared row by row


@dataclass(frozen=True, eq=False)
class Places:
    """The row, from 0, of each key of the truth, equal numbers and dates being one key."""

    rows: dict[Key, int]
    width: int

    @classmethod
    def of(cls, truth: str, batches: Sequence[Batch], width: int, *, drop: bool) -> Places:
        """LosscliError for a key that stands twice, or (unless `drop`) one that is missing."""
        rows: dict[Key, int] = {}
        at = 0
        for batch in batches:
            assert batch.by is not None
            keys = [_key(name[:width]) for name in batch.by.names]
            for code in batch.by.codes.tolist():
                key = keys[code]
                if key is None:
                    if not drop:
                        raise LosscliError(
                            f"{truth}, row {at + 1}: the key is missing",
                            "fill it in, or leave the row out (--missing drop)",
                        )
                elif (first := rows.setdefault(key, at)) != at:
                    raise LosscliError(
                        f"{truth}, row {at + 1}: the key {_written(batch.by.names[code])} stands in row "
                        f"{first + 1} too",
                        "each key has one y_true: name more columns in --key, or mend the file",
                    )
                at += 1
        return cls(rows, width)

    def find(self, by: Labels) -> NDArray[np.int64]:
        """The truth's row of each of a batch's rows, from 0; -1 where it has none."""
        used = np.unique(by.codes)
        row_of = np.full(len(by.names), -1)
        for code in used.tolist():
            key = _key(by.names[code][: self.width])
            row_of[code] = -1 if key is None else self.rows.get(key, -1)
        return np.asarray(row_of[by.codes])


def _key(name: Sequence[str]) -> Key | None:
    """A key as it is compared; None of one with a part that is missing."""
    return None if MISSING in name else tuple(map(canonical, name))


def _written(key: Sequence[str]) -> str:
    return shown(", ".join(key))


class _Lost:
    """Rows of one file whose key the other lacks: how many of how many, the first, and examples."""

    def __init__(self, file: str, other: str) -> None:
        self.file, self.other = file, other
        self.count = self.of = 0
        self.rows: list[int] = []
        self.keys: dict[str, None] = {}

    def add(self, row: int, key: Sequence[str]) -> None:
        if len(self.rows) < FIRST:
            self.rows.append(row)
        if len(self.keys) < EXAMPLES:
            self.keys[_written(key)] = None
        self.count += 1

    @property
    def words(self) -> str:
        rows = ", ".join(map(str, self.rows)) + (", …" if self.count > len(self.rows) else "")
        examples = ", ".join(self.keys) + (", …" if self.count > len(self.keys) else "")
        return (
            f"{self.file}: {self.count} of {counted(self.of, 'row')} with a key that {self.other} lacks, "
            f"as {examples} (row {rows})"
        )


def check_partners(
    predictions: str, truth: str, source: Source, truths: Iterable[Batch], places: Places, *, drop: bool
) -> str:
    """What is to be said of rows that have no partner; LosscliError unless they may be dropped.

    Also for a key that stands twice in the predictions, each row of which would be held to one y_true.
    """
    lost, alone = _Lost(predictions, truth), _Lost(truth, predictions)
    met: list[NDArray[np.int64]] = []
    groups: dict[Key, int] = {}
    pairs: list[NDArray[np.int64]] = []
    for batch in source():
        assert batch.by is not None
        matched = places.find(batch.by)
        for at in np.flatnonzero(matched < 0).tolist():
            lost.add(lost.of + at + 1, batch.by.names[batch.by.codes[at]][: places.width])
        lost.of += len(batch)
        met.append(matched)
        group = [groups.setdefault(tuple(name[places.width :]), len(groups)) for name in batch.by.names]
        pairs.append(np.array(group, np.int64)[batch.by.codes])
    rows = np.concatenate(met)
    _check_once(predictions, rows, np.concatenate(pairs), source, places)
    seen = np.zeros(max(places.rows.values(), default=0) + 1, bool)
    seen[rows[rows >= 0]] = True
    for batch in truths:
        assert batch.by is not None
        for code in batch.by.codes.tolist():
            name = batch.by.names[code][: places.width]
            if (key := _key(name)) is None or not seen[places.rows[key]]:
                alone.add(alone.of + 1, name)
            alone.of += 1
    if not lost.count and not alone.count:
        return ""
    said = "; ".join(side.words for side in (lost, alone) if side.count)
    if not seen.any():
        raise LosscliError(
            f"no key is in both files: {said}", _alike(lost, alone) or "name other columns: --key"
        )
    if not drop:
        raise LosscliError(said, _alike(lost, alone) or "--missing drop leaves rows without a partner out")
    return f"; without a partner: {counted(lost.count, 'row')} of {predictions}, {alone.count} of {truth}"


def _check_once(
    predictions: str,
    rows: NDArray[np.int64],
    groups: NDArray[np.int64],
    source: Source,
    places: Places,
) -> None:
    """LosscliError where two predictions of one group have one key."""
    pairs = np.where(rows < 0, -1 - np.arange(len(rows)), rows * (int(groups.max(initial=0)) + 1) + groups)
    order = np.argsort(pairs, kind="stable")
    again = np.flatnonzero(np.diff(pairs[order]) == 0) + 1
    if not again.size:
        return
    second = int(order[again].min())
    first = int(np.flatnonzero(pairs == pairs[second])[0])
    before = 0
    for batch in source():
        assert batch.by is not None
        if second < before + len(batch):
            key = _written(batch.by.names[batch.by.codes[second - before]][: places.width])
            raise LosscliError(
                f"{predictions}, row {second + 1}: the key {key} stands in row {first + 1} too "
                f"({counted(again.size, 'row')} in all whose key stood before)",
                "a key has one prediction: name the column that tells such rows apart in --by, or leave the "
                "others out",
            )
        before += len(batch)


def _alike(lost: _Lost, alone: _Lost) -> str | None:
    """What to do where two keys differ in their writing alone: 0001 and 1, AB and ab."""
    for one in lost.keys:
        for other in alone.keys:
            if _loose(one) == _loose(other):
                why = "in their case" if one.casefold() == other.casefold() else "in zeros before them"
                return (
                    f"{one} and {other} differ {why}, which may mean two things: write the key alike in both "
                    "files (in pandas, dtype=str keeps what is written)"
                )
    return None


def _loose(key: str) -> str:
    return ", ".join(part.lstrip("0") or "0" for part in key.casefold().split(", "))


class Disagreement(NamedTuple):
    """Columns that both files have, which could be a key, and which row by row are not the same."""

    columns: tuple[str, ...]
    differ: int
    rows: int
    row: int
    one: str
    other: str
    common: int

    @property
    def words(self) -> str:
        """`the column id differs in 3 of 3 rows (row 1: 3 and 1)`."""
        name = ", ".join(map(shown, self.columns))
        column = f"the column {name} differs" if len(self.columns) == 1 else f"the columns {name} differ"
        differ = f"{self.differ} of {counted(self.rows, 'row')}"
        return f"{column} in {differ} (row {self.row}: {self.one} and {self.other})"

    @property
    def option(self) -> str:
        """`--key id`."""
        return f"--key {','.join(map(shown, self.columns))}"


def disagreement(predictions: Table, truth: Table, taken: set[str]) -> Disagreement | None:
    """Whether two files that are joined row by row say of their rows, by a shared key, that they are others.

    A key is a column without repeats in the truth, or all shared columns together; `taken` are none. None
    where there is no such key, or one that agrees in every row.
    """
    shared = [
        name
        for name in truth.columns
        if name not in taken and truth.columns.count(name) == predictions.columns.count(name) == 1
    ]
    numbers: dict[str, dict[str, int]] = {name: {} for name in shared}
    columns = {name: codes for name in shared if (codes := _codes(truth, name, numbers[name])) is not None}
    keys: list[tuple[str, ...]] = [
        (name,) for name, codes in columns.items() if np.unique(codes).size == codes.size
    ]
    if not keys and len(columns) > 1:
        together = np.stack([*columns.values()], axis=1)
        keys = [tuple(columns)] if len(np.unique(together, axis=0)) == len(together) else []
    worst = None
    for key in keys:
        held = [_codes(predictions, name, numbers[name]) for name in key]
        if any(column is None for column in held):
            continue
        mine = np.stack([column for column in held if column is not None], axis=1)
        theirs = np.stack([columns[name] for name in key], axis=1)
        n = min(len(mine), len(theirs))
        differ = np.flatnonzero((mine[:n] != theirs[:n]).any(axis=1))
        if not differ.size and len(mine) == len(theirs):
            return None
        row = int(differ[0]) if differ.size else n - 1
        common = len({*map(tuple, mine.tolist())} & {*map(tuple, theirs.tolist())})
        if worst is None or common > worst.common:
            texts = [list(numbers[name]) for name in key]
            one, other = (
                _written([text[code] for text, code in zip(texts, row_codes, strict=True)])
                for row_codes in (mine[row].tolist(), theirs[row].tolist())
            )
            worst = Disagreement(key, differ.size, len(mine), row + 1, one, other, common)
    return worst


def _codes(table: Table, name: str, numbers: dict[str, int]) -> NDArray[np.int64] | None:
    """A number for each value of a column, the same for equal ones; None of a column of lists."""
    parts: list[NDArray[np.int64]] = []
    rows = 0
    try:
        for labels in table.labels(table.columns.index(name)):
            used = np.unique(labels.codes)
            code_of = np.zeros(len(labels.names), np.int64)
            for code in used.tolist():
                code_of[code] = numbers.setdefault(canonical(labels.names[code][0]), len(numbers))
            parts.append(code_of[labels.codes])
            rows += len(labels)
            if rows >= COMPARED:
                break
    except (LosscliError, TypeError):
        return None
    return np.concatenate(parts)[:COMPARED]
