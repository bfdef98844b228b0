"""Where a table begins among rows of cells: titles above it, its header of one line or more, or none."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from losscli.data.convert import BOOLEANS, word
from losscli.data.dialect import NUMBERED
from losscli.data.numbers import MARKS, is_mark, is_number
from losscli.data.printed import is_list
from losscli.data.words import listed, shown
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    Filled = list[tuple[int, list[str]]]

HEADERS = 3  # lines that a header may have
SAMPLE = 200  # rows that tell whether a column holds numbers


class TextLayout(NamedTuple):
    """Where a table stands in rows of cells.

    The columns' `names` stand in rows `start` to `body` (from 0), where the values begin; `after` empty
    fields end each row behind the last column. `said` is what is to be told of it. `numeric` columns hold
    numbers, and `fits` is the share of rows that have all columns. `named`: there is a header.
    """

    names: tuple[str, ...]
    start: int
    body: int
    after: int
    said: tuple[str, ...]
    numeric: int
    fits: float
    named: bool


def lay_out(
    rows: Sequence[Sequence[str]], name: str, header: bool | None = None, likely: Collection[str] = ()
) -> TextLayout | None:
    """The layout of the table in these rows, the first ones of the table `name`; None where none is filled.

    `header` is what was said of a header; of two lines of names, one with `likely` names is taken.
    LosscliError where a first line may as well be a header as a row.
    """
    filled = [(i, [cell.strip() for cell in row]) for i, row in enumerate(rows)]
    filled = [(i, row) for i, row in filled if any(row)]
    if not filled:
        return None
    said: list[str] = []
    widths = Counter(len(row) for _, row in filled)
    width = max(widths, key=lambda each: (widths[each], each))
    after = _trailing(filled, width)
    if after:
        width -= after
        filled = [(i, row[:width] if len(row) == width + 1 else row) for i, row in filled]
        said.append("each row ends with a separator, behind which is no column")
    filled = [(i, row[:-1] if len(row) == width + 1 and not row[-1] else row) for i, row in filled]
    if _name_rows(filled, width):
        said.append("the header does not name the first column: it holds the rows' names")
    fitting = [(i, row) for i, row in filled if len(row) == width]
    numeric = _numeric([row for _, row in fitting], width)
    lines = _header_lines(fitting, numeric)
    if header is True and not lines:
        lines = fitting[:1]
    elif header is None and not lines:
        lines = fitting[:1] if _names_columns(fitting, numeric, name) else []
    elif header is False:
        lines = []
    if lines:
        names, sentence = _names([row for _, row in lines], likely)
        start, body = lines[0][0], lines[-1][0] + 1
    else:
        names, sentence = [str(i + 1) for i in range(width)], ""
        # What holds numbers is no title, but a row that lacks a cell or has one more.
        whole = header is False or all(map(is_number, filter(None, filled[0][1])))
        start = body = filled[0][0] if whole else fitting[0][0]
        if header is None:
            sentence = NUMBERED
    if sentence:
        said.insert(0, sentence)
    if titles := [row for i, row in filled if i < start]:
        text = shown(next(cell for cell in titles[0] if cell))
        more = (
            f" and {len(titles) - 1} more above the table are" if len(titles) > 1 else " above the table is"
        )
        said.insert(0, f'the title "{text[:40]}"{more} left out')
    at = next(k for k, (i, _) in enumerate(filled) if i >= start)
    fits = sum(len(row) == width for _, row in filled[at:]) / len(filled[at:])
    return TextLayout(tuple(names), start, body, after, tuple(said), len(numeric), fits, bool(lines))


def _trailing(filled: Filled, width: int) -> int:
    """How many empty fields end each row that the header does not have."""
    full = [row for _, row in filled if len(row) == width]
    shorter = any(len(row) == width - 1 for _, row in filled)
    return int(width > 1 and shorter and not any(row[-1] for row in full))


def _name_rows(filled: Filled, width: int) -> bool:
    """Whether the header lacks a name, as R's does, whose rows begin with their names; it then gets ""."""
    first = next(k for k, (_, row) in enumerate(filled) if len(row) == width)
    above = filled[first - 1][1] if first else []
    if len(above) != width - 1 or not all(above) or any(map(is_number, above)):
        return False
    names = [row[0] for _, row in filled[first:] if len(row) == width]
    whole = [int(name) if name.isdecimal() else None for name in names]
    counted = whole[0] in (0, 1) and whole == list(range(whole[0], whole[0] + len(names)))
    if not counted and any(map(is_number, names)):
        return False
    above.insert(0, "")
    return True


