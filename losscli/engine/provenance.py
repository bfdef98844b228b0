"""How a number was made, in words: remarks, and the one-line signature."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from losscli.engine.class_axis import classes_at
from losscli.engine.fold import Folded
from losscli.engine.memory import SAID, needed
from losscli.engine.notes import note_departures
from losscli.engine.partial import Partial
from losscli.engine.positions import aligned, lay
from losscli.engine.reduce import rows_of, term_totals
from losscli.engine.top import FIRST_ROWS, Tally
from losscli.frameworks.convention import Reduction
from losscli.results.score import Remark
from losscli.sizes import size_words
from losscli.version import __version__


def remarks(part: Partial, folded: Folded, reduction: str) -> tuple[Remark, ...]:
    """What must be said beside a number: missing rows, non-finite values, departures from the definition."""
    task, convention = part.task, part.task.convention
    said = list(task.said)
    for array in ("y_true", task.model, "weight"):
        said += [Remark("data", text, cause="rounded") for text in folded.rounded.get(array, ())]
    if part.collected and (bytes_ := needed(part)) > SAID:
        said.append(Remark("data", f"every row was held at once, in about {size_words(bytes_)}"))
    if folded.missing.count and task.layout.masked:
        said.append(_left_out(part, folded.missing))
    elif folded.missing.count:
        how = "rows with missing values were " + ("left out" if part.n < folded.read else "computed with")
        said.append(Remark("data", how, folded.missing.count, folded.missing.rows))
    if part.axis is not None and part.positions and len(part.shape) > 2:
        said += _positions(part)
    # In single precision it may be so for another reason than the definition's.
    infinite = None if task.words is None or convention.float32 else task.words.infinite
    for kind, words, why in (("inf", "infinite", infinite), ("nan", "nan", None)):
        if kind in part.tallies:
            tally = part.tallies[kind]
            text = f"the loss is {words}" + (f": {why}" if why else "")
            said.append(Remark("nonfinite", text, tally.count, tally.rows, kind))
    if "unit" in part.tallies:
        tally = part.tallies["unit"]
        text = "embeddings that are not of unit length were computed as given"
        said.append(Remark("data", text, tally.count, tally.rows))
    loss = convention.loss
    if "below" in part.tallies:
        tally = part.tallies["below"]
        text = (
            f"the loss is below {loss.lowest:g}, which it never is for distributions: y_true and y_pred, as "
            "they are read here, do not both sum to 1"
        )
        said.append(Remark("data", text, tally.count, tally.rows, "below_range"))
    if loss.says is not None and convention.framework.name == "exact" and not task.rowwise:
        warning = loss.says(**term_totals(part))
        if warning is not None:
            said.append(Remark("data", warning, cause="nothing_true"))
    said += _departures(part, reduction)
    if convention.collapse and len(part.shape) == 1 and (part.weighted or reduction == "sum"):
        said.append(
            Remark(
                "departure",
                f"{convention.framework.title} reduces the last axis first: of (N,) arrays it makes one "
                "value, whose sum is itself and which the weights scale; (N, 1) arrays give N values",
                cause="divisor",
            )
        )
    title = convention.framework.title
    if reduction == "sum" and part.cells > 1 and convention.loss.signature.y_pred.grain == "entry":
        many = f"{title} adds up the {part.cells} values of each sample, the definition their average"
        said.append(Remark("departure", many, cause="divisor"))
    if convention.float32:
        said.append(Remark("departure", f"{title} computes in float32", cause="float32"))
    if part.weighted and convention.over_samples(reduction):
        said.append(
            Remark(
                "departure",
                f"{title} divides a weighted sum by the number of samples, the definition by the sum of the "
                "weights",
                cause="divisor",
            )
        )
    return tuple(said)


def _left_out(part: Partial, missing: Tally) -> Remark:
    """How many entries, or positions, were missing."""
    unit, units = ("position", "positions") if part.axis is not None else ("entry", "entries")
    text = f"{missing.count} missing {unit if missing.count == 1 else units} left out, not the whole row"
    if missing.count <= FIRST_ROWS:
        return Remark("data", text, None, missing.rows)
    return Remark("data", f"{text}; the first in row {missing.rows[0]}")


def _positions(part: Partial) -> list[Remark]:
    """How arrays of several axes were read."""
    way, last = part.task.convention, len(part.shape) - 1
    shape = "(" + ", ".join(["N", *map(str, part.shape[1:])]) + ")"
    where = "the last axis" if part.axis == last else f"axis {part.axis}"
    what = {"box": "boxes", "probability": "classes", "logit": "classes", "log-probability": "classes"}
    along = what.get(way.loss.signature.y_pred.means, "rows of numbers")
    each = "position" if part.positions == 1 else "positions"
    text = (
        f"y_pred {shape} was read with its {along} along {where}, {part.positions} {each} a sample; a "
        "row's loss is the mean over those of its positions that count"
    )
    said = [Remark("data", text)]
    usual = classes_at(way, len(part.shape))
    if way.framework.name != "exact" and part.axis != usual:
        there = "last" if usual == last else f"on axis {usual}"
        moved = f"{way.framework.title} takes them {there}: its call gets y_pred with axis {part.axis} moved"
        said.append(Remark("departure", moved, cause="input"))
    return said


def _departures(part: Partial, reduction: str) -> Iterator[Remark]:
    """What the framework did otherwise with these rows, and that they are not what it takes."""
    task = part.task
    tallies = _tallied_at_once(part) if part.collected else part.tallies
    for number, departure in enumerate(task.convention.departures):
        if not departure.holds(task.params, reduction):
            continue
        if departure.takes and (warning := _of_probabilities(part, tallies, departure.takes)):
            yield warning
        if number in tallies:
            tally = tallies[number]
            yield Remark("departure", departure.why, tally.count or None, tally.rows, departure.cause)
        elif departure.totals is not None and not task.rowwise:
            with np.errstate(all="ignore"):
                changed = departure.totals(**term_totals(part), **task.kernel_params)
            if np.any(changed):
                yield Remark("departure", departure.why, cause=departure.cause)
        elif departure.rows is None and departure.totals is None:
            yield Remark("departure", departure.why, cause=departure.cause)


def _tallied_at_once(part: Partial) -> Mapping[str | int, Tally]:
    """What is counted of rows that a loss takes all at once."""
    whole = part.some(part.n)
    laid = lay(part.task, *rows_of(part))
    y_true, y_pred = aligned(part.task, laid)
    note_departures(whole, laid, y_true, y_pred, np.concatenate([rows for rows, *_ in part.collected]), {})
    return whole.tallies


def _of_probabilities(part: Partial, tallies: Mapping[str | int, Tally], takes: str) -> Remark | None:
    """The warning that y_pred looks like probabilities, where the framework reads it as something else."""
    count = {name: tallies[name].count for name in ("inside", "sums", "nonzero") if name in tallies}
    if count.get("inside") != part.n or not count.get("nonzero"):
        return None
    convention, sums = part.task.convention, count.get("sums")
    title = convention.framework.title
    text = "every value of y_pred lies in [0, 1]" + (
        f", and {sums} of {part.n} rows sum to 1" if sums else ""
    )
    text += f": {title} takes {takes}, and reads them so. For probabilities leave --like out"
    if any(call.conversion for call in convention.framework.calls.get(convention.loss.name, ())):
        text += f", or have losscli parity hand {title} their logarithms"
    if "from_logits" in convention.signature.parameters:
        text += "; if they are logits, --from-logits says so"
    return Remark("warning", text, cause="input")


def signature(part: Partial, ratio: Reduction, folded: Folded) -> str:
    """One line that makes the number reproducible: huber|delta:1|like:exact|mean:/N|n:442|losscli:0.1.0."""
    convention = part.task.convention
    kind = convention.loss.kind
    parts = [convention.loss.name]
    theirs, ours = convention.signature.parameters, convention.loss.parameters
    parts += [
        f"{name}:{short(value)}"
        for name, value in part.task.shown.items()
        if name in ours or name not in theirs or value is not theirs[name].default  # of the call's, if set
    ]
    parts.append(f"like:{convention.framework.name}")
    weighted = {"/Σw": part.weighted, "/Σw_y": part.task.params.get("class_weight") is not None}
    sign = ratio.sign if weighted.get(ratio.sign, True) else "/N"
    whole = kind == "statistic" and not part.task.rowwise and ratio.name != "sum"
    parts.append(kind if whole else f"{ratio.name}:{sign}" if sign else ratio.name)
    parts.append(f"n:{part.n}")
    if part.weighted:
        parts.append("weighted")
    if folded.read > part.n:
        parts.append(f"dropped:{folded.read - part.n}")
    return "|".join([*parts, f"losscli:{__version__}"])


def short(value: Any) -> str:
    """A parameter's value as a signature writes it: 1, yes, none, [1,2]."""
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "none"}[value]
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list):
        return "[" + ",".join(map(short, value)) + "]"
    return f"{value:.15g}" if isinstance(value, float) else str(value)
