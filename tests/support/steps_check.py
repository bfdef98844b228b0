"""Holds the `steps` of catalogue pages against the kernels: python tests/steps_check.py [NAME…]

Random data of each loss's domain, every parameter drawn, one value at a time; `steps_like` against that
framework's kernel. One line a fault; the suite runs the same.
"""

from __future__ import annotations

import ast
import copy
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from support.inputs import array as drawn_array
from support.inputs import parameter_value, truth

import losscli
from losscli import LosscliError
from losscli.catalogue import pages as catalogue
from losscli.catalogue import registry
from losscli.engine.align import align
from losscli.formula.evaluate import Values, run, value_of
from losscli.formula.language import TOTALS, Formula
from losscli.frameworks.convention import Convention, conventions, exact
from losscli.losses.declare import Loss

DRAWS = 60


class Drawn(NamedTuple):
    """What a user might give: parameters, y_true, y_pred; and what a survey finds (or sample weights)."""

    given: dict[str, Any]
    y_true: Any
    y_pred: Any
    facts: dict[str, Any]


# A ratio for each sample and class, and a reading of labels by all rows: outside the language of the lines.
WITHOUT_STEPS = {("tversky", "optax"), ("brier", "sklearn")}


def ways(loss: Loss) -> dict[str, Convention]:
    """The definition and every framework's way with a loss, by name."""
    known = {"exact": exact(loss), **conventions(loss)}
    return {name: way for name, way in known.items() if (loss.name, name) not in WITHOUT_STEPS}


def formulas(loss: Loss) -> Iterator[tuple[Formula, Convention]]:
    """Every formula of a page with the convention whose kernel it is held against."""
    known = ways(loss)
    for name in catalogue.read(loss.name, loss.family).get("steps_like", {}):
        if name not in known:
            raise LosscliError(f"page {loss.name}, steps_like: {name} has no call for {loss.name}")
    for name, way in known.items():
        found = catalogue.formula(way)
        if found is None:
            own = "" if name == "exact" else f": {name} has its own formula, steps_like says nothing of it"
            raise LosscliError(f"page {loss.name} has no steps{own}")
        yield found, way


def draw(way: Convention, rng: np.random.Generator, rows: tuple[int, int] = (1, 5)) -> Drawn:
    """Arrays and parameters that a call takes, or nearly (it may still refuse them)."""
    loss, signature = way.loss, way.signature
    n, columns = int(rng.integers(rows[0], rows[1] + 1)), int(rng.integers(2, 6))
    size = signature.y_pred.size
    shape = {
        "entry": (n, columns) if loss.kind != "sample" or rng.random() < 0.5 else (n,),
        "rest": (n, columns),
        "row": (n, columns),
        "scalar": (n,),
        "columns": (n, size),
        "parts": (n, size, columns),
        "square": (n, n),
        "steps": (n, int(rng.integers(1, 6)), columns),
    }[signature.y_pred.grain]
    given = {
        name: parameter_value(rng, p.range, columns)
        for name, p in signature.parameters.items()
        if p.required or rng.random() < 0.7
    }
    bound = signature.bind(way.owner, given)
    if loss.classes is not None and bound.get(loss.classes):
        shape = (n, columns)
    domain = signature.y_pred.given(bound)
    y_pred = drawn_array(rng, domain, shape, False, bound)
    if domain.grain == "entry" and len(shape) == 2 and not domain.whole and rng.random() < 0.2:
        y_pred = np.abs(y_pred) / np.abs(y_pred).sum(axis=-1, keepdims=True)  # some calls want rows of sum 1
    y_true = None
    if signature.y_true is not None:
        y_true = truth(rng, signature.y_true.given(bound), shape, False, bound)
        if way.survey is not None:  # of two labels
            y_true = rng.choice([rng.choice([0.0, -1.0]), 1.0], y_true.shape)
    facts = {} if way.survey is None else {way.survey.name: way.survey.look(y_true)}
    if way.weighs:
        facts["sample_weight"] = rng.choice([0.5, 1.0, 2.0], n) if rng.random() < 0.7 else np.ones(n)
    return Drawn(given, y_true, y_pred, facts)


def check(formula: Formula, way: Convention, rng: np.random.Generator) -> None:
    """Raises AssertionError with one line on what differs."""
    given, y_true, y_pred, facts = draw(way, rng)
    bound = way.signature.bind(way.owner, given)
    true, pred = align(way, y_true, y_pred, bound)
    known = {**bound, **facts, "D": pred.shape[-1]}
    args = (pred,) if true is None else (true, pred)
    with np.errstate(all="ignore"):
        cast = {
            k: v.astype(way.dtype) if isinstance(v, np.ndarray) else v for k, v in bound.items() if k != "per"
        }
        made = way.kernel(*args, **cast, **facts)
        if way.loss.kind == "statistic":
            wanted = _finished(way, made, cast)
            found: Any = _statistic(formula, way, true, pred, known)
        else:
            wanted = np.asarray(made)
            found = _values(formula, way, true, pred, known, wanted.shape)
    found = np.broadcast_to(np.asarray(found, np.float64), np.shape(wanted))
    if way.loss.kind == "batch":  # the order of pairs, anchors or events means nothing
        found, wanted = np.sort(found, axis=None), np.sort(wanted, axis=None)
    scale = 1.0 if way.float32 else max(1.0, float(np.max(np.abs(np.nan_to_num(wanted)), initial=0)))
    relative, absolute = (1e-5, 1e-6) if way.float32 else (1e-12, 1e-12)
    close = np.isclose(found, wanted, rtol=relative, atol=absolute * scale, equal_nan=True)
    if not np.all(close):
        where = tuple(np.argwhere(~np.atleast_1d(close))[0])
        one, two = np.atleast_1d(found)[where], np.atleast_1d(wanted)[where]
        row = where[0] if way.loss.kind == "sample" else slice(None)
        rows = [None if array is None else array[row].tolist() for array in (true, pred)]
        said = f"y_true {rows[0]}, y_pred {rows[1]}, {cast} {facts}"
        raise AssertionError(f"steps give {one:.15g}, the kernel {two:.15g}: {said}")


