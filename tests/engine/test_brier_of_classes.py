"""Brier's score of several classes: read by the rows, with names of classes, and said."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.inside import losscli as run

import losscli
from losscli import LosscliError

P = [[0.7, 0.2, 0.1], [0.2, 0.5, 0.3], [0.1, 0.1, 0.8]]
HOT = np.eye(3).tolist()
READ = "brier is read with multiclass=true, because y_true holds a class index for each row of y_pred"


def texts(result: Any) -> str:
    return " ".join(remark.text for remark in result.remarks)


@pytest.mark.parametrize("true", [[0, 1, 2], [[0], [1], [2]]], ids=["(N,)", "(N, 1)"])
def test_class_indices_add_the_squares_up_and_it_is_said(true: Any) -> None:
    score = losscli.compute("brier", true, P)
    assert score.value == pytest.approx(0.58 / 3, rel=1e-14, abs=0)
    assert READ in texts(score)
    assert score.params == {"multiclass": True, "half": False}


def test_one_hot_rows_count_alone_until_it_is_said_otherwise() -> None:
    score = losscli.compute("brier", HOT, P)
    assert score.value == pytest.approx(0.58 / 9, rel=1e-14, abs=0)
    assert "each of the first 3 rows is one-hot in y_true and sums to 1 in y_pred" in texts(score)
    assert "-p multiclass=true adds up the squares of 3 classes" in texts(score)
    score = losscli.compute("brier", HOT, P, multiclass=True)
    assert score.value == pytest.approx(0.58 / 3, rel=1e-14, abs=0)
    assert not score.remarks
    assert not losscli.compute("brier", HOT, np.array(P) / 2).remarks  # no classes, as they do not sum to 1
    assert not losscli.compute("brier", [1, 0], [0.5, 0.25]).remarks


def test_classes_of_positions() -> None:
    rng = np.random.default_rng(4)
    index, pred = rng.integers(0, 3, (2, 5)), rng.dirichlet(np.ones(3), (2, 5))
    index[0, 0] = -1
    values = ((pred - np.eye(3)[index]) ** 2).sum(-1)
    for array, axis in ((pred, {}), (pred.transpose(0, 2, 1), {"class_axis": 1})):
        score = losscli.compute("brier", index, array, ignore_index=-1, **axis)
        assert score.value == pytest.approx(values[index >= 0].mean(), rel=1e-13, abs=0)
        assert score.divided_by == "9 of 10 positions (1 ignored)"


def test_names_of_classes_and_numbered_columns(tmp_path: Path) -> None:
    pd = pytest.importorskip("pandas")
    named = pd.DataFrame(P, columns=["p_cat", "p_dog", "p_ant"])
    assert losscli.compute("brier", ["cat", "dog", "ant"], named).value == pytest.approx(
        0.58 / 3, rel=1e-14, abs=0
    )
    path = tmp_path / "a.csv"
    path.write_text("y,p_1,p_2,p_3\n1,.7,.2,.1\n2,.2,.5,.3\n3,.1,.1,.8\n")
    told = run("compute", "brier", str(path), "--true", "y", "--pred", "p_*")
    assert "0.193333" in told.stdout


@pytest.mark.parametrize("loss", ["brier", "sparsemax"])
def test_one_hot_columns_numbered_from_1_are_no_labels(tmp_path: Path, loss: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text("t_1,t_2,t_3,p_1,p_2,p_3\n1,0,0,.7,.2,.1\n0,0,1,.1,.1,.8\n")
    told = run("compute", loss, str(path), "--true", "t_*", "--pred", "p_*", "--format", "json")
    assert told.returncode == 0
    wanted = losscli.compute(loss, [[1, 0, 0], [0, 0, 1]], [P[0], P[2]]).value
    assert json.loads(told.stdout)["value"] == wanted


def test_a_loss_of_one_probability_refuses_positions_whose_shapes_differ() -> None:
    with pytest.raises(LosscliError, match=r"y_true is \(N, 5\) and y_pred \(N, 4, 5\)"):
        losscli.compute("bce", np.zeros((2, 5)), np.full((2, 4, 5), 0.5), ignore_index=-1)


def test_check_reads_the_rows_as_compute_does() -> None:
    checkup = losscli.check([0, 1, 2], P, loss="brier")
    assert checkup.clean
    assert READ in checkup.chosen
    assert checkup.params["multiclass"] is True


def test_parity_says_that_two_columns_are_halved() -> None:
    two = [[0.7, 0.3], [0.2, 0.8]]
    definition, sklearn = losscli.parity("brier", [0, 1], two).rows
    assert definition.value == pytest.approx(0.13, rel=1e-14, abs=0)
    assert sklearn.value == pytest.approx(0.065, rel=1e-14, abs=0)
    assert sklearn.kinds == ("factor",)
    assert losscli.parity("brier", HOT, P, multiclass=True).rows[1].same


def test_a_comparison_says_a_thing_once() -> None:
    told = run(
        "compare", "--true", "0,1,2", "--pred", str(P), "--losses", "brier,scce", "--class-weight", "balanced"
    )
    assert told.stdout.count("is read with multiclass") == 1
    assert told.stdout.count("class weights balanced") == 2  # of scce its own parameter
