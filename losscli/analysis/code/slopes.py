"""A loss's gradient and hessian by a booster's raw score, as lines of NumPy."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any, NamedTuple

from losscli.analysis.code.lines import formula_of, propagated
from losscli.catalogue.pages import formula_by_score, page
from losscli.formula.arrays import Value, constant, expression, source
from losscli.formula.derive import Derivatives
from losscli.formula.dialects import DIALECTS
from losscli.formula.language import Line
from losscli.formula.python import Translator
from losscli.losses.declare import Loss
from losscli.losses.domain import Domain


class Score(NamedTuple):
    """What a raw score is to a loss: the prediction, or what a link makes a prediction of.

    `start` is NumPy code of y, near the best constant; `unit` of hess, whose size depends on y's unit.
    `link` is in the language of steps, `name` the prediction's there.
    """

    start: str = "0.0"
    unit: str = ""
    link: str = ""
    name: str = ""

    @property
    def code(self) -> str:
        """The link as NumPy code of z; empty where there is none."""
        names = {"z": Value(ast.Name("z"))}
        translator = Translator(DIALECTS["numpy"], "entry", names)
        return source(translator.value(expression(self.link.format("z"))).node) if self.link else ""


_AMOUNT = Score("np.log(np.mean(y))", "min(typical(hess), 1.0)", "exp({})", "mu")
_SCORES: Mapping[str, Score] = {
    "number": Score("np.median(y)", "typical(hess)"),
    "probability": Score(link="sigmoid({})", name="p"),
    "rate": _AMOUNT,
    "amount": _AMOUNT,
    "distance": Score(link="exp({})", name="d"),
}
_SIGN = "1 if y_true == 1 else -1"
_BY_PREDICTION = {"from_logits": False, "from_log": False}  # the link takes their place


def score_of(loss: Loss, params: Mapping[str, Any]) -> Score:
    """What a booster's raw score is to this loss."""
    pred = _prediction(loss, params)
    if pred.low == -1:
        return _AMOUNT._replace(start="np.log1p(np.mean(y))", link="expm1({})")
    return _SCORES.get(pred.means, Score())


def _prediction(loss: Loss, params: Mapping[str, Any]) -> Domain:
    return loss.signature.y_pred.given({**params, **_BY_PREDICTION})


class Slopes(NamedTuple):
    """A function's lines, with the names in them and the functions that they call.

    `by_distance`: its hessian leads each row to its best score, where others are second derivatives.
    """

    body: list[str]
    names: set[str]
    helpers: list[str]
    by_distance: bool


def slopes(loss: Loss, params: Mapping[str, Any]) -> Slopes:
    """The lines of grad and hess by y_true and y_pred, which are raw scores.

    A second derivative is no step's length where a loss is straight, or bends back, far from its best score:
    there hess is |grad| over the distance to that, as in iteratively reweighted least squares.
    """
    lines, gradient, second = derivatives(loss, params)
    properties = page(loss)["properties"]
    bound = next((item["bounded_gradient"] for item in properties if "bounded_gradient" in item), None)
    margin = bound is not None and "margin" in properties
    best = _SIGN if margin else "y_true" if numbers(loss, params) else ""
    if _positive(second, loss):
        best = ""
    steep = "convex" in properties and bound is None and not _zero(second)  # it may outgrow its own parabola
    results = [gradient] if best and not steep else [gradient, second]
    if best:
        error = _named(lines, expression("y_pred - best", best=_named(lines, expression(best))))
        results.append(expression("abs(error)", error=error))
    names = {"y_true": Value(ast.Name("y_true")), "y_pred": Value(ast.Name("y_pred"))}
    names |= {name: constant(0)._replace(node=ast.Name(name)) for name in loss.parameters}
    translator = Translator(DIALECTS["numpy"], "entry", names)
    needed = _needed(lines, *results)
    body = translator.lines([line for line in lines if line.targets[0] in needed])
    written = [_full(translator.value(result)) for result in results]
    body.append(f"grad = {written[0]}")
    if best:
        pull = (
            bound if _zero(second) and _flat(gradient) else "np.abs(grad)"
        )  # a kink holds rows that rest too
        hess = f"{pull} / np.maximum(gap, {'1' if margin else 'typical(gap)'})"
        hess = f"np.maximum({written[1]}, {hess})" if steep else hess
        body += [f"gap = {written[-1]}", f"hess = {hess}"]
    else:
        body.append(f"hess = {written[1]}")
    used = {node.id for node in ast.walk(ast.parse("\n".join(body))) if isinstance(node, ast.Name)}
    helpers = [DIALECTS["numpy"].helper(name) for name in translator.helpers]
    return Slopes([*body, "return grad, hess"], used, helpers, bool(best))


def _named(lines: list[Line], node: ast.expr) -> ast.expr:
    """The name that a line gives the expression, or it as it stands."""
    same = [line.targets[0] for line in lines if ast.unparse(line.expression) == ast.unparse(node)]
    return ast.Name(same[0]) if same else node


def numbers(loss: Loss, params: Mapping[str, Any]) -> bool:
    """Whether the best score of a row is its y_true."""
    true = loss.signature.y_true
    return true is not None and true.given(params).means == _prediction(loss, params).means == "number"


def derivatives(loss: Loss, params: Mapping[str, Any]) -> tuple[list[Line], ast.expr, ast.expr]:
    """The lines of a loss by its raw score, and its first and second derivative in their names."""
    lines = _by_score(loss, params)
    signs = [line.targets[0] for line in lines if ast.unparse(line.expression) == _SIGN]
    derived = Derivatives(lines, signs)
    gradient = derived.slopes.get("L", ast.Constant(0))
    return derived.lines, gradient, derived.of(gradient)


def _by_score(loss: Loss, params: Mapping[str, Any]) -> list[Line]:
    """The page's own lines by the raw score; or its steps, with the link's value in the place of y_pred."""
    own = formula_by_score(loss)
    score = score_of(loss, params)
    given = {**params, **_BY_PREDICTION} if score.link else params
    read = propagated((own or formula_of(loss)).lines("lines", given), {})
    lines = [line for line in read if isinstance(line, Line)]
    if own is not None or not score.link:
        return lines
    linked = {"y_pred": ast.Name(score.name)}
    return [
        Line((score.name,), expression(score.link.format("y_pred")), ""),
        *(line._replace(expression=expression(ast.unparse(line.expression), **linked)) for line in lines),
    ]


def _positive(node: ast.expr, loss: Loss) -> bool:
    """Whether it is a number, or one of two for each row, and none is 0."""
    if isinstance(node, ast.IfExp):
        return _positive(node.body, loss) and _positive(node.orelse, loss)
    named = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return not _zero(node) and named <= set(loss.parameters)


def _zero(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == 0


def _flat(node: ast.expr) -> bool:
    """Whether a branch of it is 0."""
    branches = [part for part in ast.walk(node) if isinstance(part, ast.IfExp)]
    return any(_zero(part.body) or _zero(part.orelse) for part in branches)


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
