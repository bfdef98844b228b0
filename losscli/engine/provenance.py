"""How a number was made, in words: remarks, and the one-line signature."""

from __future__ import annotations

from typing import Any

import numpy as np

from losscli.engine.fold import Folded
from losscli.engine.memory import SAID, needed, size_words
from losscli.engine.partial import Partial
from losscli.frameworks.convention import Reduction
from losscli.results.score import Remark
from losscli.version import __version__


def remarks(part: Partial, folded: Folded, reduction: str) -> tuple[Remark, ...]:
    """What must be said beside a number: missing rows, non-finite values, departures from the definition."""
    task, convention = part.task, part.task.convention
    said = list(task.said)
    if part.collected and (bytes_ := needed(part)) > SAID:
        said.append(Remark("data", f"every row was held at once, in about {size_words(bytes_)}"))
    if folded.missing.count:
        how = "rows with missing values were " + ("left out" if part.n < folded.read else "computed with")
        said.append(Remark("data", how, folded.missing.count, folded.missing.rows))
    if part.axis is not None and part.positions:
        said += _positions(part)
    infinite = None if task.words is None else task.words.infinite
    for kind, words, why in (("inf", "infinite", infinite), ("nan", "nan", None)):
        if kind in part.tallies:
            tally = part.tallies[kind]
            text = f"the loss is {words}" + (f": {why}" if why else "")
            said.append(Remark("nonfinite", text, tally.count, tally.rows, kind))
    if "unit" in part.tallies:
        tally = part.tallies["unit"]
        text = "embeddings that are not of unit length were computed as given"
        said.append(Remark("data", text, tally.count, tally.rows))
    for number, departure in enumerate(convention.departures):
        if departure.rows is None:
            if departure.when is None or departure.when(task.params):
                said.append(Remark("departure", departure.why, cause=departure.cause))
        elif number in part.tallies:
            tally = part.tallies[number]
            said.append(Remark("departure", departure.why, tally.count, tally.rows, departure.cause))
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


def _positions(part: Partial) -> list[Remark]:
    """How arrays of several axes were read."""
    way, last = part.task.convention, len(part.shape) - 1
    shape = "(" + ", ".join(["N", *map(str, part.shape[1:])]) + ")"
    where = "the last axis" if part.axis == last else f"axis {part.axis}"
    what = {"box": "boxes", "probability": "classes", "logit": "classes", "log-probability": "classes"}
    along = what.get(way.loss.signature.y_pred.means, "rows of numbers")
    text = (
        f"y_pred {shape} was read with its {along} along {where}, {part.positions} positions a sample; a "
        "row's loss is the mean over those of its positions that count"
    )
    said = [Remark("data", text)]
    usual = last if way.class_axis < 0 else way.class_axis
    if way.framework.name != "exact" and part.axis != usual:
        there = "last" if usual == last else f"on axis {usual}"
        moved = f"{way.framework.title} takes them {there}: its call gets y_pred with axis {part.axis} moved"
        said.append(Remark("departure", moved, cause="input"))
    return said


def signature(part: Partial, ratio: Reduction, folded: Folded) -> str:
    """One line that makes the number reproducible: huber|delta:1|like:exact|mean:/N|n:442|losscli:0.1.0."""
    convention = part.task.convention
    kind = convention.loss.kind
    parts = [convention.loss.name]
    parts += [f"{name}:{short(value)}" for name, value in part.task.shown.items()]
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
