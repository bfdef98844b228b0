"""The one place where shapes are aligned; values are held against their domains on the way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from losscli.batch import Batch
from losscli.engine.domains import Extents, check_classes, require
from losscli.errors import BadValue, LosscliError
from losscli.frameworks.convention import Convention
from losscli.losses.declare import Loss
from losscli.losses.domain import Array, Domain
from losscli.losses.stable import one_hot


def shape_words(array: Array) -> str:
    """(N,), (N, 1), (N, 3): the first axis by its name, whatever its length."""
    return "(" + ", ".join(["N", *map(str, array.shape[1:])]) + ("," if array.ndim == 1 else "") + ")"


def bare(shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape without the axes of length 1 behind the samples'."""
    return (*shape[:1], *(length for length in shape[1:] if length != 1))


SQUEEZED = "--squeeze drops an axis of length 1 (squeeze=True in the library)"


def as_held(convention: Convention, batch: Batch, model: str) -> tuple[Array | None, Array]:
    """y_true and y_pred as the framework's users hold them: a table's column may be (N, 1)."""
    y_true, y_pred = batch.y_true, batch.y_pred[model]
    if not (convention.framework.tall and batch.origin.columns and y_pred.ndim == 1):
        return y_true, y_pred
    return (y_true[:, None] if y_true is not None and y_true.ndim == 1 else y_true), y_pred[:, None]


def align(
    convention: Convention,
    y_true: Array | None,
    y_pred: Array,
    params: Mapping[str, Any],
    extents: Extents | None = None,
    noun: str = "rows",
) -> tuple[Array | None, Array]:
    """y_true and y_pred as the kernel takes them: shapes matched, rounded to the dtype, indices as int64.

    `noun` is what the messages call a row.

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
        levels = _has_levels(convention, params)
        if not levels or true.shape not in (pred.shape[:-1], (*pred.shape[:-1], 1)):
            _match(convention.loss, true, pred, y_true, y_pred, wanted, given)
    _match_parameters(convention, pred, params)
    if true is not None:
        require("y_true", true, wanted, params, convention.checked, extents, convention.loss, noun)
        if levels:  # one y_true stands beside every column
            true = np.broadcast_to(true if true.ndim == pred.ndim else true[..., None], pred.shape)
        if wanted.below_classes:
            check_classes(true, pred.shape[-1], params)
        if wanted is not rows:
            true = one_hot(true, pred.shape[-1], convention.dtype)
    require("y_pred", pred, given, params, convention.checked, extents, convention.loss, noun)
    return true, pred


def _has_levels(convention: Convention, params: Mapping[str, Any]) -> bool:
    """Whether each column of y_pred is to be a quantile of its own level."""
    level = convention.signature.level
    return level is not None and isinstance(params[level.name], np.ndarray)


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
                hint = f"name several columns, or a pattern: {_option(argument)} 'p_*'"
                if convention.loss.twin and argument == "y_true":
                    hint = f"for class indices take {convention.loss.twin}; for one-hot rows {hint}"
                raise LosscliError(
                    f"{name} takes a row of numbers for each sample: {argument} must be (N, D), "
                    f"it is {shape_words(array)}",
                    hint,
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
            return _index(convention.loss, argument, array)
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
    several = array.ndim == 3 and len(array) == parts
    raise LosscliError(
        f"{name}: {argument} must be (N, {parts}, D) or (N, {parts}·D), it is {shape_words(array)}",
        f"{parts} arrays (N, D) go in a tuple, or side by side: np.stack(arrays, axis=1)"
        if several
        else None,
    )


def _index(loss: Loss, argument: str, array: Array) -> Array:
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        hint = f"for one-hot rows take {loss.twin}" if loss.twin and array.ndim == 2 else None
        raise LosscliError(
            f"{loss.name}: {argument} must be class indices, (N,) or (N, 1); it is {shape_words(array)}", hint
        )
    return _whole(argument, array)


def _whole(argument: str, array: Array) -> Array:
    whole = np.isfinite(array) & (array == np.floor(array))
    if not whole.all():
        first = tuple(int(i) for i in np.argwhere(~whole)[0])
        raise BadValue(argument, first[0], first[1:], f"{array[first]:.15g} is not a class: a whole number")
    return array.astype(np.int64)


def _match(
    loss: Loss, true: Array, pred: Array, y_true: Array, y_pred: Array, domain: Domain, other: Domain
) -> None:
    if len(y_true) != len(y_pred):
        raise LosscliError(
            f"y_true has {len(y_true)} samples and y_pred {len(y_pred)}",
            "give one prediction for each sample",
        )
    if domain.grain == other.grain and true.shape != pred.shape:
        shapes = f"{loss.name}: y_true is {shape_words(y_true)} and y_pred {shape_words(y_pred)}"
        hint = None
        if bare(y_true.shape) == bare(y_pred.shape):
            flat = {y_true.ndim, y_pred.ndim} == {1, 2}
            made = "an N × N table, not N errors" if flat else "a larger table"
            raise LosscliError(f"{shapes}: arithmetic between them would make {made}", SQUEEZED)
        if (y_true.ndim, y_pred.ndim) == (1, 2):
            hint = "give one prediction a row; several models are for compare"
            if loss.signature.level is not None:
                hint = f"for a quantile a column say its level: -p {loss.signature.level.name}=0.1,0.5,0.9"
                hint += "; several models are for compare"
        if loss.twin and y_true.ndim == 1:
            hint = f"for class indices take {loss.twin}"
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
                hint = "give one for each"
                if columns == 1 and parameter.range.level:
                    hint = (
                        "in compare, --pred a,b are models of one column; --pred 'q*' is one model of several"
                    )
                raise LosscliError(
                    f"parameter {name} has {value.shape[0]} entries, y_pred has {columns} {what}", hint
                )
        if parameter.range.below_classes and value >= pred.shape[-1]:
            last = pred.shape[-1] - 1
            raise LosscliError(f"parameter {name}: {value} is not among the classes of y_pred (0 to {last})")
