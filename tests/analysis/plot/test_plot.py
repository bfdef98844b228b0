"""`losscli plot`: what is drawn stays inside its frame, says what it is, and is the same without colour."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from importlib.resources import files
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from support.command import LOSSCLI, ROOT, environment
from support.command import losscli as command
from support.pictures import NAMES, PICTURES

import losscli
from losscli import LosscliError
from losscli.render import FORMATS, render
from losscli.render.canvas import MARKS, CanvasLine, Panel, frame, label_width
from losscli.render.text import width_of
from losscli.render.ticks import tick_texts, ticks
from losscli.results.plot import Picture

SCHEMA = json.loads(files("losscli.render.schema").joinpath("plot.json").read_text("utf-8"))
BRAILLE = re.compile("[⠀-⣿]")


def screen(picture: Picture, width: int, *, color: bool = False) -> str:
    return render(picture, "table", width=width, color=color)


@pytest.mark.parametrize("width", [60, 100])
@pytest.mark.parametrize("name", NAMES)
def test_every_loss_is_drawn_within_the_width(name: str, width: int) -> None:
    text = screen(PICTURES[name], width)
    assert max(map(width_of, text.splitlines())) <= width
    assert bool(BRAILLE.search(text)) == bool(PICTURES[name].curves)
    assert render(PICTURES[name], "plain", width=width) == text.replace("\x1b", "")


@pytest.mark.parametrize("width", range(40, 201, 8))
def test_no_curve_leaves_its_frame(width: int) -> None:
    for name in ("bce", "mape", "exponential", "triplet", "symmetric_cce", "weighted_kappa"):
        lines = screen(PICTURES[name], width).splitlines()
        assert max(map(width_of, lines)) <= width
        rules = [line for line in lines if "└" in line]
        frames = 2 * (PICTURES[name].gradient_span is not None) or 1
        assert sum(line.count("└") for line in rules) == frames
        starts = {match.start() for rule in rules for match in re.finditer("└", rule)}
        for line in filter(BRAILLE.search, lines):  # every dot stands behind a frame's left side
            first = BRAILLE.search(line)
            assert first is not None
            assert first.start() > min(starts)
            assert {line[at] for at in starts if at < len(line)} <= set("│┤")


def panel(y: list[float], span: tuple[float, float], jumps: tuple[float, ...] = ()) -> list[str]:
    """A curve over 0 … len − 1 in a frame of 40 columns and 8 rows, the frame cut off."""
    line = CanvasLine([float(i) for i in range(len(y))], y, jumps)
    made = Panel("", (0.0, len(y) - 1.0), span, (line,))
    rows = ["".join(span.text for span in row) for row in frame(made, 40, 8, 3, x_labels=True)]
    assert {len(row) for row in rows} == {40}
    return [row[5:] for row in rows[1:9]]


def test_a_line_runs_from_corner_to_corner() -> None:
    rows = panel([0.0, 1.0], (0.0, 1.0))
    assert ord(rows[0][-1]) & 0b1000  # the dot at its cell's upper right
    assert ord(rows[-1][0]) & 0b1000000  # at its cell's lower left
    assert all(BRAILLE.search(row) for row in rows)


def test_what_is_cut_off_ends_in_an_arrow() -> None:
    rows = panel([0.5, 5.0, 5.0, 0.5], (0.0, 1.0))
    assert rows[0].count("↑") == 2
    assert "↓" not in "".join(rows)
    inside = "".join(rows[0])[8:-8]
    assert not BRAILLE.search(inside)  # nothing is drawn along the edge
    assert "↓" in panel([0.5, -5.0], (0.0, 1.0))[-1]


def test_infinity_is_an_arrow_and_no_line() -> None:
    rows = panel([np.inf, 0.5, 0.5, -np.inf], (0.0, 1.0))
    assert rows[0][0] == "↑"
    assert rows[-1][-1] == "↓"
    assert sum(bool(BRAILLE.search(row)) for row in rows) == 1


def test_a_jump_is_a_gap_and_no_spike() -> None:
    def upright(rows: list[str]) -> int:
        return max(sum(bool(BRAILLE.search(row[i])) for row in rows) for i in range(len(rows[0])))

    steps = [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]
    assert upright(panel(steps, (0.0, 1.0))) > 1
    assert upright(panel(steps, (0.0, 1.0), jumps=(2.5,))) == 1
    assert upright(panel([0.0, 0.0, np.nan, 1.0, 1.0], (0.0, 1.0))) == 1


@pytest.mark.parametrize(
    ("low", "high", "most"), [(0, 1, 5), (-3, 3, 7), (0, 9, 7), (-0.02, 0.013, 4), (0, 123456, 6), (1, 2, 3)]
)
def test_ticks_are_few_and_round(low: float, high: float, most: int) -> None:
    found = ticks(low, high, most)
    assert 2 <= len(found) <= most
    assert all(low - 1e-9 <= value <= high * (1 + 1e-9) + 1e-9 for value in found)
    step = found[1] - found[0]
    mantissa = f"{step:.6e}"[0]
    assert mantissa in "125"
    np.testing.assert_allclose(np.diff(found), step)
    shown = [float(text) for text in tick_texts(found)]
    np.testing.assert_allclose(shown, found, atol=1e-12, rtol=1e-9)


@pytest.mark.parametrize("room", range(20, 120, 7))
def test_tick_labels_never_touch(room: int) -> None:
    for x in ((-3.0, 3.0), (0.0, 1.0), (-150.0, 160.0), (0.0, 1e-6), (-2e7, 1e7)):
        made = Panel("", x, (0.0, 1.0), (None,))
        label = label_width([made], [8], room)
        numbers = "".join(span.text for span in frame(made, room, 8, label, x_labels=True)[-1])
        words = numbers.split()
        assert len(words) >= 2
        assert [float(word) for word in words] == sorted({float(word) for word in words})


def test_curves_are_told_apart_without_colour() -> None:
    picture = losscli.curve(["mse", "mae", "huber", "logcosh"])
    for width in (60, 100, 160):
        text = screen(picture, width)
        legend = next(line for line in text.splitlines() if "● mse" in line)
        assert re.findall("[●▲■◆] [a-z]+", legend) == ["● mse", "▲ mae", "■ huber", "◆ logcosh"]
        drawing = text.partition(legend)[2]
        assert all(drawing.count(mark) >= 4 for mark in MARKS[:4])
        bare = re.sub("\x1b\\[[0-9;]*m", "", colored := screen(picture, width, color=True))
        assert colored != bare
        assert [line.rstrip() for line in bare.splitlines()] == text.splitlines()


def test_identical_curves_both_show() -> None:
    text = screen(losscli.curve(["mae", "rmse"]), 100)
    assert text.count("●") > 3
    assert text.count("▲") > 3


def test_a_lone_curve_has_no_legend_and_no_marks() -> None:
    assert not set(MARKS) & set(screen(PICTURES["huber"], 80))


def test_the_axis_and_the_unit_are_named() -> None:
    text = screen(PICTURES["mse"], 80)
    assert "e = error y_pred − y_true, in the target's unit" in text
    assert "loss · target²" in text
    assert "gradient · d loss / d e" in text


@pytest.mark.parametrize("width", [60, 100, 160])
def test_a_histogram_stands_under_the_curve(width: int) -> None:
    rng = np.random.default_rng(5)
    pred = rng.standard_normal(1000)
    picture = losscli.curve("huber", np.zeros(1000), pred, span=(-1.0, 1.0))
    text = screen(picture, width)
    assert "rows of the data" in text
    assert "█" in text
    below, above = int((pred < -1).sum()), int((pred > 1).sum())
    told = " ".join(text.split())
    assert f"1000 rows, {below + above} of them" in told
    assert f"outside of the axis: {below} below, {above} above." in told
    assert max(map(width_of, text.splitlines())) <= width


@pytest.mark.parametrize("name", NAMES)
def test_json_follows_its_schema(name: str) -> None:
    told = json.loads(render(PICTURES[name], "json"))
    Draft202012Validator(SCHEMA).validate(told)
    assert set(told) == set(SCHEMA["properties"])
    for curve, record in zip(PICTURES[name].curves, told["curves"], strict=True):
        assert record["x"] == curve.x.tolist()
        assert [float(value) for value in record["values"]] == curve.values.tolist()


def test_rows_of_csv_are_points() -> None:
    rows = list(csv.DictReader(StringIO(render(losscli.curve("mae"), "csv"))))
    assert len(rows) == len(PICTURES["mae"].curves[0].x)
    for row in rows:
        assert float(row["value"]) == abs(float(row["x"]))
        assert row["gradient"] == ("" if float(row["x"]) == 0 else str(np.sign(float(row["x"]))))
    lines = render(losscli.curve("mae"), "jsonl").splitlines()
    assert [json.loads(line)["x"] for line in lines] == [float(row["x"]) for row in rows]


def test_markdown_holds_the_drawing_in_a_fence() -> None:
    text = render(PICTURES["bce"], "markdown")
    fence = text.split("```")[1]
    assert fence.startswith("text\n")
    assert BRAILLE.search(fence)
    assert "\x1b" not in text


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_works_for_a_loss_without_a_picture(format: str) -> None:
    text = render(PICTURES["zero_one"], format)
    assert "compares labels" in " ".join(text.split()) or format in ("csv", "tsv", "jsonl")


@pytest.mark.parametrize("format", ["png", "svg", "pdf"])
def test_a_figure_is_made_alike_each_time(format: str, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    from losscli.render.figure import figure

    picture = losscli.curve("bce", [1, 0, 0], [0.8, 0.1, 0.3])
    content = figure(picture, format)
    assert content.startswith({"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[format])
    assert figure(picture, format) == content
    with pytest.raises(LosscliError, match="compares labels"):
        figure(PICTURES["zero_one"], format)


@pytest.mark.parametrize("name", ["gamma_deviance", "weighted_kappa", "label_ranking", "giou", "ctc"])
def test_figures_of_steep_flat_and_jumping_curves(name: str) -> None:
    pytest.importorskip("matplotlib")
    from losscli.render.figure import figure

    assert figure(PICTURES[name], "svg")


def test_a_figure_is_written_by_the_command(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    file = tmp_path / "huber.png"
    done = command("plot", "huber", "-p", "delta=0.5,1,2", "--output", str(file))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert file.read_bytes().startswith(b"\x89PNG")
    piped = subprocess.run(
        [*LOSSCLI, "plot", "huber", "-p", "delta=0.5,1,2", "--format", "png"],
        capture_output=True,
        cwd=ROOT,
        env=environment(),
        check=True,
    )
    assert piped.stdout == file.read_bytes()


def test_without_matplotlib_a_figure_is_refused_with_the_way_to_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from losscli.render.figure import figure

    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(LosscliError) as refused:
        figure(PICTURES["huber"], "png")
    assert "matplotlib" in refused.value.what
    assert "pip install 'losscli[plot]'" in str(refused.value.hint)


def test_drawing_in_the_terminal_needs_no_matplotlib() -> None:
    code = (
        "import sys; sys.modules['matplotlib'] = None; from losscli.cli.app import run; run(['plot', 'mse'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", env=environment(), check=True
    )
    assert BRAILLE.search(done.stdout)


@pytest.mark.parametrize(
    ("line", "what", "hint"),
    [
        (["mse", "bce"], "different axes", "one axis at a time"),
        (["mse", "--range", "wide"], '--range "wide" is not LOW,HIGH', "--range -3,3"),
        (["huber", "-p", "dleta=1"], "no parameter dleta", 'did you mean "delta"?'),
        (["mse", "--output", "mse.bmp"], "its ending names no format", ".png"),
        (["mse", "--true", "1,2"], "neither DATA nor --pred", "--pred 1,2,5"),
        (["mse", "--data", "examples/diabetes.csv", "--pred", "none"], "none", "there are"),
        (["msee"], 'no loss called "msee"', "mse"),
    ],
)
def test_wrong_lines_are_told_how_to_mend(line: list[str], what: str, hint: str) -> None:
    done = command("plot", *line)
    assert (done.returncode, done.stdout) == (2, "")
    assert what in done.stderr
    assert hint in done.stderr
    assert "Traceback" not in done.stderr


def test_data_from_the_command_line() -> None:
    shown = command(
        "plot", "bce", "--data", "examples/breast_cancer.csv", "--pred", "forest", "--format", "json"
    )
    told = json.loads(shown.stdout)
    assert [h["total"] for h in told["histograms"]] == [212, 357]
    assert told["source"] == "examples/breast_cancer.csv"
    piped = command(
        "plot",
        "bce",
        "--data",
        "-",
        "--pred",
        "forest",
        "--format",
        "json",
        stdin=(ROOT / "examples/breast_cancer.csv").read_text(),
    )
    assert json.loads(piped.stdout)["histograms"] == told["histograms"]
    words = command("plot", "weighted_kappa", "-p", "weightage=linear,quadratic", "--format", "json")
    labels = [curve["label"] for curve in json.loads(words.stdout)["curves"]]
    assert labels == ["weightage = linear", "weightage = quadratic"]


def test_explain_shows_the_small_picture() -> None:
    page = losscli.explain("huber")
    assert page.picture is not None
    for width in (60, 80, 120):
        lines = render(page, "table", width=width).splitlines()
        drawn = [line for line in lines if BRAILLE.search(line)]
        assert 6 <= len(drawn) <= 8
        assert max(map(width_of, drawn)) <= width
    assert "compares labels" in " ".join(render(losscli.explain("zero_one"), "plain").split())
    assert "```text\n" in render(page, "markdown")
    told = json.loads(render(page, "json"))
    assert len(told["picture"]["curves"][0]["x"]) == len(page.picture.curves[0].x)
