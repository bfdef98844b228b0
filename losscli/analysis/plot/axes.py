"""Which axis a loss is drawn over: rules over the domains of its arrays, the first that holds.

A new loss falls into one by itself. Where several losses fall into the same, they fit into one picture.
"""

from __future__ import annotations

from collections.abc import Callable

from losscli.analysis.plot import several, single, wholes
from losscli.analysis.plot.views import DrawnLoss, View
from losscli.losses.domain import Domain, Means

Rule = tuple[Callable[[DrawnLoss], bool], Callable[[DrawnLoss], View | str]]


def _pred(grain: str, size: int = 0) -> Callable[[DrawnLoss], bool]:
    return lambda case: case.pred.grain == grain and case.pred.size == size


def _means(meaning: Means) -> Callable[[DrawnLoss], bool]:
    return lambda case: case.pred.means == meaning


def _no_truth(*grains: tuple[str, int]) -> Callable[[DrawnLoss], bool]:
    return lambda case: case.true is None and (case.pred.grain, case.pred.size) in grains


def _true(case: DrawnLoss) -> Domain:
    assert case.true is not None, "the rules for losses without a truth stand first"
    return case.true


def _binary(case: DrawnLoss) -> bool:
    """Whether the truth is one of two labels."""
    true = _true(case)
    return true.values is not None or (true.low, true.high) == (0.0, 1.0)


def _classes(case: DrawnLoss) -> bool:
    return _true(case).grain == "index" or _true(case).sums_to_one


def _flat(case: DrawnLoss) -> bool:
    return case.pred.grain in ("entry", "scalar", "rest")


def _unbounded(domain: Domain) -> bool:
    return domain.low == -float("inf")


def _none(case: DrawnLoss) -> str:
    return f"{case.loss.name} has no axis: a row of it is more than one number can stand for."


RULES: tuple[Rule, ...] = (
    (_no_truth(("parts", 3), ("parts", 4)), wholes.distances),
    (lambda c: _no_truth(("parts", 2))(c) and c.pred.nonzero, wholes.query_and_key),
    (_no_truth(("parts", 2)), single.latent_mean),
    (_no_truth(("columns", 2)), several.item_lead),
    (_no_truth(("rest", 0)), single.weight),
    (lambda c: c.pred.ordered is not None, wholes.shifted_box),
    (lambda c: _pred("columns", 2)(c) and c.pred.positive == (1,), single.location),
    (_means("bounds"), single.interval),
    (_pred("columns", 2), several.item_lead),
    (_pred("parts", 2), single.pair_similarity),
    (_pred("square"), wholes.similarities),
    (_pred("steps"), wholes.label_of_steps),
    (lambda c: c.true is None, _none),
    (lambda c: _true(c).grain == "indices", several.item_lead),
    (lambda c: bool(_true(c).zero_one), wholes.risk_lead),
    (lambda c: c.pred.sums_to_one or c.pred.minus_infinity, several.class_probability),
    (lambda c: c.pred.grain == "row" and _true(c).grain == "scalar", single.ensemble),
    (lambda c: c.loss.kind == "batch" and c.pred.grain == "row", wholes.two_classes),
    (lambda c: c.pred.grain == "row" and c.pred.high == 1, single.probability),
    (
        lambda c: c.pred.grain == "row" and _classes(c),
        several.class_lead,
    ),
    (lambda c: c.pred.grain == "row" and _means("score")(c), several.item_lead),
    (lambda c: c.pred.grain == "row" and _means("logit")(c), single.margin),
    (lambda c: c.pred.grain == "row" and _unbounded(c.pred), single.row_similarity),
    (lambda c: c.pred.grain == "row", single.ratio),
    (lambda c: c.loss.kind == "statistic" and _flat(c) and _binary(c), wholes.overlap),
    (lambda c: c.pred.high == 1 and _binary(c), single.probability),
    (_means("distance"), single.distance),
    (lambda c: _flat(c) and _binary(c), single.margin),
    (lambda c: _flat(c) and _means("log-rate")(c), single.log_rate),
    (lambda c: _flat(c) and (not _unbounded(c.pred) or "shift_invariant" not in c.properties), single.ratio),
    (_flat, single.error),
)


def view(case: DrawnLoss) -> View | str:
    """The loss's view, or a sentence that says why it has none."""
    if case.pred.whole:
        return (
            f"{case.loss.name} compares labels, which have no in-between: an entry costs 0 where they are "
            "equal and 1 where they differ, and there is nothing between to draw."
        )
    for holds, made in RULES:
        if holds(case):
            return made(case)
    return _none(case)
