"""What a person sees: every fact is there at every width, nothing is wider than the terminal."""

from __future__ import annotations

import json
import math
import re
import shlex
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from test_render_records import HOSTILE, comparison, crowded, dice, huber, score

from losscli.render import message, render
from losscli.render.text import width_of
from losscli.results.score import Concentration, Sample
from losscli.results.words import Example

WIDTHS = (60, 80, 120)
SCREENS = {
    "score": score(about=huber()),
    "crowded": crowded(),
    "dice": dice(about=huber()),
    "models": comparison(),
    "model": comparison(("forecast",)),
    "many models": comparison(("model_1", "model_2", "a_model_with_quite_a_long_name")),
    "hostile": comparison((HOSTILE, "列" * 30)),
    "explanation": huber(),
    "listing": (huber(), huber()),
}


def words(text: str) -> str:
    """`text` without its line breaks, and without the backslashes that continue a command."""
    return " ".join(text.replace(" \\\n", " ").split())


@pytest.mark.parametrize("width", [40, *WIDTHS])
@pytest.mark.parametrize("format", ["table", "plain"])
@pytest.mark.parametrize("name", SCREENS)
def test_no_line_is_wider_than_asked_nor_holds_an_escape(name: str, format: str, width: int) -> None:
    text = render(SCREENS[name], format, width=width)
    assert text.endswith("\n")
    assert max(map(width_of, text.splitlines())) <= width
    assert "\x1b" not in text
    assert not any(line != line.rstrip() for line in text.splitlines())


@pytest.mark.parametrize("name", SCREENS)
def test_plain_says_what_the_table_says(name: str) -> None:
    for width in WIDTHS:
        drawn = re.sub("[▏▎▍▌▋▊▉█]+", "", render(SCREENS[name], "table", width=width))
        assert words(drawn) == words(render(SCREENS[name], "plain", width=width))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("format", ["table", "plain", "markdown"])
def test_a_score_shows_every_fact(format: str, width: int) -> None:
    lines = render(score(about=huber()), format, width=width).splitlines()
    cells = [line.strip("| ").replace(" | ", " ") if line.startswith("| ") else line for line in lines]
    text = words("\n".join(cells))
    for fact in (
        "Huber",
        "huber · delta 1",
        "exact definition",
        "L = e²/2 if |e| ≤ δ, δ(|e| − δ/2) otherwise",
        "e = y_pred − y_true, δ = delta",
        "row y_true y_pred loss share",
        "4 7.0 10.0 2.500 91 %",
        "2 -0.5 0.0 0.125 5 %",
        "0.6875",
        "the sum divided by 4 samples",
        "2.75",
        "4 samples",
        "target² up to δ, target × δ beyond",
        "from 0 (best) without limit",
        "1 of 4 samples makes more than half of the loss: row 4 (91 %)",
        "The target has outliers that you can neither drop nor trust.",
        "Large errors are what costs you. → mse",
        "losscli explain huber",
    ):
        assert fact in text


@pytest.mark.parametrize("format", ["table", "plain", "markdown"])
def test_a_score_says_what_is_hidden_not_finite_and_like_whom(format: str) -> None:
    text = words(render(crowded(), format, width=80))
    for fact in (
        "like Keras",
        "440 more not shown",
        "442 samples, weighted",
        "the sum divided by 51.25, the sum of the weights of 442 samples",
        "infinite: y_true is 1 and y_pred is 0 (3 rows, the first: 2, 5).",
        "Keras clips probabilities to [1e-7, 1 − 1e-7] (row 2).",
        "y_true is the column target: the first of the common names found.",
    ):
        assert fact in text
    assert text.index("infinite") < text.index("Keras clips") < text.index("y_true is the column")
    assert re.search(r"103 (\| )?\[0, .*… 10\]", text)


def test_the_largest_bar_is_the_widest_and_nothing_has_none() -> None:
    lines = render(score(), "table", width=80).splitlines()
    bars = {line.split()[0]: len(re.sub("[^▏▎▍▌▋▊▉█]", "", line)) for line in lines if " %" in line[:50]}
    assert bars["4"] > 10 * bars["1"] > 0
    assert bars["3"] == 0


