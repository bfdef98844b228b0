"""Numbers of the pages on likelihoods, forecasts, penalties, masks and boxes."""

from math import lgamma, log, pi, sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
from support.claims.reading import Claim, E, G, L, P, V, chances, example, least

import losscli

NORMAL = NormalDist()


def forecast(name: str, error: float, *scales: float) -> list[float]:
    """What an error costs under each scale (or variance)."""
    return [L(name, [error], [[0.0, scale]]) for scale in scales]


def above(y: float, *p: float) -> list[float]:
    """By how much poisson lies above a row's best value."""
    return [L("poisson", [y], [x]) - L("poisson", [y], [y]) for x in p]


def chance_deviance(rate: float) -> float:
    """The mean Poisson deviance of the true rate."""
    counts = np.arange(0, int(rate + 40 * sqrt(rate) + 40), dtype=float)
    weights = np.exp(counts * log(rate) - rate - [lgamma(k + 1) for k in counts])
    values = 2 * (np.where(counts > 0, counts * np.log(np.maximum(counts, 1) / rate), 0) - counts + rate)
    return float(weights @ values)


def interval(level: float, alpha: float) -> float:
    """The mean score of the central interval of a standard normal at this level."""
    end = NORMAL.inv_cdf((1 + level) / 2)
    sample = np.array([NORMAL.inv_cdf(q) for q in chances(100001)])
    outside = np.maximum(0, np.abs(sample) - end)
    return float(2 * end + 2 / alpha * outside.mean())


def members(x: float) -> float:
    sample = np.array([NORMAL.inv_cdf(q) for q in chances(2001)])
    return float(np.mean((np.abs(sample - x) + np.abs(sample + x)) / 2) - x / 2)


def boxes(name: str, y_true: Any, y_pred: Any, **params: Any) -> float:
    return L(name, [y_true], [y_pred], **params)


def square(size: float, at: float = 0.0, up: float = 0.0) -> list[float]:
    return [at, up, at + size, up + size]


def masks(name: str, y: Any, p: Any, **params: Any) -> float:
    return L(name, np.asarray(y, dtype=float), np.asarray(p, dtype=float), **params)


def found(name: str, hit: int, missed: int, false: int, **params: Any) -> float:
    """Masks of 0 and 1 with so many pixels of each kind."""
    return masks(name, [1] * (hit + missed) + [0] * false, [1] * hit + [0] * missed + [1] * false, **params)


def slopes(name: str) -> Any:
    y_true, y_pred, params = example(name)
    return np.ravel(losscli.gradient(name, y_true, y_pred, **params))[[0, 2]]


def tversky_power(gamma: float, t: float) -> float:
    return gamma * t ** (gamma - 1)


def two_images(name: str) -> list[float]:
    """1000 pixels found and 10 missed: one ratio, and the mean of two."""
    rows = [[1] * 1000, [1] * 10 + [0] * 990]
    pred = [[1] * 1000, [0] * 1000]
    return [masks(name, rows, pred), masks(name, rows, pred, per="sample")]


def alone() -> list[float]:
    """dice of each class of generalized_dice's example."""
    y_true, y_pred = (np.array(array, dtype=float) for array in example("generalized_dice")[:2])
    return [masks("dice", y_true[:, k], y_pred[:, k]) for k in (0, 1)]


def two_classes(name: str, large: int, small: int, **params: Any) -> float:
    """Two classes on the last axis, all of the small one taken for the large one."""
    y = np.repeat([[1.0, 0.0], [0.0, 1.0]], [large, small], axis=0)
    return masks(name, y, np.tile([1.0, 0.0], (large + small, 1)), **params)


