"""What frameworks' calls take and refuse, what they survey first, and how they round: numbers by hand.

A framework that makes no check computes, whatever the definition's domain; scikit-learn and others refuse.
"""

from __future__ import annotations

from math import exp, inf, log, nan, sqrt
from typing import Any

import numpy as np
import pytest
from support.close import close
from support.departing import in_turn
from support.requests import score

import losscli
from losscli import LosscliError
from losscli.catalogue.calls import by_call

LN2 = log(2)
SOFT = 2 * log(1 + exp(-2)) + log(1 + exp(-1))
BOX = [[0.0, 0.0, 1.0, 1.0]]

# Loss, framework, y_true, y_pred, parameters, and the number or what the refusal says.
TAKEN: list[tuple[str, str, Any, Any, dict[str, Any], float]] = [
    ("bce", "keras", [2, 0], [0.5, 0.5], {}, LN2),
    ("bce", "keras", [1, 0], [1.5, -0.5], {}, 2**-23),
    ("bce", "torch", [2, 0], [0.0, 0.0], {"from_logits": True}, LN2),
    ("bce", "torch", [2, 0], [1.0, 0.0], {"from_logits": True}, (log(1 + exp(-1)) - 1 + LN2) / 2),
    ("poisson", "keras", [-1.0], [2.0], {}, 2 + LN2),
    ("poisson", "torch", [-1.0], [2.0], {"from_log": False}, 2 + log(2 + 1e-8)),
    ("tweedie", "sklearn", [-1.0], [1.0], {"power": 0.0}, 4.0),
    ("tweedie", "sklearn", [1.0], [-1.0], {"power": 0.0}, 4.0),
    ("tweedie", "sklearn", [-1.0], [1.0], {"power": -1.0}, 2 * (0 + 1 / 2 + 1 / 3)),
    ("tweedie", "sklearn", [2.0], [3.0], {"power": -1.0}, 2 * (8 / 6 - 2 * 9 / 2 + 27 / 3)),
    ("tweedie", "sklearn", [0.0], [4.0], {"power": 1.5}, 2 * 2 / 0.5),
    ("tweedie", "sklearn", [4.0], [9.0], {"power": 1.5}, 2 * (2 / -0.25 - 4 / 3 / -0.5 + 3 / 0.5)),
    ("tweedie", "sklearn", [0.0], [1.0], {"power": 1.0}, 2.0),
    ("tweedie", "sklearn", [3.0], [2.0], {"power": 1.0}, 2 * (3 * log(1.5) - 1)),
    ("tweedie", "sklearn", [3.0], [2.0], {"power": 2.0}, 2 * (log(2 / 3) + 1.5 - 1)),
    ("tweedie", "sklearn", [2.0], [4.0], {"power": 3.0}, 2 * (0.5 / 2 - 2 / 16 / -2 + 1 / 4 / -1)),
    ("poisson_deviance", "sklearn", [3.0], [2.0], {}, 2 * (3 * log(1.5) - 1)),
    ("poisson_deviance", "sklearn", [0.0], [2.0], {}, 4.0),
    ("gamma_deviance", "sklearn", [3.0], [2.0], {}, 2 * (log(2 / 3) + 1.5 - 1)),
    ("hinge", "sklearn", [3, 7], [0.5, 0.25], {}, (1.5 + 0.75) / 2),
    ("hinge", "sklearn", [-5, 0], [-0.5, 0.25], {}, (0.5 + 0.75) / 2),
    ("hinge", "keras", [2, -1], [0.25, 0.5], {}, (0.5 + 1.5) / 2),
    ("hinge", "keras", [0, 1], [0.25, 0.5], {}, (1.25 + 0.5) / 2),
    ("squared_hinge", "keras", [0, 1], [0.25, 0.5], {}, (1.25**2 + 0.5**2) / 2),
    ("hinge", "optax", [2, -1], [0.25, 0.5], {}, (0.5 + 1.5) / 2),
    ("perceptron", "optax", [2, -1], [0.25, 0.5], {}, (0 + 0.5) / 2),
    ("binary_sparsemax", "optax", [1, 0, 0, 1], [0.5, 2.0, -1.5, -3.0], {}, (0.0625 + 2 + 0 + 3) / 4),
    ("pseudo_huber", "scipy", [1.0], [2.0], {"delta": -1.0}, inf),
    ("pseudo_huber", "scipy", [1.0], [2.0], {"delta": 0.0}, 0.0),
    ("pseudo_huber", "scipy", [1.0], [4.0], {"delta": 4.0}, 16 * (5 / 4 - 1)),
    ("triplet", "optax", None, [[[0.0], [1.0], [3.0]]], {"margin": -1.0}, 0.0),
    ("multi_margin", "torch", [0], [[0.5, 0.0, 2.0]], {"margin": -1.0}, 0.5 / 3),
    ("hinge_embedding", "torch", [-1.0, 1.0], [0.25, 0.5], {"margin": -1.0}, 0.25),
    ("cosine_embedding", "torch", [-1], [[[3.0, 4.0], [5.0, 0.0]]], {"margin": -0.5}, 0.6 + 0.5),
    ("margin_ranking", "torch", [1], [[1.0, 3.0]], {"margin": -0.5}, 1.5),
    ("poly_cce", "optax", [[1, 0]], [[0.0, 0.0]], {"epsilon": -1.0}, LN2 - 0.5),
    ("scce", "optax", [-3], [[0.0, 0.0, log(2)]], {}, log(4)),
    ("scce", "optax", [-4], [[0.0, 0.0, log(2)]], {}, nan),
    ("multiclass_hinge", "optax", [0], [[0.5, 0.25, -1.0]], {}, 0.75),
    ("multiclass_perceptron", "optax", [1], [[0.5, 0.25, -1.0]], {}, 0.25),
    ("zero_one", "sklearn", [[1, 0], [0, 1]], [[1, 1], [0, 1]], {}, 0.5),
    ("zero_one", "sklearn", [[1, 0], [0, 1]], [[1, 1], [0, 1]], {"reduction": "sum"}, 1.0),
    ("hamming", "sklearn", [[1, 0], [0, 1]], [[1, 1], [0, 1]], {}, 0.25),
    ("hamming", "sklearn", [3, 5, 7], [3, 5, 8], {}, 1 / 3),
    ("max_error", "sklearn", [0.0, 0.0, 1.0], [1.0, -2.0, 1.5], {}, 2.0),
    (
        "median_absolute_error",
        "sklearn",
        [[0.0, 0.0]] * 3,
        [[1.0, 2.0], [3.0, 7.0], [4.0, 1.0]],
        {},
        (3 + 2) / 2,
    ),
    ("median_absolute_error", "sklearn", [[0.0, 0.0]] * 2, [[1.0, 2.0], [3.0, 7.0]], {}, (2 + 4.5) / 2),
    ("giou", "tfa", BOX, [[2.0, 0.0, 3.0, 1.0]], {}, 1 + 1 / 3),
    ("iou", "tfa", BOX, [[0.0, 0.0, 1.0, 0.5]], {}, 0.5),
    ("giou", "tfa", [[0.0] * 4], [[0.0] * 4], {}, 1.0),
    ("quantile", "tfa", [[1.0, 2.0]], [[0.0, 4.0]], {"q": 0.75}, (0.75 + 0.5) / 2),
    ("contrastive", "tfa", [1, 0], [0.5, 0.25], {"margin": 2.0}, (0.25 + 1.75**2) / 2),
    ("dice", "keras", [[1, 0], [1, 1]], [[0.5, 0.5]] * 2, {"per": "sample"}, (1 - 1 / 2 + 1 - 2 / 3) / 2),
    ("dice", "keras", [[1, 0], [1, 1]], [[0.5, 0.5]] * 2, {"per": "class"}, (1 - 2 / 3 + 1 - 1 / 2) / 2),
    ("dice", "keras", [[1, 0], [1, 1]], [[0.5, 0.5]] * 2, {}, 1 - 3 / 5),
    ("triplet", "torch", None, [[[0.0], [2.0], [1.5]]], {"swap": True, "margin": 1.0}, 1 + 2 - 0.5),
    ("triplet", "torch", None, [[[0.0], [2.0], [1.5]]], {"margin": 1.0}, 1 + 2 - 1.5),
    ("triplet", "torch", None, [[[0.0, 0.0], [1.0, 2.0], [2.0, 2.0]]], {"margin": 3.0, "p": 1.0}, 3 + 3 - 4),
    ("triplet_hard", "tfa", [0, 0, 1], [[0.0], [1.0], [3.0]], {"soft": True}, SOFT / 3),
    ("logcosh", "optax", [0.0], [3000.0], {}, 3000 - LN2),
    ("logcosh", "keras", [0.0], [2.0], {}, log((exp(2) + exp(-2)) / 2)),
    ("logcosh", "keras", [0.0], [-30.0], {}, 30 - LN2),
]
DEVIANCES = [
    ("tweedie", "sklearn", [1.0], [0.0], {"power": -1.0}, "0 is not above 0"),
    ("tweedie", "sklearn", [-1.0], [1.0], {"power": 1.0}, "-1 is not 0 or more"),
    ("tweedie", "sklearn", [1.0], [0.0], {"power": 1.0}, "0 is not above 0"),
    ("tweedie", "sklearn", [-1.0], [1.0], {"power": 1.5}, "-1 is not 0 or more"),
    ("tweedie", "sklearn", [0.0], [1.0], {"power": 2.0}, "0 is not above 0"),
    ("tweedie", "sklearn", [0.0], [1.0], {"power": 3.0}, "0 is not above 0"),
    ("poisson_deviance", "sklearn", [0.0], [0.0], {}, "0 is not above 0"),
    ("poisson_deviance", "sklearn", [-1.0], [1.0], {}, "-1 is not a count of 0 or more"),
    ("gamma_deviance", "sklearn", [0.0], [1.0], {}, "0 is not above 0"),
]
REFUSED: list[tuple[str, str, Any, Any, dict[str, Any], str]] = [
    *DEVIANCES,
    ("bce", "torch", [1, 0], [1.5, 0.5], {}, "row 1: 1.5 is not a probability in .0, 1. .or --from-logits"),
    ("bce", "torch", [1, 0], [0.5, -0.5], {}, "row 2: -0.5 is not a probability"),
    ("bce", "torch", [2, 0], [0.5, 0.5], {}, "row 1: 2 is not a label in"),
    ("bce", "torch", [1, 0], [0.5, 0.5], {"pos_weight": 2.0}, "BCELoss has no pos_weight .*from-logits"),
    (
        "scce",
        "torch",
        [0, -100],
        [[1.0, 2.0]] * 2,
        {"ignore_class": 1},
        "class -100 is not among the 2 classes",
    ),
    ("gaussian_nll", "torch", [1.0], [[1.0, -1.0]], {}, "-1 is not a variance of 0 or more"),
    ("bce", "sklearn", [0.5, 0], [0.5, 0.5], {}, "0.5 is not a label: 0 or 1"),
    ("bce", "sklearn", [1, 0], [0.5, 1.5], {}, "1.5 is not a probability"),
    ("bce", "sklearn", [[1, 0]], [[0.5, 0.5]], {}, "must be .N,."),
    ("cce", "sklearn", [[0.5, 0.5]], [[0.5, 0.5]], {}, "soft labels are refused"),
    ("brier", "sklearn", [0, 1, 2], [0.5] * 3, {}, "takes two labels for one column, y_true has 3"),
    ("brier", "sklearn", [0.5], [0.5], {}, "takes whole numbers for labels"),
    ("brier", "sklearn", [0, 3], [[0.5, 0.5, 0.0]] * 2, {}, "y_true has the labels 0, 3, y_pred 3 columns"),
    ("multiclass_hinge", "sklearn", [0, 1], [[0.5, 0.5]] * 2, {}, "one score a row for two classes"),
    ("msle", "sklearn", [-2.0], [2.0], {}, "-2 is not above −1"),
    ("mse", "sklearn", [[[1.0]]], [[[2.0]]], {}, "takes at most .N, D.: y_pred is .N, 1, 1."),
    ("max_error", "sklearn", [[0.0, 0.0]], [[1.0, 2.0]], {}, "must be .N,."),
    ("hamming", "sklearn", [1.5], [1.0], {}, "1.5 is not a class label: a whole number"),
    ("hamming", "sklearn", [[1, 2]], [[1, 1]], {}, "y_true.2., row 1: 2 is not 0 or 1"),
    ("zero_one", "sklearn", [[1, 0]], [[1, 2]], {}, "y_pred.2., row 1: 2 is not 0 or 1"),
    (
        "hinge",
        "sklearn",
        [0, 1, 2],
        [0.5, 0.5, 0.5],
        {},
        "takes two labels for one score a row, y_true has 3",
    ),
    ("hinge", "sklearn", [0.5, 1], [0.5, 0.5], {}, "takes whole numbers for labels"),
    ("generalized_dice", "optax", [1, 0], [0.5, 0.5], {}, "must be .N, C., it is .N,."),
    ("generalized_dice", "optax", [[1, 0]], [[0.5, 0.4]], {}, "0.9 is the sum of its classes; Optax wants 1"),
    ("dice", "optax", [[1, 0]], [[0.5, 0.5]], {"per": "batch"}, "which is Optax's way"),
    ("cce", "torch", [[1, 0]], [[0.5, 0.5]], {"from_logits": False}, "the call takes logits only"),
    ("giou", "torchvision", BOX, BOX, {"box_format": "xywh"}, '"xyxy", the only order it takes'),
    ("giou", "tfa", BOX, BOX, {"box_format": "xyxy"}, '"yxyx", the only order it takes'),
    ("iou", "tfa", BOX, [[0.0, inf, 1.0, 1.0]], {"box_format": "xyxy"}, "the only order it takes"),
    ("triplet", "torch", None, [[[0.0], [1.0], [3.0]]], {"margin": -1.0}, "margin"),
    ("triplet_hard", "tfa", [0, 0], [[0.0], [1.0]], {"margin": -1.0}, "margin"),
    ("huber", "torch", [1.0], [2.0], {"delta": -1.0}, "delta: -1.0 is not a number above 0"),
    ("huber", "keras", [1.0], [2.0], {"dleta": 1.0}, 'keras.losses.Huber has no parameter dleta .*"delta"'),
    ("mse", "kears", [1.0], [2.0], {}, 'no framework called "kears" .*"keras"'),
    (
        "mse",
        "nothing",
        [1.0],
        [2.0],
        {},
        "there are: exact, keras, torch, optax, sklearn, tfa, torchvision, scipy",
    ),
    ("mse", "scipy", [1.0], [2.0], {}, "losscli knows no call of SciPy for mse"),
    (
        "mse",
        "keras",
        [1.0],
        [2.0],
        {"reduction": "batchmean"},
        r"MeanSquaredError has no reduction batchmean \(there are: mean, ",
    ),
    (
        "mse",
        "keras",
        [1.0],
        [2.0],
        {"reduction": "xyz"},
        "there are: mean, sum_over_batch_size, mean_with_sample",
    ),
]
SINGLE = ("keras", "optax", "tfa")


