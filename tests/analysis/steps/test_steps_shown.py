"""compute --steps as it is shown: the page at every width, the machine formats, the command."""

from __future__ import annotations

import csv
import json
from importlib.resources import files
from io import StringIO
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from support.close import close
from support.command import losscli
from support.steps_reading import Reader

import losscli as library
from losscli.catalogue import pages as catalogue
from losscli.catalogue import registry
from losscli.render import FORMATS, render
from losscli.render.text import width_of
from losscli.results.steps import Steps

SCHEMA = json.loads(files("losscli.render").joinpath("schema/steps.json").read_text(encoding="utf-8"))
HUBER = ("compute", "huber", "--true", "3,-0.5,2,7", "--pred", "2.5,0,2,10", "--steps")


def worked_example(name: str, **options: Any) -> Steps:
    example = catalogue.read(name, registry.get(name).family)["example"]
    return library.steps(name, example["y_true"], example["y_pred"], **options, **example["params"])


@pytest.mark.parametrize("name", library.names())
def test_every_worked_example_is_shown_within_the_width_and_in_every_format(name: str) -> None:
    found = worked_example(name)
    for width in (40, 60, 100):
        for format in ("plain", "table"):
            shown = render(found, format, width=width)
            assert max(map(width_of, shown.splitlines())) <= width
    whole = json.loads(render(found, "json"))
    Draft202012Validator(SCHEMA).validate(whole)
    assert set(whole) == set(SCHEMA["properties"])
    lines = [json.loads(line) for line in render(found, "jsonl").splitlines()]
    table = list(csv.DictReader(StringIO(render(found, "csv"))))
    assert [row["text"] for row in table] == [line["text"] for line in lines]
    in_whole = [
        *(step for row in whole["rows"] for place in row["places"] for step in place["steps"]),
        *(step for row in whole["rows"] for step in row["steps"]),
        *whole["whole"],
        *whole["reduced"],
    ]
    assert len(in_whole) == len(lines)
    shown = "".join(render(found, "markdown").split())
    for line in lines:
        assert line["cut"] or "".join(line["text"].split()) in shown


def test_the_schema_is_one_and_refuses_a_line_without_its_numbers() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    whole = json.loads(render(worked_example("huber"), "json"))
    del whole["reduced"][0]["substituted"]
    assert not Draft202012Validator(SCHEMA).is_valid(whole)


def test_numbers_that_are_not_finite_are_words() -> None:
    found = library.steps("bce", [0, 1], [1, 0.5])
    whole = json.loads(render(found, "json"))
    assert whole["rows"][0]["places"][0]["steps"][-1]["value"] == "inf"
    assert whole["reduced"][-1]["value"] == "inf"
    assert whole["reduced"][-1]["substituted"] == "inf / 2"


def test_the_command_writes_the_lines() -> None:
    shown = losscli(*HUBER).stdout
    for line in (
        "row 4   y_true 7   y_pred 10",
        "  e = y_pred − y_true = 10 − 7 = 3",
        "  L = δ·(|e| − δ/2) = 1·(|3| − 1/2) = 2.5   because |e| = 3 > δ = 1",
        "  mean = sum/4 = 2.75/4 = 0.6875   (divided by 4 samples)",
    ):
        assert line in shown.splitlines()
    assert shown.index("row 4") < shown.index("row 1")  # what costs most comes first


def test_a_line_that_does_not_fit_has_its_parts_under_each_other() -> None:
    shown = render(library.steps("huber", [7.25], [10.5]), "plain", width=40).splitlines()
    start = shown.index("  L = δ·(|e| − δ/2)")
    assert shown[start + 1 : start + 4] == [
        "    = 1·(|3.25| − 1/2)",
        "    = 2.75",
        "      because |e| = 3.25 > δ = 1",
    ]


def test_of_many_turns_the_first_and_the_last_are_shown() -> None:
    shown = render(library.steps("ctc", [[1]], [[[0.0, 1.0]] * 9]), "plain").splitlines()
    turns = [line.strip() for line in shown if line.startswith(("  with t", "  …"))]
    assert turns == ["with t = 0", "with t = 1", "with t = 2", "… 5 turns like these …", "with t = 8"]
    assert len(render(library.steps("ctc", [[1]], [[[0.0, 1.0]] * 9]), "jsonl").splitlines()) > 9 * 4


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_of_the_command(format: str) -> None:
    assert "0.6875" in losscli(*HUBER, "--format", format).stdout


def test_a_file_class_weights_and_a_framework() -> None:
    done = losscli(
        *("compute", "bce", "examples/breast_cancer.csv", "--pred", "forest", "--like", "keras", "--steps"),
        *("--class-weight", "balanced", "--rows", "2", "--format", "json"),
    )
    whole = json.loads(done.stdout)
    assert (len(whole["rows"]), whole["hidden"], whole["precision"]) == (2, 567, "float32")
    assert any("first of the common names" in remark["text"] for remark in whole["remarks"])
    assert whole["reduced"][-1]["value"] == close(whole["value"], 1e-12)
    for line in whole["reduced"]:
        found = float(Reader(float).value(line["substituted"]))
        assert found == close(line["value"], 1e-12)


def test_rows_that_machine_formats_leave_out_are_mentioned() -> None:
    done = losscli("compute", "mae", "examples/diabetes.csv", "--pred", "ridge", "--steps", "--format", "csv")
    assert done.stderr.strip() == "losscli: 439 of 442 rows are not shown; --rows all shows them"


@pytest.mark.parametrize("other", ["--gradient", "--why"])
def test_steps_stand_alone(other: str) -> None:
    done = losscli(*HUBER, other)
    assert done.returncode == 2
    assert "--steps works the value out alone" in done.stderr
