"""A loss as a custom objective of XGBoost and LightGBM: its gradient and hessian by the raw score."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import numpy as np

from losscli.analysis.code.forms import FORMS, link_of
from losscli.analysis.code.layout import definition, module
from losscli.analysis.code.lines import formula_of, propagated
from losscli.errors import LosscliError
from losscli.formula.arrays import Value, constant, source
from losscli.formula.derive import Derivatives
from losscli.formula.dialects import DIALECTS
from losscli.formula.language import Line
from losscli.formula.parser import parse
from losscli.formula.python import Translator
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
    lines, gradient, hessian = derivatives(loss, params)
    body, used = _body(loss, lines, gradient, hessian)
    notes = _notes(loss, framework, params, hessian)
    own = [f"{name}={params[name]!r}" for name in loss.parameters if name in used]
    function, objective = _function(loss, framework, own, body)
    estimator, guard = _ESTIMATORS[framework]
    guarded = "" if _positive_constant(hessian) or _zero(hessian) else f", {guard}=0"
    closing = (
        f"model = {framework}.{estimator}(objective={objective}{guarded})\n"
        "# model.fit(X, y)\n"
        f"grad, hess = {objective}(y_true, y_pred)"
    )
    if "()" in objective:
        closing = f"objective = {objective}\n" + closing.replace(objective, "objective")
    imports = {framework: f"import {framework}", "np": "import numpy as np"}
    return module(imports, notes, [function], closing), (), notes


def _number(framework: str, name: str, value: Any) -> Any:
    """A parameter of one column; LosscliError for a list of several."""
    if not isinstance(value, np.ndarray):
        return value
    if value.size > 1:
        raise LosscliError(f"{framework} predicts one column: {name} has {value.size} numbers", "give one")
    return value.item()


def _function(loss: Loss, framework: str, own: list[str], body: list[str]) -> tuple[str, str]:
    """The objective's source, and how it is named where it is used."""
    name = f"{loss.name}_objective"
    docstring = f"Gradient and hessian of {loss.name} by the raw score of each row."
    if framework == "lightgbm" and own:  # an objective of three arguments would be given weights
        inner = definition("objective", "y_true, y_pred", docstring, body).splitlines()
        made = [
            f"def {name}({', '.join(own)}):",
            *(f"    {line}" for line in inner),
            "",
            "    return objective",
        ]
        return "\n".join(made), f"{name}()"
    return definition(name, ", ".join(["y_true", "y_pred", *own]), docstring, body), name


def derivatives(loss: Loss, params: Mapping[str, Any]) -> tuple[list[Line], ast.expr, ast.expr]:
    """The lines of a loss by its raw score, and its first and second derivative in their names."""
    form = FORMS.get(loss.name)
    written = form(params) if callable(form) else form
    if written is not None:
        chosen = parse_form(loss, written)
    else:
        chosen = [
            line for line in propagated(formula_of(loss).lines("lines", params), {}) if isinstance(line, Line)
        ]
    signs = [line.targets[0] for line in chosen if ast.unparse(line.expression) == "1 if y_true == 1 else -1"]
    derived = Derivatives(chosen, signs)
    gradient = derived.slopes.get("L", ast.Constant(0))
    return derived.lines, gradient, derived.of(gradient)


def parse_form(loss: Loss, lines: list[str]) -> list[Line]:
    """Lines as the language reads them; a function that only has a derivative is let through."""
    known = [line for line in lines if "logcosh(" not in line]
    read = parse(
        loss.name, "sample", [*known, "L = 0"] if known != lines else lines, loss.parameters, loss.truth
    )
    assigned = [line for line in read.lists["lines"] if isinstance(line, Line)]
    if known == lines:
        return assigned
    left, _, right = lines[-1].partition(" = ")
    return [*assigned[:-1], Line((left,), ast.parse(right, mode="eval").body, lines[-1])]