def _values(formula: Formula, way: Convention, true: Any, pred: Any, params: Any, shape: Any) -> Any:
    """The value(s) by the formula: of every entry or row for kind sample, all at once for batch."""
    if way.loss.kind == "batch":
        if way.signature.y_pred.grain == "entry":
            true, pred = (None if a is None else a.reshape(len(a), -1) for a in (true, pred))
        return run(formula.lines("all", params), _begin(way, true, pred, params, whole=True))["L"]
    lines = formula.lines("lines", params)
    found = np.empty(shape)
    for place in np.ndindex(shape):
        y_true = None if true is None else true[place]
        found[place] = run(lines, _begin(way, y_true, pred[place], _at(way, params, place)))["L"]
    return found


def _at(way: Convention, params: Any, place: tuple[int, ...]) -> Any:
    """Parameters of one entry: of a list with one a column, its own."""
    if way.signature.y_pred.grain != "entry":
        return params
    columns = [name for name, p in way.signature.parameters.items() if p.range.kind == "per_column"]
    return {k: v[place[-1]] if k in columns and np.ndim(v) else v for k, v in params.items()}


def _begin(way: Convention, true: Any, pred: Any, params: Any, whole: bool = False) -> Values:
    arrays = {"y_pred": pred} if true is None else {"y_true": true, "y_pred": pred}
    return Values(way.dtype, {**params, **arrays}, whole)


def _finished(way: Convention, terms: Any, params: Any) -> Any:
    merges = {
        "sum": np.sum,
        "norm": lambda t: np.sqrt(np.sum(np.square(t))),
        "max": np.max,
        "columns": lambda t: t.reshape(-1, t.shape[-1]).sum(axis=0),
        "column_norms": lambda t: np.sqrt(np.square(t.reshape(-1, t.shape[-1])).sum(axis=0)),
    }
    totals = {
        name: merges[way.merges.get(name, "sum")](np.asarray(term, np.float64))
        for name, term in terms.items()
    }
    assert way.finish is not None
    return np.mean(way.finish(**totals, **params))


def _statistic(formula: Formula, way: Convention, true: Any, pred: Any, params: Any) -> Any:
    rows = run(formula.lines("row", params), _begin(way, true, pred, params))
    merged = {
        "total": np.sum,
        "root_total": lambda x: np.sqrt(np.square(x).sum()),
        "largest_of": np.max,
        "columns": lambda x: x.reshape(-1, pred.shape[-1]).sum(axis=0),
    }
    assert set(merged) == set(TOTALS)
    made = Values(np.float64, params)

    class Put(ast.NodeTransformer):
        def visit_Call(self, node: ast.Call) -> ast.AST:
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            if name not in merged:
                return self.generic_visit(node)
            spread = np.broadcast_to(np.asarray(value_of(node.args[0], rows), np.float64), pred.shape)
            held = f"total {len(made)}"
            made[held] = merged[name](spread)
            return ast.Name(id=held, ctx=ast.Load())

    lines = [
        line._replace(expression=Put().visit(copy.deepcopy(line.expression)))  # type: ignore[union-attr]
        for line in formula.lines("value", params)
    ]
    return np.mean(run(lines, made)["L"])


def faults(name: str, draws: int = DRAWS) -> list[str]:
    """What is wrong with the steps of a loss, a line a formula."""
    loss = registry.get(name)
    found = []
    try:
        for formula, way in formulas(loss):
            rng = np.random.default_rng(7)
            held = 0
            for _ in range(draws):
                try:
                    check(formula, way, rng)
                    held += 1
                except LosscliError:
                    continue  # drawn outside what this call takes
                except Exception as fault:
                    kind = "" if isinstance(fault, AssertionError) else f"{type(fault).__name__}: "
                    found.append(f"{name}, {way.framework.name}: {kind}{fault}")
                    break
            if not held and not found:
                found.append(
                    f"{name}, {way.framework.name}: no drawn data fits the call, nothing was checked"
                )
    except LosscliError as wrong:
        found.append(f"{name}: {wrong}")
    return found


if __name__ == "__main__":
    for asked in sys.argv[1:] or losscli.names():
        for said in faults(asked) or [f"{asked}: ok"]:
            print(said, flush=True)
