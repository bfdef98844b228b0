"""Archives of arrays too large to be loaded: mapped where they lie, or unpacked, and read row by row."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import losscli
from losscli.data import open_table, spool
from losscli.data.values import read_values
from losscli.errors import LosscliError

RNG = np.random.default_rng(4)


@pytest.fixture(autouse=True)
def everything_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "IN_MEMORY", 0)


def saved(path: Path, compressed: bool, **arrays: Any) -> str:
    (np.savez_compressed if compressed else np.savez)(path, **arrays)
    return str(path)


def read(path: str, way: str, pred: str = "p") -> tuple[Any, Any]:
    source = open_table(path).select("y", pred, None, truth=True, models=False)
    if way == "batches":
        batches = list(source.batches(7))
    else:
        batches = [batch for chunk in source.chunks() for batch in chunk()]
    assert [batch.first_row for batch in batches] == list(
        np.cumsum([1, *(len(batch) for batch in batches[:-1])])
    )
    true = np.concatenate([batch.y_true for batch in batches if batch.y_true is not None])
    return true, np.concatenate([batch.y_pred["y_pred"] for batch in batches])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(1, 40),
    st.sampled_from(["<f8", ">f8", "<f4", "<i4", "?"]),
    st.sampled_from(["C", "F"]),
    st.lists(st.integers(1, 3), max_size=2),
    st.booleans(),
    st.sampled_from(["batches", "chunks"]),
)
def test_rows_are_those_of_the_arrays(
    tmp_path: Path, n: int, dtype: str, order: Any, trailing: list[int], compressed: bool, way: str
) -> None:
    true = RNG.integers(0, 2, (n, *trailing)).astype(dtype)
    pred = np.asarray(RNG.normal(size=(n, *trailing)), order=order)
    path = saved(tmp_path / "t.npz", compressed, y=true, p=pred)
    got = read(path, way)
    np.testing.assert_array_equal(got[0], true.astype(float))
    np.testing.assert_array_equal(got[1], pred)


@pytest.mark.parametrize("compressed", [False, True])
def test_chunks_of_a_large_one_are_read_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compressed: bool
) -> None:
    monkeypatch.setattr("losscli.data.numpyfiles.CHUNK", 100)
    true, pred = RNG.normal(size=(2, 950))
    path = saved(tmp_path / "t.npz", compressed, y=true, p=pred)
    source = open_table(path).select("y", "p", None, truth=True, models=False)
    chunks = list(source.chunks())
    assert len(chunks) == 10
    read = np.concatenate([batch.y_pred["y_pred"] for chunk in reversed(chunks) for batch in chunk()][::-1])
    np.testing.assert_array_equal(read, pred)


def test_an_array_alone_and_labels(tmp_path: Path) -> None:
    values = RNG.normal(size=9)
    np.testing.assert_array_equal(
        read_values("@" + saved(tmp_path / "v.npz", False, v=values), option="--true"), values
    )
    names = np.array(["a", "b", "a"])
    path = saved(tmp_path / "t.npz", True, y=values[:3], p=values[3:6], g=names)
    source = open_table(path).select("y", "p", None, "g", truth=True, models=False)
    (batch,) = source()
    assert batch.by is not None
    assert len(batch.by) == 3


def test_what_is_wrong_is_told_in_one_line(tmp_path: Path) -> None:
    path = saved(tmp_path / "o.npz", False, y=np.array([1, "a"], dtype=object), p=np.ones(2))
    with pytest.raises(LosscliError, match="Python objects"):
        read(path, "batches")
    path = saved(tmp_path / "n.npz", False, y=np.ones(3), p=np.ones(2))
    with pytest.raises(LosscliError, match="y has 3 rows and p has 2"):
        read(path, "chunks")
    whole = Path(saved(tmp_path / "d.npz", True, y=RNG.normal(size=500), p=np.ones(500))).read_bytes()
    (tmp_path / "d.npz").write_bytes(whole[:200] + bytes(60) + whole[260:])
    with pytest.raises(LosscliError, match="damaged or cut short"):
        read(str(tmp_path / "d.npz"), "chunks")


def test_what_was_unpacked_here_is_not_sent_elsewhere(tmp_path: Path) -> None:
    path = saved(tmp_path / "t.npz", True, y=np.ones(3), p=np.ones(3))
    table = open_table(path)
    list(table.select("y", "p", None, truth=True, models=False)())
    with pytest.raises(LosscliError, match="read here"):
        pickle.dumps(table)


def test_the_loss_is_the_same(tmp_path: Path) -> None:
    true, pred = RNG.normal(size=(2, 500))
    path = saved(tmp_path / "t.npz", False, y=true, p=pred)
    from support.requests import score

    source = open_table(path).select("y", "p", None, truth=True, models=False)
    assert score("mse", source, params={}).value == losscli.compute("mse", true, pred).value
