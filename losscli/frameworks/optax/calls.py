"""How Optax's calls are written: functions, whose values jax.numpy reduces."""

from __future__ import annotations

from losscli.frameworks.adapted import Adapted, signs
from losscli.frameworks.call import Call, Conversion, Given, Style, single
from losscli.frameworks.writing import logarithms, of_probabilities, rows_summing_to_one

STYLE = Style(
    {"optax": "optax", "jnp": "jax.numpy"},
    template="jnp.{reduction}({path}({arrays}{more}))",
    arrays="y_pred, y_true",
    weight="",
    reduction="",
    array="jnp.asarray({})",
    hand_over=lambda modules, array: modules["jnp"].asarray(single(modules, array)),
    moved="jnp.moveaxis({}, {}, {})",
)


def _smoothed(given: Given) -> bool:
    return bool(given.params["label_smoothing"])


_LOGS = {"y_pred": "jnp.log(y_pred)"}
_FROM_PROBABILITIES = Conversion(_LOGS, rows_summing_to_one, of_probabilities, {"from_logits": True})
_SMOOTHED = Call(
    arrays="y_pred, optax.smooth_labels(y_true, {label_smoothing})",
    names={"label_smoothing": ""},
    when=_smoothed,
)
_LOGARITHMS = (Call(conversion=Conversion(_LOGS, logarithms)),)
_BY_ITSELF = "{path}({arrays}{more})"  # it reduces what it returns

# Where a parameter of the convention chooses another function.
_SAFE = (
    Call(
        "safe_softmax_cross_entropy",
        arrays=_SMOOTHED.arrays,
        names={"safe": "", "label_smoothing": ""},
        when=lambda given: bool(given.params["safe"]) and _smoothed(given),
    ),
    Call("safe_softmax_cross_entropy", names={"safe": ""}, when=lambda given: bool(given.params["safe"])),
)
_OF_LOGARITHMS = Call(
    "losses.kl_divergence_with_log_targets",
    names={"log_target": ""},
    when=lambda given: bool(given.params["log_target"]),
)

CALLS = {
    "bce": (_SMOOTHED,),
    "cce": (*_SAFE, _SMOOTHED, Call(conversion=_FROM_PROBABILITIES)),
    "scce": (Call(conversion=_FROM_PROBABILITIES),),
    "kld": (_OF_LOGARITHMS, *_LOGARITHMS),
    "generalized_kld": _LOGARITHMS,
    "ctc": (
        Call(
            arrays="y_pred, jnp.zeros(y_pred.shape[:2]), y_true, "
            "jnp.cumprod((y_true != {blank}) & (y_true >= 0), axis=1) == 0",
            names={"blank": "blank_id={}"},
        ),
    ),
    "listnet": (
        Call(template=_BY_ITSELF, keywords="reduce_fn=jnp.sum", when=lambda given: given.reduction == "sum"),
        Call(template=_BY_ITSELF),
    ),
    "ntxent": (Call(template=_BY_ITSELF),),
    "generalized_dice": (
        Call(template="{path}(y_pred[None], y_true[None]{more})", keywords="apply_softmax=False"),
    ),
    "dice": (Call(names={"from_logits": "apply_sigmoid={}"}),),
    "tversky": (Call(names={"from_logits": "apply_softmax={}"}),),
    "triplet": (Call(arrays="y_pred[:, 0], y_pred[:, 1], y_pred[:, 2]", names={"p": "norm_degree={}"}),),
}

ADAPTED = {
    "hinge": signs("jnp.where"),
    "perceptron": signs("jnp.where"),
    "binary_sparsemax": Adapted("It takes any label but 0 for class 1.", swap=("y_true", "y_true == 1")),
    "cosine_similarity": Adapted("It gives the cosine itself.", form="-{call}"),
    "listnet": Adapted(
        "It takes the grades as they are; the definition puts them through a softmax.",
        swap=("y_true", "jax.nn.softmax(y_true, axis=-1)"),
    ),
}
