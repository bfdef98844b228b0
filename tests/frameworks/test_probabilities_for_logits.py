"""Probabilities where a framework reads logits or log-probabilities: warned of above the number."""

from __future__ import annotations

from math import exp, log
from typing import Any

import pytest
from support.close import close

import losscli
from losscli.render import render
from losscli.results.score import Remark, Score

ROWS = [[0.7, 0.2, 0.1], [0.25, 0.5, 0.25]]
ONE_HOT = [[1, 0, 0], [0, 1, 0]]


def warnings(score: Score) -> list[Remark]:
    return [remark for remark in score.remarks if remark.kind == "warning"]


@pytest.mark.parametrize(
    ("loss", "like", "true", "pred", "words"),
    [
        ("scce", "torch", [0, 1], ROWS, ("PyTorch takes logits", "2 of 2 rows sum to 1", "losscli parity")),
        ("cce", "torch", ONE_HOT, ROWS, ("PyTorch takes logits", "--from-logits says so")),
        ("scce", "optax", [0, 1], ROWS, ("Optax takes logits", "2 of 2 rows sum to 1")),
        ("cce", "optax", ONE_HOT, ROWS, ("Optax takes logits",)),
        ("cce", "optax", ONE_HOT, [[0.7, 0.6, 0.1], [0.25, 0.5, 0.25]], ("1 of 2 rows sum to 1",)),
        ("bce", "optax", [1, 0], [0.9, 0.2], ("every value of y_pred lies in [0, 1]: Optax takes logits",)),
        ("binary_focal", "optax", [1, 0], [0.9, 0.2], ("Optax takes logits",)),
        ("kld", "torch", ROWS, ROWS[::-1], ("PyTorch takes log-probabilities", "losscli parity")),
        ("kld", "optax", ROWS, ROWS[::-1], ("Optax takes log-probabilities",)),
        ("generalized_kld", "optax", ROWS, ROWS[::-1], ("Optax takes log-probabilities",)),
        ("tversky", "optax", ONE_HOT, ROWS, ("Optax takes logits",)),
    ],
)
def test_they_are_warned_of(loss: str, like: str, true: Any, pred: Any, words: tuple[str, ...]) -> None:
    (warning,) = warnings(losscli.compute(loss, true, pred, like=like))
    for word in (*words, "leave --like out"):
        assert word in warning.text


@pytest.mark.parametrize(
    ("loss", "like", "true", "pred", "params"),
    [
        ("scce", "torch", [0, 1], ROWS, {"from_logits": True}),  # who says so, knows it
        ("scce", "torch", [0, 1], [[0.7, 0.2, 0.1], [2.0, 0.5, 0.25]], {}),
        ("scce", "torch", [0, 1], [[0.7, 0.2, -0.1], [0.0, 0.5, 0.25]], {}),
        ("scce", "torch", [0, 1], [[0.0, 0.0], [0.0, 0.0]], {}),
        ("kld", "torch", ROWS, [[log(p) for p in row] for row in ROWS], {}),
        ("cce", "keras", ONE_HOT, ROWS, {}),  # which takes probabilities
        ("bce", "torch", [1, 0], [0.9, 0.2], {}),
        ("tversky", "optax", ONE_HOT, ROWS, {"from_logits": False}),
        ("mse", "torch", [1, 0], [0.9, 0.2], {}),
    ],
)
def test_other_rows_are_not(loss: str, like: str, true: Any, pred: Any, params: dict[str, Any]) -> None:
    assert not warnings(losscli.compute(loss, true, pred, like=like, **params))


def test_the_number_is_the_call_s() -> None:
    found = losscli.compute("scce", [0], [[0.75, 0.25]], like="torch")
    assert found.value == close(log(1 + exp(-0.5)), 1e-12)


def test_the_warning_stands_above_the_number() -> None:
    page = render(losscli.compute("scce", [0, 1], ROWS, like="torch"), "plain", width=200, color=False)
    assert 0 <= page.index("warning: every value of y_pred") < page.index("mean  ")


def test_a_call_of_logits_asked_for_by_its_name_is_no_word_on_the_values() -> None:
    found = losscli.compute("torch.nn.BCEWithLogitsLoss", [1, 0], [0.75, 0.25], like="torch")
    assert found.params["from_logits"] is True
    assert len(warnings(found)) == 1


def test_a_comparison_warns_too() -> None:
    models = {"a": ROWS, "b": [[5.0, -1.0, 0.0], [0.0, 9.0, 1.0]]}
    compared = losscli.compare([0, 1], models, ["scce"], like="torch")
    assert [len(warnings(score)) for score in compared.scores] == [1, 0]
    assert "warning: scce, a: every value" in render(compared, "plain", width=200, color=False)


@pytest.mark.parametrize(
    ("loss", "argument", "told", "untold"),
    [
        ("cce", "pred", ("Keras would divide", "PyTorch would read it as logits"), ()),
        ("categorical_focal", "pred", ("Keras would divide",), ("PyTorch",)),
        (
            "kld",
            "pred",
            ("divide each row by its sum", "PyTorch would read it as log-probabilities"),
            ("Keras",),
        ),
        ("jsd", "pred", ("SciPy would divide",), ("Keras", "PyTorch")),
        ("symmetric_cce", "pred", ("divide each row by its sum",), ("Keras", "PyTorch", "SciPy")),
        ("cce", "true", ("divide each row by its sum",), ("Keras", "PyTorch")),
        ("kld", "true", ("divide each row by its sum",), ("Keras", "PyTorch")),
    ],
)
def test_what_frameworks_make_of_another_sum_is_told_where_it_is_so(
    loss: str, argument: str, told: tuple[str, ...], untold: tuple[str, ...]
) -> None:
    good, off = [[0.2, 0.3, 0.5]], [[0.2, 0.5, 0.9]]
    with pytest.raises(losscli.LosscliError) as raised:
        losscli.compute(loss, *((good, off) if argument == "pred" else (off, good)))
    hint = raised.value.hint or ""
    assert all(word in hint for word in told)
    assert not any(word in hint for word in untold)


def test_keras_divides_where_it_is_said_to_and_not_in_kld() -> None:
    """0.3 log 1.5 + 0.7 log(7/9) for rows that are taken as they are."""
    true, off = [[0.3, 0.5, 0.7]], [[0.2, 0.5, 0.9]]
    found = losscli.compute("kld", true, off, like="keras")
    assert found.value == close(0.3 * log(1.5) + 0.7 * log(7 / 9), 2e-6)
    divided = losscli.compute("cce", [[0, 0, 1]], off, like="keras")
    assert divided.value == close(-log(0.9 / 1.6), 2e-6)
