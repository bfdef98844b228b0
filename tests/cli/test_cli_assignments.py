"""`-p name=value`, `--class-weight`, and how compare shares parameters out."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from support.inside import losscli

from losscli.cli.assignments import read_class_weight, read_parameters, read_value
from losscli.errors import LosscliError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2", 2),
        ("-1.5", -1.5),
        ("1e-3", 0.001),
        (".5", 0.5),
        ("inf", math.inf),
        ("true", True),
        ("False", False),
        ("null", None),
        ("None", None),
        ("euclidean", "euclidean"),
        ("[1, 2]", [1, 2]),
        ("[[0, 1], [1, 0]]", [[0, 1], [1, 0]]),
        ("", ""),
        ("a=b", "a=b"),
        ("2 apples", "2 apples"),
    ],
)
def test_values(text: str, value: Any) -> None:
    read = read_value(text)
    assert (read, type(read)) == (value, type(value))


def test_parameters_split_at_the_first_equals_sign() -> None:
    assert read_parameters(["delta=2", "matrix=[[0,1],[1,0]]", "word=a=b"]) == {
        "delta": 2,
        "matrix": [[0, 1], [1, 0]],
        "word": "a=b",
    }


def test_from_logits_is_the_parameter_of_that_name() -> None:
    assert read_parameters(None, from_logits=True) == {"from_logits": True}
    assert read_parameters(["from_logits=true"], from_logits=True) == {"from_logits": True}
    with pytest.raises(LosscliError, match="contradicts"):
        read_parameters(["from_logits=false"], from_logits=True)


def test_class_weights() -> None:
    assert read_class_weight(None) is None
    assert read_class_weight("balanced") == "balanced"
    assert read_class_weight("0=1.0, 1=2.5") == {"0": 1.0, "1": 2.5}


def values(*arguments: str) -> dict[str, float]:
    """Loss → value, of a comparison on two rows with the errors 3 and -1."""
    done = losscli("compare", "--true", "0,1", "--pred", "3,0", *arguments, "--format", "json")
    assert done.stderr == ""
    return {score["loss"]: score["value"] for score in json.loads(done.stdout)["scores"]}


def test_a_parameter_goes_to_every_loss_that_takes_it_or_to_the_one_named() -> None:
    # huber: (2·(3 − 1) + ½) / 2 at δ = 2, (½ + 2½) / 2 at 1. Pinball: errors 3 over and 1 under cost
    # (1 − q)·3 and q·1.
    assert values("--losses", "huber,quantile") == {"huber": 1.5, "quantile": 1.0}
    assert values("--losses", "huber,mse", "-p", "delta=2") == {"huber": 2.25, "mse": 5.0}
    shared = values("--losses", "huber,quantile", "-p", "huber.delta=2", "-p", "quantile.q=0.75")
    assert shared == {"huber": 2.25, "quantile": 0.75}
    assert values("--losses", "huber", "-p", "huber.delta=2", "-p", "delta=1") == {"huber": 2.25}


@pytest.mark.parametrize(
    ("parameter", "hint"),
    [
        ("detla=2", 'did you mean "delta"?'),
        ("hubr.delta=2", 'did you mean "huber.delta"?'),
        ("gamma=2", "their parameters are: huber.delta"),
    ],
)
def test_a_parameter_that_no_loss_takes_is_an_error(parameter: str, hint: str) -> None:
    done = losscli("compare", "--true", "0,1", "--pred", "3,0", "--losses", "huber,mse", "-p", parameter)
    assert done.returncode == 2
    assert f"none of these losses takes the parameter {parameter.partition('=')[0]}" in done.stderr
    assert hint in done.stderr
