"""What a fold keeps of its rows: the worst, the spread of their contributions, and how many make half."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.close import close
from support.requests import request, score

import losscli
from losscli.analysis.compare import compare
from losscli.batch import Batch
from losscli.engine.top import Top
from losscli.losses.domain import Array
from losscli.parallel import executor as chunks
from losscli.stats import concentration as spreads
from losscli.stats.concentration import Spread

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


def parted(values: Array, ends: list[int], spread: Spread | None = None, first: int = 0) -> Spread:
    """The spread of values that come in pieces, as a fold takes them in."""
    spread = spread or Spread()
    for piece in pieces(len(values), ends):
        part = spread.like()
        part.add(values[piece], first + piece.start)
        spread.merge(part)
    return spread


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many values are kept one by one, so many sampled, and the 500 largest."""
    for name, number in (("KEPT_EXACTLY", 1_000), ("SAMPLED", 400), ("KEPT_LARGEST", 500)):
        monkeypatch.setattr(spreads, name, number)


CUTS = [[], [700], [100, 700, 1_900], [400 * k for k in range(1, 9)]]


@pytest.mark.parametrize("ends", CUTS, ids=["one piece", "two", "four", "many"])
@pytest.mark.parametrize("n", [1_400, 2_500, 3_500])
@pytest.mark.usefixtures("few")
def test_what_the_largest_do_not_make_is_read_off_the_sample(n: int, ends: list[int]) -> None:
    """All but the 500 largest cost 1: any sample of them says how many more make half, to one of its rows."""
    values = np.ones(n)
    values[np.random.default_rng(1).permutation(n)[:500]] = 1.001 + 1e-6 * np.arange(500)
    spread = parted(values, ends)
    assert spread.held <= 800
    wanted = fewest_that_make_half(values)
    assert wanted > 500
    count, exact = spread.half(float(values.sum()))
    assert not exact
    assert abs(count - wanted) <= spread.stride + 0.05 * 10 ** np.floor(np.log10(wanted))  # two digits of it
    counts, sums = spread.largest_first()
    assert counts.sum() == close(n, 1e-12)
    assert sums.sum() == close(values.sum(), 1e-3)
    assert counts[:500].tolist() == [1] * 500
    assert sums[:500].tolist() == sorted(values, reverse=True)[:500]


@pytest.mark.parametrize("ends", CUTS, ids=["one piece", "two", "four", "many"])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.7])
@pytest.mark.usefixtures("few")
def test_as_far_as_the_largest_go_half_is_exact(share: float, ends: list[int]) -> None:
    values = np.random.default_rng(2).random(3_000)
    at = np.random.default_rng(3).permutation(3_000)[:500]
    rest = np.delete(values, at).sum()
    values[at] = 2 + np.arange(500.0)
    values[at] *= rest / values[at].sum() * share / (1 - share)  # the 500 make this share of all
    values[at] += 1
    spread = parted(values, ends)
    wanted = fewest_that_make_half(values)
    count, exact = spread.half(float(values.sum()))
    assert exact == (wanted <= 500) == (share > 0.4)
    assert count == wanted if exact else abs(count / wanted - 1) < 0.1


@pytest.mark.parametrize("shape", [0.3, 1.0, 3.0])
@pytest.mark.parametrize("ends", CUTS, ids=["one piece", "two", "four", "many"])
@pytest.mark.usefixtures("few")
def test_half_of_a_heavy_tailed_draw(shape: float, ends: list[int]) -> None:
    values = np.random.default_rng(1).pareto(shape, 4_000)
    count, exact = parted(values, ends).half(float(values.sum()))
    wanted = fewest_that_make_half(values)
    assert exact == (wanted <= 500)
    # A sample of 400 or more: four standard errors of its share, and the second digit.
    error = 4 * np.sqrt((wanted - 500) / 4_000 * (1 - wanted / 4_000) / 400) * 4_000 if not exact else 0
    assert abs(count - wanted) <= (0 if exact else error + 50)


@pytest.mark.parametrize(
    ("seen", "total", "half"), [(1_003, 1_600.0, 200), (1_003, 2_600.0, 350), (6_003, 3_600.0, 2_400)]
)
def test_an_estimate_has_two_digits(seen: int, total: float, half: int) -> None:
    """The largest make 600, a hundred sampled rows of 1 stand for the rest: 3 + 200, 3 + 350, 3 + 2,400."""
    sample: list[tuple[int | Array, Array]] = [(np.arange(100), np.ones(100))]
    spread = Spread(10, 100.0, sample, np.array([200.0, 100.0, 300.0]), 100, seen)
    assert spread.half(total) == (half, False)


