"""Several files as one table: a folder, a pattern, and the labels in the names of folders (region=north)."""

from __future__ import annotations

import glob
import os
import re
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import numpy as np

from losscli.batch import Chunk
from losscli.data.convert import from_texts, labels
from losscli.data.files import REMOTE
from losscli.data.formats import EXTENSIONS, FORMATS
from losscli.data.roundings import of_files
from losscli.data.selection import Selection, there_are
from losscli.data.source import Source
from losscli.data.tables import Pick, Table
from losscli.data.unpack import inner
from losscli.data.words import counted, shown
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from losscli.batch import Array, Batch
    from losscli.data.blocks import Part
    from losscli.data.formats import FileFormat
    from losscli.data.numbers import NumberFormat
    from losscli.data.tables import Cells

_ENDINGS = [form.endings[0][1:] for form in FORMATS.values() if form.in_folders]
LONGEST_PATH = 4096  # letters: a pattern that is longer matches nothing, and takes a minute to
FEW = 3  # files of which it is said how they are written
NO_LABEL = "__HIVE_DEFAULT_PARTITION__"


def expanded(path: str) -> list[str] | None:
    """The files that a folder or a pattern stands for, by their names; None of any other path."""
    if path == "-" or REMOTE.match(path) or len(path) > LONGEST_PATH:
        return None
    try:
        if os.path.isdir(path):
            files = sorted(_files_in(path))
            if not files:
                raise LosscliError(
                    f"{shown(path)}: the folder holds no file of a known format",
                    f"its files are told by their endings: {', '.join(_ENDINGS)}",
                )
            forms = sorted({form.name for file in files if (form := _form(file))})
            if len(forms) > 1:
                one = "*" + os.path.splitext(inner(files[0]))[1]
                raise LosscliError(
                    f"{shown(path)}: the folder holds files of several formats ({', '.join(forms)})",
                    f"name those that are meant: '{shown(os.path.join(path, one))}'",
                )
            return files
        if not glob.has_magic(path) or os.path.exists(path):
            return None
        files = sorted(file for file in glob.glob(path, recursive=True) if os.path.isfile(file))
    except ValueError:  # a NUL in the path
        return None
    if not files:
        raise LosscliError(f"{shown(path)}: no file has such a name", "look at the pattern with ls")
    return files


def _files_in(folder: str) -> Iterator[str]:
    for where, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name[0] not in "._"]
        for name in names:
            path = os.path.join(where, name)
            if name[0] not in "._~" and _form(path) is not None:
                yield path


def _form(path: str) -> FileFormat | None:
    """The format of one of a folder's files; None of what is no table, or often lies beside tables."""
    form = EXTENSIONS.get(os.path.splitext(inner(path))[1].lower())
    return form if form and form.in_folders else None


class Many(Table):
    """Files with the same columns, one after the other. The columns are chosen in the first."""

    def __init__(self, name: str, tables: Sequence[Table]) -> None:
        self.tables = tables
        super().__init__(name, tables[0].columns)

    @classmethod
    def open(cls, name: str, paths: Sequence[str], opened: Callable[[str], Table]) -> Many:
        return cls(name, [_partitioned(opened(path), path) for path in paths])

    def in_full(self) -> Table:
        full = [table.in_full() for table in self.tables]
        same = all(one is other for one, other in zip(full, self.tables, strict=True))
        return self if same else Many(self.name, full)

    def selection(
        self,
        true: str | None,
        pred: str | None,
        weight: str | None,
        by: str | None = None,
        *,
        truth: bool,
        models: bool,
    ) -> Selection:
        """The columns, as they are chosen in the first file."""
        return self.tables[0].selection(true, pred, weight, by, truth=truth, models=models)

    def source(self, selection: Selection) -> Source:
        """The files' rows. LosscliError, naming the file, where one lacks a column."""
        first = self.tables[0]
        sources = [table.source(_same(selection, first, table)) for table in self.tables]
        sizes = [source.size for source in sources]
        said = f"{self.name} is {counted(len(sources), 'file')}, read one after the other"
        return Source(
            self.name,
            tuple(selection.models),
            (said, *_as_read(sources), *selection.chosen),
            partial(_batches, sources),
            partial(_chunks, sources),
            None if None in sizes else sum(size for size in sizes if size is not None),
            classes=selection.classes,
            shapes=sources[0].shapes if len({source.shapes for source in sources}) == 1 else None,
            names=self.names(selection),
            integers=partial(of_files, sources),
            files=[file for source in sources for file in source.files],
        )

    def first_values(self, index: int) -> Iterable[str]:
        return self.tables[0].first_values(index)

    def read(self, picks: Sequence[Pick], rows: int) -> Iterator[list[Array]]:
        for table in self.tables:
            own = [replace(pick, index=_index(pick.index, self.tables[0], table)) for pick in picks]
            yield from table.read(own, rows)


def _as_read(sources: Sequence[Source]) -> list[str]:
    """What is to be said of how the files are read: of the first, and of those not written as it is."""

    def way(source: Source) -> list[str]:
        sentences = (sentence.replace(source.name or "", "", 1) for sentence in source.chosen)
        return [re.sub('".*?" is read as [^ ]+', "", sentence) for sentence in sentences]

    first, *others = sources
    unlike = [source for source in others if way(source) != way(first)]
    said = [sentence for source in (first, *unlike[:FEW]) for sentence in source.chosen]
    rest = len(unlike) - FEW
    return [*said, f"{counted(rest, 'more file')} are not written as the first is"] if rest > 0 else said


