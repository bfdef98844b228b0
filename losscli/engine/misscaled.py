"""Whether a loss's scale, such as huber's delta, lies far outside the scale of the errors it judges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from losscli.engine.top import Rows
from losscli.losses.domain import Array
from losscli.results.score import Misscaled, Remark
from losscli.stats.errorsample import ErrorSample

if TYPE_CHECKING:
    from losscli.engine.partial import Partial, Task
    from losscli.engine.positions import Laid
    from losscli.losses.declare import Scale

SCALE = "scale"  # the cause of the remark
_APART = 10  # times the fitted scale, or its part: as many are another order of magnitude
_NEAR = 3  # no further apart, a look is enough
_FEW, _FAR_APART = 20, 100  # of so few errors the spread is known to a factor of three or so
_FEWEST = 5


def sample_for(task: Task) -> ErrorSample | None:
    """Where a task's errors are to be kept; None where it has no scale that they could be held against."""
    scale = task.convention.loss.scale
    return None if scale is None or scale.parameter not in task.params else ErrorSample()


def add_errors(part: Partial, laid: Laid, weight: Array | None, rows: Rows) -> None:
    """Adds the errors of a block to the part's; those of weight 0, or left out, as nan."""
    sample, scale = part.errors, part.task.convention.loss.scale
    true, pred, kept = laid.y_true, laid.y_pred, laid.kept
    if sample is None or scale is None or true is None or true.shape != pred.shape or not len(pred):
        return
    value = part.task.params[scale.parameter]

    def errors(at: slice | Array) -> Array:
        with np.errstate(over="ignore", invalid="ignore"):
            made = np.asarray(np.subtract(pred[at], true[at], dtype=np.float64))
        for counts in (weight, kept):
            if counts is not None:
                some = counts[at] != 0
                made[~some.reshape(made.shape if some.size == made.size else len(some))] = np.nan
        return made

    sample.add(int(rows[0]), len(pred), errors, lambda look: _fits(value, look, scale, _NEAR))


def misscaled(part: Partial) -> Misscaled | None:
    """What the errors say against the scale; None where it fits, or nothing can be said."""
    sample, scale = part.errors, part.task.convention.loss.scale
    if sample is None or scale is None:
        return None
    value = part.task.params[scale.parameter]
    if not value > 0 or _fits(value, sample.look(), scale, _NEAR):
        return None
    errors, whole = sample.errors()
    errors = errors[np.isfinite(errors)]
    few = errors.size < _FEW
    if errors.size < _FEWEST or _fits(value, errors, scale, _FAR_APART if few else _APART):
        return None
    from losscli.stats.moments import robust_spread

    size, fitted = np.abs(errors), scale.fitted(robust_spread(errors))
    if not 0 < fitted < np.inf:  # most errors are one number: there is no spread
        return None
    past, below = size > scale.bend * value, value < fitted
    many = int(np.count_nonzero(past if below else size <= scale.near * value))
    saying = scale.beyond if below else scale.within
    says = saying if isinstance(saying, str) else saying(part.task.params)
    if says is None or 2 * many < size.size or (not below and past.any()):  # it may well part these errors
        return None
    entries = "rows" if size.size <= part.n else "values"
    drawn = None if whole else part.n
    return Misscaled(scale.parameter, value, fitted, scale.spreads, says, many, size.size, entries, drawn)


def _fits(value: float, errors: Array, scale: Scale, apart: float) -> bool:
    """Whether the scale is no further than so many times from what fits these errors."""
    errors = errors[np.isfinite(errors)]
    if not errors.size:
        return False
    from losscli.stats.moments import robust_spread

    fitted = scale.spreads * robust_spread(errors)
    return fitted / apart <= value <= fitted * apart


def remark(loss: str, misfits: Mapping[str, Misscaled], of: str = "", option: str = "") -> Remark:
    """The sentence about one loss and the errors `of` some models, and the `option` that sets its scale."""
    model, first = next(iter(misfits.items()))
    text = f"{misfit_words(loss, misfits, of)}; {mend(first, model * (len(misfits) > 1), option)}"
    return Remark("warning", text, cause=SCALE)


def misfit_words(loss: str, misfits: Mapping[str, Misscaled], of: str = "") -> str:
    """How far the scale lies from the errors, and what the loss then is."""
    least = min(misfits.values(), key=lambda misfit: misfit.many / misfit.of)
    counted = f"{least.many} of {least.of} {least.entries}"
    if len(misfits) > 1 and least.many < least.of:
        counted = f"at least {counted}"
    if least.drawn is not None:
        counted += f" sampled of {least.drawn}"
    side = "below" if least.below else "above"
    errors = f"the errors of {of}" if of else "the errors"
    return f"{least.parameter} {least.value:.15g} lies far {side} {errors}: {loss} {least.says} for {counted}"


def mend(misfit: Misscaled, model: str = "", option: str = "") -> str:
    """What sets the scale to one that fits, and why it does."""
    errors = f"the errors of {model}" if model else "these errors"
    return (
        f"-p {option or misfit.parameter}={misfit.fitted:.15g} is {misfit.spreads:g} times the robust spread "
        f"of {errors}"
    )
