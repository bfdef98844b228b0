"""Rows that frameworks change, each with the framework's value and the definition's, worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from math import atan, e, exp, inf, log, nan, pi, sqrt
from types import MappingProxyType
from typing import Any, NamedTuple

LN2 = log(2)
TOP = log(2**23)  # −log(1 − p) of the float32 next below 1
CLIP = log(1e7)
REFUSED = "refused"


class Row(NamedTuple):
    """A row, what the framework and the definition make of it (None: of other input), whether it is told."""

    true: Any
    pred: Any
    theirs: float
    ours: float | str | None
    told: bool


class Case(NamedTuple):
    """Rows, parameters, and the telling words of the sentence."""

    words: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    params: Mapping[str, Any] = MappingProxyType({})
    rel: float = 2e-6


PROBABLE = ("1e-7", "1 − 1e-7", "wrong class", "16.1", "instead of infinity")
RESCALED = ("divides each row of probabilities by its sum", "as it is and refuses one", "more than 0.001")
RESCALED_ROWS = (
    ([1, 0], [0.6, 0.6], LN2, REFUSED, True),
    ([1, 0], [0.25, 0.75], log(4), log(4), False),
    ([0, 1], [0.5, 0.500004], -log(0.500004 / 1.000004), -log(0.500004), True),
    ([0, 1], [0.5, 0.5000004], LN2, -log(0.5000004), False),
    ([0, 1], [0.5, 0.5009], -log(0.5009 / 1.0009), -log(0.5009), True),
    ([0, 1], [0.5, 0.5011], -log(0.5011 / 1.0011), REFUSED, True),
)
KERAS_ROWS = (
    ([1, 0], [0.0, 1.0], CLIP, inf, True),
    ([0, 1], [0.0, 1.0], 2**-23, 0.0, False),
    ([1, 0], [0.5, 0.5], LN2, LN2, False),
    ([1, 0], [4e-7, 1 - 4e-7], -log(4e-7), -log(4e-7), False),
    ([1, 0], [5e-8, 1 - 5e-8], CLIP, -log(5e-8), True),
)
BINARY_ROWS = (
    (1, 0.0, CLIP, inf, True),
    (0, 1.0, TOP, inf, True),
    (1, 1.0, 2**-23, 0.0, False),
    (1, 5e-8, CLIP, -log(5e-8), True),
    (1, 4e-7, -log(4e-7), -log(4e-7), False),
    (0, 0.5, LN2, LN2, False),
)
CERTAIN = ("1 − 1e-7", "right class", "1.2e-7", "instead of 0")
CERTAIN_ROWS = (
    (1, 1.0, 2**-23, 0.0, True),
    (0, 0.0, 2**-23, 0.0, True),
    (1, 0.0, CLIP, inf, False),
    (0, 0.5, LN2, LN2, False),
)
CERTAIN_CLASSES = (
    ([0, 1], [0.0, 1.0], 2**-23, 0.0, True),
    ([1, 0], [0.0, 1.0], CLIP, inf, False),
    ([1, 0], [0.5, 0.5], LN2, LN2, False),
)
MASKED = ("a target of 0 by log 0", "nan", "counts nothing")
MASKED_ROWS = (
    ([0.0, 1.0], [-inf, 0.0], nan, REFUSED, True),
    ([0.0, 1.0], [0.0, 0.0], LN2, None, False),
    ([0.5, 0.5], [-inf, 0.0], inf, None, False),
)
FROM_THIRDS = 0.25 * log(0.5) + 0.75 * log(1.5)  # of (1, 3) and (2, 2), divided by their sums
APART = sqrt((log(2 / 3) / 4 + 3 * log(1.2) / 4 + log(4 / 3) / 2 + log(0.8) / 2) / 2)
KLD_ROWS = (
    ([0.25, 0.75], [0.5, 0.5], 0.25 * log(0.5) + 0.75 * log(1.5), None, False),
    ([1.0, 0.5], [1.0, 0.25], 0.5 * LN2, None, False),
)
HALF_FOCAL = tuple(
    (true, pred, theirs * (1 - (pred if true else 1 - pred)) ** 2, None, told)
    for true, pred, theirs, _, told in BINARY_ROWS
)
NOT_SIGNS = ("as it stands", "whatever it is")
WRONG_SIDE = [0.0, 3.0, 2.0, 1.0]  # y2 < y1
BOX = [0.0, 0.0, 2.0, 2.0]
FLAT = 4 / pi**2 * (pi / 4 - atan(2)) ** 2  # how far a box of 2 × 1 is from its shape

CASES: dict[tuple[str, str, int], Case] = {
    ("keras", "cce", 0): Case(RESCALED, RESCALED_ROWS),
    ("keras", "cce", 1): Case(PROBABLE, KERAS_ROWS),
    ("keras", "cce", 2): Case(CERTAIN, CERTAIN_CLASSES),
    ("keras", "scce", 2): Case(CERTAIN, tuple((r[0].index(1), *r[1:]) for r in CERTAIN_CLASSES)),
    ("keras", "bce", 1): Case(CERTAIN, CERTAIN_ROWS),
    ("torch", "cce", 1): Case(MASKED, MASKED_ROWS),
    ("optax", "cce", 1): Case((*MASKED, "safe_softmax_cross_entropy"), MASKED_ROWS),
    ("scipy", "cosine_distance", 0): Case(
        ("zero vector gives nan", "cosine as 0"),
        (([0.0, 0.0], [1.0, 0.0], nan, 1.0, True), ([1.0, 0.0], [0.6, 0.8], 0.4, 0.4, False)),
        rel=1e-12,
    ),
    ("scipy", "jsd", 1): Case(
        ("divides each row by its sum",),
        (([1, 3], [2, 2], APART, REFUSED, True), ([0.25, 0.75], [0.5, 0.5], APART, None, False)),
        rel=1e-12,
    ),
    ("scipy", "kld", 0): Case(
        ("rows as they are", "whatever they sum to", "refuses one"),
        (
            ([1, 3], [2, 2], log(0.5) + 3 * log(1.5), REFUSED, True),
            ([0.25, 0.75], [0.5, 0.5], FROM_THIRDS, FROM_THIRDS, False),
        ),
        rel=1e-12,
    ),
    ("scipy", "kld", 1): Case(
        ("divides each row by its sum",),
        (([1, 3], [2, 2], FROM_THIRDS, REFUSED, True), ([0.25, 0.75], [0.5, 0.5], FROM_THIRDS, None, False)),
        {"normalize": True},
        1e-12,
    ),
    ("keras", "scce", 0): Case(RESCALED, tuple((r[0].index(1), *r[1:]) for r in RESCALED_ROWS)),
    ("keras", "scce", 1): Case(PROBABLE, tuple((r[0].index(1), *r[1:]) for r in KERAS_ROWS)),
    ("keras", "categorical_focal", 0): Case(
        RESCALED,
        (
            ([1, 0], [0.6, 0.6], 0.25 * 0.25 * LN2, REFUSED, True),
            ([1, 0], [0.25, 0.75], 0.25 * 0.5625 * log(4), 0.25 * 0.5625 * log(4), False),
        ),
        {"alpha": 0.25},
    ),
    ("keras", "categorical_focal", 1): Case(
        ("1e-7", "16.1", "logits pass a softmax first and are clipped too"),
        (
            ([1, 0], [0.0, 1.0], CLIP, inf, True),
            ([1, 0], [0.5, 0.5], LN2 * 0.25, LN2 * 0.25, False),
            ([1, 0], [4e-7, 1 - 4e-7], -log(4e-7), -log(4e-7) * (1 - 4e-7) ** 2, False),
        ),
        {"alpha": 1.0},
    ),
    ("keras", "kld", 0): Case(
        ("y_pred to [1e-7, 1]", "16.1", "instead of infinity"),
        (
            ([0.5, 0.5], [0.0, 1.0], 0.5 * log(0.5 / 1e-7) + 0.5 * log(0.5), inf, True),
            ([0.0, 1.0], [0.0, 1.0], 0.0, 0.0, False),
            *KLD_ROWS,
        ),
    ),
    ("keras", "kld", 1): Case(
        ("y_true to [1e-7, 1]", "a target of 0 adds a little instead of nothing"),
        (([0.0, 1.0], [0.5, 0.5], 1e-7 * log(1e-7 / 0.5) + LN2, LN2, True), *KLD_ROWS),
    ),
    ("keras", "kld", 2): Case(
        ("1 for a probability above 1",),
        (
            ([2.0, 0.5], [0.5, 0.5], LN2, REFUSED, True),
            ([0.5, 0.5], [1.5, 0.5], 0.5 * log(0.5), REFUSED, True),
            *KLD_ROWS,
        ),
    ),
    ("keras", "mape", 0): Case(
        ("at least 1e-7", "1e9 times the error", "instead of infinity"),
        (
            (0.0, 1.0, 1e9, inf, True),
            (-1e-8, 2.0, 100 * (2 + 1e-8) / 1e-7, 100 * (2 + 1e-8) / 1e-8, True),
            (2e-7, 1.0, 100 * (1 - 2e-7) / 2e-7, 100 * (1 - 2e-7) / 2e-7, False),
            (-2.0, 1.0, 150.0, 150.0, False),
        ),
    ),
    ("keras", "msle", 0): Case(
        ("below 1e-7 to 1e-7", "negative ones too", "1 + the value"),
        (
            (-0.5, 1.0, LN2**2, (2 * LN2) ** 2, True),
            (1.0, -0.5, LN2**2, (2 * LN2) ** 2, True),
            (3.0, 1.0, LN2**2, LN2**2, False),
        ),
    ),
    ("keras", "cosine_similarity", 0): Case(
        ("length of at least 1e-7", "nearly zero"),
        (
            ([1e-8, 0.0], [1.0, 0.0], -0.1, -1.0, True),
            ([3.0, 0.0], [0.0, 2e-8], 0.0, 0.0, False),
            ([2.0, 0.0], [-2e-8, 0.0], 0.2, 1.0, True),
            ([2e-7, 0.0], [1.0, 1.0], -1 / sqrt(2), -1 / sqrt(2), False),
        ),
    ),
    ("keras", "poisson", 0): Case(
        ("1e-7 to the rate inside the logarithm", "16.1 a count", "no log input"),
        (
            (1.0, 0.0, CLIP, inf, True),
            (3.0, 0.0, 3 * CLIP, inf, True),
            (0.0, 0.0, 0.0, 0.0, False),
            (2.0, 1.0, 1.0, 1.0, False),
            (1.0, 1e-6, -log(1.1e-6), None, False),
        ),
    ),
    ("keras", "bce", 0): Case((*PROBABLE, "15.9 for a predicted 1"), BINARY_ROWS),
    ("keras", "binary_focal", 0): Case(
        ("1e-7", "16.1", "logits pass a sigmoid first and are clipped too"),
        HALF_FOCAL,
    ),
    ("keras", "hinge", 0): Case(
        ("−1 and 1 only if all of them are 0 or 1", "as they stand otherwise"),
        ((0, 3.0, 1.0, None, True), (-1, 0.5, 1.5, None, False), (1, 0.5, 0.5, None, False)),
    ),
    ("keras", "squared_hinge", 0): Case(
        ("−1 and 1 only if all of them are 0 or 1", "as they stand otherwise"),
        ((2, 0.25, 0.25, None, True), (-1, 0.5, 2.25, None, False), (1, 0.5, 0.25, None, False)),
    ),
    ("torch", "scce", 2): Case(
        ("leaves samples of class −100 out", "unless ignore_class names another"),
        (
            (-100, [0.0, 0.0], 0.0, REFUSED, True),
            (1, [0.0, 0.0], LN2, None, False),
            (0, [0.0, log(3)], log(4), None, False),
        ),
    ),
    ("torch", "nll", 1): Case(
        ("leaves samples of class −100 out", "unless ignore_class names another"),
        ((-100, [-1.0, -2.0], 0.0, REFUSED, True), (1, [-1.0, -2.0], 2.0, None, False)),
    ),
    ("torch", "kld", 2): Case(
        ("a target of 0 by log 0", "nan", "counts nothing"),
        (
            ([0.0, 1.0], [-inf, 0.0], nan, None, True),
            ([0.0, 1.0], [log(0.5), log(0.5)], LN2 / 2, None, False),
            ([0.5, 0.5], [-inf, 0.0], inf, None, False),
        ),
    ),
    ("torch", "multilabel_margin", 0): Case(
        ("as often as it is listed", "the definition once"),
        (
            ([0, 0, -1], [0.5, 0.25, 0.0], 2 * (0.75 + 0.5) / 3, 1.25 / 3, True),
            ([0, 1, -1], [0.5, 0.25, 0.0], (0.5 + 0.75) / 3, 1.25 / 3, False),
            ([0, -1, 0], [0.5, 0.25, 0.0], (0.75 + 0.5) / 3, 1.25 / 3, False),
        ),
    ),
    ("torch", "margin_ranking", 0): Case(
        NOT_SIGNS,
        (
            (0, [1.0, 3.0], 0.25, REFUSED, True),
            (2, [1.0, 3.0], 4.25, REFUSED, True),
            (1, [1.0, 3.0], 2.25, None, False),
            (-1, [1.0, 3.0], 0.0, None, False),
        ),
        {"margin": 0.25},
    ),
    ("torch", "cosine_embedding", 0): Case(
        ("1e-12", "by half at length 1e-6", "1e-6 of it at 1e-3", "too near 0"),
        (
            (1, [[1e-6, 0.0], [1.0, 0.0]], 1 - 1 / sqrt(2), 0.0, True),
            (1, [[1e-6, 0.0], [1e-6, 0.0]], 0.5, 0.0, True),
            (1, [[1.0, 0.0], [0.6, 0.8]], 0.4, 0.4, False),
            (-1, [[0.002, 0.0], [0.002, 0.0]], 1.0, 1.0, False),
        ),
    ),
    ("torch", "cosine_embedding", 1): Case(
        ("neither 1 nor −1 as 0",),
        (
            (0, [[1.0, 0.0], [0.6, 0.8]], 0.0, REFUSED, True),
            (2, [[1.0, 0.0], [0.6, 0.8]], 0.0, REFUSED, True),
            (1, [[1.0, 0.0], [0.6, 0.8]], 0.4, None, False),
            (-1, [[1.0, 0.0], [0.6, 0.8]], 0.6, None, False),
        ),
    ),
    ("torch", "poisson", 1): Case(
        ("1e-8 to the rate inside the logarithm", "18.4 a count", "instead of infinity"),
        (
            (1.0, 0.0, log(1e8), inf, True),
            (2.0, 1e-8, 2 * log(5e7), 2 * log(1e8) + 1e-8, True),
            (0.0, 0.0, 0.0, 0.0, False),
            (2.0, 1.0, 1.0, 1.0, False),
        ),
        {"from_log": False},
        1e-7,
    ),
    ("torch", "gaussian_nll", 0): Case(
        ("below 1e-6 to 1e-6", "0 too"),
        (
            (1.0, [1.0, 0.0], 0.5 * log(1e-6), REFUSED, True),
            (1.0, [1.001, 5e-7], 0.5 * (log(1e-6) + 1), 0.5 * (log(5e-7) + 2), True),
            (1.0, [1.001, 1e-6], 0.5 * (log(1e-6) + 1), None, False),
            (1.0, [3.0, e], 0.5 * (1 + 4 / e), None, False),
        ),
    ),
    ("torch", "bce", 0): Case(
        ("−100 or above", "costs 100", "wrong class", "instead of infinity"),
        (
            (1, 0.0, 100.0, inf, True),
            (0, 1.0, 100.0, inf, True),
            (1, 1e-44, 100.0, log(1e44), True),
            (1, 1e-43, log(1e43), log(1e43), False),
            (0, 0.0, 0.0, 0.0, False),
            (1, 1.0, 0.0, 0.0, False),
            (0.5, 0.5, LN2, LN2, False),
        ),
        rel=1e-12,
    ),
    ("torch", "soft_margin", 0): Case(
        ("as they stand", "log 2 = 0.693", "whatever the score"),
        (
            (0, 5.0, LN2, log(1 + exp(5)), True),
            (0, -5.0, LN2, log(1 + exp(-5)), True),
            (1, 0.0, LN2, LN2, False),
        ),
    ),
    ("torch", "soft_margin", 1): Case(
        ("710", "wrong side", "infinity"),
        (
            (1, -710.0, inf, 710.0, True),
            (-1, 710.0, inf, 710.0, True),
            (1, -709.0, 709.0, 709.0, False),
            (1, 800.0, 0.0, 0.0, False),
        ),
    ),
    ("torch", "hinge_embedding", 0): Case(
        ("both terms", "max(0, margin − d)", "neither 1 nor −1"),
        (
            (0, 0.25, 0.25 + 1.75, REFUSED, True),
            (1, 0.25, 0.25, None, False),
            (-1, 0.25, 1.75, None, False),
        ),
        {"margin": 2.0},
    ),
    ("optax", "cosine_similarity", 1): Case(
        ("zero vector gives nan", "cosine as 0"),
        (
            ([0.0, 0.0], [1.0, 0.0], nan, 0.0, True),
            ([1.0, 0.0], [0.0, 0.0], nan, 0.0, True),
            ([1.0, 0.0], [0.6, 0.8], 0.6, -0.6, False),
        ),
    ),
    ("optax", "cosine_distance", 0): Case(
        ("zero vector gives nan", "cosine as 0"),
        (
            ([0.0, 0.0], [1.0, 0.0], nan, 1.0, True),
            ([1.0, 0.0], [0.0, 0.0], nan, 1.0, True),
            ([1.0, 0.0], [0.6, 0.8], 0.4, 0.4, False),
        ),
    ),
    ("optax", "hinge", 0): Case(
        ("a label of 0 is no −1", "does not depend on the score"),
        ((0, 3.0, 1.0, 4.0, True), (1, 0.5, 0.5, 0.5, False), (1, -2.0, 3.0, 3.0, False)),
    ),
    ("optax", "perceptron", 0): Case(
        ("a label of 0 is no −1", "does not depend on the score"),
        ((0, 3.0, 0.0, 3.0, True), (1, 0.5, 0.0, 0.0, False), (1, -2.0, 2.0, 2.0, False)),
    ),
    ("optax", "scce", 1): Case(
        ("negative class from the last", "nan for a class that is not there", "refuses both"),
        (
            (-1, [0.0, 0.0, log(2)], log(2), REFUSED, True),
            (3, [0.0, 0.0, log(2)], nan, REFUSED, True),
            (2, [0.0, 0.0, log(2)], log(2), None, False),
            (0, [0.0, 0.0, log(2)], log(4), None, False),
        ),
    ),
    ("optax", "kld", 1): Case(
        ("a target of 0 by log 0", "nan", "counts nothing"),
        (
            ([0.0, 1.0], [-inf, 0.0], nan, None, True),
            ([0.0, 1.0], [log(0.5), log(0.5)], LN2, None, False),
            ([0.5, 0.5], [-inf, 0.0], inf, None, False),
        ),
    ),
    ("optax", "generalized_kld", 1): Case(
        ("a target of 0 by log 0", "nan", "counts nothing"),
        (
            ([0.0, 1.0], [-inf, 0.0], nan, None, True),
            ([0.0, 1.0], [0.0, log(0.5)], LN2 + 0.5, None, False),
            ([0.5, 0.5], [-inf, 0.0], inf, None, False),
        ),
    ),
    ("sklearn", "mape", 1): Case(
        ("at least 2.2e-16", "4.5e15 times the error", "instead of infinity"),
        (
            (0.0, 1.0, 2.0**52, inf, True),
            (1e-17, 1.0, 2.0**52, 1e19, True),
            (1e-15, 1.0, 1e15, 1e17, False),
            (-2.0, 1.0, 1.5, 150.0, False),
        ),
        rel=1e-12,
    ),
    ("sklearn", "bce", 0): Case(
        ("2.2e-16", "36.04", "wrong class", "instead of infinity"),
        (
            (1, 0.0, log(2.0**52), inf, True),
            (0, 1.0, log(2.0**52), inf, True),
            (1, 1e-17, log(2.0**52), log(1e17), True),
            (1, 1e-15, log(1e15), log(1e15), False),
            (0, 0.5, LN2, LN2, False),
        ),
        rel=1e-12,
    ),
    ("sklearn", "cce", 0): Case(
        ("2.2e-16", "36.04", "wrong class"),
        (
            ([1, 0], [0.0, 1.0], log(2.0**52), inf, True),
            ([1, 0], [1e-15, 1 - 1e-15], log(1e15), log(1e15), False),
            ([1, 0], [0.5, 0.5], LN2, LN2, False),
        ),
        rel=1e-12,
    ),
    ("sklearn", "cce", 1): Case(
        ("warns of rows that do not sum to 1", "takes them as they are"),
        (
            ([1, 0], [0.6, 0.6], -log(0.6), REFUSED, True),
            ([0, 1], [0.5, 0.4], -log(0.4), REFUSED, True),
            ([1, 0], [0.5, 0.5 + 1e-9], LN2, LN2, False),
        ),
        rel=1e-12,
    ),
    ("sklearn", "scce", 0): Case(
        ("2.2e-16", "36.04", "wrong class"),
        (
            (0, [0.0, 1.0], log(2.0**52), inf, True),
            (0, [1e-15, 1 - 1e-15], log(1e15), log(1e15), False),
            (0, [0.5, 0.5], LN2, LN2, False),
        ),
        rel=1e-12,
    ),
    ("sklearn", "scce", 1): Case(
        ("warns of rows that do not sum to 1", "takes them as they are"),
        (
            (0, [0.6, 0.6], -log(0.6), REFUSED, True),
            (1, [0.5, 0.4], -log(0.4), REFUSED, True),
            (0, [0.5, 0.5 + 1e-9], LN2, LN2, False),
        ),
        rel=1e-12,
    ),
    ("sklearn", "hinge", 0): Case(
        ("smaller label for −1", "a lone label too", "rows of 1 alone count as −1"),
        ((1, 0.5, 1.5, 0.5, True), (1, -2.0, 0.0, 3.0, True)),
    ),
    ("tfa", "binary_focal", 2): Case(
        ("[1e-7, 1 − 1e-7]", "adds 1e-7", "15.4 times its weight", "instead of infinity"),
        (
            (1, 0.0, 0.75 * log(1 / 2e-7), None, True),
            (0, 1.0, 0.25 * -log(2**-23 + 1e-7), None, True),
            (1, 0.5, 0.75 * 0.25 * LN2, None, False),
            (0, 4e-7, 0.25 * 16e-14 * 4e-7, None, False),
        ),
        {"alpha": 0.75},
    ),
    ("tfa", "giou", 0): Case(
        ("corner on the wrong side", "width or height 0"),
        (
            (BOX, [4.0, 0.0, 3.0, 1.0], 1 + (6 - 4) / 6, REFUSED, True),
            (BOX, [0.0, 0.0, 2.0, 1.0], 0.5, None, False),
            (BOX, [0.0, 0.0, 0.0, 0.0], 1.0, None, False),
        ),
        {"box_format": "yxyx"},
    ),
    ("tfa", "iou", 0): Case(
        ("corner on the wrong side", "width or height 0"),
        (
            (WRONG_SIDE, BOX, 1.0, REFUSED, True),
            (BOX, [0.0, 0.0, 2.0, 1.0], 0.5, None, False),
        ),
        {"box_format": "yxyx"},
    ),
    # The wrong box has area 2 · −2 = −4: union 0, hull 2 · 2 with corners (0, 0) and (2, 2).
    ("torchvision", "giou", 1): Case(
        ("negative side", "as it stands"),
        (
            (BOX, WRONG_SIDE, 1 - (0.0 - 4 / (4 + 1e-7)), REFUSED, True),
            (BOX, [0.0, 0.0, 2.0, 1.0], 0.5, None, False),
        ),
        rel=1e-6,
    ),
    ("torchvision", "diou", 1): Case(
        ("negative side", "as it stands"),
        (
            (BOX, WRONG_SIDE, 1 + 1 / 8, REFUSED, True),
            (BOX, [0.0, 0.0, 2.0, 1.0], 0.5 + 0.25 / 8, None, False),
        ),
        rel=1e-6,
    ),
    ("torchvision", "ciou", 1): Case(
        ("negative side", "as it stands"),
        (
            (BOX, [0.0, 2.0, 2.0, 0.0], 1 + 1 / (1 + 1), REFUSED, True),
            (BOX, BOX, 1 - 4 / (4 + 1e-7), None, False),
        ),
        rel=1e-6,
    ),
    ("torchvision", "ciou", 2): Case(
        ("divides width by height even where both are 0", "nan"),
        (
            (BOX, [1.0, 1.0, 1.0, 1.0], nan, None, True),
            ([1.0, 1.0, 1.0, 1.0], BOX, nan, None, True),
            (BOX, [0.0, 0.0, 2.0, 1.0], 0.5 + 0.25 / 8 + FLAT**2 / (0.5 + FLAT), None, False),
        ),
        rel=1e-6,
    ),
}


# Parameters under which nothing of the kind happens, with rows that would be told without them.
QUIET: tuple[tuple[tuple[str, str, int], Any, Any, dict[str, Any]], ...] = (
    (("keras", "bce", 0), [1, 0], [50.0, -50.0], {"from_logits": True}),
    (("keras", "cce", 0), [[1, 0]], [[2.0, 3.0]], {"from_logits": True}),
    (("keras", "cce", 1), [[1, 0]], [[0.0, 60.0]], {"from_logits": True}),
    (("keras", "scce", 0), [0], [[2.0, 3.0]], {"from_logits": True}),
    (("keras", "scce", 1), [0], [[0.0, 60.0]], {"from_logits": True}),
    (("keras", "categorical_focal", 0), [[1, 0]], [[2.0, 3.0]], {"from_logits": True}),
    (("keras", "categorical_focal", 1), [[1, 0]], [[2.0, 3.0]], {"from_logits": True}),
    (("keras", "binary_focal", 0), [1, 0], [0.0, 1.0], {"from_logits": True}),
    (("keras", "hinge", 0), [0, 1], [3.0, 0.5], {}),
    (("keras", "hinge", 0), [-1, 1], [3.0, 0.5], {}),
    (("keras", "squared_hinge", 0), [0, 1], [3.0, 0.5], {}),
    (("torch", "scce", 2), [1, 0], [[0.0, 1.0], [0.0, 1.0]], {"ignore_class": 1}),
    (("torch", "nll", 1), [1, 0], [[-1.0, -2.0], [-1.0, -2.0]], {"ignore_class": 1}),
    (("torch", "poisson", 1), [1.0, 2.0], [0.0, -3.0], {"from_log": True}),
    (("torch", "bce", 0), [1, 0], [-200.0, 1.0], {"from_logits": True}),
    (("sklearn", "hinge", 0), [0, 1], [0.5, 0.5], {}),
    (("sklearn", "hinge", 0), [-1, 1], [0.5, 0.5], {}),
    (("sklearn", "hinge", 0), [0, 0], [0.5, 0.5], {}),
    (("sklearn", "hinge", 0), [-1, -1], [0.5, 0.5], {}),
    (("tfa", "binary_focal", 2), [1, 0], [0.0, 1.0], {"from_logits": True}),
)
