"""Snippets for arrays of more axes: rows are made of them, without the labels that are left out."""

from typing import Any

import numpy as np
import pytest

import losscli
from losscli import LosscliError

RNG = np.random.default_rng(67)
LOGITS = RNG.normal(size=(3, 4, 5))
INDEX = RNG.integers(0, 4, (3, 5))
PADDED = np.where(INDEX == 0, -1, INDEX)
HOT = np.moveaxis(np.eye(4)[INDEX], -1, 1)
MASK = RNG.integers(0, 2, (2, 3, 4)).astype(float)
VOID = np.where(RNG.random((2, 3, 4)) < 0.3, 255, MASK)
CHANCES = RNG.random((2, 3, 4))


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize(
    ("loss", "true", "pred", "params"),
    [
        ("scce", INDEX, LOGITS, {"from_logits": True, "class_axis": 1}),
        (
            "scce",
            np.where(INDEX == 0, -1, INDEX),
            LOGITS,
            {"from_logits": True, "class_axis": 1, "ignore_class": -1},
        ),
        ("cce", HOT, LOGITS, {"from_logits": True, "class_axis": 1}),
        ("sparsemax", INDEX, np.moveaxis(LOGITS, 1, -1), {"ignore_index": 2, "class_axis": -1}),
        ("bce", VOID, CHANCES, {"ignore_index": 255}),
        ("dice", VOID, CHANCES, {"ignore_index": 255}),
    ],
)
def test_what_the_code_gives(loss: str, true: Any, pred: Any, params: dict[str, Any], reduction: str) -> None:
    if reduction == "sum" and loss in ("bce", "dice"):
        with pytest.raises(LosscliError):
            losscli.code(loss, framework="numpy", reduction=reduction, **params)
        return
    names: dict[str, Any] = {"y_true": true, "y_pred": pred}
    exec(losscli.code(loss, framework="numpy", reduction=reduction, **params), names)
    wanted = losscli.compute(loss, true, pred, reduction=reduction, **params).value
    assert names["value"] == pytest.approx(wanted, rel=1e-12, abs=0)


@pytest.mark.parametrize(
    ("loss", "how"),
    [
        ("mse", {"framework": "torch", "squeeze": True}),
        ("dice", {"framework": "torch", "class_axis": 1}),
        ("cce", {"framework": "torch", "class_axis": 1, "reduction": "none"}),
        ("dice", {"framework": "numpy", "ignore_class": 255, "per": "class"}),
    ],
)
def test_what_is_not_written(loss: str, how: dict[str, Any]) -> None:
    with pytest.raises(LosscliError, match="written for arrays as its page has them") as refused:
        losscli.code(loss, **how)
    assert "lay the arrays out before it" in str(refused.value.hint)
