"""A person's arrays as a stream: pandas objects whose rows differ are refused, names of classes numbered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, is_dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from losscli.batch import Stream, arrays_stream, as_array, as_label
from losscli.errors import LosscliError
from losscli.integers import rounded
from losscli.results.score import Remark
from losscli.rows import Roles

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from losscli.classes.names import Classes

    Groupings = ArrayLike | Mapping[str, ArrayLike]

Result = TypeVar("Result")
NO_ROLES = Roles()
TEXT_KINDS = "OSUT"  # NumPy's kinds of arrays that may hold words


@dataclass(frozen=True, eq=False)
class ReadArrays:
    """Arrays of numbers, (N, ...), as `of` reads them from a person's; `said` is what was chosen on the way.

    `order` says where the columns of y_pred stood, for models whose columns were put in the classes' order.
    `names` are those of the columns, of arrays that have some.
    """

    y_true: NDArray[np.float64] | None
    predictions: Mapping[str, NDArray[np.float64]]
    weight: ArrayLike | None
    by: Groupings | None
    classes: Classes | None = None
    said: tuple[str, ...] = ()
    order: Mapping[str, Sequence[int]] = field(default_factory=dict)
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        y_true: ArrayLike | None,
        predictions: Mapping[str, ArrayLike],
        weight: ArrayLike | None = None,
        by: Groupings | None = None,
        roles: Roles = NO_ROLES,
        classes: Sequence[Any] | None = None,
        positive: Any = None,
    ) -> ReadArrays:
        """LosscliError for pandas objects with different indexes, and what is neither numbers nor names."""
        named = dict(by) if isinstance(by, Mapping) else {"by": by}
        apart: dict[str, Any] = {
            name: model for name, model in predictions.items() if _in_parts(model, roles.parts)
        }
        each = {f"{name}[{i}]": part for name, model in apart.items() for i, part in enumerate(model)}
        _check_indexes({"y_true": y_true, **predictions, **each, "sample_weight": weight, **named})
        if apart:
            whole = {name: _side_by_side(model, name) for name, model in apart.items()}
            made = cls.of(y_true, {**predictions, **whole}, weight, by, roles, classes, positive)
            said = (f"{name} is {roles.parts} arrays side by side, (N, {roles.parts}, D)" for name in apart)
            return replace(made, said=(*said, *made.said))
        given: dict[str, Any] = {"y_true": y_true, **predictions}
        held = {name: array for name, array in given.items() if array is not None}
        words = {name for name, array in held.items() if _worded(array)} if roles.labels or classes else set()
        if not (words or classes is not None or positive is not None or roles.numbers):
            return cls._numbers(held, weight, by)
        return _coded(cls, held, words, weight, by, roles, classes, positive)

    @classmethod
    def _numbers(cls, held: Mapping[str, Any], weight: Any, by: Any, **known: Any) -> ReadArrays:
        arrays = {name: as_array(array, name) for name, array in held.items()}
        said = tuple(sentence for name in held for sentence in rounded(held[name], arrays[name], name))
        if weight is not None:
            said += rounded(weight, as_array(weight, "sample_weight"), "sample_weight")
        known["said"] = (*known.get("said", ()), *said)
        known["names"] = {name: _own_names(array, name) for name, array in held.items()}
        y_true = arrays.pop("y_true", None)
        return cls(y_true, arrays, weight, by, **known)

    @property
    def stream(self) -> Stream:
        """One batch of them, as often as asked for."""
        return arrays_stream(self.y_true, self.predictions, self.weight, self.by, self.classes, self.names)

    def as_given(self, values: NDArray[np.float64], name: str) -> NDArray[np.float64]:
        """Values of a model's shape, their columns in the order in which it was given."""
        order = self.order.get(name)
        return values if order is None else values[..., np.argsort(order)]

    def mention(self, result: Result) -> Result:
        """The result, with what was chosen as its first remarks."""
        if not self.said:
            return result
        told: Any = result
        remarks = (*(Remark("data", sentence) for sentence in self.said), *told.remarks)
        change: Any = replace if is_dataclass(result) else type(told)._replace
        said: Result = change(told, remarks=remarks)
        return said


def models_of(predictions: Any) -> Mapping[str, Any]:
    """The models of some predictions, by name; those that have none are one."""
    return predictions if isinstance(predictions, Mapping) else {"y_pred": predictions}


def _in_parts(model: Any, parts: int) -> bool:
    """Whether a model's predictions are a tuple of so many arrays, one for each vector of a row."""
    return (
        parts > 0
        and isinstance(model, tuple)
        and len(model) == parts
        and all(len(getattr(part, "shape", ())) == 2 for part in model)
    )