@pytest.mark.parametrize(("loss", "like", "true", "pred", "params", "wanted"), TAKEN)
def test_a_call_computes(
    loss: str, like: str, true: Any, pred: Any, params: dict[str, Any], wanted: float
) -> None:
    found = losscli.compute(loss, true, pred, like=like, **params)
    rel = 3e-6 if like in SINGLE or (like, loss) == ("torch", "triplet") else 1e-11
    np.testing.assert_allclose(found.value, wanted, rtol=rel, atol=0)


@pytest.mark.parametrize(("loss", "like", "true", "pred", "params", "words"), REFUSED)
def test_a_call_refuses(
    loss: str, like: str, true: Any, pred: Any, params: dict[str, Any], words: str
) -> None:
    with pytest.raises(LosscliError, match=words):
        losscli.compute(loss, true, pred, like=like, **params)


@pytest.mark.parametrize(
    ("weight", "wanted"),
    [([1.0, 1.0, 2.0], 3.0), ([1.0, 1.0, 5.0], 4.0), ([1.0, 1.0, 0.0], 1.5), ([2.0, 1.0, 0.5], 1.0)],
)
def test_sklearn_s_weighted_median(weight: list[float], wanted: float) -> None:
    found = losscli.compute(
        "median_absolute_error", [0.0] * 3, [2.0, 1.0, -4.0], weight[1::-1] + weight[2:], like="sklearn"
    )
    assert found.value == wanted


