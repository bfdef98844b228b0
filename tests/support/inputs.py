"""The contract suite's inputs, drawn from what each loss declares (Domain, Range).

Every file of the suite runs over whatever the registry holds; a new loss needs no test of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

import losscli
from losscli.catalogue import pages as catalogue
from losscli.catalogue import registry
from losscli.losses.declare import Loss
from losscli.losses.domain import Array, Domain
from losscli.losses.ranges import Range

NAMES = losscli.names()


@dataclass(frozen=True, repr=False)
class Case:
    """Arrays and parameters that a loss admits."""

    loss: Loss
    params: dict[str, Any]
    y_true: Array | None
    y_pred: Array

    def __len__(self) -> int:
        return len(self.y_pred)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What Hypothesis prints of a failure: the call that shows it."""
        true = None if self.y_true is None else self.y_true.tolist()
        printer.text(f"compute({self.loss.name!r}, {true}, {self.y_pred.tolist()}, **{self.params})")

    def take(self, rows: Any) -> Case:
        """The case of these rows; a similarity matrix loses its columns too."""
        y_true = None if self.y_true is None else self.y_true[rows]
        y_pred = self.y_pred[rows]
        if self.loss.signature.y_pred.grain == "square":
            y_pred = y_pred[:, rows]
        return replace(self, y_true=y_true, y_pred=y_pred)


def compute(case: Case, weight: Any = None, **options: Any) -> Any:
    return losscli.compute(case.loss.name, case.y_true, case.y_pred, weight, **options, **case.params)


Rng = np.random.Generator


def reals(rng: Rng, shape: tuple[int, ...], wide: bool) -> Array:
    """Numbers of both signs: from −4 to 4, or (`wide`) of every size from 1e-300 to 1e300, some 0 or ±1."""
    near = rng.uniform(-4, 4, shape)
    if not wide:
        return near
    size = 10.0 ** np.where(rng.random(shape) < 0.7, rng.uniform(-6, 6, shape), rng.uniform(-300, 300, shape))
    found = np.where(rng.random(shape) < 0.4, near, np.copysign(size, near))
    return np.where(rng.random(shape) < 0.15, rng.choice([-1.0, 0.0, 1.0], shape), found)


def between(rng: Rng, shape: tuple[int, ...], low: float, high: float, wide: bool) -> Array:
    """Numbers from low to high; with `wide` some at the ends and some as near as 1e-15."""
    part = rng.uniform(0.05, 0.95, shape)
    if wide:
        close = 10.0 ** rng.uniform(-15, -1, shape)
        ways = [part, close, 1 - close, rng.choice([0.0, 0.5, 1.0], shape)]
        part = np.choose(rng.integers(0, 4, shape), ways)
    return low + part * (high - low)


def array(rng: Rng, domain: Domain, shape: tuple[int, ...], wide: bool, params: Mapping[str, Any]) -> Array:
    """An array of this shape within the domain."""
    if domain.values is not None and domain.sums_to_one:
        return np.eye(shape[-1])[rng.integers(0, shape[-1], shape[0])]
    if domain.values is not None:
        out = rng.choice(domain.exclusive) if domain.exclusive else None
        return rng.choice([value for value in domain.values if value != out], shape)
    if domain.whole:
        return rng.integers(-1, 4, shape).astype(np.float64)
    if np.isfinite(domain.high):
        found = between(rng, shape, domain.low, domain.high, wide)
    elif np.isfinite(domain.low):
        least = 1e-9 if domain.open_low else 0.0
        found = domain.low + np.maximum(np.abs(reals(rng, shape, wide)) + (0 if wide else 0.05), least)
    else:
        found = reals(rng, shape, wide)
    if domain.minus_infinity and wide:
        found[rng.random(shape) < 0.1] = -np.inf
    if domain.sums_to_one:
        return _distributions(rng, found, wide)
    if domain.ordered is not None:
        return _boxes(np.clip(found, -1e9, 1e9), params[domain.ordered])
    for column in domain.positive:
        found[:, column] = np.maximum(np.abs(found[:, column]), 1e-9)
    for column in domain.zero_one:
        found[:, column] = rng.integers(0, 2, len(found))
    if domain.nonzero:
        found[..., 0] = np.where(np.any(found, axis=-1), found[..., 0], 1.0)
    return found


def _distributions(rng: Rng, found: Array, wide: bool) -> Array:
    """Rows that sum to 1; with `wide` some are one-hot and some hold a 0."""
    found = np.minimum(np.abs(found), 1e9)
    hard = np.eye(found.shape[1])[found.argmax(axis=1)]
    found = np.where((rng.random((len(found), 1)) < 0.3) & wide, hard, found)
    found[~found.any(axis=1)] = 1.0
    return found / found.sum(axis=1, keepdims=True)


def _boxes(corners: Array, box_format: str) -> Array:
    if box_format in ("xywh", "cxcywh"):
        return np.concatenate([corners[:, :2], np.abs(corners[:, 2:])], axis=1)
    low, high = np.minimum(corners[:, :2], corners[:, 2:]), np.maximum(corners[:, :2], corners[:, 2:])
    return np.concatenate([low, high], axis=1)


