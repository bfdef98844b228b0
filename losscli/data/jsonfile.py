"""Opening JSON: a file of one value, or of a value a line, whatever its extension says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from losscli.data.blocks import Odd, is_large
from losscli.data.jsontext import JsonLines, read_json

if TYPE_CHECKING:
    from losscli.data.files import File
    from losscli.data.tables import Table


def open_json(file: File) -> Table:
    """The table in a JSON file: an object of arrays, an array of objects, or what pandas makes of one."""
    if _is_lines(file):
        table = JsonLines(file)
        table.said = (f"{file.name} holds an object a line",)
        return table
    if file.plain and is_large(file):
        from losscli.data.jsonrows import JsonRows

        try:
            return JsonRows(file)
        except Odd:
            pass
    return read_json(file)


def _is_lines(file: File) -> bool:
    """Whether a file begins with a value on a line of its own and another below it."""
    first, _, rest = file.head(1 << 16).removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")
    if first[:1] not in (b"{", b"[") or rest.lstrip()[:1] != first[:1]:
        return False
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return False
    return True


def open_jsonl(file: File) -> Table:
    """The table in a file of an object a line; what is one array of objects is read as such."""
    if file.head(1 << 10).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"[" and not _is_lines(file):
        table = open_json(file)
        table.said = (f"{file.name} holds one array, and is read as JSON", *table.said)
        return table
    return JsonLines(file)
