"""Losses of classes in frameworks, options together: smoothing, ignored rows, class and sample weights.

Each oracle is a loop over rows in plain Python, from the formula in the framework's documentation.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from support.close import close

import losscli
from losscli import LosscliError

LOGITS = [[0.5, -1.0, 2.0], [1.5, 0.25, -0.5], [-2.0, 0.0, 1.0], [0.75, 0.5, -1.25]]
CLASSES = [2, 0, 0, 1]
CLASS_WEIGHTS = [1.0, 3.0, 0.25]
WEIGHTS = [1.0, 3.0, 0.5, 2.0]
PROBABLE = [[0.5, 0.25, 0.25], [0.125, 0.75, 0.125], [0.25, 0.25, 0.5], [0.625, 0.25, 0.125]]


def log_softmax(row: list[float]) -> list[float]:
    total = math.log(sum(map(math.exp, row)))
    return [z - total for z in row]


def torch_classes(
    labels: list[int],
    logs: list[list[float]],
    smoothing: float,
    ignored: int,
    weights: list[float] | None,
    word: str,
) -> Any:
    """torch.nn.CrossEntropyLoss of class indices."""
    given = weights or [1.0] * len(logs[0])
    values, divisor = [], 0.0
    for label, row in zip(labels, logs, strict=True):
        if label == ignored:
            values.append(0.0)
            continue
        divisor += given[label]
        own = -given[label] * row[label]
        spread = -sum(w * log for w, log in zip(given, row, strict=True)) / len(row)
        values.append((1 - smoothing) * own + smoothing * spread)
    if word == "none":
        return values
    return sum(values) if word == "sum" else sum(values) / divisor


KINDS = [
    *itertools.product((0.0, 0.1, 1.0), ([2, 0, 0, 1],), (-100, 0, 2), (None, CLASS_WEIGHTS)),
    *itertools.product((0.0, 0.1, 1.0), ([2, -100, 0, 1],), (-100,), (None, CLASS_WEIGHTS)),
]


@pytest.mark.parametrize("word", ["mean", "sum"])
@pytest.mark.parametrize(("smoothing", "labels", "ignored", "weights"), KINDS)
def test_torch_cross_entropy(
    smoothing: float, labels: list[int], ignored: int, weights: list[float] | None, word: str
) -> None:
    given: dict[str, Any] = {"label_smoothing": smoothing, "ignore_class": ignored}
    given |= {} if weights is None else {"class_weight": weights}
    logs = [log_softmax(row) for row in LOGITS]
    found = losscli.compute("scce", labels, LOGITS, like="torch", reduction=word, **given)
    assert found.value == close(torch_classes(labels, logs, smoothing, ignored, weights, word), 1e-13)
    assert found.per_sample == close(
        np.array(torch_classes(labels, logs, smoothing, ignored, weights, "none")), 1e-13
    )


def test_torch_smooths_no_ignored_row() -> None:
    """By hand: log 3 of row 1 and of row 3, 0 for the row between."""
    pred = [[2.0, 0.0], [9.0, 1.0], [0.0, 1.0]]
    found = losscli.compute("scce", [0, -100, 1], pred, like="torch", label_smoothing=0.1)
    first = 0.95 * math.log(1 + math.exp(-2)) + 0.05 * math.log(1 + math.exp(2))
    third = 0.95 * math.log(1 + math.exp(-1)) + 0.05 * math.log(1 + math.exp(1))
    assert found.value == close((first + third) / 2, 1e-13)
    assert found.divided_by == "2 of 3 samples (1 ignored)"


@pytest.mark.parametrize("word", ["mean", "sum"])
@pytest.mark.parametrize("weights", [None, CLASS_WEIGHTS])
@pytest.mark.parametrize("ignored", [-100, 0])
def test_torch_nll(ignored: int, weights: list[float] | None, word: str) -> None:
    given: dict[str, Any] = {} if weights is None else {"class_weight": weights}
    found = losscli.compute(
        "nll", CLASSES, LOGITS, like="torch", ignore_class=ignored, reduction=word, **given
    )
    assert found.value == close(torch_classes(CLASSES, LOGITS, 0.0, ignored, weights, word), 1e-13)


def test_torch_divides_nothing_by_nothing() -> None:
    assert math.isnan(losscli.compute("scce", [0, 0], LOGITS[:2], like="torch", ignore_class=0).value or 0)
    assert losscli.compute("scce", [0], LOGITS[:1], like="torch", ignore_class=0, reduction="sum").value == 0


def test_torch_says_what_it_divided_by() -> None:
    found = losscli.compute("scce", CLASSES, LOGITS, like="torch", class_weight=CLASS_WEIGHTS)
    assert (found.divisor, found.divided_by) == (
        0.25 + 1 + 1 + 3,
        "the sum of the class weights of 4 samples",
    )
    plain = losscli.compute("scce", CLASSES, LOGITS, like="torch", ignore_class=0)
    assert (plain.divisor, plain.divided_by) == (2, "2 of 4 samples (2 ignored)")


@pytest.mark.parametrize("word", ["mean", "sum"])
@pytest.mark.parametrize("weights", [None, CLASS_WEIGHTS])
@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_torch_cross_entropy_of_targets(smoothing: float, weights: list[float] | None, word: str) -> None:
    targets = [[0.25, 0.25, 0.5], [1.0, 0.0, 0.0]]
    values = []
    for target, row in zip(targets, LOGITS[:2], strict=True):
        smooth = [t * (1 - smoothing) + smoothing / 3 for t in target]
        terms = zip(weights or [1.0] * 3, smooth, log_softmax(row), strict=True)
        values.append(-sum(w * t * log for w, t, log in terms))
    given: dict[str, Any] = {} if weights is None else {"class_weight": weights}
    found = losscli.compute(
        "cce", targets, LOGITS[:2], like="torch", label_smoothing=smoothing, reduction=word, **given
    )
    assert found.value == close(
        sum(values) / (1 if word == "sum" else 2), 1e-13
    )  # by N, whatever the weights


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("margin", [1.0, 0.25])
@pytest.mark.parametrize("weights", [None, CLASS_WEIGHTS])
def test_torch_multi_margin(p: int, margin: float, weights: list[float] | None) -> None:
    values = []
    for label, row in zip(CLASSES, LOGITS, strict=True):
        over = [max(0.0, margin - row[label] + row[k]) ** p for k in range(3) if k != label]
        values.append((1 if weights is None else weights[label]) * sum(over) / 3)
    given: dict[str, Any] = {} if weights is None else {"class_weight": weights}
    found = losscli.compute("multi_margin", CLASSES, LOGITS, like="torch", p=p, margin=margin, **given)
    assert found.value == close(sum(values) / 4, 1e-13)


@pytest.mark.parametrize("weights", [None, CLASS_WEIGHTS])
@pytest.mark.parametrize("word", ["mean", "sum"])
def test_torch_multilabel_soft_margin(weights: list[float] | None, word: str) -> None:
    labels = [[1, 0, 1], [0, 0, 1], [1, 1, 1], [0, 0, 0]]
    values = []
    for targets, row in zip(labels, LOGITS, strict=True):
        terms = zip(weights or [1.0] * 3, targets, row, strict=True)
        values.append(sum(w * math.log(1 + math.exp(-z if t else z)) for w, t, z in terms) / 3)
    given: dict[str, Any] = {} if weights is None else {"class_weight": weights}
    found = losscli.compute("multilabel_soft_margin", labels, LOGITS, like="torch", reduction=word, **given)
    assert found.value == close(sum(values) / (1 if word == "sum" else 4), 1e-13)


def test_torch_multilabel_margin_takes_as_many_indices_as_classes() -> None:
    with pytest.raises(LosscliError, match="as many indices as classes: y_true has 2 a sample, y_pred 3"):
        losscli.compute("multilabel_margin", [[0, -1]], LOGITS[:1], like="torch")
    with pytest.raises(LosscliError, match="class 3 is not among the 3 classes"):
        losscli.compute("multilabel_margin", [[3, -1, -1]], LOGITS[:1], like="torch")
    with pytest.raises(LosscliError, match="a class from 0 to 2, or −1"):
        losscli.compute("multilabel_margin", [[0, -2, -1]], LOGITS[:1], like="torch")


@pytest.mark.parametrize("pos_weight", [1.0, 3.0, [1.0, 3.0, 0.5]])
@pytest.mark.parametrize("weight", [None, WEIGHTS])
@pytest.mark.parametrize("word", ["mean", "sum"])
def test_torch_bce_with_logits(pos_weight: Any, weight: list[float] | None, word: str) -> None:
    labels = np.array([[1, 0, 1], [0, 0, 1], [1, 1, 1], [0, 0, 0]])
    z = np.array(LOGITS)
    each = np.where(labels == 1, np.asarray(pos_weight) * np.log(1 + np.exp(-z)), np.log(1 + np.exp(z)))
    each = each * (1.0 if weight is None else np.array(weight)[:, None])
    given = {"from_logits": True, "pos_weight": pos_weight}
    found = losscli.compute("bce", labels, LOGITS, weight, like="torch", reduction=word, **given)
    assert found.value == close(each.sum() / (1 if word == "sum" else 12), 1e-13)


# CTC: the probability of all ways to spell the labels, added up over every path.


def spelled(path: tuple[int, ...], blank: int) -> tuple[int, ...]:
    return tuple(k for k, _ in itertools.groupby(path) if k != blank)


def ctc(labels: tuple[int, ...], logits: list[list[float]], blank: int) -> float:
    logs = [log_softmax(step) for step in logits]
    paths = itertools.product(range(len(logits[0])), repeat=len(logits))
    total = sum(
        math.exp(sum(logs[t][k] for t, k in enumerate(path)))
        for path in paths
        if spelled(path, blank) == labels
    )
    return -math.log(total)


STEPS = [
    [[0.5, -1.0, 2.0], [1.5, 0.25, -0.5], [-2.0, 0.0, 1.0]],
    [[0.0, 1.0, 0.5], [0.25, 0.5, 1.0], [1, 2, 0]],
]


@pytest.mark.parametrize(
    ("labels", "read", "blank"),
    [
        ([[1, 2], [2, -1]], [(1, 2), (2,)], 0),
        ([[1, 2], [-1, -1]], [(1, 2), ()], 0),
        ([[1, 1], [2, 0]], [(1, 1), (2,)], 0),
        ([[0, 1], [1, 2]], [(0, 1), (1,)], 2),
    ],
)
def test_ctc_is_the_sum_over_all_paths(labels: Any, read: Any, blank: int) -> None:
    values = [ctc(row, steps, blank) for row, steps in zip(read, STEPS, strict=True)]
    lengths = [max(len(row), 1) for row in read]  # none counts as one: PyTorch's clamp_min(1)
    own = losscli.compute("ctc", labels, STEPS, blank=blank)
    assert own.value == close(sum(values) / 2, 1e-12)
    torch = losscli.compute("ctc", labels, STEPS, like="torch", blank=blank)
    assert torch.value == close(sum(v / n for v, n in zip(values, lengths, strict=True)) / 2, 1e-12)
    total = losscli.compute("ctc", labels, STEPS, like="torch", blank=blank, reduction="sum")
    assert total.value == close(sum(values), 1e-12)
    optax = losscli.compute("ctc", labels, STEPS, like="optax", blank=blank)
    assert optax.value == close(sum(values) / 2, 2e-6)
    if blank == 0 and not any(-1 in row for row in labels):
        keras = losscli.compute("ctc", labels, STEPS, like="keras")
        assert keras.value == close(sum(values) / 2, 2e-6)


def test_keras_takes_weights_for_sequences() -> None:
    values = [ctc((1, 2), STEPS[0], 0), ctc((2,), STEPS[1], 0)]
    found = losscli.compute("ctc", [[1, 2], [2, 0]], STEPS, [3.0, 1.0], like="keras")
    assert found.value == close((3 * values[0] + values[1]) / 2, 2e-6)


# Keras: the mask of kept rows is scaled by N / (kept + 1e-7); weights multiply beside it.


@pytest.mark.parametrize("word", ["mean", "sum_over_batch_size", "mean_with_sample_weight", "sum"])
@pytest.mark.parametrize("weight", [None, WEIGHTS])
@pytest.mark.parametrize("ignored", [None, 0, 1])
@pytest.mark.parametrize("logits", [False, True])
def test_keras_sparse_cross_entropy(
    logits: bool, ignored: int | None, weight: list[float] | None, word: str
) -> None:
    given = WEIGHTS if weight else [1.0] * 4
    total = divisor = weights = 0.0
    for label, row, z, w in zip(CLASSES, PROBABLE, LOGITS, given, strict=True):
        if label != ignored:
            total += w * -(log_softmax(z)[label] if logits else math.log(row[label]))
            divisor, weights = divisor + 1, weights + w
    by = {"sum": 1.0, "mean_with_sample_weight": weights}.get(word, divisor)
    pred = LOGITS if logits else PROBABLE
    found = losscli.compute(
        "scce",
        CLASSES,
        pred,
        weight,
        like="keras",
        reduction=word,
        ignore_class=ignored,
        from_logits=logits,
    )
    assert found.value == close(total / by, 2e-6)


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
@pytest.mark.parametrize("logits", [False, True])
@pytest.mark.parametrize("weight", [None, WEIGHTS])
def test_keras_cross_entropies_of_rows(smoothing: float, logits: bool, weight: list[float] | None) -> None:
    labels = np.eye(3)[CLASSES]
    p = np.exp([log_softmax(row) for row in LOGITS]) if logits else np.array(PROBABLE)
    t = labels * (1 - smoothing) + smoothing / 3
    alpha = np.array([0.25, 0.5, 2.0])
    wanted = {
        "cce": -(t * np.log(p)).sum(axis=1),
        "categorical_focal": -(alpha * (1 - p) ** 3 * t * np.log(p)).sum(axis=1),
    }
    for loss, values in wanted.items():
        own = {"alpha": alpha.tolist(), "gamma": 3.0} if loss == "categorical_focal" else {}
        given = {"from_logits": logits, "label_smoothing": smoothing, **own}
        pred = LOGITS if logits else PROBABLE
        found = losscli.compute(loss, labels, pred, weight, like="keras", **given)
        each = np.array(weight or [1.0] * 4)
        assert found.value == close((each * values).sum() / 4, 3e-6)


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
@pytest.mark.parametrize("alpha", [None, 0.75])
@pytest.mark.parametrize("logits", [False, True])
def test_keras_losses_of_two_classes(smoothing: float, alpha: float | None, logits: bool) -> None:
    labels = np.array([[1, 0, 1], [0, 0, 1], [1, 1, 1], [0, 0, 0]])
    p = 1 / (1 + np.exp(-np.array(LOGITS))) if logits else np.array(PROBABLE)
    t = labels * (1 - smoothing) + smoothing / 2
    entropy = -(t * np.log(p) + (1 - t) * np.log(1 - p))
    own = t * p + (1 - t) * (1 - p)
    balance = 1.0 if alpha is None else t * alpha + (1 - t) * (1 - alpha)
    given = {"like": "keras", "from_logits": logits, "label_smoothing": smoothing}
    pred = LOGITS if logits else PROBABLE
    found = losscli.compute("bce", labels, pred, WEIGHTS, **given)
    assert found.value == close((np.array(WEIGHTS) * entropy.mean(axis=1)).sum() / 4, 3e-6)
    focal = losscli.compute("binary_focal", labels, pred, alpha=alpha, gamma=1.5, **given)
    assert focal.value == close((balance * (1 - own) ** 1.5 * entropy).mean(), 3e-6)


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_optax_smooths_over_the_last_axis(smoothing: float) -> None:
    labels = np.eye(3)[CLASSES]
    z = np.array(LOGITS)
    t = labels * (1 - smoothing) + smoothing / 3
    given = {"like": "optax", "label_smoothing": smoothing}
    found = losscli.compute("cce", labels, LOGITS, **given)
    logs = np.array([log_softmax(row) for row in LOGITS])
    assert found.value == close(-(t * logs).sum() / 4, 2e-6)
    entropy = t * np.log(1 + np.exp(-z)) + (1 - t) * np.log(1 + np.exp(z))
    assert losscli.compute("bce", labels, LOGITS, **given).value == close(entropy.mean(), 2e-6)


@pytest.mark.parametrize(("like", "default"), [("optax", None), ("torchvision", 0.25), ("tfa", 0.25)])
@pytest.mark.parametrize("alpha", ["default", None, 0.75])
@pytest.mark.parametrize("gamma", [2.0, 0.5])
def test_focal_of_logits(like: str, default: float | None, alpha: Any, gamma: float) -> None:
    labels = np.array([[1, 0, 1], [0, 0, 1], [1, 1, 1], [0, 0, 0]])
    p = 1 / (1 + np.exp(-np.array(LOGITS)))
    own = np.where(labels == 1, p, 1 - p)
    chosen = default if alpha == "default" else alpha
    balance = 1.0 if chosen is None else np.where(labels == 1, chosen, 1 - chosen)
    values = balance * (1 - own) ** gamma * -np.log(own)
    given = {} if alpha == "default" else {"alpha": alpha}
    given |= {"from_logits": True} if like == "tfa" else {}
    found = losscli.compute("binary_focal", labels, LOGITS, like=like, gamma=gamma, **given)
    wanted = values.sum() / 4 if like == "tfa" else values.mean()
    assert found.value == close(wanted, 3e-6 if like != "torchvision" else 1e-13)
