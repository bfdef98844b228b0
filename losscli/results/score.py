"""Score: a finished result for one loss on one model's predictions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from losscli.results.groups import Groups
    from losscli.results.why import Why
    from losscli.results.words import Words


class Sample(NamedTuple):
    """One row of a Score. `row` counts data rows from 1.

    `y_true`, `y_pred` and `gradient` are a float, or nested lists for a sample with trailing axes.
    `loss` is the sample's value before its weight; `share` is w·loss over the sum of w·loss (None when some
    value is negative, or the sum is 0 or not finite). In `gradient`, NaN stands for "there is none here" (a
    kink, an infinite value). `file` is the file whose row it is, where there are several.
    """

    row: int
    y_true: Any
    y_pred: Any
    loss: float | None
    share: float | None
    weight: float | None = None
    gradient: Any = None
    file: str | None = None


class Concentration(NamedTuple):
    """How few samples make half of the loss (of the sum of w·loss, where no value is negative).

    `half` samples of `n` make at least half; `worst` is the row (from 1) with the largest share.
    `file` is the worst row's, where there are several.
    `exact` is False when `half` is estimated (over a million rows).
    """

    half: int
    n: int
    worst: int
    worst_share: float
    exact: bool = True
    file: str | None = None


@dataclass(frozen=True)
class Remark:
    """A sentence about how a number was made, with the rows it concerns.

    `kind`: "warning" (the number is likely not what was meant; it stands above it), "nonfinite" (a value that
    is inf or nan), "departure" (a framework did something else than the definition), "data" (what was chosen,
    dropped or converted). `count` rows are concerned (None: all, or
    it is not about rows), of which `rows` (from 1) are the first few. `cause`, for code: "inf" or "nan" of a
    nonfinite one, a departure's kind ("clipping", "divisor", "float32").
    """

    kind: str
    text: str
    count: int | None = None
    rows: tuple[int, ...] = ()
    cause: str = ""


class Misscaled(NamedTuple):
    """A scale, such as huber's delta, that lies far outside the errors.

    `fitted` is what would fit: `spreads` times their robust spread. With `value` the loss does what it `says`
    for `many` of the errors; of so many `entries` ("rows" or "values"), `drawn` of so many rows (None: all).
    """

    parameter: str
    value: float
    fitted: float
    spreads: float
    says: str
    many: int
    of: int
    entries: str
    drawn: int | None

    @property
    def below(self) -> bool:
        """Whether it is too small for the errors, not too large."""
        return self.value < self.fitted


@dataclass(frozen=True, eq=False)
class Score:
    """A finished result for one loss on one model's predictions.

    `value` is what `reduction` gives (None for "none"). `mean` and `sum` are None for statistic and batch
    losses. `divisor` is the number that the mean divides by, `divided_by` says what it counts. `samples` are
    the rows to show, `hidden` how many more there are. `per_sample` (N,) holds every row's value in library
    calls. `gradients` holds rows with their gradient for statistic and batch losses.
    `about` is the loss explained: title, formula, unit, range, when to use it. `groups` holds its value in
    each group of rows, `why` says what makes it, where these were asked for. `misscaled` is a scale that
    lies far outside the errors, which one of the remarks tells. `classes` names those that y_true numbers,
    from 0 on, where they have names; `predicted`: y_pred holds such numbers too.
    """

    loss: str
    kind: str
    params: Mapping[str, Any]
    like: str
    n: int
    reduction: str
    value: float | None
    mean: float | None
    sum: float | None
    divisor: float | None
    divided_by: str
    samples: tuple[Sample, ...]
    hidden: int
    signature: str
    version: str
    model: str | None = None
    weighted: bool = False
    concentration: Concentration | None = None
    remarks: tuple[Remark, ...] = ()
    gradients: tuple[Sample, ...] = ()
    per_sample: "NDArray[np.float64] | None" = field(default=None, compare=False, repr=False)
    about: "Words | None" = field(default=None, compare=False, repr=False)
    groups: "Groups | None" = field(default=None, compare=False, repr=False)
    why: "Why | None" = field(default=None, compare=False, repr=False)
    misscaled: Misscaled | None = field(default=None, compare=False, repr=False)
    classes: tuple[str, ...] = ()
    predicted: bool = False
