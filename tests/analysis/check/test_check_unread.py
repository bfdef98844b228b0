"""A cell that is no number, or a row of another length, is a finding, and the rest is judged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.inside import losscli

RNG = np.random.default_rng(5)
N = 40
Y = np.round(RNG.normal(100, 20, N), 2)
P = np.round(Y + RNG.normal(0, 5, N), 2)


def table(folder: Path, changed: dict[int, str], more: str = "", name: str = "t.csv") -> str:
    """A file of y_true and y_pred, in which the lines of some rows (from 1) are others."""
    lines = [changed.get(i + 1, f"{y},{p}") for i, (y, p) in enumerate(zip(Y, P, strict=True))]
    (folder / name).write_text("\n".join(["y_true,y_pred", *lines]) + "\n" + more)
    return str(folder / name)


def checked(*words: str, code: int = 1) -> Any:
    done = losscli("check", *words, "--format", "json")
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


ONE = [
    ("oops,103", "Words in a column of numbers", ["y_true"], '"oops"', "--na oops, then --missing drop"),
    ("99,n.a.?", "Words in a column of numbers", ["y_pred"], '"n.a.?"', "--na 'n.a.?', then"),
    ("99,-", "Words in a column of numbers", ["y_pred"], '"-"', "--na -, then"),
    ("12 kg,103", "Numbers with a unit", ["y_true"], '"12 kg"', "write the number alone"),
    ("12km/h,103", "Numbers with a unit", ["y_true"], '"12km/h"', "write the number alone"),
    ("2024-01-05,103", "Dates in a column of numbers", ["y_true"], '"2024-01-05"', "have moved"),
    ("05.01.2024,103", "Dates in a column of numbers", ["y_true"], '"05.01.2024"', "have moved"),
    ("99,12:30", "Dates in a column of numbers", ["y_pred"], '"12:30"', "have moved"),
    ("99,1.2.3", "Numbers that are written in another way", ["y_pred"], '"1.2.3"', "mend the cell"),
    ("99", "Rows of another number of fields", [], "1 field where the header has 2", "mend the line"),
    ("99,103,5", "Rows of another number of fields", [], "3 fields where the header has 2", "mend the line"),
]


@pytest.mark.parametrize(("line", "title", "columns", "why", "do"), ONE, ids=[case[0] for case in ONE])
def test_one_odd_line_is_a_finding_and_the_rest_is_judged(
    line: str, title: str, columns: list[str], why: str, do: str, tmp_path: Path
) -> None:
    (finding,) = checked(table(tmp_path, {7: line}))["findings"]
    assert (finding["severity"], finding["title"], finding["columns"]) == ("error", title, columns)
    assert (finding["count"], finding["rows"]) == (1, [7])
    assert why in finding["why"]
    assert do in finding["do"]
    # compute refuses the file: by the same cell and row.
    refused = losscli("compute", "mae", table(tmp_path, {7: line}))
    assert refused.returncode == 2
    assert "row 7" in refused.stderr
    # For a loss it is the same finding, and the loss is computed of the other rows.
    assert [f["title"] for f in checked(table(tmp_path, {7: line}), "--loss", "mse")["findings"]] == [title]


def test_the_remedy_cures(tmp_path: Path) -> None:
    file = table(tmp_path, {7: "oops,103", 9: "99,n/k"})
    (one, other) = checked(file)["findings"]
    assert {one["do"].split("--na ")[1].split(",")[0], other["do"].split("--na ")[1].split(",")[0]} == {
        "oops",
        "n/k",
    }
    told = checked(file, "--na", "oops,n/k", "--missing", "drop", code=0)
    assert [note["id"] for note in told["notes"]] == ["missing"]
    assert losscli("compute", "mae", file, "--na", "oops,n/k", "--missing", "drop").returncode == 0


def test_every_cell_is_counted_once_and_the_commonest_words_are_named(tmp_path: Path) -> None:
    changed = {3: "a,1", 5: "b,1", 6: "b,1", 8: "c,1", 9: "d,1", 11: "1,2 m"}
    found = checked(table(tmp_path, changed))["findings"]
    (finding, other) = (f for f in found if f["id"] == "no_number")
    assert (finding["count"], finding["rows"]) == (5, [3, 5, 6, 8, 9])
    assert finding["why"].startswith('"b" (2 times), "a", "c" and 1 more: compute refuses')
    assert finding["do"] == "mend the cells; or leave them empty, if there is no value"
    assert (other["title"], other["rows"], other["columns"]) == ("Numbers with a unit", [11], ["y_pred"])


def test_missing_cells_stay_apart(tmp_path: Path) -> None:
    found = {
        f["id"]: f for f in checked(table(tmp_path, {7: "oops,", 9: ",3", 12: "word,4", 14: "5"}))["findings"]
    }
    assert set(found) == {"no_number", "missing", "odd_rows"}
    assert (found["no_number"]["rows"], found["odd_rows"]["rows"]) == ([7, 12], [14])
    assert (found["missing"]["rows"], found["missing"]["columns"]) == ([7, 9], ["y_true", "y_pred"])
    (alone,) = checked(table(tmp_path, {7: "oops,3", 14: "5"}, ",\n"), "--missing", "drop")["notes"]
    assert (alone["id"], alone["rows"]) == ("missing", [N + 1])


def test_other_faults_of_the_same_file_are_found(tmp_path: Path) -> None:
    odd = {7: "oops,103", 20: "99,inf"}
    assert {f["id"] for f in checked(table(tmp_path, odd))["findings"]} == {"no_number", "infinite"}
    told = checked(table(tmp_path, odd | {30: "-5,90"}), "--loss", "poisson_deviance")["findings"]
    assert {"no_number", "negatives"} <= {f["id"] for f in told}


def test_other_formats_alike(tmp_path: Path) -> None:
    rows = [{"y_true": y, "y_pred": p} for y, p in zip(Y.tolist(), P.tolist(), strict=True)]
    rows[6]["y_pred"] = "oops"  # type: ignore[assignment]
    for name, text in (
        ("t.jsonl", "\n".join(map(json.dumps, rows))),
        ("t.json", json.dumps(rows)),
        ("t.tsv", "y_true\ty_pred\n" + "\n".join(f"{r['y_true']}\t{r['y_pred']}" for r in rows)),
    ):
        (tmp_path / name).write_text(text)
        (finding,) = checked(str(tmp_path / name))["findings"]
        assert (finding["id"], finding["rows"], finding["columns"]) == ("no_number", [7], ["y_pred"]), name


def test_where_most_is_unreadable_or_rows_are_not_the_files_it_is_refused(tmp_path: Path) -> None:
    odd = {i: f"1,w{i}x" for i in range(1, N + 1) if i % 3}
    done = losscli("check", table(tmp_path, odd))
    assert (done.returncode, done.stdout) == (2, "")
    assert 'row 1, column y_pred: "w1x" is not a number' in done.stderr
    one, two = table(tmp_path, {}, name="a.csv"), table(tmp_path, {7: "oops,1"}, name="b.csv")
    done = losscli("check", one, two)
    assert (done.returncode, done.stdout) == (2, "")
    assert 'b.csv, row 7, column y_true: "oops" is not a number' in done.stderr
    assert losscli("check", "--true", "1,oops", "--pred", "1,2").returncode == 2
    assert losscli("recommend", table(tmp_path, {7: "oops,1"})).returncode == 2


def test_percents_among_numbers(tmp_path: Path) -> None:
    found = checked(table(tmp_path, {i: f"{Y[i - 1]},{P[i - 1]} %" for i in range(1, N + 1) if i % 3}))[
        "findings"
    ]
    (finding,) = (f for f in found if f["id"] == "no_number")
    assert (finding["title"], finding["count"]) == ("Numbers that are written in another way", N // 3)
    assert finding["do"] == "other cells of the column have a percent sign: write all with it, or none"


def test_a_large_file_is_read_to_its_end(tmp_path: Path) -> None:
    many = 60_000
    y = RNG.normal(100, 20, many).round(3)
    lines = [f"{a},{a + 1.5}" for a in y.tolist()]
    lines[59_000] = "oops,1"
    (tmp_path / "large.csv").write_text("y_true,y_pred\n" + "\n".join(lines) + "\n")
    told = checked(str(tmp_path / "large.csv"))
    assert told["n"] == many
    assert [(f["rows"], f["count"]) for f in told["findings"] if f["id"] == "no_number"] == [([59_001], 1)]
