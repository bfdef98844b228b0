"""What a text means as a number: marks of decimals and thousands, percent, currency, brackets."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from losscli.data.words import quoted
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Sequence

MINUS = dict.fromkeys(map(ord, "\u2212\u2010\u2011\u2012\u2013\ufe63\uff0d"), "-")  # as typesetters write it
# What groups digits and can be nothing else: blanks of any width, apostrophes.
GROUPING = {**dict.fromkeys(map(ord, "\u00a0\u202f\u2009\u2007"), " "), ord("\u2019"): "'"}
_CODES = "USD EUR GBP CHF JPY CNY INR KRW CAD AUD NZD SEK NOK DKK PLN CZK HUF RUB TRY BRL MXN ZAR SGD HKD"
_CURRENCY = rf"(?:[A-Z]{{0,2}}[$€£¥₹₽₩₺₪₫₱₦฿]|(?:{_CODES.replace(' ', '|')}|kr|zł|Kč|Fr\.?)(?![a-z]))"


class NumberFormat(NamedTuple):
    """How the numbers of a column are written.

    `thousands` groups digits beside blanks and apostrophes, which always may. `percent` cells are divided by
    100. `na` are further words for what is missing, in lower case. A cell of `lists` holds several numbers.
    `doubt` is a cell that may mean two numbers, where nothing tells which.
    """

    decimal: str = "."
    thousands: str = ""
    percent: bool = False
    currency: str = ""
    na: frozenset[str] = frozenset()
    lists: bool = False
    doubt: str = ""


PLAIN = NumberFormat()


class WrittenNumber(NamedTuple):
    """A number as it stands in a cell: its value without the percent sign's division, and its signs."""

    value: float
    hundredth: float
    percent: bool
    currency: str


def written(text: str, decimal: str, thousands: str) -> WrittenNumber | None:
    """The number of a text with these marks; None where it has none."""
    if text.isalpha():  # a word, as most texts are, needs no closer look
        return None
    if decimal == "." and text.replace(".", "", 1).isdigit() and text.isascii():  # plain: two conversions
        return WrittenNumber(float(text), float(f"{text}e-2"), False, "")
    cell = _cell().fullmatch(text.strip().translate(MINUS).translate(GROUPING))
    if cell is None or (cell["open"] is None) != (cell["close"] is None):
        return None
    signs = [sign for sign in (cell["open"], cell["sign"], cell["second"], cell["behind"]) if sign]
    body = cell["body"].strip()
    if cell["power"] and not body.replace(decimal, "").isdigit():  # nobody groups digits before a power
        return None
    if len(signs) > 1 or (cell["before"] and cell["after"]) or not _body(decimal, thousands).fullmatch(body):
        return None
    digits = body.translate({ord(mark): "" for mark in f"{thousands} '"}).replace(decimal, ".")
    minus = "-" if signs and signs[0] != "+" else ""
    power = int((cell["power"] or "e0")[1:])
    currency = cell["before"] or cell["after"] or ""
    of_power = [float(f"{minus}{digits}e{power - less}") for less in (0, 2)]
    return WrittenNumber(of_power[0], of_power[1], cell["percent"] is not None, currency)


@cache
def _cell() -> re.Pattern[str]:
    """A number with all that may stand around it. It takes 8 ms to compile, so plain tables do without."""
    return re.compile(
        rf"(?P<open>\()?\s*(?P<sign>[-+]?)\s*(?P<before>{_CURRENCY})?\s*(?P<second>[-+]?)\s*"
        rf"(?P<body>[0-9.,][0-9.,' ]*?)(?P<power>[eE][-+]?[0-9]+)?\s*"
        rf"(?P<after>{_CURRENCY})?\s*(?P<percent>%)?\s*(?P<close>\))?(?P<behind>-)?"
    )


@cache
def _body(decimal: str, thousands: str) -> re.Pattern[str]:
    """Digits with a mark of decimals, in groups of three (or of two before the last, as in India)."""
    mark, groups = re.escape(decimal), f"[{re.escape(thousands)} ']"
    grouped = rf"[1-9][0-9]{{0,2}}(?P<group>{groups})[0-9]{{3}}(?:(?P=group)[0-9]{{3}})*"
    if thousands == ",":
        grouped += "|[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}"
    return re.compile(rf"(?:{grouped}|[0-9]+)(?:{mark}[0-9]*)?|{mark}[0-9]+")


def number(text: str, form: NumberFormat) -> float | None:
    """The number that a text stands for in a column of this format; None where it is none."""
    cell = written(text, form.decimal, form.thousands)
    if cell is None or (cell.currency and cell.currency != form.currency):
        return None
    if form.percent:
        return cell.hundredth if cell.percent or cell.value == 0 else None
    return None if cell.percent else cell.value


def is_number(text: str) -> bool:
    """Whether a text is a number in any format."""
    text = text.strip()
    return "_" not in text and (
        _is_float(text) or any(written(text, decimal, other) for decimal, other in (".,", ",."))
    )


