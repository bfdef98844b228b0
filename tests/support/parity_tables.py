"""Questions to parity, with the definition's number and every framework's row, by hand."""

from __future__ import annotations

from math import inf, log, nan, sqrt
from typing import Any, NamedTuple

LN2, CLIP, TOP = log(2), log(1e7), log(2**23)


class Told(NamedTuple):
    """A framework's number (None: none), whether it is the definition's, and its causes' beginnings."""

    value: float | None
    same: bool = False
    causes: tuple[str, ...] = ()
    takes: str = ""


class Table(NamedTuple):
    """A question, the definition's number, and every framework's row."""

    loss: str
    true: Any
    pred: Any
    weight: Any
    params: dict[str, Any]
    ours: float
    rows: dict[str, Told]


WEIGHTED = "divisor: {} divides a weighted sum by the number of samples"
ONE_VALUE = "divisor: Keras reduces the last axis first"
TWO_CLIPPED = "clipping changed 2 rows (2, 4): "
NO_WEIGHTS = "takes no sample weights"
EVEN = [[0.5, 0.5], [0.25, 0.75]]
LOGS = [[0.0, 0.0], [0.0, log(3)]]

TABLES = [
    Table(
        "mse",
        [1.0, 2.0],
        [2.0, 4.0],
        None,
        {},
        2.5,
        {
            "keras": Told(2.5, True),
            "torch": Told(2.5, True),
            "optax": Told(2.5, True),
            "sklearn": Told(2.5, True),
        },
    ),
    Table(
        "mse",
        [1.0, 2.0],
        [2.0, 4.0],
        [1.0, 3.0],
        {},
        13 / 4,
        {
            "keras": Told(2.5 * 4 / 2, False, (ONE_VALUE, "float32", WEIGHTED.format("Keras"))),
            "torch": Told(13 / 4, True),
            "optax": Told(None, takes=NO_WEIGHTS),
            "sklearn": Told(13 / 4, True),
        },
    ),
    Table(
        "huber",
        [[1.0], [2.0]],
        [[2.0], [4.0]],
        [1.0, 3.0],
        {"delta": 1.5},
        (0.5 + 3 * (1.5 * 2 - 1.125)) / 4,
        {
            "keras": Told((0.5 + 3 * 1.875) / 2, False, ("float32", WEIGHTED.format("Keras"))),
            "torch": Told((0.5 + 3 * 1.875) / 2, False, (WEIGHTED.format("PyTorch"),)),
            "optax": Told(None, takes=NO_WEIGHTS),
            "scipy": Told(None, takes=NO_WEIGHTS),
        },
    ),
    Table(
        "bce",
        [1, 0, 1, 1],
        [0.5, 1.0, 0.25, 0.0],
        None,
        {},
        inf,
        {
            "keras": Told((LN2 + TOP + log(4) + CLIP) / 4, False, (TWO_CLIPPED + "Keras", "float32")),
            "torch": Told((LN2 + 100 + log(4) + 100) / 4, False, (TWO_CLIPPED + "PyTorch",)),
            "optax": Told(None, takes="logits (--from-logits"),
            "sklearn": Told((LN2 + 2 * log(2**52) + log(4)) / 4, False, (TWO_CLIPPED + "scikit-learn",)),
        },
    ),
    Table(
        "bce",
        [1, 0],
        [0.0, log(3)],
        None,
        {"from_logits": True},
        (LN2 + log(4)) / 2,
        {
            "keras": Told((LN2 + log(4)) / 2, True),
            "torch": Told((LN2 + log(4)) / 2, True),
            "optax": Told((LN2 + log(4)) / 2, True),
            "sklearn": Told(None, takes="probabilities: the call has no from_logits"),
        },
    ),
    Table(
        "bce",
        [1, 0],
        [0.5, 0.25],
        None,
        {"label_smoothing": 0.5},
        (LN2 + 0.25 * log(4) + 0.75 * log(4 / 3)) / 2,
        {
            "keras": Told((LN2 + 0.25 * log(4) + 0.75 * log(4 / 3)) / 2, True),
            "torch": Told(None, takes="the call has no label_smoothing (leave -p label_smoothing out"),
            "optax": Told(None, takes="logits"),
            "sklearn": Told(None, takes="the call has no label_smoothing"),
        },
    ),
    Table(
        "scce",
        [0, 1],
        EVEN,
        None,
        {},
        (LN2 + log(4 / 3)) / 2,
        {
            "keras": Told((LN2 + log(4 / 3)) / 2, True),
            "torch": Told((LN2 + log(4 / 3)) / 2, True),
            "optax": Told((LN2 + log(4 / 3)) / 2, True),
            "sklearn": Told((LN2 + log(4 / 3)) / 2, True),
        },
    ),
    Table(
        "scce",
        [0, 1],
        [[0.5, 0.5], [0.2502, 0.7498]],
        None,
        {"ignore_class": 1},
        LN2,
        {
            "keras": Told(LN2, True),
            "torch": Told(LN2, True),
            "optax": Told(None, takes="the call has no ignore_class"),
            "sklearn": Told(None, takes="the call has no ignore_class"),
        },
    ),
    Table(
        "scce",
        [0, 1],
        [[0.5, 0.5005], [0.5, 0.5]],
        None,
        {},
        LN2,
        {
            "keras": Told(
                (log(1.0005 / 0.5) + LN2) / 2,
                False,
                ("rescaling changed 1 row (1): Keras", "float32"),
            ),
            "torch": Told(None, takes="logits: log p stands for them only where every row sums to 1"),
            "optax": Told(None, takes="logits: log p stands for them only where every row sums to 1"),
            "sklearn": Told(LN2, True),
        },
    ),
    Table(
        "scce",
        [0, 1],
        LOGS,
        None,
        {"from_logits": True},
        (LN2 + log(4 / 3)) / 2,
        {
            "keras": Told((LN2 + log(4 / 3)) / 2, True),
            "torch": Told((LN2 + log(4 / 3)) / 2, True),
            "optax": Told((LN2 + log(4 / 3)) / 2, True),
            "sklearn": Told(None, takes="probabilities: the call has no from_logits"),
        },
    ),
    Table(
        "kld",
        [[0.5, 0.5], [0.0, 1.0]],
        EVEN,
        None,
        {},
        log(4 / 3) / 2,
        {
            "keras": Told(
                (1e-7 * log(1e-7 / 0.25) + log(4 / 3)) / 2,
                False,
                ("clipping changed 1 row (2): Keras clips y_true", "float32"),
            ),
            "torch": Told(log(4 / 3) / 4, False, ("divisor: PyTorch's mean divides by N·C",)),
            "optax": Told(log(4 / 3) / 2, True),
            "scipy": Told(log(4 / 3) / 2, True),
        },
    ),
    Table(
        "kld",
        [[0.0, 1.0]],
        [[0.0, 1.0]],
        None,
        {},
        0.0,
        {
            "keras": Told(0.0, True),
            "torch": Told(nan, False, ("divisor: PyTorch's", "log 0 changed 1 row (1): PyTorch multiplies")),
            "optax": Told(nan, False, ("log 0 changed 1 row (1): Optax multiplies", "float32")),
            "scipy": Told(0.0, True),
        },
    ),
    Table(
        "mape",
        [-2.0, 0.0],
        [1.0, 1.0],
        None,
        {},
        inf,
        {
            "keras": Told((150 + 1e9) / 2, False, ("clipping changed 1 row (2): Keras divides", "float32")),
            "sklearn": Told(
                (1.5 + 2.0**52) / 2,
                False,
                ("percent: scikit-learn gives a fraction", "clipping changed 1 row (2): scikit-learn"),
            ),
        },
    ),
    Table(
        "rmse",
        [[0.0, 0.0], [0.0, 0.0]],
        [[3.0, 1.0], [3.0, -1.0]],
        None,
        {},
        sqrt(5),
        {
            "keras": Told(sqrt(5), True),
            "sklearn": Told(2.0, False, ("outputs: scikit-learn takes one",)),
        },
    ),
    Table(
        "cosine_similarity",
        [[1.0, 0.0], [0.0, 0.0]],
        [[0.6, 0.8], [1.0, 0.0]],
        None,
        {},
        -0.3,
        {
            "keras": Told(-0.3, True),
            "optax": Told(
                nan,
                False,
                ("sign: Optax gives the cosine", "zero vectors changed 1 row (2): ", "float32"),
            ),
        },
    ),
    Table(
        "binary_focal",
        [1, 0],
        [0.0, 0.0],
        None,
        {"from_logits": True},
        LN2 / 4,
        {
            "keras": Told(LN2 / 4, True),
            "optax": Told(LN2 / 4, True),
            "tfa": Told(LN2 / 2, False, ("divisor: TensorFlow Addons sums", "float32")),
            "torchvision": Told(LN2 / 4, True),
        },
    ),
    Table(
        "tversky",
        [1, 0],
        [0.5, 0.25],
        None,
        {"alpha": 0.25, "beta": 0.75},
        1 - 0.5 / (0.5 + 0.25 * 0.25 + 0.75 * 0.5),
        {
            "keras": Told(
                1 - 0.5 / (0.5 + 0.25 * 0.5 + 0.75 * 0.25),
                False,
                ("parameters: Keras 3.15 weighs", "float32"),
            ),
            "optax": Told(None, takes="y_pred must be (N, …, C)"),
        },
    ),
    Table(
        "giou",
        [[0.0, 0.0, 1.0, 1.0]],
        [[2.0, 0.0, 3.0, 1.0]],
        None,
        {},
        1 + 1 / 3,
        {
            "tfa": Told(1 + 1 / 3, True),
            "torchvision": Told(1 + 1 / (3 + 1e-7), False, ("epsilon: torchvision adds 1e-7",)),
        },
    ),
    Table(
        "giou",
        [[0.0, 0.0, 1.0, 1.0]],
        [[2.0, 0.0, 1.0, 1.0]],
        None,
        {"box_format": "xywh"},
        1 + 1 / 3,
        {
            "tfa": Told(None, takes='box_format: "xywh" is not "yxyx"'),
            "torchvision": Told(None, takes='box_format: "xywh" is not "xyxy"'),
        },
    ),
    Table(
        "triplet",
        None,
        [[[0.0, 0.0], [0.0, 0.0], [3.0, 4.0]]],
        None,
        {"margin": 6.0},
        1.0,
        {
            "torch": Told(1 + 1e-6 * (sqrt(2) + 7 / 5), False, ("epsilon: PyTorch adds 1e-6",)),
            "optax": Told(6 + 1e-3 - sqrt(25 + 1e-6), False, ("epsilon: Optax adds 1e-6", "float32")),
        },
    ),
    Table(
        "hinge",
        [0, 1],
        [3.0, 0.5],
        None,
        {},
        (4 + 0.5) / 2,
        {
            "keras": Told(2.25, True),
            "optax": Told((1 + 0.5) / 2, False, ("label coding changed 1 row (1): Optax", "float32")),
            "sklearn": Told(2.25, True),
        },
    ),
    Table(
        "poisson",
        [2.0, 1.0],
        [1.0, 0.0],
        None,
        {},
        inf,
        {
            "keras": Told((1 + CLIP) / 2, False, ("epsilon changed 1 row (2): Keras adds 1e-7", "float32")),
            "torch": Told(
                (1 - 2 * log(1 + 1e-8) + log(1e8)) / 2,
                False,
                ("epsilon changed 1 row (2): PyTorch adds 1e-8",),
            ),
        },
    ),
]
