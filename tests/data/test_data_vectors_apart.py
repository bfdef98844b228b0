"""The vectors of a row, each in an array, a file or a column of its own: anchor, positive and negative."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.inside import losscli as command

import losscli
from losscli import LosscliError

RNG = np.random.default_rng(7)
NAMES = ("anchor", "positive", "negative")
VECTORS = {name: RNG.normal(size=(5, 3)) for name in NAMES}
A, Q, N = VECTORS.values()
GAPS = np.linalg.norm(A - Q, axis=1) - np.linalg.norm(A - N, axis=1)
TRIPLET = np.maximum(0, GAPS + 1).mean()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, array in VECTORS.items():
        np.save(tmp_path / f"{name}.npy", array)
    np.savez(tmp_path / "all.npz", **VECTORS)
    rows = [dict(zip(NAMES, map(list, row), strict=True)) for row in zip(A, Q, N, strict=True)]
    (tmp_path / "all.json").write_text(json.dumps(rows))
    (tmp_path / "negative.csv").write_text("\n".join(",".join(map(repr, row)) for row in N.tolist()))
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        "--pred anchor.npy,positive.npy,negative.npy",
        "--pred @anchor.npy,@positive.npy,@negative.npy",
        "--pred @anchor.npy,positive.npy,negative.csv",
        "all.npz --pred anchor,positive,negative",
        "all.json --pred anchor,positive,negative",
    ],
)
def test_three_files_or_columns_make_a_triplet(folder: Path, words: str) -> None:
    told = command("compute", "triplet", *words.split(), "--format", "json", cwd=folder)
    assert told.returncode == 0, told.stderr
    made = json.loads(told.stdout)
    assert made["value"] == pytest.approx(TRIPLET, rel=1e-14, abs=0)
    if ".npy" in words:
        assert "side by side, (N, 3, D)" in told.stdout


def test_a_tuple_of_three_arrays_is_a_triplet() -> None:
    score = losscli.compute("triplet", None, (A, Q, N))
    assert score.value == pytest.approx(TRIPLET, rel=1e-14, abs=0)
    assert score.remarks[0].text == "y_pred is 3 arrays side by side, (N, 3, D)"
    assert losscli.gradient("triplet", None, (A, Q, N)).shape == (5, 3, 3)
    assert losscli.compare(None, {"one": (A, Q, N)}, ["triplet"]).scores[0].value == score.value
    few = tuple(array[:3] for array in (A, Q, N))  # as many rows as vectors
    assert losscli.compute("triplet", None, few).value == np.maximum(0, GAPS[:3] + 1).mean()
    pair = losscli.compute("cosine_embedding", [1, 1, 1, 1, 1], (A, Q))
    assert pair.value == losscli.compute("cosine_embedding", [1, 1, 1, 1, 1], np.stack([A, Q], 1)).value


def test_pandas_indexes_of_the_parts_are_looked_at() -> None:
    pd = pytest.importorskip("pandas")
    anchor, other = pd.DataFrame(A), pd.DataFrame(Q, index=[1, 0, 2, 3, 4])
    with pytest.raises(LosscliError, match=r"the indexes of y_pred\[0\] and y_pred\[1\] differ"):
        losscli.compute("triplet", None, (anchor, other, N))


@pytest.mark.parametrize(
    ("true", "pred", "what", "hint"),
    [
        (None, [A, Q, N], "must be .N, 3, D.", "3 arrays (N, D) go in a tuple"),
        (None, (A, Q, N[:4]), r"3 arrays of the shapes .5, 3., .5, 3., .4, 3.", "give one shape to all"),
    ],
)
def test_what_is_no_triplet_is_refused(true: Any, pred: Any, what: str, hint: str) -> None:
    with pytest.raises(LosscliError, match=what) as refused:
        losscli.compute("triplet", true, pred)
    assert hint in str(refused.value.hint)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--pred anchor.npy,positive.npy", "--pred names 2 files, and 3 vectors make a row of y_pred"),
        ("--pred anchor.npy,positive.npy,none.npy", "none.npy: there is no such file"),
        ("--pred @-,@-,anchor.npy", "standard input (@-) can be read once"),
        ("--pred anchor.npy,positive.npy,short.npy", "short.npy (5, 2)"),
        ("odd.npz --pred anchor,positive,negative", "column negative holds rows of the shape (2,)"),
    ],
)
def test_files_that_make_none_are_refused(folder: Path, words: str, told: str) -> None:
    np.save(folder / "short.npy", N[:, :2])
    np.savez(folder / "odd.npz", anchor=A, positive=Q, negative=N[:, :2])
    said = command("compute", "triplet", *words.split(), cwd=folder)
    assert said.returncode == 2
    assert told in said.stderr.replace("\n         ", " ")


def test_a_bad_value_is_told_with_its_column_and_place(folder: Path) -> None:
    bad = N.copy()
    bad[1, 2] = np.inf
    np.savez(folder / "bad.npz", anchor=A, positive=Q, negative=bad)
    said = command("compute", "triplet", "bad.npz", "--pred", "anchor,positive,negative", cwd=folder)
    assert "bad.npz, row 2, column negative[3]: inf is not a finite number" in said.stderr
