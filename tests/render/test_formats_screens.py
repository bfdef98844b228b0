"""What tables, plain pages and Markdown show is what the JSON of the same call holds, rounded."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from support.reference import EXAMPLES

import losscli
from losscli.cli.app import run
from losscli.render import render

Grid = list[dict[str, str]]
Tell = Callable[[str, str], str]
FORMS = ("table", "plain", "markdown")
DIABETES = "{examples}/diabetes.csv --pred"
WEIGHTED = "--true 1,2,4,8,3 --pred 1,3.5,2,7.001,3 --weight 1,2,1,1,0"


@pytest.fixture
def told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Tell:
    """What a line prints in a format; {folder} holds many.csv."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    lines = [f"{k % 23},{k},{k + 1 + k % 23}" for k in range(230)]  # 23 groups, each of its own error
    (tmp_path / "many.csv").write_text("g,y,p\n" + "\n".join(lines) + "\n")

    def ask(line: str, form: str) -> str:
        given = line.format(folder=tmp_path, examples=EXAMPLES).split()
        code = run([*given, "--format", form])
        out, err = capsys.readouterr()
        assert code == 0, err
        return out

    return ask


def cells_of(line: str) -> list[str]:
    """The cells of a grid's line: between bars in Markdown, else what two blanks or more set apart."""
    if line.startswith("|"):
        return [re.sub(r"\s+★", " ★", cell.strip()) for cell in line.strip("| ").split(" | ")]
    line = re.sub("[▏▎▍▌▋▊▉█]+", "", line)
    return re.split(r" {2,}", re.sub(r"\s+★", " ★", line).strip())


def grid(text: str, first: str, number: int = 0) -> Grid:
    """The rows of the n-th grid whose header begins with the column `first`."""
    lines = text.splitlines()
    starts = [i for i, line in enumerate(lines) if cells_of(line)[0] == first and len(cells_of(line)) > 2]
    start = starts[number]
    names = cells_of(lines[start])
    rows = []
    for line in lines[start + 1 :]:
        if line.startswith("| -"):
            continue
        if not line.strip():
            break
        cells = cells_of(line)
        if len(cells) > 1:  # else a long cell goes on
            rows.append(dict(zip(names, [*cells, ""], strict=False)))
    return rows


def check_shown(text: str, value: float | str | None, digits: int = 2) -> None:
    """`text` is `value` to its last digit, and shows at least so many digits unless it is exact."""
    if value is None or isinstance(value, str):
        assert text == ("none" if value is None else value)
        return
    text = text.removesuffix(" ★")
    mantissa, _, exponent = text.partition("e")
    step = 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
    assert abs(float(text) - value) <= step * 0.5000001
    if float(text) != value:
        assert len(mantissa.replace(".", "").lstrip("-0")) >= digits


def check_share(text: str, value: float | None) -> None:
    """A percentage to its last digit; <1 and >99 for what would be rounded to 0 and 100."""
    if value is None:
        assert text == ""
        return
    number = text.removesuffix(" %")
    assert number != text
    if number[0] in "<>":
        limit = float(number[1:]) / 100
        assert (0 < value < limit) if number[0] == "<" else (limit < value < 1)
        return
    step = 10.0 ** -len(number.partition(".")[2])
    assert abs(float(number) - 100 * value) <= step * 0.5000001


def facts(text: str) -> dict[str, str]:
    """The labelled lines under a score: label → the first word after it."""
    found = re.findall(r"^(?:- \*\*|  )(mean|sum|n|value)(?::\*\*|) +(\S+)", text, flags=re.MULTILINE)
    return dict(found)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_the_rows_of_a_score(form: str, reduction: str, told: Tell) -> None:
    line = f"compute mae {WEIGHTED} --gradient --sort loss --reduction {reduction}"
    whole, text = json.loads(told(line, "json")), told(line, form)
    shown = grid(text, "row")
    assert [int(row["row"]) for row in shown] == [sample["row"] for sample in whole["samples"]]
    for row, sample in zip(shown, whole["samples"], strict=True):
        for name in ("y_true", "y_pred", "weight", "loss", "gradient"):
            check_shown(row[name], sample[name])
        check_share(row["share"], sample["share"])
    results = facts(text)
    for name in ("mean", "sum", "n"):
        check_shown(results[name], whole[name], 6)
    first = "sum" if reduction == "sum" else "mean"
    assert next(iter(results)) == first


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_the_groups_of_a_score_stand_under_their_reduction(form: str, reduction: str, told: Tell) -> None:
    line = f"compute mse {DIABETES} ridge --by sex --reduction {reduction}"
    whole, shown = json.loads(told(line, "json")), grid(told(line, form), "sex")
    assert list(shown[0]) == ["sex", "n", reduction, "share"]
    assert len(shown) == 2
    for row, group in zip(shown, whole["groups"], strict=True):
        assert (row["sex"], int(row["n"])) == (group["labels"]["sex"], group["n"])
        check_shown(row[reduction], group["value"], 4)
        check_share(row["share"], group["share"])


@pytest.mark.parametrize("form", FORMS)
def test_the_groups_of_a_statistic_are_values_without_shares(form: str, told: Tell) -> None:
    line = f"compute rmse {DIABETES} ridge --by sex"
    whole, shown = json.loads(told(line, "json")), grid(told(line, form), "sex")
    assert list(shown[0]) == ["sex", "n", "value"]
    for row, group in zip(shown, whole["groups"], strict=True):
        check_shown(row["value"], group["value"], 4)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("models", ["ridge,forest", "forest,boosting,ridge"])
