"""The frameworks' own calls in what `code` writes: names and keywords that the libraries have."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import pytest
from support.inputs import NAMES, loss_of

from losscli.analysis.code import snippet
from losscli.errors import LosscliError

# From the documentation of PyTorch 2.9 (torch.nn), Keras 3.12 and scikit-learn 1.7; optax 0.2.6 below.
KEYWORDS: dict[str, str] = {
    "torch.nn.BCELoss": "weight reduction",
    "torch.nn.BCEWithLogitsLoss": "weight reduction pos_weight",
    "torch.nn.CTCLoss": "blank reduction zero_infinity",
    "torch.nn.CosineEmbeddingLoss": "margin reduction",
    "torch.nn.CrossEntropyLoss": "weight ignore_index reduction label_smoothing",
    "torch.nn.GaussianNLLLoss": "full eps reduction",
    "torch.nn.HingeEmbeddingLoss": "margin reduction",
    "torch.nn.HuberLoss": "reduction delta",
    "torch.nn.KLDivLoss": "reduction log_target",
    "torch.nn.L1Loss": "reduction",
    "torch.nn.MSELoss": "reduction",
    "torch.nn.MarginRankingLoss": "margin reduction",
    "torch.nn.MultiLabelMarginLoss": "reduction",
    "torch.nn.MultiLabelSoftMarginLoss": "weight reduction",
    "torch.nn.MultiMarginLoss": "p margin weight reduction",
    "torch.nn.NLLLoss": "weight ignore_index reduction",
    "torch.nn.PoissonNLLLoss": "log_input full eps reduction",
    "torch.nn.SmoothL1Loss": "reduction beta",
    "torch.nn.SoftMarginLoss": "reduction",
    "torch.nn.TripletMarginLoss": "margin p eps swap reduction",
    "keras.losses.BinaryCrossentropy": "from_logits label_smoothing axis reduction",
    "keras.losses.BinaryFocalCrossentropy": (
        "apply_class_balancing alpha gamma from_logits label_smoothing axis reduction"
    ),
    "keras.losses.CTC": "reduction",
    "keras.losses.CategoricalCrossentropy": "from_logits label_smoothing axis reduction",
    "keras.losses.CategoricalFocalCrossentropy": "alpha gamma from_logits label_smoothing axis reduction",
    "keras.losses.CategoricalGeneralizedCrossEntropy": "q reduction",
    "keras.losses.CategoricalHinge": "reduction",
    "keras.losses.Circle": "gamma margin remove_diagonal reduction",
    "keras.losses.CosineSimilarity": "axis reduction",
    "keras.losses.Dice": "reduction axis",
    "keras.losses.Hinge": "reduction",
    "keras.losses.Huber": "delta reduction",
    "keras.losses.KLDivergence": "reduction",
    "keras.losses.LogCosh": "reduction",
    "keras.losses.MeanAbsoluteError": "reduction",
    "keras.losses.MeanAbsolutePercentageError": "reduction",
    "keras.losses.MeanSquaredError": "reduction",
    "keras.losses.MeanSquaredLogarithmicError": "reduction",
    "keras.losses.Poisson": "reduction",
    "keras.losses.SparseCategoricalCrossentropy": "from_logits ignore_class axis reduction",
    "keras.losses.SquaredHinge": "reduction",
    "keras.losses.Tversky": "alpha beta reduction axis",
    "keras.metrics.RootMeanSquaredError": "",
    "keras.ops.cast": "",
    "keras.ops.cumprod": "axis",
    "sklearn.metrics.brier_score_loss": "pos_label labels",
    "sklearn.metrics.coverage_error": "",
    "sklearn.metrics.hamming_loss": "",
    "sklearn.metrics.hinge_loss": "labels",
    "sklearn.metrics.label_ranking_loss": "",
    "sklearn.metrics.log_loss": "normalize labels",
    "sklearn.metrics.max_error": "",
    "sklearn.metrics.mean_absolute_error": "multioutput",
    "sklearn.metrics.mean_absolute_percentage_error": "multioutput",
    "sklearn.metrics.mean_gamma_deviance": "",
    "sklearn.metrics.mean_pinball_loss": "alpha multioutput",
    "sklearn.metrics.mean_poisson_deviance": "",
    "sklearn.metrics.mean_squared_error": "multioutput",
    "sklearn.metrics.mean_squared_log_error": "multioutput",
    "sklearn.metrics.mean_tweedie_deviance": "power",
    "sklearn.metrics.median_absolute_error": "multioutput",
    "sklearn.metrics.root_mean_squared_error": "multioutput",
    "sklearn.metrics.root_mean_squared_log_error": "multioutput",
    "sklearn.metrics.zero_one_loss": "normalize",
}
OPTAX = {
    *("cosine_distance", "cosine_similarity", "ctc_loss", "hinge_loss", "huber_loss", "kl_divergence"),
    *("l2_loss", "log_cosh", "sigmoid_binary_cross_entropy", "sigmoid_focal_loss", "smooth_labels"),
    *("softmax_cross_entropy", "softmax_cross_entropy_with_integer_labels", "squared_error"),
    *(
        "losses.generalized_kl_divergence",
        "losses.multiclass_hinge_loss",
        "losses.multiclass_perceptron_loss",
    ),
    *("losses.multiclass_sparsemax_loss", "losses.perceptron_loss", "losses.poly_loss_cross_entropy"),
    *("losses.ranking_softmax_loss", "losses.sparsemax_loss", "losses.triplet_margin_loss"),
}
OPTAX_KEYWORDS = {"ctc_loss": "blank_id", "huber_loss": "delta", "losses.triplet_margin_loss": "margin"}
KEYWORDS |= {f"optax.{name}": OPTAX_KEYWORDS.get(name, "") for name in OPTAX}
ASKED: list[dict[str, Any]] = [
    {},
    {"from_logits": True},
    {"label_smoothing": 0.1},
    {"pos_weight": 2.0},
    {"from_logits": True, "pos_weight": 2.0},
    {"class_weight": [1.0, 2.0]},
    {"ignore_class": 1},
    {"delta": 2.0},
    {"margin": 0.5},
    {"alpha": 0.3},
    {"gamma": 1.5},
    {"p": 2},
    {"q": 0.3},
    {"beta": 2.0},
    {"full": True},
    {"from_log": True},
    {"power": 0},
    {"swap": True},
    {"blank": 1},
    {"per": "sample"},
]


def called(library: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call of the library in the code of every loss, with its dotted name."""
    for name in NAMES:
        for params in ASKED:
            if not set(params) <= set(loss_of(name).parameters):
                continue
            for reduction in ("mean", "sum"):
                try:
                    made = snippet(loss_of(name), library, params, reduction)
                except LosscliError:
                    continue
                for call in made.calls:
                    for node in ast.walk(ast.parse(call)):
                        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(library + "."):
                            yield ast.unparse(node.func), node


