"""Numbers that frameworks make otherwise as a whole, beside the definition's, worked out by hand."""

from __future__ import annotations

from math import exp, inf, lgamma, log, log1p, nan, pi, sqrt
from typing import Any, NamedTuple

LN2, LN3 = log(2), log(3)
NOTHING: dict[str, Any] = {}


class Case(NamedTuple):
    """Data, parameters and the number they give; the definition's data, parameters and number."""

    words: tuple[str, ...]
    true: Any
    pred: Any
    params: dict[str, Any]
    theirs: float
    ours: float | None = None
    own: dict[str, Any] | None = None  # None: the same parameters
    own_true: Any = None
    own_pred: Any = None
    rel: float | None = None  # None: the framework's precision
    told: tuple[int, ...] = ()  # the rows that are named beside it


def stirling(y: float) -> float:
    return y * log(y) - y + 0.5 * log(2 * pi * y)


SILENCE = [[[0.0, 0.0, 0.0]] * 3]  # three steps, each class as likely
HALF = [[0.0, 0.0]]
SMALL = [[0.0, 0.0, 0.01, 0.01]]  # area 1e-4
ODDS = [[0.0, LN3]]  # the logits of a quarter and three quarters
QUARTERS = [[0.25, 0.75]]
NEAR = 16 + log1p(exp(-16))  # softplus
CIRCLE = [
    [1.0, 0.0],
    [1.0, 0.0],
    [0.0, 1.0],
    [0.6, 0.8],
]  # losses 16, 16, 5e-49 (0 in float32) and 32 + log 2
LOGITS = ("takes logits only", "what comes before the sigmoid or softmax")
EMPTY = ("1e-7 to the denominator alone", "costs 1, not 0")
BOXES = ("1e-7 to what it divides by", "1e-7 over their area instead of 0")
KEPT = 1 - 1e-4 / (1e-4 + 1e-7)
NO_PAIR = ("even if there is none", "nan")
WEIGHTED = {"class_weight": [1.0, 3.0]}
BY_WEIGHTS = ("divides by the class weights", "the definition by the number of samples")
UNSURE = 1 / (1 + exp(-0.5))  # the softmax of (0.75, 0.25)
EACH_CLASS: Any = (  # two rows of two classes, the first true in both
    [[1, 0], [1, 0]],
    [[0.75, 0.25], [0.5, 0.5]],
    {},
    1 - ((UNSURE + 1) / (UNSURE + (1 - UNSURE) / 2 + 1) + 1 / ((1 - UNSURE) / 2 + 1) + 1.5 / 1.75 + 0.8) / 4,
)
APART = (log(2 / 3) / 4 + 3 * log(1.2) / 4 + log(4 / 3) / 2 + log(0.8) / 2) / 2
SHORT = 1e-5 / sqrt(2.0**-23)  # the cosine of a vector of length 1e-5 where its length is held

