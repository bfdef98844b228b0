"""CSV, TSV and JSON lines of every command: columns name by name, each value that of the call's JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from losscli.cli.app import run

Record = dict[str, Any]
Whole = dict[str, Any]
SUMMARY = "params like n reduction value mean sum divisor divided_by unit"
SAMPLE = "row y_true y_pred loss share"
STEP = "row entry name expression substituted value because note text cut signature"
DIABETES = "{examples}/diabetes.csv"
INLINE = "--true 1,2,4 --pred 1,3,2"
LISTED = "reasons command derived when n version"


def taken(whole: Record, names: str) -> Record:
    return {name: whole[name] for name in names.split()}


def samples(whole: Whole) -> list[Record]:
    return [sample | taken(whole, "signature") for sample in whole["samples"]]


def summary(whole: Whole) -> list[Record]:
    more = {"gradients": whole["gradients"]} if whole["gradients"] else {}
    return [taken(whole, f"loss {SUMMARY} signature version") | more]


def groups(whole: Whole) -> list[Record]:
    return [
        taken(whole, "loss") | group["labels"] | taken(group, "n value share") | taken(whole, "signature")
        for group in whole["groups"]
    ]


def renamed(whole: Whole) -> list[Record]:
    """The groups of a file whose columns are called share and by_share."""
    return [
        {
            **taken(whole, "loss"),
            "by_share": group["labels"]["share"],
            "by_by_share": group["labels"]["by_share"],
            **taken(group, "n value share"),
            **taken(whole, "signature"),
        }
        for group in whole["groups"]
    ]


def scores(whole: Whole) -> list[Record]:
    found = []
    for score in whole["scores"]:
        made = score["concentration"] or dict.fromkeys(("half", "worst", "worst_share"))
        found.append(
            taken(score, f"loss model {SUMMARY}")
            | {"best": score["model"] in whole["best"].get(score["loss"], ())}
            | taken(made, "half worst worst_share")
            | taken(score, "signature")
            | taken(whole, "version")
        )
    return found


def compared_groups(whole: Whole) -> list[Record]:
    signatures = {(score["loss"], score["model"]): score["signature"] for score in whole["scores"]}
    return [
        taken(group, "loss model")
        | group["labels"]
        | taken(group, "n value share best")
        | {"signature": signatures[group["loss"], group["model"]]}
        | taken(whole, "version")
        for group in whole["groups"]
    ]


def steps(whole: Whole) -> list[Record]:
    def each() -> Iterator[Record]:
        for row in whole["rows"]:
            for place in row["places"]:
                yield from ({"row": row["row"], "entry": place["entry"]} | step for step in place["steps"])
            yield from ({"row": row["row"], "entry": []} | step for step in row["steps"])
        yield from ({"row": None, "entry": []} | step for step in (*whole["whole"], *whole["reduced"]))

    return [line | taken(whole, "signature") for line in each()]


def findings(whole: Whole) -> list[Record]:
    return [*whole["findings"], *whole["notes"]]


def recommendations(whole: Whole) -> list[Record]:
    return [
        {**taken(whole, "task"), **entry, **taken(whole, "n version")} for entry in whole["recommendations"]
    ]


def points(whole: Whole) -> list[Record]:
    return [
        {
            "curve": curve["label"] or curve["loss"],
            **taken(curve, "loss like"),
            "x": x,
            "value": value,
            "gradient": slope,
            **taken(whole, "version"),
        }
        for curve in whole["curves"]
        for x, value, slope in zip(
            curve["x"],
            curve["values"],
            curve["gradient"] or [None] * len(curve["x"]),
            strict=True,
        )
    ]


def frameworks(whole: Whole) -> list[Record]:
    return [{**taken(whole, "loss"), **row, **taken(whole, "signature version")} for row in whole["rows"]]


# The line, its records in schema/records.json, how many, their columns, and the same made of the JSON.
CASES: list[tuple[str, str, int, str, Callable[[Whole], list[Record]]]] = [
    (f"compute mse {INLINE}", "compute.sample", 3, f"{SAMPLE} signature", samples),
    (
        f"compute mse {INLINE} --weight 1,2,1 --gradient",
        "compute.sample",
        3,
        f"{SAMPLE} weight gradient signature",
        samples,
    ),
    (
        "compute cce --true [[1,0],[0,1]] --pred [[0,1],[0.25,0.75]] --gradient",
        "compute.sample",
        2,
        f"{SAMPLE} gradient signature",
        samples,
    ),
    (
        "compute mae {folder}/a.csv {folder}/b.csv --true y --pred p --weight w --gradient",
        "compute.sample",
        6,
        f"{SAMPLE} weight file gradient signature",
        samples,
    ),
    ("compute hinge --true 1,-1 --pred 5,-3", "compute.sample", 2, f"{SAMPLE} signature", samples),
    (f"compute mse {INLINE} --rows 0", "compute.summary", 1, f"loss {SUMMARY} signature version", summary),
    (
        f"compute rmse {INLINE} --gradient",
        "compute.summary",
        1,
        f"loss {SUMMARY} signature version gradients",
        summary,
    ),
    (
        f"compute mae {DIABETES} --pred ridge --by sex --reduction sum",
        "compute.group",
        2,
        "loss sex n value share signature",
        groups,
    ),
    (
        f"compute rmse {DIABETES} --pred ridge --by sex",
        "compute.group",
        2,
        "loss sex n value share signature",
        groups,
    ),
    (
        "compute mae {folder}/a.csv --true y --pred p --by share,by_share",
        "compute.group",
        3,
        "loss by_share by_by_share n value share signature",
        renamed,
    ),
    (
        f"compare {DIABETES} --pred ridge,forest --losses mae,rmse",
        "compare.score",
        4,
        f"loss model {SUMMARY} best half worst worst_share signature version",
        scores,
    ),
    (
        f"compare {INLINE} --losses huber,mse -p delta=2 --weight 1,0,3",
        "compare.score",
        2,
        f"loss model {SUMMARY} best half worst worst_share signature version",
        scores,
    ),
    (
        f"compare {DIABETES} --pred ridge,forest --losses mae,mse --by sex",
        "compare.group",
        8,
        "loss model sex n value share best signature version",
        compared_groups,
    ),
    (
        "check {examples}/sunspots.csv --true y_true --pred ar_mean,y_true",
        "check",
        2,
        "id severity title count rows columns losses why do",
        findings,
    ),
    (
        "recommend {examples}/sunspots.csv --pred ar_mean",
        "recommend",
        4,
        f"task loss title params {LISTED}",
        recommendations,
    ),
    ("recommend --task segmentation", "recommend", 5, f"task loss title params {LISTED}", recommendations),
    ("recommend --task list", "recommend.task", 19, "name title first", lambda whole: whole["tasks"]),
    ("plot mae huber --range -1,1", "plot", 482, "curve loss like x value gradient version", points),
    ("plot mse --range 0,1", "plot", 241, "curve loss like x value gradient version", points),
    ("plot bce --like keras", "plot", 964, "curve loss like x value gradient version", points),
    (
        "parity huber --true 1,2 --pred 1,5",
        "parity",
        5,
        "loss framework title call precision value same causes takes live live_version live_note "
        "live_difference verified signature version",
        frameworks,
    ),
    (
        "code huber --framework torch -p delta=2",
        "code",
        1,
        "loss title framework params reduction code calls notes version",
        lambda whole: [whole],
    ),
    (
        "list --family binary",
        "list",
        5,
        "name title family kind summary properties aliases",
        lambda whole: whole["losses"],
    ),
    (f"compute huber {INLINE} --steps", "compute.step", 8, STEP, steps),
    (
        "compute mse --true [[1,2]] --pred [[3,5]] --steps",
        "compute.step",
        6,
        STEP,
        steps,
    ),
]


def load(text: str) -> Any:
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    return json.loads(text, parse_constant=refuse)


def schema(name: str) -> Any:
    return load(files("losscli.render").joinpath(f"schema/{name}.json").read_text(encoding="utf-8"))


RECORDS = schema("records")
REGISTRY: Registry[Any] = Registry().with_resources(
    [
        ("records.json", Resource.from_contents(RECORDS)),
        ("explain.json", Resource.from_contents(schema("explain"))),
    ]
)


@pytest.fixture
def told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[str, str], str]:
    """What a line prints in a format; {folder} holds two small files."""
    from support.reference import EXAMPLES

    (tmp_path / "a.csv").write_text("y,p,w,share,by_share\n1,2,1,a,x\n2,2,2,b,y\n4,1,1,a,y\n")
    (tmp_path / "b.csv").write_text("y,p,w,share,by_share\n1,5,3,a,x\n2,2,1,b,y\n0,7,0.5,b,y\n")

    def ask(line: str, form: str) -> str:
        code = run([*line.format(folder=tmp_path, examples=EXAMPLES).split(), "--format", form])
        out, err = capsys.readouterr()
        assert code == ("ar_mean,y_true" in line), err  # there is a finding: the truth among the predictions
        return out

    return ask


def check_cell(cell: str, value: Any) -> None:
    """A CSV cell against the JSON's value, by its type."""
    if value is None:
        assert cell == ""
    elif isinstance(value, str):
        assert cell == value.replace("\n", "\\n")  # no line breaks in cells
    elif isinstance(value, bool):
        assert cell == ("true" if value else "false")
    elif isinstance(value, int):
        assert int(cell) == value
    elif isinstance(value, float):
        assert "." in cell or "e" in cell
        assert float(cell) == value
    else:
        assert load(cell) == value


