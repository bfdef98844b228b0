"""How frameworks reduce: each one's words for it on arrays of every shape, with weights, by plain NumPy.

Entries are squared errors worked out here. Keras averages the last axis first (of (N,) arrays it makes one
value); the others count every entry. Sums and divisors are as each framework's source has them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.close import close

import losscli
from losscli import LosscliError
from losscli.catalogue import registry
from losscli.frameworks.convention import conventions

RNG = np.random.default_rng(5)
SHAPES = ((4,), (4, 1), (4, 3), (4, 2, 3))
WEIGHT = np.array([1.0, 3.0, 0.5, 2.0])
DATA = {shape: (RNG.normal(size=shape), RNG.normal(size=shape)) for shape in SHAPES}
KERAS_WORDS = ("mean", "sum_over_batch_size", "mean_with_sample_weight", "sum")
OF_SINGLE = {"keras": 2e-6, "optax": 2e-6, "tfa": 2e-6}


def spread(weight: np.ndarray, like: np.ndarray) -> np.ndarray:
    """The samples' weights in the shape of values (N, ...)."""
    return np.broadcast_to(weight.reshape(-1, *[1] * (like.ndim - 1)), like.shape)


def keras(entries: np.ndarray, weight: np.ndarray | None, word: str) -> float:
    """keras/src/losses/loss.py: reduce_weighted_values of the last axis' means."""
    values = entries.mean(axis=-1)
    if weight is None:
        return float(values.sum() if word == "sum" else values.mean())
    each = weight if values.ndim == 0 else spread(weight, values)
    total = (values * each).sum()
    if word == "sum":
        return float(total)
    return float(total / (each.sum() if word == "mean_with_sample_weight" else each.size))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("word", KERAS_WORDS)
@pytest.mark.parametrize("shape", SHAPES)
def test_keras(shape: tuple[int, ...], word: str, weighted: bool) -> None:
    true, pred = DATA[shape]
    weight = WEIGHT if weighted else None
    if weighted and len(shape) > 2:
        way_out = r"give one weight for each value, \(N, 2\), or for each sample as \(N, 1\)"
        with pytest.raises(LosscliError, match=way_out):
            losscli.compute("mse", true, pred, weight, like="keras", reduction=word)
        return
    found = losscli.compute("mse", true, pred, weight, like="keras", reduction=word)
    assert found.value == close(keras((true - pred) ** 2, weight, word), 2e-6)
    assert (found.reduction, found.like) == (word, "keras")


@pytest.mark.parametrize("word", ["mean", "sum"])
@pytest.mark.parametrize(
    ("shape", "weighted"), [(shape, w) for shape in SHAPES[1:] for w in (False, len(shape) == 2)]
)
def test_tensorflow_addons_adds_the_last_axis_up(shape: tuple[int, ...], word: str, weighted: bool) -> None:
    pred = np.abs(np.tanh(DATA[shape][1])) * 0.98 + 0.01
    weight = WEIGHT if weighted else None
    entropy = 0.25 * (1 - pred) ** 2 * -np.log(pred)
    values = entropy.sum(axis=-1)
    each = np.ones_like(values) if weight is None else spread(weight, values)
    wanted = (values * each).sum() / (1 if word == "sum" else each.size)
    found = losscli.compute(
        "binary_focal", np.ones(shape), pred, weight, like="tfa", reduction=word, alpha=0.25
    )
    assert found.value == close(wanted, 1e-5)


def test_tensorflow_addons_adds_up_the_samples_of_one_axis() -> None:
    pred = np.array([0.5, 0.25, 0.75])
    entropy = 0.25 * (1 - pred) ** 2 * -np.log(pred)
    found = losscli.compute("binary_focal", [1, 1, 1], pred, like="tfa")
    assert found.value == close(entropy.sum(), 1e-5)
    assert found.divisor is None
    assert "adds the samples up" in found.divided_by
    heavy = losscli.compute("binary_focal", [1, 1, 1], pred, [1.0, 2.0, 3.0], like="tfa")
    assert heavy.value == close(entropy.sum() * 6 / 3, 1e-5)


