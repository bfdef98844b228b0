"""Ranges: what a parameter of a loss may be, as types in its kernel's signature.

`*, delta: Positive = 1.0` says as much to a reader as to the checker, the explainer and the tests.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np

from losscli.errors import LosscliError


@dataclass(eq=False, repr=False)
class Range:
    """What a parameter may be. `read` turns what was given into what the kernel gets, or says why not.

    A `level` is that of a quantile: of a list each column has its own, beside one y_true for all of them.
    """

    words: str
    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False
    choices: tuple[str | bool, ...] | None = None
    kind: Literal["number", "whole", "flag", "choice", "per_class", "per_column", "matrix"] = "number"
    nullable: bool = False
    hole: tuple[float, float] | None = None
    minus_infinity: bool = False
    below_classes: bool = False
    level: bool = False

    def read(self, name: str, value: Any) -> Any:
        if value is None and self.nullable:
            return None
        refused = LosscliError(f"parameter {name}: {_show(value)} is not {self.words}")
        match self.kind:
            case "flag":
                if not isinstance(value, bool | np.bool_) or not self.admits(float(value)):
                    raise refused
                return bool(value)
            case "choice":
                if value not in (self.choices or ()):
                    raise refused
                return value
            case "per_class" | "per_column" | "matrix":
                return self._array(value, refused)
            case _:
                return self._number(value, refused)

    def _number(self, value: Any, refused: LosscliError) -> float | int:
        if self.minus_infinity and value == "-inf":
            return -math.inf  # JSON has no other way to write it
        if isinstance(value, bool | np.bool_ | str) or not np.isscalar(value):
            raise refused
        try:
            number = float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError, OverflowError):
            raise refused from None
        if not self.admits(number) or (self.kind == "whole" and not number.is_integer()):
            raise refused
        return int(number) if self.kind == "whole" else number

    def _array(self, value: Any, refused: LosscliError) -> Any:
        try:
            array = np.asarray(value, dtype=np.float64)
        except (TypeError, ValueError, OverflowError):
            raise refused from None
        if self.kind == "per_column" and array.ndim == 0:
            return self._number(array.item(), refused)
        wanted = 2 if self.kind == "matrix" else 1
        if array.ndim != wanted or array.size == 0 or not all(map(self.admits, array.flat)):
            raise refused
        if self.kind == "matrix" and array.shape[0] != array.shape[1]:
            raise refused
        return array

    def admits(self, number: float) -> bool:
        above = number > self.low if self.open_low else number >= self.low
        below = number < self.high if self.open_high else number <= self.high
        if self.hole is not None and self.hole[0] < number < self.hole[1]:
            return False
        return above and below and (math.isfinite(number) or (self.minus_infinity and number == -math.inf))


def _show(value: Any) -> str:
    if isinstance(value, str):
        import json

        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, np.ndarray | Sequence):
        text = str(np.asarray(value, dtype=object).tolist())
        return text if len(text) <= 60 else text[:57] + "…]"
    return str(value)


Number = Annotated[float, Range("a finite number")]
NumberOrNone = Annotated[float | None, Range("a finite number, or null", nullable=True)]
NonNegative = Annotated[float, Range("a number of 0 or more", low=0.0)]
Positive = Annotated[float, Range("a number above 0", low=0.0, open_low=True)]
Negative = Annotated[float, Range("a number below 0", high=0.0, open_high=True)]
AtLeastOne = Annotated[float, Range("a number of 1 or more", low=1.0)]
Fraction = Annotated[float, Range("a number from 0 to 1", low=0.0, high=1.0)]
Levels = Annotated[
    Any,
    Range(
        "a number from 0 to 1, or a list with one a column",
        low=0.0,
        high=1.0,
        kind="per_column",
        level=True,
    ),
]
FractionOrNone = Annotated[
    float | None, Range("a number from 0 to 1, or null", low=0.0, high=1.0, nullable=True)
]
Between01 = Annotated[
    float,
    Range("a number between 0 and 1, neither included", low=0.0, high=1.0, open_low=True, open_high=True),
]
Nonzero = Annotated[float, Range("a number other than 0", hole=(-5e-324, 5e-324))]
NumberOrMinusInfinity = Annotated[float, Range("a finite number, or −inf", minus_infinity=True)]
TweediePower = Annotated[float, Range("a number of 0 or less, or of 1 or more", hole=(0.0, 1.0))]
Smoothing = Annotated[
    float, Range("a number from 0 up to, not including, 1", low=0.0, high=1.0, open_high=True)
]
Flag = Annotated[bool, Range("true or false", kind="flag")]
LogitsOnly = Annotated[bool, Range("true: the call takes logits only", low=1.0, kind="flag")]
WholeOrNone = Annotated[int | None, Range("a whole number, or null", kind="whole", nullable=True)]
Class = Annotated[int, Range("a class: a whole number from 0", low=0.0, kind="whole", below_classes=True)]
OneOrTwo = Annotated[int, Range("1 or 2", low=1.0, high=2.0, kind="whole")]
KappaWeights = Annotated[
    str, Range('"linear" or "quadratic"', kind="choice", choices=("linear", "quadratic"))
]
PerColumn = Annotated[
    Any,
    Range("a number of 0 or more, or a list with one a column", low=0.0, kind="per_column"),
]
PerClass = Annotated[
    Any,
    Range("a list of numbers of 0 or more, one a class, or null", low=0.0, kind="per_class", nullable=True),
]
Matrix = Annotated[Any, Range("a square matrix of numbers, a row and a column a class", kind="matrix")]
BoxFormat = Annotated[
    str,
    Range('"xyxy", "yxyx", "xywh" or "cxcywh"', kind="choice", choices=("xyxy", "yxyx", "xywh", "cxcywh")),
]
LatentReduction = Annotated[str, Range('"sum" or "mean"', kind="choice", choices=("sum", "mean"))]
PerGroup = Range('"batch", "sample" or "class"', kind="choice", choices=("batch", "sample", "class"))
CosineMargin = Annotated[float, Range("a number from −1 to 1", low=-1.0, high=1.0)]
MetricDistance = Annotated[
    str,
    Range('"euclidean", "squared" or "cosine"', kind="choice", choices=("euclidean", "squared", "cosine")),
]

IGNORE, AXIS = "ignore_class", "class_axis"

# The word → ours. They are what frameworks and tools call a label that is left out, and a class axis.
ALSO = {
    **dict.fromkeys(
        ("ignore_index", "ignore_idx", "ignore_label", "ignore_value", "ignore_id", "void_class"), IGNORE
    ),
    **dict.fromkeys(("padding_idx", "pad_token_id"), IGNORE),
    **dict.fromkeys(("axis", "dim", "class_dim", "channel_axis"), AXIS),
}


def respelled(params: Mapping[str, Any], own: Collection[str]) -> dict[str, Any]:
    """The parameters with other words for those of our `own` put right; LosscliError where two are one."""
    spelled: dict[str, Any] = {}
    for name, value in params.items():
        word = ALSO.get(name, name)
        word = name if name in own or word not in own else word
        if word in spelled:
            other = next(given for given in params if ALSO.get(given, given) == word)
            raise LosscliError(
                f"{other} and {name} are words for one parameter, {word}", "keep one of the two"
            )
        spelled[word] = value
    return spelled
