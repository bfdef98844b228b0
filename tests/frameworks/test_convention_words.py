"""What stands beside a framework's number: its divisor, its signature, what happened to its rows."""

from __future__ import annotations

from math import isnan, nan
from typing import Any

import pytest
from support.close import close

import losscli

HALVES = [[0.5, 0.5]] * 3
COLUMN = [[1.0], [3.0]]
OFF = [[2.0], [3.0]]
POINTS = [[0.0], [1.0], [3.0]]


# Loss, data, weights, options; the divisor, what it is called, and the signature without loss and version.
DIVIDED: list[tuple[str, Any, Any, Any, dict[str, Any], float | None, str, str]] = [
    ("mse", [1.0], [2.0], None, {"like": "keras"}, 1, "1 sample", "like:keras|mean:/N|n:1"),
    ("mse", COLUMN, OFF, None, {"like": "keras"}, 2, "2 samples", "like:keras|mean:/N|n:2"),
    ("mse", COLUMN, OFF, [1, 3], {"like": "keras"}, 2, "2 samples", "like:keras|mean:/N|n:2|weighted"),
    (
        "mse",
        COLUMN,
        OFF,
        [1, 3],
        {"like": "keras", "reduction": "mean_with_sample_weight"},
        4,
        "the sum of the weights of 2 samples",
        "like:keras|mean_with_sample_weight:/Σw|n:2|weighted",
    ),
    (
        "mse",
        COLUMN,
        OFF,
        None,
        {"like": "keras", "reduction": "mean_with_sample_weight"},
        2,
        "2 samples",
        "like:keras|mean_with_sample_weight:/N|n:2",
    ),
    (
        "mse",
        COLUMN,
        OFF,
        [1, 3],
        {"like": "torch"},
        4,
        "the sum of the weights of 2 samples",
        "like:torch|mean:/Σw|n:2|weighted",
    ),
    ("mse", COLUMN, OFF, None, {"like": "torch"}, 2, "2 samples", "like:torch|mean:/N|n:2"),
    ("mse", COLUMN, OFF, None, {"like": "torch", "reduction": "sum"}, 2, "2 samples", "like:torch|sum|n:2"),
    (
        "huber",
        COLUMN,
        OFF,
        [1, 3],
        {"like": "torch", "delta": 1 / 3},
        2,
        "2 samples",
        "delta:0.333333333333333|like:torch|mean:/N|n:2|weighted",
    ),
    (
        "scce",
        [0, 1, 1],
        HALVES,
        None,
        {"like": "keras", "ignore_class": 1},
        1 + 1e-7,
        "1 of 3 samples (2 ignored)",
        "from_logits:no|ignore_class:1|like:keras|mean:/N|n:3",
    ),
    (
        "scce",
        [0, 1, 1],
        HALVES,
        None,
        {"like": "torch", "class_weight": [1.0, 2.5]},
        6,
        "the sum of the class weights of 3 samples",
        "from_logits:yes|label_smoothing:0|ignore_class:-100|class_weight:[1,2.5]|like:torch|mean:/Σw_y|n:3",
    ),
    (
        "scce",
        [0, -100, 1],
        HALVES,
        None,
        {"like": "torch"},
        2,
        "2 of 3 samples (1 ignored)",
        "from_logits:yes|label_smoothing:0|ignore_class:-100|class_weight:none|like:torch|mean:/N|n:3",
    ),
    (
        "kld",
        [[0.5, 0.5]],
        [[-1.0, -2.0]],
        None,
        {"like": "torch", "reduction": "batchmean"},
        1,
        "1 sample",
        "like:torch|batchmean:/N|n:1",
    ),
    (
        "triplet_hard",
        [0, 0, 1],
        POINTS,
        None,
        {"like": "tfa"},
        3,
        "3 values",
        "margin:1|soft:no|like:tfa|mean:/N|n:3",
    ),
    (
        "triplet_semihard",
        [0, 0, 1],
        POINTS,
        None,
        {"like": "tfa", "reduction": "sum"},
        2,
        "2 values",
        "margin:1|like:tfa|mean:/N|n:3",
    ),
    (
        "circle",
        [0, 0, 1],
        [[0.0, 1.0], [1.0, 0.0], [0.6, 0.8]],
        [1, 2, 3],
        {"like": "keras"},
        2 + 1e-7,
        "2 of 3 samples (1 ignored)",
        "gamma:80|margin:0.4|like:keras|mean:/N|n:3|weighted",
    ),
    (
        "cosine_similarity",
        [3.0, 4.0],
        [4.0, 3.0],
        None,
        {"like": "keras"},
        1,
        "1 vector: the framework takes (N,) arrays for one",
        "like:keras|mean:/N|n:2",
    ),
    (
        "binary_focal",
        [1, 0],
        [0.5, 0.5],
        None,
        {"like": "tfa", "reduction": "sum"},
        None,
        "not divided: the framework adds the samples up",
        "gamma:2|alpha:0.25|from_logits:no|like:tfa|sum|n:2",
    ),
    (
        "rmse",
        COLUMN,
        OFF,
        [1, 2],
        {"like": "sklearn"},
        None,
        "one value, from sums over all samples",
        "like:sklearn|statistic|n:2|weighted",
    ),
    (
        "dice",
        [[1, 0]],
        [[0.5, 0.5]],
        None,
        {"like": "keras", "per": "class"},
        None,
        "one value, from sums over all samples",
        "per:class|like:keras|statistic|n:1",
    ),
    (
        "mse",
        [1.0, nan, 3.0],
        [1.0, 2.0, 5.0],
        None,
        {"like": "keras", "missing": "drop"},
        2,
        "2 samples",
        "like:keras|mean:/N|n:2|dropped:1",
    ),
]