def parameter_value(rng: Rng, range_: Range, columns: int) -> Any:
    """What a user may give for a parameter, of moderate size."""
    if range_.nullable and rng.random() < 0.3:
        return None
    if range_.minus_infinity and rng.random() < 0.1:
        return -np.inf
    match range_.kind:
        case "flag":
            return bool(rng.choice([flag for flag in (False, True) if range_.admits(float(flag))]))
        case "choice":
            choices = range_.choices or ()
            return choices[int(rng.integers(len(choices)))]
        case "whole":
            last = columns - 1 if range_.below_classes else columns
            return int(rng.choice([x for x in range(-1, last + 1) if range_.admits(x)]))
        case "per_class":
            return [_number(rng, range_) for _ in range(columns)]
        case "per_column" if rng.random() < 0.5:
            return [_number(rng, range_) for _ in range(columns)]
        case "matrix":
            return [[_number(rng, range_) for _ in range(columns)] for _ in range(columns)]
    return _number(rng, range_)


def _number(rng: Rng, range_: Range) -> float:
    low, high = max(range_.low, -3.0), min(range_.high, 3.0)
    middle = float(low + (high - low) * rng.uniform(0.05, 0.95))
    number = float(rng.choice([middle, middle, middle, low, high, 0.0]))
    return next(x for x in (number, middle, high) if range_.admits(x))


@st.composite
def cases(
    draw: Any,
    loss: Loss,
    *,
    wide: bool = True,
    default: bool = False,
    rows: tuple[int, int] = (1, 6),
    given_params: dict[str, Any] | None = None,
) -> Case:
    """Arrays that a loss admits, under drawn parameters (`default`: those that have no default alone).

    Without `wide`, numbers of moderate size inside the domain, where gradients can be taken by differences.
    """
    n = draw(st.integers(*rows))
    grain = loss.signature.y_pred.grain
    size = loss.signature.y_pred.size
    columns = draw(st.integers(2, 4))
    # Hypothesis likes to draw the same again; with the sizes mixed in, fewer cases come twice
    rng = np.random.default_rng([*draw(st.binary(min_size=8, max_size=8)), n, columns])
    shape = {
        # one ratio a class needs classes
        "entry": (n, *draw(st.sampled_from([(columns,) if loss.per else (), (columns,), (2, columns)]))),
        "rest": (n, *draw(st.sampled_from([(), (columns,), (2, columns)]))),
        "row": (n, columns),
        "indices": (n, columns),
        "scalar": (n,),
        "index": (n,),
        "columns": (n, size),
        "parts": (n, size, columns),
        "square": (n, n),
        "steps": (n, draw(st.integers(1, 5)), columns),
    }[grain]
    width = shape[-1] if len(shape) > 1 else 1
    params = dict(given_params or {})
    for name, parameter in loss.parameters.items():
        if name not in params and (parameter.required or (not default and draw(st.booleans()))):
            params[name] = parameter_value(rng, parameter.range, width)
    bound = loss.signature.bind(loss.name, params)
    if loss.classes is not None and bound[loss.classes]:
        shape = (n, columns)
    y_pred = array(rng, loss.signature.y_pred.given(bound), shape, wide, bound)
    y_true = None
    if loss.signature.y_true is not None:
        domain = loss.signature.y_true.given(bound)
        y_true = truth(rng, domain, shape, wide, bound)
        if y_true.shape == y_pred.shape and domain.values is None and draw(st.booleans()):
            y_true = _copied(y_true, y_pred, domain)
    if bound.get("distance") == "squared":
        # Squares that leave the floats are infinite, and ∞ − ∞ is no number.
        y_pred = np.clip(y_pred, -1e150, 1e150)
    return Case(loss, params, y_true, y_pred)


def _copied(y_true: Array, y_pred: Array, domain: Domain) -> Array:
    """y_true with every other row a perfect prediction's, where y_pred lies in its domain."""
    fits = (y_pred >= domain.low) & (y_pred <= domain.high) & (not domain.whole and domain.grain != "indices")
    if domain.sums_to_one:
        fits &= np.abs(y_pred.sum(axis=-1, keepdims=True) - 1) < 1e-6
    elif domain.open_low:
        fits &= y_pred > domain.low
    if not fits.all():
        return y_true
    return np.where((np.arange(len(y_true)) % 2 == 0).reshape(-1, *[1] * (y_true.ndim - 1)), y_pred, y_true)


def truth(rng: Rng, domain: Domain, shape: tuple[int, ...], wide: bool, params: Mapping[str, Any]) -> Array:
    """A y_true for predictions of this shape."""
    n, columns = shape[0], shape[-1]
    if domain.index is not None and rng.random() < 0.3:
        domain = domain.index
    if domain.grain == "index":
        return rng.integers(0, columns if domain.below_classes else 3, n).astype(np.float64)
    if domain.grain == "indices" and len(shape) == 3:  # sequences: a class may come again
        return np.where(np.arange(3) < rng.integers(0, 4, (n, 1)), rng.integers(0, columns, (n, 3)), -1.0)
    if domain.grain == "indices":
        order = rng.permuted(np.tile(np.arange(columns), (n, 1)), axis=1)
        return np.where(np.arange(columns) < rng.integers(0, columns + 1, (n, 1)), order, -1.0)
    own = {"scalar": (n,), "columns": (n, domain.size), "row": (n, columns)}.get(domain.grain, shape)
    return array(rng, domain, own, wide, params)


def loss_of(name: str) -> Loss:
    return registry.get(name)


def declared(words: Collection[str]) -> list[tuple[str, str, str | None, str | None]]:
    """(loss, property, detail, condition) of every page, for these properties."""
    return [
        (name, item.name, item.detail, item.when)
        for name in NAMES
        for item in catalogue.explanation(loss_of(name), elsewhere=False).properties
        if item.name in words
    ]
