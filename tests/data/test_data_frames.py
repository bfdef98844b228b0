"""Parquet and Arrow tables: what Polars writes comes back as float64."""

from __future__ import annotations

import datetime
import io
import math
import pickle
import re
import sys
import tempfile
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.data import frames, open_table, parquet, read_values
from losscli.errors import LosscliError

pl = pytest.importorskip("polars")

FORMS = ["parquet", "pq", "arrow", "feather", "ipc"]


def write(frame: Any, path: Path) -> None:
    if path.suffix in (".parquet", ".pq"):
        frame.write_parquet(path, row_group_size=3)
    else:
        frame.write_ipc(path)


def joined(path: Path | str, pred: str, chunks: bool) -> tuple[Any, Any]:
    source = open_table(str(path)).select("y", pred, None, truth=True, models=False)
    batches = [batch for chunk in source.chunks() for batch in chunk()] if chunks else list(source.batches(4))
    first_row = 1
    for batch in batches:
        assert batch.first_row == first_row
        first_row += len(batch)
    y_true = [batch.y_true for batch in batches if batch.y_true is not None]
    return np.concatenate(y_true), np.concatenate([batch.y_pred["y_pred"] for batch in batches])


@given(
    st.lists(st.tuples(*[st.none() | st.floats()] * 3), min_size=1, max_size=30),
    st.sampled_from(FORMS),
    st.integers(1, 40),
    st.booleans(),
)
def test_numbers_come_back(rows: list[Any], form: str, part: int, chunks: bool) -> None:
    frame = pl.DataFrame(rows, schema={"y": pl.Float64, "p": pl.Float64, "q": pl.Float64}, orient="row")
    wanted = np.array([[math.nan if v is None else v for v in row] for row in rows])
    kept, frames.PART_BYTES = frames.PART_BYTES, 8 * part
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, f"t.{form}")
            write(frame, path)
            y_true, y_pred = joined(path, "p,q", chunks)
    finally:
        frames.PART_BYTES = kept
    np.testing.assert_array_equal(y_true, wanted[:, 0])
    np.testing.assert_array_equal(y_pred, wanted[:, 1:])


@pytest.mark.parametrize(
    ("values", "dtype", "wanted"),
    [
        ([1, None, -3], pl.Int8, [1, math.nan, -3]),
        ([1, 2**63, 0], pl.UInt64, [1, 2.0**63, 0]),
        ([True, False, None], pl.Boolean, [1, 0, math.nan]),
        ([0.1, None, math.inf], pl.Float32, [float(np.float32(0.1)), math.nan, math.inf]),
        ([Decimal("1.25"), None, Decimal("-3")], pl.Decimal(10, 2), [1.25, math.nan, -3]),
        ([None, None, None], pl.Null, [math.nan] * 3),
        ([[1, 2], [3, 4], [5, None]], pl.List(pl.Int32), [[1, 2], [3, 4], [5, math.nan]]),
        ([[1, 2], [3, 4], [5, 6]], pl.Array(pl.Float32, 2), [[1, 2], [3, 4], [5, 6]]),
    ],
)
@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_types(tmp_path: Path, values: list[Any], dtype: Any, wanted: list[Any], form: str) -> None:
    path = tmp_path / f"t.{form}"
    write(pl.DataFrame({"y": [1, 2, 3], "p": pl.Series(values, dtype=dtype)}), path)
    for chunks in (False, True):
        np.testing.assert_array_equal(joined(path, "p", chunks)[1], wanted)


@pytest.mark.parametrize(
    ("column", "what"),
    [
        (["a", "b"], '{}, row 1, column p: "a" is not a number'),
        ([datetime.date(2020, 1, 1)] * 2, "{}, column p holds Date, no numbers"),
        ([{"a": 1}] * 2, "{}, column p holds Struct({'a': Int64}), no numbers"),
        ([["a"], ["b"]], '{}, row 1, column p[1]: "a" is not a number'),
        ([[1, 2], [1]], "{}, row 2, column p: 1 entry where row 1 has 2"),
        ([[1, 2], None], "{}, row 2, column p: no list where row 1 has 2"),
        ([[], []], "{}, row 1, column p: a list without entries"),
    ],
)
def test_columns_without_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, column: list[Any], what: str
) -> None:
    monkeypatch.setattr(frames, "PART_BYTES", 8)
    path = tmp_path / "t.parquet"
    dtype = pl.List(pl.Int64) if column == [[], []] else None
    write(pl.DataFrame({"y": [1, 2], "p": pl.Series(column, dtype=dtype)}), path)
    with pytest.raises(LosscliError) as caught:
        joined(path, "p", False)
    assert caught.value.what == what.replace("{}", str(path))
    assert caught.value.hint is not None
    assert "there are: y, p" in caught.value.hint


