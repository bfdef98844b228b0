"""Tables of text as programs draw them, with lines between their cells and words below: made plain.

Markdown's, psql's, MySQL's, SQLite's, pandas's and Polars's; and a last row that is the total of the others.
"""

from __future__ import annotations

import csv
import math
import re
from typing import TYPE_CHECKING

from losscli.data.convert import word
from losscli.data.files import of_bytes
from losscli.data.words import quoted
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from losscli.data.files import File

_BORDER = re.compile(r"\s*[|+:]?\s*:?[-=]{2,}:?(?:\s*[|+]?\s*:?[-=]{2,}:?)*\s*[|+:]?\s*")
_BOX = re.compile("\\s*[\u250c\u251c\u2514\u255e\u256d\u2570][\u2500-\u257f]*\\s*")
_COUNT = re.compile(
    r"[(\[]?(\d+ rows?( x \d+ columns?| in set.*| affected| selected.*)?|shape: \(\d+, \d+\))[)\]]?\.?",
    re.IGNORECASE,
)
_SOURCE = re.compile(r'"?(data )?(sources?|notes?|quelle|fuente|copyright|©)\b ?[:(©]?.*', re.IGNORECASE)
_MEAN = re.compile("mean|average", re.IGNORECASE)
_TOTAL = re.compile(r'"?(grand |sub)?(totals?|sum|summe|gesamt|mean|average)"?:?', re.IGNORECASE)


def undrawn(file: File, head: str, last: str) -> tuple[File, str]:
    """The file without such lines, held here, and what is to be said of it; itself where there are none.

    `head` and `last` are the beginning of its text and its last line.
    """
    drawn = "\u2502" in head or any(map(_BORDER.fullmatch, head.splitlines()[:4]))
    below = any(form.fullmatch(last.strip()) for form in (_COUNT, _SOURCE))
    if not (drawn or below or _TOTAL.fullmatch(re.split(r"[,;\t|]", last)[0].strip())):
        return file, ""
    lines = file.whole_text().splitlines()
    said = []
    if drawn:
        lines = _cells(lines, file.name)
        said.append("its lines of dashes are left out")
    footer = _footer(lines)
    if footer:
        lines = lines[: -len(footer)]
        what = quoted(next(line for line in footer if line.strip()).strip())
        said.append(f"what stands below the table, {what}, is left out")
    lines, total = _without_total(lines)
    said += [total] if total else []
    plain = of_bytes(file.name, "\n".join([*lines, ""]).encode())
    return (plain, "; ".join(said)) if said else (file, "")


def _cells(lines: Sequence[str], name: str) -> list[str]:
    """The lines without those that are drawn, and without bars around them."""
    boxed = any("\u2502" in line for line in lines)
    kept = [line for line in lines if not _BORDER.fullmatch(line) and not _BOX.fullmatch(line)]
    if boxed:
        kept = [re.sub("[\u2502\u2506]", "|", line) for line in kept if "\u2502" in line]
        cut = next((line for line in kept if "\u2026" in re.split(r"[|\s]+", line)), None)
        if cut is not None:
            raise LosscliError(
                f"{name} is a print that leaves rows or columns out (…)",
                "write the table to a file: write_csv",
            )
        dashes = next((i for i, line in enumerate(kept) if set(line) <= set("|- ")), None)
        if dashes is not None:  # Polars's types stand below
            kept = kept[:dashes] + kept[dashes + 2 :]
    return [
        line.strip().removeprefix("|").removesuffix("|")
        if line.strip()[:1] == line.strip()[-1:] == "|"
        else line
        for line in kept
    ]


def _footer(lines: Sequence[str]) -> list[str]:
    """The lines below the table: counts of rows, sources and notes, blank ones before them."""
    below: list[str] = []
    for line in reversed(lines):
        text = line.strip()
        if text and not (_COUNT.fullmatch(text) or _SOURCE.fullmatch(text)):
            break
        below.insert(0, line)
    return below if any(line.strip() for line in below) else []


def _without_total(lines: list[str]) -> tuple[list[str], str]:
    """The lines without a last one that is the sum, or the mean, of a column above it."""
    while lines and not lines[-1].strip(" ,;\t|"):
        lines = lines[:-1]
    if len(lines) < 4:
        return lines, ""
    separator = max(",;\t|", key=lines[-1].count)
    rows = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=separator)]
    last = rows[-1]
    if not _TOTAL.fullmatch(last[0]):
        return lines, ""
    for i, cell in enumerate(last[1:], 1):
        values = [word(row[i]) for row in rows[1:-1] if len(row) > i]
        numbers = [value for value in values if value is not None and not math.isnan(value)]
        total = word(cell) if cell else None
        if total is None or math.isnan(total) or len(numbers) < 2:
            continue
        parts = len(numbers) if _MEAN.search(last[0]) else 1
        if math.isclose(total, math.fsum(numbers) / parts, rel_tol=1e-3):
            return lines[:-1], f"its last row, {quoted(last[0])}, sums up those above it, and is left out"
    return lines, f"its last row, {quoted(last[0])}, is read as a row"
