"""A block of CSV or JSONL, parsed by Arrow or Polars to the same numbers as line by line, or refused as Odd.

They are laxer than the readers of whole files in what is a number, a row or a cell. So whatever differs is
found as something that does not fit, and is read again by them or judged by them.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from losscli.data.blocks import Odd, polars
from losscli.data.convert import USUAL, ValuePlace, from_texts
from losscli.integers import Rounding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from losscli.batch import Array
    from losscli.data.known import Known
    from losscli.data.numbers import NumberFormat

NEWLINE, RETURN, QUOTE = b'\n\r"'
WORDS = sorted({form for word in USUAL for form in (word, word.upper(), word.capitalize())} | {"NaN"})
# A key and a number of an object that holds nothing else.
MEMBER = re.compile(rb' ?"([^"\\,:{}\n]+)" ?: ?-?\d[\d.eE+-]*(?:,|\}$)')
AS_CSV = bytes.maketrans(b"{:}", b"\n,,")


class FieldLines(NamedTuple):
    """Lines of `width` fields, and `after` empty ones behind them; `quoted`: there may be quotes."""

    width: int
    separator: str = ","
    after: int = 0
    quoted: bool = False


def parse_delimited(
    data: bytes,
    columns: Sequence[int],
    groups: Sequence[Known | None],
    forms: Sequence[NumberFormat],
    lines: FieldLines,
) -> list[Array]:
    """Some columns of lines, each float64 (N,), in these formats.

    Those that stand in `groups` come as Labels.
    """
    _check_lines(data, lines.separator, lines.quoted)
    numbers = {i: form for i, known, form in zip(columns, groups, forms, strict=True) if known is None}
    words = [i for i, known in zip(columns, groups, strict=True) if known is not None]
    values: dict[int, Array] = {}
    texts: dict[int, Any] = {}
    if data and not data.isspace():
        quotes = b'"' in data
        # Arrow knows one mark of decimals at a time, and no percent signs.
        decimal = next((form.decimal for form in numbers.values()), ".")
        plain = [i for i, form in numbers.items() if form.decimal == decimal and not form.percent]
        rest = [i for i in numbers if i not in plain]
        try:
            read = _read(data, lines, dict.fromkeys(plain, "float64"), quotes, WORDS, decimal)
            values = {i: numbers_of(column) for i, column in read.items()}
        except Odd:  # other words for numbers, such as true, or no numbers
            rest = [*numbers]
        read = _read(data, lines, dict.fromkeys(rest, "string"), quotes)
        values |= {i: _from_words(column, numbers[i]) for i, column in read.items()}
        if b"(" in data and any(np.isnan(array).any() for array in values.values()):
            raise Odd("Arrow reads nan(…) as nan")
        texts = _read(data, lines, dict.fromkeys(words, "string"), quotes)
    return [
        values.get(i, np.empty(0)) if known is None else known.labels(_series(texts.get(i)))
        for i, known in zip(columns, groups, strict=True)
    ]


def long_integers(data: bytes, column: int, lines: FieldLines) -> Rounding:
    """Of a column of lines, the whole numbers that float64 rounds."""
    import pyarrow.compute as pc

    _check_lines(data, lines.separator, lines.quoted)
    rounding = Rounding()
    if data and not data.isspace():
        texts = _read(data, lines, {column: "string"}, b'"' in data)[column]
        long = texts.filter(pc.match_substring_regex(texts, "^[ +-]*[0-9]{16}"))
        rounding.add(long.to_pylist())
        rounding.of = len(texts)
    return rounding


def parse_lines(data: bytes, names: Sequence[str], between: bytes = b"\n") -> list[Array]:
    """Some keys of objects, each float64 (N,); `between` stands between two objects, a line's end or more."""
    if not data or data.isspace():
        return [np.empty(0) for _ in names]
    _check_text(data)
    parsed = _parse_alike(data, names, between)
    if parsed is not None:
        return parsed
    if between != b"\n":
        if b"\n" in data:
            data, between = data.replace(b"\n", b" "), between.replace(b"\n", b" ")
        data = data.replace(b"}" + between + b"{", b"}\n{")
    pl = polars("a large JSONL file")
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


