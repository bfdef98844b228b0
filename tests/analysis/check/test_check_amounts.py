"""check on amounts, shapes, weights and bounds: which rows, which words, and where nothing is said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.checking import (
    HOT,
    ROWS,
    B,
    C,
    Data,
    K,
    P,
    Q,
    Told,
    Y,
    checked,
    data,
    evaluated,
    found,
    hold,
    ids,
    put,
)  # fmt: skip

import losscli

COUNTS = (K % 7).astype(float)  # with zeros in rows 7, 14 …
RATES = 0.5 + K % 7 + 0.3 * np.sin(K)
SINE = np.sin(K)
NEAR = 0.8 * SINE + 0.2 * np.cos(3 * K)
W = 1 + K / 40
TWO, OTHER = np.stack([Y, 2 * Y + np.cos(K)], axis=1), np.stack([P, 2 * P], axis=1)
NO_LESS = np.full(40, 50.0)  # their median is 50: near 0 is below 0.05
TRUE = ("y_true",)
BELOW = ("msle", "poisson", "gamma_deviance", "tweedie")
LOGS = ("poisson", "gamma_deviance", "tweedie", "msle")


def bounds(low: Any, high: Any) -> Any:
    return np.stack([low, high], axis=1)


TOLD = [
    Told("zeros", "note", data(put(Y, 3, 0, 9, 0), P), data(put(Y, 3, 1, 9, -1), P), *(2, (4, 10), TRUE),
         losses=("mape", "gamma_deviance"), title="Targets of 0", why=("mape divides",), do=("wape",
         "smape")),
    Told("zeros", "error", data(put(Y, 3, 0), P, loss="mape"), data(put(Y, 3, 0), P, loss="wape"),
         *(1, (4,), TRUE), losses=("mape",), why=("mape divides by the target", "1e-7"),
         do=("wape divides by the sum of all targets", "smape by both")),
    Told("zeros", "error", data(put(Y, 3, 0), P, loss="gamma_deviance"),
         data(put(Y, 3, 0), P, loss="poisson_deviance"), *(1, (4,), TRUE), losses=("gamma_deviance",),
         why=("takes targets above 0",), do=("poisson_deviance and tweedie",)),
    Told("zeros", "note", data(put(Y, 3, 0), P), data(put(TWO, 3, 0), OTHER), *(1, (4,), TRUE),
         losses=("mape", "gamma_deviance")),
    Told("near_zeros", "note", data(put(NO_LESS, 3, 0.049, 8, -0.049), P),
         data(put(NO_LESS, 3, 0.051, 8, 0), P), *(2, (4, 9), TRUE), losses=("mape",), title="near 0",
         why=("below 0.05, a thousandth of the median",), do=("wape or smape",)),
    Told("near_zeros", "warning", data(put(NO_LESS, 3, 0.049), P, loss="mape"),
         data(put(NO_LESS, 3, 0.049), P, loss="smape"), *(1, (4,), TRUE), losses=("mape",)),
    Told("negatives", "note", data(put(Y, 3, -1, 8, -2), P), data(put(Y, 3, 0), P), *(2, (4, 9), TRUE),
         losses=BELOW, title="below 0", why=("msle from −1 on",)),
    Told("negatives", "error", data(put(COUNTS, 3, -1, 8, -2), RATES, loss="poisson"),
         data(COUNTS, RATES, loss="poisson"), *(2, (4, 9), TRUE), losses=("poisson",),
         title="Targets below 0",
         do=("huber or logcosh",)),
    Told("negatives", "error", data(put(Y, 3, -1, 8, -2), P, loss="msle"), data(put(Y, 3, -0.99), P,
         loss="msle"),
         *(2, (4, 9), TRUE), losses=("msle",), title="Targets of −1 or less"),
    Told("negatives", "error", data(put(Y, 3, -5), P, loss="msle", like="sklearn"),
         data(put(Y, 3, -5), P, loss="msle", like="keras"), *(1, (4,), TRUE), losses=("msle",)),
    Told("negatives", "error", data(put(Y, 3, -5), P, loss="msle"), data(put(Y, 3, -5), P, loss="mse"),
         *(1, (4,), TRUE), losses=("msle",)),
    Told("negative_predictions", "note", data(Y, put(P, 3, -1, 8, -9)), data(put(Y, 5, -1), put(P, 3, -1)),
         *(2, (4, 9)), losses=LOGS, title="Predictions below 0, of a target that never is",
         why=("msle those of −1 or less",)),
    Told("negative_predictions", "error", data(Y, put(P, 3, -1, 8, -9), loss="msle"),
         data(Y, put(P, 3, -0.99), loss="msle"), *(2, (4, 9)), losses=("msle",),
         title="Predictions of −1 or less", do=("let the model end in exp or softplus",)),
    Told("negative_predictions", "error", data(COUNTS, put(RATES, 3, -1), loss="poisson"),
         data(COUNTS, put(RATES, 3, 0.1), loss="poisson"), *(1, (4,)), losses=("poisson",),
         title="Predictions below 0", do=("logarithms of rates: -p from_log=true", "exp or softplus")),
    Told("negative_predictions", "error", data(Y, put(P, 3, -5), loss="msle", like="sklearn"),
         data(Y, put(P, 3, -5), loss="msle", like="keras"), *(1, (4,)), losses=("msle",)),
    # A rate of 0 is wrong where something came (row 5), and right where nothing did (row 7).
    Told("zero_predictions", "error", data(COUNTS, put(RATES, 4, 0, 6, 0), loss="poisson"),
         data(COUNTS, put(RATES, 6, 0), loss="poisson"), *(1, (5,)), losses=("poisson",),
         title="Predictions of 0", why=("probability 0 to every count above 0",), do=("exp or softplus",)),
    Told("zero_predictions", "error", data(Y, put(P, 4, 0), loss="gamma_deviance"),
         data(Y, put(P, 4, 0), loss="mse"), *(1, (5,)), losses=("gamma_deviance",)),
    Told("shape_n1", "error", data(Y, P[:, None]), data(Y[:, None], P[:, None]), None,
         losses=("mse", "mae", "bce"), title="(N, 1) beside (N,)", why=("y_pred has an axis",),
         do=("y_pred[:, 0]",)),
    Told("shape_n1", "error", data(B[:, None], Q, loss="bce"), data(B, Q, loss="bce"), None, losses=("bce",),
         why=("y_true has an axis",), do=("y_true[:, 0]",)),
    Told("shape_mismatch", "error", data(TWO, np.c_[OTHER, P]), data(TWO, OTHER),
         *(None, (), ("y_pred[1]", "y_pred[2]", "y_pred[3]")), losses=("mse", "bce"),
         title="y_true is (N, 2), y_pred (N, 3)", do=("as many columns",)),
    Told("shape_mismatch", "error", data(Y, OTHER, loss="mse"), data(Y, OTHER, loss="gaussian_nll"),
         *(None, (), ("y_pred[1]", "y_pred[2]")), losses=("mse",), title="y_true is (N,), y_pred (N, 2)"),
    Told("shape_mismatch", "error", data(TWO, P, loss="huber"), data(TWO, OTHER, loss="huber"), None,
         losses=("huber",), title="y_true is (N, 2), y_pred (N,)"),
    # Time and event beside a risk are a loss's own shape; two other columns are not.
    Told("shape_mismatch", "error", data(bounds(Y, COUNTS), SINE), data(bounds(Y, B), SINE), None,
         losses=("mse", "bce")),
    Told("negative_weights", "error", data(Y, P, put(W, 3, -1, 6, -0.5, 8, 0)), data(Y, P, put(W, 3, 0)),
         *(2, (4, 7), ("weight",)), title="Weights below 0", do=("give 0 to a row",)),
    Told("zero_weights", "error", data(Y, P, 0 * W), data(Y, P, W), *(None, (), ("weight",)),
         title="Every weight is 0", do=("above 0",)),
    Told("zero_weights", "note", data(Y, P, put(W, 3, 0, 8, 0)), data(Y, P, W), *(2, (4, 9), ("weight",)),
         title="Rows of weight 0", why=("do not count",)),
    Told("bounds_crossed", "warning", data(Y, put(bounds(P - 9, P + 9), 3, [9, 8], 7, [9, 8]),
         loss="interval_score"),
         data(Y, put(bounds(P - 9, P + 9), 3, [8, 8]), loss="interval_score"),
         *(2, (4, 8), ("y_pred[1]", "y_pred[2]")), losses=("interval_score",), title="that cross",
         do=("np.sort",)),
    Told("bounds_crossed", "warning", data(Y, {"q90": P - 9, "q10": P + 9}), data(Y, {"q90": P + 9,
         "q10": P - 9}),
         *(40, (1, 2, 3, 4, 5), ("q90", "q10")), losses=("interval_score", "quantile")),
]  # fmt: skip


@pytest.mark.parametrize("told", TOLD, ids=lambda told: told.id)
def test_a_finding_and_its_twin(told: Told) -> None:
    hold(told)


def test_the_advice_cures() -> None:
    for shaped in (data(Y, P[:, None]), data(B[:, None], Q, loss="bce")):
        advice = found(shaped, "shape_n1").do
        name = "y_pred" if shaped.pred.ndim > 1 else "y_true"
        array = evaluated(advice, f"{name}[", ", or", y_pred=shaped.pred, y_true=shaped.true)
        assert checked(shaped._replace(**{"pred" if name == "y_pred" else "true": array})).clean
    crossed = data(Y, bounds(P + 9, P - 9), loss="interval_score")
    assert ids(crossed) == ["bounds_crossed"]
    mended = np.sort(crossed.pred, axis=1)
    assert checked(crossed._replace(pred=mended)).clean
    logs = data(COUNTS, np.log(RATES), loss="poisson")
    assert "from_log=true" in found(logs, "negative_predictions").do
    assert checked(data(COUNTS, np.log(RATES), loss="poisson", from_log=True)).clean
    assert checked(data(COUNTS, np.logaddexp(0, put(RATES, 3, -1)), loss="poisson")).clean  # softplus
    for loss in ("wape", "smape", "mae"):
        seen = checked(data(put(Y, 3, 0, 4, 1e-3), P, loss=loss))
        assert seen.clean or (loss, [f.id for f in seen.findings]) == ("smape", ["vanishing_gradient"])
    for loss, power in (("poisson_deviance", {}), ("tweedie", {"power": 1.5})):
        assert checked(data(put(Y, 3, 0), P, loss=loss, **power)).clean
    for loss in ("huber", "logcosh"):
        assert checked(data(put(Y, 3, -5), P, loss=loss)).clean


# What the notes say that losses refuse, they refuse, and what they take, they take.
def test_what_losses_are_said_to_refuse_they_refuse() -> None:
    below, above, just = put(Y, 3, -2), put(P, 3, -2), put(Y, 3, -0.5)
    for name in BELOW:
        with pytest.raises(losscli.LosscliError):
            losscli.compute(name, below, P)
    for name in LOGS:
        with pytest.raises(losscli.LosscliError):
            losscli.compute(name, Y, above)
    assert losscli.compute("msle", just, P).value is not None
    assert losscli.compute("mape", put(Y, 3, 0), P).value == np.inf


def one_heavy(n: int, heavy: float, zeros: int = 0) -> Data:
    k = np.arange(n + zeros)
    weight = np.ones(n + zeros)
    weight[5] = heavy
    weight[n:] = 0
    return data(40 + 12 * np.sin(k), 40 + 12 * np.sin(k) + np.cos(2 * k), weight)


# Rows of weight 1, one of another, and some of 0: where (Σw)² / Σw² is below a twentieth of those above 0.
HEAVY: list[tuple[Data, bool]] = [
    (one_heavy(100, 150.0), True),  # 2.76 rows of 100
    (one_heavy(100, 70.0), False),  # 5.7
    (one_heavy(20, 1e9), False),  # 1.00 of 20 is a twentieth
    (one_heavy(40, 1e9), True),
    (one_heavy(19, 1e9), False),  # too few to judge
    (one_heavy(40, 60.0, 400), False),  # 2.7 of 40
    (one_heavy(40, 100.0, 400), True),  # 1.9 of 40
]  # fmt: skip


@pytest.mark.parametrize(("given", "told"), HEAVY)
def test_weights_that_outweigh_all_others(given: Data, told: bool) -> None:
    weight = given.weight
    counting, n = weight.sum() ** 2 / (weight**2).sum(), int((weight > 0).sum())
    assert ("unequal_weights" in ids(given)) == told
    assert told == (n >= 20 and counting < n / 20)
    if told:
        one = found(given, "unequal_weights")
        assert f"the {n} weighted rows count like {counting:.3g} equal ones" in one.why
        assert (one.severity, one.count, one.rows, one.columns) == ("warning", 1, (6,), ("weight",))
        if weight.max() < 1e3:
            cut = np.minimum(weight, 3 * weight.mean())
            assert "unequal_weights" not in ids(given._replace(weight=cut))


def test_the_rows_of_more_than_ten_times_the_mean_weight_are_meant() -> None:
    weight = np.ones(200)
    weight[[3, 9]] = [5000, 700]
    given = one_heavy(200, 1)._replace(weight=weight)
    assert weight.mean() * 10 < 700
    assert found(given, "unequal_weights").rows == (4, 10)
    weight[9] = 250
    assert weight.mean() * 10 > 250
    assert found(given._replace(weight=weight), "unequal_weights").rows == (4,)


# Columns' names in the order of what they say, and names that say nothing of an order.
ORDERED = [
    *(("q05", "q95"), ("q_5", "q_50"), ("q0.05", "q0.5"), ("q025", "q975"), ("q025", "q05"), ("q975", "q99")),
    *(("quantile_10", "quantile_90"), ("pct10", "pct90"), ("percentile_2.5", "percentile_97.5")),
    *(("p10", "p90"), ("P05", "p50"), ("model_q10", "model_q90"), ("lower", "upper"), ("low", "high")),
    *(("lo", "hi"), ("ar_lower", "ar_upper"), ("lower", "median"), ("median", "upper"), ("q05", "upper")),
    ("a_lo", "q50"),
]
UNORDERED = [("a", "b"), ("p1", "p2"), ("q05", "b"), ("q10", "q_10"), ("p100", "p200"), ("q05", "q5"),
     ("mean", "upper")]  # fmt: skip


@pytest.mark.parametrize("names", ORDERED)
@pytest.mark.parametrize("turned", [False, True])
def test_names_say_which_bound_is_the_lower(names: tuple[str, str], turned: bool) -> None:
    low, high = names
    models = {low: P - 9, high: put(P + 9, 3, -99)}
    if turned:
        models = dict(reversed(models.items()))
    one = found(data(Y, models), "bounds_crossed")
    assert (one.count, one.rows, one.columns) == (1, (4,), tuple(models))
    assert "bounds_crossed" not in ids(data(Y, {low: P - 9, high: P + 9}))


@pytest.mark.parametrize("names", UNORDERED)
def test_other_names_say_nothing(names: tuple[str, str]) -> None:
    for one, other in (names, reversed(names)):
        assert "bounds_crossed" not in ids(data(Y, {one: P, other: put(P + 9, 3, -99)}))


# Not a fault here, though it is one beside other data or for another loss.
SILENT: list[tuple[Data, str]] = [
    (data(put(Y, 3, 0), P, loss="mse"), "zeros"),
    (data(put(Y, 3, 0.01), P, loss="mae"), "near_zeros"),
    (data(put(TWO, 3, 0.001), OTHER), "near_zeros"),
    (data(B, Q), "zeros"),
    (data(2 * B - 1, np.sin(K)), "negatives"),
    (data(put(Y, 3, -1), P, loss="mse"), "negatives"),
    (data(SINE, NEAR), "negative_predictions"),
    (data(Y, put(P, 3, 0)), "zero_predictions"),
    (data(Y, put(P, 3, 0), loss="msle"), "zero_predictions"),
    (data(C, ROWS), "shape_mismatch"),
    (data(HOT, C), "shape_n1"),
    (data(Y, {"q05": P - 9, "q95": put(P + 9, 3, -99)}, loss="mse"), "bounds_crossed"),
    (data(Y, {"q05": P - 9, "q95": put(P + 9, 3, np.nan)}), "bounds_crossed"),
    (data(B, {"q05": Q, "q95": Q[::-1]}), "bounds_crossed"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "name"), SILENT)
def test_nothing_is_said_where_it_does_not_hold(given: Data, name: str) -> None:
    assert name not in ids(given)


def test_minus_one_alone_is_too_low_and_a_rate_of_0_is_refused_beside_0() -> None:
    assert found(data(put(Y, 3, -1), P, loss="msle"), "negatives").rows == (4,)
    assert found(data(Y, put(P, 3, -1), loss="msle"), "negative_predictions").rows == (4,)
    given = data(put(Y, 3, 0), put(P, 3, 0), loss="tweedie", power=1.5)
    assert found(given, "zero_predictions").rows == (4,)
    assert checked(given._replace(options={"loss": "poisson_deviance"})).clean
