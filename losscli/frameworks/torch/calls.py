"""How PyTorch's calls are written: modules, and functions where these alone take weights."""

from __future__ import annotations

from losscli.frameworks.adapted import Adapted, signs
from losscli.frameworks.call import Call, Conversion, Given, Style, tensor
from losscli.frameworks.writing import logarithms, of_probabilities, rows_summing_to_one

STYLE = Style(
    {"torch": "torch"},
    arrays="y_pred, y_true",
    weight="",
    array="torch.tensor({}, dtype=y_pred.dtype)",
    hand_over=tensor,
    moved="{}.movedim({}, {})",
)


def _weighted(given: Given) -> bool:
    return given.weighted


def _function(name: str) -> tuple[Call, ...]:
    """The function where there are weights, which the module does not take."""
    return (
        Call(
            path=f"nn.functional.{name}",
            template="{path}({arrays}{more}, weight={spread})",
            when=_weighted,
        ),
    )


def _of_logits(given: Given) -> bool:
    return bool(given.params["from_logits"])


_BCE = {"from_logits": "", "pos_weight": "pos_weight=torch.tensor({}, dtype=y_pred.dtype)"}
_BCE_LOGITS = "nn.BCEWithLogitsLoss"
_WEIGHED = "{path}(weight={spread}{more})({arrays})"
_LOGS = {"y_pred": "y_pred.log()"}
_CROSS_ENTROPY = (
    Call(
        names={"class_weight": "weight={}", "ignore_class": "ignore_index={}"},
        conversion=Conversion(_LOGS, rows_summing_to_one, of_probabilities, {"from_logits": True}),
    ),
)
_CLASSES = (Call(names={"class_weight": "weight={}", "ignore_class": "ignore_index={}"}),)
_PAIR = (Call(arrays="y_pred[:, 0], y_pred[:, 1], y_true"),)

CALLS = {
    "mse": _function("mse_loss"),
    "mae": _function("l1_loss"),
    "huber": _function("huber_loss"),
    "poisson": (Call(names={"from_log": "log_input={}"}),),
    "gaussian_nll": (Call(arrays="y_pred[:, 0], y_true, y_pred[:, 1]"),),
    "bce": (
        Call(_BCE_LOGITS, names=_BCE, template=_WEIGHED, when=lambda g: g.weighted and _of_logits(g)),
        Call(_BCE_LOGITS, names=_BCE, when=_of_logits),
        Call(template=_WEIGHED, when=_weighted),
    ),
    "cce": _CROSS_ENTROPY,
    "scce": _CROSS_ENTROPY,
    "nll": _CLASSES,
    "multi_margin": _CLASSES,
    "multilabel_soft_margin": _CLASSES,
    "kld": (Call(conversion=Conversion(_LOGS, logarithms)),),
    "ctc": (
        Call(
            arrays="y_pred.log_softmax(-1).transpose(0, 1), y_true, "
            "torch.full((len(y_pred),), y_pred.shape[1]), "
            "((y_true >= 0) & (y_true != {blank})).cumprod(1).sum(1)"
        ),
    ),
    "triplet": (Call(arrays="y_pred[:, 0], y_pred[:, 1], y_pred[:, 2]"),),
    "margin_ranking": _PAIR,
    "cosine_embedding": _PAIR,
}

ADAPTED = {
    "kld": Adapted(
        "Its mean divides by rows × classes; batchmean divides by the rows.", reduction="batchmean"
    ),
    "ctc": Adapted(
        "Its mean divides each row by its number of labels first; the sum does not.",
        form="{call} / len(y_pred)",
        reduction="sum",
        mean_alone=True,
    ),
    "soft_margin": signs("torch.where"),
    "poisson": Adapted(
        "Its eps is added to the rate inside the logarithm: one of 1e-300 changes no rate but 0.",
        params={"eps": 1e-300},
        when=lambda params: not (params["from_log"] or params["full"]),
    ),
}