CLAIMS: list[Claim] = [
    (
        "poisson",
        "10 too high costs «3.07» above the best value at a count of 10, and «0.47» at 100",
        lambda: [*above(10, 20), *above(100, 110)],
    ),
    ("poisson", "predicting 5 costs «1.93» above the best, 15 costs «0.95»", lambda: above(10, 5, 15)),
    (
        "poisson",
        "«1» at 1, «−13.0» at 10, «−360.5» at 100",
        lambda: P("poisson", (1, 1), (10, 10), (100, 100)),
    ),
    ("poisson", "Adds log y! («15.1» at a count of 10)", lambda: [lgamma(11)]),
    ("poisson", "forecasts of «2.3» for counts of 10", lambda: [log(10)]),
    ("poisson", "so it costs «16.1» an event", lambda: [L("poisson", [1], [0], like="keras")]),
    ("poisson", "cost «1» and «−13.03»", lambda: E("poisson")[1:3]),
    ("poisson", "costs «3.07» more for predicting double", lambda: [E("poisson")[3] - E("poisson")[2]]),
    (
        "poisson_deviance",
        "predicting 5 costs «3.86» and predicting 15 costs «1.89»; at 100, 10 too low costs «1.07»",
        lambda: P("poisson_deviance", (10, 5), (10, 15), (100, 90)),
    ),
    (
        "poisson_deviance",
        "«1.00» a row on average at a rate of 100, «1.15» at 1, «0.47» at 0.1",
        lambda: [chance_deviance(rate) for rate in (100, 1, 0.1)],
    ),
    (
        "poisson_deviance",
        "the true model costs «0.092» a row, at 0.001 it costs «0.014»",
        lambda: [chance_deviance(rate) for rate in (0.01, 0.001)],
    ),
    (
        "poisson_deviance",
        "for a count of 10 costs «14.0» instead of 0",
        lambda: P("poisson_deviance", (10, 2.3)),
    ),
    ("poisson_deviance", "too low costs «3.86», too high «1.89»", lambda: E("poisson_deviance")[2:4]),
    ("poisson_deviance", "off by 10 and costs «0.94»", lambda: E("poisson_deviance")[4:]),
    (
        "gamma_deviance",
        "half of the target costs «0.61», double «0.39», 10 % off about «0.01»",
        lambda: P("gamma_deviance", (2, 1), (1, 2), (1, 1.1)),
    ),
    (
        "gamma_deviance",
        "Ten times too low costs «13.4», ten times too high only «2.8»",
        lambda: P("gamma_deviance", (10, 1), (1, 10)),
    ),
    (
        "gamma_deviance",
        "cost the true mean «0.26» a row",
        lambda: [2 * (log(4) - (1 + 1 / 2 + 1 / 3 - np.euler_gamma))],
    ),
    (
        "gamma_deviance",
        "shifted to 0.01 costs «~20 000», shifted to 0.001 it costs «~200 000»",
        lambda: P("gamma_deviance", (100, 0.01), (100, 0.001)),
    ),
    (
        "gamma_deviance",
        "too high it is «0.18» / y, at double «0.5» / y",
        lambda: G("gamma_deviance", [1, 1], [10, 2]),
    ),
    ("gamma_deviance", "«0.614» each", lambda: E("gamma_deviance")[1:2]),
    ("gamma_deviance", "in row 3, costs «0.386»", lambda: E("gamma_deviance")[2:3]),
    (
        "tweedie",
        "costs «38.6» at power 1, «4.85» at 1.5, «0.61» at 2",
        lambda: [L("tweedie", [100], [50], power=power) for power in (1, 1.5, 2)],
    ),
    ("tweedie", "«4» in row 1, «40» in row 2", lambda: E("tweedie")[:2]),
    ("tweedie", "cost the same here, «4.85»", lambda: E("tweedie")[2:3]),
    (
        "gaussian_nll",
        "costs «0.5», of 4 (too unsure) «0.82», of 0.25 (too sure) «1.31», of 0.01 already «47.7»",
        lambda: forecast("gaussian_nll", 1, 1, 4, 0.25, 0.01),
    ),
    ("gaussian_nll", "a row met exactly costs «−6.9» at v = 1e-6", lambda: forecast("gaussian_nll", 0, 1e-6)),
    ("gaussian_nll", "½·log 2π = «0.919» to every row", lambda: [log(2 * pi) / 2]),
    ("gaussian_nll", "an error of 10 spreads costs «50» nats", lambda: forecast("gaussian_nll", 10, 1)),
    ("gaussian_nll", "costs «−1.10» instead of «−1.80»", lambda: forecast("gaussian_nll", 0.1, 0.1, 0.01)),
    ("gaussian_nll", "adds log 1000 = «6.91»", lambda: [log(1000)]),
    (
        "laplace_nll",
        "costs «1.69», of 2 (too unsure) «1.89», of 0.5 (too sure) «2.00», of 0.1 already «8.39»",
        lambda: forecast("laplace_nll", 1, 1, 2, 0.5, 0.1),
    ),
    ("laplace_nll", "within «2.30»·b of μ, against «1.64» standard", lambda: [log(10), NORMAL.inv_cdf(0.95)]),
    ("laplace_nll", "intervals «1.4» times too narrow", lambda: [sqrt(2)]),
    ("laplace_nll", "flattered by «0.92» a row", lambda: [log(2 * pi) / 2]),
    ("laplace_nll", "misses by ten scales: «10.69»", lambda: E("laplace_nll")[3:]),
    (
        "crps_gaussian",
        "σ = 1 costs «0.60», 2 (too unsure) «0.66», 0.5 (too sure) «0.73», and 0.01 costs «0.99»",
        lambda: forecast("crps_gaussian", 1, 1, 2, 0.5, 0.01),
    ),
    (
        "crps_gaussian",
        "which costs «0.564»·σ. A met row costs «0.234»·σ",
        lambda: [1 / sqrt(pi), *forecast("crps_gaussian", 0, 1)],
    ),
    (
        "crps_gaussian",
        "at most «1» for μ and «0.564» for σ",
        lambda: np.abs(G("crps_gaussian", [99], [[0, 1]])),
    ),
    ("crps_gaussian", "costs «2.10» instead of «0.70»", lambda: forecast("crps_gaussian", 0, 9, 3)),
    ("crps_gaussian", "«0.602» at σ = 1, «0.663» at 2, «0.994» at 0.01", lambda: E("crps_gaussian")[1:4]),
    ("crps_gaussian", "costs «9.44», that is 10 − 0.564", lambda: E("crps_gaussian")[4:]),
    (
        "crps_ensemble",
        "Members at −1 and 1 around a truth of 0 cost «0.5»",
        lambda: [L("crps_ensemble", [0], [[-1, 1]])],
    ),
    ("crps_ensemble", "lie at ±«0.67», a spread of 0.67", lambda: [least(members, 0.1, 1.5)]),
    ("crps_ensemble", "for its spread: «0.5». Row 4 costs «0.375»", lambda: E("crps_ensemble")[2:]),
    (
        "interval_score",
        "«4.68» on average at 0.05, where the 90 % intervals cost «4.96»; at 0.1 it is «4.30» against «4.13»",
        lambda: [interval(level, alpha) for alpha in (0.05, 0.1) for level in (0.95, 0.9)],
    ),
    ("interval_score", "makes a miss cost «2.2» a unit instead of «20»", lambda: [2 / 0.9, 2 / 0.1]),
    ("interval_score", "weighs as much as «200» of width", lambda: [2 / 0.01]),
    ("interval_score", "an interval of 1: «21». Row 4, 5 outside: «101»", lambda: E("interval_score")[2:]),
    # penalties
    ("elastic_net", "Rows cost «0.08», «0.0106» and «0.12»", lambda: E("elastic_net")),
    ("elastic_net", "from «0.015» at 0.25 to «0.07» at 3", lambda: G("elastic_net", None, [[0.25], [3.0]])),
    (
        "l1_penalty",
        "Rows cost «0.03», «0.0075» and «0.03». Their sum, «0.0675»",
        lambda: [*E("l1_penalty"), sum(E("l1_penalty"))],
    ),
    ("l1_penalty", "the mean is «0.0225»", lambda: [V("l1_penalty")]),
    ("l2_penalty", "Rows cost «0.05», «0.0031» and «0.09»", lambda: E("l2_penalty")),
    (
        "l2_penalty",
        "Their sum, «0.1431», is what a regularizer adds; the mean is «0.0477»",
        lambda: [sum(E("l2_penalty")), V("l2_penalty")],
    ),
    ("vae_kl", "the nats («1.44» bits each)", lambda: [1 / log(2)]),
    (
        "vae_kl",
        "at ℓ = −10 a dimension costs «4.5», at ℓ = 10 it costs «11 008»",
        lambda: [L("vae_kl", None, [[[0], [ell]]]) for ell in (-10, 10)],
    ),
    ("vae_kl", "this term weighs «392» times too much", lambda: [784 / 2]),
    ("vae_kl", "σ = 1 read as ℓ = 1 costs «0.36» a dimension", lambda: [L("vae_kl", None, [[[0], [1]]])]),
    ("vae_kl", "float32 above ℓ = «88.7»", lambda: [log(float(np.finfo(np.float32).max))]),
    (
        "vae_kl",
        "«0.568» and «2.195», together «2.762»",
        lambda: [*(L("vae_kl", None, [[[0], [ell]]]) for ell in (-2, 2)), E("vae_kl")[2]],
    ),
    # masks
    ("dice", "(an IoU of «0.67»)", lambda: [0.8 / 1.2]),
    (
        "dice",
        "with nothing predicted costs «0.91» instead of 1",
        lambda: [found("dice", 0, 10, 0, smooth=1.0)],
    ),
    ("dice", "one of 10 missed cost «0.005» together, and «0.5» as the mean", lambda: two_images("dice")),
    ("dice", "all of it missed, cost «0.01»", lambda: [two_classes("dice", 99, 1)]),
    (
        "dice",
        "throughout costs «0.5», and p = 1 throughout costs «0.33»",
        lambda: [masks("dice", [0.5] * 4, [p] * 4) for p in (0.5, 1)],
    ),
    ("dice", "0.2 here is «0.33» there", lambda: [2 * 0.2 / 1.2]),
    ("dice", "1 − 2·1.5/(2 + 1.9) = «0.2308»", lambda: [V("dice")]),
    (
        "dice",
        "The gradient is «−0.3156» on rows 1 and 2 alike, «0.1972» on the others",
        lambda: slopes("dice"),
    ),
    (
        "jaccard",
        "0.05 becomes «0.095», 0.2 becomes «0.33», 0.5 becomes «0.67»",
        lambda: [2 * d / (1 + d) for d in (0.05, 0.2, 0.5)],
    ),
    (
        "jaccard",
        "nothing predicted costs «0.91» instead of 1",
        lambda: [found("jaccard", 0, 10, 0, smooth=1.0)],
    ),
    (
        "jaccard",
        "at threshold 0.5, and L = «0.57» here",
        lambda: [masks("jaccard", [1, 1, 0, 0], [0.6, 0.6, 0.4, 0.4])],
    ),
    ("jaccard", "missed cost «0.01» as one ratio and «0.5» as the mean", lambda: two_images("jaccard")),
    ("jaccard", "y = p = 0.5 throughout costs «0.67»", lambda: [masks("jaccard", [0.5] * 4, [0.5] * 4)]),
    (
        "jaccard",
        "1 − 1.5/2.4 = «0.375», where dice gives «0.2308»",
        lambda: [V("jaccard"), V("jaccard", "dice")],
    ),
    (
        "jaccard",
        "The gradient is «−0.4167» on rows 1 and 2, «0.2604» on the others",
        lambda: slopes("jaccard"),
    ),
    (
        "tversky",
        "beside it costs «0.23», and one with half of it missed «0.41» (dice: «0.33» for both)",
        lambda: [
            found("tversky", 10, 0, 10, alpha=0.3, beta=0.7),
            found("tversky", 5, 5, 0, alpha=0.3, beta=0.7),
            found("dice", 10, 0, 10),
        ],
    ),
    ("tversky", "0.3 and 0.7 are F-beta at «1.53»", lambda: [sqrt(0.7 / 0.3)]),
    (
        "tversky",
        "nothing predicted costs «0.83» instead of 1 (at α",
        lambda: [found("tversky", 0, 10, 0, smooth=1.0)],
    ),
    (
        "tversky",
        "the example below gives «0.239» or «0.223»",
        lambda: [V("tversky"), V("tversky", alpha=0.7, beta=0.3)],
    ),
    (
        "tversky",
        "costs «0.33» at ½ and ½, «0.5» at 1 and 1",
        lambda: [found("tversky", 5, 5, 0, alpha=a, beta=a) for a in (0.5, 1.0)],
    ),
    (
        "tversky",
        "a mask of twice the object's size costs «0.09»",
        lambda: [found("tversky", 10, 0, 10, alpha=0.1, beta=0.9)],
    ),
    (
        "tversky",
        "= «0.2386». dice, the same prices for both, gives «0.2308», and",
        lambda: [V("tversky"), V("tversky", "dice")],
    ),
    ("tversky", "alpha and beta swapped «0.2228»", lambda: [V("tversky", alpha=0.7, beta=0.3)]),
    (
        "focal_tversky",
        "it is «0.89» at T = 0.5, «1.33» at 0.1 and «2.37» at 0.01",
        lambda: [tversky_power(0.75, t) for t in (0.5, 0.1, 0.01)],
    ),
    (
        "focal_tversky",
        "At γ = 2 it is «1», «0.2» and «0.02»",
        lambda: [tversky_power(2, t) for t in (0.5, 0.1, 0.01)],
    ),
    (
        "focal_tversky",
        "gives «0.341», and «0.148» at 4/3",
        lambda: [V("focal_tversky"), V("focal_tversky", gamma=4 / 3)],
    ),
    (
        "focal_tversky",
        "from 0.24 to «0.34» as γ goes from 1 to 0.75, and to «0.06» at 2",
        lambda: [0.24**0.75, 0.24**2],
    ),
    (
        "focal_tversky",
        "T = «0.2386», and T^0.75 = «0.3414»",
        lambda: [V("focal_tversky", gamma=1.0), V("focal_tversky")],
    ),
    (
        "focal_tversky",
        "times 0.75·T^(−0.25) = «1.0731»",
        lambda: [tversky_power(0.75, V("focal_tversky", gamma=1.0))],
    ),
    (
        "fbeta",
        "have an F1 of 1 at threshold 0.5, and L = «0.4» here",
        lambda: [masks("fbeta", [1, 1, 0, 0], [0.6, 0.6, 0.4, 0.4])],
    ),
    ("fbeta", "that is «72» % of all batches of 32", lambda: [100 * 0.99**32]),
    (
        "fbeta",
        "p = 1 throughout costs «0.82» and the honest p = 0.1 throughout costs «0.90»",
        lambda: [masks("fbeta", [1] + [0] * 9, [p] * 10) for p in (1, 0.1)],
    ),
    ("fbeta", "1.8/2.5 = «0.72», recall 1.8/3 = «0.60»", lambda: [1.8 / 2.5, 1.8 / 3]),
    (
        "fbeta",
        "«0.3793», against «0.3455» at β = 1 and «0.3077» at β = 0.5",
        lambda: [V("fbeta", beta=b) for b in (2.0, 1.0, 0.5)],
    ),
    (
        "generalized_dice",
        "the loss is «0.98», and dice on the same two channels «0.01»",
        lambda: [two_classes(n, 1000, 10) for n in ("generalized_dice", "dice")],
    ),
    (
        "generalized_dice",
        "the small one carries «99» % of it",
        lambda: [100 * (1 / 10) / (1 / 10 + 1 / 1000)],
    ),
    (
        "generalized_dice",
        "every pixel wrong, cost «0.004» instead of «1»",
        lambda: [
            masks(
                "generalized_dice",
                np.repeat(np.eye(2), 1000, axis=0),
                np.repeat(np.eye(2)[::-1], 1000, axis=0),
                smooth=s,
            )
            for s in (1.0, 0.0)
        ],
    ),
    (
        "generalized_dice",
        "the loss is «0.625»; their plain mean is «0.4», and dice over all entries «0.175»",
        lambda: [
            V("generalized_dice"),
            V("generalized_dice", "dice", per="class"),
            V("generalized_dice", "dice"),
        ],
    ),
    ("lovasz_hinge", "1/6 and 1/12: «0.9833»", lambda: [V("lovasz_hinge")]),
    # boxes
    (
        "iou",
        "costs «0.32» on a box of 10 × 10 and «0.039» on one of 100 × 100",
        lambda: [boxes("iou", square(n), square(n, 1, 1)) for n in (10, 100)],
    ),
    (
        "iou",
        "cost «0.625» that way and «0.667» here",
        lambda: [1 - 66 / 176, boxes("iou", square(10), square(10, 5))],
    ),
    ("iou", "cost up to «0.19» on a box of 10", lambda: [boxes("iou", square(10), square(9, 0.5, 0.5))]),
    ("iou", "(«0.105» against 0.1), «2.30» against 0.9", lambda: [-log(0.9), -log(0.1)]),
    ("iou", "shifted by 1 costs «0.182», by 5 costs «0.667»", lambda: E("iou")[:2]),
    ("iou", "inside, costs «0.75»", lambda: E("iou")[2:3]),
    (
        "giou",
        "cost «0.75», and «0.99» read so",
        lambda: [
            boxes("giou", [8, 8, 12, 12], [8, 6, 16, 14]),
            boxes("giou", [10, 10, 4, 4], [12, 10, 8, 8], box_format="xywh"),
        ],
    ),
    (
        "giou",
        "crossing at right angles cost «1.76»",
        lambda: [boxes("giou", [0, 4.5, 10, 5.5], [4.5, 0, 5.5, 10])],
    ),
    (
        "giou",
        "an IoU of «0.375» that way and «0.333» here",
        lambda: [66 / 176, 1 - boxes("iou", square(10), square(10, 5))],
    ),
    ("giou", "this is «1.333» near by and «1.889» far off", lambda: E("giou")[2:]),
    ("giou", "alone: «0.875»", lambda: E("giou")[1:2]),
    ("giou", "in a box of 7.5: «0.9026»", lambda: E("giou")[:1]),
    ("diou", "costs «0.75» in the middle and «0.80» near a corner", lambda: E("diou")[:2]),
    ("diou", "where giou gives «0.75» for both", lambda: E("diou", "giou")[:1]),
    ("diou", "10 % of the diagonal apart cost «0.01»", lambda: [0.1**2]),
    (
        "diou",
        "near a corner («0.8006»). Rows 3 and 4 do not touch: «1.4» near by and «1.61» far off",
        lambda: E("diou")[1:],
    ),
    (
        "ciou",
        "on the same centre costs «0.70», under diou «0.67»; 10 × 1 as 1 × 10 costs «1.29» against «0.95»",
        lambda: [
            boxes(n, *pair)
            for pair in (([0, 1, 4, 3], [1, 0, 3, 4]), ([0, 4.5, 10, 5.5], [4.5, 0, 5.5, 10]))
            for n in ("ciou", "diou")
        ],
    ),
    (
        "ciou",
        "one centre: «0.700», of which «0.034» is shape",
        lambda: [E("ciou")[0], E("ciou")[0] - E("ciou", "diou")[0]],
    ),
    ("ciou", "each way: «0.556»", lambda: E("ciou")[1:2]),
    ("ciou", "does not touch: «1.61»", lambda: E("ciou")[3:]),
    ("crps_gaussian", "for an error of 1 costs «0.99», though", lambda: forecast("crps_gaussian", 1, 0.01)),
    ("crps_gaussian", "normal: «0.564» times the true spread", lambda: [1 / sqrt(pi)]),
    ("crps_gaussian", "Row 1 is met and costs «0.234»", lambda: E("crps_gaussian")[:1]),
    (
        "gaussian_nll",
        "is right and costs «0.5»; 4 is too unsure, «0.82»; 0.25 too sure, «1.31»; 0.01 costs «47.7»",
        lambda: E("gaussian_nll"),
    ),
    ("laplace_nll", "costs «1.69», of 2 costs «1.89», of 0.1 costs «8.39»", lambda: E("laplace_nll")[:3]),
    ("laplace_nll", "log 2 = «0.69» is always in", lambda: [log(2)]),
    (
        "dice",
        "would leave it at «0.2308»",
        lambda: [masks("dice", [1, 1] + [0] * 1006, [0.9, 0.6, 0.3, 0.1] + [0] * 1004)],
    ),
    ("generalized_dice", "the weighted sums are «0.004»", lambda: [4 * 1000 / 1000**2]),
    ("generalized_dice", "costs «0.1» under dice and the class of one row «0.7»", lambda: alone()),
    ("lovasz_hinge", "above «0.6667», as it must be", lambda: [1 - 1 / 3]),
    ("vae_kl", "one mean at 1: «0.5»", lambda: E("vae_kl")[1:2]),
    ("poisson_deviance", "and 10 too high «0.94» (about", lambda: P("poisson_deviance", (100, 110))),
]
