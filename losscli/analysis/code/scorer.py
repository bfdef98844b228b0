"""A function of NumPy arrays as scikit-learn takes it: a scorer, for searches and cross-validation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from losscli.losses.declare import Loss


def closing(loss: Loss, params: Mapping[str, Any]) -> str:
    """The line that makes a scorer of the function; empty where no estimator predicts such a thing."""
    response = _response(loss, params)
    if response is None:
        return ""
    said = f', response_method="{response}"' if response != "predict" else ""
    return f"scorer = sklearn.metrics.make_scorer({loss.name}, greater_is_better=False{said})"


def notes(loss: Loss, params: Mapping[str, Any]) -> tuple[str, ...]:
    """What is to be said of the scorer."""
    if _response(loss, params) is None:
        return ("No estimator of scikit-learn predicts what this loss compares: there is no scorer of it.",)
    return ()


def _response(loss: Loss, params: Mapping[str, Any]) -> str | None:
    """The method of an estimator that gives y_pred."""
    y_true, y_pred = loss.signature.y_true, loss.signature.y_pred.given(params)
    embedded = loss.kind == "batch" and y_pred.means == "embedding"
    if y_true is None or embedded:
        return None
    if y_pred.grain not in ("entry", "row", "rest", "scalar") or y_true.grain == "columns":
        return None
    if y_pred.means in ("logit", "margin", "score"):
        return "decision_function"
    return "predict_proba" if y_pred.means == "probability" else "predict"
