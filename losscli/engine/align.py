"""The one place where shapes are aligned and values held against their domain."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from losscli.conventions.declare import Convention
from losscli.errors import BadValue, LosscliError
from losscli.losses.domain import SUM_SLACK, Array, Domain
from losscli.losses.stable import one_hot


class Extents:
    """The least and the greatest value of a batch's arrays, looked for once: several losses ask.

    Both are nan where the array holds a nan, or nothing.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[Array, float, float]] = {}

    def of(self, array: Array) -> tuple[float, float]:
        found = self._known.get(id(array))
        if found is None:
            ends = (float(array.min()), float(array.max())) if array.size else (math.nan, math.nan)
            found = self._known[id(array)] = (array, *ends)  # held, so that its id stays its own
        return found[1:]

    def missing(self, *arrays: Array | None) -> bool:
        """Whether any array holds a nan."""
        return any(a is not None and a.size > 0 and math.isnan(self.of(a)[0]) for a in arrays)


def shape_words(array: Array) -> str:
    """(N,), (N, 1), (N, 3): the first axis by its name, whatever its length."""
    return "(" + ", ".join(["N", *map(str, array.shape[1:])]) + ("," if array.ndim == 1 else "") + ")"


def align(
    convention: Convention,
    y_true: Array | None,
    y_pred: Array,
    params: Mapping[str, Any],
    extents: Extents | None = None,
) -> tuple[Array | None, Array]:
    """y_true and y_pred as the kernel takes them: shapes matched, rounded to the dtype, indices as int64.

    Raises LosscliError when the shapes do not fit the loss or each other, BadValue for a value outside its
    domain.
    """
    signature = convention.signature
    name = convention.loss.name
    if signature.y_true is None and y_true is not None:
        raise LosscliError(f"{name} takes no y_true", "leave --true out")
    if signature.y_true is not None and y_true is None:
        raise LosscliError(f"{name} needs y_true", "give it with --true")
    if convention.axes is not None and y_pred.ndim > convention.axes:
        raise LosscliError(f"{convention.owner} takes at most (N, D): y_pred is {shape_words(y_pred)}")
    given = signature.y_pred.given(params)
    pred = _shaped(name, "y_pred", y_pred, given, convention)
    true = None
    if y_true is not None and signature.y_true is not None:
        rows = signature.y_true.given(params)
        wanted = _layout(rows, y_true)
        true = _shaped(name, "y_true", y_true, wanted, convention)
        _match(name, true, pred, y_true, y_pred, wanted, given)
    _match_parameters(convention, pred, params)
    if true is not None:
        check("y_true", true, wanted, params, convention.checked, extents)
        if wanted.below_classes:
            _check_classes(true, pred.shape[-1], params)
        if wanted is not rows:
            true = one_hot(true, pred.shape[-1]).astype(convention.dtype)
    check("y_pred", pred, given, params, convention.checked, extents)
    return true, pred


def _layout(domain: Domain, array: Array) -> Domain:
    """The domain of class indices, where they may stand for rows and the array's shape says that they do."""
    indices = domain.index is not None and (array.ndim == 1 or array.shape[1:] == (1,))
    return domain.index if indices and domain.index is not None else domain


def _shaped(name: str, argument: str, array: Array, domain: Domain, convention: Convention) -> Array:
    """The array in the layout its domain asks for."""
    match domain.grain:
        case "row" | "square":
            if array.ndim == 1 and convention.collapse:
                return np.asarray(array[None, :], convention.dtype)
            if array.ndim != 2:
                raise LosscliError(
                    f"{name} takes a row of numbers for each sample: {argument} must be (N, D), "
                    f"it is {shape_words(array)}",
                    f"name several columns, or a pattern: {_option(argument)} 'p_*'",
                )
        case "steps":
            if array.ndim != 3:
                raise LosscliError(f"{name}: {argument} must be (N, T, C), it is {shape_words(array)}")
        case "scalar":
            if array.ndim != 1:
                raise LosscliError(f"{name}: {argument} must be (N,), it is {shape_words(array)}")
        case "columns":
            if array.ndim != 2 or array.shape[1] != domain.size:
                raise LosscliError(
                    f"{name}: {argument} must be (N, {domain.size}), it is {shape_words(array)}"
                )
        case "parts":
            return _parts(name, argument, array, domain.size).astype(convention.dtype, copy=False)
        case "index":
            return _index(name, argument, array)
        case "indices":
            if array.ndim != 2:
                raise LosscliError(
                    f"{name} takes a row of class indices for each sample: {argument} must be (N, L), "
                    f"it is {shape_words(array)}",
                    f"name several columns, or a pattern: {_option(argument)} 'label_*'",
                )
            return _whole(argument, array)
    with np.errstate(over="ignore"):  # beyond float32 is ∞ there, as in the framework
        return np.asarray(array, convention.dtype)