@pytest.mark.parametrize("like", ["torch", "optax", "sklearn", "scipy", "torchvision"])
@pytest.mark.parametrize("word", ["mean", "sum"])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_entry_counts(like: str, word: str, shape: tuple[int, ...]) -> None:
    true, pred = DATA[shape]
    loss, entries = "mse", (true - pred) ** 2
    if like == "scipy":
        loss, entries = "pseudo_huber", np.sqrt(1 + (true - pred) ** 2) - 1
    if like == "torchvision":
        loss, true = "binary_focal", np.ones(shape)
        entries = 0.25 * (1 - 1 / (1 + np.exp(-pred))) ** 2 * np.log1p(np.exp(-pred))
    if like == "sklearn" and (word == "sum" or len(shape) > 2):
        with pytest.raises(LosscliError):
            losscli.compute(loss, true, pred, like=like, reduction=word)
        return
    found = losscli.compute(loss, true, pred, like=like, reduction=word)
    assert found.value == close(
        entries.sum() if word == "sum" else entries.mean(), OF_SINGLE.get(like, 1e-12)
    )


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("loss", "by_weights"), [("mse", True), ("mae", True), ("huber", False), ("bce", False)]
)
def test_torch_divides_by_weights_where_its_source_does(
    loss: str, by_weights: bool, shape: tuple[int, ...]
) -> None:
    true, pred = DATA[shape]
    apart = np.abs(true - pred)
    if loss == "bce":
        true, pred = (true > 0) * 1.0, 1 / (1 + np.exp(-pred))
    own = np.where(true == 1, pred, 1 - pred) if loss == "bce" else np.ones(shape)
    entries = {
        "mse": apart**2,
        "mae": apart,
        "huber": np.where(apart <= 1, apart**2 / 2, apart - 0.5),
        "bce": -np.log(own),
    }[loss]
    each = spread(WEIGHT, entries)
    for word, divisor in (("sum", 1.0), ("mean", each.sum() if by_weights else entries.size)):
        found = losscli.compute(loss, true, pred, WEIGHT, like="torch", reduction=word)
        assert found.value == close((entries * each).sum() / divisor, 1e-12)


@pytest.mark.parametrize(
    "loss", ["mse", "mae", "msle", "mape", "quantile", "brier", "bce", "hinge", "zero_one"]
)
def test_sklearn_divides_by_the_sum_of_the_weights(loss: str) -> None:
    true, pred = np.array([1.0, 0.0, 1.0, 0.0]), np.array([0.75, 0.5, 0.25, 0.125])
    if loss == "mape":
        true = true + 2
    if loss == "zero_one":
        pred = np.array([1.0, 1.0, 0.0, 0.0])
    apart = np.abs(true - pred)
    side = 2 * true - 1
    entries = {
        "mse": apart**2,
        "mae": apart,
        "msle": (np.log(1 + true) - np.log(1 + pred)) ** 2,
        "mape": apart / true if loss == "mape" else apart,
        "quantile": 0.5 * apart,
        "brier": apart**2,
        "bce": -np.log(1 - apart) if loss == "bce" else apart,
        "hinge": np.maximum(0, 1 - side * pred),
        "zero_one": apart,
    }[loss]
    params = {"q": 0.5} if loss == "quantile" else {}
    found = losscli.compute(loss, true, pred, WEIGHT, like="sklearn", **params)
    assert found.value == close((WEIGHT * entries).sum() / WEIGHT.sum(), 1e-12)


@pytest.mark.parametrize("root", ["rmse", "rmsle"])
def test_sklearn_averages_one_root_an_output(root: str) -> None:
    true, pred = np.abs(DATA[4, 3][0]), np.abs(DATA[4, 3][1])
    error = true - pred if root == "rmse" else np.log(1 + true) - np.log(1 + pred)
    for weight in (None, WEIGHT):
        of = np.sqrt(np.average(error**2, axis=0, weights=weight))
        found = losscli.compute(root, true, pred, weight, like="sklearn")
        assert found.value == close(of.mean(), 1e-12)


def test_keras_rmse_is_a_metric_over_everything() -> None:
    true, pred = DATA[4, 3]
    squares = ((true - pred) ** 2).mean(axis=-1)
    found = losscli.compute("rmse", true, pred, WEIGHT, like="keras")
    assert found.value == close(np.sqrt(np.average(squares, weights=WEIGHT)), 2e-6)
    for word in ("sum", "none", "sum_over_batch_size"):
        with pytest.raises(LosscliError, match=f"no reduction {word}"):
            losscli.compute("rmse", true, pred, like="keras", reduction=word)


# The words that a framework's calls know, and the calls that know others.

USUAL = {
    "keras": {"mean", "sum_over_batch_size", "mean_with_sample_weight", "sum", "none"},
    "torch": {"mean", "sum", "none"},
    "optax": {"mean", "sum", "none"},
    "sklearn": {"mean"},
    "tfa": {"mean", "sum", "none"},
    "torchvision": {"mean", "sum", "none"},
    "scipy": {"mean", "sum", "none"},
}
OTHER = {
    ("keras", "rmse"): {"mean"},
    ("torch", "kld"): {"mean", "sum", "none", "batchmean"},
    ("optax", "ntxent"): {"mean", "sum"},
    ("optax", "generalized_dice"): {"mean"},
    **{("sklearn", loss): {"mean", "sum"} for loss in ("bce", "cce", "scce", "zero_one")},
    **{
        ("tfa", loss): {"mean", "sum"}
        for loss in (
            "triplet_semihard",
            "triplet_hard",
            "lifted_struct",
            "weighted_kappa",
            "npairs",
            "npairs_multilabel",
        )
    },
}
# Calls that take no weights for each sample.
WITHOUT = {"optax", "scipy", "torchvision"}
TAKES = {("torch", loss) for loss in ("mse", "mae", "huber", "bce")}
TAKES_NONE = {("sklearn", "max_error"), *(key for key in OTHER if key[0] == "tfa")}


