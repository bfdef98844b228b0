"""Class weights where a sample has several labels: each label has the weight of its class."""

from typing import Any

import numpy as np
import pytest
from support.requests import score as score_of

from losscli import LosscliError
from losscli.batch import arrays_stream

RNG = np.random.default_rng(31)
INDEX = RNG.integers(0, 3, (4, 5))
INDEX[0, 3:] = -1
KEPT = INDEX >= 0
PRED = RNG.dirichlet(np.ones(3), (4, 5))
ROW_WEIGHT = np.array([1.0, 2.0, 0.5, 3.0])
GIVEN = {0: 2.0, 1: 0.5}  # class 2 keeps 1
BY_CLASS = np.array([2.0, 0.5, 1.0])[INDEX]


def score(loss: str, true: Any, pred: Any, weight: Any = None, weights: Any = GIVEN, **params: Any) -> Any:
    stream = arrays_stream(true, {"y_pred": pred}, weight)
    return score_of(loss, stream, params=params, class_weight=weights)


def balanced(labels: Any) -> Any:
    """N / (C · count) for each label."""
    classes, places, counts = np.unique(labels, return_inverse=True, return_counts=True)
    return (labels.size / (len(classes) * counts))[places].reshape(labels.shape)


@pytest.mark.parametrize("first", [False, True], ids=["classes last", "classes first"])
@pytest.mark.parametrize("weights", [GIVEN, "balanced"], ids=["given", "balanced"])
def test_the_loss_s_own_parameter(first: bool, weights: Any) -> None:
    pred = PRED.transpose(0, 2, 1) if first else PRED
    made = score("scce", INDEX, pred, None, weights, ignore_class=-1)
    values = -np.log(np.take_along_axis(PRED, (INDEX * KEPT)[..., None], -1)[..., 0])
    of_class = BY_CLASS[KEPT] if weights == GIVEN else balanced(INDEX[KEPT])
    assert made.value == pytest.approx((of_class * values[KEPT]).mean(), rel=1e-13, abs=0)


@pytest.mark.parametrize("row_weight", [None, ROW_WEIGHT, RNG.random((4, 5))], ids=["none", "row", "each"])
@pytest.mark.parametrize("weights", [GIVEN, "balanced"], ids=["given", "balanced"])
def test_weights_of_positions(row_weight: Any, weights: Any) -> None:
    made = score("brier", INDEX, PRED, row_weight, weights, ignore_class=-1)
    values = ((PRED - np.eye(3)[INDEX]) ** 2).sum(-1)
    of_class = np.ones((4, 5))
    of_class[KEPT] = BY_CLASS[KEPT] if weights == GIVEN else balanced(INDEX[KEPT])
    if row_weight is not None:
        of_class = of_class * row_weight.reshape(4, -1)
    wanted = (of_class * values)[KEPT].sum() / of_class[KEPT].sum()
    assert made.value == pytest.approx(wanted, rel=1e-13, abs=0)
    assert any("as weights of the labels by class" in remark.text for remark in made.remarks)


def test_one_hot_positions_and_positions_that_all_are_left_out() -> None:
    full = INDEX * KEPT
    made = score("cce", np.eye(3)[full], PRED)
    values = -np.log(np.take_along_axis(PRED, full[..., None], -1)[..., 0])
    assert made.value == pytest.approx((np.array([2, 0.5, 1])[full] * values).mean(), rel=1e-13, abs=0)
    void = np.concatenate([np.full((4, 5), -1), full])  # a batch of them stands before the others
    both = score("scce", void, np.concatenate([PRED, PRED]), ignore_class=-1)
    assert both.value == pytest.approx(made.value, rel=1e-13, abs=0)


def test_entries_of_two_labels() -> None:
    labels = RNG.integers(0, 2, (4, 2, 3)).astype(float)
    chances, void = RNG.random((4, 2, 3)), RNG.random((4, 2, 3)) < 0.3
    values = -np.where(labels == 1, np.log(chances), np.log(1 - chances))
    made = score("bce", np.where(void, 255, labels), chances, None, {1: 4.0}, ignore_class=255)
    of_class = np.where(labels == 1, 4.0, 1.0) * ~void
    assert made.value == pytest.approx((of_class * values).sum() / of_class.sum(), rel=1e-13, abs=0)
    made = score("bce", labels, chances, None, "balanced")
    assert made.value == pytest.approx(
        (balanced(labels) * values).sum() / balanced(labels).sum(), rel=1e-13, abs=0
    )


def test_overlap_of_class_indices() -> None:
    index, pred = np.where(KEPT, INDEX, 0), PRED.transpose(0, 2, 1)
    made = score("dice", index, pred)
    hot, of_class = np.eye(3)[index], np.array([2.0, 0.5, 1.0])[index][..., None]
    both, areas = (of_class * hot * PRED).sum(), (of_class * (hot + PRED)).sum()
    assert made.value == pytest.approx(1 - 2 * both / areas, rel=1e-13, abs=0)


@pytest.mark.parametrize(
    ("loss", "true", "pred", "told"),
    [
        ("cce", PRED, PRED, "y_true holds soft labels"),
        ("multilabel_soft_margin", [[1, 1, 0]], [[1.0, 2.0, 3.0]], "a row of y_true holds 2 labels"),
        ("bce", [[0.5, 1]], [[0.5, 0.5]], "0.5 in y_true is no class"),
    ],
)
def test_labels_of_no_one_class_are_refused(loss: str, true: Any, pred: Any, told: str) -> None:
    with pytest.raises(LosscliError, match=told):
        score(loss, true, pred, None, "balanced")