@pytest.mark.parametrize("library", ["torch", "keras", "optax", "sklearn"])
def test_names_and_keywords_are_the_library_s(library: str) -> None:
    seen = set()
    for name, node in called(library):
        if "(" in name or name in ("torch.where", "torch.full", "torch.tensor"):
            continue
        seen.add(name)
        keywords = {keyword.arg for keyword in node.keywords}
        assert keywords <= set(KEYWORDS[name].split()), ast.unparse(node)
    assert seen >= {name for name in KEYWORDS if name.startswith(library)} - {"keras.losses.Circle"}


@pytest.mark.parametrize(
    ("name", "library", "params", "reduction", "call"),
    [
        ("mse", "torch", {}, "mean", "torch.nn.MSELoss()(y_pred, y_true)"),
        ("mae", "keras", {}, "mean", "keras.losses.MeanAbsoluteError()(y_true, y_pred)"),
        ("huber", "keras", {"delta": 2.0}, "mean", "keras.losses.Huber(delta=2.0)(y_true, y_pred)"),
        ("huber", "optax", {"delta": 2.0}, "mean", "jnp.mean(optax.huber_loss(y_pred, y_true, delta=2.0))"),
        (
            "quantile",
            "sklearn",
            {"q": 0.3},
            "mean",
            "sklearn.metrics.mean_pinball_loss(y_true, y_pred, alpha=0.3)",
        ),
        (
            "multi_margin",
            "torch",
            {"p": 2},
            "sum",
            "torch.nn.MultiMarginLoss(p=2, reduction='sum')(y_pred, y_true)",
        ),
        (
            "poisson",
            "torch",
            {},
            "mean",
            "torch.nn.PoissonNLLLoss(log_input=False, eps=1e-300)(y_pred, y_true)",
        ),
        (
            "rmse",
            "sklearn",
            {},
            "mean",
            "sklearn.metrics.root_mean_squared_error(y_true.ravel(), y_pred.ravel())",
        ),
        (
            "hinge",
            "optax",
            {},
            "mean",
            "jnp.mean(optax.hinge_loss(y_pred, jnp.where(y_true == 1, 1.0, -1.0)))",
        ),
        (
            "soft_margin",
            "torch",
            {},
            "mean",
            "torch.nn.SoftMarginLoss()(y_pred, torch.where(y_true == 1, 1.0, -1.0))",
        ),
        (
            "bce",
            "torch",
            {"from_logits": True, "pos_weight": 2.0},
            "mean",
            "torch.nn.BCEWithLogitsLoss(pos_weight=torch.tensor(2.0, dtype=y_pred.dtype))(y_pred, y_true)",
        ),
        (
            "gaussian_nll",
            "torch",
            {"full": True},
            "mean",
            "torch.nn.GaussianNLLLoss(full=True)(y_pred[:, 0], y_true, y_pred[:, 1])",
        ),
        (
            "scce",
            "torch",
            {"from_logits": True, "ignore_class": 1},
            "mean",
            "torch.nn.CrossEntropyLoss(ignore_index=1)(y_pred, y_true)",
        ),
        (
            "binary_sparsemax",
            "optax",
            {},
            "mean",
            "jnp.mean(optax.losses.sparsemax_loss(y_pred, y_true == 1))",
        ),
        (
            "ctc",
            "keras",
            {},
            "mean",
            "keras.losses.CTC()(y_true * "
            "keras.ops.cumprod(keras.ops.cast(y_true > 0, 'int32'), axis=1), y_pred)",
        ),
        (
            "mape",
            "sklearn",
            {},
            "mean",
            "100 * sklearn.metrics.mean_absolute_percentage_error(y_true, y_pred)",
        ),
        (
            "listnet",
            "optax",
            {},
            "mean",
            "optax.losses.ranking_softmax_loss(y_pred, jax.nn.softmax(y_true, axis=-1))",
        ),
        # What the columns of y_pred are to the call.
        (
            *("gaussian_nll", "torch", {}, "mean"),
            "torch.nn.GaussianNLLLoss()(y_pred[:, 0], y_true, y_pred[:, 1])",
        ),
        (
            *("margin_ranking", "torch", {}, "mean"),
            "torch.nn.MarginRankingLoss()(y_pred[:, 0], y_pred[:, 1], y_true)",
        ),
        (
            *("cosine_embedding", "torch", {}, "mean"),
            "torch.nn.CosineEmbeddingLoss()(y_pred[:, 0], y_pred[:, 1], y_true)",
        ),
        (
            *("triplet", "torch", {}, "mean"),
            "torch.nn.TripletMarginLoss()(y_pred[:, 0], y_pred[:, 1], y_pred[:, 2])",
        ),
    ],
)
def test_the_whole_call(name: str, library: str, params: Any, reduction: str, call: str) -> None:
    (found,) = snippet(loss_of(name), library, params, reduction).calls
    assert ast.unparse(ast.parse(found)) == ast.unparse(ast.parse(call))


