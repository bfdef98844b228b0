"""What a command must tell, worked out anew: the definitions, row after row, in exact sums of Python's.

It shares nothing with losscli and is as slow as it is plain. `Refused` stands for exit code 2.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

Number = Any  # a float, or the lists of a row with several columns
Told = dict[str, Any]
NAN = math.nan


class Refused(Exception):
    """The command ends with exit code 2, and says one of these things."""


@dataclass(frozen=True)
class Row:
    """One sample: `row` is its number in `file`, `by` its labels, `pred` its prediction by each model."""

    row: int
    true: Number
    pred: Mapping[str, Number]
    weight: float | None = None
    by: tuple[str, ...] = ()
    file: str | None = None


@dataclass(frozen=True)
class Ask:
    """What is asked of the rows; the words are the command's. `rows` None is its own choice."""

    loss: str = "mae"
    params: Mapping[str, Any] = field(default_factory=dict)
    like: str = "exact"
    reduction: str = "mean"
    missing: str = "refuse"
    class_weight: Mapping[float, float] | str | None = None
    rows: int | str | None = None
    order: str = "index"
    gradient: bool = False


# ---- the definitions: the value of an entry or of a row, and its slope by the prediction


def mae(y: float, p: float) -> float:
    return abs(p - y)


def mse(y: float, p: float) -> float:
    return (p - y) ** 2


def huber(y: float, p: float, delta: float = 1.0) -> float:
    e = abs(p - y)
    return e * e / 2 if e <= delta else delta * (e - delta / 2)


def mape(y: float, p: float) -> float:
    return 100 * abs(p - y) / abs(y)


def poisson(y: float, p: float) -> float:
    return p - y * math.log(p)


def hinge(y: float, p: float) -> float:
    return max(0.0, 1 - (1 if y == 1 else -1) * p)


def bce(y: float, p: float, from_logits: bool = False, label_smoothing: float = 0.0) -> float:
    t = y * (1 - label_smoothing) + label_smoothing / 2
    one = math.log(p) if not from_logits else -math.log1p(math.exp(-p))
    none = math.log1p(-p) if not from_logits else -math.log1p(math.exp(p))
    return -(t * one + (1 - t) * none)


def _sign(x: float) -> float:
    return NAN if x == 0 else math.copysign(1.0, x)  # a kink has no slope


def _bce_slope(y: float, p: float, from_logits: bool = False, label_smoothing: float = 0.0) -> float:
    t = y * (1 - label_smoothing) + label_smoothing / 2
    return 1 / (1 + math.exp(-p)) - t if from_logits else (p - t) / (p * (1 - p))


def _hinge_slope(y: float, p: float) -> float:
    t = 1 if y == 1 else -1
    return NAN if t * p == 1 else -float(t) if t * p < 1 else 0.0


ENTRIES: dict[str, Callable[..., float]] = {
    "mae": mae,
    "mse": mse,
    "huber": huber,
    "mape": mape,
    "poisson": poisson,
    "hinge": hinge,
    "bce": bce,
}
SLOPES: dict[str, Callable[..., float]] = {
    "mae": lambda y, p: _sign(p - y),
    "mse": lambda y, p: 2 * (p - y),
    "huber": lambda y, p, delta=1.0: max(-delta, min(delta, p - y)),
    "mape": lambda y, p: 100 * _sign(p - y) / abs(y),
    "poisson": lambda y, p: 1 - y / p,
    "hinge": _hinge_slope,
    "bce": _bce_slope,
}
STATISTICS = ("rmse", "wape", "dice")
BATCH = ("median_absolute_error",)
CLASSES = ("bce", "hinge", "scce", "dice")  # whose target is a class


def _log_softmax(z: Sequence[float]) -> list[float]:
    top = max(z)
    whole = top + math.log(math.fsum(math.exp(x - top) for x in z))
    return [x - whole for x in z]


