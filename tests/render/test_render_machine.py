"""The machine formats: valid against their schemas, and every number comes back as it was."""

from __future__ import annotations

import csv
import json
import math
from importlib.resources import files
from io import StringIO
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from test_render_records import HOSTILE, comparison, crowded, dice, huber, score

from losscli.errors import LosscliError
from losscli.render import FORMATS, render

RECORDS = {
    "compute": [
        score(),
        score(about=huber()),
        crowded(),
        dice(),
        score(value=None, reduction="none", samples=()),
        score(classes=("cat", "dog")),
    ],
    "compare": [comparison(), comparison(("forecast",)), comparison((HOSTILE, "b"))],
    "explain": [huber()],
    "list": [(huber(), huber()), ()],
}
CASES = [(name, record) for name, records in RECORDS.items() for record in records]


def refuse_constant(word: str) -> None:
    raise AssertionError(f"{word} is not JSON")


def load(text: str) -> Any:
    return json.loads(text, parse_constant=refuse_constant)


def schema(name: str) -> dict[str, Any]:
    return load(files("losscli.render").joinpath(f"schema/{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("name", "record"), CASES)
def test_json_follows_its_schema_which_knows_every_key(name: str, record: Any) -> None:
    whole, described = load(render(record, "json", version="0.1.0")), schema(name)
    Draft202012Validator.check_schema(described)
    Draft202012Validator(described).validate(whole)
    assert set(whole) == set(described["properties"]) - ({"by", "groups", "classes"} - set(whole))  # if any
    for entry in whole.get("scores", []):
        assert set(entry) == set(described["$defs"]["score"]["properties"])


def test_a_schema_refuses_what_is_missing_or_not_a_number() -> None:
    whole = load(render(score(), "json"))
    validator = Draft202012Validator(schema("compute"))
    assert not validator.is_valid({key: value for key, value in whole.items() if key != "signature"})
    assert not validator.is_valid(whole | {"value": "0.6875"})


def test_floats_come_back_exactly_and_nonfinite_ones_as_words() -> None:
    third = 1 / 3
    whole = load(render(score(value=third, mean=math.nan, sum=-math.inf), "json"))
    assert (whole["value"], whole["mean"], whole["sum"]) == (third, "nan", "-inf")
    shown = load(render(crowded(), "json"))["samples"][0]
    assert (shown["loss"], shown["gradient"][0], shown["y_pred"][1]) == ("inf", None, 7.123e-10)


def test_statistic_losses_have_null_mean_and_sum_and_no_samples() -> None:
    whole = load(render(dice(), "json"))
    assert (whole["samples"], whole["mean"], whole["sum"]) == ([], None, None)
    assert [row["gradient"] for row in whole["gradients"]] == [None, 0.5]


def test_jsonl_has_a_line_a_sample_and_csv_the_same_cells() -> None:
    lines = [load(line) for line in render(crowded(), "jsonl").splitlines()]
    assert list(lines[0]) == ["row", "y_true", "y_pred", "loss", "share", "weight", "gradient", "signature"]
    for text, delimiter in ((render(crowded(), "csv"), ","), (render(crowded(), "tsv"), "\t")):
        rows = list(csv.DictReader(StringIO(text, newline=""), delimiter=delimiter))
        assert "\r" not in text
        assert [float(row["loss"]) for row in rows] == [math.inf, 3.25e-12]
        assert [load(row["y_pred"]) for row in rows] == [line["y_pred"] for line in lines]
        assert [row["share"] for row in rows] == ["", ""]


@pytest.mark.parametrize("record", [dice(), score(samples=(), hidden=4)])
def test_without_samples_there_is_one_summary_record(record: Any) -> None:
    (row,) = csv.DictReader(StringIO(render(record, "csv")))
    (line,) = [load(text) for text in render(record, "jsonl").splitlines()]
    assert list(row) == list(line)
    assert float(row["value"]) == line["value"] == 0.6875
    assert load(row["params"]) == line["params"] == {"delta": 1.0}
    assert line["signature"] == record.signature


def test_a_comparison_has_a_record_a_score() -> None:
    rows = list(csv.DictReader(StringIO(render(comparison(), "csv"))))
    assert [(row["loss"], row["model"]) for row in rows][:4] == [
        ("mae", "ridge"),
        ("mae", "forest"),
        ("mae", "boosting"),
        ("mse", "ridge"),
    ]
    assert [row["best"] for row in rows] == ["true", "false", "false"] * 3
    assert float(rows[3]["value"]) == 2993.25
    assert len(render(comparison(), "jsonl").splitlines()) == 9


def test_an_explanation_is_keys_and_values_and_a_listing_a_record_a_loss() -> None:
    keys = dict(csv.reader(StringIO(render(huber(), "csv"))))
    assert keys["key"] == "value"
    assert keys["title"] == "Huber"
    assert load(keys["use_when"]) == list(huber().use_when)
    assert load(render(huber(), "jsonl")) == load(render(huber(), "json"))
    assert [load(line)["name"] for line in render((huber(), huber()), "jsonl").splitlines()] == ["huber"] * 2
    assert render(huber(), "latex") == huber().latex + "\n"


@pytest.mark.parametrize("format", ["json", "jsonl", "csv", "tsv"])
def test_no_control_character_leaves_a_machine_format(format: str) -> None:
    text = render(comparison(("a\x1b[31m", "b\x9b1m\u202e\udcff")), format)
    assert not [c for c in text if (c < " " and c not in "\n\t") or c in "\x9b\u202e\udcff"]
    if format == "json":
        assert load(text)["models"] == ["a\x1b[31m", "b\x9b1m\u202e\udcff"]


def test_an_unknown_format_names_those_there_are() -> None:
    with pytest.raises(LosscliError, match="yaml") as error:
        render(score(), "yaml")
    assert all(format in str(error.value.hint) for format in FORMATS)
    with pytest.raises(LosscliError, match="latex"):
        render(score(), "latex")
