"""Files of every row's value, cell by cell: lists, weights, gradients, what is not finite, and −0."""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
import pytest

from losscli.render import rowfile as write
from losscli.render.rowfile import writer
from losscli.results.rows import RowValues

NAN, INF = math.nan, math.inf


SIGNATURE = "mse|delta:1|n:3"


def placed(rows: RowValues) -> RowValues:
    """As of rows whose file and share are told at the end; half of the weight is a share."""
    if rows.weight is None:
        return rows
    return rows._replace(share=rows.weight / 2, file=np.array(["a", "b\x1b", "a"], object))


def written(form: str, *blocks: RowValues) -> io.BytesIO:
    file = io.BytesIO()
    file.close = lambda: None  # type: ignore[method-assign]  # Parquet's writer closes what it wrote
    made = writer(form, file, io.BytesIO())
    for block in blocks:
        made.take(block)
    made.finish(placed, SIGNATURE)
    file.seek(0)
    return file


def numbers(rows: Any, **more: Any) -> RowValues:
    """Three rows of single numbers, of which no two are the same."""
    given = {"y_true": np.array([1.0, 2.0, NAN]), "y_pred": np.array([0.1, -INF, 4.0])} | more
    return RowValues(row=rows, loss=np.array([-0.0, INF, 1 / 3]), **given)


def lists() -> RowValues:
    """Two rows of matrices, their truth vectors."""
    return RowValues(
        row=range(7, 9),
        y_true=np.array([[1.0, 0.0], [0.5, INF]]),
        y_pred=np.array([*range(11), 1.0]).reshape(2, 2, 3),
        loss=np.array([1.5, 2.5]),
        gradient=np.array([[0.25, NAN], [-INF, 1.0]]),
    )