def _scce(y: float, p: Sequence[float], params: Mapping[str, Any], like: str) -> tuple[float, list[float]]:
    """−Σₖ wₖ tₖ log pₖ of a row that counts, and its slope."""
    logits = params.get("from_logits", False) or like == "torch"
    smooth, weights = params.get("label_smoothing", 0.0), params.get("class_weight") or [1.0] * len(p)
    logs = _log_softmax(p) if logits else [math.log(x) for x in p]
    t = [(1 - smooth) * (k == y) + smooth / len(p) for k in range(len(p))]
    wt = [w * x for w, x in zip(weights, t, strict=True)]
    value = -math.fsum(x * log for x, log in zip(wt, logs, strict=True))
    if logits:
        return value, [math.exp(log) * math.fsum(wt) - x for x, log in zip(wt, logs, strict=True)]
    return value, [-x / prob for x, prob in zip(wt, p, strict=True)]


def _flat(value: Number) -> list[float]:
    return [x for part in value for x in _flat(part)] if isinstance(value, (list, tuple)) else [float(value)]


def _shaped(values: Iterable[float], like: Number) -> Number:
    held = iter(values)

    def fill(part: Number) -> Number:
        return [fill(x) for x in part] if isinstance(part, (list, tuple)) else next(held)

    return fill(like)


def _gone(*values: Number) -> bool:
    return any(math.isnan(x) for value in values if value is not None for x in _flat(value))


def _ignored(ask: Ask) -> float | None:
    return (
        -100 if ask.like == "torch" and "ignore_class" not in ask.params else ask.params.get("ignore_class")
    )


def _value(row: Row, model: str, ask: Ask) -> tuple[float, Number]:
    """A row's value and its slope, nan where they are missing."""
    y, p = row.true, row.pred[model]
    if ask.loss == "scce" and y == _ignored(ask):
        return 0.0, [0.0] * len(p)
    if _gone(y, p):
        return NAN, _shaped([NAN] * len(_flat(p)), p)
    if ask.loss == "scce":
        return _scce(y, p, ask.params, ask.like)
    if ask.loss == "dice":
        hit, whole = _areas([replace(row, weight=None)], model)
        return (1 - 2 * hit / whole if whole else 0.0), _shaped(_dice_slopes(_flat(y), hit, whole), p)
    pairs = list(zip(_flat(y), _flat(p), strict=True))
    values = [ENTRIES[ask.loss](a, b, **ask.params) for a, b in pairs]
    slopes = [SLOPES[ask.loss](a, b, **ask.params) / len(pairs) for a, b in pairs]
    return math.fsum(values) / len(values), _shaped(slopes, p)


# ---- statistics: one value of sums over all rows


def _weight(row: Row) -> float:
    return 1.0 if row.weight is None else row.weight


def _areas(rows: Sequence[Row], model: str) -> tuple[float, float]:
    """Σ w y p and Σ w (y + p)."""
    hit, whole = [], []
    for row in rows:
        for y, p in zip(_flat(row.true), _flat(row.pred[model]), strict=True):
            hit.append(_weight(row) * y * p)
            whole.append(_weight(row) * (y + p))
    return math.fsum(hit), math.fsum(whole)


def _dice_slopes(ys: Sequence[float], hit: float, whole: float) -> list[float]:
    """d(1 − 2 hit/whole)/dp for each entry, of weight 1."""
    return [(2 * hit - 2 * y * whole) / whole**2 if whole else NAN for y in ys]


def _statistic(rows: Sequence[Row], model: str, ask: Ask) -> tuple[float, list[Number]]:
    """The value, and each row's slope of it."""
    if any(_gone(row.true, row.pred[model], row.weight) for row in rows):
        return NAN, [_shaped([NAN] * 9, row.pred[model]) for row in rows]
    weights = [_weight(row) for row in rows]
    ys, ps = ([_flat(x) for x in xs] for xs in ([r.true for r in rows], [r.pred[model] for r in rows]))
    each = len(ys[0])
    errors = [[p - y for y, p in zip(a, b, strict=True)] for a, b in zip(ys, ps, strict=True)]
    if ask.loss == "dice":
        hit, whole = _areas(rows, model)
        value = 1 - 2 * hit / whole if whole else 0.0
        slopes = [[w * s for s in _dice_slopes(y, hit, whole)] for w, y in zip(weights, ys, strict=True)]
    elif ask.loss == "rmse":
        whole = math.fsum(weights)
        squares = (w * x * x / each for w, e in zip(weights, errors, strict=True) for x in e)
        value = math.sqrt(math.fsum(squares) / whole) if whole else NAN
        slopes = [
            [w * x / each / (whole * value) if value and whole else NAN for x in e]
            for w, e in zip(weights, errors, strict=True)
        ]
    else:
        whole = math.fsum(w * abs(y) for w, a in zip(weights, ys, strict=True) for y in a)
        wrong = math.fsum(w * abs(x) for w, e in zip(weights, errors, strict=True) for x in e)
        value = 100 * wrong / whole if whole else (math.inf if wrong else 0.0)
        slopes = [
            [100 * w * _sign(x) / whole if whole else NAN for x in e]
            for w, e in zip(weights, errors, strict=True)
        ]
    return value, [_shaped(s, row.pred[model]) for s, row in zip(slopes, rows, strict=True)]


