"""The formats that results are shown in or written to, a record each."""

from __future__ import annotations

from typing import NamedTuple


class OutputFormat(NamedTuple):
    """A format of results.

    `kind`: a "page" for people, a "record" of everything, "rows" (a record a row), "values" (rows of compute,
    and nothing else), a "formula" or a "figure". `ending` is a file's that is in it.
    """

    name: str
    ending: str
    kind: str
    delimiter: str = ""


_ALL = (
    OutputFormat("table", "", "page"),
    OutputFormat("plain", ".txt", "page"),
    OutputFormat("json", ".json", "record"),
    OutputFormat("jsonl", ".jsonl", "rows"),
    OutputFormat("csv", ".csv", "rows", ","),
    OutputFormat("tsv", ".tsv", "rows", "\t"),
    OutputFormat("markdown", ".md", "page"),
    OutputFormat("latex", ".tex", "formula"),
    OutputFormat("npy", ".npy", "values"),
    OutputFormat("parquet", ".parquet", "values"),
    OutputFormat("png", ".png", "figure"),
    OutputFormat("svg", ".svg", "figure"),
    OutputFormat("pdf", ".pdf", "figure"),
)


def _of(*kinds: str) -> tuple[str, ...]:
    return tuple(known.name for known in _ALL if known.kind in kinds)


FORMATS = _of("page", "record", "rows")  # in which every result is shown
PAGES, ROWS, VALUES, FORMULAS, FIGURES = map(_of, ("page", "rows", "values", "formula", "figure"))
DELIMITERS = {known.name: known.delimiter for known in _ALL if known.delimiter}
ENDINGS = {known.ending: known.name for known in _ALL if known.ending}
