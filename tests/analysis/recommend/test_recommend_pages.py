"""`losscli recommend` in every format: all that was found stands in its place, with the same values."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.advice import normal, shuffled
from support.command import ROOT

import losscli
from losscli.cli.app import run


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")

    def show(*arguments: str) -> str:
        assert run(["recommend", *arguments]) == 0
        return capsys.readouterr().out

    return show


def sections(page: str) -> dict[str, list[str]]:
    """The blocks of a Markdown page under each heading."""
    found: dict[str, list[str]] = {}
    for part in re.split(r"^##? ", page, flags=re.MULTILINE)[1:]:
        title, _, rest = part.partition("\n")
        found[title] = rest.strip().split("\n\n")
    return found


FILES = [
    ["examples/sunspots.csv", "--pred", "ar_mean"],
    ["examples/breast_cancer.csv", "--pred", "logistic_logit"],
    ["examples/digits.jsonl"],
    ["--task", "quantiles"],
    ["--task", "multiclass"],
]


def escaped(text: str) -> str:
    """Without what Markdown puts before its own signs."""
    return re.sub(r"\\([\\`*_{}\[\]<>|#~])", r"\1", text)


@pytest.mark.parametrize("arguments", FILES, ids=lambda a: " ".join(a[:2]))
def test_a_page_has_each_sentence_in_its_place(arguments: list[str], shown: Any) -> None:
    told = json.loads(shown(*arguments, "--format", "json"))
    page = escaped(shown(*arguments, "--format", "markdown"))
    parts = sections(page)
    first, *others = told["recommendations"]
    top = parts[first["title"]]
    assert top[0] == f"{first['loss']} · {told['task']}"
    assert told["reading"] in top[1]
    if told["n"]:
        assert top[1].startswith(f"{told['n']} rows of {told['source']}: ")
    assert top[2].split("\n") == [f"- {reason}" for reason in first["reasons"]]
    assert top[-1] == f"```sh\n{first['command']}\n```"
    suggested = first["derived"] or [f"{name} {value}" for name, value in first["params"].items()]
    assert len(top) == 4 + bool(suggested)
    for text in suggested:
        assert str(text).replace("True", "true") in top[3]
    blocks = parts["Runners-up"]
    assert len(blocks) == 3 * len(others)
    for i, other in enumerate(others):
        head, facts, command = blocks[3 * i : 3 * i + 3]
        assert head == f"**{other['loss']}   {other['title']}**"
        assert f"**when:** {other['when']}" in facts.split("\n")[0]
        for label, texts in (("why", other["reasons"]), ("with", other["derived"])):
            assert (f"**{label}:** {texts[0]}" if texts else "") in facts
            assert all(text in facts for text in texts)
        if not other["derived"]:
            assert all(f"{name} " in facts for name in other["params"])
        assert command == f"```sh\n{other['command']}\n```"
    measured = [f"- {e['text']}" for e in told["evidence"] if e["text"] not in first["reasons"]]
    assert parts.get("Measured", [""])[0].split("\n") == (measured or [""])
    assert ("In Keras's examples" in parts) is (told["examples"] is not None)
    assert (told["examples"] or "") in page
    for remark in told["remarks"]:
        assert remark["text"] in page


def test_what_is_a_reason_is_not_measured_twice(shown: Any) -> None:
    page = shown("examples/sunspots.csv", "--pred", "ar_lower,ar_upper", "--format", "markdown")
    told = json.loads(shown("examples/sunspots.csv", "--pred", "ar_lower,ar_upper", "--format", "json"))
    (inside,) = (e["text"] for e in told["evidence"] if e["name"] == "inside")
    assert escaped(page).count(inside) == 1
    assert "ends are crossed: 0" in page.partition("## Measured")[2]


@pytest.mark.parametrize("arguments", FILES, ids=lambda a: " ".join(a[:2]))
def test_records_hold_what_json_holds(arguments: list[str], shown: Any) -> None:
    told = json.loads(shown(*arguments, "--format", "json"))
    wanted = [
        {"task": told["task"], **entry, "n": told["n"], "version": losscli.__version__}
        for entry in told["recommendations"]
    ]
    lines = [json.loads(line) for line in shown(*arguments, "--format", "jsonl").splitlines()]
    assert lines == wanted
    for form, mark in (("csv", ","), ("tsv", "\t")):
        table = list(csv.DictReader(io.StringIO(shown(*arguments, "--format", form)), delimiter=mark))
        assert list(table[0]) == [
            *("task", "loss", "title", "params", "reasons", "command", "derived", "when", "n", "version")
        ]
        read = [
            {
                **row,
                **{name: json.loads(row[name]) for name in ("params", "reasons", "derived")},
                "when": row["when"] or None,
                "n": int(row["n"]) if row["n"] else None,
            }
            for row in table
        ]
        assert read == wanted


def test_json_holds_what_the_library_says(shown: Any, tmp_path: Path) -> None:
    p = np.linspace(-40, 40, 90)
    y = p + shuffled(normal(90))
    y[4] = np.nan
    file = tmp_path / "rows.csv"
    lines = [f"{'' if np.isnan(a) else repr(float(a))},{b!r}" for a, b in zip(y, p.tolist(), strict=True)]
    file.write_text("\n".join(["y_true,y_pred", *lines, ""]), encoding="utf-8")
    told = json.loads(shown(str(file), "--missing", "drop", "--format", "json"))
    known = losscli.recommend(y, p, missing="drop")
    assert (told["task"], told["title"], told["n"], told["source"]) == (
        known.task,
        known.title,
        89,
        str(file),
    )
    assert told["reading"] == known.reading
    for one, other in zip(told["evidence"], known.evidence, strict=True):
        assert (one["name"], one["text"]) == (other.name, other.text)
        assert [one["value"], one["low"], one["high"]] == [other.value, other.low, other.high]
    for entry, found in zip(told["recommendations"], known.recommendations, strict=True):
        assert entry["loss"] == found.loss
        assert entry["title"] == losscli.find(found.loss).title
        assert entry["params"] == dict(found.params)
        assert (tuple(entry["reasons"]), tuple(entry["derived"]), entry["when"]) == (
            found.reasons,
            found.derived,
            found.when,
        )
        assert entry["command"].startswith(f"losscli compute {found.loss} {file} --missing drop")
    gap = [(r["text"], r["count"]) for r in told["remarks"] if "missing" in r["text"]]
    assert gap == [("rows with missing values are left out", 1)]


def test_the_list_of_tasks_in_every_format(shown: Any) -> None:
    tasks = json.loads(shown("--task", "list", "--format", "json"))["tasks"]
    lines = [json.loads(line) for line in shown("--task", "list", "--format", "jsonl").splitlines()]
    assert lines == tasks
    table = list(csv.DictReader(io.StringIO(shown("--task", "list", "--format", "csv"))))
    assert table == tasks
    page = shown("--task", "list", "--format", "plain")
    for task in tasks:
        assert re.search(rf"^ *{task['name']} .* {task['first']}$", page, re.MULTILINE)
    assert f"{len(tasks)} that advice can be asked for" in page


LINES = {
    "weight": (["rows.csv", "--weight", "w"], "rows.csv --weight w"),
    "named": (["rows.csv", "--true", "y", "--pred", "p"], "rows.csv --true y --pred p"),
    "format": (["rows.xyz", "--input-format", "csv"], "rows.xyz --input-format csv"),
    "joined": (
        ["rows.csv", "--pred", "p", "--truth", "truth.csv", "--key", "id", "--true", "t"],
        "rows.csv --true t --pred p --truth truth.csv --key id",
    ),
    "joined, with gaps": (
        [
            *("rows.csv", "--true", "t", "--pred", "p", "--truth", "truth.csv"),
            *("--key", "id", "--missing", "drop"),
        ],
        "rows.csv --true t --pred p --truth truth.csv --key id --missing drop",
    ),
    "no gaps": (["rows.csv", "--missing", "drop"], "rows.csv"),
    "two files": (["rows.csv", "more rows.csv"], "rows.csv 'more rows.csv'"),
    "values": (["--true", "1.5,2,4", "--pred", "1,2,3.5"], "--true 1.5,2,4 --pred 1,2,3.5"),
    "the truth alone": (["rows.csv", "--true", "y"], None),
}


@pytest.mark.parametrize("name", LINES)
def test_the_line_to_run_names_the_rows_as_they_were_named(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    y, p = np.linspace(1.5, 9, 40), np.linspace(1.5, 9, 40) + 0.1 * shuffled(normal(40))
    lines = [f"{i},{a!r},{b!r},2" for i, (a, b) in enumerate(zip(y.tolist(), p.tolist(), strict=True))]
    text = "\n".join(["id,y,p,w", *lines, ""])
    for file in ("rows.csv", "more rows.csv", "rows.xyz"):
        Path(file).write_text(text, encoding="utf-8")
    Path("truth.csv").write_text(
        "\n".join(["id,t", *(f"{i},{a}" for i, a in enumerate(y))]), encoding="utf-8"
    )
    arguments, line = LINES[name]
    if "--pred" not in arguments and line is not None:
        arguments = [*arguments, "--pred", "p", "--true", "y"]
    assert run(["recommend", *arguments, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    for entry in told["recommendations"]:
        command = entry["command"]
        if line is None:
            assert command == f"losscli explain {entry['loss']}"
            continue
        for word in re.findall(r"--\S+ \S+|'[^']*'|\S+", line):
            assert word in command
        options = set(re.findall(r"--[a-z-]+", command)) - {"--true", "--pred"}
        assert options == set(re.findall(r"--[a-z-]+", line)) - {"--true", "--pred"}
        assert command.startswith(f"losscli compute {entry['loss']} ")
        values = {f"-p {k}={v:g}" for k, v in entry["params"].items()}
        assert set(re.findall(r"-p \S+", command)) == values


def test_a_batch_loss_weighs_no_rows_and_is_not_told_to() -> None:
    y = np.repeat(np.arange(5.0), 8)
    p = np.random.default_rng(0).normal(size=(40, 3)) * 20
    told = losscli.recommend(y, p, np.full(40, 2.0), task="embeddings")
    assert told.recommendations[0].command == ('losscli.compute("supcon", y_true, y_pred, temperature=0.1)')
    plain = losscli.recommend(p[:, 0], p[:, 1], np.full(40, 2.0))
    assert plain.recommendations[0].command.startswith(
        f'losscli.compute("{plain.recommendations[0].loss}", y_true, y_pred, sample_weight'
    )


def test_a_quantile_asked_for_stands_in_place_of_the_usual_one(shown: Any) -> None:
    told = losscli.recommend(task="quantiles", quantile=0.75)
    assert [dict(e.params) for e in told.recommendations[:2]] == [{"q": 0.75}, {"q": 0.75}]
    page = shown("--quantile", "0.75", "--format", "plain")
    assert page.count("with  q 0.75") == 2  # the first, and the runner-up that takes it too
    assert losscli.recommend(quantile=0.6).recommendations[0].params == {"q": 0.6}
    for wrong in (0.0, 1.0, -0.5):
        with pytest.raises(losscli.errors.LosscliError, match="no number between 0 and 1"):
            losscli.recommend(quantile=wrong)


def test_what_cannot_be_computed_on_these_rows_is_explained_instead() -> None:
    labels = losscli.recommend([-1, 1, -1, 1, 1, -1, 1, -1], [-1, 1, 1, 1, -1, -1, 1, -1])
    lines = {entry.loss: entry.command for entry in labels.recommendations}
    assert lines == {
        "zero_one": 'losscli.compute("zero_one", y_true, y_pred)',
        "hinge": 'losscli.explain("hinge")',
    }
    for entry in losscli.recommend(task="binary").recommendations:  # without rows nothing can be computed
        assert entry.command == f'losscli.explain("{entry.loss}")'
