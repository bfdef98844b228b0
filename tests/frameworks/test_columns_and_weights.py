"""A file's column as Keras's users hold it, and weights that are all 0. Numbers: Keras 3.15.1, run."""

from __future__ import annotations

import json
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.close import close
from support.inside import losscli as command

import losscli
from losscli.analysis.parity import parity
from losscli.analysis.request import Request
from losscli.analysis.score import score
from losscli.catalogue.find import lookup
from losscli.data import open_table
from losscli.data.source import Source

TRUE, PRED, WEIGHT = [1.0, 0.0, 1.0], [0.9, 0.3, 0.4], [1.0, 2.0, 4.0]
# What keras.losses.MeanSquaredError gives for (3, 1) arrays, Σwv/N first: fit and evaluate print it.
KERAS = {"mean": 1.63 / 3, "sum_over_batch_size": 1.63 / 3, "sum": 1.63, "mean_with_sample_weight": 1.63 / 7}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "preds.csv"
    rows = zip(TRUE, PRED, WEIGHT, strict=True)
    path.write_text("y_true,y_pred,w\n" + "".join(f"{y},{p},{w}\n" for y, p, w in rows))
    return path


def source(path: Path, weight: str | None = "w") -> Source:
    return open_table(str(path)).select("y_true", "y_pred", weight, None, truth=True, models=False)


@pytest.mark.parametrize("reduction", KERAS)
def test_a_file_s_column_is_a_column_to_keras(table: Path, reduction: str) -> None:
    request = Request.of(lookup("mse"), {}, reduction, "keras")
    found = score(request, source(table))
    assert found.value == close(KERAS[reduction], 2e-6)
    assert not any("of (N,) arrays it makes one" in remark.text for remark in found.remarks)
    assert [sample.y_pred for sample in found.samples] == PRED  # shown as they stand in the file


def test_the_library_keeps_what_it_is_given() -> None:
    flat = losscli.compute("mse", TRUE, PRED, WEIGHT, like="keras")
    assert flat.value == close(0.46 / 3 * 7 / 3, 2e-6)
    column = [np.array(values)[:, None] for values in (TRUE, PRED)]
    assert losscli.compute("mse", *column, WEIGHT, like="keras").value == close(1.63 / 3, 2e-6)


def test_a_npz_keeps_its_shapes(tmp_path: Path) -> None:
    path = tmp_path / "preds.npz"
    np.savez(path, y_true=TRUE, y_pred=PRED, w=WEIGHT)
    found = score(Request.of(lookup("mse"), {}, "mean", "keras"), source(path))
    assert found.value == close(0.46 / 3 * 7 / 3, 2e-6)


def test_others_hold_a_column_as_it_is(table: Path) -> None:
    found = score(Request.of(lookup("mse"), {}, "mean", "sklearn"), source(table))
    assert found.value == close(1.63 / 7, 1e-12)


def test_rows_of_one_number_are_rows(table: Path) -> None:
    """The cosine of one number and one: a value a row, not one of the column as a vector."""
    found = score(Request.of(lookup("cosine_similarity"), {}, "mean", "keras"), source(table, None))
    assert found.value == close(-2 / 3, 2e-6)
    assert found.n == 3


def test_parity_hands_keras_a_column(table: Path) -> None:
    (keras,) = (
        row for row in parity(Request.of(lookup("mse"), {}), source(table)).rows if row.framework == "keras"
    )
    assert keras.value == close(1.63 / 3, 2e-6)


def test_steps_lead_to_the_same_number(table: Path) -> None:
    done = command(
        "compute", "mse", str(table), "--weight", "w", "--like", "keras", "--steps", "--format", "json"
    )
    printed = json.loads(done.stdout)
    assert printed["value"] == close(1.63 / 3, 2e-6)
    assert printed["reduced"][-1]["value"] == close(1.63 / 3, 2e-6)


def test_the_sum_of_one_value_is_not_said_to_be_the_rows() -> None:
    flat = losscli.compute("mse", TRUE, PRED, like="keras")
    assert (flat.mean, flat.sum) == (flat.value, None)
    assert losscli.compute("mse", TRUE, PRED, like="keras", reduction="sum").sum == flat.value


@pytest.mark.parametrize(
    ("loss", "like", "reduction", "wanted"),
    [
        ("mse", "keras", "mean", 0.0),
        ("mse", "keras", "sum", 0.0),
        ("mse", "keras", "mean_with_sample_weight", 0.0),
        ("bce", "keras", "mean", 0.0),
        ("rmse", "keras", "mean", 0.0),
        ("dice", "keras", "mean", 0.0),
        ("huber", "torch", "mean", 0.0),
        ("quantile", "tfa", "mean", 0.0),
    ],
)
@pytest.mark.parametrize("tall", [True, False])
def test_weights_of_0_give_0(loss: str, like: str, reduction: str, wanted: float, tall: bool) -> None:
    arrays: list[Any] = [np.array(values).reshape(-1, 1) if tall else values for values in (TRUE, PRED)]
    found = losscli.compute(loss, *arrays, [0.0] * 3, like=like, reduction=reduction)
    assert found.value == wanted


def test_weights_of_0_in_torch_s_mse_are_a_division_by_0() -> None:
    assert isnan(losscli.compute("mse", TRUE, PRED, [0.0] * 3, like="torch").value or 0.0)


@pytest.mark.parametrize("like", ["exact", "sklearn"])
@pytest.mark.parametrize("loss", ["mse", "rmse", "hinge"])
def test_weights_of_0_are_refused_where_the_mean_divides_by_them(loss: str, like: str) -> None:
    with pytest.raises(losscli.LosscliError, match="the weights are all zero"):
        losscli.compute(loss, TRUE, PRED, [0.0] * 3, like=like)