def _numeric(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """The columns of which at least half of the lower rows hold numbers, or lists of them."""
    lower = rows[len(rows) // 2 :][:SAMPLE]
    kinds = [[_kind(row[j]) for row in lower] for j in range(width)]
    return [j for j, kind in enumerate(kinds) if kind.count("number") >= max(1, kind.count("text"))]


def _kind(cell: str, marks: bool = True) -> str:
    """What a cell holds: a number (or several), text, or nothing, as - and ? (`marks`) say too."""
    if cell.lower() in BOOLEANS or is_list(cell):
        return "number"
    value = word(cell)
    if value is not None:
        return "number" if value == value or cell.lower() == "nan" else "nothing"
    if is_number(cell):
        return "number"
    return "nothing" if marks and (is_mark(cell) or cell.lower() in MARKS) else "text"


def _header_lines(fitting: Filled, numeric: Sequence[int]) -> Filled:
    """The rows that name columns: text alone stands in them over columns of numbers."""
    if not numeric:
        return [max(fitting[:HEADERS], key=lambda line: sum(map(bool, line[1])))]
    lines: Filled = []
    last = fitting[-1][1]
    for i, row in fitting:
        # "true" is a column's name, unless a boolean stands below it.
        kinds = {
            "text"
            if row[j].lower() in BOOLEANS and last[j].lower() not in BOOLEANS
            else _kind(row[j], marks=bool(lines))
            for j in numeric
        }
        if "text" in kinds and not ("number" in kinds and lines):
            lines.append((i, row))
        if "number" in kinds or (lines and "text" not in kinds) or any(row[j] for j in numeric if not lines):
            break
    most = max((sum(map(bool, row)) for _, row in lines), default=0)
    whole = [k for k, (_, row) in enumerate(lines) if sum(map(bool, row)) >= most - (not row[0])]
    return lines[whole[0] :][:HEADERS] if whole else []


def _names_columns(fitting: Filled, numeric: Sequence[int], name: str) -> bool:
    """Whether a first line that has numbers over numbers names the columns; LosscliError where it may."""
    first, below = fitting[0][1], [row for _, row in fitting[1:]]
    counting = [str(i) for i in range(len(first))]
    if not first[0] and first[1:] == counting[:-1] and len(first) > 1:
        return True  # pandas's columns without names, beside its index
    texts = [j for j in range(len(first)) if j not in numeric and first[j]]
    if len(first) == 1:
        # pandas names the column of a Series 0; a column of integers may begin so too.
        asked = first == counting and below and not any(row[0].isdecimal() for row in below)
        if not asked:
            return False
    elif first != counting and all(_alike(first[j], [row[j] for row in below]) for j in texts):
        return False
    raise LosscliError(
        f"{name}: its first line ({listed(first)}) may name the columns, or be the first row",
        "say which: --header or --no-header",
    )


def _alike(cell: str, below: Sequence[str]) -> bool:
    """Whether a cell is written as those below are: the same word, or digits and signs in the same places."""
    shape = _shape(cell)
    return cell in below or ("9" in shape and shape in {_shape(other) for other in below})


def _shape(cell: str) -> str:
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "9", cell))


def _names(lines: Sequence[Sequence[str]], likely: Collection[str]) -> tuple[list[str], str]:
    """The names that the lines of a header give, and what is to be said of it."""
    first, *others = (list(line) for line in lines)
    if not others:
        return first, ""
    common = [{cell.casefold() for cell in line} & {*likely} for line in lines]
    rest = "; ".join(listed(line) for line in others)
    if common[-1] and not common[0]:
        return others[-1], f"of {len(lines)} header lines the last names the columns"
    if len({*first}) == len(first):
        return first, f"the second header line ({rest}) is left out"
    names = ["_".join(dict.fromkeys(filter(None, cells))) for cells in zip(*lines, strict=True)]
    return names, f"{len(lines)} header lines are joined into the columns' names ({listed(names)})"