@pytest.mark.parametrize(
    ("line", "kind", "count", "columns", "same"), CASES, ids=[f"{case[1]}-{case[0][:40]}" for case in CASES]
)
def test_records_are_those_of_the_json(
    line: str,
    kind: str,
    count: int,
    columns: str,
    same: Callable[[Whole], list[Record]],
    told: Callable[[str, str], str],
) -> None:
    wanted = same(load(told(line, "json")))
    assert len(wanted) == count
    records = [load(text) for text in told(line, "jsonl").splitlines()]
    assert records == wanted
    described = Draft202012Validator({"$ref": f"records.json#/$defs/{kind}"}, registry=REGISTRY)
    for record in records:
        described.validate(record)
        assert list(record) == columns.split()
    for form, mark in (("csv", ","), ("tsv", "\t")):
        header, *rows = csv.reader(io.StringIO(told(line, form), newline=""), delimiter=mark)
        assert header == columns.split()
        assert len(rows) == count
        for row, record in zip(rows, wanted, strict=True):
            for cell, name in zip(row, header, strict=True):
                check_cell(cell, record[name])


def test_the_schema_is_one_and_its_keys_stand_in_the_records_order() -> None:
    Draft202012Validator.check_schema(RECORDS)
    described: dict[str, str] = {}
    for _, kind, _, columns, _ in CASES:
        described[kind] = max(described.get(kind, ""), columns, key=lambda names: len(names.split()))
    for kind, columns in described.items():
        keys = list(RECORDS["$defs"][kind]["properties"])
        assert keys == [name for name in columns.split() if name in keys]
    assert {f"#/$defs/{kind}" for kind in (*described, "explain")} == {e["$ref"] for e in RECORDS["anyOf"]}


