"""What a fold keeps of its rows: the worst, the spread of their contributions, and how many make half."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.close import close

import losscli
from losscli.api import score
from losscli.batch import Batch
from losscli.engine import spread as spreads
from losscli.engine.kept import Top
from losscli.engine.spread import Spread
from losscli.losses.domain import Array

contributions = st.lists(
    st.one_of(st.sampled_from([0.0, 1.0, 2.0]), st.floats(0, 1e12)), min_size=1, max_size=60
).filter(any)
cuts = st.lists(st.integers(1, 59), max_size=4)


def pieces(length: int, ends: list[int]) -> list[slice]:
    """Slices that cover a length, cut at these places."""
    places = sorted({0, length, *(min(end, length) for end in ends)})
    return [slice(a, b) for a, b in pairwise(places)]


def fewest_that_make_half(values: Array) -> int:
    running, total = 0.0, float(values.sum())
    for count, value in enumerate(sorted(values, reverse=True), start=1):
        running += value
        if running >= total / 2:
            return count
    return len(values)


@given(contributions, cuts, st.integers(1, 12))
def test_the_rows_kept_are_the_worst(values: list[float], ends: list[int], size: int) -> None:
    numbers = np.array(values)
    rows = np.arange(1, len(values) + 1)
    top = Top(size)
    for piece in pieces(len(values), ends):
        part = Top(size)
        part.add(rows[piece], numbers[piece], {"loss": numbers[piece]})
        top.merge(part)
    wanted = sorted(rows, key=lambda row: (-numbers[row - 1], row))[:size]
    by_loss, arrays = top.select(None, by_loss=True)
    assert by_loss.tolist() == wanted
    assert arrays["loss"].tolist() == [numbers[row - 1] for row in wanted]
    assert top.select(None, by_loss=False)[0].tolist() == sorted(wanted)


@given(contributions, cuts)
def test_half_is_counted_one_by_one(values: list[float], ends: list[int]) -> None:
    numbers = np.array(values)
    spread = Spread()
    for piece in pieces(len(values), ends):
        part = Spread()
        part.add(numbers[piece], piece.start)
        spread.merge(part)
    count, exact = spread.half(float(numbers.sum()))
    assert exact
    assert abs(count - fewest_that_make_half(numbers)) <= 1  # a tie at the half, to the last digit
    assert numbers[np.argsort(-numbers)[:count]].sum() >= numbers.sum() / 2 * (1 - 1e-12)


@pytest.mark.parametrize("shape", [0.3, 1.0, 3.0])
def test_half_is_estimated_when_there_are_many(monkeypatch: pytest.MonkeyPatch, shape: float) -> None:
    monkeypatch.setattr(spreads, "KEPT_EXACTLY", 1000)
    monkeypatch.setattr(spreads, "KEPT_LARGEST", 100)
    values = np.random.default_rng(1).pareto(shape, 20_000)
    spread = Spread()
    for piece in pieces(len(values), [100, 700, 5000, 5001]):
        part = spread.like()
        part.add(values[piece], piece.start)
        spread.merge(part)
    assert spread.held <= 2000
    count, exact = spread.half(float(values.sum()))
    wanted = fewest_that_make_half(values)
    assert exact == (wanted <= 100)  # as far as the largest go
    # Beyond, each of the sampled stands for up to 16 rows: within four of its standard errors.
    assert abs(count - wanted) <= (0 if exact else 4 * 16 * np.sqrt(wanted / 16))


@pytest.mark.parametrize("first", [0, 1])
def test_rows_with_a_period_are_sampled_as_others(monkeypatch: pytest.MonkeyPatch, first: int) -> None:
    monkeypatch.setattr(spreads, "KEPT_EXACTLY", 1000)
    monkeypatch.setattr(spreads, "KEPT_LARGEST", 100)
    values = np.tile([0.0, 1.0], 20_000)
    spread = Spread()
    for start in range(0, values.size, 2500):
        part = spread.like()
        part.add(values[start : start + 2500], first + start)
        spread.merge(part)
    assert spread.half(float(values.sum()))[0] == close(10_000, 0.2)


def test_concentration_names_the_worst_row_and_its_share() -> None:
    found = losscli.compute("mae", [0.0] * 5, [1.0, 2.0, 10.0, 3.0, 4.0])
    concentration = found.concentration
    assert concentration is not None
    assert (concentration.half, concentration.n, concentration.worst) == (1, 5, 3)
    assert concentration.worst_share == 0.5
    assert [sample.share for sample in found.samples] == [0.05, 0.1, 0.5, 0.15, 0.2]


def test_concentration_counts_the_weights() -> None:
    found = losscli.compute("mae", [0.0] * 3, [1.0, 2.0, 10.0], [100.0, 1.0, 0.0])
    concentration = found.concentration
    assert concentration is not None
    assert (concentration.half, concentration.worst) == (1, 1)
    assert concentration.worst_share == pytest.approx(100 / 102)


@pytest.mark.parametrize(
    ("loss", "pred"), [("mae", [0.0, 0.0]), ("cosine_similarity", [[1.0, 0.0], [0.0, 1.0]])]
)
def test_no_concentration_without_a_positive_sum_of_one_sign(loss: str, pred: list[float]) -> None:
    assert losscli.compute(loss, pred, pred).concentration is None


@pytest.mark.parametrize(
    ("n", "rows", "shown"), [(20, "default", 20), (21, "default", 10), (30, 3, 3), (30, 0, 0), (30, None, 30)]
)
def test_how_many_rows_are_shown(n: int, rows: int | None, shown: int) -> None:
    pred = np.arange(float(n))
    batch = Batch(np.zeros(n), {"y_pred": pred})
    found = score("mae", lambda: iter([batch]), params={}, rows=rows)  # type: ignore[arg-type]
    assert len(found.samples) == shown
    assert found.hidden == n - shown
    assert [sample.row for sample in found.samples] == list(range(n - shown + 1, n + 1))
    assert found.n == n
    if shown:
        worst = score("mae", lambda: iter([batch]), params={}, rows=rows, order="loss")  # type: ignore[arg-type]
        assert [sample.row for sample in worst.samples] == list(range(n, n - shown, -1))
