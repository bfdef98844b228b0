"""Constant predictions that a loss can be held against, chosen by what y_true and y_pred may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from losscli.analysis.why.target import Target, survey
from losscli.batch import Batch, Stream
from losscli.engine.finish import value_of
from losscli.engine.fold import fold
from losscli.engine.missing import Missing
from losscli.engine.partial import Task
from losscli.losses.domain import Array, Domain
from losscli.results.why import Constant
from losscli.results.words import Property

SURE = 40.0  # a logit whose probability is 1 to the last digit of a float
NEVER = -745.0  # the logit, or the logarithm, of the smallest float: of a class that does not occur
SCALELESS = {"perceptron", "multiclass_perceptron"}  # the nearer to 0 a prediction, the less it costs
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

    make: Callable[[Task, Target], Iterator[Candidate]]
    values: bool = False
    labels: bool = False


def constants(
    stream: Stream, task: Task, properties: Sequence[Property], missing: Missing, reduction: str
) -> tuple[Constant, ...]:
    """Constant predictions with their values, the best first; none where no constant makes sense.

    Two passes: over y_true, and one for all constants. `skill` is left out here.
    """
    scheme = _scheme(task, properties)
    if scheme is None:
        return ()
    ignored = task.params.get("ignore_class")
    target = survey(stream, task, missing, values=scheme.values, labels=scheme.labels, ignored=ignored)
    if target is None:
        return ()
    with np.errstate(all="ignore"):
        found = [c for c in scheme.make(task, target) if (c.constant < np.inf).all()]  # no nan either
    folded = fold(stream, [_instead(task, c.constant) for c in found], missing=missing, keep=0)
    least = _minimised(task, properties)
    made = []
    for i, candidate in enumerate(found):
        value = None if i in folded.refused else value_of(folded.partials[i], reduction)
        if value is not None and not np.isnan(value):
            constant = candidate.constant
            one_for_many = constant.ndim == 0 and int(np.prod(target.shape)) > 1
            best = candidate.minimises in least and candidate.exact and not one_for_many
            made.append(Constant(candidate.what, constant.tolist(), value, None, best, candidate.exact))
    return tuple(sorted(made, key=lambda c: (not c.best, c.value)))


def _instead(task: Task, constant: Array) -> Task:
    """The same task with a constant in place of its predictions."""

    def put(read: Batch) -> Batch:
        batch = read if task.reweigh is None else task.reweigh(read)
        shape = batch.y_pred[task.model].shape
        return replace(batch, y_pred={task.model: np.broadcast_to(constant, shape)})

    return replace(task, reweigh=put)


def _minimised(task: Task, properties: Sequence[Property]) -> set[str | None]:
    """What the page says of its minimiser, where that holds for these parameters and this convention."""
    loss, convention = task.convention.loss, task.convention
    moved = any(
        not np.array_equal(task.params[name], parameter.default)
        for name, parameter in convention.signature.parameters.items()
        if name in MOVING
    )
    if moved or convention.kernel is not loss.kernel:
        return set()
    declared = {p.detail if p.name == "minimiser" else p.name for p in properties}
    return (declared & LEAST) | ({"own"} if loss.name in DISTRIBUTIONS else set())


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
    if true is None or logarithms or loss.name in SCALELESS:
        return None
    entries = true.grain == pred.grain == "entry"
    if entries and true.values is None and not true.whole and true.high == np.inf:
        return Scheme(_of_values, values=True)
    if loss.kind == "batch":
        return None
    if loss.name in DISTRIBUTIONS:
        return Scheme(_of_distribution, values=True)
    if true.whole:
        return Scheme(_of_labels, labels=True)
    if true.grain == "index" or (true.grain == "row" and true.sums_to_one):
        return Scheme(_of_classes, labels=True)
    if true.grain == pred.grain == "row" and any(p.name == "minimiser" for p in properties):
        return Scheme(_of_values, values=True)
    likely = pred.high == 1 or "logit" in pred.words
    if (true.high == 1 or true.values == (0.0, 1.0)) and likely and true.grain in ("entry", "row"):
        return Scheme(_of_rates)
    return None if true.exclusive is None else Scheme(_of_sides, labels=True)


def _of_values(task: Task, target: Target) -> Iterator[Candidate]:
    """The mean and the median of y_true, or its quantile where the loss has one; for a row, by columns."""
    _, pred = _domains(task)
    link, words = (np.log, ", as a logarithm") if "logarithm" in pred.words else (np.asarray, "")

    def of(q: float) -> Array:
        return link(target.of([column.quantile(q) for column in target.columns]))

    if "q" in task.params and task.convention.loss.name == "quantile":
        q = task.params["q"]
        yield Candidate(f"{q:g}-quantile of y_true{words}", of(q), "quantile q", target.exact)
    yield Candidate(f"mean of y_true{words}", link(target.of(target.means)), "mean")
    if task.params.get("q") != 0.5 or task.convention.loss.name != "quantile":
        yield Candidate(f"median of y_true{words}", of(0.5), "median", target.exact)


def _gaussian(of: Target, params: Mapping[str, Any]) -> tuple[str, float, float]:
    return "mean and variance of y_true", float(of.means[0]), of.columns[0].variance()


def _normal(of: Target, params: Mapping[str, Any]) -> tuple[str, float, float]:
    spread = float(np.sqrt(of.columns[0].variance()))
    return "mean and standard deviation of y_true", float(of.means[0]), spread


def _laplace(of: Target, params: Mapping[str, Any]) -> tuple[str, float, float]:
    middle = of.columns[0].quantile(0.5)
    return "median of y_true and mean distance from it", middle, of.columns[0].distance(middle)


def _interval(of: Target, params: Mapping[str, Any]) -> tuple[str, float, float]:
    low, high = params["alpha"] / 2, 1 - params["alpha"] / 2
    words = f"{low:g}- and {high:g}-quantile of y_true"
    return words, of.columns[0].quantile(low), of.columns[0].quantile(high)


# Loss → the two numbers of one forecast for every row; True: no constant forecast does better.
DISTRIBUTIONS = {
    "gaussian_nll": (_gaussian, True),
    "crps_gaussian": (_normal, False),
    "laplace_nll": (_laplace, True),
    "interval_score": (_interval, True),
}


def _of_distribution(task: Task, target: Target) -> Iterator[Candidate]:
    make, least = DISTRIBUTIONS[task.convention.loss.name]
    what, *pair = make(target, task.params)
    yield Candidate(what, np.array(pair), "own" if least else None, target.exact)


def _of_labels(task: Task, target: Target) -> Iterator[Candidate]:
    """The label that most rows have: one for all outputs."""
    if int(np.prod(target.shape)) == 1:
        label = max(target.counts, key=lambda known: target.counts[known])
        yield Candidate(f"majority class ({label:g})", target.of([label]), "mode")


def _of_classes(task: Task, target: Target) -> Iterator[Candidate]:
    """The classes' shares; for scores, a 1 for the class that most rows have."""
    _, pred = _domains(task)
    classes = target.pred_shape[-1] if target.pred_shape else 0
    shares = target.means
    if int(np.prod(target.shape)) == 1:
        counts = np.array([target.counts.get(float(k), 0.0) for k in range(classes)])
        shares = counts / counts.sum()
    if not classes or len(shares) != classes:
        return
    if pred.high == 1:
        yield Candidate("class shares", shares, "proper")
    elif pred.minus_infinity:
        yield Candidate("class shares, as logarithms", np.log(shares), "proper")
    elif "logit" in pred.words:
        yield Candidate("class shares, as logits", np.maximum(np.log(shares), NEVER), "proper")
    elif "score" in pred.words:
        largest = int(shares.argmax())
        yield Candidate(f"score 1 for the majority class ({largest})", np.eye(classes)[largest], None)


