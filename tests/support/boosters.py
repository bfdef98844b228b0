"""What XGBoost and LightGBM take, read from XGBoost 3.2.0 and LightGBM 4.7.0, so that none is needed.

Stand-ins for their estimators take these keywords and no other.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable
from inspect import Parameter, Signature
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

_XGB = """
    max_depth max_leaves max_bin grow_policy learning_rate n_estimators verbosity objective booster
    tree_method n_jobs gamma min_child_weight max_delta_step subsample sampling_method colsample_bytree
    colsample_bylevel colsample_bynode reg_alpha reg_lambda scale_pos_weight base_score random_state missing
    num_parallel_tree monotone_constraints interaction_constraints importance_type device validate_parameters
    enable_categorical feature_types feature_weights max_cat_to_onehot max_cat_threshold multi_strategy
    eval_metric early_stopping_rounds callbacks
"""
_XGB_FIT = """
    X y sample_weight base_margin eval_set verbose xgb_model sample_weight_eval_set base_margin_eval_set
    feature_weights
"""
_LGBM = """
    boosting_type num_leaves max_depth learning_rate n_estimators subsample_for_bin objective class_weight
    min_split_gain min_child_weight min_child_samples subsample subsample_freq colsample_bytree reg_alpha
    reg_lambda random_state n_jobs importance_type
"""
# Of the training parameters that LightGBM's constructors hand on, those of objectives and leaves.
_LGBM_HANDED_ON = """
    alpha boost_from_average cat_l2 cat_smooth extra_trees fair_c lambda_l1 lambda_l2 linear_tree max_bin
    max_delta_step min_data_in_bin min_data_in_leaf min_gain_to_split min_sum_hessian_in_leaf num_class
    path_smooth poisson_max_delta_step reg_sqrt scale_pos_weight sigmoid tweedie_variance_power verbosity
"""
_LGBM_FIT = """
    X y sample_weight init_score eval_set eval_names eval_sample_weight eval_init_score eval_metric
    feature_name categorical_feature callbacks init_model eval_X eval_y
"""
ESTIMATORS = {
    "xgboost": ("XGBModel", "XGBRegressor", "XGBClassifier"),
    "lightgbm": ("LGBMModel", "LGBMRegressor", "LGBMClassifier"),
}
KEYWORDS = {"xgboost": _XGB.split(), "lightgbm": [*_LGBM.split(), *_LGBM_HANDED_ON.split()]}
FIT = {"xgboost": _XGB_FIT.split(), "lightgbm": _LGBM_FIT.split()}
# The sum of hessians that a leaf needs unless told otherwise, by the keywords that lower it.
LEAST_HESSIANS = {
    "xgboost": ({"min_child_weight"}, 1.0),
    "lightgbm": ({"min_child_weight", "min_sum_hessian_in_leaf"}, 1e-3),
}


class Own(NamedTuple):
    """An objective of the library's: the parameters that are its own, with what they may be."""

    parameters: dict[str, tuple[float, float]]  # from, below


_INF = float("inf")
_ANY, _SHARE = (0.0, _INF), (0.0, 1.0)
_TWEEDIE = Own({"tweedie_variance_power": (1.0, 2.0)})
OBJECTIVES: dict[str, dict[str, Own]] = {
    "xgboost": {
        "reg:squarederror": Own({}),
        "reg:squaredlogerror": Own({}),
        "reg:absoluteerror": Own({}),
        "reg:pseudohubererror": Own({"huber_slope": _ANY}),
        "reg:quantileerror": Own({"quantile_alpha": _SHARE}),
        "reg:gamma": Own({}),
        "reg:tweedie": _TWEEDIE,
        "count:poisson": Own({}),
        "binary:logistic": Own({"scale_pos_weight": _ANY}),
        "binary:hinge": Own({}),
        "multi:softprob": Own({}),
        "survival:cox": Own({}),
    },
    "lightgbm": {
        "regression": Own({}),
        "regression_l1": Own({}),
        "huber": Own({"alpha": _ANY}),
        "quantile": Own({"alpha": _SHARE}),
        "mape": Own({}),
        "gamma": Own({}),
        "poisson": Own({}),
        "tweedie": _TWEEDIE,
        "binary": Own({"scale_pos_weight": _ANY}),
        "multiclass": Own({}),
    },
}


def signature(keywords: Iterable[str]) -> Signature:
    """A constructor's that takes these keywords alone."""
    return Signature(
        [Parameter(name, Parameter.KEYWORD_ONLY, default=None) for name in dict.fromkeys(keywords)]
    )


def booster(monkeypatch: Any, library: str) -> list[dict[str, Any]]:
    """The library's name stands for a stand-in; what its estimators are made of is listed.

    A stand-in trains: by Newton's method, on trees of one split.
    """
    made: list[dict[str, Any]] = []
    takes = signature(KEYWORDS[library])

    class Estimator:
        __signature__ = takes

        def __init__(self, *args: Any, **given: Any) -> None:
            self.given = takes.bind(*args, **given).arguments
            made.append(self.given)

        def fit(self, X: Any, y: Any, **options: Any) -> Any:
            signature(FIT[library]).bind(**options)
            objective, weight = self.given["objective"], options.get("sample_weight")
            start = self.base_score if library == "xgboost" else options["init_score"]

            def slopes(z: Any) -> Any:
                if library == "xgboost":
                    return objective(y, z) if weight is None else objective(y, z, sample_weight=weight)
                assert len(inspect.signature(objective).parameters) == 3, "weights would not be handed over"
                return objective(y, z, weight)

            self.trees = stumps(X, slopes, np.zeros(len(y)) + start, *LEARNS[library])
            return self

        def predict(self, X: Any) -> Any:
            total = np.zeros(len(X)) + (self.base_score if library == "xgboost" else 0.0)
            for feature, cut, low, high in self.trees:
                total += np.where(X[:, feature] <= cut, low, high)
            return total

    module = ModuleType(library)
    for name in ESTIMATORS[library]:
        setattr(module, name, type(name, (Estimator,), {}))
    monkeypatch.setitem(sys.modules, library, module)
    return made


# The learning rate, the penalty and the least hessian of a leaf, unless told otherwise; and trees.
LEARNS = {"xgboost": (0.3, 1.0, 1.0, 100), "lightgbm": (0.1, 0.0, 1e-3, 100)}


def stumps(
    x: Any, slopes: Any, z: Any, rate: float, penalty: float, least: float, trees: int
) -> list[tuple[int, float, float, float]]:
    """Trees of one split on x (N, D), each (feature, cut, step below, step above); z: the scores so far."""
    grown = []
    for _ in range(trees):
        # as the libraries keep them
        grad, hess = (np.asarray(slope, np.float32).astype(float) for slope in slopes(z))
        best, tree = -np.inf, None
        for feature in range(x.shape[1]):
            for cut in np.unique(x[:, feature])[:-1]:
                low = x[:, feature] <= cut
                sides = [(grad[side].sum(), hess[side].sum()) for side in (low, ~low)]
                gain = sum(g * g / (h + penalty) for g, h in sides)
                if gain > best and min(h for _, h in sides) >= least:
                    best = gain
                    tree = (feature, cut, *(-rate * g / (h + penalty) for g, h in sides))
        if tree is None:
            break
        grown.append(tree)
        z = z + np.where(x[:, tree[0]] <= tree[1], tree[2], tree[3])
    return grown