WEIGHTED = {"weight": np.array([0.5, 0.0, 2.0]), "gradient": np.array([NAN, 3.0, -0.25])}
CASES: dict[str, tuple[RowValues, list[str], list[str]]] = {
    "numbers": (
        numbers(range(5, 8)),
        [
            "row,y_true,y_pred,loss,share,signature",
            "5,1.0,0.1,0.0,,mse|delta:1|n:3",
            "6,2.0,-inf,inf,,mse|delta:1|n:3",
            "7,nan,4.0,0.3333333333333333,,mse|delta:1|n:3",
        ],
        [
            '{"row": 5, "y_true": 1.0, "y_pred": 0.1, "loss": 0.0, "share": null, '
            '"signature": "mse|delta:1|n:3"}',
            '{"row": 6, "y_true": 2.0, "y_pred": "-inf", "loss": "inf", "share": null, '
            '"signature": "mse|delta:1|n:3"}',
            '{"row": 7, "y_true": "nan", "y_pred": 4.0, "loss": 0.3333333333333333, "share": null, '
            '"signature": "mse|delta:1|n:3"}',
        ],
    ),
    "weights": (
        numbers([2, 9, 4], **WEIGHTED),
        [
            "row,y_true,y_pred,loss,share,weight,file,gradient,signature",
            "2,1.0,0.1,0.0,0.25,0.5,a,,mse|delta:1|n:3",
            r"9,2.0,-inf,inf,0.0,0.0,b\x1b,3.0,mse|delta:1|n:3",
            "4,nan,4.0,0.3333333333333333,1.0,2.0,a,-0.25,mse|delta:1|n:3",
        ],
        [
            '{"row": 2, "y_true": 1.0, "y_pred": 0.1, "loss": 0.0, "share": 0.25, "weight": 0.5, '
            '"file": "a", "gradient": null, "signature": "mse|delta:1|n:3"}',
            '{"row": 9, "y_true": 2.0, "y_pred": "-inf", "loss": "inf", "share": 0.0, "weight": 0.0, '
            r'"file": "b\u001b", "gradient": 3.0, "signature": "mse|delta:1|n:3"}',
            '{"row": 4, "y_true": "nan", "y_pred": 4.0, "loss": 0.3333333333333333, "share": 1.0, '
            '"weight": 2.0, "file": "a", "gradient": -0.25, "signature": "mse|delta:1|n:3"}',
        ],
    ),
    "no truth": (
        RowValues(row=range(1, 2), y_true=None, y_pred=np.array([2.0]), loss=np.array([4.0])),
        ["row,y_true,y_pred,loss,share,signature", "1,,2.0,4.0,,mse|delta:1|n:3"],
        [
            '{"row": 1, "y_true": null, "y_pred": 2.0, "loss": 4.0, "share": null, '
            '"signature": "mse|delta:1|n:3"}'
        ],
    ),
    "lists": (
        lists(),
        [
            "row,y_true,y_pred,loss,share,gradient,signature",
            '7,"[1.0, 0.0]","[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]",1.5,,"[0.25, null]",mse|delta:1|n:3',
            '8,"[0.5, ""inf""]","[[6.0, 7.0, 8.0], [9.0, 10.0, 1.0]]",2.5,,"[""-inf"", 1.0]",mse|delta:1|n:3',
        ],
        [
            '{"row": 7, "y_true": [1.0, 0.0], "y_pred": [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]], "loss": 1.5, '
            '"share": null, "gradient": [0.25, null], "signature": "mse|delta:1|n:3"}',
            '{"row": 8, "y_true": [0.5, "inf"], "y_pred": [[6.0, 7.0, 8.0], [9.0, 10.0, 1.0]], "loss": 2.5, '
            '"share": null, "gradient": ["-inf", 1.0], "signature": "mse|delta:1|n:3"}',
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_csv(name: str) -> None:
    rows, lines, _ = CASES[name]
    assert written("csv", rows).read().decode().splitlines() == lines


@pytest.mark.parametrize("name", ["numbers", "weights", "no truth"])
def test_tsv_has_tabs_in_place_of_commas(name: str) -> None:
    rows, lines, _ = CASES[name]
    assert written("tsv", rows).read().decode() == "".join(line.replace(",", "\t") + "\n" for line in lines)


@pytest.mark.parametrize("name", CASES)
def test_jsonl(name: str) -> None:
    rows, _, lines = CASES[name]
    assert written("jsonl", rows).read().decode().splitlines() == lines


@pytest.mark.parametrize("name", CASES)
def test_npy(name: str) -> None:
    rows = CASES[name][0]
    values = np.load(written("npy", rows))
    assert (values.dtype, values.tolist()) == (np.dtype("<f8"), rows.loss.tolist())
    assert not np.signbit(values).any()


@pytest.mark.parametrize("name", CASES)
def test_parquet(name: str) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    rows, lines, _ = CASES[name]
    table = parquet.read_table(written("parquet", rows))
    assert table.column_names == lines[0].split(",")
    assert table["row"].to_pylist() == list(rows.row)
    for column in ("y_true", "y_pred", "loss", "weight", "gradient"):
        given = getattr(rows, column)
        if given is not None:
            np.testing.assert_array_equal(np.array(table[column].to_pylist()), given)
    assert not np.signbit(table["loss"].to_numpy()).any()
    assert set(table["signature"].to_pylist()) == {SIGNATURE}
    if rows.weight is not None:
        assert (table["share"].to_pylist(), table["file"].to_pylist()) == (
            [0.25, 0.0, 1.0],
            ["a", "b\x1b", "a"],
        )
    else:
        assert table["share"].null_count == table.num_rows


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_parquet_in_groups_holds_each_row_once(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(write, "ROW_GROUP", size)
    blocks = [
        RowValues(range(first, first + 2), None, np.array([first, first + 0.5]), np.array([1.0, 2.0]) * first)
        for first in (1, 3, 5)
    ]
    made = parquet.ParquetFile(written("parquet", *blocks))
    assert made.metadata.num_row_groups == {1: 3, 2: 3, 3: 2, 100: 1}[size]
    table = made.read()
    assert table["row"].to_pylist() == [1, 2, 3, 4, 5, 6]
    assert table["loss"].to_pylist() == [1.0, 2.0, 3.0, 6.0, 5.0, 10.0]


@pytest.mark.parametrize("many", [0, 3, 100])
def test_csv_has_one_header_however_it_is_written(many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("polars")
    monkeypatch.setattr(write, "MANY", many)
    blocks = [
        RowValues(range(k, k + 2), None, np.array([k, k + 0.5]), np.array([1.0, 2.0])) for k in (1, 3, 5)
    ]
    lines = written("csv", *blocks).read().decode().splitlines()
    assert lines[0] == "row,y_true,y_pred,loss,share,signature"
    assert [[float(cell) for cell in line.split(",")[:4] if cell] for line in lines[1:]] == [
        [k + half, k + half / 2, 1 + half] for k in (1, 3, 5) for half in (0, 1)
    ]
