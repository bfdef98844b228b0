"""Advice on quantiles, intervals, a mean with its spread, and ensembles: what they cover and should."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.advice import Z, entry, everything, evidence, losses, names, normal, shares, short, shuffled, why
from support.close import close

import losscli
from losscli.analysis import recommend as advice
from losscli.data import open_table
from losscli.results.recommend import Recommendations
from losscli.rows import Rows


def of_columns(folder: Path, y: Any, columns: dict[str, Any], **options: Any) -> Recommendations:
    """Advice on a file, whose columns have names."""
    file = folder / "rows.csv"
    table = np.column_stack([y, *columns.values()])
    lines = [",".join(map(repr, row)) for row in table.tolist()]
    file.write_text("\n".join([",".join(["y", *columns]), *lines, ""]), encoding="utf-8")
    source = open_table(str(file)).select("y", ",".join(columns), None, truth=True, models=False)
    return advice.advise(source, given=Rows(str(file), "y", ",".join(columns)), **options)


Y = np.arange(1.0, 201.0)


@pytest.mark.parametrize(("q", "at"), [(0.9, 180.0), (0.25, 180.0), (0.9, 20.5)])
def test_a_quantile_and_how_many_targets_lie_below_it(q: float, at: float) -> None:
    below = int((at >= Y).sum())  # one lies exactly at 180
    told = losscli.recommend(Y, np.full(200, at), quantile=q)
    found = evidence(told, f"below_{q:g}")
    assert found.value == below / 200
    said = f"{shares(below, 200)} of the targets are at or below the prediction, where quantile {q:g} wants"
    assert f"{said} {100 * q:g} %" in why(told)
    assert told.recommendations[0].params == {"q": q}
    assert f"q {q:g}: as asked for" in told.recommendations[0].derived
    assert "crossed" not in names(told)
    assert "half of it" in (entry(told, "mae").when or "")
    half = losscli.compute("quantile", Y, np.full(200, at), q=0.5).value
    assert losscli.compute("mae", Y, np.full(200, at)).value == close(2 * half, 1e-12)


def test_a_quantile_of_the_target_alone() -> None:
    told = losscli.recommend(Y, quantile=0.8)
    at = np.quantile(Y, 0.8)
    assert evidence(told, "quantile").value == at
    assert f"quantile 0.8 is wanted; that of the target itself is {short(at)}" in why(told)
    assert [e.params for e in told.recommendations] == [{"q": 0.8}, {"q": 0.8}]


def test_quantiles_by_the_names_of_their_columns(tmp_path: Path) -> None:
    ahead = {"q90": Y * 0 + 150.0, "q10": Y * 0 + 30.0, "q50": np.where(Y <= 7, 160.0, 100.0)}
    told = of_columns(tmp_path, Y, ahead)
    assert told.task == "quantiles"
    for name, q, below in (("q90", 0.9, 150), ("q10", 0.1, 30), ("q50", 0.5, 100)):
        assert evidence(told, f"below_{q:g}").value == below / 200
        one = next(e for e in told.recommendations if e.params == {"q": q})
        assert (
            f"{shares(below, 200)} of the targets are at or below {name}, where quantile {q:g} wants"
            in (one.reasons[0])
        )
        assert f"q {q:g}: by the column's name" in one.derived
        assert f"--pred {name} -p q={q:g}" in one.command
    assert evidence(told, "crossed").value == 7  # q50 above q90, though q10 stands between them
    assert "7 of 200" in evidence(told, "crossed").text
    assert "interval_score" not in losses(told)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("crossed", [0, 3])
def test_two_quantiles_may_be_the_ends_of_an_interval(tmp_path: Path, crossed: int, turned: bool) -> None:
    low, high = Y - 2, Y + 2 - 5 * (np.arange(200) < crossed)
    columns = {"p05": low, "p95": high}
    told = of_columns(tmp_path, Y, dict(reversed(columns.items())) if turned else columns)
    assert evidence(told, "crossed").value == crossed
    assert ("interval_score" in losses(told)) is not crossed
    if not crossed:
        pair = entry(told, "interval_score")
        assert pair.params == {"alpha": 0.1}
        assert pair.derived == ("alpha 0.1: twice the lower quantile",)
        assert ("losscli compute" in pair.command) is not turned  # the lower comes first there
    unlike = of_columns(tmp_path, Y, {"p05": low, "p90": Y + 2})
    assert "interval_score" not in losses(unlike)


@pytest.mark.parametrize(
    ("outside", "alpha"), [(100, 0.5), (36, 0.2), (20, 0.1), (13, 0.05), (3, 0.02), (0, 0.01), (60, 0.32)]
)
def test_an_interval_by_how_many_targets_it_holds(outside: int, alpha: float) -> None:
    ends = np.stack([Y - 1, Y + 3], 1)
    ends[:outside] += 1.5
    ends[-1] = Y[-1], Y[-1] + 4  # at the very end of it: inside
    told = losscli.recommend(Y, ends, task="intervals")
    inside = 200 - outside
    assert evidence(told, "inside").value == inside / 200
    wants = short(100 * (1 - alpha))
    words = f"{shares(inside, 200)} of the targets lie inside, where alpha {alpha:g} wants {wants} %"
    assert words in why(told)
    assert "the intervals are 4 wide on average" in why(told)
    assert told.recommendations[0].params == {"alpha": alpha}
    assert f"nearest to the {shares(outside, 200)} outside" in told.recommendations[0].derived[0]
    assert evidence(told, "crossed").value == 0
    assert entry(told, "quantile").params == {"q": alpha / 2}
    # Width and 2/alpha a unit outside, as the loss has it.
    missed = np.maximum(ends[:, 0] - Y, 0) + np.maximum(Y - ends[:, 1], 0)
    score = losscli.compute("interval_score", Y, ends, alpha=alpha).value
    assert score == close((4 + 2 / alpha * missed).mean(), 1e-12)


def test_crossed_ends_and_levels_by_name(tmp_path: Path) -> None:
    ends = np.stack([Y - 1, Y + 3], 1)
    ends[:4] = ends[:4, ::-1]
    told = losscli.recommend(Y, ends, task="intervals")
    assert evidence(told, "crossed").value == 4
    assert evidence(told, "crossed").text.endswith(": 4")
    named = of_columns(tmp_path, Y, {"q25": Y - 1, "q75": Y + 3}, task="intervals")
    assert named.recommendations[0].params == {"alpha": 0.5}
    assert "twice the lower quantile in the columns' names" in named.recommendations[0].derived[0]
    assert "--pred q25 -p q=0.25" in entry(named, "quantile").command


ERRORS = shuffled(normal(400))
SPREADS = np.exp(np.linspace(-1, 1, 400)) * 30


@pytest.mark.parametrize("kind", ["standard deviation", "variance"])
@pytest.mark.parametrize("factor", [1.0, 1.5, 0.6])
def test_a_mean_and_its_spread(kind: str, factor: float) -> None:
    mean = np.linspace(-40, 40, 400)
    y = mean + factor * SPREADS * ERRORS
    second = SPREADS if kind == "standard deviation" else SPREADS**2
    told = losscli.recommend(y, np.stack([mean, second], 1), task="forecasting")
    square = (y - mean) ** 2
    as_sd, as_variance = (square / second**2).mean(), (square / second).mean()
    assert losses(told)[0] == ("crps_gaussian" if kind == "standard deviation" else "gaussian_nll")
    assert evidence(told, "second_column").value == close(
        as_sd if kind == "standard deviation" else as_variance, 1e-12
    )
    assert f"squared errors are {short(as_sd)} times the second column squared" in why(told)
    assert f"and {short(as_variance)} times it on average: it is taken for a {kind}" in why(told)
    z = (y - mean) / SPREADS
    inside = int((np.abs(z) <= Z).sum())
    assert f"{shares(inside, 400)} of the targets lie within 1.96 standard deviations" in why(told)
    assert evidence(told, "inside").value == inside / 400
    # Spreads too small hold fewer than the 95 % that are named, spreads too large more.
    assert (inside < 380) is (factor > 1)
    other = {"crps_gaussian": "gaussian_nll", "gaussian_nll": "crps_gaussian"}[losses(told)[0]]
    assert entry(told, other).command == f'losscli.explain("{other}")'
    assert ("square the second column first" in everything(told)) is (other == "gaussian_nll")
    assert ("take the root of the second column first" in everything(told)) is (other == "crps_gaussian")


@pytest.mark.parametrize(("name", "loss"), [("sd", "crps_gaussian"), ("variance", "gaussian_nll")])
def test_a_name_says_what_the_second_column_is(tmp_path: Path, name: str, loss: str) -> None:
    mean = np.linspace(-40, 40, 400)
    for second in (SPREADS, SPREADS**2):
        told = of_columns(tmp_path, mean + SPREADS * ERRORS, {"mean": mean, name: second})
        assert (told.task, losses(told)[0]) == ("forecasting", loss)


@pytest.mark.parametrize(
    ("first", "second", "task"),
    [
        (-1.0, 1.0, "intervals"),
        (-1.0, 0.4, "forecasting"),  # y is inside, and above the first in three quarters: not in more
    ],
)
def test_two_columns_are_an_interval_where_they_hold_the_targets(
    first: float, second: float, task: str
) -> None:
    y = np.linspace(100, 200, 400)
    shift = shuffled(normal(400)) * (0.5 if task == "intervals" else 1.5)
    told = losscli.recommend(y, np.stack([y + shift + first, y + shift + second], 1))
    assert told.task == task


@pytest.mark.parametrize("members", [3, 9])
def test_an_ensemble_and_how_many_targets_it_misses(members: int) -> None:
    y = np.linspace(-40, 40, 100)
    p = y[:, None] + np.linspace(-1, 1, members)
    p[:8] += 1.1
    p[8] += 1.0  # the least member is the target itself: not outside
    p[90:95] -= 1.1
    told = losscli.recommend(y, p)
    assert losses(told) == ["crps_ensemble", "mse"]
    assert f"{members} predictions beside one target" in why(told)
    assert f"{shares(13, 100)} of the targets lie outside all members" in why(told)
    assert f"leave {short(200 / (members + 1))} %" in why(told)
    assert evidence(told, "outside").value == 0.13


def test_members_drawn_like_the_target_leave_two_of_their_number_and_one_more() -> None:
    r = np.random.default_rng(0)
    draws = r.normal(size=(40_000, 5))
    outside = ((draws[:, 0] < draws[:, 1:].min(1)) | (draws[:, 0] > draws[:, 1:].max(1))).mean()
    told = losscli.recommend(np.linspace(0, 9, 50), np.linspace(0, 9, 50)[:, None] + r.normal(size=(50, 4)))
    assert "leave 40 %" in why(told)
    assert outside == pytest.approx(0.4, abs=0.01)  # of 40,000 draws