def _median(numbers: Iterable[float]) -> float:
    ordered = sorted(numbers)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _batch(rows: Sequence[Row], model: str) -> float:
    if any(_gone(row.true, row.pred[model]) for row in rows):
        return NAN
    errors = [[abs(p - y) for y, p in zip(_flat(r.true), _flat(r.pred[model]), strict=True)] for r in rows]
    return math.fsum(_median(column) for column in zip(*errors, strict=True)) / len(errors[0])


# ---- missing values, class weights


def misses(row: Row) -> bool:
    """Whether a value of the row is missing."""
    return _gone(row.true, row.weight, *row.pred.values())


def counting(rows: Sequence[Row], missing: str) -> list[Row]:
    """The rows that count: those with a missing value do not if they are dropped."""
    return [row for row in rows if missing != "drop" or not misses(row)]


def _refusals(rows: Sequence[Row], ask: Ask) -> Iterator[str]:
    """What the command says of a line that it refuses; it may say any of them first."""
    if ask.missing == "refuse" and any(map(misses, rows)):
        yield "nan or no value"
    kept = counting(rows, ask.missing)
    if not kept:
        yield "every row has a missing value"
        return
    weighted = kept[0].weight is not None
    if weighted and not any(row.weight for row in kept):
        yield "the weights are all zero"
    if weighted and (ask.loss in BATCH or (ask.loss == "scce" and ask.like == "torch")):
        yield "takes no sample weights"
    if ask.class_weight is not None and ask.loss not in CLASSES:
        yield "is not a class"
    if isinstance(ask.class_weight, Mapping) and set(ask.class_weight) - {row.true for row in kept}:
        yield "there is no class"
    if ask.loss == "scce" and any(_gone(row.true) for row in kept):
        yield "nan is not a class"
    if ask.gradient and ask.like != "exact":
        yield "the gradient is of the exact definition only"
    if ask.reduction != "mean" and ask.loss in STATISTICS and not _rowwise(ask):
        yield "has no reduction"
    if "from_logits" in ask.params and ask.loss not in ("bce", "scce"):
        yield "has no parameter from_logits"
    if ask.reduction == "none" and kept[0].by:
        yield "--reduction none leaves a group without a value"


def _by_class(rows: list[Row], ask: Ask) -> tuple[list[Row], Ask]:
    """Class weights as the loss takes them: its own parameter, or a weight for each row."""
    if ask.class_weight is None:
        return rows, ask
    ignored = ask.params.get("ignore_class")
    labels = [row.true for row in rows if not math.isnan(row.true) and row.true != ignored]
    known = {label: labels.count(label) for label in labels}
    if ask.class_weight == "balanced":
        weights = {label: len(labels) / (len(known) * count) for label, count in known.items()}
    else:
        assert not isinstance(ask.class_weight, str)
        weights = dict(ask.class_weight)
    if ask.loss == "scce":
        columns = len(next(iter(rows[0].pred.values())))
        vector = [weights.get(float(k), 1.0) for k in range(columns)]
        return rows, replace(ask, params={**ask.params, "class_weight": vector})
    return [replace(row, weight=_weight(row) * weights.get(row.true, 1.0)) for row in rows], ask


# ---- the value of some rows


def _times(weight: float, value: float) -> float:
    return 0.0 if weight == 0 else weight * value


def _total(numbers: Iterable[float]) -> float:
    numbers = list(numbers)
    return math.fsum(numbers) if all(map(math.isfinite, numbers)) else sum(numbers)


def _over(a: float, b: float) -> float:
    return a / b if b else NAN if a == 0 or math.isnan(a) else math.copysign(math.inf, a)