def test_statistics_show_their_value_and_gradients_and_no_mean() -> None:
    text = words(render(dice(), "plain"))
    assert "row y_true y_pred gradient 1 1 0.75 none 2 0 0.10 0.5" in text
    assert "value 0.6875 one value, from sums over all samples" in text
    assert "mean" not in text


def test_the_reduction_asked_for_comes_first() -> None:
    text = render(score(reduction="sum", value=2.75), "plain")
    assert text.index("2.75") < text.index("0.6875")


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (
            Concentration(2, 442, 78, 0.31),
            "2 of 442 samples make up half of the loss; the largest share is row 78's (31 %)",
        ),
        (
            Concentration(90, 10**6, 7, 0.02, exact=False),
            "about 90 of 1000000 samples make up half of the loss",
        ),
        (Concentration(1, 2, 1, 0.5), "1 of 2 samples makes half of the loss: row 1 (50 %)"),
    ],
)
def test_which_samples_dominate(made: Concentration, said: str) -> None:
    assert said in words(render(score(concentration=made), "plain"))


def test_one_sample_does_not_dominate() -> None:
    assert "dominated" not in render(score(concentration=Concentration(1, 1, 1, 1.0)), "plain")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("format", ["table", "plain", "markdown"])
def test_a_comparison_shows_every_value_and_marks_the_best(format: str, width: int) -> None:
    text = words(render(comparison(), format, width=width))
    assert "442 rows of diabetes.csv, y_true against three models" in text
    for value in (
        "44.12",
        "46.31",
        "47.04",
        "2993.25",
        "3271.50",
        "3382.00",
        "43.4365",
        "45.6300",
        "46.3500",
    ):
        assert value in text
    for model in ("ridge", "forest", "boosting"):
        assert model in text
    assert re.search(r"44\.12\s*★", text)
    assert text.count("★") == 4  # one a loss, and the legend
    for fact in (
        "98 rows (22 %)",
        "41 rows (9.3 %)",
        "worst row 78 (3.1 %)",
        "mean, divided by 442 samples",
        "delta 1",
    ):
        assert fact in text
    assert "mse leans on fewer rows (41) than mae does (98): look at row 78 first." in text
    assert "msle: y_true has values below −1: row 7" in text


def test_losses_that_lean_on_as_many_rows_are_not_set_against_each_other() -> None:
    made = Concentration(50, 442, 78, 0.031)
    even = replace(comparison(), scores=tuple(replace(s, concentration=made) for s in comparison().scores))
    assert "leans" not in render(even, "plain")


def test_a_long_heading_leaves_no_empty_line() -> None:
    lines = render(comparison(), "plain", width=40).splitlines()
    assert lines[0] == "442 rows of diabetes.csv, y_true against"
    assert lines[1:4] == ["three models", "  ★ best of its loss", ""]


def test_a_comparison_of_one_model_has_a_row_a_loss() -> None:
    text = words(render(comparison(("forecast",)), "plain", width=80))
    assert "y_true against forecast" in text
    assert "loss unit value half is made by worst row mae" in text
    assert "★" not in text


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("format", ["table", "plain", "markdown"])
def test_an_explanation_shows_all_that_it_knows(format: str, width: int) -> None:
    about = huber()
    text = words(render(about, format, width=width)).replace("\\|", "|")
    facts = [about.title, about.name, about.family, about.summary, about.gradient, about.meaning, about.unit]
    facts += [about.range, about.example.shows, *about.use_when, *about.pitfalls, *about.aliases]
    facts += [advice.when for advice in about.not_when] + [relative.why for relative in about.relatives]
    facts += ["default 1", "a number > 0", about.parameters[0].text, "convex · bounded gradient (delta)"]
    facts += ["PyTorch", "the same number", "where δ·|e| is beyond float64", "doi:10.1214/aoms/1177703732"]
    facts += ["losscli compute huber --true 3,-0.5,2,7 --pred 2.5,0,2,10", "0.6875"]
    for fact in facts:
        assert words(fact) in text
    if width >= 80:
        assert "keras.losses.Huber(delta=1.0)" in text