def test_only_the_columns_named_are_read(tmp_path: Path) -> None:
    """A damaged column that nobody asks for is no matter."""
    path = tmp_path / "t.parquet"
    marked = pl.DataFrame({"y": [1.0, 2.0], "p": [3.0, 4.0], "z": [5.5, 6.5]})
    marked.write_parquet(path, compression="uncompressed", statistics=False, use_pyarrow=False)
    content = path.read_bytes()
    at = content.rindex(np.array([5.5]).tobytes()) - 12  # in the page's head
    path.write_bytes(content[:at] + b"\xff" * 12 + content[at + 12 :])
    np.testing.assert_array_equal(joined(path, "p", True), [[1, 2], [3, 4]])
    with pytest.raises(LosscliError, match="is no Parquet file, or damaged"):
        joined(path, "z", True)


@pytest.mark.parametrize("form", ["parquet", "arrow"])
@pytest.mark.parametrize("content", [b"", b"x", b"PAR1PAR1", b"ARROW1" + b"\0" * 99])
def test_damage_is_told_in_one_line(tmp_path: Path, form: str, content: bytes) -> None:
    path = tmp_path / f"t.{form}"
    path.write_bytes(content)
    with pytest.raises(LosscliError) as caught:
        open_table(str(path))
    assert str(path) in caught.value.what
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_a_table_without_rows(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"t.{form}"
    write(pl.DataFrame({"y": [], "p": []}, schema={"y": pl.Int64, "p": pl.Int64}), path)
    with pytest.raises(LosscliError, match="has no rows"):
        open_table(str(path))


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_from_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    path = tmp_path / f"t.{form}"
    write(pl.DataFrame({"y": [1, 2], "p": [3, 4]}), path)
    stream = SimpleNamespace(buffer=io.BytesIO(path.read_bytes()), isatty=lambda: False)
    monkeypatch.setattr("sys.stdin", stream)
    np.testing.assert_array_equal(joined("-", "p", True), [[1, 2], [3, 4]])


@pytest.mark.parametrize("name", ["t.parquet", "t.arrow"])
def test_chunks_travel_and_number_their_rows(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "PART_BYTES", 64)
    monkeypatch.setattr(parquet, "AT_LEAST", 4)
    table = pl.DataFrame({"y": range(20), "p": range(20)})
    path = tmp_path / name
    if name == "t.parquet":
        table.write_parquet(path, row_group_size=2)
    else:
        write(table, path)
    source = open_table(str(path)).select("y", "p", None, truth=True, models=False)
    chunks = pickle.loads(pickle.dumps(list(source.chunks())))
    assert [batch.first_row for chunk in chunks for batch in chunk()] == [1, 5, 9, 13, 17]
    assert not any(chunk.relative for chunk in chunks)


def test_a_table_is_no_array(tmp_path: Path) -> None:
    write(pl.DataFrame({"y": [1]}), tmp_path / "t.parquet")
    with pytest.raises(LosscliError, match="is a table, where one array is wanted"):
        read_values(f"@{tmp_path / 't.parquet'}", option="--true")


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("t.parquet", "t.arrow"):
        write(pl.DataFrame({"y": [1], "p": [2]}), tmp_path / name)
    for module in ("polars", "pyarrow.parquet"):
        monkeypatch.setitem(sys.modules, module, None)
    for name, wanted in (("t.parquet", "Parquet needs PyArrow"), ("t.arrow", "Arrow needs Polars")):
        with pytest.raises(LosscliError, match=re.escape(f"reading {wanted} (pip install 'losscli[data]')")):
            open_table(str(tmp_path / name))
    with pytest.raises(LosscliError, match="reading a remote file needs Polars"):
        open_table("s3://bucket/t.parquet")


def test_a_file_written_again_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    found = []
    for n in (5, 9):
        write(pl.DataFrame({"y": range(n), "p": range(n)}), path)
        source = open_table(str(path)).select("y", "p", None, truth=True, models=False)
        found.append(sum(len(batch) for chunk in source.chunks() for batch in chunk()))
    assert found == [5, 9]
