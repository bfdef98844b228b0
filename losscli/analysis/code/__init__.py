"""A loss as code to paste that gives the definition's number, in a framework's arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from losscli.analysis.code import boosters, function, scorer
from losscli.analysis.code.axes import taken_apart, with_rows
from losscli.analysis.code.layout import module
from losscli.analysis.code.own_call import Own, own_call
from losscli.errors import LosscliError, did_you_mean
from losscli.frameworks import ARRAYS, BOOSTERS
from losscli.frameworks.convention import convention, framework
from losscli.losses.declare import Loss
from losscli.results.code import Snippet
from losscli.version import __version__

WRITTEN = (*ARRAYS, *BOOSTERS)


def snippet(loss: Loss, framework: str, params: Mapping[str, Any], reduction: str = "mean") -> Snippet:
    """The same as a record, with the calls it uses and what is to be said of them."""
    if framework not in WRITTEN:
        hint = did_you_mean(framework, WRITTEN) or "there are: " + ", ".join(WRITTEN)
        raise LosscliError(f'--framework: code is not written for "{framework}"', hint)
    params, beside = taken_apart(loss, params)
    bound = _bound(loss, params)
    _check_reduction(loss, reduction, bound)
    if framework in BOOSTERS:
        written = boosters.write(loss, framework, params, bound, reduction)
    else:
        written = _written(loss, framework, bound, reduction)
    code = with_rows(written[0], loss, framework, bound, beside, reduction) if beside else written[0]
    return Snippet(
        loss=loss.name,
        title=loss.title,
        framework=framework,
        params={k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in {**bound, **beside}.items()},
        reduction=reduction,
        code=code,
        calls=written[1],
        notes=written[2],
        version=__version__,
    )


def _bound(loss: Loss, params: Mapping[str, Any]) -> dict[str, Any]:
    """Every parameter that has a value; one that is required may be left to the code's own arguments."""
    absent = {name for name, p in loss.parameters.items() if p.required and name not in params}
    if absent:
        known = set(loss.parameters)
        if unknown := next((name for name in params if name not in known), None):
            loss.signature.bind(loss.name, {unknown: params[unknown]})
        return {
            n: p.read(params[n]) if n in params else p.default
            for n, p in loss.parameters.items()
            if n not in absent
        }
    return loss.signature.bind(loss.name, params)


def _check_reduction(loss: Loss, reduction: str, params: Mapping[str, Any]) -> None:
    convention(loss, "exact").reduction(reduction)
    if loss.kind == "statistic" and params.get("per") != "sample" and reduction != "mean":
        hint = "-p per=sample gives each sample a value" if loss.per else None
        raise LosscliError(
            f"{loss.name} is one value from sums over all samples: it has no {reduction}", hint
        )


def _written(
    loss: Loss, name: str, params: dict[str, Any], reduction: str
) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The code, the framework's calls in it, and its comments."""
    notes: tuple[str, ...] = ()
    if name != "numpy" and loss.name in (known := framework(name)).entries:
        call = own_call(known.convention(loss), params, reduction)
        if isinstance(call, Own):
            imports = {k: _import(k, path) for k, path in known.style.imports.items()} | {"jax": "import jax"}
            return module(imports, call.comments, (), f"value = {call.call}"), (call.call,), call.comments
        notes = (call.why,)
    if name == "sklearn":
        notes = (*notes, *scorer.notes(loss, params))
        return (
            function.write(loss, name, params, reduction, notes, scorer.closing(loss, params)).code,
            (),
            notes,
        )
    return function.write(loss, name, params, reduction, notes).code, (), notes


def _import(name: str, path: str) -> str:
    return f"import {path}" if path.partition(".")[0] == name else f"import {path} as {name}"
