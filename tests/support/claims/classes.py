"""Numbers of the pages on losses of several classes and labels, and on divergences."""

from math import exp, log
from typing import Any

import numpy as np
from support.claims.reading import Claim, E, G, L, R, V, least, share, sigmoid

Y = [1, 0]


def true(name: str, *given: float, **params: float) -> list[float]:
    """The cost of a two-class row by the probability given to its true class."""
    return [L(name, [Y], [[p, 1 - p]], **params) for p in given]


def one(name: str, *scores: float, **params: object) -> float:
    """A row of these predictions whose first class is true, one-hot."""
    return L(name, [np.eye(len(scores))[0]], [scores], **params)


def index(name: str, *scores: float, **params: object) -> float:
    """A row of these predictions whose first class is true, by its index."""
    return L(name, [0], [scores], **params)


def best(name: str, q: float, **params: object) -> float:
    """The best probability where the first of two classes is true with probability q."""
    pair = [[1, 0], [0, 1]]

    def cost(p: float) -> float:
        return float(np.dot([q, 1 - q], R(name, pair, [[p, 1 - p]] * 2, **params)))

    return least(cost, 0.001, 0.999)


def softmax(z: Any) -> Any:
    odds = np.exp(np.asarray(z, dtype=float))
    return odds / odds.sum()


def matrix_best(price: float) -> float:
    """matrix_cce's best probability of two classes at 50 : 50, one of them dear by mistake."""
    return best("matrix_cce", 0.5, matrix=[[1, price], [0, 1]])


def asl(p: float, **params: float) -> float:
    """The pull of a negative on its logit."""
    return float(G("asymmetric", [[0]], [[p]], **params)[0] * p * (1 - p))


def label(q: float) -> float:
    """Where asymmetric predicts a label that is true with probability q."""
    return least(
        lambda p: q * L("asymmetric", [[1]], [[p]]) + (1 - q) * L("asymmetric", [[0]], [[p]]), 0.01, 0.99
    )


def swapped(p: float) -> float:
    return sum(L("kld", [[p, 1 - p]], [row]) for row in ([0.9, 0.1], [0.5, 0.5]))


NEGATIVES = [0.03, 0.3, 0.1]


def ratio(p: float, **params: float) -> float:
    """What categorical_focal keeps of cce."""
    return true("categorical_focal", p, **params)[0] / true("cce", p)[0]


def ignored(like: str) -> float:
    return L("scce", [-1, -1], [[0.5, 0.5]] * 2, ignore_class=-1, like=like)


def gce(p: float) -> float:
    """The slope of generalized_cce by the true logit."""
    slopes = G("generalized_cce", [Y], [[p, 1 - p]])
    return float(p * (1 - p) * (slopes[0] - slopes[1]))


def moved(price: float) -> float:
    """Percent, of the likelier class, at the best prediction under one dear mistake."""
    chance = matrix_best(price)
    return 100 * max(chance, 1 - chance)


def poly_flat() -> float:
    return one("poly_cce", *[0.0] * 10)


def bare() -> Any:
    """The example of poly_cce under plain cross-entropy."""
    return E("poly_cce", "cce", from_logits=True)


def shortfalls() -> list[float]:
    return [E("multi_margin")[2], *E("multi_margin", "multiclass_hinge")[1:]]


def kept(p: float) -> float:
    return L("asymmetric", [[0]], [[p]]) / L("bce", [0], [p])


def half_share() -> float:
    """The true share of a label that asymmetric predicts at ½, where the two sides' slopes balance."""
    up, down = (abs(G("asymmetric", [[y]], [[0.5]])[0]) for y in (0, 1))
    return float(up / (up + down))


def exchanged() -> list[float]:
    """The example with two shares exchanged in rows 1 and 3."""
    y_true = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 0]]
    y_pred = [[0.7, 0.1, 0.2], [0.2, 0.6, 0.2], [0.2, 0.1, 0.7], [0.3, 0.5, 0.2]]
    value = L("weighted_kappa", y_true, y_pred)
    return [L("cce", y_true, y_pred), value, 1 - exp(value)]


def jsd() -> float:
    return L("jsd", [[0.5, 0.5]], [[0.9, 0.1]])


