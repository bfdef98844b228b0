"""Keras itself on weights of any rank: its number, and losscli's."""

from __future__ import annotations

import os
from importlib import import_module
from importlib.util import find_spec

import numpy as np
import pytest
from support.keras_weights import CASES, REDUCTIONS, arrays, reduced, values

CALLS = {
    "mse": "MeanSquaredError",
    "bce": "BinaryCrossentropy",
    "cosine_similarity": "CosineSimilarity",
    "scce": "SparseCategoricalCrossentropy",
}


@pytest.mark.parametrize(("loss", "shape", "weights", "zero"), CASES if find_spec("keras") else [])
def test_keras_reduces_as_its_rule_is_written_down(
    loss: str, shape: tuple[int, ...], weights: tuple[int, ...], zero: bool
) -> None:
    os.environ.setdefault("KERAS_BACKEND", next(filter(find_spec, ("jax", "torch")), "numpy"))
    y, p, w = arrays(loss, shape, weights, zero)
    for reduction in REDUCTIONS:
        call = getattr(import_module("keras.losses"), CALLS[loss])(reduction=reduction)
        wanted = reduced(values(loss, y, p), w, reduction)
        np.testing.assert_allclose(float(call(y, p, sample_weight=w)), wanted, rtol=3e-6, atol=3e-7)
