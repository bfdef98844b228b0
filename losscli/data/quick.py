"""One block of CSV or JSONL, parsed by Polars to the same numbers as line by line, or refused as Odd.

Polars is laxer than the readers of whole files in what is a number, a row or a cell. So whatever differs
shows here as a count that does not fit, or as no value, and is read again by them or judged by them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.data.blocks import Odd, polars
from losscli.data.convert import Place, from_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from losscli.batch import Array
    from losscli.data.known import Known

NEWLINE, RETURN, QUOTE = b'\n\r"'


def parse_delimited(
    data: bytes,
    columns: Sequence[int],
    groups: Sequence[Known | None],
    width: int,
    separator: str,
    quoted: bool,
) -> list[Array]:
    """Some columns of lines of `width` fields (2 or more), each float64 (N,).

    Those that stand in `groups` come as Labels.
    """
    pl = polars("a large CSV file")
    if data.endswith((b"\n\n", b"\n\r\n")):
        data = data.rstrip(b"\r\n") + b"\n"
    if not data or data.isspace():
        return [
            np.empty(0) if known is None else known.labels(pl.Series([], dtype=pl.String)) for known in groups
        ]
    separators = _separators(data, separator, quoted)
    wanted = sorted(set(columns))
    numbers = {i for i, known in zip(columns, groups, strict=True) if known is None}
    both = {i for i, known in zip(columns, groups, strict=True) if known is not None and i in numbers}
    names = [f"column_{i}" for i in range(1, width + 1)]
    options: dict[str, Any] = {
        "has_header": False,
        "separator": separator,
        "quote_char": '"' if b'"' in data else None,
        "ignore_errors": True,
    }
    try:
        types = {name: pl.Float64 if i in numbers else pl.String for i, name in enumerate(names)}
        frame = pl.read_csv(data, schema=types, columns=wanted, **options)
        found = dict(zip(wanted, frame.iter_columns(), strict=True))
        # A line with fewer fields is filled up with nulls, one with more cut off.
        if frame.height * (width - 1) != separators:
            raise Odd("some lines have another number of fields")
        if width - 1 not in found or found[width - 1].null_count():
            _check_lines(data, width, ord(separator))
        if unread := [i for i in wanted if i in numbers and (i in both or found[i].null_count())]:
            texts = pl.read_csv(data, schema=dict.fromkeys(names, pl.String), columns=unread, **options)
    except pl.exceptions.PolarsError as error:
        raise Odd(str(error)) from None
    values = {i: found[i].to_numpy() for i in numbers}
    written = {i: series for i, series in found.items() if i not in numbers}
    for i, series in zip(unread, texts.iter_columns() if unread else (), strict=True):
        written[i] = series
        where = np.flatnonzero(found[i].is_null().to_numpy())
        words = [text or "" for text in series.gather(where).to_list()]
        values[i] = values[i].copy()
        values[i][where] = from_texts(words, Place("a block"))
    return [
        values[i] if known is None else known.labels(written[i])
        for i, known in zip(columns, groups, strict=True)
    ]


def parse_lines(data: bytes, names: Sequence[str]) -> list[Array]:
    """Some keys of an object a line, each float64 (N,)."""
    pl = polars("a large JSONL file")
    if not data or data.isspace():
        return [np.empty(0) for _ in names]
    _check_text(data)
    try:
        frame = pl.read_ndjson(data, schema=dict.fromkeys(names, pl.Float64))
    except pl.exceptions.PolarsError as error:
        raise Odd(str(error)) from None
    # Of a key that stands twice Polars takes the first.
    nulls = sum(series.null_count() for series in frame.iter_columns())
    quotes = np.count_nonzero(np.frombuffer(data, np.uint8) == QUOTE)
    if nulls or quotes != 2 * frame.width * frame.height:  # else there is nothing but each key, once
        for name in frame.columns:
            if data.count(f'"{name}"'.encode()) != frame.height:
                raise Odd("a key is missing, or stands twice")
        if data.count(b"null") < nulls:
            raise Odd("a key is missing, another stands twice")
    return [frame[name].to_numpy() for name in names]


def _check_text(data: bytes) -> None:
    if not data.isascii():
        try:
            data.decode()
        except UnicodeDecodeError:
            raise Odd("no UTF-8 text") from None


def _separators(data: bytes, separator: str, quoted: bool) -> int:
    """How many separators stand outside of quotes."""
    _check_text(data)
    if b"\r" in data and data.count(b"\r") != data.count(b"\r\n"):
        raise Odd("a line ends with a return alone")
    if b'"' in data:
        if not quoted:
            raise Odd("the first lines had no quotes")
        return _separators_outside(np.frombuffer(data, np.uint8), ord(separator))
    return int(np.count_nonzero(np.frombuffer(data, np.uint8) == ord(separator)))


def _check_lines(data: bytes, width: int, separator: int) -> None:
    """Odd unless each line has `width` fields."""
    array = np.frombuffer(data, np.uint8)
    at, ends = np.flatnonzero(array == separator), np.flatnonzero(array == NEWLINE)
    if b'"' in data:
        quotes = np.flatnonzero(array == QUOTE)
        at, ends = (where[np.searchsorted(quotes, where) % 2 == 0] for where in (at, ends))
    before = np.searchsorted(at, ends if data.endswith(b"\n") else [*ends, array.size])
    if (np.diff(before, prepend=0) != width - 1).any():
        raise Odd("some lines have another number of fields")


def _separators_outside(data: NDArray[np.uint8], separator: int) -> int:
    """The same where there are quotes, if each opens a cell, closes it, or stands twice inside of it."""
    quotes = np.flatnonzero(data == QUOTE)
    if quotes.size % 2:
        raise Odd("a quote is left open")
    opening, closing = quotes[::2], quotes[1::2]
    twice = closing[:-1] + 1 == opening[1:]
    before = data[opening - 1]
    opens = (before == separator) | (before == NEWLINE) | (opening == 0)
    opens[1:] |= twice
    after = data[np.minimum(closing + 1, data.size - 1)]
    closes = (after == separator) | (after == NEWLINE) | (after == RETURN) | (closing == data.size - 1)
    closes[:-1] |= twice
    if not (opens.all() and closes.all()):
        raise Odd("a quote stands inside of a cell")
    at = np.flatnonzero(data == separator)
    # Before a separator outside of quotes as many have closed as have opened.
    return int(np.count_nonzero(np.searchsorted(quotes, at) % 2 == 0))