@pytest.mark.parametrize(("loss", "true", "pred", "weight", "given", "divisor", "by", "signature"), DIVIDED)
def test_what_was_divided_by_and_the_signature(
    loss: str,
    true: Any,
    pred: Any,
    weight: Any,
    given: dict[str, Any],
    divisor: float | None,
    by: str,
    signature: str,
) -> None:
    found = losscli.compute(loss, true, pred, weight, **given)
    if divisor is None:
        assert found.divisor is None
    else:
        assert found.divisor == close(divisor, 1e-12)
    assert found.divided_by == by
    assert found.signature == f"{loss}|{signature}|losscli:{losscli.__version__}"


def test_one_vector_of_keras_takes_the_weights() -> None:
    """cos of (3, 4) and (4, 3) is 24 / 25, which Keras multiplies by each weight."""
    true, pred, weight = [3.0, 4.0], [4.0, 3.0], [1.0, 3.0]
    for word, wanted in (("mean", 0.96 * 4 / 2), ("sum", 0.96 * 4), ("mean_with_sample_weight", 0.96)):
        found = losscli.compute("cosine_similarity", true, pred, weight, like="keras", reduction=word)
        assert found.value == close(-wanted, 2e-6)


def test_missing_and_infinite_rows_are_told_beside_a_framework_s_number() -> None:
    true, pred = [1.0, nan, 1.0, nan, 1.0], [0.0, 0.5, 0.5, 0.5, 0.0]
    kept = losscli.compute("poisson", true, pred, missing="propagate")
    told = {remark.text.partition(":")[0]: (remark.count, remark.rows) for remark in kept.remarks}
    assert told["rows with missing values were computed with"] == (2, (2, 4))
    assert told["the loss is infinite"] == (2, (1, 5))
    assert told["the loss is nan"] == (2, (2, 4))
    dropped = losscli.compute("poisson", true, pred, missing="drop", like="keras")
    told = {remark.text: (remark.count, remark.rows) for remark in dropped.remarks}
    assert told["rows with missing values were left out"] == (2, (2, 4))
    assert not any(text.startswith("the loss is") for text in told)  # Keras's epsilon keeps it finite


def test_lengths_are_told_where_a_loss_wants_unit_vectors() -> None:
    points = [[0.6, 0.8], [1.0, 0.0], [1.0, 0.001], [0.0, 1.05], [0.9, 0.0]]
    found = losscli.compute("circle", [0, 0, 1, 1, 0], points)
    (remark,) = (remark for remark in found.remarks if "unit length" in remark.text)
    assert (remark.kind, remark.count, remark.rows) == ("data", 2, (4, 5))
    unit = losscli.compute("circle", [0, 0, 1], points[:3])
    assert not any("unit length" in remark.text for remark in unit.remarks)
    free = losscli.compute("triplet_hard", [0, 0, 1, 1, 0], points)
    assert not any("unit length" in remark.text for remark in free.remarks)


def test_keras_s_empty_samples_are_those_with_nothing_true_and_nothing_predicted() -> None:
    true = [[1.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]
    pred = [[0.0, 0.0], [0.0, 0.0], [0.5, 0.0], [0.0, 0.0]]
    for loss in ("dice", "tversky"):
        found = losscli.compute(loss, true, pred, like="keras", per="sample")
        (remark,) = (
            remark for remark in found.remarks if "nothing true and nothing predicted" in remark.text
        )
        assert (remark.count, remark.rows) == (2, (2, 4))
        whole = losscli.compute(loss, true, pred, like="keras")
        assert not any("nothing true" in remark.text for remark in whole.remarks)


@pytest.mark.parametrize("like", ["exact", "keras", "sklearn"])
def test_a_missing_value_leaves_a_statistic_unknown(like: str) -> None:
    true, pred = [[1.0], [nan], [3.0]], [[2.0], [2.0], [5.0]]
    found = losscli.compute("rmse", true, pred, like=like, missing="propagate")
    assert isnan(found.value or 0)
    dropped = losscli.compute("rmse", true, pred, like=like, missing="drop")
    assert dropped.value == close(2.5**0.5, 2e-6 if like == "keras" else 1e-12)


@pytest.mark.parametrize(("like", "unknown"), [("exact", True), ("sklearn", True), ("keras", False)])
def test_a_weight_of_0_hides_a_missing_value_from_no_call_that_checks(like: str, unknown: bool) -> None:
    true, pred, weight = [[1.0], [nan], [3.0]], [[2.0], [2.0], [5.0]], [1.0, 0.0, 1.0]
    found = losscli.compute("rmse", true, pred, weight, like=like, missing="propagate")
    assert isnan(found.value or 0) == unknown
    assert unknown or found.value == close(2.5**0.5, 2e-6)