def _option(argument: str) -> str:
    return "--true" if argument == "y_true" else "--pred"


def _parts(name: str, argument: str, array: Array, parts: int) -> Array:
    if array.ndim == 3 and array.shape[1] == parts:
        return array
    if array.ndim == 2 and array.shape[1] % parts == 0 and array.shape[1] > 0:
        return array.reshape(len(array), parts, -1)
    raise LosscliError(
        f"{name}: {argument} must be (N, {parts}, D) or (N, {parts}·D), it is {shape_words(array)}"
    )


def _index(name: str, argument: str, array: Array) -> Array:
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        hint = "for one-hot rows take cce" if name == "scce" and array.ndim == 2 else None
        raise LosscliError(
            f"{name}: {argument} must be class indices, (N,) or (N, 1); it is {shape_words(array)}", hint
        )
    return _whole(argument, array)


def _whole(argument: str, array: Array) -> Array:
    whole = np.isfinite(array) & (array == np.floor(array))
    if not whole.all():
        first = tuple(int(i) for i in np.argwhere(~whole)[0])
        raise BadValue(argument, first[0], first[1:], f"{array[first]:.15g} is not a class: a whole number")
    return array.astype(np.int64)


def _match(
    name: str, true: Array, pred: Array, y_true: Array, y_pred: Array, domain: Domain, other: Domain
) -> None:
    if len(y_true) != len(y_pred):
        raise LosscliError(
            f"y_true has {len(y_true)} samples and y_pred {len(y_pred)}",
            "give one prediction for each sample",
        )
    if domain.grain == other.grain and true.shape != pred.shape:
        shapes = f"{name}: y_true is {shape_words(y_true)} and y_pred {shape_words(y_pred)}"
        if {y_true.ndim, y_pred.ndim} == {1, 2}:
            one, table = ("y_pred", y_pred) if y_pred.ndim == 2 else ("y_true", y_true)
            if table.shape[1] == 1:
                raise LosscliError(
                    f"{shapes}: arithmetic between them would make an N × N table, not N errors",
                    f"drop the axis of length 1 from {one}",
                )
        hint = "for class indices take scce" if name == "cce" and y_true.ndim == 1 else None
        raise LosscliError(f"{shapes}: they must have one shape", hint)


def _match_parameters(convention: Convention, pred: Array, params: Mapping[str, Any]) -> None:
    """A class weight for each class, a matrix of C rows, a class that exists."""
    for name, parameter in convention.signature.parameters.items():
        value = params[name]
        kind = parameter.range.kind
        if kind in ("per_class", "per_column", "matrix") and isinstance(value, np.ndarray):
            columns = pred.shape[-1] if pred.ndim > 1 else 1
            if value.shape[0] != columns:
                what = "columns" if kind == "per_column" else "classes"
                raise LosscliError(
                    f"parameter {name} has {value.shape[0]} entries, y_pred has {columns} {what}",
                    "give one for each",
                )
        if parameter.range.below_classes and value >= pred.shape[-1]:
            last = pred.shape[-1] - 1
            raise LosscliError(f"parameter {name}: {value} is not among the classes of y_pred (0 to {last})")


