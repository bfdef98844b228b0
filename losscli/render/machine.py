"""Records for programs: JSON, JSON lines, CSV and TSV. Every float round-trips."""

from __future__ import annotations

import json
import re
from io import StringIO
from typing import TYPE_CHECKING, Any

from losscli.render.pages import renderer
from losscli.render.text import clean

if TYPE_CHECKING:
    from losscli.render.pages import Shown

# Characters that JSON allows in strings but a terminal would obey, or that no encoding takes.
_UNSAFE = "[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"


def json_text(record: Shown, version: str | None) -> str:
    """The record as one JSON object, each of its keys and each entry of its lists on a line."""
    entries = _whole(record, version).items()
    fields = ",\n".join(f"  {dumped(key)}: {_spread(value)}" for key, value in entries)
    return f"{{\n{fields}\n}}\n"


def jsonl_text(record: Shown, version: str | None) -> str:
    """An object a line: a sample, a score of a comparison, a loss of a listing, or the explanation."""
    return "".join(dumped(entry) + "\n" for entry in _rows(record, version))


def csv_text(record: Shown, version: str | None, delimiter: str) -> str:
    """The same records under a header, nested values as JSON text; an explanation as keys and values."""
    rows = _rows(record, version)
    if renderer(record).upright:
        rows = [{"key": key, "value": value} for row in rows for key, value in row.items()]
    import csv

    out = StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    if rows:
        writer.writerow(rows[0])
    writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return out.getvalue()


def _whole(record: Shown, version: str | None) -> dict[str, Any]:
    made: dict[str, Any] = renderer(record).module.json_object(record)
    return {**made, "version": made.get("version", version)}


def _rows(record: Shown, version: str | None) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] | None = renderer(record).module.records(record)
    return [_whole(record, version)] if made is None else made


def dumped(value: Any) -> str:
    """`value`, made of JSON's types, as JSON on one line."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if text.isascii() and "\x7f" not in text:
        return text
    return re.sub(_UNSAFE, lambda match: f"\\u{ord(match[0]):04x}", text)


def _spread(value: Any) -> str:
    """A list of objects with each on its own line; anything else on one."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(f"    {dumped(entry)}" for entry in value) + "\n  ]"
    return dumped(value)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return clean(value)
    return repr(value) if isinstance(value, float) else dumped(value)
