"""Class names stand in the rows where they are known, and the class that a row of y_pred gives most."""

from __future__ import annotations

import json
from pathlib import Path

from support.inside import losscli as command


def rows(path: Path, *arguments: str) -> list[list[str]]:
    """The cells of the table of rows, largest first."""
    lines = command("compute", *arguments[:1], str(path), *arguments[1:]).stdout.splitlines()
    first = next(number for number, line in enumerate(lines) if line.split()[:2] == ["row", "y_true"])
    return [line.split() for line in lines[first : lines.index("", first)]]


def test_names_stand_for_numbers_and_the_highest_class_is_named(tmp_path: Path) -> None:
    table = tmp_path / "c.csv"
    table.write_text("y,p_cat,p_dog,p_bird\ncat,.8,.1,.1\nbird,.5,.1,.4\n")
    head, worst, best = rows(table, "scce", "--true", "y", "--pred", "p_*")
    assert head[:4] == ["row", "y_true", "y_pred", "highest"]
    assert worst[:2] == ["2", "bird"]
    assert worst[5:7] == ["cat", "0.91629"]
    assert best[:2] == ["1", "cat"]
    assert best[5] == "cat"


def test_predicted_names_are_named_too(tmp_path: Path) -> None:
    table = tmp_path / "e.csv"
    table.write_text("y,p\ncat,cat\ndog,cat\n")
    assert [row[:3] for row in rows(table, "zero_one", "--true", "y", "--pred", "p")[1:]] == [
        ["2", "dog", "cat"],
        ["1", "cat", "cat"],
    ]


def test_a_probability_of_1_is_no_class(tmp_path: Path) -> None:
    table = tmp_path / "d.csv"
    table.write_text("y,p\nyes,1\nno,.25\n")
    _, worst, best = rows(table, "bce", "--true", "y", "--pred", "p", "--positive", "yes")
    assert (worst[1:3], best[1:3]) == (["no", "0.25"], ["yes", "1.00"])


def test_json_names_them_once_and_keeps_the_numbers(tmp_path: Path) -> None:
    table = tmp_path / "c.csv"
    table.write_text("y,p_cat,p_dog\ncat,.8,.2\ndog,.5,.5\n")
    named = json.loads(
        command("compute", "scce", str(table), "--true", "y", "--pred", "p_*", "--format", "json").stdout
    )
    assert named["classes"] == ["cat", "dog"]
    assert [row["y_true"] for row in named["samples"]] == [0.0, 1.0]
    numbers = json.loads(command("compute", "mse", "--true", "1", "--pred", "2", "--format", "json").stdout)
    assert "classes" not in numbers