def test_inputs_weights_and_parameters_are_rounded_to_single() -> None:
    third = float(np.float32(1 / 3))
    found = losscli.compute("mse", [[0.0]], [[1 / 3]], like="keras", reduction="sum")
    assert found.value == close(third**2, 1e-7)
    assert found.value != close((1 / 3) ** 2, 1e-9)
    heavy = losscli.compute(
        "mae", [[0.0], [0.0]], [[1.0], [0.0]], [1 / 3, 1.0], like="keras", reduction="sum"
    )
    assert heavy.value == third
    alpha = losscli.compute(
        "categorical_focal", [[1, 0]], [[0.5, 0.5]], like="keras", alpha=[1 / 3, 1.0], gamma=0.0
    )
    assert alpha.value == close(third * LN2, 1e-7)
    torch = losscli.compute("mse", [[0.0]], [[1 / 3]], like="torch")
    assert torch.value == (1 / 3) ** 2


@pytest.mark.parametrize(
    ("like", "true", "wanted"),
    [
        ("keras", [0, 1, 1], [4.0, 0.5, 0.5]),
        ("keras", [0, 1, -1], [1.0, 0.5, 1.5]),
        ("keras", [-1, 1, 0], [4.0, 0.5, 1.0]),
        ("sklearn", [0, 1, 1], [4.0, 0.5, 0.5]),
        ("sklearn", [7, 3, 3], [0.0, 1.5, 1.5]),
        ("sklearn", [1, 1, 1], [4.0, 1.5, 1.5]),
    ],
)
def test_labels_are_surveyed_over_all_batches(like: str, true: list[float], wanted: list[float]) -> None:
    found = score("hinge", in_turn(true, [3.0, 0.5, 0.5]), params={}, like=like, keep_values=True)
    assert found.per_sample == close(np.array(wanted), 1e-7)