def _parse_alike(data: bytes, names: Sequence[str], between: bytes) -> list[Array] | None:
    """The same where all objects have the first one's keys in its order, and numbers alone: much faster.

    With commas behind keys and objects they are lines of CSV: a key and a number a member, nothing last.
    """
    first = data[: data.find(b"}") + 1]
    keys, at = [], 1
    while member := MEMBER.match(first, at):
        keys.append(member[1].decode())
        at = member.end()
    if not first.startswith(b"{") or at != len(first) or len({*keys}) < len(keys) or not {*names} <= {*keys}:
        return None
    if between != b"\n":
        data += between
    width = 2 * len(keys) + 1 + between.count(b",")
    kinds = dict.fromkeys(range(width), "null")
    for i, key in enumerate(keys):
        kinds[2 * i] = "key"
        kinds[2 * i + 1] = "float64" if key in names else "unread"
    try:
        lines = FieldLines(width)
        read = _read(data.translate(AS_CSV), lines, kinds, quotes=False, empty=("", " "))
    except Odd:
        return None
    written = first[1:].translate(AS_CSV).decode().split(",")
    if any(read[2 * i].dictionary.to_pylist() != [written[2 * i]] for i in range(len(keys))):
        return None
    columns = [read[2 * keys.index(name) + 1] for name in names]
    if any(column.null_count for column in columns):
        return None
    numbers = [numbers_of(column) for column in columns]
    # Words for what is no finite number are not all JSON.
    return numbers if all(np.isfinite(values).all() for values in numbers) else None


def _read(
    data: bytes,
    lines: FieldLines,
    kinds: Mapping[int, str],
    quotes: bool,
    empty: Sequence[str] = WORDS,
    decimal: str = ".",
) -> dict[int, Any]:
    """Some columns as Arrow's arrays of these types, or Odd. Texts in `empty` are nulls, but for texts."""
    import pyarrow as pa
    from pyarrow import csv

    names = _names(lines.width + lines.after)
    types = {names[i]: _types()[kind] for i, kind in kinds.items() if kind != "unread"}
    if not types:
        return {}
    types |= dict.fromkeys(names[lines.width :], _types()["null"])
    try:
        table = csv.read_csv(
            pa.BufferReader(data),
            csv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=names),
            csv.ParseOptions(
                delimiter=lines.separator, quote_char='"' if quotes else False, newlines_in_values=quotes
            ),
            csv.ConvertOptions(
                check_utf8=False,
                column_types=types,
                include_columns=[*types],
                null_values=empty,
                decimal_point=decimal,
            ),
        )
    except pa.ArrowInvalid as error:
        raise Odd(str(error)) from None
    wanted = [i for i, kind in kinds.items() if kind != "unread"]
    return {i: column.chunk(0) for i, column in zip(wanted, table.itercolumns(), strict=False)}


@cache
def _names(width: int) -> list[str]:
    return [f"column_{i}" for i in range(width)]


@cache
def _types() -> dict[str, Any]:
    import pyarrow as pa

    key = pa.dictionary(pa.int32(), pa.string())
    return {"float64": pa.float64(), "string": pa.string(), "null": pa.null(), "key": key}


def numbers_of(column: Any) -> Array:
    """An Arrow array of numbers as it lies in memory; one with nulls as a copy with NaN for each."""
    # Arrow's own conversion imports pandas, where that is installed: 0.3 s.
    dtype = np.dtype(column.type.to_pandas_dtype())
    valid, held = column.buffers()
    values = np.frombuffer(held, dtype, len(column), column.offset * dtype.itemsize)
    if not column.null_count:
        return values
    bits = np.unpackbits(np.frombuffer(valid, np.uint8), bitorder="little")
    values = values.astype(np.float64)
    values[bits[column.offset : column.offset + len(column)] == 0] = np.nan
    return values


def _from_words(column: Any, form: NumberFormat) -> Array:
    """Texts as numbers, each text that occurs read once."""
    codes = column.dictionary_encode()
    values = from_texts(codes.dictionary.to_pylist(), ValuePlace("a block", form=form))
    return np.asarray(values[numbers_of(codes.indices)])


def _series(texts: Any) -> Any:
    pl = polars("reading labels")
    return pl.Series([], dtype=pl.String) if texts is None else pl.from_arrow(texts)


def _check_text(data: bytes) -> None:
    if not data.isascii():
        try:
            data.decode()
        except UnicodeDecodeError:
            raise Odd("no UTF-8 text") from None


def _check_lines(data: bytes, separator: str, quoted: bool) -> None:
    """Odd where lines or cells end as Arrow does not see it."""
    _check_text(data)
    if b"\r" in data and data.count(b"\r") != data.count(b"\r\n"):
        raise Odd("a line ends with a return alone")
    if b'"' in data:
        if not quoted:
            raise Odd("the first lines had no quotes")
        _check_quotes(data, ord(separator))


def _check_quotes(text: bytes, separator: int) -> None:
    """Odd unless each quote opens a cell, closes it, or stands twice inside of it."""
    data = np.frombuffer(text, np.uint8)
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