def _side_by_side(model: tuple[Any, ...], name: str) -> NDArray[np.float64]:
    """Arrays (N, D) as one, (N, parts, D)."""
    parts = [as_array(part, name) for part in model]
    if len({part.shape for part in parts}) > 1:
        shapes = ", ".join(str(part.shape) for part in parts)
        raise LosscliError(f"{name} is {len(parts)} arrays of the shapes {shapes}", "give one shape to all")
    return np.stack(parts, axis=1)


def _check_indexes(arrays: Mapping[str, Any]) -> None:
    """LosscliError where two pandas objects do not have the same rows in the same order."""
    indexed = [(name, array.index) for name, array in arrays.items() if hasattr(array, "iloc")]
    for name, index in indexed[1:]:
        first, other = indexed[0]
        if len(index) != len(other) or index.equals(other):
            continue
        at = next(i for i, (one, two) in enumerate(zip(other, index, strict=True)) if one != two)
        same = set(other) == set(index)
        align = f"{name}.loc[{first}.index] puts them in one order" if same else "they are not the same rows"
        raise LosscliError(
            f"the indexes of {first} and {name} differ: their rows at position {at} are {other[at]} and "
            f"{index[at]}",
            f"{align}; to pair them by position all the same, give {name}.to_numpy()",
        )


def _worded(array: Any) -> bool:
    """Whether an array holds words, that are no numbers."""
    values = np.asarray(array) if not isinstance(array, np.ma.MaskedArray) else array
    if values.dtype.kind not in TEXT_KINDS or not values.size:
        return False
    try:
        values.astype(np.float64)
    except (TypeError, ValueError):
        texts = [value for value in values.ravel().tolist() if isinstance(value, (str, bytes))]
        return any(not _number(text) for text in texts)
    return False


def _number(text: str | bytes) -> bool:
    try:
        float(text)
    except ValueError:
        return not text.strip()
    return True


def _coded(
    cls: type[ReadArrays],
    held: Mapping[str, Any],
    words: set[str],
    weight: Any,
    by: Any,
    roles: Roles,
    classes: Sequence[Any] | None,
    positive: Any,
) -> ReadArrays:
    """The arrays with their labels numbered."""
    from losscli.classes.names import ClassNames
    from losscli.classes.resolve import Labelled, resolve

    texts: dict[str, list[str]] = {}

    def survey(name: str) -> set[str]:
        texts[name] = _texts(held[name])
        return set(texts[name]) - {""}

    seen = {
        name: Labelled(_columns(array, name), name in words, partial(survey, name))
        for name, array in held.items()
    }
    models = {name: one for name, one in seen.items() if name != "y_true"}
    coding = resolve(ClassNames(classes, positive), seen.get("y_true"), models, roles)
    if coding is None:
        return cls._numbers(held, weight, by)
    numbers: dict[str, Any] = dict(held)
    for name in coding.roles:
        values = np.asarray(held[name], dtype=object)
        known = {text: coding.classes.number(text) if text else np.nan for text in _texts(values)}
        unknown = next((text for text, number in known.items() if number is None), None)
        if unknown is not None:
            row = _texts(values).index(unknown) * len(values) // values.size + 1
            raise LosscliError(
                f'row {row}, {name}: "{unknown}" is none of the classes', coding.classes.hint or None
            )
        numbers[name] = np.array([known[text] for text in _texts(values)], np.float64).reshape(values.shape)
    for name, order in coding.order.items():
        numbers[name] = np.asarray(as_array(held[name], name)[..., list(order)])
    return cls._numbers(numbers, weight, by, classes=coding.classes, said=(coding.said,), order=coding.order)


def _columns(array: Any, name: str) -> tuple[str, ...]:
    """The names of an array's columns: those of a DataFrame, else their numbers from 0; one has its own."""
    width = np.shape(array)[-1] if np.ndim(array) > 1 else 1
    if width == 1:
        return (name,)
    columns = getattr(array, "columns", range(width))
    return tuple(map(str, columns))


def _own_names(array: Any, name: str) -> tuple[str, ...]:
    """The names that a person gave: of a DataFrame's columns, a Series, or else the array itself."""
    columns = getattr(array, "columns", None)
    if columns is not None:
        return tuple(map(str, columns))
    own = getattr(array, "name", None)
    return (name if own is None else str(own),)


def _texts(values: Any) -> list[str]:
    """Every value as text, in order; nothing for what is missing."""
    return [as_label(value).strip() for value in np.asarray(values, dtype=object).ravel().tolist()]
