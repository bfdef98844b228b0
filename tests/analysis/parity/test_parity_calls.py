"""The code that parity writes is the call that frameworks were asked with: tests/reference holds those calls.

The order of keywords, how a list becomes a tensor and a number's type are no differences. Where the reference
says in words what it handed over, the code expected stands here.
"""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import pytest
from support.reference import arrays, reference_cases
from support.requests import request
from support.written_calls import WRITE

import losscli
from losscli.analysis.parity import answer, axes_of
from losscli.batch import arrays_stream
from losscli.catalogue import registry
from losscli.frameworks import FRAMEWORKS
from losscli.frameworks.call import Given
from losscli.frameworks.convention import conventions, framework
from losscli.frameworks.writing import write

SPREAD = "sample_weight.reshape(-1, 1).expand_as(y_pred)"
TORCH_CTC = (
    "(y_pred.log_softmax(-1).transpose(0, 1), y_true, torch.full((len(y_pred),), y_pred.shape[1]), "
    "((y_true >= 0) & (y_true != {})).cumprod(1).sum(1))"
)
OPTAX_CTC = (
    "jnp.mean(optax.ctc_loss(y_pred, jnp.zeros(y_pred.shape[:2]), y_true, "
    "jnp.cumprod((y_true != {}) & (y_true >= 0), axis=1) == 0{}))"
)
# What the reference says with words or numbers of its own, as code for any data.
AS_CODE = {
    **{
        f"torch.nn.functional.{name}(y_pred, y_true, weight=w, reduction='{word}')  "
        "# w: sample_weight repeated along D": f"torch.nn.functional.{name}(y_pred, y_true, weight={SPREAD}"
        + (", reduction='sum')" if word == "sum" else ")")
        for name in ("mse_loss", "l1_loss", "huber_loss")
        for word in ("mean", "sum")
    },
    "torch.nn.BCEWithLogitsLoss(pos_weight=[3.0])(y_pred, y_true)": (
        "torch.nn.BCEWithLogitsLoss(pos_weight=3.0)(y_pred, y_true)"
    ),
    "torch.nn.BCELoss(weight=[2.95, 0.57, 1.35, 1.06])(y_pred, y_true)": (
        "torch.nn.BCELoss(weight=sample_weight)(y_pred, y_true)"
    ),
    "torch.nn.BCELoss(weight=[2.95, 0.57, 1.35, 1.06], reduction='sum')(y_pred, y_true)": (
        "torch.nn.BCELoss(weight=sample_weight, reduction='sum')(y_pred, y_true)"
    ),
    **{
        f"torch.nn.CTCLoss({given})(log_softmax(y_pred, -1).permute(1, 0, 2), y_true, full(N, T), "
        "(y_true != blank).sum(1))": f"torch.nn.CTCLoss({given})" + TORCH_CTC.format(blank)
        for given, blank in (("", 0), ("reduction='sum'", 0), ("blank=3", 3))
    },
    "jnp.mean(optax.ctc_loss(y_pred, zeros((N, T)), y_true, (y_true == 0)))": OPTAX_CTC.format(0, ""),
    "jnp.mean(optax.ctc_loss(y_pred, zeros((N, T)), y_true, (y_true == 3), blank_id=3))": (
        OPTAX_CTC.format(3, ", blank_id=3")
    ),
    "m = keras.metrics.RootMeanSquaredError(); m.update_state(y_true, y_pred); m.result()": (
        "keras.metrics.RootMeanSquaredError()(y_true, y_pred)"
    ),
    "m = keras.metrics.RootMeanSquaredError(); m.update_state(y_true, y_pred, sample_weight); m.result()": (
        "keras.metrics.RootMeanSquaredError()(y_true, y_pred, sample_weight)"
    ),
}
# What the reference leaves out where the data holds every class.
LABELS = {"bce": "[0, 1]", "scce": "range(y_pred.shape[1])"}


