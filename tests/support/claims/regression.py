"""Numbers of the pages on regression and robust losses."""

from functools import cache
from math import exp, log, sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
from support.claims.reading import Claim, E, G, K, L, P, V, chances, least, share

NORMAL = NormalDist()
SPREAD_OF = 1.4826


@cache
def normal() -> Any:
    return np.array([NORMAL.inv_cdf(q) for q in chances(4001)])


def exponential() -> Any:
    return -np.log1p(-chances())


def spread(y: Any) -> float:
    return float(SPREAD_OF * np.median(np.abs(y - np.median(y))))


def lies(name: str, factor: float, **names: str) -> float:
    """The best constant for exponential targets of mean 1, at the scale that a page advises."""
    y = exponential()
    scale = {names["by"]: factor * spread(y)}
    return least(lambda constant: K(name, y, np.full(len(y), constant), **scale), 0.3, 1.3)


def efficiency(name: str, **params: float) -> float:
    """Percent of the mean's efficiency for standard normal errors: (E ψ′)² / E ψ², ψ the gradient."""
    grid = np.linspace(-9, 9, 200001)
    density = np.exp(-(grid**2) / 2) / sqrt(2 * np.pi)
    pull = G(name, np.zeros(len(grid)), grid, **params)
    # E ψ′ = E xψ(x) for a standard normal x
    return float(100 * np.trapezoid(grid * pull * density, grid) ** 2 / np.trapezoid(pull**2 * density, grid))


def advised(name: str, factor: str, by: str) -> Claim:
    """The constant that keeps 95 % of the efficiency."""
    fragment = (
        f"{factor} times the spread of ordinary errors (1.4826 × their median absolute deviation) keeps «95»"
    )
    return name, fragment, lambda: [efficiency(name, **{by: float(factor)})]


def tenfold(name: str, *errors: float) -> Any:
    """By how much an error ten times larger costs more."""
    return [L(name, [0], [10 * e]) / L(name, [0], [e]) for e in errors]


def expectile(q: float) -> float:
    """The q-expectile of a standard normal."""
    return least(lambda p: K("expectile", normal(), np.full(len(normal()), p), q=q), -1, 3)


def pinball(q: float) -> float:
    """What the q-quantile of a standard normal costs at q."""
    return L("quantile", normal(), np.full(len(normal()), NORMAL.inv_cdf(q)), q=q)


def pull(name: str, e: float, **params: float) -> float:
    return float(G(name, [0], [e], **params)[0])


def largest(n: int) -> float:
    """The expected largest of n absolute errors of a standard normal."""
    grid = np.linspace(0, 9, 90001)
    below = np.array([2 * NORMAL.cdf(x) - 1 for x in grid[::10]])
    return float(np.trapezoid(1 - below**n, grid[::10]))


def wild(name: str) -> list[float]:
    """99 errors of 1 and one of 100: the mean, and what percent the one makes."""
    values = P(name, *[(0, 1)] * 99, (0, 100))
    return [float(np.mean(values)), share(values, 100)]


def shares(name: str) -> list[float]:
    return [float(np.sum(E(name))), share(E(name), 4), share(E("mae"), 4)]


def fourth() -> list[float]:
    """Row 4 of the example: half_mse and mse, value and gradient."""
    return [value for name in ("half_mse", "mse") for value in (E(name)[3], pull(name, 3))]


def constant(name: str, value: float) -> float:
    return L(name, [0, 0, 0, 10, 20], [value] * 5)


def of_tens(*constants: float) -> list[float]:
    return [L("mape", [1, 10, 100], [value] * 3) for value in constants]


def pull_of(name: str, y_true: float, y_pred: float) -> float:
    return float(G(name, [y_true], [y_pred])[0])


def two_outputs() -> list[float]:
    rows = [[0, 0], [0, 0]], [[1, 7], [1, 7]]
    return [L("rmse", *rows), L("rmse", *rows, like="sklearn")]


def tube() -> list[float]:
    mean = [V("epsilon_insensitive", "epsilon_insensitive", epsilon=e) for e in (0.0, 1.0)]
    return [E("epsilon_insensitive")[3], *mean]


def squared(*errors: float) -> list[float]:
    return [L("squared_epsilon_insensitive", [0], [e], epsilon=1.0) for e in errors]