@pytest.mark.parametrize("width", WIDTHS)
def test_the_worked_example_is_a_command_that_a_shell_reads_back(width: int) -> None:
    rows = [[[0.0, 1.5], [2.25, -3.0]]] * 9
    about = replace(huber(), example=Example(rows, rows, {"matrix": [[1.0, 0.5]], "q": 0.9}, "Nothing."))
    text = render(replace(about, example_score=None), "plain", width=width)
    command = text[text.index("losscli compute") : text.index("Nothing.")]
    _, _, name, _, true, _, pred, *params = shlex.split(command.replace("\\\n", ""))
    assert name == "huber"
    assert json.loads(true) == json.loads(pred) == rows
    assert params == ["-p", "matrix=[[1,0.5]]", "-p", "q=0.9"]


def test_a_listing_groups_by_family() -> None:
    assert words(render((huber(),), "plain")) == f"robust huber {huber().summary} 1 loss losscli explain NAME"


@pytest.mark.parametrize("format", ["table", "plain", "markdown"])
def test_names_are_printed_literally(format: str) -> None:
    text = render(comparison((HOSTILE, "p|q")), format, width=120)
    assert "[red]x[/red]" in text
    assert "\\x1b[31m" in text
    assert "\x1b" not in text
    if format == "markdown":
        cells = {len(re.findall(r"(?<!\\)\|", line)) for line in text.splitlines() if line.startswith("|")}
        assert len(cells) == 1
    coloured = render(comparison((HOSTILE, "b")), "table", width=120, color=True)
    assert "[red]x[/red]" in coloured
    assert "\x1b[31m" not in coloured


def test_colour_is_asked_for_and_changes_no_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")  # what the environment says is the caller's to read
    monkeypatch.setenv("TERM", "dumb")
    coloured = render(crowded(), "table", width=80, color=True)
    assert "\x1b[" in coloured
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert words(re.sub(r"\x1b\[[\d;]*m", "", coloured)) == words(render(crowded(), "table", width=80))


def test_markdown_keeps_what_it_would_read_as_markup() -> None:
    text = render(comparison(("p_*", "<b>_x_`y`")), "markdown")
    assert "p\\_\\*" in text
    assert "\\<b>\\_x\\_\\`y\\`" in text


def test_extreme_values_stay_readable() -> None:
    rows = (Sample(1, 3e9, 1e-12, 9e18, 1.0, 0.5, -6e9), Sample(2, -1.5, 0.0, math.nan, 0.0, 1.0, math.nan))
    text = render(score(samples=rows), "plain", width=60)
    assert max(map(len, text.splitlines())) <= 60
    for number in ("3e9", "1e-12", "9e18", "-1.5", "nan", "none"):
        assert number in text


def test_an_error_is_a_line_and_its_hint() -> None:
    assert message("a\x1b[2J.csv: no", "mend it") == "losscli: a\\x1b[2J.csv: no\n         mend it\n"
    assert message("no") == "losscli: no\n"
    words, path = "a sentence of more than thirty columns", "/no/word/is/cut/however/long/it/may/be.csv"
    assert message(f"{path}: {words}", words, width=30).splitlines() == [
        "losscli:",
        f"           {path}:",
        "           a sentence of more",
        "           than thirty columns",
        "         a sentence of more",
        "           than thirty columns",
    ]
    assert message(words, words, width=200) == message(words, words)


def test_plain_text_imports_neither_rich_nor_numpy() -> None:
    code = (
        "import sys; sys.path.insert(0, 'tests'); from losscli.render import render\n"
        "from losscli.render import plain, markdown, machine, score, compare, explain\n"
        "print(*{'rich', 'numpy', 'yaml'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_any_record_renders_in_every_text_format() -> None:
    bare: list[Any] = [score(samples=(), concentration=None), score(value=None, reduction="none"), ()]
    for record in bare:
        for format in ("table", "plain", "markdown"):
            assert render(record, format).strip()