def check(
    argument: str,
    array: Array,
    domain: Domain,
    params: Mapping[str, Any],
    in_domain: bool,
    extents: Extents | None = None,
) -> None:
    """BadValue for the first value outside the domain. NaN passes: missing values are dealt with before."""
    if array.size == 0 or domain.grain == "index" or not in_domain:
        return
    low, high = (extents or Extents()).of(array)
    above = low > domain.low if domain.open_low else low >= domain.low
    if not (above and high <= domain.high and math.isfinite(low) and math.isfinite(high)):
        bad = (array <= domain.low) if domain.open_low else (array < domain.low)
        bad |= (array > domain.high) | np.isinf(array)
        if domain.minus_infinity:
            bad = array == np.inf
        _complain(argument, array, bad, domain)
    if domain.values is not None:
        known = np.isnan(array)
        for value in domain.values:
            known |= array == value
        _complain(argument, array, ~known, domain)
    if domain.whole:
        _complain(argument, array, (array != np.floor(array)) & ~np.isnan(array), domain)
    for column in domain.positive:
        if not array[:, column].min() > 0:
            bad = np.zeros(array.shape, bool)
            bad[:, column] = array[:, column] <= 0
            _complain(argument, array, bad, replace(domain, words="above 0"))
    for column in domain.zero_one:
        bad = np.zeros(array.shape, bool)
        bad[:, column] = ~np.isin(array[:, column], (0, 1)) & ~np.isnan(array[:, column])
        _complain(argument, array, bad, replace(domain, words="0 or 1"))
    if domain.nonzero and (zero := ~np.any(array, axis=-1)).any():
        first = tuple(int(i) for i in np.argwhere(zero)[0])
        raise BadValue(argument, first[0], first[1:], "a zero vector has no direction")
    if domain.sums_to_one:
        _check_sums(argument, array, domain)
    if domain.ordered is not None:
        _check_boxes(argument, array, params[domain.ordered])


def _complain(argument: str, array: Array, bad: Array, domain: Domain) -> None:
    if not bad.any():
        return
    first = tuple(int(i) for i in np.argwhere(bad)[0])
    rows = int(np.count_nonzero(bad.reshape(len(bad), -1).any(axis=1)))
    more = f" ({rows} rows hold such values)" if rows > 1 else ""
    value = array[first]
    hint = None if np.isinf(value) else domain.hint
    raise BadValue(argument, first[0], first[1:], f"{value:.15g} is not {domain.words}{more}", hint)


def _check_sums(argument: str, array: Array, domain: Domain) -> None:
    sums = array.sum(axis=-1, dtype=np.float64)
    off = np.abs(sums - 1) > SUM_SLACK
    if off.any():
        row = int(np.flatnonzero(off)[0])
        count = int(np.count_nonzero(off))
        more = f" ({count} rows are off)" if count > 1 else ""
        logits = "for logits add --from-logits; " if domain.under else ""
        raise BadValue(
            argument,
            row,
            (),
            f"the class probabilities sum to {sums[row]:.6g}, not 1{more}",
            f"{logits}Keras would divide such a row by its sum and go on (--like keras), PyTorch would read "
            "it as logits",
        )


def _check_boxes(argument: str, array: Array, box_format: str) -> None:
    sides = array[:, 2:] if box_format == "xywh" else array[:, 2:] - array[:, :2]
    bad = sides < 0
    if bad.any():
        row, side = (int(i) for i in np.argwhere(bad)[0])
        names = {"xyxy": "x1 y1 x2 y2", "yxyx": "y1 x1 y2 x2", "xywh": "x y width height"}[box_format]
        what = (
            f"a width or height of {array[row, 2 + side]:.15g} is below 0"
            if box_format == "xywh"
            else f"the corner {array[row, 2 + side]:.15g} lies before {array[row, side]:.15g}"
        )
        raise BadValue(
            argument, row, (2 + side,), f"{what} (read as {names})", "name the order with -p box_format=…"
        )


def _check_classes(index: Array, classes: int, params: Mapping[str, Any]) -> None:
    if index.ndim == 1:
        outside = (index < 0) | (index >= classes)
        if params.get("ignore_class") is not None:
            outside &= index != params["ignore_class"]
        hint = "count classes from 0"
        if "ignore_class" in params:
            hint += ", or leave a label out with -p ignore_class=…"
    else:
        ends = (index < 0) | (index == params.get("blank"))
        outside = ~np.logical_or.accumulate(ends, axis=1) & (index >= classes)
        hint = "count classes from 0, and end the list with −1"
    if outside.any():
        first = tuple(int(i) for i in np.argwhere(outside)[0])
        what = f"class {index[first]} is not among the {classes} classes of y_pred (0 to {classes - 1})"
        raise BadValue("y_true", first[0], first[1:], what, hint)
