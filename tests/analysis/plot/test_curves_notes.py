"""Notes under a picture: said where the curve is so, and only there."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from support.pictures import DRAWN, PICTURES

import losscli
from losscli.analysis.plot import notes as told
from losscli.analysis.plot.trace import span
from losscli.catalogue import registry
from losscli.frameworks.convention import convention
from losscli.results.plot import Axis, Curve

OF_ONE_ROW = {
    *("dice", "fbeta", "focal_tversky", "generalized_dice", "jaccard", "lovasz_hinge", "max_error"),
    *("median_absolute_error", "rmse", "rmsle", "tversky", "wape"),
}
EXACT = convention(registry.get("mse"), "exact")


@pytest.mark.parametrize("name", DRAWN)
def test_notes_say_what_the_curves_do(name: str) -> None:
    picture = PICTURES[name]
    for curve in picture.curves:
        mine = picture.notes
        if len(picture.curves) > 1:
            mine = tuple(note for note in mine if note.startswith(f"{curve.label}: "))
        said = " ".join(mine)
        infinite = bool(np.isinf(curve.values).any())
        assert bool(re.search("infinite (at|from)", said, re.IGNORECASE)) == infinite
        cut = beyond(curve.values, picture.loss_span)
        assert number_after("the loss goes on to", said) == (None if infinite else cut)
        assert ("the loss jumps at" in said.lower()) == bool(curve.jumps)
        if curve.gradient is None or picture.gradient_span is None:
            assert "the gradient" not in said.lower()
        else:
            assert number_after("the gradient goes on to", said) == beyond(
                curve.gradient, picture.gradient_span
            )
    assert any("no gradient is drawn" in note for note in picture.notes) == (registry.get(name).slope is None)
    assert any("the value of one row alone" in note for note in picture.notes) == (name in OF_ONE_ROW)
    assert not any("own gradient is not drawn" in note for note in picture.notes)


def beyond(heights: Any, shown: tuple[float, float]) -> float | None:
    """The height farthest outside of what is shown, to three digits."""
    known = heights[np.isfinite(heights)]
    above, below = known.max() - shown[1], shown[0] - known.min()
    if max(above, below) <= 1e-9 * (shown[1] - shown[0]):
        return None
    return float(f"{known.max() if above >= below else known.min():.3g}")


def number_after(words: str, said: str) -> float | None:
    found = re.search(words + r" (-?[\d.]+(?:e[-+]\d+)?)", said, re.IGNORECASE)
    return float(found[1].rstrip(".")) if found else None


E_AXIS = Axis("error", "error", "e", "")


def note(values: Any, gradient: Any = None, jumps: Any = (), kinks: Any = (), count: int = 1) -> list[str]:
    """The notes of a curve over −2, −1, 0, 1, 2 that shows heights from 0 to 10, slopes from −1 to 1."""
    curves = [
        Curve(
            f"c{k}",
            "mse",
            "exact",
            {},
            np.arange(-2.0, 3.0),
            np.array(values, float),
            None if gradient is None else np.array(gradient, float),
            jumps,
            kinks,
        )
        for k in range(count)
    ]
    return list(told.notes([registry.get("mse")], EXACT, [], E_AXIS, curves, (0.0, 10.0), (-1.0, 1.0)))


inf, nan = np.inf, np.nan
FLAT = [0.0, 0.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("curve", "said"),
    [
        ({"values": [0, 10, 3, 4, 5]}, []),
        ({"values": [0, 12.345, 3, 4, -1]}, ["The loss goes on to 12.3."]),
        ({"values": [0, 12, 3, 4, -5]}, ["The loss goes on to -5."]),
        ({"values": [inf, 12, 3, 4, 5]}, ["Infinite at e = -2."]),
        ({"values": [inf, 1, 3, 4, inf]}, ["Infinite at e = -2, 2."]),
        ({"values": [inf, inf, inf, 4, 5]}, ["Infinite from e = -2 to 0."]),
        ({"values": [inf, inf, 1, 4, inf]}, ["Infinite in several places."]),
        ({"values": [1, nan, 1, 4, 2]}, ["Undefined at e = -1."]),
        ({"values": [inf, nan, 1, 4, 2]}, ["Infinite at e = -2; undefined at e = -1."]),
        ({"values": FLAT, "jumps": (0.5,)}, ["The loss jumps at e = 0.5."]),
        ({"values": FLAT, "jumps": (-1, 0, 1)}, ["The loss jumps at e = -1, 0, 1."]),
        ({"values": FLAT, "jumps": (-1, 0, 1, 2)}, ["The loss jumps at e = -1, 0, 1, …."]),
        ({"values": FLAT, "gradient": [0, 1, 1, -1, 0]}, []),
        ({"values": FLAT, "gradient": [0, 1, 4, -6, 0]}, ["The gradient goes on to -6."]),
        ({"values": FLAT, "gradient": [-1, -1, nan, 1, 1]}, ["The gradient jumps at e = 0."]),
        ({"values": FLAT, "gradient": [1, 1, nan, 1, 1]}, []),
        ({"values": FLAT, "gradient": FLAT, "kinks": (1.5, -1e-12)}, ["The gradient jumps at e = 0, 1.5."]),
    ],
)
def test_what_a_curve_does_is_put_into_words(curve: Any, said: list[str]) -> None:
    assert note(**curve) == said


def test_of_several_curves_each_is_named_and_of_many_the_rest_are_counted() -> None:
    assert note([0, 12, 3, 4, 5], count=2) == ["c0: the loss goes on to 12.", "c1: the loss goes on to 12."]
    assert len(note([0, 12, 3, 4, 5], count=6)) == 6
    seven = note([0, 12, 3, 4, 5], count=7)
    assert seven[4].startswith("c4: ")
    assert seven[5:] == ["2 more curves are cut off, infinite or jump somewhere."]


def test_a_framework_s_gradient_is_said_not_to_be_drawn() -> None:
    said = losscli.curve("mse", like="torch").notes
    assert [text for text in said if "own gradient" in text] == [
        "PyTorch's own gradient is not drawn: the gradient is the definition's."
    ]


@pytest.mark.parametrize(
    ("heights", "zero", "wanted"),
    [
        (np.linspace(0, 1, 101), False, (0, 1)),
        (np.linspace(5, 6, 101), False, (5, 6)),
        (np.linspace(5, 6, 101), True, (0, 6)),
        (np.linspace(0.5, 6, 101), False, (0, 6)),  # 0 is nearer than the curve is high
        (np.linspace(-6, -0.5, 101), False, (-6, 0)),
        (np.linspace(-6, -5, 101), True, (-6, 0)),
        (np.linspace(-6, -5, 101), False, (-6, -5)),
        (np.append(np.linspace(0, 1, 101), [1.8]), False, (0, 1.8)),
        (np.append(np.linspace(0, 1, 101), [100.0]), False, (0, None)),
        (np.append(np.linspace(0, 1, 101), [-100.0]), False, (None, 1)),
        (np.append(np.linspace(0, 1, 101), [inf, nan]), False, (0, 1)),
        (np.full(9, 5.0), False, (0, 10)),
        (np.full(9, 0.25), False, (-0.75, 1.25)),
        (np.array([nan, inf]), False, (0, 1)),
    ],
)
def test_the_heights_that_are_shown(heights: Any, zero: bool, wanted: Any) -> None:
    low, high = span([heights[:50], heights[50:]], zero=zero)
    bottom, top = np.quantile(heights[np.isfinite(heights)], (0.05, 0.95)) if None in wanted else (0, 0)
    half = (top - bottom) / 2  # beyond the middle 90 %, half of its width is shown
    assert low == pytest.approx(bottom - half if wanted[0] is None else wanted[0], abs=1e-12)
    assert high == pytest.approx(top + half if wanted[1] is None else wanted[1], abs=1e-12)
