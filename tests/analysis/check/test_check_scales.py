"""check on scales: units, signs, wild rows, float32; the factor that is advised makes both sides match."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from support.checking import B, Data, K, P, Q, Told, Y, checked, data, evaluated, found, hold, ids, put

SINE = np.sin(K)  # numbers around 0
NEAR = 0.8 * SINE + 0.2 * np.cos(3 * K)
BIG = np.exp(5 + np.sin(K))  # 55 to 403: their logarithms lie near 5
LOGS = np.log(BIG) + 0.05 * np.cos(3 * K)
APART = 2 - (2 * B - 1) + np.sin(K)  # distances, small between what is alike
FLAT = np.resize([1.0, -1.0], 40)


def median(values: Any) -> str:
    return f"{np.median(np.abs(values)):.4g}"


def errors(*sizes: float) -> Data:
    """Y and predictions that are off by 1 up or down, in the last rows by these sizes."""
    off = FLAT.copy()
    off[40 - len(sizes) :] = sizes
    return data(Y, Y + off)


def scaled(factor: float) -> Data:
    return data(Y * factor, P * factor)


def correlated(r: float) -> Data:
    """Numbers around 0 with this correlation."""
    k = 2 * np.pi * np.arange(40) / 40
    return data(np.sin(k), r * np.sin(k) + np.sqrt(1 - r**2) * np.cos(k))


def labels_correlated(r: float) -> Data:
    """Labels 0 and 1, and probabilities with this correlation with them."""
    other = np.resize([1.0, 1, -1, -1], 40)
    return data(B, 0.5 + 0.3 * (r * (2 * B - 1) + np.sqrt(1 - r**2) * other))


def columns(wide: float, shift: float = 0) -> Data:
    true = np.stack([FLAT + shift, wide * np.resize([1.0, 1, -1, -1], 40)], axis=1)
    return data(true, true + np.stack([0.1 * SINE, 0.1 * NEAR], axis=1))


TOLD = [
    Told("scales", "warning", data(Y, P * 1000), data(Y, P * 10), None, losses=("mse", "mae", "huber"),
         title="differ in scale",
         why=(f"a typical target is {median(Y)}, a typical prediction {median(P * 1000)}",)),
    Told("scales", "warning", data(Y, P / 1000, loss="mse"), data(Y, P / 10, loss="mse"), None,
         losses=("mse",),
         why=(f"a typical target is {median(Y)}, a typical prediction {median(P / 1000)}",)),
    Told("scales", "warning", data(1.5 * FLAT, 150 * FLAT), data(1.5 * FLAT, 149 * FLAT), None,
         losses=("mse", "mae",
         "huber"),
         why=("target is 1.5, a typical prediction 150",)),
    Told("scales", "warning", data(Y, Y[::-1] / 101), data(Y, Y[::-1] / 30), None,
         losses=("mse", "mae", "huber")),
    # Shrunk to the truth's mean where that is 0: weak, and not another unit.
    Told("scales", "warning", data(SINE + 0.6, NEAR / 1e4), data(SINE, NEAR / 1e4), None,
         losses=("mse", "mae", "huber")),
    Told("log_scale", "warning", data(BIG, LOGS), data(BIG, BIG + SINE), None, losses=("mse", "mae", "huber"),
         title="look like logarithms", why=(f"target is {median(BIG)}, a typical prediction {median(LOGS)}",),
         do=("np.exp(y_pred)", "msle takes both as they are before")),
    Told("other_sign", "warning", data(Y, -P), data(Y, P), *(40, (1, 2, 3, 4, 5)), title="other sign",
         why=("y_true is never below 0, most predictions are",), do=("−1",)),
    Told("other_sign", "warning", data(-Y, P), data(-Y, -P), *(40, (1, 2, 3, 4, 5)),
         why=("y_true is never above 0, most predictions are",)),
    Told("other_sign", "warning", data(Y, P * np.r_[-np.ones(21), np.ones(19)]),
         data(Y, P * np.r_[-np.ones(20), np.ones(20)]), *(21, (1, 2, 3, 4, 5))),
    Told("reversed", "warning", correlated(-0.505), correlated(-0.495), None, title="the other way",
         why=("y_true is -0.5", "where the truth is high they are low"),
         do=("factor of −1",)),
    Told("reversed", "warning", labels_correlated(-0.31), labels_correlated(-0.29), None,
         why=("y_true is -0.31", "of the other class"), do=("1 − p",)),
    Told("reversed", "warning", data(SINE[:10], -NEAR[:10]), data(SINE[:9], -NEAR[:9]), None),
    Told("wild_errors", "warning", errors(-400), errors(-100), *(1, (40,)), losses=("mse", "rmse"),
         title="more than 200 times", why=("errors are below 1,", "the largest is 400"),
         do=("huber or logcosh",)),
    Told("wild_errors", "warning", errors(300, -201), errors(199, -199), *(2, (39, 40)), losses=("mse",
         "rmse"),
         why=("largest is 300",)),
    Told("unscaled", "warning", data(1e6 * FLAT + 1, 1e6 * FLAT), data(0.99e6 * FLAT,
         0.99e6 * FLAT + 1e5 * SINE),
         *(None, (), ("y_true",)), losses=("mse", "huber", "logcosh"), title="typical value is 1e+06",
         why=("squared 1e+12", "gradients explode"), do=("(y − mean) / standard deviation",)),
    Told("unscaled", "warning", data(0.9e-6 * FLAT, 0.9e-6 * FLAT + 1e-7 * SINE),
         data(1e-6 * FLAT, 1e-6 * FLAT + 1e-7 * SINE), *(None, (), ("y_true",)),
         losses=("mse", "huber", "logcosh"), title="typical value is 9e-07", why=("squared 8.1e-13",
         "vanish")),
    Told("unscaled", "warning", data(*scaled(1e6)[:2], loss="huber"), data(*scaled(1e6)[:2], loss="mape"),
         *(None, (), ("y_true",)), losses=("huber",)),
    Told("column_scales", "warning", columns(1000), columns(999),
         *(None, (), ("y_true[2]", "y_true[1]")), losses=("mse", "mae", "huber"),
         title="Columns of y_true differ",
         why=("y_true[2] is about 1e+03, y_true[1] about 1", "y_true[1] has no say"),
         do=("divide each column by its standard deviation",)),
    Told("column_scales", "warning", columns(0.001, 5), columns(0.006, 5),
         *(None, (), ("y_true[1]", "y_true[2]")), losses=("mse", "mae", "huber"),
         why=("y_true[1] is about 5, y_true[2] about 0.001", "y_true[2] has no say")),
    Told("float32_overflow", "warning", data(put(Y, 3, 3.5e38), put(P, 3, -3.5e38, 6, 1e300)),
         data(put(Y, 3, 3.4e38), put(P, 3, -3.4e38)), *(2, (4, 7), ("y_true", "y_pred")),
         title="beyond float32",
         do=("another unit",)),
    Told("float32_overflow", "warning", data(Y, P, put(1 + B, 5, 1e39)), data(Y, P, put(1 + B, 5, 1e38)),
         *(1, (6,), ("weight",))),
    Told("float32_squares", "warning", data(1e19 * FLAT, put(1.1e19 * FLAT, 3, 1e19, 8, -1e19)),
         data(1e19 * FLAT, put(1.1e19 * FLAT, 3, 0.8e19, 8, -0.8e19)), *(2, (4, 9)), losses=("mse", "rmse"),
         title="squares are beyond", why=("above 1.8e19",), do=("take mae or huber",)),
    Told("float32_squares", "warning", data(1e20 * FLAT, 3e20 * FLAT, loss="rmse"),
         data(1e20 * FLAT, 3e20 * FLAT, loss="mae"), *(40, (1, 2, 3, 4, 5)), losses=("rmse",)),
    Told("float32_digits", "warning", data(Y + 1.6e9, P + 1.6e9), data(Y, P),
         *(None, (), ("y_true", "y_pred")), losses=("mse", "mae"), title="float32 cannot hold",
         why=("near 1.6e+09", "are 1.3e+02 apart", f"average error is {np.abs(P - Y).mean():.2g}"),
         do=("take the mean",)),
    # Near 2²⁴ the numbers are 2 apart; of an average error of 200 that is a hundredth.
    Told("float32_digits", "warning", data(2.0**24 + 0 * SINE + B, 2.0**24 + B + 199 * FLAT, loss="mae"),
         data(2.0**24 + B, 2.0**24 + B + 201 * FLAT, loss="mae"), *(None, (), ("y_true", "y_pred")),
         losses=("mae",), why=("are 2 apart", "error is 2e+02")),
]  # fmt: skip


@pytest.mark.parametrize("told", TOLD, ids=lambda told: told.id)
def test_a_finding_and_its_twin(told: Told) -> None:
    hold(told)


@pytest.mark.parametrize("factor", [1e-9, 1e-7, 1e-4, 1e-3, 200, 1000, 1e5, 1e6, 1e8])
def test_the_advised_factor_makes_both_match(factor: float) -> None:
    given = data(Y, P * factor)
    advice = found(given, "scales").do
    (words,) = re.findall(r"the predictions times about ([\d ]+|1e-?\d+) match", advice)
    times = float(words.replace(" ", ""))
    assert 10**-0.5 <= times * factor <= 10**0.5
    assert checked(data(Y, given.pred * times)).clean


def test_the_advised_power_cures() -> None:
    given = data(BIG, LOGS)
    mended = evaluated(found(given, "log_scale").do, "np.exp", ", or", y_pred=LOGS)
    assert checked(data(BIG, mended)).clean
    assert "log_scale" not in ids(data(np.log(BIG), LOGS))


def test_other_advice_on_scale_cures() -> None:
    unit = (Y - Y.mean()) / Y.std(), (P - Y.mean()) / Y.std()
    for factor in (1e6, 1e-8, 1e24):
        assert not checked(data(*scaled(factor)[:2], loss="mse")).clean
    assert checked(data(*unit, loss="mse")).clean
    off, one = Y + 1.6e9, P + 1.6e9
    assert "float32_digits" not in ids(data(off - off.mean(), one - off.mean()))
    given = columns(1e5)
    assert "column_scales" not in ids(data(given.true / given.true.std(0), given.pred / given.true.std(0)))
    right = data(B, 1 - Q)
    assert "reversed" in ids(right)
    mended = evaluated(found(right, "reversed").do, "1 − p", ",", p=right.pred)
    assert checked(data(B, mended)).clean


@pytest.mark.parametrize("factor", [-3.0, -0.02])
def test_the_correlation_is_told(factor: float) -> None:
    seen = found(data(SINE, factor * NEAR), "reversed")
    assert f"correlation with y_true is {np.corrcoef(SINE, -NEAR)[0, 1]:.2f}:" in seen.why
    labels = found(data(B, 1 - Q), "reversed")
    assert f"correlation with y_true is {np.corrcoef(B, 1 - Q)[0, 1]:.2f}:" in labels.why


# Not other units, logarithms, reversed or wild, though it looks like it.
SILENT: list[tuple[Data, str]] = [
    (data(Y, np.full(40, 4e5)), "scales"),  # collapsed
    (data(0 * Y, P), "scales"),
    (data(2 * B - 1, APART, loss="hinge_embedding"), "reversed"),  # small between what is alike
    (data(B, APART, loss="contrastive"), "reversed"),
    (data(Y, -P), "reversed"),  # told by the sign already
    (data(put(Y, 0, -1), -P), "other_sign"),  # of both signs
    (data(Y[:4], put(P[:4], 0, 9e3)), "wild_errors"),
    (data(put(Y / 10, 3, -999), P / 10), "wild_errors"),  # a stand-in, which is told
    (data(Y, put(Y, 0, 1e6)), "wild_errors"),  # without an error in the middle row
    (data(Y, put(P, 4, 200)), "wild_errors"),
    (data(BIG[:4], LOGS[:4]), "log_scale"),
    (data(put(BIG, 0, -1), LOGS), "log_scale"),
    (data(np.full(40, 150.0), LOGS), "log_scale"),
    (data(np.exp(2 + 0.3 * SINE), 2 + 0.3 * SINE), "log_scale"),  # small numbers lie near theirs
    (data(BIG, 1.3 * LOGS), "log_scale"),
    (data(1e3 * Y, P), "unscaled"),
    (data(1e7 * Y, P), "unscaled"),  # told by the other scale
    (data(Y * 1e7, P * 1e7, loss="poisson_deviance"), "unscaled"),
    (data(np.stack([Y, 0 * Y], 1), np.stack([P, SINE], 1)), "column_scales"),
    (data(put(Y, 3, 1e300), np.full(40, np.inf)), "float32_squares"),
    (data(Y, P, loss="mse"), "float32_digits"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "name"), SILENT)
def test_nothing_is_said_where_it_does_not_hold(given: Data, name: str) -> None:
    assert name not in ids(given)


def test_losses_of_distances_find_good_distances_clean() -> None:
    assert checked(data(2 * B - 1, APART, loss="hinge_embedding")).clean
    assert checked(data(B, APART, loss="contrastive")).clean


def test_the_middle_error_is_the_median() -> None:
    random = np.random.default_rng(7)
    off = random.normal(0, 3, 101)
    off[50] = 5000
    true = random.normal(100, 9, 101)
    seen = found(data(true, true + off), "wild_errors")
    assert f"below {np.median(np.abs(off)):.3g}, the largest is 5e+03" in seen.why
    assert (seen.count, seen.rows) == (1, (51,))


def test_a_wild_error_is_wild_beside_the_spread_of_the_truth() -> None:
    true = 1000 * SINE  # 90 % of them within about 2000
    low, high = np.quantile(true, [0.05, 0.95])
    for size, told in ((high - low + 1, True), (high - low - 1, False)):
        given = data(true, true + put(FLAT, 12, size))
        assert ("wild_errors" in ids(given)) == told
