"""Values on the command line and in files of one array."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from losscli.data import read_stream, read_values
from losscli.errors import LosscliError

INF, NAN = float("inf"), float("nan")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("3,-0.5,2,7", [3, -0.5, 2, 7]),
        ("3", [3]),
        (" 1 , -2 ", [1, -2]),
        ("NA,inf,-inf,true", [NAN, INF, -INF, 1]),
        ("[[0,1,0],[0,0,1]]", [[0, 1, 0], [0, 0, 1]]),
        (' [[[1],["inf"]],[[null],[true]]]', [[[1], [INF]], [[NAN], [1]]]),
    ],
)
def test_inline(text: str, wanted: Any) -> None:
    array = read_values(text, option="--true")
    assert array.dtype == np.float64
    np.testing.assert_array_equal(array, wanted)
    assert array.shape == np.shape(wanted)


@pytest.mark.parametrize(
    ("name", "content", "wanted"),
    [
        ("y.csv", "1\n2\n", [1, 2]),
        ("y.csv", "nan\n2\n", [NAN, 2]),  # np.savetxt writes so; the first is a value, no header
        ("y.csv", "1\n\n2\n\n", [1, NAN, 2]),
        ("y.csv", "true\n0\n1\n", [0, 1]),
        ("y.csv", "True\nFalse\n", [1, 0]),
        ("y.csv", "a,b\n1,2\n3,4\n", [[1, 2], [3, 4]]),
        ("y.tsv", "1\t2\n3\t4\n", [[1, 2], [3, 4]]),
        ("y.json", "[[1, null], [2, 3]]", [[1, NAN], [2, 3]]),
        ("y.jsonl", "[1, 2]\n[3, 4]\n", [[1, 2], [3, 4]]),
    ],
)
def test_files_of_one_array(folder: Path, name: str, content: str, wanted: Any) -> None:
    (folder / name).write_text(content)
    np.testing.assert_array_equal(read_values(f"@{name}", option="--true"), wanted)


@pytest.mark.parametrize("dtype", ["<f4", ">i4", "u1", "?"])
def test_npy_and_npz_of_one_array(folder: Path, dtype: str) -> None:
    array = np.array([[0, 1], [1, 0]]).astype(dtype)
    np.save(folder / "y.npy", array)
    np.savez(folder / "y.npz", anything=array)
    for name in ("y.npy", "y.npz"):
        read = read_values(f"@{name}", option="--true")
        assert read.dtype == np.float64
        np.testing.assert_array_equal(read, array.astype(float))


@pytest.mark.parametrize(
    ("content", "input_format"), [(b"1,2\n3,4\n", None), (b"[[1,2],[3,4]]", None), (b"[1,2]\n[3,4]", "jsonl")]
)
def test_standard_input(monkeypatch: pytest.MonkeyPatch, content: bytes, input_format: str | None) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    array = read_values("@-", option="--true", input_format=input_format)
    assert array.tolist() == [[1, 2], [3, 4]]


COLUMNS = "to name columns, give the file before them: losscli compute LOSS DATA --true "
SEPARATE = "write the numbers with commas between: --true 3,-0.5,2"


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        (
            "1,abc",
            '--true: "abc" (value 2) is not a number',
            "mend it, or give a file of values: --true @y.npy",
        ),
        ("y.npy", '--true: "y.npy" (value 1) is not a number', "for the values in that file: --true @y.npy"),
        ("price", '--true: "price" (value 1) is not a number', COLUMNS + "price"),
        ("p_*", '--true: "p_*" (value 1) is not a number', COLUMNS + "p_*"),
        ("a,b", '--true: "a" (value 1) is not a number', COLUMNS + "a,b"),
        ("1 2", '--true: "1 2" (value 1) is not a number', SEPARATE),
        ("1_0", '--true: "1_0" (value 1) is not a number', None),
        ("a\x1b\0", r'--true: "a\x1b\x00" (value 1) is not a number', None),
        ("", "--true holds no values", None),
        ("1,,2", "--true: value 2 is empty", "a missing value is written nan"),
        ("[]", "--true has no values (its shape is (0,))", None),
        ("[[1,2],[3]]", "--true, row 2: 1 entry where row 1 has 2", None),
        ("[[1,2],3]", "--true, row 2: 3 where row 1 has a list of 2 entries", None),
        ('[[1,2],[3,"x"]]', '--true, row 2, entry [2]: "x" is not a number', None),
        ("[1,'a']", "--true, line 1, column 4: broken JSON: Expecting value", None),
        ("{}", "--true is a JSON object, where one array is wanted", None),
        ("[" * 70 + "1" + "]" * 70, "--true: lists nested 70 deep are too deep", None),
        ("@", "--true @: the name of a file is missing", "as in --true @y.npy"),
        ("@n.npy", "n.npy: there is no such file", 'did you mean "y.npy"?'),
        ("@short.npy", "--true @short.npy is damaged or cut short", None),
        ("@objects.npy", "--true @objects.npy holds Python objects (pickled), which are not loaded", None),
        ("@pickle.npy", "pickle.npy holds Python objects (pickled), which are not loaded", None),
        ("@scalar.npy", "--true @scalar.npy holds a single number, not an array", None),
        ("@text.npy", "--true @text.npy holds text (<U1)", None),
        ("@zip.npy", "zip.npy is not npy but npz", "name it so: --input-format npz"),
        ("@two.npz", "--true @two.npz holds 2 arrays (a, b), where one is wanted", None),
        ("@words.csv", '--true @words.csv, row 2: "x" is not a number', None),
        ("@ragged.csv", "--true @ragged.csv, row 2: 1 field where the first row has 2", None),
        ("@header.csv", "--true @header.csv has a header line and no rows", None),
        ("@table.json", "--true @table.json is a JSON object, where one array is wanted", None),
        ("@number.json", "--true @number.json holds 3, where an array is wanted", None),
        ("@broken.json", "--true @broken.json, line 2, column 1: broken JSON: ", None),
    ],
)
def test_wrong_values(folder: Path, text: str, what: str, hint: str | None) -> None:
    np.save(folder / "y.npy", np.arange(4.0))
    (folder / "short.npy").write_bytes((folder / "y.npy").read_bytes()[:-5])
    np.save(folder / "objects.npy", np.array([None]), allow_pickle=True)
    np.array([None]).dump(folder / "pickle.npy")
    np.save(folder / "scalar.npy", np.float64(3))
    np.save(folder / "text.npy", np.array(["a"]))
    np.savez(folder / "two.npz", a=[1], b=[2])
    (folder / "zip.npy").write_bytes((folder / "two.npz").read_bytes())
    for name, content in {
        "words.csv": "y\n1\nx\n",
        "ragged.csv": "1,2\n3\n",
        "header.csv": "y\n",
        "table.json": '{"y": [1]}',
        "number.json": "3",
        "broken.json": "[1,\n",
    }.items():
        (folder / name).write_text(content)
    with pytest.raises(LosscliError) as caught:
        read_values(text, option="--true")
    assert caught.value.what.startswith(what)
    assert hint is None or caught.value.hint == hint
    assert str(caught.value).isprintable()


def test_stream() -> None:
    source = read_stream("1,2,3", "[[1,0],[2,0],[3,0]]", "1,1,0.5")
    assert (source.name, source.models, source.chosen) == (None, ("y_pred",), ())
    for _ in range(2):
        one, two = source.batches(2)
        assert (one.first_row, two.first_row) == (1, 3)
        assert (two.y_true, two.weight) == ([3], [0.5])
        assert two.y_pred["y_pred"].tolist() == [[3, 0]]
        assert one.origin.place("y_pred", 2, (1,)) == "--pred[2], row 2"
    (batch,) = read_stream(None, "1,2", None).batches()
    assert (batch.y_true, batch.weight) == (None, None)


def test_streams_of_different_lengths(folder: Path) -> None:
    np.save(folder / "y.npy", np.arange(4.0))
    for true, pred, weight, message in (
        ("1,2", "1,2,3", None, "--true has 2 rows and --pred has 3 "),
        ("@y.npy", "1", None, "--true @y.npy has 4 rows and --pred has 1 "),
        ("1,2", "1,2", "1", "--weight has 1 row and --pred has 2 "),
        ("@-", "@-", None, "standard input (@-) can be read once "),
    ):
        with pytest.raises(LosscliError) as caught:
            read_stream(true, pred, weight)
        assert str(caught.value).startswith(message)