@pytest.mark.parametrize("loss", losscli.names())
def test_the_words_and_the_weights_a_call_takes(loss: str) -> None:
    for like, way in conventions(registry.get(loss)).items():
        assert set(way.reductions) == OTHER.get((like, loss), USUAL[like])
        takes = (like, loss) in TAKES if like == "torch" else like not in WITHOUT
        assert way.weights == (takes and (like, loss) not in TAKES_NONE), like


@pytest.mark.parametrize(
    ("like", "loss", "true", "pred"),
    [
        ("optax", "mse", [1.0], [2.0]),
        ("torch", "smooth_l1", [1.0], [2.0]),
        ("scipy", "pseudo_huber", [1.0], [2.0]),
        ("sklearn", "max_error", [1.0], [2.0]),
        ("tfa", "triplet_hard", [0, 0, 1], [[0.0], [1.0], [3.0]]),
    ],
)
def test_weights_are_refused_where_the_call_has_none(like: str, loss: str, true: Any, pred: Any) -> None:
    with pytest.raises(LosscliError, match="weights"):
        losscli.compute(loss, true, pred, np.ones(len(pred)), like=like)


def test_one_number_is_added_up_and_averaged_alike() -> None:
    true, pred = [0, 0, 1], [[0.0], [1.0], [3.0]]
    for loss, like in (("triplet_hard", "tfa"), ("ntxent", "optax")):
        values = [
            losscli.compute(loss, true, pred, like=like, reduction=word).value for word in ("mean", "sum")
        ]
        assert values[0] == values[1]


@pytest.mark.parametrize("word", KERAS_WORDS)
@pytest.mark.parametrize("weight", [None, [2.0, 1.0]])
def test_nothing_counted_is_zero_to_keras(word: str, weight: list[float] | None) -> None:
    given = {"like": "keras", "reduction": word, "ignore_class": 1}
    assert losscli.compute("scce", [1, 1], [[0.5, 0.5], [0.25, 0.75]], weight, **given).value == 0.0


# What the engine says of every call.

SINGLE = "computes in float32"
LAST_AXIS = "reduces the last axis first"
BY_SAMPLES = "divides a weighted sum by the number of samples, the definition by the sum of the weights"
ADDS = "values of each sample, the definition their average"


def sentences(like: str, shape: tuple[int, ...], weighted: bool, word: str, loss: str = "mse") -> str:
    true, pred = DATA[shape]
    score = losscli.compute(loss, true, pred, WEIGHT if weighted else None, like=like, reduction=word)
    assert all(remark.kind == "departure" and remark.count is None for remark in score.remarks)
    return " | ".join(remark.text for remark in score.remarks)


@pytest.mark.parametrize("like", ["exact", "keras", "torch", "optax", "sklearn"])
def test_single_precision_is_told_of_those_that_compute_in_it(like: str) -> None:
    assert (SINGLE in sentences(like, (4, 3), False, "mean")) == (like in ("keras", "optax"))


@pytest.mark.parametrize(
    ("shape", "weighted", "word", "told"),
    [
        ((4,), True, "mean", True),
        ((4,), False, "sum", True),
        ((4,), False, "mean", False),
        ((4, 1), True, "mean", False),
        ((4, 1), False, "sum", False),
        ((4, 3), True, "sum", False),
    ],
)
def test_that_one_axis_becomes_one_value_is_told_where_it_matters(
    shape: tuple[int, ...], weighted: bool, word: str, told: bool
) -> None:
    assert (LAST_AXIS in sentences("keras", shape, weighted, word)) == told
    assert LAST_AXIS not in sentences("torch", shape, weighted, word)


@pytest.mark.parametrize(
    ("like", "loss", "weighted", "word", "told"),
    [
        ("keras", "mse", True, "mean", True),
        ("keras", "mse", True, "sum_over_batch_size", True),
        ("keras", "mse", True, "mean_with_sample_weight", False),
        ("keras", "mse", True, "sum", False),
        ("keras", "mse", False, "mean", False),
        ("torch", "mse", True, "mean", False),
        ("torch", "huber", True, "mean", True),
        ("torch", "huber", False, "mean", False),
        ("sklearn", "mse", True, "mean", False),
        ("exact", "mse", True, "mean", False),
    ],
)
def test_the_divisor_of_weights_is_told_where_it_is_another(
    like: str, loss: str, weighted: bool, word: str, told: bool
) -> None:
    assert (BY_SAMPLES in sentences(like, (4, 3), weighted, word, loss)) == told


@pytest.mark.parametrize(
    ("like", "shape", "word", "many"),
    [
        ("torch", (4, 3), "sum", 3),
        ("torch", (4, 2, 3), "sum", 6),
        ("keras", (4, 2, 3), "sum", 2),
        ("keras", (4, 3), "sum", None),
        ("optax", (4, 3), "sum", 3),
        ("torch", (4, 3), "mean", None),
        ("torch", (4,), "sum", None),
        ("torch", (4, 1), "sum", None),
        ("exact", (4, 3), "sum", None),
    ],
)
def test_how_many_values_a_sum_adds_up_is_told(
    like: str, shape: tuple[int, ...], word: str, many: int | None
) -> None:
    text = sentences(like, shape, False, word)
    assert (ADDS in text) == (many is not None)
    assert many is None or f"adds up the {many} values of each sample" in text