def test_two_codings_of_labels_are_the_definition_s_to_refuse() -> None:
    true, pred = [1, 0, 0, -1], [0.5] * 4
    with pytest.raises(LosscliError, match="row 2"):
        score("hinge", in_turn(true, pred), params={})
    found = score("hinge", in_turn(true, pred), params={}, like="keras")
    assert found.value == close((0.5 + 1 + 1 + 1.5) / 4, 1e-6)


def test_a_third_label_is_refused_wherever_it_stands() -> None:
    for true in ([0, 1, 2], [0, 0, 1, 5], [3, 2, 2, 1]):
        with pytest.raises(LosscliError, match="two labels for one score a row, y_true has 3"):
            score("hinge", in_turn(true, [0.5] * len(true)), params={}, like="sklearn")


@pytest.mark.parametrize(
    ("word", "loss"),
    [
        ("torch.nn.HuberLoss", "huber"),
        ("keras.losses.huber", "huber"),
        ("keras.losses.Huber", "huber"),
        ("torch.nn.BCEWithLogitsLoss", "bce"),
        ("torch.nn.functional.binary_cross_entropy", "bce"),
        ("tensorflow_addons.losses.GIoULoss", "giou"),
        ("tfa.losses.PinballLoss", "quantile"),
        ("sklearn.metrics.mean_pinball_loss", "quantile"),
        ("optax.safe_softmax_cross_entropy", "cce"),
        ("torchvision.ops.sigmoid_focal_loss", "binary_focal"),
        ("scipy.special.pseudo_huber", "pseudo_huber"),
        ("torch.losses.mean_pinball_loss", None),
        ("keras.losses.l1_loss", None),
        ("HuberLoss", None),
        ("nothing.losses.Huber", None),
    ],
)
def test_a_call_s_name_leads_to_its_loss(word: str, loss: str | None) -> None:
    assert next((called.loss for called in by_call(word)), None) == loss


def test_distances_of_optax_hold_short_vectors_from_the_squares() -> None:
    """Σ max(|x|², 1.2e-7) is under the root, not the length itself."""
    short = 1e-3 / sqrt(1e-6)
    true, pred = [0, 0, 1], [[1e-3, 0.0], [1.0, 0.0], [0.0, 1.0]]
    found = losscli.compute("ntxent", true, pred, like="optax", temperature=1.0)
    assert found.value == close(log(1 + exp(-short)), 2e-6)