def scaled_logcosh() -> float:
    grid = np.linspace(-9, 9, 200001)
    density = np.exp(-(grid**2) / 2)
    slope = np.tanh(grid / 1.205)
    total = np.trapezoid(density, grid)
    return float(
        100 * np.trapezoid(grid * slope * density, grid) ** 2 / np.trapezoid(slope**2 * density, grid) / total
    )


def steepest(name: str, **params: float) -> list[float]:
    """At which error a row pulls hardest, and how hard."""
    at = least(lambda e: -pull(name, e, **params), 0.05, 3)
    return [at, pull(name, at, **params)]


CLAIMS: list[Claim] = [
    ("mse", "give an mse of «101», and that one row makes «99» % of it", lambda: wild("mse")),
    ("mse", "still near 0 it is «600 000» a row", lambda: [pull("mse", -300_000) * -1]),
    ("mse", "of the sum of «9.5», which is «95» %; under mae it makes «75» %", lambda: shares("mse")),
    ("half_mse", "Plus «0.919» (½ log 2π)", lambda: [log(2 * np.pi) / 2]),
    ("half_mse", "cost «50.5» on average, and that one row makes «99» % of it", lambda: wild("half_mse")),
    ("half_mse", "it costs «4.5» with a gradient of «3», where mse says «9» and «6»", lambda: fourth()),
    ("half_mse", "The mean is «1.1875», half of mse's «2.375»", lambda: [V("half_mse"), V("mse")]),
    (
        "mae",
        "the constant 0 costs «6», their mean 6 costs «7.2»",
        lambda: [constant("mae", c) for c in (0, 6)],
    ),
    ("mae", "the median is «61» % of the mean", lambda: [100 * exp(-0.5)]),
    ("mae", "forecasts totals «39» % too low", lambda: [100 - 100 * exp(-0.5)]),
    (
        "mae",
        "makes «75» % of the sum of «4»; under mse it makes «95» %",
        lambda: [75, np.sum(E("mae")), shares("mse")[1]],
    ),
    (
        "mape",
        "5 off costs «50» at a target of 10, and «0.5» at 1000",
        lambda: P("mape", (10, 15), (1000, 1005)),
    ),
    ("mape", "three times the target costs «200», ten times «900»", lambda: P("mape", (1, 3), (1, 10))),
    ("mape", "just «37» % of the median and «22» % of the mean", lambda: [100 * exp(-1), 100 * exp(-1.5)]),
    ("mape", "«5» % at 20 °C and «0.34» % in kelvin", lambda: P("mape", (20, 21), (293.15, 294.15))),
    ("mape", "«4.5e15» in the other", lambda: [L("mape", [0], [1], like="sklearn")]),
    ("mape", "missed by 1 costs «10 000»", lambda: P("mape", (0.01, 1.01))),
    (
        "mape",
        "is 1 (it costs «63»); their median 10 costs «330», their mean 37 costs «1311»",
        lambda: of_tens(1, 10, 37),
    ),
    ("mape", "costs «50», row 2 is off by 100 and costs «10»", lambda: E("mape")[:2]),
    ("mape", "says 0 and costs «100»", lambda: E("mape")[2:3]),
    ("mape", "three times the target and costs «200»", lambda: E("mape")[3:]),
    (
        "smape",
        "by a factor of two costs «66.7» either way, by ten «163.6»",
        lambda: P("smape", (1, 2), (1, 10)),
    ),
    (
        "smape",
        "a prediction of 50 costs «66.7», one of 150 costs «40»",
        lambda: P("smape", (100, 50), (100, 150)),
    ),
    (
        "smape",
        "50 too low at 100 costs «66.7», 50 too high costs «40»",
        lambda: P("smape", (100, 50), (100, 150)),
    ),
    (
        "smape",
        "always predicting 0 costs «80»; predicting 1 costs at least «120»",
        lambda: [0.4 * 200, 0.6 * 200],
    ),
    ("smape", "too low costs more («66.7» and «40»)", lambda: E("smape")[:2]),
    ("wape", "mean «7.5»; together it is 60 of 1100, «5.45»", lambda: [(10 + 5) / 2, 6000 / 1100]),
    ("wape", "has a wape of «200»", lambda: [L("wape", [1, 2], [3, 6])]),
    ("wape", "25 units missed of 200: «12.5» %", lambda: [V("wape")]),
    ("wape", "without that row «36.7»", lambda: [L("mape", [100, 10, 90], [90, 20, 90])]),
    (
        "msle",
        "10 % too high costs «0.009», a factor of two «0.48», a factor of ten «5.3»",
        lambda: P("msle", (1e6, 1.1e6), (1e6, 2e6), (1e6, 1e7)),
    ),
    (
        "msle",
        "a prediction of 50 costs «0.467», one of 150 costs «0.162»",
        lambda: P("msle", (100, 50), (100, 150)),
    ),
    ("msle", "they run «39» % below the mean", lambda: [100 - 100 * exp(-0.5)]),
    ("msle", "Predicting 0.02 for 0.01 costs «0.0001»", lambda: P("msle", (0.01, 0.02))),
    ("msle", "20 000 for 10 000, cost «0.48»", lambda: P("msle", (10_000, 20_000))),
    ("msle", "the gradient is «0.0073» at most (near «274»)", lambda: [2 / (101 * exp(1)), 101 * exp(1) - 1]),
    ("msle", "and «0.00002» at a million", lambda: [pull_of("msle", 100, 1e6)]),
    (
        "msle",
        "costs «2.9» times as much («0.467» and «0.162»)",
        lambda: [np.divide(*E("msle")[:2]), *E("msle")[:2]],
    ),
    ("msle", "(row 3, «0.474»)", lambda: E("msle")[2:3]),
    ("msle", "(row 4, «0.480»)", lambda: E("msle")[3:]),
    ("rmsle", "0.1 is «10.5» %, 0.5 is «65» %", lambda: 100 * np.expm1([0.1, 0.5])),
    ("rmsle", "«0.69» a factor of two. The same", lambda: [log(2)]),
    (
        "rmsle",
        "a prediction of 50 gives «0.683», one of 150 gives «0.402»",
        lambda: np.sqrt(P("msle", (100, 50), (100, 150))),
    ),
    ("rmsle", "they run «39» % below the mean", lambda: [100 - 100 * exp(-0.5)]),
    ("rmsle", "0.02 for 0.01 gives «0.0099»", lambda: np.sqrt(P("msle", (0.01, 0.02)))),
    ("rmsle", "20 000 for 10 000, gives «0.693»", lambda: np.sqrt(P("msle", (10_000, 20_000)))),
    (
        "rmsle",
        "average to «0.4», over all their rows it is «0.5»",
        lambda: [0.8 / 2, sqrt((0.01 + 0.49) / 2)],
    ),
    (
        "rmsle",
        "costs «2.5» times a factor of two, here «3.3» times",
        lambda: [np.divide(*P("smape", (1, 10), (1, 2))), log(10, 2)],
    ),
    (
        "rmsle",
        "«0.629»: predictions are off by a factor of exp(0.629) = «1.88»",
        lambda: [V("rmsle"), exp(V("rmsle"))],
    ),
    ("rmsle", "(half as much again) «0.40»", lambda: np.sqrt(E("msle")[1:2])),
    ("rmse", "it is «1.25» times mae", lambda: [sqrt(np.pi / 2)]),
    ("rmse", "average to «4»; over all their rows it is «5»", lambda: [4, sqrt(25)]),
    ("rmse", "give «5» here (one root over everything) and «4» in scikit-learn", lambda: two_outputs()),
    ("rmse", "√2.375 = «1.541»", lambda: [V("rmse")]),
    ("rmse", "Without that row it is «0.408»", lambda: [L("rmse", [3.0, -0.5, 2.0], [2.5, 0.0, 2.0])]),
    (
        "max_error",
        "about «2.7» on 100 rows, «4.0» on 10 000 and «5.0» on a million",
        lambda: [largest(n) for n in (100, 10_000, 1_000_000)],
    ),
    ("max_error", "mae says «1», rmse «1.541»", lambda: [V("max_error", "mae"), V("max_error", "rmse")]),
    ("median_absolute_error", "it is «0.6745» of", lambda: [NORMAL.inv_cdf(0.75)]),
    ("median_absolute_error", "so «1.4826» times this", lambda: [1 / NORMAL.inv_cdf(0.75)]),
    ("median_absolute_error", "beside mae, «22.6» and «1» there", lambda: [np.mean([1, 1, 1, 50, 60]), 1]),
    (
        "median_absolute_error",
        "mean «4.5»; all six rows have «6»",
        lambda: [9 / 2, np.median([0, 0, 9, 3, 9, 9])],
    ),
    (
        "median_absolute_error",
        "bell-shaped errors «1.18» times this",
        lambda: [sqrt(2 / np.pi) / NORMAL.inv_cdf(0.75)],
    ),
    ("median_absolute_error", "bell-shaped errors «1.48» times this", lambda: [1 / NORMAL.inv_cdf(0.75)]),
    (
        "median_absolute_error",
        "the median is «0.5», the mean «20.8»",
        lambda: [V("median_absolute_error"), V("median_absolute_error", "mae")],
    ),
    (
        "quantile",
        "costs «0.40» at q = 0.5, «0.18» at 0.9, «0.03» at 0.99",
        lambda: [pinball(q) for q in (0.5, 0.9, 0.99)],
    ),
    ("quantile", "and a leftover 1, q = «0.75»", lambda: [3 / 4]),
    ("quantile", "too high costs «0.6», too low «5.4»", lambda: E("quantile")[[0, 3]]),
    ("quantile", "At q = 0.5 each costs «3»", lambda: [0.5 * 6]),
    (
        "expectile",
        "is «0.86» above the mean, where «81» % lie below, and the 0.99-expectile «1.72», where «96» % do",
        lambda: [x for q in (0.9, 0.99) for x in (expectile(q), 100 * NORMAL.cdf(expectile(q)))],
    ),
    ("expectile", "is exceeded by «13» % of bell-shaped", lambda: [100 - 100 * NORMAL.cdf(expectile(0.95))]),
    ("expectile", "too high costs «3.6», too low «32.4»", lambda: E("expectile")[[0, 3]]),
    ("expectile", "At q = 0.5 each costs «18»", lambda: [0.5 * 36]),
    (
        "epsilon_insensitive",
        "«62» % of bell-shaped errors lie outside half of it, «32» % outside one, «5» % outside two",
        lambda: [200 * NORMAL.cdf(-x) for x in (0.5, 1, 2)],
    ),
    (
        "epsilon_insensitive",
        "misses by 3 and costs «2». At ε = 0 the mean is «1», here «0.5»",
        lambda: tube(),
    ),
    ("squared_epsilon_insensitive", "at ε = 1 costs «4», one of 21 costs «400»", lambda: squared(3, 21)),
    (
        "squared_epsilon_insensitive",
        "exceeds ε by 2 and costs «4», where mse says «9»",
        lambda: [*squared(3), 9],
    ),
    (
        "linex",
        "3 too high costs «16.1» and 3 too low «2.05», 5 too high «142» and 5 too low «4.01»",
        lambda: P("linex", (0, 3), (3, 0), (0, 5), (5, 0)),
    ),
    ("linex", "(«0.718» against «0.368»)", lambda: P("linex", (0, 1), (1, 0))),
    ("linex", "at a·e = 20 costs «485» million", lambda: P("linex", (0, 20)) / 1e6),
    ("linex", "2 too high at a = 1 costs «4.39», 2 too low «1.14»", lambda: P("linex", (0, 2), (2, 0))),
    ("linex", "(«0.00517» and «0.00484»)", lambda: E("linex")[:2]),
    # robust
    ("huber", "below δ, «19» times more from δ, «11» times more from 5δ", lambda: tenfold("huber", 1, 5)),
    advised("huber", "1.345", "delta"),
    ("huber", "«0.414» δ² at |e| = δ, «0.5» δ² here", lambda: [sqrt(2) - 1, L("huber", [0], [1])]),
    ("huber", "it costs «2.5» here and «4.5» under mse/2", lambda: [E("huber")[3], 4.5]),
    (
        "logcosh",
        "(«0.0050» at 0.1), and like |e| − log 2 for large ones («2.31» at 3)",
        lambda: P("logcosh", (0, 0.1), (0, 3)),
    ),
    (
        "logcosh",
        "costs «100» times more from 0.01 to 0.1, «21» times from 1 to 10, «11» times from 10 to 100",
        lambda: tenfold("logcosh", 0.01, 1, 10),
    ),
    ("logcosh", "keeps «95» % of mse's efficiency", lambda: [scaled_logcosh()]),
    ("logcosh", "is «0.01» at e = 3 and «8e-9» at e = 10", lambda: [1 / np.cosh(e) ** 2 for e in (3, 10)]),
    ("logcosh", "a Newton step would be «121» million", lambda: [np.tanh(10) * np.cosh(10) ** 2 / 1e6]),
    (
        "logcosh",
        "costs «2.309», nearly 3 − log 2; row 1 misses by 0.5 and costs «0.120»",
        lambda: E("logcosh")[[3, 0]],
    ),
    (
        "logcosh",
        "The mean is «0.637», where huber gives «0.688» and mse/2 «1.188»",
        lambda: [V("logcosh", n) for n in ("logcosh", "huber", "half_mse")],
    ),
    ("pseudo_huber", "it is «0.414» δ² where huber is «0.5» δ²", lambda: [sqrt(2) - 1, 0.5]),
    (
        "pseudo_huber",
        "«100» times more from 0.01 to 0.1, «22» times from 1 to 10, «11» times from 10 to 100",
        lambda: tenfold("pseudo_huber", 0.01, 1, 10),
    ),
    advised("pseudo_huber", "1.287", "delta"),
    (
        "pseudo_huber",
        "costs «0.414» instead of «0.5», one of 10 costs «9.05» instead of «9.5»",
        lambda: [L(n, [0], [e]) for e in (1, 10) for n in ("pseudo_huber", "huber")],
    ),
    ("pseudo_huber", "falls to «0.001» at ten δ", lambda: [101**-1.5]),
    (
        "pseudo_huber",
        "where huber gives «2.5» and mse/2 4.5; row 1 misses by 0.5 and costs «0.118» (huber «0.125»",
        lambda: [
            E("pseudo_huber", "huber")[3],
            *(E("pseudo_huber", n)[0] for n in ("pseudo_huber", "huber")),
        ],
    ),
    (
        "smooth_l1",
        "costs «2.5» at β = 1 and «2.95» at β = 0.1",
        lambda: [L("smooth_l1", [0], [3], beta=b) for b in (1, 0.1)],
    ),
    ("smooth_l1", "which is β: «0.25» each", lambda: E("smooth_l1")[:1]),
    (
        "smooth_l1",
        "costs «2.75». At β = 1 they cost «0.125» and «2.5»",
        lambda: [E("smooth_l1")[3], *E("smooth_l1", "smooth_l1", beta=1.0)[[0, 3]]],
    ),
    ("tukey", "«3.658» at the default 4.685", lambda: [4.685**2 / 6]),
    ("tukey", "at |e| = «0.447»c, where it is «0.286»c", lambda: steepest("tukey", c=1.0)),
    (
        "tukey",
        "at the advised c by «0.79» of their mean (median «0.69»)",
        lambda: [lies("tukey", 4.685, by="c"), log(2)],
    ),
    advised("tukey", "4.685", "c"),
    ("tukey", "costs «3.658» = 4.685²/6", lambda: E("tukey")[3:]),
    ("tukey", "misses by 3 and costs «2.907»", lambda: E("tukey")[2:3]),
    ("cauchy", "costs «4.6» more, and pulls less", lambda: [2 * log(10)]),
    ("cauchy", "2·log(|e|/c) − «0.69» for errors well over", lambda: [log(2)]),
    ("cauchy", "at |e| = «1.41»c, where it is «0.71»/c", lambda: steepest("cauchy")),
    ("cauchy", "«0.20»/c at ten c, «0.02»/c at a hundred", lambda: [pull("cauchy", e) for e in (10, 100)]),
    (
        "cauchy",
        "for exponential targets «0.82» of their mean, where the median is «0.69»",
        lambda: [lies("cauchy", 1.686, by="scale"), log(2)],
    ),
    advised("cauchy", "1.686", "scale"),
    ("cauchy", "here one of 1000 c costs only «13»", lambda: P("cauchy", (0, 1000))),
    (
        "cauchy",
        "costs «8.52», where huber gives «99.5» and mse «10 000»",
        lambda: [E("cauchy", n)[3] for n in ("cauchy", "huber", "mse")],
    ),
    ("cauchy", "gradient is «0.02», below row 3's «0.545»", lambda: [pull("cauchy", e) for e in (100, 3)]),
    (
        "geman_mcclure",
        "half of that at |e| = 2c, «96» % of it at ten c",
        lambda: 50 * P("geman_mcclure", (0, 10)),
    ),
    ("geman_mcclure", "at |e| = «1.15»c, where it is «0.65»/c", lambda: steepest("geman_mcclure")),
    ("geman_mcclure", "«0.015»/c at ten c", lambda: [pull("geman_mcclure", 10)]),
    (
        "geman_mcclure",
        "for exponential targets «0.81» of their mean, where the median is «0.69»",
        lambda: [lies("geman_mcclure", 1.894, by="scale"), log(2)],
    ),
    advised("geman_mcclure", "1.894", "scale"),
    (
        "geman_mcclure",
        "the loss is above «1.9992» and the gradient below «0.000016»/c",
        lambda: [L("geman_mcclure", [0], [100]), pull("geman_mcclure", 100)],
    ),
    (
        "geman_mcclure",
        "costs «1.9992», row 3 misses by 3 and costs «1.385», row 2 misses by 1 and costs «0.4»",
        lambda: E("geman_mcclure")[[3, 2, 1]],
    ),
    (
        "geman_mcclure",
        "Row 4's gradient is «0.000016», row 2's «0.64»",
        lambda: [pull("geman_mcclure", e) for e in (100, 1)],
    ),
    ("welsch", "1 for errors over three c («0.989» there)", lambda: P("welsch", (0, 3))),
    (
        "welsch",
        "at |e| = c, where it is «0.61»/c, and is «0.000019»/c at five c",
        lambda: [pull("welsch", e) for e in (1, 5)],
    ),
    (
        "welsch",
        "(for exponential targets «0.80» of their mean, where the median is «0.69»)",
        lambda: [lies("welsch", 2.110, by="scale"), log(2)],
    ),
    advised("welsch", "2.110", "scale"),
    ("welsch", "The default 1 × spread keeps «65» %", lambda: [efficiency("welsch", scale=1.0)]),
    (
        "welsch",
        "the minima are 0 (costing «0.4») and 10 (costing «0.6»)",
        lambda: [L("welsch", [0] * 6 + [10] * 4, [c] * 10) for c in (0, 10)],
    ),
    ("welsch", "off by one c («0.39»)", lambda: P("welsch", (0, 1))),
    ("welsch", "costs «0.989», row 4 misses by 100 and costs «1»", lambda: E("welsch")[2:]),
    ("welsch", "costs «0.393», pulling with «0.61»", lambda: [E("welsch")[1], pull("welsch", 1)]),
    (
        "barron",
        "costs «50» at α = 2, «9.05» at 1, «3.93» at 0, «1.92» at −2 and «1» at −inf",
        lambda: [L("barron", [0], [10], alpha=a) for a in (2, 1, 0, -2, -np.inf)],
    ),
    ("barron", "of 100 c pulls with «0.000016»/c", lambda: [pull("barron", 100, alpha=-2.0)]),
    (
        "barron",
        "costs «99.0»; with -p alpha=0 «8.52», with alpha=-2 «1.9992», with alpha=2 «5000»",
        lambda: [L("barron", [0], [100], alpha=a) for a in (1, 0, -2, 2)],
    ),
    ("barron", "costs «0.118» to «0.125»", lambda: [L("barron", [0], [0.5], alpha=a) for a in (0, 2)]),
    ("linex", "too high costs «4.39» and too low «1.14»", lambda: E("linex")[2:]),
    ("logcosh", "mae less «0.69» for errors", lambda: [log(2)]),
    ("logcosh", "it is mae less «0.69», with", lambda: [log(2)]),
    ("logcosh", "at most log 2 = «0.69» above", lambda: [log(2)]),
    ("logcosh", "nearly e²/2 = «0.125»", lambda: [0.5**2 / 2]),
    ("rmsle", "is about 10 %, «0.69» a factor of two", lambda: [log(2)]),
    ("rmsle", "each count about «0.69»", lambda: [np.mean(np.sqrt(E("msle")[[0, 2, 3]]))]),
    ("rmse", "well above «1.25»", lambda: [sqrt(np.pi / 2)]),
    (
        "smooth_l1",
        "For «95» % of mse's efficiency on bell-shaped errors, 1.345 times",
        lambda: [efficiency("huber", delta=1.345)],
    ),
    ("smooth_l1", "turns from −1 to 1 within «0.02»", lambda: [2 * 0.01]),
    ("tukey", "the loss is «3.658», the gradient", lambda: [4.685**2 / 6]),
    ("tukey", "where half of mse is «4.5»", lambda: [3**2 / 2]),
    (
        "mape",
        "8 here and in Keras is «0.08» in scikit-learn",
        lambda: [L("mape", [100], [108], like="sklearn")],
    ),
    ("msle", "is an rmsle of «0.1», about 10 % off", lambda: [sqrt(0.01)]),
    ("cauchy", "of half-width «1.41»c", lambda: [sqrt(2)]),
    ("cauchy", "at C = «1.414» times this scale", lambda: [sqrt(2)]),
    ("pseudo_huber", "misses by 3 and costs «2.162»", lambda: E("pseudo_huber")[3:]),
]
