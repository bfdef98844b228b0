"""Numbers of the pages on binary and margin losses."""

from math import exp, log, sqrt

import numpy as np
from support.claims.reading import Claim, E, G, L, P, R, V, least, share, sigmoid

QUARTER = {"gamma": 2.0, "alpha": 0.25}


def bern(name: str, q: float, **params: float) -> float:
    """The best prediction for a label that is 1 with probability q."""
    return least(
        lambda p: q * L(name, [1], [p], **params) + (1 - q) * L(name, [0], [p], **params), 0.01, 0.99
    )


def flipped(name: str, right: float, **params: float) -> float:
    """Percent that one flipped row makes, of it and 99 right ones predicted alike."""
    wrong, good = P(name, (0, right), (1, right), **params)
    return float(100 * wrong / (wrong + 99 * good))


FROM = ("bce", {"from_logits": True})


def uneven(score: float) -> float:
    return float(np.mean(R("wasserstein", [1] * 90 + [-1] * 10, [score] * 100)))


CLAIMS: list[Claim] = [
    ("bce", "«0.105» when what happened was given 0.9, «0.693»", lambda: P("bce", (1, 0.9), (1, 0.5))),
    ("bce", "coin flip, «2.30» at 0.1, «6.91» at 0.001", lambda: P("bce", (1, 0.1), (1, 0.001))),
    ("bce", "each tenfold drop adds «2.30»", lambda: [log(10)]),
    ("bce", "so 0.1 trains on «0.95» and «0.05»", lambda: [1 - 0.05, 0.05]),
    ("bce", "a floor («0.199» at s = 0.1)", lambda: [L("bce", [0.95], [0.95])]),
    ("bce", "(«9» where 10 % are positive)", lambda: [90 / 10]),
    ("bce", "(0.1 becomes «0.5» at w = 9)", lambda: [9 * 0.1 / (9 * 0.1 + 0.9)]),
    ("bce", "squeezes p into «0.50» to «0.73»", lambda: sigmoid([0, 1])),
    (
        "bce",
        "scores «0.313» on every positive and «0.693» on every negative",
        lambda: P("bce", (1, 1), (0, 0), from_logits=True),
    ),
    (
        "bce",
        "(at «15.9» in Keras and in scikit-learn, «36.0» there in float64, «100» in PyTorch)",
        lambda: [
            L("bce", [0], [1], like="keras"),
            L("bce", [0], [1], like="sklearn"),
            L("bce", [0], [1], like="torch"),
        ],
    ),
    ("bce", "means up to «0.08» apart", lambda: [(100 - 15.94) / 1000]),
    (
        "bce",
        "the constant prediction 0.01 scores «0.056», with 10 % the constant 0.1 scores «0.325»",
        lambda: P("bce", (0.01, 0.01), (0.1, 0.1)),
    ),
    ("bce", "entropy: «0.611» for a label of 0.3", lambda: P("bce", (0.3, 0.3))),
    ("bce", "it costs «4.61» and makes «85» % of the sum", lambda: [E("bce")[3], share(E("bce"), 4)]),
    ("bce", "cost «0.11», «0.22» and «0.51»", lambda: E("bce")[:3]),
    ("binary_focal", "at 0.9 a row keeps «1» % of its cost", lambda: [100 * 0.1**2]),
    (
        "binary_focal",
        "costs «0.0011» where what happened was given 0.9, «0.173» at ½ and «1.87» at 0.1",
        lambda: P("binary_focal", (1, 0.9), (1, 0.5), (1, 0.1)),
    ),
    (
        "binary_focal",
        "(bce: «0.105», «0.693», «2.30»), so the bad row weighs «~1770» times the good one instead of «22»",
        lambda: [
            *P("bce", (1, 0.9), (1, 0.5), (1, 0.1)),
            np.divide(*P("binary_focal", (1, 0.1), (1, 0.9))),
            np.divide(*P("bce", (1, 0.1), (1, 0.9))),
        ],
    ),
    ("binary_focal", "where that is 0.9, the best prediction is «0.69»", lambda: [bern("binary_focal", 0.9)]),
    (
        "binary_focal",
        "at logits of −2, −4 and −6 a positive costs «1.65», «3.87» and «5.97»",
        lambda: P("binary_focal", (1, -2), (1, -4), (1, -6), from_logits=True),
    ),
    ("binary_focal", "keeps «1» % of its bce, one at ½ a quarter, one at 0.1 keeps «81» %", lambda: [1, 81]),
    ("binary_focal", "so 0.1 trains on «0.95» and «0.05»", lambda: [0.95, 0.05]),
    (
        "binary_focal",
        "makes «82» % of bce and «99.998» % of this loss",
        lambda: [flipped("bce", 0.99), flipped("binary_focal", 0.99)],
    ),
    (
        "binary_focal",
        "costs «0.173» in one and «0.043» in the others",
        lambda: [L("binary_focal", [1], [0.5]), L("binary_focal", [1], [0.5], **QUARTER)],
    ),
    ("binary_focal", "100 of them positive, is «1000» times smaller", lambda: [100_000 / 100]),
    ("binary_focal", "log(π/(1 − π)): «−4.6» for π = 0.01", lambda: [log(0.01 / 0.99)]),
    (
        "binary_focal",
        "a coin flip from «0.693» to «0.173»",
        lambda: [L("binary_focal", [1], [0.5], gamma=g) for g in (0, 2)],
    ),
    (
        "binary_focal",
        "falls from «0.105» to «0.001»; row 4, wrong at 0.99, only from «4.61» to «4.51»",
        lambda: [E("bce")[0], E("binary_focal")[0], E("bce")[3], E("binary_focal")[3]],
    ),
    (
        "binary_focal",
        "share grows from «85» % to «98» %",
        lambda: [share(E("bce"), 4), share(E("binary_focal"), 4)],
    ),
    (
        "brier",
        "when what happened was given 0.9, «0.25» for a coin flip, «0.81» at 0.1, «1» for a certain miss",
        lambda: P("brier", (1, 0.5), (1, 0.1), (1, 0)),
    ),
    (
        "brier",
        "costs only «0.0001» more than the right one; under bce it is «0.036»",
        lambda: [np.subtract(*P(name, (0.01, 0.0001), (0.01, 0.01))) for name in ("brier", "bce")],
    ),
    (
        "brier",
        "the gradient by the logit is «0.002» (bce: «0.999»)",
        lambda: [G("brier", [0], [0.999])[0] * 0.999 * 0.001, G("bce", [0], [log(999)], from_logits=True)[0]],
    ),
    (
        "brier",
        "twice this: «0.5» for a coin flip, «2» at most",
        lambda: [L("brier", [1], [[1 - p, p]]) for p in (0.5, 0.0)],
    ),
    ("brier", "the constant 0.01 scores «0.0099»", lambda: [0.01 * 0.99]),
    (
        "brier",
        "costs «0.24», and a coin flip «0.25»",
        lambda: [L("brier", [1, 0], [0.51, 0.49]), L("brier", [1, 0], [0.5, 0.5])],
    ),
    ("brier", "costs 0, against ten votes of which seven are 1 it costs «0.21» a vote", lambda: [0.7 * 0.3]),
    (
        "brier",
        "it costs «0.98» of at most 1 (bce: «4.61» without limit) and makes «82» % of the sum",
        lambda: [E("brier")[3], E("bce")[3], share(E("brier"), 4)],
    ),
    (
        "brier",
        "The mean of «0.2975» is worse than the «0.25» of a coin flip",
        lambda: [V("brier"), 0.25],
    ),
    ("hamming", "predicting none at all costs «0.005» and looks «99.5» % right", lambda: [5 / 1000, 99.5]),
    ("hamming", "an error rate of 30 % shows as «0.06»", lambda: [2 * 0.3 / 10]),
    ("hamming", "«0.5», «0.25» and «0», a mean of «0.25»", lambda: [*E("hamming"), V("hamming")]),
    ("hamming", "two rows of three as wrong: «0.6667»", lambda: [V("hamming", "zero_one")]),
    ("zero_one", "«0.0086» at 8 % and 1000 rows", lambda: [sqrt(0.08 * 0.92 / 1000)]),
    ("zero_one", "make «18» % of the rows wrong", lambda: [100 * (1 - 0.99**20)]),
    ("zero_one", "needs a probability of «0.62»", lambda: [sigmoid(0.5)]),
    ("zero_one", "the mean is 2/6 = «0.3333» and the accuracy «0.6667»", lambda: [V("zero_one"), 2 / 3]),
    # margins
    ("binary_sparsemax", "«0.25» at 0, «1» when wrong by 1", lambda: P("binary_sparsemax", (1, 0), (1, -1))),
    ("binary_sparsemax", "the model says «0.90», not «0.69»", lambda: [(0.8 + 1) / 2, sigmoid(0.8)]),
    (
        "binary_sparsemax",
        "a logit of 0 costs «0.25» here and «0.693» there, one that is right by 3 costs «0» and «0.049»",
        lambda: [L(n, [1], [z], **k) for z in (0, 3) for n, k in (("binary_sparsemax", {}), FROM)],
    ),
    ("binary_sparsemax", "cost «0.09» and «0.1225»", lambda: E("binary_sparsemax")[1:3]),
    ("binary_sparsemax", "certain and wrong: «1.5»", lambda: E("binary_sparsemax")[3:]),
    (
        "exponential",
        "«0.37» when right by 1, «2.72» when wrong by 1, «22 026» when wrong by 10",
        lambda: P("exponential", (1, 1), (1, -1), (1, -10)),
    ),
    ("exponential", "makes «99.9» % of this loss", lambda: [100 * exp(6) / (exp(6) + 99 * exp(-6))]),
    ("exponential", "on the wrong side costs «2.7e43»", lambda: [exp(100)]),
    ("exponential", "A score of 1 means «0.88», not «0.73»", lambda: sigmoid([2, 1])),
    (
        "exponential",
        "from «20» to «403», and one that is right by 3 from «0.05» to «0.002»",
        lambda: np.exp([3, 6, -3, -6]),
    ),
    (
        "exponential",
        "costs «4.48» and makes «75» % of the sum (hinge: «66» %, soft_margin: «60» %)",
        lambda: [E("exponential")[3], *(share(E(n), 4) for n in ("exponential", "hinge", "soft_margin"))],
    ),
    ("exponential", "right by 2.5, still costs «0.082»", lambda: E("exponential")[:1]),
    ("hinge", "right by 0.4 from «0.6» to «0.2»", lambda: P("hinge", (1, 0.4), (1, 0.8))),
    (
        "hinge",
        "scored 0.3 and 0.4 cost «0.65» here and «1.35» there",
        lambda: [L("hinge", [1, 1], [0.3, 0.4]), L("hinge", [1, 1], [0.3, 0.4], like="sklearn")],
    ),
    ("hinge", "short of 1 by «0.6» and «0.7»", lambda: E("hinge")[1:3]),
    ("hinge", "it costs «2.5», «66» % of the sum", lambda: [E("hinge")[3], share(E("hinge"), 4)]),
    (
        "modified_huber",
        "«40» when wrong by 10 (squared_hinge: «121», hinge: «11»)",
        lambda: [L(n, [1], [-10]) for n in ("modified_huber", "squared_hinge", "hinge")],
    ),
    ("modified_huber", "At a score of 0.8 they are «0.90» and «0.69»", lambda: [0.9, sigmoid(0.8)]),
    ("modified_huber", "cost «0», «0.36» and «0.49»", lambda: E("modified_huber")[:3]),
    (
        "modified_huber",
        "it costs «24» here, «49» there and «7» under hinge",
        lambda: [E("modified_huber", n)[3] for n in ("modified_huber", "squared_hinge", "hinge")],
    ),
    ("perceptron", "it costs «1.5», and the mean is «0.375»", lambda: [E("perceptron")[3], V("perceptron")]),
    ("perceptron", "costs nothing; hinge asks «0.7» for it", lambda: [E("hinge")[2]]),
    (
        "soft_margin",
        "«0.693» (log 2) at a score of 0, «0.127» when right by 2, «2.127» when wrong by 2",
        lambda: P("soft_margin", (1, 0), (1, 2), (1, -2)),
    ),
    (
        "soft_margin",
        "a negative costs «0.693» to «1.313» and a positive at least «0.313»",
        lambda: P("soft_margin", (-1, 0), (-1, 1), (1, 1)),
    ),
    ("soft_margin", "Here such a row costs «710»", lambda: P("soft_margin", (1, -710))),
    ("soft_margin", "(«89» in float32)", lambda: [log(np.finfo(np.float32).max) + 0.2]),
    (
        "soft_margin",
        "still costs «0.079»; row 4, wrong by 1.5, costs «1.70» instead of «2.5» and makes «60» % of",
        lambda: [*E("soft_margin")[[0, 3]], E("hinge")[3], share(E("soft_margin"), 4)],
    ),
    (
        "squared_hinge",
        "«4» at 1 unit on the wrong side, «100» at 9 units (hinge: «2» and «10»)",
        lambda: [L(n, [1], [f]) for n in ("squared_hinge", "hinge") for f in (-1, -9)],
    ),
    (
        "squared_hinge",
        "with a gradient of «20» here, of «4» under modified_huber and of «1» under hinge",
        lambda: [abs(G(n, [-1], [9])[0]) for n in ("squared_hinge", "modified_huber", "hinge")],
    ),
    ("squared_hinge", "only moves from «0.98» to «0.9998»", lambda: [2 * 0.99 - 1, 2 * 0.9999 - 1]),
    (
        "squared_hinge",
        "short by 0.5 costs «0.25» instead of «0.5», one short by 3 costs «9» instead of «3»",
        lambda: [L(n, [1], [f]) for f in (0.5, -2) for n in ("squared_hinge", "hinge")],
    ),
    ("squared_hinge", "0.6 and 0.7 to «0.36» and «0.49»", lambda: E("squared_hinge")[1:3]),
    (
        "squared_hinge",
        "from 2.5 to «6.25» and makes «88» % of the sum instead of «66» %",
        lambda: [E("squared_hinge")[3], share(E("squared_hinge"), 4), share(E("hinge"), 4)],
    ),
    (
        "wasserstein",
        "a constant score of −5 costs «4» and one of 5 costs «−4»",
        lambda: [uneven(-5), uneven(5)],
    ),
    (
        "wasserstein",
        "the gap is «1.5» and the mean «−0.75»",
        lambda: [-2 * V("wasserstein"), V("wasserstein")],
    ),
    (
        "exponential",
        "AdaBoost's loss: each unit further on the wrong side costs «2.7» times",
        lambda: [exp(1)],
    ),
    ("exponential", "on the wrong side 1 more a unit instead of «2.7» times", lambda: [exp(1)]),
    ("soft_margin", "each negative then costs exactly «0.693»", lambda: [log(2)]),
    ("perceptron", "the distance to zero: «0.5» when wrong by 0.5", lambda: P("perceptron", (1, -0.5))),
    ("zero_one", "The same labels as (N·D,) give «0.01»", lambda: [1 - 0.99]),
    ("wasserstein", "«−0.75» says that they are 1.5 apart", lambda: [-1.5 / 2]),
    ("bce", "Compare with that, not with «0.693»", lambda: [log(2)]),
]
