"""Domains: what a loss admits, as types in its kernel's signature.

`y_true: Label01` says as much to a reader as to the checker, the explainer and the tests.
A *domain* describes an array; what a parameter may be is a range (losscli.losses.ranges).
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[Any]
else:
    Array = np.ndarray  # importing numpy.typing takes a twentieth of the start

# How the values of one sample stand in the array:
#   entry    (N, ...), a value an entry, trailing axes averaged by the engine
#   row      (N, D), one value for the row
#   rest     (N, ...), one value for everything behind the first axis
#   scalar   (N,)
#   columns  (N, k), k named columns
#   parts    (N, k, D), or the same flattened to (N, k·D)
#   index    (N,) or (N, 1), whole numbers
#   indices  (N, C), whole numbers
#   square   (N, N)
#   steps    (N, T, C)
Grain = Literal["entry", "row", "rest", "scalar", "columns", "parts", "index", "indices", "square", "steps"]

# What one value means as data, which decides how it is drawn, checked, coded and held against a constant.
# A margin is a score whose sign (or whose largest of a row) decides the class; other scores only order.
# fmt: off
Means = Literal[
    "number", "amount", "count", "rate", "log-rate", "probability", "log-probability", "logit", "margin",
    "score", "label", "class index", "grade", "distance", "similarity", "embedding", "box", "weight",
    "bounds", "members", "mean and variance", "mean and deviation", "location and scale",
    "mean and log-variance", "time and event",
]
# fmt: on

SUM_SLACK = 1e-3  # how far a row of probabilities may sum from 1


@dataclass(eq=False, repr=False)  # frozen, with a repr, it takes three times as long to make
class Domain:
    """What an array of a loss may hold. `words` completes "… is not"; `hint` says how to mend a bad value;
    `means` is what a value is as data: code decides by it, and by words never.

    `exclusive` names two label values that may not both occur; `positive` the columns whose values must be
    above 0, `zero_one` those that hold 0 or 1; `nonzero` refuses a row (or part) that is all zero,
    `unit_length` has rows of another length pointed out; `ordered` names the parameter with the order of a
    box's corners. Under a parameter that is set (`under`), or by a function of all (`by`), it becomes
    another. Where `index` is a domain, rows may come as class indices; the kernel then gets one-hot rows.
    """

    words: str
    means: Means
    grain: Grain = "entry"
    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    values: tuple[float, ...] | None = None
    exclusive: tuple[float, float] | None = None
    whole: bool = False
    size: int = 0
    positive: tuple[int, ...] = ()
    minus_infinity: bool = False
    below_classes: bool = False
    sums_to_one: bool = False
    zero_one: tuple[int, ...] = ()
    nonzero: bool = False
    unit_length: bool = False
    ordered: str | None = None
    hint: str | None = None
    under: "Mapping[str, Domain]" = field(default_factory=dict)
    by: "Callable[[Mapping[str, Any]], Domain] | None" = None
    index: "Domain | None" = None

    def given(self, params: Mapping[str, Any]) -> "Domain":
        """The domain under these parameters: a probability becomes a logit under from_logits."""
        if self.by is None and not self.under:
            return self
        for name, domain in self.under.items():
            if params.get(name) not in (None, False):
                return domain
        return self if self.by is None else self.by(params)


LOGITS_HINT = "values outside [0, 1] look like logits: --from-logits reads them so"
PROBABILITIES_HINT = "values outside [0, 1] look like logits: put a sigmoid (or softmax) before this loss"

# Values an entry
_LOGIT = Domain("a finite logit", "logit")
_LOG = Domain("a finite logarithm of a rate", "log-rate")
_REAL = Domain("a finite number", "number")
Real = Annotated[Array, _REAL]
Margin = Annotated[Array, Domain("a finite number", "margin")]
Critic = Annotated[Array, Domain("a finite number", "score")]
AboveMinusOne = Annotated[Array, Domain("above −1", "amount", low=-1.0, open_low=True)]
Count = Annotated[Array, Domain("a count of 0 or more", "count", low=0.0)]
Rate = Annotated[Array, Domain("a rate of 0 or more", "rate", low=0.0, under={"from_log": _LOG})]
_SOFT_LABEL = Domain(
    "a label in [0, 1]", "label", low=0.0, high=1.0, hint="labels of this loss run from 0 to 1"
)
SoftLabel = Annotated[Array, _SOFT_LABEL]
_PROBABILITY = Domain("a probability in [0, 1]", "probability", low=0.0, high=1.0, hint=PROBABILITIES_HINT)
Probability = Annotated[Array, _PROBABILITY]
ProbabilityOrLogit = Annotated[Array, replace(_PROBABILITY, hint=LOGITS_HINT, under={"from_logits": _LOGIT})]
Sign = Annotated[
    Array,
    Domain(
        "a label: −1 or 1, or 0 or 1",
        "label",
        values=(-1.0, 0.0, 1.0),
        exclusive=(0.0, -1.0),
        hint="this loss takes two classes, coded −1 and 1 or 0 and 1",
    ),
]

# Values a row
Vector = Annotated[Array, Domain("a finite number", "embedding", grain="row")]
ClassScores = Annotated[Array, Domain("a finite score", "margin", grain="row")]
Scores = Annotated[Array, Domain("a finite score", "score", grain="row")]
ClassTarget = Annotated[
    Array,
    Domain(
        "a class probability of 0 or more (one-hot or soft)",
        "probability",
        grain="row",
        low=0.0,
        sums_to_one=True,
    ),
]
_LOGITS = Domain("a finite logit", "logit", grain="row")
_PROBABILITIES = Domain(
    "a probability in [0, 1]",
    "probability",
    grain="row",
    low=0.0,
    high=1.0,
    sums_to_one=True,
    hint=PROBABILITIES_HINT,
)
ClassProbabilities = Annotated[Array, _PROBABILITIES]
ClassProbabilitiesOrLogits = Annotated[
    Array, replace(_PROBABILITIES, hint=LOGITS_HINT, under={"from_logits": _LOGITS})
]
ClassIndex = Annotated[
    Array, Domain("a class index: a whole number from 0", "class index", grain="index", below_classes=True)
]
ClassLabel = Annotated[Array, Domain("a class label: a whole number", "label", grain="index")]
SameOrNot = Annotated[Array, Domain("1 (same) or 0 (different)", "label", grain="scalar", values=(0.0, 1.0))]
Distance = Annotated[Array, Domain("a distance of 0 or more", "distance", grain="scalar", low=0.0)]
Boxes = Annotated[Array, Domain("a finite coordinate", "box", grain="columns", size=4, ordered="box_format")]
Embedding = Annotated[Array, Domain("a finite number", "embedding", grain="row")]
Triplets = Annotated[Array, Domain("a finite number", "embedding", grain="parts", size=3)]
Quadruplets = Annotated[Array, Domain("a finite number", "embedding", grain="parts", size=4)]
MeanAndLogVariance = Annotated[
    Array, Domain("a finite number", "mean and log-variance", grain="parts", size=2)
]
Weights = Annotated[Array, Domain("a finite number", "weight", grain="rest")]

LabelIndices = Annotated[
    Array,
    Domain("a class index: a whole number, ended by −1", "class index", grain="indices", below_classes=True),
]
OneHot = Annotated[
    Array,
    Domain(
        "0 or 1: this loss takes one-hot rows",
        "label",
        grain="row",
        values=(0.0, 1.0),
        sums_to_one=True,
    ),
]
_CLASSES = Domain(
    "a class probability of 0 or more (one-hot or soft)",
    "probability",
    grain="row",
    low=0.0,
    sums_to_one=True,
    index=Domain("a class index: a whole number from 0", "class index", grain="index", below_classes=True),
)
ClassTargetOrIndex = Annotated[Array, _CLASSES]
SoftLabelOrClass = Annotated[Array, replace(_SOFT_LABEL, under={"multiclass": _CLASSES})]
ProbabilityOrClasses = Annotated[Array, replace(_PROBABILITY, under={"multiclass": _PROBABILITIES})]
LabelProbabilitiesOrLogits = Annotated[
    Array,
    Domain(
        "a probability in [0, 1]",
        "probability",
        grain="row",
        low=0.0,
        high=1.0,
        hint=LOGITS_HINT,
        under={"from_logits": _LOGITS},
    ),
]
SignScalar = Annotated[Array, Domain("1 or −1", "label", grain="scalar", values=(-1.0, 1.0))]
RealScalar = Annotated[Array, Domain("a finite number", "number", grain="scalar")]
SignEntry = Annotated[Array, Domain("1 or −1", "label", values=(-1.0, 1.0))]
Label01 = Annotated[Array, Domain("a label: 0 or 1", "label", values=(0.0, 1.0))]
Labels01 = Annotated[Array, Domain("a label: 0 or 1", "label", grain="row", values=(0.0, 1.0))]
SoftLabels = Annotated[Array, Domain("a label in [0, 1]", "label", grain="row", low=0.0, high=1.0)]
Logit = Annotated[Array, Domain("a finite logit", "logit")]
Logits = Annotated[Array, _LOGITS]
LogProbabilities = Annotated[
    Array, Domain("a log-probability: a number, or −inf", "log-probability", grain="row", minus_infinity=True)
]
NonNegativeRow = Annotated[Array, Domain("a number of 0 or more", "amount", grain="row", low=0.0)]
Pair = Annotated[Array, Domain("a finite number", "score", grain="columns", size=2)]
Bounds = Annotated[Array, Domain("a finite bound", "bounds", grain="columns", size=2)]
_FORECAST = Domain("a finite number", "location and scale", grain="columns", size=2, positive=(1,))
MeanAndVariance = Annotated[Array, replace(_FORECAST, means="mean and variance")]
MeanAndDeviation = Annotated[Array, replace(_FORECAST, means="mean and deviation")]
LocationAndScale = Annotated[Array, _FORECAST]
Members = Annotated[Array, Domain("a finite number", "members", grain="row")]
EmbeddingPair = Annotated[Array, Domain("a finite number", "embedding", grain="parts", size=2)]
NonzeroEmbedding = Annotated[Array, Domain("a finite number", "embedding", grain="row", nonzero=True)]
NonzeroEmbeddingPair = Annotated[
    Array, Domain("a finite number", "embedding", grain="parts", size=2, nonzero=True)
]
Similarities = Annotated[Array, Domain("a finite similarity", "similarity", grain="square")]
Grades = Annotated[Array, Domain("a finite grade", "grade", grain="row")]
TimeAndEvent = Annotated[
    Array, Domain("a finite number", "time and event", grain="columns", size=2, zero_one=(1,))
]
UnitEmbedding = Annotated[Array, Domain("a finite number", "embedding", grain="row", unit_length=True)]
Sequences = Annotated[Array, Domain("a finite logit", "logit", grain="steps")]

_LABEL = Domain(
    "a class label: a whole number",
    "label",
    whole=True,
    hint="decide on labels first (class 1 where the score is above a threshold, say)",
)
Label = Annotated[Array, _LABEL]
_LABELS = replace(
    _LABEL, grain="rest", hint="for scores or probabilities give the threshold: -p threshold=0.5"
)
_SIGNS = Domain(
    "a label: 1 / 0 or 1 / −1",
    "label",
    grain="rest",
    values=(-1.0, 0.0, 1.0),
    exclusive=(0.0, -1.0),
    hint="a threshold parts two classes, coded 0 and 1 or −1 and 1",
)
_SCORES = Domain("a finite score", "score", grain="rest")
_TRUE_LABELS = replace(_LABELS, hint=None)
LabelOrSign = Annotated[
    Array, replace(_TRUE_LABELS, by=lambda given: _TRUE_LABELS if given.get("threshold") is None else _SIGNS)
]
LabelOrScore = Annotated[
    Array, replace(_LABELS, by=lambda given: _LABELS if given.get("threshold") is None else _SCORES)
]

PositiveEntry = Annotated[Array, Domain("above 0", "amount", low=0.0, open_low=True)]
_AMOUNT = Domain("a number of 0 or more", "amount", low=0.0)
_ABOVE_0 = Domain("above 0", "amount", low=0.0, open_low=True)


def _tweedie_target(given: Mapping[str, Any]) -> Domain:
    if given["power"] <= 0:
        return _REAL
    return _AMOUNT if given["power"] < 2 else _ABOVE_0


TweedieTarget = Annotated[Array, replace(_AMOUNT, by=_tweedie_target)]
TweedieMean = Annotated[Array, replace(_ABOVE_0, by=lambda given: _REAL if given["power"] == 0 else _ABOVE_0)]