def test_the_values_of_a_comparison(form: str, models: str, told: Tell) -> None:
    line = f"compare {DIABETES} {models} --losses mae,mse --reduction sum"
    whole, text = json.loads(told(line, "json")), told(line, form)
    shown = {row["loss"]: row for row in grid(text, "loss")}
    assert list(shown) == ["mae", "mse"]
    for score in whole["scores"]:
        cell = shown[score["loss"]][score["model"]]
        check_shown(cell, score["value"], 4)
        assert ("★" in cell) == (score["model"] in whole["best"][score["loss"]])
        if "★" in cell:
            made = score["concentration"]
            half = f"{score['model']}: {made['half']} rows ("
            assert shown[score["loss"]]["half is made by"].startswith(half)
            assert f"worst row {made['worst']} (" in " ".join(text.split())
    assert len(re.findall("sum[,;]", text)) == 2  # how each loss is reduced


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("losses", "reduction"), [("rmse,mse", "mean"), ("mse,mae", "sum")])
def test_the_groups_of_a_comparison(form: str, losses: str, reduction: str, told: Tell) -> None:
    line = f"compare {DIABETES} forest,boosting --losses {losses} --by sex --reduction {reduction}"
    whole, text = json.loads(told(line, "json")), told(line, form)
    for number, loss in enumerate(losses.split(",")):
        shown = {row["sex"]: row for row in grid(text, "sex", number)}
        groups = [group for group in whole["groups"] if group["loss"] == loss]
        assert len(shown) * 2 == len(groups) == 4
        for group in groups:
            row = shown[group["labels"]["sex"]]
            assert int(row["n"]) == group["n"]
            check_shown(row[group["model"]], group["value"], 4)
            assert ("★" in row[group["model"]]) == group["best"]


@pytest.mark.parametrize("form", FORMS)
def test_the_numbers_of_a_parity(form: str, told: Tell) -> None:
    line = "parity bce --true 1,0,1 --pred 0.5,1,0.3"
    whole, shown = json.loads(told(line, "json")), grid(told(line, form), "framework")
    titles = {row["title"]: row for row in whole["rows"]}
    assert len(shown) >= 3
    for row in shown:
        value = titles[row["framework"]]["value"]
        if value is not None:
            check_shown(row["number"], value, 7)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("command", ["compute mae", "compare --losses mae,mse"])
def test_groups_beyond_twenty_are_counted_not_forgotten(form: str, command: str, told: Tell) -> None:
    line = f"{command} {{folder}}/many.csv --true y --pred p --by g"
    text = told(line, form)
    whole = json.loads(told(line, "json"))
    kinds = 1 if "compute" in command else 2
    assert len(whole["groups"]) == 23 * kinds
    for number in range(kinds):
        assert len(grid(text, "g", number)) == 20
    assert text.count("3 more groups not shown") == kinds


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("rows", "shown", "hidden"), [("20", 20, 210), ("229", 229, 1), ("230", 230, 0), ("0", 0, 0)]
)
def test_rows_that_are_left_out_are_counted(
    form: str, rows: str, shown: int, hidden: int, told: Tell
) -> None:
    text = told(f"compute mae {{folder}}/many.csv --true y --pred p --rows {rows}", form)
    assert ("row   " in text or "| row |" in text) == bool(shown)
    if shown:
        assert len(grid(text, "row")) == shown
    assert text.count(f"{hidden} more not shown") == bool(hidden)
    assert ("not shown" in text) == bool(hidden)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("line", "note"),
    [
        ("compute bce --true 1,0,1 --pred 0.5,1,0.3 --like keras", "Keras clips"),
        (f"compute mae {DIABETES} ridge", "y_true is the column y_true"),
        (f"compare {DIABETES} ridge,forest --losses mae,mse", "y_true is the column y_true"),
        ("compare --true 1,0,1 --pred 0.5,1,0.3 --losses bce,brier", "infinite"),
        (f"parity mae {DIABETES} ridge", "y_true is the column y_true"),
    ],
)
def test_a_note_is_said_once(form: str, line: str, note: str, told: Tell) -> None:
    text = " ".join(told(line, form).split()).replace("\\_", "_")
    assert text.count(note) == 1


@pytest.mark.parametrize("form", FORMS)
def test_what_holds_for_one_model_names_it_and_what_holds_for_all_does_not(
    form: str, told: Tell, tmp_path: Path
) -> None:
    (tmp_path / "models.csv").write_text("y,a,b\n1,0.5,0.5\n1,0,0.5\n0,0.5,0\n")
    text = told("compare {folder}/models.csv --true y --pred a,b --losses bce,brier", form)
    assert text.count("bce, a: ") == 1
    assert "bce, b: " not in text
    assert "brier, a" not in text


def test_that_a_number_is_float32s_is_no_sentence_of_its_own() -> None:
    made = losscli.parity("bce", [1, 0, 1], [0.5, 1, 0.3])
    exact, keras, torch, *_ = made.rows
    rows = (exact, keras._replace(causes=("float32", "clipping: told")), torch._replace(causes=("float32",)))
    _, _, why = render(made._replace(rows=rows), "plain", width=120).partition("\nWhy\n")
    assert "clipping: told" in why
    assert "float32" not in why
    assert why.count("Keras") == 1
    assert "PyTorch" not in why
