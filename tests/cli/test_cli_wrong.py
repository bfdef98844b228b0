"""Wrong input: one clear message on stderr that names what is wrong and where, exit code 2, nothing written.

Each row of the tables is a command line and what its message must say. Files are made in a folder of the
test's own, which is the working directory.
"""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from losscli.cli.app import run

FILES: dict[str, str | bytes] = {
    "good.csv": "y_true,ridge,forest\n1,1.5,1\n2,2,2\n3,2,4\n",
    "words.csv": "price,forecast\n1,2\n2,3\n3,oops\n",
    "empty.csv": "",
    "header.csv": "y_true,y_pred\n",
    "ragged.csv": "y_true,y_pred\n1,2\n3,4,5\n",
    "numbers.csv": "0,1\n3,4\n",
    "points.csv": "y_true;y_pred\n1.234;2.345\n",
    "binary.csv": b"\x00\x01\x02\xff\xfe" * 50,
    "latin.csv": "y_true,größe,höhe\n1,2,3\n".encode("latin-1"),
    "missing.csv": "y_true,y_pred\n1,2\n,3\n4,nan\n",
    "infinite.csv": "y_true,y_pred\n1,2\n2,inf\n",
    "twice.csv": "y_true,y_pred,y_pred\n1,2,3\n",
    "markup.csv": "[red]x[/red],b\n1,2\n",
    "labels.csv": "y_true,p_0,p_1\n0,0.5,0.5\n3,0.4,0.6\n",
    "half.csv": "y_true,p_0,p_1\n0,0.5,0.5\n1,0.4,0.2\n",
    "logits.csv": "y_true,y_pred\n1,0.5\n0,-2.5\n",
    "mixed.csv": "y_true,y_pred\n1,0.5\n0,-2.5\n-1,0.3\n",
    "weights.csv": "y_true,y_pred,w,negative,zero\n1,2,1,1,0\n2,3,1,-1,0\n",
    "broken.json": '{"y_true": [1, 2,}',
    "uneven.json": '{"y_true": [1, 2, 3], "y_pred": [1, 2]}',
    "scalar.json": "3",
    "broken.jsonl": '{"y_true": 1, "y_pred": 2}\n{"y_true": 1,\n',
    "word.json": '{"y_true": [1, 2], "y_pred": [1, "two"]}',
    "data.xyz": "y_true,y_pred\n1,2\n",
    "odd[1]\x1b[31m.csv": "y_true,y_pred\n1,x\n",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, content in FILES.items():
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (tmp_path / "folder").mkdir()
    np.savez(tmp_path / "arrays.npz", first=np.arange(3.0), second=np.arange(3.0))
    np.save(tmp_path / "y.npy", np.arange(3.0))
    np.save(tmp_path / "table.npy", np.ones((3, 2)))
    np.save(tmp_path / "objects.npy", np.array([1, "a", None], dtype=object), allow_pickle=True)
    (tmp_path / "pickle.pkl").write_bytes(pickle.dumps([1, 2]))
    (tmp_path / "pickle.npz").write_bytes(pickle.dumps([1, 2]))
    (tmp_path / "cut.npy").write_bytes((tmp_path / "table.npy").read_bytes()[:-8])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


WRONG: list[tuple[str, list[str]]] = [
    # losses, parameters, options
    ("compute hubr --true 1 --pred 2", ["hubr", 'did you mean "huber"?']),
    ("compute zzzz --true 1 --pred 2", ["zzzz", "losscli list"]),
    ("explain hubr", ["hubr", 'did you mean "huber"?']),
    ("compute huber --true 1 --pred 2 -p delat=2", ["delat", 'did you mean "delta"?']),
    ("compute mse --true 1 --pred 2 -p delta=2", ["mse", "delta"]),
    ("compute huber --true 1 --pred 2 -p delta=-1", ["delta", "-1", "above 0"]),
    ("compute huber --true 1 --pred 2 -p delta=big", ["delta", '"big"', "above 0"]),
    ("compute huber --true 1 --pred 2 -p delta", ["delta", "NAME=VALUE"]),
    ("compute quantile --true 1 --pred 2 -p q=1.5", ["q", "1.5", "from 0 to 1"]),
    ("compute giou --true [[0,0,1,1]] --pred [[0,0,1,1]] -p box_format=xyxx", ["box_format", "xyxx", "yxyx"]),
    ("compute matrix_cce --true [[1,0]] --pred [[0.5,0.5]]", ["matrix", "needs"]),
    ("compute matrix_cce --true [[1,0]] --pred [[0.5,0.5]] -p matrix=[[1,2,3]]", ["matrix", "square"]),
    ("compute matrix_cce --true [[1,0]] --pred [[0.5,0.5]] -p matrix=[[1]]", ["matrix", "1", "2 classes"]),
    ("compute cce --true [[1,0]] --pred [[0.5,0.5]] -p class_weight=[1,2,3]", ["class_weight", "3", "2"]),
    ("compute mse --true 1 --pred 2 --from-logits", ["mse", "from_logits"]),
    ("compute mse --true 1 --pred 2 --like kera", ["kera", "keras"]),
    ("compute quadruplet --pred [[[0,0],[1,1],[2,2],[3,3]]] --like keras", ["Keras", "quadruplet"]),
    ("compute mse --true 1 --pred 2 --reduction avg", ["avg", "mean"]),
    ("compute rmse --true 1,2 --pred 2,3 --reduction sum", ["rmse", "sum"]),
    ("compute mse --true 1 --pred 2 --gradient --like keras", ["gradient", "Keras", "--like"]),
    ("compute mse --true 1 --pred 2 --rows some", ["--rows", "some"]),
    ("compute mse --true 1 --pred 2 --sort loudest", ["--sort", "loudest"]),
    ("compute mse --true 1 --pred 2 --format yaml", ["--format", "yaml"]),
    ("compute mse --ture 1 --pred 2", ["--ture", "--true"]),
    ("compute mse --true 1 --pred 2 --output nowhere/x.json", ["nowhere"]),
    ("compute mse --true 1 --pred 2 --output folder", ["folder"]),
    ("list --family binry", ["binry", "binary"]),
    ("list --property convx", ["convx", "convex"]),
    # values
    ("compute mse --true 1,2,3 --pred 1,2", ["3", "2", "--true", "--pred"]),
    ("compute mse --true 1,2,3 --pred [[1],[2],[3]]", ["(N,)", "(N, 1)"]),
    ("compute mse --true 1,two --pred 1,2", ["--true", '"two"', "2"]),
    ("compute mse --true 1,2 --pred [[1,2],[3]]", ["--pred"]),
    ("compute mse --true 1,2 --pred [1,2", ["--pred"]),
    ("compute mse --true 1,nan --pred 1,2", ["--true", "nan", "row 2", "--missing drop"]),
    ("compute mse --true 1,inf --pred 1,2", ["--true", "row 2", "inf"]),
    ("compute bce --true 1,0 --pred 0.5,1.5", ["--pred", "row 2", "1.5", "logits", "--from-logits"]),
    ("compute bce --true 1,2 --pred 0.5,0.5", ["--true", "row 2", "2"]),
    ("compute hinge --true 1,2 --pred 0.5,0.5", ["--true", "row 2", "2"]),
    ("compute hinge --true 1,0,-1 --pred 1,1,1", ["row 3", "-1", "codings"]),
    ("compute msle --true 1,-1 --pred 1,1", ["--true", "row 2", "-1"]),
    ("compute poisson --true 1,-2 --pred 1,1", ["--true", "row 2", "-2"]),
    ("compute cce --true 0,1 --pred [[0.5,0.5],[0.5,0.5]]", ["cce", "(N, D)", "(N,)", "take scce"]),
    ("compute mse good.csv --pred ridge,forest", ["(N,)", "(N, 2)", "several models are for compare"]),
    ("compute scce --true [[1,0]] --pred [[0.5,0.5]]", ["scce", "cce"]),
    ("compute scce --true 0.5 --pred [[0.5,0.5]]", ["--true", "row 1", "0.5"]),
    ("compute giou --true [[0,0,1,1]] --pred [[2,0,1,1]]", ["--pred", "row 1", "box_format"]),
    ("compute giou --true [[0,0,1]] --pred [[0,0,1]]", ["giou", "(N, 4)"]),
    ("compute triplet --pred [[1,2,3,4]]", ["triplet", "(N, 3, D)"]),
    ("compute triplet --true 1 --pred [[1,2,3]]", ["triplet", "y_true"]),
    ("compute contrastive --true 1,0 --pred 1,-1", ["--pred", "row 2", "-1"]),
    ("compute mse --true 1,2 --pred 1,2 --weight 1,-1", ["--weight", "row 2", "-1"]),
    ("compute mse --true 1,2 --pred 1,2 --weight 0,0", ["weights", "zero"]),
    ("compute mse --true 1,2 --pred 1,2 --weight 1", ["--weight", "1", "2"]),
    (
        "compute triplet_semihard --true 0,0,1 --pred [[1],[2],[3]] --weight 1,1,1",
        ["triplet_semihard", "weight"],
    ),
    ("compute mse --true 1,2 --pred 1,2 --class-weight balanced", ["--class-weight", "mse"]),
    ("compute bce --true 0,1 --pred 0.5,0.5 --class-weight 0=1,2=3", ["--class-weight", "2"]),
    ("compute bce --true 0,1 --pred 0.5,0.5 --class-weight heavy", ["--class-weight", "heavy"]),
    ("compute mse --true @nowhere.npy --pred 1", ["nowhere.npy"]),
    ("compute mse --true @y.npy --pred @objects.npy", ["objects.npy", "Python objects"]),
    ("compute mse --true @y.npy --pred @table.npy", ["(N,)", "(N, 2)"]),
    ("compute mse --true @y.npy --pred @cut.npy", ["cut.npy"]),
    ("compute mse --true y.npy --pred 1,2,3", ["--true", "@y.npy"]),
    ("compute mse", ["--true"]),
    ("compute mse --true 1", ["--pred"]),
    # files
    ("compute mse nowhere.csv", ["nowhere.csv"]),
    ("compute mse goood.csv", ["goood.csv", "good.csv"]),
    ("compute mse folder", ["folder"]),
    ("compute mse empty.csv", ["empty.csv"]),
    ("compute mse header.csv", ["header.csv"]),
    ("compute mse ragged.csv", ["ragged.csv", "row 2", "3"]),
    ("compute mse numbers.csv", ["numbers.csv", "first row", "--header or --no-header"]),
    ("compute mse points.csv", ["points.csv, column y_true", '"1.234" may be 1.234 or 1234', "--decimal ."]),
    ("compute mse good.csv --pred ridge --separator ab", ["--separator ab", "one character"]),
    ("compute mse good.csv --pred ridge --encoding x", ["--encoding", "no encoding x", "cp1252"]),
    ("compute mse good.csv --pred ridge --decimal , --thousands ,", ["--decimal and --thousands"]),
    ("compute mse arrays.npz --true first --pred second --skip 2", ["arrays.npz", "--skip says nothing"]),
    ("compute mse pickle.pkl", ["pickle.pkl is a pickle", "never opened", "read_pickle('pickle.pkl')"]),
    ("compute mse binary.csv", ["binary.csv"]),
    ("compute mse latin.csv", ["latin.csv", "there are: y_true, größe, höhe"]),
    ("compute mse data.xyz", ["data.xyz", "--input-format"]),
    ("compute mse y.npy", ["y.npy", "--true @"]),
    (
        "compute mse words.csv --true price --pred forecast",
        ["words.csv", "row 3", "column forecast", '"oops"'],
    ),
    ("compute mse words.csv --true price --pred forcast", ["forcast", 'did you mean "forecast"?']),
    ("compute mse words.csv", ["words.csv", "column forecast", '"oops"']),  # the two that there are
    ("compute mse words.csv --true price --pred p_*", ["p_*", "price"]),
    ("compute mse missing.csv", ["missing.csv", "2 rows", "2, 3", "--missing drop"]),
    ("compute mse infinite.csv", ["infinite.csv", "row 2", "column y_pred", "inf"]),
    ("compute mse twice.csv", ["twice.csv", "y_pred", "twice"]),
    ("compute scce labels.csv --pred p_*", ["labels.csv", "row 2", "column y_true", "3"]),
    (
        "compute scce half.csv --pred p_*",
        ["half.csv", "row 2", "columns p_0 … p_1", "0.6", "--from-logits", "Keras"],
    ),
    ("compute bce logits.csv", ["logits.csv", "row 2", "column y_pred", "-2.5", "--from-logits"]),
    ("compute hinge mixed.csv", ["mixed.csv", "row 3", "column y_true", "codings"]),
    ("compute mse weights.csv --weight negative", ["weights.csv", "row 2", "column negative", "-1"]),
    ("compute mse weights.csv --weight zero", ["zero"]),
    ("compute mse weights.csv --weight ww", ["ww", 'did you mean "w"?']),
    ("compute mse broken.json", ["broken.json", "line 1"]),
    ("compute mse uneven.json", ["uneven.json", "3", "2"]),
    ("compute mse scalar.json", ["scalar.json"]),
    ("compute mse broken.jsonl", ["broken.jsonl", "line 2"]),
    ("compute mse word.json", ["word.json", "row 2", "y_pred", '"two"']),
    ("compute mse arrays.npz", ["arrays.npz", "first", "second"]),
    ("compute mse arrays.npz --true first --pred third", ["arrays.npz", "third", "second"]),
    ("compute mse pickle.npz", ["pickle.npz"]),
    # compare
    ("compare good.csv --pred ridge", ["--losses"]),
    ("compare good.csv --pred ridge --losses mae,hubr", ["hubr", "huber"]),
    ("compare good.csv --pred ridge,forst --losses mae", ["forst", "forest"]),
    ("compare good.csv --pred ridge --losses mae,bce", ["bce", "good.csv", "row 2", "--skip-unfit"]),
    ("compare good.csv --pred ridge --losses bce --skip-unfit", ["bce"]),
    ("compare good.csv --pred ridge --losses mae -p delta=2", ["delta"]),
    ("compare good.csv --pred ridge --losses mae,triplet", ["triplet", "--skip-unfit"]),
]


def test_the_table_is_large() -> None:
    assert len({line for line, _ in WRONG}) == len(WRONG) >= 60


@pytest.mark.parametrize(("line", "said"), WRONG, ids=[line for line, _ in WRONG])
def test_wrong_input(line: str, said: list[str], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(path.name for path in folder.rglob("*"))
    output = [] if "--output" in line or "--format" in line else ["--output", "out.json"]
    output = [] if line.startswith("list") else output
    code = run([*line.split(" "), *output])
    out, err = capsys.readouterr()
    assert code == 2, (out, err)
    assert out == ""
    first = err.splitlines()[0]
    assert first.startswith("losscli: ")
    assert len(err.splitlines()) <= 2, err
    assert "Traceback" not in err
    assert "bug in losscli" not in err
    for word in said:
        assert word in err, err
    assert sorted(path.name for path in folder.rglob("*")) == before


@pytest.mark.usefixtures("folder")
def test_names_are_printed_literally(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compute", "mse", "markup.csv"]) == 2
    assert "[red]x[/red]" in capsys.readouterr().err
    assert run(["compute", "mse", "odd[1]\x1b[31m.csv"]) == 2
    err = capsys.readouterr().err
    assert r"odd[1]\x1b[31m.csv" in err
    assert "\x1b" not in err
    line = ["compare", "markup.csv", "--true", "b", "--pred", "[red]x[/red]", "--losses", "mse"]
    assert run([*line, "--format", "table"]) == 0
    assert "[red]x[/red]" in capsys.readouterr().out


@pytest.mark.usefixtures("folder")
def test_missing_values_are_dropped_or_computed_on_demand(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compute", "mse", "missing.csv", "--missing", "drop", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["n"] == 1
    assert told["value"] == 1.0
    assert any(remark["count"] == 2 and remark["rows"] == [2, 3] for remark in told["remarks"])
    assert "dropped:2" in told["signature"]
    assert run(["compute", "mse", "missing.csv", "--missing", "propagate", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["n"] == 3
    assert told["value"] == "nan"


def test_an_output_file_stays_as_it_was(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "kept.json").write_text("before")
    assert run(["compute", "bce", "logits.csv", "--output", "kept.json"]) == 2
    assert (folder / "kept.json").read_text() == "before"
    assert run(["compute", "bce", "logits.csv", "--from-logits", "--output", "kept.json"]) == 0
    assert json.loads((folder / "kept.json").read_text())["loss"] == "bce"
    assert capsys.readouterr().out == ""
