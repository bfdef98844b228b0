"""What leaves a picture: every field of JSON and CSV, a figure's lines and bars, the screen's bars."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import fields
from io import StringIO
from typing import Any

import numpy as np
import pytest

import losscli
from losscli.render import render
from losscli.render.canvas import CanvasLine, Panel, frame
from losscli.results.plot import Axis, Curve, Histogram, Picture
from losscli.results.score import Remark

inf, nan = np.inf, np.nan
X = np.array([0.0, 1.0, 2.0])
PICTURE = Picture(
    losses=("mse", "huber"),
    title="Two of them",
    unit="target²",
    axis=Axis("error", "error y_pred − y_true", "e", "the target's unit", "A sentence."),
    curves=(
        Curve(
            "one",
            "mse",
            "exact",
            {"q": 0.25},
            X,
            np.array([inf, 3.0, 4.0]),
            np.array([nan, 5.0, 6.0]),
            (0.5,),
            (1.5,),
        ),
        Curve("", "huber", "keras", {"delta": 7.0}, X + 0.25, np.array([8.0, 9.0, 10.0]), None),
    ),
    low=-11.0,
    high=12.0,
    loss_span=(-13.0, 14.0),
    gradient_span=(-15.0, 16.0),
    histograms=(
        Histogram(
            "y_true = 1", np.array([0.0, 1.0, 2.0]), np.array([17.0, 18.0]), 41.0, 1.0, 2.0, 3.0, "values"
        ),
    ),
    notes=("A note.",),
    remarks=(Remark("data", "A remark", 19, (20, 21)),),
    source="a.csv",
    version="9.9",
)


def test_json_has_every_field_s_own_value() -> None:
    told = json.loads(render(PICTURE, "json"))
    remark = told.pop("remarks")
    assert told == {
        "losses": ["mse", "huber"],
        "title": "Two of them",
        "unit": "target²",
        "axis": {
            "name": "error",
            "title": "error y_pred − y_true",
            "letter": "e",
            "unit": "the target's unit",
            "says": "A sentence.",
        },
        "low": -11,
        "high": 12,
        "loss_span": [-13, 14],
        "gradient_span": [-15, 16],
        "curves": [
            {
                "label": "one",
                "loss": "mse",
                "like": "exact",
                "params": {"q": 0.25},
                "x": [0, 1, 2],
                "values": ["inf", 3, 4],
                "gradient": [None, 5, 6],
                "jumps": [0.5],
                "gradient_jumps": [1.5],
            },
            {
                "label": "",
                "loss": "huber",
                "like": "keras",
                "params": {"delta": 7},
                "x": [0.25, 1.25, 2.25],
                "values": [8, 9, 10],
                "gradient": None,
                "jumps": [],
                "gradient_jumps": [],
            },
        ],
        "histograms": [
            {
                "label": "y_true = 1",
                "edges": [0, 1, 2],
                "counts": [17, 18],
                "total": 41,
                "below": 1,
                "above": 2,
                "elsewhere": 3,
                "noun": "values",
            }
        ],
        "notes": ["A note."],
        "why_not": None,
        "source": "a.csv",
        "version": "9.9",
    }
    assert {field.name for field in fields(Picture)} == {*told, "remarks"}
    assert (remark[0]["text"], remark[0]["count"], remark[0]["rows"]) == ("A remark", 19, [20, 21])


def test_records_are_the_points_in_order() -> None:
    wanted = [
        ("one", "mse", "exact", 0, "inf", None),
        ("one", "mse", "exact", 1, 3, 5),
        ("one", "mse", "exact", 2, 4, 6),
        ("huber", "huber", "keras", 0.25, 8, None),
        ("huber", "huber", "keras", 1.25, 9, None),
        ("huber", "huber", "keras", 2.25, 10, None),
    ]
    names = ("curve", "loss", "like", "x", "value", "gradient")
    told = [json.loads(line) for line in render(PICTURE, "jsonl").splitlines()]
    assert [tuple(row[name] for name in names) for row in told] == wanted
    assert {row["version"] for row in told} == {"9.9"}
    assert set(told[0]) == {*names, "version"}
    for format, sign in (("csv", ","), ("tsv", "\t")):
        rows = list(csv.DictReader(StringIO(render(PICTURE, format)), delimiter=sign))
        cells = [tuple(row[name] for name in names) for row in rows]
        assert cells == [
            tuple("" if part is None else str(part) for part in row) for row in numbers(wanted, cells)
        ]


def numbers(wanted: list[Any], cells: list[Any]) -> list[Any]:
    """The rows wanted, a number spelled as the cell beside it where it is the same number."""
    return [
        tuple(
            cell if isinstance(part, int | float) and float(cell) == part else part
            for part, cell in zip(row, found, strict=True)
        )
        for row, found in zip(wanted, cells, strict=True)
    ]


@pytest.mark.parametrize(
    ("names", "params", "shown", "hidden"),
    [
        ("huber", {"delta": 2.5}, ["huber", "2.5"], []),
        ("huber", {"delta": (0.5, 2.5)}, ["huber"], ["delta"]),
        ("barron", {"alpha": (0.5, 1.0), "scale": 3.25}, ["barron", "3.25"], ["alpha"]),
        (["mse", "mae"], {}, [], ["mse "]),
    ],
)
def test_the_head_names_what_all_curves_share(names: Any, params: Any, shown: Any, hidden: Any) -> None:
    head = render(losscli.curve(names, **params), "plain", width=160).splitlines()[0]
    rest = head.partition("   ")[2]
    assert all(part in rest for part in shown), head
    assert not any(part in rest for part in hidden), head


def drawn(picture: Picture) -> Any:
    pytest.importorskip("matplotlib")
    import matplotlib.figure

    from losscli.render.figure import _drawn

    return _drawn(picture, matplotlib.figure)


def test_a_figure_s_lines_are_the_curves_in_order() -> None:
    picture = losscli.curve("huber", np.zeros(40), np.linspace(-2, 0, 40), delta=(0.5, 1, 2), span=(-4, 3))
    loss, bars, gradient = drawn(picture).axes
    for axes, heights, span, title in (
        (loss, [c.values for c in picture.curves], picture.loss_span, "loss"),
        (gradient, [c.gradient for c in picture.curves], picture.gradient_span, "gradient"),
    ):
        lines = [line for line in axes.lines if len(line.get_xdata()) > 2]
        assert len(lines) == 3
        for line, curve, y in zip(lines, picture.curves, heights, strict=True):
            np.testing.assert_array_equal(line.get_xdata(), curve.x)
            np.testing.assert_array_equal(line.get_ydata(), y)
            assert line.get_label() == curve.label
        assert len({(line.get_color(), str(line.get_linestyle())) for line in lines}) == 3
        assert span is not None
        assert axes.get_ylim()[0] < span[0] < span[1] < axes.get_ylim()[1]
        assert axes.get_ylabel().startswith(title)
        assert axes.get_xlim() == (-4, 3)
    (stairs,) = bars.patches
    counts, edges, _ = stairs.get_data()
    np.testing.assert_array_equal(counts, picture.histograms[0].counts)
    np.testing.assert_array_equal(edges, picture.histograms[0].edges)
    assert bars.get_ylabel() == "rows"
    assert gradient.get_xlabel() == "e = error y_pred − y_true, in the target's unit"


def test_a_figure_parts_a_curve_at_its_jump_and_infinity() -> None:
    (loss,) = drawn(losscli.curve("label_ranking")).axes
    before, after = (line for line in loss.lines if len(line.get_xdata()) > 1)
    assert max(before.get_xdata()) <= 0 <= min(after.get_xdata())
    assert len(before.get_xdata()) > 50
    assert len(after.get_xdata()) > 50
    loss, _ = drawn(losscli.curve("bce")).axes
    assert np.isnan(loss.lines[0].get_ydata()[0])
    assert np.isfinite(loss.lines[0].get_ydata()[1:]).all()
    assert loss.get_ylabel() == "loss (nats)"


def cells(panel: Panel) -> list[str]:
    rows = ["".join(span.text for span in row) for row in frame(panel, 45, 4, 3, x_labels=True)]
    return [row[5:] for row in rows[1:5]]


def test_bars_stand_where_the_counts_are() -> None:
    rows = cells(Panel("", (0.0, 1.0), (0.0, 1.0), bars=(8.0, 0.0, 0.0, 4.0)))
    quarter = len(rows[0]) // 4
    parts = [["".join(row[k * quarter : (k + 1) * quarter]).strip() for row in rows] for k in range(4)]
    assert all(parts[0])  # the highest bar fills the frame
    assert not any(parts[1] + parts[2])
    assert [bool(part) for part in parts[3]] == [False, False, True, True]


def test_the_first_of_two_curves_lies_on_top() -> None:
    lines = (CanvasLine([0.0, 1.0], [0.5, 0.5], ()), CanvasLine([0.0, 1.0], [0.5, 0.5], ()))
    spans = [span for row in frame(Panel("", (0, 1), (0, 1), lines), 45, 4, 3, x_labels=True) for span in row]
    assert {span.role for span in spans if re.search("[⠁-⣿]", span.text)} == {"curve1"}


def test_the_screen_s_bars_are_the_histogram_s() -> None:
    picture = losscli.curve("mse", np.zeros(6), [-2.9, -2.9, -2.9, -2.9, -2.8, 2.9], span=(-3, 3))
    lines = render(picture, "plain", width=80).splitlines()
    start = next(i for i, line in enumerate(lines) if "rows of the data" in line)
    bars = lines[start + 1 : start + 4]
    assert any(re.search("[▁-█]", line) for line in bars)
    left, right = ("".join(line[:40] for line in bars), "".join(line[40:] for line in bars))
    assert len(re.findall("[▁-█]", left)) > len(re.findall("[▁-█]", right)) > 0
