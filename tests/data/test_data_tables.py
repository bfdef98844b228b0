"""Tables of text, JSON and NumPy arrays: what is read, and the one line that wrong ones get."""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from losscli.data import open_table
from losscli.errors import LosscliError

INF, NAN = float("inf"), float("nan")


def write(folder: Path, name: str, content: str | bytes) -> str:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def read(path: str, *options: str | None, input_format: str | None = None, rows: int = 2) -> tuple[Any, Any]:
    table = open_table(path, input_format=input_format)
    chosen = (*options, None, None, None)[:3]
    batches = list(table.select(*chosen, truth=True, models=False).batches(rows))
    y_true = np.concatenate([batch.y_true for batch in batches if batch.y_true is not None])
    return y_true, np.concatenate([batch.y_pred["y_pred"] for batch in batches])


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("y,pred\n1,2\n3,4", [2, 4]),
        (
            " y , pred \r\n 1 , 2 \r\n\r\n 3 , 4 \r\n\r\n",
            [2, 4],
        ),  # blanks around cells, lines without anything
        ('"y","pred"\n"1", "2"\n', [2]),
        (
            'y,"p,q",pred\n1,"a\nb",2\n1,"c""d",3\n',
            [2, 3],
        ),  # what stands in columns not asked for does not matter
        ("y,pred\n1,\n1,NA\n1,n/a\n1,NULL\n1,None\n1,nan\n", [NAN] * 6),
        ("y,pred\n1,inf\n1,-INF\n1,Infinity\n1,1e-5\n1,.5\n", [INF, -INF, INF, 1e-5, 0.5]),
        ("y,pred\n1,True\n1,false\n", [1, 0]),
        ("y,pred\n1,9007199254740993\n1,0.1\n", [9007199254740992, 0.1]),
    ],
)
def test_csv(tmp_path: Path, text: str, wanted: list[float]) -> None:
    np.testing.assert_array_equal(read(write(tmp_path, "t.csv", text))[1], wanted)
    assert open_table(str(tmp_path / "t.csv")).name == str(tmp_path / "t.csv")


def test_lines_without_anything_in_a_table_of_one_column(tmp_path: Path) -> None:
    """They are missing values, except at the end."""
    table = open_table(write(tmp_path, "t.csv", 'pred\n1\n\n\n2\n""\n\n\n'))
    batches = table.select(None, None, None, truth=False, models=False).batches(2)
    values = np.concatenate([batch.y_pred["y_pred"] for batch in batches])
    np.testing.assert_array_equal(values, [1, NAN, NAN, 2, NAN])


def test_json_values(tmp_path: Path) -> None:
    text = '{"model": "m", "y": [1, true, null], "pred": [[1, "inf"], ["-INF", NaN], [Infinity, "nan"]]}'
    path = write(tmp_path, "t.json", text)
    assert open_table(path).columns == ("y", "pred")
    y_true, y_pred = read(path)
    np.testing.assert_array_equal(y_true, [1, 1, NAN])
    np.testing.assert_array_equal(y_pred, [[1, INF], [-INF, NAN], [INF, NAN]])


@pytest.mark.parametrize("name", ["t.json", "t.jsonl"])
def test_a_key_that_an_object_lacks_is_missing(tmp_path: Path, name: str) -> None:
    lines = ['{"y": 1}', '{"pred": 2, "y": 2}', '{"y": 3, "pred": null}']
    text = "[" + ",".join(lines) + "]" if name == "t.json" else "\ufeff" + "\n\n".join(lines)
    y_true, y_pred = read(write(tmp_path, name, text))
    np.testing.assert_array_equal(y_true, [1, 2, 3])
    np.testing.assert_array_equal(y_pred, [NAN, 2, NAN])


def npz_bytes(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"y,pred\n1,2\n",
        b"y\tpred\n1\t2\n",
        b'\n {"y": [1],\n "pred": [2]}',
        b'{"y": [1], "pred": [2]}',
        b'[{"y": 1, "pred": 2}]',
        b'{"y": 1, "pred": 2}',
        b"\xef\xbb\xbf" + b'{"y": 1, "pred": 2}\n',
        npz_bytes(y=[1], pred=[2]),
        b"[y],y,pred\n1,1,2\n",
    ],
)
def test_standard_input_and_pipes_tell_their_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    table = open_table("-")
    assert table.name == "standard input"
    source = table.select(None, None, None, truth=True, models=False)
    for _ in range(2):
        (batch,) = source.batches()
        assert (batch.y_true, batch.y_pred["y_pred"]) == ([1], [2])

    pipe = str(tmp_path / "pipe")
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: Path(pipe).write_bytes(content))
    writer.start()
    assert [array.tolist() for array in read(pipe)] == [[1], [2]]
    writer.join()


def test_standard_input_of_several_lines_is_jsonl(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = b'{"y": [1, 2], "pred": [3, 4]}\n' * 2
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines)))
    assert read("-")[1].tolist() == [[3, 4], [3, 4]]


def test_a_terminal_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.TextIOWrapper(io.BytesIO(b"y,pred\n1,2\n"))
    monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdin", terminal)
    with pytest.raises(LosscliError, match=r"standard input .* nothing is piped into it"):
        open_table("-")


def test_the_format_named_goes_before_the_extension(tmp_path: Path) -> None:
    path = write(tmp_path, "t.txt", "y\tpred\n1\t2\n")
    assert read(path, input_format="tsv")[1].tolist() == [2]
    with pytest.raises(
        LosscliError, match=r"did you mean \"jsonl\"\? the formats are csv, tsv, text, json, jsonl"
    ):
        open_table(path, input_format="jsonlines")
