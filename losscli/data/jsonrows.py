"""A large JSON array of objects: cut between its objects and parsed by Polars, as lines are."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from losscli.data.arraytable import texts_in
from losscli.data.blocks import BLOCK, Odd, Part, import_arrow
from losscli.data.jsonshapes import flat
from losscli.data.tables import FIRST_ROWS, Pick, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from losscli.batch import Array
    from losscli.data.files import File
    from losscli.data.tables import Cells

BETWEEN = re.compile(rb"\}(\s*,\s*)\{")
WINDOW = 1 << 16


class JsonRows(Table):
    """An array of objects, one like the other. What is not so is read by the reader of any JSON file.

    An object that is cut in two (the text between two objects also stands inside of one) is no JSON on
    either side; so a wrong cut cannot pass.
    """

    def __init__(self, file: File) -> None:
        self._file = file
        head = file.head(WINDOW).removeprefix(b"\xef\xbb\xbf")
        gaps = list(BETWEEN.finditer(head))
        if not head.lstrip().startswith(b"[") or not gaps:
            raise Odd("no array of objects")
        self._between = gaps[0].group(1)
        try:
            records = json.loads(head[: gaps[-1].start() + 1].decode() + "]")
        except (ValueError, RecursionError):
            raise Odd("the first objects are odd") from None
        if any(flat(record) is not record for record in records):
            raise Odd("records in records")
        self._first = records[:FIRST_ROWS]
        super().__init__(file.name, list(dict.fromkeys(key for record in records for key in record)))

    def first_values(self, index: int) -> list[str]:
        values = (record.get(self.columns[index]) for record in self._first)
        return [value for value in values if isinstance(value, str)]

    def in_full(self) -> Table:
        return self._any()

    def read(self, picks: Sequence[Pick], rows: int) -> Iterator[list[Array]]:
        return self.read_in_parts(self.parts(picks), picks, rows, self._read_whole)

    @property
    def size(self) -> int | None:
        return self._file.unpacked

    def cells(self, rows: Sequence[int]) -> dict[int, Cells]:
        return self._any().cells(rows)

    def parts(self, picks: Sequence[Pick]) -> Iterator[Part] | None:
        # Of numbers as labels, Polars does not tell how they are written.
        return None if any(pick.label for pick in picks) else self._cut()

    def _cut(self) -> Iterator[Part]:
        import_arrow()
        start, size = 0, self._file.size
        with self._file.open() as stream:
            while start < size:
                stop = start + BLOCK
                stream.seek(stop)
                while (window := stream.read(WINDOW)) and (
                    at := window.find(b"}" + self._between + b"{")
                ) < 0:
                    # What stands between two objects may lie across the end of the window.
                    stop += len(window) - len(self._between) - 2
                    stream.seek(stop)
                    if len(window) < WINDOW:
                        window = b""
                        break
                stop = stop + at + 1 if window else size
                yield Part(start, stop)
                start = stop

    def read_part(self, picks: Sequence[Pick], part: Part) -> list[Array]:
        from losscli.data.quick import parse_lines

        data = part.read(self._file)
        before = b","
        if part.start == 0:
            data, before = data.removeprefix(b"\xef\xbb\xbf"), b"["
        data = data.strip()
        after = b"]" if part.stop == self._file.size else b""
        if not (data.startswith(before) and data.endswith(after)):
            raise Odd("the array does not begin or end")
        data = data[1 : len(data) - len(after)].strip()
        return parse_lines(data, [self.columns[pick.index] for pick in picks], self._between)

    def _read_whole(self, picks: Sequence[Pick], rows: int) -> Iterator[list[Array]]:
        table = self._any()
        columns = [table.columns.index(self.columns[pick.index]) for pick in picks]
        same = [replace(pick, index=index) for pick, index in zip(picks, columns, strict=True)]
        yield from table.read(same, rows)

    def texts(self, index: int) -> Sequence[str]:
        return texts_in([record.get(self.columns[index]) for record in self._first])

    def integers(self, index: int) -> Iterator[Any]:
        # What is read by the part holds numbers alone: they are those behind the key.
        written = re.compile(rf"{re.escape(json.dumps(self.columns[index]))}\s*:\s*([^\s,}}]+)")
        return (written.findall(part.read(self._file).decode()) for part in self._cut())

    def _any(self) -> Table:
        from losscli.data.jsontext import read_json

        table = read_json(self._file)
        table.text = self.text
        return table
