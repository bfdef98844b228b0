"""Levels of quantiles read off columns' names: each by hand, and what may mean something else."""

from __future__ import annotations

import pytest

from losscli.classes.columns import class_numbers, numbered
from losscli.classes.levels import level, levels


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        *(("q10", 0.1), ("P50", 0.5), ("q05", 0.05), ("p975", 0.975), ("q025", 0.025), ("q_0.5", 0.5)),
        *(("0.1", 0.1), (".9", 0.9), ("q.5", 0.5), ("q0_1", 0.1), ("q2.5", 0.025), ("Quantile 0.25", 0.25)),
        *(("quantile_0.1", 0.1), ("0.1_quantile", 0.1), ("forecast_p90", 0.9), ("p90_forecast", 0.9)),
        *(("10%", 0.1), ("yhat1 97.5%", 0.975), ("5th percentile", 0.05), ("percentile_97.5", 0.975)),
        *(("tau=0.1", 0.1), ("NHITS_ql0.05", 0.05), ("NHITS-lo-90", 0.05), ("AutoARIMA-hi-80", 0.9)),
        *(("10", None), ("q1", None), ("p_1", None), ("q100", None), ("q00", None), ("q1.0", None)),
        *(("percentile_0.1", None), ("q10_q90", None), ("yhat_0.1", None), ("median", None), ("mean", None)),
        *(("freq10", None), ("step10", None), ("y_pred", None), ("", None), ("2024", None), ("q2024", None)),
        ("q0975", None),
    ],
)
def test_a_name_says_its_level_or_nothing(name: str, wanted: float | None) -> None:
    assert level(name) == wanted


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["q5", "q50", "q95"], (0.05, 0.5, 0.95)),  # 5 beside 50 is a percent
        (["q90", "q10"], (0.9, 0.1)),
        (["q0.5", "q2.5"], (0.005, 0.025)),  # beside 2.5, 0.5 is a percent too
        (["p10", "median", "p90"], (0.1, 0.5, 0.9)),
        (["m-lo-90", "m-median", "m-hi-90"], (0.05, 0.5, 0.95)),
        (["q98", "q99"], (0.98, 0.99)),
        (["q1", "q2", "q3", "q4"], None),  # quarters
        ([f"q{i}" for i in range(1, 13)], None),  # counted
        (["p49", "p50"], None),
        (["q10", "mean"], None),
        (["median", "median"], None),
        (["q0.1", "q1.0"], None),
        ([], None),
    ],
)
def test_names_together_say_their_levels_or_none(names: list[str], wanted: tuple[float, ...] | None) -> None:
    assert levels(names) == wanted
    assert levels(names, alike=True) == wanted


def test_all_percentiles_are_levels() -> None:
    assert levels([f"p{i}" for i in range(1, 100)]) == tuple(i / 100 for i in range(1, 100))


def test_names_alike_but_for_a_fraction_say_it_only_where_that_is_asked() -> None:
    names = ["yhat_0.05", "yhat_0.5", "yhat_0.95"]
    assert levels(names) is None
    assert levels(names, alike=True) == (0.05, 0.5, 0.95)
    assert levels(["ridge_0.1", "lasso_0.9"], alike=True) is None
    assert levels(["yhat_0.5", "yhat_1.5"], alike=True) is None


def test_a_fraction_in_names_is_one_number() -> None:
    assert numbered(["q0.1", "q0.05", "q0.25"]) == [(0.1,), (0.05,), (0.25,)]
    assert numbered(["p_1", "p_10", "p_2"]) == [(1,), (10,), (2,)]
    assert numbered(["x0.1", "x0.10"]) == [(0, 1), (0, 10)]  # else two names were one
    assert class_numbers(["p_0.1", "p_0.2"]) is None
