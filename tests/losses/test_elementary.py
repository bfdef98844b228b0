"""The logarithms that stand in for NumPy's own where it has no vector instructions for them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from mpmath import mp, mpf

from losscli.losses import elementary
from losscli.losses.domain import Array

NEAR = np.concatenate([np.linspace(1e-3, 2.2, 150), np.geomspace(1e-30, 1e-3, 30)])
FAR = np.concatenate([np.linspace(1.9, 45, 60), np.geomspace(45, 1e300, 30)])


@pytest.fixture(params=[True, False], ids=["vectorised", "in steps"])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A NumPy with vector instructions for all, or for none."""
    monkeypatch.setattr(elementary, "vectorised", lambda _: request.param)


def ulps(values: Array, x: Array, truth: Callable[[mpf], mpf]) -> float:
    with mp.workprec(200):
        wanted = [truth(mpf(float(one))) for one in x]
        steps = [float(np.spacing(abs(float(one)))) for one in wanted]
        pairs = zip(values, wanted, steps, strict=True)
        return max(float(abs(mpf(float(value)) - one) / step) for value, one, step in pairs)


@pytest.mark.usefixtures("either")
def test_log_cosh_keeps_its_digits_near_and_far() -> None:
    def truth(x: mpf) -> mpf:
        x = abs(x)
        return x - mp.log(2) if x > 100 else mp.log1p(2 * mp.sinh(x / 2) ** 2)

    for x in (NEAR, -NEAR, FAR, np.concatenate([NEAR, -FAR])):
        with np.errstate(over="ignore"):
            assert ulps(elementary.log_cosh(x), x, truth) < 4.3


@pytest.mark.usefixtures("either")
def test_log1p_keeps_its_digits() -> None:
    x = np.concatenate([-np.geomspace(1e-30, 0.99, 60), np.geomspace(1e-30, 1e300, 90)])
    assert ulps(elementary.log1p(x), x, mp.log1p) < 2


@pytest.mark.usefixtures("either")
def test_what_is_no_finite_number_leaves_the_rest_as_it_is() -> None:
    odd = np.array([np.nan, np.inf, -np.inf, 0.0])
    x = np.array([0.5, 3.0])
    with np.errstate(all="ignore"):
        for function, wanted in (
            (elementary.log_cosh, [np.nan, np.inf, np.inf, 0.0]),
            (elementary.log1p, [np.nan, np.inf, np.nan, 0.0]),
        ):
            both = function(np.concatenate([x, odd]))
            np.testing.assert_array_equal(both[2:], wanted)
            np.testing.assert_array_equal(both[:2], function(x))
        assert elementary.log1p(np.array([-1.0]))[0] == -np.inf


@pytest.mark.usefixtures("either")
def test_a_value_does_not_depend_on_those_beside_it() -> None:
    x = np.concatenate([NEAR, FAR, -NEAR])
    for function in (elementary.log_cosh, elementary.log1p):
        with np.errstate(all="ignore"):
            alone = np.array([function(x[i : i + 1])[0] for i in range(len(x))])
            np.testing.assert_array_equal(function(x), alone)
            np.testing.assert_array_equal(function(x.reshape(30, -1)), alone.reshape(30, -1))


@pytest.mark.usefixtures("either")
def test_float32_stays_float32() -> None:
    x = np.float32([0.25, -3.0, 90.0])
    with np.errstate(over="ignore"):
        value = elementary.log_cosh(x)
    assert value.dtype == elementary.log1p(abs(x)).dtype == np.float32
    np.testing.assert_allclose(value, np.logaddexp(x, -x) - np.log(2), rtol=1e-5)
    assert elementary.log_cosh(x[:0]).shape == (0,)


def test_numpy_says_whether_it_has_instructions() -> None:
    assert elementary.vectorised.__wrapped__("no function") is False
    assert elementary.vectorised.__wrapped__("sqrt") in (True, False)