def _of_rates(task: Task, target: Target) -> Iterator[Candidate]:
    """The share of 1, by columns; for overlaps, which an extreme may suit better, 1 everywhere too."""
    _, pred = _domains(task)
    # Less than the last digits, in which balanced weights would give a rate of ½ an odd logit.
    rate = target.of([float(f"{mean:.14g}") for mean in target.means])
    logits = pred.high != 1
    constant = np.log(rate) - np.log1p(-rate) if logits else rate
    yield Candidate("base rate" + ", as a logit" * logits, constant, "mean")
    if task.convention.loss.kind == "statistic":
        yield Candidate("all ones", np.array(SURE if logits else 1.0), None)


def _of_sides(task: Task, target: Target) -> Iterator[Candidate]:
    """The side with more rows, at a margin of 1; and the log-odds of +1."""
    if not set(target.counts) <= {-1.0, 0.0, 1.0}:
        return
    share = target.counts.get(1.0, 0.0) / sum(target.counts.values())
    side = 1.0 if share >= 0.5 else -1.0
    threshold = task.params.get("threshold")
    if threshold is not None:
        words, least = f"always {'above' if side > 0 else 'below'} the threshold", "mode"
        yield Candidate(words, np.array(threshold + side), least)
        return
    yield Candidate(f"always {side:+g}", np.array(side), None)
    yield Candidate("log-odds of the base rate", np.array(np.log(share) - np.log1p(-share)), None)