def _batches(sources: Sequence[Source], rows: int) -> Iterator[Batch]:
    """The files' batches, their rows numbered through."""
    before = 0
    for source in sources:
        done = 0
        for batch in source.batches(rows):
            done += len(batch)
            origin = batch.origin._replace(before=before)
            yield replace(batch, first_row=batch.first_row + before, origin=origin)
        before += done


def _chunks(sources: Sequence[Source]) -> Iterator[Chunk]:
    for number, source in enumerate(sources):
        chunks = source.chunks()
        first = next(chunks, None)
        if first is not None and first.light:
            yield from (of_file(chunk, number) for chunk in chain([first], chunks))
        else:  # chunks that hold their rows: the file is read where its one chunk is
            yield of_file(Chunk(source, size=source.size or 0), number)


def of_file(chunk: Chunk, number: int) -> Chunk:
    """A chunk of one of several files: it numbers its rows from 1, for it does not know what is before it."""
    start = (number << 40) + chunk.start
    return replace(chunk, read=partial(_from_one, chunk), relative=True, several=True, start=start)


def _from_one(chunk: Chunk) -> Iterator[Batch]:
    done = 0
    for batch in chunk():
        yield replace(batch, first_row=done + 1)
        done += len(batch)


def _same(chosen: Selection, first: Table, table: Table) -> Selection:
    """The same columns by name in another file."""

    def indices(columns: Sequence[int]) -> tuple[int, ...]:
        return tuple(_index(i, first, table) for i in columns)

    models = {model: indices(columns) for model, columns in chosen.models.items()}
    weight = None if chosen.weight is None else indices([chosen.weight])[0]
    return chosen._replace(
        true=indices(chosen.true), models=models, weight=weight, chosen=(), by=indices(chosen.by)
    )


def _index(index: int, first: Table, table: Table) -> int:
    """The column of `table` that is the column `index` of the first file."""
    if table.columns == first.columns:
        return index
    name = first.columns[index]
    times = table.columns.count(name)
    if times == 1:
        return table.columns.index(name)
    what = f"has no column {shown(name)}" if not times else f"has the column {shown(name)} {times} times"
    raise LosscliError(f"{table.name} {what}, which {first.name} has", there_are(table.columns))


def _partitioned(table: Table, path: str) -> Table:
    """The table, and a column for each folder above it that is named key=label, if it has none."""
    keys = {}
    for folder in os.path.dirname(path).split(os.sep):
        key, equals, label = folder.partition("=")
        if key and equals and unquote(key) not in table.columns:
            keys[unquote(key)] = "" if label == NO_LABEL else unquote(label)
    return Partitioned(table, keys) if keys else table


class Partitioned(Table):
    """A table with columns of one value each, after its own."""

    def __init__(self, table: Table, values: dict[str, str]) -> None:
        super().__init__(table.name, (*table.columns, *values))
        self.said, self.text = table.said, table.text
        self._table = table
        if (file := getattr(table, "_file", None)) is not None:
            self._file = file
        self._all = values
        self._values = tuple(values.values())

    def in_full(self) -> Table:
        full = self._table.in_full()
        return self if full is self._table else Partitioned(full, self._all)

    @property
    def size(self) -> int | None:
        return self._table.size

    def first_values(self, index: int) -> Iterable[str]:
        own = len(self._table.columns)
        return self._table.first_values(index) if index < own else [self._values[index - own]]

    def integers(self, index: int) -> Iterator[Any]:
        own = len(self._table.columns)
        return self._table.integers(index) if index < own else iter(([self._values[index - own]],))

    def read(self, picks: Sequence[Pick], rows: int) -> Iterator[list[Array]]:
        for arrays in self._table.read(self._own(picks), rows):
            yield self._filled(picks, arrays)

    def single(self, index: int) -> bool:
        return index >= len(self._table.columns) or self._table.single(index)

    def written(self, index: int) -> tuple[NumberFormat, str]:
        own = index < len(self._table.columns)
        return self._table.written(index) if own else super().written(index)

    def cells(self, rows: Sequence[int]) -> dict[int, Cells]:
        of_all = self.named([""] * len(self._table.columns) + list(self._values))[len(self._table.columns) :]
        return {row: (*cells, *of_all) for row, cells in self._table.cells(rows).items()}

    def parts(self, picks: Sequence[Pick]) -> Iterator[Part] | None:
        return self._table.parts(self._own(picks))

    def read_part(self, picks: Sequence[Pick], part: Part) -> list[Array]:
        return self._filled(picks, self._table.read_part(self._own(picks), part))

    def _own(self, picks: Sequence[Pick]) -> list[Pick]:
        own = [pick for pick in picks if pick.index < len(self._table.columns)]
        if not own:
            raise LosscliError(
                f"{self.name}: {shown(self.columns[picks[0].index])} is a folder's name, one for all rows",
                f"choose a column with {picks[0].option} ({there_are(self._table.columns)})",
            )
        return own

    def _filled(self, picks: Sequence[Pick], arrays: Sequence[Array]) -> list[Array]:
        read, n = iter(arrays), len(arrays[0])
        return [
            next(read) if pick.index < len(self._table.columns) else self._constant(pick, n) for pick in picks
        ]

    def _constant(self, pick: Pick, n: int) -> Any:
        text = self._values[pick.index - len(self._table.columns)]
        place = self.place(pick)
        if pick.label:
            one = labels([text], place)
            return one[np.zeros(n, np.int64)]
        return np.full(n, from_texts([text], place)[0])