def _check(loss: Loss, framework: str, params: Mapping[str, Any]) -> None:
    y_pred = loss.signature.y_pred
    if loss.kind == "statistic":
        why = f"{framework} adds up a loss a row; {loss.name} is one value from all rows"
    elif loss.slope is None:
        why = f"{framework} follows a gradient; {loss.name} is flat almost everywhere"
    elif loss.kind == "batch":
        why = f"{framework} takes a loss a row; {loss.name} compares rows with one another"
    elif y_pred.grain not in ("entry", "scalar"):
        takes = _TAKEN[y_pred.grain].format(size=y_pred.size)
        why = f"{framework} predicts one number a row; {loss.name} takes {takes}"
    else:
        return
    named = _own(loss, framework, params)
    hint = f"losscli code {loss.name} --framework numpy writes the loss itself"
    raise LosscliError(why, f'its own objective is "{named}"' if named else hint)


def _body(loss: Loss, lines: list[Line], gradient: ast.expr, hessian: ast.expr) -> tuple[list[str], set[str]]:
    """The function's lines, and the names that stand in them."""
    names = {"y_true": Value(ast.Name("y_true")), "y_pred": Value(ast.Name("y_pred"))}
    names |= {name: constant(0)._replace(node=ast.Name(name)) for name in loss.parameters}
    translator = Translator(DIALECTS["numpy"], "entry", names)
    needed = _needed(lines, gradient, hessian)
    body = translator.lines([line for line in lines if line.targets[0] in needed])
    slope = translator.value(gradient)
    body.append(f"grad = {_full(slope)}")
    if _zero(hessian):
        body += ["return grad, np.ones_like(grad)"]
    elif _positive_constant(hessian):
        body += [f"hess = {_full(translator.value(hessian))}", "return grad, hess"]
    else:
        body += [f"hess = {_full(translator.value(hessian))}", f"return grad, np.maximum(hess, {FLOOR})"]
    text = "\n".join(body)
    return body, {
        node.id for node in ast.walk(ast.parse(text.replace("return ", ""))) if isinstance(node, ast.Name)
    }


def _full(value: Value) -> str:
    """A value a row, of a constant too."""
    if value.const:
        return f"np.full_like(y_pred, {source(value.node)})"
    return source(value.node)


def _needed(lines: list[Line], *results: ast.expr) -> set[str]:
    wanted = {node.id for result in results for node in ast.walk(result) if isinstance(node, ast.Name)}
    for line in reversed(lines):
        if line.targets[0] in wanted:
            wanted |= {node.id for node in ast.walk(line.expression) if isinstance(node, ast.Name)}
    return wanted


def _zero(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == 0


def _positive_constant(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float) and node.value > 0


def _own(loss: Loss, framework: str, params: Mapping[str, Any]) -> str | None:
    """The booster's own objective, where it has the loss with these parameters."""
    objective = loss.objectives.get(framework)
    return objective(params) if callable(objective) else objective


def _notes(loss: Loss, framework: str, params: Mapping[str, Any], hessian: ast.expr) -> tuple[str, ...]:
    title = BOOSTERS[framework].title
    notes = [f"An objective of {title}'s scikit-learn interface: labels and raw scores to slopes."]
    named = _own(loss, framework, params)
    if named is not None:
        name, _, rest = named.format(**params).partition(", ")
        notes.append(f'{title} has one of its own: objective="{name}"{", " + rest if rest else ""}.')
    link = link_of(loss.name, params)
    true = loss.signature.y_true
    if link is not None:
        notes.append(f"y_pred and model.predict(X) are raw scores z; the prediction is {link}.")
    elif true is not None and true.given(params).means == "number":
        notes.append(_START[framework])
    if _zero(hessian):
        notes.append(
            "The second derivative is 0: 1 stands for it, so that a leaf moves by its mean gradient."
        )
    elif not _positive_constant(hessian):
        notes.append(f"A hessian below {FLOOR} is raised to it: a leaf's step divides by their sum.")
    return tuple(notes)
