"""Values given in place of columns: numbers on the command line, JSON, or @files of one array."""

from __future__ import annotations

import os
import re
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from losscli.batch import Batch, Chunk, Origin
from losscli.data.convert import ValuePlace, word
from losscli.data.source import CHUNK, Source
from losscli.data.words import counted, quoted, shown
from losscli.errors import LosscliError
from losscli.integers import Rounding
from losscli.rows import UNTOLD, TextOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from losscli.batch import Array
    from losscli.data.files import File


class OptionValues(NamedTuple):
    """The array that an option gave, what is to be said of how it was read, and its values as written."""

    array: NDArray[Any]
    said: Sequence[str] = ()
    written: Callable[[], Iterable[Any]] = tuple


def read_values(text: str, *, option: str, input_format: str | None = None) -> Array:
    """One array, float64 and not empty, from what an option was given.

    `text` is numbers with commas between, (N,); JSON, or what Python, NumPy and PyTorch print, in brackets,
    (N, ...); or @file (@- is standard input) in `input_format`, or the format its extension tells.
    `option` ("--true") is for messages.
    """
    return np.asarray(_read(text, option, input_format).array, np.float64)


def _read(text: str, option: str, input_format: str | None, written: TextOptions = UNTOLD) -> OptionValues:
    """The same; a npy file stays mapped, and in its own dtype."""
    if text.startswith("@"):
        return _from_file(text[1:], option, input_format, written)
    if text.lstrip()[:1] in ("[", "{"):
        return _from_brackets(text, option)
    if re.match(r"\s*[\w.]*\(|\s*<tf\.", text):
        from losscli.data.jsontext import read_array
        from losscli.data.printed import read_printed

        if (printed := read_printed(text)) is not None:
            return OptionValues(read_array(printed, ValuePlace(option)), (), lambda: [text])
    return OptionValues(_from_line(text, option), (), lambda: [text])


def _from_brackets(text: str, option: str) -> OptionValues:
    """JSON, or a list as Python or NumPy prints it."""
    from losscli.data.jsontext import Decoder, read_array

    hint = f"for the shell, put the JSON in single quotes: {option} '[[1, 2], [3, 4]]'"
    try:
        value = Decoder().decode(text, option, hint=hint)
    except LosscliError:
        from losscli.data.printed import read_printed

        value = read_printed(text)
        if value is None:
            raise
    return OptionValues(read_array(value, ValuePlace(option)), (), lambda: [text])


