"""Calls that take other arrays than the definition, and what code does to them first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

# What changes the number only at the ends of the floats, or for labels that are coded otherwise; and what is
# met by handing data or parameters over in another form.
_HARMLESS = {
    "clipping",
    "default",
    "epsilon",
    "input",
    "label coding",
    "log 0",
    "overflow",
    "rescaling",
    "zero vectors",
}
_SIGNS = {"torch": "torch.where(y_true == 1, 1.0, -1.0)", "optax": "jnp.where(y_true == 1, 1.0, -1.0)"}


class Adapted(NamedTuple):
    """A call made to give the definition's number: `form` holds {call}, `swap` what stands for an argument.

    `reduction` is what the call is asked for, `comment` says what was done. `mean_alone`: the call's sum and
    values are the definition's as they are.
    """

    comment: str
    form: str = "{call}"
    swap: tuple[str, str] = ("", "")
    reduction: str = "mean"
    mean_alone: bool = False


_BY_ROWS = Adapted(
    "Its mean divides by rows × classes; batchmean divides by the rows.", reduction="batchmean"
)
_RAVELED = Adapted(
    "It takes one root for each output and averages them; flat arrays have one root.",
    swap=("y_true, y_pred", "y_true.ravel(), y_pred.ravel()"),
)


def _signs(framework: str) -> Adapted:
    return Adapted("It takes labels of −1 and 1.", swap=("y_true", _SIGNS[framework]))


# Parameters that a call takes only where another is true.
_WITH: Mapping[tuple[str, str, str], str] = {("torch", "bce", "pos_weight"): "from_logits"}
_ADAPTED: Mapping[tuple[str, str], Adapted] = {
    ("keras", "ctc"): Adapted(
        "It takes rows of labels filled up with 0, the blank.",
        swap=("y_true", 'y_true * keras.ops.cumprod(keras.ops.cast(y_true > 0, "int32"), axis=1)'),
    ),
    ("torch", "kld"): _BY_ROWS,
    ("torch", "ctc"): Adapted(
        "Its mean divides each row by its number of labels first; the sum does not.",
        form="{call} / len(y_pred)",
        reduction="sum",
        mean_alone=True,
    ),
    ("torch", "soft_margin"): _signs("torch"),
    ("optax", "hinge"): _signs("optax"),
    ("optax", "perceptron"): _signs("optax"),
    ("optax", "binary_sparsemax"): Adapted(
        "It takes any label but 0 for class 1.", swap=("y_true", "y_true == 1")
    ),
    ("optax", "cosine_similarity"): Adapted("It gives the cosine itself.", form="-{call}"),
    ("optax", "listnet"): Adapted(
        "It takes the grades as they are; the definition puts them through a softmax.",
        swap=("y_true", "jax.nn.softmax(y_true, axis=-1)"),
    ),
    ("sklearn", "mape"): Adapted("It gives a fraction, the definition percent.", form="100 * {call}"),
    ("sklearn", "rmse"): _RAVELED,
    ("sklearn", "rmsle"): _RAVELED,
}