class _Plain(ast.NodeTransformer):
    """`torch.tensor(x, dtype=…)` and `jnp.asarray(x)` as x, and 2.0 as 2."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        node.keywords.sort(key=lambda keyword: keyword.arg or "")
        return node.args[0] if ast.unparse(node.func) in ("torch.tensor", "jnp.asarray") else node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, float) and node.value.is_integer():
            return ast.Constant(int(node.value))
        return node


def plain(code: str) -> str:
    return ast.unparse(_Plain().visit(ast.parse(code, mode="eval")))


CASES = {
    case["id"]: case
    for like in FRAMEWORKS
    for case in reference_cases(like)
    if case["loss"] in registry.names()
}


def wanted(case: dict[str, Any]) -> str:
    code = AS_CODE.get(case["call"], case["call"])
    loss, like = case["loss"], case["like"]
    if like == "sklearn" and "log_loss" in code:
        for old in ("labels=[0, 1, 2]", "labels=[0, 1]"):
            code = code.replace(f", {old}", "")
        if loss in LABELS:  # losscli names them always; of one-hot rows the columns do
            code = code.replace("y_true, y_pred", f"y_true, y_pred, labels={LABELS[loss]}")
    if like == "tfa" and loss == "weighted_kappa":
        code = code.replace(f"num_classes={np.shape(case['y_pred'])[1]}", "num_classes=y_pred.shape[1]")
    code = code.replace("power=0)", ")").replace("y_pred, )", "y_pred)")
    return code.replace("smooth=1.0, ", "") if loss == "generalized_dice" else code


@pytest.mark.parametrize("name", CASES)
def test_the_code_is_the_call_that_the_framework_was_asked_with(name: str) -> None:
    case = CASES[name]
    way = framework(case["like"]).convention(registry.get(case["loss"]))
    _, pred, weight = arrays(case)
    params = way.signature.bind(way.owner, case["params"])
    given = Given(params, case["reduction"] or "mean", weight is not None, np.ndim(pred))
    assert plain(write(way, given)) == plain(wanted(case))


@pytest.mark.parametrize(("loss", "like", "true", "pred", "weight", "params", "code"), WRITE)
def test_a_call_is_written_for_the_definition_s_data(
    loss: str, like: str, true: Any, pred: Any, weight: Any, params: dict[str, Any], code: str
) -> None:
    rows = losscli.parity(loss, true, pred, weight, **params).rows
    (found,) = (row for row in rows if row.framework == like)
    assert found.call.replace(" ", "") == code.replace(" ", "")
    assert found.takes is None


@pytest.mark.parametrize(
    ("loss", "like", "word", "code"),
    [
        ("mse", "keras", "sum", "keras.losses.MeanSquaredError(reduction='sum')(y_true, y_pred)"),
        ("mse", "torch", "sum", "torch.nn.MSELoss(reduction='sum')(y_pred, y_true)"),
        ("mse", "optax", "sum", "jnp.sum(optax.squared_error(y_pred, y_true))"),
        ("pseudo_huber", "scipy", "sum", "np.sum(scipy.special.pseudo_huber(1.0, y_pred - y_true))"),
        ("zero_one", "sklearn", "sum", "sklearn.metrics.zero_one_loss(y_true, y_pred, normalize=False)"),
        ("contrastive", "tfa", "sum", "tfa.losses.ContrastiveLoss(reduction='sum')(y_true, y_pred)"),
        (
            "mse",
            "keras",
            "mean_with_sample_weight",
            "keras.losses.MeanSquaredError(reduction='mean_with_sample_weight')(y_true, y_pred)",
        ),
    ],
)
def test_a_reduction_is_written_in_the_framework_s_way(loss: str, like: str, word: str, code: str) -> None:
    way = conventions(registry.get(loss))[like]
    stream = arrays_stream([1.0, 0.0], {"y_pred": [1.0, 1.0]}, None)
    written, score = answer(request(loss, reduction=word), stream, way, axes_of(next(stream()), way))
    assert written == code
    assert score.reduction == word


def test_every_loss_of_a_framework_has_its_call_held_here() -> None:
    held = {(case["like"], case["loss"]) for case in CASES.values()} | {(case[1], case[0]) for case in WRITE}
    assert held == {(like, loss) for like in FRAMEWORKS for loss in framework(like).entries}
