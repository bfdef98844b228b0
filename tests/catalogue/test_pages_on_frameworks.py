"""What pages say of frameworks in passing, held against the conventions, which the live tests hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import isnan, log
from typing import Any

import numpy as np
import pytest
from support.claims.reading import L, R, sentences

import losscli
from losscli.catalogue import registry
from losscli.errors import LosscliError
from losscli.frameworks.convention import framework

NAMES = losscli.names()
NAMED = re.compile(
    r"Keras|PyTorch|Optax|scikit-learn|SciPy|TensorFlow|torchvision|XGBoost|LightGBM|Ceres|MMDetection"
    r"|lifelines|coxph|[aA]uthors' (?:code|Asym)|\bnn\.|optax\."
)
ALONE = ([0, 1, 2, 3], [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
LOG = [[log(0.9), log(0.1)]]


def same(value: Any, expected: Any) -> bool:
    return np.allclose(value, expected, rtol=1e-6, atol=0)


def refused(name: str, y_true: Any, y_pred: Any, weight: Any = None, **params: Any) -> bool:
    try:
        losscli.compute(name, y_true, y_pred, weight, **params)
    except LosscliError:
        return True
    return False


def flat(name: str, like: str, label: float) -> bool:
    """Whether a row of this label costs the same whatever its score."""
    return L(name, [label, 1], [5.0, 1], like=like) == L(name, [label, 1], [-5.0, 1], like=like)


def default(name: str, like: str, parameter: str) -> Any:
    return framework(like).convention(registry.get(name)).signature.parameters[parameter].default


def call(name: str, like: str) -> str:
    return framework(like).entries[name].call


CHECKED: list[tuple[str, str, Callable[[], bool]]] = [
    ("bce", "(at 15.9 in Keras", lambda: same(L("bce", [0], [1], like="keras"), 15.942385)),
    (
        "binary_focal",
        "torchvision and TensorFlow Addons apply 0.25 unasked",
        lambda: (
            default("binary_focal", "torchvision", "alpha") == default("binary_focal", "tfa", "alpha") == 0.25
        ),
    ),
    (
        "binary_sparsemax",
        "optax.losses.sparsemax_loss is",
        lambda: call("binary_sparsemax", "optax") == "losses.sparsemax_loss",
    ),
    (
        "brier",
        "over two columns unasked, and over three or more where scale_by_half is true",
        lambda: (
            same(L("brier", [1], [[0.2, 0.8]], like="sklearn"), L("brier", [1], [0.8]))
            and same(L("brier", [1], [[0.2, 0.7, 0.1]], like="sklearn"), 0.14)
            and same(L("brier", [1], [[0.2, 0.7, 0.1]], like="sklearn", scale_by_half=True), 0.07)
        ),
    ),
    (
        "cce",
        "0.981 in Keras",
        lambda: same(L("cce", [[1, 0, 0]], [[0.9, 0.8, 0.7]], like="keras"), log(24 / 9)),
    ),
    (
        "circle",
        "here and in Keras, which leaves out rows that cost 0 as well",
        lambda: same(
            L("circle", [0, 0, 1], [[1, 0], [0.8, 0.6], [0.6, 0.8]], like="keras"),
            L("circle", [0, 0, 1], [[1, 0], [0.8, 0.6], [0.6, 0.8]]),
        ),
    ),
    (
        "cosine_embedding",
        "In PyTorch a pair labelled 0 costs 0",
        lambda: L("cosine_embedding", [0], [[[1, 0], [0.6, 0.8]]], like="torch") == 0,
    ),
    (
        "cosine_similarity",
        "scikit-learn, Optax, PyTorch and Keras's metric (not its loss)",
        lambda: [L("cosine_similarity", [[1, 0]], [[2, 0]], like=f) for f in ("keras", "optax")] == [-1, 1],
    ),
    (
        "ctc",
        "about 1e5 in Optax",
        lambda: abs(L("ctc", [[1, 1]], np.zeros((1, 2, 3)), like="optax") - 1e5) < 1,
    ),
    (
        "ctc",
        "with 20 labels its value is a twentieth",
        lambda: same(
            L("ctc", [[1, 2] * 10], np.zeros((1, 25, 3)), like="torch"),
            L("ctc", [[1, 2] * 10], np.zeros((1, 25, 3))) / 20,
        ),
    ),
    (
        "dice",
        "as in Keras, a perfect empty mask costs 1",
        lambda: L("dice", [0, 0], [0, 0], like="keras") == 1,
    ),
    (
        "gaussian_nll",
        "PyTorch raises a smaller v to 1e-6",
        lambda: (
            L("gaussian_nll", [0], [[0, 1e-9]], like="torch")
            == L("gaussian_nll", [0], [[0, 1e-6]], like="torch")
        ),
    ),
    (
        "generalized_kld",
        "Optax takes the logarithm of the prediction",
        lambda: same(L("generalized_kld", [[1.0]], [[2.0]], like="optax"), -2 + np.exp(2) - 1),
    ),
    ("half_mse", "Optax's l2_loss", lambda: call("half_mse", "optax") == "l2_loss"),
    (
        "hinge",
        "Keras converts only if every label is 0 or 1",
        lambda: L("hinge", [0, 1], [2, 2], like="keras") == 1.5,
    ),
    (
        "squared_hinge",
        "Keras converts only if every label is 0 or 1",
        lambda: L("squared_hinge", [0, 1], [2, 2], like="keras") == 4.5,
    ),
    (
        "hinge",
        "takes a lone label as the negative one",
        lambda: same(L("hinge", [1], [0.3], like="sklearn"), 1.3),
    ),
    (
        "hinge_embedding",
        "a pair labelled 0 the cost d + max(0, m − d)",
        lambda: same(R("hinge_embedding", [0, 0], [0.4, 3], like="torch"), [1.0, 3.0]),
    ),
    ("huber", "SmoothL1 in PyTorch", lambda: call("smooth_l1", "torch") == "nn.SmoothL1Loss"),
    (
        "kld",
        "PyTorch and Optax expect log-probabilities",
        lambda: same(L("kld", [[0.5, 0.5]], LOG, like="optax"), L("kld", [[0.5, 0.5]], [[0.9, 0.1]])),
    ),
    (
        "kld",
        "PyTorch's default mean",
        lambda: same(L("kld", [[0.5, 0.5]], [[0.9, 0.1]], like="torch"), (log(0.5) - 0.5) / 2),
    ),
    (
        "kld",
        "PyTorch's mean divides by rows times classes",
        lambda: same(
            L("kld", [[0.5, 0.5]], LOG, like="torch"), L("kld", [[0.5, 0.5]], LOG, like="optax") / 2
        ),
    ),
    (
        "listnet",
        "which is 0 for a list without a positive grade",
        lambda: L("listnet", [[0, 0]], [[3, 1]], like="optax") == 0,
    ),
    (
        "mape",
        "Keras divides by 1e-7 there and scikit-learn by 2.2e-16",
        lambda: same([L("mape", [0], [1], like=f) for f in ("keras", "sklearn")], [1e9, 2.0**52]),
    ),
    (
        "mape",
        "8 here and in Keras is 0.08",
        lambda: same(L("mape", [100], [108], like="keras"), 8),
    ),
    (
        "margin_ranking",
        "In PyTorch a pair labelled 0 costs the margin",
        lambda: L("margin_ranking", [0], [[2, 1]], like="torch", margin=0.5) == 0.5,
    ),
    (
        "median_absolute_error",
        "it takes none (scikit-learn's does)",
        lambda: (
            refused("median_absolute_error", [0, 0], [1, 3], weight=[1, 9])
            and losscli.compute("median_absolute_error", [0, 0], [1, 3], [1, 9], like="sklearn").value == 3
        ),
    ),
    (
        "msle",
        "Keras raises everything below 1e-7",
        lambda: L("msle", [1], [-0.5], like="keras") == L("msle", [1], [-0.9], like="keras"),
    ),
    (
        "multi_margin",
        "PyTorch's MultiMarginLoss",
        lambda: call("multi_margin", "torch") == "nn.MultiMarginLoss",
    ),
    (
        "multi_margin",
        "PyTorch does the same here",
        lambda: same(
            L("multi_margin", [0, 1], [[1, 2], [2, 1]], class_weight=[1.0, 3.0], like="torch"),
            L("multi_margin", [0, 1], [[1, 2], [2, 1]], class_weight=[1.0, 3.0]),
        ),
    ),
    (
        "multiclass_hinge",
        "Keras's hinge takes them",
        lambda: call("categorical_hinge", "keras") == "losses.CategoricalHinge",
    ),
    (
        "multiclass_hinge",
        "Keras's form: the true class",
        lambda: L("categorical_hinge", [[1, 0]], [[-2, -3]], like="keras") == 3,
    ),
    (
        "multilabel_margin",
        "PyTorch counts it twice",
        lambda: same(
            L("multilabel_margin", [[1, 1, -1]], [[0, 0.5, 0]], like="torch"),
            2 * L("multilabel_margin", [[1, 1, -1]], [[0, 0.5, 0]]),
        ),
    ),
    (
        "nll",
        "PyTorch's mark for rows to skip",
        lambda: L("nll", [-100, 0], LOG * 2, like="torch") == -log(0.9),
    ),
    (
        "nll",
        "PyTorch's mean divides by the sum of the rows' weights",
        lambda: same(L("nll", [0, 1], LOG * 2, class_weight=[1.0, 3.0], like="torch"), weighted_mean(4)),
    ),
    (
        "scce",
        "With weights PyTorch's mean divides by the sum",
        lambda: same(L("scce", [0, 1], LOG * 2, class_weight=[1.0, 3.0], like="torch"), weighted_mean(4)),
    ),
    ("scce", "−100 (PyTorch's own", lambda: default("scce", "torch", "ignore_class") == -100),
    (
        "scce",
        "the mean is NaN (as in PyTorch; 0 in Keras)",
        lambda: (
            isnan(L("scce", [-1], LOG, ignore_class=-1, like="torch"))
            and L("scce", [-1], [[0.9, 0.1]], ignore_class=-1, like="keras") == 0
        ),
    ),
    (
        "ntxent",
        "0 here, NaN in Optax",
        lambda: L("ntxent", *ALONE) == 0 and isnan(L("ntxent", *ALONE, like="optax")),
    ),
    ("perceptron", "In Optax a label of 0 makes the row cost 0", lambda: flat("perceptron", "optax", 0)),
    (
        "poisson",
        "PoissonNLLLoss takes y_pred for a logarithm",
        lambda: default("poisson", "torch", "from_log") is True,
    ),
    (
        "poisson",
        "Keras adds 1e-7 to the rate",
        lambda: same(L("poisson", [1], [0], like="keras"), -log(1e-7)),
    ),
    (
        "poisson_deviance",
        "scikit-learn refuses",
        lambda: refused("poisson_deviance", [1], [0], like="sklearn"),
    ),
    ("rmse", "4 in scikit-learn", lambda: L("rmse", [[0, 0]], [[1, 7]], like="sklearn") == 4),
    (
        "rmsle",
        "scikit-learn refuses the whole call there",
        lambda: (
            refused("rmsle", [3.0], [-1.0], like="sklearn")
            and same(L("rmsle", [3, 1, 2], [2, -0.5, 2], like="sklearn"), 0.8174295138793227)
        ),
    ),
    ("soft_margin", "nn.SoftMarginLoss does not convert", lambda: flat("soft_margin", "torch", 0)),
    (
        "triplet_hard",
        "TensorFlow Addons takes distance 0 for it and counts it",
        lambda: (
            L("triplet_hard", [0, 0, 1], [[0, 0], [1, 0], [1.5, 0]], like="tfa")
            < L("triplet_hard", [0, 0, 1], [[0, 0], [1, 0], [1.5, 0]])
        ),
    ),
    (
        "triplet_semihard",
        "0/0 = NaN in TensorFlow Addons",
        lambda: L("triplet_semihard", *ALONE) == 0 and isnan(L("triplet_semihard", *ALONE, like="tfa")),
    ),
    (
        "tversky",
        "Keras up to 3.15.1 by a bug",
        lambda: same(L("tversky", [1, 0], [0.5, 0.25], like="keras", alpha=0.3, beta=0.7), swapped()),
    ),
    ("tweedie", "scikit-learn's default power is 0", lambda: default("tweedie", "sklearn", "power") == 0),
    ("iou", "as in TensorFlow Addons", lambda: boxes("iou")),
    ("giou", "as in TensorFlow Addons", lambda: boxes("giou")),
]

# By the frameworks' sources, papers or documentation alone: a fragment of each sentence.
READ = {
    "asymmetric": ["the authors' code adds up the batch", "The authors' code clamps", "Their AsymmetricLoss"],
    "cauchy": ["SciPy's least_squares and Ceres"],
    "ciou": ["The authors and torchvision hold α constant"],
    "circle": ["the authors' code and others hold them constant"],
    "contrastive": ["Keras's siamese example"],
    "cosine_similarity": ["as TensorFlow's pages once said"],
    "cox": ["in R's survfit and lifelines", "R's coxph and lifelines"],
    "elastic_net": ["ElasticNet in scikit-learn", "Keras's L1L2"],
    "epsilon_insensitive": ["scikit-learn's defaults differ"],
    "gamma_deviance": ["XGBoost's gamma-nloglik", "XGBoost's gamma-deviance adds"],  # support/peers has them
    "jsd": ["SciPy's jensenshannon"],
    "kld": ["in PyTorch the prediction", "Swapped, PyTorch takes"],
    "l1_penalty": ["Keras (activity_regularizer"],
    "l2_penalty": ["Ridge in scikit-learn"],
    "logcosh": ["(min_child_weight in XGBoost)"],
    "lovasz_hinge": ["the authors' code takes one an image"],
    "mape": ["LightGBM and CatBoost divide"],  # support/peers has it
    "matrix_cce": ["scikit-learn's confusion_matrix"],
    "mse": ["with a mere warning, in PyTorch"],
    "multiclass_perceptron": ["so does Optax", "PyTorch's relu"],
    "npairs_multilabel": ["TensorFlow Addons divides 0 by 0"],
    "perceptron": ["Optax takes half of that step", "PyTorch's relu"],
    "poisson_deviance": ["boosted trees in scikit-learn"],
    "pseudo_huber": ["(min_child_weight in XGBoost)"],
    "supcon": ["The authors' code multiplies"],
    "triplet_semihard": ["TensorFlow Addons has changed"],
    "tweedie": ["LightGBM and XGBoost default", "XGBoost's metric tweedie-nloglik"],
    "weighted_kappa": ["The documentation of TensorFlow Addons", "(scikit-learn's cohen_kappa_score"],
}


def weighted_mean(divisor: float) -> float:
    return (-log(0.9) - 3 * log(0.1)) / divisor


def swapped() -> float:
    """tversky with the prices exchanged."""
    return L("tversky", [1, 0], [0.5, 0.25], alpha=0.7, beta=0.3)


def boxes(name: str) -> bool:
    return same(
        L(name, [[0, 0, 4, 2]], [[1, 1, 5, 4]], like="tfa"),
        L(name, [[0, 0, 4, 2]], [[1, 1, 5, 4]], box_format="yxyx"),
    )


@pytest.mark.parametrize("claim", CHECKED, ids=lambda claim: f"{claim[0]}: {claim[1]}")
def test_what_a_page_says_of_a_framework_is_so(claim: tuple[str, str, Callable[[], bool]]) -> None:
    name, fragment, holds = claim
    assert any(fragment in sentence for sentence in sentences(name))
    assert holds()


@pytest.mark.parametrize("name", NAMES)
def test_every_sentence_on_a_framework_is_checked_or_read_in_its_source(name: str) -> None:
    known = [fragment for page, fragment, _ in CHECKED if page == name] + READ.get(name, [])
    for sentence in sentences(name):
        assert not NAMED.search(sentence) or any(fragment in sentence for fragment in known), sentence
    for fragment in READ.get(name, []):
        assert any(fragment in sentence for sentence in sentences(name)), fragment
