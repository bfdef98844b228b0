"""A loss as a custom objective of XGBoost and LightGBM: its gradient and hessian by the raw score."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from losscli.analysis.code.estimator import TYPICAL, estimator
from losscli.analysis.code.layout import definition, module
from losscli.analysis.code.slopes import RawScore, Slopes, numbers, score_of, slopes
from losscli.errors import LosscliError
from losscli.frameworks import BOOSTERS
from losscli.losses.declare import Loss

FLOOR = 0.01
_START = {
    "xgboost": "Boosting starts from a raw score of 0.5 unless told otherwise: base_score=np.median(y).",
    "lightgbm": "Boosting starts from a raw score of 0 unless told otherwise: model.fit(X, y, init_score=…).",
}
_ESTIMATORS = {
    "xgboost": ("XGBRegressor", "min_child_weight"),
    "lightgbm": ("LGBMRegressor", "min_sum_hessian_in_leaf"),
}

_TAKEN = {
    "row": "a vector a row",
    "parts": "{size} vectors a row",
    "columns": "{size} numbers a row",
    "steps": "logits of every step",
    "rest": "the weights of a model",
}


def write(
    loss: Loss, framework: str, given: Mapping[str, Any], params: dict[str, Any], reduction: str
) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The objective's code, no calls, and its comments; LosscliError for a loss that cannot be one."""
    _check(loss, framework, params)
    if reduction != "mean":
        raise LosscliError(
            f"{framework} takes a gradient a row: there is no {reduction} to choose", "leave --reduction out"
        )
    raw = {name: True for name in ("from_logits", "from_log") if name in loss.parameters}
    for name in raw:
        if given.get(name) is False:
            raise LosscliError(
                f"{framework} boosts a raw score: {name} can only be true", f"leave -p {name}=false out"
            )
    params = {name: _number(framework, name, value) for name, value in {**params, **raw}.items()}
    _check_scale(loss, framework, given, params)
    written = slopes(loss, params)
    own = [f"{name}={params[name]!r}" for name in loss.parameters if name in written.names]
    objective = f"{loss.name}_objective"
    docstring = f"Gradient and hessian of {loss.name} by the raw score of each row."
    function = definition(objective, ", ".join(["y_true", "y_pred", *own]), docstring, written.body)
    score = score_of(loss, params)
    model = "".join(part.capitalize() for part in loss.name.split("_")) + "Boosting"
    typical = [TYPICAL] if any("typical(" in text for text in (score.unit, *written.body)) else []
    closing = (
        f"model = {model}(objective=scaled_objective)\n"
        "# model.fit(X, y).predict(X)\n"
        f"grad, hess = {objective}(y_true, y_pred)"
    )
    notes = _notes(loss, framework, params, written, score)
    made = estimator(framework, objective, model, score)
    imports = {framework: f"import {framework}", "np": "import numpy as np"}
    return module(imports, notes, [*written.helpers, *typical, function, *made], closing), (), notes


def _number(framework: str, name: str, value: Any) -> Any:
    """A parameter of one column; LosscliError for a list of several."""
    if not isinstance(value, np.ndarray):
        return value
    if value.size > 1:
        one = f"give one: a model each, the first with -p {name}={value.flat[0]:g}"
        raise LosscliError(f"{framework} predicts one column: {name} has {value.size} numbers", one)
    return value.item()


def _check(loss: Loss, framework: str, params: Mapping[str, Any]) -> None:
    y_pred = loss.signature.y_pred.given(params)
    if loss.kind == "statistic":
        why = f"{framework} adds up a loss a row; {loss.name} is one value from all rows"
    elif loss.slope is None:
        why = f"{framework} follows a gradient; {loss.name} is flat almost everywhere"
    elif loss.kind == "batch":
        why = f"{framework} takes a loss a row; {loss.name} compares rows with one another"
    elif loss.constant == "none":
        why = f"{framework} starts from a constant; under {loss.name} a constant 0 costs nothing"
    elif y_pred.means == "score":
        why = f"{framework} boosts what has a least value; {loss.name} falls without end as the scores grow"
    elif y_pred.grain not in ("entry", "scalar"):
        takes = _TAKEN[y_pred.grain].format(size=y_pred.size)
        why = f"{framework} predicts one number a row; {loss.name} takes {takes}"
    else:
        return
    named = _own(loss, framework, params)
    hint = f"losscli code {loss.name} --framework numpy writes the loss itself"
    raise LosscliError(why, f'its own objective is "{named}"' if named else hint)


def _check_scale(loss: Loss, framework: str, given: Mapping[str, Any], params: Mapping[str, Any]) -> None:
    """LosscliError where far rows pull with next to nothing, or past float32, by a default."""
    if loss.slope is None or not loss.parameters or not numbers(loss, params):
        return
    name = loss.scale.parameter if loss.scale else next(iter(loss.parameters))
    if name in given:
        return
    unit = params[name] if loss.scale else 1.0
    errors = unit * np.array([-1000, -0.5, 0.5, 1000])
    with np.errstate(all="ignore"):
        pulls = np.abs(loss.slope(np.zeros(4), errors, **params))
    if pulls.max() > np.finfo(np.float32).max:
        why = (
            f"an error of 1000 pulls by {loss.name} with more than float32 holds, in which {framework} works"
        )
    elif loss.scale and pulls[[0, 3]].max() < pulls.max() / 10:
        why = (
            f"{framework} learns nothing by {loss.name} from errors much larger than {name}: they do not pull"
        )
    else:
        return
    raise LosscliError(why, f"give a value that suits your errors: -p {name}=…")


def _own(loss: Loss, framework: str, params: Mapping[str, Any]) -> str | None:
    """The booster's own objective, where it has the loss with these parameters."""
    objective = loss.objectives.get(framework)
    return objective(params) if callable(objective) else objective


def _notes(
    loss: Loss, framework: str, params: Mapping[str, Any], written: Slopes, score: RawScore
) -> tuple[str, ...]:
    title = BOOSTERS[framework].title
    notes = [f"An objective of {title}'s scikit-learn interface; its estimator starts at the best constant."]
    named = _own(loss, framework, params)
    if named is not None:
        name, _, rest = named.format(**params).partition(", ")
        notes.append(f'{title} has one of its own: objective="{name}"{", " + rest if rest else ""}.')
    if score.link:
        notes.append(f"y_pred is a raw score z; model.predict(X) is the prediction, {score.code}.")
    if written.by_distance:
        notes.append(
            "hess is |grad| over the way to a row's best score: a leaf's step is a mean of the ways."
        )
    return tuple(notes)
