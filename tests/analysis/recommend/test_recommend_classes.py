"""Advice on one of several classes, on class shares, and on classes in an order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.advice import entry, everything, evidence, losses, names, percent, shares, short, why
from support.close import close

import losscli


def rows_of(times: list[int]) -> Any:
    """Class indices, so many rows of each."""
    return np.repeat(np.arange(len(times)), times).astype(float)


def guessing(y: Any, columns: int, right: int) -> Any:
    """Probability rows of which the first `right` are highest at their class, the others at the next."""
    guess = np.where(np.arange(len(y)) < right, y, (y + 1) % columns).astype(int)
    p = np.full((len(y), columns), 0.4 / (columns - 1))
    p[np.arange(len(y)), guess] = 0.6
    return p


@pytest.mark.parametrize("hot", [False, True])
@pytest.mark.parametrize(
    ("times", "weighted", "told_first"),
    [
        ([20, 20, 20], False, False),
        ([38, 22, 20], False, False),
        ([40, 22, 20], True, False),
        ([99, 20, 10], True, False),
        ([100, 20, 10], True, True),
    ],
)
def test_classes_are_counted_and_rare_ones_weighed(
    times: list[int], weighted: bool, told_first: bool, hot: bool
) -> None:
    y = rows_of(times)
    n = len(y)
    told = losscli.recommend(np.eye(3)[y.astype(int)] if hot else y, guessing(y, 3, n - 7))
    name = "cce" if hot else "scce"
    coded = "one-hot rows" if hot else "class indices"
    labels = f"{coded} of 3 classes, from {min(times)} to {max(times)} rows a class"
    assert evidence(told, "classes").text == labels
    assert evidence(told, "classes").value == 3
    assert labels in why(told)
    uneven = max(times) / min(times)
    assert evidence(told, "imbalance").value == uneven
    words = f"the commonest class has {short(uneven)} times the rows of the rarest"
    assert evidence(told, "imbalance").text == words
    assert evidence(told, "accuracy").value == (n - 7) / n
    assert f"the highest of each row is its class in {shares(n - 7, n)} of the rows" in why(told)
    assert "logits" not in everything(told)
    assert losses(told)[0] == name
    assert (words in why(told)) is told_first
    assert told.recommendations[0].params == {}  # a proper score, however rare a class is
    assert ("which weights shift" in why(told)) is told_first
    assert ("class_weight" in everything(told)) is weighted
    if weighted:
        found = entry(told, name, "class_weight")
        assert found.params["class_weight"] == [float(f"{n / (3 * t):.3g}") for t in times]
        assert words in " ".join(found.reasons)
        assert found.when == "rare classes are to count as much as common ones"
    assert entry(told, name, "label_smoothing").params == {"label_smoothing": 0.1}
    assert ("losscli.compute" in entry(told, "categorical_focal").command) is hot
    assert "same number" in everything(told)


def test_a_class_without_rows_gets_no_weight() -> None:
    y = rows_of([40, 10, 0])
    told = losscli.recommend(y, guessing(y, 3, 45))
    assert "class_weight" not in everything(told)
    assert evidence(told, "imbalance").value == 4
    assert "from 10 to 40 rows a class" in why(told)
    many = rows_of([10] * 10 + [30] * 11)
    assert "class_weight" not in everything(losscli.recommend(many, guessing(many, 21, 400)))
    twenty = rows_of([10] * 10 + [30] * 10)
    assert "class_weight" in everything(losscli.recommend(twenty, guessing(twenty, 20, 390)))


@pytest.mark.parametrize("kind", ["probabilities", "logits", "said", "logarithms"])
def test_what_predictions_of_classes_hold(kind: str) -> None:
    y = rows_of([20, 20, 20])
    p = guessing(y, 3, 50)
    p = {"logits": np.log(p) + 5, "logarithms": np.log(p)}.get(kind, p)
    told = losscli.recommend(y, p, from_logits=kind == "said")
    logits = kind in ("logits", "said")
    words = {"logarithms": "log-probabilities", "probabilities": "probability rows"}.get(kind, "logits")
    assert told.reading == f"class indices, predicted by {words}"
    assert losses(told)[0] == ("nll" if kind == "logarithms" else "scce")
    assert told.recommendations[0].params == ({"from_logits": True} if logits else {})
    assert ("their exponentials sum to 1" in why(told)) is (kind == "logarithms")
    assert ("read as logits" in why(told)) is (kind == "logits")
    assert f"{shares(50, 60)} of the rows" in why(told)
    if kind == "logarithms":
        assert entry(told, "scce").params == {"from_logits": True}
    if kind == "logits":
        low, high = np.log(0.2) + 5, np.log(0.6) + 5
        assert f"rows of y_pred do not sum to 1 ({short(low)} to {short(high)})" in why(told)
    if kind == "said":  # they do sum to 1, so that this is no reason
        assert "do not sum to 1" not in everything(told)
        assert "y_pred is said to hold logits" in why(told)


@pytest.mark.parametrize("gone", [0, 1, 4])
def test_probability_0_for_a_class_that_was_true(gone: int) -> None:
    y = rows_of([20, 20, 20])
    p = guessing(y, 3, 60)
    p[:gone] = [0, 0.5, 0.5]
    p[30] = [0, 1, 0]  # right
    told = losscli.recommend(y, p)
    words = f"{gone} row{'s' * (gone > 1)} gave probability 0 to their class"
    assert (words in why(told)) is bool(gone)
    assert ("probability 0" in everything(told)) is bool(gone)
    assert ("impossible" in names(told)) is bool(gone)
    if gone:
        assert evidence(told, "impossible").value == gone
        assert evidence(told, "accuracy").value == (60 - gone) / 60


def test_classes_predicted_by_labels() -> None:
    y = rows_of([30, 30, 30])
    p = y.copy()
    p[:6] = 2
    told = losscli.recommend(y, p)
    assert losses(told) == ["hamming", "scce"]
    assert f"{shares(6, 90)} of the rows are wrong" in why(told)
    assert "class indices of 3 classes, from 30 to 30 rows a class" in why(told)
    assert entry(told, "scce").command == 'losscli.explain("scce")'


def mistaken(near: int, far: int, classes: int = 5, right: int = 200) -> tuple[Any, Any]:
    """One-hot rows and probabilities, wrong by one class in `near` rows and by two or more in `far`."""
    n = right + near + far
    y = np.arange(n) % classes
    step = np.where(np.arange(n) < right, 0, np.where(np.arange(n) < right + near, 1, 2))
    up = y + step < classes
    guess = np.where(up, y + step, y - step)
    p = np.full((n, classes), 0.4 / (classes - 1))
    p[np.arange(n), guess] = 0.6
    return y, p


@pytest.mark.parametrize(
    ("near", "far", "classes", "ordered"),
    [
        (60, 0, 5, True),
        (30, 0, 5, True),
        (29, 0, 5, False),  # too few mistakes to tell
        (60, 60, 5, False),
        (60, 0, 3, False),  # any mistake among three is near
        (60, 0, 4, True),
    ],
)
def test_mistakes_on_neighbouring_classes_are_a_sign_of_order(
    near: int, far: int, classes: int, ordered: bool
) -> None:
    y, p = mistaken(near, far, classes)
    told = losscli.recommend(np.eye(classes)[y], p)
    assert ("neighbours" in names(told)) is ordered
    assert ("sign that the classes are ordered" in everything(told)) is ordered
    assert (told.task, losses(told)[0]) == (
        ("ordinal", "weighted_kappa") if ordered else ("multiclass", "cce")
    )
    if not ordered:
        return
    guess = p.argmax(axis=1)
    guessed = np.bincount(guess, minlength=classes) / len(y)
    chance = []
    for true in y[guess != y]:  # drawn from what is guessed, the true class left out
        others = [k for k in range(classes) if k != true]
        chance.append(sum(guessed[k] for k in others if abs(k - true) == 1) / sum(guessed[k] for k in others))
    wrong = near + far
    assert f"of {wrong} mistakes {shares(near, wrong)} fall on a neighbouring class" in why(told)
    assert f"{percent(np.mean(chance))} if they fell by chance" in why(told)
    assert evidence(told, "neighbours").value == near / wrong
    assert told.recommendations[0].params == {"weightage": "quadratic"}


@pytest.mark.parametrize("hot", [False, True])
@pytest.mark.parametrize("said", [False, True])
def test_an_order_that_is_seen_or_said(said: bool, hot: bool) -> None:
    y, p = mistaken(60, 0)
    told = losscli.recommend(np.eye(5)[y] if hot else y, p, task="ordinal" if said else None)
    # weighted_kappa takes one-hot rows; of indices it comes first only where order was said to matter.
    assert (losses(told)[0] == "weighted_kappa") is (hot or said)
    kappa = entry(told, "weighted_kappa")
    assert ("code the data so first" in " ".join(kappa.reasons)) is not hot
    assert kappa.command.startswith(f"losscli.{'compute' if hot else 'explain'}(")
    assert "sign that the classes are ordered" in " ".join(kappa.reasons)
    random, q = mistaken(60, 60)
    by_word = losscli.recommend(np.eye(5)[random], q, task="ordinal")
    assert losses(by_word)[0] == "weighted_kappa"
    assert "classes are said to be ordered" in why(by_word)
    assert "neighbours" not in names(by_word)


SHARES = np.array([[0.7, 0.2, 0.1], [0.5, 0.25, 0.25], [0.0, 0.9, 0.1]])


@pytest.mark.parametrize(
    ("p", "first", "words"),
    [
        (SHARES[::-1] + np.array([0.1, -0.1, 0]), "kld", "kld is 0 where the rows agree"),
        ([[0.0, 0.9, 0.1], [0.5, 0.5, 0.0], [0.0, 0.9, 0.1]], "jsd", "2 rows give 0 to a class that has"),
        ([[0.1, 0.8, 0.1], [0.5, 0.5, 0.0], [0.0, 0.9, 0.1]], "jsd", "1 row gives 0 to a class that has"),
        (SHARES * 3 - 1, "cce", "rows of y_pred do not sum to 1: read as logits"),
        (None, "kld", "not one-hot"),
    ],
)
def test_class_shares(p: Any, first: str, words: str) -> None:
    told = losscli.recommend(SHARES, p)
    assert losses(told)[0] == first
    assert words in why(told)
    largest = (0.7 + 0.5 + 0.9) / 3
    assert evidence(told, "largest_share").value == close(largest, 1e-12)
    assert f"the largest share is {short(largest)} on average" in why(told)
    assert ("infinite there" in everything(told)) is (first == "jsd")
    assert ("read as logits" in everything(told)) is (first == "cce")
    if first == "cce":
        assert entry(told, "cce").params == {"from_logits": True}
        assert entry(told, "kld").command == 'losscli.explain("kld")'


def test_class_shares_said_to_be_predicted_by_logits() -> None:
    told = losscli.recommend(SHARES, SHARES, from_logits=True)
    assert losses(told)[0] == "cce"
    assert "do not sum to 1" not in everything(told)
    assert "y_pred is said to hold logits" in why(told)


@pytest.mark.parametrize(
    ("times", "task"),
    [
        ([30, 30, 30], "multiclass"),
        ([9, 41, 40], "multiclass"),  # the rarest has 0.3 of an even share
        ([8, 41, 41], "counts"),
        ([5, 5, 5], "multiclass"),
        ([5, 5, 4], "counts"),  # under 5 rows a class
    ],
)
def test_whole_numbers_are_classes_where_none_is_much_rarer(times: list[int], task: str) -> None:
    told = losscli.recommend(rows_of(times))
    assert told.task == task
    assert ("if they are counts: --task counts" in told.reading) is (task == "multiclass")
    assert losscli.recommend(rows_of(times) + 1).task == task
    assert losscli.recommend(rows_of(times) + 2).task == "counts"


def test_columns_of_vectors_that_know_the_class_are_logits() -> None:
    y = rows_of([40, 40, 40])
    z = 3 * guessing(y, 3, 100) - 1
    assert losscli.recommend(y, z).recommendations[0].loss == "scce"
    r = np.random.default_rng(0)
    assert losscli.recommend(y, 50 + 30 * r.normal(size=(120, 3))).task == "embeddings"


@pytest.mark.parametrize(
    ("times", "words"), [((5, 1, 3), "cat, dog"), ((2, 9, 1), "dog, cow"), ((3, 1, 0), "cat, dog")]
)
def test_the_commonest_and_the_rarest_class_bear_their_names(times: tuple[int, ...], words: str) -> None:
    classes = ["cat", "dog", "cow"]
    y = [name for name, count in zip(classes, times, strict=True) for _ in range(count)]
    told = losscli.recommend(y, np.tile([0.5, 0.2, 0.3], (len(y), 1)), classes=classes)
    ratio = max(times) // min(count for count in times if count)
    said = f"the commonest class has {ratio} times the rows of the rarest ({words})"
    assert evidence(told, "imbalance").text == said


def test_order_does_not_make_logits_what_kappa_takes() -> None:
    y = np.resize(np.arange(5), 200)
    near = np.where(np.arange(200) % 4 == 0, np.minimum(y + 1, 4), y)  # each mistake falls on a neighbour
    logits = 4.0 * np.eye(5)[near] - 1
    told = losscli.recommend(np.eye(5)[y], logits)
    assert "neighbours" in names(told)
    assert losses(told)[0] == "cce"
    assert "code the data so first" in " ".join(entry(told, "weighted_kappa").reasons)
    random = np.resize([0, 3, 1, 4, 2, 0, 2], 200)
    for p, fits in ((logits, False), (np.exp(logits) / np.exp(logits).sum(1, keepdims=True), True)):
        said = losscli.recommend(np.eye(5)[random], p, task="ordinal")
        assert "classes are said to be ordered" in why(said)
        assert ("code the data so first" not in why(said)) is fits
