"""A framework's own call, where it gives the definition's number; or why it does not."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from losscli.errors import LosscliError
from losscli.formula.arrays import source
from losscli.frameworks.adapted import HARMLESS, Adapted
from losscli.frameworks.call import Conversion, Given
from losscli.frameworks.convention import Convention
from losscli.frameworks.departure import Departure
from losscli.frameworks.writing import conversion_of, write


class Own(NamedTuple):
    """The call as Python, and the comments that go with it."""

    call: str
    comments: tuple[str, ...]


class Refused(NamedTuple):
    """Why the framework's own call is not used."""

    why: str


def own_call(way: Convention, params: Mapping[str, Any], reduction: str) -> Own | Refused:
    """The framework's call with the definition's `params`, on data as the definition takes it."""
    name = way.owner
    adapted = way.framework.adapted.get(way.loss.name)
    if adapted is not None and adapted.when is not None and not adapted.when(params):
        adapted = None
    if reduction != "mean":
        if not _reduces(way, params, adapted):
            return Refused(f"{name} has another {reduction}.")
        adapted = None
    axes = {"row": 2, "entry": 1, "rest": 1, "scalar": 1, "index": 1, "parts": 3, "steps": 3}
    y_true = way.loss.signature.y_true
    true = None if y_true is None else y_true.given(params)
    # Where class indices may stand for rows, code is written for them.
    wanted = 0 if true is None else 1 if true.index else axes.get(true.grain, 2)
    conversion = conversion_of(way, params, wanted)
    passed = _passed(way, {**params, **(conversion.instead if conversion else {})})
    if isinstance(passed, Refused):
        return passed
    bound = way.signature.bind(way.owner, {**passed, **(adapted.params if adapted else {})})
    for departure in way.departures:
        met = adapted is not None or (departure.cause == "divisor" and reduction != "mean")
        if _holds(departure, bound) and departure.cause not in HARMLESS and not met:
            return Refused(f"{name} is another number: {departure.why}.")
    of = way.loss.signature.y_pred.given(params)
    given = Given(
        bound, adapted.reduction if adapted and reduction == "mean" else reduction, axes=axes.get(of.grain, 2)
    )
    call = write(way, given, conversion)
    comments = [d.why + "." for d in way.departures if _said(d, bound, adapted is not None)]
    if adapted is not None:
        old, new = adapted.swap
        call = adapted.form.format(call=call.replace(old, new) if old else call)
        comments.insert(0, adapted.comment)
    comments = [*_inputs(way, params, bound, conversion), *comments]
    call = source(ast.parse(call, mode="eval").body)
    if way.float32:
        comments.append(f"{way.framework.title} computes in float32 unless told otherwise.")
    return Own(call, tuple(comments))


def _inputs(
    way: Convention, params: Mapping[str, Any], bound: Mapping[str, Any], conversion: Conversion | None
) -> list[str]:
    """What the call takes otherwise than the definition does."""
    if conversion is not None and "y_true" in conversion.written:
        return ["It takes class indices."]
    if conversion is not None:
        logits = "It takes logits: log p stands for them where every row of y_pred sums to 1."
        return [logits if conversion.instead else "It takes log p."]
    ours, theirs = way.loss.signature.y_true, way.signature.y_true
    if ours is None or theirs is None:
        return []
    wide, narrow = ours.given(params), theirs.given(bound)
    if narrow.grain == "index" and wide.grain == "row":
        return ["y_true holds class indices."]
    said = []
    if narrow.grain in ("scalar", "index") and wide.grain == "entry":
        said.append("It takes one output: y_true and y_pred (N,).")
    if (narrow.values == (0.0, 1.0) or (narrow.whole and wide.high == 1)) and wide.values is None:
        said.append("It takes labels of 0 and 1 alone.")
    return said


def _reduces(way: Convention, params: Mapping[str, Any], adapted: Adapted | None) -> bool:
    """Whether the call's own sum, or values, are the definition's: one value a row, whatever the axes."""
    by_row = way.loss.kind == "sample" and way.loss.signature.y_pred.given(params).grain != "entry"
    return by_row and "{}" in way.framework.style.reduction and (adapted is None or adapted.mean_alone)


def _holds(departure: Departure, params: Mapping[str, Any]) -> bool:
    return departure.when is None or departure.when(params)


def _said(departure: Departure, params: Mapping[str, Any], adapted: bool) -> bool:
    """Departures worth a comment: where the number may differ after all."""
    if not _holds(departure, params) or departure.cause in ("default", "input"):
        return False
    return departure.cause in HARMLESS and not (adapted and departure.cause == "label coding")


def _passed(way: Convention, params: Mapping[str, Any]) -> dict[str, Any] | Refused:
    """The definition's parameters as the call takes them; refused for one that it cannot be given."""
    theirs, ours = way.signature.parameters, way.loss.parameters
    passed: dict[str, Any] = {}
    for name, value in params.items():
        default = ours[name].default
        other = way.framework.takes_with.get((way.loss.name, name))
        if other is not None and not params[other] and not _same(value, default):
            return Refused(f"{way.owner} has no {name}.")
        if name in theirs:
            try:
                passed[name] = theirs[name].read(value)
            except LosscliError as why:
                if name == "from_logits":
                    return Refused(f"{way.owner} takes logits only.")
                if value is not default:
                    return Refused(f"{way.owner}: {why.what}.")
        elif not _same(value, default):
            if name == "from_logits":
                return Refused(f"{way.owner} takes probabilities only.")
            return Refused(f"{way.owner} has no {name}.")
    return passed


def _same(one: Any, other: Any) -> bool:
    return one is other or (one is not None and other is not None and bool(np.array_equal(one, other)))