def _counts(row: Row, ask: Ask) -> float:
    """What a row adds to the mean's divisor, before its weight."""
    if ask.loss != "scce":
        return 1.0
    counts = float(row.true != _ignored(ask))
    if ask.like == "torch" and counts and ask.params.get("class_weight"):
        return float(ask.params["class_weight"][int(row.true)])
    return counts


def _reduced(rows: Sequence[Row], model: str, ask: Ask) -> Told:
    """value, mean, sum and divisor of rows that have a value each."""
    values = [_value(row, model, ask)[0] for row in rows]
    total = _total(_times(_weight(row), v) for row, v in zip(rows, values, strict=True))
    divisor = math.fsum(_weight(row) * _counts(row, ask) for row in rows)
    mean = _over(total, divisor)
    if ask.like == "keras":  # a file's column is (N, 1) to it
        mean, divisor = total / len(rows), float(len(rows))
    value = {"mean": mean, "sum": total, "none": None}[ask.reduction]
    return {"value": value, "mean": mean, "sum": total, "divisor": divisor}


def _rowwise(ask: Ask) -> bool:
    return ask.loss in ENTRIES or ask.loss == "scce" or ask.params.get("per") == "sample"


def _reduce(rows: Sequence[Row], model: str, ask: Ask) -> Told:
    if _rowwise(ask):
        return _reduced(rows, model, ask)
    none: Told = {"mean": None, "sum": None}
    if ask.loss in STATISTICS:
        return {"value": _statistic(rows, model, ask)[0], "divisor": None, **none}
    columns = len(_flat(rows[0].pred[model]))
    return {"value": _batch(rows, model), "divisor": float(columns), **none}


# ---- what is told beside the value


def _contributions(rows: Sequence[Row], model: str, ask: Ask) -> list[float]:
    return [_times(_weight(row), _value(row, model, ask)[0]) for row in rows]


def _shared(parts: Sequence[float]) -> float | None:
    """The total that rows have shares of, where they have."""
    total = _total(parts)
    return total if min(parts) >= 0 and 0 < total < math.inf else None


def worst_first(keys: Sequence[float]) -> list[int]:
    """Positions by key, the largest first: nan before all, of equal ones the first."""
    return sorted(range(len(keys)), key=lambda i: (-math.inf if math.isnan(keys[i]) else -keys[i], i))


def near(a: float, b: float) -> bool:
    """Whether the last digits decide which is larger: those of equal numbers may be rounded apart elsewhere.

    Numbers of few digits, whose sums and products are exact, are equal or not.
    """
    if not (math.isfinite(a) and math.isfinite(b)) or (a == b and (a * 2**20) % 1 == 0):
        return False
    return abs(a - b) <= 1e-12 * max(abs(a), abs(b))


def _alike(one: Row, other: Row) -> bool:
    """Whether two rows hold the same numbers, which make the same value wherever they are computed."""
    return (one.true, one.pred, one.weight) == (other.true, other.pred, other.weight)


def undecided(rows: Sequence[Row], keys: Sequence[float], many: int, ordered: bool) -> bool:
    """Whether last digits decide which `many` rows come first, or (`ordered`) in which order."""
    order = worst_first(keys)
    pairs = list(pairwise(order))[: many if ordered else None]
    pairs = pairs if ordered else pairs[max(many - 1, 0) : many]
    return many > 0 and any(near(keys[i], keys[k]) and not _alike(rows[i], rows[k]) for i, k in pairs)


def _shown(rows: Sequence[Row], ask: Ask, keys: Sequence[float]) -> list[int]:
    """Which rows are shown, in their order."""
    many = len(rows) if ask.rows == "all" else ask.rows
    if many is None:
        many = len(rows) if len(rows) <= 20 else 10
    assert isinstance(many, int)
    chosen = worst_first(keys)[:many]
    return chosen if ask.order == "loss" else sorted(chosen)


def _sample(row: Row, model: str, **more: Any) -> Told:
    place = {} if row.file is None else {"file": row.file}
    return {"row": row.row, "y_true": row.true, "y_pred": row.pred[model], **more, **place}


