"""Other libraries under the names that the table's calls have for them, imported when they are called."""

from __future__ import annotations

import os
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from support.peers import arrays

MODULES = {
    "F": "torch.nn.functional",
    "M": "torchmetrics.functional",
    "monai": "monai.losses",
    "kornia": "kornia.losses",
    "smp": "segmentation_models_pytorch.losses",
    "pml": "pytorch_metric_learning.losses",
    "sr": "scoringrules",
    "sm": "statsmodels.api",
    "ev": "statsmodels.tools.eval_measures",
    "sk": "sklearn.metrics",
    "optax": "optax",
    "keras": "keras",
    "scipy": "scipy",
}
# What a module does not import by itself.
FURTHER = ("scipy.special", "scipy.spatial.distance", "torchmetrics.functional.text")


class Libraries(dict[str, Any]):
    """A namespace whose libraries are imported at the first look."""

    def __missing__(self, name: str) -> Any:
        if name not in MODULES:
            raise KeyError(name)
        os.environ.setdefault("KERAS_BACKEND", next(filter(find_spec, ("jax", "torch")), "numpy"))
        for further in FURTHER:
            if further.startswith(MODULES[name]):
                import_module(further)
        return import_module(MODULES[name])


def t(array: Any) -> Any:
    """PyTorch's array."""
    return import_module("torch").as_tensor(np.ascontiguousarray(array))


def xgb(metric: str, label: Any, margin: Any, objective: str = "reg:squarederror", **params: Any) -> float:
    """XGBoost's metric of raw predictions."""
    xgboost = import_module("xgboost")
    data = xgboost.DMatrix(np.zeros((len(label), 1)), label=label, base_margin=margin)
    booster = xgboost.Booster({"eval_metric": metric, "objective": objective, **params}, [data])
    return float(booster.eval(data).split(":")[-1])


def lgb(metric: str, label: Any, score: Any, objective: str = "regression", **params: Any) -> float:
    """LightGBM's metric of raw predictions: of a model that adds nothing to them."""
    lightgbm = import_module("lightgbm")
    data = lightgbm.Dataset(np.zeros((len(label), 1)), label=label, init_score=np.asarray(score))
    quiet = {"boost_from_average": False, "min_data_in_leaf": 1000, "verbose": -1, "num_threads": 1}
    found: dict[str, Any] = {}
    record = lightgbm.record_evaluation(found)
    given = {**quiet, **params, "objective": objective, "metric": metric}
    lightgbm.train(given, data, 1, valid_sets=[data], valid_names=["rows"], callbacks=[record])
    (values,) = found["rows"].values()
    return float(values[0])


def cat(label: Any, approx: Any, metric: str) -> float:
    """CatBoost's metric."""
    return float(import_module("catboost.utils").eval_metric(list(label), list(approx), metric)[0])


def pm(y: Any, p: Any) -> Any:
    """permetrics of numbers."""
    return import_module("permetrics.regression").RegressionMetric(y, p)


def pmc(y: Any, p: Any) -> Any:
    """permetrics of classes."""
    return import_module("permetrics.classification").ClassificationMetric(y, p)


def lsq(name: str, error: Any) -> float:
    """SciPy's cost of errors, by a solver that takes no step."""
    solve = import_module("scipy.optimize").least_squares
    return float(solve(lambda x: error + 0 * x[0], [0.0], loss=name, max_nfev=1).cost)


def uf(name: str, **params: Any) -> float:
    """A loss of utilsforecast."""
    rows = {"unique_id": 1, "ds": range(6), "y": arrays.y, "m": arrays.p}
    table = import_module("pandas").DataFrame(rows)
    models = {"m": "m"} if name == "quantile_loss" else ["m"]
    return float(
        getattr(import_module("utilsforecast.losses"), name)(table, models=models, **params)["m"].iloc[0]
    )


CALLS = {call.__name__: call for call in (t, xgb, lgb, cat, pm, pmc, lsq, uf)}
