"""What code says of itself: the parameters that are built in, and in what form a call takes the data."""

from __future__ import annotations

import pytest

import losscli
from losscli.analysis.code import snippet
from losscli.catalogue.find import lookup


def comments(loss: str, framework: str) -> str:
    return " ".join(
        line.lstrip("# ") for line in losscli.code(loss, framework).splitlines() if line.startswith("#")
    )


@pytest.mark.parametrize(
    ("loss", "framework", "said"),
    [
        ("ctc", "keras", "rows of labels filled up with 0, the blank"),
        ("kld", "torch", "mean divides by rows × classes; batchmean divides by the rows"),
        ("hinge", "optax", "labels of −1 and 1"),
        ("mape", "sklearn", "a fraction, the definition percent"),
        ("cosine_similarity", "optax", "the cosine itself"),
        ("poisson_deviance", "sklearn", "one output: y_true and y_pred (N,)"),
    ],
)
def test_the_form_that_a_call_takes_is_said(loss: str, framework: str, said: str) -> None:
    assert said in comments(loss, framework)


@pytest.mark.parametrize(("loss", "framework"), [("mse", "sklearn"), ("huber", "torch"), ("mse", "keras")])
def test_nothing_is_said_of_a_form_that_is_the_definition_s(loss: str, framework: str) -> None:
    assert "one output" not in comments(loss, framework)
    assert "It takes" not in comments(loss, framework)


def test_a_parameter_that_is_built_in_is_named_and_one_that_can_be_passed_is_not() -> None:
    text = losscli.code("bce", "numpy", from_logits=True)
    assert '"""Binary cross-entropy; y_true and y_pred (N, …), from_logits=True."""' in text
    assert "pos_weight=" not in text.partition('"""')[2].partition('"""')[0]
    assert '"""Quantile (pinball); y_true and y_pred (N, …)."""' in losscli.code("quantile", "numpy", q=0.9)


def test_parameters_are_plain_lists_and_numbers() -> None:
    params = snippet(lookup("scce"), "numpy", {"class_weight": [1, 2, 3]}, "mean").params
    assert type(params["class_weight"]) is list
    assert params["class_weight"] == [1.0, 2.0, 3.0]
    assert params["label_smoothing"] == 0.0
