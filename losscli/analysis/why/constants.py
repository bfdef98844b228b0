"""Constant predictions that a loss can be held against, chosen by what y_true and y_pred may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from losscli.analysis.why.search import least, searchable
from losscli.analysis.why.target import Target, judged
from losscli.batch import Batch, Stream
from losscli.engine.finish import value_of
from losscli.engine.fold import Run, fold
from losscli.engine.missing import MissingRule
from losscli.engine.partial import Task
from losscli.losses.domain import Array, Domain
from losscli.results.why import Constant
from losscli.results.words import Property

if TYPE_CHECKING:
    from losscli.parallel.executor import Executor

SURE = 40.0  # a logit whose probability is 1 to the last digit of a float
NEVER = -745.0  # the logit, or the logarithm, of the smallest float: of a class that does not occur
SEARCHED = "searched"
LEAST = {"mean", "median", "mode", "quantile q", "proper"}  # what a page may say of its minimiser
MOVING = ("label_smoothing", "pos_weight", "class_weight")  # parameters that move it elsewhere


class Candidate(NamedTuple):
    """A constant as y_pred takes it. `minimises` is the property that makes it the best there is."""

    what: str
    constant: Array
    minimises: str | None
    exact: bool = True


class Scheme(NamedTuple):
    """How constants are made: what must be known of y_true, and the candidates from it."""

    make: Callable[[Plan], Iterator[Candidate]]
    values: bool = False
    labels: bool = False


@dataclass(eq=False, repr=False)
class Plan:
    """What a task is held against: how its constants are made, and what of y_true they are made from.

    `declared` is what the page says of the loss's minimiser.
    """

    task: Task
    make: Callable[[Plan], Iterator[Candidate]]
    target: Target
    declared: set[str | None]

    @property
    def pred(self) -> Domain:
        """What y_pred is."""
        return _domains(self.task)[1]

    def candidates(self) -> list[Candidate]:
        """The constants that are numbers of the loss's domain, as far as that is known before a look."""
        if not self.target.known:
            return []
        with np.errstate(all="ignore"):
            made = [c for c in self.make(self) if (c.constant < np.inf).all()]  # no nan either
        if self._minimised().isdisjoint(c.minimises for c in made):
            made += self._searched()
        return made

    def _searched(self) -> Iterator[Candidate]:
        """The best constant by search, of a y_true of one number a row that is known value by value."""
        target = self.target
        if int(np.prod(target.shape)) != 1 or not target.exact or not searchable(self.task):
            return
        if target.values:
            values, weights = target.columns[0].ordered()
        else:
            values, weights = (np.array(list(side)) for side in (target.counts, target.counts.values()))
        true, _ = _domains(self.task)
        if true is not None and true.exclusive is not None:  # kernels take −1 for 0
            values = np.where(values == 0, -1.0, values)
        constant = least(self.task, self.pred, values, weights) if self.pred.grain == "entry" else None
        if constant is not None:
            yield Candidate("best constant, by search", np.array(constant), SEARCHED)

    def held(self, candidate: Candidate, value: float) -> Constant:
        """The candidate with what it costs; `skill` is left out here."""
        constant = candidate.constant
        one_for_many = constant.ndim == 0 and int(np.prod(self.target.shape)) > 1
        known = candidate.minimises in self._minimised() and candidate.exact and not one_for_many
        best = known or candidate.minimises == SEARCHED
        return Constant(candidate.what, constant.tolist(), value, None, best, candidate.exact)

    def _minimised(self) -> set[str | None]:
        """What the page says of its minimiser, where that holds for these parameters and this convention."""
        convention = self.task.convention
        if _moved(self.task) or convention.kernel is not convention.loss.kernel:
            return set()
        return (self.declared & LEAST) | ({"own"} if convention.loss.constant == "least" else set())


def _moved(task: Task) -> bool:
    """Whether a parameter that moves the minimiser is not at its default."""
    return any(
        not np.array_equal(task.params[name], parameter.default)
        for name, parameter in task.convention.signature.parameters.items()
        if name in MOVING
    )


def plans(tasks: Sequence[Task]) -> list[Plan]:
    """A plan for each task for which constants make sense, by its page's properties.

    Tasks that must know the same of y_true share the target, which is to be filled by a walk.
    """
    targets: dict[object, Target] = {}
    made = []
    for task in tasks:
        properties = () if task.words is None else task.words.properties
        scheme = _scheme(task, properties)
        if scheme is not None:
            key = (task.adjust, task.model, scheme.values, scheme.labels, task.ignored)
            target = targets.setdefault(key, Target(task, scheme.values, scheme.labels, task.ignored))
            declared = {p.detail if p.name == "minimiser" else p.name for p in properties}
            made.append(Plan(task, scheme.make, target, declared))
    return made


