"""Far ranges: every pointwise loss and its gradient, digit for digit, against its definition in mpmath.

Hand-picked numbers where there is one number a side (subnormal, huge, next to 0, 1 and to thresholds);
elsewhere rows that are drawn as the accuracy benchmark draws them, the same ones on every run.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf
from support.draws import draw
from support.exact import VARIANTS, error, slopes, truths
from support.truth import TRUTH, precision

import losscli
from losscli.catalogue import registry
from losscli.losses.declare import Loss
from losscli.losses.domain import Array, Domain

NAMES = list(TRUTH)
ROWS = 4  # of those that are drawn, under each set of parameters
ULPS = 4.0
# What rounds more often: its values may be further off.
MORE = {
    "asymmetric": 8.0,
    "binary_focal": 5.0,
    "categorical_focal": 16.0,
    "listmle": 16.0,  # differences of scores are rounded before exp magnifies them
    "matrix_cce": 16.0,
    "poly_cce": 16.0,
    "tweedie": 16.0,
}
EPS = 2.0**-52


def cancelled(name: str, exact: Any, y_pred: Array, params: Mapping[str, Any]) -> Any:
    """What rounding leaves of terms that cancel, where the loss says no more of them."""
    if name == "sparsemax":  # half the square of s − q, s rounded
        return 4 * EPS * mp.sqrt(2 * abs(exact))
    if name in ("cosine_similarity", "cosine_embedding"):
        return 4 * EPS
    if name in ("triplet", "quadruplet"):
        return 16 * EPS * mpf(float(np.abs(y_pred).max())) ** (2 if params.get("squared", True) else 1)
    return mpf(0)


NEXT_TO_1 = 1 - 2.0**-53
REALS = [0.0, 5e-324, -1e-310, 1e-200, -1e-16, 0.3, 1.0, NEXT_TO_1, -1.0, 44.0, -3000.0, 1e16, 1e150, -1e308]
LOGITS = [0.0, 1e-200, -37.0, 40.0, 710.0, -800.0, 800.0, -1e300]
FRACTIONS = [0.0, 5e-324, 1e-200, 1e-16, 0.05, 0.5, 0.9, 1 - 1e-10, NEXT_TO_1, 1.0]
AMOUNTS = [0.0, 5e-324, 1e-100, 1e-9, 0.7, 1.0, 3.0, 1e9, 1e150]
ABOVE_MINUS_ONE = [-NEXT_TO_1, -0.5, -1e-200, 0.0, 1e-16, 3.0, 1e150]


def points(domain: Domain) -> list[float]:
    """A few numbers of a domain, at its ends and far away."""
    if domain.values is not None:
        out = domain.exclusive[1] if domain.exclusive else None
        return [value for value in domain.values if value != out]
    if domain.whole:
        return [0.0, 1.0, 3.0]
    if domain.high == 1:
        return FRACTIONS
    if domain.low == -1:
        return ABOVE_MINUS_ONE
    if domain.low == 0:
        return AMOUNTS[domain.open_low :]
    return LOGITS if "log" in domain.words else REALS


def some(numbers: list[float], few: bool) -> list[float]:
    """Fewer of many: the first, the last and some between."""
    if len(numbers) <= 3:
        return numbers
    return [numbers[0], numbers[-2]] if few else [*numbers[::3], numbers[-1]]


def far(loss: Loss, params: Mapping[str, Any], n: int, few: bool) -> tuple[Array | None, Array]:
    """Every pair of a few numbers; or drawn rows."""
    true, pred = loss.signature.y_true, loss.signature.y_pred.given(params)
    true = true and true.given(params)
    if true is not None and (true.grain, pred.grain) in (("entry", "entry"), ("scalar", "scalar")):
        pairs = np.array([(y, p) for y in some(points(true), few) for p in points(pred)])
        if loss.name == "tweedie":  # p to the power of 3 is to stay a number
            pairs = pairs[np.abs(pairs[:, 1]) > 1e-102]
        return pairs[:, 0], pairs[:, 1]
    return draw(np.random.default_rng(zlib.crc32(loss.name.encode())), loss, params, n)


@pytest.mark.parametrize("name", NAMES)
def test_values(name: str) -> None:
    loss = registry.get(name)
    mp.prec = precision(name)
    for given in VARIANTS.get(name, ({},)):
        params = loss.signature.bind(name, given)
        y_true, y_pred = far(loss, params, ROWS, few=given != {})
        with np.errstate(all="ignore"):
            wanted = truths(loss, y_true, y_pred, params)
            found = losscli.compute(name, y_true, y_pred, reduction="none", **given).per_sample
        for row, (got, exact) in enumerate(zip(found, wanted, strict=True)):
            if error(float(got), exact) > MORE.get(name, ULPS):
                y = None if y_true is None else y_true[row].tolist()
                here = (given, y, y_pred[row].tolist(), got)
                assert abs(mpf(float(got)) - exact) <= cancelled(name, exact, y_pred[row], params), here


SLOPE_ULPS = 8.0
# A power of a huge or tiny number, whose exponent (q − 1, α − 2) is rounded: the logarithm magnifies that.
MORE_SLOPE = {"generalized_cce": 512.0, "barron": 256.0}
# To the digits of the row's steepest slope: directions that are rounded before they cancel.
OF_THE_STEEPEST = {"triplet", "cosine_similarity", "cosine_distance", "cosine_embedding"}


@pytest.mark.parametrize("name", [name for name in NAMES if registry.get(name).slope is not None])
def test_gradients(name: str) -> None:
    """Within a few ulps, or within what a change of the inputs by some ulps does to them."""
    loss = registry.get(name)
    mp.prec = precision(name) + 2000
    compared = 0
    for given in VARIANTS.get(name, ({},)):
        params = loss.signature.bind(name, given)
        y_true, y_pred = far(loss, params, 2, few=True)
        with np.errstate(all="ignore"):
            values = losscli.compute(name, y_true, y_pred, reduction="none", **given).per_sample
            found = losscli.gradient(name, y_true, y_pred, reduction="sum", **given)
            for row in range(len(y_pred)):
                y = None if y_true is None else y_true[row : row + 1]
                p = y_pred[row : row + 1]
                got = found[row].ravel()
                wanted = slopes(loss, y, p, params)
                if math.isinf(values[row]):  # by another entry: this one's own term is still sloped
                    mine = [None if math.isnan(x) else mpf(x) for x in got.tolist()]
                    wanted = [x if w is None else w for x, w in zip(mine, wanted, strict=True)]
                here = (given, None if y is None else y.tolist(), p.tolist(), got)
                faults = misses(loss, y, p, params, got, wanted)
                assert not faults, (*faults, here)
                compared += sum(exact is not None for exact in wanted)
    assert compared > 0


def misses(
    loss: Loss, y: Array | None, p: Array, params: Mapping[str, Any], got: Array, wanted: list[Any]
) -> list[str]:
    """What is wrong with the slopes of one row."""
    known = [abs(exact) for exact in wanted if exact is not None]
    steepest = max(known) if loss.name in OF_THE_STEEPEST and known else mpf(0)
    if loss.name.startswith("cosine"):
        steepest = max(steepest, 1 / mp.sqrt(mp.fsum(mpf(float(x)) ** 2 for x in p.ravel())))
    found = []
    for place, (mine, exact) in enumerate(zip(got.tolist(), wanted, strict=True)):
        if exact is None or math.isnan(mine):
            if exact is not None or not math.isnan(mine):
                found.append(f"{place}: {mine} for {exact if exact is None else float(exact)}")
            continue
        ulps = MORE_SLOPE.get(loss.name, SLOPE_ULPS)
        if error(mine, exact) > ulps:
            slack = ulps * EPS * max(abs(exact), steepest) + sway(loss, y, p, params, place)
            if abs(mpf(mine) - exact) > slack:
                found.append(f"{place}: {mine} for {float(exact)}")
    return found


def sway(loss: Loss, y_true: Array | None, y_pred: Array, params: Mapping[str, Any], place: int) -> Any:
    """How much a slope moves when one number after the other is raised by 4 ulps."""
    before = slopes(loss, y_true, y_pred, params, place)[0]
    moved = mpf(0)
    for given in (y_true, y_pred):
        for k in range(0 if given is None else given.size):
            assert given is not None
            raised = given.copy()
            raised.flat[k] = np.nextafter(raised.flat[k], math.inf)
            pair = (raised, y_pred) if given is y_true else (y_true, raised)
            after = slopes(loss, *pair, params, place)[0]
            moved += 0 if after is None else 4 * abs(after - before)
    return moved