def test_the_schema_refuses_a_record_that_lacks_a_column_or_has_another() -> None:
    described = Draft202012Validator({"$ref": "records.json#/$defs/compute.sample"}, registry=REGISTRY)
    record = {"row": 1, "y_true": 1.0, "y_pred": 2.0, "loss": 1.0, "share": None, "signature": "mse"}
    assert described.is_valid(record)
    assert not described.is_valid({name: value for name, value in record.items() if name != "share"})
    assert not described.is_valid(record | {"part": 0.5})
    assert not described.is_valid(record | {"loss": "1.0"})


def test_an_explanation_is_its_json_as_one_line_and_as_keys_and_values(told: Any) -> None:
    whole = load(told("explain huber", "json"))
    assert load(told("explain huber", "jsonl")) == whole
    Draft202012Validator({"$ref": "records.json#/$defs/explain"}, registry=REGISTRY).validate(whole)
    for form, mark in (("csv", ","), ("tsv", "\t")):
        header, *rows = csv.reader(io.StringIO(told("explain huber", form), newline=""), delimiter=mark)
        assert header == ["key", "value"]
        assert [key for key, _ in rows] == list(whole)
        for key, cell in rows:
            check_cell(cell, whole[key])


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl"])
@pytest.mark.parametrize("line", ["check --true 1,2,3 --pred 1.5,2.5,2", "list --search zzzz"])
def test_of_no_records_there_is_no_line(line: str, form: str, told: Any) -> None:
    assert told(line, form) == ""


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_file_holds_the_records_of_stdout(ending: str, told: Any, tmp_path: Path) -> None:
    line = "compare {examples}/diabetes.csv --pred ridge,forest --losses mae,mse"
    shown = told(line, ending)
    assert told(f"{line} --output {tmp_path}/out.{ending}", ending) == ""
    assert (tmp_path / f"out.{ending}").read_text(encoding="utf-8") == shown