def _samples(rows: Sequence[Row], model: str, ask: Ask) -> list[Told]:
    parts = _contributions(rows, model, ask)
    total = _shared(parts)
    found = []
    for i in _shown(rows, ask, parts):
        value, slope = _value(rows[i], model, ask)
        more: Told = {"loss": value, "share": None if total is None else parts[i] / total}
        if rows[i].weight is not None:
            more["weight"] = rows[i].weight
        if ask.gradient:
            more["gradient"] = slope
        found.append(_sample(rows[i], model, **more))
    return found


def _half(parts: Sequence[float]) -> int | None:
    """How few parts make half of their sum; None where the last digit of a logarithm would decide."""
    exact, reached = sum(map(Fraction, parts), Fraction()), Fraction()
    rough = any((part * 2**20) % 1 for part in parts)
    for half, part in enumerate(sorted(map(Fraction, parts), reverse=True), 1):
        reached += part
        if rough and abs(2 * reached - exact) < exact / 10**12:
            return None
        if 2 * reached >= exact:
            return half
    raise AssertionError


def _concentration(rows: Sequence[Row], model: str, ask: Ask) -> Told | None:
    parts = _contributions(rows, model, ask)
    total = _shared(parts)
    if total is None:
        return None
    half = _half(parts)
    worst = worst_first(parts)[0]
    told: Told = {} if half is None else {"half": half}
    if not undecided(rows, parts, 1, ordered=False):
        told |= {"worst": rows[worst].row}
        told |= {} if rows[worst].file is None else {"file": rows[worst].file}
    return {**told, "exact": True, "n": len(rows), "worst_share": parts[worst] / total}


def _label_key(labels: Sequence[tuple[str, ...]]) -> Callable[[tuple[str, ...]], Any]:
    """Numbers by number, words by their letters, what is missing last, a column at a time."""
    numeric = [
        all(x == "(missing)" or x.lstrip("-").replace(".", "", 1).isdigit() for x in column)
        for column in zip(*labels, strict=True)
    ]

    def key(label: tuple[str, ...]) -> Any:
        return [
            (text == "(missing)", float(text) if number and text != "(missing)" else 0.0, text)
            for text, number in zip(label, numeric, strict=True)
        ]

    return key


def _groups(rows: Sequence[Row], model: str, ask: Ask) -> list[Told]:
    """Each group's n, value and share, in order."""
    labels = list(dict.fromkeys(row.by for row in rows))
    labels.sort(key=_label_key(labels))
    total = _shared(_contributions(rows, model, ask)) if _rowwise(ask) else None
    found: list[Told] = []
    for label in labels:
        own = [row for row in rows if row.by == label]
        share = None if total is None else _total(_contributions(own, model, ask)) / total
        value = _reduce(own, model, ask)["value"]
        found.append({"labels": label, "n": len(own), "value": value, "share": share})
    if ask.order == "loss":
        size = "value" if total is None else "share"
        found = [found[i] for i in worst_first([group[size] for group in found])]
    return found


def compute(rows: Sequence[Row], ask: Ask, model: str = "p") -> Told:
    """What `losscli compute` tells of these rows."""
    if why := list(_refusals(rows, ask)):
        raise Refused(*why)
    kept, ask = _by_class(counting(rows, ask.missing), ask)
    told: Told = {"loss": ask.loss, "like": ask.like, "reduction": ask.reduction, "n": len(kept)}
    told |= {"weighted": kept[0].weight is not None, **_reduce(kept, model, ask)}
    told |= {"divided_by": _divided_by(kept, ask)}
    told |= {"samples": [], "hidden": 0, "gradients": [], "concentration": None, "groups": []}
    if kept[0].by:
        told["groups"] = _groups(kept, model, ask)
        ask = replace(ask, rows=0 if ask.rows is None else ask.rows)
    if _rowwise(ask):
        told["samples"] = _samples(kept, model, ask)
        parts, many = _contributions(kept, model, ask), len(told["samples"])
        told["undecided"] = undecided(kept, parts, many, ask.order == "loss")
        told["hidden"] = len(kept) - len(told["samples"])
        told["concentration"] = _concentration(kept, model, ask)
    elif ask.gradient:
        slopes = _statistic(kept, model, ask)[1]
        steep = [max(abs(x) if math.isfinite(x) else 0.0 for x in _flat(slope)) for slope in slopes]
        told["gradients"] = [
            _sample(kept[i], model, loss=None, share=None, gradient=slopes[i])
            for i in _shown(kept, ask, steep)
        ]
    return told