def constants(
    plans: Sequence[Plan], stream: Stream, missing: MissingRule, reduction: str, executor: Executor
) -> dict[tuple[str, tuple[float, ...]], tuple[Constant, ...]]:
    """Constant predictions with their values, the best first, by what is `judged`; one pass for all."""
    pairs = [(plan, candidate) for plan in plans for candidate in plan.candidates()]
    if not pairs:
        return {}
    tasks = [_instead(plan.task, candidate.constant) for plan, candidate in pairs]
    folded = fold(stream, tasks, missing=missing, keep=0, run=Run(executor))
    made: dict[tuple[str, tuple[float, ...]], list[Constant]] = {}
    for i, (plan, candidate) in enumerate(pairs):
        value = None if i in folded.refused else value_of(folded.partials[i], reduction)
        if value is not None and not np.isnan(value):
            made.setdefault(judged(plan.task), []).append(plan.held(candidate, value))
    return {name: tuple(sorted(held, key=lambda c: (not c.best, c.value))) for name, held in made.items()}


def _instead(task: Task, constant: Array) -> Task:
    """The same task with a constant in place of its predictions."""

    def put(read: Batch) -> Batch:
        batch = read if task.adjust is None else task.adjust(read)
        shape = batch.y_pred[task.model].shape
        return replace(batch, y_pred={task.model: np.broadcast_to(constant, shape)})

    return replace(task, adjust=put)


def _domains(task: Task) -> tuple[Domain | None, Domain]:
    """What y_true and y_pred are. By the definition: a framework that checks nothing tells less."""
    signature = task.convention.loss.signature
    params = {name: known.default for name, known in signature.parameters.items()} | dict(task.params)
    true = signature.y_true
    return (None if true is None else true.given(params)), signature.y_pred.given(params)


def _scheme(task: Task, properties: Sequence[Property]) -> Scheme | None:
    """How constants are made, by what y_true and y_pred may be; None where none makes sense."""
    loss = task.convention.loss
    true, pred = _domains(task)
    # Some calls take the logarithms of what a divergence takes.
    logarithms = loss.family == "divergence" and task.convention.kernel is not loss.kernel
    if true is None or logarithms or loss.constant == "none":
        return None
    entries = true.grain == pred.grain == "entry"
    if entries and true.values is None and not true.whole and true.high == np.inf:
        return Scheme(_of_values, values=True)
    if loss.kind == "batch":
        return None
    if pred.means in PAIRS:
        return Scheme(_of_distribution, values=True)
    if true.whole:
        return Scheme(_of_labels, labels=True)
    if true.grain == "index" or (true.grain == "row" and true.sums_to_one):
        return Scheme(_of_classes, labels=True)
    if true.grain == pred.grain == "row" and any(p.name == "minimiser" for p in properties):
        return Scheme(_of_values, values=True)
    likely = pred.high == 1 or pred.means == "logit"
    if (true.high == 1 or true.values == (0.0, 1.0)) and likely and true.grain in ("entry", "row"):
        settled = any(p.name == "minimiser" for p in properties) and not _moved(task)
        return Scheme(_of_rates, labels=loss.kind == "sample" and not settled)
    return None if true.exclusive is None else Scheme(_of_sides, labels=True)


def _of_values(plan: Plan) -> Iterator[Candidate]:
    """The mean and the median of y_true, or its quantile where the loss has one; for a row, by columns."""
    target = plan.target
    link, words = (np.log, ", as a logarithm") if plan.pred.means == "log-rate" else (np.asarray, "")

    def of(q: float) -> Array:
        return link(target.of([column.quantile(q) for column in target.columns]))

    def beside(constant: Array) -> Array:
        """A constant of y_true (H,) beside the quantiles of y_pred (H, D)."""
        return constant[..., None] if constant.ndim and constant.shape == target.pred_shape[:-1] else constant

    q = plan.task.params.get("q") if "quantile q" in plan.declared else None
    if isinstance(q, np.ndarray):
        each = np.stack([of(level) for level in q], axis=-1)  # of y_true's shape, and the levels
        if each.ndim > len(target.pred_shape):
            each = each[..., 0, :] if target.shape[-1] == 1 else each.diagonal(axis1=-2, axis2=-1)
        named = ", ".join(f"{level:g}" for level in q) if len(q) < 7 else f"{q[0]:g}, …, {q[-1]:g}"
        own = "quantile q" if len(target.columns) == np.prod(target.shape, dtype=int) else None
        yield Candidate(f"quantiles {named} of y_true, by column", each, own, target.exact)
        yield Candidate("mean of y_true", beside(target.of(target.means)), "mean")
        yield Candidate("median of y_true", beside(of(0.5)), "median", target.exact)
        return
    if q is not None:
        yield Candidate(f"{q:g}-quantile of y_true{words}", of(q), "quantile q", target.exact)
    yield Candidate(f"mean of y_true{words}", link(target.of(target.means)), "mean")
    if q != 0.5:
        yield Candidate(f"median of y_true{words}", of(0.5), "median", target.exact)


