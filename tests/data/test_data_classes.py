"""Names of classes in every format, however the rows are read: the same number as of the classes' numbers."""

from __future__ import annotations

import json
import math
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.close import close
from support.inside import losscli

from losscli.data import blocks, delimited

# Label, p_cat, p_dog, p_bird: the last class does not occur in the first rows.
ROWS = [("cat", 0.5, 0.25, 0.25), ("dog", 0.125, 0.75, 0.125)] * 40 + [("bird", 0.25, 0.25, 0.5)] * 20
NAMES = ("label", "p_cat", "p_dog", "p_bird")
MEAN = -(60 * math.log(0.5) + 40 * math.log(0.75)) / 100


def value(*line: str) -> Any:
    done = losscli(*line, "--format", "json", "--rows", "0")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def refusal(*line: str) -> str:
    done = losscli(*line)
    assert done.returncode == 2, done.stdout
    assert "Traceback" not in done.stderr
    return " ".join(done.stderr.split())


def texts(record: Any) -> str:
    return " ".join(remark["text"] for remark in record["remarks"])


def csv(path: Path, rows: Any = ROWS, names: Any = NAMES) -> str:
    path.write_text("\n".join(",".join(map(str, row)) for row in (names, *rows)) + "\n", encoding="utf-8")
    return str(path)


def records() -> list[dict[str, Any]]:
    return [dict(zip(NAMES, row, strict=True)) for row in ROWS]


