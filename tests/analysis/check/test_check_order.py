"""The rows' order: each fault with a twin in which it is not, and what an index column says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.inside import losscli as call

import losscli

RNG = np.random.default_rng(11)
N = 60
Y = np.round(RNG.normal(100, 20, N), 2)
P = np.round(Y + RNG.normal(0, 5, N), 2)
WALK = np.round(np.cumsum(RNG.normal(0, 5, N)) + 200, 2)
NEAR = np.round(WALK + RNG.normal(0, 0.5, N), 2)
ROWS = np.arange(N)
MIXED = RNG.permutation(N)
ORDER = {
    "reversed_rows",
    "sorted_alone",
    "shifted_rows",
    "index_disagrees",
    "index_repeats",
    "index_order",
} | {"index_unsorted"}


def of_order(true: Any, pred: Any, **options: Any) -> list[Any]:
    told = losscli.check(true, pred, **options)
    return [finding for finding in (*told.findings, *told.notes) if finding.id in ORDER]


@pytest.mark.parametrize("shift", [-3, -1, 1, 2])
def test_shifted_rows(shift: int) -> None:
    (found,) = of_order(Y, np.roll(P, -shift))
    assert (found.id, found.severity) == ("shifted_rows", "warning")
    rows = f"{abs(shift)} row{'s' * (abs(shift) > 1)}"
    assert f"fit y_true {rows} {'below' if shift > 0 else 'above'}: correlation 0.9" in found.why
    assert found.do.startswith(f"move the predictions {'down' if shift > 0 else 'up'} by {rows}, or join")
    moved = np.roll(P, -shift)
    here, there = (Y[:-shift], moved[shift:]) if shift < 0 else (Y[shift:], moved[:-shift])
    here, there = (Y[shift:], moved[:-shift]) if shift > 0 else (Y[:shift], moved[-shift:])
    middle, own = np.median(np.abs(here - there)), np.median(np.abs(Y - moved))
    assert f"the median error is {middle:.3g} there and {own:.3g} in their own row" in found.why
    # What the advice does cures it.
    assert not of_order(here, there)


def test_a_forecast_of_the_last_value_is_a_note_and_of_the_next_a_warning() -> None:
    (last,) = of_order(WALK, np.roll(NEAR, 1))
    assert (last.id, last.severity, last.do) == ("shifted_rows", "note", "")
    assert "a forecast made of the last value does so" in last.why
    (future,) = of_order(WALK, np.roll(NEAR, -1))
    assert (future.id, future.severity) == ("shifted_rows", "warning")
    assert "last value" not in future.why


def test_labels_and_their_probabilities_shifted() -> None:
    label = (RNG.random(200) < 0.5).astype(float)
    p = np.clip(0.15 + 0.7 * label + RNG.normal(0, 0.05, 200), 0.01, 0.99)
    (found,) = of_order(label, np.roll(p, 1))
    assert (found.id, found.severity) == ("shifted_rows", "warning")
    assert "error" not in found.why
    assert not of_order(label, p)


def test_reversed_rows() -> None:
    (found,) = of_order(Y, P[::-1])
    assert (found.id, found.severity) == ("reversed_rows", "warning")
    own, back = (np.corrcoef(Y, pred)[0, 1] for pred in (P[::-1], P))
    assert found.why.endswith(f"is {own:.2f}, and {back:.2f} from the last row to the first")


@pytest.mark.parametrize(("true", "pred", "name"), [(Y, np.sort(P), "y_pred"), (np.sort(Y), P, "y_true")])
def test_one_column_sorted_by_itself(true: Any, pred: Any, name: str) -> None:
    (found,) = of_order(true, pred)
    assert (found.id, found.severity, found.title) == ("sorted_alone", "warning", f"Only {name} is sorted")
    both = np.corrcoef(np.sort(true), np.sort(pred))[0, 1]
    assert f"{np.corrcoef(true, pred)[0, 1]:.2f}, and {both:.2f} once both are sorted" in found.why


@pytest.mark.parametrize(
    ("true", "pred"),
    [
        (Y, P),
        (WALK, NEAR),
        (np.sort(Y), P[np.argsort(Y)]),  # both in one order
        (np.sort(Y), np.sort(P)),
        (Y, RNG.normal(100, 20, N)),  # a model that knows nothing
        (np.sin(ROWS / 3), np.sin(ROWS / 3) + RNG.normal(0, 0.1, N)),
        (Y[:15], np.roll(P[:15], 1)),  # so few may fit by chance
        (ROWS + RNG.normal(0, 5, N), ROWS + 0.5),  # a trend that is there
    ],
)
def test_rows_in_order_are_not_told(true: Any, pred: Any) -> None:
    assert not of_order(true, pred)


def written(folder: Path, **columns: Any) -> str:
    lines = [",".join(map(str, row)) for row in zip(*columns.values(), strict=True)]
    (folder / "t.csv").write_text("\n".join([",".join(columns), *lines]) + "\n")
    return str(folder / "t.csv")


def screen(file: str, code: int) -> str:
    done = call("check", file, "--true", "y_true", "--pred", "y_pred", "--format", "plain")
    assert done.returncode == code, done.stdout + done.stderr
    return " ".join(done.stdout.split())


def test_two_index_columns_that_disagree(tmp_path: Path) -> None:
    other = np.where(ROWS == 5, 6, ROWS)
    for one, two in (
        ("id_true", "id_pred"),
        ("id", "id.1"),
        ("index_x", "index_y"),
        ("user_id", "user_id_pred"),
    ):
        text = screen(written(tmp_path, **{one: ROWS, "y_true": Y, two: other, "y_pred": P}), 1)
        assert f"{one} and {two} disagree where {one}, {two} · row 6 why row 6 has 5 and 6:" in text
        assert "disagree" not in screen(
            written(tmp_path, **{one: ROWS, "y_true": Y, two: ROWS, "y_pred": P}), 0
        )
        as_text = [f"{i}.0" for i in ROWS]  # the same numbers
        assert "disagree" not in screen(
            written(tmp_path, **{one: ROWS, "y_true": Y, two: as_text, "y_pred": P}), 0
        )
    named = [f"r{i}" for i in ROWS]
    swapped = [*named[:3], named[4], named[3], *named[5:]]
    text = screen(written(tmp_path, id_true=named, y_true=Y, id_pred=swapped, y_pred=P), 1)
    assert "id_true, id_pred · rows 4, 5 why row 4 has r3 and r4" in text


def test_an_index_that_repeats(tmp_path: Path) -> None:
    twice = np.where(ROWS == 9, 3, ROWS)
    text = screen(written(tmp_path, id=twice, y_true=Y, y_pred=P), 0)
    assert (
        "note: id is not unique where id · row 10 why 59 different values in 60 rows: row 10 has 3," in text
    )
    assert "user_id" not in screen(written(tmp_path, user_id=twice, y_true=Y, y_pred=P), 0)  # as users do


def test_an_index_out_of_order(tmp_path: Path) -> None:
    mixed = written(tmp_path, index=MIXED, y_true=Y[MIXED], y_pred=P[MIXED])
    row = int(np.argmax(np.diff(MIXED) < 0)) + 1
    text = screen(mixed, 0)
    assert "no errors, 1 note" in text
    assert (
        f"not in the order of index where index why row {row + 1} has {MIXED[row]} after {MIXED[row - 1]}:"
        in text
    )
    for true, pred, side in ((Y[MIXED], P, "y_true"), (Y, P[MIXED], "the predictions")):
        text = screen(written(tmp_path, index=MIXED, y_true=true, y_pred=pred), 1)
        assert (
            "warning: Truth and predictions are in different orders of index where index, y_pred why" in text
        )
        assert f"with {side} sorted by index" in text
    for values in (ROWS, ROWS[::-1], ROWS + 1000):
        assert " clean " in screen(written(tmp_path, index=values, y_true=Y, y_pred=P), 0)
    assert "order of" not in screen(written(tmp_path, price=MIXED, y_true=Y, y_pred=P), 0)  # no index