CASES: dict[tuple[str, str, int], Case] = {
    ("keras", "generalized_cce", 0): Case(
        ("takes class indices", "the definition one-hot rows"),
        [1, 0],
        [[0.25, 0.75], [0.5, 0.5]],
        {},
        2 - sqrt(0.75) - sqrt(0.5),
        2 - sqrt(0.75) - sqrt(0.5),
        own_true=[[0, 1], [1, 0]],
    ),
    ("keras", "ctc", 0): Case(
        ("log 0 as −1e5", "1e5, not infinity", "on TensorFlow it costs 707.7"),
        [[1, 2]],
        [[[0.0] * 3]],
        {},
        1e5,
        inf,
        rel=1e-5,
        told=(1,),
    ),
    ("keras", "ctc", 1): Case(
        ("0 for the blank", "as many labels of a row as are not 0"),
        [[1, -1]],  # of −1, which is a label to Keras that every step may emit
        SILENCE,
        {},
        -log(7 / 9),
        -log(6 / 27),
        told=(1,),
    ),
    ("keras", "circle", 0): Case(
        ("anchors whose loss is above 0", "a pair of each kind"),
        [0, 0, 1, 1],
        CIRCLE,
        {"gamma": 400.0},
        (2 * NEAR + 32 + LN2) / 3,
        (2 * NEAR + 32 + LN2) / 4,
        told=(3,),
    ),
    ("keras", "circle", 1): Case(
        ("no similarity above 1",),
        [0, 0, 1],
        [[2.0, 0.0], [2.0, 0.0], [0.0, 1.0]],  # of 4, taken for 1
        {"gamma": 1.0},
        log1p(exp(-0.32)),
        told=(1, 2),
    ),
    ("keras", "binary_focal", 1): Case(
        ("alpha only with apply_class_balancing=True",),
        [1, 0],
        [0.5, 0.5],
        {"alpha": 0.75},
        0.25 * LN2 / 2,
    ),
    ("keras", "dice", 0): Case(EMPTY, [0, 0], [0.0, 0.0], {}, 1.0, 0.0),
    ("keras", "tversky", 0): Case(EMPTY, [0, 0], [0.0, 0.0], {}, 1.0, 0.0),
    ("keras", "tversky", 1): Case(
        ("false negatives by alpha and false positives by beta", "the reverse"),
        [1, 0],
        [0.5, 0.25],
        {"alpha": 0.25, "beta": 0.75},
        1 - 0.5 / (0.5 + 0.25 * 0.5 + 0.75 * 0.25),
        1 - 0.5 / (0.5 + 0.25 * 0.25 + 0.75 * 0.5),
    ),
    ("torch", "cce", 0): Case(
        ("takes logits", "p.log()"), [[1, 0]], ODDS, {}, log(4), log(4), NOTHING, own_pred=QUARTERS
    ),
    ("torch", "scce", 0): Case(
        ("takes logits", "p.log()"), [0], ODDS, {}, log(4), log(4), NOTHING, own_pred=QUARTERS
    ),
    ("torch", "scce", 1): Case(BY_WEIGHTS, [0, 1], [*ODDS, *HALF], WEIGHTED, (log(4) + 3 * LN2) / 4),
    ("torch", "nll", 0): Case(BY_WEIGHTS, [0, 1], [[-1.0, -2.0], [-1.0, -5.0]], WEIGHTED, (1 + 3 * 5) / 4),
    ("torch", "kld", 0): Case(
        ("takes log-probabilities", "log p"),
        [[0.5, 0.5]],
        [[log(0.25), log(0.75)]],
        {"reduction": "batchmean"},
        0.5 * LN2 + 0.5 * log(2 / 3),
        0.5 * LN2 + 0.5 * log(2 / 3),
        NOTHING,
        own_pred=QUARTERS,
    ),
    ("torch", "kld", 1): Case(
        ("N·C", "1/C of the definition's", "batchmean divides by N"),
        [[0.5, 0.25, 0.25]],
        [[log(0.25), log(0.25), log(0.5)]],
        {},
        0.25 * LN2 / 3,
        0.25 * LN2,
        own_pred=[[0.25, 0.25, 0.5]],
    ),
    ("torch", "ctc", 0): Case(
        ("by its number of labels first", "no more than a short one"),
        [[1, -1], [1, 2]],
        [SILENCE[0][:2], SILENCE[0][:2]],
        {},
        (LN3 / 1 + 2 * LN3 / 2) / 2,
        (LN3 + 2 * LN3) / 2,
    ),
    ("torch", "ctc", 1): Case(
        ("takes log-probabilities, steps first",), [[1, -1]], SILENCE, {}, -log(6 / 27), -log(6 / 27)
    ),
    ("torch", "triplet", 0): Case(
        ("1e-6 to every difference", "1e-6·√D apart"),
        None,
        [[[0.0, 0.0], [0.0, 0.0], [3.0, 4.0]]],
        {"margin": 5.0},
        1e-6 * sqrt(2) + 1e-6 * 7 / 5,
        0.0,
        rel=1e-6,
    ),
    ("torch", "poisson", 0): Case(
        ("as the logarithm of a rate", "log_input=False"),
        [2.0],
        [0.5],
        {},
        exp(0.5) - 1,
        0.5 - 2 * log(0.5),
        NOTHING,
    ),
    ("torch", "poisson", 2): Case(
        ("Stirling", "up to 0.08 too low", "0 for counts up to 1"),
        [2.0, 1.0],
        [0.0, 0.0],
        {"full": True},
        (1 + stirling(2) + 1) / 2,
        (1 + lgamma(3) + 1) / 2,
        {"full": True, "from_log": True},
        told=(1,),
    ),
    ("torch", "bce", 1): Case(
        ("BCEWithLogitsLoss", "clips nothing", "pos_weight"),
        [1, 0],
        [-200.0, 0.0],
        {"from_logits": True, "pos_weight": 3.0},
        (600 + LN2) / 2,
        (600 + LN2) / 2,
    ),
    ("optax", "cosine_similarity", 0): Case(
        ("the cosine itself", "+1", "not its negative"), [[1.0, 0.0]], [[2.0, 0.0]], {}, 1.0, -1.0
    ),
    ("optax", "bce", 0): Case(LOGITS, [1], [LN3], {}, log(4 / 3), log(4 / 3), NOTHING, own_pred=[0.75]),
    ("optax", "bce", 1): Case(
        ("over the last axis, s/D", "the definition over two classes, s/2"),
        [[1, 1, 1]],
        [[LN3, LN3, LN3]],
        {"label_smoothing": 0.5},
        (2 / 3) * log(4 / 3) + (1 / 3) * log(4),
        0.75 * log(4 / 3) + 0.25 * log(4),
        {"label_smoothing": 0.5, "from_logits": True},
    ),
    ("optax", "binary_focal", 0): Case(
        LOGITS, [1], [LN3], {}, log(4 / 3) / 16, log(4 / 3) / 16, NOTHING, own_pred=[0.75]
    ),
    ("optax", "triplet", 0): Case(
        ("1e-6 to each sum of powers before its root",),
        None,
        [[[0.0, 0.0], [0.0, 0.0], [3.0, 4.0]]],
        {"margin": 6.0},
        1e-3 + 6 - sqrt(25 + 1e-6),
        1.0,
    ),
    ("optax", "triplet", 1): Case(
        ("powers of the signed differences", "odd p", "may be nan"),
        None,
        [[[0.0, 0.0], [1.0, -1.0], [-2.0, 0.0]]],
        {"margin": 3.0, "p": 3.0},
        0.01 - (8 + 1e-6) ** (1 / 3) + 3,
        2 ** (1 / 3) - 2 + 3,
    ),
    ("optax", "ntxent", 0): Case(NO_PAIR, [0, 1], [[1.0, 0.0], [0.0, 1.0]], {}, nan, 0.0),
    ("optax", "ntxent", 1): Case(
        ("at least 1.2e-7", "nearly zero"),
        [0, 0, 1],
        [[1e-5, 0.0], [1.0, 0.0], [0.0, 1.0]],
        {"temperature": 1.0},
        log1p(exp(-SHORT)),
        log1p(exp(-1)),
        told=(1,),
    ),
    ("optax", "generalized_dice", 0): Case(
        ("one Dice a class", "1/(Sy² + 1e-7)", "one ratio"),
        [[1, 0], [0, 1], [0, 1]],
        [[0.75, 0.25], [0.5, 0.5], [0.25, 0.75]],
        {"smooth": 0.0},
        ((1 - 0.75 / 1.25) * 1.6 + (1 - 1.25 / 1.75) * 0.4) / 2,
        1 - 2 * (0.75 + 1.25 / 4) / (2.5 + 3.5 / 4),
    ),
    ("optax", "generalized_dice", 1): Case(
        ("smooth is 1 unless told otherwise", "the definition's 0"),
        [[1, 0], [0, 1], [0, 1]],
        [[0.75, 0.25], [0.5, 0.5], [0.25, 0.75]],
        {},
        ((1 - 1.75 / 2.25) * 1.6 + (1 - 2.25 / 2.75) * 0.4) / 2,
        1 - 2 * (0.75 + 1.25 / 4) / (2.5 + 3.5 / 4),
    ),
    ("optax", "dice", 0): Case(
        ("one ratio for each sample and averages them", "one over everything"),
        [[1, 0], [1, 1]],
        [[0.0, 0.0], [0.0, 0.0]],
        {"smooth": 0.0},
        ((1 - 0.5 / 1) + (1 - 1 / 1.5)) / 2,
        1 - 2 * 1.5 / 5,
        {"smooth": 0.0, "from_logits": True},
    ),
    ("optax", "dice", 1): Case(
        ("logits only", "apply_sigmoid=False", "refuses every probability but 1"),
        [[1, 0]],
        ODDS,
        {"smooth": 0.0},
        1 - 0.5 / ((1 + 1.25) / 2),
        1 - 2 * 0.5 / 2.25,
        own_pred=[[0.5, 0.75]],
    ),
    ("optax", "dice", 2): Case(
        ("smooth is 1", "twice the definition's"),
        [[1, 0], [1, 1]],
        [[0.0, 0.0], [0.0, 0.0]],
        {},
        ((1 - 1.5 / 2) + (1 - 2 / 2.5)) / 2,
        ((1 - 3 / 4) + (1 - 4 / 5)) / 2,
        {"smooth": 2.0, "from_logits": True, "per": "sample"},
    ),
    ("optax", "cce", 0): Case(LOGITS, [[1, 0]], ODDS, {}, log(4), log(4), NOTHING, own_pred=QUARTERS),
    ("optax", "scce", 0): Case(LOGITS, [0], ODDS, {}, log(4), log(4), NOTHING, own_pred=QUARTERS),
    ("optax", "poly_cce", 0): Case(
        LOGITS,
        [[1, 0]],
        ODDS,
        {"epsilon": 2.0},
        log(4) + 1.5,
        log(4) + 1.5,
        {"epsilon": 2.0, "from_logits": False},
        own_pred=QUARTERS,
    ),
    ("optax", "kld", 0): Case(
        ("takes log-probabilities", "log p"),
        [[0.5, 0.5]],
        [[log(0.25), log(0.75)]],
        {},
        0.5 * LN2 + 0.5 * log(2 / 3),
        0.5 * LN2 + 0.5 * log(2 / 3),
        own_pred=QUARTERS,
    ),
    ("optax", "generalized_kld", 0): Case(
        ("takes log-probabilities", "log p"),
        [[0.5, 1.0]],
        [[log(0.25), log(0.75)]],
        {},
        0.5 * LN2 + log(4 / 3) - 0.5,
        0.5 * LN2 + log(4 / 3) - 0.5,
        own_pred=QUARTERS,
    ),
    ("optax", "listnet", 0): Case(
        ("grades as they are", "through a softmax first"),
        [[2.0, 0.0]],
        ODDS,
        {},
        2 * log(4),
        (exp(2) * log(4) + log(4 / 3)) / (exp(2) + 1),
    ),
    ("optax", "ctc", 0): Case(
        ("log 0 as −1e5", "1e5 instead of infinity"),
        [[1, 2]],
        [[[0.0] * 3]],
        {},
        1e5,
        inf,
        rel=1e-5,
        told=(1,),
    ),
    ("sklearn", "rmse", 0): Case(
        ("one root for each output and averages them", "one root over everything"),
        [[0.0, 0.0], [0.0, 0.0]],
        [[3.0, 1.0], [3.0, -1.0]],
        {},
        (3 + 1) / 2,
        sqrt((9 + 9 + 1 + 1) / 4),
    ),
    ("sklearn", "rmsle", 0): Case(
        ("one root for each output and averages them", "one root over everything"),
        [[0.0, 0.0], [0.0, 0.0]],
        [[exp(3) - 1, exp(1) - 1]] * 2,
        {},
        (3 + 1) / 2,
        sqrt((9 + 9 + 1 + 1) / 4),
    ),
    ("sklearn", "mape", 0): Case(
        ("a fraction, not percent", "1/100 of the definition's"), [-2.0, 4.0], [1.0, 5.0], {}, 0.875, 87.5
    ),
    ("sklearn", "tweedie", 0): Case(
        ("power is 0", "squared error", "the definition's 1.5"),
        [4.0],
        [1.0],
        {},
        9.0,
        2 * (4**0.5 / (-0.5 * 0.5) - 4 / -0.5 + 1 / 0.5),
    ),
    ("tfa", "triplet_semihard", 0): Case(NO_PAIR, [0, 1], [[0.0], [1.0]], {}, nan, 0.0),
    ("tfa", "triplet_semihard", 1): Case(
        ("distance 0 for the negative of a row that has none", "leaves it out"),
        [0, 0],
        [[0.0], [3.0]],
        {},
        1 + 3,
        0.0,
    ),
    ("tfa", "triplet_hard", 0): Case(
        ("every row as an anchor", "without a second of its class", "leaves it out"),
        [0, 0, 1],
        [[0.0], [1.0], [3.0]],
        {"margin": 3.0},
        (1 + 2 + 1) / 3,
        (1 + 2) / 2,
        told=(3,),
    ),
    ("tfa", "lifted_struct", 0): Case(NO_PAIR, [0, 1], [[0.0], [1.0]], {}, nan, 0.0),
    ("tfa", "npairs_multilabel", 0): Case(
        ("0 by 0 for a row without labels", "the whole nan", "leaves the row out"),
        [[1, 0], [0, 0]],
        [[0.0, 1.0], [1.0, 0.0]],
        {},
        nan,
        log1p(exp(1.0)),
        told=(2,),
    ),
    ("tfa", "weighted_kappa", 0): Case(
        ("1e-6 inside the logarithm", "−13.8, not −∞"),
        [[1, 0], [0, 1]],
        [[1.0, 0.0], [0.0, 1.0]],
        {},
        log(1e-6),
        -inf,
    ),
    ("tfa", "binary_focal", 0): Case(
        ("sums over the last axis", "the definition averages"),
        [[1, 0]],
        [[0.5, 0.5]],
        {"alpha": 0.5},
        0.25 * LN2,
        0.125 * LN2,
    ),
    ("tfa", "binary_focal", 1): Case(
        ("alpha = 0.25 unless told", "the definition by nothing"),
        [1],
        [0.5],
        {},
        0.25 * 0.25 * LN2,
        0.25 * LN2,
    ),
    ("torchvision", "binary_focal", 0): Case(
        ("takes logits only", "log(p / (1 − p))"),
        [1],
        [LN3],
        {"alpha": None},
        log(4 / 3) / 16,
        log(4 / 3) / 16,
        NOTHING,
        own_pred=[0.75],
    ),
    ("torchvision", "binary_focal", 1): Case(
        ("alpha = 0.25", "alpha=-1", "the definition by nothing"),
        [1, 0],
        [0.0, 0.0],
        {},
        0.25 * LN2 / 2,
        0.25 * LN2,
        {"from_logits": True},
    ),
    ("torch", "kld", 3): Case(
        ("log_target", "y_true must hold log y"),
        [[log(0.5), log(0.5)]],
        [[log(0.25), log(0.75)]],
        {"log_target": True, "reduction": "batchmean"},
        0.5 * LN2 + 0.5 * log(2 / 3),
    ),
    ("optax", "kld", 2): Case(
        ("kl_divergence_with_log_targets", "y_true must hold log y"),
        [[log(0.5), log(0.5)]],
        [[log(0.25), log(0.75)]],
        {"log_target": True},
        0.5 * LN2 + 0.5 * log(2 / 3),
    ),
    ("optax", "tversky", 0): Case(("one ratio for each sample and class",), *EACH_CLASS),
    ("optax", "tversky", 1): Case(("logits unless told apply_softmax=False",), *EACH_CLASS),
    ("optax", "tversky", 2): Case(("smooth is 1 unless told", "the definition's 0"), *EACH_CLASS),
    ("scipy", "jsd", 0): Case(
        ("square root of the divergence",), [[0.25, 0.75]], [[0.5, 0.5]], {}, sqrt(APART), APART, rel=1e-12
    ),
    ("sklearn", "brier", 0): Case(
        ("halves the sum over two classes",), [0, 1], [[0.7, 0.3], [0.2, 0.8]], {}, 0.13 / 2, 0.13
    ),
    ("sklearn", "brier", 1): Case(
        ("twice the definition's",), [1, 0], [0.5, 0.5], {"scale_by_half": False}, 0.5, 0.25, NOTHING
    ),
    ("torchvision", "giou", 0): Case(BOXES, SMALL, SMALL, {}, KEPT, 0.0),
    ("torchvision", "diou", 0): Case(BOXES, SMALL, SMALL, {}, KEPT, 0.0),
    ("torchvision", "ciou", 0): Case(BOXES, SMALL, SMALL, {}, KEPT, 0.0),
}
# Parameters under which a condition does not hold.
QUIET: dict[tuple[str, str, int], tuple[dict[str, Any], ...]] = {
    ("keras", "binary_focal", 1): ({}, {"alpha": None}),
    ("keras", "tversky", 1): ({}, {"alpha": 0.75, "beta": 0.75}),
    ("torch", "scce", 1): ({}, {"label_smoothing": 0.5}, {"ignore_class": 1}),
    ("torch", "nll", 0): ({}, {"ignore_class": 1}),
    ("torch", "poisson", 0): ({"from_log": False},),
    ("torch", "poisson", 2): ({}, {"from_log": False}),
    ("torch", "bce", 1): ({"from_logits": False},),
    ("optax", "bce", 1): ({}, {"label_smoothing": 0.0}),
    ("optax", "triplet", 1): ({}, {"p": 2.0}, {"p": 4.0}),
    ("optax", "generalized_dice", 1): ({"smooth": 0.0}, {"smooth": 0.5}),
    ("sklearn", "tweedie", 0): ({"power": 1.5}, {"power": 1.0}, {"power": 3.0}),
    ("tfa", "binary_focal", 1): ({"alpha": None}, {"alpha": 0.0}),
    ("torchvision", "binary_focal", 1): ({"alpha": None},),
    ("torch", "kld", 3): ({},),
    ("optax", "kld", 2): ({},),
    ("optax", "dice", 2): ({"smooth": 0.0},),
    ("optax", "tversky", 1): ({"from_logits": False},),
    ("optax", "tversky", 2): ({"smooth": 0.5},),
    ("sklearn", "brier", 0): ({"scale_by_half": False},),
    ("sklearn", "brier", 1): ({}, {"scale_by_half": True}),
}
POINTS = [[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]]
# Rows that it does not change, or a reduction.
UNTOUCHED: tuple[tuple[tuple[str, str, int], Any, Any, dict[str, Any]], ...] = (
    (("keras", "dice", 0), [1, 0], [0.5, 0.25], {}),
    (("keras", "dice", 0), [[1, 0], [0, 1]], [[0.5, 0.0], [0.0, 0.25]], {"per": "class"}),
    (("keras", "dice", 0), [[1, 0], [0, 1]], [[0.5, 0.0], [0.0, 0.25]], {"per": "sample"}),
    (("keras", "tversky", 0), [1, 0], [0.0, 0.0], {}),
    (("keras", "ctc", 0), [[1, 2]], SILENCE, {}),
    (("keras", "ctc", 1), [[1, 0]], SILENCE, {}),
    (("keras", "circle", 0), [0, 0, 1, 1], CIRCLE, {"gamma": 1.0}),
    (("keras", "circle", 0), [0, 0, 1, 1], CIRCLE, {"gamma": 400.0, "reduction": "sum"}),
    (("keras", "circle", 1), [0, 0, 1], POINTS, {}),
    (("torch", "scce", 1), [0, 1], [[0.0, 1.0], [1.0, 0.0]], {**WEIGHTED, "reduction": "sum"}),
    (("torch", "nll", 0), [0, 1], [[-1.0, -2.0], [-1.0, -5.0]], {**WEIGHTED, "reduction": "sum"}),
    (("torch", "kld", 1), [[0.5, 0.5]], [[-1.0, -1.0]], {"reduction": "sum"}),
    (("torch", "kld", 1), [[0.5, 0.5]], [[-1.0, -1.0]], {"reduction": "batchmean"}),
    (("torch", "ctc", 0), [[1, 2]], SILENCE, {"reduction": "sum"}),
    (("torch", "poisson", 2), [1.0, 0.0], [0.0, 0.0], {"full": True}),
    (("optax", "bce", 1), [[1, 0]], [[LN3, LN3]], {"label_smoothing": 0.5}),
    (("optax", "ctc", 0), [[1, 2]], SILENCE, {}),
    (("optax", "ntxent", 0), [0, 0, 1], POINTS, {}),
    (("optax", "ntxent", 1), [0, 0, 1], POINTS, {}),
    (("sklearn", "rmse", 0), [[0.0], [1.0]], [[1.0], [3.0]], {}),
    (("sklearn", "rmsle", 0), [0.0, 1.0], [1.0, 3.0], {}),
    (("sklearn", "brier", 0), [1, 0], [0.5, 0.5], {}),
    (("sklearn", "brier", 0), [0, 1, 2], [[0.7, 0.2, 0.1], [0.2, 0.5, 0.3], [0.1, 0.1, 0.8]], {}),
    (("sklearn", "brier", 1), [0, 1, 1], [[0.7, 0.3], [0.2, 0.8], [0.1, 0.9]], {"scale_by_half": False}),
    (("tfa", "triplet_semihard", 0), [0, 0, 1], POINTS, {}),
    (("tfa", "triplet_semihard", 1), [0, 0, 1], POINTS, {}),
    (("tfa", "triplet_hard", 0), [0, 0, 1, 1], CIRCLE, {}),
    (("tfa", "lifted_struct", 0), [0, 0, 1], POINTS, {}),
    (("tfa", "npairs_multilabel", 0), [[1, 0], [0, 1]], [[0.0, 1.0], [1.0, 0.0]], {}),
    (("tfa", "binary_focal", 0), [[1], [0]], [[0.5], [0.5]], {}),
)