def write(folder: Path, form: str) -> str:
    path = folder / f"t.{form}"
    if form == "csv":
        return csv(path)
    if form == "json":
        path.write_text(json.dumps(records()))
    elif form == "jsonl":
        path.write_text("\n".join(map(json.dumps, records())))
    elif form == "npz":
        label, *others = zip(*ROWS, strict=True)
        columns = dict(zip(NAMES, [np.array(label), *map(np.array, others)], strict=True))
        np.savez(path, **columns)
    elif form == "sqlite":
        with sqlite3.connect(path) as connection:
            connection.execute(f"CREATE TABLE t ({', '.join(NAMES)})")
            connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", ROWS)
        connection.close()
    else:
        pl = pytest.importorskip("polars")
        frame = pl.DataFrame(records(), schema_overrides={"label": pl.Categorical})
        if form == "parquet":
            frame.write_parquet(path)
        else:
            frame.write_ipc(path)
    return str(path)


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "npz", "sqlite", "parquet", "arrow"])
def test_names_of_columns_number_the_labels(
    tmp_path: Path, form: str, large: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read whole, and in many parts, of which the first does not hold every class."""
    if large:
        pytest.importorskip("polars")
        monkeypatch.setattr(blocks, "LARGE", 0)
        for module in (blocks, delimited):
            monkeypatch.setattr(module, "BLOCK", 128)
    found = value("compute", "scce", write(tmp_path, form), "--pred", "p_*", "--true", "label")
    assert (found["n"], found["value"]) == (100, close(MEAN, 1e-14))
    assert "cat is 0, dog 1, bird 2" in texts(found)
    assert "p_cat, p_dog, p_bird" in texts(found)


def test_names_of_the_columns_and_of_the_option_are_one_order(tmp_path: Path) -> None:
    path = csv(tmp_path / "t.csv")
    found = value("compute", "scce", path, "--pred", "p_*", "--classes", "bird,cat,dog")
    assert found["value"] == close(MEAN, 1e-14)
    assert "bird is 0, cat 1, dog 2" in texts(found)
    weighed = value("compute", "scce", path, "--pred", "p_*", "--class-weight", "bird=3,cat=1")
    assert weighed["value"] == close(
        -(40 * math.log(0.5) + 40 * math.log(0.75) + 60 * math.log(0.5)) / 100, 1e-14
    )
    assert "cat: 1, bird: 3" in texts(weighed)


def test_columns_that_bear_no_names_are_asked_for(tmp_path: Path) -> None:
    path = csv(tmp_path / "t.csv", names=("label", "p_0", "p_1", "p_2"))
    said = refusal("compute", "scce", path, "--pred", "p_*")
    assert "holds class names (bird, cat, dog)" in said
    assert "--classes bird,cat,dog" in said
    found = value("compute", "scce", path, "--pred", "p_*", "--classes", "cat,dog,bird")
    assert found["value"] == close(MEAN, 1e-14)
    assert "no column of" in refusal(
        "compute", "scce", write(tmp_path, "csv"), "--pred", "p_*", "--classes", "cat,dog,fish"
    )
    assert 'row 81, column label: "bird" is none of the classes' in refusal(
        "compute", "zero_one", path, "--pred", "label", "--true", "label", "--classes", "cat,dog"
    )


def test_several_files_and_a_file_of_the_truth(tmp_path: Path) -> None:
    for i in range(2):
        (tmp_path / "all").mkdir(exist_ok=True)
        csv(tmp_path / "all" / f"{i}.csv", ROWS[i::2])
    found = value("compute", "scce", str(tmp_path / "all"), "--pred", "p_*", "--true", "label")
    assert found["value"] == close(MEAN, 1e-14)
    preds = csv(tmp_path / "p.csv", [(i, *row[1:]) for i, row in enumerate(ROWS)], ("id", *NAMES[1:]))
    shuffled = [(f"{i}.0", ROWS[i][0]) for i in reversed(range(100))]
    truth = csv(tmp_path / "y.csv", shuffled, ("id", "label"))
    line = ["compute", "scce", preds, "--pred", "p_*", "--truth", truth]
    found = value(*line, "--key", "id")
    assert found["value"] == close(MEAN, 1e-14)
    assert "cat is 0, dog 1, bird 2" in texts(found)
    assert "--key id" in refusal(*line)


def test_what_is_told_of_classes_bears_their_names(tmp_path: Path) -> None:
    rows = [("ham", 0.25)] * 30 + [("spam", 0.75)]
    path = csv(tmp_path / "t.csv", rows, ("y", "p"))
    assert "two words (ham, spam) beside numbers" in refusal("compute", "bce", path, "--pred", "p")
    line = [path, "--pred", "p", "--positive", "spam"]
    assert value("compute", "bce", *line)["value"] == close(-math.log(0.75), 1e-14)
    checked = losscli("check", *line, "--format", "plain").stdout
    assert "Class spam is rare: 1 of 31 rows" in checked
    assert "ham: 30, spam: 1" in checked
    assert "class 1 (spam)" in losscli("recommend", *line, "--format", "plain").stdout
    groups = value("compute", "bce", *line, "--by", "y")["groups"]
    assert {group["labels"]["y"]: group["n"] for group in groups} == {"ham": 30, "spam": 1}


@pytest.mark.parametrize(
    ("loss", "rows", "more", "wanted"),
    [
        ("zero_one", [("ham", "ham"), ("spam", "ham"), ("ham", "Ham"), ("spam", "spam")], [], 0.25),
        ("zero_one", [("yes", 1), ("no", 1)], [], 0.5),
        ("zero_one", [(1, "yes"), (0, "yes")], [], 0.5),
        ("bce", [("True", 0.5), ("False", 0.5)], [], math.log(2)),
        ("bce", [("yes", 0.25), ("No", 0.5)], [], (math.log(4) + math.log(2)) / 2),
        ("bce", [(2, 0.25), (1, 0.5)], ["--positive", "2"], (math.log(4) + math.log(2)) / 2),
        ("bce", [("2.0", 0.25), ("1", 0.5)], ["--classes", "1,2"], (math.log(4) + math.log(2)) / 2),
        ("hinge", [("b", 2), ("a", 2)], ["--positive", "b"], 1.5),
    ],
)
def test_two_words(tmp_path: Path, loss: str, rows: Any, more: list[str], wanted: float) -> None:
    path = csv(tmp_path / "t.csv", rows, ("y", "p"))
    assert value("compute", loss, path, "--pred", "p", *more)["value"] == close(wanted, 1e-14)


@pytest.mark.parametrize(
    ("loss", "rows", "more", "said"),
    [
        ("bce", [("ham", 1), ("spam", 0)], [], "name it: --positive spam"),
        ("bce", [("ham", 1), ("spam", 0)], ["--positive", "egg"], "holds ham, spam name one of these"),
        (
            "bce",
            [("a", 1), ("b", 0), ("c", 0)],
            ["--positive", "a"],
            "parts two classes, and y holds 3: a, b, c",
        ),
        ("zero_one", [("a", 1), ("b", 0), ("c", 2)], [], "--classes a,b,c counts them from 0"),
        ("bce", [("a", 1)], ["--classes", "a,b", "--positive", "b"], "both say which class is which"),
        ("bce", [("a", 1)], ["--classes", "a,a"], "names a twice"),
        ("bce", [("a", 1)], ["--classes", "a"], "one class alone"),
        ("mae", [("a", 1), ("b", 0)], [], '"a" is not a number'),
    ],
)
def test_what_may_mean_two_things_is_asked(
    tmp_path: Path, loss: str, rows: Any, more: list[str], said: str
) -> None:
    path = csv(tmp_path / "t.csv", rows, ("y", "p"))
    assert said in refusal("compute", loss, path, "--pred", "p", *more)


def test_the_columns_numbers_say_what_the_labels_are(tmp_path: Path) -> None:
    rows = [(1, 0.75, 0.125, 0.125), (2, 0.25, 0.5, 0.25)]
    path = csv(tmp_path / "t.csv", rows, ("y", "p_1", "p_2", "p_3"))
    wanted = -(math.log(0.75) + math.log(0.5)) / 2
    for pred in ("p_*", "p_3,p_1,p_2"):
        assert value("compute", "scce", path, "--pred", pred)["value"] == close(wanted, 1e-14)
    # Class 2 is left out, by the number that the labels have.
    left = value("compute", "scce", path, "--pred", "p_*", "-p", "ignore_class=2")
    assert left["sum"] == close(-math.log(0.75), 1e-14)
    zero = csv(tmp_path / "z.csv", [(0, *rows[0][1:]), *rows], ("y", "p_1", "p_2", "p_3"))
    said = refusal("compute", "scce", zero, "--pred", "p_*")
    assert 'row 1, column y: "0" is none of the classes' in said
    assert "--classes 0,1,2" in said
    ignored = value("compute", "scce", zero, "--pred", "p_*", "-p", "ignore_class=0")
    assert ignored["sum"] == close(2 * wanted, 1e-14)
    otherwise = value("compute", "scce", zero, "--pred", "p_*", "--classes", "0,1,2")
    assert otherwise["sum"] == close(-math.log(0.75) - math.log(0.125) - math.log(0.25), 1e-14)
    checked = losscli("check", csv(tmp_path / "c.csv", rows * 5, ("y", "p_1", "p_2", "p_3")), "--pred", "p_*")
    assert checked.returncode == 1
    assert "counted from 1 to 3" in checked.stdout


def test_an_ignored_label_that_no_column_names(tmp_path: Path) -> None:
    rows = [("cat", 0.5, 0.5), ("unknown", 0.5, 0.5), ("dog", 0.75, 0.25)]
    path = csv(tmp_path / "t.csv", rows, ("y", "p_cat", "p_dog"))
    assert "are not named after them" in refusal("compute", "scce", path, "--pred", "p_*")


@pytest.mark.parametrize(
    ("names", "rows", "taken"),
    [
        (("y", "prediction", "probability"), [(1, 1, 0.75), (0, 0, 0.25)], "probability"),
        (("y", "y_pred", "y_prob"), [(1, 1, 0.75), (0, 0, 0.25)], "y_prob"),
        (("y", "pred", "prob_0", "prob_1"), [(1, 1, 0.25, 0.75), (0, 0, 0.75, 0.25)], "prob_1"),
    ],
)
def test_probabilities_go_before_decided_labels(tmp_path: Path, names: Any, rows: Any, taken: str) -> None:
    path = csv(tmp_path / "t.csv", rows, names)
    found = value("compute", "bce", path)
    assert found["value"] == close(-math.log(0.75), 1e-14)
    assert f"y_pred is the column {taken}: {names[1]} holds 0 and 1" in texts(found)
    assert found["model"] is None
    assert value("compute", "zero_one", path)["value"] == 0
    assert value("compute", "bce", path, "--pred", names[1])["value"] == 0


def test_labels_alone_are_taken_and_said_and_two_columns_are_asked_for(tmp_path: Path) -> None:
    path = csv(tmp_path / "t.csv", [(1, 1, 7.5), (0, 0, 2)], ("y", "pred", "p_size"))
    assert "pred holds 0 and 1: decided labels" in texts(value("compute", "bce", path))
    two = csv(tmp_path / "two.csv", [(1, 1, 0.5, 0.25), (0, 0, 0.5, 0.5)], ("y", "pred", "prob_a", "prob_b"))
    assert "those of prob_a, prob_b choose: --pred prob_b" in refusal("compute", "bce", two)
