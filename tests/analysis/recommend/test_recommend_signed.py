"""Real data with real models' predictions, and what a statistician had written down before the run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import losscli
from losscli.results.check import Checkup
from losscli.results.recommend import Recommendations

SIGNED = Path(__file__).parent / "signed"


def columns(name: str) -> dict[str, np.ndarray]:
    table = np.genfromtxt(SIGNED / f"{name}.csv", delimiter=",", names=True)
    return {column: table[column] for column in table.dtype.names}


def advice(name: str, true: str, *pred: str) -> Recommendations:
    data = columns(name)
    p = data[pred[0]] if len(pred) == 1 else np.column_stack([data[each] for each in pred])
    return losscli.recommend(data[true], p)


def check(name: str, true: str, pred: str) -> Checkup:
    data = columns(name)
    return losscli.check(data[true], {pred: data[pred]})


def losses(told: Recommendations) -> list[str]:
    return [each.loss for each in told.recommendations]


def reasons(told: Recommendations) -> str:
    return " ".join(told.recommendations[0].reasons)


def found(told: Checkup) -> dict[str, str]:
    return {each.id: each.title for each in told.findings}


@pytest.mark.parametrize("model", ["logit", "balanced"])
def test_rare_positives_get_a_proper_score_without_weights_first(model: str) -> None:
    told = advice("rare_heavyuser", "heavy", model)
    first, second = told.recommendations[:2]
    assert (first.loss, dict(first.params)) == ("bce", {})
    assert second.loss == "brier"
    weighted = next(each for each in told.recommendations if "pos_weight" in each.params)
    assert weighted.when is not None
    assert "costs about 38.1 times" in weighted.when
    # 0.427 on average against a rate of 0.0256; the plain model is calibrated.
    assert ("too high: 43 % on average, class 1 occurs in 2.6 %" in reasons(told)) == (model == "balanced")


def test_a_model_whose_weights_shift_its_probabilities_is_told() -> None:
    balanced, plain = (found(check("rare_heavyuser", "heavy", model)) for model in ("balanced", "logit"))
    assert balanced.keys() - plain.keys()
    assert "probabilities_as_logits" not in plain


def test_labels_that_are_no_better_than_a_constant_are_not_judged_by_their_errors() -> None:
    told = advice("rare_heavyuser", "heavy", "hardlabel")
    assert losses(told)[0] != "zero_one"
    assert "always saying class 0 is wrong in 2.6 %" in reasons(told)


def test_ratings_are_no_counts() -> None:
    told = advice("ratings15", "rating", "lin")
    assert losses(told)[0] == "mse"
    assert not {"poisson", "tweedie", "supcon", "cauchy"} & set(losses(told))
    assert "ratings" in told.reading


def test_class_probabilities_named_from_1_take_labels_from_1() -> None:
    rows = losscli.recommend(
        columns("ratings15")["rating"] - 1,
        np.column_stack([columns("ratings15")[f"p{k}"] for k in range(1, 6)]),
    )
    assert losses(rows)[0] == "scce"
    assert dict(rows.recommendations[0].params) == {}  # a proper score, though one class is rare


def test_counts_are_poissons_whichever_the_model() -> None:
    poisson, median = (advice("visits", "visits", model) for model in ("poisson", "medianlad"))
    assert losses(poisson)[0] == losses(median)[0] == "poisson"
    # 1.56 against 2.89: 46 % low.
    assert "too low: 1.56 on average, the counts 2.89 (46 %)" in reasons(median)
    assert "13 of 1500 predictions are 0 or less" in reasons(median)
    assert "too low" not in reasons(poisson)


def test_percent_beside_fractions_is_told() -> None:
    told = check("percent_vs_fraction", "pct", "p")
    (scales,) = (each for each in told.findings if each.id == "scales")
    assert "100" in scales.do
    assert "scales" not in found(losscli.check(*halves()))


def halves() -> tuple[np.ndarray, np.ndarray]:
    """The same in one unit."""
    data = columns("percent_vs_fraction")
    return data["pct"] / 100, data["p"]
