"""What is written comes back, bit for bit, in any batches, as often as it is asked for."""

from __future__ import annotations

import csv
import json
import math
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.data import Source, open_table, read_values
from losscli.errors import LosscliError

FLOATS = st.floats(allow_nan=True, allow_infinity=True)
# Stars and commas would name more than one column; blanks around a name are not kept.
NAMES = st.text(
    st.characters(codec="utf-8", categories=["L", "P", "S"], exclude_characters="*?,"), min_size=1
).filter(lambda name: name == name.strip())
BATCHES = st.integers(1, 9)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[float]]]:
    names = draw(st.lists(NAMES, min_size=2, max_size=4, unique=True))
    n = draw(st.integers(1, 12))
    return names, [draw(st.lists(FLOATS, min_size=n, max_size=n)) for _ in names]


def joined(source: Source, rows: int) -> tuple[Any, Any]:
    """All rows of a source, y_true and y_pred, with what holds of every batch checked on the way."""
    batches = list(source.batches(rows))
    first_row = 1
    for batch in batches:
        assert 1 <= len(batch) <= rows
        assert batch.first_row == first_row
        assert batch.y_pred["y_pred"].dtype == np.float64
        first_row += len(batch)
    y_true = [batch.y_true for batch in batches if batch.y_true is not None]
    return np.concatenate(y_true), np.concatenate([batch.y_pred["y_pred"] for batch in batches])


def check(path: Path, names: list[str], columns: list[list[float]], rows: int) -> None:
    true, *pred = names
    table = open_table(str(path))
    assert table.columns == tuple(names)
    source = table.select(true, ",".join(pred), None, truth=True, models=False)
    for _ in range(2):  # a second pass starts again from the first row
        y_true, y_pred = joined(source, rows)
        np.testing.assert_array_equal(y_true, columns[0])
        wanted = np.array(columns[1:]).T if len(pred) > 1 else np.array(columns[1])
        np.testing.assert_array_equal(y_pred, wanted)


@given(tables(), BATCHES, st.sampled_from(["csv", "tsv"]), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_delimited(
    table: tuple[list[str], list[list[float]]], rows: int, form: str, end: str, bom: bool
) -> None:
    names, columns = table
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"t.{form}")
        with path.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as stream:
            writer = csv.writer(stream, delimiter="," if form == "csv" else "\t", lineterminator=end)
            writer.writerow(names)
            writer.writerows(zip(*columns, strict=True))
        if all(is_float(name) for name in names):
            with pytest.raises(LosscliError, match="no header"):
                open_table(str(path))
        else:
            check(path, names, columns, rows)


def is_float(text: str) -> bool:
    try:
        return not math.isnan(float(text))
    except ValueError:
        return False


def plain(value: float) -> float | str | None:
    """The float as strict JSON can hold it."""
    return None if math.isnan(value) else value if math.isfinite(value) else ("inf" if value > 0 else "-inf")


@given(tables(), BATCHES, st.booleans())
def test_json(table: tuple[list[str], list[list[float]]], rows: int, strict: bool) -> None:
    names, columns = table
    cells = [[plain(v) if strict else v for v in column] for column in columns]
    records = [dict(zip(names, row, strict=True)) for row in zip(*cells, strict=True)]
    with tempfile.TemporaryDirectory() as folder:
        arrays, objects, lines = (Path(folder, name) for name in ("a.json", "o.json", "l.jsonl"))
        arrays.write_text(json.dumps(dict(zip(names, cells, strict=True)), indent=1), encoding="utf-8")
        objects.write_text(json.dumps(records, ensure_ascii=False), encoding="utf-8")
        lines.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
        for path in (arrays, objects, lines):
            check(path, names, columns, rows)