def advice(text: str, form: NumberFormat) -> str | None:
    """What to do about a cell that is no number in its column's format, where that can be told."""
    text = text.strip()
    if form.percent and _is_float(text):
        return "other cells of the column have a percent sign: write all with it, or none"
    for decimal, thousands in (".,", ",."):
        cell = written(text, decimal, thousands)
        if cell is None:
            continue
        if cell.percent and not form.percent:
            return "the cells before have no percent sign: write all with it, or none"
        if cell.currency != form.currency:
            return "the cells before are in another currency, or in none: write all of them in one"
        return "say which mark is which: --decimal , or --thousands ,"
    if 0 < len(text) < 12 and (is_mark(text) or text.lower() in MARKS):
        quotes = "" if text.isalnum() else "'"
        return f"if it stands for a missing value: --na {quotes}{text}{quotes}"
    return None


# Words and signs that people write for what is missing, and that are read so only where --na says it.
MARKS = frozenset({"n.a.", "n.a", "missing", "unknown", "undefined", "nil", "void", "\\n", "tbd"})


def is_mark(text: str) -> bool:
    """Whether a text has neither letter nor digit, as - and ? have none."""
    return not any(character.isalnum() for character in text)


def check_marks(decimal: str | None, thousands: str | None) -> None:
    """LosscliError where --decimal or --thousands name what is no such mark, or the same one."""
    marks = (
        ("--decimal", decimal, ".,", "a point or a comma"),
        ("--thousands", thousands, ".,' ", "a comma, a point, a blank or '"),
    )
    for option, mark, known, words in marks:
        if mark is not None and (len(mark) != 1 or mark.translate(GROUPING) not in known):
            raise LosscliError(f"{option} {quoted(mark)} is no such mark", f"give {words}")
    if decimal is not None and decimal == thousands:
        raise LosscliError("--decimal and --thousands name one mark", "leave one of them out")


def formats_of(
    columns: Sequence[Sequence[str]],
    decimal: str | None,
    thousands: str | None,
    separator: str,
    na: frozenset[str] = frozenset(),
) -> list[NumberFormat]:
    """The format of each column, of which these are cells (missing ones left out).

    `decimal` and `thousands` are what was said of them. Where a column could be read in two ways, the others
    tell; if they do not, it is in doubt. A point alone is in doubt only beside semicolons, where
    commas may be decimal marks.
    """
    ways = [
        way
        for way in (".,", ",.")
        if decimal in (None, way[0]) and (thousands is None or thousands.translate(GROUPING) in f"{way[1]} '")
    ]
    seen = [_CellTexts(column, ways) for column in columns]
    sure = {column.way for column in seen if column.way}
    return [column.format(sure, separator, na) for column in seen]


class _CellTexts:
    """What a column's cells say of how its numbers are written."""

    def __init__(self, cells: Sequence[str], ways: Sequence[str]) -> None:
        self.ways = ways
        read = [(cell, [written(cell, *way) for way in ways]) for cell in cells if not _is_whole(cell)]
        self.numbers = [(cell, each) for cell, each in read if any(each)]
        only = {
            way: sum(each[i] is not None and each.count(None) == len(ways) - 1 for _, each in self.numbers)
            for i, way in enumerate(ways)
        }
        self.way = max(only, key=lambda way: only[way]) if any(only.values()) else ""
        # Of one that can be read in both ways, the values differ.
        self.twofold = [
            cell for cell, each in self.numbers if all(each) and len({w.value for w in each if w}) > 1
        ]

    def format(self, sure: set[str], separator: str, na: frozenset[str]) -> NumberFormat:
        way, doubt = self.way, ""
        if not way and self.twofold:
            example = self.twofold[0]
            others = sure if len(sure) == 1 else set()
            if others:
                (way,) = others
            elif "," in example or separator == ";":
                doubt = example
        way = way or (self.ways[0] if len(self.ways) == 1 else ".,")
        at = self.ways.index(way)
        cells = [(cell, each[at]) for cell, each in self.numbers if each[at] is not None]
        grouped = any(way[1] in cell for cell, _ in cells)
        signs = [number for _, number in cells if number]
        return NumberFormat(
            way[0],
            way[1] if grouped or len(self.ways) == 1 else "",
            any(number.percent for number in signs),
            next((number.currency for number in signs if number.currency), ""),
            na,
            False,
            doubt,
        )


def refuse_doubt(place: str, form: NumberFormat) -> None:
    """LosscliError where a column's numbers may mean two things."""
    if form.doubt:
        mark = "," if "," in form.doubt else "."
        cells = [written(form.doubt, *way) for way in (".,", ",.")]
        point, comma = (f"{cell.value:.15g}" if cell else "" for cell in cells)
        of_mark, of_groups = (comma, point) if mark == "," else (point, comma)
        raise LosscliError(
            f'{place}: "{form.doubt}" may be {of_mark} or {of_groups}, and no other cell tells which',
            f"say what the {'comma' if mark == ',' else 'point'} is: --decimal {mark} or --thousands {mark}",
        )


def _is_whole(text: str) -> bool:
    """Whether a text is digits with a minus, which every format reads alike."""
    return text.isascii() and text.removeprefix("-").isdigit()


def _is_float(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
