"""What a parameter may be: each range's ends and what lies just beyond them, written out by hand."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
import pytest
from support.inputs import NAMES, loss_of

from losscli import LosscliError

LEAST = 5e-324
OVER_1, UNDER_1 = float(np.nextafter(1, 2)), float(np.nextafter(1, 0))
NEVER = [nan, inf, "1", "x", [1.0], {}]
FLAGS = [0, 1, 0.5, "true", None]

# What a range says of itself: what it takes, what it does not.
RANGES: dict[str, tuple[list[Any], list[Any]]] = {
    "a finite number": ([0.0, -1e308, 1e308, 3], [-inf, None, True, *NEVER]),
    "a finite number, or null": ([0.0, -1e308, 1e308, None], [-inf, True, *NEVER]),
    "a finite number, or −inf": ([0.0, -1e308, -inf, "-inf"], [None, True, *NEVER]),
    "a number of 0 or more": ([0.0, LEAST, 1e308], [-LEAST, -1.0, -inf, None, False, *NEVER]),
    "a number above 0": ([LEAST, 1e308], [0.0, -LEAST, -inf, None, *NEVER]),
    "a number below 0": ([-LEAST, -1e308], [0.0, LEAST, -inf, None, *NEVER]),
    "a number of 1 or more": ([1.0, OVER_1, 1e308], [UNDER_1, 0.0, None, *NEVER]),
    "a number from 0 to 1": ([0.0, 1.0, 0.5], [-LEAST, OVER_1, None, *NEVER]),
    "a number from 0 to 1, or null": ([0.0, 1.0, None], [-LEAST, OVER_1, *NEVER]),
    "a number from −1 to 1": ([-1.0, 1.0, 0.0], [-OVER_1, OVER_1, None, *NEVER]),
    "a number between 0 and 1, neither included": ([LEAST, UNDER_1], [0.0, 1.0, None, *NEVER]),
    "a number from 0 up to, not including, 1": ([0.0, UNDER_1], [1.0, -LEAST, None, *NEVER]),
    "a number other than 0": ([LEAST, -LEAST, 1e308], [0.0, -0.0, -inf, None, *NEVER]),
    "a number of 0 or less, or of 1 or more": ([0.0, -3.0, 1.0, 3.0], [LEAST, 0.5, UNDER_1, None, *NEVER]),
    "true or false": ([True, False], FLAGS),
    "1 or 2": ([1, 2, 2.0], [0, 3, 1.5, None, True, *NEVER]),
    "a whole number, or null": ([0, -100, 7, 2.0, None], [0.5, -inf, True, *NEVER]),
    "a class: a whole number from 0": ([0, 5, 2.0], [-1, 0.5, None, True, *NEVER]),
    '"linear" or "quadratic"': (["linear", "quadratic"], ["cubic", None, 1, ""]),
    '"sum" or "mean"': (["sum", "mean"], ["none", None, 1, ""]),
    '"batch", "sample" or "class"': (["batch", "sample", "class"], ["row", None, 1]),
    '"xyxy", "yxyx", "xywh" or "cxcywh"': (["xyxy", "yxyx", "xywh", "cxcywh"], ["xxyy", None, 1]),
    '"euclidean", "squared" or "cosine"': (["euclidean", "squared", "cosine"], ["l2", None, 1]),
    "a number of 0 or more, or a list with one a column": (
        [0.0, 2.0, [0.0, 1e308], [1]],
        [-LEAST, [1.0, -LEAST], [], [[1.0]], [inf], None, nan, "x"],
    ),
    "a number from 0 to 1, or a list with one a column": (
        [0.0, 0.5, 1.0, [0.0, 1.0], [0.3]],
        [-LEAST, 1.0000000000000002, [0.5, 1.5], [-LEAST], [], [[0.5]], [nan], inf, None, nan, "x"],
    ),
    "a list of numbers of 0 or more, one a class, or null": (
        [[0.0, 1e308], [1], None],
        [1.0, [-LEAST, 1.0], [], [[1.0]], [nan], "x"],
    ),
    "a square matrix of numbers, a row and a column a class": (
        [[[1.0]], [[0.0, -1.0], [2.0, 1e308]]],
        [1.0, [1.0], [[1.0, 2.0]], [[inf]], [[]], None, "x"],
    ),
}

PARAMETERS = [(name, parameter) for name in NAMES for parameter in loss_of(name).parameters]


@pytest.mark.parametrize(("loss", "name"), PARAMETERS)
def test_a_parameter_takes_what_its_words_say(loss: str, name: str) -> None:
    parameter = loss_of(loss).parameters[name]
    taken, refused = RANGES[parameter.takes]
    for value in taken:
        read = parameter.read(value)
        assert read is None if value is None else np.array_equal(read, -inf if value == "-inf" else value)
    for value in refused:
        with pytest.raises(LosscliError) as said:
            parameter.read(value)
        assert said.value.what.startswith(f"parameter {name}: ")
        assert said.value.what.endswith(f" is not {parameter.takes}")


# The ranges of whole losses, by hand: a wider one under the same words would pass above.
@pytest.mark.parametrize(
    ("words", "names"),
    [
        (
            "a number above 0",
            {
                *("barron.scale", "cauchy.scale", "geman_mcclure.scale", "welsch.scale", "tukey.c"),
                *("huber.delta", "pseudo_huber.delta", "fbeta.beta", "focal_tversky.gamma", "circle.gamma"),
                *("infonce.temperature", "ntxent.temperature", "supcon.temperature"),
            },
        ),
        ("a number between 0 and 1, neither included", {"expectile.q", "interval_score.alpha"}),
        ("a number from 0 to 1", {"generalized_cce.q"}),
        ("a number from 0 to 1, or a list with one a column", {"quantile.q"}),
        ("a number of 1 or more", {"triplet.p"}),
        ("a finite number", {"margin_ranking.margin", "poly_cce.epsilon"}),
        ("a number below 0", {"symmetric_cce.log_zero"}),
    ],
)
def test_which_parameters_have_a_range(words: str, names: set[str]) -> None:
    assert {
        f"{loss}.{name}" for loss, name in PARAMETERS if loss_of(loss).parameters[name].takes == words
    } == names


# Defaults as the definitions' sources have them.
DEFAULTS: dict[str, dict[str, Any]] = {
    "asymmetric": {"gamma_neg": 4.0, "gamma_pos": 1.0, "clip": 0.05, "from_logits": False},
    "barron": {"alpha": 1.0, "scale": 1.0},
    "binary_focal": {"gamma": 2.0, "alpha": None, "from_logits": False, "label_smoothing": 0.0},
    "categorical_focal": {"gamma": 2.0, "alpha": 0.25, "from_logits": False, "label_smoothing": 0.0},
    "circle": {"gamma": 80.0, "margin": 0.4},
    "epsilon_insensitive": {"epsilon": 0.1},
    "generalized_cce": {"q": 0.5},
    "interval_score": {"alpha": 0.1},
    "infonce": {"temperature": 0.07},
    "ntxent": {"temperature": 0.07},
    "supcon": {"temperature": 0.1},
    "poly_cce": {"epsilon": 2.0, "from_logits": True},
    "quadruplet": {"margin1": 1.0, "margin2": 0.5},
    "quantile": {"q": 0.5},
    "symmetric_cce": {"alpha": 0.1, "beta": 1.0, "log_zero": -4.0},
    "triplet": {"margin": 1.0, "p": 2.0, "squared": False, "swap": False},
    "triplet_hard": {"margin": 1.0, "soft": False, "distance": "euclidean"},
    "tukey": {"c": 4.685},
    "tversky": {"alpha": 0.5, "beta": 0.5, "smooth": 0.0, "from_logits": False, "per": "batch"},
    "tweedie": {"power": 1.5},
    "vae_kl": {"latent_reduction": "sum"},
    "weighted_kappa": {"weightage": "quadratic"},
    "elastic_net": {"l1": 0.01, "l2": 0.01},
    "ctc": {"blank": 0},
    "huber": {"delta": 1.0},
}


@pytest.mark.parametrize("name", DEFAULTS)
def test_defaults(name: str) -> None:
    assert {key: parameter.default for key, parameter in loss_of(name).parameters.items()} == DEFAULTS[name]