def _divided_by(rows: Sequence[Row], ask: Ask) -> str:
    """What the mean's divisor counts."""
    n = f"{len(rows)} sample" + "s" * (len(rows) != 1)
    if ask.loss in BATCH:
        columns = len(_flat(next(iter(rows[0].pred.values()))))
        return f"{columns} value" + "s" * (columns != 1)
    if not _rowwise(ask):
        return "one value, from sums over all samples"
    if ask.like == "torch" and ask.params.get("class_weight"):
        return f"the sum of the class weights of {n}"
    ignored = sum(ask.loss == "scce" and row.true == _ignored(ask) for row in rows)
    n = f"{len(rows) - ignored} of {n} ({ignored} ignored)" if ignored else n
    return f"the sum of the weights of {n}" if rows[0].weight is not None and ask.like != "keras" else n


def without_worst(rows: Sequence[Row], ask: Ask, model: str = "p") -> tuple[int, float] | None:
    """The row that costs most, and the value of the others, with the class weights of all."""
    kept, ask = _by_class(counting(rows, ask.missing), ask)
    ask = replace(ask, reduction="mean" if ask.reduction == "none" else ask.reduction)
    worst = worst_first(_contributions(kept, model, ask))[0]
    others = [row for i, row in enumerate(kept) if i != worst]
    value = _reduce(others, model, ask)["value"] if others else NAN
    return None if math.isnan(value) else (kept[worst].row, value)


# ---- several models and losses


def _best(values: Mapping[str, float | None]) -> list[str]:
    """The models with the least value; none of one, or where a value is nan or there is none."""
    known = list(values.values())
    if len(known) < 2 or any(value is None or math.isnan(value) for value in known):
        return []
    return [model for model, value in values.items() if value == min(known)]  # type: ignore[type-var]


def _photo_finish(values: Mapping[str, float | None]) -> bool:
    """Whether last digits decide which model is best."""
    known = sorted(value for value in values.values() if value is not None and not math.isnan(value))
    return len(known) > 1 and near(known[0], known[1])


def compare(rows: Sequence[Row], losses: Sequence[str], ask: Ask) -> Told:
    """What `losscli compare` tells of these rows."""
    models = list(rows[0].pred)
    told: Told = {"losses": list(losses), "models": models, "best": {}, "scores": [], "groups": []}
    params = ask.params
    for loss in losses:
        own = replace(ask, loss=loss, params=params.get(loss, {}), rows=0, gradient=False, order="index")
        found = {model: compute(rows, own, model) for model in models}
        told["n"] = found[models[0]]["n"]
        values = {model: score["value"] for model, score in found.items()}
        if not _photo_finish(values):
            told["best"][loss] = _best(values)
        for model, score in found.items():
            shown = {
                name: x
                for name, x in score.items()
                if name not in ("samples", "undecided", "hidden", "gradients", "groups")
            }
            told["scores"].append({"loss": loss, "model": model, **shown})
            for k, group in enumerate(score["groups"]):
                values = {other: found[other]["groups"][k]["value"] for other in models}
                best = {} if _photo_finish(values) else {"best": model in _best(values)}
                told["groups"].append({"loss": loss, "model": model, **group, **best})
    return told


# ---- files


def numbered(rows: Sequence[Row], files: Sequence[tuple[str, int]]) -> list[Row]:
    """The rows as files of so many rows hold them, one after the other."""
    ends = [0]
    for _, n in files:
        ends.append(ends[-1] + n)
    return [
        replace(row, row=k + 1, file=name if len(files) > 1 else None)
        for (name, _), (start, stop) in zip(files, pairwise(ends), strict=True)
        for k, row in enumerate(rows[start:stop])
    ]


def joined(
    rows: Sequence[Row], keys: Sequence[str], truth: Sequence[tuple[str, Number]], drop: bool
) -> list[Row]:
    """The rows with the truth of their key; Refused where one lacks a partner and may not."""
    known: dict[str, Number] = {}
    for key, value in truth:
        if key in known:
            raise Refused("stands in row")
        known[key] = value
    if not drop and set(keys) != set(known):
        raise Refused("with a key that")
    return [replace(row, true=known.get(key, NAN)) for row, key in zip(rows, keys, strict=True)]
