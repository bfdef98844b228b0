"""`missing="drop"` where each entry, or position, has a value of its own: it is left out, not its row."""

from typing import Any

import numpy as np
import pytest
from support.requests import score as score_of

import losscli
from losscli import LosscliError
from losscli.batch import arrays_stream

RNG = np.random.default_rng(41)
TRUE, PRED = RNG.random((6, 3)) + 0.1, RNG.random((6, 3)) + 0.1
GONE = RNG.random((6, 3)) < 0.3
GONE[2] = True
HOLES = np.where(GONE, np.nan, TRUE)
Y, P = TRUE[~GONE], PRED[~GONE]

INDEX, LOGITS = RNG.integers(0, 4, (3, 5)), RNG.normal(size=(3, 5, 4))
ABSENT = np.zeros((3, 5), bool)
ABSENT[0, 1] = ABSENT[2, 3:] = True
LOGS = LOGITS - np.log(np.exp(LOGITS).sum(-1, keepdims=True))
VALUES = -np.take_along_axis(LOGS, INDEX[..., None], -1)[..., 0]


def drop(loss: str, *arrays: Any, **more: Any) -> Any:
    return losscli.compute(loss, *arrays, missing="drop", **more)


@pytest.mark.parametrize("holes", [(HOLES, PRED), (TRUE, np.where(GONE, np.nan, PRED))], ids=["true", "pred"])
@pytest.mark.parametrize("like", ["exact", "torch"])
def test_an_entry_is_left_out_alone(holes: Any, like: str) -> None:
    score = drop("mse", *holes, like=like)
    assert score.value == pytest.approx(((Y - P) ** 2).mean(), rel=1e-14, abs=0)
    assert score.divided_by == f"{Y.size} of 18 entries ({GONE.sum()} left out)"
    assert score.n == 6
    told = f"{GONE.sum()} missing entries left out, not the whole row; the first in row "
    assert told in score.remarks[0].text
    if like == "exact":
        stream = arrays_stream(holes[0], {"y_pred": holes[1]}, None)
        made = score_of("mse", stream, gradient=True, missing="drop")
        kept = np.maximum((~GONE).sum(1, keepdims=True), 1)
        wanted = np.where(GONE, 0, 2 * (PRED - TRUE) / kept)
        np.testing.assert_allclose([sample.gradient for sample in made.samples], wanted, rtol=1e-14)


@pytest.mark.parametrize(
    ("loss", "wanted"),
    [
        ("rmse", np.sqrt(((Y - P) ** 2).mean())),
        ("rmsle", np.sqrt(((np.log1p(Y) - np.log1p(P)) ** 2).mean())),
        ("wape", 100 * np.abs(Y - P).sum() / Y.sum()),
        ("max_error", np.abs(Y - P).max()),
    ],
)
def test_sums_over_all_entries(loss: str, wanted: float) -> None:
    assert drop(loss, HOLES, PRED).value == pytest.approx(wanted, rel=1e-13, abs=0)


def test_overlap_of_what_is_there() -> None:
    labels, chances = (TRUE > 0.6).astype(float), PRED / 2
    y, p = labels[~GONE], chances[~GONE]
    score = drop("dice", np.where(GONE, np.nan, labels), chances)
    assert score.value == pytest.approx(1 - 2 * (y * p).sum() / (y.sum() + p.sum()), rel=1e-13, abs=0)
    there = [np.where(GONE, 0, array) for array in (labels, chances)]  # a 0 adds nothing to its sums
    both, of_true, of_pred = (there[0] * there[1]).sum(0), there[0].sum(0), there[1].sum(0)
    omega = 1 / np.where(of_true > 0, of_true, np.inf) ** 2
    wanted = 1 - 2 * (omega * both).sum() / (omega * (of_true + of_pred)).sum()
    score = drop("generalized_dice", np.where(GONE, np.nan, labels), chances)
    assert score.value == pytest.approx(wanted, rel=1e-13, abs=0)


@pytest.mark.parametrize("first", [False, True], ids=["classes last", "classes first"])
@pytest.mark.parametrize("where", ["index", "logits", "one-hot", "weight"])
def test_a_position_is_left_out_alone(first: bool, where: str) -> None:
    index, logits, weight, loss = INDEX.astype(float), LOGITS.copy(), None, "scce"
    true: Any = np.where(ABSENT, np.nan, index) if where == "index" else index
    if where == "logits":
        logits[ABSENT, 1] = np.nan
    if where == "weight":
        weight = np.where(ABSENT, np.nan, 2.0)
    if where == "one-hot":
        true, loss = np.eye(4)[INDEX], "cce"
        true[ABSENT, 2] = np.nan
    params: dict[str, Any] = {"from_logits": True}
    if first:
        logits, params["class_axis"] = logits.transpose(0, 2, 1), 1
        true = true.transpose(0, 2, 1) if where == "one-hot" else true
    score = drop(loss, true, logits, weight, **params)
    assert score.value == pytest.approx(VALUES[~ABSENT].mean(), rel=1e-14, abs=0)
    assert "3 missing positions left out" in score.remarks[0].text
    assert score.remarks[0].rows == (1, 3)


def test_models_are_judged_on_the_same_entries() -> None:
    other = PRED + 0.25
    other[0, 0] = np.nan
    kept = ~GONE
    kept[0, 0] = False
    made = losscli.compare(HOLES, {"a": PRED, "b": other}, ["mae", "mse"], missing="drop")
    values = {(score.loss, score.model): score.value for score in made.scores}
    assert values["mae", "a"] == pytest.approx(np.abs(TRUE - PRED)[kept].mean(), rel=1e-14, abs=0)
    assert values["mse", "b"] == pytest.approx(((TRUE - other)[kept] ** 2).mean(), rel=1e-14, abs=0)


def test_a_loss_of_whole_rows_keeps_whole_rows_for_all() -> None:
    whole = ~GONE.any(1)
    made = losscli.compare(HOLES, PRED, ["mae", "cosine_distance"], missing="drop")
    assert made.n == whole.sum()
    assert made.scores[0].value == pytest.approx(np.abs(TRUE - PRED)[whole].mean(), rel=1e-14, abs=0)
    keras = drop("mae", HOLES, PRED, like="keras")
    assert keras.n == whole.sum()


def test_groups() -> None:
    groups = drop("mae", HOLES, PRED, by=["a", "b"] * 3).groups
    assert groups is not None
    for number, at in enumerate((slice(0, None, 2), slice(1, None, 2))):
        errors = np.abs(TRUE - PRED)[at][~GONE[at]]
        assert groups.value[number] == pytest.approx(errors.mean(), rel=1e-14, abs=0)


def test_where_nothing_is_left() -> None:
    with pytest.raises(LosscliError, match="every value is missing"):
        drop("mae", np.full((2, 2), np.nan), np.ones((2, 2)))
    with pytest.raises(LosscliError, match="nan or no value in") as refused:
        losscli.compute("mae", HOLES, PRED)
    assert refused.value.hint == "--missing drop leaves them out, --missing propagate computes"
    with pytest.raises(LosscliError, match="single values out here"):
        losscli.steps("mae", HOLES, PRED, missing="drop")
