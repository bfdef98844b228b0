"""What makes a number, against brute force with NumPy on arrays."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from support.close import close
from support.requests import request

import losscli
from losscli.analysis import why as reasons
from losscli.analysis.compare import compare
from losscli.analysis.request import Request
from losscli.analysis.score import Show
from losscli.analysis.score import score as score_of
from losscli.analysis.why.lorenz import unevenness
from losscli.analysis.why.ranks import nth
from losscli.batch import Batch
from losscli.engine import fold
from losscli.errors import LosscliError
from losscli.results.compare import Comparison
from losscli.results.score import Score
from losscli.stats import concentration as spread
from losscli.stats import sketch as sketches

RNG = np.random.default_rng(3)
TRUE = RNG.normal(10, 3, 400)
PRED = TRUE + RNG.standard_t(3, 400)
WEIGHT = RNG.uniform(0, 2, 400)


def batches(size: int, y_true: Any, y_pred: dict[str, Any], weight: Any = None) -> Any:
    """The arrays as a stream of batches of `size` rows."""

    def stream() -> Iterator[Batch]:
        for i in range(0, len(y_true), size):
            part = slice(i, i + size)
            preds = {name: array[part] for name, array in y_pred.items()}
            yield Batch(y_true[part], preds, None if weight is None else weight[part], i + 1)

    return stream


def explained(stream: Any, asked: Request) -> reasons.Why:
    made = score_of(asked, stream, show=Show(0))
    told = reasons.with_why(made, stream, asked).why
    assert told is not None
    return told


@pytest.mark.parametrize("weight", [None, WEIGHT])
def test_rows_that_make_the_loss(weight: Any) -> None:
    told = losscli.why("mse", TRUE, PRED, weight)
    cost = (PRED - TRUE) ** 2 * (1 if weight is None else weight)
    order = np.argsort(-cost, kind="stable")
    made = np.cumsum(cost[order]) / cost.sum()
    assert told.half == int(np.argmax(made >= 0.5)) + 1
    assert told.ninety == int(np.argmax(made >= 0.9)) + 1
    ascending = np.sort(cost)
    n = len(cost)
    gini = 2 * np.sum(np.arange(1, n + 1) * ascending) / (n * ascending.sum()) - (n + 1) / n
    assert told.gini == pytest.approx(gini, abs=1e-12)
    for point in told.lorenz:
        assert point.rows == math.ceil(round(point.fraction * n, 9))
        assert point.share == close(made[point.rows - 1], 1e-12)
    assert [row.row for row in told.worst] == (order[:5] + 1).tolist()
    assert [row.share for row in told.worst] == pytest.approx((cost[order[:5]] / cost.sum()).tolist())
    assert [row.loss for row in told.worst] == ((PRED - TRUE) ** 2)[order[:5]].tolist()
    assert [row.weight for row in told.worst] == [None if weight is None else weight[i] for i in order[:5]]


@pytest.mark.parametrize("weight", [None, WEIGHT])
@pytest.mark.parametrize("like", ["exact", "keras"])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_without_the_worst_is_what_compute_gives_on_the_other_rows(
    weight: Any, like: str, reduction: str
) -> None:
    y_true, y_pred = TRUE[:, None], PRED[:, None]
    told = losscli.why("huber", y_true, y_pred, weight, like=like, reduction=reduction)
    values = losscli.compute("huber", y_true, y_pred, like=like, reduction="none").per_sample
    assert values is not None
    order = np.argsort(
        -values * (1 if weight is None else weight.astype(np.float32 if like == "keras" else float))
    )
    assert [left.left_out for left in told.without] == [1, 4]
    assert [left.fraction for left in told.without] == [None, 0.01]
    for left in told.without:
        rest = np.sort(order[left.left_out :])
        w = None if weight is None else weight[rest]
        again = losscli.compute("huber", y_true[rest], y_pred[rest], w, like=like, reduction=reduction)
        assert left.value == again.value
        assert left.falls == pytest.approx(1 - left.value / told.value)
        assert left.rows == tuple(int(i) + 1 for i in order[: left.left_out])


def test_any_split_into_batches_says_the_same() -> None:
    asked = request("huber", {"delta": 2.0})
    whole = explained(batches(400, TRUE, {"y_pred": PRED}, WEIGHT), asked)
    for size in (1, 7, 128):
        told = explained(batches(size, TRUE, {"y_pred": PRED}, WEIGHT), asked)
        for one, other in zip(leaves(told), leaves(whole), strict=True):
            assert one == (close(other, 1e-13) if isinstance(other, float) else other)


def leaves(told: Any) -> list[Any]:
    """Everything a record holds, one by one."""
    if isinstance(told, reasons.Why):
        return leaves(tuple(vars(told).values()))
    return [leaf for part in told for leaf in leaves(part)] if isinstance(told, (tuple, list)) else [told]


def test_ties_are_taken_in_the_order_of_the_file() -> None:
    told = losscli.why("mae", np.zeros(8), np.array([1.0, 2, 2, 1, 2, 2, 2, 2]))
    assert [row.row for row in told.worst] == [2, 3, 5, 6, 7]
    assert (told.half, told.without[0].rows, told.without[0].value) == (4, (2,), 12 / 7)


def test_all_alike_rows_have_a_gini_of_0_and_one_row_alone_nearly_1() -> None:
    alike = losscli.why("mae", np.zeros(10), np.ones(10))
    assert alike.gini == pytest.approx(0, abs=1e-15)
    assert (alike.half, alike.ninety) == (5, 9)
    single = losscli.why("mae", np.zeros(10), np.eye(10)[3])
    assert (single.half, single.ninety, single.gini) == (1, 1, pytest.approx(0.9))
    assert [point.rows for point in single.lorenz] == list(range(1, 11))


def test_nothing_lost_has_no_shares() -> None:
    told = losscli.why("mae", [1.0, 2, 3], [1.0, 2, 3])
    assert (told.uneven, told.half, told.lorenz) == ("every row costs 0", None, ())
    assert told.without == ()
    assert told.constants[0].skill == 1


def test_negative_values_have_no_shares_but_worst_rows() -> None:
    told = losscli.why("poisson", [5.0, 1, 9], [4.0, 2, 1])
    assert told.uneven is not None
    assert "negative" in told.uneven
    assert [row.row for row in told.worst] == [2, 3, 1]
    assert all(row.share is None for row in told.worst)
    assert [left.falls for left in told.without] == [None]
    assert told.without[0].value == losscli.compute("poisson", [5.0, 9], [4.0, 1]).value
    assert all(constant.skill is None for constant in told.constants)


def test_an_infinite_row_comes_first_and_the_rest_is_told_without_it() -> None:
    told = losscli.why("bce", [1.0, 0, 1], [0.9, 0.2, 0.0])
    assert told.value == math.inf
    assert told.uneven is not None
    assert "not finite" in told.uneven
    assert told.worst[0].row == 3
    assert told.without[0].value == losscli.compute("bce", [1.0, 0], [0.9, 0.2]).value


def test_missing_rows_are_dropped_and_keep_their_numbers() -> None:
    holes = TRUE.copy()
    holes[[0, 50]] = np.nan
    with pytest.raises(LosscliError):
        losscli.why("mse", holes, PRED)
    told = losscli.why("mse", holes, PRED, missing="drop")
    full = ~np.isnan(holes)
    rest = losscli.why("mse", TRUE[full], PRED[full])
    numbers = np.flatnonzero(full) + 1
    assert [row.row for row in told.worst] == [int(numbers[row.row - 1]) for row in rest.worst]
    assert (told.n, told.half, told.gini, told.lorenz) == (398, rest.half, rest.gini, rest.lorenz)
    assert [left.value for left in told.without] == [left.value for left in rest.without]
    assert told.constants == rest.constants


@pytest.mark.parametrize(
    ("loss", "why"), [("dice", "sums over all samples"), ("lovasz_hinge", "pairs or groups")]
)
def test_a_loss_without_rows_of_its_own_says_so(loss: str, why: str) -> None:
    told = losscli.why(loss, [1.0, 0, 1, 0], [0.9, 0.1, 0.8, 0.6])
    assert told.uneven is not None
    assert why in told.uneven
    assert (told.worst, told.without, told.half) == ((), (), None)


def test_a_framework_that_makes_one_value_of_all_rows_says_so() -> None:
    told = losscli.why("cce", [1.0, 0, 0], [0.7, 0.2, 0.1], like="keras")
    assert told.uneven is not None
    assert "one value of all rows" in told.uneven


def compared(stream: Any, losses: list[str], **asked: Any) -> Comparison:
    wanted = request(losses, **asked)
    return reasons.with_whys(compare(wanted, stream), stream, wanted)


def test_places_of_the_same_rows_under_each_loss_and_model() -> None:
    models = {"a": PRED, "b": TRUE + RNG.normal(size=400)}
    made = compared(batches(64, TRUE, models), ["mse", "mape"])
    assert made.ranking is not None
    costs = {
        (loss, model): (pred - TRUE) ** 2 if loss == "mse" else np.abs((pred - TRUE) / TRUE)
        for loss in ("mse", "mape")
        for model, pred in models.items()
    }
    places = {key: 1 + (cost[None, :] > cost[:, None]).sum(axis=1) for key, cost in costs.items()}
    best = np.min(list(places.values()), axis=0)
    assert all(best[row.row - 1] == 1 for row in made.ranking.rows[:3])
    assert len(made.ranking.rows) == 5
    for row in made.ranking.rows:
        for rank in row.ranks:
            assert rank.model is not None
            assert rank.rank == places[rank.loss, rank.model][row.row - 1]
    moved = max(
        made.ranking.rows, key=lambda row: max(r.rank for r in row.ranks) / min(r.rank for r in row.ranks)
    )
    assert made.ranking.moves.startswith(f"Row {moved.row} moves most: 1st under ")


def test_each_score_of_a_comparison_says_what_it_says_alone() -> None:
    models = {"a": PRED, "b": TRUE + 1}
    made = compared(batches(400, TRUE, models, WEIGHT), ["mae", "mse", "rmse"])
    for score in made.scores:
        assert score.why is not None
        assert score.model is not None
        alone = losscli.why(score.loss, TRUE, models[score.model], WEIGHT)
        assert repr(replace(score.why, model=None)) == repr(alone)


def test_losses_of_one_order_and_ties_share_places() -> None:
    made = compared(batches(3, np.zeros(6), {"y_pred": np.array([1.0, 3, 3, 2, 0, 0])}), ["mae", "mse"])
    assert made.ranking is not None
    assert made.ranking.moves == "These rows stand in the same order throughout."
    assert [(row.row, row.ranks[0].rank) for row in made.ranking.rows] == [
        (2, 1),
        (3, 1),
        (4, 3),
        (1, 4),
        (5, 5),
    ]


def test_one_score_has_no_places() -> None:
    made = compared(batches(400, TRUE, {"y_pred": PRED}), ["mae", "rmse"])
    assert made.ranking is None


def test_sampled_values_are_near_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = losscli.why("mse", TRUE, PRED)
    monkeypatch.setattr(fold, "KEPT_EXACTLY", 200)
    monkeypatch.setattr(fold, "KEPT_AT_LEAST", 200)
    monkeypatch.setattr(spread, "KEPT_LARGEST", 20)
    monkeypatch.setattr(sketches, "KEPT_EXACTLY", 100)
    monkeypatch.setattr(sketches, "GROUPS", 50)
    stream = batches(64, TRUE, {"y_pred": PRED})
    about = explained(stream, request("mse"))
    assert exact.exact
    assert not about.exact
    assert exact.half is not None
    assert about.half is not None
    assert abs(about.half - exact.half) <= 0.15 * exact.half
    assert about.gini == pytest.approx(exact.gini, abs=0.05)  # of a sample
    for one, other in zip(exact.lorenz, about.lorenz, strict=True):
        assert other.share == pytest.approx(one.share, abs=0.05)  # of a sample
    median = next(c for c in about.constants if "median" in c.what)
    assert not median.exact
    rank = (median.constant > TRUE).mean()
    assert rank == pytest.approx(0.5, abs=0.1)  # of a sample
    mean = next(c for c in about.constants if "mean" in c.what)
    assert mean.exact
    assert mean.constant == close(TRUE.mean(), 1e-14)


def test_unevenness_of_spreads_merged_in_any_order() -> None:
    values = RNG.gamma(0.5, size=300)
    one, other, both = spread.Spread(), spread.Spread(), spread.Spread()
    one.add(values[:100], 0)
    other.add(values[100:], 100)
    other.merge(one)
    both.add(values, 0)
    assert unevenness(other, 300).half == unevenness(both, 300).half


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (7, "7th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (14, "14th"),
        (23, "23rd"),
        (113, "113th"),
        (112, "112th"),
        (122, "122nd"),
    ],
)
def test_places_in_words(place: int, words: str) -> None:
    assert nth(place) == words


def test_parameters_and_reduction_none_are_those_of_the_score() -> None:
    told = losscli.why("quantile", TRUE, PRED, q=0.9, reduction="none")
    assert told.value == losscli.compute("quantile", TRUE, PRED, q=0.9).value
    assert told.reduction == "mean"


def test_a_score_keeps_everything_else() -> None:
    stream = batches(400, TRUE, {"y_pred": PRED})
    made = score_of(request("mse"), stream, show=Show(3))
    told = reasons.with_why(made, stream, request("mse"))
    assert isinstance(told, Score)
    assert replace(told, why=None).samples == made.samples
