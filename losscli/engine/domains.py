"""Values held against the domain of their array: the first that lies outside is named."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from losscli.batch import Batch
from losscli.errors import BadValue
from losscli.frameworks.convention import conventions
from losscli.integers import EXACT
from losscli.losses.declare import Loss
from losscli.losses.domain import SUM_SLACK, Array, Domain


class Extents:
    """What there is to know of a batch's arrays as a whole, looked for once: several losses ask."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Array, float, float]] = {}
        self._finite: dict[int, tuple[Array, bool]] = {}

    def finite(self, array: Array) -> bool:
        """Whether no value is nan or infinite. Then nor is their sum, unless that leaves the floats."""
        known = self._finite.get(id(array))
        if known is None:
            with np.errstate(over="ignore", invalid="ignore"):
                finite = math.isfinite(np.add.reduce(array, axis=None))
            known = self._finite[id(array)] = (array, finite or all(map(math.isfinite, self.of(array))))
        return known[1]

    def of(self, array: Array) -> tuple[float, float]:
        """The least and the greatest value, both nan where the array holds a nan, or nothing."""
        extent = self._known.get(id(array))
        if extent is None:
            ends = (float(array.min()), float(array.max())) if array.size else (math.nan, math.nan)
            extent = self._known[id(array)] = (array, *ends)  # held, so that its id stays its own
        return extent[1:]

    def missing(self, *arrays: Array | None) -> bool:
        """Whether any array holds a nan."""
        for array in arrays:
            if array is not None and not self.finite(array) and array.size and math.isnan(self.of(array)[0]):
                return True
        return False

    def far(self, batch: Batch) -> Iterator[str]:
        """The arrays of a batch in which float64 may have rounded whole numbers."""
        named = {"y_true": batch.y_true, "weight": batch.weight, **batch.y_pred}
        for name, array in named.items():
            if array is None:
                continue
            low, high = self.of(array)
            if math.isnan(low) and array.size:
                low, high = float(np.fmin.reduce(array, axis=None)), float(np.fmax.reduce(array, axis=None))
            if low <= -EXACT or high >= EXACT:
                yield name


def require(
    argument: str,
    array: Array,
    domain: Domain,
    params: Mapping[str, Any],
    in_domain: bool,
    extents: Extents | None = None,
    loss: Loss | None = None,
    noun: str = "rows",
) -> None:
    """BadValue for the first value outside the domain. NaN passes: missing values are dealt with before.

    Of a `loss` it is said what frameworks make of such a value.
    """
    if array.size == 0 or domain.grain == "index" or not in_domain:
        return
    extents = extents or Extents()
    fits = (domain.low, domain.high) == (-math.inf, math.inf) and extents.finite(array)
    if not fits:
        low, high = extents.of(array)
        above = low > domain.low if domain.open_low else low >= domain.low
        fits = above and high <= domain.high and math.isfinite(low) and math.isfinite(high)
    if not fits:
        bad = (array <= domain.low) if domain.open_low else (array < domain.low)
        bad |= (array > domain.high) | np.isinf(array)
        if domain.minus_infinity:
            bad = array == np.inf
        _complain(argument, array, bad, domain, noun)
    if domain.values is not None:
        known = np.isnan(array)
        for value in domain.values:
            known |= array == value
        _complain(argument, array, ~known, domain, noun)
    if domain.whole:
        _complain(argument, array, (array != np.floor(array)) & ~np.isnan(array), domain, noun)
    for column in domain.positive:
        if not array[:, column].min() > 0:
            bad = np.zeros(array.shape, bool)
            bad[:, column] = array[:, column] <= 0
            _complain(argument, array, bad, replace(domain, words="above 0"), noun)
    for column in domain.zero_one:
        bad = np.zeros(array.shape, bool)
        bad[:, column] = ~np.isin(array[:, column], (0, 1)) & ~np.isnan(array[:, column])
        _complain(argument, array, bad, replace(domain, words="0 or 1"), noun)
    if domain.nonzero and (zero := ~np.any(array, axis=-1)).any():
        first = tuple(int(i) for i in np.argwhere(zero)[0])
        raise BadValue(argument, first[0], first[1:], "a zero vector has no direction")
    if domain.sums_to_one:
        _check_sums(argument, array, domain, loss, noun)
    if domain.ordered is not None:
        _check_boxes(argument, array, params[domain.ordered])


def _complain(argument: str, array: Array, bad: Array, domain: Domain, noun: str) -> None:
    if not bad.any():
        return
    first = tuple(int(i) for i in np.argwhere(bad)[0])
    rows = int(np.count_nonzero(bad.reshape(len(bad), -1).any(axis=1)))
    more = f" ({rows} {noun} hold such values)" if rows > 1 else ""
    value = array[first]
    hint = None if np.isinf(value) else domain.hint
    raise BadValue(argument, first[0], first[1:], f"{value:.15g} is not {domain.words}{more}", hint)


def _check_sums(argument: str, array: Array, domain: Domain, loss: Loss | None, noun: str) -> None:
    sums = array.sum(axis=-1, dtype=np.float64)
    off = np.abs(sums - 1) > SUM_SLACK
    if off.any():
        row = int(np.flatnonzero(off)[0])
        count = int(np.count_nonzero(off))
        more = f" ({count} {noun} are off)" if count > 1 else ""
        ways = ["divide each row by its sum", *(["for logits add --from-logits"] if domain.under else [])]
        if noun != "rows":
            ways.insert(0, "where the classes are on another axis say which: -p class_axis=1")
        raise BadValue(
            argument,
            row,
            (),
            f"the class probabilities sum to {sums[row]:.6g}, not 1{more}",
            "; ".join([*ways, *(_elsewhere(loss) if loss and argument == "y_pred" else [])]),
        )


def _elsewhere(loss: Loss) -> Iterator[str]:
    """What frameworks make of a row of y_pred whose sum is not 1: told where it is so for this loss."""
    for name, way in conventions(loss).items():
        defaults = {name: parameter.default for name, parameter in way.signature.parameters.items()}
        for departure in way.departures:
            if departure.cause == "rescaling" and departure.holds(defaults):
                yield f"{way.framework.title} would divide such a row by its sum and go on (--like {name})"
            elif departure.takes and departure.holds(defaults):
                yield f"{way.framework.title} would read it as {departure.takes}"


def _check_boxes(argument: str, array: Array, box_format: str) -> None:
    by_sides = box_format in ("xywh", "cxcywh")
    sides = array[:, 2:] if by_sides else array[:, 2:] - array[:, :2]
    bad = sides < 0
    if bad.any():
        row, side = (int(i) for i in np.argwhere(bad)[0])
        names = {
            "xyxy": "x1 y1 x2 y2",
            "yxyx": "y1 x1 y2 x2",
            "xywh": "x y width height",
            "cxcywh": "centre x, centre y, width, height",
        }[box_format]
        what = (
            f"a width or height of {array[row, 2 + side]:.15g} is below 0"
            if by_sides
            else f"the corner {array[row, 2 + side]:.15g} lies before {array[row, side]:.15g}"
        )
        raise BadValue(
            argument, row, (2 + side,), f"{what} (read as {names})", "name the order with -p box_format=…"
        )


def check_classes(index: Array, classes: int, params: Mapping[str, Any]) -> None:
    """BadValue for the first class that y_pred has no column for; `ignore_class` and a list's end pass."""
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
