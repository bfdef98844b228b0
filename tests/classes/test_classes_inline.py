"""Names of classes among the values of --true and --pred."""

from __future__ import annotations

import json
from math import log
from typing import Any

import pytest
from support.close import close
from support.inside import losscli as command


def value(*arguments: str) -> dict[str, Any]:
    return json.loads(command("compute", *arguments, "--format", "json").stdout)


def refusal(*arguments: str) -> str:
    done = command("compute", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr


ROWS = "[[0.8,0.1,0.1],[0.2,0.7,0.1]]"


def test_names_of_y_true_are_numbered() -> None:
    found = value("scce", "--classes", "cat,dog,bird", "--true", "cat,dog", "--pred", ROWS)
    assert found["value"] == close(-(log(0.8) + log(0.7)) / 2, 1e-12)
    assert found["classes"] == ["cat", "dog", "bird"]
    assert any("cat is 0, dog 1, bird 2" in remark["text"] for remark in found["remarks"])


def test_a_list_of_json_and_numbers_that_are_names() -> None:
    wanted = value("scce", "--true", "0,1", "--pred", ROWS)["value"]
    words = value("scce", "--classes", "a,b,c", "--true", '["a", "b"]', "--pred", ROWS)
    counted = value("scce", "--classes", "1,2,3", "--true", "1,2", "--pred", ROWS)
    assert (words["value"], counted["value"]) == (wanted, wanted)


def test_names_of_y_pred_are_numbered_too() -> None:
    assert value("zero_one", "--classes", "cat,dog", "--true", "cat,dog", "--pred", "cat,cat")["value"] == 0.5


def test_the_positive_class_is_1() -> None:
    found = value("bce", "--positive", "yes", "--true", "yes,no", "--pred", "0.3,0.4")
    assert found["value"] == close(-(log(0.3) + log(0.6)) / 2, 1e-12)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--classes", "cat,dog", "--true", "cat,fish"), '--true: "fish" (value 2) is none of the classes'),
        (("--positive", "maybe", "--true", "yes,no"), "--positive maybe: the labels are yes, no"),
        (("--positive", "a", "--true", "a,b,c"), "name all classes: --classes"),
    ],
)
def test_other_names_are_refused(arguments: tuple[str, ...], said: str) -> None:
    assert said in refusal("bce", *arguments, "--pred", "0.5,0.5")