@given(
    st.integers(1, 9),
    st.lists(st.integers(1, 3), max_size=2),
    st.sampled_from(["<f4", ">f8", "<i8", "u1", "?", "<f2"]),
    BATCHES,
    st.booleans(),
)
def test_npz_and_nested_json(n: int, trailing: list[int], dtype: str, rows: int, compressed: bool) -> None:
    pred = (np.arange(n * math.prod(trailing)) % 7).reshape(n, *trailing).astype(dtype)
    true = np.arange(n)
    with tempfile.TemporaryDirectory() as folder:
        npz, arrays, lines = (Path(folder, name) for name in ("t.npz", "t.json", "t.jsonl"))
        (np.savez_compressed if compressed else np.savez)(npz, y_true=true, y_pred=pred)
        arrays.write_text(json.dumps({"y_true": true.tolist(), "y_pred": pred.tolist()}))
        records = zip(true.tolist(), pred.tolist(), strict=True)
        lines.write_text("\n".join(json.dumps({"y_true": t, "y_pred": p}) for t, p in records))
        for path in (npz, arrays, lines):
            y_true, y_pred = joined(
                open_table(str(path)).select(None, None, None, truth=True, models=False), rows
            )
            np.testing.assert_array_equal(y_true, true)
            np.testing.assert_array_equal(y_pred, pred.astype(float))
            assert y_pred.shape == pred.shape


@given(st.lists(FLOATS, min_size=1, max_size=9))
def test_values(values: list[float]) -> None:
    texts = [",".join(map(repr, values)), json.dumps(values), json.dumps([plain(v) for v in values])]
    for text in texts:
        np.testing.assert_array_equal(read_values(text, option="--true"), values)
    with tempfile.TemporaryDirectory() as folder:
        for header in ("", "y\n"):
            path = Path(folder, "y.csv")
            path.write_text(header + "\n".join(map(repr, values)))
            np.testing.assert_array_equal(read_values(f"@{path}", option="--true"), values)
        for array in (np.array(values), np.array([values, values]).T):
            np.save(Path(folder, "y.npy"), array)
            np.savetxt(Path(folder, "y.tsv"), array, fmt="%.17g", delimiter="\t")
            Path(folder, "y.json").write_text(json.dumps(array.tolist()))
            for name in ("y.npy", "y.tsv", "y.json"):
                np.testing.assert_array_equal(read_values(f"@{Path(folder, name)}", option="--true"), array)


ORIGINALS = {
    "csv": b'y,pred\n1,2\n"3",4\nNA,1e5\n',
    "json": b'[{"y":1,"pred":[2,3]},{"y":null,"pred":[2.5,"inf"]}]',
    "jsonl": b'{"y":1,"pred":[2,3]}\n{"y":null,"pred":[2.5,"inf"]}\n',
    "npy": b"",
    "npz": b"",
}


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("originals")
    np.save(folder / "o.npy", np.arange(6.0))
    np.savez(folder / "o.npz", y=np.arange(3), pred=np.ones((3, 2)))
    return {form: text or (folder / f"o.{form}").read_bytes() for form, text in ORIGINALS.items()}


# NumPy warns of a header that only an old Python could have written.
@pytest.mark.filterwarnings("ignore:Reading .*required additional header parsing:UserWarning")
@given(st.data())
def test_damage_is_told_in_one_line(originals: dict[str, bytes], data: st.DataObject) -> None:
    """A file with bytes changed or cut off is read, or refused; nothing but a LosscliError is raised."""
    form = data.draw(st.sampled_from(sorted(originals)))
    content = bytearray(originals[form])
    for at, byte in data.draw(
        st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), max_size=4)
    ):
        content[at] = byte
    content = content[: data.draw(st.integers(0, len(content)))]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"t.{form}")
        path.write_bytes(content)
        message = ""
        try:
            if data.draw(st.booleans()):
                assert read_values(f"@{path}", option="--true").size
            else:
                source = open_table(str(path)).select(None, None, None, truth=True, models=False)
                assert sum(map(len, source.batches(2)))
        except LosscliError as error:
            message = str(error)
        assert "\n" not in message