def test_a_parameter_that_only_the_call_of_logits_has() -> None:
    made = snippet(loss_of("bce"), "torch", {"pos_weight": 2.0})
    assert made.calls == ()
    assert made.notes == ("torch.nn.BCELoss has no pos_weight.",)
    assert "pos_weight * y_true" in made.code or "pos_weight" in made.code


@pytest.mark.parametrize(
    ("name", "library", "params", "said", "unsaid"),
    [
        ("hinge", "optax", {}, ["labels of −1 and 1"], ["0 and 1 alone"]),
        ("mape", "sklearn", {}, ["a fraction, the definition percent"], ["float32"]),
        ("cosine_similarity", "optax", {}, ["the cosine itself"], []),
        ("mse", "keras", {}, ["Keras computes in float32"], []),
        ("mse", "torch", {}, [], ["float32", "labels"]),
        ("bce", "torch", {}, ["log p and log(1 − p) at −100"], ["logits"]),
        ("bce", "torch", {"from_logits": True}, [], ["−100", "clips"]),
        ("bce", "keras", {"from_logits": True}, ["float32"], ["clips"]),
        ("kld", "torch", {}, ["batchmean", "log p"], ["labels of"]),
        ("brier", "sklearn", {}, ["one output: y_true and y_pred (N,)", "labels of 0 and 1 alone"], ["−1"]),
        ("rmse", "sklearn", {}, ["one root for each output"], []),
        ("listnet", "optax", {}, ["through a softmax"], []),
    ],
)
def test_comments_say_what_the_call_does_otherwise(
    name: str, library: str, params: Any, said: list[str], unsaid: list[str]
) -> None:
    told = " ".join(snippet(loss_of(name), library, params).notes)
    assert all(part in told for part in said), told
    assert not any(part in told for part in unsaid), told
