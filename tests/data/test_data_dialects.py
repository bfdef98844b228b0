"""Tables of text as pandas, csv and NumPy write them, in any dialect: what is read is what pandas reads."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.data import blocks, delimited, open_table
from losscli.errors import LosscliError
from losscli.rows import UNTOLD, TextOptions

pd = pytest.importorskip("pandas")
pytest.importorskip("polars")

SEPARATORS = [",", ";", "\t", "|", " "]


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of 64 bytes, so that a table of a few rows has many."""
    for module in (blocks, delimited):
        monkeypatch.setattr(module, "BLOCK", 64)


class Drawn(NamedTuple):
    """A table and how it is written."""

    frame: Any
    separator: str
    decimal: str
    encoding: str
    header: bool
    index: bool
    writer: str
    compressed: str


@st.composite
def drawn(draw: st.DrawFn) -> Drawn:
    n = draw(st.integers(2, 12))
    cells = st.decimals(-9999, 9999, places=draw(st.integers(0, 3)), allow_nan=False).map(float)
    names = draw(st.permutations(["y", "p", "größe", "p_10", "p_2"]))[: draw(st.integers(2, 4))]
    frame = pd.DataFrame({name: draw(st.lists(cells, min_size=n, max_size=n)) for name in names})
    if draw(st.booleans()):
        frame.iloc[draw(st.integers(0, n - 1)), 0] = np.nan
    if draw(st.booleans()):
        frame.insert(draw(st.integers(0, len(names))), "day", [f"2024-01-{i + 1:02}" for i in range(n)])
    separator = draw(st.sampled_from(SEPARATORS))
    return Drawn(
        frame,
        separator,
        draw(st.sampled_from([".", ","])),
        draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"])),
        draw(st.booleans()),
        draw(st.booleans()),
        draw(st.sampled_from(["pandas", "csv"])),
        draw(st.sampled_from(["", ".gz"])),
    )


def written(table: Drawn) -> str:
    """The text of the table."""
    if table.writer == "pandas":
        text: str = table.frame.to_csv(
            sep=table.separator,
            decimal=table.decimal,
            header=table.header,
            index=table.index,
            na_rep="NA" if table.separator == " " else "",
        )
        return text
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=table.separator, quoting=csv.QUOTE_NONNUMERIC)
    columns = [[as_cell(value, table) for value in table.frame[name]] for name in table.frame]
    if table.index:
        columns.insert(0, [str(i) for i in range(len(table.frame))])
    if table.header:
        writer.writerow([*[""] * table.index, *table.frame])
    writer.writerows(zip(*columns, strict=True))
    return buffer.getvalue()


def as_cell(value: Any, table: Drawn) -> Any:
    if isinstance(value, str):
        return value
    return "NA" if np.isnan(value) else repr(value).replace(".", table.decimal)


def as_pandas(text: str, table: Drawn) -> Any:
    """The columns of numbers as pandas reads them when it is told all."""
    read = pd.read_csv(
        io.StringIO(text),
        sep=table.separator,
        decimal=table.decimal,
        header=0 if table.header else None,
        index_col=0 if table.index else None,
    )
    return read.loc[:, [kind.kind in "fi" for kind in read.dtypes]]


def read(path: str, columns: list[int], text: TextOptions) -> Any:
    """These columns, in batches of 5 rows."""
    table = open_table(path, text=text)
    pred = ",".join(str(i + 1) for i in columns)
    batches = table.select(None, pred, None, truth=False, models=False).batches(5)
    values = np.concatenate([batch.y_pred["y_pred"] for batch in batches])
    return values if values.ndim > 1 else values[:, None], table.columns


def answered(error: LosscliError, table: Drawn) -> TextOptions:
    """The option that a refusal asks for, where what is written may mean two things."""
    if "--decimal" in str(error.hint):
        return TextOptions(decimal=table.decimal)
    if "--no-header" in str(error.hint):
        return TextOptions(header=table.header)
    raise error


@given(drawn(), st.booleans())
def test_what_is_read_is_what_pandas_reads(table: Drawn, large: bool) -> None:
    text = written(table)
    wanted = as_pandas(text, table)
    numeric = [i + table.index for i, name in enumerate(table.frame) if name != "day"]
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "LARGE", 0 if large else 1 << 20)
        path = Path(folder, f"t.csv{table.compressed}")
        content = text.encode(table.encoding)
        if table.compressed:
            import gzip

            content = gzip.compress(content)
        path.write_bytes(content)
        try:
            values, names = read(str(path), numeric, UNTOLD)
        except LosscliError as error:
            values, names = read(str(path), numeric, answered(error, table))
        np.testing.assert_array_equal(values, wanted.to_numpy(float))
        if table.header:
            assert [name for name in names if name not in ("", "day")] == list(wanted.columns)


@given(
    st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=2, max_size=12),
    st.sampled_from(SEPARATORS),
    st.sampled_from(["%.18e", "%.5f", "%g"]),
    st.sampled_from(["", "y{}p", "made by hand\ny{}p"]),
    st.booleans(),
)
def test_what_numpy_saves(rows: list[Any], separator: str, form: str, header: str, large: bool) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "LARGE", 0 if large else 1 << 20)
        path = Path(folder, "t.txt")
        np.savetxt(path, rows, fmt=form, delimiter=separator, header=header.format(separator))
        saved = np.loadtxt(path, delimiter=separator, ndmin=2)
        told = UNTOLD
        if separator == ";" and form == "%.5f":
            told = TextOptions(decimal=".")
        if not header and saved[0].tolist() == [0, 1] and form == "%g":
            told = told._replace(header=False)
        values, names = read(str(path), [0, 1], told)
        np.testing.assert_array_equal(values, saved)
        assert names == (("y", "p") if header else ("1", "2"))
