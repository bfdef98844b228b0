"""How a framework's call is written as Python, and in what form it is handed the data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.errors import LosscliError
from losscli.frameworks.call import Call, Conversion, Given, Style
from losscli.losses.domain import Array

if TYPE_CHECKING:
    from losscli.frameworks.convention import Convention


def conversion_of(convention: Convention, params: Mapping[str, Any], axes: int) -> Conversion | None:
    """What the call needs done to data that fits the definition under `params`; `axes` are y_true's."""
    for call in convention.framework.calls.get(convention.loss.name, ()):
        conversion = call.conversion
        if (
            conversion is not None
            and (conversion.when is None or conversion.when(params))
            and conversion.axes in (None, axes)
        ):
            return conversion
    return None


def write(convention: Convention, given: Given, conversion: Conversion | None = None) -> str:
    """The call as Python, for arrays y_true, y_pred (and sample_weight) of the framework's type."""
    style = convention.framework.style
    variants = convention.framework.calls.get(convention.loss.name, ())
    call = next((c for c in variants if c.when is None or c.when(given)), Call())
    keywords = [call.keywords] if call.keywords else []
    for name, parameter in convention.signature.parameters.items():
        value = given.params.get(name, parameter.default)
        if not _equal(value, parameter.default) or parameter.required:
            named = call.names.get(name, name + "={}")
            text = named.format(_literal(value, style)) if isinstance(named, str) else named(value, given)
            keywords.append(text)
    if given.class_axis is not None and convention.loss.name in convention.framework.axis_of:
        keywords.append(f"axis={given.class_axis}")
    reduction = style.words.get(given.reduction, given.reduction)
    form = style.reduction if call.reduction is None else call.reduction
    if form and given.reduction != style.unsaid:
        keywords.append(form.format(reduction))
    said = ", ".join(filter(None, keywords))
    arrays = (call.arrays or style.arrays).format_map(given.params)
    for argument, code in conversion.written.items() if conversion else ():
        arrays = re.sub(rf"\b{argument}\b", code, arrays)
    ones = "".join(", 1" for _ in range(given.axes - 1))
    return (call.template or style.template).format(
        path=f"{convention.framework.module}.{call.path or convention.call}",
        keywords=said,
        more=f", {said}" if said else "",
        arrays=arrays,
        weight=style.weight if given.weighted else "",
        spread="sample_weight" + (f".reshape(-1{ones}).expand_as(y_pred)" if ones else ""),
        reduction=reduction,
    )


def _equal(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    return np.array_equal(one, other)


def _literal(value: Any, style: Style) -> str:
    if isinstance(value, np.ndarray):
        value = value.tolist()
    return style.array.format(value) if isinstance(value, list) else repr(value)


class Takes(LosscliError):
    """The data is not what a call takes, which `what` names."""


def rows_summing_to_one(y_true: Array, y_pred: Array) -> tuple[Array, Array]:
    """Probabilities as their logarithms, which a softmax leaves alone where each row sums to 1."""
    off = (np.abs(y_pred.sum(axis=-1) - 1) > 1e-12) | (y_pred <= 0).any(axis=-1)
    if off.any():
        raise Takes(
            "logits: log p stands for them only where every row sums to 1 and no probability is 0",
            "--from-logits says that y_pred holds them",
        )
    return y_true, np.log(y_pred)


def with_classes_moved(
    convention: Convention, conversion: Conversion | None, axis: int, to: int, axes: int, *, both: bool
) -> Conversion | None:
    """The conversion, or one, that takes the classes on `axis` of y_pred's `axes` and puts them at `to`.

    `both`: y_true has them too. A conversion itself has them last. None where the call needs nothing done.
    """
    last, moved = axes - 1, convention.framework.style.moved
    if (axis == to and (conversion is None or axis == last)) or not moved:
        return conversion
    before = conversion or Conversion({}, lambda y_true, y_pred: (y_true, y_pred))

    def apply(y_true: Array, y_pred: Array) -> tuple[Array, Array]:
        y_true = np.moveaxis(y_true, axis, last) if both else y_true
        y_true, y_pred = before.apply(y_true, np.moveaxis(y_pred, axis, last))
        whole = y_true.ndim == axes
        return (np.moveaxis(y_true, last, to) if whole else y_true), np.moveaxis(y_pred, last, to)

    written = dict(before.written)
    for name in ("y_true", "y_pred") if both else ("y_pred",):
        code = before.written.get(name, name)
        if "-1" in code:  # it takes the classes away
            written[name] = code.replace(name, moved.format(name, axis, last))
        elif axis != to:
            written[name] = moved.format(code, axis, to)
    return before._replace(written=written, apply=apply)


def class_of(y_true: Array, y_pred: Array) -> tuple[Array, Array]:
    """One-hot rows of y_true as class indices."""
    if not (np.isin(y_true, (0, 1)).all() and (y_true.sum(axis=-1) == 1).all()):
        raise LosscliError("class indices: soft labels are of no one class")
    return y_true.argmax(axis=-1).astype(np.float64), y_pred


def logarithms(y_true: Array, y_pred: Array) -> tuple[Array, Array]:
    """y_pred as its logarithm; of 0, −∞."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return y_true, np.log(y_pred)


def of_probabilities(params: Mapping[str, Any]) -> bool:
    """Whether y_pred holds probabilities where it might hold logits."""
    return not params["from_logits"]