CLAIMS: list[Claim] = [
    ("cce", "«0.105» at 0.9, «2.30» at 0.1, «6.91» at 0.001", lambda: true("cce", 0.9, 0.1, 0.001)),
    (
        "cce",
        "«0.69» with two classes, «2.30» with ten, «6.91» with a thousand",
        lambda: np.log([2, 10, 1000]),
    ),
    ("cce", "trains on «0.91» and «0.01»", lambda: [0.9 + 0.01, 0.01]),
    ("cce", "a floor («0.500» in that case)", lambda: [-0.91 * log(0.91) - 9 * 0.01 * log(0.01)]),
    (
        "cce",
        "«0.313» with 2 classes, «0.551» with 3, «1.461» with 10",
        lambda: [one("cce", *np.eye(n)[0], from_logits=True) for n in (2, 3, 10)],
    ),
    (
        "cce",
        "costs «0.105» as it stands, and «0.981» in Keras",
        lambda: [-log(0.9), one("cce", 0.9, 0.8, 0.7, like="keras")],
    ),
    ("cce", "not 0: «0.693» where two annotators split", lambda: [L("cce", [[0.5, 0.5]], [[0.5, 0.5]])]),
    ("cce", "it costs «2.30», «64» % of the sum", lambda: [E("cce")[2], share(E("cce"), 3)]),
    ("cce", "The mean, «1.19», is above log 3 = «1.10»", lambda: [V("cce"), log(3)]),
    ("scce", "«0.105» at 0.9, «2.30» at 0.1, «6.91» at 0.001", lambda: [-log(p) for p in (0.9, 0.1, 0.001)]),
    ("scce", "says 0.4151 means «0.66» a row", lambda: [exp(-0.4151)]),
    ("scce", "trains on «0.91» and «0.01»", lambda: [0.91, 0.01]),
    ("scce", "a floor («0.500» in that case)", lambda: [-0.91 * log(0.91) - 9 * 0.01 * log(0.01)]),
    (
        "scce",
        "one at 0.001 costs «6.9», as much as «66» rows at 0.9",
        lambda: [log(1000), log(1000) / -log(0.9)],
    ),
    ("scce", "so it is «1.19» as there", lambda: [V("scce")]),
    ("scce", "Dividing by 4 would make it «0.89»", lambda: [np.sum(E("scce")) / 4]),
    ("scce", "the mean is NaN (as in PyTorch; «0» in Keras)", lambda: [ignored("keras")]),
    (
        "nll",
        "«0.105» at log 0.9, «6.91» at log 0.001",
        lambda: [index("nll", log(p), -9) for p in (0.9, 0.001)],
    ),
    ("nll", "0.7, 0.4 and 0.1 score «−0.40» on average", lambda: [-np.mean([0.7, 0.4, 0.1])]),
    ("nll", "the costs are «0.3567», «0.9163» and «2.3026»", lambda: E("nll")),
    ("nll", "the mean of «1.19» is the one", lambda: [V("nll")]),
    ("categorical_focal", "at 0.9 a row keeps «0.25» %", lambda: [100 * ratio(0.9)]),
    (
        "categorical_focal",
        "costs «0.00026» where the true class was given 0.9, «0.043» at ½ and «0.47» at 0.1",
        lambda: true("categorical_focal", 0.9, 0.5, 0.1),
    ),
    (
        "categorical_focal",
        "the bad row weighs «~1770» times the good one instead of «22» times",
        lambda: [np.divide(*true(name, 0.1, 0.9)) for name in ("categorical_focal", "cce")],
    ),
    (
        "categorical_focal",
        "the best prediction is «0.69» and «0.31»",
        lambda: [best("categorical_focal", 0.9), 1 - best("categorical_focal", 0.9)],
    ),
    ("categorical_focal", "keeps «1» % of its cce", lambda: [100 * ratio(0.9, alpha=1)]),
    ("categorical_focal", "one at 0.1 keeps «81» %", lambda: [100 * ratio(0.1, alpha=1)]),
    (
        "categorical_focal",
        "makes «82» % of cce and «99.998» % of this loss",
        lambda: [
            100 * a / (a + 99 * b) for a, b in (true(n, 0.01, 0.99) for n in ("cce", "categorical_focal"))
        ],
    ),
    (
        "categorical_focal",
        "cost «0.043» instead of «0.693», «16» times less",
        lambda: [true("categorical_focal", 0.5)[0], log(2), log(2) / true("categorical_focal", 0.5)[0]],
    ),
    ("categorical_focal", "«0.69» where 0.9 is right", lambda: [best("categorical_focal", 0.9)]),
    (
        "categorical_focal",
        "costs «0.466» and makes «84» % of the sum, where under cce it makes «64» %",
        lambda: [E("categorical_focal")[2], share(E("categorical_focal"), 3), share(E("cce"), 3)],
    ),
    (
        "categorical_focal",
        "falls from «0.357» to «0.008»",
        lambda: [E("cce")[0], E("categorical_focal")[0]],
    ),
    (
        "generalized_cce",
        "«0.10» where the true class was given 0.9, «0.59» at ½, «1.37» at 0.1, and never more than «2»",
        lambda: true("generalized_cce", 0.9, 0.5, 0.1, 0.0),
    ),
    ("generalized_cce", "«−0.01» at P = 0.0001 (cce: «−1.00»)", lambda: [gce(0.0001), 0.0001 - 1]),
    (
        "generalized_cce",
        "the best prediction is «0.84» and «0.16» at q = ½",
        lambda: [best("generalized_cce", 0.7), 1 - best("generalized_cce", 0.7)],
    ),
    (
        "generalized_cce",
        "that is «0.28» with 10 classes and «0.03» with 1000, against «0.9» and «0.999» under cce",
        lambda: [-gce(0.1), -gce(0.001), 0.9, 0.999],
    ),
    (
        "generalized_cce",
        "costs «1.37» of at most 2 and makes «56» % of the sum; under cce it costs «2.30» and makes «64» %",
        lambda: [v for n in ("generalized_cce", "cce") for v in (E(n)[2], share(E(n), 3))],
    ),
    (
        "generalized_cce",
        "Row 1 costs «0.327» where cce says «0.357»",
        lambda: [E("generalized_cce")[0], E("cce")[0]],
    ),
    (
        "matrix_cce",
        "an entry of 1 off the diagonal moves the best prediction to «62» : 38",
        lambda: [moved(1)],
    ),
    ("matrix_cce", "one of 5 to «81» : 19", lambda: [moved(5)]),
    ("matrix_cce", "costs itself at pₖ = 0 already and «2.72» times itself", lambda: [exp(1)]),
    (
        "matrix_cce",
        "values fall to «−2.72» and a negative",
        lambda: [one("matrix_cce", 1, 0, matrix=[[0, 0], [0, 0]])],
    ),
    ("matrix_cce", "cost «0.51» each under cce", lambda: E("matrix_cce", "cce")[:1]),
    (
        "matrix_cce",
        "costs «6.14» and row 1, with 0.1, costs «5.16». The perfect row 3 costs «4.00»",
        lambda: E("matrix_cce")[[1, 0, 2]],
    ),
    (
        "poly_cce",
        "costs «0.31» where the true class was given 0.9, «1.69» at ½ and «4.10» at 0.1",
        lambda: true("poly_cce", 0.9, 0.5, 0.1, from_logits=False),
    ),
    (
        "poly_cce",
        "«0.82» where the true probability is 0.7",
        lambda: [best("poly_cce", 0.7, from_logits=False)],
    ),
    ("poly_cce", "and it is «0.60»", lambda: [best("poly_cce", 0.7, from_logits=False, epsilon=-1)]),
    ("poly_cce", "counts as softmax «0.57»", lambda: [softmax([0.98, 0.01, 0.01])[0]]),
    ("poly_cce", "costs less than «1.40» with three classes", lambda: [one("poly_cce", 1, 0, 0)]),
    ("poly_cce", "«4.10» with ten classes and ε = 2, where cce says «2.30»", lambda: [poly_flat(), log(10)]),
    (
        "poly_cce",
        "the true classes «0.79», «0.41» and «0.09»",
        lambda: np.exp(-E("poly_cce", "cce", from_logits=True)),
    ),
    (
        "poly_cce",
        "so cce says «0.24», «0.88» and «2.40». Each row gains 2·(1 − p): «0.43», «1.17» and «1.82»",
        lambda: [*bare(), *(E("poly_cce") - bare())],
    ),
    (
        "poly_cce",
        "Row 1 grows by «178» %, row 3 by «76» %",
        lambda: 100 * (E("poly_cce") / bare() - 1)[[0, 2]],
    ),
    (
        "symmetric_cce",
        "«0.41» at 0.9, «2.07» at ½, «3.83» at 0.1, «5.38» at 0.000001",
        lambda: true("symmetric_cce", 0.9, 0.5, 0.1, 1e-6),
    ),
    (
        "symmetric_cce",
        "the best prediction is «0.98» («0.875» at α = 1)",
        lambda: [best("symmetric_cce", 0.7), best("symmetric_cce", 0.7, alpha=1.0)],
    ),
    ("symmetric_cce", "a label of 0.01 instead of 0 has log «−4.6»", lambda: [log(0.01)]),
    (
        "symmetric_cce",
        "a row at ½ costs «2.07» here, «2.00» of it the bounded part, and «0.69» there",
        lambda: [*true("symmetric_cce", 0.5), *true("symmetric_cce", 0.5, alpha=0.0), log(2)],
    ),
    (
        "symmetric_cce",
        "costs «3.83»: 0.1 times cce's «2.30»",
        lambda: [E("symmetric_cce")[2], E("cce")[2]],
    ),
    (
        "symmetric_cce",
        "It makes «51» % of the sum, «64» % under cce",
        lambda: [share(E("symmetric_cce"), 3), share(E("cce"), 3)],
    ),
    # margins
    (
        "categorical_hinge",
        "Scores (−0.5, −2, −3) with the first class true cost «1.5»",
        lambda: [one("categorical_hinge", -0.5, -2, -3)],
    ),
    (
        "categorical_hinge",
        "(0.6, 0.3, 0.1) costs «0.7», (0.98, 0.01, 0.01) still «0.03»",
        lambda: [one("categorical_hinge", 0.6, 0.3, 0.1), one("categorical_hinge", 0.98, 0.01, 0.01)],
    ),
    ("categorical_hinge", "it is short by «0.6»", lambda: E("categorical_hinge")[1:2]),
    ("categorical_hinge", "still costs «1.5»", lambda: E("categorical_hinge")[2:]),
    (
        "multiclass_hinge",
        "(0.6, 0.3, 0.1) costs «0.7», (0.98, 0.01, 0.01) still «0.03»",
        lambda: [index("multiclass_hinge", 0.6, 0.3, 0.1), index("multiclass_hinge", 0.98, 0.01, 0.01)],
    ),
    (
        "multiclass_hinge",
        "it is short by «0.6». Row 3 leads by 1.5 and costs «0»",
        lambda: E("multiclass_hinge")[1:],
    ),
    ("multiclass_hinge", "categorical_hinge charges it «1.5»", lambda: E("categorical_hinge")[2:]),
    (
        "multi_margin",
        "so «0.5» with two classes and «0.9» with ten",
        lambda: [index("multi_margin", *[0] * n) for n in (2, 10)],
    ),
    (
        "multi_margin",
        "costs «0.0015», where multiclass_hinge says «1.5», and pulls with a gradient of «0.001»",
        lambda: [
            *(index(n, 2, 2.5, *[-9] * 998) for n in ("multi_margin", "multiclass_hinge")),
            G("multi_margin", [0], [[2, 2.5, *[-9] * 998]])[1],
        ],
    ),
    ("multi_margin", "over three classes, are «0.3»", lambda: E("multi_margin")[1:2]),
    ("multi_margin", "(2.5 + 0.2)/3 = «0.9». multiclass_hinge says «0.6» and «2.5»", lambda: shortfalls()),
    (
        "multiclass_perceptron",
        "for which multiclass_hinge would charge «0.6»",
        lambda: E("multiclass_perceptron", "multiclass_hinge")[1:2],
    ),
    (
        "multiclass_perceptron",
        "it costs «1.5», and the mean is «0.5»",
        lambda: [E("multiclass_perceptron")[2], V("multiclass_perceptron")],
    ),
    ("sparsemax", "is (1, 0, 0) here and («0.67», «0.24», «0.09») there", lambda: softmax([2, 1, 0])),
    ("sparsemax", "is its own sparsemax and costs «0.13»", lambda: [index("sparsemax", 0.6, 0.3, 0.1)]),
    ("sparsemax", "(0, 0.7, 0.3): «0.09»", lambda: E("sparsemax")[1:2]),
    ("sparsemax", "and the cost is «1.5»", lambda: E("sparsemax")[2:]),
    # labels
    (
        "asymmetric",
        "«0.025» at ½, «0.99» at 0.9 and «2.44» at 1 (bce: «0.051», «0.693», «2.30», infinite)",
        lambda: [
            *(L("asymmetric", [[0]], [[p]]) for p in (0.5, 0.9, 1)),
            *(-log(1 - p) for p in (0.05, 0.5, 0.9)),
        ],
    ),
    (
        "asymmetric",
        "a positive «0.011» at 0.9, «0.35» at ½, «2.07» at 0.1",
        lambda: [L("asymmetric", [[1]], [[p]]) for p in (0.9, 0.5, 0.1)],
    ),
    (
        "asymmetric",
        "best predicted at «0.47», one true every second time at «0.64»",
        lambda: [label(0.1), label(0.5)],
    ),
    ("asymmetric", "At 4 one at p = 0.3 keeps «0.3» % of its bce", lambda: [100 * kept(0.3)]),
    (
        "asymmetric",
        "pulls its logit with «0.22», less than the «0.73» of one at 0.9",
        lambda: [asl(0.99), asl(0.9)],
    ),
    ("asymmetric", "a true share of «15» % is predicted at ½", lambda: [100 * half_share()]),
    ("asymmetric", "so a positive at 0 costs «18.4» there", lambda: [-log(1e-8)]),
    (
        "asymmetric",
        "pull with «0.13» and «0.31» there, where this loss pulls with «0.22» and «0.73»",
        lambda: [*((p - 0.05) ** 4 / (1.05 - p) * p * (1 - p) for p in (0.99, 0.9)), asl(0.99), asl(0.9)],
    ),
    ("asymmetric", "the positive at 0.8 costs «0.045»", lambda: [L("asymmetric", [[1]], [[0.8]])]),
    (
        "asymmetric",
        "the three negatives «0.001» together; bce would charge them «0.49»",
        lambda: [L("asymmetric", [[0, 0, 0]], [NEGATIVES]), 3 * L("bce", [[0, 0, 0]], [NEGATIVES])],
    ),
    (
        "asymmetric",
        "at 0.95 costs «1.51» and the positive at 0.4 costs «0.55», nearly all of its «2.06»",
        lambda: [L("asymmetric", [[0]], [[0.95]]), L("asymmetric", [[1]], [[0.4]]), E("asymmetric")[1]],
    ),
    (
        "multilabel_margin",
        "«0.75» for one true label of four, «1» for two",
        lambda: [L("multilabel_margin", [[*t, *[-1] * (4 - len(t))]], [[0, 0, 0, 0]]) for t in ([0], [0, 1])],
    ),
    (
        "multilabel_margin",
        "gives «0.325» instead of the «0.175» of classes 0 and 2",
        lambda: [L("multilabel_margin", [t], [[2, 0.5, 0.8, -1]]) for t in ([1, 0, 1, 0], [0, 2, -1, -1])],
    ),
    ("multilabel_margin", "0.7/4 = «0.175»", lambda: E("multilabel_margin")[:1]),
    ("multilabel_margin", "short by 0.4 and 0.7: «0.275»", lambda: E("multilabel_margin")[1:2]),
    (
        "multilabel_soft_margin",
        "by a logit of 3 costs «3.05», by 10 costs «10»",
        lambda: [L("multilabel_soft_margin", [[0]], [[z]]) for z in (3, 10)],
    ),
    (
        "multilabel_soft_margin",
        "probability of 0.025 throughout costs «0.117»",
        lambda: [L("multilabel_soft_margin", [[1] * 2 + [0] * 78], [[log(0.025 / 0.975)] * 80])],
    ),
    (
        "multilabel_soft_margin",
        "σ of 0.9 is «0.71», and no label can cost less than «0.313» if true and «0.693» if false",
        lambda: [sigmoid(0.9), -log(sigmoid(1)), log(2)],
    ),
    ("multilabel_soft_margin", "All of row 1 is right: «0.24»", lambda: E("multilabel_soft_margin")[:1]),
    (
        "multilabel_soft_margin",
        "it alone costs «1.70» of the row's sum of «2.62», and the row's mean is «0.65»",
        lambda: [-log(sigmoid(-1.5)), 4 * E("multilabel_soft_margin")[1], E("multilabel_soft_margin")[1]],
    ),
    (
        "weighted_kappa",
        "«−0.69» is κ = 0.5, «−1.61» is κ = 0.8, «−2.30» is κ = 0.9",
        lambda: np.log([0.5, 0.2, 0.1]),
    ),
    ("weighted_kappa", "up to log 2 = «0.69»", lambda: [log(2)]),
    (
        "weighted_kappa",
        "«−0.76», which is κ = «0.53»",
        lambda: [V("weighted_kappa"), 1 - exp(V("weighted_kappa"))],
    ),
    ("weighted_kappa", "cce stays at «0.48», and this rises to «−0.55», κ = «0.43»", lambda: exchanged()),
    # divergences
    ("jsd", "(0.5, 0.5) against (0.9, 0.1) is «0.10», either way", lambda: [jsd()]),
    ("jsd", "the best p is «0.82» and «0.18»", lambda: [best("jsd", 0.7), 1 - best("jsd", 0.7)]),
    ("jsd", "the square root, «0.319» where this is «0.102»", lambda: [jsd() ** 0.5, jsd()]),
    ("jsd", "A published «0.147» bits is «0.102» here", lambda: [jsd() / log(2), jsd()]),
    (
        "jsd",
        "given 0.5 is «0.137», at 0.01 only «0.023»",
        lambda: [abs(np.subtract(*G("jsd", [Y], [[p, 1 - p]]))) * p * (1 - p) for p in (0.5, 0.01)],
    ),
    (
        "jsd",
        "«0.0064» and «0.117», where kld says «0.025» and «0.357»",
        lambda: [*E("jsd")[:2], *E("jsd", "kld")[:2]],
    ),
    ("jsd", "it costs the most there is, «0.693»", lambda: E("jsd")[2:]),
    (
        "kld",
        "it is «0.51», the other way round «0.37»",
        lambda: [L("kld", [[0.5, 0.5]], [[0.9, 0.1]]), L("kld", [[0.9, 0.1]], [[0.5, 0.5]])],
    ),
    (
        "kld",
        "«−1.19» for y = (0.5, 0.5), p = (0.9, 0.1), where 0.51 is right (and half of that, «−0.60»",
        lambda: [L("kld", [[0.5, 0.5]], [[0.9, 0.1]], like=f) for f in ("optax", "torch")],
    ),
    ("kld", "it settles at («0.75», 0.25)", lambda: [least(swapped, 0.01, 0.99)]),
    ("kld", "instead of («0.7», 0.3)", lambda: [np.mean([0.9, 0.5])]),
    ("kld", "makes such a bin cost up to «16» nats", lambda: [-log(1e-7)]),
    ("kld", "Row 1 costs «0.025»; cce would say «1.055»", lambda: [E("kld")[0], E("kld", "cce")[0]]),
    ("kld", "of which «1.030» is the entropy", lambda: [E("kld", "cce")[0] - E("kld")[0]]),
    ("kld", "Row 2 is one-hot: «0.357»", lambda: E("kld")[1:]),
    (
        "generalized_kld",
        "10 % too low costs «0.0054» at 1 and «0.54» at 100",
        lambda: [L("generalized_kld", [[y]], [[0.9 * y]]) for y in (1, 100)],
    ),
    (
        "generalized_kld",
        "10 for a true 20 is «3.86», 20 for a true 10 is «3.07»",
        lambda: [L("generalized_kld", [[20]], [[10]]), L("generalized_kld", [[10]], [[20]])],
    ),
    ("generalized_kld", "a p of 2 is read as «7.39»", lambda: [exp(2)]),
    (
        "generalized_kld",
        "2 for 3 costs «0.216», 1 for 0 costs «1», 12 for 10 costs «0.177», together «1.39»",
        lambda: [
            *(L("generalized_kld", [[y]], [[p]]) for y, p in ((3, 2), (0, 1), (10, 12))),
            E("generalized_kld")[0],
        ],
    ),
    (
        "generalized_kld",
        "«0.579», «0.5» and «1.108», together «2.19»",
        lambda: [
            *(L("generalized_kld", [[y]], [[p]]) for y, p in ((3, 1.5), (0, 0.5), (10, 6))),
            E("generalized_kld")[1],
        ],
    ),
    ("categorical_focal", "(cce: «0.105», «0.693», «2.30»)", lambda: true("cce", 0.9, 0.5, 0.1)),
    ("generalized_cce", "(cce: «0.105», «0.693», «2.30», no limit)", lambda: true("cce", 0.9, 0.5, 0.1)),
    (
        "multiclass_perceptron",
        "Optax («−0.667», «0.333», «0.333» at a tie of three)",
        lambda: [1 / 3 - 1, 1 / 3, 1 / 3],
    ),
    ("multilabel_soft_margin", "Nats a label: «0.693» where all logits are 0", lambda: [log(2)]),
    ("multilabel_soft_margin", "entropy, not with «0.693»", lambda: [log(2)]),
    ("weighted_kappa", "is worth «0.69» each time", lambda: [log(2)]),
    ("jsd", "«0.693» (log 2, one whole bit)", lambda: [log(2)]),
    ("jsd", "Base 2 runs to 1, base e to «0.693»", lambda: [log(2)]),
]