def _mean_and_variance(plan: Plan) -> tuple[str, float, float]:
    target = plan.target
    return "mean and variance of y_true", float(target.means[0]), target.columns[0].variance()


def _mean_and_deviation(plan: Plan) -> tuple[str, float, float]:
    _, mean, variance = _mean_and_variance(plan)
    return "mean and standard deviation of y_true", mean, float(np.sqrt(variance))


def _median_and_distance(plan: Plan) -> tuple[str, float, float]:
    column = plan.target.columns[0]
    middle = column.quantile(0.5)
    return "median of y_true and mean distance from it", middle, column.distance(middle)


def _quantiles(plan: Plan) -> tuple[str, float, float]:
    column, alpha = plan.target.columns[0], plan.task.params["alpha"]
    low, high = alpha / 2, 1 - alpha / 2
    return f"{low:g}- and {high:g}-quantile of y_true", column.quantile(low), column.quantile(high)


# What two columns of y_pred mean → the two numbers of one forecast for every row.
PAIRS = {
    "mean and variance": _mean_and_variance,
    "mean and deviation": _mean_and_deviation,
    "location and scale": _median_and_distance,
    "bounds": _quantiles,
}


def _of_distribution(plan: Plan) -> Iterator[Candidate]:
    what, *pair = PAIRS[plan.pred.means](plan)
    yield Candidate(what, np.array(pair), "own", plan.target.exact)


def _of_labels(plan: Plan) -> Iterator[Candidate]:
    """The label that most rows have: one for all outputs."""
    target = plan.target
    if int(np.prod(target.shape)) == 1:
        label = max(target.counts, key=lambda known: target.counts[known])
        classes = plan.task.classes
        name = f"{label:g}" if classes is None else classes.name(label)
        yield Candidate(f"majority class ({name})", target.of([label]), "mode")


def _of_classes(plan: Plan) -> Iterator[Candidate]:
    """The classes' shares; for scores, a 1 for the class that most rows have."""
    target, pred = plan.target, plan.pred
    classes = target.pred_shape[-1] if target.pred_shape else 0
    shares = target.means
    if int(np.prod(target.shape)) == 1:
        counts = np.array([target.counts.get(float(k), 0.0) for k in range(classes)])
        shares = counts / counts.sum()
    if not classes or len(shares) != classes:
        return
    what, shares, minimises = _moved_shares(plan, shares)
    if pred.high == 1:
        yield Candidate(what, shares, minimises)
    elif pred.minus_infinity:
        yield Candidate(f"{what}, as logarithms", np.log(shares), minimises)
    elif pred.means == "logit":
        yield Candidate(f"{what}, as logits", np.maximum(np.log(shares), NEVER), minimises)
    elif pred.means == "margin":
        largest = int(shares.argmax())
        yield Candidate(f"score 1 for the majority class ({largest})", np.eye(classes)[largest], None)


def _moved_shares(plan: Plan, shares: Array) -> tuple[str, Array, str]:
    """The classes' shares as class weights and label smoothing move the least of a proper loss."""
    params = plan.task.params
    weight, smoothing = params.get("class_weight"), params.get("label_smoothing", 0.0)
    if "proper" not in plan.declared or not searchable(plan.task) or (weight is None and not smoothing):
        return "class shares", shares, "proper"
    if weight is not None:
        shares = shares * weight / np.sum(shares * weight)
    how = " and ".join(["weighted"] * (weight is not None) + ["smoothed"] * bool(smoothing))
    return f"class shares, {how}", (1 - smoothing) * shares + smoothing / len(shares), SEARCHED


def _of_rates(plan: Plan) -> Iterator[Candidate]:
    """The share of 1, by columns; for overlaps, which an extreme may suit better, 1 everywhere too."""
    target = plan.target
    # Less than the last digits, in which balanced weights would give a rate of ½ an odd logit.
    rate = target.of([float(f"{mean:.14g}") for mean in target.means])
    logits = plan.pred.high != 1
    constant = np.log(rate) - np.log1p(-rate) if logits else rate
    yield Candidate("base rate" + ", as a logit" * logits, constant, "mean")
    if plan.task.convention.loss.kind == "statistic":
        yield Candidate("all ones", np.array(SURE if logits else 1.0), None)


def _of_sides(plan: Plan) -> Iterator[Candidate]:
    """The side with more rows, at a margin of 1; and the log-odds of +1."""
    target = plan.target
    if not set(target.counts) <= {-1.0, 0.0, 1.0}:
        return
    share = target.counts.get(1.0, 0.0) / sum(target.counts.values())
    side = 1.0 if share >= 0.5 else -1.0
    threshold = plan.task.params.get("threshold")
    if threshold is not None:
        words, least = f"always {'above' if side > 0 else 'below'} the threshold", "mode"
        yield Candidate(words, np.array(threshold + side), least)
        return
    yield Candidate(f"always {side:+g}", np.array(side), None)
    yield Candidate("log-odds of the base rate", np.array(np.log(share) - np.log1p(-share)), None)