def read_stream(
    true: str | None,
    pred: str,
    weight: str | None,
    *,
    input_format: str | None = None,
    text: TextOptions = UNTOLD,
    parts: int = 0,
) -> Source:
    """Values as a Source with one model, "y_pred". LosscliError when their lengths differ.

    Where so many vectors, `parts`, make a row of y_pred, as many files may hold one of them each.
    """
    texts = {"--true": true, "--pred": pred, "--weight": weight}
    files = _files_of_parts(pred, parts)
    apart = [text for option, text in texts.items() if option != "--pred"] + (files or [pred])
    if apart.count("@-") > 1:
        raise LosscliError("standard input (@-) can be read once", "put the other values in a file")
    given = {
        option: [_read(one, option, input_format, text) for one in (files or [pred])]
        if option == "--pred"
        else [_read(each, option, input_format, text)]
        for option, each in texts.items()
        if each is not None
    }
    arrays = {option: [value.array for value in values] for option, values in given.items()}
    said = [sentence for values in given.values() for value in values for sentence in value.said]
    if files:
        said.insert(0, _side_by_side(arrays["--pred"], files))
    _check_lengths({option: held[0] for option, held in arrays.items()}, texts)
    y_true, y_pred, weights = arrays.get("--true"), arrays["--pred"], arrays.get("--weight")
    n = len(y_pred[0])
    origin = Origin(None, {"y_true": ("--true",), "y_pred": ("--pred",), "weight": ("--weight",)})

    def cut(held: Sequence[NDArray[Any]], start: int, rows: int) -> Array:
        some = [_rows(array, start, rows) for array in held]
        return some[0] if len(some) == 1 else np.stack(some, axis=1)

    def batches(first: int, last: int, rows: int) -> Iterator[Batch]:
        for start in range(first, last, rows):
            size = min(rows, last - start)
            yield Batch(
                None if y_true is None else cut(y_true, start, size),
                {"y_pred": cut(y_pred, start, size)},
                None if weights is None else cut(weights, start, size),
                start + 1,
                origin,
            )

    def chunk(first: int, last: int) -> Iterator[Batch]:
        return batches(first, last, last - first)

    def split() -> Iterator[Chunk]:
        rows = max(1, CHUNK * n // max(sum(array.size for array in held) for held in arrays.values()))
        for first in range(0, n, rows):
            last = min(first + rows, n)
            yield Chunk(partial(chunk, first, last), size=last - first, light=True)

    def integers(role: str) -> dict[str, Rounding]:
        (option,) = origin.labels[role]
        found, named = {}, files if option == "--pred" and files else [texts[option]]
        for file, held in zip(named, given[option], strict=True):
            rounding = Rounding()
            for values in held.written():
                rounding.add(values)
            rounding.of = held.array.size
            found[_place(option, file)] = rounding
        return found

    read = partial(batches, 0, n)
    return Source(None, ("y_pred",), tuple(said), read, split, n, integers=integers)


def _rows(array: NDArray[Any], start: int, rows: int) -> Array:
    if isinstance(array, np.memmap):
        from losscli.data.numpyfiles import read_rows

        array, start = read_rows(array, start, start + rows), 0
    return np.asarray(array[start : start + rows], np.float64)


def _files_of_parts(pred: str, parts: int) -> list[str]:
    """The files of a comma list, with an @ before each; none where it is something else."""
    items = [item.strip() for item in pred.split(",")]
    named = [item.startswith("@") or (word(item) is None and os.path.exists(item)) for item in items]
    if parts == 0 or len(items) < 2 or not (named[0] and all(item and word(item) is None for item in items)):
        return []
    if len(items) != parts:
        raise LosscliError(
            f"--pred names {len(items)} files, and {parts} vectors make a row of y_pred",
            f"name {parts} files, or one whose arrays are (N, {parts}, D)",
        )
    return ["@" + item.removeprefix("@") for item in items]


def _side_by_side(arrays: Sequence[NDArray[Any]], files: Sequence[str]) -> str:
    """What is read of arrays (N, D) as one, (N, parts, D); LosscliError where they are not alike."""
    names = [shown(file.removeprefix("@")) for file in files]
    for array, name in zip(arrays, names, strict=True):
        if array.shape != arrays[0].shape or array.ndim != 2:
            raise LosscliError(
                f"--pred: {names[0]} has the shape {arrays[0].shape} and {name} {array.shape}",
                "each file holds a vector a row, (N, D), all of one shape",
            )
    return f"y_pred is {', '.join(names)} side by side, (N, {len(files)}, D)"


def _place(option: str, text: str | None) -> str:
    """--true, or --true @y.npy."""
    return f"{option} {shown(text)}" if text and text.startswith("@") else option


def _check_lengths(arrays: dict[str, NDArray[Any]], texts: dict[str, str | None]) -> None:
    pred = arrays["--pred"]
    for option, array in arrays.items():
        if len(array) != len(pred):
            raise LosscliError(
                f"{_place(option, texts[option])} has {counted(len(array), 'row')} and "
                f"{_place('--pred', texts['--pred'])} has {len(pred)}",
                "they stand for the same rows, one value a row in each",
            )


def _from_line(text: str, option: str) -> Array:
    if not text.strip():
        raise LosscliError(
            f"{option} holds no values", f"write numbers with commas between: {option} 3,-0.5,2"
        )
    items = text.split(",")
    values = []
    for number, item in enumerate(items, 1):
        if not item.strip():
            raise LosscliError(f"{option}: value {number} is empty", "a missing value is written nan")
        value = word(item)
        if value is None:
            raise LosscliError(
                f"{option}: {quoted(item.strip())} (value {number}) is not a number",
                _what_was_meant(text, items, option),
            )
        values.append(value)
    return np.array(values, dtype=np.float64)


def _what_was_meant(text: str, items: list[str], option: str) -> str:
    try:
        if os.path.exists(text):
            return f"for the values in that file: {option} @{shown(text)}"
    except ValueError:
        pass
    if all(word(item) is None and re.fullmatch(r"[^\W\d][\w*?. -]*", item.strip()) for item in items):
        return f"to name columns, give the file before them: losscli compute LOSS DATA {option} {shown(text)}"
    if len(text.split()) > len(items):
        return f"write the numbers with commas between: {option} 3,-0.5,2"
    return f"mend it, or give a file of values: {option} @y.npy"


def _from_file(path: str, option: str, input_format: str | None, text: TextOptions) -> OptionValues:
    if not path:
        raise LosscliError(f"{option} @: the name of a file is missing", f"as in {option} @y.npy")
    from losscli.data.files import at_hand, find
    from losscli.data.opening import applicable, format_of

    file = find(path)
    name = f"{option} @{shown(path)}"
    form = format_of(file, input_format)
    if form.kind == "frame" or form.several:
        raise LosscliError(
            f"{name} is a table, where one array is wanted",
            "give the file as DATA: losscli compute LOSS DATA --true NAME --pred NAME",
        )
    text = applicable(text, form, name, lenient=True)
    file = at_hand(file, form)
    if form.delimiter:
        from losscli.data.matrix import read_matrix

        return OptionValues(*read_matrix(file, form.name, name, text))
    if form.kind == "json":
        from losscli.data.jsontext import read_array

        values = _from_json(file, form.lines, name, text)
        return OptionValues(read_array(values, ValuePlace(name)), (), lambda: [values])
    from losscli.data.numpyfiles import in_runs, read_npy, read_single_npz

    array = read_single_npz(file, name) if form.reader else read_npy(file, name)
    return OptionValues(array, (), partial(in_runs, array))


def _from_json(file: File, lines: bool, name: str, text: TextOptions) -> Any:
    from losscli.data.encodings import as_utf8
    from losscli.data.jsontext import Decoder, read_lines

    decoder = Decoder()
    file, _ = as_utf8(file, text.encoding)
    if lines:
        return [value for _, value in read_lines(file, decoder, name)]
    return decoder.decode(file.whole_text(), name)
