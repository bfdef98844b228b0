"""Faults of the rows' order: shifted, reversed, sorted by themselves, and what an index or id column says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from losscli.analysis.check.fault import CheckedData, Fault, Mask, is_numeric, names, truth_names
from losscli.batch import Batch
from losscli.losses.domain import Array
from losscli.results.profile import PredictionProfile

_FEWEST = 20  # rows, below which an order may be by chance
_MOST = 20_000  # rows of which index columns are looked at
_SHIFTS = (-3, -2, -1, 1, 2, 3)
_GOOD, _BETTER = 0.8, 0.4  # a correlation that says whose rows these are, and by how much it is the better
_CLOSER = 3  # times as near as its own row, a neighbour's truth is what was meant
_FREE = 0.5  # the correlation of neighbouring targets below which a forecast of the last value would be poor

_INDEX = re.compile(r"index|idx|id|key|row|row_?(?:id|no|nr|num|number|index)|unnamed: ?0|sample_?id", re.I)
_NAMED = re.compile(r".+_(?:id|key|index)", re.I)  # which may well repeat, and come in any order
# What tells one of two such columns from the other.
_BEFORE = re.compile(r"^(?:y_?)?(?:true|pred|truth|left|right)_", re.I)
_BEHIND = re.compile(r"(?:_(?:y_)?(?:true|pred|truth|predictions?|left|right|x|y)|[._]\d)$", re.I)


class _IndexColumn(NamedTuple):
    """An index column: its name, the name without its side, its texts and, if all are, their numbers."""

    name: str
    stem: str
    texts: Sequence[str]
    numbers: Array | None


def faults(case: CheckedData) -> Iterator[Fault]:
    """All faults of this kind."""
    columns = _index_columns(case)
    for one, other in combinations(columns, 2):
        if one.stem == other.stem:
            yield from _disagreement(case, one, other)
    for column in {column.stem: column for column in reversed(columns)}.values():
        if _INDEX.fullmatch(column.stem):
            yield from _index(case, column)
    for model in case.profile.predictions:
        pair = _pair(case, model)
        if pair is not None:
            yield from _order(case, model, *pair)


def seen(case: CheckedData) -> bool:
    """Whether there are rows whose order can be looked at."""
    return any(_pair(case, model) is not None for model in case.profile.predictions)


def _pair(case: CheckedData, model: PredictionProfile) -> tuple[Array, Array] | None:
    """Truth and predictions (n,) in the order of the rows, where every row has both and they are compared."""
    truth = case.truth
    if case.pred_domain is not None and case.pred_domain.means == "distance":
        return None
    if truth is None or case.profile.n < _FEWEST or truth.shape != () or model.shape != ():
        return None
    binary = truth.kind in ("binary01", "signs") and model.kind in ("probability", "logits", "percent")
    true, pred = case.profile.true_sample, case.profile.pred_sample[model.model]
    whole = true.size == pred.size == case.profile.n and all(v.min() < v.max() for v in (true, pred))
    return (true, pred) if whole and (binary or is_numeric(case, model)) else None


def _correlation(one: Array, other: Array) -> float:
    with np.errstate(all="ignore"):
        made = float(np.corrcoef(one, other)[0, 1])
    return made if np.isfinite(made) else 0.0


def _order(case: CheckedData, model: PredictionProfile, true: Array, pred: Array) -> Iterator[Fault]:
    own, back = _correlation(true, pred), _correlation(true, pred[::-1])
    yield from _sorted_alone(case, model, true, pred, own)
    if back > max(_GOOD, abs(own) + _BETTER):
        yield Fault(
            "reversed_rows",
            "warning",
            "The predictions are in the reverse order",
            f"their correlation with y_true is {own:.2f}, and {back:.2f} from the last row to the first",
            "turn one of the two columns round, or join them by a key",
            names(model),
            case.concerns(),
        )
        return
    yield from _shifted(case, model, true, pred, own)


def _sorted_alone(
    case: CheckedData, model: PredictionProfile, true: Array, pred: Array, own: float
) -> Iterator[Fault]:
    rising = {"y_true": true, "y_pred": pred}
    alone = [name for name, values in rising.items() if _monotone(values)]
    if len(alone) != 1 or min(np.unique(true).size, np.unique(pred).size) < _FEWEST:
        return
    both = _correlation(np.sort(true), np.sort(pred))
    if both < 0.9 or own > both - _BETTER:
        return
    name = truth_names(case.truth)[0] if alone == ["y_true"] and case.truth else names(model)[0]
    yield Fault(
        "sorted_alone",
        "warning",
        f"Only {name} is sorted",
        f"it goes one way from row to row and the other column does not; their correlation is {own:.2f}, and "
        f"{both:.2f} once both are sorted: it was sorted by itself, or the model gives a mere trend",
        "save both columns again in one order, or join them by a key",
        (*truth_names(case.truth), *names(model)) if case.truth else names(model),
        case.concerns(),
    )


def _monotone(values: Array) -> bool:
    steps = np.diff(values)
    return bool((steps >= 0).all() or (steps <= 0).all())


def _shifted(
    case: CheckedData, model: PredictionProfile, true: Array, pred: Array, own: float
) -> Iterator[Fault]:
    """Predictions that fit the truth of a neighbouring row far better than their own."""
    numeric = is_numeric(case, model)

    def of(shift: int) -> tuple[Array, Array]:
        """The truth `shift` rows below each prediction, and the prediction."""
        return (true[shift:], pred[:-shift]) if shift > 0 else (true[:shift], pred[-shift:])

    fits = {shift: _correlation(*of(shift)) for shift in _SHIFTS}
    shift = max(_SHIFTS, key=lambda k: (fits[k], -abs(k)))
    far, near = (float(np.median(np.abs(p - y))) for y, p in ((true, pred), of(shift)))
    closer = numeric and far > _CLOSER * near
    if fits[shift] < _GOOD or not (fits[shift] > abs(own) + _BETTER or closer):
        return
    where, way = ("below", "down") if shift > 0 else ("above", "up")
    rows = f"{abs(shift)} row{'s' * (abs(shift) > 1)}"
    better = f"correlation {fits[shift]:.2f}, in their own row {own:.2f}"
    if numeric:
        better += f"; the median error is {near:.3g} there and {far:.3g} in their own row"
    # From the last value a forecast can be made, where neighbours are alike; from the next none can.
    last = shift < 0 and _correlation(true[1:], true[:-1]) >= _FREE
    yield Fault(
        "shifted_rows",
        "note" if last else "warning",
        "The predictions fit the row above better than their own" if last else "The rows look shifted",
        f"the predictions fit y_true {rows} {where}: {better}"
        + ("; a forecast made of the last value does so, and a column that has slipped" if last else ""),
        "" if last else f"move the predictions {way} by {rows}, or join the two by a key",
        names(model),
        case.concerns(),
    )


def _index_columns(case: CheckedData) -> list[_IndexColumn]:
    """The columns beside those judged that number or name the rows, as their names say."""
    if case.cells is None:
        return []
    first = case.cells([1]).get(1, ())
    judged = {column.name for column in case.profile.columns}
    chosen = {}
    for at, (name, _) in enumerate(first):
        stem = _BEHIND.sub("", _BEFORE.sub("", name.strip())).casefold()
        if name not in judged and (_INDEX.fullmatch(stem) or _NAMED.fullmatch(stem)):
            chosen[at] = stem
    if not chosen:
        return []
    rows = case.cells(range(1, min(case.profile.n, _MOST) + 1))
    made = []
    for at, stem in chosen.items():
        texts = [rows[row][at][1].strip() for row in sorted(rows) if at < len(rows[row])]
        if len(texts) == len(rows):
            made.append(_IndexColumn(first[at][0], stem, texts, _numbers(texts)))
    return made


def _numbers(texts: Sequence[str]) -> Array | None:
    try:
        numbers = np.array(texts, np.float64)
    except ValueError:
        return None
    return numbers if np.isfinite(numbers).all() else None


def _disagreement(case: CheckedData, one: _IndexColumn, other: _IndexColumn) -> Iterator[Fault]:
    if one.numbers is not None and other.numbers is not None:
        differ = one.numbers != other.numbers
    else:
        differ = np.array(one.texts) != np.array(other.texts)
    if not differ.any():
        return
    at = int(np.argmax(differ))
    yield Fault(
        "index_disagrees",
        "warning",
        f"{one.name} and {other.name} disagree",
        f"row {at + 1} has {one.texts[at]} and {other.texts[at]}: there the truth of one row stands beside "
        "the prediction of another",
        f"save the two in files of their own, and join them by {one.stem}: --truth FILE --key {one.stem}",
        (one.name, other.name),
        case.concerns(),
        _marked(differ),
    )


def _marked(rows: Array) -> Mask:
    """The rows (n,) that are marked, of those that were looked at."""

    def where(batch: Batch) -> Array:
        numbers = np.arange(batch.first_row - 1, batch.first_row - 1 + len(batch))
        return rows[np.minimum(numbers, len(rows) - 1)] & (numbers < len(rows))

    return where


def _index(case: CheckedData, column: _IndexColumn) -> Iterator[Fault]:
    """What an index column says of the rows: some twice, or in another order, and whose order fits."""
    values = np.array(column.texts) if column.numbers is None else column.numbers
    distinct, first = np.unique(values, return_index=True)
    again = np.ones(len(values), bool)
    again[first] = False
    if again.any():
        row = int(np.argmax(again))
        yield Fault(
            "index_repeats",
            "note",
            f"{column.name} is not unique",
            f"{distinct.size} different values in {len(values)} rows: row {row + 1} has {column.texts[row]}, "
            "which an earlier row has; a row that stands there twice counts twice",
            "",
            (column.name,),
            case.concerns(),
            _marked(again),
        )
    elif column.numbers is not None and not _monotone(column.numbers) and len(values) >= 3:
        yield from _unsorted(case, column, column.numbers)


def _unsorted(case: CheckedData, column: _IndexColumn, numbers: Array) -> Iterator[Fault]:
    order = np.argsort(numbers, kind="stable")
    fell = np.append(False, np.diff(numbers) < 0)
    row = int(np.argmax(fell)) if fell.any() else 1
    for model in case.profile.predictions:
        pair = _pair(case, model)
        if pair is None or len(pair[0]) != len(order):
            continue
        true, pred = pair
        own, moved = _correlation(true, pred), {"y_true": _correlation(true[order], pred)}
        moved["the predictions"] = _correlation(true, pred[order])
        side = max(moved, key=moved.__getitem__)
        if moved[side] > max(_GOOD, own + _BETTER):
            yield Fault(
                "index_order",
                "warning",
                f"Truth and predictions are in different orders of {column.name}",
                f"their correlation is {own:.2f}, and {moved[side]:.2f} with {side} sorted by {column.name}: "
                "one column is in its order, the other as the rows stand",
                f"join the two by {column.name}: --truth FILE --key {column.name}",
                (column.name, *names(model)),
                case.concerns(),
            )
            return
    yield Fault(
        "index_unsorted",
        "note",
        f"The rows are not in the order of {column.name}",
        f"row {row + 1} has {column.texts[row]} after {column.texts[row - 1]}: no loss of single rows "
        "minds, but a column that was saved in its order would stand beside other rows",
        "",
        (column.name,),
        case.concerns(),
    )