@pytest.mark.parametrize(
    "order", ["mixed", "rising", "falling", "the sample sees large ones", "and small ones"]
)
@pytest.mark.parametrize("shape", ["ties", "few levels", "different"])
def test_the_fewest_of_many_are_found_without_sorting_them(shape: str, order: str) -> None:
    """Whole numbers, whose sums are exact; a sample that misleads takes more steps to the same end."""
    n, rng = 9_000, np.random.default_rng(5)
    draws = {"ties": rng.integers(0, 40, n), "few levels": rng.choice([0, 1, 1000], n, p=[0.2, 0.7, 0.1])}
    values = np.sort(draws.get(shape, rng.permutation(n))).astype(float)
    if order == "mixed":
        values = rng.permutation(values)
    elif order == "falling":
        values = values[::-1].copy()
    elif order != "rising":  # one row in four is looked at first
        seen, rest = (
            (values[-n // 4 :], values[: -n // 4]) if "large" in order else np.split(values, [n // 4])
        )
        values = np.empty(n)
        values[::4], values[np.arange(n) % 4 > 0] = seen, rest
    running = np.cumsum(np.sort(values)[::-1])
    for share in (0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.999):
        wanted = float(np.ceil(running[-1] * share))
        assert spreads.fewest(values, wanted) == int(np.argmax(running >= wanted)) + 1
    assert spreads.fewest(values, running[-1] + 1) == n


@pytest.mark.parametrize(
    ("count", "stride"),
    [(10, 1), (2_000_000, 1), (2_000_001, 64), (2_097_152, 64), (2_097_153, 128), (10**9, 32_768)],
)
def test_a_sample_is_begun_at_once_where_so_many_are_to_come(count: int, stride: int) -> None:
    """Beyond twice a million rows, and so long a stride that at most 32,768 are kept."""
    spread = Spread(pieces=[(0, np.arange(512.0))], held=512, seen=512)
    spread.expect(count)
    assert spread.stride == stride
    assert spread.largest.size == (0 if stride == 1 else 512)


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("ends", [[], [2_500 * k for k in range(1, 16)]], ids=["one piece", "many"])
def test_rows_with_a_period_are_sampled_as_others(
    monkeypatch: pytest.MonkeyPatch, first: int, ends: list[int]
) -> None:
    monkeypatch.setattr(spreads, "KEPT_EXACTLY", 1000)
    monkeypatch.setattr(spreads, "KEPT_LARGEST", 100)
    spread = parted(np.tile([0.0, 1.0], 20_000), ends, first=first)
    kept = np.concatenate([values for _, values in spread.pieces])
    assert 500 <= kept.size <= 2_000
    assert abs(kept.mean() - 0.5) <= 2 / np.sqrt(kept.size)  # four standard errors of ½
    assert abs(spread.half(20_000.0)[0] - 10_000) <= 4 * 10_000 / np.sqrt(kept.size)


@pytest.mark.parametrize("tail", ["normal", "exponential", "t of 3"])
@pytest.mark.parametrize("engine", ["one batch", "one thread", "threads"])
def test_many_rows_of_many_models_say_how_few_make_half(
    monkeypatch: pytest.MonkeyPatch, tail: str, engine: str
) -> None:
    """Five models share the memory: of 250,000 rows each has a sample, and of the largest half is exact."""
    monkeypatch.setattr(chunks, "cores", lambda: 2 if engine == "threads" else 1)
    n, rng = 250_000, np.random.default_rng(8)
    draw = {"normal": rng.standard_normal, "exponential": rng.standard_exponential}
    draws = draw.get(tail, lambda size: rng.standard_t(3, size))
    errors = {name: draws(n) for name in ("a", "b", "c", "d")} | {
        "few": np.where(np.arange(n) % 400, 0.0, 1.0)
    }
    errors["few"][::400] += np.arange(625.0)
    if engine == "one batch":
        compared = losscli.compare(np.zeros(n), errors, losses=["mse"])
    else:
        size = 30_000

        def stream() -> Iterator[Batch]:
            for start in range(0, n, size):
                part = {name: values[start : start + size] for name, values in errors.items()}
                yield Batch(np.zeros(len(part["a"])), part, None, start + 1)

        compared = compare(request(["mse"]), stream)
    for score_ in compared.scores:
        squares = errors[score_.model or ""] ** 2
        ordered = np.cumsum(np.sort(squares)[::-1])
        wanted = int(np.searchsorted(ordered, ordered[-1] / 2)) + 1
        found = score_.concentration
        assert found is not None
        assert (found.n, found.worst) == (n, int(np.argmax(squares)) + 1)
        assert found.worst_share == close(squares.max() / ordered[-1], 1e-12)
        assert found.exact == (wanted <= 1_024)
        # Of 16,384 rows at least, a share of 3 % or more is known to 4.5 % with four standard errors.
        assert found.half == wanted if found.exact else abs(found.half / wanted - 1) <= 0.05 + 0.025


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
