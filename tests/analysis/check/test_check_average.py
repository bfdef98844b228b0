"""Probabilities against the share of class 1, percent against fractions, class columns in a comma list."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.inside import losscli as call

import losscli

RNG = np.random.default_rng(17)
N = 2_000
ODDS = RNG.normal(-3, 1, N)
HAPPENED = (RNG.random(N) < 1 / (1 + np.exp(-ODDS))).astype(float)


def probability(shift: float) -> Any:
    return 1 / (1 + np.exp(-ODDS - shift))


def found(true: Any, pred: Any, name: str) -> list[Any]:
    return [finding for finding in losscli.check(true, pred).findings if finding.id == name]


@pytest.mark.parametrize(("shift", "side", "verb"), [(2.0, "high", "take"), (-1.5, "low", "add")])
def test_probabilities_that_are_off_on_average(shift: float, side: str, verb: str) -> None:
    p = probability(shift)
    (one,) = found(HAPPENED, p, "miscalibrated")
    assert (one.severity, one.title) == ("warning", f"The probabilities are too {side} on average")
    assert f"their mean is {p.mean():.3g}, and class 1 is {HAPPENED.mean():.3g} of the rows" in one.why
    amount = re.search(rf"{verb} (\S+) (?:off|to) the log-odds", one.do)
    assert amount, one.do
    moved = np.log(p / (1 - p)) - (float(amount[1]) if verb == "take" else -float(amount[1]))
    mended = 1 / (1 + np.exp(-moved))
    assert mended.mean() == pytest.approx(HAPPENED.mean(), rel=5e-3, abs=0)  # as many digits as are told
    assert not found(HAPPENED, mended, "miscalibrated")


def test_calibrated_probabilities_few_rows_and_hard_labels_are_not_told() -> None:
    assert not found(HAPPENED, probability(0), "miscalibrated")
    assert not found(HAPPENED, {"logit": probability(0)}, "probabilities_as_logits")
    assert not found(HAPPENED[:90], probability(2)[:90], "miscalibrated")
    assert not found(HAPPENED, np.zeros(N), "miscalibrated")


def test_percent_beside_fractions() -> None:
    percent = np.clip(RNG.normal(50, 15, 200), 1, 99)
    fraction = np.clip(percent / 100 + RNG.normal(0, 0.05, 200), 0, 1)
    for true, pred, larger in ((percent, fraction, "y_true"), (fraction, percent, "the predictions")):
        (one,) = found(true, pred, "scales")
        assert (one.title, one.do) == ("Percent beside fractions", f"divide {larger} by 100")
    assert not found(percent, 100 * fraction, "scales")
    assert not found(percent, fraction * 20, "scales")  # another matter, and not apart by so much


def test_class_probabilities_in_a_comma_list_are_one_model(tmp_path: Path) -> None:
    rows = RNG.dirichlet([1, 2, 3, 4], 400)
    label = 1 + np.array([RNG.choice(4, p=row) for row in rows])
    label[label == 1] = 2
    label[:5] = 1
    lines = [",".join(map(str, [y, *np.round(row, 6)])) for y, row in zip(label, rows, strict=True)]
    (tmp_path / "t.csv").write_text("\n".join(["rating,p1,p2,p3,p4", *lines]) + "\n")
    words = ("check", str(tmp_path / "t.csv"), "--true", "rating", "--format", "plain", "--pred")
    text = " ".join(call(*words, "p1,p2,p3,p4").stdout.split())
    assert "the 4 columns p1 … p4 are one model's class probabilities: each row sums to 1" in text
    assert "differ in scale" not in text
    common = np.bincount(label).argmax()
    assert "Class 1 is rare: 5 of 400 rows" in text  # every class is counted, the last one too
    assert f"always saying {common} is right in {100 * (label == common).mean():.4g} %" in text
    assert "class probabilities" not in call(*words, "p1,p2,p3").stdout  # they do not sum to 1
